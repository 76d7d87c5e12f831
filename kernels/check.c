/* The check backend: another backend with ref beside every call. ref runs first, into buffers of its own; then the inner backend
 * runs for real, and each of its outputs must lie within the bound of its operation. The first that does not is the call's error:
 * operation, operand, row, column, both values.
 *
 * Bounds, with u = 2^-24, want the value of ref, top the largest |want| of the row:
 *   embed, quantise, route's experts   equal
 *   matmul                   (in + 4) u sum_i |x_i W_i|: what any order of summation keeps
 *   the others               2e-5 |want| + 2e-5 top: chains of at most a few thousand terms, exp within 2 ulp
 * Under compute BF16 a value may fall on the other side of a rounding, and what follows differs by that much:
 *   norm, matmul, route      + 2^-7 |want|
 *   experts, attention, gdn, gdn_ring  + 2^-5 |want| + 2^-5 top
 * and a cache of bfloat16, whose items may be neighbours:
 *   attention                + 2^-7 top
 * and where hidden values are quantised, a few may go to the neighbouring e4m3 code, an eighth away, for what they differ by:
 *   experts                  + 2^-8 top
 * A NaN is never within a bound, even where ref has one too. The buffers come from malloc itself, since this backend must work
 * where mem_forbid reigns. */
#include "kernels/backends.h"
#include "base/npy.h"
#include <math.h>
#include <string.h>

enum { N_BUFFERS = 8 };

struct kern_checker {
	const struct kern_backend *inner;
	void *buffer[N_BUFFERS];
	size_t capacity[N_BUFFERS];
};

int kern_checker_new(struct kern *k, const struct kern_backend *inner)
{
	k->checker = calloc(1, sizeof *k->checker);
	if (!k->checker)
		return err_set(ERR_NOMEM, "no memory for the check backend");
	k->checker->inner = inner;
	return 0;
}

void kern_checker_free(struct kern_checker *c)
{
	for (int i = 0; c && i < N_BUFFERS; i++)
		free(c->buffer[i]);
	free(c);
}

/* Buffer i, at least n bytes, 64-byte aligned; dies on failure, as mem_ does. */
static void *buffer(struct kern *k, int i, size_t n)
{
	struct kern_checker *c = k->checker;
	if (n > c->capacity[i]) {
		free(c->buffer[i]);
		c->capacity[i] = (n + 63) / 64 * 64;
		c->buffer[i] = aligned_alloc(64, c->capacity[i]);
		if (!c->buffer[i]) {
			fprintf(stderr, "coppice: out of memory: the check backend could not have %zu bytes\n", n);
			exit(1);
		}
	}
	return c->buffer[i];
}

static struct kern_view view_buffer(struct kern *k, int i, const struct kern_view *like)
{
	return kern_rows(buffer(k, i, (size_t)like->rows * (size_t)like->cols * sizeof(float) + 64), like->rows, like->cols);
}

static struct kern_view view_copy(struct kern *k, int i, const struct kern_view *v)
{
	struct kern_view copy = view_buffer(k, i, v);
	for (int r = 0; r < v->rows; r++)
		memcpy(copy.data + (size_t)r * copy.ld, v->data + (size_t)r * v->ld, (size_t)v->cols * sizeof(float));
	return copy;
}

static struct kern as_ref(const struct kern *k)
{
	struct kern ref = *k;
	ref.backend = &kern_ref;
	return ref;
}

struct bound {
	double of_want, of_top;
};

static struct bound bound_for(const struct kern *k, double bf16_want, double bf16_top)
{
	bool bf16 = k->compute == KERN_BF16;
	return (struct bound){ 2e-5 + (bf16 ? bf16_want : 0), 2e-5 + (bf16 ? bf16_top : 0) };
}

static int violation(const struct kern *k, const char *op, const char *what, int r, int c, double got, double want, double tol)
{
	return err_set(ERR_FORMAT,
		"check: %s: %s of row %d, column %d is %.9g from %s (%s), %.9g from ref, apart by more than %.3g", op, what, r, c, got,
	               k->checker->inner->name, k->checker->inner->isa, want, tol);
}

static int compare(const struct kern *k, const char *op, const char *what, const struct kern_view *got,
	const struct kern_view *want, struct bound b)
{
	for (int r = 0; r < got->rows; r++) {
		const float *g = got->data + (size_t)r * got->ld, *w = want->data + (size_t)r * want->ld;
		double top = 0;
		for (int c = 0; c < got->cols; c++)
			top = fabs((double)w[c]) > top ? fabs((double)w[c]) : top;
		for (int c = 0; c < got->cols; c++) {
			double tol = b.of_want * fabs((double)w[c]) + b.of_top * top;
			if (!(fabs((double)g[c] - (double)w[c]) <= tol))
				return violation(k, op, what, r, c, (double)g[c], (double)w[c], tol);
		}
	}
	return 0;
}

static int check_embed(struct kern *k, const struct kern_embed *op)
{
	struct kern ref = as_ref(k);
	struct kern_embed mine = *op;
	mine.y = view_buffer(k, 0, &op->y);
	int e;
	if ((e = kern_ref.embed(&ref, &mine)) || (e = k->checker->inner->embed(k, op)))
		return e;
	return compare(k, "embed", "y", &op->y, &mine.y, (struct bound){ 0, 0 });
}

static int check_norm(struct kern *k, const struct kern_norm *op)
{
	struct kern ref = as_ref(k);
	struct kern_norm mine = *op;
	mine.y = view_buffer(k, 0, &op->y);
	int e;
	if ((e = kern_ref.norm(&ref, &mine)) || (e = k->checker->inner->norm(k, op)))
		return e;
	return compare(k, "norm", "y", &op->y, &mine.y, bound_for(k, 0x1p-7, 0));
}

static double magnitude(const float *x, const struct kern_weight *w, int o)
{
	double sum = 0;
	for (int i = 0; i < w->cols; i++)
		sum += fabs((double)x[i] * (double)kern_weight_at(w, o, i));
	return sum;
}

static int compare_matmul(struct kern *k, const struct kern_matmul *op, const struct kern_matmul_out *got,
	const struct kern_matmul_out *want)
{
	double of_want = k->compute == KERN_BF16 ? 0x1p-7 : 0x1p-23;
	for (int r = 0; r < op->x.rows; r++)
		for (int o = 0; o < got->w->rows; o++) {
			double g = (double)got->y.data[(size_t)r * got->y.ld + (size_t)o],
				w = (double)want->y.data[(size_t)r * want->y.ld + (size_t)o];
			double sum = magnitude(op->x.data + (size_t)r * op->x.ld, got->w, o);
			/* With a residual, y may be smaller than what was rounded on the way. */
			double tol = (op->x.cols + 4) * 0x1p-24 * sum + of_want * (fabs(w) + (want->residual ? sum : 0));
			if (!(fabs(g - w) <= tol))
				return violation(k, "matmul", "y", r, o, g, w, tol);
		}
	return 0;
}

static int check_matmul(struct kern *k, const struct kern_matmul *op)
{
	struct kern ref = as_ref(k);
	struct kern_matmul mine = *op;
	int e;
	for (int j = 0; j < op->n_out; j++)
		mine.out[j].y = view_buffer(k, j, &op->out[j].y);
	if ((e = kern_ref.matmul(&ref, &mine)) || (e = k->checker->inner->matmul(k, op)))
		return e;
	for (int j = 0; !e && j < op->n_out; j++)
		e = compare_matmul(k, op, &op->out[j], &mine.out[j]);
	return e;
}

static int check_quantise(struct kern *k, const struct kern_quantise *op)
{
	struct kern ref = as_ref(k);
	struct kern_quantise mine = *op;
	int e;
	mine.y = view_buffer(k, 0, &op->y);
	if ((e = kern_ref.quantise(&ref, &mine)) || (e = k->checker->inner->quantise(k, op)))
		return e;
	return compare(k, "quantise", "y", &op->y, &mine.y, (struct bound){ 0, 0 });
}

static int check_route(struct kern *k, const struct kern_route *op)
{
	struct kern ref = as_ref(k);
	struct kern_route mine = *op;
	int n = op->logits.rows, e;
	size_t items = (size_t)n * (size_t)op->top_k;
	mine.experts = buffer(k, 0, items * sizeof *mine.experts + 64);
	mine.weights = buffer(k, 1, items * sizeof *mine.weights + 64);
	if ((e = kern_ref.route(&ref, &mine)) || (e = k->checker->inner->route(k, op)))
		return e;
	for (size_t i = 0; i < items; i++)
		if (op->experts[i] != mine.experts[i])
			return violation(k, "route", "the expert", (int)(i / (size_t)op->top_k), (int)(i % (size_t)op->top_k),
				op->experts[i], mine.experts[i], 0);
	struct kern_view got = kern_rows(op->weights, n, op->top_k), want = kern_rows(mine.weights, n, op->top_k);
	return compare(k, "route", "the weight", &got, &want, bound_for(k, 0x1p-7, 0));
}

static int check_experts(struct kern *k, const struct kern_experts *op)
{
	struct kern ref = as_ref(k);
	struct kern_experts mine = *op;
	int e;
	mine.y = view_buffer(k, 0, &op->y);
	mine.scratch_bytes = kern_ref.experts_scratch(&ref, op, op->x.rows);
	mine.scratch = buffer(k, 1, mine.scratch_bytes);
	if ((e = kern_ref.experts(&ref, &mine)) || (e = k->checker->inner->experts(k, op)))
		return e;
	struct bound b = bound_for(k, 0x1p-5, 0x1p-5);
	if (op->block)
		b.of_top += 0x1p-8;
	return compare(k, "experts", "y", &op->y, &mine.y, b);
}

static float stored(const struct kern_attention *op, int r, bool value, int head, int c)
{
	int t = op->position[r], slot = t % KERN_PAGE;
	const char *page = (const char *)op->pool + (size_t)op->table[r][t / KERN_PAGE] * kern_page_bytes(op->kv_heads, op->dim,
		op->kv_type);
	size_t dim = (size_t)op->dim, at = value ? ((size_t)(op->kv_heads + head) * KERN_PAGE + (size_t)slot) * dim + (size_t)c
						 : ((size_t)head * dim + (size_t)c) * KERN_PAGE + (size_t)slot;
	return op->kv_type == KERN_F32 ? ((const float *)page)[at] : bf16_to_f32(((const uint16_t *)page)[at]);
}

/* What the inner backend left in the cache, against ref's rotated key and the value that was given. */
static int compare_cache(const struct kern *k, const struct kern_attention *op, const struct kern_attention *mine)
{
	double rel = op->kv_type == KERN_BF16 || k->compute == KERN_BF16 ? 0x1p-6 : 2e-5;
	for (int r = 0; r < op->q.rows; r++)
		for (int i = 0; i < 2 * op->kv_heads * op->dim; i++) {
			int col = i / 2, value = i % 2;
			const struct kern_view *v = value ? &op->vx : &mine->kx;
			double want = (double)v->data[(size_t)r * v->ld + (size_t)col], got = (double)stored(op, r, value,
				col / op->dim, col % op->dim);
			if (!(fabs(got - want) <= rel * (fabs(want) + (value ? 0 : 1))))
				return violation(k, "attention", value ? "the stored value" : "the stored key", r, col, got, want,
					rel * (fabs(want) + 1));
		}
	return 0;
}

static int check_attention(struct kern *k, const struct kern_attention *op)
{
	struct kern ref = as_ref(k);
	struct kern_attention mine = *op;
	int e;
	mine.q = view_copy(k, 0, &op->q);
	mine.kx = view_copy(k, 1, &op->kx);
	mine.y = view_buffer(k, 2, &op->y);
	/* ref stores its keys and values in the real pages; the inner backend then stores its own over them. */
	if ((e = kern_ref.attention(&ref, &mine)) || (e = k->checker->inner->attention(k, op)) || (e = compare_cache(k, op, &mine)))
		return e;
	struct bound b = bound_for(k, 0x1p-5, 0x1p-5);
	if (op->kv_type == KERN_BF16)
		b.of_top += 0x1p-7;
	return compare(k, "attention", "y", &op->y, &mine.y, b);
}

static int check_gdn(struct kern *k, const struct kern_gdn *op)
{
	struct kern ref = as_ref(k);
	struct kern_gdn mine = *op;
	int e;
	size_t state = (size_t)op->value_heads * (size_t)op->key_dim * (size_t)op->value_dim,
		conv = (size_t)(op->conv_width - 1) * (size_t)op->qkv.cols;
	struct kern_gdn_state *states = buffer(k, 1, (size_t)op->n_seq * sizeof *states + 64);
	float *s = buffer(k, 2, (size_t)op->n_seq * (state + conv) * sizeof *s + 64);
	for (int i = 0; i < op->n_seq; i++) {
		states[i] = op->state[i];
		states[i].s_dst = s + (size_t)i * (state + conv);
		states[i].conv_dst = states[i].s_dst + state;
	}
	mine.state = states;
	mine.y = view_buffer(k, 0, &op->y);
	if ((e = kern_ref.gdn(&ref, &mine)) || (e = k->checker->inner->gdn(k, op)))
		return e;
	for (int i = 0; i < op->n_seq && !e; i++) {
		struct kern_view got = kern_rows(op->state[i].s_dst, op->value_heads, op->key_dim * op->value_dim), want = got;
		want.data = states[i].s_dst;
		e = compare(k, "gdn", "the state", &got, &want, bound_for(k, 0x1p-5, 0x1p-5));
		got = want = kern_rows(op->state[i].conv_dst, op->conv_width - 1, op->qkv.cols);
		want.data = states[i].conv_dst;
		if (!e)
			e = compare(k, "gdn", "the inputs kept", &got, &want, (struct bound){ 0, 0 });
	}
	return e ? e : compare(k, "gdn", "y", &op->y, &mine.y, bound_for(k, 0x1p-5, 0x1p-5));
}

/* Entries 0 .. c of the ring, or the state of a fold. */
static int compare_ring(struct kern *k, const struct kern_gdn_ring *op, int s, const float *want_state, const float *want_ring)
{
	const struct kern_gdn *g = &op->gdn;
	int keys = g->key_heads * g->key_dim, values = g->value_heads * g->value_dim, entry = keys + values + g->value_heads;
	int count = op->position[s] % KERN_RING, e;
	struct bound b = bound_for(k, 0x1p-5, 0x1p-5);
	struct kern_view got = kern_rows(g->state[s].s_dst, g->value_heads, g->key_dim * g->value_dim), want = got;
	want.data = (float *)want_state;
	if (count == KERN_RING - 1)
		return compare(k, "gdn_ring", "the state", &got, &want, b);
	static const char *const what[] = { "a ring's key", "a ring's change", "a ring's decay" };
	int from[] = { 0, keys, keys + values, entry };
	for (int i = 0; i < 3; i++) {
		got = want = (struct kern_view){ op->ring[s].dst + from[i], count + 1, from[i + 1] - from[i], (size_t)entry };
		want.data = (float *)want_ring + from[i];
		if ((e = compare(k, "gdn_ring", what[i], &got, &want, b)))
			return e;
	}
	return 0;
}

static int check_gdn_ring(struct kern *k, const struct kern_gdn_ring *op)
{
	struct kern ref = as_ref(k);
	struct kern_gdn_ring mine = *op;
	const struct kern_gdn *g = &op->gdn;
	int n = g->n_seq, e;
	size_t state = (size_t)g->value_heads * (size_t)g->key_dim * (size_t)g->value_dim,
		conv = (size_t)(g->conv_width - 1) * (size_t)g->qkv.cols,
		ring = kern_gdn_ring_floats(g->key_heads, g->value_heads, g->key_dim, g->value_dim), all = state + conv + ring;
	struct kern_gdn_state *states = buffer(k, 1, (size_t)n * sizeof *states + 64);
	struct kern_gdn_ring_slot *slots = buffer(k, 3, (size_t)n * sizeof *slots + 64);
	float *s = buffer(k, 2, (size_t)n * all * sizeof *s + 64);
	for (int i = 0; i < n; i++) {
		states[i] = g->state[i];
		states[i].s_dst = s + (size_t)i * all;
		states[i].conv_dst = states[i].s_dst + state;
		slots[i] = (struct kern_gdn_ring_slot){ op->ring[i].src, states[i].conv_dst + conv };
	}
	mine.gdn.state = states;
	mine.ring = slots;
	mine.gdn.y = view_buffer(k, 0, &g->y);
	if ((e = kern_ref.gdn_ring(&ref, &mine)) || (e = k->checker->inner->gdn_ring(k, op)))
		return e;
	for (int i = 0; i < n && !e; i++) {
		struct kern_view got = kern_rows(g->state[i].conv_dst, g->conv_width - 1, g->qkv.cols), want = got;
		want.data = states[i].conv_dst;
		if (!(e = compare_ring(k, op, i, states[i].s_dst, slots[i].dst)))
			e = compare(k, "gdn_ring", "the inputs kept", &got, &want, (struct bound){ 0, 0 });
	}
	return e ? e : compare(k, "gdn_ring", "y", &g->y, &mine.gdn.y, bound_for(k, 0x1p-5, 0x1p-5));
}

static size_t check_matmul_scratch(const struct kern *k, const struct kern_matmul *op, int n)
{
	const struct kern_backend *inner = k->checker->inner;
	return inner->matmul_scratch ? inner->matmul_scratch(k, op, n) : 0;
}

static size_t check_scratch(const struct kern *k, const struct kern_experts *op, int n)
{
	const struct kern_backend *inner = k->checker->inner;
	return inner->experts_scratch ? inner->experts_scratch(k, op, n) : 0;
}

static size_t check_pack_bytes(const struct kern *k, const struct kern_weight *w)
{
	const struct kern_backend *inner = k->checker->inner;
	return inner->pack_bytes ? inner->pack_bytes(k, w) : 0;
}

static void check_pack(const struct kern *k, const struct kern_weight *w, void *dst)
{
	k->checker->inner->pack(k, w, dst);
}

const struct kern_backend kern_check = {
	.name = "check", .isa = "ref beside every call", .embed = check_embed, .norm = check_norm, .matmul = check_matmul,
	.quantise = check_quantise, .route = check_route,
	.experts = check_experts, .attention = check_attention, .gdn = check_gdn, .gdn_ring = check_gdn_ring, .scatter = kern_scatter_rows,
	.pages = kern_copy_pages,
	.matmul_scratch = check_matmul_scratch, .experts_scratch = check_scratch,
	.pack_bytes = check_pack_bytes, .pack = check_pack,
};
