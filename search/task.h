/* search/task.h - layer 3. The one reader of tasks and of samples.
 *
 * A file is a JSON array of objects or JSONL (one object a line; empty lines are skipped), plain or gzipped. Each object's
 * format is told by its fields, never by the file's name:
 *
 *   our own        task_id, language, prompt, entry_point, test; optional canonical_solution, setup, category, requires,
 *                  difficulty, answer
 *   HumanEval      task_id, prompt, entry_point, canonical_solution, test, and no language: Python
 *   HumanEval Pro, MBPP Pro   id, raw_problem, raw_solution, new_problem, new_solution, test_code: Python, a pair
 *   decompile-eval task_id, type, c_func, c_test: C. The file repeats each task per optimisation level; the first is read.
 *                  prompt = docstring as a comment + signature + " {"; setup = the #include lines; prototype = the signature
 *   GSM8K          question, answer: text, ids gsm8k/0, gsm8k/1, ... in the order of the file
 *
 * A task keeps its publisher's id, as text (a number in its shortest decimal form). Two tasks with one id are an error.
 * When decompile-eval and HumanEval files are given together, HumanEval lends its docstrings to the C tasks (id N meets
 * "HumanEval/N") and is not itself a list of tasks.
 *
 * Errors are ERR_FORMAT and name file, line (or array item) and field. */
#ifndef SEARCH_TASK_H
#define SEARCH_TASK_H

#include "base/err.h"
#include "base/map.h"
#include "compile/compile.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SRCH_MAX_TASK_BYTES ((size_t)1 << 30) /* of one file, unpacked */
#define SRCH_MAX_ID 200                       /* bytes of a task id */

enum srch_format { SRCH_OURS, SRCH_HUMANEVAL, SRCH_PRO, SRCH_DECOMPILE, SRCH_GSM8K };

/* All strings belong to the task; NULL where it has none. */
struct srch_task {
	char *id;
	enum cmp_language language;
	char *setup, *prompt, *entry_point, *requires_fn, *test, *prototype, *answer;
	char *canonical; /* continues the prompt; NULL when the whole is all there is */
	char *solution;  /* the reference program, whole (without setup); NULL when the publisher gives none */
	char *category, *difficulty;
	enum srch_format format; /* what it was read from */
};

struct srch_tasks {
	struct srch_task *items;
	size_t n, cap;
	struct map by_id; /* id -> index */
};

void srch_tasks_init(struct srch_tasks *t);
void srch_tasks_release(struct srch_tasks *t);
/* Appends the tasks of `data`; name is for messages. Call srch_tasks_join once after the last. Gzip is recognised by its magic. */
int srch_tasks_parse(struct srch_tasks *t, const char *name, const void *data, size_t size) CHECK_RESULT;
/* Lends HumanEval's docstrings to decompile-eval tasks, when both are there. */
void srch_tasks_join(struct srch_tasks *t);
/* Reads every path: a file, a folder (its *.jsonl in order of name), or "-" for standard input; one path may name several,
 * separated by commas. n_paths 0: the embedded tasks. Joined. ERR_IO, ERR_MISSING, ERR_FORMAT (also: no task at all). */
int srch_tasks_load(struct srch_tasks *t, const char *const *paths, size_t n_paths) CHECK_RESULT;
/* NULL when there is no such task. */
const struct srch_task *srch_tasks_find(const struct srch_tasks *t, const char *id);
/* Keeps the tasks whose id is in the comma-separated list, or whose category is (`only` as a user writes it), and at most
 * `limit` of them (0: all). ERR_USAGE names an entry that matches nothing. */
int srch_tasks_select(struct srch_tasks *t, const char *only, size_t limit) CHECK_RESULT;

/* The task as the judge sees it: borrows the task's strings. */
struct cmp_problem srch_task_problem(const struct srch_task *t);
/* Canonical JSON (sorted keys, no spaces) of a task, appended; and back. What the run store keeps of a task. */
void srch_task_write(const struct srch_task *t, struct buf *out);
int srch_task_read(struct srch_task *out, const char *name, const void *data, size_t size) CHECK_RESULT;
void srch_task_release(struct srch_task *t);
/* The task's coordinate for random numbers: a hash of its id, so that a subset of the tasks draws the same numbers. */
uint32_t srch_task_coordinate(const char *id);

/* Samples: JSONL with `task_id` (number or string) and `completion` (continues the prompt, or holds the program somewhere in
 * it) or `solution` (the whole program). */
struct srch_sample {
	char *task_id;
	char *text;
	bool whole;    /* text is a whole program: the line had `solution` */
	char *json;    /* the line as it stood, for those who write it out again */
	size_t line;   /* from 1 */
};
struct srch_samples {
	struct srch_sample *items;
	size_t n, cap;
};
void srch_samples_release(struct srch_samples *s);
/* s begins zeroed. */
int srch_samples_parse(struct srch_samples *s, const char *name, const void *data, size_t size) CHECK_RESULT;
int srch_samples_load(struct srch_samples *s, const char *path) CHECK_RESULT;

#endif
