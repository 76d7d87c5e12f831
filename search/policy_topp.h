/* search/policy_topp.h - layer 3. The choices of the policy top-p, as arithmetic over plain arrays; search/search.h defines
 * the policy. */
#ifndef SEARCH_POLICY_TOPP_H
#define SEARCH_POLICY_TOPP_H

#include "engine/sample.h"
#include <stdbool.h>

/* A way on from a live path. */
struct topp_child {
	int parent;     /* place of the live path in its depth's order */
	int rank;       /* 0: the most likely token after it */
	int32_t token;
	float token_logprob;
	double logprob; /* of the path */
	bool finished;
};

/* How many of the n most likely tokens (best first) are expanded: the fewest whose probabilities sum to at least p; all n
 * when they do not; at least 1 when n > 0. */
int topp_within(const struct eng_choice *best, int n, double p);
/* Puts children in the order of the definition: path log-probability, highest first; ties by parent, then by rank. */
void topp_order(struct topp_child *c, int n);
/* From ordered children: which become leaves and which live on, under the budgets. keep[i]: 0 dropped, 1 leaf, 2 lives on.
 * n_leaves: leaves there are already. Returns the number dropped. */
enum topp_fate { TOPP_DROPPED, TOPP_LEAF, TOPP_LIVES };
int topp_choose(const struct topp_child *c, int n, int n_leaves, int forks, int frontier, enum topp_fate *fate);

#endif
