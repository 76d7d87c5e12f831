/* compile/extract.h - layer 1, inside compile/. The parts of extraction: one file a language. */
#ifndef COMPILE_EXTRACT_H
#define COMPILE_EXTRACT_H

#include "compile/compile.h"

struct cmp_span {
	const char *s;
	size_t n;
};

enum { CMP_MAX_FENCES = 64 };
/* The contents of the ``` blocks of a text; the text before the first fence in *before. An unfinished block ends with the
 * text. Returns how many there are; 0 when the text has no fence. */
int cmp_fences(struct cmp_span text, struct cmp_span *before, struct cmp_span blocks[CMP_MAX_FENCES]);
bool cmp_span_blank(struct cmp_span s);
/* Line by line: the next line without its newline; false at the end. */
bool cmp_span_line(struct cmp_span *rest, struct cmp_span *line);

enum cmp_extraction cmp_extract_c(const struct cmp_problem *p, struct cmp_span completion, struct buf *program);
enum cmp_extraction cmp_extract_python(const struct cmp_problem *p, struct cmp_span completion, struct buf *program);

#endif
