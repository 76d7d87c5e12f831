#include "search/growth.h"
#include "base/mem.h"
#include "search/prompt.h"

struct stretch *growth_add(struct growth *g, int parent, int number)
{
	if (g->n == g->cap) {
		g->cap = g->cap ? 2 * g->cap : 32;
		g->stretches = mem_grow(g->stretches, (size_t)g->cap, sizeof *g->stretches);
	}
	struct stretch *s = &g->stretches[g->n++];
	*s = (struct stretch){.parent = parent, .number = number};
	buf_init(&s->text, BUF_MAX_TEXT);
	return s;
}

void stretch_reserve(struct stretch *s, size_t row)
{
	if (s->n < s->cap)
		return;
	s->cap = s->cap ? 2 * s->cap : 64;
	s->tokens = mem_grow(s->tokens, s->cap, sizeof *s->tokens);
	s->logprobs = mem_grow(s->logprobs, s->cap, sizeof *s->logprobs);
	if (row) {
		s->experts = mem_grow(s->experts, s->cap * row, sizeof *s->experts);
		s->weights = mem_grow(s->weights, s->cap * row, sizeof *s->weights);
	}
}

void stretch_release(struct stretch *s)
{
	mem_free(s->tokens);
	mem_free(s->logprobs);
	mem_free(s->experts);
	mem_free(s->weights);
	buf_release(&s->text);
	s->tokens = NULL;
	s->logprobs = s->weights = NULL;
	s->experts = NULL;
	s->n = s->rows = s->cap = 0;
}

void growth_release(struct growth *g)
{
	for (int i = 0; i < g->n; i++)
		stretch_release(&g->stretches[i]);
	mem_free(g->stretches);
	mem_free(g->prompt_experts);
	mem_free(g->prompt_weights);
	mem_free(g->first);
	tok_ids_release(&g->prompt);
	g->first = NULL;
	g->stretches = NULL;
	g->prompt_experts = NULL;
	g->prompt_weights = NULL;
	g->n = g->cap = 0;
}

bool growth_is_eos(const struct srch_generator *gen, int32_t token)
{
	for (int i = 0; i < gen->n_eos; i++) {
		if (gen->eos[i] == token)
			return true;
	}
	return false;
}

void growth_look(const struct growth_rules *r, const struct growth *g, const struct buf *text, struct cmp_closing *closing)
{
	size_t end;
	if (prompt_is_continued(r->gen->frame))
		(void)r->judge->closed(r->judge->ctx, closing, &g->problem, buf_text(text), text->len, &end);
}

static bool is_longest(const struct growth_rules *r, size_t n)
{
	return n >= (size_t)r->max_tokens;
}

/* No position is left to read its token at. */
static bool is_full(const struct growth_rules *r, const struct growth *g, size_t n)
{
	return g->prompt.n + n > (size_t)r->gen->max_positions;
}

bool growth_is_last(const struct growth_rules *r, const struct growth *g, size_t n)
{
	return is_longest(r, n) || is_full(r, g, n);
}

bool growth_ends(const struct growth_rules *r, const struct growth *g, int32_t token, const struct buf *text, struct cmp_closing *closing,
	size_t n, enum node_finish *how)
{
	size_t end;
	if (growth_is_eos(r->gen, token))
		*how = NODE_EOS;
	else if (prompt_is_continued(r->gen->frame) && r->judge->closed(r->judge->ctx, closing, &g->problem, buf_text(text), text->len, &end))
		*how = NODE_CLOSED;
	else if (is_longest(r, n))
		*how = NODE_LENGTH;
	else if (is_full(r, g, n))
		*how = NODE_LIMIT;
	else
		return false;
	return true;
}
