/* align/pairs.h - layer 1. Which token of one program is held against which of another.
 *
 * Two programs of one task share their tokens up to the fork: the first position at which their tokens differ. Comparison
 * begins there (that first, differing pair included). If one is the beginning of the other, or both are the same, there is no
 * such position and so no pair.
 *
 *   by step         the j-th token of one meets the j-th of the other, j from the fork to the end of the shorter.
 *
 *   by token        the two rests after the fork are aligned by a longest common subsequence of token ids (align/lcs.h, a
 *                   being the program with the lower index). Matched tokens are pairs with the same id. Between two
 *                   neighbouring matches, before the first and after the last, the unmatched tokens of both are paired in
 *                   order, first with first, until one side has none left; these differ (were two equal, the subsequence
 *                   would not have been longest).
 *
 *                       a:  x  i  =  0  ;           longest common subsequence: i = ;
 *                       b:     i  =  1  ;  }        pairs: (i,i) (=,=) (0,1) (;,;); x and } meet nobody
 *
 *   by instruction  through the assembly: not supported yet.
 *
 * A pair in which either token has no routing row is left out, after the alignment. Pairs come in ascending order. */
#ifndef ALIGN_PAIRS_H
#define ALIGN_PAIRS_H

#include "align/lcs.h"
#include "align/program.h"
#include <stdbool.h>

enum aln_by { ALN_BY_STEP, ALN_BY_TOKEN, ALN_BY_INSTRUCTION };
/* ERR_USAGE: an unknown name; ERR_UNSUPPORTED: `instruction`. */
int aln_by_parse(enum aln_by *out, const char *name) CHECK_RESULT;
const char *aln_by_name(enum aln_by by);

struct aln_pair {
	int32_t a, b; /* positions from each program's first token */
	bool same;    /* the two token ids are equal */
};

/* Scratch and result; one a thread. */
struct aln_pairs {
	struct aln_pair *items;
	int n, cap;
	int fork; /* position of the first difference, -1 when there is none */
	struct aln_lcs lcs;
};

void aln_pairs_init(struct aln_pairs *p);
void aln_pairs_release(struct aln_pairs *p);
/* First position in which the tokens differ, -1 when one is the beginning of the other. */
int aln_fork_position(const struct aln_program *a, const struct aln_program *b);
/* Fills p->items and p->fork. ERR_NOMEM, ERR_UNSUPPORTED. */
int aln_pairs_make(struct aln_pairs *p, enum aln_by by, const struct aln_program *a, const struct aln_program *b) CHECK_RESULT;

#endif
