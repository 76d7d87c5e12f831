/* coppice report: tables, plots and one page of a run. */
#include "base/log.h"
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "report/write.h"
#include <jansson.h>

static void print(const struct options *o, const char *dir)
{
	if (!o->json) {
		printf("%s/index.html   the page, complete in one file\n%s/*.csv        tasks, programs, groups, layers, distance, distinct, steps\n"
		       "%s/plots        layers, groups, tree, steps as SVG, PNG and PDF, with their gnuplot scripts\n",
		       dir, dir, dir);
		return;
	}
	json_t *j = json_object();
	char *page = mem_printf("%s/index.html", dir), *plots = mem_printf("%s/plots", dir);
	json_object_set_new(j, "out", json_string(dir));
	json_object_set_new(j, "page", json_string(page));
	json_object_set_new(j, "plots", json_string(plots));
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
	mem_free(page);
	mem_free(plots);
}

static int run(const struct options *o)
{
	struct run *r = NULL;
	struct rep_figures f = {0};
	struct rep_options opt = {.resamples = (int)o->resamples, .threads = (int)o->threads, .seed = (uint64_t)o->seed, .routing = true, .texts = true};
	size_t n = strlen(o->args[0]);
	while (n > 1 && o->args[0][n - 1] == '/')
		n--;
	char *dir = o->out ? mem_strdup(o->out) : mem_printf("%.*s-report", (int)n, o->args[0]);
	int err = aln_by_parse(&opt.by, o->by);
	if (!err)
		err = check_outside_runs(dir);
	if (!err)
		err = open_run(&r, o->args[0], RUN_ROUTING | RUN_STEPS);
	if (!err)
		err = rep_figures_make(&f, r, &opt);
	if (!err)
		err = rep_write(&f, dir, true);
	if (!err)
		print(o, dir);
	else if (err == ERR_MISSING && r)
		log_info("tables and the page are in %s; only the plots are missing", dir);
	rep_figures_release(&f);
	run_free(r);
	mem_free(dir);
	return err;
}

const struct command cmd_report = {
	.name = "report",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "tables (CSV), plots (SVG, PNG, PDF) and one self-contained page",
	.text = "Writes what RUN shows into a folder (--out, by default RUN-report): index.html, a page that needs no other file and no network; "
	        "tables as CSV; and plots drawn by gnuplot, each with its script: routing by layer, group sizes, the tree of forks of the task "
	        "that shows most, and how many distinct experts a step touched for how many forks.\n\nWithout gnuplot the page and the tables are written all the same, and the exit status is 3.",
	.options = "pages by resamples seed threads",
	.examples = "  coppice report run\n  coppice report run --out report --by token\n",
	.run = run,
};
