/* config.json of the families beside the headline's, as published: what each names in its own way, and what would change its
 * arithmetic. test_config.c has what all have in common. */
#include "base/mem.h"
#include "engine/config.h"
#include "tests/check.h"
#include <jansson.h>
#include <stdlib.h>

static int parse_json(struct eng_config *c, const json_t *j)
{
	char *text = json_dumps(j, 0);
	int rc = config_parse(c, text, strlen(text));
	free(text);
	return rc;
}

/* Whole and right configs of the other families, as published but for their sizes. */
static const char *const published[] = {
	"{\"model_type\":\"qwen3_moe\",\"attention_bias\":false,\"decoder_sparse_step\":1,\"eos_token_id\":9,\"head_dim\":16,\"hidden_act\":\"silu\","
	"\"hidden_size\":48,\"intermediate_size\":6144,\"max_position_embeddings\":512,\"max_window_layers\":4,\"mlp_only_layers\":[],"
	"\"moe_intermediate_size\":10,\"norm_topk_prob\":true,\"num_attention_heads\":4,\"num_experts\":12,\"num_experts_per_tok\":2,"
	"\"num_hidden_layers\":4,\"num_key_value_heads\":2,\"rms_norm_eps\":1e-06,\"rope_scaling\":null,\"rope_theta\":1000000.0,"
	"\"sliding_window\":null,\"tie_word_embeddings\":false,\"torch_dtype\":\"bfloat16\",\"use_sliding_window\":false,\"vocab_size\":100}",

	"{\"model_type\":\"olmoe\",\"attention_bias\":false,\"clip_qkv\":null,\"eos_token_id\":9,\"hidden_act\":\"silu\",\"hidden_size\":48,"
	"\"intermediate_size\":10,\"max_position_embeddings\":512,\"norm_topk_prob\":false,\"num_attention_heads\":4,\"num_experts\":12,"
	"\"num_experts_per_tok\":2,\"num_hidden_layers\":4,\"num_key_value_heads\":4,\"rms_norm_eps\":1e-05,\"rope_scaling\":null,"
	"\"rope_theta\":10000.0,\"tie_word_embeddings\":false,\"torch_dtype\":\"bfloat16\",\"vocab_size\":100}",

	"{\"model_type\":\"mixtral\",\"eos_token_id\":9,\"hidden_act\":\"silu\",\"hidden_size\":48,\"intermediate_size\":10,"
	"\"max_position_embeddings\":512,\"num_attention_heads\":4,\"num_experts_per_tok\":2,\"num_hidden_layers\":4,\"num_key_value_heads\":2,"
	"\"num_local_experts\":12,\"output_router_logits\":false,\"rms_norm_eps\":1e-05,\"rope_theta\":1000000.0,\"sliding_window\":null,"
	"\"tie_word_embeddings\":false,\"torch_dtype\":\"bfloat16\",\"vocab_size\":100}",
};
enum { QWEN3, OLMOE, MIXTRAL, N_PUBLISHED };
static const char *const width_fields[] = {"moe_intermediate_size", "intermediate_size", "intermediate_size"};
static const char *const expert_fields[] = {"num_experts", "num_experts", "num_local_experts"};

/* published[i] with a field set to a JSON value, or without it; then config_parse. */
static int parse_published(struct eng_config *c, int i, const char *name, const char *value)
{
	json_t *j = json_loads(published[i], 0, NULL), *v = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	assert_non_null(j);
	assert_true(!value || v);
	if (v)
		json_object_set_new(j, name, v);
	else if (name)
		assert_int_equal(json_object_del(j, name), 0);
	int rc = parse_json(c, j);
	json_decref(j);
	return rc;
}

static void the_published_configs_of_all_families_are_read(void **state)
{
	(void)state;
	static const char *const names[] = {"qwen3_moe", "olmoe", "mixtral"};
	for (int i = 0; i < N_PUBLISHED; i++) {
		struct eng_config c;
		OK(parse_published(&c, i, NULL, NULL));
		assert_string_equal(names[i], c.family->model_type);
		assert_int_equal(12, c.n_experts);
		assert_int_equal(2, c.top_k);
		assert_int_equal(10, c.d_expert);
		assert_int_equal(0, c.d_shared);
		assert_int_equal(i == QWEN3 ? 16 : 12, c.head_dim);
		assert_int_equal(c.head_dim, c.rotary_dims); /* the whole head */
		assert_int_equal(i == OLMOE ? 4 : 2, c.n_kv_heads);
		assert_int_equal(i != OLMOE, c.renormalise);
		assert_int_equal(ENG_DTYPE_BF16, c.dtype);
		NEAR(i == OLMOE ? 1e4 : 1e6, c.rope_theta, 0);
		for (int l = 0; l < 4; l++)
			assert_int_equal(ENG_ATTENTION, c.mixer[l]);
		config_release(&c);
	}
}

static void a_partial_rotary_factor_is_refused_where_the_family_does_not_read_one(void **state)
{
	(void)state;
	for (int i = 0; i < N_PUBLISHED; i++) {
		struct eng_config c;
		FAILS(ERR_UNSUPPORTED, "partial_rotary_factor", parse_published(&c, i, "partial_rotary_factor", "0.5"));
		OK(parse_published(&c, i, "partial_rotary_factor", "1.0"));
		config_release(&c);
	}
}

static void only_a_field_decides_on_renormalisation_where_the_family_has_one(void **state)
{
	(void)state;
	static const struct {
		int which;
		const char *value;
		bool due;
	} cases[] = {
		{QWEN3, "true", true},   {QWEN3, "false", false}, {QWEN3, NULL, false}, {OLMOE, "true", true}, {OLMOE, "false", false},
		{OLMOE, NULL, false},    {MIXTRAL, "true", true}, {MIXTRAL, "false", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct eng_config c;
		OK(parse_published(&c, cases[i].which, "norm_topk_prob", cases[i].value));
		assert_int_equal(cases[i].due, c.renormalise);
		config_release(&c);
	}
	struct eng_config c;
	FAILS(ERR_FORMAT, "norm_topk_prob is neither true nor false", parse_published(&c, QWEN3, "norm_topk_prob", "1"));
}

static void rope_theta_is_read_where_it_stands(void **state)
{
	(void)state;
	for (int i = 0; i < N_PUBLISHED; i++) {
		struct eng_config c;
		json_t *j = json_loads(published[i], 0, NULL);
		json_object_del(j, "rope_theta");
		FAILS(ERR_FORMAT, "rope_theta is missing", parse_json(&c, j));
		json_object_set_new(j, "rope_parameters", json_pack("{s:f,s:s}", "rope_theta", 700.0, "rope_type", "default"));
		OK(parse_json(&c, j));
		NEAR(700, c.rope_theta, 0);
		config_release(&c);
		json_decref(j);
		FAILS(ERR_FORMAT, "rope_theta is 0", parse_published(&c, i, "rope_theta", "0"));
		FAILS(ERR_FORMAT, "rope_theta is -1", parse_published(&c, i, "rope_theta", "-1"));
		FAILS(ERR_FORMAT, "rope_theta is not a number", parse_published(&c, i, "rope_theta", "\"1e4\""));
		FAILS(ERR_UNSUPPORTED, "rope_scaling", parse_published(&c, i, "rope_scaling", "{\"type\":\"yarn\",\"factor\":4.0}"));
	}
}

/* The fields that a family names in its own way. */
static void every_family_s_own_field_missing_mistyped_negative_or_absurd_is_named(void **state)
{
	(void)state;
	for (int i = 0; i < N_PUBLISHED; i++) {
		const struct {
			const char *name;
			long long max;
		} own[] = {{expert_fields[i], ENG_MAX_EXPERTS}, {"num_experts_per_tok", ENG_MAX_TOP_K}, {width_fields[i], ENG_MAX_WIDTH}};
		for (int f = 0; f < 3; f++) {
			struct eng_config c;
			char says[160], value[32];
			snprintf(says, sizeof says, "%s is missing", own[f].name);
			FAILS(ERR_FORMAT, says, parse_published(&c, i, own[f].name, NULL));
			snprintf(says, sizeof says, "%s is not a whole number", own[f].name);
			FAILS(ERR_FORMAT, says, parse_published(&c, i, own[f].name, "1e3"));
			const long long wrong[] = {-8, 0, own[f].max + 1, INT64_MAX};
			for (int w = 0; w < 4; w++) {
				snprintf(value, sizeof value, "%lld", wrong[w]);
				snprintf(says, sizeof says, "%s is %lld; it must be between 1 and %lld", own[f].name, wrong[w], own[f].max);
				FAILS(ERR_FORMAT, says, parse_published(&c, i, own[f].name, value));
			}
			assert_null(c.mixer);
		}
	}
}

static void as_many_experts_as_the_limit_are_read(void **state)
{
	(void)state;
	for (int i = 0; i < N_PUBLISHED; i++) {
		struct eng_config c;
		char value[32], says[160];
		snprintf(value, sizeof value, "%d", ENG_MAX_EXPERTS);
		OK(parse_published(&c, i, expert_fields[i], value));
		assert_int_equal(ENG_MAX_EXPERTS, c.n_experts);
		config_release(&c);
		snprintf(says, sizeof says, "num_experts_per_tok is 13, but there are 12 experts (%s)", expert_fields[i]);
		FAILS(ERR_FORMAT, says, parse_published(&c, i, "num_experts_per_tok", "13"));
	}
}

static void what_changes_a_family_s_arithmetic_is_unsupported(void **state)
{
	(void)state;
	static const struct {
		int which;
		const char *name, *value, *says; /* says NULL: it changes nothing */
	} cases[] = {
		{OLMOE, "clip_qkv", "8.0", "clip_qkv"},
		{OLMOE, "clip_qkv", "null", NULL},
		{OLMOE, "clip_qkv", NULL, NULL},
		{OLMOE, "attention_bias", "true", "attention_bias"},
		{MIXTRAL, "sliding_window", "4096", "sliding_window"},
		{MIXTRAL, "sliding_window", "null", NULL},
		{MIXTRAL, "sliding_window", NULL, NULL},
		{QWEN3, "sliding_window", "4096", NULL}, /* use_sliding_window is false */
		{QWEN3, "use_sliding_window", "true", NULL}, /* sliding_window is null */
		{QWEN3, "mlp_only_layers", "[]", NULL},
		{QWEN3, "mlp_only_layers", "null", NULL},
		{QWEN3, "mlp_only_layers", "[0]", "mlp_only_layers"},
		{QWEN3, "mlp_only_layers", "[1,3]", "mlp_only_layers"},
		{QWEN3, "decoder_sparse_step", "2", "decoder_sparse_step"},
		{QWEN3, "decoder_sparse_step", NULL, NULL},
		{QWEN3, "hidden_act", "\"gelu\"", "hidden_act"},
		{QWEN3, "layer_types", "[\"full_attention\",\"linear_attention\",\"full_attention\",\"full_attention\"]", "layer_types[1]"},
		{MIXTRAL, "attn_output_gate", "true", "attn_output_gate"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct eng_config c;
		if (cases[i].says) {
			FAILS(ERR_UNSUPPORTED, cases[i].says, parse_published(&c, cases[i].which, cases[i].name, cases[i].value));
			continue;
		}
		OK(parse_published(&c, cases[i].which, cases[i].name, cases[i].value));
		config_release(&c);
	}
}

static void a_window_that_is_used_is_unsupported(void **state)
{
	(void)state;
	struct eng_config c;
	json_t *j = json_loads(published[QWEN3], 0, NULL);
	json_object_set_new(j, "sliding_window", json_integer(4096));
	json_object_set_new(j, "use_sliding_window", json_true());
	FAILS(ERR_UNSUPPORTED, "sliding_window", parse_json(&c, j));
	json_decref(j);
}

static void a_family_is_found_by_the_name_of_its_file_alone(void **state)
{
	(void)state;
	static const char *const unknown[] = {"mixtra", "mixtral2", "Mixtral", "qwen3", "qwen3_moe_text", ""};
	for (int i = 0; i < 6; i++)
		assert_null(family_find(unknown[i]));
	assert_string_equal("qwen3_5_moe", family_find("qwen3_5_moe_text")->model_type);
	assert_string_equal("qwen3_5_moe, qwen3_moe, olmoe, mixtral", family_names());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_published_configs_of_all_families_are_read),
		TEST(a_partial_rotary_factor_is_refused_where_the_family_does_not_read_one),
		TEST(only_a_field_decides_on_renormalisation_where_the_family_has_one),
		TEST(rope_theta_is_read_where_it_stands),
		TEST(every_family_s_own_field_missing_mistyped_negative_or_absurd_is_named),
		TEST(as_many_experts_as_the_limit_are_read),
		TEST(what_changes_a_family_s_arithmetic_is_unsupported),
		TEST(a_window_that_is_used_is_unsupported),
		TEST(a_family_is_found_by_the_name_of_its_file_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
