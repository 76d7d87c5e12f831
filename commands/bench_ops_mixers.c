#include "base/mem.h"
#include "commands/bench_ops.h"
#include <math.h>

enum { ATTENDED = 1024 }; /* rows of a prompt that the engine's attention takes at once */

static int call_attention(struct kern *k, const void *op) { return kern_attention(k, op); }
static int call_gdn(struct kern *k, const void *op) { return kern_gdn(k, op); }

/* -- attention: forks of one prompt, whose full pages are everybody's; the last is each row's own. Of a prompt: its last positions -- */

struct tables {
	int32_t *page, *position;
	const int32_t **row;
	int per_row;
};

static void tables_of_prompt(struct tables *t, int rows, int positions)
{
	t->per_row = positions / KERN_PAGE + 1;
	t->page = mem_array((size_t)t->per_row, sizeof *t->page);
	t->position = mem_array((size_t)rows, sizeof *t->position);
	t->row = mem_array((size_t)rows, sizeof *t->row);
	for (int p = 0; p < t->per_row; p++)
		t->page[p] = p;
	for (int r = 0; r < rows; r++) {
		t->position[r] = positions - rows + r;
		t->row[r] = t->page;
	}
}

static void tables_make(struct tables *t, int rows, int positions)
{
	int shared = positions / KERN_PAGE;
	t->per_row = shared + 1;
	t->page = mem_array((size_t)rows * (size_t)t->per_row, sizeof *t->page);
	t->position = mem_array((size_t)rows, sizeof *t->position);
	t->row = mem_array((size_t)rows, sizeof *t->row);
	for (int r = 0; r < rows; r++) {
		t->position[r] = positions;
		t->row[r] = t->page + (size_t)r * (size_t)t->per_row;
		for (int p = 0; p <= shared; p++)
			t->page[r * t->per_row + p] = p < shared ? p : shared + r;
	}
}

static void tables_release(struct tables *t)
{
	mem_free(t->page);
	mem_free(t->position);
	mem_free(t->row);
}

/* The same in the backend's memory, and what a device wants to know beside it. */
static void place_tables(struct kern_attention *op, struct operands *o, const struct tables *t, int rows)
{
	size_t n = (size_t)rows, spans = (size_t)(op->n_positions + KERN_SPAN - 1) / KERN_SPAN;
	bool one = t->row[rows - 1] == t->row[0];
	const int32_t *pages = operand_given(o, t->page, (one ? 1 : n) * (size_t)t->per_row * sizeof *pages);
	const int32_t **row = mem_array(n, sizeof *row);
	struct kern_attention_unit *units = mem_array(n * spans, sizeof *units);
	for (int r = 0; r < rows && pages; r++)
		row[r] = pages + (t->row[r] - t->page);
	int32_t n_units = kern_attention_units(units, t->position, t->row, rows);
	op->table = operand_given(o, row, n * sizeof *row);
	op->position = operand_given(o, t->position, n * sizeof *t->position);
	op->units = operand_given(o, units, n * spans * sizeof *units);
	op->n_units = operand_given(o, &n_units, sizeof n_units);
	op->longest = op->n_positions;
	op->scratch_bytes = kern_attention_scratch(o->k, op, rows);
	op->scratch = operand_room(o, op->scratch_bytes);
	mem_free(row);
	mem_free(units);
}

static const float *made_rotary(struct operands *o, const struct eng_config *c, int positions)
{
	size_t n = (size_t)positions * (size_t)c->rotary_dims;
	float *plain = mem_array(n, sizeof *plain);
	kern_rotary_fill(plain, positions, c->rotary_dims, c->rope_theta);
	const float *p = operand_given(o, plain, n * sizeof *plain);
	mem_free(plain);
	return p;
}

int bench_op_attention(struct kernels *b, int rows)
{
	const struct eng_config *c = &b->config;
	int h = c->n_heads, g = c->n_kv_heads, w = c->head_dim, q_width = c->family->attn_gate ? 2 * h * w : h * w;
	struct operands o;
	struct tables t;
	char shape[64];
	if (!b->attention)
		return 0;
	operands_begin(&o, &b->k);
	if (b->prompt && rows > ATTENDED)
		rows = ATTENDED;
	(b->prompt ? tables_of_prompt : tables_make)(&t, rows, b->positions);
	struct kern_attention op = {.q = operand_view(&o, rows, q_width, 3), .kx = operand_view(&o, rows, g * w, 4), .vx = operand_view(&o, rows, g * w, 5),
	                            .plus_one = c->family->norm_adds_one, .eps = (float)c->eps, .rot = c->rotary_dims, .n_positions = b->positions + 1,
	                            .heads = h, .kv_heads = g, .dim = w, .gated = c->family->attn_gate, .scale = (float)(1 / sqrt(w)),
	                            .kv_type = b->k.compute == KERN_F32 ? KERN_F32 : KERN_BF16, .n_pages = t.per_row - 1 + (b->prompt ? 1 : rows),
	                            .y = operand_view(&o, rows, h * w, 2)};
	if (c->family->qk_norm == ENG_QK_HEAD) {
		op.q_norm = operand_floats(&o, (size_t)w, 6);
		op.k_norm = operand_floats(&o, (size_t)w, 7);
	}
	op.rotary = made_rotary(&o, c, op.n_positions);
	op.pool = operand_items(&o, op.kv_type, kern_page_bytes(g, w, op.kv_type) / kern_type_bytes(op.kv_type) * (size_t)op.n_pages, 9);
	place_tables(&op, &o, &t, rows);
	snprintf(shape, sizeof shape, "%d heads on %d of %d; %d positions in %s", h, g, w, b->positions, kern_type_name(op.kv_type));
	int err = kernel_measure(b, &o, "attention", shape, call_attention, &op, &op.y);
	tables_release(&t);
	operands_end(&o);
	return err;
}

/* -- Gated DeltaNet: a step of each row, from one state to another; or a prompt's rows from one to another -- */

static void make_states(struct kern_gdn *op, struct operands *o, int rows, int channels)
{
	int each = rows / op->n_seq;
	size_t n = (size_t)op->n_seq, s = (size_t)(op->value_heads * op->key_dim * op->value_dim), conv = (size_t)((op->conv_width - 1) * channels);
	struct kern_gdn_state *states = mem_array(n, sizeof *states);
	int32_t *first = mem_array(n + 1, sizeof *first);
	s = (s + 15) / 16 * 16;
	conv = (conv + 15) / 16 * 16;
	float *memory = operand_floats(o, n * 2 * (s + conv), 20);
	for (int i = 0; i <= op->n_seq; i++)
		first[i] = i * each;
	for (size_t r = 0; r < n && memory; r++) {
		float *from = memory + r * 2 * (s + conv), *to = from + s + conv;
		states[r] = (struct kern_gdn_state){from, to, from + s, to + s};
	}
	op->state = operand_given(o, states, n * sizeof *states);
	op->first = operand_given(o, first, (n + 1) * sizeof *first);
	op->scratch_bytes = kern_gdn_scratch(o->k, op, rows);
	op->scratch = op->scratch_bytes ? operand_room(o, op->scratch_bytes) : NULL;
	mem_free(states);
	mem_free(first);
}

int bench_op_gdn(struct kernels *b, int rows)
{
	const struct eng_config *c = &b->config;
	int hk = c->gdn_key_heads, hv = c->gdn_value_heads, dk = c->gdn_key_dim, dv = c->gdn_value_dim, channels = 2 * hk * dk + hv * dv;
	struct operands o;
	char shape[64];
	if (!b->gdn)
		return 0;
	operands_begin(&o, &b->k);
	struct kern_gdn op = {.qkv = operand_view(&o, rows, channels, 3), .z = operand_view(&o, rows, hv * dv, 4), .a = operand_view(&o, rows, hv, 5),
	                      .b = operand_view(&o, rows, hv, 6), .conv = operand_floats(&o, (size_t)(c->gdn_conv * channels), 7),
	                      .a_log = operand_floats(&o, (size_t)hv, 8), .dt_bias = operand_floats(&o, (size_t)hv, 9),
	                      .norm_w = operand_floats(&o, (size_t)dv, 10), .eps = (float)c->eps, .key_heads = hk, .value_heads = hv, .key_dim = dk,
	                      .value_dim = dv, .conv_width = c->gdn_conv, .n_seq = b->prompt ? 1 : rows, .y = operand_view(&o, rows, hv * dv, 2)};
	make_states(&op, &o, rows, channels);
	snprintf(shape, sizeof shape, "%d on %d heads; states of %d x %d", hv, hk, dk, dv);
	int err = kernel_measure(b, &o, "gdn", shape, call_gdn, &op, &op.y);
	operands_end(&o);
	return err;
}
