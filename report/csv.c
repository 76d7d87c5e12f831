#include "report/csv.h"
#include "report/text.h"
#include <math.h>

static const char *const names[REP_N_TABLES] = {"tasks.csv", "programs.csv", "groups.csv", "layers.csv", "distance.csv", "distinct.csv", "steps.csv"};

const char *rep_table_name(enum rep_table t)
{
	return names[t];
}

static void field_int(struct buf *b, int64_t n)
{
	buf_printf(b, ",%lld", (long long)n);
}

static void field_real(struct buf *b, double x)
{
	buf_char(b, ',');
	rep_csv_real(b, x);
}

static void field_text(struct buf *b, const char *s)
{
	buf_char(b, ',');
	rep_csv_field(b, s ? s : "");
}

static void tasks(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "task,category,language,programs,compiled,groups,tested,passed,pass_rate,top1,top3,top10,effective,tokens,tokens_repeated,"
	           "same,different,n_same,n_different\n");
	for (size_t t = 0; t < f->run->n_tasks; t++) {
		const struct srch_task *task = &f->run->tasks[t].task;
		const struct aln_redundancy *r = &f->tasks[t].redundancy;
		const struct aln_point *p = f->has_routing ? &f->jaccard.tasks[t] : NULL;
		rep_csv_field(b, task->id);
		field_text(b, task->category);
		field_text(b, cmp_language_name(task->language));
		field_int(b, r->programs);
		field_int(b, r->compiled);
		field_int(b, r->groups);
		field_int(b, r->tested);
		field_int(b, r->passed);
		field_real(b, r->tested ? (double)r->passed / (double)r->tested : NAN);
		for (int i = 0; i < ALN_N_TOPS; i++)
			field_real(b, aln_redundancy_top(r, i));
		field_real(b, aln_redundancy_effective(r));
		field_int(b, r->tokens);
		field_int(b, r->tokens_repeated);
		field_real(b, p ? p->same.mean : NAN);
		field_real(b, p ? p->different.mean : NAN);
		field_int(b, p ? p->same.n : 0);
		field_int(b, p ? p->different.n : 0);
		buf_char(b, '\n');
	}
}

static void programs(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "task,program,node,commit,finished,extraction,compiled,group,verdict,tokens,rows,logprob\n");
	for (size_t t = 0; t < f->run->n_tasks; t++)
		for (size_t i = 0; i < f->run->tasks[t].n; i++) {
			const struct run_program *p = &f->run->programs[f->run->tasks[t].first + i];
			rep_csv_field(b, f->run->tasks[t].task.id);
			field_int(b, (int64_t)i);
			field_int(b, p->node);
			field_text(b, p->commit);
			field_text(b, p->finished);
			field_text(b, cmp_extraction_name(p->extraction));
			field_text(b, p->judged ? p->compiled ? "yes" : "no" : "");
			field_text(b, p->group);
			field_text(b, p->judged ? cmp_status_name(p->status) : "");
			field_int(b, (int64_t)p->n_tokens);
			field_int(b, (int64_t)p->n_rows);
			field_real(b, p->logprob);
			buf_char(b, '\n');
		}
}

static void groups(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "task,rank,group,programs,tested,passed,first_program,tokens\n");
	for (size_t t = 0; t < f->run->n_tasks; t++)
		for (int g = 0; g < f->tasks[t].n_groups; g++) {
			const struct aln_group *group = &f->tasks[t].groups[g];
			rep_csv_field(b, f->run->tasks[t].task.id);
			field_int(b, g + 1);
			field_text(b, f->run->programs[f->run->tasks[t].first + (size_t)group->first].group);
			field_int(b, group->programs);
			field_int(b, group->tested);
			field_int(b, group->passed);
			field_int(b, group->first);
			field_int(b, group->tokens);
			buf_char(b, '\n');
		}
}

static void field_estimate(struct buf *b, const struct aln_estimate *e)
{
	field_real(b, e->mean);
	field_real(b, e->lo);
	field_real(b, e->hi);
	field_int(b, e->n);
}

static void layers(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "pairs,layer,layer_index,same,same_low,same_high,n_same,different,different_low,different_high,n_different,gap,gap_low,"
	           "gap_high,chance_plugin,chance_exact\n");
	for (int c = 0; f->has_routing && c < ALN_N_CLASSES; c++)
		for (int l = 0; l <= f->jaccard.shape.n_layers; l++) {
			bool overall = l == f->jaccard.shape.n_layers;
			const struct aln_point *p = aln_jaccard_point(&f->jaccard, (enum aln_class)c, overall ? -1 : l);
			rep_csv_field(b, aln_class_name((enum aln_class)c));
			if (overall)
				buf_str(b, ",all,");
			else
				buf_printf(b, ",%d,%d", l, f->run->layer_index ? f->run->layer_index[l] : l);
			field_estimate(b, &p->same);
			field_estimate(b, &p->different);
			field_real(b, p->gap);
			field_real(b, p->gap_lo);
			field_real(b, p->gap_hi);
			field_real(b, f->jaccard.chance_plugin);
			field_real(b, f->jaccard.chance_exact);
			buf_char(b, '\n');
		}
}

static void distance(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "from,to,same,n_same,different,n_different\n");
	for (int i = 0; f->has_routing && i < ALN_N_DISTANCES; i++) {
		const struct aln_point *p = &f->jaccard.distance[i];
		buf_printf(b, "%d,", aln_distance_from(i));
		if (i + 1 < ALN_N_DISTANCES)
			buf_printf(b, "%d", aln_distance_from(i + 1) - 1);
		field_real(b, p->same.mean);
		field_int(b, p->same.n);
		field_real(b, p->different.mean);
		field_int(b, p->different.n);
		buf_char(b, '\n');
	}
}

static void touched(struct buf *b, const struct rep_touched *t)
{
	field_int(b, t->steps);
	field_int(b, t->forks);
	field_real(b, t->mean);
	field_int(b, t->min);
	field_int(b, t->max);
	field_real(b, t->per_fork);
	field_real(b, t->uniform);
	field_real(b, t->popular);
}

static void distinct(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "layer,layer_index,steps,forks,mean,min,max,per_fork,uniform,popular\n");
	for (int l = 0; f->steps.n_sizes && l <= f->steps.n_layers; l++) {
		bool overall = l == f->steps.n_layers;
		if (overall)
			buf_str(b, "all,");
		else
			buf_printf(b, "%d,%d", l, f->run->layer_index ? f->run->layer_index[l] : l);
		touched(b, overall ? &f->steps.all : &f->steps.layers[l]);
		buf_char(b, '\n');
	}
}

static void steps(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "size,steps,forks,mean,min,max,per_fork,uniform,popular,lowest_layer,highest_layer\n");
	for (int i = 0; i < f->steps.n_sizes; i++) {
		const struct rep_step_size *s = &f->steps.sizes[i];
		buf_printf(b, "%d", s->size);
		touched(b, &s->all);
		field_real(b, s->lowest);
		field_real(b, s->highest);
		buf_char(b, '\n');
	}
}

void rep_table_write(struct buf *b, const struct rep_figures *f, enum rep_table t)
{
	static void (*const writers[REP_N_TABLES])(struct buf *, const struct rep_figures *) = {
		tasks, programs, groups, layers, distance, distinct, steps,
	};
	writers[t](b, f);
}
