/* tests/kernels/sampled.h - what tests of drawing share: rows of logits of many kinds, ways to draw, and when two tokens may differ. */
#ifndef TESTS_KERNELS_SAMPLED_H
#define TESTS_KERNELS_SAMPLED_H

#include "base/mem.h"
#include "base/rng.h"
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct way {
	double temperature;
	int top_k;
	double top_p;
};
static const struct way sampled_ways[] = {
	{0, 0, 1},    {0.7, 0, 1},   {1, 0, 1},    {1.3, 0, 1},      {0.7, 1, 1},    {1.3, 5, 1},        {0.7, 50, 1},   {1, 300, 1},
	{1, 1 << 20, 1}, {0.7, 0, 0.1}, {1.3, 0, 0.9}, {1, 0, 0.999999}, {1, 0, 1e-9}, {0.7, 50, 0.9}, {1.3, 5, 0.1}, {1, 300, 0.9},
	{0, 50, 0.9}, {1e-300, 0, 1}, {1e-5, 5, 1}, {1e30, 0, 1}, {1e30, 0, 0.9}, {1e45, 3, 1},
};
enum { N_SAMPLED_WAYS = sizeof sampled_ways / sizeof *sampled_ways };

enum sampled_kind {
	SAMPLED_NORMAL, SAMPLED_TIES, SAMPLED_NAN, SAMPLED_MASKED, SAMPLED_FLAT, SAMPLED_PEAK, SAMPLED_WIDE, SAMPLED_NEGATIVE,
	SAMPLED_ALL_MASKED, SAMPLED_ALL_NAN, SAMPLED_INFINITE, N_SAMPLED_KINDS
};

static inline float sampled_logit(enum sampled_kind kind, int i, uint64_t seed)
{
	struct rng_at at = {.seed = seed, .node = kind, .step = (uint32_t)i};
	float normal = (float)(3 * rng_normal(at));
	uint32_t r = rng_below(at, 7);
	switch (kind) {
	case SAMPLED_TIES: return r == 0 ? -0.0f : (float)(r % 3);
	case SAMPLED_NAN: return r < 2 ? NAN : normal;
	case SAMPLED_MASKED: return r ? -INFINITY : normal;
	case SAMPLED_FLAT: return normal * 1e-3f;
	case SAMPLED_PEAK: return rng_below(at, 1000) == 0 ? 30 + normal : normal;
	case SAMPLED_WIDE: return normal * 1e3f;
	case SAMPLED_NEGATIVE: return normal - 40;
	case SAMPLED_ALL_MASKED: return r < 5 ? NAN : -INFINITY;
	case SAMPLED_ALL_NAN: return NAN;
	case SAMPLED_INFINITE: return r == 3 ? INFINITY : r ? normal : NAN;
	default: return normal;
	}
}

static inline void sampled_row(float *x, int n, enum sampled_kind kind, uint64_t seed)
{
	for (int i = 0; i < n; i++)
		x[i] = sampled_logit(kind, i, seed);
}

/* The ends, the middle, and by coordinate. */
static inline double sampled_u(uint32_t i)
{
	return i % 8 == 0 ? 0 : i % 8 == 1 ? 1 - 0x1p-53 : i % 8 == 2 ? 0.5 : rng_double((struct rng_at){.seed = 77, .step = i});
}

struct sampled_token {
	double p; /* not divided by anything */
	float x;
	int id, rank;
};

static inline int sampled_compare(const void *a, const void *b)
{
	const struct sampled_token *s = a, *t = b;
	if (s->x != t->x)
		return s->x < t->x ? 1 : -1;
	return s->id - t->id;
}

/* Whether u lies so near the boundary of the tokens a and b, which differ, that rounding decides between them. */
static inline bool sampled_may_differ(const float *x, int n, const struct way *w, double u, int a, int b)
{
	struct sampled_token *t = mem_array((size_t)n, sizeof *t);
	double *upto = mem_array((size_t)n + 1, sizeof *upto), max = -INFINITY;
	bool cut = (w->top_k > 0 && w->top_k < n) || w->top_p < 1, may = false;
	int kept = w->top_k > 0 && w->top_k < n ? w->top_k : n;
	for (int i = 0; i < n; i++)
		max = x[i] > max ? x[i] : max;
	for (int i = 0; i < n; i++)
		t[i] = (struct sampled_token){isnan(x[i]) ? 0 : exp(((double)x[i] - max) / w->temperature), isnan(x[i]) ? -FLT_MAX : x[i], i, 0};
	if (cut)
		qsort(t, (size_t)n, sizeof *t, sampled_compare);
	for (int i = 0; i < n; i++)
		upto[i + 1] = upto[i] + t[i].p;
	int first = 0, second = 0;
	for (int i = 0; i < n; i++) {
		first = t[i].id == a ? i : first;
		second = t[i].id == b ? i : second;
	}
	int low = first < second ? first : second, high = first < second ? second : first;
	double whole = upto[kept], near = 1e-5 * whole;
	for (int last = 1; last <= kept; last++) { /* every end of the nucleus that rounding allows */
		if (w->top_p < 1 ? upto[last] < w->top_p * whole - near || upto[last - 1] > w->top_p * whole + near : last < kept)
			continue;
		double at = u * upto[last];
		may |= high < last && fabs(upto[low + 1] - at) <= near && fabs(upto[high] - at) <= near;
	}
	mem_free(t);
	mem_free(upto);
	return may;
}

#endif
