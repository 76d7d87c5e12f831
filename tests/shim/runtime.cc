/* The runtime's functions. Memory is the process's own. All streams are one queue, done in order: at once, or under shim_overlap as late
 * as may be. A graph keeps what would have been queued. */
#include "kernels/cuda_ptx.cuh"
#include "tests/shim/executor.h"
#include "tests/shim/shim.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SHARED_PLAIN = 48 * 1024, SMS = 4, SMS_DRY = 132 };
static int shared_max = 227 * 1024, major = 9;
/* SHIM_DRY=FILE: no kernel runs, on a device as large as an H200; what was launched is written to FILE at the end. */
static const char *const dry = getenv("SHIM_DRY");
/* The device's memory; asked for anew each time, so that a test can change it. */
static size_t all_memory()
{
	const char *megabytes = getenv("SHIM_MEMORY");
	return (megabytes ? strtoul(megabytes, NULL, 10) : dry ? 64 * 1024 : 4 * 1024) << 20;
}

/* One thing a stream does. */
struct item {
	enum { KERNEL, COPY, SET } what;
	shim_kernel kernel; /* its call is the item's own, or that of a graph */
	bool owned, overlaps; /* a kernel that may begin before the one ahead ends */
	void *to;
	const void *from;
	void *staged; /* NULL, or where `from` is: a copy of what the caller may change at once */
	size_t n;
	int byte;
};
struct items {
	struct item *at;
	int n, room;
};
struct shim_graph {
	struct items items;
	int users; /* the graph and what was made of it */
};
struct shim_stream {
	struct shim_graph *capturing;
	bool spoilt; /* by what is not allowed meanwhile: nothing is queued any more, and the end of it is an error */
};
struct shim_event {
	double at;
	unsigned long long after; /* what was queued before it */
};

static struct items queued;
static unsigned long long n_queued, n_done; /* since the process began; queued holds the last n_queued - n_done */
static bool late = getenv("SHIM_OVERLAP") != NULL;
static struct shim_stream default_stream, *recorder; /* recorder: who captures; one at a time */
static unsigned long long launches;
static const char *next_name;
static size_t used;

void shim_shared_max(int bytes)
{
	shared_max = bytes;
}

void shim_device(int capability)
{
	major = capability;
}

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
	{ cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing" },
	{ cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated", "operation failed due to a previous error during capture" } };

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

/* What waits, allocates or frees, while a stream captures. */
static bool spoils(void)
{
	if (recorder)
		recorder->spoilt = true;
	return recorder != NULL;
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
	*p = { "host shim", all_memory(), SHARED_PLAIN, (size_t)shared_max, (size_t)shared_max + 1024, major, 0, dry ? SMS_DRY : SMS, 32, 1024, 2048, 50 << 20, 65536 };
	return cudaSetDevice(device);
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device)
{
	switch (attribute) {
	case cudaDevAttrMaxThreadsPerBlock: *value = 1024; break;
	case cudaDevAttrMultiProcessorCount: *value = dry ? SMS_DRY : SMS; break;
	case cudaDevAttrL2CacheSize: *value = 50 << 20; break;
	case cudaDevAttrComputeCapabilityMajor: *value = major; break;
	case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
	case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = shared_max + 1024; break;
	case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = shared_max; break;
	}
	return cudaSetDevice(device);
}

cudaError_t shim_occupancy(int *blocks, int threads, size_t shared)
{
	int by_threads = 2048 / ((threads + 31) / 32 * 32), by_memory = (int)(((size_t)shared_max + 1024) / (shared + 1024));
	*blocks = by_threads < by_memory ? by_threads : by_memory;
	return cudaSuccess;
}

/* ---- memory: exact in size, poisoned, so that the sanitizer sees an overrun and a NaN what nothing wrote ---- */

cudaError_t cudaMemGetInfo(size_t *room, size_t *all)
{
	*all = all_memory();
	*room = used < *all ? *all - used : 0;
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
	if (spoils())
		return remember(cudaErrorStreamCaptureUnsupported);
	if (n == 0)
		return cudaSuccess;
	size_t all = all_memory();
	if ((device && n > all - (used < all ? used : all)) || posix_memalign(p, 256, n))
		return remember(cudaErrorMemoryAllocation);
	memset(*p, 0xff, n);
	struct block *b = (struct block *)malloc(sizeof *b), **at = bucket(*p);
	*b = { *p, n, device, *at };
	*at = b;
	used += device ? n : 0;
	return cudaSuccess;
}

static void drain(unsigned long long upto);

static cudaError_t free_block(void *p, bool device)
{
	if (!p)
		return cudaSuccess;
	if (spoils())
		return remember(cudaErrorStreamCaptureUnsupported);
	drain(n_queued);
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

static void append(struct items *l, const struct item *item)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->at = (struct item *)realloc(l->at, (size_t)l->room * sizeof *l->at);
	}
	l->at[l->n++] = *item;
}

static void do_item(const struct item *item)
{
	if (item->what == item::KERNEL) {
		launches++;
		if (!dry)
			shim_run(&item->kernel);
	} else if (item->what == item::COPY) {
		memmove(item->to, item->from, item->n);
	} else {
		memset(item->to, item->byte, item->n);
	}
}

static void drop(struct item *item)
{
	if (item->owned)
		item->kernel.call->drop(item->kernel.call);
	free(item->staged);
}

/* Does what was queued as one of the first `upto`. A kernel that follows a kernel begins before it. */
static void drain(unsigned long long upto)
{
	int i = 0;
	for (; i < queued.n && n_done < upto; i++, n_done++) {
		const struct item *next = n_done + 1 < upto ? &queued.at[i + 1] : NULL;
		if (late && next && next->overlaps && queued.at[i].what == item::KERNEL)
			shim_prelude(&next->kernel);
		do_item(&queued.at[i]);
		drop(&queued.at[i]);
	}
	queued.n -= i;
	if (i)
		memmove(queued.at, queued.at + i, (size_t)queued.n * sizeof *queued.at);
}

static cudaError_t queue(cudaStream_t stream, struct item item)
{
	struct shim_stream *s = stream ? stream : &default_stream;
	if (s->spoilt) {
		drop(&item);
		return remember(cudaErrorStreamCaptureInvalidated);
	}
	if (s->capturing) {
		append(&s->capturing->items, &item);
		return cudaSuccess;
	}
	append(&queued, &item);
	n_queued++;
	if (!late)
		drain(n_queued);
	return cudaSuccess;
}

void shim_overlap(bool on)
{
	drain(n_queued);
	late = on;
}

void shim_settle(void)
{
	drain(n_queued);
}

static bool is_block(const void *p, bool device)
{
	for (const auto *b : blocks)
		for (; b; b = b->next)
			if (b->device == device && (const char *)p >= (const char *)b->p && (const char *)p < (const char *)b->p + b->n)
				return true;
	return false;
}

static bool is_pinned(const void *p)
{
	return is_block(p, false);
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind kind, cudaStream_t stream)
{
	struct item item = {};
	bool capturing = stream && stream->capturing;
	item.what = item::COPY;
	item.to = to;
	item.from = from;
	item.n = n;
	if (late && !capturing && (kind == cudaMemcpyHostToDevice || (kind == cudaMemcpyDefault && !is_block(from, true))) && !is_pinned(from)) {
		item.from = item.staged = malloc(n);
		memcpy(item.staged, from, n);
	}
	cudaError_t e = queue(stream, item);
	if (!capturing && (kind == cudaMemcpyDeviceToHost || (kind == cudaMemcpyDefault && !is_block(to, true))) && !is_pinned(to))
		drain(n_queued);
	return e;
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t n, cudaMemcpyKind kind)
{
	cudaError_t e = cudaMemcpyAsync(to, from, n, kind, 0);
	drain(n_queued);
	return e;
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
	cudaError_t e = cudaMemsetAsync(p, byte, n, 0);
	drain(n_queued);
	return e;
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
	drain(n_queued);
	free(stream);
	return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
	if (stream && stream->capturing && spoils())
		return remember(cudaErrorStreamCaptureUnsupported);
	drain(n_queued);
	return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
	return cudaStreamSynchronize(stream);
}

cudaError_t cudaDeviceSynchronize(void)
{
	if (spoils())
		return remember(cudaErrorStreamCaptureUnsupported);
	drain(n_queued);
	return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode)
{
	if (!stream || stream->capturing)
		return remember(cudaErrorInvalidValue);
	stream->capturing = (struct shim_graph *)calloc(1, sizeof *stream->capturing);
	stream->capturing->users = 1;
	recorder = stream;
	return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
	*graph = stream ? stream->capturing : NULL;
	if (!*graph)
		return remember(cudaErrorInvalidValue);
	stream->capturing = NULL;
	recorder = NULL;
	if (!stream->spoilt)
		return cudaSuccess;
	stream->spoilt = false;
	cudaGraphDestroy(*graph);
	*graph = NULL;
	return remember(cudaErrorStreamCaptureInvalidated);
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
	for (int i = 0; i < exec->items.n; i++) {
		struct item item = exec->items.at[i];
		item.owned = false;
		queue(stream, item);
	}
	return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
	if (--graph->users)
		return cudaSuccess;
	drain(n_queued);
	for (int i = 0; i < graph->items.n; i++)
		drop(&graph->items.at[i]);
	free(graph->items.at);
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
	event->after = n_queued;
	return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
	drain(event->after);
	return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
	return n_done >= event->after ? cudaSuccess : cudaErrorNotReady;
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

/* What each kernel was promised of shared memory, and what was asked for: the most. */
struct promise {
	const void *kernel;
	int shared;
	size_t asked;
	unsigned threads;
};
static struct promise promises[256];

/* Kernels by where they lie in the program: `nm` knows their names. */
extern "C" char __executable_start;
static void write_launches(void)
{
	FILE *f = fopen(dry, "w");
	for (const auto &p : promises)
		if (f && p.threads)
			fprintf(f, "%zx %u %zu\n", (size_t)((const char *)p.kernel - &__executable_start), p.threads, p.asked);
	if (!f || fclose(f))
		shim_fail("SHIM_DRY: cannot write %s", dry);
}

static struct promise *promise_of(const void *kernel)
{
	for (auto &p : promises)
		if (p.kernel == kernel || !p.kernel) {
			p.kernel = kernel;
			return &p;
		}
	shim_fail("more than 256 different kernels: make `promises` larger");
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *a, const void *)
{
	*a = { 90, 255 };
	return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value)
{
	if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize)
		return cudaSuccess;
	if (value < 0 || value > shared_max)
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
	item.owned = true;
	for (unsigned i = 0; i < config->numAttrs; i++)
		item.overlaps |= config->attrs[i].val.programmaticStreamSerializationAllowed != 0;
	next_name = NULL;
	if (dry && !launches++)
		atexit(write_launches);
	struct promise *p = promise_of(kernel);
	p->threads = config->blockDim.x;
	p->asked = config->dynamicSmemBytes > p->asked ? config->dynamicSmemBytes : p->asked;
	if (launchable(config, kernel))
		return queue(config->stream, item);
	if (config->stream && config->stream->capturing)
		config->stream->spoilt = true;
	call->drop(call);
	return remember(cudaErrorInvalidConfiguration);
}
