#!/bin/bash
# usage: tools/cuda_report.sh BOUNDS LAUNCHES PTXAS...: a table of what each kernel needs. Registers and spills are what `ptxas -v` said when
# it was compiled; threads and shared memory of a block are the most that it is launched with at the headline model's shapes, from 1 fork
# to 256 and a prompt's chunk (tools/cuda_launches.sh; a dash where it is not launched there, as on other architectures, or where LAUNCHES
# is empty); blocks is how many of them a Hopper multiprocessor then holds at once.
# BOUNDS has lines "kernel registers": the most a kernel (all its variants) may use on any architecture. Exit status 1 where one uses
# more, spills, has a stack frame, or has no bound.
set -u
bounds=$1 launches=$2
shift 2
awk -v bounds="$bounds" -v launches="$launches" '
function up(x, step) { return int((x + step - 1) / step) * step }
function least(a, b) { return a < b ? a : b }
BEGIN {
	while ((getline line < bounds) > 0) { sub(/#.*/, "", line); if (split(line, w, " ") == 2) bound[w[1]] = w[2] }
	while ((getline line < launches) > 0) { split(line, w, " "); threads[w[3]] = w[1]; shared[w[3]] = w[2] }
	printf "%-40s %-7s %9s %6s %6s %8s %8s %6s\n", "kernel", "arch", "registers", "bound", "spills", "threads", "shared", "blocks"
}
/Compiling entry function/ { split($0, w, "\047"); name = w[2]; arch = w[4]; stack = stores = loads = 0 }
/bytes stack frame/ { stack = $1; stores = $5; loads = $9 }
/Used [0-9]+ registers/ {
	match($0, /Used [0-9]+/); used = substr($0, RSTART + 5, RLENGTH - 5)
	fixed = match($0, /[0-9]+ bytes smem/) ? substr($0, RSTART, RLENGTH - 11) : 0
	cmd = "c++filt -- " name; cmd | getline full; close(cmd)
	sub(/\(.*/, "", full); sub(/^void /, "", full)
	short = full; sub(/<.*/, "", short)
	n++
	why = ""
	if (!(short in bound)) why = why " has no bound in " bounds ";"
	else if (used + 0 > bound[short] + 0) why = why " uses more registers than its bound;"
	if (stack + stores + loads > 0) why = why " spills or has a stack frame;"
	t = s = b = "-"
	key = full; gsub(/, /, ",", key)
	if (key in threads && arch == "sm_90a") {
		t = threads[key]; s = shared[key] + fixed
		b = least(int(65536 / (up(used, 8) * up(t, 32))), least(int(2048 / up(t, 32)), least(32, int(233472 / up(s + 1024, 128)))))
	}
	printf "%-40s %-7s %9d %6s %6d %8s %8s %6s%s\n", full, arch, used, short in bound ? bound[short] : "-", stores + loads, t, s, b, why ? "  <- " why : ""
	if (why) failed = 1
}
END { if (!n) { print "no kernel was compiled"; failed = 1 } exit failed }
' "$@"
