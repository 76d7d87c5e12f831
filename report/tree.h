/* report/tree.h - layer 4. The tree of forks of one task, laid out to be drawn.
 *
 * Programs are put together by their common tokens: two share a branch for as long as all their tokens agree, whether the
 * search grew them from one node or they were drawn apart and came out alike.
 *
 *     x: tokens after the prompt          y: 0 .. n_leaves - 1, one a program
 *
 *     0 ───┬──────── leaf 0               a branch is a horizontal line from x0 to x1 at y; where it splits, a vertical line
 *          └──┬───── leaf 1               at its x1 joins its children, from y_low to y_high
 *             └───── leaf 2
 *
 * At a split the child with more programs comes first, ties by the lowest program index. Identical programs lie beside one
 * another at the end of one branch. Leaves are numbered in the order they are drawn. */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "search/run.h"

struct rep_branch {
	int x0, x1;
	double y, y_low, y_high; /* y_low == y_high: it ends in one leaf */
	int n_programs, passed, failed; /* below it; the rest was not tested */
	int first;               /* index within the task of the first program below it */
};

struct rep_tree {
	struct rep_branch *branches; /* [n_branches], a branch before those that grow from it */
	int n_branches, cap;
	int *leaves;                 /* [n_leaves] program index within the task of leaf y */
	int n_leaves;
	int depth;                   /* tokens of the longest program */
};

void rep_tree_make(struct rep_tree *t, const struct run *run, const struct run_task *task);
void rep_tree_release(struct rep_tree *t);

#endif
