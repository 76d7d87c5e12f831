"""Samples programs for tasks from a quantised folder, compiles, groups and tests them.

    python evaluate.py --model models/sapling --tasks held_out.jsonl --samples 32 [--save out.jsonl]
    python evaluate.py --completions programs.jsonl --tasks held_out.jsonl    (of coppice export)

Figures: the share that compiles, pass@1, and distinct normalised assemblies (gcc -S -O0) per task.
Programs run as an unprivileged user under limits on time, memory, files and processes. That is
enough for what this model writes; the product's own judge is stricter.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import resource
import subprocess
import tempfile

import torch
from tokenizers import Tokenizer

from model import Decoder, Model
from quantise import load

NOBODY = 65534


# --- sampling ----------------------------------------------------------------------------------


def sample(model, tokenizer, prompts, temperature, limit, generator):
    """One completion for each prompt, as text; all sequences move in step."""
    end = tokenizer.token_to_id("<|endoftext|>")
    encoded = [tokenizer.encode(p).ids for p in prompts]
    rows = torch.arange(len(prompts))
    done = [list(e) for e in encoded]
    longest = max(map(len, encoded)) + limit
    decoder = Decoder(model, len(prompts), longest)
    for at in range(longest - 1):
        logits = decoder.step(torch.tensor([done[r][at] for r in rows]))
        drawn = torch.multinomial(torch.softmax(logits / temperature, -1), 1, generator=generator)[:, 0]
        keep = []
        for i, r in enumerate(rows.tolist()):
            ids = done[r]
            if at + 1 >= len(ids):
                ids.append(int(drawn[i]))
            if ids[-1] != end and len(ids) < len(encoded[r]) + limit or at + 1 < len(encoded[r]):
                keep.append(i)
        if len(keep) < 0.9 * len(rows):
            keep = torch.tensor(keep, dtype=torch.long)
            decoder.keep(keep)
            rows = rows[keep]
        if not len(rows) or all(done[r][-1] == end for r in rows.tolist()):
            break
    texts = []
    for ids, prompt in zip(done, encoded):
        new = ids[len(prompt) :]
        texts.append(tokenizer.decode(new[: new.index(end)] if end in new else new))
    return texts


def finish(task, completion):
    """The program's own text: up to the closing brace of its last function."""
    if task.get("requires"):
        return completion
    end = completion.find("\n}")
    return completion if end < 0 else completion[: end + 2] + "\n"


# --- judging -----------------------------------------------------------------------------------


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def run(command, folder, seconds):
    try:
        done = subprocess.run(command, cwd=folder, preexec_fn=limits, timeout=seconds, capture_output=True, stdin=subprocess.DEVNULL)
        return done.returncode
    except subprocess.TimeoutExpired:
        return -1


def normalise(assembly):
    """Assembly without file names and identification."""
    return "\n".join(line for line in assembly.split("\n") if not re.match(r"\s*\.(file|ident|section\s+\.note)", line))


def judge(task, completion):
    """(normalised assembly or None, passed)"""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        path = pathlib.Path(folder)
        (path / "p.c").write_text(task["setup"] + task["prompt"] + completion)
        (path / "t.c").write_text(task["test"])
        if run(["gcc", "-S", "-O0", "-w", "p.c", "-o", "p.s"], folder, 20) != 0:
            return None, False
        assembly = normalise((path / "p.s").read_text())
        if run(["gcc", "-w", "p.s", "t.c", "-o", "p", "-lm"], folder, 20) != 0:
            return assembly, False
        return assembly, run(["./p"], folder, 5) == 0


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--model")
    a.add_argument("--completions", help="JSONL of task_id and completion to judge instead of sampling")
    a.add_argument("--tasks", required=True)
    a.add_argument("--samples", type=int, default=32)
    a.add_argument("--temperature", type=float, default=0.7)
    a.add_argument("--limit", type=int, default=300)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--save")
    args = a.parse_args()
    torch.set_num_threads(args.threads)
    tasks = [json.loads(line) for line in open(args.tasks)]
    if args.completions:
        by_id = {t["task_id"]: t for t in tasks}
        lines = [json.loads(line) for line in open(args.completions)]
        work = [(by_id[d["task_id"]], finish(by_id[d["task_id"]], d["completion"])) for d in lines]
    else:
        tokenizer = Tokenizer.from_file(str(pathlib.Path(args.model) / "tokenizer.json"))
        model = Model(load(args.model))
        generator = torch.Generator().manual_seed(args.seed)
        prompts = [t["prompt"] for t in tasks for _ in range(args.samples)]
        texts = sample(model, tokenizer, prompts, args.temperature, args.limit, generator)
        work = [(t, finish(t, texts[i * args.samples + j])) for i, t in enumerate(tasks) for j in range(args.samples)]
    unique = {(t["task_id"], c): (t, c) for t, c in work}
    with concurrent.futures.ThreadPoolExecutor(args.threads) as pool:
        verdicts = dict(zip(unique, pool.map(lambda tc: judge(*tc), unique.values())))
    if args.save:
        with open(args.save, "w") as out:
            for t, c in work:
                out.write(json.dumps(dict(task_id=t["task_id"], completion=c, passed=verdicts[t["task_id"], c][1])) + "\n")
    per_task = collections.defaultdict(list)
    for t, c in work:
        per_task[t["task_id"]].append(verdicts[t["task_id"], c])
    for name, each in per_task.items():
        groups = {assembly for assembly, _ in each if assembly}
        print(f"{name}: compile {sum(v[0] is not None for v in each)}/{len(each)} pass {sum(v[1] for v in each)} groups {len(groups)}")
    every = [v for each in per_task.values() for v in each]
    groups = [len({s for s, _ in each if s}) for each in per_task.values()]
    print(f"compile {sum(v[0] is not None for v in every) / len(every):.3f} pass@1 {sum(v[1] for v in every) / len(every):.3f} groups per task {sum(groups) / len(groups):.2f}")


if __name__ == "__main__":
    main()
