/* The 16-lane form of the cpu source on any machine: what AVX-512 runs, with its three instructions written out. It must give the
 * bits of the base body. (On a processor with AVX-512, test_backends holds the real one to the same.) */
#include "tests/kernels/trials.h"

#define CPU_TABLE cpu_wide
#define CPU_ISA   "wide"
#define CPU_BYTES 64
#define CPU_TILE  12
#include "kernels/cpu_types.inc"

static __attribute__((noinline)) void wide_fma(vf *a, const vf *b, const vf *c)
{
	for (int i = 0; i < LANES; i++)
		(*a)[i] = fmaf((*a)[i], (*b)[i], (*c)[i]);
}
/* A macro, since passing such a vector by value warns about the ABI where the processor has none. */
#define vfma(A, B, C) ({ vf a_ = (A), b_ = (B), c_ = (C); wide_fma(&a_, &b_, &c_); a_; })
#define widen_s8(P)  ({ const int8_t *p_ = (const int8_t *)(P); vi v_; for (int i_ = 0; i_ < LANES; i_++) v_[i_] = p_[i_]; v_; })
#define widen_u16(P) ({ const uint16_t *p_ = (const uint16_t *)(P); vi v_; for (int i_ = 0; i_ < LANES; i_++) v_[i_] = p_[i_]; v_; })

#pragma GCC diagnostic ignored "-Wpsabi"
extern const struct kern_backend cpu_wide;
#include "kernels/cpu_body.inc"

enum { MANY = 27 }; /* rows: one off two tiles and more */
static int ids[MANY];

static void sixteen_lanes_give_the_bits_of_four(void **state)
{
	(void)state;
	struct kern base, wide;
	OK(kern_open(&base, "cpu-base", NULL, KERN_F32));
	wide = base;
	wide.backend = &cpu_wide;
	for (int i = 0; i < MANY; i++)
		ids[i] = 5 * i % 31;
	for (int i = 0; i < COUNT(trials); i++)
		for (int v = 0; v < trials[i].n_variants; v++) {
			const struct trial *t = &trials[i];
			size_t n = (size_t)MANY * (size_t)t->width(v);
			float *want = mem_array(n, sizeof *want), *got = mem_array(n, sizeof *got);
			base.compute = wide.compute = v % 2 ? KERN_BF16 : KERN_F32;
			t->run(&base, v, ids, MANY, want);
			t->run(&wide, v, ids, MANY, got);
			for (size_t j = 0; j < n; j++)
				if (memcmp(&want[j], &got[j], sizeof *want))
					fail_msg("%s, variant %d: item %zu is %.9g, base has %.9g", t->name, v, j, (double)got[j],
						(double)want[j]);
			mem_free(want);
			mem_free(got);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sixteen_lanes_give_the_bits_of_four) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
