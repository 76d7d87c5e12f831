/* search/judging_parts.h - layer 3. What the two halves of the judging share: the queue (judging.c) and the workers
 * (judging_work.c). Everything that both sides touch is read and written under the lock. */
#ifndef SEARCH_JUDGING_PARTS_H
#define SEARCH_JUDGING_PARTS_H

#include "base/map.h"
#include "search/judging.h"
#include <pthread.h>

/* How a piece of work ended: done, and the judge's own failure if it had one. */
struct done {
	bool yes;
	int rc;
	char *error;
};

/* A group's test: run once, by whoever compiled its first member. */
struct test_record {
	struct done done;
	struct cmp_verdict verdict;
};

/* A program's compilation: done once for every distinct text. */
struct program_record {
	struct done done;
	struct cmp_object object;
	struct test_record *test; /* NULL: did not compile */
};

struct task_record {
	const struct srch_task *task;
	struct cmp_problem problem;
	struct map programs; /* text -> program_record */
	struct map groups;   /* id of the assembly -> test_record */
	struct done weak_done;
	bool weak;
};

struct job {
	struct job *next;
	struct task_record *task;
	struct program_record *program; /* NULL: nothing extracted, or extracted only */
	enum cmp_extraction extraction;
	char *text, *found;
	bool whole, extracted, taken, weak; /* weak: not a ticket, finds out whether the test is weak */
	bool compiled_here, tested_here;
};

struct srch_judging {
	const struct srch_judge *judge;
	pthread_mutex_t lock;
	pthread_cond_t work, news;
	pthread_t *threads;
	int n_threads;
	bool stop;
	struct job *first, **last;  /* waiting */
	struct job **jobs;          /* by ticket */
	size_t n_jobs, cap_jobs;
	struct map tasks;           /* task pointer -> task_record */
};

/* A worker's thread; ctx is the judging. Ends when `stop` is set. */
void *judging_worker(void *ctx);
/* The record kept under a key; NULL when there is none. */
void *judging_lookup(const struct map *m, const void *key, size_t n);

#endif
