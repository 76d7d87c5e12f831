/* kernels/cuda_ptx.cuh - inside kernels/. All that has no name in CUDA C++: matrix instructions, asynchronous copies, hints.
 * Under nvcc each is the instruction; otherwise it is a function of tests/shim with the same meaning, lane by lane. Every lane of a
 * warp calls the collective ones (marked) together. */
#ifndef KERNELS_CUDA_PTX_CUH
#define KERNELS_CUDA_PTX_CUH

#include <cuda_runtime.h>
#include <stdint.h>
#ifdef __CUDACC__
#include <cuda.h> /* for CUtensorMap */
#endif

/* How a matrix of bytes lies in memory, so that the device fetches boxes of it by itself: CU_BOX_BYTES of CU_BOX_ROWS rows. */
enum { CU_BOX_BYTES = 128, CU_BOX_ROWS = 32, CU_BOX = CU_BOX_BYTES * CU_BOX_ROWS };
#ifdef __CUDACC__
typedef CUtensorMap cu_map;
#else
struct alignas(64) cu_map {
	const unsigned char *base;
	size_t bytes, rows, ld; /* of a row, of them, from row to row */
	char rest[96];
};
static_assert(sizeof(cu_map) == 128, "as large as the driver's");
#endif

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

/* What is to become of lines of the second-level cache: as usual, or they go first when room is needed. A step reads each weight and each state
 * once, far more than the cache holds. If these go first, what every layer reads again stays: rows, lists, and the kernels' own code. */
static __device__ __forceinline__ uint64_t cu_stays(void)
{
	return 0x1000000000000000; /* what a fetch without a policy has (CUTLASS's EVICT_NORMAL); createpolicy makes another of evict_normal */
}
static __device__ __forceinline__ uint64_t cu_goes_first(void)
{
	uint64_t policy;
	asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
	return policy;
}

/* 16 bytes from global to shared memory, both aligned to 16; with bytes < 16 the rest is filled with zeros. Done once waited for. */
static __device__ __forceinline__ void cu_copy16(void *shared, const void *global, int bytes)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(at), "l"(global), "r"(bytes) : "memory");
}
/* The same of what goes first. */
static __device__ __forceinline__ void cu_copy16_once(void *shared, const void *global, int bytes)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	asm volatile("cp.async.cg.shared.global.L2::cache_hint [%0], [%1], 16, %2, %3;" ::"r"(at), "l"(global), "r"(bytes), "l"(cu_goes_first()) : "memory");
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

/* The same of 4 bytes, or none: then zeros. */
static __device__ __forceinline__ void cu_copy4(void *shared, const void *global, int bytes = 4)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(at), "l"(global), "r"(bytes) : "memory");
}

/* Warp groups: 4 warps, the first a multiple of 4, that multiply together and asynchronously (PTX ISA, "Asynchronous Warpgroup Level
 * Matrix Multiply-Accumulate Instructions"). Compiled for sm_90a alone; all 128 threads call each of these together.
 *
 *   cu_wgmma         begins d += a b, or d = a b without `add`: a [64 x K], b [K x N], both in shared memory, by descriptor. K is 32 bytes: 16
 *                    bfloat16 or 32 e4m3 codes. N is 8, 16, 32, 64 or 128, by the length of d, which is N / 2 a thread: d[4j + i] is d[i] of
 *                    cu_mma_bf16 for columns 8j .. 8j + 7, and the warp has 16 rows.
 *   cu_wgmma_across  the same for 16 bfloat16 by 64 columns, where A: a, B: b lies across: its rows of 128 bytes are 64 outputs (columns) of one
 *                    input each, 16 of them (by cu_descriptor as well, from a multiple of 1024 bytes on; the next 16 inputs: 2048 more)
 *   cu_wgmma_fence   what registers hold by now is what multiplications that begin from here on find there: ahead of the first, and after
 *                    every access to a `d`. Sums that go on in one d need none between.
 *   cu_wgmma_commit  ends a group of those begun
 *   cu_wgmma_wait    until at most N groups are under way. Until then nobody touches their d, or writes what they read.
 *   cu_wgmma_done    behind the wait: the compiler keeps what reads d behind it, too
 *   cu_proxy_fence   what this thread wrote to shared memory (cu_copy16 once waited for, cu_put_tiles) can be read by multiplications that begin behind
 *                    a barrier from here on. They look past what the threads' own loads and stores go through. */
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define CU_HAS_WGMMA 1
#else
#define CU_HAS_WGMMA 0
#endif
#define CU_REGS4 "%0,%1,%2,%3"
#define CU_REGS8 CU_REGS4 ",%4,%5,%6,%7"
#define CU_REGS16 CU_REGS8 ",%8,%9,%10,%11,%12,%13,%14,%15"
#define CU_REGS32 CU_REGS16 ",%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31"
#define CU_REGS64 CU_REGS32 ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47," \
	"%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63"
#define CU_OUT4(I) "+f"(d[I]), "+f"(d[I + 1]), "+f"(d[I + 2]), "+f"(d[I + 3])
#define CU_OUT8(I) CU_OUT4(I), CU_OUT4(I + 4)
#define CU_OUT16(I) CU_OUT8(I), CU_OUT8(I + 8)
#define CU_OUT32(I) CU_OUT16(I), CU_OUT16(I + 16)
#define CU_OUT64(I) CU_OUT32(I), CU_OUT32(I + 32)
/* SUMS a thread; A, B, ADD: the numbers of the operands behind them */
#define CU_WGMMA(SUMS, SHAPE, A, B, ADD) \
	template <bool FP8> static __device__ __forceinline__ void cu_wgmma(float (&d)[SUMS], uint64_t a, uint64_t b, bool add) \
	{ \
		if (FP8) \
			asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " ADD ", 0;\nwgmma.mma_async.sync.aligned." SHAPE "k32.f32.e4m3.e4m3 {" CU_REGS##SUMS \
			             "}, " A ", " B ", p, 1, 1;\n}" : CU_OUT##SUMS(0) : "l"(a), "l"(b), "r"((int)add)); \
		else \
			asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " ADD ", 0;\nwgmma.mma_async.sync.aligned." SHAPE "k16.f32.bf16.bf16 {" CU_REGS##SUMS \
			             "}, " A ", " B ", p, 1, 1, 0, 0;\n}" : CU_OUT##SUMS(0) : "l"(a), "l"(b), "r"((int)add)); \
	}
CU_WGMMA(4, "m64n8", "%4", "%5", "%6")
CU_WGMMA(8, "m64n16", "%8", "%9", "%10")
CU_WGMMA(16, "m64n32", "%16", "%17", "%18")
CU_WGMMA(32, "m64n64", "%32", "%33", "%34")
CU_WGMMA(64, "m64n128", "%64", "%65", "%66")
template <bool A, bool B> static __device__ __forceinline__ void cu_wgmma_across(float (&d)[32], uint64_t a, uint64_t b, bool add)
{
	asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %34, 0;\nwgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {" CU_REGS32
	             "}, %32, %33, p, 1, 1, %35, %36;\n}" : CU_OUT32(0) : "l"(a), "l"(b), "r"((int)add), "n"((int)A), "n"((int)B));
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
template <int SUMS> static __device__ __forceinline__ void cu_wgmma_done(float (&d)[SUMS])
{
#pragma unroll
	for (int i = 0; i < SUMS; i++)
		asm volatile("" : "+f"(d[i])::"memory");
}
/* `threads` of the block, whole warps, meet at the barrier of this number (1 .. 15; 0 is __syncthreads'). */
static __device__ __forceinline__ void cu_meet(int number, int threads)
{
	asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
}
/* This word is not moved ahead of what stands before. */
static __device__ __forceinline__ void cu_keep(int &v)
{
	asm volatile("" : "+r"(v)::"memory");
}
static __device__ __forceinline__ void cu_proxy_fence(void)
{
	asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/* Flags in shared memory on which threads wait for other threads, and for what the device fetches by itself (PTX ISA, "mbarrier"). A flag is in
 * phase 0, then 1, 2, ..; a phase ends when as many have arrived as it was made for, and all bytes announced in it have come.
 *
 *   cu_flag_make     by one thread; then cu_flags_made by it and a barrier, ahead of all others
 *   cu_flag_arrive   what this thread has written or read before is done with, for whoever waits for the phase
 *   cu_flag_expect   arrives, and announces bytes that cu_fetch_box brings
 *   cu_flag_announce announces them ahead of the fetch, by one who arrives in that phase later
 *   cu_flag_wait     until the phase of this parity has ended: that of the current number, or the one before. One that has only just been made
 *                    counts as if the phase before 0 had ended.
 *   cu_fetch_box     begins to fetch box_rows of a matrix from (byte, row) on to shared memory, aligned to 1024, one row of 128 bytes behind the
 *                    other, swizzled as cu_descriptor wants it; zeros from beyond the matrix. Counted by the flag, in whole boxes.
 *                    Multiplications may read it once the flag was waited for.
 *   cu_map_soon      brings a map near that is among the kernel's parameters, as early as may be
 *   cu_map_near      ahead of the first fetch by a map in memory, which the host put there, by the thread that fetches */
static __device__ __forceinline__ uint32_t cu_shared_at(const void *shared)
{
	return (uint32_t)__cvta_generic_to_shared(shared);
}
static __device__ __forceinline__ void cu_flag_make(uint64_t *flag, int arrivals)
{
	asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(cu_shared_at(flag)), "r"(arrivals) : "memory");
}
static __device__ __forceinline__ void cu_flag_arrive(uint64_t *flag)
{
	asm volatile("{\n.reg .b64 state;\nmbarrier.arrive.shared::cta.b64 state, [%0];\n}" ::"r"(cu_shared_at(flag)) : "memory");
}
static __device__ __forceinline__ void cu_flags_made(void)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#endif
}
static __device__ __forceinline__ void cu_flag_announce(uint64_t *flag, uint32_t bytes)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [%0], %1;" ::"r"(cu_shared_at(flag)), "r"(bytes) : "memory");
#endif
}
static __device__ __forceinline__ void cu_flag_expect(uint64_t *flag, uint32_t bytes)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("{\n.reg .b64 state;\nmbarrier.arrive.expect_tx.shared::cta.b64 state, [%0], %1;\n}" ::"r"(cu_shared_at(flag)), "r"(bytes)
	             : "memory");
#endif
}
static __device__ __forceinline__ void cu_flag_wait(uint64_t *flag, uint32_t parity)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("{\n.reg .pred done;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@!done bra again;\n}"
	             ::"r"(cu_shared_at(flag)), "r"(parity) : "memory");
#endif
}
static __device__ __forceinline__ void cu_fetch_box(void *shared, const cu_map *map, int byte, int row, uint64_t *flag, uint64_t policy)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1, {%2, %3}], [%4], %5;"
	             ::"r"(cu_shared_at(shared)), "l"(map), "r"(byte), "r"(row), "r"(cu_shared_at(flag)), "l"(policy) : "memory");
#endif
}
static __device__ __forceinline__ void cu_map_soon(const cu_map *map)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
#endif
}
static __device__ __forceinline__ void cu_map_near(const cu_map *map)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("fence.proxy.tensormap::generic.acquire.sys [%0], 128;" ::"l"(map) : "memory");
#endif
}

/* Registers that a thread has from here on, in a kernel whose warp groups have different work: all of a warp group call it. */
template <int N> static __device__ __forceinline__ void cu_fewer_registers(void)
{
#if CU_HAS_WGMMA
	if (N)
		asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(N));
#endif
}
template <int N> static __device__ __forceinline__ void cu_more_registers(void)
{
#if CU_HAS_WGMMA
	if (N)
		asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(N));
#endif
}

/* x, the same in all lanes of a warp, where the compiler sees that it is: descriptors that it takes for different ones cost more than what they
 * describe. Collective. */
static __device__ __forceinline__ int cu_uniform(int x)
{
	return __shfl_sync(0xffffffffu, x, 0);
}

/* What cu_wgmma is told of rows of 128 bytes that lie one behind the other from a multiple of 1024 bytes on, so that 16 bytes that would be
 * number c of row r are number c ^ r % 8 (K-major, swizzled over 128 bytes): the address, 1024 bytes from 8 rows to the next, both in
 * units of 16, and the kind of layout in the two highest bits. The distance of bits 16 .. 29 is not looked at. A row of b is a column.
 * The rows' bytes 32i .. 32i + 31: 2i more. */
static __device__ __forceinline__ uint64_t cu_descriptor(const void *shared)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(shared);
	return (uint64_t)1 << 62 | (uint64_t)(1024 >> 4) << 32 | (uint64_t)1 << 16 | (at & 0x3ffff) >> 4;
}

/* Of 8 such rows, read again for every 8 that are wanted. */
static __device__ __forceinline__ uint64_t cu_descriptor_again(const void *shared)
{
	return cu_descriptor(shared) & ~((uint64_t)0x3fff << 32);
}

/* Four tiles of 8 rows of 16 bytes, two items of 16 bits to a word, from shared memory, collective: lane 8j + r says where row r of tile j
 * lies, aligned to 16. With g and t as above lane (g, t) has of tile j
 *   cu_tiles         x[j] = row g, items 2t and 2t + 1: what b of cu_mma_bf16 wants of a matrix whose columns are rows of shared memory
 *   cu_tiles_across  x[j] = rows 2t and 2t + 1, item g: the same where its rows are */
static __device__ __forceinline__ void cu_tiles(uint32_t x[4], const void *row)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(row);
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3]) : "r"(at)
	             : "memory");
}
static __device__ __forceinline__ void cu_tiles_across(uint32_t x[4], const void *row)
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(row);
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3]) : "r"(at)
	             : "memory");
}

/* The way back of cu_tiles: lane (g, t) has row g, items 2t and 2t + 1 of each tile. sm_90 and later. */
static __device__ __forceinline__ void cu_put_tiles(void *row, const uint32_t x[4])
{
	uint32_t at = (uint32_t)__cvta_generic_to_shared(row);
	asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};" ::"r"(at), "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]) : "memory");
}

/* 16 bytes that are read once: not kept in the first-level cache. */
static __device__ __forceinline__ uint4 cu_load_once(const void *p)
{
	uint4 v;
	asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
	return v;
}

/* Brings what lies there to the first-level cache: constants alone, since it may stay there. */
static __device__ __forceinline__ void cu_touch(const float *p)
{
	asm volatile("prefetch.global.L1 [%0];" ::"l"(p));
}

/* Brings the 128 bytes there to the second-level cache. (Of a load whose result nobody uses the compiler makes nothing, volatile or not.) */
static __device__ __forceinline__ void cu_touch_far(const void *p)
{
	asm volatile("prefetch.global.L2 [%0];" ::"l"(p));
}

/* Brings these bytes to the second-level cache; both multiples of 16. */
static __device__ __forceinline__ void cu_bring_near(const void *p, uint32_t bytes)
{
#if __CUDA_ARCH__ >= 900
	asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(p), "r"(bytes) : "memory");
#endif
}

/* x / y to the last bit but one, without the branch for what is not normal: that is 0. Where y is beyond 2^126 in size x / y may be, too. */
static __device__ __forceinline__ float cu_divide(float x, float y)
{
	float q;
	asm("div.approx.ftz.f32 %0, %1, %2;" : "=f"(q) : "f"(x), "f"(y));
	return q;
}

/* 2^x, off by two units in the last place at most; what is not normal is 0. */
static __device__ __forceinline__ float cu_power_of_2(float x)
{
	float y;
	asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
	return y;
}

/* Four floats past the first-level cache, which may still hold what was there before another multiprocessor wrote. */
static __device__ __forceinline__ float4 cu_load_far(const float *p)
{
	float4 v;
	asm volatile("ld.global.cg.v4.f32 {%0,%1,%2,%3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(p) : "memory");
	return v;
}

/* The largest x of the warp, in every lane; collective. */
static __device__ __forceinline__ uint32_t cu_warp_largest(uint32_t x)
{
	return __reduce_max_sync(0xffffffffu, x);
}

/* Four floats in one store, p aligned to 16. The compiler takes an assignment apart where another path writes the same floats one by one. */
static __device__ __forceinline__ void cu_store16(float *p, float4 x)
{
	asm volatile("st.v4.f32 [%0], {%1,%2,%3,%4};" ::"l"(p), "f"(x.x), "f"(x.y), "f"(x.z), "f"(x.w) : "memory");
}
/* The same to global memory, where it goes first. */
static __device__ __forceinline__ void cu_store16_once(float *p, float4 x)
{
	asm volatile("st.global.L2::cache_hint.v4.f32 [%0], {%1,%2,%3,%4}, %5;" ::"l"(p), "f"(x.x), "f"(x.y), "f"(x.z), "f"(x.w), "l"(cu_goes_first()) : "memory");
}
static __device__ __forceinline__ void cu_store8(void *p, uint2 x)
{
	asm volatile("st.v2.u32 [%0], {%1,%2};" ::"l"(p), "r"(x.x), "r"(x.y) : "memory");
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
static inline void cu_copy16_once(void *shared, const void *global, int bytes)
{
	cu_copy16(shared, global, bytes);
}
void cu_copy4(void *shared, const void *global, int bytes = 4);
#define CU_HAS_WGMMA 1
static inline void cu_keep(int &) {}
void shim_wgmma(float *d, int sums, bool fp8, uint64_t a, uint64_t b, bool add, shim_place place, bool a_across = false, bool b_across = false);
void shim_wgmma_wait(int n, shim_place place);
void shim_wgmma_done(const float *d, shim_place place);
template <bool FP8, int SUMS> static inline void cu_wgmma(float (&d)[SUMS], uint64_t a, uint64_t b, bool add, SHIM_HERE)
{
	static_assert(SUMS == 4 || SUMS == 8 || SUMS == 16 || SUMS == 32 || SUMS == 64, "8, 16, 32, 64 or 128 columns");
	shim_wgmma(d, SUMS, FP8, a, b, add, place);
}
template <bool A, bool B> static inline void cu_wgmma_across(float (&d)[32], uint64_t a, uint64_t b, bool add, SHIM_HERE)
{
	shim_wgmma(d, 32, false, a, b, add, place, A, B);
}
void shim_meet(int number, int threads, shim_place place);
static inline void cu_meet(int number, int threads, SHIM_HERE)
{
	shim_meet(number, threads, place);
}
void cu_wgmma_fence(void);
void cu_wgmma_commit(void);
template <int N> static inline void cu_wgmma_wait(SHIM_HERE)
{
	shim_wgmma_wait(N, place);
}
template <int SUMS> static inline void cu_wgmma_done(float (&d)[SUMS], SHIM_HERE)
{
	shim_wgmma_done(d, place);
}
void cu_proxy_fence(void);
void cu_flag_make(uint64_t *flag, int arrivals);
void cu_flags_made(void);
void cu_flag_arrive(uint64_t *flag);
void cu_flag_announce(uint64_t *flag, uint32_t bytes);
void cu_flag_expect(uint64_t *flag, uint32_t bytes);
void shim_flag_wait(uint64_t *flag, uint32_t parity, shim_place place);
static inline void cu_flag_wait(uint64_t *flag, uint32_t parity, SHIM_HERE)
{
	shim_flag_wait(flag, parity, place);
}
static inline uint64_t cu_stays(void)
{
	return 0;
}
static inline uint64_t cu_goes_first(void)
{
	return 1;
}
void cu_fetch_box(void *shared, const cu_map *map, int byte, int row, uint64_t *flag, uint64_t policy);
static inline void cu_map_soon(const cu_map *) {}
static inline void cu_map_near(const cu_map *) {}
template <int N> static inline void cu_fewer_registers(void) {}
template <int N> static inline void cu_more_registers(void) {}
static inline int cu_uniform(int x)
{
	return x;
}
uint64_t cu_descriptor(const void *shared);
static inline uint64_t cu_descriptor_again(const void *shared)
{
	return cu_descriptor(shared) & ~((uint64_t)0x3fff << 32);
}
void cu_copies_end_group(void);
void shim_copies_wait(int n);
template <int N> static inline void cu_copies_wait(void)
{
	shim_copies_wait(N);
}
static inline uint32_t cu_warp_largest(uint32_t x)
{
	for (int step = 16; step; step /= 2) {
		uint32_t other = __shfl_xor_sync(0xffffffffu, x, step);
		x = other > x ? other : x;
	}
	return x;
}
static inline float cu_divide(float x, float y)
{
	return x / y;
}
static inline float cu_power_of_2(float x)
{
	return exp2f(x);
}
static inline const uint16_t *shim_row_of(const void *row, int lane)
{
	return (const uint16_t *)__shfl_sync(0xffffffffu, (uintptr_t)row, lane);
}
static inline void cu_tiles(uint32_t x[4], const void *row)
{
	int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
	for (int j = 0; j < 4; j++) {
		const uint16_t *from = shim_row_of(row, 8 * j + g);
		x[j] = from[2 * t] | (uint32_t)from[2 * t + 1] << 16;
	}
}
static inline void cu_tiles_across(uint32_t x[4], const void *row)
{
	int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
	for (int j = 0; j < 4; j++) {
		const uint16_t *first = shim_row_of(row, 8 * j + 2 * t), *second = shim_row_of(row, 8 * j + 2 * t + 1);
		x[j] = first[g] | (uint32_t)second[g] << 16;
	}
}
void shim_landed(const void *to);
static inline void cu_put_tiles(void *row, const uint32_t x[4])
{
	int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
	for (int j = 0; j < 4; j++) {
		uint16_t *to = (uint16_t *)shim_row_of(row, 8 * j + g);
		to[2 * t] = (uint16_t)x[j];
		to[2 * t + 1] = (uint16_t)(x[j] >> 16);
		shim_landed(to);
	}
}
static inline void cu_store16(float *p, float4 x)
{
	*(float4 *)p = x;
}
static inline void cu_store16_once(float *p, float4 x)
{
	cu_store16(p, x);
}
static inline void cu_store8(void *p, uint2 x)
{
	*(uint2 *)p = x;
}
uint4 cu_load_once(const void *p);
void cu_bring_near(const void *p, uint32_t bytes);
static inline void cu_touch(const float *p)
{
	(void)*(const volatile float *)p;
}
static inline void cu_touch_far(const void *p)
{
	(void)*(const volatile char *)p;
}
float4 cu_load_far(const float *p);
void cu_wait(void);
void cu_let_next(void);
void cu_name(const char *kernel);

#endif
#endif
