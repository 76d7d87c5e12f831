/* tests/check.h: cmocka and what every test of ours needs beside it. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "base/err.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A call that must succeed; prints the message when it does not. */
#define OK(call)                                                                    \
	do {                                                                        \
		int check_code = (call);                                            \
		if (check_code != 0)                                                \
			fail_msg("%s gave %d: %s", #call, check_code, err_message()); \
	} while (0)

/* A call that must fail with this code and a message that contains `part`. */
#define FAILS(code, part, call)                                                                   \
	do {                                                                                      \
		int check_code = (call);                                                          \
		if (check_code != (code) || !strstr(err_message(), (part)))                       \
			fail_msg("%s gave %d (%s), want %d (...%s...)", #call, check_code, err_message(), (code), (part)); \
	} while (0)

/* Written so that NaN fails. */
#define NEAR(want, got, bound)                                                                    \
	do {                                                                                      \
		double check_want = (want), check_got = (got);                                    \
		if (!(fabs(check_want - check_got) <= (bound)))                                   \
			fail_msg("%s is %.17g, want %.17g within %g", #got, check_got, check_want, (double)(bound)); \
	} while (0)

/* Skips this test, saying why. */
#define SKIP(...)                                    \
	do {                                         \
		printf("skipped: " __VA_ARGS__);     \
		printf("\n");                        \
		skip();                              \
	} while (0)

#define TEST(f) cmocka_unit_test(f)

#endif
