/* kernels/cuda_gdn.cuh - inside kernels/. Gated DeltaNet on the device (see kernels.h for the formulas): what its sources share.
 *
 * A kern_gdn is these launches, one after the other on one stream:
 *   conv      cuda_gdn.cu          every row: convolution, silu, lengths of q and k, gates; keeps the convolution's last inputs
 *   prepare   cuda_gdn_chunk.cu    sequences of GDN_LONG rows and more, per chunk and value head: what does not depend on the state
 *   advance   cuda_gdn_advance.cu  per value head and GDN_SLICE of its columns: chunk after chunk, the state in registers; by warp groups, where
 *                                  there are some, cuda_gdn_groups.cu, GROUP_COLUMNS
 *   finish    cuda_gdn_chunk.cu    their gated norm, as a head's columns come from several blocks
 *   steps     cuda_gdn_step.cu     all other sequences, row by row: a block has one value head's state, read once and written once
 * and a kern_gdn_ring is conv and
 *   ring      cuda_gdn_ring.cu     steps from a checkpoint that rows may share, and a ring of their own
 * prepare, advance and finish are left out where no sequence can be long, steps where the only one is. Heads of other widths than
 * GDN_WIDTH go by steps alone, and so does everything on a device whose blocks have too little shared memory for the chunks: f32 with
 * 99 KB (sm_86, sm_89).
 *
 * Which way a sequence goes depends, on one device, on its own number of rows alone. Chunks are counted from its first row in the call, so a prompt
 * cut otherwise gives other bits (within the bound): unlike on the cpu, a chunk does not equal its steps to the bit. The engine
 * computes every prompt in the same chunks.
 *
 * Scratch, in this order, each part from a multiple of 64 bytes on:
 *   u        [n][channels]         conv writes, all read. bfloat16 under BF16, else f32 (it has room for f32 in any case)
 *   lengths  [n][2 hk]             conv writes, all but advance read: c of "q and k are c x" (cuda_gdn_chunk.cu)
 *   gates    [n][hv]               conv writes (log decay, beta), prepare, steps and ring read
 *   records  [n / GDN_LONG][hv]    prepare writes, advance reads: RECORD_BYTES each (cuda_gdn_chunk.cuh). Heads of GDN_WIDTH alone
 * Between advance and finish o stands in y, or under BF16, as bfloat16, behind u: [n][hv][128]. */
#ifndef KERNELS_CUDA_GDN_CUH
#define KERNELS_CUDA_GDN_CUH

#include "kernels/cuda_forms.cuh"

enum {
	GDN_WIDTH = 128,  /* dk = dv of the fast forms */
	GDN_CHUNK = 64,   /* rows */
	GDN_LONG = 32,    /* rows from which on a sequence goes by chunks */
	GDN_SLICE = 32,   /* value columns of one block of advance */
	GROUP_COLUMNS = 64, /* where it goes by warp groups */
	GDN_TILE = 16,    /* rows one warp of conv takes; at least KERN_MAX_CONV - 1, so that one warp reads all of a channel's old inputs */
	GDN_THREADS = 256,
	GDN_WARPS = GDN_THREADS / CU_WARP,
	GDN_PARTS = 4,    /* float4 a lane may hold of a row of KERN_MAX_HEAD */
	RECORD_MATRIX = GDN_CHUNK * GDN_CHUNK * 4,
	RECORD_FACTORS = 2 * RECORD_MATRIX, /* where they begin */
	RECORD_BYTES = RECORD_FACTORS + GDN_CHUNK * 16 + 64,
};

struct gdn_args {
	struct kern_gdn op;
	unsigned char *u, *records;
	uint16_t *o; /* under BF16 */
	float *lengths;
	float2 *gates;
	struct cu_forms forms; /* of y; where heads are of GDN_WIDTH, else none */
	bool bf16, chunks; /* chunks: long sequences go by them; else all go by steps */
	bool groups;       /* and advance by warp groups */
};

/* Says where the parts of op->scratch lie for n rows (args may be NULL), and how many bytes they are together. */
size_t gdn_lay_out(const struct kern_gdn *op, int n, struct gdn_args *args);
int gdn_launch_conv(struct kern *k, const struct gdn_args &a); /* ERR_UNSUPPORTED for more rows x heads than a grid can have */
bool gdn_by_groups(const struct kern *k);
bool gdn_has_chunks(const struct kern *k, const struct kern_gdn *op);
int gdn_launch_steps(struct kern *k, const struct gdn_args &a);
int gdn_launch_chunks(struct kern *k, const struct gdn_args &a, int n_long); /* n_long: at most so many sequences are long */

static inline bool gdn_fast(const struct kern_gdn *op)
{
	return op->key_dim == GDN_WIDTH && op->value_dim == GDN_WIDTH;
}

/* The last sequence s with (first[s] >> shift) + s * extra <= at. */
CU_DEVICE int sequence_at(const struct kern_gdn &op, int shift, int extra, int at)
{
	int low = 0, high = op.n_seq - 1;
	while (low < high) {
		int middle = (low + high + 1) / 2;
		if ((op.first[middle] >> shift) + middle * extra <= at)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Four floats, or as many as are left; whether in one access, the address says. */
CU_DEVICE float4 load4(const float *p, int left)
{
	return cu_four(p, 0, left);
}

CU_DEVICE void store4(float *p, float4 x, int left)
{
	if (left >= 4 && (uintptr_t)p % 16 == 0) {
		cu_store16(p, x);
		return;
	}
	p[0] = x.x;
	if (left > 1)
		p[1] = x.y;
	if (left > 2)
		p[2] = x.z;
	if (left > 3)
		p[3] = x.w;
}

CU_DEVICE float4 fma4(float a, float4 b, float4 c)
{
	float4 d = { fmaf(a, b.x, c.x), fmaf(a, b.y, c.y), fmaf(a, b.z, c.z), fmaf(a, b.w, c.w) };
	return d;
}

CU_DEVICE float4 scale4(float a, float4 x)
{
	return { a * x.x, a * x.y, a * x.z, a * x.w };
}

CU_DEVICE float4 add4(float4 a, float4 b)
{
	float4 c = { a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w };
	return c;
}

/* A prompt needs many: 12,288 a row and layer in the headline's model. e^-x as a power of 2 takes 2 instructions instead of 9; it is off by 2^-23 |x|,
 * which is little where |x| is not large, and where it is nobody sees it: the result is x, or next to 0. */
CU_DEVICE float gdn_silu(float x)
{
	return cu_divide(x, 1 + cu_power_of_2(-1.44269504f * x));
}

CU_DEVICE float4 silu4(float4 x)
{
	return { gdn_silu(x.x), gdn_silu(x.y), gdn_silu(x.z), gdn_silu(x.w) };
}

/* Row r's channel of what the convolution gave. */
template <bool BF16> CU_DEVICE float u_at(const struct gdn_args &a, int r, int channel)
{
	size_t at = (size_t)r * (size_t)a.op.qkv.cols + (size_t)channel;
	return BF16 ? cu_from_bf16(((const uint16_t *)a.u)[at]) : ((const float *)a.u)[at];
}

/* Four channels of it from a multiple of four on, where heads are GDN_WIDTH wide. */
template <bool BF16> CU_DEVICE float4 u4_at(const struct gdn_args &a, int r, int channel)
{
	size_t at = (size_t)r * (size_t)a.op.qkv.cols + (size_t)channel;
	if (!BF16)
		return *(const float4 *)((const float *)a.u + at);
	return cu_from_bf16x4(*(const uint2 *)((const uint16_t *)a.u + at));
}

/* y = R(R(norm(R(o))) * w * silu(z)) of one head of row r by one warp, from what its lanes have of o and z, and of w if they have it (else NULL): four
 * columns of every 128.
 * PARTS * 128 columns at most; WIDTH: so many, where that is known. */
template <int PARTS, int WIDTH> CU_DEVICE void norm_and_gate(const struct gdn_args &a, float4 x[PARTS], const float4 g[PARTS], const float4 *weights, int r,
	int head)
{
	int lane = threadIdx.x % CU_WARP, n = WIDTH ? WIDTH : a.op.value_dim;
	float *y = cu_at(a.op.y, r) + (size_t)head * n;
	float square = 0;
#pragma unroll
	for (int i = 0; i < PARTS; i++) { /* what is not there is 0 */
		x[i] = cu_round_pairs(a.bf16, x[i]);
		square = fmaf(x[i].x, x[i].x, square);
		square = fmaf(x[i].y, x[i].y, square);
		square = fmaf(x[i].z, x[i].z, square);
		square = fmaf(x[i].w, x[i].w, square);
	}
	float scale = 1 / sqrtf(cu_warp_sum(square) / (float)n + a.op.eps);
#pragma unroll
	for (int i = 0; i < PARTS; i++) {
		int c = 4 * (lane + i * CU_WARP);
		if (c >= n)
			continue;
		float4 w = weights ? weights[i] : load4(a.op.norm_w + c, n - c), u = cu_round_pairs(a.bf16, scale4(scale, x[i])), z = silu4(g[i]);
		float4 out = { u.x * w.x * z.x, u.y * w.y * z.y, u.z * w.z * z.z, u.w * w.w * z.w };
		out = cu_round_pairs(a.bf16, out);
		store4(y + c, out, n - c);
		if (WIDTH == CU_BLOCK)
			cu_put_forms(a.forms, r, head, out, lane);
	}
}

/* The same; o in shared or device memory, perhaps y itself. */
template <int PARTS, int WIDTH = 0> CU_DEVICE void gated_norm(const struct gdn_args &a, const float *o, int r, int head)
{
	int lane = threadIdx.x % CU_WARP, n = WIDTH ? WIDTH : a.op.value_dim;
	const float *gate = cu_at(a.op.z, r) + (size_t)head * n;
	float4 x[PARTS] = {}, g[PARTS] = {};
#pragma unroll
	for (int i = 0; i < PARTS; i++) {
		int c = 4 * (lane + i * CU_WARP);
		if (c >= n)
			continue;
		x[i] = load4(o + c, n - c);
		g[i] = load4(gate + c, n - c);
	}
	norm_and_gate<PARTS, WIDTH>(a, x, g, NULL, r, head);
}

#endif
