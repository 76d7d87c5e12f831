/* report/figures.h - layer 4. Every figure that is printed, plotted or put on the page, computed once from a loaded run.
 *
 * A run's tasks keep their order; a task's programs keep theirs. Groups are those of one task: equal assembly in two tasks is
 * two groups. A program counts as failed when it was judged and did not pass, also when it did not compile; where the judge
 * itself failed, or the task has no test, it counts as not tested.
 * tokens_spent: of independent samples, all their tokens; of a tree, those not shared with a program of lower index. */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "align/jaccard.h"
#include "align/redundancy.h"
#include "align/textdiff.h"
#include "report/steps.h"
#include "search/run.h"

struct rep_options {
	enum aln_by by;
	int resamples, threads; /* < 1: the default */
	uint64_t seed;          /* of the bootstrap */
	bool routing;           /* compare routing; the run must have been loaded with RUN_ROUTING */
	bool texts;             /* compare the sources within groups */
};

struct rep_task {
	struct aln_redundancy redundancy;
	struct aln_group *groups; /* largest first; .first is an index within the task */
	int n_groups;
	struct aln_textdiff textdiff;
};

struct rep_figures {
	const struct run *run;    /* borrowed */
	struct run_summary summary;
	bool has_routing;         /* the run has routing, and it was asked for */
	struct aln_jaccard jaccard;
	struct aln_redundancy redundancy;
	struct aln_textdiff textdiff;
	struct rep_task *tasks;   /* [run->n_tasks] */
	struct rep_steps steps;   /* empty where the run does not say */
};

/* Fails as align/ does: ERR_FORMAT (routing that cannot be), ERR_NOMEM; out is then empty. Yours: release. */
int rep_figures_make(struct rep_figures *out, const struct run *run, const struct rep_options *opt) CHECK_RESULT;
void rep_figures_release(struct rep_figures *f);

/* A task's programs as align/ takes them: out[task->n], borrowing the run's arrays. */
void rep_task_programs(struct aln_program *out, const struct run *run, const struct run_task *task);
/* What to call the model. */
const char *rep_model(const struct run *r);
/* 1 passed, 0 failed, -1 not tested. */
int rep_program_passed(const struct run_program *p);

#endif
