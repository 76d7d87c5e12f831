#include "commands/bench_fork.h"
#include "report/text.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static double share(const struct fork_figures *f, double bytes, double ms)
{
	return bench_share(bytes / ms * 1e3, f->peak.bytes);
}

static void print_compared(const char *mark, const struct fork_figures *f, const char *path)
{
	const struct fork_compared *c = &f->compared;
	printf("%sagainst %s: logits after %d steps are %.2e of their spread apart (root mean square), %.2f %% of the routes are the same\n", mark, path,
	       FORK_FIRST_STEPS, c->apart, 100 * c->routes_same);
	if (c->states > 0)
		printf("%sstates: %.2f MB moved a step, %.2f by siblings with their own: %.2f times less\n", mark, c->states / 1e6, c->own / 1e6, c->own / c->states);
}

static void print_line(const char *mark, const struct fork_result *r)
{
	if (r->has_line)
		printf("%sstep of %d = %.4f ms + %.6f ms x distinct experts of a layer, R^2 %.3f\n", mark, r->forks, r->line.a, r->line.b, r->line.r2);
	else
		printf("%sstep of %d: one number of distinct experts alone, and no line through it\n", mark, r->forks);
}

static void print_csv(const struct fork_figures *f, const struct options *o)
{
	bench_print_head("# ", &f->info, o, &f->peak, f->seconds_to_open);
	for (int i = 0; i < f->n; i++) {
		const struct fork_result *r = &f->results[i];
		printf("# making a fork: %.2f us, %d at once; nothing is copied: pages, states and logits are the parent's\n", r->making_us, r->forks);
		printf("# first %d steps of %d siblings, state %s: %.4f ms and %.1f MB moved a step\n", FORK_FIRST_STEPS, r->forks,
		       f->info.shared_state ? "shared" : "own", r->first_ms, r->first_bytes / 1e6);
	}
	if (o->against)
		print_compared("# ", f, o->against);
	puts("forks,groups,distinct_experts_per_layer,ms_per_step,tokens_per_s,mb_per_step,gb_per_s,share_of_peak");
	for (int i = 0; i < f->n; i++)
		for (int p = 0; p < f->results[i].n_points; p++) {
			const struct fork_point *at = &f->results[i].points[p];
			double s = share(f, at->bytes, at->ms);
			printf("%d,%d,%.2f,%.4f,%.0f,%.3f,%.2f,", f->results[i].forks, at->groups, at->distinct, at->ms, f->results[i].forks / at->ms * 1e3,
			       at->bytes / 1e6, at->bytes / at->ms / 1e6);
			printf(isnan(s) ? "\n" : "%.4f\n", s);
		}
	for (int i = 0; i < f->n; i++)
		print_line("# ", &f->results[i]);
}

static json_t *point_json(const struct fork_figures *f, int forks, const struct fork_point *at)
{
	return json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:o}", "groups", at->groups, "distinct_experts_per_layer", at->distinct, "ms_per_step", at->ms,
	                 "tokens_per_s", forks / at->ms * 1e3, "mb_per_step", at->bytes / 1e6, "gb_per_s", at->bytes / at->ms / 1e6, "share_of_peak",
	                 bench_json_real(share(f, at->bytes, at->ms)));
}

static json_t *result_json(const struct fork_figures *f, const struct fork_result *r)
{
	json_t *points = json_array(), *line = json_null();
	for (int i = 0; i < r->n_points; i++)
		json_array_append_new(points, point_json(f, r->forks, &r->points[i]));
	if (r->has_line)
		line = json_pack("{s:f, s:f, s:f}", "a_ms", r->line.a, "b_ms_per_expert", r->line.b, "r2", r->line.r2);
	return json_pack("{s:i, s:f, s:{s:i, s:f, s:f, s:f, s:o}, s:o, s:o}", "forks", r->forks, "us_per_fork", r->making_us, "first_steps", "steps",
	                 FORK_FIRST_STEPS, "ms_per_step", r->first_ms, "mb_per_step", r->first_bytes / 1e6, "gb_per_s", r->first_bytes / r->first_ms / 1e6,
	                 "share_of_peak", bench_json_real(share(f, r->first_bytes, r->first_ms)), "points", points, "line", line);
}

static void print_json(const struct fork_figures *f, const struct options *o)
{
	json_t *j = bench_json("fork", &f->info, o, &f->peak, f->seconds_to_open), *results = json_array();
	for (int i = 0; i < f->n; i++)
		json_array_append_new(results, result_json(f, &f->results[i]));
	json_object_set_new(j, "siblings", results);
	if (o->against)
		json_object_set_new(j, "compared", json_pack("{s:o, s:f, s:f, s:f}", "logits_apart", bench_json_real(f->compared.apart), "routes_same",
		                                             f->compared.routes_same, "state_mb_per_step", f->compared.states / 1e6, "own_state_mb_per_step",
		                                             f->compared.own / 1e6));
	bench_json_print(j);
}

static void print_result(const struct fork_figures *f, const struct fork_result *r, bool *cached)
{
	char text[2][32];
	printf("\n  making a fork     %9.2f us   %d at once; nothing is copied: pages, states and logits are the parent's\n", r->making_us, r->forks);
	printf("  their first steps %9.3f ms   %.2f MB moved by each of %d: %.2f GB/s, %s of the peak\n\n", r->first_ms, r->first_bytes / 1e6, FORK_FIRST_STEPS,
	       r->first_bytes / r->first_ms / 1e6, bench_percent(text[0], share(f, r->first_bytes, r->first_ms)));
	printf("  %5s %7s %17s %10s %10s %10s %8s %8s\n", "", "", "distinct experts", "ms", "", "MB moved", "", "of the");
	printf("  %5s %7s %17s %10s %10s %10s %8s %8s\n", "forks", "groups", "a layer", "a step", "tokens/s", "a step", "GB/s", "peak");
	for (int i = 0; i < r->n_points; i++) {
		const struct fork_point *at = &r->points[i];
		double s = share(f, at->bytes, at->ms);
		*cached |= s > 1;
		printf("  %5d %7d %17.2f %10.3f %10s %10.2f %8.2f %8s\n", r->forks, at->groups, at->distinct, at->ms,
		       rep_int(text[0], llround(r->forks / at->ms * 1e3)), at->bytes / 1e6, at->bytes / at->ms / 1e6, bench_percent(text[1], s));
	}
	putchar('\n');
	print_line("  ", r);
}

static void print_table(const struct fork_figures *f, const struct options *o)
{
	bool cached = false;
	bench_print_head("", &f->info, o, &f->peak, f->seconds_to_open);
	printf("a prompt of %" PRId64 " tokens; of each number of groups the median of %" PRId64 " steps\n", o->prompt, o->repeats * o->max_tokens);
	for (int i = 0; i < f->n; i++)
		print_result(f, &f->results[i], &cached);
	if (o->against)
		print_compared("  ", f, o->against);
	if (cached)
		bench_print_caches("\n");
}

void bench_fork_print(const struct fork_figures *f, const struct options *o)
{
	if (o->json)
		print_json(f, o);
	else if (o->csv)
		print_csv(f, o);
	else
		print_table(f, o);
}
