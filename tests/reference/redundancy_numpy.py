"""usage: redundancy_numpy.py RUN COPPICE

Recomputes `coppice redundancy --json` from the run's git objects and compares, for each task and overall. Groups are the
object ids of the assembly blobs. Then plants a program in a wrong group and demands that it is noticed.
Exit status 0 when all agree.
"""
import json
import subprocess
import sys

import numpy as np

import run_objects
from align_numpy import Difference, check


def spent(programs, policy):
    """Tokens generated for each program and no earlier one."""
    out = []
    for i, p in enumerate(programs):
        shared = 0
        if policy != "sample":
            for q in programs[:i]:
                n = min(len(p.tokens), len(q.tokens))
                differ = np.nonzero(p.tokens[:n] != q.tokens[:n])[0]
                shared = max(shared, int(differ[0]) if len(differ) else n)
        out.append(len(p.tokens) - shared)
    return out


def figures(programs, policy):
    groups = [p.group for p in programs]
    names, counts = np.unique([g for g in groups if g], return_counts=True)
    counts = np.sort(counts)[::-1]
    compiled = int(counts.sum())
    tokens = spent(programs, policy)
    share = counts / compiled if compiled else np.array([])
    return {
        "programs": len(programs),
        "compiled": compiled,
        "groups": len(names),
        "passed": sum(bool(p.passed) for p in programs),
        "in_top": [int(counts[:n].sum()) for n in (1, 3, 10)],
        "effective": float(np.exp(-(share * np.log(share)).sum())) if compiled else None,
        "tokens": sum(tokens),
        "tokens_repeated": sum(t for i, t in enumerate(tokens) if groups[i] and groups[i] in groups[:i]),
        "tokens_not_compiled": sum(t for i, t in enumerate(tokens) if not groups[i]),
    }


def compare_one(name, want, said):
    for key in ("programs", "compiled", "groups", "passed", "tokens", "tokens_repeated", "tokens_not_compiled"):
        check(f"{name}, {key}", want[key], said[key], 0)
    for key, n in zip(("top1", "top3", "top10"), want["in_top"]):
        check(f"{name}, {key}", n / want["compiled"] if want["compiled"] else None, said[key], 1e-9)
    check(f"{name}, effective", want["effective"], said["effective"], 1e-9)


def compare(tasks, policy, said):
    each = [figures(programs, policy) for _, programs in tasks]
    for (name, _), want, got in zip(tasks, each, said["by_task"]):
        if name != got["task"]:
            raise Difference(f"task {got['task']}, want {name}")
        compare_one(name, want, got)
    total = {k: sum(e[k] for e in each) for k in each[0] if k not in ("in_top", "effective")}
    total["in_top"] = [sum(e["in_top"][i] for e in each) for i in range(3)]
    effective = [e["effective"] for e in each if e["effective"] is not None]
    total["effective"] = sum(effective) / len(effective) if effective else None
    compare_one("overall", total, said)
    return len(each)


def main():
    path, coppice = sys.argv[1:3]
    run, tasks = run_objects.tasks(path)
    policy = run["policy"]
    policy = policy["name"] if isinstance(policy, dict) else policy
    said = json.loads(subprocess.run([coppice, "redundancy", path, "--json"], capture_output=True, check=True).stdout)
    failed = False
    try:
        print(f"ok redundancy equals NumPy: {compare(tasks, policy, said)} tasks")
    except Difference as e:
        print(f"not ok redundancy equals NumPy: {e}")
        failed = True
    # out of a group of several, so that there is one group more; where all are alone, it compiles no more
    several = [p for _, programs in tasks for p in programs if p.group and sum(q.group == p.group for q in programs) > 1]
    if several:
        several[0].group = "0" * 40
    else:
        next(p for _, programs in tasks for p in programs if p.group).group = None
    try:
        compare(tasks, policy, said)
        print("not ok a program in a wrong group is noticed")
        failed = True
    except Difference:
        print("ok a program in a wrong group is noticed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
