/* The runtime's functions: memory is the process's own, a stream does at once what it is given, a graph keeps it. */
#include "kernels/cuda_ptx.cuh"
#include "tests/shim/executor.h"
#include "tests/shim/shim.h"
#include <stdlib.h>
#include <time.h>

enum { SHARED_MAX = 227 * 1024, SHARED_PLAIN = 48 * 1024, SMS = 4 };
static const size_t ALL = (size_t)4 << 30;

/* One thing a stream does. */
struct item {
	enum { KERNEL, COPY, SET } what;
	shim_kernel kernel;
	void *to;
	const void *from;
	size_t n;
	int byte;
};
struct shim_graph {
	struct item *items;
	int n, room;
	int users; /* the graph and what was made of it */
};
struct shim_stream {
	struct shim_graph *capturing;
};
struct shim_event {
	double at;
};

static struct shim_stream default_stream;
static unsigned long long launches;
static const char *next_name;
static size_t used;

unsigned long long shim_launches(void)
{
	return launches;
}

void cu_name(const char *kernel)
{
	next_name = kernel;
}

/* ---- errors and the device ---- */

static const struct {
	cudaError_t code;
	const char *name, *text;
} errors[] = { { cudaSuccess, "cudaSuccess", "no error" }, { cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument" },
	{ cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory" },
	{ cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration", "invalid configuration argument" },
	{ cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal" },
	{ cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing" } };

const char *cudaGetErrorString(cudaError_t e)
{
	for (const auto &x : errors)
		if (x.code == e)
			return x.text;
	return "unrecognized error code";
}

const char *cudaGetErrorName(cudaError_t e)
{
	for (const auto &x : errors)
		if (x.code == e)
			return x.name;
	return "unrecognized error code";
}

static cudaError_t last_error;
static cudaError_t remember(cudaError_t e)
{
	if (e != cudaSuccess)
		last_error = e;
	return e;
}

cudaError_t cudaGetLastError(void)
{
	cudaError_t e = last_error;
	last_error = cudaSuccess;
	return e;
}

cudaError_t cudaPeekAtLastError(void)
{
	return last_error;
}

cudaError_t cudaGetDeviceCount(int *n)
{
	*n = 1;
	return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device)
{
	*device = 0;
	return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
	return remember(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaDriverGetVersion(int *version)
{
	*version = 13000;
	return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
	return cudaDriverGetVersion(version);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device)
{
	*p = { "host shim", ALL, SHARED_PLAIN, SHARED_MAX, SHARED_MAX + 1024, 9, 0, SMS, 32, 1024, 2048, 50 << 20, 65536 };
	return cudaSetDevice(device);
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device)
{
	switch (attribute) {
	case cudaDevAttrMaxThreadsPerBlock: *value = 1024; break;
	case cudaDevAttrMultiProcessorCount: *value = SMS; break;
	case cudaDevAttrL2CacheSize: *value = 50 << 20; break;
	case cudaDevAttrComputeCapabilityMajor: *value = 9; break;
	case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
	case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = SHARED_MAX + 1024; break;
	case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = SHARED_MAX; break;
	}
	return cudaSetDevice(device);
}

cudaError_t shim_occupancy(int *blocks, int threads, size_t shared)
{
	int by_threads = 2048 / ((threads + 31) / 32 * 32), by_memory = (int)((SHARED_MAX + 1024) / (shared + 1024));
	*blocks = by_threads < by_memory ? by_threads : by_memory;
	return cudaSuccess;
}

/* ---- memory: exact in size, poisoned, so that the sanitizer sees an overrun and a NaN what nothing wrote ---- */

cudaError_t cudaMemGetInfo(size_t *room, size_t *all)
{
	*all = ALL;
	*room = used < ALL ? ALL - used : 0;
	return cudaSuccess;
}

/* Blocks are found again by address: how large, and which of the two kinds. */
struct block {
	void *p;
	size_t n;
	bool device;
	struct block *next;
};
static struct block *blocks[1024];

static struct block **bucket(const void *p)
{
	return &blocks[(uintptr_t)p / 256 % 1024];
}

static cudaError_t make_block(void **p, size_t n, bool device)
{
	*p = NULL;
	if (default_stream.capturing)
		return remember(cudaErrorStreamCaptureUnsupported);
	if (n == 0)
		return cudaSuccess;
	if ((device && n > ALL - (used < ALL ? used : ALL)) || posix_memalign(p, 256, n))
		return remember(cudaErrorMemoryAllocation);
	memset(*p, 0xff, n);
	struct block *b = (struct block *)malloc(sizeof *b), **at = bucket(*p);
	*b = { *p, n, device, *at };
	*at = b;
	used += device ? n : 0;
	return cudaSuccess;
}

static cudaError_t free_block(void *p, bool device)
{
	if (!p)
		return cudaSuccess;
	for (struct block **at = bucket(p), *b; (b = *at); at = &b->next)
		if (b->p == p && b->device == device) {
			used -= device ? b->n : 0;
			*at = b->next;
			free(b);
			free(p);
			return cudaSuccess;
		}
	shim_fail("%p is freed, and is not %s memory", p, device ? "device" : "pinned");
}

cudaError_t shim_malloc(void **p, size_t n)
{
	return make_block(p, n, true);
}

cudaError_t shim_malloc_host(void **p, size_t n)
{
	return make_block(p, n, false);
}

cudaError_t cudaFree(void *p)
{
	return free_block(p, true);
}

cudaError_t cudaFreeHost(void *p)
{
	return free_block(p, false);
}

/* ---- streams and graphs ---- */

static void keep_item(struct shim_graph *g, const struct item *item)
{
	if (g->n == g->room) {
		g->room = g->room ? 2 * g->room : 64;
		g->items = (struct item *)realloc(g->items, (size_t)g->room * sizeof *g->items);
	}
	g->items[g->n++] = *item;
}

static void do_item(const struct item *item)
{
	if (item->what == item::KERNEL) {
		launches++;
		shim_run(&item->kernel);
	} else if (item->what == item::COPY) {
		memmove(item->to, item->from, item->n);
	} else {
		memset(item->to, item->byte, item->n);
	}
}

static void drop_item(struct item *item)
{
	if (item->what == item::KERNEL)
		item->kernel.call->drop(item->kernel.call);
}

static cudaError_t queue(cudaStream_t stream, struct item item)
{
	struct shim_stream *s = stream ? stream : &default_stream;
	if (s->capturing) {
		keep_item(s->capturing, &item);
		return cudaSuccess;
	}
	do_item(&item);
	drop_item(&item);
	return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind, cudaStream_t stream)
{
	struct item item = {};
	item.what = item::COPY;
	item.to = to;
	item.from = from;
	item.n = n;
	return queue(stream, item);
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t n, cudaMemcpyKind kind)
{
	return cudaMemcpyAsync(to, from, n, kind, 0);
}

cudaError_t cudaMemsetAsync(void *p, int byte, size_t n, cudaStream_t stream)
{
	struct item item = {};
	item.what = item::SET;
	item.to = p;
	item.byte = byte;
	item.n = n;
	return queue(stream, item);
}

cudaError_t cudaMemset(void *p, int byte, size_t n)
{
	return cudaMemsetAsync(p, byte, n, 0);
}

cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
	*stream = (struct shim_stream *)calloc(1, sizeof **stream);
	return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned)
{
	return cudaStreamCreate(stream);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
	free(stream);
	return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
	return remember(stream && stream->capturing ? cudaErrorStreamCaptureUnsupported : cudaSuccess);
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
	return cudaStreamSynchronize(stream);
}

cudaError_t cudaDeviceSynchronize(void)
{
	return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode)
{
	if (!stream || stream->capturing)
		return remember(cudaErrorInvalidValue);
	stream->capturing = (struct shim_graph *)calloc(1, sizeof *stream->capturing);
	stream->capturing->users = 1;
	return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
	*graph = stream ? stream->capturing : NULL;
	if (!*graph)
		return remember(cudaErrorInvalidValue);
	stream->capturing = NULL;
	return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long)
{
	graph->users++;
	*exec = graph;
	return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream)
{
	if (stream && stream->capturing)
		return remember(cudaErrorStreamCaptureUnsupported);
	for (int i = 0; i < exec->n; i++)
		do_item(&exec->items[i]);
	return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
	if (--graph->users)
		return cudaSuccess;
	for (int i = 0; i < graph->n; i++)
		drop_item(&graph->items[i]);
	free(graph->items);
	free(graph);
	return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
	return cudaGraphDestroy(exec);
}

/* ---- events ---- */

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
	*event = (struct shim_event *)calloc(1, sizeof **event);
	return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned)
{
	return cudaEventCreate(event);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
	free(event);
	return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	event->at = (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
	return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t)
{
	return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t)
{
	return cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t from, cudaEvent_t to)
{
	*milliseconds = (float)(to->at - from->at);
	return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned)
{
	return cudaSuccess;
}

/* ---- launches ---- */

/* What each kernel was promised of shared memory. */
struct promise {
	const void *kernel;
	int shared;
	struct promise *next;
};
static struct promise promises[256];

static struct promise *promise_of(const void *kernel)
{
	for (auto &p : promises)
		if (p.kernel == kernel || !p.kernel) {
			p.kernel = kernel;
			return &p;
		}
	shim_fail("more than 256 different kernels: make `promises` larger");
}

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value)
{
	if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize)
		return cudaSuccess;
	if (value < 0 || value > SHARED_MAX)
		return remember(cudaErrorInvalidValue);
	promise_of(kernel)->shared = value;
	return cudaSuccess;
}

static bool launchable(const cudaLaunchConfig_t *c, const void *kernel)
{
	dim3 g = c->gridDim, b = c->blockDim;
	if (!g.x || !g.y || !g.z || g.x > 0x7fffffffu || g.y > 65535 || g.z > 65535)
		return false;
	if (!b.x || !b.y || !b.z || b.x > 1024 || b.y > 1024 || b.z > 64 || b.x * b.y * b.z > 1024)
		return false;
	return c->dynamicSmemBytes <= SHARED_PLAIN || c->dynamicSmemBytes <= (size_t)promise_of(kernel)->shared;
}

cudaError_t shim_launch(const cudaLaunchConfig_t *config, const void *kernel, shim_call *call)
{
	struct item item = {};
	item.what = item::KERNEL;
	item.kernel = { next_name, config->gridDim, config->blockDim, config->dynamicSmemBytes, call };
	next_name = NULL;
	if (launchable(config, kernel))
		return queue(config->stream, item);
	call->drop(call);
	return remember(cudaErrorInvalidConfiguration);
}
