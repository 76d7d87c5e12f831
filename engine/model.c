#include "engine/model.h"
#include "base/hash.h"
#include <stdarg.h>

enum { NAME_BYTES = 256 };

/* Binds tensors one after the other; after the first error the rest do nothing. */
struct binder {
	struct eng_weights *w;
	const struct eng_config *c;
	char at[64]; /* "layers.3." */
	bool *used;  /* of each tensor of the files */
	int rc;
};

static const struct st_tensor *find_full(struct binder *b, const char *name)
{
	const struct st_tensor *t = safetensors_find(b->w->files, name);
	if (t)
		b->used[t - safetensors_at(b->w->files, 0)] = true;
	return t;
}

/* The tensor prefix + "layers.N." + name; NULL when absent. */
static const struct st_tensor *find(struct binder *b, const char *name)
{
	char full[NAME_BYTES];
	snprintf(full, sizeof full, "%s%s%s", b->w->prefix, b->at, name);
	return find_full(b, full);
}

static void absent(struct binder *b, const char *name)
{
	if (!b->rc)
		b->rc = err_set(ERR_FORMAT, "tensor %s%s%s is missing", b->w->prefix, b->at, name);
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

static void check_shape(struct binder *b, const struct st_tensor *t, int n_dims, const int *dims)
{
	if (b->rc || has_shape(t, n_dims, dims))
		return;
	char have[ST_MAX_DIMS * 24], want[ST_MAX_DIMS * 24];
	int64_t d[ST_MAX_DIMS];
	for (int i = 0; i < n_dims; i++)
		d[i] = dims[i];
	print_dims(want, sizeof want, n_dims, d);
	print_dims(have, sizeof have, t->n_dims, t->dims);
	b->rc = err_set(ERR_FORMAT, "tensor %s has the shape %s; config.json makes it %s", t->name, have, want);
}

static void check_type(struct binder *b, const struct st_tensor *t, bool fp8_too)
{
	if (!b->rc && t->type > (fp8_too ? ST_F8_E4M3 : ST_F16))
		b->rc = err_set(ERR_FORMAT, "tensor %s is %s; it must be F32, BF16%s", t->name, st_type_name(t->type),
		                fp8_too ? ", F16 or F8_E4M3" : " or F16");
}

static float *to_f32(struct binder *b, const struct st_tensor *t)
{
	size_t n = t->bytes / st_type_bytes(t->type);
	float *v = arena_alloc(&b->w->vectors, n * sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = st_item(t, i);
	return v;
}

static const float *bind_vector(struct binder *b, const char *name, int n)
{
	const struct st_tensor *t = find(b, name);
	if (!t) {
		absent(b, name);
		return NULL;
	}
	check_shape(b, t, 1, &n);
	check_type(b, t, false);
	b->w->n_params += n;
	return b->rc ? NULL : to_f32(b, t);
}

/* [channels, 1, taps] in the file, [taps][channels] here. */
static const float *bind_conv(struct binder *b, const char *name, int channels, int taps)
{
	const struct st_tensor *t = find(b, name);
	if (!t) {
		absent(b, name);
		return NULL;
	}
	check_shape(b, t, 3, (int[]){channels, 1, taps});
	check_type(b, t, false);
	if (b->rc)
		return NULL;
	float *v = arena_alloc(&b->w->vectors, t->bytes / st_type_bytes(t->type) * sizeof *v);
	for (int c = 0; c < channels; c++)
		for (int j = 0; j < taps; j++)
			v[(size_t)j * (size_t)channels + (size_t)c] = st_item(t, (size_t)c * (size_t)taps + (size_t)j);
	b->w->n_params += (int64_t)channels * taps;
	return v;
}

static const void *aligned_data(struct binder *b, const struct st_tensor *t)
{
	if (st_tensor_aligned(t))
		return t->data;
	void *copy = mem_large(t->bytes);
	if (!copy) {
		b->rc = err_set(ERR_NOMEM, "no memory for a copy of %s (%zu bytes), which is not aligned in its file", t->name, t->bytes);
		return NULL;
	}
	memcpy(copy, t->data, t->bytes);
	b->w->copies = mem_grow(b->w->copies, (size_t)b->w->n_copies + 1, sizeof *b->w->copies);
	b->w->copies[b->w->n_copies++] = copy;
	return copy;
}

/* The scale that goes with t, as f32: [ceil(rows / block), ceil(cols / block)], behind a leading dimension for fused experts. */
static const float *bind_scale(struct binder *b, const struct st_tensor *t, int rows, int cols, int *per_matrix, int *ld)
{
	char name[NAME_BYTES];
	snprintf(name, sizeof name, "%s_scale_inv", t->name);
	const struct st_tensor *s = find_full(b, name);
	if (b->rc)
		return NULL;
	if (t->type != ST_F8_E4M3) {
		if (s)
			b->rc = err_set(ERR_FORMAT, "tensor %s is %s, but has a scale beside it", t->name, st_type_name(t->type));
		return NULL;
	}
	if (!s) {
		b->rc = err_set(ERR_FORMAT, "tensor %s is missing, which its F8_E4M3 weight needs", name);
		return NULL;
	}
	if (!b->c->block_rows) {
		b->rc = err_set(ERR_FORMAT, "tensor %s is F8_E4M3, but config.json has no quantization_config.weight_block_size", t->name);
		return NULL;
	}
	int r = (rows + b->c->block_rows - 1) / b->c->block_rows, q = (cols + b->c->block_cols - 1) / b->c->block_cols;
	if (t->n_dims == 3)
		check_shape(b, s, 3, (int[]){(int)t->dims[0], r, q});
	else
		check_shape(b, s, 2, (int[]){r, q});
	check_type(b, s, false);
	*per_matrix = r * q;
	*ld = q;
	return b->rc ? NULL : to_f32(b, s);
}

static void fill_matrix(struct binder *b, struct kern_weight *w, const struct st_tensor *t, int rows, int cols)
{
	static const enum kern_type types[] = {[ST_F32] = KERN_F32, [ST_BF16] = KERN_BF16, [ST_F16] = KERN_F16, [ST_F8_E4M3] = KERN_FP8};
	int per, ld = 0;
	const float *scale = bind_scale(b, t, rows, cols, &per, &ld);
	if (b->rc)
		return;
	*w = (struct kern_weight){.data = aligned_data(b, t), .type = types[t->type], .rows = rows, .cols = cols, .ld = (size_t)cols,
	                          .scale = scale, .scale_ld = ld, .block_rows = b->c->block_rows, .block_cols = b->c->block_cols};
	b->w->n_params += (int64_t)rows * cols;
}

static void bind_matrix(struct binder *b, struct kern_weight *w, const char *name, int rows, int cols)
{
	const struct st_tensor *t = find(b, name);
	if (!t) {
		absent(b, name);
		return;
	}
	check_shape(b, t, 2, (int[]){rows, cols});
	check_type(b, t, true);
	if (!b->rc)
		fill_matrix(b, w, t, rows, cols);
}

/* Rows from .. from + rows - 1 of matrix e of a fused tensor. */
static struct kern_weight part_of(const struct kern_weight *all, int e, const float *scales, int per, int from, int rows)
{
	struct kern_weight w = *all;
	size_t row = (size_t)e * (size_t)all->rows + (size_t)from;
	w.data = (const char *)all->data + row * all->ld * kern_type_bytes(all->type);
	w.rows = rows;
	if (scales) {
		w.scale = scales + (size_t)e * (size_t)per;
		w.scale_row0 = from;
	}
	return w;
}

/* One 3-D tensor over all experts; `all` describes one expert's matrix and the scales of the first. */
static int bind_fused(struct binder *b, struct kern_weight *all, const char *name, int rows, int cols)
{
	const struct st_tensor *t = find(b, name);
	int per = 0;
	if (!t) {
		absent(b, name);
		return 0;
	}
	check_shape(b, t, 3, (int[]){b->c->n_experts, rows, cols});
	check_type(b, t, true);
	if (b->rc)
		return 0;
	int64_t before = b->w->n_params;
	fill_matrix(b, all, t, rows, cols);
	b->w->n_params = before + (int64_t)b->c->n_experts * rows * cols;
	if (all->scale)
		per = (rows + b->c->block_rows - 1) / b->c->block_rows * all->scale_ld;
	return per;
}

static void bind_fused_experts(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	struct kern_weight gate_up = {0}, down = {0};
	int per_gu = bind_fused(b, &gate_up, c->family->fused_gate_up, 2 * c->d_expert, c->d_model);
	int per_down = bind_fused(b, &down, c->family->fused_down, c->d_model, c->d_expert);
	for (int e = 0; e < c->n_experts && !b->rc; e++) {
		l->experts[e].gate = part_of(&gate_up, e, gate_up.scale, per_gu, 0, c->d_expert);
		l->experts[e].up = part_of(&gate_up, e, gate_up.scale, per_gu, c->d_expert, c->d_expert);
		l->experts[e].down = part_of(&down, e, down.scale, per_down, 0, c->d_model);
	}
}

__attribute__((format(printf, 2, 0))) static void bind_one_expert(struct binder *b, const char *format, int e, struct kern_mlp *m)
{
	const struct eng_config *c = b->c;
	char name[NAME_BYTES];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the format is a constant of family.c */
	snprintf(name, sizeof name, format, e, c->family->gate);
	bind_matrix(b, &m->gate, name, c->d_expert, c->d_model);
	snprintf(name, sizeof name, format, e, c->family->up);
	bind_matrix(b, &m->up, name, c->d_expert, c->d_model);
	snprintf(name, sizeof name, format, e, c->family->down);
	bind_matrix(b, &m->down, name, c->d_model, c->d_expert);
#pragma GCC diagnostic pop
}

static void bind_experts(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	l->experts = arena_alloc(&b->w->vectors, (size_t)c->n_experts * sizeof *l->experts);
	bind_matrix(b, &l->router, c->family->router, c->n_experts, c->d_model);
	if (c->family->fused_gate_up && find(b, c->family->fused_gate_up))
		bind_fused_experts(b, l);
	else
		for (int e = 0; e < c->n_experts && !b->rc; e++)
			bind_one_expert(b, c->family->expert, e, &l->experts[e]);
	if (!c->family->shared_expert)
		return;
	bind_matrix(b, &l->shared.gate, "mlp.shared_expert.gate_proj.weight", c->d_shared, c->d_model);
	bind_matrix(b, &l->shared.up, "mlp.shared_expert.up_proj.weight", c->d_shared, c->d_model);
	bind_matrix(b, &l->shared.down, "mlp.shared_expert.down_proj.weight", c->d_model, c->d_shared);
	bind_matrix(b, &l->shared_gate, "mlp.shared_expert_gate.weight", 1, c->d_model);
}

static void bind_attention(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	int q = c->n_heads * c->head_dim, kv = c->n_kv_heads * c->head_dim;
	bind_matrix(b, &l->q, "self_attn.q_proj.weight", c->family->attn_gate ? 2 * q : q, c->d_model);
	bind_matrix(b, &l->k, "self_attn.k_proj.weight", kv, c->d_model);
	bind_matrix(b, &l->v, "self_attn.v_proj.weight", kv, c->d_model);
	bind_matrix(b, &l->o, "self_attn.o_proj.weight", c->d_model, q);
	if (c->family->qk_norm == ENG_QK_NONE)
		return;
	bool full = c->family->qk_norm == ENG_QK_FULL;
	l->q_norm = bind_vector(b, "self_attn.q_norm.weight", full ? q : c->head_dim);
	l->k_norm = bind_vector(b, "self_attn.k_norm.weight", full ? kv : c->head_dim);
}

static void bind_gdn(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	int keys = c->gdn_key_heads * c->gdn_key_dim, values = c->gdn_value_heads * c->gdn_value_dim;
	bind_matrix(b, &l->qkv, "linear_attn.in_proj_qkv.weight", 2 * keys + values, c->d_model);
	bind_matrix(b, &l->z, "linear_attn.in_proj_z.weight", values, c->d_model);
	bind_matrix(b, &l->a, "linear_attn.in_proj_a.weight", c->gdn_value_heads, c->d_model);
	bind_matrix(b, &l->b, "linear_attn.in_proj_b.weight", c->gdn_value_heads, c->d_model);
	bind_matrix(b, &l->out, "linear_attn.out_proj.weight", c->d_model, values);
	l->conv = bind_conv(b, "linear_attn.conv1d.weight", 2 * keys + values, c->gdn_conv);
	l->a_log = bind_vector(b, "linear_attn.A_log", c->gdn_value_heads);
	l->dt_bias = bind_vector(b, "linear_attn.dt_bias", c->gdn_value_heads);
	l->gdn_norm = bind_vector(b, "linear_attn.norm.weight", c->gdn_value_dim);
}

static void bind_layer(struct binder *b, int i)
{
	struct eng_layer *l = &b->w->layers[i];
	snprintf(b->at, sizeof b->at, "layers.%d.", i);
	l->mixer = b->c->mixer[i];
	l->input_norm = bind_vector(b, "input_layernorm.weight", b->c->d_model);
	l->post_norm = bind_vector(b, "post_attention_layernorm.weight", b->c->d_model);
	if (l->mixer == ENG_ATTENTION)
		bind_attention(b, l);
	else
		bind_gdn(b, l);
	bind_experts(b, l);
}

static void find_prefix(struct binder *b)
{
	const struct eng_family *f = b->c->family;
	for (int i = 0; i < 3 && f->prefixes[i]; i++) {
		b->w->prefix = f->prefixes[i];
		if (find(b, "embed_tokens.weight"))
			return;
	}
	b->rc = err_set(ERR_FORMAT, "tensor %sembed_tokens.weight is missing, under any other prefix of %s as well", f->prefixes[0],
	                f->model_type);
}

static void bind_ends(struct binder *b)
{
	const struct eng_config *c = b->c;
	b->at[0] = '\0';
	bind_matrix(b, &b->w->embed, "embed_tokens.weight", c->n_vocab, c->d_model);
	b->w->final_norm = bind_vector(b, "norm.weight", c->d_model);
	const struct st_tensor *head = find_full(b, "lm_head.weight");
	if (c->tied) {
		b->w->head = b->w->embed;
		return;
	}
	if (!head && !b->rc)
		b->rc = err_set(ERR_FORMAT, "tensor lm_head.weight is missing, and tie_word_embeddings is false");
	if (b->rc)
		return;
	check_shape(b, head, 2, (int[]){c->n_vocab, c->d_model});
	check_type(b, head, true);
	if (!b->rc)
		fill_matrix(b, &b->w->head, head, c->n_vocab, c->d_model);
}

/* What nobody asked for is either known to be of no use here, or would change the arithmetic. */
static void check_rest(struct binder *b)
{
	const char *const *ignored = b->c->family->ignored;
	for (size_t i = 0; i < safetensors_count(b->w->files) && !b->rc; i++) {
		const char *name = safetensors_at(b->w->files, i)->name;
		bool known = b->used[i] || strstr(name, "rotary_emb.inv_freq");
		for (int j = 0; j < 3 && ignored[j] && !known; j++)
			if (!strncmp(name, ignored[j], strlen(ignored[j]))) {
				known = true;
				b->w->n_passed_over++;
			}
		if (!known)
			b->rc = err_set(ERR_UNSUPPORTED, "tensor %s has no place in a %s model of these sizes", name, b->c->family->model_type);
	}
}

static void count_active(struct eng_weights *w)
{
	const struct eng_config *c = w->config;
	int64_t expert = 3 * (int64_t)c->d_expert * c->d_model;
	w->n_params_active = w->n_params - c->n_layers * (c->n_experts - c->top_k) * expert;
	if (!c->tied)
		w->n_params_active -= (int64_t)(c->n_vocab - 1) * c->d_model; /* one row of the embedding is read */
}

static uint64_t fingerprint(const struct safetensors *s)
{
	uint64_t h = HASH_SEED;
	size_t n = safetensors_count(s), step = n / 256 + 1;
	for (size_t i = 0; i < n; i++) {
		const struct st_tensor *t = safetensors_at(s, i);
		h = hash_str(h, t->name);
		h = hash_str(h, st_type_name(t->type));
		h = hash_bytes(h, t->dims, sizeof *t->dims * (size_t)t->n_dims);
		if (i % step == 0)
			h = hash_bytes(h, t->data, t->bytes < 256 ? t->bytes : 256);
	}
	return h;
}

int weights_open(struct eng_weights **out, const char *dir, const struct eng_config *config)
{
	struct eng_weights *w = mem_zalloc(sizeof *w);
	struct binder b = {.w = w, .c = config};
	*out = NULL;
	w->config = config;
	arena_init(&w->vectors);
	b.rc = safetensors_open(&w->files, dir);
	if (b.rc) {
		weights_close(w);
		return b.rc;
	}
	b.used = mem_array(safetensors_count(w->files) + 1, sizeof *b.used);
	w->layers = mem_array((size_t)config->n_layers, sizeof *w->layers);
	find_prefix(&b);
	if (!b.rc)
		bind_ends(&b);
	for (int i = 0; i < config->n_layers && !b.rc; i++)
		bind_layer(&b, i);
	if (!b.rc)
		check_rest(&b);
	mem_free(b.used);
	if (b.rc) {
		weights_close(w);
		return err_prefix(b.rc, "%s", dir);
	}
	count_active(w);
	w->fingerprint = fingerprint(w->files);
	*out = w;
	return 0;
}

void weights_close(struct eng_weights *w)
{
	if (!w)
		return;
	for (int i = 0; i < w->n_copies; i++)
		mem_large_free(w->copies[i]);
	mem_free(w->copies);
	mem_free(w->layers);
	arena_release(&w->vectors);
	safetensors_close(w->files);
	mem_free(w);
}
