#include "commands/options.h"
#include "commands/commands.h"
#include "base/mem.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, TEXT, FILES, INTEGER, COUNTS, NUMBER, CHOICE };

struct option {
	const char *name, *value; /* value: how --help names it; a choice is named by its choices */
	enum kind kind;
	size_t at; /* in struct options */
	double low, high;
	const char *choices; /* separated by '|' */
	const char *text;
	const char *as; /* what commands list it as, where another option has the same name; NULL: its name */
};

#define AT(field) offsetof(struct options, field)
static const struct option table[] = {
	{ "model", "DIR", TEXT, AT(model), .text = "folder with config.json, tokenizer.json and *.safetensors, or a hub id (owner/name, owner/name@revision) that is in the local Hugging Face cache; nothing is downloaded; default: the embedded model, sapling" },
	{ "dummy-weights", "SEED", INTEGER, AT(dummy_weights), 0, 9e15, .text = "of --model read only config.json (and tokenizer.json, where text is needed), and make the weights up from this seed: for measuring speed and memory of a shape without its checkpoint" },
	{ "tasks", "FILE", FILES, AT(tasks), .text = "tasks: HumanEval JSONL, HumanEval Pro or MBPP Pro JSON, HumanEval in C, GSM8K or coppice's own JSONL, plain or gzipped; - reads standard input; may be given again; default: the embedded tasks" },
	{ "humaneval", "FILE", TEXT, AT(humaneval), .text = "HumanEval JSONL whose docstrings are joined to the tasks of HumanEval in C" },
	{ "samples", "FILE", TEXT, AT(samples), .text = "samples JSONL: task_id and completion or solution" },
	{ "results", "FILE", TEXT, AT(results), .text = "where the results go; default: the samples file's name with _results.jsonl behind" },
	{ "out", "DIR", TEXT, AT(out), .text = "the folder to write the run to, a bare git repository; of run default coppice-run" },
	{ "out", "DIR", TEXT, AT(out), .as = "joined", .text = "the folder to write the run to; no run may be there yet" },
	{ "out", "DIR", TEXT, AT(out), .as = "pages", .text = "the folder to write to; default: the run's name with -report behind" },
	{ "out", "DIR", TEXT, AT(out), .as = "traced", .text = "the folder to write the arrays to" },
	{ "out", "FILE", TEXT, AT(out), .as = "file", .text = "the file to write" },
	{ "policy", NULL, CHOICE, AT(policy), .choices = "sample|top-p", .text = "sample: independent forks of the prompt; top-p: at each step expand the tokens within cumulative probability P among the K most likely; default sample" },
	{ "forks", "N", INTEGER, AT(forks), 1, 65536, .text = "programs per task; default 32" },
	{ "forks", "LIST", COUNTS, AT(counts), 1, 4096, .as = "counts", .text = "numbers of forks, separated by commas, each measured by itself; of kernels: rows in flight; default 1,8,32, of fork and kernels 32" },
	{ "temperature", "T", NUMBER, AT(temperature), 0, 100, .text = "policy sample: temperature, 0 takes the most likely token; default 0.7" },
	{ "top-p", "P", NUMBER, AT(top_p), 0, 1, .text = "sample: keep the likeliest tokens that sum to P (default 1, off); policy top-p: expand within P (default 0.40)" },
	{ "top-k", "K", INTEGER, AT(top_k), 0, 1 << 20, .text = "sample: keep the K likeliest tokens (default 0, off); policy top-p: look at the K likeliest (default 30)" },
	{ "frontier", "N", INTEGER, AT(frontier), 1, 1 << 20, .text = "policy top-p: unfinished paths kept at once; default: as many as forks" },
	{ "max-tokens", "N", INTEGER, AT(max_tokens), 1, 1 << 20, .text = "tokens of a completion, at most; default 256" },
	{ "max-tokens", "N", INTEGER, AT(max_tokens), 1, 1 << 20, .as = "steps", .text = "tokens that each fork grows; default 128, of fork 32" },
	{ "only", "LIST", TEXT, AT(only), .text = "only the tasks with these ids or of these categories, separated by commas" },
	{ "shard", "K/N", TEXT, AT(shard), .text = "grow only every Nth task from the Kth on (1/4 to 4/4): the rest of the run is for other processes, GPUs or machines, and coppice merge joins what they make" },
	{ "limit", "N", INTEGER, AT(limit), 1, 1 << 20, .text = "only the first N tasks" },
	{ "seed", "N", INTEGER, AT(seed), 0, 9e15, .text = "seed of every random draw; default 0" },
	{ "threads", "N", INTEGER, AT(threads), 1, 1024, .text = "threads of the engine, and of the judge; default: the processors there are. Changes no result" },
	{ "batch", "N", INTEGER, AT(batch), 1, 4096, .text = "forks stepped at once; default 32, with --backend cuda 256 or as many as fit. Changes no result" },
	{ "backend", NULL, CHOICE, AT(backend), .choices = "ref|cpu|cuda|check", .text = "kernels: ref (the definition, slow), cpu (default), cuda, check (cpu, each call held to ref: slower still)" },
	{ "compute", NULL, CHOICE, AT(compute), .choices = "f32|bf16|fp8", .text = "type of the activations; default: the model's own dtype. fp8: as FP8 checkpoints are served, bf16 and quantised per token and block where they meet FP8 weights" },
	{ "state", NULL, CHOICE, AT(state), .choices = "own|shared", .text = "recurrent layers; own (default): each fork steps a state of its own. shared: up to the next position that is a multiple of 16, siblings read one checkpoint and each keeps only what it added; from there on each reads its own, and writes it once in 16 steps. Moves less memory, holds more, rounds differently, and is recorded in the run" },
	{ "chat", NULL, FLAG, AT(chat), .text = "make each prompt a user message, written by the model's own chat template; without it a prompt is read as it is, which is how base models continue it" },
	{ "thinking", NULL, CHOICE, AT(thinking), .choices = "on|off", .text = "with --chat: whether the model thinks before it answers, where its template knows that; default off" },
	{ "system", "TEXT", TEXT, AT(system), .text = "with --chat: a system message that goes before each prompt" },
	{ "resume", NULL, FLAG, AT(resume), .text = "start the run, or go on with one that was stopped; ends in the same commit id" },
	{ "by", NULL, CHOICE, AT(by), .choices = "step|token|instruction", .text = "how tokens are paired: step (the j-th meets the j-th, default), token (longest common subsequence); instruction (through the assembly) is not supported yet" },
	{ "resamples", "N", INTEGER, AT(resamples), 100, 1000000, .text = "bootstrap resamples for intervals; default 2000" },
	{ "ids", "FILE", TEXT, AT(ids), .text = "token ids, a one-dimensional integer .npy or a JSON list ([5, 17, 3]), which tokenize writes" },
	{ "format", NULL, CHOICE, AT(format), .choices = "npz|jsonl|csv", .text = "npz (arrays), jsonl (a line a program) or csv (a row a program)" },
	{ "decode", NULL, FLAG, AT(decode), .text = "from ids back to text" },
	{ "check", NULL, FLAG, AT(check), .text = "read every weight and report NaN and infinity" },
	{ "check", NULL, FLAG, AT(check), .as = "again", .text = "of a RUN: judge again what was judged already" },
	{ "full", NULL, FLAG, AT(full), .text = "list everything, not only what stands out" },
	{ "full", NULL, FLAG, AT(full), .as = "every", .text = "recompute every program, not every eighth" },
	{ "seconds", "S", NUMBER, AT(seconds), 0.1, 3600, .text = "processor seconds a program may run; default 3" },
	{ "prompt", "N", INTEGER, AT(prompt), 1, 1 << 20, .text = "tokens of the prompt; default 128, of kernels 1024" },
	{ "repeats", "N", INTEGER, AT(repeats), 1, 9, .text = "how often each figure is measured, of which the median counts; default 3" },
	{ "peak", "GB/S", NUMBER, AT(peak), 0, 1e6, .text = "hold figures against this many GB/s, instead of what the backend's memory is measured to give; 0: against nothing" },
	{ "op", NULL, CHOICE, AT(op), .choices = "embed|norm|quantise|route|matmul|experts|attention|gdn|sample|top", .text = "kernels: only this operation" },
	{ "save", "FILE", TEXT, AT(save), .text = "fork: keep the routes and logits of the first siblings' first steps in this file" },
	{ "against", "FILE", TEXT, AT(against), .text = "fork: hold them against those that --save kept, of another --state say" },
	{ "plot", "FILE", TEXT, AT(plot), .text = "fork: draw step time against distinct experts, with the fitted line, into FILE.svg, .png or .pdf, by gnuplot" },
	{ "csv", NULL, FLAG, AT(csv), .text = "lines for benchmarks/results/ on standard output" },
	{ "json", NULL, FLAG, AT(json), .text = "one JSON object on standard output" },
	{ "quiet", NULL, FLAG, AT(quiet), .text = "no progress and no messages but errors" },
	{ "verbose", NULL, FLAG, AT(verbose), .text = "more messages" },
};
enum { N_OPTIONS = sizeof table / sizeof *table };

static bool listed(const char *list, const char *name, size_t n, char separator)
{
	while (*list) {
		const char *end = strchr(list, separator);
		size_t len = end ? (size_t)(end - list) : strlen(list);
		if (len == n && memcmp(list, name, n) == 0)
			return true;
		list += len + (end != NULL);
	}
	return false;
}

static const char *value_of(const struct option *opt)
{
	return opt->kind == CHOICE ? opt->choices : opt->value;
}

static bool takes(const struct command *c, const struct option *opt)
{
	const char *as = opt->as ? opt->as : opt->name;
	return listed("json quiet verbose", as, strlen(as), ' ') || listed(c->options, as, strlen(as), ' ');
}

static int set_number(void *field, const struct option *opt, const char *value)
{
	char *end;
	errno = 0;
	double number = 0;
	long long integer = 0;
	if (opt->kind == INTEGER)
		number = (double)(integer = strtoll(value, &end, 10));
	else
		number = strtod(value, &end);
	if (end == value || *end || errno || !(number >= opt->low && number <= opt->high))
		return err_set(ERR_USAGE, "--%s takes %s from %.16g to %.16g, not '%s'", opt->name, opt->kind == INTEGER ? "a whole number" : "a number", opt->low,
			opt->high, value);
	if (opt->kind == INTEGER)
		*(int64_t *)field = integer;
	else
		*(double *)field = number;
	return 0;
}

/* "1,8,32" */
static int set_counts(struct opt_counts *to, const struct option *opt, const char *value)
{
	to->n = 0;
	for (const char *at = value;; at++) {
		char *end;
		errno = 0;
		long n = strtol(at, &end, 10);
		if (end == at || (*end && *end != ',') || errno || n < (long)opt->low || n > (long)opt->high)
			return err_set(ERR_USAGE, "--%s takes whole numbers from %.16g to %.16g, separated by commas, not '%s'", opt->name, opt->low, opt->high, value);
		if (to->n == OPT_MAX_COUNTS)
			return err_set(ERR_USAGE, "--%s takes %d numbers at most", opt->name, OPT_MAX_COUNTS);
		to->at[to->n++] = (int)n;
		if (!*end)
			return 0;
		at = end;
	}
}

static int set_value(struct options *o, const struct option *opt, const char *value)
{
	void *field = (char *)o + opt->at;
	switch (opt->kind) {
	case FLAG:
		*(bool *)field = true;
		return 0;
	case TEXT:
		if (!*value)
			return err_set(ERR_USAGE, "--%s is empty: it takes %s", opt->name, opt->value);
		*(const char **)field = value;
		return 0;
	case FILES:
		if (o->n_tasks == OPT_MAX_FILES)
			return err_set(ERR_USAGE, "--%s was given more than %d times", opt->name, OPT_MAX_FILES);
		o->tasks[o->n_tasks++] = value;
		return 0;
	case COUNTS:
		return set_counts(field, opt, value);
	case CHOICE:
		if (!listed(opt->choices, value, strlen(value), '|'))
			return err_set(ERR_USAGE, "--%s takes one of %s, not '%s'", opt->name, opt->choices, value);
		*(const char **)field = value;
		return 0;
	default:
		return set_number(field, opt, value);
	}
}

static const struct option *find(const struct command *c, const char *name, size_t n)
{
	for (int i = 0; i < N_OPTIONS; i++)
		if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0 && takes(c, &table[i]))
			return &table[i];
	return NULL;
}

static int parse_option(struct options *o, const struct command *c, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t n = equals ? (size_t)(equals - name) : strlen(name);
	const struct option *opt = find(c, name, n);
	if (!opt)
		return err_set(ERR_USAGE, "%s has no option --%.*s; see coppice %s --help", c->name, (int)n, name, c->name);
	if (opt->kind == FLAG)
		return equals ? err_set(ERR_USAGE, "--%s takes no value", opt->name) : set_value(o, opt, "");
	if (!equals && *i + 1 == argc)
		return err_set(ERR_USAGE, "--%s takes %s, and nothing follows it", opt->name, value_of(opt));
	return set_value(o, opt, equals ? equals + 1 : argv[++*i]);
}

int options_parse(struct options *o, const struct command *c, int argc, char **argv, bool *help)
{
	*o = (struct options){ .policy = "sample", .by = "step", .forks = 32, .temperature = -1, .top_p = -1, .top_k = -1 };
	o->dummy_weights = -1;
	o->peak = -1;
	*help = false;
	bool only_args = false;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			*help = true;
			return 0;
		}
	for (int i = 1; i < argc; i++) {
		int err = 0;
		if (!only_args && strcmp(argv[i], "--") == 0) {
			only_args = true;
		} else if (!only_args && strncmp(argv[i], "--", 2) == 0) {
			err = parse_option(o, c, argc, argv, &i);
		} else if (!only_args && argv[i][0] == '-' && argv[i][1]) {
			err = err_set(ERR_USAGE, "options begin with two dashes, and %s does not; see coppice %s --help", argv[i], c->name);
		} else if (o->n_args == c->max_args) {
			err = err_set(ERR_USAGE, "'%s' is one argument too many: coppice %s%s%s", argv[i], c->name, *c->args ? " " : "", c->args);
		} else {
			o->args[o->n_args++] = argv[i];
		}
		if (err)
			return err;
	}
	if (o->n_args < c->min_args)
		return err_set(ERR_USAGE, "an argument is missing: coppice %s %s", c->name, c->args);
	return 0;
}

/* Prints text wrapped at 80 columns, every line but the first behind `indent` blanks. */
static void print_wrapped(FILE *out, const char *text, int indent, int column)
{
	while (*text) {
		size_t word = strcspn(text, " \n");
		if (column > indent && column + 1 + (int)word > 80) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, word, out);
		column += (int)word;
		text += word;
		if (strncmp(text, "\n\n", 2) == 0) {
			fprintf(out, "\n\n%*s", indent, "");
			column = indent;
		}
		text += strspn(text, " \n");
	}
	fputc('\n', out);
}

void options_print_help(FILE *out, const struct command *c)
{
	fprintf(out, "usage: coppice %s [options]%s%s\n\n", c->name, *c->args ? " " : "", c->args);
	print_wrapped(out, c->text, 0, 0);
	fputs("\noptions:\n", out);
	for (int i = 0; i < N_OPTIONS; i++) {
		if (!takes(c, &table[i]))
			continue;
		const char *value = value_of(&table[i]);
		char head[160];
		int n = snprintf(head, sizeof head, "  --%s%s%s", table[i].name, value ? " " : "", value ? value : "");
		fprintf(out, n > 22 ? "%s\n%24s" : "%-22s%2s", head, "");
		print_wrapped(out, table[i].text, 24, 24);
	}
	fputs("  --help                this text\n", out);
	if (*c->examples)
		fprintf(out, "\nexamples:\n%s", c->examples);
	fputs("\nexit status: 0 done, 1 the work failed, 2 wrong usage, 3 a missing piece of the environment\n", out);
}

/* Text for roff: a dash and a backslash are escaped, and a line may not begin with a dot or a quote. */
static void print_roff(FILE *out, const char *text)
{
	for (bool start = true; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		start = *text == '\n';
		if (strncmp(text, "\n\n", 2) == 0) {
			fputs("\n.PP\n", out);
			text++;
		} else if (*text == '-') {
			fputs("\\-", out);
		} else if (*text == '\\') {
			fputs("\\e", out);
		} else {
			fputc(*text, out);
		}
	}
	fputc('\n', out);
}

static void print_dashed(FILE *out, const char *word)
{
	for (; *word; word++)
		fputs(*word == '-' ? "\\-" : (char[]){ *word, 0 }, out);
}

void options_print_man(FILE *out, const struct command *c)
{
	fprintf(out, ".TH COPPICE\\-%s 1 \"\" coppice \"coppice manual\"\n.SH NAME\ncoppice\\-%s \\- %s\n", c->name, c->name, c->summary);
	fprintf(out, ".SH SYNOPSIS\n.B coppice %s\n.RI [ options ] %s\n.SH DESCRIPTION\n", c->name, c->args);
	print_roff(out, c->text);
	fputs(".SH OPTIONS\n", out);
	for (int i = 0; i < N_OPTIONS; i++) {
		if (!takes(c, &table[i]))
			continue;
		fputs(".TP\n.B \\-\\-", out);
		print_dashed(out, table[i].name);
		if (value_of(&table[i])) {
			fputs(" \\fI", out);
			print_dashed(out, value_of(&table[i]));
			fputs("\\fR", out);
		}
		fputc('\n', out);
		print_roff(out, table[i].text);
	}
	fputs(".TP\n.B \\-\\-help\nprint the options and end\n", out);
	if (*c->examples) {
		fputs(".SH EXAMPLES\n.nf\n", out);
		print_roff(out, c->examples);
		fputs(".fi\n", out);
	}
	fputs(".SH EXIT STATUS\n0 done, 1 the work failed, 2 wrong usage, 3 a missing piece of the environment.\n.SH SEE ALSO\n.BR coppice (1)\n", out);
}
