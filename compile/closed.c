/* Whether the text after the prompt has closed the function. */
#include "compile/clex.h"
#include "compile/compile.h"
#include "compile/pylex.h"
#include <ctype.h>
#include <string.h>

static bool is_entry(const struct cmp_problem *p, const char *body)
{
	return !p->entry_point || !body[0] || strcmp(body, p->entry_point) == 0;
}

static bool closed_c(const struct cmp_problem *p, const char *completion, size_t len, size_t *end)
{
	struct clex l;
	clex_init(&l);
	for (const char *s = p->prompt ? p->prompt : ""; *s; s++)
		clex_step(&l, *s);
	/* What is open where the prompt ends is the function asked for, even if it was not recognised as one; an initialiser or a
	 * struct that opens later is not. */
	bool open_in_prompt = l.braces > 0;
	for (size_t i = 0; i < len; i++) {
		enum clex_event e = clex_step(&l, completion[i]);
		if (e == CLEX_UNBALANCED) {
			*end = i;
			return true;
		}
		if (e == CLEX_CLOSED) {
			bool entry = open_in_prompt && !p->requires_fn ? is_entry(p, l.body) : p->entry_point && strcmp(l.body, p->entry_point) == 0;
			open_in_prompt = false;
			if (entry) {
				*end = i + 1;
				return true;
			}
		}
	}
	return false;
}

static bool closed_python(const struct cmp_problem *p, const char *completion, size_t len, size_t *end)
{
	struct pylex l;
	bool seen = false, body = false;
	size_t kept = 0; /* up to where the function's own lines go */
	int column;
	pylex_init(&l);
	const char *prompt = p->prompt ? p->prompt : "";
	for (const char *s = prompt; *s; s++)
		if (pylex_step(&l, *s, &column) && column == 0)
			seen = !p->entry_point || pylex_defines(s, strlen(s), p->entry_point);
	bool margin_comment = false;
	for (size_t i = 0; i < len; i++) {
		char c = completion[i];
		if (c == '#' && l.column == 0 && !l.quote)
			margin_comment = true;
		bool begins = pylex_step(&l, c, &column);
		if (begins && column == 0) {
			if (seen && body) {
				*end = kept;
				return true;
			}
			if (p->entry_point && pylex_defines(completion + i, len - i, p->entry_point)) {
				seen = true;
				continue;
			}
		}
		if (begins && column > 0)
			body = true;
		/* Blank lines and comments at the margin belong to what comes next. */
		if (body && !margin_comment && (!isspace((unsigned char)c) || (c == '\n' && kept == i && completion[i - 1] != '\n')))
			kept = i + 1;
		if (c == '\n')
			margin_comment = false;
	}
	return false;
}

bool cmp_closed(const struct cmp_problem *p, const char *completion, size_t len, size_t *end)
{
	switch (p->language) {
	case CMP_C:
	case CMP_CXX: return closed_c(p, completion, len, end);
	case CMP_PYTHON: return closed_python(p, completion, len, end);
	case CMP_TEXT: break;
	}
	return false;
}
