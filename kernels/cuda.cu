/* The cuda backend: its table, the device's memory, and passes kept as graphs. */
#include "kernels/cuda.cuh"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_HALVES = 2, KEPT = 64 };
static const size_t HOPPER_SHARED = 227 * 1024; /* bytes a block may have there, which kernels of warp groups rest on */
static const size_t HALF_BYTES = (size_t)4 << 20;
/* Not given to anyone: the runtime takes some to load a kernel when it is first launched, and for each recorded pass. Without it a run
 * that just fitted would fail in its midst. */
static const size_t RESERVE = (size_t)256 << 20;

/* Pinned memory that transfers go through: a copy to the device may still be under way in one half while the other is filled. */
struct cu_bounce {
	char *half[N_HALVES];
	cudaEvent_t done[N_HALVES]; /* the last copy out of that half */
	size_t used;                /* of the half that is being filled */
	int now;
};

/* Passes by their keys; the one not used for longest gives way. What comes for the first time is done at once and recorded only when it
 * comes again: many shapes come once, a graph costs more than it saves then, and so no kernel is loaded while a stream captures. */
struct cu_recordings {
	struct cu_recording {
		uint64_t key, bytes, macs, used; /* used 0: empty */
		cudaGraphExec_t graph;           /* NULL: came once */
	} kept[KEPT];
	uint64_t clock;
	struct cu_recording *now; /* the recording under way, NULL: done at once; ... */
	uint64_t bytes, macs;     /* ... and k's counts before it */
};

int cu_result(cudaError_t rc, const char *what)
{
	if (rc == cudaSuccess)
		return 0;
	return err_set(rc == cudaErrorMemoryAllocation ? ERR_NOMEM : ERR_UNSUPPORTED, "%s: the CUDA runtime says: %s", what,
	               cudaGetErrorString(rc));
}

int cu_fits(const struct kern *k, const char *name, size_t shared)
{
	if (shared <= k->device->shared_max)
		return 0;
	return err_set(ERR_UNSUPPORTED, "%s: a block of it needs %zu bytes of shared memory, %s has %zu", name, shared, k->device->name,
	               k->device->shared_max);
}

#ifdef __CUDACC__
typedef CUresult make_map(CUtensorMap *, CUtensorMapDataType, cuuint32_t, void *, const cuuint64_t *, const cuuint64_t *, const cuuint32_t *,
	const cuuint32_t *, CUtensorMapInterleave, CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill);

/* The driver's, which nothing here is linked to. NULL: it has none. */
static make_map *map_maker(void)
{
	void *f = NULL;
	cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
#if CUDART_VERSION >= 12050
	cudaError_t rc = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &f, 12000, cudaEnableDefault, &found);
#else
	cudaError_t rc = cudaGetDriverEntryPoint("cuTensorMapEncodeTiled", &f, cudaEnableDefault, &found);
#endif
	return rc == cudaSuccess && found == cudaDriverEntryPointSuccess ? (make_map *)f : NULL;
}

int cu_map_of(cu_map *map, const void *base, size_t bytes, size_t rows, size_t ld)
{
	static make_map *const make = map_maker();
	cuuint64_t size[2] = { bytes, rows }, stride[1] = { ld };
	cuuint32_t box[2] = { CU_BOX_BYTES, CU_BOX_ROWS }, step[2] = { 1, 1 };
	CUresult rc = !make ? CUDA_ERROR_NOT_FOUND : make(map, CU_TENSOR_MAP_DATA_TYPE_UINT8, 2, (void *)base, size, stride, box, step,
		CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
	return rc == CUDA_SUCCESS ? 0 : err_set(ERR_UNSUPPORTED, "the CUDA driver makes no map of a matrix of %zu rows of %zu bytes (error %d)",
		rows, bytes, (int)rc);
}
#else
int cu_map_of(cu_map *map, const void *base, size_t bytes, size_t rows, size_t ld)
{
	*map = { (const unsigned char *)base, bytes, rows, ld, {} };
	bool right = base && bytes && rows && !(((uintptr_t)base | ld) & 15) && ld < (size_t)1 << 40; /* as the driver wants it */
	return right ? 0 : err_set(ERR_UNSUPPORTED, "no map of a matrix of %zu rows of %zu bytes at %p, %zu apart", rows, bytes, base, ld);
}
#endif

static int find_device(struct kern_device *d)
{
	cudaDeviceProp prop;
	int n = 0;
	cudaError_t rc = cudaGetDeviceCount(&n);
	if (rc == cudaErrorInsufficientDriver) /* also where there is no driver at all */
		return err_set(ERR_MISSING, "the backend \"cuda\" finds no NVIDIA driver here that is new enough for CUDA %d.%d; cpu works without",
		               CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
	if (rc != cudaSuccess || n == 0)
		return err_set(ERR_MISSING, "the backend \"cuda\" finds no NVIDIA GPU here (%s); cpu works without",
		               rc == cudaSuccess ? "none was found" : cudaGetErrorString(rc));
	int e = cu_result(cudaSetDevice(0), "the first GPU");
	if (e || (e = cu_result(cudaGetDeviceProperties(&prop, 0), "the first GPU")))
		return e;
	if (prop.major < 8)
		return err_set(ERR_UNSUPPORTED, "%s has compute capability %d.%d; 8.0 or later is needed", prop.name, prop.major, prop.minor);
	d->sm_count = prop.multiProcessorCount;
	d->warp_groups = prop.major == 9 && prop.sharedMemPerBlockOptin >= HOPPER_SHARED && cuda_has_warp_groups();
	d->shared_max = prop.sharedMemPerBlockOptin;
	snprintf(d->name, sizeof d->name, "%s", prop.name);
	int version;
	e = cuda_compiled_for(&version);
	d->overlaps = prop.major == 9 && version >= 90;
	return e;
}

static int get_bounce(struct cu_bounce *b)
{
	int e = 0;
	for (int i = 0; i < N_HALVES && !e; i++) {
		e = cu_result(cudaMallocHost((void **)&b->half[i], HALF_BYTES), "pinned memory");
		e = e ? e : cu_result(cudaEventCreateWithFlags(&b->done[i], cudaEventDisableTiming), "an event");
	}
	return e;
}

static int get_marks(struct kern_device *d)
{
	int e = 0;
	for (int i = 0; i < KERN_MARKS && !e; i++)
		e = cu_result(cudaEventCreateWithFlags(&d->mark[i], cudaEventDisableTiming), "an event");
	return e;
}

static void cuda_close(struct kern *k)
{
	struct kern_device *d = k->device;
	for (int i = 0; i < KERN_MARKS; i++)
		if (d->mark[i])
			cudaEventDestroy(d->mark[i]);
	for (int i = 0; d->recordings && i < KEPT; i++)
		if (d->recordings->kept[i].graph)
			cudaGraphExecDestroy(d->recordings->kept[i].graph);
	for (int i = 0; d->bounce && i < N_HALVES; i++) {
		cudaFreeHost(d->bounce->half[i]);
		if (d->bounce->done[i])
			cudaEventDestroy(d->bounce->done[i]);
	}
	cudaFree(d->traffic);
	if (d->stream)
		cudaStreamDestroy(d->stream);
	free(d->recordings);
	free(d->bounce);
	free(d);
	k->device = NULL;
}

static int open_device(struct kern_device *d)
{
	if (!d->bounce || !d->recordings)
		return err_set(ERR_NOMEM, "no memory to open the GPU");
	int e = find_device(d);
	e = e ? e : cu_result(cudaStreamCreateWithFlags(&d->stream, cudaStreamNonBlocking), "a stream");
	e = e ? e : get_bounce(d->bounce);
	e = e ? e : get_marks(d);
	e = e ? e : cu_result(cudaMalloc((void **)&d->traffic, sizeof *d->traffic), "the traffic counter");
	return e ? e : cu_result(cudaMemsetAsync(d->traffic, 0, sizeof *d->traffic, d->stream), "the traffic counter");
}

static int cuda_open(struct kern *k)
{
	struct kern_device *d = (struct kern_device *)calloc(1, sizeof *d);
	if (!d)
		return err_set(ERR_NOMEM, "no memory to open the GPU");
	d->bounce = (struct cu_bounce *)calloc(1, sizeof *d->bounce);
	d->recordings = (struct cu_recordings *)calloc(1, sizeof *d->recordings);
	k->device = d;
	int e = open_device(d);
	if (e)
		cuda_close(k);
	return e;
}

/* -- memory --
 * The runtime tells by itself where addresses lie: tests on a GPU have all of it in pinned memory. */

static void *cuda_plain_alloc(struct kern *k, size_t n)
{
	void *p = NULL;
	(void)k;
	if (cudaMallocHost(&p, n) != cudaSuccess)
		return NULL;
	memset(p, 0, n);
	return p;
}

static void cuda_plain_free(struct kern *k, void *p)
{
	cudaStreamSynchronize(k->device->stream);
	cudaFreeHost(p);
}

static int cuda_send(struct kern *k, void *to, const void *plain, size_t n)
{
	return cu_result(cudaMemcpyAsync(to, plain, n, cudaMemcpyDefault, k->device->stream), "a copy to the device");
}

static int cuda_fetch(struct kern *k, void *plain, const void *from, size_t n)
{
	return cu_result(cudaMemcpyAsync(plain, from, n, cudaMemcpyDefault, k->device->stream), "a copy from the device");
}

static int cuda_mark(struct kern *k, int mark)
{
	return cu_result(cudaEventRecord(k->device->mark[mark], k->device->stream), "a mark");
}

static int cuda_wait(struct kern *k, int mark)
{
	return cu_result(cudaEventSynchronize(k->device->mark[mark]), "the work of the device");
}

static size_t cuda_room(const struct kern *k)
{
	size_t left = 0, all;
	(void)k;
	return cudaMemGetInfo(&left, &all) == cudaSuccess && left > RESERVE ? left - RESERVE : 0;
}

static void *cuda_alloc(struct kern *k, size_t n)
{
	void *p = NULL;
	if (n > cuda_room(k) || cudaMalloc(&p, n) != cudaSuccess)
		return NULL;
	if (cudaMemsetAsync(p, 0, n, k->device->stream) == cudaSuccess)
		return p;
	cudaFree(p);
	return NULL;
}

static void cuda_free(struct kern *k, void *p)
{
	cudaStreamSynchronize(k->device->stream);
	cudaFree(p);
}

static int next_half(struct cu_bounce *b, cudaStream_t stream)
{
	int e = cu_result(cudaEventRecord(b->done[b->now], stream), "a copy to the device");
	b->now = (b->now + 1) % N_HALVES;
	b->used = 0;
	return e ? e : cu_result(cudaEventSynchronize(b->done[b->now]), "a copy to the device");
}

static int cuda_put(struct kern *k, void *to, const void *plain, size_t n)
{
	struct cu_bounce *b = k->device->bounce;
	for (size_t done = 0, part; done < n; done += part) {
		int e = b->used + 64 > HALF_BYTES ? next_half(b, k->device->stream) : 0;
		if (e)
			return e;
		part = n - done < HALF_BYTES - b->used ? n - done : HALF_BYTES - b->used;
		char *from = b->half[b->now] + b->used;
		memcpy(from, (const char *)plain + done, part);
		e = cu_result(cudaMemcpyAsync((char *)to + done, from, part, cudaMemcpyDefault, k->device->stream), "a copy to the device");
		if (e)
			return e;
		b->used += (part + 63) / 64 * 64;
	}
	return 0;
}

static int cuda_get(struct kern *k, void *plain, const void *from, size_t n)
{
	struct cu_bounce *b = k->device->bounce;
	int e = next_half(b, k->device->stream); /* a fresh half: what is put meanwhile does not meet it */
	for (size_t done = 0, part; done < n && !e; done += part) {
		part = n - done < HALF_BYTES ? n - done : HALF_BYTES;
		e = cu_result(cudaMemcpyAsync(b->half[b->now], (const char *)from + done, part, cudaMemcpyDefault, k->device->stream),
		              "a copy from the device");
		e = e ? e : cu_result(cudaStreamSynchronize(k->device->stream), "the work of the device");
		if (!e)
			memcpy((char *)plain + done, b->half[b->now], part);
	}
	return e;
}

static int cuda_copy(struct kern *k, void *to, const void *from, size_t n)
{
	return cu_result(cudaMemcpyAsync(to, from, n, cudaMemcpyDeviceToDevice, k->device->stream), "a copy within the device");
}

static int cuda_settle(struct kern *k)
{
	unsigned long long n = 0;
	int e = cuda_get(k, &n, k->device->traffic, sizeof n);
	k->bytes += n;
	return e ? e : cu_result(cudaMemsetAsync(k->device->traffic, 0, sizeof n, k->device->stream), "the traffic counter");
}

static const char *cuda_name(const struct kern *k)
{
	return k->device->name;
}

/* -- recordings -- */

static struct cu_recordings::cu_recording *recording_of(struct cu_recordings *all, uint64_t key)
{
	for (int i = 0; i < KEPT; i++)
		if (all->kept[i].used && all->kept[i].key == key)
			return &all->kept[i];
	return NULL;
}

static int cuda_replay(struct kern *k, uint64_t key)
{
	struct cu_recordings *all = k->device->recordings;
	struct cu_recordings::cu_recording *r = recording_of(all, key);
	if (!r || !r->graph)
		return 0;
	r->used = ++all->clock;
	k->bytes += r->bytes;
	k->macs += r->macs;
	int e = cu_result(cudaGraphLaunch(r->graph, k->device->stream), "a recorded pass");
	return e ? e : 1;
}

static void forget(struct cu_recordings::cu_recording *r)
{
	if (r && r->graph)
		cudaGraphExecDestroy(r->graph);
	if (r)
		r->graph = NULL;
}

static void remember(struct cu_recordings *all, uint64_t key)
{
	struct cu_recordings::cu_recording *oldest = &all->kept[0];
	for (int i = 1; i < KEPT; i++)
		if (all->kept[i].used < oldest->used)
			oldest = &all->kept[i];
	forget(oldest);
	*oldest = {key, 0, 0, ++all->clock, NULL};
}

static int cuda_record(struct kern *k, uint64_t key)
{
	struct cu_recordings *all = k->device->recordings;
	all->now = recording_of(all, key);
	forget(all->now);
	all->bytes = k->bytes;
	all->macs = k->macs;
	if (all->now)
		return cu_result(cudaStreamBeginCapture(k->device->stream, cudaStreamCaptureModeThreadLocal), "recording a pass");
	remember(all, key);
	return 0;
}

static int cuda_record_end(struct kern *k, int rc)
{
	struct cu_recordings *all = k->device->recordings;
	struct cu_recordings::cu_recording *r = all->now;
	cudaGraph_t graph = NULL;
	if (!r)
		return rc;
	cudaError_t ended = cudaStreamEndCapture(k->device->stream, &graph);
	int e = rc ? rc : cu_result(ended, "recording a pass"); /* where a launch failed it fails too, and the launch has said more */
	if (!e)
		e = cu_result(cudaGraphInstantiate(&r->graph, graph, 0), "recording a pass");
	if (graph)
		cudaGraphDestroy(graph);
	if (e)
		return e;
	r->bytes = k->bytes - all->bytes;
	r->macs = k->macs - all->macs;
	r->used = ++all->clock;
	return cu_result(cudaGraphLaunch(r->graph, k->device->stream), "a recorded pass");
}

static const struct kern_memory cuda_memory = {
	cuda_open, cuda_close, cuda_alloc, cuda_free, cuda_put, cuda_get, cuda_copy, cuda_plain_alloc, cuda_plain_free, cuda_send, cuda_fetch,
	cuda_mark, cuda_wait, cuda_room, cuda_replay, cuda_record, cuda_record_end, cuda_settle, cuda_name,
};

/* Every field by its name, in the order of the struct: C++ knows no other. */
extern "C" const struct kern_backend kern_cuda = {
	.name = "cuda", .isa = "sm_80, sm_90a", .memory = &cuda_memory, .chunk = 4096, .quantises = true,
	.embed = cuda_embed, .norm = cuda_norm, .matmul = cuda_matmul, .quantise = cuda_quantise, .route = cuda_route,
	.experts = cuda_experts, .attention = cuda_attention, .gdn = cuda_gdn, .gdn_ring = cuda_gdn_ring, .scatter = cuda_scatter,
	.pages = cuda_pages, .sample = cuda_sample, .top = cuda_top,
	.forms_bytes = cuda_forms_bytes, .matmul_scratch = cuda_matmul_scratch, .experts_scratch = cuda_experts_scratch, .attention_scratch = cuda_attention_scratch,
	.gdn_scratch = cuda_gdn_scratch,
	.sample_scratch = cuda_sample_scratch, .top_scratch = cuda_top_scratch,
	.plan_bytes = cuda_plan_bytes, .plan = cuda_plan, .pack_bytes = NULL, .pack = NULL,
};
