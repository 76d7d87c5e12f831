/* base/mem.h - layer 0. Memory.
 *
 * Small allocations (mem_*) never return NULL: running out ends the program in one place with one message.
 * Large ones (weights, KV pages, states) use mem_large, which returns NULL so that the caller can answer ERR_NOMEM.
 * mem_forbid/mem_allow bracket phases that must not allocate (decoding): an allocation inside aborts, naming the phase. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_zalloc(size_t n) __attribute__((malloc, alloc_size(1), returns_nonnull));
/* n items of `size` bytes, zeroed; an overflowing product ends the program. */
void *mem_array(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2), returns_nonnull));
/* Grows or shrinks to n items of `size` bytes; p may be NULL. */
void *mem_grow(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));
void *mem_dup(const void *p, size_t n) __attribute__((malloc, returns_nonnull));
void mem_free(void *p);

/* 64-byte aligned and zeroed; NULL when it does not fit. Freed with mem_large_free. */
void *mem_large(size_t n) __attribute__((malloc, warn_unused_result));
void mem_large_free(void *p);
/* The nth mem_large from now (1 = next) fails once; 0 switches the hook off. For tests. */
void mem_fail_at(long nth);
/* Bytes held through mem_large now, and the most there have been. */
size_t mem_large_now(void);
size_t mem_large_peak(void);
/* Bytes that this machine could give to programs now without taking them from others; 0 when the system does not say. */
double mem_available(void);
/* The most memory this process has held at once, mapped files included (VmHWM), in bytes; 0 when the system does not say. */
double mem_peak(void);

void mem_forbid(const char *phase); /* this thread only; nests not */
void mem_allow(void);

/* An arena: many small pieces, freed together. Under ASan each piece is a malloc of its own, so that overruns show. */
struct arena {
	struct arena_block *first;
};
void arena_init(struct arena *a);
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull)); /* zeroed, 16-byte aligned */
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
void arena_release(struct arena *a);

#endif
