/* compile/toolchain.h - layer 1, inside compile/. The commands that the gcc driver would run, so that we can run them without
 * it: the driver costs more than the compiling. They are read off `gcc -###` once; tests hold the result to `gcc -S`. */
#ifndef COMPILE_TOOLCHAIN_H
#define COMPILE_TOOLCHAIN_H

#include "base/err.h"
#include "compile/compile.h"

/* What every C program is compiled with unless the options say otherwise. The first two make the language and the level; the
 * others pin what distributions configure differently, and leave out unwinding tables and the compiler's own name. */
#define CMP_PINNED_CFLAGS "-O0 -fPIE -fno-asynchronous-unwind-tables -fno-stack-protector -fcf-protection=none -fno-ident"

struct cmp_command {
	char **argv; /* ends with NULL */
	int n;
};

struct cmp_toolchain {
	struct cmp_command cc1;     /* program.c in the working directory to assembly on stdout */
	struct cmp_command test;    /* the same for the test's translation unit, test.c */
	struct cmp_command as;      /* program.s to program.o */
	struct cmp_command as_test; /* test.s to test.o */
	struct cmp_command ld;      /* program.o and test.o to `run`, as the driver would */
	struct cmp_command ld_quick; /* the same with libc and libm alone: what it links, it links in two thirds of the time */
	char *version;              /* "gcc 12.2.0 x86_64-linux-gnu" */
};

/* ERR_MISSING names the package that brings what is not there. */
int cmp_toolchain_open(struct cmp_toolchain *t, const char *cc, const char *cflags, enum cmp_language language) CHECK_RESULT;
void cmp_toolchain_close(struct cmp_toolchain *t);

#endif
