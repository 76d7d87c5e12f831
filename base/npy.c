#include "base/npy.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *descr;
	size_t bytes;
} types[] = {
	[NPY_U8] = { "|u1", 1 },  [NPY_U16] = { "<u2", 2 }, [NPY_I32] = { "<i4", 4 }, [NPY_I64] = { "<i8", 8 },
	[NPY_F16] = { "<f2", 2 }, [NPY_F32] = { "<f4", 4 }, [NPY_F64] = { "<f8", 8 },
};
enum { N_TYPES = sizeof types / sizeof *types };

size_t npy_type_bytes(enum npy_type t)
{
	return types[t].bytes;
}

int npy_write_header(struct buf *b, enum npy_type type, int n_dims, const size_t *dims)
{
	char header[512];
	int n = snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type].descr);
	for (int i = 0; i < n_dims; i++)
		n += snprintf(header + n, sizeof header - (size_t)n, i + 1 < n_dims ? "%zu, " : n_dims == 1 ? "%zu," : "%zu", dims[i]);
	n += snprintf(header + n, sizeof header - (size_t)n, "), }");
	int padded = (10 + n + 1 + 63) / 64 * 64 - 10; /* magic 6, version 2, length 2, header, newline */
	memset(header + n, ' ', (size_t)(padded - n));
	header[padded - 1] = '\n';
	const unsigned char head[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)padded, (unsigned char)(padded >> 8) };
	int err = buf_add(b, head, sizeof head);
	return err ? err : buf_add(b, header, (size_t)padded);
}

int npy_write(struct buf *b, enum npy_type type, int n_dims, const size_t *dims, const void *data)
{
	size_t items = 1;
	for (int i = 0; i < n_dims; i++)
		items *= dims[i];
	int err = npy_write_header(b, type, n_dims, dims);
	return err ? err : buf_add(b, data, items * types[type].bytes);
}

/* The text behind 'key': in the dict literal, or NULL. */
static const char *value_of(const char *dict, const char *key)
{
	const char *at = strstr(dict, key);
	if (!at)
		return NULL;
	at += strlen(key);
	while (*at == ' ' || *at == ':')
		at++;
	return at;
}

static int parse_type(struct npy *out, const char *dict)
{
	const char *v = value_of(dict, "'descr'");
	if (!v)
		return err_set(ERR_FORMAT, "npy header has no 'descr'");
	for (int t = 0; t < N_TYPES; t++) {
		size_t n = strlen(types[t].descr);
		if (v[0] == '\'' && strncmp(v + 1, types[t].descr, n) == 0 && v[n + 1] == '\'') {
			out->type = (enum npy_type)t;
			return 0;
		}
	}
	int n = v[0] == '\'' ? 2 + (int)strcspn(v + 1, "'") : (int)strcspn(v, ",}"); /* not what follows in the header */
	return err_set(ERR_UNSUPPORTED, "npy type %.*s is not one of u1 u2 i4 i8 f2 f4 f8, little-endian", n < 40 ? n : 40, v);
}

static int parse_shape(struct npy *out, const char *dict)
{
	const char *v = value_of(dict, "'shape'");
	if (!v || *v != '(')
		return err_set(ERR_FORMAT, "npy header has no 'shape'");
	out->n_items = 1;
	for (v++;;) {
		while (*v == ' ' || *v == ',')
			v++;
		if (*v == ')')
			return 0;
		if (*v < '0' || *v > '9' || out->n_dims == NPY_MAX_DIMS)
			return err_set(ERR_FORMAT, "npy shape is not a list of at most %d sizes: %.40s", NPY_MAX_DIMS, v);
		char *end;
		unsigned long long d = strtoull(v, &end, 10);
		if (__builtin_mul_overflow(out->n_items, (size_t)d, &out->n_items))
			return err_set(ERR_FORMAT, "npy shape overflows at %.40s", v);
		out->dims[out->n_dims++] = (size_t)d;
		v = end;
	}
}

int npy_parse_header(struct npy *out, size_t *data_at, const void *data, size_t size)
{
	const unsigned char *p = data;
	*data_at = 0;
	*out = (struct npy){ 0 };
	if (size < 12 || memcmp(p, "\x93NUMPY", 6) != 0)
		return err_set(ERR_FORMAT, "not an npy file: it does not begin with \\x93NUMPY");
	size_t length = p[8] | (size_t)p[9] << 8, at = 10;
	if (p[6] > 1) {
		length |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
		at = 12;
	}
	char dict[1024];
	if (p[6] < 1 || p[6] > 3 || length > size - at || length >= sizeof dict)
		return err_set(ERR_FORMAT, "npy version %d.%d with a header of %zu bytes in a file of %zu", p[6], p[7], length, size);
	memcpy(dict, p + at, length);
	dict[length] = '\0';
	const char *order = value_of(dict, "'fortran_order'");
	if (!order || strncmp(order, "False", 5) != 0)
		return err_set(ERR_UNSUPPORTED, "npy array in Fortran order: save it with numpy.ascontiguousarray");
	int err = parse_type(out, dict);
	if (!err)
		err = parse_shape(out, dict);
	if (!err && __builtin_mul_overflow(out->n_items, types[out->type].bytes, &out->n_bytes))
		return err_set(ERR_FORMAT, "npy shape overflows: %zu items", out->n_items);
	*data_at = at + length;
	return err;
}

int npy_parse(struct npy *out, const void *data, size_t size)
{
	size_t at;
	int err = npy_parse_header(out, &at, data, size);
	if (err)
		return err;
	if (out->n_bytes > size - at)
		return err_set(ERR_FORMAT, "npy data is cut short: %zu items need more than the %zu bytes there are", out->n_items, size - at);
	out->data = (const char *)data + at;
	return 0;
}

int64_t npy_int(const struct npy *a, size_t i)
{
	const char *p = (const char *)a->data + i * types[a->type].bytes;
	uint16_t u16;
	int32_t i32;
	int64_t i64;
	switch (a->type) {
	case NPY_U8:
		return *(const unsigned char *)p;
	case NPY_U16:
		memcpy(&u16, p, sizeof u16);
		return u16;
	case NPY_I32:
		memcpy(&i32, p, sizeof i32);
		return i32;
	case NPY_I64:
		memcpy(&i64, p, sizeof i64);
		return i64;
	default:
		return 0;
	}
}

double npy_float(const struct npy *a, size_t i)
{
	const char *p = (const char *)a->data + i * types[a->type].bytes;
	uint16_t f16;
	float f32;
	double f64;
	switch (a->type) {
	case NPY_F16:
		memcpy(&f16, p, sizeof f16);
		return f16_to_f32(f16);
	case NPY_F32:
		memcpy(&f32, p, sizeof f32);
		return f32;
	case NPY_F64:
		memcpy(&f64, p, sizeof f64);
		return f64;
	default:
		return (double)npy_int(a, i);
	}
}

static uint32_t bits_of(float x)
{
	uint32_t u;
	memcpy(&u, &x, sizeof u);
	return u;
}

static float float_of(uint32_t u)
{
	float x;
	memcpy(&x, &u, sizeof x);
	return x;
}

uint16_t f16_from_f32(float x)
{
	uint32_t u = bits_of(x), sign = u >> 16 & 0x8000, mag = u & 0x7fffffff;
	if (mag > 0x7f800000)
		return (uint16_t)(sign | 0x7e00);
	if (mag >= 0x477ff000) /* rounds to 65536 or more */
		return (uint16_t)(sign | 0x7c00);
	if (mag < 0x38800000) { /* subnormal half: let float addition round at the right bit */
		float scaled = float_of(mag) + 0.5f;
		return (uint16_t)(sign | (bits_of(scaled) - bits_of(0.5f)));
	}
	uint32_t rounded = mag + 0xfff + (mag >> 13 & 1);
	return (uint16_t)(sign | (rounded - 0x38000000) >> 13);
}

float f16_to_f32(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, mag = h & 0x7fff;
	if (mag >= 0x7c00)
		return float_of(sign | 0x7f800000 | (mag & 0x3ff) << 13);
	if (mag < 0x400) {
		float v = (float)mag * 0x1p-24f;
		return sign ? -v : v;
	}
	return float_of(sign | ((mag << 13) + 0x38000000));
}

uint16_t bf16_from_f32(float x)
{
	uint32_t u = bits_of(x);
	if ((u & 0x7fffffff) > 0x7f800000)
		return (uint16_t)(u >> 16 | 0x40);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

float bf16_to_f32(uint16_t h)
{
	return float_of((uint32_t)h << 16);
}
