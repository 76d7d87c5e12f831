/* align/textdiff.h - layer 1. In what two source texts of one group differ, since their assembly does not.
 *
 * The lines of both texts are aligned (longest common subsequence of whole lines, align/lcs.h). Every line that is in one text
 * only counts once, under one class:
 *     blank     nothing but white space
 *     comment   nothing but comment, or code whose run of differing lines has the same tokens on both sides and a comment
 *     layout    code of such a run without a comment: white space and line breaks alone
 *     name      the run's tokens are the same up to renaming identifiers, one to one within the run
 *     other     anything else
 * A run is what lies between two neighbouring equal lines. When the whole texts have the same tokens (or the same up to
 * renaming) no run of theirs is `other`, wherever their lines break.
 *
 * A group of n texts is compared n - 1 times, each later one with the first. */
#ifndef ALIGN_TEXTDIFF_H
#define ALIGN_TEXTDIFF_H

#include "align/textlex.h"
#include "base/err.h"
#include <stdint.h>

enum aln_diff { ALN_DIFF_BLANK, ALN_DIFF_COMMENT, ALN_DIFF_LAYOUT, ALN_DIFF_NAME, ALN_DIFF_OTHER, ALN_N_DIFFS };
const char *aln_diff_name(enum aln_diff d);

struct aln_textdiff {
	int64_t comparisons, identical; /* identical: not one line differs */
	int64_t lines[ALN_N_DIFFS];
};

/* Adds the comparison of two texts. ERR_NOMEM (texts of millions of lines). */
int aln_textdiff_add(struct aln_textdiff *d, enum aln_text_language language, const char *a, const char *b) CHECK_RESULT;
int64_t aln_textdiff_total(const struct aln_textdiff *d);

#endif
