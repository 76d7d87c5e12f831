#!/bin/bash
# usage: make gpu-check, or BUILD=build tests/cuda/gpu_check.sh once `make gpu-programs` has built: needs an NVIDIA GPU.
#   1. every kernel against ref, and the determinism contract to the bit (the tests that run on the host shim without a GPU)
#   2. tiny models of each family, prefill, steps and forks, against float64 and against themselves
#   3. compute-sanitizer: memory, and races in shared memory
#   4. the figures, appended to benchmarks/results/ (benchmarks/gpu_bench.sh); GPU_BENCH=0 leaves them out
# Ends with a line of what passed and failed. Exit status 3 where there is no GPU. Under ten minutes on an H100 or H200.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
nvidia-smi -L >/dev/null 2>&1 || { echo "gpu_check: no NVIDIA GPU here (nvidia-smi finds none)" >&2; exit 3; }
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
failed=0

# What went wrong first, and how it ended.
excerpt() { # FILE
	grep -v '^\[ RUN\|^\[       OK' "$1" | awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++) if (i <= 15 || i > NR - 8) print "    " line[i] }'
}

# Once more, each launch waited for: an illegal access then names its kernel, and what passes so has kernels that meet.
serially() { # LOG COMMAND...
	local log=$1
	shift
	if CUDA_LAUNCH_BLOCKING=1 timeout 60 "$@" >"$log" 2>&1; then
		echo "    -- passes with CUDA_LAUNCH_BLOCKING=1"
	else
		echo "    -- with CUDA_LAUNCH_BLOCKING=1 (status $?):"
		excerpt "$log"
	fi
}

step() { # NAME SECONDS COMMAND...
	local name=$1 limit=$2 begun=$SECONDS log
	shift 2
	log=$(mktemp)
	if timeout "$limit" "$@" >"$log" 2>&1; then
		printf 'ok     %-44s %4d s\n' "$name" $((SECONDS - begun))
	else
		printf 'FAILED %-44s %4d s (status %d)\n' "$name" $((SECONDS - begun)) $?
		excerpt "$log"
		failed=$((failed + 1))
		[ -z "$again" ] || serially "$log" "$@"
	fi
	rm -f "$log"
}

export COPPICE_GPU=1
tests=0 again=1
for t in "$build"/gpu/tests/cuda/test_*; do
	name=$(basename "$t")
	[ -x "$t" ] && [ "${name%.*}" = "$name" ] && step "$name" 150 "$t" && tests=$((tests + 1))
done
[ $tests -gt 0 ] || { echo "gpu_check: there are no tests in $build/gpu/tests/cuda: make gpu-programs first" >&2; exit 1; }
for t in test_groups test_tiles test_trials; do # once more as if the device were small: by the variants for large products
	COPPICE_SMS=4 step "$t, by large tiles" 150 "$build/gpu/tests/cuda/$t"
done
unset COPPICE_GPU # of whole passes the small set
again=
# In some sandboxes the tool is there and knows no device.
sanitizer_works() {
	command -v compute-sanitizer >/dev/null || return 1
	! COPPICE_SAN=1 COPPICE_TRIALS=norm timeout 100 compute-sanitizer "$build/gpu/tests/cuda/test_trials" 2>&1 | grep -qi 'device not supported'
}
if sanitizer_works; then # the small ones: the tool is slow
	for tool in memcheck racecheck; do # passes of whole models are in memory of the device's own, each buffer apart
		[ $tool = memcheck ] && passes='*' || passes='a_fork*'
		[ $tool = memcheck ] && calls="--report-api-errors no" || calls= # a test makes the runtime refuse things; cu_result sees to the others
		# shellcheck disable=SC2086
		COPPICE_GPU=1 COPPICE_SAN=1 COPPICE_TRIALS="norm quantise route matmul experts attention gdn gdn_ring pages" \
			step "$tool, kernels" 150 compute-sanitizer --tool $tool $calls --error-exitcode 9 "$build/gpu/tests/cuda/test_trials"
		# shellcheck disable=SC2086
		COPPICE_ONLY=$passes step "$tool, passes" 120 compute-sanitizer --tool $tool $calls --error-exitcode 9 "$build/gpu/tests/cuda/test_passes"
	done
else
	echo "compute-sanitizer is not here, or knows no device: memory and races were not checked"
fi
[ "${GPU_BENCH:-1}" = 0 ] || step "figures" 300 benchmarks/gpu_bench.sh
[ $failed -eq 0 ] && echo "gpu_check: all passed" || echo "gpu_check: $failed failed"
[ $failed -eq 0 ]
