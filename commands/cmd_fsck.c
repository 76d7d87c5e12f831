/* coppice fsck: is a run's store what its format says it is? */
#include "base/log.h"
#include "commands/commands.h"
#include "search/run.h"
#include <jansson.h>

static void keep(void *ctx, const char *line)
{
	json_array_append_new(ctx, json_string(line));
}

static int run(const struct options *o)
{
	json_t *findings = json_array();
	size_t n = 0;
	int err = run_fsck(o->args[0], keep, findings, &n);
	if (!err && o->json) {
		json_t *j = json_pack("{s:s, s:I, s:O}", "run", o->args[0], "findings", (json_int_t)n, "lines", findings);
		json_dumpf(j, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(j);
	} else if (!err) {
		for (size_t i = 0; i < json_array_size(findings); i++)
			puts(json_string_value(json_array_get(findings, i)));
		log_info("%s: %zu finding%s", o->args[0], n, n == 1 ? "" : "s");
	}
	json_decref(findings);
	if (!err && n > 0)
		err = err_set(ERR_FORMAT, "%s: %zu finding%s", o->args[0], n, n == 1 ? "" : "s");
	return err;
}

const struct command cmd_fsck = {
	.name = "fsck",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "check a run's store against its format",
	.text = "Reads every object of a run and checks it against the format: commits and their parents, the entries of their trees, "
	        "shapes and types of the arrays, canonical JSON, groups that are the object ids of their assembly; and HEAD, steps.npy and judge.jsonl beside them. `git fsck` checks the "
	        "objects themselves.",
	.options = "",
	.examples = "  coppice fsck demo-run && git -C demo-run fsck\n",
	.run = run,
};
