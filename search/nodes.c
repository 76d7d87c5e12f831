#include "search/nodes.h"
#include "base/mem.h"
#include "base/npy.h"
#include "search/canon.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

#define MAX_FILES 12

/* A tree and a message under construction. rc sticks, so that building reads straight. */
struct node {
	struct store *store;
	struct store_entry files[MAX_FILES];
	size_t n;
	struct buf message;
	int rc;
};

static const char *const finish_names[] = {"eos", "closed", "length", "limit"};

const char *node_finish_name(enum node_finish f)
{
	return finish_names[f];
}

int node_finish_parse(const char *name)
{
	for (int i = 0; i < 4; i++) {
		if (!strcmp(name, finish_names[i]))
			return i;
	}
	return -1;
}

int node_find_start(struct store *s, const struct store_id *from, struct store_id *start)
{
	struct store_commit c = {0};
	size_t parents;
	int rc;
	*start = *from;
	do {
		rc = store_commit_read(s, start, &c);
		parents = rc ? 0 : c.n_parents;
		if (parents)
			*start = c.parents[0];
		store_commit_release(&c);
	} while (parents);
	return rc;
}

void node_task_ref(char out[64], size_t i)
{
	snprintf(out, 64, "refs/heads/task/%05zu", i);
}

static void node_init(struct node *node, struct store *s)
{
	*node = (struct node){.store = s};
	buf_init(&node->message, BUF_MAX_TEXT);
}

static void put_file(struct node *node, const char *name, const void *data, size_t n)
{
	struct store_entry *e = &node->files[node->n++];
	e->name = name;
	if (!node->rc)
		node->rc = store_put_blob(node->store, data, n, &e->id);
}

static void put_array(struct node *node, const char *name, enum npy_type type, int n_dims, const size_t *dims, const void *data)
{
	struct buf b;
	buf_init(&b, (size_t)1 << 31);
	if (!node->rc)
		node->rc = npy_write(&b, type, n_dims, dims, data ? data : "");
	put_file(node, name, buf_text(&b), b.len);
	buf_release(&b);
}

static void put_json(struct node *node, const char *name, json_t *o)
{
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	canon_write(o, &b);
	put_file(node, name, buf_text(&b), b.len);
	buf_release(&b);
}

static int node_commit(struct node *node, const struct store_id *parents, size_t n_parents, struct store_id *id)
{
	struct store_id tree;
	if (!node->rc)
		node->rc = store_put_tree(node->store, node->files, node->n, &tree);
	if (!node->rc)
		node->rc = store_put_commit(node->store, &tree, parents, n_parents, buf_text(&node->message), id);
	buf_release(&node->message);
	return node->rc;
}

static void put_routing(struct node *node, const struct node_shape *shape, const struct node_segment *seg)
{
	size_t n = seg->rows * (size_t)shape->n_layers * (size_t)shape->top_k;
	size_t dims[3] = {seg->rows, (size_t)shape->n_layers, (size_t)shape->top_k};
	uint16_t *half = mem_alloc(n ? n * sizeof *half : 1);
	for (size_t i = 0; i < n; i++)
		half[i] = f16_from_f32(seg->weights[i]);
	put_array(node, "weights.npy", NPY_F16, 3, dims, half);
	if (shape->n_experts <= 256) {
		uint8_t *small = (uint8_t *)half;
		for (size_t i = 0; i < n; i++)
			small[i] = (uint8_t)seg->experts[i];
		put_array(node, "experts.npy", NPY_U8, 3, dims, small);
	} else {
		put_array(node, "experts.npy", NPY_U16, 3, dims, seg->experts);
	}
	mem_free(half);
}

static void put_segment_files(struct node *node, const struct node_shape *shape, const struct node_segment *seg)
{
	size_t n_logprobs = seg->logprobs ? seg->n : 0;
	put_file(node, "text", seg->text, seg->text_len);
	put_array(node, "tokens.npy", NPY_I32, 1, &seg->n, seg->tokens);
	put_routing(node, shape, seg);
	put_array(node, "logprobs.npy", NPY_F32, 1, &n_logprobs, seg->logprobs);
}

static json_t *node_json(const char *kind, const struct srch_task *task, const struct node_segment *seg)
{
	json_t *o = json_pack("{ss ss sI}", "kind", kind, "task", task->id, "tokens", (json_int_t)seg->n);
	if (seg->number >= 0) {
		json_object_set_new(o, "node", json_integer(seg->number));
		json_object_set_new(o, "start", json_integer(seg->start));
	}
	return o;
}

int node_put_root(struct store *s, const struct node_shape *shape, const struct srch_task *task, const struct node_segment *seg,
	const struct store_id *start, struct store_id *id)
{
	struct node node;
	node_init(&node, s);
	put_segment_files(&node, shape, seg);
	put_json(&node, "node.json", node_json("root", task, seg));
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	srch_task_write(task, &b);
	put_file(&node, "task.json", buf_text(&b), b.len);
	buf_release(&b);
	buf_printf(&node.message, "%s: prompt\n\nTask: %s\nTokens: %zu\n", task->id, task->id, seg->n);
	return node_commit(&node, start, 1, id);
}

int node_put_segment(struct store *s, const struct node_shape *shape, const struct srch_task *task, const struct node_segment *seg,
	const struct store_id *parent, struct store_id *id)
{
	struct node node;
	node_init(&node, s);
	put_segment_files(&node, shape, seg);
	put_json(&node, "node.json", node_json("segment", task, seg));
	buf_printf(&node.message, "%s: segment %d\n\nTask: %s\nNode: %d\nTokens: %zu\n", task->id, seg->number, task->id, seg->number,
		seg->n);
	return node_commit(&node, parent, 1, id);
}

const char *node_program_file(enum cmp_language l)
{
	return l == CMP_C ? "program.c" : l == CMP_CXX ? "program.cc" : l == CMP_PYTHON ? "program.py" : "program.txt";
}

const char *node_assembly_file(enum cmp_language l)
{
	return l == CMP_PYTHON ? "program.dis" : l == CMP_TEXT ? "program.answer" : "program.s";
}

/* The verdict and the assembly, whose id is the group; hex is "" when the program did not compile. */
static void put_verdict(struct node *node, const struct srch_task *task, const struct srch_judged *v, char hex[41])
{
	hex[0] = 0;
	if (!v->judged)
		return;
	if (v->assembly) {
		put_file(node, node_assembly_file(task->language), v->assembly, v->assembly_len);
		store_id_hex(hex, &node->files[node->n - 1].id);
	}
	put_json(node, "verdict.json", json_pack("{ss ss? sb sb sb si si}", "status", cmp_status_name(v->status),
		"group", hex[0] ? hex : NULL, "weak_test", v->weak_test, "suspicious", v->suspicious,
		"calls_required", v->calls_required, "signal", v->signal, "exit_status", v->exit_status));
}

void node_leaf_message(struct buf *out, const char *task, int number, size_t tokens, const char *status, const char *group)
{
	buf_printf(out, "%s: program %d%s%s\n\nTask: %s\nNode: %d\nTokens: %zu\n", task, number, status ? ": " : "",
		status ? status : "", task, number, tokens);
	if (status)
		buf_printf(out, "Verdict: %s\n", status);
	if (group[0])
		buf_printf(out, "Group: %s\n", group);
}

int node_put_leaf(struct store *s, const struct node_shape *shape, const struct srch_task *task, const struct node_leaf *leaf,
	const struct store_id *parent, struct store_id *id)
{
	struct node node;
	const struct srch_judged *v = leaf->judged;
	char hex[41];
	node_init(&node, s);
	put_segment_files(&node, shape, &leaf->seg);
	json_t *o = node_json("leaf", task, &leaf->seg);
	json_object_set_new(o, "finished", json_string(node_finish_name(leaf->finished)));
	json_object_set_new(o, "logprob", isfinite(leaf->logprob) ? json_real(leaf->logprob) : json_null());
	json_object_set_new(o, "extraction", json_string(cmp_extraction_name(v->extraction)));
	put_json(&node, "node.json", o);
	if (v->program)
		put_file(&node, node_program_file(task->language), v->program, strlen(v->program));
	put_verdict(&node, task, v, hex);
	node_leaf_message(&node.message, task->id, leaf->seg.number, leaf->seg.n, v->judged ? cmp_status_name(v->status) : NULL, hex);
	return node_commit(&node, parent, 1, id);
}

int node_put_judged(struct store *s, const struct srch_task *task, const struct store_commit *leaf, int number, size_t tokens,
	const struct srch_judged *v, struct store_id *id)
{
	static const char *const kept[] = {"text", "tokens.npy", "experts.npy", "weights.npy", "logprobs.npy", "node.json"};
	struct node node;
	char hex[41];
	node_init(&node, s);
	for (size_t i = 0; i <= sizeof kept / sizeof *kept && !node.rc; i++) {
		bool found = false;
		struct store_entry *e = &node.files[node.n];
		e->name = i < sizeof kept / sizeof *kept ? kept[i] : node_program_file(task->language);
		node.rc = store_entry_find(s, &leaf->tree, e->name, &e->id, &found);
		node.n += found;
	}
	put_verdict(&node, task, v, hex);
	node_leaf_message(&node.message, task->id, number, tokens, v->judged ? cmp_status_name(v->status) : NULL, hex);
	return node_commit(&node, leaf->parents, 1, id);
}

int node_put_task(struct store *s, const struct srch_task *task, const struct node_result *r, const struct store_id *leaves,
	struct store_id *id)
{
	struct node node;
	node_init(&node, s);
	put_json(&node, "result.json", json_pack("{ss sI sI sb ss?}", "task", task->id, "leaves", (json_int_t)r->leaves,
		"pruned", (json_int_t)r->pruned, "complete", r->complete, "judge", r->judge));
	buf_printf(&node.message, "%s: %zu programs\n\nTask: %s\n%s", task->id, r->leaves, task->id, r->complete ? "" : "Partial: yes\n");
	return node_commit(&node, leaves, r->leaves, id);
}

int node_put_start(struct store *s, const void *run_json, size_t n, size_t n_tasks, const char *policy, struct store_id *id)
{
	struct node node;
	node_init(&node, s);
	put_file(&node, "run.json", run_json, n);
	buf_printf(&node.message, "run: %zu tasks, %s\n\nFormat: %d\n", n_tasks, policy, STORE_FORMAT);
	return node_commit(&node, NULL, 0, id);
}

int node_put_run(struct store *s, const void *run_json, size_t n, const struct node_joined *tasks, size_t n_tasks,
	struct store_id *id)
{
	struct node node;
	struct store_id *parents = mem_array(n_tasks, sizeof *parents);
	size_t programs = 0;
	json_t *list = json_array();
	node_init(&node, s);
	for (size_t i = 0; i < n_tasks; i++) {
		char hex[41];
		store_id_hex(hex, &tasks[i].id);
		json_array_append_new(list, json_pack("{ss ss sI}", "task", tasks[i].task, "commit", hex, "leaves",
			(json_int_t)tasks[i].leaves));
		programs += tasks[i].leaves;
		parents[i] = tasks[i].id;
	}
	put_file(&node, "run.json", run_json, n);
	put_json(&node, "tasks.json", list);
	buf_printf(&node.message, "run: %zu programs of %zu tasks\n\nFormat: %d\nPrograms: %zu\n", programs, n_tasks, STORE_FORMAT,
		programs);
	int rc = node_commit(&node, parents, n_tasks, id);
	mem_free(parents);
	return rc;
}
