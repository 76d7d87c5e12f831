#include "engine/tok_load.h"
#include <jansson.h>

const char *tok_json_type(const json_t *obj, const char *where)
{
	const char *type = json_string_value(json_object_get(obj, "type"));
	if (!type)
		err_set(ERR_FORMAT, "tokenizer: %s: not an object with a \"type\"", where);
	return type;
}

int tok_json_unsupported(const char *where, const char *type)
{
	return err_set(ERR_UNSUPPORTED, "tokenizer: %s: type \"%.60s\" is not supported", where, type);
}

int tok_json_bool(bool *out, const json_t *obj, const char *where, const char *key)
{
	const json_t *v = json_object_get(obj, key);
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_boolean(v))
		return err_set(ERR_FORMAT, "tokenizer: %s.%s: not true or false", where, key);
	*out = json_is_true(v);
	return 0;
}

int tok_json_text(const char **out, size_t *len, const json_t *obj, const char *where, const char *key)
{
	const json_t *v = json_object_get(obj, key);
	if (!json_is_string(v))
		return err_set(ERR_FORMAT, "tokenizer: %s.%s: %s", where, key, v ? "not a string" : "missing");
	*out = json_string_value(v);
	*len = json_string_length(v);
	return 0;
}

int tok_json_pattern(const char **out, size_t *len, bool *literal, const json_t *obj, const char *where)
{
	const json_t *pattern = json_object_get(obj, "pattern");
	const json_t *text = json_object_get(pattern, "String"), *regex = json_object_get(pattern, "Regex");
	*literal = text != NULL;
	const json_t *v = text ? text : regex;
	if (!json_is_string(v) || (text && regex))
		return err_set(ERR_FORMAT, "tokenizer: %s.pattern: neither {\"String\": text} nor {\"Regex\": text}", where);
	*out = json_string_value(v);
	*len = json_string_length(v);
	return 0;
}
