/* The cpu backend for processors with AVX2 and FMA: 8 lanes, 16 registers. */
#include "kernels/backends.h"
#include "base/thread.h"
#include <immintrin.h>

#define CPU_TABLE kern_cpu_avx2
#define CPU_ISA   "avx2"
#define CPU_BYTES 32
#define CPU_TILE  6 /* rows: 2 x 6 accumulators, 2 of weights, and the broadcast in the remaining registers */

#include "kernels/cpu_types.inc"

static inline vf vfma(vf a, vf b, vf c)
{
	return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
static inline vi widen_s8(const void *p)
{
	return (vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64(p));
}
static inline vi widen_u16(const void *p)
{
	return (vi)_mm256_cvtepu16_epi32(_mm_loadu_si128(p));
}

#include "kernels/cpu_body.inc"
