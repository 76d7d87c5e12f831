"""Functions written out by hand: each idea has many wordings and several bodies.

The format of a record, and how a record becomes a Function."""

import json
import pathlib
import re

import examples
from cgen import bare, indent, vary
from function import Function
from told import told, write as told_lines
from wording import POOLS, Names, dress, expand, fill, function_name, reword, sentence

IDEAS = []
EXAMPLES = {}


def known_examples(key):
    """Cases of an idea from examples.json, which examples.py writes."""
    path = pathlib.Path(__file__).with_name("examples.json")
    if not EXAMPLES and path.exists():
        EXAMPLES.update(json.loads(path.read_text()))
    return EXAMPLES.get(key)


def idea(key, signature, names, texts, *bodies, py=None, args=None):
    """signature: 'int (int x, N n)'. Types A, M, N, S, T stand for a const int array, one that is
    changed, its length, a const string and one that is changed. texts: one a line, each beginning
    with np:, v:, p:, q: or s:. bodies: C lines with canonical names; «x¦y» picks one."""
    ret, params = re.fullmatch(r"(.*?) \((.*)\)", signature).groups()
    params = [p.rsplit(" ", 1) for p in params.split(", ")]
    cores = []
    for line in texts.strip().split("\n"):
        kind, _, text = line.strip().partition(":")
        assert kind in ("np", "v", "p", "q", "s"), (key, line)
        cores.append((kind, text.strip()))
    IDEAS.append(dict(key=key, ret=ret, params=params, names=[n.strip() for n in names.split(",")], cores=cores, bodies=bodies, py=py, args=args))


_QUOTED = re.compile(r"'(?:\\.|[^'\\])+'|\"(?:\\.|[^\"\\])*\"")
_WORDS = re.compile(r"(?<![\w.])(%s)\b" % "|".join(sorted(POOLS, key=len, reverse=True)))


def rename(names, code):
    """Renames canonical identifiers outside quotes."""
    out, at = [], 0
    for q in _QUOTED.finditer(code):
        out.append(_WORDS.sub(lambda m: names[m.group(1)], code[at : q.start()]))
        out.append(q.group())
        at = q.end()
    out.append(_WORDS.sub(lambda m: names[m.group(1)], code[at:]))
    return "".join(out)


_CHOICE = re.compile(r"«([^«»]*)»")


def choose(rng, code):
    while (m := _CHOICE.search(code)) is not None:
        code = code[: m.start()] + rng.choice(m.group(1).split("¦")) + code[m.end() :]
    return code


def header_end(line):
    """Where the parenthesis of 'if (...) statement;' closes, or None."""
    if not re.match(r"(else if|if|for|while) \(", line):
        return None
    depth = 0
    for i, ch in enumerate(bare(line)):
        depth += ch == "("
        depth -= ch == ")"
        if ch == ")" and depth == 0:
            return i + 1
    return None


def set_style(rng, lines):
    """Gives one-line statements the style of the program: as they are, on two lines, or in braces."""
    style = rng.choice(["keep", "lines", "braces", "braces", "braces"])
    out = []
    for line in lines:
        end = header_end(line)
        single = end is not None and end < len(line) and line.endswith(";") and not line[end:].strip().startswith(("if", "for", "while", ";"))
        if style == "keep" or not single:
            out.append(line)
        elif style == "lines":
            out += [line[:end], line[end:].strip()]
        else:
            out += [line[:end] + " {", line[end:].strip(), "}"]
    return out


_FOR = re.compile(r"for \((\w+ (\w+) = [^;]+); ([^;]+); ([^;]+)\) \{$")


def loosen(rng, lines):
    """Turns a for loop into a while loop, now and then."""
    if rng.random() > 0.12 or any("continue" in line for line in lines):
        return lines
    for at, line in enumerate(lines):
        m = _FOR.match(line)
        if not m or sum(len(re.findall(rf"\b\w+ {m.group(2)}\b = |int {m.group(2)}\b", other)) for other in lines) > 2 or sum(f" {m.group(2)} = " in other and other.startswith(("for", "int")) for other in lines) > 1:
            continue
        depth = 1
        for end in range(at + 1, len(lines)):
            depth += bare(lines[end]).count("{") - bare(lines[end]).count("}")
            if depth == 0:
                return lines[:at] + [m.group(1) + ";", f"while ({m.group(3)}) {{"] + lines[at + 1 : end] + [m.group(4) + ";"] + lines[end:]
    return lines


def declare(rng, params, names, caller=False):
    """The C parameters of a signature."""
    out = []
    const = "const " if caller else rng.choice(["const ", "const ", ""])
    brackets = rng.random() < 0.4
    for kind, name in params:
        own = names[name]
        if kind == "A":
            out.append(f"{const}int {own}[]" if brackets else f"{const}int *{own}")
        elif kind == "D":
            out.append(f"{const}double {own}[]" if brackets else f"{const}double *{own}")
        elif kind == "M":
            out.append(f"int {own}[]" if brackets else f"int *{own}")
        elif kind == "P":
            out.append(f"int *{own}")
        elif kind == "N":
            out.append(f"int {own}")
        elif kind == "S":
            out.append(f"const char *{own}" if const or caller or rng.random() < 0.5 else f"char *{own}")
        elif kind == "T":
            out.append(f"char *{own}" if not brackets or rng.random() < 0.6 else f"char {own}[]")
        else:
            out.append(f"{kind} {own}")
    return out


def given(rng, params, names):
    """The arguments in words."""
    kinds = [k for k, _ in params]
    own = [names[n] for _, n in params]
    if kinds[:2] in (["A", "N"], ["M", "N"]):
        a, n = own[:2]
        text = rng.choice([f"an array {a} of {n} integers", f"an array {a} of length {n}", "an array of integers", f"an int array {a} with {n} elements", f"a list of {n} numbers", f"{n} integers in {a}", f"an array of ints {a} and its length {n}", "an integer array"])
        if len(own) > 2:
            text += rng.choice([f" and {own[2]}", f" and a value {own[2]}", f" and a number {own[2]}"]) if kinds[2] in ("int", "long") else ""
        return text
    if kinds == ["S"] or kinds == ["T"]:
        return rng.choice([f"a string {own[0]}", "a string", f"the string {own[0]}", "a null-terminated string", "a C string", f"a text {own[0]}", "a word"])
    if kinds in (["S", "S"], ["T", "S"]):
        return rng.choice([f"two strings {own[0]} and {own[1]}", "two strings", f"strings {own[0]} and {own[1]}"])
    if kinds in (["S", "char"], ["T", "char"]):
        return rng.choice([f"a string {own[0]} and a character {own[1]}", "a string and a character", f"a string {own[0]} and a letter {own[1]}"])
    if kinds in (["int"], ["long"], ["unsigned"]):
        return rng.choice([f"an integer {own[0]}", f"a number {own[0]}", "an integer", "a number", f"an int {own[0]}", f"a whole number {own[0]}"])
    if kinds == ["int", "int"]:
        return rng.choice([f"two integers {own[0]} and {own[1]}", "two integers", "two numbers", f"the numbers {own[0]} and {own[1]}", f"integers {own[0]} and {own[1]}"])
    if kinds == ["int", "int", "int"]:
        return rng.choice([f"three integers {own[0]}, {own[1]} and {own[2]}", "three integers", "three numbers", f"the numbers {own[0]}, {own[1]} and {own[2]}"])
    if kinds == ["double"]:
        return rng.choice([f"a number {own[0]}", f"a double {own[0]}", f"a real number {own[0]}"])
    return None


ALIASES = {"long": ["long long", "long int", "int64_t"], "unsigned": ["unsigned int", "unsigned int", "uint32_t"]}


def retype(rng, texts):
    """The same function with another spelling of its wide or unsigned type, now and then."""
    for plain, others in ALIASES.items():
        if rng.random() < 0.4:
            other = rng.choice(others)
            texts = [re.sub(rf"\b(?<!unsigned )(?<!long ){plain}\b(?! (?:long|int|char|short|double|unsigned)\b)", other, t) for t in texts]
    return texts


def block_of(record):
    """What told.py knows of an idea, or None."""
    return record.get("block") or told().get(record["key"])


def say(rng, record, fname, ret, own):
    """The comment: (sentences, example lines)."""
    kinds, names = [k for k, _ in record["params"]], [own[n] for _, n in record["params"]]
    cases = known_examples(record["key"])
    block = block_of(record)
    if block and (not record.get("cores") or rng.random() < 0.65):
        lines = [x.replace("FIRST", record.get("first", "")) for x in told_lines(rng, block, own)]
        if rng.random() < 0.3:
            lines = [reword(rng, x, names + [fname]) for x in lines]
        if rng.random() < 0.12:
            lines[0] = lines[0][:1].lower() + lines[0][1:]
        sentences = ["\n".join(lines)]
    else:
        kind, text = rng.choice(record["cores"])
        text = fill(expand(rng, text), own)
        sentences = [text if kind == "s" else sentence(rng, (kind, text), given(rng, record["params"], own))]
        sentences = [reword(rng, x, names + [fname]) for x in sentences]
        sentences = dress(rng, sentences, list(zip(kinds, names)))
    pick = rng.random()
    if not cases or pick > 0.4:
        return sentences, []
    if pick < 0.16:
        return sentences, examples.lines(rng, fname, ret, kinds, cases, rng.choice([1, 1, 1, 2]))
    shown = examples.words(rng, record["ret"], kinds, names, cases)
    if shown is None:
        return sentences, []
    if pick < 0.26:
        return sentences, shown.split("\n")
    if not sentences[-1].endswith((".", "?", "!", ":", ")")):
        sentences[-1] += rng.choice([".", ":", ";"])
    return sentences + [shown], []


def write(rng, record, taken=(), caller=False):
    """One function of the idea."""
    names = Names(rng, taken)
    own = {p: names[p] for _, p in record["params"]}
    block = block_of(record)
    fname = function_name(rng, record["names"] + (block["names"] if block else []), names.used)
    names.used.add(fname)
    lines = [line for line in choose(rng, rng.choice(record["bodies"])).split("\n")]
    lines = [rename(names, line.strip()).replace("SELF", fname).replace("FIRST", record.get("first", "")) for line in lines if line.strip()]
    lines = vary(rng, loosen(rng, set_style(rng, lines)), record["ret"])
    ret = record["ret"]
    if ret == "B":
        yes = any(re.search(r"\b(true|false)\b", line) for line in lines)
        ret = "bool" if yes or rng.random() < 0.5 else "int"
        if yes and rng.random() < 0.45:
            ret = "int"
            lines = [re.sub(r"\bfalse\b", "0", re.sub(r"\btrue\b", "1", re.sub(r"\bbool\b", "int", line))) for line in lines]
    sentences, shown = say(rng, record, fname, ret, own)
    params = declare(rng, record["params"], names, caller)
    if not caller:
        ret, params, lines = (lambda t: (t[0], t[1 : 1 + len(params)], t[1 + len(params) :]))(retype(rng, [ret, *params, *lines]))
    return Function("ideas", record["key"], ret, fname, params, sentences, indent(lines), shown)
