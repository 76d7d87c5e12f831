/* --compute bf16 against references in the same type. tests/golden/rounded.py computes the formulas of kernels.h in float64 and
 * rounds where R stands there; HF's own bfloat16 run rounds elsewhere. The share of equal expert sets is printed. */
#include "tests/engine/hold.h"

static const struct eng_options bf16 = {.backend = "cpu", .compute = ENG_COMPUTE_BF16, .threads = 1};

static void shares_are_printed(const char *name, struct how how, const struct golden_found *f)
{
	if (!getenv("GOLDEN_VERBOSE"))
		say(name, &bf16, how, f);
}

static void prefill_and_steps_are_within_the_bound_of_the_same_type(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		struct how all = {.type = "bf16"}, steps = {.prompt = -64, .type = "bf16"};
		struct golden_found f = hold_to(models[i], &bf16, all, &same_type);
		shares_are_printed(models[i], all, &f);
		hold_to(models[i], &bf16, steps, &same_type);
	}
}

static void forks_are_within_the_bound_of_the_same_type(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], &bf16, (struct how){.prompt = -64, .forks = true, .type = "bf16"}, &same_type);
}

/* With sums in double as well, every rounding is the reference's: what is left is its storage in f16, and no set flips. */
static void the_definition_rounds_exactly_where_the_reference_does(void **state)
{
	(void)state;
	static const struct bounds storage = {1e-3, 3e-2, 1, 0, 0};
	struct eng_options slow = bf16;
	slow.backend = "ref";
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], &slow, (struct how){.n_seq = i < 7 ? 1 : 2, .type = "bf16"}, &storage);
}

/* HF's bfloat16 run and the engine's are two implementations of one type: as far from each other as each is from float64, and
 * apart where scores are close. Until the first other set in a sequence they stay within the stated bound; nobody can hold them
 * to it beyond, and in `odd` two scores are that close at the first position. */
static void hf_in_bfloat16_is_as_near_as_two_implementations_can_be(void **state)
{
	(void)state;
	static const char *const served[] = {"odd",          "wide",        "blocks",      "fp8fused",    "qwen3_stack",
	                                     "qwen3_blocks", "olmoe_whole", "olmoe_stack", "mixtral_two", "mixtral_blocks"};
	static const struct bounds two = {0.2, 5, 1, 0, 150};
	int agreed = 0;
	for (int i = 0; i < 10; i++) {
		struct how how = {.type = "served"};
		struct golden_found f = hold_to(served[i], &bf16, how, &two);
		shares_are_printed(served[i], how, &f);
		assert_true(f.rms_agreed <= same_type.rms);
		agreed += f.agreed;
	}
	assert_true(agreed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(prefill_and_steps_are_within_the_bound_of_the_same_type),
		TEST(forks_are_within_the_bound_of_the_same_type),
		TEST(the_definition_rounds_exactly_where_the_reference_does),
		TEST(hf_in_bfloat16_is_as_near_as_two_implementations_can_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
