#include "report/steps.h"
#include "base/mem.h"
#include <math.h>

double rep_steps_uniform(const struct run *run, double forks)
{
	return run->n_experts * (1 - pow(1 - (double)run->k / run->n_experts, forks));
}

/* share[layer x n_experts]: of the rows of generated tokens, those that chose the expert. NULL where there are none. */
static double *shares(const struct run *r)
{
	size_t layers = (size_t)r->n_layers, k = (size_t)r->k, e = (size_t)r->n_experts, rows = 0;
	double *share = mem_array(layers * e, sizeof *share);
	for (size_t i = 0; i < r->n_programs; i++) {
		const struct run_program *p = &r->programs[i];
		for (size_t at = 0; p->experts && at < p->n_rows * layers * k; at++)
			if (p->experts[at] < e)
				share[at / k % layers * e + p->experts[at]]++;
		rows += p->experts ? p->n_rows : 0;
	}
	for (size_t i = 0; i < layers * e; i++)
		share[i] /= (double)rows;
	if (!rows)
		mem_free(share);
	return rows ? share : NULL;
}

/* What forks that choose independently touch in a layer, each expert with its share. */
static double popular(const struct run *r, const double *share, int layer, int forks)
{
	double sum = 0;
	for (int e = 0; share && e < r->n_experts; e++)
		sum += 1 - pow(1 - share[(size_t)layer * (size_t)r->n_experts + (size_t)e], forks);
	return share ? sum : NAN;
}

/* Sums first; `finish` makes means of them. */
static void merge(struct rep_touched *to, const struct rep_touched *from)
{
	to->min = !to->steps || from->min < to->min ? from->min : to->min;
	to->max = from->max > to->max ? from->max : to->max;
	to->steps += from->steps;
	to->forks += from->forks;
	to->mean += from->mean;
	to->uniform += from->uniform;
	to->popular += from->popular;
}

static void finish(struct rep_touched *t, int layers)
{
	t->per_fork = t->mean / (double)t->forks;
	t->mean /= (double)t->steps;
	t->uniform /= (double)t->steps;
	t->popular /= (double)t->steps;
	t->steps /= layers;
	t->forks /= layers;
}

/* All steps of one size, of each layer: into the size, into the layers, and into all. */
static void add_size(struct rep_steps *s, const struct run *r, int forks, struct rep_touched *layers, const double *share)
{
	struct rep_step_size *size = &s->sizes[s->n_sizes++];
	*size = (struct rep_step_size){.size = forks, .lowest = INFINITY};
	for (int l = 0; l < s->n_layers; l++) {
		struct rep_touched *from = &layers[l];
		double mean = from->mean / (double)from->steps;
		from->uniform = (double)from->steps * rep_steps_uniform(r, forks);
		from->popular = (double)from->steps * popular(r, share, l, forks);
		merge(&size->all, from);
		merge(&s->layers[l], from);
		merge(&s->all, from);
		size->lowest = mean < size->lowest ? mean : size->lowest;
		size->highest = mean > size->highest ? mean : size->highest;
	}
	finish(&size->all, s->n_layers);
}

static void extremes(struct rep_steps *s)
{
	for (int l = 1; l < s->n_layers; l++) {
		s->fewest = s->layers[l].mean < s->layers[s->fewest].mean ? l : s->fewest;
		s->most = s->layers[l].mean > s->layers[s->most].mean ? l : s->most;
	}
}

/* [(*most + 1) x layers]: the steps of each size, of each layer. */
static struct rep_touched *by_size(const struct run *run, size_t *most)
{
	size_t layers = (size_t)run->n_layers, width = 1 + layers;
	*most = 0;
	for (size_t i = 0; i < run->n_steps; i++)
		*most = run->steps[i * width] > *most ? run->steps[i * width] : *most;
	struct rep_touched *by = mem_array((*most + 1) * layers, sizeof *by);
	for (size_t i = 0; i < run->n_steps * layers; i++) {
		const uint16_t *row = run->steps + i / layers * width;
		int distinct = row[1 + i % layers];
		merge(&by[row[0] * layers + i % layers], &(struct rep_touched){1, row[0], distinct, distinct, distinct, 0, 0, 0});
	}
	return by;
}

void rep_steps_make(struct rep_steps *out, const struct run *run)
{
	size_t most, layers = (size_t)run->n_layers;
	*out = (struct rep_steps){0};
	if (!run->n_steps || !run->n_layers)
		return;
	struct rep_touched *by = by_size(run, &most);
	double *share = shares(run);
	out->n_layers = run->n_layers;
	out->layers = mem_array(layers, sizeof *out->layers);
	out->sizes = mem_array(most + 1, sizeof *out->sizes);
	for (size_t n = 0; n <= most; n++)
		if (by[n * layers].steps)
			add_size(out, run, (int)n, &by[n * layers], share);
	for (int l = 0; l < out->n_layers; l++)
		finish(&out->layers[l], 1);
	finish(&out->all, out->n_layers);
	extremes(out);
	mem_free(by);
	mem_free(share);
}

void rep_steps_release(struct rep_steps *s)
{
	mem_free(s->layers);
	mem_free(s->sizes);
	*s = (struct rep_steps){0};
}
