"""Writes a checkpoint as the release of the headline model stores its own: safetensors with
128x128 FP8 blocks and `weight_scale_inv`, experts one by one, and config.json.

    python quantise.py --checkpoint DIR/last.pt --out models/sapling
    python quantise.py --check models/sapling [--ids 50]    compares logits with transformers

A block's scale is its largest magnitude over 448, rounded up to bfloat16, so that no value
overflows. Embeddings, head, norms, routers, gates, convolution and the decay projections stay
bfloat16; A_log and dt_bias stay float32.
"""

import argparse
import json
import pathlib

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from model import CONFIG, Model, layer_types
from train import views

PREFIX = "model.language_model."
BLOCK = 128
QUANTISED = (
    "q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight", "in_proj_qkv.weight", "in_proj_z.weight",
    "out_proj.weight", "gate_proj.weight", "up_proj.weight", "down_proj.weight",
)


def round_up_bf16(x):
    y = x.to(torch.bfloat16)
    up = (y.view(torch.int16) + 1).view(torch.bfloat16)
    return torch.where(y.float() < x, up, y)


def blocks(t):
    """Expands one value a block to one a weight."""
    return lambda s: s.repeat_interleave(BLOCK, 0)[: t.shape[0]].repeat_interleave(BLOCK, 1)[:, : t.shape[1]]


def quantise(t):
    rows, cols = -(-t.shape[0] // BLOCK), -(-t.shape[1] // BLOCK)
    padded = torch.zeros(rows * BLOCK, cols * BLOCK)
    padded[: t.shape[0], : t.shape[1]] = t
    largest = padded.view(rows, BLOCK, cols, BLOCK).abs().amax(dim=(1, 3))
    scale = round_up_bf16((largest / 448).clamp(min=1e-12))
    return (t / blocks(t)(scale.float())).to(torch.float8_e4m3fn), scale


def dequantise(q, scale):
    return q.float() * blocks(q)(scale.float())


def split_experts(params):
    """Checkpoint names: the stacked experts one by one."""
    for name, t in params.items():
        if name.endswith("experts.gate_up"):
            base = name.removesuffix("gate_up")
            for e, both in enumerate(t):
                gate, up = both.chunk(2)
                yield f"{base}{e}.gate_proj.weight", gate
                yield f"{base}{e}.up_proj.weight", up
        elif name.endswith("experts.down"):
            for e, down in enumerate(t):
                yield f"{name.removesuffix('down')}{e}.down_proj.weight", down
        else:
            yield name, t


def tensors(params):
    out = {}
    for name, t in split_experts(params):
        full = name if name.startswith("lm_head") else PREFIX + name
        if name.endswith(QUANTISED):
            q, scale = quantise(t)
            out[full], out[full + "_scale_inv"] = q.contiguous(), scale
        elif name.endswith(("A_log", "dt_bias")):
            out[full] = t.clone()
        else:
            out[full] = t.to(torch.bfloat16)
    return out


def load(folder, config=CONFIG):
    """The parameters of model.py from a quantised folder, in float32."""
    stored = load_file(pathlib.Path(folder) / "model.safetensors")
    flat = {}
    for name, t in stored.items():
        if name.endswith("_scale_inv"):
            continue
        scale = stored.get(name + "_scale_inv")
        flat[name.removeprefix(PREFIX)] = dequantise(t, scale) if scale is not None else t.float()
    params = {n: t for n, t in flat.items() if ".experts." not in n}
    for i in range(config["num_hidden_layers"]):
        base = f"layers.{i}.mlp.experts."
        each = range(config["num_experts"])
        params[base + "gate_up"] = torch.stack([torch.cat((flat[f"{base}{e}.gate_proj.weight"], flat[f"{base}{e}.up_proj.weight"])) for e in each])
        params[base + "down"] = torch.stack([flat[f"{base}{e}.down_proj.weight"] for e in each])
    return params


def config_json():
    c = CONFIG
    text = dict(
        model_type="qwen3_5_moe_text",
        attention_bias=False,
        attention_dropout=0.0,
        attn_output_gate=True,
        dtype="float32",
        eos_token_id=0,
        full_attention_interval=4,
        head_dim=c["head_dim"],
        hidden_act="silu",
        hidden_size=c["hidden_size"],
        initializer_range=0.02,
        layer_types=layer_types(c),
        linear_conv_kernel_dim=c["linear_conv_kernel_dim"],
        linear_key_head_dim=c["linear_key_head_dim"],
        linear_num_key_heads=c["linear_num_key_heads"],
        linear_num_value_heads=c["linear_num_value_heads"],
        linear_value_head_dim=c["linear_value_head_dim"],
        mamba_ssm_dtype="float32",
        max_position_embeddings=c["max_position_embeddings"],
        moe_intermediate_size=c["moe_intermediate_size"],
        mtp_num_hidden_layers=0,
        num_attention_heads=c["num_attention_heads"],
        num_experts=c["num_experts"],
        num_experts_per_tok=c["num_experts_per_tok"],
        num_hidden_layers=c["num_hidden_layers"],
        num_key_value_heads=c["num_key_value_heads"],
        output_router_logits=False,
        rms_norm_eps=c["rms_norm_eps"],
        rope_parameters=dict(
            mrope_interleaved=True, mrope_section=[3, 3, 2], rope_type="default",
            rope_theta=c["rope_theta"], partial_rotary_factor=c["partial_rotary_factor"],
        ),
        partial_rotary_factor=c["partial_rotary_factor"],
        router_aux_loss_coef=0.01,
        shared_expert_intermediate_size=c["shared_expert_intermediate_size"],
        tie_word_embeddings=False,
        use_cache=True,
        vocab_size=c["vocab_size"],
    )
    return dict(
        architectures=["Qwen3_5MoeForConditionalGeneration"],
        model_type="qwen3_5_moe",
        dtype="float32",
        eos_token_id=0,
        text_config=text,
        tie_word_embeddings=False,
        quantization_config=dict(quant_method="fp8", fmt="e4m3", weight_block_size=[BLOCK, BLOCK], activation_scheme="dynamic"),
    )


def check(folder, count):
    """Largest difference between our logits and those of transformers' own class."""
    from transformers import Qwen3_5MoeForCausalLM, Qwen3_5MoeTextConfig

    text = json.loads((pathlib.Path(folder) / "config.json").read_text())["text_config"]
    theirs = Qwen3_5MoeForCausalLM(Qwen3_5MoeTextConfig(**text)).float().eval()
    params = load(folder)
    state = {}
    for name, t in params.items():
        name = name.replace("experts.gate_up", "experts.gate_up_proj").replace("experts.down", "experts.down_proj")
        state[name if name.startswith("lm_head") else "model." + name] = t
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert not missing and not unexpected, (missing, unexpected)
    ids = torch.randint(1, CONFIG["vocab_size"], (2, count), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        ours = Model(params)
        pos = torch.arange(count).expand(2, count).contiguous()
        a = ours.logits(ours.forward(ids, pos, torch.zeros_like(pos)))
        b = theirs(ids).logits
    print(f"largest difference {(a - b).abs().max():.2e} of logits spread {b.std():.3f}")


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--checkpoint")
    a.add_argument("--out")
    a.add_argument("--check")
    a.add_argument("--ids", type=int, default=50)
    args = a.parse_args()
    if args.check:
        return check(args.check, args.ids)
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    params = views(torch.load(args.checkpoint)["params"])
    save_file(tensors(params), out / "model.safetensors", metadata=dict(format="pt"))
    (out / "model.safetensors").chmod(0o644)
    (out / "config.json").write_text(json.dumps(config_json(), indent=2) + "\n")
    with safe_open(out / "model.safetensors", "pt") as f:
        print(f"{len(f.keys())} tensors, {(out / 'model.safetensors').stat().st_size} bytes")


if __name__ == "__main__":
    main()
