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
static char *first_parameter(const char *header, const char *entry)
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
	if (!*name || strcmp(name, "void") == 0) {
		mem_free(name);
		return NULL;
	}
	return name;
}

static int stubs_c(const struct cmp_problem *p, char *stubs[MAX_STUBS])
{
	struct buf header;
	int n = 0;
	buf_init(&header, 1 << 16);
	if (find_header(p, &header)) {
		static const char *const bodies[] = { "", "return 0;", "return 1;", "return -1;", "return \"\";" };
		const char *h = buf_text(&header);
		for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
			stubs[n++] = mem_printf("#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n%s\n{ %s }\n", h, bodies[i]);
		char *first = first_parameter(h, p->entry_point);
		if (first)
			stubs[n++] = mem_printf("#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n%s\n{ return %s; }\n", h, first);
		mem_free(first);
	}
	buf_release(&header);
	return n;
}

static int stubs_python(const struct cmp_problem *p, char *stubs[MAX_STUBS])
{
	static const char *const bodies[] = { "return None", "return 0", "return 1", "return []", "return ''", "return True", "return args[0] if args else None" };
	int n = 0;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		if (p->requires_fn)
			stubs[n++] = mem_printf("def %s(*args, **named):\n    %s\ndef %s(*args, **named):\n    %s\n", p->requires_fn, bodies[i], p->entry_point, bodies[i]);
		else
			stubs[n++] = mem_printf("def %s(*args, **named):\n    %s\n", p->entry_point, bodies[i]);
	}
	return n;
}

int cmp_test_is_weak(struct cmp_judge *j, const struct cmp_problem *p, bool *weak)
{
	char *stubs[MAX_STUBS];
	int n = 0, e = 0;
	*weak = false;
	if (p->language == CMP_TEXT || !p->test || !p->entry_point)
		return 0;
	n = p->language == CMP_PYTHON ? stubs_python(p, stubs) : stubs_c(p, stubs);
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
