/* engine/dummy.h - layer 2. Made-up models: every tensor that a config calls for, in the types it names, with seeded random
 * values, so that speed and memory of a published shape can be measured without its checkpoint. What it writes means nothing.
 *
 * Types: matrices in the config's dtype; under quantization_config fp8 those that FP8 releases quantise as F8_E4M3, with BF16
 * scales per block. Values: uniform, with a standard deviation of 1 / sqrt(inputs) for matrices, so that activations keep their
 * size; norms near 1 (near 0 where the family adds one); A_log and dt_bias spread as in trained Gated DeltaNet layers, so that
 * states neither die nor blow up. Item i of a tensor depends on the seed, the tensor's name, its type and shape, and i alone. */
#ifndef ENGINE_DUMMY_H
#define ENGINE_DUMMY_H

#include "base/map.h"
#include "base/thread.h"
#include "engine/bind.h"

/* What the config calls for: a tensor, and what its values are to be. */
struct dummy_item {
	enum bind_role role;
	int inputs; /* of the matrix that it is, or whose scales it holds */
};

struct dummy_plan {
	const struct eng_config *config; /* borrowed */
	struct safetensors *made;        /* whoever takes it sets this to NULL */
	struct dummy_item *items;        /* [n] */
	size_t n, cap;
	struct map names;                /* name -> index into items */
};

void dummy_plan_init(struct dummy_plan *p, const struct eng_config *config);
void dummy_plan_release(struct dummy_plan *p);
int dummy_plan_add(struct dummy_plan *p, const char *name, enum bind_role role, int n_dims, const int *dims) CHECK_RESULT;
/* After the last: memory for all of them, and their values, with progress. ERR_NOMEM. */
int dummy_fill(struct dummy_plan *p, uint64_t seed, struct crew *crew) CHECK_RESULT;

#endif
