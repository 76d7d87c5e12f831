/* Weights on a device: one block of its memory, filled once from the mapped files. */
#include "engine/model.h"
#include "base/log.h"

/* What is copied, part by part, each at a multiple of 256 bytes. at NULL: only measured. */
struct placing {
	struct kern *k;
	char *at;
	size_t used;
	struct progress progress;
	int rc;
};

/* Moves *what, of n bytes, and lets *what point there. */
static void place(struct placing *p, const void **what, size_t n)
{
	if (!*what || !n || p->rc)
		return;
	if (p->at) {
		p->rc = kern_put(p->k, p->at + p->used, *what, n);
		*what = p->at + p->used;
		progress_update(&p->progress, (int64_t)(p->used >> 20), NULL);
	}
	p->used += (n + 255) / 256 * 256;
}

static void place_vector(struct placing *p, const float **v, int n)
{
	const void *at = *v;
	place(p, &at, (size_t)n * sizeof(float));
	*v = at;
}

static void place_matrix(struct placing *p, struct kern_weight *w)
{
	if (!w->data)
		return;
	place(p, &w->data, ((size_t)(w->rows - 1) * w->ld + (size_t)w->cols) * kern_type_bytes(w->type));
	if (w->scale)
		place_vector(p, &w->scale, ((w->scale_row0 + w->rows - 1) / w->block_rows + 1) * w->scale_ld);
}

static void place_mlp(struct placing *p, struct kern_mlp *m)
{
	place_matrix(p, &m->gate);
	place_matrix(p, &m->up);
	place_matrix(p, &m->down);
}

static void place_vectors(struct placing *p, struct eng_layer *l, const struct eng_config *c)
{
	bool full = c->family->qk_norm == ENG_QK_FULL;
	int values = c->gdn_value_heads * c->gdn_value_dim, channels = 2 * c->gdn_key_heads * c->gdn_key_dim + values;
	place_vector(p, &l->input_norm, c->d_model);
	place_vector(p, &l->post_norm, c->d_model);
	place_vector(p, &l->q_norm, full ? c->n_heads * c->head_dim : c->head_dim);
	place_vector(p, &l->k_norm, full ? c->n_kv_heads * c->head_dim : c->head_dim);
	place_vector(p, &l->conv, c->gdn_conv * channels);
	place_vector(p, &l->a_log, c->gdn_value_heads);
	place_vector(p, &l->dt_bias, c->gdn_value_heads);
	place_vector(p, &l->gdn_norm, c->gdn_value_dim);
}

static void place_all(struct placing *p, struct eng_weights *w)
{
	bool tied = w->head.data == w->embed.data;
	place_matrix(p, &w->embed);
	if (tied)
		w->head = w->embed;
	else
		place_matrix(p, &w->head);
	place_vector(p, &w->final_norm, w->config->d_model);
	for (int i = 0; i < w->config->n_layers; i++) {
		struct eng_layer *l = &w->layers[i];
		struct kern_weight *all[] = {&l->q, &l->k, &l->v, &l->o, &l->qkv, &l->z, &l->a, &l->b, &l->out, &l->router, &l->shared_gate};
		for (size_t j = 0; j < sizeof all / sizeof *all; j++)
			place_matrix(p, all[j]);
		place_vectors(p, l, w->config);
		place_mlp(p, &l->shared);
		for (int e = 0; e < w->config->n_experts; e++)
			place_mlp(p, &l->experts[e]);
	}
}

int weights_place(struct eng_weights *w, struct kern *k)
{
	struct placing p = {.k = k};
	if (!kern_is_device(k))
		return 0;
	place_all(&p, w);
	size_t need = p.used;
	p.at = w->placed = kern_alloc(k, need);
	if (!p.at)
		return err_set(ERR_NOMEM, "%s has room for %zu MiB, the weights need %zu MiB", kern_device_name(k), kern_room(k) >> 20, need >> 20);
	p.used = 0;
	progress_start(&p.progress, "copying weights", "MiB", (int64_t)(need >> 20));
	p.progress.patience = 1;
	place_all(&p, w);
	progress_end(&p.progress);
	return p.rc;
}

void weights_unplace(struct eng_weights *w, struct kern *k)
{
	kern_free(k, w->placed);
	w->placed = NULL;
}
