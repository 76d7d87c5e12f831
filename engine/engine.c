#include "engine/engine.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/config.h"
#include "engine/draw.h"
#include "engine/forward.h"
#include "engine/kv.h"
#include "engine/model.h"
#include <assert.h>

enum { DEFAULT_FORKS = 64, DEFAULT_POSITIONS = 4096, SPARE_PREFIXES = 16, MAX_FORKS = 1 << 16, MAX_THREADS = 1024 };

struct eng_fork {
	struct eng_model *m;
	struct kv_seq seq;
	int32_t *table; /* [pages_per_seq], the pages of seq */
	float *logits;  /* [n_vocab], plain: its kept row, or with a device a copy of it, which ... */
	bool fetched;   /* ... is the present one */
	int next_free;  /* while free: the next free fork, -1 at the end */
	unsigned step;  /* the last eng_step it was in */
};

struct eng_prefix {
	struct eng_model *m;
	struct kv_seq seq;
	int32_t kept; /* the row of logits after the last position */
};

struct eng_model {
	struct eng_config config;
	struct eng_weights *weights;
	struct crew *crew;
	struct kern kern;
	bool fp8; /* activations meet FP8 weights as FP8; elsewhere they are kern's */
	bool shared; /* siblings share a checkpoint of the recurrent state */
	struct forward *forward;
	struct draw *draw;
	struct kv *kv;
	struct eng_info info;
	char *dir;
	int *layer_index;
	int max_forks, max_positions, pages_per_seq, max_prefixes, chunk;
	struct eng_fork *forks; /* [max_forks], kept row i is fork i's */
	int first_free;
	int32_t *free_kept; /* [max_prefixes] rows behind the forks', for prefixes; the first n_free_kept are free */
	int n_free_kept;
	float *plain_logits; /* [max_forks x n_vocab], NULL without a device */
	unsigned step;

	/* One batch's description, [max(chunk, max_forks)] each, and a table for prefill. */
	int32_t *position, *first, *keep, *chunk_table;
	const int32_t **table;
	struct forward_state *state;
};

/* What activations are outside products with FP8 weights: under FP8 as servers have them. */
static enum kern_type choose_compute(enum eng_compute asked, const struct eng_config *c)
{
	if (asked == ENG_COMPUTE_DEFAULT)
		return c->dtype == ENG_DTYPE_BF16 ? KERN_BF16 : KERN_F32;
	return asked == ENG_COMPUTE_F32 ? KERN_F32 : KERN_BF16;
}

static int check_options(const struct eng_options *o)
{
	if (o->threads < 0 || o->threads > MAX_THREADS)
		return err_set(ERR_USAGE, "%d threads; between 1 and %d are possible, 0 for all processors", o->threads, MAX_THREADS);
	if (o->max_forks < 0 || o->max_forks > MAX_FORKS)
		return err_set(ERR_USAGE, "%d forks; between 1 and %d are possible", o->max_forks, MAX_FORKS);
	if (o->max_prefixes < 0 || o->max_prefixes > MAX_FORKS)
		return err_set(ERR_USAGE, "%d prefixes; between 1 and %d are possible", o->max_prefixes, MAX_FORKS);
	if (o->max_positions < 0)
		return err_set(ERR_USAGE, "%d positions; it must be 1 or more", o->max_positions);
	return 0;
}

static int prefixes_for(const struct eng_options *o, int forks)
{
	return o->max_prefixes ? o->max_prefixes : forks + SPARE_PREFIXES;
}

static int set_limits(struct eng_model *m, const struct eng_options *o)
{
	m->max_forks = o->max_forks ? o->max_forks : DEFAULT_FORKS;
	m->max_positions = o->max_positions;
	if (!m->max_positions)
		m->max_positions = m->config.max_positions < DEFAULT_POSITIONS ? m->config.max_positions : DEFAULT_POSITIONS;
	if (m->max_positions > m->config.max_positions)
		return err_set(ERR_LIMIT, "%d positions; the model was made for %d (max_position_embeddings)", m->max_positions, m->config.max_positions);
	m->pages_per_seq = (m->max_positions + ENG_PAGE - 1) / ENG_PAGE;
	m->max_prefixes = prefixes_for(o, m->max_forks);
	int64_t pages = (int64_t)(m->max_forks + m->max_prefixes) * m->pages_per_seq;
	if (pages > INT32_MAX / 2)
		return err_set(ERR_LIMIT, "%d forks of %d positions are too many", m->max_forks, m->max_positions);
	return 0;
}

/* Slots that forks and prefixes can hold during a step: one each, and one more where two or more forks share one that no prefix
 * holds, for each of them then takes another before it is given up. */
static int slots_for(int forks, int prefixes)
{
	return forks + prefixes + (forks + 1) / 2;
}

static double pool_bytes(const struct eng_model *m, int forks, int prefixes)
{
	const struct eng_config *c = &m->config;
	double seqs = forks + prefixes, positions = (double)m->pages_per_seq * ENG_PAGE;
	double slot = m->shared ? (double)forward_ring_bytes(c) + (double)forward_state_bytes(c) : (double)forward_state_bytes(c);
	return seqs * ((double)forward_kv_bytes(c, m->kern.compute) * positions + (double)c->n_vocab * sizeof(float)) +
	       slots_for(forks, prefixes) * slot;
}

static int too_many(struct eng_model *m, const struct eng_options *o, int rc)
{
	double room = kern_is_device(&m->kern) ? (double)kern_room(&m->kern) : mem_available();
	int fit = m->max_forks - 1;
	if (rc != ERR_NOMEM || room <= 0)
		return rc;
	while (fit > 0 && pool_bytes(m, fit, prefixes_for(o, fit)) > room)
		fit--;
	return err_set(ERR_NOMEM, "%d forks of %d positions do not fit in the %.1f GiB that are left; about %d would", m->max_forks,
	               m->max_positions, room / 0x1p30, fit);
}

static void make_forks(struct eng_model *m)
{
	m->forks = mem_array((size_t)m->max_forks, sizeof *m->forks);
	for (int i = 0; i < m->max_forks; i++) {
		float *plain = m->plain_logits ? m->plain_logits + (size_t)i * (size_t)m->config.n_vocab : forward_kept(m->forward, i);
		m->forks[i] = (struct eng_fork){.m = m, .seq = kv_seq_empty(), .logits = plain, .next_free = i + 1 < m->max_forks ? i + 1 : -1};
		m->forks[i].table = mem_array((size_t)m->pages_per_seq, sizeof(int32_t));
	}
	m->free_kept = mem_array((size_t)m->max_prefixes, sizeof *m->free_kept);
	for (int i = 0; i < m->max_prefixes; i++)
		m->free_kept[m->n_free_kept++] = m->max_forks + m->max_prefixes - 1 - i;
}

/* Pages and slots can then never run out: each sequence holds at most pages_per_seq pages and one slot (and one ring slot). */
static int make_pools(struct eng_model *m, const struct eng_options *o)
{
	int seqs = m->max_forks + m->max_prefixes, slots = slots_for(m->max_forks, m->max_prefixes);
	m->chunk = m->kern.backend->chunk ? m->kern.backend->chunk : ENG_PREFILL_CHUNK;
	struct forward_limits limits = {.max_rows = m->chunk < m->max_positions ? m->chunk : m->max_positions, .max_tables = m->max_forks,
	                                .max_positions = m->max_positions, .n_pages = seqs * m->pages_per_seq,
	                                .n_slots = slots, .n_rings = m->shared ? slots : 0, .n_kept = seqs,
	                                .quantise = m->fp8};
	if (limits.max_rows < m->max_forks)
		limits.max_rows = m->max_forks;
	size_t r = (size_t)limits.max_rows;
	int rc = forward_new(&m->forward, m->weights, &m->kern, &limits);
	rc = rc ? rc : draw_new(&m->draw, &m->kern, kern_rows(forward_kept(m->forward, 0), limits.n_kept, m->config.n_vocab), m->max_forks);
	if (!rc && kern_is_device(&m->kern)) {
		m->plain_logits = mem_large((size_t)m->max_forks * (size_t)m->config.n_vocab * sizeof(float));
		rc = m->plain_logits ? 0 : ERR_NOMEM;
	}
	if (rc)
		return too_many(m, o, rc);
	m->kv = kv_new(limits.n_pages, limits.n_slots, limits.n_rings);
	m->position = mem_array(r, sizeof *m->position);
	m->first = mem_array(r + 1, sizeof *m->first);
	m->keep = mem_array(r, sizeof *m->keep);
	m->state = mem_array(r, sizeof *m->state);
	m->table = mem_array(r, sizeof *m->table);
	m->chunk_table = mem_array((size_t)m->pages_per_seq, sizeof(int32_t));
	make_forks(m);
	return 0;
}

static void describe(struct eng_model *m, const char *dir)
{
	const struct eng_config *c = &m->config;
	m->dir = mem_strdup(dir);
	m->layer_index = mem_array((size_t)c->n_layers, sizeof(int));
	for (int i = 0; i < c->n_layers; i++)
		m->layer_index[i] = i;
	m->info = (struct eng_info){
		.dir = m->dir, .family = c->family->model_type, .backend = m->kern.backend->name, .isa = kern_device_name(&m->kern),
		.compute = kern_type_name(m->fp8 ? KERN_FP8 : m->kern.compute), .shared_state = m->shared, .n_vocab = c->n_vocab, .d_model = c->d_model, .n_layers_all = c->n_layers,
		.n_layers = c->n_layers, .layer_index = m->layer_index, .n_experts = c->n_experts, .top_k = c->top_k,
		.max_positions = m->max_positions, .eos = c->eos, .n_eos = c->n_eos, .weight_bytes = safetensors_bytes(m->weights->files),
		.kv_bytes_per_token = forward_kv_bytes(c, m->kern.compute), .state_bytes_per_fork = forward_state_bytes(c),
		.n_params = m->weights->n_params, .n_params_active = m->weights->n_params_active, .fingerprint = m->weights->fingerprint,
		.n_passed_over = m->weights->n_passed_over,
	};
}

int eng_model_check(const struct eng_model *m)
{
	struct eng_problems p;
	problems_init(&p);
	weights_check(m->weights, m->crew, &p);
	int rc = problems_error(&p);
	problems_release(&p);
	return rc;
}

static int open_all(struct eng_model *m, const char *dir, const struct eng_options *o)
{
	int rc = check_options(o);
	if (!rc)
		rc = config_open(&m->config, dir);
	if (!rc)
		rc = set_limits(m, o);
	if (rc)
		return rc;
	m->crew = crew_new(o->threads ? o->threads : thread_cpus());
	rc = kern_open(&m->kern, o->backend, m->crew, choose_compute(o->compute, &m->config));
	if (!rc)
		rc = weights_open(&m->weights, &(struct weights_source){.dir = dir, .dummy = o->dummy, .seed = o->dummy_seed, .crew = m->crew}, &m->config, NULL);
	m->fp8 = o->compute == ENG_COMPUTE_FP8;
	m->shared = o->shared_state;
	if (!rc && m->shared && !forward_state_bytes(&m->config))
		rc = err_set(ERR_UNSUPPORTED, "%s has no recurrent layers: there is no state that forks could share", dir);
	if (!rc && m->fp8 && !weights_any_fp8(m->weights))
		rc = err_set(ERR_UNSUPPORTED, "%s has no FP8 weights: compute type fp8 is for checkpoints that have; f32 and bf16 are possible", dir);
	if (!rc && safetensors_bytes(m->weights->files) <= ENG_SMALL_BYTES) {
		rc = eng_model_check(m);
		rc = rc ? err_prefix(rc, "%s", dir) : weights_pack(m->weights, &m->kern);
	}
	if (!rc)
		rc = weights_place(m->weights, &m->kern);
	if (!rc)
		rc = make_pools(m, o);
	if (!rc)
		describe(m, dir);
	return rc;
}

int eng_model_open(struct eng_model **out, const char *dir, const struct eng_options *opt)
{
	struct eng_model *m = mem_zalloc(sizeof *m);
	*out = NULL;
	int rc = open_all(m, dir, opt ? opt : &(struct eng_options){0});
	if (rc) {
		eng_model_close(m);
		return rc;
	}
	if (m->info.n_passed_over)
		log_info("%s: %d tensors passed over, which generating text does not need", dir, m->info.n_passed_over);
	*out = m;
	return 0;
}

void eng_model_close(struct eng_model *m)
{
	if (!m)
		return;
	for (int i = 0; m->forks && i < m->max_forks; i++)
		mem_free(m->forks[i].table);
	mem_free(m->forks);
	mem_free(m->position);
	mem_free(m->first);
	mem_free(m->state);
	mem_free(m->table);
	mem_free(m->chunk_table);
	mem_free(m->keep);
	mem_free(m->free_kept);
	mem_large_free(m->plain_logits);
	kv_free(m->kv);
	draw_free(m->draw);
	forward_free(m->forward);
	if (m->weights)
		weights_unplace(m->weights, &m->kern);
	weights_close(m->weights);
	kern_close(&m->kern);
	crew_free(m->crew);
	config_release(&m->config);
	mem_free(m->dir);
	mem_free(m->layer_index);
	mem_free(m);
}

const struct eng_info *eng_model_info(const struct eng_model *m)
{
	return &m->info;
}

static int check_ids(const struct eng_model *m, const int32_t *ids, int n)
{
	for (int i = 0; i < n; i++)
		if (ids[i] < 0 || ids[i] >= m->config.n_vocab)
			return err_set(ERR_USAGE, "token id %d at position %d; the model's vocabulary has %d", ids[i], i, m->config.n_vocab);
	return 0;
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
	struct forward_batch b = {.n = n, .ids = ids + done, .position = m->position, .table = m->table, .n_seq = 1, .first = m->first,
	                          .state = state};
	b.experts = capture.experts ? capture.experts + (size_t)done * row : NULL;
	b.weights = capture.weights ? capture.weights + (size_t)done * row : NULL;
	b.logits_from = logits ? 0 : last ? n - 1 : n;
	b.logits = logits ? logits + (size_t)done * (size_t)c->n_vocab : NULL;
	b.keep = last ? &p->kept : NULL;
	rc = forward_run(m->forward, &b);
	end_state(m, &p->seq, state);
	return rc;
}

int eng_prefix_new(struct eng_prefix **out, struct eng_model *m, const int32_t *ids, int n, struct eng_capture capture, float *logits)
{
	*out = NULL;
	if (n < 1)
		return err_set(ERR_USAGE, "an empty prompt: there must be at least one token");
	if (n > m->max_positions)
		return err_set(ERR_LIMIT, "the prompt has %d tokens; at most %d positions are possible here", n, m->max_positions);
	int rc = check_ids(m, ids, n);
	if (rc)
		return rc;
	if (!m->n_free_kept)
		return err_set(ERR_NOMEM, "%d prefixes are alive, as many as there can be", m->max_prefixes);
	struct eng_prefix *p = mem_alloc(sizeof *p);
	*p = (struct eng_prefix){.m = m, .seq = kv_seq_empty(), .kept = m->free_kept[--m->n_free_kept]};
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

void eng_prefix_free(struct eng_prefix *p)
{
	if (!p)
		return;
	kv_seq_release(p->m->kv, &p->seq);
	p->m->free_kept[p->m->n_free_kept++] = p->kept;
	mem_free(p);
}

/* kept: the row of logits to begin with. */
static int fork_from(struct eng_fork **out, struct eng_model *m, const struct kv_seq *seq, int kept)
{
	*out = NULL;
	if (m->first_free < 0)
		return err_set(ERR_NOMEM, "%d forks are alive, as many as there can be", m->max_forks);
	struct eng_fork *f = &m->forks[m->first_free];
	int rc = forward_copy_kept(m->forward, kept, m->first_free);
	if (rc)
		return rc;
	m->first_free = f->next_free;
	f->seq = kv_seq_fork(m->kv, seq);
	f->step = m->step - 1;
	f->fetched = false;
	kv_seq_table(m->kv, &f->seq, f->table);
	*out = f;
	return 0;
}

int eng_fork_new(struct eng_fork **out, struct eng_prefix *p)
{
	return fork_from(out, p->m, &p->seq, p->kept);
}

int eng_fork_split(struct eng_fork **out, struct eng_fork *parent)
{
	return fork_from(out, parent->m, &parent->seq, (int)(parent - parent->m->forks));
}

void eng_fork_free(struct eng_fork *f)
{
	if (!f)
		return;
	struct eng_model *m = f->m;
	assert(f->seq.length > 0); /* freed twice */
	kv_seq_release(m->kv, &f->seq);
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
	if (m->plain_logits && !f->fetched) {
		if (forward_get_kept(m->forward, (int)(f - m->forks), f->logits))
			return NULL;
		f->fetched = true;
	}
	return f->logits;
}

int eng_draw(struct eng_model *m, struct eng_fork *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at,
             struct eng_choice *out)
{
	if (n < 0 || n > m->max_forks)
		return err_set(ERR_USAGE, "a draw from %d forks; at most %d can be alive", n, m->max_forks);
	for (int i = 0; i < n; i++)
		m->keep[i] = (int32_t)(forks[i] - m->forks);
	mem_forbid("a draw");
	int rc = draw_run(m->draw, m->keep, n, how, at, out);
	mem_allow();
	return rc;
}

/* All that can be wrong with a step is found before anything of it happens. */
static int check_step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n)
{
	if (n < 0 || n > m->max_forks)
		return err_set(ERR_USAGE, "a step of %d forks; at most %d can be alive", n, m->max_forks);
	int rc = check_ids(m, tokens, n);
	m->step++;
	for (int i = 0; i < n && !rc; i++) {
		if (forks[i]->seq.length >= m->max_positions)
			rc = err_set(ERR_LIMIT, "fork %d of the batch is full: %d positions", i, m->max_positions);
		else if (forks[i]->step == m->step)
			rc = err_set(ERR_USAGE, "fork %d of the batch is in it twice", i);
		forks[i]->step = m->step;
	}
	return rc;
}

/* Gives every fork its page, its slot and its row of the batch. */
static int place_forks(struct eng_model *m, struct eng_fork *const *forks, int n)
{
	for (int i = 0; i < n; i++) {
		struct eng_fork *f = forks[i];
		struct kv_place place;
		int rc = begin_state(m, &f->seq, f->seq.length, f->seq.length + 1, &m->state[i]);
		if (!rc)
			rc = kv_seq_append(m->kv, &f->seq, &place);
		if (!rc && place.copy_n)
			rc = forward_copy_page(m->forward, place.copy_from, place.page);
		if (rc)
			return rc;
		m->position[i] = f->seq.length - 1;
		f->table[m->position[i] / ENG_PAGE] = place.page;
		m->table[i] = f->table;
		m->first[i] = i;
		m->keep[i] = (int32_t)(f - m->forks);
		f->fetched = false;
	}
	m->first[n] = n;
	return 0;
}

static int step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture)
{
	int rc = place_forks(m, forks, n);
	if (rc)
		return rc;
	rc = forward_run(m->forward, &(struct forward_batch){.n = n, .ids = tokens, .position = m->position, .table = m->table, .n_seq = n,
	                                                     .first = m->first, .state = m->state, .keep = m->keep,
	                                                     .experts = capture.experts, .weights = capture.weights});
	for (int i = 0; i < n; i++)
		end_state(m, &forks[i]->seq, &m->state[i]);
	return rc;
}

int eng_step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture)
{
	int rc = check_step(m, forks, tokens, n);
	if (rc || !n)
		return rc;
	mem_forbid("a decode step");
	rc = step(m, forks, tokens, n, capture);
	mem_allow();
	return rc;
}

int eng_last_distinct_experts(const struct eng_model *m)
{
	return forward_distinct(m->forward);
}

int eng_traffic(struct eng_model *m, uint64_t *bytes, uint64_t *macs)
{
	int rc = kern_settle(&m->kern);
	*bytes = m->kern.bytes;
	*macs = m->kern.macs;
	return rc;
}
