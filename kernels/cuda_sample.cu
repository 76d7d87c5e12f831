/* Drawing tokens. First every part of PART logits of a row is surveyed by a block of its own: its most likely item, and the sum of its
 * weights. Then one block a row makes a token of it: `pick` where nothing is cut (it reads one part again), `cut` for top_k and top_p. */
#include "kernels/cuda_sample.cuh"

enum {
	SURVEY = 128, EACH = PART / SURVEY,  /* threads of survey, logits a thread; */
	PICK = 256, PICK_EACH = PART / PICK, /* of pick */
	LISTED = 16384,                      /* candidates that cut can hold in shared memory */
};

struct draw {
	struct kern_view logits;
	const int32_t *row;
	const double *u;
	const struct part *part; /* [n][parts] */
	int parts, top_k;
	float scale;
	bool greedy, vectors; /* vectors: rows are aligned to 16 bytes */
	double top_p;
	int32_t *token;
	float *logprob;
};

CU_DEVICE uint32_t steps31(float w)
{
	return (uint32_t)fmaf(w, 0x1p31f, 0.5f);
}

/* -- survey -- */

/* Where in the part this thread's item e lies; it rises with e. */
CU_DEVICE int place_of(int e)
{
	return 4 * ((int)threadIdx.x + e / 4 * SURVEY) + e % 4;
}

/* What lies behind the row's end is NaN. */
CU_DEVICE void read_part(float mine[EACH], const float *x, int n, bool vectors)
{
	if (vectors && n == PART) {
#pragma unroll
		for (int e = 0; e < EACH; e += 4) {
			float4 v = *(const float4 *)(x + place_of(e));
			mine[e] = v.x, mine[e + 1] = v.y, mine[e + 2] = v.z, mine[e + 3] = v.w;
		}
		return;
	}
#pragma unroll
	for (int e = 0; e < EACH; e++) {
		int at = place_of(e);
		mine[e] = at < n ? x[at] : NAN;
	}
}

/* What the threads of a block tell each other: of each warp the largest logit, in rising order, and the sums; where in the part the
 * largest comes first (PART: all are NaN). */
struct told {
	uint64_t all[SURVEY / CU_WARP], drawn[SURVEY / CU_WARP];
	uint32_t top[SURVEY / CU_WARP], first;
};

/* The block's largest logit, rising; `first` is where it lies once all have come to a barrier. */
CU_DEVICE uint32_t find_top(const float mine[EACH], struct told *told)
{
	float top[4] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
#pragma unroll
	for (int e = 0; e < EACH; e++)
		top[e % 4] = fmaxf(top[e % 4], mine[e]); /* a NaN never wins */
	top[0] = fmaxf(fmaxf(top[0], top[1]), fmaxf(top[2], top[3]));
	uint32_t own = ~falling(top[0]), all = cu_warp_largest(own);
	if (threadIdx.x % CU_WARP == 0)
		told->top[threadIdx.x / CU_WARP] = all;
	if (threadIdx.x == 0)
		told->first = UINT32_MAX;
	__syncthreads();
#pragma unroll
	for (int w = 0; w < SURVEY / CU_WARP; w++)
		all = max(all, told->top[w]);
	if (own != all)
		return all;
	int first = PART;
#pragma unroll
	for (int e = EACH - 1; e >= 0; e--)
		first = mine[e] == top[0] ? place_of(e) : first;
	atomicMin(&told->first, (uint32_t)first);
	return all;
}

CU_DEVICE uint64_t warp_sum(uint64_t x)
{
	for (int step = CU_WARP / 2; step; step /= 2)
		x += __shfl_xor_sync(0xffffffffu, x, step);
	return x;
}

/* HEATED: the draw's temperature is another than 1. */
template <bool HEATED>
static __global__ void __launch_bounds__(SURVEY)
survey(struct kern_view logits, const int32_t *row, float scale, int parts, bool vectors, struct part *out)
{
	CU_SHARED(shared);
	struct told *told = (struct told *)shared;
	int i = (int)blockIdx.x / parts, from = (int)blockIdx.x % parts * PART;
	cu_wait();
	cu_let_next();
	float mine[EACH];
	read_part(mine, cu_at(logits, row ? row[i] : i) + from, min(PART, logits.cols - from), vectors);
	uint64_t top_order = (uint64_t)~find_top(mine, told) << ID_BITS, all = 0, drawn = 0;
	float top = logit_of(top_order);
#pragma unroll
	for (int e = 0; e < EACH; e++) {
		all += steps31(weight(mine[e] - top));
		if (HEATED)
			drawn += steps31(weight((mine[e] - top) * scale));
	}
	all = warp_sum(all);
	drawn = HEATED ? warp_sum(drawn) : all;
	if (threadIdx.x % CU_WARP == 0) {
		told->all[threadIdx.x / CU_WARP] = all;
		told->drawn[threadIdx.x / CU_WARP] = drawn;
	}
	__syncthreads();
	if (threadIdx.x)
		return;
	struct part p = {told->first == PART ? NO_ORDER : top_order | (uint32_t)(from + (int)told->first), 0, 0};
	for (int w = 0; w < SURVEY / CU_WARP; w++) {
		p.all += told->all[w];
		p.drawn += told->drawn[w];
	}
	out[blockIdx.x] = p;
}

/* By one thread. */
CU_DEVICE void answer(const struct draw &d, int i, int id, float x, float top, double log_all)
{
	d.token[i] = id;
	d.logprob[i] = logprob_of(x, top, log_all);
}

/* A sum passes u of `all` where it passes this whole number; always below `all`. */
CU_DEVICE uint64_t target(double u, uint64_t all)
{
	return min((uint64_t)(u * (double)all), all - 1);
}

/* -- nothing cut -- */

/* A thread's parts: neighbours, one as a rule, which it reads once. */
struct own_parts {
	const struct part *p;
	int from, to;
	struct part first;
};

CU_DEVICE struct own_parts own_parts_of(const struct draw &d, int i)
{
	struct own_parts own = {d.part + (size_t)i * (size_t)d.parts, 0, 0, {NO_ORDER, 0, 0}};
	int each = (d.parts + PICK - 1) / PICK;
	own.from = min((int)threadIdx.x * each, d.parts);
	own.to = min(own.from + each, d.parts);
	if (own.from < own.to)
		own.first = own.p[own.from];
	return own;
}

CU_DEVICE struct part part_of(const struct own_parts &own, int j)
{
	return j == own.from ? own.first : own.p[j];
}

/* The order of the row's most likely item. */
CU_DEVICE uint64_t best_of(const struct own_parts &own, uint64_t *room)
{
	uint64_t best = NO_ORDER;
	for (int j = own.from; j < own.to; j++)
		best = min(best, part_of(own, j).best);
	return smallest<PICK>(best, room);
}

/* Where the sum of all weights passes u of it: in part `part`, where `left` of its own steps remain. */
struct place {
	uint64_t left;
	int part;
	float top; /* the part's */
};

CU_DEVICE struct place find_part(const struct draw &d, const struct own_parts &own, float top, double u, uint64_t *room)
{
	struct place *told = (struct place *)(room + TOLD);
	uint64_t mine = 0, all;
	for (int j = own.from; j < own.to; j++) {
		struct part q = part_of(own, j);
		mine += share_of(q.drawn, factor_of(q, top, d.scale));
	}
	uint64_t before = sum_before<PICK>(mine, &all, room), at = target(u, all);
	for (int j = own.from; at - before < mine && j < own.to; j++) { /* unsigned: and not below before */
		struct part q = part_of(own, j);
		double factor = factor_of(q, top, d.scale);
		uint64_t share = share_of(q.drawn, factor);
		if (at - before < share) {
			*told = {min((uint64_t)((double)(at - before) / factor), q.drawn - 1), j, logit_of(q.best)};
			break;
		}
		before += share;
		mine -= share;
	}
	__syncthreads();
	return *told;
}

/* Neighbours by one thread, since the sum goes by id. What lies behind the row's end is NaN. */
CU_DEVICE void read_neighbours(float v[PICK_EACH], const float *x, int n, bool vectors)
{
#pragma unroll
	for (int e = 0; e < PICK_EACH; e += 4) {
		if (vectors && e + 4 <= n) {
			float4 w = *(const float4 *)(x + e);
			v[e] = w.x, v[e + 1] = w.y, v[e + 2] = w.z, v[e + 3] = w.w;
			continue;
		}
#pragma unroll
		for (int i = e; i < e + 4; i++)
			v[i] = i < n ? x[i] : NAN;
	}
}

static __global__ void __launch_bounds__(PICK) pick(struct draw d)
{
	CU_SHARED(shared);
	uint64_t *room = (uint64_t *)shared, all, sum, mine = 0;
	int i = (int)blockIdx.x;
	cu_wait();
	cu_let_next();
	const float *x = cu_at(d.logits, d.row ? d.row[i] : i);
	double u = d.greedy ? 0 : d.u[i];
	struct own_parts own = own_parts_of(d, i);
	uint64_t best = best_of(own, room);
	float top = logit_of(best), v[PICK_EACH];
	for (int j = own.from; j < own.to; j++) {
		struct part q = part_of(own, j);
		mine += share_of(q.all, factor_of(q, top, 1));
	}
	sum_before<PICK>(mine, &all, room);
	if (d.greedy || !isfinite(top)) {
		if (threadIdx.x == 0)
			answer(d, i, id_of(best), top, top, log_of(all));
		return;
	}
	struct place at = find_part(d, own, top, u, room);
	int from = at.part * PART + (int)threadIdx.x * PICK_EACH;
	read_neighbours(v, x + from, d.logits.cols - from, d.vectors);
	double log_all = log_of(all); /* while these are on their way */
	mine = 0;
#pragma unroll
	for (int e = 0; e < PICK_EACH; e++)
		mine += steps31(weight((v[e] - at.top) * d.scale));
	uint64_t before = sum_before<PICK>(mine, &sum, room);
	if (at.left - before >= mine)
		return;
	bool passed = false;
#pragma unroll
	for (int e = 0; e < PICK_EACH; e++) {
		before += steps31(weight((v[e] - at.top) * d.scale));
		if (!passed && before > at.left) {
			passed = true;
			answer(d, i, from + e, v[e], top, log_all);
		}
	}
}

/* -- top_k and top_p -- */

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
	sum_before<CUT>(n, items, room);
	sum_before<CUT>(sum, &all, room);
	return all;
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
	sum_before<CUT>(v[0] + v[1], &all, room);
	double behind = ((1 - top_p) - 1e-5) * (double)total;
	uint64_t at = top_k ? (uint64_t)top_k - 1 : behind > 0 ? all - min((uint64_t)behind, all) : all;
	int last = find_bucket(v, counts, min(at, all - 1), &left, &held, room);
	uint64_t mine = 0;
	for (int i = 0; i < 2; i++)
		mine += 2 * (int)threadIdx.x + i <= last ? counts[i] : 0;
	sum_before<CUT>(mine, items, room);
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

/* The order of the token that is drawn from what stays of the candidates. total: 0, or the row's weight, of which they lack some. */
CU_DEVICE uint64_t draw_cut(const struct draw &d, const struct candidates &c, const struct bins &b, double u, uint64_t total, uint64_t *room)
{
	uint64_t items, mass = weight_upto(c, NO_ORDER, &items, room), kept = total ? total : mass;
	if (d.top_k > 0 && (uint64_t)d.top_k < items)
		kept = weight_upto(c, find<WEIGHED>(c, b, true, (uint64_t)d.top_k - 1, room), &items, room);
	if (d.top_p < 1)
		kept = weight_upto(c, find<WEIGHED>(c, b, false, min(nucleus(d.top_p, kept), mass - 1), room), &items, room);
	return find<WEIGHED>(c, b, false, target(u, kept), room);
}

/* The sum of a row's weights at the draw's temperature. */
CU_DEVICE uint64_t drawn_of(const struct draw &d, const struct part *p, float top, uint64_t *room)
{
	uint64_t mine = 0, all;
	for (int j = (int)threadIdx.x; j < d.parts; j += CUT)
		mine += share_of(p[j].drawn, factor_of(p[j], top, d.scale));
	sum_before<CUT>(mine, &all, room);
	return all;
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
		bool cut_k = d.top_k > 0 && d.top_k < d.logits.cols;
		uint64_t total = drawn_of(d, p, c.top, room);
		count_steps(c, b);
		int last = last_step(b, cut_k ? d.top_k : 0, d.top_p, total, &items, room);
		if (items <= LISTED) {
			c.n = list_candidates(c, last, list, room);
			c.list = list;
		}
		order = draw_cut(d, c, b, d.u[i], cut_k ? 0 : total << 8, room);
	}
	if (threadIdx.x == 0)
		answer(d, i, id_of(order), x[id_of(order)], c.top, log_of(all));
}

/* -- the operation -- */

static bool in_vectors(const struct kern_view *x)
{
	return (uintptr_t)x->data % 16 == 0 && x->ld % 4 == 0;
}

int cuda_survey(const struct kern *k, const struct kern_view *logits, const int32_t *row, int n, float scale, struct part *out)
{
	int parts = parts_of(logits);
	bool heated = scale < 1 || scale > 1;
	return cu_launch(k, "sample survey", heated ? survey<true> : survey<false>, dim3((unsigned)n * (unsigned)parts), dim3(SURVEY),
	                 sizeof(struct told), *logits, row, scale, parts, in_vectors(logits), out);
}

size_t cuda_sample_scratch(const struct kern *k, const struct kern_sample *op, int n)
{
	(void)k;
	return (size_t)n * (size_t)parts_of(&op->logits) * sizeof(struct part);
}

int cuda_sample(struct kern *k, const struct kern_sample *op)
{
	const struct kern_view *x = &op->logits;
	struct part *part = (struct part *)op->scratch;
	float scale = (float)(1 / op->temperature);
	struct draw d = {*x, op->row, op->u, part, parts_of(x), op->top_k, scale, false, in_vectors(x), op->top_p, op->token, op->logprob};
	d.greedy = !(op->temperature > 0) || !isfinite(scale);
	bool cuts = !d.greedy && ((op->top_k > 0 && op->top_k < x->cols) || op->top_p < 1);
	if (op->n == 0)
		return 0;
	int e = cuda_survey(k, x, op->row, op->n, d.greedy ? 1 : scale, part);
	if (e)
		return e;
	if (cuts)
		return cu_launch(k, "sample cut", cut, dim3((unsigned)op->n), dim3(CUT), CUT_SHARED, d);
	return cu_launch(k, "sample pick", pick, dim3((unsigned)op->n), dim3(PICK), ROOM * sizeof(uint64_t), d);
}
