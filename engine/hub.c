#include "engine/hub.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "engine/safetensors.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <jansson.h>

enum { PART_MAX = 96 }; /* of an owner, of a name: the hub's own limit */

/* A hub id in its parts; revision points into the id, after its '@'. */
struct id {
	char owner[PART_MAX + 1], name[PART_MAX + 1];
	const char *revision; /* NULL: main */
};

static bool copy_part(char *out, const char *s, size_t n)
{
	if (n < 1 || n > PART_MAX || *s == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-_.", s[i]))
			return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* Revisions may be paths (refs/pr/1), but lead nowhere outside. */
static bool parse_id(struct id *id, const char *s)
{
	const char *slash = strchr(s, '/'), *at = strchr(s, '@');
	size_t end = at ? (size_t)(at - s) : strlen(s);
	if (!slash || (size_t)(slash - s) >= end)
		return false;
	id->revision = at ? at + 1 : NULL;
	if (at && (!at[1] || at[1] == '/' || strstr(at + 1, "..")))
		return false;
	return copy_part(id->owner, s, (size_t)(slash - s)) && copy_part(id->name, slash + 1, end - (size_t)(slash - s) - 1);
}

/* Yours. NULL where not even a home is known. */
static char *cache_folder(void)
{
	static const struct {
		const char *variable, *below;
	} places[] = {{"HF_HUB_CACHE", ""}, {"HF_HOME", "hub"}, {"XDG_CACHE_HOME", "huggingface/hub"}, {"HOME", ".cache/huggingface/hub"}};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *v = getenv(places[i].variable);
		if (v && *v)
			return *places[i].below ? file_join(v, places[i].below) : mem_strdup(v);
	}
	return NULL;
}

/* The snapshot that a revision means: the commit in refs/REVISION, or the revision as a commit itself. Yours, or NULL. */
static char *find_snapshot(const char *repo, const char *revision)
{
	char *ref = mem_printf("%s/refs/%s", repo, revision), *found = NULL;
	struct buf b;
	buf_init(&b, 4096);
	const char *commit = revision;
	size_t n = strlen(revision);
	if (file_exists(ref) && !file_is_dir(ref) && !file_read_regular(&b, ref)) {
		commit = buf_text(&b);
		n = strcspn(commit, " \t\r\n");
	}
	char part[PART_MAX + 1];
	if (copy_part(part, commit, n < PART_MAX ? n : PART_MAX + 1)) {
		found = mem_printf("%s/snapshots/%s", repo, part);
		if (!file_is_dir(found)) {
			mem_free(found);
			found = NULL;
		}
	}
	buf_release(&b);
	mem_free(ref);
	return found;
}

static void print_command(char *out, size_t size, const struct id *id)
{
	snprintf(out, size, "hf download %s/%s%s%s", id->owner, id->name, id->revision ? " --revision " : "", id->revision ? id->revision : "");
}

static int not_found(const struct id *id, const char *cache, const char *repo)
{
	char command[PART_MAX * 4];
	print_command(command, sizeof command, id);
	if (!cache)
		return err_set(ERR_MISSING, "no folder %s/%s here, and no cache to look into: none of HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME and HOME is set",
		               id->owner, id->name);
	if (file_is_dir(repo))
		return err_set(ERR_MISSING, "%s holds no snapshot of revision %s; nothing is downloaded from here: `%s` would", repo,
		               id->revision ? id->revision : "main", command);
	return err_set(ERR_MISSING, "no folder %s/%s here, and no %s; nothing is downloaded from here: `%s` would", id->owner, id->name, repo, command);
}

int hub_find(char **dir, const char *name)
{
	struct id id;
	*dir = NULL;
	errno = 0;
	if (file_is_dir(name)) {
		*dir = mem_strdup(name);
		return 0;
	}
	if (errno == EACCES)
		return err_errno(ERR_IO, "cannot look for %s", name);
	if (!parse_id(&id, name))
		return err_set(ERR_MISSING, "%s: no such folder; a model is a folder with config.json and *.safetensors, or a hub id, owner/name, of one in the "
		               "local cache", name);
	char *cache = cache_folder(), *repo = mem_printf("%s/models--%s--%s", cache ? cache : "", id.owner, id.name);
	if (cache)
		*dir = find_snapshot(repo, id.revision ? id.revision : "main");
	int rc = *dir ? 0 : not_found(&id, cache, repo);
	mem_free(cache);
	mem_free(repo);
	return rc;
}

/* What is missing of a snapshot: the first of them by name, and how many. */
struct missing {
	char first[256];
	int n;
};

static void look_for(struct missing *m, const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	errno = 0;
	if (!file_exists(path) && errno != EACCES && !m->n++)
		snprintf(m->first, sizeof m->first, "%s", name);
	mem_free(path);
}

/* Shards that the index names; an index that is broken says so when the model is opened. */
static void look_for_shards(struct missing *m, const char *dir, const char *index)
{
	struct buf b;
	struct map seen;
	const char *tensor;
	json_t *j;
	buf_init(&b, ST_MAX_HEADER);
	map_init(&seen);
	json_t *root = file_read_regular(&b, index) ? NULL : json_loadb(buf_text(&b), b.len, 0, NULL);
	json_object_foreach(json_object_get(root, "weight_map"), tensor, j)
	{
		const char *shard = json_string_value(j);
		if (shard && !strchr(shard, '/') && map_put(&seen, shard, strlen(shard), 0))
			look_for(m, dir, shard);
	}
	json_decref(root);
	map_release(&seen);
	buf_release(&b);
}

/* A folder that cannot be read says so when the model is opened. */
static bool has_weights(const char *dir)
{
	static const char suffix[] = ".safetensors";
	DIR *d = opendir(dir);
	bool found = !d && errno == EACCES;
	for (struct dirent *e; d && !found && (e = readdir(d));) {
		size_t n = strlen(e->d_name), k = sizeof suffix - 1;
		char *path = file_join(dir, e->d_name);
		found = n > k && !strcmp(e->d_name + n - k, suffix) && file_exists(path); /* a link may be there before its file */
		mem_free(path);
	}
	if (d)
		closedir(d);
	return found;
}

int hub_check(const char *dir, const char *name)
{
	struct id id;
	struct missing m = {0};
	char command[PART_MAX * 4], more[40] = "";
	if (!strcmp(dir, name) || !parse_id(&id, name))
		return 0;
	char *index = file_join(dir, "model.safetensors.index.json");
	look_for(&m, dir, "config.json");
	if (file_exists(index))
		look_for_shards(&m, dir, index);
	else if (!has_weights(dir) && !m.n++)
		snprintf(m.first, sizeof m.first, "every *.safetensors");
	mem_free(index);
	if (!m.n)
		return 0;
	if (m.n > 1)
		snprintf(more, sizeof more, " and %d other file%s", m.n - 1, m.n > 2 ? "s" : "");
	print_command(command, sizeof command, &id);
	return err_set(ERR_MISSING, "%s: the download is incomplete: %s%s %s missing; `%s` completes it", dir, m.first, more, m.n > 1 ? "are" : "is", command);
}

/* The last component of a path, which is cut off it; "" when none is left. */
static char *cut_last(char *path)
{
	size_t n = strlen(path);
	while (n && path[n - 1] == '/')
		path[--n] = '\0';
	char *slash = strrchr(path, '/'), *part = slash ? slash + 1 : path;
	if (slash)
		*slash = '\0';
	return part;
}

char *hub_model_name(const char *dir)
{
	char *path = mem_strdup(dir), *name = cut_last(path);
	if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) {
		mem_free(path);
		path = file_target(dir);
		name = cut_last(path);
	}
	if (name > path && !strcmp(cut_last(path), "snapshots")) {
		char *repo = cut_last(path), *behind = strncmp(repo, "models--", 8) ? NULL : strstr(repo + 8, "--");
		name = behind ? behind + 2 : name;
	}
	char *out = mem_strdup(name);
	mem_free(path);
	return out;
}
