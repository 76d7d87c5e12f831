/* engine/tok_split.h - layer 2. Cutting text into pieces by a pattern, as pre_tokenizers of tokenizer.json do. PCRE2 is used
 * here alone (with UTF and UCP, compiled to machine code where the machine allows).
 *
 * A tok_split is read-only and shared by threads; a tok_matcher belongs to one call. */
#ifndef ENGINE_TOK_SPLIT_H
#define ENGINE_TOK_SPLIT_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum tok_behavior { TOK_ISOLATED, TOK_REMOVED, TOK_MERGED_PREVIOUS, TOK_MERGED_NEXT, TOK_CONTIGUOUS };

struct tok_span {
	size_t start, end; /* bytes of the text */
	bool match;
};
struct tok_spans {
	struct tok_span *v;
	size_t n, cap;
};
void tok_spans_add(struct tok_spans *s, size_t start, size_t end, bool match);
void tok_spans_release(struct tok_spans *s);

struct tok_split; /* a pattern, a behaviour and whether it is inverted */
struct tok_matcher;

struct tok_split_spec {
	const char *where;   /* what messages call the element; borrowed for the call */
	const char *pattern; /* borrowed for the call */
	size_t len;
	bool literal; /* a String pattern */
	enum tok_behavior behavior;
	bool invert;
};
/* ERR_UNSUPPORTED, ERR_FORMAT. Yours: tok_split_free. */
int tok_split_new(struct tok_split **out, const struct tok_split_spec *spec) CHECK_RESULT;
void tok_split_free(struct tok_split *s);

/* Yours. Scratch for matching. */
struct tok_matcher *tok_matcher_new(void);
void tok_matcher_free(struct tok_matcher *m);

/* Appends to out the pieces of subject[span.start .. span.end), which are never empty and in order. The span is looked at as
 * if nothing stood around it. ERR_LIMIT when the pattern gives up on the text. */
int tok_split_run(const struct tok_split *s, struct tok_matcher *m, const char *subject, struct tok_span span, struct tok_spans *out) CHECK_RESULT;
/* Whether the pattern matches at the very beginning of subject[n]. */
bool tok_split_matches(const struct tok_split *s, struct tok_matcher *m, const char *subject, size_t n);

#endif
