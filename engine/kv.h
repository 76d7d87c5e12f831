/* engine/kv.h - layer 2. Who owns which KV page and which state slot. Bookkeeping only: no tensor, no memory of a model.
 *
 * Pages hold ENG_PAGE positions each. They form a forest: a page knows the page before it, and counts who hangs on it (pages
 * that follow it, and sequences that end in it). A sequence is an index and a length:
 *
 *      page 3 (full) <-- page 7 (full) <-- page 9  (4 of 32)   <- sequence A, tip 9, length 68
 *                              ^---------- page 12 (9 of 32)   <- sequence B, tip 12, length 73
 *
 * Forking copies the three numbers of a sequence and raises two counts. The first write after a fork goes:
 *   - tip full: a new page behind it; nothing is copied
 *   - tip partly full and shared: a new page takes the tip's place for this sequence, its first positions copied from the tip
 *     (copy on write: at most ENG_PAGE - 1 positions)
 *   - tip partly full and ours alone: in place
 * Pages that follow another hang on full pages only, so nobody's positions are ever overwritten.
 *
 * State slots hold one recurrent state each (all Gated DeltaNet layers of one sequence). They are counted as well. A step reads
 * slot `from` and writes slot `to`: the same where the sequence is the only owner, a fresh one where it is shared, so that the
 * first step after a fork reads the parent's state and writes its own, and forking itself copies nothing. Within one batch every
 * kv_state_begin comes before any kv_state_end: no sequence then writes a slot that another of the batch still reads.
 *
 * Where siblings share a checkpoint (forward.h), a state slot is that checkpoint, read by many and written at grid positions alone,
 * and what a sequence adds to it in between lies in a ring slot, counted in the same way and begun and ended at every step. */
#ifndef ENGINE_KV_H
#define ENGINE_KV_H

#include "base/err.h"
#include "kernels/kernels.h"
#include <stdbool.h>
#include <stdint.h>

#define ENG_PAGE KERN_PAGE /* positions in a page */
#define KV_NONE (-1)

struct kv;

struct kv_seq {
	int32_t tip;    /* the last page, KV_NONE while empty */
	int32_t length; /* positions */
	int32_t slot;   /* state to be read next, KV_NONE before the first */
	int32_t ring;   /* the same of the ring */
};

/* What one position needs before it can be written. */
struct kv_place {
	int32_t page, offset;      /* where it goes */
	int32_t copy_from, copy_n; /* copy that many positions from that page first; KV_NONE, 0 when not */
};

struct kv *kv_new(int n_pages, int n_slots, int n_rings); /* yours */
void kv_free(struct kv *kv);
int kv_pages_free(const struct kv *kv);
int kv_slots_free(const struct kv *kv);
int kv_rings_free(const struct kv *kv);

struct kv_seq kv_seq_empty(void);
struct kv_seq kv_seq_fork(struct kv *kv, const struct kv_seq *s);
void kv_seq_release(struct kv *kv, struct kv_seq *s); /* empty afterwards */

/* Whether the last page is partly full and another sequence ends in it too: the next position of s then takes a page to copy it to. */
bool kv_tip_is_shared(const struct kv *kv, const struct kv_seq *s);

/* Lengthens s by one position. ERR_NOMEM when no page is free; s is then unchanged. */
int kv_seq_append(struct kv *kv, struct kv_seq *s, struct kv_place *out) CHECK_RESULT;
/* Writes the pages of s into table, first to last; returns how many. */
int kv_seq_table(const struct kv *kv, const struct kv_seq *s, int32_t *table);

/* ERR_NOMEM when no slot is free. from is KV_NONE for a sequence without a state yet. */
int kv_state_begin(struct kv *kv, const struct kv_seq *s, int32_t *from, int32_t *to) CHECK_RESULT;
/* The state of s is now in `to`; what it read from is given up. */
void kv_state_end(struct kv *kv, struct kv_seq *s, int32_t to);
/* Undoes a kv_state_begin whose step does not happen. */
void kv_state_cancel(struct kv *kv, const struct kv_seq *s, int32_t to);
/* The same for rings. */
int kv_ring_begin(struct kv *kv, const struct kv_seq *s, int32_t *from, int32_t *to) CHECK_RESULT;
void kv_ring_end(struct kv *kv, struct kv_seq *s, int32_t to);

#endif
