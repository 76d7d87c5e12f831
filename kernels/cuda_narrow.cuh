/* kernels/cuda_narrow.cuh - inside kernels/. Up to 8 rows times a small matrix on Hopper, where strips of 64 outputs would leave multiprocessors
 * idle: a block takes 16 outputs, all their inputs at once, and its four warp groups a chunk of inputs each in turn.
 *
 * What comes out has the bits of cuda_groups.cuh: the same chains, added in the same order. But rows are operand A here, which takes 64 of them:
 * they are read over and over, and what the first 8 give is used; weights are the columns of operand B. Chains meet in shared memory, and a
 * thread adds up those of one sum. */
#ifndef KERNELS_CUDA_NARROW_CUH
#define KERNELS_CUDA_NARROW_CUH

#include "kernels/cuda_groups.cuh"

enum {
	CU_NARROW_GROUPS = 4, CU_NARROW_THREADS = CU_NARROW_GROUPS * CU_GROUP_THREADS, CU_NARROW_OUTS = 16, CU_NARROW_ROWS = 8,
	CU_NARROW_AT_ONCE = 4, /* chunks of a warp group that are multiplied together */
	CU_NARROW_SUMS = CU_NARROW_OUTS / 2,
	CU_NARROW_W = CU_NARROW_OUTS * CU_CHUNK, CU_NARROW_X = CU_NARROW_ROWS * CU_CHUNK, /* bytes of a chunk */
	CU_NARROW_CHUNK = CU_NARROW_W + CU_NARROW_X + (CU_NARROW_OUTS * CU_NARROW_ROWS + CU_NARROW_OUTS + CU_NARROW_ROWS) * 4,
	CU_NARROW_MOST = 60, /* chunks that shared memory has room for */
};

/* Shared memory: a tile, w [chunks][16][CU_CHUNK], x [chunks][8][CU_CHUNK], chains [chunks][8][16], w_scale [chunks][16], x_scale [chunks][8]. */
typedef struct cu_tile_of<CU_NARROW_ROWS> cu_narrow_tile;
static_assert(sizeof(cu_narrow_tile) <= CU_LISTS, "a tile lies where others have lists");
struct cu_narrow_places {
	unsigned char *w, *x;
	float *chain, *w_scale, *x_scale;
};

CU_DEVICE struct cu_narrow_places cu_narrow_places_of(unsigned char *memory, int chunks)
{
	struct cu_narrow_places p;
	p.w = memory + CU_LISTS;
	p.x = p.w + chunks * CU_NARROW_W;
	p.chain = (float *)(p.x + chunks * CU_NARROW_X);
	p.w_scale = p.chain + chunks * CU_NARROW_OUTS * CU_NARROW_ROWS;
	p.x_scale = p.w_scale + chunks * CU_NARROW_OUTS;
	return p;
}

static inline size_t cu_narrow_bytes(int chunks)
{
	return CU_LISTS + (size_t)chunks * CU_NARROW_CHUNK;
}

/* Outputs beyond the last are the last over again. A thread has one part of an output's chunk, of every fourth chunk. */
CU_DEVICE void cu_narrow_weights(const struct cu_narrow_places &p, const cu_narrow_tile &t, int chunks)
{
	const struct kern_weight &w = t.w[0];
	int i = (int)threadIdx.x % CU_GROUP_THREADS, r = i / CU_PARTS, part = i % CU_PARTS, bytes = w.cols * (w.type == KERN_FP8 ? 1 : 2);
	const unsigned char *row = (const unsigned char *)cu_row(w, min(t.from + r, w.rows - 1)) + part * 16;
	unsigned char *to = p.w + r * CU_CHUNK + ((part ^ r) & 7) * 16;
	int blocks = cu_scale_blocks(w);
#pragma unroll 1
	for (int c = (int)threadIdx.x / CU_GROUP_THREADS; c < chunks; c += CU_NARROW_GROUPS) {
		int left = min(bytes - c * CU_CHUNK - part * 16, 16);
		cu_copy16_once(to + c * CU_NARROW_W, row + (left > 0 ? c * CU_CHUNK : 0), left > 0 ? left : 0);
	}
#pragma unroll 1
	for (int j = (int)threadIdx.x; w.type == KERN_FP8 && j < chunks * CU_NARROW_OUTS; j += CU_NARROW_THREADS)
		cu_copy4(p.w_scale + j, cu_scale_row(t, j % CU_NARROW_OUTS) + cu_scale_block(blocks, j / CU_NARROW_OUTS));
}

CU_DEVICE void cu_narrow_rows(const struct cu_narrow_places &p, const cu_narrow_tile &t, int chunks)
{
	int r = (int)threadIdx.x / CU_PARTS % CU_NARROW_ROWS, part = (int)threadIdx.x % CU_PARTS;
	enum { STEP = CU_NARROW_THREADS / (CU_PARTS * CU_NARROW_ROWS) };
	if (r < t.rows)
#pragma unroll 1
		for (int c = (int)threadIdx.x / (CU_PARTS * CU_NARROW_ROWS); c < chunks; c += STEP)
			cu_copy16(p.x + c * CU_NARROW_X + r * CU_CHUNK + ((part ^ r) & 7) * 16, (const unsigned char *)t.x[r] + c * CU_CHUNK + part * 16, 16);
#pragma unroll 1
	for (int j = (int)threadIdx.x; t.w[0].type == KERN_FP8 && j < chunks * CU_NARROW_ROWS; j += CU_NARROW_THREADS)
		if (j % CU_NARROW_ROWS < t.rows)
			cu_copy4(p.x_scale + j, t.x[j % CU_NARROW_ROWS] + cu_scales_at(t.w[0].cols) + j / CU_NARROW_ROWS);
}

/* The chains of this warp group's chunks, to shared memory. A warp has 16 rows of operand A: the first one those that count. */
template <bool FP8> CU_DEVICE void cu_narrow_chains(const struct cu_narrow_places &p, int chunks)
{
	int group = cu_uniform((int)threadIdx.x / CU_GROUP_THREADS), lane = (int)threadIdx.x % CU_WARP;
	for (int from = group; from < chunks; from += CU_NARROW_GROUPS * CU_NARROW_AT_ONCE) {
		float acc[CU_NARROW_AT_ONCE][CU_NARROW_SUMS];
		cu_wgmma_fence();
#pragma unroll
		for (int i = 0; i < CU_NARROW_AT_ONCE; i++) { /* past the last the last over again */
			int c = min(from + i * CU_NARROW_GROUPS, chunks - 1);
			cu_multiply_chunk<FP8>(acc[i], cu_descriptor_again(p.x + c * CU_NARROW_X), cu_descriptor(p.w + c * CU_NARROW_W));
		}
		cu_wgmma_commit();
		cu_wgmma_wait<0>();
#pragma unroll
		for (int i = 0; i < CU_NARROW_AT_ONCE; i++) {
			int c = from + i * CU_NARROW_GROUPS;
			cu_wgmma_done(acc[i]);
			float *to = p.chain + (c * CU_NARROW_ROWS + lane / 4) * CU_NARROW_OUTS + lane % 4 * 2;
			if (c < chunks && threadIdx.x % CU_GROUP_THREADS < CU_WARP) {
				*(float2 *)to = make_float2(acc[i][0], acc[i][1]);
				*(float2 *)(to + CU_GROUP) = make_float2(acc[i][4], acc[i][5]);
			}
		}
	}
}

/* Sum i of the tile: of row i / 16 and output i % 16. */
CU_DEVICE float cu_narrow_total(const struct cu_narrow_places &p, int i, int chunks, bool fp8)
{
	int r = i / CU_NARROW_OUTS, o = i % CU_NARROW_OUTS;
	float total = 0;
#pragma unroll 8
	for (int c = 0; c < chunks; c++) {
		float scale = fp8 ? __fmul_rn(p.w_scale[c * CU_NARROW_OUTS + o], p.x_scale[c * CU_NARROW_ROWS + r]) : 1;
		total = fmaf(p.chain[c * CU_NARROW_ROWS * CU_NARROW_OUTS + i], scale, total);
	}
	return cu_no_minus(total);
}

/* An item a block. Its sums lie where the weights were: [rows][16 + 4]. */
template <class JOB> CU_DEVICE void cu_narrow_work(const JOB &job)
{
#if CU_HAS_WGMMA
	CU_SHARED(memory);
	cu_narrow_tile &t = *(cu_narrow_tile *)memory;
	if (threadIdx.x < CU_WARP)
		job_tile(job, (int)blockIdx.x, CU_NARROW_OUTS, (int)threadIdx.x, &t, t.x, t.place);
	__syncthreads();
	int chunks = cu_chunks(t.w[0]);
	bool fp8 = t.w[0].type == KERN_FP8;
	const struct cu_narrow_places p = cu_narrow_places_of(memory, chunks);
	cu_narrow_weights(p, t, chunks);
	cu_wait();
	cu_let_next();
	cu_narrow_rows(p, t, chunks);
	cu_copies_end_group();
	cu_copies_wait<0>();
	cu_proxy_fence();
	__syncthreads();
	if (fp8)
		cu_narrow_chains<true>(p, chunks);
	else
		cu_narrow_chains<false>(p, chunks);
	__syncthreads();
	float *total = (float *)p.w;
	for (int i = (int)threadIdx.x; i < t.rows * CU_NARROW_OUTS; i += CU_NARROW_THREADS)
		total[i / CU_NARROW_OUTS * (CU_NARROW_OUTS + 4) + i % CU_NARROW_OUTS] = cu_narrow_total(p, i, chunks, fp8);
	__syncthreads();
	job_store(job, t, t.place, cu_all_totals(t, total, CU_NARROW_OUTS));
#else /* nobody launches it there */
	(void)job;
	__trap();
#endif
}

#endif
