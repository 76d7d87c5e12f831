/* Gated DeltaNet by chunks (cuda_gdn_chunk.cu): advance, which carries a sequence's state from chunk to chunk. A block has GDN_SLICE
 * columns of a value head's state from its first chunk to its last; slices do not need each other.
 *   cuda_gdn_groups.cu  by warp groups, under BF16 on Hopper
 *   gdn_advance_bf16  by matrix instructions, the state in registers, the next chunk on its way to shared memory; with one place for
 *                     chunks instead of two where a block may have less than 177 KB (sm_80, 86, 89): the same bits
 *   gdn_advance_f32   by fmaf, the state in shared memory */
#include "kernels/cuda_gdn_chunk.cuh"

enum { MATRIX_LD_BF16 = GDN_CHUNK + 8, SLICE_LD_BF16 = GDN_SLICE + 8 };

/* One chunk in shared memory under BF16; two of these take turns, if there is room. */
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
	LEFT_S_BYTES = GROUPS * STEPS_S * 2 * CU_WARP * 16,
	LEFT_R_BYTES = GROUPS * STEPS_R * 2 * CU_WARP * 16,
	QUARTERS = GDN_WARPS / GROUPS,                        /* warps that share 16 columns */
	STATE_TILES = GDN_WIDTH / 8 / QUARTERS,               /* of 8 state rows, a warp's */
};
static_assert(QUARTERS == 4 && STEPS_S == 2 * STEPS_R, "advance hands out tiles by quarters, and keeps two left sides where the state was");

/* Behind the stages. With one stage R takes the place of the queries, which are done with by then. */
template <int STAGES> struct advance_layout {
	enum {
		S = STAGES * STAGE_BYTES, /* the state's fragments; later D's, and behind them D's with its decay to the chunk's end */
		AGED = S + LEFT_R_BYTES,
		R = STAGES == 2 ? S + LEFT_S_BYTES : STAGE_Q,
		BYTES = S + LEFT_S_BYTES + (STAGES == 2 ? LEFT_R_BYTES : 0),
	};
};
static_assert((int)LEFT_R_BYTES <= (int)STAGE_Q, "R fits where the queries were");

/* Asks for chunk c. Of T and P only what a fragment on or below the diagonal reads. */
CU_DEVICE void fetch_chunk(const struct gdn_args &a, const struct advance_place &p, int c, unsigned char *stage)
{
	int row0 = p.row0 + c * GDN_CHUNK, rows = p.rows - c * GDN_CHUNK;
	const unsigned char *record = p.record + (size_t)c * a.op.value_heads * RECORD_BYTES;
	fetch_rows<GDN_WIDTH, KEY_LD_BF16, 2>(stage, a, row0, rows, p.k);
	fetch_rows<GDN_WIDTH, KEY_LD_BF16, 2>(stage + STAGE_Q, a, row0, rows, p.q);
	fetch_rows<GDN_SLICE, SLICE_LD_BF16, 2>(stage + STAGE_V, a, row0, rows, p.v);
	int r = threadIdx.x / 8, piece = threadIdx.x % 8; /* a thread has rows r and r + 32 of every matrix */
	const unsigned char *from = record + threadIdx.x * 16;
	unsigned char *to = stage + STAGE_MATRIX + r * MATRIX_LD_BF16 * 2 + piece * 16;
#pragma unroll
	for (int n = 0; n < 8; n++)
		if (piece / 2 <= r / 16 + n % 2 * 2)
			cu_copy16(to + n / 2 * MATRIX_BYTES + n % 2 * (MATRIX_BYTES / 2), from + n * GDN_THREADS * 16, 16);
	if (threadIdx.x <= GDN_CHUNK)
		cu_copy16(stage + STAGE_FACTORS + threadIdx.x * 16, record + RECORD_FACTORS + threadIdx.x * 16, 16);
	cu_copies_end_group();
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

/* Where this lane's row of four tiles of 8 x 8 lies that are one behind the other in rows row .. row + 7 (cu_tiles). */
CU_DEVICE const uint16_t *tiles_along(const unsigned char *from, int ld, int row, int lane)
{
	return (const uint16_t *)from + (row + lane % 8) * ld + lane / 8 * 8;
}

/* k S and q S of the warp's tiles: right sides exact, left ones in two parts with a sum each. */
CU_DEVICE void state_products(const struct advance_warp &w, unsigned char *left_s, const unsigned char *stage, float kd[2][4], float qd[2][4])
{
	float k_low[2][4] = {}, q_low[2][4] = {};
#pragma unroll
	for (int step = 0; step < STEPS_S; step += 2) {
		uint32_t high[2][4], low[2][4];
#pragma unroll
		for (int i = 0; i < 2; i++) {
			const uint4 *left = left_at(left_s, STEPS_S, w.group, step + i) + w.lane;
			get_left(high[i], left);
			get_left(low[i], left + CU_WARP);
		}
#pragma unroll
		for (int n = 0; n < 2; n++) {
			uint32_t k[4], q[4]; /* two steps' */
			cu_tiles(k, tiles_along(stage, KEY_LD_BF16, 8 * tile_of(w, n), w.lane) + 16 * step);
			cu_tiles(q, tiles_along(stage + STAGE_Q, KEY_LD_BF16, 8 * tile_of(w, n), w.lane) + 16 * step);
#pragma unroll
			for (int i = 0; i < 2; i++) {
				cu_mma_bf16(kd[n], high[i], k + 2 * i);
				cu_mma_bf16(qd[n], high[i], q + 2 * i);
				cu_mma_bf16(k_low[n], low[i], k + 2 * i);
				cu_mma_bf16(q_low[n], low[i], q + 2 * i);
			}
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

/* d += left times the rows of the warp's tiles of a lower triangular matrix, both in two parts. Side by side, so that the products of one
 * tile need not wait for each other: tile_of(0) has one step or two, tile_of(1) three or four. */
CU_DEVICE void triangle_products(const struct advance_warp &w, unsigned char *left, const unsigned char *matrix, float d[2][4])
{
	const unsigned char *part = matrix + w.lane / 16 * MATRIX_BYTES; /* two tiles of the high halves, two of the low ones */
	float left_low[2][4] = {}, right_low[2][4] = {};
#pragma unroll
	for (int step = 0; step < STEPS_R; step++) {
		uint32_t high[4], low[4];
		if (step == 3 && step > tile_of(w, 1) / 2)
			continue;
		const uint4 *from = left_at(left, STEPS_R, w.group, step) + w.lane;
		get_left(high, from);
		get_left(low, from + CU_WARP);
#pragma unroll
		for (int n = 0; n < 2; n++) {
			if (n == 0 && step && step > tile_of(w, 0) / 2)
				continue;
			uint32_t b[4];
			cu_tiles(b, tiles_along(part, MATRIX_LD_BF16, 8 * tile_of(w, n), w.lane % 16) + 16 * step);
			cu_mma_bf16(d[n], high, b);
			cu_mma_bf16(left_low[n], low, b);
			cu_mma_bf16(right_low[n], high, b + 2);
		}
	}
#pragma unroll
	for (int n = 0; n < 2; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			d[n][e] += left_low[n][e] + right_low[n][e];
}

/* R of the warp's tiles, from k S. */
CU_DEVICE void put_rest(const struct advance_warp &w, unsigned char *left_r, const unsigned char *stage, const float kd[2][4])
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
		put_left(left_r, STEPS_R, w, tile_of(w, n), rest);
	}
}

/* D of the warp's tiles: for o as it is, for the state decayed to the chunk's end and with the key's length. */
CU_DEVICE void put_delta(const struct advance_warp &w, unsigned char *left_r, const unsigned char *stage, unsigned char *delta, unsigned char *aged)
{
	const float4 *factors = (const float4 *)(stage + STAGE_FACTORS);
	float d[2][4] = {};
	triangle_products(w, left_r, stage + STAGE_MATRIX, d);
#pragma unroll
	for (int n = 0; n < 2; n++) {
		int tile = tile_of(w, n);
		put_left(delta, STEPS_R, w, tile, d[n]);
		float first = factors[8 * tile + 2 * w.i].w, second = factors[8 * tile + 2 * w.i + 1].w;
		float at_end[4] = { d[n][0] * first, d[n][1] * second, d[n][2] * first, d[n][3] * second };
		put_left(aged, STEPS_R, w, tile, at_end);
	}
}

/* o of the warp's tiles, before its norm. row0, rows: the chunk's. */
CU_DEVICE void write_output(const struct advance_warp &w, const struct gdn_args &a, unsigned char *delta, const unsigned char *stage,
	float qd[2][4], int row0, int rows, int column0)
{
	const float4 *factors = (const float4 *)(stage + STAGE_FACTORS);
	size_t ld = (size_t)a.op.value_heads * GDN_WIDTH;
	uint16_t *o = a.o + (size_t)row0 * ld + column0 + 16 * w.group + w.g;
#pragma unroll
	for (int n = 0; n < 2; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			qd[n][e] *= factors[8 * tile_of(w, n) + 2 * w.i + e % 2].z;
	triangle_products(w, delta, stage + STAGE_MATRIX + 2 * MATRIX_BYTES, qd);
#pragma unroll
	for (int n = 0; n < 2; n++)
#pragma unroll
		for (int e = 0; e < 4; e++) {
			int r = 8 * tile_of(w, n) + 2 * w.i + e % 2;
			if (r < rows)
				o[r * ld + 8 * (e / 2)] = cu_to_bf16(qd[n][e]);
		}
}

/* S = exp(G_last) S + D^T k, the warp's quarter of the state's rows. The keys are read across, 16 rows of two tiles at a time. */
CU_DEVICE void update_state(const struct advance_warp &w, unsigned char *aged, const unsigned char *stage, float s[STATE_TILES][4])
{
	const uint16_t *k = (const uint16_t *)stage + w.lane % 16 * KEY_LD_BF16 + 8 * (w.quarter * STATE_TILES + w.lane / 16);
	float total = ((const float *)(stage + STAGE_FACTORS))[4 * GDN_CHUNK];
#pragma unroll
	for (int n = 0; n < STATE_TILES; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			s[n][e] *= total;
#pragma unroll
	for (int step = 0; step < STEPS_R; step++) {
		uint32_t high[4], low[4];
		const uint4 *left = left_at(aged, STEPS_R, w.group, step) + w.lane;
		get_left(high, left);
		get_left(low, left + CU_WARP);
#pragma unroll
		for (int n = 0; n < STATE_TILES; n += 2) {
			uint32_t b[4];
			cu_tiles_across(b, k + 16 * step * KEY_LD_BF16 + 8 * n);
			cu_mma_bf16(s[n], high, b);
			cu_mma_bf16(s[n + 1], high, b + 2);
			cu_mma_bf16(s[n], low, b);
			cu_mma_bf16(s[n + 1], low, b + 2);
		}
	}
}

/* The warp's part of the state from or to memory: item e of tile n is (state row 2i + e % 2 of the tile, column g + 8 (e / 2)). */
CU_DEVICE size_t state_item(const struct advance_warp &w, int n, int e)
{
	return (size_t)(8 * (w.quarter * STATE_TILES + n) + 2 * w.i + e % 2) * GDN_WIDTH + 16 * w.group + w.g + 8 * (e / 2);
}

CU_DEVICE void load_slice(const struct advance_warp &w, const float *from, float s[STATE_TILES][4])
{
#pragma unroll
	for (int n = 0; n < STATE_TILES; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			s[n][e] = from ? from[state_item(w, n, e)] : 0;
}

CU_DEVICE void store_slice(const struct advance_warp &w, float *to, const float s[STATE_TILES][4])
{
#pragma unroll
	for (int n = 0; n < STATE_TILES; n++)
#pragma unroll
		for (int e = 0; e < 4; e++)
			to[state_item(w, n, e)] = s[n][e];
}

/* Blocks: long sequences x value heads x slices of columns; eight warps. A chunk's four barriers: what was read of the last one is
 * done with and this one has come; the state's fragments are there; R's; D's. With one stage two more: the queries are done with; all is. */
template <int STAGES> static __global__ void __launch_bounds__(GDN_THREADS, 1) gdn_advance_bf16(const struct gdn_args a)
{
	typedef struct advance_layout<STAGES> at;
	CU_SHARED(memory);
	struct advance_place p;
	cu_wait();
	cu_let_next();
	if (!advance_at<GDN_SLICE>(a, &p))
		return;
	int warp = threadIdx.x / CU_WARP, lane = threadIdx.x % CU_WARP, chunks = (p.rows + GDN_CHUNK - 1) / GDN_CHUNK;
	const struct advance_warp w = { warp / QUARTERS, warp % QUARTERS, lane, lane / 4, lane % 4 };
	float s[STATE_TILES][4];
	fetch_chunk(a, p, 0, memory);
	load_slice(w, p.src, s);
	for (int c = 0; c < chunks; c++) {
		const unsigned char *stage = memory + c % STAGES * STAGE_BYTES;
		cu_copies_wait<0>();
		__syncthreads();
		if (STAGES == 2 && c + 1 < chunks)
			fetch_chunk(a, p, c + 1, memory + (c + 1) % 2 * STAGE_BYTES);
#pragma unroll
		for (int n = 0; n < STATE_TILES; n++)
			put_left(memory + at::S, STEPS_S, w, w.quarter * STATE_TILES + n, s[n]);
		__syncthreads();
		float kd[2][4] = {}, qd[2][4] = {};
		state_products(w, memory + at::S, stage, kd, qd);
		if (STAGES == 1)
			__syncthreads();
		put_rest(w, memory + at::R, stage, kd);
		__syncthreads();
		put_delta(w, memory + at::R, stage, memory + at::S, memory + at::AGED);
		__syncthreads();
		write_output(w, a, memory + at::S, stage, qd, p.row0 + c * GDN_CHUNK, p.rows - c * GDN_CHUNK, p.head * GDN_WIDTH + p.column);
		update_state(w, memory + at::AGED, stage, s);
		if (STAGES == 1 && c + 1 < chunks) {
			__syncthreads();
			fetch_chunk(a, p, c + 1, memory);
		}
	}
	store_slice(w, p.dst, s);
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
	if (!advance_at<GDN_SLICE>(a, &p))
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

size_t gdn_advance_shared(bool bf16)
{
	return bf16 ? (size_t)advance_layout<1>::BYTES : F32_ITEMS * sizeof(float);
}

int gdn_launch_advance(struct kern *k, const struct gdn_args &a, int n_long)
{
	if (a.groups)
		return gdn_launch_groups(k, a, n_long);
	dim3 slices((unsigned)(n_long * a.op.value_heads * (GDN_WIDTH / GDN_SLICE)));
	if (a.bf16 && (size_t)advance_layout<2>::BYTES <= k->device->shared_max)
		return cu_launch(k, "gdn advance", gdn_advance_bf16<2>, slices, dim3(GDN_THREADS), advance_layout<2>::BYTES, a);
	return cu_launch(k, "gdn advance", a.bf16 ? gdn_advance_bf16<1> : gdn_advance_f32, slices, dim3(GDN_THREADS), gdn_advance_shared(a.bf16), a);
}
