/* --compute fp8 on the backend "cuda", whose products quantise what they read: golden models held to their reference, a model of
 * 128 x 128 blocks to the backend "ref", and how many launches a layer of it takes. */
#include "tests/engine/hold_fp8.h"
#include "tests/shim/shim.h"
#include <stdlib.h>

static void golden_models_agree_with_the_reference(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		bool gpu = getenv("COPPICE_GPU") != NULL;
		if (gpu) /* the shim is slow, and a prompt is part of the other too */
			hold_to(models[i], "cuda", 0, 0);
		hold_to(models[i], "cuda", gpu || i == 0 ? 30 : 110, 5); /* there most of the steps are one model's */
	}
}

/* The headline's layers in small: what is FP8 is in blocks of 128 x 128; Gated DeltaNet's a and b, router and head are not. */
#define CONFIG                                                                                                                              \
	"{\"model_type\": \"qwen3_5_moe_text\", \"dtype\": \"bfloat16\", \"hidden_size\": 256, \"num_hidden_layers\": %d, \"num_attention_heads\": 4, " \
	"\"num_key_value_heads\": 2, \"head_dim\": %d, \"vocab_size\": 300, \"rms_norm_eps\": 1e-6, \"max_position_embeddings\": 2048, "            \
	"\"rope_theta\": 10000.0, \"num_experts\": %d, \"num_experts_per_tok\": %d, \"moe_intermediate_size\": 128, "                                \
	"\"shared_expert_intermediate_size\": 128, \"linear_num_key_heads\": 2, \"linear_num_value_heads\": 4, \"linear_key_head_dim\": %d, "       \
	"\"linear_value_head_dim\": %d, \"linear_conv_kernel_dim\": 4, \"layer_types\": [%s], "                                                     \
	"\"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128]}}"
#define GDN  "\"linear_attention\""
#define FULL "\"full_attention\""

enum { MOST_FORKS = 12 };

static struct eng_model *made_up(const char *backend, int head, int layers, const char *types, int experts, int positions)
{
	char dir[] = "/tmp/coppice-fp8-XXXXXX", config[2000];
	struct eng_model *m;
	bool whole = head == 128; /* Gated DeltaNet's heads are then whole blocks of inputs as well */
	int n = snprintf(config, sizeof config, CONFIG, layers, head, experts, experts, whole ? head : 32, whole ? head : 64, types);
	assert_non_null(mkdtemp(dir));
	char *path = file_join(dir, "config.json");
	OK(file_write(path, config, (size_t)n));
	OK(eng_model_open(&m, dir, &(struct eng_options){.backend = backend, .compute = ENG_COMPUTE_FP8, .threads = 1, .max_forks = MOST_FORKS,
	                                                 .max_positions = positions, .dummy = true, .dummy_seed = 7}));
	unlink(path);
	rmdir(dir);
	mem_free(path);
	return m;
}

enum { PROMPT = 21, STEPS = 9 };

/* [STEPS + 1][vocab]: after a prompt, and after every step. */
static float *logits_of(struct eng_model *m)
{
	size_t vocab = (size_t)eng_model_info(m)->n_vocab;
	float *out = mem_array((STEPS + 1) * vocab, sizeof *out);
	int32_t ids[PROMPT];
	struct eng_prefix *p;
	struct eng_fork *f;
	for (int i = 0; i < PROMPT; i++)
		ids[i] = i * 37 % (int)vocab;
	OK(eng_prefix_new(&p, m, ids, PROMPT, (struct eng_capture){0}, NULL));
	OK(eng_fork_new(&f, p));
	for (int t = 0; t <= STEPS; t++) {
		memcpy(out + (size_t)t * vocab, eng_fork_logits(f), vocab * sizeof *out);
		if (t < STEPS)
			OK(eng_step(m, &f, &(int32_t){t * 11}, 1, (struct eng_capture){0}));
	}
	eng_fork_free(f);
	eng_prefix_free(p);
	eng_model_close(m);
	return out;
}

/* Distance over all positions, relative to the spread of the reference's. */
static double distance(const float *got, const float *want, int n)
{
	double squares = 0, sum = 0, all = 0;
	for (int i = 0; i < n; i++) {
		double d = (double)got[i] - (double)want[i];
		squares += d * d;
		sum += (double)want[i];
		all += (double)want[i] * (double)want[i];
	}
	return sqrt(squares / n) / sqrt(all / n - sum / n * (sum / n));
}

/* On a chip codes are multiplied by matrix instructions that keep some 14 bits of a sum: its last bits part from ref's in every product,
 * which moves what is rounded to bfloat16 or to a code. The shim adds in f32. */
static double bound(void)
{
	return getenv("COPPICE_GPU") ? 6e-2 : 2e-2;
}

/* One layer of each kind, whose roundings agree as a rule: in a stack of them one that does not spoils all that follows. All
 * experts are chosen, so that no route flips. */
static void blocks_of_128_agree_with_ref(void **state)
{
	(void)state;
	static const char *const types[] = {GDN, FULL, FULL};
	static const int heads[] = {48, 48, 64}; /* of 64, attention is on tensor cores */
	for (int i = 0; i < 3; i++) {
		struct eng_model *cuda = made_up("cuda", heads[i], 1, types[i], 8, 100), *ref = made_up("ref", heads[i], 1, types[i], 8, 100);
		int n = (STEPS + 1) * eng_model_info(ref)->n_vocab;
		float *got = logits_of(cuda), *want = logits_of(ref);
		double d = distance(got, want, n);
		print_message("a layer of %s, heads of %d: cuda and ref are apart by %.1e of the logits' spread\n", types[i], heads[i], d);
		assert_true(d <= bound());
		mem_free(got);
		mem_free(want);
	}
}

/* More rows in one chunk than attention takes at once (FORWARD_ATTENDED): the last one reads what both parts have stored. Each part has units of
 * its own, of which the second has more than the first here. One expert is enough. */
static void a_chunk_of_more_rows_than_attention_takes(void **state)
{
	(void)state;
	enum { N = 1600 };
	static const char *const backends[] = {"cuda", "ref"};
	int32_t ids[N];
	float *logits[2];
	int vocab = 0;
	for (int i = 0; i < N; i++)
		ids[i] = i * 37 % 300;
	for (int i = 0; i < 2; i++) {
		struct eng_model *m = made_up(backends[i], 64, 1, FULL, 1, N);
		struct eng_prefix *p;
		struct eng_fork *f;
		vocab = eng_model_info(m)->n_vocab;
		logits[i] = mem_array((size_t)vocab, sizeof *logits[i]);
		OK(eng_prefix_new(&p, m, ids, N, (struct eng_capture){0}, NULL));
		OK(eng_fork_new(&f, p));
		memcpy(logits[i], eng_fork_logits(f), (size_t)vocab * sizeof *logits[i]);
		eng_fork_free(f);
		eng_prefix_free(p);
		eng_model_close(m);
	}
	double d = distance(logits[0], logits[1], vocab);
	print_message("behind %d positions cuda and ref are apart by %.1e of the logits' spread\n", N - 1, d);
	assert_true(d <= bound());
	mem_free(logits[0]);
	mem_free(logits[1]);
}

/* Of one step of so many forks, its pass recorded already. */
static int launches_of_a_step(int layers, const char *types, int forks)
{
	struct eng_model *m = made_up("cuda", 128, layers, types, 8, 100);
	struct eng_prefix *p;
	struct eng_fork *f[MOST_FORKS];
	int32_t tokens[MOST_FORKS];
	unsigned long long before = 0;
	OK(eng_prefix_new(&p, m, (int32_t[]){1, 2, 3}, 3, (struct eng_capture){0}, NULL));
	for (int i = 0; i < forks; i++)
		OK(eng_fork_new(&f[i], p));
	for (int t = 0; t < 3; t++) { /* the first copies pages */
		for (int i = 0; i < forks; i++)
			tokens[i] = t + i;
		before = shim_launches();
		OK(eng_step(m, f, tokens, forks, (struct eng_capture){0}));
		shim_settle();
	}
	int n = (int)(shim_launches() - before);
	for (int i = 0; i < forks; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	eng_model_close(m);
	return n;
}

/* A launch costs about a microsecond, whatever it does: a step of one fork is many small ones. With many pairs of rows and experts they are
 * grouped by a launch of its own. */
static void a_layer_is_few_launches(void **state)
{
	(void)state;
	if (getenv("COPPICE_GPU"))
		skip(); /* nobody counts there */
	for (int forks = 1; forks <= MOST_FORKS; forks += MOST_FORKS - 1) {
		int one = launches_of_a_step(1, GDN, forks), gdn = launches_of_a_step(2, GDN ", " GDN, forks) - one;
		int full = launches_of_a_step(2, GDN ", " FULL, forks) - one, more = forks == 1 ? 0 : 1;
		print_message("launches of %d forks: %d a layer of Gated DeltaNet, %d of attention, %d beside the layers\n", forks, gdn, full, one - gdn);
		assert_true(gdn <= 12 + more && full <= 13 + more && one - gdn <= 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(golden_models_agree_with_the_reference),
		TEST(blocks_of_128_agree_with_ref),
		TEST(a_chunk_of_more_rows_than_attention_takes),
		TEST(a_layer_is_few_launches),
	};
	if (getenv("COPPICE_ONLY"))
		cmocka_set_test_filter(getenv("COPPICE_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
