/* What a pass is computed in: buffers of the backend's memory, and a batch's way in and out. */
#include "engine/forward_parts.h"

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
	if (__builtin_mul_overflow(count, size, &n))
		return false;
	void *p = kern_alloc(f->k, n);
	memcpy(out, &p, sizeof p);
	return p != NULL;
}

static void measure_scratch(struct forward *f)
{
	int rows = f->limits.max_rows;
	struct kern_experts experts = {.x = kern_rows(NULL, rows, f->c->d_model)};
	struct kern_attention attention = {0};
	struct kern_gdn gdn = {0};
	forward_describe_experts(f, &f->w->layers[0], &experts);
	f->expert_scratch_bytes = kern_experts_scratch(f->k, &experts, rows);
	forward_describe_attention(f, &attention);
	f->attention_scratch_bytes = f->n_attention ? kern_attention_scratch(f->k, &attention, rows) : 0;
	forward_describe_gdn(f, &f->w->layers[0], &gdn);
	f->gdn_scratch_bytes = f->n_gdn ? kern_gdn_scratch(f->k, &gdn, rows) : 0;
}

static int spans_of(int positions)
{
	return (positions + KERN_SPAN - 1) / KERN_SPAN;
}

static int pages_of(int positions)
{
	return (positions + KERN_PAGE - 1) / KERN_PAGE;
}

/* Parts one behind the other; base NULL: only counts. */
struct parts {
	char *base;
	size_t used;
};

static void *part(struct parts *p, size_t n, size_t size)
{
	char *at = p->base ? p->base + p->used : NULL;
	p->used += (n * size + 63) / 64 * 64;
	return at;
}

static bool is_shared(const struct forward *f)
{
	return f->limits.n_rings > 0;
}

/* Floats of one layer of a state slot, and of a ring slot. */
static size_t slot_floats(const struct forward *f)
{
	return f->s_floats + (is_shared(f) ? 0 : f->conv_floats);
}

static size_t ring_slot_floats(const struct forward *f)
{
	return f->ring_floats + f->conv_floats;
}

/* rows, spans and sequences alone say where what lies. Tables come last: where they lie is said by the pointers in `table`. */
static void lay_in(const struct forward *f, struct parts *p, size_t rows, size_t seqs, size_t spans, struct forward_in *in)
{
	in->ids = part(p, rows, sizeof *in->ids);
	in->position = part(p, rows, sizeof *in->position);
	in->first = part(p, seqs + 1, sizeof *in->first);
	in->to = part(p, rows, sizeof *in->to);
	in->n_units = part(p, 1, sizeof *in->n_units);
	in->table = part(p, rows, sizeof *in->table);
	in->state = part(p, seqs * (size_t)f->n_gdn, sizeof *in->state);
	if (is_shared(f)) {
		in->ring = part(p, seqs * (size_t)f->n_gdn, sizeof *in->ring);
		in->gdn_units = part(p, seqs, sizeof *in->gdn_units);
		in->n_gdn_units = part(p, 1, sizeof *in->n_gdn_units);
		in->tail = part(p, (size_t)f->n_gdn, sizeof *in->tail);
		in->tail_first = part(p, 2, sizeof *in->tail_first);
	}
	in->units = part(p, kern_is_device(f->k) && f->n_attention ? rows * spans : 0, sizeof *in->units);
}

static void lay_out(const struct forward *f, struct parts *p, size_t rows, struct forward_out *out)
{
	size_t items = (size_t)f->c->n_layers * rows * (size_t)f->c->top_k;
	out->distinct = part(p, (size_t)f->c->n_layers, sizeof *out->distinct);
	out->weights = part(p, items, sizeof *out->weights);
	out->experts = part(p, items, sizeof *out->experts);
}

/* What the largest batches take. Decode has many sequences and tables, a prompt's chunk many rows of one. */
static bool get_transfers(struct forward *f)
{
	const struct forward_limits *m = &f->limits;
	struct parts in = {0}, out = {0};
	struct forward_in i;
	struct forward_out o;
	size_t table = (size_t)pages_of(m->max_positions) * sizeof(int32_t) + 64;
	lay_in(f, &in, (size_t)m->max_rows, (size_t)m->max_rows, 2 * (size_t)spans_of(m->max_positions), &i);
	lay_out(f, &out, (size_t)m->max_rows, &o);
	f->in_bytes = in.used + (size_t)m->max_tables * table;
	f->out_bytes = out.used;
	if (!get(f, &f->sent, f->in_bytes, 1) || !get(f, &f->made, f->out_bytes, 1))
		return false;
	bool device = kern_is_device(f->k);
	f->staged = device ? mem_large(f->in_bytes) : f->sent;
	f->fetched = device ? mem_large(f->out_bytes) : f->made;
	return f->staged && f->fetched;
}

static int make_plans(struct forward *f)
{
	f->plans = mem_array((size_t)f->c->n_layers, sizeof *f->plans);
	for (int i = 0; i < f->c->n_layers; i++) {
		struct kern_experts op = {.x = kern_rows(NULL, f->limits.max_rows, f->c->d_model)};
		forward_describe_experts(f, &f->w->layers[i], &op);
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
	size_t rows = (size_t)m->max_rows, d = (size_t)c->d_model, per_state = slot_floats(f) * (size_t)f->n_gdn;
	size_t mixed = larger((size_t)(c->n_heads * c->head_dim), (size_t)forward_value_width(c));
	size_t q = m->quantise && !kern_quantises(f->k) ? larger(d, mixed) : 0;
	size_t vocab = (size_t)c->n_vocab, per_ring = ring_slot_floats(f) * (size_t)f->n_gdn;
	measure_scratch(f);
	return get(f, &f->kv, (size_t)m->n_pages * (size_t)f->n_attention, f->page_bytes) &&
	       get(f, &f->states, (size_t)m->n_slots * per_state, sizeof(float)) &&
	       get(f, &f->rings, (size_t)m->n_rings * per_ring, sizeof(float)) &&
	       get(f, &f->rotary, (size_t)m->max_positions * (size_t)c->rotary_dims, sizeof(float)) &&
	       get(f, &f->kept, (size_t)m->n_kept * vocab, sizeof(float)) && get(f, &f->logits, (size_t)m->max_tables * vocab, sizeof(float)) &&
	       get(f, &f->x, rows * d, sizeof(float)) && get(f, &f->h, rows * d, sizeof(float)) && get(f, &f->last, rows * d, sizeof(float)) &&
	       get(f, &f->wide, rows * f->wide_floats, sizeof(float)) && get(f, &f->mixed, rows * mixed, sizeof(float)) &&
	       get(f, &f->q, rows * q, sizeof(float)) && get(f, &f->scores, rows * (size_t)c->n_experts, sizeof(float)) &&
	       get(f, &f->expert_scratch, f->expert_scratch_bytes, 1) && get(f, &f->attention_scratch, f->attention_scratch_bytes, 1) &&
	       get(f, &f->gdn_scratch, f->gdn_scratch_bytes, 1) && get_transfers(f);
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

int forward_new(struct forward **out, const struct eng_weights *w, struct kern *k, const struct forward_limits *limits)
{
	struct forward *f = mem_zalloc(sizeof *f);
	*out = NULL;
	*f = (struct forward){.w = w, .c = w->config, .k = k, .limits = *limits};
	measure(f);
	int rc = 0;
	if (!get_memory(f)) {
		size_t kv = (size_t)limits->n_pages * (size_t)f->n_attention * f->page_bytes, state = forward_state_bytes(f->c) * (size_t)limits->n_slots;
		rc = err_set(ERR_NOMEM, "no memory for %zu MiB of KV pages and %zu MiB of states; fewer forks or positions need less", kv >> 20, state >> 20);
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
	void *all[] = {f->kv, f->states, f->rings, f->rotary, f->kept, f->logits, f->x, f->h, f->last, f->wide, f->mixed, f->q, f->scores,
	               f->expert_scratch, f->attention_scratch, f->gdn_scratch, f->sent, f->made};
	if (f->staged != f->sent)
		mem_large_free(f->staged);
	if (f->fetched != f->made)
		mem_large_free(f->fetched);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		kern_free(f->k, all[i]);
	for (int i = 0; f->plans && i < f->c->n_layers; i++)
		kern_free(f->k, f->plans[i]);
	mem_free(f->plans);
	mem_free(f);
}

/* -- a batch's way in -- */

/* Copies each table once and points its rows to where it will lie: `shift` bytes from where it is staged. */
static void stage_tables(const struct forward_batch *b, struct parts *p, const int32_t **table, ptrdiff_t shift)
{
	for (int r = 0, rows; r < b->n; r += rows) {
		int positions = 0;
		for (rows = 0; r + rows < b->n && b->table[r + rows] == b->table[r]; rows++)
			positions = b->position[r + rows] + 1 > positions ? b->position[r + rows] + 1 : positions;
		size_t pages = (size_t)pages_of(positions);
		int32_t *at = part(p, pages, sizeof *at);
		memcpy(at, b->table[r], pages * sizeof *at);
		for (int i = 0; i < rows; i++)
			table[r + i] = (const int32_t *)((const char *)at + shift);
	}
}

/* Layer i of a slot; NULL for no slot. */
static float *state_at(const struct forward *f, int32_t slot, int i)
{
	return slot < 0 ? NULL : f->states + ((size_t)slot * (size_t)f->n_gdn + (size_t)i) * slot_floats(f);
}

static float *ring_at(const struct forward *f, int32_t slot, int i)
{
	return slot < 0 ? NULL : f->rings + ((size_t)slot * (size_t)f->n_gdn + (size_t)i) * ring_slot_floats(f);
}

static float *behind(float *p, size_t floats)
{
	return p ? p + floats : NULL;
}

static struct kern_gdn_state state_of(const struct forward *f, const struct forward_state *s, int i)
{
	float *from = state_at(f, s->from, i), *to = state_at(f, s->to, i);
	float *conv_from = is_shared(f) ? behind(ring_at(f, s->ring_from, i), f->ring_floats) : behind(from, f->s_floats);
	float *conv_to = is_shared(f) ? behind(ring_at(f, s->ring_to, i), f->ring_floats) : behind(to, f->s_floats);
	return (struct kern_gdn_state){from, to, conv_from, conv_to};
}

static void stage_states(const struct forward *f, const struct forward_batch *b, struct forward_in *at)
{
	for (int i = 0; i < f->n_gdn; i++)
		for (int s = 0; s < b->n_seq; s++) {
			size_t item = (size_t)i * (size_t)b->n_seq + (size_t)s;
			at->state[item] = state_of(f, &b->state[s], i);
			if (is_shared(f))
				at->ring[item] = (struct kern_gdn_ring_slot){ring_at(f, b->state[s].ring_from, i), ring_at(f, b->state[s].ring_to, i)};
		}
}

int forward_whole_rows(const struct forward *f, const struct forward_batch *b)
{
	return is_shared(f) ? b->n - (b->position[b->n - 1] + 1) % KERN_RING : b->n;
}

/* A chunk's whole rows leave a checkpoint and the convolution's inputs; the steps of its tail go on from them, in the ring they will
 * leave. A chunk begins on the grid: the ring is empty before, and where there are no whole rows the first step goes on from what
 * the chunk itself goes on from, as `state` says. */
static void stage_tail(const struct forward *f, const struct forward_batch *b, struct forward_in *at)
{
	struct forward_state s = b->state[0];
	int whole = forward_whole_rows(f, b);
	if (whole)
		s.from = s.to;
	s.ring_from = s.ring_to;
	s.to = -1;
	for (int i = 0; i < f->n_gdn; i++) {
		at->tail[i] = state_of(f, &s, i);
		at->ring[i].src = at->ring[i].dst;
	}
	at->tail_first[0] = 0;
	at->tail_first[1] = 1;
	at->first[1] = whole;
}

static void stage_shared(const struct forward *f, const struct forward_batch *b, struct forward_in *at)
{
	if (!is_shared(f))
		return;
	*at->n_gdn_units = kern_gdn_units(at->gdn_units, at->state, b->n_seq);
	if (b->n_seq < b->n)
		stage_tail(f, b, at);
}

static int spans_for(const struct forward_batch *b)
{
	int spans = 1, longest = 1;
	for (int r = 0; r < b->n; r++)
		longest = b->position[r] + 1 > longest ? b->position[r] + 1 : longest;
	while (spans < spans_of(longest))
		spans *= 2;
	return spans;
}

static void stage(struct forward *f, const struct forward_batch *b, struct parts *p)
{
	struct forward_in at;
	size_t n = (size_t)b->n;
	lay_in(f, p, n, (size_t)b->n_seq, (size_t)f->spans, &at);
	memcpy(at.ids, b->ids, n * sizeof *at.ids);
	memcpy(at.position, b->position, n * sizeof *at.position);
	memcpy(at.first, b->first, ((size_t)b->n_seq + 1) * sizeof *at.first);
	if (b->keep)
		memcpy(at.to, b->keep, (b->logits ? 1 : n - (size_t)b->logits_from) * sizeof *at.to);
	stage_states(f, b, &at);
	stage_shared(f, b, &at);
	if (kern_is_device(f->k) && f->n_attention)
		*at.n_units = kern_attention_units(at.units, b->position, b->table, b->n);
	stage_tables(b, p, at.table, f->sent - f->staged);
}

int forward_send(struct forward *f, const struct forward_batch *b)
{
	struct parts staged = {.base = f->staged}, sent = {.base = f->sent}, made = {.base = f->made};
	f->spans = spans_for(b);
	stage(f, b, &staged);
	lay_in(f, &sent, (size_t)b->n, (size_t)b->n_seq, (size_t)f->spans, &f->in);
	lay_out(f, &made, (size_t)b->n, &f->out);
	return kern_is_device(f->k) ? kern_put(f->k, f->sent, f->staged, staged.used) : 0;
}

/* -- and out -- */

/* [layers][n][k] to [n][layers][k]. */
static void deliver(void *to, const void *from, size_t layers, size_t n, size_t row)
{
	for (size_t i = 0; i < layers; i++)
		for (size_t r = 0; r < n; r++)
			memcpy((char *)to + (r * layers + i) * row, (const char *)from + (i * n + r) * row, row);
}

int forward_fetch(struct forward *f, const struct forward_batch *b)
{
	struct parts fetched = {.base = f->fetched};
	struct forward_out at;
	size_t layers = (size_t)f->c->n_layers, k = (size_t)f->c->top_k, n = (size_t)b->n;
	lay_out(f, &fetched, n, &at);
	if (kern_is_device(f->k)) {
		int rc = kern_get(f->k, f->fetched, f->made, b->experts || b->weights ? fetched.used : layers * sizeof *at.distinct);
		if (rc)
			return rc;
	}
	f->distinct = 0;
	for (size_t i = 0; i < layers; i++)
		f->distinct += at.distinct[i];
	if (b->experts)
		deliver(b->experts, at.experts, layers, n, k * sizeof *at.experts);
	if (b->weights)
		deliver(b->weights, at.weights, layers, n, k * sizeof *at.weights);
	return 0;
}

/* -- kept rows, pages -- */

float *forward_kept(const struct forward *f, int i)
{
	return f->kept + (size_t)i * (size_t)f->c->n_vocab;
}

int forward_copy_kept(struct forward *f, int from, int to)
{
	return kern_copy(f->k, forward_kept(f, to), forward_kept(f, from), (size_t)f->c->n_vocab * sizeof(float));
}

int forward_get_kept(struct forward *f, int i, float *plain)
{
	return kern_get(f->k, plain, forward_kept(f, i), (size_t)f->c->n_vocab * sizeof(float));
}

int forward_copy_page(struct forward *f, int32_t from, int32_t to)
{
	int rc = 0;
	for (int i = 0; i < f->n_attention && !rc; i++) {
		char *layer = f->kv + (size_t)i * (size_t)f->limits.n_pages * f->page_bytes;
		rc = kern_copy(f->k, layer + (size_t)to * f->page_bytes, layer + (size_t)from * f->page_bytes, f->page_bytes);
	}
	return rc;
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
	return ring_slot_floats(&f) * (size_t)f.n_gdn * sizeof(float);
}
