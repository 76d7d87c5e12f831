/* Shards of a run become one. All of them begin with the same commit, so their tasks' commits are those of the run in one piece: it takes
 * their objects, a ref for each task, and the commit that joins them. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "search/canon.h"
#include "search/config.h"
#include "search/run_parts.h"
#include "search/steps.h"
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

struct shard {
	const char *dir;
	struct store *store;
	struct store_id start;
	struct buf config; /* run.json */
	uint16_t *steps;   /* [n_steps][1 + layers] */
	size_t n_steps;
	bool counts;       /* some task is taken from it: so are its notes, steps and seconds, all of them */
};

/* A task as a shard has it. */
struct candidate {
	const struct shard *from; /* NULL: nobody has it */
	struct store_id id;
	bool complete;
	size_t leaves;
	char *judge; /* identity; NULL: generated only */
};

struct merge {
	struct shard *shards;
	size_t n;
	struct candidate *chosen; /* [tasks] */
	const struct candidate *any; /* the first of them that anybody has */
	struct store *out;
	json_t *config;
	const json_t *tasks; /* [[id, hash]] of it */
	struct node_shape shape;
	struct srch_merged *merged;
};

/* -- what is there -- */

static int open_shard(struct shard *s, const char *dir)
{
	struct store_id id;
	struct store_commit c = {0};
	bool found;
	s->dir = dir;
	buf_init(&s->config, BUF_MAX_TEXT);
	int rc = store_open(&s->store, dir);
	if (rc)
		return rc; /* names dir */
	rc = store_ref(s->store, STORE_REF_RUN, &id, &found);
	rc = rc ? rc : node_find_start(s->store, &id, &s->start);
	rc = rc ? rc : store_commit_read(s->store, &s->start, &c);
	rc = rc ? rc : store_file(s->store, &c.tree, "run.json", &s->config);
	store_commit_release(&c);
	return rc ? err_prefix(rc, "%s", dir) : 0;
}

static int read_config(struct merge *m)
{
	int64_t experts = 0, top_k = 0;
	int rc = canon_parse(&m->config, "run.json", &m->shards[0].config);
	const json_t *g = json_object_get(m->config, "generator");
	rc = rc ? rc : canon_int(g, "run.json", "experts", 0, INT32_MAX, &experts);
	rc = rc ? rc : canon_int(g, "run.json", "experts_per_token", 0, INT32_MAX, &top_k);
	m->tasks = json_object_get(m->config, "tasks");
	if (!rc && !json_is_array(m->tasks))
		rc = err_set(ERR_FORMAT, "run.json, field \"tasks\": must be a list");
	m->shape = (struct node_shape){(int)json_array_size(json_object_get(g, "layer_index")), (int)top_k, (int)experts};
	return rc ? err_prefix(rc, "%s", m->shards[0].dir) : 0;
}

static int open_shards(struct merge *m, const char *const *dirs)
{
	int rc = 0;
	for (size_t i = 0; i < m->n && !rc; i++)
		rc = open_shard(&m->shards[i], dirs[i]);
	for (size_t i = 1; i < m->n && !rc; i++) {
		rc = config_compare(dirs[i], &m->shards[i].config, &m->shards[0].config);
		if (!rc && !store_id_equal(&m->shards[i].start, &m->shards[0].start))
			rc = err_set(ERR_FORMAT, "%s does not begin as a run of its options does", dirs[i]);
		rc = rc ? err_prefix(rc, "%s is no shard of the same run as %s", dirs[i], dirs[0]) : 0;
	}
	return rc ? rc : read_config(m);
}

/* -- a task -- */

static const char *name_of(const struct merge *m, size_t task)
{
	const char *name = json_string_value(json_array_get(json_array_get(m->tasks, task), 0));
	return name ? name : "?";
}

static int read_candidate(const struct merge *m, const struct shard *s, size_t task, struct candidate *c)
{
	struct store_commit commit = {0};
	struct run_result result = {0};
	char ref[64], *want;
	bool found;
	*c = (struct candidate){0};
	node_task_ref(ref, task);
	int rc = store_ref(s->store, ref, &c->id, &found);
	if (rc || !found)
		return rc;
	c->from = s;
	rc = store_commit_read(s->store, &c->id, &commit);
	rc = rc ? rc : run_read_result(s->store, &commit, &result);
	want = mem_printf("%s: ", name_of(m, task));
	if (!rc && strncmp(commit.message, want, strlen(want)))
		rc = err_set(ERR_FORMAT, "%s is not of task %s", ref, name_of(m, task));
	c->complete = result.complete;
	c->leaves = result.leaves;
	c->judge = result.judge;
	mem_free(want);
	store_commit_release(&commit);
	return rc ? err_prefix(rc, "%s, task %zu", s->dir, task) : 0;
}

static const char *judge_of(const struct candidate *c)
{
	return c->judge ? c->judge : "nobody";
}

/* Of one judge; and where both are whole, one and the same. */
static int compare(const struct merge *m, size_t task, const struct candidate *a, const struct candidate *b)
{
	if (strcmp(judge_of(a), judge_of(b)))
		return err_set(ERR_CONFLICT, "%s was judged by %s, and %s by %s: shards are begun with one command, and one judge", a->from->dir, judge_of(a),
			b->from->dir, judge_of(b));
	if (a->complete && b->complete && a != m->any && !store_id_equal(&a->id, &b->id))
		return err_set(ERR_CONFLICT, "task %s is not the same in %s and %s: its programs were computed otherwise (`coppice verify` tells in which), or "
			"judged otherwise (a time limit on a busy machine): leave one of the two out", name_of(m, task), a->from->dir, b->from->dir);
	return 0;
}

static bool has_more(const struct candidate *c, const struct candidate *than)
{
	if (!c->from || !than->from)
		return c->from;
	return c->complete != than->complete ? c->complete : c->leaves > than->leaves;
}

/* Who has most of it. */
static int choose(const struct merge *m, size_t task, struct candidate *best)
{
	int rc = 0;
	*best = (struct candidate){0};
	for (size_t i = 0; i < m->n && !rc; i++) {
		struct candidate c;
		rc = read_candidate(m, &m->shards[i], task, &c);
		if (!rc && c.from && (best->from || m->any))
			rc = compare(m, task, best->from ? best : m->any, &c);
		if (!rc && has_more(&c, best)) {
			mem_free(best->judge);
			*best = c;
		} else {
			mem_free(c.judge);
		}
	}
	return rc;
}

static void count_missing(struct merge *m, size_t task)
{
	enum { NAMED = 4 };
	struct srch_merged *r = m->merged;
	size_t at = strlen(r->missing_names);
	if (r->missing++ < NAMED)
		snprintf(r->missing_names + at, sizeof r->missing_names - at, "%s%.50s", at ? ", " : "", name_of(m, task));
	else if (r->missing == NAMED + 1)
		snprintf(r->missing_names + at, sizeof r->missing_names - at, ", ...");
}

static int choose_all(struct merge *m)
{
	size_t n = json_array_size(m->tasks);
	int rc = 0;
	m->chosen = mem_array(n + 1, sizeof *m->chosen);
	for (size_t i = 0; i < n && !rc; i++) {
		rc = choose(m, i, &m->chosen[i]);
		m->any = !m->any && m->chosen[i].from ? &m->chosen[i] : m->any;
	}
	for (size_t i = 0; i < n && !rc; i++)
		if (m->chosen[i].from)
			m->shards[m->chosen[i].from - m->shards].counts = true;
	return rc;
}

static int join_tasks(struct merge *m)
{
	size_t n = json_array_size(m->tasks);
	struct node_joined *joined = mem_array(n + 1, sizeof *joined);
	struct store_id id;
	int rc = store_save(m->out, STORE_REF_RUN, &m->shards[0].start);
	for (size_t i = 0; i < n && !rc; i++) {
		const struct candidate *c = &m->chosen[i];
		char ref[64];
		node_task_ref(ref, i);
		rc = c->from ? store_save(m->out, ref, &c->id) : 0;
		if (!c->complete)
			count_missing(m, i);
		joined[i] = (struct node_joined){name_of(m, i), c->id, c->leaves};
		m->merged->tasks += c->complete;
		m->merged->programs += c->leaves;
	}
	const struct buf *config = &m->shards[0].config;
	if (!rc && !m->merged->missing) {
		rc = node_put_run(m->out, buf_text(config), config->len, joined, n, &id);
		rc = rc ? rc : store_save(m->out, STORE_REF_RUN, &id);
		if (!rc)
			store_id_hex(m->merged->commit, &id);
	}
	mem_free(joined);
	return rc;
}

/* -- what lies beside the objects -- */

/* A shard's part of judge.jsonl; a last line that a dead writer left without an end gets one. */
static int append_notes(struct merge *m, const struct shard *s)
{
	struct buf b;
	char *path = file_join(s->dir, "judge.jsonl");
	buf_init(&b, (size_t)1 << 31);
	int rc = file_exists(path) ? file_read(&b, path) : 0;
	if (b.len && b.data[b.len - 1] != '\n')
		buf_char(&b, '\n');
	if (!rc && b.len)
		rc = store_side_append(m->out, "judge.jsonl", buf_text(&b));
	buf_release(&b);
	mem_free(path);
	return rc;
}

/* What each shard's engine stepped, before anything is written. */
static int read_steps(struct merge *m)
{
	int rc = 0;
	for (size_t i = 0; i < m->n && !rc; i++) {
		struct shard *s = &m->shards[i];
		rc = steps_read(&s->steps, &s->n_steps, s->dir, &m->shape);
		rc = rc ? err_prefix(rc, "%s", s->dir) : 0;
	}
	return rc;
}

static void add_steps(const struct merge *m, const struct shard *s, struct steps *to)
{
	size_t width = 1 + (size_t)m->shape.n_layers;
	int32_t *distinct = mem_array(width, sizeof *distinct);
	for (size_t i = 0; i < s->n_steps; i++) {
		for (size_t l = 1; l < width; l++)
			distinct[l - 1] = s->steps[i * width + l];
		steps_add(to, s->steps[i * width], distinct);
	}
	mem_free(distinct);
}

static int write_steps(struct merge *m)
{
	struct steps *steps = NULL;
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++)
		n += m->shards[i].counts ? m->shards[i].n_steps : 0;
	int rc = n ? steps_open(&steps, store_dir(m->out), &m->shape) : 0;
	for (size_t i = 0; i < m->n && steps; i++)
		if (m->shards[i].counts)
			add_steps(m, &m->shards[i], steps);
	if (steps)
		steps_take(steps);
	rc = rc ? rc : steps_write(steps);
	steps_close(steps);
	return rc;
}

/* Sums of seconds and counts; the largest batch; the first that says anything else. */
static void add_facts(json_t *sum, const char *dir)
{
	const char *key;
	json_t *v, *o = canon_facts(dir);
	json_object_foreach(o, key, v) {
		json_t *old = json_object_get(sum, key);
		if (!old)
			json_object_set(sum, key, v);
		else if (json_is_real(v) && json_is_real(old))
			json_object_set_new(sum, key, json_real(json_real_value(old) + json_real_value(v)));
		else if (json_is_integer(v) && json_is_integer(old) && json_integer_value(v) > json_integer_value(old))
			json_object_set(sum, key, v);
	}
	json_decref(o);
}

static int join_sides(struct merge *m)
{
	json_t *facts = json_object();
	struct buf b;
	int rc = write_steps(m);
	for (size_t i = 0; i < m->n && !rc; i++) {
		if (!m->shards[i].counts)
			continue;
		add_facts(facts, m->shards[i].dir);
		rc = append_notes(m, &m->shards[i]);
	}
	buf_init(&b, BUF_MAX_TEXT);
	canon_write(facts, &b);
	rc = rc ? rc : store_side_write(m->out, "wallclock.json", buf_text(&b));
	buf_release(&b);
	return rc;
}

/* -- all of it -- */

/* Joined in a folder beside it, which takes its name when all is there: a merge that was killed leaves no half run, and can be repeated. */
static char *unfinished(const char *out)
{
	size_t n = strlen(out);
	while (n > 1 && out[n - 1] == '/')
		n--;
	return mem_printf("%.*s.merging", (int)n, out);
}

static int open_out(struct merge *m, const char *out)
{
	char *dir = unfinished(out);
	int rc = 0;
	if (rmdir(out) && errno != ENOENT)
		rc = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
			? err_set(ERR_CONFLICT, "%s is there already: shards are joined in a folder that is not there yet, or is empty", out)
			: err_errno(ERR_IO, "cannot write %s", out);
	rc = rc ? rc : store_open_anew(&m->out, dir);
	mem_free(dir);
	return rc;
}

static int finish_out(struct merge *m, const char *out)
{
	char *dir = unfinished(out);
	store_close(m->out);
	m->out = NULL;
	int rc = rename(dir, out) ? err_errno(ERR_IO, "cannot name %s %s", dir, out) : 0;
	mem_free(dir);
	return rc;
}

static int take_all(struct merge *m)
{
	struct progress progress;
	int rc = 0;
	progress_start(&progress, "joining", "shards", (int64_t)m->n);
	for (size_t i = 0; i < m->n && !rc; i++) {
		rc = store_take(m->out, m->shards[i].store);
		progress_update(&progress, (int64_t)i + 1, "%s", m->shards[i].dir);
	}
	progress_end(&progress);
	return rc;
}

int srch_merge(const char *const *dirs, size_t n, const char *out, struct srch_merged *merged)
{
	struct merge m = {.shards = mem_array(n + 1, sizeof *m.shards), .n = n, .merged = merged};
	*merged = (struct srch_merged){0};
	int rc = n ? open_shards(&m, dirs) : err_set(ERR_USAGE, "there are no shards to join");
	rc = rc ? rc : choose_all(&m); /* what cannot be joined leaves nothing behind */
	rc = rc ? rc : read_steps(&m);
	rc = rc ? rc : open_out(&m, out);
	rc = rc ? rc : take_all(&m);
	rc = rc ? rc : join_sides(&m);
	rc = rc ? rc : join_tasks(&m);
	rc = rc ? rc : finish_out(&m, out);
	for (size_t i = 0; i < n; i++) {
		store_close(m.shards[i].store);
		buf_release(&m.shards[i].config);
		mem_free(m.shards[i].steps);
	}
	if (m.out) /* it came to nothing */
		store_discard(m.out);
	for (size_t i = 0; m.chosen && i < json_array_size(m.tasks); i++)
		mem_free(m.chosen[i].judge);
	json_decref(m.config);
	mem_free(m.chosen);
	mem_free(m.shards);
	return rc;
}
