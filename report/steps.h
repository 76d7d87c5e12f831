/* report/steps.h - layer 4. What steps cost: how many distinct experts each layer touched for how many forks (search/steps.h).
 *
 * Two references say what the same steps would have touched had their forks chosen independently of one another, k of e experts each:
 *   uniform   every expert as often as every other: e (1 - (1 - k/e)^forks)
 *   popular   each as often as the run's generated tokens chose it in that layer: sum over experts of 1 - (1 - share)^forks
 * What was touched lies below them as far as forks of one prompt choose alike. */
#ifndef REPORT_STEPS_H
#define REPORT_STEPS_H

#include "search/run.h"

/* Of one layer, over all steps; of all layers. Distinct experts in a layer and step. */
struct rep_touched {
	int64_t steps, forks;   /* forks: summed over the steps */
	double mean;
	int min, max;
	double per_fork;        /* distinct experts over forks, of all steps together */
	double uniform, popular; /* means of what they say; popular NaN where the run has no routing */
};

/* Of the steps of one size, over all layers. */
struct rep_step_size {
	int size;               /* forks in the step */
	struct rep_touched all;
	double lowest, highest; /* the means of the layers that touched fewest and most */
};

struct rep_steps {
	struct rep_touched all;
	struct rep_touched *layers;  /* [n_layers] */
	int n_layers, fewest, most;  /* layers: the first of those with the lowest and the highest mean */
	struct rep_step_size *sizes; /* [n_sizes], ascending, those that were */
	int n_sizes;
};

/* Empty (n_sizes 0) where the run does not say, or was loaded without RUN_STEPS. popular wants RUN_ROUTING. Yours: release. */
void rep_steps_make(struct rep_steps *out, const struct run *run);
void rep_steps_release(struct rep_steps *s);
/* e (1 - (1 - k/e)^forks) */
double rep_steps_uniform(const struct run *run, double forks);

#endif
