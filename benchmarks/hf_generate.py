"""HF transformers' own generate beside the engine, on the same weights, the same number of sequences and the same processors.

usage: hf_generate.py [--model models/sapling] [--bench 'build/coppice bench'] [--threads 2] [--sequences 32] [--tokens 128]
                      [--device cuda] [--dummy]

With --device cuda both run on the GPU: the engine by --backend cuda. With --dummy the folder holds only a config.json, and each makes
weights up in bf16 and computes in it: speeds compare, what is generated does not.

HF gets the model dequantised to f32, a batch of one prompt repeated, its cache, sampling at temperature 0.7, and whichever of
its ways to run experts is fastest here (all are tried). The engine runs from the FP8 files, with capture of the routing on.
Both generate the same number of tokens after a prompt of 128; HF's time includes that prompt's prefill once a sequence, the
engine's once for all (that is what forks are for): the line "without prefill" takes it out of HF's. Pinned versions:
tests/golden/requirements.txt.
"""

import argparse
import csv
import io
import json
import pathlib
import shlex
import subprocess
import sys
import time

import torch

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "golden"))
import reference  # noqa: E402

PROMPT = 128


def text_fields(config):
    text = dict(config.get("text_config", config))
    for key in ("model_type", "architectures", "quantization_config", "dtype", "torch_dtype"):
        text.pop(key, None)
    return text


def load(folder, args):
    from transformers.models.qwen3_5_moe.configuration_qwen3_5_moe import Qwen3_5MoeTextConfig
    from transformers.models.qwen3_5_moe.modeling_qwen3_5_moe import Qwen3_5MoeForCausalLM

    config = json.loads((folder / "config.json").read_text())
    if args.dummy:
        return Qwen3_5MoeForCausalLM(Qwen3_5MoeTextConfig(**text_fields(config))).to(torch.bfloat16).eval()
    text = text_fields(config)
    model = Qwen3_5MoeForCausalLM(Qwen3_5MoeTextConfig(**text)).float().eval()
    state = {n: t.float() for n, t in reference.state_dict(folder, config, text).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not missing and not unexpected, (missing, unexpected)
    return model


@torch.no_grad()
def seconds(model, sequences, tokens):
    g = torch.Generator().manual_seed(0)
    prompt = torch.randint(0, model.config.vocab_size, (1, PROMPT), generator=g).repeat(sequences, 1).to(model.device)
    start = time.perf_counter()
    out = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=True, temperature=0.7, top_k=0, top_p=1.0,
                         min_new_tokens=tokens, max_new_tokens=tokens, eos_token_id=None, pad_token_id=0)
    assert out.shape[1] == PROMPT + tokens
    if out.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - start


def measure_hf(model, args):
    """The fastest of HF's implementations of experts: (name, seconds, seconds without the prefill)."""
    best = None
    for way in ("eager", "batched_mm", "grouped_mm"):
        try:
            model.set_experts_implementation(way)
            seconds(model, 2, 2)
            first = seconds(model, args.sequences, 1)
            whole = seconds(model, args.sequences, args.tokens)
        except Exception as e:
            print(f"HF {way}: not possible here ({type(e).__name__})", flush=True)
            continue
        print(f"HF {way}: {args.sequences * args.tokens / whole:.0f} tokens/s", flush=True)
        if best is None or whole < best[1]:
            best = way, whole, whole - first
    return best


def measure_engine(args):
    command = [*shlex.split(args.bench), "engine", "--model", str(args.model), "--threads", str(args.threads), "--max-tokens", str(args.tokens),
               "--csv", "--forks", str(args.sequences), "--peak", "0", "--quiet"]
    command += ["--backend", "cuda"] if args.device == "cuda" else []
    command += ["--dummy-weights", "1", "--compute", "bf16"] if args.dummy else []
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    table = "\n".join(line for line in out.splitlines() if not line.startswith("#"))
    rows = {(r["scenario"], r["forks"], r["capture"]): float(r["tokens_per_s"]) for r in csv.DictReader(io.StringIO(table))}
    return rows["decode", str(args.sequences), "on"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--model", type=pathlib.Path, default=ROOT / "models" / "sapling")
    p.add_argument("--bench", default=f"{ROOT / 'build' / 'coppice'} bench", help="the command that measures: coppice bench, or benchmarks/bench_alone")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--sequences", type=int, default=32)
    p.add_argument("--tokens", type=int, default=128)
    p.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    p.add_argument("--dummy", action="store_true")
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    engine = measure_engine(args)
    print(f"coppice, {args.sequences} forks, capture on: {engine:.0f} tokens/s", flush=True)
    way, whole, decode = measure_hf(load(args.model, args).to(args.device), args)
    n = args.sequences * args.tokens
    print(f"HF transformers ({way}): {n / whole:.0f} tokens/s, {(n - args.sequences) / decode:.0f} without prefill")
    print(f"coppice: {engine / (n / whole):.1f} times HF's")


if __name__ == "__main__":
    main()
