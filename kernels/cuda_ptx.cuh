/* kernels/cuda_ptx.cuh - inside kernels/. All that has no name in CUDA C++: matrix instructions, asynchronous copies, hints.
 * Under nvcc each is the instruction; otherwise it is a function of tests/shim with the same meaning, lane by lane. Every lane of a
 * warp calls the collective ones (marked) together. */
#ifndef KERNELS_CUDA_PTX_CUH
#define KERNELS_CUDA_PTX_CUH

#include <cuda_runtime.h>
#include <stdint.h>

#ifdef __CUDACC__
#define CU_SHARED(NAME) extern __shared__ __align__(128) unsigned char NAME[]

/* d += a b, collective. a [16 x 16], b [16 x 8] bfloat16, two to a word, d [16 x 8] f32. With g = lane / 4, t = lane % 4:
 *   a[0] = (g, 2t..), a[1] = (g + 8, 2t..), a[2] = (g, 2t + 8..), a[3] = (g + 8, 2t + 8..)   the lower half holds the first
 *   b[0] = (2t.., g), b[1] = (2t + 8.., g)   d[0], d[1] = (g, 2t), (g, 2t + 1)   d[2], d[3] = (g + 8, 2t), (g + 8, 2t + 1) */
static __device__ __forceinline__ void cu_mma_bf16(float d[4], const uint32_t a[4], const uint32_t b[2])
{
	asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
	             : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
	             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/* d += a b, collective, in tf32 (a and b are f32 words of which the lowest 13 bits are not looked at). a [16 x 8], b [8 x 8]:
 *   a[0] = (g, t), a[1] = (g + 8, t), a[2] = (g, t + 4), a[3] = (g + 8, t + 4)   b[0] = (t, g), b[1] = (t + 4, g)   d as above */
static __device__ __forceinline__ void cu_mma_tf32(float d[4], const uint32_t a[4], const uint32_t b[2])
{
	asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
	             : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
	             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/* Two bfloat16 in a word, each times 2^120: exact for what e4m3 codes shifted into place are. */
static __device__ __forceinline__ uint32_t cu_bf16x2_lift(uint32_t x)
{
	uint32_t y, s = 0x7b807b80, zero = 0x80008000; /* 2^120 twice; -0 twice, so that a zero keeps its sign */
	asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(y) : "r"(x), "r"(s), "r"(zero));
	return y;
}

/* Two f32 rounded to bfloat16 (nearest, ties to even; a NaN stays one), `low` in the lower half. */
static __device__ __forceinline__ uint32_t cu_bf16x2(float low, float high)
{
	uint32_t y;
	asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(y) : "f"(high), "f"(low));
	return y;
}

/* Two f32 as e4m3 codes, `first` in the lower byte: nearest, ties to even, larger ones to 448. Only where CU_HAS_CODES is 1. */
#if __CUDA_ARCH__ >= 890
#define CU_HAS_CODES 1
static __device__ __forceinline__ uint32_t cu_two_codes_of(float first, float second)
{
	uint16_t codes;
	asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(codes) : "f"(second), "f"(first));
	return codes;
}
#else
#define CU_HAS_CODES 0
#endif

/* 16 bytes from global to shared memory, both aligned to 16; with bytes < 16 the rest is filled with zeros. Done once waited for. */
static __device__ __forceinline__ void cu_copy16(void *shared, const void *global, int bytes)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(at), "l"(global), "r"(bytes) : "memory");
}
static __device__ __forceinline__ void cu_copies_end_group(void)
{
	asm volatile("cp.async.commit_group;" ::: "memory");
}
/* Waits until at most N of this thread's groups are still under way. A barrier must follow before others read. */
template <int N> static __device__ __forceinline__ void cu_copies_wait(void)
{
	asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

/* 16 bytes that are read once: not kept in the first-level cache. */
static __device__ __forceinline__ uint4 cu_load_once(const void *p)
{
	uint4 v;
	asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
	return v;
}

/* Four floats past the first-level cache, which may still hold what was there before another multiprocessor wrote. */
static __device__ __forceinline__ float4 cu_load_far(const float *p)
{
	float4 v;
	asm volatile("ld.global.cg.v4.f32 {%0,%1,%2,%3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(p) : "memory");
	return v;
}

/* What earlier kernels wrote can be read from here on, and what they read be written. */
static __device__ __forceinline__ void cu_wait(void)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
/* The next kernel may begin, up to its own cu_wait. */
static __device__ __forceinline__ void cu_let_next(void)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("griddepcontrol.launch_dependents;");
#endif
}

/* Who is launched next: for the shim's messages. */
static inline void cu_name(const char *) {}

#else /* tests/shim */

#define CU_SHARED(NAME) unsigned char *const NAME = shim_shared()
unsigned char *shim_shared(void);
void cu_mma_bf16(float d[4], const uint32_t a[4], const uint32_t b[2]);
void cu_mma_tf32(float d[4], const uint32_t a[4], const uint32_t b[2]);
uint32_t cu_bf16x2_lift(uint32_t x);
uint32_t cu_bf16x2(float low, float high);
#define CU_HAS_CODES 1
uint32_t cu_two_codes_of(float first, float second);
void cu_copy16(void *shared, const void *global, int bytes);
void cu_copies_end_group(void);
void shim_copies_wait(int n);
template <int N> static inline void cu_copies_wait(void)
{
	shim_copies_wait(N);
}
uint4 cu_load_once(const void *p);
float4 cu_load_far(const float *p);
void cu_wait(void);
void cu_let_next(void);
void cu_name(const char *kernel);

#endif
#endif
