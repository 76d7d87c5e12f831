"""The reference: HF transformers' own qwen3_5_moe in float64 throughout, on a checkpoint folder of ours.

The modelling file is the installed one; only its casts to float32 are widened to float64 (they would
otherwise put 8e-6 of noise into these recurrent layers). Weights are read by code of this file, which
shares nothing with the engine: FP8 blocks are dequantised as f32(q * scale), experts are packed.
"""

import importlib.util
import json
import pathlib
import re
import sys

import numpy as np
import torch
from safetensors import safe_open

torch.set_num_threads(1)  # these matrices are tiny: more threads only wait for each other

PACKAGE = "transformers.models.qwen3_5_moe"


def widened_module():
    """modeling_qwen3_5_moe with every float32 made float64."""
    name = PACKAGE + ".modeling_qwen3_5_moe"
    found = importlib.util.find_spec(name)
    source = pathlib.Path(found.origin).read_text()
    source, n = re.subn(r"torch\.float32\b|torch\.float\b", "torch.float64", source)
    source, m = re.subn(r"\.float\(\)", ".double()", source)
    assert n >= 5 and m >= 5, "the modelling file is not the one this was written for"
    spec = importlib.util.spec_from_loader(name, loader=None, origin=found.origin)
    module = importlib.util.module_from_spec(spec)
    module.__file__ = found.origin
    sys.modules[name] = module
    exec(compile(source, found.origin, "exec"), module.__dict__)
    return module


def read_tensors(folder):
    tensors = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as f:
            for name in f.keys():
                tensors[name] = f.get_tensor(name)
    return tensors


def dequantise(weight, scale, block):
    """f32(q * s) per block, for matrices and stacks of them; blocks need not divide."""
    rows, cols = weight.shape[-2:]
    s = scale.float().repeat_interleave(block[0], -2)[..., :rows, :]
    s = s.repeat_interleave(block[1], -1)[..., :cols]
    return weight.float() * s


def state_dict(folder, config, text):
    """The names and values of Qwen3_5MoeForCausalLM, float64."""
    raw = read_tensors(folder)
    block = config.get("quantization_config", text.get("quantization_config", {})).get("weight_block_size")
    state = {}
    for name, t in raw.items():
        if name.endswith("_scale_inv") or name.startswith(("mtp.", "model.visual.")):
            continue
        scale = raw.get(name + "_scale_inv")
        t = dequantise(t, scale, block) if scale is not None else t
        state[name.replace("model.language_model.", "model.")] = t.double()
    for layer in range(text["num_hidden_layers"]):
        at = f"model.layers.{layer}.mlp.experts."
        if at + "0.gate_proj.weight" not in state:
            continue
        take = lambda e, what: state.pop(f"{at}{e}.{what}_proj.weight")
        experts = range(text["num_experts"])
        state[at + "gate_up_proj"] = torch.stack([torch.cat([take(e, "gate"), take(e, "up")]) for e in experts])
        state[at + "down_proj"] = torch.stack([take(e, "down") for e in experts])
    if config.get("tie_word_embeddings", text.get("tie_word_embeddings", False)):
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    return state


def load(folder):
    """The widened model with the folder's weights."""
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    text = dict(config.get("text_config", config))
    for key in ("model_type", "architectures", "quantization_config", "dtype", "torch_dtype"):
        text.pop(key, None)
    from transformers.models.qwen3_5_moe.configuration_qwen3_5_moe import Qwen3_5MoeTextConfig

    module = sys.modules.get("widened_qwen3_5_moe") or widened_module()
    sys.modules["widened_qwen3_5_moe"] = module
    made = Qwen3_5MoeTextConfig(**text)
    made._attn_implementation = "eager"
    made._experts_implementation = "eager"
    torch.set_default_dtype(torch.float64)
    model = module.Qwen3_5MoeForCausalLM(made).double().eval()
    missing, unexpected = model.load_state_dict(state_dict(folder, config, dict(text)), strict=False)
    assert not unexpected and all("inv_freq" in m for m in missing), (missing, unexpected)
    for name, p in list(model.named_parameters()) + list(model.named_buffers()):
        assert not p.is_floating_point() or p.dtype == torch.float64, name
    return model


@torch.no_grad()
def run(model, ids):
    """Logits [t, vocab], and by rank, k + 1 of them, experts and router probabilities [t, layers, k + 1]."""
    seen = []
    hooks = [
        layer.mlp.gate.register_forward_hook(lambda _m, _i, out: seen.append(out)) for layer in model.model.layers
    ]
    logits = model(input_ids=torch.tensor([list(ids)]), use_cache=False).logits[0]
    for h in hooks:
        h.remove()
    assert logits.dtype == torch.float64
    k = model.config.num_experts_per_tok
    experts, scores = [], []
    for router_logits, weights, chosen in seen:
        p = torch.softmax(router_logits, -1)
        top = torch.sort(p, dim=-1, descending=True, stable=True)
        ranked = top.indices[:, : k + 1]
        value = top.values[:, : k + 1]
        assert torch.equal(torch.sort(ranked[:, :k]).values, torch.sort(chosen).values)
        assert torch.allclose(value[:, :k] / value[:, :k].sum(-1, keepdim=True), torch.sort(weights, -1, descending=True).values)
        if ranked.shape[1] == k:  # as many experts as are chosen: no runner-up
            ranked = torch.cat([ranked, ranked[:, :1]], -1)
            value = torch.cat([value, torch.zeros_like(value[:, :1])], -1)
        experts.append(ranked)
        scores.append(value)
    return logits, torch.stack(experts, 1), torch.stack(scores, 1)


def write(folder, model, sequences, columns=None):
    """ids, lengths, logits (of the columns), experts and scores of every sequence, one after the other."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    done = [run(model, s) for s in sequences]
    logits = torch.cat([d[0] for d in done])
    experts = torch.cat([d[1] for d in done]).numpy()
    scores = torch.cat([d[2] for d in done])
    if columns is not None:
        np.save(folder / "columns.npy", np.array(columns, np.int32))
        logits = logits[:, list(columns)]
    np.save(folder / "ids.npy", np.concatenate([np.array(s, np.int32) for s in sequences]))
    np.save(folder / "lengths.npy", np.array([len(s) for s in sequences], np.int32))
    np.save(folder / "logits.npy", logits.numpy().astype(np.float32))
    np.save(folder / "experts.npy", experts.astype(np.uint8 if experts.max() < 256 else np.uint16))
    np.save(folder / "scores.npy", scores.numpy().astype(np.float32))
    return logits, scores
