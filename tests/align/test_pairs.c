/* Which token meets which: the fork, steps, and the longest common subsequence with its stated ties. */
#include "align/pairs.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/check.h"

/* The definition of align/lcs.h, by the full table. Returns the number of matches. */
static int lcs_plain(struct aln_match *out, const int32_t *a, int n_a, const int32_t *b, int n_b)
{
	int width = n_b + 1, n = 0;
	int *len = mem_array((size_t)(n_a + 1) * (size_t)width, sizeof *len);
	for (int i = 1; i <= n_a; i++)
		for (int j = 1; j <= n_b; j++) {
			int up = len[(i - 1) * width + j], left = len[i * width + j - 1];
			int best = up > left ? up : left;
			if (a[i - 1] == b[j - 1] && len[(i - 1) * width + j - 1] + 1 > best)
				best = len[(i - 1) * width + j - 1] + 1;
			len[i * width + j] = best;
		}
	for (int i = n_a, j = n_b; i > 0 && j > 0;) {
		if (len[(i - 1) * width + j] == len[i * width + j])
			i--;
		else if (len[i * width + j - 1] == len[i * width + j])
			j--;
		else
			out[n++] = (struct aln_match){--i, --j};
	}
	for (int i = 0; i < n / 2; i++) {
		struct aln_match m = out[i];
		out[i] = out[n - 1 - i];
		out[n - 1 - i] = m;
	}
	mem_free(len);
	return n;
}

static void draw_tokens(int32_t *to, int n, uint32_t vocab, uint32_t which)
{
	for (int i = 0; i < n; i++)
		to[i] = (int32_t)rng_below((struct rng_at){.seed = 11, .node = which, .step = (uint32_t)i}, vocab) - 1;
}

static void lcs_is_the_one_its_definition_names(void **state)
{
	(void)state;
	struct aln_lcs lcs;
	aln_lcs_init(&lcs);
	static const int sizes[] = {0, 1, 2, 5, 31, 63, 64, 65, 127, 128, 129, 200};
	static const uint32_t vocabularies[] = {1, 2, 3, 10, 100};
	enum { N = sizeof sizes / sizeof *sizes };
	struct aln_match want[200];
	int32_t a[200], b[200];
	long matched = 0;
	for (uint32_t v = 0; v < 5; v++)
		for (int x = 0; x < N; x++)
			for (int y = 0; y < N; y++) {
				draw_tokens(a, sizes[x], vocabularies[v], (uint32_t)(x * N + y) * 2);
				draw_tokens(b, sizes[y], vocabularies[v], (uint32_t)(x * N + y) * 2 + 1);
				int n = lcs_plain(want, a, sizes[x], b, sizes[y]);
				OK(aln_lcs_find(&lcs, a, sizes[x], b, sizes[y]));
				assert_int_equal(n, lcs.n_matches);
				if (n)
					assert_memory_equal(want, lcs.matches, (size_t)n * sizeof *want);
				matched += n;
			}
	assert_true(matched > 1000);
	aln_lcs_release(&lcs);
}

static void lcs_without_memory_says_so_and_works_again_after(void **state)
{
	(void)state;
	struct aln_lcs lcs;
	const int32_t a[3] = {1, 2, 3}, b[3] = {1, 3, 4};
	for (long nth = 1; nth <= 2; nth++) {
		aln_lcs_init(&lcs);
		mem_fail_at(nth);
		FAILS(ERR_NOMEM, "--max-tokens", aln_lcs_find(&lcs, a, 3, b, 3));
		mem_fail_at(0);
		OK(aln_lcs_find(&lcs, a, 3, b, 3));
		assert_int_equal(2, lcs.n_matches);
		aln_lcs_release(&lcs);
	}
}

static struct aln_program program(const int32_t *tokens, int n)
{
	static const uint16_t none[1];
	return (struct aln_program){.tokens = tokens, .experts = none, .n_tokens = n, .n_rows = n ? n - 1 : 0};
}

static void assert_pairs(enum aln_by by, const struct aln_program *a, const struct aln_program *b, const struct aln_pair *want, int n)
{
	struct aln_pairs p;
	aln_pairs_init(&p);
	OK(aln_pairs_make(&p, by, a, b));
	assert_int_equal(n, p.n);
	for (int i = 0; i < n; i++) {
		assert_int_equal(want[i].a, p.items[i].a);
		assert_int_equal(want[i].b, p.items[i].b);
		assert_int_equal(want[i].same, p.items[i].same);
	}
	aln_pairs_release(&p);
}

static void steps_begin_at_the_first_difference_and_end_with_the_routing(void **state)
{
	(void)state;
	const int32_t x[] = {7, 7, 1, 2, 3, 4}, y[] = {7, 7, 5, 2, 6, 4, 4, 4};
	struct aln_program a = program(x, 6), b = program(y, 8);
	/* position 5 of a is its last token: never an input, no row, no pair */
	const struct aln_pair want[] = {{2, 2, false}, {3, 3, true}, {4, 4, false}};
	assert_int_equal(2, aln_fork_position(&a, &b));
	assert_pairs(ALN_BY_STEP, &a, &b, want, 3);
	assert_pairs(ALN_BY_STEP, &b, &a, want, 3);
	a.n_rows = 3;
	assert_pairs(ALN_BY_STEP, &a, &b, want, 1);
	a.n_rows = 0;
	assert_pairs(ALN_BY_STEP, &a, &b, want, 0);
}

static void programs_that_never_part_have_no_pairs(void **state)
{
	(void)state;
	const int32_t x[] = {1, 2, 3, 4};
	struct aln_program a = program(x, 4), b = program(x, 4), begin = program(x, 2), empty = program(x, 0);
	for (int by = ALN_BY_STEP; by <= ALN_BY_TOKEN; by++) {
		assert_pairs((enum aln_by)by, &a, &b, NULL, 0);
		assert_pairs((enum aln_by)by, &a, &begin, NULL, 0);
		assert_pairs((enum aln_by)by, &empty, &a, NULL, 0);
	}
	assert_int_equal(-1, aln_fork_position(&a, &begin));
}

static void tokens_meet_their_like_and_the_rest_meets_in_order(void **state)
{
	(void)state;
	/* the drawing of align/pairs.h, after a shared token, and one more token behind so that all of it has rows */
	enum { X = 1, I, IS, ZERO, ONE, SEMI, BRACE, END_A, END_B };
	const int32_t x[] = {99, X, I, IS, ZERO, SEMI, END_A}, y[] = {99, I, IS, ONE, SEMI, BRACE, END_B};
	struct aln_program a = program(x, 7), b = program(y, 7);
	/* END_A meets BRACE by order in the last gap, but has no row */
	const struct aln_pair want[] = {{2, 1, true}, {3, 2, true}, {4, 3, false}, {5, 4, true}};
	assert_pairs(ALN_BY_TOKEN, &a, &b, want, 4);
}

/* Random programs: by token, every pair is ascending, equal exactly when it is said to be, and the matches are as many as a
 * longest common subsequence has. */
static void token_pairs_keep_their_promises_on_random_programs(void **state)
{
	(void)state;
	int32_t x[120], y[120];
	struct aln_match matches[120];
	struct aln_pairs p;
	aln_pairs_init(&p);
	for (uint32_t r = 0; r < 300; r++) {
		int n_a = 1 + (int)rng_below((struct rng_at){.seed = 1, .node = r}, 119), n_b = 1 + (int)rng_below((struct rng_at){.seed = 2, .node = r}, 119);
		draw_tokens(x, n_a, 12, 2 * r);
		draw_tokens(y, n_b, 12, 2 * r + 1);
		struct aln_program a = program(x, n_a), b = program(y, n_b);
		a.n_rows = n_a;
		b.n_rows = n_b;
		OK(aln_pairs_make(&p, ALN_BY_TOKEN, &a, &b));
		int f = aln_fork_position(&a, &b), same = 0;
		for (int i = 0; i < p.n; i++) {
			assert_int_equal(x[p.items[i].a] == y[p.items[i].b], p.items[i].same);
			assert_true(p.items[i].a >= f && p.items[i].b >= f);
			assert_true(!i || (p.items[i].a > p.items[i - 1].a && p.items[i].b > p.items[i - 1].b));
			same += p.items[i].same;
		}
		if (f >= 0)
			assert_int_equal(lcs_plain(matches, x + f, n_a - f, y + f, n_b - f), same);
	}
	aln_pairs_release(&p);
}

static void names_are_parsed_and_what_is_missing_is_said(void **state)
{
	(void)state;
	enum aln_by by = ALN_BY_STEP;
	OK(aln_by_parse(&by, "token"));
	assert_int_equal(ALN_BY_TOKEN, by);
	assert_string_equal("token", aln_by_name(by));
	FAILS(ERR_UNSUPPORTED, "--by instruction is not supported yet", aln_by_parse(&by, "instruction"));
	FAILS(ERR_USAGE, "--by lines", aln_by_parse(&by, "lines"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lcs_is_the_one_its_definition_names),
		TEST(lcs_without_memory_says_so_and_works_again_after),
		TEST(steps_begin_at_the_first_difference_and_end_with_the_routing),
		TEST(programs_that_never_part_have_no_pairs),
		TEST(tokens_meet_their_like_and_the_rest_meets_in_order),
		TEST(token_pairs_keep_their_promises_on_random_programs),
		TEST(names_are_parsed_and_what_is_missing_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
