#include "engine/tokenizer.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/tok_load.h"
#include "engine/tok_parts.h"
#include "engine/tok_unicode.h"
#include <jansson.h>
#include <string.h>

/* ---- opening ---- */

static int refuse(const json_t *root, const char *key)
{
	const json_t *v = json_object_get(root, key);
	return !v || json_is_null(v) ? 0 : err_set(ERR_UNSUPPORTED, "tokenizer: %s: only null is supported", key);
}

static int load_parts(struct tok *t, const json_t *root)
{
	if (!json_is_object(root))
		return err_set(ERR_FORMAT, "tokenizer: not a JSON object");
	int rc = refuse(root, "truncation");
	if (!rc)
		rc = refuse(root, "padding");
	if (!rc)
		rc = tok_load_normalizer(t, root);
	if (!rc)
		rc = tok_load_pre_tokenizer(t, root);
	if (!rc)
		rc = tok_load_decoder(t, root);
	if (!rc)
		rc = tok_load_model(t, root);
	if (!rc)
		rc = tok_load_added(t, root);
	return rc ? rc : tok_load_post_processor(t, root);
}

int tok_parse(struct tok **out, const void *data, size_t size)
{
	*out = NULL;
	if (size > TOK_MAX_FILE)
		return err_set(ERR_LIMIT, "tokenizer: %zu bytes; at most %d are read", size, TOK_MAX_FILE);
	json_error_t why;
	json_t *root = json_loadb(size ? data : "", size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (!root)
		return err_set(ERR_FORMAT, "tokenizer: not JSON: line %d, column %d: %s", why.line, why.column, why.text);
	struct tok *t = mem_zalloc(sizeof *t);
	buf_init(&t->vocab.pool, TOK_MAX_FILE);
	tok_bpe_init(&t->bpe, 0);
	tok_added_init(&t->added);
	int rc = load_parts(t, root);
	json_decref(root);
	if (rc) {
		tok_free(t);
		return rc;
	}
	*out = t;
	return 0;
}

int tok_open(struct tok **out, const char *dir)
{
	*out = NULL;
	char *path = file_join(dir, "tokenizer.json");
	struct file_map map = { 0 };
	int rc = file_map_open(&map, path);
	if (rc == ERR_MISSING)
		rc = err_set(ERR_MISSING, "%s: there is no such file; a tokenizer is needed here", path);
	if (!rc) {
		rc = tok_parse(out, map.data, map.size);
		file_map_close(&map);
		if (rc)
			err_prefix(rc, "%s", path);
	}
	mem_free(path);
	return rc;
}

void tok_free(struct tok *t)
{
	if (!t)
		return;
	mem_free(t->vocab.pieces);
	buf_release(&t->vocab.pool);
	tok_bpe_release(&t->bpe);
	tok_added_release(&t->added);
	for (size_t i = 0; i < t->n_norms; i++)
		tok_norm_release(&t->norms[i]);
	for (size_t i = 0; i < t->n_steps; i++)
		tok_split_free(t->steps[i].split);
	tok_norm_release(&t->decoder.replace);
	mem_free(t->decoder.strip);
	tok_ids_release(&t->before);
	tok_ids_release(&t->after);
	mem_free(t);
}

/* ---- encoding ---- */

/* Everything one call needs, so that a tok is only read. */
struct work {
	struct tok_matcher *matcher;
	struct tok_sections sections, inner;
	struct tok_spans spans, next;
	struct buf norm[2], prefixed[2], shadow;
	struct tok_word word;
};

static void work_init(struct work *w)
{
	*w = (struct work){ .matcher = tok_matcher_new() };
	struct buf *all[] = { &w->norm[0], &w->norm[1], &w->prefixed[0], &w->prefixed[1], &w->shadow };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		buf_init(all[i], 2 * (size_t)TOK_MAX_TEXT);
}

static void work_release(struct work *w)
{
	struct buf *all[] = { &w->norm[0], &w->norm[1], &w->prefixed[0], &w->prefixed[1], &w->shadow };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		buf_release(all[i]);
	tok_matcher_free(w->matcher);
	tok_sections_release(&w->sections);
	tok_sections_release(&w->inner);
	tok_spans_release(&w->spans);
	tok_spans_release(&w->next);
	tok_word_release(&w->word);
}

int tok_normalise(const struct tok *t, const char **text, size_t *len, struct buf scratch[2])
{
	for (size_t i = 0, into = 0; i < t->n_norms; i++) {
		if (tok_norm_idle(&t->norms[i], *text, *len))
			continue;
		struct buf *out = &scratch[into];
		buf_clear(out);
		int rc = tok_norm_apply(&t->norms[i], *text, *len, out);
		if (rc)
			return rc;
		*text = buf_text(out);
		*len = out->len;
		into = 1 - into;
	}
	return 0;
}

static void swap_spans(struct work *w)
{
	struct tok_spans done = w->spans;
	w->spans = w->next;
	w->next = done;
}

/* Writes the pieces one behind the other with a space before each that does not begin with one. */
static int prefix_spaces(struct work *w, const char **text, size_t *len, struct buf *out)
{
	buf_clear(out);
	w->next.n = 0;
	int rc = 0;
	for (size_t i = 0; i < w->spans.n && !rc; i++) {
		struct tok_span s = w->spans.v[i];
		size_t start = out->len;
		if ((*text)[s.start] != ' ')
			rc = buf_char(out, ' ');
		if (!rc)
			rc = buf_add(out, *text + s.start, s.end - s.start);
		tok_spans_add(&w->next, start, out->len, false);
	}
	swap_spans(w);
	*text = buf_text(out);
	*len = out->len;
	return rc;
}

static int cut_pieces(struct work *w, const struct tok_split *split, const char *text, size_t len)
{
	const char *seen = tok_shadow(text, len, &w->shadow);
	w->next.n = 0;
	int rc = 0;
	for (size_t i = 0; i < w->spans.n && !rc; i++)
		rc = tok_split_run(split, w->matcher, seen, w->spans.v[i], &w->next);
	swap_spans(w);
	return rc;
}

/* Text without added tokens, normalised. */
static int encode_plain(const struct tok *t, struct work *w, const char *text, size_t len, struct tok_ids *out)
{
	int rc = 0;
	w->spans.n = 0;
	tok_spans_add(&w->spans, 0, len, false);
	for (size_t i = 0, into = 0; i < t->n_steps && !rc; i++) {
		if (t->steps[i].split) {
			rc = cut_pieces(w, t->steps[i].split, text, len);
		} else {
			rc = prefix_spaces(w, &text, &len, &w->prefixed[into]);
			into = 1 - into;
		}
	}
	for (size_t i = 0; i < w->spans.n && !rc; i++)
		rc = tok_bpe_encode(&t->bpe, &w->word, text + w->spans.v[i].start, w->spans.v[i].end - w->spans.v[i].start, out);
	return rc;
}

/* Text in which tokens that are cut before normalisation are no more. */
static int encode_section(const struct tok *t, struct work *w, const char *text, size_t len, struct tok_ids *out)
{
	int rc = tok_normalise(t, &text, &len, w->norm);
	if (rc)
		return rc;
	w->inner.n = 0;
	tok_added_cut(&t->added, &t->added.normal, w->matcher, text, len, &w->inner);
	for (size_t i = 0; i < w->inner.n && !rc; i++) {
		struct tok_section s = w->inner.v[i];
		if (s.token >= 0)
			tok_ids_add(out, t->added.tokens[s.token].id);
		else
			rc = encode_plain(t, w, text + s.start, s.end - s.start, out);
	}
	return rc;
}

int tok_encode(const struct tok *t, const char *text, size_t len, struct tok_ids *out)
{
	if (len > TOK_MAX_TEXT)
		return err_set(ERR_LIMIT, "tokenizer: a text of %zu bytes; at most %d at a time", len, TOK_MAX_TEXT);
	size_t bad = tok_utf8_check(text, len);
	if (bad < len)
		return err_set(ERR_FORMAT, "tokenizer: the text is not UTF-8: byte 0x%02X at offset %zu", (unsigned char)text[bad], bad);
	size_t before = out->n;
	struct work w;
	work_init(&w);
	tok_added_cut(&t->added, &t->added.raw, w.matcher, text, len, &w.sections);
	int rc = 0;
	for (size_t i = 0; i < w.sections.n && !rc; i++) {
		struct tok_section s = w.sections.v[i];
		if (s.token >= 0)
			tok_ids_add(out, t->added.tokens[s.token].id);
		else
			rc = encode_section(t, &w, text + s.start, s.end - s.start, out);
	}
	work_release(&w);
	if (rc)
		out->n = before;
	return rc;
}

static void add_all(struct tok_ids *out, const struct tok_ids *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		tok_ids_add(out, ids->ids[i]);
}

int tok_encode_prompt(const struct tok *t, const char *text, size_t len, struct tok_ids *out)
{
	size_t before = out->n;
	add_all(out, &t->before);
	int rc = tok_encode(t, text, len, out);
	if (rc)
		out->n = before;
	else
		add_all(out, &t->after);
	return rc;
}

void tok_ids_release(struct tok_ids *ids)
{
	mem_free(ids->ids);
	*ids = (struct tok_ids){ 0 };
}

/* ---- decoding ---- */

const char *tok_bytes(const struct tok *t, int32_t id, size_t *len)
{
	*len = 0;
	if (id < 0 || (size_t)id >= t->vocab.n_ids || t->vocab.pieces[id].at == TOK_HOLE)
		return NULL;
	*len = t->vocab.pieces[id].len;
	return t->vocab.pool.data + t->vocab.pieces[id].at;
}

int tok_decode(const struct tok *t, const int32_t *ids, size_t n, struct buf *out)
{
	size_t before = out->len, strip = t->decoder.strip ? t->decoder.strip_max : 0;
	for (size_t i = 0; i < n; i++) {
		size_t len;
		const char *bytes = tok_bytes(t, ids[i], &len);
		if (!bytes) {
			if (out->data) {
				out->len = before;
				out->data[before] = '\0';
			}
			return err_set(ERR_USAGE, "tokenizer: there is no token %d; ids are 0 to %d", (int)ids[i], tok_size(t) - 1);
		}
		for (; strip && len >= t->decoder.strip_len && memcmp(bytes, t->decoder.strip, t->decoder.strip_len) == 0; strip--) {
			bytes += t->decoder.strip_len;
			len -= t->decoder.strip_len;
		}
		if (len) /* the text has begun */
			strip = 0;
		int rc = buf_add(out, bytes, len);
		if (rc)
			return rc;
	}
	return 0;
}

int32_t tok_added_id(const struct tok *t, const char *content)
{
	const uint64_t *at = map_get(&t->added.by_content, content, strlen(content));
	return at ? t->added.tokens[*at].id : -1;
}

int tok_size(const struct tok *t)
{
	return (int)t->vocab.n_ids;
}
