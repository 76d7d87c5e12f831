/* search/csource.h - layer 3. The little that reading tasks must know of C: where a function's definition stands. */
#ifndef SEARCH_CSOURCE_H
#define SEARCH_CSOURCE_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>

/* Where the definition of a function stands in C text: [begin, open) is its head ("int func0(int n)"), text[open] its brace. */
struct c_function {
	size_t begin, open;
};
/* Looks at the outermost level only; knows strings, characters, comments and preprocessor lines. */
bool c_function_find(const char *text, const char *name, struct c_function *out);
/* Appends the #include lines that stand before `end`. */
void c_includes(const char *text, size_t end, struct buf *out);
/* Appends text as a C comment; a comment's end inside it is taken apart. */
void c_comment(const char *text, size_t n, struct buf *out);

#endif
