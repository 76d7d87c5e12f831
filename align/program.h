/* align/program.h - layer 1. What the comparisons take in: plain arrays, borrowed from whoever loaded them.
 *
 * A program is one finished generation. Its tokens are the generated ones (the prompt is shared by all programs of the task
 * and is no part of a comparison), from the first after the prompt to the last, over all nodes of its branch.
 * Row i of `experts` is the routing of the forward pass whose input was token i: [n_layers x top_k] ids, in chosen order.
 * The last token of a branch was never an input, so n_rows is usually n_tokens - 1; rows beyond n_tokens are not allowed.
 *
 * Units: tokens, rows. Ids: 0 .. n_experts - 1, distinct within one row and layer. */
#ifndef ALIGN_PROGRAM_H
#define ALIGN_PROGRAM_H

#include <stdint.h>

#define ALN_MAX_EXPERTS 1024
#define ALN_MAX_TOP_K 64

struct aln_shape {
	int n_layers; /* those that have experts */
	int n_experts, top_k;
};

struct aln_program {
	const int32_t *tokens;   /* [n_tokens] */
	const uint16_t *experts; /* [n_rows x n_layers x top_k]; may be NULL when n_rows is 0 */
	int n_tokens, n_rows;
	int group;        /* equal within a task exactly when the assembly is; -1: it did not compile */
	int passed;       /* 1 passed its test, 0 failed (or did not compile), -1 not tested */
	int tokens_spent; /* tokens generated for this program and no earlier one: its segments not shared with a lower index */
};

#endif
