"""Writes benchmarks/tasks/held_out.jsonl: tasks from compositions that the corpus leaves out.

    python held_out.py --out held_out.jsonl [--seed 7]

The wording is the generator's own, the expected values are computed in Python, and every
reference solution is compiled with -Wall and run against its test before it is written."""

import argparse
import json
import pathlib
import random
import subprocess
import tempfile

import arrays
from generator import function_document

SETUP = "".join(f"#include <{h}.h>\n" for h in ("stdio", "stdlib", "string", "stdbool", "stdint", "ctype", "limits", "math"))

# From easy to hard.
CHOSEN = """
count/clt/id count/cgt/id count/div/id all/ge/id any/cndiv/id none/nonneg/id all/zero/id first/zero/id
sum/none/succ prod/evenidx/id prod/oddidx/id sum/positive/neg all/evenpos/id any/evengt/id first/oddlt/id
last/ndiv/id firstv/in/id lastv/evenpos/id avg/nonneg/id sum/even/abs sum/nonzero/triple sum/gt/index
sum/evenidx/square max/positive/abs sum/div/last sum/in/last sum/evengt/index max/ge/square max/gt/last
min/cndiv/abs prod/gt/square avg/oddlt/id
""".split()


def checks(rng, writer, triple, count=8):
    """Assertions on random arrays, the empty one among them where its result is told."""
    out = []
    name, extra_count = writer.fname, len(writer.extra)
    filtered = triple[1] != "none"
    needs_default = triple[0] in ("max", "min", "avg", "first", "last", "firstv", "lastv")
    while len(out) < count:
        a, extra = arrays.draw(rng, triple[1], extra_count, writer.const)
        if triple[0] == "prod":
            a = [max(-4, min(4, v)) for v in a[:5]]
        if len(out) == 1 and (not needs_default or writer.default is not None):
            a = []
        if triple[0] in ("all", "none") and len(out) % 2 == 0 and a:
            k = tuple(extra) if len(extra) == 2 else extra[0] if extra else writer.const
            keep = arrays.FILTERS[triple[1]][3]
            pool = [v for v in range(-30, 60) if keep(v, 0, k) == (triple[0] == "all")]
            a = [rng.choice(pool) for _ in a]
        k = writer.const if writer.const is not None else tuple(extra) if len(extra) == 2 else extra[0] if extra else None
        value = arrays.evaluate(triple, a, k, int(writer.default) if writer.default is not None else None)
        if value is None or abs(value) >= 2**31:
            continue
        values = ", ".join(map(str, a)) or "0"
        given = f"(int[]){{{values}}}"
        order = [given, str(len(a)), *map(str, extra)]
        call = f"{name}({', '.join(order)})"
        if isinstance(value, float) or writer.ret == "double":
            check = f"assert(fabs({call} - ({float(value)!r})) < 1e-9);"
        elif triple[0] in ("any", "all", "none"):
            check = f"assert({'' if value else '!'}{call});"
        else:
            check = f"assert({call} == {value});"
        if check not in out:
            out.append(check)
    assert filtered or triple[2] != "id"
    return out


def passes(program):
    with tempfile.TemporaryDirectory() as folder:
        source, binary = pathlib.Path(folder) / "p.c", pathlib.Path(folder) / "p"
        source.write_text(program)
        built = subprocess.run(["gcc", "-Wall", "-Werror", str(source), "-o", str(binary), "-lm"], capture_output=True, text=True)
        return built.returncode == 0 and subprocess.run([str(binary)], timeout=5).returncode == 0


def task(rng, number, triple):
    while True:
        writer = arrays.Writer(rng, triple)
        f = writer.function()
        if writer.length_first or writer.front or (writer.default or "0").startswith("INT") or (writer.default is not None and not writer.must_tell and triple[0] != "prod"):
            continue
        f.examples = f.examples[:1] if number % 4 == 0 else []
        prompt, completion = function_document(rng, f)
        lines = "\n".join("    " + c for c in checks(rng, writer, triple))
        test = f"#include <assert.h>\n#include <math.h>\n#include <stdbool.h>\n#include <stddef.h>\n\n{f.signature()};\n\nint main(void) {{\n{lines}\n    return 0;\n}}\n"
        joined = SETUP + prompt + completion + test
        if passes(joined):
            return dict(task_id=f"sapling/{number}", language="c", prompt=prompt, entry_point=f.name, canonical_solution=completion, test=test, setup=SETUP, category="held-out", composition="/".join(triple))


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--out", required=True)
    a.add_argument("--seed", type=int, default=7)
    args = a.parse_args()
    rng = random.Random(args.seed)
    with open(args.out, "w") as out:
        for number, name in enumerate(CHOSEN):
            triple = tuple(name.split("/"))
            assert arrays.held_out(*triple), name
            out.write(json.dumps(task(rng, number, triple)) + "\n")


if __name__ == "__main__":
    main()
