#!/bin/bash
# The cuda backend in the whole program, on the host shim (tests/shim): the embedded model gives what the processor's backend gives, and
# a search is the same to the bit for every batch, and for every order in which threads may run.
. tests/e2e/lib.sh
shim=$build/coppice-shim
if [ ! -x "$shim" ]; then
	echo "skip the cuda backend in the whole program: there is no $shim (it needs g++ and all of kernels/cuda*.cu)"
	exit 0
fi
model=$root/models/sapling

python3 - <<'PY'
import numpy as np
np.save("ids.npy", np.array([(i * 37 + 3) % 1000 for i in range(40)], np.int32))
PY
# What may differ: f32 by the order of its sums; in the others one value that is rounded the other way, somewhere, moves all that come
# after it by a few steps of bfloat16 and a choice of experts here and there.
close() { # NAME BOUND SAME
	python3 - "$2" "$3" >value 2>&1 <<'PY' && ok "$1" || not_ok "$1" "$(cat value)"
import sys
import numpy as np
a, b = (np.load("trace-%s/logits.npy" % x) for x in ("cpu", "cuda"))
off = np.sqrt(((a - b) ** 2).mean() / (a ** 2).mean())
same = np.mean([np.load("trace-%s/experts.npy" % x) for x in ("cpu", "cuda")][0] == np.load("trace-cuda/experts.npy"))
print("logits differ by %g (root mean square, relative), %g of the experts are the same" % (off, same))
sys.exit(not (off <= float(sys.argv[1]) and same >= float(sys.argv[2])))
PY
}
for compute in "f32 1e-5 0.999" "bf16 0.06 0.92" "fp8 0.06 0.92"; do
	set -- $compute
	rm -rf trace-*
	runs "trace on the processor in $1" 0 "$shim" trace --model "$model" --ids ids.npy --compute "$1" --backend cpu --out trace-cpu
	runs "trace on cuda in $1" 0 env SHIM_OVERLAP=1 "$shim" trace --model "$model" --ids ids.npy --compute "$1" --backend cuda --out trace-cuda
	close "both give the same in $1" "$2" "$3"
done

search="--backend cuda --limit 1 --forks 3 --max-tokens 8 --quiet"
runs "search on cuda" 0 "$shim" search --out a $search --batch 8
id=$(git -C a rev-parse HEAD)
# memory is set aside for as many forks as there are programs, and what does not fit is told with what would
runs "a batch larger than the run" 0 "$shim" search --out large $search --batch 4096
equal "is the same run" "$id" "$(git -C large rev-parse HEAD)"
large="search --backend cuda --limit 1 --forks 4096 --batch 4096 --max-tokens 2048 --quiet"
says "more forks than fit" 1 "forks at once (--batch) that grow by 2048 tokens" "$shim" $large --out many
fit=$(sed -n 's/.*left; \([0-9]*\) forks would$/\1/p' err)
says "one more than would" 1 "$fit forks would" "$shim" $large --out many --batch $((fit + 1))
says "a tree's paths are not made fewer" 1 "do not fit" env SHIM_MEMORY=300 "$shim" search --backend cuda --policy top-p --limit 1 --forks 64 --quiet --out few
# without --batch a GPU steps as many as there are and fit
many="--backend cuda --limit 1 --forks 34 --max-tokens 2 --quiet"
runs "34 programs without --batch" 0 "$shim" search --out at-once $many
equal "are stepped at once" 34 "$(python3 -c 'import json; print(json.load(open("at-once/wallclock.json"))["batch"])')"
orders="1 2 3"
[ -n "${COPPICE_SAN:-}" ] && orders=3
for order in $orders; do
	runs "search on cuda, threads in order $order" 0 env SHIM_OVERLAP=1 SHIM_ORDER=$order "$shim" search --out b $search --batch $order
	equal "the same run, batch $order, threads in order $order" "$id" "$(git -C b rev-parse HEAD)"
	rm -rf b
done
grown="--backend cuda --limit 1 --forks 3 --max-tokens 5 --quiet --policy top-p"
runs "a tree of the likeliest tokens on cuda" 0 "$shim" search --out tree $grown
runs "the same, batch 2, another order" 0 env SHIM_OVERLAP=1 SHIM_ORDER=3 "$shim" search --out tree2 $grown --batch 2
equal "the same tree" "$(git -C tree rev-parse HEAD)" "$(git -C tree2 rev-parse HEAD)"
runs "it can be recomputed" 0 "$shim" verify tree
runs "search on cuda, siblings sharing a checkpoint" 0 "$shim" search --out c $search --batch 8 --state shared
runs "the same, batch 2, another order" 0 env SHIM_OVERLAP=1 SHIM_ORDER=2 "$shim" search --out d $search --batch 2 --state shared
equal "the same run where siblings share" "$(git -C c rev-parse HEAD)" "$(git -C d rev-parse HEAD)"
runs "it can be recomputed" 0 "$shim" verify c
runs "but not as if states were own" 1 "$shim" verify c --state own
says "an unlike state is named" 1 "generated with --state shared" "$shim" verify c --state own
