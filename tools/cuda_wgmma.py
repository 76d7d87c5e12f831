#!/usr/bin/env python3
"""usage: tools/cuda_wgmma.py OBJECT...: machine code that touches a register which a matrix instruction of a warp group may still read or write.

Between such an instruction (HGMMA, QGMMA) and the wait that covers it (WARPGROUP.DEPBAR) the registers of its sums are the tensor cores'. The
sources keep to that, and the shim holds them to it; but which registers a variable has is the compiler's choice, and it has been seen to
give registers in use to others. Code is read from top to bottom, with what was under way where branches forward come from; loops are not
gone round.
Exit status 1 where it finds some; 0, and a line that says so, without cuobjdump and nvdisasm (CUDA Toolkit).
"""

import re
import shutil
import subprocess
import sys

WRITES_NONE = ("ST", "BAR", "BRA", "HGMMA", "QGMMA", "RED", "LDGSTS", "WARP")


def functions(text):
    """name -> [(address, instruction)]"""
    found, now = {}, None
    for line in text.splitlines():
        if match := re.search(r"Function : (\S+)", line):
            now = found.setdefault(match.group(1), [])
        elif (match := re.match(r"\s+/\*([0-9a-f]{4,5})\*/\s+(.*?);", line)) and now is not None:
            now.append((int(match.group(1), 16), match.group(2).strip()))
    return found


def written(instruction):
    """Registers that it writes."""
    match = re.match(r"(\S+)\s+(.*)", re.sub(r"^@!?U?P\d+\s+", "", instruction))
    if not match or match.group(1).startswith(WRITES_NONE):
        return set()
    operation, operands = match.groups()
    for operand in operands.split(",")[:2]:
        if register := re.match(r"^R(\d+)(\.64)?$", operand.strip()):
            first = int(register.group(1))
            return set(range(first, first + (4 if ".128" in operation else 2 if ".64" in operation or "WIDE" in operation else 1)))
        if not re.match(r"^P(\d|T)", operand.strip()):
            break
    return set()


def read(instruction):
    """Registers that it names, as wide as it says; of stores what is stored is as wide as the operation."""
    found = {int(r) for r in re.findall(r"\bR(\d+)\b", instruction)}
    for first in re.findall(r"\bR(\d+)\.64\b", instruction):
        found.add(int(first) + 1)
    if match := re.search(r"\bST\S*\.(64|128)\b.*, R(\d+)\s*$", instruction):
        found |= {int(match.group(2)) + i for i in range(int(match.group(1)) // 32)}
    return found


def joined(one, other):
    """Groups under way where two paths meet: the last of one and the last of the other are waited for together, and so on."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    at = len(longer) - len(shorter)
    return longer[:at] + [a + [x for x in b if x not in a] for a, b in zip(longer[at:], shorter)]


def touched_early(instructions):
    """(address of the matrix instruction, address and text of what touches its registers)"""
    done, under_way, by_target, follows = [], [[]], {}, True  # the last of under_way is the group that is not ended yet
    for at, text in instructions:
        if not follows:
            under_way = [[]]
        if at in by_target:
            under_way = joined(under_way, by_target.pop(at)) if follows else by_target.pop(at)
        follows = not re.match(r"(BRA|EXIT)\b", text)
        if match := re.search(r"\bBRA (0x\w+)", text):
            target = int(match.group(1), 16)
            if target > at:
                now = [list(group) for group in under_way]
                by_target[target] = joined(by_target[target], now) if target in by_target else now
        elif match := re.search(r"[HQ]GMMA\.64x(\d+)x\S* R(\d+), gdesc", text):
            columns, first = int(match.group(1)), int(match.group(2))
            under_way[-1].append((at, frozenset(range(first, first + columns // 2))))
            if "gsb0" in text:
                under_way.append([])
        elif match := re.search(r"WARPGROUP\.DEPBAR\.LE gsb0, (0x\w+)", text):
            under_way = under_way[-1 - int(match.group(1), 16) :]
        else:
            touched = written(text) | read(text)
            done += [(a, at, text) for g in under_way for a, sums in g if touched & sums]
    return done


def main():
    if not shutil.which("cuobjdump") or not shutil.which("nvdisasm"):
        print("no cuobjdump and nvdisasm here: what the compiler made of the matrix instructions was not looked at")
        return 0
    kernels = bad = 0
    for path in sys.argv[1:]:
        out = subprocess.run(["cuobjdump", "-sass", "-arch", "sm_90a", path], capture_output=True, text=True).stdout
        for name, instructions in functions(out).items():
            found = touched_early(instructions)
            kernels += any("GMMA" in text for _, text in instructions)
            bad += bool(found)
            for a, at, text in found[:3]:
                print(f"{name}: {text}  at {at:x} touches what the matrix instruction at {a:x} still uses ({len(found)} such)")
    print(f"{kernels} kernels with matrix instructions of warp groups, {bad} of them touch registers too early")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
