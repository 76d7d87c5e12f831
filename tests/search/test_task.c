/* Tasks and samples: every publisher's format is read, and what is wrong is said with file, line and field. */
#include "base/file.h"
#include "base/mem.h"
#include "search/task.h"
#include "tests/check.h"
#include <stdlib.h>

static int parse(struct srch_tasks *t, const char *text)
{
	return srch_tasks_parse(t, "t.jsonl", text, strlen(text));
}

/* Where a public data set lies; false when it is not here. */
static bool data_file(const char *name, char path[512])
{
	const char *dir = getenv("COPPICE_DATA");
	snprintf(path, 512, "%s/%s", dir ? dir : "../shared/data", name);
	return file_exists(path);
}

#define OURS "{\"task_id\":\"a/0\",\"language\":\"c\",\"prompt\":\"int f(void) {\",\"entry_point\":\"f\",\"test\":\"int main(void){}\"}"

static void our_own_tasks_are_read_with_every_field(void **state)
{
	(void)state;
	struct srch_tasks t;
	srch_tasks_init(&t);
	OK(parse(&t, OURS "\n\n"
		"{\"task_id\":7,\"language\":\"python\",\"prompt\":\"def g():\\n\",\"entry_point\":\"g\",\"test\":\"t\",\"canonical_solution\":\" pass\\n\","
		"\"setup\":\"import x\\n\",\"category\":\"pair\",\"requires\":\"f\",\"difficulty\":\"hard\",\"unknown\":[1]}\r\n"));
	assert_int_equal(t.n, 2);
	const struct srch_task *g = srch_tasks_find(&t, "7");
	assert_non_null(g);
	assert_int_equal(g->language, CMP_PYTHON);
	assert_string_equal(g->requires_fn, "f");
	assert_string_equal(g->solution, "def g():\n pass\n");
	assert_string_equal(g->setup, "import x\n");
	assert_string_equal(g->category, "pair");
	assert_string_equal(g->difficulty, "hard");
	assert_null(srch_tasks_find(&t, "a/0")->solution);
	struct cmp_problem p = srch_task_problem(g);
	assert_ptr_equal(p.requires_fn, g->requires_fn);
	srch_tasks_release(&t);
}

static void a_bad_line_is_named_with_file_line_and_field(void **state)
{
	(void)state;
	static const struct { const char *text, *part; } cases[] = {
		{OURS "\n{\"task_id\":", "t.jsonl, line 2: not JSON"},
		{OURS "\n[1]", "t.jsonl, line 2: not a JSON object"},
		{"\n\n{\"task_id\":\"x\",\"language\":\"c\"}", "t.jsonl, line 3, field \"prompt\": missing"},
		{"{\"task_id\":\"x\",\"language\":\"cobol\",\"prompt\":\"\"}", "field \"language\": must be one of c, c++, python, text"},
		{"{\"task_id\":1.5,\"prompt\":\"\"}", "field \"task_id\": must be text or a whole number"},
		{"{\"task_id\":\"\",\"prompt\":\"\"}", "field \"task_id\": is empty"},
		{"{\"task_id\":\"a\\nb\",\"prompt\":\"\"}", "field \"task_id\": holds a control character"},
		{"{\"task_id\":\"x\",\"prompt\":5}", "field \"prompt\": must be text"},
		{OURS "\n" OURS, "line 2: a second task with the id \"a/0\""},
		{"{\"id\":1}", "line 1: no task"},
		{"[{\"task_id\":\"x\"", "not JSON"},
		{"[3]", "item 1: not a JSON object"},
		{"{\"task_id\":0,\"c_func\":\"int f(void){}\",\"c_test\":\"\"}", "field \"c_func\": defines no function func0"},
		{"{\"question\":\"1+1?\",\"answer\":\"2\"}", "field \"answer\": holds no \"####\""},
		{"{\"id\":0,\"raw_problem\":\"x = 1\",\"raw_solution\":\"\",\"new_problem\":\"def g():\",\"new_solution\":\"\",\"test_code\":\"\"}",
			"field \"raw_problem\": defines no function"},
		{"{\"task_id\":\"x\\u0000y\",\"prompt\":\"\"}", "field \"task_id\": holds a control character"},
		{"\x1f\x8b\x08", "t.jsonl: gzip data end in the middle"},
		{"\x1f\x8bxxxxxxxxxxxx", "t.jsonl: not valid gzip"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct srch_tasks t;
		srch_tasks_init(&t);
		FAILS(ERR_FORMAT, cases[i].part, parse(&t, cases[i].text));
		srch_tasks_release(&t);
	}
}

static void decompile_eval_gives_signature_includes_and_prototype(void **state)
{
	(void)state;
	struct srch_tasks t;
	srch_tasks_init(&t);
	OK(parse(&t, "[{\"task_id\":4,\"type\":\"O0\",\"c_func\":\"#include <stdio.h>\\n  #  include \\\"x.h\\\"\\n#define N 3\\n/* func0() { */\\n"
		"static int helper(int a) { return func0(a); }\\n\\nconst char *\\nfunc0(int (*cb)(int), char s[])\\n{\\n return 0; }\",\"c_test\":\"T\"},"
		"{\"task_id\":4,\"type\":\"O1\",\"c_func\":\"int func0(void){}\",\"c_test\":\"U\"}]"));
	assert_int_equal(t.n, 1);
	const struct srch_task *c = srch_tasks_find(&t, "4");
	assert_string_equal(c->prompt, "const char *\nfunc0(int (*cb)(int), char s[]) {");
	assert_string_equal(c->prototype, "const char *\nfunc0(int (*cb)(int), char s[]);");
	assert_string_equal(c->setup, "#include <stdio.h>\n#  include \"x.h\"\n");
	assert_string_equal(c->canonical, "\n return 0; }");
	assert_string_equal(c->entry_point, "func0");
	srch_tasks_release(&t);
}

static void humaneval_lends_its_docstrings_to_the_c_tasks(void **state)
{
	(void)state;
	struct srch_tasks t;
	srch_tasks_init(&t);
	OK(parse(&t, "{\"task_id\":\"HumanEval/4\",\"prompt\":\"def h():\\n    \\\"\\\"\\\"no\\\"\\\"\\\"\\n\\ndef f(x):\\n    \\\"\\\"\\\" Does a thing.\\n      more */ here\\n    end\\n    "
		"\\\"\\\"\\\"\\n\",\"entry_point\":\"f\",\"canonical_solution\":\"    return x\\n\",\"test\":\"T\"}"));
	OK(parse(&t, "{\"task_id\":4,\"c_func\":\"int func0(int x) {return x;}\",\"c_test\":\"T\"}"));
	srch_tasks_join(&t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.items[0].prompt, "/* Does a thing.\n  more * / here\nend */\nint func0(int x) {");
	srch_tasks_release(&t);
}

static void the_join_changes_nothing_when_only_one_kind_is_there(void **state)
{
	(void)state;
	struct srch_tasks t;
	srch_tasks_init(&t);
	OK(parse(&t, "{\"task_id\":\"HumanEval/4\",\"prompt\":\"def f():\\n\",\"entry_point\":\"f\",\"test\":\"T\"}"));
	srch_tasks_join(&t);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].language, CMP_PYTHON);
	srch_tasks_release(&t);
}

static void a_task_survives_being_written_and_read(void **state)
{
	(void)state;
	struct srch_tasks t;
	srch_tasks_init(&t);
	OK(parse(&t, "{\"question\":\"\\u00e9 1+1?\",\"answer\":\"1+1=2\\n#### 2\"}\n" OURS
		"\n{\"task_id\":4,\"c_func\":\"#include <a.h>\\nint func0(int x) {return x;}\",\"c_test\":\"T\"}"));
	for (size_t i = 0; i < t.n; i++) {
		struct buf a, b;
		struct srch_task back;
		buf_init(&a, BUF_MAX_TEXT);
		buf_init(&b, BUF_MAX_TEXT);
		srch_task_write(&t.items[i], &a);
		OK(srch_task_read(&back, "task.json", buf_text(&a), a.len));
		srch_task_write(&back, &b);
		assert_string_equal(buf_text(&b), buf_text(&a));
		assert_int_equal(back.language, t.items[i].language);
		srch_task_release(&back);
		buf_release(&a);
		buf_release(&b);
	}
	srch_tasks_release(&t);
}

static void select_keeps_ids_and_categories_and_refuses_what_matches_nothing(void **state)
{
	(void)state;
	struct srch_tasks t;
	srch_tasks_init(&t);
	for (int i = 0; i < 6; i++) {
		char *line = mem_printf("{\"task_id\":\"t%d\",\"language\":\"c\",\"prompt\":\"p\",\"entry_point\":\"f\",\"test\":\"t\",\"category\":\"%s\"}", i,
			i % 2 ? "odd" : "even");
		OK(parse(&t, line));
		mem_free(line);
	}
	FAILS(ERR_USAGE, "\"prime\"", srch_tasks_select(&t, "odd,prime", 0));
	assert_int_equal(t.n, 6);
	OK(srch_tasks_select(&t, "t0,odd", 0));
	assert_int_equal(t.n, 4);
	assert_string_equal(t.items[0].id, "t0");
	assert_string_equal(srch_tasks_find(&t, "t5")->id, "t5");
	assert_null(srch_tasks_find(&t, "t2"));
	OK(srch_tasks_select(&t, NULL, 2));
	assert_int_equal(t.n, 2);
	srch_tasks_release(&t);
}

static void samples_match_by_number_or_text_and_keep_their_line(void **state)
{
	(void)state;
	struct srch_samples s = {0};
	const char *text = "{\"task_id\": 12, \"completion\": \"x\"}\n{\"task_id\":\"12\",\"solution\":\"y\",\"more\":1}\n";
	OK(srch_samples_parse(&s, "s.jsonl", text, strlen(text)));
	assert_int_equal(s.n, 2);
	assert_string_equal(s.items[0].task_id, s.items[1].task_id);
	assert_false(s.items[0].whole);
	assert_true(s.items[1].whole);
	assert_string_equal(s.items[1].json, "{\"task_id\":\"12\",\"solution\":\"y\",\"more\":1}");
	assert_int_equal(s.items[1].line, 2);
	const char *bad[] = {"{\"task_id\":1}", "{\"task_id\":1,\"completion\":[\"a\"]}", "{\"completion\":\"a\"}", "nonsense", "[{\"task_id\":1}]"};
	const char *part[] = {"s.jsonl, line 1: has neither", "field \"completion\": must be text", "field \"task_id\": missing", "not JSON",
		"samples are JSONL"};
	for (int i = 0; i < 5; i++)
		FAILS(ERR_FORMAT, part[i], srch_samples_parse(&s, "s.jsonl", bad[i], strlen(bad[i])));
	srch_samples_release(&s);
}

static void half_a_surrogate_pair_spoils_no_other_sample(void **state)
{
	(void)state;
	static const struct {
		const char *json, *text; /* NULL: refused */
	} cases[] = {
		{"a\\ud800b", "a\xef\xbf\xbd" "b"},
		{"\\udFFF", "\xef\xbf\xbd"},
		{"\\ud83d\\ude00\\ud83d", "\xf0\x9f\x98\x80\xef\xbf\xbd"},
		{"\\ud800\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
		{"\\ud800\\n\\ude00", "\xef\xbf\xbd\n\xef\xbf\xbd"},
		{"\\\\ud800\\ud800", "\\ud800\xef\xbf\xbd"}, /* the first is a backslash and a word */
		{"\\ud800\\u12", NULL},
		{"\\ud8", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct srch_samples s = {0};
		char *lines = mem_printf("{\"task_id\":1,\"completion\":\"%s\"}\n{\"task_id\":2,\"completion\":\"good\"}\n", cases[i].json);
		if (cases[i].text) {
			OK(srch_samples_parse(&s, "s.jsonl", lines, strlen(lines)));
			assert_int_equal(s.n, 2);
			assert_string_equal(s.items[0].text, cases[i].text);
			assert_string_equal(s.items[1].text, "good");
			assert_int_equal(s.items[0].line, 1);
		} else {
			FAILS(ERR_FORMAT, "line 1: not JSON", srch_samples_parse(&s, "s.jsonl", lines, strlen(lines)));
		}
		srch_samples_release(&s);
		mem_free(lines);
	}
}

static void a_missing_file_and_an_empty_one_are_clear_errors(void **state)
{
	(void)state;
	struct srch_tasks t;
	struct srch_samples s = {0};
	const char *nowhere[] = {"/nowhere/tasks.jsonl"}, *empty[] = {"/dev/null"};
	srch_tasks_init(&t);
	FAILS(ERR_MISSING, "/nowhere/tasks.jsonl", srch_tasks_load(&t, nowhere, 1));
	FAILS(ERR_FORMAT, "holds no task", srch_tasks_load(&t, empty, 1));
	FAILS(ERR_FORMAT, "holds no sample", srch_samples_load(&s, "/dev/null"));
	srch_tasks_release(&t);
	srch_samples_release(&s);
}

static void a_subset_has_the_coordinates_of_the_whole(void **state)
{
	(void)state;
	assert_int_equal(srch_task_coordinate("hand/0"), srch_task_coordinate("hand/0"));
	assert_int_not_equal(srch_task_coordinate("hand/0"), srch_task_coordinate("hand/1"));
}

/* -- the publishers' own files -- */

static void load_data(struct srch_tasks *t, const char *const *names, size_t n)
{
	char paths[2][512];
	const char *list[2] = {paths[0], paths[1]};
	for (size_t i = 0; i < n; i++) {
		if (!data_file(names[i], paths[i]))
			SKIP("%s is not here: set COPPICE_DATA", names[i]);
	}
	srch_tasks_init(t);
	OK(srch_tasks_load(t, list, n));
}

static void humaneval_itself_has_164_tasks(void **state)
{
	(void)state;
	struct srch_tasks t;
	load_data(&t, (const char *[]){"HumanEval.jsonl.gz"}, 1);
	assert_int_equal(t.n, 164);
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.items[i].language, CMP_PYTHON);
		assert_non_null(strstr(t.items[i].prompt, t.items[i].entry_point));
		assert_non_null(t.items[i].solution);
	}
	srch_tasks_release(&t);
}

static void humaneval_pro_has_164_pairs_of_different_functions(void **state)
{
	(void)state;
	struct srch_tasks t;
	load_data(&t, (const char *[]){"humaneval_pro.json"}, 1);
	assert_int_equal(t.n, 164);
	size_t same = 0; /* the publisher gives both functions one name in a few */
	for (size_t i = 0; i < t.n; i++) {
		const struct srch_task *p = &t.items[i];
		same += !strcmp(p->requires_fn, p->entry_point);
		assert_non_null(strstr(p->test, p->entry_point));
		assert_non_null(strstr(p->solution, p->entry_point));
		assert_non_null(strstr(p->solution, p->requires_fn));
	}
	assert_true(same <= 6);
	assert_non_null(srch_tasks_find(&t, "163"));
	srch_tasks_release(&t);
}

static void decompile_eval_has_164_tasks_with_their_docstrings(void **state)
{
	(void)state;
	struct srch_tasks t;
	load_data(&t, (const char *[]){"humaneval_c_decompile_eval.json", "HumanEval.jsonl.gz"}, 2);
	assert_int_equal(t.n, 164);
	for (size_t i = 0; i < t.n; i++) {
		const struct srch_task *c = &t.items[i];
		size_t len = strlen(c->prompt);
		assert_int_equal(strncmp(c->prompt, "/* ", 3), 0);
		assert_string_equal(c->prompt + len - 2, " {");
		assert_non_null(strstr(c->prototype, "func0"));
		assert_non_null(strstr(c->setup, "#include"));
	}
	assert_string_equal(t.items[0].prototype, "int func0(float numbers[], int size, float threshold);");
	srch_tasks_release(&t);
}

static void gsm8k_has_1319_questions_with_final_numbers(void **state)
{
	(void)state;
	struct srch_tasks t;
	load_data(&t, (const char *[]){"gsm8k_test.jsonl"}, 1);
	assert_int_equal(t.n, 1319);
	assert_string_equal(t.items[0].answer, "18");
	assert_string_equal(t.items[2].answer, "70000");
	assert_string_equal(t.items[1318].id, "gsm8k/1318");
	srch_tasks_release(&t);
}

static void several_files_join_and_one_argument_may_name_several(void **state)
{
	(void)state;
	struct srch_tasks t;
	char a[512], b[512], both[1100];
	if (!data_file("HumanEval.jsonl.gz", a) || !data_file("gsm8k_test.jsonl", b))
		SKIP("the public data sets are not here: set COPPICE_DATA");
	snprintf(both, sizeof both, "%s,%s", a, b);
	srch_tasks_init(&t);
	OK(srch_tasks_load(&t, (const char *const[]){both}, 1));
	assert_int_equal(t.n, 164 + 1319);
	srch_tasks_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(our_own_tasks_are_read_with_every_field),
		TEST(a_bad_line_is_named_with_file_line_and_field),
		TEST(decompile_eval_gives_signature_includes_and_prototype),
		TEST(humaneval_lends_its_docstrings_to_the_c_tasks),
		TEST(the_join_changes_nothing_when_only_one_kind_is_there),
		TEST(a_task_survives_being_written_and_read),
		TEST(select_keeps_ids_and_categories_and_refuses_what_matches_nothing),
		TEST(samples_match_by_number_or_text_and_keep_their_line),
		TEST(half_a_surrogate_pair_spoils_no_other_sample),
		TEST(a_missing_file_and_an_empty_one_are_clear_errors),
		TEST(a_subset_has_the_coordinates_of_the_whole),
		TEST(humaneval_itself_has_164_tasks),
		TEST(humaneval_pro_has_164_pairs_of_different_functions),
		TEST(decompile_eval_has_164_tasks_with_their_docstrings),
		TEST(gsm8k_has_1319_questions_with_final_numbers),
		TEST(several_files_join_and_one_argument_may_name_several),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
