/* search/judging.h - layer 3. Many programs through the judge, by worker threads, each piece of work done once.
 *
 * Within one task, identical program text is compiled once and programs with identical assembly are tested once; whether the
 * task's test is weak is found out once a task. What comes out for a program depends on the program alone, never on
 * timing: identical assembly is the same program to the machine.
 *
 * One thread adds and collects; workers are the judging's own. */
#ifndef SEARCH_JUDGING_H
#define SEARCH_JUDGING_H

#include "search/port.h"
#include "search/task.h"

/* What became of one completion. Strings belong to the judged thing; NULL where there is none. */
struct srch_judged {
	enum cmp_extraction extraction;
	char *program;           /* what extraction found; NULL for CMP_EX_NOTHING */
	bool judged;             /* false: the judge only extracts; the fields below are empty */
	bool compiled;
	enum cmp_status status;
	char *assembly;          /* normalised; NULL when it did not compile */
	size_t assembly_len;
	char *message;           /* compiler's complaint, failing assertion, last of stderr: not part of what is hashed */
	bool suspicious, calls_required, weak_test;
	int signal, exit_status;
	double compile_seconds, run_seconds; /* wall clock, 0 when another program's work was used */
};
void srch_judged_release(struct srch_judged *j);

struct srch_judging;
/* judge borrowed; workers 0: one per processor. Yours. */
struct srch_judging *srch_judging_new(const struct srch_judge *judge, int workers);
void srch_judging_free(struct srch_judging *j);
/* Queues a completion (or, if whole, a program as it stands) of a task; task borrowed until freed; text copied.
 * *ticket counts from 0. */
int srch_judging_add(struct srch_judging *j, const struct srch_task *task, const char *text, bool whole, size_t *ticket) CHECK_RESULT;
/* Whether the ticket's work is done; never waits. */
bool srch_judging_done(struct srch_judging *j, size_t ticket);
/* Waits for the ticket and moves its result out (once). An error is the judge's own failure (ERR_MISSING, ERR_IO). */
int srch_judging_take(struct srch_judging *j, size_t ticket, struct srch_judged *out) CHECK_RESULT;
/* Forgets what is remembered of a task whose tickets were all taken: its programs' text and assembly. */
void srch_judging_forget(struct srch_judging *j, const struct srch_task *task);
/* Tickets added and not yet done. */
size_t srch_judging_pending(struct srch_judging *j);

#endif
