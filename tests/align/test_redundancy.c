/* Groups, concentration, effective number, early stopping. */
#include "align/redundancy.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/check.h"

#define P(g, pass, spent) {.group = (g), .passed = (pass), .tokens_spent = (spent)}

static void a_task_counted_by_hand(void **state)
{
	(void)state;
	/* groups: 5 three times, 2 twice, 9 and 0 once; one did not compile */
	const struct aln_program p[] = {P(2, 0, 10), P(5, 1, 11), P(-1, 0, 12), P(5, 1, 13), P(9, 1, 14), P(2, 0, 15), P(5, 0, 16), P(0, -1, 17)};
	struct aln_group groups[8];
	assert_int_equal(4, aln_groups_list(groups, p, 8));
	static const int want[4][5] = {{5, 3, 3, 2, 1}, {2, 2, 2, 0, 0}, {9, 1, 1, 1, 4}, {0, 1, 0, 0, 7}};
	for (int g = 0; g < 4; g++) {
		const int got[5] = {groups[g].group, groups[g].programs, groups[g].tested, groups[g].passed, groups[g].first};
		assert_memory_equal(want[g], got, sizeof got);
	}
	assert_int_equal(11 + 13 + 16, groups[0].tokens);

	struct aln_redundancy r;
	aln_redundancy_init(&r);
	aln_redundancy_add(&r, p, 8);
	assert_int_equal(8, r.programs);
	assert_int_equal(7, r.compiled);
	assert_int_equal(4, r.groups);
	assert_int_equal(7, r.tested);
	assert_int_equal(3, r.passed);
	assert_int_equal(108, r.tokens);
	assert_int_equal(13 + 15 + 16, r.tokens_repeated);
	assert_int_equal(12, r.tokens_not_compiled);
	NEAR(3.0 / 7, aln_redundancy_top(&r, ALN_TOP_1), 1e-15);
	NEAR(6.0 / 7, aln_redundancy_top(&r, ALN_TOP_3), 1e-15);
	NEAR(1.0, aln_redundancy_top(&r, ALN_TOP_10), 1e-15);
	double entropy = -(3 / 7.0 * log(3 / 7.0) + 2 / 7.0 * log(2 / 7.0) + 2 * (1 / 7.0 * log(1 / 7.0)));
	NEAR(exp(entropy), aln_redundancy_effective(&r), 1e-12);
	assert_int_equal(2, r.sizes[0].groups);   /* of one */
	assert_int_equal(1, r.sizes[0].passed);
	assert_int_equal(1, r.sizes[0].tested);
	assert_int_equal(1, r.sizes[1].groups);   /* of two */
	assert_int_equal(1, r.sizes[2].groups);   /* of 3 or 4 */
	assert_int_equal(3, r.sizes[2].programs);
}

static void effective_number_is_the_number_when_all_groups_are_equal(void **state)
{
	(void)state;
	struct aln_program p[12];
	for (int i = 0; i < 12; i++)
		p[i] = (struct aln_program)P(i % 4, 1, 1);
	struct aln_redundancy r;
	aln_redundancy_init(&r);
	aln_redundancy_add(&r, p, 12);
	NEAR(4, aln_redundancy_effective(&r), 1e-12);
	aln_redundancy_add(&r, p, 1); /* a task with one program: one group; the mean over both tasks */
	NEAR(2.5, aln_redundancy_effective(&r), 1e-12);
	assert_int_equal(5, r.groups);
	NEAR(4.0 / 13, aln_redundancy_top(&r, ALN_TOP_1), 1e-15);
}

static void stopping_early_skips_what_comes_after_so_many_without_news(void **state)
{
	(void)state;
	/* new, then 4 idle (patience 4 stops here), then 3 more, the second of which is a group never seen */
	const struct aln_program p[] = {P(1, 1, 1), P(1, 1, 1), P(-1, 0, 1), P(1, 1, 1), P(1, 1, 1), P(1, 1, 5), P(2, 1, 6), P(1, 1, 7)};
	struct aln_redundancy r;
	aln_redundancy_init(&r);
	aln_redundancy_add(&r, p, 8);
	assert_int_equal(4, r.early[0].patience);
	assert_int_equal(3, r.early[0].programs_skipped);
	assert_int_equal(18, r.early[0].tokens_saved);
	assert_int_equal(1, r.early[0].groups_missed);
	assert_int_equal(0, r.early[1].programs_skipped); /* 8 in a row never happened */
}

static void nothing_compiled_gives_no_number(void **state)
{
	(void)state;
	const struct aln_program p[] = {P(-1, 0, 3), P(-1, 0, 4)};
	struct aln_redundancy r;
	aln_redundancy_init(&r);
	aln_redundancy_add(&r, p, 2);
	aln_redundancy_add(&r, NULL, 0);
	assert_true(isnan(aln_redundancy_top(&r, ALN_TOP_1)) && isnan(aln_redundancy_effective(&r)));
	assert_int_equal(2, r.tasks);
	assert_int_equal(7, r.tokens_not_compiled);
}

/* Random tasks against counting by comparing every program with every other. */
static void groups_agree_with_comparing_every_pair(void **state)
{
	(void)state;
	for (uint32_t t = 0; t < 50; t++) {
		struct aln_program p[40];
		int n = (int)rng_below((struct rng_at){.seed = 8, .task = t}, 41);
		for (int i = 0; i < n; i++)
			p[i] = (struct aln_program)P((int)rng_below((struct rng_at){.seed = 8, .task = t, .node = 1 + (uint32_t)i}, 9) - 1, 1, 2);
		struct aln_redundancy r;
		aln_redundancy_init(&r);
		aln_redundancy_add(&r, p, n);
		double entropy = 0;
		int groups = 0, compiled = 0;
		for (int i = 0; i < n; i++)
			compiled += p[i].group >= 0;
		for (int i = 0; i < n; i++) {
			int earlier = 0, alike = 0;
			for (int j = 0; j < n; j++) {
				alike += p[j].group == p[i].group;
				earlier += j < i && p[j].group == p[i].group;
			}
			if (p[i].group < 0)
				continue;
			groups += !earlier;
			entropy -= log((double)alike / compiled) / compiled;
		}
		assert_int_equal(groups, r.groups);
		assert_int_equal(compiled, r.compiled);
		assert_int_equal(2 * (compiled - groups), r.tokens_repeated);
		if (compiled)
			NEAR(exp(entropy), aln_redundancy_effective(&r), 1e-12);
		int64_t by_size = 0;
		for (int s = 0; s < ALN_N_SIZES; s++)
			by_size += r.sizes[s].programs;
		assert_int_equal(compiled, by_size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_task_counted_by_hand),
		TEST(effective_number_is_the_number_when_all_groups_are_equal),
		TEST(stopping_early_skips_what_comes_after_so_many_without_news),
		TEST(nothing_compiled_gives_no_number),
		TEST(groups_agree_with_comparing_every_pair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
