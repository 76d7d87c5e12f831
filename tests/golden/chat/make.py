#!/usr/bin/env python3
"""Chat prompts as HF's apply_chat_template renders them, for tests/engine/test_chat.c.

usage: python3 tests/golden/chat/make.py TEMPLATES [build/coppice]     (from the repository's root; packages in requirements.txt)

TEMPLATES is a folder with the published templates, which are others' text and stay out of this repository:
  qwen3.jinja qwen3_5_think.jinja qwen3_5_nothink.jinja qwen3_6.jinja qwen3_instruct_2507.jinja   from the package trl, as they are
  qwen3_early.jinja      Qwen3's of the first weeks (Qwen3-0.6B)
  mixtral_v1.jinja       chat_template of Mixtral-8x7B-Instruct-v0.1's tokenizer_config.json (the same as Mistral-7B-Instruct-v0.2's)
  mixtral_v0.jinja       the same at its first publication
  olmoe.jinja            of OLMoE-1B-7B-0125-Instruct, whose bos_token and eos_token are both |||IP_ADDRESS|||
Writes renderings.jsonl, a line a template: our messages, and what became of them (null: the template refuses). The small templates beside this script are our own; each must
render as the published one does. With a built coppice, the published templates are put into model folders, and
`coppice tokenize --chat` must give the ids that HF gives for each rendering."""
import json
import os
import subprocess
import sys
import tempfile

from transformers import PreTrainedTokenizerFast

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENIZERS = os.path.join(os.path.dirname(HERE), "tokenizer")
# row of engine/chat_rows.c: published files, bos, eos, values of enable_thinking that it knows, tokenizer to check ids with
ROWS = {
    "qwen3.5": (["qwen3_5_think", "qwen3_5_nothink", "qwen3_6"], None, "<|im_end|>", [False, True], "qwen35"),
    "qwen3": (["qwen3", "qwen3_early"], None, "<|im_end|>", [False, True], "qwen35"),
    "qwen3-instruct": (["qwen3_instruct_2507"], None, "<|im_end|>", [False], "qwen35"),
    "mixtral": (["mixtral_v1"], "<s>", "</s>", [False], "mixtral"),
    "mixtral-first": (["mixtral_v0"], "<s>", "</s>", [False], "mixtral"),
    "olmoe": (["olmoe"], "|||IP_ADDRESS|||", "|||IP_ADDRESS|||", [False], "olmoe"),
}
WHITE = " \n\t\u00a0\x1c\u2003Write f. \x1f\u3000\n\u200b\n "
SPECIAL = "a<|im_end|>\n<|im_start|>system\nb</s><s>[INST]|||IP_ADDRESS|||<|user|>\n</think>"


def m(*pairs):
    return [{"role": {"s": "system", "u": "user", "a": "assistant"}[r], "content": c} for r, c in pairs]


CASES = [
    m(("u", "Write f.")),
    m(("s", "Be brief."), ("u", "Write f.")),
    m(("u", "A"), ("a", "B"), ("u", "C")),
    m(("s", "S"), ("u", "A"), ("a", "B"), ("u", "C"), ("a", "D"), ("u", "E")),
    m(("u", "A"), ("a", "<think>\nhm\n</think>\n\nB"), ("u", "C")),
    m(("u", "A"), ("a", "hm</think>\n\n\nB\n"), ("u", "C")),
    m(("u", "A"), ("a", " <think>one</think>two</think> \n B "), ("u", "C")),
    m(("u", "A"), ("a", "<think>\nhm\n</think>"), ("u", "C")),
    m(("u", "A"), ("a", "<think>\nnever closed"), ("u", "C")),
    m(("u", "A"), ("a", "</think>"), ("u", "<think>a user's thought</think>C")),
    m(("u", WHITE)),
    m(("s", WHITE), ("u", WHITE), ("a", WHITE), ("u", WHITE)),
    m(("u", "\n\n")),
    m(("u", "")),
    m(("s", ""), ("u", ""), ("a", ""), ("u", "")),
    m(("u", SPECIAL)),
    m(("s", SPECIAL), ("u", SPECIAL), ("a", SPECIAL), ("u", SPECIAL)),
    m(("u", "it's \"x\" \\n {{ 7 }} {% if %} \u00e9e\u0301 \u4e2d \U0001F44D\U0001F3FD a\u0000b")),
    m(("u", "int f(int a)\n{\n\treturn a;\n}\n")),
    m(("u", "A"), ("u", "B")),
    m(("a", "A"), ("u", "B")),
    m(("u", "A"), ("s", "S"), ("u", "B")),
    m(("s", "S"), ("s", "T"), ("u", "B")),
    m(("s", "S"), ("a", "A"), ("u", "B")),
    m(("u", "A"), ("a", "B"), ("a", "C"), ("u", "D")),
    m(("u", "<tool_response>x</tool_response>"), ("a", "<think>t</think>B"), ("u", "C")),
]


def hf(row, template):
    _, bos, eos, _, name = row
    t = PreTrainedTokenizerFast(tokenizer_file=os.path.join(TOKENIZERS, name, "tokenizer.json"), bos_token=bos, eos_token=eos)
    t.chat_template = template
    return t


def render(tokenizer, messages, thinking):
    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, enable_thinking=thinking)
    except Exception as e:  # the template refuses: Jinja's own kinds of exception
        assert "emplate" in type(e).__name__ or "Undefined" in type(e).__name__, repr(e)
        return None


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return f.read()


def check_ids(coppice, name, row, template):
    """What coppice makes of a model folder with this template, in its three forms, against HF's ids."""
    _, bos, eos, modes, tokenizer = row
    config = {"bos_token": bos and {"content": bos}, "eos_token": eos}
    forms = [({**config, "chat_template": template}, None), (config, template),
             ({**config, "chat_template": [{"name": "tool_use", "template": "x"}, {"name": "default", "template": template}]}, None)]
    t = hf(row, template)
    for config, jinja in forms:
        with tempfile.TemporaryDirectory() as d:
            os.symlink(os.path.join(TOKENIZERS, tokenizer, "tokenizer.json"), os.path.join(d, "tokenizer.json"))
            json.dump(config, open(os.path.join(d, "tokenizer_config.json"), "w"))
            if jinja:
                open(os.path.join(d, "chat_template.jinja"), "w", encoding="utf-8", newline="").write(jinja)
            for thinking in modes:
                good = [c for c in CASES if render(t, c, thinking) is not None]
                lines = "".join(json.dumps(c) + "\n" for c in good)
                got = subprocess.run([coppice, "tokenize", "--chat", "--thinking", "on" if thinking else "off", "--model", d], input=lines,
                                     capture_output=True, text=True)
                assert got.returncode == 0, got.stderr
                for c, ids in zip(good, got.stdout.splitlines(), strict=True):
                    want = t.apply_chat_template(c, tokenize=True, add_generation_prompt=True, enable_thinking=thinking, return_dict=False)
                    assert json.loads(ids) == list(want), (name, c, want, ids)


def main():
    folder, coppice = sys.argv[1], os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    out = []
    for name, row in ROWS.items():
        files, bos, eos, modes, _ = row
        published = [read(os.path.join(folder, f + ".jinja")) for f in files]
        renderers = [hf(row, t) for t in published + [read(os.path.join(HERE, name + ".jinja"))]]
        cases = []
        for c in CASES:
            for thinking in modes:
                texts = [render(t, c, thinking) for t in renderers]
                assert all(t == texts[0] for t in texts), (name, files, c, texts)
                cases.append({"messages": c, "thinking": thinking, "text": texts[0]})
        out.append({"template": name, "bos_token": bos, "eos_token": eos, "cases": cases})
        if coppice:
            for t in published:
                check_ids(coppice, name, row, t)
    with open(os.path.join(HERE, "renderings.jsonl"), "w") as f:
        f.writelines(json.dumps(row) + "\n" for row in out)
    print("%d renderings%s" % (sum(len(r["cases"]) for r in out), ", ids checked" if coppice else ""))


main()
