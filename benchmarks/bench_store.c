/* What saving costs: processor time of a run's objects, by token, at the headline model's routing (40 layers, 8 of 256 experts), beside what a
 * token costs an engine that makes 10,000 of them a second: 100 us. usage: bench_store [PROGRAMS [TOKENS]]. Writes a store in the folder for
 * temporary files, and removes it. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "search/nodes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LAYERS = 40, TOP_K = 8, EXPERTS = 256, ROW = LAYERS * TOP_K };

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of a layer's experts some are chosen far more often than others; weights fall and sum to 1, as a router's do. */
static void make_row(uint16_t *experts, float *weights, uint32_t row)
{
	for (uint32_t l = 0; l < LAYERS; l++) {
		bool taken[EXPERTS] = {false};
		double sum = 0, w[TOP_K], at = 1;
		for (uint32_t k = 0, tries = 0; k < TOP_K; tries++) {
			double u = rng_double((struct rng_at){.task = l, .node = row, .step = tries});
			int e = (int)(EXPERTS * u * u);
			if (taken[e])
				continue;
			taken[e] = true;
			experts[l * TOP_K + k] = (uint16_t)((e + 37 * (int)l) % EXPERTS);
			at *= 0.5 + 0.5 * rng_double((struct rng_at){.seed = 1, .task = l, .node = row, .step = k});
			sum += w[k++] = at;
		}
		for (int k = 0; k < TOP_K; k++)
			weights[l * TOP_K + (uint32_t)k] = (float)(w[k] / sum);
	}
}

struct program {
	int32_t *tokens;
	float *logprobs, *weights;
	uint16_t *experts;
	char *text;
};

static struct program make_program(int n, uint32_t number)
{
	struct program p = {mem_array((size_t)n, sizeof *p.tokens), mem_array((size_t)n, sizeof *p.logprobs),
		mem_array((size_t)n * ROW, sizeof *p.weights), mem_array((size_t)n * ROW, sizeof *p.experts), mem_array(4 * (size_t)n + 1, 1)};
	for (int i = 0; i < n; i++) {
		uint32_t r = rng_u32((struct rng_at){.seed = 2, .node = number, .step = (uint32_t)i});
		p.tokens[i] = (int32_t)(r % 2000);
		p.logprobs[i] = -(float)(r >> 8) / (1 << 24);
		snprintf(p.text + 4 * i, 5, "%04x", r % 2000);
		make_row(p.experts + i * ROW, p.weights + i * ROW, number * 4096 + (uint32_t)i);
	}
	return p;
}

static void free_program(struct program *p)
{
	mem_free(p->tokens);
	mem_free(p->logprobs);
	mem_free(p->weights);
	mem_free(p->experts);
	mem_free(p->text);
}

static int save_all(struct store *s, const struct program *programs, int n_programs, int n, double *put, double *saved)
{
	static const struct node_shape shape = {LAYERS, TOP_K, EXPERTS};
	static const struct srch_judged judged = {.extraction = CMP_EX_NOTHING};
	char name[] = "task";
	struct srch_task task = {.id = name, .language = CMP_C};
	struct store_id start, id;
	int rc = node_put_start(s, "{}\n", 3, 1, "sample", &start);
	double began = cpu_seconds();
	for (int i = 0; i < n_programs && !rc; i++) {
		const struct program *p = &programs[i];
		struct node_leaf leaf = {.seg = {.number = i, .tokens = p->tokens, .n = (size_t)n, .rows = (size_t)n - 1, .experts = p->experts,
			.weights = p->weights, .logprobs = p->logprobs, .text = p->text, .text_len = strlen(p->text)}, .judged = &judged};
		rc = node_put_leaf(s, &shape, &task, &leaf, &start, &id);
	}
	*put = cpu_seconds() - began;
	began = cpu_seconds();
	printf("%.1f MB compressed to ", 1e-6 * (double)n_programs * n * (3 * ROW + 12));
	printf("%.1f MB\n", 1e-6 * (double)store_batch_bytes(s));
	rc = rc ? rc : store_save(s, STORE_REF_RUN, &id);
	*saved = cpu_seconds() - began;
	return rc;
}

int main(int argc, char **argv)
{
	int n_programs = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 64, n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 256;
	if (n_programs < 1 || n < 2 || n > 4096)
		return fprintf(stderr, "usage: bench_store [PROGRAMS [TOKENS]], 1 or more of 2 to 4096\n"), 2;
	char dir[] = "/tmp/bench_store.XXXXXX";
	struct program *programs = mem_array((size_t)n_programs, sizeof *programs);
	struct store *s = NULL;
	bool created;
	double put = 0, saved = 0, tokens = (double)n_programs * n;
	for (int i = 0; i < n_programs; i++)
		programs[i] = make_program(n, (uint32_t)i);
	int rc = mkdtemp(dir) ? store_open_write(&s, dir, &created) : err_errno(ERR_IO, "cannot make %s", dir);
	rc = rc ? rc : save_all(s, programs, n_programs, n, &put, &saved);
	if (s)
		store_close(s);
	if (rc)
		fprintf(stderr, "bench_store: %s\n", err_message());
	else
		printf("%d programs of %d tokens: %.1f us a token to hash and compress, %.1f to index and write\n", n_programs, n, 1e6 * put / tokens,
			1e6 * saved / tokens);
	for (int i = 0; i < n_programs; i++)
		free_program(&programs[i]);
	mem_free(programs);
	char *remove = mem_printf("rm -rf %s", dir);
	rc = system(remove) || rc;
	mem_free(remove);
	return rc ? 1 : 0;
}
