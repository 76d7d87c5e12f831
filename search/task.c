#include "search/task.h"
#include "base/hash.h"
#include "base/mem.h"
#include "search/task_formats.h"
#include <jansson.h>
#include <string.h>

void srch_tasks_init(struct srch_tasks *t)
{
	*t = (struct srch_tasks){0};
	map_init(&t->by_id);
}

void srch_task_release(struct srch_task *t)
{
	char **fields[] = {&t->id, &t->setup, &t->prompt, &t->entry_point, &t->requires_fn, &t->test, &t->prototype, &t->answer,
		&t->canonical, &t->solution, &t->category, &t->difficulty};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		mem_free(*fields[i]);
		*fields[i] = NULL;
	}
}

void srch_tasks_release(struct srch_tasks *t)
{
	for (size_t i = 0; i < t->n; i++)
		srch_task_release(&t->items[i]);
	mem_free(t->items);
	map_release(&t->by_id);
	*t = (struct srch_tasks){0};
}

const struct srch_task *srch_tasks_find(const struct srch_tasks *t, const char *id)
{
	const uint64_t *at = map_get(&t->by_id, id, strlen(id));
	return at ? &t->items[*at] : NULL;
}

/* Keeps the tasks for which keep[i] is set. */
static void retain(struct srch_tasks *t, const bool *keep)
{
	size_t n = 0;
	map_release(&t->by_id);
	map_init(&t->by_id);
	for (size_t i = 0; i < t->n; i++) {
		if (!keep[i]) {
			srch_task_release(&t->items[i]);
			continue;
		}
		t->items[n] = t->items[i];
		map_put(&t->by_id, t->items[n].id, strlen(t->items[n].id), n);
		n++;
	}
	t->n = n;
}

static int take_record(void *ctx, const struct record *r)
{
	struct srch_tasks *t = ctx;
	struct srch_task task = {0};
	int rc = task_from_record(&task, r, t->n);
	if (rc) {
		srch_task_release(&task);
		return rc;
	}
	const struct srch_task *same = srch_tasks_find(t, task.id);
	if (same) {
		/* decompile-eval repeats each task per optimisation level */
		bool level = same->format == SRCH_DECOMPILE && task.format == SRCH_DECOMPILE;
		if (!level)
			rc = err_set(ERR_FORMAT, "%s, %s %zu: a second task with the id \"%s\"", r->file, r->unit, r->at, task.id);
		srch_task_release(&task);
		return rc;
	}
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->items = mem_grow(t->items, t->cap, sizeof *t->items);
	}
	map_put(&t->by_id, task.id, strlen(task.id), t->n);
	t->items[t->n++] = task;
	return 0;
}

int srch_tasks_parse(struct srch_tasks *t, const char *name, const void *data, size_t size)
{
	return records_each(name, data, size, take_record, t);
}

void srch_tasks_join(struct srch_tasks *t)
{
	size_t n_c = 0;
	for (size_t i = 0; i < t->n; i++)
		n_c += t->items[i].format == SRCH_DECOMPILE;
	if (!n_c || n_c == t->n)
		return;
	for (size_t i = 0; i < t->n; i++) {
		if (t->items[i].format != SRCH_DECOMPILE)
			continue;
		char *id = mem_printf("HumanEval/%s", t->items[i].id);
		const struct srch_task *python = srch_tasks_find(t, id);
		if (python && python->format == SRCH_HUMANEVAL)
			task_lend_docstring(&t->items[i], python);
		mem_free(id);
	}
	bool *keep = mem_array(t->n, sizeof *keep);
	for (size_t i = 0; i < t->n; i++)
		keep[i] = t->items[i].format != SRCH_HUMANEVAL;
	retain(t, keep);
	mem_free(keep);
}

/* Marks the tasks that one entry of the list means; false when it means none. */
static bool mark(const struct srch_tasks *t, const char *entry, size_t len, bool *keep)
{
	bool any = false;
	for (size_t i = 0; i < t->n; i++) {
		const struct srch_task *task = &t->items[i];
		bool is_id = strlen(task->id) == len && !memcmp(task->id, entry, len);
		bool is_category = task->category && strlen(task->category) == len && !memcmp(task->category, entry, len);
		if (is_id || is_category)
			any = keep[i] = true;
	}
	return any;
}

static bool is_listed(const struct srch_tasks *t, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (t->items[j].category && !strcmp(t->items[j].category, t->items[i].category))
			return true;
	return false;
}

/* An entry that means none, with what there is. */
static int means_none(const struct srch_tasks *t, const char *entry, size_t len)
{
	enum { SHOWN = 12 };
	struct buf b;
	size_t n = 0;
	buf_init(&b, BUF_MAX_TEXT);
	for (size_t i = 0; i < t->n; i++)
		if (t->items[i].category && !is_listed(t, i) && n++ < SHOWN)
			buf_printf(&b, "%s%s", n > 1 ? ", " : "; categories here are ", t->items[i].category);
	if (n > SHOWN)
		buf_printf(&b, " and %zu more", n - SHOWN);
	if (t->n)
		buf_printf(&b, "%s the first task is %s", n ? ", and" : ";", t->items[0].id);
	int rc = err_set(ERR_USAGE, "no task and no category is called \"%.*s\"%s", (int)len, entry, buf_text(&b));
	buf_release(&b);
	return rc;
}

int srch_tasks_select(struct srch_tasks *t, const char *only, size_t limit)
{
	bool *keep = mem_array(t->n ? t->n : 1, sizeof *keep);
	int rc = 0;
	for (const char *p = only; p && *p && !rc;) {
		size_t len = strcspn(p, ",");
		if (len && !mark(t, p, len, keep))
			rc = means_none(t, p, len);
		p += len + (p[len] == ',');
	}
	size_t left = limit ? limit : t->n;
	for (size_t i = 0; i < t->n && !rc; i++) {
		keep[i] = (keep[i] || !only) && left;
		left -= keep[i];
	}
	if (!rc)
		retain(t, keep);
	mem_free(keep);
	return rc;
}

struct cmp_problem srch_task_problem(const struct srch_task *t)
{
	return (struct cmp_problem){
		.language = t->language, .id = t->id, .setup = t->setup, .prompt = t->prompt, .entry_point = t->entry_point,
		.requires_fn = t->requires_fn, .test = t->test, .prototype = t->prototype, .answer = t->answer,
	};
}

uint32_t srch_task_coordinate(const char *id)
{
	uint64_t h = hash_str(HASH_SEED, id);
	return (uint32_t)(h ^ h >> 32);
}

void srch_task_write(const struct srch_task *t, struct buf *out)
{
	const struct { const char *name, *value; } fields[] = {
		{"task_id", t->id}, {"language", cmp_language_name(t->language)}, {"prompt", t->prompt},
		{"entry_point", t->entry_point}, {"test", t->test}, {"setup", t->setup}, {"requires", t->requires_fn},
		{"answer", t->answer}, {"category", t->category}, {"difficulty", t->difficulty}, {"prototype", t->prototype},
		{"canonical_solution", t->canonical}, {"solution", t->solution},
	};
	json_t *o = json_object();
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (fields[i].value)
			json_object_set_new(o, fields[i].name, json_string(fields[i].value));
	}
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	buf_str(out, text);
	buf_char(out, '\n');
	free(text);
	json_decref(o);
}

static int take_one(void *ctx, const struct record *r)
{
	struct srch_task *t = ctx;
	if (t->id)
		return err_set(ERR_FORMAT, "%s: more than one task", r->file);
	return task_from_record(t, r, 0);
}

int srch_task_read(struct srch_task *out, const char *name, const void *data, size_t size)
{
	*out = (struct srch_task){0};
	int rc = records_each(name, data, size, take_one, out);
	if (!rc && !out->id)
		rc = err_set(ERR_FORMAT, "%s: holds no task", name);
	if (rc)
		srch_task_release(out);
	return rc;
}
