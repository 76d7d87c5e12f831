/* coppice run: the main job. */
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "report/json.h"
#include "report/summary.h"

/* The run is written; what is said of it is read back from its store, so that the summary shows what is there. */
static int summarise(const struct options *o)
{
	struct run *r = NULL;
	struct rep_figures figures = { 0 };
	int err = run_load(&r, o->out, RUN_ROUTING | RUN_STEPS);
	if (!err) {
		struct rep_options how = { .resamples = (int)o->resamples, .threads = (int)o->threads, .routing = true, .texts = true };
		err = rep_figures_make(&figures, r, &how);
	}
	if (!err && o->json) {
		char *json = rep_json_run(&figures);
		fputs(json, stdout);
		mem_free(json);
	} else if (!err) {
		rep_print_summary(stdout, &figures, NULL);
	}
	rep_figures_release(&figures);
	run_free(r);
	return err;
}

static int run(const struct options *o)
{
	struct options with = *o;
	if (!with.out)
		with.out = "coppice-run";
	struct srch_tasks tasks;
	struct srch_gen *gen = NULL;
	struct cmp_judge *judge = NULL;
	struct srch_outcome done = { 0 };
	int err = check_search(&with);
	err = err ? err : check_run_place(with.out);
	err = err ? err : open_tasks(&tasks, &with);
	if (err)
		return err;
	fit_batch(&with, &tasks);
	err = open_judge(&judge, &with);
	if (!err)
		err = open_generator(&gen, &with);
	if (!err) {
		struct srch_options so = search_options(&with);
		struct srch_judge table = srch_judge_table(judge);
		so.stop = stop_when_told();
		err = srch_run(&so, &tasks, srch_gen_table(gen), &table, &done);
	}
	srch_gen_close(gen);
	cmp_judge_close(judge);
	srch_tasks_release(&tasks);
	err = end_as_told(err);
	if (!err)
		err = summarise(&with);
	if (!err)
		tell_of_shards(&with, &done);
	return err;
}

const struct command cmd_run = {
	.name = "run",
	.args = "",
	.summary = "the main job: search, compile, group, test, align and summarise",
	.text = "Grows --forks programs for each task, compiles every finished one with gcc -S -O0, groups them by assembly, runs their tests in the "
	        "sandbox while others are still growing, compares which experts the tokens were routed to, and prints what came out.\n\n"
	        "Everything is kept in --out (default coppice-run), a bare git repository: `git log --graph --all` draws the tree, and the commands align, "
	        "redundancy, report, export, verify and fsck read it. The run's commit id depends on model, tasks, options and seed alone.\n\n"
	        "Interrupted (Ctrl-C), it judges and saves what is grown before it ends, and the same command with --resume goes on; interrupted once "
	        "more it ends at once, and loses at most what was in flight.",
	.options = "model dummy-weights tasks humaneval out policy forks temperature top-p top-k frontier max-tokens only shard limit seed threads batch "
	           "backend compute state chat thinking system resume resamples seconds",
	.examples = "  coppice run                                  # the embedded model and tasks\n"
	            "  coppice run --limit 4 --forks 8 --out small\n"
	            "  coppice run --policy top-p --out tree\n"
	            "  coppice run --tasks humaneval_c_decompile_eval.json --humaneval HumanEval.jsonl.gz --out c\n"
	            "  coppice run --model DIR --chat --thinking on --out c   # a chat model: each prompt is a user message\n",
	.run = run,
};
