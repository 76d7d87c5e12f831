/* e4m3 and kern_quantise: against a naive search over all codes, and every backend against every other, to the bit. */
#include "tests/kernels/trials.h"

static const char *const backends[] = { "ref", "cpu-base", "cpu-avx2", "cpu-avx512", "check" };

/* What a code stands for, from its fields alone. */
static double value_of(int code)
{
	int e = code >> 3 & 15, m = code & 7;
	double v = e ? (1 + m / 8.0) * pow(2, e - 7) : m / 8.0 * pow(2, -6);
	return code & 0x80 ? -v : v;
}

/* The definition: the nearest of all finite codes of x's sign, of two as near the even one; beyond the largest, the largest. */
static int search(float x)
{
	int best = -1, sign = signbit(x) ? 0x80 : 0;
	double least = INFINITY;
	for (int code = 0; code < 0x7f; code++) {
		double d = fabs(fabs((double)x) - value_of(code));
		if (d < least || (d == least && code % 2 == 0)) {
			least = d;
			best = code;
		}
	}
	return (isinf(x) ? 0x7e : best) | sign;
}

static void every_code_goes_there_and_back(void **state)
{
	(void)state;
	for (int code = 0; code < 256; code++) {
		float x = kern_fp8_to_f32((uint8_t)code);
		if ((code & 0x7f) == 0x7f)
			assert_true(isnan(x));
		else
			assert_true((double)x == value_of(code) && !signbit(x) == (code < 0x80));
		assert_int_equal(kern_fp8_from_f32(copysignf(x, code >= 0x80 ? -1.0f : 1.0f)), code);
	}
}

/* Every code, every middle between two, their neighbours, the borders of the range, and floats of all magnitudes. */
static int many(float *x, int room)
{
	static const float edges[] = { 0, 447, 448, 449, 463.9999f, 464, 464.0001f, 480, 500, 1e9f, 0x1p-6f, 0x1p-9f, 0x1p-10f, 0x1p-11f,
		0x1.8p-10f, 1e-20f, 1e-40f, 0x1p-149f };
	int n = 0;
	for (int code = 0; code < 0x7f; code++)
		for (int half = 0; half < 2; half++) {
			double up = code == 0x7e ? 480 : value_of(code + 1);
			float at = (float)(half ? (value_of(code) + up) / 2 : value_of(code));
			x[n++] = at;
			x[n++] = nextafterf(at, 1e9f);
			x[n++] = nextafterf(at, -1);
		}
	for (int i = 0; i < COUNT(edges); i++)
		x[n++] = edges[i];
	for (int i = 0; n < room / 2; i++) /* exponents from 2^-16 to 2^10, any mantissa */
		x[n++] = ldexpf(1 + fabsf(value_at(77, 0, i)), (int)(bits_at(78, 0, i) % 27) - 16);
	for (int i = 0; i < n; i++)
		x[n + i] = -x[i];
	return 2 * n;
}

enum { MANY = 12000 };

static void rounding_is_the_nearest_of_all_codes(void **state)
{
	(void)state;
	static float x[MANY];
	int n = many(x, MANY);
	assert_int_equal(n, MANY);
	for (int i = 0; i < n; i++) {
		int want = search(x[i]), got = kern_fp8_from_f32(x[i]);
		if (want != got)
			fail_msg("%.9g (%a): want code %02x, got %02x", (double)x[i], (double)x[i], want, got);
	}
	assert_int_equal(kern_fp8_from_f32(INFINITY), 0x7e);
	assert_int_equal(kern_fp8_from_f32(-INFINITY), 0xfe);
	assert_int_equal(kern_fp8_from_f32(from_bits(0x7fc00000)), 0x7f);
	assert_int_equal(kern_fp8_from_f32(from_bits(0xffc12345)), 0xff);
}

/* y = x quantised by the backend, in place or not, one row. */
static void quantise(const char *backend, const float *x, float *y, int n, int block)
{
	struct kern k;
	OK(kern_open(&k, backend, NULL, KERN_F32));
	OK(kern_quantise(&k, &(struct kern_quantise){ kern_rows((float *)(uintptr_t)x, 1, n), block, kern_rows(y, 1, n) }));
	kern_close(&k);
}

/* With 448 in its group, a value's scale is 1: every backend rounds as the search does. 7 values and the 448 make a group. */
static void backends_round_as_the_search_does(void **state)
{
	(void)state;
	static float x[MANY], row[MANY * 8 / 7 + 8], y[MANY * 8 / 7 + 8];
	int n = many(x, MANY), used = 0;
	for (int i = 0; i < n; i++)
		if (fabsf(x[i]) <= 448) {
			if (used % 8 == 3) {
				row[used] = used % 16 == 3 ? 448 : -448;
				used++;
			}
			row[used++] = x[i];
		}
	used -= used % 8;
	for (int b = 0; b < COUNT(backends); b++) {
		if (!kern_backend_find(backends[b]))
			continue;
		memset(y, 0xff, sizeof y);
		quantise(backends[b], row, y, used, 8);
		for (int i = 0; i < used; i++) {
			float want = kern_fp8_to_f32((uint8_t)search(row[i]));
			if (bits(want) != bits(y[i]))
				fail_msg("%s: %.9g became %.9g, want %.9g", backends[b], (double)row[i], (double)y[i], (double)want);
		}
	}
}

/* A group by the formula, in the order in which it stands there. */
static void formula(const float *x, float *y, int n)
{
	float top = 0;
	for (int i = 0; i < n; i++)
		top = fabsf(x[i]) > top ? fabsf(x[i]) : top;
	volatile float s = (top < 1e-10f ? 1e-10f : top) / 448.0f;
	for (int i = 0; i < n; i++) {
		volatile float t = x[i] / s, q = (float)value_of(search(t));
		y[i] = q * s;
	}
}

/* Groups of every kind: tiny ones (under the clamp), zeros, denormal numbers, the largest floats; no length is special. */
static void groups_of_every_kind_follow_the_formula(void **state)
{
	(void)state;
	static const float sizes[] = { 1, 1e-10f, 0.99e-10f, 3e-11f, 1e-13f, 1e-20f, 1e-38f, 1e-44f, 0, 3e38f, 1e10f, 0.37f, 1e-3f, 448 };
	enum { BLOCK = 21, GROUPS = 3, N = BLOCK * (GROUPS - 1) + 5 };
	for (int b = 0; b < COUNT(backends); b++)
		for (int s = 0; s < COUNT(sizes) && kern_backend_find(backends[b]); s++) {
			float x[N], want[N], got[N];
			for (int i = 0; i < N; i++)
				x[i] = value_at(79, s, i) * sizes[(s + i / BLOCK) % COUNT(sizes)];
			x[1] = -0.0f;
			for (int g = 0; g < GROUPS; g++)
				formula(x + g * BLOCK, want + g * BLOCK, g + 1 < GROUPS ? BLOCK : N - g * BLOCK);
			quantise(backends[b], x, got, N, BLOCK);
			for (int i = 0; i < N; i++)
				if (bits(want[i]) != bits(got[i]))
					fail_msg("%s, sizes %d: item %d, %.9g, became %.9g, want %.9g", backends[b], s, i, (double)x[i],
						(double)got[i], (double)want[i]);
			quantise(backends[b], x, x, N, BLOCK);
			assert_memory_equal(x, got, sizeof x);
		}
}

static void a_group_with_a_nan_or_an_infinity_is_nan_throughout(void **state)
{
	(void)state;
	static const float bad[] = { INFINITY, -INFINITY, NAN };
	enum { N = 40, BLOCK = 16 };
	for (int b = 0; b + 1 < COUNT(backends); b++) /* check refuses NaN */
		for (int i = 0; i < 3 * N && kern_backend_find(backends[b]); i++) {
			float x[N], y[N];
			for (int c = 0; c < N; c++)
				x[c] = value_at(80, i, c);
			x[i % N] = bad[i / N];
			quantise(backends[b], x, y, N, BLOCK);
			for (int c = 0; c < N; c++)
				assert_true(c / BLOCK == i % N / BLOCK ? bits(y[c]) == 0x7fc00000 : isfinite(y[c]));
		}
}

static void quantising_twice_changes_nothing(void **state)
{
	(void)state;
	float x[160], y[160];
	for (int i = 0; i < 160; i++)
		x[i] = value_at(81, 0, i);
	quantise("cpu", x, y, 160, 128);
	assert_memory_not_equal(x, y, sizeof x);
	for (int i = 0; i < 160; i++) /* three bits of mantissa: a step of 2^-3, so within 2^-4, but for the smallest */
		assert_true(fabsf(y[i] - x[i]) <= 0x1p-4f * fabsf(x[i]) + 0x1p-10f / 448);
	memcpy(x, y, sizeof x);
	quantise("cpu", x, y, 160, 128);
	for (int i = 0; i < 160; i++)
		assert_true(fabsf(y[i] - x[i]) <= 0x1p-22f * fabsf(x[i]));
}

static void groups_and_shapes_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	struct kern k;
	float x[8] = { 0 }, y[8];
	OK(kern_open(&k, "cpu", NULL, KERN_BF16));
	struct kern_quantise op = { kern_rows(x, 2, 4), 0, kern_rows(y, 2, 4) };
	assert_int_equal(kern_quantise(&k, &op), ERR_USAGE);
	assert_non_null(strstr(err_message(), "groups of 0 columns"));
	op.block = 4;
	op.y.cols = 3;
	assert_int_equal(kern_quantise(&k, &op), ERR_USAGE);
	assert_non_null(strstr(err_message(), "y is [2, 3], expected [2, 4]"));
	op.y.cols = 4;
	k.bytes = 0;
	OK(kern_quantise(&k, &op));
	assert_int_equal(k.bytes, 2 * 4 * 8);
	k.backend = &(struct kern_backend){ .name = "bare" };
	assert_int_equal(kern_quantise(&k, &op), ERR_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_goes_there_and_back),
		cmocka_unit_test(rounding_is_the_nearest_of_all_codes),
		cmocka_unit_test(backends_round_as_the_search_does),
		cmocka_unit_test(groups_of_every_kind_follow_the_formula),
		cmocka_unit_test(a_group_with_a_nan_or_an_infinity_is_nan_throughout),
		cmocka_unit_test(quantising_twice_changes_nothing),
		cmocka_unit_test(groups_and_shapes_that_make_no_sense_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
