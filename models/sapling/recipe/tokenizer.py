"""Trains the byte-level BPE tokenizer, and turns the corpus into token ids.

    python tokenizer.py train --corpus corpus.jsonl --out tokenizer.json
    python tokenizer.py encode --corpus corpus.jsonl --tokenizer tokenizer.json --out data.npz
"""

import argparse
import json

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

END = "<|endoftext|>"
# A newline with its indent; a digit; a word with the space or underscore before it; other signs.
PATTERN = r"\n[ \t]*|\p{N}|[ _]?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+"
SIZE = 1024


def documents(path):
    with open(path) as lines:
        for line in lines:
            yield json.loads(line)


def train(args):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    t.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=[END], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    t.train_from_iterator((d["prompt"] + d["completion"] for d in documents(args.corpus)), trainer)
    t.save(args.out)


def encode(args):
    t = Tokenizer.from_file(args.tokenizer)
    end = t.token_to_id(END)
    tokens, bounds, prompts = [], [0], []
    batch = []

    def flush():
        firsts = t.encode_batch([d["prompt"] for d in batch])
        seconds = t.encode_batch([d["completion"] for d in batch])
        for a, b in zip(firsts, seconds):
            ids = a.ids + b.ids + [end]
            tokens.append(np.array(ids, np.uint16))
            bounds.append(bounds[-1] + len(ids))
            prompts.append(len(a.ids))
        batch.clear()

    for d in documents(args.corpus):
        batch.append(d)
        if len(batch) == 4000:
            flush()
    if batch:
        flush()
    np.savez(args.out, tokens=np.concatenate(tokens), bounds=np.array(bounds, np.int64), prompts=np.array(prompts, np.uint16))
    print(f"{len(prompts)} documents, {bounds[-1]} tokens")


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("action", choices=["train", "encode"])
    a.add_argument("--corpus", required=True)
    a.add_argument("--tokenizer")
    a.add_argument("--out", required=True)
    args = a.parse_args()
    train(args) if args.action == "train" else encode(args)


if __name__ == "__main__":
    main()
