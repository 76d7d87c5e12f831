/* Made-up weights: every tensor of every family binds, values depend on seed and name alone, and computing stays finite. */
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/npy.h"
#include "engine/engine.h"
#include "engine/model.h"
#include "tests/check.h"
#include <stdlib.h>

#define COMMON "\"vocab_size\": 300, \"rms_norm_eps\": 1e-6, \"max_position_embeddings\": 256, \"rope_theta\": 10000.0, \"num_experts_per_tok\": 3"
#define FP8 ", \"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": [32, 48]}"
#define GDN                                                                                                                                \
	", \"shared_expert_intermediate_size\": 40, \"linear_num_key_heads\": 2, \"linear_num_value_heads\": 4, \"linear_key_head_dim\": 24, " \
	"\"linear_value_head_dim\": 20, \"linear_conv_kernel_dim\": 4"

static const struct shape {
	const char *name, *config;
	enum st_type matrix; /* of a q_proj or in_proj_qkv */
} shapes[] = {
	{"qwen3_5_moe, FP8", "{\"model_type\": \"qwen3_5_moe_text\", \"dtype\": \"bfloat16\", \"hidden_size\": 96, \"num_hidden_layers\": 5, \"num_attention_heads\": 4, "
	 "\"num_key_value_heads\": 2, \"head_dim\": 32, \"num_experts\": 9, \"moe_intermediate_size\": 50, " COMMON GDN FP8 "}", ST_F8_E4M3},
	{"qwen3_5_moe, bf16, tied", "{\"model_type\": \"qwen3_5_moe_text\", \"dtype\": \"bfloat16\", \"hidden_size\": 96, \"num_hidden_layers\": 4, \"num_attention_heads\": 4, "
	 "\"num_key_value_heads\": 2, \"head_dim\": 32, \"num_experts\": 9, \"moe_intermediate_size\": 50, \"tie_word_embeddings\": true, " COMMON GDN "}", ST_BF16},
	{"qwen3_moe, FP8", "{\"model_type\": \"qwen3_moe\", \"dtype\": \"bfloat16\", \"hidden_size\": 100, \"num_hidden_layers\": 3, \"num_attention_heads\": 6, "
	 "\"num_key_value_heads\": 2, \"head_dim\": 20, \"num_experts\": 8, \"moe_intermediate_size\": 33, \"norm_topk_prob\": true, " COMMON FP8 "}", ST_F8_E4M3},
	{"olmoe, f32", "{\"model_type\": \"olmoe\", \"hidden_size\": 64, \"num_hidden_layers\": 3, \"num_attention_heads\": 4, \"num_key_value_heads\": 4, "
	 "\"num_experts\": 16, \"intermediate_size\": 30, " COMMON "}", ST_F32},
	{"mixtral, f16", "{\"model_type\": \"mixtral\", \"torch_dtype\": \"float16\", \"hidden_size\": 64, \"num_hidden_layers\": 3, \"num_attention_heads\": 4, "
	 "\"num_key_value_heads\": 2, \"num_local_experts\": 8, \"intermediate_size\": 70, " COMMON "}", ST_F16},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* A model of that shape; its folder holds nothing but config.json, and is gone again afterwards. */
static struct eng_model *make(const struct shape *s, uint64_t seed, int threads, enum eng_compute compute)
{
	char dir[] = "/tmp/coppice-dummy-XXXXXX";
	struct eng_model *m;
	assert_non_null(mkdtemp(dir));
	char *path = file_join(dir, "config.json");
	OK(file_write(path, s->config, strlen(s->config)));
	OK(eng_model_open(&m, dir, &(struct eng_options){.threads = threads, .max_forks = 2, .max_positions = 100, .dummy = true, .dummy_seed = seed, .compute = compute}));
	unlink(path);
	rmdir(dir);
	mem_free(path);
	return m;
}

/* A hash of the logits after a prompt and some steps, all of which must be finite and say something. */
static uint64_t run(struct eng_model *m)
{
	int32_t ids[70];
	struct eng_prefix *p;
	struct eng_fork *f;
	int vocab = eng_model_info(m)->n_vocab;
	uint64_t h = HASH_SEED;
	double sum = 0, squares = 0;
	for (int i = 0; i < 70; i++)
		ids[i] = i * 37 % vocab;
	OK(eng_prefix_new(&p, m, ids, 70, (struct eng_capture){0}, NULL));
	OK(eng_fork_new(&f, p));
	for (int32_t t = 0; t < 10; t++) {
		OK(eng_step(m, &f, &(int32_t){t}, 1, (struct eng_capture){0}));
		const float *l = eng_fork_logits(f);
		h = hash_bytes(h, l, (size_t)vocab * sizeof *l);
		for (int i = 0; i < vocab; i++) {
			sum += l[i];
			squares += (double)l[i] * l[i];
		}
	}
	double n = 10.0 * vocab, deviation = sqrt(squares / n - sum / n * (sum / n));
	if (!(deviation > 0.1 && deviation < 10))
		fail_msg("logits of %s deviate by %g", eng_model_info(m)->family, deviation);
	eng_fork_free(f);
	eng_prefix_free(p);
	return h;
}

static void every_family_runs_and_its_logits_are_finite(void **state)
{
	(void)state;
	for (int i = 0; i < N_SHAPES; i++) {
		struct eng_model *m = make(&shapes[i], 5, 2, ENG_COMPUTE_F32);
		OK(eng_model_check(m));
		run(m);
		eng_model_close(m);
		m = make(&shapes[i], 5, 2, ENG_COMPUTE_BF16);
		run(m);
		eng_model_close(m);
	}
}

static void the_seed_and_nothing_else_decides(void **state)
{
	(void)state;
	struct eng_model *a = make(&shapes[0], 5, 1, ENG_COMPUTE_F32), *b = make(&shapes[0], 5, 3, ENG_COMPUTE_F32), *c = make(&shapes[0], 6, 1, ENG_COMPUTE_F32);
	assert_int_equal(eng_model_info(a)->fingerprint, eng_model_info(b)->fingerprint);
	assert_int_not_equal(eng_model_info(a)->fingerprint, eng_model_info(c)->fingerprint);
	uint64_t x = run(a), y = run(b), z = run(c);
	assert_int_equal(x, y);
	assert_int_not_equal(x, z);
	eng_model_close(a);
	eng_model_close(b);
	eng_model_close(c);
}

static struct eng_weights *weights_of(const struct shape *s, struct eng_config *c, bool headers_only)
{
	struct eng_weights *w;
	OK(config_parse(c, s->config, strlen(s->config)));
	OK(weights_open(&w, &(struct weights_source){.dir = "dummy", .dummy = true, .seed = 9, .headers_only = headers_only}, c, NULL));
	return w;
}

/* Those that FP8 releases store as FP8. */
static bool is_linear(const char *name)
{
	bool projection = strstr(name, "_proj") || strstr(name, "block_sparse_moe.experts");
	return projection && !strstr(name, "scale_inv") && !strstr(name, "in_proj_a") && !strstr(name, "in_proj_b");
}

static void types_are_those_the_config_names(void **state)
{
	(void)state;
	for (int i = 0; i < N_SHAPES; i++) {
		struct eng_config c;
		struct eng_weights *w = weights_of(&shapes[i], &c, true);
		int linear = 0, scales = 0;
		for (size_t t = 0; t < safetensors_count(w->files); t++) {
			const struct st_tensor *x = safetensors_at(w->files, t);
			assert_null(x->data); /* headers only: nothing was made */
			scales += strstr(x->name, "_scale_inv") != NULL;
			if (is_linear(x->name)) {
				assert_int_equal(x->type, shapes[i].matrix);
				linear++;
			} else if (x->type == ST_F8_E4M3) {
				fail_msg("%s is FP8", x->name);
			}
		}
		assert_int_equal(scales, shapes[i].matrix == ST_F8_E4M3 ? linear : 0);
		weights_close(w);
		config_release(&c);
	}
}

/* Mean and standard deviation of a matrix as the kernels see it. */
static void moments(const struct kern_weight *w, double *mean, double *deviation)
{
	double sum = 0, squares = 0, n = (double)w->rows * w->cols;
	for (int r = 0; r < w->rows; r++)
		for (int c = 0; c < w->cols; c++) {
			double v = (double)kern_weight_at(w, r, c);
			sum += v;
			squares += v * v;
		}
	*mean = sum / n;
	*deviation = sqrt(squares / n - *mean * *mean);
}

static void matrices_deviate_by_one_over_the_root_of_their_inputs(void **state)
{
	(void)state;
	for (int i = 0; i < N_SHAPES; i++) {
		struct eng_config c;
		struct eng_weights *w = weights_of(&shapes[i], &c, false);
		const struct eng_layer *last = &w->layers[c.n_layers - 1];
		const struct kern_weight *some[] = {&w->embed, &w->layers[0].router, &w->layers[0].experts[1].down, last->mixer == ENG_ATTENTION ? &last->o : &last->out};
		for (int j = 0; j < 4; j++) {
			double mean, deviation, want = 1 / sqrt(some[j]->cols), n = (double)some[j]->rows * some[j]->cols;
			moments(some[j], &mean, &deviation);
			NEAR(0, mean, 5 * want / sqrt(n));
			NEAR(want, deviation, (some[j]->type == KERN_FP8 ? 0.25 : 0.1) * want); /* blocks' scales differ, and there are few */
		}
		weights_close(w);
		config_release(&c);
	}
}

static void layers_and_experts_differ_from_each_other(void **state)
{
	(void)state;
	struct eng_config c;
	struct eng_weights *w = weights_of(&shapes[3], &c, false);
	const struct kern_mlp *a = w->layers[0].experts, *b = w->layers[1].experts;
	size_t bytes = (size_t)a->gate.rows * (size_t)a->gate.cols * 4;
	assert_memory_not_equal(a[0].gate.data, a[1].gate.data, bytes);
	assert_memory_not_equal(a[0].gate.data, a[0].up.data, bytes);
	assert_memory_not_equal(a[0].gate.data, b[0].gate.data, bytes);
	weights_close(w);
	config_release(&c);
}

static void more_than_the_machine_has_is_an_error(void **state)
{
	(void)state;
	static const struct shape huge = {"huge", "{\"model_type\": \"olmoe\", \"hidden_size\": 65536, \"num_hidden_layers\": 4, \"num_attention_heads\": 512, \"num_key_value_heads\": 1, "
		"\"num_experts\": 500, \"intermediate_size\": 65536, \"vocab_size\": 1000000, \"rms_norm_eps\": 1e-6, \"max_position_embeddings\": 256, \"rope_theta\": 1e4, \"num_experts_per_tok\": 3}", 0};
	struct eng_config c;
	struct eng_weights *w = weights_of(&huge, &c, true);
	assert_true(safetensors_bytes(w->files) > (size_t)80 << 40); /* says what it would take, and takes nothing */
	weights_close(w);
	FAILS(ERR_NOMEM, "do not fit", weights_open(&w, &(struct weights_source){.dir = "dummy", .dummy = true}, &c, NULL));
	assert_null(w);
	config_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_family_runs_and_its_logits_are_finite),
		TEST(the_seed_and_nothing_else_decides),
		TEST(types_are_those_the_config_names),
		TEST(matrices_deviate_by_one_over_the_root_of_their_inputs),
		TEST(layers_and_experts_differ_from_each_other),
		TEST(more_than_the_machine_has_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
