#include "base/mem.h"
#include "search/canon.h"
#include "search/run_parts.h"
#include "search/session.h"
#include <assert.h>
#include <jansson.h>
#include <string.h>

/* -- handing over -- */

/* The task's prompt goes with its first piece, with what was computed of it; its length is asked for until the last path has ended. */
static void move_prompt(struct growth *g, struct save_piece *p)
{
	p->prompt = (struct tok_ids){.ids = g->prompt.ids, .n = g->prompt.n, .cap = g->prompt.cap};
	p->prompt_experts = g->prompt_experts;
	p->prompt_weights = g->prompt_weights;
	g->prompt.ids = NULL;
	g->prompt_experts = NULL;
	g->prompt_weights = NULL;
}

/* What is left says that it is saved. */
static void move_stretch(struct stretch *st, struct stretch *to)
{
	*to = *st;
	*st = (struct stretch){.parent = st->parent, .number = st->number, .leaf = st->leaf, .saved = true};
	buf_init(&st->text, BUF_MAX_TEXT);
}

/* The finished stretches: all, waiting for those that are still being judged, or only those that are judged. */
static int fill_piece(struct session *s, struct growth *g, struct save_piece *p, bool wait)
{
	for (int i = 0; i < g->n; i++) {
		struct stretch *st = &g->stretches[i];
		if (st->saved || (st->leaf && !st->submitted) || (st->leaf && !wait && !srch_judging_done(s->judging, st->ticket)))
			continue;
		int rc = st->leaf ? srch_judging_take(s->judging, st->ticket, &p->judged[p->n]) : 0;
		if (rc)
			return err_prefix(rc, "task %s, program %d", g->task->id, st->number);
		assert(st->parent < 0 || p->n == i); /* paths with segments are saved whole: parents keep their places */
		move_stretch(st, &p->stretches[p->n++]);
	}
	return 0;
}

static int hand_over(struct session *s, size_t i, bool complete, bool wait)
{
	struct growth *g = &s->growths[i];
	struct save_piece *p = mem_zalloc(sizeof *p);
	p->task = i;
	p->complete = complete;
	p->pruned = g->pruned;
	p->stretches = mem_array((size_t)g->n + 1, sizeof *p->stretches);
	p->judged = mem_array((size_t)g->n + 1, sizeof *p->judged);
	int rc = fill_piece(s, g, p, wait);
	if (rc) {
		save_piece_free(p);
		return rc;
	}
	move_prompt(g, p);
	return saver_give(s->saver, p);
}

int session_save_partial(struct session *s, size_t i, bool wait)
{
	return hand_over(s, i, false, wait);
}

int session_save_task(struct session *s, size_t i)
{
	struct growth *g = &s->growths[i];
	int rc = hand_over(s, i, true, true);
	if (rc)
		return rc;
	g->complete = true;
	s->n_waiting--;
	srch_judging_forget(s->judging, g->task);
	growth_release(g);
	return 0;
}

/* -- wall-clock facts -- */

void session_count_step(struct session *s, int n)
{
	const int32_t *distinct = s->gen->distinct && s->gen->n_layers ? s->gen->distinct(s->gen->ctx) : NULL;
	s->steps++;
	s->stepped += (uint64_t)n;
	for (int i = 0; distinct && i < s->gen->n_layers; i++)
		s->distinct += (uint64_t)distinct[i];
	session_tell_counts(s, n, distinct);
}

void session_tell_counts(struct session *s, int forks, const int32_t *distinct)
{
	saver_count(s->saver, &(struct saver_counts){.engine_seconds = s->engine_seconds, .tokens = (double)s->tokens, .steps = (double)s->steps,
		.stepped = (double)s->stepped, .distinct = (double)s->distinct}, forks, distinct);
}

/* What earlier sessions wrote; zeros when there is nothing that can be read. */
struct saver_counts session_read_wallclock(const char *dir)
{
	json_t *o = canon_facts(dir);
	struct saver_counts c = {canon_fact(o, "seconds"), canon_fact(o, "engine_seconds"), canon_fact(o, "tokens"), canon_fact(o, "steps"),
		canon_fact(o, "stepped"), canon_fact(o, "distinct_experts")};
	json_decref(o);
	return c;
}

/* -- resuming -- */

static int same_judge(const struct session *s, const char *stored)
{
	const char *here = s->judge->compile ? s->judge->identity : NULL;
	if (!stored && !here)
		return 0;
	if (!stored)
		return err_set(ERR_CONFLICT, "%s was generated only: continue it with `coppice search`, and then `coppice judge` it", store_dir(s->store));
	if (!here)
		return err_set(ERR_CONFLICT, "%s was judged as it grew: continue it with `coppice run`", store_dir(s->store));
	if (strcmp(stored, here))
		return err_set(ERR_CONFLICT, "%s was judged with \"%s\", here is \"%s\": give the same options or another folder", store_dir(s->store), stored,
			here);
	return 0;
}

/* A leaf of a partial task: its number, and the root it stands on. */
static int resume_leaf(struct session *s, struct growth *g, struct saved_task *saved, const struct store_id *id)
{
	struct store_commit c;
	struct buf b;
	json_t *o = NULL;
	int64_t number = 0;
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_commit_read(s->store, id, &c);
	rc = rc ? rc : store_file(s->store, &c.tree, "node.json", &b);
	rc = rc ? rc : canon_parse(&o, "node.json of a leaf", &b);
	rc = rc ? rc : canon_int(o, "node.json of a leaf", "node", 0, INT32_MAX, &number);
	if (!rc && c.n_parents != 1)
		rc = err_set(ERR_FORMAT, "a leaf of task %s has %zu parents, must have 1", g->task->id, c.n_parents);
	if (!rc) {
		struct stretch *st = growth_add(g, -1, (int)number);
		st->leaf = st->saved = true;
		saved_task_add(saved, (int)number, id);
		saved->root = c.parents[0];
		saved->has_root = true;
		g->n_finished++;
		s->programs_done += !g->elsewhere;
	}
	json_decref(o);
	buf_release(&b);
	store_commit_release(&c);
	return rc;
}

static int resume_result(struct session *s, struct growth *g, struct saved_task *saved, const struct run_result *r, const struct store_commit *c)
{
	int rc = same_judge(s, r->judge);
	if (rc)
		return rc;
	g->complete = r->complete;
	if (r->complete) {
		saved->n_leaves = r->leaves;
		s->programs_done += g->elsewhere ? 0 : r->leaves;
		return 0;
	}
	for (size_t i = 0; i < c->n_parents && !rc; i++)
		rc = resume_leaf(s, g, saved, &c->parents[i]);
	if (!rc && g->n_finished == s->opt.forks)
		session_grown(s, g);
	return rc;
}

int session_resume_task(struct session *s, size_t i)
{
	struct growth *g = &s->growths[i];
	struct saved_task *saved = saver_task(s->saver, i);
	struct store_commit c = {0};
	struct run_result result = {0};
	char ref[64];
	bool found;
	node_task_ref(ref, i);
	int rc = store_ref(s->store, ref, &saved->id, &found);
	if (rc || !found)
		return rc;
	rc = store_commit_read(s->store, &saved->id, &c);
	rc = rc ? rc : run_read_result(s->store, &c, &result);
	rc = rc ? rc : resume_result(s, g, saved, &result, &c);
	mem_free(result.judge);
	store_commit_release(&c);
	return rc ? err_prefix(rc, "task %s", g->task->id) : 0;
}
