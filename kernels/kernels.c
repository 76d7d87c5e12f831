/* The front: shapes are checked and bytes counted here, once, whatever the backend. */
#include "kernels/backends.h"
#include <math.h>
#include <string.h>

static int check_view(const char *op, const char *what, const struct kern_view *v, int rows, int cols)
{
	if (v->rows != rows || v->cols != cols)
		return err_set(ERR_USAGE, "%s: %s is [%d, %d], expected [%d, %d]", op, what, v->rows, v->cols, rows, cols);
	if (!v->data || v->ld < (size_t)v->cols)
		return err_set(ERR_USAGE, "%s: %s has no data or a leading dimension of %zu for %d columns", op, what, v->ld,
			v->cols);
	return 0;
}

static int check_rows(const char *op, int rows, int cols)
{
	if (rows < 0 || cols < 1)
		return err_set(ERR_USAGE, "%s: a matrix of [%d, %d]", op, rows, cols);
	if (rows > KERN_MAX_DIM || cols > KERN_MAX_DIM)
		return err_set(ERR_LIMIT, "%s: a matrix of [%d, %d], at most %d each", op, rows, cols, KERN_MAX_DIM);
	return 0;
}

static int check_weight(const char *op, const char *what, const struct kern_weight *w, int rows, int cols)
{
	int e = check_rows(op, w->rows, w->cols);
	if (e)
		return e;
	if (w->rows != rows || w->cols != cols)
		return err_set(ERR_USAGE, "%s: %s is [%d, %d], expected [%d, %d]", op, what, w->rows, w->cols, rows, cols);
	if (!w->data || w->ld < (size_t)w->cols)
		return err_set(ERR_USAGE, "%s: %s has no data or a leading dimension of %zu for %d columns", op, what, w->ld,
			w->cols);
	if (w->type == KERN_FP8 && (!w->scale || w->block_rows < 1 || w->block_cols < 1 || w->scale_row0 < 0))
		return err_set(ERR_USAGE, "%s: %s is FP8 without scales, or with blocks of %d x %d", op, what, w->block_rows,
			w->block_cols);
	return 0;
}

static int check_scratch(const char *op, const void *scratch, size_t bytes, size_t need, int n)
{
	if (bytes < need || (need && !scratch))
		return err_set(ERR_USAGE, "%s: %zu bytes of scratch for %d rows, %zu are needed", op, bytes, n, need);
	return 0;
}

static int missing(const struct kern *k, const char *op)
{
	return err_set(ERR_UNSUPPORTED, "the %s backend has no %s", k->backend->name, op);
}

static uint64_t area(int rows, int cols)
{
	return (uint64_t)rows * (uint64_t)cols;
}

static uint64_t weight_bytes(const struct kern_weight *w)
{
	uint64_t n = area(w->rows, w->cols) * kern_type_bytes(w->type);
	if (w->type == KERN_FP8)
		n += 4 * area((w->rows + w->block_rows - 1) / w->block_rows, (w->cols + w->block_cols - 1) / w->block_cols);
	return n;
}

int kern_embed(struct kern *k, const struct kern_embed *op)
{
	int n = op->y.rows, d = op->table->cols, e;
	if (!k->backend->embed)
		return missing(k, "embed");
	if ((e = check_weight("embed", "table", op->table, op->table->rows, d)) || (e = check_view("embed", "y", &op->y, n, d)))
		return e;
	for (int r = 0; r < n && !kern_is_device(k); r++) {
		int32_t id = op->ids[r] >= 0 || -1 - op->ids[r] < op->n_drawn ? kern_embed_id(op, r) : op->ids[r];
		if (id < 0 || id >= op->table->rows)
			return err_set(ERR_USAGE, "embed: id %d in row %d, the table has %d rows", id, r, op->table->rows);
	}
	k->bytes += area(n, d) * (4 + kern_type_bytes(op->table->type));
	return k->backend->embed(k, op);
}

/* forms of n rows of an operation, or NULL; block: with which they are to be quantised, 0: it does not matter. */
static int check_forms(const struct kern *k, const char *op, const struct kern_forms *f, int n, int cols, int block)
{
	if (!f)
		return 0;
	if (!f->data || f->first < 0 || n > f->rows - f->first)
		return err_set(ERR_USAGE, "%s: forms of %d rows from row %d on, and there is room for %d", op, n, f->first, f->data ? f->rows : 0);
	if (!kern_forms_bytes(k, f->rows, cols, f->block))
		return err_set(ERR_USAGE, "%s: the %s backend has no forms in blocks of %d", op, k->backend->name, f->block);
	if (block && block != f->block)
		return err_set(ERR_USAGE, "%s: rows are to be quantised in blocks of %d, and their forms are in blocks of %d", op, block, f->block);
	return 0;
}

int kern_norm(struct kern *k, const struct kern_norm *op)
{
	int n = op->x.rows, d = op->x.cols, e;
	if (!k->backend->norm)
		return missing(k, "norm");
	if ((e = check_rows("norm", n, d)) || (e = check_view("norm", "x", &op->x, n, d)) || (e = check_view("norm", "y", &op->y,
		n, d)) || (e = check_forms(k, "norm", op->forms, n, d, 0)))
		return e;
	k->bytes += area(n, d) * 8 + (uint64_t)d * 4;
	return k->backend->norm(k, op);
}

bool kern_quantises(const struct kern *k)
{
	return k->backend->quantises;
}

static int check_quantised(const struct kern *k, const struct kern_matmul *op, const struct kern_matmul_out *o)
{
	if (o->quantised < 0 || (o->quantised && o->w->type != KERN_FP8))
		return err_set(ERR_USAGE, "matmul: quantised in groups of %d columns for weights of type %s", o->quantised,
			kern_type_name(o->w->type));
	if (o->quantised != op->out[0].quantised && !kern_quantises(k))
		return err_set(ERR_USAGE, "matmul: x is quantised for one output and not for another, and the %s backend does not quantise",
			k->backend->name);
	return 0;
}

int kern_matmul(struct kern *k, const struct kern_matmul *op)
{
	int n = op->x.rows, d = op->x.cols, e;
	if (!k->backend->matmul)
		return missing(k, "matmul");
	if (op->n_out < 1 || op->n_out > KERN_MAX_OUT)
		return err_set(ERR_LIMIT, "matmul: %d matrices in one call, 1 to %d are possible", op->n_out, KERN_MAX_OUT);
	if ((e = check_rows("matmul", n, d)) || (e = check_view("matmul", "x", &op->x, n, d)))
		return e;
	if ((e = check_scratch("matmul", op->scratch, op->scratch_bytes, kern_matmul_scratch(k, op, n), n)))
		return e;
	k->bytes += area(n, d) * 4;
	for (int j = 0; j < op->n_out; j++) {
		const struct kern_matmul_out *o = &op->out[j];
		if ((e = check_weight("matmul", "W", o->w, o->w->rows, d)) || (e = check_view("matmul", "y", &o->y, n, o->w->rows)))
			return e;
		if (o->residual && (e = check_view("matmul", "residual", o->residual, n, o->w->rows)))
			return e;
		if ((e = check_quantised(k, op, o)) || (e = check_forms(k, "matmul", op->forms, n, d, o->quantised)))
			return e;
		k->bytes += weight_bytes(o->w) + area(n, o->w->rows) * (o->residual ? 8 : 4);
		k->macs += area(o->w->rows, d) * (uint64_t)n;
	}
	return k->backend->matmul(k, op);
}

size_t kern_forms_bytes(const struct kern *k, int rows, int cols, int block)
{
	return k->backend->forms_bytes ? k->backend->forms_bytes(k, rows, cols, block) : 0;
}

size_t kern_matmul_scratch(const struct kern *k, const struct kern_matmul *op, int n)
{
	return k->backend->matmul_scratch ? k->backend->matmul_scratch(k, op, n) : 0;
}

int kern_quantise(struct kern *k, const struct kern_quantise *op)
{
	int n = op->x.rows, d = op->x.cols, e;
	if (!k->backend->quantise)
		return missing(k, "quantise");
	if (op->block < 1)
		return err_set(ERR_USAGE, "quantise: groups of %d columns, there must be at least one in each", op->block);
	if ((e = check_rows("quantise", n, d)) || (e = check_view("quantise", "x", &op->x, n, d)) || (e = check_view("quantise",
		"y", &op->y, n, d)))
		return e;
	k->bytes += area(n, d) * 8;
	return k->backend->quantise(k, op);
}

int kern_route(struct kern *k, const struct kern_route *op)
{
	int n = op->logits.rows, experts = op->logits.cols, e;
	if (!k->backend->route)
		return missing(k, "route");
	if (experts > KERN_MAX_EXPERTS)
		return err_set(ERR_LIMIT, "route: %d experts, at most %d are possible", experts, KERN_MAX_EXPERTS);
	if (op->top_k > KERN_MAX_TOP_K)
		return err_set(ERR_LIMIT, "route: %d experts a row, at most %d are possible", op->top_k, KERN_MAX_TOP_K);
	if (op->top_k < 1 || op->top_k > experts)
		return err_set(ERR_USAGE, "route: %d of %d experts", op->top_k, experts);
	if ((e = check_view("route", "logits", &op->logits, n, experts)))
		return e;
	k->bytes += area(n, experts) * 4 + area(n, op->top_k) * 6;
	return k->backend->route(k, op);
}

static int check_mlp(const char *what, const struct kern_mlp *m, int width, int d)
{
	int e;
	if ((e = check_weight("experts", what, &m->gate, width, d)) || (e = check_weight("experts", what, &m->up, width, d)))
		return e;
	return check_weight("experts", what, &m->down, d, width);
}

static uint64_t mlp_bytes(const struct kern_mlp *m)
{
	return weight_bytes(&m->gate) + weight_bytes(&m->up) + weight_bytes(&m->down);
}

/* Checks the chosen experts and counts the distinct ones and their bytes. */
static int count_experts(struct kern *k, const struct kern_experts *op)
{
	bool seen[KERN_MAX_EXPERTS] = { false };
	int n = op->x.rows, distinct = 0, e;
	for (size_t i = 0; i < (size_t)n * (size_t)op->top_k; i++) {
		int x = op->experts[i];
		if (x >= op->n_experts)
			return err_set(ERR_USAGE, "experts: expert %d in row %zu, there are %d", x, i / (size_t)op->top_k,
				op->n_experts);
		if (seen[x])
			continue;
		seen[x] = true;
		distinct++;
		if ((e = check_mlp("a routed expert's matrix", &op->mlp[x], op->mlp[0].gate.rows, op->x.cols)))
			return e;
		k->bytes += mlp_bytes(&op->mlp[x]);
	}
	if (op->distinct)
		*op->distinct = distinct;
	return 0;
}

static void count_rows(struct kern *k, const struct kern_experts *op)
{
	int n = op->x.rows;
	k->bytes += area(n, op->x.cols) * (op->residual ? 12 : 8) + area(n, op->top_k) * 6;
	k->macs += 3 * area(op->mlp[0].gate.rows, op->x.cols) * (uint64_t)n * (uint64_t)op->top_k;
}

static int check_block(const struct kern *k, const struct kern_experts *op)
{
	if (op->block < 0)
		return err_set(ERR_USAGE, "experts: groups of %d columns", op->block);
	if (kern_quantises(k))
		return 0;
	if (!op->block != !op->quantised)
		return err_set(ERR_USAGE, "experts: a block of %d, and %squantised rows: it takes both or neither", op->block,
			op->quantised ? "" : "no ");
	return op->quantised ? check_view("experts", "quantised", op->quantised, op->x.rows, op->x.cols) : 0;
}

int kern_experts(struct kern *k, const struct kern_experts *op)
{
	int n = op->x.rows, d = op->x.cols, e;
	if (!k->backend->experts)
		return missing(k, "experts");
	if (op->n_experts > KERN_MAX_EXPERTS || op->top_k > KERN_MAX_TOP_K)
		return err_set(ERR_LIMIT, "experts: %d of %d, at most %d of %d are possible", op->top_k, op->n_experts,
			KERN_MAX_TOP_K, KERN_MAX_EXPERTS);
	if (op->n_experts < 1 || op->top_k < 1 || op->top_k > op->n_experts)
		return err_set(ERR_USAGE, "experts: %d of %d experts", op->top_k, op->n_experts);
	if ((e = check_rows("experts", n, d)) || (e = check_view("experts", "x", &op->x, n, d)) || (e = check_view("experts", "y",
		&op->y, n, d)))
		return e;
	if (op->residual && (e = check_view("experts", "residual", op->residual, n, d)))
		return e;
	if ((e = check_block(k, op)) || (e = check_forms(k, "experts", op->forms, n, d, op->block)))
		return e;
	if (op->shared) {
		if ((e = check_mlp("the shared expert's matrix", op->shared, op->shared->gate.rows, d)))
			return e;
		if (op->shared_gate && (e = check_weight("experts", "shared_gate", op->shared_gate, 1, d)))
			return e;
		k->bytes += mlp_bytes(op->shared);
		k->macs += 3 * area(op->shared->gate.rows, d) * (uint64_t)n;
	}
	if ((e = check_scratch("experts", op->scratch, op->scratch_bytes, kern_experts_scratch(k, op, n), n)))
		return e;
	if (kern_experts_plan_bytes(k, op) && !op->plan)
		return err_set(ERR_USAGE, "experts: the %s backend needs a plan", k->backend->name);
	count_rows(k, op);
	e = kern_is_device(k) ? 0 : count_experts(k, op); /* a device counts what it is told there itself */
	return e ? e : k->backend->experts(k, op);
}

size_t kern_experts_plan_bytes(const struct kern *k, const struct kern_experts *op)
{
	return k->backend->plan_bytes ? k->backend->plan_bytes(k, op) : 0;
}

int kern_experts_plan(struct kern *k, const struct kern_experts *op, void *plan)
{
	for (int i = 0; i < op->n_experts && k->backend->plan; i++) {
		int e = check_mlp("a routed expert's matrix", &op->mlp[i], op->mlp[0].gate.rows, op->mlp[0].gate.cols);
		if (e)
			return e;
	}
	return k->backend->plan ? k->backend->plan(k, op, plan) : 0;
}

size_t kern_experts_scratch(const struct kern *k, const struct kern_experts *op, int n)
{
	return k->backend->experts_scratch ? k->backend->experts_scratch(k, op, n) : 0;
}

static int check_positions(struct kern *k, const struct kern_attention *op)
{
	uint64_t item = kern_type_bytes(op->kv_type);
	for (int r = 0; r < op->q.rows && !kern_is_device(k); r++) {
		int t = op->position[r];
		if (t < 0 || (op->rot && t >= op->n_positions))
			return err_set(ERR_USAGE, "attention: position %d in row %d, rotary has %d", t, r, op->n_positions);
		for (int p = 0; p <= t / KERN_PAGE; p++)
			if (op->table[r][p] < 0 || op->table[r][p] >= op->n_pages)
				return err_set(ERR_USAGE, "attention: page %d in row %d, the pool has %d", op->table[r][p], r,
					op->n_pages);
		k->bytes += area(op->kv_heads, op->dim) * 2 * item * (uint64_t)(t + 2);
		k->macs += area(op->heads, op->dim) * 2 * (uint64_t)(t + 1);
	}
	return 0;
}

int kern_attention(struct kern *k, const struct kern_attention *op)
{
	int n = op->q.rows, e;
	if (!k->backend->attention)
		return missing(k, "attention");
	if (op->dim > KERN_MAX_HEAD)
		return err_set(ERR_LIMIT, "attention: heads of width %d, at most %d are possible", op->dim, KERN_MAX_HEAD);
	if (op->dim < 1 || op->heads < 1 || op->kv_heads < 1 || op->heads % op->kv_heads)
		return err_set(ERR_USAGE, "attention: %d heads on %d key/value heads of width %d", op->heads, op->kv_heads,
			op->dim);
	if (op->rot < 0 || op->rot % 2 || op->rot > op->dim || (op->rot && !op->rotary))
		return err_set(ERR_USAGE, "attention: rotary width %d on heads of width %d", op->rot, op->dim);
	if (op->kv_type != KERN_F32 && op->kv_type != KERN_BF16)
		return err_set(ERR_UNSUPPORTED, "attention: a cache of type %s", kern_type_name(op->kv_type));
	int c = op->heads * op->dim, kv = op->kv_heads * op->dim;
	if ((e = check_view("attention", "q", &op->q, n, op->gated ? 2 * c : c)) || (e = check_view("attention", "kx", &op->kx, n,
		kv)) ||
	    (e = check_view("attention", "vx", &op->vx, n, kv)) || (e = check_view("attention", "y", &op->y, n, c)) ||
	    (e = check_forms(k, "attention", op->forms, n, c, 0)))
		return e;
	if (kern_is_device(k) && (!op->units || !op->n_units || op->longest < 1))
		return err_set(ERR_USAGE, "attention: the %s backend needs units and the longest row's positions", k->backend->name);
	if ((e = check_scratch("attention", op->scratch, op->scratch_bytes, kern_attention_scratch(k, op, n), n)))
		return e;
	k->bytes += area(n, c) * (op->gated ? 12 : 8) + area(n, kv) * 8;
	return (e = check_positions(k, op)) ? e : k->backend->attention(k, op);
}

size_t kern_attention_scratch(const struct kern *k, const struct kern_attention *op, int n)
{
	return k->backend->attention_scratch ? k->backend->attention_scratch(k, op, n) : 0;
}

static int check_sequences(struct kern *k, const struct kern_gdn *op)
{
	uint64_t state = area(op->value_heads * op->key_dim, op->value_dim) + area(op->conv_width - 1, op->qkv.cols);
	k->bytes += (uint64_t)op->n_seq * state * 8;
	k->macs += area(op->qkv.rows, op->value_heads) * area(op->key_dim, op->value_dim) * 4;
	if (kern_is_device(k))
		return 0;
	if (op->n_seq < 0 || op->first[0] != 0 || op->first[op->n_seq] != op->qkv.rows)
		return err_set(ERR_USAGE, "gdn: %d sequences from row %d to %d, there are %d rows", op->n_seq, op->first[0],
			op->first[op->n_seq], op->qkv.rows);
	for (int s = 0; s < op->n_seq; s++) {
		if (op->first[s + 1] <= op->first[s])
			return err_set(ERR_USAGE, "gdn: sequence %d has no rows", s);
		if (!op->state[s].s_dst || (op->conv_width > 1 && !op->state[s].conv_dst))
			return err_set(ERR_USAGE, "gdn: sequence %d has no state to write to", s);
	}
	return 0;
}

/* What a step and a ring's step have in common. */
static int check_gdn_shapes(struct kern *k, const char *name, const struct kern_gdn *op)
{
	int n = op->qkv.rows, hv = op->value_heads, out = hv * op->value_dim, e;
	if (op->key_dim > KERN_MAX_HEAD || op->value_dim > KERN_MAX_HEAD || op->conv_width > KERN_MAX_CONV)
		return err_set(ERR_LIMIT, "%s: heads of %d and %d, %d taps; at most %d and %d are possible", name, op->key_dim,
			op->value_dim, op->conv_width, KERN_MAX_HEAD, KERN_MAX_CONV);
	if (op->key_heads < 1 || hv < 1 || hv % op->key_heads || op->key_dim < 1 || op->value_dim < 1 || op->conv_width < 1)
		return err_set(ERR_USAGE, "%s: %d value heads of %d on %d key heads of %d, %d taps", name, hv, op->value_dim,
			op->key_heads, op->key_dim, op->conv_width);
	if ((e = check_view(name, "qkv", &op->qkv, n, 2 * op->key_heads * op->key_dim + out)) ||
	    (e = check_view(name, "z", &op->z, n, out)) || (e = check_view(name, "a", &op->a, n, hv)) ||
	    (e = check_view(name, "b", &op->b, n, hv)) || (e = check_view(name, "y", &op->y, n, out)) ||
	    (e = check_forms(k, name, op->forms, n, out, 0)))
		return e;
	if ((e = check_scratch(name, op->scratch, op->scratch_bytes, kern_gdn_scratch(k, op, n), n)))
		return e;
	k->bytes += area(n, op->qkv.cols + 2 * out + 2 * hv) * 4;
	return 0;
}

int kern_gdn(struct kern *k, const struct kern_gdn *op)
{
	int e;
	if (!k->backend->gdn)
		return missing(k, "gdn");
	if ((e = check_gdn_shapes(k, "gdn", op)) || (e = check_sequences(k, op)))
		return e;
	return k->backend->gdn(k, op);
}

size_t kern_gdn_scratch(const struct kern *k, const struct kern_gdn *op, int n)
{
	return k->backend->gdn_scratch ? k->backend->gdn_scratch(k, op, n) : 0;
}

size_t kern_gdn_ring_floats(int key_heads, int value_heads, int key_dim, int value_dim)
{
	return (KERN_RING - 1) * (area(key_heads, key_dim) + area(value_heads, value_dim) + (size_t)value_heads);
}

/* Who reads a checkpoint beside the row before it does not read it again. */
static int check_rings(struct kern *k, const struct kern_gdn_ring *op)
{
	const struct kern_gdn *g = &op->gdn;
	uint64_t state = area(g->value_heads * g->key_dim, g->value_dim) * 4, conv = area(g->conv_width - 1, g->qkv.cols) * 4;
	uint64_t entry = kern_gdn_ring_floats(g->key_heads, g->value_heads, g->key_dim, g->value_dim) / (KERN_RING - 1) * 4;
	k->bytes += (uint64_t)g->n_seq * conv * 2;
	k->macs += area(g->n_seq, g->value_heads) * area(g->key_dim, g->value_dim) * 2;
	for (int s = 0; s < g->n_seq && !kern_is_device(k); s++) {
		int count = op->position[s] % KERN_RING;
		const struct kern_gdn_state *t = &g->state[s];
		if (g->first[s] != s || op->position[s] < 0)
			return err_set(ERR_USAGE, "gdn_ring: sequence %d at row %d, position %d", s, g->first[s], op->position[s]);
		if ((count && !op->ring[s].src) || (count < KERN_RING - 1 ? !op->ring[s].dst : !t->s_dst) ||
		    (g->conv_width > 1 && !t->conv_dst))
			return err_set(ERR_USAGE, "gdn_ring: sequence %d at position %d lacks a place to read from or write to", s,
				op->position[s]);
		k->bytes += (s && t->s_src == t[-1].s_src ? 0 : state) + (uint64_t)(count + 1) * entry + (count == KERN_RING - 1 ? state : 0);
	}
	return 0;
}

int kern_gdn_ring(struct kern *k, const struct kern_gdn_ring *op)
{
	int e;
	if (!k->backend->gdn_ring)
		return missing(k, "gdn_ring");
	if (op->gdn.n_seq != op->gdn.qkv.rows)
		return err_set(ERR_USAGE, "gdn_ring: %d rows for %d sequences, it takes one each", op->gdn.qkv.rows, op->gdn.n_seq);
	if ((e = check_gdn_shapes(k, "gdn_ring", &op->gdn)) || (e = check_rings(k, op)))
		return e;
	return k->backend->gdn_ring(k, op);
}

int kern_scatter(struct kern *k, const struct kern_scatter *op)
{
	int n = op->x.rows, d = op->x.cols, e;
	if (!k->backend->scatter)
		return missing(k, "scatter");
	if ((e = check_rows("scatter", n, d)) || (e = check_view("scatter", "x", &op->x, n, d)) || (e = check_view("scatter", "y",
		&op->y, op->y.rows, d)))
		return e;
	for (int r = 0; r < n && !kern_is_device(k); r++)
		if (op->to[r] < 0 || op->to[r] >= op->y.rows)
			return err_set(ERR_USAGE, "scatter: row %d goes to row %d, there are %d", r, op->to[r], op->y.rows);
	k->bytes += area(n, d) * 8;
	return k->backend->scatter(k, op);
}

int kern_pages(struct kern *k, const struct kern_pages *op)
{
	if (!k->backend->pages)
		return missing(k, "pages");
	if (op->n < 0 || op->layers < 0 || op->n_pages < 0)
		return err_set(ERR_USAGE, "pages: %d pages to copy, in %d layers of %d", op->n, op->layers, op->n_pages);
	if (op->page_bytes % 64 || (uintptr_t)op->pool % 64)
		return err_set(ERR_USAGE, "pages: the pool and its pages of %zu bytes must be aligned to 64", op->page_bytes);
	for (int i = 0; i < op->n && !kern_is_device(k); i++)
		if (op->from[i] < 0 || op->from[i] >= op->n_pages || op->to[i] < 0 || op->to[i] >= op->n_pages)
			return err_set(ERR_USAGE, "pages: page %d becomes page %d, there are %d", op->to[i], op->from[i], op->n_pages);
	k->bytes += 2 * (uint64_t)op->page_bytes * area(op->n, op->layers);
	return k->backend->pages(k, op);
}

/* n rows of logits, those that `row` says. */
static int check_logits(const struct kern *k, const char *op, const struct kern_view *logits, const int32_t *row, int n)
{
	int e = check_rows(op, logits->rows, logits->cols);
	if (e || (e = check_view(op, "logits", logits, logits->rows, logits->cols)))
		return e;
	if (n < 0 || (!row && n > logits->rows))
		return err_set(ERR_USAGE, "%s: %d rows of %d", op, n, logits->rows);
	for (int i = 0; row && i < n && !kern_is_device(k); i++)
		if (row[i] < 0 || row[i] >= logits->rows)
			return err_set(ERR_USAGE, "%s: row %d, there are %d", op, row[i], logits->rows);
	return 0;
}

int kern_sample(struct kern *k, const struct kern_sample *op)
{
	if (!k->backend->sample)
		return missing(k, "sample");
	int e = check_logits(k, "sample", &op->logits, op->row, op->n);
	if (e || (e = check_scratch("sample", op->scratch, op->scratch_bytes, kern_sample_scratch(k, op, op->n), op->n)))
		return e;
	k->bytes += area(op->n, op->logits.cols) * 4 + area(op->n, 16);
	return k->backend->sample(k, op);
}

size_t kern_sample_scratch(const struct kern *k, const struct kern_sample *op, int n)
{
	return k->backend->sample_scratch ? k->backend->sample_scratch(k, op, n) : 0;
}

int kern_top(struct kern *k, const struct kern_top *op)
{
	int most = op->logits.cols < KERN_MAX_TOP ? op->logits.cols : KERN_MAX_TOP;
	if (!k->backend->top)
		return missing(k, "top");
	int e = check_logits(k, "top", &op->logits, op->row, op->n);
	if (e || (e = check_scratch("top", op->scratch, op->scratch_bytes, kern_top_scratch(k, op, op->n), op->n)))
		return e;
	if (op->count < 0 || op->count > most)
		return err_set(ERR_USAGE, "top: the %d likeliest of %d; 0 to %d can be had", op->count, op->logits.cols, most);
	k->bytes += area(op->n, op->logits.cols) * 4 + area(op->n, op->count) * 8;
	return k->backend->top(k, op);
}

size_t kern_top_scratch(const struct kern *k, const struct kern_top *op, int n)
{
	return k->backend->top_scratch ? k->backend->top_scratch(k, op, n) : 0;
}

size_t kern_pack_bytes(const struct kern *k, const struct kern_weight *w)
{
	return k->backend->pack_bytes ? k->backend->pack_bytes(k, w) : 0;
}

void kern_pack(const struct kern *k, struct kern_weight *w, void *dst)
{
	if (!k->backend->pack)
		return;
	k->backend->pack(k, w, dst);
	w->packed = dst;
}
