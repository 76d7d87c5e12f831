"""Reductions over one int array: every sensible (reduce, filter, map) triple.

A triple is worded and coded from its three parts, so triples that were never written can be asked
for: some of them are held out of the corpus (see `held_out`)."""

import hashlib
import math
import re

import examples
from cgen import Loop, add, block, indent, negate, steps, vary
from function import Function
from wording import Names, dress, function_name, reword, sentence

# X is the element, I its index, K, LO and HI parameters. Each filter: adjectives, phrases after
# the noun, conditions in C, the same in Python, a word for names, and what it needs.
FILTERS = {
    "none": ([""], [""], [""], lambda x, i, k: True, "", ""),
    "even": (["even", "even", "even-valued"], ["that are even", "which are even", "divisible by 2", "divisible by two", "that are divisible by two"],
             ["X % 2 == 0"] * 4 + ["(X & 1) == 0", "!(X % 2)", "!(X & 1)", "X % 2 != 1 && X % 2 != -1"], lambda x, i, k: x % 2 == 0, "even", ""),
    "odd": (["odd", "odd", "odd-valued"], ["that are odd", "which are odd", "not divisible by 2", "that are not even", "not divisible by two"],
            ["X % 2 != 0"] * 4 + ["X % 2", "X & 1", "(X & 1) == 1"], lambda x, i, k: x % 2 == 1, "odd", ""),
    "positive": (["positive", "positive", "strictly positive"], ["that are positive", "greater than zero", "above zero", "greater than 0", "bigger than 0", "above 0"],
                 ["X > 0"] * 4 + ["X >= 1"], lambda x, i, k: x > 0, "positive", ""),
    "negative": (["negative", "negative", "strictly negative"], ["that are negative", "less than zero", "below zero", "smaller than 0", "less than 0", "below 0"],
                 ["X < 0"] * 4 + ["X <= -1"], lambda x, i, k: x < 0, "negative", ""),
    "nonneg": (["non-negative", "nonnegative"], ["that are not negative", "that are at least 0", "that are zero or more", "that are zero or positive", "greater than or equal to 0"],
               ["X >= 0"] * 4 + ["!(X < 0)", "X > -1"], lambda x, i, k: x >= 0, "nonneg", ""),
    "nonpos": (["non-positive", "nonpositive"], ["that are not positive", "that are at most 0", "that are zero or negative", "less than or equal to 0"],
               ["X <= 0"] * 4 + ["!(X > 0)", "X < 1"], lambda x, i, k: x <= 0, "nonpos", ""),
    "nonzero": (["nonzero", "non-zero"], ["that are not zero", "that are not 0", "different from zero", "other than zero", "that differ from 0"],
                ["X != 0"] * 4 + ["X"], lambda x, i, k: x != 0, "nonzero", ""),
    "zero": (["zero"], ["equal to zero", "equal to 0", "that are zero", "that are 0", "with value 0"],
             ["X == 0"] * 4 + ["!X"], lambda x, i, k: x == 0, "zero", ""),
    "gt": ([""], ["greater than $k", "greater than $k", "larger than $k", "above $k", "bigger than $k", "exceeding $k", "that exceed $k", "over $k", "strictly greater than $k", "higher than $k", "strictly above $k", "that are more than $k", "which are greater than $k"],
           ["X > K"] * 4 + ["K < X"], lambda x, i, k: x > k, "above", "k"),
    "lt": ([""], ["less than $k", "less than $k", "smaller than $k", "below $k", "lower than $k", "under $k", "strictly less than $k", "strictly below $k", "that are less than $k", "which are smaller than $k"],
           ["X < K"] * 4 + ["K > X"], lambda x, i, k: x < k, "below", "k"),
    "ge": ([""], ["at least $k", "greater than or equal to $k", "not less than $k", "no smaller than $k", "not smaller than $k", "that are $k or more", "not below $k", "of at least $k", "that are at least $k"],
           ["X >= K"] * 4 + ["K <= X"], lambda x, i, k: x >= k, "at_least", "k"),
    "le": ([""], ["at most $k", "less than or equal to $k", "not greater than $k", "no larger than $k", "not larger than $k", "that are $k or less", "not above $k", "of at most $k", "not exceeding $k", "that do not exceed $k"],
           ["X <= K"] * 4 + ["K >= X"], lambda x, i, k: x <= k, "at_most", "k"),
    "eq": ([""], ["equal to $k", "equal to $k", "with the value $k", "that equal $k", "that are equal to $k", "matching $k", "that match $k", "having the value $k", "which are exactly $k"],
           ["X == K"] * 5 + ["K == X"], lambda x, i, k: x == k, "equal", "k"),
    "ne": ([""], ["not equal to $k", "different from $k", "other than $k", "that are not $k", "that differ from $k", "that do not equal $k"],
           ["X != K"] * 5 + ["K != X"], lambda x, i, k: x != k, "not_equal", "k"),
    "div": ([""], ["divisible by $d", "that are multiples of $d", "that $d divides", "that are divisible by $d", "evenly divisible by $d", "which are multiples of $d", "that $d divides evenly"],
            ["X % K == 0"] * 5 + ["!(X % K)"], lambda x, i, k: x % k == 0, "divisible", "d"),
    "ndiv": ([""], ["not divisible by $d", "that are not multiples of $d", "that are not divisible by $d", "that $d does not divide", "which are not multiples of $d"],
             ["X % K != 0"] * 5 + ["X % K"], lambda x, i, k: x % k != 0, "not_divisible", "d"),
    "in": ([""], ["between $lo and $hi", "between $lo and $hi inclusive", "in the range $lo to $hi", "in the range [ $lo, $hi ]", "from $lo to $hi", "within [ $lo, $hi ]", "that lie between $lo and $hi", "at least $lo and at most $hi", "inside the range $lo..$hi", "in [ $lo, $hi ]", "lying in the interval from $lo to $hi"],
           ["X >= LO && X <= HI"] * 4 + ["LO <= X && X <= HI"], lambda x, i, k: k[0] <= x <= k[1], "between", "lohi"),
    "out": ([""], ["outside the range $lo to $hi", "outside [ $lo, $hi ]", "not between $lo and $hi", "below $lo or above $hi", "less than $lo or greater than $hi", "that lie outside $lo..$hi"],
            ["X < LO || X > HI"] * 4 + ["X > HI || X < LO"], lambda x, i, k: not k[0] <= x <= k[1], "outside", "lohi"),
    "evenidx": ([""], ["at even indices", "at even positions", "at even indexes", "with an even index", "in even positions", "whose index is even", "stored at even indices", "at index 0, 2, 4 and so on", "at indices 0, 2, 4, ..."],
                ["I % 2 == 0"] * 4 + ["(I & 1) == 0", "!(I % 2)"], lambda x, i, k: i % 2 == 0, "even_index", "i"),
    "oddidx": ([""], ["at odd indices", "at odd positions", "at odd indexes", "with an odd index", "in odd positions", "whose index is odd", "stored at odd indices", "at indices 1, 3, 5, ..."],
               ["I % 2 == 1"] * 3 + ["I % 2 != 0", "I % 2", "I & 1"], lambda x, i, k: i % 2 == 1, "odd_index", "i"),
    "digit": ([""], ["whose last digit is C", "ending in C", "that end in C", "that end with the digit C", "ending with C", "with last digit C"],
              ["abs(X) % 10 == C", "abs(X % 10) == C", "X % 10 == C || X % 10 == -C"], lambda x, i, k: abs(x) % 10 == k, "ending_C", "digit"),
    "cdiv": ([""], ["divisible by C", "that are multiples of C", "that are divisible by C", "that C divides", "which are multiples of C", "evenly divisible by C"],
             ["X % C == 0"] * 4 + ["!(X % C)"], lambda x, i, k: x % k == 0, "multiples_of_C", "div"),
    "cndiv": ([""], ["not divisible by C", "that are not multiples of C", "that are not divisible by C"],
              ["X % C != 0"] * 4 + ["X % C"], lambda x, i, k: x % k != 0, "not_multiples_of_C", "div"),
    "cgt": ([""], ["greater than C", "larger than C", "above C", "bigger than C", "exceeding C", "over C", "strictly greater than C", "that exceed C", "more than C"],
            ["X > C"] * 4 + ["C < X"], lambda x, i, k: x > k, "above_C", "const"),
    "clt": ([""], ["less than C", "smaller than C", "below C", "under C", "lower than C", "strictly less than C"],
            ["X < C"] * 4 + ["C > X"], lambda x, i, k: x < k, "below_C", "const"),
    "evenpos": (["positive even", "even positive"], ["that are even and positive", "that are both positive and even", "that are positive and even"],
                ["X > 0 && X % 2 == 0"] * 2 + ["X % 2 == 0 && X > 0", "X > 0 && (X & 1) == 0"], lambda x, i, k: x > 0 and x % 2 == 0, "positive_even", ""),
    "oddpos": (["positive odd", "odd positive"], ["that are odd and positive", "that are both positive and odd", "that are positive and odd"],
               ["X > 0 && X % 2 != 0"] * 2 + ["X % 2 != 0 && X > 0", "X > 0 && (X & 1)", "X > 0 && X % 2 == 1"], lambda x, i, k: x > 0 and x % 2 == 1, "positive_odd", ""),
    "evengt": (["even"], ["E greater than $k", "E above $k", "E larger than $k"],
               ["X % 2 == 0 && X > K"] * 2 + ["X > K && X % 2 == 0", "(X & 1) == 0 && X > K"], lambda x, i, k: x > k and x % 2 == 0, "even_above", "k"),
    "oddlt": (["odd"], ["E less than $k", "E below $k", "E smaller than $k"],
              ["X % 2 != 0 && X < K"] * 2 + ["X < K && X % 2 != 0", "(X & 1) && X < K"], lambda x, i, k: x < k and x % 2 == 1, "odd_below", "k"),
    "two": (["two-digit", "two digit"], ["with exactly two digits", "with two digits", "between 10 and 99"],
            ["X >= 10 && X <= 99"] * 2 + ["X > 9 && X < 100", "X >= 10 && X < 100"], lambda x, i, k: 10 <= x <= 99, "two_digit", ""),
}

# Each map: how its set is worded (S is the plain set), expressions, Python, a word for names.
MAPS = {
    "id": (["S"], ["X"], lambda x, i, k: x, ""),
    "square": (["the squares of S", "the squares of S", "the squared values of S", "S squared", "the square of each of S"], ["X * X"], lambda x, i, k: x * x, "squares"),
    "cube": (["the cubes of S", "the cubes of S", "the third powers of S", "S cubed", "the cubed values of S"], ["X * X * X"], lambda x, i, k: x ** 3, "cubes"),
    "abs": (["the absolute values of S", "the absolute values of S", "the magnitudes of S", "the absolute value of each of S"],
            ["abs(X)", "abs(X)", "(X < 0 ? -X : X)", "(X >= 0 ? X : -X)"], lambda x, i, k: abs(x), "abs"),
    "double": (["the doubles of S", "twice S", "S doubled", "two times S", "S, each doubled,"], ["2 * X", "X * 2", "(X + X)"], lambda x, i, k: 2 * x, "doubled"),
    "triple": (["three times S", "the triples of S", "S tripled", "S, each multiplied by 3,"], ["3 * X", "X * 3"], lambda x, i, k: 3 * x, "tripled"),
    "half": (["the halves of S", "half of each of S", "S halved", "S divided by two", "S, each divided by 2,"], ["X / 2"], lambda x, i, k: int(x / 2), "halves"),
    "neg": (["the negatives of S", "S negated", "the opposites of S", "S with their signs flipped"], ["-X"], lambda x, i, k: -x, "negated"),
    "last": (["the last digits of S", "the final digits of S", "the units digits of S", "the last decimal digits of S"],
             ["abs(X % 10)", "abs(X) % 10"], lambda x, i, k: abs(x) % 10, "last_digits"),
    "succ": (["the successors of S", "S, each increased by one,", "S plus one each", "S after adding 1 to each"], ["(X + 1)", "(X + 1)", "(1 + X)"], lambda x, i, k: x + 1, "successors"),
    "pred": (["S, each decreased by one,", "the predecessors of S", "S minus one each"], ["(X - 1)"], lambda x, i, k: x - 1, "predecessors"),
    "index": (["the products of S and their indices", "S times their index", "S, each multiplied by its index,", "S weighted by their position", "S, each weighted by its index,"], ["X * I", "I * X"], lambda x, i, k: x * i, "weighted"),
}

SUM = dict(
    np=["the sum of S", "the sum of S", "the total of S", "the combined value of S", "the sum over S", "the sum total of S", "what S add up to"],
    v=["add up S", "go through A0 and add up S", "loop over A0 and sum S", "sum S", "sum up S", "add together S", "total S", "add S", "compute the sum of S", "accumulate S"],
    q=["what do S add up to?", "what is the sum of S?", "how much do S add up to?", "what do you get when you add up S?"], names=["sum F M", "sum of F M", "F M sum", "total F M", "add F M", "sum all F M", "sumup F M", "F M total"])
COUNT = dict(
    np=["the number of T", "the number of T", "the count of T", "how many T there are", "the quantity of T", "how many N of A0 are P", "how many of the N in A0 are P", "the number of N of A0 that are P", "how many of the N are P", "the number of times a V occurs in A0"],
    v=["count T", "count T", "count how many of the N in A0 are P", "go through A0 and count the T", "count the N of A0 that are P", "look at all N of A0 and count those that are P", "count the T", "count how many T there are", "count all the T", "count the number of T", "tally T", "work out how many T there are"],
    q=["how many T are there?", "how many T?", "how many T does it have?", "how many of the N are P?", "how many N of A0 are P?", "of the N in A0, how many are P?", "how many N in A0 are P?"], names=["count F", "num F", "number of F", "F count", "how many F", "count all F", "n F", "tally F"])
PROD = dict(
    np=["the product of S", "the product of S", "the product over S", "the result of multiplying S together"],
    v=["multiply S together", "multiply S", "multiply together S", "compute the product of S", "multiply up S"],
    q=["what is the product of S?", "what do you get when you multiply S?"], names=["product F M", "prod F M", "multiply F M", "F M product", "product of F M", "mul F M"])
MAX = dict(
    np=["the largest of S", "the maximum of S", "the greatest of S", "the biggest of S", "the highest of S", "the max of S", "the largest value among S", "the maximum value among S", "the biggest among S"],
    v=["find the largest of S", "find the maximum of S", "find the biggest of S", "pick the largest of S", "pick out the greatest of S", "search for the largest of S"],
    q=["which is the largest of S?", "what is the maximum of S?", "what is the largest of S?", "how large is the biggest of S?"], names=["max F M", "largest F M", "maximum F M", "biggest F M", "F M max", "greatest F M", "find max F M"])
MIN = dict(
    np=["the smallest of S", "the minimum of S", "the least of S", "the lowest of S", "the min of S", "the smallest value among S", "the minimum value among S", "the smallest among S"],
    v=["find the smallest of S", "find the minimum of S", "find the lowest of S", "pick the smallest of S", "pick out the least of S", "search for the smallest of S"],
    q=["which is the smallest of S?", "what is the minimum of S?", "what is the smallest of S?", "how small is the smallest of S?"], names=["min F M", "smallest F M", "minimum F M", "lowest F M", "F M min", "least F M", "find min F M"])
ANY = dict(
    p=["there is at least one V", "A0 contains a V", "A0 has a V", "any of the N is P", "some N1 of A0 is P", "at least one N1 is P", "A0 contains at least one V", "one or more of the N are P", "A0 includes a V", "there is a V in A0", "a V occurs in A0", "A0 holds any V", "at least one of the N in A0 is P"],
    names=["any F", "has F", "contains F", "exists F", "some F", "includes F", "has any F"])
ALL = dict(
    p=["all N are P", "every N1 is P", "all the N in A0 are P", "every N1 of A0 is P", "all of the N are P", "each N1 is P", "A0 consists only of V+", "there is no N1 that is not P", "every single N1 is P", "all of them are P", "A0 contains only V+", "each of the N is P"],
    names=["all F", "every F", "all are F", "only F", "are all F"])
NONE_ = dict(
    p=["no N1 is P", "none of the N are P", "none of the N is P", "A0 contains no V", "there is no V in A0", "not a single N1 is P", "no N1 of A0 is P", "A0 has no V"],
    names=["none F", "no F", "has no F"])
FIRST = dict(
    np=["the index of the first V", "the index of the first V", "the position of the first V", "the first index holding a V", "the lowest index of a V", "where the first V is", "the index where the first V occurs", "the smallest index of a V"],
    v=["find the index of the first V", "find the first V and return its index", "locate the first V", "search for the first V and return its index", "look for the first V", "find the position of the first V", "find where the first V is"],
    q=["at which index is the first V?", "where is the first V?", "what is the index of the first V?"], names=["first F", "find first F", "index of first F", "first F index", "find F", "index of F", "locate F"])
LAST = dict(
    np=["the index of the last V", "the index of the last V", "the position of the last V", "the last index holding a V", "the highest index of a V", "where the last V is", "the index where the last V occurs", "the largest index of a V"],
    v=["find the index of the last V", "find the last V and return its index", "locate the last V", "search for the last V and return its index", "look for the last V", "find the position of the last V"],
    q=["at which index is the last V?", "where is the last V?"], names=["last F", "find last F", "index of last F", "last F index", "last index of F"])
FIRSTV = dict(
    np=["the first V", "the value of the first V", "the first V in A0", "the first V found"],
    v=["find the first V", "return the value of the first V", "get the first V", "pick the first V"],
    q=["what is the first V?"], names=["first F value", "first F", "get first F", "find first F"])
LASTV = dict(
    np=["the last V", "the value of the last V", "the last V in A0", "the last V found"],
    v=["find the last V", "return the value of the last V", "get the last V"],
    q=["what is the last V?"], names=["last F value", "last F", "get last F"])
AVG = dict(
    np=["the average of S", "the average of S", "the mean of S", "the arithmetic mean of S", "the average value of S", "the mean value of S"],
    v=["average S", "compute the average of S", "compute the mean of S", "calculate the mean of S", "take the average of S"],
    q=["what is the average of S?", "what is the mean of S?"], names=["average F M", "mean F M", "avg F M", "F M average", "F M mean"])
REDUCES = dict(sum=SUM, count=COUNT, prod=PROD, max=MAX, min=MIN, any=ANY, all=ALL, none=NONE_, first=FIRST, last=LAST, firstv=FIRSTV, lastv=LASTV, avg=AVG)
WEIGHTS = dict(sum=18, count=17, prod=6, max=9, min=9, any=7, all=7, none=3, first=7, last=6, firstv=4, lastv=3, avg=6)

NOUNS = ["elements", "elements", "elements", "values", "values", "numbers", "numbers", "numbers", "entries", "items", "integers", "ints"]
SINGULAR = dict(elements="element", values="value", numbers="number", entries="entry", items="item", integers="integer", ints="int", members="member")


def held_out(reduce, filter_, map_):
    """One in ten of the compositions with a filter or a map never enters the corpus."""
    if filter_ == "none" and map_ == "id":
        return False
    if map_ == "id" and filter_ in ("even", "odd", "positive", "negative", "eq", "gt"):
        return False
    key = f"{reduce}/{filter_}/{map_}".encode()
    return hashlib.sha256(key).digest()[0] % 10 == 0


def sensible(reduce, filter_, map_):
    if reduce in ("count", "any", "all", "none", "first", "last", "firstv", "lastv"):
        if map_ != "id" or filter_ == "none":
            return False
        if filter_.endswith("idx"):
            return False
        if reduce in ("firstv", "lastv") and filter_ in ("eq", "zero"):
            return False
        return True
    if filter_ in ("eq", "zero"):
        return False
    if reduce in ("max", "min") and map_ in ("double", "triple", "half", "succ", "pred", "index", "cube"):
        return False
    if reduce == "prod" and map_ in ("index", "half", "last"):
        return False
    if reduce == "avg" and map_ in ("half", "index", "pred", "last", "neg"):
        return False
    return True


TRIPLES = [(r, f, m) for r in REDUCES for f in FILTERS for m in MAPS if sensible(r, f, m)]


class Writer:
    """Words and codes one triple."""

    def __init__(self, rng, triple):
        self.rng, self.triple = rng, triple
        self.reduce, self.filter, self.map = triple
        self.ns = Names(rng)
        self.f, self.m, self.r = FILTERS[self.filter], MAPS[self.map], REDUCES[self.reduce]
        need = self.f[5]
        self.const = None
        if need == "digit":
            self.const = rng.randrange(0, 10)
        elif need == "div":
            self.const = rng.choice([3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12])
        elif need == "const":
            self.const = rng.choice([1, 2, 3, 5, 7, 8, 9, 10, 10, 12, 15, 20, 25, 50, 99, 100, 1000])
        self.extra = {"k": ["k"], "d": ["d"], "lohi": ["lo", "hi"]}.get(need, [])
        self.size = rng.choice(["int"] * 8 + ["size_t"])
        self.array_const = rng.choice(["const ", "const ", ""])
        self.index = need == "i" or self.map == "index" or self.reduce in ("first", "last")
        self.params()

    # --- signature -----------------------------------------------------------------------------

    def params(self):
        rng, ns = self.rng, self.ns
        a, n = ns["a"], ns["n"]
        self.names = {"a": a, "n": n}
        for e in self.extra:
            self.names[e] = ns[e]
        array = f"{self.array_const}int {a}[]" if rng.random() < 0.4 else f"{self.array_const}int *{a}"
        self.pair = [array, f"{self.size} {n}"]
        self.length_first = rng.random() < 0.05
        if self.length_first:
            self.pair.reverse()
        extra = [f"int {ns[e]}" for e in self.extra]
        front = extra and rng.random() < 0.08
        self.decls = extra + self.pair if front else self.pair + extra
        self.front = front
        if self.reduce in ("any", "all", "none"):
            self.ret = rng.choice(["int", "int", "bool"])
        elif self.reduce == "avg":
            self.ret = "double"
        elif self.reduce in ("sum", "prod"):
            self.ret = rng.choice(["int"] * 5 + ["long", "long long"])
        elif self.reduce == "count":
            self.ret = rng.choice(["int"] * 9 + ["size_t"])
        else:
            self.ret = "int"

    # --- wording -------------------------------------------------------------------------------

    def const_text(self, text):
        return text if self.const is None else text.replace("C", str(self.const))

    def array_phrase(self):
        a, n = self.ns["a"], self.ns["n"]
        return self.rng.choice([
            "the array", "the array", "the array", f"the array {a}", f"the array {a}", f"{a}", f"{a}", f"the list {a}", "the list", "the given array",
            "an array", "an int array", "an integer array", "the input array", f"array {a}", f"{a}[0..{n}-1]", f"{a}[0..{n})", f"the {n} elements of {a}", f"the first {n} entries of {a}", "the sequence",
            f"{a} (length {n})", f"an array of {n} ints", f"an array of {n} integers", "a list of numbers", "a list", f"the array `{a}`", f"`{a}`", f"{a} of length {n}", f"an array {a} of size {n}",
        ])

    def given(self):
        a, n = self.ns["a"], self.ns["n"]
        out = self.rng.choice([
            f"an array {a} of {n} integers", f"an array {a} of {n} ints", f"an array {a} of length {n}", "an array of integers", "an array of ints", f"an int array {a} with {n} elements",
            f"a list {a} of {n} numbers", "a list of integers", f"{n} integers in {a}", f"the array {a} of size {n}", f"an array of {n} numbers", f"the first {n} values of {a}", f"an integer array {a} and its length {n}",
            f"{a} with {n} entries", "an array of numbers and its length", f"{n} numbers", "an integer array",
        ])
        for e in self.extra[:1]:
            if self.rng.random() < 0.5:
                tail = {"k": [f"a number {self.ns['k']}", f"a value {self.ns['k']}", f"an integer {self.ns['k']}"] if e == "k" else [],
                        "d": [f"a divisor {self.ns['d']}", f"an integer {self.ns['d']}"] if e == "d" else [],
                        "lo": [f"the bounds {self.ns['lo']} and {self.ns['hi']}"] if e == "lo" else []}[e]
                out += " and " + self.rng.choice(tail)
        return out

    def noun_set(self, noun, where):
        """'even numbers in a' with its adjective or phrase."""
        rng = self.rng
        adjectives, posts = self.f[0], self.f[1]
        if self.filter in ("evengt", "oddlt"):
            core = f"{adjectives[0]} {noun} {rng.choice(posts)[2:]}"
            return f"{core} {where}" if rng.random() < 0.5 else core
        if adjectives[0] and rng.random() < 0.72:
            core = f"{rng.choice(adjectives)} {noun}"
            return f"{core} {where}".strip() if rng.random() < 0.7 else core
        post = rng.choice(posts)
        if not post:
            return f"{noun} {where}".strip()
        shape = rng.random()
        if shape < 0.45:
            return f"{noun} {where} {post}".strip()
        if shape < 0.65:
            return f"{noun} {post} {where}".strip()
        return f"{noun} {post}"

    def cores(self):
        """A core ("np", text) and so on, with S, T, V, P and N put in."""
        rng = self.rng
        noun = rng.choice(NOUNS)
        phrase = self.array_phrase()
        where = rng.choice(["in", "in", "of", "of", "from"]) + " " + phrase
        kinds = [k for k in ("np", "np", "v", "v", "q", "p") if k in self.r]
        kind = rng.choice(kinds)
        if kind == "q" and rng.random() < 0.5:
            kind = "np"
        text = rng.choice(self.r[kind])
        plain = rng.choice(["the ", "all ", "all the ", "the ", "all of the ", ""]) + self.noun_set(noun, where)
        if self.filter == "none" and rng.random() < 0.3:
            plain = phrase if phrase != "the sequence" else "the whole sequence"
        whole = rng.choice(self.m[0]).replace("S", plain)
        if whole.startswith("all") and text.startswith("the ") and kind == "np" and rng.random() < 0.5:
            whole = "the " + whole[4:].removeprefix("the ").removeprefix("of the ")
        if self.r in (MAX, MIN) and self.map == "id" and rng.random() < 0.55:
            adjective = rng.choice({"max": ["largest", "biggest", "greatest", "maximum", "highest"], "min": ["smallest", "least", "minimum", "lowest"]}[self.reduce])
            one = f"the {adjective} {self.noun_set(SINGULAR[noun], where)}".replace("that are", "that is").replace("which are", "which is").replace("that exceed ", "that exceeds ").replace("that lie ", "that lies ").replace("that end ", "that ends ").replace("that equal ", "that equals ").replace("that do not", "that does not")
            one = one.replace("that is multiples", "that is a multiple").replace("which is multiples", "which is a multiple").replace("that is not multiples", "that is not a multiple").replace("which is not multiples", "which is not a multiple").replace("that differ ", "that differs ")
            text = one if kind == "np" else rng.choice(["find ", "return ", "get ", "pick "]) + one if kind == "v" else f"what is {one}?"
        many = self.noun_set(noun, where)
        if kind in ("np", "v") and " T" in text and rng.random() < 0.3:
            many = many.replace(where, "").strip() + " " + where if where not in many else many
        one = self.one(noun)
        if "V" in text and rng.random() < 0.4 and "A0" not in text and self.reduce not in ("any", "all", "none"):
            one += " " + where
        state = self.state()
        for mark, value in (("A0", phrase), ("N1", SINGULAR[noun]), ("V+", self.noun_set(noun, "").strip())):
            text = text.replace(mark, value)
        for mark, value in (("S", whole), ("T", many), ("V", one), ("P", state), ("N", noun)):
            text = _word(text, mark, value)
        text = _article(text).replace("the the ", "the ").replace("the all ", "all ").replace("of all of", "of all").replace("all the all", "all").replace("the count of the", "the count of")
        text = self.const_text(text)
        for e in self.extra:
            text = text.replace("$" + e, self.ns[e])
        return kind, text.replace("[ ", "[").replace(" ]", "]").replace(",.", ".").replace(",?", "?").rstrip(",")

    def one(self, noun):
        """'even number' or 'number greater than k'."""
        rng = self.rng
        if self.f[0][0] and self.filter not in ("evengt", "oddlt"):
            return f"{rng.choice(self.f[0])} {SINGULAR[noun]}"
        post = rng.choice(self.f[1])
        if self.filter in ("evengt", "oddlt"):
            return f"{self.f[0][0]} {SINGULAR[noun]} {post[2:]}"
        for many, single in (("that are multiples", "that is a multiple"), ("which are multiples", "which is a multiple"), ("that are not multiples", "that is not a multiple"), ("which are not multiples", "which is not a multiple"),
                             ("that are", "that is"), ("which are", "which is"), ("that exceed", "that exceeds"), ("that lie", "that lies"), ("that end", "that ends"), ("that equal", "that equals"), ("that match", "that matches"), ("that differ", "that differs"), ("that do not", "that does not")):
            if post.startswith(many):
                post = post.replace(many, single, 1)
                break
        return f"{SINGULAR[noun]} {post}"

    def state(self):
        """'even' or 'greater than k', after 'is'."""
        if self.f[0][0] and self.filter not in ("evengt", "oddlt"):
            return self.rng.choice(self.f[0])
        if self.filter in ("evengt", "oddlt"):
            return f"{self.f[0][0]} and {self.rng.choice(self.f[1])[2:]}"
        posts = [p for p in self.f[1] if not p.startswith(("that", "which", "whose", "with", "having", "ending", "exceeding", "matching", "not exceeding", "of at"))]
        return self.rng.choice(posts or [self.f[1][0]]) if posts else "such that it is one " + self.rng.choice(self.f[1])

    def default_sentence(self):
        rng = self.rng
        v = self.default
        if self.reduce in ("first", "last"):
            return rng.choice([
                f"Return {v} if there is none.", f"Return {v} if there is no such {rng.choice(['element', 'value', 'number'])}.", f"{v} if none.", f"If there is none, return {v}.", f"If no element qualifies, return {v}.", f"Returns {v} when there is none.", f"or {v} if there is none.", f"If it is not found, return {v}.", f"Return {v} when not found.", f"{v} means not found.", f"Give {v} if nothing is found.", f"If nothing matches, return {v}.",
            ])
        if self.filter == "none":
            return rng.choice([f"Return {v} if the array is empty.", f"Return {v} when {self.ns['n']} is 0.", f"An empty array gives {v}.", f"For an empty array return {v}.", f"If {self.ns['n']} is zero, return {v}.", f"The result for an empty array is {v}.", f"Empty input gives {v}."])
        return rng.choice([
            f"Return {v} if there are none.", f"Return {v} if there is none.", f"If there are none, return {v}.", f"If no element qualifies, return {v}.", f"{v} if none.", f"Return {v} when there is no such element.", f"Returns {v} if there is no such value.", f"If there is no such {rng.choice(['element', 'number', 'value'])}, return {v}.", f"{v} if there are none.", f"The result is {v} when there are none.", f"When nothing qualifies the answer is {v}.",
        ])

    def comment(self):
        kind, text = self.cores()
        given = self.given() if self.rng.random() < 0.5 else None
        out = [sentence(self.rng, (kind, text), given)]
        if self.default is not None and (self.must_tell or self.rng.random() < 0.3):
            tail = self.default_sentence()
            if tail.startswith("or ") and out[0].endswith("."):
                out[0] = out[0][:-1] + ", " + tail
            elif not out[0].endswith((".", "?")):
                out[0] += ". " + tail if self.rng.random() < 0.7 else ", " + tail[0].lower() + tail[1:]
            else:
                out.append(tail)
        elif self.reduce in ("max", "min", "avg") and self.filter == "none" and self.rng.random() < 0.25:
            out.append(self.rng.choice(["The array is not empty.", f"{self.ns['n']} is at least 1.", f"Assume {self.ns['n']} > 0.", "The array has at least one element.", "There is always at least one element."]))
        if self.rng.random() < 0.1:
            a, n = self.ns["a"], self.ns["n"]
            out.append(self.rng.choice([f"{n} is the length of {a}.", f"{a} has {n} elements.", f"The array {a} holds {n} ints.", f"{a}: the array, {n}: its length.", f"{n}: number of elements in {a}."]))
        return out

    # --- code ----------------------------------------------------------------------------------

    def condition(self, x, i):
        c = self.rng.choice(self.f[2])
        need = self.f[5]
        c = _word(_word(c, "X", x), "I", str(i))
        if need in ("k", "d"):
            c = _word(c, "K", self.ns[need])
        if need == "lohi":
            c = _word(_word(c, "LO", self.ns["lo"]), "HI", self.ns["hi"])
        return self.const_text(c)

    def value(self, x, i):
        v = self.rng.choice(self.m[1])
        return _word(_word(v, "X", x), "I", str(i))

    def guarded(self, loop, x, i, then):
        """Statements that do `then` where the filter holds."""
        if self.filter == "none":
            return then
        cond = self.condition(x, i)
        if loop.plain and self.rng.random() < 0.08:
            return block(self.rng, f"if ({negate(cond)})", ["continue;"], loop.braces) + then
        if " && " in cond and "||" not in cond and "(" not in cond and self.rng.random() < 0.12:
            one, two = cond.split(" && ")
            return [f"if ({one}) {{", f"if ({two}) {{", *then, "}", "}"]
        return block(self.rng, f"if ({cond})", then, loop.braces)

    def loop(self, free=True):
        return Loop(self.rng, self.ns, free, self.index, self.size, self.array_const)

    def body(self):
        self.must_tell, self.default = False, None
        lines = getattr(self, "do_" + {"prod": "sum", "min": "max", "none": "any", "all": "any", "lastv": "firstv"}.get(self.reduce, self.reduce))()
        lines = vary(self.rng, lines, self.ret)
        return indent(lines)

    def recursive(self, empty, combine):
        """The last or the first element, and the rest by recursion."""
        a, n = self.ns["a"], self.ns["n"]
        rest = [self.ns[e] for e in self.extra]
        tail = self.rng.random() < 0.5
        here, inside = (f"{a}[{n} - 1]", [a, f"{n} - 1"]) if tail else (f"{a}[0]", [f"{a} + 1", f"{n} - 1"])
        if self.length_first:
            inside.reverse()
        args = ", ".join(rest + inside if self.front else inside + rest)
        head = [f"if ({n} == 0) {{", f"return {empty};", "}"] if self.rng.random() < 0.6 else [f"if ({n} == 0) return {empty};"]
        if self.rng.random() < 0.3 and self.size == "int":
            head[0] = head[0].replace("== 0", "<= 0")
        return head + combine(here, f"{self.fname}({args})")

    def do_sum(self):
        rng, ns = self.rng, self.ns
        op, start, key = ("+", "0", "sum") if self.reduce == "sum" else ("*", "1", "prod")
        if self.filter != "none" and self.reduce == "prod":
            self.default = "1"
        if not self.index and rng.random() < 0.07:
            def combine(x, call):
                if self.filter == "none":
                    v = self.value(x, None)
                    return [f"return {v} {op} {call};" if rng.random() < 0.5 else f"return {call} {op} {v};"]
                acc = ns["res"]
                return [f"{self.ret} {acc} = {call};", f"if ({self.condition(x, None)}) {acc} {op}= {self.value(x, None)};", f"return {acc};"]
            return self.recursive(start, combine)
        acc = ns[key]
        kind = self.ret if self.ret != "int" or rng.random() < 0.93 else "long"
        loop = self.loop()
        style = rng.random()
        def inside(x, i):
            value = self.value(x, i)
            if self.filter != "none" and style < 0.1:
                return [f"{acc} {op}= {self.condition(x, i)} ? {value} : {start};".replace("= ", "= (", 1).replace(" ?", ") ?", 1)]
            if self.map != "id" and style > 0.85:
                t = ns["tmp"]
                return self.guarded(loop, x, i, [f"int {t} = {value};", add(rng, acc, t, op)])
            return self.guarded(loop, x, i, [add(rng, acc, value, op)])
        head = [f"{kind} {acc} = {start};"]
        if self.filter in ("evenidx", "oddidx") and rng.random() < 0.4:
            i, n = ns["i"], ns["n"]
            first = "0" if self.filter == "evenidx" else "1"
            x = f"{ns['a']}[{i}]"
            return head + block(rng, f"for ({self.size} {i} = {first}; {i} < {n}; {i} += 2)", [add(rng, acc, self.value(x, i), op)], loop.braces) + [f"return {acc};"]
        if rng.random() < 0.04:
            head.insert(0, f"if ({ns['n']} == 0) return {start};")
        return head + loop.lines(inside) + [f"return {acc};"]

    def do_count(self):
        rng, ns = self.rng, self.ns
        if not self.index and rng.random() < 0.07:
            def combine(x, call):
                c = self.condition(x, None)
                pick = rng.random()
                if pick < 0.4:
                    return [f"return ({c} ? 1 : 0) + {call};"]
                if pick < 0.7:
                    return [f"if ({c}) return 1 + {call};", f"return {call};"]
                return [f"int {ns['res']} = {call};", f"if ({c}) {ns['res']}++;", f"return {ns['res']};"]
            return self.recursive("0", combine)
        acc = ns["cnt"]
        loop = self.loop()
        style = rng.random()
        def inside(x, i):
            if style < 0.12:
                return [f"{acc} += ({self.condition(x, i)}) ? 1 : 0;"]
            c = self.condition(x, i)
            if style < 0.18 and any(o in c for o in ("==", "!=", "<", ">")) and "||" not in c and "&&" not in c:
                return [f"{acc} += {c};"] if "&" not in c else [f"{acc} += ({c});"]
            return self.guarded(loop, x, i, [steps(rng, acc) + ";"])
        kind = "int" if self.ret == "int" else self.ret
        if self.ret == "int" and style > 0.93 and self.filter != "evengt" and loop.kind != "eat":
            def others(x, i):
                return block(rng, f"if ({negate(self.condition(x, i))})", [steps(rng, acc) + ";"], loop.braces)
            return [f"int {acc} = 0;"] + loop.lines(others) + [f"return {ns['n']} - {acc};"]
        return [f"{kind} {acc} = 0;"] + loop.lines(inside) + [f"return {acc};"]

    def do_max(self):
        rng, ns = self.rng, self.ns
        big = self.reduce == "max"
        best = ns["max" if big else "min"]
        better = ">" if big else "<"
        a = ns["a"]
        def compare(v):
            c = f"{v} {better} {best}" if rng.random() < 0.75 else f"{best} {'<' if big else '>'} {v}"
            return c
        if self.filter == "none":
            first = self.value(f"{a}[0]", 0)
            guard = []
            if rng.random() < 0.3:
                self.default, self.must_tell = rng.choice(["0", "0", "-1", "INT_MIN" if big else "INT_MAX"]), True
                guard = [f"if ({ns['n']} == 0) {{", f"return {self.default};", "}"]
                if rng.random() < 0.4:
                    guard = [f"if ({ns['n']} {'<=' if self.size == 'int' else '=='} 0) return {self.default};"]
            style = rng.random()
            if style < 0.45:
                i = ns["i"]
                x = f"{a}[{i}]"
                v = self.value(x, i)
                inner = block(rng, f"if ({compare(v)})", [f"{best} = {v};"], rng.random() < 0.7)
                if self.map != "id":
                    t = ns["e"]
                    inner = [f"int {t} = {v};"] + block(rng, f"if ({compare(t)})", [f"{best} = {t};"], rng.random() < 0.7)
                elif rng.random() < 0.15:
                    inner = [f"{best} = {x} {better} {best} ? {x} : {best};"]
                head = f"for ({self.size} {i} = 1; {i} < {ns['n']}; {i}++)"
                if rng.random() < 0.15:
                    return guard + [f"int {best} = {first};", f"{self.size} {i} = 1;", f"while ({i} < {ns['n']}) {{", *inner, f"{i}++;", "}", f"return {best};"]
                return guard + [f"int {best} = {first};", head + " {", *inner, "}", f"return {best};"]
            if style < 0.55 and self.map == "id":
                i, j = ns["i"], ns["best"]
                return guard + [f"{self.size} {j} = 0;", f"for ({self.size} {i} = 1; {i} < {ns['n']}; {i}++) {{", f"if ({a}[{i}] {better} {a}[{j}]) {j} = {i};", "}", f"return {a}[{j}];"]
            if style < 0.62 and self.map == "id":
                r, n = ns["res"], ns["n"]
                args = [a, f"{n} - 1"]
                if self.length_first:
                    args.reverse()
                return guard + [f"if ({n} == 1) return {a}[0];", f"int {r} = {self.fname}({', '.join(args)});", f"return {a}[{n} - 1] {better} {r} ? {a}[{n} - 1] : {r};"]
            loop = self.loop()
            if loop.kind in ("eat",) or style > 0.75:
                start = "INT_MIN" if big else "INT_MAX"
            else:
                start = first
            return guard + [f"int {best} = {start};"] + loop.lines(lambda x, i: self.improve(loop, x, i, best, better)) + [f"return {best};"]
        # with a filter: nothing may qualify
        self.must_tell = True
        self.default = rng.choice(["0", "0", "0", "-1", "INT_MIN" if big else "INT_MAX"])
        loop = self.loop()
        style = rng.random()
        if self.default.startswith("INT"):
            return [f"int {best} = {self.default};"] + loop.lines(lambda x, i: self.guarded(loop, x, i, self.improve(loop, x, i, best, better))) + [f"return {best};"]
        if style < 0.75:
            ok = ns["ok"]
            kind = rng.choice(["int", "int", "bool"])
            no, yes = ("0", "1") if kind == "int" else ("false", "true")
            def inside(x, i):
                v = self.value(x, i)
                then = []
                if self.map != "id":
                    then, v = [f"int {ns['tmp']} = {v};"], ns["tmp"]
                test = f"!{ok} || {compare(v)}"
                then += [f"if ({test}) {{", f"{best} = {v};", f"{ok} = {yes};", "}"]
                return self.guarded(loop, x, i, then)
            head = [f"int {best} = {self.default};", f"{kind} {ok} = {no};"]
            if style < 0.2:
                head = [f"int {best} = 0;", f"{kind} {ok} = {no};"]
                return head + loop.lines(inside) + [rng.choice([f"return {ok} ? {best} : {self.default};"])]
            if rng.random() < 0.4:
                head.reverse()
            return head + loop.lines(inside) + [f"return {best};"]
        start = "INT_MIN" if big else "INT_MAX"
        tail = [f"return {best} == {start} ? {self.default} : {best};"] if rng.random() < 0.5 else [f"if ({best} == {start}) {{", f"return {self.default};", "}", f"return {best};"]
        return [f"int {best} = {start};"] + loop.lines(lambda x, i: self.guarded(loop, x, i, self.improve(loop, x, i, best, better))) + tail

    def improve(self, loop, x, i, best, better):
        rng = self.rng
        v = self.value(x, i)
        if self.map != "id":
            t = self.ns["tmp"]
            return [f"int {t} = {v};"] + block(rng, f"if ({t} {better} {best})", [f"{best} = {t};"], loop.braces)
        if rng.random() < 0.12:
            return [f"{best} = {v} {better} {best} ? {v} : {best};"]
        if rng.random() < 0.2:
            return block(rng, f"if ({best} {'<' if better == '>' else '>'} {v})", [f"{best} = {v};"], loop.braces)
        return block(rng, f"if ({v} {better} {best})", [f"{best} = {v};"], loop.braces)

    def do_any(self):
        rng, ns = self.rng, self.ns
        yes, no = ("true", "false") if self.ret == "bool" else ("1", "0")
        hit, miss = {"any": (yes, no), "all": (no, yes), "none": (no, yes)}[self.reduce]
        loop = self.loop()
        def test(x, i):
            c = self.condition(x, i)
            return negate(c) if self.reduce == "all" else c
        style = rng.random()
        if style < 0.6:
            return loop.lines(lambda x, i: block(rng, f"if ({test(x, i)})", [f"return {hit};"], loop.braces)) + [f"return {miss};"]
        if style < 0.75:
            ok = ns["ok"]
            kind = self.ret
            stop = loop.kind in ("for", "pointer", "down", "while", "end", "eat") and rng.random() < 0.6
            then = [f"{ok} = {hit};"] + (["break;"] if stop else [])
            return [f"{kind} {ok} = {miss};"] + loop.lines(lambda x, i: block(rng, f"if ({test(x, i)})", then, loop.braces)) + [f"return {ok};"]
        if style < 0.86:
            c = ns["cnt"]
            def inside(x, i):
                return block(rng, f"if ({self.condition(x, i)})", [steps(rng, c) + ";"], loop.braces)
            if loop.kind == "eat":
                loop.kind = "for"
            n = ns["n"]
            kind = self.size
            end = {"any": f"return {c} > 0;", "none": f"return {c} == 0;"}.get(self.reduce, f"return {c} == {n};")
            return [f"{kind} {c} = 0;"] + loop.lines(inside) + [end]
        if style < 0.93:
            i, n, a = ns["i"], ns["n"], ns["a"]
            c = test(f"{a}[{i}]", i)
            go = negate(c)
            go = f"({go})" if "||" in go or "&&" in go and not go.startswith("!") else go
            end = f"return {i} < {n};" if self.reduce == "any" else f"return {i} == {n};"
            return [f"{self.size} {i} = 0;", f"while ({i} < {n} && {go}) {{", f"{i}++;", "}", end]
        def combine(x, call):
            c = self.condition(x, None)
            c = f"({c})" if "||" in c or "&&" in c else c
            if self.reduce == "any":
                return [f"return {c} || {call};"] if rng.random() < 0.5 else [f"if ({c}) return {yes};", f"return {call};"]
            c = negate(c.strip("()") if "||" in c or "&&" in c else c) if self.reduce == "none" else c
            if rng.random() < 0.5:
                return [f"return {c} && {call};"]
            return [f"if (!({c})) return {no};", f"return {call};"]
        return self.recursive(miss, combine)

    def do_first(self):
        rng, ns = self.rng, self.ns
        self.default, self.must_tell = "-1", rng.random() < 0.85
        loop = self.loop(free=False)
        cast = "(int)" if self.size == "size_t" and rng.random() < 0.6 else ""
        style = rng.random()
        if style < 0.65:
            return loop.lines(lambda x, i: block(rng, f"if ({self.condition(x, i)})", [f"return {cast}{i};"], loop.braces)) + ["return -1;"]
        if style < 0.85:
            r = ns["res"]
            i, n, a = ns["i"], ns["n"], ns["a"]
            return [f"int {r} = -1;", f"for ({self.size} {i} = 0; {i} < {n} && {r} < 0; {i}++) {{" if rng.random() < 0.4 else f"for ({self.size} {i} = 0; {i} < {n}; {i}++) {{",
                    f"if ({self.condition(f'{a}[{i}]', i)}) {{", f"{r} = {i};", "break;", "}", "}", f"return {r};"]
        i, n, a = ns["i"], ns["n"], ns["a"]
        go = negate(self.condition(f"{a}[{i}]", i))
        go = f"({go})" if "||" in go or "&&" in go and not go.startswith("!") else go
        end = [f"return {i} < {n} ? {i} : -1;"] if rng.random() < 0.6 and self.size == "int" else [f"if ({i} == {n}) return -1;", f"return {i};"]
        return [f"{self.size} {i} = 0;", f"while ({i} < {n} && {go}) {{", f"{i}++;", "}", *end]

    def do_last(self):
        rng, ns = self.rng, self.ns
        self.default, self.must_tell = "-1", rng.random() < 0.85
        i, n, a = ns["i"], ns["n"], ns["a"]
        style = rng.random()
        braces = rng.random() < 0.7
        if style < 0.45 and self.size == "int":
            inner = block(rng, f"if ({self.condition(f'{a}[{i}]', i)})", [f"return {i};"], braces)
            return block(rng, f"for (int {i} = {n} - 1; {i} >= 0; {i}--)", inner, braces) + ["return -1;"]
        if style < 0.6 and self.size == "int":
            c = negate(self.condition(f"{a}[{i}]", i))
            c = f"({c})" if "||" in c or "&&" in c and not c.startswith("!") else c
            return [f"int {i} = {n} - 1;", f"while ({i} >= 0 && {c}) {{", f"{i}--;", "}", f"return {i};"]
        if style < 0.75:
            return [f"while ({n} > 0) {{", f"{n}--;", f"if ({self.condition(f'{a}[{n}]', n)}) {{", f"return {n};", "}", "}", "return -1;"]
        r = ns["res"]
        loop = self.loop(free=False)
        return [f"int {r} = -1;"] + loop.lines(lambda x, j: block(rng, f"if ({self.condition(x, j)})", [f"{r} = {j};"], loop.braces)) + [f"return {r};"]

    def do_firstv(self):
        rng, ns = self.rng, self.ns
        self.default, self.must_tell = rng.choice(["0", "0", "-1"]), True
        first = self.reduce == "firstv"
        i, n, a = ns["i"], ns["n"], ns["a"]
        if first and rng.random() < 0.6:
            loop = self.loop(free=False)
            return loop.lines(lambda x, j: block(rng, f"if ({self.condition(x, j)})", [f"return {x};"], loop.braces)) + [f"return {self.default};"]
        if not first and rng.random() < 0.6:
            if self.size == "int" and rng.random() < 0.7:
                return [f"for (int {i} = {n} - 1; {i} >= 0; {i}--) {{", f"if ({self.condition(f'{a}[{i}]', i)}) return {a}[{i}];", "}", f"return {self.default};"]
            return [f"while ({n} > 0) {{", f"{n}--;", f"if ({self.condition(f'{a}[{n}]', n)}) return {a}[{n}];", "}", f"return {self.default};"]
        r = ns["res"]
        loop = Loop(rng, ns, False, self.index, self.size, self.array_const)
        if first:
            return [f"int {r} = {self.default};", f"for ({self.size} {i} = 0; {i} < {n}; {i}++) {{", f"if ({self.condition(f'{a}[{i}]', i)}) {{", f"{r} = {a}[{i}];", "break;", "}", "}", f"return {r};"]
        return [f"int {r} = {self.default};"] + loop.lines(lambda x, j: block(rng, f"if ({self.condition(x, j)})", [f"{r} = {x};"], loop.braces)) + [f"return {r};"]

    def do_avg(self):
        rng, ns = self.rng, self.ns
        s, n = ns["sum"], ns["n"]
        loop = self.loop()
        kind = rng.choice(["double", "double", "int", "long"])
        if self.filter == "none":
            if loop.kind == "eat":
                loop.kind = "for"
            self.default = "0"
            guard = []
            if rng.random() < 0.6:
                self.must_tell = rng.random() < 0.5
                guard = [f"if ({n} == 0) {{", f"return {rng.choice(['0.0', '0', '0.0'])};", "}"] if rng.random() < 0.5 else [f"if ({n} == 0) return 0.0;"]
            else:
                self.default = None
            div = f"return {s} / {n};" if kind == "double" else f"return (double){s} / {n};"
            return guard + [f"{kind} {s} = 0;"] + loop.lines(lambda x, i: [add(rng, s, self.value(x, i))]) + [div]
        self.default, self.must_tell = "0", rng.random() < 0.8
        c = ns["cnt"]
        def inside(x, i):
            then = [add(rng, s, self.value(x, i)), steps(rng, c)]
            if rng.random() < 0.3:
                then.reverse()
            return self.guarded(loop, x, i, [t if t.endswith(";") else t + ";" for t in then])
        q = f"{s} / {c}" if kind == "double" else f"(double){s} / {c}"
        head = [f"{kind} {s} = 0;", f"int {c} = 0;"]
        if rng.random() < 0.4:
            head.reverse()
        end = [f"return {c} == 0 ? 0 : {q};"] if rng.random() < 0.3 else [f"return {c} > 0 ? {q} : 0.0;"] if rng.random() < 0.4 else [f"if ({c} == 0) return 0;", f"return {q};"]
        return head + loop.lines(inside) + end

    # --- the whole -----------------------------------------------------------------------------

    def function(self):
        rng = self.rng
        names = [n.replace("F", self.f[4].replace("C", str(self.const))).replace("M", self.m[3]) for n in self.r["names"]]
        self.fname = function_name(rng, names, set(self.ns.used))
        self.ns.used.add(self.fname)
        body = self.body()
        own = list(self.names.values())
        sentences = [reword(rng, x, own + [self.fname]) for x in self.comment()]
        sentences = dress(rng, sentences, [("A", self.ns["a"]), ("N", self.ns["n"])] + [("int", self.ns[e]) for e in self.extra])
        shown = self.examples() if rng.random() < 0.18 and not self.front and not self.length_first else []
        return Function("arrays", "/".join(self.triple), self.ret, self.fname, self.decls, sentences, body, shown)

    def examples(self):
        """One or two calls with their results, where the result is a whole number."""
        kinds, cases = ["A", "N"] + ["int"] * len(self.extra), []
        for _ in range(self.rng.choice([1, 1, 2])):
            a, extra = draw(self.rng, self.filter, len(self.extra), self.const)
            k = self.const if self.const is not None else tuple(extra) if len(extra) == 2 else extra[0] if extra else None
            value = evaluate(self.triple, a, k, int(self.default or 0) if str(self.default or 0).lstrip("-").isdigit() else None)
            if isinstance(value, int) and abs(value) < 2**31:
                cases.append(([a, len(a), *extra], int(value)))
        return examples.lines(self.rng, self.fname, self.ret, kinds, cases, 2) if cases else []


def draw(rng, filter_, extras, const=None):
    """An array and extra arguments that suit the filter."""
    low = rng.choice([-9, -5, 0, 1])
    a = [rng.randint(low, rng.choice([6, 9, 20])) for _ in range(rng.randint(2, 7))]
    if const is not None and rng.random() < 0.8:
        a = [v if rng.random() < 0.6 else const * rng.randint(1, 3) for v in a]
    if extras == 2:
        return a, sorted([rng.randint(-3, 9), rng.randint(-3, 9)])
    if extras == 1:
        return a, [rng.randint(2, 5) if filter_ in ("div", "ndiv") else rng.choice(a)]
    return a, []


def evaluate(triple, a, k, default):
    """What the function of a triple returns; k is the parameter, the constant or (lo, hi)."""
    reduce, keep, change = triple[0], FILTERS[triple[1]][3], MAPS[triple[2]][2]
    hits = [i for i, x in enumerate(a) if keep(x, i, k)]
    values = [change(a[i], i, k) for i in hits]
    if reduce == "sum":
        return sum(values)
    if reduce == "prod":
        return math.prod(values)
    if reduce == "count":
        return len(values)
    if reduce in ("any", "all", "none"):
        return int({"any": len(hits) > 0, "all": len(hits) == len(a), "none": not hits}[reduce])
    if not hits:
        return default
    if reduce == "avg":
        return sum(values) / len(values)
    return {"max": max(values), "min": min(values), "first": hits[0], "last": hits[-1], "firstv": values[0], "lastv": values[-1]}[reduce]


def _word(text, mark, value):
    return re.sub(rf"(?<![\w$]){mark}(?!\w)", lambda m: value, text)


def _article(text):
    return re.sub(r"\b([Aa]) (?=(?:even|odd|element|entry|item|integer|int)\b)", r"\1n ", text)


def write(rng, triples):
    """One function of the family, of one of the triples; reductions by weight, simple ones more often."""
    reduce = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    own = [t for t in triples if t[0] == reduce]
    simple = [t for t in own if t[1] == "none" or t[2] == "id"]
    return Writer(rng, rng.choice(simple if simple and rng.random() < 0.6 else own)).function()
