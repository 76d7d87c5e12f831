/* compile/pylex.h - layer 1, inside compile/. As much of Python's grammar as it takes to see where a statement begins at the
 * left margin: strings (triple ones too), comments, brackets, continued lines. Never fails on any bytes. */
#ifndef COMPILE_PYLEX_H
#define COMPILE_PYLEX_H

#include <stdbool.h>
#include <stddef.h>

struct pylex {
	char quote;  /* the string that is open ends with this; 0: none is */
	bool triple, comment, escaped, continued;
	int brackets;
	int run;     /* how many of `quote` came in a row just now */
	int column;  /* of the byte to come; -1 once the line has shown its first visible byte */
	bool opening; /* the run opens a string, it is not known yet whether a triple one */
};

void pylex_init(struct pylex *l);
/* True when c is the first visible byte of a statement; its column is in *column. Comments are no statements. */
bool pylex_step(struct pylex *l, char c, int *column);
/* What `from` defines at its first bytes: "def NAME" or "async def NAME" or "class NAME"; false when it is something else. */
bool pylex_defines(const char *from, size_t len, const char *name);

#endif
