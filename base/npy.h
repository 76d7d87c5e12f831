/* base/npy.h - layer 0. NumPy's .npy format, version 1.0, little-endian, C order
 * (numpy.lib.format, "Format Version 1.0": magic, version, header length, a Python dict literal, padding to 64, data). */
#ifndef BASE_NPY_H
#define BASE_NPY_H

#include "base/buf.h"
#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

#define NPY_MAX_DIMS 8

enum npy_type { NPY_U8, NPY_U16, NPY_I32, NPY_I64, NPY_F16, NPY_F32, NPY_F64 };

struct npy {
	enum npy_type type;
	int n_dims;
	size_t dims[NPY_MAX_DIMS];
	const void *data; /* borrowed from the bytes given to npy_parse; may be unaligned */
	size_t n_items, n_bytes;
};

size_t npy_type_bytes(enum npy_type t);
/* Appends header and data. The bytes are a function of type, dims and data alone. */
int npy_write(struct buf *b, enum npy_type type, int n_dims, const size_t *dims, const void *data) CHECK_RESULT;
/* The header alone, for whoever writes the data elsewhere. */
int npy_write_header(struct buf *b, enum npy_type type, int n_dims, const size_t *dims) CHECK_RESULT;
/* Versions 1.0 to 3.0; Fortran order, big-endian and other types are ERR_UNSUPPORTED, anything else wrong ERR_FORMAT. */
int npy_parse(struct npy *out, const void *data, size_t size) CHECK_RESULT;
/* The header alone: *at is where the data begin, and nobody looks whether all of them are there. out->data is NULL. */
int npy_parse_header(struct npy *out, size_t *at, const void *data, size_t size) CHECK_RESULT;
/* Item i as a number, whatever the integer type (u8, u16, i32, i64). */
int64_t npy_int(const struct npy *a, size_t i);
/* Item i as a number, floating types. */
double npy_float(const struct npy *a, size_t i);

/* IEEE half precision, round to nearest even. */
uint16_t f16_from_f32(float x);
float f16_to_f32(uint16_t h);
uint16_t bf16_from_f32(float x);
float bf16_to_f32(uint16_t h);

#endif
