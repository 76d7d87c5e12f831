/* kernels/cuda_staged.cuh - inside kernels/. Rows brought once into the form in which products read them, in memory: f32 to bfloat16, or to
 * FP8 codes as bfloat16 and their scales. Every block of a product reads all its rows; to convert them there takes longer than to read
 * the weights as soon as there are more than a few.
 *
 * A staged row: for every block of CU_BLOCK inputs CU_STAGED bytes, in the order in which the lanes hold the weights; behind them a scale
 * a block. The order is one of two:
 *
 *   CU_BY_LANES         for mma.sync (cuda_tile.cuh): 4 chunks of 64 bytes, of which lane t of an instruction reads 16t .. 16t + 15
 *   CU_BY_INSTRUCTIONS  for warp groups (cuda_prompt.cuh): two chunks of 64 inputs, each what 4 instructions read, 32 bytes an instruction.
 *                       Its input 2t + i + 8h stands where lane t's word h of it has its half i (cu_fragments):
 *                         FP8       instruction j of chunk c: input 64c + 16t + 4j + 2i + h
 *                         bfloat16  instruction j of chunk c: input 64c + 32(j / 2) + 8t + 4(j % 2) + 2h + i */
#ifndef KERNELS_CUDA_STAGED_CUH
#define KERNELS_CUDA_STAGED_CUH

#include "kernels/cuda_tile.cuh"

enum { CU_STAGING_WARPS = 4 };
enum cu_order { CU_NOT_STAGED, CU_BY_LANES, CU_BY_INSTRUCTIONS };

/* How so many rows are read by products that are exact. A step's, or a device's without warp groups, are converted by the block that
 * multiplies them as long as they are no more than a tile's. */
static inline enum cu_order cu_order_of(const struct kern *k, bool prompt, int rows)
{
	if (k->compute != KERN_BF16)
		return CU_NOT_STAGED;
	return prompt && k->device->warp_groups ? CU_BY_INSTRUCTIONS : rows > CU_GROUP ? CU_BY_LANES : CU_NOT_STAGED;
}

/* Floats from one staged row to the next. */
static __host__ __device__ inline size_t cu_staged_ld(int cols)
{
	int blocks = (cols + CU_BLOCK - 1) / CU_BLOCK;
	return (size_t)blocks * CU_STAGED / 4 + (size_t)(blocks + 3) / 4 * 4;
}

/* Block `block` of a row to where it is staged, by a warp. group, fp8: of the matrices that will read it. */
CU_DEVICE void cu_put_block(float *to, const float *row, int cols, int block, int group, bool fp8, enum cu_order order, int lane)
{
	int c = block * CU_BLOCK, part = lane % (CU_WARP / 2);
	float scale = 1;
	uint2 words = cu_words(cu_four(row, c + 4 * lane, cols), row, c, cols, group, fp8, lane, scale);
	unsigned char *at = (unsigned char *)to + (size_t)block * CU_STAGED;
	if (order == CU_BY_LANES) {
		*(uint2 *)(at + cu_chunk_of(lane, fp8) * 64 + cu_place_in_chunk(lane, fp8)) = words;
	} else {
		int instruction = fp8 ? part % 4 : part / 8 * 2 + part % 2, t = fp8 ? part / 4 : part % 8 / 2;
		at += lane / (CU_WARP / 2) * (CU_STAGED / 2) + instruction * 32 + t * 4;
		*(uint32_t *)at = words.x;
		*(uint32_t *)(at + 16) = words.y;
	}
	if (lane == 0)
		to[(size_t)((cols + CU_BLOCK - 1) / CU_BLOCK) * CU_STAGED / 4 + (size_t)block] = scale;
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

/* Staged rows as a view of floats. */
static inline struct kern_view cu_staged_view(float *to, int rows, int cols)
{
	struct kern_view v = { to, rows, cols, cu_staged_ld(cols) };
	return v;
}

#endif
