/* What forks cost: making them, their first steps, and a step of them against the number of experts they touch.
 *
 *   bench_fork [--model DIR] [--dummy-weights SEED] [--backend NAME] [--compute f32|bf16|fp8] [--state own|shared] [--threads N]
 *              [--prompt N] [--forks N] [--steps N] [--save FILE | --against FILE] [--csv]
 *
 * The first steps are 16, each sibling with tokens of its own: milliseconds and bytes moved a step. What the first siblings then have
 * (logits) and had (routes) can be saved, and another run, with --state shared say, held against it. Saved with them is what the steps
 * moved beside states (all that they moved, less each fork's own state read and written): so the other run can tell its states' share.
 *
 * Siblings that read the same tokens choose the same experts. So forks in 1, 2, 4, ... groups, each group with tokens of its own,
 * touch more and more distinct experts while the number of rows stays: the time of a step against them is fitted by a line,
 * milliseconds = a + b x distinct experts of a layer (least squares over all settings, the median of the steps of each). b is what
 * one more expert costs, which is what forming batches by lineage saves. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "benchmarks/bench.h"
#include "engine/engine.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GROUPINGS = 16, FIRST_STEPS = 16, KEPT = 8 };

struct setting {
	const char *dir, *save, *against;
	struct eng_options options;
	int prompt, forks, steps;
	bool csv;
};

struct point {
	int groups;
	double distinct, ms; /* of a layer, of a step */
};

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

/* What the first KEPT siblings' first steps came to: routes of every step, and logits after the last. */
struct outcome {
	uint16_t *experts; /* [FIRST_STEPS][kept][layers][k] */
	float *logits;     /* [kept][vocab] */
	size_t n_experts, n_logits;
	double bytes, other; /* moved a step, and of these no states */
};

static void save(const struct outcome *o, const char *path)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(&o->other, sizeof o->other, 1, f) != 1 || fwrite(o->experts, sizeof *o->experts, o->n_experts, f) != o->n_experts ||
	    fwrite(o->logits, sizeof *o->logits, o->n_logits, f) != o->n_logits || fclose(f))
		or_stop(err_errno(ERR_IO, "cannot write %s", path));
}

/* Sets that are equal, slot for slot, and the distance of the logits relative to their spread. */
static void hold_against(const struct outcome *o, const char *path, size_t row, double own, bool csv)
{
	struct outcome was = {.experts = mem_array(o->n_experts, sizeof *was.experts), .logits = mem_array(o->n_logits, sizeof *was.logits)};
	FILE *f = fopen(path, "rb");
	if (!f || fread(&was.other, sizeof was.other, 1, f) != 1 || fread(was.experts, sizeof *was.experts, o->n_experts, f) != o->n_experts ||
	    fread(was.logits, sizeof *was.logits, o->n_logits, f) != o->n_logits || fclose(f))
		or_stop(err_errno(ERR_IO, "cannot read %s, or it is of another shape", path));
	double sum = 0, squares = 0, apart = 0;
	size_t same = 0;
	for (size_t i = 0; i < o->n_logits; i++) {
		double x = (double)was.logits[i], d = (double)o->logits[i] - x;
		sum += x;
		squares += x * x;
		apart += d * d;
	}
	for (size_t i = 0; i < o->n_experts; i += row)
		same += !memcmp(o->experts + i, was.experts + i, row * sizeof *was.experts);
	double n = (double)o->n_logits, spread = sqrt(squares / n - sum / n * (sum / n));
	printf("%sagainst %s: logits after %d steps are %.2e of their spread apart (root mean square), %.2f %% of the routes are the same\n",
	       csv ? "# " : "", path, FIRST_STEPS, sqrt(apart / n) / spread, 100.0 * (double)same / (double)(o->n_experts / row));
	if (was.other > 0)
		printf("%sstates: %.2f MB moved a step, %.2f there: %.2f times less\n", csv ? "# " : "", (o->bytes - was.other) / 1e6, own / 1e6,
		       own / (o->bytes - was.other));
	mem_free(was.experts);
	mem_free(was.logits);
}

/* Bytes a step of forks that each read and write a state of their own. */
static double own_states(const struct eng_model *m, int forks)
{
	return 2.0 * forks * (double)eng_model_info(m)->state_bytes_per_fork;
}

static void keep(struct eng_model *m, const struct setting *s, struct eng_fork **f, struct outcome *o, int kept)
{
	size_t vocab = (size_t)eng_model_info(m)->n_vocab;
	for (int i = 0; i < kept; i++) {
		const float *logits = eng_fork_logits(f[i]);
		if (!logits)
			or_stop(ERR_UNSUPPORTED);
		memcpy(o->logits + (size_t)i * vocab, logits, vocab * sizeof *logits);
	}
	if (s->save)
		save(o, s->save);
	if (s->against)
		hold_against(o, s->against, (size_t)eng_model_info(m)->top_k, own_states(m, s->forks), s->csv);
}

static void measure_first_steps(struct eng_model *m, const struct setting *s)
{
	const struct eng_info *info = eng_model_info(m);
	int kept = s->forks < KEPT ? s->forks : KEPT;
	size_t row = (size_t)info->n_layers * (size_t)info->top_k;
	struct outcome o = {.n_experts = FIRST_STEPS * (size_t)kept * row, .n_logits = (size_t)kept * (size_t)info->n_vocab};
	struct eng_prefix *p = prefill(m, s->prompt);
	struct eng_fork **f = mem_array((size_t)s->forks, sizeof *f);
	int32_t *tokens = mem_array((size_t)s->forks, sizeof *tokens);
	uint16_t *experts = mem_array((size_t)s->forks * row, sizeof *experts);
	uint64_t bytes[2], macs;
	double ms[FIRST_STEPS];
	o.experts = mem_array(o.n_experts, sizeof *o.experts);
	o.logits = mem_array(o.n_logits, sizeof *o.logits);
	for (int i = 0; i < s->forks; i++)
		or_stop(eng_fork_new(&f[i], p));
	or_stop(eng_traffic(m, &bytes[0], &macs));
	for (int t = 0; t < FIRST_STEPS; t++) {
		for (int i = 0; i < s->forks; i++)
			tokens[i] = token_at(m, (uint32_t)i, (uint32_t)t);
		double start = clock_seconds();
		or_stop(eng_step(m, f, tokens, s->forks, (struct eng_capture){.experts = experts}));
		ms[t] = (clock_seconds() - start) * 1e3;
		memcpy(o.experts + (size_t)t * (size_t)kept * row, experts, (size_t)kept * row * sizeof *experts);
	}
	or_stop(eng_traffic(m, &bytes[1], &macs));
	printf("%sfirst %d steps of %d siblings, state %s: %.4f ms and %.1f MB moved a step\n", s->csv ? "# " : "", FIRST_STEPS, s->forks,
	       info->shared_state ? "shared" : "own", median(ms, FIRST_STEPS), (double)(bytes[1] - bytes[0]) / FIRST_STEPS / 1e6);
	o.bytes = (double)(bytes[1] - bytes[0]) / FIRST_STEPS;
	o.other = info->shared_state ? 0 : o.bytes - own_states(m, s->forks);
	keep(m, s, f, &o, kept);
	for (int i = 0; i < s->forks; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	void *all[] = {f, tokens, experts, o.experts, o.logits};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		mem_free(all[i]);
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

static const char *const computes[] = {"f32", "bf16", "fp8"}, *const states[] = {"own", "shared"};

static void read_option(struct setting *s, const char *name, const char *value)
{
	if (!strcmp(name, "--model"))
		s->dir = value;
	else if (!strcmp(name, "--backend"))
		s->options.backend = value;
	else if (!strcmp(name, "--compute"))
		s->options.compute = ENG_COMPUTE_F32 + (enum eng_compute)choice(name, value, computes, 3);
	else if (!strcmp(name, "--state"))
		s->options.shared_state = choice(name, value, states, 2);
	else if (!strcmp(name, "--save"))
		s->save = value;
	else if (!strcmp(name, "--against"))
		s->against = value;
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
	s.options.max_positions = s.prompt + (s.steps > FIRST_STEPS ? s.steps : FIRST_STEPS);
	s.options.max_prefixes = 2;
	s.options.max_forks = s.forks;
	or_stop(eng_model_open(&m, s.dir ? s.dir : sapling, &s.options));
	measure_making(m, &s);
	measure_first_steps(m, &s);
	measure_steps(m, &s);
	eng_model_close(m);
	mem_free(sapling);
	return 0;
}
