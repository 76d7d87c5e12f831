#include "search/judging_parts.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include <assert.h>
#include <pthread.h>
#include <string.h>

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
	while (started < j->n_threads && !pthread_create(&j->threads[started], NULL, judging_worker, j))
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
	struct task_record *t = judging_lookup(&j->tasks, &task, sizeof task);
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
	struct task_record *t = judging_lookup(&j->tasks, &task, sizeof task);
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
