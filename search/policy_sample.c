/* The policy `sample`: a queue of (task, fork) pairs feeds a batch of slots. Forks of one task enter together and so stay
 * together; the next task's enter as the last of this one's end, so that the batch is full. What a fork draws depends only
 * on its coordinate: neither the batch nor who else is in it shows.
 *
 * A step draws the tokens behind it as well. Where the generator goes ahead, the next step is begun before these are known here: it reads
 * them where they are drawn. Who turns out to have ended with one is in a step too many, and its row there is nobody's: it is not kept, and
 * what it draws is no token. Who ends with one whatever it is, is not in that step. */
#include "base/mem.h"
#include "search/session.h"

struct slot {
	size_t task;
	int stretch;
	void *fork;
	int row[ENG_AHEAD]; /* of the steps that are begun, by their turns; -1: it is not in that one */
};

struct bed {
	struct session *s;
	struct slot *slots;
	int n;
	size_t next_task;
	int next_fork;
	int turn;        /* of the step begun last */
	void **forks;    /* of a step or a draw */
	int32_t *tokens;
	struct rng_at *at;
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

static struct stretch *stretch_of(const struct session *s, const struct slot *slot)
{
	return &s->growths[slot->task].stretches[slot->stretch];
}

static struct eng_sampling how_to_draw(const struct session *s)
{
	return (struct eng_sampling){s->opt.temperature, s->opt.top_k, s->opt.top_p};
}

static struct rng_at coordinate(const struct session *s, const struct growth *g, int number, size_t token)
{
	return (struct rng_at){s->opt.seed, g->coordinate, (uint32_t)number, (uint32_t)token, 0};
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

/* Puts a token to the slot's stretch. A slot that ends with it has no fork any more. */
static int grow(struct session *s, struct slot *slot, struct eng_choice c)
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
	s->tokens++;
	return growth_ends(&s->rules, g, c.token, &st->text, &st->closing, st->n, &st->finished) ? end_slot(s, slot) : 0;
}

/* The first tokens of all the task's programs, from the logits behind its prompt, which this fork has: later ones need not wait for a draw. */
static int draw_first(struct bed *b, struct growth *g, void *fork)
{
	struct session *s = b->s;
	struct eng_sampling how = how_to_draw(s);
	double began = clock_seconds();
	int n = s->opt.forks, rc = 0;
	g->first = mem_array((size_t)n, sizeof *g->first);
	for (int from = 0, some; from < n && !rc; from += some) {
		some = n - from < s->batch ? n - from : s->batch;
		for (int i = 0; i < some; i++) {
			b->forks[i] = fork;
			b->at[i] = coordinate(s, g, from + i, 0);
		}
		rc = srch_draw(s->gen, b->forks, some, &how, b->at, g->first + from, s->scratch);
	}
	session_count_time(s, began);
	return rc;
}

static int start_fork(struct bed *b, size_t task, int number)
{
	struct session *s = b->s;
	struct growth *g = &s->growths[task];
	void *fork;
	int rc = s->gen->fork_new(s->gen->ctx, &fork, g->prefix);
	if (rc)
		return rc;
	rc = g->first ? 0 : draw_first(b, g, fork);
	if (rc) {
		s->gen->fork_free(s->gen->ctx, fork);
		return rc;
	}
	struct stretch *st = growth_add(g, -1, number);
	st->leaf = true;
	g->n_open++;
	b->next_fork = number + 1;
	struct slot slot = {.task = task, .stretch = g->n - 1, .fork = fork, .row = {-1, -1}};
	rc = grow(s, &slot, g->first[number]);
	if (slot.fork)
		b->slots[b->n++] = slot;
	return rc;
}

/* Prompts that are worth reading together, at most ENG_TOGETHER. */
static int most_together(const struct session *s)
{
	return !s->gen->prefixes_new ? 1 : s->gen->together < ENG_TOGETHER ? s->gen->together : ENG_TOGETHER;
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
	if (most_together(s) < 2 || !b->n || s->batch - b->n >= few || 2 * s->opt.forks > few)
		return false;
	int most = most_together(s), n = next_to_open(b, tasks, most);
	return n && n < most;
}

/* Opens what comes next, together with what fills the batch behind it. */
static int open_next(struct bed *b, size_t task)
{
	struct session *s = b->s;
	size_t tasks[ENG_TOGETHER];
	int most = most_together(s);
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

/* Begins a step of all slots that go on; n: how many they are. */
static int begin_step(struct bed *b, int *n)
{
	struct session *s = b->s;
	struct eng_sampling how = how_to_draw(s);
	int before = b->turn, turn = 1 - before;
	*n = 0;
	for (int i = 0; i < b->n; i++) {
		struct slot *slot = &b->slots[i];
		const struct growth *g = &s->growths[slot->task];
		const struct stretch *st = stretch_of(s, slot);
		bool ahead = slot->row[before] >= 0; /* its last token is not here yet */
		if (ahead && growth_is_last(&s->rules, g, st->n + 1))
			continue;
		b->forks[*n] = slot->fork;
		b->tokens[*n] = ahead ? ENG_DRAWN(slot->row[before]) : st->tokens[st->n - 1];
		b->at[*n] = coordinate(s, g, st->number, st->n + ahead);
		slot->row[turn] = (*n)++;
	}
	b->turn = *n ? turn : before;
	return *n ? session_begin_step(s, b->forks, b->tokens, *n, &how, b->at) : 0;
}

/* Finishes the oldest step. Slots that end with its tokens leave, the others keep their order. */
static int finish_step(struct bed *b)
{
	struct session *s = b->s;
	int turn = s->n_begun > 1 ? 1 - b->turn : b->turn, kept = 0, rc = session_finish_step(s, b->choices);
	double began = clock_seconds();
	for (int i = 0; i < b->n; i++) {
		struct slot *slot = &b->slots[i];
		int row = slot->row[turn];
		slot->row[turn] = -1;
		if (row >= 0 && !rc) {
			session_take_row(s, row, stretch_of(s, slot));
			rc = grow(s, slot, b->choices[row]);
		}
		if (slot->fork)
			b->slots[kept++] = *slot;
	}
	b->n = kept;
	session_count_time(s, began);
	return rc;
}

static int step_all(struct bed *b)
{
	int n, rc = begin_step(b, &n), ahead = n && b->s->gen->ahead;
	while (!rc && b->s->n_begun > ahead)
		rc = finish_step(b);
	return rc;
}

/* Steps that are begun when all is over are nobody's, and out of the way of what comes. The first failure is the one to tell. */
static int drop_all(struct bed *b, int rc)
{
	struct session *s = b->s;
	for (int i = 0; i < b->n; i++)
		s->gen->fork_free(s->gen->ctx, b->slots[i].fork);
	while (s->n_begun) {
		struct err_kept first = err_keep(rc);
		rc = err_first(&first, session_finish_step(s, b->choices));
	}
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
		rc = rc ? rc : step_all(&b);
		rc = rc ? rc : session_save_ready(s);
		session_progress(s);
	} while (!rc && !session_stopped(s) && (b.n || b.next_task < s->tasks->n));
	rc = drop_all(&b, rc);
	mem_free(b.slots);
	mem_free(b.forks);
	mem_free(b.tokens);
	mem_free(b.at);
	mem_free(b.choices);
	return rc;
}
