/* engine/tok_bpe.h - layer 2. Byte pair encoding of one piece of text: the lowest-ranked pair is merged first, the leftmost of
 * equals, until no pair has a rank.
 *
 *   "lower"   l o w e r -> lo w e r -> low e r -> low er -> lower     (each step one entry of model.merges)
 *
 * Two alphabets. Byte level (GPT-2 and everything after it): a symbol is a byte, and the vocabulary's texts have been turned
 * back into bytes when loading. Otherwise (sentencepiece's way) a symbol is a code point, and one that the vocabulary lacks
 * becomes its bytes' tokens "<0xE2>", or the unknown token.
 *
 * Short pieces are merged by scanning an array, long ones by a heap over a linked list: n log n, however long. */
#ifndef ENGINE_TOK_BPE_H
#define ENGINE_TOK_BPE_H

#include "base/err.h"
#include "base/map.h"
#include "engine/tokenizer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tok_merge {
	uint64_t pair; /* left id, right id */
	uint32_t rank; /* TOK_NO_RANK: a free slot */
	int32_t id;    /* what they become */
};
#define TOK_NO_RANK UINT32_MAX

struct tok_bpe {
	struct tok_merge *merges; /* [n_slots] open addressing, at most half full */
	size_t n_slots, n_merges;
	int shift;
	bool byte_level, ignore_merges, fuse_unk, byte_fallback;
	int32_t byte_id[256]; /* a byte as a symbol, or as "<0xE2>"; -1: the vocabulary lacks it */
	int32_t unk;          /* -1: none */
	struct map words;     /* text to id, where whole words or code points are looked up; else empty */
};

/* Scratch of one call, reused from piece to piece; all zero to begin with. */
struct tok_symbol {
	int32_t id, merged; /* merged: what it becomes together with the next one */
	uint32_t rank;      /* of that pair; TOK_NO_RANK: none, or this symbol is gone */
	uint32_t prev, next;
};
enum { TOK_CACHE_BITS = 13, TOK_CACHED_BYTES = 22, TOK_CACHED_IDS = 4 };
struct tok_cached { /* a piece that was encoded before; len 0: none */
	int32_t ids[TOK_CACHED_IDS];
	uint8_t len, n_ids;
	char text[TOK_CACHED_BYTES];
};
struct tok_word {
	struct tok_symbol *v;
	size_t n, cap;
	uint64_t *heap; /* rank and position */
	size_t n_heap, heap_cap;
	struct tok_cached *cache; /* [2^TOK_CACHE_BITS]; NULL until the text turns out to be long */
	size_t n_pieces;
};

void tok_bpe_init(struct tok_bpe *b, size_t n_merges);
void tok_bpe_release(struct tok_bpe *b);
/* The last rank given to a pair counts. At most n_merges pairs. */
void tok_bpe_add_merge(struct tok_bpe *b, int32_t left, int32_t right, uint32_t rank, int32_t id);

void tok_word_release(struct tok_word *w);
void tok_ids_add(struct tok_ids *ids, int32_t id);
/* Appends the ids of a piece. ERR_FORMAT when the vocabulary has no token for a byte of it and no unknown token. */
int tok_bpe_encode(const struct tok_bpe *b, struct tok_word *w, const char *piece, size_t n, struct tok_ids *out) CHECK_RESULT;

#endif
