/* Whether the text after the prompt has closed the function. */
#include "compile/compile.h"
#include <ctype.h>
#include <string.h>

static bool is_entry(const struct cmp_problem *p, const char *body)
{
	return !p->entry_point || !body[0] || strcmp(body, p->entry_point) == 0;
}

static bool close_at(struct cmp_closing *at, size_t end)
{
	at->closed = true;
	at->end = end;
	return true;
}

static void begin_c(struct cmp_closing *at, const struct cmp_problem *p)
{
	clex_init(&at->c);
	for (const char *s = p->prompt ? p->prompt : ""; *s; s++)
		clex_step(&at->c, *s);
	/* What is open where the prompt ends is the function asked for, even if it was not recognised as one; an initialiser or a
	 * struct that opens later is not. */
	at->open_in_prompt = at->c.braces > 0;
}

static bool closed_c(struct cmp_closing *at, const struct cmp_problem *p, const char *completion, size_t len)
{
	while (at->done < len) {
		enum clex_event e = clex_step(&at->c, completion[at->done++]);
		if (e == CLEX_UNBALANCED)
			return close_at(at, at->done - 1);
		if (e != CLEX_CLOSED)
			continue;
		const char *body = at->c.body;
		bool entry = at->open_in_prompt && !p->requires_fn ? is_entry(p, body) : p->entry_point && strcmp(body, p->entry_point) == 0;
		at->open_in_prompt = false;
		if (entry)
			return close_at(at, at->done);
	}
	return false;
}

static void begin_python(struct cmp_closing *at, const struct cmp_problem *p)
{
	struct pylex l;
	int column;
	pylex_init(&l);
	for (const char *s = p->prompt ? p->prompt : ""; *s; s++)
		if (pylex_step(&l, *s, &column) && column == 0)
			at->seen = !p->entry_point || pylex_defines(s, strlen(s), p->entry_point);
	pylex_init(&at->python);
}

/* What a line's first word is shows only when the line is there: the state is kept as it was where the last line began. */
static bool closed_python(struct cmp_closing *at, const struct cmp_problem *p, const char *completion, size_t len)
{
	struct cmp_closing now = *at;
	int column;
	for (size_t i = now.done; i < len; i++) {
		char c = completion[i];
		if (c == '#' && now.python.column == 0 && !now.python.quote)
			now.margin_comment = true;
		bool begins = pylex_step(&now.python, c, &column), names = false;
		if (begins && column == 0) {
			if (now.seen && now.body)
				return close_at(at, now.kept);
			names = p->entry_point && pylex_defines(completion + i, len - i, p->entry_point);
			now.seen |= names;
		}
		if (names)
			continue;
		if (begins && column > 0)
			now.body = true;
		/* Blank lines and comments at the margin belong to what comes next. */
		if (now.body && !now.margin_comment && (!isspace((unsigned char)c) || (c == '\n' && now.kept == i && completion[i - 1] != '\n')))
			now.kept = i + 1;
		if (c != '\n')
			continue;
		now.margin_comment = false;
		now.done = i + 1;
		*at = now;
	}
	return false;
}

bool cmp_closed_yet(struct cmp_closing *at, const struct cmp_problem *p, const char *completion, size_t len, size_t *end)
{
	bool c = p->language == CMP_C || p->language == CMP_CXX;
	if (p->language == CMP_TEXT)
		return false;
	if (!at->begun)
		(c ? begin_c : begin_python)(at, p);
	at->begun = true;
	if (!at->closed && !(c ? closed_c : closed_python)(at, p, completion, len))
		return false;
	*end = at->end;
	return true;
}

bool cmp_closed(const struct cmp_problem *p, const char *completion, size_t len, size_t *end)
{
	struct cmp_closing at = {0};
	return cmp_closed_yet(&at, p, completion, len, end);
}
