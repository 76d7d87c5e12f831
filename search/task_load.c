#include "base/file.h"
#include "base/mem.h"
#include "search/records.h"
#include "search/task.h"
#include <dirent.h>
#include <string.h>

static int load_file(struct srch_tasks *t, const char *path)
{
	struct buf b;
	buf_init(&b, SRCH_MAX_TASK_BYTES);
	int rc = file_read(&b, path);
	rc = rc ? rc : srch_tasks_parse(t, strcmp(path, "-") ? path : "standard input", buf_text(&b), b.len);
	buf_release(&b);
	return rc;
}

static int is_jsonl(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return (n > 6 && !strcmp(d->d_name + n - 6, ".jsonl")) || (n > 9 && !strcmp(d->d_name + n - 9, ".jsonl.gz"));
}

/* Order of bytes, whatever the locale says. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_folder(struct srch_tasks *t, const char *path)
{
	struct dirent **found = NULL;
	int n = scandir(path, &found, is_jsonl, by_name), rc = 0;
	if (n < 0)
		return err_errno(ERR_IO, "cannot read the folder %s", path);
	if (n == 0)
		rc = err_set(ERR_MISSING, "%s holds no tasks: no *.jsonl in it", path);
	for (int i = 0; i < n; i++) {
		char *file = file_join(path, found[i]->d_name);
		rc = rc ? rc : load_file(t, file);
		mem_free(file);
		free(found[i]);
	}
	free(found);
	return rc;
}

static int load_path(struct srch_tasks *t, const char *path)
{
	return strcmp(path, "-") && file_is_dir(path) ? load_folder(t, path) : load_file(t, path);
}

/* A name that exists as it stands is taken so, commas and all. */
static int load_list(struct srch_tasks *t, const char *list)
{
	if (file_exists(list) || !strchr(list, ','))
		return load_path(t, list);
	for (const char *p = list; *p;) {
		size_t len = strcspn(p, ",");
		char *one = mem_strndup(p, len);
		int rc = len ? load_path(t, one) : 0;
		mem_free(one);
		if (rc)
			return rc;
		p += len + (p[len] == ',');
	}
	return 0;
}

int srch_tasks_load(struct srch_tasks *t, const char *const *paths, size_t n_paths)
{
	int rc = 0;
	if (n_paths == 0) {
		char *dir;
		rc = file_data(&dir, "benchmarks/tasks");
		if (rc)
			return rc;
		rc = load_folder(t, dir);
		mem_free(dir);
	}
	for (size_t i = 0; i < n_paths && !rc; i++)
		rc = load_list(t, paths[i]);
	if (rc)
		return rc;
	srch_tasks_join(t);
	return t->n ? 0 : err_set(ERR_FORMAT, "%s holds no task", n_paths ? paths[0] : "benchmarks/tasks");
}
