/* engine/tok_load.h - layer 2. Reading tokenizer.json, element by element. Foreign types (jansson) stay behind `void`-free
 * forward declarations; each function fills its part of struct tok and leaves what it made for tok_free also when it fails.
 * ERR_FORMAT, ERR_UNSUPPORTED, ERR_LIMIT; every message begins with "tokenizer: " and the element's name. */
#ifndef ENGINE_TOK_LOAD_H
#define ENGINE_TOK_LOAD_H

#include "engine/tok_parts.h"

struct json_t;

/* "normalizer": null, NFC, NFD, NFKC, NFKD, Prepend, Replace (String), Sequence. */
int tok_load_normalizer(struct tok *t, const struct json_t *root) CHECK_RESULT;
/* "pre_tokenizer": null, Split, ByteLevel (last), Digits, Sequence. */
int tok_load_pre_tokenizer(struct tok *t, const struct json_t *root) CHECK_RESULT;
/* "decoder": null, ByteLevel, Replace, ByteFallback, Fuse, Strip, Sequence. */
int tok_load_decoder(struct tok *t, const struct json_t *root) CHECK_RESULT;
/* "model": BPE. After the decoder. */
int tok_load_model(struct tok *t, const struct json_t *root) CHECK_RESULT;
/* "added_tokens". After the model and the normaliser. */
int tok_load_added(struct tok *t, const struct json_t *root) CHECK_RESULT;
/* "post_processor": null, ByteLevel (which adds nothing), TemplateProcessing (its "single"), Sequence. After the added tokens. */
int tok_load_post_processor(struct tok *t, const struct json_t *root) CHECK_RESULT;

/* ---- readers of one field; `where` names the object in messages ---- */
/* The "type" of obj, or NULL with the message set. */
const char *tok_json_type(const struct json_t *obj, const char *where);
/* A missing or null field leaves *out as it is. */
int tok_json_bool(bool *out, const struct json_t *obj, const char *where, const char *key) CHECK_RESULT;
/* A field that must be there; borrowed. */
int tok_json_text(const char **out, size_t *len, const struct json_t *obj, const char *where, const char *key) CHECK_RESULT;
/* {"String": "..."} or {"Regex": "..."}. */
int tok_json_pattern(const char **out, size_t *len, bool *literal, const struct json_t *obj, const char *where) CHECK_RESULT;
int tok_json_unsupported(const char *where, const char *type) CHECK_RESULT;

#endif
