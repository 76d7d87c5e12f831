/* compile/clex.h - layer 1, inside compile/. As much of C's grammar as it takes to see where a function ends.
 *
 * Reads bytes one after the other and knows where it is: in code, in a comment, a string, a character, a preprocessor line;
 * how deep in braces and parentheses; and which function's body is open. Never fails on any bytes. Preprocessor lines do not
 * count braces: `#define BEGIN {` opens nothing. */
#ifndef COMPILE_CLEX_H
#define COMPILE_CLEX_H

#include <stdbool.h>
#include <stddef.h>

enum clex_where { CLEX_CODE, CLEX_LINE_COMMENT, CLEX_BLOCK_COMMENT, CLEX_STRING, CLEX_CHAR, CLEX_DIRECTIVE };
enum { CLEX_NAME = 128 };

struct clex {
	enum clex_where where;
	bool escaped;       /* the byte before was a backslash that counts */
	bool in_directive;  /* a comment or string inside a preprocessor line returns to it */
	bool line_start;    /* nothing but blanks since the line began */
	char previous;      /* the byte before */
	int braces, parens; /* open ones */
	char name[CLEX_NAME]; /* at top level: the name before the last parenthesis that was opened there: a function's */
	char body[CLEX_NAME]; /* whose body is open (braces > 0), "" when it is no function's */
	char word[CLEX_NAME]; /* the identifier being read, or read last */
	size_t n_word;
	bool word_open, after_parens;
	size_t at;          /* bytes read */
	size_t item;        /* where the top-level item being read begins (its first byte that is neither blank nor comment) */
	bool in_item;
};

void clex_init(struct clex *l);
/* What a byte did. */
enum clex_event { CLEX_NOTHING, CLEX_OPENED /* a top-level brace */, CLEX_CLOSED /* it, again */, CLEX_ENDED /* top-level ; */,
	CLEX_UNBALANCED /* a } with nothing open */ };
enum clex_event clex_step(struct clex *l, char c);

#endif
