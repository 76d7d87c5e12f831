#include "search/session.h"
#include "base/mem.h"
#include "search/prompt.h"
#include <assert.h>
#include <string.h>

static int encode_prompt(const struct session *s, const struct srch_task *t, struct tok_ids *out)
{
	struct buf text;
	buf_init(&text, BUF_MAX_TEXT);
	int rc = prompt_of(s->gen->frame, t, &text);
	rc = rc ? rc : s->gen->encode(s->gen->ctx, buf_text(&text), text.len, out);
	buf_release(&text);
	return rc ? err_prefix(rc, "task %s", t->id) : 0;
}

static bool can_grow(const struct session *s, const struct tok_ids *prompt)
{
	return prompt->n > 0 && prompt->n < (size_t)s->gen->max_positions;
}

int session_check_prompts(const struct session *s)
{
	enum { SHOWN = 5 };
	struct buf bad;
	size_t n_bad = 0;
	int rc = 0;
	buf_init(&bad, BUF_MAX_TEXT);
	for (size_t i = 0; i < s->tasks->n && !rc; i++) {
		struct tok_ids ids = {0};
		const char *id = s->tasks->items[i].id;
		rc = encode_prompt(s, &s->tasks->items[i], &ids);
		if (!rc && !can_grow(s, &ids) && n_bad++ < SHOWN)
			buf_printf(&bad, ids.n ? "%s%.80s (%zu)" : "%s%.80s (empty)", n_bad > 1 ? ", " : "", id, ids.n);
		tok_ids_release(&ids);
	}
	if (n_bad > SHOWN)
		buf_printf(&bad, " and %zu more", n_bad - SHOWN);
	if (!rc && n_bad)
		rc = err_set(ERR_LIMIT, "%zu of %zu prompts cannot be grown from: the model reads %d positions, a prompt takes 1 to %d; tokens by task: %s",
			n_bad, s->tasks->n, s->gen->max_positions, s->gen->max_positions - 1, buf_text(&bad));
	buf_release(&bad);
	return rc;
}

/* Encodes the prompt, and makes room for its rows. */
static int begin_task(struct session *s, size_t i, struct eng_prompt *prompt)
{
	struct growth *g = &s->growths[i];
	int rc = encode_prompt(s, g->task, &g->prompt);
	if (rc)
		return rc;
	assert(can_grow(s, &g->prompt)); /* session_check_prompts */
	size_t items = g->prompt.n * s->row;
	g->prompt_experts = mem_array(items ? items : 1, sizeof *g->prompt_experts);
	g->prompt_weights = mem_array(items ? items : 1, sizeof *g->prompt_weights);
	*prompt = (struct eng_prompt){g->prompt.ids, (int)g->prompt.n, {g->prompt_experts, g->prompt_weights}};
	return 0;
}

/* It may be tried again, when there is room. */
static void take_back(struct growth *g)
{
	tok_ids_release(&g->prompt);
	mem_free(g->prompt_experts);
	mem_free(g->prompt_weights);
	g->prompt_experts = NULL;
	g->prompt_weights = NULL;
}

void session_count_time(struct session *s, double since)
{
	double now = clock_seconds(), from = s->n_begun || since < s->counted ? s->counted : since;
	s->engine_seconds += now - from;
	s->counted = now;
}

int session_open_some(struct session *s, const size_t *tasks, int n)
{
	double began = clock_seconds();
	struct eng_prompt *prompts = mem_array((size_t)n, sizeof *prompts);
	void **made = mem_array((size_t)n, sizeof *made);
	int begun = 0, rc = 0;
	for (; begun < n && !rc; begun += !rc)
		rc = begin_task(s, tasks[begun], &prompts[begun]);
	if (!rc && n == 1)
		rc = s->gen->prefix_new(s->gen->ctx, made, prompts->ids, prompts->n, prompts->capture);
	else if (!rc)
		rc = s->gen->prefixes_new(s->gen->ctx, made, prompts, n);
	for (int k = 0; k < begun; k++) {
		struct growth *g = &s->growths[tasks[k]];
		g->opened = rc == 0;
		g->prefix = rc ? NULL : made[k];
		if (rc)
			take_back(g);
	}
	session_count_time(s, began);
	mem_free(prompts);
	mem_free(made);
	return rc && n == 1 ? err_prefix(rc, "task %s", s->growths[*tasks].task->id) : rc;
}

int session_open(struct session *s, size_t i)
{
	return session_open_some(s, &i, 1);
}

void session_close_prefix(struct session *s, struct growth *g)
{
	if (g->prefix)
		s->gen->prefix_free(s->gen->ctx, g->prefix);
	g->prefix = NULL;
}

static struct eng_capture capture_of(const struct session *s)
{
	return (struct eng_capture){s->cap_experts, s->cap_weights};
}

static int count_step(struct session *s, int n, double began, int rc)
{
	session_count_time(s, began);
	if (!rc)
		session_count_step(s, n);
	return rc;
}

int session_step(struct session *s, void *const *forks, const int32_t *tokens, int n)
{
	double began = clock_seconds();
	return count_step(s, n, began, s->gen->step(s->gen->ctx, forks, tokens, n, capture_of(s)));
}

/* Where it cannot be done in halves, all of it is done in the first. */
static int step_and_draw(struct session *s, void *const *forks, const int32_t *tokens, int n, const struct eng_sampling *how, const struct rng_at *at)
{
	int rc = s->gen->step(s->gen->ctx, forks, tokens, n, capture_of(s));
	return rc ? rc : srch_draw(s->gen, forks, n, how, at, s->drawn, s->scratch);
}

int session_begin_step(struct session *s, void *const *forks, const int32_t *tokens, int n, const struct eng_sampling *how, const struct rng_at *at)
{
	double began = clock_seconds();
	assert(s->n_begun <= s->gen->ahead);
	int rc = s->gen->begin ? s->gen->begin(s->gen->ctx, forks, tokens, n, capture_of(s), how, at) : step_and_draw(s, forks, tokens, n, how, at);
	session_count_time(s, began);
	if (!rc)
		s->begun[s->n_begun++] = n;
	return rc;
}

int session_finish_step(struct session *s, struct eng_choice *out)
{
	double began = clock_seconds();
	int rc = 0, n = s->begun[0];
	if (s->gen->begin)
		rc = s->gen->finish(s->gen->ctx, out);
	else
		memcpy(out, s->drawn, (size_t)n * sizeof *out);
	rc = count_step(s, n, began, rc);
	s->n_begun--;
	memmove(s->begun, s->begun + 1, sizeof s->begun - sizeof *s->begun);
	return rc;
}

void session_take_row(struct session *s, int i, struct stretch *to)
{
	size_t row = s->row, from = (size_t)i * row;
	if (row) {
		memcpy(to->experts + to->rows * row, s->cap_experts + from, row * sizeof *to->experts);
		memcpy(to->weights + to->rows * row, s->cap_weights + from, row * sizeof *to->weights);
	}
	to->rows++;
}

int session_submit(struct session *s, struct growth *g, struct stretch *leaf, const char *text)
{
	int rc = srch_judging_add(s->judging, g->task, prompt_answer(s->gen->frame, text), false, &leaf->ticket);
	leaf->submitted = rc == 0;
	g->n_finished++;
	s->programs_done++;
	return rc;
}

void session_grown(struct session *s, struct growth *g)
{
	g->grown = true;
	s->n_waiting++;
}

void session_progress(struct session *s)
{
	if (!s->opt.quiet)
		progress_update(&s->progress, (int64_t)(s->programs_done - s->n_pending), "%.0f tokens/s, %zu being judged",
			s->engine_seconds > 0 ? (double)s->tokens / s->engine_seconds : 0.0, s->n_pending);
}

/* Leaves that are judged and not handed over; *pending: those that are still with the judging. */
static int n_ready(struct session *s, const struct growth *g, size_t *pending)
{
	int n = 0;
	*pending = 0;
	for (int i = 0; i < g->n; i++) {
		const struct stretch *st = &g->stretches[i];
		if (!st->leaf || !st->submitted || st->saved)
			continue;
		if (srch_judging_done(s->judging, st->ticket))
			n++;
		else
			++*pending;
	}
	return n;
}

int session_save_ready(struct session *s)
{
	double now = clock_seconds();
	if (s->n_waiting <= SESSION_WAITING && now - s->looked < SESSION_LOOK)
		return 0;
	s->looked = now;
	s->n_pending = 0;
	for (size_t i = 0; i < s->tasks->n; i++) {
		struct growth *g = &s->growths[i];
		if (g->complete || !g->n_finished)
			continue;
		size_t pending;
		int n = n_ready(s, g, &pending), rc = 0;
		s->n_pending += pending;
		if (g->grown && (!pending || s->n_waiting > SESSION_WAITING))
			rc = session_save_task(s, i);
		else if (n >= SESSION_PARTIAL && s->opt.policy == SRCH_SAMPLE)
			rc = session_save_partial(s, i, false);
		if (rc)
			return rc;
	}
	return saver_check(s->saver);
}

size_t session_tasks(const struct session *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->tasks->n; i++)
		n += !s->growths[i].elsewhere;
	return n;
}

bool session_stopped(const struct session *s)
{
	return s->opt.stop && *s->opt.stop;
}

/* Leaves that were submitted and not handed over. */
static int n_submitted(const struct growth *g)
{
	int n = 0;
	for (int i = 0; i < g->n; i++)
		n += g->stretches[i].submitted && !g->stretches[i].saved;
	return n;
}

static void wait_for_judging(struct session *s)
{
	do {
		s->n_pending = 0;
		for (size_t i = 0; i < s->tasks->n; i++) {
			size_t pending = 0;
			if (!s->growths[i].complete)
				(void)n_ready(s, &s->growths[i], &pending);
			s->n_pending += pending;
		}
		session_progress(s);
		if (s->n_pending)
			nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
	} while (s->n_pending);
}

int session_stop(struct session *s)
{
	int rc = ERR_STOPPED;
	wait_for_judging(s);
	for (size_t i = 0; i < s->tasks->n; i++) {
		struct growth *g = &s->growths[i];
		int e = 0;
		if (g->grown && !g->complete)
			e = session_save_task(s, i);
		else if (!g->grown && s->opt.policy == SRCH_SAMPLE && n_submitted(g))
			e = session_save_partial(s, i, true);
		rc = e ? e : rc; /* of one task: the others are saved all the same */
	}
	return rc;
}

int session_finish(struct session *s)
{
	int rc = 0;
	while (s->n_waiting && !rc) {
		rc = session_save_ready(s);
		session_progress(s);
		if (s->n_waiting && !rc)
			nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
	}
	return rc;
}
