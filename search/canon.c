#include "search/canon.h"
#include "base/file.h"
#include "base/mem.h"
#include <jansson.h>

void canon_write(json_t *o, struct buf *out)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
	if (text)
		buf_str(out, text);
	buf_char(out, '\n');
	free(text);
	json_decref(o);
}

int canon_parse(json_t **out, const char *what, const struct buf *text)
{
	json_error_t e;
	*out = json_loadb(buf_text(text), text->len, 0, &e);
	if (!*out)
		return err_set(ERR_FORMAT, "%s is not JSON: %s", what, e.text);
	if (json_is_object(*out))
		return 0;
	json_decref(*out);
	*out = NULL;
	return err_set(ERR_FORMAT, "%s is not a JSON object", what);
}

static int wrong(const char *what, const char *field, const json_t *v, const char *wanted)
{
	return err_set(ERR_FORMAT, "%s, field \"%s\": %s%s", what, field, v ? "must be " : "missing, must be ", wanted);
}

int canon_text(const json_t *o, const char *what, const char *field, const char **out)
{
	const json_t *v = json_object_get(o, field);
	*out = json_string_value(v);
	return *out ? 0 : wrong(what, field, v, "text");
}

int canon_int(const json_t *o, const char *what, const char *field, int64_t low, int64_t high, int64_t *out)
{
	const json_t *v = json_object_get(o, field);
	*out = json_integer_value(v);
	if (json_is_integer(v) && *out >= low && *out <= high)
		return 0;
	char wanted[80];
	snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", (long long)low, (long long)high);
	return wrong(what, field, v, wanted);
}

int canon_real(const json_t *o, const char *what, const char *field, double *out)
{
	const json_t *v = json_object_get(o, field);
	*out = json_number_value(v);
	return json_is_number(v) ? 0 : wrong(what, field, v, "a number");
}

int canon_bool(const json_t *o, const char *what, const char *field, bool *out)
{
	const json_t *v = json_object_get(o, field);
	*out = json_is_true(v);
	return json_is_boolean(v) ? 0 : wrong(what, field, v, "true or false");
}

json_t *canon_facts(const char *dir)
{
	struct buf b;
	char *path = file_join(dir, "wallclock.json");
	buf_init(&b, BUF_MAX_TEXT);
	json_t *o = file_exists(path) && !file_read(&b, path) ? json_loadb(buf_text(&b), b.len, 0, NULL) : NULL;
	buf_release(&b);
	mem_free(path);
	return o;
}

double canon_fact(const json_t *facts, const char *field)
{
	return json_number_value(json_object_get(facts, field));
}
