/* commands/bench_operands.h - layer 5, inside bench_kernels*.c and bench_ops*.c. Operands of one operation, in the backend's memory: made
 * up by coordinate, alike in every run, and freed together.
 *
 * The first that finds no memory leaves ERR_NOMEM in `err` and gives NULL, and so do all that follow: who makes several looks once. */
#ifndef COMMANDS_BENCH_OPERANDS_H
#define COMMANDS_BENCH_OPERANDS_H

#include "kernels/kernels.h"

struct operands {
	struct kern *k;
	void **held; /* of kern_alloc */
	int n, cap, err;
};

void operands_begin(struct operands *o, struct kern *k);
void operands_end(struct operands *o);
/* Zeroed. */
void *operand_room(struct operands *o, size_t bytes);
/* A copy of what is plain. */
void *operand_given(struct operands *o, const void *plain, size_t bytes);
/* Between -1 and 1; `what` tells operands apart. */
float *operand_floats(struct operands *o, size_t n, uint32_t what);
struct kern_view operand_view(struct operands *o, int rows, int cols, uint32_t what);
/* Of a type, as weights and caches are. */
void *operand_items(struct operands *o, enum kern_type type, size_t n, uint32_t what);
/* Of like's type, shape and blocks (its data is not looked at); packed: as the backend lays it out, where it does. */
struct kern_weight operand_weight(struct operands *o, const struct kern_weight *like, uint32_t what, bool packed);

#endif
