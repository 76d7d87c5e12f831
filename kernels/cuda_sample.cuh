/* kernels/cuda_sample.cuh - inside kernels/. What the kernels that look for likely tokens share: a row's parts, an order of its items, and
 * the search in it by one block.
 *
 * Weights become whole numbers before they are added: so a sum has no order, every sum of parts is exactly the sum of all, and a target
 * below the sum of all is passed somewhere. In a part they count from its own maximum, in steps of 2^-31 of it; in a search from the row's
 * in steps of 2^-39, so that 2^24 of them fit a word of 64 bits. What lies below a step has no chance. */
#ifndef KERNELS_CUDA_SAMPLE_CUH
#define KERNELS_CUDA_SAMPLE_CUH

#include "kernels/cuda_math.cuh"

enum {
	PART = 4096,
	CUT = 1024, AHEAD = 8,                           /* threads of a block that searches a row, logits that each has under way */
	DIGIT = 11, BUCKETS = 1 << DIGIT,
	ID_BITS = 24, ORDER_BITS = 32 + ID_BITS,         /* KERN_MAX_DIM ids */
	TOLD = CU_WARP, ALONE = TOLD + 3, ROOM = TOLD + 4, /* words that a block's threads tell each other by: of each warp, of one thread */
	STEPS = 64,                                      /* buckets for a factor of e, when a search first looks at a row: 32 of these */
};

struct part {
	uint64_t best;       /* order_of its most likely item; NO_ORDER: all are NaN */
	uint64_t all, drawn; /* sums of weights, at temperature 1 and at the draw's (greedy: no matter) */
};
static const uint64_t NO_ORDER = UINT64_MAX;

/* -- an order of tokens -- */

/* The bits of a float that is no NaN, so that they rise as it falls; -0 is 0. */
CU_DEVICE uint32_t falling(float x)
{
	uint32_t u = __float_as_uint(x);
	return u == 0x80000000u ? 0x7fffffffu : u >> 31 ? u : ~u & 0x7fffffffu;
}

/* Most likely first, then the lower id; NaN last. */
CU_DEVICE uint64_t order_of(float x, int id)
{
	return (uint64_t)(x == x ? falling(x) : UINT32_MAX) << ID_BITS | (uint32_t)id;
}

CU_DEVICE float logit_of(uint64_t order)
{
	uint32_t f = (uint32_t)(order >> ID_BITS); /* of a NaN, and of NO_ORDER: a NaN */
	return __uint_as_float(f >> 31 ? f : ~f & 0x7fffffffu);
}

CU_DEVICE int id_of(uint64_t order)
{
	return order == NO_ORDER ? 0 : (int)(order & ((1u << ID_BITS) - 1));
}

/* exp(d) for d <= 0; 0 for a NaN. */
CU_DEVICE float weight(float d)
{
	return fmaxf(expf(d), 0.0f);
}

/* -- what the threads of a block tell each other -- */

/* Sum of x over the lower threads; *all is that over all. */
template <int THREADS> CU_DEVICE uint64_t sum_before(uint64_t x, uint64_t *all, uint64_t *room)
{
	int lane = threadIdx.x % CU_WARP, warp = threadIdx.x / CU_WARP;
	uint64_t upto = x, below = 0, sum = 0;
	for (int step = 1; step < CU_WARP; step *= 2) {
		uint64_t y = __shfl_up_sync(0xffffffffu, upto, step);
		upto += lane >= step ? y : 0;
	}
	__syncthreads();
	if (lane == CU_WARP - 1)
		room[warp] = upto;
	__syncthreads();
#pragma unroll
	for (int w = 0; w < THREADS / CU_WARP; w++) {
		below += w < warp ? room[w] : 0;
		sum += room[w];
	}
	*all = sum;
	return below + upto - x;
}

template <int THREADS> CU_DEVICE uint64_t smallest(uint64_t x, uint64_t *room)
{
	for (int step = CU_WARP / 2; step; step /= 2)
		x = min(x, __shfl_xor_sync(0xffffffffu, x, step));
	__syncthreads();
	if (threadIdx.x % CU_WARP == 0)
		room[threadIdx.x / CU_WARP] = x;
	__syncthreads();
#pragma unroll
	for (int w = 0; w < THREADS / CU_WARP; w++)
		x = min(x, room[w]);
	return x;
}

/* -- a row's parts together -- */

/* What a part's sum is to be multiplied by, to count from the row's maximum. */
CU_DEVICE double factor_of(const struct part &p, float top, float scale)
{
	return exp(((double)logit_of(p.best) - (double)top) * (double)scale);
}

CU_DEVICE uint64_t share_of(uint64_t sum, double factor)
{
	return sum ? (uint64_t)((double)sum * factor + 0.5) : 0;
}

/* Of a row's sum at temperature 1. */
CU_DEVICE double log_of(uint64_t all)
{
	return log((double)all * 0x1p-31);
}

/* The natural logarithm of a token's probability, of a logit x where the likeliest is `top`. One that is infinite, or none, gives a NaN. */
CU_DEVICE float logprob_of(float x, float top, double log_all)
{
	return isfinite(top) ? (float)((double)x - (double)top - log_all) : NAN;
}

/* The order of the most likely item of a row of `parts` parts; *all: the sum of its weights at temperature 1. */
CU_DEVICE uint64_t join_parts(const struct part *p, int parts, uint64_t *all, uint64_t *room)
{
	uint64_t best = NO_ORDER, mine = 0;
	for (int j = (int)threadIdx.x; j < parts; j += CUT)
		best = min(best, p[j].best);
	best = smallest<CUT>(best, room);
	for (int j = (int)threadIdx.x; j < parts; j += CUT)
		mine += share_of(p[j].all, factor_of(p[j], logit_of(best), 1));
	sum_before<CUT>(mine, all, room);
	return best;
}

/* -- the search -- */

/* How many items and how much weight lie in each bucket; the weight in two halves, as shared memory adds words of 32 bits. */
struct bins {
	uint32_t *count, *low, *high; /* [BUCKETS] */
};

/* What is searched: the row's items, or those of a list. */
struct candidates {
	const float *x;
	const uint32_t *list; /* NULL: all */
	int n;
	float top, scale;
};

CU_DEVICE void clear(const struct bins &b)
{
	for (int i = (int)threadIdx.x; i < BUCKETS; i += CUT)
		b.count[i] = b.low[i] = b.high[i] = 0;
	__syncthreads();
}

CU_DEVICE void tally(const struct bins &b, int at, uint64_t w)
{
	uint32_t low = (uint32_t)w, high = (uint32_t)(w >> 32);
	atomicAdd(&b.count[at], 1u);
	high += atomicAdd(&b.low[at], low) > ~low; /* it ran over */
	if (high)
		atomicAdd(&b.high[at], high);
}

/* This thread's candidates from + thread, and so on by CUT: ids, and logits (a NaN behind the end). All on their way before any is used. */
CU_DEVICE void take(const struct candidates &c, int from, int id[AHEAD], float v[AHEAD])
{
#pragma unroll
	for (int e = 0; e < AHEAD; e++) {
		int at = from + (int)threadIdx.x + e * CUT;
		id[e] = at >= c.n ? -1 : c.list ? (int)c.list[at] : at;
	}
#pragma unroll
	for (int e = 0; e < AHEAD; e++)
		v[e] = id[e] < 0 ? NAN : c.x[id[e]];
}

CU_DEVICE uint64_t weight39(const struct candidates &c, float x)
{
	return (uint64_t)(weight((x - c.top) * c.scale) * 0x1p39f);
}

/* A first, coarse order that needs no exp; BUCKETS and more have no weight, nor has a NaN. */
CU_DEVICE int step_of(const struct candidates &c, float x)
{
	float step = (c.top - x) * c.scale * (float)STEPS;
	return step < (float)BUCKETS ? (int)step : BUCKETS;
}

/* The bucket in which the sum over buckets passes `at`, where v are those of buckets 2 thread and 2 thread + 1; `at` is below the sum of
 * all. *left: what remains to be passed in it; *held: what it holds beside, of `beside`. */
CU_DEVICE int find_bucket(const uint64_t v[2], const uint64_t beside[2], uint64_t at, uint64_t *left, uint64_t *held, uint64_t *room)
{
	uint64_t *told = room + TOLD, all, before = sum_before<CUT>(v[0] + v[1], &all, room);
#pragma unroll
	for (int i = 0; i < 2; i++) {
		if (at - before < v[i]) {
			told[0] = 2 * threadIdx.x + (unsigned)i;
			told[1] = at - before;
			told[2] = beside[i];
		}
		before += v[i];
	}
	__syncthreads();
	*left = told[1];
	*held = told[2];
	return (int)told[0];
}

enum among { ALL, WEIGHED }; /* all candidates, or those that have weight */

/* 0 for what is no candidate; what lies behind the row's end comes after all of them. */
template <enum among AMONG> CU_DEVICE uint64_t counts_for(const struct candidates &c, float x)
{
	return AMONG == WEIGHED ? weight39(c, x) : 1;
}

/* The order of the candidate at which, in order, the number or the weight of those up to it passes `at`. */
template <enum among AMONG>
CU_DEVICE uint64_t find(const struct candidates &c, const struct bins &b, bool by_count, uint64_t at, uint64_t *room)
{
	uint64_t order = 0, items;
	int bits = ORDER_BITS, id[AHEAD];
	float v[AHEAD];
	do { /* digit by digit, among those that agree in the ones before */
		int shift = max(bits - DIGIT, 0);
		clear(b);
		for (int from = 0; from < c.n; from += CUT * AHEAD) {
			take(c, from, id, v);
#pragma unroll
			for (int e = 0; e < AHEAD; e++) {
				uint64_t o = order_of(v[e], id[e]);
				uint64_t w = o >> bits == order ? counts_for<AMONG>(c, v[e]) : 0;
				if (w)
					tally(b, (int)(o >> shift & ((1u << (bits - shift)) - 1)), w);
			}
		}
		__syncthreads();
		int mine = 2 * (int)threadIdx.x;
		uint64_t counts[2] = {b.count[mine], b.count[mine + 1]};
		uint64_t weights[2] = {(uint64_t)b.high[mine] << 32 | b.low[mine], (uint64_t)b.high[mine + 1] << 32 | b.low[mine + 1]};
		int bucket = find_bucket(by_count ? counts : weights, counts, at, &at, &items, room);
		order = order << (bits - shift) | (unsigned)bucket;
		bits = shift;
	} while (bits && items > 1);
	for (int from = 0; bits && from < c.n; from += CUT * AHEAD) { /* it is alone: its last digits can be read off it */
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++)
			if (order_of(v[e], id[e]) >> bits == order && counts_for<AMONG>(c, v[e]))
				room[ALONE] = order_of(v[e], id[e]);
	}
	__syncthreads();
	return bits ? room[ALONE] : order;
}

/* How many items are at each step. */
CU_DEVICE void count_steps(const struct candidates &c, const struct bins &b)
{
	int id[AHEAD];
	float v[AHEAD];
	clear(b);
	for (int from = 0; from < c.n; from += CUT * AHEAD) {
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++) {
			int step = step_of(c, v[e]);
			if (step < BUCKETS)
				atomicAdd(&b.count[step], 1u);
		}
	}
	__syncthreads();
}

/* For each of n rows of `logits` (those that `row` says) its parts: a launch. scale: of the draw's temperature, 1 where nothing is drawn. */
int cuda_survey(const struct kern *k, const struct kern_view *logits, const int32_t *row, int n, float scale, struct part *out);
/* Of a row of the vocabulary. */
static inline int parts_of(const struct kern_view *logits)
{
	return cu_ceil(logits->cols, PART);
}

#endif
