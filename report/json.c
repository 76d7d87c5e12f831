#include "report/json.h"
#include "base/mem.h"
#include "report/text.h"
#include <jansson.h>
#include <math.h>

static json_t *real(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *interval(double lo, double hi)
{
	if (!isfinite(lo) || !isfinite(hi))
		return json_null();
	json_t *a = json_array();
	json_array_append_new(a, json_real(lo));
	json_array_append_new(a, json_real(hi));
	return a;
}

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void put_int(json_t *o, const char *key, int64_t n)
{
	put(o, key, json_integer((json_int_t)n));
}

/* Ids come from files, which may hold anything. */
static json_t *text(const char *s)
{
	char *clean = rep_utf8(s ? s : "", s ? strlen(s) : 0);
	json_t *t = json_string(clean);
	mem_free(clean);
	return t;
}

/* null while it has none. */
static json_t *run_id(const struct run *r)
{
	return r->commit[0] ? text(r->commit) : json_null();
}

static char *finish(json_t *o)
{
	char *s = json_dumps(o, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
	json_decref(o);
	char *copy = mem_printf("%s\n", s ? s : "{}");
	free(s);
	return copy;
}

static void put_point(json_t *o, const struct aln_point *p)
{
	put(o, "same", real(p->same.mean));
	put(o, "different", real(p->different.mean));
	put_int(o, "n_same", p->same.n);
	put_int(o, "n_different", p->different.n);
	put(o, "same_interval", interval(p->same.lo, p->same.hi));
	put(o, "different_interval", interval(p->different.lo, p->different.hi));
	put(o, "gap", real(p->gap));
	put(o, "gap_interval", interval(p->gap_lo, p->gap_hi));
}

static json_t *layers(const struct rep_figures *f)
{
	json_t *list = json_array();
	for (int l = 0; l < f->jaccard.shape.n_layers; l++) {
		json_t *o = json_object();
		put_int(o, "layer", l);
		put_int(o, "layer_index", f->run->layer_index ? f->run->layer_index[l] : l);
		put_point(o, aln_jaccard_point(&f->jaccard, ALN_ALL, l));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *classes(const struct aln_jaccard *j)
{
	json_t *list = json_array();
	for (int c = 1; c < ALN_N_CLASSES; c++) {
		json_t *o = json_object(), *curve = json_array();
		put(o, "pairs", json_string(aln_class_name((enum aln_class)c)));
		put_point(o, aln_jaccard_point(j, (enum aln_class)c, -1));
		for (int l = 0; l < j->shape.n_layers; l++) {
			json_t *at = json_object();
			const struct aln_point *p = aln_jaccard_point(j, (enum aln_class)c, l);
			put_int(at, "layer", l);
			put_point(at, p);
			json_array_append_new(curve, at);
		}
		put(o, "layers", curve);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *distances(const struct aln_jaccard *j)
{
	json_t *list = json_array();
	for (int b = 0; b < ALN_N_DISTANCES; b++) {
		const struct aln_point *p = &j->distance[b];
		if (!(p->same.n + p->different.n))
			continue;
		json_t *o = json_object();
		put_int(o, "from", aln_distance_from(b));
		put(o, "to", b + 1 < ALN_N_DISTANCES ? json_integer(aln_distance_from(b + 1) - 1) : json_null());
		put(o, "same", real(p->same.mean));
		put(o, "different", real(p->different.mean));
		put_int(o, "n_same", p->same.n);
		put_int(o, "n_different", p->different.n);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *align_tasks(const struct rep_figures *f)
{
	json_t *list = json_array();
	for (int t = 0; t < f->jaccard.n_tasks; t++) {
		const struct aln_point *p = &f->jaccard.tasks[t];
		json_t *o = json_object();
		put(o, "task", text(f->run->tasks[t].task.id));
		put(o, "same", real(p->same.mean));
		put(o, "different", real(p->different.mean));
		put_int(o, "n_same", p->same.n);
		put_int(o, "n_different", p->different.n);
		json_array_append_new(list, o);
	}
	return list;
}

char *rep_json_align(const struct rep_figures *f)
{
	const struct aln_jaccard *j = &f->jaccard;
	json_t *o = json_object();
	const struct aln_point *all = aln_jaccard_point(j, ALN_ALL, -1);
	put(o, "run", run_id(f->run));
	put(o, "by", json_string(aln_by_name(j->by)));
	put_int(o, "tasks", j->n_tasks);
	put_int(o, "programs", (int64_t)f->run->n_programs);
	put_int(o, "pairs", j->token_pairs);
	put_int(o, "program_pairs", j->program_pairs);
	put_point(o, all);
	put(o, "chance_plugin", real(j->chance_plugin));
	put(o, "chance_exact", real(j->chance_exact));
	put_int(o, "n_experts", j->shape.n_experts);
	put_int(o, "top_k", j->shape.top_k);
	put(o, "closest_layer", j->closest < 0 ? json_null() : json_integer(j->closest));
	put(o, "farthest_layer", j->farthest < 0 ? json_null() : json_integer(j->farthest));
	put_int(o, "resamples", j->resamples);
	put_int(o, "bootstrap_seed", (int64_t)j->seed);
	put(o, "layers", layers(f));
	put(o, "classes", classes(j));
	put(o, "distance", distances(j));
	put(o, "by_task", align_tasks(f));
	return finish(o);
}

static void put_counts(json_t *o, const struct aln_redundancy *r)
{
	put_int(o, "programs", r->programs);
	put_int(o, "compiled", r->compiled);
	put_int(o, "groups", r->groups);
	put_int(o, "tested", r->tested);
	put_int(o, "passed", r->passed);
	put(o, "top1", real(aln_redundancy_top(r, ALN_TOP_1)));
	put(o, "top3", real(aln_redundancy_top(r, ALN_TOP_3)));
	put(o, "top10", real(aln_redundancy_top(r, ALN_TOP_10)));
	put(o, "effective", real(aln_redundancy_effective(r)));
	put_int(o, "tokens", r->tokens);
	put_int(o, "tokens_repeated", r->tokens_repeated);
	put_int(o, "tokens_not_compiled", r->tokens_not_compiled);
}

static json_t *sizes(const struct aln_redundancy *r)
{
	json_t *list = json_array();
	for (int i = 0; i < ALN_N_SIZES; i++) {
		const struct aln_size_class *s = &r->sizes[i];
		json_t *o = json_object();
		put_int(o, "from", s->from);
		put(o, "to", s->to == INT32_MAX ? json_null() : json_integer(s->to));
		put_int(o, "groups", s->groups);
		put_int(o, "programs", s->programs);
		put_int(o, "tested", s->tested);
		put_int(o, "passed", s->passed);
		put(o, "pass_rate", real(s->tested ? (double)s->passed / (double)s->tested : NAN));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *early(const struct aln_redundancy *r)
{
	json_t *list = json_array();
	for (int i = 0; i < ALN_N_EARLY; i++) {
		json_t *o = json_object();
		put_int(o, "patience", r->early[i].patience);
		put_int(o, "programs_skipped", r->early[i].programs_skipped);
		put_int(o, "tokens_saved", r->early[i].tokens_saved);
		put_int(o, "groups_missed", r->early[i].groups_missed);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *differences(const struct aln_textdiff *d)
{
	json_t *o = json_object(), *shares = json_object();
	int64_t total = aln_textdiff_total(d);
	put_int(o, "comparisons", d->comparisons);
	put_int(o, "identical", d->identical);
	put_int(o, "lines", total);
	for (int i = 0; i < ALN_N_DIFFS; i++) {
		put_int(o, aln_diff_name((enum aln_diff)i), d->lines[i]);
		put(shares, aln_diff_name((enum aln_diff)i), real(total ? (double)d->lines[i] / (double)total : NAN));
	}
	put(o, "share", shares);
	return o;
}

char *rep_json_redundancy(const struct rep_figures *f)
{
	json_t *o = json_object(), *tasks = json_array();
	put(o, "run", run_id(f->run));
	put_int(o, "tasks", f->redundancy.tasks);
	put_counts(o, &f->redundancy);
	put(o, "groups_per_task", real(f->redundancy.tasks ? (double)f->redundancy.groups / (double)f->redundancy.tasks : NAN));
	put(o, "sizes", sizes(&f->redundancy));
	put(o, "early_stopping", early(&f->redundancy));
	put(o, "within_groups", differences(&f->textdiff));
	for (size_t t = 0; t < f->run->n_tasks; t++) {
		json_t *task = json_object(), *groups = json_array();
		put(task, "task", text(f->run->tasks[t].task.id));
		put_counts(task, &f->tasks[t].redundancy);
		for (int g = 0; g < f->tasks[t].n_groups; g++) {
			const struct aln_group *group = &f->tasks[t].groups[g];
			json_t *one = json_object();
			put(one, "group", text(f->run->programs[f->run->tasks[t].first + (size_t)group->first].group));
			put_int(one, "programs", group->programs);
			put_int(one, "passed", group->passed);
			put_int(one, "first", group->first);
			json_array_append_new(groups, one);
		}
		put(task, "members", groups);
		json_array_append_new(tasks, task);
	}
	put(o, "by_task", tasks);
	return finish(o);
}

static json_t *pass_at(const struct run_summary *s)
{
	json_t *o = json_object();
	for (int i = 0; i < 6; i++) {
		char key[16];
		snprintf(key, sizeof key, "%d", run_pass_k[i]);
		if (isfinite(s->pass_at[i]))
			put(o, key, json_real(s->pass_at[i]));
	}
	return o;
}

static json_t *extremes(const struct rep_figures *f)
{
	json_t *o = json_object();
	put(o, "closest_layer", f->jaccard.closest < 0 ? json_null() : json_integer(f->jaccard.closest));
	put(o, "farthest_layer", f->jaccard.farthest < 0 ? json_null() : json_integer(f->jaccard.farthest));
	return o;
}

char *rep_json_run(const struct rep_figures *f)
{
	const struct run *r = f->run;
	const struct run_summary *s = &f->summary;
	const struct aln_point *all = f->has_routing ? aln_jaccard_point(&f->jaccard, ALN_ALL, -1) : NULL;
	json_t *o = json_object();
	put(o, "run", run_id(r));
	put_int(o, "tasks", (int64_t)s->tasks);
	put_int(o, "completions", (int64_t)s->programs);
	put_int(o, "compiled", (int64_t)s->compiled);
	put_int(o, "groups", f->redundancy.groups);
	put_int(o, "passed", (int64_t)s->passed);
	put(o, "pass_at", pass_at(s));
	if (r->policy != SRCH_SAMPLE)
		put(o, "pass_share", real(s->pass_share));
	put_int(o, "tokens", f->redundancy.tokens);
	put(o, "seconds", real(r->seconds));
	put(o, "tokens_per_second", real(r->tokens_per_second));
	put(o, "forks_per_step", real(r->forks_per_step > 0 ? r->forks_per_step : NAN));
	put(o, "distinct_experts", real(r->distinct_per_step > 0 ? r->distinct_per_step : NAN));
	put(o, "same", real(all ? all->same.mean : NAN));
	put(o, "different", real(all ? all->different.mean : NAN));
	put(o, "chance", real(all ? f->jaccard.chance_exact : NAN));
	put(o, "chance_plugin", real(all ? f->jaccard.chance_plugin : NAN));
	put(o, "chance_exact", real(all ? f->jaccard.chance_exact : NAN));
	put(o, "groups_per_task", real(s->groups_per_task));
	put(o, "effective", real(aln_redundancy_effective(&f->redundancy)));
	put(o, "top1", real(aln_redundancy_top(&f->redundancy, ALN_TOP_1)));
	put(o, "top3", real(aln_redundancy_top(&f->redundancy, ALN_TOP_3)));
	put_int(o, "tokens_repeated", f->redundancy.tokens_repeated);
	put_int(o, "weak_tasks", (int64_t)s->weak_tasks);
	put_int(o, "suspicious_passes", (int64_t)s->suspicious_passes);
	put_int(o, "harness_errors", (int64_t)s->harness_errors);
	put(o, "policy", json_string(srch_policy_name(r->policy)));
	if (all)
		put(o, "layers", extremes(f));
	return finish(o);
}
