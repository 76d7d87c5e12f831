/* The forward pass against HF transformers' own modelling files computed in float64, on models of all families and of many
 * shapes and storages: by prefill, by 64 decode steps, and through forks. */
#include "base/hash.h"
#include "tests/engine/hold.h"

static const struct eng_options f32 = {.backend = "cpu", .compute = ENG_COMPUTE_F32, .threads = 1};
static const struct eng_options f32_two = {.backend = "cpu", .compute = ENG_COMPUTE_F32, .threads = 2};
static const struct eng_options f32_ref = {.backend = "ref", .compute = ENG_COMPUTE_F32, .threads = 1};
static const struct eng_options f32_check = {.backend = "check", .compute = ENG_COMPUTE_F32, .threads = 2};

static void prefill_agrees_with_float64_on_cpu(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], &f32_two, (struct how){0}, &exact);
}

static void prefill_agrees_with_float64_on_ref(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], &f32_ref, (struct how){0}, &exact);
}

static void sixty_four_decode_steps_agree_with_float64(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		hold_to(models[i], &f32, (struct how){.prompt = -64}, &exact);
		hold_to(models[i], &f32, (struct how){.prompt = 1 + 10 * (i % 7), .n_seq = 2}, &exact);
	}
	hold_to("odd", &f32_ref, (struct how){.prompt = 3}, &exact);
}

static void forks_and_forks_of_forks_in_one_batch_agree_with_float64(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], i % 4 ? &f32 : &f32_two, (struct how){.prompt = -64, .forks = true}, &exact);
}

/* The mode rounds differently, by no more than the bound that all modes have. */
static void siblings_that_share_a_checkpoint_agree_with_float64(void **state)
{
	(void)state;
	struct eng_options shared = f32_two, ref = f32_ref;
	shared.shared_state = ref.shared_state = true;
	for (int i = 0; i < N_RECURRENT; i++) {
		hold_to(models[i], &shared, (struct how){0}, &exact);
		hold_to(models[i], &shared, (struct how){.prompt = 1 + 10 * i, .n_seq = 2}, &exact);
		hold_to(models[i], &shared, (struct how){.prompt = -64, .forks = true}, &exact);
	}
	hold_to("odd", &ref, (struct how){.prompt = 30, .n_seq = 1}, &exact);
}

static void a_fork_that_shares_equals_an_independent_run_to_the_bit(void **state)
{
	(void)state;
	for (int i = 0; i < N_RECURRENT; i++) {
		forks_equal_independent_runs(models[i], &(struct eng_options){.compute = ENG_COMPUTE_BF16, .shared_state = true});
		forks_equal_independent_runs(models[i], &(struct eng_options){.compute = ENG_COMPUTE_F32, .shared_state = true, .threads = 2});
	}
}

static void every_kernel_call_of_a_pass_agrees_with_the_definition(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		hold_to(models[i], &f32_check, (struct how){.prompt = 20, .n_seq = i < 7 ? 0 : 1}, &exact);
}

/* Values made from other weights than are there would look like a wrong forward pass. */
static void belongs_together(const char *weights, const char *hash_file)
{
	struct file_map map;
	struct buf b;
	char hash[32];
	buf_init(&b, 64);
	OK(file_read(&b, hash_file));
	OK(file_map_open(&map, weights));
	snprintf(hash, sizeof hash, "%016llx\n", (unsigned long long)hash_bytes(HASH_SEED, map.data, map.size));
	if (strcmp(hash, buf_text(&b)))
		fail_msg("tests/golden/sapling was made from other weights than %s: run tests/golden/make_sapling.py", weights);
	file_map_close(&map);
	buf_release(&b);
}

/* More than 2,000 positions of real text. tests/golden/make_sapling.py makes its reference anew when the weights change. */
static void the_embedded_model_agrees_with_float64(void **state)
{
	(void)state;
	static const char dir[] = "models/sapling", golden[] = "tests/golden/sapling";
	struct how all = {0}, steps = {.prompt = 100, .n_seq = 4}, two = {.n_seq = 2};
	if (!file_exists("models/sapling/model.safetensors") || !file_exists("tests/golden/sapling/logits.npy"))
		SKIP("models/sapling or tests/golden/sapling is not there");
	belongs_together("models/sapling/model.safetensors", "tests/golden/sapling/model.hash");
	struct golden_found f = measure_at(dir, golden, &f32, all);
	assert_true(f.positions > 2000);
	judge("sapling", &f32, all, f, &exact);
	judge("sapling", &f32, steps, measure_at(dir, golden, &f32, steps), &exact);
	judge("sapling", &f32_ref, two, measure_at(dir, golden, &f32_ref, two), &exact);
}

/* The names of two experts of every layer change places: "experts.3." and "experts.5." */
static void swap_two_experts(char *bytes, size_t n, const void *arg)
{
	(void)arg;
	for (size_t i = 0; i + 10 < n; i++)
		if (!memcmp(bytes + i, "experts.", 8) && bytes[i + 9] == '.' && (bytes[i + 8] == '3' || bytes[i + 8] == '5'))
			bytes[i + 8] = bytes[i + 8] == '3' ? '5' : '3';
}

/* The last item of the file grows by half: one weight of thousands. */
static void grow_one_weight(char *bytes, size_t n, const void *arg)
{
	float w;
	(void)arg;
	memcpy(&w, bytes + n - 4, 4);
	w *= 1.5f;
	memcpy(bytes + n - 4, &w, 4);
}

static void leave_alone(char *bytes, size_t n, const void *arg)
{
	(void)bytes;
	(void)n;
	(void)arg;
}

static void one_wrong_weight_or_two_swapped_experts_are_noticed(void **state)
{
	(void)state;
	static const char file[] = "model.safetensors";
	static const char *const names[] = {"plain", "mixtral_heads", "qwen3_heads"};
	for (int i = 0; i < 3; i++) {
		struct golden_found f = measure_spoilt(names[i], file, leave_alone, NULL, &f32, (struct how){0});
		assert_true(within(&f, &exact));
		f = measure_spoilt(names[i], file, grow_one_weight, NULL, &f32, (struct how){0});
		assert_false(within(&f, &exact));
		f = measure_spoilt(names[i], file, swap_two_experts, NULL, &f32, (struct how){0});
		assert_false(within(&f, &exact));
	}
}

/* Formulas that a family's row or its config decides, each turned into its neighbour. bfloat16 must notice as well. */
static const struct wrong_formula {
	const char *model, *file, *a, *b; /* every a becomes b and every b becomes a; they are of one length */
} wrong_formulas[] = {
	{"olmoe_whole", "config.json", "\"norm_topk_prob\": false", "\"norm_topk_prob\": true "},
	{"olmoe_whole", "config.json", "\"rope_theta\": 10000.0", "\"rope_theta\": 20000.0"},
	{"olmoe_whole", "model.safetensors", "self_attn.q_norm.", "self_attn.k_norm."},
	{"olmoe_whole", "config.json", "\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 1e-02"},
	{"qwen3_stack", "model.safetensors", "self_attn.q_norm.", "self_attn.k_norm."},
	{"qwen3_stack", "config.json", "\"norm_topk_prob\": true", "\"norm_topk_pro?\": true"},
	{"mixtral_blocks", "model.safetensors", ".w1.weight", ".w3.weight"},
	{"mixtral_blocks", "model.safetensors", "layers.0.input_layernorm", "layers.1.input_layernorm"},
};

static void swap_texts(char *bytes, size_t n, const void *arg)
{
	const struct wrong_formula *w = arg;
	size_t len = strlen(w->a), found = 0;
	assert_int_equal(len, strlen(w->b));
	for (size_t i = 0; i + len <= n; i++)
		if (!memcmp(bytes + i, w->a, len) || !memcmp(bytes + i, w->b, len)) {
			memcpy(bytes + i, memcmp(bytes + i, w->a, len) ? w->a : w->b, len);
			i += len - 1;
			found++;
		}
	assert_true(found > 0);
}

static void a_wrong_formula_is_noticed(void **state)
{
	(void)state;
	struct eng_options bf16 = f32;
	bf16.compute = ENG_COMPUTE_BF16;
	for (size_t i = 0; i < sizeof wrong_formulas / sizeof *wrong_formulas; i++) {
		const struct wrong_formula *w = &wrong_formulas[i];
		struct how in_f32 = {.n_seq = 2}, in_bf16 = {.n_seq = 2, .type = "bf16"};
		struct golden_found f = measure_spoilt(w->model, w->file, swap_texts, w, &f32, in_f32);
		struct golden_found h = measure_spoilt(w->model, w->file, swap_texts, w, &bf16, in_bf16);
		if (within(&f, &exact) || within(&h, &same_type) || getenv("GOLDEN_VERBOSE")) {
			print_message("%s instead of %s:\n", w->b, w->a);
			say(w->model, &f32, in_f32, &f);
			say(w->model, &bf16, in_bf16, &h);
		}
		assert_false(within(&f, &exact));
		assert_false(within(&h, &same_type));
	}
}

static void a_nan_among_the_logits_is_noticed(void **state)
{
	(void)state;
	struct golden g;
	OK(golden_open(&g, "tests/golden/models/tied/golden"));
	int vocab = g.cols;
	struct golden_run r = golden_run_new(&g, vocab);
	for (size_t i = 0; i < g.a[GOLDEN_LOGITS].n_items; i++)
		r.logits[i] = (float)npy_float(&g.a[GOLDEN_LOGITS], i);
	struct golden_found f = golden_compare(&g, vocab, r.logits, r.experts, r.weights);
	assert_true(f.rms <= exact.rms && f.max <= exact.max);
	r.logits[5] = NAN;
	f = golden_compare(&g, vocab, r.logits, r.experts, r.weights);
	assert_false(f.rms <= exact.rms);
	assert_false(f.max <= exact.max);
	golden_run_release(&r);
	golden_close(&g);
}

/* Scores as they are and scores made to sum to 1 differ by more than the bound, whichever of the two the reference has. */
static void weights_that_are_renormalised_the_other_way_are_noticed(void **state)
{
	(void)state;
	static const char *const names[] = {"olmoe_whole", "qwen3_heads"};
	for (int i = 0; i < 2; i++) {
		char dir[200];
		struct golden g;
		snprintf(dir, sizeof dir, "tests/golden/models/%s/golden", names[i]);
		OK(golden_open(&g, dir));
		assert_int_equal(i, g.renormalised);
		struct golden_run r = golden_run_new(&g, g.cols);
		for (size_t row = 0; row < (size_t)g.n * (size_t)g.layers; row++)
			for (size_t j = 0, k = (size_t)g.k; j < k; j++) {
				r.experts[row * k + j] = (uint16_t)npy_int(&g.a[GOLDEN_EXPERTS], row * (k + 1) + j);
				r.weights[row * k + j] = (float)npy_float(&g.a[GOLDEN_SCORES], row * (k + 1) + j);
			}
		struct golden_found f = golden_compare(&g, g.cols, r.logits, r.experts, r.weights);
		assert_int_equal(0, f.wrong + f.near + f.sets);
		assert_true(i ? f.weight > 100 * exact.weight : f.weight == 0);
		golden_run_release(&r);
		golden_close(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(prefill_agrees_with_float64_on_cpu),
		TEST(prefill_agrees_with_float64_on_ref),
		TEST(sixty_four_decode_steps_agree_with_float64),
		TEST(forks_and_forks_of_forks_in_one_batch_agree_with_float64),
		TEST(siblings_that_share_a_checkpoint_agree_with_float64),
		TEST(a_fork_that_shares_equals_an_independent_run_to_the_bit),
		TEST(every_kernel_call_of_a_pass_agrees_with_the_definition),
		TEST(the_embedded_model_agrees_with_float64),
		TEST(one_wrong_weight_or_two_swapped_experts_are_noticed),
		TEST(a_wrong_formula_is_noticed),
		TEST(a_nan_among_the_logits_is_noticed),
		TEST(weights_that_are_renormalised_the_other_way_are_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
