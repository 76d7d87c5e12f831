#!/bin/bash
# usage: tools/cuda_report.sh BOUNDS PTXAS...: a table of what each kernel needs, from what `ptxas -v` said when it was compiled.
# BOUNDS has lines "kernel registers": the most a kernel (all its variants) may use on any architecture. Exit status 1 where one uses
# more, spills, has a stack frame, or has no bound. Shared memory is what is fixed at compile time; all of ours is given at launch.
set -u
bounds=$1
shift
awk -v bounds="$bounds" '
BEGIN {
	while ((getline line < bounds) > 0) { sub(/#.*/, "", line); if (split(line, w, " ") == 2) bound[w[1]] = w[2] }
	printf "%-72s %-7s %9s %6s %6s %6s\n", "kernel", "arch", "registers", "bound", "shared", "spills"
}
/Compiling entry function/ { split($0, w, "\047"); name = w[2]; arch = w[4]; stack = stores = loads = 0 }
/bytes stack frame/ { stack = $1; stores = $5; loads = $9 }
/Used [0-9]+ registers/ {
	match($0, /Used [0-9]+/); used = substr($0, RSTART + 5, RLENGTH - 5)
	shared = match($0, /[0-9]+ bytes smem/) ? substr($0, RSTART, RLENGTH - 11) : 0
	cmd = "c++filt -- " name; cmd | getline full; close(cmd)
	sub(/\(.*/, "", full); sub(/^void /, "", full)
	short = full; sub(/<.*/, "", short)
	n++
	why = ""
	if (!(short in bound)) why = why " has no bound in " bounds ";"
	else if (used + 0 > bound[short] + 0) why = why " uses more registers than its bound;"
	if (stack + stores + loads > 0) why = why " spills or has a stack frame;"
	printf "%-72s %-7s %9d %6s %6d %6d%s\n", full, arch, used, short in bound ? bound[short] : "-", shared, stores + loads, why ? "  <- " why : ""
	if (why) failed = 1
}
END { if (!n) { print "no kernel was compiled"; failed = 1 } exit failed }
' "$@"
