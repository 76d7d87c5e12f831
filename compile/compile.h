/* compile/compile.h - layer 1. From what a model wrote to a program, its assembly, and a verdict.
 *
 *   completion --cmp_extract--> program --cmp_compile--> normalised assembly (the group's text) --cmp_test--> verdict
 *
 * Everything a model wrote is untrusted: it is compiled and run only in the sandbox (compile/sandbox.h): no network, no writes
 * outside its own scratch, limits on time, memory, processes and output, for the compiler and for the program alike.
 * A candidate that fails is a value, not an error; an error (ERR_*) means that the judge itself could not work.
 * A cmp_judge is read-only after opening; any number of threads may use it at once. */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include "base/buf.h"
#include "base/err.h"
#include "compile/clex.h"
#include "compile/pylex.h"
#include <stdbool.h>
#include <stddef.h>

enum cmp_language { CMP_C, CMP_CXX, CMP_PYTHON, CMP_TEXT };
const char *cmp_language_name(enum cmp_language l); /* "c", "c++", "python", "text" */
/* -1 for an unknown name. */
int cmp_language_parse(const char *name);

/* A task as the judge sees it. Borrowed strings; NULL where the task has none. */
struct cmp_problem {
	enum cmp_language language;
	const char *id;
	const char *setup;       /* goes before every program: #include lines, imports */
	const char *prompt;      /* what the model was given */
	const char *entry_point; /* the function under test; of a self-invoking pair, the second */
	const char *requires_fn; /* of a self-invoking pair, the first function; else NULL */
	const char *test;        /* C: a translation unit with its own main; Python: code that asserts, HumanEval's defines check() */
	const char *prototype;   /* C: declares entry_point for tests that do not (decompile-eval); else NULL */
	const char *answer;      /* text tasks: the reference answer */
};

/* Whether the text after the prompt has closed the function (C: the brace that opens at the prompt's end is closed, for a
 * pair the entry point's own; Python: a new top-level statement begins). *end: bytes of `completion` that belong to the
 * program. Aware of strings, characters and comments. */
bool cmp_closed(const struct cmp_problem *p, const char *completion, size_t len, size_t *end);

/* The same of a completion that grows: what was looked at before is not looked at again (of Python the line that is being written is).
 * It begins zeroed; a copy of it goes on by itself, as a fork does. */
struct cmp_closing {
	bool begun, closed;
	size_t done, end; /* bytes of the completion that need no other look; where it is closed */
	struct clex c;
	bool open_in_prompt;
	struct pylex python;
	bool seen, body, margin_comment; /* the function; lines of its own; a comment at the margin is being read */
	size_t kept;                     /* up to where the function's own lines go */
};
/* completion: as at the last call, and more behind it. */
bool cmp_closed_yet(struct cmp_closing *at, const struct cmp_problem *p, const char *completion, size_t len, size_t *end);

/* How a program was found in a completion: recorded, since extraction moves pass@1. */
enum cmp_extraction { CMP_EX_CONTINUES, CMP_EX_FENCED, CMP_EX_WHOLE, CMP_EX_BODY, CMP_EX_NOTHING };
#define CMP_EXTRACTOR_VERSION 1
/* Appends the program (without `setup`) that prompt and completion make: fenced or bare, the function again or only its body,
 * unfinished braces closed, trailing prose cut. */
enum cmp_extraction cmp_extract(const struct cmp_problem *p, const char *completion, struct buf *program);
const char *cmp_extraction_name(enum cmp_extraction e);

enum cmp_status {
	CMP_PASSED,
	CMP_WRONG,          /* an assertion failed, or the test said so */
	CMP_COMPILE_ERROR,
	CMP_COMPILE_LIMIT,  /* the compiler ran into a limit or crashed on it */
	CMP_LINK_ERROR,
	CMP_CRASHED,        /* a signal */
	CMP_TIMEOUT,
	CMP_MEMORY,
	CMP_OUTPUT_LIMIT,
	CMP_EXITED_EARLY,   /* ended with status 0 without the proof of completion */
	CMP_FORBIDDEN,      /* refused before running: a program that tried to reach round the judge */
	CMP_NO_PROGRAM,     /* nothing could be extracted */
	CMP_NOT_TESTED,     /* compiled; the task has no test */
	CMP_HARNESS_ERROR   /* the judge's own failure on this one: never counted as wrong */
};
const char *cmp_status_name(enum cmp_status s); /* "passed", "wrong", "compile error", ... */

struct cmp_limits {
	double compile_seconds, run_seconds; /* processor time; wall time is 2x + 1 s for a program that sleeps,
	                                      * eight times that for one that the machine keeps waiting (compile/box/box.h) */
	size_t memory_bytes, output_bytes, scratch_bytes;
	int processes;
};
extern const struct cmp_limits cmp_default_limits;

struct cmp_options {
	struct cmp_limits limits;
	const char *cc;      /* NULL: "gcc" */
	const char *cflags;  /* NULL: the pinned set, recorded in the run */
};

struct cmp_judge;
/* Looks for compiler, python3 and sandbox. ERR_MISSING says which piece and which Debian package brings it. opt may be NULL. */
int cmp_judge_open(struct cmp_judge **out, const struct cmp_options *opt) CHECK_RESULT;
void cmp_judge_close(struct cmp_judge *j);
/* One line that identifies compiler, flags, normaliser and extractor; part of the run's record. Borrowed. */
const char *cmp_judge_identity(const struct cmp_judge *j);

/* What compiling gave. Release with cmp_object_release. */
struct cmp_object {
	enum cmp_status status; /* CMP_PASSED when it compiled, else CMP_COMPILE_ERROR, CMP_COMPILE_LIMIT, CMP_NO_PROGRAM, CMP_HARNESS_ERROR */
	struct buf assembly;    /* normalised: equal text, equal group. Python: normalised bytecode listing */
	struct buf message;     /* the compiler's first complaint, capped */
	bool suspicious;        /* its assembly reaches for exit, _exit, abort, syscall, .init_array ... */
	bool calls_required;    /* of a pair: the program calls requires_fn */
	double seconds;
};
void cmp_object_release(struct cmp_object *o);
int cmp_compile(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_object *out) CHECK_RESULT;

/* What testing gave. Release with cmp_verdict_release. */
struct cmp_verdict {
	enum cmp_status status;
	int signal, exit_status;  /* of the program, told by the supervisor inside; 0 / -1 when not applicable */
	struct buf message;       /* the failing assertion or the last of stderr, capped */
	bool weak_test;           /* the task's test asserts nothing a stub would fail: set by cmp_test_is_weak */
	double seconds, cpu_seconds;
};
void cmp_verdict_release(struct cmp_verdict *v);
int cmp_test(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_verdict *out) CHECK_RESULT;
/* Runs stub bodies (empty, return 0, 1, -1, the first argument) through the task's test; true when one passes. */
int cmp_test_is_weak(struct cmp_judge *j, const struct cmp_problem *p, bool *weak) CHECK_RESULT;

#endif
