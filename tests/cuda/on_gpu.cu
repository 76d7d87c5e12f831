/* Lets the tests of this folder run on a GPU as they are: they hand plain memory to kernels, so all of it is pinned, which a device
 * reads and writes over the bus at the same addresses. Linked in with --wrap for the allocators and main, in place of tests/shim:
 * arenas, large blocks and what kit.h's scratch() gives come from one pinned region, and main runs on a stack in it. What malloc,
 * calloc or a static variable gives is no operand. Slow, and not the memory that coppice itself uses: passes of whole models
 * (test_passes) use that. */
#include "kernels/cuda.cuh"
extern "C" {
#include "base/mem.h"
#include "tests/shim/shim.h"
}
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const size_t REGION = (size_t)4 << 30, STACK = (size_t)64 << 20, ALIGN = 256;

/* [stack | pieces], with a gap before each. Pieces are given out in order, and the region begins anew when none is held. */
static char *region;
static size_t used = STACK, held;

static void *pinned(size_t n)
{
	size_t need = (n + ALIGN - 1) / ALIGN * ALIGN + ALIGN;
	if (used + need > REGION) {
		fprintf(stderr, "on_gpu: %zu bytes more do not fit in the pinned region\n", n);
		abort();
	}
	char *p = region + used + ALIGN;
	memset(p, 0, n);
	used += need;
	held++;
	return p;
}

static void give_back(size_t n)
{
	held -= n;
	if (!held)
		used = STACK;
}

/* An arena's pieces are counted in it: its list of blocks is not used. */
extern "C" void *__wrap_arena_alloc(struct arena *a, size_t n)
{
	a->first = (struct arena_block *)((char *)a->first + 1);
	return pinned(n);
}

extern "C" void __wrap_arena_release(struct arena *a)
{
	give_back((size_t)a->first);
	a->first = NULL;
}

/* Defined beside arena_alloc, which it therefore calls by itself. */
extern "C" char *__wrap_arena_strndup(struct arena *a, const char *s, size_t n)
{
	return (char *)memcpy(__wrap_arena_alloc(a, n + 1), s, n);
}

extern "C" int __wrap_posix_memalign(void **p, size_t, size_t n)
{
	*p = pinned(n);
	return 0;
}

extern "C" void __real_free(void *p);

extern "C" void __wrap_free(void *p)
{
	if (region && (uintptr_t)p - (uintptr_t)region < REGION)
		give_back(1);
	else
		__real_free(p);
}

extern "C" void *__wrap_mem_large(size_t n)
{
	return pinned(n);
}

extern "C" void __wrap_mem_large_free(void *p)
{
	if (p)
		give_back(1);
}

extern "C" int __real_main(int argc, char **argv);

struct started {
	int argc, status;
	char **argv;
};

static void *start(void *arg)
{
	struct started *s = (struct started *)arg;
	cudaSetDevice(0);
	s->status = __real_main(s->argc, s->argv);
	return NULL;
}

extern "C" int __wrap_main(int argc, char **argv)
{
	struct started s = {argc, 1, argv};
	pthread_attr_t attr;
	pthread_t thread;
	/* The process's own pages, which the device is shown: some things, a lock of the kernel's on a thread's stack say, work on no others. */
	void *pages = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	cudaError_t rc = pages == MAP_FAILED ? cudaErrorMemoryAllocation : cudaHostRegister(pages, REGION, cudaHostRegisterMapped | cudaHostRegisterPortable);
	void *there = NULL;
	if (rc == cudaSuccess)
		rc = cudaHostGetDevicePointer(&there, pages, 0);
	if (rc == cudaSuccess && there != pages)
		rc = cudaErrorNotSupported;
	region = (char *)pages;
	if (rc != cudaSuccess) {
		fprintf(stderr, "on_gpu: no pinned memory: %s\n", cudaGetErrorString(rc));
		return 3;
	}
	pthread_attr_init(&attr);
	if (pthread_attr_setstack(&attr, region, STACK) || pthread_create(&thread, &attr, start, &s) || pthread_join(thread, NULL))
		return 1;
	return s.status;
}

/* A device is told to have less shared memory than it has: what is launched must then fit in that. And to be an older one. */
static size_t shared_max = SIZE_MAX;
static bool older;

extern "C" int __real_kern_open(struct kern *k, const char *name, struct crew *crew, enum kern_type compute);
extern "C" int __wrap_kern_open(struct kern *k, const char *name, struct crew *crew, enum kern_type compute)
{
	int e = __real_kern_open(k, name, crew, compute);
	if (!e && k->device && k->device->shared_max > shared_max) {
		k->device->shared_max = shared_max;
		k->device->warp_groups = false; /* those rest on all there is */
	}
	/* Which of a kernel's variants takes a product depends on how many multiprocessors there are: with few, the tests' small ones take all. */
	const char *few = getenv("COPPICE_SMS");
	if (!e && k->device && few)
		k->device->sm_count = atoi(few);
	if (!e && k->device && older)
		k->device->warp_groups = false;
	return e;
}

extern "C" void shim_device(int capability)
{
	older = capability < 9; /* 9 is what the shim is: here, whatever there is */
}

extern "C" void shim_shared_max(int bytes)
{
	shared_max = (size_t)bytes;
}

/* What else tests ask of the shim. */
extern "C" void shim_order(unsigned order)
{
	(void)order;
}

extern "C" void shim_overlap(bool on)
{
	(void)on;
}

extern "C" void shim_settle(void)
{
	if (cudaDeviceSynchronize() != cudaSuccess) {
		fprintf(stderr, "on_gpu: %s\n", cudaGetErrorString(cudaGetLastError()));
		abort();
	}
}

extern "C" unsigned long long shim_launches(void)
{
	return 0;
}
