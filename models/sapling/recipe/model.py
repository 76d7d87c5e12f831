"""Sapling in PyTorch: the text model of qwen3_5_moe, written to train fast on a CPU core.

Parameters carry the names of the checkpoint, but for the experts of a layer, which lie in two
stacked tensors (`experts.gate_up`, `experts.down`). `forward` trains on packed rows; `Decoder`
generates a token at a time.
"""

import ctypes
import math
import pathlib
import subprocess
import tempfile

import torch
import torch.nn.functional as F

CONFIG = dict(
    vocab_size=1024,
    hidden_size=160,
    num_hidden_layers=8,
    num_attention_heads=4,
    num_key_value_heads=1,
    head_dim=64,
    linear_num_key_heads=2,
    linear_num_value_heads=4,
    linear_key_head_dim=32,
    linear_value_head_dim=32,
    linear_conv_kernel_dim=4,
    num_experts=64,
    num_experts_per_tok=8,
    moe_intermediate_size=32,
    shared_expert_intermediate_size=64,
    rms_norm_eps=1e-6,
    rope_theta=10000.0,
    partial_rotary_factor=0.25,
    max_position_embeddings=2048,
)


def layer_types(config):
    """Every fourth layer is full attention."""
    return [
        "full_attention" if i % 4 == 3 else "linear_attention"
        for i in range(config["num_hidden_layers"])
    ]


def shapes(config):
    """Name to shape of every parameter."""
    c = config
    d, e, f = c["hidden_size"], c["num_experts"], c["moe_intermediate_size"]
    s, v = c["shared_expert_intermediate_size"], c["vocab_size"]
    heads, kv, hd = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
    key = c["linear_num_key_heads"] * c["linear_key_head_dim"]
    hv, vd = c["linear_num_value_heads"], c["linear_value_head_dim"]
    out = {"embed_tokens.weight": (v, d), "norm.weight": (d,), "lm_head.weight": (v, d)}
    for i, kind in enumerate(layer_types(c)):
        p = f"layers.{i}."
        out[p + "input_layernorm.weight"] = (d,)
        out[p + "post_attention_layernorm.weight"] = (d,)
        if kind == "full_attention":
            a = p + "self_attn."
            out[a + "q_proj.weight"] = (heads * hd * 2, d)
            out[a + "k_proj.weight"] = (kv * hd, d)
            out[a + "v_proj.weight"] = (kv * hd, d)
            out[a + "o_proj.weight"] = (d, heads * hd)
            out[a + "q_norm.weight"] = (hd,)
            out[a + "k_norm.weight"] = (hd,)
        else:
            a = p + "linear_attn."
            out[a + "in_proj_qkv.weight"] = (2 * key + hv * vd, d)
            out[a + "in_proj_z.weight"] = (hv * vd, d)
            out[a + "in_proj_a.weight"] = (hv, d)
            out[a + "in_proj_b.weight"] = (hv, d)
            out[a + "conv1d.weight"] = (2 * key + hv * vd, 1, c["linear_conv_kernel_dim"])
            out[a + "A_log"] = (hv,)
            out[a + "dt_bias"] = (hv,)
            out[a + "norm.weight"] = (vd,)
            out[a + "out_proj.weight"] = (d, hv * vd)
        m = p + "mlp."
        out[m + "gate.weight"] = (e, d)
        out[m + "experts.gate_up"] = (e, 2 * f, d)
        out[m + "experts.down"] = (e, d, f)
        out[m + "shared_expert.gate_proj.weight"] = (s, d)
        out[m + "shared_expert.up_proj.weight"] = (s, d)
        out[m + "shared_expert.down_proj.weight"] = (d, s)
        out[m + "shared_expert_gate.weight"] = (1, d)
    return out


def initialise(config, seed):
    """Fresh parameters. Norm weights are offsets from one, but for the gated norm."""
    g = torch.Generator().manual_seed(seed)
    params = {}
    for name, shape in shapes(config).items():
        if name.endswith("linear_attn.norm.weight"):
            p = torch.ones(shape)
        elif name.endswith("norm.weight"):
            p = torch.zeros(shape)
        elif name.endswith("A_log"):
            p = torch.log(1 + 15 * torch.rand(shape, generator=g))
        elif name.endswith("dt_bias"):
            low, high = math.log(1e-3), math.log(1e-1)
            dt = torch.exp(low + (high - low) * torch.rand(shape, generator=g))
            p = dt + torch.log(-torch.expm1(-dt))
        elif name.endswith("conv1d.weight"):
            p = 0.3 * torch.randn(shape, generator=g)
        else:
            p = 0.02 * torch.randn(shape, generator=g)
            if name.endswith(("o_proj.weight", "out_proj.weight", "down_proj.weight", "experts.down")):
                p /= math.sqrt(2 * config["num_hidden_layers"])
            elif not name.startswith(("embed", "lm_head")):
                p *= 2
        params[name] = p
    return params


# --- kernels in C ------------------------------------------------------------------------------

_library = None


def kernels():
    global _library
    if _library is None:
        source = pathlib.Path(__file__).with_name("kernels.c")
        built = pathlib.Path(tempfile.mkdtemp(prefix="sapling-")) / "kernels.so"
        flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
        subprocess.run(["gcc", *flags, str(source), "-o", str(built), "-lm"], check=True)
        _library = ctypes.CDLL(str(built))
    return _library


def _at(t):
    assert t.is_contiguous()
    return ctypes.c_void_p(t.data_ptr())


class DeltaRule(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, decay, beta):
        q, k, v, decay, beta = (t.contiguous() for t in (q, k, v, decay, beta))
        b, t, hk, d = k.shape
        hv = v.shape[2]
        out = torch.empty_like(v)
        saved = v.new_empty(b, hv, (t + 15) // 16, d, d)
        kernels().delta_forward(b, t, hk, hv, *map(_at, (q, k, v, decay, beta, out, saved)))
        ctx.save_for_backward(q, k, v, decay, beta, saved)
        return out

    @staticmethod
    def backward(ctx, dout):
        q, k, v, decay, beta, saved = ctx.saved_tensors
        b, t, hk, _ = k.shape
        grads = [torch.zeros_like(q), torch.zeros_like(k)]
        grads += [torch.empty_like(x) for x in (v, decay, beta)]
        inputs = (q, k, v, decay, beta, saved, dout.contiguous(), *grads)
        kernels().delta_backward(b, t, hk, v.shape[2], *map(_at, inputs))
        return tuple(grads)


class ShortConv(torch.autograd.Function):
    """Causal depthwise convolution that stops at document starts, then silu."""

    @staticmethod
    def forward(ctx, x, weight, pos):
        b, t, c = x.shape
        w = weight.view(c, -1).t().contiguous()
        x = x.contiguous()
        pre, y = torch.empty_like(x), torch.empty_like(x)
        kernels().conv_forward(b, t, c, *map(_at, (x, w, pos, pre, y)))
        ctx.save_for_backward(x, w, pos, pre)
        return y

    @staticmethod
    def backward(ctx, dy):
        x, w, pos, pre = ctx.saved_tensors
        b, t, c = x.shape
        dx, dw = torch.zeros_like(x), torch.zeros_like(w)
        inputs = (x, w, pos, pre, dy.contiguous(), dx, dw)
        kernels().conv_backward(b, t, c, *map(_at, inputs))
        return dx, dw.t().reshape(c, 1, -1), None


class Experts(torch.autograd.Function):
    """sum_k weight[n, k] * down(silu(gate x) * up x) for the chosen experts of each row.

    Rows are sorted by expert, so that each expert is three plain products; rows are gathered on
    both ways (`embedding_bag` sums the k rows of a token), never scattered.
    """

    @staticmethod
    def forward(ctx, x, gate_up, down, chosen, weight):
        n, k = chosen.shape
        experts, f = gate_up.shape[0], down.shape[2]
        order = torch.argsort(chosen.view(-1), stable=True)
        counts = torch.bincount(chosen.view(-1), minlength=experts).tolist()
        place = torch.empty_like(order)
        place[order] = torch.arange(n * k)
        token = order // k
        h, act, y = x.new_empty(n * k, 2 * f), x.new_empty(n * k, f), x.new_empty(n * k, x.shape[1])
        at = 0
        for e, c in enumerate(counts):
            if c:
                rows = slice(at, at + c)
                torch.mm(x.index_select(0, token[rows]), gate_up[e].t(), out=h[rows])
                kernels().swiglu_forward(c, f, _at(h[rows]), _at(act[rows]))
                torch.mm(act[rows], down[e].t(), out=y[rows])
                at += c
        out = F.embedding_bag(place.view(n, k), y, per_sample_weights=weight, mode="sum")
        ctx.counts = counts
        ctx.save_for_backward(x, gate_up, down, weight, order, place, token, h, act, y)
        return out

    @staticmethod
    def backward(ctx, dout):
        x, gate_up, down, weight, order, place, token, h, act, y = ctx.saved_tensors
        n, k = weight.shape
        f = down.shape[2]
        dout = dout.contiguous()
        w = weight.reshape(-1)[order].unsqueeze(1)
        dgate_up, ddown = torch.zeros_like(gate_up), torch.zeros_like(down)
        dx, dweight = torch.empty_like(y), torch.empty(n * k)
        at = 0
        for e, c in enumerate(ctx.counts):
            if c:
                rows = slice(at, at + c)
                dy = dout.index_select(0, token[rows])
                dweight[rows] = torch.linalg.vecdot(dy, y[rows])
                dy.mul_(w[rows])
                torch.mm(dy.t(), act[rows], out=ddown[e])
                dact = dy @ down[e]
                kernels().swiglu_backward(c, f, _at(h[rows]), _at(dact))
                torch.mm(h[rows].t(), x.index_select(0, token[rows]), out=dgate_up[e])
                torch.mm(h[rows], gate_up[e], out=dx[rows])
                at += c
        dx = F.embedding_bag(place.view(n, k), dx, mode="sum")
        return dx, dgate_up, ddown, None, dweight[place].view(n, k)


# --- the model ---------------------------------------------------------------------------------


def rms_norm(x, weight, eps, offset=1.0):
    return F.rms_norm(x, x.shape[-1:], weight + offset, eps)


def rope_tables(config, positions):
    """cos and sin, [..., rotary / 2]."""
    rotary = int(config["head_dim"] * config["partial_rotary_factor"])
    inverse = config["rope_theta"] ** (-torch.arange(0, rotary, 2).float() / rotary)
    angle = positions.float().unsqueeze(-1) * inverse
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    """Rotate-half form over the first dimensions; the rest pass through."""
    r = cos.shape[-1]
    a, b, rest = x[..., :r], x[..., r : 2 * r], x[..., 2 * r :]
    return torch.cat((a * cos - b * sin, b * cos + a * sin, rest), dim=-1)


def l2_normalise(x):
    return x * torch.rsqrt((x * x).sum(-1, keepdim=True) + 1e-6)


class Model:
    def __init__(self, params, config=CONFIG):
        self.p, self.c = params, config
        self.types = layer_types(config)
        self.key = config["linear_num_key_heads"] * config["linear_key_head_dim"]

    def linear(self, name, x):
        return F.linear(x, self.p[name + ".weight"])

    def norm(self, name, x):
        return rms_norm(x, self.p[name + ".weight"], self.c["rms_norm_eps"])

    def moe(self, name, x, usage=None):
        """x: [N, d]. `usage` collects each layer's load-balancing loss and expert counts."""
        logits = self.linear(name + "gate", x)
        top, chosen = logits.topk(self.c["num_experts_per_tok"], dim=-1)
        weight = torch.softmax(top, dim=-1)
        experts = Experts.apply(
            x, self.p[name + "experts.gate_up"], self.p[name + "experts.down"], chosen, weight
        )
        if usage is not None:
            counts = torch.bincount(chosen.view(-1), minlength=logits.shape[1]).float()
            share = counts / counts.sum()
            balance = logits.shape[1] * (share * torch.softmax(logits, -1).mean(0)).sum()
            usage.append((balance, counts))
        s = name + "shared_expert."
        shared = F.silu(self.linear(s + "gate_proj", x)) * self.linear(s + "up_proj", x)
        shared = self.linear(s + "down_proj", shared)
        gate = torch.sigmoid(self.linear(name + "shared_expert_gate", x))
        return experts + gate * shared

    def delta_inputs(self, name, x, mixed, fresh=None):
        """q, k, v, decay, beta from the convolved channels; `fresh` forgets the state."""
        c = self.c
        q, k, v = mixed.split((self.key, self.key, mixed.shape[-1] - 2 * self.key), dim=-1)
        width = c["linear_key_head_dim"]
        q = l2_normalise(q.unflatten(-1, (-1, width))) * width**-0.5
        k = l2_normalise(k.unflatten(-1, (-1, width)))
        v = v.unflatten(-1, (-1, c["linear_value_head_dim"]))
        beta = torch.sigmoid(self.linear(name + "in_proj_b", x))
        rate = F.softplus(self.linear(name + "in_proj_a", x) + self.p[name + "dt_bias"])
        decay = torch.exp(-torch.exp(self.p[name + "A_log"]) * rate)
        if fresh is not None:
            decay = decay.masked_fill(fresh, 0.0)
        return q, k, v, decay, beta

    def delta_output(self, name, x, o):
        z = self.linear(name + "in_proj_z", x).view_as(o)
        o = rms_norm(o, self.p[name + "norm.weight"], self.c["rms_norm_eps"], offset=0.0)
        return self.linear(name + "out_proj", (o * F.silu(z)).flatten(-2))

    def delta_net(self, name, x, pos):
        mixed = self.linear(name + "in_proj_qkv", x)
        mixed = ShortConv.apply(mixed, self.p[name + "conv1d.weight"], pos)
        q, k, v, decay, beta = self.delta_inputs(name, x, mixed, (pos == 0).unsqueeze(-1))
        return self.delta_output(name, x, DeltaRule.apply(q, k, v, decay, beta))

    def attention_inputs(self, name, x, cos, sin):
        """q, gate: [..., heads, hd]; k, v: [..., kv heads, hd]."""
        hd = self.c["head_dim"]
        q, gate = self.linear(name + "q_proj", x).unflatten(-1, (-1, 2 * hd)).chunk(2, dim=-1)
        k = self.linear(name + "k_proj", x).unflatten(-1, (-1, hd))
        v = self.linear(name + "v_proj", x).unflatten(-1, (-1, hd))
        cos, sin = cos.unsqueeze(-2), sin.unsqueeze(-2)
        q = rotate(self.norm(name + "q_norm", q), cos, sin)
        return q, gate, rotate(self.norm(name + "k_norm", k), cos, sin), v

    def attention(self, name, x, cos, sin, mask):
        q, gate, k, v = self.attention_inputs(name, x, cos, sin)
        k, v = (t.repeat_interleave(q.shape[2] // t.shape[2], dim=2) for t in (k, v))
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        o = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        o = o.transpose(1, 2) * torch.sigmoid(gate)
        return self.linear(name + "o_proj", o.flatten(-2))

    def forward(self, ids, pos, doc, usage=None):
        """Hidden states of packed rows: ids, pos (index inside the document) and doc (number of
        the document inside the row), all [B, T]."""
        b, t = ids.shape
        x = F.embedding(ids, self.p["embed_tokens.weight"])
        cos, sin = rope_tables(self.c, pos)
        visible = (doc.unsqueeze(1) == doc.unsqueeze(2)) & torch.ones(t, t, dtype=torch.bool).tril()
        mask = torch.zeros(b, 1, t, t).masked_fill_(~visible.unsqueeze(1), -torch.inf)
        pos = pos.int().contiguous()
        for i, kind in enumerate(self.types):
            p = f"layers.{i}."
            y = self.norm(p + "input_layernorm", x)
            if kind == "full_attention":
                x = x + self.attention(p + "self_attn.", y, cos, sin, mask)
            else:
                x = x + self.delta_net(p + "linear_attn.", y, pos)
            y = self.norm(p + "post_attention_layernorm", x)
            x = x + self.moe(p + "mlp.", y.flatten(0, 1), usage).view_as(x)
        return self.norm("norm", x)

    def logits(self, hidden):
        return self.linear("lm_head", hidden)


class Decoder:
    """One token at a time for a batch of sequences that all stand at the same position."""

    def __init__(self, model, batch, length):
        self.m, c = model, model.c
        self.at = 0
        channels = 2 * model.key + c["linear_num_value_heads"] * c["linear_value_head_dim"]
        state = (batch, c["linear_num_value_heads"], c["linear_key_head_dim"], c["linear_value_head_dim"])
        kv = (batch, length, c["num_key_value_heads"], c["head_dim"])
        self.state = [
            (torch.zeros(kv), torch.zeros(kv))
            if kind == "full_attention"
            else [torch.zeros(state), torch.zeros(batch, channels, c["linear_conv_kernel_dim"])]
            for kind in model.types
        ]

    def keep(self, rows):
        """Goes on with these sequences alone."""
        self.state = [type(s)(t[rows] for t in s) for s in self.state]

    def delta_net(self, name, x, state):
        m = self.m
        state[1] = torch.cat((state[1][:, :, 1:], m.linear(name + "in_proj_qkv", x).unsqueeze(-1)), -1)
        mixed = F.silu((state[1] * m.p[name + "conv1d.weight"].squeeze(1)).sum(-1))
        q, k, v, decay, beta = m.delta_inputs(name, x, mixed)
        q, k = (t.repeat_interleave(v.shape[1] // t.shape[1], dim=1) for t in (q, k))
        s = state[0].mul_(decay[..., None, None])
        d = beta.unsqueeze(-1) * (v - torch.einsum("bhij,bhi->bhj", s, k))
        s += k.unsqueeze(-1) * d.unsqueeze(-2)
        return m.delta_output(name, x, torch.einsum("bhij,bhi->bhj", s, q))

    def attention(self, name, x, cache):
        m = self.m
        cos, sin = rope_tables(m.c, torch.full((x.shape[0],), self.at))
        q, gate, k, v = m.attention_inputs(name, x, cos, sin)
        for store, new in zip(cache, (k, v)):
            store[:, self.at] = new
        k, v = (t[:, : self.at + 1] for t in cache)
        q = q.unflatten(1, (k.shape[2], -1))
        weight = torch.einsum("bghd,btgd->bght", q, k) * q.shape[-1] ** -0.5
        o = torch.einsum("bght,btgd->bghd", weight.softmax(-1), v).flatten(1, 2)
        return m.linear(name + "o_proj", (o * torch.sigmoid(gate)).flatten(-2))

    @torch.no_grad()
    def step(self, ids):
        """Logits after one more token of every sequence."""
        m = self.m
        x = F.embedding(ids, m.p["embed_tokens.weight"])
        for i, kind in enumerate(m.types):
            p = f"layers.{i}."
            y = m.norm(p + "input_layernorm", x)
            if kind == "full_attention":
                x = x + self.attention(p + "self_attn.", y, self.state[i])
            else:
                x = x + self.delta_net(p + "linear_attn.", y, self.state[i])
            x = x + m.moe(p + "mlp.", m.norm(p + "post_attention_layernorm", x))
        self.at += 1
        return m.logits(m.norm("norm", x))
