/* The files of a model folder: which there are, mapping them, reading them ahead. */
#include "base/buf.h"
#include "base/mem.h"
#include "engine/pieces.h"
#include "engine/st_parts.h"
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdatomic.h>

/* While a folder is opened: where its shards' names come from, and where what is wrong goes. */
struct opening {
	struct safetensors *s;
	const char *dir;
	char *index;       /* the path of model.safetensors.index.json */
	json_t *root;      /* what it holds; NULL where there is none */
	struct map shards; /* names, each once */
	struct eng_problems *problems; /* NULL: the first is the error */
};

static int map_shard(struct safetensors *s, const char *path, struct eng_problems *problems)
{
	struct file_map map = {0};
	int rc = file_map_open(&map, path);
	if (rc)
		return rc;
	s->maps = mem_grow(s->maps, (size_t)s->n_maps + 1, sizeof *s->maps);
	s->paths = mem_grow(s->paths, (size_t)s->n_maps + 1, sizeof *s->paths);
	s->paths[s->n_maps] = mem_strdup(path);
	s->maps[s->n_maps++] = map;
	return st_add_file(s, map.data, map.size, problems);
}

static int add_shard(struct opening *o, const char *name)
{
	char *path = file_join(o->dir, name);
	int rc = map_shard(o->s, path, o->problems);
	if (rc == ERR_MISSING) /* also of a link whose file is gone: without an index only that can be */
		err_set(rc, o->root ? "no such file, though the index names it" : "a link that leads to no file");
	if (rc == ERR_MISSING)
		map_put(&o->s->lost, name, strlen(name), o->s->lost.n);
	if (rc && rc != ERR_MISSING)
		map_put(&o->s->unread, name, strlen(name), 0);
	if (rc && o->problems) {
		problems_add_file(o->problems, rc, name, rc != ERR_FORMAT ? "%s" : "%s; the rest of this file was not looked at", err_message());
		rc = 0;
	} else if (rc) {
		err_prefix(rc, "%s", path);
	}
	mem_free(path);
	return rc;
}

static int read_index(struct opening *o)
{
	json_error_t je;
	struct buf b;
	buf_init(&b, ST_MAX_HEADER);
	int rc = file_read_regular(&b, o->index);
	o->root = rc ? NULL : json_loadb(buf_text(&b), b.len, JSON_REJECT_DUPLICATES, &je);
	json_t *map = json_object_get(o->root, "weight_map"), *j;
	const char *tensor;
	if (!rc && !o->root)
		rc = err_set(ERR_FORMAT, "%s: not JSON: %.100s (line %d)", o->index, je.text, je.line);
	if (!rc && !json_is_object(map))
		rc = err_set(ERR_FORMAT, "%s: no weight_map", o->index);
	json_object_foreach(map, tensor, j)
	{
		const char *file = json_string_value(j);
		if (!rc && (!file || !*file || strchr(file, '/') || !strcmp(file, "..")))
			rc = err_set(ERR_FORMAT, "%s: the shard of %.200s is not a plain file name", o->index, tensor);
		if (!rc)
			map_put(&o->shards, file, strlen(file), 0);
	}
	buf_release(&b);
	return rc;
}

/* After the shards are read: whatever the index promises must be in them, or in one that is lost. */
static int check_index(struct opening *o)
{
	json_t *j;
	const char *tensor;
	json_object_foreach(json_object_get(o->root, "weight_map"), tensor, j)
	{
		const char *shard = json_string_value(j);
		const uint64_t *lost = map_get(&o->s->lost, shard, strlen(shard));
		if (safetensors_find(o->s, tensor) || safetensors_excused(o->s, tensor))
			continue;
		if (lost)
			map_put(&o->s->promised, tensor, strlen(tensor), *lost);
		else if (map_get(&o->s->unread, shard, strlen(shard)))
			map_put(&o->s->broken, tensor, strlen(tensor), 0);
		else if (!o->problems)
			return err_set(ERR_FORMAT, "%s: tensor %.200s is not in %.200s, nor in any other shard", o->index, tensor, shard);
		else
			problems_add(o->problems, ERR_FORMAT, tensor, "is not in %.200s, where the index says it is, nor in any other shard", shard);
	}
	return 0;
}

static int read_dir(struct opening *o)
{
	static const char suffix[] = ".safetensors";
	DIR *d = opendir(o->dir);
	if (!d)
		return err_errno(errno == EACCES ? ERR_IO : ERR_MISSING, "cannot open the folder %s", o->dir);
	for (struct dirent *e; (e = readdir(d));) {
		size_t n = strlen(e->d_name), k = sizeof suffix - 1;
		if (n > k && e->d_name[0] != '.' && !strcmp(e->d_name + n - k, suffix))
			map_put(&o->shards, e->d_name, n, 0);
	}
	closedir(d);
	if (!o->shards.n)
		return err_set(ERR_MISSING, "%s: no *.safetensors file in this folder", o->dir);
	return 0;
}

static int by_file_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_shards(struct opening *o)
{
	size_t n = o->shards.n;
	if (n > ST_MAX_SHARDS)
		return err_set(ERR_LIMIT, "%s: %zu shards; at most %d are read", o->dir, n, ST_MAX_SHARDS);
	const char **order = mem_array(n + 1, sizeof *order);
	for (size_t i = 0; i < n; i++)
		order[i] = o->shards.entries[i].key;
	qsort(order, n, sizeof *order, by_file_name);
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++)
		rc = add_shard(o, order[i]);
	mem_free(order);
	return rc;
}

int safetensors_open(struct safetensors **out, const char *dir, struct eng_problems *problems)
{
	struct opening o = {.s = st_new(), .dir = dir, .problems = problems, .index = file_join(dir, "model.safetensors.index.json")};
	*out = NULL;
	map_init(&o.shards);
	o.s->indexed = file_exists(o.index);
	int rc = o.s->indexed ? read_index(&o) : read_dir(&o);
	if (!rc)
		rc = add_shards(&o);
	if (!rc)
		st_finish(o.s);
	if (!rc)
		rc = check_index(&o);
	mem_free(o.index);
	json_decref(o.root);
	map_release(&o.shards);
	if (rc)
		safetensors_close(o.s);
	else
		*out = o.s;
	return rc;
}

void safetensors_sparsely(const struct safetensors *s)
{
	for (int i = 0; i < s->n_maps; i++)
		file_map_sparsely(&s->maps[i]);
}

void safetensors_copied(const struct safetensors *s, const struct st_tensor *t)
{
	const char *at = t->data;
	for (int i = 0; i < s->n_maps; i++) {
		const char *map = s->maps[i].data;
		if (map && at >= map && at < map + s->maps[i].size)
			file_map_done(at, t->bytes);
	}
}

struct reading {
	const struct safetensors *s;
	const struct pieces *pieces;
	atomic_int failed; /* the first piece that could not be read, + 1 */
};

static int read_piece(const struct safetensors *s, const struct piece *p)
{
	return file_map_read(&s->maps[p->of], s->paths[p->of], p->from, p->n);
}

static void try_piece(void *ctx, int item, int thread)
{
	(void)thread;
	struct reading *r = ctx;
	int none = 0;
	if (read_piece(r->s, &r->pieces->list[item]))
		atomic_compare_exchange_strong(&r->failed, &none, item + 1);
}

int safetensors_read(const struct safetensors *s)
{
	enum { READERS = 8 }; /* requests in flight at once: a solid-state disk gives its full speed only to several */
	struct pieces pieces = {0};
	for (int i = 0; i < s->n_maps; i++)
		pieces_add(&pieces, (size_t)i, s->maps[i].size);
	struct reading r = {.s = s, .pieces = &pieces};
	struct crew *crew = crew_new(pieces.n < READERS ? (int)pieces.n : READERS);
	pieces_run(&pieces, "reading weights", crew, try_piece, &r);
	crew_free(crew);
	int failed = atomic_load(&r.failed);
	int rc = failed ? read_piece(s, &pieces.list[failed - 1]) : 0; /* its message belongs to this thread */
	pieces_release(&pieces);
	return rc;
}
