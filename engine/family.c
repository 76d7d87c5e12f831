#include "engine/family.h"
#include <stddef.h>
#include <string.h>

/* Tensor names that all but Mixtral share. */
#define EXPERTS_OF_MLP                                                                                                      \
	.router = "mlp.gate.weight", .expert = "mlp.experts.%d.%s", .gate = "gate_proj.weight", .up = "up_proj.weight",     \
	.down = "down_proj.weight", .fused_gate_up = "mlp.experts.gate_up_proj", .fused_down = "mlp.experts.down_proj"

static const struct eng_family families[] = {
	{
		.model_type = "qwen3_5_moe",
		.text_type = "qwen3_5_moe_text",
		.prefixes = {"model.language_model.", "model."},
		.ignored = {"mtp.", "model.visual."},
		.norm_adds_one = true,
		.qk_norm = ENG_QK_HEAD,
		.attn_gate = true,
		.gdn = true,
		.partial_rotary = true,
		.rotary_part = 0.25,
		.renorm = ENG_RENORM_ALWAYS,
		.shared_expert = true,
		.f_experts = "num_experts",
		.f_top_k = "num_experts_per_tok",
		.f_expert_width = "moe_intermediate_size",
		EXPERTS_OF_MLP,
	},
	{
		.model_type = "qwen3_moe",
		.prefixes = {"model."},
		.qk_norm = ENG_QK_HEAD,
		.rotary_part = 1,
		.renorm = ENG_RENORM_FIELD,
		.f_experts = "num_experts",
		.f_top_k = "num_experts_per_tok",
		.f_expert_width = "moe_intermediate_size",
		EXPERTS_OF_MLP,
	},
	{
		.model_type = "olmoe",
		.prefixes = {"model."},
		.qk_norm = ENG_QK_FULL,
		.rotary_part = 1,
		.renorm = ENG_RENORM_FIELD,
		.f_experts = "num_experts",
		.f_top_k = "num_experts_per_tok",
		.f_expert_width = "intermediate_size",
		EXPERTS_OF_MLP,
	},
	{
		.model_type = "mixtral",
		.prefixes = {"model."},
		.qk_norm = ENG_QK_NONE,
		.rotary_part = 1,
		.renorm = ENG_RENORM_ALWAYS,
		.f_experts = "num_local_experts",
		.f_top_k = "num_experts_per_tok",
		.f_expert_width = "intermediate_size",
		.router = "block_sparse_moe.gate.weight",
		.expert = "block_sparse_moe.experts.%d.%s",
		.gate = "w1.weight",
		.up = "w3.weight",
		.down = "w2.weight",
	},
};

const struct eng_family *family_find(const char *model_type)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		const struct eng_family *f = &families[i];
		if (!strcmp(model_type, f->model_type) || (f->text_type && !strcmp(model_type, f->text_type)))
			return f;
	}
	return NULL;
}

const char *family_names(void)
{
	return "qwen3_5_moe, qwen3_moe, olmoe, mixtral";
}
