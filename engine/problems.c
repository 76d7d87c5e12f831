#include "engine/problems.h"
#include <stdarg.h>

void problems_init(struct eng_problems *p)
{
	*p = (struct eng_problems){0};
	arena_init(&p->text);
}

void problems_release(struct eng_problems *p)
{
	mem_free(p->list);
	arena_release(&p->text);
	*p = (struct eng_problems){0};
}

static char *keep(struct eng_problems *p, const char *s)
{
	return arena_strndup(&p->text, s, strlen(s));
}

__attribute__((format(printf, 5, 0))) static void add(struct eng_problems *p, int code, bool file, const char *name, const char *fmt, va_list ap)
{
	char text[1024];
	if (p->n == ENG_MAX_PROBLEMS) {
		p->more++;
		return;
	}
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->list = mem_grow(p->list, p->cap, sizeof *p->list);
	}
	vsnprintf(text, sizeof text, fmt, ap);
	p->list[p->n++] = (struct eng_problem){.tensor = keep(p, name), .problem = keep(p, text), .file = file, .code = code};
}

void problems_add(struct eng_problems *p, int code, const char *tensor, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add(p, code, false, tensor, fmt, ap);
	va_end(ap);
}

void problems_add_file(struct eng_problems *p, int code, const char *file, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add(p, code, true, file, fmt, ap);
	va_end(ap);
}

int problems_error(const struct eng_problems *p)
{
	if (!p->n)
		return 0;
	const struct eng_problem *first = &p->list[0];
	char more[80] = "";
	if (p->n + p->more > 1)
		snprintf(more, sizeof more, " (the first of %zu problems; `coppice model%s` lists them)", p->n + p->more, p->checked ? " --check" : "");
	return err_set(first->code, first->file ? "%s: %s%s" : "tensor %s %s%s", first->tensor, first->problem, more);
}
