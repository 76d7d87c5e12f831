/* Judging a run that was generated without a judge: every leaf is written again with its verdict, so that the store ends in
 * the commit that `run` would have given. */
#include "base/log.h"
#include "base/mem.h"
#include "search/nodes.h"
#include "search/prompt.h"
#include "search/run.h"

struct rejudge {
	const struct run *r;
	struct store *store;
	struct srch_judging *judging;
	const struct srch_judge *judge;
	size_t *tickets; /* a program's */
	struct node_joined *joined;
};

static int judge_leaf(struct rejudge *j, const struct run_task *t, size_t program, struct store_id *id)
{
	const struct run_program *p = &j->r->programs[program];
	struct srch_judged v;
	struct store_commit c = {0};
	struct store_id old;
	int rc = srch_judging_take(j->judging, j->tickets[program], &v);
	if (rc)
		return err_prefix(rc, "task %s, program %d", t->task.id, p->node);
	rc = store_id_parse(&old, p->commit);
	rc = rc ? rc : store_commit_read(j->store, &old, &c);
	rc = rc ? rc : node_put_judged(j->store, &t->task, &c, p->node, p->n_own, &v, id);
	store_commit_release(&c);
	srch_judged_release(&v);
	return rc;
}

static int judge_task(struct rejudge *j, size_t i)
{
	const struct run_task *t = &j->r->tasks[i];
	struct store_id *ids = mem_array(t->n, sizeof *ids);
	struct node_result result = {t->n, t->pruned, true, j->judge->identity};
	int rc = 0;
	for (size_t k = 0; k < t->n && !rc; k++)
		rc = judge_leaf(j, t, t->first + k, &ids[k]);
	j->joined[i] = (struct node_joined){.task = t->task.id, .leaves = t->n};
	rc = rc ? rc : node_put_task(j->store, &t->task, &result, ids, &j->joined[i].id);
	srch_judging_forget(j->judging, &t->task);
	mem_free(ids);
	return rc;
}

/* Last of all, and the run's own behind its tasks': who is stopped before has changed nothing that can be reached. */
static int move_refs(struct rejudge *j, const struct store_id *run)
{
	int rc = store_flush(j->store);
	for (size_t i = 0; i < j->r->n_tasks && !rc; i++) {
		char ref[64];
		node_task_ref(ref, i);
		rc = store_save(j->store, ref, &j->joined[i].id);
	}
	return rc ? rc : store_save(j->store, STORE_REF_RUN, run);
}

/* The run commit over the judged tasks; the run.json is the one that is there. */
static int finish(struct rejudge *j, struct srch_outcome *out)
{
	struct store_id id;
	struct store_commit c = {0};
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_id_parse(&id, j->r->commit);
	rc = rc ? rc : store_commit_read(j->store, &id, &c);
	rc = rc ? rc : store_file(j->store, &c.tree, "run.json", &b);
	rc = rc ? rc : node_put_run(j->store, buf_text(&b), b.len, j->joined, j->r->n_tasks, &id);
	rc = rc ? rc : move_refs(j, &id);
	if (!rc)
		store_id_hex(out->commit, &id);
	store_commit_release(&c);
	buf_release(&b);
	return rc;
}

static int judge_all(struct rejudge *j, struct srch_outcome *out)
{
	const struct run *r = j->r;
	struct progress progress;
	int rc = 0;
	for (size_t i = 0; i < r->n_programs && !rc; i++)
		rc = srch_judging_add(j->judging, &r->tasks[r->programs[i].task].task, prompt_answer(&r->frame, r->programs[i].text), false, &j->tickets[i]);
	progress_start(&progress, "judging", "tasks", (int64_t)r->n_tasks);
	for (size_t i = 0; i < r->n_tasks && !rc; i++) {
		rc = judge_task(j, i);
		progress_update(&progress, (int64_t)i + 1, NULL);
	}
	progress_end(&progress);
	return rc ? rc : finish(j, out);
}

int srch_judge_run(const char *dir, const struct srch_judge *judge, int workers, bool again, struct srch_outcome *out)
{
	struct run *r = NULL;
	bool created;
	double began = clock_seconds();
	*out = (struct srch_outcome){0};
	int rc = run_load(&r, dir, 0);
	if (rc)
		return rc;
	struct rejudge j = {.r = r, .judge = judge};
	j.tickets = mem_array(r->n_programs + 1, sizeof *j.tickets);
	j.joined = mem_array(r->n_tasks + 1, sizeof *j.joined);
	out->tasks = r->n_tasks;
	out->programs = r->n_programs;
	if (!r->complete) {
		rc = err_set(ERR_CONFLICT, "%s is unfinished: %zu of %zu tasks are there; finish it first, with --resume and the command and options "
			"it was begun with, or merge it with the other shards", dir,
			r->n_tasks, r->n_tasks_planned);
	} else if (r->judged && !again) {
		memcpy(out->commit, r->commit, sizeof out->commit);
	} else {
		j.judging = srch_judging_new(judge, workers);
		rc = store_open_write(&j.store, dir, &created);
		rc = rc ? rc : judge_all(&j, out);
	}
	out->seconds = clock_seconds() - began;
	srch_judging_free(j.judging);
	store_close(j.store);
	mem_free(j.tickets);
	mem_free(j.joined);
	run_free(r);
	return rc;
}
