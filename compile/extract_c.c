/* C and C++: from prompt and completion to a program. */
#include "base/mem.h"
#include "compile/clex.h"
#include "compile/extract.h"
#include <ctype.h>
#include <string.h>

/* Where a function is defined in a text that is read from its beginning. */
struct definition {
	bool found, whole; /* whole: its closing brace is there */
	size_t begin, end; /* of the definition, from its first word */
	bool stray;        /* a closing brace without an opening one stands before it: the text continues something */
};

static struct definition find_definition(struct cmp_span text, const char *name)
{
	struct definition d = { 0 };
	struct clex l;
	clex_init(&l);
	for (size_t i = 0; i < text.n; i++) {
		enum clex_event e = clex_step(&l, text.s[i]);
		if (e == CLEX_UNBALANCED && !d.found)
			d.stray = true;
		if (e == CLEX_OPENED && !d.found && strcmp(l.body, name) == 0) {
			d.found = true;
			d.begin = l.item;
			d.end = text.n;
		}
		if (e == CLEX_CLOSED && d.found) {
			d.whole = true;
			d.end = i + 1;
			break;
		}
	}
	return d;
}

static bool has_word(struct cmp_span s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= s.n; i++)
		if (memcmp(s.s + i, word, n) == 0 && (i + n == s.n || !(isalnum((unsigned char)s.s[i + n]) || s.s[i + n] == '_')) &&
			(i == 0 || !(isalnum((unsigned char)s.s[i - 1]) || s.s[i - 1] == '_')))
			return true;
	return false;
}

static bool contains(struct cmp_span text, struct cmp_span part)
{
	for (size_t i = 0; part.n > 0 && i + part.n <= text.n; i++)
		if (memcmp(text.s + i, part.s, part.n) == 0)
			return true;
	return false;
}

static bool begins_like_code(struct cmp_span line)
{
	static const char *const words[] = { "int", "void", "char", "float", "double", "long", "short", "unsigned", "signed", "bool",
		"_Bool", "static", "const", "struct", "enum", "union", "typedef", "extern", "inline", "size_t", "ssize_t", "FILE", "time_t",
		"int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "intptr_t", "uintptr_t",
		"using", "template", "class", "namespace", "auto", "std" };
	size_t i = 0, n = 0;
	while (i < line.n && isspace((unsigned char)line.s[i]))
		i++;
	if (i < line.n && line.s[i] == '#') {
		struct cmp_span rest = { line.s + i + 1, line.n - i - 1 };
		static const char *const directives[] = { "include", "define", "if", "ifdef", "ifndef", "endif", "else", "elif", "pragma", "undef" };
		for (size_t k = 0; k < sizeof directives / sizeof *directives; k++) {
			size_t d = strlen(directives[k]), at = 0;
			while (at < rest.n && rest.s[at] == ' ')
				at++;
			if (rest.n - at >= d && memcmp(rest.s + at, directives[k], d) == 0)
				return true;
		}
		return false;
	}
	if (line.n - i >= 2 && line.s[i] == '/' && (line.s[i + 1] == '/' || line.s[i + 1] == '*'))
		return true;
	while (i + n < line.n && (isalnum((unsigned char)line.s[i + n]) || line.s[i + n] == '_'))
		n++;
	/* "long story short" begins with a type as well; a declaration has one of these behind it. */
	bool marks = false;
	for (size_t k = i + n; k < line.n && !marks; k++)
		marks = strchr("(;{=*[:<", line.s[k]) != NULL;
	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		if (strlen(words[k]) == n && memcmp(words[k], line.s + i, n) == 0)
			return marks || i + n == line.n;
	return false;
}

/* Where code begins in a text that may begin with prose: its first line that looks like code, at the latest `limit`. */
static size_t code_start(struct cmp_span text, size_t limit)
{
	struct cmp_span rest = text, line;
	while (cmp_span_line(&rest, &line)) {
		size_t at = (size_t)(line.s - text.s);
		if (at >= limit)
			break;
		if (begins_like_code(line))
			return at;
	}
	return limit;
}

/* The end of the code in a text that holds whole top-level items and may go on in prose: what follows the item that ends at
 * `end` stays as long as it looks like code. */
static size_t code_end(struct cmp_span text, size_t end)
{
	struct clex l;
	clex_init(&l);
	struct cmp_span tail = { text.s + end, text.n - end };
	size_t kept = 0;
	for (size_t i = 0; i < tail.n; i++) {
		enum clex_event e = clex_step(&l, tail.s[i]);
		bool item_done = e == CLEX_ENDED || (e == CLEX_CLOSED && l.body[0]);
		if (e == CLEX_UNBALANCED)
			break;
		if (!item_done)
			continue;
		struct cmp_span item = { tail.s + l.item, tail.n - l.item };
		if (!begins_like_code(item))
			break;
		kept = i + 1;
	}
	return end + kept;
}

/* The prompt without the function that it leaves open at its end. */
static struct cmp_span prompt_head(const struct cmp_problem *p)
{
	struct cmp_span prompt = { p->prompt ? p->prompt : "", p->prompt ? strlen(p->prompt) : 0 };
	struct clex l;
	clex_init(&l);
	for (size_t i = 0; i < prompt.n; i++)
		clex_step(&l, prompt.s[i]);
	if (l.in_item)
		prompt.n = l.item;
	return prompt;
}

/* What the prompt brings and the program does not: includes, macros, types, helpers. */
static void add_head(struct buf *program, struct cmp_span head, struct cmp_span code)
{
	struct clex l;
	clex_init(&l);
	size_t from = 0;
	for (size_t i = 0; i < head.n; i++) {
		bool directive = l.where == CLEX_DIRECTIVE;
		enum clex_event e = clex_step(&l, head.s[i]);
		bool ends = e == CLEX_ENDED || (e == CLEX_CLOSED && l.body[0]) || (directive && l.where == CLEX_CODE);
		if (!ends)
			continue;
		struct cmp_span item = { head.s + from, i + 1 - from };
		size_t start = directive ? from : l.item;
		struct cmp_span bare = { head.s + start, i + 1 - start };
		bool again = contains(code, bare) || (e == CLEX_CLOSED && find_definition(code, l.body).found);
		if (!again && e == CLEX_ENDED && (has_word(bare, "struct") || has_word(bare, "typedef") || has_word(bare, "enum")) && l.n_word > 0)
			again = contains(code, (struct cmp_span){ bare.s, bare.n < 12 ? bare.n : 12 }) && has_word(code, l.word);
		if (!again) {
			buf_add(program, item.s, item.n);
			if (item.s[item.n - 1] != '\n')
				buf_char(program, '\n');
		}
		from = i + 1;
	}
}

/* The completion goes on where the prompt stops. */
static enum cmp_extraction continue_prompt(const struct cmp_problem *p, struct cmp_span text, struct buf *program)
{
	size_t end = text.n;
	bool closed = cmp_closed(p, text.s, text.n, &end);
	buf_str(program, p->prompt ? p->prompt : "");
	buf_add(program, text.s, end);
	if (!closed) {
		struct clex l;
		clex_init(&l);
		for (const char *s = p->prompt ? p->prompt : ""; *s; s++)
			clex_step(&l, *s);
		for (size_t i = 0; i < end; i++)
			clex_step(&l, text.s[i]);
		buf_str(program, l.where == CLEX_BLOCK_COMMENT ? "*/\n" : "\n");
		for (int i = 0; i < l.braces && i < 256; i++)
			buf_str(program, "}\n");
	} else
		buf_char(program, '\n');
	return CMP_EX_CONTINUES;
}

/* The text has the entry point's definition in it. */
static enum cmp_extraction take_whole(const struct cmp_problem *p, struct cmp_span text, const struct definition *d, bool fenced, struct buf *program)
{
	size_t begin = fenced ? 0 : code_start(text, d->begin), end = fenced ? text.n : d->whole ? code_end(text, d->end) : text.n;
	/* Prose that runs into the definition without anything that looks like code is taken for its beginning. */
	if (!fenced && begin == d->begin) {
		const char *name = p->entry_point;
		for (size_t i = begin; i < text.n; i++)
			if (text.s[i] == '\n' && has_word((struct cmp_span){ text.s + begin, i - begin }, name))
				break;
			else if (text.s[i] == '\n')
				begin = i + 1;
	}
	struct cmp_span code = { text.s + begin, end - begin };
	add_head(program, prompt_head(p), code);
	buf_add(program, code.s, code.n);
	buf_char(program, '\n');
	if (!d->whole) {
		struct clex l;
		clex_init(&l);
		for (size_t i = 0; i < code.n; i++)
			clex_step(&l, code.s[i]);
		buf_str(program, l.where == CLEX_BLOCK_COMMENT ? "*/\n" : "");
		for (int i = 0; i < l.braces && i < 256; i++)
			buf_str(program, "}\n");
	}
	return fenced ? CMP_EX_FENCED : CMP_EX_WHOLE;
}

static int open_braces(const struct cmp_problem *p)
{
	struct clex l;
	clex_init(&l);
	for (const char *s = p->prompt ? p->prompt : ""; *s; s++)
		clex_step(&l, *s);
	return l.braces;
}

/* A body in braces of its own, or one without any where the prompt has not opened one. */
static bool take_body(const struct cmp_problem *p, struct cmp_span text, struct buf *program)
{
	size_t at = 0, end;
	while (at < text.n && isspace((unsigned char)text.s[at]))
		at++;
	if (!p->prompt || at == text.n)
		return false;
	bool braced = text.s[at] == '{';
	bool open = open_braces(p) > 0;
	if (open && braced) {
		struct cmp_span inner = { text.s + at + 1, text.n - at - 1 };
		if (!cmp_closed(p, inner.s, inner.n, &end))
			return false;
		continue_prompt(p, inner, program);
		return true;
	}
	if (open || braced)
		return false;
	/* The prompt ends before the opening brace, perhaps with the prototype's semicolon. */
	size_t n = strlen(p->prompt);
	while (n > 0 && (isspace((unsigned char)p->prompt[n - 1]) || p->prompt[n - 1] == ';'))
		n--;
	struct buf opened;
	buf_init(&opened, BUF_MAX_TEXT);
	buf_add(&opened, p->prompt, n);
	buf_str(&opened, " {\n");
	struct cmp_problem q = *p;
	q.prompt = buf_text(&opened);
	continue_prompt(&q, text, program);
	buf_release(&opened);
	return true;
}

static enum cmp_extraction take_bare(const struct cmp_problem *p, struct cmp_span text, struct buf *program)
{
	size_t end;
	if (cmp_span_blank(text) && open_braces(p) == 0)
		return CMP_EX_NOTHING;
	if (p->prompt && open_braces(p) > 0 && cmp_closed(p, text.s, text.n, &end) && end > 0)
		return continue_prompt(p, text, program);
	struct definition d = { 0 };
	if (p->entry_point)
		d = find_definition(text, p->entry_point);
	if (d.found && !d.stray)
		return take_whole(p, text, &d, false, program);
	if (take_body(p, text, program))
		return CMP_EX_BODY;
	if (!p->prompt && !memchr(text.s, '{', text.n))
		return CMP_EX_NOTHING;
	return continue_prompt(p, text, program);
}

/* Of several blocks the one that defines the entry point; for a pair whose functions stand apart, all that hold either. */
static enum cmp_extraction take_fenced(const struct cmp_problem *p, const struct cmp_span *blocks, int n, struct buf *program)
{
	struct buf joined;
	buf_init(&joined, BUF_MAX_TEXT);
	int longest = 0, entry = -1;
	for (int i = 0; i < n; i++) {
		if (blocks[i].n > blocks[longest].n)
			longest = i;
		if (entry < 0 && p->entry_point && find_definition(blocks[i], p->entry_point).found)
			entry = i;
	}
	if (entry >= 0 && p->requires_fn && !find_definition(blocks[entry], p->requires_fn).found)
		for (int i = 0; i < n; i++)
			if (i != entry && find_definition(blocks[i], p->requires_fn).found) {
				buf_add(&joined, blocks[i].s, blocks[i].n);
				buf_char(&joined, '\n');
				break;
			}
	if (entry >= 0) {
		buf_add(&joined, blocks[entry].s, blocks[entry].n);
		struct cmp_span text = { buf_text(&joined), joined.len };
		struct definition d = find_definition(text, p->entry_point);
		if (d.found && !d.stray)
			take_whole(p, text, &d, true, program);
		else
			continue_prompt(p, text, program);
	} else
		take_bare(p, blocks[longest], program);
	buf_release(&joined);
	return CMP_EX_FENCED;
}

enum cmp_extraction cmp_extract_c(const struct cmp_problem *p, struct cmp_span text, struct buf *program)
{
	struct cmp_span before, blocks[CMP_MAX_FENCES];
	size_t end;
	int n = cmp_fences(text, &before, blocks);
	if (n == 0)
		return take_bare(p, text, program);
	/* Code that goes on from the prompt and ends in a fence: the prompt had opened it. */
	if (!cmp_span_blank(before) && (cmp_closed(p, before.s, before.n, &end) ||
			(p->entry_point && find_definition(before, p->entry_point).found)))
		return take_bare(p, before, program);
	return take_fenced(p, blocks, n, program);
}
