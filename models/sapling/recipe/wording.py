"""Small tools for wording: alternations, names, sentences, comments."""

import re
import textwrap

# --- alternations: "[a|b|]" picks one, and they nest -------------------------------------------

_INNER = re.compile(r"\[([^\[\]]*)\]")


def expand(rng, text):
    """Picks from every [a|b|c] in the text."""
    while (m := _INNER.search(text)) is not None:
        text = text[: m.start()] + rng.choice(m.group(1).split("|")) + text[m.end() :]
    return re.sub(r"  +", " ", text).replace(" ,", ",").replace(" .", ".").strip()


def fill(text, names):
    """Puts parameter names in the place of $a, $n and so on."""
    return re.sub(r"\$(\w+)", lambda m: names.get(m.group(1), m.group(1)), text)


# --- names -------------------------------------------------------------------------------------

POOLS = {
    # parameters
    "a": "a a a arr arr nums v values data numbers array xs list vals x p items seq buf",
    "b": "b b b other second c w ys right brr",
    "n": "n n n n len len size count length num sz m",
    "k": "k k k x limit t value target key threshold bound m y q",
    "s": "s s s s str str text string word input line p buf",
    "t": "t t other second b suffix prefix u",
    "c": "c c c ch ch letter chr target x symbol",
    "d": "d d divisor m k by",
    "lo": "lo lo low low a min from left start l",
    "hi": "hi hi high high b max to right end r",
    "x": "x x n n num value number a v m",
    "y": "y y b m other k w",
    "z": "z z c k third w",
    "m": "m m k b limit q",
    "out": "out out dst dest result res b output target",
    # locals
    "i": "i i i i i j k idx pos index",
    "j": "j j j k m l jj",
    "sum": "sum sum total total s acc res result t",
    "cnt": "count count cnt cnt c total num res result k",
    "prod": "prod product p result res acc",
    "best": "best best result res m ans cur top",
    "max": "max max best largest biggest m result high top",
    "min": "min min best smallest m result low least",
    "e": "x x v e val value cur item elem",
    "tmp": "tmp tmp temp t swap hold saved",
    "res": "result result res res r ret ans answer out value",
    "p": "p p q ptr cur it",
    "end": "end end last stop e limit",
    "dig": "d digit dig digit r last",
    "ok": "ok found flag ok result good yes",
    "l": "i left lo l start first",
    "r": "j right hi r end last",
    "w": "w j out pos k dst",
    "prev": "prev prev last before old a",
    "next": "next next c t new_value tmp",
    "rev": "rev rev reversed r result back",
    "orig": "orig original copy start saved m",
    "len": "len len n length size count",
    "base": "base b p factor",
    "f": "f f i d div k",
}

VAGUE = """f f f g h func func0 func1 fn foo bar solve solve solution compute calc process run task
work answer apply do_it my_func function1 helper eval handle test_it problem q1 ex1 challenge op""".split()


class Names:
    """Different names for the canonical identifiers of one function."""

    RESERVED = {"int", "long", "char", "if", "for", "do", "while", "return", "double", "bool", "true", "false"}

    def __init__(self, rng, taken=()):
        self.rng, self.map = rng, {}
        self.used = set(taken) | self.RESERVED

    def __getitem__(self, key):
        if key not in self.map:
            pool = [n for n in POOLS[key].split() if n not in self.used]
            if not pool:
                pool = [f"{key}{i}" for i in range(2, 6) if f"{key}{i}" not in self.used]
            self.map[key] = self.rng.choice(pool)
            self.used.add(self.map[key])
        return self.map[key]

    def fix(self, key, name):
        self.map[key] = name
        self.used.add(name)

    def rename(self, code, words):
        """Replaces whole canonical identifiers in C text."""
        return re.sub(r"\b(%s)\b" % "|".join(words), lambda m: self[m.group(1)], code)


def function_name(rng, names, taken=()):
    """A telling name, joined in one of the usual ways, or one that tells nothing."""
    if rng.random() < 0.22:
        pool = [v for v in VAGUE if v not in taken]
        return rng.choice(pool)
    name = expand(rng, rng.choice(names)).replace(" ", "_")
    name = re.sub(r"_+", "_", name).strip("_")
    style = rng.random()
    if style < 0.08:
        head, *tail = name.split("_")
        name = head + "".join(t.capitalize() for t in tail)
    elif style < 0.13:
        name = name.replace("_", "")
    elif style < 0.18:
        name = rng.choice(["get_", "compute_", "calc_", "find_", "my_", "do_"]) + name
    return name + "_of" if name in taken or name in C_WORDS else name


C_WORDS = set(
    "abs max min pow sqrt floor ceil round index double int float long short char signed union "
    "bsearch qsort switch case default static const register auto goto gamma y0 y1 j0 j1 div exp log sin cos tan "
    "fabs hypot strlen strcpy strcat strchr strrchr strcmp strstr strrev isalpha isdigit isupper "
    "islower isspace toupper tolower remove rename random rand abort exit labs fmin fmax fmod cbrt "
    "restrict inline volatile enum union struct typedef sizeof return break continue const extern else void while for if do bool true false assert logb erf signal time read write main ldiv trunc rint free malloc ispunct isalnum atoi swab ffs and or not xor".split()
)

# --- sentences ---------------------------------------------------------------------------------


def third(verb_phrase):
    """'add up x' to 'adds up x'."""
    head, _, tail = verb_phrase.partition(" ")
    if head.endswith(("s", "sh", "ch", "x", "z", "o")):
        head += "es"
    elif head.endswith("y") and head[-2:-1] not in "aeou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return f"{head} {tail}" if tail else head


def ing(verb_phrase):
    head, _, tail = verb_phrase.partition(" ")
    double = {"get": "getting", "put": "putting", "set": "setting", "swap": "swapping", "sum": "summing", "cut": "cutting", "flip": "flipping", "clamp": "clamping", "drop": "dropping", "strip": "stripping", "map": "mapping", "trim": "trimming"}
    if head in double:
        head = double[head]
    elif head.endswith("e") and not head.endswith("ee"):
        head = head[:-1] + "ing"
    else:
        head += "ing"
    return f"{head} {tail}" if tail else head


def upper_first(s):
    return s[:1].upper() + s[1:]


NOUN_FRAMES = [
    "Return $X.", "Return $X.", "Return $X.", "Returns $X.", "Returns $X.", "Compute $X.",
    "Computes $X.", "Calculate $X.", "Calculates $X.", "Find $X.", "Finds $X.", "Get $X.",
    "Give $X.", "Gives $X.", "Gives back $X.", "$X.", "$X.", "$X", "What is $X?", "Work out $X.",
    "Determine $X.", "Compute and return $X.", "Calculate and return $X.", "Find and return $X.",
    "This function returns $X.", "The function should return $X.", "The result is $X.",
    "Write a function that returns $X.", "Write a function to [find|compute|calculate|get] $X.",
    "Yields $X.", "Function returning $X.", "Tell me $X.", "Your task is to [find|compute|return] $X.",
    "We want $X.", "We need $X.", "I need $X.", "Obtain $X.", "Evaluate $X.", "Produce $X.",
    "Should return $X.", "returns $X", "return $X", "compute $X", "Report $X.", "A function that [computes|returns|finds] $X.",
    "Implement a function that [computes|returns|calculates] $X.", "Figure out $X.", "The answer is $X.",
]
NOUN_GIVEN = [
    "Given $G, return $X.", "Given $G, return $X.", "Given $G, find $X.", "Given $G, compute $X.",
    "Given $G, [this function |]returns $X.", "Given $G, calculate $X.", "Given $G, what is $X?",
    "You are given $G. Return $X.", "You are given $G. [Find|Compute|Calculate] $X.", "For $G, return $X.", "For $G, compute $X.",
    "Takes $G and returns $X.", "Take $G and return $X.", "Take $G and [compute|work out] $X.", "[The|This] function takes $G and returns $X.",
    "[The|This] function receives $G. It [should return|returns|computes] $X.",
    "Write a function that takes $G and returns $X.", "Return $X, given $G.", "From $G, compute $X.", "With $G, return $X.",
]
VERB_FRAMES = [
    "$V.", "$V.", "$V.", "$V", "$T.", "$T.", "$T", "This function $T.", "Write a function that $T.",
    "Function that $T.", "Write a function to $V.", "Your task is to $V.", "$V and return the result.",
    "A function to $V.", "Please $V.", "Helper that $T.", "The function $T.", "The function should $V.", "Used to $V.", "We need to $V.",
    "A function that $T.", "Implement a function that $T.", "Implement a function to $V.", "$V and return [it|the answer|the value].", "Simply $V.", "Just $V.",
]
VERB_GIVEN = [
    "Given $G, $V.", "Given $G, $V.", "Given $G, $V and return the result.", "Given $G, this function $T.",
    "You are given $G. $V.", "Takes $G and $T.", "Take $G and $V.", "Write a function that takes $G and $T.", "For $G, $V.", "[The|This] function takes $G and $T.", "[The|This] function receives $G and $T.",
]
TRUTH_FRAMES = [
    "Return true if $P.", "Return true if $P, false otherwise.", "Return 1 if $P, 0 otherwise.",
    "Return 1 if $P and 0 otherwise.", "Returns true if $P.", "Returns 1 if $P, else 0.",
    "Return 1 when $P, otherwise 0.", "Check whether $P.", "Check if $P.", "Checks whether $P.",
    "Checks if $P.", "Test whether $P.", "Tests if $P.", "Determine whether $P.", "Determine if $P.",
    "Tell whether $P.", "Tells if $P.", "Says whether $P.", "True if $P.", "True when $P.",
    "Nonzero if $P.", "Return whether $P.", "Returns whether $P.", "Decide whether $P.",
    "Find out whether $P.", "True if and only if $P.", "Return nonzero if $P.", "See if $P.",
    "1 if $P, else 0.", "1 if $P, 0 if not.", "Return true when $P and false when not.", "Verify that $P.",
    "Is it true that $P?", "Write a function that checks [if|whether] $P.", "This function returns true if $P.",
    "Returns a boolean telling whether $P.", "Return true only if $P.", "returns true if $P",
    "Return false unless $P.", "Write a function to check whether $P.", "Yields 1 if $P and 0 if not.",
    "The result is 1 if $P and 0 if not.", "Returns 1 exactly when $P.", "The function returns true if $P and false otherwise.", "Answers whether $P.",
]
TRUTH_GIVEN = [
    "Given $G, return true if $P.", "Given $G, check whether $P.", "Given $G, return 1 if $P, else 0.",
    "Given $G, determine if $P.", "Takes $G and returns true if $P.", "You are given $G. Check if $P.", "Given $G, decide whether $P.", "Given $G, tell whether $P.",
]


def sentence(rng, core, given=None):
    """One sentence from a core: ("np", text), ("v", text), ("p", text) or ("q", whole text).

    `given` describes the arguments; some frames begin with it."""
    kind, text = core
    if kind == "q":
        return upper_first(text)
    use_given = given and rng.random() < 0.3
    if kind == "np":
        frame = rng.choice(NOUN_GIVEN if use_given else NOUN_FRAMES)
        out = expand(rng, frame).replace("$X", text)
    elif kind == "v":
        frame = rng.choice(VERB_GIVEN if use_given else VERB_FRAMES)
        frame = expand(rng, frame)
        if frame.startswith("You are"):
            text = upper_first(text)
        out = frame.replace("$V", text).replace("$T", third(text))
    else:
        frame = rng.choice(TRUTH_GIVEN if use_given else TRUTH_FRAMES)
        out = expand(rng, frame).replace("$P", text)
    if use_given:
        out = out.replace("$G", given)
    keep_small = rng.random() < 0.1
    return out if keep_small else upper_first(out)


# --- comments ----------------------------------------------------------------------------------


def comment(rng, sentences, examples=()):
    """Sets sentences and example lines as a C comment in one of the usual styles. A line break inside
    a sentence stays one."""
    width = rng.choice([56, 66, 72, 78, 78, 90])
    lines = [line for part in " ".join(sentences).split("\n") for line in textwrap.wrap(part, width)]
    indent = rng.choice(["", "", "  ", "    "])
    lines += [indent + e for e in examples]
    style = rng.random()
    if style < 0.29:
        slashes = "///" if style < 0.02 else "//"
        return "\n".join(f"{slashes} {line}" for line in lines)
    if style < 0.62:
        if len(lines) == 1:
            return f"/* {lines[0]} */"
        end = "\n */" if style < 0.34 else "\n*/" if style < 0.37 else " */"
        return "/* " + "\n   ".join(lines) + end
    head = "/**" if style < 0.72 else "/*"
    if style < 0.90:
        return head + "\n" + "\n".join(" * " + line for line in lines) + "\n */"
    if style < 0.94:
        return head + "\n" + "\n".join("   " + line for line in lines) + "\n*/"
    return head + " " + "\n * ".join(lines) + "\n */" if len(lines) > 1 else f"/* {lines[0]} */"


# --- a second layer: the same sentence in other words -----------------------------------------

SYNONYMS = [  # whole words, and what may stand for them
    (r"return", ["give back", "output", "hand back", "produce", "deliver"], 0.06),
    (r"returns", ["gives back", "outputs", "yields", "produces", "delivers"], 0.06),
    (r"the array", ["the list", "the sequence", "the given array", "the vector", "the table", "this array", "the input", "the data"], 0.08),
    (r"an array", ["a list", "a sequence", "some array", "a vector", "a series", "a collection"], 0.08),
    (r"elements", ["values", "numbers", "entries", "items", "members", "integers"], 0.10),
    (r"numbers", ["values", "integers", "ints", "whole numbers", "elements"], 0.06),
    (r"integers", ["ints", "numbers", "whole numbers"], 0.08),
    (r"greater than", ["larger than", "bigger than", "above", "more than", "higher than", "over", "in excess of"], 0.15),
    (r"larger than", ["greater than", "bigger than", "above", "more than"], 0.15),
    (r"less than", ["smaller than", "below", "lower than", "under"], 0.15),
    (r"smaller than", ["less than", "below", "lower than", "under"], 0.15),
    (r"largest", ["biggest", "greatest", "maximum", "highest", "top"], 0.10),
    (r"smallest", ["lowest", "minimum", "least", "tiniest"], 0.10),
    (r"the sum of", ["the total of", "the combined sum of", "the result of adding up", "the added-up value of", "the overall sum of"], 0.08),
    (r"add up", ["sum", "sum up", "total", "add together", "total up", "find the sum of"], 0.12),
    (r"the number of", ["the count of", "the amount of", "the total number of", "how many", "a count of"], 0.10),
    (r"count", ["count up", "tally", "find the number of", "determine the number of", "return the number of"], 0.0),
    (r"how many", ["the number of", "what number of"], 0.0),
    (r"the product of", ["the multiplied value of", "the result of multiplying"], 0.08),
    (r"multiply", ["take the product of"], 0.0),
    (r"the average of", ["the mean of", "the arithmetic mean of", "the average value of"], 0.12),
    (r"divisible by", ["a multiple of", "evenly divisible by", "exactly divisible by"], 0.0),
    (r"whether", ["if", "whether or not"], 0.15),
    (r"compute", ["calculate", "work out", "determine", "find", "evaluate"], 0.15),
    (r"find", ["determine", "get", "look up", "search for", "locate", "identify"], 0.10),
    (r"string", ["text", "C string", "character string", "word"], 0.08),
    (r"characters", ["chars", "letters and signs", "symbols"], 0.06),
    (r"character", ["char", "symbol"], 0.06),
    (r"uppercase", ["upper-case", "capital", "upper case"], 0.15),
    (r"lowercase", ["lower-case", "small", "lower case"], 0.12),
    (r"replace", ["overwrite", "substitute"], 0.0),
    (r"remove", ["delete", "drop", "strip", "take out", "erase", "get rid of"], 0.15),
    (r"digits", ["decimal digits", "figures", "digits (base 10)"], 0.06),
    (r"occurs", ["appears", "is found", "shows up", "is present"], 0.15),
    (r"contains", ["has", "includes", "holds"], 0.12),
    (r"equal to", ["the same as", "identical to", "matching"], 0.08),
    (r"reverse", ["flip", "turn around", "mirror"], 0.06),
    (r"from 1 to", ["between 1 and", "in the range 1 to", "1 through", "from one to"], 0.15),
    (r"first", ["leftmost", "earliest"], 0.04),
    (r"last", ["rightmost", "final"], 0.04),
    (r"two", ["both", "a pair of"], 0.0),
    (r"if there are none", ["when there are none", "if none exist", "if nothing matches", "if no element matches", "in case there are none"], 0.3),
    (r"if there is none", ["when there is none", "if none exists", "if nothing is found", "if it does not exist", "if there isn't one", "if no such element exists"], 0.3),
    (r"otherwise", ["else", "in all other cases", "if not"], 0.12),
    (r"between", ["in the range of", "among"], 0.0),
    (r"in place", ["in-place", "without a second array", "modifying it in place"], 0.10),
]
_SYNONYMS = [(re.compile(rf"\b{word}\b", re.I), others, p) for word, others, p in SYNONYMS if p]


def reword(rng, text, keep=()):
    """Puts synonyms in, never for a word that is a parameter's name."""
    for pattern, others, p in _SYNONYMS:
        if rng.random() < p and (m := pattern.search(text)):
            if any(re.search(rf"\b{re.escape(k)}\b", m.group()) for k in keep):
                continue
            other = rng.choice(others)
            if m.group()[0].isupper():
                other = upper_first(other)
            text = text[: m.start()] + other + text[m.end() :]
    return text


LEADS = [
    "Please ", "Hi, please ", "Could you ", "Task: ", "TODO: ", "Goal: ", "Exercise: ", "Easy one: ", "Problem: ", "Q: ", "Note: ",
]


def dress(rng, sentences, kinds):
    """Sentences that change nothing: what may be assumed, what the arguments are.

    kinds: the kinds of the parameters and their names, as (kind, name)."""
    out = list(sentences)
    arrays = [n for k, n in kinds if k in ("A", "M", "D")]
    sizes = [n for k, n in kinds if k == "N"]
    strings = [n for k, n in kinds if k in ("S", "T")]
    ints = [n for k, n in kinds if k in ("int", "long", "unsigned")]
    before, after = [], []
    if arrays and sizes:
        a, n = arrays[0], sizes[0]
        before += [f"{a} is an array of {n} integers.", f"{a} holds {n} ints.", f"The array {a} has {n} elements.", f"Let {a} be an array of length {n}.", f"There are {n} numbers in {a}.", f"We have {n} integers in the array {a}.", f"You get an array {a} with {n} values.", f"Consider an array {a} of {n} ints.", f"{a} has {n} entries.", f"An array of {n} numbers is given."]
        after += [f"{n} is the number of elements.", f"{n} is the size of {a}.", f"The array has {n} elements.", f"Assume {n} is at least 1.", f"{n} is never negative.", f"{a} is not NULL.", f"You may assume {n} > 0.", f"{n} may be 0.", f"The length of the array is {n}.", "Do not modify the array." if kinds[0][0] == "A" else "The array is changed in place.", f"The array is passed as {a} with its length {n}.", f"@param {a} the array @param {n} its length", f"{a}: input array; {n}: its length.", "The array may hold negative numbers.", f"{a} - array of ints, {n} - number of elements."]
    elif strings:
        s = strings[0]
        before += [f"{s} is a null-terminated string.", f"A string {s} is given.", f"You get a string {s}.", f"Let {s} be a C string.", f"Consider the string {s}.", f"We have a string {s}."]
        after += [f"{s} is null-terminated.", f"{s} is not NULL.", f"The string may be empty.", f"{s} ends with a zero byte.", "Only ASCII is used.", f"{s}: the string to look at.", "The empty string is allowed.", f"@param {s} the string"]
    elif len(ints) == 1:
        n = ints[0]
        before += [f"{n} is an integer.", f"A number {n} is given.", f"You get an integer {n}.", f"Let {n} be an integer.", f"Consider a number {n}."]
        after += [f"{n} is not negative.", f"Assume {n} >= 1.", f"{n} is positive.", f"You may assume that {n} is at least 1.", f"{n} is small enough not to overflow.", f"@param {n} the number", f"{n}: the number."]
    elif len(ints) > 1:
        both = " and ".join(ints) if len(ints) == 2 else ", ".join(ints[:-1]) + " and " + ints[-1]
        before += [f"{both} are integers.", f"You get the integers {both}.", f"Let {both} be integers."]
        after += [f"{both} are integers.", f"Both are positive." if len(ints) == 2 else "All are positive.", "Overflow need not be handled."]
    if before and rng.random() < 0.12:
        out.insert(0, rng.choice(before))
    elif rng.random() < 0.05 and out[0][:1].isupper() and out[0].split(" ")[0] in ("Return", "Compute", "Count", "Find", "Check", "Get", "Calculate", "Determine", "Give", "Add", "Sum", "Multiply", "Reverse", "Replace", "Remove", "Set", "Test", "Tell", "Write"):
        lead = rng.choice(LEADS)
        out[0] = lead + (out[0][0].lower() + out[0][1:] if not lead.endswith(": ") or rng.random() < 0.5 else out[0])
        if lead == "Could you ":
            out[0] = out[0].rstrip(".") + "?"
    if after and rng.random() < 0.16:
        extra = rng.choice(after)
        if not out[-1].endswith((".", "?", "!")):
            out[-1] += "."
        out.append(extra)
    return out
