/* The policy `sample`: a queue of (task, fork) pairs feeds a batch of slots. Forks of one task enter together and so stay
 * together; the next task's enter as the last of this one's end, so that the batch is full. What a fork draws depends only
 * on its coordinate: neither the batch nor who else is in it shows. */
#include "base/mem.h"
#include "search/session.h"

struct slot {
	size_t task;
	int stretch;
	void *fork;
};

struct bed {
	struct session *s;
	struct slot *slots;
	int n;
	size_t next_task;
	int next_fork;
	void **forks;    /* of a step */
	int32_t *tokens;
	struct rng_at *at; /* of a draw */
	struct eng_choice *choices;
};

/* Whether fork number f of the task is in the store already. */
static bool is_saved(const struct growth *g, int f)
{
	for (int i = 0; i < g->n; i++) {
		if (g->stretches[i].number == f && g->stretches[i].saved)
			return true;
	}
	return false;
}

/* The next fork to start; false when there is none. */
static bool next_in_queue(struct bed *b, size_t *task, int *fork)
{
	const struct session *s = b->s;
	for (; b->next_task < s->tasks->n; b->next_task++, b->next_fork = 0) {
		const struct growth *g = &s->growths[b->next_task];
		while (!g->complete && b->next_fork < s->opt.forks && is_saved(g, b->next_fork))
			b->next_fork++;
		if (!g->complete && b->next_fork < s->opt.forks) {
			*task = b->next_task;
			*fork = b->next_fork;
			return true;
		}
	}
	return false;
}

static int start_fork(struct bed *b, size_t task, int number)
{
	struct session *s = b->s;
	struct growth *g = &s->growths[task];
	void *fork;
	int rc = g->opened ? 0 : session_open(s, task);
	rc = rc ? rc : s->gen->fork_new(s->gen->ctx, &fork, g->prefix);
	if (rc)
		return rc;
	struct stretch *st = growth_add(g, -1, number);
	st->leaf = true;
	g->n_open++;
	b->slots[b->n++] = (struct slot){task, g->n - 1, fork};
	b->next_fork = number + 1;
	if (b->next_fork == s->opt.forks)
		session_close_prefix(s, g);
	return 0;
}

static int fill(struct bed *b)
{
	size_t task;
	int fork;
	while (b->n < b->s->batch && next_in_queue(b, &task, &fork)) {
		if (!b->s->growths[task].opened && b->s->n_waiting >= SESSION_WAITING && b->n > 0)
			return 0; /* let the judging catch up while the others grow */
		int rc = start_fork(b, task, fork);
		if (rc == ERR_NOMEM && b->n > 0)
			return 0; /* memory comes back when a fork ends */
		if (rc)
			return rc;
	}
	return 0;
}

/* The next token of every slot. */
static int choose(struct bed *b)
{
	struct session *s = b->s;
	struct eng_sampling how = {s->opt.temperature, s->opt.top_k, s->opt.top_p};
	for (int i = 0; i < b->n; i++) {
		const struct growth *g = &s->growths[b->slots[i].task];
		const struct stretch *st = &g->stretches[b->slots[i].stretch];
		b->forks[i] = b->slots[i].fork;
		b->at[i] = (struct rng_at){s->opt.seed, g->coordinate, (uint32_t)st->number, (uint32_t)st->n, 0};
	}
	return srch_draw(s->gen, b->forks, b->n, &how, b->at, b->choices, s->scratch);
}

/* Puts the slot's token to its stretch. *ended: the stretch is finished. */
static void grow(struct session *s, const struct slot *slot, struct eng_choice c, bool *ended)
{
	struct growth *g = &s->growths[slot->task];
	struct stretch *st = &g->stretches[slot->stretch];
	stretch_reserve(st, s->row);
	st->tokens[st->n] = c.token;
	st->logprobs[st->n++] = c.logprob;
	st->logprob += c.logprob;
	size_t len = 0;
	const char *piece = growth_is_eos(s->gen, c.token) ? NULL : s->gen->piece(s->gen->ctx, c.token, &len);
	if (piece)
		buf_add(&st->text, piece, len);
	*ended = growth_ends(&s->rules, g, c.token, &st->text, st->n, &st->finished);
	s->tokens++;
}

static int end_slot(struct session *s, struct slot *slot)
{
	struct growth *g = &s->growths[slot->task];
	struct stretch *st = &g->stretches[slot->stretch];
	s->gen->fork_free(s->gen->ctx, slot->fork);
	slot->fork = NULL;
	g->n_open--;
	int rc = session_submit(s, g, st, buf_text(&st->text));
	if (!rc && g->n_finished == s->opt.forks)
		session_grown(s, g);
	return rc;
}

/* Every slot draws; those that end leave, the others keep their order. */
static int draw_all(struct bed *b)
{
	double began = clock_seconds();
	int kept = 0, rc = choose(b);
	if (rc)
		return rc;
	for (int i = 0; i < b->n; i++) {
		bool ended = false;
		grow(b->s, &b->slots[i], b->choices[i], &ended);
		if (ended && !rc)
			rc = end_slot(b->s, &b->slots[i]);
		if (b->slots[i].fork)
			b->slots[kept++] = b->slots[i];
	}
	b->n = kept;
	b->s->engine_seconds += clock_seconds() - began;
	return rc;
}

static int step_all(struct bed *b)
{
	struct session *s = b->s;
	for (int i = 0; i < b->n; i++) {
		const struct stretch *st = &s->growths[b->slots[i].task].stretches[b->slots[i].stretch];
		b->forks[i] = b->slots[i].fork;
		b->tokens[i] = st->tokens[st->n - 1];
	}
	int rc = b->n ? session_step(s, b->forks, b->tokens, b->n) : 0;
	for (int i = 0; i < b->n && !rc; i++)
		session_take_row(s, i, &s->growths[b->slots[i].task].stretches[b->slots[i].stretch]);
	return rc;
}

int policy_sample(struct session *s)
{
	struct bed b = {.s = s};
	b.slots = mem_array((size_t)s->batch, sizeof *b.slots);
	b.forks = mem_array((size_t)s->batch, sizeof *b.forks);
	b.tokens = mem_array((size_t)s->batch, sizeof *b.tokens);
	b.at = mem_array((size_t)s->batch, sizeof *b.at);
	b.choices = mem_array((size_t)s->batch, sizeof *b.choices);
	int rc;
	do {
		rc = fill(&b);
		rc = rc ? rc : draw_all(&b);
		rc = rc ? rc : step_all(&b);
		rc = rc ? rc : session_save_ready(s);
		session_progress(s);
	} while (!rc && (b.n || b.next_task < s->tasks->n));
	for (int i = 0; i < b.n; i++)
		s->gen->fork_free(s->gen->ctx, b.slots[i].fork);
	mem_free(b.slots);
	mem_free(b.forks);
	mem_free(b.tokens);
	mem_free(b.at);
	mem_free(b.choices);
	return rc;
}
