/* engine/forward.h - layer 2. One pass of the model over a batch of rows, in terms of kernels.
 *
 * A batch is n rows: the last positions of n forks (a decode step), or consecutive positions of one sequence (a prompt's
 * chunk). Which page and state slot each row uses is settled before, by kv.c; this file only computes. Row r of everything that
 * comes out depends, to the bit, on row r's own sequence alone (kernels.h). Nothing is allocated in forward_run.
 *
 * Legend: n rows, d model width, e experts, k chosen, layers = layers with experts (all of them in the present families). */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include "engine/model.h"

struct forward_state {
	int32_t from, to; /* slots; from negative: a fresh, zero state */
};

struct forward_batch {
	int n;                       /* rows, at most max_rows */
	const int32_t *ids;          /* [n] */
	const int32_t *position;     /* [n] */
	const int32_t *const *table; /* [n] pages of the row's sequence */
	int n_seq;
	const int32_t *first;        /* [n_seq + 1] rows of each sequence */
	const struct forward_state *state; /* [n_seq] */
	int logits_from;             /* rows logits_from .. n - 1 get logits */
	float *logits;               /* [(n - logits_from) x vocab] */
	uint16_t *experts;           /* NULL or [n x layers x k] */
	float *weights;              /* NULL or [n x layers x k] */
};

struct forward;

/* ERR_NOMEM. Weights and kern are borrowed for the life of *out. quantise: what goes into a product with FP8 weights, and into no
 * other, is put through kern_quantise first, whatever kern's own compute type. */
int forward_new(struct forward **out, const struct eng_weights *w, struct kern *k, bool quantise, int max_rows, int max_positions,
                int n_pages, int n_slots) CHECK_RESULT;
void forward_free(struct forward *f);

int forward_run(struct forward *f, const struct forward_batch *b) CHECK_RESULT;
/* Copies page `from` to page `to` in every attention layer. */
void forward_copy_page(struct forward *f, int32_t from, int32_t to);

int forward_distinct(const struct forward *f); /* experts touched by the last run, summed over layers */
/* Without a forward: what a model of that config needs. */
size_t forward_kv_bytes(const struct eng_config *c, enum kern_type compute); /* of one position */
size_t forward_state_bytes(const struct eng_config *c);                      /* of one slot */

#endif
