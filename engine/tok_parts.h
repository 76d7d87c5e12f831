/* engine/tok_parts.h - layer 2. What a tokenizer consists of, for the files that build it (tok_load*.c) and use it
 * (tokenizer.c). The order in which a text passes through:
 *
 *   text -> cut at added tokens -> norms, one after the other -> cut at normalised added tokens -> steps -> bpe -> ids
 */
#ifndef ENGINE_TOK_PARTS_H
#define ENGINE_TOK_PARTS_H

#include "engine/tok_added.h"
#include "engine/tok_bpe.h"
#include "engine/tok_norm.h"
#include "engine/tok_split.h"
#include "engine/tokenizer.h"

enum { TOK_MAX_FILE = 512 << 20, TOK_MAX_TEXT = 1 << 30, TOK_MAX_IDS = 1 << 21, TOK_MAX_TOKEN = 1 << 16, TOK_MAX_STEPS = 64 };

/* Bytes of each id; a hole has at == TOK_HOLE. */
#define TOK_HOLE UINT32_MAX
struct tok_piece {
	uint32_t at, len; /* in pool */
};
struct tok_vocab {
	struct tok_piece *pieces; /* [n_ids] */
	size_t n_ids;             /* one more than the highest id */
	struct buf pool;          /* each NUL-terminated */
};

/* One step of pre-tokenisation: a cut, or (split NULL) a space put in front of every piece that does not begin with one. */
struct tok_step {
	struct tok_split *split;
};

/* How a token's text in the vocabulary becomes bytes. */
struct tok_decoder {
	bool byte_level;    /* the text is in GPT-2's alphabet of bytes */
	bool byte_fallback; /* "<0xE2>" is a byte */
	struct tok_norm replace; /* kind REPLACE with from != NULL: done to every token */
	char *strip;        /* owned: a character cut from the beginning of the whole text, strip_max times; NULL: none */
	size_t strip_len, strip_max;
};

struct tok {
	struct tok_vocab vocab;
	struct tok_bpe bpe;
	struct tok_added added;
	struct tok_norm norms[TOK_MAX_STEPS];
	size_t n_norms;
	struct tok_step steps[TOK_MAX_STEPS];
	size_t n_steps;
	bool byte_level; /* the steps end in ByteLevel */
	struct tok_decoder decoder;
	struct tok_ids before, after; /* what the post_processor puts round a whole text */
};

/* The byte that GPT-2's alphabet writes as this code point (every byte has a printable one), or -1. */
int tok_byte_of(uint32_t cp);
/* Turns a text in that alphabet into bytes (out has room for len); false when some character is not in it. */
bool tok_bytes_of(char *out, size_t *out_len, const char *text, size_t len);
/* Appends the bytes a token of this text stands for. */
int tok_decode_piece(const struct tok_decoder *d, const char *text, size_t len, struct buf *out) CHECK_RESULT;

/* Gives id these bytes, replacing those it had. The id is within n_ids. ERR_LIMIT. */
int tok_vocab_set(struct tok_vocab *v, int32_t id, const char *bytes, size_t len) CHECK_RESULT;
/* Makes room for ids below n. */
void tok_vocab_grow(struct tok_vocab *v, size_t n);

/* Normalises with all of t->norms: result and its length, borrowed from text or from one of the two scratch buffers. */
int tok_normalise(const struct tok *t, const char **text, size_t *len, struct buf scratch[2]) CHECK_RESULT;

#endif
