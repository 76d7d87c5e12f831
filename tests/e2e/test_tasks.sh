#!/bin/bash
# The embedded tasks, the public data sets where they are there, and other harnesses' formats, through `coppice judge`.
. tests/e2e/lib.sh
command -v python3 >/dev/null || { echo "skip judging: no python3"; exit 0; }

runs "the embedded reference solutions are judged" 0 "$coppice" judge --json --quiet
equal "each of them passes" "$(field out samples)" "$(field out passed)"
equal "no embedded test is weak" 0 "$(field out weak_tests)"
counts=$(python3 - "$root" <<'P'
import json, sys, glob
n = {}
for f in glob.glob(sys.argv[1] + "/benchmarks/tasks/*.jsonl"):
    for line in open(f):
        t = json.loads(line)
        n[t["category"]] = n.get(t["category"], 0) + 1
        assert t["test"].count("assert(") >= 6 or "check(" in t["test"], t["task_id"]
held, hand, pair = n.get("held-out", 0), n.get("hand", 0), n.get("pair", 0)
print("enough" if held + hand >= 48 and held >= 24 and hand >= 24 and pair >= 16 else n)
P
)
equal "there are 48 tasks, half held out, half by hand, and 16 pairs" enough "$counts"

[ -d "$data" ] || { echo "skip real data: COPPICE_DATA ($data) is not there"; exit 0; }
# Under the sanitizers every eighth task is judged: candidates, compilers and interpreters, which take the time, are not sanitized.
tasks=$data of=164 weak=6
if [ -n "${COPPICE_SAN:-}" ]; then
	tasks=$dir/few of=21 weak=3
	mkdir few
	python3 - "$data" <<'P'
import gzip, json, sys
data = sys.argv[1] + "/"
c, pro = (json.load(open(data + f)) for f in ("humaneval_c_decompile_eval.json", "humaneval_pro.json"))
json.dump([t for t in c if t["task_id"] % 8 == 2], open("few/humaneval_c_decompile_eval.json", "w"))
json.dump(pro[2::8], open("few/humaneval_pro.json", "w"))
with gzip.open("few/HumanEval.jsonl.gz", "wb") as f:
    f.writelines(list(gzip.open(data + "HumanEval.jsonl.gz"))[2::8])
P
fi
judged() { # NAME TASKS N PASSED GROUPS: the reference solutions of a data set
	runs "$1 is judged" 0 "$coppice" judge --tasks "$tasks/$2" --json --quiet
	equal "$1: $4 of $3 pass" "$4 of $3" "$(field out passed) of $(field out samples)"
	[ -n "${5:-}" ] && equal "$1: $5 groups" "$5" "$(field out groups)"
	cp out "$2.out"
}
judged "HumanEval in C" humaneval_c_decompile_eval.json $of $of $of
equal "$weak weak tests are flagged" $weak "$(field humaneval_c_decompile_eval.json.out weak_tests)"
judged "HumanEval" HumanEval.jsonl.gz $of $of
judged "HumanEval Pro" humaneval_pro.json $of $of

# a body that only ends the process passes nothing but tests that assert nothing
python3 - "$tasks" >exit.jsonl <<'P'
import json, sys
seen = set()
for t in json.load(open(sys.argv[1] + "/humaneval_c_decompile_eval.json")):
    if t["task_id"] in seen: continue
    seen.add(t["task_id"])
    print(json.dumps({"task_id": t["task_id"], "completion": "\n    _exit(0);\n}\n"}))
P
runs "bodies that end the process are judged" 0 "$coppice" judge --tasks "$data/humaneval_c_decompile_eval.json" --samples exit.jsonl --json --quiet
equal "none passes but where the test never calls the function" ok "$(python3 - <<'P'
import json
weak = {"38", "50", "58", "69", "74", "129"}
passed = {str(json.loads(l)["task_id"]) for l in open("exit.jsonl_results.jsonl") if json.loads(l)["passed"]}
print("ok" if passed <= weak else sorted(passed - weak))
P
)"

# human-eval's own example samples: its README says {'pass@1': 0.4999...} for problem and samples of the example
runs "human-eval's example samples" 0 "$coppice" judge --tasks "$data/human_eval_example_problem.jsonl" --samples "$data/human_eval_example_samples.jsonl" --results example.jsonl --json --quiet
equal "pass@1 is what human-eval's README states" 0.5 "$(python3 -c 'import json; print(round(json.load(open("out"))["pass_at"]["1"], 6))')"
