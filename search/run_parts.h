/* search/run_parts.h - layer 3. What the files that read a run share. */
#ifndef SEARCH_RUN_PARTS_H
#define SEARCH_RUN_PARTS_H

#include "search/run_node.h"

int run_read_config(struct run *r, const struct buf *run_json) CHECK_RESULT;
void run_read_wallclock(struct run *r);

/* result.json of a task commit. */
struct run_result {
	size_t leaves, pruned;
	bool complete;
	char *judge; /* yours; NULL when not judged */
};
int run_read_result(struct store *s, const struct store_commit *task, struct run_result *out) CHECK_RESULT;

#endif
