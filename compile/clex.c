#include "compile/clex.h"
#include <ctype.h>
#include <string.h>

void clex_init(struct clex *l)
{
	*l = (struct clex){ .line_start = true };
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static void read_word(struct clex *l, char c)
{
	if (!is_word(c)) {
		l->word_open = false;
		return;
	}
	if (!l->word_open)
		l->n_word = 0;
	l->word_open = true;
	if (l->n_word + 1 < CLEX_NAME)
		l->word[l->n_word++] = c;
	l->word[l->n_word] = 0;
}

static void begin_item(struct clex *l)
{
	if (!l->in_item && l->braces == 0) {
		l->in_item = true;
		l->item = l->at - 1;
		l->name[0] = 0;
		l->after_parens = false;
	}
}

static enum clex_event open_brace(struct clex *l)
{
	if (l->braces++ > 0)
		return CLEX_NOTHING;
	/* int f(int a) { ... } has parentheses before its brace; struct s { and int a[] = { have not. */
	if (l->after_parens)
		memcpy(l->body, l->name, CLEX_NAME);
	else
		l->body[0] = 0;
	l->parens = 0;
	return CLEX_OPENED;
}

static enum clex_event close_brace(struct clex *l)
{
	if (l->braces == 0)
		return CLEX_UNBALANCED;
	if (--l->braces > 0)
		return CLEX_NOTHING;
	l->parens = 0;
	/* A function is complete; a struct or an initialiser goes on to its semicolon. */
	if (l->body[0])
		l->in_item = false;
	l->after_parens = false;
	return CLEX_CLOSED;
}

static enum clex_event code(struct clex *l, char c)
{
	switch (c) {
	case '"': l->where = CLEX_STRING; begin_item(l); return CLEX_NOTHING;
	case '\'': l->where = CLEX_CHAR; begin_item(l); return CLEX_NOTHING;
	case '{': begin_item(l); return open_brace(l);
	case '}': return close_brace(l);
	case '(':
		begin_item(l);
		if (l->braces == 0 && l->parens == 0 && strcmp(l->word, "__attribute__") != 0)
			memcpy(l->name, l->word, CLEX_NAME);
		l->parens++;
		return CLEX_NOTHING;
	case ')':
		if (l->parens > 0)
			l->parens--;
		l->after_parens = l->braces == 0;
		return CLEX_NOTHING;
	case ';':
		if (l->braces > 0 || l->parens > 0)
			return CLEX_NOTHING;
		l->in_item = l->after_parens = false;
		return CLEX_ENDED;
	case '=':
		if (l->braces == 0)
			l->after_parens = false;
		return CLEX_NOTHING;
	default:
		if (!isspace((unsigned char)c))
			begin_item(l);
		return CLEX_NOTHING;
	}
}

/* Comments begin in code and in preprocessor lines alike. True when c completed the opening of one. */
static bool opens_comment(struct clex *l, char c)
{
	if (l->previous != '/' || (c != '/' && c != '*'))
		return false;
	l->where = c == '/' ? CLEX_LINE_COMMENT : CLEX_BLOCK_COMMENT;
	/* The slash looked like the beginning of an item. */
	if (l->in_item && l->item == l->at - 2)
		l->in_item = false;
	l->previous = 0; /* that the * of an opening does not close it */
	return true;
}

static enum clex_event in_code(struct clex *l, char c)
{
	read_word(l, c);
	if (opens_comment(l, c))
		return CLEX_NOTHING;
	if (c == '#' && l->line_start) {
		l->where = CLEX_DIRECTIVE;
		l->in_directive = true;
		return CLEX_NOTHING;
	}
	return code(l, c);
}

static void in_directive(struct clex *l, char c)
{
	if (opens_comment(l, c))
		return;
	if (c == '"') /* an apostrophe may be one of #error's */
		l->where = CLEX_STRING;
	if (c == '\n' && !l->escaped) {
		l->where = CLEX_CODE;
		l->in_directive = false;
	}
	l->escaped = c == '\\' || (l->escaped && c == '\r');
}

static void in_comment(struct clex *l, char c)
{
	if (l->where == CLEX_BLOCK_COMMENT ? l->previous == '*' && c == '/' : c == '\n' && l->previous != '\\') {
		bool whole_line = l->where == CLEX_LINE_COMMENT;
		l->where = l->in_directive && !whole_line ? CLEX_DIRECTIVE : CLEX_CODE;
		if (whole_line)
			l->in_directive = false;
		l->previous = 0;
	}
}

static void in_quotes(struct clex *l, char c)
{
	char end = l->where == CLEX_STRING ? '"' : '\'';
	/* An unterminated one ends with its line, as in the compiler's error recovery; otherwise an apostrophe in prose would
	 * swallow everything behind it. */
	if (!l->escaped && (c == end || c == '\n')) {
		l->where = l->in_directive && c == end ? CLEX_DIRECTIVE : CLEX_CODE;
		l->in_directive = l->in_directive && c == end;
	}
	l->escaped = c == '\\' && !l->escaped;
}

enum clex_event clex_step(struct clex *l, char c)
{
	enum clex_event e = CLEX_NOTHING;
	enum clex_where was = l->where;
	l->at++;
	switch (l->where) {
	case CLEX_CODE: e = in_code(l, c); break;
	case CLEX_DIRECTIVE: in_directive(l, c); break;
	case CLEX_LINE_COMMENT:
	case CLEX_BLOCK_COMMENT: in_comment(l, c); break;
	case CLEX_STRING:
	case CLEX_CHAR: in_quotes(l, c); break;
	}
	bool comment = l->where == CLEX_LINE_COMMENT || l->where == CLEX_BLOCK_COMMENT;
	bool was_comment = was == CLEX_LINE_COMMENT || was == CLEX_BLOCK_COMMENT;
	if (comment && !was_comment)
		l->previous = 0;
	else if (was_comment && !comment)
		l->previous = 0;
	else
		l->previous = c;
	if (l->where != was && l->where != CLEX_DIRECTIVE)
		l->escaped = false;
	if (c == '\n')
		l->line_start = true;
	else if (!isspace((unsigned char)c) && !comment && !was_comment)
		l->line_start = false;
	return e;
}
