"""usage: align_numpy.py RUN COPPICE [--tolerance 1e-9]

Recomputes `coppice align --json` from the run's git objects in plain NumPy, by step and by token, and compares: overall means,
means and counts of every layer and of every class of program pair, chance levels, the layers where the curves come closest
and farthest. Sets are compared as sets, sums are float64 sums. Then plants an off-by-one and demands that it is noticed.
Exit status 0 when all agree.
"""
import argparse
import json
import math
import subprocess
import sys

import numpy as np

import run_objects


def fork_position(a, b):
    n = min(len(a), len(b))
    differ = np.nonzero(a[:n] != b[:n])[0]
    return int(differ[0]) if len(differ) else None


def pairs_by_step(a, b, fork):
    n = min(len(a), len(b))
    return np.arange(fork, n), np.arange(fork, n)


def lcs(a, b):
    """Matches of one longest common subsequence: backwards, drop from a first, then from b, else match (align/lcs.h)."""
    length = np.zeros((len(a) + 1, len(b) + 1), np.int32)
    for i in range(1, len(a) + 1):
        equal = b == a[i - 1]
        best = np.maximum(length[i - 1, 1:], np.where(equal, length[i - 1, :-1] + 1, 0))
        length[i, 1:] = np.maximum.accumulate(best)
    i, j, out = len(a), len(b), []
    while i and j:
        if length[i - 1, j] == length[i, j]:
            i -= 1
        elif length[i, j - 1] == length[i, j]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            out.append((i, j))
    return out[::-1]


def pairs_by_token(a, b, fork):
    left, right = [], []
    i = j = fork
    ends = [(x + fork, y + fork, True) for x, y in lcs(a[fork:], b[fork:])] + [(len(a), len(b), False)]
    for x, y, match in ends:
        n = min(x - i, y - j)
        left += list(range(i, i + n)) + ([x] if match else [])
        right += list(range(j, j + n)) + ([y] if match else [])
        i, j = x + 1, y + 1
    return np.array(left, int), np.array(right, int)


def member(experts, n_experts):
    """[rows, layers, N] 0/1"""
    out = np.zeros(experts.shape[:2] + (n_experts,), np.float32)
    np.put_along_axis(out, experts, 1, axis=2)
    return out


def classes_of(p, q):
    yield "all"
    if p.group and q.group:
        yield "within group" if p.group == q.group else "across groups"
    tested = [x.verdict is not None and x.verdict["status"] not in ("not tested", "harness error") for x in (p, q)]
    if all(tested):
        yield ("failing-failing", "passing-failing", "passing-passing")[p.passed + q.passed]


def recompute(tasks, shape, by, shift=0):
    """{class: [different, same]}, each (sum over pairs [layers], count)"""
    n_layers, n_experts, k = shape
    totals = {}
    for _, programs in tasks:
        sets = [member(p.experts, n_experts) for p in programs]
        for x in range(len(programs)):
            for y in range(x + 1, len(programs)):
                p, q = programs[x], programs[y]
                fork = fork_position(p.tokens, q.tokens)
                if fork is None:
                    continue
                i, j = (pairs_by_step if by == "step" else pairs_by_token)(p.tokens, q.tokens, fork)
                j = j + shift
                keep = (i < len(p.experts)) & (j < len(q.experts))
                i, j = i[keep], j[keep]
                both = np.einsum("rln,rln->rl", sets[x][i], sets[y][j]).astype(np.float64)
                jaccard = both / (2 * k - both)
                same = p.tokens[i] == q.tokens[j]
                for c in classes_of(p, q):
                    t = totals.setdefault(c, [[np.zeros(n_layers), 0], [np.zeros(n_layers), 0]])
                    for s in (0, 1):
                        t[s][0] += jaccard[same == bool(s)].sum(axis=0)
                        t[s][1] += int((same == bool(s)).sum())
    return totals


def chance_exact(n, k):
    weight = [math.comb(k, x) * math.comb(n - k, k - x) if k - x <= n - k else 0 for x in range(k + 1)]
    return sum(w * x / (2 * k - x) for x, w in enumerate(weight)) / math.comb(n, k)


class Difference(Exception):
    pass


def check(name, want, got, tolerance):
    if want is None or got is None:
        if want is not got:
            raise Difference(f"{name}: {got}, want {want}")
    elif not abs(want - got) <= tolerance:
        raise Difference(f"{name}: {got!r}, want {want!r}, off by {abs(want - got):.3g}")


def mean(total):
    return (total[0] / total[1]).tolist() if total[1] else [None] * len(total[0])


def compare(totals, shape, said, tolerance):
    n_layers, n_experts, k = shape
    none = [[np.zeros(n_layers), 0], [np.zeros(n_layers), 0]]
    entries = [("all", said)] + [(c["pairs"], c) for c in said["classes"]]
    n = 0
    for c, entry in entries:
        for s, word in ((0, "different"), (1, "same")):
            total = totals.get(c, none)[s]
            layers = mean(total)
            overall = sum(layers) / n_layers if total[1] else None
            check(f"{c}, {word}", overall, entry[word], tolerance)
            check(f"{c}, n_{word}", total[1], entry[f"n_{word}"], 0)
            for layer in entry["layers"]:
                check(f"{c}, layer {layer['layer']}, {word}", layers[layer["layer"]], layer[word], tolerance)
                check(f"{c}, layer {layer['layer']}, n_{word}", total[1], layer[f"n_{word}"], 0)
                n += 2
    check("chance_plugin", k / (2 * n_experts - k), said["chance_plugin"], tolerance)
    check("chance_exact", chance_exact(n_experts, k), said["chance_exact"], tolerance)
    check("pairs", totals["all"][0][1] + totals["all"][1][1], said["pairs"], 0)
    gaps = np.array([x if x is not None else np.nan for x in mean(totals["all"][1])]) - np.array(mean(totals["all"][0]))
    check("closest_layer", int(np.argmin(gaps)), said["closest_layer"], 0)
    check("farthest_layer", int(np.argmax(gaps)), said["farthest_layer"], 0)
    return n


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("coppice")
    parser.add_argument("--tolerance", type=float, default=1e-9)
    args = parser.parse_args()
    run, tasks = run_objects.tasks(args.run)
    failed = False
    for by in ("step", "token"):
        said = json.loads(subprocess.run([args.coppice, "align", args.run, "--json", "--by", by], capture_output=True, check=True).stdout)
        shape = (len(said["layers"]), said["n_experts"], said["top_k"])
        try:
            n = compare(recompute(tasks, shape, by), shape, said, args.tolerance)
            print(f"ok align --by {by} equals NumPy: {n} figures, {said['pairs']} token pairs")
        except Difference as e:
            print(f"not ok align --by {by} equals NumPy: {e}")
            failed = True
        try:
            compare(recompute(tasks, shape, by, shift=1), shape, said, args.tolerance)
            print(f"not ok an alignment off by one is noticed, --by {by}")
            failed = True
        except Difference:
            print(f"ok an alignment off by one is noticed, --by {by}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
