/* The front functions and what is common to all backends: limits, shapes, weights, counting, and numbers that are not numbers. */
#include "tests/kernels/kit.h"
#include <float.h>

static const char *const backends[] = { "ref", "cpu", "cpu-base" };
#define FOR_EACH_BACKEND(K) \
	for (size_t b_ = 0; b_ < sizeof backends / sizeof *backends && kern_open(&(K), backends[b_], NULL, KERN_F32) == 0; b_++)

static void assert_refused(int got, int want, const char *says)
{
	assert_int_equal(got, want);
	if (!strstr(err_message(), says))
		fail_msg("want \"%s\" in \"%s\"", says, err_message());
}

static int route_of(struct kern *k, int experts, int top_k, float *logits, uint16_t *chosen, float *weights)
{
	struct kern_route op = { kern_rows(logits, 1, experts), top_k, true, chosen, weights };
	return kern_route(k, &op);
}

static void route_ties_take_lower_index(void **state)
{
	(void)state;
	struct kern k;
	FOR_EACH_BACKEND(k) {
		float logits[] = { 1, 2, 2, 3, 2, 1, 3, 0 }, w[6];
		uint16_t chosen[6];
		static const uint16_t want[] = { 3, 6, 1, 2, 4, 0 };
		OK(route_of(&k, 8, 6, logits, chosen, w));
		assert_memory_equal(chosen, want, sizeof want);
		for (int i = 0; i < 8; i++)
			logits[i] = -0.0f * (float)(i % 2); /* 0 and -0 are a tie, too */
		OK(route_of(&k, 8, 6, logits, chosen, w));
		for (int i = 0; i < 6; i++)
			assert_int_equal(chosen[i], i);
	}
}

static void route_with_nan_ends_with_distinct_experts(void **state)
{
	(void)state;
	struct kern k;
	FOR_EACH_BACKEND(k) {
		float logits[5], w[5];
		uint16_t chosen[5];
		for (int kind = 0; kind < 3; kind++) {
			for (int i = 0; i < 5; i++)
				logits[i] = kind == 0 ? NAN : kind == 1 ? (i % 2 ? NAN : (float)i) : -INFINITY;
			OK(route_of(&k, 5, 5, logits, chosen, w));
			int seen = 0;
			for (int i = 0; i < 5; i++)
				seen |= 1 << chosen[i];
			assert_int_equal(seen, 31);
			if (kind == 1)
				assert_int_equal(chosen[0], 4);
		}
	}
}

static void limits_hold_at_limit_and_not_beyond(void **state)
{
	(void)state;
	struct kern k;
	static float logits[KERN_MAX_EXPERTS + 1], w[KERN_MAX_TOP_K + 1], x[4 * (KERN_MAX_HEAD + 1)], y[KERN_MAX_HEAD + 1];
	static uint16_t chosen[KERN_MAX_TOP_K + 1];
	static char pool[2 * 4 * KERN_PAGE * (KERN_MAX_HEAD + 1)] __attribute__((aligned(64)));
	FOR_EACH_BACKEND(k) {
		OK(route_of(&k, KERN_MAX_EXPERTS, KERN_MAX_TOP_K, logits, chosen, w));
		assert_int_equal(chosen[KERN_MAX_TOP_K - 1], KERN_MAX_TOP_K - 1);
		assert_refused(route_of(&k, KERN_MAX_EXPERTS + 1, 1, logits, chosen, w), ERR_LIMIT, "1025 experts, at most 1024");
		assert_refused(route_of(&k, KERN_MAX_EXPERTS, KERN_MAX_TOP_K + 1, logits, chosen, w), ERR_LIMIT,
			"65 experts a row, at most 64");
		assert_refused(route_of(&k, 8, 9, logits, chosen, w), ERR_USAGE, "9 of 8");
		assert_refused(route_of(&k, 8, 0, logits, chosen, w), ERR_USAGE, "0 of 8");
		for (int dim = KERN_MAX_HEAD; dim <= KERN_MAX_HEAD + 1; dim++) {
			int32_t t = 0, page = 0;
			const int32_t *table = &page;
			struct kern_attention op = { .q = kern_rows(x, 1, dim), .kx = kern_rows(x + dim, 1, dim),
				.vx = kern_rows(x + 2 * dim, 1, dim), .heads = 1, .kv_heads = 1,
						     .dim = dim, .scale = 1, .position = &t, .table = &table, .pool = pool,
							.n_pages = 1, .y = kern_rows(y, 1, dim) };
			if (dim == KERN_MAX_HEAD)
				OK(kern_attention(&k, &op));
			else
				assert_refused(kern_attention(&k, &op), ERR_LIMIT, "heads of width 513, at most 512");
		}
	}
}

static void shapes_that_do_not_fit_are_named(void **state)
{
	(void)state;
	struct kern k;
	float x[12] = { 0 }, y[12];
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	struct kern_weight w = { .data = x, .type = KERN_F32, .rows = 3, .cols = 4, .ld = 4 };
	struct kern_matmul op = { .x = kern_rows(x, 2, 5), .n_out = 1, .out = { { .w = &w, .y = kern_rows(y, 2, 3) } } };
	assert_refused(kern_matmul(&k, &op), ERR_USAGE, "matmul: W is [3, 4], expected [3, 5]");
	op.x = kern_rows(x, 2, 4);
	op.out[0].y = kern_rows(y, 3, 3);
	assert_refused(kern_matmul(&k, &op), ERR_USAGE, "matmul: y is [3, 3], expected [2, 3]");
	op.out[0].y = kern_rows(y, 2, 3);
	op.out[0].y.ld = 2;
	assert_refused(kern_matmul(&k, &op), ERR_USAGE, "leading dimension of 2 for 3 columns");
	op.out[0].y.ld = 3;
	op.n_out = KERN_MAX_OUT + 1;
	assert_refused(kern_matmul(&k, &op), ERR_LIMIT, "5 matrices");
	op.n_out = 1;
	w.type = KERN_FP8;
	assert_refused(kern_matmul(&k, &op), ERR_USAGE, "FP8 without scales");
	int32_t id = 3;
	w.type = KERN_F32;
	op.out[0].quantised = 4;
	assert_refused(kern_matmul(&k, &op), ERR_USAGE, "matmul: quantised in groups of 4 columns for weights of type f32");
	struct kern_weight q = { .data = x, .type = KERN_FP8, .rows = 3, .cols = 4, .ld = 4, .scale = x, .scale_ld = 1, .block_rows = 3, .block_cols = 4 };
	struct kern_matmul both = { .x = op.x, .n_out = 2, .out = { { .w = &q, .y = op.out[0].y, .quantised = 4 }, { .w = &w, .y = op.out[0].y } } };
	assert_refused(kern_matmul(&k, &both), ERR_USAGE, "for one output and not for another, and the cpu backend does not quantise");
	struct kern_embed embed = { &w, &id, kern_rows(y, 1, 4) };
	assert_refused(kern_embed(&k, &embed), ERR_USAGE, "id 3 in row 0, the table has 3 rows");
	embed.drawn = &id;
	embed.n_drawn = 1;
	embed.ids = (const int32_t[]){ -1 };
	assert_refused(kern_embed(&k, &embed), ERR_USAGE, "id 3 in row 0, the table has 3 rows");
	embed.ids = (const int32_t[]){ -2 };
	assert_refused(kern_embed(&k, &embed), ERR_USAGE, "id -2 in row 0, the table has 3 rows");
	struct kern_mlp mlp = { w, w, { .data = x, .type = KERN_F32, .rows = 4, .cols = 3, .ld = 3 } };
	uint16_t chosen[2] = { 0, 1 };
	struct kern_experts experts = { .x = kern_rows(x, 2, 4), .experts = chosen, .weights = x, .top_k = 1, .n_experts = 1,
		.mlp = &mlp, .y = kern_rows(y, 2, 4) };
	static char scratch[8192] __attribute__((aligned(64)));
	experts.scratch = scratch;
	assert_refused(kern_experts(&k, &experts), ERR_USAGE, "0 bytes of scratch for 2 rows");
	experts.scratch_bytes = sizeof scratch;
	assert_refused(kern_experts(&k, &experts), ERR_USAGE, "expert 1 in row 1, there are 1");
	experts.block = 4;
	assert_refused(kern_experts(&k, &experts), ERR_USAGE, "a block of 4, and no quantised rows");
	struct kern_view rows = kern_rows(x, 1, 4);
	experts.quantised = &rows;
	assert_refused(kern_experts(&k, &experts), ERR_USAGE, "experts: quantised is [1, 4], expected [2, 4]");
	experts.block = -1;
	assert_refused(kern_experts(&k, &experts), ERR_USAGE, "groups of -1 columns");
}

static void pages_that_are_not_there_are_named(void **state)
{
	(void)state;
	struct kern k;
	FOR_EACH_BACKEND(k) {
		_Alignas(64) char pool[4 * 64] = {0};
		int32_t from[] = { 0, 2 }, to[] = { 1, 3 };
		struct kern_pages op = { pool, 1, 4, 64, 2, from, to };
		OK(kern_pages(&k, &op));
		assert_int_equal(k.bytes, 2 * 2 * 64);
		to[1] = 4;
		assert_refused(kern_pages(&k, &op), ERR_USAGE, "pages: page 4 becomes page 2, there are 4");
		to[1] = 3, from[0] = -1;
		assert_refused(kern_pages(&k, &op), ERR_USAGE, "pages: page 1 becomes page -1, there are 4");
		op.page_bytes = 32;
		assert_refused(kern_pages(&k, &op), ERR_USAGE, "pages of 32 bytes must be aligned to 64");
		op.n = -1;
		assert_refused(kern_pages(&k, &op), ERR_USAGE, "pages: -1 pages to copy");
	}
}

static void unknown_backends_and_missing_operations_are_errors(void **state)
{
	(void)state;
	struct kern k;
	assert_refused(kern_open(&k, "gpu", NULL, KERN_F32), ERR_USAGE, "unknown backend \"gpu\"");
	assert_refused(kern_open(&k, "cpu", NULL, KERN_F16), ERR_UNSUPPORTED, "activations of type f16");
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	struct kern_backend without = *k.backend;
	float x[1] = { 0 };
	struct kern_norm op = { kern_rows(x, 1, 1), x, false, 0, kern_rows(x, 1, 1) };
	without.norm = NULL;
	k.backend = &without;
	assert_refused(kern_norm(&k, &op), ERR_UNSUPPORTED, "the cpu backend has no norm");
}

static void weights_that_cannot_be_computed_with_are_refused(void **state)
{
	(void)state;
	uint8_t q[6] = { 0, 1, 0x7e, 0x80, 0xfe, 0x7f };
	float scale[1] = { 1 };
	struct kern_weight w = { .data = q, .type = KERN_FP8, .rows = 2, .cols = 3, .ld = 3, .scale = scale, .scale_ld = 1,
		.block_rows = 128, .block_cols = 128 };
	assert_refused(kern_weight_check(&w), ERR_FORMAT, "FP8 weight (1, 2) is not a number");
	q[5] = 0xff;
	assert_refused(kern_weight_check(&w), ERR_FORMAT, "(1, 2) is not a number (code 0xff)");
	q[5] = 0;
	OK(kern_weight_check(&w));
	static const float bad[] = { NAN, INFINITY, -INFINITY, KERN_SCALE_MAX, FLT_MAX };
	for (int i = 0; i < 5; i++) {
		scale[0] = bad[i];
		assert_refused(kern_weight_check(&w), ERR_FORMAT, "FP8 scale");
	}
	scale[0] = nextafterf(KERN_SCALE_MAX, 0);
	OK(kern_weight_check(&w));
	uint16_t h[2] = { 0x3c00, 0x7c00 };
	struct kern_weight f16 = { .data = h, .type = KERN_F16, .rows = 1, .cols = 2, .ld = 2 };
	assert_refused(kern_weight_check(&f16), ERR_FORMAT, "F16 weight (0, 1) is infinite");
}

/* e4m3fn by its definition, for all 254 codes that are numbers, through every backend's matmul and embed. */
static void all_fp8_codes_are_decoded_exactly(void **state)
{
	(void)state;
	struct kern k;
	uint8_t q[256];
	float scale[1] = { 0.75f }, x[1] = { 1 }, y[256], z[256];
	for (int i = 0; i < 256; i++)
		q[i] = (uint8_t)((i & 0x7f) == 0x7f ? 0 : i);
	FOR_EACH_BACKEND(k) {
		struct kern_weight w = { .data = q, .type = KERN_FP8, .rows = 256, .cols = 1, .ld = 1, .scale = scale,
			.scale_ld = 1, .block_rows = 300, .block_cols = 1 };
		struct kern_matmul op = { .x = kern_rows(x, 1, 1), .n_out = 1, .out = { { .w = &w, .y = kern_rows(y, 1, 256) } } };
		OK(kern_matmul(&k, &op));
		struct kern_weight row = w;
		int32_t zero = 0;
		row.rows = 1;
		row.cols = row.block_cols = 256;
		row.ld = 256;
		struct kern_embed embed = { &row, &zero, kern_rows(z, 1, 256) };
		OK(kern_embed(&k, &embed));
		for (int i = 0; i < 256; i++) {
			int e = q[i] >> 3 & 15, m = q[i] & 7;
			double want = (e ? (1 + m / 8.0) * pow(2, e - 7) : m / 8.0 * pow(2, -6)) * (q[i] & 0x80 ? -0.75 : 0.75);
			assert_true((double)y[i] == want && (double)z[i] == want);
		}
	}
}

static void bytes_and_multiply_adds_are_counted(void **state)
{
	(void)state;
	struct kern k;
	float x[6] = { 0 }, y[8];
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	uint16_t h[12] = { 0 };
	struct kern_weight w = { .data = h, .type = KERN_BF16, .rows = 4, .cols = 3, .ld = 3 };
	struct kern_matmul op = { .x = kern_rows(x, 2, 3), .n_out = 1, .out = { { .w = &w, .y = kern_rows(y, 2, 4) } } };
	OK(kern_matmul(&k, &op));
	assert_int_equal(k.bytes, 2 * 3 * 4 + 4 * 3 * 2 + 2 * 4 * 4);
	assert_int_equal(k.macs, 2 * 4 * 3);
}

/* NaN and infinity go through every operation of a layer without a hang, and do not reach other rows. */
static void not_a_number_stays_in_its_row(void **state)
{
	(void)state;
	struct kern k;
	FOR_EACH_BACKEND(k) {
		struct arena a;
		arena_init(&a);
		int rows[3] = { 0, 1, 2 };
		struct kern_view x = mat(&a, 1, rows, 3, 20), y = mat(&a, 2, rows, 3, 20);
		x.data[x.ld + 3] = NAN;
		struct kern_weight w = weight(&a, &k, 3, 20, 20, (struct weight_spec){ KERN_BF16, 0, 0, 0, true });
		struct kern_matmul op = { .x = x, .n_out = 1, .out = { { .w = &w, .y = y } } };
		OK(kern_matmul(&k, &op));
		struct kern_norm norm = { y, vec(&a, 4, 20), true, 1e-6f, y };
		OK(kern_norm(&k, &norm));
		for (int c = 0; c < 20; c++)
			assert_true(isfinite(y.data[c]) && isnan(y.data[y.ld + (size_t)c]) &&
				isfinite(y.data[2 * y.ld + (size_t)c]));
		arena_release(&a);
	}
}

static void rotary_angles_are_those_of_the_formula(void **state)
{
	(void)state;
	float t[3 * 4];
	kern_rotary_fill(t, 3, 4, 1e4);
	assert_true(t[0] == 1 && t[1] == 1 && t[2] == 0 && t[3] == 0);
	assert_true(t[8] == (float)cos(2) && t[9] == (float)cos(0.02) && t[10] == (float)sin(2) && t[11] == (float)sin(0.02));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_ties_take_lower_index), cmocka_unit_test(route_with_nan_ends_with_distinct_experts),
			cmocka_unit_test(limits_hold_at_limit_and_not_beyond),
		cmocka_unit_test(shapes_that_do_not_fit_are_named), cmocka_unit_test(pages_that_are_not_there_are_named),
			cmocka_unit_test(unknown_backends_and_missing_operations_are_errors),
		cmocka_unit_test(weights_that_cannot_be_computed_with_are_refused),
			cmocka_unit_test(all_fp8_codes_are_decoded_exactly),
		cmocka_unit_test(bytes_and_multiply_adds_are_counted), cmocka_unit_test(not_a_number_stays_in_its_row),
			cmocka_unit_test(rotary_angles_are_those_of_the_formula),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
