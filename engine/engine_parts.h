/* engine/engine_parts.h - inside engine/: what a model, a prefix and a fork are made of, shared by engine_open.c (how they come to be
 * and go) and engine.c (what they do). */
#ifndef ENGINE_ENGINE_PARTS_H
#define ENGINE_ENGINE_PARTS_H

#include "base/mem.h"
#include "base/thread.h"
#include "engine/config.h"
#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/kv.h"
#include "engine/model.h"
#include "engine/room.h"

struct eng_fork {
	struct eng_model *m;
	struct kv_seq seq;
	int32_t *table; /* [pages_per_seq], the pages of seq */
	int start;      /* tokens of its prompt */
	int32_t kept;   /* the row of logits behind its last position */
	float *logits;  /* with a device: [n_vocab], a plain copy of it, which ... */
	bool fetched;   /* ... is the present one */
	int next_free;  /* while free: the next free fork, -1 at the end */
	unsigned step;  /* the last eng_step it was in */
};

struct eng_prefix {
	struct eng_model *m;
	struct kv_seq seq;
	int32_t kept; /* the row of logits after the last position */
};

/* A step that is begun and not finished. */
struct eng_begun {
	int turn, n;
	bool draws;
	struct eng_fork **forks; /* [max_forks]; NULL: freed since */
};

struct eng_model {
	struct eng_config config;
	struct eng_weights *weights;
	struct crew *crew;
	struct kern kern;
	bool fp8; /* activations meet FP8 weights as FP8; elsewhere they are kern's */
	bool shared; /* siblings share a checkpoint of the recurrent state */
	struct forward *forward;
	struct draw *draw;
	struct kv *kv;
	struct eng_info info;
	char *dir;
	int *layer_index;
	struct room room;
	int max_forks, max_positions, pages_per_seq, max_prefixes, chunk; /* the first four are room's */
	int due; /* pages that the living forks may still come to take, all together (engine.c) */
	struct eng_fork *forks; /* [max_forks] */
	int first_free, n_prefixes; /* n_prefixes are alive */
	/* Rows of logits, counted: a fork has its parent's until its first step. [max_forks + max_prefixes] each. */
	int32_t *kept_users, *free_kept; /* the first n_free_kept are free */
	int n_free_kept;
	float *plain_logits; /* [max_forks x n_vocab], NULL without a device */
	unsigned step;
	struct eng_begun begun[ENG_AHEAD]; /* the oldest first */
	int n_begun;
	int n_drawn; /* rows of the last step that drew: they can be read */

	/* One batch's description, [max(chunk, max_forks)] each, and tables for prefill, [ENG_TOGETHER x pages_per_seq]. */
	int32_t *ids, *position, *first, *keep, *chunk_table;
	struct forward_copy *copy; /* [max_forks] */
	int n_copies;
	const int32_t **table;
	struct forward_state *state;
};

#endif
