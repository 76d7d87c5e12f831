/* compile/selftest.h - layer 1. Which of the sandbox's walls hold on this machine, found out by trying: hostile programs are run
 * in it, and what became of them is compared with what should have. For `coppice doctor`. */
#ifndef COMPILE_SELFTEST_H
#define COMPILE_SELFTEST_H

#include "compile/compile.h"

enum { CMP_MAX_SELFTESTS = 16 };
struct cmp_selftest {
	const char *name; /* "memory", "processes", "network", ... */
	bool ok;
	char detail[160]; /* what happened, in words */
};
/* *n of the CMP_MAX_SELFTESTS are filled. ERR_MISSING, ERR_IO when not even a harmless program can be run. Takes seconds. */
int cmp_selftest(struct cmp_judge *j, struct cmp_selftest out[], int *n) CHECK_RESULT;

#endif
