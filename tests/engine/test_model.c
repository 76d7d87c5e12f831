/* Checkpoints whose tensors do not fit their config: each wrong one is named. */
#include "base/file.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/model.h"
#include "tests/check.h"
#include <math.h>
#include <stdlib.h>

/* A copy of tests/golden/models/NAME in which, of `file`, the first (or every) `from` became `to`, which is as long. */
struct copy {
	const char *name, *file, *from, *to;
	bool every;
};

static void replace(struct buf *b, const struct copy *c)
{
	size_t n = strlen(c->from);
	int found = 0;
	assert_int_equal(n, strlen(c->to));
	for (size_t i = 0; i + n <= b->len && (c->every || !found); i++)
		if (!memcmp(b->data + i, c->from, n)) {
			memcpy(b->data + i, c->to, n);
			found++;
		}
	assert_true(found > 0);
}

static void opening_says(struct copy c, int code, const char *says)
{
	static const char *const files[] = {"config.json", "model.safetensors"};
	char dir[] = "/tmp/coppice-model-XXXXXX", from[200];
	struct eng_model *m = NULL;
	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 2; i++) {
		struct buf b;
		char *to = file_join(dir, files[i]);
		buf_init(&b, BUF_MAX_TEXT);
		snprintf(from, sizeof from, "tests/golden/models/%s/%s", c.name, files[i]);
		OK(file_read(&b, from));
		if (c.from && !strcmp(c.file, files[i]))
			replace(&b, &c);
		else if (!c.from && i == 1) /* the last item becomes a NaN, whether f32, bf16 or the code of FP8 */
			memset(b.data + b.len - 4, 0x7f, 4), b.data[b.len - 2] = (char)0xff;
		OK(file_write(to, b.data, b.len));
		buf_release(&b);
		mem_free(to);
	}
	int rc = eng_model_open(&m, dir, &(struct eng_options){.threads = 1, .max_forks = 1, .max_positions = 32});
	if (code)
		FAILS(code, says, rc);
	else
		OK(rc);
	assert_true(code == 0 || !m);
	assert_true(code == 0 || strstr(err_message(), dir) != NULL);
	eng_model_close(m);
	for (int i = 0; i < 2; i++) {
		char *path = file_join(dir, files[i]);
		unlink(path);
		mem_free(path);
	}
	rmdir(dir);
}

#define TENSORS "model.safetensors"

static void a_copy_left_alone_opens(void **state)
{
	(void)state;
	opening_says((struct copy){"plain", TENSORS, "F32", "F32", false}, 0, "");
}

static void a_missing_tensor_is_named(void **state)
{
	(void)state;
	opening_says((struct copy){"plain", TENSORS, "layers.2.input_layernorm", "layers.2.input_layernorX", false}, ERR_FORMAT,
	             "tensor model.layers.2.input_layernorm.weight is missing");
	opening_says((struct copy){"plain", TENSORS, "experts.7.up_proj", "experts.7.up_proX", false}, ERR_FORMAT, "mlp.experts.7.up_proj.weight is missing");
	opening_says((struct copy){"plain", TENSORS, "lm_head", "lm_heaX", false}, ERR_FORMAT, "tensor lm_head.weight is missing");
	opening_says((struct copy){"plain", TENSORS, "embed_tokens", "embed_tokenX", false}, ERR_FORMAT, "embed_tokens.weight is missing");
	opening_says((struct copy){"wide", TENSORS, "experts.down_proj", "experts.down_proX", false}, ERR_FORMAT, "mlp.experts.down_proj is missing");
}

static void a_tensor_without_a_place_is_named(void **state)
{
	(void)state;
	opening_says((struct copy){"wide", TENSORS, "mtp.fc.weight", "mtX.fc.weight", false}, ERR_UNSUPPORTED, "tensor mtX.fc.weight has no place");
}

static void a_misshapen_tensor_is_named_with_both_shapes(void **state)
{
	(void)state;
	opening_says((struct copy){"plain", "config.json", "\"moe_intermediate_size\": 10", "\"moe_intermediate_size\": 11", false}, ERR_FORMAT,
	             "gate_proj.weight has the shape [10, 36]; config.json makes it [11, 36]");
	opening_says((struct copy){"plain", "config.json", "\"vocab_size\": 97", "\"vocab_size\": 98", false}, ERR_FORMAT, "embed_tokens.weight has the shape [97, 36]");
}

static void a_tensor_of_a_type_that_cannot_be_computed_with_is_named(void **state)
{
	(void)state;
	opening_says((struct copy){"plain", TENSORS, "\"F32\"", "\"I32\"", true}, ERR_FORMAT, "is I32; it must be F32, BF16");
}

static void fp8_without_its_scale_and_a_scale_without_fp8_are_named(void **state)
{
	(void)state;
	opening_says((struct copy){"fp8fused", TENSORS, "o_proj.weight_scale_inv", "o_proj.weight_scale_inX", false}, ERR_FORMAT,
	             "self_attn.o_proj.weight_scale_inv is missing, which its F8_E4M3 weight needs");
	opening_says((struct copy){"fp8fused", TENSORS, "\"F8_E4M3\"", "\"I8\"     ", true}, ERR_FORMAT, "is I8");
	opening_says((struct copy){"fp8fused", "config.json", "quantization_config", "quantization_confiX", false}, ERR_FORMAT, "no quantization_config.weight_block_size");
	opening_says((struct copy){"fp8fused", "config.json", "20\n", "44\n", false}, ERR_FORMAT, "_scale_inv has the shape");
}

static void a_nan_is_named_with_its_tensor(void **state)
{
	(void)state;
	opening_says((struct copy){.name = "plain"}, ERR_FORMAT, "holds a NaN");
	opening_says((struct copy){.name = "odd"}, ERR_FORMAT, "holds a NaN");
	opening_says((struct copy){.name = "fp8fused"}, ERR_FORMAT, "holds a NaN");
}

/* -- the whole list -- */

static const char *const any_file[] = {"config.json", "model.safetensors", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                                       "model-00002-of-00002.safetensors"};
enum { N_FILES = sizeof any_file / sizeof *any_file };

static void copy_model(const char *name, const char *dir, const struct copy *edits, int n_edits)
{
	for (int i = 0; i < N_FILES; i++) {
		char from[200], *to = file_join(dir, any_file[i]);
		struct buf b;
		snprintf(from, sizeof from, "tests/golden/models/%s/%s", name, any_file[i]);
		buf_init(&b, BUF_MAX_TEXT);
		if (file_exists(from)) {
			OK(file_read(&b, from));
			for (int e = 0; e < n_edits; e++)
				if (!strcmp(edits[e].file, any_file[i]))
					replace(&b, &edits[e]);
			OK(file_write(to, b.data, b.len));
		}
		buf_release(&b);
		mem_free(to);
	}
}

static void remove_model(const char *dir)
{
	for (int i = 0; i < N_FILES; i++) {
		char *path = file_join(dir, any_file[i]);
		unlink(path);
		mem_free(path);
	}
	rmdir(dir);
}

/* What headers say of the folder; checked: and its bytes. */
static void inspect(struct eng_problems *p, const char *dir, bool checked)
{
	struct eng_config c;
	struct eng_weights *w;
	problems_init(p);
	OK(config_open(&c, dir));
	OK(weights_open(&w, &(struct weights_source){.dir = dir, .headers_only = true}, &c, p));
	if (checked)
		weights_check(w, NULL, p);
	weights_close(w);
	config_release(&c);
}

static bool lists(const struct eng_problems *p, const char *tensor, const char *problem)
{
	for (size_t i = 0; i < p->n; i++)
		if (strstr(p->list[i].tensor, tensor) && strstr(p->list[i].problem, problem))
			return true;
	for (size_t i = 0; i < p->n; i++)
		print_message("%s %s\n", p->list[i].tensor, p->list[i].problem);
	return false;
}

static void all_that_is_wrong_is_listed_tensor_by_tensor(void **state)
{
	(void)state;
	static const struct copy edits[] = {
		{"plain", TENSORS, "layers.2.input_layernorm", "layers.2.input_layernorX", false},
		{"plain", TENSORS, "lm_head", "lm_heaX", false},
		{"plain", TENSORS, "\"model.norm.weight\":{\"dtype\":\"F32\"", "\"model.norm.weight\":{\"dtype\":\"I32\"", false},
		{"plain", "config.json", "\"linear_conv_kernel_dim\": 4", "\"linear_conv_kernel_dim\": 5", false},
	};
	char dir[] = "/tmp/coppice-model-XXXXXX";
	struct eng_problems p;
	assert_non_null(mkdtemp(dir));
	copy_model("plain", dir, edits, 4);
	inspect(&p, dir, false);
	assert_true(lists(&p, "model.layers.2.input_layernorm.weight", "is missing"));
	assert_true(lists(&p, "model.layers.2.input_layernorX.weight", "has no place"));
	assert_true(lists(&p, "lm_head.weight", "is missing, and tie_word_embeddings is false"));
	assert_true(lists(&p, "lm_heaX.weight", "has no place"));
	assert_true(lists(&p, "model.norm.weight", "is I32"));
	for (int i = 0; i < 3; i++) { /* layers 0 to 2 have a convolution */
		char name[60];
		snprintf(name, sizeof name, "layers.%d.linear_attn.conv1d.weight", i);
		assert_true(lists(&p, name, "[64, 1, 4]; config.json makes it [64, 1, 5]"));
	}
	assert_int_equal(p.n, 8);
	FAILS(ERR_FORMAT, "(the first of 8 problems", problems_error(&p));
	problems_release(&p);
	remove_model(dir);
}

static void a_missing_shard_is_named_and_so_is_all_that_was_in_it(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-model-XXXXXX";
	struct eng_problems p;
	struct eng_model *m;
	assert_non_null(mkdtemp(dir));
	copy_model("blocks", dir, NULL, 0);
	inspect(&p, dir, true);
	assert_int_equal(p.n, 0);
	problems_release(&p);
	char *shard = file_join(dir, any_file[3]);
	assert_int_equal(unlink(shard), 0);
	inspect(&p, dir, true);
	assert_true(p.n > 2);
	assert_string_equal(p.list[0].tensor, any_file[3]);
	assert_string_equal(p.list[0].problem, "no such file, though the index names it");
	for (size_t i = 1; i < p.n; i++)
		assert_string_equal(p.list[i].problem, "is in model-00001-of-00002.safetensors, which is missing");
	FAILS(ERR_MISSING, "model-00001-of-00002.safetensors: no such file, though the index names it",
	      eng_model_open(&m, dir, &(struct eng_options){.threads = 1, .max_forks = 1}));
	problems_release(&p);
	OK(file_write(shard, "cut", 3)); /* and one that is there, but no safetensors file */
	inspect(&p, dir, false);
	assert_true(lists(&p, any_file[3], "too short"));
	assert_int_equal(p.n, 1); /* what the index says was in it needs no line of its own */
	problems_release(&p);
	mem_free(shard);
	remove_model(dir);
}

static void one_wrong_entry_leaves_the_others_readable(void **state)
{
	(void)state;
	static const struct copy edit = {"plain", TENSORS, "\"F32\"", "\"F31\"", false};
	char dir[] = "/tmp/coppice-model-XXXXXX";
	struct eng_problems p;
	assert_non_null(mkdtemp(dir));
	copy_model("plain", dir, &edit, 1);
	inspect(&p, dir, true);
	assert_int_equal(p.n, 1);
	assert_string_equal(p.list[0].problem, "cannot be read: unknown dtype \"F31\"");
	problems_release(&p);
	remove_model(dir);
}

static void a_file_that_cannot_be_read_is_one_problem(void **state)
{
	(void)state;
	static const char pointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 1234\n";
	char dir[] = "/tmp/coppice-model-XXXXXX";
	struct eng_problems p;
	struct buf b;
	assert_non_null(mkdtemp(dir));
	copy_model("plain", dir, NULL, 0);
	char *path = file_join(dir, TENSORS);
	buf_init(&b, BUF_MAX_TEXT);
	OK(file_read(&b, path));
	OK(file_write(path, b.data, b.len / 2)); /* most tensors lie beyond its end: the first says so */
	inspect(&p, dir, false);
	assert_int_equal(p.n, 1);
	assert_true(lists(&p, "", "the file is truncated"));
	problems_release(&p);
	OK(file_write(path, b.data, 5));
	inspect(&p, dir, false);
	assert_int_equal(p.n, 1);
	assert_true(lists(&p, TENSORS, "too short for a safetensors file; the rest"));
	problems_release(&p);
	OK(file_write(path, pointer, sizeof pointer - 1));
	inspect(&p, dir, false);
	assert_int_equal(p.n, 1);
	assert_true(lists(&p, TENSORS, "git lfs pull"));
	problems_release(&p);
	buf_release(&b);
	mem_free(path);
	remove_model(dir);
}

static void a_misshapen_scale_is_named(void **state)
{
	(void)state;
	static const struct copy edit = {"fp8fused", "config.json", "20\n", "44\n", false};
	char dir[] = "/tmp/coppice-model-XXXXXX";
	struct eng_problems p;
	assert_non_null(mkdtemp(dir));
	copy_model("fp8fused", dir, &edit, 1);
	inspect(&p, dir, false);
	assert_true(lists(&p, "layers.0.self_attn.o_proj.weight_scale_inv", "config.json makes it"));
	assert_true(lists(&p, "layers.2.mlp.experts.gate_up_proj_scale_inv", "config.json makes it"));
	problems_release(&p);
	remove_model(dir);
}

/* Puts bytes over those of a tensor in a file of one shard. */
static void plant(const char *dir, const char *tensor, size_t at, const void *bytes, size_t n)
{
	struct safetensors *s;
	struct buf b;
	char *path = file_join(dir, TENSORS);
	OK(safetensors_open(&s, dir, NULL));
	const struct st_tensor *t = safetensors_find(s, tensor);
	assert_non_null(t);
	const char *end = t->data; /* of the file, where the last tensor ends */
	for (size_t i = 0; i < safetensors_count(s); i++) {
		const struct st_tensor *x = safetensors_at(s, i);
		end = (const char *)x->data + x->bytes > end ? (const char *)x->data + x->bytes : end;
	}
	size_t from_end = (size_t)(end - (const char *)t->data);
	buf_init(&b, BUF_MAX_TEXT);
	OK(file_read(&b, path));
	memcpy(b.data + b.len - from_end + at, bytes, n);
	safetensors_close(s);
	OK(file_write(path, b.data, b.len));
	buf_release(&b);
	mem_free(path);
}

static void every_tensor_with_a_value_that_is_none_is_named_with_the_item(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-model-XXXXXX";
	struct eng_problems p;
	struct eng_model *m;
	assert_non_null(mkdtemp(dir));
	copy_model("fp8fused", dir, NULL, 0);
	plant(dir, "model.layers.1.mlp.experts.down_proj", 4321, "\xff", 1); /* FP8's NaN */
	plant(dir, "model.embed_tokens.weight", 2 * 7, "\x80\xff", 2);      /* bf16: minus infinity */
	plant(dir, "model.norm.weight", 2 * 3, "\x01\x7f\x80\x7f", 4);    /* a large number, then infinity */
	plant(dir, "model.layers.0.self_attn.o_proj.weight_scale_inv", 0, "\0\0\xc8\xc2", 4); /* f32 -100 */
	plant(dir, "model.layers.0.self_attn.k_proj.weight_scale_inv", 0, "\0\0\0\xbf", 4);   /* f32 -0.5 */
	plant(dir, "model.layers.0.self_attn.q_proj.weight_scale_inv", 0, "\0\0\0\0", 4);
	inspect(&p, dir, true);
	assert_true(lists(&p, "layers.1.mlp.experts.down_proj", "at item 4321"));
	assert_true(lists(&p, "embed_tokens.weight", "at item 7"));
	assert_true(lists(&p, "model.norm.weight", "at item 4"));
	assert_true(lists(&p, "0.self_attn.o_proj.weight_scale_inv", "an impossible scale, -100, at item 0"));
	assert_true(lists(&p, "k_proj.weight_scale_inv", "an impossible scale, -0.5, at item 0"));
	assert_true(lists(&p, "q_proj.weight_scale_inv", "an impossible scale, 0, at item 0"));
	assert_int_equal(p.n, 6);
	FAILS(ERR_FORMAT, "`coppice model --check` lists them", problems_error(&p));
	problems_release(&p);
	FAILS(ERR_FORMAT, "weight_scale_inv holds an impossible scale, -100", eng_model_open(&m, dir, NULL));
	remove_model(dir);
}

static void headers_are_enough_to_say_what_a_model_holds(void **state)
{
	(void)state;
	static const char *const names[] = {"plain", "wide", "odd", "half", "tied", "blocks", "fp8fused"};
	for (int i = 0; i < 7; i++) {
		char dir[100];
		struct eng_config c;
		struct eng_weights *w;
		struct eng_model *m;
		snprintf(dir, sizeof dir, "tests/golden/models/%s", names[i]);
		OK(config_open(&c, dir));
		OK(weights_open(&w, &(struct weights_source){.dir = dir, .headers_only = true}, &c, NULL));
		OK(eng_model_open(&m, dir, &(struct eng_options){.threads = 1, .max_forks = 1}));
		const struct eng_info *info = eng_model_info(m);
		assert_null(w->final_norm);
		assert_int_equal(w->fingerprint, info->fingerprint);
		assert_int_equal(w->n_params, info->n_params);
		assert_int_equal(w->n_passed_over, info->n_passed_over);
		assert_int_equal(w->passed_over[0] + w->passed_over[1], info->n_passed_over);
		eng_model_close(m);
		weights_close(w);
		config_release(&c);
	}
}

/* The same file but for one more space behind its header: every 16-bit matrix then begins at an odd address. */
static void shift(const char *dir)
{
	char *path = file_join(dir, TENSORS);
	struct buf b, out;
	uint64_t n;
	buf_init(&b, BUF_MAX_TEXT);
	buf_init(&out, BUF_MAX_TEXT);
	OK(file_read(&b, path));
	memcpy(&n, b.data, sizeof n);
	n++;
	OK(buf_add(&out, &n, sizeof n));
	OK(buf_add(&out, b.data + sizeof n, n - 1));
	OK(buf_char(&out, ' '));
	OK(buf_add(&out, b.data + sizeof n + n - 1, b.len - sizeof n - n + 1));
	OK(file_write(path, out.data, out.len));
	buf_release(&b);
	buf_release(&out);
	mem_free(path);
}

static void open_folder(struct eng_weights **w, struct eng_config *c, const char *dir, bool headers_only)
{
	OK(config_open(c, dir));
	OK(weights_open(w, &(struct weights_source){.dir = dir, .headers_only = headers_only}, c, NULL));
}

static void matrices_that_are_not_aligned_are_counted_and_copied(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-unaligned-XXXXXX";
	struct eng_config c[3];
	struct eng_weights *as_is, *seen, *w;
	assert_non_null(mkdtemp(dir));
	copy_model("wide", dir, NULL, 0);
	shift(dir);
	open_folder(&as_is, &c[0], "tests/golden/models/wide", false);
	open_folder(&seen, &c[1], dir, true);
	open_folder(&w, &c[2], dir, false);
	assert_int_equal(as_is->n_unaligned, 0);
	assert_true(w->n_unaligned > 10 && w->unaligned_bytes > 0);
	assert_int_equal(w->n_copies, w->n_unaligned);
	assert_int_equal(seen->n_copies, 0);
	assert_int_equal(seen->n_unaligned, w->n_unaligned);
	assert_int_equal(seen->unaligned_bytes, w->unaligned_bytes);
	const struct kern_weight *a = &as_is->layers[2].experts[255].down, *b = &w->layers[2].experts[255].down;
	assert_int_equal((uintptr_t)b->data % 2, 0);
	assert_memory_equal(a->data, b->data, (size_t)a->rows * a->ld * 2);
	assert_memory_equal(as_is->final_norm, w->final_norm, (size_t)c[0].d_model * sizeof(float));
	struct eng_weights *all[] = {as_is, seen, w};
	for (int i = 0; i < 3; i++) {
		weights_close(all[i]);
		config_release(&c[i]);
	}
	remove_model(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_copy_left_alone_opens),
		TEST(a_missing_tensor_is_named),
		TEST(a_tensor_without_a_place_is_named),
		TEST(a_misshapen_tensor_is_named_with_both_shapes),
		TEST(a_tensor_of_a_type_that_cannot_be_computed_with_is_named),
		TEST(fp8_without_its_scale_and_a_scale_without_fp8_are_named),
		TEST(a_nan_is_named_with_its_tensor),
		TEST(all_that_is_wrong_is_listed_tensor_by_tensor),
		TEST(a_missing_shard_is_named_and_so_is_all_that_was_in_it),
		TEST(one_wrong_entry_leaves_the_others_readable),
		TEST(a_file_that_cannot_be_read_is_one_problem),
		TEST(a_misshapen_scale_is_named),
		TEST(every_tensor_with_a_value_that_is_none_is_named_with_the_item),
		TEST(headers_are_enough_to_say_what_a_model_holds),
		TEST(matrices_that_are_not_aligned_are_counted_and_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
