#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/config.h"
#include "engine/hub.h"
#include "search/port.h"
#include <assert.h>
#include <dirent.h>
#include <string.h>

struct srch_gen {
	struct eng_model *model;
	struct tok *tok;
	char *name;
	struct chat_frame frame;
	struct srch_generator table;
};

/* A prompt as it is gets the special tokens that the tokenizer puts before any text; a chat's template has written them itself. */
static int encode(void *ctx, const char *text, size_t len, struct tok_ids *out)
{
	const struct srch_gen *g = ctx;
	return (g->table.frame ? tok_encode : tok_encode_prompt)(g->tok, text, len, out);
}

static const char *piece(void *ctx, int32_t id, size_t *len)
{
	return tok_bytes(((struct srch_gen *)ctx)->tok, id, len);
}

static int prefix_new(void *ctx, void **out, const int32_t *ids, int n, struct eng_capture capture)
{
	struct eng_prefix *p = NULL;
	int rc = eng_prefix_new(&p, ((struct srch_gen *)ctx)->model, ids, n, capture, NULL);
	*out = p;
	return rc;
}

static int prefixes_new(void *ctx, void **out, const struct eng_prompt *prompts, int n)
{
	struct eng_prefix *made[ENG_TOGETHER];
	assert(n <= ENG_TOGETHER);
	int rc = eng_prefixes_new(made, ((struct srch_gen *)ctx)->model, prompts, n);
	for (int i = 0; i < n && !rc; i++)
		out[i] = made[i];
	return rc;
}

static void prefix_free(void *ctx, void *prefix)
{
	(void)ctx;
	eng_prefix_free(prefix);
}

static int fork_new(void *ctx, void **out, void *prefix)
{
	(void)ctx;
	struct eng_fork *f = NULL;
	int rc = eng_fork_new(&f, prefix);
	*out = f;
	return rc;
}

static int fork_split(void *ctx, void **out, void *parent)
{
	(void)ctx;
	struct eng_fork *f = NULL;
	int rc = eng_fork_split(&f, parent);
	*out = f;
	return rc;
}

static void fork_free(void *ctx, void *fork)
{
	(void)ctx;
	eng_fork_free(fork);
}

static const float *logits(void *ctx, void *fork)
{
	(void)ctx;
	return eng_fork_logits(fork);
}

static int draw(void *ctx, void *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at, struct eng_choice *out)
{
	return eng_draw(((struct srch_gen *)ctx)->model, (struct eng_fork *const *)forks, n, how, at, out);
}

static int top(void *ctx, void *const *forks, int n, int count, struct eng_choice *out)
{
	return eng_top_of(((struct srch_gen *)ctx)->model, (struct eng_fork *const *)forks, n, count, out);
}

static int step(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture)
{
	return eng_step(((struct srch_gen *)ctx)->model, (struct eng_fork *const *)forks, tokens, n, capture);
}

static int begin(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture, const struct eng_sampling *how,
	const struct rng_at *at)
{
	return eng_begin(((struct srch_gen *)ctx)->model, (struct eng_fork *const *)forks, tokens, n, capture, how, at);
}

static int finish(void *ctx, struct eng_choice *out)
{
	return eng_finish(((struct srch_gen *)ctx)->model, out);
}

static const int32_t *distinct(void *ctx)
{
	return eng_last_distinct(((struct srch_gen *)ctx)->model);
}

/* -- which model this is -- */

#define WHOLE ((size_t)64 << 20) /* files up to this size are hashed whole */
#define SAMPLES 1024             /* of larger ones, so many pieces, evenly spread */
#define PIECE ((size_t)4096)

static int hash_file(uint64_t *h, const char *path)
{
	struct file_map m;
	int rc = file_map_open(&m, path);
	if (rc)
		return rc;
	const unsigned char *p = m.data;
	*h = hash_bytes(*h, &m.size, sizeof m.size);
	if (m.size <= WHOLE) {
		*h = hash_bytes(*h, p, m.size);
	} else {
		for (size_t i = 0; i < SAMPLES; i++)
			*h = hash_bytes(*h, p + (m.size - PIECE) / (SAMPLES - 1) * i, PIECE);
	}
	file_map_close(&m);
	return 0;
}

static int is_part(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return !strcmp(d->d_name, "config.json") || !strcmp(d->d_name, "tokenizer.json")
		|| (n > 12 && !strcmp(d->d_name + n - 12, ".safetensors"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The engine's fingerprint knows shapes; this one knows values too, so that a retrained model is another model. */
static int fingerprint(uint64_t *h, const char *dir, const struct eng_options *opt)
{
	struct dirent **found = NULL;
	int n = scandir(dir, &found, is_part, by_name), rc = n < 0 ? err_errno(ERR_IO, "cannot read the folder %s", dir) : 0;
	bool dummy = opt && opt->dummy;
	if (dummy)
		*h = hash_bytes(hash_str(*h, "dummy weights"), &opt->dummy_seed, sizeof opt->dummy_seed);
	for (int i = 0; i < n; i++) {
		char *path = file_join(dir, found[i]->d_name);
		bool unread = dummy && !strstr(found[i]->d_name, ".json");
		*h = unread ? *h : hash_str(*h, found[i]->d_name);
		rc = rc || unread ? rc : hash_file(h, path);
		mem_free(path);
		free(found[i]);
	}
	free(found);
	return rc;
}

/* An id without a row in the embedding would be found out in the middle of a run. */
static int check_ids(const struct srch_gen *g, const char *dir)
{
	int ids = tok_size(g->tok), rows = eng_model_info(g->model)->n_vocab;
	return ids <= rows ? 0 : err_set(ERR_FORMAT, "%s: tokenizer.json has ids up to %d, and the embedding has %d rows (vocab_size)", dir, ids - 1, rows);
}

static void fill_table(struct srch_gen *g, uint64_t print)
{
	const struct eng_info *i = eng_model_info(g->model);
	g->table = (struct srch_generator){
		.ctx = g, .model = g->name, .family = i->family, .backend = i->backend, .compute = i->compute, .shared_state = i->shared_state, .fingerprint = print,
		.n_vocab = i->n_vocab, .n_layers = i->n_layers, .top_k = i->top_k, .n_experts = i->n_experts,
		.layer_index = i->layer_index, .eos = i->eos, .n_eos = i->n_eos, .max_positions = i->max_positions,
		.max_forks = i->max_forks,
		.encode = encode, .piece = piece, .prefix_new = prefix_new, .prefixes_new = i->together > 1 ? prefixes_new : NULL, .together = i->together,
		.prefix_free = prefix_free, .fork_new = fork_new,
		.fork_split = fork_split, .fork_free = fork_free, .logits = logits, .draw = draw, .top = top, .step = step,
		.begin = begin, .finish = finish, .ahead = i->ahead, .distinct = distinct,
	};
}

int srch_gen_open(struct srch_gen **out, const char *dir, const struct eng_options *opt)
{
	struct srch_gen *g = mem_zalloc(sizeof *g);
	struct eng_config config = {0};
	char *embedded = NULL;
	uint64_t print = HASH_SEED;
	*out = NULL;
	int rc = dir ? 0 : file_data(&embedded, "models/sapling");
	dir = dir ? dir : embedded;
	rc = rc ? rc : config_open(&config, dir);
	config_release(&config);
	rc = rc ? rc : tok_open(&g->tok, dir); /* these two first, as they fail sooner than weights are read */
	rc = rc ? rc : eng_model_open(&g->model, dir, opt);
	rc = rc ? rc : check_ids(g, dir);
	rc = rc ? rc : fingerprint(&print, dir, opt);
	if (!rc) {
		g->name = hub_model_name(dir);
		fill_table(g, print);
		*out = g;
	} else {
		srch_gen_close(g);
	}
	mem_free(embedded);
	return rc;
}

int srch_gen_chat(struct srch_gen *g, bool thinking, const char *system)
{
	struct buf trial;
	chat_frame_release(&g->frame);
	int rc = chat_open(&g->frame.chat, eng_model_info(g->model)->dir);
	if (rc)
		return rc;
	g->frame.thinking = thinking;
	g->frame.system = system ? mem_strdup(system) : NULL;
	g->table.frame = &g->frame;
	buf_init(&trial, BUF_MAX_TEXT);
	rc = chat_ask(&g->frame, "", 0, &trial); /* what it refuses, it refuses here and not at the first task */
	buf_release(&trial);
	return rc;
}

void srch_gen_close(struct srch_gen *g)
{
	if (!g)
		return;
	chat_frame_release(&g->frame);
	mem_free(g->name);
	if (g->model)
		eng_model_close(g->model);
	if (g->tok)
		tok_free(g->tok);
	mem_free(g);
}

const struct srch_generator *srch_gen_table(const struct srch_gen *g)
{
	return &g->table;
}

struct eng_model *srch_gen_model(const struct srch_gen *g)
{
	return g->model;
}

const struct tok *srch_gen_tok(const struct srch_gen *g)
{
	return g->tok;
}
