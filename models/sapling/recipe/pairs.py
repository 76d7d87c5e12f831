"""Pairs: a function, and a second one that calls it."""

import pathlib
import random
import re
import subprocess

import ideas
import told
from cgen import block, indent
from function import Function
from wording import Names, function_name, sentence

PREDICATES = {  # idea: (adjective or phrase for numbers, word for names)
    "even": ("even", "even"), "odd": ("odd", "odd"), "prime": ("prime", "primes"), "perfect": ("perfect", "perfect"),
    "perfect_square": ("perfect square", "squares"), "pow2": ("power-of-two", "powers of two"), "num_palindrome": ("palindromic", "palindromes"),
    "leap": ("leap", "leap years"), "positive": ("positive", "positive"), "negative": ("negative", "negative"), "harshad": ("digit-sum-divisible", "harshad"), "armstrong": ("Armstrong", "armstrong"),
}
MAPS = {  # idea: (noun phrase with X for the argument, plural, word for names)
    "digit_sum": ("the digit sum of X", "digit sums", "digit sums"), "digit_count": ("the number of digits of X", "digit counts", "digits"), "digit_max": ("the largest digit of X", "largest digits", "max digits"),
    "digit_rev": ("X with its digits reversed", "reversed numbers", "reversed"), "square": ("the square of X", "squares", "squares"), "cube": ("the cube of X", "cubes", "cubes"), "abs": ("the absolute value of X", "absolute values", "abs"),
    "sum_to_n": ("the sum of the numbers from 1 to X", "triangular numbers", "triangular"), "count_divisors": ("the number of divisors of X", "divisor counts", "divisors"), "factorial_int": ("the factorial of X", "factorials", "factorials"),
    "fib": ("the X-th Fibonacci number", "Fibonacci numbers", "fib"), "sum_divisors": ("the sum of the divisors of X", "divisor sums", "divisor sums"), "digit_prod": ("the product of the digits of X", "digit products", "digit products"), "double": ("twice X", "doubles", "doubles"),
    "sign": ("the sign of X", "signs", "signs"), "first_digit": ("the first digit of X", "first digits", "first digits"), "last_digit": ("the last digit of X", "last digits", "last digits"), "isqrt": ("the integer square root of X", "integer square roots", "roots"),
    "collatz": ("the number of Collatz steps of X", "Collatz step counts", "steps"), "smallest_divisor": ("the smallest divisor of X above 1", "smallest divisors", "divisors"), "sum_sq_digits": ("the sum of the squared digits of X", "sums of squared digits", "digit squares"),
}
STRINGS = {  # idea: (noun phrase with X, noun for the count)
    "strlen": ("the length of X", "length"), "count_vowels": ("the number of vowels in X", "number of vowels"), "count_words": ("the number of words in X", "number of words"), "count_upper": ("the number of uppercase letters in X", "number of uppercase letters"),
    "count_digits": ("the number of digits in X", "number of digits"), "count_spaces": ("the number of spaces in X", "number of spaces"), "count_letters": ("the number of letters in X", "number of letters"), "longest_word": ("the length of the longest word of X", "longest word"),
    "sum_digits_str": ("the sum of the digits in X", "digit sum"), "str_to_int": ("the number written in X", "value"), "count_distinct": ("the number of different characters of X", "number of different characters"), "count_lower": ("the number of lowercase letters in X", "number of lowercase letters"),
}
TWO = {  # idea of two ints: (noun phrase with X and Y)
    "gcd": "the greatest common divisor of X and Y", "lcm": "the least common multiple of X and Y", "max2": "the larger of X and Y", "min2": "the smaller of X and Y", "absdiff": "the absolute difference of X and Y", "add2": "the sum of X and Y", "mul2": "the product of X and Y",
}
RECORDS = {}


def records():
    if not RECORDS:
        RECORDS.update({r["key"]: r for r in ideas.IDEAS})
    return RECORDS


def array_params(rng, ns, mutable=False):
    a, n = ns["a"], ns["n"]
    const = "" if mutable else rng.choice(["const ", "const ", ""])
    return [f"{const}int {a}[]" if rng.random() < 0.4 else f"{const}int *{a}", f"int {n}"], a, n


def array_loop(rng, a, n, i, body):
    """A plain loop over the array in one of three forms."""
    pick = rng.random()
    braces = rng.random() < 0.75
    if pick < 0.65:
        return block(rng, f"for (int {i} = 0; {i} < {n}; {i}++)", body, braces)
    if pick < 0.85:
        return [f"int {i} = 0;", f"while ({i} < {n}) {{", *body, f"{i}++;", "}"]
    return block(rng, f"for (int {i} = {n} - 1; {i} >= 0; {i}--)", body, braces)


def using(rng, first, text):
    """Says now and then that the first function is to be used."""
    if rng.random() < 0.3:
        tail = rng.choice([f"Use {first.name}.", f"Uses {first.name}.", f"Use {first.name} for this.", f"Call {first.name}.", f"Built on {first.name}.", f"Makes use of {first.name}.", f"Use the function {first.name}."])
        return [text, tail]
    return [text]


NOUNS = ["elements", "elements", "numbers", "numbers", "values", "integers", "entries"]
WHERE = ["of A", "in A", "in the array", "of the array", "in the array A", "of the list A", "of an array", "in an array A of N ints", "in the list", "of an int array A"]


def where(rng, a, n):
    return rng.choice(WHERE).replace("A", a).replace("N", n)


def call_predicate(rng, first, key, ns):
    adjective, word = PREDICATES[key]
    noun = rng.choice(NOUNS)
    f = first.name
    if key == "leap":
        adjective, noun = "leap", "years"
    many = f"{adjective} {noun}" if key not in ("perfect_square", "pow2") else {"perfect_square": "perfect squares", "pow2": "powers of two"}[key]
    one = many[:-1] if many != "powers of two" else "power of two"
    one = one.replace("entrie", "entry")
    kind = rng.choice(["count", "count", "sum", "any", "all", "first", "range", "rangesum", "max", "next", "keep"])
    if key in ("positive", "negative") and kind in ("range", "rangesum", "next"):
        kind = "count"
    if kind in ("range", "rangesum", "next"):
        n, i = ns["n"], ns["i"]
        if kind == "next":
            x = ns["x"]
            core = ("np", f"the {rng.choice(['smallest', 'first', 'next'])} {one} {rng.choice(['greater than', 'larger than', 'above', 'after'])} {x}")
            body = rng.choice([[f"int {i} = {x} + 1;", f"while (!{f}({i})) {{", f"{i}++;", "}", f"return {i};"], ["do {", f"{x}++;", f"}} while (!{f}({x}));", f"return {x};"], [f"{x}++;", f"while (!{f}({x})) {x}++;", f"return {x};"]])
            return "int", [f"int {x}"], [f"next {word}", f"{word} after"], core, body
        acc = ns["cnt" if kind == "range" else "sum"]
        act = f"{acc}++;" if kind == "range" else f"{acc} += {i};"
        end = rng.choice([f"from 1 to {n}", f"up to {n}", f"between 1 and {n}"])
        core = rng.choice([("np", f"the number of {many} {end}"), ("v", f"count the {many} {end}"), ("np", f"how many {many} there are {end}")]) if kind == "range" else rng.choice([("np", f"the sum of the {many} {end}"), ("v", f"add up the {many} {end}")])
        body = [f"int {acc} = 0;"] + rng.choice([block(rng, f"for (int {i} = 1; {i} <= {n}; {i}++)", block(rng, f"if ({f}({i}))", [act], False), True), [f"int {i} = 1;", f"while ({i} <= {n}) {{", f"if ({f}({i})) {{", act, "}", f"{i}++;", "}"], [f"for (int {i} = {n}; {i} > 0; {i}--) {{", f"if ({f}({i})) {act}", "}"]]) + [f"return {acc};"]
        return "int", [f"int {n}"], [f"count {word}" if kind == "range" else f"sum {word}", f"{word} up to"], core, body
    params, a, n = array_params(rng, ns, kind == "keep")
    i = ns["i"]
    x = f"{a}[{i}]"
    place = where(rng, a, n)
    braces = rng.random() < 0.7
    if kind in ("count", "sum"):
        acc = ns["cnt" if kind == "count" else "sum"]
        act = f"{acc}++;" if kind == "count" else f"{acc} += {x};"
        core = rng.choice([("np", f"the number of {many} {place}"), ("v", f"count the {many} {place}"), ("np", f"how many {many} there are {place}"), ("q", f"how many {noun} {place} are {adjective}?" if many.startswith(adjective) and key not in ("perfect_square", "pow2") else f"how many {many} are there {place}?")]) if kind == "count" else rng.choice([("np", f"the sum of the {many} {place}"), ("v", f"add up the {many} {place}"), ("np", f"the total of all {many} {place}")])
        test = [f"if ({f}({x}))", act] if not braces else [f"if ({f}({x})) {{", act, "}"]
        if rng.random() < 0.12 and kind == "count":
            test = [f"{acc} += {f}({x}) ? 1 : 0;"]
        return "int", params, [f"{kind} {word}", f"num {word}" if kind == "count" else f"total {word}"], core, [f"int {acc} = 0;", *array_loop(rng, a, n, i, test), f"return {acc};"]
    if kind in ("any", "all"):
        p = {"any": [f"there is at least one {one} {place}", f"any of the {noun} {place} is {_a(adjective, key)}", f"the array contains a {one}"], "all": [f"all {noun} {place} are {_a(adjective, key, True)}", f"every one of the {noun} {place} is {_a(adjective, key)}", f"the array consists only of {many}"]}[kind]
        yes, no = ("return 1;", "return 0;")
        test = f"if ({f}({x}))" if kind == "any" else f"if (!{f}({x}))"
        body = array_loop(rng, a, n, i, block(rng, test, [yes if kind == "any" else no], braces)) + [no if kind == "any" else yes]
        if rng.random() < 0.2:
            acc = ns["cnt"]
            body = [f"int {acc} = 0;", *array_loop(rng, a, n, i, [f"if ({f}({x})) {acc}++;"]), f"return {acc} > 0;" if kind == "any" else f"return {acc} == {n};"]
        return "int", params, [f"{kind} {word}", f"has {word}" if kind == "any" else f"only {word}"], ("p", rng.choice(p)), body
    if kind == "first":
        core = ("np", f"the index of the first {one} {place}, or -1 if there is none")
        return "int", params, [f"first {word}", f"find {word}"], core, [f"for (int {i} = 0; {i} < {n}; {i}++) {{", f"if ({f}({x})) return {i};", "}", "return -1;"]
    if kind == "max":
        m = ns["best"]
        core = ("np", f"the largest {one} {place}, or -1 if there is none")
        return "int", params, [f"max {word}", f"largest {word}"], core, [f"int {m} = -1;", *array_loop(rng, a, n, i, [f"if ({f}({x}) && {x} > {m}) {m} = {x};"]), f"return {m};"] if key not in ("negative", "even", "odd") else [f"int {m} = -1;", f"int {ns['ok']} = 0;", *array_loop(rng, a, n, i, [f"if ({f}({x}) && (!{ns['ok']} || {x} > {m})) {{", f"{m} = {x};", f"{ns['ok']} = 1;", "}"]), f"return {m};"]
    j = ns["w"]
    core = ("v", f"keep only the {many} {place}, in order, and return how many are left")
    return "int", params, [f"keep {word}", f"filter {word}"], core, [f"int {j} = 0;", f"for (int {i} = 0; {i} < {n}; {i}++) {{", f"if ({f}({x})) {{", f"{a}[{j}] = {x};", f"{j}++;", "}", "}", f"return {j};"]


def _a(adjective, key, many=False):
    return {"perfect_square": "perfect squares" if many else "a perfect square", "pow2": "powers of two" if many else "a power of two"}.get(key, adjective)


def call_map(rng, first, key, ns):
    phrase, many, word = MAPS[key]
    f = first.name
    kind = rng.choice(["sum", "sum", "range", "max", "apply", "equal", "larger", "twice", "count", "index"])
    if kind in ("equal", "larger"):
        x, y = ns["x"], ns["y"]
        if kind == "equal":
            core = ("p", rng.choice([f"{phrase.replace('X', x)} and {phrase.replace('X', y)} are equal", f"{x} and {y} have the same {many[:-1]}", f"{phrase.replace('X', x)} equals {phrase.replace('X', y)}"]))
            body = rng.choice([[f"return {f}({x}) == {f}({y});"], [f"if ({f}({x}) == {f}({y})) return 1;", "return 0;"], [f"int {ns['res']} = {f}({x});", f"return {ns['res']} == {f}({y});"]])
            return "int", [f"int {x}", f"int {y}"], [f"same {word}", f"equal {word}"], core, body
        core = ("np", rng.choice([f"whichever of {x} and {y} has the larger {many[:-1]}, {x} if they are equal", f"{x} if {phrase.replace('X', x)} is at least {phrase.replace('X', y)}, else {y}"]))
        body = rng.choice([[f"return {f}({x}) >= {f}({y}) ? {x} : {y};"], [f"if ({f}({y}) > {f}({x})) return {y};", f"return {x};"], [f"int {ns['res']} = {f}({x});", f"int {ns['tmp']} = {f}({y});", f"if ({ns['res']} >= {ns['tmp']}) return {x};", f"return {y};"]])
        return "int", [f"int {x}", f"int {y}"], [f"larger {word}", f"by {word}"], core, body
    if kind == "twice":
        x = ns["x"]
        core = ("np", phrase.replace("X", x) + rng.choice([" plus 1", " times 2", " minus " + x, " plus " + x]))
        op = core[1].rsplit(" ", 2)[-2:]
        sign = {"plus": "+", "times": "*", "minus": "-"}[op[0]]
        body = rng.choice([[f"return {f}({x}) {sign} {op[1]};"], [f"int {ns['res']} = {f}({x});", f"return {ns['res']} {sign} {op[1]};"]])
        return "int", [f"int {x}"], [f"{word} {op[0]}", f"{op[0]} {word}"], core, body
    if kind == "range":
        n, i, s = ns["n"], ns["i"], ns["sum"]
        core = rng.choice([("np", f"the sum of the {many} of the numbers from 1 to {n}"), ("v", f"add up the {many} of 1 to {n}"), ("np", f"the sum of {phrase.replace('X', 'i')} for i from 1 to {n}")])
        body = [f"int {s} = 0;"] + rng.choice([[f"for (int {i} = 1; {i} <= {n}; {i}++) {{", f"{s} += {f}({i});", "}"], [f"while ({n} > 0) {{", f"{s} += {f}({n});", f"{n}--;", "}"], [f"int {i} = 1;", f"while ({i} <= {n}) {{", f"{s} += {f}({i});", f"{i}++;", "}"]]) + [f"return {s};"]
        return "int", [f"int {n}"], [f"sum {word}", f"total {word}"], core, body
    params, a, n = array_params(rng, ns, kind == "apply")
    i = ns["i"]
    x = f"{a}[{i}]"
    place = where(rng, a, n)
    noun = rng.choice(NOUNS)
    if kind == "sum":
        s = ns["sum"]
        core = rng.choice([("np", f"the sum of the {many} of the {noun} {place}"), ("v", f"add up the {many} of the {noun} {place}"), ("np", f"the total of the {many} of all {noun} {place}")])
        body = [f"int {s} = 0;", *array_loop(rng, a, n, i, [f"{s} += {f}({x});"] if rng.random() < 0.8 else [f"int {ns['e']} = {f}({x});", f"{s} += {ns['e']};"]), f"return {s};"]
        return "int", params, [f"sum {word}", f"total {word}"], core, body
    if kind == "max":
        m = ns["max"]
        core = rng.choice([("np", f"the largest of the {many} of the {noun} {place}"), ("np", f"the maximum of the {many} {place}"), ("v", f"find the largest of the {many} of the {noun} {place}")])
        inner = rng.choice([[f"if ({f}({x}) > {m}) {m} = {f}({x});"], [f"int {ns['e']} = {f}({x});", f"if ({ns['e']} > {m}) {m} = {ns['e']};"]])
        return "int", params, [f"max {word}", f"largest {word}"], core, [f"int {m} = {f}({a}[0]);", *array_loop(rng, a, n, i, inner), f"return {m};"]
    if kind == "apply":
        core = ("v", rng.choice([f"replace every {noun[:-1].replace('entrie', 'entry')} {place} by {phrase.replace('X', 'it')}", f"replace each {noun[:-1].replace('entrie', 'entry')} of {a} by {phrase.replace('X', 'it')}"]).replace("the it-th Fibonacci number", "the Fibonacci number of that index").replace("it with its", "itself with its"))
        return "void", params, [f"apply {word}", f"map {word}"], core, array_loop(rng, a, n, i, [f"{x} = {f}({x});"])
    k = ns["k"]
    if kind == "count":
        c = ns["cnt"]
        core = ("np", f"the number of {noun} {place} for which {phrase.replace('X', 'the ' + noun[:-1].replace('entrie', 'entry'))} is {rng.choice(['greater than', 'above'])} {k}")
        return "int", params + [f"int {k}"], [f"count {word}", f"count {word} above"], core, [f"int {c} = 0;", *array_loop(rng, a, n, i, [f"if ({f}({x}) > {k}) {c}++;"]), f"return {c};"]
    j = ns["best"]
    core = ("np", f"the index of the {noun[:-1].replace('entrie', 'entry')} {place} with the largest {many[:-1]}")
    return "int", params, [f"index of max {word}", f"best {word}"], core, [f"int {j} = 0;", f"for (int {i} = 1; {i} < {n}; {i}++) {{", f"if ({f}({x}) > {f}({a}[{j}])) {j} = {i};", "}", f"return {j};"]


def call_string(rng, first, key, ns):
    phrase, noun = STRINGS[key]
    f = first.name
    s = ns["s"]
    kind = rng.choice(["more", "equal", "above", "total", "longer", "max"])
    sp = f"const char *{s}"
    if kind == "above":
        k = ns["k"]
        core = ("p", phrase.replace("X", s) + rng.choice([" is greater than ", " is more than ", " exceeds "]) + k)
        return "int", [sp, f"int {k}"], ["is more than", "above limit", "exceeds"], core, rng.choice([[f"return {f}({s}) > {k};"], [f"if ({f}({s}) > {k}) return 1;", "return 0;"], [f"int {ns['res']} = {f}({s});", f"return {ns['res']} > {k};"]])
    if kind == "max":
        a, n, i, m = ns["a"], ns["n"], ns["i"], ns["max"]
        core = ("np", f"the largest {noun} among the {n} strings in {a}")
        return "int", [f"const char *{a}[]", f"int {n}"], ["max of strings", "largest"], core, [f"int {m} = 0;", f"for (int {i} = 0; {i} < {n}; {i}++) {{", f"if ({f}({a}[{i}]) > {m}) {m} = {f}({a}[{i}]);", "}", f"return {m};"]
    t = ns["t"]
    params = [sp, f"const char *{t}"]
    if kind == "equal":
        core = ("p", rng.choice([f"{s} and {t} have the same {noun}", f"{phrase.replace('X', s)} equals {phrase.replace('X', t)}"]))
        return "int", params, [f"same {noun}", "equal counts"], core, rng.choice([[f"return {f}({s}) == {f}({t});"], [f"if ({f}({s}) != {f}({t})) return 0;", "return 1;"], [f"int {ns['res']} = {f}({s});", f"return {ns['res']} == {f}({t});"]])
    if kind == "more":
        core = ("p", rng.choice([f"{phrase.replace('X', s)} is greater than {phrase.replace('X', t)}", f"{s} has a larger {noun} than {t}"]))
        return "int", params, ["has more", f"larger {noun}"], core, rng.choice([[f"return {f}({s}) > {f}({t});"], [f"if ({f}({s}) > {f}({t})) return 1;", "return 0;"], [f"return {f}({t}) < {f}({s});"]])
    if kind == "total":
        core = ("np", rng.choice([f"{phrase.replace('X', s)} plus {phrase.replace('X', t)}", f"the sum of the {noun} of {s} and of {t}"]))
        return "int", params, [f"total {noun}", "both"], core, rng.choice([[f"return {f}({s}) + {f}({t});"], [f"int {ns['sum']} = {f}({s});", f"{ns['sum']} += {f}({t});", f"return {ns['sum']};"]])
    core = ("np", rng.choice([f"the string with the larger {noun}, {s} if they are equal", f"whichever of {s} and {t} has the larger {noun}, {s} if equal"]))
    return "const char *", params, ["pick larger", "larger"], core, rng.choice([[f"return {f}({s}) >= {f}({t}) ? {s} : {t};"], [f"if ({f}({t}) > {f}({s})) return {t};", f"return {s};"]])


def call_two(rng, first, key, ns):
    f = first.name
    if rng.random() < 0.5:
        x, y, z = ns["x"], ns["y"], ns["z"]
        what = {"gcd": "the greatest common divisor of A, B and C", "lcm": "the least common multiple of A, B and C", "max2": "the largest of A, B and C", "min2": "the smallest of A, B and C", "add2": "the sum of A, B and C", "mul2": "the product of A, B and C"}.get(key)
        if what:
            core = ("np", what.replace("A", x).replace("B", y).replace("C", z))
            return "int", [f"int {x}", f"int {y}", f"int {z}"], [f"{key[:3]} of three", f"{key[:3]}3"], core, rng.choice([[f"return {f}({f}({x}, {y}), {z});"], [f"return {f}({x}, {f}({y}, {z}));"], [f"int {ns['res']} = {f}({x}, {y});", f"return {f}({ns['res']}, {z});"]])
        core = ("np", f"the sum of the absolute differences of {x} and {y} and of {y} and {z}")
        return "int", [f"int {x}", f"int {y}", f"int {z}"], ["total distance", "sum of gaps"], core, [f"return {f}({x}, {y}) + {f}({y}, {z});"]
    params, a, n = array_params(rng, ns)
    i, r = ns["i"], ns["res"]
    place = where(rng, a, n)
    if key == "absdiff":
        core = ("np", f"the sum of the absolute differences of neighbours {place}")
        return "int", params, ["sum of gaps", "total change"], core, [f"int {r} = 0;", f"for (int {i} = 1; {i} < {n}; {i}++) {{", f"{r} += {f}({a}[{i}], {a}[{i} - 1]);", "}", f"return {r};"]
    what = {"gcd": "the greatest common divisor", "lcm": "the least common multiple", "max2": "the largest", "min2": "the smallest", "add2": "the sum", "mul2": "the product"}[key]
    core = ("np", f"{what} of all {rng.choice(NOUNS)} {place}")
    return "int", params, [f"{key[:3]} of array", f"array {key[:3]}", f"{key[:3]} all"], core, rng.choice([[f"int {r} = {a}[0];", f"for (int {i} = 1; {i} < {n}; {i}++) {{", f"{r} = {f}({r}, {a}[{i}]);", "}", f"return {r};"], [f"int {r} = {a}[0];", f"int {i} = 1;", f"while ({i} < {n}) {{", f"{r} = {f}({r}, {a}[{i}]);", f"{i}++;", "}", f"return {r};"]])


TOLD = []


def told_pair(key, first, signature, names, texts, *bodies):
    """A second function written out by hand for the idea `first`, in the form of ideas.idea() and told.py:
    FIRST in texts and bodies is the first function's name."""
    ret, params = re.fullmatch(r"(.*?) \((.*)\)", signature).groups()
    block = told.parse_lines(f"@ {key}\n{texts}", f"pairs_told.py: {key}")[key]
    TOLD.append(dict(key=key, pair=first, ret=ret, params=[p.rsplit(" ", 1) for p in params.split(", ")], names=[n.strip() for n in names.split(",")], bodies=bodies, block=block))


def write_told(rng, record):
    first = ideas.write(rng, records()[record["pair"]], caller=True)
    second = ideas.write(rng, dict(record, first=first.name), taken={first.name}, caller=True)
    return first, second


def write(rng):
    """(first, second): the second calls the first."""
    if TOLD and rng.random() < 0.5:
        return write_told(rng, rng.choice(TOLD))
    table, call = rng.choice([(PREDICATES, call_predicate)] * 4 + [(MAPS, call_map)] * 4 + [(STRINGS, call_string)] * 2 + [(TWO, call_two)] * 2)
    key = rng.choice(list(table))
    first = ideas.write(rng, records()[key], caller=True)
    ns = Names(rng, {first.name})
    ret, params, names, core, lines = call(rng, first, key, ns)
    if ret == "int" and core[0] == "p" and rng.random() < 0.3:
        ret = "bool"
    name = function_name(rng, names, ns.used | {first.name})
    return first, Function("pairs", f"{key}/{call.__name__}", ret, name, params, using(rng, first, sentence(rng, core)), indent(lines))



def check_told(folder):
    """Writes every pair with every body and compiles it."""
    import examples

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    for record in TOLD:
        for at, body in enumerate(record["bodies"]):
            assert "FIRST" in body, (record["key"], body)
            first, second = write_told(random.Random(at), dict(record, bodies=[body]))
            odd = {n for t in record["block"]["texts"] + record["block"]["asides"] for n in re.findall(r"\$(\w+)", t)} - {n for _, n in record["params"]}
            assert not odd, (record["key"], odd)
            source = folder / "pair.c"
            source.write_text(examples.HEADERS + "".join(f"{f.signature()} {{\n{f.body}\n}}\n" for f in (first, second)))
            done = subprocess.run(["gcc", "-std=gnu17", "-Wall", "-Werror", "-O1", "-c", str(source), "-o", str(folder / "pair.o")], capture_output=True, text=True)
            if done.returncode:
                bad += 1
                print(record["key"], at, source.read_text().replace(examples.HEADERS, ""), done.stderr, sep="\n")
    print(f"{len(TOLD)} pairs, {sum(len(r['bodies']) for r in TOLD)} bodies, {sum(len(r['block']['texts']) for r in TOLD)} texts, {bad} do not compile")
