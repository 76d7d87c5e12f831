/* commands/bench_kernels.h - layer 5, inside bench_kernels*.c and bench_ops*.c. Operations at the shapes of a model, one after the other. */
#ifndef COMMANDS_BENCH_KERNELS_H
#define COMMANDS_BENCH_KERNELS_H

#include "commands/bench.h"
#include "commands/bench_operands.h"
#include "engine/model.h"

struct kernel_row {
	const char *op;
	char shape[120];
	int rows;
	bool prompt;              /* they are a prompt's chunk, else steps of so many forks */
	double min_us, median_us; /* of a call */
	uint64_t bytes, macs;     /* of a call */
	uint64_t hash;            /* of what the first call gave; of several matrices at once, what the first gave */
};

struct kernels {
	struct kern k;
	struct eng_config config;
	struct eng_weights *weights;        /* names, types and shapes alone */
	const struct eng_layer *attention, *gdn; /* the first of each; NULL where the model has none */
	bool quantise, packed;              /* --compute fp8; whether the engine packs a model of this size */
	int positions;                      /* that an attention reads before its own */
	bool prompt;                        /* what is measured now is of a prompt's last chunk */
	struct kernel_row *list;
	int n;
	struct eng_info info;               /* for the lines that say what this is */
	struct bench_peak peak;
};

/* The operations, in the order of a step; `run` adds a row, or several, for so many rows in flight, or none where the model lacks it. */
struct kernel_op {
	const char *op;
	int (*run)(struct kernels *b, int rows);
	bool prompt; /* a prompt's rows are another matter */
};
extern const struct kernel_op kernel_ops[];
extern const int n_kernel_ops;

/* Times fn(arg), whose result y is, and adds the row. The error of the operands goes first. */
typedef int kernel_fn(struct kern *k, const void *arg);
int kernel_measure(struct kernels *b, const struct operands *made, const char *op, const char *shape, kernel_fn *fn, const void *arg,
                   const struct kern_view *y) CHECK_RESULT;

/* As the options want it: a table, CSV or JSON. */
void bench_kernels_print(const struct kernels *b, const struct options *o);

#endif
