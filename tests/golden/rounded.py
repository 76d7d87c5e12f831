"""The reference in bfloat16: the formulas of kernels/kernels.h in float64, rounded to bfloat16 exactly where R stands there.

HF's own bfloat16 run rounds in other places (and its sums of experts more often), so two good implementations part by
about 1e-2 and, where scores are close, choose other experts. This one rounds as the engine does: what is left are sums in f32
instead of float64. Nobody has to believe it: with R off it must be what HF's modelling file computes in float64, to 1e-5 of
the spread (the rotary table is f32 here as in the engine), and write() refuses to write anything otherwise.
"""

import pathlib

import numpy as np
import torch

import reference

ONE_PLUS = ("qwen3_5_moe", "qwen3_5_moe_text")  # norms multiply by 1 + w, and attention has a gate


class Rounded:
    """A checkpoint folder's model. r: the R of the formulas."""

    def __init__(self, folder, r):
        config, text, made = reference.read_config(folder)
        family = config["model_type"]
        self.w = {n: t.double() for n, t in reference.state_dict(folder, config, text, reference.FAMILIES[family][0]).items()}
        self.r, self.made, self.text, self.newest = r, made, text, family in ONE_PLUS
        self.whole_norms = family == "olmoe"
        field = reference.FAMILIES[family][3]
        self.renormalises = field is None or bool(text.get(field, False))
        self.heads, self.kv = made.num_attention_heads, made.num_key_value_heads
        self.dim = getattr(made, "head_dim", None) or made.hidden_size // self.heads
        part = made.rope_parameters.get("partial_rotary_factor", 1.0) if self.newest else 1.0
        self.rot, self.theta = int(self.dim * part), made.rope_parameters["rope_theta"]

    def norm(self, x, name):
        w = self.w[name]
        return self.r(x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.made.rms_norm_eps) * (1 + w if self.newest else w))

    def linear(self, x, name):
        return self.r(x @ self.w[name].T)

    def rotate(self, u):
        """u: [t, heads, dim]"""
        half = self.rot // 2
        angle = torch.arange(len(u))[:, None].double() * self.theta ** (-2 * torch.arange(half).double() / self.rot)
        cos, sin = angle.cos().float().double()[:, None], angle.sin().float().double()[:, None]
        a, b = u[..., :half], u[..., half : self.rot]
        return torch.cat([self.r(a * cos - b * sin), self.r(b * cos + a * sin), u[..., self.rot :]], -1)

    def attention(self, h, at):
        n = len(h)
        q, k, v = (self.linear(h, f"{at}{what}_proj.weight") for what in "qkv")
        if self.whole_norms:
            q, k = self.norm(q, at + "q_norm.weight"), self.norm(k, at + "k_norm.weight")
        q, k, v = q.view(n, self.heads, -1), k.view(n, self.kv, -1), v.view(n, self.kv, -1)
        q, gate = q[..., : self.dim], q[..., self.dim :]
        if at + "q_norm.weight" in self.w and not self.whole_norms:
            q, k = self.norm(q, at + "q_norm.weight"), self.norm(k, at + "k_norm.weight")
        q, k = self.rotate(q), self.rotate(k)
        k, v = (x.repeat_interleave(self.heads // self.kv, 1) for x in (k, v))
        s = torch.einsum("thc,jhc->htj", q, k) * self.dim**-0.5
        s = s.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), -torch.inf).softmax(-1)
        y = self.r(torch.einsum("htj,jhc->thc", s, v))
        if gate.numel():
            y = self.r(y * self.r(torch.sigmoid(gate)))
        return self.linear(y.reshape(n, -1), at + "o_proj.weight")

    def gdn(self, h, at):
        m, n, silu = self.made, len(h), torch.nn.functional.silu
        hk, hv, dk, dv = m.linear_num_key_heads, m.linear_num_value_heads, m.linear_key_head_dim, m.linear_value_head_dim
        qkv, z, a, b = (self.linear(h, f"{at}in_proj_{what}.weight") for what in ("qkv", "z", "a", "b"))
        taps = self.w[at + "conv1d.weight"][:, 0]
        padded = torch.cat([torch.zeros(taps.shape[1] - 1, qkv.shape[1]).double(), qkv])
        u = self.r(silu(sum(padded[j : j + n] * taps[:, j] for j in range(taps.shape[1]))))
        q, k, v = u[:, : hk * dk].view(n, hk, dk), u[:, hk * dk : 2 * hk * dk].view(n, hk, dk), u[:, 2 * hk * dk :].view(n, hv, dv)
        q, k = (x * torch.rsqrt(x.pow(2).sum(-1, keepdim=True) + 1e-6) for x in (q, k))
        q, k = (x.repeat_interleave(hv // hk, 1) for x in (q * dk**-0.5, k))
        beta = self.r(torch.sigmoid(b))
        decay = torch.exp(-torch.exp(self.w[at + "A_log"]) * torch.nn.functional.softplus(a + self.w[at + "dt_bias"]))
        s, o = torch.zeros(hv, dk, dv).double(), []
        for t in range(n):
            s = s * decay[t][:, None, None]
            d = beta[t][:, None] * (v[t] - torch.einsum("hkv,hk->hv", s, k[t]))
            s = s + k[t][:, :, None] * d[:, None]
            o.append(torch.einsum("hkv,hk->hv", s, q[t]))
        o = self.r(torch.stack(o))
        o = self.r(o * torch.rsqrt(o.pow(2).mean(-1, keepdim=True) + m.rms_norm_eps))
        y = self.r(o * self.w[at + "norm.weight"] * silu(z.view(n, hv, dv)))
        return self.linear(y.reshape(n, -1), at + "out_proj.weight")

    def mlp(self, x, gate, up, down):
        r = self.r
        return r(r(r(torch.nn.functional.silu(r(x @ gate.T))) * r(x @ up.T)) @ down.T)

    def experts(self, h, at):
        """The sum of experts, and which were chosen, in order."""
        logits = self.linear(h, at + "gate.weight")
        chosen = torch.sort(logits, dim=-1, descending=True, stable=True).indices[:, : self.made.num_experts_per_tok]
        p = logits.softmax(-1).gather(1, chosen)
        p = self.r(p / p.sum(-1, keepdim=True) if self.renormalises else p)
        y = torch.zeros_like(h)
        for e in chosen.unique().tolist():
            row, slot = (chosen == e).nonzero(as_tuple=True)
            gate, up = self.w[at + "experts.gate_up_proj"][e].chunk(2)
            y[row] += p[row, slot][:, None] * self.mlp(h[row], gate, up, self.w[at + "experts.down_proj"][e])
        if at + "shared_expert_gate.weight" in self.w:
            shared = (self.w[f"{at}shared_expert.{what}_proj.weight"] for what in ("gate", "up", "down"))
            y += torch.sigmoid(self.linear(h, at + "shared_expert_gate.weight")) * self.mlp(h, *shared)
        return self.r(y), chosen

    def run(self, ids):
        x = self.r(self.w["model.embed_tokens.weight"][torch.as_tensor(ids)])
        routes = []
        for i in range(self.made.num_hidden_layers):
            at = f"model.layers.{i}."
            h = self.norm(x, at + "input_layernorm.weight")
            gdn = at + "linear_attn.A_log" in self.w
            x = self.r(x + (self.gdn(h, at + "linear_attn.") if gdn else self.attention(h, at + "self_attn.")))
            y, chosen = self.experts(self.norm(x, at + "post_attention_layernorm.weight"), at + "mlp.")
            x = self.r(x + y)
            routes.append(chosen)
        return self.norm(x, "model.norm.weight") @ self.w["lm_head.weight"].T, torch.stack(routes, 1)


def run_all(checkpoint, r):
    torch.set_default_dtype(torch.float32)
    model = Rounded(checkpoint, r)
    ids, lengths = (np.load(checkpoint / "golden" / f"{name}.npy").tolist() for name in ("ids", "lengths"))
    cuts = np.cumsum([0] + lengths)
    done = [model.run(ids[a:b]) for a, b in zip(cuts, cuts[1:])]
    return torch.cat([d[0] for d in done]), torch.cat([d[1] for d in done])


@torch.no_grad()
def write(checkpoint):
    """golden/bf16/logits.npy (f16: within 5e-4 of each) and experts.npy. Returns the two."""
    checkpoint = pathlib.Path(checkpoint)
    exact, chosen = run_all(checkpoint, lambda x: x)
    want = torch.from_numpy(np.load(checkpoint / "golden" / "logits.npy")).double()
    experts = torch.from_numpy(np.load(checkpoint / "golden" / "experts.npy")).long()[..., :-1]
    worst = ((exact - want).abs().max() / want.std()).item()
    assert worst < 1e-5 and torch.equal(chosen, experts), f"without rounding this is not HF's float64 run: {worst}"
    logits, chosen = run_all(checkpoint, lambda x: x.float().bfloat16().double())
    folder = checkpoint / "golden" / "bf16"
    folder.mkdir(exist_ok=True)
    np.save(folder / "logits.npy", logits.half().numpy())
    reference.save_experts(folder / "experts.npy", chosen.numpy())
    return logits, chosen
