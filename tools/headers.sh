#!/bin/bash
# usage: tools/headers.sh CC FOLDER...: each header of ours compiles alone, and included twice.
set -u
cc=$1; shift
failed=0
for h in $(find "$@" -name '*.h' ! -name banned.h | sort); do
	printf '#include "%s"\n#include "%s"\n' "$h" "$h" | $cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -include base/banned.h -fsyntax-only -xc - || { echo "$h does not stand alone"; failed=1; }
done
exit $failed
