/* search/run_node.h - layer 3. Nodes of a run, read back from the store and checked against its format. */
#ifndef SEARCH_RUN_NODE_H
#define SEARCH_RUN_NODE_H

#include "search/nodes.h"
#include "search/run.h"

enum run_node_kind { RUN_ROOT, RUN_SEGMENT, RUN_LEAF };

/* One node as stored. Owned arrays; NULL where not asked for. */
struct run_node {
	enum run_node_kind kind;
	struct store_commit commit;
	char name[80];        /* "node 1234abcd": for messages */
	int number, start;
	int32_t *tokens;
	size_t n, rows;
	uint16_t *experts;
	float *weights;
	float *logprobs;
	struct buf text;
	/* of a leaf */
	enum node_finish finished;
	double logprob;
	enum cmp_extraction extraction;
};
/* what: RUN_ROUTING, RUN_WEIGHTS. ERR_FORMAT names node, file and field. Released by run_node_release, after a failure too. */
int run_node_read(struct store *s, const struct node_shape *shape, const struct store_id *id, unsigned what, struct run_node *out)
	CHECK_RESULT;
void run_node_release(struct run_node *n);
/* The program and the verdict of a leaf, into p. */
int run_node_verdict(struct store *s, const struct run_node *leaf, enum cmp_language language, struct run_program *p) CHECK_RESULT;

#endif
