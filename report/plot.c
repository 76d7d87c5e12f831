#include "report/plot.h"
#include "base/file.h"
#include "base/mem.h"
#include "report/gnuplot.h"
#include "report/text.h"
#include "report/tree.h"
#include <math.h>

static const char *const names[REP_N_PLOTS] = {"layers", "groups", "tree", "steps"};

const char *rep_plot_name(enum rep_plot p)
{
	return names[p];
}

static void data_estimate(struct buf *b, const struct aln_estimate *e)
{
	if (isnan(e->mean))
		buf_str(b, " NaN NaN NaN");
	else
		buf_printf(b, " %.6f %.6f %.6f", e->mean, isnan(e->lo) ? e->mean : e->lo, isnan(e->hi) ? e->mean : e->hi);
}

/* A y axis that holds every mean and interval, in tenths. */
static double layers_top(const struct aln_jaccard *j)
{
	double most = 0.2;
	for (int l = 0; l < j->shape.n_layers; l++) {
		const struct aln_estimate *e = &j->points[l].same, *d = &j->points[l].different;
		const double all[4] = {e->mean, e->hi, d->mean, d->hi};
		for (int i = 0; i < 4; i++)
			most = all[i] > most ? all[i] : most;
	}
	double top = ceil(most * 10 + 0.2) / 10;
	return top > 1 ? 1 : top;
}

static void layers_script(struct buf *b, const struct rep_figures *f)
{
	const struct aln_jaccard *j = &f->jaccard;
	if (!f->has_routing || !j->token_pairs)
		return;
	rep_gnuplot_begin(b, "layers", 520);
	buf_str(b, "# layer, same token: mean low high, different token: mean low high\n$layers << EOD\n");
	for (int l = 0; l < j->shape.n_layers; l++) {
		const struct aln_point *p = aln_jaccard_point(j, ALN_ALL, l);
		buf_printf(b, "%d", f->run->layer_index ? f->run->layer_index[l] : l);
		data_estimate(b, &p->same);
		data_estimate(b, &p->different);
		buf_char(b, '\n');
	}
	buf_printf(b, "EOD\nchance = %.6f\n", j->chance_exact);
	struct buf body;
	int first = f->run->layer_index ? f->run->layer_index[0] : 0, last = f->run->layer_index ? f->run->layer_index[j->shape.n_layers - 1] : j->shape.n_layers - 1;
	buf_init(&body, BUF_MAX_TEXT);
	buf_printf(&body,
	           "\tset title \"Experts shared by two programs after their fork, layer by layer\" noenhanced\n"
	           "\tset xlabel 'layer' noenhanced\n\tset ylabel 'Jaccard index of the chosen experts' noenhanced\n"
	           "\tset yrange [0:%.1f]\n\tset xrange [%.1f:%.1f]\n\tset key outside top center horizontal\n%s"
	           "\tplot $layers using 1:3:4 with filledcurves fs transparent solid 0.18 lc rgb '#0072B2' notitle, \\\n"
	           "\t     $layers using 1:6:7 with filledcurves fs transparent solid 0.18 lc rgb '#D55E00' notitle, \\\n"
	           "\t     $layers using 1:2:3:4 with yerrorbars lc rgb '#0072B2' pt 0 lw 1.5 notitle, \\\n"
	           "\t     $layers using 1:5:6:7 with yerrorbars lc rgb '#D55E00' pt 0 lw 1.5 notitle, \\\n"
	           "\t     $layers using 1:2 with linespoints lc rgb '#0072B2' lw 2.5 pt 7 ps 0.8 title 'same token', \\\n"
	           "\t     $layers using 1:5 with linespoints lc rgb '#D55E00' lw 2.5 pt 9 ps 0.9 title 'different token', \\\n"
	           "\t     chance with lines lc rgb '#666666' lw 1.5 dt 2 title sprintf('chance (%%.3f)', chance)\n",
	           layers_top(j), first - 0.5, last + 0.5, last - first < 24 ? "\tset xtics 1\n" : "");
	rep_gnuplot_loop(b, "layers", &body);
	buf_release(&body);
}

/* Share of compiled programs in the n largest groups of their task. */
static void share_data(struct buf *b, const struct rep_figures *f)
{
	int most = 1;
	for (size_t t = 0; t < f->run->n_tasks; t++)
		most = f->tasks[t].n_groups > most ? f->tasks[t].n_groups : most;
	for (int n = 1; n <= most && n <= 32; n++) {
		int64_t in = 0;
		for (size_t t = 0; t < f->run->n_tasks; t++)
			for (int g = 0; g < n && g < f->tasks[t].n_groups; g++)
				in += f->tasks[t].groups[g].programs;
		buf_printf(b, "%d %.6f\n", n, (double)in / (double)f->redundancy.compiled);
	}
}

static void groups_script(struct buf *b, const struct rep_figures *f)
{
	const struct aln_redundancy *r = &f->redundancy;
	if (!r->compiled)
		return;
	rep_gnuplot_begin(b, "groups", 480);
	buf_str(b, "# the n largest groups of a task, share of what compiled in them\n$share << EOD\n");
	share_data(b, f);
	buf_str(b, "EOD\n# programs a group, programs in such groups, of them tested and passed\n$sizes << EOD\n");
	for (int i = 0; i < ALN_N_SIZES; i++) {
		const struct aln_size_class *s = &r->sizes[i];
		if (s->to == INT32_MAX)
			buf_printf(b, "\"%d+\"", s->from);
		else if (s->from == s->to)
			buf_printf(b, "\"%d\"", s->from);
		else
			buf_printf(b, "\"%d-%d\"", s->from, s->to);
		if (s->tested)
			buf_printf(b, " %lld %.6f\n", (long long)s->programs, (double)s->passed / (double)s->tested);
		else
			buf_printf(b, " %lld NaN\n", (long long)s->programs);
	}
	buf_str(b, "EOD\n");
	struct buf body;
	buf_init(&body, BUF_MAX_TEXT);
	buf_str(&body, "\tset multiplot layout 1,2\n\tset title 'How few groups hold most programs' noenhanced\n\tset xlabel 'largest groups of a task' noenhanced\n"
	               "\tset ylabel 'share of compiled programs' noenhanced\n\tset yrange [0:1.02]\n\tset format y '%h'\n\tunset y2tics\n\tset xtics autofreq\n\tunset key\n"
	               "\tplot $share using 1:2 with linespoints lc rgb '#0072B2' lw 2.5 pt 7 ps 0.7\n"
	               "\tset title 'Programs by size of their group' noenhanced\n\tset xlabel 'programs in the group' noenhanced\n\tset ylabel 'programs' noenhanced\n"
	               "\tset yrange [0:*]\n\tset y2range [0:1]\n\tset y2tics textcolor rgb '#222222'\n\tset y2label 'pass rate' noenhanced\n\tset style fill solid 0.85 noborder\n\tset boxwidth 0.7\n"
	               "\tset key outside top center horizontal\n"
	               "\tplot $sizes using 0:2:xtic(1) with boxes lc rgb '#56B4E9' title 'programs', \\\n"
	               "\t     $sizes using 0:3 axes x1y2 with linespoints lc rgb '#D55E00' lw 2.5 pt 9 ps 1 title 'pass rate (right)'\n"
	               "\tunset multiplot\n\tunset y2label\n");
	rep_gnuplot_loop(b, "groups", &body);
	buf_release(&body);
}

/* 0: not tested, 1: all pass, 2: all fail, 3: both. */
static int branch_kind(const struct rep_branch *b)
{
	return b->passed && b->failed ? 3 : b->passed ? 1 : b->failed ? 2 : 0;
}

static void tree_script(struct buf *b, const struct rep_figures *f, size_t task)
{
	struct rep_tree tree;
	if (task >= f->run->n_tasks || !f->run->tasks[task].n)
		return;
	rep_tree_make(&tree, f->run, &f->run->tasks[task]);
	int height = 160 + tree.n_leaves * 14;
	rep_gnuplot_begin(b, "tree", height < 400 ? 400 : height > 1600 ? 1600 : height);
	buf_str(b, "# x, y, dx, dy, colour: what becomes of the programs below\n$branches << EOD\n");
	static const char *const colours[4] = {"0x888888", "0x009E73", "0xD55E00", "0x0072B2"};
	for (int i = 0; i < tree.n_branches; i++) {
		const struct rep_branch *br = &tree.branches[i];
		const char *colour = colours[branch_kind(br)];
		buf_printf(b, "%d %.3f %d 0 %s\n", br->x0, br->y, br->x1 - br->x0, colour);
		if (br->y_high > br->y_low)
			buf_printf(b, "%d %.3f 0 %.3f %s\n", br->x1, br->y_low, br->y_high - br->y_low, colour);
	}
	buf_str(b, "EOD\n# ends: x, y, colour\n$ends << EOD\n");
	for (int i = 0; i < tree.n_leaves; i++) {
		const struct run_program *p = &f->run->programs[f->run->tasks[task].first + (size_t)tree.leaves[i]];
		int passed = rep_program_passed(p);
		buf_printf(b, "%zu %d %s\n", p->n_tokens, i, colours[passed < 0 ? 0 : passed ? 1 : 2]);
	}
	buf_str(b, "EOD\n");
	struct buf body;
	buf_init(&body, BUF_MAX_TEXT);
	buf_str(&body, "\tset title 'The forks of ");
	rep_plot_label(&body, f->run->tasks[task].task.id);
	buf_printf(&body, ": %d programs' noenhanced\n", tree.n_leaves);
	buf_printf(&body, "\tset xlabel 'tokens after the prompt' noenhanced\n\tunset ylabel\n\tunset ytics\n\tunset grid\n\tset border 1\n\tset yrange [%d:-1.5]\n\tset xrange [0:%d]\n",
	           tree.n_leaves, tree.depth + 1);
	buf_str(&body, "\tset key outside top center horizontal\n"
	               "\tplot $branches using 1:2:3:4:5 with vectors nohead lw 1.6 lc rgb variable notitle, \\\n"
	               "\t     $ends using 1:2:3 with points pt 7 ps 0.6 lc rgb variable notitle, \\\n"
	               "\t     NaN with lines lw 3 lc rgb '#009E73' title 'all pass', NaN with lines lw 3 lc rgb '#D55E00' title 'all fail', \\\n"
	               "\t     NaN with lines lw 3 lc rgb '#0072B2' title 'some pass', NaN with lines lw 3 lc rgb '#888888' title 'not tested'\n");
	rep_gnuplot_loop(b, "tree", &body);
	buf_release(&body);
	rep_tree_release(&tree);
}

static void steps_script(struct buf *b, const struct rep_figures *f)
{
	const struct rep_steps *s = &f->steps;
	if (!s->n_sizes)
		return;
	bool popular = !isnan(s->all.popular);
	int last = s->sizes[s->n_sizes - 1].size;
	rep_gnuplot_begin(b, "steps", 520);
	buf_str(b, "# forks in the step, distinct experts: mean, layer with fewest, layer with most; popular choices; steps\n$steps << EOD\n");
	for (int i = 0; i < s->n_sizes; i++) {
		const struct rep_step_size *z = &s->sizes[i];
		buf_printf(b, "%d %.6f %.6f %.6f ", z->size, z->all.mean, z->lowest, z->highest);
		if (popular)
			buf_printf(b, "%.6f", z->all.popular);
		else
			buf_str(b, "NaN");
		buf_printf(b, " %lld\n", (long long)z->all.steps);
	}
	buf_printf(b, "EOD\ne = %d\nk = %d\nuniform(forks) = e * (1 - (1 - 1.0 * k / e) ** forks)\n", f->run->n_experts, f->run->k);
	struct buf body;
	buf_init(&body, BUF_MAX_TEXT);
	buf_printf(&body,
	           "\tset title 'Distinct experts that a step touched in a layer' noenhanced\n"
	           "\tset xlabel 'forks in the step' noenhanced\n\tset ylabel 'distinct experts of %d' noenhanced\n"
	           "\tset xrange [0:%d]\n\tset yrange [0:%d]\n\tset key outside top center horizontal\n\tset samples 500\n%s"
	           "\tplot $steps using 1:3:4 with filledcurves fs transparent solid 0.18 lc rgb '#0072B2' notitle, \\\n"
	           "\t     uniform(x) with lines lc rgb '#666666' lw 1.5 dt 2 title 'independent, uniform', \\\n",
	           f->run->n_experts, last + 1, f->run->n_experts, last < 12 ? "\tset xtics 1\n" : "");
	if (popular)
		buf_str(&body, "\t     $steps using 1:5 with lines lc rgb '#D55E00' lw 2 dt 3 title 'independent, by popularity', \\\n");
	buf_str(&body, "\t     $steps using 1:2 with linespoints lc rgb '#0072B2' lw 2.5 pt 7 ps 0.8 title 'touched'\n");
	rep_gnuplot_loop(b, "steps", &body);
	buf_release(&body);
}

void rep_plot_script(struct buf *b, const struct rep_figures *f, enum rep_plot p, size_t task)
{
	if (p == REP_PLOT_LAYERS)
		layers_script(b, f);
	else if (p == REP_PLOT_GROUPS)
		groups_script(b, f);
	else if (p == REP_PLOT_TREE)
		tree_script(b, f, task);
	else
		steps_script(b, f);
}

int rep_plot_write(const struct rep_figures *f, enum rep_plot p, size_t task, const char *dir, bool *drawn)
{
	struct buf script;
	char *path = mem_printf("%s/%s.gp", dir, names[p]);
	buf_init(&script, BUF_MAX_TEXT);
	rep_plot_script(&script, f, p, task);
	*drawn = script.len > 0;
	int rc = *drawn ? file_write(path, script.data, script.len) : 0;
	if (*drawn && !rc)
		rc = rep_gnuplot_run(dir, names[p]);
	buf_release(&script);
	mem_free(path);
	return rc;
}

size_t rep_plot_task(const struct rep_figures *f)
{
	size_t best = 0;
	int64_t best_score = -1;
	for (size_t t = 0; t < f->run->n_tasks; t++) {
		const struct aln_redundancy *r = &f->tasks[t].redundancy;
		bool mixed = r->passed > 0 && r->passed < r->tested;
		int64_t score = (mixed ? 1000000 : 0) + r->groups;
		if (score > best_score) {
			best_score = score;
			best = t;
		}
	}
	return best;
}
