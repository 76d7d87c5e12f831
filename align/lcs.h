/* align/lcs.h - layer 1. A longest common subsequence of two integer sequences, by whole machine words.
 *
 * Bit i of row j says whether L grows between a[..i] and a[..i+1] against b[..j], where L is the length of the longest
 * common subsequence; one row takes n_a / 64 additions (Crochemore, Iliopoulos, Pinzon, Reid: "A fast and practical
 * bit-vector algorithm for the longest common subsequence problem", 2001). All rows are kept for the way back.
 *
 * Which of several longest ones (contract, since figures depend on it): from (i, j) = (n_a, n_b) backwards,
 *     if L(i-1, j) == L(i, j)       i--           an element of a is dropped first,
 *     else if L(i, j-1) == L(i, j)  j--           then one of b,
 *     else                          match (i-1, j-1), i--, j--.
 *
 * The struct is scratch that grows and is used again; one a thread. Memory: n_a * n_b / 8 bytes. */
#ifndef ALIGN_LCS_H
#define ALIGN_LCS_H

#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

struct aln_match {
	int32_t a, b; /* a[match.a] == b[match.b] */
};

struct aln_lcs {
	struct aln_match *matches; /* [n_matches], ascending in both */
	int n_matches;
	/* scratch */
	uint64_t *rows, *masks;
	int32_t *symbols;
	size_t rows_cap, masks_cap;
	int symbols_cap, matches_cap;
};

void aln_lcs_init(struct aln_lcs *l);
void aln_lcs_release(struct aln_lcs *l);
/* Fills l->matches. ERR_NOMEM when the rows do not fit. */
int aln_lcs_find(struct aln_lcs *l, const int32_t *a, int n_a, const int32_t *b, int n_b) CHECK_RESULT;

#endif
