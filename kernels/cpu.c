/* The cpu backend's hand-over of work to threads. */
#include "kernels/backends.h"
#include "base/thread.h"

/* Waking the crew costs a few microseconds, and a core does some 20,000 multiply-adds in one: below this it does not pay. */
enum { SPLIT_MACS = 60000 };

void kern_split(struct crew *crew, int n_items, uint64_t macs, kern_item_fn *fn, void *ctx)
{
	if (crew && macs >= SPLIT_MACS) {
		crew_run(crew, n_items, fn, ctx);
		return;
	}
	for (int i = 0; i < n_items; i++)
		fn(ctx, i, 0);
}
