#include "search/policy_topp.h"
#include <math.h>
#include <stdlib.h>

int topp_within(const struct eng_choice *best, int n, double p)
{
	double sum = 0;
	for (int i = 0; i < n; i++) {
		sum += exp((double)best[i].logprob);
		if (sum >= p)
			return i + 1;
	}
	return n;
}

static int by_order(const void *a, const void *b)
{
	const struct topp_child *x = a, *y = b;
	if (x->logprob != y->logprob)
		return x->logprob > y->logprob ? -1 : 1;
	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return (x->rank > y->rank) - (x->rank < y->rank);
}

void topp_order(struct topp_child *c, int n)
{
	qsort(c, (size_t)n, sizeof *c, by_order);
}

int topp_choose(const struct topp_child *c, int n, int n_leaves, int forks, int frontier, enum topp_fate *fate)
{
	int dropped = 0;
	for (int i = 0; i < n; i++) {
		fate[i] = c[i].finished && n_leaves < forks ? TOPP_LEAF : TOPP_DROPPED;
		n_leaves += fate[i] == TOPP_LEAF;
	}
	int room = frontier < forks - n_leaves ? frontier : forks - n_leaves;
	for (int i = 0; i < n; i++) {
		if (!c[i].finished && room > 0) {
			fate[i] = TOPP_LIVES;
			room--;
		}
		dropped += fate[i] == TOPP_DROPPED;
	}
	return dropped;
}
