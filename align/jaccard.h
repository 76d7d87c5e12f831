/* align/jaccard.h - layer 1. The routing comparison: how alike the expert sets of aligned tokens are, layer by layer.
 *
 * For each layer, the mean Jaccard index over all token pairs of all pairs of programs of all tasks, once for pairs with the
 * same token and once for pairs with different ones. The overall figure is the mean over token pairs and layers; as every
 * token pair counts once at every layer, that is the mean of the layers' means.
 *
 * Means are sums of n[x] * x / (2k - x) over whole-number counts, in a fixed order: the same to the bit on any machine that
 * adds in IEEE doubles, whatever the number of threads.
 *
 * Intervals: 95 % percentile bootstrap over tasks (the tasks are drawn again with all their pairs, the ratio is taken of the
 * drawn sums; resamples without any such pair are left out). Programs of one task are not independent, tasks are: this is why
 * the task is what is drawn. With fewer than two tasks that have such pairs there is no interval: NaN.
 *
 * The gap is same minus different; the layers where the two curves come closest and farthest are those of the smallest and
 * the largest gap, ties to the lower layer. A mean of nothing is NaN. */
#ifndef ALIGN_JACCARD_H
#define ALIGN_JACCARD_H

#include "align/tally.h"

struct aln_estimate {
	double mean, lo, hi; /* NaN where there is none */
	int64_t n;           /* token pairs */
};

struct aln_point {
	struct aln_estimate same, different;
	double gap, gap_lo, gap_hi;
};

struct aln_jaccard {
	struct aln_shape shape;
	enum aln_by by;
	int n_tasks;         /* added; tasks_with_pairs of them have token pairs */
	int tasks_with_pairs;
	int64_t program_pairs, token_pairs;
	double chance_plugin, chance_exact;
	struct aln_point *points; /* [ALN_N_CLASSES x (n_layers + 1)]; the last of each row is over all layers */
	struct aln_point *tasks;  /* [n_tasks] over all pairs and layers; no intervals */
	struct aln_point distance[ALN_N_DISTANCES]; /* over all layers; no intervals */
	int closest, farthest;    /* layers; -1 when no layer has both curves */
	int resamples;
	uint64_t seed;
};

/* resamples < 1: ALN_RESAMPLES; threads < 1: one for every processor. Cannot fail. */
void aln_jaccard_make(struct aln_jaccard *out, const struct aln_tally *t, int resamples, uint64_t seed, int threads);
void aln_jaccard_release(struct aln_jaccard *j);
/* layer -1: over all layers. Borrowed. */
const struct aln_point *aln_jaccard_point(const struct aln_jaccard *j, enum aln_class c, int layer);

#endif
