#include "compile/pylex.h"
#include <ctype.h>
#include <string.h>

void pylex_init(struct pylex *l)
{
	*l = (struct pylex){ 0 };
}

static void in_string(struct pylex *l, char c)
{
	if (l->opening) {
		/* One quote more: an empty string, or two thirds of a triple one; any other byte: a plain string has begun. */
		if (c == l->quote) {
			if (++l->run == 3) {
				l->triple = true;
				l->opening = false;
				l->run = 0;
			}
			return;
		}
		l->opening = false;
		if (l->run == 2) { /* "" and then something: it was an empty string */
			l->quote = 0;
			l->run = 0;
			return;
		}
		l->run = 0;
	}
	if (l->escaped) {
		l->escaped = false;
		l->run = 0;
		return;
	}
	l->escaped = c == '\\';
	l->run = c == l->quote ? l->run + 1 : 0;
	if (l->triple ? l->run == 3 : l->run == 1 || c == '\n') {
		l->quote = 0;
		l->triple = false;
		l->run = 0;
	}
}

static void new_line(struct pylex *l)
{
	l->comment = false;
	l->column = l->brackets > 0 || l->continued ? -1 : 0;
	l->continued = false;
}

static void in_code(struct pylex *l, char c)
{
	l->continued = c == '\\';
	if (c == '"' || c == '\'') {
		l->quote = c;
		l->opening = true;
		l->run = 1;
		l->triple = l->escaped = false;
	} else if (c == '#')
		l->comment = true;
	else if (c == '(' || c == '[' || c == '{')
		l->brackets++;
	else if ((c == ')' || c == ']' || c == '}') && l->brackets > 0)
		l->brackets--;
}

bool pylex_step(struct pylex *l, char c, int *column)
{
	bool begins = false;
	if (l->quote) {
		in_string(l, c);
		if (l->quote) {
			return false;
		}
		if (!l->quote && (c == '"' || c == '\''))
			return false; /* it was the closing quote itself */
	}
	if (c == '\n') {
		new_line(l);
		return false;
	}
	if (l->comment)
		return false;
	if (l->column >= 0) {
		if (c == ' ' || c == '\r' || c == '\f')
			l->column++;
		else if (c == '\t')
			l->column = (l->column / 8 + 1) * 8;
		else {
			begins = c != '#';
			*column = l->column;
			l->column = -1;
		}
	}
	in_code(l, c);
	return begins;
}

bool pylex_defines(const char *from, size_t len, const char *name)
{
	static const char *const words[] = { "async def ", "def ", "class " };
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t w = strlen(words[i]);
		if (len < w + n || memcmp(from, words[i], w) != 0)
			continue;
		size_t at = w;
		while (at < len && from[at] == ' ')
			at++;
		if (len - at >= n && memcmp(from + at, name, n) == 0)
			return len - at == n || !(isalnum((unsigned char)from[at + n]) || from[at + n] == '_');
	}
	return false;
}
