"""The reference: HF transformers' own modelling files, on a checkpoint folder of ours.

In float64 throughout (load, run, write): the file is the installed one of the model's family, only its casts to float32 are
widened to float64 (they would otherwise put 8e-6 of noise into the recurrent layers). In bfloat16 (served): the file as it
is, activations rounded where it rounds them. Weights are read by code of this file, which shares nothing with the engine:
FP8 blocks are dequantised as f32(q * scale), published names become those of HF's classes, experts are packed.
"""

import importlib
import importlib.util
import json
import pathlib
import re
import sys

import numpy as np
import torch
from safetensors import safe_open

torch.set_num_threads(1)  # these matrices are tiny: more threads only wait for each other

# model_type: the family's package, the classes of its text model, and what renormalises the chosen scores: always, or a field
FAMILIES = {
    "qwen3_5_moe": ("qwen3_5_moe", "Qwen3_5MoeTextConfig", "Qwen3_5MoeForCausalLM", None),
    "qwen3_5_moe_text": ("qwen3_5_moe", "Qwen3_5MoeTextConfig", "Qwen3_5MoeForCausalLM", None),
    "qwen3_moe": ("qwen3_moe", "Qwen3MoeConfig", "Qwen3MoeForCausalLM", "norm_topk_prob"),
    "olmoe": ("olmoe", "OlmoeConfig", "OlmoeForCausalLM", "norm_topk_prob"),
    "mixtral": ("mixtral", "MixtralConfig", "MixtralForCausalLM", None),
}
# Mixtral's published names, and the names of all the others, which HF's classes have too
MIXTRAL_NAMES = ((".block_sparse_moe.", ".mlp."), (".w1.", ".gate_proj."), (".w3.", ".up_proj."), (".w2.", ".down_proj."))


def installed(family, what):
    return f"transformers.models.{family}.{what}_{family}"


def widened_module(family="qwen3_5_moe"):
    """The family's modelling file with every float32 made float64."""
    name = "widened_" + family
    if name in sys.modules:
        return sys.modules[name]
    found = importlib.util.find_spec(installed(family, "modeling"))
    source = pathlib.Path(found.origin).read_text()
    source, n = re.subn(r"torch\.float32\b|torch\.float\b", "torch.float64", source)
    source, m = re.subn(r"\.float\(\)", ".double()", source)
    assert n >= 3 and m >= 1, "the modelling file is not one of those this was written for"
    full = installed(family, "modeling")  # relative imports and look-ups by __module__ need the package's own name
    spec = importlib.util.spec_from_loader(full, loader=None, origin=found.origin)
    module = importlib.util.module_from_spec(spec)
    module.__file__ = found.origin
    before = sys.modules.get(full)
    sys.modules[full] = sys.modules[name] = module
    exec(compile(source, found.origin, "exec"), module.__dict__)
    if before is not None:
        sys.modules[full] = before
    else:
        del sys.modules[full]
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


def hf_name(name, family):
    name = name.replace("model.language_model.", "model.")
    for published, ours in MIXTRAL_NAMES if family == "mixtral" else ():
        name = name.replace(published, ours)
    return name


def pack_experts(state, layers):
    """One tensor an expert and matrix becomes the two packed ones of HF's classes."""
    for layer in range(layers):
        at = f"model.layers.{layer}.mlp.experts."
        n = sum(name.startswith(at) and name.endswith(".gate_proj.weight") for name in state)
        if not n:
            continue
        take = lambda e, what: state.pop(f"{at}{e}.{what}_proj.weight")
        state[at + "gate_up_proj"] = torch.stack([torch.cat([take(e, "gate"), take(e, "up")]) for e in range(n)])
        state[at + "down_proj"] = torch.stack([take(e, "down") for e in range(n)])


def state_dict(folder, config, text, family="qwen3_5_moe"):
    """The names of the family's ForCausalLM; values as stored, FP8 as the f32 it stands for."""
    raw = read_tensors(folder)
    block = config.get("quantization_config", text.get("quantization_config", {})).get("weight_block_size")
    state = {}
    for name, t in raw.items():
        if name.endswith("_scale_inv") or name.startswith(("mtp.", "model.visual.")):
            continue
        scale = raw.get(name + "_scale_inv")
        state[hf_name(name, family)] = dequantise(t, scale, block) if scale is not None else t
    pack_experts(state, text["num_hidden_layers"])
    if config.get("tie_word_embeddings", text.get("tie_word_embeddings", False)):
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    return state


def read_config(folder):
    """The whole file, the text model's part of it, and HF's own object made from that."""
    config = json.loads((folder / "config.json").read_text())
    text = dict(config.get("text_config", config))
    family, config_class, _, _ = FAMILIES[config["model_type"]]
    fields = {k: v for k, v in text.items() if k not in ("model_type", "architectures", "quantization_config", "dtype", "torch_dtype")}
    made = getattr(importlib.import_module(installed(family, "configuration")), config_class)(**fields)
    made._attn_implementation = "eager"
    made._experts_implementation = "eager"
    theta = text.get("rope_theta") or text["rope_parameters"]["rope_theta"]
    assert made.rope_parameters["rope_theta"] == theta, "HF read another rope_theta than the file has"
    return config, text, made


def load(folder):
    """The widened model with the folder's weights."""
    folder = pathlib.Path(folder)
    config, text, made = read_config(folder)
    family, _, model_class, field = FAMILIES[config["model_type"]]
    torch.set_default_dtype(torch.float64)
    model = getattr(widened_module(family), model_class)(made).double().eval()
    state = {name: t.double() for name, t in state_dict(folder, config, text, family).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all("inv_freq" in m for m in missing), (missing, unexpected)
    for name, p in list(model.named_parameters()) + list(model.named_buffers()):
        assert not p.is_floating_point() or p.dtype == torch.float64, name
    model.renormalises = field is None or bool(text.get(field, False))
    return model


def forward(model, ids):
    """Logits [t, vocab], and of every layer what its router returned."""
    seen = []
    hooks = [
        layer.mlp.gate.register_forward_hook(lambda _m, _i, out: seen.append(out)) for layer in model.model.layers
    ]
    logits = model(input_ids=torch.tensor([list(ids)]), use_cache=False).logits[0]
    for h in hooks:
        h.remove()
    return logits, seen


@torch.no_grad()
def run(model, ids):
    """Logits [t, vocab], and by rank, k + 1 of them, experts and router probabilities [t, layers, k + 1]."""
    logits, seen = forward(model, ids)
    assert logits.dtype == torch.float64
    k = model.config.num_experts_per_tok
    experts, scores = [], []
    for router_logits, weights, chosen in seen:
        p = torch.softmax(router_logits, -1)
        top = torch.sort(p, dim=-1, descending=True, stable=True)
        ranked = top.indices[:, : k + 1]
        value = top.values[:, : k + 1]
        total = value[:, :k].sum(-1, keepdim=True) if model.renormalises else 1
        assert torch.equal(torch.sort(ranked[:, :k]).values, torch.sort(chosen).values)
        assert torch.allclose(value[:, :k] / total, torch.sort(weights, -1, descending=True).values)
        if ranked.shape[1] == k:  # as many experts as are chosen: no runner-up
            ranked = torch.cat([ranked, ranked[:, :1]], -1)
            value = torch.cat([value, torch.zeros_like(value[:, :1])], -1)
        experts.append(ranked)
        scores.append(value)
    return logits, torch.stack(experts, 1), torch.stack(scores, 1)


def save_experts(path, experts):
    np.save(path, experts.astype(np.uint8 if experts.max() < 256 else np.uint16))


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
    save_experts(folder / "experts.npy", experts)
    np.save(folder / "scores.npy", scores.numpy().astype(np.float32))
    if not model.renormalises:  # absent: 1
        np.save(folder / "renormalised.npy", np.array([0], np.int32))
    return logits, scores


class LinearAsStored(torch.overrides.TorchFunctionMode):
    """bfloat16 activations times weights as they are stored, summed in f32, rounded once. With bfloat16 weights this is what
    torch does by itself; FP8 blocks stand for f32 values, which no cast to bfloat16 may touch."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is torch.nn.functional.linear and args[2:] in ((), (None,)):
            return (args[0].float() @ args[1].float().T).to(args[0].dtype)
        return func(*args, **(kwargs or {}))


@torch.no_grad()
def write_served(checkpoint):
    """golden/served: logits (f16, which holds these bfloat16 values exactly) and chosen experts of HF's unchanged file in
    bfloat16, for the first of the sequences in golden."""
    checkpoint = pathlib.Path(checkpoint)
    ids, lengths = (torch.from_numpy(np.load(checkpoint / "golden" / f"{name}.npy")) for name in ("ids", "lengths"))
    folder = checkpoint / "golden" / "served"
    config, text, made = read_config(checkpoint)
    family, _, model_class, _ = FAMILIES[config["model_type"]]
    torch.set_default_dtype(torch.bfloat16)
    model = getattr(importlib.import_module(installed(family, "modeling")), model_class)(made).eval()
    missing, unexpected = model.load_state_dict(state_dict(checkpoint, config, text, family), strict=False, assign=True)
    assert not unexpected and all("inv_freq" in m for m in missing), (missing, unexpected)
    with LinearAsStored():
        logits, seen = forward(model, ids[: lengths[0]].tolist())
    torch.set_default_dtype(torch.float32)
    assert logits.dtype == torch.bfloat16 and torch.equal(logits.half().bfloat16(), logits)
    folder.mkdir(exist_ok=True)
    np.save(folder / "logits.npy", logits.half().numpy())
    chosen = torch.stack([layer[2] for layer in seen], 1)
    save_experts(folder / "experts.npy", chosen.numpy())
    return logits.double(), chosen
