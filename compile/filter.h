/* compile/filter.h - layer 1, inside compile/. The system calls that nothing in the sandbox may make, as a BPF program. */
#ifndef COMPILE_FILTER_H
#define COMPILE_FILTER_H

#include "base/buf.h"
#include "base/err.h"

/* Appends the program that bubblewrap's --seccomp reads. ERR_UNSUPPORTED where libseccomp does not know the processor. */
int cmp_filter_build(struct buf *program) CHECK_RESULT;

#endif
