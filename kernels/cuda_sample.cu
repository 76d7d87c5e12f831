/* Drawing tokens. First every part of PART logits of a row is surveyed by a block of its own: its most likely item, and the sum of its
 * weights. Then one block a row makes a token of it: `pick` where nothing is cut (it reads one part again), `cut` for top_k and top_p.
 *
 * Weights become whole numbers before they are added: so a sum has no order, every sum of parts is exactly the sum of all, and a target
 * below the sum of all is passed somewhere. In a part they count from its own maximum, in steps of 2^-31 of it; in `cut` from the row's
 * in steps of 2^-39, so that 2^24 of them fit a word of 64 bits. What lies below a step has no chance. */
#include "kernels/cuda_math.cuh"

enum {
	PART = 4096, SURVEY = 256, EACH = PART / SURVEY, /* logits of a part, threads of survey and pick, logits a thread */
	CUT = 1024, AHEAD = 8,                           /* threads of cut, logits that each of them has under way */
	DIGIT = 11, BUCKETS = 1 << DIGIT,
	ID_BITS = 24, ORDER_BITS = 32 + ID_BITS,         /* KERN_MAX_DIM ids */
	LISTED = 16384,                                  /* candidates that cut can hold in shared memory */
	TOLD = 2 * CU_WARP, ALONE = TOLD + 3, ROOM = TOLD + 4, /* words that a block's threads tell each other by: of each warp, of one thread */
	STEPS = 64,                                      /* buckets for a factor of e, when cut first looks at a row: 32 of these */
};

struct part {
	uint64_t best;       /* order_of its most likely item; NO_ORDER: all are NaN */
	uint64_t all, drawn; /* sums of weights, at temperature 1 and at the draw's (greedy: no matter) */
};
static const uint64_t NO_ORDER = UINT64_MAX;

struct draw {
	struct kern_view logits;
	const int32_t *row;
	const double *u;
	const struct part *part; /* [n][parts] */
	int parts, top_k;
	float scale;
	bool greedy;
	double top_p;
	int32_t *token;
	float *logprob;
};

/* The bits of a float that is no NaN, so that they rise as it falls; -0 is 0. */
CU_DEVICE uint32_t falling(float x)
{
	uint32_t u = __float_as_uint(x);
	return u == 0x80000000u ? 0x7fffffffu : u >> 31 ? u : ~u & 0x7fffffffu;
}

/* Most likely first, then the lower id. */
CU_DEVICE uint64_t order_of(float x, int id)
{
	return (uint64_t)falling(x) << ID_BITS | (uint32_t)id;
}

CU_DEVICE float logit_of(uint64_t order)
{
	uint32_t f = (uint32_t)(order >> ID_BITS); /* of NO_ORDER: a NaN */
	return __uint_as_float(f >> 31 ? f : ~f & 0x7fffffffu);
}

CU_DEVICE int id_of(uint64_t order)
{
	return order == NO_ORDER ? 0 : (int)(order & ((1u << ID_BITS) - 1));
}

/* exp(d) for d <= 0; 0 below -87 and for a NaN. Cephes' polynomial, operation for operation as where the processor draws
 * (engine/sample.c): the weights have the same bits there. */
CU_DEVICE float weight(float d)
{
	const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
	if (!(d > -87.0f))
		return 0;
	float n = d * 1.44269504088896341f + magic;
	int e = (__float_as_int(n) - __float_as_int(magic) + 127) << 23;
	n -= magic;
	float r = d - n * 0.693359375f + n * 2.12194440e-4f;
	float p = 1.9875691500e-4f;
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * r * r + r + 1.0f;
	return p * __int_as_float(e);
}

CU_DEVICE uint32_t steps31(float w)
{
	return (uint32_t)(w * 0x1p31f + 0.5f);
}

/* -- what the threads of a block tell each other -- */

/* Sum of x over the lower threads; *all is that over all. */
CU_DEVICE uint64_t sum_before(uint64_t x, uint64_t *all, uint64_t *room)
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
	for (int w = 0; w < (int)blockDim.x / CU_WARP; w++) {
		below += w < warp ? room[w] : 0;
		sum += room[w];
	}
	*all = sum;
	return below + upto - x;
}

CU_DEVICE uint64_t smallest(uint64_t x, uint64_t *room)
{
	for (int step = CU_WARP / 2; step; step /= 2)
		x = min(x, __shfl_xor_sync(0xffffffffu, x, step));
	__syncthreads();
	if (threadIdx.x % CU_WARP == 0)
		room[threadIdx.x / CU_WARP] = x;
	__syncthreads();
	for (int w = 0; w < (int)blockDim.x / CU_WARP; w++)
		x = min(x, room[w]);
	return x;
}

/* -- survey -- */

/* Where in the part this thread's item e lies; it rises with e. */
CU_DEVICE int place_of(int e, bool vectors)
{
	int t = (int)threadIdx.x;
	return vectors ? 4 * (t + e / 4 * SURVEY) + e % 4 : t + e * SURVEY;
}

/* What lies behind the row's end is NaN. */
CU_DEVICE void read_part(float mine[EACH], const float *x, int n, bool vectors)
{
#pragma unroll
	for (int e = 0; e < EACH; e += 4) {
		int at = place_of(e, vectors);
		if (vectors && at + 4 <= n) {
			float4 v = *(const float4 *)(x + at);
			mine[e] = v.x, mine[e + 1] = v.y, mine[e + 2] = v.z, mine[e + 3] = v.w;
			continue;
		}
#pragma unroll
		for (int i = 0; i < 4; i++) {
			at = place_of(e + i, vectors);
			mine[e + i] = at < n ? x[at] : NAN;
		}
	}
}

static __global__ void __launch_bounds__(SURVEY) survey(struct kern_view logits, const int32_t *row, float scale, int parts, bool vectors,
	struct part *out)
{
	CU_SHARED(shared);
	uint64_t *room = (uint64_t *)shared;
	int i = (int)blockIdx.x / parts, from = (int)blockIdx.x % parts * PART;
	int warp = threadIdx.x / CU_WARP;
	cu_wait();
	cu_let_next();
	float mine[EACH], top = -INFINITY;
	read_part(mine, cu_at(logits, row ? row[i] : i) + from, min(PART, logits.cols - from), vectors);
#pragma unroll
	for (int e = 0; e < EACH; e++)
		top = fmaxf(top, mine[e]); /* a NaN never wins */
	int first = -1;
#pragma unroll
	for (int e = EACH - 1; e >= 0; e--)
		first = mine[e] == top ? place_of(e, vectors) : first;
	uint64_t best = smallest(first < 0 ? NO_ORDER : order_of(top, from + first), room), all = 0, drawn = 0;
	top = logit_of(best);
#pragma unroll
	for (int e = 0; e < EACH; e++) {
		uint32_t w = steps31(weight(mine[e] - top));
		all += w;
		drawn += scale == 1 ? w : steps31(weight((mine[e] - top) * scale));
	}
	for (int step = CU_WARP / 2; step; step /= 2) {
		all += __shfl_xor_sync(0xffffffffu, all, step);
		drawn += __shfl_xor_sync(0xffffffffu, drawn, step);
	}
	__syncthreads();
	if (threadIdx.x % CU_WARP == 0) {
		room[2 * warp] = all;
		room[2 * warp + 1] = drawn;
	}
	__syncthreads();
	if (threadIdx.x)
		return;
	struct part p = {best, 0, 0};
	for (int w = 0; w < SURVEY / CU_WARP; w++) {
		p.all += room[2 * w];
		p.drawn += room[2 * w + 1];
	}
	out[blockIdx.x] = p;
}

/* -- a row's parts together -- */

/* A part's sum, counted from the row's maximum. */
CU_DEVICE uint64_t share_of(uint64_t sum, float part_top, float top, float scale)
{
	return sum ? (uint64_t)((double)sum * exp(((double)part_top - (double)top) * (double)scale) + 0.5) : 0;
}

/* The order of the row's most likely item; *all is the sum of its weights at temperature 1. */
CU_DEVICE uint64_t join_parts(const struct part *p, int parts, uint64_t *all, uint64_t *room)
{
	uint64_t best = NO_ORDER, mine = 0;
	for (int j = (int)threadIdx.x; j < parts; j += (int)blockDim.x)
		best = min(best, p[j].best);
	best = smallest(best, room);
	for (int j = (int)threadIdx.x; j < parts; j += (int)blockDim.x)
		mine += share_of(p[j].all, logit_of(p[j].best), logit_of(best), 1);
	sum_before(mine, all, room);
	return best;
}

/* By one thread. A maximum that is infinite, or none, gives a NaN, as its definition does. */
CU_DEVICE void answer(const struct draw &d, int i, int id, float x, float top, uint64_t all)
{
	d.token[i] = id;
	d.logprob[i] = isfinite(top) ? (float)((double)x - (double)top - log((double)all * 0x1p-31)) : NAN;
}

/* A sum passes u of `all` where it passes this whole number; always below `all`. */
CU_DEVICE uint64_t target(double u, uint64_t all)
{
	return min((uint64_t)(u * (double)all), all - 1);
}

/* -- nothing cut -- */

/* The part in which the sum passes `at`, by its index; *left: what remains to be passed within it, in its own steps. */
CU_DEVICE int find_part(const struct draw &d, const struct part *p, float top, double u, uint64_t *left, uint64_t *room)
{
	uint64_t *told = room + TOLD, mine = 0, all;
	int each = (d.parts + SURVEY - 1) / SURVEY, from = min((int)threadIdx.x * each, d.parts), to = min(from + each, d.parts);
	for (int j = from; j < to; j++)
		mine += share_of(p[j].drawn, logit_of(p[j].best), top, d.scale);
	uint64_t before = sum_before(mine, &all, room), at = target(u, all);
	if (at - before < mine) { /* unsigned: and not below before */
		uint64_t share;
		int j = from;
		while (at - before >= (share = share_of(p[j].drawn, logit_of(p[j].best), top, d.scale))) {
			before += share;
			j++;
		}
		told[0] = (uint64_t)j;
		told[1] = at - before;
	}
	__syncthreads();
	const struct part *q = p + told[0];
	double factor = exp(((double)logit_of(q->best) - (double)top) * (double)d.scale);
	*left = min((uint64_t)((double)told[1] / factor), q->drawn - 1);
	return (int)told[0];
}

static __global__ void __launch_bounds__(SURVEY) pick(struct draw d)
{
	CU_SHARED(shared);
	uint64_t *room = (uint64_t *)shared, all, sum, left, mine = 0;
	int i = (int)blockIdx.x;
	cu_wait();
	cu_let_next();
	const float *x = cu_at(d.logits, d.row ? d.row[i] : i);
	const struct part *p = d.part + (size_t)i * (size_t)d.parts;
	uint64_t best = join_parts(p, d.parts, &all, room);
	float top = logit_of(best);
	if (d.greedy || !isfinite(top)) {
		if (threadIdx.x == 0)
			answer(d, i, id_of(best), x[id_of(best)], top, all);
		return;
	}
	int at = find_part(d, p, top, d.u[i], &left, room);
	float part_top = logit_of(p[at].best), v[EACH];
	int from = at * PART + (int)threadIdx.x * EACH; /* neighbours by one thread: the sum goes by id */
#pragma unroll
	for (int e = 0; e < EACH; e++) {
		v[e] = from + e < d.logits.cols ? x[from + e] : NAN;
		mine += steps31(weight((v[e] - part_top) * d.scale));
	}
	uint64_t before = sum_before(mine, &sum, room);
	if (left - before >= mine)
		return;
	bool passed = false;
#pragma unroll
	for (int e = 0; e < EACH; e++) {
		before += steps31(weight((v[e] - part_top) * d.scale));
		if (!passed && before > left) {
			passed = true;
			answer(d, i, from + e, v[e], top, all);
		}
	}
}

/* -- top_k and top_p -- */

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
	uint64_t *told = room + TOLD, all, before = sum_before(v[0] + v[1], &all, room);
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

/* The order of the candidate at which, in order, the number or the weight of those up to it passes `at`. */
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
				uint64_t w = o >> bits == order ? weight39(c, v[e]) : 0;
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
			if (order_of(v[e], id[e]) >> bits == order && weight39(c, v[e]))
				room[ALONE] = order_of(v[e], id[e]);
	}
	__syncthreads();
	return bits ? room[ALONE] : order;
}

/* Weight, and number, of the candidates up to `order` that have any. */
CU_DEVICE uint64_t weight_upto(const struct candidates &c, uint64_t order, uint64_t *items, uint64_t *room)
{
	uint64_t n = 0, sum = 0, all;
	int id[AHEAD];
	float v[AHEAD];
	for (int from = 0; from < c.n; from += CUT * AHEAD) {
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++) {
			uint64_t w = order_of(v[e], id[e]) <= order ? weight39(c, v[e]) : 0;
			n += w > 0;
			sum += w;
		}
	}
	sum_before(n, items, room);
	sum_before(sum, &all, room);
	return all;
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

/* The last step at which an item can be that stays, or matters to which do. `total`: the row's weight in 2^-31.
 * For top_k the step at which k are reached. Else what is behind it must weigh less than 1 - top_p of all, with a margin for what rounds;
 * an item of step j weighs at most exp(-j / STEPS). *items: how many there are up to that step. */
CU_DEVICE int last_step(const struct bins &b, int top_k, double top_p, uint64_t total, uint64_t *items, uint64_t *room)
{
	uint64_t v[2], counts[2], all, left, held;
	for (int i = 0; i < 2; i++) {
		int j = 2 * (int)threadIdx.x + i;
		counts[i] = b.count[j];
		v[i] = top_k ? counts[i] : (uint64_t)((double)counts[i] * exp(-(double)j / STEPS) * 0x1p31);
	}
	sum_before(v[0] + v[1], &all, room);
	double behind = ((1 - top_p) - 1e-5) * (double)total;
	uint64_t at = top_k ? (uint64_t)top_k - 1 : behind > 0 ? all - min((uint64_t)behind, all) : all;
	int last = find_bucket(v, counts, min(at, all - 1), &left, &held, room);
	uint64_t mine = 0;
	for (int i = 0; i < 2; i++)
		mine += 2 * (int)threadIdx.x + i <= last ? counts[i] : 0;
	sum_before(mine, items, room);
	return last;
}

/* Lists what has weight and is not behind step `last`; the caller knows that there is room. */
CU_DEVICE int list_candidates(const struct candidates &c, int last, uint32_t *list, uint64_t *room)
{
	uint32_t *n = (uint32_t *)(room + ALONE);
	int id[AHEAD];
	float v[AHEAD];
	if (threadIdx.x == 0)
		*n = 0;
	__syncthreads();
	for (int from = 0; from < c.n; from += CUT * AHEAD) {
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++)
			if (step_of(c, v[e]) <= last && weight39(c, v[e]))
				list[atomicAdd(n, 1u)] = (uint32_t)id[e];
	}
	__syncthreads();
	return (int)*n;
}

/* Reaches top_p of `all` where it passes this. */
CU_DEVICE uint64_t nucleus(double top_p, uint64_t all)
{
	double want = ceil(top_p * (double)all);
	return want > 1 ? min((uint64_t)want, all) - 1 : 0;
}

/* The row's weight at the draw's temperature, in 2^-31. */
CU_DEVICE uint64_t drawn_weight(const struct draw &d, const struct part *p, float top, uint64_t *room)
{
	uint64_t mine = 0, all;
	for (int j = (int)threadIdx.x; j < d.parts; j += CUT)
		mine += share_of(p[j].drawn, logit_of(p[j].best), top, d.scale);
	sum_before(mine, &all, room);
	return all;
}

/* The order of the token that is drawn from what stays of the candidates. total: 0, or the row's weight, of which they lack some. */
CU_DEVICE uint64_t draw_cut(const struct draw &d, const struct candidates &c, const struct bins &b, double u, uint64_t total, uint64_t *room)
{
	uint64_t items, mass = weight_upto(c, NO_ORDER, &items, room), kept = total ? total : mass;
	if (d.top_k > 0 && (uint64_t)d.top_k < items)
		kept = weight_upto(c, find(c, b, true, (uint64_t)d.top_k - 1, room), &items, room);
	if (d.top_p < 1)
		kept = weight_upto(c, find(c, b, false, min(nucleus(d.top_p, kept), mass - 1), room), &items, room);
	return find(c, b, false, target(u, kept), room);
}

static const size_t CUT_SHARED = ROOM * sizeof(uint64_t) + (3 * BUCKETS + LISTED) * sizeof(uint32_t);

/* The row is read once to count it and once to list what may stay: a few hundred as a rule. Where it is more than LISTED, every step of
 * the searches reads the row. */
static __global__ void __launch_bounds__(CUT) cut(struct draw d)
{
	CU_SHARED(shared);
	uint64_t *room = (uint64_t *)shared, all, items;
	uint32_t *bin = (uint32_t *)(room + ROOM), *list = bin + 3 * BUCKETS;
	const struct bins b = {bin, bin + BUCKETS, bin + 2 * BUCKETS};
	int i = (int)blockIdx.x;
	cu_wait();
	cu_let_next();
	const float *x = cu_at(d.logits, d.row ? d.row[i] : i);
	const struct part *p = d.part + (size_t)i * (size_t)d.parts;
	uint64_t order = join_parts(p, d.parts, &all, room);
	struct candidates c = {x, NULL, d.logits.cols, logit_of(order), d.scale};
	if (isfinite(c.top)) {
		uint64_t total = drawn_weight(d, p, c.top, room);
		bool cut_k = d.top_k > 0 && d.top_k < d.logits.cols;
		count_steps(c, b);
		int last = last_step(b, cut_k ? d.top_k : 0, d.top_p, total, &items, room);
		if (items <= LISTED) {
			c.n = list_candidates(c, last, list, room);
			c.list = list;
		}
		order = draw_cut(d, c, b, d.u[i], cut_k ? 0 : total << 8, room);
	}
	if (threadIdx.x == 0)
		answer(d, i, id_of(order), x[id_of(order)], c.top, all);
}

/* -- the operation -- */

static int parts_of(const struct kern_sample *op)
{
	return cu_ceil(op->logits.cols, PART);
}

size_t cuda_sample_scratch(const struct kern *k, const struct kern_sample *op, int n)
{
	(void)k;
	return (size_t)n * (size_t)parts_of(op) * sizeof(struct part);
}

int cuda_sample(struct kern *k, const struct kern_sample *op)
{
	const struct kern_view *x = &op->logits;
	float scale = (float)(1 / op->temperature);
	struct draw d = {*x, op->row, op->u, (const struct part *)op->scratch, parts_of(op), op->top_k, scale, false, op->top_p, op->token,
	                 op->logprob};
	d.greedy = !(op->temperature > 0) || !isfinite(scale);
	bool cuts = !d.greedy && ((op->top_k > 0 && op->top_k < x->cols) || op->top_p < 1);
	bool vectors = (uintptr_t)x->data % 16 == 0 && x->ld % 4 == 0;
	if (op->n == 0)
		return 0;
	int e = cu_launch(k, "sample survey", survey, dim3((unsigned)op->n * (unsigned)d.parts), dim3(SURVEY), ROOM * sizeof(uint64_t), *x,
	                  op->row, d.greedy ? 1 : scale, d.parts, vectors, (struct part *)op->scratch);
	if (e)
		return e;
	if (cuts)
		return cu_launch(k, "sample cut", cut, dim3((unsigned)op->n), dim3(CUT), CUT_SHARED, d);
	return cu_launch(k, "sample pick", pick, dim3((unsigned)op->n), dim3(SURVEY), ROOM * sizeof(uint64_t), d);
}
