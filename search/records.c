#include "search/records.h"
#include "base/buf.h"
#include "base/mem.h"
#include "search/gunzip.h"
#include "search/task.h"
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int record_error(const struct record *r, const char *field, const char *why)
{
	return err_set(ERR_FORMAT, "%s, %s %zu, field \"%s\": %s", r->file, r->unit, r->at, field, why);
}

bool record_has(const struct record *r, const char *field)
{
	return json_object_get(r->object, field) != NULL;
}

/* Text of ours ends at a zero byte: one that a model wrote becomes U+FFFD, which no compiler takes for code. Yours. */
static char *without_nul(const char *s, size_t n)
{
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	for (size_t i = 0; i < n; i += strlen(s + i) + 1)
		if (buf_str(&b, s + i) || (i + strlen(s + i) < n && buf_str(&b, "\xef\xbf\xbd")))
			break;
	char *out = mem_strdup(b.len ? buf_text(&b) : "");
	buf_release(&b);
	return out;
}

int record_text(const struct record *r, const char *field, bool required, char **out)
{
	const json_t *v = json_object_get(r->object, field);
	*out = NULL;
	if (!v || json_is_null(v))
		return required ? record_error(r, field, "missing") : 0;
	if (!json_is_string(v))
		return record_error(r, field, "must be text");
	*out = without_nul(json_string_value(v), json_string_length(v));
	return 0;
}

int record_id(const struct record *r, const char *field, char **out)
{
	const json_t *v = json_object_get(r->object, field);
	*out = NULL;
	if (!v)
		return record_error(r, field, "missing");
	if (json_is_integer(v)) {
		*out = mem_printf("%lld", (long long)json_integer_value(v));
		return 0;
	}
	if (!json_is_string(v))
		return record_error(r, field, "must be text or a whole number");
	const char *s = json_string_value(v);
	if (strlen(s) != json_string_length(v))
		return record_error(r, field, "holds a control character");
	if (!*s || strlen(s) > SRCH_MAX_ID)
		return record_error(r, field, *s ? "longer than 200 bytes" : "is empty");
	for (const char *p = s; *p; p++) {
		if ((unsigned char)*p < 32 || *p == 127)
			return record_error(r, field, "holds a control character");
	}
	*out = mem_strdup(s);
	return 0;
}

/* Of the escape at s, \uXXXX; -1: it is none. */
static int escaped_unit(const char *s, size_t n)
{
	char hex[5] = {0};
	if (n < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	memcpy(hex, s + 2, 4);
	return strspn(hex, "0123456789abcdefABCDEF") == 4 ? (int)strtol(hex, NULL, 16) : -1;
}

/* Half of a pair, "\ud800", is no character, but Python writes one where a model did: such a half becomes U+FFFD, which is as
 * long. Whether there was any. */
static bool mend_surrogates(char *s, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n;) {
		int unit = escaped_unit(s + i, n - i), next = unit < 0 ? -1 : escaped_unit(s + i + 6, n - i - 6);
		bool pair = unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000;
		if (!pair && unit >= 0xd800 && unit < 0xe000) {
			memcpy(s + i, "\\ufffd", 6);
			any = true;
		}
		i += pair ? 12 : unit >= 0 ? 6 : s[i] == '\\' ? 2 : 1;
	}
	return any;
}

static int each_item(const char *name, const char *text, size_t len, record_fn *fn, void *ctx)
{
	json_error_t e;
	json_t *array = json_loadb(text, len, JSON_ALLOW_NUL, &e);
	if (!array)
		return err_set(ERR_FORMAT, "%s, line %d: not JSON: %s", name, e.line, e.text);
	int rc = 0;
	for (size_t i = 0; !rc && i < json_array_size(array); i++) {
		struct record r = {name, "item", i + 1, json_array_get(array, i), NULL, 0};
		if (json_is_object(r.object))
			rc = fn(ctx, &r);
		else
			rc = err_set(ERR_FORMAT, "%s, item %zu: not a JSON object", name, i + 1);
	}
	json_decref(array);
	return rc;
}

static int one_line(const char *name, size_t at, const char *text, size_t len, record_fn *fn, void *ctx)
{
	json_error_t e;
	char *mended = NULL;
	json_t *object = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
	if (!object && mend_surrogates(mended = mem_dup(text, len), len))
		object = json_loadb(mended, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
	int rc;
	struct record r = {name, "line", at, object, mended ? mended : text, len};
	if (!object)
		rc = err_set(ERR_FORMAT, "%s, line %zu: not JSON: %s", name, at, e.text);
	else if (json_is_object(object))
		rc = fn(ctx, &r);
	else
		rc = err_set(ERR_FORMAT, "%s, line %zu: not a JSON object", name, at);
	json_decref(object);
	mem_free(mended);
	return rc;
}

static int each_line(const char *name, const char *text, size_t len, record_fn *fn, void *ctx)
{
	size_t at = 0;
	for (size_t i = 0; i < len;) {
		const char *nl = memchr(text + i, '\n', len - i);
		size_t end = nl ? (size_t)(nl - text) : len, n = end - i;
		at++;
		while (n && isspace((unsigned char)text[i + n - 1]))
			n--;
		int rc = n ? one_line(name, at, text + i, n, fn, ctx) : 0;
		if (rc)
			return rc;
		i = end + 1;
	}
	return 0;
}

static int each(const char *name, const char *text, size_t len, record_fn *fn, void *ctx)
{
	size_t i = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0; /* a byte order mark */
	size_t first = i;
	while (first < len && isspace((unsigned char)text[first]))
		first++;
	if (first < len && text[first] == '[')
		return each_item(name, text + i, len - i, fn, ctx);
	return each_line(name, text + i, len - i, fn, ctx);
}

int records_each(const char *name, const void *data, size_t size, record_fn *fn, void *ctx)
{
	if (!gunzip_recognise(data, size))
		return each(name, size ? data : "", size, fn, ctx);
	struct buf b;
	buf_init(&b, SRCH_MAX_TASK_BYTES);
	int rc = gunzip(&b, data, size);
	rc = rc ? err_prefix(rc, "%s", name) : each(name, buf_text(&b), b.len, fn, ctx);
	buf_release(&b);
	return rc;
}
