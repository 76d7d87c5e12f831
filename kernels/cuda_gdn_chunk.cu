/* Gated DeltaNet by chunks of GDN_CHUNK rows: the launches, prepare and finish. advance: cuda_gdn_advance.cu.
 *
 * The chunked form. With g_r the logarithm of row r's decay, G_r the sum of the g up to and including r, S the state before the chunk:
 *   A[r][t] = beta_r exp(G_r - G_t) (k_r . k_t), t < r       T = (1 + A)^-1, lower triangular
 *   D = T R,  R[r] = beta_r (v_r - exp(G_r) S^T k_r)         P[r][t] = exp(G_r - G_t) (q_r . k_t), t <= r
 *   o_r = exp(G_r) S^T q_r + sum_t P[r][t] D[t]              S' = exp(G_last) S + sum_t exp(G_last - G_t) k_t D[t]^T
 * A chunk's last rows may be missing: they count as rows of zeros that decay nothing. Every exponent is <= 0.
 *
 * q and k are c x with x what the convolution gives and c one number a row: under BF16 x is exact in bfloat16 and c joins the other
 * factors after the product. What is not exact there (S, R, D, T, P) goes into a product as two bfloat16, 16 bits together; by warp groups but for
 * what goes into o alone (cuda_gdn_groups.cu). */
#include "kernels/cuda_gdn_chunk.cuh"

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

/* What prepare has in shared memory. */
struct prepare_shared {
	unsigned char *k, *q; /* [64][KEY_LD] of u */
	float *a, *t;         /* [64][MATRIX_LD_F32]; t in the place of k, which is done with by then */
	float *sum, *rest, *bk, *ck, *cq; /* [64]; G = sum + rest, to more bits than one of them has; bk = beta ck */
};

enum {
	MATRIX_LD_F32 = GDN_CHUNK + 4,
	BLOCK = 16, /* of the triangular inverse */
	FINISH_HEADS = 4,
	PREPARE_KEYS_BF16 = GDN_CHUNK * KEY_LD_BF16 * 2,
	PREPARE_KEYS_F32 = GDN_CHUNK * KEY_LD_F32 * 4,
	PREPARE_REST = (GDN_CHUNK * MATRIX_LD_F32 + 5 * GDN_CHUNK) * 4,
};
static_assert(GDN_CHUNK * MATRIX_LD_F32 * 4 <= PREPARE_KEYS_BF16, "T fits where the keys were");

template <bool BF16> CU_DEVICE struct prepare_shared prepare_places(unsigned char *memory)
{
	struct prepare_shared m;
	int keys = BF16 ? PREPARE_KEYS_BF16 : PREPARE_KEYS_F32;
	m.k = memory;
	m.q = m.k + keys;
	m.a = (float *)(m.q + keys);
	m.t = (float *)m.k;
	m.sum = m.a + GDN_CHUNK * MATRIX_LD_F32;
	m.rest = m.sum + GDN_CHUNK;
	m.bk = m.rest + GDN_CHUNK;
	m.ck = m.bk + GDN_CHUNK;
	m.cq = m.ck + GDN_CHUNK;
	return m;
}

/* The sum of all decays up to a row's own; *all: of every row. In double: differences of such sums must be as good as one of them.
 * `mine`: of 32 rows one after the other, a lane each; `other`: of the other 32, which are ahead in the second warp. Collective. */
CU_DEVICE double sum_to(float mine, float other, bool second, double *all)
{
	int lane = threadIdx.x % CU_WARP;
	double sum = mine, rest = other;
#pragma unroll
	for (int step = 1; step < CU_WARP; step *= 2) {
		double before = __shfl_up_sync(0xffffffffu, sum, step);
		rest += __shfl_xor_sync(0xffffffffu, rest, step);
		sum += lane < step ? 0 : before;
	}
	*all = __shfl_sync(0xffffffffu, sum, CU_WARP - 1) + rest;
	return second ? sum + rest : sum;
}

/* (log decay, beta) of row r of the chunk; of one that is not there, nothing. */
CU_DEVICE float2 gates_at(const struct gdn_args &a, const struct chunk_place &p, int head, int r)
{
	float2 none = { 0, 0 };
	return r < p.rows ? a.gates[(size_t)(p.row0 + r) * a.op.value_heads + head] : none;
}

/* Thread r < 64: what row r is multiplied by. */
CU_DEVICE void prepare_factors(const struct gdn_args &a, const struct chunk_place &p, int head, const struct prepare_shared &m, float *factors)
{
	int r = threadIdx.x, keys = a.op.key_heads, key = head / (a.op.value_heads / keys);
	if (r >= GDN_CHUNK)
		return;
	const float *lengths = a.lengths + (size_t)(p.row0 + r) * 2 * keys;
	float2 gates = gates_at(a, p, head, r), other = gates_at(a, p, head, r ^ CU_WARP);
	float cq = r < p.rows ? lengths[key] : 0, ck = r < p.rows ? lengths[keys + key] : 0;
	double all, sum = sum_to(gates.x, other.x, r >= CU_WARP, &all);
	m.sum[r] = (float)sum;
	m.rest[r] = (float)(sum - (double)m.sum[r]);
	m.bk[r] = gates.y * ck;
	m.ck[r] = ck;
	m.cq[r] = cq;
	float decay = expf((float)sum);
	float4 f = { decay * ck, gates.y, decay * cq, expf((float)(all - sum)) * ck };
	((float4 *)factors)[r] = f;
	if (r == 0)
		factors[4 * GDN_CHUNK] = expf((float)all);
}

/* What a row has a part in A and P by. */
struct row_factors {
	float sum, rest, bk, ck, cq;
};

CU_DEVICE struct row_factors factors_at(const struct prepare_shared &m, int r)
{
	struct row_factors f = { m.sum[r], m.rest[r], m.bk[r], m.ck[r], m.cq[r] };
	return f;
}

/* A[r][t] and P[r][t] from the products of the raw vectors. */
struct entries {
	float a, p;
};

CU_DEVICE struct entries entries_at(int r, int t, const struct row_factors &of_r, const struct row_factors &of_t, float kk, float qk)
{
	/* c_k exp(G_r - G_t); above the diagonal perhaps infinite */
	float decay = expf((of_r.sum - of_t.sum) + (of_r.rest - of_t.rest)) * of_t.ck;
	float a = of_r.bk * decay * kk, p = of_r.cq * decay * qk;
	struct entries x = { t < r ? a : 0, t <= r ? p : 0 };
	return x;
}

/* A and P in bfloat16's exact products. Warp w: rows 16 (w / 2) .. + 15, columns 32 (w % 2) .. + 31, in tiles of 8, those above the
 * diagonal left out (but for the one beside it, which a fragment of P reads). P goes out as high words, and low ones where they are wanted. */
CU_DEVICE void products_bf16(const struct prepare_shared &m, uint32_t *p_high, uint32_t *p_low, bool low)
{
	int lane = threadIdx.x % CU_WARP, g = lane / 4, i = lane % 4, row = threadIdx.x / (2 * CU_WARP) * 16, column = threadIdx.x / CU_WARP % 2 * 32;
	int left = (row + lane % 16) * KEY_LD_BF16 + lane / 16 * 8; /* where this lane's row of four tiles of 8 x 8 lies (cu_tiles) */
	const uint16_t *k = (const uint16_t *)m.k + left, *q = (const uint16_t *)m.q + left;
	const uint16_t *right = (const uint16_t *)m.k + (column + lane % 8 + lane / 16 * 8) * KEY_LD_BF16 + lane / 8 % 2 * 8;
	float kk[4][4] = {}, qk[4][4] = {};
#pragma unroll
	for (int c = 0; c < GDN_WIDTH; c += 16) {
		uint32_t fk[4], fq[4], fb[4];
		cu_tiles(fk, k + c);
		cu_tiles(fq, q + c);
#pragma unroll
		for (int n = 0; n < 4; n += 2) {
			if (column + 8 * n > row)
				continue;
			cu_tiles(fb, right + 8 * n * KEY_LD_BF16 + c);
			cu_mma_bf16(kk[n], fk, fb);
			cu_mma_bf16(qk[n], fq, fb);
			cu_mma_bf16(kk[n + 1], fk, fb + 2);
			cu_mma_bf16(qk[n + 1], fq, fb + 2);
		}
	}
	const struct row_factors of_row[2] = { factors_at(m, row + g), factors_at(m, row + g + 8) };
#pragma unroll
	for (int n = 0; n < 4; n++) {
		int t = column + 8 * n + 2 * i;
		if (column + 8 * n > row + 8)
			continue;
		const struct row_factors of_t[2] = { factors_at(m, t), factors_at(m, t + 1) };
#pragma unroll
		for (int e = 0; e < 2; e++) {
			int r = row + g + 8 * e;
			struct entries x = entries_at(r, t, of_row[e], of_t[0], kk[n][2 * e], qk[n][2 * e]);
			struct entries y = entries_at(r, t + 1, of_row[e], of_t[1], kk[n][2 * e + 1], qk[n][2 * e + 1]);
			struct split s = split_pair(x.p, y.p);
			float2 pair = { x.a, y.a };
			*(float2 *)(m.a + r * MATRIX_LD_F32 + t) = pair;
			p_high[(r * GDN_CHUNK + t) / 2] = s.high;
			if (low)
				p_low[(r * GDN_CHUNK + t) / 2] = s.low;
		}
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
			struct entries of = entries_at(r, t, factors_at(m, r), factors_at(m, t), kk[x][y], qk[x][y]);
			m.a[r * MATRIX_LD_F32 + t] = of.a;
			p[r * GDN_CHUNK + t] = of.p;
		}
}

/* T = (1 + A)^-1: first the four blocks of 16 on the diagonal, a thread each column; the rest of T zeros. */
CU_DEVICE void invert_diagonal(const struct prepare_shared &m)
{
	int block = threadIdx.x / BLOCK, c = threadIdx.x % BLOCK;
#pragma unroll
	for (int n = 0; n < GDN_CHUNK * GDN_CHUNK / 4 / GDN_THREADS; n++) {
		int i = threadIdx.x + n * GDN_THREADS, r = i / (GDN_CHUNK / 4), four = i % (GDN_CHUNK / 4);
		float4 zero = { 0, 0, 0, 0 };
		if (r / BLOCK != 4 * four / BLOCK)
			*(float4 *)(m.t + r * MATRIX_LD_F32 + 4 * four) = zero;
	}
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

/* Four rows and one column of sign left right, N x N of them with MATRIX_LD_F32 from row to row. */
template <int N> CU_DEVICE void block_product(float *to, const float *left, const float *right, int row, int column, float sign)
{
	float sum[4] = {};
#pragma unroll 4
	for (int l = 0; l < N; l += 4) {
		float x[4];
#pragma unroll
		for (int j = 0; j < 4; j++)
			x[j] = right[(l + j) * MATRIX_LD_F32 + column];
#pragma unroll
		for (int i = 0; i < 4; i++) {
			float4 y = *(const float4 *)(left + (row + i) * MATRIX_LD_F32 + l);
			sum[i] = fmaf(y.w, x[3], fmaf(y.z, x[2], fmaf(y.y, x[1], fmaf(y.x, x[0], sum[i]))));
		}
	}
#pragma unroll
	for (int i = 0; i < 4; i++)
		to[(row + i) * MATRIX_LD_F32 + column] = sign * sum[i];
}

/* sign left right, 32 x 32 of them, both sides as two bfloat16: all warps, a tile of 16 x 8 each. */
CU_DEVICE void product_of_parts(float *to, const float *left, const float *right, float sign)
{
	int lane = threadIdx.x % CU_WARP, g = lane / 4, i = lane % 4, row = threadIdx.x / (4 * CU_WARP) * 16, column = threadIdx.x / CU_WARP % 4 * 8;
	float sum[4] = {}, low[4] = {};
#pragma unroll
	for (int l = 0; l < 2 * BLOCK; l += 16) {
		uint32_t a_high[4], a_low[4], b_high[2], b_low[2];
#pragma unroll
		for (int x = 0; x < 4; x++) {
			float2 pair = *(const float2 *)(left + (row + g + x % 2 * 8) * MATRIX_LD_F32 + l + x / 2 * 8 + 2 * i);
			struct split s = split_pair(pair.x, pair.y);
			a_high[x] = s.high;
			a_low[x] = s.low;
		}
#pragma unroll
		for (int x = 0; x < 2; x++) {
			const float *pair = right + (l + 8 * x + 2 * i) * MATRIX_LD_F32 + column + g;
			struct split s = split_pair(pair[0], pair[MATRIX_LD_F32]);
			b_high[x] = s.high;
			b_low[x] = s.low;
		}
		cu_mma_bf16(sum, a_high, b_high);
		cu_mma_bf16(low, a_low, b_high);
		cu_mma_bf16(low, a_high, b_low);
	}
#pragma unroll
	for (int half = 0; half < 2; half++) {
		float2 pair = { sign * (sum[2 * half] + low[2 * half]), sign * (sum[2 * half + 1] + low[2 * half + 1]) };
		*(float2 *)(to + (row + g + 8 * half) * MATRIX_LD_F32 + column + 2 * i) = pair;
	}
}

/* Then, of each two blocks of N on the diagonal, what lies below the first: T21 = -T22 (A21 T11). The product in brackets stands above
 * the diagonal of A meanwhile. */
template <int N> CU_DEVICE void invert_below(const struct prepare_shared &m)
{
	enum { THREADS = N * N / 4, DOWN = N * MATRIX_LD_F32 };
	int pair = threadIdx.x / THREADS, row = threadIdx.x % THREADS / N * 4, column = threadIdx.x % N, at = pair * 2 * N * (MATRIX_LD_F32 + 1);
	bool mine = pair < GDN_CHUNK / (2 * N);
	if (mine)
		block_product<N>(m.a + at + N, m.a + at + DOWN, m.t + at, row, column, 1);
	__syncthreads();
	if (mine)
		block_product<N>(m.t + at + DOWN, m.t + at + DOWN + N, m.a + at + N, row, column, -1);
	__syncthreads();
}

/* The last of these, N = 32, as exact as the record keeps it under BF16. */
CU_DEVICE void invert_last(const struct prepare_shared &m)
{
	enum { N = 2 * BLOCK, DOWN = N * MATRIX_LD_F32 };
	product_of_parts(m.a + N, m.a + DOWN, m.t, 1);
	__syncthreads();
	product_of_parts(m.t + DOWN, m.t + DOWN + N, m.a + N, -1);
	__syncthreads();
}

/* T into the record, eight items at a time; under BF16 only those that a fragment on or below the diagonal has. */
template <bool BF16> CU_DEVICE void keep_inverse(const struct prepare_shared &m, unsigned char *record)
{
#pragma unroll
	for (int n = 0; n < GDN_CHUNK * GDN_CHUNK / 8 / GDN_THREADS; n++) {
		int i = threadIdx.x + n * GDN_THREADS, r = i / (GDN_CHUNK / 8), piece = i % (GDN_CHUNK / 8);
		const float4 *t = (const float4 *)(m.t + r * MATRIX_LD_F32 + 8 * piece);
		float4 x = t[0], y = t[1];
		if (!BF16) {
			((float4 *)record)[2 * i] = x;
			((float4 *)record)[2 * i + 1] = y;
		} else if (piece / 2 <= r / 16) {
			struct split s[4] = { split_pair(x.x, x.y), split_pair(x.z, x.w), split_pair(y.x, y.y), split_pair(y.z, y.w) };
			uint4 high = { s[0].high, s[1].high, s[2].high, s[3].high }, low = { s[0].low, s[1].low, s[2].low, s[3].low };
			((uint4 *)record)[i] = high;
			((uint4 *)(record + RECORD_MATRIX / 2))[i] = low;
		}
	}
}

/* Blocks: slots x value heads. Writes the record of its chunk. */
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS, BF16 ? 4 : 2) gdn_prepare(const struct gdn_args a)
{
	CU_SHARED(memory);
	const struct prepare_shared m = prepare_places<BF16>(memory);
	int head = blockIdx.x % a.op.value_heads, slot = blockIdx.x / a.op.value_heads, dk = a.op.key_dim;
	const struct chunk_place p = chunk_at(a.op, slot);
	cu_wait();
	cu_let_next();
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
		products_bf16(m, (uint32_t *)(record + RECORD_MATRIX), (uint32_t *)(record + RECORD_MATRIX + RECORD_MATRIX / 2), !a.groups);
	else
		products_f32(m, (float *)(record + RECORD_MATRIX));
	__syncthreads();
	invert_diagonal(m);
	__syncthreads();
	invert_below<BLOCK>(m);
	if (BF16)
		invert_last(m);
	else
		invert_below<2 * BLOCK>(m);
	keep_inverse<BF16>(m, record);
}

/* Four columns of o of row r, from column c on. */
template <bool BF16> CU_DEVICE float4 output_at(const struct gdn_args &a, int r, int c)
{
	if (!BF16)
		return load4(cu_at(a.op.y, r) + c, 4);
	return cu_from_bf16x4(*(const uint2 *)(a.o + (size_t)r * a.op.value_heads * GDN_WIDTH + c));
}

/* A warp per row and FINISH_HEADS value heads of the long sequences; it asks for all of them before it has the first. */
template <bool BF16> static __global__ void __launch_bounds__(GDN_THREADS, 4) gdn_finish(const struct gdn_args a)
{
	int hv = a.op.value_heads, parts = cu_ceil(hv, FINISH_HEADS), item = blockIdx.x * GDN_WARPS + threadIdx.x / CU_WARP;
	int r = item / parts, head = item % parts * FINISH_HEADS, lane = threadIdx.x % CU_WARP;
	if (r >= a.op.qkv.rows)
		return;
	int s = sequence_at(a.op, 0, 0, r);
	float4 w = load4(a.op.norm_w + 4 * lane, 4), o[FINISH_HEADS], z[FINISH_HEADS];
	cu_wait();
	cu_let_next();
	if (a.op.first[s + 1] - a.op.first[s] < GDN_LONG)
		return;
#pragma unroll
	for (int i = 0; i < FINISH_HEADS; i++) {
		int c = (head + i < hv ? head + i : head) * GDN_WIDTH + 4 * lane;
		o[i] = output_at<BF16>(a, r, c);
		z[i] = load4(cu_at(a.op.z, r) + c, 4);
	}
#pragma unroll
	for (int i = 0; i < FINISH_HEADS; i++)
		if (head + i < hv)
			norm_and_gate<1, GDN_WIDTH>(a, &o[i], &z[i], &w, r, head + i);
}

static size_t prepare_shared_bytes(bool bf16)
{
	return 2 * (size_t)(bf16 ? PREPARE_KEYS_BF16 : PREPARE_KEYS_F32) + PREPARE_REST;
}

bool gdn_has_chunks(const struct kern *k, const struct kern_gdn *op)
{
	bool bf16 = k->compute == KERN_BF16;
	size_t room = k->device->shared_max;
	return gdn_fast(op) && prepare_shared_bytes(bf16) <= room && gdn_advance_shared(bf16) <= room;
}

int gdn_launch_chunks(struct kern *k, const struct gdn_args &a, int n_long)
{
	int hv = a.op.value_heads, n = a.op.qkv.rows, e;
	dim3 slots((unsigned)(n / GDN_LONG * hv)), threads(GDN_THREADS);
	if ((e = cu_launch(k, "gdn prepare", a.bf16 ? gdn_prepare<true> : gdn_prepare<false>, slots, threads, prepare_shared_bytes(a.bf16), a)) ||
	    (e = gdn_launch_advance(k, a, n_long)))
		return e;
	dim3 items((unsigned)cu_ceil(n * cu_ceil(hv, FINISH_HEADS), GDN_WARPS));
	return cu_launch(k, "gdn finish", a.bf16 ? gdn_finish<true> : gdn_finish<false>, items, threads, 0, a);
}
