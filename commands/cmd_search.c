/* coppice search: generate only. */
#include "base/log.h"
#include "commands/commands.h"
#include "commands/open.h"
#include <jansson.h>

static void print(const struct options *o, const struct srch_outcome *done)
{
	if (o->json) {
		json_t *j = json_pack("{s:s?, s:I, s:I, s:I, s:f, s:f}", "run", done->commit[0] ? done->commit : NULL, "tasks", (json_int_t)done->tasks, "completions",
		                      (json_int_t)done->programs, "tokens", (json_int_t)done->tokens, "seconds", done->seconds,
		                      "tokens_per_second", done->tokens_per_second);
		json_dumpf(j, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(j);
		return;
	}
	printf("%zu %s of %zu %s in %s\n", done->programs, done->programs == 1 ? "completion" : "completions", done->tasks,
	       done->tasks == 1 ? "task" : "tasks", o->out);
	if (done->commit[0])
		printf("commit %s\n", done->commit);
	if (done->tokens)
		log_info("%llu tokens, %.0f tokens/s", (unsigned long long)done->tokens, done->tokens_per_second);
	if (!done->missing)
		log_info("next: coppice judge %s, or git -C %s log --graph --oneline --all", o->out, o->out);
	tell_of_shards(o, done);
}

static int run(const struct options *o)
{
	if (!o->out)
		return err_set(ERR_USAGE, "search needs --out DIR, the folder to write the run to");
	struct srch_tasks tasks;
	struct srch_gen *gen = NULL;
	struct srch_outcome done;
	int err = check_search(o);
	err = err ? err : check_run_place(o->out);
	err = err ? err : open_tasks(&tasks, o);
	if (err)
		return err;
	struct options with = *o;
	fit_batch(&with, &tasks);
	err = open_generator(&gen, &with);
	if (!err) {
		struct srch_options so = search_options(&with);
		struct srch_judge judge = srch_judge_table(NULL);
		so.stop = stop_when_told();
		err = srch_run(&so, &tasks, srch_gen_table(gen), &judge, &done);
	}
	if (!err)
		print(o, &done);
	srch_gen_close(gen);
	srch_tasks_release(&tasks);
	return end_as_told(err);
}

const struct command cmd_search = {
	.name = "search",
	.args = "",
	.summary = "generate only: grow programs and keep them in a run store",
	.text = "Grows --forks programs for each task and writes them, with the routing of every token, to a run: a bare git repository in "
	        "which a node of the search tree is a commit. Nothing is compiled or run; `coppice judge RUN` does that later and ends in the "
	        "same commit that `coppice run` gives.",
	.options = "model dummy-weights tasks humaneval out policy forks temperature top-p top-k frontier max-tokens only shard limit seed threads batch "
	           "backend compute state chat thinking system resume",
	.examples = "  coppice search --out run --forks 8 --limit 4\n  git -C run log --graph --oneline --all\n",
	.run = run,
};
