"""Makes tests/golden/fp8/NAME: the reference of `--compute fp8`, where activations are quantised as well as weights, as servers
of FP8 checkpoints do it. Usage: fp8.py [NAME...]

The rule is written down once more here, with torch's own float8_e4m3fn: what meets a matrix that is stored as FP8 becomes, per
token and group of channels as wide as the weight's blocks, code * scale with scale = max(|x|, 1e-10) / 448 in float32. It is
put into two models that know nothing of the engine:
  HF transformers' own modelling file in float64 (reference.py), whose every product goes through torch.nn.functional.linear,
    which is replaced
  the formulas of kernels.h in float64 (rounded.py), with R rounding to bfloat16 or not at all
Without R the two must agree to 1e-5 of the logits' spread, routes and all, or nothing is written. What is written is the second
one with R: the reference in the same type. A third is only measured: HF's file in bfloat16, quantised in the same way, rounds in
other places; how far it is from the second is how far two good implementations of this type are apart.

The sequences are those of the model's other references, but for models that choose one expert a token. There a flipped route
makes a position another expert's altogether, and two implementations that sum in another order flip where the two best scores
are close. Such a position tells nothing of either, so steady() draws sequences without any, by the reference's own scores.
"""

import contextlib
import importlib
import json
import pathlib
import sys
import zlib

import numpy as np
import torch
from safetensors import safe_open

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import reference  # noqa: E402
import rounded  # noqa: E402

MODELS = ["blocks", "fp8fused", "qwen3_blocks", "olmoe_stack", "mixtral_blocks"]
# Router logits. With sums off by 2^-20 of themselves, now and then a value rounds to the other bfloat16, and then to the other
# e4m3: that moves the scores by up to 0.11 (mixtral_blocks, qwen3_blocks) and 0.16 (blocks) in nine places of ten. The engine's
# sums in f32 are off by a tenth of that, so far fewer roundings part.
MARGIN = 0.2


def quantise(x, block):
    """x, in whatever type, as code * scale in float32."""
    f = x.to(torch.float32)
    groups = torch.nn.functional.pad(f, (0, -f.shape[-1] % block)).unflatten(-1, (-1, block))
    scale = groups.abs().amax(-1, keepdim=True).clamp_min(1e-10) / 448
    return ((groups / scale).to(torch.float8_e4m3fn).to(torch.float32) * scale).flatten(-2)[..., : f.shape[-1]]


def block_of(folder):
    return json.loads((folder / "config.json").read_text())["quantization_config"]["weight_block_size"][1]


def family_of(folder):
    return reference.FAMILIES[json.loads((folder / "config.json").read_text())["model_type"]]


def fp8_names(folder):
    """Parameters of HF's class that the folder stores as FP8, experts packed."""
    names, family = set(), family_of(folder)[0]
    for path in folder.glob("*.safetensors"):
        with safe_open(path, "pt") as f:
            for name in f.keys():
                if f.get_slice(name).get_dtype() != "F8_E4M3":
                    continue
                name = reference.hf_name(name, family)
                if ".mlp.experts." in name:
                    name = name.split(".experts.")[0] + ".experts." + ("down_proj" if "down_proj" in name else "gate_up_proj")
                names.add(name)
    return names


@contextlib.contextmanager
def quantised_products(model, wide, names, block):
    """linear() with its input quantised for the parameters `names` of model, whose exact values are in the state dict `wide`."""
    plain = torch.nn.functional.linear
    exact = {p.untyped_storage().data_ptr(): wide[n].contiguous() for n, p in model.named_parameters() if n in names}
    assert len(exact) == len(names), names
    used = set()

    def linear(x, w, bias=None):
        key = w.untyped_storage().data_ptr()
        if key not in exact:
            return plain(x, w, bias)
        used.add(key)
        assert bias is None and w.is_contiguous()
        values = exact[key].as_strided(w.size(), w.stride(), w.storage_offset())  # one expert of a stack is a part of it
        return plain(quantise(x, block).double(), values).to(x.dtype)

    torch.nn.functional.linear = linear
    try:
        yield
    finally:
        torch.nn.functional.linear = plain
    assert used == set(exact), "some FP8 matrix was never used"


class Quantised(rounded.Rounded):
    def __init__(self, folder, r):
        super().__init__(folder, r)
        self.block = block_of(folder)
        self.fp8 = {self.w[n].untyped_storage().data_ptr() for n in fp8_names(folder)}
        self.margins = []  # of each layer that ran: by how much the last chosen expert's score is above the first one not chosen

    def input(self, x, w):
        return quantise(x, self.block).double() if w.untyped_storage().data_ptr() in self.fp8 else x

    def linear(self, x, name):
        return self.r(self.input(x, self.w[name]) @ self.w[name].T)

    def mlp(self, x, gate, up, down):
        x, r = self.input(x, gate), self.r
        hidden = r(r(torch.nn.functional.silu(r(x @ gate.T))) * r(x @ up.T))
        return r(self.input(hidden, down) @ down.T)

    def experts(self, h, at):
        last, next_best = self.linear(h, at + "gate.weight").topk(self.made.num_experts_per_tok + 1).values[:, -2:].T
        self.margins.append(last - next_best)
        return super().experts(h, at)


def hf_in_bfloat16(wide_model, folder):
    torch.set_default_dtype(torch.float32)
    family, _, model_class, _ = family_of(folder)
    module = importlib.import_module(reference.installed(family, "modeling"))
    model = getattr(module, model_class)(wide_model.config).to(torch.bfloat16).eval()
    model.load_state_dict({n: t.to(torch.bfloat16) for n, t in wide_model.state_dict().items()}, strict=False)
    return model


@torch.no_grad()
def hf_run(model, sequences):
    """Logits and chosen experts of all sequences, one after the other."""
    logits, chosen = [], []
    for ids in sequences:
        seen = []
        hooks = [layer.mlp.gate.register_forward_hook(lambda _m, _i, out: seen.append(out[2])) for layer in model.model.layers]
        logits.append(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].double())
        for h in hooks:
            h.remove()
        chosen.append(torch.stack(seen, 1))
    return torch.cat(logits), torch.cat(chosen)


@torch.no_grad()
def formulas(folder, r, sequences):
    model = Quantised(folder, r)
    done = [model.run(s) for s in sequences]
    return torch.cat([d[0] for d in done]), torch.cat([d[1] for d in done])


def to_bfloat16(x):
    return x.float().bfloat16().double()


@torch.no_grad()
def least_margins(model, ids):
    """Of each position, over all layers."""
    model.margins.clear()
    model.run(ids)
    return torch.stack(model.margins).amin(0)


def steady(folder, lengths):
    """Sequences of these lengths in which no margin of the reference is below MARGIN: a token at fault is drawn again, which
    changes nothing before it."""
    model, g = Quantised(folder, to_bfloat16), torch.Generator().manual_seed(zlib.crc32(folder.name.encode()))
    sequences, redrawn = [], 0
    for n in lengths:
        ids = torch.randint(0, model.made.vocab_size, (n,), generator=g)
        while (close := (least_margins(model, ids) < MARGIN).nonzero()).numel():
            ids[close[0, 0]] = torch.randint(0, model.made.vocab_size, (1,), generator=g)
            redrawn += 1
        sequences.append(ids.tolist())
    print(f"{folder.name}: {redrawn} tokens drawn again")
    return sequences


def apart(got, want):
    """RMS over the spread, and the share of equal expert sets."""
    same = (got[1].sort(-1).values == want[1].sort(-1).values).all(-1)
    return f"{(got[0] - want[0]).pow(2).mean().sqrt() / want[0].std():.2e}, {same.double().mean():.3f} of the expert sets equal"


def make(name):
    folder, out = HERE / "models" / name, HERE / "fp8" / name
    torch.set_default_dtype(torch.float32)
    lengths = np.load(folder / "golden" / "lengths.npy")
    sequences = [s.tolist() for s in np.split(np.load(folder / "golden" / "ids.npy"), np.cumsum(lengths)[:-1])]
    wide_model = reference.load(folder)
    torch.set_default_dtype(torch.float32)
    if wide_model.config.num_experts_per_tok == 1:
        sequences = steady(folder, lengths.tolist())
    names, block = fp8_names(folder), block_of(folder)
    wide = {n: t.clone() for n, t in wide_model.state_dict().items()}
    with quantised_products(wide_model, wide, names, block):
        hf = hf_run(wide_model, sequences)
    torch.set_default_dtype(torch.float32)
    exact = formulas(folder, lambda x: x, sequences)
    worst = ((exact[0] - hf[0]).abs().max() / hf[0].std()).item()
    assert worst < 1e-5 and torch.equal(exact[1], hf[1]), f"without rounding this is not HF's float64 run: {worst}"
    want = formulas(folder, to_bfloat16, sequences)
    served_model = hf_in_bfloat16(wide_model, folder)
    with quantised_products(served_model, wide, names, block):
        served = hf_run(served_model, sequences)
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "ids.npy", np.concatenate(sequences).astype(np.int32))
    np.save(out / "lengths.npy", lengths.astype(np.int32))
    np.save(out / "logits.npy", want[0].numpy().astype(np.float32))
    np.save(out / "experts.npy", want[1].numpy().astype(np.uint8))
    print(f"{name}: {len(names)} FP8 matrices, spread {want[0].std():.2f}; without R {worst:.1e} at worst from HF in float64\n"
          f"  HF in bfloat16 is apart by {apart(served, want)}\n  without R it is {apart(exact, want)}")


if __name__ == "__main__":
    for each in sys.argv[1:] or MODELS:
        make(each)
