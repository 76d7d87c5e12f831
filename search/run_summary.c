#include "base/map.h"
#include "base/mem.h"
#include "search/passk.h"
#include "search/run.h"
#include <math.h>
#include <string.h>

const int run_pass_k[6] = {1, 2, 5, 10, 32, 100};

static void count_program(const struct run_program *p, struct run_summary *out, struct srch_pass_counts *c, struct map *groups)
{
	bool passed = p->judged && p->status == CMP_PASSED, counted = p->judged && p->status != CMP_HARNESS_ERROR;
	out->programs++;
	out->tokens += p->n_tokens;
	out->extracted += p->program != NULL;
	out->compiled += p->compiled;
	out->passed += passed;
	out->suspicious_passes += passed && p->suspicious;
	out->harness_errors += p->judged && !counted;
	if (p->compiled)
		map_put(groups, p->group, strlen(p->group), 1);
	c->n += counted;
	c->c += passed;
	c->mass += counted ? exp(p->logprob) : 0;
	c->mass_passed += passed ? exp(p->logprob) : 0;
}

void run_summarise(const struct run *r, const char *category, struct run_summary *out)
{
	*out = (struct run_summary){0};
	struct srch_pass_counts *counts = mem_array(r->n_tasks + 1, sizeof *counts);
	for (size_t i = 0; i < r->n_tasks; i++) {
		const struct run_task *t = &r->tasks[i];
		if (category && (!t->task.category || strcmp(t->task.category, category)))
			continue;
		struct map groups;
		map_init(&groups);
		for (size_t k = 0; k < t->n; k++)
			count_program(&r->programs[t->first + k], out, &counts[out->tasks], &groups);
		out->weak_tasks += t->n && r->programs[t->first].weak_test;
		out->groups += groups.n;
		out->tasks++;
		map_release(&groups);
	}
	out->groups_per_task = out->tasks ? (double)out->groups / (double)out->tasks : 0;
	out->pass_share = r->policy == SRCH_TOPP && r->judged ? srch_pass_share(counts, out->tasks) : NAN;
	for (int k = 0; k < 6; k++) {
		size_t dropped = 0;
		double mean = srch_pass_mean(counts, out->tasks, (size_t)run_pass_k[k], &dropped);
		out->pass_at[k] = r->policy == SRCH_SAMPLE && r->judged && !dropped ? mean : NAN;
	}
	mem_free(counts);
}
