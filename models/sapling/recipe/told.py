"""Comments as people write them: whole texts for the ideas, beside the frames of wording.py.

Files told/*.txt, one block an idea:

    @ count_vowels
    n: vowels in, how many vowels          more function names, as in idea()
    t: Vowels are a, e, i, o and u. How many of them does $s have?
    t: [Count|Tally] the vowels of $s;\\ncapitals count too.
    + An empty string has none.

`t:` is a whole comment, set as it stands: [a|b] picks one, $s is the parameter's name, \\n a line
break. `+` is an aside that is true for every text and every body of its idea; now and then one or two
are added, in front or behind.

    python told.py show FIRST LAST     the ideas of that range: signature, a wording, a body
    python told.py check FILE ...      reads the files and prints samples
"""

import pathlib
import random
import re
import sys

from wording import expand, fill

FOLDER = pathlib.Path(__file__).with_name("told")
TOLD = {}


def parse_lines(text, name):
    """{key: dict(names, texts, asides)}; `name` for messages."""
    out, key = {}, None
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        where = f"{name}:{number}"
        mark, _, rest = line.partition(" ")
        rest = rest.strip()
        if mark == "@":
            key = rest
            assert key not in out, f"{where}: {key} twice"
            out[key] = dict(names=[], texts=[], asides=[])
        elif mark == "n:":
            out[key]["names"] += [n.strip() for n in rest.split(",") if n.strip()]
        elif mark in ("t:", "+"):
            assert rest.count("[") == rest.count("]") or "$" in rest, f"{where}: brackets"
            out[key]["texts" if mark == "t:" else "asides"].append(rest)
        else:
            raise SystemExit(f"{where}: a line begins with @, n:, t: or +, not {mark!r}")
    return out


def parse(path):
    return parse_lines(path.read_text(), path.name)


def told():
    """All blocks of all files, those of one idea joined."""
    if not TOLD:
        for path in sorted(FOLDER.glob("*.txt")):
            for key, block in parse(path).items():
                mine = TOLD.setdefault(key, dict(names=[], texts=[], asides=[]))
                for part, lines in block.items():
                    mine[part] += lines
    return TOLD


def write(rng, block, own):
    """The lines of one comment: a text, and now and then an aside or two. own: name of each parameter."""
    parts = [rng.choice(block["texts"])]
    if block["asides"] and rng.random() < 0.35:
        for aside in rng.sample(block["asides"], min(len(block["asides"]), rng.choice([1, 1, 2]))):
            if not parts[0].endswith((".", "?", "!", ":", ")")) and len(parts) == 1:
                parts[0] += "."
            parts.insert(0 if rng.random() < 0.15 else len(parts), aside)
    text = rng.choice([" ", " ", " ", "\\n"]).join(parts)
    return [fill(expand(rng, line), own).strip() for line in text.split("\\n")]


def show(first, last):
    import generator  # noqa: F401, fills IDEAS
    import ideas

    for number, r in enumerate(ideas.IDEAS[first:last], first):
        params = ", ".join(f"{k} {n}" for k, n in r["params"])
        print(f"[{number}] {r['key']}: {r['ret']} ({params})   names: {', '.join(r['names'][:4])}")
        print(f"    {r['cores'][0][0]}: {r['cores'][0][1]}")
        for line in r["bodies"][0].split("\n"):
            print("        " + line)


def check(paths):
    import generator  # noqa: F401
    import ideas

    known = {r["key"]: [n for _, n in r["params"]] for r in ideas.IDEAS}
    rng = random.Random(1)
    texts = 0
    for path in paths:
        for key, block in parse(pathlib.Path(path)).items():
            assert key in known, f"{path}: no idea {key}"
            assert block["texts"], f"{path}: {key} has no text"
            for line in block["texts"] + block["asides"]:
                odd = set(re.findall(r"\$(\w+)", line)) - set(known[key])
                assert not odd, f"{path}: {key}: no parameter {odd} among {known[key]}: {line}"
                shown = expand(rng, line)
                assert not re.search(r"[^\x20-\x7e]", shown), f"{path}: {key}: not ASCII: {line}"
                assert "*/" not in shown and "/*" not in shown, f"{path}: {key}: comment marks: {line}"
            texts += len(block["texts"])
            print(f"{key} ({len(block['texts'])} texts):", " | ".join(write(rng, block, {n: n for n in known[key]})))
    print(f"{texts} texts")


if __name__ == "__main__":
    if sys.argv[1] == "show":
        show(int(sys.argv[2]), int(sys.argv[3]))
    else:
        check(sys.argv[2:])
