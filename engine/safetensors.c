#include "engine/safetensors.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/npy.h"
#include <dirent.h>
#include <jansson.h>

struct safetensors {
	struct st_tensor *tensors; /* sorted by name once complete */
	size_t n, cap;
	struct map names; /* name -> index into tensors; owns the bytes of the names */
	struct file_map *maps;
	int n_maps;
	size_t bytes;
};

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

static int parse_offsets(struct st_tensor *t, const json_t *j, const char *data, size_t size)
{
	const json_t *b = json_array_get(j, 0), *e = json_array_get(j, 1);
	if (json_array_size(j) != 2 || !json_is_integer(b) || !json_is_integer(e))
		return err_set(ERR_FORMAT, "tensor %s: data_offsets is not a pair of whole numbers", t->name);
	json_int_t begin = json_integer_value(b), end = json_integer_value(e);
	if (begin < 0 || end < begin)
		return err_set(ERR_FORMAT, "tensor %s: data_offsets [%lld, %lld] make no sense", t->name, (long long)begin, (long long)end);
	if ((uint64_t)end > size)
		return err_set(ERR_FORMAT, "tensor %s: ends at byte %lld of the data, but there are %zu: the file is truncated",
		               t->name, (long long)end, size);
	if ((size_t)(end - begin) != t->bytes)
		return err_set(ERR_FORMAT, "tensor %s: its shape takes %zu bytes, its data_offsets hold %lld", t->name, t->bytes,
		               (long long)(end - begin));
	t->data = data + begin;
	return 0;
}

static int add_tensor(struct safetensors *s, const char *name, const json_t *j, const char *data, size_t size)
{
	struct st_tensor t = {.name = name};
	if (!json_is_object(j))
		return err_set(ERR_FORMAT, "tensor %.200s: its entry is not an object", name);
	int rc = parse_type(&t, json_object_get(j, "dtype"));
	if (!rc)
		rc = parse_shape(&t, json_object_get(j, "shape"));
	if (!rc)
		rc = parse_offsets(&t, json_object_get(j, "data_offsets"), data, size);
	if (rc)
		return rc;
	if (map_get(&s->names, name, strlen(name)))
		return err_set(ERR_FORMAT, "tensor %s is there twice", name);
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->tensors = mem_grow(s->tensors, s->cap, sizeof *s->tensors);
	}
	map_put(&s->names, name, strlen(name), s->n);
	t.name = s->names.entries[s->names.n - 1].key;
	s->tensors[s->n++] = t;
	s->bytes += t.bytes;
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

static int add_file(struct safetensors *s, const void *bytes, size_t size)
{
	const unsigned char *p = bytes;
	uint64_t n = 0;
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
	const char *data = (const char *)p + 8 + n;
	size_t data_size = size - 8 - (size_t)n, first = s->n;
	int rc = json_is_object(root) ? 0 : err_set(ERR_FORMAT, "the header is not a JSON object");
	const char *name;
	json_t *j;
	json_object_foreach(root, name, j)
	{
		if (!rc && strcmp(name, "__metadata__"))
			rc = add_tensor(s, name, j, data, data_size);
	}
	if (!rc)
		rc = check_tiling(s, first, data, data_size);
	json_decref(root);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct st_tensor *)a)->name, ((const struct st_tensor *)b)->name);
}

static void finish(struct safetensors *s)
{
	if (s->n)
		qsort(s->tensors, s->n, sizeof *s->tensors, by_name);
	for (size_t i = 0; i < s->n; i++)
		map_put(&s->names, s->tensors[i].name, strlen(s->tensors[i].name), i);
}

static struct safetensors *new_empty(void)
{
	struct safetensors *s = mem_zalloc(sizeof *s);
	map_init(&s->names);
	return s;
}

int safetensors_parse(struct safetensors **out, const void *data, size_t size)
{
	struct safetensors *s = new_empty();
	*out = NULL;
	int rc = add_file(s, data, size);
	if (rc) {
		safetensors_close(s);
		return rc;
	}
	finish(s);
	*out = s;
	return 0;
}

static int add_shard(struct safetensors *s, const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	struct file_map map = {0};
	int rc = file_exists(path) ? file_map_open(&map, path) : err_set(ERR_MISSING, "%s: no such file, though the index names it", path);
	if (!rc) {
		s->maps = mem_grow(s->maps, (size_t)s->n_maps + 1, sizeof *s->maps);
		s->maps[s->n_maps++] = map;
		rc = add_file(s, map.data, map.size);
		if (rc)
			rc = err_prefix(rc, "%s", path);
	}
	mem_free(path);
	return rc;
}

/* The file names of a folder's shards, each once. */
struct shards {
	struct map names;
};

static int shards_from_index(struct shards *sh, const char *path)
{
	json_error_t je;
	struct buf b;
	buf_init(&b, ST_MAX_HEADER);
	int rc = file_read(&b, path);
	json_t *root = rc ? NULL : json_loadb(buf_text(&b), b.len, JSON_REJECT_DUPLICATES, &je);
	json_t *map = json_object_get(root, "weight_map"), *j;
	const char *tensor;
	if (!rc && !root)
		rc = err_set(ERR_FORMAT, "%s: not JSON: %.100s (line %d)", path, je.text, je.line);
	if (!rc && !json_is_object(map))
		rc = err_set(ERR_FORMAT, "%s: no weight_map", path);
	json_object_foreach(map, tensor, j)
	{
		const char *file = json_string_value(j);
		if (!rc && (!file || !*file || strchr(file, '/') || !strcmp(file, "..")))
			rc = err_set(ERR_FORMAT, "%s: the shard of %.200s is not a plain file name", path, tensor);
		if (!rc)
			map_put(&sh->names, file, strlen(file), 0);
	}
	json_decref(root);
	buf_release(&b);
	return rc;
}

/* After the shards are read: whatever the index promises must be in them. */
static int check_index(const struct safetensors *s, const char *path)
{
	struct buf b;
	buf_init(&b, ST_MAX_HEADER);
	int rc = file_read(&b, path);
	json_t *root = rc ? NULL : json_loadb(buf_text(&b), b.len, 0, NULL), *j;
	const char *tensor;
	json_object_foreach(json_object_get(root, "weight_map"), tensor, j)
	{
		if (!rc && !safetensors_find(s, tensor))
			rc = err_set(ERR_FORMAT, "%s: tensor %.200s is not in %.200s, nor in any other shard", path, tensor, json_string_value(j));
	}
	json_decref(root);
	buf_release(&b);
	return rc;
}

static int shards_from_dir(struct shards *sh, const char *dir)
{
	static const char suffix[] = ".safetensors";
	DIR *d = opendir(dir);
	if (!d)
		return err_errno(ERR_MISSING, "%s", dir);
	for (struct dirent *e; (e = readdir(d));) {
		size_t n = strlen(e->d_name), k = sizeof suffix - 1;
		if (n > k && e->d_name[0] != '.' && !strcmp(e->d_name + n - k, suffix))
			map_put(&sh->names, e->d_name, n, 0);
	}
	closedir(d);
	if (!sh->names.n)
		return err_set(ERR_MISSING, "%s: no *.safetensors file in this folder", dir);
	return 0;
}

static int by_file_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_shards(struct safetensors *s, const char *dir, const struct shards *sh)
{
	size_t n = sh->names.n;
	if (n > ST_MAX_SHARDS)
		return err_set(ERR_LIMIT, "%s: %zu shards; at most %d are read", dir, n, ST_MAX_SHARDS);
	const char **order = mem_array(n + 1, sizeof *order);
	for (size_t i = 0; i < n; i++)
		order[i] = sh->names.entries[i].key;
	qsort(order, n, sizeof *order, by_file_name);
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++)
		rc = add_shard(s, dir, order[i]);
	mem_free(order);
	return rc;
}

int safetensors_open(struct safetensors **out, const char *dir)
{
	struct safetensors *s = new_empty();
	struct shards sh;
	char *index = file_join(dir, "model.safetensors.index.json");
	bool indexed = file_exists(index);
	*out = NULL;
	map_init(&sh.names);
	int rc = indexed ? shards_from_index(&sh, index) : shards_from_dir(&sh, dir);
	if (!rc)
		rc = add_shards(s, dir, &sh);
	if (!rc)
		finish(s);
	if (!rc && indexed)
		rc = check_index(s, index);
	mem_free(index);
	map_release(&sh.names);
	if (rc)
		safetensors_close(s);
	else
		*out = s;
	return rc;
}

void safetensors_close(struct safetensors *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n_maps; i++)
		file_map_close(&s->maps[i]);
	mem_free(s->maps);
	mem_free(s->tensors);
	map_release(&s->names);
	mem_free(s);
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

size_t safetensors_bytes(const struct safetensors *s)
{
	return s->bytes;
}
