/* commands/bench_engine.h - layer 5, inside bench_engine*.c. What was measured, from measuring to printing. */
#ifndef COMMANDS_BENCH_ENGINE_H
#define COMMANDS_BENCH_ENGINE_H

#include "commands/bench.h"

struct engine_row {
	int forks; /* 0: prefill, whose one step is the whole prompt */
	bool capture;
	int steps;
	int64_t tokens;
	double seconds, cpu; /* by the clock, and of all processors */
	struct bench_traffic traffic;
	uint64_t hash;
	int64_t distinct; /* experts touched, summed over steps and layers; not counted in prefill */
};

struct engine_figures {
	struct eng_info info;
	struct bench_peak peak;
	struct bench_memory memory;
	double seconds_to_open;
	struct engine_row *rows;
	int n;
};

/* As the options want it: a table, CSV or JSON. */
void bench_engine_print(const struct engine_figures *f, const struct options *o);

#endif
