#!/bin/bash
# Bad input as a user meets it: one clear error, the right status, and nothing lost or half-written.
. tests/e2e/lib.sh
sapling=$root/models/sapling
command -v python3 >/dev/null || { echo "skip bad input: no python3 to plant it"; exit 0; }

model() { # a fresh copy of the embedded model in ./m
	rm -rf m && mkdir m && cp "$sapling"/*.json "$sapling"/*.safetensors m/
}
edit() { # FILE PYTHON: j is the JSON value of FILE, changed by PYTHON
	python3 - "$1" "$2" <<'P'
import json, sys
path, code = sys.argv[1:]
j = json.load(open(path))
t = j.get("text_config", j)
exec(code)
json.dump(j, open(path, "w"))
P
}
refuses() { # NAME PART: the model in ./m must be refused with PART in the error
	says "$1" 1 "$2" "$coppice" search --model m --out run --limit 1 --forks 1 --quiet
	[ -e run ] && { not_ok "$1: no run is left behind"; rm -rf run; }
	return 0
}
weights=$(cd "$sapling" && ls *.safetensors | head -1)

model; head -c 100000 m/"$weights" >cut && mv cut m/"$weights"
refuses "a safetensors file cut short" "$weights"
model; head -c 5 "$sapling/$weights" >m/"$weights"
refuses "a safetensors file of five bytes" "$weights"
model; printf '\377\377\377\377\377\377\377\177{}' >m/"$weights"
refuses "a header length beyond the file" "$weights"
model; rm m/"$weights"
says "no weights at all" 3 "safetensors" "$coppice" search --model m --out run --limit 1
model; edit m/config.json 'del t["num_experts"]'
refuses "a field that is missing" "num_experts"
model; edit m/config.json 't["num_hidden_layers"] = -3'
refuses "a negative field" "num_hidden_layers"
model; edit m/config.json 't["hidden_size"] = 10**12'
refuses "an absurd field" "hidden_size"
model; edit m/config.json 't["num_experts_per_tok"] = 4096'
refuses "more experts a token than there are" "num_experts_per_tok"
model; edit m/config.json 't["num_attention_heads"] = "four"'
refuses "a field of the wrong type" "num_attention_heads"
model; edit m/config.json 'j["model_type"] = t["model_type"] = "gpt2"'
refuses "an architecture that is not supported" "gpt2"
model; edit m/config.json 't["num_experts"] = 1025'
refuses "more experts than can be" "num_experts is 1025; it must be between 1 and 1024"
model; edit m/config.json 't["moe_intermediate_size"] += 1'
refuses "a tensor of the wrong shape, with how many there are" "problems; \`coppice model\` lists them"
model; printf '{"weight_map": {"lm_head.weight": "%s", "x": "model-2.safetensors"}}' "$weights" >m/model.safetensors.index.json
says "a missing shard" 3 "model-2.safetensors: no such file, though the index names it" "$coppice" search --model m --out run --limit 1
model; printf '{"model_type": ' >m/config.json
refuses "a config that is not JSON" "config.json"
model; edit m/tokenizer.json 'j["model"]["merges"][3] = "one-word"'
refuses "a broken merge" "merge"
model; edit m/tokenizer.json 'j["pre_tokenizer"] = {"type": "Mystery"}'
refuses "an unknown pre-tokenizer is named" "Mystery"
model; rm m/tokenizer.json
says "no tokenizer" 3 "tokenizer.json" "$coppice" search --model m --out run --limit 1

for part in config.json "$weights" tokenizer.json; do
	model; rm m/"$part"; mkfifo m/"$part"
	says "a FIFO for $part is not waited for" 1 "$part: not a regular file" timeout 20 "$coppice" search --model m --out run --limit 1
done
runs "a file as standard input is read" 0 "$coppice" judge --samples /dev/stdin --results r0.jsonl <<<'{"task_id": "hand/0", "completion": "x"}'
runs "and so is a pipe" 0 "$coppice" judge --samples <(echo '{"task_id": "hand/0", "completion": "x"}') --results r0.jsonl
rm -f r0.jsonl

# tasks and samples
printf '{"task_id": "a", "language": "c", "prompt": "int f(void) {", "entry_point": "f", "test": ""}\nnot json\n' >tasks.jsonl
says "a task line that is not JSON" 1 "tasks.jsonl" "$coppice" search --tasks tasks.jsonl --out run
has "the line is named" err "2"
printf '{"task_id": "a", "language": "cobol", "prompt": "x", "entry_point": "f", "test": ""}\n' >tasks.jsonl
says "an unknown language is named" 1 "cobol" "$coppice" search --tasks tasks.jsonl --out run
printf '{"task_id": "a"}\n' >tasks.jsonl
says "an object of no known format" 1 "tasks.jsonl" "$coppice" search --tasks tasks.jsonl --out run
: >tasks.jsonl
says "an empty tasks file" 1 "tasks.jsonl" "$coppice" search --tasks tasks.jsonl --out run
printf '{"task_id": "no/such", "completion": "x"}\n' >samples.jsonl
says "a sample of an unknown task" 1 "no/such" "$coppice" judge --samples samples.jsonl
printf '{"task_id": "hand/0"}\n' >samples.jsonl
says "a sample with neither completion nor solution" 1 "samples.jsonl" "$coppice" judge --samples samples.jsonl
[ -e samples.jsonl_results.jsonl ] && not_ok "no results are half-written" || ok "no results are half-written"

# stores
mkdir empty plain && : >plain/file
says "an empty folder is no run" 1 "empty" "$coppice" redundancy empty
says "a folder of other things is no run" 1 "plain" "$coppice" redundancy plain
says "a folder of other things is not overwritten" 1 "plain" "$coppice" search --out plain --limit 1 --forks 1
[ -e plain/file ] && ok "its file is still there" || not_ok "its file is still there"
git init -q --bare other.git
says "another git repository is no run" 1 "other.git" "$coppice" redundancy other.git
runs "a small run" 0 "$coppice" search --out run --limit 1 --forks 2 --max-tokens 20 --quiet
says "an existing run is not overwritten" 1 "--resume" "$coppice" search --out run --limit 1 --forks 2 --max-tokens 20
says "resuming with other options says which" 1 "seed" "$coppice" search --out run --limit 1 --forks 2 --max-tokens 20 --seed 9 --resume
runs "the run is still whole" 0 "$coppice" fsck run
cp run/steps.npy steps.npy
truncate -s 140 run/steps.npy
says "a record of steps that is cut short" 1 "run: steps.npy: it is cut short; the run is whole without this file: move it away" "$coppice" report run
says "is refused by export, too" 1 "steps.npy: it is cut short" "$coppice" export run --out x.npz
[ -e x.npz ] && not_ok "which leaves nothing" || ok "which leaves nothing"
says "fsck finds it" 1 "run: 1 finding" "$coppice" fsck run
has "and says what it found" out "steps.npy: it is cut short"
python3 -c 'open("run/steps.npy", "wb").write(b"\x93NUMPY\x01\x00v\x00" + b"{\x27descr\x27: \x27<u2\x27, \x27fortran_order\x27: False, \x27shape\x27: (1, 4), }".ljust(117) + b"\n" + bytes(8))'
says "one of another model" 1 "of a model of 8 layers it must be u2 (steps, 9)" "$coppice" report run
printf 'PK' >run/steps.npy
says "one that is no npy" 1 "run: steps.npy: not an npy file" "$coppice" export run --out x.npz
git -C run update-ref refs/heads/run "$(git -C run rev-list --max-parents=0 refs/heads/run)"
git -C run update-ref -d refs/heads/task/00000
says "going on writes behind no such file" 1 "run: steps.npy: not an npy file" "$coppice" search --out run --limit 1 --forks 2 --max-tokens 20 --quiet --resume
cp steps.npy run/steps.npy && truncate -s 150 run/steps.npy
runs "but mends one that is cut short" 0 "$coppice" search --out run --limit 1 --forks 2 --max-tokens 20 --quiet --resume
runs "and the run is whole" 0 "$coppice" fsck run

# token ids
for id in 1000000 -1; do
	python3 -c 'import sys; open("ids.npy","wb").write(b"\x93NUMPY\x01\x00v\x00" + b"{\x27descr\x27: \x27<i4\x27, \x27fortran_order\x27: False, \x27shape\x27: (1,), }".ljust(117) + b"\n" + int(sys.argv[1]).to_bytes(4, "little", signed=True))' $id
	says "a token id outside the vocabulary: $id" 1 "ids.npy: token id $id at index 0" "$coppice" trace --ids ids.npy --out trace
done
echo '"int main(void)"' | "$coppice" tokenize >ids.json
runs "what tokenize writes can be traced" 0 "$coppice" trace --ids ids.json --out listed
cp ids.json ids.txt
runs "whatever its name" 0 "$coppice" trace --ids ids.txt --out named
python3 -c 'import json, numpy; numpy.save("same.npy", numpy.array(json.load(open("ids.json"))))'
runs "and so can the same ids as an array" 0 "$coppice" trace --ids same.npy --out arrayed
cmp -s listed/logits.npy arrayed/logits.npy && cmp -s listed/logits.npy named/logits.npy && ok "which gives the same" || not_ok "which gives the same"
bad_ids() { # TEXT PART
	printf '%s' "$1" >ids.json
	says "ids that are none: $1" 1 "$2" "$coppice" trace --ids ids.json --out trace
}
bad_ids '[5, "x"]' "item 1 of the list is not a token id"
bad_ids '[5, 2.5]' "item 1 of the list is not a token id"
bad_ids '[5, 1000000]' "token id 1000000 at index 1"
bad_ids '[]' "0 token ids"
bad_ids '' "not JSON"
bad_ids '{"lines": [[5]]}' "a list of whole numbers"
bad_ids '[5] [6]' "one list of ids is read"
python3 -c 'import numpy; numpy.save("ids.npy", numpy.array(["ab", "c"]))'
says "an array of strings names its type alone" 1 "npy type '<U2' is not" "$coppice" trace --ids ids.npy --out trace
printf 'PK' >ids.npy
says "token ids that are no npy" 1 "ids.npy" "$coppice" trace --ids ids.npy --out trace

# a full disk: a file system of 300 kB, where this user may mount one
mkdir full
if mount -t tmpfs -o size=300k coppice-test full 2>/dev/null; then
	"$coppice" search --out full/run --limit 20 --forks 16 --quiet >out 2>err
	equal "a full disk ends with status 1" 1 $?
	has "a full disk is named" err "No space left"
	git -C full/run fsck --full >fsck 2>&1 && ok "what was saved is whole" || not_ok "what was saved is whole" "$(head -3 fsck)"
	umount full
else
	echo "skip a full disk: this user may not mount a small file system"
fi

# a run that another command began
few="--only held-out --limit 1 --forks 2 --resume"
runs "a run that is generated only" 0 "$coppice" search --out generated $few --quiet
says "is not gone on with by run, which says what to do" 1 'coppice judge' "$coppice" run --out generated $few
runs "one that is judged as it grows" 0 "$coppice" run --out judged $few --quiet
says "nor is this by search" 1 'coppice run' "$coppice" search --out judged $few
says "nor is one of other time limits mixed in" 1 '; 4 seconds a program' "$coppice" run --out judged $few --seconds 4
for n in 1 2; do "$coppice" run --shard $n/2 --only held-out --limit 2 --forks 2 --seconds $((n + 2)) --out of-$n --quiet >/dev/null; done
says "nor by merge" 1 'seconds a program' "$coppice" merge of-1 of-2 --out of-both
says "what few open files are too few for" 1 'ulimit -n' bash -c 'ulimit -n 64; exec "$@"' - "$coppice" run --out few-files $few --quiet
rm judged/wallclock.json
runs "of a run whose time is lost" 0 "$coppice" run --out judged $few
equal "no rate is told" 0 "$(grep -c tokens/s out)"

# where results go
cat >half.jsonl <<'J'
{"task_id": "half", "language": "c", "prompt": "int half(int a) {", "entry_point": "half", "test": "int half(int);\nint main(void) { assert(half(4) == 2); return 0; }"}
J
printf '%s\n' '{"task_id": "half", "completion": " return a / 2; }"}' '{"task_id": "half", "completion": "\n return a / 2\u0000; }"}' >half-samples.jsonl
judge() { "$coppice" judge --tasks half.jsonl --samples half-samples.jsonl --quiet "$@"; }
says "results into a folder that is not there are refused before the work" 1 "nowhere/r" judge --results nowhere/r
says "the samples are not overwritten by the results" 2 "samples file itself" judge --results half-samples.jsonl
runs "a zero byte in one sample stops no other" 0 judge --results r.jsonl
equal "the sample with the zero byte fails alone" "True False" "$(python3 -c 'import json; print(*[json.loads(l)["passed"] for l in open("r.jsonl")])')"
mkfifo pipe && (cat pipe >through) & runs "results go through a pipe" 0 judge --results pipe
wait
[ -p pipe ] && cmp -s r.jsonl through && ok "the pipe is still one, and all came through" || not_ok "the pipe is still one, and all came through"
ln -s target link && : >target
runs "results go where a link leads" 0 judge --results link
[ -L link ] && cmp -s r.jsonl target && ok "the link is still one" || not_ok "the link is still one"
says "a backend that is not built in" 3 "cuda" "$coppice" search --limit 1 --forks 1 --out none --backend cuda

# stopped by hand
# These programs are noise that ends late: growing them takes seconds, so that the signal comes long after the first of them is grown and
# long before the last, on any machine; judging them takes little.
stop() { # SIGNAL OPTIONS...: a run that is stopped a second after it was begun
	local signal=$1
	shift
	env --default-signal=HUP "$coppice" run --out stopped "$@" >out 2>err & pid=$!
	for _ in $(seq 600); do [ -e stopped/HEAD ] && break; sleep 0.1; done
	sleep 1
	kill "-$signal" $pid
	[ "$signal" != HUP ] || kill -HUP $pid # as a terminal that is closed does
	wait $pid
}
stopped="--forks 16 --only held-out --limit 12 --max-tokens 400 --temperature 2.5"
whole() { "$coppice" run --out "$1" $stopped --quiet --json --resume >"$1.json"; }
programs() { python3 -c 'import json; print(sum(1 for _ in open("stopped/judge.jsonl")))'; }
stop TERM $stopped --threads 1 --batch 1
equal "a stopped run ends by its signal" 143 $?
has "and says how to go on" err "--resume"
said=$(sed -n 's/.*stopped: \([0-9]*\) of 192 programs are grown, and saved.*/\1/p' err)
equal "and how many programs are saved, which they are" "${said:-none}" "$(programs)"
[ "${said:-0}" -gt 0 ] && [ "$said" -lt 192 ] && ok "some are ($said), and not all" || not_ok "some are ($said), and not all"
runs "what was finished is whole" 0 "$coppice" fsck stopped
runs "figures of an unfinished run" 0 "$coppice" redundancy stopped
has "are said to be of one" err "not finished"
mv stopped stopped-by-hand
stop HUP $stopped --threads 1 --batch 1
equal "a run whose terminal is closed ends by that" 129 $?
equal "and saves what is grown, too" "$(sed -n 's/.*stopped: \([0-9]*\) of 192.*/\1/p' err)" "$(programs)"
rm -rf stopped && mv stopped-by-hand stopped
runs "the stopped run goes on" 0 whole stopped
runs "one like it that nobody stopped" 0 whole never
equal "is the same run" "$(git -C never rev-parse HEAD)" "$(git -C stopped rev-parse HEAD)"
