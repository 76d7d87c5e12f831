#include "base/file.h"
#include "base/mem.h"
#include "search/records.h"
#include "search/task.h"
#include <string.h>

void srch_samples_release(struct srch_samples *s)
{
	for (size_t i = 0; i < s->n; i++) {
		mem_free(s->items[i].task_id);
		mem_free(s->items[i].text);
		mem_free(s->items[i].json);
	}
	mem_free(s->items);
	*s = (struct srch_samples){0};
}

static int take_sample(void *ctx, const struct record *r)
{
	struct srch_samples *s = ctx;
	struct srch_sample one = {.whole = record_has(r, "solution") && !record_has(r, "completion"), .line = r->at};
	if (!r->text)
		return err_set(ERR_FORMAT, "%s: samples are JSONL, one object a line, not an array", r->file);
	if (!one.whole && !record_has(r, "completion"))
		return err_set(ERR_FORMAT, "%s, %s %zu: has neither \"completion\" nor \"solution\"", r->file, r->unit, r->at);
	int rc = record_id(r, "task_id", &one.task_id);
	rc = rc ? rc : record_text(r, one.whole ? "solution" : "completion", true, &one.text);
	if (rc) {
		mem_free(one.task_id);
		return rc;
	}
	one.json = mem_strndup(r->text, r->len);
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->items = mem_grow(s->items, s->cap, sizeof *s->items);
	}
	s->items[s->n++] = one;
	return 0;
}

int srch_samples_parse(struct srch_samples *s, const char *name, const void *data, size_t size)
{
	return records_each(name, data, size, take_sample, s);
}

int srch_samples_load(struct srch_samples *s, const char *path)
{
	struct buf b;
	buf_init(&b, SRCH_MAX_TASK_BYTES);
	int rc = file_read(&b, path);
	rc = rc ? rc : srch_samples_parse(s, strcmp(path, "-") ? path : "standard input", buf_text(&b), b.len);
	buf_release(&b);
	if (!rc && s->n == 0)
		rc = err_set(ERR_FORMAT, "%s holds no sample", path);
	return rc;
}
