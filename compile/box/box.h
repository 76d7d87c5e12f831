/* compile/box/box.h - what the judge and the supervisor inside the sandbox (compile/box/box.c) say to each other.
 *
 *   judge --job stream, on the supervisor's fd 0--> supervisor --frames, on its fd 3--> judge
 *
 * A job is a row of items. Each is a `struct box_item`, then `name_bytes` bytes, then `data_bytes` bytes:
 *   BOX_FILE   name: file name, NUL-terminated; data: its content. Written into the working directory.
 *   BOX_STEP   name: the argument strings, each NUL-terminated; data: a struct box_step. Run; the first one that does not exit
 *              with status 0 ends the job, unless it says keep_going.
 *   BOX_FETCH  name: file name. Its content comes back as BOX_FRAME_FILE frames. Only for jobs that run nothing untrusted.
 * The supervisor is pid 1 of the sandbox: no signal from inside reaches it, and when it ends everything inside ends. Both fds
 * are closed in the programs it starts. Both sides come from one build, so the structs travel as they lie in memory. */
#ifndef COMPILE_BOX_BOX_H
#define COMPILE_BOX_BOX_H

#include <stdint.h>

/* A program that is short of processor time because the machine is busy is not one that sleeps: while it has had at least
 * BOX_BUSY_PERCENT of the time that passed, its wall clock is BOX_PATIENCE times as long. */
enum { BOX_BUSY_PERCENT = 2, BOX_PATIENCE = 8 };
enum { BOX_RESULT_FD = 3, BOX_NAME_MAX = 1 << 16, BOX_DATA_MAX = 64 << 20 };

enum box_tag { BOX_FILE = 0xf11e, BOX_STEP = 0x57e9, BOX_FETCH = 0xfe7c };

struct box_item {
	uint32_t tag, name_bytes;
	uint64_t data_bytes;
};

struct box_step {
	uint32_t cpu_ms, wall_ms;
	uint64_t address_bytes, file_bytes, stack_bytes;
	uint64_t output_bytes; /* stdout and stderr together */
	uint32_t processes;
	uint32_t keep_going; /* the job goes on even if this one fails */
	int32_t proof_fd; /* where the program finds the pipe for its proof; -1: it gets none */
};

enum box_how { BOX_EXITED, BOX_SIGNALED, BOX_CPU_LIMIT, BOX_WALL_LIMIT, BOX_OUTPUT_LIMIT, BOX_NOT_STARTED };

struct box_ended {
	uint32_t how;
	int32_t code; /* exit status, signal, or errno of what could not be started */
	uint64_t cpu_us, wall_us, peak_bytes;
};

enum box_frame_kind { BOX_FRAME_OUT = 'o', BOX_FRAME_ERR = 'e', BOX_FRAME_PROOF = 'p', BOX_FRAME_FILE = 'f', BOX_FRAME_ENDED = 'x' };

struct box_frame {
	uint32_t kind, step, bytes;
};

#endif
