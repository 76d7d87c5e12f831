/* What `coppice doctor` asks. */
#include "tests/compile/judging.h"
#include "compile/selftest.h"

static void every_wall_of_the_sandbox_holds_here(void **state)
{
	(void)state;
	struct cmp_judge *j = open_judge(NULL);
	if (!j)
		skip();
	struct cmp_selftest t[CMP_MAX_SELFTESTS];
	int n, failed = 0;
	T_OK(cmp_selftest(j, t, &n));
	for (int i = 0; i < n; i++)
		if (!t[i].ok)
			failed++, printf("%s: %s\n", t[i].name, t[i].detail);
	assert_true(n >= 12);
	assert_int_equal(failed, 0);
	cmp_judge_close(j);
}

static void the_self_test_notices_a_wall_that_is_missing(void **state)
{
	(void)state;
	struct cmp_options opt = { .limits = cmp_default_limits };
	opt.limits.processes = 1000;
	struct cmp_judge *j = open_judge(&opt);
	if (!j)
		skip();
	struct cmp_selftest t[CMP_MAX_SELFTESTS];
	int n;
	T_OK(cmp_selftest(j, t, &n));
	for (int i = 0; i < n; i++)
		assert_int_equal(t[i].ok, strcmp(t[i].name, "sandbox: processes") != 0);
	cmp_judge_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wall_of_the_sandbox_holds_here),
		cmocka_unit_test(the_self_test_notices_a_wall_that_is_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
