/* base/err.h - layer 0. Error codes and the one message that goes with them.
 *
 * A function that can fail returns 0 or a negative ERR_*. Whoever detects the failure sets the message with
 * `return err_set(ERR_FORMAT, "...")`: one line, with the offending value and what to do, without the caller's context.
 * Everyone above passes the code up unchanged, may prefix its context with err_prefix(), or handles it and goes on.
 * The message belongs to the thread and is never consulted to learn whether something failed. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
	ERR_OK = 0,
	ERR_USAGE = -1,   /* the caller (a person at the command line) asked for something that makes no sense */
	ERR_FORMAT = -2,  /* input is not what it should be: file, field, value */
	ERR_IO = -3,      /* the system refused to read or write */
	ERR_NOMEM = -4,   /* a large allocation (weights, KV, state) did not fit */
	ERR_MISSING = -5, /* a piece of the environment is not there: gcc, bubblewrap, a library, a model folder */
	ERR_LIMIT = -6,   /* a stated limit of this program was exceeded */
	ERR_UNSUPPORTED = -7,
	ERR_CONFLICT = -8, /* the store holds another run, or is held by another writer */
	ERR_STOPPED = -9   /* it was asked to stop, and did */
};

/* Sets this thread's message and returns `code`. */
int err_set(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "context: " in front of the message and returns `code`. */
int err_prefix(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* As err_set, with ": " and strerror(errno) behind. */
int err_errno(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Borrowed; valid until this thread's next err_ call. "" before the first. */
const char *err_message(void);

/* What went wrong first, over clean-up that can fail too: keep it before, and err_first() gives it back with its message, or what came
 * later where `code` was 0. */
enum { ERR_MESSAGE_BYTES = 1024 };
struct err_kept {
	int code;
	char message[ERR_MESSAGE_BYTES]; /* unset where code is 0 */
};
struct err_kept err_keep(int code);
int err_first(const struct err_kept *kept, int later);

/* The exit status a command ends with: 0 done, 1 failed, 2 wrong usage, 3 missing piece of the environment. */
int err_exit_status(int code);

#define CHECK_RESULT __attribute__((warn_unused_result))

#endif
