/* The judging: each piece of work once, results that timing does not change, failures of the judge told apart. */
#include "search/judging.h"
#include "tests/check.h"
#include "tests/search/scripted.h"

static void results_come_back_by_ticket_whatever_the_order(void **state)
{
	(void)state;
	struct srch_tasks tasks;
	struct sc_judge j = {.sleepy = true};
	struct srch_judge table = sc_judge_table(&j);
	struct srch_judging *g = srch_judging_new(&table, 4);
	static const char *const texts[] = {"ab", "ba", "x", "", "cd", "ab", "aab"};
	size_t tickets[7];
	OK(sc_tasks(&tasks, 1));
	for (int i = 0; i < 7; i++)
		OK(srch_judging_add(g, &tasks.items[0], texts[i], false, &tickets[i]));
	for (int i = 6; i >= 0; i--) {
		struct srch_judged r;
		OK(srch_judging_take(g, tickets[i], &r));
		assert_true(r.judged);
		if (texts[i][0] == 'x') {
			assert_int_equal(r.status, CMP_COMPILE_ERROR);
			assert_string_equal(r.message, "x is not allowed");
			assert_false(r.compiled);
		} else if (!texts[i][0]) {
			assert_int_equal(r.status, CMP_NO_PROGRAM);
			assert_null(r.program);
		} else {
			assert_int_equal(r.status, texts[i][0] <= 'b' ? CMP_PASSED : CMP_WRONG);
			assert_int_equal(strncmp(r.assembly, texts[i], 2), 0);
			assert_true(r.compiled);
		}
		srch_judged_release(&r);
	}
	assert_int_equal(srch_judging_pending(g), 0);
	assert_int_equal(atomic_load(&j.compiled), 5); /* "ab" came twice */
	srch_judging_free(g);
	srch_tasks_release(&tasks);
}

static void a_whole_program_is_taken_as_it_stands(void **state)
{
	(void)state;
	struct srch_tasks tasks;
	struct sc_judge j = {0};
	struct srch_judge table = sc_judge_table(&j);
	struct srch_judging *g = srch_judging_new(&table, 1);
	struct srch_judged r;
	size_t ticket;
	OK(sc_tasks(&tasks, 1));
	OK(srch_judging_add(g, &tasks.items[0], "p0 {whole a", true, &ticket));
	OK(srch_judging_take(g, ticket, &r));
	assert_int_equal(r.extraction, CMP_EX_WHOLE);
	assert_string_equal(r.program, "p0 {whole a");
	srch_judged_release(&r);
	srch_judging_free(g);
	srch_tasks_release(&tasks);
}

static void a_failure_of_the_judge_is_an_error_not_a_verdict(void **state)
{
	(void)state;
	struct srch_tasks tasks;
	struct sc_judge j = {.fail_test = 1};
	struct srch_judge table = sc_judge_table(&j);
	struct srch_judging *g = srch_judging_new(&table, 1);
	struct srch_judged r;
	size_t first, second, other;
	OK(sc_tasks(&tasks, 1));
	OK(srch_judging_add(g, &tasks.items[0], "a", false, &first));
	OK(srch_judging_add(g, &tasks.items[0], "a", false, &second));
	OK(srch_judging_add(g, &tasks.items[0], "b", false, &other));
	FAILS(ERR_MISSING, "the sandbox went away", srch_judging_take(g, first, &r));
	FAILS(ERR_MISSING, "the sandbox went away", srch_judging_take(g, second, &r));
	OK(srch_judging_take(g, other, &r));
	srch_judged_release(&r);
	srch_judging_free(g);
	srch_tasks_release(&tasks);
}

static void a_judge_that_only_extracts_compiles_nothing(void **state)
{
	(void)state;
	struct srch_tasks tasks;
	struct sc_judge j = {0};
	struct srch_judge table = sc_judge_table(&j);
	table.compile = NULL;
	table.test = NULL;
	table.is_weak = NULL;
	struct srch_judging *g = srch_judging_new(&table, 2);
	struct srch_judged r;
	size_t ticket;
	OK(sc_tasks(&tasks, 1));
	OK(srch_judging_add(g, &tasks.items[0], "ab", false, &ticket));
	OK(srch_judging_take(g, ticket, &r));
	assert_false(r.judged);
	assert_string_equal(r.program, "p0 {ab");
	assert_int_equal(atomic_load(&j.compiled) + atomic_load(&j.weak), 0);
	srch_judged_release(&r);
	srch_judging_free(g);
	srch_tasks_release(&tasks);
}

static void it_can_be_left_with_work_undone(void **state)
{
	(void)state;
	struct srch_tasks tasks;
	struct sc_judge j = {.sleepy = true};
	struct srch_judge table = sc_judge_table(&j);
	struct srch_judging *g = srch_judging_new(&table, 2);
	size_t ticket;
	OK(sc_tasks(&tasks, 5));
	for (int i = 0; i < 50; i++)
		OK(srch_judging_add(g, &tasks.items[i % 5], "abc", false, &ticket));
	srch_judging_free(g);
	srch_tasks_release(&tasks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(results_come_back_by_ticket_whatever_the_order),
		TEST(a_whole_program_is_taken_as_it_stands),
		TEST(a_failure_of_the_judge_is_an_error_not_a_verdict),
		TEST(a_judge_that_only_extracts_compiles_nothing),
		TEST(it_can_be_left_with_work_undone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
