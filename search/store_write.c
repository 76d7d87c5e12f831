#include "base/file.h"
#include "base/mem.h"
#include "search/store_impl.h"
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

static int index_pack(struct store *s)
{
	char *dir = file_join(s->dir, "objects/pack");
	git_indexer *indexer = NULL;
	git_indexer_progress stats = {0};
	int rc = git_indexer_new(&indexer, dir, 0444, s->odb, NULL)
		|| git_indexer_append(indexer, s->pack.bytes.data, s->pack.bytes.len, &stats) || git_indexer_commit(indexer, &stats);
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
	rc = rc ? rc : index_pack(s);
	pack_clear(&s->pack);
	map_release(&s->in_batch);
	map_init(&s->in_batch);
	if (!rc && git_odb_refresh(s->odb))
		rc = store_git_error(ERR_IO, "read again the packs of", s->dir);
	return rc;
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
