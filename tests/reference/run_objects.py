"""Reads a run straight from its git objects, through `git cat-file`, by what the header comment of search/store.h defines.

No code is shared with the program under test. Needs NumPy alone.
"""
import io
import json
import subprocess

import numpy as np


class Store:
    def __init__(self, path):
        self.cat = subprocess.Popen(["git", "-C", path, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.path = path

    def object(self, name):
        self.cat.stdin.write(name.encode() + b"\n")
        self.cat.stdin.flush()
        head = self.cat.stdout.readline().split()
        if head[-1] == b"missing":
            raise KeyError(name)
        data = self.cat.stdout.read(int(head[2]))
        self.cat.stdout.read(1)
        return head[0].decode(), head[1].decode(), data

    def rev(self, name):
        return subprocess.run(["git", "-C", self.path, "rev-parse", name], capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, name):
        """(tree, [parents])"""
        _, kind, data = self.object(name)
        assert kind == "commit", (name, kind)
        tree, parents = None, []
        for line in data.split(b"\n\n", 1)[0].decode().splitlines():
            if line.startswith("tree "):
                tree = line[5:]
            if line.startswith("parent "):
                parents.append(line[7:])
        return tree, parents

    def files(self, tree):
        """{name: object id}"""
        _, kind, data = self.object(tree)
        assert kind == "tree"
        out, at = {}, 0
        while at < len(data):
            zero = data.index(b"\0", at)
            out[data[at:zero].split(b" ", 1)[1].decode()] = data[zero + 1 : zero + 21].hex()
            at = zero + 21
        return out

    def blob(self, oid):
        return self.object(oid)[2]

    def array(self, oid):
        return np.load(io.BytesIO(self.blob(oid)))

    def json(self, oid):
        return json.loads(self.blob(oid))


class Program:
    """tokens [n], experts [rows, layers, k] of the whole path after the prompt; group (object id or None); passed."""


def node(store, commit, seen):
    """The segment of one commit, with its parent's in front; roots end the path."""
    if commit in seen:
        return seen[commit]
    tree, parents = store.commit(commit)
    files = store.files(tree)
    info = store.json(files["node.json"])
    if info["kind"] == "root":
        path = []
    else:
        assert len(parents) == 1
        path = node(store, parents[0], seen) + [(store.array(files["tokens.npy"]), store.array(files["experts.npy"]))]
    seen[commit] = path
    return path


def program(store, commit, seen):
    p = Program()
    tree, _ = store.commit(commit)
    files = store.files(tree)
    path = node(store, commit, seen)
    p.tokens = np.concatenate([t for t, _ in path]).astype(np.int64)
    p.experts = np.concatenate([e for _, e in path]).astype(np.int64)
    p.segments = [(commit, len(t)) for t, _ in path]
    p.verdict = store.json(files["verdict.json"]) if "verdict.json" in files else None
    assembly = [oid for name, oid in files.items() if name in ("program.s", "program.dis", "program.answer")]
    p.group = assembly[0] if assembly else None
    p.passed = None if p.verdict is None else p.verdict["status"] == "passed"
    p.info = store.json(files["node.json"])
    return p


def tasks(path):
    """[(task id, [programs in index order])], in the run's order; and run.json."""
    store = Store(path)
    tree, task_commits = store.commit(store.rev("refs/heads/run"))
    run = store.json(store.files(tree)["run.json"])
    out = []
    for commit in task_commits:
        task_tree, leaves = store.commit(commit)
        result = store.json(store.files(task_tree)["result.json"])
        seen = {}
        out.append((result["task"], [program(store, leaf, seen) for leaf in leaves]))
    return run, out
