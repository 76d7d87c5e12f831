#include "base/mem.h"
#include "search/config.h"
#include "search/session.h"

static void session_init(struct session *s, const struct srch_options *opt, const struct srch_tasks *tasks,
	const struct srch_generator *gen, const struct srch_judge *judge)
{
	*s = (struct session){.opt = *opt, .tasks = tasks, .gen = gen, .judge = judge, .started = clock_seconds()};
	s->rules = (struct growth_rules){gen, judge, opt->max_tokens};
	s->shape = (struct node_shape){gen->n_layers, gen->top_k, gen->n_experts};
	s->row = (size_t)gen->n_layers * (size_t)gen->top_k;
	s->batch = opt->batch < gen->max_forks ? opt->batch : gen->max_forks;
	s->cap_experts = mem_array((size_t)s->batch * s->row + 1, sizeof *s->cap_experts);
	s->cap_weights = mem_array((size_t)s->batch * s->row + 1, sizeof *s->cap_weights);
	s->drawn = mem_array((size_t)s->batch, sizeof *s->drawn);
	s->scratch = mem_array(2 * (size_t)gen->n_vocab, sizeof *s->scratch);
	buf_init(&s->config, BUF_MAX_TEXT);
	s->growths = mem_array(tasks->n, sizeof *s->growths);
	for (size_t i = 0; i < tasks->n; i++) {
		struct growth *g = &s->growths[i];
		g->task = &tasks->items[i];
		g->problem = srch_task_problem(g->task);
		g->coordinate = srch_task_coordinate(g->task->id);
		g->elsewhere = opt->shards > 1 && (int)(i % (size_t)opt->shards) != opt->shard;
	}
}

static void session_release(struct session *s)
{
	srch_judging_free(s->judging);
	for (size_t i = 0; i < s->tasks->n; i++) {
		session_close_prefix(s, &s->growths[i]);
		growth_release(&s->growths[i]);
	}
	saver_free(s->saver);
	store_close(s->store);
	buf_release(&s->config);
	mem_free(s->growths);
	mem_free(s->cap_experts);
	mem_free(s->cap_weights);
	mem_free(s->drawn);
	mem_free(s->scratch);
}

/* The store of an earlier session: the same run? What of it is there? */
static int take_up(struct session *s)
{
	if (!s->opt.resume)
		return err_set(ERR_CONFLICT, "%s holds a run already: --resume goes on with it, or give another folder", s->opt.out);
	struct store_id id;
	struct store_commit c = {0};
	struct buf stored;
	bool found;
	buf_init(&stored, BUF_MAX_TEXT);
	int rc = store_ref(s->store, STORE_REF_RUN, &id, &found);
	rc = rc ? rc : store_commit_read(s->store, &id, &c);
	rc = rc ? rc : store_file(s->store, &c.tree, "run.json", &stored);
	rc = rc ? rc : config_compare(s->opt.out, &stored, &s->config);
	store_commit_release(&c);
	buf_release(&stored);
	return rc;
}

static void make_saver(struct session *s, const struct store_id *start, bool created)
{
	struct saver_setup setup = {.store = s->store, .tasks = s->tasks, .shape = s->shape, .frame = s->gen->frame,
		.judge = s->judge->compile ? s->judge->identity : NULL, .model = s->gen->model, .start = *start, .save_seconds = s->opt.save_seconds,
		.batch = s->batch, .workers = s->opt.workers, .began = s->started};
	if (!created)
		setup.before = session_read_wallclock(store_dir(s->store));
	s->saver = saver_new(&setup);
}

static int open_store(struct session *s)
{
	struct store_id start = {{0}};
	bool created = false;
	config_write(&s->opt, s->tasks, s->gen, &s->config);
	int rc = store_open_write(&s->store, s->opt.out, &created);
	rc = rc || created ? rc : take_up(s);
	rc = rc ? rc : node_put_start(s->store, buf_text(&s->config), s->config.len, s->tasks->n, srch_policy_name(s->opt.policy), &start);
	if (!rc && created)
		rc = store_save(s->store, STORE_REF_RUN, &start);
	if (rc)
		return rc;
	make_saver(s, &start, created);
	for (size_t i = 0; i < s->tasks->n && !created && !rc; i++)
		rc = session_resume_task(s, i);
	return rc;
}

/* The run commit: joins the tasks in their order, whatever order they ended in. Where other shards have some of them there is none yet. */
static int finish_run(struct session *s, struct srch_outcome *out)
{
	struct node_joined *joined = mem_array(s->tasks->n, sizeof *joined);
	struct store_id id;
	for (size_t i = 0; i < s->tasks->n; i++) {
		const struct saved_task *t = saver_task(s->saver, i);
		joined[i] = (struct node_joined){s->tasks->items[i].id, t->id, t->n ? t->n : t->n_leaves};
		out->programs += joined[i].leaves;
		out->missing += !s->growths[i].complete;
	}
	if (out->missing) {
		mem_free(joined);
		return 0;
	}
	int rc = node_put_run(s->store, buf_text(&s->config), s->config.len, joined, s->tasks->n, &id);
	rc = rc ? rc : store_save(s->store, STORE_REF_RUN, &id);
	if (!rc)
		store_id_hex(out->commit, &id);
	mem_free(joined);
	return rc;
}

/* Tasks of this shard that are not grown. */
static size_t n_to_grow(const struct session *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->tasks->n; i++)
		n += !s->growths[i].elsewhere && !s->growths[i].grown && !s->growths[i].complete;
	return n;
}

/* By what is in the store. */
static int say_stopped(struct session *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->tasks->n; i++) {
		const struct saved_task *t = saver_task(s->saver, i);
		n += s->growths[i].elsewhere ? 0 : t->n ? t->n : t->n_leaves;
	}
	return err_set(ERR_STOPPED, "stopped: %zu of %zu programs are grown, and saved; the same command with --resume goes on", n,
		session_tasks(s) * (size_t)s->opt.forks);
}

static int grow(struct session *s)
{
	int rc = saver_start(s->saver, s->gen->distinct && s->gen->n_layers);
	if (rc)
		return rc;
	s->judging = srch_judging_new(s->judge, s->opt.workers);
	if (!s->opt.quiet)
		progress_start(&s->progress, "growing", "programs", (int64_t)session_tasks(s) * s->opt.forks);
	rc = s->opt.policy == SRCH_TOPP ? policy_topp(s) : policy_sample(s);
	rc = rc ? rc : n_to_grow(s) ? session_stop(s) : session_finish(s);
	session_tell_counts(s, 0, NULL);
	struct err_kept first = err_keep(rc); /* what was handed over is saved all the same */
	int saved = saver_end(s->saver);
	if (rc == ERR_STOPPED)
		rc = saved ? saved : say_stopped(s);
	else
		rc = err_first(&first, saved);
	if (!s->opt.quiet)
		progress_end(&s->progress);
	return rc;
}

static void count(const struct session *s, struct srch_outcome *out)
{
	out->tasks = s->tasks->n - out->missing;
	out->tokens = s->tokens;
	out->seconds = clock_seconds() - s->started;
	out->engine_seconds = s->engine_seconds;
	out->tokens_per_second = s->engine_seconds > 0 ? (double)s->tokens / s->engine_seconds : 0;
}

int srch_run(const struct srch_options *opt, const struct srch_tasks *tasks, const struct srch_generator *gen,
	const struct srch_judge *judge, struct srch_outcome *out)
{
	struct srch_options resolved = *opt;
	struct srch_judge extract_only = srch_judge_table(NULL);
	struct session s;
	*out = (struct srch_outcome){0};
	int rc = srch_options_resolve(&resolved);
	if (rc)
		return rc;
	if (!tasks->n)
		return err_set(ERR_USAGE, "there are no tasks to search");
	if (srch_forks_alive(&resolved) > gen->max_forks && resolved.policy == SRCH_TOPP)
		return err_set(ERR_LIMIT, "--frontier %d: this engine keeps %d forks alive", resolved.frontier, gen->max_forks);
	session_init(&s, &resolved, tasks, gen, judge ? judge : &extract_only);
	rc = session_check_prompts(&s);
	rc = rc ? rc : open_store(&s);
	for (size_t i = 0; i < tasks->n; i++)
		out->tasks_resumed += s.growths[i].complete;
	if (!rc && (n_to_grow(&s) || s.n_waiting))
		rc = grow(&s);
	rc = rc ? rc : finish_run(&s, out);
	rc = rc ? rc : saver_note(s.saver);
	count(&s, out);
	session_release(&s);
	return rc;
}
