/* Holds a store to every clause of its format, as search/store.h states it. */
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "search/fsck_parts.h"
#include "search/steps.h"
#include <jansson.h>
#include <string.h>

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
			struct srch_task *t = fsck_root_task(c, &root);
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
		fsck_finding(c, "%s: %s", who, err_message());
		store_commit_release(&k);
		return;
	}
	char *message = mem_printf("%s: %zu programs\n\nTask: %s\n%s", task, k.n_parents, task, result.complete ? "" : "Partial: yes\n");
	fsck_commit(c, &k, who, message, allowed, 1);
	fsck_json(c, &k, who, "result.json", &o);
	json_decref(o);
	enum cmp_language l = language_of(c, &k);
	for (size_t p = 0; p < k.n_parents && result.complete; p++)
		fsck_leaf(c, &k.parents[p], task, l, p, result.judge != NULL);
	if (!result.complete && c->r->complete)
		fsck_finding(c, "%s: is partial in a finished run", who);
	mem_free(message);
	mem_free(result.judge);
	store_commit_release(&k);
}

/* The start commit: an ancestor of everything, and the same for the same run.json. */
static int check_start(struct check *c, const struct store_commit *tip, const struct buf *config)
{
	static const char *const allowed[] = {"run.json"};
	struct store_commit k = {0};
	int rc = node_find_start(c->s, &tip->id, &c->start);
	rc = rc ? rc : store_commit_read(c->s, &c->start, &k);
	if (rc)
		return rc;
	char *message = mem_printf("run: %zu tasks, %s\n\nFormat: %d\n", c->r->n_tasks_planned, srch_policy_name(c->r->policy), STORE_FORMAT);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	fsck_commit(c, &k, "start commit", message, allowed, 1);
	if (store_file(c->s, &k.tree, "run.json", &b) || b.len != config->len || memcmp(buf_text(&b), buf_text(config), b.len))
		fsck_finding(c, "start commit: its run.json is not the run's");
	buf_release(&b);
	mem_free(message);
	store_commit_release(&k);
	return 0;
}

static void check_tasks_json(struct check *c, const struct store_commit *tip, size_t *programs)
{
	json_t *o = NULL;
	fsck_json(c, tip, "run commit", "tasks.json", &o);
	if (o && json_array_size(o) != tip->n_parents)
		fsck_finding(c, "run commit: tasks.json lists %zu tasks, the commit joins %zu", json_array_size(o), tip->n_parents);
	for (size_t i = 0; i < json_array_size(o); i++) {
		const json_t *t = json_array_get(o, i);
		const char *hex = json_string_value(json_object_get(t, "commit"));
		char want[41] = "";
		if (i < tip->n_parents)
			store_id_hex(want, &tip->parents[i]);
		if (!hex || strcmp(hex, want))
			fsck_finding(c, "run commit: tasks.json, entry %zu: its commit is not parent %zu", i, i);
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
	fsck_commit(c, tip, "run commit", message, allowed, 2);
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
			fsck_finding(c, "%s: %s", ref, err_message());
		else if (!found && c->r->complete)
			fsck_finding(c, "%s: missing in a finished run", ref);
		else if (found && c->r->complete && (i >= tip->n_parents || !store_id_equal(&id, &tip->parents[i])))
			fsck_finding(c, "%s: is not parent %zu of the run commit", ref, i);
		if (found && task)
			check_task(c, i, &id, task);
		else if (!task)
			fsck_finding(c, "run.json: entry %zu of tasks has no id", i);
	}
}

/* Beside the objects, and a function of the shape alone. */
static void check_steps(struct check *c)
{
	uint16_t *steps;
	size_t n;
	if (steps_read(&steps, &n, store_dir(c->s), &c->shape))
		fsck_finding(c, "%s", err_message());
	mem_free(steps);
}

/* Another HEAD would have plain git draw, and clone, something else. */
static void check_head(struct check *c)
{
	static const char want[] = "ref: " STORE_REF_RUN "\n";
	struct buf b;
	char *path = file_join(store_dir(c->s), "HEAD");
	buf_init(&b, BUF_MAX_TEXT);
	if (file_read(&b, path) || b.len != sizeof want - 1 || memcmp(buf_text(&b), want, b.len))
		fsck_finding(c, "HEAD: does not lead to " STORE_REF_RUN);
	buf_release(&b);
	mem_free(path);
}

static bool is_planned(const json_t *tasks, const char *task)
{
	for (size_t i = 0; task && i < json_array_size(tasks); i++) {
		const char *id = json_string_value(json_array_get(json_array_get(tasks, i), 0));
		if (id && !strcmp(id, task))
			return true;
	}
	return false;
}

/* A line is an object that names a task of the run, a node, and how it was judged. */
static void check_note(struct check *c, const json_t *tasks, const char *line, size_t len, size_t number)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	if (!json_is_object(o))
		fsck_finding(c, "judge.jsonl, line %zu: is no JSON object", number);
	else if (!is_planned(tasks, json_string_value(json_object_get(o, "task"))))
		fsck_finding(c, "judge.jsonl, line %zu: names no task of the run", number);
	else if (!json_is_integer(json_object_get(o, "node")) || !json_is_string(json_object_get(o, "status")))
		fsck_finding(c, "judge.jsonl, line %zu: has no node, or no status", number);
	json_decref(o);
}

static void check_notes(struct check *c, const json_t *tasks)
{
	struct buf b;
	char *path = file_join(store_dir(c->s), "judge.jsonl");
	buf_init(&b, (size_t)1 << 31);
	bool there = file_exists(path);
	if (there && file_read(&b, path))
		fsck_finding(c, "judge.jsonl: %s", err_message());
	size_t number = 0;
	for (const char *at = buf_text(&b), *end = at + b.len; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		check_note(c, tasks, at, (size_t)((newline ? newline : end) - at), ++number);
		at = newline ? newline + 1 : end;
	}
	buf_release(&b);
	mem_free(path);
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
		rc = check_start(c, &tip, &config);
	}
	if (!rc) {
		fsck_json(c, &tip, "run commit", "run.json", &o);
		check_tip(c, &tip);
		check_all_tasks(c, &tip, json_object_get(o, "tasks"));
		check_steps(c);
		check_head(c);
		check_notes(c, json_object_get(o, "tasks"));
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
	int rc = store_open(&c.s, dir); /* whose messages name the folder already */
	bool opened = rc == 0;
	rc = rc ? rc : check_store(&c);
	*n = c.n;
	store_close(c.s);
	run_free(c.r);
	map_release(&c.seen);
	return rc && opened ? err_prefix(rc, "%s", dir) : rc;
}
