/* search/growth.h - layer 3. A task being grown: its prompt, the stretches of tokens that grew from it, and how far each is.
 *
 *   growth -> stretches[]  each with its parent: another stretch, or -1 for the prompt
 *
 * With the policy `sample` every stretch is a leaf on the prompt. With top-p some are segments that several leaves share.
 * Plain data and their upkeep: no model and no store here. */
#ifndef SEARCH_GROWTH_H
#define SEARCH_GROWTH_H

#include "engine/tokenizer.h"
#include "search/nodes.h"
#include "search/port.h"

struct stretch {
	int parent;  /* index into stretches; -1: the prompt */
	int number;  /* the node's */
	int start;   /* generated tokens before it */
	bool leaf;
	int32_t *tokens;
	float *logprobs;
	uint16_t *experts;
	float *weights;
	size_t n, rows, cap;
	struct buf text;
	struct cmp_closing closing; /* how far the text was looked at */
	enum node_finish finished;
	double logprob; /* of the path to its end */
	size_t ticket;  /* with the judging, once the leaf is finished */
	bool submitted, saved; /* saved: given to the saver, or in the store from before; nothing but the number is left of it here */
};

struct growth {
	const struct srch_task *task;
	struct cmp_problem problem;
	uint32_t coordinate;
	bool elsewhere;               /* another shard grows it */
	bool opened, grown, complete; /* the prompt is computed; every leaf is finished; all of it is saved */
	struct tok_ids prompt;
	uint16_t *prompt_experts;
	float *prompt_weights;
	void *prefix;
	struct eng_choice *first;     /* of the policy `sample`: the first token of each fork; NULL until one of them starts */
	struct stretch *stretches;
	int n, cap;
	int n_open, n_finished; /* leaves: growing, finished */
	size_t pruned;
};

/* Adds a stretch; the pointer is good until the next one. */
struct stretch *growth_add(struct growth *g, int parent, int number);
/* Room for one more token and its row. row: layers x k. */
void stretch_reserve(struct stretch *s, size_t row);
void stretch_release(struct stretch *s);
void growth_release(struct growth *g);

/* How a path ends with this token, if it does. An answer to a chat prompt is never closed: the model ends it. text: everything since the
 * prompt, the token's own bytes included (an end-of-text token has none); closing: how far it was looked at; n: tokens since the prompt,
 * this one included. */
struct growth_rules {
	const struct srch_generator *gen;
	const struct srch_judge *judge;
	int max_tokens;
};
bool growth_ends(const struct growth_rules *r, const struct growth *g, int32_t token, const struct buf *text, struct cmp_closing *closing,
	size_t n, enum node_finish *how);
/* Whether a path ends with its nth token, whatever that is. */
bool growth_is_last(const struct growth_rules *r, const struct growth *g, size_t n);
/* Looks at a text that is known not to end a path: what grows from it need not look there again. */
void growth_look(const struct growth_rules *r, const struct growth *g, const struct buf *text, struct cmp_closing *closing);
bool growth_is_eos(const struct srch_generator *gen, int32_t token);

#endif
