/* kernels/cuda_ptx.cuh - inside kernels/. All that has no name in CUDA C++: matrix instructions, asynchronous copies, hints.
 * Under nvcc each is the instruction; otherwise it is a function of tests/shim with the same meaning, lane by lane. Every lane of a
 * warp calls the collective ones (marked) together. */
#ifndef KERNELS_CUDA_PTX_CUH
#define KERNELS_CUDA_PTX_CUH

#include <cuda_runtime.h>
#include <stdint.h>

#ifdef __CUDACC__
#define CU_SHARED(NAME) extern __shared__ __align__(1024) unsigned char NAME[]

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

/* The same of 4 bytes. */
static __device__ __forceinline__ void cu_copy4(void *shared, const void *global)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(at), "l"(global) : "memory");
}

/* Warp groups: 4 warps, the first a multiple of 4, that multiply together and asynchronously (PTX ISA, "Asynchronous Warpgroup Level
 * Matrix Multiply-Accumulate Instructions"). Compiled for sm_90a alone; all 128 threads call each of these together.
 *
 *   cu_wgmma         begins d += a b, or d = a b without `add`. a [64 x 16], 16 rows a warp, from registers as in cu_mma_bf16.
 *                    b [16 x 64] in shared memory, by descriptor: column n is a row of 32 bytes. d [64 x 64]: d[4j + i] is d[i] of
 *                    cu_mma_bf16 for columns 8j .. 8j + 7.
 *   cu_wgmma_fence   what registers hold by now is what multiplications that begin from here on find there: ahead of the first, and after
 *                    every access to an `a` or a `d`. Sums that go on in one d need none between.
 *   cu_wgmma_commit  ends a group of those begun
 *   cu_wgmma_wait    until at most N groups are under way. Until then nobody touches their a, their d or what they read of b.
 *   cu_wgmma_done    behind the wait: the compiler keeps what reads d behind it, too
 *   cu_proxy_fence   what this thread wrote to shared memory (cu_copy16 once waited for) can be read by multiplications that begin behind
 *                    a barrier from here on. They look past what the threads' own loads and stores go through. */
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define CU_HAS_WGMMA 1
#else
#define CU_HAS_WGMMA 0
#endif
enum { CU_SUMS = 32 };
static __device__ __forceinline__ void cu_wgmma(float (&d)[CU_SUMS], const uint32_t (&a)[4], uint64_t b, bool add)
{
	asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %37, 0;\n"
	             "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,"
	             "%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31}, {%32,%33,%34,%35}, %36, p, 1, 1, 0;\n}"
	             : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]), "+f"(d[9]),
	               "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]),
	               "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),
	               "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
	             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"((int)add));
}
static __device__ __forceinline__ void cu_wgmma_fence(void)
{
	asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
static __device__ __forceinline__ void cu_wgmma_commit(void)
{
	asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
template <int N> static __device__ __forceinline__ void cu_wgmma_wait(void)
{
	asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory");
}
static __device__ __forceinline__ void cu_wgmma_done(float (&d)[CU_SUMS])
{
#pragma unroll
	for (int i = 0; i < CU_SUMS; i++)
		asm volatile("" : "+f"(d[i])::"memory");
}
/* These words are not moved ahead of what stands before. */
static __device__ __forceinline__ void cu_keep(uint4 &v)
{
	asm volatile("" : "+r"(v.x), "+r"(v.y), "+r"(v.z), "+r"(v.w)::"memory");
}
static __device__ __forceinline__ void cu_keep(int &v)
{
	asm volatile("" : "+r"(v)::"memory");
}
static __device__ __forceinline__ void cu_proxy_fence(void)
{
	asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/* What cu_wgmma is told of a b whose rows (of 64 inputs, 128 bytes) lie one behind the other from a multiple of 1024 bytes on, so that
 * 16 bytes that would be number c of row r are number c ^ r % 8 (K-major, swizzled over 128 bytes): the address, 1024 bytes from 8
 * rows to the next, both in units of 16, and the kind of layout in the two highest bits. The distance of bits 16 .. 29 is not looked at.
 * Inputs 16i .. 16i + 15 of the rows: 2i more. */
static __device__ __forceinline__ uint64_t cu_descriptor(const void *shared)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	return (uint64_t)1 << 62 | (uint64_t)(1024 >> 4) << 32 | (uint64_t)1 << 16 | (at & 0x3ffff) >> 4;
}

/* 16 bytes that are read once: not kept in the first-level cache. */
static __device__ __forceinline__ uint4 cu_load_once(const void *p)
{
	uint4 v;
	asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
	return v;
}

/* Four matrices of 8 x 8 16-bit items from shared memory, collective: lane l gives the address of row l % 8 of matrix l / 8, 16 bytes.
 * With g = lane / 4, t = lane % 4: d[i] = items 2t and 2t + 1 of row g of matrix i; transposed, item g of rows 2t and 2t + 1. */
static __device__ __forceinline__ void cu_load_matrices(uint32_t d[4], const void *row)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(row);
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
	             : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3]) : "r"(at) : "memory");
}
static __device__ __forceinline__ void cu_load_transposed(uint32_t d[4], const void *row)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(row);
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
	             : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3]) : "r"(at) : "memory");
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
void cu_copy4(void *shared, const void *global);
#define CU_HAS_WGMMA 1
static inline void cu_keep(uint4 &) {}
static inline void cu_keep(int &) {}
enum { CU_SUMS = 32 };
void shim_wgmma(float *d, const uint32_t *a, uint64_t b, bool add, shim_place place);
void shim_wgmma_wait(int n, shim_place place);
void shim_wgmma_done(const float *d, shim_place place);
static inline void cu_wgmma(float (&d)[CU_SUMS], const uint32_t (&a)[4], uint64_t b, bool add, SHIM_HERE)
{
	shim_wgmma(d, a, b, add, place);
}
void cu_wgmma_fence(void);
void cu_wgmma_commit(void);
template <int N> static inline void cu_wgmma_wait(SHIM_HERE)
{
	shim_wgmma_wait(N, place);
}
static inline void cu_wgmma_done(float (&d)[CU_SUMS], SHIM_HERE)
{
	shim_wgmma_done(d, place);
}
void cu_proxy_fence(void);
uint64_t cu_descriptor(const void *shared);
void cu_copies_end_group(void);
void shim_copies_wait(int n);
template <int N> static inline void cu_copies_wait(void)
{
	shim_copies_wait(N);
}
static inline const uint16_t *shim_row_of(const void *row, int lane)
{
	return (const uint16_t *)(uintptr_t)__shfl_sync(0xffffffffu, (unsigned long long)(uintptr_t)row, lane);
}
static inline void cu_load_matrices(uint32_t d[4], const void *row)
{
	int lane = (int)threadIdx.x % 32, g = lane / 4, t = lane % 4;
	for (int i = 0; i < 4; i++) {
		const uint16_t *from = shim_row_of(row, 8 * i + g) + 2 * t;
		d[i] = from[0] | (uint32_t)from[1] << 16;
	}
}
static inline void cu_load_transposed(uint32_t d[4], const void *row)
{
	int lane = (int)threadIdx.x % 32, g = lane / 4, t = lane % 4;
	for (int i = 0; i < 4; i++) {
		const uint16_t *low = shim_row_of(row, 8 * i + 2 * t) + g, *high = shim_row_of(row, 8 * i + 2 * t + 1) + g;
		d[i] = *low | (uint32_t)*high << 16;
	}
}
uint4 cu_load_once(const void *p);
float4 cu_load_far(const float *p);
void cu_wait(void);
void cu_let_next(void);
void cu_name(const char *kernel);

#endif
#endif
