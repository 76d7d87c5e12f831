/* base/buf.h - layer 0. A growing byte string with a ceiling.
 *
 * Invariants: data is NUL-terminated at data[len] whenever it is not NULL; len <= max. Going over the ceiling keeps what
 * fits, sets `truncated`, and every later add is a no-op that returns ERR_LIMIT: output of untrusted programs cannot grow
 * past it. Builders of our own text may ignore the return value and look at `truncated` once. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define BUF_MAX_TEXT ((size_t)64 << 20) /* a program, a report, a JSON document */

struct buf {
	char *data;
	size_t len, cap, max;
	bool truncated;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b); /* usable again only after buf_init */
void buf_clear(struct buf *b);   /* len = 0, memory kept */
int buf_add(struct buf *b, const void *data, size_t n);
int buf_str(struct buf *b, const char *s);
int buf_char(struct buf *b, char c);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Yours: the bytes, NUL-terminated; b is left empty and usable. *len may be NULL. */
char *buf_take(struct buf *b, size_t *len);
/* Borrowed, never NULL. */
const char *buf_text(const struct buf *b);

#endif
