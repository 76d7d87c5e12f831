/* base/log.h - layer 0. What is said to people, on stderr: messages and progress. Results go to stdout, never here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };
void log_set_level(enum log_level level);
enum log_level log_level(void);
/* "coppice: warning: ..." (shown unless quiet), a plain line (normal), a detail (verbose only). */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Monotonic seconds. */
double clock_seconds(void);

/* Progress of long work: one line that rewrites itself on a terminal, a line every ten seconds elsewhere.
 * The caller calls progress_update as often as it likes; it prints at most ten times a second. Single-threaded. */
struct progress {
	const char *what, *unit; /* borrowed */
	double started, printed;
	int64_t done, total; /* total 0: unknown */
	double patience;     /* seconds: work that takes no longer is not worth a line. 0 after progress_start */
	bool shown;          /* a line was printed */
	char note[160];      /* free text behind the numbers */
};
void progress_start(struct progress *p, const char *what, const char *unit, int64_t total);
void progress_update(struct progress *p, int64_t done, const char *note_fmt, ...) __attribute__((format(printf, 3, 4)));
void progress_end(struct progress *p);

#endif
