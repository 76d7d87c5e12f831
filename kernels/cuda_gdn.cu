/* Gated DeltaNet: scratch, the convolution, and which launches a call is made of (cuda_gdn.cuh). */
#include "kernels/cuda_gdn.cuh"
#include <limits.h>

static size_t gdn_round(size_t n)
{
	return (n + 63) / 64 * 64;
}

size_t gdn_lay_out(const struct kern_gdn *op, int n, struct gdn_args *args)
{
	size_t rows = (size_t)n, channels = 2 * (size_t)op->key_heads * (size_t)op->key_dim + (size_t)op->value_heads * (size_t)op->value_dim;
	size_t u = gdn_round(rows * channels * sizeof(float)), lengths = gdn_round(rows * 2 * (size_t)op->key_heads * sizeof(float));
	size_t gates = gdn_round(rows * (size_t)op->value_heads * sizeof(float2));
	size_t records = gdn_fast(op) ? rows / GDN_LONG * (size_t)op->value_heads * RECORD_BYTES : 0;
	if (args) {
		args->u = (unsigned char *)op->scratch;
		args->lengths = (float *)(args->u + u);
		args->gates = (float2 *)(args->u + u + lengths);
		args->records = args->u + u + lengths + gates;
	}
	return u + lengths + gates + records;
}

size_t cuda_gdn_scratch(const struct kern *k, const struct kern_gdn *op, int n)
{
	(void)k;
	return gdn_lay_out(op, n, NULL);
}

/* The input of channels c .. c + 3 `row` rows after the first of sequence s; negative rows lie in the convolution's state. */
CU_DEVICE const float *conv_input(const struct kern_gdn &op, const struct kern_gdn_state &state, int row0, int row, int channel)
{
	if (row >= 0)
		return cu_at(op.qkv, row0 + row) + channel;
	return state.conv_src ? state.conv_src + (size_t)(op.conv_width - 1 + row) * (size_t)op.qkv.cols + channel : NULL;
}

/* Four channels of one row, `left` of them there. */
CU_DEVICE float4 conv4(const struct gdn_args &a, const struct kern_gdn_state &state, int row0, int row, int channel, int left)
{
	float4 sum = { 0, 0, 0, 0 };
	int taps = a.op.conv_width;
#pragma unroll 4
	for (int j = 0; j < taps; j++) {
		const float *x = conv_input(a.op, state, row0, row - (taps - 1) + j, channel);
		if (!x)
			continue;
		float4 w = load4(a.op.conv + (size_t)j * (size_t)a.op.qkv.cols + channel, left), in = load4(x, left);
		sum = { fmaf(w.x, in.x, sum.x), fmaf(w.y, in.y, sum.y), fmaf(w.z, in.z, sum.z), fmaf(w.w, in.w, sum.w) };
	}
	return { cu_round(a.bf16, cu_silu(sum.x)), cu_round(a.bf16, cu_silu(sum.y)), cu_round(a.bf16, cu_silu(sum.z)),
		 cu_round(a.bf16, cu_silu(sum.w)) };
}

CU_DEVICE void keep_u(const struct gdn_args &a, int r, int channel, float4 x, int left)
{
	size_t at = (size_t)r * (size_t)a.op.qkv.cols + (size_t)channel;
	if (!a.bf16) {
		store4((float *)a.u + at, x, left);
		return;
	}
	uint16_t *u = (uint16_t *)a.u + at;
	if (left >= 4 && at % 4 == 0) {
		uint2 two = { cu_pack_bf16(x.x, x.y), cu_pack_bf16(x.z, x.w) };
		*(uint2 *)u = two;
		return;
	}
	u[0] = cu_to_bf16(x.x);
	if (left > 1)
		u[1] = cu_to_bf16(x.y);
	if (left > 2)
		u[2] = cu_to_bf16(x.z);
	if (left > 3)
		u[3] = cu_to_bf16(x.w);
}

/* The last inputs of a lane's channels become the state. Oldest first, and only this lane reads or writes these channels of this
 * sequence's state: in place, no input is overwritten before it was read. */
CU_DEVICE void keep_inputs(const struct kern_gdn &op, const struct kern_gdn_state &state, int row0, int rows, int channel, int left)
{
	int back = op.conv_width - 1;
	for (int j = 0; j < back; j++) {
		const float *x = conv_input(op, state, row0, rows - back + j, channel);
		float4 zero = { 0, 0, 0, 0 };
		store4(state.conv_dst + (size_t)j * (size_t)op.qkv.cols + channel, x ? load4(x, left) : zero, left);
	}
}

/* (log decay, beta) of row r and value head h. */
CU_DEVICE float2 gates_of(const struct gdn_args &a, int r, int h)
{
	float rate = -expf(a.op.a_log[h]) * cu_softplus(cu_at(a.op.a, r)[h] + a.op.dt_bias[h]);
	float2 gates = { rate, cu_round(a.bf16, cu_sigmoid(cu_at(a.op.b, r)[h])) };
	return gates;
}

/* One head of one row by one warp: lane holds channels 4 lane .. 4 lane + 3 of every 128. Heads: hk of q, hk of k, hv of v. */
CU_DEVICE void conv_head(const struct gdn_args &a, const struct kern_gdn_state &state, int row0, int row, int head, int channel, int width)
{
	int lane = threadIdx.x % CU_WARP, keys = a.op.key_heads, r = row0 + row;
	float square = 0;
	for (int c = 4 * lane; c < width; c += 4 * CU_WARP) {
		float4 x = conv4(a, state, row0, row, channel + c, width - c);
		keep_u(a, r, channel + c, x, width - c);
		square = fmaf(x.x, x.x, square); /* what is not there is 0 */
		square = fmaf(x.y, x.y, square);
		square = fmaf(x.z, x.z, square);
		square = fmaf(x.w, x.w, square);
	}
	square = cu_warp_sum(square);
	if (lane)
		return;
	if (head < 2 * keys)
		a.lengths[(size_t)r * 2 * keys + head] = 1 / sqrtf(square + 1e-6f) * (head < keys ? 1 / sqrtf((float)width) : 1);
	else
		a.gates[(size_t)r * a.op.value_heads + head - 2 * keys] = gates_of(a, r, head - 2 * keys);
}

/* A warp takes one head of up to GDN_TILE rows of one sequence. Tiles: (first[s] / GDN_TILE) + s is the first of sequence s.
 * What comes next may begin as soon as every block is past its wait: it then knows that all before this kernel is done. */
static __global__ void __launch_bounds__(GDN_THREADS) gdn_conv(const struct gdn_args a, int tiles)
{
	cu_wait();
	cu_let_next();
	int keys = a.op.key_heads, heads = 2 * keys + a.op.value_heads;
	int item = blockIdx.x * GDN_WARPS + threadIdx.x / CU_WARP, tile = item / heads, head = item % heads;
	if (tile >= tiles)
		return;
	int s = tiles == a.op.n_seq ? tile : sequence_at(a.op, 4, 1, tile);
	int row0 = a.op.first[s], rows = a.op.first[s + 1] - row0, from = (tile - (row0 / GDN_TILE + s)) * GDN_TILE;
	if (tiles == a.op.n_seq)
		from = 0;
	const struct kern_gdn_state state = a.op.state[s];
	bool value = head >= 2 * keys;
	int width = value ? a.op.value_dim : a.op.key_dim;
	int channel = value ? 2 * keys * a.op.key_dim + (head - 2 * keys) * width : head * width;
	for (int row = from; row < rows && row < from + GDN_TILE; row++)
		conv_head(a, state, row0, row, head, channel, width);
	if (from == 0)
		for (int c = 4 * (threadIdx.x % CU_WARP); c < width; c += 4 * CU_WARP)
			keep_inputs(a.op, state, row0, rows, channel + c, width - c);
}

int gdn_launch_conv(struct kern *k, const struct gdn_args &a)
{
	int n = a.op.qkv.rows, tiles = n == a.op.n_seq ? n : n / GDN_TILE + a.op.n_seq, heads = 2 * a.op.key_heads + a.op.value_heads;
	if (((long long)n + a.op.n_seq) * heads > INT_MAX - GDN_WARPS) /* more than any of the launches counts */
		return err_set(ERR_UNSUPPORTED, "gdn: %d rows of %d heads are too many for one call", n, heads);
	return cu_launch(k, "gdn conv", gdn_conv, dim3((unsigned)cu_ceil(tiles * heads, GDN_WARPS)), dim3(GDN_THREADS), 0, a, tiles);
}

int cuda_gdn(struct kern *k, const struct kern_gdn *op)
{
	struct gdn_args a = {};
	int n = op->qkv.rows, n_seq = op->n_seq, e;
	if (n == 0)
		return 0;
	a.op = *op;
	a.bf16 = k->compute == KERN_BF16;
	a.chunks = gdn_has_chunks(k, op);
	gdn_lay_out(op, n, &a);
	if ((e = gdn_launch_conv(k, a)))
		return e;
	/* So many sequences can be long at most: the others have a row at least. */
	int n_long = a.chunks ? (n - n_seq) / (GDN_LONG - 1) : 0;
	n_long = n_long < n_seq ? n_long : n_seq;
	if (n_long && (e = gdn_launch_chunks(k, a, n_long)))
		return e;
	return n_long == 1 && n_seq == 1 ? 0 : gdn_launch_steps(k, a);
}
