/* search/run.h - layer 3. A run, read from its store into memory, for whoever analyses it.
 *
 *   run -> tasks[] -> programs[first .. first + n)
 *
 * A program's arrays are those of its whole path from the prompt's end: the segments' tokens, rows and log-probabilities joined
 * at their borders. Row i of experts and weights is the routing of the forward pass whose input was generated token i; the
 * last token was never an input, so n_rows = n_tokens - 1 (0 for runs without routing).
 * A run that is not finished loads too: its finished tasks are there, `complete` is false.
 * Read-only after loading; may be shared by threads. */
#ifndef SEARCH_RUN_H
#define SEARCH_RUN_H

#include "search/search.h"

struct run_program {
	int task;                 /* index into tasks */
	int node;                 /* number within the task */
	int32_t *tokens;          /* [n_tokens] after the prompt */
	float *logprobs;          /* [n_tokens] at temperature 1 */
	size_t n_tokens, n_rows;
	size_t n_own;             /* tokens of its own node: the last n_own; the others it shares with siblings */
	uint16_t *experts;        /* [n_rows x layers x k] chosen order */
	float *weights;           /* [n_rows x layers x k], as stored (f16) */
	double logprob;           /* of the path: the sum */
	char *text;               /* completion, NUL-terminated */
	size_t text_len;
	const char *finished;     /* "eos", "closed", "length", "limit" */
	enum cmp_extraction extraction;
	char *program;            /* NULL: nothing was extracted */
	bool judged, compiled;
	enum cmp_status status;   /* when judged */
	char group[41];           /* object id of the normalised assembly; "" when it did not compile */
	bool weak_test, suspicious, calls_required;
	int signal, exit_status;
	char commit[41];          /* the leaf's node */
};

struct run_task {
	struct srch_task task;
	int32_t *prompt;          /* [n_prompt] token ids */
	size_t n_prompt;
	uint16_t *prompt_experts; /* [n_prompt x layers x k]; NULL unless RUN_PROMPTS */
	float *prompt_weights;
	size_t first, n;          /* programs */
	size_t pruned;            /* paths dropped by top-p */
	char root[41], commit[41];
};

struct run {
	char *dir;
	char commit[41];          /* the finished run's id; "" when unfinished */
	bool complete, judged;
	char *judge;              /* identity of the judge; NULL when not judged */
	enum srch_policy policy;
	int forks, max_tokens;
	int top_k;                /* of `sample`, with temperature and top_p */
	int frontier, k_most;     /* of `top-p`, with p */
	double temperature, top_p, p;
	uint64_t seed, fingerprint;
	char *family, *backend, *compute;
	bool shared_state;        /* forks shared checkpoints of the recurrent state: eng_options */
	char *model;              /* its name, from beside the hashed objects; NULL when absent */
	struct chat_frame frame;  /* how prompts were asked; frame.chat NULL: as they are */
	int n_layers, k, n_experts, n_vocab, max_positions;
	int *layer_index;         /* [n_layers] */
	size_t n_tasks_planned;   /* what the run was asked for; n_tasks are there */
	struct run_task *tasks;
	size_t n_tasks;
	struct run_program *programs;
	size_t n_programs;
	/* Wall-clock facts, from beside the hashed objects; 0 when absent. Sums over sessions. */
	double seconds, engine_seconds, tokens_per_second;
	uint64_t engine_tokens;
	double distinct_per_step; /* distinct experts a layer touched per step, mean */
	double forks_per_step;
	uint16_t *steps;          /* [n_steps x (1 + layers)] steps.npy; NULL unless RUN_STEPS, or when the run has none */
	size_t n_steps;
};

#define RUN_ROUTING 1u /* experts */
#define RUN_WEIGHTS 2u /* weights too */
#define RUN_PROMPTS 4u /* routing of the prompts */
#define RUN_STEPS 8u   /* what each step touched; the two means per step are then of these */

/* Yours. ERR_MISSING: no such folder; ERR_FORMAT: not a run, or a damaged one (names object and field). */
int run_load(struct run **out, const char *dir, unsigned what) CHECK_RESULT;
void run_free(struct run *r);
/* Appends the normalised assembly of a group (its id as in run_program). */
int run_assembly(const struct run *r, const char *group, struct buf *out) CHECK_RESULT;

/* The numbers everyone prints. */
struct run_summary {
	size_t tasks, programs, extracted, compiled, groups, passed, harness_errors, weak_tasks;
	size_t suspicious_passes; /* programs that passed, and whose assembly reaches for exit, abort and the like */
	double groups_per_task;   /* distinct groups of a task, mean */
	uint64_t tokens;
	double pass_at[6];        /* k = 1, 2, 5, 10, 32, 100; NaN where some task has fewer draws, or the policy is not sample */
	double pass_share;        /* top-p: share of path probability that passes; NaN for sample */
};
extern const int run_pass_k[6];
/* category NULL: all tasks. */
void run_summarise(const struct run *r, const char *category, struct run_summary *out);

/* Checks the store against every clause of its format (search/store.h). Each finding is one line, "object: what is wrong".
 * Returns 0 when the store could be read; *n counts findings. */
int run_fsck(const char *dir, void (*found)(void *ctx, const char *line), void *ctx, size_t *n) CHECK_RESULT;

#endif
