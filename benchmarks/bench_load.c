/* How fast a model is opened from the disk, beside how fast its files can be read at all.
 *
 *   bench_load --make SEED SHAPE DIR     writes the shape of SHAPE/config.json as a published checkpoint: shards of up to 4 GiB and
 *                                        an index, of made-up weights, which need the memory that the model needs
 *   bench_load [--rounds N] [--csv] DIR
 *
 * In every round, each time with none of the files' pages in the system's cache (posix_fadvise, POSIX_FADV_DONTNEED, which throws out
 * what was written and is mapped by nobody):
 *   read     by one reader, 16 MiB at a time, as `cat` or `dd bs=16M` would
 *   open     eng_model_open: all of the weights in memory
 *   headers  what `coppice model` reads: a few pages
 * and then `warm`, eng_model_open with everything in the cache. Rounds alternate, so that a disk that is shared or that warms up
 * shows; every row is printed. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/model.h"
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 16 << 20, MAX_ROUNDS = 20 };
#define SHARD_BYTES ((size_t)4 << 30)

static void or_stop(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "bench_load: %s\n", err_message());
	exit(err_exit_status(rc));
}

/* -- making one -- */

static void put(FILE *f, const void *data, size_t n)
{
	if (fwrite(data, 1, n, f) != n)
		or_stop(err_errno(ERR_IO, "cannot write a shard"));
}

/* Tensors from .. end - 1 as one file. */
static void write_shard(const struct safetensors *s, size_t from, size_t end, const char *path)
{
	struct buf h;
	size_t at = 0;
	buf_init(&h, ST_MAX_HEADER);
	buf_str(&h, "{\"__metadata__\":{\"format\":\"pt\"}");
	for (size_t i = from; i < end; i++) {
		const struct st_tensor *t = safetensors_at(s, i);
		buf_printf(&h, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", t->name, st_type_name(t->type));
		for (int d = 0; d < t->n_dims; d++)
			buf_printf(&h, d ? ",%" PRId64 : "%" PRId64, t->dims[d]);
		buf_printf(&h, "],\"data_offsets\":[%zu,%zu]}", at, at + t->bytes);
		at += t->bytes;
	}
	buf_str(&h, "}");
	while (h.len % 8)
		buf_str(&h, " ");
	assert(!h.truncated);
	FILE *f = fopen(path, "wb");
	if (!f)
		or_stop(err_errno(ERR_IO, "%s", path));
	uint64_t n = h.len;
	put(f, &n, sizeof n);
	put(f, h.data, h.len);
	for (size_t i = from; i < end; i++)
		put(f, safetensors_at(s, i)->data, safetensors_at(s, i)->bytes);
	if (fflush(f) || fsync(fileno(f)) || fclose(f))
		or_stop(err_errno(ERR_IO, "%s", path));
	buf_release(&h);
}

/* Where the shard that begins with tensor `from` ends. */
static size_t shard_end(const struct safetensors *s, size_t from)
{
	size_t bytes = 0, i = from;
	while (i < safetensors_count(s) && (i == from || bytes + safetensors_at(s, i)->bytes <= SHARD_BYTES))
		bytes += safetensors_at(s, i++)->bytes;
	return i;
}

static void write_shards(const struct safetensors *s, const char *dir)
{
	struct buf index;
	size_t n = safetensors_count(s), shards = 0, shard = 0;
	buf_init(&index, ST_MAX_HEADER);
	buf_str(&index, "{\"weight_map\":{");
	for (size_t i = 0; i < n; i = shard_end(s, i))
		shards++;
	for (size_t i = 0; i < n; shard++) {
		char name[64], *path;
		snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", shard + 1, shards);
		path = file_join(dir, name);
		size_t end = shard_end(s, i);
		write_shard(s, i, end, path);
		for (; i < end; i++)
			buf_printf(&index, "%s\n\"%s\":\"%s\"", i ? "," : "", safetensors_at(s, i)->name, name);
		mem_free(path);
	}
	buf_str(&index, "}}\n");
	char *path = file_join(dir, "model.safetensors.index.json");
	assert(!index.truncated);
	or_stop(file_write(path, index.data, index.len));
	mem_free(path);
	buf_release(&index);
}

static void make(const char *seed, const char *shape, const char *dir)
{
	struct eng_config c;
	struct eng_weights *w;
	struct crew *crew = crew_new(thread_cpus());
	struct weights_source from = {.dir = shape, .dummy = true, .seed = strtoull(seed, NULL, 10), .crew = crew};
	or_stop(config_open(&c, shape));
	or_stop(file_mkdirs(dir));
	or_stop(weights_open(&w, &from, &c, NULL));
	write_shards(w->files, dir);
	struct buf config;
	char *in = file_join(shape, "config.json"), *out = file_join(dir, "config.json");
	buf_init(&config, BUF_MAX_TEXT);
	or_stop(file_read(&config, in));
	or_stop(file_write(out, config.data, config.len));
	buf_release(&config);
	mem_free(in);
	mem_free(out);
	weights_close(w);
	config_release(&c);
	crew_free(crew);
}

/* -- measuring -- */

typedef void shard_fn(int fd, size_t *bytes);

static void drop(int fd, size_t *bytes)
{
	(void)bytes;
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		or_stop(err_set(ERR_IO, "this system does not drop pages"));
}

static void read_all(int fd, size_t *bytes)
{
	static char block[BLOCK];
	for (ssize_t n; (n = read(fd, block, BLOCK)) > 0;)
		*bytes += (size_t)n;
}

static size_t each_shard(const char *dir, shard_fn *fn)
{
	size_t bytes = 0;
	DIR *d = opendir(dir);
	if (!d)
		or_stop(err_errno(ERR_MISSING, "%s", dir));
	for (struct dirent *e; (e = readdir(d));) {
		size_t n = strlen(e->d_name);
		if (n < 12 || strcmp(e->d_name + n - 12, ".safetensors"))
			continue;
		char *path = file_join(dir, e->d_name);
		int fd = open(path, O_RDONLY);
		if (fd < 0)
			or_stop(err_errno(ERR_IO, "%s", path));
		fn(fd, &bytes);
		close(fd);
		mem_free(path);
	}
	closedir(d);
	return bytes;
}

static double seconds_to_open(const char *dir)
{
	struct eng_model *m;
	double start = clock_seconds();
	or_stop(eng_model_open(&m, dir, &(struct eng_options){.max_forks = 1, .max_positions = 64}));
	double s = clock_seconds() - start;
	eng_model_close(m);
	return s;
}

static double seconds_to_look(const char *dir)
{
	struct eng_config c;
	struct eng_weights *w;
	double start = clock_seconds();
	or_stop(config_open(&c, dir));
	or_stop(weights_open(&w, &(struct weights_source){.dir = dir, .headers_only = true}, &c, NULL));
	double s = clock_seconds() - start;
	weights_close(w);
	config_release(&c);
	return s;
}

static void row(bool csv, const char *what, int round, size_t bytes, double s)
{
	double gb = (double)bytes / 1e9;
	printf(csv ? "%s,%d,%.2f,%.3f,%.2f\n" : "%-8s round %d  %6.2f GB  %8.3f s  %6.2f GB/s\n", what, round, gb, s, gb / s);
	fflush(stdout);
}

static void measure(const char *dir, int rounds, bool csv)
{
	if (csv)
		puts("what,round,gb,seconds,gb_per_s");
	for (int i = 1; i <= rounds; i++) {
		each_shard(dir, drop);
		double start = clock_seconds();
		size_t bytes = each_shard(dir, read_all);
		row(csv, "read", i, bytes, clock_seconds() - start);
		each_shard(dir, drop);
		row(csv, "headers", i, 0, seconds_to_look(dir));
		each_shard(dir, drop);
		row(csv, "open", i, bytes, seconds_to_open(dir));
		row(csv, "warm", i, bytes, seconds_to_open(dir));
	}
}

int main(int argc, char **argv)
{
	int rounds = 3, i = 1;
	bool csv = false;
	if (argc == 5 && !strcmp(argv[1], "--make")) {
		make(argv[2], argv[3], argv[4]);
		return 0;
	}
	for (; i < argc - 1; i++)
		if (!strcmp(argv[i], "--csv"))
			csv = true;
		else if (!strcmp(argv[i], "--rounds") && i + 2 < argc && (rounds = (int)strtol(argv[++i], NULL, 10)) >= 1 && rounds <= MAX_ROUNDS)
			continue;
		else
			break;
	if (i != argc - 1) {
		fprintf(stderr, "bench_load: --make SEED SHAPE DIR, or [--rounds 1..%d] [--csv] DIR\n", MAX_ROUNDS);
		return 2;
	}
	measure(argv[i], rounds, csv);
	return 0;
}
