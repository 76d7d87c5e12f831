/* Gated DeltaNet on the device: see kernels.h for the formula.
 *
 *   conv     every row: convolution, silu, squared lengths of q and k, gates; keeps the convolution's last inputs
 *   step     sequences of fewer than GDN_LONG rows, row by row: a block has one value head's state, read once and written once
 *   prepare  the longer ones: per chunk of GDN_CHUNK rows and value head, what does not depend on the state
 *   advance  per value head and GDN_SLICE of its columns: chunk after chunk, the state held in registers
 *   finish   the gated norm of the longer ones, whose columns come from several blocks
 *   ring     after conv: steps from a checkpoint that rows may share, and a ring of their own
 *
 * Which way a sequence goes depends on its own number of rows alone. Chunks are counted from its first row in the call, so a prompt
 * cut otherwise gives other bits (within the bound): unlike on the cpu, a chunk does not equal its steps to the bit. The engine
 * computes every prompt in the same chunks.
 *
 * The chunked form. With g_r the logarithm of row r's decay, G_r the sum of the g up to and including r, S the state before the chunk:
 *   A[r][t] = beta_r exp(G_r - G_t) (k_r . k_t), t < r       T = (1 + A)^-1, lower triangular
 *   D = T R,  R[r] = beta_r (v_r - exp(G_r) S^T k_r)         P[r][t] = exp(G_r - G_t) (q_r . k_t), t <= r
 *   o_r = exp(G_r) S^T q_r + sum_t P[r][t] D[t]              S' = exp(G_last) S + sum_t exp(G_last - G_t) k_t D[t]^T
 * A chunk's last rows may be missing: they count as rows of zeros that decay nothing. Every exponent is <= 0.
 *
 * q and k are c x with x what the convolution gives and c one number a row: under BF16 x is exact in bfloat16 and c joins the other
 * factors after the product. What is not exact there (S, R, D, T, P) goes into a product as two bfloat16, 16 bits together. */
#include "kernels/cuda_math.cuh"

enum {
	GDN_WIDTH = 128,  /* dk = dv of the fast forms */
	GDN_CHUNK = 64,   /* rows */
	GDN_LONG = 32,    /* rows from which on a sequence goes by chunks */
	GDN_SLICE = 32,   /* value columns of one block of advance */
	GDN_TILE = 16,    /* rows one warp of conv takes; at least KERN_MAX_CONV - 1, so that one warp reads all of a channel's old inputs */
	GDN_THREADS = 256,
	GDN_WARPS = GDN_THREADS / CU_WARP,
	GDN_PARTS = 4,    /* float4 a lane may hold of a row of KERN_MAX_HEAD */
	RECORD_MATRIX = GDN_CHUNK * GDN_CHUNK * 4,
	RECORD_FACTORS = 2 * RECORD_MATRIX, /* where they begin */
	RECORD_BYTES = RECORD_FACTORS + GDN_CHUNK * 16 + 64,
};

/* Scratch: u [n][channels] (bfloat16 under BF16, else f32), lengths [n][2 hk], gates [n][hv] of (log decay, beta), and where chunks
 * are possible [n / GDN_LONG][hv] records: T and P (f32 [64][64], or under BF16 high and low halves of each), then for every row the
 * factors (exp(G) c_k, beta, exp(G) c_q, exp(G_last - G) c_k), then exp(G_last). */
struct gdn_args {
	struct kern_gdn op;
	unsigned char *u, *records;
	float *lengths;
	float2 *gates;
	bool bf16;
};

static bool gdn_fast(const struct kern_gdn *op)
{
	return op->key_dim == GDN_WIDTH && op->value_dim == GDN_WIDTH;
}

static size_t gdn_round(size_t n)
{
	return (n + 63) / 64 * 64;
}

static size_t gdn_layout(const struct kern_gdn *op, int n, struct gdn_args *args)
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
	return gdn_layout(op, n, NULL);
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
	if (left >= 4 && (uintptr_t)p % 16 == 0)
		return *(const float4 *)p;
	float4 x = { 0, 0, 0, 0 };
	x.x = p[0];
	if (left > 1)
		x.y = p[1];
	if (left > 2)
		x.z = p[2];
	if (left > 3)
		x.w = p[3];
	return x;
}

CU_DEVICE void store4(float *p, float4 x, int left)
{
	if (left >= 4 && (uintptr_t)p % 16 == 0) {
		*(float4 *)p = x;
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

CU_DEVICE float4 add4(float4 a, float4 b)
{
	float4 c = { a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w };
	return c;
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
	uint2 two = *(const uint2 *)((const uint16_t *)a.u + at);
	return { __uint_as_float(two.x << 16), __uint_as_float(two.x & 0xffff0000u), __uint_as_float(two.y << 16),
		 __uint_as_float(two.y & 0xffff0000u) };
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

/* y = R(R(norm(R(o))) * w * silu(z)) of one head of row r by one warp; o in shared or device memory, perhaps y itself.
 * PARTS * 128 columns at most. */
template <int PARTS> CU_DEVICE void gated_norm(const struct gdn_args &a, const float *o, int r, int head)
{
	int lane = threadIdx.x % CU_WARP, n = a.op.value_dim;
	float4 x[PARTS] = {};
	float square = 0;
#pragma unroll
	for (int i = 0; i < PARTS; i++) {
		int c = 4 * (lane + i * CU_WARP);
		if (c >= n)
			continue;
		x[i] = load4(o + c, n - c);
		x[i] = { cu_round(a.bf16, x[i].x), cu_round(a.bf16, x[i].y), cu_round(a.bf16, x[i].z), cu_round(a.bf16, x[i].w) };
		square = fmaf(x[i].x, x[i].x, square);
		square = fmaf(x[i].y, x[i].y, square);
		square = fmaf(x[i].z, x[i].z, square);
		square = fmaf(x[i].w, x[i].w, square);
	}
	float scale = 1 / sqrtf(cu_warp_sum(square) / (float)n + a.op.eps);
	const float *z = cu_at(a.op.z, r) + (size_t)head * n;
	float *y = cu_at(a.op.y, r) + (size_t)head * n;
#pragma unroll
	for (int i = 0; i < PARTS; i++) {
		int c = 4 * (lane + i * CU_WARP);
		if (c >= n)
			continue;
		float4 g = load4(z + c, n - c), w = load4(a.op.norm_w + c, n - c);
		float4 out = { cu_round(a.bf16, cu_round(a.bf16, x[i].x * scale) * w.x * cu_silu(g.x)),
			       cu_round(a.bf16, cu_round(a.bf16, x[i].y * scale) * w.y * cu_silu(g.y)),
			       cu_round(a.bf16, cu_round(a.bf16, x[i].z * scale) * w.z * cu_silu(g.z)),
			       cu_round(a.bf16, cu_round(a.bf16, x[i].w * scale) * w.w * cu_silu(g.w)) };
		store4(y + c, out, n - c);
	}
}

/* What a block of a step knows of its place. */
struct step_place {
	int head, row0, rows, q, k, v; /* channels */
	const float *src;
	float *dst;
};

CU_DEVICE struct step_place place_of(const struct gdn_args &a)
{
	int hv = a.op.value_heads, dk = a.op.key_dim, dv = a.op.value_dim, s = blockIdx.x / hv, head = blockIdx.x % hv;
	int key = head / (hv / a.op.key_heads), row0 = a.op.first[s];
	size_t at = (size_t)head * dk * dv;
	const struct kern_gdn_state state = a.op.state[s];
	struct step_place p = { head, row0, a.op.first[s + 1] - row0, key * dk, (a.op.key_heads + key) * dk,
				2 * a.op.key_heads * dk + head * dv, state.s_src ? state.s_src + at : NULL, state.s_dst + at };
	return p;
}

/* q and k of a row, at their lengths, into shared memory: [dk] and [dk]. */
template <bool BF16> CU_DEVICE void step_keys(const struct gdn_args &a, const struct step_place &p, int r, float *q, float *k)
{
	int dk = a.op.key_dim, head = p.q / dk;
	const float *lengths = a.lengths + (size_t)r * 2 * a.op.key_heads;
	for (int i = threadIdx.x; i < 2 * dk; i += GDN_THREADS)
		if (i < dk)
			q[i] = u_at<BF16>(a, r, p.q + i) * lengths[head];
		else
			k[i - dk] = u_at<BF16>(a, r, p.k + i - dk) * lengths[a.op.key_heads + head];
}

/* The same where there are as many threads as items; k lies behind q. */
template <bool BF16> CU_DEVICE void step_key(const struct gdn_args &a, const struct step_place &p, int r, float *q)
{
	bool key = threadIdx.x >= GDN_WIDTH;
	int head = p.q / GDN_WIDTH, c = threadIdx.x % GDN_WIDTH;
	float length = a.lengths[(size_t)r * 2 * a.op.key_heads + (key ? a.op.key_heads + head : head)];
	q[threadIdx.x] = u_at<BF16>(a, r, (key ? p.k : p.q) + c) * length;
}

enum { STEP_ROWS = GDN_WIDTH / GDN_WARPS }; /* of the state, a thread's */

/* Sums of the warps' shares of four columns, in order. */
CU_DEVICE float4 sum_shares(const float4 *share, int lane)
{
	float4 sum = share[lane];
#pragma unroll
	for (int w = 1; w < GDN_WARPS; w++)
		sum = add4(sum, share[w * CU_WARP + lane]);
	return sum;
}

/* One row: warp w holds rows 16 w .. 16 w + 15 of the state, lane l columns 4 l .. 4 l + 3 of each.
 * o's shares are left for one warp to sum. */
CU_DEVICE void step_row(float4 s[STEP_ROWS], const float *q, const float *k, float4 v, float2 gates, float4 *m_share, float4 *o_share)
{
	int warp = threadIdx.x / CU_WARP, lane = threadIdx.x % CU_WARP;
	float decay = expf(gates.x), beta = gates.y;
	float4 m = { 0, 0, 0, 0 }, o = { 0, 0, 0, 0 };
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i++) {
		s[i] = { s[i].x * decay, s[i].y * decay, s[i].z * decay, s[i].w * decay };
		m = fma4(k[warp * STEP_ROWS + i], s[i], m);
	}
	m_share[threadIdx.x] = m;
	__syncthreads();
	m = sum_shares(m_share, lane);
	float4 delta = { beta * (v.x - m.x), beta * (v.y - m.y), beta * (v.z - m.z), beta * (v.w - m.w) };
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i++) {
		s[i] = fma4(k[warp * STEP_ROWS + i], delta, s[i]);
		o = fma4(q[warp * STEP_ROWS + i], s[i], o);
	}
	o_share[threadIdx.x] = o;
}

/* The gated norm of a step: threads 0 .. 127 a column each, so that it needs few registers beside the state's. All threads call it. */
CU_DEVICE void step_norm(const struct gdn_args &a, const float *o_share, float *squares, int r, int head)
{
	int c = threadIdx.x, warps = GDN_WIDTH / CU_WARP;
	float x = 0;
	if (c < GDN_WIDTH) {
		x = o_share[c];
		for (int w = 1; w < GDN_WARPS; w++)
			x += o_share[w * GDN_WIDTH + c];
		x = cu_round(a.bf16, x);
		float square = cu_warp_sum(x * x);
		if (c % CU_WARP == 0)
			squares[c / CU_WARP] = square;
	}
	__syncthreads();
	if (c >= GDN_WIDTH)
		return;
	float sum = squares[0];
	for (int w = 1; w < warps; w++)
		sum += squares[w];
	x = cu_round(a.bf16, x * (1 / sqrtf(sum / GDN_WIDTH + a.op.eps)));
	float z = cu_at(a.op.z, r)[head * GDN_WIDTH + c];
	cu_at(a.op.y, r)[head * GDN_WIDTH + c] = cu_round(a.bf16, x * a.op.norm_w[c] * cu_silu(z));
}

/* A thread's part of a state, 128 floats from row to row: all loads are on their way before the first is used. NULL: zeros. */
CU_DEVICE void load_state(float4 s[STEP_ROWS], const float *from)
{
	if (from && (uintptr_t)from % 16 == 0) {
#pragma unroll
		for (int i = 0; i < STEP_ROWS; i++)
			s[i] = *(const float4 *)(from + i * GDN_WIDTH);
		return;
	}
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i++) {
		const float *at = from + i * GDN_WIDTH;
		float4 zero = { 0, 0, 0, 0 }, there = zero;
		if (from)
			there = { at[0], at[1], at[2], at[3] };
		s[i] = there;
	}
}

CU_DEVICE void store_state(float *to, const float4 s[STEP_ROWS])
{
	if ((uintptr_t)to % 16 == 0) {
#pragma unroll
		for (int i = 0; i < STEP_ROWS; i++)
			*(float4 *)(to + i * GDN_WIDTH) = s[i];
		return;
	}
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i++) {
		float *at = to + i * GDN_WIDTH;
		at[0] = s[i].x;
		at[1] = s[i].y;
		at[2] = s[i].z;
		at[3] = s[i].w;
	}
}

/* Blocks: value heads of the sequences. The state is on its way before the wait: conv, which comes before, does not touch it, and
 * began only when all before it was done. Shared: q [128], k [128], shares of m and of o [8][128], of o's squares [4]. */
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS, 2) gdn_step(const struct gdn_args a)
{
	CU_SHARED(memory);
	float *q = (float *)memory, *k = q + GDN_WIDTH;
	float4 *m_share = (float4 *)(k + GDN_WIDTH), *o_share = m_share + GDN_THREADS;
	float *squares = (float *)(o_share + GDN_THREADS);
	const struct step_place p = place_of(a);
	int warp = threadIdx.x / CU_WARP, lane = threadIdx.x % CU_WARP;
	size_t at = (size_t)warp * STEP_ROWS * GDN_WIDTH + 4 * lane;
	if (p.rows >= GDN_LONG) {
		cu_wait();
		return;
	}
	float4 s[STEP_ROWS];
	load_state(s, p.src ? p.src + at : NULL);
	cu_wait();
	for (int r = p.row0; r < p.row0 + p.rows; r++) {
		step_key<BF16>(a, p, r, q);
		float4 v = u4_at<BF16>(a, r, p.v + 4 * lane);
		float2 gates = a.gates[(size_t)r * a.op.value_heads + p.head];
		__syncthreads();
		step_row(s, q, k, v, gates, m_share, o_share);
		__syncthreads();
		step_norm(a, (const float *)o_share, squares, r, p.head);
	}
	cu_let_next();
	store_state(p.dst + at, s);
}

enum { ANY_COLUMNS = CU_WARP, ANY_SHARES = GDN_WARPS };

/* 32 columns from j0 on of one row's step, for heads of any width: thread (column, share of the state's rows). In place or not, only
 * this thread touches its part of them. Leaves o [dv]. */
CU_DEVICE void any_columns(const struct gdn_args &a, const struct step_place &p, const float *src, const float *q, const float *k, float v,
	float2 gates, int j, float *share, float *o)
{
	int dk = a.op.key_dim, dv = a.op.value_dim, column = threadIdx.x % ANY_COLUMNS, part = threadIdx.x / ANY_COLUMNS;
	int rows = (dk + ANY_SHARES - 1) / ANY_SHARES, from = part * rows, to = from + rows < dk ? from + rows : dk;
	float decay = expf(gates.x), m = 0, sum = 0;
	for (int i = from; i < to && src && j < dv; i++)
		m = fmaf(k[i], src[(size_t)i * dv + j] * decay, m);
	share[threadIdx.x] = m;
	__syncthreads();
	m = share[column];
	for (int w = 1; w < ANY_SHARES; w++)
		m += share[w * ANY_COLUMNS + column];
	float delta = gates.y * (v - m);
	for (int i = from; i < to && j < dv; i++) {
		float now = fmaf(k[i], delta, src ? src[(size_t)i * dv + j] * decay : 0);
		p.dst[(size_t)i * dv + j] = now;
		sum = fmaf(q[i], now, sum);
	}
	__syncthreads();
	share[threadIdx.x] = sum;
	__syncthreads();
	if (part == 0 && j < dv) {
		for (int w = 1; w < ANY_SHARES; w++)
			sum += share[w * ANY_COLUMNS + column];
		o[j] = sum;
	}
	__syncthreads();
}

/* As gdn_step, heads of any width and sequences of any length: the state stays in memory. Shared: q, k [dk], o [dv], shares [256]. */
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS) gdn_step_any(const struct gdn_args a)
{
	CU_SHARED(memory);
	int dk = a.op.key_dim, dv = a.op.value_dim;
	float *share = (float *)memory, *o = share + GDN_THREADS, *q = o + (dv + 3) / 4 * 4, *k = q + dk;
	cu_wait();
	const struct step_place p = place_of(a);
	for (int r = p.row0; r < p.row0 + p.rows; r++) {
		step_keys<BF16>(a, p, r, q, k);
		float2 gates = a.gates[(size_t)r * a.op.value_heads + p.head];
		__syncthreads();
		for (int j0 = 0; j0 < dv; j0 += ANY_COLUMNS) {
			int j = j0 + threadIdx.x % ANY_COLUMNS;
			float v = j < dv ? u_at<BF16>(a, r, p.v + j) : 0;
			any_columns(a, p, r > p.row0 ? p.dst : p.src, q, k, v, gates, j, share, o);
		}
		if (threadIdx.x < CU_WARP)
			gated_norm<GDN_PARTS>(a, o, r, p.head);
		__syncthreads();
	}
}

/* Where a row of a chunk lies in shared memory, in items: 16 bytes of padding, so that 8 rows of one column meet 8 different banks. */
enum {
	KEY_LD_BF16 = GDN_WIDTH + 8,
	KEY_LD_F32 = GDN_WIDTH + 4,
	MATRIX_LD_BF16 = GDN_CHUNK + 8,
	MATRIX_LD_F32 = GDN_CHUNK + 1,
	SLICE_LD_BF16 = GDN_SLICE + 8,
	BLOCK = 16, /* of the triangular inverse */
	BLOCK_LD = BLOCK + 1,
};

/* A chunk of one sequence. */
struct chunk_place {
	int row0, rows; /* of the call; rows < 1: no chunk here */
};

/* Slots: (first[s] / GDN_LONG) + c for chunk c of sequence s, if it is long; the last sequence that begins at or before a slot is the
 * only long one to do so. */
CU_DEVICE struct chunk_place chunk_at(const struct kern_gdn &op, int slot)
{
	int s = sequence_at(op, 5, 0, slot), first = op.first[s], n = op.first[s + 1] - first;
	int from = (slot - first / GDN_LONG) * GDN_CHUNK, rows = n < GDN_LONG ? 0 : n - from;
	struct chunk_place p = { first + from, rows < GDN_CHUNK ? rows : GDN_CHUNK };
	return p;
}

/* `rows` rows of u from channel c on, 128 (or GDN_SLICE) items each, into shared memory; rows that are not there become zeros. */
template <int ITEMS, int LD, int BYTES> CU_DEVICE void fetch_rows(unsigned char *to, const struct gdn_args &a, int row0, int rows, int channel)
{
	enum { PIECES = ITEMS * BYTES / 16 };
	for (int i = threadIdx.x; i < GDN_CHUNK * PIECES; i += GDN_THREADS) {
		int r = i / PIECES, piece = i % PIECES, at = r < rows ? row0 + r : row0;
		const unsigned char *from = a.u + ((size_t)at * (size_t)a.op.qkv.cols + (size_t)channel) * BYTES + piece * 16;
		cu_copy16(to + r * LD * BYTES + piece * 16, from, r < rows ? 16 : 0);
	}
}

/* x as two bfloat16 of 8 bits each: the first cut off, the second rounded. Of a pair, the lower half of a word holds the first. */
struct split {
	uint32_t high, low;
};
CU_DEVICE struct split split_pair(float x, float y)
{
	uint32_t a = __float_as_uint(x), b = __float_as_uint(y);
	uint32_t c = __float_as_uint(x - __uint_as_float(a & 0xffff0000u)) + 0x8000, d = __float_as_uint(y - __uint_as_float(b & 0xffff0000u)) + 0x8000;
	struct split s = { a >> 16 | (b & 0xffff0000u), c >> 16 | (d & 0xffff0000u) };
	return s;
}

/* What prepare has in shared memory. */
struct prepare_shared {
	unsigned char *k, *q; /* [64][KEY_LD] of u */
	float *a, *t;         /* [64][MATRIX_LD_F32] */
	float *x;             /* [3][16][BLOCK_LD] */
	float *sum, *rest, *beta, *ck, *cq; /* [64]; G = sum + rest, to more bits than one of them has */
};

enum {
	PREPARE_KEYS_BF16 = GDN_CHUNK * KEY_LD_BF16 * 2,
	PREPARE_KEYS_F32 = GDN_CHUNK * KEY_LD_F32 * 4,
	PREPARE_REST = (2 * GDN_CHUNK * MATRIX_LD_F32 + 3 * BLOCK * BLOCK_LD + 5 * GDN_CHUNK) * 4,
};

template <bool BF16> CU_DEVICE struct prepare_shared prepare_places(unsigned char *memory)
{
	struct prepare_shared m;
	int keys = BF16 ? PREPARE_KEYS_BF16 : PREPARE_KEYS_F32;
	m.k = memory;
	m.q = m.k + keys;
	m.a = (float *)(m.q + keys);
	m.t = m.a + GDN_CHUNK * MATRIX_LD_F32;
	m.x = m.t + GDN_CHUNK * MATRIX_LD_F32;
	m.sum = m.x + 3 * BLOCK * BLOCK_LD;
	m.rest = m.sum + GDN_CHUNK;
	m.beta = m.rest + GDN_CHUNK;
	m.ck = m.beta + GDN_CHUNK;
	m.cq = m.ck + GDN_CHUNK;
	return m;
}

/* Thread r < 64 adds up the decays of rows 0 .. r, in double: differences of such sums must be as good as one of them. */
CU_DEVICE void prepare_factors(const struct gdn_args &a, const struct chunk_place &p, int head, const struct prepare_shared &m, float *factors)
{
	int r = threadIdx.x, hv = a.op.value_heads, keys = a.op.key_heads, key = head / (hv / keys);
	const float2 *gates = a.gates + (size_t)p.row0 * hv + head;
	if (r >= GDN_CHUNK)
		return;
	double sum = 0, all = 0;
	for (int t = 0; t < p.rows; t++) {
		all += (double)gates[(size_t)t * hv].x;
		if (t == r)
			sum = all;
	}
	bool there = r < p.rows;
	sum = there ? sum : all;
	const float *lengths = a.lengths + (size_t)(p.row0 + r) * 2 * keys;
	m.sum[r] = (float)sum;
	m.rest[r] = (float)(sum - (double)m.sum[r]);
	m.beta[r] = there ? gates[(size_t)r * hv].y : 0;
	m.cq[r] = there ? lengths[key] : 0;
	m.ck[r] = there ? lengths[keys + key] : 0;
	float4 f = { expf((float)sum) * m.ck[r], m.beta[r], expf((float)sum) * m.cq[r], expf((float)(all - sum)) * m.ck[r] };
	((float4 *)factors)[r] = f;
	if (r == 0)
		factors[4 * GDN_CHUNK] = expf((float)all);
}

/* exp(G_r - G_t), r >= t. */
CU_DEVICE float decay_between(const struct prepare_shared &m, int r, int t)
{
	return expf((m.sum[r] - m.sum[t]) + (m.rest[r] - m.rest[t]));
}

/* A[r][t] and P[r][t] from the products of the raw vectors. */
CU_DEVICE float entry_a(const struct prepare_shared &m, int r, int t, float product)
{
	return t < r ? m.beta[r] * (decay_between(m, r, t) * (m.ck[r] * m.ck[t] * product)) : 0;
}
CU_DEVICE float entry_p(const struct prepare_shared &m, int r, int t, float product)
{
	return t <= r ? decay_between(m, r, t) * (m.cq[r] * m.ck[t] * product) : 0;
}

/* A and P in bfloat16's exact products. Warp w: rows 16 (w / 2) .. + 15, columns 32 (w % 2) .. + 31, in tiles of 8, those above the
 * diagonal left out (but for the one beside it, which a fragment of P reads). P goes out as high and low words. */
CU_DEVICE void products_bf16(const struct prepare_shared &m, uint32_t *p_high, uint32_t *p_low)
{
	enum { LD = KEY_LD_BF16 / 2 };
	const uint32_t *k = (const uint32_t *)m.k, *q = (const uint32_t *)m.q;
	int lane = threadIdx.x % CU_WARP, g = lane / 4, i = lane % 4, row = threadIdx.x / (2 * CU_WARP) * 16, column = threadIdx.x / CU_WARP % 2 * 32;
	float kk[4][4] = {}, qk[4][4] = {};
#pragma unroll
	for (int c = 0; c < GDN_WIDTH / 2; c += 8) {
		const uint32_t *ak = k + (row + g) * LD + c + i, *aq = q + (row + g) * LD + c + i;
		uint32_t fk[4] = { ak[0], ak[8 * LD], ak[4], ak[8 * LD + 4] }, fq[4] = { aq[0], aq[8 * LD], aq[4], aq[8 * LD + 4] };
#pragma unroll
		for (int n = 0; n < 4; n++) {
			const uint32_t *b = k + (column + 8 * n + g) * LD + c + i;
			uint32_t fb[2] = { b[0], b[4] };
			if (column + 8 * n > row + 8)
				continue;
			cu_mma_bf16(kk[n], fk, fb);
			cu_mma_bf16(qk[n], fq, fb);
		}
	}
#pragma unroll
	for (int n = 0; n < 4; n++)
#pragma unroll
		for (int e = 0; e < 4; e += 2) {
			int r = row + g + 4 * e, t = column + 8 * n + 2 * i;
			m.a[r * MATRIX_LD_F32 + t] = entry_a(m, r, t, kk[n][e]);
			m.a[r * MATRIX_LD_F32 + t + 1] = entry_a(m, r, t + 1, kk[n][e + 1]);
			struct split s = split_pair(entry_p(m, r, t, qk[n][e]), entry_p(m, r, t + 1, qk[n][e + 1]));
			p_high[(r * GDN_CHUNK + t) / 2] = s.high;
			p_low[(r * GDN_CHUNK + t) / 2] = s.low;
		}
}

/* The same by fmaf: a thread has rows i, i + 16, .. and columns j, j + 16, .. */
CU_DEVICE void products_f32(const struct prepare_shared &m, float *p)
{
	const float *k = (const float *)m.k, *q = (const float *)m.q;
	int i = threadIdx.x / 16, j = threadIdx.x % 16;
	float kk[4][4] = {}, qk[4][4] = {};
	for (int c = 0; c < GDN_WIDTH; c++)
#pragma unroll
		for (int x = 0; x < 4; x++)
#pragma unroll
			for (int y = 0; y < 4; y++) {
				float b = k[(j + 16 * y) * KEY_LD_F32 + c];
				kk[x][y] = fmaf(k[(i + 16 * x) * KEY_LD_F32 + c], b, kk[x][y]);
				qk[x][y] = fmaf(q[(i + 16 * x) * KEY_LD_F32 + c], b, qk[x][y]);
			}
#pragma unroll
	for (int x = 0; x < 4; x++)
#pragma unroll
		for (int y = 0; y < 4; y++) {
			int r = i + 16 * x, t = j + 16 * y;
			m.a[r * MATRIX_LD_F32 + t] = entry_a(m, r, t, kk[x][y]);
			p[r * GDN_CHUNK + t] = entry_p(m, r, t, qk[x][y]);
		}
}

/* T = (1 + A)^-1: first the four blocks of 16 on the diagonal, a thread each column; the rest of T zeros. */
CU_DEVICE void invert_diagonal(const struct prepare_shared &m)
{
	int block = threadIdx.x / BLOCK % (GDN_CHUNK / BLOCK), c = threadIdx.x % BLOCK;
	for (int i = threadIdx.x; i < GDN_CHUNK * GDN_CHUNK; i += GDN_THREADS)
		if (i / GDN_CHUNK / BLOCK != i % GDN_CHUNK / BLOCK)
			m.t[i / GDN_CHUNK * MATRIX_LD_F32 + i % GDN_CHUNK] = 0;
	if (threadIdx.x >= GDN_CHUNK)
		return;
	const float *a = m.a + block * BLOCK * (MATRIX_LD_F32 + 1);
	float *t = m.t + block * BLOCK * (MATRIX_LD_F32 + 1), x[BLOCK];
#pragma unroll
	for (int r = 0; r < BLOCK; r++) {
		float sum = 0;
#pragma unroll
		for (int i = 0; i < r; i++)
			sum = fmaf(a[r * MATRIX_LD_F32 + i], x[i], sum);
		x[r] = r == c ? 1 : r < c ? 0 : -sum;
		t[r * MATRIX_LD_F32 + c] = x[r];
	}
}

/* Then, at each distance d from the diagonal, T[i][j] = -T[i][i] sum_l A[i][l] T[l][j], l = j .. i - 1; a thread each item of a block. */
CU_DEVICE void invert_rest(const struct prepare_shared &m)
{
	enum { BLOCKS = GDN_CHUNK / BLOCK };
	int r = threadIdx.x / BLOCK, c = threadIdx.x % BLOCK;
	for (int d = 1; d < BLOCKS; d++) {
		for (int i = d; i < BLOCKS; i++) {
			float x = 0;
			for (int l = (i - d) * BLOCK; l < i * BLOCK; l++)
				x = fmaf(m.a[(i * BLOCK + r) * MATRIX_LD_F32 + l], m.t[l * MATRIX_LD_F32 + (i - d) * BLOCK + c], x);
			m.x[((i - d) * BLOCK + r) * BLOCK_LD + c] = x;
		}
		__syncthreads();
		for (int i = d; i < BLOCKS; i++) {
			float y = 0;
			for (int l = 0; l < BLOCK; l++)
				y = fmaf(m.t[(i * BLOCK + r) * MATRIX_LD_F32 + i * BLOCK + l], m.x[((i - d) * BLOCK + l) * BLOCK_LD + c], y);
			m.t[(i * BLOCK + r) * MATRIX_LD_F32 + (i - d) * BLOCK + c] = -y;
		}
		__syncthreads();
	}
}

/* T into the record. */
template <bool BF16> CU_DEVICE void keep_inverse(const struct prepare_shared &m, unsigned char *record)
{
	for (int i = threadIdx.x; i < GDN_CHUNK * GDN_CHUNK / 2; i += GDN_THREADS) {
		const float *t = m.t + 2 * i / GDN_CHUNK * MATRIX_LD_F32 + 2 * i % GDN_CHUNK;
		if (BF16) {
			struct split s = split_pair(t[0], t[1]);
			((uint32_t *)record)[i] = s.high;
			((uint32_t *)(record + RECORD_MATRIX / 2))[i] = s.low;
		} else {
			((float *)record)[2 * i] = t[0];
			((float *)record)[2 * i + 1] = t[1];
		}
	}
}

/* Blocks: slots x value heads. Writes the record of its chunk. */
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS) gdn_prepare(const struct gdn_args a)
{
	CU_SHARED(memory);
	const struct prepare_shared m = prepare_places<BF16>(memory);
	cu_wait();
	cu_let_next();
	int head = blockIdx.x % a.op.value_heads, slot = blockIdx.x / a.op.value_heads, dk = a.op.key_dim;
	const struct chunk_place p = chunk_at(a.op, slot);
	if (p.rows < 1)
		return;
	int keys = a.op.key_heads, key = head / (a.op.value_heads / keys);
	unsigned char *record = a.records + (size_t)blockIdx.x * RECORD_BYTES;
	fetch_rows<GDN_WIDTH, BF16 ? KEY_LD_BF16 : KEY_LD_F32, BF16 ? 2 : 4>(m.k, a, p.row0, p.rows, (keys + key) * dk);
	fetch_rows<GDN_WIDTH, BF16 ? KEY_LD_BF16 : KEY_LD_F32, BF16 ? 2 : 4>(m.q, a, p.row0, p.rows, key * dk);
	cu_copies_end_group();
	prepare_factors(a, p, head, m, (float *)(record + RECORD_FACTORS));
	cu_copies_wait<0>();
	__syncthreads();
	if (BF16)
		products_bf16(m, (uint32_t *)(record + RECORD_MATRIX), (uint32_t *)(record + RECORD_MATRIX + RECORD_MATRIX / 2));
	else
		products_f32(m, (float *)(record + RECORD_MATRIX));
	__syncthreads();
	invert_diagonal(m);
	__syncthreads();
	invert_rest(m);
	keep_inverse<BF16>(m, record);
}

/* The sequence that is number `want` among the long ones, or -1. All lanes of a warp together. */
CU_DEVICE int long_sequence(const struct kern_gdn &op, int want)
{
	int lane = threadIdx.x % CU_WARP;
	for (int s0 = 0; s0 < op.n_seq; s0 += CU_WARP) {
		int s = s0 + lane;
		unsigned found = __ballot_sync(0xffffffffu, s < op.n_seq && op.first[s < op.n_seq ? s + 1 : 0] - op.first[s < op.n_seq ? s : 0] >= GDN_LONG);
		int n = __popc(found);
		if (want < n) {
			for (; want; want--)
				found &= found - 1;
			return s0 + __ffs(found) - 1;
		}
		want -= n;
	}
	return -1;
}

/* What a block of advance works on. */
struct advance_place {
	int head, column, row0, rows; /* column: its slice's first of the head; rows of the sequence */
	int q, k, v;                  /* channels; v of the slice */
	const float *src;             /* [128][128] from the slice's first column on, or NULL */
	float *dst;
	const unsigned char *record;  /* of chunk 0 and this head; the next chunk's is hv records on */
};

/* false: there is no such sequence. */
CU_DEVICE bool advance_at(const struct gdn_args &a, struct advance_place *p)
{
	enum { SLICES = GDN_WIDTH / GDN_SLICE };
	int hv = a.op.value_heads, keys = a.op.key_heads, s = long_sequence(a.op, blockIdx.x / (hv * SLICES));
	if (s < 0)
		return false;
	const struct kern_gdn_state state = a.op.state[s];
	p->head = blockIdx.x / SLICES % hv;
	p->column = blockIdx.x % SLICES * GDN_SLICE;
	p->row0 = a.op.first[s];
	p->rows = a.op.first[s + 1] - p->row0;
	int key = p->head / (hv / keys);
	size_t at = (size_t)p->head * GDN_WIDTH * GDN_WIDTH + p->column;
	p->q = key * GDN_WIDTH;
	p->k = (keys + key) * GDN_WIDTH;
	p->v = (2 * keys + p->head) * GDN_WIDTH + p->column;
	p->src = state.s_src ? state.s_src + at : NULL;
	p->dst = state.s_dst + at;
	p->record = a.records + ((size_t)(p->row0 / GDN_LONG) * hv + p->head) * RECORD_BYTES;
	return true;
}

/* One chunk in shared memory under BF16; two of these take turns. */
enum {
	STAGE_Q = GDN_CHUNK * KEY_LD_BF16 * 2,
	STAGE_MATRIX = 2 * STAGE_Q,                           /* T high, T low, P high, P low */
	MATRIX_BYTES = GDN_CHUNK * MATRIX_LD_BF16 * 2,
	STAGE_V = STAGE_MATRIX + 4 * MATRIX_BYTES,
	STAGE_FACTORS = STAGE_V + GDN_CHUNK * SLICE_LD_BF16 * 2,
	STAGE_BYTES = STAGE_FACTORS + GDN_CHUNK * 16 + 16,
	/* Fragments of left sides, as the lanes of any warp want them: [group of 16 columns][step of 16][high, low][lane] of 16 bytes. */
	GROUPS = GDN_SLICE / 16,
	STEPS_S = GDN_WIDTH / 16,
	STEPS_R = GDN_CHUNK / 16,
	LEFT_S = 2 * STAGE_BYTES,                             /* the state; later D, and D with its decay to the chunk's end */
	LEFT_R = LEFT_S + GROUPS * STEPS_S * 2 * CU_WARP * 16,
	ADVANCE_BYTES = LEFT_R + GROUPS * STEPS_R * 2 * CU_WARP * 16,
	QUARTERS = GDN_WARPS / GROUPS,                        /* warps that share 16 columns */
	STATE_TILES = GDN_WIDTH / 8 / QUARTERS,               /* of 8 state rows, a warp's */
};
static_assert(QUARTERS == 4 && STEPS_S == 2 * STEPS_R, "advance hands out tiles by quarters, and keeps two left sides where the state was");

/* Asks for chunk c. Of T and P only what a fragment on or below the diagonal reads. */
CU_DEVICE void fetch_chunk(const struct gdn_args &a, const struct advance_place &p, int c, unsigned char *stage)
{
	int row0 = p.row0 + c * GDN_CHUNK, rows = p.rows - c * GDN_CHUNK;
	const unsigned char *record = p.record + (size_t)c * a.op.value_heads * RECORD_BYTES;
	fetch_rows<GDN_WIDTH, KEY_LD_BF16, 2>(stage, a, row0, rows, p.k);
	fetch_rows<GDN_WIDTH, KEY_LD_BF16, 2>(stage + STAGE_Q, a, row0, rows, p.q);
	fetch_rows<GDN_SLICE, SLICE_LD_BF16, 2>(stage + STAGE_V, a, row0, rows, p.v);
	for (int i = threadIdx.x; i < 4 * GDN_CHUNK * 8; i += GDN_THREADS) {
		int piece = i % 8, r = i / 8 % GDN_CHUNK, matrix = i / (8 * GDN_CHUNK);
		if (piece / 2 <= r / 16)
			cu_copy16(stage + STAGE_MATRIX + matrix * MATRIX_BYTES + r * MATRIX_LD_BF16 * 2 + piece * 16,
				record + (matrix * GDN_CHUNK + r) * GDN_CHUNK * 2 + piece * 16, 16);
	}
	for (int i = threadIdx.x; i < GDN_CHUNK + 1; i += GDN_THREADS)
		cu_copy16(stage + STAGE_FACTORS + i * 16, record + RECORD_FACTORS + i * 16, 16);
}

/* A warp's place in a slice: 16 columns, of which lane (g, i) has g and g + 8; of a chunk's rows the tiles of 8 numbered
 * tile(0), tile(1) (a short and a long one, so that all quarters have as much to do below the diagonal); of the state's rows a quarter.
 * Results lie transposed, d[0], d[1] = (column g; rows 2i, 2i + 1), d[2], d[3] = (column g + 8; the same), so that they are the
 * left sides of what comes next as they are. */
struct advance_warp {
	int group, quarter, lane, g, i;
};
CU_DEVICE int tile_of(const struct advance_warp &w, int n)
{
	return n ? 7 - w.quarter : w.quarter;
}

CU_DEVICE uint4 *left_at(unsigned char *base, int steps, int group, int step)
{
	return (uint4 *)base + (group * steps + step) * 2 * CU_WARP;
}

/* A tile of 8 becomes one half of a left fragment of 16. */
CU_DEVICE void put_left(unsigned char *base, int steps, const struct advance_warp &w, int tile, const float d[4])
{
	struct split x = split_pair(d[0], d[1]), y = split_pair(d[2], d[3]);
	uint2 high = { x.high, y.high }, low = { x.low, y.low };
	uint4 *to = left_at(base, steps, w.group, tile / 2) + w.lane;
	((uint2 *)to)[tile % 2] = high;
	((uint2 *)(to + CU_WARP))[tile % 2] = low;
}

CU_DEVICE void get_left(uint32_t a[4], const uint4 *from)
{
	uint4 x = *from;
	a[0] = x.x;
	a[1] = x.y;
	a[2] = x.z;
	a[3] = x.w;
}

/* k S and q S of the warp's tiles: right sides exact, left ones in two parts with a sum each. */
CU_DEVICE void state_products(const struct advance_warp &w, unsigned char *memory, const unsigned char *stage, float kd[2][4], float qd[2][4])
{
	enum { LD = KEY_LD_BF16 / 2 };
	const uint32_t *k = (const uint32_t *)stage, *q = (const uint32_t *)(stage + STAGE_Q);
	float k_low[2][4] = {}, q_low[2][4] = {};
#pragma unroll
	for (int step = 0; step < STEPS_S; step++) {
		uint32_t high[4], low[4];
		const uint4 *left = left_at(memory + LEFT_S, STEPS_S, w.group, step) + w.lane;
		get_left(high, left);
		get_left(low, left + CU_WARP);
#pragma unroll
		for (int n = 0; n < 2; n++) {
			int at = (8 * tile_of(w, n) + w.g) * LD + 8 * step + w.i;
			uint32_t bk[2] = { k[at], k[at + 4] }, bq[2] = { q[at], q[at + 4] };
			cu_mma_bf16(kd[n], high, bk);
			cu_mma_bf16(qd[n], high, bq);
			cu_mma_bf16(k_low[n], low, bk);
			cu_mma_bf16(q_low[n], low, bq);
		}
	}
#pragma unroll
	for (int n = 0; n < 2; n++)
#pragma unroll
		for (int e = 0; e < 4; e++) {
			kd[n][e] += k_low[n][e];
			qd[n][e] += q_low[n][e];
		}
}

/* d += left times a lower triangular matrix's rows of one tile, both in two parts. */
CU_DEVICE void triangle_product(const struct advance_warp &w, unsigned char *left, const unsigned char *matrix, int tile, float d[4])
{
	enum { LD = MATRIX_LD_BF16 / 2 };
	const uint32_t *m_high = (const uint32_t *)matrix, *m_low = (const uint32_t *)(matrix + MATRIX_BYTES);
	float d_low[4] = {};
	for (int step = 0; step <= tile / 2; step++) {
		uint32_t high[4], low[4];
		const uint4 *from = left_at(left, STEPS_R, w.group, step) + w.lane;
		get_left(high, from);
		get_left(low, from + CU_WARP);
		int at = (8 * tile + w.g) * LD + 8 * step + w.i;
		uint32_t b_high[2] = { m_high[at], m_high[at + 4] }, b_low[2] = { m_low[at], m_low[at + 4] };
		cu_mma_bf16(d, high, b_high);
		cu_mma_bf16(d_low, low, b_high);
		cu_mma_bf16(d_low, high, b_low);
	}
#pragma unroll
	for (int e = 0; e < 4; e++)
		d[e] += d_low[e];
}

/* R of the warp's tiles, from k S. */
CU_DEVICE void put_rest(const struct advance_warp &w, unsigned char *memory, const unsigned char *stage, const float kd[2][4])
{
	const uint16_t *v = (const uint16_t *)(stage + STAGE_V);
	const float4 *factors = (const float4 *)(stage + STAGE_FACTORS);
#pragma unroll
	for (int n = 0; n < 2; n++) {
		float rest[4];
#pragma unroll
		for (int e = 0; e < 4; e++) {
			int r = 8 * tile_of(w, n) + 2 * w.i + e % 2, column = 16 * w.group + w.g + 8 * (e / 2);
			float4 f = factors[r];
			rest[e] = f.y * (cu_from_bf16(v[r * SLICE_LD_BF16 + column]) - f.x * kd[n][e]);
		}
		put_left(memory + LEFT_R, STEPS_R, w, tile_of(w, n), rest);
	}
}

/* D of the warp's tiles: for o as it is, for the state decayed to the chunk's end and with the key's length. */
CU_DEVICE void put_delta(const struct advance_warp &w, unsigned char *memory, const unsigned char *stage)
{
	const float4 *factors = (const float4 *)(stage + STAGE_FACTORS);
#pragma unroll
	for (int n = 0; n < 2; n++) {
		int tile = tile_of(w, n);
		float d[4] = {};
		triangle_product(w, memory + LEFT_R, stage + STAGE_MATRIX, tile, d);
		put_left(memory + LEFT_S, STEPS_R, w, tile, d);
		float first = factors[8 * tile + 2 * w.i].w, second = factors[8 * tile + 2 * w.i + 1].w;
		float aged[4] = { d[0] * first, d[1] * second, d[2] * first, d[3] * second };
		put_left(memory + LEFT_S + GROUPS * STEPS_R * 2 * CU_WARP * 16, STEPS_R, w, tile, aged);
	}
}

/* o of the warp's tiles, before its norm, into y. row0, rows: the chunk's. */
CU_DEVICE void write_output(const struct advance_warp &w, const struct gdn_args &a, unsigned char *memory, const unsigned char *stage,
	float qd[2][4], int row0, int rows, int column0)
{
	const float4 *factors = (const float4 *)(stage + STAGE_FACTORS);
#pragma unroll
	for (int n = 0; n < 2; n++) {
		int r = 8 * tile_of(w, n) + 2 * w.i;
#pragma unroll
		for (int e = 0; e < 4; e++)
			qd[n][e] *= factors[r + e % 2].z;
		triangle_product(w, memory + LEFT_S, stage + STAGE_MATRIX + 2 * MATRIX_BYTES, tile_of(w, n), qd[n]);
#pragma unroll
		for (int e = 0; e < 4; e++)
			if (r + e % 2 < rows)
				cu_at(a.op.y, row0 + r + e % 2)[column0 + 16 * w.group + w.g + 8 * (e / 2)] = qd[n][e];
	}
}

/* S = exp(G_last) S + D^T k, the warp's quarter of the state's rows. The keys are read across: two rows' items make a word. */
CU_DEVICE void update_state(const struct advance_warp &w, unsigned char *memory, const unsigned char *stage, float s[STATE_TILES][4])
{
	const uint16_t *k = (const uint16_t *)stage;
	float total = ((const float *)(stage + STAGE_FACTORS))[4 * GDN_CHUNK];
#pragma unroll
	for (int n = 0; n < STATE_TILES; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			s[n][e] *= total;
#pragma unroll
	for (int step = 0; step < STEPS_R; step++) {
		uint32_t high[4], low[4];
		const uint4 *left = left_at(memory + LEFT_S + GROUPS * STEPS_R * 2 * CU_WARP * 16, STEPS_R, w.group, step) + w.lane;
		get_left(high, left);
		get_left(low, left + CU_WARP);
#pragma unroll
		for (int n = 0; n < STATE_TILES; n++) {
			const uint16_t *at = k + (16 * step + 2 * w.i) * KEY_LD_BF16 + 8 * (w.quarter * STATE_TILES + n) + w.g;
			uint32_t b[2] = { at[0] | (uint32_t)at[KEY_LD_BF16] << 16, at[8 * KEY_LD_BF16] | (uint32_t)at[9 * KEY_LD_BF16] << 16 };
			cu_mma_bf16(s[n], high, b);
			cu_mma_bf16(s[n], low, b);
		}
	}
}

/* The warp's part of the state from or to memory: item e of tile n is (state row 2i + e % 2 of the tile, column g + 8 (e / 2)). */
CU_DEVICE size_t state_item(const struct advance_warp &w, int n, int e)
{
	return (size_t)(8 * (w.quarter * STATE_TILES + n) + 2 * w.i + e % 2) * GDN_WIDTH + 16 * w.group + w.g + 8 * (e / 2);
}

/* Blocks: long sequences x value heads x slices of columns; eight warps. A chunk's four barriers: what was read of the last one is
 * done with and this one has come; the state's fragments are there; R's; D's. */
static __global__ void __launch_bounds__(GDN_THREADS, 1) gdn_advance_bf16(const struct gdn_args a)
{
	CU_SHARED(memory);
	struct advance_place p;
	cu_wait();
	cu_let_next();
	if (!advance_at(a, &p))
		return;
	int warp = threadIdx.x / CU_WARP, lane = threadIdx.x % CU_WARP, chunks = (p.rows + GDN_CHUNK - 1) / GDN_CHUNK;
	const struct advance_warp w = { warp / QUARTERS, warp % QUARTERS, lane, lane / 4, lane % 4 };
	float s[STATE_TILES][4];
	fetch_chunk(a, p, 0, memory);
	cu_copies_end_group();
#pragma unroll
	for (int n = 0; n < STATE_TILES; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			s[n][e] = p.src ? p.src[state_item(w, n, e)] : 0;
	for (int c = 0; c < chunks; c++) {
		const unsigned char *stage = memory + c % 2 * STAGE_BYTES;
		cu_copies_wait<0>();
		__syncthreads();
		if (c + 1 < chunks)
			fetch_chunk(a, p, c + 1, memory + (c + 1) % 2 * STAGE_BYTES);
		cu_copies_end_group();
#pragma unroll
		for (int n = 0; n < STATE_TILES; n++)
			put_left(memory + LEFT_S, STEPS_S, w, w.quarter * STATE_TILES + n, s[n]);
		__syncthreads();
		float kd[2][4] = {}, qd[2][4] = {};
		state_products(w, memory, stage, kd, qd);
		put_rest(w, memory, stage, kd);
		__syncthreads();
		put_delta(w, memory, stage);
		__syncthreads();
		write_output(w, a, memory, stage, qd, p.row0 + c * GDN_CHUNK, p.rows - c * GDN_CHUNK, p.head * GDN_WIDTH + p.column);
		update_state(w, memory, stage, s);
	}
#pragma unroll
	for (int n = 0; n < STATE_TILES; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			p.dst[state_item(w, n, e)] = s[n][e];
}

/* Under F32: everything by fmaf. Shared: k, q [64][128], v and R and D [64][32], T and P [64][64], factors, S [128][32]. */
enum {
	F32_Q = GDN_CHUNK * GDN_WIDTH,
	F32_V = 2 * F32_Q,
	F32_R = F32_V + GDN_CHUNK * GDN_SLICE,
	F32_D = F32_R + GDN_CHUNK * GDN_SLICE,
	F32_T = F32_D + GDN_CHUNK * GDN_SLICE,
	F32_P = F32_T + GDN_CHUNK * GDN_CHUNK,
	F32_FACTORS = F32_P + GDN_CHUNK * GDN_CHUNK,
	F32_S = F32_FACTORS + GDN_CHUNK * 4 + 4,
	F32_ITEMS = F32_S + GDN_WIDTH * GDN_SLICE,
	F32_ROWS = GDN_CHUNK / GDN_WARPS, /* a thread's: one column of each */
};

CU_DEVICE void fetch_chunk_f32(const struct gdn_args &a, const struct advance_place &p, int c, float *memory)
{
	int row0 = p.row0 + c * GDN_CHUNK, rows = p.rows - c * GDN_CHUNK;
	const unsigned char *record = p.record + (size_t)c * a.op.value_heads * RECORD_BYTES;
	fetch_rows<GDN_WIDTH, GDN_WIDTH, 4>((unsigned char *)memory, a, row0, rows, p.k);
	fetch_rows<GDN_WIDTH, GDN_WIDTH, 4>((unsigned char *)(memory + F32_Q), a, row0, rows, p.q);
	fetch_rows<GDN_SLICE, GDN_SLICE, 4>((unsigned char *)(memory + F32_V), a, row0, rows, p.v);
	for (int i = threadIdx.x; i < (2 * RECORD_MATRIX + GDN_CHUNK * 16) / 16 + 1; i += GDN_THREADS)
		cu_copy16((unsigned char *)(memory + F32_T) + i * 16, record + i * 16, 16);
	cu_copies_end_group();
}

/* sums[i] = sum over c of left[row + i][c] right[c][column], c < n. */
CU_DEVICE void column_product(float sums[F32_ROWS], const float *left, int ld, const float *right, int n)
{
	int column = threadIdx.x % GDN_SLICE;
	for (int c = 0; c < n; c++) {
		float x = right[c * GDN_SLICE + column];
#pragma unroll
		for (int i = 0; i < F32_ROWS; i++)
			sums[i] = fmaf(left[i * ld + c], x, sums[i]);
	}
}

/* One chunk; thread (column, 8 rows from `row` on). */
CU_DEVICE void advance_chunk_f32(const struct gdn_args &a, float *memory, int row0, int rows, int column0)
{
	int column = threadIdx.x % GDN_SLICE, row = threadIdx.x / GDN_SLICE * F32_ROWS;
	const float4 *factors = (const float4 *)(memory + F32_FACTORS);
	float *s = memory + F32_S, kd[F32_ROWS] = {}, qd[F32_ROWS] = {}, d[F32_ROWS] = {};
	column_product(kd, memory + row * GDN_WIDTH, GDN_WIDTH, s, GDN_WIDTH);
	column_product(qd, memory + F32_Q + row * GDN_WIDTH, GDN_WIDTH, s, GDN_WIDTH);
#pragma unroll
	for (int i = 0; i < F32_ROWS; i++) {
		int at = (row + i) * GDN_SLICE + column;
		memory[F32_R + at] = factors[row + i].y * (memory[F32_V + at] - factors[row + i].x * kd[i]);
		qd[i] *= factors[row + i].z;
	}
	__syncthreads();
	column_product(d, memory + F32_T + row * GDN_CHUNK, GDN_CHUNK, memory + F32_R, row + F32_ROWS);
#pragma unroll
	for (int i = 0; i < F32_ROWS; i++)
		memory[F32_D + (row + i) * GDN_SLICE + column] = d[i];
	__syncthreads();
	column_product(qd, memory + F32_P + row * GDN_CHUNK, GDN_CHUNK, memory + F32_D, row + F32_ROWS);
	for (int i = 0; i < F32_ROWS && row + i < rows; i++)
		cu_at(a.op.y, row0 + row + i)[column0 + column] = qd[i];
	float total = memory[F32_FACTORS + 4 * GDN_CHUNK];
	for (int i = threadIdx.x / GDN_SLICE; i < GDN_WIDTH; i += GDN_WARPS) {
		float now = s[i * GDN_SLICE + column] * total;
		for (int t = 0; t < GDN_CHUNK; t++)
			now = fmaf(memory[t * GDN_WIDTH + i] * factors[t].w, memory[F32_D + t * GDN_SLICE + column], now);
		s[i * GDN_SLICE + column] = now;
	}
}

static __global__ void __launch_bounds__(GDN_THREADS, 1) gdn_advance_f32(const struct gdn_args a)
{
	CU_SHARED(bytes);
	float *memory = (float *)bytes, *s = memory + F32_S;
	struct advance_place p;
	cu_wait();
	cu_let_next();
	if (!advance_at(a, &p))
		return;
	for (int i = threadIdx.x; i < GDN_WIDTH * GDN_SLICE; i += GDN_THREADS)
		s[i] = p.src ? p.src[(size_t)(i / GDN_SLICE) * GDN_WIDTH + i % GDN_SLICE] : 0;
	for (int at = 0; at < p.rows; at += GDN_CHUNK) {
		fetch_chunk_f32(a, p, at / GDN_CHUNK, memory);
		cu_copies_wait<0>();
		__syncthreads();
		advance_chunk_f32(a, memory, p.row0 + at, p.rows - at, p.head * GDN_WIDTH + p.column);
		__syncthreads();
	}
	for (int i = threadIdx.x; i < GDN_WIDTH * GDN_SLICE; i += GDN_THREADS)
		p.dst[(size_t)(i / GDN_SLICE) * GDN_WIDTH + i % GDN_SLICE] = s[i];
}

/* A warp per row and value head of the long sequences; o stands in y. */
static __global__ void __launch_bounds__(GDN_THREADS) gdn_finish(const struct gdn_args a)
{
	cu_wait();
	cu_let_next();
	int item = blockIdx.x * GDN_WARPS + threadIdx.x / CU_WARP, r = item / a.op.value_heads, head = item % a.op.value_heads;
	if (r >= a.op.qkv.rows)
		return;
	int s = sequence_at(a.op, 0, 0, r);
	if (a.op.first[s + 1] - a.op.first[s] >= GDN_LONG)
		gated_norm<1>(a, cu_at(a.op.y, r) + (size_t)head * a.op.value_dim, r, head);
}

/* Steps by checkpoint and ring (kern_gdn_ring). After conv, a block takes one value head of a unit: up to eight rows with one checkpoint.
 *   1. the checkpoint's head comes into shared memory, read once for all rows, on its way before the wait (see gdn_step)
 *   2. entries' products with k and q, a warp each; then a warp per row sums the entries' d
 *   3. S^T k and S^T q of all rows: a thread has a column and eight vectors, each product one chain over the state's rows
 *   4. a warp per row: d, o, the new entry, the norm
 *   5. the rows that fold, one after the other
 * Nothing a row's numbers are made of depends on the unit's other rows. */
enum { UNIT = KERN_GDN_UNIT_ROWS, RING_COLUMNS = GDN_THREADS / 2, STAGE_FLOATS = GDN_WIDTH * GDN_WIDTH };
static_assert((int)UNIT == (int)GDN_WARPS, "a warp per row of a unit");

struct ring_args {
	struct gdn_args gdn;
	const int32_t *position;
	const struct kern_gdn_ring_slot *ring;
	const struct kern_gdn_unit *units;
	const int32_t *n_units;
	unsigned long long *traffic;
	int entry;   /* floats of a ring's entry */
	bool staged; /* the checkpoint's head fits into shared memory; else it is read where it is */
};

/* Widths rounded up to four, so that rows of shared memory are aligned. */
static __host__ __device__ __forceinline__ int round4(int n)
{
	return (n + 3) / 4 * 4;
}

struct ring_shared {
	float *state;        /* [dk][dv], if staged */
	float *x;            /* [2 UNIT][dk]: k of every row, then q */
	float *p;            /* [2 UNIT][dv]: S^T k, then S^T q; later o; in a fold [KERN_RING][dv], d with its factor */
	float *delta;        /* [UNIT][dv] */
	float *keys;         /* [KERN_RING][dk], of a fold */
	float *factors;      /* [UNIT][KERN_RING], the last one G */
	float *products;     /* [UNIT][KERN_RING][2]: k_e . k and k_e . q, of the step's own entry too */
};

static __host__ __device__ __forceinline__ int ring_floats(int dk, int dv, bool staged)
{
	return (staged ? round4(dk * dv) : 0) + (2 * UNIT + KERN_RING) * round4(dk) + 3 * UNIT * round4(dv) + 3 * UNIT * KERN_RING;
}

CU_DEVICE struct ring_shared ring_places(float *memory, int dk, int dv, bool staged)
{
	struct ring_shared m;
	m.state = memory;
	m.x = m.state + (staged ? round4(dk * dv) : 0);
	m.p = m.x + 2 * UNIT * round4(dk);
	m.delta = m.p + 2 * UNIT * round4(dv);
	m.keys = m.delta + UNIT * round4(dv);
	m.factors = m.keys + KERN_RING * round4(dk);
	m.products = m.factors + UNIT * KERN_RING;
	return m;
}

CU_DEVICE void fetch_checkpoint(float *to, const float *from, int n)
{
	bool aligned = (uintptr_t)from % 16 == 0;
	for (int i = 4 * threadIdx.x; i < n; i += 4 * GDN_THREADS)
		if (aligned && i + 4 <= n)
			cu_copy16(to + i, from + i, 16);
		else
			for (int j = i; j < i + 4 && j < n; j++)
				to[j] = from[j];
	cu_copies_end_group();
}

/* k and q of the unit's rows, a warp each; rows and items that are not there become zeros. */
template <bool BF16> CU_DEVICE void fetch_vectors(const struct gdn_args &a, const struct kern_gdn_unit &unit, int key, float *x)
{
	int dk = a.op.key_dim, keys = a.op.key_heads, ld = round4(dk), row = threadIdx.x / CU_WARP, r = unit.first + row;
	bool there = row < unit.rows;
	float of_q = there ? a.lengths[(size_t)r * 2 * keys + key] : 0, of_k = there ? a.lengths[(size_t)r * 2 * keys + keys + key] : 0;
	for (int c = threadIdx.x % CU_WARP; c < ld; c += CU_WARP) {
		bool item = there && c < dk;
		x[row * ld + c] = item ? u_at<BF16>(a, r, (keys + key) * dk + c) * of_k : 0;
		x[(UNIT + row) * ld + c] = item ? u_at<BF16>(a, r, key * dk + c) * of_q : 0;
	}
}

/* What a warp knows of its row. */
struct ring_row {
	int r, count, head, key;
	bool fold, first; /* first: the first value head of its key, which keeps k's part of the ring */
	const float *src;
	float *dst;
};

CU_DEVICE struct ring_row row_at(const struct ring_args &a, int r, int head)
{
	int group = a.gdn.op.value_heads / a.gdn.op.key_heads, count = a.position[r] % KERN_RING;
	const struct kern_gdn_ring_slot slot = a.ring[r];
	struct ring_row row = { r, count, head, head / group, count == KERN_RING - 1, head % group == 0, slot.src, slot.dst };
	return row;
}

/* Where the parts of entry e begin that belong to the row's head. */
CU_DEVICE size_t entry_k(const struct ring_args &a, const struct ring_row &row, int e)
{
	return (size_t)e * a.entry + row.key * a.gdn.op.key_dim;
}
CU_DEVICE size_t entry_d(const struct ring_args &a, const struct ring_row &row, int e)
{
	return (size_t)e * a.entry + a.gdn.op.key_heads * a.gdn.op.key_dim + row.head * a.gdn.op.value_dim;
}
CU_DEVICE size_t entry_decay(const struct ring_args &a, const struct ring_row &row, int e)
{
	return (size_t)(e + 1) * a.entry - a.gdn.op.value_heads + row.head;
}

CU_DEVICE float dot4(float4 x, float4 y, float sum)
{
	return fmaf(x.w, y.w, fmaf(x.z, y.z, fmaf(x.y, y.y, fmaf(x.x, y.x, sum))));
}

/* f [KERN_RING - 1] and G of a warp's row. The step's own decay is kept; a ring at another place gets the older ones, too. */
CU_DEVICE void ring_factors(const struct ring_args &a, const struct ring_row &row, float decay, float *factors)
{
	int lane = threadIdx.x % CU_WARP;
	float mine = 0, entry = 0;
	if (lane < row.count) {
		entry = row.src[entry_decay(a, row, lane)];
		if (!row.fold && row.dst != row.src)
			row.dst[entry_decay(a, row, lane)] = entry;
	}
	if (lane == 0 && !row.fold)
		row.dst[entry_decay(a, row, row.count)] = decay;
	for (int e = row.count - 1; e >= 0; e--) {
		mine = lane == e ? decay : mine;
		decay *= __shfl_sync(0xffffffffu, entry, e);
	}
	if (lane < KERN_RING)
		factors[lane] = lane == KERN_RING - 1 ? decay : mine;
}

/* A lane's part of the key of entry number i % KERN_RING of row i / KERN_RING; zeros where there is none. */
template <int PARTS> CU_DEVICE void ring_key(const struct ring_args &a, const struct kern_gdn_unit &unit, int head, const float *own, int i,
	float4 x[PARTS])
{
	int lane = threadIdx.x % CU_WARP, e = i % KERN_RING, dk = a.gdn.op.key_dim;
	const struct ring_row row = row_at(a, unit.first + (i / KERN_RING < unit.rows ? i / KERN_RING : 0), head);
	bool there = i / KERN_RING < unit.rows && e <= row.count;
#pragma unroll
	for (int p = 0; p < PARTS; p++) {
		int c = 4 * (lane + p * CU_WARP);
		x[p] = { 0, 0, 0, 0 };
		if (there && c < dk)
			x[p] = e == row.count ? *(const float4 *)(own + i / KERN_RING * round4(dk) + c)
					      : load4(row.src + entry_k(a, row, e) + c, dk - c);
	}
}

/* What becomes of it: its products with k and q; and into the ring at dst, if it lacks it. */
template <int PARTS> CU_DEVICE void ring_product(const struct ring_args &a, const struct kern_gdn_unit &unit, int head,
	const struct ring_shared &m, int i, const float4 x[PARTS])
{
	int lane = threadIdx.x % CU_WARP, e = i % KERN_RING, dk = a.gdn.op.key_dim, ld = round4(dk);
	const struct ring_row row = row_at(a, unit.first + i / KERN_RING, head);
	const float *k = m.x + i / KERN_RING * ld, *q = k + UNIT * ld;
	bool keep = e <= row.count && row.first && !row.fold && (e == row.count || row.dst != row.src);
	float of_k = 0, of_q = 0;
#pragma unroll
	for (int p = 0; p < PARTS; p++) {
		int c = 4 * (lane + p * CU_WARP);
		if (c >= dk)
			continue;
		of_k = dot4(x[p], *(const float4 *)(k + c), of_k);
		of_q = dot4(x[p], *(const float4 *)(q + c), of_q);
		if (keep)
			store4(row.dst + entry_k(a, row, e) + c, x[p], dk - c);
	}
	of_k = cu_warp_sum(of_k);
	of_q = cu_warp_sum(of_q);
	if (lane == 0) {
		m.products[2 * i] = of_k;
		m.products[2 * i + 1] = of_q;
	}
}

/* k_e . k and k_e . q of all rows and entries, the warps in turn, AHEAD of them asked for at a time. */
template <int PARTS, int AHEAD> CU_DEVICE void ring_products(const struct ring_args &a, const struct kern_gdn_unit &unit, int head,
	const struct ring_shared &m)
{
	for (int from = threadIdx.x / CU_WARP; from < unit.rows * KERN_RING; from += AHEAD * GDN_WARPS) {
		float4 x[AHEAD][PARTS];
#pragma unroll
		for (int n = 0; n < AHEAD; n++)
			ring_key<PARTS>(a, unit, head, m.x, from + n * GDN_WARPS, x[n]);
#pragma unroll
		for (int n = 0; n < AHEAD; n++)
			if (from + n * GDN_WARPS < unit.rows * KERN_RING)
				ring_product<PARTS>(a, unit, head, m, from + n * GDN_WARPS, x[n]);
	}
}

/* A lane's four columns of every 128, of the sums over the ring. */
template <int PARTS> struct ring_sums {
	float4 m[PARTS], o[PARTS];
};

/* Sums the entries' d of a warp's row, AHEAD of them asked for at a time. */
template <int PARTS, int AHEAD> CU_DEVICE void ring_add(const struct ring_args &a, const struct ring_row &row, const float *factors,
	const float *products, struct ring_sums<PARTS> *sums)
{
	int lane = threadIdx.x % CU_WARP, dv = a.gdn.op.value_dim;
	bool copy = !row.fold && row.dst != row.src;
	for (int e0 = 0; e0 < row.count; e0 += AHEAD) {
		float4 d[AHEAD][PARTS];
#pragma unroll
		for (int i = 0; i < AHEAD * PARTS; i++) {
			int e = e0 + i / PARTS, c = 4 * (lane + i % PARTS * CU_WARP);
			float4 zero = { 0, 0, 0, 0 };
			d[i / PARTS][i % PARTS] = e < row.count && c < dv ? load4(row.src + entry_d(a, row, e) + c, dv - c) : zero;
		}
#pragma unroll
		for (int i = 0; i < AHEAD * PARTS; i++) {
			int e = e0 + i / PARTS, p = i % PARTS, c = 4 * (lane + p * CU_WARP);
			if (e >= row.count || c >= dv)
				continue;
			sums->m[p] = fma4(factors[e] * products[2 * e], d[i / PARTS][p], sums->m[p]);
			sums->o[p] = fma4(factors[e] * products[2 * e + 1], d[i / PARTS][p], sums->o[p]);
			if (copy)
				store4(row.dst + entry_d(a, row, e) + c, d[i / PARTS][p], dv - c);
		}
	}
}

/* S^T times N vectors from number `from` on, columns j, j + 128, ..; a chain over the state's rows for each. */
template <int N> CU_DEVICE void state_vectors(const float *state, const float *x, float *p, int from, int dk, int dv)
{
	int xld = round4(dk), pld = round4(dv);
	for (int j = threadIdx.x % RING_COLUMNS; j < dv; j += RING_COLUMNS) {
		float sum[N] = {};
#pragma unroll 2
		for (int i = 0; i < dk; i += 4) {
			const float *s = state + (size_t)i * dv + j;
			float s0 = s[0], s1 = i + 1 < dk ? s[dv] : 0, s2 = i + 2 < dk ? s[2 * dv] : 0, s3 = i + 3 < dk ? s[3 * dv] : 0;
#pragma unroll
			for (int n = 0; n < N; n++) {
				float4 v = *(const float4 *)(x + (from + n) * xld + i);
				sum[n] = fmaf(s0, v.x, sum[n]);
				sum[n] = fmaf(s1, v.y, sum[n]);
				sum[n] = fmaf(s2, v.z, sum[n]);
				sum[n] = fmaf(s3, v.w, sum[n]);
			}
		}
#pragma unroll
		for (int n = 0; n < N; n++)
			p[(from + n) * pld + j] = sum[n];
	}
}

template <bool BF16> CU_DEVICE float4 value4(const struct gdn_args &a, int r, int channel, int left)
{
	float4 v = { u_at<BF16>(a, r, channel), left > 1 ? u_at<BF16>(a, r, channel + 1) : 0, left > 2 ? u_at<BF16>(a, r, channel + 2) : 0,
		     left > 3 ? u_at<BF16>(a, r, channel + 3) : 0 };
	return v;
}

/* d and o of a warp's row. Without a checkpoint p is not looked at. */
template <bool BF16, int PARTS> CU_DEVICE void ring_outputs(const struct ring_args &a, const struct ring_row &row, const struct ring_shared &m,
	struct ring_sums<PARTS> &sums, float beta, bool state)
{
	int lane = threadIdx.x % CU_WARP, warp = threadIdx.x / CU_WARP, dk = a.gdn.op.key_dim, dv = a.gdn.op.value_dim, pld = round4(dv);
	float *o = m.p + warp * pld, *delta = m.delta + warp * pld;
	const float *of_q = m.p + (UNIT + warp) * pld;
	float whole = m.factors[warp * KERN_RING + KERN_RING - 1], own = m.products[2 * (warp * KERN_RING + row.count) + 1];
#pragma unroll
	for (int i = 0; i < PARTS; i++) {
		int c = 4 * (lane + i * CU_WARP);
		if (c >= dv)
			continue;
		float4 v = value4<BF16>(a.gdn, row.r, 2 * a.gdn.op.key_heads * dk + row.head * dv + c, dv - c), mk = sums.m[i], mq = sums.o[i];
		if (state) {
			mk = fma4(whole, *(const float4 *)(o + c), mk);
			mq = fma4(whole, *(const float4 *)(of_q + c), mq);
		}
		float4 d = { beta * (v.x - mk.x), beta * (v.y - mk.y), beta * (v.z - mk.z), beta * (v.w - mk.w) };
		*(float4 *)(delta + c) = d;
		*(float4 *)(o + c) = fma4(own, d, mq);
		if (!row.fold)
			store4(row.dst + entry_d(a, row, row.count) + c, d, dv - c);
	}
	gated_norm<PARTS>(a.gdn, o, row.r, row.head);
}

/* S = G S + sum_e f_e k_e d_e^T of row w of the unit, all threads: a thread has columns j, j + 128, .. of half the state's rows. */
CU_DEVICE void fold_row(const struct ring_args &a, const struct ring_row &row, const struct ring_shared &m, int w, const float *state, float *dst)
{
	int dk = a.gdn.op.key_dim, dv = a.gdn.op.value_dim, kld = round4(dk), pld = round4(dv);
	const float *factors = m.factors + w * KERN_RING;
	for (int e = threadIdx.x / CU_WARP; e < KERN_RING; e += GDN_WARPS) {
		for (int c = threadIdx.x % CU_WARP; c < kld; c += CU_WARP)
			m.keys[e * kld + c] = c >= dk ? 0 : e < row.count ? row.src[entry_k(a, row, e) + c] : m.x[w * kld + c];
		for (int c = threadIdx.x % CU_WARP; c < dv; c += CU_WARP)
			m.p[e * pld + c] = e < row.count ? factors[e] * row.src[entry_d(a, row, e) + c] : m.delta[w * pld + c];
	}
	__syncthreads();
	float whole = factors[KERN_RING - 1];
	int half = round4((dk + 1) / 2), from = threadIdx.x / RING_COLUMNS * half, to = from + half < dk ? from + half : dk;
	for (int j = threadIdx.x % RING_COLUMNS; j < dv; j += RING_COLUMNS) {
		float d[KERN_RING];
#pragma unroll
		for (int e = 0; e < KERN_RING; e++)
			d[e] = m.p[e * pld + j];
		for (int i = from; i < to; i += 4) {
			float s[4];
#pragma unroll
			for (int x = 0; x < 4; x++)
				s[x] = state && i + x < dk ? state[(size_t)(i + x) * dv + j] * whole : 0;
#pragma unroll
			for (int e = 0; e < KERN_RING; e++) {
				float4 k = *(const float4 *)(m.keys + e * kld + i);
				s[0] = fmaf(k.x, d[e], s[0]);
				s[1] = fmaf(k.y, d[e], s[1]);
				s[2] = fmaf(k.z, d[e], s[2]);
				s[3] = fmaf(k.w, d[e], s[3]);
			}
#pragma unroll
			for (int x = 0; x < 4; x++)
				if (i + x < dk)
					dst[(size_t)(i + x) * dv + j] = s[x];
		}
	}
	__syncthreads();
}

/* Bytes that only the positions tell: the checkpoint once, the entries read and written, a fold. */
CU_DEVICE void count_traffic(const struct ring_args &a, const struct ring_row &row, bool state)
{
	unsigned long long whole = 4ull * a.gdn.op.value_heads * a.gdn.op.key_dim * a.gdn.op.value_dim, entries = row.count + 1;
	if (row.head == 0 && threadIdx.x % CU_WARP == 0)
		atomicAdd(a.traffic, 4ull * a.entry * entries + (state ? whole : 0) + (row.fold ? whole : 0));
}

/* Blocks: units x value heads, as many as there could be units. */
template <bool BF16, int PARTS> static __global__ void __launch_bounds__(GDN_THREADS, PARTS == 1 ? 2 : 1) gdn_ring(const struct ring_args a)
{
	CU_SHARED(memory);
	int dk = a.gdn.op.key_dim, dv = a.gdn.op.value_dim, hv = a.gdn.op.value_heads, warp = threadIdx.x / CU_WARP, head = blockIdx.x % hv;
	const struct ring_shared m = ring_places((float *)memory, dk, dv, a.staged);
	if ((int)blockIdx.x / hv >= *a.n_units) {
		cu_wait();
		return;
	}
	const struct kern_gdn_unit unit = a.units[blockIdx.x / hv];
	const float *state = a.gdn.op.state[unit.first].s_src;
	state = state ? state + (size_t)head * dk * dv : NULL;
	if (state && a.staged)
		fetch_checkpoint(m.state, state, dk * dv);
	cu_wait();
	fetch_vectors<BF16>(a.gdn, unit, head / (hv / a.gdn.op.key_heads), m.x);
	__syncthreads();
	struct ring_sums<PARTS> sums = {};
	const struct ring_row row = row_at(a, unit.first + (warp < unit.rows ? warp : 0), head);
	const float2 gates = a.gdn.gates[(size_t)row.r * hv + head];
	if (warp < unit.rows)
		ring_factors(a, row, expf(gates.x), m.factors + warp * KERN_RING);
	ring_products<PARTS, PARTS == 1 ? 8 : 2>(a, unit, head, m);
	__syncthreads();
	if (warp < unit.rows) {
		ring_add<PARTS, PARTS == 1 ? 8 : 2>(a, row, m.factors + warp * KERN_RING, m.products + 2 * warp * KERN_RING, &sums);
		count_traffic(a, row, state && warp == 0);
	}
	cu_copies_wait<0>();
	__syncthreads();
	const float *near = state && a.staged ? m.state : state;
	int half = threadIdx.x / RING_COLUMNS * UNIT;
	if (near && unit.rows == 1)
		state_vectors<1>(near, m.x, m.p, half, dk, dv);
	else if (near && unit.rows == 2)
		state_vectors<2>(near, m.x, m.p, half, dk, dv);
	else if (near && unit.rows <= 4)
		state_vectors<4>(near, m.x, m.p, half, dk, dv);
	else if (near)
		state_vectors<UNIT>(near, m.x, m.p, half, dk, dv);
	__syncthreads();
	cu_let_next();
	if (warp < unit.rows)
		ring_outputs<BF16, PARTS>(a, row, m, sums, gates.y, near);
	__syncthreads();
	for (int w = 0; w < unit.rows; w++) {
		const struct ring_row other = row_at(a, unit.first + w, head);
		if (other.fold)
			fold_row(a, other, m, w, near, a.gdn.op.state[other.r].s_dst + (size_t)head * dk * dv);
	}
}

static int launch_steps(struct kern *k, const struct gdn_args &a)
{
	dim3 grid((unsigned)(a.op.n_seq * a.op.value_heads));
	if (gdn_fast(&a.op)) {
		size_t shared = (2 * GDN_WIDTH + 2 * GDN_THREADS * 4 + 4) * sizeof(float);
		return cu_launch(k, "gdn step", a.bf16 ? gdn_step<true> : gdn_step<false>, grid, dim3(GDN_THREADS), shared, a);
	}
	size_t shared = (size_t)(GDN_THREADS + (a.op.value_dim + 3) / 4 * 4 + 2 * a.op.key_dim) * sizeof(float);
	return cu_launch(k, "gdn step", a.bf16 ? gdn_step_any<true> : gdn_step_any<false>, grid, dim3(GDN_THREADS), shared, a);
}

static int launch_chunks(struct kern *k, const struct gdn_args &a, int n_long)
{
	int hv = a.op.value_heads, n = a.op.qkv.rows, e;
	dim3 slots((unsigned)(n / GDN_LONG * hv)), slices((unsigned)(n_long * hv * (GDN_WIDTH / GDN_SLICE))), threads(GDN_THREADS);
	size_t prepare = 2 * (size_t)(a.bf16 ? PREPARE_KEYS_BF16 : PREPARE_KEYS_F32) + PREPARE_REST;
	size_t advance = a.bf16 ? (size_t)ADVANCE_BYTES : F32_ITEMS * sizeof(float);
	if ((e = cu_launch(k, "gdn prepare", a.bf16 ? gdn_prepare<true> : gdn_prepare<false>, slots, threads, prepare, a)) ||
	    (e = cu_launch(k, "gdn advance", a.bf16 ? gdn_advance_bf16 : gdn_advance_f32, slices, threads, advance, a)))
		return e;
	return cu_launch(k, "gdn finish", gdn_finish, dim3((unsigned)cu_ceil(n * hv, GDN_WARPS)), threads, 0, a);
}

static int launch_conv(struct kern *k, const struct gdn_args &a)
{
	int n = a.op.qkv.rows, tiles = n == a.op.n_seq ? n : n / GDN_TILE + a.op.n_seq, heads = 2 * a.op.key_heads + a.op.value_heads;
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
	gdn_layout(op, n, &a);
	if ((e = launch_conv(k, a)))
		return e;
	/* So many sequences can be long at most: the others have a row at least. */
	int n_long = gdn_fast(op) ? (n - n_seq) / (GDN_LONG - 1) : 0;
	n_long = n_long < n_seq ? n_long : n_seq;
	if (n_long && (e = launch_chunks(k, a, n_long)))
		return e;
	return n_long == 1 && n_seq == 1 ? 0 : launch_steps(k, a);
}

int cuda_gdn_ring(struct kern *k, const struct kern_gdn_ring *op)
{
	const struct kern_gdn *g = &op->gdn;
	int dk = g->key_dim, dv = g->value_dim, entry = g->key_heads * dk + g->value_heads * (dv + 1), e;
	struct ring_args a = { {}, op->position, op->ring, op->units, op->n_units, k->device->traffic, entry, dk * dv <= STAGE_FLOATS };
	if (g->n_seq == 0)
		return 0;
	a.gdn.op = *g;
	a.gdn.bf16 = k->compute == KERN_BF16;
	gdn_layout(g, g->n_seq, &a.gdn);
	if ((e = launch_conv(k, a.gdn)))
		return e;
	bool narrow = dk <= GDN_WIDTH && dv <= GDN_WIDTH;
	auto kernel = a.gdn.bf16 ? (narrow ? gdn_ring<true, 1> : gdn_ring<true, GDN_PARTS>)
				 : (narrow ? gdn_ring<false, 1> : gdn_ring<false, GDN_PARTS>);
	return cu_launch(k, "gdn ring", kernel, dim3((unsigned)(g->n_seq * g->value_heads)), dim3(GDN_THREADS),
		(size_t)ring_floats(dk, dv, a.staged) * sizeof(float), a);
}
