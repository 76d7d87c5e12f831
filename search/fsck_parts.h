/* search/fsck_parts.h - layer 3. What the files that check a store share. A finding is reported and counted; the check goes on. */
#ifndef SEARCH_FSCK_PARTS_H
#define SEARCH_FSCK_PARTS_H

#include "base/map.h"
#include "search/run_parts.h"

struct json_t;

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

void fsck_finding(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Reads a file that must be canonical JSON. *out (the caller's) is NULL when it is not there or not JSON at all. */
void fsck_json(struct check *c, const struct store_commit *k, const char *who, const char *name, struct json_t **out);
/* Author, time, message and the names in the tree. */
void fsck_commit(struct check *c, const struct store_commit *k, const char *who, const char *message, const char *const *allowed,
	size_t n_allowed);
/* A leaf, and whatever it stands on that was not checked before. */
void fsck_leaf(struct check *c, const struct store_id *id, const char *task, enum cmp_language l, size_t number, bool judged);
/* The task a root is for; NULL after a finding. Yours. */
struct srch_task *fsck_root_task(struct check *c, const struct run_node *root);

#endif
