#include "base/rng.h"
#include <math.h>

void rng_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];
	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
		uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		uint32_t n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c0 = n0;
		c1 = (uint32_t)p1;
		c2 = n2;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

static void block(uint32_t out[4], struct rng_at at)
{
	const uint32_t counter[4] = { at.task, at.node, at.step, at.lane };
	const uint32_t key[2] = { (uint32_t)at.seed, (uint32_t)(at.seed >> 32) };
	rng_philox(out, counter, key);
}

uint32_t rng_u32(struct rng_at at)
{
	uint32_t w[4];
	block(w, at);
	return w[0];
}

static double unit(uint32_t hi, uint32_t lo)
{
	return (double)(((uint64_t)hi << 32 | lo) >> 11) * 0x1p-53;
}

double rng_double(struct rng_at at)
{
	uint32_t w[4];
	block(w, at);
	return unit(w[0], w[1]);
}

uint32_t rng_below(struct rng_at at, uint32_t n)
{
	uint32_t w[4];
	block(w, at);
	return (uint32_t)(((unsigned __int128)((uint64_t)w[0] << 32 | w[1]) * n) >> 64);
}

double rng_normal(struct rng_at at)
{
	uint32_t w[4];
	block(w, at);
	double u = 1.0 - unit(w[0], w[1]); /* (0, 1]: the logarithm is finite */
	double v = unit(w[2], w[3]);
	return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}
