#include "base/mem.h"
#include "base/rng.h"
#include "commands/bench.h"
#include "commands/open_model.h"

static void keep_info(struct eng_info *out, const struct eng_info *info)
{
	*out = *info;
	out->dir = mem_strdup(info->dir);
	out->family = mem_strdup(info->family);
	out->backend = mem_strdup(info->backend);
	out->isa = mem_strdup(info->isa);
	out->compute = mem_strdup(info->compute);
	out->layer_index = NULL;
	out->eos = NULL;
}

void bench_info_release(struct eng_info *info)
{
	const char *all[] = {info->dir, info->family, info->backend, info->isa, info->compute};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		mem_free((void *)(uintptr_t)all[i]);
}

int bench_most_forks(const struct options *o)
{
	int most = 0;
	for (int i = 0; i < o->counts.n; i++)
		most = o->counts.at[i] > most ? o->counts.at[i] : most;
	return most;
}

int bench_open(struct eng_model **out, struct eng_info *info, const struct options *o, int max_forks, int steps, double *seconds)
{
	char *dir = NULL;
	struct eng_options e = engine_options(o);
	e.max_positions = (int)o->prompt + steps;
	e.max_prefixes = 2;
	e.max_forks = max_forks;
	e.max_grown = steps;
	int err = find_model(&dir, o, true);
	double start = clock_seconds();
	err = err ? err : eng_model_open(out, dir, &e);
	*seconds = clock_seconds() - start;
	if (!err)
		keep_info(info, eng_model_info(*out));
	mem_free(dir);
	return err;
}

int bench_prefix(struct eng_prefix **out, struct eng_model *m, int length, uint64_t seed)
{
	int32_t *ids = mem_array((size_t)length, sizeof *ids);
	for (uint32_t i = 0; i < (uint32_t)length; i++)
		ids[i] = (int32_t)rng_below((struct rng_at){.seed = seed, .step = i}, (uint32_t)eng_model_info(m)->n_vocab);
	int err = eng_prefix_new(out, m, ids, length, (struct eng_capture){0}, NULL);
	mem_free(ids);
	return err;
}

int bench_batch_open(struct bench_batch *b, struct eng_model *m, int n, const struct options *o, bool capture)
{
	const struct eng_info *info = eng_model_info(m);
	size_t rows = (size_t)n, row = (size_t)info->n_layers * (size_t)info->top_k;
	*b = (struct bench_batch){.m = m, .n = n, .seed = (uint64_t)o->seed, .capturing = capture};
	b->forks = mem_array(rows, sizeof *b->forks);
	b->tokens = mem_array(rows, sizeof *b->tokens);
	b->at = mem_array(rows, sizeof *b->at);
	b->drawn = mem_array(rows, sizeof *b->drawn);
	if (capture) {
		b->capture.experts = mem_array(rows * row, sizeof *b->capture.experts);
		b->capture.weights = mem_array(rows * row, sizeof *b->capture.weights);
	}
	return bench_prefix(&b->prefix, m, (int)o->prompt, b->seed);
}

int bench_batch_fork(struct bench_batch *b)
{
	int err = 0;
	for (int i = 0; i < b->n && !err; i++)
		err = eng_fork_new(&b->forks[i], b->prefix);
	return err;
}

void bench_batch_drop(struct bench_batch *b)
{
	for (int i = 0; i < b->n; i++) {
		eng_fork_free(b->forks[i]);
		b->forks[i] = NULL;
	}
}

void bench_batch_close(struct bench_batch *b)
{
	bench_batch_drop(b);
	eng_prefix_free(b->prefix);
	mem_free(b->forks);
	mem_free(b->tokens);
	mem_free(b->at);
	mem_free(b->drawn);
	mem_free(b->capture.experts);
	mem_free(b->capture.weights);
}

static const struct eng_sampling sampling = {.temperature = 0.7, .top_p = 1};

static void aim(struct bench_batch *b, int step)
{
	for (int i = 0; i < b->n; i++)
		b->at[i] = (struct rng_at){.seed = b->seed, .node = (uint32_t)i, .step = (uint32_t)step};
}

int bench_batch_draw(struct bench_batch *b)
{
	aim(b, 0);
	int err = eng_draw(b->m, b->forks, b->n, &sampling, b->at, b->drawn);
	for (int i = 0; i < b->n && !err; i++)
		b->tokens[i] = b->drawn[i].token;
	return err;
}

static void feed(struct bench_batch *b, int groups, int step)
{
	uint32_t vocab = (uint32_t)eng_model_info(b->m)->n_vocab;
	for (int i = 0; i < b->n; i++) {
		uint32_t group = (uint32_t)((int64_t)i * groups / b->n);
		b->tokens[i] = (int32_t)rng_below((struct rng_at){.seed = b->seed, .node = group, .step = (uint32_t)step, .lane = 1}, vocab);
	}
}

static int begin_step(struct bench_batch *b, int t, int groups)
{
	struct eng_capture to = b->capturing ? b->capture : (struct eng_capture){0};
	if (groups)
		feed(b, groups, t);
	else
		aim(b, t + 1);
	for (int i = 0; i < b->n && !groups && t > 0; i++)
		b->tokens[i] = ENG_DRAWN(i);
	return eng_begin(b->m, b->forks, b->tokens, b->n, to, groups ? NULL : &sampling, b->at);
}

int bench_batch_step(struct bench_batch *b, int t, int steps, int groups)
{
	int ahead = t + 1 < steps && eng_model_info(b->m)->ahead, err = 0;
	for (b->begun = t ? b->begun : 0; b->begun <= t + ahead && !err; b->begun++)
		err = begin_step(b, b->begun, groups);
	return err ? err : eng_finish(b->m, b->drawn);
}

int bench_traffic(struct eng_model *m, struct bench_traffic *out)
{
	return eng_traffic(m, &out->bytes, &out->macs);
}
