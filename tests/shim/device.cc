/* What cuda_ptx.cuh names and a thread does alone: conversions, checked loads, copies that are late. Sanitized as kernels are. */
#include "kernels/cuda.cuh"
#include "tests/shim/executor.h"

/* A power of two times eight bits: exact, or an infinity. */
static uint32_t lift_one(uint32_t bf16)
{
	float y = __uint_as_float(bf16 << 16) * 0x1p120f;
	return y != y ? 0x7fff : __float_as_uint(y) >> 16;
}

uint32_t cu_bf16x2_lift(uint32_t x)
{
	return lift_one(x >> 16) << 16 | lift_one(x & 0xffff);
}

static uint32_t bf16_of(float x)
{
	uint32_t u = __float_as_uint(x);
	return x != x ? 0x7fff : (u + 0x7fff + (u >> 16 & 1)) >> 16;
}

uint32_t cu_bf16x2(float low, float high)
{
	return bf16_of(high) << 16 | bf16_of(low);
}

uint32_t cu_two_codes_of(float first, float second)
{
	return (uint32_t)kern_fp8_from_f32(second) << 8 | kern_fp8_from_f32(first);
}

static void check_aligned(const char *what, const void *p)
{
	if ((uintptr_t)p % 16)
		shim_fail("%s at %p, which is not aligned to 16 bytes", what, p);
}

/* Where there is nothing a sanitizer says so. */
void cu_bring_near(const void *p, uint32_t bytes)
{
	volatile unsigned char first = *(const volatile unsigned char *)p, last = ((const volatile unsigned char *)p)[bytes - 1];
	(void)first, (void)last;
	check_aligned("cu_bring_near", p);
	if (!bytes || bytes % 16)
		shim_fail("cu_bring_near of %u bytes", bytes);
}

uint4 cu_load_once(const void *p)
{
	check_aligned("cu_load_once", p);
	return *(const uint4 *)p;
}

float4 cu_load_far(const float *p)
{
	check_aligned("cu_load_far", p);
	return *(const float4 *)p;
}

/* From here until it is waited for, what stands in `to` is nobody's: poison. */
static void begin_copy(void *to, const void *from, int bytes, int size)
{
	struct shim_copies *c = shim_own_copies();
	if (c->n == shim_copies::MOST)
		shim_fail("more than %d copies under way in one thread", shim_copies::MOST);
	if (size == 16)
		memset(to, 0xff, 16); /* of a known size: no call, which a sanitizer would look at */
	else
		memset(to, 0xff, (size_t)size);
	c->at[c->n++] = { to, from, bytes, size, c->group };
}

void cu_copy16(void *to, const void *from, int bytes)
{
	check_aligned("cu_copy16 to shared memory", to);
	check_aligned("cu_copy16 from memory", from);
	if (bytes < 0 || bytes > 16)
		shim_fail("cu_copy16 of %d bytes", bytes);
	begin_copy(to, from, bytes, 16);
}

void cu_copy4(void *to, const void *from, int bytes)
{
	if ((uintptr_t)to % 4 || (uintptr_t)from % 4)
		shim_fail("cu_copy4 from %p to %p, which are not both aligned to 4 bytes", from, to);
	if (bytes && bytes != 4)
		shim_fail("cu_copy4 of %d bytes", bytes);
	begin_copy(to, from, bytes, 4);
}

void cu_copies_end_group(void)
{
	shim_own_copies()->group++;
}

void shim_copies_wait(int n)
{
	struct shim_copies *c = shim_own_copies();
	int done = 0;
	for (; done < c->n && c->at[done].group + (unsigned)n < c->group; done++) {
		if (c->at[done].bytes == 16) {
			memcpy(c->at[done].to, c->at[done].from, 16);
		} else {
			memset(c->at[done].to, 0, (size_t)c->at[done].size);
			memcpy(c->at[done].to, c->at[done].from, (size_t)c->at[done].bytes);
		}
		shim_landed(c->at[done].to);
	}
	c->n -= done;
	memmove(c->at, c->at + done, (size_t)c->n * sizeof *c->at);
}
