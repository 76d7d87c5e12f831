/* tests/engine/golden.h - the float64 reference of a model, and how far a run of the engine is from it.
 *
 * A golden folder (tests/golden/reference.py writes it) holds sequences one after the other:
 *   ids [T], lengths [sequences], logits f32 [T, columns], columns [columns] where not all of the vocabulary,
 *   experts [T, layers, k + 1] and scores f32 [T, layers, k + 1]: the experts of rank 1 .. k + 1 and their probabilities. */
#ifndef TESTS_ENGINE_GOLDEN_H
#define TESTS_ENGINE_GOLDEN_H

#include "base/file.h"
#include "base/mem.h"
#include "base/npy.h"
#include "engine/engine.h"
#include <math.h>

enum { GOLDEN_IDS, GOLDEN_LENGTHS, GOLDEN_LOGITS, GOLDEN_EXPERTS, GOLDEN_SCORES, GOLDEN_COLUMNS, GOLDEN_N };

struct golden {
	struct file_map map[GOLDEN_N];
	struct npy a[GOLDEN_N];
	int32_t *ids;
	int n, n_seq, layers, k, cols; /* n: positions */
};

/* What a comparison found. Distances of logits are relative to the spread (standard deviation) of the reference's. */
struct golden_found {
	double rms, max, weight; /* weight: the largest difference of a mixing weight */
	int wrong;               /* tokens x layers whose experts differ though no two scores are within 1e-5 */
	int near;                /* those that differ where two scores are */
	int sets;                /* those in which not even the set of experts is the reference's */
	int positions, routes;   /* routes: tokens x layers */
};

static inline int golden_open(struct golden *g, const char *dir)
{
	static const char *const names[GOLDEN_N] = {"ids.npy", "lengths.npy", "logits.npy", "experts.npy", "scores.npy", "columns.npy"};
	int rc = 0;
	*g = (struct golden){0};
	for (int i = 0; i < GOLDEN_N && !rc; i++) {
		char *path = file_join(dir, names[i]);
		if (i != GOLDEN_COLUMNS || file_exists(path)) {
			rc = file_map_open(&g->map[i], path);
			rc = rc ? rc : npy_parse(&g->a[i], g->map[i].data, g->map[i].size);
		}
		mem_free(path);
	}
	if (rc)
		return rc;
	g->n = (int)g->a[GOLDEN_IDS].n_items;
	g->n_seq = (int)g->a[GOLDEN_LENGTHS].n_items;
	g->cols = (int)g->a[GOLDEN_LOGITS].dims[1];
	g->layers = (int)g->a[GOLDEN_EXPERTS].dims[1];
	g->k = (int)g->a[GOLDEN_EXPERTS].dims[2] - 1;
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

/* Goes on with the first n_seq sequences only. */
static inline void golden_limit(struct golden *g, int n_seq)
{
	g->n_seq = n_seq < g->n_seq ? n_seq : g->n_seq;
	g->n = 0;
	for (int s = 0; s < g->n_seq; s++)
		g->n += (int)npy_int(&g->a[GOLDEN_LENGTHS], (size_t)s);
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

/* One token at one layer: ranks as the reference has them, or others whose scores are within 1e-5 of those. */
static inline void golden_compare_route(const struct golden *g, size_t row, const uint16_t *experts, const float *weights, struct golden_found *f)
{
	const struct npy *e = &g->a[GOLDEN_EXPERTS], *s = &g->a[GOLDEN_SCORES];
	size_t at = row * (size_t)(g->k + 1);
	double total = 0;
	bool same = true, excused = true, set = true;
	for (int j = 0; j < g->k; j++)
		total += npy_float(s, at + (size_t)j);
	for (int j = 0; j < g->k; j++) {
		int rank = 0;
		while (rank <= g->k && npy_int(e, at + (size_t)rank) != experts[j])
			rank++;
		set = set && rank < g->k;
		if (rank > g->k) {
			same = excused = false;
			continue;
		}
		double score = npy_float(s, at + (size_t)rank), due = npy_float(s, at + (size_t)j);
		same = same && rank == j;
		excused = excused && fabs(score - due) < 1e-5;
		double d = fabs((double)weights[j] - score / total);
		if (!(d <= f->weight) && f->weight == f->weight) /* a NaN, once there, stays */
			f->weight = d;
	}
	f->sets += !set;
	if (!same)
		*(excused ? &f->near : &f->wrong) += 1;
}

/* logits [n x vocab], experts and weights [n x layers x k]: all positions, in the reference's order. */
static inline struct golden_found golden_compare(const struct golden *g, int n_vocab, const float *logits, const uint16_t *experts, const float *weights)
{
	struct golden_found f = {.positions = g->n, .routes = g->n * g->layers};
	const struct npy *want = &g->a[GOLDEN_LOGITS];
	double spread = golden_spread(g), squares = 0;
	for (size_t t = 0; t < (size_t)g->n; t++)
		for (size_t c = 0; c < (size_t)g->cols; c++) {
			size_t col = g->map[GOLDEN_COLUMNS].data ? (size_t)npy_int(&g->a[GOLDEN_COLUMNS], c) : c;
			double d = fabs((double)logits[t * (size_t)n_vocab + col] - npy_float(want, t * (size_t)g->cols + c)) / spread;
			squares += d * d;
			if (!(d <= f.max) && f.max == f.max)
				f.max = d;
		}
	f.rms = sqrt(squares / ((double)g->n * g->cols));
	for (size_t row = 0; row < (size_t)g->n * (size_t)g->layers; row++)
		golden_compare_route(g, row, experts + row * (size_t)g->k, weights + row * (size_t)g->k, &f);
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

/* Every sequence: its first `prompt` tokens (all, when 0 or more than there are) by prefill, the others by decode steps. */
static inline int golden_run(struct eng_model *m, const struct golden *g, int prompt, struct golden_run *r)
{
	size_t vocab = (size_t)eng_model_info(m)->n_vocab, row = (size_t)g->layers * (size_t)g->k, at = 0;
	int rc = 0;
	for (int s = 0; s < g->n_seq && !rc; s++) {
		int n = (int)npy_int(&g->a[GOLDEN_LENGTHS], (size_t)s), first = prompt > 0 && prompt < n ? prompt : n;
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
