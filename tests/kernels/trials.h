/* tests/kernels/trials.h - one trial per operation, see kit.h. */
#ifndef TESTS_KERNELS_TRIALS_H
#define TESTS_KERNELS_TRIALS_H

#include "tests/kernels/kit.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

static const struct weight_spec specs[] = {
	{ KERN_F32, 0, 0, 0, false }, { KERN_BF16, 0, 0, 0, true }, { KERN_F16, 0, 0, 0, false }, { KERN_FP8, 128, 128, 0, true },
		{ KERN_FP8, 128, 128, 0, false },
	{ KERN_FP8, 5, 7, 3, false }, { KERN_FP8, 5, 7, 3, true }, { KERN_F32, 0, 0, 0, true }, { KERN_BF16, 0, 0, 0, false },
		{ KERN_FP8, 32, 16, 33, true },
	{ KERN_F16, 0, 0, 0, true },
};

/* Every backend gives the same bits here; ref has it always. */
static void quantise_rows(struct kern_view x, int block, struct kern_view y)
{
	struct kern ref = { .backend = &kern_ref };
	OK(kern_quantise(&ref, &(struct kern_quantise){ x, block, y }));
}

/* matmul: two outputs, the second with a residual. in x out: 1, primes, one off every tile and block, whole tiles.
 * Behind a variant for each spec: FP8 that reads quantised rows, which every other variant leaves to a backend that does it; in the last
 * of these with a matrix of bfloat16 beside it, which reads the same rows as they are. */
static const int matmul_shapes[][2] = { { 1, 1 }, { 7, 3 }, { 15, 17 }, { 16, 16 }, { 31, 33 }, { 127, 15 }, { 128, 48 }, { 255,
	16 }, { 256, 31 }, { 257, 5 }, { 521, 19 }, { 384, 64 } };
static const int quantised_specs[] = { 4, 5, 9, 3 };
enum { MATMULS = COUNT(matmul_shapes) * COUNT(specs), MAX_VARIANTS = MATMULS + COUNT(matmul_shapes) * COUNT(quantised_specs) };
static int matmul_width(int v)
{
	return matmul_shapes[v % COUNT(matmul_shapes)][1] * 2;
}
static void matmul_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	int in = matmul_shapes[v % COUNT(matmul_shapes)][0], cols = matmul_shapes[v % COUNT(matmul_shapes)][1];
	bool quantised = v >= MATMULS;
	struct weight_spec spec = specs[quantised ? quantised_specs[v / COUNT(matmul_shapes) - COUNT(specs)] : v / COUNT(matmul_shapes)];
	bool mixed = v >= MAX_VARIANTS - COUNT(matmul_shapes);
	struct kern_weight w = weight(&a, k, 20, cols, in, spec), u = weight(&a, k, 21, cols, in, mixed ? specs[8] : spec);
	struct kern_view y = mat(&a, 0, NULL, n, cols), z = mat(&a, 5, ids, n, cols);
	struct kern_matmul op = { .x = mat(&a, 4, ids, n, in), .n_out = 2, .out = { { .w = &w, .y = y }, { .w = &u, .y = z } } };
	op.scratch_bytes = kern_matmul_scratch(k, &op, n);
	op.scratch = op.scratch_bytes ? scratch(op.scratch_bytes) : NULL;
	struct kern_view residual = z;
	op.out[1].residual = &residual;
	if (quantised && !small_integers) {
		op.out[0].quantised = spec.block_cols;
		op.out[1].quantised = mixed ? 0 : spec.block_cols;
		if (mixed && !kern_quantises(k)) { /* in two calls */
			struct kern_matmul other = op;
			other.n_out = op.n_out = 1;
			other.out[0] = op.out[1];
			DO(matmul, k, other);
			settled();
		}
		if (!kern_quantises(k) || (!mixed && v % 2))
			quantise_rows(op.x, spec.block_cols, op.x);
	}
	DO(matmul, k, op);
	forget(&w, sizeof w);
	forget(&u, sizeof u);
	forget(&residual, sizeof residual);
	settled();
	take(out, 2 * cols, 0, &y);
	take(out, 2 * cols, cols, &z);
	free(op.scratch);
	arena_release(&a);
}

/* columns, block: shorter last groups, blocks off every vector, one wider than the row */
static const int quantise_shapes[][2] = { { 1, 1 }, { 7, 3 }, { 16, 16 }, { 33, 32 }, { 128, 128 }, { 160, 128 }, { 257, 20 },
	{ 300, 1000 } };
static int quantise_width(int v)
{
	return quantise_shapes[v / 2][0];
}
/* Odd variants in place. */
static void quantise_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	int d = quantise_width(v);
	struct kern_quantise op = { mat(&a, 44, ids, n, d), quantise_shapes[v / 2][1], mat(&a, 0, NULL, n, d) };
	if (v % 2)
		op.y = op.x;
	DO(quantise, k, op);
	settled();
	take(out, d, 0, &op.y);
	arena_release(&a);
}

static int embed_width(int v)
{
	return 17 + v;
}
static void embed_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	struct kern_weight table = weight(&a, k, 22, 97, embed_width(v), specs[v]);
	int32_t *rows = arena_alloc(&a, ((size_t)n + 1) * sizeof *rows), *drawn = arena_alloc(&a, ((size_t)n + 1) * sizeof *drawn);
	for (int r = 0; r < n; r++) {
		int at = n - 1 - r; /* a third are read where something has drawn them */
		drawn[at] = ids[r] * 5 % 97;
		rows[r] = ids[r] % 3 ? drawn[at] : -1 - at;
	}
	struct kern_embed op = { &table, rows, mat(&a, 0, NULL, n, embed_width(v)), drawn, n };
	DO(embed, k, op);
	forget(&table, sizeof table);
	settled();
	take(out, embed_width(v), 0, &op.y);
	arena_release(&a);
}

static const int norm_shapes[] = { 1, 2, 7, 8, 15, 16, 17, 31, 160, 192, 193 };
static int norm_width(int v)
{
	return norm_shapes[v / 2];
}
static void norm_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	struct kern_norm op = { mat(&a, 6, ids, n, norm_width(v)), vec(&a, 7, norm_width(v)), v % 2, 1e-6f, mat(&a, 0, NULL, n,
		norm_width(v)) };
	if (v % 2)
		op.y = op.x;
	DO(norm, k, op);
	settled();
	take(out, norm_width(v), 0, &op.y);
	arena_release(&a);
}

static const int route_shapes[][2] = { { 1, 1 }, { 2, 2 }, { 12, 5 }, { 64, 8 }, { 65, 1 }, { 256, 8 }, { KERN_MAX_EXPERTS,
	KERN_MAX_TOP_K }, { 67, 64 } };
static int route_width(int v)
{
	return 2 * route_shapes[v / 2][1];
}
static void route_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	int e = route_shapes[v / 2][0], top = route_shapes[v / 2][1];
	struct kern_route op = { mat(&a, 8, ids, n, e), top, v % 2, arena_alloc(&a, (size_t)(n * top) * 2 + 2), arena_alloc(&a,
		(size_t)(n * top) * 4 + 4) };
	DO(route, k, op);
	settled();
	for (int i = 0; i < n * top; i++) {
		out[i / top * 2 * top + i % top] = op.experts[i];
		out[i / top * 2 * top + top + i % top] = op.weights[i];
	}
	arena_release(&a);
}

/* d, w, experts, k, shared width (0: none) */
static const int experts_shapes[][5] = { { 1, 1, 1, 1, 0 }, { 17, 5, 3, 2, 1 }, { 160, 32, 64, 8, 64 }, { 31, 33, 12, 5, 0 },
	{ 192, 31, 7, 7, 17 }, { 300, 16, 100, 8, 33 } };
static int experts_width(int v)
{
	return experts_shapes[v / 2 % COUNT(experts_shapes)][0];
}
/* The second half of the variants: what FP8 matrices read is quantised, and a part of the matrices is FP8 or all are. */
static bool experts_quantise(int v)
{
	return v / 2 >= COUNT(experts_shapes);
}
static int count_distinct(const uint16_t *experts, int n)
{
	int distinct = 0;
	for (int i = 0; i < n; i++) {
		int before = 0;
		while (before < i && experts[before] != experts[i])
			before++;
		distinct += before == i;
	}
	return distinct;
}
static void experts_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	const int *s = experts_shapes[v / 2 % COUNT(experts_shapes)];
	int d = s[0], w = s[1], e = s[2], top = s[3];
	struct weight_spec spec = specs[experts_quantise(v) ? 4 + v % 3 : (v * 3 + 3) % COUNT(specs)], up_spec = spec, down_spec = spec;
	if (experts_quantise(v) && v % 4 == 0)
		down_spec = specs[8]; /* bf16: its input stays as it is */
	if (experts_quantise(v) && v % 8 == 7)
		up_spec = specs[8];
	struct kern_mlp *mlp = arena_alloc(&a, (size_t)e * sizeof *mlp), shared;
	for (int i = 0; i < e; i++) {
		struct weight_spec up = up_spec;
		up.scale_row0 += w;
		mlp[i] = (struct kern_mlp){ weight(&a, k, 100 + 3 * (uint32_t)i, w, d, spec), weight(&a, k, 101 + 3 * (uint32_t)i,
			w, d, up), weight(&a, k, 102 + 3 * (uint32_t)i, d, w, down_spec) };
	}
	if (s[4])
		shared = (struct kern_mlp){ weight(&a, k, 30, s[4], d, spec), weight(&a, k, 31, s[4], d, spec), weight(&a, k, 32,
			d, s[4], spec) };
	struct kern_weight gate = weight(&a, k, 33, 1, d, specs[0]);
	uint16_t *experts = arena_alloc(&a, (size_t)(n * top) * 2 + 2);
	float *weights = arena_alloc(&a, (size_t)(n * top) * 4 + 4);
	for (int i = 0; i < n * top; i++) {
		/* distinct within a row: a start and a stride of the row's own */
		int id = ids[i / top], slot = i % top;
		experts[i] = (uint16_t)((id * 7 + slot * (e > 1 && e % 3 ? 3 : 1)) % e);
		weights[i] = small_integers ? 1 : fabsf(activation_at(34, id, slot));
	}
	struct kern_view residual = mat(&a, 10, ids, n, d);
	struct kern_experts op = { .x = mat(&a, 9, ids, n, d), .experts = experts, .weights = weights, .top_k = top,
		.n_experts = e, .mlp = mlp,
				   .shared = s[4] ? &shared : NULL, .shared_gate = s[4] && v % 2 ? &gate : NULL,
					.residual = v % 2 ? &residual : NULL,
				   .y = v % 2 ? residual : mat(&a, 0, NULL, n, d) };
	struct kern_view quantised = mat(&a, 0, NULL, n, d);
	if (experts_quantise(v)) {
		op.block = spec.block_cols;
		quantise_rows(op.x, op.block, quantised);
		op.quantised = kern_quantises(k) ? NULL : &quantised;
	}
	op.scratch_bytes = kern_experts_scratch(k, &op, n);
	op.scratch = scratch(op.scratch_bytes);
	void *plan = scratch(kern_experts_plan_bytes(k, &op));
	OK(kern_experts_plan(k, &op, plan));
	op.plan = plan;
	int32_t distinct = -1;
	op.distinct = &distinct;
	DO(experts, k, op);
	forget(mlp, (size_t)e * sizeof *mlp);
	forget(&shared, sizeof shared);
	forget(&gate, sizeof gate);
	forget(&residual, sizeof residual);
	forget(&quantised, sizeof quantised);
	settled();
	assert_int_equal(distinct, count_distinct(experts, n * top));
	take(out, d, 0, &op.y);
	free(plan);
	free(op.scratch);
	arena_release(&a);
}

/* heads, kv heads, dim, rot, positions (the last one is looked at), gated, bf16 cache */
static const int attention_shapes[][7] = {
	{ 1, 1, 1, 0, 1, 0, 0 }, { 4, 1, 64, 16, 33, 1, 0 }, { 3, 3, 17, 6, 32, 0, 0 }, { 6, 2, 40, 40, 65, 1, 1 }, { 5, 1, 31, 2,
		31, 1, 0 }, { 2, 2, 256, 64, 70, 1, 0 }, { 2, 1, 8, 4, 100, 0, 1 },
};
/* A sequence's positions all at once (even variants) or one by one: the same numbers, and the same bits. */
static int attention_width(int v)
{
	const int *s = attention_shapes[v / 2];
	return s[0] * s[2] * 2;
}
/* With what only a device looks at. hold: what products make of the rows' forms is looked at, too. */
static void attend(struct kern *k, struct kern_attention *op, bool hold)
{
	int n = op->q.rows;
	for (int r = 0; r < n; r++)
		op->longest = op->position[r] >= op->longest ? op->position[r] + 1 : op->longest;
	struct kern_attention_unit *units = scratch((size_t)(n * ((op->longest + KERN_SPAN - 1) / KERN_SPAN)) * sizeof *units);
	int32_t n_units = kern_attention_units(units, op->position, op->table, n);
	op->units = units;
	op->n_units = &n_units;
	op->scratch_bytes = kern_attention_scratch(k, op, n);
	op->scratch = scratch(op->scratch_bytes);
	struct kern_forms forms = forms_for(k, n, op->y.cols);
	op->forms = forms.data ? &forms : NULL;
	DO(attention, k, *op);
	settled();
	if (hold)
		hold_forms(k, &op->y, &forms);
	free(forms.data);
	free(op->scratch);
	free(units);
}
static void attention_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	const int *s = attention_shapes[v / 2];
	int h = s[0], g = s[1], c = s[2], t = s[4], pages = (t + KERN_PAGE - 1) / KERN_PAGE, step = v % 2 ? 1 : t;
	struct kern_attention op = { .q_norm = h % 2 ? NULL : vec(&a, 11, c), .k_norm = vec(&a, 12, c), .plus_one = true,
		.eps = 1e-6f, .rot = s[3], .n_positions = t + 1,
				     .heads = h, .kv_heads = g, .dim = c, .gated = s[5], .scale = 1 / sqrtf((float)c),
					.kv_type = s[6] ? KERN_BF16 : KERN_F32, .n_pages = n * pages };
	float *rotary = arena_alloc(&a, (size_t)((t + 1) * s[3]) * sizeof *rotary + 1);
	kern_rotary_fill(rotary, t + 1, s[3], 1e4);
	op.rotary = rotary;
	size_t bytes = kern_page_bytes(g, c, op.kv_type) * (size_t)op.n_pages;
	op.pool = scratch(bytes); /* NaN wherever nothing was stored */
	int width = attention_width(v), half = width / 2;
	for (int r = 0; r < n; r++) {
		int32_t table[8], position[128];
		const int32_t *tables[128];
		int id[128];
		for (int p = 0; p < pages; p++)
			table[p] = (r + p * n) % op.n_pages;
		for (int from = 0; from < t; from += step) {
			for (int i = 0; i < step; i++) {
				position[i] = from + i;
				tables[i] = table;
				id[i] = ids[r] * 200 + from + i;
			}
			op.q = mat(&a, 13, id, step, h * c * (s[5] ? 2 : 1));
			op.kx = mat(&a, 14, id, step, g * c);
			op.vx = mat(&a, 15, id, step, g * c);
			op.y = mat(&a, 0, NULL, step, h * c);
			op.position = position;
			op.table = tables;
			attend(k, &op, from + step == t);
			assert_padding_untouched(&op.y);
			if (from == 0) /* the first position, then the last */
				memcpy(out + (size_t)r * (size_t)width, op.y.data, (size_t)half * sizeof *out);
		}
		memcpy(out + (size_t)r * (size_t)width + half, op.y.data + (size_t)(step - 1) * op.y.ld,
			(size_t)half * sizeof *out);
	}
	free(op.pool);
	arena_release(&a);
}

/* key heads, value heads, dk, dv, taps, rows of a sequence */
static const int gdn_shapes[][6] = { { 1, 1, 1, 1, 1, 1 }, { 2, 4, 32, 32, 4, 5 }, { 1, 3, 7, 17, 2, 4 }, { 3, 3, 16, 40, 4, 2 },
	{ 2, 2, 33, 8, 3, 3 }, { 1, 2, 128, 128, 4, 3 } };
static int gdn_width(int v)
{
	const int *s = gdn_shapes[v / 3];
	return s[1] * s[3] + s[1] * s[2] * s[3] + (s[4] - 1) * (2 * s[0] * s[2] + s[1] * s[3]);
}
/* v % 3: 0 a chunk from nothing, 1 step by step in place, 2 step by step from state to state. */
static void gdn_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	const int *s = gdn_shapes[v / 3];
	int hk = s[0], hv = s[1], dk = s[2], dv = s[3], taps = s[4], rows = s[5], channels = 2 * hk * dk + hv * dv,
		state = hv * dk * dv, conv = (taps - 1) * channels;
	int step = v % 3 ? 1 : rows, width = gdn_width(v);
	float *memory = arena_alloc(&a, (size_t)(n * 2 * (state + conv)) * sizeof *memory + 1);
	struct kern_gdn_state *states = arena_alloc(&a, (size_t)n * sizeof *states);
	struct kern_gdn op = { .conv = vec(&a, 16, taps * channels), .a_log = vec(&a, 17, hv), .dt_bias = vec(&a, 18, hv),
		.norm_w = vec(&a, 19, dv), .eps = 1e-6f, .key_heads = hk,
			       .value_heads = hv, .key_dim = dk, .value_dim = dv, .conv_width = taps, .n_seq = n, .state = states };
	int32_t *first = arena_alloc(&a, ((size_t)n + 1) * sizeof *first);
	int *id = arena_alloc(&a, (size_t)(n * step) * sizeof *id + 1);
	for (int from = 0; from < rows; from += step) {
		for (int i = 0; i < n; i++) {
			float *now = memory + i * 2 * (state + conv), *other = now + state + conv;
			bool swap = v % 3 == 2 && from % 2, fresh = from == 0;
			float *src = swap ? other : now, *dst = v % 3 == 2 ? (swap ? now : other) : now;
			states[i] = (struct kern_gdn_state){ fresh ? NULL : src, dst, fresh ? NULL : src + state, dst + state };
			first[i] = i * step;
			for (int j = 0; j < step; j++)
				id[i * step + j] = ids[i] * 50 + from + j;
		}
		first[n] = n * step;
		op.first = first;
		op.qkv = mat(&a, 40, id, n * step, channels);
		op.z = mat(&a, 41, id, n * step, hv * dv);
		op.a = mat(&a, 42, id, n * step, hv);
		op.b = mat(&a, 43, id, n * step, hv);
		op.y = mat(&a, 0, NULL, n * step, hv * dv);
		op.scratch_bytes = kern_gdn_scratch(k, &op, n * step);
		op.scratch = scratch(op.scratch_bytes);
		struct kern_forms forms = forms_for(k, n * step, op.y.cols);
		op.forms = forms.data ? &forms : NULL;
		DO(gdn, k, op);
		settled();
		if (from + step == rows)
			hold_forms(k, &op.y, &forms);
		free(forms.data);
		free(op.scratch);
		assert_padding_untouched(&op.y);
	}
	for (int i = 0; i < n; i++) {
		float *o = out + (size_t)i * (size_t)width;
		memcpy(o, op.y.data + (size_t)(i * step + step - 1) * op.y.ld, (size_t)(hv * dv) * sizeof *o);
		memcpy(o + hv * dv, states[i].s_dst, (size_t)state * sizeof *o);
		memcpy(o + hv * dv + state, states[i].conv_dst, (size_t)conv * sizeof *o);
	}
	arena_release(&a);
}

static int scatter_width(int v)
{
	static const int widths[] = { 1, 7, 16, 160, 257 };
	return widths[v];
}
/* The rows to places apart, the last one first. */
static void scatter_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	int32_t *to = arena_alloc(&a, (size_t)n * sizeof *to + 1);
	for (int r = 0; r < n; r++)
		to[r] = 2 * (n - 1 - r) + 1;
	struct kern_scatter op = { mat(&a, 45, ids, n, scatter_width(v)), to, mat(&a, 0, NULL, 2 * n, scatter_width(v)) };
	DO(scatter, k, op);
	settled();
	assert_padding_untouched(&op.y);
	for (int r = 0; r < n; r++) {
		struct kern_view row = op.y, other = op.y;
		other.cols = 0; /* all padding */
		other.rows = row.rows = 1;
		other.data += (size_t)(2 * r) * op.y.ld;
		row.data += (size_t)to[r] * op.y.ld;
		assert_padding_untouched(&other);
		take(out + (size_t)r * (size_t)op.y.cols, op.y.cols, 0, &row);
	}
	arena_release(&a);
}

/* pages: of one layer, or of three; the copies lie among the pages they are of, from the last row's on. What a row gives: its copy in
 * every layer. */
static const int pages_shapes[][3] = { { 1, 16, KERN_F32 }, { 3, 8, KERN_BF16 }, { 2, 72, KERN_F32 } }; /* layers, head width, type */
static int pages_floats(const int *s)
{
	return (int)(kern_page_bytes(1, s[1], (enum kern_type)s[2]) / sizeof(float));
}
static int pages_width(int v)
{
	return pages_shapes[v][0] * pages_floats(pages_shapes[v]);
}
static void pages_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	int layers = pages_shapes[v][0], floats = pages_floats(pages_shapes[v]), n_pages = 2 * n + 1;
	float *pool = scratch((size_t)(layers * n_pages * floats) * sizeof *pool);
	int32_t *from = arena_alloc(&a, (size_t)n * sizeof *from + 1), *to = arena_alloc(&a, (size_t)n * sizeof *to + 1);
	for (int r = 0; r < n; r++) {
		from[r] = 2 * r;
		to[r] = 2 * (n - 1 - r) + 1;
	}
	for (int l = 0; l < layers; l++)
		for (int r = 0; r < n_pages; r++)
			for (int c = 0; c < floats; c++)
				pool[(l * n_pages + r) * floats + c] = r % 2 || r == 2 * n ? 7 : value_at(46 + l, ids[r / 2], c);
	struct kern_pages op = { pool, layers, n_pages, (size_t)floats * sizeof *pool, n, from, to };
	DO(pages, k, op);
	settled();
	for (int l = 0; l < layers; l++) {
		const float *layer = pool + l * n_pages * floats;
		for (int r = 0; r < n; r++) {
			memcpy(out + r * layers * floats + l * floats, layer + to[r] * floats, (size_t)floats * sizeof *out);
			assert_memory_equal(layer + to[r] * floats, layer + from[r] * floats, (size_t)floats * sizeof *out);
		}
		for (int c = 0; c < floats; c++)
			assert_true(layer[2 * n * floats + c] == 7);
	}
	free(pool);
	arena_release(&a);
}

/* Steps by checkpoint and ring, from KERN_RING - 5 .. KERN_RING - 2 entries on, so that every row folds on its way; in place
 * (even variants) or from place to place. What a row gives: y of the last step, the state, three entries of the ring (zeros where
 * there is none), the convolution's inputs. */
enum { RING_STEPS = 6, RING_SHOWN = 3 };
struct ring_memory {
	float *state[2], *conv[2], *ring[2]; /* [0] is read, [1] written, then they change places */
};
static int ring_entry(const int *s)
{
	return (int)kern_gdn_ring_floats(s[0], s[1], s[2], s[3]) / (KERN_RING - 1);
}
static int gdn_ring_width(int v)
{
	const int *s = gdn_shapes[v / 2];
	return s[1] * s[3] + s[1] * s[2] * s[3] + RING_SHOWN * ring_entry(s) + (s[4] - 1) * (2 * s[0] * s[2] + s[1] * s[3]);
}
static int ring_start(int id)
{
	return 2 * KERN_RING + KERN_RING - 5 + id % 4;
}
static struct ring_memory ring_begin(struct arena *a, const int *s, int id)
{
	int state = s[1] * s[2] * s[3], conv = (s[4] - 1) * (2 * s[0] * s[2] + s[1] * s[3]), entry = ring_entry(s);
	struct ring_memory m;
	for (int i = 0; i < 2; i++) {
		m.state[i] = arena_alloc(a, (size_t)state * sizeof(float));
		m.conv[i] = arena_alloc(a, (size_t)conv * sizeof(float) + 1);
		m.ring[i] = arena_alloc(a, (size_t)entry * (KERN_RING - 1) * sizeof(float));
	}
	for (int i = 0; i < state; i++)
		m.state[0][i] = value_at(50, id, i);
	for (int i = 0; i < conv; i++)
		m.conv[0][i] = activation_at(51, id, i);
	for (int i = 0; i < entry * (KERN_RING - 1); i++)
		m.ring[0][i] = i % entry < entry - s[1] ? value_at(52, id, i) / sqrtf((float)s[2]) : 1 - 0.3f * fabsf(value_at(53, id, i));
	return m;
}
static void ring_call(struct kern *k, struct kern_gdn_ring *op, const struct kern_gdn_state *states)
{
	struct kern_gdn *g = &op->gdn;
	struct kern_gdn_unit *units = scratch((size_t)g->n_seq * sizeof *units);
	int32_t n_units = kern_gdn_units(units, states, g->n_seq);
	op->units = units;
	op->n_units = &n_units;
	g->scratch_bytes = kern_gdn_scratch(k, g, g->n_seq);
	g->scratch = scratch(g->scratch_bytes + 64);
	OK(kern_gdn_ring(k, op));
	settled();
	free(g->scratch);
	free(units);
}
static void gdn_ring_run(struct kern *k, int v, const int *ids, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	const int *s = gdn_shapes[v / 2];
	int hk = s[0], hv = s[1], dk = s[2], dv = s[3], taps = s[4], channels = 2 * hk * dk + hv * dv, state = hv * dk * dv,
		conv = (taps - 1) * channels, entry = ring_entry(s), width = gdn_ring_width(v);
	struct ring_memory *m = arena_alloc(&a, (size_t)n * sizeof *m);
	struct kern_gdn_state *states = arena_alloc(&a, (size_t)n * sizeof *states);
	struct kern_gdn_ring_slot *slots = arena_alloc(&a, (size_t)n * sizeof *slots);
	int32_t *first = arena_alloc(&a, ((size_t)n + 1) * sizeof *first), *position = arena_alloc(&a, (size_t)n * sizeof *position);
	int *id = arena_alloc(&a, (size_t)n * sizeof *id);
	struct kern_gdn_ring op = { .gdn = { .conv = vec(&a, 16, taps * channels), .a_log = vec(&a, 17, hv), .dt_bias = vec(&a, 18, hv),
		.norm_w = vec(&a, 19, dv), .eps = 1e-6f, .key_heads = hk, .value_heads = hv, .key_dim = dk, .value_dim = dv,
		.conv_width = taps, .n_seq = n, .state = states, .first = first }, .position = position, .ring = slots };
	for (int i = 0; i < n; i++)
		m[i] = ring_begin(&a, s, ids[i]);
	for (int step = 0; step < RING_STEPS; step++) {
		for (int i = 0; i < n; i++) {
			position[i] = ring_start(ids[i]) + step;
			bool apart = v % 2, folds = position[i] % KERN_RING == KERN_RING - 1;
			states[i] = (struct kern_gdn_state){ m[i].state[0], folds ? m[i].state[apart] : NULL, m[i].conv[0], m[i].conv[apart] };
			slots[i] = (struct kern_gdn_ring_slot){ m[i].ring[0], folds ? NULL : m[i].ring[apart] };
			id[i] = ids[i] * 50 + step;
			first[i] = i;
			first[i + 1] = i + 1;
		}
		op.gdn.qkv = mat(&a, 40, id, n, channels);
		op.gdn.z = mat(&a, 41, id, n, hv * dv);
		op.gdn.a = mat(&a, 42, id, n, hv);
		op.gdn.b = mat(&a, 43, id, n, hv);
		op.gdn.y = mat(&a, 0, NULL, n, hv * dv);
		ring_call(k, &op, states);
		assert_padding_untouched(&op.gdn.y);
		for (int i = 0; i < n && v % 2; i++) {
			float **pairs[] = { m[i].conv, position[i] % KERN_RING == KERN_RING - 1 ? m[i].state : m[i].ring };
			for (int j = 0; j < 2; j++) {
				float *was = pairs[j][0];
				pairs[j][0] = pairs[j][1];
				pairs[j][1] = was;
			}
		}
	}
	for (int i = 0; i < n; i++) {
		float *o = out + (size_t)i * (size_t)width;
		int kept = (position[i] + 1) % KERN_RING;
		memset(o, 0, (size_t)width * sizeof *o);
		memcpy(o, op.gdn.y.data + (size_t)i * op.gdn.y.ld, (size_t)(hv * dv) * sizeof *o);
		memcpy(o + hv * dv, m[i].state[0], (size_t)state * sizeof *o);
		memcpy(o + hv * dv + state, m[i].ring[0], (size_t)((kept < RING_SHOWN ? kept : RING_SHOWN) * entry) * sizeof *o);
		memcpy(o + width - conv, m[i].conv[0], (size_t)conv * sizeof *o);
	}
	arena_release(&a);
}

static double no_bound(int v)
{
	return v < 0;
}
static double tight_bound(int v)
{
	(void)v;
	return 1e-6;
}
static double sum_bound(int v)
{
	(void)v;
	return 2e-5;
}
/* A hidden value between two codes may go to the other one: of a few thousand that happens to one, by this much at most. */
static double experts_bound(int v)
{
	return experts_quantise(v) ? 0x1p-8 : 2e-5;
}
/* A bfloat16 cache may hold a neighbour of what ref holds. */
static double attention_bound(int v)
{
	return attention_shapes[v / 2][6] ? 0x1p-7 : 1e-5;
}

static const struct trial trials[] = {
	{ "matmul", MAX_VARIANTS, matmul_width, matmul_run, sum_bound, true },
	{ "embed", COUNT(specs), embed_width, embed_run, no_bound, true },
	{ "norm", 2 * COUNT(norm_shapes), norm_width, norm_run, tight_bound, false },
	{ "route", 2 * COUNT(route_shapes), route_width, route_run, tight_bound, false },
	{ "experts", 4 * COUNT(experts_shapes), experts_width, experts_run, experts_bound, false },
	{ "attention", 2 * COUNT(attention_shapes), attention_width, attention_run, attention_bound, false },
	{ "gdn", 3 * COUNT(gdn_shapes), gdn_width, gdn_run, sum_bound, false },
	{ "quantise", 2 * COUNT(quantise_shapes), quantise_width, quantise_run, no_bound, true },
	{ "scatter", 5, scatter_width, scatter_run, no_bound, true },
	{ "gdn_ring", 2 * COUNT(gdn_shapes), gdn_ring_width, gdn_ring_run, sum_bound, false },
	{ "pages", COUNT(pages_shapes), pages_width, pages_run, no_bound, true },
};

#endif
