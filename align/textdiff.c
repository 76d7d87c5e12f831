#include "align/textdiff.h"
#include "align/lcs.h"
#include "base/map.h"
#include "base/mem.h"

static const char *const names[ALN_N_DIFFS] = {"blank", "comment", "layout", "name", "other"};

/* Lines from..to of one text, and the tokens that begin on them. */
struct run {
	const struct aln_text *text;
	int from, to;
};

const char *aln_diff_name(enum aln_diff d)
{
	return names[d];
}

static void run_tokens(struct run r, int *first, int *n)
{
	*first = *n = 0;
	if (r.from == r.to)
		return;
	const struct aln_text_line *last = &r.text->lines[r.to - 1];
	*first = r.text->lines[r.from].first_token;
	*n = last->first_token + last->n_tokens - *first;
}

static bool token_equal(const struct aln_text_token *a, const struct aln_text_token *b)
{
	return a->kind == b->kind && a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* Whether b is always the same for a, both ways round; remembers new pairs. */
static bool rename_holds(struct map *there, struct map *back, const struct aln_text_token *a, const struct aln_text_token *b)
{
	const struct aln_text_token *from[2] = {a, b}, *to[2] = {b, a};
	struct map *maps[2] = {there, back};
	for (int i = 0; i < 2; i++) {
		uint64_t *seen = map_get(maps[i], from[i]->at, from[i]->len);
		if (!seen)
			map_put(maps[i], from[i]->at, from[i]->len, (uint64_t)(uintptr_t)to[i]);
		else if (!token_equal((const struct aln_text_token *)(uintptr_t)*seen, to[i]))
			return false;
	}
	return true;
}

/* A run that begins inside a string has code that none of its tokens shows. */
static bool begins_in_string(struct run r)
{
	return r.from < r.to && r.text->lines[r.from].in_string;
}

/* LAYOUT: the same tokens; NAME: the same up to renaming; OTHER. */
static enum aln_diff compare_tokens(struct run a, struct run b)
{
	int first_a, first_b, n_a, n_b;
	run_tokens(a, &first_a, &n_a);
	run_tokens(b, &first_b, &n_b);
	if (n_a != n_b || begins_in_string(a) || begins_in_string(b))
		return ALN_DIFF_OTHER;
	struct map there, back;
	map_init(&there);
	map_init(&back);
	enum aln_diff found = ALN_DIFF_LAYOUT;
	for (int i = 0; i < n_a && found != ALN_DIFF_OTHER; i++) {
		const struct aln_text_token *x = &a.text->tokens[first_a + i], *y = &b.text->tokens[first_b + i];
		bool both_names = x->kind == ALN_TOK_NAME && y->kind == ALN_TOK_NAME;
		if (both_names ? !rename_holds(&there, &back, x, y) : !token_equal(x, y))
			found = ALN_DIFF_OTHER;
		else if (!token_equal(x, y))
			found = ALN_DIFF_NAME;
	}
	map_release(&there);
	map_release(&back);
	return found;
}

static bool has_comment(struct run r)
{
	for (int i = r.from; i < r.to; i++)
		if (r.text->lines[i].has_comment)
			return true;
	return false;
}

static void count_lines(struct aln_textdiff *d, struct run r, enum aln_diff code)
{
	for (int i = r.from; i < r.to; i++) {
		const struct aln_text_line *l = &r.text->lines[i];
		d->lines[l->has_code ? code : l->has_comment ? ALN_DIFF_COMMENT : ALN_DIFF_BLANK]++;
	}
}

static void count_run(struct aln_textdiff *d, struct run a, struct run b, enum aln_diff whole)
{
	enum aln_diff code = compare_tokens(a, b);
	if (code == ALN_DIFF_OTHER)
		code = whole;
	if (code == ALN_DIFF_LAYOUT && (has_comment(a) || has_comment(b)))
		code = ALN_DIFF_COMMENT;
	count_lines(d, a, code);
	count_lines(d, b, code);
}

/* Equal lines get equal numbers. */
static int32_t *number_lines(const struct aln_text *t, struct map *seen)
{
	int32_t *ids = mem_array((size_t)t->n_lines + 1, sizeof *ids);
	for (int i = 0; i < t->n_lines; i++) {
		uint64_t *id = map_get(seen, t->lines[i].at, t->lines[i].len);
		if (!id)
			map_put(seen, t->lines[i].at, t->lines[i].len, seen->n);
		ids[i] = id ? (int32_t)*id : (int32_t)seen->n - 1;
	}
	return ids;
}

static void count_runs(struct aln_textdiff *d, const struct aln_text *a, const struct aln_text *b, const struct aln_lcs *lcs)
{
	enum aln_diff whole = compare_tokens((struct run){a, 0, a->n_lines}, (struct run){b, 0, b->n_lines});
	int i = 0, j = 0;
	int64_t before = aln_textdiff_total(d);
	for (int m = 0; m <= lcs->n_matches; m++) {
		int to_a = m < lcs->n_matches ? lcs->matches[m].a : a->n_lines;
		int to_b = m < lcs->n_matches ? lcs->matches[m].b : b->n_lines;
		count_run(d, (struct run){a, i, to_a}, (struct run){b, j, to_b}, whole);
		i = to_a + 1;
		j = to_b + 1;
	}
	d->comparisons++;
	d->identical += aln_textdiff_total(d) == before;
}

int aln_textdiff_add(struct aln_textdiff *d, enum aln_text_language language, const char *a, const char *b)
{
	struct aln_text ta, tb;
	struct aln_lcs lcs;
	struct map seen;
	aln_text_parse(&ta, language, a);
	aln_text_parse(&tb, language, b);
	aln_lcs_init(&lcs);
	map_init(&seen);
	int32_t *ids_a = number_lines(&ta, &seen), *ids_b = number_lines(&tb, &seen);
	int rc = aln_lcs_find(&lcs, ids_a, ta.n_lines, ids_b, tb.n_lines);
	if (!rc)
		count_runs(d, &ta, &tb, &lcs);
	mem_free(ids_a);
	mem_free(ids_b);
	map_release(&seen);
	aln_lcs_release(&lcs);
	aln_text_release(&ta);
	aln_text_release(&tb);
	return rc;
}

int64_t aln_textdiff_total(const struct aln_textdiff *d)
{
	int64_t n = 0;
	for (int i = 0; i < ALN_N_DIFFS; i++)
		n += d->lines[i];
	return n;
}
