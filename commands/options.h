/* commands/options.h - layer 5. The options, which mean the same in every command (design 3.4), and their one table.
 *
 * A command names the options it takes; parsing, --help and the man page come from the table. Values are checked here for form
 * and range; what they mean is the command's business. */
#ifndef COMMANDS_OPTIONS_H
#define COMMANDS_OPTIONS_H

#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct command;

enum { OPT_MAX_FILES = 256, OPT_MAX_COUNTS = 16 };

struct opt_counts {
	int at[OPT_MAX_COUNTS], n; /* n 0: not given */
};

struct options {
	const char *model;                 /* NULL: the embedded model */
	const char *tasks[OPT_MAX_FILES];  /* none: the embedded tasks */
	int n_tasks;
	const char *samples, *out, *results, *ids, *humaneval, *format, *only, *shard;
	const char *policy;                /* "sample" */
	const char *by;                    /* "step" */
	const char *backend, *compute, *state; /* NULL: not given */
	const char *thinking, *system;     /* of --chat; NULL: not given */
	int64_t forks;                     /* programs per task; 32 */
	int64_t max_tokens;                /* 0: not given */
	int64_t threads, batch;            /* 0: not given */
	int64_t limit;                     /* first so many tasks; 0: all */
	int64_t top_k;                     /* -1: not given */
	int64_t frontier;                  /* 0: not given */
	int64_t resamples;                 /* 0: not given */
	int64_t seed;
	int64_t dummy_weights;             /* -1: not given */
	double temperature;                /* -1: not given */
	double top_p;                      /* -1: not given */
	double seconds;                    /* 0: not given */
	struct opt_counts counts;          /* --forks where it is a list */
	const char *op, *save, *against, *plot; /* NULL: not given */
	int64_t prompt, repeats;           /* 0: not given */
	double peak;                       /* GB/s; -1: not given */
	bool resume, json, csv, quiet, verbose, decode, check, full, chat;
	bool batch_may_shrink;             /* no option: fit_batch sets it */
	const char *args[OPT_MAX_FILES];   /* what stands without an option, in order */
	int n_args;
};

/* argv[0] is the command's name. Returns 0, or ERR_USAGE with a message that names the option and what it takes.
 * *help is set when --help (or -h) was given; then nothing else was checked. */
int options_parse(struct options *o, const struct command *c, int argc, char **argv, bool *help) CHECK_RESULT;
/* What --help prints, and the man page in roff; both are made from the same table. */
void options_print_help(FILE *out, const struct command *c);
void options_print_man(FILE *out, const struct command *c);

#endif
