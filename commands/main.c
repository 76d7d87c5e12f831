/* coppice COMMAND [options]: finds the command and runs it; what main returns is the only exit. */
#include "commands/commands.h"
#include <stdio.h>
#include <string.h>

#define COPPICE_VERSION "0.1.0"

const struct command *const commands[] = {
	&cmd_run,    &cmd_search, &cmd_judge,  &cmd_align,  &cmd_redundancy, &cmd_report, &cmd_trace, &cmd_tokenize,
	&cmd_export, &cmd_verify, &cmd_fsck,   &cmd_merge,  &cmd_bench,      &cmd_model,  &cmd_doctor, NULL,
};

static void print_usage(FILE *out)
{
	fputs("usage: coppice COMMAND [options]\n\n"
	      "Grows many programs from one prompt with a mixture-of-experts model, compiles and\n"
	      "groups them by assembly, runs their tests, and compares which experts each token\n"
	      "was routed to. `coppice run` does it all with the embedded model and tasks.\n\n",
	      out);
	for (const struct command *const *c = commands; *c; c++)
		fprintf(out, "  %-12s%s\n", (*c)->name, (*c)->summary);
	fputs("\n  coppice COMMAND --help says more, and so does coppice help COMMAND; --version prints the version\n", out);
}

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

/* The overview page, or a command's; `make man` writes docs/man with it. */
static int print_man(const char *name)
{
	const struct command *c = name ? find_command(name) : NULL;
	if (c) {
		options_print_man(stdout, c);
		return 0;
	}
	fputs(".TH COPPICE 1 \"\" coppice \"coppice manual\"\n.SH NAME\ncoppice \\- grow, group and compare programs of a mixture\\-of\\-experts model\n"
	      ".SH SYNOPSIS\n.B coppice\n.I COMMAND\n.RI [ options ]\n.SH COMMANDS\n",
	      stdout);
	for (const struct command *const *it = commands; *it; it++)
		printf(".TP\n.BR coppice\\-%s (1)\n%s\n", (*it)->name, (*it)->summary);
	fputs(".SH ENVIRONMENT\n.TP\n.B COPPICE_HOME\nfolder that holds models/ and benchmarks/tasks/, where they are not beside the program\n", stdout);
	return 0;
}

static int run_command(const char *name, int argc, char **argv)
{
	const struct command *c = find_command(name);
	if (!c)
		return command_fail(err_set(ERR_USAGE, "there is no command '%s'; coppice --help lists them", name));
	return command_main(c, argc, argv);
}

int main(int argc, char **argv)
{
	char help[] = "--help";
	if (argc > 2 && strcmp(argv[1], "help") == 0 && strcmp(argv[2], "help") && argv[2][0] != '-')
		return run_command(argv[2], 2, (char *[]){ argv[2], help, NULL });
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("coppice " COPPICE_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--man") == 0)
		return print_man(argc > 2 ? argv[2] : NULL);
	return run_command(argv[1], argc - 1, argv + 1);
}
