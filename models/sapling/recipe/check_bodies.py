"""Holds the bodies of each idea against each other: all must agree on random arguments.

    python check_bodies.py FOLDER_FOR_THE_BUILD
"""

import ctypes
import os
import pathlib
import random
import re
import signal
import subprocess
import sys

import examples
import generator  # noqa: F401, fills IDEAS
import ideas

# Their arguments must fit each other: an index inside the array, a base above one, few bits.
UNSUITED = {"sum_except", "sum_between", "trace_sum", "sum_pow2", "other_base", "base_sum", "is_power_of", "every_other_sum", "rotate_k", "is_permutation", "atoi_signed", "count_common"}

# Defined for 2 and above, or too slow by one of their bodies for large arguments.
AT_LEAST_TWO = {"fib", "largest_divisor", "smallest_divisor"}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    usable = []
    for r in ideas.IDEAS:
        kinds = [k for k, _ in r["params"]]
        if r["key"] in examples.unsuited() | UNSUITED or r["ret"] not in ("int", "long", "unsigned", "B", "char", "void") or not set(kinds) <= {"A", "M", "N", "S", "T", "int", "long", "unsigned", "char"}:
            continue
        changed = [i for i, k in enumerate(kinds) if k in ("M", "T")]
        if any(changed) or (r["ret"] == "void" and changed != [0]):
            continue
        usable.append(r)
    text = examples.HEADERS
    for i, r in enumerate(usable):
        for j, body in enumerate(r["bodies"]):
            choices = re.findall(r"«([^«»]*)»", body)
            for v in range(max([1] + [c.count("¦") + 1 for c in choices])):
                one = re.sub(r"«([^«»]*)»", lambda m: m.group(1).split("¦")[v % (m.group(1).count("¦") + 1)], body)
                text += examples.plain_source(dict(r, bodies=[one]), f"f{i}_{j}_{v}")
    (folder / "bodies.c").write_text(text)
    library = str(folder / "bodies.so")
    subprocess.run(["gcc", "-O1", "-w", "-shared", "-fPIC", str(folder / "bodies.c"), "-o", library, "-lm"], check=True)
    symbols = re.findall(r" (f(\d+)_\d+_\d+)\(const|\b(f(\d+)_\d+_\d+)\(", text)
    names = sorted({s[0] or s[2] for s in symbols}, key=lambda n: [int(p) for p in n[1:].split("_")])
    loaded = ctypes.CDLL(library)
    bad = []
    for i, r in enumerate(usable):
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            own = [getattr(loaded, n) for n in names if n.startswith(f"f{i}_")]
            os._exit(agree(r, own))
        if os.waitpid(child, 0)[1] != 0:
            bad.append(r["key"])
    print(f"{len(usable)} ideas, {len(names)} bodies; differ, crash or do not end: {bad or 'none'}")


def agree(record, functions):
    """0 if all functions give the same results for 20 draws of arguments."""
    rng = random.Random(record["key"])
    for _ in range(20):
        arguments = examples.draw_arguments(rng, record)
        if record["key"] in AT_LEAST_TWO:
            arguments = [arguments[0] % 20 + 2]
        results = [examples.call(f, record, arguments) for f in functions]
        if record["ret"] == "B":
            results = [bool(x) for x in results]
        if any(x != results[0] for x in results):
            print("differ:", record["key"], arguments, results, flush=True)
            return 1
    return 0


if __name__ == "__main__":
    main()
