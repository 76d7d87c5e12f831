/* The 164 C tasks of the decompile-eval file, when the public data is there: every reference solution passes, in a group of its
 * own; a body that leaves at once passes none but what asserts nothing; the weak tests are told. */
#include "tests/compile/judging.h"
#include "base/map.h"
#include "compile/clex.h"
#include <jansson.h>

enum { N_TASKS = 164 };

struct task {
	struct cmp_problem p;
	char id[16];
	char *program, *prototype, *early;
	struct cmp_object object;
	struct cmp_verdict verdict, early_verdict;
	bool weak;
	int error;
	char message[256];
};

static struct task tasks[N_TASKS];
static int n_tasks;
static json_t *root;
static struct cmp_judge *judge;

/* The header of func0 in the reference solution. */
static char *header_of(const char *c_func, size_t *before)
{
	struct clex l;
	clex_init(&l);
	for (const char *s = c_func; *s; s++)
		if (clex_step(&l, *s) == CLEX_OPENED && strcmp(l.body, "func0") == 0) {
			*before = l.item;
			return mem_strndup(c_func + l.item, (size_t)(s - c_func) - l.item);
		}
	return NULL;
}

static void add_task(const json_t *record)
{
	int id = (int)json_integer_value(json_object_get(record, "task_id"));
	if (strcmp(json_string_value(json_object_get(record, "type")), "O0") != 0 || n_tasks == N_TASKS || is_left_out(id))
		return;
	struct task *t = &tasks[n_tasks++];
	const char *c_func = json_string_value(json_object_get(record, "c_func"));
	size_t before = 0;
	snprintf(t->id, sizeof t->id, "%d", id);
	t->program = mem_strdup(c_func);
	t->prototype = header_of(c_func, &before);
	if (!t->prototype)
		fail_msg("task %d: no func0", id);
	t->early = mem_printf("#include <stdbool.h>\n#include <stdlib.h>\n#include <unistd.h>\n%s{ _exit(0); }\n", t->prototype);
	t->p = (struct cmp_problem){ .language = CMP_C, .id = t->id, .entry_point = "func0", .prototype = t->prototype,
		.test = json_string_value(json_object_get(record, "c_test")) };
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
	if (!t->error)
		t->error = cmp_test_is_weak(judge, &t->p, &t->weak);
	if (t->error)
		snprintf(t->message, sizeof t->message, "%s", err_message());
}

static int load(void **state)
{
	(void)state;
	char *path = data_file("humaneval_c_decompile_eval.json");
	judge = path ? open_judge(NULL) : NULL;
	if (!judge) {
		mem_free(path);
		return 0;
	}
	root = json_load_file(path, 0, NULL);
	mem_free(path);
	size_t i;
	json_t *record;
	json_array_foreach(root, i, record)
		add_task(record);
	struct crew *crew = crew_new(thread_cpus());
	double start = clock_seconds();
	crew_run(crew, n_tasks, judge_one, NULL);
	printf("%d tasks in %.1f s\n", n_tasks, clock_seconds() - start);
	crew_free(crew);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	for (int i = 0; i < n_tasks; i++) {
		struct task *t = &tasks[i];
		mem_free(t->program);
		mem_free(t->prototype);
		mem_free(t->early);
		cmp_object_release(&t->object);
		cmp_verdict_release(&t->verdict);
		cmp_verdict_release(&t->early_verdict);
	}
	json_decref(root);
	cmp_judge_close(judge);
	return 0;
}

static void need_data(void)
{
	if (!judge)
		skip();
	assert_int_equal(n_tasks, count_judged(N_TASKS));
	for (int i = 0; i < n_tasks; i++)
		if (tasks[i].error)
			fail_msg("task %s: %s", tasks[i].id, tasks[i].message);
}

static void every_reference_solution_compiles_and_passes(void **state)
{
	(void)state;
	need_data();
	int passed = 0;
	for (int i = 0; i < n_tasks; i++) {
		struct task *t = &tasks[i];
		if (t->object.status == CMP_PASSED && t->verdict.status == CMP_PASSED)
			passed++;
		else
			printf("task %s: compile %s %s; test %s: %s\n", t->id, cmp_status_name(t->object.status), buf_text(&t->object.message),
				cmp_status_name(t->verdict.status), buf_text(&t->verdict.message));
	}
	assert_int_equal(passed, n_tasks);
}

static void every_reference_solution_is_a_group_of_its_own(void **state)
{
	(void)state;
	need_data();
	struct map groups;
	map_init(&groups);
	for (int i = 0; i < n_tasks; i++)
		map_put(&groups, buf_text(&tasks[i].object.assembly), tasks[i].object.assembly.len, 1);
	assert_int_equal(groups.n, n_tasks);
	map_release(&groups);
}

/* A header that ends in its brace, as prompts do, and the rest of the file as what a model wrote. */
static void extraction_gives_every_reference_solution_back(void **state)
{
	(void)state;
	need_data();
	int wrong = 0;
	for (int i = 0; i < n_tasks; i++) {
		struct task *t = &tasks[i];
		const char *brace = strchr(strstr(t->program, t->prototype) + strlen(t->prototype), '{');
		size_t head = (size_t)(brace + 1 - t->program), end = 0;
		struct cmp_problem p = t->p;
		char *prompt = mem_strndup(t->program, head), *noisy = mem_printf("%s\n\nThis is O(n); it's {simple}.\n", brace + 1);
		char *fenced = mem_printf("Here's the code:\n```c\n%s\n```\nIt works.\n", t->program);
		const char *texts[] = { brace + 1, noisy, fenced };
		p.prompt = prompt;
		for (int k = 0; k < 3; k++) {
			struct buf got;
			buf_init(&got, BUF_MAX_TEXT);
			cmp_extract(&p, texts[k], &got);
			bool good = k < 2 ? strncmp(buf_text(&got), t->program, strlen(t->program) - 3) == 0 && got.len < strlen(t->program) + 4
				: strstr(buf_text(&got), t->program) != NULL;
			if (k == 0 && !cmp_closed(&p, texts[k], strlen(texts[k]), &end))
				good = false;
			if (!good && wrong++ < 3)
				printf("task %s, form %d:\n--- want\n%s\n--- got\n%s\n", t->id, k, t->program, buf_text(&got));
			buf_release(&got);
		}
		mem_free(prompt);
		mem_free(noisy);
		mem_free(fenced);
	}
	assert_int_equal(wrong, 0);
}

static bool is_known_weak(const char *id)
{
	static const char *const known[] = { "38", "50", "58", "69", "74", "129" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], id) == 0)
			return true;
	return false;
}

static void leaving_early_passes_only_what_asserts_nothing(void **state)
{
	(void)state;
	need_data();
	for (int i = 0; i < n_tasks; i++) {
		struct task *t = &tasks[i];
		if (t->early_verdict.status == CMP_PASSED && !is_known_weak(t->id))
			fail_msg("task %s: _exit(0) passes", t->id);
		if (t->early_verdict.status != CMP_PASSED && t->early_verdict.status != CMP_EXITED_EARLY)
			fail_msg("task %s: _exit(0) is %s: %s", t->id, cmp_status_name(t->early_verdict.status), buf_text(&t->early_verdict.message));
	}
}

static void the_six_weak_tests_and_no_other_are_flagged(void **state)
{
	(void)state;
	need_data();
	int wrong = 0;
	for (int i = 0; i < n_tasks; i++)
		if (tasks[i].weak != is_known_weak(tasks[i].id)) {
			printf("task %s: weak %d, known to be %d\n", tasks[i].id, tasks[i].weak, is_known_weak(tasks[i].id));
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reference_solution_compiles_and_passes),
		cmocka_unit_test(every_reference_solution_is_a_group_of_its_own),
		cmocka_unit_test(extraction_gives_every_reference_solution_back),
		cmocka_unit_test(leaving_early_passes_only_what_asserts_nothing),
		cmocka_unit_test(the_six_weak_tests_and_no_other_are_flagged),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
