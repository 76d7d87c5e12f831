#include "engine/safetensors.h"
#include "base/mem.h"
#include "base/npy.h"
#include "engine/st_parts.h"
#include <jansson.h>

static const struct {
	const char *name;
	size_t bytes;
} types[ST_N_TYPES] = {
	[ST_F32] = {"F32", 4},         [ST_BF16] = {"BF16", 2},       [ST_F16] = {"F16", 2},   [ST_F8_E4M3] = {"F8_E4M3", 1},
	[ST_F64] = {"F64", 8},         [ST_F8_E5M2] = {"F8_E5M2", 1}, [ST_I8] = {"I8", 1},     [ST_F8_E8M0] = {"F8_E8M0", 1},
	[ST_U8] = {"U8", 1},           [ST_BOOL] = {"BOOL", 1},       [ST_I16] = {"I16", 2},   [ST_U16] = {"U16", 2},
	[ST_I32] = {"I32", 4},         [ST_U32] = {"U32", 4},         [ST_I64] = {"I64", 8},   [ST_U64] = {"U64", 8},
};

const char *st_type_name(enum st_type t)
{
	return types[t].name;
}

size_t st_type_bytes(enum st_type t)
{
	return types[t].bytes;
}

bool st_tensor_aligned(const struct st_tensor *t)
{
	return (uintptr_t)t->data % types[t->type].bytes == 0;
}

float st_item(const struct st_tensor *t, size_t i)
{
	const char *p = t->data;
	uint16_t h;
	float f;
	if (t->type == ST_F32) {
		memcpy(&f, p + 4 * i, 4);
		return f;
	}
	memcpy(&h, p + 2 * i, 2);
	return t->type == ST_BF16 ? bf16_to_f32(h) : f16_to_f32(h);
}

static int parse_type(struct st_tensor *t, const json_t *j)
{
	const char *s = json_string_value(j);
	if (!s)
		return err_set(ERR_FORMAT, "tensor %s: no dtype", t->name);
	for (int i = 0; i < ST_N_TYPES; i++)
		if (!strcmp(s, types[i].name)) {
			t->type = (enum st_type)i;
			return 0;
		}
	return err_set(ERR_FORMAT, "tensor %s: unknown dtype \"%.40s\"", t->name, s);
}

/* Reads the shape and the number of bytes it comes to. */
static int parse_shape(struct st_tensor *t, const json_t *j)
{
	if (!json_is_array(j))
		return err_set(ERR_FORMAT, "tensor %s: no shape", t->name);
	if (json_array_size(j) > ST_MAX_DIMS)
		return err_set(ERR_FORMAT, "tensor %s: %zu dimensions, at most %d are read", t->name, json_array_size(j), ST_MAX_DIMS);
	t->n_dims = (int)json_array_size(j);
	t->bytes = types[t->type].bytes;
	for (int i = 0; i < t->n_dims; i++) {
		const json_t *d = json_array_get(j, (size_t)i);
		t->dims[i] = json_integer_value(d);
		if (!json_is_integer(d) || t->dims[i] < 0)
			return err_set(ERR_FORMAT, "tensor %s: dimension %d of its shape is not a whole number >= 0", t->name, i);
		if (__builtin_mul_overflow(t->bytes, (size_t)t->dims[i], &t->bytes))
			return err_set(ERR_FORMAT, "tensor %s: its shape overflows", t->name);
	}
	return 0;
}

/* The file that is parsed. */
struct parsing {
	const char *data; /* behind the header */
	size_t size;
	struct eng_problems *problems; /* NULL: the first thing wrong is the error */
	bool cut;                      /* something lies beyond its end, and was named */
	bool quiet;                    /* what is wrong now has been named */
	bool broken;                   /* of some tensor */
};

static int parse_offsets(struct st_tensor *t, const json_t *j, struct parsing *p)
{
	const json_t *b = json_array_get(j, 0), *e = json_array_get(j, 1);
	if (json_array_size(j) != 2 || !json_is_integer(b) || !json_is_integer(e))
		return err_set(ERR_FORMAT, "tensor %s: data_offsets is not a pair of whole numbers", t->name);
	json_int_t begin = json_integer_value(b), end = json_integer_value(e);
	if (begin < 0 || end < begin)
		return err_set(ERR_FORMAT, "tensor %s: data_offsets [%lld, %lld] make no sense", t->name, (long long)begin, (long long)end);
	if ((uint64_t)end > p->size) {
		p->quiet = p->cut;
		p->cut = true;
		return err_set(ERR_FORMAT, "tensor %s: ends at byte %lld of the data, but there are %zu: the file is truncated",
		               t->name, (long long)end, p->size);
	}
	if ((size_t)(end - begin) != t->bytes)
		return err_set(ERR_FORMAT, "tensor %s: its shape takes %zu bytes, its data_offsets hold %lld", t->name, t->bytes,
		               (long long)(end - begin));
	t->data = p->data + begin;
	return 0;
}

int st_add(struct safetensors *s, const struct st_tensor *t)
{
	if (map_get(&s->names, t->name, strlen(t->name)))
		return err_set(ERR_FORMAT, "tensor %s is there twice", t->name);
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->tensors = mem_grow(s->tensors, s->cap, sizeof *s->tensors);
	}
	map_put(&s->names, t->name, strlen(t->name), s->n);
	s->tensors[s->n] = *t;
	s->tensors[s->n++].name = s->names.entries[s->names.n - 1].key;
	s->bytes += t->bytes;
	return 0;
}

static int add_tensor(struct safetensors *s, const char *name, const json_t *j, struct parsing *p)
{
	struct st_tensor t = {.name = name};
	if (!json_is_object(j))
		return err_set(ERR_FORMAT, "tensor %.200s: its entry is not an object", name);
	int rc = parse_type(&t, json_object_get(j, "dtype"));
	if (!rc)
		rc = parse_shape(&t, json_object_get(j, "shape"));
	if (!rc)
		rc = parse_offsets(&t, json_object_get(j, "data_offsets"), p);
	if (rc)
		return rc;
	return st_add(s, &t);
}

/* An entry that is wrong says nothing of the others: where all that is wrong is wanted they are read on. */
static int take_entry(struct safetensors *s, const char *name, const json_t *j, struct parsing *p)
{
	p->quiet = false;
	int rc = add_tensor(s, name, j, p);
	if (!rc || !p->problems)
		return rc;
	char own[512];
	const char *text = err_message();
	int n = snprintf(own, sizeof own, "tensor %s: ", name);
	if (n > 0 && (size_t)n < sizeof own && !strncmp(text, own, (size_t)n))
		text += n;
	if (!p->quiet)
		problems_add(p->problems, rc, name, "cannot be read: %s", text);
	map_put(&s->broken, name, strlen(name), 0);
	p->broken = true;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct st_tensor *x = *(const struct st_tensor *const *)a, *y = *(const struct st_tensor *const *)b;
	if (x->data != y->data)
		return (const char *)x->data < (const char *)y->data ? -1 : 1;
	return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* The tensors from `first` on must tile the data exactly. */
static int check_tiling(const struct safetensors *s, size_t first, const char *data, size_t size)
{
	size_t n = s->n - first, at = 0;
	const struct st_tensor **order = mem_array(n + 1, sizeof *order);
	for (size_t i = 0; i < n; i++)
		order[i] = &s->tensors[first + i];
	qsort(order, n, sizeof *order, by_place);
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++) {
		size_t begin = (size_t)((const char *)order[i]->data - data);
		if (begin < at)
			rc = err_set(ERR_FORMAT, "tensors %s and %s overlap", order[i ? i - 1 : 0]->name, order[i]->name);
		else if (begin > at)
			rc = err_set(ERR_FORMAT, "bytes %zu to %zu of the data belong to no tensor (before %s)", at, begin, order[i]->name);
		at = begin + order[i]->bytes;
	}
	if (!rc && at != size)
		rc = err_set(ERR_FORMAT, "the tensors end at byte %zu of the data, the file has %zu: %zu bytes too many", at, size, size - at);
	mem_free(order);
	return rc;
}

int st_add_file(struct safetensors *s, const void *bytes, size_t size, struct eng_problems *problems)
{
	const unsigned char *p = bytes;
	uint64_t n = 0;
	static const char pointer[] = "version https://git-lfs";
	if (size >= sizeof pointer - 1 && !memcmp(bytes, pointer, sizeof pointer - 1))
		return err_set(ERR_FORMAT, "a pointer of git-lfs in the place of the file: run `git lfs pull` in the model's folder");
	if (size < 8)
		return err_set(ERR_FORMAT, "%zu bytes: too short for a safetensors file", size);
	for (int i = 7; i >= 0; i--)
		n = n << 8 | p[i];
	if (n > ST_MAX_HEADER)
		return err_set(ERR_FORMAT, "a header of %llu bytes; the format allows %llu", (unsigned long long)n, (unsigned long long)ST_MAX_HEADER);
	if (n > size - 8)
		return err_set(ERR_FORMAT, "the header says %llu bytes, but %zu follow: the file is truncated", (unsigned long long)n, size - 8);
	json_error_t je;
	json_t *root = json_loadb((const char *)p + 8, (size_t)n, JSON_REJECT_DUPLICATES, &je);
	if (!root)
		return err_set(ERR_FORMAT, "the header is not JSON: %.100s (byte %d)", je.text, je.position);
	struct parsing file = {.data = (const char *)p + 8 + n, .size = size - 8 - (size_t)n, .problems = problems};
	size_t first = s->n;
	int rc = json_is_object(root) ? 0 : err_set(ERR_FORMAT, "the header is not a JSON object");
	const char *name;
	json_t *j;
	json_object_foreach(root, name, j)
	{
		if (!rc && strcmp(name, "__metadata__"))
			rc = take_entry(s, name, j, &file);
	}
	if (!rc && !file.broken)
		rc = check_tiling(s, first, file.data, file.size);
	json_decref(root);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct st_tensor *)a)->name, ((const struct st_tensor *)b)->name);
}

void st_finish(struct safetensors *s)
{
	if (s->n)
		qsort(s->tensors, s->n, sizeof *s->tensors, by_name);
	for (size_t i = 0; i < s->n; i++)
		map_put(&s->names, s->tensors[i].name, strlen(s->tensors[i].name), i);
}

struct safetensors *st_new(void)
{
	struct safetensors *s = mem_zalloc(sizeof *s);
	map_init(&s->names);
	map_init(&s->lost);
	map_init(&s->promised);
	map_init(&s->broken);
	map_init(&s->unread);
	return s;
}

int safetensors_parse(struct safetensors **out, const void *data, size_t size)
{
	struct safetensors *s = st_new();
	*out = NULL;
	int rc = st_add_file(s, data, size, NULL);
	if (rc) {
		safetensors_close(s);
		return rc;
	}
	st_finish(s);
	*out = s;
	return 0;
}

void safetensors_close(struct safetensors *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n_maps; i++) {
		file_map_close(&s->maps[i]);
		mem_free(s->paths[i]);
	}
	mem_free(s->maps);
	mem_free(s->paths);
	mem_large_free(s->memory);
	mem_free(s->tensors);
	map_release(&s->names);
	map_release(&s->lost);
	map_release(&s->promised);
	map_release(&s->broken);
	map_release(&s->unread);
	mem_free(s);
}

int safetensors_files(const struct safetensors *s)
{
	return s->n_maps;
}

size_t safetensors_count(const struct safetensors *s)
{
	return s->n;
}

const struct st_tensor *safetensors_at(const struct safetensors *s, size_t i)
{
	return &s->tensors[i];
}

const struct st_tensor *safetensors_find(const struct safetensors *s, const char *name)
{
	const uint64_t *i = map_get(&s->names, name, strlen(name));
	return i ? &s->tensors[*i] : NULL;
}

const char *safetensors_lost(const struct safetensors *s, const char *name)
{
	const uint64_t *i = map_get(&s->promised, name, strlen(name));
	return i ? s->lost.entries[*i].key : NULL;
}

bool safetensors_excused(const struct safetensors *s, const char *name)
{
	return map_get(&s->broken, name, strlen(name)) || (!s->indexed && s->unread.n + s->lost.n);
}

size_t safetensors_bytes(const struct safetensors *s)
{
	return s->bytes;
}
