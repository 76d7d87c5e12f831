#include "search/judging.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "search/store_pack.h"
#include <assert.h>
#include <pthread.h>
#include <string.h>

/* How a piece of work ended: done, and the judge's own failure if it had one. */
struct done {
	bool yes;
	int rc;
	char *error;
};

/* A group's test: run once, by whoever compiled its first member. */
struct test_record {
	struct done done;
	struct cmp_verdict verdict;
};

/* A program's compilation: done once for every distinct text. */
struct program_record {
	struct done done;
	struct cmp_object object;
	struct test_record *test; /* NULL: did not compile */
};

struct task_record {
	const struct srch_task *task;
	struct cmp_problem problem;
	struct map programs; /* text -> program_record */
	struct map groups;   /* id of the assembly -> test_record */
	struct done weak_done;
	bool weak;
};

struct job {
	struct job *next;
	struct task_record *task;
	struct program_record *program; /* NULL: nothing extracted, or extracted only */
	enum cmp_extraction extraction;
	char *text, *found;
	bool whole, extracted, taken, weak; /* weak: not a ticket, finds out whether the test is weak */
	bool compiled_here, tested_here;
};

struct srch_judging {
	const struct srch_judge *judge;
	pthread_mutex_t lock;
	pthread_cond_t work, news;
	pthread_t *threads;
	int n_threads;
	bool stop;
	struct job *first, **last;  /* waiting */
	struct job **jobs;          /* by ticket */
	size_t n_jobs, cap_jobs;
	struct map tasks;           /* task pointer -> task_record */
};

static void *map_pointer(const struct map *m, const void *key, size_t n)
{
	const uint64_t *v = map_get(m, key, n);
	return v ? (void *)(uintptr_t)*v : NULL;
}

/* Marks done under the lock; keeps this thread's message when rc tells of a failure. */
static void finish(struct srch_judging *j, struct done *d, int rc)
{
	pthread_mutex_lock(&j->lock);
	d->rc = rc;
	d->error = rc ? mem_strdup(err_message()) : NULL;
	d->yes = true;
	pthread_cond_broadcast(&j->news);
	pthread_mutex_unlock(&j->lock);
}

/* -- a worker's work -- */

static char *extract(const struct srch_judge *judge, struct job *job)
{
	if (job->whole) {
		job->extraction = CMP_EX_WHOLE;
		return mem_strdup(job->text);
	}
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	job->extraction = judge->extract(judge->ctx, &job->task->problem, job->text, &b);
	char *found = job->extraction == CMP_EX_NOTHING ? NULL : mem_strdup(buf_text(&b));
	buf_release(&b);
	return found;
}

/* The record for a key, made when new; *is_new says so. Under the lock. */
static void *claim(struct map *m, const void *key, size_t n, size_t size, bool *is_new)
{
	void *record = map_pointer(m, key, n);
	*is_new = !record;
	if (!record) {
		record = mem_zalloc(size);
		map_put(m, key, n, (uint64_t)(uintptr_t)record);
	}
	return record;
}

static void test_group(struct srch_judging *j, struct job *job, struct program_record *p)
{
	unsigned char id[20];
	bool is_new;
	pack_object_id(id, PACK_BLOB, buf_text(&p->object.assembly), p->object.assembly.len);
	pthread_mutex_lock(&j->lock);
	struct test_record *t = claim(&job->task->groups, id, sizeof id, sizeof *t, &is_new);
	p->test = t;
	job->tested_here = is_new;
	pthread_mutex_unlock(&j->lock);
	if (is_new)
		finish(j, &t->done, j->judge->test(j->judge->ctx, &job->task->problem, job->found, &t->verdict));
}

static void compile_program(struct srch_judging *j, struct job *job, struct program_record *p)
{
	int rc = j->judge->compile(j->judge->ctx, &job->task->problem, job->found, &p->object);
	if (!rc && p->object.status == CMP_PASSED)
		test_group(j, job, p);
	finish(j, &p->done, rc);
}

static void work_on(struct srch_judging *j, struct job *job)
{
	const struct srch_judge *judge = j->judge;
	struct task_record *task = job->task;
	if (job->weak) {
		bool weak = false;
		int rc = judge->is_weak(judge->ctx, &task->problem, &weak);
		task->weak = weak;
		finish(j, &task->weak_done, rc);
		mem_free(job);
		return;
	}
	char *found = extract(judge, job);
	bool is_new = false;
	pthread_mutex_lock(&j->lock);
	job->found = found;
	if (found && judge->compile)
		job->program = claim(&task->programs, found, strlen(found), sizeof *job->program, &is_new);
	job->compiled_here = is_new;
	struct program_record *p = job->program;
	job->extracted = true;
	pthread_cond_broadcast(&j->news);
	pthread_mutex_unlock(&j->lock);
	if (is_new)
		compile_program(j, job, p);
}

static void *worker(void *arg)
{
	struct srch_judging *j = arg;
	pthread_mutex_lock(&j->lock);
	while (!j->stop) {
		struct job *job = j->first;
		if (!job) {
			pthread_cond_wait(&j->work, &j->lock);
			continue;
		}
		j->first = job->next;
		if (!j->first)
			j->last = &j->first;
		pthread_mutex_unlock(&j->lock);
		work_on(j, job);
		pthread_mutex_lock(&j->lock);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

/* -- life -- */

struct srch_judging *srch_judging_new(const struct srch_judge *judge, int workers)
{
	struct srch_judging *j = mem_zalloc(sizeof *j);
	j->judge = judge;
	j->last = &j->first;
	map_init(&j->tasks);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->work, NULL);
	pthread_cond_init(&j->news, NULL);
	j->n_threads = workers > 0 ? workers : thread_cpus();
	j->threads = mem_array((size_t)j->n_threads, sizeof *j->threads);
	int started = 0;
	while (started < j->n_threads && !pthread_create(&j->threads[started], NULL, worker, j))
		started++;
	j->n_threads = started;
	assert(started > 0);
	return j;
}

static void free_task(struct task_record *t)
{
	for (size_t i = 0; i < t->programs.n; i++) {
		struct program_record *p = (struct program_record *)(uintptr_t)t->programs.entries[i].value;
		cmp_object_release(&p->object);
		mem_free(p->done.error);
		mem_free(p);
	}
	for (size_t i = 0; i < t->groups.n; i++) {
		struct test_record *r = (struct test_record *)(uintptr_t)t->groups.entries[i].value;
		cmp_verdict_release(&r->verdict);
		mem_free(r->done.error);
		mem_free(r);
	}
	map_release(&t->programs);
	map_release(&t->groups);
	mem_free(t->weak_done.error);
	mem_free(t);
}

static void free_job(struct job *job)
{
	if (job) {
		mem_free(job->text);
		mem_free(job->found);
	}
	mem_free(job);
}

void srch_judging_free(struct srch_judging *j)
{
	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->stop = true;
	pthread_cond_broadcast(&j->work);
	pthread_mutex_unlock(&j->lock);
	for (int i = 0; i < j->n_threads; i++)
		pthread_join(j->threads[i], NULL);
	for (struct job *job = j->first, *next; job; job = next) {
		next = job->next;
		if (job->weak)
			mem_free(job);
	}
	for (size_t i = 0; i < j->n_jobs; i++)
		free_job(j->jobs[i]);
	for (size_t i = 0; i < j->tasks.n; i++) {
		if (j->tasks.entries[i].value)
			free_task((struct task_record *)(uintptr_t)j->tasks.entries[i].value);
	}
	map_release(&j->tasks);
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->work);
	pthread_cond_destroy(&j->news);
	mem_free(j->threads);
	mem_free(j->jobs);
	mem_free(j);
}

/* -- adding and taking -- */

static void enqueue(struct srch_judging *j, struct job *job)
{
	*j->last = job;
	j->last = &job->next;
	pthread_cond_signal(&j->work);
}

static struct task_record *task_of(struct srch_judging *j, const struct srch_task *task)
{
	struct task_record *t = map_pointer(&j->tasks, &task, sizeof task);
	if (t)
		return t;
	t = mem_zalloc(sizeof *t);
	t->task = task;
	t->problem = srch_task_problem(task);
	map_put(&j->tasks, &task, sizeof task, (uint64_t)(uintptr_t)t);
	t->weak_done.yes = !j->judge->is_weak || !task->test;
	if (!t->weak_done.yes) {
		struct job *job = mem_zalloc(sizeof *job);
		job->task = t;
		job->weak = true;
		enqueue(j, job);
	}
	return t;
}

int srch_judging_add(struct srch_judging *j, const struct srch_task *task, const char *text, bool whole, size_t *ticket)
{
	struct job *job = mem_zalloc(sizeof *job);
	job->text = mem_strdup(text);
	job->whole = whole;
	pthread_mutex_lock(&j->lock);
	job->task = task_of(j, task);
	if (j->n_jobs == j->cap_jobs) {
		j->cap_jobs = j->cap_jobs ? 2 * j->cap_jobs : 256;
		j->jobs = mem_grow(j->jobs, j->cap_jobs, sizeof *j->jobs);
	}
	*ticket = j->n_jobs;
	j->jobs[j->n_jobs++] = job;
	enqueue(j, job);
	pthread_mutex_unlock(&j->lock);
	return 0;
}

/* Under the lock. */
static bool is_done(const struct job *job)
{
	const struct program_record *p = job->program;
	if (!job->extracted || !job->task->weak_done.yes)
		return false;
	return !p || (p->done.yes && (!p->test || p->test->done.yes));
}

bool srch_judging_done(struct srch_judging *j, size_t ticket)
{
	assert(ticket < j->n_jobs);
	pthread_mutex_lock(&j->lock);
	bool done = j->jobs[ticket] && is_done(j->jobs[ticket]);
	pthread_mutex_unlock(&j->lock);
	return done;
}

size_t srch_judging_pending(struct srch_judging *j)
{
	size_t n = 0;
	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n_jobs; i++)
		n += j->jobs[i] && !is_done(j->jobs[i]);
	pthread_mutex_unlock(&j->lock);
	return n;
}

static int failure(const struct done *d)
{
	return d->rc ? err_set(d->rc, "%s", d->error) : 0;
}

static void take_verdict(const struct job *job, struct srch_judged *out)
{
	const struct program_record *p = job->program;
	const struct cmp_verdict *v = p->test ? &p->test->verdict : NULL;
	out->status = v ? v->status : p->object.status;
	out->compiled = v != NULL;
	out->suspicious = p->object.suspicious;
	out->calls_required = p->object.calls_required;
	out->exit_status = -1;
	out->compile_seconds = job->compiled_here ? p->object.seconds : 0;
	if (v) {
		out->assembly_len = p->object.assembly.len;
		out->assembly = mem_strndup(buf_text(&p->object.assembly), out->assembly_len);
		out->signal = v->signal;
		out->exit_status = v->exit_status;
		out->run_seconds = job->tested_here ? v->seconds : 0;
	}
	const struct buf *m = v ? &v->message : &p->object.message;
	out->message = m->len ? mem_strdup(buf_text(m)) : NULL;
}

int srch_judging_take(struct srch_judging *j, size_t ticket, struct srch_judged *out)
{
	*out = (struct srch_judged){0};
	assert(ticket < j->n_jobs && j->jobs[ticket]);
	struct job *job = j->jobs[ticket];
	pthread_mutex_lock(&j->lock);
	while (!is_done(job))
		pthread_cond_wait(&j->news, &j->lock);
	j->jobs[ticket] = NULL;
	pthread_mutex_unlock(&j->lock);
	out->extraction = job->extraction;
	out->program = job->found;
	job->found = NULL;
	out->judged = j->judge->compile != NULL;
	out->weak_test = job->task->weak;
	out->exit_status = -1;
	out->status = CMP_NO_PROGRAM;
	int rc = failure(&job->task->weak_done);
	if (job->program && out->judged) {
		rc = rc ? rc : failure(&job->program->done);
		rc = rc || !job->program->test ? rc : failure(&job->program->test->done);
		if (!rc)
			take_verdict(job, out);
	}
	if (rc)
		srch_judged_release(out);
	free_job(job);
	return rc;
}

void srch_judging_forget(struct srch_judging *j, const struct srch_task *task)
{
	pthread_mutex_lock(&j->lock);
	struct task_record *t = map_pointer(&j->tasks, &task, sizeof task);
	if (t) {
		map_put(&j->tasks, &task, sizeof task, 0);
		free_task(t);
	}
	pthread_mutex_unlock(&j->lock);
}

void srch_judged_release(struct srch_judged *r)
{
	mem_free(r->program);
	mem_free(r->assembly);
	mem_free(r->message);
	*r = (struct srch_judged){0};
}
