/* Normalisers, pre-tokenisers, decoders and post-processors: the elements of tokenizer.json that are a thing with a "type", or a Sequence of
 * such things. */
#include "base/mem.h"
#include "engine/tok_load.h"
#include <jansson.h>
#include <string.h>

enum { WHERE_BYTES = 160, MAX_DEPTH = 8 };

typedef int load_fn(struct tok *t, const json_t *element, const char *where, const char *type);

/* Calls fn for the element, or for each of a Sequence's, which stand under `list`. */
static int each(struct tok *t, const json_t *element, const char *where, const char *list, load_fn *fn, int depth)
{
	const char *type = tok_json_type(element, where);
	if (!type)
		return ERR_FORMAT;
	if (strcmp(type, "Sequence") != 0)
		return fn(t, element, where, type);
	const json_t *all = json_object_get(element, list);
	if (!json_is_array(all))
		return err_set(ERR_FORMAT, "tokenizer: %s.%s: not a list", where, list);
	if (depth == MAX_DEPTH)
		return err_set(ERR_LIMIT, "tokenizer: %s: Sequences more than %d deep", where, MAX_DEPTH);
	int rc = 0;
	for (size_t i = 0; i < json_array_size(all) && !rc; i++) {
		char inner[WHERE_BYTES];
		snprintf(inner, sizeof inner, "%s.%s[%zu]", where, list, i);
		rc = each(t, json_array_get(all, i), inner, list, fn, depth + 1);
	}
	return rc;
}

static int load(struct tok *t, const json_t *root, const char *name, const char *list, load_fn *fn)
{
	const json_t *element = json_object_get(root, name);
	return !element || json_is_null(element) ? 0 : each(t, element, name, list, fn, 0);
}

static int no_room(const char *where)
{
	return err_set(ERR_LIMIT, "tokenizer: %s: more than %d steps", where, TOK_MAX_STEPS);
}

/* ---- normaliser ---- */

static int replacement(struct tok_norm *n, const json_t *e, const char *where)
{
	const char *from, *to;
	size_t from_len, to_len;
	bool literal;
	int rc = tok_json_pattern(&from, &from_len, &literal, e, where);
	if (!rc)
		rc = tok_json_text(&to, &to_len, e, where, "content");
	if (rc)
		return rc;
	if (!literal || from_len == 0)
		return err_set(ERR_UNSUPPORTED, "tokenizer: %s.pattern: only a String that is not empty is supported", where);
	*n = (struct tok_norm){ TOK_NORM_REPLACE, mem_dup(from, from_len), from_len, mem_dup(to, to_len), to_len };
	return 0;
}

static int load_norm(struct tok *t, const json_t *e, const char *where, const char *type)
{
	static const char *const forms[] = { "NFC", "NFD", "NFKC", "NFKD" };
	if (t->n_norms == TOK_MAX_STEPS)
		return no_room(where);
	struct tok_norm *n = &t->norms[t->n_norms];
	int rc = 0;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strcmp(type, forms[i]) == 0) {
			n->kind = (enum tok_norm_kind)i;
			t->n_norms++;
			return 0;
		}
	if (strcmp(type, "Replace") == 0) {
		rc = replacement(n, e, where);
	} else if (strcmp(type, "Prepend") == 0) {
		const char *to;
		rc = tok_json_text(&to, &n->to_len, e, where, "prepend");
		if (!rc)
			*n = (struct tok_norm){ .kind = TOK_NORM_PREPEND, .to = mem_dup(to, n->to_len), .to_len = n->to_len };
	} else {
		rc = tok_json_unsupported(where, type);
	}
	t->n_norms += !rc;
	return rc;
}

int tok_load_normalizer(struct tok *t, const json_t *root)
{
	return load(t, root, "normalizer", "normalizers", load_norm);
}

/* ---- pre-tokeniser ---- */

static int add_split(struct tok *t, const struct tok_split_spec *spec)
{
	if (t->n_steps == TOK_MAX_STEPS)
		return no_room(spec->where);
	int rc = tok_split_new(&t->steps[t->n_steps].split, spec);
	t->n_steps += !rc;
	return rc;
}

static int load_behavior(enum tok_behavior *out, const json_t *e, const char *where)
{
	static const char *const names[] = { "Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous" };
	const char *name;
	size_t len;
	int rc = tok_json_text(&name, &len, e, where, "behavior");
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (enum tok_behavior)i;
			return 0;
		}
	return err_set(ERR_UNSUPPORTED, "tokenizer: %s.behavior: \"%.40s\" is not supported", where, name);
}

static int load_split(struct tok *t, const json_t *e, const char *where)
{
	char at[WHERE_BYTES + 16];
	snprintf(at, sizeof at, "%s.pattern", where);
	struct tok_split_spec spec = { .where = at };
	int rc = tok_json_pattern(&spec.pattern, &spec.len, &spec.literal, e, where);
	if (!rc)
		rc = load_behavior(&spec.behavior, e, where);
	if (!rc)
		rc = tok_json_bool(&spec.invert, e, where, "invert");
	return rc ? rc : add_split(t, &spec);
}

static int load_byte_level(struct tok *t, const json_t *e, const char *where)
{
	static const char gpt2[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
	bool prefix = true, regex = true; /* what a field that is not there means */
	int rc = tok_json_bool(&prefix, e, where, "add_prefix_space");
	if (!rc)
		rc = tok_json_bool(&regex, e, where, "use_regex");
	if (rc)
		return rc;
	t->byte_level = true;
	if (prefix) {
		if (t->n_steps == TOK_MAX_STEPS)
			return no_room(where);
		t->steps[t->n_steps++].split = NULL;
	}
	struct tok_split_spec spec = { .where = where, .pattern = gpt2, .len = sizeof gpt2 - 1 };
	return regex ? add_split(t, &spec) : 0;
}

static int load_digits(struct tok *t, const json_t *e, const char *where)
{
	bool single = false;
	int rc = tok_json_bool(&single, e, where, "individual_digits");
	if (rc)
		return rc;
	struct tok_split_spec spec = { .where = where, .pattern = "\\p{N}", .len = 5, .behavior = single ? TOK_ISOLATED : TOK_CONTIGUOUS };
	return add_split(t, &spec);
}

static int load_pre(struct tok *t, const json_t *e, const char *where, const char *type)
{
	if (t->byte_level)
		return err_set(ERR_UNSUPPORTED, "tokenizer: %s: \"%.60s\" after ByteLevel is not supported", where, type);
	if (strcmp(type, "Split") == 0)
		return load_split(t, e, where);
	if (strcmp(type, "ByteLevel") == 0)
		return load_byte_level(t, e, where);
	if (strcmp(type, "Digits") == 0)
		return load_digits(t, e, where);
	return tok_json_unsupported(where, type);
}

int tok_load_pre_tokenizer(struct tok *t, const json_t *root)
{
	return load(t, root, "pre_tokenizer", "pretokenizers", load_pre);
}

/* ---- decoder ---- */

static int load_strip(struct tok_decoder *d, const json_t *e, const char *where)
{
	const char *what;
	size_t len;
	int rc = tok_json_text(&what, &len, e, where, "content");
	if (rc)
		return rc;
	const json_t *start = json_object_get(e, "start"), *stop = json_object_get(e, "stop");
	if (!json_is_integer(start) || !json_is_integer(stop) || json_integer_value(start) < 0 || len == 0 || len > 4)
		return err_set(ERR_FORMAT, "tokenizer: %s: content, start and stop are not a character and two counts", where);
	if (json_integer_value(stop) != 0 || d->strip)
		return err_set(ERR_UNSUPPORTED, "tokenizer: %s: only one Strip, with stop 0, is supported", where);
	d->strip = mem_dup(what, len);
	d->strip_len = len;
	d->strip_max = (size_t)json_integer_value(start);
	return 0;
}

/* The order Replace, ByteFallback, Fuse, Strip (any may be missing) is the one whose effect can be told token by token. */
static int load_decode(struct tok *t, const json_t *e, const char *where, const char *type)
{
	struct tok_decoder *d = &t->decoder;
	if (d->byte_level || d->strip)
		return err_set(ERR_UNSUPPORTED, "tokenizer: %s: \"%.60s\" here is not supported", where, type);
	if (strcmp(type, "ByteLevel") == 0) {
		d->byte_level = true;
		return t->byte_level ? 0 : err_set(ERR_UNSUPPORTED, "tokenizer: %s: ByteLevel without a pre_tokenizer ByteLevel is not supported", where);
	}
	if (strcmp(type, "Replace") == 0 && !d->replace.from && !d->byte_fallback)
		return replacement(&d->replace, e, where);
	if (strcmp(type, "ByteFallback") == 0) {
		d->byte_fallback = true;
		return 0;
	}
	if (strcmp(type, "Fuse") == 0)
		return 0;
	if (strcmp(type, "Strip") == 0)
		return load_strip(d, e, where);
	return tok_json_unsupported(where, type);
}

int tok_load_decoder(struct tok *t, const json_t *root)
{
	int rc = load(t, root, "decoder", "decoders", load_decode);
	if (!rc && t->byte_level && !t->decoder.byte_level) {
		if (!json_is_null(json_object_get(root, "decoder")) && json_object_get(root, "decoder"))
			return err_set(ERR_UNSUPPORTED, "tokenizer: decoder: pre_tokenizer ByteLevel needs decoder ByteLevel");
		t->decoder.byte_level = true;
	}
	return rc;
}

/* ---- post-processor ---- */

/* The ids of the special token `name` of a TemplateProcessing. */
static int add_special(const struct tok *t, struct tok_ids *out, const json_t *e, const char *where, const char *name)
{
	size_t len;
	const json_t *ids = json_object_get(json_object_get(json_object_get(e, "special_tokens"), name), "ids");
	if (!json_is_array(ids))
		return err_set(ERR_FORMAT, "tokenizer: %s.special_tokens: no ids for \"%.60s\"", where, name);
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const json_t *id = json_array_get(ids, i);
		if (!json_is_integer(id) || json_integer_value(id) < 0 || json_integer_value(id) >= TOK_MAX_IDS ||
		    !tok_bytes(t, (int32_t)json_integer_value(id), &len))
			return err_set(ERR_FORMAT, "tokenizer: %s.special_tokens: an id of \"%.60s\" is no token's", where, name);
		tok_ids_add(out, (int32_t)json_integer_value(id));
	}
	return 0;
}

/* `single` lists special tokens and, once, the text. */
static int load_template(struct tok *t, const json_t *e, const char *where)
{
	const json_t *parts = json_object_get(e, "single");
	bool text = false;
	if (!json_is_array(parts) || json_array_size(parts) > TOK_MAX_STEPS)
		return err_set(ERR_FORMAT, "tokenizer: %s.single: not a list of at most %d", where, TOK_MAX_STEPS);
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, i);
		const char *name = json_string_value(json_object_get(json_object_get(part, "SpecialToken"), "id"));
		if (!name && (text || !json_object_get(part, "Sequence")))
			return err_set(ERR_FORMAT, "tokenizer: %s.single[%zu]: neither a SpecialToken nor the one Sequence", where, i);
		int rc = name ? add_special(t, text ? &t->after : &t->before, e, where, name) : 0;
		if (rc)
			return rc;
		text |= !name;
	}
	return text ? 0 : err_set(ERR_FORMAT, "tokenizer: %s.single: no Sequence", where);
}

static int load_post(struct tok *t, const json_t *e, const char *where, const char *type)
{
	if (strcmp(type, "ByteLevel") == 0)
		return 0;
	if (strcmp(type, "TemplateProcessing") == 0 && !t->before.n && !t->after.n)
		return load_template(t, e, where);
	return tok_json_unsupported(where, type);
}

int tok_load_post_processor(struct tok *t, const json_t *root)
{
	return load(t, root, "post_processor", "processors", load_post);
}
