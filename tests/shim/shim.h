/* tests/shim/shim.h - how a test drives the shim; for C and C++. */
#ifndef TESTS_SHIM_H
#define TESTS_SHIM_H

#include "kernels/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif
/* In which order blocks and the threads of one take turns: 0 ascending, 1 descending, 2.. shuffled anew at every turn, by that seed.
 * Before the first call the environment's SHIM_ORDER says it (default 0). No result may depend on it. */
void shim_order(unsigned order);
/* On: launches and copies wait until somebody waits for them (an event, a stream, a free), and the first block of a kernel then runs up
 * to its cu_wait before the kernel ahead of it has done anything. Off, as at first unless the environment has SHIM_OVERLAP: everything is
 * done at once. */
void shim_overlap(bool on);
/* Does what is still queued. */
void shim_settle(void);
/* As if the device gave a block so much shared memory at most: 227 KB unless told otherwise. For what is opened from now on. */
void shim_shared_max(int bytes);
/* As if the device were of compute capability `capability`.0: 9 unless told otherwise. For what is opened from now on. */
void shim_device(int capability);
/* How many kernels ran since the process began. */
unsigned long long shim_launches(void);
#ifdef __cplusplus
}
#endif

#endif
