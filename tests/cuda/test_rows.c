/* Operations on rows on the cuda backend, beyond their trials: every kind of number, ties, and rows as wide as models have them. */
#include "tests/kernels/trials.h"
#include "tests/shim/shim.h"

/* Both backends, the same bits. */
static void same_as_ref(const float *x, int n, int block, bool aligned)
{
	struct kern k, ref;
	OK(kern_open(&k, "cuda", NULL, KERN_BF16));
	OK(kern_open(&ref, "ref", NULL, KERN_BF16));
	float *data = scratch((size_t)n * 4 + 16), *got = data + (aligned ? 0 : 1), *want = scratch((size_t)n * 4);
	memcpy(got, x, (size_t)n * sizeof *x);
	memcpy(want, x, (size_t)n * sizeof *x);
	OK(kern_quantise(&k, &(struct kern_quantise){ kern_rows(got, 1, n), block, kern_rows(got, 1, n) }));
	OK(kern_quantise(&ref, &(struct kern_quantise){ kern_rows(want, 1, n), block, kern_rows(want, 1, n) }));
	settled();
	for (int i = 0; i < n; i++)
		if (bits(got[i]) != bits(want[i]))
			fail_msg("block %d, item %d: %.9g became %.9g, want %.9g", block, i, (double)x[i], (double)got[i], (double)want[i]);
	free(data), free(want);
	kern_close(&k);
	kern_close(&ref);
}

/* All exponents, signs and kinds; groups of numbers of one size, and groups with an infinity or a NaN here and there. */
static void quantise_gives_the_bits_of_ref(void **state)
{
	(void)state;
	enum { N = 4096 };
	static float x[N];
	static const int blocks[] = { 128, 1, 7, 32, 128, 130, 1000, N, 3 * N };
	for (int b = 0; b < COUNT(blocks); b++) {
		for (int i = 0; i < N; i++) {
			uint32_t u = bits_at(90, b, i), size = bits_at(91, b, i / blocks[b]) % 254;
			uint32_t exponent = size > u % 12 ? size - u % 12 : 0;
			x[i] = from_bits((u & 0x80000000u) | exponent << 23 | (u >> 8 & 0x7fffff));
			if (i % 97 == 0)
				x[i] = i % 2 ? 0.0f : -0.0f;
			if (bits_at(92, b, i) % 900 == 0)
				x[i] = from_bits((u & 0x80000000u) | 0x7f800000u | (u % 2 ? 0 : 0x400001));
		}
		same_as_ref(x, N, blocks[b], b % 2);
		same_as_ref(x, N - 3, blocks[b], true);
	}
}

/* Numbers on, or a few units in the last place beside, the middles between codes, and the largest of every group; some are tiny. Where
 * `exact` the scales are powers of two. What `mask` leaves out of their bits is 0. */
static void fill_middles(float *x, int n, int block, bool exact, uint32_t mask)
{
	for (int i = 0; i < n; i++) {
		uint32_t u = bits_at(97, block, i), code = u % 0x7e, off = u >> 8 & 7;
		float top = exact ? 448 * 0x1p-9f : 1 + fabsf(value_at(98, block, i / block)), s = top / 448;
		float middle = (kern_fp8_to_f32((uint8_t)code) + kern_fp8_to_f32((uint8_t)(code + 1))) / 2 * s;
		middle = exact && off > 4 ? middle : from_bits(bits(middle) + off - 3);
		middle = from_bits(bits(i % block == (block > 3 ? 3 : 0) ? top : middle) & mask);
		x[i] = u >> 11 & 1 ? -middle : middle;
	}
}

/* y = I x, with x quantised on the way in: what kern_quantise gives, to the bit, but for the sign of a zero. And z = I x beside it, where
 * I is of bfloat16 and reads x as it is. */
static void identity_gives_what_quantise_gives(enum kern_type compute, int n, int d, int block, bool exact)
{
	struct kern k, ref;
	struct arena a;
	arena_init(&a);
	OK(kern_open(&k, "cuda", NULL, compute));
	OK(kern_open(&ref, "ref", NULL, compute));
	uint8_t *one = arena_alloc(&a, (size_t)(d * d));
	uint16_t *other = arena_alloc(&a, (size_t)(d * d) * sizeof *other);
	int n_scales = (d + block - 1) / block;
	float *scale = arena_alloc(&a, (size_t)n_scales * sizeof *scale);
	memset(one, 0, (size_t)(d * d));
	memset(other, 0, (size_t)(d * d) * sizeof *other);
	for (int i = 0; i < d; i++) {
		one[i * d + i] = kern_fp8_from_f32(1);
		other[i * d + i] = bf16_from_f32(1);
	}
	for (int i = 0; i < n_scales; i++)
		scale[i] = 1;
	struct kern_weight w = { one, KERN_FP8, d, d, (size_t)d, scale, n_scales, 0, d, block, NULL };
	struct kern_weight v = { .data = other, .type = KERN_BF16, .rows = d, .cols = d, .ld = (size_t)d };
	struct kern_view x = mat(&a, 0, NULL, n, d), y = mat(&a, 0, NULL, n, d), z = mat(&a, 0, NULL, n, d), want = mat(&a, 0, NULL, n, d);
	bool both = exact || compute == KERN_F32; /* else x is no bfloat16 */
	for (int r = 0; r < n; r++)
		fill_middles(x.data + (size_t)r * x.ld, d, block, exact, both && compute == KERN_BF16 ? 0xffff0000 : 0xffffffff);
	x.data[(size_t)(n - 1) * x.ld + (size_t)(d - 1)] = n % 2 ? INFINITY : from_bits(0xffc00001);
	OK(kern_quantise(&ref, &(struct kern_quantise){ x, block, want }));
	struct kern_matmul op = { x, both ? 2 : 1, { { .w = &w, .y = y, .keep_f32 = true, .quantised = block },
		{ .w = &v, .y = z, .keep_f32 = true } } };
	op.scratch_bytes = kern_matmul_scratch(&k, &op, n);
	op.scratch = scratch(op.scratch_bytes);
	OK(kern_matmul(&k, &op));
	settled();
	free(op.scratch);
	for (int r = 0; r < n; r++)
		for (int c = 0; c < d; c++) {
			float got = y.data[(size_t)r * y.ld + (size_t)c], was = want.data[(size_t)r * want.ld + (size_t)c];
			float as_is = both ? z.data[(size_t)r * z.ld + (size_t)c] : 0;
			if (both && (r == n - 1 ? isfinite(as_is) : !(as_is == x.data[(size_t)r * x.ld + (size_t)c])))
				fail_msg("%d rows of %d: row %d, column %d left as it is is %.9g", n, d, r, c, (double)as_is);
			if (r == n - 1 ? !isnan(got) : !(got == was))
				fail_msg("%d rows of %d, block %d: row %d, column %d is %.9g, want %.9g", n, d, block, r, c, (double)got, (double)was);
		}
	assert_padding_untouched(&y);
	kern_close(&k);
	kern_close(&ref);
	arena_release(&a);
}

static void products_read_what_quantise_makes(void **state)
{
	(void)state;
	static const int shapes_of[][3] = { { 3, 300, 128 }, { 10, 384, 128 }, { 2, 512, 256 }, { 50, 260, 1000 }, { 130, 130, 128 },
		{ 3, 140, 7 }, { 2, 33, 1 }, { 2, 300, 130 } };
	for (int i = 0; i < COUNT(shapes_of); i++)
		for (int j = 0; j < 4; j++)
			identity_gives_what_quantise_gives(j / 2 ? KERN_F32 : KERN_BF16, shapes_of[i][0], shapes_of[i][1], shapes_of[i][2], j % 2);
}

static void route_both(const float *logits, int e, int k, uint16_t *chosen, float *weights, uint16_t *chosen_ref, float *weights_ref)
{
	struct kern cuda, ref;
	OK(kern_open(&cuda, "cuda", NULL, KERN_F32));
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	struct kern_view view = kern_rows((float *)(uintptr_t)logits, 1, e);
	OK(kern_route(&cuda, &(struct kern_route){ view, k, true, chosen, weights }));
	OK(kern_route(&ref, &(struct kern_route){ view, k, true, chosen_ref, weights_ref }));
	settled();
	kern_close(&cuda);
	kern_close(&ref);
}

static void route_breaks_ties_as_ref_does(void **state)
{
	(void)state;
	static const int shapes_of[][2] = { { 5, 5 }, { 100, 40 }, { 256, 8 }, { 257, 64 }, { KERN_MAX_EXPERTS, KERN_MAX_TOP_K } };
	for (int s = 0; s < COUNT(shapes_of); s++)
		for (int kind = 0; kind < 5; kind++) {
			float logits[KERN_MAX_EXPERTS], weights[KERN_MAX_TOP_K], want[KERN_MAX_TOP_K];
			uint16_t chosen[KERN_MAX_TOP_K], chosen_ref[KERN_MAX_TOP_K];
			int e = shapes_of[s][0], k = shapes_of[s][1];
			for (int i = 0; i < e; i++) {
				uint32_t u = bits_at(93, s * 5 + kind, i);
				logits[i] = kind == 0 ? 0 : kind == 1 ? (float)(u % 3) - 1 : kind == 2 ? (u % 2 ? 0.0f : -0.0f) : value_at(94, s, i);
				if (kind == 3 && u % 2)
					logits[i] = -INFINITY;
				if (kind == 4 && u % 3 == 0)
					logits[i] = u % 2 ? from_bits(0x7fc00000) : from_bits(0xffc00000);
			}
			logits[e - 1] = kind < 4 ? logits[e - 1] : 1;
			route_both(logits, e, k, chosen, weights, chosen_ref, want);
			assert_memory_equal(chosen, chosen_ref, (size_t)k * sizeof *chosen);
			for (int j = 0; j < k; j++)
				assert_true(isnan(want[j]) ? isnan(weights[j]) : fabsf(weights[j] - want[j]) <= 1e-6f);
		}
}

/* Wider than a block of threads takes at once: aligned or not, in place or not, the same bits, and what ref gives. */
static void wide_rows_are_normed(void **state)
{
	(void)state;
	static const int widths[] = { 2047, 2048, 2052, 5120, 6001 };
	for (int w = 0; w < COUNT(widths); w++) {
		struct kern k, ref;
		struct arena a;
		int d = widths[w], id[] = { 4, 9, 7 };
		arena_init(&a);
		OK(kern_open(&k, "cuda", NULL, KERN_F32));
		OK(kern_open(&ref, "ref", NULL, KERN_F32));
		struct kern_norm op = { mat(&a, 95, id, 3, d), vec(&a, 96, d), true, 1e-6f, mat(&a, 0, NULL, 3, d) }, in_place = op, want = op;
		padding = 16 - d % 4;
		in_place.x = in_place.y = mat(&a, 95, id, 3, d);
		padding = 5;
		want.y = mat(&a, 0, NULL, 3, d);
		OK(kern_norm(&k, &op));
		OK(kern_norm(&k, &in_place));
		OK(kern_norm(&ref, &want));
		settled();
		for (int r = 0; r < 3; r++)
			for (int c = 0; c < d; c++) {
				float y = op.y.data[(size_t)r * op.y.ld + (size_t)c], z = in_place.y.data[(size_t)r * in_place.y.ld + (size_t)c];
				assert_int_equal(bits(y), bits(z));
				assert_true(fabsf(y - want.y.data[(size_t)r * want.y.ld + (size_t)c]) <= 4e-6f);
			}
		assert_padding_untouched(&op.y);
		assert_padding_untouched(&in_place.y);
		kern_close(&k);
		kern_close(&ref);
		arena_release(&a);
	}
}

static void no_rows_are_no_work(void **state)
{
	(void)state;
	struct kern k;
	float x[4];
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	unsigned long long before = shim_launches();
	OK(k.backend->norm(&k, &(struct kern_norm){ kern_rows(x, 0, 4), x, true, 1e-6f, kern_rows(x, 0, 4) }));
	OK(k.backend->quantise(&k, &(struct kern_quantise){ kern_rows(x, 0, 4), 2, kern_rows(x, 0, 4) }));
	OK(k.backend->route(&k, &(struct kern_route){ kern_rows(x, 0, 4), 2, false, NULL, NULL }));
	OK(k.backend->scatter(&k, &(struct kern_scatter){ kern_rows(x, 0, 4), NULL, kern_rows(x, 0, 4) }));
	assert_int_equal(shim_launches() - before, 0);
	kern_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantise_gives_the_bits_of_ref), cmocka_unit_test(products_read_what_quantise_makes),
		cmocka_unit_test(route_breaks_ties_as_ref_does),
		cmocka_unit_test(wide_rows_are_normed), cmocka_unit_test(no_rows_are_no_work),
	};
	settle = shim_settle;
	shim_overlap(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
