/* search/pysource.h - layer 3. The little that reading tasks must know of Python: names and docstrings of functions. */
#ifndef SEARCH_PYSOURCE_H
#define SEARCH_PYSOURCE_H

#include "base/buf.h"
#include <stdbool.h>

/* Yours: the name of the last function defined at the outermost level; NULL when there is none. */
char *py_last_function(const char *text);
/* Appends the docstring of the function, trimmed, its common indentation taken away. False when it has none. */
bool py_docstring(const char *text, const char *function, struct buf *out);
/* Appends text with "# " before every line. */
void py_comment(const char *text, struct buf *out);

#endif
