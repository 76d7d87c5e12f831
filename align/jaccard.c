#include "align/jaccard.h"
#include "align/set.h"
#include "align/stats.h"
#include "base/mem.h"
#include "base/thread.h"
#include <math.h>

/* What the bootstrap reads: for every task the sum of the index and the number of token pairs. */
struct boot {
	const struct aln_tally *tally;
	int n_tasks, n_cells, n_layers;
	double *sums;     /* [n_tasks x n_cells x 2]; a cell is a class and a layer, or a class and all layers */
	int64_t *counts;  /* [n_tasks x ALN_N_CLASSES x 2] token pairs */
	int32_t *times;   /* [threads x n_tasks] */
	double *ratios;   /* [n_cells x 3 x resamples]: different, same, gap */
	int resamples;
	uint64_t seed;
	struct aln_jaccard *out;
};

static double sizes_sum(const int64_t *sizes, int k)
{
	double sum = 0;
	for (int x = 1; x <= k; x++)
		sum += (double)sizes[x] * aln_jaccard_index(x, k);
	return sum;
}

static double sum_of(const struct aln_tally *t, int task, enum aln_class c, int same, int layer)
{
	int n_layers = aln_tally_shape(t)->n_layers, k = aln_tally_shape(t)->top_k;
	if (layer < n_layers)
		return sizes_sum(aln_tally_sizes(t, task, c, same, layer), k);
	double sum = 0;
	for (int l = 0; l < n_layers; l++)
		sum += sizes_sum(aln_tally_sizes(t, task, c, same, l), k);
	return sum;
}

static struct aln_estimate estimate(const struct aln_tally *t, int task, enum aln_class c, int same, int layer)
{
	int n_layers = aln_tally_shape(t)->n_layers;
	int64_t n = aln_tally_token_pairs(t, task, c, same);
	double over = (double)n * (layer < n_layers ? 1 : n_layers);
	return (struct aln_estimate){n ? sum_of(t, task, c, same, layer) / over : NAN, NAN, NAN, n};
}

static struct aln_point point(const struct aln_tally *t, int task, enum aln_class c, int layer)
{
	struct aln_point p = {estimate(t, task, c, ALN_SAME, layer), estimate(t, task, c, ALN_DIFFERENT, layer), 0, NAN, NAN};
	p.gap = p.same.mean - p.different.mean;
	return p;
}

static struct aln_estimate distance_estimate(const struct aln_tally *t, int bin, int same)
{
	const int64_t *sizes = aln_tally_distance(t, bin, same);
	int k = aln_tally_shape(t)->top_k;
	int64_t n = 0;
	for (int x = 0; x <= k; x++)
		n += sizes[x];
	return (struct aln_estimate){n ? sizes_sum(sizes, k) / (double)n : NAN, NAN, NAN, n / aln_tally_shape(t)->n_layers};
}

static void find_extremes(struct aln_jaccard *j)
{
	j->closest = j->farthest = -1;
	for (int l = 0; l < j->shape.n_layers; l++) {
		double gap = j->points[l].gap;
		if (isnan(gap))
			continue;
		if (j->closest < 0 || gap < j->points[j->closest].gap)
			j->closest = l;
		if (j->farthest < 0 || gap > j->points[j->farthest].gap)
			j->farthest = l;
	}
}

static void boot_sums(struct boot *b)
{
	int per_class = b->n_layers + 1;
	for (int t = 0; t < b->n_tasks; t++)
		for (int c = 0; c < ALN_N_CLASSES; c++)
			for (int same = 0; same < 2; same++) {
				b->counts[(t * ALN_N_CLASSES + c) * 2 + same] = aln_tally_token_pairs(b->tally, t, (enum aln_class)c, same);
				for (int l = 0; l < per_class; l++) {
					size_t cell = (size_t)t * (size_t)b->n_cells + (size_t)(c * per_class + l);
					b->sums[cell * 2 + (size_t)same] = sum_of(b->tally, t, (enum aln_class)c, same, l);
				}
			}
}

/* Resample r: for every cell the ratio of the drawn tasks' sums. */
static void boot_resample(void *ctx, int r, int thread)
{
	struct boot *b = ctx;
	int32_t *times = b->times + (size_t)thread * (size_t)b->n_tasks;
	int per_class = b->n_layers + 1;
	aln_resample(times, b->n_tasks, b->seed, (uint32_t)r);
	for (int cell = 0; cell < b->n_cells; cell++) {
		int c = cell / per_class;
		double sum[2] = {0, 0}, n[2] = {0, 0}, ratio[2];
		for (int t = 0; t < b->n_tasks; t++)
			for (int same = 0; same < 2; same++) {
				sum[same] += times[t] * b->sums[((size_t)t * (size_t)b->n_cells + (size_t)cell) * 2 + (size_t)same];
				n[same] += (double)(times[t] * b->counts[(t * ALN_N_CLASSES + c) * 2 + same]);
			}
		for (int same = 0; same < 2; same++)
			ratio[same] = n[same] > 0 ? sum[same] / (n[same] * (cell % per_class == b->n_layers ? b->n_layers : 1)) : NAN;
		double *to = b->ratios + (size_t)cell * 3 * (size_t)b->resamples + r;
		to[0] = ratio[ALN_DIFFERENT];
		to[b->resamples] = ratio[ALN_SAME];
		to[2 * (size_t)b->resamples] = ratio[ALN_SAME] - ratio[ALN_DIFFERENT];
	}
}

static void interval(double *lo, double *hi, double *values, int n)
{
	n = aln_sort(values, n);
	*lo = aln_percentile(values, n, 0.025);
	*hi = aln_percentile(values, n, 0.975);
}

static int tasks_with(const struct boot *b, int c, int same)
{
	int n = 0;
	for (int t = 0; t < b->n_tasks; t++)
		n += b->counts[(t * ALN_N_CLASSES + c) * 2 + same] > 0;
	return n;
}

static void boot_intervals(void *ctx, int cell, int thread)
{
	struct boot *b = ctx;
	(void)thread;
	struct aln_point *p = &b->out->points[cell];
	int c = cell / (b->n_layers + 1);
	bool different = tasks_with(b, c, ALN_DIFFERENT) > 1, same = tasks_with(b, c, ALN_SAME) > 1;
	double *values = b->ratios + (size_t)cell * 3 * (size_t)b->resamples;
	if (different)
		interval(&p->different.lo, &p->different.hi, values, b->resamples);
	if (same)
		interval(&p->same.lo, &p->same.hi, values + b->resamples, b->resamples);
	if (different && same)
		interval(&p->gap_lo, &p->gap_hi, values + 2 * (size_t)b->resamples, b->resamples);
}

static void bootstrap(struct aln_jaccard *out, const struct aln_tally *t, int threads)
{
	struct crew *crew = crew_new(threads < 1 ? thread_cpus() : threads);
	size_t n_tasks = (size_t)out->n_tasks, n_cells = ALN_N_CLASSES * (size_t)(out->shape.n_layers + 1);
	struct boot b = {.tally = t, .n_tasks = out->n_tasks, .n_cells = (int)n_cells, .n_layers = out->shape.n_layers,
	                 .resamples = out->resamples, .seed = out->seed, .out = out};
	b.sums = mem_array(n_tasks * n_cells * 2, sizeof *b.sums);
	b.counts = mem_array(n_tasks * ALN_N_CLASSES * 2, sizeof *b.counts);
	b.times = mem_array(n_tasks * (size_t)crew_size(crew), sizeof *b.times);
	b.ratios = mem_array(n_cells * 3 * (size_t)b.resamples, sizeof *b.ratios);
	boot_sums(&b);
	crew_run(crew, b.resamples, boot_resample, &b);
	crew_run(crew, b.n_cells, boot_intervals, &b);
	mem_free(b.sums);
	mem_free(b.counts);
	mem_free(b.times);
	mem_free(b.ratios);
	crew_free(crew);
}

void aln_jaccard_make(struct aln_jaccard *out, const struct aln_tally *t, int resamples, uint64_t seed, int threads)
{
	const struct aln_shape *shape = aln_tally_shape(t);
	int per_class = shape->n_layers + 1;
	*out = (struct aln_jaccard){.shape = *shape, .by = aln_tally_by(t), .n_tasks = aln_tally_n_tasks(t), .seed = seed,
	                            .resamples = resamples < 1 ? ALN_RESAMPLES : resamples};
	out->chance_plugin = aln_chance_plugin(shape->n_experts, shape->top_k);
	out->chance_exact = aln_chance_exact(shape->n_experts, shape->top_k);
	out->points = mem_array(ALN_N_CLASSES * (size_t)per_class, sizeof *out->points);
	out->tasks = mem_array((size_t)out->n_tasks, sizeof *out->tasks);
	for (int i = 0; i < ALN_N_CLASSES * per_class; i++)
		out->points[i] = point(t, -1, (enum aln_class)(i / per_class), i % per_class);
	for (int i = 0; i < out->n_tasks; i++) {
		out->tasks[i] = point(t, i, ALN_ALL, shape->n_layers);
		out->tasks_with_pairs += out->tasks[i].same.n + out->tasks[i].different.n > 0;
	}
	for (int i = 0; i < ALN_N_DISTANCES; i++) {
		out->distance[i] = (struct aln_point){distance_estimate(t, i, ALN_SAME), distance_estimate(t, i, ALN_DIFFERENT), 0, NAN, NAN};
		out->distance[i].gap = out->distance[i].same.mean - out->distance[i].different.mean;
	}
	out->program_pairs = aln_tally_program_pairs(t, -1);
	out->token_pairs = aln_tally_token_pairs(t, -1, ALN_ALL, ALN_SAME) + aln_tally_token_pairs(t, -1, ALN_ALL, ALN_DIFFERENT);
	find_extremes(out);
	bootstrap(out, t, threads);
}

void aln_jaccard_release(struct aln_jaccard *j)
{
	mem_free(j->points);
	mem_free(j->tasks);
	*j = (struct aln_jaccard){0};
}

const struct aln_point *aln_jaccard_point(const struct aln_jaccard *j, enum aln_class c, int layer)
{
	return &j->points[(int)c * (j->shape.n_layers + 1) + (layer < 0 ? j->shape.n_layers : layer)];
}
