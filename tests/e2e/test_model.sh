#!/bin/bash
# Finding, describing and making up models, as a user meets it: folders, hub ids, checkpoints that lack something, shapes alone.
. tests/e2e/lib.sh
sapling=$root/models/sapling
command -v python3 >/dev/null || { echo "skip models: no python3 to make them"; exit 0; }
unset HF_HUB_CACHE HF_HOME XDG_CACHE_HOME
quick="--limit 1 --forks 2 --max-tokens 12 --quiet"

# a cache as the hub's tools leave it: files of a snapshot are links
cache=$dir/hf/hub/models--someone--sapling commit=0123456789abcdef0123456789abcdef01234567
mkdir -p "$cache/refs" "$cache/blobs" "$cache/snapshots/$commit"
printf %s $commit >"$cache/refs/main"
for f in config.json tokenizer.json model.safetensors; do
	cp "$sapling/$f" "$cache/blobs/$f.blob"
	ln -s "../../blobs/$f.blob" "$cache/snapshots/$commit/$f"
done
export HF_HOME=$dir/hf
runs "a search with the embedded model" 0 "$coppice" search --out a $quick
runs "a hub id is found in the local cache" 0 "$coppice" search --model someone/sapling --out b $quick
equal "and gives the same run" "$(git -C a rev-parse HEAD)" "$(git -C b rev-parse HEAD)"
runs "with a revision" 0 "$coppice" model someone/sapling@main --json
equal "model names the snapshot" "$cache/snapshots/$commit" "$(field out dir)"
equal "and says that it can run" True "$(field out can_run)"
runs "tokenize takes it, too" 0 "$coppice" tokenize --model someone/sapling <<<'"int"'
says "an id that is not in the cache says what would download it" 3 "\`hf download someone/else\` would" "$coppice" search --model someone/else --out x
has "and where was looked" err "hf/hub/models--someone--else"
rm "$cache/blobs/model.safetensors.blob"
printf '{"weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors", "a": "model.safetensors"}}' >"$cache/snapshots/$commit/model.safetensors.index.json"
says "an incomplete download is named" 3 "model-00001-of-00002.safetensors and 1 other file are missing; \`hf download someone/sapling\` completes it" "$coppice" search --model someone/sapling --out x
says "model lists what is missing" 3 "\`hf download someone/sapling\` completes it" "$coppice" model someone/sapling --json
equal "shard by shard" "model-00001-of-00002.safetensors model.safetensors" "$(python3 -c 'import json; print(*[p["tensor"] for p in json.load(open("out"))["problems"] if "no such file" in p["problem"]])')"
[ -e x ] && not_ok "no run is left behind" || ok "no run is left behind"

rm "$cache/snapshots/$commit/model.safetensors.index.json"
for c in "model someone/sapling" "search --model someone/sapling --out x"; do
	says "one file that is not there yet: ${c%% *}" 3 "every *.safetensors is missing; \`hf download someone/sapling\` completes it" "$coppice" $c
done
mv "$cache/snapshots/$commit/config.json" kept.json
for c in "model someone/sapling" "search --model someone/sapling --out x"; do
	says "no config yet: ${c%% *}" 3 "config.json and 1 other file are missing; \`hf download someone/sapling\` completes it" "$coppice" $c
done

# one fault, one exit status
python3 -c 'import numpy; numpy.save("ids.npy", numpy.arange(3, 40))'
same() { # NAME STATUS PART: model and trace of ./m end alike, and say PART
	says "$1: model" $2 "$3" "$coppice" model m
	says "$1: trace" $2 "$3" "$coppice" trace --model m --ids ids.npy --out t
}
m() { rm -rf m; mkdir m; cp "$sapling"/*.json "$sapling"/*.safetensors m/; }
m; mv m/model.safetensors m/a.safetensors; printf '{"weight_map": {"a": "b.safetensors"}}' >m/model.safetensors.index.json
same "a missing shard" 3 "b.safetensors"
m; rm m/model.safetensors; ln -s nowhere m/model.safetensors
same "a link that leads nowhere" 3 "model.safetensors"
says "is one problem" 3 "1 problem, the first with model.safetensors" "$coppice" model m
has "and no index is spoken of" out "model.safetensors: a link that leads to no file"
m; rm m/model.safetensors; ln -s model.safetensors m/model.safetensors
same "a link to itself" 3 "model.safetensors"
m; rm m/config.json
same "no config" 3 "config.json"
says "no name: model" 2 "DIR is empty" "$coppice" model ""
says "no name: trace" 2 "--model is empty" "$coppice" trace --model "" --ids ids.npy --out t
says "two names" 2 "one model at a time" "$coppice" model m --model m
if [ "$(id -u)" != 0 ]; then
	m; chmod 0 m/config.json; same "a file that may not be read" 1 "Permission denied"
	m; chmod 0 m; same "a folder that may not be read" 1 "Permission denied"; chmod 700 m
else
	echo "skip permissions: this user may read everything"
fi
for c in model "trace --ids ids.npy --out t"; do
	says "compute fp8 without FP8 weights: ${c%% *}" 1 "no FP8 weights" "$coppice" $c --model "$root/tests/golden/models/plain" --compute fp8
done
m; rm m/*; cp "$root"/tests/golden/models/fp8fused/*.json "$root"/tests/golden/models/fp8fused/*.safetensors m/
python3 -c 'import json; j = json.load(open("m/config.json")); j["quantization_config"]["activation_scheme"] = "static"; json.dump(j, open("m/config.json", "w"))'
for c in model "trace --ids ids.npy --out t"; do
	says "compute fp8 where activations have fixed scales: ${c%% *}" 1 'activation_scheme is "static"' "$coppice" $c --model m --compute fp8
done
odd=$(printf 'm\377')
m; mv m "$odd"; runs "a path that is no UTF-8 is written all the same" 0 "$coppice" model "$odd" --json
python3 -c 'import json; j = json.load(open("out")); print(j["dir"] == "m\ufffd", j["can_run"])' >value
equal "with a replacement character" "True True" "$(cat value)"
rm -rf "$odd"
m
python3 - <<'P'
import json
j = json.load(open("m/tokenizer.json"))
j["added_tokens"].append(dict(j["added_tokens"][-1], id=100000, content="<|beyond|>"))
json.dump(j, open("m/tokenizer.json", "w"))
P
says "a tokenizer with ids beyond the embedding: model" 1 "the first with tokenizer.json" "$coppice" model m
has "is a problem that is listed" out "tokenizer.json: has ids up to"
says "a tokenizer with ids beyond the embedding: search" 1 "tokenizer.json has ids up to" "$coppice" search --model m --out x $quick
[ -e x ] && not_ok "and leaves no run" || ok "and leaves no run"
m; head -c 5 "$sapling/model.safetensors" >m/model.safetensors
says "a file of five bytes" 1 "1 problem" "$coppice" model m
for no in "made up" "touched by one" "forks that fit"; do
	grep -q "$no" out && not_ok "nothing is said of \"$no\"" || ok "nothing is said of \"$no\""
done

# a checkpoint that does not fit its config
mkdir bad && cp "$sapling"/*.json "$sapling"/*.safetensors bad/
python3 - <<'P'
import json
j = json.load(open("bad/config.json"))
t = j.get("text_config", j)
t["num_experts"] += 1
json.dump(j, open("bad/config.json", "w"))
P
says "an expert too few" 1 "cannot run" "$coppice" model bad --json --full
python3 - >value <<'P'
import json
j = json.load(open("out"))
layers, p = j["layers"], j["problems"]
missing = [x for x in p if x["problem"] == "is missing" and ".experts.64." in x["tensor"]]
shape = [x for x in p if "has the shape [64, 160]; config.json makes it [65, 160]" in x["problem"] and x["tensor"].endswith("mlp.gate.weight")]
print(len(missing) == 3 * layers, len(shape) == layers, len(p) == 4 * layers, j["can_run"])
P
equal "every tensor that is missing or misshapen is listed" "True True True False" "$(cat value)"
runs "the text shows the first twenty" 1 "$coppice" model bad
has "and says how many there are" out "and 12 more: --full lists them"
python3 - <<'P'
import json, struct
b = bytearray(open("bad/model.safetensors", "rb").read())
n = struct.unpack("<Q", b[:8])[0]
head = json.loads(b[8 : 8 + n])
name = next(k for k in head if k.endswith("layers.3.input_layernorm.weight"))
size = {"F32": 4, "BF16": 2}[head[name]["dtype"]]
at = 8 + n + head[name]["data_offsets"][0] + 5 * size
b[at : at + size] = b"\0\0\xc0\x7f"[-size:]
open("bad/model.safetensors", "wb").write(b)
P
cp "$sapling/config.json" bad/
runs "headers alone do not show a NaN" 0 "$coppice" model bad
says "--check does" 1 "layers.3.input_layernorm.weight" "$coppice" model bad --check
has "with the item" out "input_layernorm.weight holds a NaN, an infinity or an impossible scale, at item 5"

# weights that are numbers, and what they compute is none
overflow() { # TENSOR: in ./huge all of it becomes 3e38
	rm -rf huge && mkdir huge && cp "$sapling"/*.json "$sapling"/*.safetensors huge/
	python3 - "$1" <<'P'
import json, struct, sys
b = bytearray(open("huge/model.safetensors", "rb").read())
n = struct.unpack("<Q", b[:8])[0]
head = json.loads(b[8 : 8 + n])
t = next(head[k] for k in head if k.endswith(sys.argv[1]))
at = 8 + n + t["data_offsets"][0]
bits = struct.pack("<f", 3e38)
bits = bits if t["dtype"] == "F32" else bits[2:]
b[at : 8 + n + t["data_offsets"][1]] = bits * t["shape"][0]
open("huge/model.safetensors", "wb").write(b)
P
}
python3 -c 'import numpy; numpy.save("three.npy", numpy.arange(5, 8))'
overflow layers.1.post_attention_layernorm.weight
says "an overflow is named by trace" 1 "layer 1: the router's weights are no numbers at position 0" "$coppice" trace --model huge --ids three.npy --out nan
says "and by search" 1 "layer 1: the router's weights are no numbers" "$coppice" search --model huge --out nan-run $quick
overflow model.norm.weight
says "logits that are no numbers are named by trace" 1 "at position 0 is" "$coppice" trace --model huge --ids three.npy --out nan
says "and by search" 1 "the logits at position" "$coppice" search --model huge --out nan-run2 $quick
says "and by a search for the likeliest" 1 "of a path are no numbers" "$coppice" search --model huge --out nan-run3 --policy top-p $quick
[ -e nan ] && not_ok "trace writes nothing of it" || ok "trace writes nothing of it"

# shapes without weights
mkdir shape && cp "$sapling/config.json" shape/
python3 -c 'import numpy; numpy.save("ids.npy", numpy.arange(3, 40))'
says "a folder with only a config" 3 "no *.safetensors" "$coppice" trace --model shape --ids ids.npy --out t
for s in 1:1 1:2 2:1; do
	runs "trace of made-up weights, seed and threads $s" 0 "$coppice" trace --model shape --dummy-weights ${s%:*} --threads ${s#*:} --ids ids.npy --out t.$s
done
cmp -s t.1:1/logits.npy t.1:2/logits.npy && ok "threads change nothing" || not_ok "threads change nothing"
cmp -s t.1:1/logits.npy t.2:1/logits.npy && not_ok "the seed does" || ok "the seed does"
equal "logits are finite and differ" "True True" "$(python3 -c 'import numpy; a = numpy.load("t.1:1/logits.npy"); print(numpy.isfinite(a).all(), a.std() > 0.1)')"
says "search says that a tokenizer is missing" 3 "tokenizer.json" "$coppice" search --model shape --dummy-weights 1 --out x
says "made-up weights need a shape" 2 "--model DIR" "$coppice" search --dummy-weights 1 --out x
cp "$sapling/tokenizer.json" shape/
runs "with one it searches" 0 "$coppice" search --model shape --dummy-weights 1 --out d1 $quick
runs "another seed" 0 "$coppice" search --model shape --dummy-weights 2 --out d2 $quick
[ "$(git -C d1 rev-parse HEAD)" != "$(git -C d2 rev-parse HEAD)" ] && ok "is another run" || not_ok "is another run"
runs "verify recomputes it" 0 "$coppice" verify d1 --model shape --dummy-weights 1 --full --quiet
says "with another seed it is another model" 1 "another model" "$coppice" verify d1 --model shape --dummy-weights 2

# a prompt as it is begins as the tokenizer's post-processor says; the text that is stored is the prompt's own
mkdir mix && cp "$root/tests/golden/tokenizer/mixtral/tokenizer.json" mix/
python3 -c 'import json, sys; c = json.load(open(sys.argv[1])); c["vocab_size"] = 40000; json.dump(c, open("mix/config.json", "w"))' "$root/tests/golden/models/mixtral_two/config.json"
runs "a search with Mixtral's tokenizer" 0 "$coppice" search --model mix --dummy-weights 1 --out mixed $quick
node=$(git -C mixed log --format='%H %s' --all | sed -n 's/ .*: prompt$//p' | head -1)
git -C mixed cat-file blob "$node:tokens.npy" >tokens.npy && git -C mixed cat-file blob "$node:text" >text
equal "puts <s> before the prompt" "1 False" "$(python3 -c 'import numpy; a = numpy.load("tokens.npy"); print(a[0], a[1] == 1)')"
grep -q '<s>' text && not_ok "which is no part of its text" || ok "which is no part of its text"
runs "verify knows it" 0 "$coppice" verify mixed --model mix --dummy-weights 1 --quiet

# the published shapes: what they hold and need, in a moment
mkdir olmoe mixtral
cat >olmoe/config.json <<'J'
{"model_type": "olmoe", "torch_dtype": "bfloat16", "num_hidden_layers": 16, "hidden_size": 2048, "num_attention_heads": 16,
 "num_key_value_heads": 16, "num_experts": 64, "num_experts_per_tok": 8, "intermediate_size": 1024, "norm_topk_prob": false,
 "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "clip_qkv": null, "max_position_embeddings": 4096, "vocab_size": 50304,
 "tie_word_embeddings": false, "hidden_act": "silu"}
J
cat >mixtral/config.json <<'J'
{"model_type": "mixtral", "torch_dtype": "bfloat16", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,
 "num_key_value_heads": 8, "num_local_experts": 8, "num_experts_per_tok": 2, "intermediate_size": 14336, "rms_norm_eps": 1e-05,
 "rope_theta": 1000000.0, "sliding_window": null, "max_position_embeddings": 32768, "vocab_size": 32000, "tie_word_embeddings": false,
 "hidden_act": "silu"}
J
runs "the shape of OLMoE-1B-7B" 0 "$coppice" model olmoe --dummy-weights 0 --json
equal "has 6.92 billion parameters, 12.9 GiB and 128 KiB a token" "6919161856 13838323712 131072" "$(field out parameters) $(field out weight_bytes) $(field out kv_bytes_per_token)"
# a checkpoint far larger than memory: a file of holes behind real headers
python3 - <<'P'
import json, struct
c = json.load(open("mixtral/config.json"))
d, w, kv = 4096, 14336, 1024
shapes = {"model.embed_tokens.weight": [32000, d], "lm_head.weight": [32000, d], "model.norm.weight": [d]}
for i in range(32):
    p = f"model.layers.{i}."
    shapes |= {p + "input_layernorm.weight": [d], p + "post_attention_layernorm.weight": [d], p + "block_sparse_moe.gate.weight": [8, d]}
    shapes |= {p + f"self_attn.{n}_proj.weight": [kv if n in "kv" else d, d] for n in "qkvo"}
    for e in range(8):
        shapes |= {p + f"block_sparse_moe.experts.{e}.w{n}.weight": [d, w] if n == 2 else [w, d] for n in (1, 2, 3)}
head, at = {}, 0
for name, s in shapes.items():
    n = 2 * s[0] * (s[1] if len(s) > 1 else 1)
    head[name] = {"dtype": "BF16", "shape": s, "data_offsets": [at, at + n]}
    at += n
text = json.dumps(head).encode()
with open("mixtral/model.safetensors", "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text)
    f.truncate(8 + len(text) + at)
P
if [ -s mixtral/model.safetensors ]; then
	TIMEFORMAT='%U %S'
	{ time runs "a checkpoint of 87 GiB" 0 "$coppice" model mixtral --json; } 2>spent
	equal "is described from its headers" "46702792704 93405585408 True" "$(field out parameters) $(field out weight_bytes) $(field out can_run)"
	equal "in less than a second of the processor" yes "$(awk -v most="${COPPICE_SAN:+10}" '{print ($1 + $2 < (most ? most : 1) ? "yes" : $1 + $2)}' spent)"
else
	echo "skip a checkpoint of 87 GiB: this file system takes no file of that size"
fi
