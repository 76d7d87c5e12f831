/* How fast the engine generates: prefill, then 1, 8 and 32 forks of one prompt, with and without capture of the routing.
 *
 *   bench_engine [--model DIR] [--threads N] [--backend NAME] [--compute f32|bf16|fp8] [--steps N] [--csv]
 *
 * Every fork samples its own tokens at temperature 0.7, by coordinate, so that forks part and a row's tokens are the same in
 * every run. Beside the time by the clock stands the processors' own, which other programs on the machine do not stretch: with
 * --threads 1, tokens a cpu-second is what one idle core would make. Of three repeats the median counts. The hash is of the last
 * logits of all forks: a speed-up that changes it has changed the arithmetic. Generation never stops at an end of text, so that
 * rows compare. */
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/sample.h"

enum { PROMPT = 128, MAX_FORKS = 32, REPEATS = 3 };

struct setting {
	const char *dir;
	struct eng_options options;
	int steps;
	bool csv;
};

struct result {
	double seconds, cpu;
	uint64_t bytes, macs, hash;
	long distinct; /* experts touched, summed over steps and layers */
};

static void or_stop(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "bench_engine: %s\n", err_message());
	exit(err_exit_status(rc));
}

static struct eng_prefix *prefill(struct eng_model *m)
{
	int32_t ids[PROMPT];
	struct eng_prefix *p;
	for (uint32_t i = 0; i < PROMPT; i++)
		ids[i] = (int32_t)rng_below((struct rng_at){.step = i}, (uint32_t)eng_model_info(m)->n_vocab);
	or_stop(eng_prefix_new(&p, m, ids, PROMPT, (struct eng_capture){0}, NULL));
	return p;
}

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void begin(const struct eng_model *m, struct result *r)
{
	eng_traffic(m, &r->bytes, &r->macs);
	r->seconds = clock_seconds();
	r->cpu = cpu_seconds();
}

static void end(const struct eng_model *m, struct result *r)
{
	uint64_t bytes = r->bytes, macs = r->macs;
	r->cpu = cpu_seconds() - r->cpu;
	r->seconds = clock_seconds() - r->seconds;
	eng_traffic(m, &r->bytes, &r->macs);
	r->bytes -= bytes;
	r->macs -= macs;
}

static struct result run_prefill(struct eng_model *m)
{
	struct result r = {.hash = HASH_SEED};
	struct eng_fork *f;
	begin(m, &r);
	struct eng_prefix *p = prefill(m);
	end(m, &r);
	or_stop(eng_fork_new(&f, p));
	r.hash = hash_bytes(r.hash, eng_fork_logits(f), (size_t)eng_model_info(m)->n_vocab * sizeof(float));
	eng_fork_free(f);
	eng_prefix_free(p);
	return r;
}

static struct result run_decode(struct eng_model *m, int n, int steps, bool capture)
{
	const struct eng_info *info = eng_model_info(m);
	size_t row = (size_t)info->n_layers * (size_t)info->top_k;
	struct eng_capture c = {0};
	uint16_t *experts = mem_array((size_t)n * row, sizeof *experts);
	float *weights = mem_array((size_t)n * row, sizeof *weights);
	int32_t *scratch = mem_array((size_t)info->n_vocab * 2, sizeof *scratch), tokens[MAX_FORKS];
	struct eng_fork *f[MAX_FORKS];
	struct eng_prefix *p = prefill(m);
	struct result r = {.hash = HASH_SEED};
	if (capture)
		c = (struct eng_capture){experts, weights};
	for (int i = 0; i < n; i++)
		or_stop(eng_fork_new(&f[i], p));
	begin(m, &r);
	for (int s = 0; s < steps; s++) {
		for (int i = 0; i < n; i++)
			tokens[i] = eng_sample(eng_fork_logits(f[i]), info->n_vocab, &(struct eng_sampling){.temperature = 0.7, .top_p = 1},
			                       (struct rng_at){.node = (uint32_t)i, .step = (uint32_t)s}, scratch).token;
		or_stop(eng_step(m, f, tokens, n, c));
		r.distinct += eng_last_distinct_experts(m);
	}
	end(m, &r);
	for (int i = 0; i < n; i++) {
		r.hash = hash_bytes(r.hash, eng_fork_logits(f[i]), (size_t)info->n_vocab * sizeof(float));
		eng_fork_free(f[i]);
	}
	eng_prefix_free(p);
	mem_free(experts);
	mem_free(weights);
	mem_free(scratch);
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
	struct result r[REPEATS];
	int steps = n ? set->steps : PROMPT;
	double tokens = (double)steps * (n ? n : 1);
	for (int i = 0; i < REPEATS; i++)
		r[i] = n ? run_decode(m, n, steps, capture) : run_prefill(m);
	qsort(r, REPEATS, sizeof *r, by_seconds);
	const struct result *mid = &r[REPEATS / 2];
	double layers = eng_model_info(m)->n_layers;
	printf(set->csv ? "%s,%d,%s,%.0f,%.4f,%.0f,%.0f,%.2f,%.1f,%.2f,%016llx\n"
	                : "%-8s %3d forks  capture %-3s %7.0f tokens %8.4f s %8.0f tokens/s %7.0f a cpu-s %7.2f GB/s %6.1f GMAC/s"
	                  "  %5.2f experts %016llx\n",
	       n ? "decode" : "prefill", n, capture ? "on" : "off", tokens, mid->seconds, tokens / mid->seconds, tokens / mid->cpu,
	       (double)mid->bytes / mid->seconds / 1e9, (double)mid->macs / mid->seconds / 1e9,
	       (double)mid->distinct / tokens / layers, (unsigned long long)mid->hash);
	for (int i = 0; i < REPEATS; i++)
		if (r[i].hash != mid->hash) {
			fprintf(stderr, "bench_engine: two runs of the same tokens differ\n");
			exit(1);
		}
}

static void read_options(struct setting *s, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		if (!strcmp(argv[i], "--csv")) {
			s->csv = true;
			continue;
		}
		if (!strcmp(argv[i], "--model"))
			s->dir = value;
		else if (!strcmp(argv[i], "--threads"))
			s->options.threads = (int)strtol(value, NULL, 10);
		else if (!strcmp(argv[i], "--backend"))
			s->options.backend = value;
		else if (!strcmp(argv[i], "--compute"))
			s->options.compute = !strcmp(value, "bf16") ? ENG_COMPUTE_BF16 :
			                     !strcmp(value, "fp8")  ? ENG_COMPUTE_FP8 :
			                                              ENG_COMPUTE_F32;
		else if (!strcmp(argv[i], "--steps"))
			s->steps = (int)strtol(value, NULL, 10);
		else {
			fprintf(stderr, "bench_engine: unknown option %s\n", argv[i]);
			exit(2);
		}
		i++;
	}
}

int main(int argc, char **argv)
{
	struct setting s = {.steps = 128, .options = {.max_forks = MAX_FORKS}};
	struct eng_model *m;
	char *sapling = NULL;
	read_options(&s, argc, argv);
	if (!s.dir)
		or_stop(file_data(&sapling, "models/sapling"));
	s.options.max_positions = PROMPT + s.steps;
	double start = clock_seconds();
	or_stop(eng_model_open(&m, s.dir ? s.dir : sapling, &s.options));
	const struct eng_info *i = eng_model_info(m);
	if (!s.csv)
		printf("%s: %.1fM parameters (%.1fM a token), %.1f MiB, %s %s, %s activations, opened in %.3f s\n", i->dir, (double)i->n_params / 1e6,
		       (double)i->n_params_active / 1e6, (double)i->weight_bytes / 1048576, i->backend, i->isa, i->compute, clock_seconds() - start);
	else
		puts("scenario,forks,capture,tokens,seconds,tokens_per_s,tokens_per_cpu_s,gb_per_s,gmac_per_s,experts_per_token_layer,check_hash");
	measure(m, &s, 0, false);
	static const int forks[] = {1, 8, 32};
	for (int f = 0; f < 3; f++)
		for (int capture = 0; capture < 2; capture++)
			measure(m, &s, forks[f], capture);
	eng_model_close(m);
	mem_free(sapling);
	return 0;
}
