/* coppice bench engine: how fast the engine generates. Prefill, then so many forks of one prompt, with and without capture of the routing.
 *
 * Every fork samples its own tokens at temperature 0.7, by coordinate, so that forks part and a row's tokens are the same in every run.
 * Beside the time by the clock stands the processors' own, which other programs on the machine do not stretch: with --threads 1, tokens
 * a cpu-second is what one idle core would make. Of the repeats the median counts. The hash is of the last logits of all forks (with a
 * device of the first few's): a speed-up that changes it has changed the arithmetic, and two repeats that differ are an error.
 * Generation never stops at an end of text, so that rows compare. */
#include "base/hash.h"
#include "base/mem.h"
#include "commands/bench_engine.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEVICE_HASHED = 4, MAX_REPEATS = 9 };

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int begin(struct eng_model *m, struct engine_row *r)
{
	int err = bench_traffic(m, &r->traffic);
	r->seconds = clock_seconds();
	r->cpu = cpu_seconds();
	return err;
}

static int end(struct eng_model *m, struct engine_row *r)
{
	struct bench_traffic before = r->traffic;
	int err = bench_traffic(m, &r->traffic); /* waits for a device */
	r->cpu = cpu_seconds() - r->cpu;
	r->seconds = clock_seconds() - r->seconds;
	r->traffic.bytes -= before.bytes;
	r->traffic.macs -= before.macs;
	return err;
}

static int add_logits(struct eng_model *m, struct engine_row *r, struct eng_fork *f)
{
	const float *logits = eng_fork_logits(f);
	if (!logits)
		return err_set(ERR_UNSUPPORTED, "the %s backend did not give the logits", eng_model_info(m)->backend);
	r->hash = hash_bytes(r->hash, logits, (size_t)eng_model_info(m)->n_vocab * sizeof *logits);
	return 0;
}

static int run_prefill(struct eng_model *m, const struct options *o, struct engine_row *r, struct progress *p)
{
	struct eng_prefix *prefix = NULL;
	struct eng_fork *fork = NULL;
	int err = begin(m, r);
	err = err ? err : bench_prefix(&prefix, m, (int)o->prompt, (uint64_t)o->seed);
	err = err ? err : end(m, r);
	err = err ? err : eng_fork_new(&fork, prefix);
	err = err ? err : add_logits(m, r, fork);
	eng_fork_free(fork);
	eng_prefix_free(prefix);
	progress_update(p, p->done + 1, "prefill");
	return err;
}

static int decode(struct bench_batch *b, const struct options *o, struct engine_row *r, struct progress *p)
{
	int err = begin(b->m, r);
	err = err ? err : bench_batch_draw(b);
	for (int s = 0; s < o->max_tokens && !err; s++) {
		err = bench_batch_step(b, s, (int)o->max_tokens, 0);
		r->distinct += eng_last_distinct_experts(b->m);
		progress_update(p, p->done + 1, "%d fork%s, capture %s", r->forks, r->forks == 1 ? "" : "s", r->capture ? "on" : "off");
	}
	return err ? err : end(b->m, r);
}

static int run_decode(struct eng_model *m, const struct options *o, struct engine_row *r, struct progress *p)
{
	struct bench_batch b;
	bool device = strcmp(eng_model_info(m)->backend, "cuda") == 0;
	int err = bench_batch_open(&b, m, r->forks, o, r->capture);
	err = err ? err : bench_batch_fork(&b);
	err = err ? err : decode(&b, o, r, p);
	for (int i = 0; i < r->forks && !err && (!device || i < DEVICE_HASHED); i++)
		err = add_logits(m, r, b.forks[i]);
	bench_batch_close(&b);
	return err;
}

static int by_seconds(const void *a, const void *b)
{
	const struct engine_row *x = a, *y = b;
	return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* *row says what is to be measured: no forks is prefill. */
static int measure(struct eng_model *m, const struct options *o, struct engine_row *row, struct progress *p)
{
	struct engine_row r[MAX_REPEATS];
	int n = (int)o->repeats, err = 0;
	for (int i = 0; i < n && !err; i++) {
		r[i] = *row;
		err = row->forks ? run_decode(m, o, &r[i], p) : run_prefill(m, o, &r[i], p);
	}
	if (err)
		return err;
	qsort(r, (size_t)n, sizeof *r, by_seconds);
	*row = r[n / 2];
	for (int i = 0; i < n; i++)
		if (r[i].hash != row->hash)
			return err_set(ERR_CONFLICT, "two runs of the same tokens differ: %d forks gave logits that hash to %016" PRIx64 " and to %016" PRIx64,
			               row->forks, row->hash, r[i].hash);
	return 0;
}

static int measure_all(struct engine_figures *f, struct eng_model *m, const struct options *o)
{
	struct progress p;
	int err = 0;
	f->rows = mem_array(1 + 2 * (size_t)o->counts.n, sizeof *f->rows);
	f->rows[f->n++] = (struct engine_row){.hash = HASH_SEED, .steps = 1, .tokens = o->prompt};
	for (int i = 0; i < o->counts.n; i++)
		for (int capture = 0; capture < 2; capture++)
			f->rows[f->n++] = (struct engine_row){.forks = o->counts.at[i], .capture = capture, .hash = HASH_SEED, .steps = (int)o->max_tokens,
			                                      .tokens = o->max_tokens * o->counts.at[i]};
	bench_progress(&p, "bench engine", "steps", o->repeats * (1 + 2 * o->counts.n * o->max_tokens));
	for (int i = 0; i < f->n && !err; i++)
		err = measure(m, o, &f->rows[i], &p);
	if (!err)
		progress_end(&p);
	return err;
}

int bench_engine(const struct options *o)
{
	struct eng_model *m = NULL;
	struct engine_figures f = {0};
	int most = bench_most_forks(o);
	int err = bench_open(&m, &f.info, o, most, (int)o->max_tokens, &f.seconds_to_open);
	err = err ? err : measure_all(&f, m, o);
	if (!err)
		f.memory = bench_memory(&f.info, o, most, (int)o->max_tokens);
	eng_model_close(m);
	err = err ? err : bench_peak(&f.peak, o, false);
	if (!err)
		bench_engine_print(&f, o);
	bench_info_release(&f.info);
	mem_free(f.rows);
	return err;
}
