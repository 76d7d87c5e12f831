/* kernels/backends.h - inside kernels/. The backends there are, and what they share. */
#ifndef KERNELS_BACKENDS_H
#define KERNELS_BACKENDS_H

#include "kernels/kernels.h"

extern const struct kern_backend kern_ref, kern_cpu_base, kern_cpu_avx2, kern_cpu_avx512, kern_check;
/* Weak: it is there where the CUDA sources were linked in, compiled for a GPU or for tests/shim. */
extern const struct kern_backend kern_cuda __attribute__((weak));

/* ref.c: for every backend of the process's own memory. */
int kern_copy_pages(struct kern *k, const struct kern_pages *op);
int kern_scatter_rows(struct kern *k, const struct kern_scatter *op);

/* check.c: the state a checking struct kern carries. */
int kern_checker_new(struct kern *k, const struct kern_backend *inner) CHECK_RESULT;
void kern_checker_free(struct kern_checker *c);

/* cpu.c: calls fn(ctx, item, thread) for every item, in any order, on the crew's threads; `macs` says how much work it is,
 * so that little of it stays on this thread. What an item computes must not depend on the thread. */
typedef void kern_item_fn(void *ctx, int item, int thread);
void kern_split(struct crew *crew, int n_items, uint64_t macs, kern_item_fn *fn, void *ctx);

#endif
