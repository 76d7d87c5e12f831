/* search/saver.h - layer 3. A thread that saves what a search has grown, so that the engine waits neither for hashing and compressing nor for
 * a disk: with the routing of a large model these take a fourth as long as a GPU takes for the tokens (benchmarks/bench_store.c).
 *
 *   session --piece of a task--> [queue] --> objects --> batch --> disk, and then refs, judge.jsonl, wallclock.json, steps.npy
 *
 * From saver_start to saver_end the store is the saver's alone. What is handed over is, too; pieces are saved in the order they came.
 * A run's objects are a function of what was grown: neither when they are saved nor what lies in one batch shows in them. */
#ifndef SEARCH_SAVER_H
#define SEARCH_SAVER_H

#include "search/growth.h"
#include "search/search.h"
#include "search/steps.h"

/* Pieces that wait or are being saved, at most: whoever hands over another waits. Bounds what is held in memory. */
#define SAVER_QUEUE 4
/* Tasks and bytes that are brought to disk together, at most. */
#define SAVER_REFS 256
#define SAVER_BATCH_BYTES ((size_t)64 << 20)

/* Some leaves of a task, with the segments that they stand on; the last piece of a task completes it. */
struct save_piece {
	size_t task;
	bool complete;
	size_t pruned;              /* by the policy */
	struct tok_ids prompt;      /* of the first piece, with its rows: what the root is made of */
	uint16_t *prompt_experts;
	float *prompt_weights;
	struct stretch *stretches;  /* [n], a parent ahead of its children; parent: an index in here */
	struct srch_judged *judged; /* [n], of the leaves */
	int n;
	struct save_piece *next;
};
/* Frees all that it holds, and itself. */
void save_piece_free(struct save_piece *p);

/* What is in the store of a task. The saver's while it runs; before that whoever resumes a run fills it, behind that all may read it. */
struct saved_leaf {
	int number;
	struct store_id id;
};
struct saved_task {
	bool has_root;
	struct store_id root, id; /* its commits; id: of the task */
	struct saved_leaf *leaves;
	size_t n, cap;
	size_t n_leaves;          /* of a task that was complete before this session: only their number is known */
};
void saved_task_add(struct saved_task *t, int number, const struct store_id *id);

/* What is counted over a run; tokens are those that were grown. */
struct saver_counts {
	double seconds, engine_seconds, tokens, steps, stepped, distinct;
};

struct saver_setup {
	struct store *store;            /* borrowed, as all of these */
	const struct srch_tasks *tasks;
	struct node_shape shape;
	const struct chat_frame *frame;
	const char *judge, *model;      /* identity, and NULL where nothing is judged; name, or NULL */
	struct store_id start;          /* the run's first commit */
	double save_seconds;            /* as in struct srch_options */
	int batch, workers;             /* for wallclock.json */
	struct saver_counts before;     /* of the sessions before this one */
	double began;                   /* clock_seconds() of this one's beginning */
};

struct saver;
/* Yours. saver_free ends the thread as saver_end does, and leaves the error message alone. */
struct saver *saver_new(const struct saver_setup *setup);
void saver_free(struct saver *s);
struct saved_task *saver_task(struct saver *s, size_t task);

/* Begins: takes up steps.npy, where the generator says what a step touched. ERR_FORMAT (steps.npy is none of this run), ERR_IO, ERR_NOMEM. */
int saver_start(struct saver *s, bool with_steps) CHECK_RESULT;
/* Takes the piece over in any case; where save_seconds is less than 0, it is on disk when this returns. The error of an earlier one
 * (ERR_IO: the disk is full; ERR_LIMIT, ERR_NOMEM). */
int saver_give(struct saver *s, struct save_piece *piece) CHECK_RESULT;
/* The error that saving has met, if any. */
int saver_check(struct saver *s) CHECK_RESULT;
/* A step was taken, of `forks` forks. so_far: of this session (its seconds are not looked at). distinct: [layers], NULL: not known. */
void saver_count(struct saver *s, const struct saver_counts *so_far, int forks, const int32_t *distinct);
/* Saves all that waits, brings it to disk, and ends the thread; nothing where it does not run. Returns saver_check. */
int saver_end(struct saver *s) CHECK_RESULT;
/* Writes wallclock.json; not while the thread runs. ERR_IO. */
int saver_note(struct saver *s) CHECK_RESULT;

#endif
