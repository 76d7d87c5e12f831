#include "base/log.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level level_now = LOG_NORMAL;

void log_set_level(enum log_level level)
{
	level_now = level;
}

enum log_level log_level(void)
{
	return level_now;
}

static void say(const char *prefix, const char *fmt, va_list ap)
{
	char line[2048];
	int n = snprintf(line, sizeof line, "%s", prefix);
	vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
	fprintf(stderr, "%s\n", line); /* one write a line: threads do not tear it */
}

void log_warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (level_now > LOG_QUIET)
		say("coppice: warning: ", fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (level_now >= LOG_NORMAL)
		say("", fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (level_now >= LOG_VERBOSE)
		say("", fmt, ap);
	va_end(ap);
}

double clock_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(struct progress *p, const char *what, const char *unit, int64_t total)
{
	*p = (struct progress){ .what = what, .unit = unit, .total = total, .started = clock_seconds() };
	p->printed = isatty(2) ? 0 : p->started;
}

static void duration(char *out, size_t size, double seconds)
{
	long s = (long)(seconds + 0.5);
	if (s >= 3600)
		snprintf(out, size, "%ld h %02ld min", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(out, size, "%ld min %02ld s", s / 60, s % 60);
	else
		snprintf(out, size, "%ld s", s);
}

static void show(struct progress *p, double now)
{
	p->shown = true;
	double spent = now - p->started;
	double rate = spent > 0 ? (double)p->done / spent : 0;
	char line[512], left[32];
	int n = snprintf(line, sizeof line, "%s: %lld", p->what, (long long)p->done);
	if (p->total > 0)
		n += snprintf(line + n, sizeof line - (size_t)n, " of %lld %s (%.0f %%)", (long long)p->total, p->unit,
		              100.0 * (double)p->done / (double)p->total);
	else
		n += snprintf(line + n, sizeof line - (size_t)n, " %s", p->unit);
	n += snprintf(line + n, sizeof line - (size_t)n, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate);
	if (p->total > p->done && rate > 0) {
		duration(left, sizeof left, (double)(p->total - p->done) / rate);
		n += snprintf(line + n, sizeof line - (size_t)n, ", %s left", left);
	}
	if (p->note[0])
		snprintf(line + n, sizeof line - (size_t)n, ", %s", p->note);
	if (isatty(2))
		fprintf(stderr, "\r\033[K%.150s", line);
	else
		fprintf(stderr, "%s\n", line);
	fflush(stderr);
}

void progress_update(struct progress *p, int64_t done, const char *note_fmt, ...)
{
	p->done = done;
	if (note_fmt) {
		va_list ap;
		va_start(ap, note_fmt);
		vsnprintf(p->note, sizeof p->note, note_fmt, ap);
		va_end(ap);
	}
	double now = clock_seconds();
	if (now - p->started < p->patience)
		return;
	if (level_now == LOG_QUIET || now - p->printed < (isatty(2) ? 0.1 : 10.0))
		return;
	p->printed = now;
	show(p, now);
}

void progress_end(struct progress *p)
{
	double now = clock_seconds();
	if (level_now == LOG_QUIET || (!p->shown && now - p->started < p->patience))
		return;
	show(p, now);
	if (isatty(2))
		fputc('\n', stderr);
}
