/* kernels/cuda_forms.cuh - inside kernels/. Rows of f32 in the forms in which products read them: as bfloat16, or as FP8 codes with a scale for
 * every block of inputs. Whoever computes the rows can make them (struct kern_forms); else a launch of its own does (cuda_staged.cuh).
 *
 * A row in a form: for every block of CU_BLOCK inputs CU_STAGED bytes, of which codes fill the first half of all; behind them a scale a block. */
#ifndef KERNELS_CUDA_FORMS_CUH
#define KERNELS_CUDA_FORMS_CUH

#include "kernels/cuda_math.cuh"

enum { CU_STAGED = 256 }; /* bytes of a row's block of inputs in bfloat16 */

/* Four items from i on, or what there is of them below n. WHOLE: rows are aligned to 16 bytes, and n is a multiple of 4. */
template <bool WHOLE> CU_DEVICE float4 load4(const float *x, int i, int n)
{
	if (WHOLE)
		return i < n ? *(const float4 *)(x + i) : make_float4(0, 0, 0, 0);
	return make_float4(i < n ? x[i] : 0, i + 1 < n ? x[i + 1] : 0, i + 2 < n ? x[i + 2] : 0, i + 3 < n ? x[i + 3] : 0);
}

template <bool WHOLE> CU_DEVICE void store4(float *y, int i, int n, float4 v)
{
	if (WHOLE && i < n)
		*(float4 *)(y + i) = v;
	if (WHOLE)
		return;
	if (i < n)
		y[i] = v.x;
	if (i + 1 < n)
		y[i + 1] = v.y;
	if (i + 2 < n)
		y[i + 2] = v.z;
	if (i + 3 < n)
		y[i + 3] = v.w;
}

static inline bool is_whole(const float *p, size_t ld)
{
	return (uintptr_t)p % 16 == 0 && ld % 4 == 0;
}

static inline bool view_is_whole(const struct kern_view *v)
{
	return is_whole(v->data, v->ld) && v->cols % 4 == 0;
}

/* Inputs c .. c + 3 of a row; there is nothing beyond cols. */
CU_DEVICE float4 cu_four(const float *row, int c, int cols)
{
	if (c + 4 <= cols && !((uintptr_t)(row + c) & 15))
		return *(const float4 *)(row + c);
	return load4<false>(row, c, cols);
}

/* The largest magnitude of the group that block c lies in, as bits; v: this lane's part of the block. Collective. */
CU_DEVICE uint32_t cu_group_top(const float *row, int c, int cols, int group, int lane, float4 v)
{
	uint32_t top = cu_largest(v);
	if (group != CU_BLOCK) {
		int from = c / group * group, end = cols - from < group ? cols : from + group;
#pragma unroll 1
		for (int i = from; i < end; i += CU_BLOCK)
			top = max(top, cu_largest(cu_four(row, i + 4 * lane, end)));
	}
	return cu_warp_largest(top);
}

/* What rounds to the code of x / s. The quotient itself is needed only where a product with 1 / s, which is within two units in the last
 * place, could lie on the other side of a middle between codes. */
CU_DEVICE float cu_quotient(float x, float s, float inverse)
{
	float q = __fmul_rn(x, inverse);
	uint32_t middle = (cu_size(q) & 0xfffffu) - 0x7fff8u;
	if (middle < 16 || fabsf(q) < 0x1p-6f)
		q = __fdiv_rn(x, s);
	return q;
}

/* Of a group whose largest magnitude has the bits `top`. One with a NaN or an infinity (the bits are larger then) is NaN throughout. */
CU_DEVICE float cu_scale_of(uint32_t top)
{
	return top < 0x7f800000u ? __fdiv_rn(fmaxf(__uint_as_float(top), 1e-10f), 448.0f) : __uint_as_float(0x7fc00000u);
}

/* The upper halves of two f32: exact for what is a bfloat16. */
CU_DEVICE uint32_t cu_halves(float low, float high)
{
	return __byte_perm(__float_as_uint(low), __float_as_uint(high), 0x7632);
}

/* Four inputs as e4m3 codes of v / s. */
CU_DEVICE uint32_t cu_codes(float4 v, float s)
{
	float inverse = __frcp_rn(s);
#if CU_HAS_CODES
	return cu_two_codes_of(cu_quotient(v.x, s, inverse), cu_quotient(v.y, s, inverse)) |
		cu_two_codes_of(cu_quotient(v.z, s, inverse), cu_quotient(v.w, s, inverse)) << 16;
#else /* nobody has warp groups and not these */
	__trap();
	return 0;
#endif
}

/* Where a staged row's scales begin, in floats. */
static __host__ __device__ inline size_t cu_scales_at(int cols)
{
	return (size_t)((cols + CU_BLOCK - 1) / CU_BLOCK) * CU_STAGED / 4;
}

/* Floats from one staged row to the next. */
static __host__ __device__ inline size_t cu_staged_ld(int cols)
{
	int blocks = (cols + CU_BLOCK - 1) / CU_BLOCK;
	return cu_scales_at(cols) + (size_t)(blocks + 3) / 4 * 4;
}

/* Four inputs a lane of a block, `top` the largest magnitude in its group, to where the row is as codes. Collective. */
CU_DEVICE void cu_put_codes(float *to, int cols, int block, float4 v, uint32_t top, int lane)
{
	float scale = cu_scale_of(top);
	((uint32_t *)to)[block * CU_WARP + lane] = cu_codes(v, scale);
	if (lane == 0)
		to[cu_scales_at(cols) + (size_t)block] = scale;
}

/* The same as bfloat16, of values that are. */
CU_DEVICE void cu_put_halves(float *to, int block, float4 v, int lane)
{
	((uint2 *)to)[block * CU_WARP + lane] = make_uint2(cu_halves(v.x, v.y), cu_halves(v.z, v.w));
}

/* Staged rows as a view of floats. */
static inline struct kern_view cu_staged_view(float *to, int rows, int cols)
{
	struct kern_view v = { to, rows, cols, cu_staged_ld(cols) };
	return v;
}

/* struct kern_forms of rows of so many columns, where scales are of CU_BLOCK inputs each: first all rows as bfloat16, then, if they are
 * quantised, all as codes. */
struct cu_forms {
	struct kern_view codes, halves; /* data NULL: not wanted */
};

static inline struct cu_forms cu_forms_of(const struct kern_forms *f, int n, int cols)
{
	struct cu_forms all = {};
	if (!f)
		return all;
	size_t ld = cu_staged_ld(cols);
	float *data = (float *)f->data + (size_t)f->first * ld;
	all.halves = cu_staged_view(data, n, cols);
	if (f->block)
		all.codes = cu_staged_view(data + (size_t)f->rows * ld, n, cols);
	return all;
}

/* A block of row r: four columns a lane, zeros beyond the last. Collective. */
CU_DEVICE void cu_put_forms(const struct cu_forms &f, int r, int block, float4 v, int lane)
{
	if (f.codes.data)
		cu_put_codes(cu_at(f.codes, r), f.codes.cols, block, v, cu_warp_largest(cu_largest(v)), lane);
	if (f.halves.data)
		cu_put_halves(cu_at(f.halves, r), block, v, lane);
}

#endif
