#!/usr/bin/env python3
"""HF tokenizers' side of bench_tokenizer: python3 benchmarks/hf_tokenizer.py [DIR [TEXT-FILE]], one core.

The whole text at once, as bench_tokenizer has it, and line by line; its word cache is warm from the second round on."""
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import numpy as np
from tokenizers import Tokenizer, __version__

where = sys.argv[1] if len(sys.argv) > 1 else "models/sapling"
name = sys.argv[2] if len(sys.argv) > 2 else "tests/golden/tokenizer/strings.jsonl"
with open(name, encoding="utf-8", newline="") as f:
    text = f.read()


def least(run):
    best, out = 1e9, None
    for _ in range(5):
        start = time.process_time()
        out = run()
        best = min(best, time.process_time() - start)
    return best, out


opened, tokenizer = least(lambda: Tokenizer.from_file(os.path.join(where, "tokenizer.json")))
whole, ids = least(lambda: tokenizer.encode(text, add_special_tokens=False).ids)
lines = text.splitlines(keepends=True)
by_line, _ = least(lambda: [tokenizer.encode(line, add_special_tokens=False).ids for line in lines])
h = 0xCBF29CE484222325
for b in np.array(ids, dtype="<i4").tobytes():
    h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
mb = len(text.encode()) * 1e-6
print("HF tokenizers %s, %s: opened in %.1f ms; %.1f MB, %d tokens; encode %.1f MB/s whole, %.1f MB/s by line; ids %016x"
      % (__version__, where, opened * 1e3, mb, len(ids), mb / whole, mb / by_line, h))
