#include "search/port.h"

int srch_logits(const struct srch_generator *g, void *fork, const float **out)
{
	*out = g->logits(g->ctx, fork);
	return *out ? 0 : ERR_UNSUPPORTED; /* the message is set */
}

int srch_draw(const struct srch_generator *g, void *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at,
	struct eng_choice *out, int32_t *scratch)
{
	const float *logits;
	int rc = 0;
	if (g->draw)
		return n ? g->draw(g->ctx, forks, n, how, at, out) : 0;
	for (int i = 0; i < n && !rc; i++) {
		rc = srch_logits(g, forks[i], &logits);
		if (!rc)
			out[i] = eng_sample(logits, g->n_vocab, how, at[i], scratch);
	}
	return rc;
}

int srch_top(const struct srch_generator *g, void *const *forks, int n, int count, struct eng_choice *out, int *found, int32_t *scratch)
{
	const float *logits;
	int rc = 0;
	*found = count = count < g->n_vocab ? count : g->n_vocab;
	if (g->top)
		return n ? g->top(g->ctx, forks, n, count, out) : 0;
	for (int i = 0; i < n && !rc; i++) {
		rc = srch_logits(g, forks[i], &logits);
		if (!rc)
			eng_top(logits, g->n_vocab, count, out + (size_t)i * (size_t)count, scratch);
	}
	return rc;
}
