/* From logits to a token: against plain definitions in double, with full sorts. */
#include "base/mem.h"
#include "engine/sample.h"
#include "tests/check.h"
#include <stdlib.h>

enum { N = 1000, DRAWS = 1500 };

static float logits[N];
static int32_t scratch[2 * N];

/* Every third value is met more than once, so that ties matter. */
static void fill(uint64_t seed, int n)
{
	for (int i = 0; i < n; i++) {
		struct rng_at at = {.seed = seed, .step = (uint32_t)i};
		logits[i] = (float)(3 * rng_normal(at));
		if (i % 3 == 0)
			logits[i] = (float)rng_below(at, 5);
	}
}

static int by_likelihood(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	if (logits[x] != logits[y])
		return logits[x] < logits[y] ? 1 : -1;
	return x - y;
}

static void sorted(int *order, int n)
{
	for (int i = 0; i < n; i++)
		order[i] = i;
	qsort(order, (size_t)n, sizeof *order, by_likelihood);
}

static double log_total(int n, double temperature)
{
	double max = -INFINITY, sum = 0;
	for (int i = 0; i < n; i++)
		max = fmax(max, logits[i]);
	for (int i = 0; i < n; i++)
		sum += exp((logits[i] - max) / temperature);
	return max / temperature + log(sum);
}

/* The tokens that may be drawn and their probabilities, by definition. Returns how many. */
static int allowed(double *p, int *order, int n, const struct eng_sampling *how)
{
	int kept = how->top_k > 0 && how->top_k < n ? how->top_k : n;
	double total = 0, sum = 0;
	sorted(order, n);
	for (int i = 0; i < kept; i++)
		total += exp((logits[order[i]] - logits[order[0]]) / how->temperature);
	for (int i = 0; i < kept; i++) {
		p[i] = exp((logits[order[i]] - logits[order[0]]) / how->temperature) / total;
		sum += p[i];
		if (how->top_p < 1 && sum >= how->top_p) {
			kept = i + 1;
			for (int j = 0; j < kept; j++)
				p[j] /= sum;
			break;
		}
	}
	return kept;
}

static const struct eng_sampling ways[] = {
	{1, 0, 1}, {0.7, 0, 1}, {1.3, 0, 1}, {0.7, 20, 1}, {1, 1, 1}, {1, 300, 1}, {1, 5000, 1}, {1, 0, 0.9}, {0.7, 0, 0.5}, {1, 0, 0.999999}, {0.8, 50, 0.8}, {1, 0, 1e-9},
};
enum { N_WAYS = sizeof ways / sizeof *ways };

/* Chi-square over the allowed tokens, those expected less than five times put together. */
static void holds_to_distribution(int n, const struct eng_sampling *how)
{
	double p[N], chi = 0, rest_want = 0;
	int order[N], seen[N] = {0}, cells = 0, rest = 0;
	int kept = allowed(p, order, n, how);
	for (uint32_t d = 0; d < DRAWS; d++) {
		struct eng_choice c = eng_sample(logits, n, how, (struct rng_at){.seed = 9, .step = d}, scratch);
		seen[c.token]++;
		NEAR(logits[c.token] - log_total(n, 1), c.logprob, 1e-5);
	}
	for (int i = 0; i < kept; i++) {
		double want = p[i] * DRAWS;
		if (want < 5) {
			rest_want += want;
			rest += seen[order[i]];
		} else {
			chi += (seen[order[i]] - want) * (seen[order[i]] - want) / want;
			cells++;
		}
		seen[order[i]] = 0;
	}
	if (rest_want > 5)
		chi += (rest - rest_want) * (rest - rest_want) / rest_want;
	for (int i = 0; i < n; i++)
		if (seen[i])
			fail_msg("token %d was drawn %d times, but is cut off", i, seen[i]);
	if (!(chi < cells + 6 * sqrt(2.0 * cells) + 12))
		fail_msg("temperature %g top_k %d top_p %g: chi-square %g over %d cells", how->temperature, how->top_k, how->top_p, chi, cells);
}

static void draws_follow_the_cut_distribution(void **state)
{
	(void)state;
	fill(1, N);
	for (int i = 0; i < N_WAYS; i++)
		holds_to_distribution(N, &ways[i]);
	fill(2, 7);
	for (int i = 0; i < N_WAYS; i++)
		holds_to_distribution(7, &ways[i]);
}

static void temperature_zero_takes_the_most_likely_and_ties_the_lower_id(void **state)
{
	(void)state;
	fill(3, N);
	logits[17] = logits[400] = logits[401] = 99;
	struct eng_choice c = eng_sample(logits, N, &(struct eng_sampling){0, 0, 1}, (struct rng_at){0}, scratch);
	assert_int_equal(c.token, 17);
	NEAR(log(1 / 3.0), c.logprob, 1e-5);
}

static void the_top_is_a_full_sort_with_ties_to_the_lower_id(void **state)
{
	(void)state;
	int order[N];
	struct eng_choice out[N];
	static const int counts[] = {0, 1, 2, 7, 30, 333, 500, 999, N, 2 * N};
	for (uint64_t seed = 0; seed < 20; seed++) {
		fill(seed, N);
		sorted(order, N);
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
			int want = counts[c] < N ? counts[c] : N;
			assert_int_equal(eng_top(logits, N, want, out, scratch), want);
			for (int i = 0; i < want; i++) {
				assert_int_equal(out[i].token, order[i]);
				NEAR(logits[order[i]] - log_total(N, 1), out[i].logprob, 1e-5);
			}
		}
	}
}

static void a_draw_depends_on_its_coordinate_alone(void **state)
{
	(void)state;
	fill(4, N);
	struct eng_sampling how = {8, 0, 1}; /* hot: many tokens are likely */
	struct rng_at at = {.seed = 5, .task = 1, .node = 2, .step = 3};
	struct eng_choice a = eng_sample(logits, N, &how, at, scratch);
	for (uint32_t i = 0; i < 50; i++)
		eng_sample(logits, N, &how, (struct rng_at){.step = i}, scratch);
	struct eng_choice b = eng_sample(logits, N, &how, at, scratch);
	assert_int_equal(a.token, b.token);
	int differ = 0;
	for (uint32_t i = 0; i < 20; i++) {
		at.node = 100 + i;
		differ += eng_sample(logits, N, &how, at, scratch).token != a.token;
	}
	assert_true(differ > 10);
}

static void logits_beyond_reason_never_crash(void **state)
{
	(void)state;
	static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 0, -0.0f};
	for (uint32_t round = 0; round < 300; round++) {
		int n = 1 + (int)(round % 9);
		for (int i = 0; i < n; i++)
			logits[i] = odd[rng_below((struct rng_at){.seed = round, .step = (uint32_t)i}, 7)];
		for (int i = 0; i < N_WAYS; i++) {
			struct eng_choice c = eng_sample(logits, n, &ways[i], (struct rng_at){.step = round}, scratch), top[9];
			assert_in_range(c.token, 0, n - 1);
			assert_int_equal(eng_top(logits, n, n, top, scratch), n);
		}
	}
	logits[0] = NAN;
	logits[1] = 1;
	assert_int_equal(eng_sample(logits, 2, &(struct eng_sampling){1, 0, 1}, (struct rng_at){0}, scratch).token, 1);
	assert_int_equal(eng_sample(logits, 2, &(struct eng_sampling){1e-300, 0, 1}, (struct rng_at){0}, scratch).token, 1);
}

static void a_large_vocabulary_is_summed_exactly_enough(void **state)
{
	(void)state;
	enum { LARGE = 248320 };
	float *x = mem_array(LARGE, sizeof *x);
	int32_t *room = mem_array(2 * LARGE, sizeof *room);
	double sum = 0, max = 0;
	for (int i = 0; i < LARGE; i++) {
		x[i] = (float)rng_normal((struct rng_at){.seed = 3, .step = (uint32_t)i});
		max = fmax(max, x[i]);
	}
	for (int i = 0; i < LARGE; i++)
		sum += exp(x[i] - max);
	struct eng_choice c = eng_sample(x, LARGE, &(struct eng_sampling){0.7, 0, 0.95}, (struct rng_at){0}, room);
	NEAR(x[c.token] - max - log(sum), c.logprob, 2e-6);
	mem_free(x);
	mem_free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(draws_follow_the_cut_distribution),
		TEST(temperature_zero_takes_the_most_likely_and_ties_the_lower_id),
		TEST(the_top_is_a_full_sort_with_ties_to_the_lower_id),
		TEST(a_draw_depends_on_its_coordinate_alone),
		TEST(logits_beyond_reason_never_crash),
		TEST(a_large_vocabulary_is_summed_exactly_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
