#include "align/stats.h"
#include "base/rng.h"
#include <math.h>

double aln_mean(const double *x, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += x[i];
	return n > 0 ? sum / n : NAN;
}

double aln_sd(const double *x, int n)
{
	double mean = aln_mean(x, n), sum = 0;
	for (int i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return n > 1 ? sqrt(sum / (n - 1)) : NAN;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int aln_sort(double *x, int n)
{
	int kept = 0;
	for (int i = 0; i < n; i++)
		if (!isnan(x[i]))
			x[kept++] = x[i];
	qsort(x, (size_t)kept, sizeof *x, compare_doubles);
	return kept;
}

double aln_percentile(const double *sorted, int n, double q)
{
	if (n < 1)
		return NAN;
	double at = q * (n - 1);
	int lo = (int)floor(at);
	int hi = lo + 1 < n ? lo + 1 : lo;
	return sorted[lo] + (at - lo) * (sorted[hi] - sorted[lo]);
}

void aln_resample(int32_t *times, int n_clusters, uint64_t seed, uint32_t resample)
{
	memset(times, 0, (size_t)n_clusters * sizeof *times);
	for (int i = 0; i < n_clusters; i++) {
		struct rng_at at = {.seed = seed, .task = ALN_BOOT_STREAM, .node = resample, .step = (uint32_t)i};
		times[rng_below(at, (uint32_t)n_clusters)]++;
	}
}
