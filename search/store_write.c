#include "base/file.h"
#include "base/mem.h"
#include "search/store_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/commit.h>
#include <string.h>
#include <unistd.h>

/* A batch that grows past this goes to disk even before its ref is moved. */
#define BATCH_BYTES ((size_t)64 << 20)
#define SIGNATURE "coppice <coppice@localhost> 0 +0000"

static int put(struct store *s, enum pack_type type, const void *data, size_t n, struct store_id *id)
{
	git_oid oid;
	pack_object_id(id->b, type, data, n);
	memcpy(oid.id, id->b, sizeof oid.id);
	if (map_get(&s->in_batch, id->b, sizeof id->b) || git_odb_exists_ext(s->odb, &oid, GIT_ODB_LOOKUP_NO_REFRESH))
		return 0;
	int rc = s->pack.bytes.len > BATCH_BYTES ? store_flush(s) : 0;
	rc = rc ? rc : pack_add(&s->pack, type, data, n);
	if (!rc)
		map_put(&s->in_batch, id->b, sizeof id->b, 1);
	return rc;
}

int store_put_blob(struct store *s, const void *data, size_t n, struct store_id *id)
{
	return put(s, PACK_BLOB, n ? data : "", n, id);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct store_entry *)a)->name, ((const struct store_entry *)b)->name);
}

int store_put_tree(struct store *s, const struct store_entry *e, size_t n, struct store_id *id)
{
	struct store_entry *sorted = mem_dup(e, n * sizeof *e);
	qsort(sorted, n, sizeof *sorted, by_name);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "100644 %s", sorted[i].name);
		buf_char(&b, '\0');
		buf_add(&b, sorted[i].id.b, sizeof sorted[i].id.b);
	}
	int rc = put(s, PACK_TREE, buf_text(&b), b.len, id);
	buf_release(&b);
	mem_free(sorted);
	return rc;
}

int store_put_commit(struct store *s, const struct store_id *tree, const struct store_id *parents, size_t n_parents,
	const char *message, struct store_id *id)
{
	char hex[41];
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	store_id_hex(hex, tree);
	buf_printf(&b, "tree %s\n", hex);
	for (size_t i = 0; i < n_parents; i++) {
		store_id_hex(hex, &parents[i]);
		buf_printf(&b, "parent %s\n", hex);
	}
	buf_str(&b, "author " SIGNATURE "\ncommitter " SIGNATURE "\n\n");
	buf_str(&b, message);
	int rc = b.truncated ? err_set(ERR_LIMIT, "a commit of the run store grew past %zu bytes", b.max)
		: put(s, PACK_COMMIT, buf_text(&b), b.len, id);
	buf_release(&b);
	return rc;
}

size_t store_batch_bytes(const struct store *s)
{
	return s->pack.n ? s->pack.bytes.len : 0;
}

/* git_indexer writes through a memory map: on a full disk that would be a SIGBUS, not an error. So the room is asked for
 * first, where the answer is a value. The index takes less than 40 bytes an object besides its 1 KiB table. */
static int reserve(struct store *s, size_t bytes)
{
	char *path = file_join(s->dir, "objects/pack/next.reserve");
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int why = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)bytes);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	mem_free(path);
	errno = why;
	return why ? err_errno(ERR_IO, "cannot save %zu bytes of the run in %s (what was saved before is kept)", bytes, s->dir) : 0;
}

/* Every object is inflated and hashed on the way. */
static int index_pack(struct store *s, const void *bytes, size_t n)
{
	char *dir = file_join(s->dir, "objects/pack");
	git_indexer *indexer = NULL;
	git_indexer_progress stats = {0};
	int rc = git_indexer_new(&indexer, dir, 0444, s->odb, NULL)
		|| git_indexer_append(indexer, bytes, n, &stats) || git_indexer_commit(indexer, &stats);
	if (rc)
		rc = store_git_error(ERR_IO, "save a pack of the run in", dir);
	git_indexer_free(indexer);
	mem_free(dir);
	return rc;
}

int store_flush(struct store *s)
{
	if (!s->pack.n)
		return 0;
	pack_close(&s->pack);
	int rc = reserve(s, s->pack.bytes.len + 40 * (size_t)s->pack.n + 65536);
	rc = rc ? rc : index_pack(s, s->pack.bytes.data, s->pack.bytes.len);
	pack_clear(&s->pack);
	map_release(&s->in_batch);
	map_init(&s->in_batch);
	if (!rc && git_odb_refresh(s->odb))
		rc = store_git_error(ERR_IO, "read again the packs of", s->dir);
	return rc;
}

/* -- another store's objects -- */

/* A pack of it, and room for its index. */
static int take_pack(struct store *s, const char *path)
{
	struct file_map m;
	int rc = file_map_open(&m, path);
	if (rc)
		return rc;
	const unsigned char *count = (const unsigned char *)m.data + 8; /* of objects: the header's last word */
	size_t n = m.size < 12 ? 0 : (size_t)count[0] << 24 | (size_t)count[1] << 16 | (size_t)count[2] << 8 | count[3];
	rc = reserve(s, m.size + 40 * n + 65536);
	rc = rc ? rc : index_pack(s, m.data, m.size);
	file_map_close(&m);
	return rc ? err_prefix(rc, "%s", path) : 0;
}

static bool is_pack(const char *name)
{
	size_t n = strlen(name);
	return n > 5 && !strcmp(name + n - 5, ".pack");
}

static int take_packs(struct store *s, const char *from)
{
	char *dir = file_join(from, "objects/pack"), *own = file_join(s->dir, "objects/pack");
	DIR *d = opendir(dir);
	int rc = 0;
	for (struct dirent *e; d && !rc && (e = readdir(d));) {
		char *path = file_join(dir, e->d_name), *here = file_join(own, e->d_name);
		if (is_pack(e->d_name) && !file_exists(here))
			rc = take_pack(s, path);
		mem_free(path);
		mem_free(here);
	}
	if (d)
		closedir(d);
	mem_free(dir);
	mem_free(own);
	if (!rc && git_odb_refresh(s->odb))
		rc = store_git_error(ERR_IO, "read again the packs of", s->dir);
	return rc;
}

struct taking {
	struct store *to, *from;
	int rc;
};

/* What git has taken out of the packs it came in. */
static int take_object(const git_oid *oid, void *ctx)
{
	struct taking *t = ctx;
	git_odb_object *o = NULL;
	struct store_id id;
	if (git_odb_exists_ext(t->to->odb, oid, GIT_ODB_LOOKUP_NO_REFRESH))
		return 0;
	if (git_odb_read(&o, t->from->odb, oid)) {
		t->rc = store_git_error(ERR_FORMAT, "read an object of", t->from->dir);
		return GIT_EUSER;
	}
	git_object_t type = git_odb_object_type(o);
	enum pack_type as = type == GIT_OBJECT_COMMIT ? PACK_COMMIT : type == GIT_OBJECT_TREE ? PACK_TREE : PACK_BLOB;
	if (type != GIT_OBJECT_TAG) /* a run has none: somebody's own */
		t->rc = put(t->to, as, git_odb_object_data(o), git_odb_object_size(o), &id);
	git_odb_object_free(o);
	return t->rc ? GIT_EUSER : 0;
}

int store_take(struct store *s, struct store *from)
{
	struct taking t = {s, from, 0};
	int rc = take_packs(s, from->dir);
	if (!rc && git_odb_foreach(from->odb, take_object, &t))
		rc = t.rc ? t.rc : store_git_error(ERR_IO, "list the objects of", from->dir);
	return rc ? rc : store_flush(s);
}

int store_save(struct store *s, const char *ref, const struct store_id *id)
{
	int rc = store_flush(s);
	if (rc)
		return rc;
	git_oid oid;
	git_reference *r = NULL;
	memcpy(oid.id, id->b, sizeof oid.id);
	if (git_reference_create(&r, s->repo, ref, &oid, 1, NULL))
		rc = store_git_error(ERR_IO, "move the ref", ref);
	git_reference_free(r);
	return rc;
}
