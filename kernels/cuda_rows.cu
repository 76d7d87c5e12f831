/* kernels/cuda_rows.cu - operations on single rows: embed, norm, quantise, route, scatter; and copies of pages. They move little and run many times a
 * step: what counts is that a row has enough threads, and that none waits for another more often than it must. */
#include "kernels/cuda_forms.cuh"

enum { COPY_THREADS = 256, COPY_ITEMS = 4, NORM_THREADS = 256, NORM_KEPT = 2, QUANTISE_WARPS = 4, QUANTISE_PARTS = 8192 };

/* Block (row, part): COPY_THREADS * COPY_ITEMS columns. */
static __global__ void embed_kernel(struct kern_weight table, const int32_t *ids, const int32_t *drawn, struct kern_view y, bool round)
{
	cu_wait();
	cu_let_next();
	int r = (int)blockIdx.x, said = ids[r], id = said < 0 ? drawn[-1 - said] : said;
	int from = (int)blockIdx.y * COPY_THREADS * COPY_ITEMS + (int)threadIdx.x;
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
	return cu_launch(k, "embed", embed_kernel, grid, COPY_THREADS, 0, *op->table, op->ids, op->drawn, op->y, round);
}

/* Any kernel tells. Code for sm_80 waits for no other kernel (cu_wait), on whatever it runs. */
int cuda_compiled_for(int *version)
{
	cudaFuncAttributes a;
	int e = cu_result(cudaFuncGetAttributes(&a, (const void *)embed_kernel), "the kernels");
	*version = e ? 0 : a.binaryVersion;
	return e;
}

template <bool WHOLE> static __global__ void scatter_kernel(struct kern_view x, const int32_t *to, struct kern_view y)
{
	cu_wait();
	cu_let_next();
	int r = (int)blockIdx.x, i = 4 * ((int)blockIdx.y * COPY_THREADS + (int)threadIdx.x);
	store4<WHOLE>(cu_at(y, to[r]), i, x.cols, load4<WHOLE>(cu_at(x, r), i, x.cols));
}

int cuda_scatter(struct kern *k, const struct kern_scatter *op)
{
	if (!op->x.rows)
		return 0;
	dim3 grid((unsigned)op->x.rows, (unsigned)cu_ceil(op->x.cols, COPY_THREADS * 4));
	bool whole = view_is_whole(&op->x) && view_is_whole(&op->y);
	return cu_launch(k, "scatter", whole ? scatter_kernel<true> : scatter_kernel<false>, grid, COPY_THREADS, 0, op->x, op->to, op->y);
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

CU_DEVICE float add_squares(float sum, float4 v)
{
	return fmaf(v.w, v.w, fmaf(v.z, v.z, fmaf(v.y, v.y, fmaf(v.x, v.x, sum))));
}

CU_DEVICE float4 normed(float4 v, float scale, float4 w, float one, bool bf16)
{
	return cu_round_pairs(bf16, make_float4(v.x * scale * (one + w.x), v.y * scale * (one + w.y), v.z * scale * (one + w.z), v.w * scale * (one + w.w)));
}

/* Columns i .. i + 3 of the block's row; a warp has a block of inputs. Collective. */
template <bool WHOLE> CU_DEVICE void put_normed(float *to, int i, int d, float4 v, const struct cu_forms &forms, int lane)
{
	store4<WHOLE>(to, i, d, v);
	if (i - 4 * lane < d)
		cu_put_forms(forms, (int)blockIdx.x, i / CU_BLOCK, v, lane);
}

/* A block a row. A thread has four columns at a time, whether it loads them at once or singly, so a row's sum is cut by its width
 * alone: a thread's columns are added in order, the threads' sums go up a tree, and so do the warps'. What a thread has of the first
 * NORM_KEPT rounds (all, in rows of up to 2048) it loads at once and keeps. Shared: one float a warp. */
template <bool WHOLE>
static __global__ void __launch_bounds__(NORM_THREADS)
norm_kernel(struct kern_view x, const float *w, bool plus_one, float eps, struct kern_view y, const __grid_constant__ struct cu_forms forms, bool bf16)
{
	CU_SHARED(shared);
	float *warps = (float *)shared, *to = cu_at(y, (int)blockIdx.x), sum = 0, one = plus_one ? 1 : 0, each = 1 / (float)x.cols;
	int d = x.cols, step = 4 * (int)blockDim.x, first = 4 * (int)threadIdx.x, lane = (int)threadIdx.x % CU_WARP;
	const float *from = cu_at(x, (int)blockIdx.x);
	float4 v[NORM_KEPT], weight[NORM_KEPT];
#pragma unroll
	for (int j = 0; j < NORM_KEPT; j++)
		weight[j] = load4<WHOLE>(w, first + j * step, d);
	cu_wait();
	cu_let_next();
#pragma unroll
	for (int j = 0; j < NORM_KEPT; j++)
		v[j] = load4<WHOLE>(from, first + j * step, d);
#pragma unroll
	for (int j = 0; j < NORM_KEPT; j++)
		sum = add_squares(sum, v[j]);
	for (int i = first + NORM_KEPT * step; i < d; i += step)
		sum = add_squares(sum, load4<WHOLE>(from, i, d));
	sum = cu_warp_sum(sum);
	if (lane == 0)
		warps[threadIdx.x / CU_WARP] = sum;
	__syncthreads();
	sum = cu_warp_sum(lane < (int)blockDim.x / CU_WARP ? warps[lane] : 0);
	float scale = 1 / sqrtf(sum * each + eps);
#pragma unroll
	for (int j = 0; j < NORM_KEPT; j++)
		put_normed<WHOLE>(to, first + j * step, d, normed(v[j], scale, weight[j], one, bf16), forms, lane);
	for (int i = first + NORM_KEPT * step; i - 4 * lane < d; i += step)
		put_normed<WHOLE>(to, i, d, normed(load4<WHOLE>(from, i, d), scale, load4<WHOLE>(w, i, d), one, bf16), forms, lane);
}

/* Products by warp groups read forms, where scales are of a block of inputs each. */
size_t cuda_forms_bytes(const struct kern *k, int rows, int cols, int block)
{
	bool of_use = k->compute == KERN_BF16 && k->device->warp_groups && (!block || block == CU_BLOCK);
	return of_use ? (block ? 2 : 1) * (size_t)rows * cu_staged_ld(cols) * sizeof(float) : 0;
}

int cuda_norm(struct kern *k, const struct kern_norm *op)
{
	if (!op->x.rows)
		return 0;
	int threads = cu_ceil(cu_ceil(op->x.cols, 4 * NORM_KEPT), CU_WARP) * CU_WARP;
	if (threads > NORM_THREADS)
		threads = NORM_THREADS;
	bool whole = view_is_whole(&op->x) && view_is_whole(&op->y) && is_whole(op->w, 0);
	return cu_launch(k, "norm", whole ? norm_kernel<true> : norm_kernel<false>, (unsigned)op->x.rows, (unsigned)threads,
		(size_t)(threads / CU_WARP) * sizeof(float), op->x, op->w, op->plus_one, op->eps, op->y, cu_forms_of(op->forms, op->x.rows, op->x.cols),
		k->compute == KERN_BF16);
}

CU_DEVICE float there_and_back(float x, float s, bool finite)
{
	return finite ? cu_round_fp8(x / s) * s : __uint_as_float(0x7fc00000u);
}

/* One group by one warp. The largest magnitude is found among the bits, which are in the order of what they stand for, infinities and
 * NaNs above all. A lane keeps its first four columns (all it has where groups are of 128). */
template <bool WHOLE> CU_DEVICE void quantise_group(float *out, const float *in, int n)
{
	int first = 4 * ((int)threadIdx.x % CU_WARP), step = 4 * CU_WARP;
	uint32_t top = 0;
	float4 v = load4<WHOLE>(in, first, n), kept = v;
	for (int i = first; i < n; v = load4<WHOLE>(in, i += step, n))
		top = max(top, cu_largest(v));
	top = cu_warp_largest(top);
	bool finite = top < 0x7f800000;
	float s = fmaxf(__uint_as_float(top), 1e-10f) / 448;
	v = kept;
	for (int i = first; i < n; v = load4<WHOLE>(in, i += step, n))
		store4<WHOLE>(out, i, n, make_float4(there_and_back(v.x, s, finite), there_and_back(v.y, s, finite), there_and_back(v.z, s, finite),
			there_and_back(v.w, s, finite)));
}

template <bool WHOLE> static __global__ void quantise_kernel(struct kern_view x, int block, int groups, struct kern_view y)
{
	cu_wait();
	cu_let_next();
	int group = (int)(blockIdx.y * QUANTISE_WARPS + threadIdx.x / CU_WARP), step = (int)gridDim.y * QUANTISE_WARPS;
	for (; group < groups; group += step) {
		int from = group * block, n = x.cols - from < block ? x.cols - from : block;
		quantise_group<WHOLE>(cu_at(y, (int)blockIdx.x) + from, cu_at(x, (int)blockIdx.x) + from, n);
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
	return cu_launch(k, "quantise", whole ? quantise_kernel<true> : quantise_kernel<false>, grid, QUANTISE_WARPS * CU_WARP, 0, op->x, block, groups,
		op->y);
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

template <int PER> CU_DEVICE uint32_t largest_key(const uint32_t (&keys)[PER])
{
	uint32_t best = 0;
#pragma unroll
	for (int i = 0; i < PER; i++)
		best = max(best, keys[i]);
	return cu_warp_largest(best);
}

/* The lowest index at which a key of the warp is `best`; the key there becomes 0. */
template <int PER> CU_DEVICE int take_key(uint32_t (&keys)[PER], uint32_t best)
{
	int lane = (int)threadIdx.x % CU_WARP;
	uint32_t at = ~0u;
#pragma unroll
	for (int i = PER - 1; i >= 0; i--)
		at = keys[i] == best ? (uint32_t)(lane + i * CU_WARP) : at;
	int first = (int)~cu_warp_largest(~at);
#pragma unroll
	for (int i = 0; i < PER; i++)
		keys[i] = first == lane + i * CU_WARP ? 0 : keys[i];
	return first;
}

/* A warp a row; lane l has the logits l, l + 32, ... (PER of them) as keys; behind the last they are -inf, which come after all others.
 * A round finds the largest, lowest index first; slots l and l + 32 are lane l's, which makes weights of their keys when all are found.
 * p / sum(p) is exp / sum(exp); a NaN makes `all` one, and so every weight. */
template <int PER>
static __global__ void __launch_bounds__(CU_WARP)
route_kernel(struct kern_view logits, int top_k, bool renormalise, uint16_t *experts, float *weights, bool bf16)
{
	int lane = (int)threadIdx.x, e = logits.cols, mine[2] = {0, 0};
	size_t slots = (size_t)blockIdx.x * (size_t)top_k;
	const float *row = cu_at(logits, (int)blockIdx.x);
	uint32_t keys[PER], key[2] = {0, 0};
	float x[PER], all = 0, chosen = 0, p[2];
	cu_wait();
	cu_let_next();
#pragma unroll
	for (int i = 0; i < PER; i++)
		x[i] = row[min(lane + i * CU_WARP, e - 1)];
#pragma unroll
	for (int i = 0; i < PER; i++) {
		x[i] = lane + i * CU_WARP < e ? x[i] : -INFINITY;
		keys[i] = route_key(x[i]);
	}
	uint32_t best = largest_key<PER>(keys);
	float max = logit_of_key(best);
#pragma unroll
	for (int i = 0; i < PER; i++)
		all += expf(x[i] - max);
	for (int j = 0; j < top_k; j++, best = largest_key<PER>(keys)) {
		int index = take_key<PER>(keys, best);
#pragma unroll
		for (int half = 0; half < 2; half++)
			if (j == lane + half * CU_WARP) {
				mine[half] = index;
				key[half] = best;
			}
	}
#pragma unroll
	for (int half = 0; half < 2; half++) {
		p[half] = lane + half * CU_WARP < top_k ? expf(logit_of_key(key[half]) - max) : 0;
		chosen += p[half];
	}
	for (int step = CU_WARP / 2; step; step /= 2) {
		all += __shfl_xor_sync(0xffffffffu, all, step);
		chosen += __shfl_xor_sync(0xffffffffu, chosen, step);
	}
#pragma unroll
	for (int half = 0; half < 2; half++) {
		int slot = lane + half * CU_WARP;
		if (slot < top_k) {
			experts[slots + (size_t)slot] = (uint16_t)mine[half];
			weights[slots + (size_t)slot] = cu_round(bf16, all == all ? p[half] / (renormalise ? chosen : all) : all);
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
