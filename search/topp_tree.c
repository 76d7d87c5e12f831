#include "search/topp_tree.h"
#include "base/mem.h"
#include <string.h>

void topp_add_piece(const struct session *s, int32_t token, struct buf *text)
{
	size_t len = 0;
	const char *piece = growth_is_eos(s->gen, token) ? NULL : s->gen->piece(s->gen->ctx, token, &len);
	if (piece)
		buf_add(text, piece, len);
}

/* Counts, for every twig, the twigs on it that lead to a leaf. */
static void mark_survivors(struct tree *t)
{
	for (int i = t->n - 1; i >= 0; i--) { /* children stand behind their parents */
		struct twig *w = &t->twigs[i];
		if ((w->leaf || w->n_kids) && w->parent >= 0)
			t->twigs[w->parent].n_kids++;
	}
}

static bool ends_stretch(const struct twig *w)
{
	return w->leaf || w->n_kids >= 2;
}

struct ranked {
	double logprob;
	int twig;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->logprob != y->logprob)
		return x->logprob > y->logprob ? -1 : 1;
	return (x->twig > y->twig) - (x->twig < y->twig);
}

/* number[i]: of the node that twig i ends. Leaves by path log-probability, then the branching segments as they came. */
static void number_nodes(const struct tree *t, int *number)
{
	struct ranked *r = mem_array((size_t)t->n_leaves + 1, sizeof *r);
	int n = 0, next = t->n_leaves;
	for (int i = 0; i < t->n; i++) {
		if (t->twigs[i].leaf)
			r[n++] = (struct ranked){t->twigs[i].logprob, i};
		else if (t->twigs[i].n_kids >= 2)
			number[i] = next++;
	}
	qsort(r, (size_t)n, sizeof *r, by_rank);
	for (int i = 0; i < n; i++)
		number[r[i].twig] = i;
	mem_free(r);
}

/* The chain of twigs that ends in `end`, as a stretch. */
static void add_stretch(struct tree *t, int end, int number)
{
	struct session *s = t->s;
	int n = 1, first = end;
	while (t->twigs[first].parent >= 0 && !ends_stretch(&t->twigs[t->twigs[first].parent])) {
		first = t->twigs[first].parent;
		n++;
	}
	int above = t->twigs[first].parent;
	struct stretch *st = growth_add(t->g, above < 0 ? -1 : t->twigs[above].stretch, number);
	st->leaf = t->twigs[end].leaf;
	st->start = t->twigs[first].depth - 1;
	st->finished = t->twigs[end].finished;
	st->logprob = t->twigs[end].logprob;
	while (st->cap < (size_t)n) {
		st->n = st->cap;
		stretch_reserve(st, s->row);
	}
	st->n = (size_t)n;
	st->rows = st->leaf ? st->n - 1 : st->n;
	for (int i = n - 1, w = end; i >= 0; i--, w = t->twigs[w].parent) {
		st->tokens[i] = t->twigs[w].token;
		st->logprobs[i] = t->twigs[w].token_logprob;
		if ((size_t)i < st->rows && s->row) {
			memcpy(st->experts + (size_t)i * s->row, t->experts + (size_t)w * s->row, s->row * sizeof *st->experts);
			memcpy(st->weights + (size_t)i * s->row, t->weights + (size_t)w * s->row, s->row * sizeof *st->weights);
		}
	}
	for (int i = 0; i < n; i++)
		topp_add_piece(s, st->tokens[i], &st->text);
	t->twigs[end].stretch = t->g->n - 1;
}

static void add_path_text(const struct growth *g, int stretch, struct buf *out)
{
	if (stretch < 0)
		return;
	const struct stretch *st = &g->stretches[stretch];
	add_path_text(g, st->parent, out);
	buf_add(out, buf_text(&st->text), st->text.len);
}

int topp_hand_in(struct tree *t)
{
	struct session *s = t->s;
	int *number = mem_array((size_t)t->n, sizeof *number), rc = 0;
	mark_survivors(t);
	number_nodes(t, number);
	for (int i = 0; i < t->n; i++) {
		if (ends_stretch(&t->twigs[i]))
			add_stretch(t, i, number[i]);
	}
	mem_free(number);
	for (int i = 0; i < t->g->n && !rc; i++) {
		if (!t->g->stretches[i].leaf)
			continue;
		struct buf text;
		buf_init(&text, BUF_MAX_TEXT);
		add_path_text(t->g, i, &text);
		rc = session_submit(s, t->g, &t->g->stretches[i], buf_text(&text));
		buf_release(&text);
	}
	if (!rc)
		session_grown(s, t->g);
	return rc;
}
