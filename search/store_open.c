#include "base/file.h"
#include "base/mem.h"
#include "search/store_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <git2.h>
#include <unistd.h>

/* libgit2's settings are the process's: made once, before the first store. */
static void library_start(void)
{
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);      /* nothing in a store is ever executed */
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)200); /* a run may hold more packs than a process may files */
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""); /* a run does not depend on its user's settings */
}

int store_git_error(int code, const char *doing, const char *what)
{
	const git_error *e = git_error_last();
	const char *why = e && e->message ? e->message : "libgit2 does not say why";
	return err_set(code, "cannot %s %s: %.*s", doing, what, (int)strcspn(why, "\n"), why);
}

static struct store *store_new(const char *dir)
{
	struct store *s = mem_zalloc(sizeof *s);
	s->dir = mem_strdup(dir);
	s->lock = -1;
	map_init(&s->in_batch);
	pack_init(&s->pack);
	library_start();
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	git_odb_free(s->odb);
	git_repository_free(s->repo);
	git_libgit2_shutdown();
	pack_release(&s->pack);
	map_release(&s->in_batch);
	if (s->lock >= 0)
		close(s->lock);
	mem_free(s->dir);
	mem_free(s);
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

static int open_repository(struct store *s)
{
	if (git_repository_open_bare(&s->repo, s->dir) || git_repository_odb(&s->odb, s->repo))
		return err_set(ERR_FORMAT, "%s is not a run: not a bare git repository", s->dir);
	return 0;
}

int store_open(struct store **out, const char *dir)
{
	*out = NULL;
	if (!file_is_dir(dir) && file_exists(dir))
		return err_set(ERR_FORMAT, "%s is not a run: a run is a folder", dir);
	if (!file_is_dir(dir))
		return err_set(ERR_MISSING, "no run in %s: no such folder", dir);
	struct store *s = store_new(dir);
	struct store_id id;
	bool found = false;
	int rc = open_repository(s);
	rc = rc ? rc : store_ref(s, STORE_REF_RUN, &id, &found);
	if (!rc && !found)
		rc = err_set(ERR_FORMAT, "%s is not a run: it has no %s", dir, STORE_REF_RUN);
	if (rc)
		store_close(s);
	else
		*out = s;
	return rc;
}

/* -- opening for writing -- */

static int take_lock(struct store *s)
{
	char *path = file_join(s->dir, STORE_LOCK);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	mem_free(path);
	if (s->lock < 0)
		return err_errno(ERR_IO, "cannot write in %s", s->dir);
	if (flock(s->lock, LOCK_EX | LOCK_NB))
		return err_set(ERR_CONFLICT, "%s is being written by another process: wait for it, or end it", s->dir);
	return 0;
}

static int is_empty(const char *dir, bool *empty, bool *has_lock)
{
	DIR *d = opendir(dir);
	if (!d)
		return err_errno(ERR_IO, "cannot read %s", dir);
	*empty = true;
	*has_lock = false;
	for (struct dirent *e; (e = readdir(d));) {
		if (!strcmp(e->d_name, STORE_LOCK))
			*has_lock = true;
		else if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			*empty = false;
	}
	closedir(d);
	return 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && !strcmp(s + n - m, end);
}

/* What a dead writer left half-written: locks of refs, unfinished packs, an index without its pack. */
static bool is_stale(const char *path, const char *name)
{
	if (ends_with(name, ".lock"))
		return strcmp(name, STORE_LOCK) != 0;
	if (!strncmp(name, "pack_git2_", 10) || ends_with(name, ".reserve"))
		return true;
	if (!ends_with(name, ".idx"))
		return false;
	char *pack = mem_printf("%.*s.pack", (int)(strlen(path) - 4), path);
	bool stale = access(pack, F_OK) != 0;
	mem_free(pack);
	return stale;
}

/* Walks the folder, deepest first, and removes what is stale (or everything but our lock). The writer's lock is held. */
static void sweep(const char *dir, bool everything)
{
	char *roots[] = {(char *)(uintptr_t)dir, NULL}; /* fts does not write through it */
	FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *e; f && (e = fts_read(f));) {
		bool remove_it = everything ? e->fts_level > 0 && strcmp(e->fts_name, STORE_LOCK) : e->fts_info == FTS_F
			&& is_stale(e->fts_path, e->fts_name);
		if (remove_it && e->fts_info != FTS_D)
			remove(e->fts_path);
	}
	if (f)
		fts_close(f);
}

static int create_repository(struct store *s)
{
	/* A writer that died while creating left no ref, so nothing saved: begin anew. */
	sweep(s->dir, true);
	git_repository_init_options o;
	git_repository_init_options_init(&o, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
	o.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
	o.initial_head = "run";
	o.description = "A run of coppice: see `git log --graph --all`\n";
	git_config *config = NULL;
	int rc = git_repository_init_ext(&s->repo, s->dir, &o) || git_repository_odb(&s->odb, s->repo)
		|| git_repository_config(&config, s->repo) || git_config_set_int32(config, "gc.auto", 0);
	git_config_free(config);
	return rc ? store_git_error(ERR_IO, "create the run", s->dir) : 0;
}

static int open_locked(struct store *s, bool has_lock, bool empty, bool *created)
{
	struct store_id id;
	bool found = false;
	*created = false;
	if (!empty) {
		sweep(s->dir, false);
		int rc = open_repository(s);
		rc = rc ? rc : store_ref(s, STORE_REF_RUN, &id, &found);
		if (!rc && found)
			return 0;
		if (!has_lock)
			return err_set(ERR_FORMAT, "%s holds something that is not a run: give another folder", s->dir);
		char *tasks = file_join(s->dir, "refs/heads/task");
		bool saved = file_is_dir(tasks);
		mem_free(tasks);
		if (saved)
			return err_set(ERR_FORMAT, "%s is damaged: it holds tasks but no " STORE_REF_RUN, s->dir);
		git_odb_free(s->odb);
		git_repository_free(s->repo);
		s->odb = NULL;
		s->repo = NULL;
	}
	*created = true;
	return create_repository(s);
}

static int open_to_write(struct store **out, const char *dir, bool anew, bool *created)
{
	*out = NULL;
	bool empty, has_lock;
	int rc = file_mkdirs(dir);
	rc = rc ? rc : is_empty(dir, &empty, &has_lock);
	if (rc)
		return rc;
	/* Not ours: leave it untouched, without even a lock in it. */
	if (!empty && !has_lock)
		return err_set(ERR_FORMAT, "%s holds something that is not a run: give another folder", dir);
	struct store *s = store_new(dir);
	rc = take_lock(s);
	rc = rc ? rc : is_empty(dir, &empty, &has_lock); /* again, now that nobody else writes */
	rc = rc ? rc : anew ? create_repository(s) : open_locked(s, has_lock, empty, created);
	if (rc)
		store_close(s);
	else
		*out = s;
	return rc;
}

int store_open_write(struct store **out, const char *dir, bool *created)
{
	return open_to_write(out, dir, false, created);
}

int store_open_anew(struct store **out, const char *dir)
{
	bool created;
	return open_to_write(out, dir, true, &created);
}

void store_discard(struct store *s)
{
	char *dir = mem_strdup(s->dir), *lock = file_join(s->dir, STORE_LOCK);
	sweep(dir, true);
	unlink(lock);
	store_close(s);
	rmdir(dir);
	mem_free(lock);
	mem_free(dir);
}

int store_side_write(struct store *s, const char *name, const char *text)
{
	char *path = file_join(s->dir, name);
	int rc = file_write(path, text, strlen(text));
	mem_free(path);
	return rc;
}

int store_side_append(struct store *s, const char *name, const char *text)
{
	char *path = file_join(s->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), rc = 0;
	size_t n = strlen(text);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		rc = err_errno(ERR_IO, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return rc;
}
