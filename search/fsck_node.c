/* The clauses that single commits must keep, nodes above all. */
#include "search/fsck_parts.h"
#include "base/mem.h"
#include "search/canon.h"
#include "search/prompt.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

void fsck_finding(struct check *c, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	c->n++;
	if (c->found)
		c->found(c->ctx, line);
}

/* -- what every commit must keep -- */

struct names {
	struct check *c;
	const char *who;
	const char *const *allowed;
	size_t n;
};

static void check_entry(void *ctx, const char *name, bool plain)
{
	struct names *w = ctx;
	bool known = false;
	for (size_t i = 0; i < w->n; i++)
		known = known || (w->allowed[i] && !strcmp(name, w->allowed[i]));
	if (!known)
		fsck_finding(w->c, "%s: holds a file that the format does not know: %s", w->who, name);
	else if (!plain)
		fsck_finding(w->c, "%s: %s is not a plain file with mode 100644", w->who, name);
}

/* Reads a file that must be canonical JSON. *out is NULL when it is not there or not JSON at all. */
void fsck_json(struct check *c, const struct store_commit *k, const char *who, const char *name, json_t **out)
{
	struct buf text, again;
	buf_init(&text, BUF_MAX_TEXT);
	buf_init(&again, BUF_MAX_TEXT);
	*out = NULL;
	if (store_file(c->s, &k->tree, name, &text)) {
		fsck_finding(c, "%s: %s", who, err_message());
	} else {
		json_error_t e;
		*out = json_loadb(buf_text(&text), text.len, 0, &e);
		if (!*out)
			fsck_finding(c, "%s: %s is not JSON: %s", who, name, e.text);
	}
	if (*out) {
		canon_write(json_incref(*out), &again);
		if (again.len != text.len || memcmp(buf_text(&again), buf_text(&text), text.len))
			fsck_finding(c, "%s: %s is not canonical JSON", who, name);
	}
	buf_release(&text);
	buf_release(&again);
}

void fsck_commit(struct check *c, const struct store_commit *k, const char *who, const char *message,
	const char *const *allowed, size_t n_allowed)
{
	struct names w = {c, who, allowed, n_allowed};
	if (!k->ours)
		fsck_finding(c, "%s: its author, committer or time is not the fixed one", who);
	if (strcmp(k->message, message))
		fsck_finding(c, "%s: its message is not the one the format gives it", who);
	if (store_tree_walk(c->s, &k->tree, check_entry, &w))
		fsck_finding(c, "%s: %s", who, err_message());
}

/* -- nodes -- */

/* The task a root is for, read from its task.json; NULL after a finding. Yours. */
struct srch_task *fsck_root_task(struct check *c, const struct run_node *root)
{
	struct buf b;
	struct srch_task *t = mem_zalloc(sizeof *t);
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_file(c->s, &root->commit.tree, "task.json", &b);
	rc = rc ? rc : srch_task_read(t, "task.json", buf_text(&b), b.len);
	if (rc) {
		fsck_finding(c, "%s: %s", root->name, err_message());
		mem_free(t);
		t = NULL;
	}
	buf_release(&b);
	return t;
}

static void check_root(struct check *c, const struct run_node *n, const char *task)
{
	static const char *const allowed[] = {"text", "tokens.npy", "experts.npy", "weights.npy", "logprobs.npy", "node.json", "task.json"};
	char *message = mem_printf("%s: prompt\n\nTask: %s\nTokens: %zu\n", task, task, n->n);
	json_t *o = NULL;
	fsck_commit(c, &n->commit, n->name, message, allowed, sizeof allowed / sizeof *allowed);
	if (n->commit.n_parents != 1 || !store_id_equal(&n->commit.parents[0], &c->start))
		fsck_finding(c, "%s: the root's parent is not the start commit", n->name);
	fsck_json(c, &n->commit, n->name, "task.json", &o);
	json_decref(o);
	struct srch_task *t = fsck_root_task(c, n);
	if (t && strcmp(t->id, task))
		fsck_finding(c, "%s: is the root of task %s, where %s is expected", n->name, t->id, task);
	struct buf prompt;
	buf_init(&prompt, BUF_MAX_TEXT);
	if (t && (prompt_of(&c->r->frame, t, &prompt) || n->text.len != prompt.len || memcmp(buf_text(&n->text), buf_text(&prompt), prompt.len)))
		fsck_finding(c, "%s: its text is not the task's prompt", n->name);
	buf_release(&prompt);
	if (t)
		srch_task_release(t);
	mem_free(t);
	mem_free(message);
}

static void check_segment(struct check *c, const struct run_node *n, const char *task)
{
	static const char *const allowed[] = {"text", "tokens.npy", "experts.npy", "weights.npy", "logprobs.npy", "node.json"};
	char *message = mem_printf("%s: segment %d\n\nTask: %s\nNode: %d\nTokens: %zu\n", task, n->number, task, n->number, n->n);
	fsck_commit(c, &n->commit, n->name, message, allowed, sizeof allowed / sizeof *allowed);
	mem_free(message);
}

/* A root or segment, and what it stands on; *sum and *tokens: of log-probabilities and tokens up to its end. */
static void check_shared(struct check *c, const struct store_id *id, const char *task, double *sum, size_t *tokens)
{
	struct run_node n;
	json_t *o = NULL;
	*sum = 0;
	*tokens = 0;
	if (run_node_read(c->s, &c->shape, id, RUN_ROUTING | RUN_WEIGHTS, &n)) {
		fsck_finding(c, "%s", err_message());
		run_node_release(&n);
		return;
	}
	if (n.kind == RUN_LEAF)
		fsck_finding(c, "%s: a leaf stands where a segment or a root must", n.name);
	else if (n.kind == RUN_SEGMENT && n.commit.n_parents != 1)
		fsck_finding(c, "%s: has %zu parents, must have 1", n.name, n.commit.n_parents);
	else if (n.kind == RUN_SEGMENT)
		check_shared(c, &n.commit.parents[0], task, sum, tokens);
	if (n.kind == RUN_SEGMENT && (size_t)n.start != *tokens)
		fsck_finding(c, "%s: says it starts at token %d, its path has %zu before it", n.name, n.start, *tokens);
	bool is_new = map_put(&c->seen, id->b, sizeof id->b, 1);
	if (is_new && n.kind == RUN_ROOT)
		check_root(c, &n, task);
	if (is_new && n.kind == RUN_SEGMENT)
		check_segment(c, &n, task);
	if (is_new) {
		fsck_json(c, &n.commit, n.name, "node.json", &o);
		json_decref(o);
	}
	for (size_t i = 0; n.kind == RUN_SEGMENT && i < n.n; i++)
		*sum += n.logprobs[i];
	*tokens += n.kind == RUN_SEGMENT ? n.n : 0;
	run_node_release(&n);
}

/* Everything about a leaf's verdict that the format ties together. */
static void check_verdict(struct check *c, const struct run_node *n, enum cmp_language l, bool judged, char group[41], char *status,
	size_t status_len)
{
	struct run_program p = {0};
	struct store_id id;
	bool found = false;
	char hex[41] = "";
	json_t *o = NULL;
	status[0] = group[0] = 0;
	if (run_node_verdict(c->s, n, l, &p))
		fsck_finding(c, "%s", err_message());
	else if (p.judged != judged)
		fsck_finding(c, "%s: %s", n->name, judged ? "its task was judged, it has no verdict" : "has a verdict, its task was not judged");
	if (!store_entry_find(c->s, &n->commit.tree, node_assembly_file(l), &id, &found) && found)
		store_id_hex(hex, &id);
	if (strcmp(hex, p.group))
		fsck_finding(c, "%s: its group is \"%s\", its assembly is \"%s\"", n->name, p.group, hex);
	if ((p.program == NULL) != (n->extraction == CMP_EX_NOTHING))
		fsck_finding(c, "%s: %s", n->name, p.program ? "has a program though nothing was extracted" : "its program is missing");
	if (p.judged) {
		fsck_json(c, &n->commit, n->name, "verdict.json", &o);
		json_decref(o);
		snprintf(status, status_len, "%s", cmp_status_name(p.status));
		memcpy(group, p.group, sizeof p.group);
	}
	mem_free(p.program);
}

void fsck_leaf(struct check *c, const struct store_id *id, const char *task, enum cmp_language l, size_t number, bool judged)
{
	struct run_node n;
	const char *allowed[] = {"text", "tokens.npy", "experts.npy", "weights.npy", "logprobs.npy", "node.json", node_program_file(l),
		judged ? "verdict.json" : NULL, judged ? node_assembly_file(l) : NULL};
	char group[41], status[40];
	double sum = 0;
	size_t tokens = 0;
	json_t *o = NULL;
	int rc = run_node_read(c->s, &c->shape, id, RUN_ROUTING | RUN_WEIGHTS, &n);
	if (rc || n.kind != RUN_LEAF || n.commit.n_parents != 1) {
		if (rc)
			fsck_finding(c, "%s", err_message());
		else
			fsck_finding(c, "%s: is not a leaf with one parent", n.name);
		run_node_release(&n);
		return;
	}
	check_verdict(c, &n, l, judged, group, status, sizeof status);
	struct buf message;
	buf_init(&message, BUF_MAX_TEXT);
	node_leaf_message(&message, task, n.number, n.n, judged ? status : NULL, group);
	fsck_commit(c, &n.commit, n.name, buf_text(&message), allowed, sizeof allowed / sizeof *allowed);
	buf_release(&message);
	fsck_json(c, &n.commit, n.name, "node.json", &o);
	json_decref(o);
	check_shared(c, &n.commit.parents[0], task, &sum, &tokens);
	for (size_t i = 0; i < n.n; i++)
		sum += n.logprobs[i];
	if ((size_t)n.number != number)
		fsck_finding(c, "%s: is number %d where number %zu is expected", n.name, n.number, number);
	if ((size_t)n.start != tokens)
		fsck_finding(c, "%s: says it starts at token %d, its path has %zu before it", n.name, n.start, tokens);
	if (!(fabs(sum - n.logprob) <= 1e-9 * (1 + fabs(sum))))
		fsck_finding(c, "%s: its logprob is %.17g, its path sums to %.17g", n.name, n.logprob, sum);
	run_node_release(&n);
}
