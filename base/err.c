#include "base/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[ERR_MESSAGE_BYTES];

/* Control characters of untrusted names and values must not reach a terminal. */
static void defuse(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

/* Makes the message of fmt and, where it is given, ": " and `tail`. Either may point into the old message. */
static void make(const char *tail, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void make(const char *tail, const char *fmt, va_list ap)
{
	char made[ERR_MESSAGE_BYTES];
	int n = vsnprintf(made, sizeof made, fmt, ap);
	if (tail && n >= 0 && (size_t)n < sizeof made)
		snprintf(made + n, sizeof made - (size_t)n, ": %s", tail);
	memcpy(message, made, sizeof message);
	defuse(message);
}

int err_set(int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	make(NULL, fmt, ap);
	va_end(ap);
	return code;
}

int err_prefix(int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	make(message, fmt, ap);
	va_end(ap);
	return code;
}

int err_errno(int code, const char *fmt, ...)
{
	const char *why = strerror(errno); /* first: formatting may change errno */
	va_list ap;
	va_start(ap, fmt);
	make(why, fmt, ap);
	va_end(ap);
	return code;
}

struct err_kept err_keep(int code)
{
	struct err_kept kept;
	kept.code = code;
	if (code)
		memcpy(kept.message, message, sizeof message);
	return kept;
}

int err_first(const struct err_kept *kept, int later)
{
	if (!kept->code)
		return later;
	memcpy(message, kept->message, sizeof message);
	return kept->code;
}

const char *err_message(void)
{
	return message;
}

int err_exit_status(int code)
{
	switch (code) {
	case ERR_OK:
		return 0;
	case ERR_USAGE:
		return 2;
	case ERR_MISSING:
		return 3;
	default:
		return 1;
	}
}
