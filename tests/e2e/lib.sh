# tests/e2e/lib.sh: sourced by the end-to-end tests, which use the command as a user types it.
# $coppice is the built program; $dir is a folder of this test's own, removed at its end.
set -u
root=$PWD
build=$(cd "${BUILD:-build}" && pwd)
coppice=$build/coppice
data=${COPPICE_DATA:-$root/../shared/data}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

ok() { echo "ok $1"; }
not_ok() { # NAME [WHY]
	echo "not ok $1"
	[ $# -gt 1 ] && printf '    %s\n' "$2"
	[ -s err ] && sed 's/^/    stderr: /' err | tail -5
	return 0
}
# runs NAME STATUS COMMAND...: the command must end with this status; stdout is left in ./out, stderr in ./err
runs() {
	local name=$1 want=$2 got
	shift 2
	"$@" >out 2>err
	got=$?
	if [ $got -eq "$want" ]; then ok "$name"; else not_ok "$name" "status $got, want $want: $*"; fi
}
# says NAME STATUS PART COMMAND...: as runs, and stderr ends in exactly one "coppice: " line, which contains PART
says() {
	local name=$1 want=$2 part=$3 got
	shift 3
	"$@" >out 2>err
	got=$?
	if [ $got -ne "$want" ]; then not_ok "$name" "status $got, want $want: $*"
	elif [ "$(grep -c '^coppice: ' err)" -ne 1 ] || ! tail -1 err | grep -q "^coppice: "; then not_ok "$name" "not exactly one error line, at the end"
	elif ! tail -1 err | grep -qF -- "$part"; then not_ok "$name" "the error does not say '$part'"
	else ok "$name"; fi
}
has() { # NAME FILE PART
	if grep -qF -- "$3" "$2"; then ok "$1"; else not_ok "$1" "$2 does not contain '$3'"; fi
}
equal() { # NAME WANT GOT
	if [ "$2" = "$3" ] && [ -n "$2" ]; then ok "$1"; else not_ok "$1" "got '$3', want '$2'"; fi
}
# field FILE NAME: a value of the JSON object in FILE
field() { python3 -c 'import json,sys; v=json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): v=v[k]
print(v)' "$1" "$2"; }
