/* search/passk.h - layer 3. Pass rates.
 *
 * pass@k by the unbiased estimator 1 - C(n-c, k) / C(n, k) of Chen et al., "Evaluating Large Language Models Trained on
 * Code" (2021), as a product, mean over tasks. It assumes independent draws: only for the policy `sample`. For tree searches
 * the share of path probability that passes is given instead, under its own name.
 * A program the harness failed on counts in no denominator. */
#ifndef SEARCH_PASSK_H
#define SEARCH_PASSK_H

#include <stddef.h>

/* Of n draws c pass; 1 <= k <= n. */
double srch_pass_at(size_t n, size_t c, size_t k);

struct srch_pass_counts {
	size_t n, c;        /* draws and passes of one task */
	double mass, mass_passed; /* sums of exp(path log-probability), all and passing */
};
/* Mean of pass@k over tasks; *dropped: tasks with n < k, left out (0 tasks left: returns NaN). */
double srch_pass_mean(const struct srch_pass_counts *t, size_t n_tasks, size_t k, size_t *dropped);
/* Mean over tasks of mass_passed / mass; tasks without mass left out; NaN when none is left. */
double srch_pass_share(const struct srch_pass_counts *t, size_t n_tasks);

#endif
