/* base/thread.h - layer 0. A fixed crew of threads that run the same function over index ranges.
 *
 * A crew of n has n - 1 threads of its own; the caller is the nth. crew_run(crew, n_items, fn, ctx) calls fn once for every
 * item and returns when all are done. Whoever is free takes the next items: where other programs take the processors, the
 * caller does what its threads cannot. What fn computes for an item must not depend on which thread runs it.
 * Not reentrant: one crew_run at a time per crew. No allocation in run. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

struct crew;
typedef void crew_fn(void *ctx, int item, int thread); /* thread: 0 .. n-1, for scratch memory */

struct crew *crew_new(int n_threads); /* yours; n_threads < 1 is taken as 1 */
void crew_free(struct crew *c);
int crew_size(const struct crew *c);
void crew_run(struct crew *c, int n_items, crew_fn *fn, void *ctx);
/* Processors this process may run on. */
int thread_cpus(void);

#endif
