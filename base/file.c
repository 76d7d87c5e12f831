#include "base/file.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every mapped file, for the handler of SIGBUS, which may neither allocate nor lock. A slot whose data is NULL is free; a file
 * that finds none is mapped all the same, only nameless when its disk fails. */
enum { GUARDED_FILES = 4096, GUARDED_NAME = 200 };
static struct guarded {
	_Atomic(const char *) data;
	size_t size;
	char name[GUARDED_NAME];
} guarded[GUARDED_FILES];
static pthread_mutex_t guarded_lock = PTHREAD_MUTEX_INITIALIZER;
static int n_guarded; /* slots below have been used; under guarded_lock */

static void remember(const struct file_map *m, const char *path)
{
	size_t n = strlen(path), skip = n < GUARDED_NAME ? 0 : n - GUARDED_NAME + 1; /* the end of a long name says most */
	pthread_mutex_lock(&guarded_lock);
	int i = 0;
	while (i < n_guarded && atomic_load(&guarded[i].data))
		i++;
	if (i < GUARDED_FILES) {
		guarded[i].size = m->size;
		memcpy(guarded[i].name, path + skip, n - skip + 1);
		atomic_store(&guarded[i].data, (const char *)m->data);
		n_guarded = i < n_guarded ? n_guarded : i + 1;
	}
	pthread_mutex_unlock(&guarded_lock);
}

static void forget(const struct file_map *m)
{
	pthread_mutex_lock(&guarded_lock);
	for (int i = 0; i < n_guarded; i++)
		if (atomic_load(&guarded[i].data) == (const char *)m->data)
			atomic_store(&guarded[i].data, NULL);
	pthread_mutex_unlock(&guarded_lock);
}

static void say_raw(const char *s)
{
	ssize_t n = write(STDERR_FILENO, s, strlen(s));
	(void)n; /* nobody is left to tell */
}

static void on_bus_error(int sig, siginfo_t *info, void *context)
{
	(void)context;
	for (int i = 0; i < GUARDED_FILES; i++) {
		const char *data = atomic_load(&guarded[i].data), *at = info->si_addr;
		if (!data || at < data || at >= data + guarded[i].size)
			continue;
		say_raw("coppice: ");
		say_raw(guarded[i].name);
		say_raw(": cannot be read any more: the file was cut short while it was in use, or its disk fails\n");
		_exit(1);
	}
	signal(sig, SIG_DFL); /* not of a mapped file: as if nobody had asked */
}

void file_map_guard(void)
{
	struct sigaction a = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
	sigaction(SIGBUS, &a, NULL);
}

/* Not there, or a link that leads nowhere. */
static int open_failed(const char *path)
{
	bool missing = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
	return err_errno(missing ? ERR_MISSING : ERR_IO, "cannot open %s", path);
}

/* Opening a FIFO waits for whoever writes to it, unless it is asked not to; and what is no regular file is refused. */
static int open_regular(int *out, struct stat *st, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	if (fd < 0)
		return open_failed(path);
	if (fstat(fd, st) < 0)
		err = err_errno(ERR_IO, "cannot read %s", path);
	else if (!S_ISREG(st->st_mode))
		err = err_set(ERR_IO, "cannot read %s: not a regular file", path);
	else if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0)
		err = err_errno(ERR_IO, "cannot read %s", path);
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}

int file_map_open(struct file_map *out, const char *path)
{
	int fd;
	struct stat st;
	*out = (struct file_map){ 0 };
	int err = open_regular(&fd, &st, path);
	if (err)
		return err;
	if (st.st_size > 0) {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			err = err_errno(ERR_IO, "cannot map %s", path);
		else
			*out = (struct file_map){ p, (size_t)st.st_size };
	}
	close(fd);
	if (out->data)
		remember(out, path);
	return err;
}

void file_map_close(struct file_map *m)
{
	if (m->data) {
		forget(m);
		munmap((void *)(uintptr_t)m->data, m->size);
	}
	*m = (struct file_map){ 0 };
}

void file_map_soon(const void *at, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)at / page * page;
	madvise((void *)begin, n + ((uintptr_t)at - begin), MADV_WILLNEED);
}

void file_map_sparsely(const struct file_map *m)
{
	if (m->data)
		madvise((void *)(uintptr_t)m->data, m->size, MADV_RANDOM);
}

void file_map_done(const void *at, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)at + page - 1) / page * page, end = ((uintptr_t)at + n) / page * page;
	if (begin < end)
		madvise((void *)begin, end - begin, MADV_DONTNEED);
}

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

int file_map_read(const struct file_map *m, const char *path, size_t from, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), begin = from / page * page;
	char *at = (char *)(uintptr_t)m->data + begin;
	madvise(at, from + n - begin, MADV_WILLNEED); /* all of it is asked for at once, then waited for */
	if (!madvise(at, from + n - begin, MADV_POPULATE_READ) || errno == EINVAL || errno == ENOSYS)
		return 0; /* an older system: pages come when they are touched */
	if (errno == EFAULT || errno == ENOMEM)
		return err_set(ERR_IO, "%s: bytes %zu to %zu cannot be read: the file is shorter than it was, or its disk fails", path, from, from + n - 1);
	return err_errno(ERR_IO, "%s: bytes %zu to %zu cannot be read", path, from, from + n - 1);
}

static int read_stream(struct buf *b, int fd, const char *path)
{
	char chunk[65536];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(ERR_IO, "cannot read %s", path);
		if (n == 0)
			return 0;
		if (buf_add(b, chunk, (size_t)n) < 0)
			return err_set(ERR_LIMIT, "%s is larger than %zu bytes, the most that is read of such a file", path, b->max);
	}
}

int file_read(struct buf *b, const char *path)
{
	if (strcmp(path, "-") == 0)
		return read_stream(b, 0, "standard input");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return open_failed(path);
	int err = read_stream(b, fd, path);
	close(fd);
	return err;
}

int file_read_regular(struct buf *b, const char *path)
{
	int fd;
	struct stat st;
	int err = open_regular(&fd, &st, path);
	if (err)
		return err;
	err = read_stream(b, fd, path);
	close(fd);
	return err;
}

static int write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, data, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		data += w;
		n -= (size_t)w;
	}
	return 0;
}

bool file_is_special(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

char *file_target(const char *path)
{
	char *real = realpath(path, NULL), *out = mem_strdup(real ? real : path);
	free(real);
	return out;
}

static int write_special(const char *path, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(ERR_IO, "cannot write %s", path);
	int err = write_all(fd, data, n) < 0 ? err_errno(ERR_IO, "cannot write %s", path) : 0;
	if (close(fd) < 0 && !err)
		err = err_errno(ERR_IO, "cannot write %s", path);
	return err;
}

/* Opens a file beside *target, what path means, to be renamed to it. -1 with errno; both names are yours in any case. */
static int open_beside(char **target, char **temporary, const char *path)
{
	*target = file_target(path);
	*temporary = mem_printf("%s.%ld.tmp", *target, (long)getpid());
	return open(*temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

int file_write(const char *path, const void *data, size_t n)
{
	if (file_is_special(path))
		return write_special(path, data, n);
	char *target, *temporary;
	int err = 0, fd = open_beside(&target, &temporary, path);
	if (fd < 0) {
		err = err_errno(ERR_IO, "cannot write %s", path);
		goto out;
	}
	bool failed = write_all(fd, data, n) < 0 || fsync(fd) < 0;
	int saved = errno;
	if (close(fd) < 0 && !failed) {
		failed = true;
		saved = errno;
	}
	if (!failed && rename(temporary, target) < 0) {
		failed = true;
		saved = errno;
	}
	if (failed) {
		errno = saved;
		err = err_errno(ERR_IO, "cannot write %s", path);
		unlink(temporary);
	}
out:
	mem_free(temporary);
	mem_free(target);
	return err;
}

int file_can_write(const char *path)
{
	if (file_is_special(path))
		return access(path, W_OK) < 0 ? err_errno(ERR_IO, "cannot write %s", path) : 0;
	char *target, *temporary;
	int fd = open_beside(&target, &temporary, path), err = fd < 0 ? err_errno(ERR_IO, "cannot write %s", path) : 0;
	if (fd >= 0) {
		close(fd);
		unlink(temporary);
	}
	mem_free(temporary);
	mem_free(target);
	return err;
}

int file_mkdirs(const char *path)
{
	char *copy = mem_strdup(path);
	int err = 0;
	for (char *at = copy + 1; !err; at++) {
		if (*at && *at != '/')
			continue;
		char end = *at;
		*at = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			err = err_errno(ERR_IO, "cannot make the folder %s", copy);
		*at = end;
		if (!end)
			break;
	}
	if (!err && !file_is_dir(path))
		err = err_set(ERR_IO, "cannot make the folder %s: a file of that name is in the way", path);
	mem_free(copy);
	return err;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	return mem_printf(n && dir[n - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

int file_data(char **out, const char *name)
{
	const char *home = getenv("COPPICE_HOME");
	if (home && *home) {
		*out = file_join(home, name);
		if (file_exists(*out))
			return 0;
		int err = err_set(ERR_MISSING, "%s is not there (COPPICE_HOME is set to %s)", *out, home);
		mem_free(*out);
		*out = NULL;
		return err;
	}
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	exe[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	/* build/coppice, build/tests/folder/test_x, and an installed bin/coppice */
	static const char *const places[] = { "..", "../..", "../../..", "../share/coppice" };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		*out = mem_printf("%s/%s/%s", exe, places[i], name);
		if (file_exists(*out))
			return 0;
		mem_free(*out);
	}
	*out = mem_strdup(name); /* the working directory: a checkout built elsewhere */
	if (file_exists(*out))
		return 0;
	mem_free(*out);
	*out = NULL;
	return err_set(ERR_MISSING, "the data folder %s is not beside %s: set COPPICE_HOME to the folder that holds it", name, exe);
}
