/* coppice merge: the shards of a sweep become one run. */
#include "base/log.h"
#include "commands/commands.h"
#include "commands/open.h"
#include <jansson.h>

static void print(const struct options *o, const struct srch_merged *m)
{
	if (o->json) {
		json_t *j = json_pack("{s:s, s:s?, s:I, s:I, s:I}", "out", o->out, "run", m->commit[0] ? m->commit : NULL, "tasks", (json_int_t)m->tasks,
		                      "programs", (json_int_t)m->programs, "missing", (json_int_t)m->missing);
		json_dumpf(j, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(j);
	} else {
		if (m->missing)
			printf("%zu programs in %s, %zu of %zu tasks whole\n", m->programs, o->out, m->tasks, m->tasks + m->missing);
		else
			printf("%zu program%s of %zu task%s in %s\n", m->programs, m->programs == 1 ? "" : "s", m->tasks, m->tasks == 1 ? "" : "s", o->out);
		if (m->commit[0])
			printf("commit %s\n", m->commit);
	}
	if (m->missing)
		log_warn("%s is not finished: %zu of its tasks are not there, or not whole (%s): merge again with the shards that have them, or go on with "
		         "--resume and the command and options that a shard was begun with, without --shard", o->out, m->missing, m->missing_names);
}

static int run(const struct options *o)
{
	struct srch_merged merged;
	if (!o->out)
		return err_set(ERR_USAGE, "merge needs --out DIR, the folder to write the run to");
	int err = check_run_place(o->out);
	if (!err)
		err = srch_merge(o->args, (size_t)o->n_args, o->out, &merged);
	if (!err)
		print(o, &merged);
	return err;
}

const struct command cmd_merge = {
	.name = "merge",
	.args = "RUN...",
	.min_args = 1,
	.max_args = OPT_MAX_FILES,
	.summary = "join the shards of a sweep",
	.text = "Joins what `run --shard 1/N` to `run --shard N/N` made, on one machine or several, in the new folder --out. The shards must have "
	        "been begun with the same model, tasks, options and seed; the run that comes out is the one that a single process would have "
	        "made, with the same commit id. Every object is hashed on the way, and a task that two of them hold must be the same in both. Of a "
	        "shard that any task is taken from, all steps, notes and seconds count.\n\n"
	        "Where tasks are missing, or unfinished, the run is too: it can be merged again with the rest, or resumed.",
	.options = "joined",
	.examples = "  coppice run --shard 1/2 --out one & coppice run --shard 2/2 --out two; wait\n  coppice merge one two --out run\n",
	.run = run,
};
