/* commands/commands.h - layer 5. One struct a command, one file a command (cmd_NAME.c), one table of all in main.c.
 * A command gets its parsed options, writes results to stdout and messages to stderr, and returns 0 or an ERR_*;
 * main turns that into the exit status: 0 done, 1 the work failed, 2 wrong usage, 3 a missing piece of the environment. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "commands/options.h"

struct command {
	const char *name;
	const char *args;     /* what stands without an option: "RUN", "[DIR]", "" */
	int min_args, max_args;
	const char *summary;  /* one line */
	const char *text;     /* what it does, paragraphs separated by empty lines */
	const char *options;  /* names separated by blanks: "model tasks forks ..."; json, quiet, verbose, help always come */
	const char *examples; /* lines: a command, then "  # what it is for" lines are welcome */
	int (*run)(const struct options *o);
};

extern const struct command cmd_align, cmd_bench, cmd_doctor, cmd_export, cmd_fsck, cmd_judge, cmd_merge, cmd_model, cmd_redundancy, cmd_report, cmd_run,
	cmd_search, cmd_tokenize, cmd_trace, cmd_verify;

/* Parses argv[1] and what follows as c's options, runs it, says what went wrong: the exit status. argv[0] is the command's name. */
int command_main(const struct command *c, int argc, char **argv);
/* Says the message of an error: the exit status. */
int command_fail(int code);

/* All of them, NULL-terminated, in the order --help lists them. */
extern const struct command *const commands[];

#endif
