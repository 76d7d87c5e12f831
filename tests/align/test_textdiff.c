/* In what two sources differ: comments, blank lines, layout, names, or more than that. */
#include "align/textdiff.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/check.h"

struct diff_case {
	const char *name, *a, *b;
	enum aln_text_language language;
	int blank, comment, layout, names, other;
};

#define C ALN_TEXT_C
#define PY ALN_TEXT_PYTHON

static const struct diff_case cases[] = {
	{"the same", "int f;\n", "int f;\n", C, 0, 0, 0, 0, 0},
	{"nothing at all", "", "", C, 0, 0, 0, 0, 0},
	{"a missing last newline is no difference", "int f;", "int f;\n", C, 0, 0, 0, 0, 0},
	{"a blank line more", "a();\nb();\n", "a();\n\n  \t\nb();\n", C, 2, 0, 0, 0, 0},
	{"a comment line more", "a();\n", "// why\na();\n", C, 0, 1, 0, 0, 0},
	{"a comment at the end of a line", "a();\n", "a(); /* why */\n", C, 0, 2, 0, 0, 0},
	{"another comment", "a(); // x\n", "a(); // y\n", C, 0, 2, 0, 0, 0},
	{"a long comment, with an empty line inside", "a();\n", "/* one\n\n two */\na();\n", C, 0, 3, 0, 0, 0},
	{"comment signs in a string are code", "p(\"// x\");\n", "p(\"// y\");\n", C, 0, 0, 0, 0, 2},
	{"a quote in a comment opens nothing", "a(); // don't\nb();\n", "a();\nb();\n", C, 0, 2, 0, 0, 0},
	{"an escaped quote does not close", "p(\"\\\"// x\");\n", "p(\"\\\"// y\");\n", C, 0, 0, 0, 0, 2},
	{"a character that is a quote", "c = '\"'; // x\n", "c = '\"';\n", C, 0, 2, 0, 0, 0},
	{"a spliced line comment goes on", "// x \\\ny\na();\n", "a();\n", C, 0, 2, 0, 0, 0},
	{"indentation", "\ta();\n", "    a();\n", C, 0, 0, 2, 0, 0},
	{"a brace moved to its own line", "if (x) {\na();\n}\n", "if (x)\n{\na();\n}\n", C, 0, 0, 3, 0, 0},
	{"a name", "int i = 0;\n", "int j = 0;\n", C, 0, 0, 0, 2, 0},
	{"two names swapped", "a = b;\n", "b = a;\n", C, 0, 0, 0, 2, 0},
	{"two names made one", "a = b;\n", "c = c;\n", C, 0, 0, 0, 0, 2},
	{"one name made two", "c = c;\n", "a = b;\n", C, 0, 0, 0, 0, 2},
	{"a keyword is no name", "int x;\n", "long x;\n", C, 0, 0, 0, 0, 2},
	{"a header is no name", "#include <math.h>\n", "#include <stdio.h>\n", C, 0, 0, 0, 0, 2},
	{"a number", "x = 1;\n", "x = 2;\n", C, 0, 0, 0, 0, 2},
	{"an operator", "x++;\n", "++x;\n", C, 0, 0, 0, 0, 2},
	{"a line more of code", "a();\n", "a();\nb();\n", C, 0, 0, 0, 0, 1},
	{"renamed through, with a line break moved", "int n = 1;\nreturn n + n;\n", "int k = 1; return\nk + k;\n", C, 0, 0, 0, 4, 0},
	{"a comment and a name in one run", "// x\nint i;\n", "int j;\n", C, 0, 1, 0, 2, 0},
	{"python: a comment", "x = 1  # one\n", "x = 1\n", PY, 0, 2, 0, 0, 0},
	{"python: // is an operator", "x = y // 2\n", "x = y // 3\n", PY, 0, 0, 0, 0, 2},
	{"python: # in a string is code", "x = '#a'\n", "x = '#b'\n", PY, 0, 0, 0, 0, 2},
	{"python: a docstring is code, its blank line too", "def f():\n  '''a\n\n  b'''\n", "def f():\n  '''a\n  b'''\n", PY, 0, 0, 0, 0, 1},
	{"python: names", "def f(x):\n  return x\n", "def f(y):\n  return y\n", PY, 0, 0, 0, 4, 0},
	{"python: a prefix belongs to the string", "x = f'{y}'\n", "x = r'{y}'\n", PY, 0, 0, 0, 0, 2},
	{"an open string ends with its line", "p(\"x\nq(); // 1\n", "p(\"x\nq(); // 2\n", C, 0, 2, 0, 0, 0},
	{"an open comment ends with the text", "a();\n/* x\ny", "a();\n", C, 0, 2, 0, 0, 0},
};

static void each_difference_has_its_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct diff_case *c = &cases[i];
		for (int swapped = 0; swapped < 2; swapped++) {
			struct aln_textdiff d = {0};
			OK(aln_textdiff_add(&d, c->language, swapped ? c->b : c->a, swapped ? c->a : c->b));
			const int want[ALN_N_DIFFS] = {c->blank, c->comment, c->layout, c->names, c->other};
			for (int k = 0; k < ALN_N_DIFFS; k++)
				if (want[k] != d.lines[k])
					fail_msg("%s: %d lines of class %s, want %d", c->name, (int)d.lines[k], aln_diff_name((enum aln_diff)k), want[k]);
			assert_int_equal(1, d.comparisons);
			assert_int_equal(aln_textdiff_total(&d) == 0, d.identical);
		}
	}
}

static void a_planted_change_of_code_is_never_called_harmless(void **state)
{
	(void)state;
	static const char text[] = "int f(int a, int b)\n{\n\tint s = 0; /* sum */\n\tfor (int i = a; i < b; i++)\n\t\ts += i * 3;\n\treturn s;\n}\n";
	/* put a sign into the text at each place outside the comment: always `other` somewhere */
	size_t from = (size_t)(strstr(text, "/*") - text), to = (size_t)(strstr(text, "*/") + 2 - text);
	for (size_t at = 0; at <= strlen(text); at++) {
		if (at > from && at < to)
			continue;
		char *changed = mem_printf("%.*s?%s", (int)at, text, text + at);
		struct aln_textdiff d = {0};
		OK(aln_textdiff_add(&d, ALN_TEXT_C, text, changed));
		if (!d.lines[ALN_DIFF_OTHER])
			fail_msg("a ? at byte %zu was not found", at);
		mem_free(changed);
	}
}

static void whatever_a_model_writes_is_cut_into_something(void **state)
{
	(void)state;
	static const char alphabet[] = "ab1 \t\n\n\"'\\/*#{}=\x80\xff";
	for (uint32_t r = 0; r < 2000; r++) {
		char text[2][48];
		for (int t = 0; t < 2; t++) {
			int n = (int)rng_below((struct rng_at){.seed = 21, .task = r, .node = (uint32_t)t}, 47);
			for (int i = 0; i < n; i++)
				text[t][i] = alphabet[rng_below((struct rng_at){.seed = 22, .task = r, .node = (uint32_t)t, .step = (uint32_t)i}, sizeof alphabet - 1)];
			text[t][n] = '\0';
		}
		for (int language = 0; language < 2; language++) {
			struct aln_text parsed;
			struct aln_textdiff d = {0};
			aln_text_parse(&parsed, (enum aln_text_language)language, text[0]);
			int tokens = 0;
			for (int l = 0; l < parsed.n_lines; l++) {
				assert_int_equal(tokens, parsed.lines[l].first_token);
				assert_null(memchr(parsed.lines[l].at, '\n', parsed.lines[l].len));
				tokens += parsed.lines[l].n_tokens;
			}
			assert_int_equal(tokens, parsed.n_tokens);
			aln_text_release(&parsed);
			OK(aln_textdiff_add(&d, (enum aln_text_language)language, text[0], text[1]));
			struct aln_textdiff none = {0};
			OK(aln_textdiff_add(&none, (enum aln_text_language)language, text[1], text[1]));
			assert_int_equal(1, none.identical);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_difference_has_its_class),
		TEST(a_planted_change_of_code_is_never_called_harmless),
		TEST(whatever_a_model_writes_is_cut_into_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
