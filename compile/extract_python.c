/* Python: from prompt and completion to a program. */
#include "base/mem.h"
#include "compile/extract.h"
#include "compile/pylex.h"
#include <ctype.h>
#include <string.h>

static bool word_at(const char *s, size_t n, const char *word)
{
	size_t w = strlen(word);
	return n >= w && memcmp(s, word, w) == 0 && (n == w || !(isalnum((unsigned char)s[w]) || s[w] == '_'));
}

static bool has_text(const char *s, size_t n, const char *what)
{
	size_t w = strlen(what);
	for (size_t i = 0; i + w <= n; i++)
		if (memcmp(s + i, what, w) == 0)
			return true;
	return false;
}

/* A statement at the margin that belongs to a program: definitions, imports, assignments; not tests, prints, prose. */
static bool belongs(const char *s, size_t n)
{
	static const char *const words[] = { "def", "class", "async", "try", "except", "finally", "else", "elif", "with", "for", "while" };
	if (n > 0 && s[0] == '@')
		return true;
	const char *nl = memchr(s, '\n', n);
	size_t line = nl ? (size_t)(nl - s) : n;
	if (word_at(s, n, "import") || word_at(s, n, "global"))
		return true;
	if (word_at(s, n, "from"))
		return has_text(s, line, " import ");
	/* "for example, ..." is prose: statements with a body have a colon or a parenthesis in their first line. */
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (word_at(s, n, words[i]))
			return memchr(s, ':', line) || memchr(s, '(', line);
	size_t i = 0;
	while (i < n && (isalnum((unsigned char)s[i]) || s[i] == '_' || s[i] == '.' || s[i] == '[' || s[i] == ']' || s[i] == ','))
		i++;
	while (i < n && s[i] == ' ')
		i++;
	return i > 0 && i + 1 < n && (s[i] == '=' || (strchr("+-*/:", s[i]) && memchr(s + i, '=', n - i < 40 ? n - i : 40))) && s[i + 1] != '=';
}

/* Where `name` is defined at the margin; n when it is not. Text before `from` is only read. */
static size_t find_def(struct cmp_span text, const char *name, bool last)
{
	struct pylex l;
	size_t found = text.n;
	int column;
	pylex_init(&l);
	for (size_t i = 0; i < text.n; i++)
		if (pylex_step(&l, text.s[i], &column) && column == 0 && pylex_defines(text.s + i, text.n - i, name) && (last || found == text.n))
			found = i;
	return found;
}

/* The first line of the definition with what belongs to it: decorators above. */
static size_t with_decorators(struct cmp_span text, size_t at)
{
	while (at > 1) {
		size_t line = at - 1;
		while (line > 0 && text.s[line - 1] != '\n')
			line--;
		if (text.s[line] != '@')
			break;
		at = line;
	}
	return at;
}

/* Up to where a text, read after `prompt`, is program: the end of the last statement before one that does not belong. */
static size_t program_end(const char *prompt, struct cmp_span text)
{
	struct pylex l;
	int column;
	pylex_init(&l);
	for (; *prompt; prompt++)
		pylex_step(&l, *prompt, &column);
	for (size_t i = 0; i < text.n; i++)
		if (pylex_step(&l, text.s[i], &column) && column == 0 && !belongs(text.s + i, text.n - i))
			return i;
	return text.n;
}

/* The first statement at the margin that belongs, for texts that begin in prose. */
static size_t program_start(struct cmp_span text, size_t limit)
{
	struct cmp_span rest = text, line;
	while (cmp_span_line(&rest, &line)) {
		size_t at = (size_t)(line.s - text.s);
		if (at >= limit)
			break;
		if (line.n > 0 && !isspace((unsigned char)line.s[0]) && belongs(line.s, text.n - at))
			return at;
	}
	return limit;
}

static enum cmp_extraction take_whole(const struct cmp_problem *p, struct cmp_span text, size_t def, bool fenced, struct buf *program)
{
	struct cmp_span prompt = { p->prompt ? p->prompt : "", p->prompt ? strlen(p->prompt) : 0 };
	/* Imports and helpers of the prompt stay; its own unfinished definition goes. */
	size_t head = p->entry_point ? with_decorators(prompt, find_def(prompt, p->entry_point, true)) : prompt.n;
	buf_add(program, prompt.s, head);
	if (head > 0 && prompt.s[head - 1] != '\n')
		buf_char(program, '\n');
	size_t begin = program_start(text, with_decorators(text, def));
	struct cmp_span code = { text.s + begin, text.n - begin };
	buf_add(program, code.s, program_end("", code));
	buf_char(program, '\n');
	return fenced ? CMP_EX_FENCED : CMP_EX_WHOLE;
}

/* How deep the first visible line is; -1 when there is none. */
static int first_indent(struct cmp_span text)
{
	struct cmp_span line;
	while (cmp_span_line(&text, &line))
		if (!cmp_span_blank(line)) {
			int n = 0;
			while (isspace((unsigned char)line.s[n]))
				n++;
			return n;
		}
	return -1;
}

/* A body that has lost its indentation: on its first line only (as models that strip their answer do) or everywhere. */
static void add_indented(struct buf *program, struct cmp_span text)
{
	struct cmp_span rest = text, line;
	bool first_only = false, seen = false;
	while (cmp_span_line(&rest, &line)) {
		if (cmp_span_blank(line))
			continue;
		if (seen) { /* the line after the first decides, unless the first opens a block: then all are taken to have lost it */
			first_only = isspace((unsigned char)line.s[0]);
			break;
		}
		seen = true;
		if (line.s[line.n - 1] == ':')
			break;
	}
	rest = text;
	seen = false;
	while (cmp_span_line(&rest, &line)) {
		if (!cmp_span_blank(line) && (!seen || !first_only))
			buf_str(program, "    ");
		seen = seen || !cmp_span_blank(line);
		buf_add(program, line.s, line.n);
		buf_char(program, '\n');
	}
}

static bool prompt_is_open(const struct cmp_problem *p)
{
	struct pylex l;
	int column, last = -1;
	pylex_init(&l);
	for (const char *s = p->prompt ? p->prompt : ""; *s; s++)
		if (pylex_step(&l, *s, &column))
			last = column;
	/* An indented statement (the docstring) or a header was last: a body has to follow. */
	size_t n = p->prompt ? strlen(p->prompt) : 0;
	while (n > 0 && isspace((unsigned char)p->prompt[n - 1]))
		n--;
	return last > 0 || (n > 0 && p->prompt[n - 1] == ':');
}

static enum cmp_extraction take_bare(const struct cmp_problem *p, struct cmp_span text, struct buf *program)
{
	size_t def = p->entry_point ? find_def(text, p->entry_point, false) : text.n;
	if (cmp_span_blank(text) && !p->prompt)
		return CMP_EX_NOTHING;
	/* The function again. Of a pair, the first function's body may come first and then the second's definition: that continues. */
	if (def < text.n && !(prompt_is_open(p) && first_indent(text) > 0))
		return take_whole(p, text, def, false, program);
	const char *prompt = p->prompt ? p->prompt : "";
	bool breaks = *prompt && prompt[strlen(prompt) - 1] != '\n' && text.n > 0 && text.s[0] != '\n';
	buf_str(program, prompt);
	if (prompt_is_open(p) && first_indent(text) == 0 && !breaks) {
		if (*prompt && prompt[strlen(prompt) - 1] != '\n')
			buf_char(program, '\n');
		add_indented(program, text);
		return CMP_EX_BODY;
	}
	buf_add(program, text.s, program_end(prompt, text));
	buf_char(program, '\n');
	return CMP_EX_CONTINUES;
}

enum cmp_extraction cmp_extract_python(const struct cmp_problem *p, struct cmp_span text, struct buf *program)
{
	struct cmp_span before, blocks[CMP_MAX_FENCES];
	int n = cmp_fences(text, &before, blocks);
	if (n == 0)
		return take_bare(p, text, program);
	if (!cmp_span_blank(before) && prompt_is_open(p) && first_indent(before) > 0)
		return take_bare(p, before, program);
	int longest = 0;
	for (int i = 0; i < n; i++) {
		size_t def = p->entry_point ? find_def(blocks[i], p->entry_point, false) : blocks[i].n;
		if (def < blocks[i].n)
			return take_whole(p, blocks[i], def, true, program);
		if (blocks[i].n > blocks[longest].n)
			longest = i;
	}
	take_bare(p, blocks[longest], program);
	return CMP_EX_FENCED;
}
