/* config.json: both spellings of everything, and one message for every field that is missing, mistyped or absurd. */
#include "base/mem.h"
#include "engine/config.h"
#include "tests/check.h"
#include <jansson.h>
#include <stdlib.h>

/* A whole and right config; tests change one thing of it. */
static const char *const good =
	"{\"model_type\":\"qwen3_5_moe\",\"dtype\":\"bfloat16\",\"eos_token_id\":[5,7,5],"
	"\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[128,64]},"
	"\"text_config\":{\"model_type\":\"qwen3_5_moe_text\",\"vocab_size\":100,\"hidden_size\":48,\"num_hidden_layers\":4,"
	"\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":16,\"rms_norm_eps\":1e-6,\"max_position_embeddings\":512,"
	"\"rope_parameters\":{\"rope_theta\":10000.0,\"partial_rotary_factor\":0.25,\"rope_type\":\"default\"},\"hidden_act\":\"silu\","
	"\"linear_num_key_heads\":2,\"linear_num_value_heads\":4,\"linear_key_head_dim\":8,\"linear_value_head_dim\":8,"
	"\"linear_conv_kernel_dim\":4,\"num_experts\":12,\"num_experts_per_tok\":2,\"moe_intermediate_size\":10,"
	"\"shared_expert_intermediate_size\":12,\"attention_bias\":false,\"tie_word_embeddings\":false}}";

static int parse_json(struct eng_config *c, const json_t *j)
{
	char *text = json_dumps(j, 0);
	int rc = config_parse(c, text, strlen(text));
	free(text);
	return rc;
}

/* `good` with text_config.name (or the top's, for a leading '^') set to a JSON value; NULL takes it away. */
static json_t *changed(const char *name, const char *value)
{
	json_t *j = json_loads(good, 0, NULL), *at = *name == '^' ? j : json_object_get(j, "text_config");
	assert_non_null(j);
	if (*name == '^')
		name++;
	if (value) {
		json_t *v = json_loads(value, JSON_DECODE_ANY, NULL);
		assert_non_null(v);
		json_object_set_new(at, name, v);
	} else {
		assert_int_equal(json_object_del(at, name), 0);
	}
	return j;
}

static void refused(const char *name, const char *value, int code, const char *says)
{
	struct eng_config c;
	json_t *j = changed(name, value);
	FAILS(code, says, parse_json(&c, j));
	assert_null(c.mixer);
	json_decref(j);
}

static void accepted(struct eng_config *c, const char *name, const char *value)
{
	json_t *j = changed(name, value);
	OK(parse_json(c, j));
	json_decref(j);
}

static void the_nested_form_is_read(void **state)
{
	(void)state;
	struct eng_config c;
	OK(config_parse(&c, good, strlen(good)));
	assert_string_equal(c.family->model_type, "qwen3_5_moe");
	assert_int_equal(c.dtype, ENG_DTYPE_BF16);
	assert_int_equal(c.n_vocab, 100);
	assert_int_equal(c.d_model, 48);
	assert_int_equal(c.n_layers, 4);
	assert_int_equal(c.mixer[2], ENG_GDN);
	assert_int_equal(c.mixer[3], ENG_ATTENTION);
	assert_int_equal(c.rotary_dims, 4);
	NEAR(10000, c.rope_theta, 0);
	NEAR(1e-6, c.eps, 0);
	assert_int_equal(c.gdn_value_heads, 4);
	assert_int_equal(c.gdn_conv, 4);
	assert_int_equal(c.n_experts, 12);
	assert_int_equal(c.top_k, 2);
	assert_int_equal(c.d_shared, 12);
	assert_true(c.renormalise);
	assert_false(c.tied);
	assert_int_equal(c.block_rows, 128);
	assert_int_equal(c.block_cols, 64);
	assert_int_equal(c.n_eos, 2); /* an id listed twice counts once */
	assert_int_equal(c.eos[1], 7);
	config_release(&c);
}

static void the_flat_form_and_older_spellings_are_read(void **state)
{
	(void)state;
	struct eng_config c;
	json_t *j = json_loads(good, 0, NULL), *text = json_object_get(j, "text_config");
	json_object_del(text, "rope_parameters");
	json_object_set_new(text, "rope_theta", json_real(500));
	json_object_set_new(text, "partial_rotary_factor", json_real(0.5));
	json_object_set_new(text, "torch_dtype", json_string("float32"));
	json_object_set_new(text, "eos_token_id", json_integer(9));
	json_object_set_new(text, "full_attention_interval", json_integer(2));
	OK(parse_json(&c, text));
	NEAR(500, c.rope_theta, 0);
	assert_int_equal(c.rotary_dims, 8);
	assert_int_equal(c.dtype, ENG_DTYPE_F32);
	assert_int_equal(c.n_eos, 1);
	assert_int_equal(c.mixer[0], ENG_GDN);
	assert_int_equal(c.mixer[1], ENG_ATTENTION);
	assert_int_equal(c.block_rows, 0);
	config_release(&c);
	json_decref(j);
}

static void layers_may_come_in_any_order(void **state)
{
	(void)state;
	struct eng_config c;
	accepted(&c, "layer_types", "[\"full_attention\",\"full_attention\",\"linear_attention\",\"full_attention\"]");
	assert_int_equal(c.mixer[0], ENG_ATTENTION);
	assert_int_equal(c.mixer[2], ENG_GDN);
	config_release(&c);
	refused("layer_types", "[\"full_attention\"]", ERR_FORMAT, "layer_types has 1 entries, num_hidden_layers is 4");
	refused("layer_types", "[\"full_attention\",\"sliding_attention\",\"linear_attention\",\"full_attention\"]", ERR_UNSUPPORTED, "layer_types[1] is \"sliding_attention\"");
	refused("layer_types", "[1,2,3,4]", ERR_FORMAT, "layer_types[0] must be a string");
	refused("layer_types", "\"x\"", ERR_FORMAT, "layer_types must be a list");
}

/* Every field that must be there, with its least and its largest value. */
static const struct {
	const char *name;
	long long min, max;
} fields[] = {
	{"vocab_size", 1, ENG_MAX_VOCAB},
	{"hidden_size", 1, ENG_MAX_WIDTH},
	{"num_hidden_layers", 1, ENG_MAX_LAYERS},
	{"num_attention_heads", 1, ENG_MAX_HEADS},
	{"max_position_embeddings", 1, ENG_MAX_POSITIONS},
	{"linear_num_key_heads", 1, ENG_MAX_HEADS},
	{"linear_num_value_heads", 1, ENG_MAX_HEADS},
	{"linear_key_head_dim", 1, ENG_MAX_HEAD_DIM},
	{"linear_value_head_dim", 1, ENG_MAX_HEAD_DIM},
	{"linear_conv_kernel_dim", 2, ENG_MAX_CONV},
	{"num_experts", 1, ENG_MAX_EXPERTS},
	{"num_experts_per_tok", 1, ENG_MAX_TOP_K},
	{"moe_intermediate_size", 1, ENG_MAX_WIDTH},
	{"shared_expert_intermediate_size", 1, ENG_MAX_WIDTH},
};

static void every_field_missing_mistyped_negative_or_absurd_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		char value[64], says[160];
		snprintf(says, sizeof says, "%s is missing", fields[i].name);
		refused(fields[i].name, NULL, ERR_FORMAT, says);
		snprintf(says, sizeof says, "%s is not a whole number", fields[i].name);
		refused(fields[i].name, "\"12\"", ERR_FORMAT, says);
		refused(fields[i].name, "2.5", ERR_FORMAT, says);
		long long wrong[] = {-1, fields[i].min - 1, fields[i].max + 1, INT64_MAX};
		for (int j = 0; j < 4; j++) {
			snprintf(value, sizeof value, "%lld", wrong[j]);
			snprintf(says, sizeof says, "%s is %lld; it must be between %lld and %lld", fields[i].name, wrong[j], fields[i].min, fields[i].max);
			refused(fields[i].name, value, ERR_FORMAT, says);
		}
	}
	refused("rms_norm_eps", NULL, ERR_FORMAT, "rms_norm_eps is missing");
	refused("rms_norm_eps", "0", ERR_FORMAT, "rms_norm_eps is 0");
	refused("rms_norm_eps", "-1e-6", ERR_FORMAT, "rms_norm_eps is -1e-06");
	refused("rope_parameters", NULL, ERR_FORMAT, "rope_theta is missing");
	refused("rope_parameters", "{\"rope_theta\":-1}", ERR_FORMAT, "rope_theta is -1");
}

static void fields_that_do_not_go_together_are_named(void **state)
{
	(void)state;
	refused("num_attention_heads", "5", ERR_FORMAT, "num_attention_heads is 5, which is no multiple of num_key_value_heads, 2");
	refused("linear_num_value_heads", "3", ERR_FORMAT, "no multiple of linear_num_key_heads");
	refused("num_experts_per_tok", "13", ERR_FORMAT, "num_experts_per_tok is 13, but there are 12 experts");
	refused("head_dim", "6", ERR_FORMAT, "leaves 1 rotary dimensions");
	refused("rope_parameters", "{\"rope_theta\":1e4,\"partial_rotary_factor\":1.5}", ERR_FORMAT, "partial_rotary_factor is 1.5");
	refused("^eos_token_id", "100", ERR_FORMAT, "eos_token_id is 100; it must be between 0 and 99");
	refused("^eos_token_id", "[1,\"x\"]", ERR_FORMAT, "eos_token_id is not a whole number");
	refused("^quantization_config", "{\"quant_method\":\"fp8\"}", ERR_FORMAT, "weight_block_size");
	refused("^quantization_config", "{\"quant_method\":\"fp8\",\"weight_block_size\":[0,128]}", ERR_FORMAT, "weight_block_size[0] is 0");
	refused("tie_word_embeddings", "1", ERR_FORMAT, "tie_word_embeddings is neither true nor false");
}

static void what_the_arithmetic_lacks_is_unsupported(void **state)
{
	(void)state;
	refused("attention_bias", "true", ERR_UNSUPPORTED, "attention_bias");
	refused("hidden_act", "\"gelu\"", ERR_UNSUPPORTED, "hidden_act \"gelu\" is not supported: only silu is");
	refused("rope_parameters", "{\"rope_theta\":1e4,\"rope_type\":\"yarn\"}", ERR_UNSUPPORTED, "rope_type");
	refused("rope_scaling", "{\"type\":\"linear\"}", ERR_UNSUPPORTED, "rope_scaling");
	refused("mlp_only_layers", "[0]", ERR_UNSUPPORTED, "mlp_only_layers");
	refused("^quantization_config", "{\"quant_method\":\"gptq\"}", ERR_UNSUPPORTED, "\"gptq\"; only fp8");
	refused("^dtype", "\"int4\"", ERR_FORMAT, "dtype is \"int4\"");
	struct eng_config c;
	FAILS(ERR_UNSUPPORTED, "model_type \"gpt2\" is not supported; these are: qwen3_5_moe", config_parse(&c, "{\"model_type\":\"gpt2\"}", 21));
	FAILS(ERR_FORMAT, "model_type is missing", config_parse(&c, "{}", 2));
	FAILS(ERR_FORMAT, "not JSON", config_parse(&c, "{", 1));
	FAILS(ERR_FORMAT, "not a JSON object", config_parse(&c, "[]", 2));
	FAILS(ERR_FORMAT, "not JSON", config_parse(&c, "", 0));
}

static void a_value_of_another_type_says_which_is_wanted(void **state)
{
	(void)state;
	refused("^model_type", "3", ERR_FORMAT, "model_type must be a string");
	refused("model_type", "3", ERR_FORMAT, "text_config.model_type must be a string");
	refused("^text_config", "\"x\"", ERR_FORMAT, "text_config must be an object");
	refused("^dtype", "3", ERR_FORMAT, "dtype must be a string");
	refused("hidden_act", "3", ERR_FORMAT, "hidden_act must be a string");
	refused("rope_parameters", "[]", ERR_FORMAT, "rope_parameters must be an object");
	refused("rope_parameters", "{\"rope_theta\":1e4,\"rope_type\":1}", ERR_FORMAT, "rope_parameters.rope_type must be a string");
	refused("mlp_only_layers", "0", ERR_FORMAT, "mlp_only_layers must be a list");
	refused("^quantization_config", "8", ERR_FORMAT, "quantization_config must be an object");
}

static void scaling_that_scales_nothing_is_accepted(void **state)
{
	(void)state;
	static const char *const harmless[] = {"{}", "null", "{\"rope_type\":\"default\"}", "{\"type\":\"default\"}"};
	struct eng_config c;
	for (int i = 0; i < 4; i++) {
		accepted(&c, "rope_scaling", harmless[i]);
		config_release(&c);
	}
	refused("rope_scaling", "{\"factor\":2}", ERR_UNSUPPORTED, "rope_scaling {\"factor\":2} is not supported");
}

#define FP8(more) "{\"quant_method\":\"fp8\",\"weight_block_size\":[128,64]," more "}"

static void fp8_of_another_kind_is_refused(void **state)
{
	(void)state;
	struct eng_config c;
	refused("^quantization_config", FP8("\"fmt\":\"e5m2\""), ERR_UNSUPPORTED, "quantization_config.fmt \"e5m2\" is not supported");
	accepted(&c, "^quantization_config", FP8("\"fmt\":\"e4m3\",\"activation_scheme\":\"dynamic\""));
	OK(config_check_fp8(&c, "d"));
	config_release(&c);
	accepted(&c, "^quantization_config", FP8("\"activation_scheme\":\"static\"")); /* its weights can be used with other activations */
	FAILS(ERR_UNSUPPORTED, "d: quantization_config.activation_scheme is \"static\"", config_check_fp8(&c, "d"));
	config_release(&c);
}

static void what_is_optional_has_its_default(void **state)
{
	(void)state;
	struct eng_config c;
	accepted(&c, "^eos_token_id", NULL);
	assert_int_equal(c.n_eos, 0);
	config_release(&c);
	accepted(&c, "^dtype", NULL);
	assert_int_equal(c.dtype, ENG_DTYPE_F32);
	config_release(&c);
	accepted(&c, "num_key_value_heads", NULL);
	assert_int_equal(c.n_kv_heads, 4);
	config_release(&c);
	refused("head_dim", "null", ERR_FORMAT, "of head_dim 12 leaves 3"); /* hidden_size / num_attention_heads */
	accepted(&c, "rope_parameters", "{\"rope_theta\":1e4}");
	assert_int_equal(c.rotary_dims, 4); /* a quarter, the family's own */
	config_release(&c);
}

static void a_folder_without_config_says_what_a_model_is(void **state)
{
	(void)state;
	struct eng_config c;
	FAILS(ERR_MISSING, "a model is a folder with config.json", config_open(&c, "/nonexistent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_nested_form_is_read),
		TEST(the_flat_form_and_older_spellings_are_read),
		TEST(layers_may_come_in_any_order),
		TEST(every_field_missing_mistyped_negative_or_absurd_is_named),
		TEST(fields_that_do_not_go_together_are_named),
		TEST(what_the_arithmetic_lacks_is_unsupported),
		TEST(a_value_of_another_type_says_which_is_wanted),
		TEST(scaling_that_scales_nothing_is_accepted),
		TEST(fp8_of_another_kind_is_refused),
		TEST(what_is_optional_has_its_default),
		TEST(a_folder_without_config_says_what_a_model_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
