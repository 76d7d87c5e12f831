/* What forks cost: making them, and a step of them against the number of experts they touch.
 *
 *   bench_fork [--model DIR] [--dummy-weights SEED] [--backend NAME] [--compute f32|bf16|fp8] [--threads N] [--prompt N]
 *              [--forks N] [--steps N] [--csv]
 *
 * Siblings that read the same tokens choose the same experts. So forks in 1, 2, 4, ... groups, each group with tokens of its own,
 * touch more and more distinct experts while the number of rows stays: the time of a step against them is fitted by a line,
 * milliseconds = a + b x distinct experts of a layer (least squares over all settings, the median of the steps of each). b is what
 * one more expert costs, which is what forming batches by lineage saves. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "engine/engine.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_GROUPINGS = 16 };

struct setting {
	const char *dir;
	struct eng_options options;
	int prompt, forks, steps;
	bool csv;
};

struct point {
	int groups;
	double distinct, ms; /* of a layer, of a step */
};

static void or_stop(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "bench_fork: %s\n", err_message());
	exit(err_exit_status(rc));
}

static int32_t token_at(const struct eng_model *m, uint32_t group, uint32_t step)
{
	return (int32_t)rng_below((struct rng_at){.node = group, .step = step}, (uint32_t)eng_model_info(m)->n_vocab);
}

static struct eng_prefix *prefill(struct eng_model *m, int n)
{
	int32_t *ids = mem_array((size_t)n, sizeof *ids);
	struct eng_prefix *p;
	for (int i = 0; i < n; i++)
		ids[i] = token_at(m, UINT32_MAX, (uint32_t)i);
	or_stop(eng_prefix_new(&p, m, ids, n, (struct eng_capture){0}, NULL));
	mem_free(ids);
	return p;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, ascending);
	return v[n / 2];
}

/* Waits for all that a device was given to do. */
static void wait_for(struct eng_model *m)
{
	uint64_t bytes, macs;
	or_stop(eng_traffic(m, &bytes, &macs));
}

/* Microseconds a fork, and the bytes of state that making them moved. */
static void measure_making(struct eng_model *m, const struct setting *s)
{
	struct eng_prefix *p = prefill(m, s->prompt);
	struct eng_fork **f = mem_array((size_t)s->forks, sizeof *f);
	wait_for(m);
	double start = clock_seconds();
	for (int i = 0; i < s->forks; i++)
		or_stop(eng_fork_new(&f[i], p));
	wait_for(m);
	double us = (clock_seconds() - start) * 1e6 / s->forks;
	printf(s->csv ? "# making a fork: %.2f us, %d at once; a row of logits is copied, pages and states are not\n"
	              : "making a fork      %10.2f us (%d at once; a row of logits is copied, pages and states are not)\n", us, s->forks);
	for (int i = 0; i < s->forks; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	mem_free(f);
}

static struct point measure_step(struct eng_model *m, const struct setting *s, int groups)
{
	struct eng_prefix *p = prefill(m, s->prompt);
	struct eng_fork **f = mem_array((size_t)s->forks, sizeof *f);
	int32_t *tokens = mem_array((size_t)s->forks, sizeof *tokens);
	double *ms = mem_array((size_t)s->steps, sizeof *ms), distinct = 0;
	for (int i = 0; i < s->forks; i++)
		or_stop(eng_fork_new(&f[i], p));
	for (int t = 0; t < s->steps; t++) {
		for (int i = 0; i < s->forks; i++)
			tokens[i] = token_at(m, (uint32_t)(i * groups / s->forks), (uint32_t)t);
		double start = clock_seconds();
		or_stop(eng_step(m, f, tokens, s->forks, (struct eng_capture){0}));
		ms[t] = (clock_seconds() - start) * 1e3;
		distinct += eng_last_distinct_experts(m);
	}
	struct point at = {groups, distinct / s->steps / eng_model_info(m)->n_layers, median(ms, s->steps)};
	for (int i = 0; i < s->forks; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	mem_free(f);
	mem_free(tokens);
	mem_free(ms);
	return at;
}

static void fit(const struct point *at, int n, bool csv)
{
	double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
	for (int i = 0; i < n; i++) {
		x += at[i].distinct / n;
		y += at[i].ms / n;
	}
	for (int i = 0; i < n; i++) {
		xx += (at[i].distinct - x) * (at[i].distinct - x);
		xy += (at[i].distinct - x) * (at[i].ms - y);
		yy += (at[i].ms - y) * (at[i].ms - y);
	}
	double slope = xx > 0 ? xy / xx : 0, r2 = xx > 0 && yy > 0 ? xy * xy / (xx * yy) : 0;
	printf("%sstep = %.4f ms + %.6f ms x distinct experts of a layer, r^2 %.3f\n", csv ? "# " : "", y - slope * x, slope, r2);
}

static void measure_steps(struct eng_model *m, const struct setting *s)
{
	struct point at[MAX_GROUPINGS];
	int n = 0;
	puts(s->csv ? "forks,groups,distinct_experts_per_layer,ms_per_step,tokens_per_s" : "forks  groups  distinct experts a layer  ms a step  tokens/s");
	for (int groups = 1; groups <= s->forks && n < MAX_GROUPINGS; groups *= 2, n++) {
		at[n] = measure_step(m, s, groups);
		printf(s->csv ? "%d,%d,%.2f,%.4f,%.0f\n" : "%5d  %6d  %24.2f  %9.4f  %8.0f\n", s->forks, groups, at[n].distinct, at[n].ms,
		       s->forks / at[n].ms * 1e3);
	}
	fit(at, n, s->csv);
}

static int number(const char *name, const char *value, long low, long high)
{
	char *end;
	long v = strtol(value, &end, 10);
	if (end == value || *end || v < low || v > high) {
		fprintf(stderr, "bench_fork: %s takes a number from %ld to %ld, not '%s'\n", name, low, high, value);
		exit(2);
	}
	return (int)v;
}

static enum eng_compute compute_of(const char *name)
{
	return !strcmp(name, "bf16") ? ENG_COMPUTE_BF16 : !strcmp(name, "fp8") ? ENG_COMPUTE_FP8 : ENG_COMPUTE_F32;
}

static void read_option(struct setting *s, const char *name, const char *value)
{
	if (!strcmp(name, "--model"))
		s->dir = value;
	else if (!strcmp(name, "--backend"))
		s->options.backend = value;
	else if (!strcmp(name, "--compute"))
		s->options.compute = compute_of(value);
	else if (!strcmp(name, "--threads"))
		s->options.threads = number(name, value, 1, 1024);
	else if (!strcmp(name, "--prompt"))
		s->prompt = number(name, value, 1, 1 << 20);
	else if (!strcmp(name, "--forks"))
		s->forks = number(name, value, 1, 4096);
	else if (!strcmp(name, "--steps"))
		s->steps = number(name, value, 1, 1 << 20);
	else if (!strcmp(name, "--dummy-weights")) {
		s->options.dummy = true;
		s->options.dummy_seed = (uint64_t)number(name, value, 0, INT32_MAX);
	} else {
		fprintf(stderr, "bench_fork: unknown option %s\n", name);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct setting s = {.prompt = 128, .forks = 32, .steps = 32};
	struct eng_model *m;
	char *sapling = NULL;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--csv"))
			s.csv = true;
		else
			read_option(&s, argv[i], i + 1 < argc ? argv[i + 1] : ""), i++;
	if (!s.dir)
		or_stop(file_data(&sapling, "models/sapling"));
	s.options.max_positions = s.prompt + s.steps;
	s.options.max_prefixes = 2;
	s.options.max_forks = s.forks;
	or_stop(eng_model_open(&m, s.dir ? s.dir : sapling, &s.options));
	measure_making(m, &s);
	measure_steps(m, &s);
	eng_model_close(m);
	mem_free(sapling);
	return 0;
}
