/* Types and weights: what is the same for every backend. */
#include "kernels/kernels.h"
#include "base/npy.h"
#include <math.h>
#include <string.h>

size_t kern_type_bytes(enum kern_type t)
{
	return t == KERN_F32 ? 4 : t == KERN_FP8 ? 1 : 2;
}

const char *kern_type_name(enum kern_type t)
{
	static const char *const names[] = { "f32", "bf16", "f16", "fp8" };
	return names[t];
}

float kern_fp8_to_f32(uint8_t code)
{
	uint32_t bits = (uint32_t)(code & 0x7f) << 20; /* exponent and fraction where f32 has its own, whose bias is larger by 120 */
	float v;
	if ((code & 0x7f) == 0x7f)
		return NAN;
	memcpy(&v, &bits, sizeof v);
	return code & 0x80 ? v * -0x1p120f : v * 0x1p120f;
}

/* a >= 0 counted in steps of its own binade (of 2^-9 below 2^-6): the count and the binade are the code. */
uint8_t kern_fp8_from_f32(float x)
{
	uint8_t sign = signbit(x) ? 0x80 : 0;
	float a = fabsf(x);
	int e;
	if (isnan(x))
		return sign | 0x7f;
	if (!(a < 464)) /* the middle between 448 and what would come next; it goes to 448 as well */
		return sign | 0x7e;
	frexpf(a, &e); /* a = f * 2^e, 0.5 <= f < 1: a binade of 2^(e-1), in steps of 2^(e-4) */
	if (a < 0x1p-6f)
		e = -5;
	/* 8 .. 16 steps, 0 .. 8 in the lowest: 16 runs over into the next binade's first code, as it should. */
	int steps = (int)rintf(ldexpf(a, 4 - e));
	return (uint8_t)(sign | (((e + 5) << 3) + steps));
}

static float scale_at(const struct kern_weight *w, int r, int c)
{
	size_t row = (size_t)((w->scale_row0 + r) / w->block_rows);
	return w->scale[row * (size_t)w->scale_ld + (size_t)(c / w->block_cols)];
}

float kern_weight_at(const struct kern_weight *w, int r, int c)
{
	size_t at = (size_t)r * w->ld + (size_t)c;
	switch (w->type) {
	case KERN_F32: return ((const float *)w->data)[at];
	case KERN_BF16: return bf16_to_f32(((const uint16_t *)w->data)[at]);
	case KERN_F16: return f16_to_f32(((const uint16_t *)w->data)[at]);
	case KERN_FP8: return kern_fp8_to_f32(((const uint8_t *)w->data)[at]) * scale_at(w, r, c);
	}
	return NAN;
}

static int check_scales(const struct kern_weight *w)
{
	int rows = (w->scale_row0 + w->rows + w->block_rows - 1) / w->block_rows;
	int cols = (w->cols + w->block_cols - 1) / w->block_cols;
	for (int r = w->scale_row0 / w->block_rows; r < rows; r++)
		for (int c = 0; c < cols; c++) {
			float s = w->scale[(size_t)r * (size_t)w->scale_ld + (size_t)c];
			if (!(fabsf(s) < KERN_SCALE_MAX))
				return err_set(ERR_FORMAT, "FP8 scale %g of block (%d, %d) is not below %g in magnitude",
					(double)s, r, c, (double)KERN_SCALE_MAX);
		}
	return 0;
}

static int check_codes(const struct kern_weight *w)
{
	for (int r = 0; r < w->rows; r++) {
		const uint8_t *row = (const uint8_t *)w->data + (size_t)r * w->ld;
		int bad = 0;
		for (int c = 0; c < w->cols; c++)
			bad |= (row[c] & 0x7f) == 0x7f;
		for (int c = 0; bad && c < w->cols; c++)
			if ((row[c] & 0x7f) == 0x7f)
				return err_set(ERR_FORMAT, "FP8 weight (%d, %d) is not a number (code 0x%02x)", r, c, row[c]);
	}
	return 0;
}

static int check_f16(const struct kern_weight *w)
{
	for (int r = 0; r < w->rows; r++) {
		const uint16_t *row = (const uint16_t *)w->data + (size_t)r * w->ld;
		for (int c = 0; c < w->cols; c++)
			if ((row[c] & 0x7c00) == 0x7c00)
				return err_set(ERR_FORMAT, "F16 weight (%d, %d) is infinite or not a number (0x%04x)", r, c,
					row[c]);
	}
	return 0;
}

int kern_weight_check(const struct kern_weight *w)
{
	if (w->type == KERN_F16)
		return check_f16(w);
	if (w->type != KERN_FP8)
		return 0;
	if (!w->scale || w->block_rows < 1 || w->block_cols < 1 || w->scale_row0 < 0)
		return err_set(ERR_FORMAT, "FP8 weight without scales, or with blocks of %d x %d", w->block_rows, w->block_cols);
	int e = check_scales(w);
	return e ? e : check_codes(w);
}

size_t kern_page_bytes(int kv_heads, int dim, enum kern_type kv_type)
{
	return (size_t)2 * (size_t)kv_heads * (size_t)dim * KERN_PAGE * kern_type_bytes(kv_type);
}

void kern_rotary_fill(float *table, int n_positions, int rot, double theta)
{
	for (int t = 0; t < n_positions; t++)
		for (int i = 0; i < rot / 2; i++) {
			double angle = t * pow(theta, -2.0 * i / rot);
			table[(size_t)t * (size_t)rot + (size_t)i] = (float)cos(angle);
			table[(size_t)t * (size_t)rot + (size_t)(rot / 2 + i)] = (float)sin(angle);
		}
}
