/* Opening and closing a model: options, limits, weights, pools. */
#include "base/log.h"
#include "engine/engine_parts.h"

enum { DEFAULT_FORKS = 64, SPARE_PREFIXES = 16, MAX_FORKS = 1 << 16, MAX_THREADS = 1024 };

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
	if (o->max_prompts < 0 || o->max_prompts > MAX_FORKS)
		return err_set(ERR_USAGE, "%d prompts; between 1 and %d are possible", o->max_prompts, MAX_FORKS);
	if (o->forks_a_prompt < 0)
		return err_set(ERR_USAGE, "a prompt for every %d forks; it must be 1 or more, or 0 for none", o->forks_a_prompt);
	if (o->max_grown < 0)
		return err_set(ERR_USAGE, "forks that grow by %d tokens; it must be 1 or more", o->max_grown);
	return 0;
}

static int prefixes_for(const struct eng_options *o, int forks)
{
	return o->max_prefixes ? o->max_prefixes : forks + SPARE_PREFIXES;
}

static int set_limits(struct eng_model *m, const struct eng_options *o)
{
	struct room *r = &m->room;
	r->forks = o->max_forks ? o->max_forks : DEFAULT_FORKS;
	r->positions = o->max_positions;
	if (!r->positions)
		r->positions = m->config.max_positions < ENG_POSITIONS ? m->config.max_positions : ENG_POSITIONS;
	if (r->positions > m->config.max_positions)
		return err_set(ERR_LIMIT, "%d positions; the model was made for %d (max_position_embeddings)", r->positions, m->config.max_positions);
	r->grown = o->max_grown && o->max_grown < r->positions ? o->max_grown : r->positions;
	r->prefixes = prefixes_for(o, r->forks);
	r->prompts = o->max_prompts ? o->max_prompts : r->prefixes;
	r->forks_a_prompt = o->forks_a_prompt;
	m->max_forks = r->forks;
	m->max_positions = r->positions;
	m->max_prefixes = r->prefixes;
	m->pages_per_seq = forward_pages(r->positions);
	if (((int64_t)m->max_forks + room_prompts(r)) * m->pages_per_seq > INT32_MAX / 2)
		return err_set(ERR_LIMIT, "%d forks of %d positions are too many", m->max_forks, m->max_positions);
	return 0;
}

static int too_many(struct eng_model *m, int rc)
{
	double bytes = room_left(&m->kern);
	if (rc != ERR_NOMEM || bytes < 0)
		return rc;
	struct room r = m->room;
	int fit = room_forks(&r, m->weights, &m->kern, bytes);
	if (fit >= m->max_forks)
		return err_set(ERR_NOMEM, "no memory for %d forks, though %.1f GiB seem to be left: is this process allowed less (ulimit -v)?", m->max_forks,
		               bytes / 0x1p30);
	return err_set(ERR_NOMEM, "%d forks at once (--batch) that grow by %d tokens, and %d prompts of up to %d tokens, do not fit in the %.1f GiB that are "
	               "left; %d forks would", m->max_forks, r.grown, room_prompts(&r), m->max_positions, bytes / 0x1p30, fit);
}

static void make_forks(struct eng_model *m)
{
	m->forks = mem_array((size_t)m->max_forks, sizeof *m->forks);
	for (int i = 0; i < m->max_forks; i++) {
		float *plain = m->plain_logits ? m->plain_logits + (size_t)i * (size_t)m->config.n_vocab : NULL;
		m->forks[i] = (struct eng_fork){.m = m, .seq = kv_seq_empty(), .logits = plain, .next_free = i + 1 < m->max_forks ? i + 1 : -1};
		m->forks[i].table = mem_array((size_t)m->pages_per_seq, sizeof(int32_t));
	}
	int n_kept = m->max_forks + m->max_prefixes;
	for (int i = 0; i < ENG_AHEAD; i++)
		m->begun[i].forks = mem_array((size_t)m->max_forks, sizeof(struct eng_fork *));
	m->kept_users = mem_array((size_t)n_kept, sizeof *m->kept_users);
	m->free_kept = mem_array((size_t)n_kept, sizeof *m->free_kept);
	while (m->n_free_kept < n_kept) {
		m->free_kept[m->n_free_kept] = n_kept - 1 - m->n_free_kept;
		m->n_free_kept++;
	}
}

/* Whether so many forks fit a device, before any memory is taken. */
static int fit_device(struct eng_model *m, bool fewer)
{
	int fit = room_forks(&m->room, m->weights, &m->kern, room_left(&m->kern));
	if (fit >= m->max_forks)
		return 0;
	if (!fit || !fewer)
		return too_many(m, ERR_NOMEM);
	m->max_forks = m->room.forks = fit;
	return 0;
}

/* A step can then not run out of pages or slots: what forks may still take of both is always there. */
static int make_pools(struct eng_model *m, bool fewer)
{
	struct forward_limits limits;
	m->room.shared = m->shared;
	m->room.quantise = m->fp8;
	int rc = kern_is_device(&m->kern) ? fit_device(m, fewer) : 0;
	if (rc)
		return rc;
	room_limits(&m->room, &m->kern, &limits);
	m->chunk = room_chunk(&m->kern);
	size_t r = (size_t)limits.max_rows;
	rc = forward_new(&m->forward, m->weights, &m->kern, &limits);
	rc = rc ? rc : draw_new(&m->draw, &m->kern, forward_rows(m->forward), m->max_forks);
	if (!rc && kern_is_device(&m->kern)) {
		m->plain_logits = mem_large((size_t)m->max_forks * (size_t)m->config.n_vocab * sizeof(float));
		rc = m->plain_logits ? 0 : ERR_NOMEM;
	}
	if (rc)
		return too_many(m, rc);
	m->kv = kv_new(limits.n_pages, limits.n_slots, limits.n_rings);
	m->position = mem_array(r, sizeof *m->position);
	m->first = mem_array(r + 1, sizeof *m->first);
	m->keep = mem_array(r, sizeof *m->keep);
	m->copy = mem_array((size_t)m->max_forks, sizeof *m->copy);
	m->state = mem_array(r, sizeof *m->state);
	m->table = mem_array(r, sizeof *m->table);
	m->chunk_table = mem_array(ENG_TOGETHER * (size_t)m->pages_per_seq, sizeof(int32_t));
	m->ids = mem_array(r, sizeof *m->ids);
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
		.compute = kern_type_name(m->fp8 ? KERN_FP8 : m->kern.compute), .shared_state = m->shared, .ahead = kern_is_device(&m->kern),
		.n_vocab = c->n_vocab, .d_model = c->d_model, .n_layers_all = c->n_layers,
		.n_layers = c->n_layers, .layer_index = m->layer_index, .n_experts = c->n_experts, .top_k = c->top_k,
		.max_positions = m->max_positions, .max_forks = m->max_forks,
		.together = m->shared || !kern_is_device(&m->kern) ? 1 : ENG_TOGETHER, .eos = c->eos, .n_eos = c->n_eos, .weight_bytes = safetensors_bytes(m->weights->files),
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
		rc = make_pools(m, o->fewer_forks);
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
	for (int i = 0; i < ENG_AHEAD; i++)
		mem_free(m->begun[i].forks);
	mem_free(m->ids);
	mem_free(m->position);
	mem_free(m->first);
	mem_free(m->state);
	mem_free(m->table);
	mem_free(m->chunk_table);
	mem_free(m->keep);
	mem_free(m->copy);
	mem_free(m->kept_users);
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
