/* engine/family.h - layer 2. What tells one family of models from another, as data: one row a family.
 *
 * The forward pass asks the row, never the family's name. A new family is a new row; only arithmetic that no row has needed
 * before adds code. Names are those of the published checkpoints: the tensor is the model's prefix, "layers.N.", the name. */
#ifndef ENGINE_FAMILY_H
#define ENGINE_FAMILY_H

#include <stdbool.h>

enum eng_qk_norm {
	ENG_QK_NONE,
	ENG_QK_HEAD, /* over each head's width, one weight for all heads */
	ENG_QK_FULL  /* over the whole projection, before it is split into heads */
};

enum eng_renorm {
	ENG_RENORM_ALWAYS,
	ENG_RENORM_FIELD /* as norm_topk_prob says; absent is false */
};

struct eng_family {
	const char *model_type; /* config.json's, at the top */
	const char *text_type;  /* of the nested text_config; NULL where the config is flat. Also accepted at the top */
	const char *prefixes[3]; /* tried in this order; the first under which embed_tokens.weight is found */
	const char *ignored[3];  /* tensors under these are passed over */

	bool norm_adds_one; /* RMS norms multiply by 1 + w */
	enum eng_qk_norm qk_norm;
	bool attn_gate;     /* q_proj holds [query | gate] per head; the output is multiplied by sigmoid(gate) */
	bool gdn;           /* some layers are Gated DeltaNet */
	bool partial_rotary; /* partial_rotary_factor is part of the family; HF's other classes do not read it */
	double rotary_part;  /* where the config names none */

	enum eng_renorm renorm;
	bool shared_expert; /* with a sigmoid gate */
	const char *f_experts, *f_top_k, *f_expert_width; /* the config's names for these */

	const char *router;                 /* [experts, d] */
	const char *expert;                 /* printf format of expert E's tensors: E, then one of the three below */
	const char *gate, *up, *down;
	const char *fused_gate_up, *fused_down; /* 3-D tensors over all experts; NULL where the family has none */
};

/* NULL when no row has that model_type (or text_type). */
const struct eng_family *family_find(const char *model_type);
/* The names of all rows, "a, b, c", for an error message. */
const char *family_names(void);

#endif
