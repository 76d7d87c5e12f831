#!/bin/bash
# Wrong usage: one clear line, exit status 2; help and man pages agree with what is parsed.
. tests/e2e/lib.sh

runs "no command is wrong usage" 2 "$coppice"
runs "--help is not an error" 0 "$coppice" --help
has "help lists run" out "run "
runs "help of a command, asked for the other way round" 0 "$coppice" help run
has "is that command's" out "usage: coppice run"
says "help of none" 2 "there is no command 'grow'" "$coppice" help grow
runs "--version" 0 "$coppice" --version
says "an unknown command is named" 2 "there is no command 'grow'" "$coppice" grow
says "an unknown option is named" 2 "no option --fork" "$coppice" run --fork 3
says "an option of another command is refused" 2 "no option --by" "$coppice" run --by step
says "a number that is none" 2 "--forks takes a whole number from 1 to 65536, not 'many'" "$coppice" run --forks many
says "a number beyond the largest is shown with it" 2 "from 1 to 1048576, not '99999999999'" "$coppice" run --limit 99999999999
says "a number with a tail" 2 "not '3x'" "$coppice" run --forks 3x
says "zero forks" 2 "not '0'" "$coppice" run --forks=0
says "a temperature below zero" 2 "--temperature takes a number" "$coppice" run --temperature -1
says "NaN is no temperature" 2 "--temperature takes a number" "$coppice" run --temperature nan
says "a probability over one" 2 "--top-p" "$coppice" run --top-p 1.5
says "a probability that keeps no token" 2 "--top-p takes a number above 0 and up to 1" "$coppice" run --top-p 0
says "a probability that expands no token" 2 "--top-p takes a number above 0 and up to 1" "$coppice" search --policy top-p --top-p 0 --out x
says "a tree's option without a tree" 2 "--frontier counts the paths of --policy top-p" "$coppice" search --frontier 8 --out x
for s in 0/2 3/2 1 1/ /2 1/2x a/b 1/0; do says "--shard $s" 2 "--shard takes K/N, the Kth of N parts of the tasks" "$coppice" search --out x --shard $s; done
says "merge without --out" 2 "--out DIR" "$coppice" merge a b
says "a temperature where nothing is drawn" 2 "--temperature is for --policy sample" "$coppice" search --policy top-p --temperature 0.7 --out x
says "a tree of no tokens" 2 "--top-k takes 1 or more" "$coppice" search --policy top-p --top-k 0 --out x
runs "help of help" 0 "$coppice" help help
says "a choice that is none" 2 "sample|top-p, not 'beam'" "$coppice" search --policy beam
says "an option without its value" 2 "--out takes DIR" "$coppice" run --out
says "a choice without its value" 2 "--state takes own|shared" "$coppice" run --state
runs "the help of a choice" 0 "$coppice" run --help
has "shows what there is to choose" out "--backend ref|cpu|cuda|check"
says "a flag with a value" 2 "--json takes no value" "$coppice" run --json=yes
says "a single dash" 2 "two dashes" "$coppice" run -j
says "an argument too many" 2 "one argument too many" "$coppice" fsck a b
says "an argument missing" 2 "coppice align RUN" "$coppice" align
says "trace without ids" 2 "--ids" "$coppice" trace --out x
says "search without --out" 2 "--out DIR" "$coppice" search
says "a model that is not there" 3 "nowhere" "$coppice" search --model nowhere --out x
says "tasks that are not there" 3 "nothing.jsonl" "$coppice" search --tasks nothing.jsonl --out x
says "a run that is not there" 3 "no-run" "$coppice" align no-run
mkdir empty
says "a model folder with nothing in it" 3 "empty/config.json: no such file; a model is a folder" "$coppice" run --model empty --out x
echo text >a-file
says "a file is no run" 1 "a-file is not a run: a run is a folder" "$coppice" report a-file
says "tasks that nothing is called" 2 "is called \"sort\"; categories here are hand, held-out, pair, and the first task is " "$coppice" run --only sort --out x
[ -e x ] && not_ok "a failed start leaves no run behind" || ok "a failed start leaves no run behind"

for c in $("$coppice" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	"$coppice" "$c" --help >help.txt 2>&1 || not_ok "help of $c"
	if "$coppice" --man "$c" | cmp -s - "$root/docs/man/coppice-$c.1"; then ok "the man page of $c is in step (make man)"; else not_ok "the man page of $c is in step (make man)"; fi
done
if "$coppice" --man | cmp -s - "$root/docs/man/coppice.1"; then ok "the overview page is in step (make man)"; else not_ok "the overview page is in step (make man)"; fi
if "$coppice" --help >/dev/full 2>err; then :; fi
runs "a closed standard output is an error" 1 bash -c "'$coppice' model --json >/dev/full"
