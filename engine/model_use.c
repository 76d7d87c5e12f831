/* What is done with weights that are bound: laying them out for a backend, and checking every byte. */
#include "engine/model.h"
#include <math.h>

typedef int each_fn(void *ctx, struct kern_weight *w);

/* Every matrix but the embedding, in the order of a step. */
static int each_matrix(struct eng_weights *w, each_fn *fn, void *ctx)
{
	int rc = 0;
	for (int i = 0; i < w->config->n_layers; i++) {
		struct eng_layer *l = &w->layers[i];
		struct kern_weight *all[] = {&l->q, &l->k, &l->v, &l->o, &l->qkv, &l->z, &l->a, &l->b, &l->out, &l->router,
		                             &l->shared.gate, &l->shared.up, &l->shared.down, &l->shared_gate};
		for (size_t j = 0; j < sizeof all / sizeof *all && !rc; j++)
			rc = all[j]->data ? fn(ctx, all[j]) : 0;
		for (int e = 0; e < w->config->n_experts && !rc; e++) {
			struct kern_mlp *m = &l->experts[e];
			rc = fn(ctx, &m->gate);
			rc = rc ? rc : fn(ctx, &m->up);
			rc = rc ? rc : fn(ctx, &m->down);
		}
	}
	return rc ? rc : fn(ctx, &w->head);
}

static int stop_at_fp8(void *ctx, struct kern_weight *w)
{
	(void)ctx;
	return w->type == KERN_FP8;
}

bool weights_any_fp8(const struct eng_weights *w)
{
	return each_matrix((struct eng_weights *)(uintptr_t)w, stop_at_fp8, NULL) != 0;
}

struct packing {
	const struct kern *k;
	char *at; /* NULL while only measuring */
	size_t bytes;
};

static int pack_one(void *ctx, struct kern_weight *w)
{
	struct packing *p = ctx;
	size_t n = (kern_pack_bytes(p->k, w) + 63) / 64 * 64;
	if (p->at && n)
		kern_pack(p->k, w, p->at + p->bytes);
	p->bytes += n;
	return 0;
}

int weights_pack(struct eng_weights *w, const struct kern *k)
{
	struct packing p = {.k = k};
	int rc = each_matrix(w, pack_one, &p);
	if (rc || !p.bytes)
		return rc;
	p.at = mem_large(p.bytes);
	if (!p.at)
		return err_set(ERR_NOMEM, "no memory for the packed weights: %zu bytes", p.bytes);
	w->copies = mem_grow(w->copies, (size_t)w->n_copies + 1, sizeof *w->copies);
	w->copies[w->n_copies++] = p.at;
	p.bytes = 0;
	return each_matrix(w, pack_one, &p);
}

/* The index of the first item that is no finite number, or no possible scale; -1 when all are. */
static int64_t first_bad(const struct st_tensor *t)
{
	const unsigned char *p = t->data;
	int64_t n = (int64_t)(t->bytes / st_type_bytes(t->type));
	size_t len = strlen(t->name);
	bool scale = t->type <= ST_F16 && len > 10 && !strcmp(t->name + len - 10, "_scale_inv");
	for (int64_t i = 0; i < n; i++) {
		bool bad = scale && !(fabsf(st_item(t, (size_t)i)) < KERN_SCALE_MAX);
		if (t->type == ST_F8_E4M3)
			bad = (p[i] & 0x7f) == 0x7f;
		else if (t->type == ST_BF16)
			bad = bad || ((p[2 * i + 1] & 0x7f) == 0x7f && p[2 * i] & 0x80);
		else if (t->type <= ST_F16)
			bad = bad || !isfinite(st_item(t, (size_t)i));
		if (bad)
			return i;
	}
	return -1;
}

static int check_one(void *ctx, struct kern_weight *w)
{
	(void)ctx;
	return kern_weight_check(w);
}

int weights_check(const struct eng_weights *w)
{
	for (size_t i = 0; i < safetensors_count(w->files); i++) {
		const struct st_tensor *t = safetensors_at(w->files, i);
		int64_t at = first_bad(t);
		if (at >= 0)
			return err_set(ERR_FORMAT, "tensor %s holds a NaN, an infinity or an impossible scale, at item %lld", t->name, (long long)at);
	}
	return each_matrix((struct eng_weights *)(uintptr_t)w, check_one, NULL);
}
