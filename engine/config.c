#include "engine/config.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include <jansson.h>
#include <math.h>

#define CONFIG_MAX_BYTES ((size_t)16 << 20)

/* Reads fields one after the other; after the first error the rest do nothing. */
struct reader {
	const json_t *text, *top; /* the text model's object, and the whole file's (the same where flat) */
	int rc;
};

/* The text config's own value goes before the top's; null counts as absent. */
static const json_t *field(const struct reader *r, const char *name)
{
	const json_t *j = json_object_get(r->text, name);
	if (!j || json_is_null(j))
		j = json_object_get(r->top, name);
	return json_is_null(j) ? NULL : j;
}

static int int_value(struct reader *r, const char *name, const json_t *j, int min, int max)
{
	if (r->rc)
		return min;
	if (!json_is_integer(j)) {
		r->rc = err_set(ERR_FORMAT, "%s is %s", name, j ? "not a whole number" : "missing");
		return min;
	}
	json_int_t v = json_integer_value(j);
	if (v < min || v > max) {
		r->rc = err_set(ERR_FORMAT, "%s is %lld; it must be between %d and %d", name, (long long)v, min, max);
		return min;
	}
	return (int)v;
}

static int read_int(struct reader *r, const char *name, int min, int max)
{
	return int_value(r, name, field(r, name), min, max);
}

static int read_int_or(struct reader *r, const char *name, int min, int max, int otherwise)
{
	const json_t *j = field(r, name);
	return j ? int_value(r, name, j, min, max) : otherwise;
}

/* In (0, max]. */
static double real_value(struct reader *r, const char *name, const json_t *j, double max)
{
	if (r->rc)
		return 1;
	if (!json_is_number(j)) {
		r->rc = err_set(ERR_FORMAT, "%s is %s", name, j ? "not a number" : "missing");
		return 1;
	}
	double v = json_number_value(j);
	if (!(v > 0 && v <= max)) {
		r->rc = err_set(ERR_FORMAT, "%s is %g; it must be above 0 and at most %g", name, v, max);
		return 1;
	}
	return v;
}

static bool read_bool(struct reader *r, const char *name, bool otherwise)
{
	const json_t *j = field(r, name);
	if (j && !json_is_boolean(j) && !r->rc)
		r->rc = err_set(ERR_FORMAT, "%s is neither true nor false", name);
	return j ? json_is_true(j) : otherwise;
}

/* A field that may be there only with the one value the arithmetic here has. */
static void refuse_unless(struct reader *r, bool ok, const char *name, const json_t *value, const char *why)
{
	if (r->rc || ok)
		return;
	char *shown = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	r->rc = err_set(ERR_UNSUPPORTED, "%s%s%.60s is not supported: %s", name, shown ? " " : "", shown ? shown : "", why);
	free(shown);
}

enum { A_STRING, AN_OBJECT, A_LIST };

/* j, which may be absent, or NULL and an error where it is of another type. */
static const json_t *typed(struct reader *r, const char *name, const json_t *j, int type)
{
	static const char *const types[] = {"a string", "an object", "a list"};
	bool ok = !j || json_is_null(j) || (type == A_STRING ? json_is_string(j) : type == AN_OBJECT ? json_is_object(j) : json_is_array(j));
	if (!r->rc && !ok)
		r->rc = err_set(ERR_FORMAT, "%s must be %s", name, types[type]);
	return ok && !json_is_null(j) ? j : NULL;
}

static const char *string_value(struct reader *r, const char *name, const json_t *j)
{
	return json_string_value(typed(r, name, j, A_STRING));
}

static void read_family(struct reader *r, struct eng_config *c)
{
	const char *top = string_value(r, "model_type", json_object_get(r->top, "model_type"));
	const char *text = string_value(r, "text_config.model_type", json_object_get(r->text, "model_type"));
	if (r->rc)
		return;
	if (!top && !text) {
		r->rc = err_set(ERR_FORMAT, "model_type is missing");
		return;
	}
	c->family = top ? family_find(top) : NULL;
	if (!c->family && text)
		c->family = family_find(text);
	if (!c->family)
		r->rc = err_set(ERR_UNSUPPORTED, "model_type \"%.60s\" is not supported; these are: %s", top ? top : text, family_names());
}

static void read_dtype(struct reader *r, struct eng_config *c)
{
	const json_t *j = field(r, "dtype");
	if (!j)
		j = field(r, "torch_dtype");
	const char *s = string_value(r, "dtype", j);
	if (r->rc || !s)
		return;
	if (!strcmp(s, "bfloat16"))
		c->dtype = ENG_DTYPE_BF16;
	else if (!strcmp(s, "float16"))
		c->dtype = ENG_DTYPE_F16;
	else if (!strcmp(s, "float32"))
		c->dtype = ENG_DTYPE_F32;
	else
		r->rc = err_set(ERR_FORMAT, "dtype is \"%.40s\"; it must be float32, bfloat16 or float16", s);
}

static void read_layer_list(struct reader *r, struct eng_config *c, const json_t *list)
{
	if (json_array_size(list) != (size_t)c->n_layers) {
		r->rc = err_set(ERR_FORMAT, "layer_types has %zu entries, num_hidden_layers is %d", json_array_size(list), c->n_layers);
		return;
	}
	for (int i = 0; i < c->n_layers; i++) {
		const char *s = json_string_value(json_array_get(list, (size_t)i));
		if (s && !strcmp(s, "full_attention"))
			c->mixer[i] = ENG_ATTENTION;
		else if (s && !strcmp(s, "linear_attention") && c->family->gdn)
			c->mixer[i] = ENG_GDN;
		else {
			r->rc = s ? err_set(ERR_UNSUPPORTED, "layer_types[%d] is \"%.40s\", which %s does not have", i, s, c->family->model_type)
			          : err_set(ERR_FORMAT, "layer_types[%d] must be a string", i);
			return;
		}
	}
}

/* An explicit list, or full attention in every full_attention_interval-th layer, or (families without GDN) everywhere. */
static void read_layers(struct reader *r, struct eng_config *c)
{
	c->n_layers = read_int(r, "num_hidden_layers", 1, ENG_MAX_LAYERS);
	const json_t *list = typed(r, "layer_types", field(r, "layer_types"), A_LIST);
	if (r->rc)
		return;
	c->mixer = mem_array((size_t)c->n_layers, sizeof *c->mixer);
	if (list) {
		read_layer_list(r, c, list);
		return;
	}
	int every = c->family->gdn ? read_int_or(r, "full_attention_interval", 1, ENG_MAX_LAYERS, 4) : 1;
	for (int i = 0; i < c->n_layers; i++)
		c->mixer[i] = (i + 1) % every == 0 ? ENG_ATTENTION : ENG_GDN;
}

static int read_multiple(struct reader *r, const char *name, int max, const char *of_name, int of)
{
	int v = read_int(r, name, 1, max);
	if (!r->rc && v % of)
		r->rc = err_set(ERR_FORMAT, "%s is %d, which is no multiple of %s, %d", name, v, of_name, of);
	return v;
}

static void check_product(struct reader *r, const char *what, int a, int b)
{
	if (!r->rc && (int64_t)a * b > ENG_MAX_WIDTH)
		r->rc = err_set(ERR_FORMAT, "%s come to %lld, at most %d are possible", what, (long long)a * b, ENG_MAX_WIDTH);
}

/* Rotary positions as they are: "default", and "mrope", which is the same for text. otherwise: what no type at all means. */
static bool is_plain_rope(struct reader *r, const char *name, const json_t *rope, bool otherwise)
{
	const json_t *type = json_object_get(rope, "rope_type");
	const char *s = string_value(r, name, type ? type : json_object_get(rope, "type"));
	return s ? !strcmp(s, "default") || !strcmp(s, "mrope") : otherwise;
}

static void read_rotary(struct reader *r, struct eng_config *c)
{
	static const char why[] = "rotary positions are not scaled here";
	const json_t *rope = typed(r, "rope_parameters", field(r, "rope_parameters"), AN_OBJECT);
	const json_t *scaling = typed(r, "rope_scaling", field(r, "rope_scaling"), AN_OBJECT);
	const json_t *theta = json_object_get(rope, "rope_theta"), *part = json_object_get(rope, "partial_rotary_factor");
	refuse_unless(r, is_plain_rope(r, "rope_parameters.rope_type", rope, true), "rope_parameters", rope, why);
	refuse_unless(r, is_plain_rope(r, "rope_scaling.rope_type", scaling, json_object_size(scaling) == 0), "rope_scaling", scaling, why);
	if (!theta)
		theta = field(r, "rope_theta");
	if (!part)
		part = field(r, "partial_rotary_factor");
	c->rope_theta = real_value(r, "rope_theta", theta, 1e12);
	double p = part ? real_value(r, "partial_rotary_factor", part, 1) : c->family ? c->family->rotary_part : 1;
	refuse_unless(r, !c->family || c->family->partial_rotary || p >= 1, "partial_rotary_factor", part, "in this family it is 1");
	c->rotary_dims = (int)(c->head_dim * p);
	if (!r->rc && (c->rotary_dims < 2 || c->rotary_dims % 2))
		r->rc = err_set(ERR_FORMAT, "partial_rotary_factor %g of head_dim %d leaves %d rotary dimensions; an even number, 2 or more, is needed",
		                p, c->head_dim, c->rotary_dims);
}

static void read_attention(struct reader *r, struct eng_config *c)
{
	c->n_kv_heads = read_int_or(r, "num_key_value_heads", 1, ENG_MAX_HEADS, 0);
	if (!c->n_kv_heads)
		c->n_kv_heads = read_int(r, "num_attention_heads", 1, ENG_MAX_HEADS);
	c->n_heads = read_multiple(r, "num_attention_heads", ENG_MAX_HEADS, "num_key_value_heads", c->n_kv_heads);
	c->head_dim = read_int_or(r, "head_dim", 2, ENG_MAX_HEAD_DIM, 0);
	if (!c->head_dim) {
		c->head_dim = c->d_model / c->n_heads;
		if (!r->rc && (c->head_dim < 2 || c->head_dim > ENG_MAX_HEAD_DIM))
			r->rc = err_set(ERR_FORMAT, "head_dim is missing, and hidden_size / num_attention_heads is %d", c->head_dim);
	}
	check_product(r, "num_attention_heads x head_dim", c->n_heads, c->head_dim);
	read_rotary(r, c);
	refuse_unless(r, !read_bool(r, "attention_bias", false), "attention_bias", field(r, "attention_bias"), "attention has no biases here");
	refuse_unless(r, !c->family || read_bool(r, "attn_output_gate", c->family->attn_gate) == c->family->attn_gate, "attn_output_gate",
	              field(r, "attn_output_gate"), "this family has the other");
	refuse_unless(r, !field(r, "clip_qkv"), "clip_qkv", field(r, "clip_qkv"), "nothing is clipped here");
	refuse_unless(r, !field(r, "sliding_window") || !read_bool(r, "use_sliding_window", true), "sliding_window", field(r, "sliding_window"),
	              "attention sees every position here");
}

static void read_gdn(struct reader *r, struct eng_config *c)
{
	bool any = false;
	for (int i = 0; !r->rc && i < c->n_layers; i++)
		any |= c->mixer[i] == ENG_GDN;
	if (!any)
		return;
	c->gdn_key_heads = read_int(r, "linear_num_key_heads", 1, ENG_MAX_HEADS);
	c->gdn_value_heads = read_multiple(r, "linear_num_value_heads", ENG_MAX_HEADS, "linear_num_key_heads", c->gdn_key_heads);
	c->gdn_key_dim = read_int(r, "linear_key_head_dim", 1, ENG_MAX_HEAD_DIM);
	c->gdn_value_dim = read_int(r, "linear_value_head_dim", 1, ENG_MAX_HEAD_DIM);
	c->gdn_conv = read_int(r, "linear_conv_kernel_dim", 2, ENG_MAX_CONV);
	check_product(r, "linear_num_key_heads x linear_key_head_dim", c->gdn_key_heads, c->gdn_key_dim);
	check_product(r, "linear_num_value_heads x linear_value_head_dim", c->gdn_value_heads, c->gdn_value_dim);
}

static void read_experts(struct reader *r, struct eng_config *c)
{
	const struct eng_family *f = c->family;
	if (r->rc)
		return;
	c->n_experts = read_int(r, f->f_experts, 1, ENG_MAX_EXPERTS);
	c->top_k = read_int(r, f->f_top_k, 1, ENG_MAX_TOP_K);
	if (!r->rc && c->top_k > c->n_experts)
		r->rc = err_set(ERR_FORMAT, "%s is %d, but there are %d experts (%s)", f->f_top_k, c->top_k, c->n_experts, f->f_experts);
	c->d_expert = read_int(r, f->f_expert_width, 1, ENG_MAX_WIDTH);
	c->d_shared = f->shared_expert ? read_int(r, "shared_expert_intermediate_size", 1, ENG_MAX_WIDTH) : 0;
	c->renormalise = f->renorm == ENG_RENORM_ALWAYS || read_bool(r, "norm_topk_prob", false);
	const char *act = string_value(r, "hidden_act", field(r, "hidden_act"));
	refuse_unless(r, !act || !strcmp(act, "silu"), "hidden_act", field(r, "hidden_act"), "only silu is");
	refuse_unless(r, read_int_or(r, "decoder_sparse_step", 0, ENG_MAX_LAYERS, 1) == 1, "decoder_sparse_step", field(r, "decoder_sparse_step"),
	              "every layer has experts here");
	const json_t *dense = typed(r, "mlp_only_layers", field(r, "mlp_only_layers"), A_LIST);
	refuse_unless(r, json_array_size(dense) == 0, "mlp_only_layers", dense, "every layer has experts here");
}

static void read_quantisation(struct reader *r, struct eng_config *c)
{
	const json_t *q = typed(r, "quantization_config", field(r, "quantization_config"), AN_OBJECT), *fmt = json_object_get(q, "fmt");
	if (!q || r->rc)
		return;
	const char *method = string_value(r, "quantization_config.quant_method", json_object_get(q, "quant_method"));
	const char *format = string_value(r, "quantization_config.fmt", fmt);
	const char *scheme = string_value(r, "quantization_config.activation_scheme", json_object_get(q, "activation_scheme"));
	if (r->rc)
		return;
	const json_t *block = json_object_get(q, "weight_block_size");
	if (!method || strcmp(method, "fp8")) {
		r->rc = err_set(ERR_UNSUPPORTED, "quantization_config.quant_method is \"%.40s\"; only fp8 is supported", method ? method : "missing");
		return;
	}
	refuse_unless(r, !format || !strcmp(format, "e4m3"), "quantization_config.fmt", fmt, "only e4m3 is");
	snprintf(c->activation_scheme, sizeof c->activation_scheme, "%s", scheme ? scheme : "");
	if (r->rc)
		return;
	if (json_array_size(block) != 2) {
		r->rc = err_set(ERR_FORMAT, "quantization_config.weight_block_size is not a pair of numbers");
		return;
	}
	c->block_rows = int_value(r, "quantization_config.weight_block_size[0]", json_array_get(block, 0), 1, ENG_MAX_WIDTH);
	c->block_cols = int_value(r, "quantization_config.weight_block_size[1]", json_array_get(block, 1), 1, ENG_MAX_WIDTH);
}

/* A number or a list of them; ids already there are not added again. */
static void add_eos(struct reader *r, struct eng_config *c, const json_t *j)
{
	size_t n = json_is_array(j) ? json_array_size(j) : j ? 1 : 0;
	for (size_t i = 0; i < n && !r->rc; i++) {
		int id = int_value(r, "eos_token_id", json_is_array(j) ? json_array_get(j, i) : j, 0, c->n_vocab - 1);
		bool known = false;
		for (int e = 0; e < c->n_eos; e++)
			known |= c->eos[e] == id;
		if (r->rc || known)
			continue;
		if (c->n_eos == ENG_MAX_EOS)
			r->rc = err_set(ERR_LIMIT, "eos_token_id lists more than %d ids", ENG_MAX_EOS);
		else
			c->eos[c->n_eos++] = id;
	}
}

static int read_config(struct eng_config *c, const json_t *root)
{
	const json_t *text = json_object_get(root, "text_config");
	struct reader r = {.text = json_is_object(text) ? text : root, .top = root};
	if (!json_is_object(root))
		return err_set(ERR_FORMAT, "not a JSON object");
	typed(&r, "text_config", text, AN_OBJECT);
	read_family(&r, c);
	read_dtype(&r, c);
	c->n_vocab = read_int(&r, "vocab_size", 1, ENG_MAX_VOCAB);
	c->d_model = read_int(&r, "hidden_size", 1, ENG_MAX_WIDTH);
	c->eps = real_value(&r, "rms_norm_eps", field(&r, "rms_norm_eps"), 1);
	c->max_positions = read_int(&r, "max_position_embeddings", 1, ENG_MAX_POSITIONS);
	c->tied = read_bool(&r, "tie_word_embeddings", false);
	read_layers(&r, c);
	read_attention(&r, c);
	read_gdn(&r, c);
	read_experts(&r, c);
	read_quantisation(&r, c);
	add_eos(&r, c, field(&r, "eos_token_id"));
	return r.rc;
}

int config_parse(struct eng_config *out, const void *data, size_t size)
{
	json_error_t je;
	*out = (struct eng_config){0};
	json_t *root = json_loadb(data, size, JSON_REJECT_DUPLICATES, &je);
	if (!root)
		return err_set(ERR_FORMAT, "not JSON: %.100s (line %d)", je.text, je.line);
	int rc = read_config(out, root);
	json_decref(root);
	if (rc)
		config_release(out);
	return rc;
}

/* Chat models end a turn with a token that only generation_config.json lists. */
static int add_generation_eos(struct eng_config *c, const char *path)
{
	struct buf b;
	json_error_t je;
	struct reader r = {0};
	buf_init(&b, CONFIG_MAX_BYTES);
	r.rc = file_read_regular(&b, path);
	json_t *root = r.rc ? NULL : json_loadb(buf_text(&b), b.len, 0, &je);
	if (!r.rc && !root)
		r.rc = err_set(ERR_FORMAT, "not JSON: %.100s (line %d)", je.text, je.line);
	r.top = r.text = root;
	if (root)
		add_eos(&r, c, field(&r, "eos_token_id"));
	json_decref(root);
	buf_release(&b);
	return r.rc ? err_prefix(r.rc, "%s", path) : 0;
}

int config_open(struct eng_config *out, const char *dir)
{
	struct buf b;
	char *path = file_join(dir, "config.json"), *generation = file_join(dir, "generation_config.json");
	int rc;
	*out = (struct eng_config){0};
	buf_init(&b, CONFIG_MAX_BYTES);
	rc = file_read_regular(&b, path);
	if (rc == ERR_MISSING)
		rc = err_set(ERR_MISSING, "%s: no such file; a model is a folder with config.json and *.safetensors", path);
	if (!rc) {
		rc = config_parse(out, buf_text(&b), b.len);
		if (rc)
			rc = err_prefix(rc, "%s", path);
	}
	if (!rc && file_exists(generation)) {
		rc = add_generation_eos(out, generation);
		if (rc)
			config_release(out);
	}
	buf_release(&b);
	mem_free(path);
	mem_free(generation);
	return rc;
}

int config_check_fp8(const struct eng_config *c, const char *dir)
{
	if (!c->activation_scheme[0] || !strcmp(c->activation_scheme, "dynamic"))
		return 0;
	return err_set(ERR_UNSUPPORTED, "%s: quantization_config.activation_scheme is \"%s\": compute type fp8 is for \"dynamic\" alone; f32 and bf16 are "
	               "possible", dir, c->activation_scheme);
}

void config_release(struct eng_config *c)
{
	mem_free(c->mixer);
	*c = (struct eng_config){0};
}
