/* The cpu backend's hand-over of work to threads. */
#include "kernels/backends.h"
#include "base/thread.h"
#include <stdatomic.h>

/* Waking the crew costs a few microseconds, and a core does some 20,000 multiply-adds in one: below this it does not pay. */
enum { SPLIT_MACS = 60000 };

struct split {
	atomic_int next;
	int n_items;
	kern_item_fn *fn;
	void *ctx;
};

/* Items are taken from a common counter, so that a thread which lost its core to another process delays the rest least. */
static void take_items(void *ctx, int item, int thread)
{
	struct split *s = ctx;
	(void)item;
	for (int i; (i = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed)) < s->n_items;)
		s->fn(s->ctx, i, thread);
}

void kern_split(struct crew *crew, int n_items, uint64_t macs, kern_item_fn *fn, void *ctx)
{
	if (!crew || n_items < 2 || macs < SPLIT_MACS || crew_size(crew) < 2) {
		for (int i = 0; i < n_items; i++)
			fn(ctx, i, 0);
		return;
	}
	struct split s = { .n_items = n_items, .fn = fn, .ctx = ctx };
	crew_run(crew, crew_size(crew), take_items, &s);
}
