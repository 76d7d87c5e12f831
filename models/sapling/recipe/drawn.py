"""Replays the sampling of a training stage and writes the documents it drew.

    python drawn.py --corpus c.jsonl --data c.npz --steps 1258 --seed 20 --first-step 0 --out drawn.jsonl
"""

import argparse

from train import Corpus, Rows


class Recorder(Corpus):
    """A corpus that remembers which documents it gave."""

    def __init__(self, paths):
        super().__init__(paths)
        assert len(self.prompts) == 1
        self.drawn = set()

    def draw(self, rng):
        s = rng.choice(len(self.share), p=self.share)
        i = rng.integers(len(self.prompts[s]))
        self.drawn.add(int(i))
        low, high = self.bounds[s][i], self.bounds[s][i + 1]
        return self.tokens[s][low:high], int(self.prompts[s][i])


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--corpus", required=True)
    a.add_argument("--data", required=True)
    a.add_argument("--steps", type=int, required=True)
    a.add_argument("--seed", type=int, default=20)
    a.add_argument("--first-step", type=int, default=0)
    a.add_argument("--processes", type=int, default=2)
    a.add_argument("--rows", type=int, default=6)
    a.add_argument("--length", type=int, default=320)
    a.add_argument("--out", required=True)
    args = a.parse_args()
    corpus = Recorder([args.data])
    for rank in range(args.processes):
        rows = Rows(corpus, args.length, 0.0, [args.seed, rank, args.first_step])
        for _ in range(args.steps):
            rows.batch(args.rows)
    with open(args.corpus) as lines, open(args.out, "w") as out:
        out.writelines(line for i, line in enumerate(lines) if i in corpus.drawn)
    print(f"{len(corpus.drawn)} documents")


if __name__ == "__main__":
    main()
