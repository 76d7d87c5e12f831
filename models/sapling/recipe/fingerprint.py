"""The corpus's fingerprint: a Bloom filter of every document's comments, and checks against it.

    python fingerprint.py build --corpus a.jsonl b.jsonl --out models/sapling --name corpus-2 --bits 24
    python fingerprint.py check --filter models/sapling/corpus.bloom --tasks tasks.jsonl ...
    python fingerprint.py overlap --corpus a.jsonl b.jsonl --tasks tasks.jsonl ...

`corpus.md` beside the filter defines the normal form and the hashes. `overlap` reads the corpus
itself: for each task, the longest run of words that its comment shares with a document's.
"""

import argparse
import json
import pathlib
import random
import re

PROBES = 12
COMMENT = re.compile(r"/\*(.*?)\*/|//([^\n]*)", re.S)


def normal_form(prompt, completion=""):
    """Lower-case words of all comments, or of the whole text where there is no prompt."""
    text = prompt + completion
    if prompt:
        text = " ".join(a or b for a, b in COMMENT.findall(text))
    return " ".join(re.findall("[a-z]+", text.lower()))


def hash64(text):
    """FNV-1a over the bytes, then one multiply-and-fold."""
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    h ^= h >> 33
    h = (h * 0xFF51AFD7ED558CCD) & 0xFFFFFFFFFFFFFFFF
    return h ^ h >> 33


def places(text, bits):
    h = hash64(text)
    low, high = h & 0xFFFFFFFF, h >> 32 | 1
    return [(low + i * high) % bits for i in range(PROBES)]


def contains(filter_, text):
    return all(filter_[p >> 3] >> (p & 7) & 1 for p in places(text, 8 * len(filter_)))


def documents(paths):
    for path in paths:
        with open(path) as lines:
            for line in lines:
                yield json.loads(line)


def build(args):
    keys, sample = set(), []
    rng = random.Random(1)
    total = 0
    for d in documents(args.corpus):
        keys.add(normal_form(d["prompt"], d["completion"]))
        total += 1
        if rng.random() < 1e-3:
            sample.append(d)
    bits = 1 << args.bits
    filter_ = bytearray(bits // 8)
    for k in keys:
        for p in places(k, bits):
            filter_[p >> 3] |= 1 << (p & 7)
    out = pathlib.Path(args.out)
    (out / f"{args.name}.bloom").write_bytes(filter_)
    with open(out / f"{args.name}_sample.jsonl", "w") as lines:
        for d in rng.sample(sample, 24):
            lines.write(json.dumps(d) + "\n")
    trials = 1_000_000
    hits = sum(contains(filter_, f"not a document {i}") for i in range(trials))
    full = sum(bin(b).count("1") for b in filter_) / bits
    print(f"{total} documents, {len(keys)} keys, {full:.3f} of the bits set, {full**PROBES:.1e} false positives expected, {hits} of {trials} seen")


def check(args):
    filter_ = pathlib.Path(args.filter).read_bytes()
    for d in documents(args.tasks):
        if contains(filter_, normal_form(d["prompt"])):
            print("in the corpus:", d.get("task_id", normal_form(d["prompt"])))


def overlap(args):
    tasks = {d["task_id"]: normal_form(d["prompt"]).split() for d in documents(args.tasks)}
    grams = {}
    for name, words in tasks.items():
        for n in range(3, len(words) + 1):
            for i in range(len(words) - n + 1):
                grams.setdefault(tuple(words[i : i + n]), set()).add(name)
    longest = dict.fromkeys(tasks, 0)
    seen = set()
    for d in documents(args.corpus):
        form = normal_form(d["prompt"], d["completion"]) if d["prompt"] else ""
        if not form or form in seen:
            continue
        seen.add(form)
        words = form.split()
        for i in range(len(words)):
            n = 3
            while i + n <= len(words) and tuple(words[i : i + n]) in grams:
                for name in grams[tuple(words[i : i + n])]:
                    longest[name] = max(longest[name], n)
                n += 1
    shares = [longest[n] / len(words) for n, words in tasks.items()]
    for name, words in tasks.items():
        print(f"{name}: {longest[name]} of {len(words)} words in a row")
    print(f"mean share {sum(shares) / len(shares):.2f}, whole comments {sum(s == 1 for s in shares)}")


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("action", choices=["build", "check", "overlap"])
    a.add_argument("--corpus", nargs="*", default=[])
    a.add_argument("--tasks", nargs="*", default=[])
    a.add_argument("--filter")
    a.add_argument("--out")
    a.add_argument("--name", default="corpus")
    a.add_argument("--bits", type=int, default=23, help="of the filter, as a power of two")
    args = a.parse_args()
    {"build": build, "check": check, "overlap": overlap}[args.action](args)


if __name__ == "__main__":
    main()
