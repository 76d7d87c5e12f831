/* tests/shim/include/cuda_runtime.h - what kernels/cuda*.cu need of CUDA, on the processor: see tests/shim/README.md.
 * Only what is here has a meaning; what is not does not compile. Never on nvcc's path. */
#ifndef SHIM_CUDA_RUNTIME_H
#define SHIM_CUDA_RUNTIME_H
#ifdef __CUDACC__
#error "the host shim stands in nvcc's way: leave out -Itests/shim/include"
#endif

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tuple>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(N) __attribute__((aligned(N)))
/* __shared__ is not here: all shared memory is dynamic, by CU_SHARED. */

struct uint3 {
	unsigned x, y, z;
};
struct dim3 {
	unsigned x, y, z;
	constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};

#define SHIM_VECTOR2(NAME, T) \
	struct __align__(2 * sizeof(T)) NAME { T x, y; }; \
	static inline NAME make_##NAME(T x, T y) { NAME v = { x, y }; return v; }
#define SHIM_VECTOR4(NAME, T) \
	struct __align__(4 * sizeof(T)) NAME { T x, y, z, w; }; \
	static inline NAME make_##NAME(T x, T y, T z, T w) { NAME v = { x, y, z, w }; return v; }
SHIM_VECTOR2(int2, int)
SHIM_VECTOR2(uint2, unsigned)
SHIM_VECTOR2(float2, float)
SHIM_VECTOR2(ushort2, unsigned short)
SHIM_VECTOR4(int4, int)
SHIM_VECTOR4(uint4, unsigned)
SHIM_VECTOR4(float4, float)
SHIM_VECTOR4(ushort4, unsigned short)
SHIM_VECTOR4(uchar4, unsigned char)

/* Of the thread that runs: the executor sets them. */
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
static const int warpSize = 32;

/* ---- barriers and warp collectives: shim.cc; where they stand in the source is part of what must agree ---- */
struct shim_place {
	const char *file;
	int line;
};
#define SHIM_HERE shim_place place = { __builtin_FILE(), __builtin_LINE() }
enum shim_kind { SHIM_BARRIER, SHIM_BARRIER_OR, SHIM_BARRIER_AND, SHIM_BARRIER_COUNT, SHIM_MEET, SHIM_SYNCWARP, SHIM_SHUFFLE, SHIM_BALLOT,
	SHIM_MMA_BF16, SHIM_MMA_TF32, SHIM_WGMMA, SHIM_FLAG };
int shim_barrier(shim_kind kind, int predicate, shim_place place);
/* A lane gives 16 words or fewer and gets back what stands in them afterwards. */
void shim_collective(shim_kind kind, unsigned mask, uint32_t *words, int n, shim_place place);
[[noreturn]] void shim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void __syncthreads(SHIM_HERE)
{
	shim_barrier(SHIM_BARRIER, 0, place);
}
static inline int __syncthreads_or(int predicate, SHIM_HERE)
{
	return shim_barrier(SHIM_BARRIER_OR, predicate, place);
}
static inline int __syncthreads_and(int predicate, SHIM_HERE)
{
	return shim_barrier(SHIM_BARRIER_AND, predicate, place);
}
static inline int __syncthreads_count(int predicate, SHIM_HERE)
{
	return shim_barrier(SHIM_BARRIER_COUNT, predicate, place);
}
static inline void __syncwarp(unsigned mask = 0xffffffffu, SHIM_HERE)
{
	shim_collective(SHIM_SYNCWARP, mask, NULL, 0, place);
}

/* words: value (low, high), source lane (or -1: the lane's own). */
template <typename T> static inline T shim_shuffle(unsigned mask, T value, int source, shim_place place)
{
	static_assert(sizeof(T) == 4 || sizeof(T) == 8, "a shuffle moves 32 or 64 bits");
	uint32_t words[3] = { 0, 0, (uint32_t)source };
	memcpy(words, &value, sizeof value);
	shim_collective(SHIM_SHUFFLE, mask, words, 3, place);
	memcpy(&value, words, sizeof value);
	return value;
}
unsigned shim_lane(void);
template <typename T> static inline T __shfl_sync(unsigned mask, T value, int source, int width = 32, SHIM_HERE)
{
	return shim_shuffle(mask, value, (int)(shim_lane() & ~(unsigned)(width - 1)) + (source & (width - 1)), place);
}
template <typename T> static inline T __shfl_xor_sync(unsigned mask, T value, int by, int width = 32, SHIM_HERE)
{
	int lane = (int)shim_lane(), source = lane ^ by;
	return shim_shuffle(mask, value, source < (lane | (width - 1)) + 1 ? source : lane, place);
}
template <typename T> static inline T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32, SHIM_HERE)
{
	int lane = (int)shim_lane(), source = lane + (int)by;
	return shim_shuffle(mask, value, source <= (lane | (width - 1)) ? source : lane, place);
}
template <typename T> static inline T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32, SHIM_HERE)
{
	int lane = (int)shim_lane(), source = lane - (int)by;
	return shim_shuffle(mask, value, source >= (lane & ~(width - 1)) ? source : lane, place);
}
static inline unsigned shim_ballot(unsigned mask, int predicate, shim_place place)
{
	uint32_t word = predicate != 0;
	shim_collective(SHIM_BALLOT, mask, &word, 1, place);
	return word;
}
static inline unsigned __ballot_sync(unsigned mask, int predicate, SHIM_HERE)
{
	return shim_ballot(mask, predicate, place);
}
static inline int __any_sync(unsigned mask, int predicate, SHIM_HERE)
{
	return shim_ballot(mask, predicate, place) != 0;
}
static inline int __all_sync(unsigned mask, int predicate, SHIM_HERE)
{
	return shim_ballot(mask, predicate, place) == mask;
}

/* ---- atomics: the threads take turns, so these are plain; none for floats, whose sums would depend on the order ---- */
#define SHIM_ATOMICS(T) \
	static inline T atomicAdd(T *p, T x) { T old = *p; *p = (T)(old + x); return old; } \
	static inline T atomicMax(T *p, T x) { T old = *p; *p = old > x ? old : x; return old; } \
	static inline T atomicMin(T *p, T x) { T old = *p; *p = old < x ? old : x; return old; } \
	static inline T atomicOr(T *p, T x) { T old = *p; *p = old | x; return old; } \
	static inline T atomicAnd(T *p, T x) { T old = *p; *p = old & x; return old; } \
	static inline T atomicExch(T *p, T x) { T old = *p; *p = x; return old; } \
	static inline T atomicCAS(T *p, T is, T x) { T old = *p; *p = old == is ? x : old; return old; }
SHIM_ATOMICS(int)
SHIM_ATOMICS(unsigned)
SHIM_ATOMICS(unsigned long long)
static inline int atomicSub(int *p, int x)
{
	return atomicAdd(p, -x);
}
static inline void __threadfence(void) {}
static inline void __threadfence_block(void) {}
[[noreturn]] static inline void __trap(void)
{
	shim_fail("__trap");
}

/* ---- loads and stores with hints ---- */
#define SHIM_LOAD(NAME) template <typename T> static inline T NAME(const T *p) { return *p; }
#define SHIM_STORE(NAME) template <typename T> static inline void NAME(T *p, T x) { *p = x; }
SHIM_LOAD(__ldg)
SHIM_LOAD(__ldcg)
SHIM_LOAD(__ldcs)
SHIM_LOAD(__ldca)
SHIM_STORE(__stcg)
SHIM_STORE(__stcs)
SHIM_STORE(__stwt)

/* ---- arithmetic ---- */
template <typename To, typename From> static inline To shim_bits(From x)
{
	static_assert(sizeof(To) == sizeof(From), "bits of another size");
	To y;
	memcpy(&y, &x, sizeof y);
	return y;
}
static inline unsigned __float_as_uint(float x) { return shim_bits<unsigned>(x); }
static inline int __float_as_int(float x) { return shim_bits<int>(x); }
static inline float __uint_as_float(unsigned x) { return shim_bits<float>(x); }
static inline float __int_as_float(int x) { return shim_bits<float>(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline int __float2int_rn(float x) { return (int)rintf(x); }
static inline float __int2float_rn(int x) { return (float)x; }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __ffsll(long long x) { return __builtin_ffsll(x); }
static inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
static inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
/* Byte i of the result is byte s[4i .. 4i + 2] of the eight of y:x; the sign-filling form is not here. */
static inline unsigned __byte_perm(unsigned x, unsigned y, unsigned s)
{
	uint64_t both = (uint64_t)y << 32 | x;
	unsigned r = 0;
	for (int i = 0; i < 4; i++)
		r |= (unsigned)(both >> (s >> 4 * i & 7) * 8 & 0xff) << 8 * i;
	return r;
}
#define SHIM_MINMAX(T) \
	static inline T min(T a, T b) { return b < a ? b : a; } \
	static inline T max(T a, T b) { return a < b ? b : a; }
SHIM_MINMAX(int)
SHIM_MINMAX(unsigned)
SHIM_MINMAX(long)
SHIM_MINMAX(unsigned long)
SHIM_MINMAX(long long)
SHIM_MINMAX(unsigned long long)
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }

/* ---- the runtime ---- */
#define CUDART_VERSION 12040
enum cudaError_t { cudaSuccess, cudaErrorInvalidValue, cudaErrorMemoryAllocation, cudaErrorInvalidConfiguration = 9,
	cudaErrorInsufficientDriver = 35, cudaErrorNoDevice = 100,
	cudaErrorInvalidDevice = 101, cudaErrorNotReady = 600, cudaErrorStreamCaptureUnsupported = 900,
	cudaErrorStreamCaptureInvalidated = 901 };
typedef struct shim_stream *cudaStream_t;
typedef struct shim_event *cudaEvent_t;
typedef struct shim_graph *cudaGraph_t;
typedef struct shim_graph *cudaGraphExec_t;
enum cudaMemcpyKind { cudaMemcpyHostToHost, cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice, cudaMemcpyDefault };
enum { cudaStreamDefault, cudaStreamNonBlocking };
enum { cudaEventDefault, cudaEventBlockingSync, cudaEventDisableTiming };
enum { cudaHostAllocDefault, cudaHostAllocPortable, cudaHostAllocMapped };
enum cudaStreamCaptureMode { cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeRelaxed };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8, cudaFuncAttributePreferredSharedMemoryCarveout = 9 };
enum { cudaSharedmemCarveoutMaxShared = 100 };
struct cudaFuncAttributes {
	int binaryVersion, numRegs; /* 90, and 255: the shim knows none */
};
enum cudaDeviceAttr { cudaDevAttrMaxThreadsPerBlock = 1, cudaDevAttrMultiProcessorCount = 16, cudaDevAttrL2CacheSize = 38,
	cudaDevAttrComputeCapabilityMajor = 75, cudaDevAttrComputeCapabilityMinor = 76, cudaDevAttrMaxSharedMemoryPerMultiprocessor = 81,
	cudaDevAttrMaxSharedMemoryPerBlockOptin = 97 };
struct cudaDeviceProp {
	char name[256];
	size_t totalGlobalMem, sharedMemPerBlock, sharedMemPerBlockOptin, sharedMemPerMultiprocessor;
	int major, minor, multiProcessorCount, warpSize, maxThreadsPerBlock, maxThreadsPerMultiProcessor, l2CacheSize, regsPerBlock;
};
enum cudaLaunchAttributeID { cudaLaunchAttributeProgrammaticStreamSerialization = 6 };
struct cudaLaunchAttribute {
	cudaLaunchAttributeID id;
	union {
		int programmaticStreamSerializationAllowed;
	} val;
};
struct cudaLaunchConfig_t {
	dim3 gridDim, blockDim;
	size_t dynamicSmemBytes;
	cudaStream_t stream;
	cudaLaunchAttribute *attrs;
	unsigned numAttrs;
};

const char *cudaGetErrorString(cudaError_t e);
const char *cudaGetErrorName(cudaError_t e);
cudaError_t cudaGetLastError(void);
cudaError_t cudaPeekAtLastError(void);
cudaError_t cudaGetDeviceCount(int *n);
cudaError_t cudaGetDevice(int *device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device);
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaRuntimeGetVersion(int *version);
cudaError_t cudaMemGetInfo(size_t *room, size_t *all);
cudaError_t shim_malloc(void **p, size_t n);
cudaError_t shim_malloc_host(void **p, size_t n);
template <typename T> static inline cudaError_t cudaMalloc(T **p, size_t n)
{
	return shim_malloc((void **)p, n);
}
template <typename T> static inline cudaError_t cudaMallocHost(T **p, size_t n, unsigned flags = 0)
{
	(void)flags;
	return shim_malloc_host((void **)p, n);
}
template <typename T> static inline cudaError_t cudaHostAlloc(T **p, size_t n, unsigned flags)
{
	return cudaMallocHost(p, n, flags);
}
cudaError_t cudaFree(void *p);
cudaError_t cudaFreeHost(void *p);
cudaError_t cudaMemcpy(void *to, const void *from, size_t n, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind kind, cudaStream_t stream = 0);
cudaError_t cudaMemset(void *p, int byte, size_t n);
cudaError_t cudaMemsetAsync(void *p, int byte, size_t n, cudaStream_t stream = 0);
cudaError_t cudaStreamCreate(cudaStream_t *stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream);
cudaError_t cudaDeviceSynchronize(void);
cudaError_t cudaEventCreate(cudaEvent_t *event);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream = 0);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t from, cudaEvent_t to);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags = 0);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);
cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value);
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, const void *kernel);
/* By threads and shared memory alone: the shim knows no registers. */
cudaError_t shim_occupancy(int *blocks, int threads, size_t shared);
template <typename T> static inline cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, T kernel, int threads, size_t shared)
{
	(void)kernel;
	return shim_occupancy(blocks, threads, shared);
}

/* A kernel and its arguments, by value: what a launch or a recording keeps. */
struct shim_call {
	void (*run)(const shim_call *call);
	void (*drop)(shim_call *call);
};
template <typename... Params> struct shim_call_of : shim_call {
	void (*kernel)(Params...);
	std::tuple<Params...> args;
	shim_call_of(void (*k)(Params...), Params... a) : kernel(k), args(a...)
	{
		run = [](const shim_call *c) { std::apply(((const shim_call_of *)c)->kernel, ((const shim_call_of *)c)->args); };
		drop = [](shim_call *c) { delete (shim_call_of *)c; };
	}
};
cudaError_t shim_launch(const cudaLaunchConfig_t *config, const void *kernel, shim_call *call);
template <typename... Params, typename... Args>
static inline cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t *config, void (*kernel)(Params...), Args... args)
{
	static_assert((sizeof(Params) + ... + 0) <= 4096, "more than 4096 bytes of arguments");
	return shim_launch(config, (const void *)kernel, new shim_call_of<Params...>(kernel, Params(args)...));
}

#endif
