/* engine/tokenizer.h - layer 2. tokenizer.json: byte-level BPE with the file's own split pattern, added and special tokens.
 *
 * Encoding equals HF tokenizers' encode(text, add_special_tokens=False), token for token. Decoding concatenates the tokens'
 * bytes, special tokens kept: decode(encode(x)) == x for every byte string that is valid UTF-8 (and NFC where the file
 * normalises). Read what the file says; an element that is not supported is an error with its name.
 * A tok is read-only after loading and may be shared by threads. */
#ifndef ENGINE_TOKENIZER_H
#define ENGINE_TOKENIZER_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tok;

/* Parses the bytes of a tokenizer.json. ERR_FORMAT, ERR_UNSUPPORTED, ERR_LIMIT. */
int tok_parse(struct tok **out, const void *data, size_t size) CHECK_RESULT;
/* Maps `dir/tokenizer.json` and parses it; ERR_MISSING when there is none. */
int tok_open(struct tok **out, const char *dir) CHECK_RESULT;
void tok_free(struct tok *t);

struct tok_ids {
	int32_t *ids;
	size_t n, cap;
};
void tok_ids_release(struct tok_ids *ids);

/* Appends the ids of text[len]. Bytes that are not UTF-8 are an ERR_FORMAT naming the offset. */
int tok_encode(const struct tok *t, const char *text, size_t len, struct tok_ids *out) CHECK_RESULT;
/* The same with the special tokens that the file's post_processor puts round a text: HF's encode(text). Mixtral's is "<s>" before it;
 * Qwen's and OLMoE's are none. */
int tok_encode_prompt(const struct tok *t, const char *text, size_t len, struct tok_ids *out) CHECK_RESULT;
/* Appends the bytes of ids[n]; an unknown id is ERR_USAGE. The result need not be whole UTF-8 sequences. */
int tok_decode(const struct tok *t, const int32_t *ids, size_t n, struct buf *out) CHECK_RESULT;
/* Borrowed bytes of one token (special tokens: their text); NULL for an id the tokenizer lacks. */
const char *tok_bytes(const struct tok *t, int32_t id, size_t *len);
/* The id of an added token such as "<|endoftext|>", or -1. */
int32_t tok_added_id(const struct tok *t, const char *content);
int tok_size(const struct tok *t); /* one more than the highest id */

#endif
