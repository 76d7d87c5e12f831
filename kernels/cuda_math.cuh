/* kernels/cuda_math.cuh - inside kernels/. Rounding, types and small functions on the device, as kernels.h defines them. */
#ifndef KERNELS_CUDA_MATH_CUH
#define KERNELS_CUDA_MATH_CUH

#include "kernels/cuda.cuh"
#include "kernels/cuda_ptx.cuh"

#define CU_DEVICE static __device__ __forceinline__

/* Division of 0 .. 2^31 - 1 by what the host knows: some three instructions, where a division takes twenty. q = n * times >> shift; with
 * 2^(l - 1) < by <= 2^l these are floor(2^(31 + l) / by) + 1 and 31 + l (Granlund and Montgomery, "Division by invariant integers using
 * multiplication", 1994). */
struct cu_divisor {
	int by;
	uint32_t times;
	int shift;
};

static inline struct cu_divisor cu_divisor_of(int by)
{
	struct cu_divisor d = { by, 0, 31 };
	while ((1ull << (d.shift - 31)) < (unsigned long long)by)
		d.shift++;
	d.times = (uint32_t)((1ull << d.shift) / (unsigned)by + 1);
	return d;
}

CU_DEVICE int cu_quotient_of(int n, const struct cu_divisor &d)
{
	return (int)((uint64_t)(uint32_t)n * d.times >> d.shift);
}

CU_DEVICE float cu_from_bf16(uint16_t x)
{
	return __uint_as_float((uint32_t)x << 16);
}

/* Nearest, ties to even; a NaN stays one. */
CU_DEVICE uint16_t cu_to_bf16(float x)
{
	uint32_t u = __float_as_uint(x);
	if (x != x)
		return (uint16_t)(u >> 16 | 0x40);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* R of kernels.h. */
CU_DEVICE float cu_round(bool bf16, float x)
{
	return bf16 ? cu_from_bf16(cu_to_bf16(x)) : x;
}

/* Four bfloat16 as floats. */
CU_DEVICE float4 cu_from_bf16x4(uint2 x)
{
	return make_float4(__uint_as_float(x.x << 16), __uint_as_float(x.x & 0xffff0000u), __uint_as_float(x.y << 16), __uint_as_float(x.y & 0xffff0000u));
}

/* R of each of four, in fewer instructions than cu_round takes; a NaN may come out as another. */
CU_DEVICE float4 cu_round_pairs(bool bf16, float4 v)
{
	return bf16 ? cu_from_bf16x4(make_uint2(cu_bf16x2(v.x, v.y), cu_bf16x2(v.z, v.w))) : v;
}

CU_DEVICE uint32_t cu_pack_bf16(float low, float high)
{
	return (uint32_t)cu_to_bf16(high) << 16 | cu_to_bf16(low);
}

CU_DEVICE float cu_sigmoid(float x)
{
	return 1.0f / (1.0f + expf(-x));
}

CU_DEVICE float cu_silu(float x)
{
	return x / (1.0f + expf(-x));
}

CU_DEVICE float cu_softplus(float x)
{
	return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x)));
}

CU_DEVICE float cu_from_f16(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = (uint32_t)(h & 0x7fff) << 13;
	/* the exponent is moved from bias 15 to 127 by a product, which does subnormals too; infinities and NaN are refused at load */
	return __uint_as_float(__float_as_uint(__uint_as_float(rest) * 0x1p112f) | sign);
}

CU_DEVICE float cu_from_fp8(uint8_t q)
{
	uint32_t sign = (uint32_t)(q & 0x80) << 24, rest = (uint32_t)(q & 0x7f) << 20;
	return __uint_as_float(__float_as_uint(__uint_as_float(rest) * 0x1p120f) | sign);
}

/* The value of the nearest e4m3 code, ties to even, for |x| < 464: three bits of the mantissa stay from 2^-6 on; below, adding 2^14
 * leaves steps of 2^-9. A negative that rounds to 0 keeps its sign. */
CU_DEVICE float cu_round_fp8(float x)
{
	uint32_t u = __float_as_uint(x), sign = u & 0x80000000u, a = u & 0x7fffffffu;
	float low = (__uint_as_float(a) + 0x1p14f) - 0x1p14f;
	uint32_t high = (a + 0x7ffff + (a >> 20 & 1)) & 0xfff00000u;
	return __uint_as_float((__uint_as_float(a) < 0x1p-6f ? __float_as_uint(low) : high) | sign);
}

/* Magnitudes as bits: in the order of what they stand for, infinities and NaNs above all. */
CU_DEVICE uint32_t cu_size(float x)
{
	return __float_as_uint(x) & 0x7fffffffu;
}

CU_DEVICE uint32_t cu_largest(float4 v)
{
	return max(max(cu_size(v.x), cu_size(v.y)), max(cu_size(v.z), cu_size(v.w)));
}

/* Item i of a row of weights, before any scale. */
CU_DEVICE float cu_item(const void *row, enum kern_type type, size_t i)
{
	switch (type) {
	case KERN_F32: return ((const float *)row)[i];
	case KERN_BF16: return cu_from_bf16(((const uint16_t *)row)[i]);
	case KERN_F16: return cu_from_f16(((const uint16_t *)row)[i]);
	default: return cu_from_fp8(((const uint8_t *)row)[i]);
	}
}

CU_DEVICE const void *cu_row(const struct kern_weight &w, int r)
{
	size_t item = w.type == KERN_F32 ? 4 : w.type == KERN_FP8 ? 1 : 2;
	return (const char *)w.data + (size_t)r * w.ld * item;
}

/* x, but 0 for -0. */
CU_DEVICE float cu_no_minus(float x)
{
	return __fadd_rn(x, 0.0f);
}

/* Of FP8 weights, which block of rows row r is in. As a rule they are CU_BLOCK, and then nobody goes through a division. */
CU_DEVICE int cu_block_row(const struct kern_weight &w, int r)
{
	r += w.scale_row0;
	if (w.block_rows == CU_BLOCK)
		return r / CU_BLOCK;
	return r / w.block_rows;
}

/* The scale of block (r, c) of FP8 weights. */
CU_DEVICE float cu_scale(const struct kern_weight &w, int r, int c)
{
	return w.scale[(size_t)cu_block_row(w, r) * (size_t)w.scale_ld + (size_t)(c / w.block_cols)];
}

CU_DEVICE float *cu_at(const struct kern_view &v, int r)
{
	return v.data + (size_t)r * v.ld;
}

/* Sum over the 32 lanes, the same in all of them: a tree of fixed shape. */
CU_DEVICE float cu_warp_sum(float x)
{
	for (int step = CU_WARP / 2; step; step /= 2)
		x += __shfl_xor_sync(0xffffffffu, x, step);
	return x;
}

CU_DEVICE float cu_warp_max(float x)
{
	for (int step = CU_WARP / 2; step; step /= 2)
		x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, step));
	return x;
}

#endif
