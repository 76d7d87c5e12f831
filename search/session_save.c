#include "base/file.h"
#include "base/mem.h"
#include "search/canon.h"
#include "search/prompt.h"
#include "search/session.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

static struct node_segment segment_of(const struct stretch *st)
{
	return (struct node_segment){
		.number = st->number, .start = st->start, .tokens = st->tokens, .n = st->n, .rows = st->rows, .experts = st->experts,
		.weights = st->weights, .logprobs = st->logprobs, .text = buf_text(&st->text), .text_len = st->text.len,
	};
}

static int save_root(struct session *s, struct growth *g)
{
	if (g->has_root)
		return 0;
	struct buf text;
	buf_init(&text, BUF_MAX_TEXT);
	int rc = prompt_of(s->gen->frame, g->task, &text);
	struct node_segment seg = {
		.number = -1, .tokens = g->prompt.ids, .n = g->prompt.n, .rows = g->prompt.n, .experts = g->prompt_experts,
		.weights = g->prompt_weights, .text = buf_text(&text), .text_len = text.len,
	};
	rc = rc ? rc : node_put_root(s->store, &s->shape, g->task, &seg, &s->start, &g->root);
	g->has_root = rc == 0;
	buf_release(&text);
	return rc;
}

/* A line of judge.jsonl: what is not a function of the run, so not in its objects. */
static void add_note(struct buf *notes, const struct srch_task *t, int number, const struct srch_judged *v)
{
	if (!v->judged)
		return;
	json_t *o = json_pack("{ss si ss sf sf}", "task", t->id, "node", number, "status", cmp_status_name(v->status),
		"compile_seconds", v->compile_seconds, "run_seconds", v->run_seconds);
	if (v->message) /* bytes that are not UTF-8 make it NULL, and the message is left out */
		json_object_set_new(o, "message", json_string(v->message));
	canon_write(o, notes);
}

static int save_leaf(struct session *s, struct growth *g, struct stretch *st, struct buf *notes)
{
	struct srch_judged judged;
	int rc = srch_judging_take(s->judging, st->ticket, &judged);
	st->submitted = false;
	if (rc)
		return err_prefix(rc, "task %s, program %d", g->task->id, st->number);
	struct node_leaf leaf = {segment_of(st), st->finished, st->logprob, &judged};
	rc = node_put_leaf(s->store, &s->shape, g->task, &leaf, st->parent < 0 ? &g->root : &g->stretches[st->parent].id, &st->id);
	add_note(notes, g->task, st->number, &judged);
	srch_judged_release(&judged);
	st->saved = rc == 0;
	g->n_saved += st->saved;
	if (st->saved)
		stretch_release(st);
	return rc;
}

/* Parents stand before their children in stretches. */
static int save_stretches(struct session *s, struct growth *g, bool only_done, struct buf *notes)
{
	int rc = save_root(s, g);
	for (int i = 0; i < g->n && !rc; i++) {
		struct stretch *st = &g->stretches[i];
		if (st->saved)
			continue;
		if (!st->leaf) {
			struct node_segment seg = segment_of(st);
			rc = node_put_segment(s->store, &s->shape, g->task, &seg, st->parent < 0 ? &g->root : &g->stretches[st->parent].id, &st->id);
			st->saved = rc == 0;
		} else if (st->submitted && (!only_done || srch_judging_done(s->judging, st->ticket))) {
			rc = save_leaf(s, g, st, notes);
		}
	}
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const struct stretch *x = *(const struct stretch *const *)a, *y = *(const struct stretch *const *)b;
	return (x->number > y->number) - (x->number < y->number);
}

/* The commit that joins what is saved, and the ref that keeps it. */
static int save_joint(struct session *s, size_t i, bool complete)
{
	struct growth *g = &s->growths[i];
	const struct stretch **leaves = mem_array((size_t)g->n + 1, sizeof *leaves);
	struct store_id *ids = mem_array((size_t)g->n + 1, sizeof *ids);
	struct node_result result = {.pruned = g->pruned, .complete = complete, .judge = s->judge->compile ? s->judge->identity : NULL};
	for (int k = 0; k < g->n; k++) {
		if (g->stretches[k].leaf && g->stretches[k].saved)
			leaves[result.leaves++] = &g->stretches[k];
	}
	qsort(leaves, result.leaves, sizeof *leaves, by_number);
	for (size_t k = 0; k < result.leaves; k++)
		ids[k] = leaves[k]->id;
	int rc = node_put_task(s->store, g->task, &result, ids, &g->id);
	if (!rc) {
		struct session_ref *r = &s->refs[s->n_refs++];
		node_task_ref(r->ref, i);
		r->id = g->id;
	}
	mem_free(leaves);
	mem_free(ids);
	return rc;
}

int session_flush(struct session *s, bool now)
{
	double every = s->opt.save_seconds ? s->opt.save_seconds : 1;
	bool due = clock_seconds() - s->flushed >= every || store_batch_bytes(s->store) > SESSION_BATCH_BYTES;
	int rc = 0;
	if (!s->n_refs || !(now || due))
		return 0;
	for (size_t i = 0; i < s->n_refs && !rc; i++)
		rc = store_save(s->store, s->refs[i].ref, &s->refs[i].id);
	if (!rc && s->notes.len)
		rc = store_side_append(s->store, "judge.jsonl", buf_text(&s->notes));
	buf_clear(&s->notes);
	s->n_refs = 0;
	s->flushed = clock_seconds();
	return rc ? rc : session_wallclock(s);
}

static int save(struct session *s, size_t i, bool complete)
{
	int rc = save_stretches(s, &s->growths[i], !complete, &s->notes);
	rc = rc ? rc : save_joint(s, i, complete);
	return rc ? rc : session_flush(s, s->opt.save_seconds < 0 || s->n_refs == SESSION_REFS);
}

int session_save_partial(struct session *s, size_t i)
{
	return save(s, i, false);
}

int session_save_task(struct session *s, size_t i)
{
	struct growth *g = &s->growths[i];
	int rc = save(s, i, true);
	if (rc)
		return rc;
	g->complete = true;
	s->n_waiting--;
	srch_judging_forget(s->judging, g->task);
	growth_release(g);
	return 0;
}

/* -- wall-clock facts -- */

static double number_of(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

/* What earlier sessions wrote; zeros when there is nothing that can be read. */
void session_read_wallclock(struct session *s)
{
	struct buf b;
	char *path = file_join(store_dir(s->store), "wallclock.json");
	buf_init(&b, BUF_MAX_TEXT);
	json_t *o = file_exists(path) && !file_read(&b, path) ? json_loadb(buf_text(&b), b.len, 0, NULL) : NULL;
	s->before = (struct session_past){number_of(o, "seconds"), number_of(o, "engine_seconds"), number_of(o, "tokens"),
		number_of(o, "steps"), number_of(o, "stepped"), number_of(o, "distinct_experts")};
	json_decref(o);
	buf_release(&b);
	mem_free(path);
}

int session_keep_steps(struct session *s)
{
	return s->gen->distinct && s->gen->n_layers ? steps_open(&s->by_step, store_dir(s->store), &s->shape) : 0;
}

int session_count_step(struct session *s, int n)
{
	s->steps++;
	s->stepped += (uint64_t)n;
	if (!s->by_step)
		return 0;
	const int32_t *distinct = s->gen->distinct(s->gen->ctx);
	for (int i = 0; i < s->gen->n_layers; i++)
		s->distinct += (uint64_t)distinct[i];
	return steps_add(s->by_step, n, distinct);
}

int session_wallclock(struct session *s)
{
	const struct session_past *p = &s->before;
	json_t *o = json_pack("{sf sf sf sf sf sf si si}", "seconds", p->seconds + clock_seconds() - s->started,
		"engine_seconds", p->engine_seconds + s->engine_seconds, "tokens", p->tokens + (double)s->tokens,
		"steps", p->steps + (double)s->steps, "stepped", p->stepped + (double)s->stepped,
		"distinct_experts", p->distinct + (double)s->distinct, "batch", s->batch, "workers", s->opt.workers);
	json_t *model = s->gen->model && *s->gen->model ? json_string(s->gen->model) : NULL;
	if (model) /* a name that is no UTF-8 is left out */
		json_object_set_new(o, "model", model);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	canon_write(o, &b);
	int rc = store_side_write(s->store, "wallclock.json", buf_text(&b));
	buf_release(&b);
	return rc ? rc : steps_flush(s->by_step);
}

/* -- resuming -- */

static int same_judge(const struct session *s, const char *stored)
{
	const char *here = s->judge->compile ? s->judge->identity : NULL;
	if (!stored && !here)
		return 0;
	if (!stored || !here)
		return err_set(ERR_CONFLICT, "%s was %s, this is to be %s: continue it with the command it was begun with", store_dir(s->store),
			stored ? "judged" : "generated only", here ? "judged" : "generated only");
	if (strcmp(stored, here))
		return err_set(ERR_CONFLICT, "%s was judged with \"%s\", here is \"%s\": give another folder", store_dir(s->store), stored, here);
	return 0;
}

/* A leaf of a partial task: its number, and the root it stands on. */
static int resume_leaf(struct session *s, struct growth *g, const struct store_id *id)
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
		st->id = *id;
		g->root = c.parents[0];
		g->has_root = true;
		g->n_saved++;
		g->n_finished++;
		s->programs_done++;
	}
	json_decref(o);
	buf_release(&b);
	store_commit_release(&c);
	return rc;
}

static int resume_result(struct session *s, struct growth *g, const json_t *o, const struct store_commit *c)
{
	int64_t leaves = 0;
	int rc = canon_bool(o, "result.json", "complete", &g->complete);
	rc = rc ? rc : canon_int(o, "result.json", "leaves", 1, INT32_MAX, &leaves);
	rc = rc ? rc : same_judge(s, json_string_value(json_object_get(o, "judge")));
	if (rc)
		return rc;
	if (g->complete) {
		g->n_saved = (int)leaves;
		s->programs_done += (size_t)leaves;
		return 0;
	}
	for (size_t i = 0; i < c->n_parents && !rc; i++)
		rc = resume_leaf(s, g, &c->parents[i]);
	if (!rc && g->n_saved == s->opt.forks)
		session_grown(s, g);
	return rc;
}

int session_resume_task(struct session *s, size_t i)
{
	struct growth *g = &s->growths[i];
	struct store_commit c = {0};
	struct buf b;
	json_t *o = NULL;
	char ref[64];
	bool found;
	node_task_ref(ref, i);
	int rc = store_ref(s->store, ref, &g->id, &found);
	if (rc || !found)
		return rc;
	buf_init(&b, BUF_MAX_TEXT);
	rc = store_commit_read(s->store, &g->id, &c);
	rc = rc ? rc : store_file(s->store, &c.tree, "result.json", &b);
	rc = rc ? rc : canon_parse(&o, "result.json", &b);
	rc = rc ? rc : resume_result(s, g, o, &c);
	json_decref(o);
	buf_release(&b);
	store_commit_release(&c);
	return rc ? err_prefix(rc, "task %s", g->task->id) : 0;
}
