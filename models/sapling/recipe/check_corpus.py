"""Compiles the C documents of a corpus: every one must pass gcc -fsyntax-only with plain warnings.

    python check_corpus.py corpus.jsonl FOLDER_FOR_THE_BUILD [COUNT]
"""

import collections
import json
import pathlib
import subprocess
import sys

from examples import HEADERS

FLAGS = ["-std=gnu17", "-Wall", "-Wno-unused", "-Wno-parentheses", "-Wno-sign-compare", "-Wno-char-subscripts", "-fsyntax-only", "-x", "c", "-"]


def main():
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "headers.h").write_text(HEADERS)
    subprocess.run(["gcc", "-std=gnu17", "-Wall", *FLAGS[2:6], str(folder / "headers.h")], check=True)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else None
    seen, bad = 0, collections.Counter()
    with open(sys.argv[1]) as lines:
        for line in lines:
            d = json.loads(line)
            if not d["prompt"] or seen == count:
                continue
            seen += 1
            source = '#include "headers.h"\n' + d["prompt"] + d["completion"]
            done = subprocess.run(["gcc", "-I", str(folder), *FLAGS], input=source, capture_output=True, text=True)
            if done.returncode or done.stderr:
                bad[d["idea"]] += 1
                if bad[d["idea"]] == 1:
                    print(source, done.stderr, sep="\n")
    print(f"{seen} documents, {sum(bad.values())} with an error or a warning: {dict(bad)}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
