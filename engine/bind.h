/* engine/bind.h - layer 2, only for the files behind engine/model.h. Finding a tensor by name and holding it to what the config
 * makes of it.
 *
 * A binder goes on after what is wrong: every problem is noted, and what could not be bound stays empty. With a plan it finds
 * nothing at all and only notes what the config calls for, so that a model can be made up that binds afterwards. */
#ifndef ENGINE_BIND_H
#define ENGINE_BIND_H

#include "engine/model.h"

enum { NAME_BYTES = 256 };

/* What a tensor is for: how it would be stored, and which values a made-up one gets. */
enum bind_role {
	BIND_MATRIX, /* in the model's own type */
	BIND_LINEAR, /* a matrix that FP8 releases store as FP8, with its scales */
	BIND_SCALE,
	BIND_NORM,   /* near 0 where the family adds one, else near 1 */
	BIND_NORM_ONE, /* near 1 in every family */
	BIND_CONV,
	BIND_A_LOG,
	BIND_DT_BIAS
};

struct dummy_plan;

struct binder {
	struct eng_weights *w;
	const struct eng_config *c;
	struct eng_problems *problems;
	struct dummy_plan *plan; /* NULL but for making a model up */
	bool headers_only;       /* no byte of a tensor is read: vectors stay NULL */
	char at[64];             /* "layers.3.", before every name */
	bool *used;              /* of each tensor of the files */
	int rc;                  /* ERR_NOMEM: the rest does nothing */
};

/* Whether the tensor prefix + at + name is there, or in a shard that is missing. Under a plan nothing is. */
bool bind_has(struct binder *b, const char *name);
/* That tensor, of the given shape and of a type that can be computed with; else NULL, and the problem is noted. */
const struct st_tensor *bind_want(struct binder *b, const char *name, enum bind_role role, int n_dims, const int *dims);
const float *bind_vector(struct binder *b, const char *name, enum bind_role role, int n);
/* [channels, 1, taps] in the file, [taps][channels] in memory. */
const float *bind_conv(struct binder *b, const char *name, int channels, int taps);
void bind_matrix(struct binder *b, struct kern_weight *w, const char *name, enum bind_role role, int rows, int cols);
/* One 3-D tensor over all experts: *all becomes the first expert's matrix; returns how many scales each has. */
int bind_fused(struct binder *b, struct kern_weight *all, const char *name, int rows, int cols);

#endif
