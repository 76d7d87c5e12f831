/* engine/config.h - layer 2. config.json: what the forward pass must know of a model, each field checked against a range.
 *
 * Multimodal files nest the text model in text_config; flat ones are read as well. A field that is missing, of another type
 * or out of range is an ERR_FORMAT that names it, its value and the range; something the arithmetic here does not do (another
 * family, an attention bias, scaled rotary) is ERR_UNSUPPORTED. After a successful parse every number below is in range and
 * they agree with each other, so that nobody checks them again. */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include "base/err.h"
#include "engine/family.h"
#include "kernels/kernels.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENG_MAX_LAYERS 512
#define ENG_MAX_WIDTH 65536 /* of the residual stream, of experts, of all heads of one projection together */
#define ENG_MAX_HEADS 1024
#define ENG_MAX_HEAD_DIM KERN_MAX_HEAD
#define ENG_MAX_VOCAB (1 << 20)
#define ENG_MAX_EXPERTS KERN_MAX_EXPERTS
#define ENG_MAX_TOP_K KERN_MAX_TOP_K
#define ENG_MAX_CONV KERN_MAX_CONV
#define ENG_MAX_POSITIONS (1 << 24)
#define ENG_MAX_EOS 32

enum eng_mixer { ENG_ATTENTION, ENG_GDN };
enum eng_dtype { ENG_DTYPE_F32, ENG_DTYPE_BF16, ENG_DTYPE_F16 };

struct eng_config {
	const struct eng_family *family;
	enum eng_dtype dtype; /* what the file says the model was made for; F32 where it says nothing */
	int n_vocab, d_model, n_layers;
	enum eng_mixer *mixer; /* [n_layers] */
	double eps;
	bool tied; /* the output head is the embedding */
	int max_positions;

	int n_heads, n_kv_heads, head_dim, rotary_dims; /* rotary_dims even, at most head_dim */
	double rope_theta;

	int gdn_key_heads, gdn_value_heads, gdn_key_dim, gdn_value_dim, gdn_conv; /* 0 without such layers */

	int n_experts, top_k, d_expert, d_shared; /* d_shared 0: no shared expert */
	bool renormalise;

	char activation_scheme[32]; /* of quantization_config; "" where it names none */
	int block_rows, block_cols; /* of FP8 weights' scales; 0 where the file has no quantization_config */
	int32_t eos[ENG_MAX_EOS];
	int n_eos;
};

int config_parse(struct eng_config *out, const void *data, size_t size) CHECK_RESULT;
/* dir/config.json, and the ends of text of dir/generation_config.json where there is one. */
int config_open(struct eng_config *out, const char *dir) CHECK_RESULT;
/* Whether activations may be quantised as this checkpoint means it, per token as they come: ERR_UNSUPPORTED where it does not. */
int config_check_fp8(const struct eng_config *c, const char *dir) CHECK_RESULT;
void config_release(struct eng_config *c);

#endif
