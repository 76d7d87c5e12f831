#include "report/export.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/npy.h"
#include "report/csv.h"
#include "report/text.h"
#include "report/zip.h"
#include <jansson.h>

#define ALL_BYTES ((size_t)1 << 40) /* the archive has its own limit */

/* Lays one array of all programs (or prompts) end to end. `piece` gives the bytes of item i. */
struct pieces {
	const struct run *run;
	const void *(*piece)(const struct run *r, size_t i, size_t *bytes);
	size_t n;
};

static const void *tokens_of(const struct run *r, size_t i, size_t *bytes)
{
	*bytes = r->programs[i].n_tokens * sizeof(int32_t);
	return r->programs[i].tokens;
}

static const void *logprobs_of(const struct run *r, size_t i, size_t *bytes)
{
	*bytes = r->programs[i].n_tokens * sizeof(float);
	return r->programs[i].logprobs;
}

static size_t per_row(const struct run *r)
{
	return (size_t)r->n_layers * (size_t)r->k;
}

static const void *experts_of(const struct run *r, size_t i, size_t *bytes)
{
	*bytes = r->programs[i].experts ? r->programs[i].n_rows * per_row(r) * sizeof(uint16_t) : 0;
	return r->programs[i].experts;
}

static const void *prompt_of(const struct run *r, size_t i, size_t *bytes)
{
	*bytes = r->tasks[i].n_prompt * sizeof(int32_t);
	return r->tasks[i].prompt;
}

static const void *prompt_experts_of(const struct run *r, size_t i, size_t *bytes)
{
	*bytes = r->tasks[i].prompt_experts ? r->tasks[i].n_prompt * per_row(r) * sizeof(uint16_t) : 0;
	return r->tasks[i].prompt_experts;
}

static int add_array(struct zip *z, const char *name, enum npy_type type, int n_dims, const size_t *dims, const void *data)
{
	struct buf b;
	buf_init(&b, ALL_BYTES);
	int rc = npy_write(&b, type, n_dims, dims, data);
	if (!rc)
		rc = zip_add(z, name, b.data, b.len);
	buf_release(&b);
	return rc;
}

/* rows > 0: the items are rows of layers x k. */
static int add_pieces(struct zip *z, const char *name, enum npy_type type, bool rows, struct pieces p)
{
	struct buf all;
	buf_init(&all, ALL_BYTES);
	for (size_t i = 0; i < p.n; i++) {
		size_t bytes;
		const void *data = p.piece(p.run, i, &bytes);
		if (bytes)
			buf_add(&all, data, bytes);
	}
	size_t each = npy_type_bytes(type) * (rows ? per_row(p.run) : 1);
	const size_t dims[3] = {each ? all.len / each : 0, (size_t)p.run->n_layers, (size_t)p.run->k};
	int rc = add_array(z, name, type, rows ? 3 : 1, dims, all.data ? all.data : "");
	buf_release(&all);
	return rc;
}

static int add_weights(struct zip *z, const struct run *r)
{
	struct buf all;
	buf_init(&all, ALL_BYTES);
	for (size_t i = 0; i < r->n_programs; i++)
		for (size_t j = 0; r->programs[i].weights && j < r->programs[i].n_rows * per_row(r); j++) {
			uint16_t half = f16_from_f32(r->programs[i].weights[j]);
			buf_add(&all, &half, sizeof half);
		}
	const size_t dims[3] = {per_row(r) ? all.len / 2 / per_row(r) : 0, (size_t)r->n_layers, (size_t)r->k};
	int rc = add_array(z, "weights.npy", NPY_F16, 3, dims, all.data ? all.data : "");
	buf_release(&all);
	return rc;
}

static int add_starts(struct zip *z, const char *name, struct pieces p, size_t item_bytes)
{
	int64_t *starts = mem_array(p.n + 1, sizeof *starts);
	for (size_t i = 0; i < p.n; i++) {
		size_t bytes;
		p.piece(p.run, i, &bytes);
		starts[i + 1] = starts[i] + (int64_t)(item_bytes ? bytes / item_bytes : 0);
	}
	int rc = add_array(z, name, NPY_I64, 1, (size_t[]){p.n + 1}, starts);
	mem_free(starts);
	return rc;
}

static int add_programs(struct zip *z, const struct run *r)
{
	int32_t *columns[3];
	for (int c = 0; c < 3; c++)
		columns[c] = mem_array(r->n_programs + 1, sizeof **columns);
	for (size_t t = 0; t < r->n_tasks; t++) {
		const struct run_task *task = &r->tasks[t];
		struct aln_program *programs = mem_array(task->n + 1, sizeof *programs);
		rep_task_programs(programs, r, task);
		for (size_t i = 0; i < task->n; i++) {
			columns[0][task->first + i] = (int32_t)t;
			columns[1][task->first + i] = programs[i].group;
			columns[2][task->first + i] = programs[i].passed;
		}
		mem_free(programs);
	}
	static const char *const names[3] = {"task.npy", "group.npy", "passed.npy"};
	int rc = 0;
	for (int c = 0; c < 3; c++) {
		if (!rc)
			rc = add_array(z, names[c], NPY_I32, 1, (size_t[]){r->n_programs}, columns[c]);
		mem_free(columns[c]);
	}
	return rc;
}

static json_t *string_of(const char *s, size_t n)
{
	char *clean = rep_utf8(s, n);
	json_t *j = json_string(clean);
	mem_free(clean);
	return j;
}

static json_t *text_of(const char *s)
{
	return s ? string_of(s, strlen(s)) : json_null();
}

static int add_meta(struct zip *z, const struct run *r)
{
	json_t *tasks = json_array(), *groups = json_array();
	for (size_t t = 0; t < r->n_tasks; t++)
		json_array_append_new(tasks, text_of(r->tasks[t].task.id));
	for (size_t i = 0; i < r->n_programs; i++)
		json_array_append_new(groups, text_of(r->programs[i].group[0] ? r->programs[i].group : NULL));
	json_t *o = json_pack("{s:o, s:o, s:o, s:s, s:i, s:i, s:i, s:i, s:f, s:I}", "run", text_of(r->commit), "tasks", tasks, "groups", groups, "policy",
	                      srch_policy_name(r->policy), "forks", r->forks, "n_layers", r->n_layers, "top_k", r->k, "n_experts", r->n_experts,
	                      "temperature", r->temperature, "seed", (json_int_t)r->seed);
	char *s = json_dumps(o, JSON_INDENT(1));
	int rc = zip_add(z, "meta.json", s ? s : "{}", s ? strlen(s) : 2);
	free(s);
	json_decref(o);
	return rc;
}

static int add_all(struct zip *z, const struct run *r)
{
	struct pieces tokens = {r, tokens_of, r->n_programs}, logprobs = {r, logprobs_of, r->n_programs};
	struct pieces experts = {r, experts_of, r->n_programs}, prompts = {r, prompt_of, r->n_tasks}, prompt_experts = {r, prompt_experts_of, r->n_tasks};
	int rc = add_pieces(z, "tokens.npy", NPY_I32, false, tokens);
	if (!rc)
		rc = add_pieces(z, "logprobs.npy", NPY_F32, false, logprobs);
	if (!rc)
		rc = add_starts(z, "token_start.npy", tokens, sizeof(int32_t));
	if (!rc)
		rc = add_pieces(z, "experts.npy", NPY_U16, true, experts);
	if (!rc)
		rc = add_weights(z, r);
	if (!rc)
		rc = add_starts(z, "row_start.npy", experts, per_row(r) * sizeof(uint16_t));
	if (!rc)
		rc = add_programs(z, r);
	if (!rc)
		rc = add_pieces(z, "prompt_tokens.npy", NPY_I32, false, prompts);
	if (!rc)
		rc = add_starts(z, "prompt_start.npy", prompts, sizeof(int32_t));
	if (!rc)
		rc = add_pieces(z, "prompt_experts.npy", NPY_U16, true, prompt_experts);
	if (!rc)
		rc = add_array(z, "steps.npy", NPY_U16, 2, (size_t[]){r->n_steps, 1 + (size_t)r->n_layers}, r->steps ? (const void *)r->steps : "");
	return rc ? rc : add_meta(z, r);
}

int rep_export_npz(const struct run *run, const char *path)
{
	struct zip *z;
	int rc = zip_open(&z, path);
	if (rc)
		return rc;
	rc = add_all(z, run);
	int closed = zip_close(z, !rc);
	return rc ? rc : closed;
}

static json_t *program_line(const struct run *r, const struct run_program *p)
{
	int passed = rep_program_passed(p);
	json_t *o = json_object();
	json_object_set_new(o, "task_id", text_of(r->tasks[p->task].task.id));
	json_object_set_new(o, "completion", string_of(p->text ? p->text : "", p->text ? p->text_len : 0));
	json_object_set_new(o, "program", text_of(p->program));
	json_object_set_new(o, "node", json_integer(p->node));
	json_object_set_new(o, "commit", text_of(p->commit));
	json_object_set_new(o, "finished", text_of(p->finished));
	json_object_set_new(o, "tokens", json_integer((json_int_t)p->n_tokens));
	json_object_set_new(o, "logprob", json_real(p->logprob));
	json_object_set_new(o, "extraction", text_of(cmp_extraction_name(p->extraction)));
	json_object_set_new(o, "compiled", p->judged ? json_boolean(p->compiled) : json_null());
	json_object_set_new(o, "group", text_of(p->group[0] ? p->group : NULL));
	json_object_set_new(o, "verdict", p->judged ? text_of(cmp_status_name(p->status)) : json_null());
	json_object_set_new(o, "passed", passed < 0 ? json_null() : json_boolean(passed));
	json_object_set_new(o, "weak_test", p->judged ? json_boolean(p->weak_test) : json_null());
	return o;
}

int rep_export_jsonl(const struct run *run, const char *path)
{
	struct buf b;
	buf_init(&b, ALL_BYTES);
	for (size_t i = 0; i < run->n_programs; i++) {
		json_t *o = program_line(run, &run->programs[i]);
		char *line = json_dumps(o, JSON_COMPACT);
		if (line)
			buf_printf(&b, "%s\n", line);
		free(line);
		json_decref(o);
	}
	int rc = file_write(path, b.len ? b.data : "", b.len);
	buf_release(&b);
	return rc;
}

int rep_export_csv(const struct rep_figures *f, const char *path)
{
	struct buf b;
	buf_init(&b, ALL_BYTES);
	rep_table_write(&b, f, REP_PROGRAMS);
	int rc = file_write(path, b.data, b.len);
	buf_release(&b);
	return rc;
}
