/* base/file.h - layer 0. Files: mapped, read whole, written whole or not at all. Messages name the path. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct file_map {
	const void *data; /* NULL for an empty file */
	size_t size;
};
int file_map_open(struct file_map *out, const char *path) CHECK_RESULT; /* read-only, ERR_IO */
void file_map_close(struct file_map *m);

/* Appends the whole file (or standard input for "-") to b; ERR_IO, ERR_LIMIT when over b->max. */
int file_read(struct buf *b, const char *path) CHECK_RESULT;
/* Written beside and renamed: after a crash or a full disk the old file, or none, is there. ERR_IO. */
int file_write(const char *path, const void *data, size_t n) CHECK_RESULT;
/* mkdir -p. */
int file_mkdirs(const char *path) CHECK_RESULT;
bool file_exists(const char *path);
bool file_is_dir(const char *path);
/* Yours: "a/b" of a and b. */
char *file_join(const char *dir, const char *name);
/* Yours: a data folder of this program ("models/sapling", "benchmarks/tasks"): $COPPICE_HOME/name, else beside the
 * executable (../name, ../share/coppice/name). ERR_MISSING names the places tried. */
int file_data(char **out, const char *name) CHECK_RESULT;

#endif
