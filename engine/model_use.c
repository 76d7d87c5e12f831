/* What is done with weights that are bound: laying them out for a backend, and checking every byte. */
#include "engine/model.h"
#include "base/file.h"
#include "engine/pieces.h"
#include <math.h>
#include <stdatomic.h>

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

/* -- checking -- */

/* An item that is no finite number has all bits of its exponent set (FP8, which has no infinities: and of its fraction). Eight
 * bytes at a time: with 1 added at the lowest of these bits, the carry then comes out at the sign's place. */
static const struct lanes {
	uint64_t mask, add, top;
} lanes[] = {
	[ST_F32] = {UINT64_C(0x7f8000007f800000), UINT64_C(0x0080000000800000), UINT64_C(0x8000000080000000)},
	[ST_BF16] = {UINT64_C(0x7f807f807f807f80), UINT64_C(0x0080008000800080), UINT64_C(0x8000800080008000)},
	[ST_F16] = {UINT64_C(0x7c007c007c007c00), UINT64_C(0x0400040004000400), UINT64_C(0x8000800080008000)},
	[ST_F8_E4M3] = {UINT64_C(0x7f7f7f7f7f7f7f7f), UINT64_C(0x0101010101010101), UINT64_C(0x8080808080808080)},
};

/* Whether any item of n bytes is not finite. */
static bool any_bad(const char *p, size_t n, const struct lanes *l)
{
	uint64_t bad = 0, x;
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		memcpy(&x, p + i, 8);
		bad |= (x & l->mask) + l->add;
	}
	x = 0;
	memcpy(&x, p + i, n - i);
	return (bad | ((x & l->mask) + l->add)) & l->top;
}

static bool is_scale(const char *name)
{
	static const char end[] = "_scale_inv";
	size_t n = strlen(name);
	return n >= sizeof end && !strcmp(name + n - (sizeof end - 1), end);
}

struct checking {
	const struct safetensors *files;
	const struct pieces *pieces;
	atomic_llong *bad; /* of each tensor: 1 + the first byte of a bad piece, the lowest; 0 when none is */
};

static void note_bad(atomic_llong *at, long long byte)
{
	long long seen = atomic_load(at);
	while ((!seen || byte + 1 < seen) && !atomic_compare_exchange_weak(at, &seen, byte + 1))
		;
}

static void check_piece(void *ctx, int item, int thread)
{
	(void)thread;
	struct checking *c = ctx;
	const struct piece *p = &c->pieces->list[item];
	const struct st_tensor *t = safetensors_at(c->files, p->of);
	const char *bytes = (const char *)t->data + p->from;
	enum { STEP = 4096 };
	if (t->type > ST_F8_E4M3)
		return; /* integers, and types of tensors that are passed over */
	file_map_soon(bytes, p->n);
	for (size_t i = 0; i < p->n; i += STEP)
		if (any_bad(bytes + i, p->n - i < STEP ? p->n - i : STEP, &lanes[t->type])) {
			note_bad(&c->bad[p->of], (long long)(p->from + i));
			return;
		}
}

/* The first bad item from that byte on. */
static void describe_bad(const struct st_tensor *t, size_t byte, struct eng_problems *problems)
{
	size_t size = st_type_bytes(t->type);
	while (byte < t->bytes && !any_bad((const char *)t->data + byte, size, &lanes[t->type]))
		byte += size;
	problems_add(problems, ERR_FORMAT, t->name, "holds a NaN, an infinity or an impossible scale, at item %zu", byte / size);
}

static void check_scales(const struct st_tensor *t, struct eng_problems *problems)
{
	size_t n = t->bytes / st_type_bytes(t->type);
	for (size_t i = 0; i < n; i++)
		if (!(st_item(t, i) > 0 && st_item(t, i) < KERN_SCALE_MAX)) { /* one of 0 or below loses what it scales, or turns its sign */
			problems_add(problems, ERR_FORMAT, t->name, "holds an impossible scale, %g, at item %zu", (double)st_item(t, i), i);
			return;
		}
}

void weights_check(const struct eng_weights *w, struct crew *crew, struct eng_problems *problems)
{
	size_t n = safetensors_count(w->files);
	struct pieces pieces = {0};
	struct checking c = {.files = w->files, .pieces = &pieces, .bad = mem_array(n + 1, sizeof *c.bad)};
	for (size_t i = 0; i < n; i++)
		pieces_add(&pieces, i, safetensors_at(w->files, i)->bytes);
	pieces_run(&pieces, "checking weights", crew, check_piece, &c);
	for (size_t i = 0; i < n; i++) {
		const struct st_tensor *t = safetensors_at(w->files, i);
		if (atomic_load(&c.bad[i]))
			describe_bad(t, (size_t)atomic_load(&c.bad[i]) - 1, problems);
		else if (t->type <= ST_F16 && is_scale(t->name))
			check_scales(t, problems);
	}
	problems->checked = true;
	pieces_release(&pieces);
	mem_free(c.bad);
}
