"""The corpus of fuzz_model: tiny models as its inputs (u16 n | config.json | safetensors), whole and broken, one way each.

usage: python3 tests/fuzz/model_input.py tests/fuzz/corpus/model
"""
import json, os, struct, sys


def tensors(config, per_expert=True, storage="BF16"):
    """Names and shapes of a model of that config: olmoe, or qwen3_5_moe of one attention layer."""
    d, v, e, w = config["hidden_size"], config["vocab_size"], config["num_experts"], config.get("intermediate_size", config.get("moe_intermediate_size"))
    hd = config.get("head_dim", d // config["num_attention_heads"])
    q, kv = config["num_attention_heads"] * hd, config["num_key_value_heads"] * hd
    olmoe = config["model_type"] == "olmoe"
    out = {"model.embed_tokens.weight": [v, d], "model.norm.weight": [d], "lm_head.weight": [v, d]}
    for i in range(config["num_hidden_layers"]):
        p = f"model.layers.{i}."
        out |= {p + "input_layernorm.weight": [d], p + "post_attention_layernorm.weight": [d]}
        out |= {p + "self_attn.q_proj.weight": [q if olmoe else 2 * q, d], p + "self_attn.k_proj.weight": [kv, d],
                p + "self_attn.v_proj.weight": [kv, d], p + "self_attn.o_proj.weight": [d, q]}
        out |= {p + "self_attn.q_norm.weight": [q if olmoe else hd], p + "self_attn.k_norm.weight": [kv if olmoe else hd]}
        out[p + "mlp.gate.weight"] = [e, d]
        if not per_expert:
            out |= {p + "mlp.experts.gate_up_proj": [e, 2 * w, d], p + "mlp.experts.down_proj": [e, d, w]}
        for x in range(e if per_expert else 0):
            out |= {p + f"mlp.experts.{x}.gate_proj.weight": [w, d], p + f"mlp.experts.{x}.up_proj.weight": [w, d],
                    p + f"mlp.experts.{x}.down_proj.weight": [d, w]}
        if not olmoe:
            s = config["shared_expert_intermediate_size"]
            out |= {p + "mlp.shared_expert.gate_proj.weight": [s, d], p + "mlp.shared_expert.up_proj.weight": [s, d],
                    p + "mlp.shared_expert.down_proj.weight": [d, s], p + "mlp.shared_expert_gate.weight": [1, d]}
    out = {name: [storage, shape] for name, shape in out.items()}
    if "quantization_config" in config:
        r, c = config["quantization_config"]["weight_block_size"]
        for name, (_, shape) in list(out.items()):
            if "_proj" in name:
                out[name][0] = "F8_E4M3"
                out[name + "_scale_inv"] = ["F32", shape[:-2] + [-(-shape[-2] // r), -(-shape[-1] // c)]]
    return out


def safetensors(model, plant=None):
    size = {"F32": 4, "BF16": 2, "F16": 2, "F8_E4M3": 1, "I32": 4}
    header, data = {}, b""
    for name, (dtype, shape) in model.items():
        n = 1
        for s in shape:
            n *= s
        item = {"F32": struct.pack("<f", 0.5), "BF16": b"\x00\x3f", "F16": b"\x00\x38", "F8_E4M3": b"\x30", "I32": b"\1\0\0\0"}[dtype]
        body = bytearray(item * n)
        if plant and name == plant[0]:
            body[: len(plant[1])] = plant[1]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + n * size[dtype]]}
        data += bytes(body)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def write(folder, name, config, file):
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    with open(os.path.join(folder, name), "wb") as f:
        f.write(struct.pack("<H", len(text)) + text + file)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    olmoe = {"model_type": "olmoe", "dtype": "bfloat16", "hidden_size": 6, "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1,
             "num_experts": 2, "num_experts_per_tok": 1, "intermediate_size": 3, "rms_norm_eps": 1e-5, "rope_theta": 1e4, "vocab_size": 5,
             "max_position_embeddings": 16}
    qwen = {"model_type": "qwen3_5_moe_text", "hidden_size": 6, "num_hidden_layers": 1, "layer_types": ["full_attention"], "num_attention_heads": 2,
            "num_key_value_heads": 1, "head_dim": 8, "num_experts": 2, "num_experts_per_tok": 1, "moe_intermediate_size": 3,
            "shared_expert_intermediate_size": 4, "rms_norm_eps": 1e-5, "rope_theta": 1e4, "vocab_size": 5, "max_position_embeddings": 16}
    fp8 = qwen | {"quantization_config": {"quant_method": "fp8", "weight_block_size": [2, 4]}}
    o, q, f = tensors(olmoe), tensors(qwen, per_expert=False, storage="F32"), tensors(fp8)
    whole = safetensors(o)
    write(folder, "olmoe", olmoe, whole)
    write(folder, "fused", qwen, safetensors(q))
    write(folder, "fp8", fp8, safetensors(f))
    write(folder, "fp8_fused", fp8, safetensors(tensors(fp8, per_expert=False)))
    write(folder, "no_tensors", olmoe, safetensors({}))
    write(folder, "no_file", olmoe, b"")
    write(folder, "cut", olmoe, whole[:-7])
    write(folder, "cut_header", olmoe, whole[:100])
    write(folder, "config_cut", json.dumps(olmoe).encode()[:-9], whole)
    write(folder, "one_missing", olmoe, safetensors({k: v for k, v in o.items() if "q_norm" not in k}))
    write(folder, "half_fused", qwen, safetensors({k: v for k, v in q.items() if "gate_up" not in k}))
    write(folder, "unknown", olmoe, safetensors(o | {"model.layers.0.bias": ["F32", [3]]}))
    write(folder, "misshapen", olmoe | {"intermediate_size": 4}, whole)
    write(folder, "too_many_layers", olmoe | {"num_hidden_layers": 512}, whole)
    write(folder, "too_many_experts", olmoe | {"num_experts": 1024}, whole)
    write(folder, "experts_over_the_limit", olmoe | {"num_experts": 1025}, whole)
    write(folder, "integers", olmoe, safetensors({k: ["I32", s] for k, (_, s) in o.items()}))
    write(folder, "other_family", olmoe | {"model_type": "mixtral", "num_local_experts": 2}, whole)
    write(folder, "nan", olmoe, safetensors(o, ("model.norm.weight", b"\xc0\x7f")))
    write(folder, "scale_nan", fp8, safetensors(f, ("model.layers.0.self_attn.o_proj.weight_scale_inv", b"\0\0\xc0\x7f")))
    write(folder, "scale_missing", fp8, safetensors({k: v for k, v in f.items() if "o_proj.weight_scale" not in k}))
    write(folder, "scale_misshapen", fp8 | {"quantization_config": {"quant_method": "fp8", "weight_block_size": [3, 4]}}, safetensors(f))
    write(folder, "scale_alone", qwen, safetensors(tensors(qwen) | {"model.layers.0.self_attn.o_proj.weight_scale_inv": ["F32", [1, 1]]}))
    write(folder, "blocks_unknown", qwen, safetensors(f))
    write(folder, "unaligned", qwen, safetensors({"mtp.x": ["F8_E4M3", [1]]} | tensors(qwen, storage="F32")))


main(sys.argv[1])
