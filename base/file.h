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
/* Read-only. ERR_MISSING when it is not there or a link leads nowhere; ERR_IO, also for what is no regular file (a FIFO would wait). */
int file_map_open(struct file_map *out, const char *path) CHECK_RESULT;
void file_map_close(struct file_map *m);
/* Reads all of it into memory that the program shares with the system (pages of the file, no copy), at the speed of the disk, by
 * `from` .. `from + n - 1`. What would have been a SIGBUS on a later access is an ERR_IO here. */
int file_map_read(const struct file_map *m, const char *path, size_t from, size_t n) CHECK_RESULT;
/* Tells the system that these bytes of a mapped file will be read soon; returns at once. */
void file_map_soon(const void *at, size_t n);
/* Tells the system that only a few places of it will be read: a page for each, and nothing ahead. */
void file_map_sparsely(const struct file_map *m);
/* Tells the system that these bytes of a mapped file will hardly be read again: whole pages of them no longer count as the program's
 * memory, and come back from the file when they are read after all. */
void file_map_done(const void *at, size_t n);
/* From now on a page of a mapped file that cannot be read (the file was cut short, the disk fails) ends the program with a
 * message that names the file and exit status 1, not with a bare SIGBUS. For main() alone. */
void file_map_guard(void);

/* Appends the whole file (or standard input for "-") to b; ERR_IO, ERR_LIMIT when over b->max. */
int file_read(struct buf *b, const char *path) CHECK_RESULT;
/* The same of files that are part of something, a model's for one: "-" is a name, and what is no regular file is ERR_IO, not waited for. */
int file_read_regular(struct buf *b, const char *path) CHECK_RESULT;
/* Written beside and renamed: after a crash or a full disk the old file, or none, is there. A symbolic link stays, what it leads to
 * is replaced; into a device or a FIFO it is written straight. ERR_IO. */
int file_write(const char *path, const void *data, size_t n) CHECK_RESULT;
/* Whether file_write could begin, for whoever works long before it writes. Leaves nothing behind. ERR_IO. */
int file_can_write(const char *path) CHECK_RESULT;
/* Whether something is at path that is no file of its own: a device, a FIFO, a socket, a folder. Links are followed. */
bool file_is_special(const char *path);
/* The name to rename to: what a symbolic link leads to, else path. Yours. */
char *file_target(const char *path);
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
