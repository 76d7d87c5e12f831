/* Steps by checkpoint and ring (kern_gdn_ring). After conv, a block takes one value head of a unit: up to eight rows with one checkpoint.
 *   1. the checkpoint's head comes into shared memory, read once for all rows, on its way before the wait (see gdn_step)
 *   2. entries' products with k and q, a warp each; then a warp per row sums the entries' d
 *   3. S^T k and S^T q of all rows: a thread has a column and eight vectors, each product one chain over the state's rows
 *   4. a warp per row: d, o, the new entry, the norm
 *   5. the rows that fold, one after the other
 * Nothing a row's numbers are made of depends on the unit's other rows. */
#include "kernels/cuda_gdn.cuh"

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

/* Whole pieces of 16 bytes go past the first-level cache: before the wait. */
CU_DEVICE bool checkpoint_is_whole(const float *from, int n)
{
	return (uintptr_t)from % 16 == 0 && n % 4 == 0;
}

CU_DEVICE void fetch_checkpoint(float *to, const float *from, int n)
{
	for (int i = 4 * threadIdx.x; i < n; i += 4 * GDN_THREADS)
		cu_copy16(to + i, from + i, 16);
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

/* Half the threads take the keys, the others the queries, of as many rows as there are or a few more. */
CU_DEVICE void unit_vectors(const float *state, const struct ring_shared &m, int rows, int dk, int dv)
{
	int half = threadIdx.x / RING_COLUMNS * UNIT;
	if (rows == 1)
		state_vectors<1>(state, m.x, m.p, half, dk, dv);
	else if (rows == 2)
		state_vectors<2>(state, m.x, m.p, half, dk, dv);
	else if (rows <= 4)
		state_vectors<4>(state, m.x, m.p, half, dk, dv);
	else
		state_vectors<UNIT>(state, m.x, m.p, half, dk, dv);
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
	bool whole = checkpoint_is_whole(state, dk * dv);
	if (state && a.staged && whole)
		fetch_checkpoint(m.state, state, dk * dv);
	cu_wait();
	for (int i = threadIdx.x; state && a.staged && !whole && i < dk * dv; i += GDN_THREADS)
		m.state[i] = state[i];
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
		count_traffic(a, row, state && warp == 0 && (!unit.first || a.gdn.op.state[unit.first - 1].s_src != a.gdn.op.state[unit.first].s_src));
	}
	cu_copies_wait<0>();
	__syncthreads();
	const float *near = state && a.staged ? m.state : state;
	if (near)
		unit_vectors(near, m, unit.rows, dk, dv);
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

int cuda_gdn_ring(struct kern *k, const struct kern_gdn_ring *op)
{
	const struct kern_gdn *g = &op->gdn;
	int dk = g->key_dim, dv = g->value_dim, entry = g->key_heads * dk + g->value_heads * (dv + 1), e;
	bool staged = dk * dv <= STAGE_FLOATS && (size_t)ring_floats(dk, dv, true) * sizeof(float) <= k->device->shared_max;
	struct ring_args a = { {}, op->position, op->ring, op->units, op->n_units, k->device->traffic, entry, staged };
	if (g->n_seq == 0)
		return 0;
	a.gdn.op = *g;
	a.gdn.bf16 = k->compute == KERN_BF16;
	gdn_lay_out(g, g->n_seq, &a.gdn);
	if ((e = gdn_launch_conv(k, a.gdn)))
		return e;
	bool narrow = dk <= GDN_WIDTH && dv <= GDN_WIDTH;
	auto kernel = a.gdn.bf16 ? (narrow ? gdn_ring<true, 1> : gdn_ring<true, GDN_PARTS>)
				 : (narrow ? gdn_ring<false, 1> : gdn_ring<false, GDN_PARTS>);
	return cu_launch(k, "gdn ring", kernel, dim3((unsigned)(g->n_seq * g->value_heads)), dim3(GDN_THREADS),
		(size_t)ring_floats(dk, dv, a.staged) * sizeof(float), a);
}
