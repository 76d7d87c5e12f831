#!/bin/bash
# The checks of the house refuse what they should: each planted violation must be caught, and the tree itself must pass.
set -u
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
root=$PWD
folders="base kernels compile align engine search report commands"
cd "$dir" && mkdir -p $folders tools && cp "$root"/tools/*.sh tools/ && cp "$root"/base/banned.h base/

refuses() { # NAME FILE TEXT: with TEXT in FILE the layer check must fail
	printf '%b' "$3" >"$2"
	if tools/layers.sh $folders >/dev/null 2>&1; then echo "not ok $1"; else echo "ok $1"; fi
	rm -f "$2"
}
: >base/a.c
if tools/layers.sh $folders; then echo "ok an empty house passes"; else echo "not ok an empty house passes"; fi
refuses "base may not reach up" base/x.c '#include "engine/engine.h"\n'
refuses "siblings may not include each other" align/x.c '#include "compile/compile.h"\n'
refuses "search may not include report" search/x.c '# include <report/report.h>\n'
refuses "nothing includes tests" engine/x.c '#include "tests/check.h"\n'
refuses "libgit2 stays in the store" commands/x.c '#include <git2.h>\n'
refuses "pcre2 stays where text is split" search/x.c '#include <pcre2.h>\n'
refuses "no foreign header in a header of ours" search/store.h '#include <git2.h>\n'
refuses "no jansson in a header of ours" report/x.h '#include <jansson.h>\n'

printf '#ifndef X\n#define X\nstruct a { size_t n; };\nuint8_t f(void);\n#endif\n' >base/x.h
if tools/headers.sh gcc base >/dev/null 2>&1; then echo "not ok a header that needs another is refused"; else echo "ok a header that needs another is refused"; fi
printf 'struct a { int n; };\n' >base/x.h
if tools/headers.sh gcc base >/dev/null 2>&1; then echo "not ok a header without a guard is refused"; else echo "ok a header without a guard is refused"; fi
rm base/x.h
printf 'void f(char *s); void f(char *s) { strcpy(s, "x"); }\n' >x.c
if gcc -I. -include base/banned.h -fsyntax-only x.c >/dev/null 2>&1; then echo "not ok strcpy does not compile"; else echo "ok strcpy does not compile"; fi

# the runner itself: a failing, a crashing and an empty test program must each fail the run
cd "$root" || exit 1
runner() { # NAME SCRIPT
	printf '%b' "$2" >"$dir/test_x.sh"
	if tests/run.sh "$dir/test_x.sh" >/dev/null 2>&1; then echo "not ok $1"; else echo "ok $1"; fi
}
runner "a failing test fails the run" 'echo ok a\necho not ok b\n'
runner "a crashing test fails the run" 'echo ok a\nkill -SEGV $$\n'
runner "a test that runs nothing fails the run" 'true\n'
printf 'echo ok a\n' >"$dir/test_x.sh"
if tests/run.sh "$dir/test_x.sh" >/dev/null 2>&1; then echo "ok a passing test passes the run"; else echo "not ok a passing test passes the run"; fi
