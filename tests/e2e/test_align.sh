# The comparison of routing and of groups, against plain NumPy that reads the run's own git objects; report and export of a
# real run. NumPy is Debian's python3-numpy; without it that part is skipped.
. tests/e2e/lib.sh

runs "a small run for the comparison" 0 "$coppice" run --limit 6 --forks 8 --out run --json
cp out run.json
runs "align gives JSON" 0 "$coppice" align run --json
cp out step.json
runs "align by token gives JSON" 0 "$coppice" align run --json --by token
says "align by instruction is refused with a reason" 1 "not supported yet" "$coppice" align run --by instruction
says "align of a folder that is no run is refused" 1 "" "$coppice" align "$root/docs"
says "align of nothing says that it is missing" 3 "nowhere" "$coppice" align nowhere

for t in 1 2; do "$coppice" align run --json --threads $t >threads$t 2>err; done
if cmp -s threads1 threads2; then ok "threads change no byte of align"; else not_ok "threads change no byte of align"; fi
equal "run and align agree on the same-token mean" "$(field run.json same)" "$(field step.json same)"

if python3 -c 'import numpy' 2>/dev/null; then
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tests/reference python3 "$root/tests/reference/align_numpy.py" run "$coppice" 2>err
	[ -s err ] && not_ok "align_numpy.py" "$(tail -1 err)"
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tests/reference python3 "$root/tests/reference/redundancy_numpy.py" run "$coppice" 2>err
	[ -s err ] && not_ok "redundancy_numpy.py" "$(tail -1 err)"
	runs "export npz" 0 "$coppice" export run --out run.npz
	if python3 - >err 2>&1 <<-'PY'
	import json, numpy as np
	z, run = np.load("run.npz"), json.load(open("run.json"))
	assert len(z["token_start"]) == run["completions"] + 1
	assert z["token_start"][-1] == len(z["tokens"]) == run["tokens"]
	assert z["row_start"][-1] == len(z["experts"]) == run["tokens"] - run["completions"]
	assert (z["passed"] == 1).sum() == run["passed"] and (z["group"] >= 0).sum() == run["compiled"]
	assert np.array_equal(z["steps"], np.load("run/steps.npy")) and z["steps"].shape[1] == 1 + z["experts"].shape[1]
	assert z["steps"][:, 0].sum() == len(z["experts"])
	assert abs(z["weights"].astype(float).sum(axis=2) - 1).max() < 0.01
	PY
	then ok "numpy.load reads the export"; else not_ok "numpy.load reads the export"; fi
else
	echo "skip align and redundancy equal NumPy: python3-numpy is not installed"
fi

runs "export jsonl" 0 "$coppice" export run --out programs.jsonl
equal "a line a program" "$(field run.json completions)" "$(wc -l <programs.jsonl)"
runs "export csv" 0 "$coppice" export run --format csv --out programs.csv
says "export wants to know where to" 2 "--out" "$coppice" export run
says "nothing is exported into a run" 2 "--out run/x.npz lies in a run" "$coppice" export run --out run/x.npz
says "nor is a report written there" 2 "lies in a run" "$coppice" report run --out ./run/pages/one
[ -e run/pages ] && not_ok "and no folder is made" || ok "and no folder is made"

if command -v gnuplot >/dev/null; then
	runs "report" 0 "$coppice" report run --out report
	for f in index.html tasks.csv programs.csv groups.csv layers.csv distance.csv distinct.csv steps.csv plots/layers.svg plots/layers.png plots/groups.svg plots/tree.svg plots/steps.svg; do
		if [ -s "report/$f" ]; then ok "report wrote $f"; else not_ok "report wrote $f"; fi
	done
else
	echo "skip report: gnuplot is not installed"
fi
