"""Writes the corpus: JSONL, one document a line, with `prompt` and `completion` (for plain text
the prompt is empty), `kind` and `idea`.

    python generator.py --documents 400000 --seed 20 --out corpus.jsonl
"""

import argparse
import json
import multiprocessing
import random

import arrays
import ideas
import ideas_arrays
import ideas_more
import ideas_numbers
import ideas_strings
import pairs
import plain
import wording

KNOWN = [t for t in arrays.TRIPLES if not arrays.held_out(*t)]
MODULES = (ideas_numbers, ideas_strings, ideas_arrays, ideas_more)


def function_document(rng, f):
    text = wording.comment(rng, f.sentences, f.examples)
    return f"{text}\n{f.signature()} {{", f"\n{f.body}\n}}\n"


def pair_document(rng, first, second):
    """Both comments and prototypes, then the two definitions; or the two functions one by one."""
    one, two = wording.comment(rng, first.sentences), wording.comment(rng, second.sentences)
    if rng.random() < 0.6:
        prompt = f"{one}\n{first.signature()};\n\n{two}\n{second.signature()};\n\n{first.signature()} {{"
        return prompt, f"\n{first.body}\n}}\n\n{second.signature()} {{\n{second.body}\n}}\n"
    prompt = f"{one}\n{first.signature()} {{"
    return prompt, f"\n{first.body}\n}}\n\n{two}\n{second.signature()} {{\n{second.body}\n}}\n"


def document(rng):
    pick = rng.random()
    if pick < 0.40:
        f = arrays.write(rng, KNOWN)
    elif pick < 0.76:
        f = ideas.write(rng, rng.choice(ideas.IDEAS))
    elif pick < 0.88:
        first, second = pairs.write(rng)
        prompt, completion = pair_document(rng, first, second)
        return dict(kind="pair", idea=second.idea, prompt=prompt, completion=completion)
    else:
        kind = rng.choice(["word_problem", "prose", "record"])
        return dict(kind=kind, idea=kind, prompt="", completion=getattr(plain, kind)(rng))
    prompt, completion = function_document(rng, f)
    return dict(kind="function", idea=f.idea, prompt=prompt, completion=completion)


def chunk(job):
    seed, part, count = job
    rng = random.Random(f"{seed}/{part}")
    return [json.dumps(document(rng)) for _ in range(count)]


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--documents", type=int, default=400000)
    a.add_argument("--seed", type=int, default=20)
    a.add_argument("--processes", type=int, default=2)
    a.add_argument("--out", required=True)
    args = a.parse_args()
    size = 2000
    jobs = [(args.seed, i, size) for i in range(args.documents // size)]
    with open(args.out, "w") as out, multiprocessing.Pool(args.processes) as pool:
        for lines in pool.imap(chunk, jobs):
            out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
