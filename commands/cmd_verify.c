/* coppice verify: recompute a run's nodes and compare. */
#include "base/log.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "search/run.h"
#include <jansson.h>

static void print(const struct options *o, const struct srch_verified *v)
{
	if (o->json) {
		json_t *j = json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "run", o->args[0], "tasks", (json_int_t)v->tasks, "programs",
		                      (json_int_t)v->programs, "tokens", (json_int_t)v->tokens, "differing", (json_int_t)v->differing,
		                      "first", v->first);
		json_dumpf(j, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(j);
		return;
	}
	printf("%zu programs of %zu tasks, %zu tokens recomputed: %zu differ\n", v->programs, v->tasks, v->tokens, v->differing);
}

static int run(const struct options *o)
{
	struct run *r = NULL;
	struct srch_gen *gen = NULL;
	struct srch_verified v = { 0 };
	int err = open_run(&r, o->args[0], 0);
	if (!err)
		err = open_generator_of(&gen, r, o);
	if (!err)
		err = srch_verify(o->args[0], srch_gen_table(gen), o->full ? 1 : 8, &v);
	if (!err)
		print(o, &v);
	if (!err && v.differing)
		err = err_set(ERR_FORMAT, "%s: %zu of %zu programs differ; the first: %s", o->args[0], v.differing, v.programs, v.first);
	srch_gen_close(gen);
	run_free(r);
	return err;
}

const struct command cmd_verify = {
	.name = "verify",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "recompute a run's nodes and compare, to the bit",
	.text = "Recomputes every eighth program of a run (--full: every one) with the model it was made with, one fork at a time, and compares "
	        "tokens, text, routing and log-probabilities to the bit: a run is a function of model, tasks, options and seed, "
	        "whatever batch, threads and interruptions it went through.",
	.options = "model dummy-weights backend compute state threads every",
	.examples = "  coppice verify demo-run\n",
	.run = run,
};
