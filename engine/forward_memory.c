/* What a pass is computed in: buffers of the backend's memory. */
#include "engine/forward_parts.h"
#include <math.h>

int forward_q_width(const struct eng_config *c)
{
	return c->n_heads * c->head_dim * (c->family->attn_gate ? 2 : 1);
}

int forward_kv_width(const struct eng_config *c)
{
	return c->n_kv_heads * c->head_dim;
}

int forward_value_width(const struct eng_config *c)
{
	return c->gdn_value_heads * c->gdn_value_dim;
}

int forward_channels(const struct eng_config *c)
{
	return 2 * c->gdn_key_heads * c->gdn_key_dim + forward_value_width(c);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void measure(struct forward *f)
{
	const struct eng_config *c = f->c;
	for (int i = 0; i < c->n_layers; i++)
		*(c->mixer[i] == ENG_ATTENTION ? &f->n_attention : &f->n_gdn) += 1;
	f->kv_type = f->k->compute == KERN_F32 ? KERN_F32 : KERN_BF16;
	f->page_bytes = kern_page_bytes(c->n_kv_heads, c->head_dim, f->kv_type);
	f->s_floats = (size_t)c->gdn_value_heads * (size_t)c->gdn_key_dim * (size_t)c->gdn_value_dim;
	f->s_floats = (f->s_floats + 15) / 16 * 16;
	f->conv_floats = f->n_gdn ? ((size_t)(c->gdn_conv - 1) * (size_t)forward_channels(c) + 15) / 16 * 16 : 0;
	f->ring_floats = f->n_gdn ? kern_gdn_ring_floats(c->gdn_key_heads, c->gdn_value_heads, c->gdn_key_dim, c->gdn_value_dim) : 0;
	f->ring_floats = (f->ring_floats + 15) / 16 * 16;
	f->wide_floats = larger((size_t)(forward_q_width(c) + 2 * forward_kv_width(c)),
	                        (size_t)(forward_channels(c) + forward_value_width(c) + 2 * c->gdn_value_heads));
}

void forward_describe_experts(const struct forward *f, const struct eng_layer *l, struct kern_experts *op)
{
	op->top_k = f->c->top_k;
	op->n_experts = f->c->n_experts;
	op->mlp = l->experts;
	if (f->c->family->shared_expert) {
		op->shared = &l->shared;
		op->shared_gate = &l->shared_gate;
	}
}

void forward_describe_attention(const struct forward *f, struct kern_attention *op)
{
	const struct eng_config *c = f->c;
	op->heads = c->n_heads;
	op->kv_heads = c->n_kv_heads;
	op->dim = c->head_dim;
	op->gated = c->family->attn_gate;
	op->rot = c->rotary_dims;
	op->kv_type = f->kv_type;
	op->n_pages = f->limits.n_pages;
	op->n_positions = op->longest = f->limits.max_positions;
}

void forward_describe_gdn(const struct forward *f, const struct eng_layer *l, struct kern_gdn *op)
{
	const struct eng_config *c = f->c;
	op->conv = l->conv;
	op->a_log = l->a_log;
	op->dt_bias = l->dt_bias;
	op->norm_w = l->gdn_norm;
	op->eps = (float)c->eps;
	op->key_heads = c->gdn_key_heads;
	op->value_heads = c->gdn_value_heads;
	op->key_dim = c->gdn_key_dim;
	op->value_dim = c->gdn_value_dim;
	op->conv_width = c->gdn_conv;
}

/* count x size bytes of the backend's memory into *out; false when there is no memory for it, or no such number. */
static bool get(struct forward *f, void *out, size_t count, size_t size)
{
	size_t n;
	if (f->counted)
		*f->counted += (double)count * (double)size;
	if (f->counted)
		return true;
	if (__builtin_mul_overflow(count, size, &n))
		return false;
	void *p = kern_alloc(f->k, n);
	memcpy(out, &p, sizeof p);
	return p != NULL;
}

/* For the largest batch; none where the backend has no use for them. */
static bool get_forms(struct forward *f, struct kern_forms *forms, int cols)
{
	*forms = (struct kern_forms){.rows = f->limits.max_rows, .block = f->limits.quantise ? f->c->block_cols : 0};
	size_t bytes = kern_forms_bytes(f->k, forms->rows, cols, forms->block);
	return !bytes || get(f, &forms->data, bytes, 1);
}

static void measure_scratch(struct forward *f)
{
	int rows = f->limits.max_rows, d = f->c->d_model, attended = f->c->n_heads * f->c->head_dim, mixed = forward_value_width(f->c);
	struct kern_matmul from_x = {.x = kern_rows(NULL, rows, d), .n_out = KERN_MAX_OUT};
	struct kern_matmul from_mixed = {.x = kern_rows(NULL, rows, attended > mixed ? attended : mixed), .n_out = 1};
	struct kern_experts experts = {.x = kern_rows(NULL, rows, d)};
	struct kern_attention attention = {0};
	struct kern_gdn gdn = {0};
	f->product_scratch_bytes = larger(kern_matmul_scratch(f->k, &from_x, rows), kern_matmul_scratch(f->k, &from_mixed, rows));
	forward_describe_experts(f, &f->w->layers[0], &experts);
	f->expert_scratch_bytes = kern_experts_scratch(f->k, &experts, rows);
	forward_describe_attention(f, &attention);
	int attended_rows = rows < FORWARD_ATTENDED ? rows : FORWARD_ATTENDED;
	f->attention_scratch_bytes = f->n_attention ? kern_attention_scratch(f->k, &attention, attended_rows) : 0;
	forward_describe_gdn(f, &f->w->layers[0], &gdn);
	f->gdn_scratch_bytes = f->n_gdn ? kern_gdn_scratch(f->k, &gdn, rows) : 0;
}
int forward_spans(int positions)
{
	return (positions + KERN_SPAN - 1) / KERN_SPAN;
}

int forward_pages(int positions)
{
	return (positions + KERN_PAGE - 1) / KERN_PAGE;
}

bool forward_is_shared(const struct forward *f)
{
	return f->limits.n_rings > 0;
}

/* Floats of one layer of a state slot, and of a ring slot. */
size_t forward_slot_floats(const struct forward *f)
{
	return f->s_floats + (forward_is_shared(f) ? 0 : f->conv_floats);
}

size_t forward_ring_slot_floats(const struct forward *f)
{
	return f->ring_floats + f->conv_floats;
}

/* What the largest batches take. Decode has many sequences and tables, a prompt's chunk many rows of one. */
static bool get_transfers(struct forward *f)
{
	const struct forward_limits *m = &f->limits;
	struct forward_place in = {0}, out = {0};
	struct forward_in i;
	struct forward_out o;
	size_t table = (size_t)forward_pages(m->max_positions) * sizeof(int32_t) + 64;
	forward_lay_in(f, &in, (size_t)m->max_rows, (size_t)m->max_rows, 2 * (size_t)forward_spans(m->max_positions), &i);
	forward_lay_out(f, &out, (size_t)m->max_rows, &o);
	f->in_bytes = in.used + (size_t)m->max_tables * (table + sizeof(struct forward_copy)) + 2 * 64;
	f->out_bytes = out.used;
	if (!get(f, &f->sent, f->in_bytes, 1) || !get(f, &f->made, f->out_bytes, 1))
		return false;
	if (f->counted)
		return true;
	bool device = kern_is_device(f->k);
	bool all = true;
	for (int turn = 0; turn < FORWARD_TURNS; turn++) {
		struct forward_turn *t = &f->turns[turn];
		t->staged = device ? kern_plain_alloc(f->k, f->in_bytes) : f->sent;
		t->fetched = kern_plain_alloc(f->k, f->out_bytes);
		t->position = mem_array((size_t)m->max_rows, sizeof *t->position);
		all = all && t->staged && t->fetched;
	}
	return all;
}

static struct kern_experts to_plan(const struct forward *f, int layer)
{
	struct kern_experts op = {.x = kern_rows(NULL, f->limits.max_rows, f->c->d_model)};
	forward_describe_experts(f, &f->w->layers[layer], &op);
	return op;
}

static int make_plans(struct forward *f)
{
	f->plans = mem_array((size_t)f->c->n_layers, sizeof *f->plans);
	for (int i = 0; i < f->c->n_layers; i++) {
		struct kern_experts op = to_plan(f, i);
		size_t n = kern_experts_plan_bytes(f->k, &op);
		if (!n)
			continue;
		if (!get(f, &f->plans[i], n, 1))
			return err_set(ERR_NOMEM, "no memory to tell the device where the experts lie");
		int rc = kern_experts_plan(f->k, &op, f->plans[i]);
		if (rc)
			return rc;
	}
	return 0;
}

static bool get_memory(struct forward *f)
{
	const struct eng_config *c = f->c;
	const struct forward_limits *m = &f->limits;
	size_t rows = (size_t)m->max_rows, d = (size_t)c->d_model, per_state = forward_slot_floats(f) * (size_t)f->n_gdn;
	size_t mixed = larger((size_t)(c->n_heads * c->head_dim), (size_t)forward_value_width(c));
	size_t q = m->quantise && !kern_quantises(f->k) ? larger(d, mixed) : 0;
	size_t per_ring = forward_ring_slot_floats(f) * (size_t)f->n_gdn, logits = (size_t)m->n_kept + (size_t)m->max_tables;
	measure_scratch(f);
	return get(f, &f->kv, (size_t)m->n_pages * (size_t)f->n_attention, f->page_bytes) &&
	       get(f, &f->states, (size_t)m->n_slots * per_state, sizeof(float)) &&
	       get(f, &f->rings, (size_t)m->n_rings * per_ring, sizeof(float)) &&
	       get(f, &f->rotary, (size_t)m->max_positions * (size_t)c->rotary_dims, sizeof(float)) &&
	       get(f, &f->kept, logits * (size_t)c->n_vocab, sizeof(float)) &&
	       get(f, &f->x, rows * d, sizeof(float)) && get(f, &f->h, rows * d, sizeof(float)) && get(f, &f->last, rows * d, sizeof(float)) &&
	       get_forms(f, &f->h_forms, c->d_model) && get_forms(f, &f->last_forms, c->d_model) && get_forms(f, &f->mixed_forms, (int)mixed) &&
	       get(f, &f->wide, rows * f->wide_floats, sizeof(float)) && get(f, &f->mixed, rows * mixed, sizeof(float)) &&
	       get(f, &f->q, rows * q, sizeof(float)) && get(f, &f->scores, rows * (size_t)c->n_experts, sizeof(float)) &&
	       get(f, &f->product_scratch, f->product_scratch_bytes, 1) && get(f, &f->expert_scratch, f->expert_scratch_bytes, 1) &&
	       get(f, &f->attention_scratch, f->attention_scratch_bytes, 1) && get(f, &f->gdn_scratch, f->gdn_scratch_bytes, 1) && get_transfers(f);
}

double forward_bytes(const struct eng_weights *w, struct kern *k, const struct forward_limits *limits)
{
	double n = 0;
	struct forward f = {.w = w, .c = w->config, .k = k, .limits = *limits, .counted = &n};
	measure(&f);
	if (!get_memory(&f))
		return INFINITY;
	for (int i = 0; i < f.c->n_layers; i++) {
		struct kern_experts op = to_plan(&f, i);
		n += (double)kern_experts_plan_bytes(k, &op);
	}
	return n;
}

static int fill_rotary(struct forward *f)
{
	size_t n = (size_t)f->limits.max_positions * (size_t)f->c->rotary_dims;
	if (!n)
		return 0;
	if (!kern_is_device(f->k)) {
		kern_rotary_fill(f->rotary, f->limits.max_positions, f->c->rotary_dims, f->c->rope_theta);
		return 0;
	}
	float *plain = mem_array(n, sizeof *plain);
	kern_rotary_fill(plain, f->limits.max_positions, f->c->rotary_dims, f->c->rope_theta);
	int rc = kern_put(f->k, f->rotary, plain, n * sizeof *plain);
	mem_free(plain);
	return rc;
}

/* Nothing is kept yet. */
static void place_kept(struct forward *f)
{
	const struct forward_limits *m = &f->limits;
	f->logits = f->kept + (size_t)m->n_kept * (size_t)f->c->n_vocab;
	f->lies = mem_array((size_t)m->n_kept, sizeof *f->lies);
	f->stays = mem_array((size_t)m->max_tables, sizeof *f->stays);
	for (int i = 0; i < m->n_kept; i++)
		f->lies[i] = i;
	for (int r = 0; r < m->max_tables; r++)
		f->stays[r] = -1;
}

int forward_new(struct forward **out, const struct eng_weights *w, struct kern *k, const struct forward_limits *limits)
{
	struct forward *f = mem_zalloc(sizeof *f);
	*out = NULL;
	*f = (struct forward){.w = w, .c = w->config, .k = k, .limits = *limits};
	measure(f);
	f->distinct = mem_array((size_t)f->c->n_layers, sizeof *f->distinct);
	int rc = 0;
	if (!get_memory(f)) {
		size_t kv = (size_t)limits->n_pages * (size_t)f->n_attention * f->page_bytes, state = forward_state_bytes(f->c) * (size_t)limits->n_slots;
		rc = err_set(ERR_NOMEM, "no memory for %zu MiB of KV pages and %zu MiB of states; fewer forks or positions need less", kv >> 20, state >> 20);
	} else {
		place_kept(f);
	}
	rc = rc ? rc : fill_rotary(f);
	rc = rc ? rc : make_plans(f);
	if (rc)
		forward_free(f);
	else
		*out = f;
	return rc;
}

void forward_free(struct forward *f)
{
	if (!f)
		return;
	void *all[] = {f->kv, f->states, f->rings, f->rotary, f->kept, f->x, f->h, f->last, f->wide, f->mixed, f->q, f->scores,
	               f->h_forms.data, f->last_forms.data, f->mixed_forms.data, f->product_scratch, f->expert_scratch, f->attention_scratch,
	               f->gdn_scratch, f->sent, f->made};
	bool device = kern_is_device(f->k);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		kern_free(f->k, all[i]);
	for (int i = 0; i < FORWARD_TURNS; i++) { /* behind those: who frees them waits for what is under way */
		if (device)
			kern_plain_free(f->k, f->turns[i].staged);
		kern_plain_free(f->k, f->turns[i].fetched);
		mem_free(f->turns[i].position);
	}
	mem_free(f->lies);
	mem_free(f->stays);
	for (int i = 0; f->plans && i < f->c->n_layers; i++)
		kern_free(f->k, f->plans[i]);
	mem_free(f->plans);
	mem_free(f->distinct);
	mem_free(f);
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

size_t forward_ring_bytes(const struct eng_config *c)
{
	struct forward f = {.c = c, .k = &(struct kern){.compute = KERN_F32}};
	measure(&f);
	return forward_ring_slot_floats(&f) * (size_t)f.n_gdn * sizeof(float);
}
