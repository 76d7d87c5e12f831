/* --compute fp8 against tests/golden/fp8: the same arithmetic, quantisation and rounding included, by torch's own float8
 * (tests/golden/fp8.py says how that was made, and what it was held to). */
#include "tests/engine/hold_fp8.h"

static void prefill_agrees_with_the_reference_in_the_same_type(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		hold_to(models[i], "cpu", 0, 0);
		hold_to(models[i], "ref", 0, 0);
	}
}

static void decode_steps_and_forks_of_forks_agree_with_it(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		hold_to(models[i], "cpu", 20 + i, 0);
		hold_to(models[i], "cpu", 30, 5);
	}
}

static void every_kernel_call_agrees_with_the_definition(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], "check", 50, 0);
}

static void chunks_steps_and_forks_give_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		struct reference r;
		reference_open(&r, models[i]);
		struct eng_options o = {.compute = ENG_COMPUTE_FP8, .threads = 1, .max_forks = 2};
		struct result a = run(&r, models[i], &o, 0, 0), b = run(&r, models[i], &o, 1, 3);
		assert_memory_equal(a.logits, b.logits, (size_t)r.n * (size_t)r.vocab * sizeof(float));
		assert_memory_equal(a.experts, b.experts, (size_t)r.n * (size_t)r.layers * (size_t)r.k * sizeof(uint16_t));
		release(&a);
		release(&b);
		reference_close(&r);
	}
}

/* What the reference is there to notice: activations that meet the weights as they are. */
static void activations_left_alone_are_noticed(void **state)
{
	(void)state;
	static const enum eng_compute others[] = {ENG_COMPUTE_BF16, ENG_COMPUTE_F32};
	for (int i = 0; i < N_MODELS; i++)
		for (int c = 0; c < 2; c++) {
			struct reference r;
			reference_open(&r, models[i]);
			struct result got = run(&r, models[i], &(struct eng_options){.compute = others[c], .threads = 1, .max_forks = 1}, 0, 0);
			struct found f = compare(&r, &got);
			print_message("%s without quantised activations: rms %.2e, %d of %d sets\n", models[i], f.rms, f.sets, f.routes);
			assert_true(f.rms > 2e-2 && !within(&r, &f));
			got.logits[3] = NAN;
			f = compare(&r, &got);
			assert_false(within(&r, &f));
			release(&got);
			reference_close(&r);
		}
}

static void a_model_says_that_it_runs_in_fp8(void **state)
{
	(void)state;
	struct eng_model *m;
	OK(eng_model_open(&m, "tests/golden/models/blocks", &(struct eng_options){.compute = ENG_COMPUTE_FP8, .threads = 1, .max_forks = 1}));
	assert_string_equal(eng_model_info(m)->compute, "fp8");
	eng_model_close(m);
	FAILS(ERR_UNSUPPORTED, "half has no FP8 weights",
	      eng_model_open(&m, "tests/golden/models/half", &(struct eng_options){.compute = ENG_COMPUTE_FP8}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(prefill_agrees_with_the_reference_in_the_same_type),
		TEST(decode_steps_and_forks_of_forks_agree_with_it),
		TEST(every_kernel_call_agrees_with_the_definition),
		TEST(chunks_steps_and_forks_give_the_same_bits),
		TEST(activations_left_alone_are_noticed),
		TEST(a_model_says_that_it_runs_in_fp8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
