/* benchmarks/bench.h - what measuring programs share: ending at an error, and options that are a number or one of some words. Messages
 * begin with the program's name. */
#ifndef BENCHMARKS_BENCH_H
#define BENCHMARKS_BENCH_H

#include "base/err.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void or_stop(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, err_message());
	exit(err_exit_status(rc));
}

static inline int number(const char *name, const char *value, long low, long high)
{
	char *end;
	long v = strtol(value, &end, 10);
	if (end == value || *end || v < low || v > high) {
		fprintf(stderr, "%s: %s takes a number from %ld to %ld, not '%s'\n", program_invocation_short_name, name, low, high, value);
		exit(2);
	}
	return (int)v;
}

/* Where a word stands among n. */
static inline int choice(const char *name, const char *value, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(value, words[i]))
			return i;
	fprintf(stderr, "%s: %s takes", program_invocation_short_name, name);
	for (int i = 0; i < n; i++)
		fprintf(stderr, "%s%s", i ? i + 1 == n ? " or " : ", " : " ", words[i]);
	fprintf(stderr, ", not '%s'\n", value);
	exit(2);
}

#endif
