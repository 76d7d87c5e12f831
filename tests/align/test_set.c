/* Sets of experts: what a Jaccard index is, and what chance gives. */
#include "align/set.h"
#include "base/rng.h"
#include "tests/check.h"

/* By comparing every id with every other. */
static double jaccard_plain(const uint16_t *a, const uint16_t *b, int k)
{
	int both = 0, either = 2 * k;
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++)
			if (a[i] == b[j]) {
				both++;
				either--;
			}
	return (double)both / either;
}

static void draw_set(uint16_t *ids, int k, int n, uint32_t which)
{
	for (int i = 0, tries = 0; i < k; tries++) {
		ids[i] = (uint16_t)rng_below((struct rng_at){.seed = 3, .node = which, .step = (uint32_t)tries}, (uint32_t)n);
		bool fresh = true;
		for (int j = 0; j < i; j++)
			fresh &= ids[j] != ids[i];
		i += fresh;
	}
}

static void sets_agree_with_comparing_every_pair_of_ids(void **state)
{
	(void)state;
	static const int shapes[][2] = {{1, 1}, {8, 2}, {63, 8}, {64, 8}, {65, 8}, {256, 8}, {1000, 13}, {1024, 64}};
	int hits = 0;
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
		for (uint32_t r = 0; r < 50; r++) {
			int n = shapes[s][0], k = shapes[s][1];
			uint16_t a[64], b[64];
			uint64_t x[16], y[16];
			draw_set(a, k, n, 2 * r);
			draw_set(b, k, n, 2 * r + 1);
			OK(aln_set_fill(x, a, k, n));
			OK(aln_set_fill(y, b, k, n));
			int common = aln_set_common(x, y, aln_set_words(n));
			hits += common > 0;
			assert_true(jaccard_plain(a, b, k) == aln_jaccard_index(common, k));
		}
	assert_in_range(hits, 50, 399); /* the comparison was not of nothing with nothing */
}

static void order_within_a_set_does_not_matter_and_ends_of_the_range_count(void **state)
{
	(void)state;
	const uint16_t a[3] = {0, 1023, 64}, b[3] = {64, 0, 1023};
	uint64_t x[16], y[16];
	OK(aln_set_fill(x, a, 3, 1024));
	OK(aln_set_fill(y, b, 3, 1024));
	assert_int_equal(3, aln_set_common(x, y, 16));
	NEAR(1.0, aln_jaccard_index(3, 3), 0);
	NEAR(0.0, aln_jaccard_index(0, 3), 0);
}

static void a_wrong_id_is_refused(void **state)
{
	(void)state;
	uint64_t x[16];
	FAILS(ERR_FORMAT, "expert id 64 ", aln_set_fill(x, (const uint16_t[]){1, 64}, 2, 64));
	FAILS(ERR_FORMAT, "expert 5 is listed twice", aln_set_fill(x, (const uint16_t[]){5, 7, 5}, 3, 64));
	OK(aln_set_fill(x, (const uint16_t[]){1, 63}, 2, 64));
}

static void chance_levels_are_the_published_ones(void **state)
{
	(void)state;
	NEAR(8.0 / 504, aln_chance_plugin(256, 8), 1e-15);
	NEAR(0.01587, aln_chance_plugin(256, 8), 5e-6);
	static const struct {
		int n, k;
		double want;
	} cases[] = {{256, 8, 0.01690}, {128, 8, 0.03427}, {64, 8, 0.07054}, {8, 2, 0.17857}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		NEAR(cases[i].want, aln_chance_exact(cases[i].n, cases[i].k), 5e-6);
	NEAR(1.0, aln_chance_exact(8, 8), 1e-15);         /* all of them: always the same set */
}

/* Over all pairs of k-subsets of a small N, counted one by one. */
static void exact_chance_is_the_mean_over_all_pairs_of_sets(void **state)
{
	(void)state;
	for (int n = 1; n <= 8; n++)
		for (int k = 1; k <= n; k++) {
			double sum = 0;
			int pairs = 0;
			for (unsigned a = 0; a < 1u << n; a++)
				for (unsigned b = 0; b < 1u << n; b++)
					if (__builtin_popcount(a) == k && __builtin_popcount(b) == k) {
						sum += (double)__builtin_popcount(a & b) / __builtin_popcount(a | b);
						pairs++;
					}
			NEAR(sum / pairs, aln_chance_exact(n, k), 1e-13);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sets_agree_with_comparing_every_pair_of_ids),
		TEST(order_within_a_set_does_not_matter_and_ends_of_the_range_count),
		TEST(a_wrong_id_is_refused),
		TEST(chance_levels_are_the_published_ones),
		TEST(exact_chance_is_the_mean_over_all_pairs_of_sets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
