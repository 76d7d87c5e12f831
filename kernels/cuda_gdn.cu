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
		args->o = (uint16_t *)args->u + rows * channels;
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

enum {
	CONV_THREADS = 128,
	CONV_TAPS = 4,
	CONV_BACK = CONV_TAPS - 1,
	CONV_ROWS = 8, /* of a prompt, asked for together */
};

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
	return cu_round_pairs(a.bf16, silu4(sum));
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

/* What the gates of row r and value head h are made of; asked for early, used late. */
CU_DEVICE float4 gates_of(const struct gdn_args &a, int r, int h)
{
	return { a.op.a_log[h], a.op.dt_bias[h], cu_at(a.op.a, r)[h], cu_at(a.op.b, r)[h] };
}

/* (log decay, beta) */
CU_DEVICE void keep_gates(const struct gdn_args &a, int r, int h, float4 of)
{
	float2 gates = { -expf(of.x) * cu_softplus(of.z + of.y), cu_round(a.bf16, cu_sigmoid(of.w)) };
	a.gates[(size_t)r * a.op.value_heads + h] = gates;
}

/* What a head of q (they come first) or k is multiplied by. */
CU_DEVICE float length_of(const struct gdn_args &a, int head, float square, int width)
{
	return 1 / sqrtf(square + 1e-6f) * (head < a.op.key_heads ? 1 / sqrtf((float)width) : 1);
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
		a.lengths[(size_t)r * 2 * keys + head] = length_of(a, head, square, width);
	else
		keep_gates(a, r, head - 2 * keys, gates_of(a, r, head - 2 * keys));
}

/* A warp's part: one head of up to GDN_TILE rows of one sequence. */
struct conv_place {
	int s, head, row0, from, to, rows; /* row0: the sequence's first in the call; from .. to of its rows */
};

/* false: there is no such tile. Tiles: (first[s] / GDN_TILE) + s is the first of sequence s, or s where each has one row. */
CU_DEVICE bool conv_at(const struct gdn_args &a, int tiles, struct conv_place *p)
{
	int heads = 2 * a.op.key_heads + a.op.value_heads, item = blockIdx.x * (blockDim.x / CU_WARP) + threadIdx.x / CU_WARP, tile = item / heads;
	bool single = tiles == a.op.n_seq;
	if (tile >= tiles)
		return false;
	p->s = single ? tile : sequence_at(a.op, 4, 1, tile);
	p->head = item % heads;
	p->row0 = a.op.first[p->s];
	p->rows = a.op.first[p->s + 1] - p->row0;
	p->from = single ? 0 : (tile - (p->row0 / GDN_TILE + p->s)) * GDN_TILE;
	p->to = p->from + GDN_TILE < p->rows ? p->from + GDN_TILE : p->rows;
	return p->from < p->to;
}

/* Heads of any width, any number of taps, wherever anything lies. What comes next may begin as soon as every block is past its wait: it
 * then knows that all before this kernel is done. */
static __global__ void __launch_bounds__(CONV_THREADS) gdn_conv_any(const struct gdn_args a, int tiles)
{
	struct conv_place p;
	cu_wait();
	cu_let_next();
	if (!conv_at(a, tiles, &p))
		return;
	const struct kern_gdn_state state = a.op.state[p.s];
	bool value = p.head >= 2 * a.op.key_heads;
	int width = value ? a.op.value_dim : a.op.key_dim;
	int channel = value ? 2 * a.op.key_heads * a.op.key_dim + (p.head - 2 * a.op.key_heads) * width : p.head * width;
	for (int row = p.from; row < p.to; row++)
		conv_head(a, state, p.row0, row, p.head, channel, width);
	if (p.from == 0)
		for (int c = 4 * (threadIdx.x % CU_WARP); c < width; c += 4 * CU_WARP)
			keep_inputs(a.op, state, p.row0, p.rows, channel + c, width - c);
}

/* silu of the four taps' sum of a lane's channels: the same operations as in conv4. */
CU_DEVICE float4 conv_taps(const float4 w[CONV_TAPS], const float4 in[CONV_TAPS])
{
	float4 sum = { 0, 0, 0, 0 };
#pragma unroll
	for (int j = 0; j < CONV_TAPS; j++)
		sum = { fmaf(w[j].x, in[j].x, sum.x), fmaf(w[j].y, in[j].y, sum.y), fmaf(w[j].z, in[j].z, sum.z), fmaf(w[j].w, in[j].w, sum.w) };
	return silu4(sum);
}

/* x goes to item `at` of u, rounded; the sum of its squares comes back. */
template <bool BF16> CU_DEVICE float conv_keep(const struct gdn_args &a, size_t at, float4 x, bool there)
{
	if (BF16) {
		uint2 two = { cu_bf16x2(x.x, x.y), cu_bf16x2(x.z, x.w) };
		if (there)
			cu_store8((uint16_t *)a.u + at, two);
		x = cu_from_bf16x4(two);
	} else if (there) {
		cu_store16((float *)a.u + at, x);
	}
	return fmaf(x.w, x.w, fmaf(x.z, x.z, fmaf(x.y, x.y, x.x * x.x)));
}

/* The lengths of ROWS rows of a head of q or k, `there` of them there, a lane each. */
template <int ROWS> CU_DEVICE void conv_lengths(const struct gdn_args &a, int r, int there, int head, const float squares[ROWS])
{
	int lane = threadIdx.x % CU_WARP;
	float mine = 0;
#pragma unroll
	for (int i = 0; i < ROWS; i++) {
		float sum = cu_warp_sum(squares[i]);
		mine = lane == i ? sum : mine;
	}
	if (lane < there)
		a.lengths[(size_t)(r + lane) * 2 * a.op.key_heads + head] = length_of(a, head, mine, GDN_WIDTH);
}

/* ROWS rows from `row` on, asked for together. in: the inputs before them, and then those before the next. */
template <bool BF16, int ROWS> CU_DEVICE void conv_rows(const struct gdn_args &a, const struct conv_place &p, int row, int channel,
	const float4 w[CONV_TAPS], float4 in[CONV_BACK + ROWS])
{
	const float *x = cu_at(a.op.qkv, p.row0 + row) + channel;
	size_t u = (size_t)(p.row0 + row) * a.op.qkv.cols + channel;
	float squares[ROWS];
#pragma unroll
	for (int i = 0; i < ROWS; i++) /* those that are not there are the first again */
		in[CONV_BACK + i] = *(const float4 *)(x + (row + i < p.to ? i : 0) * a.op.qkv.ld);
#pragma unroll
	for (int i = 0; i < ROWS; i++)
		squares[i] = conv_keep<BF16>(a, u + (size_t)i * a.op.qkv.cols, conv_taps(w, in + i), row + i < p.to);
	if (p.head < 2 * a.op.key_heads)
		conv_lengths<ROWS>(a, p.row0 + row, p.to - row < ROWS ? p.to - row : ROWS, p.head, squares);
#pragma unroll
	for (int j = 0; j < CONV_BACK; j++)
		in[j] = in[ROWS + j];
}

/* Heads of GDN_WIDTH and four taps, all aligned but perhaps the states. The weights and a sequence's first inputs are on their way before
 * the wait: no other kernel of the pass touches this convolution's state (the rule of cuda.cuh). */
template <bool BF16, int ROWS>
static __global__ void __launch_bounds__(CONV_THREADS, ROWS == 1 ? (BF16 ? 8 : 7) : BF16 ? 5 : 4) gdn_conv(const struct gdn_args a, int tiles)
{
	struct conv_place p;
	if (!conv_at(a, tiles, &p))
		return;
	const struct kern_gdn_state state = a.op.state[p.s];
	int lane = threadIdx.x % CU_WARP, keys = 2 * a.op.key_heads, channel = p.head * GDN_WIDTH + 4 * lane;
	float4 w[CONV_TAPS], in[CONV_BACK + ROWS] = {}, gates = {};
	bool early = p.from == 0 && state.conv_src && (uintptr_t)state.conv_src % 16 == 0, gate = p.head >= keys && lane < p.to - p.from;
#pragma unroll
	for (int j = 0; j < CONV_TAPS; j++)
		w[j] = *(const float4 *)(a.op.conv + (size_t)j * a.op.qkv.cols + channel);
#pragma unroll
	for (int j = 0; j < CONV_BACK && early; j++)
		in[j] = cu_load_far(state.conv_src + (size_t)j * a.op.qkv.cols + channel);
	cu_wait();
	cu_let_next();
#pragma unroll
	for (int j = 0; j < CONV_BACK && !early; j++) {
		const float *x = conv_input(a.op, state, p.row0, p.from - CONV_BACK + j, channel);
		if (x)
			in[j] = load4(x, 4);
	}
	if (gate)
		gates = gates_of(a, p.row0 + p.from + lane, p.head - keys);
	for (int row = p.from; row < p.to; row += ROWS)
		conv_rows<BF16, ROWS>(a, p, row, channel, w, in);
	if (gate)
		keep_gates(a, p.row0 + p.from + lane, p.head - keys, gates);
	if (ROWS > 1 && p.from == 0)
		keep_inputs(a.op, state, p.row0, p.rows, channel, 4);
#pragma unroll
	for (int j = 0; j < CONV_BACK && ROWS == 1; j++) /* they are in registers */
		store4(state.conv_dst + (size_t)j * a.op.qkv.cols + channel, in[j], 4);
}

/* Whether rows and weights lie and are as gdn_conv wants them. */
static bool conv_is_plain(const struct kern_gdn *op)
{
	return gdn_fast(op) && op->conv_width == CONV_TAPS && ((uintptr_t)op->qkv.data | (uintptr_t)op->conv | op->qkv.ld * sizeof(float)) % 16 == 0;
}

int gdn_launch_conv(struct kern *k, const struct gdn_args &a)
{
	int n = a.op.qkv.rows, tiles = n == a.op.n_seq ? n : n / GDN_TILE + a.op.n_seq, heads = 2 * a.op.key_heads + a.op.value_heads;
	if (((long long)n + a.op.n_seq) * heads > INT_MAX - GDN_WARPS) /* more than any of the launches counts */
		return err_set(ERR_UNSUPPORTED, "gdn: %d rows of %d heads are too many for one call", n, heads);
	auto kernel = !conv_is_plain(&a.op) ? gdn_conv_any
		: n == a.op.n_seq ? (a.bf16 ? gdn_conv<true, 1> : gdn_conv<false, 1>)
				  : (a.bf16 ? gdn_conv<true, CONV_ROWS> : gdn_conv<false, CONV_ROWS>);
	return cu_launch(k, "gdn conv", kernel, dim3((unsigned)cu_ceil(tiles * heads, CONV_THREADS / CU_WARP)), dim3(CONV_THREADS), 0, a, tiles);
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
	a.groups = gdn_by_groups(k);
	if (gdn_fast(op))
		a.forms = cu_forms_of(op->forms, n, op->y.cols);
	gdn_lay_out(op, n, &a);
	if ((e = gdn_launch_conv(k, a)))
		return e;
	/* So many sequences can be long at most: the others have a row at least. */
	int n_long = a.chunks ? (n - n_seq) / (GDN_LONG - 1) : 0;
	n_long = n_long < n_seq ? n_long : n_seq;
	if (n_long && (e = gdn_launch_chunks(k, a, n_long)))
		return e;
	if (!(n_long == 1 && n_seq == 1) && (e = gdn_launch_steps(k, a)))
		return e;
	return op->forms && !gdn_fast(op) ? cuda_make_forms(k, &op->y, op->forms) : 0;
}
