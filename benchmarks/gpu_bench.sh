#!/bin/bash
# usage: make gpu-bench, or BUILD=build benchmarks/gpu_bench.sh once `make gpu-programs` has built: needs an NVIDIA GPU.
# The headline's full shape (Qwen3.5-35B-A3B-FP8) with made-up weights, a shared prefix of 4,096 tokens:
#   - prefill and decode at 1, 8, 64, 128 and 256 forks, capture off and on, as shares of the memory's speed measured in the same run;
#     at 128 with shared states, too
#   - the rate of bf16 matrix products (torch, if it is here), for prefill to be held against
#   - every operation at that shape, at 1, 64 and 256 rows
#   - making forks, their first steps with states of their own and with shared checkpoints, step time against distinct experts
#   - HF transformers beside the engine at 32 sequences on two small shapes (if transformers is here)
# Appended to benchmarks/results/DEVICE.csv with commit and commands. About four minutes on an H200; a card with less than 100 GB
# gets fewer forks (GPU_FORKS and GPU_SIBLINGS say which). GPU_HF=0 leaves out HF, GPU_REPEATS=1 measures each figure of forks' costs once, and
# GPU_COMMIT names the commit where there is no repository, GPU_HF_SECONDS bounds each run of HF (300).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
bench=$build/benchmarks/bench_alone # coppice bench, for machines that lack what the rest of coppice links
nvidia-smi -L >/dev/null 2>&1 || { echo "gpu_bench: no NVIDIA GPU here (nvidia-smi finds none)" >&2; exit 3; }
name=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -1)
memory=$(nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | head -1)
out=benchmarks/results/$(echo "$name" | tr 'A-Z ' 'a-z-').csv
shape=benchmarks/shapes/qwen3.5-35b-a3b-fp8
if [ "$memory" -gt 100000 ]; then few=64,256; forks=1,8,64,128,256; else few=64; forks=1,8,64,128; fi
forks=${GPU_FORKS:-$forks} few=${GPU_SIBLINGS:-$few} repeats=${GPU_REPEATS:-3}
dummy="--backend cuda --compute fp8 --model $shape --dummy-weights 1"
saved=$(mktemp)
trap 'rm -f "$saved" "$said"' EXIT

say() { echo "# $*" | tee -a "$out"; }
# What a measurement says goes to the results when it succeeds; else it is an error, and the rest is measured all the same.
# What HF says of itself, whatever version is here, is no error of ours (counts=0).
failed=0 counts=1 said=$(mktemp)
run() {
	say "$*"
	if "$@" >"$said" 2>&1; then
		tee -a "$out" <"$said"
	else
		local status=$?
		[ "$counts" = 1 ] || sed 's/^/# until it ended: /' "$said" | grep -E 'tokens/s|not possible' | tee -a "$out" || true
		say "FAILED with status $status: $(tail -1 "$said")"
		failed=$((failed + counts))
	fi
}

say "commit ${GPU_COMMIT:-$(git rev-parse --short HEAD 2>/dev/null || echo unknown)}, $name, $memory MiB, driver $(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -1)"
# shellcheck disable=SC2086
run "$bench" engine $dummy --prompt 4096 --forks "$forks" --max-tokens 64 --csv --quiet
# shellcheck disable=SC2086
run "$bench" engine $dummy --prompt 4096 --forks 128 --max-tokens 64 --repeats "$repeats" --state shared --csv --quiet
python3 - <<'PY' 2>/dev/null | tee -a "$out" || say "no torch here: the rate of bf16 matrix products was not measured"
import torch
a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))
for _ in range(3):
    a @ b
start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
start.record()
for _ in range(20):
    a @ b
end.record()
torch.cuda.synchronize()
print("# bf16 matrix products of 8192 cubed: %.0f TFLOP/s (torch %s)" % (2 * 8192**3 * 20 / start.elapsed_time(end) / 1e9, torch.__version__))
PY
counts=0
if [ "${GPU_HF:-1}" = 0 ]; then
	say "HF was left out"
elif python3 -c 'import transformers, torch; torch.zeros(1).cuda()' 2>/dev/null; then
	run timeout "${GPU_HF_SECONDS:-300}" python3 benchmarks/hf_generate.py --device cuda --bench "$bench"
	run timeout "${GPU_HF_SECONDS:-300}" python3 benchmarks/hf_generate.py --device cuda --dummy --model benchmarks/shapes/qwen3.5-mid --bench "$bench"
else
	say "no transformers here: HF was not measured"
fi
counts=1
for n in ${few//,/ }; do
	# shellcheck disable=SC2086
	run "$bench" fork $dummy --prompt 4096 --forks "$n" --max-tokens 16 --repeats "$repeats" --csv --quiet --state own --save "$saved"
	# shellcheck disable=SC2086
	run "$bench" fork $dummy --prompt 4096 --forks "$n" --max-tokens 16 --repeats "$repeats" --csv --quiet --state shared --against "$saved"
done
# shellcheck disable=SC2086
run "$bench" kernels $dummy --prompt 4096 --forks 1,64,256 --csv --quiet
echo "gpu_bench: appended to $out" >&2
[ "$failed" -eq 0 ] || { echo "gpu_bench: $failed measurements failed: $out says which" >&2; exit 1; }
