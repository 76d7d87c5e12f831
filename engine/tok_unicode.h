/* engine/tok_unicode.h - layer 2. Code points for the tokenizer: UTF-8, white space, and the drift between Unicode versions.
 *
 * The reference, HF tokenizers 0.23, splits text by Oniguruma's tables (Unicode 16.0) and normalises by those of a crate
 * (Unicode 9.0). Ours are PCRE2's (10.42: Unicode 14.0) and utf8proc's (2.8.0: Unicode 15.0). The token ids of a text must not
 * depend on that, so two tables say where they differ (tok_unicode.inc, made and checked by tests/golden/tokenizer/):
 *
 *   splitting      A code point assigned after 14.0 (and U+180E, which PCRE2 alone calls white space, and U+1171E, whose
 *                  category changed from Mn to Mc) is given to PCRE2 as an older one of the same category and the same
 *                  length in UTF-8, its stand-in: offsets stay, and a newer PCRE2 gives the same result.
 *   normalisation  A code point that Unicode 9.0 did not know has no decomposition, no combining class and no composition
 *                  for the reference: it is passed over, and what stands on either side is normalised by itself.
 *
 * Strings below are valid UTF-8 unless said otherwise. */
#ifndef ENGINE_TOK_UNICODE_H
#define ENGINE_TOK_UNICODE_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offset of the first byte that is not part of valid UTF-8 (overlong forms, surrogates and > U+10FFFF are not); n when all is. */
size_t tok_utf8_check(const char *s, size_t n);
/* Length of the sequence that begins with this byte. */
int tok_utf8_length(unsigned char lead);
/* Reads the code point at s (its length is tok_utf8_length). */
uint32_t tok_utf8_get(const char *s);
/* Writes up to 4 bytes, returns how many. */
int tok_utf8_put(char *out, uint32_t cp);

/* White_Space, which is what \s is for the reference. */
bool tok_is_space(uint32_t cp);

/* The code point itself, or its stand-in. */
uint32_t tok_stand_in(uint32_t cp);
/* The text as PCRE2 is to see it: s itself when nothing in it needs a stand-in, else a copy made in `copy` (cleared first). */
const char *tok_shadow(const char *s, size_t n, struct buf *copy);
/* True for a code point that normalisation passes over. */
bool tok_norm_inert(uint32_t cp);

#endif
