/* Programs that attack the judge (tests/hostile/), each with the verdict it deserves; and that the judge and the machine are
 * as before when all is over. */
#include "tests/compile/judging.h"
#include <sys/stat.h>
#include <unistd.h>

#define OR(s) (1u << (s))

struct attack {
	const char *name;
	unsigned verdicts; /* a set: some depend on which limit is met first */
	enum cmp_status compiles;
};

static const struct attack attacks[] = {
	{ "honest", OR(CMP_PASSED), CMP_PASSED },
	{ "own_main", OR(CMP_PASSED), CMP_PASSED },
	{ "leaves_children", OR(CMP_PASSED), CMP_PASSED },
	{ "links_outside", OR(CMP_PASSED), CMP_PASSED },
	{ "fork_bomb", OR(CMP_TIMEOUT), CMP_PASSED },
	{ "memory_bomb", OR(CMP_MEMORY), CMP_PASSED },
	{ "forked_memory_bomb", OR(CMP_WRONG) | OR(CMP_TIMEOUT) | OR(CMP_MEMORY), CMP_PASSED },
	{ "endless_output", OR(CMP_OUTPUT_LIMIT), CMP_PASSED },
	{ "endless_errors", OR(CMP_OUTPUT_LIMIT), CMP_PASSED },
	{ "sleeper", OR(CMP_TIMEOUT), CMP_PASSED },
	{ "stops_itself", OR(CMP_TIMEOUT), CMP_PASSED },
	{ "closes_and_spins", OR(CMP_TIMEOUT), CMP_PASSED },
	{ "ignores_signals", OR(CMP_TIMEOUT), CMP_PASSED },
	{ "reads_input", OR(CMP_WRONG), CMP_PASSED },
	{ "reads_host_files", OR(CMP_WRONG), CMP_PASSED },
	{ "writes_outside", OR(CMP_WRONG), CMP_PASSED },
	{ "opens_sockets", OR(CMP_WRONG), CMP_PASSED },
	{ "kills_parent", OR(CMP_WRONG), CMP_PASSED },
	{ "kills_everyone", OR(CMP_WRONG), CMP_PASSED },
	{ "kills_group", OR(CMP_CRASHED), CMP_PASSED },
	{ "traces_init", OR(CMP_WRONG), CMP_PASSED },
	{ "exit_zero", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "underscore_exit", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "constructor_exit", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "quick_exit", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "atexit_exit", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "aborts", OR(CMP_CRASHED), CMP_PASSED },
	{ "prints_success", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "forges_proof", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "returns_past_test", OR(CMP_EXITED_EARLY), CMP_PASSED },
	{ "steals_main", OR(CMP_LINK_ERROR), CMP_PASSED },
	{ "redefines_assert", OR(CMP_WRONG), CMP_PASSED },
	{ "defines_ndebug", OR(CMP_WRONG), CMP_PASSED },
	{ "own_strcmp", OR(CMP_WRONG), CMP_PASSED },
	{ "asm_exit", OR(CMP_FORBIDDEN), CMP_PASSED },
	{ "incbin_host", OR(CMP_FORBIDDEN), CMP_PASSED },
	{ "incbin_by_section", OR(CMP_COMPILE_ERROR), CMP_PASSED },
	{ "include_device", OR(CMP_COMPILE_ERROR), CMP_COMPILE_ERROR },
	{ "include_random", OR(CMP_COMPILE_ERROR), CMP_COMPILE_ERROR },
	{ "include_passwd", OR(CMP_COMPILE_ERROR), CMP_COMPILE_ERROR },
	{ "include_itself", OR(CMP_COMPILE_ERROR), CMP_COMPILE_ERROR },
	{ "include_job", OR(CMP_COMPILE_ERROR), CMP_COMPILE_ERROR },
	{ "error_bomb", OR(CMP_COMPILE_ERROR), CMP_COMPILE_ERROR },
	{ "macro_bomb", OR(CMP_COMPILE_LIMIT), CMP_COMPILE_LIMIT },
	{ "paren_bomb", OR(CMP_COMPILE_LIMIT), CMP_COMPILE_LIMIT },
	{ "range_initialiser", OR(CMP_COMPILE_LIMIT), CMP_COMPILE_LIMIT },
	{ "huge_array", OR(CMP_COMPILE_LIMIT), CMP_PASSED },
	{ "deep_recursion", OR(CMP_CRASHED), CMP_PASSED },
	{ "fills_tmp", OR(CMP_WRONG), CMP_PASSED },
	{ "fills_shm", OR(CMP_WRONG), CMP_PASSED },
	{ "kernel_doors", OR(CMP_WRONG), CMP_PASSED },
};
enum { N_ATTACKS = sizeof attacks / sizeof *attacks };

static const struct cmp_problem problem = { .language = CMP_C, .id = "hostile", .entry_point = "answer",
	.test = "#include <assert.h>\n#include <string.h>\nint answer(int n);\nconst char *word(void);\n"
		"int main(void)\n{\n\tassert(answer(1) == 42);\n\tassert(answer(2) == 43);\n\tassert(strcmp(word(), \"tree\") == 0);\n\treturn 0;\n}\n" };

static struct result {
	struct cmp_object object;
	struct cmp_verdict verdict;
	int error;
	char message[200];
} results[N_ATTACKS];
static struct cmp_judge *judge;

static void attack_one(void *ctx, int item, int thread)
{
	struct result *r = &results[item];
	struct buf program;
	char *path = mem_printf("tests/hostile/%s.c", attacks[item].name);
	(void)ctx, (void)thread;
	buf_init(&program, BUF_MAX_TEXT);
	r->error = file_read(&program, path);
	if (!r->error)
		r->error = cmp_compile(judge, &problem, buf_text(&program), &r->object);
	if (!r->error)
		r->error = cmp_test(judge, &problem, buf_text(&program), &r->verdict);
	if (r->error)
		snprintf(r->message, sizeof r->message, "%s", err_message());
	buf_release(&program);
	mem_free(path);
}

static int attack_all(void **state)
{
	(void)state;
	struct cmp_options opt = { .limits = { .compile_seconds = 2, .run_seconds = 0.5, .memory_bytes = (size_t)256 << 20,
		.output_bytes = 1 << 20, .scratch_bytes = (size_t)32 << 20, .processes = 16 } };
	judge = open_judge(&opt);
	if (!judge)
		return 0;
	/* More threads than processors: most attacks wait. */
	struct crew *crew = crew_new(4);
	crew_run(crew, N_ATTACKS, attack_one, NULL);
	crew_free(crew);
	return 0;
}

static int release_all(void **state)
{
	(void)state;
	for (int i = 0; i < N_ATTACKS && judge; i++) {
		cmp_object_release(&results[i].object);
		cmp_verdict_release(&results[i].verdict);
	}
	cmp_judge_close(judge);
	return 0;
}

static void every_attack_gets_the_verdict_it_deserves(void **state)
{
	(void)state;
	int wrong = 0;
	if (!judge)
		skip();
	for (int i = 0; i < N_ATTACKS; i++) {
		const struct result *r = &results[i];
		printf("%-20s %-14s %.*s\n", attacks[i].name, cmp_status_name(r->verdict.status), (int)strcspn(buf_text(&r->verdict.message), "\n"),
			buf_text(&r->verdict.message));
		if (!r->error && (attacks[i].verdicts & OR(r->verdict.status)) && r->object.status == attacks[i].compiles)
			continue;
		wrong++;
		printf("%s: compile %s (%s), test %s (%s) %s\n", attacks[i].name, cmp_status_name(r->object.status), buf_text(&r->object.message),
			cmp_status_name(r->verdict.status), buf_text(&r->verdict.message), r->message);
	}
	assert_int_equal(wrong, 0);
}

static void the_table_can_be_wrong(void **state)
{
	/* A right program held against a wrong expectation is noticed: the comparison above is not always true. */
	(void)state;
	if (!judge)
		skip();
	assert_int_equal(OR(CMP_WRONG) & OR(results[0].verdict.status), 0);
	assert_int_equal(strcmp(attacks[0].name, "honest"), 0);
}

static void nothing_of_the_host_shows_in_a_message(void **state)
{
	(void)state;
	if (!judge)
		skip();
	for (int i = 0; i < N_ATTACKS; i++) {
		assert_null(strstr(buf_text(&results[i].object.message), "root:"));
		assert_null(strstr(buf_text(&results[i].verdict.message), "root:"));
	}
}

static void nothing_was_written_outside(void **state)
{
	(void)state;
	if (!judge)
		skip();
	assert_false(file_exists("/coppice-was-here"));
	assert_false(file_exists("/usr/coppice-was-here"));
}

static void children_left_behind_are_not_waited_for(void **state)
{
	(void)state;
	if (!judge)
		skip();
	for (int i = 0; i < N_ATTACKS; i++)
		if (strcmp(attacks[i].name, "leaves_children") == 0) /* and not the 2 s of the wall clock */
			assert_true(results[i].verdict.seconds < 1.5);
}

static void the_early_leavers_are_marked_as_suspicious(void **state)
{
	static const char *const names[] = { "exit_zero", "underscore_exit", "constructor_exit", "quick_exit", "atexit_exit", "forges_proof",
		"asm_exit", "fork_bomb", "kills_parent" };
	(void)state;
	if (!judge)
		skip();
	for (int i = 0; i < N_ATTACKS; i++) {
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (strcmp(attacks[i].name, names[k]) == 0 && !results[i].object.suspicious)
				fail_msg("%s is not suspicious", names[k]);
		if (strcmp(attacks[i].name, "honest") == 0)
			assert_false(results[i].object.suspicious);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attack_gets_the_verdict_it_deserves),
		cmocka_unit_test(the_table_can_be_wrong),
		cmocka_unit_test(nothing_of_the_host_shows_in_a_message),
		cmocka_unit_test(nothing_was_written_outside),
		cmocka_unit_test(children_left_behind_are_not_waited_for),
		cmocka_unit_test(the_early_leavers_are_marked_as_suspicious),
	};
	return cmocka_run_group_tests(tests, attack_all, release_all);
}
