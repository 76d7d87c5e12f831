#include "engine/tok_pattern.h"
#include <stdbool.h>
#include <string.h>

/* Word characters as Oniguruma has them: Alphabetic, marks, decimal digits, connectors; and, outside of a class only, the
 * superscripts and fractions of Latin-1. */
#define WORD "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"
#define WORD_ALONE WORD "\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}"

struct reader {
	const char *where, *s;
	size_t n, at;
	struct buf *out;
	int ignore_case; /* depth of the group at which (?i: began; 0: none */
	int depth;
};

static int unsupported(const struct reader *r, size_t from, size_t len)
{
	if (len > r->n - from)
		len = r->n - from;
	return err_set(ERR_UNSUPPORTED, "tokenizer: %s: \"%.*s\" at byte %zu of the pattern is not supported", r->where, (int)len, r->s + from, from);
}

static bool starts(const struct reader *r, const char *what)
{
	size_t n = strlen(what);
	return r->n - r->at >= n && memcmp(r->s + r->at, what, n) == 0;
}

static int copy(struct reader *r, size_t n)
{
	int rc = buf_add(r->out, r->s + r->at, n);
	r->at += n;
	return rc;
}

static int instead(struct reader *r, size_t n, const char *text)
{
	r->at += n;
	return buf_str(r->out, text);
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* \p{..} and \P{..}: general categories as they are, anything else must be the name of a script. */
static int property(struct reader *r)
{
	const char *open = r->s + r->at, *close = memchr(open, '}', r->n - r->at);
	if (r->n - r->at < 4 || open[2] != '{' || !close || close - open > 40)
		return unsupported(r, r->at, 3);
	const char *name = open + 3;
	size_t len = (size_t)(close - name), not = len && *name == '^';
	if (len == not)
		return unsupported(r, r->at, len + 4);
	for (size_t i = not; i < len; i++)
		if (!((name[i] | 32) >= 'a' && (name[i] | 32) <= 'z') && name[i] != '_')
			return unsupported(r, r->at, len + 4);
	bool category = len - not <= 2;
	r->at += len + 4;
	return buf_printf(r->out, "\\%c{%s%s%.*s}", open[1], not ? "^" : "", category ? "" : "sc:", (int)(len - not), name + not);
}

static int unicode_escape(struct reader *r)
{
	if (r->n - r->at < 6)
		return unsupported(r, r->at, 6);
	for (int i = 2; i < 6; i++)
		if (!is_hex(r->s[r->at + (size_t)i]))
			return unsupported(r, r->at, 6);
	int rc = buf_printf(r->out, "\\x{%.4s}", r->s + r->at + 2);
	r->at += 6;
	return rc;
}

static int hex_escape(struct reader *r)
{
	size_t end = r->at + 3;
	while (end < r->n && end < r->at + 12 && is_hex(r->s[end]))
		end++;
	if (r->n - r->at < 5 || r->s[r->at + 2] != '{' || end == r->n || r->s[end] != '}' || end == r->at + 3)
		return unsupported(r, r->at, 4);
	return copy(r, end + 1 - r->at);
}

static int escape(struct reader *r, bool in_class)
{
	if (r->n - r->at < 2)
		return err_set(ERR_FORMAT, "tokenizer: %s: the pattern ends in a backslash", r->where);
	char c = r->s[r->at + 1];
	switch (c) {
	case 'p':
	case 'P':
		return property(r);
	case 'u':
		return unicode_escape(r);
	case 'x':
		return hex_escape(r);
	case 'w':
		return instead(r, 2, in_class ? WORD : "[" WORD_ALONE "]");
	case 'W':
		return in_class ? unsupported(r, r->at, 2) : instead(r, 2, "[^" WORD_ALONE "]");
	case 'v':
		return instead(r, 2, "\\x0b");
	case 's': case 'S': case 'd': case 'D': case 'r': case 'n': case 't': case 'f':
		return copy(r, 2);
	default: /* escaped punctuation is itself in both */
		if ((c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~') || c == ' ')
			return copy(r, 2);
		return unsupported(r, r->at, 2);
	}
}

static int class(struct reader *r)
{
	size_t open = r->at;
	int rc = copy(r, starts(r, "[^") ? 2 : 1);
	if (!rc && starts(r, "]"))
		return unsupported(r, open, 3);
	while (!rc && r->at < r->n && r->s[r->at] != ']') {
		if (r->s[r->at] == '[' || starts(r, "&&"))
			return unsupported(r, r->at, 2);
		rc = r->s[r->at] == '\\' ? escape(r, true) : copy(r, 1);
	}
	if (rc)
		return rc;
	if (r->at == r->n)
		return err_set(ERR_FORMAT, "tokenizer: %s: the class that begins at byte %zu of the pattern has no end", r->where, open);
	return copy(r, 1);
}

static int group(struct reader *r)
{
	static const char *const known[] = { "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:" };
	r->depth++;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (starts(r, known[i])) {
			if (known[i][2] == 'i' && !r->ignore_case)
				r->ignore_case = r->depth;
			return copy(r, strlen(known[i]));
		}
	if (starts(r, "(?") || starts(r, "(*"))
		return unsupported(r, r->at, 4);
	return copy(r, 1);
}

static int group_end(struct reader *r)
{
	if (r->ignore_case == r->depth)
		r->ignore_case = 0;
	r->depth--;
	return copy(r, 1);
}

/* {n}, {n,} and {n,m} mean the same in both; {,m} and a '+' behind (possessive in PCRE2, a second repeat in Oniguruma) not. */
static int interval(struct reader *r)
{
	size_t end = r->at + 1;
	while (end < r->n && ((r->s[end] >= '0' && r->s[end] <= '9') || r->s[end] == ','))
		end++;
	size_t len = end - r->at + 1;
	if (end == r->n || r->s[end] != '}' || len < 3 || r->s[r->at + 1] == ',')
		return unsupported(r, r->at, len);
	if (end + 1 < r->n && r->s[end + 1] == '+')
		return unsupported(r, r->at, len + 1);
	return copy(r, len);
}

static bool has_ligature(const struct reader *r)
{
	static const char *const pairs[] = { "ss", "st", "ff", "fi", "fl" };
	if (r->n - r->at < 2)
		return false;
	char a = (char)(r->s[r->at] | 32), b = (char)(r->s[r->at + 1] | 32);
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (a == pairs[i][0] && b == pairs[i][1])
			return true;
	return false;
}

static int element(struct reader *r)
{
	switch (r->s[r->at]) {
	case '\\':
		return escape(r, false);
	case '[':
		return class(r);
	case '(':
		return group(r);
	case ')':
		return group_end(r);
	case '{':
		return interval(r);
	case '^':
	case '$':
		return unsupported(r, r->at, 1);
	default:
		if (r->ignore_case && has_ligature(r))
			return unsupported(r, r->at, 2);
		return copy(r, 1);
	}
}

int tok_pattern_translate(struct buf *out, const char *where, const char *pattern, size_t len)
{
	struct reader r = { .where = where, .s = pattern, .n = len, .out = out };
	int rc = 0;
	while (!rc && r.at < r.n)
		rc = element(&r);
	return rc;
}
