#!/bin/bash
# usage: tests/run.sh PROGRAM... : runs each test program, goes on after a failure, sums up what they counted.
# A test program is a cmocka binary, a fuzz replayer or a shell script that prints "ok NAME", "not ok NAME" or "skip NAME: why".
# Most programs run several at once, JOBS of them (default: the processors there are), the longest first, so that none is waited for at
# the end. Behind them those that count processes and seconds run alone.
# Exit status 0 only when something ran and nothing failed.
set -u
passed=0 failed=0 skipped=0
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
jobs=${JOBS:-$(nproc)}

start() { # number, program: runs it; its log, exit status and seconds stand in $logs under its number
	local run
	case $2 in
	*/fuzz_*) run=("$2" "tests/fuzz/corpus/${2##*/fuzz_}") ;;
	*.sh) run=(bash "$2") ;;
	*-san/*) run=(env COPPICE_SAN=1 "$2") ;;
	*) run=("$2") ;;
	esac
	local begun=$SECONDS
	"${run[@]}" >"$logs/$1" 2>&1
	echo "$? $((SECONDS - begun))" >"$logs/$1.part"
	mv "$logs/$1.part" "$logs/$1.end"
}

count() { # number, program: prints and adds up what a finished one counted
	local log=$logs/$1 status seconds p f s
	read -r status seconds <"$log.end"
	case $2 in
	*.sh | */fuzz_*)
		p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^skip ' "$log") ;;
	*)
		p=$(grep -c '^\[       OK \]' "$log") f=$(grep -c '^\[  FAILED  \] [^0-9]' "$log") s=$(grep -c '^\[  SKIPPED \] [^0-9]' "$log")
		[ "$f" -gt 0 ] && f=$(( (f + 1) / 2 )); [ "$s" -gt 0 ] && s=$(( (s + 1) / 2 )) ;;
	esac
	[ "$status" -ne 0 ] && [ "$f" -eq 0 ] && f=1
	[ $((p + f + s)) -eq 0 ] && { echo "$2 ran no test"; f=1; }
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-46s %4d passed %3d failed %3d skipped  %3ds\n' "$2" "$p" "$f" "$s" "$seconds"
	if [ "$f" -gt 0 ]; then grep -v '^\[ RUN\|^\[       OK' "$log" | tail -60 | sed 's/^/    /'; fi
	if [ "$s" -gt 0 ]; then grep -i 'skip' "$log" | grep -v '^\[' | sed 's/^/    /' | head -5; fi
}

together() { # program: whether it may run beside others
	case $1 in
	*/compile/test_hostile | */compile/test_judge | */search/test_judging) return 1 ;;
	esac
}
long() { # program: whether it takes longer than most that run beside others
	case $1 in
	*/e2e/test_tasks.sh | */e2e/test_run.sh | */e2e/test_cuda.sh | */e2e/test_bad_input.sh | */cuda/test_* | */compile/test_real_* | \
		*/search/test_search | */engine/test_forward) ;;
	*) return 1 ;;
	esac
}
first=() then=() last=()
for p in "$@"; do
	if ! together "$p"; then last+=("$p"); elif long "$p"; then first+=("$p"); else then+=("$p"); fi
done
programs=(${first[@]+"${first[@]}"} ${then[@]+"${then[@]}"} ${last[@]+"${last[@]}"})
next=0 # the first that was not counted yet: they are counted in order
count_finished() {
	while [ $next -lt ${#programs[@]} ] && [ -e "$logs/$next.end" ]; do
		count "$next" "${programs[$next]}"
		next=$((next + 1))
	done
}
for i in "${!programs[@]}"; do
	if together "${programs[$i]}"; then
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; count_finished; done
		start "$i" "${programs[$i]}" &
	else
		wait
		count_finished
		start "$i" "${programs[$i]}"
	fi
	count_finished
done
wait
count_finished
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && [ $next -eq ${#programs[@]} ]
