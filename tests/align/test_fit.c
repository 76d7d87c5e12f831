/* The line through points: against a search for the least squares, and where there is no line. */
#include "align/fit.h"
#include "base/rng.h"
#include "tests/check.h"

static double squares(const double *x, const double *y, int n, double a, double b)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += (y[i] - a - b * x[i]) * (y[i] - a - b * x[i]);
	return sum;
}

/* The normal equations as they stand in books, which lose digits where means are large: by Cramer's rule, in long double. */
static void fit_plain(const double *x, const double *y, int n, double *a, double *b)
{
	long double sx = 0, sy = 0, sxx = 0, sxy = 0;
	for (int i = 0; i < n; i++) {
		sx += (long double)x[i];
		sy += (long double)y[i];
		sxx += (long double)x[i] * (long double)x[i];
		sxy += (long double)x[i] * (long double)y[i];
	}
	long double det = n * sxx - sx * sx;
	*a = (double)((sy * sxx - sx * sxy) / det);
	*b = (double)((n * sxy - sx * sy) / det);
}

static void points_on_a_line_give_that_line(void **state)
{
	(void)state;
	const double x[] = {8, 16, 31, 50, 55}, y[] = {3 + 0.25 * 8, 3 + 0.25 * 16, 3 + 0.25 * 31, 3 + 0.25 * 50, 3 + 0.25 * 55};
	struct aln_line l;
	assert_true(aln_line_fit(&l, x, y, 5));
	NEAR(3, l.a, 1e-12);
	NEAR(0.25, l.b, 1e-14);
	NEAR(1, l.r2, 1e-14);
}

static void scattered_points_agree_with_the_normal_equations_and_no_line_is_nearer(void **state)
{
	(void)state;
	for (uint32_t r = 0; r < 200; r++) {
		double x[12], y[12], a, b, mean = 0, around = 0;
		int n = 3 + (int)(r % 10);
		for (int i = 0; i < n; i++) {
			struct rng_at at = {.seed = 7, .node = r, .step = (uint32_t)i};
			x[i] = 64 * rng_double(at);
			at.lane = 1;
			y[i] = 2 + 0.1 * x[i] + rng_normal(at);
			mean += y[i] / n;
		}
		struct aln_line l;
		assert_true(aln_line_fit(&l, x, y, n));
		fit_plain(x, y, n, &a, &b);
		NEAR(a, l.a, 1e-9 * (1 + fabs(a)));
		NEAR(b, l.b, 1e-9 * (1 + fabs(b)));
		double least = squares(x, y, n, l.a, l.b);
		for (int i = 0; i < n; i++)
			around += (y[i] - mean) * (y[i] - mean);
		NEAR(1 - least / around, l.r2, 1e-9);
		for (int i = 0; i < 4; i++)
			assert_true(squares(x, y, n, l.a + (i & 1 ? 1e-3 : -1e-3), l.b + (i & 2 ? 1e-4 : -1e-4)) >= least);
	}
}

static void a_large_common_part_costs_no_digits(void **state)
{
	(void)state;
	const double x[] = {1e9 + 1, 1e9 + 2, 1e9 + 3}, y[] = {1e6 + 2, 1e6 + 4, 1e6 + 6};
	struct aln_line l;
	assert_true(aln_line_fit(&l, x, y, 3));
	NEAR(2, l.b, 1e-12);
	NEAR(1, l.r2, 1e-12);
}

static void without_two_places_there_is_no_line(void **state)
{
	(void)state;
	const double x[] = {8, 8, 8}, y[] = {1, 2, 3}, bad[] = {1, NAN, 3};
	struct aln_line l;
	assert_false(aln_line_fit(&l, x, y, 3));
	assert_true(isnan(l.a) && isnan(l.b) && isnan(l.r2));
	assert_false(aln_line_fit(&l, x, y, 1));
	assert_false(aln_line_fit(&l, x, y, 0));
	assert_false(aln_line_fit(&l, y, bad, 3));
	assert_true(aln_line_fit(&l, y, x, 3)); /* y does not vary: flat, and nothing is left to account for */
	NEAR(8, l.a, 0);
	NEAR(0, l.b, 0);
	NEAR(1, l.r2, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(points_on_a_line_give_that_line),
		TEST(scattered_points_agree_with_the_normal_equations_and_no_line_is_nearer),
		TEST(a_large_common_part_costs_no_digits),
		TEST(without_two_places_there_is_no_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
