#include "search/passk.h"
#include <math.h>

double srch_pass_at(size_t n, size_t c, size_t k)
{
	if (n - c < k)
		return 1;
	double none = 1; /* no pass among k draws: product of 1 - k/i for i in n-c+1 .. n */
	for (size_t i = n - c + 1; i <= n; i++)
		none *= 1 - (double)k / (double)i;
	return 1 - none;
}

double srch_pass_mean(const struct srch_pass_counts *t, size_t n_tasks, size_t k, size_t *dropped)
{
	double sum = 0;
	size_t used = 0;
	for (size_t i = 0; i < n_tasks; i++) {
		if (t[i].n < k)
			continue;
		sum += srch_pass_at(t[i].n, t[i].c, k);
		used++;
	}
	if (dropped)
		*dropped = n_tasks - used;
	return used ? sum / (double)used : NAN;
}

double srch_pass_share(const struct srch_pass_counts *t, size_t n_tasks)
{
	double sum = 0;
	size_t used = 0;
	for (size_t i = 0; i < n_tasks; i++) {
		if (!(t[i].mass > 0))
			continue;
		sum += t[i].mass_passed / t[i].mass;
		used++;
	}
	return used ? sum / (double)used : NAN;
}
