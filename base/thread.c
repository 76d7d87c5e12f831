#include "base/thread.h"
#include "base/mem.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A worker spins for this many polls before it sleeps: a decode step makes hundreds of short runs, a few microseconds apart. */
enum { SPIN_POLLS = 4000, WAIT_POLLS = 1000 };

/* Items are claimed, not dealt out: a worker that the system has put aside (other programs want its processor) then costs the
 * others nothing but the item it holds. `claims` is round << 32 | items claimed so far, changed by compare and swap alone, so
 * that a worker waking up late cannot claim from a round that is over: fn, ctx and n_items are changed only while it is CLOSED. */
#define CLOSED UINT32_MAX

struct crew {
	int n;
	pthread_t *threads;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int sleepers; /* under lock */
	atomic_uint_least64_t claims;
	atomic_int done; /* items finished in this round */
	atomic_bool quit;
	_Atomic(crew_fn *) fn;
	_Atomic(void *) ctx;
	atomic_int n_items;
	bool spin; /* not when there are more threads than processors */
};

struct worker {
	struct crew *crew;
	int index;
};

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

/* Claims items of the present round and does them until none is left; returns what `claims` then was. */
static uint64_t take_items(struct crew *c, int thread)
{
	uint64_t seen = atomic_load(&c->claims);
	for (;;) {
		uint32_t next = (uint32_t)seen, n = (uint32_t)atomic_load(&c->n_items);
		if (next == CLOSED || next >= n)
			return seen;
		crew_fn *fn = atomic_load(&c->fn);
		void *ctx = atomic_load(&c->ctx);
		uint32_t many = 1 + (n - next) / (4 * (uint32_t)c->n);
		if (!atomic_compare_exchange_strong(&c->claims, &seen, seen + many))
			continue;
		for (uint32_t i = 0; i < many; i++)
			fn(ctx, (int)(next + i), thread);
		atomic_fetch_add_explicit(&c->done, (int)many, memory_order_release);
		seen = atomic_load(&c->claims);
	}
}

static void wait_for_change(struct crew *c, uint64_t seen)
{
	for (int i = 0; c->spin && i < SPIN_POLLS; i++) {
		if (atomic_load_explicit(&c->claims, memory_order_acquire) != seen)
			return;
		pause_briefly();
	}
	pthread_mutex_lock(&c->lock);
	c->sleepers++;
	while (atomic_load(&c->claims) == seen && !atomic_load(&c->quit))
		pthread_cond_wait(&c->wake, &c->lock);
	c->sleepers--;
	pthread_mutex_unlock(&c->lock);
}

static void *work(void *arg)
{
	struct worker w = *(struct worker *)arg;
	mem_free(arg);
	struct crew *c = w.crew;
	while (!atomic_load(&c->quit))
		wait_for_change(c, take_items(c, w.index));
	return NULL;
}

int thread_cpus(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) < 0)
		return 1;
	int n = CPU_COUNT(&set);
	return n < 1 ? 1 : n;
}

struct crew *crew_new(int n_threads)
{
	struct crew *c = mem_zalloc(sizeof *c);
	c->n = n_threads < 1 ? 1 : n_threads;
	c->spin = c->n <= thread_cpus();
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	c->threads = mem_array((size_t)c->n, sizeof *c->threads);
	atomic_store(&c->claims, CLOSED);
	for (int i = 1; i < c->n; i++) {
		struct worker *w = mem_alloc(sizeof *w);
		*w = (struct worker){ c, i };
		if (pthread_create(&c->threads[i], NULL, work, w) != 0) {
			mem_free(w);
			c->n = i; /* fewer threads give the same results */
			break;
		}
	}
	return c;
}

static void start_round(struct crew *c, int n_items, crew_fn *fn, void *ctx)
{
	uint64_t round = (atomic_load(&c->claims) >> 32) + 1;
	atomic_store(&c->claims, round << 32 | CLOSED);
	atomic_store(&c->fn, fn);
	atomic_store(&c->ctx, ctx);
	atomic_store(&c->n_items, n_items);
	atomic_store(&c->done, 0);
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->claims, (round + 1) << 32);
	if (c->sleepers > 0)
		pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->quit, true);
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
	atomic_fetch_add(&c->claims, UINT64_C(1) << 32); /* those that spin look up */
	for (int i = 1; i < c->n; i++)
		pthread_join(c->threads[i], NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	mem_free(c->threads);
	mem_free(c);
}

int crew_size(const struct crew *c)
{
	return c->n;
}

void crew_run(struct crew *c, int n_items, crew_fn *fn, void *ctx)
{
	if (c->n < 2 || n_items < 2) {
		for (int i = 0; i < n_items; i++)
			fn(ctx, i, 0);
		return;
	}
	start_round(c, n_items, fn, ctx);
	take_items(c, 0);
	for (int i = 0; atomic_load_explicit(&c->done, memory_order_acquire) < n_items; i++) {
		if (c->spin && i < WAIT_POLLS)
			pause_briefly();
		else
			sched_yield();
	}
}
