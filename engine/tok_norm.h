/* engine/tok_norm.h - layer 2. Normalisers of tokenizer.json: NFC, NFD, NFKC, NFKD, Prepend, Replace, in the file's order.
 * Normalisation follows the reference's Unicode version (tok_unicode.h); ordering marks takes n log n, however many there are. */
#ifndef ENGINE_TOK_NORM_H
#define ENGINE_TOK_NORM_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum tok_norm_kind { TOK_NORM_NFC, TOK_NORM_NFD, TOK_NORM_NFKC, TOK_NORM_NFKD, TOK_NORM_PREPEND, TOK_NORM_REPLACE };

struct tok_norm {
	enum tok_norm_kind kind;
	char *from; /* owned: what Replace looks for, never empty; NULL elsewhere */
	size_t from_len;
	char *to; /* owned: what Prepend and Replace put there */
	size_t to_len;
};

void tok_norm_release(struct tok_norm *n);
/* Appends the normalised text[len] to out, which must be empty. ERR_LIMIT when out's ceiling is reached. */
int tok_norm_apply(const struct tok_norm *n, const char *text, size_t len, struct buf *out) CHECK_RESULT;
/* True when the step would leave the text as it is; may say false for a text it would leave. Cheap. */
bool tok_norm_idle(const struct tok_norm *n, const char *text, size_t len);

#endif
