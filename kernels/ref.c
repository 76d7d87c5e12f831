/* The definition of every operation: plain loops, sums in double, no thought of speed.
 * Read it beside the formulas in kernels.h. Values are rounded to f32 where they are stored and through R where R stands. */
#include "kernels/backends.h"
#include "base/npy.h"
#include <math.h>
#include <string.h>

enum { ROWS = 64, PIECE = 256 }; /* of a matrix product at a time */

static float R(const struct kern *k, double x)
{
	return k->compute == KERN_BF16 ? bf16_to_f32(bf16_from_f32((float)x)) : (float)x;
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static double softplus(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static float *row_of(const struct kern_view *v, int r)
{
	return v->data + (size_t)r * v->ld;
}

static double dot(const float *x, const struct kern_weight *w, int o)
{
	double sum = 0;
	for (int i = 0; i < w->cols; i++)
		sum += (double)x[i] * (double)kern_weight_at(w, o, i);
	return sum;
}

static int ref_embed(struct kern *k, const struct kern_embed *op)
{
	for (int r = 0; r < op->y.rows; r++)
		for (int i = 0; i < op->y.cols; i++)
			row_of(&op->y, r)[i] = R(k, (double)kern_weight_at(op->table, kern_embed_id(op, r), i));
	return 0;
}

static void norm_row(const struct kern *k, float *y, const float *x, int n, const float *w, bool plus_one, float eps)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	double scale = 1 / sqrt(sum / n + (double)eps);
	for (int i = 0; i < n; i++)
		y[i] = R(k, (double)x[i] * scale * ((plus_one ? 1 : 0) + (double)w[i]));
}

static int ref_norm(struct kern *k, const struct kern_norm *op)
{
	for (int r = 0; r < op->x.rows; r++)
		norm_row(k, row_of(&op->y, r), row_of(&op->x, r), op->x.cols, op->w, op->plus_one, op->eps);
	return 0;
}

/* dot of n rows of x, which read each weight once. */
static void dots(double *sums, const struct kern_view *x, int first, int n, const struct kern_weight *w, int o)
{
	float piece[PIECE];
	for (int r = 0; r < n; r++)
		sums[r] = 0;
	for (int from = 0; from < w->cols; from += PIECE) {
		int items = w->cols - from < PIECE ? w->cols - from : PIECE;
		for (int i = 0; i < items; i++)
			piece[i] = kern_weight_at(w, o, from + i);
		for (int r = 0; r < n; r++)
			for (int i = 0; i < items; i++)
				sums[r] += (double)row_of(x, first + r)[from + i] * (double)piece[i];
	}
}

static void matmul_rows(const struct kern *k, const struct kern_matmul *op, const struct kern_matmul_out *out, int first, int n)
{
	double sums[ROWS];
	for (int o = 0; o < out->w->rows; o++) {
		dots(sums, &op->x, first, n, out->w, o);
		for (int r = 0; r < n; r++) {
			float y = out->keep_f32 ? (float)sums[r] : R(k, sums[r]);
			if (out->residual)
				y = R(k, (double)row_of(out->residual, first + r)[o] + (double)y);
			row_of(&out->y, first + r)[o] = y;
		}
	}
}

static int ref_matmul(struct kern *k, const struct kern_matmul *op)
{
	for (int j = 0; j < op->n_out; j++)
		for (int r = 0; r < op->x.rows; r += ROWS)
			matmul_rows(k, op, &op->out[j], r, op->x.rows - r < ROWS ? op->x.rows - r : ROWS);
	return 0;
}

static void quantise_group(float *y, const float *x, int n)
{
	float top = 0;
	for (int i = 0; i < n; i++)
		top = !isfinite(x[i]) ? INFINITY : fmaxf(top, fabsf(x[i]));
	float s = fmaxf(top, 1e-10f) / 448;
	for (int i = 0; i < n; i++)
		y[i] = isinf(top) ? NAN : kern_fp8_to_f32(kern_fp8_from_f32(x[i] / s)) * s;
}

static void quantise_row(float *y, const float *x, int n, int block)
{
	for (int i = 0; i < n; i += n - i < block ? n - i : block)
		quantise_group(y + i, x + i, n - i < block ? n - i : block);
}

static int ref_quantise(struct kern *k, const struct kern_quantise *op)
{
	(void)k;
	for (int r = 0; r < op->x.rows; r++)
		quantise_row(row_of(&op->y, r), row_of(&op->x, r), op->x.cols, op->block);
	return 0;
}

static void route_row(struct kern *k, const struct kern_route *op, int r)
{
	const float *logits = row_of(&op->logits, r);
	int n = op->logits.cols;
	uint16_t *chosen = op->experts + (size_t)r * (size_t)op->top_k;
	float *weights = op->weights + (size_t)r * (size_t)op->top_k;
	bool taken[KERN_MAX_EXPERTS] = { false };
	double all = 0, sum = 0, max = -INFINITY;
	for (int e = 0; e < n; e++)
		max = (double)logits[e] > max ? (double)logits[e] : max;
	for (int e = 0; e < n; e++)
		all += exp((double)logits[e] - max);
	for (int j = 0; j < op->top_k; j++) {
		int best = -1;
		double best_logit = 0;
		for (int e = 0; e < n; e++) {
			double l = isnan(logits[e]) ? -INFINITY : (double)logits[e];
			if (!taken[e] && (best < 0 || l > best_logit)) {
				best = e;
				best_logit = l;
			}
		}
		taken[best] = true;
		chosen[j] = (uint16_t)best;
		sum += exp((double)logits[best] - max) / all;
	}
	for (int j = 0; j < op->top_k; j++) {
		double p = exp((double)logits[chosen[j]] - max) / all;
		weights[j] = R(k, op->renormalise ? p / sum : p);
	}
}

static int ref_route(struct kern *k, const struct kern_route *op)
{
	for (int r = 0; r < op->logits.rows; r++)
		route_row(k, op, r);
	return 0;
}

/* The row that a matrix reads. */
static const float *input_of(const struct kern_experts *op, const struct kern_weight *w, int r)
{
	return row_of(op->quantised && w->type == KERN_FP8 ? op->quantised : &op->x, r);
}

/* out[i] += factor * f(x[r])[i]; h is scratch of one expert's width. */
static void add_expert(const struct kern *k, double *out, const struct kern_experts *op, const struct kern_mlp *f, int r,
	double factor, float *h)
{
	const float *xg = input_of(op, &f->gate, r), *xu = input_of(op, &f->up, r);
	for (int i = 0; i < f->gate.rows; i++) {
		double g = (double)R(k, dot(xg, &f->gate, i)), u = (double)R(k, dot(xu, &f->up, i));
		h[i] = R(k, (double)R(k, g * sigmoid(g)) * u);
	}
	if (op->quantised && f->down.type == KERN_FP8)
		quantise_row(h, h, f->down.cols, f->down.block_cols);
	for (int o = 0; o < f->down.rows; o++)
		out[o] += factor * (double)R(k, dot(h, &f->down, o));
}

static size_t ref_experts_scratch(const struct kern *k, const struct kern_experts *op, int n)
{
	(void)k, (void)n;
	int width = op->mlp[0].gate.rows;
	if (op->shared && op->shared->gate.rows > width)
		width = op->shared->gate.rows;
	return (size_t)op->x.cols * sizeof(double) + (size_t)width * sizeof(float);
}

static int ref_experts(struct kern *k, const struct kern_experts *op)
{
	int d = op->x.cols;
	double *sum = op->scratch;
	float *h = (float *)(sum + d);
	for (int r = 0; r < op->x.rows; r++) {
		for (int i = 0; i < d; i++)
			sum[i] = 0;
		for (int j = 0; j < op->top_k; j++) {
			size_t at = (size_t)r * (size_t)op->top_k + (size_t)j;
			add_expert(k, sum, op, &op->mlp[op->experts[at]], r, (double)op->weights[at], h);
		}
		const struct kern_weight *sg = op->shared_gate;
		if (op->shared)
			add_expert(k, sum, op, op->shared, r, sg ? sigmoid((double)R(k, dot(input_of(op, sg, r), sg, 0))) : 1, h);
		for (int i = 0; i < d; i++) {
			float m = R(k, sum[i]);
			row_of(&op->y, r)[i] = op->residual ? R(k, (double)row_of(op->residual, r)[i] + (double)m) : m;
		}
	}
	return 0;
}

static float load_kv(const void *base, size_t i, enum kern_type t)
{
	return t == KERN_F32 ? ((const float *)base)[i] : bf16_to_f32(((const uint16_t *)base)[i]);
}

static void store_kv(void *base, size_t i, enum kern_type t, float x)
{
	if (t == KERN_F32)
		((float *)base)[i] = x;
	else
		((uint16_t *)base)[i] = bf16_from_f32(x);
}

/* Item (head, c) of position t: where it lies in its page, counted in items. */
static size_t k_at(const struct kern_attention *op, int head, int c, int t)
{
	return ((size_t)head * (size_t)op->dim + (size_t)c) * KERN_PAGE + (size_t)(t % KERN_PAGE);
}

static size_t v_at(const struct kern_attention *op, int head, int c, int t)
{
	size_t half = (size_t)op->kv_heads * (size_t)op->dim * KERN_PAGE;
	return half + ((size_t)head * KERN_PAGE + (size_t)(t % KERN_PAGE)) * (size_t)op->dim + (size_t)c;
}

static void *page_of(const struct kern_attention *op, int r, int t)
{
	size_t page = (size_t)op->table[r][t / KERN_PAGE];
	return (char *)op->pool + page * kern_page_bytes(op->kv_heads, op->dim, op->kv_type);
}

static void norm_and_rotate(const struct kern *k, const struct kern_attention *op, float *u, const float *w, int t)
{
	if (w)
		norm_row(k, u, u, op->dim, w, op->plus_one, op->eps);
	const float *cosine = op->rotary + (size_t)t * (size_t)op->rot, *sine = cosine + op->rot / 2;
	for (int i = 0; i < op->rot / 2; i++) {
		double a = (double)u[i], b = (double)u[i + op->rot / 2];
		u[i] = R(k, a * (double)cosine[i] - b * (double)sine[i]);
		u[i + op->rot / 2] = R(k, b * (double)cosine[i] + a * (double)sine[i]);
	}
}

static void store_position(const struct kern *k, const struct kern_attention *op, int r)
{
	int t = op->position[r], stride = op->gated ? 2 * op->dim : op->dim;
	for (int h = 0; h < op->heads; h++)
		norm_and_rotate(k, op, row_of(&op->q, r) + (size_t)h * (size_t)stride, op->q_norm, t);
	for (int g = 0; g < op->kv_heads; g++) {
		float *kx = row_of(&op->kx, r) + (size_t)g * (size_t)op->dim, *vx = row_of(&op->vx,
			r) + (size_t)g * (size_t)op->dim;
		norm_and_rotate(k, op, kx, op->k_norm, t);
		for (int c = 0; c < op->dim; c++) {
			store_kv(page_of(op, r, t), k_at(op, g, c, t), op->kv_type, kx[c]);
			store_kv(page_of(op, r, t), v_at(op, g, c, t), op->kv_type, vx[c]);
		}
	}
}

static double score(const struct kern_attention *op, int r, int g, const float *q, int t)
{
	double sum = 0;
	for (int c = 0; c < op->dim; c++)
		sum += (double)q[c] * (double)load_kv(page_of(op, r, t), k_at(op, g, c, t), op->kv_type);
	return sum * (double)op->scale;
}

static void attend_head(const struct kern *k, const struct kern_attention *op, int r, int h)
{
	int g = h / (op->heads / op->kv_heads), stride = op->gated ? 2 * op->dim : op->dim;
	const float *q = row_of(&op->q, r) + (size_t)h * (size_t)stride;
	float *y = row_of(&op->y, r) + (size_t)h * (size_t)op->dim;
	double max = -INFINITY, total = 0, sum[KERN_MAX_HEAD] = { 0 };
	for (int t = 0; t <= op->position[r]; t++) {
		double s = score(op, r, g, q, t);
		max = s > max ? s : max;
	}
	for (int t = 0; t <= op->position[r]; t++) {
		double p = exp(score(op, r, g, q, t) - max);
		total += p;
		for (int c = 0; c < op->dim; c++)
			sum[c] += p * (double)load_kv(page_of(op, r, t), v_at(op, g, c, t), op->kv_type);
	}
	for (int c = 0; c < op->dim; c++) {
		y[c] = R(k, sum[c] / total);
		if (op->gated)
			y[c] = R(k, (double)y[c] * (double)R(k, sigmoid((double)q[op->dim + c])));
	}
}

static int ref_attention(struct kern *k, const struct kern_attention *op)
{
	for (int r = 0; r < op->q.rows; r++)
		store_position(k, op, r);
	for (int r = 0; r < op->q.rows; r++)
		for (int h = 0; h < op->heads; h++)
			attend_head(k, op, r, h);
	return 0;
}

/* The input of a channel `row` rows after the sequence's first; negative rows lie in the convolution's state. */
static float conv_input(const struct kern_gdn *op, int s, int row, int channel)
{
	if (row >= 0)
		return row_of(&op->qkv, op->first[s] + row)[channel];
	if (!op->state[s].conv_src)
		return 0;
	return op->state[s].conv_src[(size_t)(op->conv_width - 1 + row) * (size_t)op->qkv.cols + (size_t)channel];
}

static void conv_head(const struct kern *k, const struct kern_gdn *op, int s, int row, int channel, int n, float *u)
{
	for (int c = 0; c < n; c++) {
		double sum = 0;
		for (int j = 0; j < op->conv_width; j++)
			sum += (double)op->conv[(size_t)j * (size_t)op->qkv.cols + (size_t)(channel + c)] * (double)conv_input(op,
				s, row - (op->conv_width - 1) + j, channel + c);
		u[c] = R(k, sum * sigmoid(sum));
	}
}

static void unit_length(float *x, int n, double factor)
{
	double sum = 1e-6;
	for (int i = 0; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	for (int i = 0; i < n; i++)
		x[i] = (float)((double)x[i] / sqrt(sum) * factor);
}

/* One step of one head: S [dk][dv] from src (NULL: zeros) to dst, o = S^T q. */
static void step_head(const struct kern_gdn *op, const float *src, float *dst, const float *q, const float *key, const float *v,
	double decay, double beta, double *o)
{
	for (int j = 0; j < op->value_dim; j++) {
		double m = 0;
		o[j] = 0;
		for (int i = 0; i < op->key_dim; i++)
			m += decay * (src ? (double)src[i * op->value_dim + j] : 0) * (double)key[i];
		double delta = beta * ((double)v[j] - m);
		for (int i = 0; i < op->key_dim; i++) {
			int at = i * op->value_dim + j;
			dst[at] = (float)(decay * (src ? (double)src[at] : 0) + (double)key[i] * delta);
			o[j] += (double)dst[at] * (double)q[i];
		}
	}
}

/* What a head's step works with. */
struct gdn_step {
	float q[KERN_MAX_HEAD], key[KERN_MAX_HEAD], v[KERN_MAX_HEAD];
	double beta, decay;
};

static void gdn_inputs(const struct kern *k, const struct kern_gdn *op, int s, int row, int head, struct gdn_step *step)
{
	int dk = op->key_dim, dv = op->value_dim, kh = head / (op->value_heads / op->key_heads), r = op->first[s] + row;
	conv_head(k, op, s, row, kh * dk, dk, step->q);
	conv_head(k, op, s, row, (op->key_heads + kh) * dk, dk, step->key);
	conv_head(k, op, s, row, 2 * op->key_heads * dk + head * dv, dv, step->v);
	unit_length(step->q, dk, 1 / sqrt(dk));
	unit_length(step->key, dk, 1);
	step->beta = (double)R(k, sigmoid((double)row_of(&op->b, r)[head]));
	step->decay = exp(-exp((double)op->a_log[head]) * softplus((double)row_of(&op->a, r)[head] + (double)op->dt_bias[head]));
}

static void gdn_output(const struct kern *k, const struct kern_gdn *op, int r, int head, double *o)
{
	int dv = op->value_dim;
	double square = 0;
	for (int j = 0; j < dv; j++) {
		o[j] = (double)R(k, o[j]);
		square += o[j] * o[j];
	}
	const float *z = row_of(&op->z, r) + (size_t)head * (size_t)dv;
	for (int j = 0; j < dv; j++) {
		double n = (double)R(k, o[j] / sqrt(square / dv + (double)op->eps));
		row_of(&op->y, r)[head * dv + j] = R(k, n * (double)op->norm_w[j] * (double)z[j] * sigmoid((double)z[j]));
	}
}

static void gdn_head(const struct kern *k, const struct kern_gdn *op, int s, int row, int head)
{
	struct gdn_step x;
	double o[KERN_MAX_HEAD];
	gdn_inputs(k, op, s, row, head, &x);
	size_t at = (size_t)head * (size_t)op->key_dim * (size_t)op->value_dim;
	const float *src = row > 0 ? op->state[s].s_dst : op->state[s].s_src;
	step_head(op, src ? src + at : NULL, op->state[s].s_dst + at, x.q, x.key, x.v, x.decay, x.beta, o);
	gdn_output(k, op, op->first[s] + row, head, o);
}

/* Oldest first: in place, no input is overwritten before it is read. */
static void keep_inputs(const struct kern_gdn *op, int s)
{
	int back = op->conv_width - 1, n = op->first[s + 1] - op->first[s];
	for (int j = 0; j < back; j++)
		for (int c = 0; c < op->qkv.cols; c++)
			op->state[s].conv_dst[(size_t)j * (size_t)op->qkv.cols + (size_t)c] = conv_input(op, s, n - back + j, c);
}

static int ref_gdn(struct kern *k, const struct kern_gdn *op)
{
	for (int s = 0; s < op->n_seq; s++) {
		int n = op->first[s + 1] - op->first[s];
		for (int row = 0; row < n; row++)
			for (int head = 0; head < op->value_heads; head++)
				gdn_head(k, op, s, row, head);
		keep_inputs(op, s);
	}
	return 0;
}

/* Where an entry's parts begin. */
static size_t ring_entry(const struct kern_gdn *op, int e)
{
	return (size_t)e * ((size_t)op->key_heads * (size_t)op->key_dim + (size_t)op->value_heads * (size_t)op->value_dim +
		(size_t)op->value_heads);
}
static size_t ring_k(const struct kern_gdn *op, int e, int head)
{
	return ring_entry(op, e) + (size_t)(head / (op->value_heads / op->key_heads) * op->key_dim);
}
static size_t ring_d(const struct kern_gdn *op, int e, int head)
{
	return ring_entry(op, e) + (size_t)op->key_heads * (size_t)op->key_dim + (size_t)(head * op->value_dim);
}
static size_t ring_decay(const struct kern_gdn *op, int e, int head)
{
	return ring_d(op, e, op->value_heads) + (size_t)head;
}

/* f [c], and what is returned is G. */
static double ring_factors(const struct kern_gdn *op, const float *ring, int c, int head, double decay, double *f)
{
	for (int e = c - 1; e >= 0; e--) {
		f[e] = decay;
		decay *= (double)ring[ring_decay(op, e, head)];
	}
	return decay;
}

static double product(const float *x, const float *y, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += (double)x[i] * (double)y[i];
	return sum;
}

/* d and o of one head. */
static void ring_step(const struct kern_gdn *op, const float *state, const float *ring, int c, int head, const struct gdn_step *x,
	double whole, const double *f, float *d, double *o)
{
	for (int j = 0; j < op->value_dim; j++) {
		double m = 0;
		o[j] = 0;
		for (int i = 0; state && i < op->key_dim; i++) {
			m += whole * (double)state[i * op->value_dim + j] * (double)x->key[i];
			o[j] += whole * (double)state[i * op->value_dim + j] * (double)x->q[i];
		}
		for (int e = 0; e < c; e++) {
			const float *key = ring + ring_k(op, e, head);
			double past = f[e] * (double)ring[ring_d(op, e, head) + (size_t)j];
			m += product(key, x->key, op->key_dim) * past;
			o[j] += product(key, x->q, op->key_dim) * past;
		}
		d[j] = (float)(x->beta * ((double)x->v[j] - m));
		o[j] += product(x->key, x->q, op->key_dim) * (double)d[j];
	}
}

static void fold(const struct kern_gdn *op, const float *src, float *dst, const float *ring, int c, int head, const float *key,
	const float *d, double whole, const double *f)
{
	for (int i = 0; i < op->key_dim; i++)
		for (int j = 0; j < op->value_dim; j++) {
			double sum = src ? whole * (double)src[i * op->value_dim + j] : 0;
			for (int e = 0; e < c; e++)
				sum += f[e] * (double)ring[ring_k(op, e, head) + (size_t)i] * (double)ring[ring_d(op, e, head) + (size_t)j];
			dst[i * op->value_dim + j] = (float)(sum + (double)key[i] * (double)d[j]);
		}
}

static void ring_head(const struct kern *k, const struct kern_gdn_ring *ring, int s, int head)
{
	const struct kern_gdn *op = &ring->gdn;
	const struct kern_gdn_ring_slot *slot = &ring->ring[s];
	int c = ring->position[s] % KERN_RING, dk = op->key_dim, dv = op->value_dim;
	size_t at = (size_t)head * (size_t)dk * (size_t)dv;
	const float *src = op->state[s].s_src ? op->state[s].s_src + at : NULL;
	struct gdn_step x;
	float d[KERN_MAX_HEAD];
	double o[KERN_MAX_HEAD], f[KERN_RING];
	gdn_inputs(k, op, s, 0, head, &x);
	double whole = ring_factors(op, slot->src, c, head, (double)(float)x.decay, f);
	ring_step(op, src, slot->src, c, head, &x, whole, f, d, o);
	if (c == KERN_RING - 1) {
		fold(op, src, op->state[s].s_dst + at, slot->src, c, head, x.key, d, whole, f);
	} else {
		memcpy(slot->dst + ring_k(op, c, head), x.key, (size_t)dk * sizeof(float));
		memcpy(slot->dst + ring_d(op, c, head), d, (size_t)dv * sizeof(float));
		slot->dst[ring_decay(op, c, head)] = (float)x.decay;
	}
	gdn_output(k, op, s, head, o);
}

static int ref_gdn_ring(struct kern *k, const struct kern_gdn_ring *op)
{
	for (int s = 0; s < op->gdn.n_seq; s++) {
		int c = op->position[s] % KERN_RING;
		for (int head = 0; head < op->gdn.value_heads; head++)
			ring_head(k, op, s, head);
		if (c && c < KERN_RING - 1 && op->ring[s].dst != op->ring[s].src)
			memcpy(op->ring[s].dst, op->ring[s].src, ring_entry(&op->gdn, c) * sizeof(float));
		keep_inputs(&op->gdn, s);
	}
	return 0;
}

int kern_scatter_rows(struct kern *k, const struct kern_scatter *op)
{
	(void)k;
	for (int r = 0; r < op->x.rows; r++)
		memcpy(row_of(&op->y, op->to[r]), row_of(&op->x, r), (size_t)op->x.cols * sizeof(float));
	return 0;
}

int kern_copy_pages(struct kern *k, const struct kern_pages *op)
{
	(void)k;
	for (size_t l = 0; l < (size_t)op->layers; l++)
		for (int i = 0; i < op->n; i++) {
			char *layer = (char *)op->pool + l * (size_t)op->n_pages * op->page_bytes;
			memcpy(layer + (size_t)op->to[i] * op->page_bytes, layer + (size_t)op->from[i] * op->page_bytes, op->page_bytes);
		}
	return 0;
}

static size_t ref_sample_scratch(const struct kern *k, const struct kern_sample *op, int n)
{
	(void)k, (void)n;
	return 2 * (size_t)op->logits.cols * sizeof(int32_t);
}

/* Whether token a stands before b: it is likelier, or as likely and lower. A NaN is less likely than -inf. */
static bool stands_before(const float *x, int32_t a, int32_t b)
{
	if (isnan(x[a]) || isnan(x[b]))
		return isnan(x[a]) == isnan(x[b]) ? a < b : !isnan(x[a]);
	return x[a] > x[b] || (x[a] == x[b] && a < b);
}

/* order[n]: the tokens, likeliest first. Runs of 1, 2, 4, ... are merged to and fro between the halves of the scratch. */
static int32_t *by_likelihood(const float *x, int n, int32_t *order)
{
	int32_t *from = order, *to = order + n;
	for (int i = 0; i < n; i++)
		from[i] = i;
	for (int run = 1; run < n; run *= 2) {
		for (int first = 0; first < n; first += 2 * run) {
			int a = first, middle = n - first < run ? n : first + run, b = middle, end = n - first < 2 * run ? n : first + 2 * run;
			for (int i = first; i < end; i++)
				to[i] = b == end || (a < middle && stands_before(x, from[a], from[b])) ? from[a++] : from[b++];
		}
		int32_t *t = from;
		from = to;
		to = t;
	}
	return from;
}

static double chance(float x, double max, double temperature)
{
	return isnan(x) ? 0 : exp(((double)x - max) / temperature);
}

static int32_t draw_row(const struct kern_sample *op, const float *x, double max, double u)
{
	int n = op->logits.cols, kept = op->top_k > 0 && op->top_k < n ? op->top_k : n;
	bool cut = kept < n || op->top_p < 1;
	int32_t *order = cut ? by_likelihood(x, n, op->scratch) : NULL;
	double total = 0, sum = 0;
	for (int i = 0; i < kept; i++)
		total += chance(x[cut ? order[i] : i], max, op->temperature);
	for (int i = 0; i < kept && op->top_p < 1; i++) {
		sum += chance(x[order[i]], max, op->temperature);
		if (sum >= op->top_p * total)
			kept = i + 1;
	}
	total = op->top_p < 1 ? sum : total;
	sum = 0;
	int32_t last = 0; /* that has a chance: where u of the sum rounds to all of it */
	for (int i = 0; i < kept && sum <= u * total; i++) {
		int32_t token = cut ? order[i] : i;
		double p = chance(x[token], max, op->temperature);
		last = p > 0 ? token : last;
		sum += p;
	}
	return last;
}

/* Which token is the likeliest, and the sum of all chances as its own counts 1. */
static int32_t likeliest(const float *x, int n, double *all)
{
	int32_t best = 0;
	for (int32_t j = 1; j < n; j++)
		best = stands_before(x, j, best) ? j : best;
	*all = 0;
	for (int j = 0; j < n; j++)
		*all += chance(x[j], (double)x[best], 1);
	return best;
}

static float logprob_of(float x, double max, double all)
{
	return isfinite(max) ? (float)((double)x - max - log(all)) : NAN;
}

static int ref_sample(struct kern *k, const struct kern_sample *op)
{
	(void)k;
	for (int i = 0; i < op->n; i++) {
		const float *x = row_of(&op->logits, op->row ? op->row[i] : i);
		double all;
		int32_t best = likeliest(x, op->logits.cols, &all);
		double max = (double)x[best];
		bool greedy = !(op->temperature > 0) || !isfinite((float)(1 / op->temperature)) || !isfinite(max);
		op->token[i] = greedy ? best : draw_row(op, x, max, op->u[i]);
		op->logprob[i] = logprob_of(x[op->token[i]], max, all);
	}
	return 0;
}

static size_t ref_top_scratch(const struct kern *k, const struct kern_top *op, int n)
{
	(void)k, (void)n;
	return 2 * (size_t)op->logits.cols * sizeof(int32_t);
}

static int ref_top(struct kern *k, const struct kern_top *op)
{
	(void)k;
	for (int i = 0; i < op->n; i++) {
		const float *x = row_of(&op->logits, op->row ? op->row[i] : i);
		double all;
		int32_t best = likeliest(x, op->logits.cols, &all), *order = by_likelihood(x, op->logits.cols, op->scratch);
		for (int r = 0; r < op->count; r++) {
			op->token[i * op->count + r] = order[r];
			op->logprob[i * op->count + r] = logprob_of(x[order[r]], (double)x[best], all);
		}
	}
	return 0;
}

const struct kern_backend kern_ref = {
	.name = "ref", .isa = "c", .embed = ref_embed, .norm = ref_norm, .matmul = ref_matmul,
	.quantise = ref_quantise, .route = ref_route,
	.experts = ref_experts,
	.attention = ref_attention, .gdn = ref_gdn, .gdn_ring = ref_gdn_ring, .scatter = kern_scatter_rows, .pages = kern_copy_pages, .sample = ref_sample,
	.top = ref_top, .experts_scratch = ref_experts_scratch, .sample_scratch = ref_sample_scratch, .top_scratch = ref_top_scratch,
};
