/* engine/problems.h - layer 2. What is wrong with a model folder, all of it, tensor by tensor.
 *
 * Whoever looks for one thing after the other adds what it finds and goes on, so that a person sees the whole list at once. Where
 * no list is wanted, the first entry is the error. */
#ifndef ENGINE_PROBLEMS_H
#define ENGINE_PROBLEMS_H

#include "base/err.h"
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

#define ENG_MAX_PROBLEMS 100000 /* more are counted only */

struct eng_problem {
	const char *tensor;  /* its name, or that of a file */
	const char *problem; /* "is missing", "has the shape [3], ..."; of a file "no such file, ..." */
	bool file;           /* a file, not a tensor */
	int code;            /* as an error it would be this one */
};

struct eng_problems {
	struct eng_problem *list;
	size_t n, cap;
	size_t more; /* that were not kept */
	bool checked; /* weights were read: what is listed may not show in headers alone */
	struct arena text;
};

void problems_init(struct eng_problems *p);
void problems_release(struct eng_problems *p);
void problems_add(struct eng_problems *p, int code, const char *tensor, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void problems_add_file(struct eng_problems *p, int code, const char *file, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* 0 where there are none; else the first one's code, its text as the message, and how many there are beside it. */
int problems_error(const struct eng_problems *p) CHECK_RESULT;

#endif
