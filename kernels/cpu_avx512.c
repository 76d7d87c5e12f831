/* The cpu backend for processors with AVX-512 (F, BW, VL, DQ): 16 lanes, 32 registers. */
#include "kernels/backends.h"
#include "base/thread.h"
#include <immintrin.h>

#define CPU_TABLE kern_cpu_avx512
#define CPU_ISA   "avx512"
#define CPU_BYTES 64
#define CPU_TILE  12 /* rows: 12 accumulators hide the latency of two multiply-adds a cycle */

#include "kernels/cpu_types.inc"

static inline vf vfma(vf a, vf b, vf c)
{
	return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
static inline vi widen_s8(const void *p)
{
	return (vi)_mm512_cvtepi8_epi32(_mm_loadu_si128(p));
}
static inline vi widen_u16(const void *p)
{
	return (vi)_mm512_cvtepu16_epi32(_mm256_loadu_si256(p));
}

#include "kernels/cpu_body.inc"
