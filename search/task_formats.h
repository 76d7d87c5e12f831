/* search/task_formats.h - layer 3. From one JSON object to a task, whatever publisher it came from. See search/task.h. */
#ifndef SEARCH_TASK_FORMATS_H
#define SEARCH_TASK_FORMATS_H

#include "search/records.h"
#include "search/task.h"

/* out begins zeroed and is the caller's to release, after a failure too. number: of tasks before it (GSM8K has no ids). */
int task_from_record(struct srch_task *out, const struct record *r, size_t number) CHECK_RESULT;
/* Puts the docstring of a HumanEval task in front of a decompile-eval task's prompt. */
void task_lend_docstring(struct srch_task *c, const struct srch_task *python);

#endif
