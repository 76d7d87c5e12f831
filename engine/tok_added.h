/* engine/tok_added.h - layer 2. Added tokens of tokenizer.json ("<|endoftext|>"): cut out of the text before anything else, or,
 * when `normalized`, out of the normalised text. The longest of those that begin leftmost wins. */
#ifndef ENGINE_TOK_ADDED_H
#define ENGINE_TOK_ADDED_H

#include "base/err.h"
#include "base/map.h"
#include "engine/tok_split.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tok_added_token {
	int32_t id;
	bool special, normalized, lstrip, rstrip, single_word;
};

struct tok_trie_node {
	int32_t token; /* index of the added token that ends here; -1: none */
	uint32_t child, sibling; /* 0: none; the root is nobody's child */
	unsigned char byte;
};
struct tok_trie {
	struct tok_trie_node *nodes;
	size_t n, cap;
	uint32_t first[256]; /* the root's children by byte */
};

struct tok_added {
	struct tok_added_token *tokens; /* in the file's order */
	size_t n, cap;
	struct map by_content;    /* content as written to index */
	struct tok_trie raw, normal;
	struct tok_split *word;   /* one word character; NULL when no token is single_word */
};

/* A stretch of text: an added token (index), or text between (-1). */
struct tok_section {
	size_t start, end;
	int32_t token;
};
struct tok_sections {
	struct tok_section *v;
	size_t n, cap;
};
void tok_sections_release(struct tok_sections *s);

void tok_added_init(struct tok_added *a);
void tok_added_release(struct tok_added *a);
/* pattern: what is looked for, not empty; content itself, or its normalised form. ERR_FORMAT when it is there already. */
int tok_added_put(struct tok_added *a, const char *content, size_t len, const char *pattern, size_t pattern_len, struct tok_added_token token) CHECK_RESULT;
/* Appends the sections of text[n], in order, none empty. */
void tok_added_cut(const struct tok_added *a, const struct tok_trie *trie, struct tok_matcher *m, const char *text, size_t n, struct tok_sections *out);

#endif
