"""Makes tests/golden/sapling: the float64 reference of the embedded model over more than 2,000 positions.
Usage: make_sapling.py. To be run again whenever models/sapling/model.safetensors changes.

Sequences are the prompts and reference solutions of the embedded tasks, as the model's own tokenizer cuts them, and a little
noise; logits are kept for every eighth column. `model.hash` is the FNV-1a hash of the weights file they belong to, so that
the test can tell stale values from wrong ones.
"""

import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
import reference  # noqa: E402

POSITIONS = 2200


def sequences(vocab):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(ROOT / "models" / "sapling" / "tokenizer.json"))
    g = torch.Generator().manual_seed(1)
    noise = lambda n: torch.randint(0, vocab, (n,), generator=g).tolist()
    out = [noise(1), noise(70), noise(150)]  # the short ones first: the slow backend is held to these two
    lines = []
    for path in sorted((ROOT / "benchmarks" / "tasks").glob("*.jsonl")):
        lines += [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    for task in lines[:: max(1, len(lines) // 24)]:
        text = task["prompt"] + task.get("canonical_solution", "")
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:400]
        if len(ids) > 1:
            out.append(ids)
        if sum(map(len, out)) > POSITIONS:
            break
    assert sum(map(len, out)) > 2000, "the tasks are too short"
    return out


def fnv(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def main():
    folder = ROOT / "models" / "sapling"
    weights = (folder / "model.safetensors").read_bytes()
    model = reference.load(folder)
    vocab = model.config.vocab_size
    columns = range(0, vocab, 8)
    logits, scores = reference.write(HERE / "sapling", model, sequences(vocab), columns)
    (HERE / "sapling" / "model.hash").write_text(f"{fnv(weights):016x}\n")
    k = model.config.num_experts_per_tok
    gap = (scores[..., k - 1] - scores[..., k]).flatten()
    print(f"{len(logits)} positions, spread {logits.std():.2f}, gap at k: median {gap.median():.2e}, least {gap.min():.1e}")


if __name__ == "__main__":
    main()
