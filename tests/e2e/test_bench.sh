#!/bin/bash
# coppice bench: what it prints is consistent with itself, the same tokens give the same hashes, and wrong usage is named before anything
# is measured. No time is judged here.
. tests/e2e/lib.sh
command -v python3 >/dev/null || { echo "skip bench: no python3 to read what it prints"; exit 0; }
export TMPDIR=$dir/tmp
mkdir "$TMPDIR" empty
tiny="--prompt 40 --max-tokens 5 --repeats 2"
holds() { # NAME: the lines of Python on standard input, with j the object in ./out, must not raise
	if python3 -c 'import json, math, sys
def near(a, b, e=1e-6): assert abs(a - b) <= e * max(1, abs(b)), (a, b)
j = json.load(open("out")) if open("out").read(1) == "{" else None
exec(sys.stdin.read())' 2>why; then ok "$1"; else not_ok "$1" "$(tail -1 why)"; fi
}

# -- engine --
runs "bench measures the engine" 0 "$coppice" bench $tiny --forks 1,6 --json
holds "runs: a prompt, and each number of forks with and without capture" <<'P'
assert [(r["scenario"], r["forks"], r["capture"]) for r in j["runs"]] == [("prefill", 0, False)] + [("decode", n, c) for n in (1, 6) for c in (False, True)]
assert j["bench"] == "engine" and j["prompt"] == 40 and j["max_tokens"] == 5 and j["repeats"] == 2 and j["model"]["experts"] == 64
P
holds "the peak is measured, and shares are of it" <<'P'
p = j["peak"]
near(p["gb_per_s"], max(p["reading_gb_per_s"], p["copying_gb_per_s"]))
assert not p["given"] and p["buffer_bytes"] >= 1 << 20
for r in j["runs"]:
    near(r["share_of_peak"], r["gb_per_s"] / p["gb_per_s"])
    near(r["gb_per_s"], r["gb"] / r["seconds"])
    near(r["tokens_per_s"], r["tokens"] / r["seconds"])
    near(r["ms_per_step"], 1e3 * r["seconds"] / r["steps"])
P
holds "tokens and distinct experts are counted" <<'P'
one, six = j["runs"][1], j["runs"][3]
assert one["tokens"] == 5 and six["tokens"] == 30 and j["runs"][0]["tokens"] == 40
assert one["distinct_experts_per_layer"] == 8 and 8 < six["distinct_experts_per_layer"] <= 48
assert j["runs"][0]["distinct_experts_per_layer"] is None
m = j["memory"]
assert m["peak_bytes"] > m["weight_bytes"] == j["model"]["weight_bytes"] and m["kv_positions"] == 40 + 6 * 5
P
holds "capture changes no logits" <<<'assert j["runs"][1]["check_hash"] == j["runs"][2]["check_hash"] != j["runs"][3]["check_hash"]'
mv out first.json
runs "once more, by one thread, against a peak that is given" 0 "$coppice" bench engine $tiny --forks 1,6 --json --threads 1 --peak 12.5 --quiet
[ -s err ] && not_ok "--quiet says nothing" || ok "--quiet says nothing"
holds "gives the same hashes" <<<'assert [r["check_hash"] for r in j["runs"]] == [r["check_hash"] for r in json.load(open("first.json"))["runs"]]'
holds "and shares of that peak" <<<'assert j["peak"]["given"] and j["peak"]["reading_gb_per_s"] is None
for r in j["runs"]: near(r["share_of_peak"], r["gb_per_s"] / 12.5)'
runs "another seed" 0 "$coppice" bench $tiny --forks 6 --json --seed 1 --peak 0
holds "is other tokens, and without a peak there are no shares" <<<'assert j["runs"][1]["check_hash"] != json.load(open("first.json"))["runs"][3]["check_hash"] and j["runs"][1]["share_of_peak"] is None'
runs "the table" 0 "$coppice" bench $tiny --forks 2 --peak 1000
has "says what it is of" out "sapling (qwen3_5_moe): 8 layers of 64 experts, 8 a token"
has "and of which peak" out "shares are of 1000.0 GB/s, as --peak says"
runs "CSV" 0 "$coppice" bench $tiny --forks 2 --csv --peak 1000
python3 - >value <<'P'
import csv
rows = list(csv.DictReader(l for l in open("out") if not l.startswith("#")))
print([r["scenario"] for r in rows], all(len(r["check_hash"]) == 16 and float(r["share_of_peak"]) < 1 and None not in r.values() for r in rows))
P
equal "has a row each" "['prefill', 'decode', 'decode'] True" "$(cat value)"
mkdir shape && cp "$root/models/sapling/config.json" shape/
runs "a shape without its checkpoint" 0 "$coppice" bench --model shape --dummy-weights 3 $tiny --forks 2 --json --peak 0
equal "is made up" True "$(field out model.made_up)"

# -- fork --
runs "bench measures forks" 0 "$coppice" bench fork $tiny --forks 6,16 --json --peak 20
holds "siblings in more groups touch more experts" <<'P'
assert [s["forks"] for s in j["siblings"]] == [6, 16]
assert [p["groups"] for p in j["siblings"][0]["points"]] == [1, 2, 4, 6] and [p["groups"] for p in j["siblings"][1]["points"]] == [1, 2, 4, 8, 16]
for s in j["siblings"]:
    d = [p["distinct_experts_per_layer"] for p in s["points"]]
    assert d[0] == 8 and d == sorted(set(d)) and d[-1] <= 64, d
P
holds "the line is the least squares of the points that are printed" <<'P'
for s in j["siblings"]:
    x, y = [p["distinct_experts_per_layer"] for p in s["points"]], [p["ms_per_step"] for p in s["points"]]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    b = sum((u - mx) * (v - my) for u, v in zip(x, y)) / sum((u - mx) ** 2 for u in x)
    left = sum((v - my - b * (u - mx)) ** 2 for u, v in zip(x, y))
    near(s["line"]["b_ms_per_expert"], b)
    near(s["line"]["a_ms"], my - b * mx)
    near(s["line"]["r2"], 1 - left / sum((v - my) ** 2 for v in y))
P
holds "shares are of the peak" <<'P'
for s in j["siblings"]:
    for p in s["points"] + [s["first_steps"]]:
        near(p["share_of_peak"], p["gb_per_s"] / 20)
        near(p["gb_per_s"], p["mb_per_step"] / p["ms_per_step"])
    assert s["us_per_fork"] > 0 and s["first_steps"]["steps"] == 16
P
runs "one fork alone" 0 "$coppice" bench fork $tiny --forks 1 --json --peak 0
holds "has no line" <<<'assert j["siblings"][0]["line"] is None and len(j["siblings"][0]["points"]) == 1'
runs "its table says so" 0 "$coppice" bench fork $tiny --forks 1 --peak 0
has "in words" out "no line through it"
forked="$tiny --forks 5 --peak 0"
runs "what first steps came to is kept" 0 "$coppice" bench fork $forked --save first.kept
runs "and is the same once more" 0 "$coppice" bench fork $forked --against first.kept --json
holds "to the bit" <<<'c = j["compared"]; assert c["logits_apart"] == 0 and c["routes_same"] == 1; near(c["state_mb_per_step"], c["own_state_mb_per_step"])'
runs "siblings that share their states" 0 "$coppice" bench fork $forked --state shared --against first.kept --json
holds "round otherwise and move less" <<<'c = j["compared"]; assert 0 < c["logits_apart"] < 0.1 and c["routes_same"] > 0.9 and 0 < c["state_mb_per_step"] < c["own_state_mb_per_step"]'
says "other siblings are refused" 1 "first.kept holds" "$coppice" bench fork $tiny --forks 6 --against first.kept
says "another seed is refused" 1 "is of another model, prompt, seed" "$coppice" bench fork $forked --seed 5 --against first.kept
says "something that is not there" 3 "nothing.kept" "$coppice" bench fork $forked --against nothing.kept

# -- the plot --
if command -v gnuplot >/dev/null; then
	for kind in svg png; do
		runs "a plot as $kind" 0 "$coppice" bench fork $tiny --forks 2,6 --peak 0 --plot step.$kind --json --quiet
		[ -s step.$kind ] && ok "is there" || not_ok "is there"
	done
	has "with its words" step.svg "milliseconds a step"
	has "and the line in them" step.svg "6 forks: "
	[ -z "$(ls -A "$TMPDIR")" ] && ok "nothing else is left" || not_ok "nothing else is left" "$(ls "$TMPDIR")"
else
	echo "skip the plot: gnuplot is not installed"
fi
says "no gnuplot" 3 "gnuplot-nox" env PATH="$dir/empty" "$coppice" bench fork $forked --plot none.svg
says "no picture's name" 2 "--plot takes a FILE.svg, .png or .pdf, not 'step.txt'" "$coppice" bench fork --plot step.txt
unmeasured() { [ -s out ] && not_ok "before anything is measured" || ok "before anything is measured"; }
if command -v gnuplot >/dev/null; then
	says "a plot that cannot be written" 1 "nowhere/x.svg" "$coppice" bench fork $forked --plot nowhere/x.svg
	unmeasured
fi
says "steps that cannot be kept" 1 "nowhere/x" "$coppice" bench fork $forked --save nowhere/x
unmeasured

# -- kernels --
runs "bench measures kernels" 0 "$coppice" bench kernels --prompt 40 --forks 3 --json --threads 2
holds "each at the model's shapes" <<'P'
ops = [o["op"] for o in j["operations"]]
assert ops[:12] == ["embed", "norm", "matmul", "gdn", "matmul", "matmul", "attention", "matmul", "matmul", "route", "experts", "matmul"], ops
assert ops[12:] == ["matmul", "gdn", "matmul", "matmul", "attention", "matmul", "matmul", "experts"], ops # again, of a prompt's chunk
assert [o["of"] for o in j["operations"]] == 12 * ["forks"] + 8 * ["prompt"]
assert j["operations"][0]["shape"] == "bf16 1024x160" and j["operations"][2]["shape"].startswith("qkv z a b: fp8")
for o in j["operations"]:
    near(o["gb_per_s"], 1e3 * o["mb"] / o["min_us"])
    near(o["share_of_peak"], o["gb_per_s"] / j["peak"]["gb_per_s"])
    assert o["rows"] == (3 if o["of"] == "forks" else 40) and o["mb"] > 0 and o["min_us"] <= o["median_us"]
P
mv out kernels.json
runs "by one thread" 0 "$coppice" bench kernels --prompt 40 --forks 3 --json --threads 1 --peak 0
holds "the same hashes" <<<'assert [o["check_hash"] for o in j["operations"]] == [o["check_hash"] for o in json.load(open("kernels.json"))["operations"]]'
runs "one operation, of numbers of rows, of a shape" 0 "$coppice" bench kernels --op experts --forks 1,2 --model shape --dummy-weights 1 --compute fp8 --csv --peak 0
equal "has its rows" "experts,1,forks experts,2,forks experts,64,prompt" \
	"$(python3 -c 'import csv; print(*[",".join((r["op"], r["rows"], r["of"])) for r in csv.DictReader(l for l in open("out") if l[0] != "#")])')"
shim=$build/coppice-shim
if [ -x "$shim" ]; then
	runs "on a device, as the host shim has it" 0 "$shim" bench kernels --backend cuda --op norm --forks 2 --peak 0
	runs "the engine on a device" 0 "$shim" bench --backend cuda --prompt 2 --forks 1 --max-tokens 1 --repeats 1 --json
	holds "counts experts and memory's speed there, too" <<<'assert j["runs"][2]["distinct_experts_per_layer"] == 8 and j["peak"]["copying_gb_per_s"] == j["peak"]["gb_per_s"] > 0'
else
	echo "skip bench on a device: there is no $shim"
fi

# -- wrong usage: one line, and nothing is measured --
says "another part" 2 "bench measures engine, fork or kernels, not 'disk'" "$coppice" bench disk
says "two parts" 2 "one argument too many" "$coppice" bench engine fork
for forks in 0 abc 1,,2 1,x 4097 "8 " ,; do
	says "--forks '$forks'" 2 "--forks takes whole numbers from 1 to 4096, separated by commas, not '$forks'" "$coppice" bench --forks "$forks"
done
says "a list that is too long" 2 "--forks takes 16 numbers at most" "$coppice" bench --forks 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
says "a plot of the engine" 2 "bench engine has no --plot" "$coppice" bench --plot x.svg
says "repeats of kernels" 2 "bench kernels has no --repeats" "$coppice" bench kernels --repeats 2
says "an operation of forks" 2 "bench fork has no --op" "$coppice" bench fork --op norm
says "an operation that is none" 2 "--op takes one of" "$coppice" bench kernels --op fft
says "an operation that this model lacks" 2 "has no quantise" "$coppice" bench kernels --op quantise
says "two forms" 2 "--csv and --json" "$coppice" bench --csv --json
says "several numbers of forks to keep" 2 "--save is of one number of forks" "$coppice" bench fork --forks 2,4 --save x
says "a prompt that is longer than the model's" 1 "positions" "$coppice" bench --prompt 5000
says "a model that is not there" 3 "nowhere" "$coppice" bench fork --model nowhere
if "$coppice" bench kernels --op norm --backend cuda --peak 0 >out 2>err; then
	echo "skip no GPU: there is one"
else
	for part in engine fork kernels; do
		says "no GPU: $part" 3 'the backend "cuda"' "$coppice" bench $part --backend cuda
	done
fi
says "a standard output that is closed" 1 "standard output" bash -c "'$coppice' bench $tiny --forks 1 --peak 0 --json >/dev/full"
[ -z "$(ls x x.svg none.svg step.txt 2>/dev/null)" ] && ok "what failed leaves no file" || not_ok "what failed leaves no file"

# -- the program that links nothing else --
if [ -x "$build/benchmarks/bench_alone" ]; then
	runs "bench_alone takes the same" 0 "$build/benchmarks/bench_alone" engine $tiny --forks 1 --peak 0 --json
	holds "and gives the same" <<<'assert j["runs"][1]["check_hash"] == json.load(open("first.json"))["runs"][1]["check_hash"]'
	runs "compare.sh measures two builds beside each other" 0 "$root/benchmarks/compare.sh" "$build/benchmarks/bench_alone" "$build/benchmarks/bench_alone" $tiny --forks 2 --peak 1
	holds "in rows, with their ratio" <<'P'
rows = [line.split(",") for line in open("out").read().splitlines() if line[0] != "#"]
assert rows[0] == "scenario,forks,capture,old_seconds,new_seconds,times_as_fast,same_bits".split(",")
assert [r[:3] for r in rows[1:]] == [["prefill", "0", "off"], ["decode", "2", "off"], ["decode", "2", "on"]]
assert all(r[6] == "yes" and abs(float(r[3]) / float(r[4]) - float(r[5])) < 0.001 for r in rows[1:])
P
	says "compare.sh of a program that fails" 1 "--forks" "$root/benchmarks/compare.sh" "$build/benchmarks/bench_alone" "$build/benchmarks/bench_alone" --forks 0
	if ldd "$build/benchmarks/bench_alone" | grep -q 'libgit2\|libpcre2'; then not_ok "without libgit2 and libpcre2"; else ok "without libgit2 and libpcre2"; fi
else
	echo "skip bench_alone: it is not built (make benches)"
fi
