/* Products of many blocks of inputs, bit by bit before any rounding: a row alone, and among so many that every tile shape is met. The
 * other tests round their results to bfloat16 or have few blocks, where another order of sums hardly shows. */
#include "tests/kernels/kit.h"
#include "tests/shim/shim.h"

enum { IN = 1152 + 48, OUT = 37, MOST = 200, ALONE = 5 }; /* ten blocks of 128, the last one short */
static const int counts[] = {2, 8, 9, 16, 17, 33, 48, 49, 65, 130, MOST};

/* keep_f32 results [n][OUT] of rows ids[n]. */
static void product(struct kern *k, struct weight_spec spec, int quantised, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	struct kern_weight w = weight(&a, k, 20, OUT, IN, spec);
	struct kern_view y = mat(&a, 0, NULL, n, OUT);
	struct kern_matmul op = {.x = mat(&a, 4, ids, n, IN), .n_out = 1, .out = {{.w = &w, .y = y, .keep_f32 = true, .quantised = quantised}}};
	op.scratch_bytes = kern_matmul_scratch(k, &op, n);
	op.scratch = scratch(op.scratch_bytes);
	OK(kern_matmul(k, &op));
	shim_settle();
	free(op.scratch);
	take(out, OUT, 0, &y);
	arena_release(&a);
}

static void rows_alone_and_among_any_number(enum kern_type compute, struct weight_spec spec, int quantised)
{
	struct kern k;
	int ids[MOST];
	float *many = mem_array((size_t)MOST * OUT, sizeof *many), *alone = mem_array((size_t)MOST * OUT, sizeof *alone);
	bf16_activations = compute == KERN_BF16;
	OK(kern_open(&k, "cuda", NULL, compute));
	for (int i = 0; i < MOST; i++) {
		ids[i] = i * 7 % MOST;
		if (i % ALONE == 0 || i < 17)
			product(&k, spec, quantised, &ids[i], 1, alone + (size_t)i * OUT);
	}
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		product(&k, spec, quantised, ids, counts[c], many);
		for (int i = 0; i < counts[c]; i++)
			if ((i % ALONE == 0 || i < 17) && memcmp(alone + (size_t)i * OUT, many + (size_t)i * OUT, OUT * sizeof *many))
				fail_msg("%s weights: row %d differs between alone and among %d", kern_type_name(spec.type), i, counts[c]);
	}
	kern_close(&k);
	bf16_activations = false;
	mem_free(many);
	mem_free(alone);
}

static void bf16_weights(void **s)
{
	(void)s;
	rows_alone_and_among_any_number(KERN_BF16, (struct weight_spec){.type = KERN_BF16}, 0);
}

static void fp8_weights_of_several_scale_rows(void **s)
{
	(void)s;
	rows_alone_and_among_any_number(KERN_BF16, (struct weight_spec){KERN_FP8, 16, 128, 0, false}, 0);
}

static void fp8_weights_and_quantised_rows(void **s)
{
	(void)s;
	rows_alone_and_among_any_number(KERN_BF16, (struct weight_spec){KERN_FP8, 128, 128, 0, false}, 128);
}

/* By warp groups, where the device has them. */
static void aligned_bf16_weights(void **s)
{
	aligned_weights = true;
	bf16_weights(s);
	aligned_weights = false;
}

static void aligned_fp8_weights(void **s)
{
	aligned_weights = true;
	fp8_weights_and_quantised_rows(s);
	rows_alone_and_among_any_number(KERN_BF16, (struct weight_spec){KERN_FP8, 16, 4096, 3, false}, 4096);
	aligned_weights = false;
}

static void f32_activations(void **s)
{
	(void)s;
	rows_alone_and_among_any_number(KERN_F32, (struct weight_spec){.type = KERN_BF16}, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bf16_weights), cmocka_unit_test(fp8_weights_of_several_scale_rows),
		cmocka_unit_test(fp8_weights_and_quantised_rows), cmocka_unit_test(aligned_bf16_weights),
		cmocka_unit_test(aligned_fp8_weights), cmocka_unit_test(f32_activations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
