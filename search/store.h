/* search/store.h - layer 3. The run store: a run as git objects. This comment is the definition of the format (version 1).
 *
 * A run is a bare git repository; plain git reads it. `git log --graph --all` draws the search tree:
 *
 *     refs/heads/run ─▶ run commit ──┬─▶ task commit of task 0 ──┬─▶ leaf 0 ──────────────┐
 *            ▲                       │                           ├─▶ leaf 1 ──┐           ├─▶ root of task 0 ─▶ start commit
 *           HEAD                     │                           └─▶ leaf 2 ──┴▶ segment ┘                          ▲
 *                                    └─▶ task commit of task 1 ─▶ ... ─▶ root of task 1 ────────────────────────────┘
 *     (arrows go from a commit to its parents)
 *
 * Refs
 *   HEAD                        symbolic, refs/heads/run
 *   refs/heads/run              the start commit while the run is unfinished, then the run commit: THE id of the run
 *   refs/heads/task/NNNNN       the task commit of task N (five digits or more, from 0, in the order of the run's tasks).
 *                               A partial one joins the leaves saved so far; it is replaced as more are saved.
 *
 * Commits. Author and committer are always `coppice <coppice@localhost>`, time 0, zone +0000: a run's ids are a function of
 * its contents. Every tree is flat, every entry has mode 100644. Messages: one line, an empty line, trailers, in this order.
 *   start   no parent. Tree: run.json.                              `run: N tasks, POLICY`   Format: 1
 *   root    parent: start. Tree: node.json task.json text tokens.npy experts.npy weights.npy logprobs.npy.
 *           `TASK: prompt`                                           Task, Tokens
 *   segment parent: root or segment. A stretch of a tree that several leaves share. Tree: node.json text tokens.npy experts.npy
 *           weights.npy logprobs.npy.      `TASK: segment N`         Task, Node, Tokens
 *   leaf    parent: root or segment. One finished program. Tree: as a segment, and program.X unless nothing was extracted,
 *           and once judged verdict.json, and program.A when it compiled.
 *           `TASK: program N`, `: VERDICT` once judged               Task, Node, Tokens, and once judged Verdict, Group
 *   task    parents: its leaves, in order of number. Tree: result.json.  `TASK: N programs`     Task, and while partial Partial: yes
 *   run     parents: the task commits in order. Tree: run.json (the start commit's) tasks.json.
 *           `run: N programs of M tasks`                             Format, Programs
 *
 * Files
 *   text          bytes the segment's tokens decode to (root: the prompt, with `chat` as the template writes it); end-of-text tokens
 *                 have none, nor has what the tokenizer puts before any text
 *   tokens.npy    i32 [n]: the segment's tokens (root: the prompt's)
 *   experts.npy   u8, or u16 when the model has more than 256 experts, [rows, layers, k]: experts in chosen order. Row i is the
 *                 routing of the forward pass whose input is token i of the segment. rows = n, but n - 1 in a leaf: its last
 *                 token was never an input
 *   weights.npy   f16 [rows, layers, k]
 *   logprobs.npy  f32 [n]: log-probability of each token at temperature 1; [0] in a root
 *   program.X     the extracted program, without the task's setup. X: c, cc, py, txt by language
 *   program.A     the normalised assembly. A: s (c, c++), dis (Python), answer (text). Its object id is the program's GROUP
 *   node.json     root:    kind "root", task (id), tokens
 *                 segment: kind "segment", task, node, tokens, start
 *                 leaf:    kind "leaf", task, node, tokens, start, finished, logprob, extraction
 *                 start: generated tokens before the segment. finished: "eos", "closed" (the task's stop rule), "length"
 *                 (max_tokens), "limit" (the model's last position). logprob: of the path, the sum of its logprobs.npy in order,
 *                 in double precision
 *   task.json     the task (search/task.h): id, language, prompt, test, ...
 *   verdict.json  status, group (null when it did not compile), weak_test, suspicious, calls_required, signal, exit_status
 *   result.json   task, leaves, pruned, complete, judge (identity, or null)
 *   run.json      what determines the run: format, policy and its options, seed, model, tasks (id and hash of task.json); where
 *                 prompts are user messages, chat: template, bos (or null), thinking, system (or null)
 *   tasks.json    list of task, commit, leaves
 * JSON is canonical: UTF-8, keys sorted, no white space, reals with 17 significant digits, one newline at the end.
 *
 * Beside the objects, outside what is hashed: `wallclock.json` (seconds, rates, threads, batch, summed over sessions; the model's name),
 * `judge.jsonl` (task, node, message, seconds of each verdict, in the order they came), `steps.npy` and `coppice.lock`.
 *   steps.npy     u16 [steps, 1 + layers], a row a step of the engine after the prompts, in the order they were taken, over sessions: the
 *                 forks in it (where steps are begun ahead also those that had just ended), then for each layer how many distinct
 *                 experts they were routed to. A killed session leaves out its last ones, and may have some for programs that were
 *                 lost with it and grown again. Bytes behind the rows that the header counts are a dead writer's and mean nothing.
 *                 Absent: not known
 *
 * Writing. One writer a run: flock on coppice.lock. Objects are collected in batches; a batch becomes one delta-free pack through
 * git_indexer, is fsynced, and then a ref is moved to reach it. A killed run loses the batch in flight and the pieces that wait for the saver; what a dead writer left
 * half-written is removed at the next open for writing. gc.auto is 0: nothing repacks behind the writer's back.
 *
 * Nothing of libgit2 shows here. A store belongs to one thread at a time: while a run grows, to the saver's (search/saver.h). */
#ifndef SEARCH_STORE_H
#define SEARCH_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "compile/compile.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_FORMAT 1
#define STORE_REF_RUN "refs/heads/run"
#define STORE_LOCK "coppice.lock"

struct store_id {
	unsigned char b[20];
};
void store_id_hex(char out[41], const struct store_id *id);
int store_id_parse(struct store_id *out, const char *hex) CHECK_RESULT;
bool store_id_equal(const struct store_id *a, const struct store_id *b);

struct store;
/* For reading: never changes anything, takes no lock. ERR_MISSING: no such folder; ERR_FORMAT: not a run store. */
int store_open(struct store **out, const char *dir) CHECK_RESULT;
/* For writing, locked: makes the store when dir is absent or an empty folder, *created says so.
 * ERR_CONFLICT: another process writes it; ERR_FORMAT: dir holds something else. */
int store_open_write(struct store **out, const char *dir, bool *created) CHECK_RESULT;
/* For writing, begun anew whatever an earlier writer has left there; a folder without its lock is refused. ERR_CONFLICT, ERR_FORMAT, ERR_IO. */
int store_open_anew(struct store **out, const char *dir) CHECK_RESULT;
void store_close(struct store *s);
/* Closes a store that is open for writing and removes it, all of it. */
void store_discard(struct store *s);
const char *store_dir(const struct store *s);

/* -- writing: into the batch -- */

/* Each adds an object to the batch (once, if the store has it already) and says its id. ERR_NOMEM, ERR_LIMIT. */
int store_put_blob(struct store *s, const void *data, size_t n, struct store_id *id) CHECK_RESULT;
struct store_entry {
	const char *name; /* in any order; put in git's order when written */
	struct store_id id;
};
int store_put_tree(struct store *s, const struct store_entry *e, size_t n, struct store_id *id) CHECK_RESULT;
int store_put_commit(struct store *s, const struct store_id *tree, const struct store_id *parents, size_t n_parents,
	const char *message, struct store_id *id) CHECK_RESULT;
/* Bytes waiting in the batch, compressed. */
size_t store_batch_bytes(const struct store *s);
/* Makes the batch a pack on disk. ERR_IO (disk full): nothing of the batch is kept, the store stays as it was. */
int store_flush(struct store *s) CHECK_RESULT;
/* Brings all objects of another store to disk in this one, checking each. ERR_IO (disk full, or a damaged pack), ERR_FORMAT, ERR_LIMIT. */
int store_take(struct store *s, struct store *from) CHECK_RESULT;
/* Flushes, then points the ref at id. */
int store_save(struct store *s, const char *ref, const struct store_id *id) CHECK_RESULT;

/* -- reading -- */

/* *found false when there is no such ref. */
int store_ref(struct store *s, const char *ref, struct store_id *id, bool *found) CHECK_RESULT;
struct store_commit {
	struct store_id id, tree;
	struct store_id *parents;
	size_t n_parents;
	char *message;
	bool ours; /* author, committer and time are the fixed ones */
};
int store_commit_read(struct store *s, const struct store_id *id, struct store_commit *out) CHECK_RESULT;
void store_commit_release(struct store_commit *c);
/* A file of a tree: its id, *found false when absent. */
int store_entry_find(struct store *s, const struct store_id *tree, const char *name, struct store_id *id, bool *found) CHECK_RESULT;
/* Appends a blob; ERR_FORMAT when there is no such blob. */
int store_blob(struct store *s, const struct store_id *id, struct buf *out) CHECK_RESULT;
/* Appends the file `name` of a tree; ERR_FORMAT when absent. */
int store_file(struct store *s, const struct store_id *tree, const char *name, struct buf *out) CHECK_RESULT;
/* Calls fn for every entry of a tree; plain: mode is 100644 and it is a blob. */
typedef void store_entry_fn(void *ctx, const char *name, bool plain);
int store_tree_walk(struct store *s, const struct store_id *tree, store_entry_fn *fn, void *ctx) CHECK_RESULT;

/* -- beside the objects -- */

int store_side_append(struct store *s, const char *name, const char *text) CHECK_RESULT;
int store_side_write(struct store *s, const char *name, const char *text) CHECK_RESULT;

#endif
