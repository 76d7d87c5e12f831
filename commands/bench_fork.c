/* coppice bench fork: what forks cost. Making them, their first steps, and a step of them against the number of experts they touch.
 *
 * The first steps are 16, each sibling with tokens of its own. What the first siblings then have (logits) and had (routes) can be
 * saved, and another run, with --state shared say, held against it. Saved with them is what the steps moved beside states (all that they
 * moved, less each fork's own state read and written), so that the other run can tell its states' share.
 *
 * Siblings that read the same tokens choose the same experts. So forks in 1, 2, 4, ... groups, each group with tokens of its own, touch
 * more and more distinct experts while the number of rows stays: the time of a step against them is fitted by a line, milliseconds =
 * a + b x distinct experts of a layer (least squares over all settings, the median of the steps of each). */
#include "base/file.h"
#include "base/mem.h"
#include "commands/bench_fork.h"
#include <string.h>

static int measure_making(struct bench_batch *b, struct fork_result *r)
{
	struct bench_traffic waited;
	int err = bench_traffic(b->m, &waited);
	double start = clock_seconds();
	err = err ? err : bench_batch_fork(b);
	err = err ? err : bench_traffic(b->m, &waited);
	r->making_us = (clock_seconds() - start) * 1e6 / r->forks;
	return err;
}

/* *since: when the last one was finished. Where this one was under way by then, it has taken the time from there. */
static int timed_step(struct bench_batch *b, int t, int steps, int groups, double *since, double *ms, struct progress *p)
{
	double start = t && eng_model_info(b->m)->ahead ? *since : clock_seconds();
	int err = bench_batch_step(b, t, steps, groups);
	*since = clock_seconds();
	*ms = (*since - start) * 1e3;
	progress_update(p, p->done + 1, "%d fork%s", b->n, b->n == 1 ? "" : "s");
	return err;
}

/* The first steps of siblings that each read tokens of their own; in *out what they came to. */
static int measure_first_steps(struct bench_batch *b, struct fork_result *r, struct outcome *out, struct progress *p)
{
	struct bench_traffic before, after;
	double ms[FORK_FIRST_STEPS], since;
	size_t kept_row = (size_t)out->kept * out->row, vocab = (size_t)eng_model_info(b->m)->n_vocab;
	int err = bench_traffic(b->m, &before);
	b->capturing = true;
	for (int t = 0; t < FORK_FIRST_STEPS && !err; t++) {
		err = timed_step(b, t, FORK_FIRST_STEPS, r->forks, &since, &ms[t], p);
		memcpy(out->experts + (size_t)t * kept_row, b->capture.experts, kept_row * sizeof *out->experts);
	}
	b->capturing = false;
	err = err ? err : bench_traffic(b->m, &after);
	for (int i = 0; i < out->kept && !err; i++) {
		const float *logits = eng_fork_logits(b->forks[i]);
		if (logits)
			memcpy(out->logits + (size_t)i * vocab, logits, vocab * sizeof *logits);
		else
			err = err_set(ERR_UNSUPPORTED, "the %s backend did not give the logits", eng_model_info(b->m)->backend);
	}
	if (!err) {
		r->first_ms = bench_median(ms, FORK_FIRST_STEPS);
		r->first_bytes = (double)(after.bytes - before.bytes) / FORK_FIRST_STEPS;
	}
	return err;
}

/* So many steps of forks that are made for them; ms[steps]. */
static int measure_point(struct bench_batch *b, struct fork_point *at, double *ms, int steps, struct progress *p)
{
	struct bench_traffic before, after;
	int64_t distinct = 0;
	double since;
	int err = bench_batch_fork(b);
	err = err ? err : bench_traffic(b->m, &before);
	for (int t = 0; t < steps && !err; t++) {
		err = timed_step(b, t, steps, at->groups, &since, &ms[t], p);
		distinct += eng_last_distinct_experts(b->m);
	}
	err = err ? err : bench_traffic(b->m, &after);
	if (!err) {
		at->distinct = (double)distinct / steps / eng_model_info(b->m)->n_layers;
		at->bytes = (double)(after.bytes - before.bytes) / steps;
	}
	bench_batch_drop(b);
	return err;
}

/* In rounds: what else the machine does for a while then slows every setting, and not one of them. */
static int measure_points(struct bench_batch *b, const struct options *o, struct fork_result *r, struct progress *p)
{
	int steps = (int)o->max_tokens, of_point = steps * (int)o->repeats, err = 0;
	double *ms = mem_array((size_t)(of_point * r->n_points), sizeof *ms);
	for (int round = 0; round < o->repeats && !err; round++)
		for (int i = 0; i < r->n_points && !err; i++)
			err = measure_point(b, &r->points[i], ms + i * of_point + round * steps, steps, p);
	for (int i = 0; i < r->n_points && !err; i++)
		r->points[i].ms = bench_median(ms + i * of_point, of_point);
	mem_free(ms);
	return err;
}

/* 1, 2, 4, ... groups, and at last each fork by itself. */
static int list_points(struct fork_point *points, int forks)
{
	int n = 0;
	for (int groups = 1; groups < forks; groups *= 2)
		points[n++].groups = groups;
	points[n++].groups = forks;
	return n;
}

static void fit(struct fork_result *r)
{
	double x[FORK_MAX_POINTS], y[FORK_MAX_POINTS];
	for (int i = 0; i < r->n_points; i++) {
		x[i] = r->points[i].distinct;
		y[i] = r->points[i].ms;
	}
	r->has_line = aln_line_fit(&r->line, x, y, r->n_points);
}

/* What is kept of the first steps, and what it is held against. */
static int compare(const struct options *o, struct fork_figures *f, const struct fork_result *r, struct outcome *now, const struct outcome *was)
{
	double own = 2.0 * r->forks * (double)f->info.state_bytes_per_fork; /* each reads a state of its own and writes it */
	now->other = f->info.shared_state ? 0 : r->first_bytes - own;
	if (was)
		f->compared = outcome_compare(now, was, f->info.top_k, r->first_bytes, own);
	return o->save ? outcome_write(now, o->save) : 0;
}

static int measure(struct eng_model *m, const struct options *o, struct fork_figures *f, struct fork_result *r, const struct outcome *was, struct progress *p)
{
	struct bench_batch b;
	struct outcome now;
	outcome_init(&now, &f->info, r->forks, o);
	int err = bench_batch_open(&b, m, r->forks, o, true);
	b.capturing = false;
	err = err ? err : measure_making(&b, r);
	err = err ? err : measure_first_steps(&b, r, &now, p);
	bench_batch_drop(&b);
	err = err ? err : measure_points(&b, o, r, p);
	if (!err) {
		fit(r);
		err = compare(o, f, r, &now, was);
	}
	bench_batch_close(&b);
	outcome_release(&now);
	return err;
}

static int measure_all(struct eng_model *m, const struct options *o, struct fork_figures *f, const struct outcome *was)
{
	struct progress p;
	int64_t steps = 0;
	int err = 0;
	for (int i = 0; i < o->counts.n; i++) {
		struct fork_result *r = &f->results[f->n++];
		r->forks = o->counts.at[i];
		r->n_points = list_points(r->points, r->forks);
		steps += FORK_FIRST_STEPS + r->n_points * o->max_tokens * o->repeats;
	}
	bench_progress(&p, "bench fork", "steps", steps);
	for (int i = 0; i < f->n && !err; i++)
		err = measure(m, o, f, &f->results[i], was, &p);
	if (!err)
		progress_end(&p);
	return err;
}

/* What cannot be done is said before anything is measured. */
static int check(const struct options *o)
{
	if ((o->save || o->against) && o->counts.n > 1)
		return err_set(ERR_USAGE, "--%s is of one number of forks, and --forks has %d", o->save ? "save" : "against", o->counts.n);
	int err = o->plot ? bench_plot_check(o->plot) : 0;
	return !err && o->save ? file_can_write(o->save) : err;
}

int bench_fork(const struct options *o)
{
	struct eng_model *m = NULL;
	struct fork_figures f = {0};
	struct outcome was = {0};
	int steps = o->max_tokens > FORK_FIRST_STEPS ? (int)o->max_tokens : FORK_FIRST_STEPS;
	int err = check(o);
	err = err ? err : bench_open(&m, &f.info, o, bench_most_forks(o), steps, &f.seconds_to_open);
	if (!err && o->against) {
		outcome_init(&was, &f.info, o->counts.at[0], o);
		err = outcome_read(&was, o->against);
	}
	err = err ? err : measure_all(m, o, &f, o->against ? &was : NULL);
	eng_model_close(m);
	err = err ? err : bench_peak(&f.peak, o, false);
	if (!err) {
		bench_fork_print(&f, o);
		err = o->plot ? bench_plot(&f, o->plot) : 0;
	}
	outcome_release(&was);
	bench_info_release(&f.info);
	return err;
}
