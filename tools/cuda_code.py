#!/usr/bin/env python3
"""usage: tools/cuda_code.py OBJECT...: how much machine code Hopper's kernels are, in instructions of 16 bytes.

A kernel's code comes from memory as its data does, and most of a step's kernels are launched once a layer, so that little of it is still near:
what a block goes through before its first weights can be fetched, a step of few forks waits for. Columns, all by address:

  all      instructions
  waits    ahead of the first wait for the kernel before it (cu_wait): where all warps do the same, that part may overlap with it
  begins   ahead of the last barrier of all threads before a fetch by a map: what all of a product's warps go through
  divides  divisions of integers whose divisor the compiler does not know, some twenty instructions each

Branches are not looked at: code that a step jumps over counts. Needs cuobjdump (CUDA Toolkit). Exit status 1 where an object has no such code, 3
without cuobjdump."""

import shutil
import subprocess
import sys

from cuda_wgmma import functions


def first(texts, what, otherwise):
    return next((i for i, text in enumerate(texts) if what in text), otherwise)


def main():
    if not shutil.which("cuobjdump"):
        print("there is no cuobjdump here", file=sys.stderr)
        return 3
    failed = 0
    print(f"{'kernel':56} {'all':>6} {'waits':>6} {'begins':>6} {'divides':>7}")
    for path in sys.argv[1:]:
        said = subprocess.run(["cuobjdump", "-sass", "-arch", "sm_90a", path], capture_output=True, text=True)
        found = functions(said.stdout)
        if not found:
            print(f"{path}: no code for sm_90a: {said.stderr.strip()}", file=sys.stderr)
            failed = 1
        for name, instructions in found.items():
            texts = [text for _, text in instructions]
            fetch = first(texts, "UTMALDG", 0)
            begins = max((i for i, text in enumerate(texts[:fetch]) if text.startswith("BAR.SYNC") and text.endswith("0x0")), default="-")
            name = subprocess.run(["c++filt", name], capture_output=True, text=True).stdout.strip().removeprefix("void ").split("(")[0]
            print(f"{name:56} {len(texts):6} {first(texts, 'ACQBULK', '-'):>6} {begins:>6} {sum('I2F' in text for text in texts):7}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
