/* engine/model.h - layer 2. The tensors of a checkpoint bound to their places in the forward pass.
 *
 * Every tensor the config calls for is found by name and checked for shape and type; what is missing or misshapen is listed, all
 * of it. A tensor that has no place here is listed as well (it would change the arithmetic), unless the family passes it over
 * (mtp.*, model.visual.*). Matrices stay in the mapped file. What is copied: small vectors (norms, gates, convolutions, FP8
 * scales) as f32, matrices whose bytes are not aligned for their type, and, for models small enough, the packed form that the
 * kernels read faster. Whether a matrix is FP8 is decided by its dtype and its scale, never by a list. */
#ifndef ENGINE_MODEL_H
#define ENGINE_MODEL_H

#include "base/mem.h"
#include "base/thread.h"
#include "engine/config.h"
#include "engine/problems.h"
#include "engine/safetensors.h"
#include "kernels/kernels.h"

#define ENG_SMALL_BYTES ((size_t)512 << 20) /* up to this a model is packed, and checked whole when it is opened */

struct eng_layer {
	enum eng_mixer mixer;
	const float *input_norm, *post_norm; /* [d] */
	struct kern_weight q, k, v, o;       /* attention */
	const float *q_norm, *k_norm;        /* [head_dim], or [heads x head_dim] under ENG_QK_FULL */
	struct kern_weight qkv, z, a, b, out; /* Gated DeltaNet */
	const float *conv;                    /* [taps][channels] */
	const float *a_log, *dt_bias;         /* [value heads] */
	const float *gdn_norm;                /* [value width] */
	struct kern_weight router;            /* [experts, d] */
	struct kern_mlp *experts;             /* [n_experts] */
	struct kern_mlp shared;
	struct kern_weight shared_gate; /* [1, d]; these two only where the family has a shared expert */
};

struct eng_weights {
	const struct eng_config *config; /* borrowed */
	struct safetensors *files;
	const char *prefix;
	struct kern_weight embed, head; /* [vocab, d] */
	const float *final_norm;
	struct eng_layer *layers;
	struct arena vectors;
	void **copies; /* of mem_large */
	int n_copies;
	void *placed; /* NULL, or a device's copy of all that the pointers above point to */
	int n_unaligned;        /* matrices that are copied, or would be but for headers_only, since their bytes are not aligned in the file */
	size_t unaligned_bytes; /* of those */
	int passed_over[3]; /* tensors of the files that the family ignores, by the prefix of family.h's `ignored` */
	int n_passed_over;  /* all of them */
	int64_t n_params, n_params_active; /* as the config makes them */
	uint64_t fingerprint; /* of names, types, shapes, and of the first bytes of up to 256 tensors; of made-up ones the seed */
};

/* Where weights come from. */
struct weights_source {
	const char *dir;
	bool dummy;         /* not from the folder but made up (dummy.h) ... */
	uint64_t seed;      /* ... from this */
	bool headers_only;  /* nothing is read or made but what tells names, types and shapes: nothing can be computed with these */
	struct crew *crew;  /* makes them up; NULL: this thread alone */
};

/* Without headers_only the files are also read ahead, where they fit in memory. config must outlive *out.
 * problems NULL: what is wrong with a tensor is an error, the first one named (ERR_FORMAT, ERR_UNSUPPORTED, ERR_MISSING). Else it
 * is added to them and *out holds what could be bound. ERR_IO, ERR_NOMEM, and a folder without any weights, are errors always. */
int weights_open(struct eng_weights **out, const struct weights_source *from, const struct eng_config *config, struct eng_problems *problems) CHECK_RESULT;
/* The same for tensors that are already there. files is given, also when this fails. */
int weights_bind(struct eng_weights **out, struct safetensors *files, const struct eng_config *config, bool headers_only,
                 struct eng_problems *problems) CHECK_RESULT;
void weights_close(struct eng_weights *w);
/* Whether any matrix but the embedding is FP8. */
bool weights_any_fp8(const struct eng_weights *w);
/* Lays every matrix but the embedding out for k's backend. ERR_NOMEM. */
int weights_pack(struct eng_weights *w, const struct kern *k) CHECK_RESULT;
/* For a k with a device: copies every matrix, scale and vector there, once, with progress; from then on they are the device's. Else
 * nothing. ERR_NOMEM says how much there is room for. Undone by weights_unplace, before k is closed. */
int weights_place(struct eng_weights *w, struct kern *k) CHECK_RESULT;
void weights_unplace(struct eng_weights *w, struct kern *k);
/* Reads every byte, with progress, and adds every tensor that holds a NaN, an infinity or an impossible scale. */
void weights_check(const struct eng_weights *w, struct crew *crew, struct eng_problems *problems);

#endif
