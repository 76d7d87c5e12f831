/* Holds a store to every clause of its format, as search/store.h states it. */
#include "base/map.h"
#include "base/mem.h"
#include "search/canon.h"
#include "search/run_parts.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

struct check {
	struct store *s;
	struct run *r; /* run.json, parsed */
	struct node_shape shape;
	void (*found)(void *ctx, const char *line);
	void *ctx;
	size_t n;
	struct map seen;      /* ids of roots and segments checked already */
	struct store_id start;
};

static void finding(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void finding(struct check *c, const char *fmt, ...)
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
		finding(w->c, "%s: holds a file that the format does not know: %s", w->who, name);
	else if (!plain)
		finding(w->c, "%s: %s is not a plain file with mode 100644", w->who, name);
}

/* Reads a file that must be canonical JSON. *out is NULL when it is not there or not JSON at all. */
static void read_json(struct check *c, const struct store_commit *k, const char *who, const char *name, json_t **out)
{
	struct buf text, again;
	buf_init(&text, BUF_MAX_TEXT);
	buf_init(&again, BUF_MAX_TEXT);
	*out = NULL;
	if (store_file(c->s, &k->tree, name, &text)) {
		finding(c, "%s: %s", who, err_message());
	} else {
		json_error_t e;
		*out = json_loadb(buf_text(&text), text.len, 0, &e);
		if (!*out)
			finding(c, "%s: %s is not JSON: %s", who, name, e.text);
	}
	if (*out) {
		canon_write(json_incref(*out), &again);
		if (again.len != text.len || memcmp(buf_text(&again), buf_text(&text), text.len))
			finding(c, "%s: %s is not canonical JSON", who, name);
	}
	buf_release(&text);
	buf_release(&again);
}

static void check_commit(struct check *c, const struct store_commit *k, const char *who, const char *message,
	const char *const *allowed, size_t n_allowed)
{
	struct names w = {c, who, allowed, n_allowed};
	if (!k->ours)
		finding(c, "%s: its author, committer or time is not the fixed one", who);
	if (strcmp(k->message, message))
		finding(c, "%s: its message is not the one the format gives it", who);
	if (store_tree_walk(c->s, &k->tree, check_entry, &w))
		finding(c, "%s: %s", who, err_message());
}

/* -- nodes -- */

/* The task a root is for, read from its task.json; NULL after a finding. Yours. */
static struct srch_task *root_task(struct check *c, const struct run_node *root)
{
	struct buf b;
	struct srch_task *t = mem_zalloc(sizeof *t);
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_file(c->s, &root->commit.tree, "task.json", &b);
	rc = rc ? rc : srch_task_read(t, "task.json", buf_text(&b), b.len);
	if (rc) {
		finding(c, "%s: %s", root->name, err_message());
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
	check_commit(c, &n->commit, n->name, message, allowed, sizeof allowed / sizeof *allowed);
	if (n->commit.n_parents != 1 || !store_id_equal(&n->commit.parents[0], &c->start))
		finding(c, "%s: the root's parent is not the start commit", n->name);
	read_json(c, &n->commit, n->name, "task.json", &o);
	json_decref(o);
	struct srch_task *t = root_task(c, n);
	if (t && strcmp(t->id, task))
		finding(c, "%s: is the root of task %s, where %s is expected", n->name, t->id, task);
	if (t && (n->text.len != strlen(t->prompt) || memcmp(buf_text(&n->text), t->prompt, n->text.len)))
		finding(c, "%s: its text is not the task's prompt", n->name);
	if (t)
		srch_task_release(t);
	mem_free(t);
	mem_free(message);
}

static void check_segment(struct check *c, const struct run_node *n, const char *task)
{
	static const char *const allowed[] = {"text", "tokens.npy", "experts.npy", "weights.npy", "logprobs.npy", "node.json"};
	char *message = mem_printf("%s: segment %d\n\nTask: %s\nNode: %d\nTokens: %zu\n", task, n->number, task, n->number, n->n);
	check_commit(c, &n->commit, n->name, message, allowed, sizeof allowed / sizeof *allowed);
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
		finding(c, "%s", err_message());
		run_node_release(&n);
		return;
	}
	if (n.kind == RUN_LEAF)
		finding(c, "%s: a leaf stands where a segment or a root must", n.name);
	else if (n.kind == RUN_SEGMENT && n.commit.n_parents != 1)
		finding(c, "%s: has %zu parents, must have 1", n.name, n.commit.n_parents);
	else if (n.kind == RUN_SEGMENT)
		check_shared(c, &n.commit.parents[0], task, sum, tokens);
	if (n.kind == RUN_SEGMENT && (size_t)n.start != *tokens)
		finding(c, "%s: says it starts at token %d, its path has %zu before it", n.name, n.start, *tokens);
	bool is_new = map_put(&c->seen, id->b, sizeof id->b, 1);
	if (is_new && n.kind == RUN_ROOT)
		check_root(c, &n, task);
	if (is_new && n.kind == RUN_SEGMENT)
		check_segment(c, &n, task);
	if (is_new) {
		read_json(c, &n.commit, n.name, "node.json", &o);
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
		finding(c, "%s", err_message());
	else if (p.judged != judged)
		finding(c, "%s: %s", n->name, judged ? "its task was judged, it has no verdict" : "has a verdict, its task was not judged");
	if (!store_entry_find(c->s, &n->commit.tree, node_assembly_file(l), &id, &found) && found)
		store_id_hex(hex, &id);
	if (strcmp(hex, p.group))
		finding(c, "%s: its group is \"%s\", its assembly is \"%s\"", n->name, p.group, hex);
	if ((p.program == NULL) != (n->extraction == CMP_EX_NOTHING))
		finding(c, "%s: %s", n->name, p.program ? "has a program though nothing was extracted" : "its program is missing");
	if (p.judged) {
		read_json(c, &n->commit, n->name, "verdict.json", &o);
		json_decref(o);
		snprintf(status, status_len, "%s", cmp_status_name(p.status));
		memcpy(group, p.group, sizeof p.group);
	}
	mem_free(p.program);
}

static void check_leaf(struct check *c, const struct store_id *id, const char *task, enum cmp_language l, size_t number, bool judged)
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
			finding(c, "%s", err_message());
		else
			finding(c, "%s: is not a leaf with one parent", n.name);
		run_node_release(&n);
		return;
	}
	check_verdict(c, &n, l, judged, group, status, sizeof status);
	struct buf message;
	buf_init(&message, BUF_MAX_TEXT);
	node_leaf_message(&message, task, n.number, n.n, judged ? status : NULL, group);
	check_commit(c, &n.commit, n.name, buf_text(&message), allowed, sizeof allowed / sizeof *allowed);
	buf_release(&message);
	read_json(c, &n.commit, n.name, "node.json", &o);
	json_decref(o);
	check_shared(c, &n.commit.parents[0], task, &sum, &tokens);
	for (size_t i = 0; i < n.n; i++)
		sum += n.logprobs[i];
	if ((size_t)n.number != number)
		finding(c, "%s: is number %d where number %zu is expected", n.name, n.number, number);
	if ((size_t)n.start != tokens)
		finding(c, "%s: says it starts at token %d, its path has %zu before it", n.name, n.start, tokens);
	if (!(fabs(sum - n.logprob) <= 1e-9 * (1 + fabs(sum))))
		finding(c, "%s: its logprob is %.17g, its path sums to %.17g", n.name, n.logprob, sum);
	run_node_release(&n);
}

/* -- tasks and the run -- */

/* The language of a task, from the root its first leaf stands on. */
static enum cmp_language language_of(struct check *c, const struct store_commit *task)
{
	enum cmp_language l = CMP_C;
	struct store_id at = task->parents[0];
	for (int depth = 0; depth < 1 << 20; depth++) {
		struct store_commit k;
		struct store_id file;
		bool found = false;
		if (store_commit_read(c->s, &at, &k))
			break;
		if (!store_entry_find(c->s, &k.tree, "task.json", &file, &found) && found) {
			struct run_node root = {.commit = k};
			struct srch_task *t = root_task(c, &root);
			l = t ? t->language : l;
			if (t)
				srch_task_release(t);
			mem_free(t);
		}
		at = k.n_parents ? k.parents[0] : at;
		bool end = found || k.n_parents != 1;
		store_commit_release(&k);
		if (end)
			break;
	}
	return l;
}

static void check_task(struct check *c, size_t i, const struct store_id *id, const char *task)
{
	static const char *const allowed[] = {"result.json"};
	struct store_commit k;
	struct run_result result;
	json_t *o = NULL;
	char who[64];
	snprintf(who, sizeof who, "task commit %zu", i);
	if (store_commit_read(c->s, id, &k) || run_read_result(c->s, &k, &result)) {
		finding(c, "%s: %s", who, err_message());
		store_commit_release(&k);
		return;
	}
	char *message = mem_printf("%s: %zu programs\n\nTask: %s\n%s", task, k.n_parents, task, result.complete ? "" : "Partial: yes\n");
	check_commit(c, &k, who, message, allowed, 1);
	read_json(c, &k, who, "result.json", &o);
	json_decref(o);
	enum cmp_language l = language_of(c, &k);
	for (size_t p = 0; p < k.n_parents && result.complete; p++)
		check_leaf(c, &k.parents[p], task, l, p, result.judge != NULL);
	if (!result.complete && c->r->complete)
		finding(c, "%s: is partial in a finished run", who);
	mem_free(message);
	mem_free(result.judge);
	store_commit_release(&k);
}

/* The start commit: an ancestor of everything, and the same for the same run.json. */
static int find_start(struct check *c, const struct store_commit *tip, const struct buf *config)
{
	static const char *const allowed[] = {"run.json"};
	struct store_commit k = {0};
	struct store_id at = tip->id;
	int rc = 0;
	for (size_t parents = tip->n_parents; parents && !rc;) {
		store_commit_release(&k);
		rc = store_commit_read(c->s, &at, &k);
		parents = rc ? 0 : k.n_parents;
		if (parents)
			at = k.parents[0];
	}
	store_commit_release(&k);
	rc = rc ? rc : store_commit_read(c->s, &at, &k);
	if (rc)
		return rc;
	c->start = at;
	char *message = mem_printf("run: %zu tasks, %s\n\nFormat: %d\n", c->r->n_tasks_planned, srch_policy_name(c->r->policy), STORE_FORMAT);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	check_commit(c, &k, "start commit", message, allowed, 1);
	if (store_file(c->s, &k.tree, "run.json", &b) || b.len != config->len || memcmp(buf_text(&b), buf_text(config), b.len))
		finding(c, "start commit: its run.json is not the run's");
	buf_release(&b);
	mem_free(message);
	store_commit_release(&k);
	return 0;
}

static void check_tasks_json(struct check *c, const struct store_commit *tip, size_t *programs)
{
	json_t *o = NULL;
	read_json(c, tip, "run commit", "tasks.json", &o);
	if (o && json_array_size(o) != tip->n_parents)
		finding(c, "run commit: tasks.json lists %zu tasks, the commit joins %zu", json_array_size(o), tip->n_parents);
	for (size_t i = 0; i < json_array_size(o); i++) {
		const json_t *t = json_array_get(o, i);
		const char *hex = json_string_value(json_object_get(t, "commit"));
		char want[41] = "";
		if (i < tip->n_parents)
			store_id_hex(want, &tip->parents[i]);
		if (!hex || strcmp(hex, want))
			finding(c, "run commit: tasks.json, entry %zu: its commit is not parent %zu", i, i);
		*programs += (size_t)json_integer_value(json_object_get(t, "leaves"));
	}
	json_decref(o);
}

static void check_tip(struct check *c, const struct store_commit *tip)
{
	static const char *const allowed[] = {"run.json", "tasks.json"};
	size_t programs = 0;
	if (!c->r->complete)
		return; /* it is the start commit */
	check_tasks_json(c, tip, &programs);
	char *message = mem_printf("run: %zu programs of %zu tasks\n\nFormat: %d\nPrograms: %zu\n", programs, tip->n_parents, STORE_FORMAT,
		programs);
	check_commit(c, tip, "run commit", message, allowed, 2);
	mem_free(message);
}

static void check_all_tasks(struct check *c, const struct store_commit *tip, const json_t *tasks)
{
	for (size_t i = 0; i < c->r->n_tasks_planned; i++) {
		const char *task = json_string_value(json_array_get(json_array_get(tasks, i), 0));
		char ref[64];
		struct store_id id;
		bool found = false;
		node_task_ref(ref, i);
		if (store_ref(c->s, ref, &id, &found))
			finding(c, "%s: %s", ref, err_message());
		else if (!found && c->r->complete)
			finding(c, "%s: missing in a finished run", ref);
		else if (found && c->r->complete && (i >= tip->n_parents || !store_id_equal(&id, &tip->parents[i])))
			finding(c, "%s: is not parent %zu of the run commit", ref, i);
		if (found && task)
			check_task(c, i, &id, task);
		else if (!task)
			finding(c, "run.json: entry %zu of tasks has no id", i);
	}
}

static int check_store(struct check *c)
{
	struct store_id id;
	struct store_commit tip = {0};
	struct buf config;
	json_t *o = NULL;
	bool found = false;
	buf_init(&config, BUF_MAX_TEXT);
	int rc = store_ref(c->s, STORE_REF_RUN, &id, &found);
	rc = rc ? rc : store_commit_read(c->s, &id, &tip);
	rc = rc ? rc : store_file(c->s, &tip.tree, "run.json", &config);
	rc = rc ? rc : run_read_config(c->r, &config);
	rc = rc ? rc : store_entry_find(c->s, &tip.tree, "tasks.json", &id, &found);
	if (!rc) {
		c->r->complete = found;
		c->shape = (struct node_shape){c->r->n_layers, c->r->k, c->r->n_experts};
		rc = find_start(c, &tip, &config);
	}
	if (!rc) {
		read_json(c, &tip, "run commit", "run.json", &o);
		check_tip(c, &tip);
		check_all_tasks(c, &tip, json_object_get(o, "tasks"));
	}
	json_decref(o);
	store_commit_release(&tip);
	buf_release(&config);
	return rc;
}

int run_fsck(const char *dir, void (*found)(void *ctx, const char *line), void *ctx, size_t *n)
{
	struct check c = {.found = found, .ctx = ctx, .r = mem_zalloc(sizeof *c.r)};
	map_init(&c.seen);
	int rc = store_open(&c.s, dir);
	rc = rc ? rc : check_store(&c);
	*n = c.n;
	store_close(c.s);
	run_free(c.r);
	map_release(&c.seen);
	return rc ? err_prefix(rc, "%s", dir) : 0;
}
