#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_release(struct buf *b)
{
	mem_free(b->data);
	*b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->truncated = false;
	if (b->data)
		b->data[0] = '\0';
}

static void reserve(struct buf *b, size_t n)
{
	if (b->len + n + 1 <= b->cap)
		return;
	size_t cap = b->cap ? b->cap * 2 : 64;
	if (cap < b->len + n + 1)
		cap = b->len + n + 1;
	b->data = mem_grow(b->data, cap, 1);
	b->cap = cap;
}

int buf_add(struct buf *b, const void *data, size_t n)
{
	assert(b->max > 0); /* buf_init was called */
	if (b->truncated)
		return ERR_LIMIT;
	size_t room = b->max - b->len;
	if (n > room) {
		b->truncated = true;
		n = room;
	}
	reserve(b, n);
	if (n)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
	return b->truncated ? err_set(ERR_LIMIT, "text grew over its ceiling of %zu bytes", b->max) : 0;
}

int buf_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int buf_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[512];
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	int err;
	if (n < 0) {
		err = err_set(ERR_FORMAT, "text could not be formatted");
	} else if ((size_t)n < sizeof small) {
		err = buf_add(b, small, (size_t)n);
	} else {
		char *large = mem_alloc((size_t)n + 1);
		vsnprintf(large, (size_t)n + 1, fmt, again);
		err = buf_add(b, large, (size_t)n);
		mem_free(large);
	}
	va_end(again);
	return err;
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int err = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return err;
}

char *buf_take(struct buf *b, size_t *len)
{
	reserve(b, 0);
	b->data[b->len] = '\0';
	if (len)
		*len = b->len;
	char *data = b->data;
	*b = (struct buf){ .max = b->max };
	return data;
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}
