/* engine/tok_pattern.h - layer 2. From the regular expressions of tokenizer.json (Oniguruma's syntax) to PCRE2's.
 *
 * The two agree on most of what split patterns use and differ silently on some: \w, \h, \v, \p{Han} (script, not script
 * extensions), anchors, {n,m}+, (?i) without a colon, class arithmetic. What differs is rewritten where that is exact (\w,
 * scripts, \v, \u) and otherwise refused by name: a pattern is never read as something else than the file meant.
 *
 * NEEDSWORK: under (?i: Oniguruma also matches a letter pair with a ligature (ss and U+00DF, fi and U+FB01): pairs of ASCII
 * letters that have one are refused there. */
#ifndef ENGINE_TOK_PATTERN_H
#define ENGINE_TOK_PATTERN_H

#include "base/buf.h"
#include "base/err.h"
#include <stddef.h>

/* Appends the PCRE2 pattern. where: what the element is called in messages ("pre_tokenizer.pretokenizers[0].pattern").
 * ERR_UNSUPPORTED names the construct, ERR_FORMAT what is broken. */
int tok_pattern_translate(struct buf *out, const char *where, const char *pattern, size_t len) CHECK_RESULT;

#endif
