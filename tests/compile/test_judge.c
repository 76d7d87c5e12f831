/* Verdicts on C, Python and text, one promise a test; and the judge's own behaviour when something is missing. */
#include "tests/compile/judging.h"
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cmp_judge *judge;

static enum cmp_status verdict_of(const struct cmp_problem *p, const char *program, char *message, size_t n)
{
	struct cmp_verdict v;
	T_OK(cmp_test(judge, p, program, &v));
	enum cmp_status s = v.status;
	if (message)
		snprintf(message, n, "%s", buf_text(&v.message));
	cmp_verdict_release(&v);
	return s;
}

struct expected {
	const char *why, *program;
	enum cmp_status status;
	const char *says; /* in the message; NULL for anything */
};

static void check_all(const struct cmp_problem *p, const struct expected *e, size_t n)
{
	int wrong = 0;
	if (!judge)
		skip();
	for (size_t i = 0; i < n; i++) {
		char message[2000] = "";
		enum cmp_status got = verdict_of(p, e[i].program, message, sizeof message);
		if (got == e[i].status && (!e[i].says || strstr(message, e[i].says)))
			continue;
		printf("%s: want %s (%s), got %s (%s)\n", e[i].why, cmp_status_name(e[i].status), e[i].says ? e[i].says : "", cmp_status_name(got), message);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}
#define CHECK_ALL(problem, table) check_all(&(problem), table, sizeof(table) / sizeof *(table))

static const struct cmp_problem c_problem = { .language = CMP_C, .id = "c", .entry_point = "half",
	.test = "#include <assert.h>\n#include <stdio.h>\nint half(int);\nint main()\n{\n\tassert(half(4) == 2);\n\tassert((half(5), half(7) == 3));\n}\n" };

static void c_programs_get_their_verdicts(void **state)
{
	static const struct expected table[] = {
		{ "right, and a main without a return", "int half(int a) { return a / 2; }", CMP_PASSED, NULL },
		{ "the failing assertion is named", "int half(int a) { return a / 2 + (a == 7); }", CMP_WRONG, "line 7: (half(5), half(7) == 3)" },
		{ "does not compile", "int half(int a) { return b; }", CMP_COMPILE_ERROR, "program.c:1" },
		{ "defines something else", "int third(int a) { return a / 3; }", CMP_LINK_ERROR, "half" },
		{ "calls what is nowhere", "int nowhere(int); int half(int a) { return nowhere(a); }", CMP_LINK_ERROR, "nowhere" },
		{ "divides by zero", "int half(int a) { return a / (a - a); }", CMP_CRASHED, "signal 8" },
		{ "follows NULL", "int half(int a) { return *(volatile int *)0 + a; }", CMP_CRASHED, "signal 11" },
		{ "never ends", "int half(int a) { while (a) ; return a; }", CMP_TIMEOUT, "processor time" },
		{ "leaves with a status", "#include <stdlib.h>\nint half(int a) { exit(a); }", CMP_WRONG, "status 4" },
		{ "is empty", " \n\t", CMP_NO_PROGRAM, NULL },
		{ "needs libm", "#include <math.h>\nint half(int a) { return (int)floor(sqrt(a * a) / 2); }", CMP_PASSED, NULL },
		{ "needs libgcc", "int half(int a) { __int128 x = a; return (int)(x / (__int128)(a - a + 2)); }", CMP_PASSED, NULL },
		{ "has a helper of the test's name", "static int main_helper; int coppice_entry, coppice_secret; int half(int a) { return a / 2 + main_helper; }", CMP_PASSED, NULL },
		{ "prints a lot, but not too much", "#include <stdio.h>\nint half(int a) { for (int i = 0; i < 1000; i++) printf(\"%d\\n\", i); return a / 2; }", CMP_PASSED, NULL },
	};
	(void)state;
	CHECK_ALL(c_problem, table);
}

static const struct cmp_problem helper_problem = { .language = CMP_C, .id = "helper", .entry_point = "func0", .prototype = "int func0(int *a, int n)",
	.test = "int issame(int *a, int *b, int n) { for (int i = 0; i < n; i++) if (a[i] != b[i]) return 0; return strcmp(\"a\", \"a\") == 0; }\n#include <stdio.h>\n"
		"#include <stdlib.h>\nint main() {\n int *a = malloc(8); a[0] = 1; a[1] = 2;\n func0(a, 2);\n assert(issame(a, (int[]){2, 3}, 2));\n free(a);\n return 0;\n}\n" };

static void tests_as_their_publishers_wrote_them_work(void **state)
{
	/* A helper of the same name on both sides, headers too late, assert without its header, a prototype from outside. */
	static const struct expected table[] = {
		{ "right", "int issame(int a) { return a + 1; }\nint func0(int *a, int n) { for (int i = 0; i < n; i++) a[i] = issame(a[i]); return 0; }", CMP_PASSED, NULL },
		{ "wrong", "int issame(int *a, int *b, int n) { return 1; }\nint func0(int *a, int n) { return 0; }", CMP_WRONG, "issame" },
	};
	(void)state;
	CHECK_ALL(helper_problem, table);
}

static void a_test_may_end_by_exit_or_by_its_status(void **state)
{
	(void)state;
	if (!judge)
		skip();
	struct cmp_problem p = c_problem;
	p.test = "#include <stdlib.h>\nint half(int);\nint main(void) { if (half(4) != 2) exit(1); exit(0); }\n";
	assert_int_equal(verdict_of(&p, "int half(int a) { return a / 2; }", NULL, 0), CMP_PASSED);
	assert_int_equal(verdict_of(&p, "int half(int a) { return a; }", NULL, 0), CMP_WRONG);
	p.test = "int half(int);\nint main(int argc, char **argv) { return argv[0] == 0 || argc != 1 || half(4) != 2; }\n";
	assert_int_equal(verdict_of(&p, "int half(int a) { return a / 2; }", NULL, 0), CMP_PASSED);
	assert_int_equal(verdict_of(&p, "int half(int a) { return a; }", NULL, 0), CMP_WRONG);
	p.test = NULL;
	assert_int_equal(verdict_of(&p, "int half(int a) { return a; }", NULL, 0), CMP_NOT_TESTED);
}

static void a_test_that_does_not_compile_is_the_tasks_fault(void **state)
{
	(void)state;
	if (!judge)
		skip();
	struct cmp_problem p = c_problem;
	struct cmp_verdict v;
	p.test = "int main(void) { return nothing }\n";
	for (int i = 0; i < 2; i++) { /* remembered or not */
		assert_int_equal(cmp_test(judge, &p, "int half(int a) { return a; }", &v), ERR_FORMAT);
		assert_non_null(strstr(err_message(), "task c: its test does not compile"));
	}
}

static void a_pair_says_whether_the_first_function_is_called(void **state)
{
	(void)state;
	if (!judge)
		skip();
	struct cmp_problem p = { .language = CMP_C, .id = "pair", .entry_point = "g", .requires_fn = "f" };
	struct cmp_object o;
	T_OK(cmp_compile(judge, &p, "int f(int a) { return a ? f(a - 1) : 1; }\nint g(int a) { return f(a); }\n", &o));
	assert_true(o.status == CMP_PASSED && o.calls_required);
	cmp_object_release(&o);
	T_OK(cmp_compile(judge, &p, "int f(int a) { return a ? f(a - 1) : 1; }\nint g(int a) { return a; }\n", &o));
	assert_true(o.status == CMP_PASSED && !o.calls_required);
	cmp_object_release(&o);
	p.language = CMP_PYTHON;
	T_OK(cmp_compile(judge, &p, "def f(a):\n    return f(a)\ndef g(a):\n    return [f(x) for x in a]\n", &o));
	assert_true(o.status == CMP_PASSED && o.calls_required);
	cmp_object_release(&o);
	T_OK(cmp_compile(judge, &p, "def f(a):\n    return f(a)\ndef g(a):\n    return a\n", &o));
	assert_true(o.status == CMP_PASSED && !o.calls_required);
	cmp_object_release(&o);
}

static const struct cmp_problem python_problem = { .language = CMP_PYTHON, .id = "python", .entry_point = "half",
	.test = "METADATA = {}\n\ndef check(candidate):\n    assert candidate(4) == 2\n    assert candidate(7) == 3, \"seven\"\n" };

static void python_programs_get_their_verdicts(void **state)
{
	static const struct expected table[] = {
		{ "right", "def half(a):\n    return a // 2\n", CMP_PASSED, NULL },
		{ "the failing assertion is named", "def half(a):\n    return 2\n", CMP_WRONG, "line 5: assert candidate(7) == 3" },
		{ "raises", "def half(a):\n    return nothing\n", CMP_WRONG, "NameError" },
		{ "does not compile", "def half(a)\n    return 2\n", CMP_COMPILE_ERROR, "SyntaxError" },
		{ "leaves by sys.exit", "import sys\ndef half(a):\n    sys.exit(0)\n", CMP_EXITED_EARLY, NULL },
		{ "leaves by sys.exit at once", "import sys\nsys.exit()\n", CMP_EXITED_EARLY, NULL },
		{ "leaves by os._exit", "import os\ndef half(a):\n    os._exit(0)\n", CMP_EXITED_EARLY, NULL },
		{ "leaves with a status", "def half(a):\n    raise SystemExit(3)\n", CMP_WRONG, NULL },
		{ "never ends", "def half(a):\n    while True: pass\n", CMP_TIMEOUT, NULL },
		{ "swallows everything", "def half(a):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\n", CMP_TIMEOUT, NULL },
		{ "takes all memory", "def half(a):\n    x = [0]\n    while True: x += x\n", CMP_MEMORY, NULL },
		{ "recurses without end", "def half(a):\n    return half(a)\n", CMP_WRONG, "RecursionError" },
		{ "asks for input", "def half(a):\n    return int(input('?'))\n", CMP_WRONG, "EOFError" },
		{ "prints without end", "def half(a):\n    while True: print('x' * 1000)\n", CMP_OUTPUT_LIMIT, NULL },
		{ "makes AssertionError harmless", "import builtins\nclass E(BaseException): pass\nbuiltins.AssertionError = E\ndef half(a):\n    return 0\n", CMP_WRONG, "AssertionError" },
		{ "defines a check of its own", "def check(f):\n    pass\ndef half(a):\n    return 0\n", CMP_WRONG, NULL },
		{ "looks for the test", "def half(a):\n    import os\n    return a // 2 if os.path.exists('test.py') or os.path.exists('secret') else 0\n", CMP_WRONG, NULL },
		{ "reads the machine", "def half(a):\n    open('/etc/passwd')\n    return a // 2\n", CMP_WRONG, "No such file" },
		{ "starts a program", "def half(a):\n    import subprocess\n    subprocess.check_output('rm -rf tmp', shell=True)\n", CMP_WRONG, NULL },
		{ "opens a socket", "def half(a):\n    import socket\n    socket.socket()\n    return a // 2\n", CMP_WRONG, "PermissionError" },
		{ "kills the interpreter", "import os\ndef half(a):\n    os.kill(os.getpid(), 9)\n", CMP_CRASHED, "signal 9" },
		{ "leaves a thread behind", "import threading, time\ndef half(a):\n    threading.Thread(target=time.sleep, args=(1000,)).start()\n    return a // 2\n", CMP_PASSED, NULL },
		{ "has a main block", "def half(a):\n    return a // 2\nif __name__ == '__main__':\n    raise SystemExit(1)\n", CMP_PASSED, NULL },
		{ "has a NUL in a string, escaped", "def half(a):\n    return a // len('\\0\\0')\n", CMP_PASSED, NULL },
		{ "has letters beyond ASCII", "def half(a):\n    größe = a // 2\n    return größe\n", CMP_PASSED, NULL },
	};
	(void)state;
	CHECK_ALL(python_problem, table);
}

struct python_pair {
	bool same;
	const char *why, *a, *b;
};

static void python_programs_group_by_bytecode(void **state)
{
	static const struct python_pair pairs[] = {
		{ true, "comments, blank lines, layout", "def f(a):\n    return a + 1\n", "# one\ndef f(a):\n\n    return (a +\n      1)  # more\n" },
		{ true, "a docstring", "def f(a):\n    \"\"\"Adds.\"\"\"\n    return a\n", "def f(a):\n    return a\n" },
		{ true, "names of locals", "def f(a):\n    b = a\n    return b\n", "def f(a):\n    c = a\n    return c\n" },
		{ true, "constants folded", "def f(a):\n    return a + 6\n", "def f(a):\n    return a + 2 * 3\n" },
		{ false, "names of parameters", "def f(a):\n    return a\n", "def f(b):\n    return b\n" },
		{ false, "names of locals, when they can be seen", "def f(a):\n    b = a\n    return locals()\n", "def f(a):\n    c = a\n    return locals()\n" },
		{ false, "a docstring that is read", "def f(a):\n    \"\"\"A.\"\"\"\n    return f.__doc__\n", "def f(a):\n    \"\"\"B.\"\"\"\n    return f.__doc__\n" },
		{ false, "another constant", "def f(a):\n    return a + 1\n", "def f(a):\n    return a + 2\n" },
		{ false, "1 and True and 1.0", "def f(a):\n    return 1\n", "def f(a):\n    return True\n" },
		{ false, "0.0 and -0.0", "def f(a):\n    return (0.0,)\n", "def f(a):\n    return (-0.0,)\n" },
		{ false, "another global", "def f(a):\n    return min(a)\n", "def f(a):\n    return max(a)\n" },
		{ false, "a default", "def f(a=1):\n    return a\n", "def f(a=2):\n    return a\n" },
		{ false, "another exception is caught", "def f(a):\n    try:\n        return a\n    except KeyError:\n        return 0\n", "def f(a):\n    try:\n        return a\n    except IndexError:\n        return 0\n" },
	};
	(void)state;
	if (!judge)
		skip();
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct cmp_object a, b;
		T_OK(cmp_compile(judge, &python_problem, pairs[i].a, &a));
		T_OK(cmp_compile(judge, &python_problem, pairs[i].b, &b));
		assert_true(a.status == CMP_PASSED && b.status == CMP_PASSED && a.assembly.len > 0);
		if ((strcmp(buf_text(&a.assembly), buf_text(&b.assembly)) == 0) != pairs[i].same)
			fail_msg("%s: want %s\n%s---\n%s", pairs[i].why, pairs[i].same ? "same" : "different", buf_text(&a.assembly), buf_text(&b.assembly));
		cmp_object_release(&a);
		cmp_object_release(&b);
	}
}

static void python_is_never_run_when_it_is_only_compiled(void **state)
{
	(void)state;
	if (!judge)
		skip();
	struct cmp_object o;
	T_OK(cmp_compile(judge, &python_problem, "import os\nos._exit(1)\n", &o));
	assert_int_equal(o.status, CMP_PASSED);
	assert_true(o.suspicious);
	cmp_object_release(&o);
	T_OK(cmp_compile(judge, &python_problem, "x = \n", &o));
	assert_int_equal(o.status, CMP_COMPILE_ERROR);
	cmp_object_release(&o);
	struct buf deep;
	buf_init(&deep, 1 << 20);
	for (int i = 0; i < 100000; i++)
		buf_char(&deep, '(');
	T_OK(cmp_compile(judge, &python_problem, buf_text(&deep), &o));
	assert_true(o.status == CMP_COMPILE_ERROR || o.status == CMP_COMPILE_LIMIT);
	cmp_object_release(&o);
	buf_release(&deep);
}

static void answers_in_text_are_scored_by_their_last_number(void **state)
{
	static const struct {
		const char *text;
		enum cmp_status status;
	} table[] = { { "So 3 + 4 = 7. The answer is 1,234.", CMP_PASSED }, { "#### 1234\n(not 5)", CMP_PASSED }, { "1234.0", CMP_PASSED },
		{ "It is $1,234.00.", CMP_PASSED }, { "1,235", CMP_WRONG }, { "-1234", CMP_WRONG }, { "1234 and then 5", CMP_WRONG }, { "no idea", CMP_NO_PROGRAM },
		{ "10-1234", CMP_PASSED }, { "", CMP_NO_PROGRAM } };
	struct cmp_problem p = { .language = CMP_TEXT, .id = "text", .answer = "He has 12 + 1222 = <<12+1222=1234>>1234.\n#### 1,234" };
	(void)state;
	if (!judge)
		skip();
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (verdict_of(&p, table[i].text, NULL, 0) != table[i].status)
			fail_msg("%s: want %s", table[i].text, cmp_status_name(table[i].status));
	struct cmp_object a, b;
	T_OK(cmp_compile(judge, &p, "It is 1,234", &a));
	T_OK(cmp_compile(judge, &p, "1000 + 234 = 1234.0", &b));
	assert_string_equal(buf_text(&a.assembly), buf_text(&b.assembly));
	cmp_object_release(&a);
	cmp_object_release(&b);
}

static void cxx_programs_get_their_verdicts(void **state)
{
	static const struct expected table[] = {
		{ "right", "int total(const std::vector<int> &v) { int s = 0; for (int x : v) s += x; return s; }", CMP_PASSED, NULL },
		{ "wrong", "int total(const std::vector<int> &v) { return 3; }", CMP_WRONG, "total({}) == 0" },
		{ "leaves", "#include <cstdlib>\nint total(const std::vector<int> &v) { std::exit(0); }", CMP_EXITED_EARLY, NULL },
		{ "throws", "int total(const std::vector<int> &v) { return v.at(5); }", CMP_CRASHED, "signal 6" },
	};
	struct cmp_problem p = { .language = CMP_CXX, .id = "c++", .entry_point = "total", .setup = "#include <vector>\n",
		.test = "#include <cassert>\n#include <vector>\nint total(const std::vector<int> &v);\n"
			"int main() { assert(total({1, 2}) == 3); assert(total({}) == 0); }\n" };
	struct cmp_object o;
	(void)state;
	if (!judge)
		skip();
	int e = cmp_compile(judge, &p, table[0].program, &o);
	if (e == ERR_MISSING) {
		printf("skip: %s\n", err_message());
		skip();
	}
	T_OK(e);
	assert_int_equal(o.status, CMP_PASSED);
	cmp_object_release(&o);
	CHECK_ALL(p, table);
}

static void weak_tests_are_told(void **state)
{
	bool weak;
	(void)state;
	if (!judge)
		skip();
	struct cmp_problem p = c_problem;
	p.prompt = "int half(int a) {";
	T_OK(cmp_test_is_weak(judge, &p, &weak));
	assert_false(weak);
	p.test = "int half(int);\nint main() { half(3); return 0; }\n";
	T_OK(cmp_test_is_weak(judge, &p, &weak));
	assert_true(weak);
	p.test = "int half(int);\nint main() { assert(half(3) == 3); return 0; }\n";
	T_OK(cmp_test_is_weak(judge, &p, &weak));
	assert_true(weak);
	T_OK(cmp_test_is_weak(judge, &python_problem, &weak));
	assert_false(weak);
	p = python_problem;
	p.test = "def check(candidate):\n    assert not candidate(1)\n";
	T_OK(cmp_test_is_weak(judge, &p, &weak));
	assert_true(weak);
}

static void reading_what_was_never_written_gives_the_same_each_time(void **state)
{
	(void)state;
	if (!judge)
		skip();
	struct cmp_problem p = c_problem;
	p.test = "#include <stdio.h>\nvoid show(char *s, int n);\nint main(void) { char s[2000]; show(s, 2000); coppice_failed(s, 1); }\n";
	static const char program[] = "#include <stdio.h>\n#include <stdlib.h>\nint g;\nvoid show(char *s, int n)\n{ char rest[4096]; unsigned h = 0; "
		"for (int i = 0; i < 4096; i++) h = h * 31 + rest[i]; snprintf(s, n, \"%x %p %p %p %u\", rest[0], (void *)&h, (void *)&g, malloc(10), h); }\n";
	char first[2000], again[2000];
	p.entry_point = "show";
	for (int i = 0; i < 4; i++) {
		assert_int_equal(verdict_of(&p, program, i ? again : first, sizeof first), CMP_WRONG);
		if (i)
			assert_string_equal(again, first);
		else /* the entry's pattern */
			assert_int_equal(strncmp(first, "line 1: ffffffa5 ", 17), 0);
	}
}

static void a_caller_that_ignores_its_children_is_no_trouble(void **state)
{
	(void)state;
	if (!judge)
		skip();
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(verdict_of(&c_problem, "int half(int a) { return a / 2; }", NULL, 0), CMP_PASSED);
	assert_int_equal(verdict_of(&c_problem, "int half(int a) { return a; }", NULL, 0), CMP_WRONG);
	signal(SIGCHLD, SIG_DFL);
}

static void *judge_in_thread(void *arg)
{
	(void)arg;
	return (void *)(intptr_t)(verdict_of(&c_problem, "int half(int a) { return a / 2 + 0; }", NULL, 0) == CMP_PASSED);
}

static void threads_that_come_and_go_may_judge(void **state)
{
	(void)state;
	if (!judge)
		skip();
	for (int round = 0; round < 3; round++) {
		pthread_t t[3];
		for (int i = 0; i < 3; i++)
			assert_int_equal(pthread_create(&t[i], NULL, judge_in_thread, NULL), 0);
		for (int i = 0; i < 3; i++) {
			void *passed = NULL;
			pthread_join(t[i], &passed);
			assert_non_null(passed);
		}
	}
}

static void no_descriptor_and_no_process_is_left(void **state)
{
	(void)state;
	if (!judge)
		skip();
	verdict_of(&c_problem, "int half(int a) { return a / 2; }", NULL, 0);
	int before = dup(0), status;
	close(before);
	for (int i = 0; i < 3; i++)
		verdict_of(&c_problem, "int half(int a) { return a / 2; }", NULL, 0);
	int after = dup(0);
	close(after);
	assert_int_equal(after, before);
	assert_int_equal(waitpid(-1, &status, WNOHANG), -1); /* no child */
}

static void what_a_killed_judge_left_is_swept_and_a_living_ones_is_not(void **state)
{
	(void)state;
	if (!judge)
		skip();
	pid_t gone = fork();
	if (gone == 0)
		_exit(0);
	waitpid(gone, NULL, 0);
	char *stale = mem_printf("/tmp/coppice-setup-%ld-abc", (long)gone), *fresh = mem_printf("/tmp/coppice-setup-%ld-abc", (long)getpid());
	T_OK(file_write(stale, "x", 1));
	T_OK(file_write(fresh, "x", 1));
	struct cmp_judge *j;
	T_OK(cmp_judge_open(&j, NULL));
	cmp_judge_close(j);
	assert_false(file_exists(stale));
	assert_true(file_exists(fresh));
	unlink(fresh);
	mem_free(stale);
	mem_free(fresh);
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	if (!judge)
		skip();
	struct cmp_judge *j;
	struct cmp_options opt = { .cc = "no-such-compiler" };
	assert_int_equal(cmp_judge_open(&j, &opt), ERR_MISSING);
	assert_non_null(strstr(err_message(), "no-such-compiler"));
	char *path = mem_strdup(getenv("PATH"));
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(cmp_judge_open(&j, NULL), ERR_MISSING);
	assert_non_null(strstr(err_message(), "bubblewrap"));
	setenv("PATH", path, 1);
	mem_free(path);
}

static void the_identity_names_compiler_flags_and_versions(void **state)
{
	(void)state;
	if (!judge)
		skip();
	const char *id = cmp_judge_identity(judge);
	assert_non_null(strstr(id, "gcc "));
	assert_non_null(strstr(id, "-O0"));
	assert_non_null(strstr(id, "normaliser 1"));
	assert_non_null(strstr(id, "extractor 1"));
	assert_null(strchr(id, '\n'));
}

static void names_and_languages_go_both_ways(void **state)
{
	(void)state;
	for (int l = CMP_C; l <= CMP_TEXT; l++)
		assert_int_equal(cmp_language_parse(cmp_language_name((enum cmp_language)l)), l);
	assert_int_equal(cmp_language_parse("cobol"), -1);
	assert_string_equal(cmp_status_name(CMP_HARNESS_ERROR), "harness error");
	assert_string_equal(cmp_status_name(CMP_PASSED), "passed");
}

static int open_it(void **state)
{
	(void)state;
	struct cmp_options opt = { .limits = cmp_default_limits };
	opt.limits.run_seconds = 1;
	opt.limits.memory_bytes = (size_t)256 << 20;
	judge = open_judge(&opt);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	cmp_judge_close(judge);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_languages_go_both_ways),
		cmocka_unit_test(c_programs_get_their_verdicts),
		cmocka_unit_test(tests_as_their_publishers_wrote_them_work),
		cmocka_unit_test(a_test_may_end_by_exit_or_by_its_status),
		cmocka_unit_test(a_test_that_does_not_compile_is_the_tasks_fault),
		cmocka_unit_test(a_pair_says_whether_the_first_function_is_called),
		cmocka_unit_test(python_programs_get_their_verdicts),
		cmocka_unit_test(python_programs_group_by_bytecode),
		cmocka_unit_test(python_is_never_run_when_it_is_only_compiled),
		cmocka_unit_test(answers_in_text_are_scored_by_their_last_number),
		cmocka_unit_test(cxx_programs_get_their_verdicts),
		cmocka_unit_test(weak_tests_are_told),
		cmocka_unit_test(reading_what_was_never_written_gives_the_same_each_time),
		cmocka_unit_test(a_caller_that_ignores_its_children_is_no_trouble),
		cmocka_unit_test(threads_that_come_and_go_may_judge),
		cmocka_unit_test(no_descriptor_and_no_process_is_left),
		cmocka_unit_test(what_a_killed_judge_left_is_swept_and_a_living_ones_is_not),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(the_identity_names_compiler_flags_and_versions),
	};
	return cmocka_run_group_tests(tests, open_it, close_it);
}
