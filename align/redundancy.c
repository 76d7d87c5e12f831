#include "align/redundancy.h"
#include "base/mem.h"
#include <math.h>
#include <stdbool.h>

static const int size_from[ALN_N_SIZES + 1] = {1, 2, 3, 5, 9, 17, INT32_MAX};
static const int tops[ALN_N_TOPS] = {1, 3, 10};
static const int patiences[ALN_N_EARLY] = {4, 8, 16};

/* By group, then by index, to gather; the index rides in `first`. */
static int compare_members(const void *x, const void *y)
{
	const struct aln_group *a = x, *b = y;
	return a->group != b->group ? (a->group > b->group) - (a->group < b->group) : a->first - b->first;
}

static int compare_sizes(const void *x, const void *y)
{
	const struct aln_group *a = x, *b = y;
	return a->programs != b->programs ? b->programs - a->programs : a->first - b->first;
}

int aln_groups_list(struct aln_group *out, const struct aln_program *programs, int n)
{
	int n_members = 0, n_groups = 0;
	for (int i = 0; i < n; i++) {
		const struct aln_program *p = &programs[i];
		if (p->group >= 0)
			out[n_members++] = (struct aln_group){p->group, 1, p->passed >= 0, p->passed > 0, i, p->tokens_spent};
	}
	if (n_members)
		qsort(out, (size_t)n_members, sizeof *out, compare_members);
	for (int i = 0; i < n_members; i++) {
		struct aln_group m = out[i], *last = n_groups ? &out[n_groups - 1] : NULL;
		if (!last || last->group != m.group) {
			out[n_groups++] = m;
			continue;
		}
		last->programs++;
		last->tested += m.tested;
		last->passed += m.passed;
		last->tokens += m.tokens;
	}
	if (n_groups)
		qsort(out, (size_t)n_groups, sizeof *out, compare_sizes);
	return n_groups;
}

void aln_redundancy_init(struct aln_redundancy *r)
{
	*r = (struct aln_redundancy){0};
	for (int i = 0; i < ALN_N_SIZES; i++) {
		r->sizes[i].from = size_from[i];
		r->sizes[i].to = i + 1 < ALN_N_SIZES ? size_from[i + 1] - 1 : INT32_MAX;
	}
	for (int i = 0; i < ALN_N_EARLY; i++)
		r->early[i].patience = patiences[i];
}

static void add_sizes(struct aln_redundancy *r, const struct aln_group *groups, int n_groups)
{
	for (int g = 0; g < n_groups; g++) {
		struct aln_size_class *s = r->sizes;
		while (groups[g].programs > s->to)
			s++;
		s->groups++;
		s->programs += groups[g].programs;
		s->tested += groups[g].tested;
		s->passed += groups[g].passed;
	}
}

static double effective_number(const struct aln_group *groups, int n_groups, int64_t compiled)
{
	double entropy = 0;
	for (int g = 0; g < n_groups; g++) {
		double share = (double)groups[g].programs / (double)compiled;
		entropy -= share * log(share);
	}
	return exp(entropy);
}

static void add_early(struct aln_early *e, const struct aln_program *programs, const bool *is_new, int n)
{
	int idle = 0;
	for (int i = 0; i < n; i++) {
		if (idle >= e->patience) {
			e->programs_skipped++;
			e->tokens_saved += programs[i].tokens_spent;
			e->groups_missed += is_new[i];
		} else {
			idle = is_new[i] ? 0 : idle + 1;
		}
	}
}

void aln_redundancy_add(struct aln_redundancy *r, const struct aln_program *programs, int n)
{
	struct aln_group *groups = mem_array((size_t)n + 1, sizeof *groups);
	bool *is_new = mem_array((size_t)n + 1, sizeof *is_new);
	int n_groups = aln_groups_list(groups, programs, n);
	int64_t compiled = 0;
	for (int g = 0; g < n_groups; g++) {
		is_new[groups[g].first] = true;
		compiled += groups[g].programs;
		for (int t = 0; t < ALN_N_TOPS; t++)
			r->in_top[t] += g < tops[t] ? groups[g].programs : 0;
	}
	for (int i = 0; i < n; i++) {
		const struct aln_program *p = &programs[i];
		r->tested += p->passed >= 0;
		r->passed += p->passed > 0;
		r->tokens += p->tokens_spent;
		if (p->group < 0)
			r->tokens_not_compiled += p->tokens_spent;
		else if (!is_new[i])
			r->tokens_repeated += p->tokens_spent;
	}
	r->tasks++;
	r->tasks_compiled += compiled > 0;
	r->programs += n;
	r->compiled += compiled;
	r->groups += n_groups;
	r->effective_sum += compiled ? effective_number(groups, n_groups, compiled) : 0;
	add_sizes(r, groups, n_groups);
	for (int e = 0; e < ALN_N_EARLY; e++)
		add_early(&r->early[e], programs, is_new, n);
	mem_free(groups);
	mem_free(is_new);
}

double aln_redundancy_top(const struct aln_redundancy *r, int top)
{
	return r->compiled ? (double)r->in_top[top] / (double)r->compiled : NAN;
}

double aln_redundancy_effective(const struct aln_redundancy *r)
{
	return r->tasks_compiled ? r->effective_sum / (double)r->tasks_compiled : NAN;
}
