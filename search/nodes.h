/* search/nodes.h - layer 3. Nodes of a run to and from the store: the files and messages that search/store.h defines.
 * Plain values in, ids out; what order commits come in and when they are saved is the loop's affair. */
#ifndef SEARCH_NODES_H
#define SEARCH_NODES_H

#include "search/judging.h"
#include "search/store.h"
#include "search/task.h"

/* What rows look like: the same for every node of a run. */
struct node_shape {
	int n_layers, top_k, n_experts;
};

enum node_finish { NODE_EOS, NODE_CLOSED, NODE_LENGTH, NODE_LIMIT };
const char *node_finish_name(enum node_finish f);
int node_finish_parse(const char *name); /* -1 for an unknown name */

/* One stretch of tokens. Borrowed arrays when written; owned when read (node_segment_release). */
struct node_segment {
	int number;              /* within the task; -1 for a root */
	int start;               /* generated tokens before it */
	const int32_t *tokens;   /* [n] */
	size_t n, rows;
	const uint16_t *experts; /* [rows x layers x k] */
	const float *weights;
	const float *logprobs;   /* [n]; NULL in a root */
	const char *text;
	size_t text_len;
};

int node_put_root(struct store *s, const struct node_shape *shape, const struct srch_task *task, const struct node_segment *seg,
	const struct store_id *start, struct store_id *id) CHECK_RESULT;
int node_put_segment(struct store *s, const struct node_shape *shape, const struct srch_task *task, const struct node_segment *seg,
	const struct store_id *parent, struct store_id *id) CHECK_RESULT;
struct node_leaf {
	struct node_segment seg;
	enum node_finish finished;
	double logprob;
	const struct srch_judged *judged;
};
int node_put_leaf(struct store *s, const struct node_shape *shape, const struct srch_task *task, const struct node_leaf *leaf,
	const struct store_id *parent, struct store_id *id) CHECK_RESULT;
struct node_result {
	size_t leaves, pruned;
	bool complete;
	const char *judge; /* identity or NULL */
};
int node_put_task(struct store *s, const struct srch_task *task, const struct node_result *r, const struct store_id *leaves,
	struct store_id *id) CHECK_RESULT;

/* The leaf again, with another verdict: its other files and its parent stay. */
int node_put_judged(struct store *s, const struct srch_task *task, const struct store_commit *leaf, int number, size_t tokens,
	const struct srch_judged *v, struct store_id *id) CHECK_RESULT;

int node_put_start(struct store *s, const void *run_json, size_t n, size_t n_tasks, const char *policy, struct store_id *id)
	CHECK_RESULT;
/* A task as the run commit joins it. */
struct node_joined {
	const char *task;
	struct store_id id;
	size_t leaves;
};
int node_put_run(struct store *s, const void *run_json, size_t n, const struct node_joined *tasks, size_t n_tasks,
	struct store_id *id) CHECK_RESULT;

/* A leaf's message. status NULL: not judged; group "": did not compile. */
void node_leaf_message(struct buf *out, const char *task, int number, size_t tokens, const char *status, const char *group);
/* "program.c", "program.s", ... */
const char *node_program_file(enum cmp_language l);
const char *node_assembly_file(enum cmp_language l);
/* The start commit that a commit stands on: by first parents to the one that has none. ERR_FORMAT: a commit on the way is not there. */
int node_find_start(struct store *s, const struct store_id *from, struct store_id *start) CHECK_RESULT;
/* The ref of task i. */
void node_task_ref(char out[64], size_t i);

#endif
