#!/usr/bin/env python3
"""Writes tests/fuzz/corpus/tokenizer/: small tokenizer.json files, sound and broken, each with a text behind a NUL byte.

usage: python3 tests/golden/tokenizer/corpus.py     (from the repository's root)"""
import json
import os

OUT = "tests/fuzz/corpus/tokenizer"
VOCAB = {c: i for i, c in enumerate("abcdefgh'SĠĊé1<x>▁")}
VOCAB.update({"ab": 30, "abc": 31, "Ġa": 32, "<unk>": 33, **{"<0x%02X>" % b: 40 + b for b in range(256)}})
MERGES = [["a", "b"], ["ab", "c"], ["Ġ", "a"]]
MODEL = {"type": "BPE", "unk_token": "<unk>", "vocab": VOCAB, "merges": MERGES}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "use_regex": True}
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def template(parts, ids):
    """parts: names of special tokens, and None for the text."""
    single = [{"SpecialToken": {"id": p, "type_id": 0}} if p else {"Sequence": {"id": "A", "type_id": 0}} for p in parts]
    return {"type": "TemplateProcessing", "single": single, "special_tokens": {n: {"id": n, "ids": i} for n, i in ids.items()}}


def file(**more):
    return {"added_tokens": [{"id": 20, "content": "<x>", "special": True}], "model": MODEL, **more}


CASES = {
    "byte_level": file(pre_tokenizer=BYTE_LEVEL, decoder={"type": "ByteLevel"}, normalizer={"type": "NFC"}),
    "qwen": file(pre_tokenizer={"type": "Sequence", "pretokenizers": [split(QWEN), {**BYTE_LEVEL, "use_regex": False, "add_prefix_space": False}]}),
    "mixtral": file(model={**MODEL, "byte_fallback": True, "fuse_unk": True},
                    normalizer={"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
                    decoder={"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                                                              {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}),
    "ignore_merges": file(model={**MODEL, "ignore_merges": True, "merges": ["#version: 0.2", "a b", "ab c"]}),
    "digits": file(pre_tokenizer={"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, BYTE_LEVEL]}),
    "previous": file(pre_tokenizer=split("b", "MergedWithPrevious", True, "String")),
    "next": file(pre_tokenizer=split(r"\s*", "MergedWithNext")),
    "contiguous": file(pre_tokenizer=split("a|", "Contiguous", True)),
    "removed": file(pre_tokenizer=split(r"\p{^L}|\P{Han}", "Removed")),
    "nfkd": file(normalizer={"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "NFKC"}]}),
    "backtrack": file(pre_tokenizer=split("(a+)+c")),
    "flags": file(added_tokens=[{"id": 20, "content": "<x>", "lstrip": True, "rstrip": True}, {"id": 0, "content": "a", "single_word": True},
                                {"id": 21, "content": "e\u0301", "normalized": True}, {"id": 22, "content": "  ", "rstrip": True}], normalizer={"type": "NFC"}),
    "broken_merge": file(model={**MODEL, "merges": [["a", "zz"]]}),
    "broken_id": file(model={**MODEL, "vocab": {"a": -5}}),
    "huge_id": file(model={**MODEL, "vocab": {"a": 2 ** 62}}),
    "high_id": file(model={**MODEL, "vocab": {"a": 2097151, "<unk>": 0}, "merges": []}),
    "broken_type": file(pre_tokenizer={"type": ["Split"]}),
    "broken_pattern": file(pre_tokenizer=split(r"[\p{L}(?i:")),
    "escapes": file(pre_tokenizer=split(r"[\w\x{e9}\u00e9\v\-]{1,3}|\W|\.(?<!a)(?>b)")),
    "deep": file(normalizer=json.loads('{"type":"Sequence","normalizers":[' * 30 + ']}' * 30)),
    "model_none": {"model": None},
    "template": file(post_processor={"type": "Sequence", "processors": [{"type": "ByteLevel"}, template(["<x>", None, "a"], {"<x>": [20], "a": [0, 1]})]}),
    "broken_template": file(post_processor=template(["<x>", None], {"<x>": [20, 99999]})),
    "no_text": file(post_processor=template(["<x>"], {"<x>": [20]})),
}
TEXT = "ab abc <x> a <x>Ab 'S\n\n e\u0301 é1\u180e \U0001F6DC aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabc".encode()

for name, case in CASES.items():
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(json.dumps(case, ensure_ascii=False, separators=(",", ":")).encode() + b"\0" + TEXT)
good = json.dumps(CASES["byte_level"], ensure_ascii=False, separators=(",", ":")).encode()
for name, data in {"empty": b"", "cut": good[:-40], "not_utf8_text": good + b"\0ab\xff", "not_utf8_file": good.replace(b"abc", b"\xff\xfe"), "empty_text": good + b"\0",
                   "brackets": b"[" * 5000, "nul_key": b'{"model":{"type":"BPE","vocab":{"a\\u0000":0},"merges":[]}}'}.items():
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data)
