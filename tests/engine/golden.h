/* tests/engine/golden.h - the reference of a model, and how far a run of the engine is from it.
 *
 * A golden folder (tests/golden/reference.py writes it) holds sequences one after the other, computed in float64:
 *   ids [T], lengths [sequences], logits f32 [T, columns], columns [columns] where not all of the vocabulary,
 *   experts [T, layers, k + 1] and scores f32 [T, layers, k + 1]: the experts of rank 1 .. k + 1 and their probabilities,
 *   renormalised [1]: whether the mixing weights are the scores divided by the sum of the chosen; absent: they are.
 * Folders in it have the same in another type, for all sequences or the first ones: logits, and experts [T, layers, k]. */
#ifndef TESTS_ENGINE_GOLDEN_H
#define TESTS_ENGINE_GOLDEN_H

#include "base/file.h"
#include "base/mem.h"
#include "base/npy.h"
#include "engine/engine.h"
#include <math.h>
#include <string.h>

enum { GOLDEN_IDS, GOLDEN_LENGTHS, GOLDEN_LOGITS, GOLDEN_EXPERTS, GOLDEN_SCORES, GOLDEN_COLUMNS, GOLDEN_RENORMALISED, GOLDEN_N };

struct golden {
	struct file_map map[GOLDEN_N];
	struct npy a[GOLDEN_N];
	int32_t *ids;
	int n, n_seq, layers, k, cols; /* n: positions */
	bool renormalised, ranked;     /* ranked: experts has a runner-up, and there are scores */
};

/* What a comparison found. Distances of logits are relative to the spread (standard deviation) of the reference's. */
struct golden_found {
	double rms, max, weight; /* weight: the largest difference of a mixing weight */
	int wrong;               /* tokens x layers whose experts differ though no two scores are within 1e-5 */
	int near;                /* those that differ where two scores are */
	int sets;                /* those in which not even the set of experts is the reference's */
	int positions, routes;   /* routes: tokens x layers */
	double rms_agreed;       /* over the positions up to which all sets of the sequence are the reference's */
	int agreed;              /* how many those are */
};

static inline int golden_map(struct golden *g, int i, const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	int rc = file_map_open(&g->map[i], path);
	rc = rc ? rc : npy_parse(&g->a[i], g->map[i].data, g->map[i].size);
	mem_free(path);
	return rc;
}

static inline int golden_open(struct golden *g, const char *dir)
{
	static const char *const names[GOLDEN_N] = {"ids.npy",    "lengths.npy", "logits.npy",      "experts.npy",
	                                            "scores.npy", "columns.npy", "renormalised.npy"};
	int rc = 0;
	*g = (struct golden){.ranked = true};
	for (int i = 0; i < GOLDEN_N && !rc; i++) {
		char *path = file_join(dir, names[i]);
		if (i < GOLDEN_COLUMNS || file_exists(path))
			rc = golden_map(g, i, dir, names[i]);
		mem_free(path);
	}
	if (rc)
		return rc;
	g->n = (int)g->a[GOLDEN_IDS].n_items;
	g->n_seq = (int)g->a[GOLDEN_LENGTHS].n_items;
	g->cols = (int)g->a[GOLDEN_LOGITS].dims[1];
	g->layers = (int)g->a[GOLDEN_EXPERTS].dims[1];
	g->k = (int)g->a[GOLDEN_EXPERTS].dims[2] - 1;
	g->renormalised = !g->map[GOLDEN_RENORMALISED].data || npy_int(&g->a[GOLDEN_RENORMALISED], 0);
	g->ids = mem_array((size_t)g->n, sizeof *g->ids);
	for (int i = 0; i < g->n; i++)
		g->ids[i] = (int32_t)npy_int(&g->a[GOLDEN_IDS], (size_t)i);
	return 0;
}

static inline void golden_close(struct golden *g)
{
	for (int i = 0; i < GOLDEN_N; i++)
		file_map_close(&g->map[i]);
	mem_free(g->ids);
}

static inline int golden_length(const struct golden *g, int s)
{
	return (int)npy_int(&g->a[GOLDEN_LENGTHS], (size_t)s);
}

/* Goes on with the first n_seq sequences only. */
static inline void golden_limit(struct golden *g, int n_seq)
{
	g->n_seq = n_seq < g->n_seq ? n_seq : g->n_seq;
	g->n = 0;
	for (int s = 0; s < g->n_seq; s++)
		g->n += golden_length(g, s);
}

/* Goes on with the logits and experts of a folder in the golden one, and with as many sequences as it has. */
static inline int golden_take(struct golden *g, const char *dir)
{
	file_map_close(&g->map[GOLDEN_LOGITS]);
	file_map_close(&g->map[GOLDEN_EXPERTS]);
	int rc = golden_map(g, GOLDEN_LOGITS, dir, "logits.npy");
	rc = rc ? rc : golden_map(g, GOLDEN_EXPERTS, dir, "experts.npy");
	g->ranked = false;
	while (!rc && g->n_seq && (size_t)g->n > g->a[GOLDEN_LOGITS].dims[0])
		golden_limit(g, g->n_seq - 1);
	return rc;
}

static inline double golden_spread(const struct golden *g)
{
	const struct npy *l = &g->a[GOLDEN_LOGITS];
	double sum = 0, squares = 0, n = (double)l->n_items;
	for (size_t i = 0; i < l->n_items; i++) {
		double v = npy_float(l, i);
		sum += v;
		squares += v * v;
	}
	return sqrt(squares / n - sum / n * (sum / n));
}

/* The reference's rank of an expert, from 0; beyond the last when it has none. */
static inline int golden_rank(const struct golden *g, size_t row, int expert)
{
	const struct npy *e = &g->a[GOLDEN_EXPERTS];
	int rank = 0, n = (int)e->dims[2];
	while (rank < n && npy_int(e, row * (size_t)n + (size_t)rank) != expert)
		rank++;
	return rank;
}

static inline bool golden_same_set(const struct golden *g, size_t row, const uint16_t *experts)
{
	for (int j = 0; j < g->k; j++)
		if (golden_rank(g, row, experts[j]) >= g->k)
			return false;
	return true;
}

/* One token at one layer: ranks as the reference has them, or others whose scores are within 1e-5 of those. */
static inline void golden_compare_route(const struct golden *g, size_t row, const uint16_t *experts, const float *weights, struct golden_found *f)
{
	const struct npy *s = &g->a[GOLDEN_SCORES];
	size_t at = row * (size_t)(g->k + 1);
	double total = 0;
	bool same = true, excused = true;
	for (int j = 0; j < g->k; j++)
		total += npy_float(s, at + (size_t)j);
	for (int j = 0; j < g->k; j++) {
		int rank = golden_rank(g, row, experts[j]);
		if (rank > g->k) {
			same = excused = false;
			continue;
		}
		double score = npy_float(s, at + (size_t)rank), due = npy_float(s, at + (size_t)j);
		same = same && rank == j;
		excused = excused && fabs(score - due) < 1e-5;
		double d = fabs((double)weights[j] - score / (g->renormalised ? total : 1));
		if (!(d <= f->weight) && f->weight == f->weight) /* a NaN, once there, stays */
			f->weight = d;
	}
	if (!same)
		*(excused ? &f->near : &f->wrong) += 1;
}

/* The sum of squares of a position's distances, in units of the spread. */
static inline double golden_compare_logits(const struct golden *g, size_t t, double spread, const float *logits, struct golden_found *f)
{
	double squares = 0;
	for (size_t c = 0; c < (size_t)g->cols; c++) {
		size_t col = g->map[GOLDEN_COLUMNS].data ? (size_t)npy_int(&g->a[GOLDEN_COLUMNS], c) : c;
		double d = fabs((double)logits[col] - npy_float(&g->a[GOLDEN_LOGITS], t * (size_t)g->cols + c)) / spread;
		squares += d * d;
		if (!(d <= f->max) && f->max == f->max)
			f->max = d;
	}
	return squares;
}

/* logits [n x vocab], experts and weights [n x layers x k]: all positions, in the reference's order. */
static inline struct golden_found golden_compare(const struct golden *g, int n_vocab, const float *logits, const uint16_t *experts, const float *weights)
{
	struct golden_found f = {.positions = g->n, .routes = g->n * g->layers};
	double spread = golden_spread(g), squares = 0, squares_agreed = 0;
	size_t t = 0, k = (size_t)g->k, layers = (size_t)g->layers;
	for (int s = 0; s < g->n_seq; s++) {
		int before = f.sets;
		for (int i = 0; i < golden_length(g, s); i++, t++) {
			double d = golden_compare_logits(g, t, spread, logits + t * (size_t)n_vocab, &f);
			for (size_t row = t * layers; row < (t + 1) * layers; row++) {
				f.sets += !golden_same_set(g, row, experts + row * k);
				if (g->ranked)
					golden_compare_route(g, row, experts + row * k, weights + row * k, &f);
			}
			squares += d;
			squares_agreed += f.sets == before ? d : 0;
			f.agreed += f.sets == before;
		}
	}
	f.rms = sqrt(squares / ((double)g->n * g->cols));
	f.rms_agreed = f.agreed ? sqrt(squares_agreed / ((double)f.agreed * g->cols)) : 0;
	return f;
}

/* What the engine makes of the reference's sequences. Owned by the caller of golden_run. */
struct golden_run {
	float *logits, *weights;
	uint16_t *experts;
};

static inline struct golden_run golden_run_new(const struct golden *g, int n_vocab)
{
	size_t n = (size_t)g->n, route = n * (size_t)g->layers * (size_t)g->k;
	return (struct golden_run){mem_array(n * (size_t)n_vocab, sizeof(float)), mem_array(route, sizeof(float)), mem_array(route, sizeof(uint16_t))};
}

static inline void golden_run_release(struct golden_run *r)
{
	mem_free(r->logits);
	mem_free(r->weights);
	mem_free(r->experts);
}

/* How many of a sequence's n tokens are prefilled: `prompt` of them; all, when 0; all but -prompt, when negative. */
static inline int golden_prompt(int prompt, int n)
{
	int first = prompt > 0 ? prompt : n + prompt;
	return first < 1 ? 1 : first > n ? n : first;
}

/* Every sequence: its prompt (see golden_prompt) by prefill, the others by decode steps. */
static inline int golden_run(struct eng_model *m, const struct golden *g, int prompt, struct golden_run *r)
{
	size_t vocab = (size_t)eng_model_info(m)->n_vocab, row = (size_t)g->layers * (size_t)g->k, at = 0;
	int rc = 0;
	for (int s = 0; s < g->n_seq && !rc; s++) {
		int n = golden_length(g, s), first = golden_prompt(prompt, n);
		struct eng_prefix *p;
		struct eng_fork *f = NULL;
		rc = eng_prefix_new(&p, m, g->ids + at, first, (struct eng_capture){r->experts + at * row, r->weights + at * row}, r->logits + at * vocab);
		if (!rc)
			rc = eng_fork_new(&f, p);
		for (int i = first; i < n && !rc; i++) {
			size_t t = at + (size_t)i;
			rc = eng_step(m, &f, g->ids + t, 1, (struct eng_capture){r->experts + t * row, r->weights + t * row});
			if (!rc)
				memcpy(r->logits + t * vocab, eng_fork_logits(f), vocab * sizeof(float));
		}
		eng_fork_free(f);
		eng_prefix_free(p);
		at += (size_t)n;
	}
	return rc;
}

#endif
