#!/usr/bin/env python3
"""Expected token ids from HF tokenizers, for tests/engine/test_tokenizer.c.

usage: python3 tests/golden/tokenizer/make.py     (from the repository's root, after models/sapling/tokenizer.json changed;
                                                   the packages are in requirements.txt)

Trains small tokenizers with the exact settings of published families on text of our own (texts.py), and writes
  NAME/tokenizer.json   as HF saves it
  strings.jsonl         the strings, one JSON string a line
  NAME.ids              one line a string: '=' when decoding the ids gives the string again (always, unless it is normalised
                        to something else, has unknown characters, or gets a space in front), else '~'; then the ids,
                        two digits of base 64 each. The first line holds the hash of the tokenizer.json (base/hash.h), then the
                        step by which strings were taken (1: all, 3: every third), then the hash of the ids (32-bit,
                        little-endian) of the whole of strings.jsonl taken as one text.
  more.jsonl.gz         further strings, so that with strings.jsonl there are 20,000
  NAME.sums             for each of the four families of models: the hash of its tokenizer.json (64 bits, little-endian), then for
                        each of the 20,000 strings the low 32 bits of the hash of its ids (32-bit, little-endian)
  splits.jsonl          pieces that Split makes: pattern, behaviour, invert, text, pieces
  norms.jsonl           normalised strings where normalising changes them: form, string, result"""
import collections
import gzip
import json
import os
import random
import re
import struct
import sys

from tokenizers import AddedToken, Regex, Tokenizer, __version__, decoders, models, normalizers, pre_tokenizers, processors, trainers

import texts

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

QWEN35 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LING = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
ADDED = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|vision_start|>", "<|vision_end|>",
         "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
ADDED_PLAIN = ["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<tool_response>", "</tool_response>", "<think>", "</think>"]


ADDED_OLMOE = ["|||EMAIL_ADDRESS|||", "|||PHONE_NUMBER|||"]


def byte_level(pre, normalizer=None, prefix_space=False):
    """As Qwen's files are made: no unknown token, all 256 bytes in the vocabulary."""
    t = Tokenizer(models.BPE())
    t.normalizer = normalizer or normalizers.NFC()
    if isinstance(pre, str):
        pre = [pre_tokenizers.Split(Regex(pre), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=False)]
    t.pre_tokenizer = pre_tokenizers.Sequence(pre) if len(pre) > 1 else pre[0]
    t.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    t.train_from_iterator(texts.corpus(), trainers.BpeTrainer(vocab_size=2000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return t


def qwen35():
    t = byte_level(QWEN35)
    t.add_tokens([AddedToken(a, special=True, normalized=False) for a in ADDED])
    t.add_tokens([AddedToken(a, special=False, normalized=False) for a in ADDED_PLAIN])
    return t


def qwen3():
    t = byte_level(QWEN2)
    t.add_tokens([AddedToken(a, special=True, normalized=False) for a in ADDED])
    t.add_tokens([AddedToken(a, special=False, normalized=False) for a in ADDED_PLAIN])
    return t


def olmoe():
    """GPT-NeoX's way: the pattern inside ByteLevel, runs of blanks as added tokens that are looked for after NFC, and a
    post-processor that adds nothing."""
    t = byte_level([pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)])
    t.add_tokens([AddedToken("|||IP_ADDRESS|||", normalized=True), AddedToken("<|padding|>", special=True, normalized=False)])
    t.add_tokens([AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)])
    t.add_tokens([AddedToken(a, normalized=True) for a in ADDED_OLMOE])
    t.add_tokens([AddedToken("<|endoftext|>", special=True, normalized=False)])
    t.post_processor = processors.TemplateProcessing(single="$A", pair="$A $B", special_tokens=[])
    return t


def ling():
    return byte_level(LING, normalizers.NFC())


def odd():
    """Settings that no headline family has: the GPT-2 pattern with a space in front, digits, NFKC, every flag of added tokens,
    whole words past the merges, and merges written as strings."""
    t = byte_level([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)],
                   normalizers.Sequence([normalizers.NFKC(), normalizers.NFC()]))
    t.add_tokens([AddedToken("<|endoftext|>", special=True, normalized=False), AddedToken("<|im_start|>", special=True, lstrip=True, normalized=False),
                  AddedToken("<|im_end|>", special=True, rstrip=True, normalized=False), AddedToken("<think>", lstrip=True, rstrip=True, normalized=True),
                  AddedToken("the", single_word=True, normalized=False), AddedToken("n\u0303", single_word=True, normalized=True),
                  AddedToken("ﬁn", normalized=True), AddedToken("return value", normalized=True), AddedToken("return", normalized=True)])
    d = json.loads(t.to_str())
    d["model"]["ignore_merges"] = True
    d["model"]["merges"] = [" ".join(m) for m in d["model"]["merges"]]
    return Tokenizer.from_str(json.dumps(d))


def mixtral():
    """Sentencepiece's way, as Mixtral's tokenizer.json has it."""
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    counts = collections.Counter(c for text in texts.corpus() for c in text.replace(" ", "▁"))
    alphabet = sorted(sorted(counts), key=lambda c: -counts[c])[:200]
    t.train_from_iterator((piece for text in texts.corpus() for piece in re.split(r"(?= )", text)),
                          trainers.BpeTrainer(vocab_size=2000, initial_alphabet=alphabet, limit_alphabet=len(alphabet), show_progress=False,
                                              special_tokens=["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)]))
    d = json.loads(t.to_str())
    d["added_tokens"] = d["added_tokens"][:3]  # the bytes are ordinary entries of the vocabulary there
    t = Tokenizer.from_str(json.dumps(d))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return t


def fnv1a(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def write_ids(name, path, strings, step):
    with open(path, "rb") as f:
        data = f.read()
    t = Tokenizer.from_str(data.decode())
    with open(os.path.join(HERE, name + ".ids"), "w") as f:
        with open(os.path.join(HERE, "strings.jsonl"), encoding="utf-8", newline="") as whole:
            ids = t.encode(whole.read(), add_special_tokens=False).ids
        f.write("%016x %d %016x\n" % (fnv1a(data), step, fnv1a(struct.pack("<%di" % len(ids), *ids))))
        for s in strings[::step]:
            ids = t.encode(s, add_special_tokens=False).ids
            assert max(ids, default=0) < 4096
            back = t.decode(ids, skip_special_tokens=False) == s
            if name in ("qwen35", "qwen3", "olmoe", "ling", "sapling"):
                assert back == (t.normalizer is None or t.normalizer.normalize_str(s) == s), repr(s)
            f.write("=~"[not back] + "".join(B64[i >> 6] + B64[i & 63] for i in ids) + "\n")


def write_sums(name, path, strings):
    with open(path, "rb") as f:
        data = f.read()
    t = Tokenizer.from_str(data.decode())
    with open(os.path.join(HERE, name + ".sums"), "wb") as f:
        f.write(struct.pack("<Q", fnv1a(data)))
        for i in range(0, len(strings), 1000):
            for e in t.encode_batch(strings[i:i + 1000], add_special_tokens=False):
                f.write(struct.pack("<I", fnv1a(struct.pack("<%di" % len(e.ids), *e.ids)) & 0xFFFFFFFF))


def late_ranges():
    with open(os.path.join(ROOT, "engine/tok_unicode.inc")) as f:
        return [(int(a, 16), int(b, 16)) for a, b in re.findall(r"\{0x([0-9A-F]+), 0x([0-9A-F]+)", f.read())]


def write_splits(strings):
    r = random.Random(22)
    patterns = [QWEN35, QWEN2, GPT2, LING, r"\s+", r"\p{N}{1,3}", r"a*", r"\w+", r"\W", r"[^\w\s]", r"\p{Han}+", r"\P{L}", r"x|(?<=a)b|\u00e9+?", r"[\r\n]|(?=é)"]
    with open(os.path.join(HERE, "splits.jsonl"), "w") as f:
        for i in range(1500):
            pattern = r.choice(patterns)
            literal = r.random() < 0.15
            if literal:
                pattern = r.choice(["a", " ", "é", "in", ".", "\n", "  "])
            behavior = r.choice(["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"])
            invert = r.random() < 0.5
            text = r.choice([s for s in strings[:2200] if len(s) < 60]) + r.choice(["", "", " aab  a", "x12345 ab"])
            split = pre_tokenizers.Split(pattern if literal else Regex(pattern), behavior, invert)
            pieces = [p for p, _ in split.pre_tokenize_str(text)]
            f.write(json.dumps([pattern, literal, behavior, invert, text, pieces], ensure_ascii=False) + "\n")


def write_norms(strings):
    forms = {"NFC": normalizers.NFC(), "NFD": normalizers.NFD(), "NFKC": normalizers.NFKC(), "NFKD": normalizers.NFKD()}
    r = random.Random(23)
    with open(os.path.join(HERE, "norms.jsonl"), "w") as f:
        for s in strings:
            for name, form in forms.items():
                out = form.normalize_str(s)
                if len(s) < 200 and (out != s or r.random() < 0.02) and r.random() < (1.0 if name == "NFC" else 0.2):
                    f.write(json.dumps([name, s, out], ensure_ascii=False) + "\n")


def main():
    pinned = open(os.path.join(HERE, "requirements.txt")).read().split("tokenizers==")[1].split()[0]
    if __version__ != pinned:
        sys.exit("tokenizers %s is installed; requirements.txt says %s" % (__version__, pinned))
    sapling = os.path.join(ROOT, "models/sapling/tokenizer.json")
    added = ADDED + ADDED_PLAIN
    if os.path.exists(sapling):
        added += [a["content"] for a in json.load(open(sapling))["added_tokens"] if a["content"] not in added]
    strings = texts.strings(added, late_ranges())
    with open(os.path.join(HERE, "strings.jsonl"), "w") as f:
        f.writelines(json.dumps(s, ensure_ascii=False) + "\n" for s in strings)
    added += [a for a in ["<s>", "</s>", "<unk>", "<|padding|>", "|||IP_ADDRESS|||", *ADDED_OLMOE] if a not in added]
    more = texts.more(added, strings, 20000 - len(strings))
    with open(os.path.join(HERE, "more.jsonl.gz"), "wb") as f:
        f.write(gzip.compress("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in more).encode(), 9, mtime=0))
    for name, make, step in (("qwen35", qwen35, 1), ("qwen3", qwen3, 10), ("olmoe", olmoe, 10), ("mixtral", mixtral, 3), ("ling", ling, 3), ("odd", odd, 3)):
        os.makedirs(os.path.join(HERE, name), exist_ok=True)
        path = os.path.join(HERE, name, "tokenizer.json")
        with open(path, "w") as f:
            f.write(json.dumps(json.loads(make().to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
        write_ids(name, path, strings, step)
        if name in ("qwen35", "qwen3", "olmoe", "mixtral"):
            write_sums(name, path, strings + more)
    if os.path.exists(sapling):
        write_ids("sapling", sapling, strings, 1)
    else:
        print("models/sapling/tokenizer.json is not there: no sapling.ids", file=sys.stderr)
    write_splits(strings)
    write_norms(strings)
    print("%d strings" % len(strings))


main()
