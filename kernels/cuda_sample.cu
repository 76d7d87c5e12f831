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
	TOLD = 2 * CU_WARP, ALONE = TOLD + 6, ROOM = TOLD + 8, /* words that a block's threads tell each other by: of each warp, of one thread */
	STEPS = 64,                                      /* buckets for a factor of e, when cut first looks at a row */
};

struct part {
	uint64_t best;       /* order_of its most likely item; NO_ORDER: all are NaN */
	uint64_t all, drawn; /* sums of weights, at temperature 1 and at the draw's (greedy or cut: no matter) */
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
	cu_let_next();
	cu_wait();
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
	cu_let_next();
	cu_wait();
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

/* A first, coarse order. */
CU_DEVICE int step_of(const struct candidates &c, float x)
{
	return min((int)((c.top - x) * c.scale * (float)STEPS), BUCKETS - 1);
}

struct found {
	int bucket;
	uint64_t left, below; /* what remains to be passed in it; weight in the buckets below it */
	uint64_t items, held; /* in it */
	uint64_t items_upto;  /* in it and in those below */
};

/* The bucket in which the number of items (by_count) or their weight passes `at`. */
CU_DEVICE struct found find_bucket(const struct bins &b, bool by_count, uint64_t at, uint64_t *room)
{
	uint64_t *told = room + TOLD, items[2], held[2], all;
	for (int i = 0; i < 2; i++) {
		int j = 2 * (int)threadIdx.x + i;
		items[i] = b.count[j];
		held[i] = (uint64_t)b.high[j] << 32 | b.low[j];
	}
	uint64_t items_before = sum_before(items[0] + items[1], &all, room), held_before = sum_before(held[0] + held[1], &all, room);
	for (int i = 0; i < 2; i++) {
		uint64_t past = at - (by_count ? items_before : held_before);
		if (past < (by_count ? items[i] : held[i])) {
			told[0] = 2 * threadIdx.x + (unsigned)i;
			told[1] = past;
			told[2] = held_before;
			told[3] = items[i];
			told[4] = held[i];
			told[5] = items_before + items[i];
		}
		items_before += items[i];
		held_before += held[i];
	}
	__syncthreads();
	return {(int)told[0], told[1], told[2], told[3], told[4], told[5]};
}

CU_DEVICE void sum_bins(const struct bins &b, uint64_t *items, uint64_t *held, uint64_t *room)
{
	uint64_t n = 0, w = 0;
	for (int j = (int)threadIdx.x; j < BUCKETS; j += CUT) {
		n += b.count[j];
		w += (uint64_t)b.high[j] << 32 | b.low[j];
	}
	sum_before(n, items, room);
	sum_before(w, held, room);
}

/* The candidate at which, in order, the number or the weight of those up to it passes `at`: its order. *upto: the weight up to it. */
CU_DEVICE uint64_t find(const struct candidates &c, const struct bins &b, bool by_count, uint64_t at, uint64_t *upto, uint64_t *room)
{
	uint64_t order = 0, below = 0;
	struct found f;
	int bits = ORDER_BITS, id[AHEAD];
	float v[AHEAD];
	do { /* digit by digit, among those that agree in the ones before */
		int shift = max(bits - DIGIT, 0);
		clear(b);
		for (int from = 0; from < c.n; from += CUT * AHEAD) {
			take(c, from, id, v);
#pragma unroll
			for (int e = 0; e < AHEAD; e++) {
				uint64_t w = weight39(c, v[e]), o = order_of(v[e], id[e]);
				if (w && o >> bits == order)
					tally(b, (int)(o >> shift & ((1u << (bits - shift)) - 1)), w);
			}
		}
		__syncthreads();
		f = find_bucket(b, by_count, at, room);
		order = order << (bits - shift) | (unsigned)f.bucket;
		below += f.below;
		at = f.left;
		bits = shift;
	} while (bits && f.items > 1);
	for (int from = 0; bits && from < c.n; from += CUT * AHEAD) { /* it is alone: its last digits can be read off it */
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++)
			if (weight39(c, v[e]) && order_of(v[e], id[e]) >> bits == order)
				room[ALONE] = order_of(v[e], id[e]);
	}
	__syncthreads();
	*upto = below + f.held;
	return bits ? room[ALONE] : order;
}

/* Lists what is not behind bucket `last` of the coarse order. */
CU_DEVICE void list_candidates(const struct candidates &c, int last, uint32_t *list, uint32_t *n)
{
	int id[AHEAD];
	float v[AHEAD];
	if (threadIdx.x == 0)
		*n = 0;
	__syncthreads();
	for (int from = 0; from < c.n; from += CUT * AHEAD) {
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++)
			if (weight39(c, v[e]) && step_of(c, v[e]) <= last)
				list[atomicAdd(n, 1u)] = (uint32_t)id[e];
	}
	__syncthreads();
}

/* Counts the row by the coarse order. */
CU_DEVICE void count_row(const struct candidates &c, const struct bins &b)
{
	int id[AHEAD];
	float v[AHEAD];
	clear(b);
	for (int from = 0; from < c.n; from += CUT * AHEAD) {
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++) {
			uint64_t w = weight39(c, v[e]);
			if (w)
				tally(b, step_of(c, v[e]), w);
		}
	}
	__syncthreads();
}

/* Reaches top_p of `all` where it passes this. */
CU_DEVICE uint64_t nucleus(double top_p, uint64_t all)
{
	double want = ceil(top_p * (double)all);
	return want > 1 ? min((uint64_t)want, all) - 1 : 0;
}

static const size_t CUT_SHARED = ROOM * sizeof(uint64_t) + (3 * BUCKETS + LISTED) * sizeof(uint32_t);

/* The row is read once to count it and once to list what may stay: a few hundred as a rule. Where more than LISTED may, every step of
 * the searches reads the row. */
static __global__ void __launch_bounds__(CUT) cut(struct draw d)
{
	CU_SHARED(shared);
	uint64_t *room = (uint64_t *)shared, all, live, kept;
	uint32_t *bin = (uint32_t *)(room + ROOM), *list = bin + 3 * BUCKETS;
	const struct bins b = {bin, bin + BUCKETS, bin + 2 * BUCKETS};
	int i = (int)blockIdx.x;
	cu_let_next();
	cu_wait();
	const float *x = cu_at(d.logits, d.row ? d.row[i] : i);
	uint64_t order = join_parts(d.part + (size_t)i * (size_t)d.parts, d.parts, &all, room);
	struct candidates c = {x, NULL, d.logits.cols, logit_of(order), d.scale};
	if (isfinite(c.top)) {
		count_row(c, b);
		sum_bins(b, &live, &kept, room);
		bool cut_k = d.top_k > 0 && (uint64_t)d.top_k < live, cut_p = d.top_p < 1;
		uint64_t items = cut_k ? (uint64_t)d.top_k : live;
		bool by_count = cut_k || !cut_p;
		struct found f = find_bucket(b, by_count, by_count ? items - 1 : nucleus(d.top_p, kept), room);
		if (f.items_upto <= LISTED) {
			list_candidates(c, f.bucket, list, (uint32_t *)(room + ALONE));
			c.list = list;
			c.n = (int)f.items_upto;
		}
		for (int what = 0; what < 3; what++) { /* the last that top_k keeps, the last that top_p does, and the one that is drawn */
			if ((what == 0 && !cut_k) || (what == 1 && !cut_p))
				continue;
			uint64_t at = what == 0 ? items - 1 : what == 1 ? nucleus(d.top_p, kept) : target(d.u[i], kept);
			order = find(c, b, what == 0, at, &kept, room);
		}
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
	                  op->row, d.greedy || cuts ? 1 : scale, d.parts, vectors, (struct part *)op->scratch);
	if (e)
		return e;
	if (cuts)
		return cu_launch(k, "sample cut", cut, dim3((unsigned)op->n), dim3(CUT), CUT_SHARED, d);
	return cu_launch(k, "sample pick", pick, dim3((unsigned)op->n), dim3(SURVEY), ROOM * sizeof(uint64_t), d);
}
