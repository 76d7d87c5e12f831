/* commands/bench.h - layer 5, inside cmd_bench.c and the bench_*.c. What `coppice bench` is made of: one function a measurement, and
 * what they share. Options come with their defaults filled in (cmd_bench.c).
 *
 *   bench_engine   prefill, and forks of one prompt that each sample tokens of their own
 *   bench_fork     making forks, their first steps, and a step's time against the distinct experts it touches
 *   bench_kernels  every operation at a model's own shapes
 *
 * All is measured first and printed then: the speed of memory, which figures are held against, is measured when the model is closed,
 * so that its buffers neither count as the engine's memory nor have to fit beside the weights. */
#ifndef COMMANDS_BENCH_H
#define COMMANDS_BENCH_H

#include "base/log.h"
#include "commands/options.h"
#include "engine/engine.h"
#include <stdio.h>

struct json_t;

int bench_engine(const struct options *o) CHECK_RESULT;
int bench_fork(const struct options *o) CHECK_RESULT;
int bench_kernels(const struct options *o) CHECK_RESULT;

/* -- bench_peak.c: how fast this machine could be -- */

struct bench_peak {
	double bytes;            /* a second: the better of the two below, or what --peak says; 0: not measured */
	double reading, copying; /* bytes a second; copies count what they read and what they write. 0: not measured */
	double macs;             /* multiply-adds a second, in registers; 0: not measured */
	size_t size;             /* bytes that were read, and copied */
	bool given;              /* by --peak */
	char device[128];
};
/* The memory of --backend, by all --threads. macs: multiply-adds of the processor too. ERR_NOMEM, and what kern_open says. */
int bench_peak(struct bench_peak *out, const struct options *o, bool macs) CHECK_RESULT;
/* rate / peak, NaN where there is no peak. */
double bench_share(double rate, double peak);

/* -- bench_batch.c: forks of one prompt, stepped together; whatever bench asks of the engine's steps is asked there -- */

struct bench_batch {
	struct eng_model *m;
	struct eng_prefix *prefix;
	struct eng_fork **forks; /* [n] */
	int n;
	uint64_t seed;
	struct eng_capture capture; /* of the step finished last, [n] rows; NULL where it was not asked for */
	bool capturing;             /* whether the next step captures; as it was asked for, and can be switched off */
	int begun;                  /* of the steps that are being asked for */
	int32_t *tokens;            /* [n] what the next step feeds */
	struct rng_at *at;
	struct eng_choice *drawn;
};
/* The model of the options, with room for so many forks that each grow so many tokens. *info is a copy that outlives it. Yours:
 * eng_model_close and bench_info_release, the latter also where this fails (then it must have been zero before). */
int bench_open(struct eng_model **out, struct eng_info *info, const struct options *o, int max_forks, int steps, double *seconds) CHECK_RESULT;
void bench_info_release(struct eng_info *info);
int bench_most_forks(const struct options *o);
/* A prompt of that length, made up from the seed. Yours: eng_prefix_free. */
int bench_prefix(struct eng_prefix **out, struct eng_model *m, int length, uint64_t seed) CHECK_RESULT;
/* Without forks: bench_batch_fork makes all n, at the prompt's end, and bench_batch_drop frees them. Yours: bench_batch_close, also where this fails. */
int bench_batch_open(struct bench_batch *b, struct eng_model *m, int n, const struct options *o, bool capture) CHECK_RESULT;
int bench_batch_fork(struct bench_batch *b) CHECK_RESULT;
void bench_batch_drop(struct bench_batch *b);
void bench_batch_close(struct bench_batch *b);
/* Every fork samples its first token at temperature 0.7, by coordinate. */
int bench_batch_draw(struct bench_batch *b) CHECK_RESULT;
/* Finishes step t of `steps`, all of which are asked for one behind the other; where that keeps a device busy the next is under way by then,
 * as in a run. Every fork reads the token that was sampled last and samples the one behind it; or, with groups, reads a made-up one, the same
 * within each of so many groups of neighbours, and samples none. */
int bench_batch_step(struct bench_batch *b, int t, int steps, int groups) CHECK_RESULT;
/* What has been moved and multiplied so far; waits for all that a device was given to do. */
struct bench_traffic {
	uint64_t bytes, macs;
};
int bench_traffic(struct eng_model *m, struct bench_traffic *out) CHECK_RESULT;

/* -- bench_say.c: what every measurement says of model, machine and memory -- */

/* Progress that speaks up only where there is something to wait for. */
void bench_progress(struct progress *p, const char *what, const char *unit, int64_t total);
/* The most memory so far, and what cannot be done without: weights, and keys, values and states of one prompt and all that grew
 * behind it. */
struct bench_memory {
	double peak, weights, kv, states; /* bytes */
	int64_t positions;                /* of keys and values */
};
struct bench_memory bench_memory(const struct eng_info *info, const struct options *o, int forks, int steps);
/* Yours: name, shape, backend and options of a model, ready for JSON, with "peak". */
struct json_t *bench_json(const char *bench, const struct eng_info *info, const struct options *o, const struct bench_peak *peak, double seconds_to_open);
struct json_t *bench_json_peak(const struct bench_peak *p);
struct json_t *bench_json_real(double x); /* null where it is no number */
void bench_json_print(struct json_t *j);  /* given */
/* seconds_to_open NaN: nothing was opened. The same as lines for people; each begins with `mark` ("# " in CSV). */
void bench_print_head(const char *mark, const struct eng_info *info, const struct options *o, const struct bench_peak *peak, double seconds_to_open);
void bench_print_peak(const char *mark, const struct bench_peak *p);
void bench_print_memory(const char *mark, const struct bench_memory *m);
/* A note that must stand below shares over 1. */
void bench_print_caches(const char *mark);

/* "12.3 %", or a dash. */
const char *bench_percent(char out[32], double share);
double bench_median(double *v, int n); /* sorts v */

#endif
