/* coppice redundancy: how much of what was grown is the same program again. */
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "report/json.h"
#include "report/summary.h"

static int run(const struct options *o)
{
	struct run *r = NULL;
	struct rep_figures f = {0};
	struct rep_options opt = {.texts = true};
	int err = open_run(&r, o->args[0], 0);
	if (!err)
		err = rep_figures_make(&f, r, &opt);
	if (!err && o->json) {
		char *text = rep_json_redundancy(&f);
		fputs(text, stdout);
		mem_free(text);
	} else if (!err) {
		rep_print_redundancy(stdout, &f, o->full);
	}
	rep_figures_release(&f);
	run_free(r);
	return err;
}

const struct command cmd_redundancy = {
	.name = "redundancy",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "groups of equal assembly, their concentration, what was spent on repetition",
	.text = "Counts the programs of RUN by group: those of one task whose normalised assembly is equal. Prints how many groups there are, the "
	        "share of the largest 1, 3 and 10, the effective number of programs (the exponential of the entropy of group sizes), the pass rate by "
	        "size of group, the tokens spent on programs whose group was already there, what stopping early would have saved and missed, and in "
	        "what the sources within a group differ: comments, blank lines, layout, names, or more.",
	.options = "full",
	.examples = "  coppice redundancy run\n  coppice redundancy run --full\n",
	.run = run,
};
