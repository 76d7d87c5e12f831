"""Trains sapling on the tokenised corpus, one single-threaded process a core.

Parameters, gradients and optimiser state lie in shared memory. Each process computes gradients on
its own rows, then updates the tensors it owns from the mean of all gradients. Matrices inside the
layers are trained with Muon, everything else with AdamW. The learning rate follows the clock, not
the steps: warm-up, plateau, linear decay to the floor at the end of --minutes.

    python train.py --data data.npz [more.npz ...] --out DIR --minutes 60 [--resume DIR/last.pt | --weights FOLDER]
"""

import argparse
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

from model import CONFIG, Model, initialise, shapes

MOMENTUM, BETAS, EPS = 0.95, (0.9, 0.95), 1e-8


# --- data --------------------------------------------------------------------------------------


class Corpus:
    """Documents as token ids, with the length of each one's prompt (zero for plain text)."""

    def __init__(self, paths):
        files = [np.load(p) for p in paths]
        self.tokens = [f["tokens"] for f in files]
        self.bounds = [f["bounds"] for f in files]
        self.prompts = [f["prompts"] for f in files]
        sizes = np.array([len(p) for p in self.prompts], dtype=float)
        self.share = sizes / sizes.sum()

    def draw(self, rng):
        s = rng.choice(len(self.share), p=self.share)
        i = rng.integers(len(self.prompts[s]))
        low, high = self.bounds[s][i], self.bounds[s][i + 1]
        return self.tokens[s][low:high].astype(np.int64), int(self.prompts[s][i])


class Rows:
    """Packs whole documents into rows of `length`; what is left over is padding without loss."""

    def __init__(self, corpus, length, prompt_weight, seed):
        self.corpus, self.length, self.prompt_weight = corpus, length, prompt_weight
        self.rng = np.random.default_rng(seed)
        self.waiting = []

    def next_document(self, room):
        while len(self.waiting) < 32:
            doc = self.corpus.draw(self.rng)
            if len(doc[0]) <= self.length:
                self.waiting.append(doc)
        for i, (tokens, _) in enumerate(self.waiting):
            if len(tokens) <= room:
                return self.waiting.pop(i)
        return None

    def batch(self, rows):
        shape = (rows, self.length)
        ids, targets = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        pos, doc = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        weight = np.zeros(shape, np.float32)
        for r in range(rows):
            at, number = 0, 0
            while (found := self.next_document(self.length - at)) is not None:
                tokens, prompt = found
                n = len(tokens)
                here = slice(at, at + n)
                ids[r, here] = tokens
                pos[r, here] = np.arange(n)
                doc[r, here] = number
                targets[r, at : at + n - 1] = tokens[1:]
                weight[r, at : at + n - 1] = 1.0
                weight[r, at : at + max(prompt - 1, 0)] = self.prompt_weight
                at, number = at + n, number + 1
            doc[r, at:] = number
            pos[r, at:] = np.arange(self.length - at)
        return [torch.from_numpy(t) for t in (ids, targets, pos, doc, weight)]


def losses(model, batch, balance_weight):
    ids, targets, pos, doc, weight = batch
    usage = []
    logits = model.logits(model.forward(ids, pos, doc, usage))
    each = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    text = (each * weight.flatten()).sum() / weight.sum()
    body = weight.flatten() == 1.0
    balance = sum(b for b, _ in usage) / len(usage)
    return text + balance_weight * balance, each[body].mean().item(), usage


# --- optimiser ---------------------------------------------------------------------------------


def is_matrix(name):
    """Does Muon train it? Routers, gates, the convolution and the embeddings stay with AdamW."""
    if not name.startswith("layers"):
        return False
    adam = ("gate.weight", "in_proj_a", "in_proj_b", "conv1d", "norm", "A_log", "dt_bias")
    return not any(part in name for part in adam) or "experts" in name and "gate.weight" not in name


def orthogonalise(g):
    """The nearest orthogonal matrices to a stack of matrices, by five Newton-Schulz steps."""
    tall = g.shape[-2] > g.shape[-1]
    x = g.mT if tall else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.mT if tall else x


def parts(name, t):
    """The matrices of a parameter that are orthogonalised one by one."""
    if name.endswith("experts.gate_up"):
        return [t.view(-1, t.shape[1] // 2, t.shape[2])]
    if name.endswith("in_proj_qkv.weight"):
        key = CONFIG["linear_num_key_heads"] * CONFIG["linear_key_head_dim"]
        return list(t.split((key, key, t.shape[0] - 2 * key)))
    return [t]


def muon(name, p, g, first, lr, decay):
    first.lerp_(g, 1 - MOMENTUM)
    g = g.lerp(first, MOMENTUM)
    p.mul_(1 - lr * decay)
    for pp, gg in zip(parts(name, p), parts(name, g)):
        pp.add_(orthogonalise(gg), alpha=-lr * 0.2 * math.sqrt(max(pp.shape[-2:])))


def adamw(p, g, first, second, lr, decay, step):
    first.lerp_(g, 1 - BETAS[0])
    second.lerp_(g * g, 1 - BETAS[1])
    p.mul_(1 - lr * decay)
    scale = math.sqrt(1 - BETAS[1] ** step) / (1 - BETAS[0] ** step)
    p.addcdiv_(first, second.sqrt().add_(EPS), value=-lr * scale)


def learning_rate(args, step, elapsed):
    """Share of the full rate: warm-up by steps, then plateau and linear decay by the clock."""
    done = min(1.0, elapsed / (60 * args.minutes))
    tail = 1.0 if done < 1 - args.decay else args.floor + (1 - args.floor) * (1 - done) / args.decay
    return min(tail, (step + 1) / args.warmup), done >= 1.0


# --- the processes -----------------------------------------------------------------------------


def views(flat):
    out, at = {}, 0
    for name, shape in shapes(CONFIG).items():
        size = math.prod(shape)
        out[name] = flat[at : at + size].view(shape)
        at += size
    return out


def owner_of(world):
    """Deals the tensors out so that each process has about the same work."""
    load, owner = [0] * world, {}
    for name, shape in sorted(shapes(CONFIG).items(), key=lambda s: -math.prod(s[1])):
        rank = load.index(min(load))
        owner[name] = rank
        load[rank] += math.prod(shape) * (4 if is_matrix(name) else 1)
    return owner


def validate(model, paths, args):
    rows = Rows(Corpus(paths), args.length, 0.0, seed=1)
    with torch.no_grad():
        return float(np.mean([losses(model, rows.batch(8), 0.0)[1] for _ in range(args.validation_batches)]))


def save(path, flat, state, step, tokens):
    torch.save(dict(params=flat, state=state, step=step, tokens=tokens), str(path) + ".new")
    pathlib.Path(str(path) + ".new").replace(path)


def work(rank, args, shared, barrier):
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed + rank)
    world = args.processes
    params, first, second = views(shared["params"]), views(shared["first"]), views(shared["second"])
    grads = [views(g) for g in shared["grads"]]
    for name, p in params.items():
        p.requires_grad_()
        p.grad = grads[rank][name]
    owned = [n for n, r in owner_of(world).items() if r == rank]
    model = Model(params)
    rows = Rows(Corpus(args.data), args.length, args.prompt_weight, [args.seed, rank, args.first_step])
    out = pathlib.Path(args.out)
    step, tokens, start, saved_at = args.first_step, args.first_tokens, time.time(), time.time()
    running, reported, since = None, start, 0
    while True:
        elapsed = time.time() - start
        if rank == 0:
            shared["clock"][0] = elapsed
        barrier.wait()
        share, over = learning_rate(args, step - args.first_step, shared["clock"][0].item())
        if over:
            break
        shared["grads"][rank].zero_()
        loss, body, usage = losses(model, rows.batch(args.rows), args.balance)
        loss.backward()
        barrier.wait()
        with torch.no_grad():
            mean = {n: sum(g[n] for g in grads) / world for n in owned}
            shared["norms"][rank] = sum(float((g * g).sum()) for g in mean.values())
            barrier.wait()
            norm = math.sqrt(shared["norms"].sum())
            clip = min(1.0, args.clip / (norm + 1e-6))
            for n in owned:
                g = mean[n].mul_(clip)
                decay = args.weight_decay if params[n].dim() > 1 else 0.0
                if is_matrix(n):
                    muon(n, params[n], g, first[n], args.lr * share, decay)
                else:
                    rate = args.adam_lr * share
                    adamw(params[n], g, first[n], second[n], rate, decay, step + 1)
        step += 1
        tokens += world * args.rows * args.length
        running = body if running is None else running + 0.02 * (body - running)
        if rank == 0 and step % args.report == 0:
            now = time.time()
            use = torch.stack([c / c.sum() for _, c in usage])
            entropy = -(use * (use + 1e-9).log()).sum(1) / math.log(use.shape[1])
            line = dict(
                step=step, tokens=tokens, loss=round(running, 4), norm=round(norm, 3),
                rate=round(share, 3), entropy=round(entropy.min().item(), 3),
                per_second=round((tokens - since) / (now - reported)) if since else 0,
                minutes=round((now - start) / 60, 1),
            )
            reported, since = now, tokens
            print(json.dumps(line), flush=True)
        if step % args.validate == 0:
            barrier.wait()
            if rank == 0:
                loss = validate(model, args.validation, args) if args.validation else None
                print(json.dumps(dict(step=step, validation=loss)), flush=True)
            if rank == 0 and time.time() - saved_at > 60 * args.save_minutes:
                save(out / "last.pt", shared["params"], (shared["first"], shared["second"]), step, tokens)
                saved_at = time.time()
    if rank == 0:
        if args.validation:
            print(json.dumps(dict(step=step, validation=validate(model, args.validation, args))))
        save(out / "last.pt", shared["params"], (shared["first"], shared["second"]), step, tokens)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--data", nargs="+", required=True)
    a.add_argument("--validation", nargs="*", default=[])
    a.add_argument("--out", required=True)
    a.add_argument("--resume")
    a.add_argument("--weights", help="folder of a quantised model to begin from, with a fresh optimiser")
    a.add_argument("--minutes", type=float, required=True)
    a.add_argument("--decay", type=float, default=0.35, help="last share of the time, spent decaying")
    a.add_argument("--floor", type=float, default=0.0, help="share of the rate left at the end")
    a.add_argument("--lr", type=float, default=4e-3, help="Muon, scaled to AdamW's size of update")
    a.add_argument("--adam-lr", type=float, default=3e-3)
    a.add_argument("--weight-decay", type=float, default=0.1)
    a.add_argument("--clip", type=float, default=1.0)
    a.add_argument("--warmup", type=int, default=100)
    a.add_argument("--balance", type=float, default=0.01)
    a.add_argument("--prompt-weight", type=float, default=0.3)
    a.add_argument("--processes", type=int, default=2)
    a.add_argument("--rows", type=int, default=6, help="rows a process takes each step")
    a.add_argument("--length", type=int, default=320)
    a.add_argument("--report", type=int, default=20)
    a.add_argument("--validate", type=int, default=200)
    a.add_argument("--validation-batches", type=int, default=8)
    a.add_argument("--save-minutes", type=float, default=4)
    a.add_argument("--seed", type=int, default=20)
    args = a.parse_args()
    pathlib.Path(args.out).mkdir(parents=True, exist_ok=True)
    args.first_step = args.first_tokens = 0
    size = sum(math.prod(s) for s in shapes(CONFIG).values())
    shared = {n: torch.zeros(size) for n in ("params", "first", "second")}
    shared["grads"] = [torch.zeros(size) for _ in range(args.processes)]
    shared["norms"], shared["clock"] = torch.zeros(args.processes), torch.zeros(1, dtype=torch.float64)
    if args.weights:
        from quantise import load  # which imports this module

        for name, p in load(args.weights).items():
            views(shared["params"])[name].copy_(p)
    elif args.resume:
        saved = torch.load(args.resume)
        shared["params"].copy_(saved["params"])
        shared["first"].copy_(saved["state"][0])
        shared["second"].copy_(saved["state"][1])
        args.first_step, args.first_tokens = saved["step"], saved["tokens"]
    else:
        fresh = initialise(CONFIG, args.seed)
        for name, p in views(shared["params"]).items():
            p.copy_(fresh[name])
    for t in [*shared["grads"], *(v for v in shared.values() if torch.is_tensor(v))]:
        t.share_memory_()
    context = mp.get_context("spawn")
    barrier = context.Barrier(args.processes)
    mp.spawn(work, (args, shared, barrier), nprocs=args.processes)


if __name__ == "__main__":
    main()
