#include "engine/model.h"
#include "base/hash.h"
#include "base/log.h"
#include "engine/bind.h"
#include "engine/dummy.h"

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

static void bind_fused_experts(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	struct kern_weight gate_up = {0}, down = {0};
	int per_gu = bind_fused(b, &gate_up, c->family->fused_gate_up, 2 * c->d_expert, c->d_model);
	int per_down = bind_fused(b, &down, c->family->fused_down, c->d_model, c->d_expert);
	for (int e = 0; e < c->n_experts && gate_up.data && down.data; e++) {
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
	bind_matrix(b, &m->gate, name, BIND_LINEAR, c->d_expert, c->d_model);
	snprintf(name, sizeof name, format, e, c->family->up);
	bind_matrix(b, &m->up, name, BIND_LINEAR, c->d_expert, c->d_model);
	snprintf(name, sizeof name, format, e, c->family->down);
	bind_matrix(b, &m->down, name, BIND_LINEAR, c->d_model, c->d_expert);
#pragma GCC diagnostic pop
}

static void bind_experts(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	l->experts = arena_alloc(&b->w->vectors, (size_t)c->n_experts * sizeof *l->experts);
	bind_matrix(b, &l->router, c->family->router, BIND_MATRIX, c->n_experts, c->d_model);
	if (c->family->fused_gate_up && (bind_has(b, c->family->fused_gate_up) || bind_has(b, c->family->fused_down)))
		bind_fused_experts(b, l);
	else
		for (int e = 0; e < c->n_experts && !b->rc; e++)
			bind_one_expert(b, c->family->expert, e, &l->experts[e]);
	if (!c->family->shared_expert)
		return;
	bind_matrix(b, &l->shared.gate, "mlp.shared_expert.gate_proj.weight", BIND_LINEAR, c->d_shared, c->d_model);
	bind_matrix(b, &l->shared.up, "mlp.shared_expert.up_proj.weight", BIND_LINEAR, c->d_shared, c->d_model);
	bind_matrix(b, &l->shared.down, "mlp.shared_expert.down_proj.weight", BIND_LINEAR, c->d_model, c->d_shared);
	bind_matrix(b, &l->shared_gate, "mlp.shared_expert_gate.weight", BIND_MATRIX, 1, c->d_model);
}

static void bind_attention(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	int q = c->n_heads * c->head_dim, kv = c->n_kv_heads * c->head_dim;
	bind_matrix(b, &l->q, "self_attn.q_proj.weight", BIND_LINEAR, c->family->attn_gate ? 2 * q : q, c->d_model);
	bind_matrix(b, &l->k, "self_attn.k_proj.weight", BIND_LINEAR, kv, c->d_model);
	bind_matrix(b, &l->v, "self_attn.v_proj.weight", BIND_LINEAR, kv, c->d_model);
	bind_matrix(b, &l->o, "self_attn.o_proj.weight", BIND_LINEAR, c->d_model, q);
	if (c->family->qk_norm == ENG_QK_NONE)
		return;
	bool full = c->family->qk_norm == ENG_QK_FULL;
	l->q_norm = bind_vector(b, "self_attn.q_norm.weight", BIND_NORM, full ? q : c->head_dim);
	l->k_norm = bind_vector(b, "self_attn.k_norm.weight", BIND_NORM, full ? kv : c->head_dim);
}

static void bind_gdn(struct binder *b, struct eng_layer *l)
{
	const struct eng_config *c = b->c;
	int keys = c->gdn_key_heads * c->gdn_key_dim, values = c->gdn_value_heads * c->gdn_value_dim;
	bind_matrix(b, &l->qkv, "linear_attn.in_proj_qkv.weight", BIND_LINEAR, 2 * keys + values, c->d_model);
	bind_matrix(b, &l->z, "linear_attn.in_proj_z.weight", BIND_LINEAR, values, c->d_model);
	bind_matrix(b, &l->a, "linear_attn.in_proj_a.weight", BIND_MATRIX, c->gdn_value_heads, c->d_model);
	bind_matrix(b, &l->b, "linear_attn.in_proj_b.weight", BIND_MATRIX, c->gdn_value_heads, c->d_model);
	bind_matrix(b, &l->out, "linear_attn.out_proj.weight", BIND_LINEAR, c->d_model, values);
	l->conv = bind_conv(b, "linear_attn.conv1d.weight", 2 * keys + values, c->gdn_conv);
	l->a_log = bind_vector(b, "linear_attn.A_log", BIND_A_LOG, c->gdn_value_heads);
	l->dt_bias = bind_vector(b, "linear_attn.dt_bias", BIND_DT_BIAS, c->gdn_value_heads);
	l->gdn_norm = bind_vector(b, "linear_attn.norm.weight", BIND_NORM_ONE, c->gdn_value_dim);
}

static void bind_layer(struct binder *b, int i)
{
	struct eng_layer *l = &b->w->layers[i];
	snprintf(b->at, sizeof b->at, "layers.%d.", i);
	l->mixer = b->c->mixer[i];
	l->input_norm = bind_vector(b, "input_layernorm.weight", BIND_NORM, b->c->d_model);
	l->post_norm = bind_vector(b, "post_attention_layernorm.weight", BIND_NORM, b->c->d_model);
	if (l->mixer == ENG_ATTENTION)
		bind_attention(b, l);
	else
		bind_gdn(b, l);
	bind_experts(b, l);
}

/* False when no embedding is found under any prefix: then nothing else would be either. */
static bool find_prefix(struct binder *b)
{
	const struct eng_family *f = b->c->family;
	for (int i = 0; i < 3 && f->prefixes[i]; i++) {
		b->w->prefix = f->prefixes[i];
		if (b->plan || bind_has(b, "embed_tokens.weight"))
			return true;
	}
	char full[NAME_BYTES];
	snprintf(full, sizeof full, "%sembed_tokens.weight", f->prefixes[0]);
	problems_add(b->problems, ERR_FORMAT, full, "is missing, under any other prefix of %s as well", f->model_type);
	return false;
}

static void bind_ends(struct binder *b)
{
	const struct eng_config *c = b->c;
	b->at[0] = '\0';
	bind_matrix(b, &b->w->embed, "embed_tokens.weight", BIND_MATRIX, c->n_vocab, c->d_model);
	b->w->final_norm = bind_vector(b, "norm.weight", BIND_NORM, c->d_model);
	if (!c->tied)
		bind_matrix(b, &b->w->head, "lm_head.weight", BIND_MATRIX, c->n_vocab, c->d_model);
	else {
		bind_has(b, "lm_head.weight"); /* a copy that some files hold all the same */
		b->w->head = b->w->embed;
	}
}

/* What nobody asked for is either known to be of no use here, or would change the arithmetic. */
static void check_rest(struct binder *b)
{
	const char *const *ignored = b->c->family->ignored;
	for (size_t i = 0; i < safetensors_count(b->w->files); i++) {
		const char *name = safetensors_at(b->w->files, i)->name;
		bool known = b->used[i] || strstr(name, "rotary_emb.inv_freq") || safetensors_excused(b->w->files, name);
		for (int j = 0; j < 3 && ignored[j] && !known; j++)
			if (!strncmp(name, ignored[j], strlen(ignored[j]))) {
				known = true;
				b->w->passed_over[j]++;
				b->w->n_passed_over++;
			}
		if (!known)
			problems_add(b->problems, ERR_UNSUPPORTED, name, "has no place in a %s model of these sizes", b->c->family->model_type);
	}
}

/* Everything that the config calls for. */
static void bind_all(struct binder *b)
{
	if (!find_prefix(b))
		return;
	bind_ends(b);
	for (int i = 0; i < b->c->n_layers && !b->rc; i++)
		bind_layer(b, i);
	if (!b->plan)
		check_rest(b);
}

static void count_active(struct eng_weights *w)
{
	const struct eng_config *c = w->config;
	int64_t expert = 3 * (int64_t)c->d_expert * c->d_model;
	w->n_params_active = w->n_params - c->n_layers * (c->n_experts - c->top_k) * expert;
	if (!c->tied)
		w->n_params_active -= (int64_t)(c->n_vocab - 1) * c->d_model; /* one row of the embedding is read */
	if (w->n_params_active < 0) /* nothing was found to count */
		w->n_params_active = 0;
}

/* seed: of made-up weights, in place of their bytes. */
static uint64_t fingerprint(const struct safetensors *s, const uint64_t *seed)
{
	uint64_t h = seed ? hash_bytes(hash_str(HASH_SEED, "dummy"), seed, sizeof *seed) : HASH_SEED;
	size_t n = safetensors_count(s), step = n / 256 + 1;
	for (size_t i = 0; i < n; i++) {
		const struct st_tensor *t = safetensors_at(s, i);
		h = hash_str(h, t->name);
		h = hash_str(h, st_type_name(t->type));
		h = hash_bytes(h, t->dims, sizeof *t->dims * (size_t)t->n_dims);
		if (i % step == 0 && !seed && t->data)
			h = hash_bytes(h, t->data, t->bytes < 256 ? t->bytes : 256);
	}
	return h;
}

static struct eng_weights *weights_new(const struct eng_config *config, struct safetensors *files)
{
	struct eng_weights *w = mem_zalloc(sizeof *w);
	w->config = config;
	w->files = files;
	w->layers = mem_array((size_t)config->n_layers, sizeof *w->layers);
	arena_init(&w->vectors);
	return w;
}

int weights_bind(struct eng_weights **out, struct safetensors *files, const struct eng_config *config, bool headers_only,
                 struct eng_problems *problems)
{
	struct eng_problems own;
	struct binder b = {.w = weights_new(config, files), .c = config, .problems = problems ? problems : &own, .headers_only = headers_only};
	*out = NULL;
	problems_init(&own);
	b.used = mem_array(safetensors_count(files) + 1, sizeof *b.used);
	bind_all(&b);
	int rc = b.rc ? b.rc : problems_error(&own);
	problems_release(&own);
	mem_free(b.used);
	if (rc) {
		weights_close(b.w);
		return rc;
	}
	count_active(b.w);
	b.w->fingerprint = fingerprint(files, NULL);
	*out = b.w;
	return 0;
}

/* First the binder says what it would look for; that is made, and then bound like any other. */
static int make_up(struct safetensors **out, const struct weights_source *from, const struct eng_config *config)
{
	struct dummy_plan plan;
	struct binder b = {.w = weights_new(config, NULL), .c = config, .plan = &plan};
	dummy_plan_init(&plan, config);
	bind_all(&b);
	safetensors_made_end(plan.made);
	int rc = b.rc;
	if (!rc && !from->headers_only)
		rc = dummy_fill(&plan, from->seed, from->crew);
	*out = plan.made;
	if (!rc)
		plan.made = NULL;
	dummy_plan_release(&plan);
	weights_close(b.w);
	return rc;
}

/* Reading ahead what does not fit would throw out again what was read first. */
static int read_ahead(const struct safetensors *files)
{
	double bytes = (double)safetensors_bytes(files), available = mem_available();
	if (!(available > 0) || bytes <= available)
		return safetensors_read(files);
	log_info("the weights take %.1f GiB and %.1f GiB of memory are available: they will be read from the disk again and again, slowly",
	         bytes / 0x1p30, available / 0x1p30);
	return 0;
}

int weights_open(struct eng_weights **out, const struct weights_source *from, const struct eng_config *config, struct eng_problems *problems)
{
	struct safetensors *files = NULL;
	*out = NULL;
	int rc = from->dummy ? make_up(&files, from, config) : safetensors_open(&files, from->dir, problems);
	if (rc)
		return from->dummy ? err_prefix(rc, "%s", from->dir) : rc;
	if (!from->dummy && !from->headers_only && (rc = read_ahead(files)) < 0) {
		safetensors_close(files);
		return rc;
	}
	if (from->headers_only)
		safetensors_sparsely(files);
	rc = weights_bind(out, files, config, from->headers_only, problems);
	if (!rc && !from->headers_only && (*out)->n_unaligned)
		log_info("%d matrices (%.1f MiB) are not aligned in their file: they are copied, and no other process shares them", (*out)->n_unaligned,
		         (double)(*out)->unaligned_bytes / 0x1p20);
	if (!rc && from->dummy)
		(*out)->fingerprint = fingerprint(files, &from->seed);
	return rc ? err_prefix(rc, "%s", from->dir) : 0;
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
