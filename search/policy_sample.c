/* The policy `sample`: a queue of (task, fork) pairs feeds a batch of slots. Forks of one task enter together and so stay
 * together; the next task's enter as the last of this one's end, so that the batch is full. What a fork draws depends only
 * on its coordinate: neither the batch nor who else is in it shows.
 *
 * A step draws the tokens behind it as well, and its rows of routing come while the next one runs: a program that has ended may wait
 * for its last row until then. It is not saved before, as nothing is between the two. */
#include "base/mem.h"
#include "search/session.h"

struct slot {
	size_t task;
	int stretch;
	void *fork;
	bool drawn; /* what comes next is there */
	struct eng_choice next;
};

struct bed {
	struct session *s;
	struct slot *slots;
	int n;
	size_t next_task;
	int next_fork;
	void **forks;    /* of a step or a draw */
	int32_t *tokens;
	struct rng_at *at;
	struct eng_choice *choices;
	struct slot *late; /* who was in the step whose rows have not come in; forks are not looked at */
	int n_late;
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

/* The next fork to start; false when there is none. Of a task that has no more the prefix is let go. */
static bool next_in_queue(struct bed *b, size_t *task, int *fork)
{
	struct session *s = b->s;
	for (; b->next_task < s->tasks->n; b->next_task++, b->next_fork = 0) {
		struct growth *g = &s->growths[b->next_task];
		bool done = g->complete || g->elsewhere;
		while (!done && b->next_fork < s->opt.forks && is_saved(g, b->next_fork))
			b->next_fork++;
		if (!done && b->next_fork < s->opt.forks) {
			*task = b->next_task;
			*fork = b->next_fork;
			return true;
		}
		session_close_prefix(s, g);
	}
	return false;
}

static int start_fork(struct bed *b, size_t task, int number)
{
	struct session *s = b->s;
	struct growth *g = &s->growths[task];
	void *fork;
	int rc = s->gen->fork_new(s->gen->ctx, &fork, g->prefix);
	if (rc)
		return rc;
	struct stretch *st = growth_add(g, -1, number);
	st->leaf = true;
	g->n_open++;
	b->slots[b->n++] = (struct slot){.task = task, .stretch = g->n - 1, .fork = fork};
	b->next_fork = number + 1;
	return 0;
}

/* Tasks that filling the batch would open, in their order, at most `most`. */
static int next_to_open(const struct bed *b, size_t *tasks, int most)
{
	const struct session *s = b->s;
	int free_slots = s->batch - b->n, n = 0;
	for (size_t i = b->next_task; i < s->tasks->n && free_slots > 0 && n < most; i++) {
		const struct growth *g = &s->growths[i];
		int begun = i == b->next_task ? b->next_fork : 0, saved = 0;
		for (int k = 0; k < g->n && !begun; k++)
			saved += g->stretches[k].saved;
		int left = g->complete || g->elsewhere ? 0 : s->opt.forks - begun - saved;
		free_slots -= left;
		if (left && !g->opened)
			tasks[n++] = i;
	}
	return n;
}

/* Whether to leave slots empty for some steps more: where prompts are read together, one takes the device as long as some. A sixteenth of
 * the batch stands empty at most, and only where more than one prompt comes into that. */
static bool waits_for_more(const struct bed *b)
{
	const struct session *s = b->s;
	size_t tasks[ENG_TOGETHER];
	int few = s->batch / 16;
	if (!s->gen->prefixes_new || !b->n || s->batch - b->n >= few || 2 * s->opt.forks > few)
		return false;
	int n = next_to_open(b, tasks, ENG_TOGETHER);
	return n && n < s->gen->together;
}

/* Opens what comes next, together with what fills the batch behind it. */
static int open_next(struct bed *b, size_t task)
{
	struct session *s = b->s;
	size_t tasks[ENG_TOGETHER];
	int most = !s->gen->prefixes_new ? 1 : s->gen->together < ENG_TOGETHER ? s->gen->together : ENG_TOGETHER;
	int n = next_to_open(b, tasks, most), rc = n > 1 ? session_open_some(s, tasks, n) : ERR_NOMEM;
	return rc == ERR_NOMEM ? session_open(s, task) : rc; /* there may be room for one */
}

static int fill(struct bed *b)
{
	size_t task;
	int fork;
	if (waits_for_more(b))
		return 0;
	while (b->n < b->s->batch && next_in_queue(b, &task, &fork)) {
		bool opened = b->s->growths[task].opened;
		if (!opened && b->s->n_waiting >= SESSION_WAITING && b->n > 0)
			return 0; /* let the judging catch up while the others grow */
		int rc = opened ? 0 : open_next(b, task);
		rc = rc ? rc : start_fork(b, task, fork);
		if (rc == ERR_NOMEM && b->n > 0)
			return 0; /* memory comes back when a fork ends */
		if (rc)
			return rc;
	}
	return 0;
}

static struct stretch *stretch_of(const struct session *s, const struct slot *slot)
{
	return &s->growths[slot->task].stretches[slot->stretch];
}

static struct eng_sampling how_to_draw(const struct session *s)
{
	return (struct eng_sampling){s->opt.temperature, s->opt.top_k, s->opt.top_p};
}

/* Of the token behind all that the slot's stretch has. */
static struct rng_at coordinate(const struct session *s, const struct slot *slot)
{
	const struct stretch *st = stretch_of(s, slot);
	return (struct rng_at){s->opt.seed, s->growths[slot->task].coordinate, (uint32_t)st->number, (uint32_t)st->n, 0};
}

/* The first token of the slots that are new. */
static int choose_first(struct bed *b)
{
	struct session *s = b->s;
	struct eng_sampling how = how_to_draw(s);
	int n = 0;
	for (int i = 0; i < b->n; i++)
		if (!b->slots[i].drawn) {
			b->forks[n] = b->slots[i].fork;
			b->at[n++] = coordinate(s, &b->slots[i]);
		}
	int rc = srch_draw(s->gen, b->forks, n, &how, b->at, b->choices, s->scratch);
	n = 0;
	for (int i = 0; i < b->n && !rc; i++)
		if (!b->slots[i].drawn)
			b->slots[i].next = b->choices[n++];
	return rc;
}

/* Puts the slot's token to its stretch. *ended: the stretch is finished. */
static void grow(struct session *s, const struct slot *slot, struct eng_choice c, bool *ended)
{
	struct growth *g = &s->growths[slot->task];
	struct stretch *st = stretch_of(s, slot);
	stretch_reserve(st, s->row);
	st->tokens[st->n] = c.token;
	st->logprobs[st->n++] = c.logprob;
	st->logprob += c.logprob;
	size_t len = 0;
	const char *piece = growth_is_eos(s->gen, c.token) ? NULL : s->gen->piece(s->gen->ctx, c.token, &len);
	if (piece)
		buf_add(&st->text, piece, len);
	*ended = growth_ends(&s->rules, g, c.token, &st->text, &st->closing, st->n, &st->finished);
	s->tokens++;
}

static int end_slot(struct session *s, struct slot *slot)
{
	struct growth *g = &s->growths[slot->task];
	struct stretch *st = stretch_of(s, slot);
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
	int kept = 0, rc = choose_first(b);
	if (rc)
		return rc;
	for (int i = 0; i < b->n; i++) {
		bool ended = false;
		grow(b->s, &b->slots[i], b->slots[i].next, &ended);
		if (ended && !rc)
			rc = end_slot(b->s, &b->slots[i]);
		if (b->slots[i].fork)
			b->slots[kept++] = b->slots[i];
	}
	b->n = kept;
	b->s->engine_seconds += clock_seconds() - began;
	return rc;
}

/* The step before this one has all its rows. */
static void take_late_rows(struct bed *b)
{
	for (int i = 0; i < b->n_late; i++)
		session_take_row(b->s, i, stretch_of(b->s, &b->late[i]));
	b->n_late = 0;
}

static int step_all(struct bed *b)
{
	struct session *s = b->s;
	struct eng_sampling how = how_to_draw(s);
	for (int i = 0; i < b->n; i++) {
		const struct stretch *st = stretch_of(s, &b->slots[i]);
		b->forks[i] = b->slots[i].fork;
		b->tokens[i] = st->tokens[st->n - 1];
		b->at[i] = coordinate(s, &b->slots[i]);
	}
	int rc = b->n ? session_advance(s, b->forks, b->tokens, b->n, &how, b->at, b->choices) : session_settle(s);
	if (rc)
		return rc;
	take_late_rows(b);
	for (int i = 0; i < b->n; i++) {
		b->slots[i].drawn = true;
		b->slots[i].next = b->choices[i];
		b->late[b->n_late++] = b->slots[i];
	}
	return 0;
}

/* The rows of a step that is under way: they must come before their memory goes. The first failure is the one to tell. */
static int take_last_rows(struct session *s, int rc)
{
	struct err_kept first = err_keep(rc);
	return err_first(&first, session_settle(s));
}

int policy_sample(struct session *s)
{
	struct bed b = {.s = s};
	b.slots = mem_array((size_t)s->batch, sizeof *b.slots);
	b.forks = mem_array((size_t)s->batch, sizeof *b.forks);
	b.tokens = mem_array((size_t)s->batch, sizeof *b.tokens);
	b.at = mem_array((size_t)s->batch, sizeof *b.at);
	b.choices = mem_array((size_t)s->batch, sizeof *b.choices);
	b.late = mem_array((size_t)s->batch, sizeof *b.late);
	int rc;
	do {
		rc = fill(&b);
		rc = rc ? rc : draw_all(&b);
		rc = rc ? rc : step_all(&b);
		rc = rc ? rc : session_save_ready(s);
		session_progress(s);
	} while (!rc && !session_stopped(s) && (b.n || b.next_task < s->tasks->n));
	rc = take_last_rows(s, rc);
	for (int i = 0; i < b.n; i++)
		s->gen->fork_free(s->gen->ctx, b.slots[i].fork);
	mem_free(b.slots);
	mem_free(b.forks);
	mem_free(b.tokens);
	mem_free(b.at);
	mem_free(b.choices);
	mem_free(b.late);
	return rc;
}
