/* How fast the engine generates: prefill, then 1, 8 and 32 forks of one prompt, with and without capture of the routing.
 *
 *   bench_engine [--model DIR] [--dummy-weights SEED] [--threads N] [--backend NAME] [--compute f32|bf16|fp8] [--state own|shared]
 *                [--prompt N] [--forks N,N,...] [--tokens N] [--repeats N] [--peak] [--csv]
 *
 * With --forks only these numbers of forks are measured, with and without capture. --peak measures first how fast the backend's memory
 * is, by copies of a gigabyte within it (bytes read and bytes written), and shows each figure as a share of that. At the end stands
 * the most memory the process has held, beside what it cannot do without: the weights, and keys, values and states of one prompt
 * and of every token grown behind it.
 *
 * Every fork samples its own tokens at temperature 0.7, by coordinate, so that forks part and a row's tokens are the same in
 * every run. Beside the time by the clock stands the processors' own, which other programs on the machine do not stretch: with
 * --threads 1, tokens a cpu-second is what one idle core would make. Of three repeats the median counts. The hash is of the last
 * logits of all forks (with a device of the first few's): a speed-up that changes it has changed the arithmetic. Generation never stops at an end of text, so that
 * rows compare. */
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "benchmarks/bench.h"
#include "engine/engine.h"
#include "kernels/kernels.h"

enum { MAX_FORKS = 4096, MAX_COUNTS = 16, MAX_REPEATS = 9, DEVICE_HASHED = 4 };

struct setting {
	const char *dir;
	struct eng_options options;
	int prompt, steps, repeats;
	int forks[MAX_COUNTS], n_counts;
	double peak; /* bytes a second; 0: not measured */
	bool measure_peak, csv;
};

struct result {
	double seconds, cpu;
	uint64_t bytes, macs, hash;
	long distinct; /* experts touched, summed over steps and layers */
};

static struct eng_prefix *prefill(struct eng_model *m, int n)
{
	int32_t *ids = mem_array((size_t)n, sizeof *ids);
	struct eng_prefix *p;
	for (uint32_t i = 0; i < (uint32_t)n; i++)
		ids[i] = (int32_t)rng_below((struct rng_at){.step = i}, (uint32_t)eng_model_info(m)->n_vocab);
	or_stop(eng_prefix_new(&p, m, ids, n, (struct eng_capture){0}, NULL));
	mem_free(ids);
	return p;
}

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void begin(struct eng_model *m, struct result *r)
{
	or_stop(eng_traffic(m, &r->bytes, &r->macs));
	r->seconds = clock_seconds();
	r->cpu = cpu_seconds();
}

static void end(struct eng_model *m, struct result *r)
{
	uint64_t bytes = r->bytes, macs = r->macs;
	r->cpu = cpu_seconds() - r->cpu;
	r->seconds = clock_seconds() - r->seconds;
	or_stop(eng_traffic(m, &r->bytes, &r->macs));
	r->bytes -= bytes;
	r->macs -= macs;
}

static void add_logits(struct eng_model *m, struct result *r, struct eng_fork *f)
{
	const float *logits = eng_fork_logits(f);
	or_stop(logits ? 0 : ERR_UNSUPPORTED);
	r->hash = hash_bytes(r->hash, logits, (size_t)eng_model_info(m)->n_vocab * sizeof *logits);
}

static struct result run_prefill(struct eng_model *m, int prompt)
{
	struct result r = {.hash = HASH_SEED};
	struct eng_fork *f;
	begin(m, &r);
	struct eng_prefix *p = prefill(m, prompt);
	end(m, &r);
	or_stop(eng_fork_new(&f, p));
	add_logits(m, &r, f);
	eng_fork_free(f);
	eng_prefix_free(p);
	return r;
}

static struct result run_decode(struct eng_model *m, int prompt, int n, int steps, bool capture)
{
	const struct eng_info *info = eng_model_info(m);
	size_t row = (size_t)info->n_layers * (size_t)info->top_k;
	struct eng_capture c = {0};
	uint16_t *experts = mem_array((size_t)n * row, sizeof *experts);
	float *weights = mem_array((size_t)n * row, sizeof *weights);
	int32_t *tokens = mem_array((size_t)n, sizeof *tokens);
	struct rng_at *at = mem_array((size_t)n, sizeof *at);
	struct eng_choice *drawn = mem_array((size_t)n, sizeof *drawn);
	struct eng_fork **f = mem_array((size_t)n, sizeof *f);
	struct eng_prefix *p = prefill(m, prompt);
	struct result r = {.hash = HASH_SEED};
	if (capture)
		c = (struct eng_capture){experts, weights};
	for (int i = 0; i < n; i++)
		or_stop(eng_fork_new(&f[i], p));
	begin(m, &r);
	for (int s = 0; s < steps; s++) {
		for (int i = 0; i < n; i++)
			at[i] = (struct rng_at){.node = (uint32_t)i, .step = (uint32_t)s};
		or_stop(eng_draw(m, f, n, &(struct eng_sampling){.temperature = 0.7, .top_p = 1}, at, drawn));
		for (int i = 0; i < n; i++)
			tokens[i] = drawn[i].token;
		or_stop(eng_step(m, f, tokens, n, c));
		r.distinct += eng_last_distinct_experts(m);
	}
	end(m, &r);
	for (int i = 0; i < n; i++) {
		if (i < DEVICE_HASHED || strcmp(info->backend, "cuda"))
			add_logits(m, &r, f[i]);
		eng_fork_free(f[i]);
	}
	eng_prefix_free(p);
	mem_free(experts);
	mem_free(weights);
	mem_free(at);
	mem_free(drawn);
	mem_free(tokens);
	mem_free(f);
	return r;
}

static int by_seconds(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* n 0: prefill. */
static void measure(struct eng_model *m, const struct setting *set, int n, bool capture)
{
	struct result r[MAX_REPEATS];
	int steps = n ? set->steps : set->prompt, repeats = set->repeats;
	double tokens = (double)steps * (n ? n : 1);
	for (int i = 0; i < repeats; i++)
		r[i] = n ? run_decode(m, set->prompt, n, steps, capture) : run_prefill(m, set->prompt);
	qsort(r, (size_t)repeats, sizeof *r, by_seconds);
	const struct result *mid = &r[repeats / 2];
	double layers = eng_model_info(m)->n_layers;
	double rate = (double)mid->bytes / mid->seconds;
	printf(set->csv ? "%s,%d,%s,%.0f,%.4f,%.0f,%.0f,%.2f,%.1f,%.2f,%016llx"
	                : "%-8s %3d forks  capture %-3s %7.0f tokens %8.4f s %8.0f tokens/s %7.0f a cpu-s %7.2f GB/s %6.1f GMAC/s"
	                  "  %5.2f experts %016llx",
	       n ? "decode" : "prefill", n, capture ? "on" : "off", tokens, mid->seconds, tokens / mid->seconds, tokens / mid->cpu,
	       rate / 1e9, (double)mid->macs / mid->seconds / 1e9,
	       (double)mid->distinct / tokens / layers, (unsigned long long)mid->hash);
	printf(set->peak > 0 ? set->csv ? ",%.4f\n" : "  %.4f of the peak\n" : "\n", rate / set->peak);
	fflush(stdout);
	for (int i = 0; i < repeats; i++)
		if (r[i].hash != mid->hash) {
			fprintf(stderr, "bench_engine: two runs of the same tokens differ\n");
			exit(1);
		}
}

/* Bytes a second, read and written, of the best of some copies of a gigabyte within the backend's memory. */
static double memory_peak(const struct setting *set)
{
	enum { COPIES = 8 };
	size_t bytes = (size_t)1 << 30;
	double best = 0;
	struct kern k;
	or_stop(kern_open(&k, set->options.backend, NULL, KERN_F32));
	char *from = kern_alloc(&k, bytes), *to = kern_alloc(&k, bytes);
	if (!from || !to)
		or_stop(err_set(ERR_NOMEM, "no memory to measure its speed"));
	for (int i = 0; i < 5; i++) {
		or_stop(kern_settle(&k));
		double start = clock_seconds();
		for (int j = 0; j < COPIES; j++)
			or_stop(kern_copy(&k, to, from, bytes));
		or_stop(kern_settle(&k));
		double rate = 2.0 * COPIES * (double)bytes / (clock_seconds() - start);
		best = rate > best ? rate : best;
	}
	kern_free(&k, from);
	kern_free(&k, to);
	printf("%smemory of %s: %.1f GB/s, read and written by copies\n", set->csv ? "# " : "", kern_device_name(&k), best / 1e9);
	kern_close(&k);
	return best;
}

static void report_memory(const struct eng_model *m, const struct setting *s)
{
	const struct eng_info *i = eng_model_info(m);
	int forks = s->options.max_forks;
	double positions = s->prompt + (double)forks * s->steps;
	double kv = positions * (double)i->kv_bytes_per_token, states = (forks + 1.0) * (double)i->state_bytes_per_fork, weights = (double)i->weight_bytes;
	printf("%speak memory %.1f MiB; weights %.1f, keys and values of %.0f positions %.1f, states %.1f: %.4f times these\n", s->csv ? "# " : "",
	       mem_peak() / 0x1p20, weights / 0x1p20, positions, kv / 0x1p20, states / 0x1p20, mem_peak() / (weights + kv + states));
}

static void read_counts(struct setting *s, const char *list)
{
	char *copy = mem_strdup(list), *rest = copy;
	for (char *one; (one = strsep(&rest, ",")) && s->n_counts < MAX_COUNTS;)
		s->forks[s->n_counts++] = number("--forks", one, 1, MAX_FORKS);
	mem_free(copy);
}

static void read_options(struct setting *s, int argc, char **argv)
{
	static const char *const states[] = {"own", "shared"}, *const types[] = {"f32", "bf16", "fp8"};
	static const enum eng_compute compute[] = {ENG_COMPUTE_F32, ENG_COMPUTE_BF16, ENG_COMPUTE_FP8};
	struct {
		const char *name;
		int *at;
		long high;
	} numbers[] = {{"--threads", &s->options.threads, 1024}, {"--prompt", &s->prompt, 1 << 20}, {"--tokens", &s->steps, 1 << 20}, {"--steps", &s->steps, 1 << 20}, {"--repeats", &s->repeats, MAX_REPEATS}};
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		size_t n = 0;
		while (n < sizeof numbers / sizeof *numbers && strcmp(argv[i], numbers[n].name))
			n++;
		if (!strcmp(argv[i], "--csv") || !strcmp(argv[i], "--peak")) {
			*(argv[i][2] == 'c' ? &s->csv : &s->measure_peak) = true;
			continue;
		}
		if (n < sizeof numbers / sizeof *numbers)
			*numbers[n].at = number(argv[i], value, 1, numbers[n].high);
		else if (!strcmp(argv[i], "--forks"))
			read_counts(s, value);
		else if (!strcmp(argv[i], "--state"))
			s->options.shared_state = choice(argv[i], value, states, 2) == 1;
		else if (!strcmp(argv[i], "--model"))
			s->dir = value;
		else if (!strcmp(argv[i], "--dummy-weights")) {
			s->options.dummy = true;
			s->options.dummy_seed = (uint64_t)number(argv[i], value, 0, INT32_MAX);
		} else if (!strcmp(argv[i], "--backend"))
			s->options.backend = value;
		else if (!strcmp(argv[i], "--compute"))
			s->options.compute = compute[choice(argv[i], value, types, 3)];
		else {
			fprintf(stderr, "bench_engine: unknown option %s\n", argv[i]);
			exit(2);
		}
		i++;
	}
}

int main(int argc, char **argv)
{
	struct setting s = {.prompt = 128, .steps = 128, .repeats = 3};
	struct eng_model *m;
	char *sapling = NULL;
	read_options(&s, argc, argv);
	if (!s.dir)
		or_stop(file_data(&sapling, "models/sapling"));
	if (!s.n_counts)
		read_counts(&s, "1,8,32");
	for (int i = 0; i < s.n_counts; i++)
		s.options.max_forks = s.forks[i] > s.options.max_forks ? s.forks[i] : s.options.max_forks;
	s.options.max_positions = s.prompt + s.steps;
	s.options.max_prefixes = 2;
	if (s.measure_peak)
		s.peak = memory_peak(&s);
	double start = clock_seconds();
	or_stop(eng_model_open(&m, s.dir ? s.dir : sapling, &s.options));
	const struct eng_info *i = eng_model_info(m);
	if (!s.csv)
		printf("%s: %.1fM parameters (%.1fM a token), %.1f MiB, %s %s, %s activations, opened in %.3f s\n", i->dir, (double)i->n_params / 1e6,
		       (double)i->n_params_active / 1e6, (double)i->weight_bytes / 1048576, i->backend, i->isa, i->compute, clock_seconds() - start);
	else
		printf("scenario,forks,capture,tokens,seconds,tokens_per_s,tokens_per_cpu_s,gb_per_s,gmac_per_s,experts_per_token_layer,check_hash%s\n",
		       s.peak > 0 ? ",share_of_peak" : "");
	measure(m, &s, 0, false);
	for (int f = 0; f < s.n_counts; f++)
		for (int capture = 0; capture < 2; capture++)
			measure(m, &s, s.forks[f], capture);
	report_memory(m, &s);
	eng_model_close(m);
	mem_free(sapling);
	return 0;
}
