/* search/port.h - layer 3. The two tables through which the search sees the rest of the house: something that generates, and
 * something that judges. gen_engine.c plugs the engine in, judge_compile.c the judge; tests plug in scripted ones, so that
 * the whole search, store and all, is tested without a model, a compiler or a sandbox.
 *
 * A generator belongs to one thread. A judge's functions may be called by any number of threads at once. */
#ifndef SEARCH_PORT_H
#define SEARCH_PORT_H

#include "base/buf.h"
#include "base/err.h"
#include "compile/compile.h"
#include "engine/chat.h"
#include "engine/engine.h"
#include "engine/tokenizer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fork is an opaque pointer; a prefix too. Meanings and errors as in engine/engine.h. */
struct srch_generator {
	void *ctx;
	/* What determines its results, recorded in the run; borrowed, not NULL. */
	const char *family, *backend, *compute;
	bool shared_state; /* eng_options.shared_state */
	uint64_t fingerprint;
	const char *model; /* what people call it, for whoever reads of the run; determines nothing. NULL: not known */
	int n_vocab, n_layers, top_k, n_experts;
	const int *layer_index;
	const int32_t *eos;
	int n_eos;
	int max_positions, max_forks;
	const struct chat_frame *frame; /* prompts become user messages; NULL: they are read as they are. Recorded too */

	int (*encode)(void *ctx, const char *text, size_t len, struct tok_ids *out);
	/* Borrowed bytes of a token; NULL for an id without text. */
	const char *(*piece)(void *ctx, int32_t id, size_t *len);
	int (*prefix_new)(void *ctx, void **out, const int32_t *ids, int n, struct eng_capture capture);
	/* Of several prompts at once, as eng_prefixes_new; NULL: by prefix_new, one by one. */
	int (*prefixes_new)(void *ctx, void **out, const struct eng_prompt *prompts, int n);
	int together; /* how many are worth it; where prefixes_new is */
	void (*prefix_free)(void *ctx, void *prefix);
	int (*fork_new)(void *ctx, void **out, void *prefix);
	int (*fork_split)(void *ctx, void **out, void *parent);
	void (*fork_free)(void *ctx, void *fork);
	const float *(*logits)(void *ctx, void *fork); /* NULL, and a message: it could not give them */
	/* NULL: by eng_sample from the logits. */
	int (*draw)(void *ctx, void *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at, struct eng_choice *out);
	/* NULL: by eng_top from the logits. */
	int (*top)(void *ctx, void *const *forks, int n, int count, struct eng_choice *out);
	int (*step)(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture);
	/* A step and the draw behind it in two halves, as eng_begin and eng_finish. NULL: by step and then draw. */
	int (*begin)(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture, const struct eng_sampling *how,
		const struct rng_at *at);
	int (*finish)(void *ctx, struct eng_choice *out);
	bool ahead; /* where begin is: it gains by a step that is begun before the last one is finished */
	const int32_t *(*distinct)(void *ctx); /* experts that the step finished last touched, [n_layers]; borrowed until the next. NULL: not known */
};

/* Through the table, whatever of it is there; an error where there are no logits. scratch: [2 x n_vocab]. */
int srch_logits(const struct srch_generator *g, void *fork, const float **out) CHECK_RESULT;
int srch_draw(const struct srch_generator *g, void *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at,
	struct eng_choice *out, int32_t *scratch) CHECK_RESULT;
/* out [n][count]: the likeliest next tokens of each fork, likeliest first; all of the vocabulary where that is less. Returns how many each
 * has in *found. */
int srch_top(const struct srch_generator *g, void *const *forks, int n, int count, struct eng_choice *out, int *found, int32_t *scratch) CHECK_RESULT;

struct srch_judge {
	void *ctx;
	const char *identity; /* compiler, flags, normaliser, extractor, sandbox: recorded beside the verdicts */
	bool (*closed)(void *ctx, struct cmp_closing *at, const struct cmp_problem *p, const char *completion, size_t len, size_t *end);
	enum cmp_extraction (*extract)(void *ctx, const struct cmp_problem *p, const char *completion, struct buf *program);
	/* The next three are NULL in a judge that only extracts (`search`). */
	int (*compile)(void *ctx, const struct cmp_problem *p, const char *program, struct cmp_object *out);
	int (*test)(void *ctx, const struct cmp_problem *p, const char *program, struct cmp_verdict *out);
	int (*is_weak)(void *ctx, const struct cmp_problem *p, bool *weak);
};

/* The engine and its tokenizer behind the table. dir NULL: the embedded model. Yours, closed by srch_gen_close. */
struct srch_gen;
int srch_gen_open(struct srch_gen **out, const char *dir, const struct eng_options *opt) CHECK_RESULT;
/* From now on prompts are user messages, as the model's own chat template has them. system NULL: none. ERR_MISSING, ERR_UNSUPPORTED,
 * ERR_USAGE (thinking where there is none). */
int srch_gen_chat(struct srch_gen *g, bool thinking, const char *system) CHECK_RESULT;
void srch_gen_close(struct srch_gen *g);
const struct srch_generator *srch_gen_table(const struct srch_gen *g);
struct eng_model *srch_gen_model(const struct srch_gen *g);
const struct tok *srch_gen_tok(const struct srch_gen *g);

/* compile/ behind the table. j borrowed; NULL: a judge that only extracts and tells when a function is closed. */
struct srch_judge srch_judge_table(struct cmp_judge *j);

#endif
