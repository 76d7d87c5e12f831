/* The model's vocabulary and merges, and the added tokens. */
#include "base/mem.h"
#include "engine/tok_load.h"
#include "engine/tok_unicode.h"
#include <jansson.h>
#include <string.h>

/* Texts of the file in messages: not more than this, and no half of a character. */
static int shown(const char *s, size_t len)
{
	size_t n = len < 48 ? len : 48;
	while (n < len && n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	return (int)n;
}
#define SHOW(s, len) shown(s, len), s

/* ---- vocabulary ---- */

static int check_id(const json_t *v, const char *where, const char *text, size_t len)
{
	if (!json_is_integer(v))
		return err_set(ERR_FORMAT, "tokenizer: %s: the id of \"%.*s\" is not an integer", where, SHOW(text, len));
	json_int_t id = json_integer_value(v);
	if (id < 0 || id >= TOK_MAX_IDS)
		return err_set(id < 0 ? ERR_FORMAT : ERR_LIMIT, "tokenizer: %s: \"%.*s\" has id %lld; ids are 0 to %d", where, SHOW(text, len), (long long)id, TOK_MAX_IDS - 1);
	if (len > TOK_MAX_TOKEN)
		return err_set(ERR_LIMIT, "tokenizer: %s: \"%.*s...\" has %zu bytes; at most %d are read", where, SHOW(text, len), len, TOK_MAX_TOKEN);
	return 0;
}

/* What a symbol is looked up by: a byte, or (byte fallback) the token of a byte. */
static void note_byte(struct tok *t, const char *text, size_t len, const char *bytes, size_t n_bytes, int32_t id)
{
	if (n_bytes != 1)
		return;
	char alphabet;
	size_t one;
	bool symbol = t->byte_level ? len <= 2 && tok_bytes_of(&alphabet, &one, text, tok_utf8_length((unsigned char)text[0]) == (int)len ? len : 0) && one == 1
				    : t->bpe.byte_fallback && len == 6 && text[0] == '<';
	if (symbol)
		t->bpe.byte_id[(unsigned char)bytes[0]] = id;
}

static int add_entry(struct tok *t, struct map *ids, const char *text, size_t len, const json_t *value)
{
	int rc = check_id(value, "model.vocab", text, len);
	if (rc)
		return rc;
	int32_t id = (int32_t)json_integer_value(value);
	tok_vocab_grow(&t->vocab, (size_t)id + 1);
	if (t->vocab.pieces[id].at != TOK_HOLE)
		return err_set(ERR_FORMAT, "tokenizer: model.vocab: \"%.*s\" has id %d, which \"%.40s\" has already", SHOW(text, len), (int)id,
			       t->vocab.pool.data + t->vocab.pieces[id].at);
	struct buf bytes;
	buf_init(&bytes, 4 * TOK_MAX_TOKEN);
	rc = tok_decode_piece(&t->decoder, text, len, &bytes);
	if (!rc)
		rc = tok_vocab_set(&t->vocab, id, buf_text(&bytes), bytes.len);
	if (!rc) {
		note_byte(t, text, len, buf_text(&bytes), bytes.len, id);
		map_put(ids, text, len, (uint64_t)id);
	}
	buf_release(&bytes);
	return rc;
}

/* ids: text as the file has it to id. */
static int load_vocab(struct tok *t, const json_t *model, struct map *ids)
{
	json_t *vocab = json_object_get(model, "vocab");
	if (!json_is_object(vocab))
		return err_set(ERR_FORMAT, "tokenizer: model.vocab: %s", vocab ? "not an object" : "missing");
	const char *text;
	json_t *value;
	size_t highest = 0;
	json_object_foreach(vocab, text, value) {
		if (json_is_integer(value) && json_integer_value(value) > (json_int_t)highest && json_integer_value(value) < TOK_MAX_IDS)
			highest = (size_t)json_integer_value(value);
	}
	tok_vocab_grow(&t->vocab, highest + 1); /* once, not entry by entry */
	size_t len;
	json_object_keylen_foreach(vocab, text, len, value) {
		int rc = add_entry(t, ids, text, len, value);
		if (rc)
			return rc;
	}
	return ids->n ? 0 : err_set(ERR_FORMAT, "tokenizer: model.vocab: empty");
}

/* ---- merges ---- */

struct merge_text {
	const char *left, *right;
	size_t left_len, right_len;
};

static int read_merge(struct merge_text *m, const json_t *v, size_t i)
{
	const json_t *a = json_array_get(v, 0), *b = json_array_get(v, 1);
	if (json_is_string(v)) {
		m->left = json_string_value(v);
		const char *end = m->left + json_string_length(v), *space = memchr(m->left, ' ', json_string_length(v));
		if (!space || memchr(space + 1, ' ', (size_t)(end - space - 1)))
			return err_set(ERR_FORMAT, "tokenizer: model.merges[%zu]: \"%.*s\" is not two tokens with one space between", i, SHOW(m->left, json_string_length(v)));
		m->left_len = (size_t)(space - m->left);
		m->right = space + 1;
		m->right_len = (size_t)(end - m->right);
	} else if (json_is_array(v) && json_array_size(v) == 2 && json_is_string(a) && json_is_string(b)) {
		*m = (struct merge_text){ json_string_value(a), json_string_value(b), json_string_length(a), json_string_length(b) };
	} else {
		return err_set(ERR_FORMAT, "tokenizer: model.merges[%zu]: neither \"a b\" nor [\"a\", \"b\"]", i);
	}
	return 0;
}

static int find_token(int32_t *id, const struct map *ids, size_t i, const char *text, size_t len)
{
	const uint64_t *v = map_get(ids, text, len);
	if (!v)
		return err_set(ERR_FORMAT, "tokenizer: model.merges[%zu]: \"%.*s\" is not in model.vocab", i, SHOW(text, len));
	*id = (int32_t)*v;
	return 0;
}

static int add_merge(struct tok *t, const struct map *ids, const struct merge_text *m, size_t i, uint32_t rank)
{
	int32_t left = -1, right = -1, both = -1;
	int rc = find_token(&left, ids, i, m->left, m->left_len);
	if (!rc)
		rc = find_token(&right, ids, i, m->right, m->right_len);
	if (rc)
		return rc;
	char *joined = mem_alloc(m->left_len + m->right_len + 1);
	memcpy(joined, m->left, m->left_len);
	memcpy(joined + m->left_len, m->right, m->right_len);
	rc = find_token(&both, ids, i, joined, m->left_len + m->right_len);
	mem_free(joined);
	if (!rc)
		tok_bpe_add_merge(&t->bpe, left, right, rank, both);
	return rc;
}

static int load_merges(struct tok *t, const json_t *merges, const struct map *ids)
{
	uint32_t rank = 0;
	for (size_t i = 0; i < json_array_size(merges); i++) {
		const json_t *v = json_array_get(merges, i);
		struct merge_text m = { 0 };
		if (json_is_string(v) && strncmp(json_string_value(v), "#version", 8) == 0)
			continue; /* the head line of merges.txt, which some files carry along */
		int rc = read_merge(&m, v, i);
		if (!rc)
			rc = add_merge(t, ids, &m, i, rank++);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- model ---- */

static int refuse_text(const json_t *model, const char *key)
{
	const json_t *v = json_object_get(model, key);
	if (!v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0))
		return 0;
	return err_set(ERR_UNSUPPORTED, "tokenizer: model.%s: only null is supported", key);
}

static int check_model(const json_t *model)
{
	const char *type = json_string_value(json_object_get(model, "type"));
	if (!json_is_object(model))
		return err_set(ERR_FORMAT, "tokenizer: model: missing, or not an object");
	/* Old files leave the type out; what has merges is BPE. */
	if (type ? strcmp(type, "BPE") != 0 : !json_object_get(model, "merges"))
		return tok_json_unsupported("model", type ? type : "(none)");
	const json_t *dropout = json_object_get(model, "dropout");
	if (dropout && !json_is_null(dropout) && !(json_is_number(dropout) && !(json_number_value(dropout) != 0)))
		return err_set(ERR_UNSUPPORTED, "tokenizer: model.dropout: only null and 0 are supported");
	if (!json_is_array(json_object_get(model, "merges")))
		return err_set(ERR_FORMAT, "tokenizer: model.merges: missing, or not a list");
	int rc = refuse_text(model, "continuing_subword_prefix");
	return rc ? rc : refuse_text(model, "end_of_word_suffix");
}

static int load_unk(struct tok *t, const json_t *model, const struct map *ids)
{
	const json_t *unk = json_object_get(model, "unk_token");
	if (!unk || json_is_null(unk))
		return 0;
	if (!json_is_string(unk))
		return err_set(ERR_FORMAT, "tokenizer: model.unk_token: not a string");
	const uint64_t *id = map_get(ids, json_string_value(unk), json_string_length(unk));
	if (!id)
		return err_set(ERR_FORMAT, "tokenizer: model.unk_token: \"%.*s\" is not in model.vocab", SHOW(json_string_value(unk), json_string_length(unk)));
	t->bpe.unk = (int32_t)*id;
	return 0;
}

/* Whole words are looked up by the bytes they consist of, code points by themselves. */
static void keep_words(struct tok *t, const struct map *ids)
{
	if (t->byte_level && !t->bpe.ignore_merges)
		return;
	for (size_t i = 0; i < ids->n; i++) {
		const struct map_entry *e = &ids->entries[i];
		char *bytes = mem_alloc(e->key_len + 1);
		size_t n;
		if (!t->byte_level)
			map_put(&t->bpe.words, e->key, e->key_len, e->value);
		else if (tok_bytes_of(bytes, &n, e->key, e->key_len))
			map_put(&t->bpe.words, bytes, n, e->value);
		mem_free(bytes);
	}
}

int tok_load_model(struct tok *t, const json_t *root)
{
	const json_t *model = json_object_get(root, "model");
	int rc = check_model(model);
	if (rc)
		return rc;
	const json_t *merges = json_object_get(model, "merges");
	tok_bpe_release(&t->bpe);
	tok_bpe_init(&t->bpe, json_array_size(merges));
	t->bpe.byte_level = t->byte_level;
	struct map ids;
	map_init(&ids);
	const struct {
		const char *key;
		bool *to;
	} flags[] = { { "ignore_merges", &t->bpe.ignore_merges }, { "fuse_unk", &t->bpe.fuse_unk }, { "byte_fallback", &t->bpe.byte_fallback } };
	for (size_t i = 0; i < sizeof flags / sizeof flags[0] && !rc; i++)
		rc = tok_json_bool(flags[i].to, model, "model", flags[i].key);
	if (!rc && t->byte_level && t->bpe.byte_fallback)
		rc = err_set(ERR_UNSUPPORTED, "tokenizer: model.byte_fallback: not supported together with pre_tokenizer ByteLevel");
	if (!rc)
		rc = load_vocab(t, model, &ids);
	if (!rc)
		rc = load_unk(t, model, &ids);
	if (!rc)
		rc = load_merges(t, merges, &ids);
	if (!rc)
		keep_words(t, &ids);
	map_release(&ids);
	return rc;
}

/* ---- added tokens ---- */

static int read_added(struct tok_added_token *out, const json_t *e, const char *where)
{
	const struct {
		const char *key;
		bool *to;
	} flags[] = { { "special", &out->special }, { "normalized", &out->normalized }, { "lstrip", &out->lstrip },
		      { "rstrip", &out->rstrip },   { "single_word", &out->single_word } };
	int rc = 0;
	for (size_t i = 0; i < sizeof flags / sizeof flags[0] && !rc; i++)
		rc = tok_json_bool(flags[i].to, e, where, flags[i].key);
	return rc;
}

/* A content that the vocabulary has too must have the same id there; another one must not take an id that is in use. At byte
 * level an added token stands for its own text, whatever alphabet the vocabulary is written in. */
static int place_added(struct tok *t, int32_t id, const char *text, size_t len, const char *where)
{
	size_t had;
	const char *bytes = tok_bytes(t, id, &had);
	struct buf decoded;
	buf_init(&decoded, 4 * TOK_MAX_TOKEN);
	int rc = tok_decode_piece(&t->decoder, text, len, &decoded);
	if (!rc && bytes && !(had == decoded.len && memcmp(bytes, buf_text(&decoded), had) == 0))
		rc = err_set(ERR_FORMAT, "tokenizer: %s: \"%.*s\" has id %d, which \"%.40s\" has already", where, SHOW(text, len), (int)id, bytes);
	if (!rc) {
		tok_vocab_grow(&t->vocab, (size_t)id + 1);
		rc = t->byte_level ? tok_vocab_set(&t->vocab, id, text, len) : tok_vocab_set(&t->vocab, id, buf_text(&decoded), decoded.len);
	}
	buf_release(&decoded);
	return rc;
}

static int load_one_added(struct tok *t, const json_t *e, const char *where)
{
	struct tok_added_token token = { 0 };
	const char *text;
	size_t len;
	int rc = tok_json_text(&text, &len, e, where, "content");
	if (!rc && len == 0)
		return 0; /* the reference passes over it too */
	if (!rc)
		rc = check_id(json_object_get(e, "id"), where, text, len);
	if (!rc)
		rc = read_added(&token, e, where);
	if (rc)
		return rc;
	token.id = (int32_t)json_integer_value(json_object_get(e, "id"));
	struct buf scratch[2];
	buf_init(&scratch[0], TOK_MAX_TEXT);
	buf_init(&scratch[1], TOK_MAX_TEXT);
	const char *pattern = text;
	size_t pattern_len = len;
	if (token.normalized)
		rc = tok_normalise(t, &pattern, &pattern_len, scratch);
	if (!rc && pattern_len == 0)
		rc = err_set(ERR_FORMAT, "tokenizer: %s: nothing is left of \"%.*s\" when normalised", where, SHOW(text, len));
	if (!rc)
		rc = place_added(t, token.id, text, len, where);
	if (!rc)
		rc = tok_added_put(&t->added, text, len, pattern, pattern_len, token);
	buf_release(&scratch[0]);
	buf_release(&scratch[1]);
	return rc;
}

int tok_load_added(struct tok *t, const json_t *root)
{
	const json_t *all = json_object_get(root, "added_tokens");
	if (!all || json_is_null(all))
		return 0;
	if (!json_is_array(all))
		return err_set(ERR_FORMAT, "tokenizer: added_tokens: not a list");
	int rc = 0;
	for (size_t i = 0; i < json_array_size(all) && !rc; i++) {
		char where[40];
		snprintf(where, sizeof where, "added_tokens[%zu]", i);
		rc = load_one_added(t, json_array_get(all, i), where);
	}
	return rc;
}
