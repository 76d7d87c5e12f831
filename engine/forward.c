#include "engine/forward_parts.h"
#include <math.h>

/* NULL where there is no use for them. */
static const struct kern_forms *if_used(const struct kern_forms *forms)
{
	return forms->data ? forms : NULL;
}

static int norm(struct forward *f, float *x, const float *w, float *y, const struct kern_forms *forms, int n)
{
	int d = f->c->d_model;
	return kern_norm(f->k, &(struct kern_norm){.x = kern_rows(x, n, d), .w = w, .plus_one = f->c->family->norm_adds_one,
	                                           .eps = (float)f->c->eps, .y = kern_rows(y, n, d), .forms = if_used(forms)});
}

static bool takes_quantised(const struct forward *f, const struct kern_weight *w)
{
	return f->limits.quantise && w->type == KERN_FP8;
}

/* f->q = x quantised, as w wants it. */
static int quantise(struct forward *f, struct kern_view x, const struct kern_weight *w, struct kern_view *q)
{
	*q = kern_rows(f->q, x.rows, x.cols);
	return kern_quantise(f->k, &(struct kern_quantise){.x = x, .block = w->block_cols, .y = *q});
}

/* All products with x of a layer, and the head's, go through here: those with FP8 weights read it quantised, in a call of their own unless
 * the backend quantises. */
static int multiply(struct forward *f, const struct kern_matmul *op)
{
	struct kern_matmul plain = {.x = op->x, .forms = op->forms, .scratch = f->product_scratch, .scratch_bytes = f->product_scratch_bytes};
	memcpy(plain.soon, op->soon, sizeof plain.soon);
	struct kern_matmul fp8 = plain;
	for (int i = 0; i < op->n_out; i++) {
		const struct kern_weight *w = op->out[i].w;
		bool q = takes_quantised(f, w);
		struct kern_matmul *to = q && !kern_quantises(f->k) ? &fp8 : &plain;
		to->out[to->n_out] = op->out[i];
		to->out[to->n_out++].quantised = q ? w->block_cols : 0;
	}
	int rc = fp8.n_out ? quantise(f, op->x, fp8.out[0].w, &fp8.x) : 0;
	if (!rc && fp8.n_out)
		rc = kern_matmul(f->k, &fp8);
	return rc || !plain.n_out ? rc : kern_matmul(f->k, &plain);
}

/* x += w . mixed, for what comes back to the residual stream. */
static int project_back(struct forward *f, const struct kern_weight *w, const struct kern_forms *forms, int n)
{
	struct kern_view x = kern_rows(f->x, n, f->c->d_model);
	return multiply(f, &(struct kern_matmul){.x = kern_rows(f->mixed, n, w->cols), .n_out = 1, .forms = forms, .out = {{.w = w, .y = x, .residual = &x}}});
}

/* ENG_QK_FULL: the projection is normalised whole, before the heads. */
static int norm_whole(struct forward *f, struct kern_view v, const float *w)
{
	return kern_norm(f->k, &(struct kern_norm){.x = v, .w = w, .plus_one = f->c->family->norm_adds_one, .eps = (float)f->c->eps, .y = v});
}

/* Rows some at a time: what they read of each other, those before them have stored. */
static int attend(struct forward *f, const struct kern_attention *all)
{
	int rc = 0;
	for (int from = 0; from < all->q.rows && !rc; from += FORWARD_ATTENDED) {
		struct kern_attention op = *all;
		struct kern_view *views[] = {&op.q, &op.kx, &op.vx, &op.y};
		int n = all->q.rows - from < FORWARD_ATTENDED ? all->q.rows - from : FORWARD_ATTENDED;
		for (size_t i = 0; i < sizeof views / sizeof *views; i++)
			*views[i] = kern_rows(views[i]->data + (size_t)from * views[i]->ld, n, views[i]->cols);
		op.position += from;
		op.table += from;
		op.units += (size_t)from * (size_t)f->spans;
		op.n_units += from / FORWARD_ATTENDED;
		struct kern_forms forms = f->mixed_forms;
		forms.first = from;
		op.forms = if_used(&forms);
		rc = kern_attention(f->k, &op);
	}
	return rc;
}

static int attention(struct forward *f, const struct forward_batch *b, const struct eng_layer *l, int index)
{
	const struct eng_config *c = f->c;
	int n = b->n, kvw = forward_kv_width(c);
	size_t rows = (size_t)n;
	struct kern_view q = kern_rows(f->wide, n, forward_q_width(c));
	struct kern_view kx = kern_rows(q.data + rows * (size_t)q.cols, n, kvw), vx = kern_rows(kx.data + rows * (size_t)kvw, n, kvw);
	int rc = multiply(f, &(struct kern_matmul){.x = kern_rows(f->h, n, c->d_model), .n_out = 3, .forms = if_used(&f->h_forms), .soon = {&l->o, &l->router},
	                                           .out = {{.w = &l->q, .y = q}, {.w = &l->k, .y = kx}, {.w = &l->v, .y = vx}}});
	bool full = c->family->qk_norm == ENG_QK_FULL;
	if (!rc && full)
		rc = norm_whole(f, q, l->q_norm);
	if (!rc && full)
		rc = norm_whole(f, kx, l->k_norm);
	if (rc)
		return rc;
	struct kern_attention op = {.q = q, .kx = kx, .vx = vx, .q_norm = full ? NULL : l->q_norm, .k_norm = full ? NULL : l->k_norm,
	                            .plus_one = c->family->norm_adds_one, .eps = (float)c->eps, .rotary = f->rotary,
	                            .scale = (float)(1 / sqrt(c->head_dim)), .position = f->in.position, .table = f->in.table,
	                            .pool = f->kv + (size_t)index * (size_t)f->limits.n_pages * f->page_bytes,
	                            .y = kern_rows(f->mixed, n, c->n_heads * c->head_dim), .units = f->in.units, .n_units = f->in.n_units,
	                            .scratch = f->attention_scratch, .scratch_bytes = f->attention_scratch_bytes};
	forward_describe_attention(f, &op);
	op.longest = f->spans * KERN_SPAN < op.longest ? f->spans * KERN_SPAN : op.longest;
	rc = attend(f, &op);
	return rc ? rc : project_back(f, &l->o, if_used(&f->mixed_forms), n);
}

/* The same operation on one row, as a step by ring. */
static struct kern_gdn_ring ring_step(const struct forward *f, const struct kern_gdn *all, int row, int index)
{
	struct kern_gdn_ring op = {.gdn = *all, .position = f->in.position + row, .ring = f->in.ring + index, .units = f->in.gdn_units,
	                           .n_units = f->in.n_gdn_units};
	struct kern_view *views[] = {&op.gdn.qkv, &op.gdn.z, &op.gdn.a, &op.gdn.b, &op.gdn.y};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		*views[i] = kern_rows(views[i]->data + (size_t)row * views[i]->ld, 1, views[i]->cols);
	op.gdn.first = f->in.tail_first;
	op.gdn.state = f->in.tail + index;
	return op;
}

/* A prompt's chunk where states are shared: up to the last grid position as usual, the rest by steps. */
static int chunk_and_tail(struct forward *f, const struct forward_batch *b, const struct kern_gdn *all, int index)
{
	int whole = forward_whole_rows(f, b), rc = 0;
	struct kern_gdn op = *all;
	struct kern_view *views[] = {&op.qkv, &op.z, &op.a, &op.b, &op.y};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		views[i]->rows = whole;
	if (whole)
		rc = kern_gdn(f->k, &op);
	for (int row = whole; row < b->n && !rc; row++) {
		struct kern_gdn_ring step = ring_step(f, all, row, index);
		if (!row)
			step.gdn.state = f->in.state + index;
		rc = kern_gdn_ring(f->k, &step);
	}
	return rc;
}

static int recur(struct forward *f, const struct forward_batch *b, const struct kern_gdn *op, int index)
{
	if (!f->limits.n_rings)
		return kern_gdn(f->k, op);
	if (b->n_seq < b->n)
		return chunk_and_tail(f, b, op, index);
	return kern_gdn_ring(f->k, &(struct kern_gdn_ring){.gdn = *op, .position = f->in.position,
	                                                   .ring = f->in.ring + (size_t)index * (size_t)b->n_seq, .units = f->in.gdn_units,
	                                                   .n_units = f->in.n_gdn_units});
}

static int gdn(struct forward *f, const struct forward_batch *b, const struct eng_layer *l, int index)
{
	const struct eng_config *c = f->c;
	int n = b->n, ch = forward_channels(c), vw = forward_value_width(c), hv = c->gdn_value_heads;
	size_t rows = (size_t)n;
	struct kern_view qkv = kern_rows(f->wide, n, ch);
	struct kern_view z = kern_rows(qkv.data + rows * (size_t)ch, n, vw);
	struct kern_view a = kern_rows(z.data + rows * (size_t)vw, n, hv), bb = kern_rows(a.data + rows * (size_t)hv, n, hv);
	int rc = multiply(f, &(struct kern_matmul){
	                         .x = kern_rows(f->h, n, c->d_model), .n_out = 4, .forms = if_used(&f->h_forms), .soon = {&l->out, &l->router},
	                         .out = {{.w = &l->qkv, .y = qkv}, {.w = &l->z, .y = z}, {.w = &l->a, .y = a}, {.w = &l->b, .y = bb}}});
	if (rc)
		return rc;
	struct kern_gdn op = {.qkv = qkv, .z = z, .a = a, .b = bb, .n_seq = b->n_seq, .first = f->in.first,
	                      .state = f->in.state + (size_t)index * (size_t)b->n_seq, .y = kern_rows(f->mixed, n, vw),
	                      .scratch = f->gdn_scratch, .scratch_bytes = f->gdn_scratch_bytes};
	forward_describe_gdn(f, l, &op);
	op.forms = f->limits.n_rings ? NULL : if_used(&f->mixed_forms);
	rc = recur(f, b, &op, index);
	return rc ? rc : project_back(f, &l->out, op.forms, n);
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

/* What a layer reads first. */
static void read_soon(const struct eng_layer *l, const struct kern_weight **soon)
{
	bool attention = l->mixer == ENG_ATTENTION;
	soon[0] = attention ? &l->q : &l->qkv;
	soon[1] = attention ? &l->k : &l->z;
	if (attention)
		soon[2] = &l->v;
}

static int experts(struct forward *f, const struct forward_batch *b, const struct eng_layer *l, int layer)
{
	const struct eng_config *c = f->c;
	struct kern_view h = kern_rows(f->h, b->n, c->d_model), x = kern_rows(f->x, b->n, c->d_model);
	struct kern_view scores = kern_rows(f->scores, b->n, c->n_experts);
	size_t routed = (size_t)layer * (size_t)b->n * (size_t)c->top_k;
	int rc = multiply(f, &(struct kern_matmul){.x = h, .n_out = 1, .forms = if_used(&f->h_forms), .out = {{.w = &l->router, .y = scores}},
	                                           .soon = {&l->shared.gate, &l->shared.up, &l->shared.down}}); /* of no rows, where there is none */
	if (!rc)
		rc = kern_route(f->k, &(struct kern_route){.logits = scores, .top_k = c->top_k, .renormalise = c->renormalise,
		                                           .experts = f->out.experts + routed, .weights = f->out.weights + routed});
	if (rc)
		return rc;
	struct kern_experts op = {.x = h, .experts = f->out.experts + routed, .weights = f->out.weights + routed, .residual = &x, .y = x,
	                          .scratch = f->expert_scratch, .scratch_bytes = f->expert_scratch_bytes, .plan = f->plans[layer],
	                          .forms = if_used(&f->h_forms), .distinct = f->out.distinct + layer};
	forward_describe_experts(f, l, &op);
	if (layer + 1 < c->n_layers)
		read_soon(l + 1, op.soon);
	struct kern_view q;
	const struct kern_weight *fp8 = f->limits.quantise ? first_fp8(f, l) : NULL;
	op.block = fp8 ? fp8->block_cols : 0;
	if (fp8 && !kern_quantises(f->k)) {
		rc = quantise(f, h, fp8, &q);
		op.quantised = &q;
	}
	return rc ? rc : kern_experts(f->k, &op);
}

static int layers(struct forward *f, const struct forward_batch *b)
{
	int rc = kern_embed(f->k, &(struct kern_embed){.table = &f->w->embed, .ids = f->in.ids, .y = kern_rows(f->x, b->n, f->c->d_model),
	                                                .drawn = f->out.token, .n_drawn = f->limits.max_tables});
	int at[2] = {0, 0}; /* how many layers of each kind came before */
	for (int i = 0; i < f->c->n_layers && !rc; i++) {
		const struct eng_layer *l = &f->w->layers[i];
		rc = norm(f, f->x, l->input_norm, f->h, &f->h_forms, b->n);
		if (!rc)
			rc = (l->mixer == ENG_ATTENTION ? attention : gdn)(f, b, l, at[l->mixer]++);
		if (!rc)
			rc = norm(f, f->x, l->post_norm, f->h, &f->h_forms, b->n);
		if (!rc)
			rc = experts(f, b, l, i);
		if (rc)
			return err_prefix(rc, "layer %d", i);
	}
	return rc;
}

/* The output head for `n` rows of f->last from `row` on, into f->logits. */
static int head(struct forward *f, int row, int n)
{
	struct kern_view logits = kern_rows(f->logits, n, f->c->n_vocab);
	struct kern_forms forms = f->last_forms;
	forms.first = row;
	return multiply(f, &(struct kern_matmul){.x = kern_rows(f->last + (size_t)row * (size_t)f->c->d_model, n, f->c->d_model), .n_out = 1,
	                                         .forms = if_used(&forms),
	                                         .out = {{.w = &f->w->head, .y = logits, .keep_f32 = true}}});
}

/* The last row of each sequence, side by side, where nothing is needed any more. */
static int gather_tips(struct forward *f, const struct forward_batch *b, float **x)
{
	size_t d = (size_t)f->c->d_model;
	int rc = 0;
	*x = f->h;
	for (int s = 0; s < b->n_seq && !rc; s++)
		rc = kern_copy(f->k, f->h + (size_t)s * d, f->x + ((size_t)b->first[s + 1] - 1) * d, d * sizeof *f->x);
	return rc;
}

/* The final norm, and the logits of the rows that are kept: not more than have a table of their own. */
static int finish(struct forward *f, const struct forward_batch *b)
{
	int n = forward_logit_rows(b);
	float *x = f->x + (size_t)b->logits_from * (size_t)f->c->d_model;
	if (n <= 0 || (!b->keep && !b->logits))
		return 0;
	int rc = b->tips ? gather_tips(f, b, &x) : 0;
	rc = rc ? rc : norm(f, x, f->w->final_norm, f->last, &f->last_forms, n);
	if (rc || b->logits)
		return rc;
	rc = head(f, 0, n);
	if (rc || forward_in_place(f, b))
		return rc;
	return kern_scatter(f->k, &(struct kern_scatter){.x = kern_rows(f->logits, n, f->c->n_vocab), .to = f->in.to,
	                                                 .y = kern_rows(f->kept, f->limits.n_kept, f->c->n_vocab)});
}

static int pass(struct forward *f, const struct forward_batch *b)
{
	int rc = layers(f, b);
	rc = rc ? rc : finish(f, b);
	return rc || !b->next ? rc : draw_queue(b->next->draw, b->n, b->next->how, f->in.to, f->in.u, f->out.token, f->out.logprob);
}

/* 0 where nothing is drawn; else another number whenever it is drawn in another way than the last time. */
static uint32_t number_of_how(struct forward *f, const struct forward_next *next)
{
	if (!next)
		return 0;
	const struct eng_sampling *a = next->how, *b = &f->how;
	bool same = fabs(a->temperature - b->temperature) <= 0 && a->top_k == b->top_k && fabs(a->top_p - b->top_p) <= 0;
	if (!f->n_hows || !same)
		f->n_hows = f->n_hows % ((1u << 20) - 1) + 1; /* it has 20 bits of the key, and is never 0 */
	f->how = *a;
	return f->n_hows;
}

/* A decode step is recorded: its shape is its number of rows, the spans of the longest, and how it draws. A prompt's chunks are of
 * many shapes. */
static int pass_or_replay(struct forward *f, const struct forward_batch *b)
{
	if (!forward_is_step(b))
		return pass(f, b);
	uint64_t key = (uint64_t)number_of_how(f, b->next) << 44 | (uint64_t)b->n << 22 | (uint64_t)f->spans; /* fewer than 2^22 of both */
	int rc = kern_replay(f->k, key);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = kern_record(f->k, key);
	return rc ? rc : kern_record_end(f->k, pass(f, b));
}

/* Logits of all rows to plain memory, some at a time; the last row's also where they are kept. */
static int give_logits(struct forward *f, const struct forward_batch *b)
{
	int n = b->n - b->logits_from, rc = 0, some = 0;
	size_t vocab = (size_t)f->c->n_vocab, bytes = vocab * sizeof(float);
	for (int row = 0; row < n && !rc; row += some) {
		some = n - row < f->limits.max_tables ? n - row : f->limits.max_tables;
		rc = head(f, row, some);
		rc = rc ? rc : kern_get(f->k, b->logits + (size_t)row * vocab, f->logits, (size_t)some * bytes);
	}
	if (rc || !b->keep || n <= 0)
		return rc;
	return kern_copy(f->k, forward_kept(f, *b->keep), f->logits + (size_t)(some - 1) * vocab, bytes);
}

static int copy_pages(struct forward *f, const struct forward_batch *b)
{
	return b->n_copies ? kern_pages(f->k, &(struct kern_pages){.pool = f->kv, .layers = f->n_attention, .n_pages = f->limits.n_pages,
	                                                           .page_bytes = f->page_bytes, .n = b->n_copies, .from = f->in.copy_from,
	                                                           .to = f->in.copy_to}) : 0;
}

/* Ahead of a pass: how many rows its head writes at once at most, and which kept ones anew. */
static int make_way(struct forward *f, const struct forward_batch *b)
{
	int n = forward_logit_rows(b);
	if (n <= 0 || (!b->keep && !b->logits))
		return 0;
	for (int i = 0; b->keep && i < (b->logits ? 1 : n); i++)
		forward_forget(f, b->keep[i]);
	return forward_make_way(f, n < f->limits.max_tables ? n : f->limits.max_tables);
}

static int queue(struct forward *f, const struct forward_batch *b, struct forward_turn *t)
{
	int rc = make_way(f, b);
	rc = rc ? rc : forward_send(f, b, t);
	rc = rc ? rc : copy_pages(f, b);
	rc = rc ? rc : pass_or_replay(f, b);
	if (!rc && b->logits)
		rc = give_logits(f, b);
	if (!rc)
		forward_leave(f, b);
	return rc ? rc : forward_fetch(f, b, t);
}

/* Part of a pass was queued: what was sent of it must not be written over before it is done with. */
static int give_up(struct forward *f, int turn, int rc)
{
	struct err_kept first = err_keep(rc);
	int e = kern_mark(f->k, turn);
	return err_first(&first, e ? e : kern_wait(f->k, turn));
}

bool forward_is_full(const struct forward *f)
{
	return f->turns[0].begun && f->turns[1].begun;
}

int forward_begin(struct forward *f, const struct forward_batch *b, int *turn)
{
	if (forward_is_full(f))
		return err_set(ERR_USAGE, "%d passes are begun: one must be finished before another can be", FORWARD_TURNS);
	*turn = f->turns[0].begun;
	int rc = queue(f, b, &f->turns[*turn]);
	if (rc)
		return give_up(f, *turn, rc);
	f->turns[*turn].begun = true;
	return 0;
}

int forward_run(struct forward *f, const struct forward_batch *b)
{
	int turn, rc = forward_begin(f, b, &turn);
	return rc ? rc : forward_finish(f, turn, NULL);
}

const int32_t *forward_distinct(const struct forward *f)
{
	return f->distinct;
}
