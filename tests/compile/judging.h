/* tests/compile/judging.h - what the judge's tests share: one judge a program, many programs at once, the public data sets. */
#ifndef TESTS_COMPILE_JUDGING_H
#define TESTS_COMPILE_JUDGING_H

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "compile/compile.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above first. */
#include <cmocka.h>

#define T_OK(call) do { int e_ = (call); if (e_) fail_msg("%s: %d: %s", #call, e_, err_message()); } while (0)

static inline struct cmp_judge *open_judge(const struct cmp_options *opt)
{
	struct cmp_judge *j = NULL;
	int e = cmp_judge_open(&j, opt);
	if (e == ERR_MISSING) {
		printf("skip: %s\n", err_message());
		return NULL;
	}
	T_OK(e);
	return j;
}

/* Of the tasks of a data set every eighth is judged under the sanitizers: candidates, compilers and interpreters, which take the time, are
 * not sanitized. i counts from 0. */
static inline bool is_left_out(int i)
{
	return getenv("COPPICE_SAN") && i % 8 != 2;
}

static inline int count_judged(int n)
{
	int judged = 0;
	for (int i = 0; i < n; i++)
		judged += !is_left_out(i);
	return judged;
}

/* Yours: a file of the public data, NULL (and a word about it) when it is not on this machine. */
static inline char *data_file(const char *name)
{
	const char *dir = getenv("COPPICE_DATA");
	char *path = file_join(dir ? dir : "../shared/data", name);
	if (file_exists(path))
		return path;
	printf("skip: %s is not there; set COPPICE_DATA to the folder that holds the public data sets\n", path);
	mem_free(path);
	return NULL;
}

#endif
