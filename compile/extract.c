#include "compile/extract.h"
#include <ctype.h>
#include <string.h>

bool cmp_span_blank(struct cmp_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isspace((unsigned char)s.s[i]))
			return false;
	return true;
}

bool cmp_span_line(struct cmp_span *rest, struct cmp_span *line)
{
	if (rest->n == 0)
		return false;
	const char *nl = memchr(rest->s, '\n', rest->n);
	line->s = rest->s;
	line->n = nl ? (size_t)(nl - rest->s) : rest->n;
	size_t used = line->n + (nl ? 1 : 0);
	rest->s += used;
	rest->n -= used;
	return true;
}

static bool is_fence(struct cmp_span line)
{
	size_t i = 0;
	while (i < line.n && i < 4 && line.s[i] == ' ')
		i++;
	return line.n - i >= 3 && (memcmp(line.s + i, "```", 3) == 0 || memcmp(line.s + i, "~~~", 3) == 0);
}

int cmp_fences(struct cmp_span text, struct cmp_span *before, struct cmp_span blocks[CMP_MAX_FENCES])
{
	struct cmp_span rest = text, line;
	int n = 0;
	bool inside = false;
	*before = text;
	while (cmp_span_line(&rest, &line)) {
		if (!is_fence(line))
			continue;
		if (n == 0 && !inside)
			before->n = (size_t)(line.s - text.s);
		if (inside) {
			blocks[n - 1].n = (size_t)(line.s - blocks[n - 1].s);
			inside = false;
		} else if (n < CMP_MAX_FENCES) {
			blocks[n++] = rest;
			inside = true;
		}
	}
	return n;
}

enum cmp_extraction cmp_extract(const struct cmp_problem *p, const char *completion, struct buf *program)
{
	struct cmp_span text = { completion, strlen(completion) };
	switch (p->language) {
	case CMP_C:
	case CMP_CXX: return cmp_extract_c(p, text, program);
	case CMP_PYTHON: return cmp_extract_python(p, text, program);
	case CMP_TEXT: break;
	}
	buf_add(program, text.s, text.n);
	return cmp_span_blank(text) ? CMP_EX_NOTHING : CMP_EX_CONTINUES;
}
