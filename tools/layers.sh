#!/bin/bash
# usage: tools/layers.sh FOLDER...: refuses an #include that reaches up or sideways, and a foreign header outside its one place.
# The layers are those of README.md; a folder may include itself and what stands in a lower layer.
set -u
awk '
BEGIN {
	split("base 0 kernels 1 compile 1 align 1 engine 2 search 3 report 4 commands 5", w, " ")
	for (i = 1; i in w; i += 2) layer[w[i]] = w[i + 1]
	split("git2.h search/store pcre2.h engine/tok seccomp.h compile/ utf8proc.h engine/tok zlib.h (search|report)/ cuda_runtime.h kernels/", f, " ")
	for (i = 1; i in f; i += 2) home[f[i]] = "^" f[i + 1]
}
match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/) {
	split(FILENAME, at, "/"); from = at[1]
	name = $0; sub(/^[^<"]*[<"]/, "", name); sub(/[>"].*$/, "", name)
	for (h in home) if (name == h || index(name, h "/") == 1) {
		if (FILENAME !~ home[h]) bad(name " belongs in " substr(home[h], 2) "* alone")
		if (FILENAME ~ /\.h$/) bad("a foreign header in a header of ours: " name)
	}
	if (name == "jansson.h" && FILENAME ~ /\.h$/) bad("a foreign header in a header of ours: " name)
	n = split(name, to, "/")
	if (n > 1 && to[1] in layer && to[1] != from && layer[to[1]] >= layer[from]) bad(from " (layer " layer[from] ") includes " name " (layer " layer[to[1]] ")")
	if ((to[1] == "tests" || to[1] == "benchmarks") && n > 1) bad("nothing includes " to[1] "/")
}
function bad(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; failed = 1 }
END { exit failed }
' $(for d in "$@"; do find "$d" -name '*.[ch]' -o -name '*.inc' -o -name '*.cu' -o -name '*.cuh'; done | sort)
