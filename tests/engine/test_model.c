/* Checkpoints whose tensors do not fit their config: each wrong one is named. */
#include "base/file.h"
#include "base/mem.h"
#include "engine/engine.h"
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
