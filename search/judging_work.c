#include "search/judging_parts.h"
#include "base/mem.h"
#include "search/store_pack.h"
#include <string.h>

void *judging_lookup(const struct map *m, const void *key, size_t n)
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
	void *record = judging_lookup(m, key, n);
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

void *judging_worker(void *arg)
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
