#include "search/pysource.h"
#include "base/mem.h"
#include <ctype.h>
#include <string.h>

static size_t name_len(const char *s)
{
	size_t n = 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

char *py_last_function(const char *text)
{
	const char *last = NULL;
	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (!strncmp(p, "def ", 4) && name_len(p + 4))
			last = p + 4;
	}
	return last ? mem_strndup(last, name_len(last)) : NULL;
}

static const char *find_def(const char *text, const char *function)
{
	size_t n = strlen(function);
	for (const char *p = text; (p = strstr(p, "def ")); p += 4) {
		if ((p == text || p[-1] == '\n') && !strncmp(p + 4, function, n) && name_len(p + 4) == n)
			return p;
	}
	return NULL;
}

/* Appends [s, end) without the blanks that all its lines but the first have in front. */
static void add_dedented(const char *s, const char *end, struct buf *out)
{
	size_t common = (size_t)-1;
	for (const char *p = s; (p = memchr(p, '\n', (size_t)(end - p))); ) {
		p++;
		size_t blanks = 0;
		while (p + blanks < end && p[blanks] == ' ')
			blanks++;
		if (p + blanks < end && p[blanks] != '\n' && blanks < common)
			common = blanks;
	}
	for (const char *p = s; p < end;) {
		buf_char(out, *p);
		size_t skip = *p++ == '\n' ? common : 0;
		while (skip-- && p < end && *p == ' ')
			p++;
	}
}

bool py_docstring(const char *text, const char *function, struct buf *out)
{
	const char *def = find_def(text, function);
	if (!def)
		return false;
	const char *a = strstr(def, "\"\"\""), *b = strstr(def, "'''");
	const char *open = !a || (b && b < a) ? b : a;
	if (!open)
		return false;
	const char *end = strstr(open + 3, open == a ? "\"\"\"" : "'''");
	if (!end)
		return false;
	open += 3;
	while (open < end && isspace((unsigned char)*open))
		open++;
	while (end > open && isspace((unsigned char)end[-1]))
		end--;
	add_dedented(open, end, out);
	return end > open;
}

void py_comment(const char *text, struct buf *out)
{
	for (const char *p = text; *p; ) {
		size_t n = strcspn(p, "\n");
		buf_str(out, n ? "# " : "#");
		buf_add(out, p, n);
		buf_char(out, '\n');
		p += n + (p[n] == '\n');
	}
}
