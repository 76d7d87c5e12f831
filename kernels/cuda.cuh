/* kernels/cuda.cuh - inside kernels/. What the CUDA sources share: launching, and the few things a kernel needs to know.
 *
 * These files are compiled twice: by nvcc for a GPU, and by the C++ compiler against tests/shim, which runs blocks and threads on the
 * processor, under the sanitizers. A kernel keeps to what has a meaning in both:
 *   - shared memory comes from CU_SHARED (all of it dynamic; the shim gives exactly the bytes of the launch, poisoned),
 *   - asynchronous copies, matrix instructions and other PTX stand in cuda_ptx.cuh alone,
 *   - multiplications and additions are contracted nowhere (--fmad=false): a fused multiply-add is written fmaf.
 *
 * Sums. A dot product is cut into blocks of CU_BLOCK inputs from the first on. A block is one chain: of mma.sync where both
 * sides are exact in bfloat16 (FP8 codes are), else of fmaf in ascending order. The scaled sums of the blocks are added in ascending
 * order, each rounded (__fadd_rn). By warp groups (cuda_groups.cuh) a block is 128 bytes of weights, 64 inputs of bfloat16, FP8 codes meet codes, and
 * sums are scaled and added by fmaf. Which way it is, the matrix says. So a result depends on its row and its matrix alone, whatever tile, strip or
 * warp it was computed by.
 *
 * Kernels of one pass overlap at their ends (programmatic dependent launch). A kernel may begin once every block of the one directly ahead
 * has called cu_let_next() or ended; cu_wait() waits until that one has ended, and what it wrote can be read. The rule: a thread calls
 * cu_wait(), on every path on which it goes on, before it touches anything that a kernel of the pass writes; and cu_let_next(), if at all,
 * after that. So of A, B and C, one behind the other: when C begins, every block of B is past its wait, and A has ended. Ahead of its own
 * wait C may therefore read
 *   - what no kernel writes: weights, plans, and what copies put there before the pass (tables, positions, units),
 *   - what A or one before it wrote, but not through the first-level cache (cu_copy16 and cu_load_far go past it), which only a wait makes
 *     forget what it held before.
 * There it may write nothing but the traffic counter, which copies alone read. */
#ifndef KERNELS_CUDA_CUH
#define KERNELS_CUDA_CUH

extern "C" {
#include "kernels/backends.h"
}
#include "kernels/cuda_ptx.cuh"

enum { CU_WARP = 32, CU_BLOCK = 128 };

/* What k->device is: filled by cuda.cu. */
struct kern_device {
	cudaStream_t stream;
	int sm_count;           /* multiprocessors */
	bool overlaps;          /* kernels may begin while the one before them ends: they wait by themselves (cu_wait) */
	bool warp_groups;       /* it has them, and so has what was compiled (cuda_groups.cuh) */
	size_t shared_max;      /* bytes of shared memory one block may have */
	unsigned long long *traffic; /* [1] bytes moved that only the device knows of (chosen experts, pages); in its memory */
	cudaEvent_t mark[KERN_MARKS];
	struct cu_bounce *bounce;         /* cuda.cu */
	struct cu_recordings *recordings; /* cuda.cu */
	char name[256];
};

/* 0, or ERR_UNSUPPORTED naming the kernel and what the runtime said. */
int cu_result(cudaError_t rc, const char *what);
/* 0, or ERR_UNSUPPORTED naming the kernel where a block of it needs more shared memory than this device gives one (sm_90: 227 KB, sm_80:
 * 163, sm_86 and sm_89: 99). */
int cu_fits(const struct kern *k, const char *name, size_t shared);

/* How rows of so many bytes lie from `base` on, `ld` bytes from row to row: base and ld are multiples of 16. */
int cu_map_of(cu_map *map, const void *base, size_t bytes, size_t rows, size_t ld);

/* Launches kernel<<<grid, block, shared>>>(args...) on k's stream; on Hopper so that it may begin while the one before it ends. A kernel
 * that needs much shared memory is allowed all there is, once and for all: a launch with less must not take back what an earlier one,
 * which may be in a graph, was allowed. All ask for the same division of a multiprocessor's memory between shared memory and cache, most
 * of it shared: where two that follow each other want another, the second waits until the first has left. */
template <typename... Params, typename... Args>
static int cu_launch(const struct kern *k, const char *name, void (*kernel)(Params...), dim3 grid, dim3 block, size_t shared, Args... args)
{
	int e = cu_result(cudaFuncSetAttribute((const void *)kernel, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxShared), name);
	if (e)
		return e;
	if (shared > 48 * 1024) {
		e = cu_fits(k, name, shared);
		if (e || (e = cu_result(cudaFuncSetAttribute((const void *)kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
			(int)k->device->shared_max), name)))
			return e;
	}
	cudaLaunchAttribute overlap = {};
	overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
	overlap.val.programmaticStreamSerializationAllowed = 1;
	cudaLaunchConfig_t config = {};
	config.gridDim = grid;
	config.blockDim = block;
	config.dynamicSmemBytes = shared;
	config.stream = k->device->stream;
	config.attrs = &overlap;
	config.numAttrs = k->device->overlaps ? 1 : 0;
	cu_name(name);
	return cu_result(cudaLaunchKernelEx(&config, kernel, Params(args)...), name);
}

static __host__ __device__ inline int cu_ceil(int a, int b)
{
	return (a + b - 1) / b;
}

/* The operations, each in the source of its name: cuda_rows.cu, cuda_matmul.cu, cuda_experts.cu, cuda_attention.cu, cuda_gdn*.cu,
 * cuda_sample.cu, cuda_top.cu. */
int cuda_compiled_for(int *version); /* 90 where the code that runs is sm_90's */
int cuda_embed(struct kern *k, const struct kern_embed *op);
int cuda_norm(struct kern *k, const struct kern_norm *op);
int cuda_quantise(struct kern *k, const struct kern_quantise *op);
int cuda_route(struct kern *k, const struct kern_route *op);
int cuda_scatter(struct kern *k, const struct kern_scatter *op);
int cuda_pages(struct kern *k, const struct kern_pages *op);
int cuda_matmul(struct kern *k, const struct kern_matmul *op);
bool cuda_has_warp_groups(void);
size_t cuda_forms_bytes(const struct kern *k, int rows, int cols, int block);
/* By a launch of its own, where what computes x does not. */
int cuda_make_forms(const struct kern *k, const struct kern_view *x, const struct kern_forms *forms);
size_t cuda_matmul_scratch(const struct kern *k, const struct kern_matmul *op, int n);
int cuda_experts(struct kern *k, const struct kern_experts *op);
size_t cuda_experts_scratch(const struct kern *k, const struct kern_experts *op, int n);
size_t cuda_plan_bytes(const struct kern *k, const struct kern_experts *op);
int cuda_plan(struct kern *k, const struct kern_experts *op, void *plan);
int cuda_attention(struct kern *k, const struct kern_attention *op);
size_t cuda_attention_scratch(const struct kern *k, const struct kern_attention *op, int n);
int cuda_gdn(struct kern *k, const struct kern_gdn *op);
int cuda_gdn_ring(struct kern *k, const struct kern_gdn_ring *op);
size_t cuda_gdn_scratch(const struct kern *k, const struct kern_gdn *op, int n);
int cuda_sample(struct kern *k, const struct kern_sample *op);
size_t cuda_sample_scratch(const struct kern *k, const struct kern_sample *op, int n);
int cuda_top(struct kern *k, const struct kern_top *op);
size_t cuda_top_scratch(const struct kern *k, const struct kern_top *op, int n);

#endif
