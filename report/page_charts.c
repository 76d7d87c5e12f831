#include "report/page_parts.h"
#include "base/mem.h"
#include "report/chart.h"
#include "report/text.h"
#include "report/tree.h"
#include <math.h>

static int layer_name(const struct rep_figures *f, int layer)
{
	return f->run->layer_index ? f->run->layer_index[layer] : layer;
}

static struct chart wide(struct buf *b)
{
	return (struct chart){.out = b, .width = 860, .height = 360, .left = 58, .right = 16, .top = 14, .bottom = 46, .y1 = 1};
}

static struct chart narrow(struct buf *b)
{
	return (struct chart){.out = b, .width = 460, .height = 300, .left = 58, .right = 14, .top = 14, .bottom = 46, .y1 = 1};
}

/* The top of a y axis that holds `most`, in steps of 0.1 and at least 0.2. */
static double axis_top(double most)
{
	double top = ceil(most * 10 + 0.2) / 10;
	return top > 1 ? 1 : top < 0.2 ? 0.2 : top;
}

static void estimate_hover(char *out, size_t size, const char *what, const char *where, const struct aln_estimate *e)
{
	if (isnan(e->lo))
		snprintf(out, size, "%s, %s: %.4f from %lld token pairs", where, what, e->mean, (long long)e->n);
	else
		snprintf(out, size, "%s, %s: %.4f, 95 %% interval %.4f to %.4f, from %lld token pairs", where, what, e->mean, e->lo, e->hi, (long long)e->n);
}

static void curve(struct chart *c, const struct rep_figures *f, bool same)
{
	int n = f->jaccard.shape.n_layers;
	double *x = mem_array((size_t)n * 4, sizeof *x), *y = x + n, *lo = y + n, *hi = lo + n;
	const char *class = same ? "c-same" : "c-different", *what = same ? "same token" : "different token";
	for (int l = 0; l < n; l++) {
		const struct aln_point *p = aln_jaccard_point(&f->jaccard, ALN_ALL, l);
		const struct aln_estimate *e = same ? &p->same : &p->different;
		x[l] = l;
		y[l] = e->mean;
		lo[l] = e->lo;
		hi[l] = e->hi;
	}
	chart_band(c, class, x, lo, hi, n);
	chart_line(c, class, x, y, n);
	for (int l = 0; l < n; l++) {
		const struct aln_point *p = aln_jaccard_point(&f->jaccard, ALN_ALL, l);
		char hover[160], where[32];
		snprintf(where, sizeof where, "layer %d", layer_name(f, l));
		estimate_hover(hover, sizeof hover, what, where, same ? &p->same : &p->different);
		if (!isnan(lo[l]))
			chart_segment(c, same ? "whisker c-same" : "whisker c-different", l, lo[l], l, hi[l]);
		chart_mark(c, class, l, y[l], same ? 0 : 1, hover);
	}
	mem_free(x);
}

static double highest(const struct aln_point *points, int n)
{
	double most = 0;
	for (int i = 0; i < n; i++) {
		const double candidates[4] = {points[i].same.mean, points[i].same.hi, points[i].different.mean, points[i].different.hi};
		for (int k = 0; k < 4; k++)
			most = candidates[k] > most ? candidates[k] : most;
	}
	return most;
}

void page_chart_layers(struct buf *b, const struct rep_figures *f)
{
	struct chart c = wide(b);
	int n = f->jaccard.shape.n_layers, every = n > 24 ? (n + 19) / 20 : 1;
	c.x0 = -0.4;
	c.x1 = n - 0.6;
	c.y1 = axis_top(highest(f->jaccard.points, n));
	chart_begin(&c, "Jaccard index of the chosen experts by layer, for same and different tokens, with the chance level");
	chart_y_axis(&c, c.y1 > 0.5 ? 0.2 : 0.1, 1, "Jaccard index");
	for (int l = 0; l < n; l += every) {
		char text[16];
		snprintf(text, sizeof text, "%d", layer_name(f, l));
		chart_x_tick(&c, l, text);
	}
	chart_x_label(&c, "layer");
	chart_segment(&c, "line c-chance", c.x0, f->jaccard.chance_exact, c.x1, f->jaccard.chance_exact);
	curve(&c, f, true);
	curve(&c, f, false);
	chart_end(&c);
}

static void pair_marks(struct chart *c, double x, const char *where, const struct aln_point *p)
{
	char hover[160];
	estimate_hover(hover, sizeof hover, "same token", where, &p->same);
	if (!isnan(p->same.lo))
		chart_segment(c, "whisker c-same", x - 0.08, p->same.lo, x - 0.08, p->same.hi);
	chart_mark(c, "c-same", x - 0.08, p->same.mean, 0, hover);
	estimate_hover(hover, sizeof hover, "different token", where, &p->different);
	if (!isnan(p->different.lo))
		chart_segment(c, "whisker c-different", x + 0.08, p->different.lo, x + 0.08, p->different.hi);
	chart_mark(c, "c-different", x + 0.08, p->different.mean, 1, hover);
}

void page_chart_classes(struct buf *b, const struct rep_figures *f)
{
	static const char *const ticks[ALN_N_CLASSES] = {"all", "in group", "across", "pass-pass", "pass-fail", "fail-fail"};
	struct chart c = narrow(b);
	double most = 0;
	for (int k = 0; k < ALN_N_CLASSES; k++) {
		double here = highest(aln_jaccard_point(&f->jaccard, (enum aln_class)k, -1), 1);
		most = here > most ? here : most;
	}
	c.x0 = -0.5;
	c.x1 = ALN_N_CLASSES - 0.5;
	c.y1 = axis_top(most);
	chart_begin(&c, "Jaccard index by kind of program pair");
	chart_y_axis(&c, c.y1 > 0.5 ? 0.2 : 0.1, 1, "Jaccard index");
	chart_x_label(&c, "the two programs");
	chart_segment(&c, "line c-chance", c.x0, f->jaccard.chance_exact, c.x1, f->jaccard.chance_exact);
	for (int k = 0; k < ALN_N_CLASSES; k++) {
		chart_x_tick(&c, k, ticks[k]);
		pair_marks(&c, k, aln_class_name((enum aln_class)k), aln_jaccard_point(&f->jaccard, (enum aln_class)k, -1));
	}
	chart_end(&c);
}

void page_chart_distance(struct buf *b, const struct rep_figures *f)
{
	struct chart c = narrow(b);
	int used = 1;
	for (int i = 0; i < ALN_N_DISTANCES; i++)
		if (f->jaccard.distance[i].same.n + f->jaccard.distance[i].different.n)
			used = i + 1;
	double x[ALN_N_DISTANCES], same[ALN_N_DISTANCES], different[ALN_N_DISTANCES];
	for (int i = 0; i < used; i++) {
		x[i] = i;
		same[i] = f->jaccard.distance[i].same.mean;
		different[i] = f->jaccard.distance[i].different.mean;
	}
	c.x0 = -0.5;
	c.x1 = used - 0.5;
	c.y1 = axis_top(highest(f->jaccard.distance, used));
	chart_begin(&c, "Jaccard index by distance from the fork");
	chart_y_axis(&c, c.y1 > 0.5 ? 0.2 : 0.1, 1, "Jaccard index");
	chart_x_label(&c, "tokens after the fork");
	chart_segment(&c, "line c-chance", c.x0, f->jaccard.chance_exact, c.x1, f->jaccard.chance_exact);
	chart_line(&c, "c-same", x, same, used);
	chart_line(&c, "c-different", x, different, used);
	for (int i = 0; i < used; i++) {
		char text[32], hover[160];
		int from = aln_distance_from(i), to = aln_distance_from(i + 1) - 1;
		if (i + 1 == ALN_N_DISTANCES)
			snprintf(text, sizeof text, "%d+", from);
		else if (from == to)
			snprintf(text, sizeof text, "%d", from);
		else
			snprintf(text, sizeof text, "%d-%d", from, to);
		chart_x_tick(&c, i, text);
		estimate_hover(hover, sizeof hover, "same token", text, &f->jaccard.distance[i].same);
		chart_mark(&c, "c-same", i, same[i], 0, hover);
		estimate_hover(hover, sizeof hover, "different token", text, &f->jaccard.distance[i].different);
		chart_mark(&c, "c-different", i, different[i], 1, hover);
	}
	chart_end(&c);
}

/* Share of compiled programs that lie in the n largest groups of their task. */
static double share_in(const struct rep_figures *f, int n)
{
	int64_t in = 0;
	for (size_t t = 0; t < f->run->n_tasks; t++)
		for (int g = 0; g < n && g < f->tasks[t].n_groups; g++)
			in += f->tasks[t].groups[g].programs;
	return (double)in / (double)f->redundancy.compiled;
}

void page_chart_shares(struct buf *b, const struct rep_figures *f)
{
	enum { MOST = 24 };
	struct chart c = narrow(b);
	int n = 1;
	for (size_t t = 0; t < f->run->n_tasks; t++)
		n = f->tasks[t].n_groups > n ? f->tasks[t].n_groups : n;
	n = n > MOST ? MOST : n;
	double x[MOST], y[MOST];
	for (int i = 0; i < n; i++) {
		x[i] = i + 1;
		y[i] = share_in(f, i + 1);
	}
	c.x0 = 0.5;
	c.x1 = n + 0.5;
	c.y1 = 1;
	chart_begin(&c, "Share of compiled programs in the largest groups of their task");
	chart_y_axis(&c, 0.2, 1, "share of compiled programs");
	chart_x_label(&c, "largest groups of each task");
	chart_line(&c, "c-same", x, y, n);
	for (int i = 0; i < n; i++) {
		char text[16], hover[120];
		snprintf(text, sizeof text, "%d", i + 1);
		snprintf(hover, sizeof hover, "%.1f %% of what compiled is in the %d largest groups of its task", 100 * y[i], i + 1);
		if (n <= 12 || !i || (i + 1) % 4 == 0)
			chart_x_tick(&c, i + 1, text);
		chart_mark(&c, "c-same", x[i], y[i], 0, hover);
	}
	chart_end(&c);
}

static void size_name(char *out, size_t size, const struct aln_size_class *s)
{
	if (s->to == INT32_MAX)
		snprintf(out, size, "%d+", s->from);
	else if (s->from == s->to)
		snprintf(out, size, "%d", s->from);
	else
		snprintf(out, size, "%d-%d", s->from, s->to);
}

void page_chart_sizes(struct buf *b, const struct rep_figures *f)
{
	struct chart c = narrow(b);
	c.x0 = -0.5;
	c.x1 = ALN_N_SIZES - 0.5;
	c.y1 = 1;
	chart_begin(&c, "Share of programs and pass rate by size of the program's group");
	chart_y_axis(&c, 0.2, 1, "share, and pass rate");
	chart_x_label(&c, "programs in the group");
	double x[ALN_N_SIZES], y[ALN_N_SIZES];
	for (int i = 0; i < ALN_N_SIZES; i++) {
		const struct aln_size_class *s = &f->redundancy.sizes[i];
		char text[32], hover[160];
		double share = (double)s->programs / (double)f->redundancy.compiled;
		x[i] = i;
		y[i] = s->tested ? (double)s->passed / (double)s->tested : NAN;
		size_name(text, sizeof text, s);
		snprintf(hover, sizeof hover, "%lld programs in %lld groups of size %s", (long long)s->programs, (long long)s->groups, text);
		chart_x_tick(&c, i, text);
		chart_bar(&c, "c-plain", i - 0.36, i + 0.36, share, hover);
	}
	chart_line(&c, "c-different", x, y, ALN_N_SIZES);
	for (int i = 0; i < ALN_N_SIZES; i++) {
		char hover[80];
		snprintf(hover, sizeof hover, "pass rate %.1f %%", 100 * y[i]);
		chart_mark(&c, "c-different", x[i], y[i], 1, hover);
	}
	chart_end(&c);
}

void page_chart_tree(struct buf *b, const struct rep_figures *f, size_t task)
{
	struct rep_tree tree;
	rep_tree_make(&tree, f->run, &f->run->tasks[task]);
	int height = 80 + tree.n_leaves * 13;
	struct chart c = {.out = b, .width = 860, .height = height > 2400 ? 2400 : height, .left = 14, .right = 30, .top = 8, .bottom = 44,
	                  .x1 = tree.depth + 1, .y0 = tree.n_leaves, .y1 = -1};
	static const char *const kinds[4] = {"branch c-untested", "branch c-good", "branch c-bad", "branch c-mixed"};
	int step = tree.depth > 400 ? 100 : tree.depth > 150 ? 50 : tree.depth > 60 ? 20 : 10;
	chart_begin(&c, "The tree of forks of one task");
	for (int x = 0; x <= tree.depth; x += step) {
		char text[16];
		snprintf(text, sizeof text, "%d", x);
		chart_segment(&c, "grid", x, -0.8, x, tree.n_leaves - 0.2);
		chart_x_tick(&c, x, text);
	}
	chart_x_label(&c, "tokens after the prompt");
	for (int i = 0; i < tree.n_branches; i++) {
		const struct rep_branch *br = &tree.branches[i];
		const char *kind = kinds[br->passed && br->failed ? 3 : br->passed ? 1 : br->failed ? 2 : 0];
		chart_segment(&c, kind, br->x0, br->y, br->x1, br->y);
		if (br->y_high > br->y_low)
			chart_segment(&c, kind, br->x1, br->y_low, br->x1, br->y_high);
	}
	for (int i = 0; i < tree.n_leaves && tree.n_leaves <= 150; i++) {
		const struct run_program *p = &f->run->programs[f->run->tasks[task].first + (size_t)tree.leaves[i]];
		char hover[120];
		int passed = rep_program_passed(p);
		snprintf(hover, sizeof hover, "program %d: %s, %zu tokens", tree.leaves[i], p->judged ? cmp_status_name(p->status) : "not judged", p->n_tokens);
		chart_mark(&c, passed == 1 ? "c-good" : passed == 0 ? "c-bad" : "c-untested", (double)p->n_tokens, i, passed == 1 ? 0 : passed == 0 ? 1 : 2, hover);
	}
	chart_end(&c);
	rep_tree_release(&tree);
}
