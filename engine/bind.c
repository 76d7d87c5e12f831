#include "engine/bind.h"
#include "engine/dummy.h"
#include <math.h>

/* By the tensor's whole name. */
static const struct st_tensor *find_full(struct binder *b, const char *name)
{
	const struct st_tensor *t = safetensors_find(b->w->files, name);
	if (t)
		b->used[t - safetensors_at(b->w->files, 0)] = true;
	return t;
}

/* The output head alone stands outside the prefix. */
static void full_name(const struct binder *b, char *full, const char *name)
{
	bool head = !strcmp(name, "lm_head.weight");
	snprintf(full, NAME_BYTES, "%s%s%s", head ? "" : b->w->prefix, head ? "" : b->at, name);
}

bool bind_has(struct binder *b, const char *name)
{
	char full[NAME_BYTES];
	full_name(b, full, name);
	return !b->plan && (find_full(b, full) || safetensors_lost(b->w->files, full) || safetensors_excused(b->w->files, full));
}

static bool has_shape(const struct st_tensor *t, int n_dims, const int *dims)
{
	for (int i = 0; i < n_dims && t->n_dims == n_dims; i++)
		if (t->dims[i] != dims[i])
			return false;
	return t->n_dims == n_dims;
}

static int print_dims(char *out, size_t size, int n, const int64_t *dims)
{
	int at = snprintf(out, size, "[");
	for (int i = 0; i < n && at < (int)size - 24; i++)
		at += snprintf(out + at, size - (size_t)at, i ? ", %lld" : "%lld", (long long)dims[i]);
	return at + snprintf(out + at, size - (size_t)at, "]");
}

static bool check_shape(struct binder *b, const struct st_tensor *t, int n_dims, const int *dims)
{
	char have[ST_MAX_DIMS * 24], want[ST_MAX_DIMS * 24];
	int64_t d[ST_MAX_DIMS];
	if (has_shape(t, n_dims, dims))
		return true;
	for (int i = 0; i < n_dims; i++)
		d[i] = dims[i];
	print_dims(want, sizeof want, n_dims, d);
	print_dims(have, sizeof have, t->n_dims, t->dims);
	problems_add(b->problems, ERR_FORMAT, t->name, "has the shape %s; config.json makes it %s", have, want);
	return false;
}

static bool check_type(struct binder *b, const struct st_tensor *t, bool fp8_too)
{
	if (t->type <= (fp8_too ? ST_F8_E4M3 : ST_F16))
		return true;
	problems_add(b->problems, ERR_FORMAT, t->name, "is %s; it must be F32, BF16%s", st_type_name(t->type), fp8_too ? ", F16 or F8_E4M3" : " or F16");
	return false;
}

static void absent(struct binder *b, const char *full, const char *why)
{
	const char *shard = safetensors_lost(b->w->files, full);
	if (safetensors_excused(b->w->files, full))
		return;
	if (shard)
		problems_add(b->problems, ERR_MISSING, full, "is in %s, which is missing", shard);
	else
		problems_add(b->problems, ERR_FORMAT, full, "is missing%s", why);
}

/* The scale beside a matrix, if any; it has its place there, whatever is wrong with the matrix. */
static const struct st_tensor *find_scale(struct binder *b, const char *full)
{
	char name[NAME_BYTES + 16];
	snprintf(name, sizeof name, "%s_scale_inv", full);
	return find_full(b, name);
}

const struct st_tensor *bind_want(struct binder *b, const char *name, enum bind_role role, int n_dims, const int *dims)
{
	char full[NAME_BYTES];
	full_name(b, full, name);
	if (b->rc)
		return NULL;
	if (b->plan) {
		b->rc = dummy_plan_add(b->plan, full, role, n_dims, dims);
		return NULL;
	}
	bool matrix = role == BIND_MATRIX || role == BIND_LINEAR;
	const struct st_tensor *t = find_full(b, full);
	if (!t)
		absent(b, full, strcmp(name, "lm_head.weight") ? "" : ", and tie_word_embeddings is false");
	if (matrix)
		find_scale(b, full);
	bool shape = t && check_shape(b, t, n_dims, dims), type = t && check_type(b, t, matrix);
	return shape && type ? t : NULL;
}

/* The items as f32, in the order in which they lie in the file. */
static float *to_f32(struct binder *b, const struct st_tensor *t)
{
	size_t n = t->bytes / st_type_bytes(t->type);
	float *v = arena_alloc(&b->w->vectors, n * sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = st_item(t, i);
	return v;
}

const float *bind_vector(struct binder *b, const char *name, enum bind_role role, int n)
{
	const struct st_tensor *t = bind_want(b, name, role, 1, &n);
	b->w->n_params += n;
	return t && !b->headers_only ? to_f32(b, t) : NULL;
}

const float *bind_conv(struct binder *b, const char *name, int channels, int taps)
{
	const struct st_tensor *t = bind_want(b, name, BIND_CONV, 3, (int[]){channels, 1, taps});
	b->w->n_params += (int64_t)channels * taps;
	if (!t || b->headers_only)
		return NULL;
	float *v = arena_alloc(&b->w->vectors, t->bytes / st_type_bytes(t->type) * sizeof *v);
	for (int c = 0; c < channels; c++)
		for (int j = 0; j < taps; j++)
			v[(size_t)j * (size_t)channels + (size_t)c] = st_item(t, (size_t)c * (size_t)taps + (size_t)j);
	return v;
}

/* Where the kernels can read the items of t. What has to be copied for that is then in memory once, not twice: the file's pages are
 * given back, tensor by tensor. */
static const void *aligned_data(struct binder *b, const struct st_tensor *t)
{
	if (st_tensor_aligned(t))
		return t->data;
	b->w->n_unaligned++;
	b->w->unaligned_bytes += t->bytes;
	if (b->headers_only)
		return t->data;
	void *copy = mem_large(t->bytes);
	if (!copy) {
		b->rc = err_set(ERR_NOMEM, "no memory for a copy of %s (%zu bytes), which is not aligned in its file", t->name, t->bytes);
		return NULL;
	}
	memcpy(copy, t->data, t->bytes);
	safetensors_copied(b->w->files, t);
	b->w->copies = mem_grow(b->w->copies, (size_t)b->w->n_copies + 1, sizeof *b->w->copies);
	b->w->copies[b->w->n_copies++] = copy;
	return copy;
}

/* The kernels rely on scales being finite and small: the one thing of a weight that is checked whenever it is opened. */
static bool check_scales(struct binder *b, const struct st_tensor *s, const float *v)
{
	size_t n = s->bytes / st_type_bytes(s->type);
	for (size_t i = 0; i < n; i++)
		if (!(fabsf(v[i]) < KERN_SCALE_MAX)) {
			problems_add(b->problems, ERR_FORMAT, s->name, "holds an impossible scale, %g, at item %zu", (double)v[i], i);
			b->problems->checked = true;
			return false;
		}
	return true;
}

/* The scale that goes with t, as f32: [ceil(rows / block), ceil(cols / block)], behind a leading dimension for fused experts.
 * False when t cannot be used. */
static bool bind_scale(struct binder *b, const struct st_tensor *t, int rows, int cols, struct kern_weight *w)
{
	const struct st_tensor *s = find_scale(b, t->name);
	if (t->type != ST_F8_E4M3) {
		if (s)
			problems_add(b->problems, ERR_FORMAT, t->name, "is %s, but has a scale beside it", st_type_name(t->type));
		return !s;
	}
	if (!s) {
		char name[NAME_BYTES + 16];
		snprintf(name, sizeof name, "%s_scale_inv", t->name);
		absent(b, name, ", which its F8_E4M3 weight needs");
		return false;
	}
	if (!b->c->block_rows) {
		problems_add(b->problems, ERR_FORMAT, t->name, "is F8_E4M3, but config.json has no quantization_config.weight_block_size");
		return false;
	}
	int r = (rows + b->c->block_rows - 1) / b->c->block_rows, q = (cols + b->c->block_cols - 1) / b->c->block_cols;
	bool fused = t->n_dims == 3;
	if (!check_shape(b, s, fused ? 3 : 2, fused ? (int[]){(int)t->dims[0], r, q} : (int[]){r, q}) || !check_type(b, s, false))
		return false;
	w->scale_ld = q;
	w->scale = b->headers_only ? NULL : to_f32(b, s);
	return b->headers_only || check_scales(b, s, w->scale);
}

static void fill_matrix(struct binder *b, struct kern_weight *w, const struct st_tensor *t, int rows, int cols)
{
	static const enum kern_type types[] = {[ST_F32] = KERN_F32, [ST_BF16] = KERN_BF16, [ST_F16] = KERN_F16, [ST_F8_E4M3] = KERN_FP8};
	struct kern_weight m = {.type = types[t->type], .rows = rows, .cols = cols, .ld = (size_t)cols, .block_rows = b->c->block_rows,
	                        .block_cols = b->c->block_cols};
	if (!bind_scale(b, t, rows, cols, &m))
		return;
	m.data = aligned_data(b, t);
	*w = m;
}

void bind_matrix(struct binder *b, struct kern_weight *w, const char *name, enum bind_role role, int rows, int cols)
{
	const struct st_tensor *t = bind_want(b, name, role, 2, (int[]){rows, cols});
	b->w->n_params += (int64_t)rows * cols;
	if (t)
		fill_matrix(b, w, t, rows, cols);
}

int bind_fused(struct binder *b, struct kern_weight *all, const char *name, int rows, int cols)
{
	const struct st_tensor *t = bind_want(b, name, BIND_LINEAR, 3, (int[]){b->c->n_experts, rows, cols});
	b->w->n_params += (int64_t)b->c->n_experts * rows * cols;
	if (t)
		fill_matrix(b, all, t, rows, cols);
	return t && t->type == ST_F8_E4M3 && b->c->block_rows ? (rows + b->c->block_rows - 1) / b->c->block_rows * all->scale_ld : 0;
}
