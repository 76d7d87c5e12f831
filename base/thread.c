#include "base/thread.h"
#include "base/mem.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A worker spins for this many polls before it sleeps: a decode step makes hundreds of short runs, a few microseconds apart. */
enum { SPIN_POLLS = 4000 };

struct crew {
	int n;
	pthread_t *threads;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int sleepers; /* under lock */
	atomic_uint round;  /* odd or even does not matter; it changes when there is work */
	atomic_int pending; /* workers still in this round */
	atomic_bool quit;
	crew_fn *fn;
	void *ctx;
	int n_items;
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

static void run_block(struct crew *c, int thread)
{
	int from = (int)((long long)c->n_items * thread / c->n);
	int to = (int)((long long)c->n_items * (thread + 1) / c->n);
	for (int i = from; i < to; i++)
		c->fn(c->ctx, i, thread);
}

static void wait_for_round(struct crew *c, unsigned seen)
{
	for (int i = 0; c->spin && i < SPIN_POLLS; i++) {
		if (atomic_load_explicit(&c->round, memory_order_acquire) != seen)
			return;
		pause_briefly();
	}
	pthread_mutex_lock(&c->lock);
	c->sleepers++;
	while (atomic_load_explicit(&c->round, memory_order_acquire) == seen)
		pthread_cond_wait(&c->wake, &c->lock);
	c->sleepers--;
	pthread_mutex_unlock(&c->lock);
}

static void *work(void *arg)
{
	struct worker w = *(struct worker *)arg;
	mem_free(arg);
	struct crew *c = w.crew;
	for (unsigned seen = 0;; seen++) {
		wait_for_round(c, seen);
		if (atomic_load(&c->quit))
			return NULL;
		run_block(c, w.index);
		atomic_fetch_sub_explicit(&c->pending, 1, memory_order_release);
	}
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

static void start_round(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	atomic_fetch_add_explicit(&c->round, 1, memory_order_release);
	if (c->sleepers > 0)
		pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	atomic_store(&c->quit, true);
	start_round(c);
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
	c->fn = fn;
	c->ctx = ctx;
	c->n_items = n_items;
	if (c->n > 1 && n_items > 1) {
		atomic_store_explicit(&c->pending, c->n - 1, memory_order_relaxed);
		start_round(c);
		run_block(c, 0);
		for (int i = 0; atomic_load_explicit(&c->pending, memory_order_acquire) > 0; i++) {
			if (c->spin && i < 1 << 16)
				pause_briefly();
			else
				sched_yield();
		}
		return;
	}
	for (int i = 0; i < n_items; i++)
		fn(ctx, i, 0);
}
