#!/bin/bash
# usage: benchmarks/compare.sh OLD NEW [options of `coppice bench engine`]
# Two builds of bench_alone, measured side by side: old, new, new, old. For each row the less time of both runs of each, how many times
# as fast the new one is, and whether the hashes of the last logits are the same: where they are not, the arithmetic has changed. A row that
# one of them does not have has neither.
# On a GPU, with builds of two commits (docs/cuda.md says how to take them along), in two minutes:
#   benchmarks/compare.sh old/bench_alone new/bench_alone --backend cuda --compute fp8 --model benchmarks/shapes/qwen3.5-35b-a3b-fp8 \
#       --dummy-weights 1 --prompt 4096 --forks 1,8,128,256 --max-tokens 32
set -euo pipefail
usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; }
[ "${1-}" = --help ] && { usage; exit; }
[ $# -ge 2 ] || { usage >&2; exit 2; }
old=$1 new=$2
shift 2
said=$(mktemp) one=$(mktemp)
trap 'rm -f "$said" "$one"' EXIT
for turn in old new new old; do
	program=$old
	[ $turn = old ] || program=$new
	echo "compare: $turn ..." >&2
	if ! "$program" engine "$@" --csv --quiet >"$one" 2>&1; then
		echo "compare: $program (a build of bench_alone?) failed:" >&2
		tail -3 "$one" >&2
		exit 1
	fi
	grep -q '^scenario,' "$one" || { echo "compare: $program measured nothing: it is no bench_alone" >&2; exit 1; }
	sed "s/^/$turn,/" "$one" >>"$said"
done
echo "# old $old, new $new: bench engine $*"
sed -n 's/^new,\(# .* gives .*\)/\1/p' "$said" | tail -1
awk -F, -v OFS=, '
	$2 == "scenario" { for (i = 2; i <= NF; i++) at[$i] = i; next }
	$2 ~ /^#/ || !("seconds" in at) { next }
	{
		row = $at["scenario"] OFS $at["forks"] OFS $at["capture"]
		if (!(row in seen)) { seen[row] = 1; rows[n++] = row }
		key = row SUBSEP $1
		if (!(key in least) || $at["seconds"] < least[key]) least[key] = $at["seconds"]
		if (hash[row] != "" && hash[row] != $at["check_hash"]) other[row] = 1
		hash[row] = $at["check_hash"]
	}
	END {
		print "scenario,forks,capture,old_seconds,new_seconds,times_as_fast,same_bits"
		for (i = 0; i < n; i++) {
			o = least[rows[i] SUBSEP "old"]; w = least[rows[i] SUBSEP "new"]
			both = o > 0 && w > 0
			print rows[i], o, w, both ? sprintf("%.3f", o / w) : "", !both ? "" : (rows[i] in other) ? "no" : "yes"
		}
	}' "$said"
