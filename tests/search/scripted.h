/* tests/search/scripted.h - a generator and a judge that follow rules instead of a model and a compiler.
 *
 * The generator's logits are a function of the fork's own tokens alone, as a real one's are. Its text is made of the pieces
 * below; token 0 ends the text. The judge calls a text closed at its first '}', "compiles" what holds no 'x', gives the letters
 * a to d as assembly, and lets half of the groups pass. It sleeps a little, differently each time, when told to. */
#ifndef TESTS_SEARCH_SCRIPTED_H
#define TESTS_SEARCH_SCRIPTED_H

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "search/search.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SC_VOCAB 12
#define SC_LAYERS 3
#define SC_K 2
static const char *const sc_pieces[SC_VOCAB] = {NULL, "a", "b", "c", "d", " ", "\n", "}", "x", "e", "f", "{"};
static const int sc_layer_index[SC_LAYERS] = {1, 2, 5};
static const int32_t sc_eos[1] = {0};

struct sc_gen {
	int experts;      /* how many there are */
	double sharpness; /* of the distribution */
	int alive, most_alive;
	long steps;
	long die_after;   /* steps until the process ends at once; 0: never */
	long stop_after;  /* steps until `stop` is set; 0: never */
	volatile sig_atomic_t stop;
	bool blind;       /* its logits cannot be had */
	bool draws;       /* it draws, and ranks tokens, itself */
	bool halves;      /* it steps and draws by halves */
	bool ahead;       /* and gains by a step that is begun before the last one is finished */
	int most_begun;   /* steps at once */
	int most_fed;     /* tokens of a fork, at most; 0: any number */
	int room;         /* forks that can be alive; 0: any number */
	int prefixes;     /* that are alive */
	int together;     /* prompts it reads at once; 0: one */
	int n_together, most_together; /* how often it read several, and how many most */
	struct sc_begun { /* what is not given yet */
		struct eng_capture to;
		uint16_t experts[64 * SC_LAYERS * SC_K];
		float weights[64 * SC_LAYERS * SC_K];
		struct eng_choice drawn[64];
		int32_t distinct[SC_LAYERS];
		int n;
	} begun[ENG_AHEAD]; /* the oldest first */
	int n_begun, n_drawn;
	int32_t drawn[64]; /* by the step begun last */
	long nap_us;      /* a step takes at least this long, so that the judge can follow */
	bool silent;      /* it does not say which experts a step touched */
	int32_t distinct[SC_LAYERS];
};

struct sc_fork {
	int32_t tokens[600];
	int n, fed;
	float logits[SC_VOCAB];
};

static uint64_t sc_hash(const struct sc_fork *f)
{
	return hash_bytes(HASH_SEED, f->tokens, (size_t)f->n * sizeof *f->tokens);
}

static void sc_set_logits(const struct sc_gen *g, struct sc_fork *f)
{
	uint64_t h = sc_hash(f);
	for (int i = 0; i < SC_VOCAB; i++) {
		uint32_t r = rng_u32((struct rng_at){h, 7, (uint32_t)i, 0, 0});
		f->logits[i] = (float)(g->sharpness * ((double)(r >> 8) / (1 << 24)));
	}
}

static void sc_row(const struct sc_gen *g, const struct sc_fork *f, struct eng_capture to, int row)
{
	for (int i = 0; i < SC_LAYERS * SC_K; i++) {
		uint32_t r = rng_u32((struct rng_at){sc_hash(f), 9, (uint32_t)(i / SC_K), 0, 0});
		to.experts[row * SC_LAYERS * SC_K + i] = (uint16_t)((r + (uint32_t)(i % SC_K)) % (uint32_t)g->experts);
		to.weights[row * SC_LAYERS * SC_K + i] = (float)((r >> 12) % 97) / 97;
	}
}

static int sc_encode(void *ctx, const char *text, size_t len, struct tok_ids *out)
{
	(void)ctx;
	out->ids = mem_array(len ? len : 1, sizeof *out->ids);
	for (size_t i = 0; i < len; i++)
		out->ids[out->n++] = (unsigned char)text[i];
	out->cap = len;
	return 0;
}

static const char *sc_piece(void *ctx, int32_t id, size_t *len)
{
	(void)ctx;
	const char *p = id >= 0 && id < SC_VOCAB ? sc_pieces[id] : NULL;
	*len = p ? strlen(p) : 0;
	return p;
}

static struct sc_fork *sc_new(struct sc_gen *g, const struct sc_fork *from)
{
	struct sc_fork *f = mem_dup(from, sizeof *from);
	g->alive++;
	g->most_alive = g->alive > g->most_alive ? g->alive : g->most_alive;
	return f;
}

static int sc_prefix_new(void *ctx, void **out, const int32_t *ids, int n, struct eng_capture capture)
{
	struct sc_gen *g = ctx;
	if (g->prefixes == 2 + g->together || (g->room && g->alive == g->room))
		return err_set(ERR_NOMEM, "%d prefixes and %d forks are alive", g->prefixes, g->alive);
	if (g->n_begun == ENG_AHEAD)
		return err_set(ERR_USAGE, "nothing can be read while %d steps are begun", ENG_AHEAD);
	g->prefixes++;
	struct sc_fork *f = mem_zalloc(sizeof *f);
	for (int i = 0; i < n && i < 300; i++) {
		f->tokens[f->n++] = ids[i];
		sc_row(ctx, f, capture, i);
	}
	*out = f;
	f->n = f->n > 4 ? 4 : f->n; /* few prompts, many tasks: the id's coordinate must make the difference, too */
	sc_set_logits(ctx, f);
	return 0;
}

static void sc_prefix_free(void *ctx, void *prefix);

static int sc_prefixes_new(void *ctx, void **out, const struct eng_prompt *prompts, int n)
{
	struct sc_gen *g = ctx;
	int rc = 0, made = 0;
	for (; made < n && !rc; made += !rc)
		rc = sc_prefix_new(ctx, &out[made], prompts[made].ids, prompts[made].n, prompts[made].capture);
	for (; rc && made; made--)
		sc_prefix_free(ctx, out[made - 1]);
	g->n_together += n > 1;
	g->most_together = n > g->most_together ? n : g->most_together;
	return rc;
}

static void sc_prefix_free(void *ctx, void *prefix)
{
	((struct sc_gen *)ctx)->prefixes--;
	mem_free(prefix);
}

static int sc_fork_new(void *ctx, void **out, void *from)
{
	struct sc_gen *g = ctx;
	if (g->room && g->alive == g->room)
		return err_set(ERR_NOMEM, "%d forks are alive", g->alive);
	*out = sc_new(ctx, from);
	return 0;
}

static void sc_fork_free(void *ctx, void *fork)
{
	((struct sc_gen *)ctx)->alive--;
	mem_free(fork);
}

static const float *sc_logits(void *ctx, void *fork)
{
	if (((struct sc_gen *)ctx)->blind)
		err_set(ERR_UNSUPPORTED, "the scripted device fails");
	return ((struct sc_gen *)ctx)->blind ? NULL : ((struct sc_fork *)fork)->logits;
}

static int sc_draw(void *ctx, void *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at, struct eng_choice *out)
{
	int32_t scratch[2 * SC_VOCAB];
	(void)ctx;
	for (int i = 0; i < n; i++)
		out[i] = eng_sample(((struct sc_fork *)forks[i])->logits, SC_VOCAB, how, at[i], scratch);
	return 0;
}

static int sc_top(void *ctx, void *const *forks, int n, int count, struct eng_choice *out)
{
	int32_t scratch[2 * SC_VOCAB];
	(void)ctx;
	for (int i = 0; i < n; i++)
		eng_top(((struct sc_fork *)forks[i])->logits, SC_VOCAB, count, out + i * count, scratch);
	return 0;
}

/* Of n rows, each layer's. */
static void sc_count(struct sc_gen *g, struct eng_capture rows, int n)
{
	for (int l = 0; l < SC_LAYERS; l++) {
		bool seen[UINT16_MAX + 1] = {false};
		g->distinct[l] = 0;
		for (int i = 0; i < n * SC_K; i++) {
			bool *at = &seen[rows.experts[(i / SC_K * SC_LAYERS + l) * SC_K + i % SC_K]];
			g->distinct[l] += !*at;
			*at = true;
		}
	}
}

static const int32_t *sc_distinct(void *ctx)
{
	return ((struct sc_gen *)ctx)->distinct;
}

static int sc_step(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture)
{
	struct sc_gen *g = ctx;
	for (int i = 0; i < n; i++) {
		struct sc_fork *f = forks[i];
		if (g->most_fed && f->fed++ == g->most_fed)
			return err_set(ERR_LIMIT, "fork %d of the batch is full", i);
		f->tokens[f->n++] = tokens[i];
		sc_set_logits(g, f);
		sc_row(g, f, capture, i);
	}
	sc_count(g, capture, n);
	g->steps++;
	if (g->nap_us)
		nanosleep(&(struct timespec){0, g->nap_us * 1000}, NULL);
	if (g->die_after && g->steps >= g->die_after)
		_Exit(99);
	if (g->stop_after && g->steps >= g->stop_after)
		g->stop = SIGINT;
	return 0;
}

/* All is done when it is begun, and told when it is finished. */
static int sc_begin(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture, const struct eng_sampling *how,
	const struct rng_at *at)
{
	struct sc_gen *g = ctx;
	int32_t seen[64] = {0};
	if (g->n_begun == (g->ahead ? ENG_AHEAD : 1))
		return err_set(ERR_USAGE, "%d steps are begun", g->n_begun);
	struct sc_begun *b = &g->begun[g->n_begun];
	for (int i = 0; i < n; i++) {
		if (tokens[i] < 0 && ENG_DRAWN(tokens[i]) >= g->n_drawn)
			return err_set(ERR_USAGE, "row %d of %d", ENG_DRAWN(tokens[i]), g->n_drawn);
		seen[i] = tokens[i] < 0 ? g->drawn[ENG_DRAWN(tokens[i])] : tokens[i];
	}
	b->to = capture;
	b->n = n;
	int rc = sc_step(ctx, forks, seen, n, (struct eng_capture){b->experts, b->weights});
	rc = rc ? rc : sc_draw(ctx, forks, n, how, at, b->drawn);
	for (int i = 0; i < n; i++)
		g->drawn[i] = b->drawn[i].token;
	memcpy(b->distinct, g->distinct, sizeof b->distinct);
	g->n_drawn = n;
	g->n_begun += !rc;
	g->most_begun = g->n_begun > g->most_begun ? g->n_begun : g->most_begun;
	return rc;
}

static int sc_finish(void *ctx, struct eng_choice *out)
{
	struct sc_gen *g = ctx;
	struct sc_begun *b = &g->begun[0];
	size_t items = (size_t)(b->n * SC_LAYERS * SC_K);
	if (!g->n_begun)
		return err_set(ERR_USAGE, "no step is begun");
	memcpy(b->to.experts, b->experts, items * sizeof *b->experts);
	memcpy(b->to.weights, b->weights, items * sizeof *b->weights);
	memcpy(out, b->drawn, (size_t)b->n * sizeof *out);
	memcpy(g->distinct, b->distinct, sizeof b->distinct);
	memmove(g->begun, g->begun + 1, sizeof g->begun - sizeof *g->begun);
	g->n_begun--;
	return 0;
}

static inline struct srch_generator sc_generator(struct sc_gen *g)
{
	return (struct srch_generator){
		.ctx = g, .model = "a scripted one", .family = "scripted", .backend = "none", .compute = "none", .fingerprint = 0x5eed, .n_vocab = SC_VOCAB,
		.n_layers = SC_LAYERS, .top_k = SC_K, .n_experts = g->experts, .layer_index = sc_layer_index, .eos = sc_eos, .n_eos = 1,
		.max_positions = 500, .max_forks = 64, .encode = sc_encode, .piece = sc_piece, .prefix_new = sc_prefix_new,
		.prefixes_new = g->together ? sc_prefixes_new : NULL, .together = g->together,
		.prefix_free = sc_prefix_free, .fork_new = sc_fork_new, .fork_split = sc_fork_new, .fork_free = sc_fork_free,
		.logits = sc_logits, .draw = g->draws ? sc_draw : NULL, .top = g->draws ? sc_top : NULL, .step = sc_step,
		.begin = g->halves ? sc_begin : NULL, .finish = g->halves ? sc_finish : NULL, .ahead = g->ahead,
		.distinct = g->silent ? NULL : sc_distinct,
	};
}

/* -- the judge -- */

struct sc_judge {
	bool sleepy;
	atomic_int compiled, tested, weak;
	int fail_test; /* the nth test is a failure of the judge itself; 0: none */
	int die_after; /* compilations until the process ends at once; 0: never */
};

static void sc_nap(const struct sc_judge *j)
{
	static atomic_uint turn;
	if (j->sleepy) {
		struct timespec t = {0, (long)(rng_below((struct rng_at){1, atomic_fetch_add(&turn, 1), 0, 0, 0}, 2000) * 1000)};
		nanosleep(&t, NULL);
	}
}

static bool sc_closed(void *ctx, struct cmp_closing *at, const struct cmp_problem *p, const char *text, size_t len, size_t *end)
{
	(void)ctx, (void)at, (void)p;
	const char *brace = memchr(text, '}', len);
	*end = brace ? (size_t)(brace - text) + 1 : len;
	return brace != NULL;
}

static enum cmp_extraction sc_extract(void *ctx, const struct cmp_problem *p, const char *text, struct buf *program)
{
	(void)ctx;
	if (!*text)
		return CMP_EX_NOTHING;
	buf_printf(program, "%s%s", p->prompt, text);
	return CMP_EX_CONTINUES;
}

static int sc_compile(void *ctx, const struct cmp_problem *p, const char *program, struct cmp_object *out)
{
	struct sc_judge *j = ctx;
	*out = (struct cmp_object){.status = CMP_PASSED, .seconds = 0.25};
	buf_init(&out->assembly, BUF_MAX_TEXT);
	buf_init(&out->message, BUF_MAX_TEXT);
	sc_nap(j);
	if (atomic_fetch_add(&j->compiled, 1) + 1 == j->die_after)
		_Exit(99);
	const char *body = program + strlen(p->prompt);
	if (strchr(body, 'x')) {
		out->status = CMP_COMPILE_ERROR;
		buf_str(&out->message, "x is not allowed");
		return 0;
	}
	for (const char *c = body; *c; c++) {
		if (*c >= 'a' && *c <= 'd' && out->assembly.len < 2)
			buf_char(&out->assembly, *c);
	}
	return 0;
}

static int sc_test(void *ctx, const struct cmp_problem *p, const char *program, struct cmp_verdict *out)
{
	struct sc_judge *j = ctx;
	*out = (struct cmp_verdict){.exit_status = 0, .seconds = 0.5};
	buf_init(&out->message, BUF_MAX_TEXT);
	sc_nap(j);
	int n = atomic_fetch_add(&j->tested, 1) + 1;
	if (n == j->fail_test)
		return err_set(ERR_MISSING, "the sandbox went away");
	const char *body = program + strlen(p->prompt);
	const char *first = strpbrk(body, "abcd");
	out->status = first && *first <= 'b' ? CMP_PASSED : CMP_WRONG;
	buf_str(&out->message, "\xff not text");
	return 0;
}

static int sc_is_weak(void *ctx, const struct cmp_problem *p, bool *weak)
{
	struct sc_judge *j = ctx;
	sc_nap(j);
	atomic_fetch_add(&j->weak, 1);
	*weak = strstr(p->id, "weak") != NULL;
	return 0;
}

static inline struct srch_judge sc_judge_table(struct sc_judge *j)
{
	return (struct srch_judge){.ctx = j, .identity = "scripted judge 1", .closed = sc_closed, .extract = sc_extract,
		.compile = sc_compile, .test = sc_test, .is_weak = sc_is_weak};
}

/* -- tasks -- */

static inline int sc_tasks(struct srch_tasks *t, int n)
{
	srch_tasks_init(t);
	for (int i = 0; i < n; i++) {
		char *line = mem_printf("{\"task_id\":\"t%s/%d\",\"language\":\"c\",\"prompt\":\"p%d {\",\"entry_point\":\"f\",\"test\":\"t\"}",
			i % 5 == 3 ? "weak" : "", i, i % 3);
		int rc = srch_tasks_parse(t, "scripted", line, strlen(line));
		mem_free(line);
		if (rc)
			return rc;
	}
	return 0;
}

#endif
