/* align/redundancy.h - layer 1. How much of what was grown is the same program again.
 *
 * Programs of one task that compile to the same assembly are one group. Shares are of compiled programs:
 *     top n       programs in the n largest groups / compiled programs        n = 1, 3, 10
 *     effective   exp(-sum_g p_g ln p_g), p_g the group's share: the number of equally large groups that would be as diverse
 *
 * Early stopping: in the order in which programs have their index, a program whose group has been seen brought nothing new;
 * `tokens_repeated` counts what was generated for such programs (what stopping by an oracle would have saved). A rule that can
 * be followed: stop a task after `patience` programs in a row without a new group (not compiling is no new group); it saves
 * the tokens of the programs that come after and misses the groups that first appear there.
 *
 * Whole numbers add up over tasks. A group belongs to its task: equal assembly in two tasks is two groups.
 * Over several tasks the shares are of the added counts, `effective` is the mean over tasks that have compiled programs. */
#ifndef ALIGN_REDUNDANCY_H
#define ALIGN_REDUNDANCY_H

#include "align/program.h"

enum { ALN_TOP_1, ALN_TOP_3, ALN_TOP_10, ALN_N_TOPS };
#define ALN_N_SIZES 6 /* classes of group size: 1, 2, 3-4, 5-8, 9-16, 17 and more */
#define ALN_N_EARLY 3

struct aln_size_class {
	int from, to; /* programs in the group; to is inclusive, INT32_MAX for the last */
	int64_t groups, programs, tested, passed;
};

struct aln_early {
	int patience;
	int64_t programs_skipped, tokens_saved, groups_missed;
};

struct aln_redundancy {
	int64_t tasks, tasks_compiled; /* the latter have at least one program that compiled */
	int64_t programs, compiled, groups, tested, passed;
	int64_t in_top[ALN_N_TOPS];
	double effective_sum;          /* over tasks */
	int64_t tokens, tokens_repeated, tokens_not_compiled;
	struct aln_size_class sizes[ALN_N_SIZES];
	struct aln_early early[ALN_N_EARLY];
};

struct aln_group {
	int group;           /* as in aln_program */
	int programs, tested, passed;
	int first;           /* index of its first program */
	int64_t tokens;      /* tokens_spent of its programs */
};

/* The groups of one task, largest first, ties to the one seen first. out has room for n; returns how many. */
int aln_groups_list(struct aln_group *out, const struct aln_program *programs, int n);

void aln_redundancy_init(struct aln_redundancy *r);
/* Adds one task: its n programs in index order. A task without programs counts as a task. */
void aln_redundancy_add(struct aln_redundancy *r, const struct aln_program *programs, int n);
/* NaN when nothing compiled. */
double aln_redundancy_top(const struct aln_redundancy *r, int top);
double aln_redundancy_effective(const struct aln_redundancy *r);

#endif
