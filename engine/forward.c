#include "engine/forward.h"
#include <math.h>

struct forward {
	const struct eng_weights *w;
	const struct eng_config *c;
	struct kern *k;
	bool quantise;
	int max_rows, max_positions, n_pages;
	int n_attention, n_gdn; /* layers of each kind */
	enum kern_type kv_type;
	size_t page_bytes;      /* of one layer */
	size_t s_floats, conv_floats; /* of one layer's recurrent state */

	/* KV: [attention layer][page]. States: [slot][gdn layer][S, then convolution]. */
	char *kv;
	float *states;
	float *rotary;

	/* Scratch, [max_rows] each; `wide` is what a layer's projections of one row take together. */
	float *x, *h, *wide, *mixed, *scores, *last;
	float *q; /* the input of the product at hand, quantised; NULL where nothing is */
	size_t wide_floats;
	uint16_t *experts;
	float *weights;
	struct kern_gdn_state *gdn_states;
	void *expert_scratch;
	size_t expert_scratch_bytes;
	int distinct;
};

/* The widths of what the two mixers project to. */
static int q_width(const struct eng_config *c)
{
	return c->n_heads * c->head_dim * (c->family->attn_gate ? 2 : 1);
}

static int kv_width(const struct eng_config *c)
{
	return c->n_kv_heads * c->head_dim;
}

static int value_width(const struct eng_config *c)
{
	return c->gdn_value_heads * c->gdn_value_dim;
}

static int channels(const struct eng_config *c)
{
	return 2 * c->gdn_key_heads * c->gdn_key_dim + value_width(c);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static enum kern_type kv_type_of(enum kern_type compute)
{
	return compute == KERN_F32 ? KERN_F32 : KERN_BF16;
}

static void measure(struct forward *f)
{
	const struct eng_config *c = f->c;
	for (int i = 0; i < c->n_layers; i++)
		*(c->mixer[i] == ENG_ATTENTION ? &f->n_attention : &f->n_gdn) += 1;
	f->kv_type = kv_type_of(f->k->compute);
	f->page_bytes = kern_page_bytes(c->n_kv_heads, c->head_dim, f->kv_type);
	f->s_floats = (size_t)c->gdn_value_heads * (size_t)c->gdn_key_dim * (size_t)c->gdn_value_dim;
	f->s_floats = (f->s_floats + 15) / 16 * 16;
	f->conv_floats = f->n_gdn ? ((size_t)(c->gdn_conv - 1) * (size_t)channels(c) + 15) / 16 * 16 : 0;
	f->wide_floats = larger((size_t)(q_width(c) + 2 * kv_width(c)), (size_t)(channels(c) + value_width(c) + 2 * c->gdn_value_heads));
}

static void describe_experts(const struct forward *f, const struct eng_layer *l, struct kern_experts *op)
{
	op->top_k = f->c->top_k;
	op->n_experts = f->c->n_experts;
	op->mlp = l->experts;
	if (f->c->family->shared_expert) {
		op->shared = &l->shared;
		op->shared_gate = &l->shared_gate;
	}
}

/* count x size bytes of mem_large into *out; false when there is no memory for it, or no such number. */
static bool get(void *out, size_t count, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(count, size, &n))
		return false;
	void *p = mem_large(n ? n : 1);
	memcpy(out, &p, sizeof p);
	return p != NULL;
}

static bool get_memory(struct forward *f, int n_slots)
{
	const struct eng_config *c = f->c;
	size_t rows = (size_t)f->max_rows, d = (size_t)c->d_model, per_state = (f->s_floats + f->conv_floats) * (size_t)f->n_gdn;
	size_t mixed = larger((size_t)(c->n_heads * c->head_dim), (size_t)value_width(c)), q = f->quantise ? larger(d, mixed) : 0;
	struct kern_experts op = {.x = kern_rows(NULL, f->max_rows, c->d_model)};
	describe_experts(f, &f->w->layers[0], &op);
	f->expert_scratch_bytes = kern_experts_scratch(f->k, &op, f->max_rows);
	return get(&f->kv, (size_t)f->n_pages * (size_t)f->n_attention, f->page_bytes) &&
	       get(&f->states, (size_t)n_slots * per_state, sizeof(float)) &&
	       get(&f->rotary, (size_t)f->max_positions * (size_t)c->rotary_dims, sizeof(float)) &&
	       get(&f->x, rows * d, sizeof(float)) && get(&f->h, rows * d, sizeof(float)) && get(&f->last, rows * d, sizeof(float)) &&
	       get(&f->wide, rows * f->wide_floats, sizeof(float)) && get(&f->mixed, rows * mixed, sizeof(float)) &&
	       get(&f->q, rows * q, sizeof(float)) &&
	       get(&f->scores, rows * (size_t)c->n_experts, sizeof(float)) && get(&f->experts, rows * (size_t)c->top_k, sizeof *f->experts) &&
	       get(&f->weights, rows * (size_t)c->top_k, sizeof(float)) && get(&f->gdn_states, rows, sizeof *f->gdn_states) &&
	       get(&f->expert_scratch, f->expert_scratch_bytes, 1);
}

int forward_new(struct forward **out, const struct eng_weights *w, struct kern *k, bool quantise, int max_rows, int max_positions,
                int n_pages, int n_slots)
{
	struct forward *f = mem_zalloc(sizeof *f);
	*out = NULL;
	*f = (struct forward){.w = w, .c = w->config, .k = k, .quantise = quantise, .max_rows = max_rows, .max_positions = max_positions,
	                      .n_pages = n_pages};
	measure(f);
	if (!get_memory(f, n_slots)) {
		size_t kv = (size_t)n_pages * (size_t)f->n_attention * f->page_bytes, state = forward_state_bytes(f->c) * (size_t)n_slots;
		forward_free(f);
		return err_set(ERR_NOMEM, "no memory for %zu MiB of KV pages and %zu MiB of states; fewer forks or positions need less", kv >> 20,
		               state >> 20);
	}
	if (f->c->rotary_dims)
		kern_rotary_fill(f->rotary, max_positions, f->c->rotary_dims, f->c->rope_theta);
	*out = f;
	return 0;
}

void forward_free(struct forward *f)
{
	if (!f)
		return;
	void *all[] = {f->kv,    f->states, f->rotary,  f->x,       f->h,          f->last,          f->wide,
	               f->mixed, f->scores, f->experts, f->weights, f->gdn_states, f->expert_scratch, f->q};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		mem_large_free(all[i]);
	mem_free(f);
}

static int norm(struct forward *f, float *x, const float *w, float *y, int n)
{
	int d = f->c->d_model;
	return kern_norm(f->k, &(struct kern_norm){.x = kern_rows(x, n, d), .w = w, .plus_one = f->c->family->norm_adds_one,
	                                           .eps = (float)f->c->eps, .y = kern_rows(y, n, d)});
}

static bool takes_quantised(const struct forward *f, const struct kern_weight *w)
{
	return f->quantise && w->type == KERN_FP8;
}

/* f->q = x quantised, as w wants it. */
static int quantise(struct forward *f, struct kern_view x, const struct kern_weight *w, struct kern_view *q)
{
	*q = kern_rows(f->q, x.rows, x.cols);
	return kern_quantise(f->k, &(struct kern_quantise){.x = x, .block = w->block_cols, .y = *q});
}

/* All products with x of a layer go through here: those with FP8 weights read it quantised, in a call of their own. */
static int multiply(struct forward *f, const struct kern_matmul *op)
{
	struct kern_matmul plain = {.x = op->x}, fp8 = {.n_out = 0};
	for (int i = 0; i < op->n_out; i++) {
		struct kern_matmul *to = takes_quantised(f, op->out[i].w) ? &fp8 : &plain;
		to->out[to->n_out++] = op->out[i];
	}
	int rc = fp8.n_out ? quantise(f, op->x, fp8.out[0].w, &fp8.x) : 0;
	if (!rc && fp8.n_out)
		rc = kern_matmul(f->k, &fp8);
	return rc || !plain.n_out ? rc : kern_matmul(f->k, &plain);
}

/* x += w . from, for what comes back to the residual stream. */
static int project_back(struct forward *f, const struct kern_weight *w, float *from, int n)
{
	struct kern_view x = kern_rows(f->x, n, f->c->d_model);
	return multiply(f, &(struct kern_matmul){.x = kern_rows(from, n, w->cols), .n_out = 1, .out = {{.w = w, .y = x, .residual = &x}}});
}

/* ENG_QK_FULL: the projection is normalised whole, before the heads. */
static int norm_whole(struct forward *f, struct kern_view v, const float *w)
{
	return kern_norm(f->k, &(struct kern_norm){.x = v, .w = w, .plus_one = f->c->family->norm_adds_one, .eps = (float)f->c->eps, .y = v});
}

static int attention(struct forward *f, const struct forward_batch *b, const struct eng_layer *l, int index)
{
	const struct eng_config *c = f->c;
	int n = b->n, kvw = kv_width(c);
	size_t rows = (size_t)n;
	struct kern_view q = kern_rows(f->wide, n, q_width(c));
	struct kern_view kx = kern_rows(q.data + rows * (size_t)q.cols, n, kvw), vx = kern_rows(kx.data + rows * (size_t)kvw, n, kvw);
	int rc = multiply(f, &(struct kern_matmul){.x = kern_rows(f->h, n, c->d_model), .n_out = 3,
	                                           .out = {{.w = &l->q, .y = q}, {.w = &l->k, .y = kx}, {.w = &l->v, .y = vx}}});
	bool full = c->family->qk_norm == ENG_QK_FULL;
	if (!rc && full)
		rc = norm_whole(f, q, l->q_norm);
	if (!rc && full)
		rc = norm_whole(f, kx, l->k_norm);
	if (rc)
		return rc;
	rc = kern_attention(f->k, &(struct kern_attention){
	                              .q = q, .kx = kx, .vx = vx, .q_norm = full ? NULL : l->q_norm, .k_norm = full ? NULL : l->k_norm,
	                              .plus_one = c->family->norm_adds_one, .eps = (float)c->eps, .rotary = f->rotary, .rot = c->rotary_dims,
	                              .n_positions = f->max_positions, .heads = c->n_heads, .kv_heads = c->n_kv_heads, .dim = c->head_dim,
	                              .gated = c->family->attn_gate, .scale = (float)(1 / sqrt(c->head_dim)), .position = b->position,
	                              .table = b->table, .pool = f->kv + (size_t)index * (size_t)f->n_pages * f->page_bytes, .kv_type = f->kv_type,
	                              .n_pages = f->n_pages, .y = kern_rows(f->mixed, n, c->n_heads * c->head_dim)});
	return rc ? rc : project_back(f, &l->o, f->mixed, n);
}

static float *state_at(const struct forward *f, int32_t slot, int index)
{
	return f->states + ((size_t)slot * (size_t)f->n_gdn + (size_t)index) * (f->s_floats + f->conv_floats);
}

static int gdn(struct forward *f, const struct forward_batch *b, const struct eng_layer *l, int index)
{
	const struct eng_config *c = f->c;
	int n = b->n, ch = channels(c), vw = value_width(c), hv = c->gdn_value_heads;
	size_t rows = (size_t)n;
	struct kern_view qkv = kern_rows(f->wide, n, ch);
	struct kern_view z = kern_rows(qkv.data + rows * (size_t)ch, n, vw);
	struct kern_view a = kern_rows(z.data + rows * (size_t)vw, n, hv), bb = kern_rows(a.data + rows * (size_t)hv, n, hv);
	int rc = multiply(f, &(struct kern_matmul){
	                         .x = kern_rows(f->h, n, c->d_model), .n_out = 4,
	                         .out = {{.w = &l->qkv, .y = qkv}, {.w = &l->z, .y = z}, {.w = &l->a, .y = a}, {.w = &l->b, .y = bb}}});
	for (int s = 0; s < b->n_seq; s++) {
		float *from = b->state[s].from < 0 ? NULL : state_at(f, b->state[s].from, index), *to = state_at(f, b->state[s].to, index);
		f->gdn_states[s] = (struct kern_gdn_state){.s_src = from, .s_dst = to, .conv_src = from ? from + f->s_floats : NULL,
		                                           .conv_dst = to + f->s_floats};
	}
	if (rc)
		return rc;
	rc = kern_gdn(f->k, &(struct kern_gdn){
	                        .qkv = qkv, .z = z, .a = a, .b = bb, .conv = l->conv, .a_log = l->a_log, .dt_bias = l->dt_bias,
	                        .norm_w = l->gdn_norm, .eps = (float)c->eps, .key_heads = c->gdn_key_heads, .value_heads = hv,
	                        .key_dim = c->gdn_key_dim, .value_dim = c->gdn_value_dim, .conv_width = c->gdn_conv, .n_seq = b->n_seq,
	                        .first = b->first, .state = f->gdn_states, .y = kern_rows(f->mixed, n, vw)});
	return rc ? rc : project_back(f, &l->out, f->mixed, n);
}

/* Rows of this layer's routing into the caller's [n x layers x k]. */
static void capture(const struct forward *f, const struct forward_batch *b, int layer)
{
	size_t k = (size_t)f->c->top_k, row = (size_t)f->c->n_layers * k;
	for (size_t r = 0; r < (size_t)b->n; r++) {
		size_t to = r * row + (size_t)layer * k;
		if (b->experts)
			memcpy(b->experts + to, f->experts + r * k, k * sizeof *b->experts);
		if (b->weights)
			memcpy(b->weights + to, f->weights + r * k, k * sizeof *b->weights);
	}
}

/* An FP8 matrix among the experts; NULL when there is none. All of a model's blocks have one width. */
static const struct kern_weight *first_fp8(const struct forward *f, const struct eng_layer *l)
{
	if (l->shared_gate.type == KERN_FP8)
		return &l->shared_gate;
	for (int e = -1; e < f->c->n_experts; e++) {
		const struct kern_mlp *m = e < 0 ? &l->shared : &l->experts[e];
		const struct kern_weight *all[] = {&m->gate, &m->up, &m->down};
		for (int i = 0; i < 3; i++)
			if (all[i]->type == KERN_FP8)
				return all[i];
	}
	return NULL;
}

static int experts(struct forward *f, const struct forward_batch *b, const struct eng_layer *l, int layer)
{
	const struct eng_config *c = f->c;
	struct kern_view h = kern_rows(f->h, b->n, c->d_model), x = kern_rows(f->x, b->n, c->d_model);
	struct kern_view scores = kern_rows(f->scores, b->n, c->n_experts);
	int distinct = 0;
	int rc = multiply(f, &(struct kern_matmul){.x = h, .n_out = 1, .out = {{.w = &l->router, .y = scores}}});
	if (!rc)
		rc = kern_route(f->k, &(struct kern_route){.logits = scores, .top_k = c->top_k, .renormalise = c->renormalise,
		                                           .experts = f->experts, .weights = f->weights});
	if (rc)
		return rc;
	capture(f, b, layer);
	struct kern_experts op = {.x = h, .experts = f->experts, .weights = f->weights, .residual = &x, .y = x, .scratch = f->expert_scratch,
	                          .scratch_bytes = f->expert_scratch_bytes, .distinct = &distinct};
	describe_experts(f, l, &op);
	struct kern_view q;
	const struct kern_weight *fp8 = f->quantise ? first_fp8(f, l) : NULL;
	if (fp8) {
		rc = quantise(f, h, fp8, &q);
		op.quantised = &q;
	}
	rc = rc ? rc : kern_experts(f->k, &op);
	f->distinct += distinct;
	return rc;
}

/* The final norm and the output head, for the rows that want logits. */
static int finish(struct forward *f, const struct forward_batch *b)
{
	int n = b->n - b->logits_from;
	if (n <= 0 || !b->logits)
		return 0;
	int rc = norm(f, f->x + (size_t)b->logits_from * (size_t)f->c->d_model, f->w->final_norm, f->last, n);
	if (rc)
		return rc;
	struct kern_view logits = kern_rows(b->logits, n, f->c->n_vocab);
	return multiply(f, &(struct kern_matmul){.x = kern_rows(f->last, n, f->c->d_model), .n_out = 1,
	                                         .out = {{.w = &f->w->head, .y = logits, .keep_f32 = true}}});
}

int forward_run(struct forward *f, const struct forward_batch *b)
{
	int rc = kern_embed(f->k, &(struct kern_embed){.table = &f->w->embed, .ids = b->ids, .y = kern_rows(f->x, b->n, f->c->d_model)});
	int at[2] = {0, 0}; /* how many layers of each kind came before */
	f->distinct = 0;
	for (int i = 0; i < f->c->n_layers && !rc; i++) {
		const struct eng_layer *l = &f->w->layers[i];
		rc = norm(f, f->x, l->input_norm, f->h, b->n);
		if (!rc)
			rc = (l->mixer == ENG_ATTENTION ? attention : gdn)(f, b, l, at[l->mixer]++);
		if (!rc)
			rc = norm(f, f->x, l->post_norm, f->h, b->n);
		if (!rc)
			rc = experts(f, b, l, i);
		if (rc)
			return err_prefix(rc, "layer %d", i);
	}
	return rc ? rc : finish(f, b);
}

void forward_copy_page(struct forward *f, int32_t from, int32_t to)
{
	for (int i = 0; i < f->n_attention; i++) {
		char *layer = f->kv + (size_t)i * (size_t)f->n_pages * f->page_bytes;
		memcpy(layer + (size_t)to * f->page_bytes, layer + (size_t)from * f->page_bytes, f->page_bytes);
	}
}

int forward_distinct(const struct forward *f)
{
	return f->distinct;
}

size_t forward_kv_bytes(const struct eng_config *c, enum kern_type compute)
{
	struct forward f = {.c = c, .k = &(struct kern){.compute = compute}};
	measure(&f);
	return (size_t)f.n_attention * f.page_bytes / KERN_PAGE;
}

size_t forward_state_bytes(const struct eng_config *c)
{
	struct forward f = {.c = c, .k = &(struct kern){.compute = KERN_F32}};
	measure(&f);
	return (f.s_floats + f.conv_floats) * (size_t)f.n_gdn * sizeof(float);
}
