/* engine/forward.h - layer 2. One pass of the model over a batch of rows, in terms of kernels.
 *
 * A batch is n rows: the last positions of n forks (a decode step), or consecutive positions of one sequence (a prompt's
 * chunk), or of several whose states are their own (prompts that are read together). Which page and state slot each row uses is settled before, by kv.c; this file only computes. Row r of everything that
 * comes out depends, to the bit, on row r's own sequence alone (kernels.h). Nothing is allocated in a pass.
 *
 * A pass has two halves: forward_begin queues it, forward_finish waits for it and hands out what it made. A second may be begun before the
 * first is finished; a device then goes from one to the other without the host. Without a device all is computed when it is begun. Tokens stay
 * where they were drawn until another pass draws: one that is begun may be given -1 - r for the token of row r of the last that drew, before
 * the host knows it. All that is queued is done in order: a page, a slot or a kept row that a pass under way still uses may be given to
 * what is begun behind it.
 *
 * Recurrent states come in two ways, by the run's own choice (they round differently). Own: a slot holds a sequence's state, which
 * every step reads and writes. Shared: a slot holds a checkpoint, the state after a multiple of KERN_RING positions, which siblings
 * read together; what a sequence's steps have added since lies in its ring slot (kern_gdn_ring). The grid counts from position 0,
 * wherever forks are made: so a fork equals an independent run. A chunk of a prompt goes the usual way up to its last grid position,
 * and from there by ring steps.
 *
 * Logits stay in the backend's memory, in numbered rows that are kept until they are written again. Where a row lies changes: with a
 * device a step leaves its logits where they were computed, and the next pass moves those that it neither writes anew nor was told
 * to forget.
 *
 * Legend: n rows, d model width, e experts, k chosen, layers = layers with experts (all of them in the present families). */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include "engine/draw.h"
#include "engine/model.h"

struct forward_limits {
	int max_rows;      /* of a batch */
	int max_tables;    /* sequences of a batch with a page table of their own */
	int max_positions; /* of a sequence */
	int n_pages, n_slots;
	int n_rings;       /* 0: states are own */
	int n_kept;        /* rows of logits that are kept */
	bool quantise;     /* what goes into a product with FP8 weights, and into no other, is put through kern_quantise first,
	                    * whatever kern's own compute type */
};

struct forward_state {
	int32_t from, to; /* slots; from negative: a fresh, zero state. Shared: to negative where no grid position is passed */
	int32_t ring_from, ring_to; /* ring slots, where states are shared; ring_from negative: a fresh one */
};

/* The next token of every row, from the logits it keeps: drawn in the same pass. */
struct forward_next {
	const struct draw *draw;
	const struct eng_sampling *how;
	const struct rng_at *at; /* [n] */
};

struct forward_copy {
	int32_t from, to;
};

/* All plain memory. */
struct forward_batch {
	int n;                       /* rows, at most max_rows */
	bool prompt;                 /* they are a prompt's chunk, maybe of one row, whose pass is not recorded; else each is a step of a sequence */
	const int32_t *ids;          /* [n]; negative: -1 - a row of the last pass that drew */
	const int32_t *position;     /* [n] */
	const int32_t *const *table; /* [n] pages of the row's sequence; equal pointers are one table */
	int n_seq;
	const int32_t *first;        /* [n_seq + 1] rows of each sequence */
	const struct forward_state *state; /* [n_seq] */
	bool tips;                   /* of a prompt: the last row of each sequence gets logits, which go to keep[n_seq]; logits is NULL ... */
	int logits_from;             /* ... else rows logits_from .. n - 1 get logits ... */
	const int32_t *keep;         /* NULL, or [n - logits_from]: ... which go to these kept rows */
	float *logits;               /* NULL, or [(n - logits_from) x vocab]: or here; keep is then NULL or [1], for the last row's */
	const struct forward_copy *copy; /* [n_copies] pages that are copied, in every attention layer, before anything else */
	int n_copies;                /* at most max_tables */
	uint16_t *experts;           /* NULL or [n x layers x k]: filled when the pass is finished */
	float *weights;              /* NULL or [n x layers x k]: too */
	const struct forward_next *next; /* NULL, or of a step with a row kept for each of the batch */
};

struct forward;

/* ERR_NOMEM. Weights and kern are borrowed for the life of *out. */
int forward_new(struct forward **out, const struct eng_weights *w, struct kern *k, const struct forward_limits *limits) CHECK_RESULT;
void forward_free(struct forward *f);
/* What forward_new would take of the backend's memory. Of w only names and shapes are looked at. */
double forward_bytes(const struct eng_weights *w, struct kern *k, const struct forward_limits *limits);

/* *turn: what forward_finish is to be told. What b points to is not looked at again, but for where routing goes. ERR_USAGE where FORWARD_TURNS
 * passes are begun. */
#define FORWARD_TURNS 2
int forward_begin(struct forward *f, const struct forward_batch *b, int *turn) CHECK_RESULT;
/* out [n]: what it drew; NULL where it drew nothing. ERR_FORMAT: weights that are captured, or logits that were drawn from, are no numbers.
 * However it goes, the turn is free afterwards. */
int forward_finish(struct forward *f, int turn, struct eng_choice *out) CHECK_RESULT;
int forward_run(struct forward *f, const struct forward_batch *b) CHECK_RESULT; /* both; b draws nothing */
bool forward_is_full(const struct forward *f); /* no other pass can be begun */
/* Of a pass that is begun: nobody asks for this row any more, and it may hold no numbers. */
void forward_disown(struct forward *f, int turn, int row);

/* Kept row i: where it lies until the next pass, in the backend's memory (plain memory without a device, and always the same); and as
 * which of forward_rows, all there are. */
float *forward_kept(const struct forward *f, int i);
int32_t forward_row(const struct forward *f, int i);
struct kern_view forward_rows(const struct forward *f);
void forward_forget(struct forward *f, int i); /* nobody asks for it before it is written again */
int forward_get_kept(struct forward *f, int i, float *plain) CHECK_RESULT;

const int32_t *forward_distinct(const struct forward *f); /* [layers]: experts touched by the pass that was finished last */
int forward_pages(int positions); /* of KERN_PAGE, that hold so many from a page's first on */
/* Without a forward: what a model of that config needs. */
size_t forward_kv_bytes(const struct eng_config *c, enum kern_type compute); /* of one position */
size_t forward_state_bytes(const struct eng_config *c);                      /* of one slot; where states are own */
size_t forward_ring_bytes(const struct eng_config *c);                       /* of one ring slot */

#endif
