/* The cpu backend for any machine: 4 lanes, and a fused multiply-add that may be a call into libm. For its bits, not its speed. */
#include "kernels/backends.h"
#include "base/thread.h"
#include <math.h>

#define CPU_TABLE kern_cpu_base
#define CPU_ISA   "base"
#define CPU_BYTES 16
#define CPU_TILE  4

#include "kernels/cpu_types.inc"

/* A call: written out in every tile, it would take the compiler a minute. */
static __attribute__((noinline)) vf vfma(vf a, vf b, vf c)
{
	vf y;
	for (int i = 0; i < LANES; i++)
		y[i] = fmaf(a[i], b[i], c[i]);
	return y;
}
static inline vi widen_s8(const void *p)
{
	const int8_t *b = p;
	return (vi){ b[0], b[1], b[2], b[3] };
}
static inline vi widen_u16(const void *p)
{
	uint16_t h[4];
	memcpy(h, p, sizeof h);
	return (vi){ h[0], h[1], h[2], h[3] };
}

#include "kernels/cpu_body.inc"
