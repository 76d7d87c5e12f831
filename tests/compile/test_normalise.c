/* Groups: equal text is the same program, and what does not belong to the program makes no difference. */
#include "tests/compile/judging.h"
#include "compile/asmtext.h"
#include "compile/judge.h"
#include "compile/proc.h"
#include <unistd.h>

struct pair {
	char title[200];
	struct buf a, b;
};

typedef void pair_fn(const struct pair *p);

static int n_pairs;

static void done(struct pair *p, pair_fn *fn)
{
	if (p->title[0]) {
		fn(p);
		n_pairs++;
	}
	buf_release(&p->a);
	buf_release(&p->b);
}

static void each_pair(const char *path, pair_fn *fn)
{
	static char line[4096];
	FILE *f = fopen(path, "r");
	struct pair p = { 0 };
	bool second = false, more = true;
	assert_non_null(f);
	n_pairs = 0;
	while (more) {
		more = fgets(line, sizeof line, f) != NULL;
		if (!more || strncmp(line, "=== ", 4) == 0) {
			done(&p, fn);
			p = (struct pair){ 0 };
			buf_init(&p.a, 1 << 16);
			buf_init(&p.b, 1 << 16);
			line[strcspn(line, "\n")] = 0;
			snprintf(p.title, sizeof p.title, "%.190s", more ? line + 4 : "");
			second = false;
		} else if (strcmp(line, "---\n") == 0)
			second = true;
		else if (p.title[0])
			buf_str(second ? &p.b : &p.a, line);
	}
	buf_release(&p.a);
	buf_release(&p.b);
	fclose(f);
}

static void check_text(const struct pair *p)
{
	struct buf got, again;
	buf_init(&got, 1 << 16);
	buf_init(&again, 1 << 16);
	cmp_asm_normalise(&got, buf_text(&p->a), p->a.len);
	if (strcmp(buf_text(&got), buf_text(&p->b)) != 0)
		fail_msg("%s\n--- want\n%s--- got\n%s", p->title, buf_text(&p->b), buf_text(&got));
	buf_release(&got);
	buf_release(&again);
}

static void the_text_cases_hold(void **state)
{
	(void)state;
	each_pair("tests/data/normalise.case", check_text);
	assert_true(n_pairs >= 9);
}

static struct cmp_judge *judge;
static const struct cmp_problem problem = { .language = CMP_C, .id = "pair", .entry_point = "f" };
static int n_wrong;

static void compile(struct cmp_object *o, const char *program)
{
	T_OK(cmp_compile(judge, &problem, program, o));
	if (o->status != CMP_PASSED)
		fail_msg("%s: %s", cmp_status_name(o->status), buf_text(&o->message));
}

static void check_programs(const struct pair *p)
{
	struct cmp_object a, b;
	compile(&a, buf_text(&p->a));
	compile(&b, buf_text(&p->b));
	bool same = strcmp(buf_text(&a.assembly), buf_text(&b.assembly)) == 0, want = strncmp(p->title, "same", 4) == 0;
	if (same != want) {
		n_wrong++;
		printf("%s: they are%s one group\n%s---\n%s", p->title, same ? "" : " not", buf_text(&a.assembly), buf_text(&b.assembly));
	}
	cmp_object_release(&a);
	cmp_object_release(&b);
}

static void programs_group_as_they_should(void **state)
{
	(void)state;
	if (!judge)
		skip();
	each_pair("tests/data/asm.case", check_programs);
	assert_true(n_pairs >= 28);
	assert_int_equal(n_wrong, 0);
}

static const char *const samples[] = {
	"#include <stdio.h>\n#include <string.h>\nint f(const char *s) { static int n; printf(\"%s\\n\", s); return n += (int)strlen(s); }\n",
	"#include <math.h>\ndouble f(double x, int n) { double s = 0; for (int i = 0; i < n; i++) s += sin(x * i) / 3.25; return s; }\n",
	"int f(int a) { switch (a) { case 0: return 3; case 1: return 5; case 2: return 9; case 3: return 1; case 4: return 7; default: return a; } }\n",
	"#include <stdlib.h>\nstruct p { int x, y; };\nstatic int by(const void *a, const void *b) { return ((const struct p *)a)->x - ((const struct p *)b)->x; }\n"
	"void f(struct p *a, size_t n) { qsort(a, n, sizeof *a, by); }\n",
};

/* What gcc itself writes for the program, run outside the sandbox as anyone would. */
static void by_hand(struct buf *out, const char *program, const char *flags)
{
	char dir[] = "/tmp/coppice-test-XXXXXX";
	assert_non_null(mkdtemp(dir));
	char *path = mem_printf("%s/program.c", dir), *command = mem_printf("cd %s && gcc -S %s program.c -o -", dir, flags);
	T_OK(file_write(path, program, strlen(program)));
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	T_OK(cmp_proc_capture(out, 1, argv));
	unlink(path);
	rmdir(dir);
	mem_free(path);
	mem_free(command);
}

static void the_compiler_run_directly_writes_what_gcc_S_writes(void **state)
{
	(void)state;
	if (!judge)
		skip();
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct buf pinned, plain, got;
		struct cmp_object o;
		compile(&o, samples[i]);
		buf_init(&pinned, 1 << 20);
		buf_init(&plain, 1 << 20);
		buf_init(&got, 1 << 20);
		by_hand(&pinned, samples[i], "-std=gnu17 " CMP_PINNED_CFLAGS);
		by_hand(&plain, samples[i], "-O0");
		cmp_asm_normalise(&got, buf_text(&pinned), pinned.len);
		assert_string_equal(buf_text(&o.assembly), buf_text(&got));
		/* Where the distribution's defaults are the pinned ones, as on Debian, a plain gcc -S -O0 gives the same group. */
		buf_clear(&got);
		cmp_asm_normalise(&got, buf_text(&plain), plain.len);
		assert_string_equal(buf_text(&o.assembly), buf_text(&got));
		buf_release(&pinned);
		buf_release(&plain);
		buf_release(&got);
		cmp_object_release(&o);
	}
}

static void a_precompiled_setup_makes_no_difference(void **state)
{
	(void)state;
	if (!judge)
		skip();
	static const char setup[] = "#include <stdio.h>\n#include <ctype.h>\n#include <stdlib.h>\n";
	static const char program[] = "int f(const char *s) { int n = 0; for (; *s; s++) n += isdigit((unsigned char)*s) ? abs(*s - '9') : 0; printf(\"%d\\n\", n); return n; }\n";
	struct cmp_problem with = problem;
	struct cmp_object a, b, bad;
	with.setup = setup;
	T_OK(cmp_compile(judge, &with, program, &a));
	char *whole = mem_printf("%s%s", setup, program);
	compile(&b, whole);
	assert_true(a.status == CMP_PASSED && a.assembly.len > 100);
	assert_string_equal(buf_text(&a.assembly), buf_text(&b.assembly));
	/* The first line of the program is line 1 of what the compiler complains about. */
	T_OK(cmp_compile(judge, &with, "int f(int a) { return b; }\n", &bad));
	assert_int_equal(bad.status, CMP_COMPILE_ERROR);
	assert_non_null(strstr(buf_text(&bad.message), "program.c:1:"));
	mem_free(whole);
	cmp_object_release(&a);
	cmp_object_release(&b);
	cmp_object_release(&bad);
}

static void normalising_twice_is_normalising_once(void **state)
{
	(void)state;
	if (!judge)
		skip();
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct cmp_object o;
		struct buf again;
		compile(&o, samples[i]);
		buf_init(&again, 1 << 20);
		cmp_asm_normalise(&again, buf_text(&o.assembly), o.assembly.len);
		if (!strstr(buf_text(&o.assembly), "static.")) /* our own names count as somebody's */
			assert_string_equal(buf_text(&again), buf_text(&o.assembly));
		buf_release(&again);
		cmp_object_release(&o);
	}
}

static int open_it(void **state)
{
	(void)state;
	judge = open_judge(NULL);
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
		cmocka_unit_test(the_text_cases_hold),
		cmocka_unit_test(programs_group_as_they_should),
		cmocka_unit_test(the_compiler_run_directly_writes_what_gcc_S_writes),
		cmocka_unit_test(a_precompiled_setup_makes_no_difference),
		cmocka_unit_test(normalising_twice_is_normalising_once),
	};
	return cmocka_run_group_tests(tests, open_it, close_it);
}
