#!/bin/bash
# usage: tools/cuda_launches.sh COPPICE-SHIM: lines "threads shared kernel", the most that each kernel is launched with at the shapes of the
# headline model. Nothing is computed: the shim notes launches and runs none (SHIM_DRY), on a device as large as an H200.
set -eu
noted=$(mktemp)
trap 'rm -f "$noted"' EXIT
for compute in fp8 bf16; do
	SHIM_DRY=$noted "$1" bench kernels --backend cuda --compute $compute --model benchmarks/shapes/qwen3.5-35b-a3b-fp8 --dummy-weights 1 \
		--forks 1,16,64,256 --prompt 4096 --peak 0 --quiet --csv >/dev/null
	nm -C "$1" | awk -v noted="$noted" '
		BEGIN { while ((getline line < noted) > 0) { split(line, w, " "); launch[w[1]] = w[2] " " w[3] } }
		{ at = $1; sub(/^0+/, "", at) }
		at in launch { name = $0; sub(/^[0-9a-f]+ . /, "", name); sub(/^void /, "", name); sub(/\(.*/, "", name); gsub(/, /, ",", name); print launch[at], name }'
done | awk '{ t[$3] = $1; if ($2 + 0 >= s[$3] + 0) s[$3] = $2 } END { for (k in t) print t[k], s[k], k }' | sort -k 3
