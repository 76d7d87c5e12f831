/* tests/engine/advance.h - eng_begin and eng_finish held to eng_step and eng_draw, eng_top_of to eng_top, and rows of logits that several forks
 * have: on any backend. */
#ifndef TESTS_ENGINE_ADVANCE_H
#define TESTS_ENGINE_ADVANCE_H

#include "base/mem.h"
#include "engine/engine.h"
#include "tests/check.h"
#include <string.h>

enum { GROWN_PROMPT = 37, GROWN_STEPS = 14, GROWN_FORKS = 6, GROWN_SPLIT = 3, GROWN_FREED = 7 };

/* What forks came to, each by its number: tokens, and the rows of routing of all their steps. */
struct grown {
	struct eng_choice drawn[GROWN_STEPS + 1][GROWN_FORKS];
	uint16_t *experts; /* [GROWN_STEPS][GROWN_FORKS][layers x k] */
	float *weights;
};

/* One by one by eng_step and eng_draw; by halves; and each begun before the one before it is finished, with tokens that nobody has seen. */
enum grow_way { GROW_SINGLY, GROW_BY_HALVES, GROW_AHEAD, GROW_WAYS };

static inline struct eng_sampling grown_how(int step)
{
	return step < 9 ? (struct eng_sampling){0.8, 0, 1} : (struct eng_sampling){1, 5, 0.9};
}

static inline void grown_coordinates(struct rng_at *at, int step, const int *id, int n)
{
	for (int i = 0; i < n; i++)
		at[i] = (struct rng_at){.seed = 3, .node = (uint32_t)id[i], .step = (uint32_t)step};
}

/* A step: whose rows it has, and what came of them. */
struct grown_step {
	int t, n, id[GROWN_FORKS];
	struct eng_choice out[GROWN_FORKS];
	struct eng_capture to;
};

static inline void keep_step(struct grown *g, const struct grown_step *s, size_t row)
{
	for (int i = 0; i < s->n; i++) {
		size_t at = (size_t)(s->t * GROWN_FORKS + s->id[i]) * row, from = (size_t)i * row;
		g->drawn[s->t + 1][s->id[i]] = s->out[i];
		memcpy(g->experts + at, s->to.experts + from, row * sizeof *g->experts);
		memcpy(g->weights + at, s->to.weights + from, row * sizeof *g->weights);
	}
}

/* What the host may do while a step is under way. */
static inline void disturb(struct eng_model *m, struct eng_fork *f)
{
	static const int32_t ids[] = {4, 2};
	struct eng_prefix *p;
	struct eng_fork *child;
	OK(eng_prefix_new(&p, m, ids, 2, (struct eng_capture){0}, NULL));
	OK(eng_fork_new(&child, p));
	OK(eng_step(m, &child, ids, 1, (struct eng_capture){0}));
	eng_fork_free(child);
	eng_prefix_free(p);
	assert_non_null(eng_fork_logits(f));
}

/* Nothing more can be computed while two are begun, and what is refused leaves them as they are. */
static inline void two_are_enough(struct eng_model *m, struct eng_fork **f, const struct grown_step *s)
{
	static const int32_t token = 1;
	struct eng_prefix *p;
	struct eng_sampling how = grown_how(0);
	struct rng_at at = {0};
	FAILS(ERR_USAGE, "2 steps are begun", eng_step(m, f, &token, 1, (struct eng_capture){0}));
	FAILS(ERR_USAGE, "2 steps are begun", eng_begin(m, f, &token, 1, s->to, &how, &at));
	FAILS(ERR_USAGE, "2 steps are begun", eng_prefix_new(&p, m, &token, 1, (struct eng_capture){0}, NULL));
}

/* Where a fork was in the step before. */
static inline int32_t token_of(const struct grown *g, enum grow_way way, const struct grown_step *before, int id, int t)
{
	for (int r = 0; way == GROW_AHEAD && r < before->n; r++)
		if (before->id[r] == id)
			return ENG_DRAWN(r);
	return g->drawn[t][id].token;
}

/* Forks of one prompt that does not end at a page's edge. After GROWN_SPLIT steps one more splits from the first, after GROWN_FREED the
 * second is given up, and the last takes its place; then the way of drawing changes. Ahead, the one that is given up is in one step more. */
static inline void grow_forks(struct eng_model *m, enum grow_way way, struct grown *g)
{
	size_t row = (size_t)eng_model_info(m)->n_layers * (size_t)eng_model_info(m)->top_k;
	struct eng_prefix *p;
	struct eng_fork *f[GROWN_FORKS];
	struct rng_at at[GROWN_FORKS];
	struct eng_sampling how = grown_how(0);
	struct grown_step steps[2] = {0};
	int32_t ids[GROWN_PROMPT], tokens[GROWN_FORKS];
	int id[GROWN_FORKS], n = GROWN_FORKS - 1;
	g->experts = mem_array(GROWN_STEPS * GROWN_FORKS * row, sizeof *g->experts);
	g->weights = mem_array(GROWN_STEPS * GROWN_FORKS * row, sizeof *g->weights);
	for (int i = 0; i < 2; i++)
		steps[i].to = (struct eng_capture){mem_array(GROWN_FORKS * row, sizeof *g->experts), mem_array(GROWN_FORKS * row, sizeof *g->weights)};
	for (int i = 0; i < GROWN_PROMPT; i++)
		ids[i] = i * 7 % eng_model_info(m)->n_vocab;
	OK(eng_prefix_new(&p, m, ids, GROWN_PROMPT, (struct eng_capture){0}, NULL));
	for (int i = 0; i < n; i++) {
		OK(eng_fork_new(&f[i], p));
		id[i] = i;
	}
	eng_prefix_free(p);
	grown_coordinates(at, 0, id, n);
	OK(eng_draw(m, f, n, &how, at, g->drawn[0]));
	for (int t = 0; t < GROWN_STEPS; t++) {
		struct grown_step *s = &steps[t % 2], *before = &steps[1 - t % 2];
		if (t == GROWN_SPLIT && way == GROW_AHEAD)
			disturb(m, f[0]);
		if (t == GROWN_SPLIT) {
			OK(eng_fork_split(&f[n], f[0]));
			id[n] = n;
			grown_coordinates(at, t, &id[n], 1);
			OK(eng_draw(m, &f[n], 1, &how, at, &g->drawn[t][n]));
			n++;
		}
		if (t == GROWN_FREED + (way == GROW_AHEAD)) {
			if (way != GROW_AHEAD)
				eng_fork_free(f[1]);
			f[1] = f[--n];
			id[1] = id[n];
		}
		for (int i = 0; i < n; i++)
			tokens[i] = token_of(g, way, before, id[i], t);
		how = grown_how(t + 1);
		grown_coordinates(at, t + 1, id, n);
		s->t = t;
		s->n = n;
		memcpy(s->id, id, sizeof id);
		if (way == GROW_SINGLY) {
			OK(eng_step(m, f, tokens, n, s->to));
			OK(eng_draw(m, f, n, &how, at, s->out));
		} else {
			OK(eng_begin(m, f, tokens, n, s->to, &how, at));
		}
		if (t == GROWN_FREED && way == GROW_AHEAD)
			eng_fork_free(f[1]);
		if (way == GROW_AHEAD && t > 0) {
			if (t == 1)
				two_are_enough(m, f, s);
			OK(eng_finish(m, before->out));
			keep_step(g, before, row);
		}
		if (way == GROW_BY_HALVES || (way == GROW_AHEAD && t == GROWN_STEPS - 1))
			OK(eng_finish(m, s->out));
		if (way != GROW_AHEAD || t == GROWN_STEPS - 1)
			keep_step(g, s, row);
		assert_true(t == 0 || eng_last_distinct_experts(m) > 0);
	}
	FAILS(ERR_USAGE, "no step is begun", eng_finish(m, steps[0].out));
	if (way != GROW_SINGLY) {
		tokens[0] = ENG_DRAWN(n);
		FAILS(ERR_USAGE, "fork 0 of the batch is to read what row 5 of the step begun last draws; it has 5",
		      eng_begin(m, f, tokens, 1, steps[0].to, &how, at));
		tokens[0] = INT32_MIN;
		FAILS(ERR_USAGE, "what row 2147483647 of", eng_step(m, f, tokens, 1, steps[0].to));
		FAILS(ERR_USAGE, "a step of 0 forks", eng_begin(m, f, tokens, 0, steps[0].to, &how, at));
	}
	for (int i = 0; i < n; i++)
		eng_fork_free(f[i]);
	for (int i = 0; i < 2; i++) {
		mem_free(steps[i].to.experts);
		mem_free(steps[i].to.weights);
	}
}

static inline void steps_by_halves_are_steps(const char *dir, const struct eng_options *opt)
{
	struct eng_model *m;
	struct grown g[GROW_WAYS];
	OK(eng_model_open(&m, dir, opt));
	size_t row = (size_t)eng_model_info(m)->n_layers * (size_t)eng_model_info(m)->top_k;
	for (int way = 0; way < GROW_WAYS; way++)
		grow_forks(m, (enum grow_way)way, &g[way]);
	for (int way = 1; way < GROW_WAYS; way++)
		for (int t = 0; t <= GROWN_STEPS; t++)
			for (int id = 0; id < GROWN_FORKS; id++) {
				bool drawn = id == 1 ? t <= GROWN_FREED : id < GROWN_FORKS - 1 || t >= GROWN_SPLIT;
				bool stepped = id == 1 ? t < GROWN_FREED : drawn && t < GROWN_STEPS;
				size_t at = (size_t)(t * GROWN_FORKS + id) * row;
				if (drawn)
					assert_memory_equal(&g[0].drawn[t][id], &g[way].drawn[t][id], sizeof g[0].drawn[t][id]);
				if (stepped) {
					assert_memory_equal(g[0].experts + at, g[way].experts + at, row * sizeof *g[0].experts);
					assert_memory_equal(g[0].weights + at, g[way].weights + at, row * sizeof *g[0].weights);
				}
			}
	for (int way = 0; way < GROW_WAYS; way++) {
		mem_free(g[way].experts);
		mem_free(g[way].weights);
	}
	eng_model_close(m);
}

/* Tokens stay where they were drawn, whatever is computed before they are read: also passes of fewer rows, whose results lie closer. */
static inline void drawn_tokens_outlast_other_passes(const char *dir, const struct eng_options *opt)
{
	enum { FORKS = 40 };
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f[FORKS];
	struct eng_choice drawn[FORKS], want[FORKS], got[FORKS];
	struct rng_at at[FORKS];
	struct eng_sampling how = {1, 0, 1};
	static const int32_t ids[] = {1, 5, 2};
	int32_t tokens[FORKS];
	OK(eng_model_open(&m, dir, opt));
	size_t row = (size_t)eng_model_info(m)->n_layers * (size_t)eng_model_info(m)->top_k;
	struct eng_capture to = {mem_array(FORKS * row, sizeof *to.experts), mem_array(FORKS * row, sizeof *to.weights)};
	OK(eng_prefix_new(&p, m, ids, 3, to, NULL));
	for (int seen = 1; seen >= 0; seen--) {
		for (int i = 0; i < FORKS; i++) {
			OK(eng_fork_new(&f[i], p));
			at[i] = (struct rng_at){.seed = 9, .node = (uint32_t)i};
			tokens[i] = i;
		}
		OK(eng_begin(m, f, tokens, FORKS, (struct eng_capture){0}, &how, at));
		eng_fork_free(f[0]);
		OK(eng_fork_new(&f[0], p));
		OK(eng_begin(m, f, tokens, 1, to, NULL, NULL)); /* which draws nothing */
		OK(eng_finish(m, drawn));
		OK(eng_finish(m, NULL));
		for (int i = 1; i < FORKS; i++) /* each goes on with its neighbour's */
			tokens[i] = seen ? drawn[FORKS - i].token : ENG_DRAWN(FORKS - i);
		OK(eng_begin(m, f + 1, tokens + 1, FORKS - 1, to, &how, at));
		OK(eng_finish(m, seen ? want : got));
		for (int i = 0; i < FORKS; i++)
			eng_fork_free(f[i]);
	}
	assert_memory_equal(want, got, (FORKS - 1) * sizeof *want);
	eng_prefix_free(p);
	mem_free(to.experts);
	mem_free(to.weights);
	eng_model_close(m);
}

static inline void copy_logits(float *to, struct eng_fork *f, int vocab)
{
	const float *logits = eng_fork_logits(f);
	assert_non_null(logits);
	memcpy(to, logits, (size_t)vocab * sizeof *to);
}

/* A fork has its parent's logits until its own first step, whatever becomes of the parent; with as many forks and prefixes alive as
 * there can be. */
static inline void forks_keep_their_parents_logits(const char *dir, const char *backend)
{
	struct eng_model *m;
	struct eng_prefix *p, *q;
	struct eng_fork *f[3];
	static const int32_t ids[] = {1, 5, 2, 9, 3}, others[] = {4, 4, 8};
	OK(eng_model_open(&m, dir, &(struct eng_options){.backend = backend, .compute = ENG_COMPUTE_F32, .max_forks = 3, .max_prefixes = 1, .max_positions = 20}));
	int vocab = eng_model_info(m)->n_vocab;
	float *want = mem_array((size_t)vocab, sizeof *want), *got = mem_array((size_t)vocab, sizeof *got);
	size_t bytes = (size_t)vocab * sizeof *want;
	OK(eng_prefix_new(&p, m, ids, 5, (struct eng_capture){0}, NULL));
	assert_int_equal(eng_prefix_new(&q, m, ids, 5, (struct eng_capture){0}, NULL), ERR_NOMEM);
	OK(eng_fork_new(&f[0], p));
	copy_logits(want, f[0], vocab);
	eng_prefix_free(p);
	OK(eng_prefix_new(&q, m, others, 3, (struct eng_capture){0}, NULL)); /* would take the row, were it free */
	copy_logits(got, f[0], vocab);
	assert_memory_equal(got, want, bytes);
	for (int i = 1; i < 3; i++)
		OK(eng_fork_split(&f[i], f[0]));
	OK(eng_step(m, &f[0], ids, 1, (struct eng_capture){0})); /* the parent goes on, its children have its row */
	copy_logits(got, f[0], vocab);
	assert_memory_not_equal(got, want, bytes);
	for (int i = 1; i < 3; i++) {
		copy_logits(got, f[i], vocab);
		assert_memory_equal(got, want, bytes);
	}
	eng_fork_free(f[0]);
	OK(eng_step(m, &f[1], ids, 1, (struct eng_capture){0}));
	copy_logits(got, f[2], vocab);
	assert_memory_equal(got, want, bytes);
	for (int round = 0; round < 10; round++) { /* no row is ever lost */
		OK(eng_fork_split(&f[0], f[1]));
		OK(eng_step(m, f, ids, 2, (struct eng_capture){0}));
		eng_fork_free(f[0]);
	}
	copy_logits(got, f[2], vocab);
	assert_memory_equal(got, want, bytes);
	eng_fork_free(f[1]);
	eng_fork_free(f[2]);
	eng_prefix_free(q);
	mem_free(want);
	mem_free(got);
	eng_model_close(m);
}

/* Prompts read together, and forks that grow from them, against the same alone. */
static inline void prompts_together_are_prompts_alone(const char *dir, const struct eng_options *opt)
{
	enum { PROMPTS = 9, LONGEST = 70, STEPS = 2 };
	static const int lengths[PROMPTS] = {1, 5, 33, 16, 70, 2, 3, 17, 1};
	struct eng_model *m;
	OK(eng_model_open(&m, dir, opt));
	int vocab = eng_model_info(m)->n_vocab;
	size_t row = (size_t)eng_model_info(m)->n_layers * (size_t)eng_model_info(m)->top_k, rows = LONGEST + STEPS, bytes = (size_t)vocab * sizeof(float);
	float *logits[2], *weights[2];
	uint16_t *experts[2];
	uint64_t moved[2];
	for (int way = 0; way < 2; way++) {
		logits[way] = mem_array(PROMPTS * (STEPS + 1), bytes);
		weights[way] = mem_array(PROMPTS * rows * row, sizeof **weights);
		experts[way] = mem_array(PROMPTS * rows * row, sizeof **experts);
		struct eng_prefix *p[PROMPTS];
		struct eng_prompt prompts[PROMPTS];
		uint64_t before, macs;
		OK(eng_traffic(m, &before, &macs));
		int32_t ids[PROMPTS][LONGEST];
		for (int s = 0; s < PROMPTS; s++) {
			for (int i = 0; i < lengths[s]; i++)
				ids[s][i] = (i * 7 + s * 5 + 1) % vocab;
			prompts[s] = (struct eng_prompt){ids[s], lengths[s], {experts[way] + (size_t)s * rows * row, weights[way] + (size_t)s * rows * row}};
			if (way == 0)
				OK(eng_prefix_new(&p[s], m, ids[s], lengths[s], prompts[s].capture, NULL));
		}
		if (way == 1)
			OK(eng_prefixes_new(p, m, prompts, PROMPTS));
		OK(eng_traffic(m, &moved[way], &macs));
		moved[way] -= before;
		for (int s = 0; s < PROMPTS; s++) { /* a fork of each, stepped alone */
			struct eng_fork *f;
			OK(eng_fork_new(&f, p[s]));
			for (int t = 0; t <= STEPS; t++) {
				size_t at = ((size_t)s * rows + (size_t)(lengths[s] + t)) * row;
				copy_logits(logits[way] + (size_t)(s * (STEPS + 1) + t) * (size_t)vocab, f, vocab);
				int32_t token = (t + s) % vocab;
				if (t < STEPS)
					OK(eng_step(m, &f, &token, 1, (struct eng_capture){experts[way] + at, weights[way] + at}));
			}
			eng_fork_free(f);
			eng_prefix_free(p[s]);
		}
	}
	assert_memory_equal(logits[0], logits[1], PROMPTS * (STEPS + 1) * bytes);
	assert_memory_equal(experts[0], experts[1], PROMPTS * rows * row * sizeof **experts);
	assert_memory_equal(weights[0], weights[1], PROMPTS * rows * row * sizeof **weights);
	print_message("%d prompts move %.1f MB one by one, %.1f together\n", PROMPTS, 1e-6 * (double)moved[0], 1e-6 * (double)moved[1]);
	assert_true(opt->shared_state ? moved[1] == moved[0] : moved[1] < moved[0]); /* weights are read once for several */
	/* what is wrong with one leaves none behind */
	static const int32_t good[] = {1, 2}, bad[] = {1, -1};
	struct eng_prefix *p[PROMPTS + 1];
	struct eng_prompt wrong[] = {{good, 2, {0}}, {good, 2, {0}}, {bad, 2, {0}}}, many[PROMPTS + 1];
	assert_int_equal(eng_prefixes_new(p, m, wrong, 3), ERR_USAGE);
	for (int i = 0; i <= PROMPTS; i++)
		many[i] = wrong[0];
	assert_int_equal(eng_prefixes_new(p, m, many, PROMPTS + 1), ERR_NOMEM); /* more than can be alive */
	OK(eng_prefixes_new(p, m, many, PROMPTS));
	for (int i = 0; i < PROMPTS; i++)
		eng_prefix_free(p[i]);
	for (int way = 0; way < 2; way++) {
		mem_free(logits[way]);
		mem_free(weights[way]);
		mem_free(experts[way]);
	}
	eng_model_close(m);
}

/* The likeliest tokens of forks, of which some have just parted, against what their logits say. off: how far log-probabilities may be. */
static inline void likeliest_are_those_of_the_logits(const char *dir, const char *backend, double off)
{
	enum { FORKS = 4 };
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f[FORKS];
	static const int32_t ids[] = {1, 5, 2, 9, 3};
	OK(eng_model_open(&m, dir, &(struct eng_options){.backend = backend, .compute = ENG_COMPUTE_F32, .max_forks = FORKS, .max_positions = 20}));
	int vocab = eng_model_info(m)->n_vocab, counts[] = {1, 7, vocab};
	struct eng_choice *got = mem_array((size_t)(FORKS * vocab), sizeof *got), *want = mem_array((size_t)vocab, sizeof *want);
	int32_t *scratch = mem_array((size_t)vocab, 2 * sizeof *scratch);
	OK(eng_prefix_new(&p, m, ids, 5, (struct eng_capture){0}, NULL));
	for (int i = 0; i < FORKS; i++)
		OK(eng_fork_new(&f[i], p));
	OK(eng_step(m, &f[1], ids, FORKS - 1, (struct eng_capture){0})); /* the first stays where the prompt ended */
	for (int c = 0; c < 3; c++) {
		int n = counts[c];
		OK(eng_top_of(m, f, FORKS, n, got));
		for (int i = 0; i < FORKS; i++) {
			const float *logits = eng_fork_logits(f[i]);
			assert_non_null(logits);
			assert_int_equal(eng_top(logits, vocab, n, want, scratch), n);
			for (int j = 0; j < n; j++) {
				assert_int_equal(got[i * n + j].token, want[j].token);
				NEAR(got[i * n + j].logprob, want[j].logprob, off);
			}
		}
	}
	FAILS(ERR_USAGE, "the 0 likeliest tokens of", eng_top_of(m, f, 1, 0, got));
	FAILS(ERR_USAGE, "likeliest tokens of", eng_top_of(m, f, 1, vocab + 1, got));
	FAILS(ERR_USAGE, "the likeliest tokens of 5 forks; at most 4 can be alive", eng_top_of(m, f, FORKS + 1, 1, got));
	for (int i = 0; i < FORKS; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	mem_free(got);
	mem_free(want);
	mem_free(scratch);
	eng_model_close(m);
}

#endif
