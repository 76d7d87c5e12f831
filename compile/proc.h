/* compile/proc.h - layer 1, inside compile/. Starting a child process, safely from any thread of a large program.
 *
 * The child shares our memory until it has become the other program (vfork), so that starting one costs the same however
 * large a model we hold. Every descriptor of ours is close-on-exec; the child has the ones in `fds` and no other. SIGCHLD
 * and SIGPIPE are at their defaults in it, whatever our caller did to them, and no signal is blocked. */
#ifndef COMPILE_PROC_H
#define COMPILE_PROC_H

#include "base/buf.h"
#include "base/err.h"
#include <sys/types.h>

enum { CMP_PROC_FDS = 8 };

struct cmp_proc {
	const char *const *argv; /* argv[0] is a path; borrowed */
	const char *const *env;  /* borrowed */
	int fds[CMP_PROC_FDS];   /* what the child finds at 0, 1, 2, ...: ours to close afterwards */
	int n_fds;
	long uid; /* becomes this user and group before the exec; -1: stays who we are */
};

/* *pid is a child of the calling thread. ERR_IO, ERR_MISSING when argv[0] is not there. */
int cmp_proc_start(pid_t *pid, const struct cmp_proc *p) CHECK_RESULT;
/* Waits; works when SIGCHLD is ignored too (then *status is 0). */
void cmp_proc_wait(pid_t pid, int *status);
/* Runs a program of the host that we trust (never a candidate), collects its stdout or stderr. ERR_MISSING, ERR_IO. */
int cmp_proc_capture(struct buf *out, int which_fd, const char *const *argv) CHECK_RESULT;
/* Yours: the path of `name` in $PATH, symlinks resolved; NULL when it is not there. */
char *cmp_proc_find(const char *name);
/* A pipe, close-on-exec, its ends well above the numbers that children use. */
int cmp_proc_pipe(int ends[2]) CHECK_RESULT;

#endif
