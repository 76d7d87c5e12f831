/* tests/engine/golden_forks.h - the reference's sequences computed by forks, in company.
 *
 * Every sequence is a prefix and then a line of forks, all lines in one batch:
 *
 *   prefix --+-- noise                          ... to the end
 *            +-- the reference's tokens --+-- noise
 *            |                            +-- the reference's tokens --+-- noise
 *            +-- noise                                                 +-- the reference's tokens, to the end
 *
 * Noise is other tokens: what a sibling writes must not be seen. The line splits after GOLDEN_SPLIT steps and again after as many. */
#ifndef TESTS_ENGINE_GOLDEN_FORKS_H
#define TESTS_ENGINE_GOLDEN_FORKS_H

#include "tests/engine/distinct.h"
#include "tests/engine/golden.h"

enum { GOLDEN_SPLIT = 20, GOLDEN_SPLITS = 2, GOLDEN_LINES = 4, GOLDEN_COMPANY = 2 + GOLDEN_SPLITS, GOLDEN_FORKS = GOLDEN_LINES * (1 + GOLDEN_COMPANY) };

struct golden_line {
	struct eng_fork *real, *noise[GOLDEN_COMPANY];
	int n_noise, n, next; /* tokens of the sequence, and the next to be fed */
	size_t at;            /* the sequence's first position */
};

static inline int golden_line_open(struct golden_line *l, struct eng_model *m, const struct golden *g, int prompt, struct golden_run *r)
{
	size_t vocab = (size_t)eng_model_info(m)->n_vocab, row = (size_t)g->layers * (size_t)g->k;
	struct eng_prefix *p;
	l->next = golden_prompt(prompt, l->n);
	int rc = eng_prefix_new(&p, m, g->ids + l->at, l->next, (struct eng_capture){r->experts + l->at * row, r->weights + l->at * row},
	                        r->logits + l->at * vocab);
	if (rc)
		return rc;
	rc = eng_fork_new(&l->noise[l->n_noise++], p);
	rc = rc ? rc : eng_fork_new(&l->real, p);
	rc = rc ? rc : eng_fork_new(&l->noise[l->n_noise++], p);
	eng_prefix_free(p);
	return rc;
}

static inline void golden_line_close(struct golden_line *l)
{
	eng_fork_free(l->real);
	for (int i = 0; i < l->n_noise; i++)
		eng_fork_free(l->noise[i]);
	l->real = NULL;
	l->n_noise = 0;
}

static inline int golden_line_split(struct golden_line *l)
{
	struct eng_fork *child;
	int rc = eng_fork_split(&child, l->real);
	if (rc)
		return rc;
	l->noise[l->n_noise++] = l->real;
	l->real = child;
	return 0;
}

/* The forks of all lines that are not at their end, each line's real one in the midst of its noise. */
static inline int golden_batch(const struct golden_line *lines, int n_lines, const struct golden *g, int vocab, struct eng_fork **forks, int32_t *tokens,
                               int *real)
{
	int n = 0;
	for (int i = 0; i < n_lines; i++) {
		const struct golden_line *l = &lines[i];
		real[i] = -1;
		for (int j = 0; l->real && j <= l->n_noise; j++, n++) {
			int32_t due = g->ids[l->at + (size_t)l->next];
			bool is_real = j == 1;
			forks[n] = is_real ? l->real : l->noise[j > 1 ? j - 1 : j];
			tokens[n] = is_real ? due : (due + 1 + j) % vocab;
			if (is_real)
				real[i] = n;
		}
	}
	return n;
}

static inline int golden_step_lines(struct golden_line *lines, int n_lines, struct eng_model *m, const struct golden *g, struct golden_run *r)
{
	struct eng_fork *forks[GOLDEN_FORKS];
	int32_t tokens[GOLDEN_FORKS];
	int real[GOLDEN_LINES], vocab = eng_model_info(m)->n_vocab;
	int n = golden_batch(lines, n_lines, g, vocab, forks, tokens, real);
	size_t row = (size_t)g->layers * (size_t)g->k;
	uint16_t *experts = mem_array((size_t)n * row, sizeof *experts);
	float *weights = mem_array((size_t)n * row, sizeof *weights);
	int rc = eng_step(m, forks, tokens, n, (struct eng_capture){experts, weights});
	rc = rc ? rc : distinct_check(m, experts, n);
	for (int i = 0; i < n_lines && !rc; i++)
		if (real[i] >= 0) {
			size_t t = lines[i].at + (size_t)lines[i].next++;
			memcpy(r->logits + t * (size_t)vocab, eng_fork_logits(lines[i].real), (size_t)vocab * sizeof(float));
			memcpy(r->experts + t * row, experts + (size_t)real[i] * row, row * sizeof *experts);
			memcpy(r->weights + t * row, weights + (size_t)real[i] * row, row * sizeof *weights);
		}
	mem_free(experts);
	mem_free(weights);
	return rc;
}

/* As golden_run. The model must allow GOLDEN_FORKS forks. */
static inline int golden_run_forks(struct eng_model *m, const struct golden *g, int prompt, struct golden_run *r)
{
	struct golden_line lines[GOLDEN_LINES] = {{0}};
	int rc = g->n_seq > GOLDEN_LINES ? ERR_LIMIT : 0, n_lines = rc ? 0 : g->n_seq, open = 0;
	size_t at = 0;
	for (int i = 0; i < n_lines && !rc; i++) {
		lines[i].n = golden_length(g, i);
		lines[i].at = at;
		at += (size_t)lines[i].n;
		rc = golden_line_open(&lines[i], m, g, prompt, r);
	}
	for (int step = 0; !rc; step++) {
		open = 0;
		for (int i = 0; i < n_lines && !rc; i++) {
			if (lines[i].next == lines[i].n)
				golden_line_close(&lines[i]);
			else if (step % GOLDEN_SPLIT == 0 && step > 0 && step / GOLDEN_SPLIT <= GOLDEN_SPLITS)
				rc = golden_line_split(&lines[i]);
			open += lines[i].real != NULL;
		}
		if (!open || rc)
			break;
		rc = golden_step_lines(lines, n_lines, m, g, r);
	}
	for (int i = 0; i < n_lines; i++)
		golden_line_close(&lines[i]);
	return rc;
}

#endif
