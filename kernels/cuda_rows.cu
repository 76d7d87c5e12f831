/* kernels/cuda_rows.cu - operations on single rows: embed, norm, quantise, route, scatter; and copies of pages. They move little and run many times a
 * step: what counts is that a row has enough threads, and that none waits for another more often than it must. */
#include "kernels/cuda_math.cuh"

enum { COPY_THREADS = 256, COPY_ITEMS = 4, NORM_THREADS = 512, QUANTISE_WARPS = 4, QUANTISE_PARTS = 8192 };

/* Four items from i on, or what there is of them below n; whole: all rows are aligned to 16 bytes. */
CU_DEVICE float4 load4(const float *x, int i, int n, bool whole)
{
	if (whole && i + 4 <= n)
		return *(const float4 *)(x + i);
	return make_float4(i < n ? x[i] : 0, i + 1 < n ? x[i + 1] : 0, i + 2 < n ? x[i + 2] : 0, i + 3 < n ? x[i + 3] : 0);
}

CU_DEVICE void store4(float *y, int i, int n, bool whole, float4 v)
{
	if (whole && i + 4 <= n) {
		*(float4 *)(y + i) = v;
		return;
	}
	if (i < n)
		y[i] = v.x;
	if (i + 1 < n)
		y[i + 1] = v.y;
	if (i + 2 < n)
		y[i + 2] = v.z;
	if (i + 3 < n)
		y[i + 3] = v.w;
}

static bool is_whole(const float *p, size_t ld)
{
	return (uintptr_t)p % 16 == 0 && ld % 4 == 0;
}

static bool view_is_whole(const struct kern_view *v)
{
	return is_whole(v->data, v->ld);
}

/* Block (row, part): COPY_THREADS * COPY_ITEMS columns. */
static __global__ void embed_kernel(struct kern_weight table, const int32_t *ids, struct kern_view y, bool round)
{
	cu_wait();
	cu_let_next();
	int r = (int)blockIdx.x, id = ids[r], from = (int)blockIdx.y * COPY_THREADS * COPY_ITEMS + (int)threadIdx.x;
	const void *row = cu_row(table, id);
	float *to = cu_at(y, r);
	for (int j = 0; j < COPY_ITEMS; j++) {
		int i = from + j * COPY_THREADS;
		if (i >= y.cols)
			break;
		float x = cu_item(row, table.type, (size_t)i);
		to[i] = cu_round(round, table.type == KERN_FP8 ? x * cu_scale(table, id, i) : x);
	}
}

int cuda_embed(struct kern *k, const struct kern_embed *op)
{
	if (!op->y.rows)
		return 0;
	dim3 grid((unsigned)op->y.rows, (unsigned)cu_ceil(op->y.cols, COPY_THREADS * COPY_ITEMS));
	bool round = k->compute == KERN_BF16 && op->table->type != KERN_BF16;
	return cu_launch(k, "embed", embed_kernel, grid, COPY_THREADS, 0, *op->table, op->ids, op->y, round);
}

/* Any kernel tells. Code for sm_80 waits for no other kernel (cu_wait), on whatever it runs. */
int cuda_compiled_for(int *version)
{
	cudaFuncAttributes a;
	int e = cu_result(cudaFuncGetAttributes(&a, (const void *)embed_kernel), "the kernels");
	*version = e ? 0 : a.binaryVersion;
	return e;
}

static __global__ void scatter_kernel(struct kern_view x, const int32_t *to, struct kern_view y, bool whole)
{
	cu_wait();
	cu_let_next();
	int r = (int)blockIdx.x, i = 4 * ((int)blockIdx.y * COPY_THREADS + (int)threadIdx.x);
	if (i < x.cols)
		store4(cu_at(y, to[r]), i, x.cols, whole, load4(cu_at(x, r), i, x.cols, whole));
}

int cuda_scatter(struct kern *k, const struct kern_scatter *op)
{
	if (!op->x.rows)
		return 0;
	dim3 grid((unsigned)op->x.rows, (unsigned)cu_ceil(op->x.cols, COPY_THREADS * 4));
	bool whole = view_is_whole(&op->x) && view_is_whole(&op->y);
	return cu_launch(k, "scatter", scatter_kernel, grid, COPY_THREADS, 0, op->x, op->to, op->y, whole);
}

enum { PAGE_THREADS = 256, PAGE_AT_ONCE = 4 }; /* a thread has so many 16 bytes under way */

/* Blocks: (page of the list, part of a page), (layer). */
static __global__ void __launch_bounds__(PAGE_THREADS)
pages_kernel(const uint4 *pool, uint4 *to_pool, size_t layer_words, uint32_t page_words, int parts, const int32_t *from, const int32_t *to)
{
	cu_wait();
	cu_let_next();
	int i = (int)blockIdx.x / parts;
	uint32_t at = (uint32_t)((int)blockIdx.x % parts) * PAGE_THREADS * PAGE_AT_ONCE + threadIdx.x;
	const uint4 *a = pool + blockIdx.y * layer_words + (size_t)from[i] * page_words;
	uint4 *b = to_pool + blockIdx.y * layer_words + (size_t)to[i] * page_words, v[PAGE_AT_ONCE];
#pragma unroll
	for (uint32_t j = 0; j < PAGE_AT_ONCE; j++)
		if (at + j * PAGE_THREADS < page_words)
			v[j] = a[at + j * PAGE_THREADS];
#pragma unroll
	for (uint32_t j = 0; j < PAGE_AT_ONCE; j++)
		if (at + j * PAGE_THREADS < page_words)
			b[at + j * PAGE_THREADS] = v[j];
}

int cuda_pages(struct kern *k, const struct kern_pages *op)
{
	if (!op->n || !op->layers)
		return 0;
	uint32_t words = (uint32_t)(op->page_bytes / sizeof(uint4));
	int parts = cu_ceil((int)words, PAGE_THREADS * PAGE_AT_ONCE);
	return cu_launch(k, "pages", pages_kernel, dim3((unsigned)(op->n * parts), (unsigned)op->layers), PAGE_THREADS, 0, (const uint4 *)op->pool,
		(uint4 *)op->pool, (size_t)op->n_pages * words, words, parts, op->from, op->to);
}

/* A block a row. A thread has four columns at a time, whether it loads them at once or singly, so a row's sum is cut by its width
 * alone; the threads' sums go up a tree, the warps' are added in order. Shared: one float a warp. */
static __global__ void norm_kernel(struct kern_view x, const float *w, bool plus_one, float eps, struct kern_view y, bool whole, bool bf16)
{
	CU_SHARED(shared);
	float *warps = (float *)shared, sum = 0;
	int d = x.cols, step = 4 * (int)blockDim.x, first = 4 * (int)threadIdx.x;
	float4 weight = load4(w, first, d, whole);
	cu_wait();
	cu_let_next();
	const float *from = cu_at(x, (int)blockIdx.x);
	float *to = cu_at(y, (int)blockIdx.x);
	float4 v = load4(from, first, d, whole), kept = v;
	for (int i = first; i < d; v = load4(from, i += step, d, whole))
		sum = fmaf(v.w, v.w, fmaf(v.z, v.z, fmaf(v.y, v.y, fmaf(v.x, v.x, sum))));
	sum = cu_warp_sum(sum);
	if (threadIdx.x % CU_WARP == 0)
		warps[threadIdx.x / CU_WARP] = sum;
	__syncthreads();
	sum = 0;
	for (int i = 0; i < (int)blockDim.x / CU_WARP; i++)
		sum += warps[i];
	float scale = 1 / sqrtf(sum / (float)d + eps), one = plus_one ? 1 : 0;
	v = kept;
	for (int i = first; i < d; i += step) {
		if (i > first) {
			v = load4(from, i, d, whole);
			weight = load4(w, i, d, whole);
		}
		store4(to, i, d, whole, make_float4(cu_round(bf16, v.x * scale * (one + weight.x)), cu_round(bf16, v.y * scale * (one + weight.y)),
			cu_round(bf16, v.z * scale * (one + weight.z)), cu_round(bf16, v.w * scale * (one + weight.w))));
	}
}

int cuda_norm(struct kern *k, const struct kern_norm *op)
{
	if (!op->x.rows)
		return 0;
	int threads = cu_ceil(cu_ceil(op->x.cols, 4), CU_WARP) * CU_WARP;
	if (threads > NORM_THREADS)
		threads = NORM_THREADS;
	bool whole = view_is_whole(&op->x) && view_is_whole(&op->y) && is_whole(op->w, 0);
	return cu_launch(k, "norm", norm_kernel, (unsigned)op->x.rows, (unsigned)threads, (size_t)(threads / CU_WARP) * sizeof(float), op->x, op->w,
		op->plus_one, op->eps, op->y, whole, k->compute == KERN_BF16);
}

CU_DEVICE float there_and_back(float x, float s, bool finite)
{
	return finite ? cu_round_fp8(x / s) * s : __uint_as_float(0x7fc00000u);
}

/* One group by one warp. The largest magnitude is found among the bits, which are in the order of what they stand for, infinities and
 * NaNs above all. A lane keeps its first four columns (all it has where groups are of 128). */
CU_DEVICE void quantise_group(float *out, const float *in, int n, bool whole)
{
	int first = 4 * ((int)threadIdx.x % CU_WARP), step = 4 * CU_WARP;
	uint32_t top = 0;
	float4 v = load4(in, first, n, whole), kept = v;
	for (int i = first; i < n; v = load4(in, i += step, n, whole))
		top = max(top, cu_largest(v));
	for (int s = CU_WARP / 2; s; s /= 2)
		top = max(top, __shfl_xor_sync(0xffffffffu, top, s));
	bool finite = top < 0x7f800000;
	float s = fmaxf(__uint_as_float(top), 1e-10f) / 448;
	v = kept;
	for (int i = first; i < n; v = load4(in, i += step, n, whole))
		store4(out, i, n, whole, make_float4(there_and_back(v.x, s, finite), there_and_back(v.y, s, finite), there_and_back(v.z, s, finite),
			there_and_back(v.w, s, finite)));
}

static __global__ void quantise_kernel(struct kern_view x, int block, int groups, struct kern_view y, bool whole)
{
	cu_wait();
	cu_let_next();
	int group = (int)(blockIdx.y * QUANTISE_WARPS + threadIdx.x / CU_WARP), step = (int)gridDim.y * QUANTISE_WARPS;
	for (; group < groups; group += step) {
		int from = group * block, n = x.cols - from < block ? x.cols - from : block;
		quantise_group(cu_at(y, (int)blockIdx.x) + from, cu_at(x, (int)blockIdx.x) + from, n, whole);
	}
}

int cuda_quantise(struct kern *k, const struct kern_quantise *op)
{
	if (!op->x.rows)
		return 0;
	int block = op->block < op->x.cols ? op->block : op->x.cols, groups = cu_ceil(op->x.cols, block);
	bool whole = view_is_whole(&op->x) && view_is_whole(&op->y) && block % 4 == 0;
	int parts = cu_ceil(groups, QUANTISE_WARPS);
	dim3 grid((unsigned)op->x.rows, (unsigned)(parts < QUANTISE_PARTS ? parts : QUANTISE_PARTS));
	return cu_launch(k, "quantise", quantise_kernel, grid, QUANTISE_WARPS * CU_WARP, 0, op->x, block, groups, op->y, whole);
}

/* In the order of the logits, a NaN as -inf, both zeros alike; 0 is below them all: taken, or none. */
CU_DEVICE uint32_t route_key(float logit)
{
	uint32_t u = __float_as_uint(logit == logit ? logit + 0.0f : -INFINITY);
	return u >> 31 ? ~u : u | 0x80000000u;
}

CU_DEVICE float logit_of_key(uint32_t key)
{
	return __uint_as_float(key >> 31 ? key & 0x7fffffffu : ~key);
}

/* The largest key of a warp, and of the lanes that have it the lowest index. */
CU_DEVICE void route_best(uint32_t &key, int &index)
{
	for (int step = CU_WARP / 2; step; step /= 2) {
		uint32_t other = __shfl_xor_sync(0xffffffffu, key, step);
		int at = __shfl_xor_sync(0xffffffffu, index, step);
		if (other > key || (other == key && at < index)) {
			key = other;
			index = at;
		}
	}
}

/* A warp a row; lane l has the logits l, l + 32, ... (PER of them) as keys. A round of k finds the largest, lowest index first. Slots
 * l and l + 32 of what is chosen are lane l's to write. A NaN makes the sum one, and so every weight. */
template <int PER>
static __global__ void route_kernel(struct kern_view logits, int top_k, bool renormalise, uint16_t *experts, float *weights, bool bf16)
{
	cu_wait();
	cu_let_next();
	int r = (int)blockIdx.x, lane = (int)threadIdx.x, e = logits.cols;
	const float *row = cu_at(logits, r);
	uint32_t keys[PER];
	float x[PER], max = -INFINITY, all = 0, sum = 0, p_mine[2] = {0, 0};
	int mine[2] = {0, 0};
	for (int i = 0; i < PER; i++) {
		x[i] = lane + i * CU_WARP < e ? row[lane + i * CU_WARP] : -INFINITY;
		keys[i] = lane + i * CU_WARP < e ? route_key(x[i]) : 0;
		max = fmaxf(max, x[i]);
	}
	max = cu_warp_max(max);
	for (int i = 0; i < PER; i++)
		all += lane + i * CU_WARP < e ? expf(x[i] - max) : 0;
	all = cu_warp_sum(all);
	for (int j = 0; j < top_k; j++) {
		uint32_t best = 0;
		int index = 0;
		for (int i = 0; i < PER; i++)
			if (keys[i] > best) {
				best = keys[i];
				index = lane + i * CU_WARP;
			}
		route_best(best, index);
		for (int i = 0; i < PER; i++)
			keys[i] = index == lane + i * CU_WARP ? 0 : keys[i];
		float p = expf(logit_of_key(best) - max) / all;
		sum += p;
		for (int half = 0; half < 2; half++)
			if (j == lane + half * CU_WARP) {
				mine[half] = index;
				p_mine[half] = p;
			}
	}
	for (int half = 0; half < 2; half++) {
		int slot = lane + half * CU_WARP;
		if (slot < top_k) {
			experts[(size_t)r * (size_t)top_k + (size_t)slot] = (uint16_t)mine[half];
			weights[(size_t)r * (size_t)top_k + (size_t)slot] = cu_round(bf16, renormalise ? p_mine[half] / sum : p_mine[half]);
		}
	}
}

int cuda_route(struct kern *k, const struct kern_route *op)
{
	if (!op->logits.rows)
		return 0;
	int e = op->logits.cols;
	void (*kernel)(struct kern_view, int, bool, uint16_t *, float *, bool) =
		e <= 4 * CU_WARP ? route_kernel<4> : e <= 8 * CU_WARP ? route_kernel<8> : route_kernel<KERN_MAX_EXPERTS / CU_WARP>;
	return cu_launch(k, "route", kernel, (unsigned)op->logits.rows, CU_WARP, 0, op->logits, op->top_k, op->renormalise, op->experts,
		op->weights, k->compute == KERN_BF16);
}
