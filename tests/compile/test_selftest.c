/* What `coppice doctor` asks. */
#include "tests/compile/judging.h"

static void every_wall_of_the_sandbox_holds_here(void **state)
{
	(void)state;
	struct cmp_judge *j = open_judge(NULL);
	if (!j)
		skip();
	struct cmp_selftest t;
	T_OK(cmp_selftest(j, &t));
	for (int i = 0; i < t.n; i++)
		if (!t.probe[i].ok)
			printf("%s: %s\n", t.probe[i].name, t.probe[i].detail);
	assert_true(t.n >= 12);
	assert_int_equal(t.n_failed, 0);
	cmp_judge_close(j);
}

static void the_self_test_notices_a_wall_that_is_missing(void **state)
{
	(void)state;
	/* Room for everything the memory and the scratch probes try. */
	struct cmp_options opt = { .limits = cmp_default_limits };
	opt.limits.processes = 1000;
	opt.limits.run_seconds = 2;
	struct cmp_judge *j = open_judge(&opt);
	if (!j)
		skip();
	struct cmp_selftest t;
	T_OK(cmp_selftest(j, &t));
	for (int i = 0; i < t.n; i++)
		assert_int_equal(t.probe[i].ok, strcmp(t.probe[i].name, "processes") != 0);
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
