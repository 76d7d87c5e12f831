/* tests/shim/executor.h - inside tests/shim. A launch, and how it is run. */
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

#endif
