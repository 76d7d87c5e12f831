/* kernels/cuda_staged.cuh - inside kernels/. Rows brought once into the form in which products read them, in memory: f32 to bfloat16, or to
 * FP8 codes and their scales. Every block of a product reads all its rows; to convert them there takes longer than to read the weights as
 * soon as there are more than a few.
 *
 * A staged row: for every block of CU_BLOCK inputs CU_STAGED bytes; behind them a scale a block. In one of two orders:
 *
 *   CU_BY_LANES  for mma.sync (cuda_tile.cuh): codes as bfloat16, 4 chunks of 64 bytes, of which lane t of an instruction reads 16t .. 16t + 15
 *   CU_IN_ORDER  for warp groups (cuda_groups.cuh): input by input, from the first byte on; of codes, which are bytes, half of the room is left */
#ifndef KERNELS_CUDA_STAGED_CUH
#define KERNELS_CUDA_STAGED_CUH

#include "kernels/cuda_tile.cuh"

enum { CU_STAGING_WARPS = 4 };
enum cu_order { CU_NOT_STAGED, CU_BY_LANES, CU_IN_ORDER };

/* Block `block` of a row to where it is staged, by a warp. group, fp8: of the matrices that will read it. */
CU_DEVICE void cu_put_block(float *to, const float *row, int cols, int block, int group, bool fp8, enum cu_order order, int lane)
{
	int c = block * CU_BLOCK;
	float scale = 1;
	float4 v = cu_four(row, c + 4 * lane, cols);
	unsigned char *at = (unsigned char *)to + (size_t)block * CU_STAGED;
	if (order == CU_IN_ORDER && fp8) {
		cu_put_codes(to, cols, block, v, cu_group_top(row, c, cols, group, lane, v), lane);
	} else if (order == CU_IN_ORDER) {
		cu_put_halves(to, block, v, lane);
	} else {
		*(uint2 *)(at + cu_chunk_of(lane, fp8) * 64 + cu_place_in_chunk(lane, fp8)) = cu_words(v, row, c, cols, group, fp8, lane, scale);
		if (lane == 0)
			to[cu_scales_at(cols) + (size_t)block] = scale;
	}
}

/* The rows x in each of the forms that matrices want of them. */
struct cu_staging {
	struct kern_view x;
	enum cu_order order;
	int n_forms;
	struct cu_form {
		float *to; /* [rows][cu_staged_ld] */
		int group;
		bool fp8;
	} form[KERN_MAX_OUT];
};

/* Blocks: (row, part of its blocks of inputs: a warp has one), (form). */
static __global__ void __launch_bounds__(CU_STAGING_WARPS * CU_WARP) stage_kernel(const __grid_constant__ struct cu_staging s, int parts)
{
	int r = (int)blockIdx.x / parts, block = (int)blockIdx.x % parts * CU_STAGING_WARPS + (int)threadIdx.x / CU_WARP;
	const struct cu_staging::cu_form &f = s.form[blockIdx.y];
	cu_wait();
	cu_let_next();
	if (block * CU_BLOCK < s.x.cols)
		cu_put_block(f.to + (size_t)r * cu_staged_ld(s.x.cols), cu_at(s.x, r), s.x.cols, block, f.group, f.fp8, s.order,
			(int)threadIdx.x % CU_WARP);
}

/* Parts of a row for kernels that stage. */
static inline int cu_staging_parts(int cols)
{
	return cu_ceil(cols, CU_BLOCK * CU_STAGING_WARPS);
}

static inline int cu_launch_staging(const struct kern *k, const struct cu_staging *s)
{
	int parts = cu_staging_parts(s->x.cols);
	return cu_launch(k, "rows staged", stage_kernel, dim3((unsigned)s->x.rows * (unsigned)parts, (unsigned)s->n_forms), dim3(CU_STAGING_WARPS * CU_WARP), 0,
		*s, parts);
}

#endif
