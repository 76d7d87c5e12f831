"""Makes tests/golden/models/NAME: tiny seeded checkpoints of every family in several shapes and storages, each with the
float64 reference of a few sequences, and two references in bfloat16 (rounded.py, and HF's own).
Usage: make_models.py [--bf16] [NAME...]; --bf16 makes nothing but the latter, for checkpoints that are there.

Names and shapes of the tensors come from HF transformers' own class; values from a seed, scaled so that logits spread over
a few units, decays are neither 0 nor 1, and the router sometimes prefers clearly and sometimes hardly.
"""

import importlib
import json
import pathlib
import shutil
import sys
import zlib

import numpy as np
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import reference  # noqa: E402
import rounded  # noqa: E402

L, F = "linear_attention", "full_attention"

BASE = dict(
    num_attention_heads=4, num_key_value_heads=2, head_dim=16, rms_norm_eps=1e-6, max_position_embeddings=512,
    rope_parameters=dict(rope_theta=10000.0, partial_rotary_factor=0.25, rope_type="default", mrope_section=[1, 1, 0]),
    linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=8, linear_value_head_dim=8, linear_conv_kernel_dim=4,
    hidden_act="silu", attention_bias=False, tie_word_embeddings=False,
)

# What the published config.json of each family says beside its sizes; qwen3_5_moe is BASE.
FAMILY = {
    "qwen3_moe": dict(rms_norm_eps=1e-6, hidden_act="silu", max_position_embeddings=512, attention_bias=False, tie_word_embeddings=False,
                      intermediate_size=77, decoder_sparse_step=1, mlp_only_layers=[], use_sliding_window=False, sliding_window=None,
                      max_window_layers=3),
    "olmoe": dict(rms_norm_eps=1e-5, hidden_act="silu", max_position_embeddings=512, attention_bias=False, clip_qkv=None,
                  tie_word_embeddings=False),
    "mixtral": dict(rms_norm_eps=1e-5, hidden_act="silu", max_position_embeddings=512, sliding_window=None, tie_word_embeddings=False,
                    output_router_logits=False),
}

# name: (text config, storage, layout)
MODELS = {
    # f32, flat config without layer_types, two value heads a key head
    "plain": (dict(vocab_size=97, hidden_size=36, layer_types=[L, L, L, F], num_experts=12, num_experts_per_tok=2,
                   moe_intermediate_size=10, shared_expert_intermediate_size=12),
              "f32", dict(flat=True, list_layers=False)),
    # widths that are no multiple of anything, one value head a key head, layers in irregular order, three taps
    "odd": (dict(vocab_size=101, hidden_size=37, layer_types=[F, L, L, F, L], num_experts=29, num_experts_per_tok=5,
                 moe_intermediate_size=9, shared_expert_intermediate_size=7, num_attention_heads=3, num_key_value_heads=1, head_dim=12,
                 rope_parameters=dict(rope_theta=500.0, partial_rotary_factor=0.5, rope_type="default", mrope_section=[1, 1, 1]),
                 linear_num_key_heads=3, linear_num_value_heads=3, linear_key_head_dim=7, linear_value_head_dim=11, linear_conv_kernel_dim=3),
            "bf16", dict()),
    # 256 experts, eight a token, fused, under the multimodal prefix, with tensors to pass over
    "wide": (dict(vocab_size=113, hidden_size=20, layer_types=[L, F, L], num_experts=256, num_experts_per_tok=8,
                  moe_intermediate_size=3, shared_expert_intermediate_size=5, linear_num_key_heads=1, linear_num_value_heads=4,
                  linear_key_head_dim=6, linear_value_head_dim=10, num_attention_heads=8, num_key_value_heads=2, head_dim=8),
             "bf16", dict(fused=True, nested=True, extras=True)),
    # FP8 with blocks that divide nothing, one tensor an expert, one expert a token, two shards and an index
    "blocks": (dict(vocab_size=120, hidden_size=70, layer_types=[L, L, F], num_experts=16, num_experts_per_tok=1,
                    moe_intermediate_size=23, shared_expert_intermediate_size=19, linear_num_key_heads=1, linear_num_value_heads=1,
                    linear_key_head_dim=16, linear_value_head_dim=20),
               "fp8", dict(block=[16, 32], shards=2, nested=True)),
    # FP8 fused: the up half begins inside a block; scales in f32
    "fp8fused": (dict(vocab_size=97, hidden_size=44, layer_types=[F, L, F], num_experts=40, num_experts_per_tok=5,
                      moe_intermediate_size=11, shared_expert_intermediate_size=16, linear_num_key_heads=2, linear_num_value_heads=8,
                      linear_key_head_dim=5, linear_value_head_dim=6),
                 "fp8", dict(block=[12, 20], fused=True, f32_scales=True)),
    # one expert a token of 64, output head tied, no DeltaNet but one layer, one query head
    "tied": (dict(vocab_size=131, hidden_size=33, layer_types=[F, L], num_experts=64, num_experts_per_tok=1,
                  moe_intermediate_size=5, shared_expert_intermediate_size=3, num_attention_heads=1, num_key_value_heads=1, head_dim=30,
                  rope_parameters=dict(rope_theta=1e6, partial_rotary_factor=1.0, rope_type="default", mrope_section=[5, 5, 5]),
                  tie_word_embeddings=True),
             "f32", dict(flat=True)),
    # f16 storage, 128 experts, all of the top-8, longer heads
    "half": (dict(vocab_size=109, hidden_size=24, layer_types=[L, L, F, L], num_experts=128, num_experts_per_tok=8,
                  moe_intermediate_size=4, shared_expert_intermediate_size=8, linear_num_key_heads=2, linear_num_value_heads=6,
                  linear_key_head_dim=12, linear_value_head_dim=4, num_attention_heads=6, num_key_value_heads=3, head_dim=10,
                  rope_parameters=dict(rope_theta=1e4, partial_rotary_factor=0.4, rope_type="default", mrope_section=[1, 1, 0])),
             "f16", dict()),
    # heads wider than the model (6 x 10 of 30), three query heads a key head, seven of 29 experts, theta at the top level
    "qwen3_heads": (dict(vocab_size=61, hidden_size=30, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2, head_dim=10,
                         num_experts=29, num_experts_per_tok=7, moe_intermediate_size=5, norm_topk_prob=True, rope_theta=1e4),
                    "f32", dict(family="qwen3_moe")),
    # five layers, fused experts, eight of 128, one key head
    "qwen3_stack": (dict(vocab_size=53, hidden_size=22, num_hidden_layers=5, num_attention_heads=4, num_key_value_heads=1, head_dim=14,
                         num_experts=128, num_experts_per_tok=8, moe_intermediate_size=3, norm_topk_prob=True,
                         rope_parameters=dict(rope_theta=1e6, rope_type="default")),
                    "bf16", dict(family="qwen3_moe", fused=True)),
    # FP8, one expert a token whose score is not made 1, two shards
    "qwen3_blocks": (dict(vocab_size=67, hidden_size=42, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4, head_dim=12,
                          num_experts=16, num_experts_per_tok=1, moe_intermediate_size=19, norm_topk_prob=False, rope_theta=500.0),
                     "fp8", dict(family="qwen3_moe", block=[16, 32], shards=2)),
    # as published but for its size: scores as they are, eight of 64
    "olmoe_whole": (dict(vocab_size=59, hidden_size=36, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=6, num_experts=64,
                         num_experts_per_tok=8, intermediate_size=4, norm_topk_prob=False, rope_theta=10000.0, rope_scaling=None),
                    "bf16", dict(family="olmoe")),
    # grouped heads, so that the two whole norms differ in width; no norm_topk_prob, three shards
    "olmoe_grouped": (dict(vocab_size=57, hidden_size=40, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, num_experts=8,
                           num_experts_per_tok=2, intermediate_size=11, rope_parameters=dict(rope_theta=300.0, rope_type="default")),
                      "f32", dict(family="olmoe", shards=3)),
    # FP8 fused, seven of 60, scores renormalised after all
    "olmoe_stack": (dict(vocab_size=63, hidden_size=30, num_hidden_layers=3, num_attention_heads=3, num_key_value_heads=1, num_experts=60,
                         num_experts_per_tok=7, intermediate_size=7, norm_topk_prob=True, rope_theta=1e4),
                    "fp8", dict(family="olmoe", fused=True, block=[12, 8], f32_scales=True)),
    # one layer, one head, one expert of 29, output head tied
    "olmoe_tied": (dict(vocab_size=71, hidden_size=26, num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1, num_experts=29,
                        num_experts_per_tok=1, intermediate_size=9, norm_topk_prob=False, rope_theta=1e4, tie_word_embeddings=True),
                   "f16", dict(family="olmoe")),
    # as published but for its size: two of eight, two shards
    "mixtral_two": (dict(vocab_size=59, hidden_size=36, num_hidden_layers=5, num_attention_heads=6, num_key_value_heads=2,
                         num_local_experts=8, num_experts_per_tok=2, intermediate_size=23, rope_theta=1e6),
                    "bf16", dict(family="mixtral", shards=2)),
    # head_dim given, and not the model's width by the heads; seven of eight; tied
    "mixtral_heads": (dict(vocab_size=55, hidden_size=28, num_hidden_layers=3, num_attention_heads=5, num_key_value_heads=5, head_dim=8,
                           num_local_experts=8, num_experts_per_tok=7, intermediate_size=13, tie_word_embeddings=True,
                           rope_parameters=dict(rope_theta=1e4, rope_type="default")),
                      "f32", dict(family="mixtral")),
    # FP8, one of 29, whose weight is 1 whatever its score
    "mixtral_blocks": (dict(vocab_size=65, hidden_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=1,
                            num_local_experts=29, num_experts_per_tok=1, intermediate_size=18, rope_theta=1e5),
                       "fp8", dict(family="mixtral", block=[16, 16])),
}
# More than two chunks of prefill; one just over a chunk; one just a chunk; a single token.
LENGTHS = [150, 65, 64, 1]
FP8_NAMES = ("q_proj", "k_proj", "v_proj", "o_proj", "in_proj_qkv", "in_proj_z", "out_proj", "gate_proj", "up_proj", "down_proj", "gate_up_proj",
             "w1", "w2", "w3")
DTYPE = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "fp8": torch.bfloat16}


def values(name, shape, g, centre=0):
    """Seeded values for one tensor of HF's state dict. centre: what a norm multiplies by is its weight plus 1 - centre."""
    randn = torch.randn(shape, generator=g)
    if name.endswith("linear_attn.norm.weight"):
        return 1 + 0.1 * randn
    if name.endswith("norm.weight"):
        return centre + 0.2 * randn
    if name.endswith("A_log"):
        return torch.log(0.02 + 3 * torch.rand(shape, generator=g))
    if name.endswith("dt_bias"):
        return -1 + 0.7 * randn
    if name.endswith("conv1d.weight"):
        return 0.6 * randn
    if name.endswith("embed_tokens.weight"):
        return randn
    gain = 2.0 if name.endswith(("gate.weight", "lm_head.weight")) else 1.0
    return gain * randn / shape[-1] ** 0.5


def quantise(w, block, scale_dtype):
    """e4m3 values and the scales that multiply them; a block's largest becomes 448."""
    rows, cols = w.shape[-2:]
    pad = torch.nn.functional.pad(w.abs(), (0, -cols % block[1], 0, -rows % block[0]))
    tiles = pad.unflatten(-1, (-1, block[1])).unflatten(-3, (-1, block[0]))
    scale = (tiles.amax((-3, -1)).clamp_min(1e-6) / 448).to(scale_dtype)
    spread = scale.float().repeat_interleave(block[0], -2)[..., :rows, :].repeat_interleave(block[1], -1)[..., :cols]
    return (w / spread).clamp(-448, 448).to(torch.float8_e4m3fn), scale


def split_experts(state):
    """HF's packed experts as one tensor each, as FP8 releases and older families have them."""
    for name in [n for n in state if n.endswith("experts.gate_up_proj")]:
        packed, down = state.pop(name), state.pop(name.replace("gate_up_proj", "down_proj"))
        at, width = name.removesuffix("gate_up_proj"), down.shape[-1]
        for e in range(packed.shape[0]):
            state[f"{at}{e}.gate_proj.weight"] = packed[e, :width].clone()
            state[f"{at}{e}.up_proj.weight"] = packed[e, width:].clone()
            state[f"{at}{e}.down_proj.weight"] = down[e].clone()


def publish(state, family, layout):
    """The names and the division of a published checkpoint."""
    if not layout.get("fused"):
        split_experts(state)
    if layout.get("nested"):
        state = {n.replace("model.", "model.language_model.", 1) if n.startswith("model.") else n: t for n, t in state.items()}
    for published, ours in reference.MIXTRAL_NAMES if family == "mixtral" else ():
        state = {n.replace(ours, published): t for n, t in state.items()}
    return state


def store(state, storage, layout):
    out = {}
    for name, t in state.items():
        leaf = name.removesuffix(".weight").rsplit(".", 1)[-1]
        if storage == "fp8" and leaf in FP8_NAMES:
            scale_dtype = torch.float32 if layout.get("f32_scales") else torch.bfloat16
            out[name], out[name + "_scale_inv"] = quantise(t, layout["block"], scale_dtype)
        elif storage == "bf16" and name.endswith("A_log"):
            out[name] = t.float()  # trainers keep it so: dtypes are read, never assumed
        else:
            out[name] = t.to(DTYPE[storage])
    return out


def extras():
    """Parts of a full checkpoint that text generation has no use for."""
    return {
        "mtp.fc.weight": torch.zeros(2, 2, dtype=torch.bfloat16),
        "model.visual.blocks.0.attn.qkv.weight": torch.zeros(3, 2, dtype=torch.bfloat16),
        "model.visual.position_ids": torch.arange(3),
    }


def write_config(folder, text, storage, layout):
    text = dict(text)
    if not layout.get("list_layers", True):
        del text["layer_types"]
        text["full_attention_interval"] = 4
    dtype = {"f32": "float32", "f16": "float16"}.get(storage, "bfloat16")
    top = dict(eos_token_id=[1, 2], dtype=dtype)
    if "family" in layout:
        config = dict(model_type=layout["family"], torch_dtype=top.pop("dtype"), **text, **top)
    elif layout.get("flat"):  # the spelling of older files
        rope = text.pop("rope_parameters")
        text |= dict(rope_theta=rope["rope_theta"], partial_rotary_factor=rope["partial_rotary_factor"])
        config = dict(model_type="qwen3_5_moe_text", torch_dtype=top.pop("dtype"), **text, **top)
    else:
        config = dict(model_type="qwen3_5_moe", text_config=dict(model_type="qwen3_5_moe_text", **text), **top)
    if storage == "fp8":
        config["quantization_config"] = dict(quant_method="fp8", fmt="e4m3", weight_block_size=layout["block"], activation_scheme="dynamic")
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def write_tensors(folder, tensors, layout):
    shards = layout.get("shards", 1)
    names = sorted(tensors)
    parts = [{n: tensors[n] for n in names[i::shards]} for i in range(shards)]
    for i, part in enumerate(parts):
        file = "model.safetensors" if shards == 1 else f"model-{i + 1:05}-of-{shards:05}.safetensors"
        save_file(part, folder / file)
        for n in part:
            tensors[n] = file
    if shards > 1:
        (folder / "model.safetensors.index.json").write_text(json.dumps(dict(weight_map=tensors), indent=0) + "\n")


def describe(logits, scores, k):
    gap = (scores[..., k - 1] - scores[..., k]).flatten()
    return f"logits' spread {logits.std():.2f}, top score {scores[..., 0].mean():.3f}, gap at k: median {gap.median():.2e}, least {gap.min():.1e}"


def apart(folder, logits, chosen):
    """How far a bfloat16 run is from the float64 run: the price of bfloat16 itself."""
    want = torch.from_numpy(np.load(folder / "golden" / "logits.npy")).double()[: len(logits)]
    experts = torch.from_numpy(np.load(folder / "golden" / "experts.npy")).long()[: len(logits), :, :-1]
    equal = (torch.sort(chosen, -1).values == torch.sort(experts, -1).values).all(-1)
    distance = ((logits - want) / want.std()).pow(2).mean(-1)
    return (f"rms {distance.mean().sqrt():.1e}, {distance[equal.all(-1)].mean().sqrt():.1e} at the {100 * equal.all(-1).double().mean():.1f} % "
            f"of positions with equal sets; {100 * equal.double().mean():.1f} % of sets")


def make_bf16(name):
    """The two bfloat16 references: rounded as the engine does, and for models of that type as HF does."""
    folder = HERE / "models" / name
    print(f"    {name} rounded: {apart(folder, *rounded.write(folder))}")
    if MODELS[name][1] in ("bf16", "fp8"):
        print(f"    {name} by HF:   {apart(folder, *reference.write_served(folder))}")


def make(name):
    text, storage, layout = MODELS[name]
    family = layout.get("family", "qwen3_5_moe")
    text = {**FAMILY.get(family, BASE), **text}
    if "layer_types" in text:
        text["num_hidden_layers"] = len(text["layer_types"])
    package, config_class, model_class, _ = reference.FAMILIES[family]
    made = getattr(importlib.import_module(reference.installed(package, "configuration")), config_class)(**text)
    folder = HERE / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.set_default_dtype(torch.float32)
    g = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    model = getattr(importlib.import_module(reference.installed(package, "modeling")), model_class)(made)
    shapes = {n: t.shape for n, t in model.state_dict().items()}
    if text["tie_word_embeddings"]:
        shapes.pop("lm_head.weight", None)
    state = {n: values(n, s, g, 0 if family == "qwen3_5_moe" else 1) for n, s in sorted(shapes.items())}
    tensors = store(publish(state, family, layout), storage, layout)
    if layout.get("extras"):
        tensors |= extras()
    write_config(folder, text, storage, layout)
    write_tensors(folder, dict(tensors), layout)
    sequences = [torch.randint(0, text["vocab_size"], (n,), generator=g).tolist() for n in LENGTHS]
    logits, scores = reference.write(folder / "golden", reference.load(folder), sequences)
    k = text["num_experts_per_tok"]
    print(f"{name}: {describe(logits, scores, k)}")
    make_bf16(name)
    print(f"    {sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) // 1024} KiB")


if __name__ == "__main__":
    only_bf16 = "--bf16" in sys.argv
    for each in [a for a in sys.argv[1:] if a != "--bf16"] or MODELS:
        (make_bf16 if only_bf16 else make)(each)
