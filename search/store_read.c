#include "base/mem.h"
#include "search/store_impl.h"
#include <git2.h>
#include <string.h>

void store_id_hex(char out[41], const struct store_id *id)
{
	for (int i = 0; i < 20; i++)
		snprintf(out + 2 * i, 3, "%02x", id->b[i]);
}

int store_id_parse(struct store_id *out, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;
	for (; n < 40 && hex[n]; n++) {
		const char *d = strchr(digits, hex[n]);
		if (!d)
			break;
		out->b[n / 2] = (unsigned char)((n % 2 ? out->b[n / 2] << 4 : 0) | (d - digits));
	}
	return n == 40 && !hex[40] ? 0 : err_set(ERR_FORMAT, "\"%.60s\" is not an object id", hex);
}

bool store_id_equal(const struct store_id *a, const struct store_id *b)
{
	return !memcmp(a->b, b->b, sizeof a->b);
}

static git_oid oid_of(const struct store_id *id)
{
	git_oid oid;
	memcpy(oid.id, id->b, sizeof oid.id);
	return oid;
}

static struct store_id id_of(const git_oid *oid)
{
	struct store_id id;
	memcpy(id.b, oid->id, sizeof id.b);
	return id;
}

/* Fails with the object's kind and id, and what libgit2 says of it. */
static int bad_object(const char *kind, const struct store_id *id)
{
	char hex[41];
	store_id_hex(hex, id);
	return store_git_error(ERR_FORMAT, kind, hex);
}

/* Asked for by any type and then checked: libgit2 1.5 loses memory when an object is not of the type asked for. */
static int look_up(struct store *s, const struct store_id *id, git_object_t type, const char *doing, git_object **out)
{
	git_oid oid = oid_of(id);
	char hex[41];
	if (git_object_lookup(out, s->repo, &oid, GIT_OBJECT_ANY))
		return bad_object(doing, id);
	git_object_t is = git_object_type(*out);
	if (is == type)
		return 0;
	git_object_free(*out);
	*out = NULL;
	store_id_hex(hex, id);
	return err_set(ERR_FORMAT, "cannot %s %s: it is a %s", doing, hex, git_object_type2string(is));
}

int store_ref(struct store *s, const char *ref, struct store_id *id, bool *found)
{
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, s->repo, ref);
	*found = rc == 0;
	if (rc == 0)
		*id = id_of(&oid);
	return rc == 0 || rc == GIT_ENOTFOUND ? 0 : store_git_error(ERR_FORMAT, "read the ref", ref);
}

static bool is_fixed(const git_signature *g)
{
	return !strcmp(g->name, "coppice") && !strcmp(g->email, "coppice@localhost") && g->when.time == 0 && g->when.offset == 0;
}

int store_commit_read(struct store *s, const struct store_id *id, struct store_commit *out)
{
	git_object *object = NULL;
	*out = (struct store_commit){.id = *id};
	int rc = look_up(s, id, GIT_OBJECT_COMMIT, "read the commit", &object);
	if (rc)
		return rc;
	git_commit *c = (git_commit *)object;
	out->tree = id_of(git_commit_tree_id(c));
	out->n_parents = git_commit_parentcount(c);
	out->parents = mem_array(out->n_parents ? out->n_parents : 1, sizeof *out->parents);
	for (unsigned i = 0; i < out->n_parents; i++)
		out->parents[i] = id_of(git_commit_parent_id(c, i));
	out->message = mem_strdup(git_commit_message(c));
	out->ours = is_fixed(git_commit_author(c)) && is_fixed(git_commit_committer(c));
	git_commit_free(c);
	return 0;
}

void store_commit_release(struct store_commit *c)
{
	mem_free(c->parents);
	mem_free(c->message);
	*c = (struct store_commit){0};
}

static int read_tree(struct store *s, const struct store_id *id, git_tree **out)
{
	return look_up(s, id, GIT_OBJECT_TREE, "read the tree", (git_object **)out);
}

int store_entry_find(struct store *s, const struct store_id *tree, const char *name, struct store_id *id, bool *found)
{
	git_tree *t = NULL;
	int rc = read_tree(s, tree, &t);
	if (rc)
		return rc;
	const git_tree_entry *e = git_tree_entry_byname(t, name);
	*found = e != NULL;
	if (e)
		*id = id_of(git_tree_entry_id(e));
	git_tree_free(t);
	return 0;
}

int store_tree_walk(struct store *s, const struct store_id *tree, store_entry_fn *fn, void *ctx)
{
	git_tree *t = NULL;
	int rc = read_tree(s, tree, &t);
	if (rc)
		return rc;
	for (size_t i = 0; i < git_tree_entrycount(t); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(t, i);
		fn(ctx, git_tree_entry_name(e), git_tree_entry_filemode(e) == GIT_FILEMODE_BLOB);
	}
	git_tree_free(t);
	return 0;
}

int store_blob(struct store *s, const struct store_id *id, struct buf *out)
{
	git_object *object = NULL;
	int rc = look_up(s, id, GIT_OBJECT_BLOB, "read the blob", &object);
	if (rc)
		return rc;
	git_blob *b = (git_blob *)object;
	rc = buf_add(out, git_blob_rawcontent(b), (size_t)git_blob_rawsize(b));
	git_blob_free(b);
	return rc ? err_set(ERR_LIMIT, "a file of the run is larger than %zu bytes", out->max) : 0;
}

int store_file(struct store *s, const struct store_id *tree, const char *name, struct buf *out)
{
	struct store_id id;
	bool found = false;
	int rc = store_entry_find(s, tree, name, &id, &found);
	if (!rc && !found) {
		char hex[41];
		store_id_hex(hex, tree);
		rc = err_set(ERR_FORMAT, "tree %s has no file \"%s\"", hex, name);
	}
	return rc ? rc : store_blob(s, &id, out);
}
