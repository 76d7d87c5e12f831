/* compile/sandbox.h - layer 1, inside compile/. The one place where what a model wrote is compiled and run.
 *
 *   job (files, steps) --memfd--> [ bubblewrap: user, pid, net, ipc, uts namespaces; /usr read-only; /tmp of a stated size;
 *                                   no /proc, no /dev but null; seccomp; no capability ]
 *                                 [ supervisor, pid 1 --fork, limits--> step 1, step 2, ... ]
 *                      <--pipe--  frames: output, proof, how each step ended
 *
 * Never uid 0 inside: started by root, the child becomes an unused user before it becomes bubblewrap.
 * The judge opens no file that a candidate could have touched: everything comes back through one pipe, capped.
 * A cmp_sandbox is read-only after opening and may be used by any number of threads at once. */
#ifndef COMPILE_SANDBOX_H
#define COMPILE_SANDBOX_H

#include "base/buf.h"
#include "base/err.h"
#include "compile/box/box.h"
#include <stdbool.h>
#include <stddef.h>

struct cmp_sandbox;
/* ERR_MISSING names the package (bubblewrap) or the setting (user namespaces) that is not there: there is no way without. */
int cmp_sandbox_open(struct cmp_sandbox **out, size_t scratch_bytes) CHECK_RESULT;
void cmp_sandbox_close(struct cmp_sandbox *s);

/* Runs a job that does nothing: 0 when the sandbox itself works. */
int cmp_sandbox_try(const struct cmp_sandbox *s) CHECK_RESULT;

struct cmp_step_limits {
	double cpu_seconds, wall_seconds;
	size_t memory_bytes, file_bytes, stack_bytes, output_bytes;
	int processes;
	bool keep_going;
};

/* A job being put together. */
struct cmp_job {
	struct buf stream;
	int n_steps;
	bool keeps_going;    /* a step may fail without ending it */
	double wall_seconds; /* of all steps */
	size_t output_bytes;
	const char *bind_file, *bind_at; /* one file of ours that is seen, read-only, inside; NULL for none. Borrowed. */
};
void cmp_job_init(struct cmp_job *j);
void cmp_job_release(struct cmp_job *j);
void cmp_job_file(struct cmp_job *j, const char *name, const void *data, size_t n);
/* argv ends with NULL. proof_fd -1: none. A step that fails ends the job, unless l->keep_going. */
void cmp_job_step(struct cmp_job *j, const struct cmp_step_limits *l, const char *const *argv, int proof_fd);
/* Have a file sent back, at most max bytes: for jobs of trusted text only. */
void cmp_job_fetch(struct cmp_job *j, const char *name, size_t max);

enum { CMP_JOB_STEPS = 8 };
struct cmp_job_result {
	int n_ended; /* steps that were run, the last of which may have failed */
	struct {
		struct box_ended ended;
		struct buf out, err, proof;
	} step[CMP_JOB_STEPS];
	struct buf file;
};
void cmp_job_result_release(struct cmp_job_result *r);
/* True when all steps ran and exited with 0. */
bool cmp_job_ok(const struct cmp_job *j, const struct cmp_job_result *r);

/* What the supervisor says, read as it arrives: whole frames go into *out. */
struct cmp_frames {
	struct cmp_job_result *out;
	struct buf pending; /* received, not yet a whole frame */
	bool broken;        /* no frame of ours: nothing more is read */
};
void cmp_frames_take(struct cmp_frames *f, const char *data, size_t n);

/* ERR_IO, ERR_MISSING: the sandbox itself did not work, twice. Whatever the steps did is in *out, always to be released. */
int cmp_sandbox_run(const struct cmp_sandbox *s, const struct cmp_job *j, struct cmp_job_result *out) CHECK_RESULT;

#endif
