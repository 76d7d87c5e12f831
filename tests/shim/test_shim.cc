/* The shim itself: what it computes, and that it catches kernels which are wrong on purpose. */
#include "kernels/cuda_math.cuh"
#include "tests/shim/shim.h"
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {
#include <cmocka.h>
}

static struct kern k;

#define LAUNCH(GRID, BLOCK, SHARED, KERNEL, ...) \
	assert_int_equal(cu_launch(&k, #KERNEL, KERNEL, GRID, BLOCK, SHARED, __VA_ARGS__), 0)

/* ---- threads ---- */

static __global__ void indices(uint32_t *out, int *turn)
{
	cu_wait();
	unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
	unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
	out[block * blockDim.x * blockDim.y * blockDim.z + thread] = (uint32_t)atomicAdd(turn, 1);
}

static void every_thread_runs_once(void **)
{
	uint32_t out[4 * 1024];
	for (unsigned order = 0; order < 4; order++) {
		int turn = 0;
		bool seen[4 * 1024] = {};
		shim_order(order);
		LAUNCH(dim3(2, 1, 2), dim3(16, 32, 2), 0, indices, out, &turn);
		assert_int_equal(turn, 4 * 1024);
		for (uint32_t at : out) {
			assert_false(seen[at]);
			seen[at] = true;
		}
		assert_int_equal(out[0] == 0 && out[4095] == 4095, order == 0);
		assert_int_equal(out[0] == 4095 && out[4095] == 0, order == 1);
	}
	shim_order(0);
}

static __global__ void reverse(const int *x, int *y, int n)
{
	CU_SHARED(memory);
	int *all = (int *)memory;
	cu_wait();
	for (int round = 0; round < 3; round++) {
		all[threadIdx.x] = x[threadIdx.x] + round;
		__syncthreads();
		y[round * n + (int)threadIdx.x] = all[n - 1 - (int)threadIdx.x];
		__syncthreads();
	}
}

static void barriers_separate(void **)
{
	int x[1000], y[3000];
	for (int i = 0; i < 1000; i++)
		x[i] = i * i;
	for (unsigned order = 0; order < 6; order++) {
		shim_order(order);
		LAUNCH(dim3(1), dim3(1000), sizeof x, reverse, x, y, 1000);
		for (int i = 0; i < 3000; i++)
			assert_int_equal(y[i], x[999 - i % 1000] + i / 1000);
	}
	shim_order(0);
}

static __global__ void votes(int *out)
{
	cu_wait();
	int i = (int)threadIdx.x;
	int any = __syncthreads_or(i == 70), none = __syncthreads_or(i > 1000), all = __syncthreads_and(i >= 0), few = __syncthreads_and(i);
	int count = __syncthreads_count(i % 3 == 0);
	out[i] = (any != 0) + 2 * (none != 0) + 4 * (all != 0) + 8 * (few != 0) + 16 * count;
}

static void barriers_vote(void **)
{
	int out[100];
	LAUNCH(dim3(1), dim3(100), 0, votes, out);
	for (int x : out)
		assert_int_equal(x, 1 + 4 + 16 * 34);
}

/* ---- warps ---- */

enum { N_SHUFFLES = 8 };
static __global__ void shuffles(uint64_t *out)
{
	cu_wait();
	int i = (int)threadIdx.x, lane = i % 32;
	float f = (float)i + 0.5f;
	double d = (double)i * 0x1.00001p3;
	uint64_t got[N_SHUFFLES] = {
		__float_as_uint(__shfl_sync(0xffffffffu, f, 7)),
		__float_as_uint(__shfl_xor_sync(0xffffffffu, f, 5)),
		(uint64_t)__shfl_down_sync(0xffffffffu, (long long)i << 40, 3),
		__shfl_up_sync(0xffffffffu, (unsigned)i, 2),
		(uint64_t)__shfl_sync(0xffffffffu, i, lane + 1, 8),
		(uint64_t)__shfl_down_sync(0xffffffffu, i, 3, 8),
		(uint64_t)(__shfl_sync(0xffffffffu, d, 31 - lane) * 0x1p20),
		/* two halves at once, each under its own mask */
		lane < 16 ? (uint64_t)__shfl_xor_sync(0x0000ffffu, i, 1) : __ballot_sync(0xffff0000u, lane % 2),
	};
	__syncwarp();
	for (int s = 0; s < N_SHUFFLES; s++)
		out[i * N_SHUFFLES + s] = got[s];
}

static void lanes_exchange(void **)
{
	static uint64_t out[64 * N_SHUFFLES];
	for (unsigned order = 0; order < 5; order++) {
		shim_order(order);
		LAUNCH(dim3(1), dim3(64), 0, shuffles, out);
		for (int i = 0; i < 64; i++) {
			int lane = i % 32, base = i - lane;
			const uint64_t *o = out + i * N_SHUFFLES;
			assert_true(o[0] == __float_as_uint((float)(base + 7) + 0.5f));
			assert_true(o[1] == __float_as_uint((float)(base + (lane ^ 5)) + 0.5f));
			assert_true(o[2] == (uint64_t)(lane + 3 < 32 ? i + 3 : i) << 40);
			assert_true(o[3] == (uint64_t)(lane >= 2 ? i - 2 : i));
			assert_true(o[4] == (uint64_t)(i / 8 * 8 + (i + 1) % 8));
			assert_true(o[5] == (uint64_t)(i % 8 + 3 < 8 ? i + 3 : i));
			assert_true(o[6] == (uint64_t)((double)(base + 31 - lane) * 0x1.00001p3 * 0x1p20));
			assert_true(o[7] == (lane < 16 ? (uint64_t)(i ^ 1) : 0xaaaa0000u));
		}
	}
	shim_order(0);
}

static __global__ void lanes_agree(int *out)
{
	cu_wait();
	int lane = (int)threadIdx.x;
	if (lane < 20)
		out[lane] = __any_sync(0xfffffu, lane == 3) + 2 * __all_sync(0xfffffu, lane < 20) + 4 * __all_sync(0xfffffu, lane < 19);
}

static void part_of_a_warp_votes(void **)
{
	int out[20];
	LAUNCH(dim3(1), dim3(32), 0, lanes_agree, out);
	for (int x : out)
		assert_int_equal(x, 3);
}

/* d = d + a b by one warp: words as the comments of cuda_ptx.cuh say; twice, the second time on top. */
template <bool BF16> static __global__ void multiply(const float *a, const float *b, float *d)
{
	cu_wait();
	int g = (int)threadIdx.x / 4, t = (int)threadIdx.x % 4;
	uint32_t fa[4], fb[2];
	float fd[4] = { d[g * 8 + 2 * t], d[g * 8 + 2 * t + 1], d[(g + 8) * 8 + 2 * t], d[(g + 8) * 8 + 2 * t + 1] };
	for (int i = 0; i < 4; i++) {
		const float *row = a + (g + i % 2 * 8) * 16;
		int c = BF16 ? 2 * t + i / 2 * 8 : t + i / 2 * 4;
		fa[i] = BF16 ? cu_pack_bf16(row[c], row[c + 1]) : __float_as_uint(row[c]) | 0x1fff;
	}
	for (int i = 0; i < 2; i++) {
		int r = BF16 ? 2 * t + i * 8 : t + i * 4;
		fb[i] = BF16 ? cu_pack_bf16(b[r * 8 + g], b[(r + 1) * 8 + g]) : __float_as_uint(b[r * 8 + g]) | 0x1abc;
	}
	for (int i = 0; i < 2; i++)
		BF16 ? cu_mma_bf16(fd, fa, fb) : cu_mma_tf32(fd, fa, fb);
	d[g * 8 + 2 * t] = fd[0];
	d[g * 8 + 2 * t + 1] = fd[1];
	d[(g + 8) * 8 + 2 * t] = fd[2];
	d[(g + 8) * 8 + 2 * t + 1] = fd[3];
}

static void matrices_multiply(void **)
{
	for (int depth = 8; depth <= 16; depth += 8) {
		float a[16 * 16], b[16 * 8], d[16 * 8], want[16 * 8];
		for (int i = 0; i < 256; i++)
			a[i] = (float)(i - 100); /* distinct, and exact in 8 bits of mantissa */
		for (int i = 0; i < 128; i++)
			b[i] = (float)(i * 2 - 77 - (i * 2 - 77) / 128);
		for (int i = 0; i < 128; i++) {
			want[i] = d[i] = (float)(1000 + i);
			for (int j = 0; j < depth; j++)
				want[i] += 2 * a[i / 8 * 16 + j] * b[j * 8 + i % 8];
		}
		if (depth == 16)
			LAUNCH(dim3(1), dim3(32), 0, multiply<true>, a, b, d);
		else
			LAUNCH(dim3(1), dim3(32), 0, multiply<false>, a, b, d);
		for (int i = 0; i < 128; i++)
			assert_true(d[i] == want[i]);
	}
}

/* Two warp groups, 64 outputs each: d[o][n] = sum of a[o][i] b[n][i] over rows of 128 bytes, in four instructions, for 2 SUMS columns. `how`:
 * what is left out. */
enum how { WELL, ROWS_IN_ORDER, NO_WAIT, NO_COMMIT, NO_PROXY_FENCE };
template <bool FP8, int SUMS> static __global__ void multiply_groups(const unsigned char *a, const unsigned char *b, float *d, enum how how)
{
	CU_SHARED(memory);
	unsigned char *rows = memory + 128 * 128;
	int i = (int)threadIdx.x, out = i / 32 * 16 + i % 32 / 4, t = i % 4;
	float sums[SUMS];
	cu_wait();
	for (int part = i; part < (128 + 2 * SUMS) * 8; part += 256)
		cu_copy16(memory + part / 8 * 128 + (how == ROWS_IN_ORDER ? part % 8 : part % 8 ^ part / 8 % 8) * 16,
			part < 128 * 8 ? a + part * 16 : b + (part - 128 * 8) * 16, 16);
	cu_copies_end_group();
	cu_copies_wait<0>();
	if (how != NO_PROXY_FENCE)
		cu_proxy_fence();
	__syncthreads();
	cu_wgmma_fence();
	for (int j = 0; j < 4; j++)
		cu_wgmma<FP8>(sums, cu_descriptor(memory + i / 128 * 64 * 128) + (uint64_t)(2 * j), cu_descriptor(rows) + (uint64_t)(2 * j), j > 0);
	if (how != NO_COMMIT)
		cu_wgmma_commit();
	if (how != NO_WAIT) {
		cu_wgmma_wait<0>();
		cu_wgmma_done(sums);
	}
	for (int j = 0; j < SUMS; j++)
		d[(out + j / 2 % 2 * 8) * 64 + j / 4 * 8 + 2 * t + j % 2] = sums[j];
	cu_wgmma_wait<0>();
}

static float group_d[128 * 64];
static unsigned char group_a[128 * 128] __align__(16), group_b[64 * 128] __align__(16);

/* Small integers, so that no order of sums shows; of codes all that are no NaN. */
static void fill_rows(unsigned char *rows, int n, bool fp8, int step)
{
	for (int i = 0; i < n * 128 / (fp8 ? 1 : 2); i++) {
		uint16_t x = cu_to_bf16((float)(i * step % 101 - 50));
		int code = i * step % 256;
		if (fp8)
			rows[i] = (unsigned char)(code % 128 == 127 ? 0 : code);
		else
			memcpy(rows + 2 * i, &x, 2);
	}
}

static double item_of(const unsigned char *row, bool fp8, int i)
{
	return fp8 ? (double)kern_fp8_to_f32(row[i]) : (double)cu_from_bf16((uint16_t)(row[2 * i] | row[2 * i + 1] << 8));
}

template <bool FP8, int SUMS> static void multiply_by_groups(enum how how)
{
	fill_rows(group_a, 128, FP8, 37);
	fill_rows(group_b, 64, FP8, 23);
	LAUNCH(dim3(1), dim3(256), (128 + 2 * SUMS) * 128, (multiply_groups<FP8, SUMS>), group_a, group_b, group_d, how);
}

template <bool FP8, int SUMS> static bool groups_are_right(void)
{
	for (int o = 0; o < 128; o++)
		for (int n = 0; n < 2 * SUMS; n++) {
			double want = 0, size = 0;
			for (int i = 0; i < (FP8 ? 128 : 64); i++) {
				double part = item_of(group_a + o * 128, FP8, i) * item_of(group_b + n * 128, FP8, i);
				want += part;
				size += fabs(part);
			}
			if (!(fabs(group_d[o * 64 + n] - want) <= (FP8 ? 1e-5 * size : 0)))
				return false;
		}
	return true;
}

template <bool FP8, int SUMS> static void assert_groups_multiply(void)
{
	multiply_by_groups<FP8, SUMS>(WELL);
	assert_true((groups_are_right<FP8, SUMS>()));
}

static void warp_groups_multiply(void **)
{
	for (unsigned order = 0; order < 4; order++) {
		shim_order(order);
		assert_groups_multiply<false, 4>();
		assert_groups_multiply<false, 32>();
		assert_groups_multiply<true, 8>();
		assert_groups_multiply<true, 16>();
		assert_groups_multiply<true, 32>();
	}
	shim_order(0);
}

/* d[o][n] = sum of a[i][o] b[i][n], o, n < 64, i < 32: both sides lie across, or a by rows [o][i] (of which it then has 64 items). */
template <bool A> static __global__ void multiply_across(const unsigned char *a, const unsigned char *b, float *d)
{
	CU_SHARED(memory);
	int i = (int)threadIdx.x, out = i / 32 * 16 + i % 32 / 4, t = i % 4;
	float sums[32];
	cu_wait();
	for (int part = i; part < 128 * 8; part += 128)
		cu_copy16(memory + part / 8 * 128 + (part % 8 ^ part / 8 % 8) * 16, part < 64 * 8 ? a + part * 16 : b + (part - 64 * 8) * 16, 16);
	cu_copies_end_group();
	cu_copies_wait<0>();
	cu_proxy_fence();
	__syncthreads();
	cu_wgmma_fence();
	for (int j = 0; j < 2; j++)
		cu_wgmma_across<A, true>(sums, A ? cu_descriptor(memory + j * 2048) : cu_descriptor(memory) + (uint64_t)(2 * j),
			cu_descriptor(memory + 64 * 128 + j * 2048), j > 0);
	cu_wgmma_commit();
	cu_wgmma_wait<0>();
	cu_wgmma_done(sums);
	for (int j = 0; j < 32; j++)
		d[(out + j / 2 % 2 * 8) * 64 + j / 4 * 8 + 2 * t + j % 2] = sums[j];
}

static void warp_groups_multiply_across(void **)
{
	fill_rows(group_a, 64, false, 37);
	fill_rows(group_b, 64, false, 23);
	for (int across = 0; across < 2; across++) {
		if (across)
			LAUNCH(dim3(1), dim3(128), 128 * 128, multiply_across<true>, group_a, group_b, group_d);
		else
			LAUNCH(dim3(1), dim3(128), 128 * 128, multiply_across<false>, group_a, group_b, group_d);
		for (int o = 0; o < 64; o++)
			for (int n = 0; n < 64; n++) {
				double want = 0;
				for (int i = 0; i < 32; i++)
					want += item_of(group_a + (across ? i : o) * 128, false, across ? o : i) * item_of(group_b + i * 128, false, n);
				assert_true(group_d[o * 64 + n] == want);
			}
	}
}

/* Four warps: two hand over to each other again and again, and so do the two others, at their own pace. */
static __global__ void meetings(int *x, int *y)
{
	CU_SHARED(raw);
	int i = (int)threadIdx.x, pair = i / 64, *sh = (int *)raw + pair * 64;
	cu_wait();
	sh[i % 64] = i;
	for (int turn = 0; turn < 5 + pair; turn++) {
		cu_meet(1 + pair, 64);
		int other = sh[63 - i % 64];
		cu_meet(1 + pair, 64);
		sh[i % 64] = other + 1;
	}
	y[i] = x[i] = sh[i % 64];
}

static void warps_meet(void **)
{
	static int x[128], y[128];
	for (unsigned order = 0; order < 4; order++) {
		shim_order(order);
		LAUNCH(dim3(1), dim3(128), 512, meetings, x, y);
		for (int i = 0; i < 128; i++)
			assert_int_equal(x[i], (i < 64 ? 63 - i + 5 : i + 6));
	}
	shim_order(0);
}

/* One warp has boxes fetched to two places in turn, the other one gives on what came; both know by flags how far the other is. */
enum { BOX_ROWS = 3 * CU_BOX_ROWS - 5, BOX_BYTES = 200, BOX_LD = 208, BOXES = 6 };
struct alignas(64) maps {
	cu_map map;
};
static __global__ void boxes_in_turn(const __grid_constant__ struct maps m, unsigned char *out)
{
	CU_SHARED(memory);
	uint64_t *full = (uint64_t *)(memory + 2 * CU_BOX), *empty = full + 2;
	int i = (int)threadIdx.x, lane = i % 32;
	if (i < 2) {
		cu_flag_make(full + i, 1);
		cu_flag_make(empty + i, 32);
		cu_flags_made();
	}
	cu_wait();
	__syncthreads();
	for (int b = 0; b < BOXES; b++) {
		unsigned char *place = memory + b % 2 * CU_BOX;
		if (i == 0) {
			cu_flag_wait(empty + b % 2, (b / 2 & 1) ^ 1);
			cu_flag_expect(full + b % 2, CU_BOX);
			cu_fetch_box(place, &m.map, b % 2 * CU_BOX_BYTES, b / 2 * CU_BOX_ROWS, full + b % 2, cu_stays());
		}
		if (i >= 32) {
			cu_flag_wait(full + b % 2, b / 2 & 1);
			for (int j = lane; j < CU_BOX; j += 32)
				out[b * CU_BOX + j] = place[j];
			cu_flag_arrive(empty + b % 2);
		}
	}
}

static void boxes_come_and_flags_tell(void **)
{
	static unsigned char from[BOX_ROWS * BOX_LD] __attribute__((aligned(16))), out[BOXES * CU_BOX];
	struct maps m;
	for (size_t i = 0; i < sizeof from; i++)
		from[i] = (unsigned char)(i * 7 + i / 256);
	assert_int_equal(cu_map_of(&m.map, from, BOX_BYTES, BOX_ROWS, BOX_LD), 0);
	for (unsigned order = 0; order < 4; order++) {
		memset(out, 0xee, sizeof out);
		shim_order(order);
		LAUNCH(dim3(1), dim3(64), 2 * CU_BOX + 4 * sizeof(uint64_t), boxes_in_turn, m, out);
		for (int b = 0; b < BOXES; b++)
			for (int j = 0; j < CU_BOX; j++) {
				int r = j / CU_BOX_BYTES, byte = (j % CU_BOX_BYTES ^ r % 8 * 16) + b % 2 * CU_BOX_BYTES, row = r + b / 2 * CU_BOX_ROWS;
				assert_int_equal(out[b * CU_BOX + j], row < BOX_ROWS && byte < BOX_BYTES ? from[row * BOX_LD + byte] : 0);
			}
	}
	shim_order(0);
}

/* Four tiles of 8 x 8 out of rows of 40 items and into others: along, and across. */
static __global__ void copy_tiles(const uint16_t *from, uint16_t *to)
{
	CU_SHARED(memory);
	uint16_t *rows = (uint16_t *)memory, *copy = rows + 8 * 40, *across = copy + 8 * 40;
	int i = (int)threadIdx.x, at = i % 8 * 40 + i / 8 * 8;
	uint32_t x[4];
	cu_wait();
	for (int j = i; j < 8 * 40; j += 32)
		rows[j] = from[j];
	__syncwarp();
	cu_tiles(x, rows + at);
	cu_put_tiles(copy + at, x);
	cu_tiles_across(x, rows + at);
	cu_put_tiles(across + at, x);
	__syncwarp();
	for (int j = i; j < 2 * 8 * 40; j += 32)
		to[j] = copy[j];
}

static void tiles_are_taken_and_put(void **)
{
	static uint16_t from[8 * 40], to[2 * 8 * 40];
	for (int i = 0; i < 8 * 40; i++)
		from[i] = (uint16_t)(1000 + i);
	LAUNCH(dim3(1), dim3(32), 3 * 8 * 40 * 2, copy_tiles, from, to);
	for (int r = 0; r < 8; r++)
		for (int c = 0; c < 32; c++) {
			assert_int_equal(to[r * 40 + c], from[r * 40 + c]);
			assert_int_equal(to[(8 + c % 8) * 40 + c / 8 * 8 + r], from[r * 40 + c]);
		}
}

/* Which of by * i - 1, by * i, by * i + 1 is divided wrongly, counted; thread i. */
static __global__ void divide(struct cu_divisor d, int step, int *wrong)
{
	cu_wait();
	long long times = (long long)(blockIdx.x * blockDim.x + threadIdx.x) * step;
	for (long long n = times * d.by - 1; n <= times * d.by + 1; n++)
		if (n >= 0 && n <= INT_MAX && cu_quotient_of((int)n, d) != (int)(n / d.by))
			atomicAdd(wrong, 1);
}

static void divisions_are_exact(void **)
{
	static const int by[] = { 1, 2, 3, 5, 7, 10, 16, 17, 48, 97, 641, 4096, 15521, 65535, 65537, 6700417, (1 << 30) - 1, 1 << 30, (1 << 30) + 1, INT_MAX };
	int wrong = 0;
	for (int b : by) {
		int step = INT_MAX / b / 1000;
		LAUNCH(dim3(4), dim3(256), 0, divide, cu_divisor_of(b), 1, &wrong);
		LAUNCH(dim3(4), dim3(256), 0, divide, cu_divisor_of(b), step ? step : 1, &wrong);
	}
	assert_int_equal(wrong, 0);
}

static void codes_are_lifted(void **)
{
	for (uint32_t q = 0; q < 256; q++) {
		uint32_t other = q * 7 % 256, word = ((other & 0x80) << 8 | (other & 0x7f) << 4) << 16 | (q & 0x80) << 8 | (q & 0x7f) << 4;
		uint32_t got = cu_bf16x2_lift(word);
		if (q % 128 == 127 || other % 128 == 127)
			continue; /* NaN codes are refused at load */
		assert_int_equal(got << 16, __float_as_uint(kern_fp8_to_f32((uint8_t)q)));
		assert_int_equal(got & 0xffff0000u, __float_as_uint(kern_fp8_to_f32((uint8_t)other)));
	}
}

/* ---- memory ---- */

static __global__ void copy_late(const uint4 *from, uint32_t *out)
{
	CU_SHARED(memory);
	uint4 *to = (uint4 *)memory;
	int i = (int)threadIdx.x;
	cu_wait();
	to[2 * i] = make_uint4(1, 2, 3, 4);
	out[0] = to[2 * i + 1].x; /* never written */
	cu_copy16(&to[2 * i], from, 16);
	cu_copies_end_group();
	cu_copy16(&to[2 * i + 1], from + 1, 5);
	cu_copies_end_group();
	out[1] = to[2 * i].x;
	cu_copies_wait<1>();
	out[2] = to[2 * i].x;
	out[3] = to[2 * i + 1].x;
	cu_copies_wait<0>();
	out[4] = to[2 * i + 1].x;
	out[5] = to[2 * i + 1].y;
	out[6] = to[2 * i + 1].w;
	cu_copy16(&to[2 * i], from, 0); /* no group yet: not waited for */
	cu_copies_wait<0>();
	out[7] = to[2 * i].x;
	out[8] = cu_load_once(from + 1).w;
	cu_copy4(&to[2 * i + 1].y, &from->z);
	out[9] = to[2 * i + 1].y;
	cu_copies_end_group();
	cu_copies_wait<0>();
	out[10] = to[2 * i + 1].y;
	out[11] = to[2 * i + 1].x;
}

static void copies_are_late(void **)
{
	uint4 from[2] = { { 11, 12, 13, 14 }, { 21, 0x22222222, 23, 24 } };
	uint32_t out[12], want[12] = { 0xffffffff, 0xffffffff, 11, 0xffffffff, 21, 0x22, 0, 0xffffffff, 24, 0xffffffff, 13, 21 };
	LAUNCH(dim3(1), dim3(3), 3 * 32, copy_late, from, out);
	assert_memory_equal(out, want, sizeof out);
}

static void device_memory_is_poisoned(void **)
{
	unsigned char *p = NULL;
	size_t before, after, all;
	cudaMemGetInfo(&before, &all);
	assert_int_equal(cudaMalloc(&p, 1001), cudaSuccess);
	cudaMemGetInfo(&after, &all);
	assert_int_equal(before - after, 1001);
	for (int i = 0; i < 1001; i++)
		assert_int_equal(p[i], 0xff);
	cudaFree(p);
	assert_int_equal(cudaMalloc(&p, all + 1), cudaErrorMemoryAllocation);
	assert_string_equal(cudaGetErrorString(cudaGetLastError()), "out of memory");
}

/* ---- launches ---- */

static __global__ void add(int *x, int by)
{
	cu_wait();
	*x += by;
}

static void launches_are_checked(void **)
{
	int x = 0;
	LAUNCH(dim3(3), dim3(1024), 227 * 1024, add, &x, 1);
	assert_int_equal(x, 3 * 1024);
	assert_int_not_equal(cu_launch(&k, "add", add, dim3(1), dim3(1025), 0, &x, 1), 0);
	assert_non_null(strstr(err_message(), "add"));
	assert_int_not_equal(cu_launch(&k, "add", add, dim3(0), dim3(1), 0, &x, 1), 0);
	assert_int_not_equal(cu_launch(&k, "add", add, dim3(1, 65536), dim3(1), 0, &x, 1), 0);
	assert_int_not_equal(cu_launch(&k, "add", add, dim3(1), dim3(1), 227 * 1024 + 1, &x, 1), 0);
	assert_non_null(strstr(err_message(), "232449 bytes of shared memory, host shim has 232448"));
	cudaLaunchConfig_t c = {};
	c.gridDim = c.blockDim = dim3(1);
	c.dynamicSmemBytes = 60 * 1024; /* that nobody asked for, for this kernel */
	assert_int_not_equal(cudaLaunchKernelEx(&c, votes, (int *)NULL), cudaSuccess);
}

static void a_graph_keeps_its_arguments(void **)
{
	int x = 0, by = 5, y = 0, z = 7;
	cudaStream_t s = k.device->stream;
	cudaGraph_t graph;
	cudaGraphExec_t exec;
	assert_int_equal(cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal), cudaSuccess);
	LAUNCH(dim3(1), dim3(2), 0, add, &x, by);
	by = 100; /* is not seen any more */
	cudaMemcpyAsync(&y, &x, sizeof x, cudaMemcpyDeviceToDevice, s);
	cudaMemsetAsync(&z, 0, sizeof z, s);
	assert_int_equal(cudaStreamEndCapture(s, &graph), cudaSuccess);
	assert_true(x == 0 && y == 0 && z == 7);
	assert_int_equal(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
	cudaGraphDestroy(graph);
	cudaGraphLaunch(exec, s);
	assert_true(x == 10 && y == 10 && z == 0);
	x = 1; /* what the arguments point to is */
	cudaGraphLaunch(exec, s);
	assert_true(x == 11 && y == 11);
	cudaGraphExecDestroy(exec);
}

/* As on a GPU, where one wait, allocation or failed launch spoils all that is captured. */
static void a_spoilt_capture_gives_no_graph(void **)
{
	int x = 0;
	cudaStream_t s = k.device->stream;
	cudaGraph_t graph;
	for (int how = 0; how < 3; how++) {
		assert_int_equal(cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal), cudaSuccess);
		LAUNCH(dim3(1), dim3(2), 0, add, &x, 1);
		if (how == 0)
			assert_int_equal(cudaStreamSynchronize(s), cudaErrorStreamCaptureUnsupported);
		else if (how == 1)
			assert_int_equal(cudaMalloc(&graph, 8), cudaErrorStreamCaptureUnsupported);
		else
			assert_int_not_equal(cu_launch(&k, "add", add, dim3(0), dim3(1), 0, &x, 1), 0);
		assert_int_not_equal(cu_launch(&k, "add", add, dim3(1), dim3(1), 0, &x, 1), 0);
		assert_int_equal(cudaStreamEndCapture(s, &graph), cudaErrorStreamCaptureInvalidated);
		assert_null(graph);
	}
	assert_int_equal(x, 0);
	LAUNCH(dim3(1), dim3(2), 0, add, &x, 1);
	assert_int_equal(x, 2);
}

static __global__ void first_then_wait(const int *from, int *to, bool wait_first)
{
	int x = wait_first ? 0 : *from;
	cu_wait();
	cu_let_next();
	*to = wait_first ? *from : x;
}

static void a_kernel_begins_before_the_last_one_ends(void **)
{
	for (int good = 0; good < 2; good++) {
		int x = 1, y = 0, z = 0, pinned_is_read_late = 0, *pinned;
		cudaMallocHost(&pinned, sizeof *pinned);
		*pinned = 3;
		shim_overlap(true);
		cudaMemcpyAsync(&pinned_is_read_late, pinned, sizeof *pinned, cudaMemcpyHostToDevice, k.device->stream);
		LAUNCH(dim3(1), dim3(1), 0, add, &x, 1);
		LAUNCH(dim3(1), dim3(1), 0, first_then_wait, &x, &y, good);
		LAUNCH(dim3(1), dim3(1), 0, first_then_wait, &y, &z, good);
		assert_int_equal(x, 1); /* nothing was done yet */
		*pinned = 4;
		assert_int_equal(cudaStreamSynchronize(k.device->stream), cudaSuccess);
		shim_overlap(false);
		assert_true(x == 2 && y == (good ? 2 : 1) && z == (good ? 2 : 0) && pinned_is_read_late == 4);
		cudaFreeHost(pinned);
	}
}

/* ---- sabotage ---- */

/* Runs it in a child that must die saying `words`. */
static void assert_caught(void (*sabotage)(void), const char *words)
{
	FILE *said = tmpfile();
	assert_non_null(said);
	pid_t child = fork();
	if (child == 0) {
		struct rlimit none = { 0, 0 };
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL); /* cmocka's would go on */
		signal(SIGSEGV, SIG_DFL);
		dup2(fileno(said), 2);
		sabotage();
		_exit(0);
	}
	int status;
	char text[20000];
	waitpid(child, &status, 0);
	rewind(said);
	text[fread(text, 1, sizeof text - 1, said)] = 0;
	fclose(said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		fail_msg("nobody noticed; expected \"%s\"", words);
	if (!strstr(text, words))
		fail_msg("expected \"%s\" in: %s", words, text);
}

static void assert_sanitizer_catches(void (*sabotage)(void), const char *words)
{
#if defined(__SANITIZE_ADDRESS__) /* the other one comes with it */
	assert_caught(sabotage, words);
#else
	(void)sabotage;
	print_message("left out: %s shows under the sanitizers alone\n", words);
#endif
}

static int memory[4096] __align__(16);
#define WRONG(NAME, THREADS, SHARED, BODY) \
	static __global__ void NAME##_kernel(int *x) \
	{ CU_SHARED(raw); int i = (int)threadIdx.x, *sh = (int *)raw; (void)x, (void)i, (void)sh; BODY } \
	static void NAME(void) { (void)cu_launch(&k, #NAME, NAME##_kernel, dim3(1), dim3(THREADS), SHARED, memory); }

/* Places in the source are lines, and a macro has one alone. */
static __device__ void barrier_here(void)
{
	__syncthreads();
}
static __device__ void barrier_there(void)
{
	__syncthreads();
}
static __device__ int shuffle_here(int i)
{
	return __shfl_xor_sync(0xffffffffu, i, 1);
}
static __device__ int shuffle_there(int i)
{
	return __shfl_xor_sync(0xffffffffu, i, 2);
}

WRONG(two_places, 64, 0, cu_wait(); if (i < 32) barrier_here(); else barrier_there();)
WRONG(two_shuffles, 32, 0, cu_wait(); x[i] = i < 16 ? shuffle_here(i) : shuffle_there(i);)
WRONG(unwaiting, 32, 0, x[i] = 1;)
WRONG(divergent, 64, 0, cu_wait(); if (i < 40) __syncthreads();)
WRONG(early, 64, 0, cu_wait(); if (i == 63) return; __syncthreads();)
WRONG(late, 64, 0, cu_wait(); if (i == 0) return; __syncthreads();)
WRONG(two_kinds, 64, 0, cu_wait(); if (i < 32) __syncthreads(); else x[i] = __syncthreads_or(0);)
WRONG(partial, 32, 0, cu_wait(); if (i < 31) x[i] = __shfl_xor_sync(0xffffffffu, i, 1); else __syncthreads();)
WRONG(ended_lane, 32, 0, cu_wait(); if (i < 31) x[i] = __shfl_xor_sync(0xffffffffu, i, 1);)
WRONG(missing_lanes, 48, 0, cu_wait(); x[i] = __shfl_xor_sync(0xffffffffu, i, 1);)
WRONG(unlike_masks, 32, 0, cu_wait(); x[i] = __shfl_xor_sync(i < 16 ? 0xffffffffu : 0xffff0000u, i, 1);)
WRONG(not_in_mask, 32, 0, cu_wait(); if (i) x[i] = __shfl_sync(0xfffffffeu, i, 0);)
WRONG(not_itself, 32, 0, cu_wait(); __syncwarp(0xffffu);)
WRONG(part_multiplies, 32, 0, cu_wait(); float d[4] = {}; uint32_t a[4] = {}; uint32_t b[2] = {}; if (i % 2) cu_mma_bf16(d, a, b);)
WRONG(barrier_in_a_warp, 64, 0, cu_wait(); if (i < 32) { __syncthreads(); } else if (i % 2) { __syncwarp(); } else { __syncthreads(); })
WRONG(crooked_load, 32, 0, cu_wait(); x[i] = (int)cu_load_once(x + i).x;)
WRONG(crooked_copy, 32, 1024, cu_wait(); cu_copy16(sh + 4 * i, x + i, 16);)
WRONG(long_copy, 32, 1024, cu_wait(); cu_copy16(sh + 4 * i, x + 4 * i, 17);)
WRONG(over, 32, 31 * 4, cu_wait(); sh[i] = x[i];)
WRONG(crooked_vector, 32, 0, cu_wait(); x[i] = (int)((const uint4 *)(x + i))->y;)
WRONG(trap, 1, 0, cu_wait(); __trap();)
WRONG(crooked_little_copy, 32, 1024, cu_wait(); cu_copy4((char *)sh + 4 * i + 1, x + i);)
/* By warp groups: a, b and d are there; a is where shared memory begins, and b too. */
#define WRONG_GROUP(NAME, THREADS, SHARED, BODY) \
	WRONG(NAME, THREADS, SHARED, float d[32]; uint64_t a = cu_descriptor(raw); uint64_t b = a; cu_wait(); BODY)
#define MULTIPLY(B, ADD) cu_wgmma<false>(d, a, B, ADD)
WRONG_GROUP(unfenced_registers, 128, 8192, MULTIPLY(b, false);)
WRONG_GROUP(fenced_once, 128, 8192, cu_wgmma_fence(); MULTIPLY(b, false); cu_wgmma_commit(); cu_wgmma_wait<0>(); MULTIPLY(b, true);)
WRONG_GROUP(half_a_group, 192, 8192, if (i >= 128) { cu_wgmma_fence(); MULTIPLY(b, false); })
WRONG_GROUP(unlike_warps, 128, 8192, cu_wgmma_fence(); MULTIPLY(b + (i < 32), false); cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(unlike_lanes, 128, 8192, cu_wgmma_fence(); MULTIPLY(b, i % 2); cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(unlike_shapes, 128, 8192, float e[16]; cu_wgmma_fence(); if (i % 2) MULTIPLY(b, false); else cu_wgmma<false>(e, a, b, false);
	cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(unlike_items, 128, 8192, cu_wgmma_fence(); if (i % 2) MULTIPLY(b, false); else cu_wgmma<true>(d, a, b, false);
	cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(lanes_apart, 128, 8192, cu_wgmma_fence(); if (i % 2) MULTIPLY(b, false); cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(beyond_shared, 128, 8191, cu_wgmma_fence(); MULTIPLY(b, false); cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(within_rows, 128, 9216, cu_wgmma_fence(); MULTIPLY(b + 8, false); cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(other_layout, 128, 8192, cu_wgmma_fence(); MULTIPLY(b << 1, false); cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG_GROUP(sums_written, 128, 8192, cu_wgmma_fence(); MULTIPLY(b, false); cu_wgmma_commit(); d[9] = 0; cu_wgmma_wait<0>();)
WRONG_GROUP(done_early, 128, 8192, cu_wgmma_fence(); MULTIPLY(b, false); cu_wgmma_commit(); cu_wgmma_wait<1>(); cu_wgmma_done(d);)
template <bool A> static __device__ void across(float (&d)[32], uint64_t a, uint64_t b)
{
	cu_wgmma_fence();
	cu_wgmma_across<A, true>(d, a, b, false);
	cu_wgmma_commit();
}
WRONG_GROUP(across_in_a_row, 128, 9216, across<true>(d, a, b + 2); cu_wgmma_wait<0>();)
WRONG_GROUP(unlike_ways, 128, 8192, if (i % 2) across<true>(d, a, b); else across<false>(d, a, b); cu_wgmma_wait<0>();)
WRONG_GROUP(tiles_unfenced, 128, 8192, uint32_t four[4] = {}; cu_put_tiles(raw + i / 32 * 1024 + i % 32 * 16, four); __syncthreads(); cu_wgmma_fence(); MULTIPLY(b, false);
	cu_wgmma_commit(); cu_wgmma_wait<0>();)
WRONG(meets_alone, 64, 0, cu_wait(); if (i < 32) cu_meet(3, 64);)
WRONG(meets_others, 64, 0, cu_wait(); if (i < 32) cu_meet(3, 64); else cu_meet(3, 32);)
WRONG(meets_nobody, 64, 0, cu_wait(); cu_meet(3, 96);)
/* Flags and boxes: a flag is there, made for two; x is as good a matrix as any. */
#define WRONG_FLAG(NAME, BODY) \
	WRONG(NAME, 32, 2 * CU_BOX, uint64_t *flag = (uint64_t *)(raw + CU_BOX); cu_map map; (void)cu_map_of(&map, x, 128, 1, 128); cu_wait(); \
		if (i == 0) { cu_flag_make(flag, 2); cu_flags_made(); BODY })
WRONG_FLAG(nobody_arrives, cu_flag_arrive(flag); cu_flag_wait(flag, 0);)
WRONG_FLAG(bytes_that_never_come, cu_flag_arrive(flag); cu_flag_expect(flag, 16); cu_flag_wait(flag, 0);)
WRONG_FLAG(flag_elsewhere, cu_flag_arrive((uint64_t *)x);)
WRONG_FLAG(crooked_box, cu_flag_expect(flag, CU_BOX); cu_fetch_box(raw + 512, &map, 0, 0, flag, cu_stays());)
WRONG_FLAG(box_beyond, cu_flag_expect(flag, CU_BOX); cu_fetch_box(raw + CU_BOX + 1024, &map, 0, 0, flag, cu_stays());)
WRONG_FLAG(half_a_box, cu_flag_arrive(flag); cu_flag_expect(flag, CU_BOX / 2); cu_fetch_box(raw, &map, 0, 0, flag, cu_stays()); cu_flag_wait(flag, 0);)
WRONG_FLAG(box_left, cu_flag_expect(flag, CU_BOX); cu_fetch_box(raw, &map, 0, 0, flag, cu_stays());)
WRONG(hasty, 32, 0, cu_let_next(); cu_wait(); x[i] = i;)
WRONG(hasty_lane, 32, 0, if (i) cu_wait(); cu_let_next(); cu_wait(); x[i] = i;)

static void barriers_that_not_all_reach(void **)
{
	assert_caught(divergent, "but thread (0, 0, 0) and 39 more wait at __syncthreads");
	assert_caught(divergent, "shim: kernel divergent, block (0, 0, 0), thread (40, 0, 0): ends");
	assert_caught(early, "thread (63, 0, 0): ends, but thread (0, 0, 0) and 62 more wait");
	assert_caught(late, "thread (1, 0, 0): __syncthreads");
	assert_caught(late, "1 of 64 threads have ended");
	assert_caught(two_places, "but thread (0, 0, 0) waits at __syncthreads");
	assert_caught(two_kinds, "__syncthreads_or");
	assert_caught(meets_alone, "waits for ever at cu_meet");
	assert_caught(meets_others, "number 3 of 32 threads, where others wait for 64");
	assert_caught(meets_nobody, "cu_meet");
}

static void flags_and_boxes_that_go_wrong(void **)
{
	assert_caught(nobody_arrives, "waits for ever at cu_flag_wait");
	assert_caught(bytes_that_never_come, "waits for ever at cu_flag_wait");
	assert_caught(flag_elsewhere, "a flag that is not in shared memory");
	assert_caught(crooked_box, "not a multiple of 1024, or beyond");
	assert_caught(box_beyond, "not a multiple of 1024, or beyond");
	assert_caught(half_a_box, "a box came for a flag that expects 2048 bytes");
	assert_caught(box_left, "while 1 boxes were under way");
}

static void collectives_that_not_all_lanes_reach(void **)
{
	assert_caught(partial, "but other lanes wait for it at a shuffle");
	assert_caught(ended_lane, "ends, but other lanes wait for it at a shuffle");
	assert_caught(missing_lanes, "the warp has only the lanes 0000ffff");
	assert_caught(two_shuffles, "but lanes 0000ffff wait at a shuffle");
	assert_caught(unlike_masks, "ends, but other lanes wait for it at a shuffle");
	assert_caught(not_in_mask, "reads lane 0, which the mask fffffffe leaves out");
	assert_caught(not_itself, "leaves out its own lane 16");
	assert_caught(part_multiplies, "cu_mma_bf16");
	assert_caught(barrier_in_a_warp, "__syncwarp");
}

static void kernels_that_do_not_wait(void **)
{
	assert_caught(unwaiting, "kernel unwaiting");
	assert_caught(unwaiting, "no thread of it called cu_wait()");
	assert_caught(hasty, "cu_let_next before cu_wait");
	assert_caught(hasty_lane, "cu_let_next before cu_wait");
	assert_caught(trap, "__trap");
}

static void unfenced_rows(void)
{
	multiply_by_groups<false, 32>(NO_PROXY_FENCE);
}

static void uncommitted(void)
{
	multiply_by_groups<false, 32>(NO_COMMIT);
}

static void warp_groups_that_are_wrong(void **)
{
	assert_caught(unfenced_registers, "without cu_wgmma_fence");
	assert_caught(fenced_once, "without cu_wgmma_fence");
	assert_caught(unfenced_rows, "came there without a cu_proxy_fence");
	assert_caught(tiles_unfenced, "came there without a cu_proxy_fence");
	assert_caught(uncommitted, "its sums are under way");
	assert_caught(done_early, "its sums are under way");
	assert_caught(sums_written, "were written while it was under way");
	assert_caught(half_a_group, "no whole warp group");
	assert_caught(unlike_warps, "threads 0 and 32 of a warp group began different multiplications");
	assert_caught(unlike_lanes, "lanes 0 and 1 began different multiplications");
	assert_caught(unlike_shapes, "lanes 0 and 1 began different multiplications");
	assert_caught(unlike_items, "lanes 0 and 1 began different multiplications");
	assert_caught(lanes_apart, "lanes 0 and 1 wait for 0 and 1 multiplications");
	assert_caught(beyond_shared, "reads byte 8191 of shared memory, there are 8191");
	assert_caught(within_rows, "not in the first of 8 rows");
	assert_caught(other_layout, "only rows swizzled over 128 bytes");
	assert_caught(across_in_a_row, "in the middle of a row");
	assert_caught(unlike_ways, "lanes 0 and 1 began different multiplications");
}

static void crooked_addresses(void **)
{
	assert_caught(crooked_load, "thread (1, 0, 0): cu_load_once");
	assert_caught(crooked_copy, "cu_copy16 from memory");
	assert_caught(long_copy, "cu_copy16 of 17 bytes");
	assert_caught(crooked_little_copy, "not both aligned to 4 bytes");
	assert_sanitizer_catches(crooked_vector, "misaligned address");
}

static void free_twice(void)
{
	int *p;
	cudaMalloc(&p, 4);
	cudaFree(p);
	cudaFree(p);
}

static void memory_that_is_not_there(void **)
{
	assert_caught(free_twice, "is not device memory");
	assert_sanitizer_catches(over, "heap-buffer-overflow");
}

static __global__ void no_barrier(int *y)
{
	CU_SHARED(raw);
	int *sh = (int *)raw;
	cu_wait();
	sh[threadIdx.x] = (int)threadIdx.x;
	y[threadIdx.x] = sh[(threadIdx.x + 40) % 64];
}

static __global__ void no_copies_wait(const int *from, int *y)
{
	CU_SHARED(raw);
	cu_wait();
	cu_copy16(raw + 16 * threadIdx.x, from + 4 * threadIdx.x, 16);
	cu_copies_end_group();
	__syncthreads();
	y[threadIdx.x] = ((int *)raw)[threadIdx.x];
}

/* What has no message shows in the results. */
static void results_that_tell(void **)
{
	int y[3][64];
	for (unsigned order = 0; order < 3; order++) {
		shim_order(order);
		LAUNCH(dim3(1), dim3(64), 256, no_barrier, y[order]);
	}
	shim_order(0);
	assert_memory_not_equal(y[0], y[1], sizeof y[0]);
	assert_memory_not_equal(y[0], y[2], sizeof y[0]);
	assert_int_equal(y[0][0], -1);
	LAUNCH(dim3(1), dim3(32), 512, no_copies_wait, memory, y[0]);
	assert_int_equal(y[0][0], -1);
	multiply_by_groups<false, 32>(ROWS_IN_ORDER);
	assert_false((groups_are_right<false, 32>()));
	multiply_by_groups<false, 32>(NO_WAIT);
	for (float x : group_d)
		assert_true(isnan(x));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_thread_runs_once), cmocka_unit_test(barriers_separate), cmocka_unit_test(barriers_vote),
		cmocka_unit_test(lanes_exchange), cmocka_unit_test(part_of_a_warp_votes), cmocka_unit_test(matrices_multiply),
		cmocka_unit_test(warp_groups_multiply), cmocka_unit_test(warp_groups_multiply_across), cmocka_unit_test(warps_meet),
		cmocka_unit_test(boxes_come_and_flags_tell), cmocka_unit_test(tiles_are_taken_and_put),
		cmocka_unit_test(divisions_are_exact), cmocka_unit_test(codes_are_lifted), cmocka_unit_test(copies_are_late), cmocka_unit_test(device_memory_is_poisoned),
		cmocka_unit_test(launches_are_checked), cmocka_unit_test(a_graph_keeps_its_arguments), cmocka_unit_test(a_spoilt_capture_gives_no_graph),
		cmocka_unit_test(a_kernel_begins_before_the_last_one_ends), cmocka_unit_test(barriers_that_not_all_reach),
		cmocka_unit_test(flags_and_boxes_that_go_wrong), cmocka_unit_test(collectives_that_not_all_lanes_reach), cmocka_unit_test(warp_groups_that_are_wrong),
		cmocka_unit_test(kernels_that_do_not_wait),
		cmocka_unit_test(crooked_addresses), cmocka_unit_test(memory_that_is_not_there), cmocka_unit_test(results_that_tell),
	};
	if (kern_open(&k, "cuda", NULL, KERN_F32))
		shim_fail("%s", err_message());
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	kern_close(&k);
	return failed;
}
