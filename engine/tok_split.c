#include "engine/tok_split.h"
#include "base/mem.h"
#include "engine/tok_pattern.h"
#include "engine/tok_unicode.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MAX_PATTERN_BYTES = 1 << 16 };

struct tok_split {
	pcre2_code *code;
	char *where; /* for messages */
	bool jit;
	enum tok_behavior behavior;
	bool invert;
};

struct tok_matcher {
	pcre2_match_data *data;
	struct tok_spans found; /* matches and what is between them, before the behaviour */
};

void tok_spans_add(struct tok_spans *s, size_t start, size_t end, bool match)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->v = mem_grow(s->v, s->cap, sizeof *s->v);
	}
	s->v[s->n++] = (struct tok_span){ start, end, match };
}

void tok_spans_release(struct tok_spans *s)
{
	mem_free(s->v);
	*s = (struct tok_spans){ 0 };
}

static int compile(struct tok_split *s, const struct tok_split_spec *spec)
{
	struct buf text;
	buf_init(&text, 8 * MAX_PATTERN_BYTES);
	int rc = spec->literal ? buf_add(&text, spec->pattern, spec->len) : tok_pattern_translate(&text, spec->where, spec->pattern, spec->len);
	if (rc)
		goto out;
	int code;
	size_t at;
	uint32_t how = spec->literal ? PCRE2_LITERAL | PCRE2_UTF : PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
	s->code = pcre2_compile((PCRE2_SPTR)buf_text(&text), text.len, how, &code, &at, NULL);
	if (!s->code) {
		char why[160];
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
		rc = err_set(ERR_UNSUPPORTED, "tokenizer: %s: \"%.120s\" does not compile: %s", spec->where, buf_text(&text), why);
		goto out;
	}
	s->jit = pcre2_jit_compile(s->code, PCRE2_JIT_COMPLETE) == 0;
out:
	buf_release(&text);
	return rc;
}

int tok_split_new(struct tok_split **out, const struct tok_split_spec *spec)
{
	*out = NULL;
	if (spec->len == 0)
		return err_set(ERR_UNSUPPORTED, "tokenizer: %s: an empty pattern is not supported", spec->where);
	if (spec->len > MAX_PATTERN_BYTES)
		return err_set(ERR_LIMIT, "tokenizer: %s: a pattern of %zu bytes; at most %d are read", spec->where, spec->len, MAX_PATTERN_BYTES);
	struct tok_split *s = mem_zalloc(sizeof *s);
	s->behavior = spec->behavior;
	s->invert = spec->invert;
	s->where = mem_strdup(spec->where);
	int rc = compile(s, spec);
	if (rc) {
		tok_split_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void tok_split_free(struct tok_split *s)
{
	if (!s)
		return;
	pcre2_code_free(s->code);
	mem_free(s->where);
	mem_free(s);
}

struct tok_matcher *tok_matcher_new(void)
{
	struct tok_matcher *m = mem_zalloc(sizeof *m);
	m->data = pcre2_match_data_create(1, NULL);
	return m;
}

void tok_matcher_free(struct tok_matcher *m)
{
	if (!m)
		return;
	pcre2_match_data_free(m->data);
	tok_spans_release(&m->found);
	mem_free(m);
}

/* The next match at or behind `from`: 1, 0 for none, or PCRE2's negative code. Machine code works on a fixed stack; where
 * that is too small for a long stretch, the interpreter, whose memory grows, does it again. */
static int next_match(const struct tok_split *s, struct tok_matcher *m, const char *text, size_t n, size_t from, uint32_t how)
{
	if (!m->data)
		return PCRE2_ERROR_NOMEMORY;
	how |= PCRE2_NO_UTF_CHECK;
	int rc = PCRE2_ERROR_JIT_STACKLIMIT;
	if (s->jit && !(how & PCRE2_ANCHORED))
		rc = pcre2_jit_match(s->code, (PCRE2_SPTR)text, n, from, how, m->data, NULL);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(s->code, (PCRE2_SPTR)text, n, from, how | PCRE2_NO_JIT, m->data, NULL);
	return rc == PCRE2_ERROR_NOMATCH ? 0 : rc < 0 ? rc : 1;
}

/* Fills m->found with matches and gaps that cover text[n]. An empty match right behind the last match does not count. */
static int find(const struct tok_split *s, struct tok_matcher *m, const char *text, size_t n)
{
	const size_t *ov = m->data ? pcre2_get_ovector_pointer(m->data) : NULL;
	size_t prev = 0, from = 0;
	bool matched = false;
	int rc = 0;
	m->found.n = 0;
	while (from <= n && (rc = next_match(s, m, text, n, from, 0)) > 0) {
		size_t start = ov[0], end = ov[1];
		if (end < start || start < prev) /* \K is refused, so this cannot be */
			break;
		if (start == end && matched && end == prev) {
			from += from < n ? (size_t)tok_utf8_length((unsigned char)text[from]) : 1;
			continue;
		}
		if (prev != start)
			tok_spans_add(&m->found, prev, start, false);
		tok_spans_add(&m->found, start, end, true);
		prev = from = end;
		matched = true;
	}
	if (rc < 0)
		return err_set(ERR_LIMIT, "tokenizer: %s: the pattern gives up at byte %zu of a piece of %zu bytes (PCRE2 error %d)", s->where, from, n, rc);
	if (prev != n)
		tok_spans_add(&m->found, prev, n, false);
	return 0;
}

static void keep(struct tok_spans *out, size_t base, size_t start, size_t end)
{
	if (end > start)
		tok_spans_add(out, base + start, base + end, false);
}

/* A match joins the piece before it, unless that piece is a match too; `contiguous`: equals join equals instead. */
static void fold_forward(const struct tok_spans *in, bool contiguous, size_t base, struct tok_spans *out)
{
	size_t first = 0;
	bool previous = false;
	for (size_t i = 0; i < in->n; i++) {
		bool joins = contiguous ? in->v[i].match == previous : in->v[i].match && !previous;
		if (i > 0 && !joins) {
			keep(out, base, in->v[first].start, in->v[i - 1].end);
			first = i;
		}
		previous = in->v[i].match;
	}
	if (in->n)
		keep(out, base, in->v[first].start, in->v[in->n - 1].end);
}

/* A match joins the piece behind it, unless that piece is a match too. */
static void fold_backward(const struct tok_spans *in, size_t base, struct tok_spans *out)
{
	for (size_t i = 0; i < in->n; i++) {
		bool joins = in->v[i].match && i + 1 < in->n && !in->v[i + 1].match;
		size_t start = in->v[i].start;
		if (joins)
			i++;
		keep(out, base, start, in->v[i].end);
	}
}

int tok_split_run(const struct tok_split *s, struct tok_matcher *m, const char *subject, struct tok_span span, struct tok_spans *out)
{
	int rc = find(s, m, subject + span.start, span.end - span.start);
	if (rc)
		return rc;
	for (size_t i = 0; s->invert && i < m->found.n; i++)
		m->found.v[i].match = !m->found.v[i].match;
	switch (s->behavior) {
	case TOK_ISOLATED:
	case TOK_REMOVED:
		for (size_t i = 0; i < m->found.n; i++)
			if (s->behavior == TOK_ISOLATED || !m->found.v[i].match)
				keep(out, span.start, m->found.v[i].start, m->found.v[i].end);
		break;
	case TOK_MERGED_PREVIOUS:
	case TOK_CONTIGUOUS:
		fold_forward(&m->found, s->behavior == TOK_CONTIGUOUS, span.start, out);
		break;
	case TOK_MERGED_NEXT:
		fold_backward(&m->found, span.start, out);
		break;
	}
	return 0;
}

bool tok_split_matches(const struct tok_split *s, struct tok_matcher *m, const char *subject, size_t n)
{
	return next_match(s, m, subject, n, 0, PCRE2_ANCHORED) > 0;
}
