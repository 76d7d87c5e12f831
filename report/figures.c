#include "report/figures.h"
#include "base/map.h"
#include "base/mem.h"

const char *rep_model(const struct run *r)
{
	return r->model ? r->model : r->family ? r->family : "a model";
}

int rep_program_passed(const struct run_program *p)
{
	if (!p->judged || p->status == CMP_NOT_TESTED || p->status == CMP_HARNESS_ERROR)
		return -1;
	return p->status == CMP_PASSED;
}

static int common_prefix(const struct run_program *a, const struct run_program *b)
{
	size_t n = a->n_tokens < b->n_tokens ? a->n_tokens : b->n_tokens, i = 0;
	while (i < n && a->tokens[i] == b->tokens[i])
		i++;
	return (int)i;
}

static int tokens_spent(const struct run *run, const struct run_task *task, size_t i)
{
	const struct run_program *p = &run->programs[task->first + i];
	int shared = 0;
	if (run->policy != SRCH_SAMPLE)
		for (size_t j = 0; j < i; j++) {
			int with = common_prefix(p, &run->programs[task->first + j]);
			shared = with > shared ? with : shared;
		}
	return (int)p->n_tokens - shared;
}

void rep_task_programs(struct aln_program *out, const struct run *run, const struct run_task *task)
{
	struct map groups;
	map_init(&groups);
	for (size_t i = 0; i < task->n; i++) {
		const struct run_program *p = &run->programs[task->first + i];
		int group = -1;
		if (p->group[0]) {
			uint64_t *known = map_get(&groups, p->group, strlen(p->group));
			group = known ? (int)*known : (int)groups.n;
			if (!known)
				map_put(&groups, p->group, strlen(p->group), (uint64_t)group);
		}
		out[i] = (struct aln_program){.tokens = p->tokens, .experts = p->experts, .n_tokens = (int)p->n_tokens,
		                              .n_rows = p->experts ? (int)p->n_rows : 0, .group = group,
		                              .passed = rep_program_passed(p), .tokens_spent = tokens_spent(run, task, i)};
	}
	map_release(&groups);
}

static int compare_texts(struct aln_textdiff *d, enum cmp_language language, const char *a, const char *b)
{
	if (!a || !b || language == CMP_TEXT)
		return 0;
	return aln_textdiff_add(d, language == CMP_PYTHON ? ALN_TEXT_PYTHON : ALN_TEXT_C, a, b);
}

/* Every later member of a group against its first. */
static int task_texts(struct rep_task *t, const struct run *run, const struct run_task *task, const struct aln_program *programs)
{
	for (int g = 0; g < t->n_groups; g++)
		for (size_t i = (size_t)t->groups[g].first + 1; i < task->n; i++) {
			const struct run_program *first = &run->programs[task->first + (size_t)t->groups[g].first];
			if (programs[i].group != t->groups[g].group)
				continue;
			int rc = compare_texts(&t->textdiff, task->task.language, first->program, run->programs[task->first + i].program);
			if (rc)
				return rc;
		}
	return 0;
}

static void textdiff_add(struct aln_textdiff *to, const struct aln_textdiff *from)
{
	to->comparisons += from->comparisons;
	to->identical += from->identical;
	for (int i = 0; i < ALN_N_DIFFS; i++)
		to->lines[i] += from->lines[i];
}

static int task_figures(struct rep_figures *f, size_t index, struct aln_tally *tally, const struct rep_options *opt)
{
	const struct run_task *task = &f->run->tasks[index];
	struct rep_task *t = &f->tasks[index];
	struct aln_program *programs = mem_array(task->n + 1, sizeof *programs);
	int rc = 0;
	rep_task_programs(programs, f->run, task);
	t->groups = mem_array(task->n + 1, sizeof *t->groups);
	t->n_groups = aln_groups_list(t->groups, programs, (int)task->n);
	aln_redundancy_init(&t->redundancy);
	aln_redundancy_add(&t->redundancy, programs, (int)task->n);
	aln_redundancy_add(&f->redundancy, programs, (int)task->n);
	if (opt->texts)
		rc = task_texts(t, f->run, task, programs);
	textdiff_add(&f->textdiff, &t->textdiff);
	if (!rc && tally)
		rc = aln_tally_add(tally, programs, (int)task->n);
	mem_free(programs);
	return rc ? err_prefix(rc, "task %s", task->task.id) : 0;
}

int rep_figures_make(struct rep_figures *out, const struct run *run, const struct rep_options *opt)
{
	struct aln_tally *tally = NULL;
	int rc = 0;
	*out = (struct rep_figures){.run = run, .has_routing = opt->routing && run->n_layers > 0 && run->k > 0};
	out->tasks = mem_array(run->n_tasks + 1, sizeof *out->tasks);
	aln_redundancy_init(&out->redundancy);
	run_summarise(run, NULL, &out->summary);
	rep_steps_make(&out->steps, run);
	if (out->has_routing) {
		struct aln_shape shape = {run->n_layers, run->n_experts, run->k};
		rc = aln_tally_new(&tally, &shape, opt->by, opt->threads);
	}
	for (size_t i = 0; !rc && i < run->n_tasks; i++)
		rc = task_figures(out, i, tally, opt);
	if (!rc && tally)
		aln_jaccard_make(&out->jaccard, tally, opt->resamples, opt->seed, opt->threads);
	aln_tally_free(tally);
	if (rc)
		rep_figures_release(out);
	return rc;
}

void rep_figures_release(struct rep_figures *f)
{
	for (size_t i = 0; f->run && i < f->run->n_tasks; i++)
		mem_free(f->tasks[i].groups);
	mem_free(f->tasks);
	aln_jaccard_release(&f->jaccard);
	rep_steps_release(&f->steps);
	*f = (struct rep_figures){0};
}
