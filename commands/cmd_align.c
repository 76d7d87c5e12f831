/* coppice align: how alike two programs of one task are routed, layer by layer. */
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "report/json.h"
#include "report/summary.h"

static int run(const struct options *o)
{
	struct run *r = NULL;
	struct rep_figures f = {0};
	struct rep_options opt = {.resamples = (int)o->resamples, .threads = (int)o->threads, .seed = (uint64_t)o->seed, .routing = true};
	int err = aln_by_parse(&opt.by, o->by);
	if (!err)
		err = open_run(&r, o->args[0], RUN_ROUTING);
	if (!err)
		err = rep_figures_make(&f, r, &opt);
	if (!err && !f.has_routing)
		err = err_set(ERR_FORMAT, "%s holds no routing to compare", o->args[0]);
	if (!err && o->json) {
		char *text = rep_json_align(&f);
		fputs(text, stdout);
		mem_free(text);
	} else if (!err) {
		rep_print_align(stdout, &f, o->full);
	}
	rep_figures_release(&f);
	run_free(r);
	return err;
}

const struct command cmd_align = {
	.name = "align",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "compare the routing of every two programs of a task, by layer",
	.text = "Takes every two finished programs of each task of RUN, pairs their tokens from the first one in which they differ, and compares "
	        "the experts chosen for the two tokens of each pair, at every layer: the Jaccard index, experts in both sets over experts in either. "
	        "Means are given where the two tokens are the same and where they differ, with 95 % intervals from resampling whole tasks, beside "
	        "what chance would give; then by kind of program pair (one assembly group or two, passing or failing) and by distance from the fork.\n\n"
	        "--by step pairs the j-th token of one program with the j-th of the other; --by token matches a longest common subsequence of tokens "
	        "and pairs what lies between in order.",
	.options = "by resamples seed threads full",
	.examples = "  coppice align run\n  coppice align run --by token --json\n",
	.run = run,
};
