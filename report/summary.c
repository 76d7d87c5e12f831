#include "report/summary.h"
#include "report/text.h"
#include <math.h>

/* Room for the numbers of one printed line. */
struct cells {
	char c[8][32];
};

static void print_grown(FILE *out, const struct rep_figures *f)
{
	const struct run *r = f->run;
	const struct run_summary *s = &f->summary;
	struct cells n;
	fprintf(out, "%s %s for %s %s %s grown with %s", rep_int(n.c[0], (int64_t)s->programs), s->programs == 1 ? "program" : "programs",
	        rep_int(n.c[1], (int64_t)s->tasks), s->tasks == 1 ? "task" : "tasks", s->programs == 1 ? "was" : "were", rep_model(r));
	if (r->n_layers > 0)
		fprintf(out, " (%d layers of %d experts, %d a token)", r->n_layers, r->n_experts, r->k);
	fprintf(out, "%s%s.\n\n", !r->frame.chat ? "" : r->frame.thinking ? ", each prompt a chat message, thinking on" : ", each prompt a chat message",
	        r->shared_state ? ", forks sharing checkpoints of the recurrent state" : "");
	if (!r->complete)
		fprintf(out, "  This run is not finished: %zu of %zu tasks are there. Go on with `coppice run --resume`; `coppice merge` joins shards.\n\n", r->n_tasks, r->n_tasks_planned);
}

static void print_passes(FILE *out, const struct rep_figures *f)
{
	const struct run_summary *s = &f->summary;
	struct cells n;
	int64_t tested = f->redundancy.tested;
	fprintf(out, "  passed their tests    %10s   %s of those judged", rep_int(n.c[0], (int64_t)s->passed), rep_share(n.c[1], (double)s->passed, (double)tested));
	if (s->harness_errors)
		fprintf(out, "; the judge itself failed on %zu", s->harness_errors);
	fputc('\n', out);
	if (f->run->policy != SRCH_SAMPLE) {
		fprintf(out, "  share of path probability that passes   %s\n", rep_real(n.c[0], s->pass_share, 3));
		return;
	}
	for (int i = 0, shown = 0; i < 6; i++)
		if (isfinite(s->pass_at[i])) {
			fprintf(out, "%s pass@%d %.3f", shown ? "  " : "                                     ", run_pass_k[i], s->pass_at[i]);
			shown++;
		} else if (i == 5 && shown) {
			fputc('\n', out);
		}
	if (isfinite(s->pass_at[5]))
		fputc('\n', out);
}

static void print_judged(FILE *out, const struct rep_figures *f)
{
	const struct run_summary *s = &f->summary;
	struct cells n;
	if (!f->run->judged) {
		fprintf(out, f->run->complete ? "  Not compiled or tested yet: `coppice judge %s` does that.\n" : "  Not compiled or tested yet.\n", f->run->dir);
		return;
	}
	fprintf(out, "  compiled              %10s   %s\n", rep_int(n.c[0], (int64_t)s->compiled), rep_share(n.c[1], (double)s->compiled, (double)s->programs));
	fprintf(out, "  distinct by assembly  %10s   %s groups a task; as diverse as %s equally frequent programs\n",
	        rep_int(n.c[0], f->redundancy.groups), rep_real(n.c[1], s->groups_per_task, 1), rep_real(n.c[2], aln_redundancy_effective(&f->redundancy), 1));
	print_passes(out, f);
	if (s->suspicious_passes)
		fprintf(out, "  %zu of those that passed %s for exit, abort or the like: look before you trust %s\n", s->suspicious_passes,
		        s->suspicious_passes == 1 ? "reaches" : "reach", s->suspicious_passes == 1 ? "it" : "them");
	if (s->weak_tasks)
		fprintf(out, "  %zu %s a test that an empty program passes: do not trust passes there\n", s->weak_tasks, s->weak_tasks == 1 ? "task has" : "tasks have");
}

/* One line for each category of task, in the order they first appear; nothing when there is only one. */
static void print_categories(FILE *out, const struct rep_figures *f)
{
	const char *seen[16];
	int n_seen = 0;
	for (size_t t = 0; t < f->run->n_tasks && n_seen < 16; t++) {
		const char *category = f->run->tasks[t].task.category;
		bool known = !category;
		for (int i = 0; i < n_seen; i++)
			known |= !known && !strcmp(seen[i], category);
		if (!known)
			seen[n_seen++] = category;
	}
	if (n_seen < 2 || !f->run->judged)
		return;
	fprintf(out, "\n  %-28s %6s  %9s  %13s  %7s\n", "kind of task", "tasks", "compiled", "groups a task", "pass@1");
	for (int i = 0; i < n_seen; i++) {
		struct run_summary s;
		struct cells n;
		run_summarise(f->run, seen[i], &s);
		fprintf(out, "  %-28.28s %6zu  %9s  %13s  %7s\n", seen[i], s.tasks, rep_share(n.c[0], (double)s.compiled, (double)s.programs),
		        rep_real(n.c[1], s.groups_per_task, 1), rep_real(n.c[2], s.pass_at[0], 3));
	}
}

static int layer_name(const struct rep_figures *f, int layer)
{
	return f->run->layer_index ? f->run->layer_index[layer] : layer;
}

static void print_routing(FILE *out, const struct rep_figures *f)
{
	const struct aln_jaccard *j = &f->jaccard;
	const struct aln_point *all = aln_jaccard_point(j, ALN_ALL, -1);
	struct cells n;
	fprintf(out, "\nDo two programs that have parted still use the same experts? (1: the same ones, 0: none shared)\n\n");
	fprintf(out, "  where their tokens agree   %s   %s x chance\n", rep_real(n.c[0], all->same.mean, 3), rep_real(n.c[1], all->same.mean / j->chance_exact, 1));
	fprintf(out, "  where they differ          %s   %s x chance\n", rep_real(n.c[0], all->different.mean, 3), rep_real(n.c[1], all->different.mean / j->chance_exact, 1));
	fprintf(out, "  by chance                  %s\n", rep_real(n.c[0], j->chance_exact, 3));
	if (j->closest >= 0)
		fprintf(out, "  The two lie closest at layer %d (%.3f and %.3f) and farthest apart at layer %d (%.3f and %.3f).\n",
		        layer_name(f, j->closest), j->points[j->closest].same.mean, j->points[j->closest].different.mean,
		        layer_name(f, j->farthest), j->points[j->farthest].same.mean, j->points[j->farthest].different.mean);
}

static void print_repetition(FILE *out, const struct rep_figures *f)
{
	const struct aln_redundancy *r = &f->redundancy;
	const struct aln_textdiff *d = &f->textdiff;
	int64_t lines = aln_textdiff_total(d);
	struct cells n;
	if (!r->compiled)
		return;
	fprintf(out, "\nHow much of it is the same program again?\n\n");
	fprintf(out, "  %7s of what compiled is in its task's most frequent group, %s in the three most frequent\n",
	        rep_share(n.c[0], aln_redundancy_top(r, ALN_TOP_1), 1), rep_share(n.c[1], aln_redundancy_top(r, ALN_TOP_3), 1));
	fprintf(out, "  %7s of all tokens went into programs whose assembly was already there\n", rep_share(n.c[0], (double)r->tokens_repeated, (double)r->tokens));
	if (lines)
		fprintf(out, "  where sources of one group differ, %s of the lines are comments or blank, %s names or layout\n",
		        rep_share(n.c[0], (double)(d->lines[ALN_DIFF_BLANK] + d->lines[ALN_DIFF_COMMENT]), (double)lines),
		        rep_share(n.c[1], (double)(d->lines[ALN_DIFF_NAME] + d->lines[ALN_DIFF_LAYOUT]), (double)lines));
}

static void print_steps(FILE *out, const struct rep_figures *f)
{
	const struct run *r = f->run;
	const struct rep_steps *s = &f->steps;
	if (!(r->distinct_per_step > 0))
		return;
	fprintf(out, "a step of %.0f %s touched %.1f distinct experts of %d in each layer", r->forks_per_step, r->forks_per_step < 1.5 ? "fork" : "forks",
	        r->distinct_per_step, r->n_experts);
	if (s->fewest != s->most)
		fprintf(out, ", from %.1f (layer %d) to %.1f (layer %d)", s->layers[s->fewest].mean, layer_name(f, s->fewest), s->layers[s->most].mean,
		        layer_name(f, s->most));
	fputc('\n', out);
}

void rep_print_summary(FILE *out, const struct rep_figures *f, const char *page)
{
	const struct run *r = f->run;
	struct cells n;
	print_grown(out, f);
	print_judged(out, f);
	print_categories(out, f);
	if (f->has_routing)
		print_routing(out, f);
	print_repetition(out, f);
	if (r->tokens_per_second > 0) /* else nobody knows how long they took */
		fprintf(out, "\n%s tokens in %.1f s (%s tokens/s while generating)\n", rep_int(n.c[0], f->redundancy.tokens), r->seconds,
		        rep_int(n.c[1], llround(r->tokens_per_second)));
	print_steps(out, f);
	if (r->commit[0])
		fprintf(out, "run %s: the same options give the same id\n", r->commit);
	fprintf(out, "\nLook next at\n");
	if (page)
		fprintf(out, "  %s   in a browser: curves, groups, every program\n", page);
	else
		fprintf(out, "  coppice report %s   writes tables, plots and a page\n", r->dir);
	fprintf(out, "  coppice align %s   routing, layer by layer\n", r->dir);
	fprintf(out, "  coppice redundancy %s   groups, task by task with --full\n", r->dir);
	fprintf(out, "  git -C %s log --graph --oneline --all   the tree of all programs\n", r->dir);
}

static void print_estimate(FILE *out, const struct aln_estimate *e)
{
	if (isnan(e->mean))
		fprintf(out, "  %-24s", "-");
	else if (isnan(e->lo))
		fprintf(out, "  %.4f                  ", e->mean);
	else
		fprintf(out, "  %.4f [%.4f, %.4f]", e->mean, e->lo, e->hi);
}

static void print_point(FILE *out, const struct aln_point *p)
{
	struct cells n;
	print_estimate(out, &p->same);
	print_estimate(out, &p->different);
	fprintf(out, "  %7s\n", rep_real(n.c[0], p->gap, 4));
}

static void print_layers(FILE *out, const struct rep_figures *f)
{
	fprintf(out, "%-16s  %-24s  %-24s  %7s\n", "layer", "same token", "different token", "gap");
	for (int l = 0; l < f->jaccard.shape.n_layers; l++) {
		fprintf(out, "%-16d", layer_name(f, l));
		print_point(out, aln_jaccard_point(&f->jaccard, ALN_ALL, l));
	}
	fprintf(out, "%-16s", "all layers");
	print_point(out, aln_jaccard_point(&f->jaccard, ALN_ALL, -1));
	fprintf(out, "%-16s  %.4f k/(2N-k), %.4f exact expectation\n", "chance", f->jaccard.chance_plugin, f->jaccard.chance_exact);
}

static void print_tasks_align(FILE *out, const struct rep_figures *f)
{
	struct cells n;
	fprintf(out, "\n%-40s  %8s %12s  %9s %12s\n", "task", "same", "pairs", "different", "pairs");
	for (int t = 0; t < f->jaccard.n_tasks; t++) {
		const struct aln_point *p = &f->jaccard.tasks[t];
		fprintf(out, "%-40.40s  %8s %12s  %9s %12s\n", f->run->tasks[t].task.id, rep_real(n.c[0], p->same.mean, 4), rep_int(n.c[1], p->same.n),
		        rep_real(n.c[2], p->different.mean, 4), rep_int(n.c[3], p->different.n));
	}
}

void rep_print_align(FILE *out, const struct rep_figures *f, bool full)
{
	const struct aln_jaccard *j = &f->jaccard;
	struct cells n;
	fprintf(out, "Jaccard index of the experts of token pairs after the fork, %d of %d experts a token\n", j->shape.top_k, j->shape.n_experts);
	fprintf(out, "paired by %s: %s token pairs of %s program pairs of %d %s\n\n", aln_by_name(j->by), rep_int(n.c[0], j->token_pairs),
	        rep_int(n.c[1], j->program_pairs), j->tasks_with_pairs, j->tasks_with_pairs == 1 ? "task" : "tasks");
	print_layers(out, f);
	if (j->closest >= 0)
		fprintf(out, "\nclosest at layer %d, farthest apart at layer %d; intervals: 95 %%, %d resamples of tasks\n", layer_name(f, j->closest),
		        layer_name(f, j->farthest), j->resamples);
	fprintf(out, "\n%-16s  %-24s  %-24s  %7s\n", "program pairs", "same token", "different token", "gap");
	for (int c = 1; c < ALN_N_CLASSES; c++) {
		fprintf(out, "%-16s", aln_class_name((enum aln_class)c));
		print_point(out, aln_jaccard_point(j, (enum aln_class)c, -1));
	}
	fprintf(out, "\n%-16s  %8s %12s  %9s %12s\n", "after the fork", "same", "pairs", "different", "pairs");
	for (int b = 0; b < ALN_N_DISTANCES; b++) {
		const struct aln_point *p = &j->distance[b];
		if (!(p->same.n + p->different.n))
			continue;
		char range[40];
		if (b + 1 == ALN_N_DISTANCES)
			snprintf(range, sizeof range, "%d and more", aln_distance_from(b));
		else
			snprintf(range, sizeof range, b ? "%d to %d" : "at the fork", aln_distance_from(b), aln_distance_from(b + 1) - 1);
		fprintf(out, "%-16s  %8s %12s  %9s %12s\n", range, rep_real(n.c[0], p->same.mean, 4), rep_int(n.c[1], p->same.n),
		        rep_real(n.c[2], p->different.mean, 4), rep_int(n.c[3], p->different.n));
	}
	if (full)
		print_tasks_align(out, f);
}

static void print_sizes(FILE *out, const struct aln_redundancy *r)
{
	struct cells n;
	fprintf(out, "\n%-16s  %10s  %10s  %10s\n", "programs a group", "groups", "programs", "pass rate");
	for (int i = 0; i < ALN_N_SIZES; i++) {
		const struct aln_size_class *s = &r->sizes[i];
		char range[40];
		if (s->to == INT32_MAX)
			snprintf(range, sizeof range, "%d and more", s->from);
		else if (s->from == s->to)
			snprintf(range, sizeof range, "%d", s->from);
		else
			snprintf(range, sizeof range, "%d to %d", s->from, s->to);
		fprintf(out, "%-16s  %10s  %10s  %10s\n", range, rep_int(n.c[0], s->groups), rep_int(n.c[1], s->programs),
		        rep_share(n.c[2], (double)s->passed, (double)s->tested));
	}
}

static void print_early(FILE *out, const struct aln_redundancy *r)
{
	struct cells n;
	fprintf(out, "\nstopping a task after   saves tokens   misses groups\n");
	for (int i = 0; i < ALN_N_EARLY; i++)
		fprintf(out, "%3d without a new one    %11s   %13s\n", r->early[i].patience, rep_share(n.c[0], (double)r->early[i].tokens_saved, (double)r->tokens),
		        rep_share(n.c[1], (double)r->early[i].groups_missed, (double)r->groups));
}

static void print_differences(FILE *out, const struct aln_textdiff *d)
{
	struct cells n;
	int64_t total = aln_textdiff_total(d);
	fprintf(out, "\nwithin groups: %s sources against their group's first, %s of them without any difference\n", rep_int(n.c[0], d->comparisons),
	        rep_int(n.c[1], d->identical));
	for (int i = 0; total && i < ALN_N_DIFFS; i++)
		fprintf(out, "  %-9s %10s lines  %7s\n", aln_diff_name((enum aln_diff)i), rep_int(n.c[0], d->lines[i]), rep_share(n.c[1], (double)d->lines[i], (double)total));
}

static void print_tasks_redundancy(FILE *out, const struct rep_figures *f)
{
	struct cells n;
	fprintf(out, "\n%-40s %8s %8s %7s %8s %9s %8s\n", "task", "programs", "compiled", "groups", "largest", "effective", "passed");
	for (size_t t = 0; t < f->run->n_tasks; t++) {
		const struct aln_redundancy *r = &f->tasks[t].redundancy;
		fprintf(out, "%-40.40s %8s %8s %7s %8s %9s %8s\n", f->run->tasks[t].task.id, rep_int(n.c[0], r->programs), rep_int(n.c[1], r->compiled),
		        rep_int(n.c[2], r->groups), rep_share(n.c[3], aln_redundancy_top(r, ALN_TOP_1), 1), rep_real(n.c[4], aln_redundancy_effective(r), 2),
		        rep_int(n.c[5], r->passed));
	}
}

void rep_print_redundancy(FILE *out, const struct rep_figures *f, bool full)
{
	const struct aln_redundancy *r = &f->redundancy;
	struct cells n;
	if (!f->run->judged)
		fprintf(out, "This run was not judged: without assembly there are no groups. `coppice judge %s` first.\n\n", f->run->dir);
	fprintf(out, "programs            %12s   in %s tasks\n", rep_int(n.c[0], r->programs), rep_int(n.c[1], r->tasks));
	fprintf(out, "compiled            %12s   %s\n", rep_int(n.c[0], r->compiled), rep_share(n.c[1], (double)r->compiled, (double)r->programs));
	fprintf(out, "distinct groups     %12s   %s a task\n", rep_int(n.c[0], r->groups), rep_real(n.c[1], r->tasks ? (double)r->groups / (double)r->tasks : NAN, 2));
	fprintf(out, "effective number    %12s   a task: exponential of the entropy of group sizes\n", rep_real(n.c[0], aln_redundancy_effective(r), 2));
	fprintf(out, "in the largest 1    %12s   3: %s   10: %s   of what compiled\n", rep_share(n.c[0], aln_redundancy_top(r, ALN_TOP_1), 1),
	        rep_share(n.c[1], aln_redundancy_top(r, ALN_TOP_3), 1), rep_share(n.c[2], aln_redundancy_top(r, ALN_TOP_10), 1));
	fprintf(out, "tokens              %12s   %s on programs whose group was already there, %s on what does not compile\n", rep_int(n.c[0], r->tokens),
	        rep_share(n.c[1], (double)r->tokens_repeated, (double)r->tokens), rep_share(n.c[2], (double)r->tokens_not_compiled, (double)r->tokens));
	print_sizes(out, r);
	print_early(out, r);
	print_differences(out, &f->textdiff);
	if (full)
		print_tasks_redundancy(out, f);
}
