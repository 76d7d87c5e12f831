#include "search/csource.h"
#include <ctype.h>
#include <string.h>

/* Index behind the string or character constant that begins at i. */
static size_t skip_quoted(const char *s, size_t i)
{
	char quote = s[i++];
	while (s[i] && s[i] != quote && s[i] != '\n')
		i += s[i] == '\\' && s[i + 1] ? 2 : 1;
	return s[i] == quote ? i + 1 : i;
}

static size_t skip_line(const char *s, size_t i)
{
	while (s[i] && s[i] != '\n')
		i += s[i] == '\\' && s[i + 1] ? 2 : 1;
	return i;
}

/* Index behind a comment, quoted text or preprocessor line at i; i itself when there is none. */
static size_t skip_opaque(const char *s, size_t i)
{
	if (s[i] == '"' || s[i] == '\'')
		return skip_quoted(s, i);
	if (s[i] == '#' || (s[i] == '/' && s[i + 1] == '/'))
		return skip_line(s, i);
	if (s[i] == '/' && s[i + 1] == '*') {
		const char *end = strstr(s + i + 2, "*/");
		return end ? (size_t)(end - s) + 2 : i + strlen(s + i);
	}
	return i;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* From the '(' at i: the index of the '{' of a definition, or 0 when this is no definition. */
static size_t body_after(const char *s, size_t i)
{
	int depth = 0;
	while (s[i]) {
		size_t next = skip_opaque(s, i);
		if (next != i) {
			i = next;
			continue;
		}
		depth += (s[i] == '(') - (s[i] == ')');
		if (depth == 0 && s[i] == '{')
			return i;
		if (depth == 0 && (s[i] == ';' || s[i] == '}' || s[i] == '='))
			return 0;
		i++;
	}
	return 0;
}

bool c_function_find(const char *s, const char *name, struct c_function *out)
{
	size_t len = strlen(name), begin = 0;
	int depth = 0;
	bool fresh = true; /* nothing of a declaration seen since the last ; or } */
	for (size_t i = 0; s[i];) {
		size_t next = skip_opaque(s, i);
		if (next != i) {
			i = next;
			continue;
		}
		if (depth == 0 && fresh && !isspace((unsigned char)s[i])) {
			begin = i;
			fresh = false;
		}
		if (depth == 0 && !strncmp(s + i, name, len) && !is_word(s[i + len]) && (i == 0 || !is_word(s[i - 1]))) {
			size_t open = i + len + strspn(s + i + len, " \t\n");
			open = s[open] == '(' ? body_after(s, open) : 0;
			if (open) {
				*out = (struct c_function){begin, open};
				return true;
			}
		}
		depth += (s[i] == '{') - (s[i] == '}');
		if (depth == 0 && (s[i] == ';' || s[i] == '}'))
			fresh = true;
		i++;
	}
	return false;
}

void c_includes(const char *text, size_t end, struct buf *out)
{
	for (size_t i = 0; i < end;) {
		size_t line = i, stop = i + strcspn(text + i, "\n");
		line += strspn(text + line, " \t");
		if (text[line] == '#' && !strncmp(text + line + 1 + strspn(text + line + 1, " \t"), "include", 7)) {
			buf_add(out, text + line, stop - line);
			buf_char(out, '\n');
		}
		i = text[stop] ? stop + 1 : end;
	}
}

void c_comment(const char *text, size_t n, struct buf *out)
{
	buf_str(out, "/* ");
	for (size_t i = 0; i < n; i++) {
		buf_char(out, text[i]);
		if (text[i] == '*' && i + 1 < n && text[i + 1] == '/')
			buf_char(out, ' ');
	}
	buf_str(out, " */");
}
