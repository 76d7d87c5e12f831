/* A batch's way to where it is computed, and its results' way back. */
#include "engine/forward_parts.h"
#include <math.h>

static void *part(struct forward_place *p, size_t n, size_t size)
{
	char *at = p->base ? p->base + p->used : NULL;
	p->used += (n * size + 63) / 64 * 64;
	return at;
}

/* rows, spans and sequences alone say where what lies. Tables come last: where they lie is said by the pointers in `table`. */
void forward_lay_in(const struct forward *f, struct forward_place *p, size_t rows, size_t seqs, size_t spans, struct forward_in *in)
{
	in->ids = part(p, rows, sizeof *in->ids);
	in->position = part(p, rows, sizeof *in->position);
	in->first = part(p, seqs + 1, sizeof *in->first);
	in->to = part(p, rows, sizeof *in->to);
	in->u = part(p, rows, sizeof *in->u);
	in->n_units = part(p, (rows + FORWARD_ATTENDED - 1) / FORWARD_ATTENDED, sizeof *in->n_units);
	in->table = part(p, rows, sizeof *in->table);
	in->state = part(p, seqs * (size_t)f->n_gdn, sizeof *in->state);
	if (forward_is_shared(f)) {
		in->ring = part(p, seqs * (size_t)f->n_gdn, sizeof *in->ring);
		in->gdn_units = part(p, seqs, sizeof *in->gdn_units);
		in->n_gdn_units = part(p, 1, sizeof *in->n_gdn_units);
		in->tail = part(p, (size_t)f->n_gdn, sizeof *in->tail);
		in->tail_first = part(p, 2, sizeof *in->tail_first);
	}
	in->units = part(p, kern_is_device(f->k) && f->n_attention ? rows * spans : 0, sizeof *in->units);
}

void forward_lay_out(const struct forward *f, struct forward_place *p, size_t rows, struct forward_out *out)
{
	size_t items = (size_t)f->c->n_layers * rows * (size_t)f->c->top_k;
	out->distinct = part(p, (size_t)f->c->n_layers, sizeof *out->distinct);
	out->token = part(p, (size_t)f->limits.max_tables, sizeof *out->token);
	out->logprob = part(p, rows, sizeof *out->logprob);
	out->weights = part(p, items, sizeof *out->weights);
	out->experts = part(p, items, sizeof *out->experts);
}

/* Copies each table once and points its rows to where it will lie: `shift` bytes from where it is staged. */
static void stage_tables(const struct forward_batch *b, struct forward_place *p, const int32_t **table, ptrdiff_t shift)
{
	for (int r = 0, rows; r < b->n; r += rows) {
		int positions = 0;
		for (rows = 0; r + rows < b->n && b->table[r + rows] == b->table[r]; rows++)
			positions = b->position[r + rows] + 1 > positions ? b->position[r + rows] + 1 : positions;
		size_t pages = (size_t)forward_pages(positions);
		int32_t *at = part(p, pages, sizeof *at);
		memcpy(at, b->table[r], pages * sizeof *at);
		for (int i = 0; i < rows; i++)
			table[r + i] = (const int32_t *)((const char *)at + shift);
	}
}

/* Returns where the two lists begin in what is staged: `from`, and n items behind it `to`. */
static int32_t *stage_copies(const struct forward_batch *b, struct forward_place *p)
{
	int32_t *at = part(p, 2 * (size_t)b->n_copies, sizeof *at);
	for (int i = 0; i < b->n_copies; i++) {
		at[i] = b->copy[i].from;
		at[b->n_copies + i] = b->copy[i].to;
	}
	return at;
}

/* Layer i of a slot; NULL for no slot. */
static float *state_at(const struct forward *f, int32_t slot, int i)
{
	return slot < 0 ? NULL : f->states + ((size_t)slot * (size_t)f->n_gdn + (size_t)i) * forward_slot_floats(f);
}

static float *ring_at(const struct forward *f, int32_t slot, int i)
{
	return slot < 0 ? NULL : f->rings + ((size_t)slot * (size_t)f->n_gdn + (size_t)i) * forward_ring_slot_floats(f);
}

static float *behind(float *p, size_t floats)
{
	return p ? p + floats : NULL;
}

static struct kern_gdn_state state_of(const struct forward *f, const struct forward_state *s, int i)
{
	float *from = state_at(f, s->from, i), *to = state_at(f, s->to, i);
	float *conv_from = forward_is_shared(f) ? behind(ring_at(f, s->ring_from, i), f->ring_floats) : behind(from, f->s_floats);
	float *conv_to = forward_is_shared(f) ? behind(ring_at(f, s->ring_to, i), f->ring_floats) : behind(to, f->s_floats);
	return (struct kern_gdn_state){from, to, conv_from, conv_to};
}

static void stage_states(const struct forward *f, const struct forward_batch *b, struct forward_in *at)
{
	for (int i = 0; i < f->n_gdn; i++)
		for (int s = 0; s < b->n_seq; s++) {
			size_t item = (size_t)i * (size_t)b->n_seq + (size_t)s;
			at->state[item] = state_of(f, &b->state[s], i);
			if (forward_is_shared(f))
				at->ring[item] = (struct kern_gdn_ring_slot){ring_at(f, b->state[s].ring_from, i), ring_at(f, b->state[s].ring_to, i)};
		}
}

int forward_whole_rows(const struct forward *f, const struct forward_batch *b)
{
	return forward_is_shared(f) ? b->n - (b->position[b->n - 1] + 1) % KERN_RING : b->n;
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
	if (!forward_is_shared(f))
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
	while (spans < forward_spans(longest))
		spans *= 2;
	return spans;
}

static void stage_units(const struct forward *f, const struct forward_batch *b, struct forward_in *at)
{
	for (int from = 0; from < b->n; from += FORWARD_ATTENDED) {
		int n = b->n - from < FORWARD_ATTENDED ? b->n - from : FORWARD_ATTENDED;
		at->n_units[from / FORWARD_ATTENDED] = kern_attention_units(at->units + (size_t)from * (size_t)f->spans, b->position + from,
		                                                            b->table + from, n);
	}
}

/* Returns where the lists of copies are staged. */
static const int32_t *stage(struct forward *f, const struct forward_batch *b, struct forward_place *p)
{
	struct forward_in at;
	size_t n = (size_t)b->n;
	forward_lay_in(f, p, n, (size_t)b->n_seq, (size_t)f->spans, &at);
	memcpy(at.ids, b->ids, n * sizeof *at.ids);
	memcpy(at.position, b->position, n * sizeof *at.position);
	memcpy(at.first, b->first, ((size_t)b->n_seq + 1) * sizeof *at.first);
	for (int i = 0; b->keep && i < (b->logits ? 1 : forward_logit_rows(b)); i++)
		at.to[i] = forward_in_place(f, b) ? f->limits.n_kept + i : b->keep[i];
	stage_states(f, b, &at);
	stage_shared(f, b, &at);
	if (kern_is_device(f->k) && f->n_attention)
		stage_units(f, b, &at);
	for (size_t i = 0; b->next && i < n; i++)
		at.u[i] = rng_double(b->next->at[i]);
	stage_tables(b, p, at.table, f->sent - p->base);
	return stage_copies(b, p);
}

int forward_send(struct forward *f, const struct forward_batch *b, struct forward_turn *t)
{
	struct forward_place staged = {.base = t->staged}, sent = {.base = f->sent}, made = {.base = f->made};
	f->spans = spans_for(b);
	const int32_t *copies = stage(f, b, &staged);
	forward_lay_in(f, &sent, (size_t)b->n, (size_t)b->n_seq, (size_t)f->spans, &f->in);
	forward_lay_out(f, &made, (size_t)b->n, &f->out);
	f->in.copy_from = (int32_t *)(f->sent + ((const char *)copies - t->staged));
	f->in.copy_to = f->in.copy_from + b->n_copies;
	return kern_is_device(f->k) ? kern_send(f->k, f->sent, t->staged, staged.used) : 0;
}

/* -- and out -- */

/* [layers][n][k] to [n][layers][k]. */
static void deliver(void *to, const void *from, size_t layers, size_t n, size_t row)
{
	for (size_t i = 0; i < layers; i++)
		for (size_t r = 0; r < n; r++)
			memcpy((char *)to + (r * layers + i) * row, (const char *)from + (i * n + r) * row, row);
}

/* Routing is where an overflow shows first and costs the least to look for: a layer whose input is no number scores no expert. */
static int check_weights(const struct forward *f, const struct forward_turn *t, const float *weights)
{
	size_t layers = (size_t)f->c->n_layers, k = (size_t)f->c->top_k, n = (size_t)t->n;
	for (size_t i = 0; i < layers * n * k; i++)
		if (!isfinite(weights[i]) && t->position[i / k % n] >= 0)
			return err_set(ERR_FORMAT, "layer %zu: the router's weights are no numbers at position %d (row %zu of the batch): an activation "
			               "overflowed; are the weights sound? `coppice model --check` looks", i / k / n, t->position[i / k % n], i / k % n);
	return 0;
}

static int take_drawn(const struct forward_turn *t, const struct forward_out *at, struct eng_choice *out)
{
	int rc = 0;
	for (int i = 0; i < t->n; i++) {
		out[i] = (struct eng_choice){at->token[i], at->logprob[i]};
		if (!rc && t->position[i] >= 0)
			rc = draw_check(t->position[i], out[i]);
	}
	return rc;
}

/* The mark of a turn is its number. */
int forward_fetch(struct forward *f, const struct forward_batch *b, struct forward_turn *t)
{
	struct forward_place made = {.base = f->made};
	struct forward_out at;
	forward_lay_out(f, &made, (size_t)b->n, &at);
	size_t bytes = b->experts || b->weights ? made.used : (size_t)((char *)at.weights - f->made);
	memcpy(t->position, b->position, (size_t)b->n * sizeof *b->position);
	t->n = b->n;
	t->experts = b->experts;
	t->weights = b->weights;
	int rc = kern_fetch(f->k, t->fetched, f->made, bytes);
	return rc ? rc : kern_mark(f->k, (int)(t - f->turns));
}

int forward_finish(struct forward *f, int turn, struct eng_choice *out)
{
	struct forward_turn *t = &f->turns[turn];
	struct forward_place fetched = {.base = t->fetched};
	struct forward_out at;
	size_t layers = (size_t)f->c->n_layers, k = (size_t)f->c->top_k, n = (size_t)t->n;
	t->begun = false;
	int rc = kern_wait(f->k, turn);
	if (rc)
		return rc;
	forward_lay_out(f, &fetched, n, &at);
	memcpy(f->distinct, at.distinct, layers * sizeof *f->distinct);
	if (t->experts)
		deliver(t->experts, at.experts, layers, n, k * sizeof *at.experts);
	if (t->weights)
		deliver(t->weights, at.weights, layers, n, k * sizeof *at.weights);
	rc = t->weights ? check_weights(f, t, at.weights) : 0;
	return rc || !out ? rc : take_drawn(t, &at, out);
}

void forward_disown(struct forward *f, int turn, int row)
{
	f->turns[turn].position[row] = -1;
}
