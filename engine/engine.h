/* engine/engine.h - layer 2. The narrow door to the engine: a loaded model, a finished prefill, and forks of it.
 *
 *   eng_model    shared, read-only: the weights (mapped from the file), the pools of KV pages and state slots
 *     `- eng_prefix   a finished prefill of a prompt: counted, read-only
 *          `- eng_fork     one timeline: an index and a length into shared pages, and a state slot; cheap to make
 *               `- eng_fork     a fork of a fork reads its parent's state and writes its own in its first step
 *
 * Callers see tokens, logits and routing; never tensors, pages or slots.
 *
 * Determinism (design 3.1): the prompt is computed by prefill in chunks of ENG_PREFILL_CHUNK positions (on a device, of as many as
 * its backend wishes, always the same) from position 0, every
 * later token by a decode step. Logits and routing of a fork depend, to the bit, only on its own tokens: not on the batch it is
 * stepped in, the number of threads, or whether its siblings are alive.
 *
 * Routing: rows are `layers x k`, layers counting only those with experts, experts in chosen order (highest score first, ties
 * to the lower index). Row t is the routing of the forward pass whose input is token t.
 *
 * An eng_model and everything made from it belongs to one thread at a time; the engine runs its own crew inside. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/err.h"
#include "engine/sample.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENG_PREFILL_CHUNK 64
#define ENG_POSITIONS 4096 /* of a fork, where nothing else is asked for */

struct eng_model;
struct eng_prefix;
struct eng_fork;

enum eng_compute { ENG_COMPUTE_DEFAULT, ENG_COMPUTE_F32, ENG_COMPUTE_BF16, ENG_COMPUTE_FP8 };

struct eng_options {
	const char *backend;      /* "ref", "cpu", "check" (cpu held to ref, call by call), "cuda"; NULL: "cpu" */
	enum eng_compute compute; /* type of the activations; DEFAULT: the model's own dtype. FP8: bf16, and quantised per token and
	                           * block (kern_quantise) where they meet FP8 weights; a model without is ERR_UNSUPPORTED */
	int threads;              /* 0: every processor this process may use */
	int max_forks;            /* forks alive at once, at most; 0: 64 */
	bool fewer_forks;         /* where a device has no room for as many, as many as it has; eng_info says how many */
	int max_prefixes;         /* prefixes alive at once, at most; 0: 16 more than forks */
	int max_positions;        /* prompt and generated tokens of one fork, at most; 0: the model's own limit, at most ENG_POSITIONS */
	int max_grown;            /* tokens of a fork behind its prompt, at most; 0: max_positions */
	int max_prompts;          /* prompts of max_positions for which memory is set aside, beside what forks may grow; 0: max_prefixes. A
	                           * prompt's memory is its forks' too: eng_prefix_new and eng_fork_new are ERR_NOMEM while others hold it */
	int forks_a_prompt;       /* one prompt more for every so many of max_forks; 0: no more */
	bool shared_state;        /* siblings share a checkpoint of the recurrent state and keep what they added to it (forward.h): less
	                           * memory is moved, and it rounds differently: a mode of the run. ERR_UNSUPPORTED without such layers */
	bool dummy;               /* only dir's config.json is read: the weights are made up (dummy.h) ... */
	uint64_t dummy_seed;      /* ... from this */
};

/* What a model is; plain values, borrowed strings live as long as the model. */
struct eng_info {
	const char *dir, *family; /* "qwen3_5_moe" */
	const char *backend, *isa; /* "cpu", "avx2"; "cuda", the device's name */
	const char *compute;       /* "f32", "bf16", "fp8" */
	bool shared_state;
	bool ahead; /* a step begun before the last one is finished keeps a device busy; else nothing is gained by it */
	int n_vocab, d_model, n_layers_all;
	int n_layers;              /* layers that have experts */
	const int *layer_index;    /* [n_layers] their indices in the model */
	int n_experts, top_k;
	int max_positions;         /* of a fork in this instance */
	int max_forks;             /* alive at once, at most */
	int together;              /* prompts that are worth handing to one eng_prefixes_new; 1: no more than one */
	const int32_t *eos;        /* [n_eos] token ids that end a text */
	int n_eos;
	size_t weight_bytes;       /* in the files */
	size_t kv_bytes_per_token, state_bytes_per_fork;
	int64_t n_params;          /* all, and those one token touches */
	int64_t n_params_active;
	uint64_t fingerprint;      /* of the tensors' names, shapes and types, and the first bytes of up to 256 of them, or the dummy seed */
	int n_passed_over;         /* tensors in the files that generating text does not need (vision, multi-token prediction) */
};

/* Where routing goes. Either pointer may be NULL (not wanted). */
struct eng_capture {
	uint16_t *experts; /* [rows x n_layers x top_k] */
	float *weights;    /* [rows x n_layers x top_k], as mixed (after renormalisation) */
};

/* dir: a folder with config.json and *.safetensors. ERR_MISSING (no such folder or file), ERR_FORMAT, ERR_UNSUPPORTED, ERR_NOMEM. */
int eng_model_open(struct eng_model **out, const char *dir, const struct eng_options *opt) CHECK_RESULT;
void eng_model_close(struct eng_model *m);
const struct eng_info *eng_model_info(const struct eng_model *m);
/* Reads every byte of the weights: ERR_FORMAT names the first tensor with a NaN or an infinity. Small models (up to 512 MiB) are
 * checked when they are opened. */
int eng_model_check(const struct eng_model *m) CHECK_RESULT;

/* Computes the prompt ids[n], n >= 1. capture holds n rows. logits: NULL, or [n x n_vocab], the logits after every position
 * (for `trace`). ERR_LIMIT (too long), ERR_USAGE (an id outside the vocabulary), ERR_NOMEM. Counted: free with eng_prefix_free;
 * the pages live until the last fork is gone. */
int eng_prefix_new(struct eng_prefix **out, struct eng_model *m, const int32_t *ids, int n, struct eng_capture capture, float *logits) CHECK_RESULT;
void eng_prefix_free(struct eng_prefix *p);
/* out[n]: of every prompt the prefix that eng_prefix_new makes of it, to the bit. Where states are own, as many as fit a chunk are read in
 * one pass: a short prompt takes a device hardly less than some do, since all weights are read. On an error none is made. */
#define ENG_TOGETHER 8
struct eng_prompt {
	const int32_t *ids;
	int n;
	struct eng_capture capture; /* of n rows */
};
int eng_prefixes_new(struct eng_prefix **out, struct eng_model *m, const struct eng_prompt *prompts, int n) CHECK_RESULT;

/* A fork at the end of the prefix, or at the present end of another fork. Copies neither KV nor state.
 * ERR_NOMEM when max_forks are alive. */
int eng_fork_new(struct eng_fork **out, struct eng_prefix *p) CHECK_RESULT;
int eng_fork_split(struct eng_fork **out, struct eng_fork *parent) CHECK_RESULT;
void eng_fork_free(struct eng_fork *f);

/* Positions so far, prompt included. */
int eng_fork_length(const struct eng_fork *f);
/* Logits for the next token, [n_vocab], f32: borrowed, valid until this fork's next step. NULL when a device could not give them. */
const float *eng_fork_logits(struct eng_fork *f);

/* out[i]: the next token of forks[i], drawn at at[i], for all i < n <= max_forks. Changes no fork. On a processor eng_sample of its
 * logits, to the bit; a device draws where they lie, by the same rules and numbers (kern_sample says how near), and what a fork
 * draws depends only on its logits and its coordinate there too. ERR_FORMAT where the logits are no numbers. No allocation inside. */
int eng_draw(struct eng_model *m, struct eng_fork *const *forks, int n, const struct eng_sampling *how, const struct rng_at *at,
             struct eng_choice *out) CHECK_RESULT;

/* out [n][count]: the `count` likeliest next tokens of forks[i], likeliest first, for all i < n <= max_forks; count from 1 to the vocabulary,
 * at most ENG_MAX_TOP. Changes no fork. On a processor eng_top of its logits, to the bit; a device ranks them where they lie (kern_top): of
 * the same logits the same tokens, and the log-probabilities that its draws have. Logits that are no numbers have such
 * log-probabilities. No allocation inside. */
#define ENG_MAX_TOP 10000
int eng_top_of(struct eng_model *m, struct eng_fork *const *forks, int n, int count, struct eng_choice *out) CHECK_RESULT;

/* Feeds tokens[i] to forks[i] for all i < n as one batch (n up to max_forks, forks distinct). capture holds n rows.
 * No allocation inside. ERR_LIMIT names the fork that is full; then nothing was stepped. ERR_FORMAT: weights that are captured are no
 * numbers, in the layer and at the position it names. */
int eng_step(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture) CHECK_RESULT;

/* eng_step, and then eng_draw of the same forks, to the bit, in two halves: at[i] is the coordinate of the token behind tokens[i]; n >= 1.
 * eng_begin hands the step to a device and returns (a processor has computed it by then); eng_finish waits for the oldest step that is begun,
 * fills its capture, and gives its tokens, out[n]. At most ENG_AHEAD are begun and not finished. As a token ENG_DRAWN(j) is what row j of the
 * step begun last draws, whether that is finished or not: so a step can be begun before the tokens of the one before it are known here.
 * how NULL: nothing is drawn, and out not looked at; ENG_DRAWN is of the last one that draws.
 *
 * Steps that are begun are in nobody's way: forks may be made, split, drawn from and freed, logits asked for, and while fewer than ENG_AHEAD are
 * begun also prompts read and forks stepped, all of it as if the steps were done. A fork that is in one may be freed: its row is then nobody's,
 * and what is wrong with it no error. Other errors are those of eng_step and eng_draw. What is wrong with forks and tokens eng_begin says, and
 * nothing is begun; what is wrong with numbers eng_finish says, and the step is finished all the same. No allocation inside. */
#define ENG_AHEAD 2
#define ENG_DRAWN(j) (-1 - (int32_t)(j))
int eng_begin(struct eng_model *m, struct eng_fork *const *forks, const int32_t *tokens, int n, struct eng_capture capture,
              const struct eng_sampling *how, const struct rng_at *at) CHECK_RESULT;
int eng_finish(struct eng_model *m, struct eng_choice *out) CHECK_RESULT;

/* Distinct experts touched by the step that was finished last, in each layer [n_layers]: what a step costs. Borrowed; valid until the next
 * step or prompt. */
const int32_t *eng_last_distinct(const struct eng_model *m);
/* Their sum over the layers. */
int eng_last_distinct_experts(const struct eng_model *m);
/* Bytes that had to be moved and multiply-adds done by all passes since the model was opened: for benchmarks. */
int eng_traffic(struct eng_model *m, uint64_t *bytes, uint64_t *macs) CHECK_RESULT;

#endif
