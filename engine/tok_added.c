#include "engine/tok_added.h"
#include "base/mem.h"
#include "engine/tok_unicode.h"
#include <string.h>

void tok_sections_release(struct tok_sections *s)
{
	mem_free(s->v);
	*s = (struct tok_sections){ 0 };
}

static void add_section(struct tok_sections *s, size_t start, size_t end, int32_t token)
{
	if (start >= end)
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->v = mem_grow(s->v, s->cap, sizeof *s->v);
	}
	s->v[s->n++] = (struct tok_section){ start, end, token };
}

static uint32_t trie_new(struct tok_trie *t, unsigned char byte)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->nodes = mem_grow(t->nodes, t->cap, sizeof *t->nodes);
	}
	t->nodes[t->n] = (struct tok_trie_node){ .token = -1, .byte = byte };
	return (uint32_t)t->n++;
}

void tok_added_init(struct tok_added *a)
{
	*a = (struct tok_added){ 0 };
	map_init(&a->by_content);
	trie_new(&a->raw, 0);
	trie_new(&a->normal, 0);
}

void tok_added_release(struct tok_added *a)
{
	mem_free(a->tokens);
	mem_free(a->raw.nodes);
	mem_free(a->normal.nodes);
	map_release(&a->by_content);
	tok_split_free(a->word);
	*a = (struct tok_added){ 0 };
}

/* The child of node `at` by this byte, 0 when there is none. */
static uint32_t trie_step(const struct tok_trie *t, uint32_t at, unsigned char byte)
{
	if (at == 0)
		return t->first[byte];
	uint32_t c = t->nodes[at].child;
	while (c && t->nodes[c].byte != byte)
		c = t->nodes[c].sibling;
	return c;
}

static uint32_t trie_insert(struct tok_trie *t, const char *s, size_t n)
{
	uint32_t at = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)s[i];
		uint32_t next = trie_step(t, at, byte);
		if (!next) {
			next = trie_new(t, byte);
			if (at == 0) {
				t->first[byte] = next;
			} else {
				t->nodes[next].sibling = t->nodes[at].child;
				t->nodes[at].child = next;
			}
		}
		at = next;
	}
	return at;
}

static int need_word(struct tok_added *a)
{
	if (a->word)
		return 0;
	/* The reference asks Rust's \w here, which also has the two joiners. */
	static const char word[] = "[\\w\\x{200c}\\x{200d}]";
	struct tok_split_spec spec = { .where = "added_tokens.single_word", .pattern = word, .len = sizeof word - 1 };
	return tok_split_new(&a->word, &spec);
}

int tok_added_put(struct tok_added *a, const char *content, size_t len, const char *pattern, size_t pattern_len, struct tok_added_token token)
{
	if (token.single_word) {
		int rc = need_word(a);
		if (rc)
			return rc;
	}
	struct tok_trie *t = token.normalized ? &a->normal : &a->raw;
	uint32_t end = trie_insert(t, pattern, pattern_len);
	if (t->nodes[end].token >= 0 || map_get(&a->by_content, content, len))
		return err_set(ERR_FORMAT, "tokenizer: added_tokens: \"%.*s\" is there twice", len < 60 ? (int)len : 60, content);
	if (a->n == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 32;
		a->tokens = mem_grow(a->tokens, a->cap, sizeof *a->tokens);
	}
	t->nodes[end].token = (int32_t)a->n;
	map_put(&a->by_content, content, len, a->n);
	a->tokens[a->n++] = token;
	return 0;
}

/* Length of the longest token that begins at s, 0 for none. */
static size_t longest(const struct tok_trie *t, const char *s, size_t n, int32_t *token)
{
	size_t found = 0;
	uint32_t at = 0;
	for (size_t i = 0; i < n && (at = trie_step(t, at, (unsigned char)s[i])); i++)
		if (t->nodes[at].token >= 0) {
			*token = t->nodes[at].token;
			found = i + 1;
		}
	return found;
}

static size_t before(const char *text, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80);
	return at;
}

static bool word_at(const struct tok_added *a, struct tok_matcher *m, const char *at)
{
	char one[4];
	int n = tok_utf8_put(one, tok_stand_in(tok_utf8_get(at)));
	return tok_split_matches(a->word, m, one, (size_t)n);
}

static bool stands_alone(const struct tok_added *a, struct tok_matcher *m, const char *text, size_t n, size_t start, size_t end)
{
	return !(start > 0 && word_at(a, m, text + before(text, start))) && !(end < n && word_at(a, m, text + end));
}

static size_t spaces_back(const char *text, size_t at, size_t floor)
{
	while (at > floor) {
		size_t prev = before(text, at);
		if (!tok_is_space(tok_utf8_get(text + prev)))
			break;
		at = prev;
	}
	return at > floor ? at : floor;
}

static size_t spaces_on(const char *text, size_t at, size_t n)
{
	while (at < n && tok_is_space(tok_utf8_get(text + at)))
		at += (size_t)tok_utf8_length((unsigned char)text[at]);
	return at;
}

void tok_added_cut(const struct tok_added *a, const struct tok_trie *trie, struct tok_matcher *m, const char *text, size_t n, struct tok_sections *out)
{
	size_t done = 0, len;
	for (size_t i = 0; i < n; i += len) {
		int32_t token = -1;
		len = trie->first[(unsigned char)text[i]] ? longest(trie, text + i, n - i, &token) : 0;
		if (!len) {
			len = 1;
			continue;
		}
		const struct tok_added_token *t = &a->tokens[token];
		size_t start = i, end = i + len;
		if (t->single_word && !stands_alone(a, m, text, n, start, end))
			continue;
		if (t->lstrip)
			start = spaces_back(text, start, done < start ? done : start);
		if (t->rstrip)
			end = spaces_on(text, end, n);
		add_section(out, done, start, -1);
		add_section(out, start, end, token);
		done = end;
	}
	add_section(out, done, n, -1);
}
