#include "search/saver.h"
#include "base/log.h"
#include "base/mem.h"
#include "search/canon.h"
#include "search/prompt.h"
#include <assert.h>
#include <jansson.h>
#include <pthread.h>
#include <string.h>

/* A ref to move once the batch is on disk. */
struct saver_ref {
	char ref[64];
	struct store_id id;
	size_t notes; /* bytes of notes up to and with its own */
};

struct saver {
	struct saver_setup setup;
	struct saved_task *tasks;
	pthread_t thread;
	bool runs;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t news, room; /* for the thread; for who hands over */
	struct save_piece *first, **last;
	int n_waiting;             /* pieces, with the one that is being saved */
	bool stop;
	int rc;                    /* the first failure, and what it said */
	char *why;
	struct saver_counts counts;
	struct steps *steps;       /* rows are added under the lock and written by the thread; NULL: not known */
	/* the thread's: what is in the batch, and not on disk */
	struct saver_ref refs[SAVER_REFS];
	size_t n_refs;
	struct buf notes;          /* for judge.jsonl */
	double flushed;            /* when the last batch went to disk */
};

/* -- pieces and tasks -- */

void save_piece_free(struct save_piece *p)
{
	for (int i = 0; i < p->n; i++) {
		stretch_release(&p->stretches[i]);
		srch_judged_release(&p->judged[i]);
	}
	tok_ids_release(&p->prompt);
	mem_free(p->prompt_experts);
	mem_free(p->prompt_weights);
	mem_free(p->stretches);
	mem_free(p->judged);
	mem_free(p);
}

void saved_task_add(struct saved_task *t, int number, const struct store_id *id)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 32;
		t->leaves = mem_grow(t->leaves, t->cap, sizeof *t->leaves);
	}
	t->leaves[t->n++] = (struct saved_leaf){number, *id};
}

struct saved_task *saver_task(struct saver *s, size_t task)
{
	return &s->tasks[task];
}

/* -- into the batch -- */

static struct node_segment segment_of(const struct stretch *st)
{
	return (struct node_segment){
		.number = st->number, .start = st->start, .tokens = st->tokens, .n = st->n, .rows = st->rows, .experts = st->experts,
		.weights = st->weights, .logprobs = st->logprobs, .text = buf_text(&st->text), .text_len = st->text.len,
	};
}

static int save_root(struct saver *s, const struct save_piece *p)
{
	struct saved_task *saved = &s->tasks[p->task];
	const struct srch_task *task = &s->setup.tasks->items[p->task];
	if (saved->has_root)
		return 0;
	struct buf text;
	buf_init(&text, BUF_MAX_TEXT);
	int rc = prompt_of(s->setup.frame, task, &text);
	struct node_segment seg = {
		.number = -1, .tokens = p->prompt.ids, .n = p->prompt.n, .rows = p->prompt.n, .experts = p->prompt_experts,
		.weights = p->prompt_weights, .text = buf_text(&text), .text_len = text.len,
	};
	rc = rc ? rc : node_put_root(s->setup.store, &s->setup.shape, task, &seg, &s->setup.start, &saved->root);
	saved->has_root = rc == 0;
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

/* Stretch i of the piece; ids[]: of those ahead of it. */
static int save_stretch(struct saver *s, const struct save_piece *p, int i, struct store_id *ids)
{
	const struct srch_task *task = &s->setup.tasks->items[p->task];
	struct saved_task *saved = &s->tasks[p->task];
	const struct stretch *st = &p->stretches[i];
	const struct store_id *parent = st->parent < 0 ? &saved->root : &ids[st->parent];
	struct node_leaf leaf = {segment_of(st), st->finished, st->logprob, &p->judged[i]};
	if (!st->leaf)
		return node_put_segment(s->setup.store, &s->setup.shape, task, &leaf.seg, parent, &ids[i]);
	int rc = node_put_leaf(s->setup.store, &s->setup.shape, task, &leaf, parent, &ids[i]);
	if (rc)
		return rc;
	add_note(&s->notes, task, st->number, &p->judged[i]);
	saved_task_add(saved, st->number, &ids[i]);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct saved_leaf *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

/* The commit that joins what is saved, and the ref that keeps it. */
static int save_joint(struct saver *s, const struct save_piece *p)
{
	struct saved_task *saved = &s->tasks[p->task];
	struct store_id *ids = mem_array(saved->n + 1, sizeof *ids);
	struct node_result result = {.leaves = saved->n, .pruned = p->pruned, .complete = p->complete, .judge = s->setup.judge};
	qsort(saved->leaves, saved->n, sizeof *saved->leaves, by_number);
	for (size_t i = 0; i < saved->n; i++)
		ids[i] = saved->leaves[i].id;
	int rc = node_put_task(s->setup.store, &s->setup.tasks->items[p->task], &result, ids, &saved->id);
	if (!rc) {
		struct saver_ref *r = &s->refs[s->n_refs++];
		node_task_ref(r->ref, p->task);
		r->id = saved->id;
		r->notes = s->notes.len;
	}
	mem_free(ids);
	return rc;
}

static int save(struct saver *s, const struct save_piece *p)
{
	struct store_id *ids = mem_array((size_t)p->n + 1, sizeof *ids);
	int rc = save_root(s, p);
	for (int i = 0; i < p->n && !rc; i++)
		rc = save_stretch(s, p, i, ids);
	mem_free(ids);
	return rc ? rc : save_joint(s, p);
}

/* -- to disk -- */

static int note(struct saver *s, const struct saver_counts *now)
{
	const struct saver_counts *p = &s->setup.before;
	json_t *o = json_pack("{sf sf sf sf sf sf si si}", "seconds", p->seconds + clock_seconds() - s->setup.began,
		"engine_seconds", p->engine_seconds + now->engine_seconds, "tokens", p->tokens + now->tokens, "steps", p->steps + now->steps,
		"stepped", p->stepped + now->stepped, "distinct_experts", p->distinct + now->distinct, "batch", s->setup.batch, "workers", s->setup.workers);
	json_t *model = s->setup.model && *s->setup.model ? json_string(s->setup.model) : NULL;
	if (model) /* a name that is no UTF-8 is left out */
		json_object_set_new(o, "model", model);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	canon_write(o, &b);
	int rc = store_side_write(s->setup.store, "wallclock.json", buf_text(&b));
	buf_release(&b);
	return rc;
}

int saver_note(struct saver *s)
{
	return note(s, &s->counts);
}

/* The first `n` bytes; the first failure is the one to tell. */
static int append_notes(struct saver *s, size_t n, int rc)
{
	if (!n)
		return rc;
	struct err_kept first = err_keep(rc);
	s->notes.data[n] = 0;
	return err_first(&first, store_side_append(s->setup.store, "judge.jsonl", s->notes.data));
}

/* Called and left with the lock held. */
static int flush(struct saver *s)
{
	struct saver_counts now = s->counts;
	size_t notes = 0; /* of what is reached */
	int rc = 0;
	if (s->steps)
		steps_take(s->steps);
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < s->n_refs && !rc; i++) {
		rc = store_save(s->setup.store, s->refs[i].ref, &s->refs[i].id);
		notes = rc ? notes : s->refs[i].notes;
	}
	rc = append_notes(s, notes, rc);
	buf_clear(&s->notes);
	s->n_refs = 0;
	s->flushed = clock_seconds();
	rc = rc ? rc : note(s, &now);
	rc = rc ? rc : steps_write(s->steps);
	pthread_mutex_lock(&s->lock);
	return rc;
}

/* Seconds between two packs; less than 0: at once. A pack a second would be 7,200 after two hours, more than git reads with ease: so many
 * that a kill loses a hundredth at most are some 500 by then. */
static double interval(const struct saver *s)
{
	double hundredth = (s->flushed - s->setup.began) / 100;
	return s->setup.save_seconds ? s->setup.save_seconds : hundredth > 1 ? hundredth : 1;
}

static bool is_due(const struct saver *s)
{
	if (s->steps && steps_waiting(s->steps) > STEPS_WAITING)
		return true;
	return s->n_refs && (s->n_refs == SAVER_REFS || store_batch_bytes(s->setup.store) > SAVER_BATCH_BYTES ||
		clock_seconds() - s->flushed >= interval(s));
}

/* -- the thread -- */

/* Under the lock. */
static void fail(struct saver *s, int rc)
{
	if (!rc || s->rc)
		return;
	s->rc = rc;
	s->why = mem_strdup(err_message());
}

/* Until there is something to do, or some time has passed behind which what is saved should be on disk. */
static void wait_for_news(struct saver *s)
{
	struct timespec until;
	double left = interval(s) - (clock_seconds() - s->flushed);
	if (!s->n_refs || s->rc) {
		pthread_cond_wait(&s->news, &s->lock);
		return;
	}
	left = left < 0 ? 0 : left > 3600 ? 3600 : left;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)left;
	until.tv_nsec += (long)((left - (double)(time_t)left) * 1e9);
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&s->news, &s->lock, &until);
}

static void save_next(struct saver *s)
{
	struct save_piece *p = s->first;
	bool lost = s->rc != 0; /* behind a failure nothing more is saved */
	s->first = p->next;
	if (!s->first)
		s->last = &s->first;
	pthread_mutex_unlock(&s->lock);
	int rc = lost ? 0 : save(s, p);
	save_piece_free(p);
	pthread_mutex_lock(&s->lock);
	fail(s, rc);
}

static void *work(void *ctx)
{
	struct saver *s = ctx;
	pthread_mutex_lock(&s->lock);
	while (s->first || !s->stop) {
		bool saves = s->first != NULL;
		if (saves)
			save_next(s);
		else if (s->rc || !is_due(s))
			wait_for_news(s);
		if (!s->rc && is_due(s))
			fail(s, flush(s));
		s->n_waiting -= saves;
		pthread_cond_signal(&s->room);
	}
	if (s->n_refs || s->steps) { /* also behind a failure: what was saved before it is kept, and the first is the one to tell */
		int rc = flush(s);
		if (rc && s->rc)
			log_debug("%s", err_message());
		fail(s, rc);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* -- the door -- */

struct saver *saver_new(const struct saver_setup *setup)
{
	struct saver *s = mem_zalloc(sizeof *s);
	pthread_condattr_t monotonic;
	s->setup = *setup;
	s->tasks = mem_array(setup->tasks->n, sizeof *s->tasks);
	s->last = &s->first;
	s->flushed = clock_seconds();
	buf_init(&s->notes, BUF_MAX_TEXT);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->news, &monotonic);
	pthread_cond_init(&s->room, NULL);
	pthread_condattr_destroy(&monotonic);
	return s;
}

static void end_thread(struct saver *s)
{
	if (!s->runs)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->news);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	s->runs = false;
}

void saver_free(struct saver *s)
{
	if (!s)
		return;
	end_thread(s);
	for (size_t i = 0; i < s->setup.tasks->n; i++)
		mem_free(s->tasks[i].leaves);
	steps_close(s->steps);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->news);
	pthread_cond_destroy(&s->room);
	buf_release(&s->notes);
	mem_free(s->tasks);
	mem_free(s->why);
	mem_free(s);
}

int saver_start(struct saver *s, bool with_steps)
{
	int rc = with_steps ? steps_open(&s->steps, store_dir(s->setup.store), &s->setup.shape) : 0;
	if (rc)
		return rc;
	int failed = pthread_create(&s->thread, NULL, work, s);
	s->runs = !failed;
	return failed ? err_set(ERR_NOMEM, "cannot start the thread that saves the run: %s", strerror(failed)) : 0;
}

int saver_check(struct saver *s)
{
	pthread_mutex_lock(&s->lock);
	int rc = s->rc ? err_set(s->rc, "%s", s->why) : 0;
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int saver_give(struct saver *s, struct save_piece *piece)
{
	assert(s->runs);
	pthread_mutex_lock(&s->lock);
	while (s->n_waiting >= SAVER_QUEUE)
		pthread_cond_wait(&s->room, &s->lock);
	piece->next = NULL;
	*s->last = piece;
	s->last = &piece->next;
	s->n_waiting++;
	pthread_cond_signal(&s->news);
	while (s->setup.save_seconds < 0 && s->n_waiting)
		pthread_cond_wait(&s->room, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return saver_check(s);
}

void saver_count(struct saver *s, const struct saver_counts *so_far, int forks, const int32_t *distinct)
{
	pthread_mutex_lock(&s->lock);
	s->counts = *so_far;
	if (s->steps && forks) {
		steps_add(s->steps, forks, distinct);
		if (steps_waiting(s->steps) > STEPS_WAITING)
			pthread_cond_signal(&s->news);
	}
	pthread_mutex_unlock(&s->lock);
}

int saver_end(struct saver *s)
{
	end_thread(s);
	return saver_check(s);
}
