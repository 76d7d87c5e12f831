/* coppice export: a run for other programs. */
#include "commands/commands.h"
#include "commands/open.h"
#include "report/export.h"
#include <jansson.h>

static int export_npz(const struct options *o)
{
	struct run *r = NULL;
	int err = open_run(&r, o->args[0], RUN_ROUTING | RUN_WEIGHTS | RUN_PROMPTS | RUN_STEPS);
	if (!err)
		err = rep_export_npz(r, o->out);
	run_free(r);
	return err;
}

static int export_text(const struct options *o, bool csv)
{
	struct run *r = NULL;
	struct rep_figures f = {0};
	struct rep_options opt = {0};
	int err = open_run(&r, o->args[0], 0);
	if (!err)
		err = rep_figures_make(&f, r, &opt);
	if (!err)
		err = csv ? rep_export_csv(&f, o->out) : rep_export_jsonl(r, o->out);
	rep_figures_release(&f);
	run_free(r);
	return err;
}

static void print(const struct options *o, const char *format)
{
	if (!o->json) {
		printf("%s\n", o->out);
		return;
	}
	json_t *j = json_pack("{s:s, s:s}", "out", o->out, "format", format);
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
}

static int run(const struct options *o)
{
	const char *format = o->format;
	if (!o->out)
		return err_set(ERR_USAGE, "export needs --out FILE, the file to write");
	if (!format) {
		const char *dot = strrchr(o->out, '.');
		format = dot && (!strcmp(dot, ".npz") || !strcmp(dot, ".jsonl") || !strcmp(dot, ".csv")) ? dot + 1 : NULL;
	}
	if (!format)
		return err_set(ERR_USAGE, "export needs --format npz, jsonl or csv: %s does not tell by its ending", o->out);
	int err = check_outside_runs(o->out);
	if (!err)
		err = strcmp(format, "npz") ? export_text(o, !strcmp(format, "csv")) : export_npz(o);
	if (!err)
		print(o, format);
	return err;
}

const struct command cmd_export = {
	.name = "export",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "a run as .npz, JSONL or CSV",
	.text = "Writes RUN to one file (--out). npz, for numpy.load: tokens, log-probabilities, experts and weights of all programs end to end, with "
	        "where each begins, its task, group and verdict, the prompts' tokens and routing, the distinct experts of every step, and meta.json. jsonl: a line a program with its "
	        "completion, program, group and verdict. csv: a row a program. The format is --format, or the ending of the file's name.",
	.options = "file format",
	.examples = "  coppice export run --out run.npz\n  coppice export run --format jsonl --out programs.jsonl\n",
	.run = run,
};
