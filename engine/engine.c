/* Prefixes, forks and steps. */
#include "engine/engine_parts.h"
#include <assert.h>

static int check_id(const struct eng_model *m, int32_t id, int position)
{
	return id >= 0 && id < m->config.n_vocab ? 0 : err_set(ERR_USAGE, "token id %d at position %d; the model's vocabulary has %d", id, position,
	                                                       m->config.n_vocab);
}

static int check_ids(const struct eng_model *m, const int32_t *ids, int n)
{
	int rc = 0;
	for (int i = 0; i < n && !rc; i++)
		rc = check_id(m, ids[i], i);
	return rc;
}

/* A token, or ENG_DRAWN of a row that there is. */
static int check_tokens(const struct eng_model *m, const int32_t *tokens, int n)
{
	int rc = 0;
	for (int i = 0; i < n && !rc; i++) {
		int row = ENG_DRAWN(tokens[i]); /* its own inverse */
		if (row < 0)
			rc = check_id(m, tokens[i], i);
		else if (row >= m->n_drawn)
			rc = err_set(ERR_USAGE, "fork %d of the batch is to read what row %d of the step begun last draws; it has %d", i, row, m->n_drawn);
	}
	return rc;
}

/* Whether anything more can be computed now. */
static int check_turn(const struct eng_model *m)
{
	return !forward_is_full(m->forward) ? 0 : err_set(ERR_USAGE, "%d steps are begun: one must be finished before more is computed", ENG_AHEAD);
}

/* A sequence is about to go on to `length` positions: where its recurrent state is read and written. Shared, it is written only
 * where a grid position is passed. */
static int begin_state(struct eng_model *m, const struct kv_seq *s, int from_length, int length, struct forward_state *at)
{
	*at = (struct forward_state){.from = s->slot, .to = KV_NONE, .ring_from = KV_NONE, .ring_to = KV_NONE};
	if (!m->shared)
		return kv_state_begin(m->kv, s, &at->from, &at->to);
	int rc = kv_ring_begin(m->kv, s, &at->ring_from, &at->ring_to);
	if (!rc && from_length / KERN_RING < length / KERN_RING)
		rc = kv_state_begin(m->kv, s, &at->from, &at->to);
	return rc;
}

static void end_state(struct eng_model *m, struct kv_seq *s, const struct forward_state *at)
{
	if (at->to != KV_NONE)
		kv_state_end(m->kv, s, at->to);
	if (m->shared)
		kv_ring_end(m->kv, s, at->ring_to);
}

/* -- rows of logits -- */

static int32_t take_kept(struct eng_model *m)
{
	int32_t row = m->free_kept[--m->n_free_kept];
	m->kept_users[row] = 1;
	return row;
}

static void give_kept(struct eng_model *m, int32_t row)
{
	if (--m->kept_users[row])
		return;
	m->free_kept[m->n_free_kept++] = row;
	forward_forget(m->forward, row);
}

/* Before a step writes it: a row that others read as well is left to them. There are as many rows as sequences can be alive, so one is
 * free where two share one. */
static void own_kept(struct eng_model *m, int32_t *row)
{
	if (m->kept_users[*row] == 1)
		return;
	give_kept(m, *row);
	*row = take_kept(m);
}

/* -- pages that are due --
 * A step must not run out of pages. So of the free ones some are due to the forks that are alive: each will take one for every page
 * that its growth begins; and where sequences end in one page that is partly full, all of them but one take another to copy it to. */

static int due_to(const struct eng_model *m, int length, int start)
{
	int grown = m->room.grown - (length - start), most = m->max_positions - length, left = grown < most ? grown : most;
	int in_tip = (ENG_PAGE - length % ENG_PAGE) % ENG_PAGE;
	return left > in_tip ? forward_pages(left - in_tip) : 0;
}

/* A sequence ends: who shares its last page need copy it once less. */
static void release(struct eng_model *m, struct kv_seq *s)
{
	m->due -= kv_tip_is_shared(m->kv, s);
	kv_seq_release(m->kv, s);
}

static int append(struct eng_model *m, struct kv_seq *s, struct kv_place *place)
{
	int rc = kv_seq_append(m->kv, s, place);
	m->due -= !rc && (!place->offset || place->copy_n);
	return rc;
}

static int check_room(const struct eng_model *m, int pages, const char *what)
{
	int room = kv_pages_free(m->kv) - m->due;
	return pages <= room ? 0 : err_set(ERR_NOMEM, "no room for %s until forks end: it takes %d pages of %d positions, and %d of those that are free "
	                                   "are due to no other", what, pages, ENG_PAGE, room);
}

/* -- prefixes -- */

/* Rows of one chunk, at positions done .. done + n - 1 of the prefix. */
static int run_chunk(struct eng_prefix *p, const int32_t *ids, int done, int n, bool last, struct eng_capture capture, float *logits)
{
	struct eng_model *m = p->m;
	const struct eng_config *c = &m->config;
	struct kv_place place;
	size_t row = (size_t)c->n_layers * (size_t)c->top_k;
	struct forward_state *state = &m->state[0];
	for (int i = 0; i < n; i++) {
		int rc = kv_seq_append(m->kv, &p->seq, &place);
		if (rc)
			return rc;
		m->position[i] = done + i;
		m->table[i] = m->chunk_table;
	}
	kv_seq_table(m->kv, &p->seq, m->chunk_table);
	m->first[0] = 0;
	m->first[1] = n;
	int rc = begin_state(m, &p->seq, done, done + n, state);
	if (rc)
		return rc;
	struct forward_batch b = {.n = n, .prompt = true, .ids = ids + done, .position = m->position, .table = m->table, .n_seq = 1,
	                          .first = m->first, .state = state};
	b.experts = capture.experts ? capture.experts + (size_t)done * row : NULL;
	b.weights = capture.weights ? capture.weights + (size_t)done * row : NULL;
	b.logits_from = logits ? 0 : last ? n - 1 : n;
	b.logits = logits ? logits + (size_t)done * (size_t)c->n_vocab : NULL;
	b.keep = last ? &p->kept : NULL;
	rc = forward_run(m->forward, &b);
	end_state(m, &p->seq, state);
	return rc;
}

/* A prefix of no positions yet. */
static int begin_prefix(struct eng_prefix **out, struct eng_model *m, const int32_t *ids, int n)
{
	*out = NULL;
	if (n < 1)
		return err_set(ERR_USAGE, "an empty prompt: there must be at least one token");
	if (n > m->max_positions)
		return err_set(ERR_LIMIT, "the prompt has %d tokens; at most %d positions are possible here", n, m->max_positions);
	int rc = check_turn(m);
	rc = rc ? rc : check_ids(m, ids, n);
	if (rc)
		return rc;
	if (m->n_prefixes == m->max_prefixes)
		return err_set(ERR_NOMEM, "%d prefixes are alive, as many as there can be", m->max_prefixes);
	if ((rc = check_room(m, forward_pages(n), "the prompt")))
		return rc;
	*out = mem_alloc(sizeof **out);
	**out = (struct eng_prefix){.m = m, .seq = kv_seq_empty(), .kept = take_kept(m)};
	m->n_prefixes++;
	return 0;
}

int eng_prefix_new(struct eng_prefix **out, struct eng_model *m, const int32_t *ids, int n, struct eng_capture capture, float *logits)
{
	struct eng_prefix *p;
	int rc = begin_prefix(&p, m, ids, n);
	*out = NULL;
	if (rc)
		return rc;
	for (int done = 0; done < n && !rc; done += m->chunk) {
		int rows = n - done < m->chunk ? n - done : m->chunk;
		rc = run_chunk(p, ids, done, rows, done + rows == n, capture, logits);
	}
	if (rc) {
		eng_prefix_free(p);
		return rc;
	}
	*out = p;
	return 0;
}

/* Rows of whole prompts, one behind the other. */
static int place_prompts(struct eng_prefix **p, const struct eng_prompt *prompts, int n)
{
	struct eng_model *m = p[0]->m;
	struct kv_place place;
	int row = 0, rc = 0, begun = 0;
	m->first[0] = 0;
	for (int s = 0; s < n && !rc; s++) {
		int32_t *table = m->chunk_table + (size_t)s * (size_t)m->pages_per_seq;
		for (int i = 0; i < prompts[s].n && !rc; i++, row++) {
			rc = kv_seq_append(m->kv, &p[s]->seq, &place);
			m->ids[row] = prompts[s].ids[i];
			m->position[row] = i;
			m->table[row] = table;
		}
		kv_seq_table(m->kv, &p[s]->seq, table);
		m->first[s + 1] = row;
		m->keep[s] = p[s]->kept;
		rc = rc ? rc : begin_state(m, &p[s]->seq, 0, prompts[s].n, &m->state[s]);
		begun += !rc;
	}
	for (int s = 0; s < begun && rc; s++)
		end_state(m, &p[s]->seq, &m->state[s]);
	return rc;
}

static void give_rows(const struct eng_model *m, const struct eng_prompt *prompts, int n, struct eng_capture all)
{
	size_t row = (size_t)m->config.n_layers * (size_t)m->config.top_k;
	for (int s = 0; s < n; s++) {
		size_t from = (size_t)m->first[s] * row, items = (size_t)prompts[s].n * row;
		if (prompts[s].capture.experts)
			memcpy(prompts[s].capture.experts, all.experts + from, items * sizeof *all.experts);
		if (prompts[s].capture.weights)
			memcpy(prompts[s].capture.weights, all.weights + from, items * sizeof *all.weights);
	}
}

/* Prompts that fit one chunk together. */
static int run_together(struct eng_prefix **p, const struct eng_prompt *prompts, int n)
{
	struct eng_model *m = p[0]->m;
	int rc = place_prompts(p, prompts, n), rows = m->first[n];
	if (rc)
		return rc;
	size_t items = (size_t)rows * (size_t)m->config.n_layers * (size_t)m->config.top_k;
	struct eng_capture all = {mem_array(items + 1, sizeof *all.experts), mem_array(items + 1, sizeof *all.weights)};
	rc = forward_run(m->forward, &(struct forward_batch){.n = rows, .prompt = true, .ids = m->ids, .position = m->position, .table = m->table,
	                                                     .n_seq = n, .first = m->first, .state = m->state, .tips = true, .keep = m->keep,
	                                                     .experts = all.experts, .weights = all.weights});
	for (int s = 0; s < n; s++)
		end_state(m, &p[s]->seq, &m->state[s]);
	if (!rc)
		give_rows(m, prompts, n, all);
	mem_free(all.experts);
	mem_free(all.weights);
	return rc;
}

/* How many of the prompts go into one pass, or one alone. */
static int n_together(const struct eng_model *m, const struct eng_prompt *prompts, int n)
{
	int most = m->chunk < m->max_positions ? m->chunk : m->max_positions, rows = 0, some = 0;
	int sequences = m->max_forks < ENG_TOGETHER ? m->max_forks : ENG_TOGETHER;
	while (!m->shared && some < n && some < sequences && prompts[some].n <= most - rows)
		rows += prompts[some++].n;
	return some ? some : 1;
}

/* Those that fit together, or one alone. */
static int some_prefixes(struct eng_prefix **out, struct eng_model *m, const struct eng_prompt *prompts, int n)
{
	int made = 0, pages = 0;
	if (n < 2)
		return eng_prefix_new(out, m, prompts->ids, prompts->n, prompts->capture, NULL);
	for (int s = 0; s < n; s++)
		pages += forward_pages(prompts[s].n);
	int rc = check_room(m, pages, "the prompts");
	for (; made < n && !rc; made += !rc)
		rc = begin_prefix(&out[made], m, prompts[made].ids, prompts[made].n);
	rc = rc ? rc : run_together(out, prompts, n);
	for (; rc && made; made--)
		eng_prefix_free(out[made - 1]);
	return rc;
}

int eng_prefixes_new(struct eng_prefix **out, struct eng_model *m, const struct eng_prompt *prompts, int n)
{
	int rc = 0;
	for (int from = 0, some; from < n && !rc; from += some) {
		some = n_together(m, prompts + from, n - from);
		rc = some_prefixes(out + from, m, prompts + from, some);
		for (int i = 0; rc && i < from; i++)
			eng_prefix_free(out[i]);
	}
	return rc;
}

void eng_prefix_free(struct eng_prefix *p)
{
	if (!p)
		return;
	release(p->m, &p->seq);
	give_kept(p->m, p->kept);
	p->m->n_prefixes--;
	mem_free(p);
}

/* -- forks -- */

/* kept: the row of logits to begin with; start: tokens of the prompt. */
static int fork_from(struct eng_fork **out, struct eng_model *m, const struct kv_seq *seq, int32_t kept, int start)
{
	*out = NULL;
	if (m->first_free < 0)
		return err_set(ERR_NOMEM, "%d forks are alive, as many as there can be", m->max_forks);
	int due = due_to(m, seq->length, start) + (seq->length % ENG_PAGE > 0), rc = check_room(m, due, "one more fork");
	if (rc)
		return rc;
	struct eng_fork *f = &m->forks[m->first_free];
	f->start = start;
	m->due += due;
	m->first_free = f->next_free;
	m->kept_users[kept]++;
	f->kept = kept;
	f->seq = kv_seq_fork(m->kv, seq);
	f->step = m->step - 1;
	f->fetched = false;
	kv_seq_table(m->kv, &f->seq, f->table);
	*out = f;
	return 0;
}

int eng_fork_new(struct eng_fork **out, struct eng_prefix *p)
{
	return fork_from(out, p->m, &p->seq, p->kept, p->seq.length);
}

int eng_fork_split(struct eng_fork **out, struct eng_fork *parent)
{
	return fork_from(out, parent->m, &parent->seq, parent->kept, parent->start);
}

/* Its rows in the steps that are begun are nobody's. */
static void disown(struct eng_model *m, const struct eng_fork *f)
{
	for (int s = 0; s < m->n_begun; s++)
		for (int i = 0; i < m->begun[s].n; i++)
			if (m->begun[s].forks[i] == f) {
				m->begun[s].forks[i] = NULL;
				forward_disown(m->forward, m->begun[s].turn, i);
			}
}

void eng_fork_free(struct eng_fork *f)
{
	if (!f)
		return;
	struct eng_model *m = f->m;
	assert(f->seq.length > 0); /* freed twice */
	disown(m, f);
	m->due -= due_to(m, f->seq.length, f->start);
	release(m, &f->seq);
	give_kept(m, f->kept);
	f->next_free = m->first_free;
	m->first_free = (int)(f - m->forks);
}

int eng_fork_length(const struct eng_fork *f)
{
	return f->seq.length;
}

const float *eng_fork_logits(struct eng_fork *f)
{
	struct eng_model *m = f->m;
	if (!m->plain_logits)
		return forward_kept(m->forward, f->kept);
	if (!f->fetched && forward_get_kept(m->forward, f->kept, f->logits))
		return NULL;
	f->fetched = true;
	return f->logits;
}

/* Where the logits of n forks lie, into m->keep. what: for whom. */
static int find_rows(struct eng_model *m, struct eng_fork *const *forks, int n, const char *what)
{
	if (n < 0 || n > m->max_forks)
		return err_set(ERR_USAGE, "%s %d forks; at most %d can be alive", what, n, m->max_forks);
	for (int i = 0; i < n; i++)
		m->keep[i] = forward_row(m->forward, forks[i]->kept);
	return 0;
}

int eng_draw(struct eng_model *m, struct eng_fork *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at,
             struct eng_choice *out)
{
	int rc = find_rows(m, forks, n, "a draw from");
	if (rc)
		return rc;
	mem_forbid("a draw");
	rc = draw_run(m->draw, m->keep, n, how, at, out);
	mem_allow();
	for (int i = 0; i < n && !rc; i++)
		rc = draw_check(forks[i]->seq.length - 1, out[i]);
	return rc;
}

static_assert(ENG_MAX_TOP <= KERN_MAX_TOP, "a device gives as many as are promised");

int eng_top_of(struct eng_model *m, struct eng_fork *const *forks, int n, int count, struct eng_choice *out)
{
	int vocab = m->info.n_vocab, most = vocab < ENG_MAX_TOP ? vocab : ENG_MAX_TOP, rc = find_rows(m, forks, n, "the likeliest tokens of");
	if (!rc && (count < 1 || count > most))
		rc = err_set(ERR_USAGE, "the %d likeliest tokens of %d; 1 to %d can be had", count, vocab, most);
	if (rc)
		return rc;
	mem_forbid("ranking tokens");
	rc = draw_top(m->draw, m->keep, n, count, out);
	mem_allow();
	return rc;
}

/* All that can be wrong with a step is found before anything of it happens. */
static int check_step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n)
{
	if (n < 0 || n > m->max_forks)
		return err_set(ERR_USAGE, "a step of %d forks; at most %d can be alive", n, m->max_forks);
	int rc = check_turn(m);
	rc = rc ? rc : check_tokens(m, tokens, n);
	m->step++;
	for (int i = 0; i < n && !rc; i++) {
		if (forks[i]->seq.length >= m->max_positions)
			rc = err_set(ERR_LIMIT, "fork %d of the batch is full: %d positions", i, m->max_positions);
		else if (forks[i]->seq.length - forks[i]->start >= m->room.grown)
			rc = err_set(ERR_LIMIT, "fork %d of the batch has grown by %d tokens, as many as it may", i, m->room.grown);
		else if (forks[i]->step == m->step)
			rc = err_set(ERR_USAGE, "fork %d of the batch is in it twice", i);
		forks[i]->step = m->step;
	}
	return rc;
}

/* Gives every fork its page, its slot and its row of the batch. */
static int place_forks(struct eng_model *m, struct eng_fork *const *forks, int n)
{
	m->n_copies = 0;
	for (int i = 0; i < n; i++) {
		struct eng_fork *f = forks[i];
		struct kv_place place;
		int rc = begin_state(m, &f->seq, f->seq.length, f->seq.length + 1, &m->state[i]);
		if (!rc)
			rc = append(m, &f->seq, &place);
		if (rc)
			return rc;
		if (place.copy_n)
			m->copy[m->n_copies++] = (struct forward_copy){place.copy_from, place.page};
		own_kept(m, &f->kept);
		m->position[i] = f->seq.length - 1;
		f->table[m->position[i] / ENG_PAGE] = place.page;
		m->table[i] = f->table;
		m->first[i] = i;
		m->keep[i] = f->kept;
		f->fetched = false;
	}
	m->first[n] = n;
	return 0;
}

/* Begins one; next: NULL, or how its tokens are drawn. */
static int step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture,
                const struct forward_next *next, int *turn)
{
	int rc = place_forks(m, forks, n);
	if (rc)
		return rc;
	rc = forward_begin(m->forward, &(struct forward_batch){.n = n, .ids = tokens, .position = m->position, .table = m->table, .n_seq = n,
	                                                       .first = m->first, .state = m->state, .keep = m->keep, .copy = m->copy,
	                                                       .n_copies = m->n_copies, .experts = capture.experts, .weights = capture.weights,
	                                                       .next = next}, turn);
	for (int i = 0; i < n; i++)
		end_state(m, &forks[i]->seq, &m->state[i]);
	return rc;
}

int eng_step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture)
{
	int turn, rc = check_step(m, forks, tokens, n);
	if (rc || !n)
		return rc;
	mem_forbid("a decode step");
	rc = step(m, forks, tokens, n, capture, NULL, &turn);
	rc = rc ? rc : forward_finish(m->forward, turn, NULL);
	mem_allow();
	return rc;
}

static_assert(ENG_AHEAD == FORWARD_TURNS, "a pass each");

int eng_begin(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture,
              const struct eng_sampling *how, const struct rng_at *at)
{
	int rc = n < 1 ? err_set(ERR_USAGE, "a step of %d forks is to be begun", n) : check_step(m, forks, tokens, n);
	if (rc)
		return rc;
	struct eng_begun *b = &m->begun[m->n_begun];
	mem_forbid("a decode step");
	rc = step(m, forks, tokens, n, capture, how ? &(struct forward_next){m->draw, how, at} : NULL, &b->turn);
	mem_allow();
	if (how)
		m->n_drawn = rc ? 0 : n;
	if (rc)
		return rc;
	memcpy(b->forks, forks, (size_t)n * sizeof(struct eng_fork *));
	b->n = n;
	b->draws = how != NULL;
	m->n_begun++;
	return 0;
}

int eng_finish(struct eng_model *m, struct eng_choice *out)
{
	if (!m->n_begun)
		return err_set(ERR_USAGE, "no step is begun that could be finished");
	struct eng_begun oldest = m->begun[0];
	memmove(m->begun, m->begun + 1, (ENG_AHEAD - 1) * sizeof *m->begun);
	m->begun[ENG_AHEAD - 1] = oldest;
	m->n_begun--;
	mem_forbid("a decode step");
	int rc = forward_finish(m->forward, oldest.turn, oldest.draws ? out : NULL);
	mem_allow();
	return rc;
}

const int32_t *eng_last_distinct(const struct eng_model *m)
{
	return forward_distinct(m->forward);
}

int eng_last_distinct_experts(const struct eng_model *m)
{
	int sum = 0;
	for (int i = 0; i < m->info.n_layers; i++)
		sum += forward_distinct(m->forward)[i];
	return sum;
}

int eng_traffic(struct eng_model *m, uint64_t *bytes, uint64_t *macs)
{
	int rc = kern_settle(&m->kern);
	*bytes = m->kern.bytes;
	*macs = m->kern.macs;
	return rc;
}
