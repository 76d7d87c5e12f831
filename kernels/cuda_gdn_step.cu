/* Gated DeltaNet, row by row. gdn_step has heads of GDN_WIDTH and leaves the long sequences to the chunks (cuda_gdn.cuh); gdn_step_any
 * has heads of any width and sequences of any length. */
#include "kernels/cuda_gdn.cuh"

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

enum {
	STEP_ROWS = GDN_WIDTH / GDN_WARPS, /* of the state, a thread's */
	STEP_PART = 4,                     /* of them are in registers together */
	STEP_BLOCKS = 3,                   /* a multiprocessor holds: 192 KB of states are on their way there, or being written */
};

/* What a block of gdn_step has in shared memory. */
struct step_shared {
	float *state, *q, *k;           /* [128][128], [128], [128] */
	float4 *m, *o;                  /* [8][32]: the warps' shares of four columns */
	float *squares;                 /* [4] */
};
enum { STEP_BYTES = (GDN_WIDTH * GDN_WIDTH + 2 * GDN_WIDTH + 2 * GDN_THREADS * 4 + GDN_WIDTH / CU_WARP) * 4 };

CU_DEVICE struct step_shared step_places(unsigned char *memory)
{
	struct step_shared m;
	m.state = (float *)memory;
	m.q = m.state + GDN_WIDTH * GDN_WIDTH;
	m.k = m.q + GDN_WIDTH;
	m.m = (float4 *)(m.k + GDN_WIDTH);
	m.o = m.m + GDN_THREADS;
	m.squares = (float *)(m.o + GDN_THREADS);
	return m;
}

/* Sums of the warps' shares of four columns, in order. */
CU_DEVICE float4 sum_shares(const float4 *share, int lane)
{
	float4 sum = share[lane];
#pragma unroll
	for (int w = 1; w < GDN_WARPS; w++)
		sum = add4(sum, share[w * CU_WARP + lane]);
	return sum;
}

/* One row. Warp w has rows 16 w .. 16 w + 15 of the state, lane l columns 4 l .. 4 l + 3 of each: s is where they begin in shared memory,
 * `to` where the new ones go, there or in the state's memory; once: there, at a multiple of 16 bytes. o's shares are left for one warp to sum. */
CU_DEVICE void step_row(const struct step_shared &m, const float *s, float *to, bool once, float4 v, float2 gates)
{
	int warp = threadIdx.x / CU_WARP, lane = threadIdx.x % CU_WARP;
	const float *q = m.q + warp * STEP_ROWS, *k = m.k + warp * STEP_ROWS;
	float decay = expf(gates.x), beta = gates.y;
	float4 of_k = { 0, 0, 0, 0 }, o = { 0, 0, 0, 0 };
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i++)
		of_k = fma4(k[i], scale4(decay, *(const float4 *)(s + i * GDN_WIDTH)), of_k);
	m.m[threadIdx.x] = of_k;
	__syncthreads();
	of_k = sum_shares(m.m, lane);
	float4 delta = { beta * (v.x - of_k.x), beta * (v.y - of_k.y), beta * (v.z - of_k.z), beta * (v.w - of_k.w) };
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i += STEP_PART) {
		float4 now[STEP_PART];
#pragma unroll
		for (int j = 0; j < STEP_PART; j++)
			now[j] = fma4(k[i + j], delta, scale4(decay, *(const float4 *)(s + (i + j) * GDN_WIDTH)));
#pragma unroll
		for (int j = 0; j < STEP_PART; j++) {
			o = fma4(q[i + j], now[j], o);
			if (once)
				cu_store16_once(to + (i + j) * GDN_WIDTH, now[j]);
			else
				store4(to + (i + j) * GDN_WIDTH, now[j], 4);
		}
	}
	m.o[threadIdx.x] = o;
}

/* The gated norm of a step: threads 0 .. 127 a column each, with its z and weight. All threads call it. */
CU_DEVICE void step_norm(const struct gdn_args &a, const struct step_shared &m, int r, int head, float z, float weight)
{
	int c = threadIdx.x, warps = GDN_WIDTH / CU_WARP;
	const float *share = (const float *)m.o;
	float x = 0;
	if (c < GDN_WIDTH) {
		x = share[c];
#pragma unroll
		for (int w = 1; w < GDN_WARPS; w++)
			x += share[w * GDN_WIDTH + c];
		x = cu_round(a.bf16, x);
		float square = cu_warp_sum(x * x);
		if (c % CU_WARP == 0)
			m.squares[c / CU_WARP] = square;
	}
	__syncthreads();
	if (c >= GDN_WIDTH)
		return;
	float sum = m.squares[0];
	for (int w = 1; w < warps; w++)
		sum += m.squares[w];
	x = cu_round(a.bf16, x * (1 / sqrtf(sum / GDN_WIDTH + a.op.eps)));
	x = cu_round(a.bf16, x * weight * gdn_silu(z));
	cu_at(a.op.y, r)[head * GDN_WIDTH + c] = x;
	if (a.forms.halves.data)
		((float *)m.o)[c] = x;
}

/* A head is a block of inputs of what reads y. All threads call it. */
CU_DEVICE void step_forms(const struct gdn_args &a, const struct step_shared &m, int r, int head)
{
	if (!a.forms.halves.data)
		return;
	__syncthreads();
	if (threadIdx.x < CU_WARP)
		cu_put_forms(a.forms, r, head, m.o[threadIdx.x], threadIdx.x);
}

/* A thread's part of a state, which nobody else looks at: on its way to shared memory, */
CU_DEVICE void fetch_state(float *to, const float *from)
{
#pragma unroll
	for (int i = 0; i < STEP_ROWS; i++)
		cu_copy16_once(to + i * GDN_WIDTH, from + i * GDN_WIDTH, 16);
	cu_copies_end_group();
}

/* or, of a state that lies askew or is NULL (zeros), there at once. */
CU_DEVICE void copy_askew(float *to, const float *from)
{
	for (int i = 0; i < STEP_ROWS; i++) {
		const float *at = from + i * GDN_WIDTH;
		float4 x = { 0, 0, 0, 0 };
		if (from)
			x = { at[0], at[1], at[2], at[3] };
		*(float4 *)(to + i * GDN_WIDTH) = x;
	}
}

/* Blocks: value heads of the sequences. The state is on its way before the wait: neither conv nor finish, which come before, touches it
 * (the rule of cuda.cuh). It goes past the registers, so that three blocks find room. */
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS, STEP_BLOCKS) gdn_step(const struct gdn_args a)
{
	CU_SHARED(memory);
	const struct step_shared m = step_places(memory);
	const struct step_place p = place_of(a);
	int c = threadIdx.x, lane = threadIdx.x % CU_WARP, at = threadIdx.x / CU_WARP * STEP_ROWS * GDN_WIDTH + 4 * lane;
	if (a.chunks && p.rows >= GDN_LONG) {
		cu_wait();
		return;
	}
	bool early = p.src && (uintptr_t)p.src % 16 == 0;
	if (early)
		fetch_state(m.state + at, p.src + at);
	float weight = c < GDN_WIDTH ? a.op.norm_w[c] : 0;
	cu_wait();
	cu_let_next();
	if (!early)
		copy_askew(m.state + at, p.src ? p.src + at : NULL);
	for (int left = p.rows; left; left--) {
		int r = p.row0 + p.rows - left;
		step_key<BF16>(a, p, r, m.q);
		float4 v = u4_at<BF16>(a, r, p.v + 4 * lane);
		float2 gates = a.gates[(size_t)r * a.op.value_heads + p.head];
		float z = c < GDN_WIDTH ? cu_at(a.op.z, r)[p.head * GDN_WIDTH + c] : 0;
		cu_copies_wait<0>();
		__syncthreads();
		step_row(m, m.state + at, left > 1 ? m.state + at : p.dst + at, left == 1 && (uintptr_t)p.dst % 16 == 0, v, gates);
		__syncthreads();
		step_norm(a, m, r, p.head, z, weight);
		step_forms(a, m, r, p.head);
	}
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
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS, 3) gdn_step_any(const struct gdn_args a)
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

int gdn_launch_steps(struct kern *k, const struct gdn_args &a)
{
	dim3 grid((unsigned)(a.op.n_seq * a.op.value_heads));
	if (gdn_fast(&a.op))
		return cu_launch(k, "gdn step", a.bf16 ? gdn_step<true> : gdn_step<false>, grid, dim3(GDN_THREADS), STEP_BYTES, a);
	size_t shared = (size_t)(GDN_THREADS + (a.op.value_dim + 3) / 4 * 4 + 2 * a.op.key_dim) * sizeof(float);
	return cu_launch(k, "gdn step", a.bf16 ? gdn_step_any<true> : gdn_step_any<false>, grid, dim3(GDN_THREADS), shared, a);
}
