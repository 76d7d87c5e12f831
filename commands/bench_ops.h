/* commands/bench_ops.h - layer 5, inside bench_ops*.c. Operations of another file, for the one table. */
#ifndef COMMANDS_BENCH_OPS_H
#define COMMANDS_BENCH_OPS_H

#include "commands/bench_kernels.h"

int bench_op_attention(struct kernels *b, int rows) CHECK_RESULT;
int bench_op_gdn(struct kernels *b, int rows) CHECK_RESULT;

#endif
