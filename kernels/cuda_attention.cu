/* kernels/cuda_attention.cu - attention over the paged cache, in three kernels.
 *
 *   prepare   norms and rotates q and k, stores k and v to the pages: a warp a head
 *   units     a block per unit and key/value head: for every pair (row, query head) the maximum, the sum of the weights and the weighted
 *             sum of the values over one span of KERN_SPAN positions. The span's pages are read once for all pairs.
 *   merge     a pair's spans, in order: y, gated
 *
 * What units leaves of a (pair, span) depends on that row and those pages alone: a pair is a row of a matrix product, or has its own
 * chain. Positions behind a row's own weigh exactly 0 in it; positions behind all of the unit's rows are not looked at. So who shares a
 * unit changes no bit, as long as what is in the cache is finite (0 times an infinity is not 0).
 *
 * Two bodies of units: on tensor cores (KERN_BF16, a bfloat16 cache, heads of 64, 128 or 256), and plain chains for everything else.
 *
 * The weights p of the softmax are f32 in ref. Tensor cores take them in two parts, high = bf16(p) and low = bf16(p - high), 16 bits
 * together. With high alone one value of y in four is another bfloat16 than ref's, where with both it is one in 500; and after products
 * in FP8 a layer was 3e-2 to 7e-2 of the logits' spread away from ref, where it is now 1e-7.
 * What low costs a unit of T tiles (16 T pairs): 2 c T products (cu_mma_bf16), beside 2 c T of q K and 2 c T of high V; 64 T KB more that
 * its warps read of shared memory, beside 64 T KB of high and c T / 4 KB of q; no room there for c = 256, as low lies where q was; and
 * nothing from the device's memory, which gives 1024 c bytes. For those 256 KB at c = 256 a multiprocessor's share of 4.8 TB/s takes 13
 * thousand clocks. Products, at most one a clock, are 1536 of one tile (a row of 8 heads a key/value head: a step) and 12288 of eight (16
 * such rows): there, units wait for tensor cores rather than for memory, by what these fall short of that rate. */
#include "kernels/cuda_math.cuh"

enum { SPAN_PAGES = KERN_SPAN / KERN_PAGE, UNIT_WARPS = 8, UNIT_THREADS = UNIT_WARPS * CU_WARP, PREPARE_WARPS = 4, MERGE_THREADS = 256 };
static_assert(UNIT_WARPS == SPAN_PAGES, "a warp a page");
static_assert(KERN_UNIT_ROWS * SPAN_PAGES <= UNIT_THREADS, "a thread a page of a row");
static_assert(UNIT_THREADS == KERN_SPAN, "a thread a position");

/* What the kernels are given. In scratch: q as bfloat16 [n][h][c], permuted within 16 columns as multiply() wants them; per (row, head,
 * span) the maximum and the sum of the weights, and the c sums. */
struct attention_job {
	struct kern_attention op;
	size_t page_bytes;
	int spans, group; /* of the longest row; query heads a key/value head */
	bool bf16, tensor;
	uint16_t *q;
	float2 *tops;
	float *sums;
	unsigned long long *traffic;
};

CU_DEVICE float load_kv(const void *p, size_t at, bool half)
{
	return half ? cu_from_bf16(((const uint16_t *)p)[at]) : ((const float *)p)[at];
}

CU_DEVICE void store_kv(void *p, size_t at, bool half, float x)
{
	if (half)
		((uint16_t *)p)[at] = cu_to_bf16(x);
	else
		((float *)p)[at] = x;
}

/* u [c] to `head` (shared, this warp's), normed and rotated. */
CU_DEVICE void norm_and_rotate(const struct attention_job &job, float *head, const float *u, const float *w, int t)
{
	const struct kern_attention &op = job.op;
	int lane = (int)threadIdx.x % CU_WARP, half = op.rot / 2;
	float sum = 0;
	for (int c = lane; c < op.dim; c += CU_WARP) {
		head[c] = u[c];
		sum = fmaf(head[c], head[c], sum);
	}
	if (w) {
		float scale = 1 / sqrtf(cu_warp_sum(sum) / (float)op.dim + op.eps), one = op.plus_one ? 1 : 0;
		for (int c = lane; c < op.dim; c += CU_WARP)
			head[c] = cu_round(job.bf16, head[c] * scale * (one + w[c]));
	}
	__syncwarp();
	for (int i = lane; i < half; i += CU_WARP) {
		float a = head[i], b = head[i + half], cosine = op.rotary[(size_t)t * (size_t)op.rot + (size_t)i],
		      sine = op.rotary[(size_t)t * (size_t)op.rot + (size_t)(i + half)];
		head[i] = cu_round(job.bf16, fmaf(a, cosine, -(b * sine)));
		head[i + half] = cu_round(job.bf16, fmaf(b, cosine, a * sine));
	}
	__syncwarp();
}

/* Column 16 i + 4 t + j of the permuted head is column 16 i + t + 4 j. */
CU_DEVICE int permuted(int c)
{
	return (c & ~15) + c % 4 * 4 + c / 4 % 4;
}

CU_DEVICE void prepare_query(const struct attention_job &job, int r, int h, int t, float *head)
{
	const struct kern_attention &op = job.op;
	float *u = cu_at(op.q, r) + (size_t)h * (size_t)(op.gated ? 2 * op.dim : op.dim);
	norm_and_rotate(job, head, u, op.q_norm, t);
	for (int c = (int)threadIdx.x % CU_WARP; c < op.dim; c += CU_WARP) {
		u[c] = head[c];
		if (job.tensor)
			job.q[((size_t)r * (size_t)op.heads + (size_t)h) * (size_t)op.dim + (size_t)c] = cu_to_bf16(head[permuted(c)]);
	}
}

CU_DEVICE void prepare_key_value(const struct attention_job &job, int r, int g, int t, char *page, bool value, float *head)
{
	const struct kern_attention &op = job.op;
	int slot = t % KERN_PAGE;
	size_t at = (size_t)g * (size_t)op.dim * KERN_PAGE;
	if (value) {
		const float *u = cu_at(op.vx, r) + (size_t)g * (size_t)op.dim;
		at += (size_t)op.kv_heads * (size_t)op.dim * KERN_PAGE + (size_t)slot * (size_t)op.dim;
		for (int c = (int)threadIdx.x % CU_WARP; c < op.dim; c += CU_WARP)
			store_kv(page, at + (size_t)c, op.kv_type == KERN_BF16, u[c]);
		return;
	}
	float *u = cu_at(op.kx, r) + (size_t)g * (size_t)op.dim;
	norm_and_rotate(job, head, u, op.k_norm, t);
	for (int c = (int)threadIdx.x % CU_WARP; c < op.dim; c += CU_WARP) {
		u[c] = head[c];
		store_kv(page, at + (size_t)c * KERN_PAGE + (size_t)slot, op.kv_type == KERN_BF16, head[c]);
	}
}

/* A warp a head: h of the queries, g of the keys, g of the values of each row. Shared: c floats a warp. Positions, tables and units are
 * put in the device's memory and written by no kernel: here and below they are read before the wait. */
static __global__ void prepare_kernel(const __grid_constant__ struct attention_job job)
{
	CU_SHARED(shared);
	const struct kern_attention &op = job.op;
	int warp = (int)threadIdx.x / CU_WARP, per_row = op.heads + 2 * op.kv_heads, task = (int)blockIdx.x * PREPARE_WARPS + warp,
	    r = task / per_row, slot = task % per_row, t = r < op.q.rows ? op.position[r] : 0;
	char *page = r < op.q.rows ? (char *)op.pool + (size_t)op.table[r][t / KERN_PAGE] * job.page_bytes : NULL;
	float *head = (float *)shared + (size_t)warp * (size_t)op.dim;
	cu_wait();
	cu_let_next();
	if (!page)
		return;
	if (slot < op.heads)
		prepare_query(job, r, slot, t, head);
	else if (slot < op.heads + op.kv_heads)
		prepare_key_value(job, r, slot - op.heads, t, page, false, head);
	else
		prepare_key_value(job, r, slot - op.heads - op.kv_heads, t, page, true, head);
}

/* What a block knows of its unit; in shared memory. */
struct unit_pages {
	int limit[KERN_UNIT_ROWS]; /* of each row, the last position it reads, counted from the span's first */
	int page[KERN_UNIT_ROWS][SPAN_PAGES];
};
struct unit {
	int span, first, rows, last, head; /* last: the largest limit inside the span */
	const int *page;                   /* those of the row that goes furthest: all that any row reads; behind them the first again */
};

/* Of a unit's pages up to position `last` of its span, those that the row ahead of it does not read: its own unit counts the others. */
CU_DEVICE int pages_to_count(const struct kern_attention &op, const struct kern_attention_unit &at, int last)
{
	int before = at.first ? op.position[at.first - 1] / KERN_PAGE - at.span * SPAN_PAGES : -1, n = 0;
	for (int page = 0; page <= last / KERN_PAGE; page++) {
		int i = at.span * SPAN_PAGES + page;
		n += page > before || op.table[at.first - 1][i] != op.table[at.first][i];
	}
	return n;
}

/* The whole block: item is a unit and a key/value head. Begins when nobody reads the one before any more, and ends with a barrier. */
CU_DEVICE struct unit unit_begin(const struct attention_job &job, int item, struct unit_pages *p)
{
	const struct kern_attention &op = job.op;
	struct kern_attention_unit at = op.units[item / op.kv_heads];
	int thread = (int)threadIdx.x, row = thread / SPAN_PAGES, page = thread % SPAN_PAGES, furthest = 0;
	if (row < at.rows) {
		int limit = op.position[at.first + row] - at.span * KERN_SPAN;
		const int32_t *table = op.table[at.first + row] + at.span * SPAN_PAGES;
		p->page[row][page] = table[page * KERN_PAGE <= limit ? page : 0];
		if (page == 0)
			p->limit[row] = limit;
	}
	__syncthreads();
	for (int i = 1; i < at.rows; i++)
		furthest = p->limit[i] > p->limit[furthest] ? i : furthest;
	int last = p->limit[furthest] < KERN_SPAN ? p->limit[furthest] : KERN_SPAN - 1;
	if (thread == 0 && job.traffic)
		atomicAdd(job.traffic, (unsigned long long)pages_to_count(op, at, last) * (job.page_bytes / (size_t)op.kv_heads));
	return {at.span, at.first, at.rows, last, item % op.kv_heads, p->page[furthest]};
}

/* Pair i of a unit is row i / group and, of the heads that read its key/value head, head i % group. Its place among [n][h]: */
CU_DEVICE int pair_place(const struct attention_job &job, const struct unit &u, int pair)
{
	return (u.first + pair / job.group) * job.op.heads + u.head * job.group + pair % job.group;
}

/* Where the results of a pair at `place` go. */
CU_DEVICE size_t result_at(const struct attention_job &job, const struct unit &u, int place)
{
	return (size_t)place * (size_t)job.spans + (size_t)u.span;
}

/* ---- on tensor cores ----
 * Pairs are the rows of the products, 16 to a tile. A product's B lies in memory as [k][n] with n together, be it K (k columns, n
 * positions) or V (k positions, n columns), while a lane wants two k of one n in a word. So it loads its four k (those of b[0] and b[1])
 * for as many n as there are tiles of 8 columns and pairs the halves of the words: n of tile j is NT * (lane / 4) + j. Which k a lane
 * takes is as free, as long as a[] has the same: columns t + 4 i of K for coalesced loads, positions 4 t + i of V because the lanes that
 * computed the weights have them like that. */
template <int C, int TILES> struct unit_shared {
	union {
		uint4 q[TILES][C / 16][CU_WARP];           /* a[] of the scores */
		uint4 low[TILES][KERN_SPAN / 16][CU_WARP]; /* a[] of the sums' second product, when no warp reads q any more */
	};
	uint4 high[TILES][KERN_SPAN / 16][CU_WARP]; /* a[] of the sums' first */
	float top[TILES * 16][UNIT_WARPS], sum[TILES * 16][UNIT_WARPS];
	int limit[TILES * 16], place[TILES * 16]; /* of a pair; place is -1 where there is none */
	struct unit_pages pages;
};

/* NT items at `from` to the words of w, two in each. */
template <int NT> CU_DEVICE void load_items(uint32_t *w, const uint16_t *from)
{
	if (NT == 4) {
		uint2 v = *(const uint2 *)from;
		w[0] = v.x;
		w[NT / 4] = v.y;
	} else if (NT == 2) {
		w[0] = *(const uint32_t *)from;
	} else {
		w[0] = *from;
	}
}

/* b[] of one step of 16 k, which are the rows that load_items read. */
template <int NT> CU_DEVICE void pair_up(uint32_t (*b)[2], const uint32_t (*k)[2])
{
#pragma unroll
	for (int j = 0; j < NT; j++)
#pragma unroll
		for (int i = 0; i < 2; i++) {
			uint32_t low = k[2 * i][j / 2], high = k[2 * i + 1][j / 2];
			b[j][i] = j % 2 ? low >> 16 | (high & 0xffff0000u) : (low & 0xffff) | high << 16;
		}
}

/* d += a b for one step: a[m] lies STRIDE steps after a[m - 1]. */
template <int TILES, int NT, int STRIDE> CU_DEVICE void multiply(float (*d)[NT][4], const uint4 *a, const uint32_t (*b)[2])
{
#pragma unroll
	for (int m = 0; m < TILES; m++) {
		uint4 v = a[m * STRIDE * CU_WARP];
		const uint32_t words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
		for (int j = 0; j < NT; j++)
			cu_mma_bf16(d[m][j], words, b[j]);
	}
}

/* Rows of 16 columns of K, for this lane's 4 positions of the warp's page. */
CU_DEVICE void load_keys(uint32_t (*w)[2], const uint16_t *k, int step)
{
	int lane = (int)threadIdx.x % CU_WARP;
#pragma unroll
	for (int i = 0; i < 4; i++)
		load_items<4>(w[i], k + (size_t)(16 * step + lane % 4 + 4 * i) * KERN_PAGE + 4 * (lane / 4));
}

/* s += q K from what is in the ring already on. s[m][j][..]: pair lane / 4 (and + 8) of tile m, positions 8 (lane % 4) + j and + 4. */
template <int C, int TILES, int DEPTH> CU_DEVICE void scores(float (*s)[4][4], uint32_t (*ring)[4][2], const uint16_t *k, const uint4 *q)
{
#pragma unroll 1
	for (int step = 0; step < C / 16; step += DEPTH)
#pragma unroll
		for (int i = 0; i < DEPTH; i++) {
			uint32_t b[4][2];
			pair_up<4>(b, ring[i]);
			multiply<TILES, 4, C / 16>(s, q + (step + i) * CU_WARP, b);
			if (step + DEPTH < C / 16)
				load_keys(ring[i], k, step + DEPTH + i);
		}
}

/* Positions 16 step .. + 15 of V for this lane's NT columns; none behind the unit's last, where anything may lie. */
template <int C> CU_DEVICE void load_values(uint32_t (*w)[2], const char *v, const int *pages, size_t page_bytes, int step, int last)
{
	enum { NT = C / 64 };
	int t = (int)threadIdx.x % 4;
	const uint16_t *page = (const uint16_t *)(v + (size_t)pages[step / 2] * page_bytes);
#pragma unroll
	for (int i = 0; i < 4; i++) {
		w[i][0] = w[i][1] = 0;
		if (16 * step + 4 * t + i <= last)
			load_items<NT>(w[i], page + (16 * (step % 2) + 4 * t + i) * C);
	}
}

/* o += p V over the span, from what is in the ring already on: of each step high V, then low V. */
template <int C, int TILES, int DEPTH>
CU_DEVICE void sums(float (*o)[C / 64][4], uint32_t (*ring)[4][2], const char *v, const int *pages, size_t page_bytes, int last,
	const uint4 *high, const uint4 *low)
{
	enum { NT = C / 64, STRIDE = KERN_SPAN / 16 };
	int steps = last / 16 + 1;
#pragma unroll 1
	for (int step = 0; step < steps; step += DEPTH)
#pragma unroll
		for (int i = 0; i < DEPTH; i++) {
			if (step + i < steps) {
				uint32_t b[NT][2];
				pair_up<NT>(b, ring[i]);
				multiply<TILES, NT, STRIDE>(o, high + (step + i) * CU_WARP, b);
				multiply<TILES, NT, STRIDE>(o, low + (step + i) * CU_WARP, b);
			}
			if (step + DEPTH + i < steps)
				load_values<C>(ring[i], v, pages, page_bytes, step + DEPTH + i, last);
		}
}

/* Of 8 values, one a warp. */
CU_DEVICE float max_of_warps(const float *x)
{
	float4 a = *(const float4 *)x, b = *(const float4 *)(x + 4);
	return fmaxf(fmaxf(fmaxf(a.x, a.y), fmaxf(a.z, a.w)), fmaxf(fmaxf(b.x, b.y), fmaxf(b.z, b.w)));
}

/* Scales and masks a pair's 8 scores of this lane, position 8 (lane % 4) + i being s[i % 4][at + i / 4]; their maximum over the page. */
CU_DEVICE float page_top(float (*s)[4], int at, float scale, int limit)
{
	float top = -INFINITY;
#pragma unroll
	for (int i = 0; i < 8; i++) {
		float x = 8 * ((int)threadIdx.x % 4) + i <= limit ? s[i % 4][at + i / 4] * scale : -INFINITY;
		s[i % 4][at + i / 4] = x;
		top = fmaxf(top, x);
	}
	top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 1));
	return fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 2));
}

/* The weights of these 8 positions as two bfloat16 each, in pairs; their sum over the page. */
CU_DEVICE float page_weights(uint32_t high[4], uint32_t low[4], float (*s)[4], int at, float top)
{
	float sum = 0;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		float a = exp2f((s[2 * i % 4][at + i / 2] - top) * 1.44269504f), b = exp2f((s[2 * i % 4 + 1][at + i / 2] - top) * 1.44269504f);
		uint32_t w = cu_bf16x2(a, b);
		high[i] = w;
		low[i] = cu_bf16x2(a - cu_from_bf16((uint16_t)w), b - cu_from_bf16((uint16_t)(w >> 16)));
		sum += a;
		sum += b;
	}
	sum += __shfl_xor_sync(0xffffffffu, sum, 1);
	return sum + __shfl_xor_sync(0xffffffffu, sum, 2);
}

/* The pairs' limits, places and q as a[] to shared memory; pairs that are not there are zeros that see one position. */
template <int C, int TILES>
CU_DEVICE void stage(const struct attention_job &job, const struct unit &u, int base, int pairs, const int *row_limit,
	struct unit_shared<C, TILES> *s)
{
	int thread = (int)threadIdx.x, lane = thread % CU_WARP;
	for (int i = thread; i < TILES * 16; i += UNIT_THREADS) {
		s->limit[i] = base + i < pairs ? row_limit[(base + i) / job.group] : 0;
		s->place[i] = base + i < pairs ? pair_place(job, u, base + i) : -1;
	}
	__syncthreads();
#pragma unroll 2
	for (int m = 0; m < TILES; m++) {
		int first = s->place[m * 16 + lane / 4], second = s->place[m * 16 + 8 + lane / 4];
		for (int step = thread / CU_WARP; step < C / 16; step += UNIT_WARPS) {
			int at = step * 16 + lane % 4 * 4;
			uint2 a = first < 0 ? make_uint2(0, 0) : *(const uint2 *)(job.q + (size_t)first * C + at);
			uint2 b = second < 0 ? make_uint2(0, 0) : *(const uint2 *)(job.q + (size_t)second * C + at);
			s->q[m][step][lane] = make_uint4(a.x, b.x, a.y, b.y);
		}
	}
	__syncthreads();
}

/* Turns the warp's scores into weights: their maximum over all warps, the sum over the page, and p for everyone. */
template <int C, int TILES> CU_DEVICE void weigh(float (*s)[4][4], float scale, struct unit_shared<C, TILES> *shared)
{
	int lane = (int)threadIdx.x % CU_WARP, warp = (int)threadIdx.x / CU_WARP, g = lane / 4, t = lane % 4;
#pragma unroll
	for (int i = 0; i < 2 * TILES; i++) {
		int pair = i * 8 + g;
		float top = page_top(s[i / 2], i % 2 * 2, scale, shared->limit[pair] - warp * KERN_PAGE);
		if (t == 0)
			shared->top[pair][warp] = top;
	}
	__syncthreads();
#pragma unroll
	for (int m = TILES - 1; m >= 0; m--) { /* in this order the compiler gets by with fewer registers */
		uint32_t a[2][4], b[2][4];
#pragma unroll
		for (int half = 0; half < 2; half++) {
			int pair = m * 16 + half * 8 + g;
			float sum = page_weights(a[half], b[half], s[m], half * 2, max_of_warps(shared->top[pair]));
			if (t == 0)
				shared->sum[pair][warp] = sum;
		}
		uint4 *high = &shared->high[m][warp * 2 + t / 2][g * 4 + t % 2 * 2], *low = &shared->low[m][warp * 2 + t / 2][g * 4 + t % 2 * 2];
		high[0] = make_uint4(a[0][0], a[1][0], a[0][1], a[1][1]);
		high[1] = make_uint4(a[0][2], a[1][2], a[0][3], a[1][3]);
		low[0] = make_uint4(b[0][0], b[1][0], b[0][1], b[1][1]);
		low[1] = make_uint4(b[0][2], b[1][2], b[0][3], b[1][3]);
	}
	__syncthreads();
}

/* Columns 2 NT (lane % 4) .. of this warp's: d[..][0], [1] are the pair lane / 4's, d[..][2], [3] the pair 8 further's. */
template <int NT> CU_DEVICE void store_sums(float *to, float (*o)[4], int at)
{
	float v[2 * NT];
#pragma unroll
	for (int i = 0; i < 2 * NT; i++)
		v[i] = o[i % NT][at + i / NT];
#pragma unroll
	for (int i = 0; i < 2 * NT; i += 2)
		*(float2 *)(to + i) = make_float2(v[i], v[i + 1]);
}

template <int C, int TILES>
CU_DEVICE void write_pairs(const struct attention_job &job, const struct unit &u, float (*o)[C / 64][4], const struct unit_shared<C, TILES> *s)
{
	enum { NT = C / 64 };
	int thread = (int)threadIdx.x, lane = thread % CU_WARP, column = thread / CU_WARP * (C / UNIT_WARPS) + 2 * NT * (lane % 4);
#pragma unroll
	for (int i = 0; i < 2 * TILES; i++) {
		int place = s->place[i * 8 + lane / 4];
		if (place >= 0)
			store_sums<NT>(job.sums + result_at(job, u, place) * C + column, o[i / 2], i % 2 * 2);
	}
	if (thread >= TILES * 16 || s->place[thread] < 0)
		return;
	float sum = 0;
	for (int w = 0; w < UNIT_WARPS; w++)
		sum += s->sum[thread][w];
	job.tops[result_at(job, u, s->place[thread])] = make_float2(max_of_warps(s->top[thread]), sum);
}

/* 16 TILES pairs of the unit. Warp w computes the scores of page w for all of them, then the sums of its eighth of the columns over
 * all pages. Keys are asked for before q is there, and values before the weights are. */
template <int C, int TILES, int DEPTH> CU_DEVICE void attend(const struct attention_job &job, const struct unit &u, int base, int pairs,
	const int *row_limit, struct unit_shared<C, TILES> *shared)
{
	enum { KEYS = DEPTH < C / 16 ? DEPTH : C / 16 };
	int warp = (int)threadIdx.x / CU_WARP, lane = (int)threadIdx.x % CU_WARP;
	size_t head = (size_t)u.head * C * KERN_PAGE * 2, values = (size_t)job.op.kv_heads * C * KERN_PAGE * 2;
	const char *pool = (const char *)job.op.pool + head, *v = pool + values + (size_t)(warp * (C / UNIT_WARPS) + lane / 4 * (C / 64)) * 2;
	const uint16_t *k = (const uint16_t *)(pool + (size_t)u.page[warp] * job.page_bytes);
	bool active = warp * KERN_PAGE <= u.last;
	uint32_t ring[DEPTH][4][2];
#pragma unroll
	for (int i = 0; i < KEYS; i++)
		load_keys(ring[i], k, i);
	stage(job, u, base, pairs, row_limit, shared);
	float s[TILES][4][4] = {};
	if (active)
		scores<C, TILES, KEYS>(s, ring, k, &shared->q[0][0][lane]);
#pragma unroll
	for (int i = 0; i < DEPTH; i++)
		load_values<C>(ring[i], v, u.page, job.page_bytes, i, u.last);
	weigh(s, job.op.scale, shared);
	float o[TILES][C / 64][4] = {};
	sums<C, TILES, DEPTH>(o, ring, v, u.page, job.page_bytes, u.last, &shared->high[0][0][lane], &shared->low[0][0][lane]);
	write_pairs(job, u, o, shared);
	__syncthreads();
}

/* Blocks of few tiles that share a multiprocessor; before Hopper the compiler would not get by with half the registers. */
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
enum { UNIT_BLOCKS = 1 };
#else
enum { UNIT_BLOCKS = 2 };
#endif

/* A persistent grid over units and key/value heads. Units of few rows among those of many take the small body: the same bits. */
template <int C, int TILES>
static __global__ void __launch_bounds__(UNIT_THREADS, TILES <= 4 ? UNIT_BLOCKS : 1) unit_kernel(const __grid_constant__ struct attention_job job)
{
	enum { DEPTH = TILES == 1 ? 8 : TILES == 4 ? 2 : 4 }; /* as many loads under way as registers allow */
	CU_SHARED(shared);
	struct unit_pages *pages = &((struct unit_shared<C, TILES> *)shared)->pages;
	int items = *job.op.n_units * job.op.kv_heads, item = (int)blockIdx.x;
	struct unit u = {};
	if (item < items)
		u = unit_begin(job, item, pages);
	cu_wait();
	cu_let_next();
	while (item < items) {
		int pairs = u.rows * job.group;
		if (pairs <= 16)
			attend<C, 1, 8>(job, u, 0, pairs, pages->limit, (struct unit_shared<C, 1> *)shared);
		else
			for (int base = 0; base < pairs; base += TILES * 16)
				attend<C, TILES, DEPTH>(job, u, base, pairs, pages->limit, (struct unit_shared<C, TILES> *)shared);
		item += (int)gridDim.x;
		if (item < items)
			u = unit_begin(job, item, pages);
	}
}

/* ---- plain ---- */
enum { PLAIN_PAIRS = 8, PLAIN_BLOCKS = 4 };

/* Eight pairs at once share what they load of K and V. */
struct plain_shared {
	float q[KERN_MAX_HEAD][PLAIN_PAIRS], p[KERN_SPAN][PLAIN_PAIRS];
	float top[PLAIN_PAIRS][UNIT_WARPS], sum[PLAIN_PAIRS][UNIT_WARPS];
	struct unit_pages pages;
};

CU_DEVICE void plain_stage(const struct attention_job &job, const struct unit &u, int base, int pairs, struct plain_shared *s)
{
	const struct kern_attention &op = job.op;
	for (int i = (int)threadIdx.x; i < op.dim * PLAIN_PAIRS; i += UNIT_THREADS) {
		int c = i % op.dim, pair = base + i / op.dim;
		size_t head = (size_t)(u.head * job.group + pair % job.group);
		s->q[c][i / op.dim] =
			pair < pairs ? cu_at(op.q, u.first + pair / job.group)[head * (size_t)(op.gated ? 2 * op.dim : op.dim) + (size_t)c] : 0;
	}
}

/* This thread's position: its score with every pair, one chain over the columns each. */
template <bool HALF> CU_DEVICE void plain_scores(const struct attention_job &job, const struct unit &u, const struct plain_shared *s, float *a)
{
	int j = (int)threadIdx.x;
	if (j > u.last)
		return;
	const char *page = (const char *)job.op.pool + (size_t)u.page[j / KERN_PAGE] * job.page_bytes;
	size_t at = (size_t)u.head * (size_t)job.op.dim * KERN_PAGE + (size_t)(j % KERN_PAGE);
	for (int c = 0; c < job.op.dim; c++, at += KERN_PAGE) {
		float key = load_kv(page, at, HALF);
#pragma unroll
		for (int i = 0; i < PLAIN_PAIRS; i++)
			a[i] = fmaf(s->q[c][i], key, a[i]);
	}
}

/* Pairs that are not there are left out, by the whole block. */
CU_DEVICE void plain_weigh(const struct attention_job &job, int base, int pairs, struct plain_shared *s, float *a)
{
	int j = (int)threadIdx.x, warp = j / CU_WARP;
#pragma unroll
	for (int i = 0; i < PLAIN_PAIRS; i++)
		if (base + i < pairs) {
			a[i] = j <= s->pages.limit[(base + i) / job.group] ? a[i] * job.op.scale : -INFINITY;
			s->top[i][warp] = cu_warp_max(a[i]);
		}
	__syncthreads();
#pragma unroll
	for (int i = 0; i < PLAIN_PAIRS; i++) {
		s->p[j][i] = 0;
		if (base + i < pairs) {
			s->p[j][i] = expf(a[i] - max_of_warps(s->top[i]));
			s->sum[i][warp] = cu_warp_sum(s->p[j][i]);
		}
	}
	__syncthreads();
}

/* A thread a column: chains over the positions. */
template <bool HALF>
CU_DEVICE void plain_sums(const struct attention_job &job, const struct unit &u, int base, int pairs, const struct plain_shared *s)
{
	int dim = job.op.dim;
	size_t head = (size_t)(job.op.kv_heads + u.head) * (size_t)dim * KERN_PAGE;
	for (int c = (int)threadIdx.x; c < dim; c += UNIT_THREADS) {
		float o[PLAIN_PAIRS] = {};
		for (int j = 0; j <= u.last; j++) {
			const char *page = (const char *)job.op.pool + (size_t)u.page[j / KERN_PAGE] * job.page_bytes;
			float value = load_kv(page, head + (size_t)(j % KERN_PAGE) * (size_t)dim + (size_t)c, HALF);
#pragma unroll
			for (int i = 0; i < PLAIN_PAIRS; i++)
				o[i] = fmaf(s->p[j][i], value, o[i]);
		}
#pragma unroll
		for (int i = 0; i < PLAIN_PAIRS; i++)
			if (base + i < pairs)
				job.sums[result_at(job, u, pair_place(job, u, base + i)) * (size_t)dim + (size_t)c] = o[i];
	}
	if (threadIdx.x < PLAIN_PAIRS && base + (int)threadIdx.x < pairs) {
		float sum = 0;
		for (int w = 0; w < UNIT_WARPS; w++)
			sum += s->sum[threadIdx.x][w];
		job.tops[result_at(job, u, pair_place(job, u, base + (int)threadIdx.x))] = make_float2(max_of_warps(s->top[threadIdx.x]), sum);
	}
}

template <bool HALF>
static __global__ void __launch_bounds__(UNIT_THREADS, PLAIN_BLOCKS) plain_kernel(const __grid_constant__ struct attention_job job)
{
	CU_SHARED(shared);
	struct plain_shared *s = (struct plain_shared *)shared;
	cu_wait();
	cu_let_next();
	int items = *job.op.n_units * job.op.kv_heads;
	for (int item = (int)blockIdx.x; item < items; item += (int)gridDim.x) {
		struct unit u = unit_begin(job, item, &s->pages);
		int pairs = u.rows * job.group;
		for (int base = 0; base < pairs; base += PLAIN_PAIRS) {
			float a[PLAIN_PAIRS] = {};
			plain_stage(job, u, base, pairs, s);
			__syncthreads();
			plain_scores<HALF>(job, u, s, a);
			plain_weigh(job, base, pairs, s, a);
			plain_sums<HALF>(job, u, base, pairs, s);
			__syncthreads();
		}
	}
}

/* A block a pair, a thread a column. Shared: per span its maximum and sum, then its weight and weighted sum. */
static __global__ void merge_kernel(const __grid_constant__ struct attention_job job)
{
	CU_SHARED(shared);
	const struct kern_attention &op = job.op;
	float2 *span = (float2 *)shared;
	int r = (int)blockIdx.x / op.heads, h = (int)blockIdx.x % op.heads, spans = op.position[r] / KERN_SPAN + 1;
	size_t from = (size_t)blockIdx.x * (size_t)job.spans, dim = (size_t)op.dim;
	cu_wait();
	cu_let_next();
	for (int i = (int)threadIdx.x; i < spans; i += (int)blockDim.x)
		span[i] = job.tops[from + (size_t)i];
	__syncthreads();
	float top = -INFINITY, total = 0;
	for (int i = 0; i < spans; i++)
		top = fmaxf(top, span[i].x);
	__syncthreads();
	for (int i = (int)threadIdx.x; i < spans; i += (int)blockDim.x) {
		float w = expf(span[i].x - top);
		span[i] = make_float2(w, w * span[i].y);
	}
	__syncthreads();
	for (int i = 0; i < spans; i++)
		total += span[i].y;
	const float *gate = op.gated ? cu_at(op.q, r) + (size_t)h * 2 * dim + dim : NULL;
	for (int c = (int)threadIdx.x; c < op.dim; c += (int)blockDim.x) {
		float sum = 0;
#pragma unroll 8
		for (int i = 0; i < spans; i++)
			sum = fmaf(span[i].x, job.sums[(from + (size_t)i) * dim + (size_t)c], sum);
		float y = cu_round(job.bf16, sum / total);
		cu_at(op.y, r)[(size_t)h * dim + (size_t)c] = gate ? cu_round(job.bf16, y * cu_round(job.bf16, cu_sigmoid(gate[c]))) : y;
	}
}

static bool on_tensor_cores(const struct kern *k, const struct kern_attention *op)
{
	return k->compute == KERN_BF16 && op->kv_type == KERN_BF16 && (op->dim == 64 || op->dim == 128 || op->dim == 256);
}

/* The parts of scratch, each from a multiple of 64: q, tops, sums. Returns how many bytes they are. */
static size_t lay_out(const struct kern_attention *op, int n, size_t at[3])
{
	size_t pairs = (size_t)n * (size_t)op->heads, spans = (size_t)cu_ceil(op->longest, KERN_SPAN);
	size_t bytes[3] = {pairs * (size_t)op->dim * 2, pairs * spans * sizeof(float2), pairs * spans * (size_t)op->dim * sizeof(float)}, sum = 0;
	for (int i = 0; i < 3; i++) {
		at[i] = sum;
		sum += (bytes[i] + 63) & ~(size_t)63;
	}
	return sum;
}

size_t cuda_attention_scratch(const struct kern *k, const struct kern_attention *op, int n)
{
	size_t at[3];
	(void)k;
	return lay_out(op, n, at);
}

static int launch_units(const struct kern *k, const struct attention_job &job, void (*kernel)(struct attention_job), size_t shared, int per_sm)
{
	const struct kern_attention *op = &job.op;
	long long items = (long long)op->q.rows * job.spans * op->kv_heads, most = (long long)k->device->sm_count * per_sm;
	return cu_launch(k, "attention over units", kernel, (unsigned)(items < most ? items : most), UNIT_THREADS, shared, job);
}

/* As many tiles as the largest unit can fill, if the block's shared memory has room: fewer go over the pages several times. */
template <int C> static int launch_tensor(const struct kern *k, const struct attention_job &job)
{
	int rows = job.op.q.rows < KERN_UNIT_ROWS ? job.op.q.rows : KERN_UNIT_ROWS, pairs = rows * job.group;
	size_t room = k->device->shared_max;
	if (pairs > 64 && sizeof(struct unit_shared<C, 8>) <= room)
		return launch_units(k, job, unit_kernel<C, 8>, sizeof(struct unit_shared<C, 8>), 1);
	if (pairs > 16 && sizeof(struct unit_shared<C, 4>) <= room)
		return launch_units(k, job, unit_kernel<C, 4>, sizeof(struct unit_shared<C, 4>), UNIT_BLOCKS);
	return launch_units(k, job, unit_kernel<C, 1>, sizeof(struct unit_shared<C, 1>), UNIT_BLOCKS);
}

static int launch_bodies(const struct kern *k, const struct attention_job &job)
{
	if (job.tensor)
		return job.op.dim == 64 ? launch_tensor<64>(k, job) : job.op.dim == 128 ? launch_tensor<128>(k, job) : launch_tensor<256>(k, job);
	void (*plain)(struct attention_job) = job.op.kv_type == KERN_BF16 ? plain_kernel<true> : plain_kernel<false>;
	return launch_units(k, job, plain, sizeof(struct plain_shared), PLAIN_BLOCKS);
}

int cuda_attention(struct kern *k, const struct kern_attention *op)
{
	size_t at[3];
	int n = op->q.rows, e;
	if (!n)
		return 0;
	lay_out(op, n, at);
	char *scratch = (char *)op->scratch;
	struct attention_job job = {*op, kern_page_bytes(op->kv_heads, op->dim, op->kv_type), cu_ceil(op->longest, KERN_SPAN),
		op->heads / op->kv_heads, k->compute == KERN_BF16, on_tensor_cores(k, op), (uint16_t *)(scratch + at[0]),
		(float2 *)(scratch + at[1]), (float *)(scratch + at[2]), k->device->traffic};
	unsigned prepare = (unsigned)cu_ceil(n * (op->heads + 2 * op->kv_heads), PREPARE_WARPS), threads = (unsigned)cu_ceil(op->dim, CU_WARP) * CU_WARP;
	if ((e = cu_launch(k, "attention's rows", prepare_kernel, prepare, PREPARE_WARPS * CU_WARP, PREPARE_WARPS * (size_t)op->dim * sizeof(float),
		job)) ||
	    (e = launch_bodies(k, job)))
		return e;
	return cu_launch(k, "attention's merge", merge_kernel, (unsigned)(n * op->heads), threads < MERGE_THREADS ? threads : (unsigned)MERGE_THREADS,
		(size_t)job.spans * sizeof(float2), job);
}
