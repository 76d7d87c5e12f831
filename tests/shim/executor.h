/* tests/shim/executor.h - inside tests/shim. A launch, how it is run, and what a thread keeps. */
#ifndef TESTS_SHIM_EXECUTOR_H
#define TESTS_SHIM_EXECUTOR_H

#include <cuda_runtime.h>

struct shim_kernel {
	const char *name;
	dim3 grid, block;
	size_t shared;
	shim_call *call;
};
/* Begins it: its first block runs up to cu_wait. At most one kernel may be begun beside the one that runs next. */
void shim_prelude(const shim_kernel *kernel);
/* Runs every block of it, or what is left of them, on this thread. */
void shim_run(const shim_kernel *kernel);

/* Asynchronous copies that were begun and not waited for, in order of their groups. */
struct shim_copies {
	enum { MOST = 256 };
	struct {
		void *to;
		const void *from;
		int bytes, size; /* what is copied, and what is written */
		unsigned group;
	} at[MOST];
	int n;
	unsigned group; /* of the copies that come next */
};
/* Those of the thread that runs. */
struct shim_copies *shim_own_copies(void);
/* A copy of that thread has come to shared memory: until its next cu_proxy_fence, warp groups may not read there. */
void shim_landed(const void *to);

#endif
