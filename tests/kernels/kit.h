/* tests/kernels/kit.h - what the kernel tests share: poisoned matrices, data by coordinate, and one `struct trial` per operation.
 *
 * A trial computes an operation for any list of row ids, and what it feeds to a row depends on the row's id alone: so "a row alone
 * equals the row in the batch", "2 threads equal 1" and "AVX2 equals the base body" are the same few lines for every operation. */
#ifndef TESTS_KERNELS_KIT_H
#define TESTS_KERNELS_KIT_H

#include "base/mem.h"
#include "base/npy.h"
#include "base/thread.h"
#include "kernels/backends.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Columns of poison behind each row: 5 leaves most rows unaligned, 16 all of those whose columns are a multiple of 16. */
static int padding = 5;

/* Whether every row of a weight begins at a multiple of 16 bytes, as warp groups want it; else most do not. */
static bool aligned_weights;

/* Whether the data are small integers, for which every order of summation gives the same bits. */
static bool small_integers;

/* splitmix64's finish, on the coordinates: quick, since the tests make millions. */
static uint32_t bits_at(uint32_t what, int row, int col)
{
	uint64_t z = ((uint64_t)what << 48) ^ ((uint64_t)(uint32_t)row << 24) ^ (uint64_t)(uint32_t)col;
	z = (z + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z >> 32);
}

static float value_at(uint32_t what, int row, int col)
{
	uint32_t u = bits_at(what, row, col);
	return small_integers ? (float)((int)(u % 7) - 3) : (float)(int32_t)u * 0x1p-31f;
}

/* Whether activations are bfloat16 values, as a device may rely on under that compute type. */
static bool bf16_activations;
static float activation_at(uint32_t what, int row, int col)
{
	float x = value_at(what, row, col);
	return bf16_activations ? bf16_to_f32(bf16_from_f32(x)) : x;
}

static inline uint32_t bits(float x)
{
	uint32_t u;
	memcpy(&u, &x, sizeof u);
	return u;
}

static inline float from_bits(uint32_t u)
{
	float x;
	memcpy(&x, &u, sizeof x);
	return x;
}

static float poison(void)
{
	return from_bits(0x7fc0dead);
}

/* [n, cols] with row i made of (what, ids[i]); everything between the rows is poison. ids NULL: poison throughout (an output). */
static struct kern_view mat(struct arena *a, uint32_t what, const int *ids, int n, int cols)
{
	size_t ld = (size_t)(cols + padding);
	struct kern_view v = { arena_alloc(a, ((size_t)n * ld + 1) * sizeof(float)), n, cols, ld };
	for (size_t i = 0; i < (size_t)n * ld; i++)
		v.data[i] = poison();
	for (int r = 0; ids && r < n; r++)
		for (int c = 0; c < cols; c++)
			v.data[(size_t)r * ld + (size_t)c] = activation_at(what, ids[r], c);
	return v;
}

static inline void assert_padding_untouched(const struct kern_view *v)
{
	for (int r = 0; r < v->rows; r++)
		for (size_t c = (size_t)v->cols; c < v->ld; c++) {
			uint32_t u;
			memcpy(&u, v->data + (size_t)r * v->ld + c, sizeof u);
			assert_int_equal(u, 0x7fc0dead);
		}
}

static inline float *vec(struct arena *a, uint32_t what, int n)
{
	float *x = arena_alloc(a, (size_t)n * sizeof *x + 1);
	for (int i = 0; i < n; i++)
		x[i] = value_at(what, 0, i);
	return x;
}

/* A weight of any type with padded rows; FP8 has a scale for every block of block_rows x block_cols. */
struct weight_spec {
	enum kern_type type;
	int block_rows, block_cols, scale_row0;
	bool packed;
};

static inline struct kern_weight weight(struct arena *a, const struct kern *k, uint32_t what, int rows, int cols, struct weight_spec s)
{
	size_t ld = (size_t)(aligned_weights ? (cols + 31) / 16 * 16 : cols + 5), item = kern_type_bytes(s.type), n = (size_t)rows * ld;
	unsigned char *data = arena_alloc(a, n * item + 1);
	memset(data, 0x7f, n * item); /* poison: NaN for FP8, enormous for the others */
	for (int r = 0; r < rows; r++)
		for (int c = 0; c < cols; c++) {
			float x = value_at(what, r, c);
			size_t at = (size_t)r * ld + (size_t)c;
			uint16_t h = s.type == KERN_F16 ? f16_from_f32(x) : s.type == KERN_BF16 ? bf16_from_f32(x) : 0;
			uint8_t q = (uint8_t)bits_at(what + 500, r, c);
			static const uint8_t integers[7] = { 0xc4, 0xc0, 0xb8, 0x00, 0x38, 0x40, 0x44 }; /* -3 .. 3 in e4m3 */
			q = small_integers ? integers[(int)x + 3] : (q & 0x7f) > 0x48 ? (q & 0xb7) : q; /* mostly small: subnormals are exercised */
			if (s.type == KERN_F32)
				memcpy(data + at * 4, &x, 4);
			else if (s.type == KERN_FP8)
				data[at] = q;
			else
				memcpy(data + at * 2, &h, 2);
		}
	struct kern_weight w = { .data = data, .type = s.type, .rows = rows, .cols = cols, .ld = ld };
	if (s.type == KERN_FP8) {
		w.block_rows = s.block_rows;
		w.block_cols = s.block_cols;
		w.scale_row0 = s.scale_row0;
		w.scale_ld = (cols + s.block_cols - 1) / s.block_cols + 1;
		int n_scales = ((s.scale_row0 + rows - 1) / s.block_rows + 1) * w.scale_ld;
		float *scale = arena_alloc(a, (size_t)n_scales * sizeof *scale);
		for (int i = 0; i < n_scales; i++)
			scale[i] = small_integers ? (float)(1 << (i % 3)) : 0.05f + 0.1f * fabsf(value_at(what + 1000, 1, i));
		w.scale = scale;
	}
	assert_int_equal(kern_weight_check(&w), 0);
	if (s.packed && kern_pack_bytes(k, &w)) {
		size_t bytes = kern_pack_bytes(k, &w);
		char *dst = arena_alloc(a, bytes + 64);
		dst += (64 - (uintptr_t)dst % 64) % 64;
		kern_pack(k, &w, dst);
	}
	return w;
}

/* Copies a view's rows to out, `width` floats a row, from column `at` on. */
static inline void take(float *out, int width, int at, const struct kern_view *v)
{
	assert_padding_untouched(v);
	for (int r = 0; r < v->rows; r++)
		memcpy(out + (size_t)r * (size_t)width + at, v->data + (size_t)r * v->ld, (size_t)v->cols * sizeof *out);
}

struct trial {
	const char *name;
	int n_variants;
	int (*width)(int variant); /* floats a row gives */
	/* Fills out [n][width(variant)] for rows ids[n]. */
	void (*run)(struct kern *k, int variant, const int *ids, int n, float *out);
	double (*bound)(int variant); /* of |cpu - ref| relative to the row's largest value, under f32 */
	bool exact_on_integers; /* linear: small integers give equal bits on every backend */
};

/* Exactly n bytes at a multiple of 64, poisoned: scratch and the like. free() */
static inline void *scratch(size_t n)
{
	void *p = NULL;
	assert_int_equal(posix_memalign(&p, 64, n), 0);
	memset(p, 0xff, n);
	return p;
}

/* Called before a result is looked at or an operand goes: where operations are queued, it waits for them. */
static void (*settle)(void);
/* What describes operands is read before a call returns: where operations are queued, it is spoilt then. */
static inline void forget(void *description, size_t n)
{
	if (settle)
		memset(description, 0xff, n);
}
static inline void settled(void)
{
	if (settle)
		settle();
}

/* ---- forms ---- */

enum { FORMS_ROOM = 3, FORMS_BLOCK = 128, FORMS_OUT = 24 }; /* rows more than there are; outputs of a product that reads them */

/* Of n rows, behind FORMS_ROOM - 1 others; data NULL where the backend has no use for them. */
static inline struct kern_forms forms_for(const struct kern *k, int n, int cols)
{
	struct kern_forms f = { .rows = n + FORMS_ROOM, .first = FORMS_ROOM - 1, .block = FORMS_BLOCK };
	size_t bytes = kern_forms_bytes(k, f.rows, cols, f.block);
	f.data = bytes ? scratch(bytes) : NULL;
	return f;
}

static inline void multiply_forms(struct kern *k, const struct kern_view *x, const struct kern_forms *forms, float *out)
{
	static const struct weight_spec specs[] = { { .type = KERN_BF16 }, { KERN_FP8, 128, 128, 3, false } };
	struct arena a;
	arena_init(&a);
	struct kern_weight w[2];
	struct kern_matmul op = { .x = *x, .n_out = 2, .forms = forms };
	bool were_aligned = aligned_weights;
	aligned_weights = true;
	for (int j = 0; j < 2; j++) {
		w[j] = weight(&a, k, 120 + (uint32_t)j, FORMS_OUT, x->cols, specs[j]);
		op.out[j] = (struct kern_matmul_out){ .w = &w[j], .y = mat(&a, 0, NULL, x->rows, FORMS_OUT), .keep_f32 = true, .quantised = j ? FORMS_BLOCK : 0 };
	}
	aligned_weights = were_aligned;
	op.scratch_bytes = kern_matmul_scratch(k, &op, x->rows);
	op.scratch = scratch(op.scratch_bytes);
	assert_int_equal(kern_matmul(k, &op), 0);
	settled();
	for (int j = 0; j < 2; j++)
		take(out, 2 * FORMS_OUT, j * FORMS_OUT, &op.out[j].y);
	free(op.scratch);
	arena_release(&a);
}

/* Products of the forms that an operation has made of its rows, and of those that the product makes itself, are the same to the bit. Frees them. */
static inline void hold_forms(struct kern *k, const struct kern_view *y, struct kern_forms *forms)
{
	size_t n = (size_t)y->rows * 2 * FORMS_OUT;
	if (!forms->data)
		return;
	float *made = mem_array(n, sizeof *made), *want = mem_array(n, sizeof *want);
	multiply_forms(k, y, forms, made);
	multiply_forms(k, y, NULL, want);
	assert_memory_equal(made, want, n * sizeof *made);
	mem_free(made);
	mem_free(want);
	free(forms->data);
	forms->data = NULL;
}

static inline float *results(struct kern *k, const struct trial *t, int v, const int *rows, int n)
{
	float *out = mem_array((size_t)n * (size_t)t->width(v), sizeof *out);
	t->run(k, v, rows, n, out);
	return out;
}

static inline void assert_same_bits(const struct trial *t, int v, const char *what, const float *a, const float *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(&a[i], &b[i], sizeof *a))
			fail_msg("%s, variant %d, %s: item %zu is %.9g and %.9g", t->name, v, what, i, (double)a[i], (double)b[i]);
}

/* Relative to the row's largest value; written so that a NaN fails. */
static inline void assert_close(const struct trial *t, int v, const char *what, const float *got, const float *want, int n, double bound)
{
	int width = t->width(v);
	for (int r = 0; r < n; r++) {
		double top = 0;
		for (int c = 0; c < width; c++)
			top = fmax(top, fabs((double)want[r * width + c]));
		for (int c = 0; c < width; c++) {
			double g = (double)got[r * width + c], w = (double)want[r * width + c];
			if (!(fabs(g - w) <= bound * top))
				fail_msg("%s, variant %d, %s: row %d, column %d is %.9g, want %.9g", t->name, v, what, r, c, g, w);
		}
	}
}

/* kern_NAME(k, &op) on a copy of op, which is then forgotten. */
#define DO(NAME, K, OP) do { struct kern_##NAME copy_ = (OP); OK(kern_##NAME(K, &copy_)); forget(&copy_, sizeof copy_); } while (0)
#define OK(CALL) do { int e_ = (CALL); if (e_) fail_msg("%s: %s", #CALL, err_message()); } while (0)

#endif
