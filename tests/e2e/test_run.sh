#!/bin/bash
# The main job as a user types it, on the embedded model: what it prints, that nothing but its options determines it, and
# that it survives being killed.
. tests/e2e/lib.sh
quick="--limit 6 --forks 6 --max-tokens 120 --quiet"

runs "run ends well" 0 "$coppice" run --out a $quick --json
for f in run tasks completions compiled groups passed pass_at.1 tokens seconds tokens_per_second forks_per_step distinct_experts same different chance; do
	field out $f >value 2>/dev/null && ok "run --json has $f" || not_ok "run --json has $f"
done
id=$(field out run)
equal "36 programs were grown" 36 "$(field out completions)"
equal "the id is the head of the run" "$id" "$(git -C a rev-parse HEAD)"
runs "git fsck finds nothing" 0 git -C a fsck --full --strict
[ -s err ] && not_ok "git fsck is silent" || ok "git fsck is silent"
runs "coppice fsck finds nothing" 0 "$coppice" fsck a
equal "git log --graph draws a root and six leaves for each of six tasks" yes "$(git -C a log --graph --oneline --all | awk "{n++} END {print (n >= 42 ? \"yes\" : n)}")"
runs "verify recomputes to the bit" 0 "$coppice" verify a --full --quiet
runs "align" 0 "$coppice" align a --json
equal "align compares eight layers or more" yes "$(python3 -c 'import json; print("yes" if len(json.load(open("out"))["layers"]) >= 8 else "no")')"
runs "align by token" 0 "$coppice" align a --by token
runs "redundancy" 0 "$coppice" redundancy a
runs "report" 0 "$coppice" report a --out page --quiet
has "names the model" page/index.html "What grew from sapling"
has "and says how prompts were put" page/index.html '<td>prompts</td><td class="mono">as they are</td>'
[ -s page/index.html ] && ok "the page is there" || not_ok "the page is there" "$(ls page 2>/dev/null)"
if grep -qE '(src|href)="https?:' page/index.html; then not_ok "the page needs no network"; else ok "the page needs no network"; fi
for f in npz jsonl csv; do runs "export $f" 0 "$coppice" export a --format $f --out "e.$f"; done

# what each step touched, beside what is hashed: forks, then a count for each of the eight layers, as numpy.load would read it
steps() { # RUN EXPRESSION of n steps and rows, a list of them
	python3 - "$1/steps.npy" "$2" <<-'P'
	import ast, struct, sys
	b = open(sys.argv[1], "rb").read()
	at = 10 + struct.unpack("<H", b[8:10])[0]
	head = ast.literal_eval(b[10:at].decode())
	n, width = head["shape"]
	assert b[:8] == b"\x93NUMPY\1\0" and head["descr"] == "<u2" and not head["fortran_order"] and len(b) >= at + 2 * n * width
	items = struct.unpack("<%dH" % (n * width), b[at:at + 2 * n * width])
	rows = [items[i:i + width] for i in range(0, n * width, width)]
	print(eval(sys.argv[2]))
	P
}
equal "a row a step, a column for the forks and one for each layer" 9 "$(steps a width)"
equal "every token but a program's last was a fork's step" "$(git -C a log --all --format=%B | awk '/^Node:/ {leaf = 1} /^Tokens:/ {if (leaf) n += $2 - 1; leaf = 0} END {print n}')" \
	"$(steps a 'sum(r[0] for r in rows)')"
equal "a step of n forks touches 8 to 8 n experts, and not more than 64" True "$(steps a 'all(8 <= c <= min(64, 8 * r[0]) for r in rows for c in r[1:])')"
runs "one fork" 0 "$coppice" run --out one --limit 1 --forks 1 --max-tokens 60 --quiet --json
equal "touches what it chooses in every layer of every step" "True True" "$(steps one 'n > 5, all(r == (1,) + 8 * (8,) for r in rows)' | tr -d '(,)')"
equal "and its mean says so" "8.0 1.0" "$(field out distinct_experts) $(field out forks_per_step)"
[ -s page/distinct.csv ] && [ -s page/steps.csv ] && ok "the report has tables of them" || not_ok "the report has tables of them"
equal "by layer and over all" 9 "$(($(wc -l <page/distinct.csv) - 1))"
has "the page says what a step costs" page/index.html "What does a step cost?"
cp -r a old && rm old/steps.npy
runs "a run of an earlier version has none" 0 "$coppice" report old --out old-page --quiet
grep -q "What does a step cost" old-page/index.html && not_ok "its page says nothing of it" || ok "its page says nothing of it"
equal "nor do its tables" 1 "$(wc -l <old-page/steps.csv)"
runs "fsck does not miss it" 0 "$coppice" fsck old
runs "export does not either" 0 "$coppice" export old --out old.npz
runs "nor does going on" 0 "$coppice" run --out old $quick --resume
equal "the summary has the mean that wallclock.json keeps" yes "$(grep -q "distinct experts of 64 in each layer$" out && echo yes)"

# one run, one commit id
same_id() { # NAME OPTIONS...
	local name=$1; shift
	"$coppice" search --out b $quick "$@" >out 2>err && "$coppice" judge b --quiet >out 2>err
	equal "$name" "$id" "$(git -C b rev-parse HEAD 2>/dev/null)"
	rm -rf b
}
same_id "search and judge end in the commit of run, one thread, batch 1" --threads 1 --batch 1
same_id "the same with two threads, batch 8" --threads 2 --batch 8
same_id "the same with three threads, batch 32" --threads 3 --batch 32
"$coppice" run --out b $quick --seed 1 >out 2>err
[ "$(git -C b rev-parse HEAD)" != "$id" ] && ok "another seed is another run" || not_ok "another seed is another run"
rm -rf b

# killed at twenty random moments, then resumed; under the sanitizers, where each is slow, at six
seconds=$(python3 -c 'import json; print(json.load(open("a/wallclock.json")).get("seconds", 5))' 2>/dev/null || echo 5)
kills=0 times=20
[ -n "${COPPICE_SAN:-}" ] && times=6
for i in $(seq $times); do
	setsid "$coppice" run --out k $quick --resume >out 2>err &
	pid=$!
	sleep "$(python3 -c "import random; random.seed($i); print(min($seconds, 20) * random.random() * 0.6)")"
	kill -9 -- -$pid 2>/dev/null && kills=$((kills + 1))
	wait $pid 2>/dev/null
	n=$([ -e k/steps.npy ] && steps k n 2>&1 || echo 0)
	[ "${kept:-0}" -le "$n" ] 2>err || { not_ok "the steps before kill $i are all there" "$kept before, then $n"; break; }
	kept=$n
	[ -d k ] && ! git -C k fsck --full >fsck.txt 2>&1 && { not_ok "the store is whole after kill $i" "$(head -3 fsck.txt)"; break; }
done
[ $kills -gt 0 ] && ok "killed $kills times" || not_ok "at least one kill came before the end"
runs "the killed run is resumed" 0 "$coppice" run --out k $quick --resume
equal "and ends in the same commit id" "$id" "$(git -C k rev-parse HEAD)"
runs "fsck finds nothing in what so many wrote" 0 "$coppice" fsck k
equal "the steps of all of them are there" yes "$([ "$(steps k n)" -ge "${kept:-1}" ] && [ "$(steps k 'sum(r[0] for r in rows)')" -ge "$(steps a 'sum(r[0] for r in rows)')" ] && echo yes)"
runs "resuming a finished run changes nothing" 0 "$coppice" run --out k $quick --resume
equal "and keeps its id" "$id" "$(git -C k rev-parse HEAD)"

# parts of the tasks, by processes of their own, are the same run once they are joined
for k in 1 2 3; do runs "shard $k of 3" 0 "$coppice" run --out shard-$k $quick --shard $k/3; done
runs "a shard that is whole goes on with nothing" 0 "$coppice" run --out shard-3 --limit 6 --forks 6 --max-tokens 120 --shard 3/3 --resume
has "and says what joins it with the others" err "shard-3 is shard 3/3: 4 tasks of the run are for others; coppice merge joins the shards"
runs "two of three joined" 0 "$coppice" merge shard-3 shard-1 --out joined-2
has "what is missing is named" err "are not there, or not whole ("
runs "shards are joined" 0 "$coppice" merge shard-2 shard-3 shard-1 --out joined --json
equal "into the run in one piece" "$id" "$(field out run)"
runs "fsck finds nothing in it" 0 "$coppice" fsck joined
runs "git neither" 0 git -C joined fsck --full --strict
runs "and it can be recomputed" 0 "$coppice" verify joined --quiet
runs "the summary of a joined run" 0 "$coppice" redundancy joined --quiet
says "shards are not joined into one of them" 1 "is there already" "$coppice" merge shard-1 shard-2 --out shard-3
says "nor inside one" 2 "lies in another run" "$coppice" merge shard-1 shard-2 --out shard-3/x

says "a run is not made inside another" 2 "lies in another run" "$coppice" run --out joined/x $quick
says "nor through a folder that is not there" 2 "lies in another run" "$coppice" search --out nowhere/../joined/y $quick
says "nor beside its objects, by a path that leads there" 2 "lies in another run" "$coppice" search --out joined/../joined/y $quick
says "nor is a trace written there" 2 "lies in a run" "$coppice" trace --ids ids.npy --out joined

# the tree policy
runs "policy top-p" 0 "$coppice" run --policy top-p --out t --limit 2 --forks 6 --max-tokens 120 --quiet --json
tree=$(field out run)
equal "top-p prints no pass@k" no "$(python3 -c 'import json; print("yes" if json.load(open("out")).get("pass_at") else "no")')"
runs "top-p verifies" 0 "$coppice" verify t --full --quiet
runs "top-p again, batch 1" 0 "$coppice" run --policy top-p --out t1 --limit 2 --forks 6 --max-tokens 120 --quiet --batch 1 --threads 1
equal "and the same id" "$tree" "$(git -C t1 rev-parse HEAD)"

# activations quantised as well as weights: a type of its own, under the same contract
eight="--compute fp8 --limit 2 --forks 4 --max-tokens 60 --quiet"
runs "search --compute fp8" 0 "$coppice" search --out f $eight --threads 1 --batch 1
equal "the run records it" fp8 "$(git -C f show HEAD:run.json | python3 -c 'import json, sys; print(json.load(sys.stdin)["generator"]["compute"])')"
runs "the same with two threads, batch 4" 0 "$coppice" search --out f4 $eight --threads 2 --batch 4
equal "and the same id" "$(git -C f rev-parse HEAD)" "$(git -C f4 rev-parse HEAD)"
runs "verify recomputes fp8 to the bit" 0 "$coppice" verify f --full --quiet
says "verify in another type is refused" 1 "compute fp8, here they are" "$coppice" verify f --compute bf16 --quiet
says "a model without FP8 weights has no fp8" 1 "no FP8 weights" "$coppice" trace --model "$root/tests/golden/models/plain" \
	--ids "$root/tests/golden/models/plain/golden/ids.npy" --out g --compute fp8

# how forks keep recurrent states determines a run, and a run that is continued says so by the option's name
runs "run --state shared" 0 "$coppice" run --out s --state shared --limit 1 --forks 2 --max-tokens 8 --quiet
has "the summary says so" out "8 a token), forks sharing checkpoints of the recurrent state."
runs "its report" 0 "$coppice" report s --out s-page --quiet
has "says so too" s-page/index.html '<td>recurrent state</td><td class="mono">shared checkpoints</td>'
says "going on with the other state is refused" 1 "was begun with --state shared; give the same, or another folder" "$coppice" run --out s --limit 1 \
	--forks 2 --max-tokens 8 --quiet --resume
says "and the other way round" 1 "was begun with --state own; give the same, or another folder" "$coppice" run --out a $quick --state shared --resume
