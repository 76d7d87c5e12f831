/* What judging costs: processor and wall time of one compilation and of one test, C and Python, over the same small program.
 * usage: bench_judge [ROUNDS]. Each round judges another program (a constant differs), so that nothing is remembered. */
#include "base/log.h"
#include "base/mem.h"
#include "compile/compile.h"
#include <sys/resource.h>

static double children_seconds(void)
{
	struct rusage u;
	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

struct cost {
	double cpu, wall, best;
};

static void add_cost(struct cost *c, double cpu, double wall)
{
	c->cpu += cpu;
	c->wall += wall;
	if (c->best == 0 || cpu < c->best)
		c->best = cpu;
}

static int bench(struct cmp_judge *j, const struct cmp_problem *p, const char *format, int rounds)
{
	struct cost compile = { 0 }, test = { 0 };
	int passed = 0;
	for (int i = 0; i < rounds; i++) {
		char *program = mem_printf("%s", format);
		struct buf b;
		buf_init(&b, 1 << 16);
		buf_printf(&b, "%s%s %d\n", program, p->language == CMP_C ? "//" : "#", i);
		if (p->language == CMP_C)
			buf_printf(&b, "static int unused_%d;\n", i);
		struct cmp_object o;
		struct cmp_verdict v;
		double cpu = children_seconds(), wall = clock_seconds();
		if (cmp_compile(j, p, buf_text(&b), &o))
			return fprintf(stderr, "%s\n", err_message()), 1;
		add_cost(&compile, children_seconds() - cpu, clock_seconds() - wall);
		cpu = children_seconds(), wall = clock_seconds();
		if (cmp_test(j, p, buf_text(&b), &v))
			return fprintf(stderr, "%s\n", err_message()), 1;
		add_cost(&test, children_seconds() - cpu, clock_seconds() - wall);
		passed += v.status == CMP_PASSED;
		cmp_object_release(&o);
		cmp_verdict_release(&v);
		buf_release(&b);
		mem_free(program);
	}
	printf("%-7s compile %6.1f ms cpu (best %.1f) %6.1f ms wall; test %6.1f ms cpu (best %.1f) %6.1f ms wall; %d of %d passed\n",
		cmp_language_name(p->language), compile.cpu / rounds * 1e3, compile.best * 1e3, compile.wall / rounds * 1e3,
		test.cpu / rounds * 1e3, test.best * 1e3, test.wall / rounds * 1e3, passed, rounds);
	return passed != rounds;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20;
	struct cmp_judge *j;
	double start = clock_seconds();
	if (cmp_judge_open(&j, NULL))
		return fprintf(stderr, "%s\n", err_message()), 3;
	printf("opening the judge takes %.0f ms: %s\n", (clock_seconds() - start) * 1e3, cmp_judge_identity(j));
	struct cmp_problem c = { .language = CMP_C, .id = "bench", .entry_point = "total",
		.setup = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <stdbool.h>\n#include <ctype.h>\n#include <limits.h>\n"
			 "#include <math.h>\n#include <stdint.h>\n",
		.test = "#include <assert.h>\nint total(const int *a, int n);\nint main(void)\n{ int a[] = { 1, 2, 3 }; assert(total(a, 3) == 6); "
			"assert(total(a, 0) == 0); return 0; }\n" };
	struct cmp_problem python = { .language = CMP_PYTHON, .id = "bench", .entry_point = "total",
		.test = "def check(candidate):\n    assert candidate([1, 2, 3]) == 6\n" };
	int e = bench(j, &c, "int total(const int *a, int n)\n{\n\tint s = 0;\n\tfor (int i = 0; i < n; i++)\n\t\ts += a[i];\n\treturn s;\n}\n", rounds);
	e |= bench(j, &python, "def total(a):\n    s = 0\n    for x in a:\n        s += x\n    return s\n", rounds);
	cmp_judge_close(j);
	return e;
}
