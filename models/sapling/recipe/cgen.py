"""C text: indentation, blocks, loops over an array, and rewritings that keep the meaning."""

import re

# --- layout ------------------------------------------------------------------------------------


def bare(line):
    """The line with what stands in quotes blanked out, so that brackets can be counted."""
    return re.sub(r"'(?:\\.|[^'\\])+'|\"(?:\\.|[^\"\\])*\"", lambda m: " " * len(m.group()), line)


def indent(lines, depth=1):
    """Indents statements by their braces; a header without a brace indents the next line."""
    out, hanging = [], 0
    for line in lines:
        line = line.strip()
        if not line:
            continue
        closes = line.startswith("}")
        here = depth - closes
        out.append("    " * (here + hanging) + line)
        depth += bare(line).count("{") - bare(line).count("}")
        if re.match(r"(\} )?(if|for|while|else)\b", line) and not line.endswith(("{", ";")):
            hanging += 1
        else:
            hanging = 0
    return "\n".join(out)


def split(code):
    """Lines of C text written with newlines, or with several statements a line kept as they are."""
    return [line.strip() for line in code.strip().split("\n") if line.strip()]


def block(rng, header, lines, braces):
    """A compound statement, without braces where there is one simple line and the style has it so."""
    simple = len(lines) == 1 and lines[0].endswith(";")
    if simple and not braces:
        return [header, lines[0]]
    return [header + " {", *lines, "}"]


def negate(cond):
    """The opposite condition."""
    if "&&" in cond or "||" in cond:
        return f"!({cond})"
    for op, other in ((" == ", " != "), (" != ", " == "), (" >= ", " < "), (" <= ", " > "), (" > ", " <= "), (" < ", " >= ")):
        if cond.count(op) == 1 and not any(o in cond for o in (" ? ",)):
            return cond.replace(op, other)
    if cond.startswith("!(") and cond.endswith(")"):
        return cond[2:-1]
    if cond.startswith("!"):
        return cond[1:]
    return f"!({cond})" if " " in cond else f"!{cond}"


def steps(rng, var):
    return rng.choice([f"{var}++"] * 6 + [f"++{var}", f"{var} += 1"])


def add(rng, var, value, op="+"):
    if rng.random() < 0.2:
        return f"{var} = {var} {op} {value};"
    return f"{var} {op}= {value};"


# --- loops -------------------------------------------------------------------------------------


class Loop:
    """A way to visit the elements of an int array; `lines(body)` gives the statements.

    body(x, i) gets the element and the index as expressions (i is None where there is none) and
    returns statements. `plain` is true where `continue` in the body is safe."""

    def __init__(self, rng, names, free=True, index=False, size="int", const="const ", element="int", simple=False):
        self.rng, self.ns = rng, names
        self.a, self.n = names["a"], names["n"]
        self.size, self.const, self.element = size, const, element
        kinds = ["for"] * 11 + ["while"] * 3
        if not simple:
            kinds += ["do", "forever"]
            if not index:
                kinds += ["pointer"] * 3 + ["end"] * 2
            if free:
                kinds += ["down"] * 2 + ["eat"] * 2
        self.kind = rng.choice(kinds)
        self.plain = self.kind in ("for", "pointer", "down")
        self.temp = rng.random() < 0.28
        self.braces = rng.random() < 0.75

    def lines(self, body):
        rng, a, n = self.rng, self.a, self.n
        kind = self.kind
        if kind in ("pointer", "end"):
            return self.pointers(body)
        i = n if kind == "eat" else self.ns["i"]
        x = f"{a}[{i}]"
        inner = []
        if self.temp:
            inner = [f"{self.element} {self.ns['e']} = {x};"]
            x = self.ns["e"]
        inner += body(x, i)
        step = steps(rng, i)
        test = rng.choice([f"{i} < {n}"] * 8 + [f"{i} != {n}", f"{n} > {i}"] + ([f"{i} <= {n} - 1"] if self.size == "int" else []))
        start = f"{self.size} {i} = 0"
        if kind == "for":
            return block(rng, f"for ({start}; {test}; {step})", inner, self.braces)
        if kind == "while":
            return [start + ";", f"while ({test}) {{", *inner, step + ";", "}"]
        if kind == "do":
            return [f"if ({n} > 0) {{", start + ";", "do {", *inner, step + ";", f"}} while ({i} < {n});", "}"]
        if kind == "forever":
            return [start + ";", "for (;;) {", f"if ({i} >= {n}) break;", *inner, step + ";", "}"]
        if kind == "down":
            if self.size == "int":
                return block(rng, f"for (int {i} = {n} - 1; {i} >= 0; {i}--)", inner, self.braces)
            inner = [line.replace(f"[{i}]", f"[{i} - 1]") for line in inner]
            return block(rng, f"for ({self.size} {i} = {n}; {i} > 0; {i}--)", inner, self.braces)
        if rng.random() < 0.5:
            return [f"while ({n} > 0) {{", f"{n}--;", *inner, "}"]
        return block(rng, f"while ({n}-- > 0)", inner, self.braces)

    def pointers(self, body):
        rng, a, n = self.rng, self.a, self.n
        pointer = f"{self.const}{self.element} *"
        own = self.kind == "pointer" or rng.random() < 0.5
        p = self.ns["p"] if own else a
        inner, x = [], f"*{p}"
        if self.temp:
            inner = [f"{self.element} {self.ns['e']} = {x};"]
            x = self.ns["e"]
        inner += body(x, None)
        step = rng.choice([f"{p}++", f"{p}++", f"++{p}"])
        if self.kind == "pointer":
            end = f"{a} + {n}"
            if rng.random() < 0.3:
                e = self.ns["end"]
                return [f"{pointer}{e} = {end};"] + block(rng, f"for ({pointer}{p} = {a}; {p} < {e}; {step})", inner, self.braces)
            test = rng.choice(["<", "<", "!="])
            return block(rng, f"for ({pointer}{p} = {a}; {p} {test} {end}; {step})", inner, self.braces)
        e = self.ns["end"]
        head = [f"{pointer}{e} = {a} + {n};"]
        if own:
            head.insert(0, f"{pointer}{p} = {a};")
        test = rng.choice([f"{p} < {e}", f"{p} != {e}"])
        return head + [f"while ({test}) {{", *inner, step + ";", "}"]


# --- rewritings --------------------------------------------------------------------------------

_OPERAND = r"(?:[A-Za-z_]\w*(?:\[\w+\])?|\d+)"
_COMPARE = re.compile(rf"(?<=[(&|] )?(?<![\w\])*+/%-] )(?<![\w.\]*&!-])({_OPERAND}) (<|>|<=|>=|==) ({_OPERAND})(?![ ]?[-+*/%.\[(\w])")
_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "=="}


def vary(rng, lines, ret):
    """Small rewritings of a finished body that change its instructions, not its meaning."""
    out = list(lines)
    if rng.random() < 0.1:
        for at, line in enumerate(out):
            if line.startswith(("if (", "} else if (")) and "&&" not in line and "||" not in line and " ? " not in line:
                m = _COMPARE.search(line)
                if m and (m.group(2) != "==" or rng.random() < 0.3):
                    out[at] = line[: m.start()] + f"{m.group(3)} {_FLIP[m.group(2)]} {m.group(1)}" + line[m.end() :]
    last = out[-1]
    if ret in ("int", "long", "bool", "double") and rng.random() < 0.16 and last.startswith("return ") and re.search(r"[-+*/%?(<>=]", last):
        if len(out) < 2 or out[-2].endswith((";", "}", "{")):
            name = next((n for n in rng.sample(["result", "res", "r", "answer", "out", "ret"], 6) if not re.search(rf"\b{n}\b", " ".join(out))), None)
            if name:
                out[-1:] = [f"{ret} {name} = {last[7:]}", f"return {name};"]
    decls = [i for i in range(len(out) - 1) if _declares(out[i]) and _declares(out[i + 1])]
    if decls and rng.random() < 0.4:
        i = rng.choice(decls)
        name = re.match(r"\w+ (\w+)", out[i]).group(1)
        if not re.search(rf"\b{name}\b", out[i + 1]):
            out[i], out[i + 1] = out[i + 1], out[i]
    return out


def _declares(line):
    return re.fullmatch(r"(int|long|double|bool|size_t) \w+ = [^;]*;", line) is not None
