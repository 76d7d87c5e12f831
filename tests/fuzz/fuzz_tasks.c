/* Any bytes as a file of tasks: an error or tasks, and what was read is written and read again unchanged. */
#include "search/task.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(const struct srch_task *t)
{
	struct srch_task again;
	struct buf a, b;
	buf_init(&a, BUF_MAX_TEXT);
	buf_init(&b, BUF_MAX_TEXT);
	srch_task_write(t, &a);
	int rc = srch_task_read(&again, "again", buf_text(&a), a.len);
	assert(rc == 0);
	srch_task_write(&again, &b);
	assert(a.len == b.len && !memcmp(buf_text(&a), buf_text(&b), a.len));
	srch_task_release(&again);
	buf_release(&a);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srch_tasks t;
	srch_tasks_init(&t);
	int rc = srch_tasks_parse(&t, "fuzz", data, size);
	assert(rc == 0 || *err_message());
	srch_tasks_join(&t);
	for (size_t i = 0; i < t.n; i++) {
		assert(srch_tasks_find(&t, t.items[i].id) == &t.items[i]);
		there_and_back(&t.items[i]);
	}
	srch_tasks_release(&t);
	return 0;
}
