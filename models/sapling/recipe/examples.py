"""Example lines for comments, such as `f({1, 2, 3}, 3) == 6`.

The values come from the bodies themselves: each idea is compiled once into a library and called
through ctypes in a child process, so that a body that does not end costs only its examples."""

import ctypes
import json
import multiprocessing
import pathlib
import random
import re
import subprocess
import sys
import time

import ideas

HEADERS = "".join(f"#include <{h}.h>\n" for h in ("stdio", "stdlib", "string", "stdbool", "stdint", "ctype", "limits", "math"))
WORDS = ["hello", "level", "abc", "Hello World", "a1b2c3", "banana", "C is fun", "noon", "one two three", "AbC", "x", "test 42", "racecar", "OpenAir", "mississippi", "Good day", "2024", "aab", "zoo", "Tree house"]
C_KINDS = {"A": "const int *", "M": "int *", "D": "const double *", "N": "int ", "S": "const char *", "T": "char *", "P": "int *"}


def plain_source(record, symbol):
    """The first body of an idea under its canonical names."""
    body = record["bodies"][0]
    body = re.sub(r"«([^«»¦]*)[^«»]*»", r"\1", body).replace("SELF", symbol)
    params = ", ".join(f"{C_KINDS.get(k, k + ' ')}{n}" for k, n in record["params"])
    return f"{record['ret'].replace('B', 'bool')} {symbol}({params}) {{\n{body}\n}}\n"


def draw_arguments(rng, record):
    """Arguments that any idea of this shape can take, or None."""
    out, n = [], rng.randint(2, 6)
    for kind, _ in record["params"]:
        if kind in ("A", "M"):
            low = rng.choice([-5, 0, 1])
            out.append([rng.randint(low, rng.choice([5, 9, 20])) for _ in range(n)])
        elif kind == "N":
            out.append(n)
        elif kind in ("S", "T"):
            out.append(rng.choice(WORDS))
        elif kind == "char":
            out.append(rng.choice("aeloxbt"))
        elif kind in ("int", "unsigned", "long"):
            out.append(rng.choice([rng.randint(1, 12), rng.randint(1, 30), rng.randint(1, 30), rng.randint(10, 200)]) if len(record["params"]) == 1 else rng.randint(1, 12))
        else:
            return None
    return out


def call(function, record, arguments):
    """The result, and for void functions what the first argument became."""
    values = []
    for (kind, _), v in zip(record["params"], arguments):
        if kind in ("A", "M"):
            values.append((ctypes.c_int * (len(v) + 4))(*v))
        elif kind in ("S", "T"):
            values.append(ctypes.create_string_buffer(v.encode(), len(v) + 40))
        elif kind == "char":
            values.append(ctypes.c_char(v.encode()))
        else:
            values.append({"long": ctypes.c_long, "unsigned": ctypes.c_uint}.get(kind, ctypes.c_int)(v))
    function.restype = {"int": ctypes.c_int, "long": ctypes.c_long, "unsigned": ctypes.c_uint, "B": ctypes.c_bool, "char": ctypes.c_char, "void": None}[record["ret"]]
    result = function(*values)
    if record["ret"] == "void":
        return values[0].value.decode() if record["params"][0][0] == "T" else list(values[0])[: len(arguments[0])]
    return result.decode() if record["ret"] == "char" else int(result)


def _work(library, numbered, queue):
    """Runs in a child: sends each idea's examples."""
    for symbol, record in numbered:
        changed = [i for i, (k, _) in enumerate(record["params"]) if k in ("M", "T")]
        if any(changed) or (record["ret"] == "void" and changed != [0]):
            continue
        if record["ret"] not in ("int", "long", "unsigned", "B", "char", "void") or record["params"][0][0] in ("P", "D"):
            continue
        rng = random.Random(record["key"])
        function = getattr(ctypes.CDLL(library), symbol)
        found = []
        queue.put((record["key"], None))
        time.sleep(0.002)
        for _ in range(14):
            arguments = draw_arguments(rng, record)
            if arguments is None or (record["params"][0][0] not in ("A", "S", "M", "T", "int", "unsigned", "long", "char")):
                break
            found.append((arguments, call(function, record, arguments)))
        queue.put((record["key"], found))


# Ideas whose arguments must fit each other in ways that draw_arguments does not know.
SKIP = {"count_diff", "binary_search", "unique_sorted", "days_in_month", "swap_elems", "binary_value", "str_to_int", "leap", "test_bit", "set_bit", "clear_bit", "toggle_bit", "reverse_bits", "letter_index", "next_letter", "factorial", "factorial_int", "cube", "fib_fill", "clamp", "inrange", "prod_range", "binomial", "power", "power_int"}


def unsuited():
    """SKIP, and what the modules of ideas say of their own."""
    import generator

    return SKIP.union(*(getattr(m, "UNSUITED", ()) for m in generator.MODULES))


def collect(folder):
    """{idea: [(arguments, result)]} for every idea that can be called."""
    skip = unsuited()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    todo = [(f"f{i}", r) for i, r in enumerate(ideas.IDEAS) if r["key"] not in skip]
    source = folder / "ideas.c"
    source.write_text(HEADERS + "\n".join(plain_source(r, s) for s, r in todo))
    library = str(folder / "ideas.so")
    subprocess.run(["gcc", "-O1", "-w", "-shared", "-fPIC", str(source), "-o", library, "-lm"], check=True)
    out, bad = {}, set()
    while todo:
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        child = context.Process(target=_work, args=(library, todo, queue))
        child.start()
        last = None
        while True:
            try:
                last, found = queue.get(timeout=6)
            except Exception:
                break
            if found is not None:
                out[last] = found
                if last == todo[-1][1]["key"]:
                    break
        alive = child.is_alive()
        child.kill()
        child.join()
        keys = [r["key"] for _, r in todo]
        if last is None or last == keys[-1] and (last in out or not alive):
            break
        if last not in out:
            bad.add(last)
        todo = todo[keys.index(last) + 1 :]
    return out, bad


def show(value):
    if isinstance(value, list):
        return "{" + ", ".join(map(str, value)) + "}"
    return str(value)


def literal(kind, v):
    if kind in ("A", "M"):
        return show(v)
    if kind in ("S", "T"):
        return f'"{v}"'
    return f"'{v}'" if kind == "char" else str(v)


def lines(rng, name, ret, kinds, cases, count):
    """One or two example lines in one of the usual forms."""
    form = rng.randrange(9)
    out = []
    for arguments, result in rng.sample(cases, min(count, len(cases))):
        inside = ", ".join(literal(k, v) for k, v in zip(kinds, arguments))
        value = literal(kinds[0], result) if ret == "void" else f"'{result}'" if ret == "char" else str(result)
        if ret == "bool":
            value = "true" if result else "false"
        if ret == "void":
            before = literal(kinds[0], arguments[0])
            more = ", ".join(literal(k, v) for k, v in list(zip(kinds, arguments))[1:] if k != "N")
            tail = f" with {more}" if more else ""
            out.append([f"Example: {before}{tail} becomes {value}", f"{before}{tail} -> {value}", f"e.g. {before}{tail} becomes {value}.", f"{before}{tail} => {value}", f"Example: {before}{tail} -> {value}"][form % 5])
        else:
            out.append([f"{name}({inside}) == {value}", f"Example: {name}({inside}) == {value}", f"Example: {name}({inside}) returns {value}.", f"{name}({inside}) -> {value}", f"e.g. {name}({inside}) == {value}", f"{name}({inside}) returns {value}", f">>> {name}({inside})\n{value}", f"{name}({inside}) => {value}", f"For example, {name}({inside}) is {value}."][form])
    if form == 6 and ret != "void":
        return [part for line in out for part in line.split("\n")]
    return out


def words(rng, ret, kinds, own, cases):
    """One or two cases in a sentence that does not name the function, or None."""
    def given(arguments):
        shown = [literal(k, v) for k, v in zip(kinds, arguments)]
        if "N" in kinds and kinds.index("N") > 0:
            at = kinds.index("N")
            shown, names = shown[:at] + shown[at + 1 :], own[:at] + own[at + 1 :]
        else:
            names = own
        if len(shown) == 1:
            return shown[0] if rng.random() < 0.85 else f"{names[0]} = {shown[0]}"
        form = rng.randrange(4)
        if form == 0:
            return ", ".join(f"{n} = {v}" for n, v in zip(names, shown))
        if form == 1 and len(shown) == 2:
            return f"{shown[0]} with {names[1]} = {shown[1]}"
        return " and ".join([", ".join(shown[:-1]), shown[-1]])

    def value(result):
        if ret == "void":
            return literal(kinds[0], result)
        return f"'{result}'" if ret == "char" else str(result)

    picked = rng.sample(cases, min(len(cases), rng.choice([1, 1, 1, 2, 2, 3])))
    if ret == "B":
        yes = [given(a) for a, r in picked if r]
        no = [given(a) for a, r in picked if not r]
        form = rng.randrange(5)
        if form == 0:
            return "; ".join([f"{g}: yes" for g in yes] + [f"{g}: no" for g in no]) + rng.choice(["", "."])
        if form == 1 and len(yes) == 1 and len(no) == 1:
            return rng.choice([f"{yes[0]} is, {no[0]} is not.", f"{yes[0]} passes, {no[0]} does not.", f"So {yes[0]} is fine but {no[0]} isn't."])
        if form == 2:
            return ", ".join([f"{g} -> true" for g in yes] + [f"{g} -> false" for g in no])
        if yes and (form == 3 or not no):
            return rng.choice(["For example {}.", "True for {}, for example.", "e.g. {}", "{} counts as a yes."]).format(yes[0])
        if no:
            return rng.choice(["Not so for {}.", "False for {}.", "{} is not, for example.", "With {} the answer is no."]).format(no[0])
        return None
    pairs = [(given(a), value(r)) for a, r in picked]
    if len(pairs) > 1:
        arrow, gap = rng.choice([(" -> ", ", "), (" -> ", "   "), (" gives ", ", "), (": ", ", "), (" => ", "; "), (" is ", " and "), (" -> ", "\n")])
        if ret == "void" and arrow in (" is ", ": "):
            arrow = " becomes "
        return gap.join(f"{g}{arrow}{v}" for g, v in pairs) + rng.choice(["", "", "."] if gap == ", " else [""])
    g, v = pairs[0]
    if ret == "void":
        forms = ["{} becomes {}.", "So {} turns into {}.", "e.g. {} -> {}", "{} ends up as {}.", "For example, {} becomes {}.", "({} -> {})", "From {} we get {}.", "What was {} is then {}."]
    else:
        forms = ["For {} it is {}.", "For {} that is {}.", "{} gives {}.", "e.g. {} gives {}", "So {} gives {}.", "({} -> {})", "With {} the answer is {}.", "For example, {} gives {}.", "Given {}, that makes {}.", "{} -> {}", "In the case of {}: {}.", "{}: {}"]
    return rng.choice(forms).format(g, v)


def main():
    """Writes examples.json: python examples.py FOLDER_FOR_THE_BUILD"""
    import generator  # noqa: F401, fills IDEAS

    found, bad = collect(sys.argv[1])
    print("without examples, since the first body did not end:", sorted(bad), file=sys.stderr)
    text = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(found.items()) if v)
    pathlib.Path(__file__).with_name("examples.json").write_text("{" + text + "}\n")


if __name__ == "__main__":
    main()
