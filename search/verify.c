/* Recomputes a run's nodes with the generator and compares, to the bit. */
#include "base/log.h"
#include "base/mem.h"
#include "base/npy.h"
#include "engine/sample.h"
#include "search/growth.h"
#include "search/prompt.h"
#include "search/run.h"
#include <jansson.h>
#include <string.h>

struct verifier {
	const struct run *r;
	const struct srch_generator *gen;
	struct srch_verified *out;
	size_t row;
	uint16_t *experts;
	float *weights;
	int32_t *scratch;
	struct eng_choice *best;
};

static void differs(struct verifier *v, const struct run_task *t, int node, const char *what, size_t at)
{
	v->out->differing++;
	if (v->out->first[0])
		return;
	if (node < 0)
		snprintf(v->out->first, sizeof v->out->first, "task %.100s, prompt: %s differ at token %zu", t->task.id, what, at);
	else
		snprintf(v->out->first, sizeof v->out->first, "task %.100s, program %d: %s differ at token %zu", t->task.id, node, what, at);
}

/* Rows as stored (weights in half precision) against rows as computed. */
static const char *compare_rows(const struct verifier *v, const uint16_t *experts, const float *weights)
{
	for (size_t i = 0; i < v->row; i++) {
		if (experts[i] != v->experts[i])
			return "experts";
		if (f16_from_f32(weights[i]) != f16_from_f32(v->weights[i]))
			return "weights";
	}
	return NULL;
}

/* The token and the log-probability that the policy gives here; another token when the program's is not among its choices. */
static int choose(const struct verifier *v, const struct run_task *t, const struct run_program *p, size_t at, void *fork,
	struct eng_choice *out)
{
	const struct run *r = v->r;
	int n;
	if (r->policy == SRCH_SAMPLE) {
		struct eng_sampling how = {r->temperature, r->top_k, r->top_p};
		struct rng_at where = {r->seed, srch_task_coordinate(t->task.id), (uint32_t)p->node, (uint32_t)at, 0};
		return srch_draw(v->gen, &fork, 1, &how, &where, out, v->scratch);
	}
	int rc = srch_top(v->gen, &fork, 1, r->k_most, v->best, &n, v->scratch);
	*out = (struct eng_choice){-1, 0};
	for (int i = 0; i < n && !rc; i++) {
		if (v->best[i].token == p->tokens[at])
			*out = v->best[i];
	}
	return rc;
}

static int compare_token(const struct verifier *v, const struct run_task *t, const struct run_program *p, size_t at, void *fork,
	const char **what)
{
	struct eng_choice c;
	int rc = choose(v, t, p, at, fork, &c);
	if (!rc && c.token != p->tokens[at])
		*what = "tokens";
	else if (!rc && memcmp(&c.logprob, &p->logprobs[at], sizeof c.logprob))
		*what = "log-probabilities";
	return rc;
}

static const char *compare_text(const struct verifier *v, const struct run_program *p)
{
	size_t at = 0;
	for (size_t i = 0; i < p->n_tokens; i++) {
		size_t len = 0;
		const char *piece = growth_is_eos(v->gen, p->tokens[i]) ? NULL : v->gen->piece(v->gen->ctx, p->tokens[i], &len);
		if (len > p->text_len - at || (piece && memcmp(p->text + at, piece, len)))
			return "texts";
		at += piece ? len : 0;
	}
	return at == p->text_len ? NULL : "texts";
}

static int verify_program(struct verifier *v, const struct run_task *t, const struct run_program *p, void *prefix)
{
	const struct srch_generator *gen = v->gen;
	void *fork = NULL;
	const char *what = compare_text(v, p);
	size_t at = 0;
	int rc = gen->fork_new(gen->ctx, &fork, prefix);
	for (; at < p->n_tokens && !what && !rc; at++) {
		rc = compare_token(v, t, p, at, fork, &what);
		if (rc || what || at >= p->n_rows)
			break;
		rc = gen->step(gen->ctx, &fork, &p->tokens[at], 1, (struct eng_capture){v->experts, v->weights});
		what = rc ? NULL : compare_rows(v, p->experts + at * v->row, p->weights + at * v->row);
	}
	if (fork)
		gen->fork_free(gen->ctx, fork);
	if (what)
		differs(v, t, p->node, what, at);
	v->out->programs++;
	v->out->tokens += p->n_tokens;
	return rc;
}

/* Whether text still encodes to the stored prompt, and the prompt still routes as it did. */
static int verify_prompt(struct verifier *v, const struct run_task *t, void **prefix)
{
	struct tok_ids ids = {0};
	size_t items = t->n_prompt * v->row;
	struct buf text;
	buf_init(&text, BUF_MAX_TEXT);
	int rc = prompt_of(v->gen->frame, &t->task, &text);
	rc = rc ? rc : v->gen->encode(v->gen->ctx, buf_text(&text), text.len, &ids);
	buf_release(&text);
	if (!rc && (ids.n != t->n_prompt || memcmp(ids.ids, t->prompt, ids.n * sizeof *ids.ids)))
		differs(v, t, -1, "tokens", 0);
	tok_ids_release(&ids);
	if (rc)
		return rc;
	uint16_t *experts = mem_array(items + 1, sizeof *experts);
	float *weights = mem_array(items + 1, sizeof *weights);
	rc = v->gen->prefix_new(v->gen->ctx, prefix, t->prompt, (int)t->n_prompt, (struct eng_capture){experts, weights});
	for (size_t i = 0; i < t->n_prompt && !rc; i++) {
		memcpy(v->experts, experts + i * v->row, v->row * sizeof *experts);
		memcpy(v->weights, weights + i * v->row, v->row * sizeof *weights);
		const char *what = compare_rows(v, t->prompt_experts + i * v->row, t->prompt_weights + i * v->row);
		if (what) {
			differs(v, t, -1, what, i);
			break;
		}
	}
	mem_free(experts);
	mem_free(weights);
	return rc;
}

static int verify_task(struct verifier *v, const struct run_task *t, size_t every)
{
	void *prefix = NULL;
	int rc = verify_prompt(v, t, &prefix);
	for (size_t i = 0; i < t->n && !rc; i++) {
		if ((t->first + i) % every == 0)
			rc = verify_program(v, t, &v->r->programs[t->first + i], prefix);
	}
	if (prefix)
		v->gen->prefix_free(v->gen->ctx, prefix);
	v->out->tasks++;
	return rc ? err_prefix(rc, "task %s", t->task.id) : 0;
}

static bool same_prompts(const struct chat_frame *a, const struct chat_frame *b)
{
	json_t *x = prompt_json(a), *y = prompt_json(b);
	bool same = x ? json_equal(x, y) : !y;
	json_decref(x);
	json_decref(y);
	return same;
}

/* A run of another model, or on another backend, would differ everywhere: say that instead. */
static int same_generator(const struct run *r, const struct srch_generator *g)
{
	if (r->fingerprint != g->fingerprint)
		return err_set(ERR_CONFLICT, "%s was generated by another model (fingerprint %016llx there, %016llx here): give its --model", r->dir,
			(unsigned long long)r->fingerprint, (unsigned long long)g->fingerprint);
	if (strcmp(r->backend, g->backend) || strcmp(r->compute, g->compute))
		return err_set(ERR_CONFLICT, "%s was generated with backend %s and compute %s, here they are %s and %s", r->dir, r->backend,
			r->compute, g->backend, g->compute);
	if (r->shared_state != g->shared_state)
		return err_set(ERR_CONFLICT, "%s was generated with --state %s", r->dir, r->shared_state ? "shared" : "own");
	if (!same_prompts(&r->frame, g->frame))
		return err_set(ERR_CONFLICT, "%s was generated with other chat prompts: its run.json has them under \"chat\"", r->dir);
	return 0;
}

int srch_verify(const char *dir, const struct srch_generator *gen, int every, struct srch_verified *out)
{
	struct run *r = NULL;
	*out = (struct srch_verified){0};
	int rc = run_load(&r, dir, RUN_ROUTING | RUN_WEIGHTS | RUN_PROMPTS);
	rc = rc ? rc : same_generator(r, gen);
	if (rc) {
		run_free(r);
		return rc;
	}
	struct verifier v = {.r = r, .gen = gen, .out = out, .row = (size_t)r->n_layers * (size_t)r->k};
	struct progress progress;
	v.experts = mem_array(v.row + 1, sizeof *v.experts);
	v.weights = mem_array(v.row + 1, sizeof *v.weights);
	v.scratch = mem_array(2 * (size_t)gen->n_vocab, sizeof *v.scratch);
	v.best = mem_array((size_t)r->k_most + 1, sizeof *v.best);
	progress_start(&progress, "verifying", "tasks", (int64_t)r->n_tasks);
	for (size_t i = 0; i < r->n_tasks && !rc; i++) {
		rc = verify_task(&v, &r->tasks[i], every < 1 ? 1 : (size_t)every);
		progress_update(&progress, (int64_t)i + 1, NULL);
	}
	progress_end(&progress);
	mem_free(v.experts);
	mem_free(v.weights);
	mem_free(v.scratch);
	mem_free(v.best);
	run_free(r);
	return rc;
}
