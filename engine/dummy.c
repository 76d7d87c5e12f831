#include "engine/dummy.h"
#include "base/hash.h"
#include "base/npy.h"
#include "base/rng.h"
#include "engine/pieces.h"
#include <math.h>

#define STEPS 32768.0 /* an int16 of random bits over this is uniform in [-1, 1) */

void dummy_plan_init(struct dummy_plan *p, const struct eng_config *config)
{
	*p = (struct dummy_plan){.config = config, .made = safetensors_made()};
	map_init(&p->names);
}

void dummy_plan_release(struct dummy_plan *p)
{
	safetensors_close(p->made);
	mem_free(p->items);
	map_release(&p->names);
}

static int add(struct dummy_plan *p, const char *name, struct dummy_item item, enum st_type type, int n_dims, const int *dims)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->items = mem_grow(p->items, p->cap, sizeof *p->items);
	}
	map_put(&p->names, name, strlen(name), p->n);
	p->items[p->n++] = item;
	return safetensors_make(p->made, name, type, n_dims, dims);
}

int dummy_plan_add(struct dummy_plan *p, const char *name, enum bind_role role, int n_dims, const int *dims)
{
	static const enum st_type types[] = {[ENG_DTYPE_F32] = ST_F32, [ENG_DTYPE_BF16] = ST_BF16, [ENG_DTYPE_F16] = ST_F16};
	const struct eng_config *c = p->config;
	struct dummy_item item = {role, dims[n_dims - 1]};
	if (role != BIND_LINEAR || !c->block_rows)
		return add(p, name, item, types[c->dtype], n_dims, dims);
	char scale[NAME_BYTES + 16];
	snprintf(scale, sizeof scale, "%s_scale_inv", name);
	int blocks[2] = {(dims[0] + c->block_rows - 1) / c->block_rows, (dims[1] + c->block_cols - 1) / c->block_cols};
	int rc = add(p, name, item, ST_F8_E4M3, n_dims, dims);
	return rc ? rc : add(p, scale, (struct dummy_item){BIND_SCALE, item.inputs}, ST_BF16, 2, blocks);
}

/* -- values -- */

/* e4m3fn of -128 .. 127, rounded to 4 significant bits, halves away from zero. */
static uint8_t fp8_code(int v)
{
	int a = v < 0 ? -v : v, e = 0, m;
	if (!a)
		return 0;
	while (a >> (e + 1))
		e++;
	m = e <= 3 ? a << (3 - e) : (a + (1 << (e - 4))) >> (e - 3);
	if (m == 16) {
		m = 8;
		e++;
	}
	return (uint8_t)((v < 0 ? 0x80 : 0) | (e + 7) << 3 | (m - 8));
}

#define FP8_DEVIATION 73.9 /* of the bytes -128 .. 127 */

struct filling {
	struct dummy_plan *plan;
	const struct pieces *pieces;
	uint64_t seed;
	uint8_t fp8[256]; /* code of each random byte */
};

/* Values of a tensor: base + spread * u for u uniform in [-1, 1); two kinds are made from u otherwise. */
struct recipe {
	enum bind_role role;
	float base, spread;
};

static struct recipe recipe_of(const struct dummy_plan *p, const struct dummy_item *item)
{
	double uniform = sqrt(3.0 / item->inputs); /* of deviation 1 / sqrt(inputs) */
	struct recipe r = {.role = item->role, .spread = 0.1f};
	switch (item->role) {
	case BIND_NORM: r.base = p->config->family->norm_adds_one ? 0 : 1; break;
	case BIND_NORM_ONE: r.base = 1; break;
	case BIND_SCALE:
		r.base = (float)(1 / (sqrt(item->inputs) * FP8_DEVIATION));
		r.spread = r.base / 4;
		break;
	case BIND_MATRIX: case BIND_LINEAR: case BIND_CONV: r.spread = (float)uniform; break;
	case BIND_A_LOG: case BIND_DT_BIAS: break;
	}
	return r;
}

/* As layers are initialised before training, from which it does not take them far: decay rates of 1 to 16, steps of 0.001 to 0.1
 * (dt_bias is the inverse of softplus at the step). */
static float value_of(const struct recipe *r, int16_t bits)
{
	double u = bits / STEPS, part = (u + 1) / 2;
	if (r->role == BIND_A_LOG)
		return (float)log(1 + 15 * part);
	if (r->role == BIND_DT_BIAS)
		return (float)log(expm1(0.001 * pow(100, part)));
	return r->base + r->spread * (float)u;
}

/* For finite values; as bf16_from_f32, where the compiler can see it. */
static inline uint16_t to_bf16(float x)
{
	uint32_t u;
	memcpy(&u, &x, 4);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* Eight items from a block of random bits. */
static void put_eight(const struct recipe *r, enum st_type type, char *to, int n, const int16_t bits[8])
{
	bool affine = r->role != BIND_A_LOG && r->role != BIND_DT_BIAS;
	float v[8];
	uint16_t h[8];
	for (int i = 0; i < 8; i++)
		v[i] = affine ? r->base + r->spread * ((float)bits[i] * (float)(1 / STEPS)) : value_of(r, bits[i]);
	if (type == ST_F32) {
		memcpy(to, v, (size_t)n * 4);
		return;
	}
	for (int i = 0; i < 8; i++)
		h[i] = type == ST_BF16 ? to_bf16(v[i]) : f16_from_f32(v[i]);
	memcpy(to, h, (size_t)n * 2);
}

static void fill_piece(void *ctx, int item, int thread)
{
	(void)thread;
	const struct filling *f = ctx;
	const struct piece *p = &f->pieces->list[item];
	const struct st_tensor *t = safetensors_at(f->plan->made, p->of);
	const uint64_t *which = map_get(&f->plan->names, t->name, strlen(t->name));
	struct recipe r = recipe_of(f->plan, &f->plan->items[*which]);
	uint64_t name = hash_str(HASH_SEED, t->name);
	const uint32_t key[2] = {(uint32_t)f->seed, (uint32_t)(f->seed >> 32)};
	size_t size = st_type_bytes(t->type), per = t->type == ST_F8_E4M3 ? 16 : 8, n = p->n / size, first = p->from / size;
	char *to = (char *)(uintptr_t)t->data + p->from;
	for (size_t i = 0; i < n; i += per) {
		uint64_t block = (first + i) / per;
		uint32_t bits[4];
		rng_philox(bits, (uint32_t[4]){(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)name, (uint32_t)(name >> 32)}, key);
		int left = (int)(n - i < per ? n - i : per);
		int16_t halves[8];
		memcpy(halves, bits, sizeof halves);
		if (per == 8)
			put_eight(&r, t->type, to + i * size, left, halves);
		for (int j = 0; per == 16 && j < left; j++)
			to[i + (size_t)j] = (char)f->fp8[bits[j / 4] >> j % 4 * 8 & 0xff];
	}
}

int dummy_fill(struct dummy_plan *p, uint64_t seed, struct crew *crew)
{
	struct pieces pieces = {0};
	struct filling f = {.plan = p, .pieces = &pieces, .seed = seed};
	int rc = safetensors_place(p->made);
	if (rc)
		return rc;
	for (int b = 0; b < 256; b++)
		f.fp8[b] = fp8_code((int8_t)b);
	for (size_t i = 0; i < safetensors_count(p->made); i++)
		pieces_add(&pieces, i, safetensors_at(p->made, i)->bytes);
	pieces_run(&pieces, "making weights up", crew, fill_piece, &f);
	pieces_release(&pieces);
	return 0;
}
