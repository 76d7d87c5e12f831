/* Whether a task's test would pass a program that does nothing: a verdict by such a test says little. */
#include "base/mem.h"
#include "compile/clex.h"
#include "compile/judge.h"
#include <ctype.h>
#include <string.h>

enum { MAX_STUBS = 8 };

/* The header of the entry point: its declaration up to the parameter list's end. From the prototype, else from the prompt. */
static bool find_header(const struct cmp_problem *p, struct buf *header)
{
	const char *texts[] = { p->prototype, p->prompt };
	for (size_t t = 0; t < 2; t++) {
		if (!texts[t] || !p->entry_point)
			continue;
		struct clex l;
		clex_init(&l);
		for (const char *s = texts[t]; *s; s++) {
			int parens = l.parens;
			clex_step(&l, *s);
			if (l.where == CLEX_CODE && l.braces == 0 && parens == 1 && l.parens == 0 && strcmp(l.name, p->entry_point) == 0) {
				buf_add(header, texts[t] + l.item, (size_t)(s + 1 - texts[t]) - l.item);
				return true;
			}
		}
	}
	return false;
}

/* The name of the first parameter: the last word before the first comma (or the end) of the list, brackets aside. */
static char *first_parameter(const char *header, const char *entry, bool *pointer)
{
	const char *at = strstr(header, entry);
	at = at ? strchr(at, '(') : NULL;
	if (!at)
		return NULL;
	size_t n = strcspn(at + 1, ",[)"), end = n, begin;
	while (end > 0 && isspace((unsigned char)at[end]))
		end--;
	for (begin = end + 1; begin > 1 && (isalnum((unsigned char)at[begin - 1]) || at[begin - 1] == '_'); begin--)
		;
	char *name = mem_strndup(at + begin, end + 1 - begin);
	*pointer = at[1 + n] == '[' || memchr(at, '*', n + 1);
	if (!*name || strcmp(name, "void") == 0) {
		mem_free(name);
		return NULL;
	}
	return name;
}

static bool has_void(const char *s, size_t n)
{
	for (size_t i = 0; i + 4 <= n; i++)
		if (memcmp(s + i, "void", 4) == 0)
			return true;
	return false;
}

/* One program that does nothing in several ways and chooses by its first argument. Which ways, depends on what the function
 * returns: an int function that runs off its end would return whatever the register holds, and pass by luck. */
static int stub_c(const struct cmp_problem *p, struct buf *program)
{
	struct buf header;
	int n = 0;
	buf_init(&header, 1 << 16);
	if (find_header(p, &header)) {
		const char *h = buf_text(&header), *name = strstr(h, p->entry_point);
		bool pointer = memchr(h, '*', (size_t)(name - h)), nothing = !pointer && has_void(h, (size_t)(name - h));
		bool first_is_pointer = false;
		char *first = first_parameter(h, p->entry_point, &first_is_pointer);
		buf_printf(program, "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <stdlib.h>\nstatic int coppice_which;\n"
			"__attribute__((constructor)) static void coppice_pick(int n, char **v) { coppice_which = n > 1 ? v[1][0] - '0' : 0; }\n"
			"%s\n{\n\tswitch (coppice_which) {\n", h);
		static const char *const none[] = { "" }, *const scalar[] = { "0", "1", "-1" }, *const address[] = { "0", "\"\"" };
		const char *const *values = nothing ? none : pointer ? address : scalar;
		int n_values = nothing ? 1 : pointer ? 2 : 3;
		for (; n < n_values; n++)
			buf_printf(program, "\tcase %d: return %s;\n", n, values[n]);
		if (first && !nothing && first_is_pointer == pointer)
			buf_printf(program, "\tcase %d: return %s;\n", n++, first);
		buf_str(program, "\t}\n\tabort();\n}\n");
		mem_free(first);
	}
	buf_release(&header);
	return n;
}

static int stubs_python(const struct cmp_problem *p, char *stubs[MAX_STUBS])
{
	static const char *const bodies[] = { "return None", "return 0", "return []", "return ''", "return True" };
	int n = 0;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		if (p->requires_fn)
			stubs[n++] = mem_printf("def %s(*args, **named):\n    %s\ndef %s(*args, **named):\n    %s\n", p->requires_fn, bodies[i], p->entry_point, bodies[i]);
		else
			stubs[n++] = mem_printf("def %s(*args, **named):\n    %s\n", p->entry_point, bodies[i]);
	}
	return n;
}

static int python_is_weak(struct cmp_judge *j, const struct cmp_problem *p, bool *weak)
{
	char *stubs[MAX_STUBS];
	int n = stubs_python(p, stubs), e = 0;
	for (int i = 0; i < n; i++) {
		struct cmp_verdict v;
		if (e == 0 && !*weak && (e = cmp_test(j, p, stubs[i], &v)) == 0) {
			*weak = v.status == CMP_PASSED;
			cmp_verdict_release(&v);
		}
		mem_free(stubs[i]);
	}
	return e;
}

int cmp_test_is_weak(struct cmp_judge *j, const struct cmp_problem *p, bool *weak)
{
	*weak = false;
	if (!p->test || !p->entry_point)
		return 0;
	if (p->language == CMP_PYTHON)
		return python_is_weak(j, p, weak);
	if (p->language != CMP_C)
		return 0;
	struct buf program;
	buf_init(&program, 1 << 17);
	int n = stub_c(p, &program);
	int e = n > 0 ? cmp_c_test_choices(j, p, buf_text(&program), n, weak) : 0;
	buf_release(&program);
	return e;
}
