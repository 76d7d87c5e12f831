/* search/topp_tree.h - layer 3. The tree of the policy top-p while a task grows, and what becomes of it.
 *
 * twigs[] are single tokens in the order they came, so that a twig stands behind its parent; experts and weights hold a row for
 * each. Twigs that lead to no leaf stay in the array and are passed over in the end. */
#ifndef SEARCH_TOPP_TREE_H
#define SEARCH_TOPP_TREE_H

#include "search/policy_topp.h"
#include "search/session.h"

struct twig {
	int parent; /* index into twigs; -1: the prompt */
	int32_t token;
	float token_logprob;
	double logprob; /* of the path */
	int depth;      /* tokens since the prompt, this one included */
	bool leaf;
	enum node_finish finished;
	int n_kids;     /* twigs on it that lead to a leaf */
	int stretch;    /* where its chain ends up; -1 while unknown */
};

struct live {
	int twig;
	void *fork;
	struct buf text;
	struct cmp_closing closing; /* how far it was looked at */
};

struct tree {
	struct session *s;
	struct growth *g;
	struct twig *twigs;
	uint16_t *experts; /* [n x row]; a leaf's row is not set */
	float *weights;
	int n, cap, n_leaves;
	struct live *live;
	int n_live;
	struct topp_child *children;
	enum topp_fate *fate;
	int n_children;
	struct eng_choice *best; /* of every live path the K likeliest ways on */
	void **forks;            /* of the live paths */
};

/* Appends a token's bytes; an end-of-text token has none. */
void topp_add_piece(const struct session *s, int32_t token, struct buf *text);
/* The finished tree becomes the growth's stretches, and its leaves go to the judging. */
int topp_hand_in(struct tree *t) CHECK_RESULT;

#endif
