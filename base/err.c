#include "base/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ERR_MESSAGE_BYTES = 1024 };
static _Thread_local char message[ERR_MESSAGE_BYTES];

/* Control characters of untrusted names and values must not reach a terminal. */
static void defuse(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

int err_set(int code, const char *fmt, ...)
{
	char made[ERR_MESSAGE_BYTES]; /* an argument may point into the old message */
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(made, sizeof made, fmt, ap);
	va_end(ap);
	memcpy(message, made, sizeof message);
	defuse(message);
	return code;
}

int err_prefix(int code, const char *fmt, ...)
{
	char made[ERR_MESSAGE_BYTES];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(made, sizeof made, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof made)
		snprintf(made + n, sizeof made - (size_t)n, ": %s", message);
	memcpy(message, made, sizeof message);
	defuse(message);
	return code;
}

int err_errno(int code, const char *fmt, ...)
{
	int saved = errno;
	char made[ERR_MESSAGE_BYTES];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(made, sizeof made, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof made)
		snprintf(made + n, sizeof made - (size_t)n, ": %s", strerror(saved));
	memcpy(message, made, sizeof message);
	defuse(message);
	return code;
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
