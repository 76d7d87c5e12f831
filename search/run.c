#include "search/run.h"
#include "base/mem.h"
#include "search/canon.h"
#include "search/run_parts.h"
#include "search/steps.h"
#include <jansson.h>
#include <string.h>

struct loader {
	struct run *r;
	struct store *s;
	struct node_shape shape;
	unsigned what;
	struct run_node *shared; /* root and segments of the task at hand */
	size_t n_shared, cap_shared;
	size_t cap_programs;
	struct store_id *joined; /* [n_joined] the tasks' commits of a finished run */
	size_t n_joined;
};

int run_read_result(struct store *s, const struct store_commit *task, struct run_result *out)
{
	struct buf b;
	json_t *o = NULL;
	int64_t leaves = 0, pruned = 0;
	*out = (struct run_result){0};
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_file(s, &task->tree, "result.json", &b);
	rc = rc ? rc : canon_parse(&o, "result.json", &b);
	rc = rc ? rc : canon_bool(o, "result.json", "complete", &out->complete);
	rc = rc ? rc : canon_int(o, "result.json", "leaves", 1, INT32_MAX, &leaves);
	rc = rc ? rc : canon_int(o, "result.json", "pruned", 0, INT64_MAX, &pruned);
	if (!rc && (size_t)leaves != task->n_parents)
		rc = err_set(ERR_FORMAT, "result.json says %lld leaves, the commit joins %zu", (long long)leaves, task->n_parents);
	const char *judge = rc ? NULL : json_string_value(json_object_get(o, "judge"));
	out->judge = judge ? mem_strdup(judge) : NULL;
	out->leaves = (size_t)leaves;
	out->pruned = (size_t)pruned;
	json_decref(o);
	buf_release(&b);
	return rc;
}

/* -- one path, from leaf to root -- */

/* The node with this id among the shared ones, read when it is new. *at: its index. */
static int shared_node(struct loader *l, const struct store_id *id, size_t *at)
{
	for (*at = 0; *at < l->n_shared; ++*at) {
		if (store_id_equal(&l->shared[*at].commit.id, id))
			return 0;
	}
	if (l->n_shared == l->cap_shared) {
		l->cap_shared = l->cap_shared ? 2 * l->cap_shared : 16;
		l->shared = mem_grow(l->shared, l->cap_shared, sizeof *l->shared);
	}
	struct run_node *n = &l->shared[l->n_shared++];
	int rc = run_node_read(l->s, &l->shape, id, l->what, n);
	if (!rc && n->kind == RUN_LEAF)
		rc = err_set(ERR_FORMAT, "%s: a leaf stands where a segment or a root must", n->name);
	if (!rc && n->commit.n_parents != 1)
		rc = err_set(ERR_FORMAT, "%s: has %zu parents, must have 1", n->name, n->commit.n_parents);
	return rc;
}

/* Indices of the leaf's ancestors, nearest first, the root last. */
static int find_path(struct loader *l, const struct run_node *leaf, size_t *path, size_t max, size_t *n)
{
	struct store_id up = leaf->commit.parents[0];
	for (*n = 0; *n < max; ++*n) {
		int rc = shared_node(l, &up, &path[*n]);
		if (rc)
			return rc;
		const struct run_node *node = &l->shared[path[*n]];
		if (node->kind == RUN_ROOT) {
			++*n;
			return 0;
		}
		up = node->commit.parents[0];
	}
	return err_set(ERR_FORMAT, "%s: its path to the root is too long", leaf->name);
}

static void join_node(struct run_program *p, const struct run_node *n, size_t row)
{
	memcpy(p->tokens + p->n_tokens, n->tokens, n->n * sizeof *n->tokens);
	memcpy(p->logprobs + p->n_tokens, n->logprobs, n->n * sizeof *n->logprobs);
	if (n->experts)
		memcpy(p->experts + p->n_rows * row, n->experts, n->rows * row * sizeof *n->experts);
	if (n->weights)
		memcpy(p->weights + p->n_rows * row, n->weights, n->rows * row * sizeof *n->weights);
	p->n_tokens += n->n;
	p->n_rows += n->rows;
}

static void join_path(struct loader *l, const struct run_node *leaf, const size_t *path, size_t n, struct run_program *p)
{
	size_t row = (size_t)l->shape.n_layers * (size_t)l->shape.top_k, total = leaf->n;
	struct buf text;
	buf_init(&text, BUF_MAX_TEXT);
	for (size_t i = 0; i + 1 < n; i++)
		total += l->shared[path[i]].n;
	p->tokens = mem_array(total, sizeof *p->tokens);
	p->logprobs = mem_array(total, sizeof *p->logprobs);
	if (leaf->experts)
		p->experts = mem_array(total * row + 1, sizeof *p->experts);
	if (leaf->weights)
		p->weights = mem_array(total * row + 1, sizeof *p->weights);
	for (size_t i = n - 1; i-- > 0;) {
		join_node(p, &l->shared[path[i]], row);
		buf_add(&text, buf_text(&l->shared[path[i]].text), l->shared[path[i]].text.len);
	}
	join_node(p, leaf, row);
	buf_add(&text, buf_text(&leaf->text), leaf->text.len);
	buf_add(&text, "", 0);
	p->text = mem_strndup(buf_text(&text), text.len);
	p->text_len = text.len;
	buf_release(&text);
}

static int load_leaf(struct loader *l, const struct store_id *id, int task, struct run_program *p)
{
	struct run_node leaf;
	size_t path[4096], n = 0;
	int rc = run_node_read(l->s, &l->shape, id, l->what, &leaf);
	if (!rc && (leaf.kind != RUN_LEAF || leaf.commit.n_parents != 1))
		rc = err_set(ERR_FORMAT, "%s: a task joins it, but it is not a leaf with one parent", leaf.name);
	rc = rc ? rc : find_path(l, &leaf, path, sizeof path / sizeof *path, &n);
	if (!rc) {
		p->task = task;
		p->node = leaf.number;
		p->n_own = leaf.n;
		p->finished = node_finish_name(leaf.finished);
		p->extraction = leaf.extraction;
		p->logprob = leaf.logprob;
		store_id_hex(p->commit, id);
		join_path(l, &leaf, path, n, p);
		if (leaf.start + leaf.n != p->n_tokens)
			rc = err_set(ERR_FORMAT, "%s: begins at token %d, but its path has %zu before it", leaf.name, leaf.start,
				p->n_tokens - leaf.n);
	}
	run_node_release(&leaf);
	return rc;
}

/* -- a task -- */

static struct run_program *add_program(struct loader *l)
{
	struct run *r = l->r;
	if (r->n_programs == l->cap_programs) {
		l->cap_programs = l->cap_programs ? 2 * l->cap_programs : 256;
		r->programs = mem_grow(r->programs, l->cap_programs, sizeof *r->programs);
	}
	struct run_program *p = &r->programs[r->n_programs++];
	*p = (struct run_program){0};
	return p;
}

static int load_root(struct loader *l, struct run_task *t)
{
	const struct run_node *root = NULL;
	for (size_t i = 0; i < l->n_shared; i++) {
		if (l->shared[i].kind == RUN_ROOT)
			root = &l->shared[i];
	}
	if (!root)
		return err_set(ERR_FORMAT, "its leaves stand on no root");
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_file(l->s, &root->commit.tree, "task.json", &b);
	rc = rc ? rc : srch_task_read(&t->task, "task.json", buf_text(&b), b.len);
	buf_release(&b);
	if (rc)
		return rc;
	store_id_hex(t->root, &root->commit.id);
	t->n_prompt = root->n;
	t->prompt = mem_dup(root->tokens, root->n * sizeof *root->tokens);
	size_t items = root->rows * (size_t)l->shape.n_layers * (size_t)l->shape.top_k;
	if ((l->what & RUN_PROMPTS) && root->experts)
		t->prompt_experts = mem_dup(root->experts, items * sizeof *root->experts);
	if ((l->what & RUN_PROMPTS) && root->weights)
		t->prompt_weights = mem_dup(root->weights, items * sizeof *root->weights);
	return 0;
}

static int load_verdicts(struct loader *l, const struct run_task *t)
{
	int rc = 0;
	for (size_t i = 0; i < t->n && !rc; i++) {
		struct run_program *p = &l->r->programs[t->first + i];
		struct run_node leaf = {0};
		struct store_id id;
		snprintf(leaf.name, sizeof leaf.name, "node %.12s", p->commit);
		rc = store_id_parse(&id, p->commit);
		rc = rc ? rc : store_commit_read(l->s, &id, &leaf.commit);
		rc = rc ? rc : run_node_verdict(l->s, &leaf, t->task.language, p);
		run_node_release(&leaf);
	}
	return rc;
}

static void forget_shared(struct loader *l)
{
	for (size_t i = 0; i < l->n_shared; i++)
		run_node_release(&l->shared[i]);
	l->n_shared = 0;
}

static int load_complete_task(struct loader *l, const struct store_commit *c, struct run_result *result)
{
	struct run *r = l->r;
	int at = (int)r->n_tasks;
	struct run_task *t = &r->tasks[r->n_tasks++];
	*t = (struct run_task){.first = r->n_programs, .pruned = result->pruned};
	store_id_hex(t->commit, &c->id);
	int rc = 0;
	for (size_t i = 0; i < c->n_parents && !rc; i++) {
		rc = load_leaf(l, &c->parents[i], at, add_program(l));
		t->n++;
	}
	rc = rc ? rc : load_root(l, t);
	rc = rc ? rc : load_verdicts(l, t);
	forget_shared(l);
	if (result->judge && !r->judge)
		r->judge = mem_strdup(result->judge);
	r->judged = r->judge != NULL;
	return rc;
}

static int load_task(struct loader *l, size_t i)
{
	char ref[64];
	struct store_id id;
	struct store_commit c = {0};
	struct run_result result = {0};
	bool found;
	node_task_ref(ref, i);
	int rc = store_ref(l->s, ref, &id, &found);
	if (rc || !found)
		return rc;
	rc = store_commit_read(l->s, i < l->n_joined ? &l->joined[i] : &id, &c);
	rc = rc ? rc : run_read_result(l->s, &c, &result);
	if (!rc && result.complete)
		rc = load_complete_task(l, &c, &result);
	mem_free(result.judge);
	store_commit_release(&c);
	return rc ? err_prefix(rc, "task %zu", i) : 0;
}

/* -- the run -- */

static int load_header(struct loader *l)
{
	struct run *r = l->r;
	struct store_id id, file;
	struct store_commit c = {0};
	struct buf b;
	bool found = false;
	buf_init(&b, BUF_MAX_TEXT);
	int rc = store_ref(l->s, STORE_REF_RUN, &id, &found);
	rc = rc ? rc : store_commit_read(l->s, &id, &c);
	rc = rc ? rc : store_file(l->s, &c.tree, "run.json", &b);
	rc = rc ? rc : run_read_config(r, &b);
	rc = rc ? rc : store_entry_find(l->s, &c.tree, "tasks.json", &file, &found);
	r->complete = !rc && found;
	if (r->complete) { /* what it joins is the run, wherever the refs of its tasks have been moved since */
		store_id_hex(r->commit, &id);
		l->n_joined = c.n_parents;
		l->joined = mem_dup(c.parents, c.n_parents * sizeof *c.parents);
	}
	l->shape = (struct node_shape){r->n_layers, r->k, r->n_experts};
	store_commit_release(&c);
	buf_release(&b);
	return rc;
}

/* wallclock.json has the same sums, but it is brought to disk at other moments, and earlier versions wrote it alone. */
static int load_steps(struct loader *l)
{
	struct run *r = l->r;
	size_t width = 1 + (size_t)r->n_layers;
	double forks = 0, distinct = 0;
	int rc = l->what & RUN_STEPS ? steps_read(&r->steps, &r->n_steps, r->dir, &l->shape) : 0;
	if (rc || !r->n_steps)
		return rc;
	for (size_t i = 0; i < r->n_steps; i++) {
		forks += r->steps[i * width];
		for (size_t k = 1; k < width; k++)
			distinct += r->steps[i * width + k];
	}
	r->forks_per_step = forks / (double)r->n_steps;
	r->distinct_per_step = distinct / (double)r->n_steps / r->n_layers;
	return 0;
}

int run_load(struct run **out, const char *dir, unsigned what)
{
	struct run *r = mem_zalloc(sizeof *r);
	struct loader l = {.r = r, .what = what & RUN_PROMPTS || what & RUN_WEIGHTS ? what | RUN_ROUTING : what};
	*out = NULL;
	r->dir = mem_strdup(dir);
	int rc = store_open(&l.s, dir); /* whose messages name the folder already */
	bool opened = rc == 0;
	if (!rc)
		rc = load_header(&l);
	if (!rc) {
		run_read_wallclock(r);
		r->tasks = mem_array(r->n_tasks_planned, sizeof *r->tasks);
		rc = load_steps(&l);
	}
	for (size_t i = 0; i < r->n_tasks_planned && !rc; i++)
		rc = load_task(&l, i);
	if (!rc && r->complete && r->n_tasks != r->n_tasks_planned)
		rc = err_set(ERR_FORMAT, "the run says it is finished, but %zu of its %zu tasks are missing", r->n_tasks_planned - r->n_tasks,
			r->n_tasks_planned);
	forget_shared(&l);
	mem_free(l.shared);
	mem_free(l.joined);
	store_close(l.s);
	if (rc) {
		run_free(r);
		return opened ? err_prefix(rc, "%s", dir) : rc;
	}
	*out = r;
	return 0;
}

static void free_program(struct run_program *p)
{
	mem_free(p->tokens);
	mem_free(p->logprobs);
	mem_free(p->experts);
	mem_free(p->weights);
	mem_free(p->text);
	mem_free(p->program);
}

void run_free(struct run *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_programs; i++)
		free_program(&r->programs[i]);
	for (size_t i = 0; i < r->n_tasks; i++) {
		struct run_task *t = &r->tasks[i];
		srch_task_release(&t->task);
		mem_free(t->prompt);
		mem_free(t->prompt_experts);
		mem_free(t->prompt_weights);
	}
	char *texts[] = {r->dir, r->judge, r->model, r->family, r->backend, r->compute};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		mem_free(texts[i]);
	chat_frame_release(&r->frame);
	mem_free(r->layer_index);
	mem_free(r->steps);
	mem_free(r->tasks);
	mem_free(r->programs);
	mem_free(r);
}

int run_assembly(const struct run *r, const char *group, struct buf *out)
{
	struct store *s;
	struct store_id id;
	int rc = store_id_parse(&id, group);
	rc = rc ? rc : store_open(&s, r->dir);
	if (rc)
		return rc;
	rc = store_blob(s, &id, out);
	store_close(s);
	return rc;
}
