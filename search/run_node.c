#include "search/run_node.h"
#include "base/mem.h"
#include "base/npy.h"
#include "search/canon.h"
#include <jansson.h>
#include <string.h>

#define MAX_FILE ((size_t)1 << 31)

static int read_file(struct store *s, const struct run_node *n, const char *name, struct buf *b)
{
	buf_init(b, MAX_FILE);
	int rc = store_file(s, &n->commit.tree, name, b);
	return rc ? err_prefix(rc, "%s", n->name) : 0;
}

static int wrong_array(const struct run_node *n, const char *name, const char *why)
{
	return err_set(ERR_FORMAT, "%s, %s: %s", n->name, name, why);
}

/* Parses an array of the given dimensions; b keeps the bytes that a points into. */
static int read_array(struct store *s, const struct run_node *n, const char *name, int n_dims, const size_t *dims, struct buf *b,
	struct npy *a)
{
	int rc = read_file(s, n, name, b);
	if (rc)
		return rc;
	rc = npy_parse(a, buf_text(b), b->len);
	if (rc)
		return err_prefix(rc, "%s, %s", n->name, name);
	bool same = a->n_dims == n_dims;
	for (int i = 0; i < n_dims && same; i++)
		same = a->dims[i] == dims[i];
	return same ? 0 : wrong_array(n, name, "its shape is not that of the node");
}

static int read_tokens(struct store *s, struct run_node *n)
{
	struct buf b;
	struct npy a;
	int rc = read_array(s, n, "tokens.npy", 1, &n->n, &b, &a);
	if (!rc && a.type != NPY_I32)
		rc = wrong_array(n, "tokens.npy", "must be i32");
	if (!rc) {
		n->tokens = mem_array(n->n ? n->n : 1, sizeof *n->tokens);
		memcpy(n->tokens, a.data, n->n * sizeof *n->tokens);
	}
	buf_release(&b);
	return rc;
}

static int read_logprobs(struct store *s, struct run_node *n)
{
	struct buf b;
	struct npy a;
	size_t count = n->kind == RUN_ROOT ? 0 : n->n;
	int rc = read_array(s, n, "logprobs.npy", 1, &count, &b, &a);
	if (!rc && a.type != NPY_F32)
		rc = wrong_array(n, "logprobs.npy", "must be f32");
	if (!rc) {
		n->logprobs = mem_array(count ? count : 1, sizeof *n->logprobs);
		memcpy(n->logprobs, a.data, count * sizeof *n->logprobs);
	}
	buf_release(&b);
	return rc;
}

static int read_experts(struct store *s, const struct node_shape *shape, struct run_node *n, const size_t *dims)
{
	struct buf b;
	struct npy a;
	int rc = read_array(s, n, "experts.npy", 3, dims, &b, &a);
	if (!rc && a.type != (shape->n_experts <= 256 ? NPY_U8 : NPY_U16))
		rc = wrong_array(n, "experts.npy", "must be u8, or u16 above 256 experts");
	if (!rc) {
		n->experts = mem_array(a.n_items ? a.n_items : 1, sizeof *n->experts);
		for (size_t i = 0; i < a.n_items; i++)
			n->experts[i] = (uint16_t)npy_int(&a, i);
		for (size_t i = 0; i < a.n_items && !rc; i++) {
			if (n->experts[i] >= shape->n_experts)
				rc = wrong_array(n, "experts.npy", "holds an expert that the model lacks");
		}
	}
	buf_release(&b);
	return rc;
}

static int read_weights(struct store *s, struct run_node *n, const size_t *dims)
{
	struct buf b;
	struct npy a;
	int rc = read_array(s, n, "weights.npy", 3, dims, &b, &a);
	if (!rc && a.type != NPY_F16)
		rc = wrong_array(n, "weights.npy", "must be f16");
	if (!rc) {
		n->weights = mem_array(a.n_items ? a.n_items : 1, sizeof *n->weights);
		for (size_t i = 0; i < a.n_items; i++)
			n->weights[i] = (float)npy_float(&a, i);
	}
	buf_release(&b);
	return rc;
}

static int extraction_of(const char *name)
{
	for (int e = CMP_EX_CONTINUES; e <= CMP_EX_NOTHING; e++) {
		if (!strcmp(cmp_extraction_name((enum cmp_extraction)e), name))
			return e;
	}
	return -1;
}

static int leaf_fields(struct run_node *n, const json_t *o)
{
	const char *finished = NULL, *extraction = NULL;
	int rc = canon_text(o, n->name, "finished", &finished);
	rc = rc ? rc : canon_text(o, n->name, "extraction", &extraction);
	if (rc)
		return rc;
	int f = node_finish_parse(finished), e = extraction_of(extraction);
	if (f < 0 || e < 0)
		return err_set(ERR_FORMAT, "%s: \"%s\" is not a way to %s", n->name, f < 0 ? finished : extraction,
			f < 0 ? "finish" : "extract a program");
	n->finished = (enum node_finish)f;
	n->extraction = (enum cmp_extraction)e;
	n->logprob = json_number_value(json_object_get(o, "logprob"));
	return 0;
}

static int read_fields(struct store *s, struct run_node *n)
{
	struct buf b;
	json_t *o = NULL;
	const char *kind = NULL;
	int64_t tokens = 0, number = -1, start = 0;
	int rc = read_file(s, n, "node.json", &b);
	rc = rc ? rc : canon_parse(&o, n->name, &b);
	rc = rc ? rc : canon_text(o, n->name, "kind", &kind);
	rc = rc ? rc : canon_int(o, n->name, "tokens", 0, INT32_MAX, &tokens);
	if (!rc) {
		n->kind = !strcmp(kind, "root") ? RUN_ROOT : !strcmp(kind, "segment") ? RUN_SEGMENT : RUN_LEAF;
		if (n->kind == RUN_LEAF && strcmp(kind, "leaf"))
			rc = err_set(ERR_FORMAT, "%s: unknown kind \"%s\"", n->name, kind);
	}
	if (!rc && n->kind != RUN_ROOT) {
		rc = canon_int(o, n->name, "node", 0, INT32_MAX, &number);
		rc = rc ? rc : canon_int(o, n->name, "start", 0, INT32_MAX, &start);
	}
	if (!rc && tokens == 0)
		rc = err_set(ERR_FORMAT, "%s: holds no tokens", n->name);
	rc = rc || n->kind != RUN_LEAF ? rc : leaf_fields(n, o);
	n->n = (size_t)tokens;
	n->number = (int)number;
	n->start = (int)start;
	n->rows = n->kind == RUN_LEAF ? n->n - 1 : n->n;
	json_decref(o);
	buf_release(&b);
	return rc;
}

int run_node_read(struct store *s, const struct node_shape *shape, const struct store_id *id, unsigned what, struct run_node *out)
{
	*out = (struct run_node){0};
	buf_init(&out->text, MAX_FILE);
	int rc = store_commit_read(s, id, &out->commit);
	if (rc)
		return rc;
	char hex[41];
	store_id_hex(hex, id);
	snprintf(out->name, sizeof out->name, "node %.12s", hex);
	rc = read_fields(s, out);
	size_t dims[3] = {out->rows, (size_t)shape->n_layers, (size_t)shape->top_k};
	rc = rc ? rc : read_tokens(s, out);
	rc = rc ? rc : read_logprobs(s, out);
	if (!rc) {
		buf_release(&out->text);
		rc = read_file(s, out, "text", &out->text);
	}
	rc = rc || !(what & RUN_ROUTING) ? rc : read_experts(s, shape, out, dims);
	return rc || !(what & RUN_WEIGHTS) ? rc : read_weights(s, out, dims);
}

void run_node_release(struct run_node *n)
{
	store_commit_release(&n->commit);
	mem_free(n->tokens);
	mem_free(n->experts);
	mem_free(n->weights);
	mem_free(n->logprobs);
	buf_release(&n->text);
	*n = (struct run_node){0};
}

static int status_of(const char *name)
{
	for (int s = CMP_PASSED; s <= CMP_HARNESS_ERROR; s++) {
		if (!strcmp(cmp_status_name((enum cmp_status)s), name))
			return s;
	}
	return -1;
}

static int parse_verdict(const struct run_node *leaf, const json_t *o, struct run_program *p)
{
	const char *status = NULL;
	int64_t signal = 0, exit_status = 0;
	int rc = canon_text(o, leaf->name, "status", &status);
	rc = rc ? rc : canon_bool(o, leaf->name, "weak_test", &p->weak_test);
	rc = rc ? rc : canon_bool(o, leaf->name, "suspicious", &p->suspicious);
	rc = rc ? rc : canon_bool(o, leaf->name, "calls_required", &p->calls_required);
	rc = rc ? rc : canon_int(o, leaf->name, "signal", INT32_MIN, INT32_MAX, &signal);
	rc = rc ? rc : canon_int(o, leaf->name, "exit_status", INT32_MIN, INT32_MAX, &exit_status);
	if (rc)
		return rc;
	int at = status_of(status);
	if (at < 0)
		return err_set(ERR_FORMAT, "%s: \"%s\" is not a verdict", leaf->name, status);
	const char *group = json_string_value(json_object_get(o, "group"));
	struct store_id id;
	if (group && store_id_parse(&id, group))
		return err_prefix(ERR_FORMAT, "%s, group", leaf->name);
	p->status = (enum cmp_status)at;
	p->signal = (int)signal;
	p->exit_status = (int)exit_status;
	p->judged = true;
	p->compiled = group != NULL;
	snprintf(p->group, sizeof p->group, "%s", group ? group : "");
	return 0;
}

int run_node_verdict(struct store *s, const struct run_node *leaf, enum cmp_language language, struct run_program *p)
{
	struct store_id id;
	struct buf b;
	bool found;
	const char *file = node_program_file(language);
	int rc = store_entry_find(s, &leaf->commit.tree, file, &id, &found);
	if (!rc && found) {
		rc = read_file(s, leaf, file, &b);
		p->program = rc ? NULL : mem_strdup(buf_text(&b));
		buf_release(&b);
	}
	rc = rc ? rc : store_entry_find(s, &leaf->commit.tree, "verdict.json", &id, &found);
	if (rc || !found)
		return rc;
	json_t *o = NULL;
	rc = read_file(s, leaf, "verdict.json", &b);
	rc = rc ? rc : canon_parse(&o, leaf->name, &b);
	rc = rc ? rc : parse_verdict(leaf, o, p);
	json_decref(o);
	buf_release(&b);
	return rc ? err_prefix(rc, "verdict.json") : 0;
}
