/* kernels/cuda_attention.cu - attention over the paged cache, in three kernels.
 *
 *   prepare   norms and rotates q and k, stores k and v to the pages: a warp a head
 *   units     for every pair (row, query head) the maximum, the sum of the weights and the weighted sum of the values over one span of
 *             KERN_SPAN positions. Of many rows a block takes a unit and key/value head, whose pages it reads once for all pairs.
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
 *
 * What 16 rows of 8 heads a key/value head (8 tiles of 16 pairs) cost a multiprocessor at c = 256: 4096 products (cu_mma_bf16) for q K, as
 * many for high V and for low V, which at one in 1.6 clocks are 20 thousand clocks; 2.1 MB read of shared memory, 16 thousand; 256 KB of
 * device memory or the second-level cache. What is neither must be short: kernels are run once through by a few warps, and instructions
 * that a multiprocessor has not met lately come to it more slowly than it computes. */
#include "kernels/cuda_forms.cuh"
#include <limits.h>

enum {
	SPAN_PAGES = KERN_SPAN / KERN_PAGE,
	UNIT_WARPS = 8,
	UNIT_THREADS = UNIT_WARPS * CU_WARP,
	PREPARE_WARPS = 4,
	MERGE_WARPS = 4,
	MERGE_THREADS = MERGE_WARPS * CU_WARP,
	FEW_ROWS = 16 /* so many go tile by tile: there are more blocks of these */
};
static_assert(UNIT_WARPS == SPAN_PAGES, "a warp a page");
static_assert(KERN_UNIT_ROWS <= CU_WARP, "a lane a row");
static_assert(UNIT_THREADS == KERN_SPAN, "a thread a position");

/* What the kernels are given. In scratch: q as bfloat16 [n][h][c]; per (row, head, span) the maximum and the sum of the weights, and
 * the c sums. */
struct attention_job {
	struct kern_attention op;
	size_t page_bytes;
	int spans, group; /* of the longest row; query heads a key/value head */
	int parts, pairs; /* a key/value head of the largest unit is so many parts of so many pairs, to a block each */
	float scale;      /* op's, times log2 e */
	bool bf16, tensor;
	uint16_t *q;
	float2 *tops;
	float *sums;
	unsigned long long *traffic;
	struct cu_forms forms; /* of y; where heads are whole blocks of inputs, else none */
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

/* Whose head a warp prepares: row r's at position t; one of the queries, of the keys or of the values. */
struct head_task {
	int r, t, slot;
	bool query, value;
};

/* By what columns lane + 32 i of a head are multiplied and turned. */
template <int N> struct head_factors {
	float norm[N], cosine[N], sine[N];
};

template <int N> CU_DEVICE void load_factors(struct head_factors<N> *f, const struct kern_attention &op, const float *w, int t)
{
	const float *turn = op.rotary + (size_t)t * (size_t)op.rot;
#pragma unroll
	for (int i = 0; i < N; i++) {
		int c = (int)threadIdx.x % CU_WARP + i * CU_WARP, half = op.rot / 2, at = c < half ? c : c - half;
		f->norm[i] = w && c < op.dim ? (op.plus_one ? 1 : 0) + w[c] : 0;
		f->cosine[i] = c < op.rot ? turn[at] : 0;
		f->sine[i] = c < op.rot ? turn[at + half] : 0;
	}
}

template <int N> CU_DEVICE void norm_head(const struct attention_job &job, float *x, const struct head_factors<N> &f)
{
	float sum = 0;
#pragma unroll
	for (int i = 0; i < N; i++)
		sum = fmaf(x[i], x[i], sum);
	float scale = 1 / sqrtf(cu_warp_sum(sum) / (float)job.op.dim + job.op.eps);
#pragma unroll
	for (int i = 0; i < N; i++)
		x[i] = cu_round(job.bf16, x[i] * scale * f.norm[i]);
}

/* Column c is turned with the one half of `rot` away: through `head` (shared, this warp's). */
template <int N> CU_DEVICE void rotate_head(const struct attention_job &job, float *x, const struct head_factors<N> &f, float *head)
{
	int lane = (int)threadIdx.x % CU_WARP, rot = job.op.rot, half = rot / 2;
#pragma unroll
	for (int i = 0; i < N; i++)
		if (lane + i * CU_WARP < rot)
			head[lane + i * CU_WARP] = x[i];
	__syncwarp();
#pragma unroll
	for (int i = 0; i < N; i++) {
		int c = lane + i * CU_WARP;
		if (c < rot) {
			float other = head[c < half ? c + half : c - half] * f.sine[i];
			x[i] = cu_round(job.bf16, fmaf(x[i], f.cosine[i], c < half ? -other : other));
		}
	}
}

/* Column c of a prepared head to where units read it. */
CU_DEVICE void store_head(const struct attention_job &job, const struct head_task &a, float *u, char *page, int c, float x)
{
	const struct kern_attention &op = job.op;
	size_t dim = (size_t)op.dim, at = (size_t)c, slot = (size_t)(a.t % KERN_PAGE);
	if (a.query) {
		if (job.tensor)
			job.q[((size_t)a.r * (size_t)op.heads + (size_t)a.slot) * dim + at] = cu_to_bf16(x);
		else
			u[c] = x;
	} else if (a.value) {
		store_kv(page, ((size_t)(op.kv_heads + a.slot) * KERN_PAGE + slot) * dim + at, op.kv_type == KERN_BF16, x);
	} else {
		store_kv(page, ((size_t)a.slot * dim + at) * KERN_PAGE + slot, op.kv_type == KERN_BF16, x);
	}
}

/* The head in [r] of the operand that it comes from. */
CU_DEVICE float *head_at(const struct kern_attention &op, const struct head_task &a)
{
	const struct kern_view &from = a.query ? op.q : a.value ? op.vx : op.kx;
	return cu_at(from, a.r) + (size_t)a.slot * (size_t)(a.query && op.gated ? 2 * op.dim : op.dim);
}

/* A warp a head of at most 32 N columns: h of the queries, g of the keys, g of the values of each row. Shared: c floats a warp.
 * Positions, tables and units are put in the device's memory and written by no kernel, nor are weights: here and below they are read before
 * the wait. */
template <int N>
static __global__ void __launch_bounds__(PREPARE_WARPS * CU_WARP, N <= 8 ? 5 : 3) prepare_kernel(const __grid_constant__ struct attention_job job)
{
	CU_SHARED(shared);
	const struct kern_attention &op = job.op;
	int warp = (int)threadIdx.x / CU_WARP, lane = (int)threadIdx.x % CU_WARP, per_row = op.heads + 2 * op.kv_heads;
	int task = (int)blockIdx.x * PREPARE_WARPS + warp, r = task / per_row, slot = task % per_row;
	bool there = r < op.q.rows, query = slot < op.heads, value = slot >= op.heads + op.kv_heads;
	struct head_task a = {r, there ? op.position[r] : 0, query ? slot : (slot - op.heads) % op.kv_heads, query, value};
	const float *w = query ? op.q_norm : op.k_norm;
	struct head_factors<N> f = {};
	char *page = there && !query ? (char *)op.pool + (size_t)op.table[r][a.t / KERN_PAGE] * job.page_bytes : NULL;
	if (there && !value)
		load_factors<N>(&f, op, w, a.t);
	cu_wait();
	cu_let_next();
	if (!there)
		return;
	float *u = head_at(op, a), x[N];
#pragma unroll
	for (int i = 0; i < N; i++)
		x[i] = lane + i * CU_WARP < op.dim ? u[lane + i * CU_WARP] : 0;
	if (!value && w)
		norm_head<N>(job, x, f);
	if (!value)
		rotate_head<N>(job, x, f, (float *)shared + (size_t)warp * (size_t)op.dim);
#pragma unroll
	for (int i = 0; i < N; i++)
		if (lane + i * CU_WARP < op.dim)
			store_head(job, a, u, page, lane + i * CU_WARP, x[i]);
}

/* One span of positions for rows that read the same pages there. */
struct unit {
	int span, first, rows, last, head; /* last: the largest position in the span that any row reads, counted from its first */
	int part;                          /* of its pairs with this key/value head */
	int page;                          /* number lane % SPAN_PAGES of the row that goes furthest; behind its last the first again */
};

/* How many of a unit's pages the row ahead of it does not read: its own unit counts the others. The whole warp. */
CU_DEVICE int pages_to_count(const struct kern_attention &op, const struct unit &u)
{
	int lane = (int)threadIdx.x % CU_WARP;
	bool counts = lane <= u.last / KERN_PAGE;
	if (counts && u.first && lane <= op.position[u.first - 1] / KERN_PAGE - u.span * SPAN_PAGES)
		counts = op.table[u.first - 1][u.span * SPAN_PAGES + lane] != u.page;
	return __popc(__ballot_sync(0xffffffffu, counts));
}

/* The block's first item from `item` on: units of fewer rows have fewer parts. */
CU_DEVICE int first_item(const struct attention_job &job, int item, int items)
{
	while (item < items && job.parts > 1 && item % job.parts * job.pairs >= job.op.units[item / job.parts / job.op.kv_heads].rows * job.group)
		item += (int)gridDim.x;
	return item;
}

/* Item number `item`: a unit, a key/value head and a part. Found out by each warp for itself. */
CU_DEVICE struct unit unit_begin(const struct attention_job &job, int item)
{
	const struct kern_attention &op = job.op;
	int place = item / job.parts;
	struct kern_attention_unit at = op.units[place / op.kv_heads];
	int lane = (int)threadIdx.x % CU_WARP, row = at.first + (lane < at.rows ? lane : 0), limit = op.position[row] - at.span * KERN_SPAN;
	int last = limit;
	unsigned long long table = (unsigned long long)(uintptr_t)op.table[row];
	for (int step = CU_WARP / 2; step; step /= 2)
		last = max(last, __shfl_xor_sync(0xffffffffu, last, step));
	table = __shfl_sync(0xffffffffu, table, __ffs((int)__ballot_sync(0xffffffffu, limit == last)) - 1);
	int page = lane % SPAN_PAGES * KERN_PAGE <= last ? lane % SPAN_PAGES : 0;
	return {at.span, at.first, at.rows, last < KERN_SPAN ? last : KERN_SPAN - 1, place % op.kv_heads, item % job.parts,
		((const int32_t *)(uintptr_t)table)[at.span * SPAN_PAGES + page]};
}

/* What a unit reads for a key/value head, by one warp of the block of its first part. */
CU_DEVICE void count_traffic(const struct attention_job &job, const struct unit &u)
{
	if (threadIdx.x >= CU_WARP || u.part || !job.traffic)
		return;
	int pages = pages_to_count(job.op, u);
	if (threadIdx.x == 0)
		atomicAdd(job.traffic, (unsigned long long)pages * (job.page_bytes / (size_t)job.op.kv_heads));
}

/* Pair i of a unit is row i / group and, of the heads that read its key/value head, head i % group. Its place among [n][h]: */
CU_DEVICE int pair_place(const struct attention_job &job, const struct unit &u, int pair)
{
	return (u.first + pair / job.group) * job.op.heads + u.head * job.group + pair % job.group;
}

/* The last position that it reads, counted from the span's first. */
CU_DEVICE int pair_limit(const struct attention_job &job, const struct unit &u, int pair)
{
	return job.op.position[u.first + pair / job.group] - u.span * KERN_SPAN;
}

/* Where the results of a pair at `place` go. */
CU_DEVICE size_t result_at(const struct attention_job &job, const struct unit &u, int place)
{
	return (size_t)place * (size_t)job.spans + (size_t)u.span;
}

/* Maximum (of scores times log2 e) and sum of weights of a pair's positions so far. */
struct tops {
	float top, sum;
};

/* ---- on tensor cores ----
 * Pairs are the rows of the products, 16 to a tile. A span's pages come one after the other: q K, the maximum so far, weights below it,
 * what was summed until then by as much less as the maximum has grown, and the weights times V on top of it. Two ways to share that among
 * a block's warps do it with the same operations in the same order, so with the same bits: a tile for each warp, or one tile, of which
 * a warp computes a page's scores, then an eighth of the columns for all pages.
 * K and V come to shared memory in chunks of 4 KB. In memory a row of either product's B has its n together, be it K (k columns, n
 * positions) or V (k positions, n columns), and is turned as it is loaded. */
enum { TILE = 16, CHUNK = 64, CHUNK_ITEMS = CHUNK * KERN_PAGE };

/* The thread's number, for what is done once or twice a unit: what follows from it need not lie in registers from one to the next. */
CU_DEVICE int thread_anew(void)
{
	int thread = (int)threadIdx.x;
	cu_keep(thread);
	return thread & (UNIT_THREADS - 1); /* which it is, and the compiler knows */
}

/* Where part `part` (of 8 items) of a row of WIDTH lies: so that parts of one number of eight rows are in different banks. */
template <int WIDTH> CU_DEVICE int part_at(int row, int part)
{
	enum { PARTS = WIDTH < 64 ? WIDTH / 8 : 8, ROWS = 8 / PARTS };
	return row * WIDTH + (part ^ row / ROWS % PARTS) * 8;
}

/* Where a page of the unit has the keys of its head; the values are `values_behind` items further. The whole warp, a page a lane. */
template <int C> CU_DEVICE const uint16_t *page_of(const struct attention_job &job, const struct unit &u, int page)
{
	size_t number = (size_t)__shfl_sync(0xffffffffu, u.page, page);
	return (const uint16_t *)((const char *)job.op.pool + number * job.page_bytes) + (size_t)u.head * C * KERN_PAGE;
}
template <int C> CU_DEVICE size_t values_behind(const struct attention_job &job)
{
	return (size_t)job.op.kv_heads * C * KERN_PAGE;
}

/* Part i of a chunk of K: 64 columns, 256 parts. */
CU_DEVICE void copy_keys(uint16_t *to, const uint16_t *from, int i)
{
	cu_copy16(to + part_at<KERN_PAGE>(i / 4, i % 4), from + i * 8, 16);
}

/* Lane l's: place (-1 where there is none) and limit of pair l % 16 of a tile. A pair that is not there sees one position. */
struct tile {
	int place, limit;
};
CU_DEVICE struct tile tile_begin(const struct attention_job &job, const struct unit &u, int base)
{
	int pair = base + thread_anew() % TILE;
	if (pair >= u.rows * job.group)
		return {-1, 0};
	return {pair_place(job, u, pair), pair_limit(job, u, pair)};
}

/* s += q K for a chunk. s[j][0], [1]: pair lane / 4, positions 8 j + 2 (lane % 4) and the next; s[j][2], [3]: pair lane / 4 + 8. */
template <int C> CU_DEVICE void add_scores(float (*s)[4], const uint16_t *q, const uint16_t *k, int lane)
{
	int row = lane % 16, part = lane / 16;
#pragma unroll
	for (int step = 0; step < CHUNK / 16; step++) {
		uint32_t a[4], b[2][4];
		cu_tiles(a, q + part_at<C>(row, step * 2 + part));
		cu_tiles_across(b[0], k + part_at<KERN_PAGE>(step * 16 + row, part));
		cu_tiles_across(b[1], k + part_at<KERN_PAGE>(step * 16 + row, 2 + part));
#pragma unroll
		for (int j = 0; j < 4; j++)
			cu_mma_bf16(s[j], a, b[j / 2] + j % 2 * 2);
	}
}

/* Scales the page's scores of a pair (of the lane's two) and masks those behind its limit, counted from the page's first: their maximum. */
CU_DEVICE float page_top(float (*s)[4], int half, float scale, int limit, int lane)
{
	float top = -INFINITY;
#pragma unroll
	for (int i = 0; i < 8; i++) {
		float *x = &s[i / 2][half * 2 + i % 2];
		*x = i / 2 * 8 + 2 * (lane % 4) + i % 2 <= limit ? *x * scale : -INFINITY;
		top = fmaxf(top, *x);
	}
	top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 1));
	return fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 2));
}

/* The weights of a page as a[] of the product with V: two steps of 16 positions, each weight as two bfloat16. */
struct weights {
	uint32_t high[2][4], low[2][4];
};

/* Those of a pair; their sum. */
CU_DEVICE float page_weights(struct weights *w, float (*s)[4], int half, float top)
{
	float sum = 0;
#pragma unroll
	for (int j = 0; j < 4; j++) {
		float a = exp2f(s[j][half * 2] - top), b = exp2f(s[j][half * 2 + 1] - top);
		uint32_t x = cu_bf16x2(a, b);
		w->high[j / 2][j % 2 * 2 + half] = x;
		w->low[j / 2][j % 2 * 2 + half] = cu_bf16x2(a - cu_from_bf16((uint16_t)x), b - cu_from_bf16((uint16_t)(x >> 16)));
		sum += a;
		sum += b;
	}
	sum += __shfl_xor_sync(0xffffffffu, sum, 1);
	return sum + __shfl_xor_sync(0xffffffffu, sum, 2);
}

/* A page's maximum joins those before it: by what their sums are to be multiplied. */
CU_DEVICE float grow(struct tops *all, float top)
{
	float next = fmaxf(all->top, top), keep = exp2f(all->top - next);
	all->top = next;
	return keep;
}

/* b[] of step `step` of 16 positions for all columns of a page of V, whose rows are WIDTH wide. */
template <int WIDTH> CU_DEVICE void load_values(uint32_t (*b)[2], const uint16_t *v, int step, int lane)
{
	enum { PAIRS = WIDTH / 16 };
	uint32_t x[4];
	if (WIDTH == 8) { /* both steps' in one */
		cu_tiles_across(x, v + part_at<WIDTH>(lane, 0));
		b[0][0] = x[step * 2];
		b[0][1] = x[step * 2 + 1];
	}
#pragma unroll
	for (int j = 0; j < PAIRS; j++) {
		cu_tiles_across(x, v + part_at<WIDTH>(step * 16 + lane % 16, 2 * j + lane / 16));
		b[2 * j][0] = x[0];
		b[2 * j][1] = x[1];
		b[2 * j + 1][0] = x[2];
		b[2 * j + 1][1] = x[3];
	}
}

/* o += weights times WIDTH columns of a page of V: of each step high V, then low V. o[j] as s[j], columns for positions. */
template <int WIDTH> CU_DEVICE void add_values(float (*o)[4], const struct weights &w, const uint16_t *v, int lane)
{
#pragma unroll
	for (int step = 0; step < KERN_PAGE / 16; step++) {
		uint32_t b[WIDTH / 8][2];
		load_values<WIDTH>(b, v, step, lane);
#pragma unroll
		for (int j = 0; j < WIDTH / 8; j++)
			cu_mma_bf16(o[j], w.high[step], b[j]);
#pragma unroll
		for (int j = 0; j < WIDTH / 8; j++)
			cu_mma_bf16(o[j], w.low[step], b[j]);
	}
}

/* Multiplies a pair's sums by what `grow` said: by 1, which changes nothing, in most pages. */
template <int TILES> CU_DEVICE void keep_sums(float (*o)[4], const float *keep)
{
	if (!__any_sync(0xffffffffu, keep[0] != 1 || keep[1] != 1))
		return;
#pragma unroll
	for (int i = 0; i < 4 * TILES; i++)
		o[i / 4][i % 4] *= keep[i % 4 / 2];
}

/* 8 TILES columns, from `column` on, of the lane's two pairs, and with the first column their tops. A zero gets a plus: pages that a pair
 * does not see may or may not have taken its minus. */
template <int C, int TILES> CU_DEVICE void write_sums(const struct attention_job &job, const struct unit &u, const struct tile &tile,
	float (*o)[4], const struct tops *all, int column, int lane)
{
#pragma unroll
	for (int half = 0; half < 2; half++) {
		int place = __shfl_sync(0xffffffffu, tile.place, half * 8 + lane / 4);
		if (place < 0)
			continue;
		size_t at = result_at(job, u, place);
		float *to = job.sums + at * C + column + lane % 4 * 2;
#pragma unroll
		for (int j = 0; j < TILES; j++)
			*(float2 *)(to + j * 8) = make_float2(o[j][half * 2] + 0.0f, o[j][half * 2 + 1] + 0.0f);
		if (lane % 4 == 0 && column == 0)
			job.tops[at] = make_float2(all[half].top, all[half].sum);
	}
}

/* ---- one tile by a block ----
 * A warp has SLOTS chunks in shared memory: those of its page's K, then those of V, its C / 8 columns of all positions, as they are used up. */
template <int C, int SLOTS> struct tile_shared {
	uint16_t ring[UNIT_WARPS][SLOTS][CHUNK_ITEMS];
	uint16_t q[TILE * C];
	uint4 high[SPAN_PAGES][2][CU_WARP], low[SPAN_PAGES][2][CU_WARP];
	float top[TILE][SPAN_PAGES], sum[TILE][SPAN_PAGES];
};

/* Chunk number `chunk` of the keys of the warp's page, if there is one; a group in any case. */
template <int C, int SLOTS>
CU_DEVICE void tile_copy_keys(const struct attention_job &job, const struct unit &u, int chunk, struct tile_shared<C, SLOTS> *s)
{
	int thread = thread_anew(), warp = thread / CU_WARP, lane = thread % CU_WARP;
	const uint16_t *from = page_of<C>(job, u, warp) + chunk * CHUNK_ITEMS;
	uint16_t *to = s->ring[warp][chunk % SLOTS];
	if (warp * KERN_PAGE <= u.last)
#pragma unroll
		for (int i = 0; i < CHUNK_ITEMS; i += CU_WARP * 8) /* 8 rows, over which places repeat */
			copy_keys(to + i, from + i, lane);
	cu_copies_end_group();
}

/* The same of the warp's columns of V. No positions behind the unit's last, where anything may lie: zeros. */
template <int C, int SLOTS>
CU_DEVICE void tile_copy_values(const struct attention_job &job, const struct unit &u, int chunk, struct tile_shared<C, SLOTS> *s)
{
	enum { WIDTH = C / UNIT_WARPS, PAGES = CHUNK / WIDTH, PARTS = WIDTH / 8, ROWS = CU_WARP / PARTS };
	int thread = thread_anew(), warp = thread / CU_WARP, lane = thread % CU_WARP, row = lane / PARTS, part = lane % PARTS;
	uint16_t *to = s->ring[warp][(C / CHUNK + chunk) % SLOTS] + part_at<WIDTH>(row, part);
#pragma unroll 1
	for (int i = 0; i < PAGES && chunk < C / CHUNK && (chunk * PAGES + i) * KERN_PAGE <= u.last; i++, to += KERN_PAGE * WIDTH) {
		const uint16_t *from = page_of<C>(job, u, chunk * PAGES + i) + values_behind<C>(job) + row * C + warp * WIDTH + part * 8;
		int filled = u.last + 1 - (chunk * PAGES + i) * KERN_PAGE;
#pragma unroll
		for (int j = 0; j < KERN_PAGE; j += ROWS) /* a multiple of 8 */
			cu_copy16(to + j * WIDTH, from + j * C, row + j < filled ? 16 : 0);
	}
	cu_copies_end_group();
}

/* Chunks are those of K, then those of V. */
template <int C, int SLOTS>
CU_DEVICE void tile_copy(const struct attention_job &job, const struct unit &u, int chunk, struct tile_shared<C, SLOTS> *s)
{
	if (SLOTS < C / CHUNK && chunk < C / CHUNK)
		tile_copy_keys<C, SLOTS>(job, u, chunk, s);
	else
		tile_copy_values<C, SLOTS>(job, u, chunk - C / CHUNK, s);
}

/* The first SLOTS of them. */
template <int C, int SLOTS>
CU_DEVICE void tile_begin_copies(const struct attention_job &job, const struct unit &u, struct tile_shared<C, SLOTS> *s)
{
	enum { KEYS = C / CHUNK < SLOTS ? C / CHUNK : SLOTS };
#pragma unroll 1
	for (int chunk = 0; chunk < KEYS; chunk++)
		tile_copy_keys<C, SLOTS>(job, u, chunk, s);
#pragma unroll 1
	for (int chunk = 0; chunk < SLOTS - KEYS; chunk++)
		tile_copy_values<C, SLOTS>(job, u, chunk, s);
}

/* q of the tile's pairs, by the whole block; zeros where there are none. */
template <int C> CU_DEVICE void tile_query(const struct attention_job &job, const struct tile &tile, uint16_t *q)
{
	for (int i = thread_anew(); i < TILE * C / 8; i += UNIT_THREADS) {
		int row = i / (C / 8), part = i % (C / 8), place = __shfl_sync(0xffffffffu, tile.place, row);
		uint4 x = place < 0 ? make_uint4(0, 0, 0, 0) : *(const uint4 *)(job.q + (size_t)place * C + part * 8);
		*(uint4 *)(q + part_at<C>(row, part)) = x;
	}
}

/* The scores of the warp's page. */
template <int C, int SLOTS>
CU_DEVICE void tile_scores(const struct attention_job &job, const struct unit &u, float (*s)[4], struct tile_shared<C, SLOTS> *shared)
{
	int thread = thread_anew(), warp = thread / CU_WARP, lane = thread % CU_WARP;
#pragma unroll 1
	for (int chunk = 0; chunk < C / CHUNK; chunk++) {
		cu_copies_wait<SLOTS - 1>();
		__syncwarp();
		if (warp * KERN_PAGE <= u.last)
			add_scores<C>(s, shared->q + chunk * CHUNK, shared->ring[warp][chunk % SLOTS], lane);
		__syncwarp();
		tile_copy<C, SLOTS>(job, u, chunk + SLOTS, shared);
	}
}

/* The largest of a pair's maxima of pages up to `page`. */
CU_DEVICE float top_until(const float *tops, int page)
{
	float top = tops[0];
#pragma unroll
	for (int i = 1; i < SPAN_PAGES; i++)
		top = i <= page ? fmaxf(top, tops[i]) : top;
	return top;
}

/* Turns them into weights, to shared memory. Two barriers. */
template <int C, int SLOTS> CU_DEVICE void tile_weights(const struct attention_job &job, const struct unit &u, const struct tile &tile,
	float (*s)[4], struct tile_shared<C, SLOTS> *shared)
{
	int thread = thread_anew(), warp = thread / CU_WARP, lane = thread % CU_WARP, g = lane / 4;
	bool active = warp * KERN_PAGE <= u.last;
	struct weights w;
#pragma unroll
	for (int half = 0; half < 2; half++) {
		float top = page_top(s, half, job.scale, __shfl_sync(0xffffffffu, tile.limit, half * 8 + g) - warp * KERN_PAGE, lane);
		if (active && lane % 4 == 0)
			shared->top[half * 8 + g][warp] = top;
	}
	__syncthreads();
	if (active) {
#pragma unroll
		for (int half = 0; half < 2; half++) {
			float sum = page_weights(&w, s, half, top_until(shared->top[half * 8 + g], warp));
			if (lane % 4 == 0)
				shared->sum[half * 8 + g][warp] = sum;
		}
#pragma unroll
		for (int step = 0; step < 2; step++) {
			const uint32_t *high = w.high[step], *low = w.low[step];
			shared->high[warp][step][lane] = make_uint4(high[0], high[1], high[2], high[3]);
			shared->low[warp][step][lane] = make_uint4(low[0], low[1], low[2], low[3]);
		}
	}
	__syncthreads();
}

CU_DEVICE void words_of(uint32_t *to, const uint4 &x)
{
	to[0] = x.x;
	to[1] = x.y;
	to[2] = x.z;
	to[3] = x.w;
}

/* The warp's columns over all pages. */
template <int C, int SLOTS> CU_DEVICE void tile_sums(const struct attention_job &job, const struct unit &u, float (*o)[4], struct tops *all,
	struct tile_shared<C, SLOTS> *shared)
{
	enum { WIDTH = C / UNIT_WARPS, PAGES = CHUNK / WIDTH };
	int thread = thread_anew(), warp = thread / CU_WARP, lane = thread % CU_WARP;
#pragma unroll 1
	for (int page = 0; page <= u.last / KERN_PAGE; page++) {
		int chunk = C / CHUNK + page / PAGES;
		if (page % PAGES == 0) {
			cu_copies_wait<SLOTS - 1>();
			__syncwarp();
		}
		struct weights w;
		float keep[2];
		for (int half = 0; half < 2; half++) {
			keep[half] = grow(&all[half], shared->top[half * 8 + lane / 4][page]);
			all[half].sum = fmaf(all[half].sum, keep[half], shared->sum[half * 8 + lane / 4][page]);
		}
		for (int step = 0; step < 2; step++) {
			words_of(w.high[step], shared->high[page][step][lane]);
			words_of(w.low[step], shared->low[page][step][lane]);
		}
		keep_sums<WIDTH / 8>(o, keep);
		add_values<WIDTH>(o, w, shared->ring[warp][chunk % SLOTS] + page % PAGES * KERN_PAGE * WIDTH, lane);
		if (page % PAGES == PAGES - 1) {
			__syncwarp();
			if (SLOTS < C / CHUNK)
				tile_copy<C, SLOTS>(job, u, chunk + SLOTS, shared);
			else
				cu_copies_end_group();
		}
	}
}

/* The 16 pairs of part u.part; copies have begun. */
template <int C, int SLOTS>
CU_DEVICE void attend_tile(const struct attention_job &job, const struct unit &u, const struct tile &tile, struct tile_shared<C, SLOTS> *shared)
{
	struct tops all[2] = {{-INFINITY, 0}, {-INFINITY, 0}};
	float s[4][4] = {}, o[C / UNIT_WARPS / 8][4] = {};
	tile_query<C>(job, tile, shared->q);
	__syncthreads();
	tile_scores<C, SLOTS>(job, u, s, shared);
	tile_weights<C, SLOTS>(job, u, tile, s, shared);
	tile_sums<C, SLOTS>(job, u, o, all, shared);
	int thread = thread_anew();
	write_sums<C, C / UNIT_WARPS / 8>(job, u, tile, o, all, thread / CU_WARP * (C / UNIT_WARPS), thread % CU_WARP);
	cu_copies_wait<0>();
	__syncthreads();
}

/* Whether none of the positions that the call stores is in the unit's pages: they can be read ahead of the wait. */
CU_DEVICE bool settled(const struct kern_attention &op, const struct unit &u)
{
	int least = INT_MAX;
#pragma unroll 8
	for (int i = (int)threadIdx.x % CU_WARP; i < op.q.rows; i += CU_WARP)
		least = min(least, op.position[i]);
	for (int step = CU_WARP / 2; step; step /= 2)
		least = min(least, __shfl_xor_sync(0xffffffffu, least, step));
	return u.span * SPAN_PAGES + u.last / KERN_PAGE < least / KERN_PAGE;
}

/* For few rows: a persistent grid over units, key/value heads and tiles. */
template <int C, int SLOTS>
static __global__ void __launch_bounds__(UNIT_THREADS, 1) tile_kernel(const __grid_constant__ struct attention_job job)
{
	CU_SHARED(shared);
	struct tile_shared<C, SLOTS> *s = (struct tile_shared<C, SLOTS> *)shared;
	int items = *job.op.n_units * job.op.kv_heads * job.parts, item = first_item(job, (int)blockIdx.x, items);
	struct unit u = {};
	struct tile tile = {};
	bool begun = false;
	if (item < items) {
		u = unit_begin(job, item);
		tile = tile_begin(job, u, u.part * TILE);
		begun = settled(job.op, u);
		if (begun)
			tile_begin_copies<C, SLOTS>(job, u, s);
		count_traffic(job, u);
	}
	cu_wait();
	cu_let_next();
	while (item < items) {
		if (!begun)
			tile_begin_copies<C, SLOTS>(job, u, s);
		attend_tile<C, SLOTS>(job, u, tile, s);
		item = first_item(job, item + (int)gridDim.x, items);
		begun = false;
		if (item < items) {
			u = unit_begin(job, item);
			tile = tile_begin(job, u, u.part * TILE);
			count_traffic(job, u);
		}
	}
}

/* ---- eight tiles by a block: a warp a tile, and all go over the pages together ---- */
enum { STAGES = 3, UNIT_SLOTS = 4 };
template <int C> struct unit_shared {
	uint16_t q[UNIT_WARPS][TILE * C];
	uint16_t ring[STAGES][2 * C / CHUNK][CHUNK_ITEMS]; /* K, then V in chunks of 64 columns */
};
template <int C> union block_shared {
	struct unit_shared<C> unit;
	struct tile_shared<C, UNIT_SLOTS> tile;
};

/* Page `page` of the unit, if there is one, by the whole block; a group in any case. */
template <int C> CU_DEVICE void unit_copy(const struct attention_job &job, const struct unit &u, int page, struct unit_shared<C> *s)
{
	const uint16_t *from = page_of<C>(job, u, page);
	int filled = u.last + 1 - page * KERN_PAGE, thread = thread_anew(), row = thread / 8, part = thread % 8;
	uint16_t (*to)[CHUNK_ITEMS] = s->ring[page % STAGES];
	if (filled > 0)
#pragma unroll
		for (int chunk = 0; chunk < C / CHUNK; chunk++) {
			const uint16_t *v = from + values_behind<C>(job) + row * C + part * 8;
			copy_keys(to[chunk], from + chunk * CHUNK_ITEMS, thread);
			cu_copy16(to[C / CHUNK + chunk] + part_at<CHUNK>(row, part), v + chunk * CHUNK, row < filled ? 16 : 0);
		}
	cu_copies_end_group();
}

/* q of the warp's tile; zeros where there are no pairs. */
template <int C> CU_DEVICE void unit_query(const struct attention_job &job, const struct tile &tile, uint16_t *q)
{
#pragma unroll 4
	for (int i = thread_anew() % CU_WARP; i < TILE * C / 8; i += CU_WARP) {
		int row = i / (C / 8), part = i % (C / 8), place = __shfl_sync(0xffffffffu, tile.place, row);
		cu_copy16(q + part_at<C>(row, part), job.q + (size_t)(place < 0 ? 0 : place) * C + part * 8, place < 0 ? 0 : 16);
	}
}

/* One page more for the warp's tile. */
template <int C> CU_DEVICE void unit_page(float (*o)[4], struct tops *all, const uint16_t *q, const uint16_t (*page)[CHUNK_ITEMS], float scale,
	const int *limit)
{
	int lane = thread_anew() % CU_WARP;
	float s[4][4] = {}, keep[2];
	struct weights w;
#pragma unroll
	for (int chunk = 0; chunk < C / CHUNK; chunk++)
		add_scores<C>(s, q + chunk * CHUNK, page[chunk], lane);
#pragma unroll
	for (int half = 0; half < 2; half++) {
		keep[half] = grow(&all[half], page_top(s, half, scale, limit[half], lane));
		all[half].sum = fmaf(all[half].sum, keep[half], page_weights(&w, s, half, all[half].top));
	}
	keep_sums<C / 8>(o, keep);
#pragma unroll
	for (int chunk = 0; chunk < C / CHUNK; chunk++)
		add_values<CHUNK>(o + chunk * (CHUNK / 8), w, page[C / CHUNK + chunk], lane);
}

/* The first pages of an item, and q. */
template <int C> CU_DEVICE void begin_pages(const struct attention_job &job, const struct unit &u, union block_shared<C> *s)
{
	if (u.rows * job.group <= TILE) {
		tile_begin_copies<C, UNIT_SLOTS>(job, u, &s->tile);
		return;
	}
#pragma unroll 1
	for (int page = 0; page < STAGES - 1; page++)
		unit_copy<C>(job, u, page, &s->unit);
}
template <int C> CU_DEVICE void begin_query(const struct attention_job &job, const struct unit &u, union block_shared<C> *s)
{
	int warp = thread_anew() / CU_WARP;
	if (u.rows * job.group <= TILE)
		return;
	unit_query<C>(job, tile_begin(job, u, (u.part * UNIT_WARPS + warp) * TILE), s->unit.q[warp]);
	cu_copies_end_group();
}

/* The block's next item, if there is one. All are done with what is in shared memory. */
template <int C> CU_DEVICE void next_item(const struct attention_job &job, int items, int *item, struct unit *u, union block_shared<C> *s)
{
	*item = first_item(job, *item + (int)gridDim.x, items);
	if (*item >= items)
		return;
	*u = unit_begin(job, *item);
	begin_pages<C>(job, *u, s);
	begin_query<C>(job, *u, s);
	count_traffic(job, *u);
}

/* An item of many pairs, 128 at most, whose copies have begun; then the next one's begin, while results go to memory. */
template <int C> CU_DEVICE void attend_unit(const struct attention_job &job, int items, int *item, struct unit *next, union block_shared<C> *shared)
{
	const struct unit u = *next;
	struct unit_shared<C> *s = &shared->unit;
	int thread = thread_anew(), warp = thread / CU_WARP, lane = thread % CU_WARP, base = (u.part * UNIT_WARPS + warp) * TILE;
	struct tile tile = tile_begin(job, u, base);
	int limit[2] = {__shfl_sync(0xffffffffu, tile.limit, lane / 4), __shfl_sync(0xffffffffu, tile.limit, lane / 4 + 8)};
	struct tops all[2] = {{-INFINITY, 0}, {-INFINITY, 0}};
	float o[C / 8][4] = {};
	cu_copies_wait<0>();
#pragma unroll 1
	for (int page = 0; page <= u.last / KERN_PAGE; page++) {
		cu_copies_wait<STAGES - 2>();
		__syncthreads();
		unit_copy<C>(job, u, page + STAGES - 1, s);
		if (base < u.rows * job.group)
			unit_page<C>(o, all, s->q[warp], s->ring[page % STAGES], job.scale, limit);
		limit[0] -= KERN_PAGE;
		limit[1] -= KERN_PAGE;
	}
	__syncthreads();
	next_item<C>(job, items, item, next, shared);
	write_sums<C, C / 8>(job, u, tile, o, all, 0, thread_anew() % CU_WARP);
}

/* For many rows: a persistent grid over units and key/value heads. Units of few rows among those of many go as one tile. */
template <int C> static __global__ void __launch_bounds__(UNIT_THREADS, 1) unit_kernel(const __grid_constant__ struct attention_job job)
{
	CU_SHARED(shared);
	union block_shared<C> *s = (union block_shared<C> *)shared;
	int items = *job.op.n_units * job.op.kv_heads * job.parts, item = first_item(job, (int)blockIdx.x, items);
	struct unit u = {};
	bool begun = false;
	if (item < items) {
		u = unit_begin(job, item);
		begun = settled(job.op, u);
		if (begun)
			begin_pages<C>(job, u, s);
		count_traffic(job, u);
	}
	cu_wait();
	cu_let_next();
	if (item < items && !begun)
		begin_pages<C>(job, u, s);
	if (item < items)
		begin_query<C>(job, u, s);
	while (item < items) {
		if (u.rows * job.group > TILE) {
			attend_unit<C>(job, items, &item, &u, s);
			continue;
		}
		attend_tile<C, UNIT_SLOTS>(job, u, tile_begin(job, u, u.part * TILE), &s->tile);
		next_item<C>(job, items, &item, &u, s);
	}
}

/* ---- plain ---- */
enum { PLAIN_PAIRS = 8, PLAIN_BLOCKS = 4 };

/* Eight pairs at once share what they load of K and V. */
struct plain_shared {
	float q[KERN_MAX_HEAD][PLAIN_PAIRS], p[KERN_SPAN][PLAIN_PAIRS];
	float top[PLAIN_PAIRS][UNIT_WARPS], sum[PLAIN_PAIRS][UNIT_WARPS];
	int page[SPAN_PAGES];
};

/* Of 8 values, one a warp. */
CU_DEVICE float max_of_warps(const float *x)
{
	float4 a = *(const float4 *)x, b = *(const float4 *)(x + 4);
	return fmaxf(fmaxf(fmaxf(a.x, a.y), fmaxf(a.z, a.w)), fmaxf(fmaxf(b.x, b.y), fmaxf(b.z, b.w)));
}

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
	const char *page = (const char *)job.op.pool + (size_t)s->page[j / KERN_PAGE] * job.page_bytes;
	size_t at = (size_t)u.head * (size_t)job.op.dim * KERN_PAGE + (size_t)(j % KERN_PAGE);
	for (int c = 0; c < job.op.dim; c++, at += KERN_PAGE) {
		float key = load_kv(page, at, HALF);
#pragma unroll
		for (int i = 0; i < PLAIN_PAIRS; i++)
			a[i] = fmaf(s->q[c][i], key, a[i]);
	}
}

/* Pairs that are not there are left out, by the whole block. */
CU_DEVICE void plain_weigh(const struct attention_job &job, const struct unit &u, int base, int pairs, struct plain_shared *s, float *a)
{
	int j = (int)threadIdx.x, warp = j / CU_WARP;
#pragma unroll
	for (int i = 0; i < PLAIN_PAIRS; i++)
		if (base + i < pairs) {
			a[i] = j <= pair_limit(job, u, base + i) ? a[i] * job.scale : -INFINITY;
			s->top[i][warp] = cu_warp_max(a[i]);
		}
	__syncthreads();
#pragma unroll
	for (int i = 0; i < PLAIN_PAIRS; i++) {
		s->p[j][i] = 0;
		if (base + i < pairs) {
			s->p[j][i] = exp2f(a[i] - max_of_warps(s->top[i]));
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
			const char *page = (const char *)job.op.pool + (size_t)s->page[j / KERN_PAGE] * job.page_bytes;
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
	int items = *job.op.n_units * job.op.kv_heads * job.parts;
	for (int item = (int)blockIdx.x; item < items; item += (int)gridDim.x) { /* of one part each */
		struct unit u = unit_begin(job, item);
		int pairs = u.rows * job.group;
		count_traffic(job, u);
		if (threadIdx.x < SPAN_PAGES)
			s->page[threadIdx.x] = u.page;
		for (int base = 0; base < pairs; base += PLAIN_PAIRS) {
			float a[PLAIN_PAIRS] = {};
			plain_stage(job, u, base, pairs, s);
			__syncthreads();
			plain_scores<HALF>(job, u, s, a);
			plain_weigh(job, u, base, pairs, s, a);
			plain_sums<HALF>(job, u, base, pairs, s);
			__syncthreads();
		}
	}
}

/* A pair's columns c .. c + 3 of spans first .. + 31 on their way to where only this lane looks, a row of a warp's each. */
CU_DEVICE void fetch_spans(float4 *near, const float *sums, int c, int dim, int first, int spans)
{
#pragma unroll 4
	for (int i = 0; i < CU_WARP && first + i < spans; i++)
		if (c < dim)
			cu_copy16(near + i * CU_WARP, sums + (size_t)(first + i) * (size_t)dim + (size_t)c, 16);
	cu_copies_end_group();
}

/* The same columns from all spans, in order, below the largest maximum. Each warp finds the weights for itself, a lane a span. WHOLE: columns
 * are aligned by fours, and come to shared memory, as many at once as there are. Collective. */
template <bool WHOLE> CU_DEVICE float4 merge_columns(const struct attention_job &job, size_t from, int spans, int c, float4 *near)
{
	int lane = (int)threadIdx.x % CU_WARP, dim = job.op.dim;
	const float *sums = job.sums + from * (size_t)dim;
	float top = -INFINITY, total = 0;
	float4 sum = {};
	if (WHOLE)
		fetch_spans(near, sums, c, dim, 0, spans);
	for (int i = lane; i < spans; i += CU_WARP)
		top = fmaxf(top, job.tops[from + (size_t)i].x);
	top = cu_warp_max(top);
#pragma unroll 1
	for (int first = 0; first < spans; first += CU_WARP) {
		float2 span = first + lane < spans ? job.tops[from + (size_t)(first + lane)] : make_float2(-INFINITY, 0);
		float w = exp2f(span.x - top);
		int n = min(spans - first, (int)CU_WARP);
		total = fmaf(w, span.y, total);
		cu_copies_wait<0>();
#pragma unroll 4
		for (int i = 0; i < n; i++) {
			float weight = __shfl_sync(0xffffffffu, w, i);
			float4 x = {};
			if (!WHOLE)
				x = load4<false>(sums + (size_t)(first + i) * (size_t)dim, c, dim);
			else if (c < dim)
				x = near[i * CU_WARP];
			sum = make_float4(fmaf(weight, x.x, sum.x), fmaf(weight, x.y, sum.y), fmaf(weight, x.z, sum.z), fmaf(weight, x.w, sum.w));
		}
		if (WHOLE && first + CU_WARP < spans)
			fetch_spans(near, sums, c, dim, first + CU_WARP, spans);
	}
	total = cu_warp_sum(total);
	return make_float4(sum.x / total, sum.y / total, sum.z / total, sum.w / total);
}

CU_DEVICE float gated(bool bf16, float y, float gate)
{
	return cu_round(bf16, y * cu_round(bf16, cu_sigmoid(gate)));
}

/* Warps: blocks of columns of the pairs, a lane has four. Shared: of each warp as many rows as fetch_spans has at once. */
template <bool WHOLE>
static __global__ void __launch_bounds__(MERGE_THREADS) merge_kernel(const __grid_constant__ struct attention_job job, int items, int rows)
{
	CU_SHARED(shared);
	const struct kern_attention &op = job.op;
	int warp = (int)threadIdx.x / CU_WARP, lane = (int)threadIdx.x % CU_WARP, item = (int)blockIdx.x * MERGE_WARPS + warp;
	int blocks = cu_ceil(op.dim, CU_BLOCK), pair = item / blocks, block = item % blocks, r = pair / op.heads, h = pair % op.heads;
	if (item >= items)
		return;
	int c = block * CU_BLOCK + 4 * lane, spans = op.position[r] / KERN_SPAN + 1, width = op.gated ? 2 * op.dim : op.dim;
	float4 gate = {};
	cu_wait();
	cu_let_next();
	if (op.gated)
		gate = load4<WHOLE>(cu_at(op.q, r) + (size_t)h * (size_t)width + (size_t)op.dim, c, op.dim);
	float4 y = merge_columns<WHOLE>(job, (size_t)pair * (size_t)job.spans, spans, c, (float4 *)shared + warp * rows * CU_WARP + lane);
	y = make_float4(cu_round(job.bf16, y.x), cu_round(job.bf16, y.y), cu_round(job.bf16, y.z), cu_round(job.bf16, y.w));
	if (op.gated)
		y = make_float4(gated(job.bf16, y.x, gate.x), gated(job.bf16, y.y, gate.y), gated(job.bf16, y.z, gate.z), gated(job.bf16, y.w, gate.w));
	store4<WHOLE>(cu_at(op.y, r) + (size_t)h * (size_t)op.dim, c, op.dim, y);
	if (job.forms.halves.data)
		cu_put_forms(job.forms, r, h * blocks + block, y, lane);
}

static int launch_merge(const struct kern *k, const struct attention_job &job)
{
	const struct kern_attention *op = &job.op;
	bool whole = op->dim % 4 == 0 && view_is_whole(&op->q) && view_is_whole(&op->y);
	int rows = !whole ? 0 : job.spans < CU_WARP ? job.spans : (int)CU_WARP;
	int items = op->q.rows * op->heads * cu_ceil(op->dim, CU_BLOCK);
	return cu_launch(k, "attention's merge", whole ? merge_kernel<true> : merge_kernel<false>, (unsigned)cu_ceil(items, MERGE_WARPS), MERGE_THREADS,
		MERGE_WARPS * CU_WARP * (size_t)rows * sizeof(float4), job, items, rows);
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

/* `pairs` of a unit's key/value head to a block. */
static int launch_units(const struct kern *k, struct attention_job job, void (*kernel)(struct attention_job), int pairs, size_t shared,
	int per_sm)
{
	const struct kern_attention *op = &job.op;
	int n = op->q.rows, rows = n < KERN_UNIT_ROWS ? n : KERN_UNIT_ROWS;
	job.parts = cu_ceil(rows * job.group, pairs);
	job.pairs = pairs;
	long long items = (long long)n * job.spans * op->kv_heads * job.parts, most = (long long)k->device->sm_count * per_sm;
	return cu_launch(k, "attention over units", kernel, (unsigned)(items < most ? items : most), UNIT_THREADS, shared, job);
}

/* Of few rows a block takes a tile: there are more of these. So, too, where a block's shared memory has no room for more. */
template <int C> static int launch_tensor(const struct kern *k, const struct attention_job &job)
{
	size_t room = k->device->shared_max;
	if (job.op.q.rows > FEW_ROWS && sizeof(union block_shared<C>) <= room)
		return launch_units(k, job, unit_kernel<C>, UNIT_WARPS * TILE, sizeof(union block_shared<C>), 1);
	if (sizeof(struct tile_shared<C, 6>) <= room)
		return launch_units(k, job, tile_kernel<C, 6>, TILE, sizeof(struct tile_shared<C, 6>), 1);
	return launch_units(k, job, tile_kernel<C, 2>, TILE, sizeof(struct tile_shared<C, 2>), 1);
}

static int launch_bodies(const struct kern *k, const struct attention_job &job)
{
	if (job.tensor)
		return job.op.dim == 64 ? launch_tensor<64>(k, job) : job.op.dim == 128 ? launch_tensor<128>(k, job) : launch_tensor<256>(k, job);
	void (*plain)(struct attention_job) = job.op.kv_type == KERN_BF16 ? plain_kernel<true> : plain_kernel<false>;
	return launch_units(k, job, plain, KERN_UNIT_ROWS * job.group, sizeof(struct plain_shared), PLAIN_BLOCKS);
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
		op->heads / op->kv_heads, 1, 0, op->scale * 1.44269504f, k->compute == KERN_BF16, on_tensor_cores(k, op), (uint16_t *)(scratch + at[0]),
		(float2 *)(scratch + at[1]), (float *)(scratch + at[2]), k->device->traffic, {}};
	void (*prepare)(struct attention_job) = op->dim <= 64 ? prepare_kernel<2> : op->dim <= 128 ? prepare_kernel<4> :
		op->dim <= 256 ? prepare_kernel<8> : prepare_kernel<KERN_MAX_HEAD / CU_WARP>;
	unsigned warps = (unsigned)(n * (op->heads + 2 * op->kv_heads));
	if ((e = cu_launch(k, "attention's rows", prepare, (warps + PREPARE_WARPS - 1) / PREPARE_WARPS, PREPARE_WARPS * CU_WARP,
		PREPARE_WARPS * (size_t)op->dim * sizeof(float), job)) ||
	    (e = launch_bodies(k, job)))
		return e;
	bool whole = op->dim % CU_BLOCK == 0;
	if (whole)
		job.forms = cu_forms_of(op->forms, n, op->y.cols);
	e = launch_merge(k, job);
	return e || whole || !op->forms ? e : cuda_make_forms(k, &op->y, op->forms);
}
