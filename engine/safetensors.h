/* engine/safetensors.h - layer 2. The tensors of a model: one *.safetensors file, or the shards an index names.
 *
 *   file:   u64 n (little endian) | n bytes of JSON | tensor data
 *   JSON:   { "name": { "dtype": "BF16", "shape": [r, c], "data_offsets": [begin, end] }, ..., "__metadata__": {...} }
 *
 * Every byte of the data belongs to exactly one tensor: holes, overlaps, a file shorter or longer than its header says, a size
 * that is not shape x type, and a name met twice are errors. Nothing is copied: tensors point into the mapped file.
 * Data may be unaligned for its type; st_tensor_aligned() tells.
 * Errors are ERR_FORMAT (the file is wrong), ERR_MISSING (no file, no shard), ERR_IO. */
#ifndef ENGINE_SAFETENSORS_H
#define ENGINE_SAFETENSORS_H

#include "base/err.h"
#include "engine/problems.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ST_MAX_DIMS 8
#define ST_MAX_HEADER ((uint64_t)100000000) /* the format's own limit, in bytes */
#define ST_MAX_SHARDS 4096

/* The first four can be computed with; the others are only sized, so that a file that holds some can be read past them. */
enum st_type {
	ST_F32, ST_BF16, ST_F16, ST_F8_E4M3,
	ST_F64, ST_F8_E5M2, ST_F8_E8M0, ST_I8, ST_U8, ST_BOOL, ST_I16, ST_U16, ST_I32, ST_U32, ST_I64, ST_U64,
	ST_N_TYPES
};

struct st_tensor {
	const char *name; /* borrowed from the safetensors, as is data */
	enum st_type type;
	int n_dims;
	int64_t dims[ST_MAX_DIMS];
	const void *data;
	size_t bytes;
};

struct safetensors;

const char *st_type_name(enum st_type t);
size_t st_type_bytes(enum st_type t);
bool st_tensor_aligned(const struct st_tensor *t);
/* Item i of an F32, BF16 or F16 tensor. */
float st_item(const struct st_tensor *t, size_t i);

/* Parses one file's bytes; data is borrowed and must outlive *out. */
int safetensors_parse(struct safetensors **out, const void *data, size_t size) CHECK_RESULT;
/* Maps what a model folder holds: the shards of model.safetensors.index.json, else every *.safetensors, in order of name. Only
 * headers are read. problems NULL: the first thing wrong is the error; else a shard that is missing or broken and a tensor that
 * is not where the index says are added to it, and the rest is opened. */
int safetensors_open(struct safetensors **out, const char *dir, struct eng_problems *problems) CHECK_RESULT;
/* A model that is in no file: tensors of these names, types and shapes, without data until they are placed. */
struct safetensors *safetensors_made(void); /* yours */
int safetensors_make(struct safetensors *s, const char *name, enum st_type type, int n_dims, const int *dims) CHECK_RESULT; /* ERR_FORMAT: twice */
void safetensors_made_end(struct safetensors *s); /* after the last; now they can be found */
/* Gives them zeroed memory, each aligned to 64 bytes. ERR_NOMEM when the machine has not that much. */
int safetensors_place(struct safetensors *s) CHECK_RESULT;
/* Reads every file into the system's cache at the speed of the disk, with progress where it takes longer than a second. ERR_IO. */
int safetensors_read(const struct safetensors *s) CHECK_RESULT;
/* Nothing is read ahead of the few bytes that will be looked at. */
void safetensors_sparsely(const struct safetensors *s);
/* t was copied: its bytes in the file, if it is in one, need not stay in memory. */
void safetensors_copied(const struct safetensors *s, const struct st_tensor *t);
void safetensors_close(struct safetensors *s);

int safetensors_files(const struct safetensors *s); /* mapped */
size_t safetensors_count(const struct safetensors *s);
const struct st_tensor *safetensors_at(const struct safetensors *s, size_t i); /* in order of name */
const struct st_tensor *safetensors_find(const struct safetensors *s, const char *name); /* NULL when absent */
/* The missing shard in which the index promises that tensor; NULL when it promises nothing of the kind. */
const char *safetensors_lost(const struct safetensors *s, const char *name);
/* Whether a problem already says why that tensor is not there: its entry is broken, or without an index, a file
 * was not read that may have held it. */
bool safetensors_excused(const struct safetensors *s, const char *name);
size_t safetensors_bytes(const struct safetensors *s); /* of tensor data, all files */

#endif
