#include "commands/bench_operands.h"
#include "base/mem.h"
#include "base/npy.h"
#include "base/rng.h"
#include <string.h>

enum { PERIOD = 65521 }; /* numbers that are drawn; then they come again: a prime, so that no row begins as another does */

void operands_begin(struct operands *o, struct kern *k)
{
	*o = (struct operands){.k = k};
}

void operands_end(struct operands *o)
{
	for (int i = 0; i < o->n; i++)
		kern_free(o->k, o->held[i]);
	mem_free(o->held);
}

void *operand_room(struct operands *o, size_t bytes)
{
	void *p = o->err ? NULL : kern_alloc(o->k, bytes + 64);
	if (!p) {
		if (!o->err)
			o->err = err_set(ERR_NOMEM, "no memory for an operand of %zu bytes: fewer --forks or a shorter --prompt need less", bytes);
		return NULL;
	}
	if (o->n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 64;
		o->held = mem_grow(o->held, (size_t)o->cap, sizeof *o->held);
	}
	return o->held[o->n++] = p;
}

void *operand_given(struct operands *o, const void *plain, size_t bytes)
{
	void *p = operand_room(o, bytes);
	if (p)
		o->err = kern_put(o->k, p, plain, bytes);
	return p;
}

/* Fills so many bytes with what is drawn for the first PERIOD items, again and again. */
static void *repeated(struct operands *o, const void *drawn, size_t drawn_bytes, size_t bytes)
{
	char *p = operand_room(o, bytes);
	if (!p)
		return NULL;
	size_t have = drawn_bytes < bytes ? drawn_bytes : bytes;
	o->err = kern_put(o->k, p, drawn, have);
	for (size_t part; !o->err && have < bytes; have += part) {
		part = have < bytes - have ? have : bytes - have;
		o->err = kern_copy(o->k, p + have, p, part);
	}
	return p;
}

static uint32_t word(uint32_t what, size_t i)
{
	return rng_u32((struct rng_at){.task = what, .step = (uint32_t)i});
}

static float in_one(uint32_t u)
{
	return (float)(int32_t)u * 0x1p-31f;
}

float *operand_floats(struct operands *o, size_t n, uint32_t what)
{
	size_t drawn = n < PERIOD ? n : PERIOD;
	float *x = mem_array(drawn, sizeof *x);
	for (size_t i = 0; i < drawn; i++)
		x[i] = in_one(word(what, i));
	float *p = repeated(o, x, drawn * sizeof *x, n * sizeof *x);
	mem_free(x);
	return p;
}

struct kern_view operand_view(struct operands *o, int rows, int cols, uint32_t what)
{
	return kern_rows(operand_floats(o, (size_t)rows * (size_t)cols, what), rows, cols);
}

/* FP8: subnormals, which are slow on a processor, are as rare as in real weights. */
static void draw_weight(unsigned char *at, enum kern_type type, uint32_t u)
{
	float f = in_one(u);
	uint16_t h = type == KERN_F16 ? f16_from_f32(f) : bf16_from_f32(f);
	if (type == KERN_FP8)
		*at = (unsigned char)((u & 0x87) | (4 + (u >> 8) % 11) << 3);
	else
		memcpy(at, type == KERN_F32 ? (const void *)&f : &h, kern_type_bytes(type));
}

void *operand_items(struct operands *o, enum kern_type type, size_t n, uint32_t what)
{
	size_t item = kern_type_bytes(type), drawn = n < PERIOD ? n : PERIOD;
	unsigned char *x = mem_array(drawn, item);
	for (size_t i = 0; i < drawn; i++)
		draw_weight(x + i * item, type, word(what, i));
	void *p = repeated(o, x, drawn * item, n * item);
	mem_free(x);
	return p;
}

static void draw_scales(struct operands *o, struct kern_weight *w, uint32_t what)
{
	int down = (w->rows + w->block_rows - 1) / w->block_rows, across = (w->cols + w->block_cols - 1) / w->block_cols, n = down * across;
	float *scale = mem_array((size_t)n, sizeof *scale);
	for (int i = 0; i < n; i++)
		scale[i] = 1e-3f * (1.5f + in_one(word(what, (size_t)i)));
	w->scale = operand_given(o, scale, (size_t)n * sizeof *scale);
	w->scale_ld = across;
	mem_free(scale);
}

struct kern_weight operand_weight(struct operands *o, const struct kern_weight *like, uint32_t what, bool packed)
{
	struct kern_weight w = {.type = like->type, .rows = like->rows, .cols = like->cols, .ld = (size_t)like->cols, .block_rows = like->block_rows,
	                        .block_cols = like->block_cols};
	w.data = operand_items(o, w.type, (size_t)w.rows * (size_t)w.cols, what);
	if (w.type == KERN_FP8)
		draw_scales(o, &w, what + 1);
	size_t bytes = packed && !o->err ? kern_pack_bytes(o->k, &w) : 0;
	void *panel = bytes ? operand_room(o, bytes) : NULL;
	if (panel)
		kern_pack(o->k, &w, panel);
	return w;
}
