#!/bin/bash
# usage: tests/run.sh PROGRAM... : runs each test program, goes on after a failure, sums up what they counted.
# A test program is a cmocka binary, a fuzz replayer or a shell script that prints "ok NAME", "not ok NAME" or "skip NAME: why".
# Exit status 0 only when something ran and nothing failed.
set -u
passed=0 failed=0 skipped=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
for t in "$@"; do
	case $t in
	*/fuzz_*) corpus=tests/fuzz/corpus/${t##*/fuzz_}; run=("$t" "$corpus") ;;
	*.sh) run=(bash "$t") ;;
	*) run=("$t") ;;
	esac
	start=$SECONDS
	"${run[@]}" >"$log" 2>&1
	status=$?
	case $t in
	*.sh | */fuzz_*)
		p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^skip ' "$log") ;;
	*)
		p=$(grep -c '^\[       OK \]' "$log") f=$(grep -c '^\[  FAILED  \] [^0-9]' "$log") s=$(grep -c '^\[  SKIPPED \] [^0-9]' "$log")
		[ "$f" -gt 0 ] && f=$(( (f + 1) / 2 )); [ "$s" -gt 0 ] && s=$(( (s + 1) / 2 )) ;;
	esac
	[ $status -ne 0 ] && [ "$f" -eq 0 ] && f=1
	[ $((p + f + s)) -eq 0 ] && { echo "$t ran no test"; f=1; }
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-46s %4d passed %3d failed %3d skipped  %3ds\n' "$t" "$p" "$f" "$s" $((SECONDS - start))
	if [ "$f" -gt 0 ]; then grep -v '^\[ RUN\|^\[       OK' "$log" | tail -60 | sed 's/^/    /'; fi
	if [ "$s" -gt 0 ]; then grep -i 'skip' "$log" | grep -v '^\[' | sed 's/^/    /' | head -5; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
