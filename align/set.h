/* align/set.h - layer 1. Sets of experts and how alike two of them are.
 *
 * A set of k of N experts is held as bits, (N + 63) / 64 words. All sets of one run have the same size k, so that their
 * Jaccard index is a function of the size x of the intersection alone:
 *
 *     J(A, B) = |A n B| / |A u B| = x / (2k - x)
 *
 * Two independent sets drawn at random are alike by chance. Both customary figures are given:
 *     plug-in   k / (2N - k)                        the ratio of expectations; what papers quote
 *     exact     sum_x Hyp(x; N, k, k) x / (2k - x)  the expectation of the ratio, x hypergeometric
 *
 * Everything is a pure function; nothing allocates. */
#ifndef ALIGN_SET_H
#define ALIGN_SET_H

#include "align/program.h"
#include "base/err.h"

static inline int aln_set_words(int n_experts)
{
	return (n_experts + 63) / 64;
}

/* bits[aln_set_words(n_experts)] = the set of ids[k]. ERR_FORMAT: an id out of range, or twice in one set. */
int aln_set_fill(uint64_t *bits, const uint16_t *ids, int k, int n_experts) CHECK_RESULT;
/* |A n B| */
int aln_set_common(const uint64_t *a, const uint64_t *b, int n_words);
double aln_jaccard_index(int common, int k);
double aln_chance_plugin(int n_experts, int k);
double aln_chance_exact(int n_experts, int k);

#endif
