#include "engine/sample.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Everything here is a function of the logits' bits alone: our own exp instead of the C library's, whose last bit depends on
 * the processor it finds, and sums in one fixed order. */

typedef float v4f __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t v4i __attribute__((vector_size(16), aligned(4), may_alias));
typedef float lent_float __attribute__((may_alias)); /* a float in the caller's scratch of ints */
typedef uint64_t lent_key __attribute__((may_alias, aligned(4)));

enum { SUM_BLOCK = 256 }; /* floats are added within a block, blocks in double: 1e-7 relative for any vocabulary */

/* exp of four values <= 0, within 2 ulp; below -87 it is 0. Moshier's Cephes polynomial for expf. */
static v4f exp4(v4f x)
{
	const v4f magic = (v4f){0} + 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
	v4i live = x > (v4f){0} - 87.0f;
	x = (v4f)((v4i)x & live);
	v4f n = x * 1.44269504088896341f + magic;
	v4i e = ((v4i)n - (v4i)magic + 127) << 23;
	n -= magic;
	v4f r = x - n * 0.693359375f + n * 2.12194440e-4f;
	v4f p = (v4f){0} + 1.9875691500e-4f;
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * r * r + r + 1.0f;
	return (v4f)((v4i)(p * (v4f)e) & live);
}

/* The largest logit; NaN never counts. -inf when there is none. */
static float largest(const float *x, int n)
{
	float m = -INFINITY;
	for (int i = 0; i < n; i++)
		if (x[i] > m)
			m = x[i];
	return m;
}

static v4f load(const float *x, int lanes)
{
	v4f v = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
	if (lanes >= 4)
		return *(const v4f *)x;
	for (int l = 0; l < lanes; l++)
		v[l] = x[l];
	return v;
}

/* Sum of exp((x - max) * scale); the terms also go to w when it is not NULL. */
static double weigh(const float *x, int n, float max, float scale, lent_float *w)
{
	double total = 0;
	for (int from = 0; from < n; from += SUM_BLOCK) {
		int to = n - from < SUM_BLOCK ? n : from + SUM_BLOCK;
		v4f sum = {0};
		for (int i = from; i < to; i += 4) {
			int lanes = to - i < 4 ? to - i : 4;
			v4f v = exp4((load(x + i, lanes) - max) * scale);
			sum += v;
			if (w)
				memcpy(w + i, &v, sizeof(float) * (size_t)lanes);
		}
		total += (double)sum[0] + (double)sum[1] + ((double)sum[2] + (double)sum[3]);
	}
	return total;
}

/* Smaller is better: more likely first, then the lower id. NaN goes last. */
static uint64_t key_of(float logit, int id)
{
	uint32_t u;
	if (logit != logit)
		return UINT64_C(0xffffffff) << 32 | (uint32_t)id;
	logit += 0.0f; /* -0 and 0 are one score */
	memcpy(&u, &logit, sizeof u);
	u = u & 0x80000000u ? u : ~u & 0x7fffffffu; /* ascending as the logit falls */
	return (uint64_t)u << 32 | (uint32_t)id;
}

static int id_of(uint64_t key)
{
	return (int)(uint32_t)key;
}

/* Puts the k smallest of a[n] in front, in any order (Hoare's selection, median of three). */
static void select_smallest(lent_key *a, int n, int k)
{
	int lo = 0, hi = n - 1;
	while (lo < hi) {
		uint64_t x = a[lo], y = a[lo + (hi - lo) / 2], z = a[hi];
		uint64_t pivot = x < y ? (y < z ? y : x < z ? z : x) : (x < z ? x : y < z ? z : y);
		int i = lo, j = hi;
		while (i <= j) {
			while (a[i] < pivot)
				i++;
			while (a[j] > pivot)
				j--;
			if (i <= j) {
				uint64_t t = a[i];
				a[i++] = a[j];
				a[j--] = t;
			}
		}
		if (k <= j + 1)
			hi = j;
		else if (k > i)
			lo = i;
		else
			return;
	}
}

/* Heapsort: no allocation, no recursion. */
static void sift(lent_key *a, int root, int n)
{
	for (int child; (child = 2 * root + 1) < n; root = child) {
		if (child + 1 < n && a[child + 1] > a[child])
			child++;
		if (a[root] >= a[child])
			return;
		uint64_t t = a[root];
		a[root] = a[child];
		a[child] = t;
	}
}

static void sort_keys(lent_key *a, int n)
{
	for (int i = n / 2 - 1; i >= 0; i--)
		sift(a, i, n);
	for (int i = n - 1; i > 0; i--) {
		uint64_t t = a[0];
		a[0] = a[i];
		a[i] = t;
		sift(a, 0, i);
	}
}

/* The k most likely in order, in front of keys[n]. One pass: a buffer of twice k fills with what beats the k-th best so far and
 * is cut back to k when full, so that a vocabulary of 248,320 costs little more than reading it. */
static int select_top(const float *x, int n, int k, lent_key *keys)
{
	int room = k < n / 2 ? 2 * k : n, held = 0;
	uint64_t limit = UINT64_MAX;
	float floor = -INFINITY;
	if (k > n)
		k = n;
	for (int i = 0; i < n; i++) {
		if (x[i] < floor)
			continue;
		uint64_t key = key_of(x[i], i);
		if (key >= limit)
			continue;
		if (held == room) {
			select_smallest(keys, held, k);
			held = k;
			limit = 0;
			for (int j = 0; j < k; j++)
				limit = keys[j] > limit ? keys[j] : limit;
			floor = x[id_of(limit)];
			if (key >= limit)
				continue;
		}
		keys[held++] = key;
	}
	if (k > held)
		k = held;
	select_smallest(keys, held, k);
	sort_keys(keys, k);
	return k;
}

static float logprob(float logit, float max, double total)
{
	return (float)((double)logit - (double)max - log(total));
}

static float scaled_weight(float logit, float max, float scale)
{
	v4f v = {(logit - max) * scale, 0, 0, 0};
	return exp4(v)[0];
}

/* Draws among all: the first id at which the running sum passes u of the total. */
static int draw_all(const float *x, int n, float max, float scale, double u, int32_t *scratch)
{
	lent_float *w = (lent_float *)scratch;
	double at = u * weigh(x, n, max, scale, w), sum = 0;
	int last = 0;
	for (int i = 0; i < n; i++) {
		if (!(w[i] > 0))
			continue;
		last = i;
		sum += (double)w[i];
		if (sum > at)
			return i;
	}
	return last;
}

/* Draws among the kept ones of keys[n], which are in order. */
static int draw_kept(const float *x, const lent_key *keys, int n, float max, float scale, double u)
{
	double total = 0, sum = 0;
	for (int i = 0; i < n; i++)
		total += (double)scaled_weight(x[id_of(keys[i])], max, scale);
	for (int i = 0; i < n; i++) {
		sum += (double)scaled_weight(x[id_of(keys[i])], max, scale);
		if (sum > u * total)
			return id_of(keys[i]);
	}
	return id_of(keys[n - 1]);
}

/* How many of keys[n] the nucleus takes: -1 when all n do not reach top_p of total. */
static int nucleus(const float *x, const lent_key *keys, int n, float max, float scale, double total, double top_p)
{
	double sum = 0;
	for (int i = 0; i < n; i++) {
		sum += (double)scaled_weight(x[id_of(keys[i])], max, scale);
		if (sum >= top_p * total)
			return i + 1;
	}
	return -1;
}

static int draw_cut(const float *x, int n, const struct eng_sampling *how, float max, float scale, double u, int32_t *scratch)
{
	lent_key *keys = (lent_key *)scratch;
	bool cut_k = how->top_k > 0 && how->top_k < n;
	bool cut_p = how->top_p < 1;
	int kept;
	if (cut_k) {
		kept = select_top(x, n, how->top_k, keys);
		double total = 0;
		for (int i = 0; cut_p && i < kept; i++)
			total += (double)scaled_weight(x[id_of(keys[i])], max, scale);
		int few = cut_p ? nucleus(x, keys, kept, max, scale, total, how->top_p) : -1;
		kept = few > 0 ? few : kept;
	} else {
		double total = weigh(x, n, max, scale, NULL);
		int few = -1;
		for (int k = 32; few < 0; k = k > n / 8 ? n : 8 * k) { /* nuclei are small as a rule */
			kept = select_top(x, n, k, keys);
			few = nucleus(x, keys, kept, max, scale, total, how->top_p);
			if (few < 0 && k >= n)
				few = kept;
		}
		kept = few;
	}
	return kept > 0 ? draw_kept(x, keys, kept, max, scale, u) : 0;
}

static int most_likely(const float *x, int n, float max)
{
	for (int i = 0; i < n; i++)
		if (x[i] == max)
			return i;
	return 0;
}

struct eng_choice eng_sample_by(const float *logits, int n, const struct eng_sampling *how, double u, int32_t *scratch)
{
	float max = largest(logits, n);
	double total = weigh(logits, n, max, 1, NULL);
	float scale = (float)(1 / how->temperature);
	int token;
	if (!(how->temperature > 0) || !isfinite(scale) || !isfinite(max)) {
		token = most_likely(logits, n, max);
	} else {
		bool cut = (how->top_k > 0 && how->top_k < n) || how->top_p < 1;
		token = cut ? draw_cut(logits, n, how, max, scale, u, scratch) : draw_all(logits, n, max, scale, u, scratch);
	}
	return (struct eng_choice){token, logprob(logits[token], max, total)};
}

struct eng_choice eng_sample(const float *logits, int n, const struct eng_sampling *how, struct rng_at at, int32_t *scratch)
{
	return eng_sample_by(logits, n, how, rng_double(at), scratch);
}

int eng_top(const float *logits, int n, int count, struct eng_choice *out, int32_t *scratch)
{
	lent_key *keys = (lent_key *)scratch;
	float max = largest(logits, n);
	double total = weigh(logits, n, max, 1, NULL);
	int found = count > 0 ? select_top(logits, n, count, keys) : 0;
	for (int i = 0; i < found; i++)
		out[i] = (struct eng_choice){id_of(keys[i]), logprob(logits[id_of(keys[i])], max, total)};
	return found;
}
