/* base/rng.h - layer 0. Random numbers by coordinate: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers:
 * as easy as 1, 2, 3", SC 2011). There is no stream and no state: the same (seed, task, node, step, lane) always gives the
 * same number, whatever was drawn before, on which thread, in which batch. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng_at {
	uint64_t seed;
	uint32_t task, node, step, lane;
};

/* The raw block: counter and key in, four words out. Checked against the authors' known-answer vectors. */
void rng_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);
uint32_t rng_u32(struct rng_at at);
/* Uniform in [0, 1), 53 bits. */
double rng_double(struct rng_at at);
/* Uniform in 0 .. n-1, n > 0; unbiased enough for n < 2^32 (64-bit multiply-shift). */
uint32_t rng_below(struct rng_at at, uint32_t n);
/* Standard normal (Box-Muller on two words of one block). */
double rng_normal(struct rng_at at);

#endif
