#include "base/mem.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Thread_local const char *forbidden_phase;
static atomic_long fail_countdown;
static atomic_size_t large_now, large_peak;

static void check_allowed(size_t n)
{
	if (!forbidden_phase)
		return;
	fprintf(stderr, "coppice: bug: allocation of %zu bytes during %s, which must not allocate\n", n, forbidden_phase);
	abort();
}

static void *or_die(void *p, size_t n)
{
	if (p)
		return p;
	fprintf(stderr, "coppice: out of memory: %zu bytes could not be had\n", n);
	exit(1);
}

static size_t product(size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		or_die(NULL, SIZE_MAX);
	return total;
}

void *mem_alloc(size_t n)
{
	check_allowed(n);
	return or_die(malloc(n ? n : 1), n);
}

void *mem_zalloc(size_t n)
{
	check_allowed(n);
	return or_die(calloc(1, n ? n : 1), n);
}

void *mem_array(size_t n, size_t size)
{
	return mem_zalloc(product(n, size));
}

void *mem_grow(void *p, size_t n, size_t size)
{
	size_t total = product(n, size);
	check_allowed(total);
	return or_die(realloc(p, total ? total : 1), total);
}

void *mem_dup(const void *p, size_t n)
{
	void *copy = mem_alloc(n);
	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *mem_strndup(const char *s, size_t n)
{
	char *copy = mem_alloc(n + 1);
	if (n)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *s = mem_alloc(n < 0 ? 1 : (size_t)n + 1);
	s[0] = '\0';
	if (n > 0)
		vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

void mem_free(void *p)
{
	free(p);
}

/* A header in front of each large block remembers its size, so that freeing needs no argument. */
enum { LARGE_ALIGN = 64 };

static void count_large(size_t n)
{
	size_t now = atomic_fetch_add(&large_now, n) + n;
	size_t peak = atomic_load(&large_peak);
	while (now > peak && !atomic_compare_exchange_weak(&large_peak, &peak, now))
		;
}

/* Really large blocks come from the system, which zeroes each page when it is first touched: a pool laid out for the worst case
 * costs only what is used of it, and may be larger than the machine (64 forks of 4096 positions each of a large model, which share
 * nearly all of it): no memory is set aside before it is touched. Not under ASan, which watches the edges of what malloc gave. */
#ifdef __SANITIZE_ADDRESS__
#define MAPPED_FROM SIZE_MAX
#else
#define MAPPED_FROM ((size_t)1 << 20)
#endif

static void *block_new(size_t n)
{
	if (n >= MAPPED_FROM) {
		void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		return p == MAP_FAILED ? NULL : p;
	}
	void *p = aligned_alloc(LARGE_ALIGN, n);
	if (p)
		memset(p, 0, n);
	return p;
}

static void block_free(void *p, size_t n)
{
	if (n >= MAPPED_FROM)
		munmap(p, n);
	else
		free(p);
}

void *mem_large(size_t n)
{
	check_allowed(n);
	if (atomic_load(&fail_countdown) > 0 && atomic_fetch_sub(&fail_countdown, 1) == 1)
		return NULL;
	size_t total;
	if (__builtin_add_overflow(n, (size_t)2 * LARGE_ALIGN, &total))
		return NULL;
	char *block = block_new(total / LARGE_ALIGN * LARGE_ALIGN);
	if (!block)
		return NULL;
	memcpy(block, &n, sizeof n);
	count_large(n);
	return block + LARGE_ALIGN;
}

void mem_large_free(void *p)
{
	if (!p)
		return;
	char *block = (char *)p - LARGE_ALIGN;
	size_t n;
	memcpy(&n, block, sizeof n);
	atomic_fetch_sub(&large_now, n);
	block_free(block, (n + (size_t)2 * LARGE_ALIGN) / LARGE_ALIGN * LARGE_ALIGN);
}

void mem_fail_at(long nth)
{
	atomic_store(&fail_countdown, nth);
}

size_t mem_large_now(void)
{
	return atomic_load(&large_now);
}

size_t mem_large_peak(void)
{
	return atomic_load(&large_peak);
}

/* The number of kB behind `name` in a file of /proc, in bytes. */
static double proc_bytes(const char *path, const char *name)
{
	FILE *f = fopen(path, "re");
	char line[128];
	double kib = 0;
	size_t n = strlen(name);
	while (f && !kib && fgets(line, sizeof line, f))
		if (!strncmp(line, name, n))
			kib = strtod(line + n, NULL);
	if (f)
		fclose(f);
	return kib * 1024;
}

double mem_available(void)
{
	return proc_bytes("/proc/meminfo", "MemAvailable:");
}

double mem_peak(void)
{
	return proc_bytes("/proc/self/status", "VmHWM:");
}

void mem_forbid(const char *phase)
{
	forbidden_phase = phase;
}

void mem_allow(void)
{
	forbidden_phase = NULL;
}

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

#ifdef __SANITIZE_ADDRESS__
enum { ARENA_BLOCK_BYTES = 0 }; /* each piece its own malloc: overruns and leaks show */
#else
enum { ARENA_BLOCK_BYTES = 16384 };
#endif

void arena_init(struct arena *a)
{
	a->first = NULL;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + 15) / 16 * 16;
	struct arena_block *b = a->first;
	if (!b || b->size - b->used < need) {
		size_t size = need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES;
		b = mem_zalloc(sizeof *b + size);
		b->size = size;
		b->next = a->first;
		a->first = b;
	}
	void *p = b->bytes + b->used;
	b->used += need;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);
	if (n)
		memcpy(copy, s, n);
	return copy;
}

void arena_release(struct arena *a)
{
	while (a->first) {
		struct arena_block *next = a->first->next;
		mem_free(a->first);
		a->first = next;
	}
}
