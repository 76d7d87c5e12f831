/* align/stats.h - layer 1. Means, percentiles, the bootstrap over clusters.
 *
 * Sums run in index order, so that results are the same to the bit whoever calls, on however many threads.
 * An empty input gives NaN, never a silent 0. */
#ifndef ALIGN_STATS_H
#define ALIGN_STATS_H

#include <stdint.h>

#define ALN_RESAMPLES 2000

double aln_mean(const double *x, int n);
/* Sample standard deviation (n - 1); NaN when n < 2. */
double aln_sd(const double *x, int n);
/* Sorts x[n] in place, NaN removed; returns how many are left. */
int aln_sort(double *x, int n);
/* Of sorted values, q in 0..1, linear between order statistics (NumPy's default, Hyndman and Fan's type 7). */
double aln_percentile(const double *sorted, int n, double q);

/* Bootstrap over clusters: how often each of n_clusters is drawn in one resample of n_clusters draws with replacement.
 * Draw i of resample r is by coordinate (seed, stream "boot", r, i): times[n_clusters] depends on nothing else. */
void aln_resample(int32_t *times, int n_clusters, uint64_t seed, uint32_t resample);
#define ALN_BOOT_STREAM UINT32_C(0x626f6f74)

#endif
