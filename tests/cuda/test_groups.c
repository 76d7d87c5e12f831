/* Products that warp groups compute where the device has them, beside others in one call: rows alone and among any number, exact where
 * nothing rounds, near to ref where it does; and what an older device makes of the same. The trials (test_trials.c) have the small shapes. */
#include "tests/kernels/kit.h"
#include "tests/shim/shim.h"

enum { IN = 1152 + 48, OUT = 200, MOST = 430, ALONE = 31 }; /* ten blocks of 128, the last one short; two strips, the last one not full */
static const int counts[] = {1, 2, 9, 17, 64, 65, 128, 300, 360, 400, MOST}; /* the last four: tiles of 256 rows, and 44, 104, 144 and 174 more */
static int ids[MOST], in = IN; /* in: inputs of the products */

/* What the outputs of a call are. */
struct combination {
	int n;
	struct weight_spec spec[KERN_MAX_OUT];
	int quantised[KERN_MAX_OUT];
};

static const struct combination combinations[] = {
	{1, {{.type = KERN_BF16}}, {0}},
	{1, {{KERN_FP8, 16, 128, 0, false}}, {0}},
	{1, {{KERN_FP8, 128, 128, 5, false}}, {128}},
	{1, {{KERN_FP8, 24, 128, 0, false}}, {128}}, /* a warp's outputs have scales of two blocks */
	{1, {{KERN_FP8, 200, 128, 70, false}}, {128}},
	{4, {{KERN_FP8, 128, 128, 0, false}, {.type = KERN_BF16}, {KERN_FP8, 128, 256, 0, false}, {.type = KERN_F32}}, {128, 0, 0, 0}},
};

/* [n][c->n * OUT], f32. Residuals with every second output. */
static void products(struct kern *k, const struct combination *c, const int *rows, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	struct kern_weight w[KERN_MAX_OUT];
	struct kern_matmul op = {.x = mat(&a, 4, rows, n, in), .n_out = c->n};
	for (int j = 0; j < c->n; j++) {
		w[j] = weight(&a, k, 20 + (uint32_t)j, OUT, in, c->spec[j]);
		op.out[j] = (struct kern_matmul_out){.w = &w[j], .y = mat(&a, 5 + (uint32_t)j, rows, n, OUT), .keep_f32 = true,
		                                     .quantised = small_integers ? 0 : c->quantised[j]};
		if (j % 2)
			op.out[j].residual = &op.out[j].y;
	}
	op.scratch_bytes = kern_matmul_scratch(k, &op, n);
	op.scratch = op.scratch_bytes ? scratch(op.scratch_bytes) : NULL;
	OK(kern_matmul(k, &op));
	settled();
	for (int j = 0; j < c->n; j++)
		take(out, c->n * OUT, j * OUT, &op.out[j].y);
	free(op.scratch);
	arena_release(&a);
}

static void assert_rows_equal(const char *what, const float *a, const float *b, size_t width)
{
	for (size_t i = 0; i < width; i++)
		if (memcmp(&a[i], &b[i], sizeof *a))
			fail_msg("%s: output %zu is %.9g and %.9g", what, i, (double)a[i], (double)b[i]);
}

static void open_bf16(struct kern *k)
{
	OK(kern_open(k, "cuda", NULL, KERN_BF16));
	for (int i = 0; i < MOST; i++)
		ids[i] = i * 7 % MOST;
}

static void rows_alone_and_among_any_number(void **state)
{
	(void)state;
	struct kern k;
	open_bf16(&k);
	for (size_t i = 0; i < sizeof combinations / sizeof *combinations; i++) {
		size_t width = (size_t)combinations[i].n * OUT;
		float *many = mem_array(MOST * width, sizeof *many), *alone = mem_array(MOST * width, sizeof *alone);
		for (int r = 0; r < MOST; r += ALONE)
			products(&k, &combinations[i], &ids[r], 1, alone + (size_t)r * width);
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c += getenv("COPPICE_SAN") ? 3 : 1) {
			products(&k, &combinations[i], ids, counts[c], many);
			for (int r = 0; r < counts[c]; r += ALONE)
				assert_rows_equal("a row alone and among others", alone + (size_t)r * width, many + (size_t)r * width, width);
		}
		mem_free(many);
		mem_free(alone);
	}
	kern_close(&k);
}

/* With what kern_quantise makes of the rows first, where they are to be quantised: for ref, which does not do it itself. */
static void products_by_ref(struct kern *ref, const struct combination *c, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	for (int j = 0; j < c->n; j++) {
		struct kern_weight w = weight(&a, ref, 20 + (uint32_t)j, OUT, in, c->spec[j]);
		struct kern_view x = mat(&a, 4, ids, n, in), y = mat(&a, 5 + (uint32_t)j, ids, n, OUT);
		if (c->quantised[j] && !small_integers)
			OK(kern_quantise(ref, &(struct kern_quantise){x, c->quantised[j], x}));
		OK(kern_matmul(ref, &(struct kern_matmul){
		                        .x = x, .n_out = 1, .out = {{.w = &w, .y = y, .keep_f32 = true, .residual = j % 2 ? &y : NULL}}}));
		take(out, c->n * OUT, j * OUT, &y);
	}
	arena_release(&a);
}

/* Small integers to the bit; others within what any order of sums keeps, and a rounding of what a residual is added to. */
static void hold_to_ref(double bound)
{
	struct kern k, ref;
	open_bf16(&k);
	OK(kern_open(&ref, "ref", NULL, KERN_BF16));
	for (size_t i = 0; i < sizeof combinations / sizeof *combinations; i++)
		for (int n = 41; n <= MOST; n += 260) {
			size_t width = (size_t)combinations[i].n * OUT;
			float *got = mem_array((size_t)n * width, sizeof *got), *want = mem_array((size_t)n * width, sizeof *want);
			products(&k, &combinations[i], ids, n, got);
			products_by_ref(&ref, &combinations[i], n, want);
			for (size_t at = 0; at < (size_t)n * width; at++) {
				double top = fmax(1, fabs((double)want[at]));
				if (!(fabs((double)got[at] - (double)want[at]) <= bound * top))
					fail_msg("combination %zu, %d rows: row %zu, output %zu is %.9g, want %.9g", i, n, at / width, at % width,
						(double)got[at], (double)want[at]);
			}
			mem_free(got);
			mem_free(want);
		}
	kern_close(&ref);
	kern_close(&k);
}

static void small_integers_are_exact(void **state)
{
	(void)state;
	small_integers = true;
	hold_to_ref(0);
	padding = 8; /* rows that can be written four sums at a time */
	hold_to_ref(0);
	padding = 5;
	small_integers = false;
}

static void reals_are_near_to_ref(void **state)
{
	(void)state;
	hold_to_ref(0x1p-7);
}

/* Items of so many inputs, of which a block has several with the same rows. */
static void short_items(const char *what, int inputs, int n)
{
	static const struct combination four = {4, {{.type = KERN_BF16}, {.type = KERN_BF16}, {.type = KERN_BF16}, {.type = KERN_BF16}}, {0}};
	struct kern k, ref;
	float *got = mem_array(4 * MOST * OUT, sizeof *got), *want = mem_array(4 * MOST * OUT, sizeof *want);
	open_bf16(&k);
	OK(kern_open(&ref, "ref", NULL, KERN_BF16));
	in = inputs;
	small_integers = true;
	products(&k, &four, ids, n, got);
	products_by_ref(&ref, &four, n, want);
	small_integers = false;
	in = IN;
	assert_rows_equal(what, got, want, 4 * n * OUT);
	kern_close(&ref);
	kern_close(&k);
	mem_free(got);
	mem_free(want);
}

/* Blocks that go from item to item faster than stages fill; and rows that stay where they are, as there are as many chunks as stages. */
static void items_of_few_chunks(void **state)
{
	(void)state;
	short_items("items of one chunk", 48, MOST);
	short_items("items of four chunks", 256, 200);
}

/* A warp has the scales of 32 chunks at a time. */
static void inputs_of_more_chunks_than_lanes(void **state)
{
	(void)state;
	enum { ROWS = 20, ONE = 7 };
	struct kern k, ref;
	float *got = mem_array(ROWS * OUT, sizeof *got), *want = mem_array(ROWS * OUT, sizeof *want), alone[OUT];
	open_bf16(&k);
	OK(kern_open(&ref, "ref", NULL, KERN_BF16));
	in = 33 * 128 + 16;
	products(&k, &combinations[2], ids, ROWS, got);
	products(&k, &combinations[2], &ids[ONE], 1, alone);
	products_by_ref(&ref, &combinations[2], ROWS, want);
	in = IN;
	assert_rows_equal("a row of many inputs alone and among others", alone, got + ONE * OUT, OUT);
	for (int i = 0; i < ROWS * OUT; i++)
		if (!(fabs((double)got[i] - (double)want[i]) <= 0x1p-7 * fmax(1, fabs((double)want[i]))))
			fail_msg("row %d, output %d is %.9g, want %.9g", i / OUT, i % OUT, (double)got[i], (double)want[i]);
	kern_close(&ref);
	kern_close(&k);
	mem_free(got);
	mem_free(want);
}

/* An older device knows no warp groups: how weights lie changes nothing there. */
static void an_older_device_takes_the_usual_way(void **state)
{
	(void)state;
	struct kern k;
	const struct combination *c = &combinations[3];
	size_t width = (size_t)c->n * OUT;
	float *aligned = mem_array(70 * width, sizeof *aligned), *others = mem_array(70 * width, sizeof *others);
	shim_device(8);
	open_bf16(&k);
	products(&k, c, ids, 70, aligned);
	aligned_weights = false;
	products(&k, c, ids, 70, others);
	aligned_weights = true;
	assert_rows_equal("weights that are aligned and others", aligned, others, 70 * width);
	kern_close(&k);
	shim_device(9);
	mem_free(aligned);
	mem_free(others);
}

static void without_scratch_it_is_refused(void **state)
{
	(void)state;
	struct kern k;
	struct arena a;
	arena_init(&a);
	open_bf16(&k);
	struct kern_weight w = weight(&a, &k, 20, 3, 5, (struct weight_spec){.type = KERN_BF16});
	struct kern_matmul op = {.x = mat(&a, 4, ids, 9, 5), .n_out = 1, .out = {{.w = &w, .y = mat(&a, 0, NULL, 9, 3)}}};
	assert_int_equal(kern_matmul(&k, &op), ERR_USAGE);
	assert_non_null(strstr(err_message(), "0 bytes of scratch for 9 rows"));
	kern_close(&k);
	arena_release(&a);
}

/* -- forms -- */

enum { FORMED = 21 };

/* y = norm of rows; forms NULL, or y's. */
static void norm_rows(struct kern *k, struct arena *a, uint32_t what, const int *rows, struct kern_view *y, const struct kern_forms *forms)
{
	float *w = arena_alloc(a, (size_t)y->cols * sizeof *w);
	for (int i = 0; i < y->cols; i++)
		w[i] = bf16_to_f32(bf16_from_f32(value_at(40, 0, i)));
	OK(kern_norm(k, &(struct kern_norm){.x = mat(a, what, rows, y->rows, y->cols), .w = w, .eps = 1e-6f, .y = *y, .forms = forms}));
	settled();
}

static void a_norm_makes_forms(void **state)
{
	(void)state;
	struct kern k;
	struct arena a;
	arena_init(&a);
	open_bf16(&k);
	struct kern_view y = mat(&a, 0, NULL, FORMED, IN);
	struct kern_forms forms = forms_for(&k, FORMED, IN);
	assert_non_null(forms.data);
	norm_rows(&k, &a, 4, ids, &y, &forms);
	hold_forms(&k, &y, &forms);
	kern_close(&k);
	arena_release(&a);
}

static void forms_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	struct kern k;
	struct arena a;
	arena_init(&a);
	open_bf16(&k);
	struct kern_view x = mat(&a, 4, ids, FORMED, IN);
	struct kern_forms forms = forms_for(&k, FORMED, IN), short_of_one = forms, blocks_of_64 = forms, plain = forms;
	struct kern_weight w = weight(&a, &k, 20, OUT, IN, (struct weight_spec){KERN_FP8, 128, 128, 0, false});
	struct kern_matmul op = {.x = x, .n_out = 1, .out = {{.w = &w, .y = mat(&a, 0, NULL, FORMED, OUT), .quantised = 128}}};
	op.scratch_bytes = kern_matmul_scratch(&k, &op, FORMED);
	op.scratch = scratch(op.scratch_bytes);
	short_of_one.first = FORMS_ROOM + 1;
	blocks_of_64.block = 64;
	plain.block = 0;
	assert_int_equal(kern_forms_bytes(&k, FORMED, IN, 64), 0);
	const struct kern_forms *wrong[] = {&short_of_one, &blocks_of_64, &plain};
	static const char *const why[] = {"21 rows from row 4 on, and there is room for 24", "no forms in blocks of 64",
	                                  "in blocks of 128, and their forms are in blocks of 0"};
	for (int i = 0; i < 3; i++) {
		op.forms = wrong[i];
		assert_int_equal(kern_matmul(&k, &op), ERR_USAGE);
		assert_non_null(strstr(err_message(), why[i]));
	}
	free(op.scratch);
	free(forms.data);
	kern_close(&k);
	arena_release(&a);
}

/* -- experts -- */

enum { D = 320, WIDTH = 136, SHARED = 400 /* four chunks of codes: as many as there are stages of the largest tiles */, EXPERTS = 6, TOP = 3 };

/* Rows are normed first where this says so, with their forms or without. */
static bool normed, formed;

/* Every row has expert 1 and none has expert 4. What FP8 matrices read is quantised; the last but one expert is bfloat16. */
static void experts(struct kern *k, bool fp8, const int *rows, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	struct weight_spec plain = {.type = KERN_BF16}, codes = {KERN_FP8, 128, 128, 0, false};
	struct kern_mlp mlp[EXPERTS], shared;
	for (int i = 0; i <= EXPERTS; i++) {
		struct weight_spec s = fp8 && i != EXPERTS - 2 ? codes : plain;
		int width = i == EXPERTS ? SHARED : WIDTH;
		uint32_t what = 100 + 3 * (uint32_t)i;
		*(i == EXPERTS ? &shared : &mlp[i]) = (struct kern_mlp){weight(&a, k, what, width, D, s), weight(&a, k, what + 1, width, D, s),
		                                                        weight(&a, k, what + 2, D, width, s)};
	}
	struct kern_weight gate = weight(&a, k, 33, 1, D, plain);
	uint16_t *chosen = arena_alloc(&a, (size_t)(n * TOP) * sizeof *chosen);
	float *weights = arena_alloc(&a, (size_t)(n * TOP) * sizeof *weights);
	for (int r = 0; r < n; r++) {
		static const uint16_t others[] = {0, 2, 3, 5};
		chosen[r * TOP] = others[rows[r] % 4];
		chosen[r * TOP + 1] = 1;
		chosen[r * TOP + 2] = others[(rows[r] % 4 + 1 + rows[r] / 4 % 3) % 4];
		for (int j = 0; j < TOP; j++)
			weights[r * TOP + j] = fabsf(activation_at(34, rows[r], j));
	}
	struct kern_view residual = mat(&a, 10, rows, n, D), x = mat(&a, 9, rows, n, D), quantised = mat(&a, 0, NULL, n, D);
	struct kern_experts op = {.x = x, .experts = chosen, .weights = weights, .top_k = TOP, .n_experts = EXPERTS, .mlp = mlp, .shared = &shared,
	                          .shared_gate = &gate, .residual = &residual, .y = residual, .block = fp8 ? 128 : 0};
	struct kern_forms forms = forms_for(k, n, D);
	op.forms = normed && formed ? &forms : NULL;
	if (normed)
		norm_rows(k, &a, 9, rows, &op.x, op.forms);
	if (fp8 && !kern_quantises(k)) {
		OK(kern_quantise(k, &(struct kern_quantise){x, 128, quantised}));
		op.quantised = &quantised;
	}
	op.scratch_bytes = kern_experts_scratch(k, &op, n);
	op.scratch = scratch(op.scratch_bytes);
	void *plan = scratch(kern_experts_plan_bytes(k, &op));
	OK(kern_experts_plan(k, &op, plan));
	op.plan = plan;
	OK(kern_experts(k, &op));
	settled();
	take(out, D, 0, &op.y);
	free(forms.data);
	free(plan);
	free(op.scratch);
	arena_release(&a);
}

static void experts_read_forms(void **state)
{
	(void)state;
	struct kern k;
	float *with = mem_array((size_t)MOST * D, sizeof *with), *without = mem_array((size_t)MOST * D, sizeof *without);
	open_bf16(&k);
	normed = true;
	for (int n = 3; n < 60; n += 50) { /* with few pairs, and with more */
		formed = true;
		experts(&k, true, ids, n, with);
		formed = false;
		experts(&k, true, ids, n, without);
		assert_rows_equal("experts with forms of their rows and without", with, without, (size_t)(n * D));
	}
	normed = false;
	kern_close(&k);
	mem_free(with);
	mem_free(without);
}

static void experts_of_any_number_of_rows(void **state)
{
	(void)state;
	struct kern k, ref;
	float *many = mem_array((size_t)MOST * D, sizeof *many), *want = mem_array((size_t)MOST * D, sizeof *want);
	open_bf16(&k);
	OK(kern_open(&ref, "ref", NULL, KERN_BF16));
	for (int fp8 = 0; fp8 < 2; fp8++) {
		experts(&ref, fp8, ids, MOST, want);
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c += 3) {
			experts(&k, fp8, ids, counts[c], many);
			for (int r = 0; r < counts[c]; r++) {
				double top = 0;
				for (int i = 0; i < D; i++)
					top = fmax(top, fabs((double)want[r * D + i]));
				for (int i = 0; i < D; i++)
					if (!(fabs((double)many[r * D + i] - (double)want[r * D + i]) <= 0x1p-4 * top))
						fail_msg("%d rows: row %d, column %d is %.9g, want %.9g", counts[c], r, i, (double)many[r * D + i],
							(double)want[r * D + i]);
			}
			for (int r = 0; r < counts[c]; r += 4 * ALONE) {
				float alone[D];
				experts(&k, fp8, &ids[r], 1, alone);
				assert_rows_equal("experts of a row alone and among others", alone, many + (size_t)r * D, D);
			}
		}
	}
	kern_close(&ref);
	kern_close(&k);
	mem_free(many);
	mem_free(want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_alone_and_among_any_number), cmocka_unit_test(small_integers_are_exact),
		cmocka_unit_test(reals_are_near_to_ref), cmocka_unit_test(inputs_of_more_chunks_than_lanes), cmocka_unit_test(items_of_few_chunks),
		cmocka_unit_test(an_older_device_takes_the_usual_way),
		cmocka_unit_test(without_scratch_it_is_refused), cmocka_unit_test(a_norm_makes_forms),
		cmocka_unit_test(forms_that_do_not_fit_are_refused), cmocka_unit_test(experts_read_forms),
		cmocka_unit_test(experts_of_any_number_of_rows),
	};
	settle = shim_settle;
	bf16_activations = aligned_weights = true;
	shim_overlap(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
