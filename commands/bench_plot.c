/* Step time against distinct experts, and the line: drawn by gnuplot in a folder of its own, from where the one kind that was asked for
 * goes to where it was asked for, whole. */
#include "base/file.h"
#include "base/mem.h"
#include "commands/bench_fork.h"
#include "report/gnuplot.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = {"svg", "png", "pdf"};
enum { N_KINDS = sizeof kinds / sizeof *kinds };
/* Okabe and Ito's, which the colour-blind can tell apart; marks differ as well. */
static const struct {
	const char *colour;
	int mark;
} styles[] = {{"#0072B2", 7}, {"#D55E00", 9}, {"#009E73", 5}, {"#CC79A7", 11}, {"#E69F00", 13}, {"#56B4E9", 15}};
enum { N_STYLES = sizeof styles / sizeof *styles };

/* NULL where the name ends in none. */
static const char *kind_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	for (int i = 0; i < N_KINDS && dot; i++)
		if (strcmp(dot + 1, kinds[i]) == 0)
			return kinds[i];
	return NULL;
}

int bench_plot_check(const char *path)
{
	if (!kind_of(path))
		return err_set(ERR_USAGE, "--plot takes a FILE.svg, .png or .pdf, not '%s'", path);
	int err = rep_gnuplot_check();
	return err ? err : file_can_write(path);
}

static void add_data(struct buf *b, const struct fork_figures *f)
{
	for (int i = 0; i < f->n; i++) {
		const struct fork_result *r = &f->results[i];
		buf_printf(b, "# distinct experts of a layer, ms a step of %d forks\n$forks_%d << EOD\n", r->forks, i);
		for (int p = 0; p < r->n_points; p++)
			buf_printf(b, "%.4f %.6f\n", r->points[p].distinct, r->points[p].ms);
		buf_str(b, "EOD\n");
	}
}

/* Room beyond the last point; both axes begin at 0, so that what a step costs without any expert can be seen. */
static double farthest(const struct fork_figures *f)
{
	double most = 0;
	for (int i = 0; i < f->n; i++)
		for (int p = 0; p < f->results[i].n_points; p++)
			most = fmax(most, f->results[i].points[p].distinct);
	return most * 1.06;
}

/* One entry a number of forks: its points, and in words the line that is drawn through them. */
static void add_curves(struct buf *b, const struct fork_figures *f)
{
	const char *separator = "\tplot ";
	for (int i = 0; i < f->n; i++) {
		const struct fork_result *r = &f->results[i];
		const struct aln_line *l = &r->line;
		if (r->has_line)
			buf_printf(b, "%s%.8g + %.8g * x with lines lc rgb '%s' lw 1.6 dt 2 notitle", separator, l->a, l->b, styles[i % N_STYLES].colour);
		buf_printf(b, "%s$forks_%d using 1:2 with points lc rgb '%s' pt %d ps 1.3 title '%d fork%s", r->has_line ? ", \\\n\t     " : separator, i,
		           styles[i % N_STYLES].colour, styles[i % N_STYLES].mark, r->forks, r->forks == 1 ? "" : "s");
		if (r->has_line)
			buf_printf(b, ": %.3g ms %c %.3g ms × experts, R² %.3f", l->a, l->b < 0 ? '-' : '+', fabs(l->b), l->r2);
		buf_char(b, '\'');
		separator = ", \\\n\t     ";
	}
	buf_char(b, '\n');
}

static void add_script(struct buf *b, const struct fork_figures *f)
{
	struct buf body;
	buf_init(&body, BUF_MAX_TEXT);
	rep_gnuplot_begin(b, "step", 480);
	add_data(b, f);
	buf_printf(&body,
	           "\tset title 'What a step of forks costs, by the experts it touches' noenhanced\n"
	           "\tset xlabel 'distinct experts a layer (of %d)' noenhanced\n\tset ylabel 'milliseconds a step' noenhanced\n"
	           "\tset xrange [0:%.4f]\n\tset yrange [0:*]\n\tset key outside top center maxcols 1 Left reverse\n",
	           f->info.n_experts, farthest(f));
	add_curves(&body, f);
	rep_gnuplot_loop(b, "step", &body);
	buf_release(&body);
}

static void remove_folder(const char *dir)
{
	static const char *const names[] = {"step.gp", "step.log", "step.svg", "step.png", "step.pdf"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = file_join(dir, names[i]);
		unlink(path);
		mem_free(path);
	}
	rmdir(dir);
}

static int draw(const struct fork_figures *f, const char *dir, const char *kind, struct buf *picture)
{
	struct buf script;
	char *path = file_join(dir, "step.gp"), *drawn = mem_printf("%s/step.%s", dir, kind);
	buf_init(&script, BUF_MAX_TEXT);
	add_script(&script, f);
	int err = file_write(path, script.data, script.len);
	err = err ? err : rep_gnuplot_run(dir, "step");
	err = err ? err : file_read_regular(picture, drawn);
	buf_release(&script);
	mem_free(path);
	mem_free(drawn);
	return err;
}

int bench_plot(const struct fork_figures *f, const char *path)
{
	const char *temporary = getenv("TMPDIR");
	char *dir = file_join(temporary && *temporary ? temporary : "/tmp", "coppice-plot-XXXXXX");
	struct buf picture;
	buf_init(&picture, BUF_MAX_TEXT);
	int err = mkdtemp(dir) ? 0 : err_errno(ERR_IO, "no folder to draw in: %s", dir);
	if (!err) {
		err = draw(f, dir, kind_of(path), &picture);
		if (err != ERR_IO) /* else the message names a file there, which says why */
			remove_folder(dir);
	}
	err = err ? err : file_write(path, picture.data, picture.len);
	buf_release(&picture);
	mem_free(dir);
	return err;
}
