/* search/search.h - layer 3. A search from options to a finished run store: what `run` and `search` do.
 *
 * The run is a function of (model files, tasks, options, seed) alone (design 3.1). Options marked [id] determine results and
 * are recorded in the run; the others (threads, batch, ...) change only how long it takes.
 *
 * Policies
 *   sample  `forks` independent forks of the prompt per task. Fork i draws token j with the random number at coordinate
 *           (seed, hash of the task's id, i, j).
 *   top-p   a tree, grown depth by depth. Every live path is expanded by the shortest prefix of its K most likely next
 *           tokens whose probabilities sum to at least P (always at least one; all K when they do not reach P), at
 *           temperature 1 whatever `temperature` says. The children of one depth are ordered by path log-probability, highest first
 *           (ties: the parent that came first in its own depth, then the more likely token). In that order: a child that is
 *           finished becomes a leaf, until there are `forks` leaves, which ends the search; of the unfinished ones the first
 *           min(frontier, forks - leaves) live on, the rest are dropped (counted as `pruned`). See policy_topp.h.
 * Both stop a path at an end-of-text token, at the task's stop rule (the function is closed; not in answers to chat prompts), at
 * max_tokens generated tokens, or at the model's last position. */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "search/port.h"
#include "search/task.h"
#include <signal.h>

enum srch_policy { SRCH_SAMPLE, SRCH_TOPP };
const char *srch_policy_name(enum srch_policy p); /* "sample", "top-p" */
int srch_policy_parse(const char *name);          /* -1 for an unknown name */

struct srch_options {
	const char *out;         /* the run's folder */
	enum srch_policy policy; /* [id] */
	int forks;               /* [id] programs per task; 0: 32 */
	double temperature;      /* [id] */
	int top_k;               /* [id] of `sample`: 0 off */
	double top_p;            /* [id] of `sample`: 1 off; 0 is taken as 1 */
	uint64_t seed;           /* [id] */
	int max_tokens;          /* [id] generated tokens a program; 0: SRCH_MAX_TOKENS */
	double p;                /* [id] of `top-p`: P; 0: 0.40 */
	int k;                   /* [id] of `top-p`: K; 0: 30 */
	int frontier;            /* [id] of `top-p`: live paths, at most; 0: forks */
	int batch;               /* forks stepped together; 0: SRCH_BATCH */
	int workers;             /* judging threads; 0: one per processor */
	double save_seconds;     /* judged tasks are saved together, this often; 0: every second, and once the run is older than 100 seconds every
	                            hundredth of its age; negative: each at once */
	int shard, shards;       /* grow only tasks shard, shard + shards, ... of the run's; shards 0: all of them. The rest of the run is for
	                            others, and srch_merge joins what they made */
	bool resume;             /* start the run, or go on with what out holds */
	bool quiet;              /* no progress line */
	const volatile sig_atomic_t *stop; /* NULL, or: once it is not 0 nothing more is grown, and the programs that are
	                                    * grown (of top-p: the trees that are whole) are judged and saved */
};
#define SRCH_DEFAULT_TEMPERATURE 0.7
#define SRCH_MAX_TOKENS 256
#define SRCH_BATCH 32

/* Forks that must be able to live at once for these options: what eng_options.max_forks has to be. */
int srch_forks_alive(const struct srch_options *o);

/* What a search did; plain values. */
struct srch_outcome {
	char commit[41];         /* the finished run's one commit id; "" while tasks of other shards are missing */
	size_t tasks, programs;  /* of the whole run; while some are missing, of those that are there */
	size_t missing;          /* tasks */
	size_t tasks_resumed;    /* found finished in the store */
	uint64_t tokens;         /* generated in this call */
	double seconds, engine_seconds; /* of this call */
	double tokens_per_second;
};

/* Runs the search. judge NULL: generate and extract only. ERR_CONFLICT: out holds another run (says which option differs), or
 * holds a run and resume is not set, or another process is writing it. ERR_USAGE, ERR_IO (disk full), ERR_LIMIT (a prompt too
 * long for the model names the task), ERR_STOPPED. After any failure the store holds every task that was saved and can be resumed. */
int srch_run(const struct srch_options *opt, const struct srch_tasks *tasks, const struct srch_generator *gen,
	const struct srch_judge *judge, struct srch_outcome *out) CHECK_RESULT;

/* Joins shards of one run, and whatever else was begun with its options, in the new folder `out`: each task as whoever grew most of it
 * has it. The same tasks in several of them must be the same, to the bit. With all tasks there the run is finished, and its commit the
 * one that it would have had in one piece. ERR_CONFLICT: they are of different runs (says which option differs), two have one task
 * otherwise, or out holds something; ERR_FORMAT, ERR_MISSING: one is no run, or damaged. */
struct srch_merged {
	char commit[41];         /* "" while tasks are missing */
	size_t tasks, programs;  /* that are there; programs of unfinished tasks, too */
	size_t missing;          /* tasks that are not there, or not finished */
	char missing_names[256]; /* of the first of them; "" for none */
};
int srch_merge(const char *const *dirs, size_t n, const char *out, struct srch_merged *merged) CHECK_RESULT;

/* Judges a run that was generated without (`judge RUN`): the store ends in the very commit `run` would have given.
 * A run judged already is judged again when `again`, else left alone. */
int srch_judge_run(const char *dir, const struct srch_judge *judge, int workers, bool again, struct srch_outcome *out) CHECK_RESULT;

/* Recomputes nodes with the generator and compares tokens, text, routing and log-probabilities, to the bit.
 * every: 1 recomputes all, n every nth program. */
struct srch_verified {
	size_t tasks, programs, tokens;
	size_t differing;        /* programs, and prompts, with any difference */
	char first[256];         /* the first difference in words; "" when none */
};
int srch_verify(const char *dir, const struct srch_generator *gen, int every, struct srch_verified *out) CHECK_RESULT;

#endif
