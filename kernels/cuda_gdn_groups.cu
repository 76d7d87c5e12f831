/* Gated DeltaNet by chunks (cuda_gdn_chunk.cu): advance by warp groups, under BF16 on Hopper. A block has GROUP_COLUMNS columns of a value head's
 * state from its first chunk to its last, and three warp groups, each with a part of its own:
 *   carry   k S, R, D = T R: what the next state waits for; then rows 0 .. 63 of the state
 *   output  q S, o = exp(G) q S + P D; rows 64 .. 127 of the state
 *   feed    copies the next chunk meanwhile
 * The state is in registers, in f32. What goes into it has 16 bits in all products (PARTS: S, T, R, D as two bfloat16), what goes into o alone
 * has 8 (q S, P, and D there), as o becomes a bfloat16. With one part the published kernels' 8 bits throughout: 1024 cycles of products a chunk
 * instead of 1792, and states that are off by 0.005 of their rows' largest in the tests instead of 0.0001.
 *
 * In a chunk the groups meet at
 *   TOP     all: the chunk is there, and the state; all that was read of the last chunk is done with
 *   KEYS    carry and output: k S is there, the tensor cores are free for q S while carry makes R of it
 *   REST    carry: R is there
 *   DELTA   carry and output: D is there, q S is done with the state
 * Everything in shared memory lies as rows of 128 bytes, swizzled (cu_descriptor). What one product has along rows another has across: k is
 * [row][channel], an input of k S by rows and of the state's k^T D across; S, R and D are [their row][column], across always. */
#include "kernels/cuda_gdn_chunk.cuh"

enum {
	GROUP = 128, /* threads */
	GROUP_THREADS = 3 * GROUP,
	ROW = 128,                     /* bytes of a row */
	STEP = 16 * ROW,               /* 16 rows, of what lies across */
	PLANE = GDN_CHUNK * ROW,       /* 64 rows of 64 items */
	PARTS = 2,                     /* 1 or 2 bfloat16 for what goes into the state */
	/* A chunk: */
	AT_K = 0,                      /* channels 0 .. 63, then 64 .. 127 */
	AT_Q = 2 * PLANE,
	AT_P = 4 * PLANE,
	AT_V = 5 * PLANE,
	AT_T = 6 * PLANE,              /* here and below: a plane a part, the higher bits first */
	AT_FACTORS = AT_T + PARTS * PLANE,
	CHUNK_BYTES = AT_FACTORS + 2048,
	/* Behind two chunks: */
	AT_S = 2 * CHUNK_BYTES,        /* two planes a part, always two */
	AT_R = AT_S + 4 * PLANE,
	AT_AGED = AT_R + PARTS * PLANE, /* D decayed to the chunk's end, with the keys' lengths */
	AT_D = AT_AGED + PARTS * PLANE,
	GROUP_BYTES = AT_D + PLANE,
	TOP = 1, KEYS, REST, DELTA,
};
static_assert(GROUP_COLUMNS * 2 == ROW && CHUNK_BYTES % 1024 == 0 && GDN_CHUNK * 16 + 16 <= 2048, "a row of the state is a row of its plane");

/* Compiled for anything but sm_90a, nothing of it is there. */
#if CU_HAS_WGMMA

/* Where a thread is in its group's sums: d[4j + e] is (row + 8 (e / 2), column 8j + 2t + e % 2). They go to a plane and come from one as tiles of
 * 8 x 8, four at a time: two of `row`'s 16 rows for columns 8j .. 8j + 15, j even. tile: where this lane's row of such four lies for j = 0. */
struct sums_place {
	int row, t, tile;
};

CU_DEVICE struct sums_place place_of_sums(int thread)
{
	int lane = thread % CU_WARP, first = thread % GROUP / CU_WARP * 16;
	struct sums_place at = { first + lane / 4, lane % 4, (first + lane % 16) * ROW + ((lane / 16 ^ lane % 8) << 4) };
	return at;
}

CU_DEVICE unsigned char *tiles_at(unsigned char *plane, const struct sums_place &at, int j)
{
	return plane + (at.tile ^ j << 4);
}

/* `rows` rows of a chunk of 64, PIECES of 16 bytes each, `ld` bytes apart, into as many planes as they fill; the rest becomes zeros. */
template <int PIECES> CU_DEVICE void feed_rows(unsigned char *to, const unsigned char *from, size_t ld, int rows, int thread)
{
	enum { APART = GROUP / PIECES };
	int first = thread / PIECES, piece = thread % PIECES;
	to += piece / 8 * PLANE + first * ROW + ((piece % 8 ^ first % 8) << 4); /* APART is a multiple of 8 */
	from += piece * 16;
#pragma unroll
	for (int n = 0; n < GDN_CHUNK / APART; n++) {
		int r = first + n * APART;
		cu_copy16(to + n * APART * ROW, from + (r < rows ? r : 0) * ld, r < rows ? 16 : 0);
	}
}

/* A part of T or P: what a record has of it, and zeros above. */
CU_DEVICE void feed_triangle(unsigned char *to, const unsigned char *from, int thread)
{
	int first = thread / 8, piece = thread % 8;
	to += first * ROW + ((piece ^ first % 8) << 4);
#pragma unroll
	for (int n = 0; n < GDN_CHUNK / 16; n++) /* rows 16n .. 16n + 15 */
		cu_copy16(to + n * STEP, from + n * STEP + thread * 16, piece / 2 <= n ? 16 : 0);
}

CU_DEVICE void feed_chunk(const struct gdn_args &a, const struct advance_place &p, int c, unsigned char *to)
{
	int thread = threadIdx.x % GROUP, row0 = p.row0 + c * GDN_CHUNK, rows = p.rows - c * GDN_CHUNK;
	const unsigned char *record = p.record + (size_t)c * a.op.value_heads * RECORD_BYTES;
	size_t ld = (size_t)a.op.qkv.cols * 2;
	const unsigned char *u = a.u + (size_t)row0 * ld;
	feed_rows<16>(to + AT_K, u + p.k * 2, ld, rows, thread);
#pragma unroll
	for (int part = 0; part < PARTS; part++)
		feed_triangle(to + AT_T + part * PLANE, record + part * (RECORD_MATRIX / 2), thread);
	feed_rows<8>(to + AT_V, u + p.v * 2, ld, rows, thread);
	if (thread <= GDN_CHUNK)
		cu_copy16(to + AT_FACTORS + thread * 16, record + RECORD_FACTORS + thread * 16, 16);
	feed_rows<16>(to + AT_Q, u + p.q * 2, ld, rows, thread);
	feed_triangle(to + AT_P, record + RECORD_MATRIX, thread);
	cu_copies_end_group();
}

CU_DEVICE void feed(const struct gdn_args &a, const struct advance_place &p, int chunks, unsigned char *memory)
{
	feed_chunk(a, p, 0, memory);
	for (int c = 0; c < chunks; c++) {
		cu_copies_wait<0>();
		cu_proxy_fence();
		cu_meet(TOP, GROUP_THREADS);
		if (c + 1 < chunks)
			feed_chunk(a, p, c + 1, memory + (c + 1) % 2 * CHUNK_BYTES);
	}
}

/* Keys or queries times S: 64 rows of the chunk, 64 columns. OF: how many parts of S. */
template <int OF> CU_DEVICE void begin_state_product(float (&sum)[32], const unsigned char *rows, const unsigned char *state)
{
#pragma unroll
	for (int step = 0; step < GDN_WIDTH / 16; step++)
#pragma unroll
		for (int part = 0; part < OF; part++)
			cu_wgmma_across<false, true>(sum, cu_descriptor(rows + step / 4 * PLANE) + (uint64_t)(2 * (step % 4)),
				cu_descriptor(state + part * 2 * PLANE + step * STEP), part + step > 0);
	cu_wgmma_commit();
}

/* T R or P D, OF parts of both: all but lower bits times lower bits. */
template <int OF> CU_DEVICE void begin_triangle_product(float (&sum)[32], const unsigned char *matrix, const unsigned char *rows, bool add)
{
#pragma unroll
	for (int i = 0; i < 2 * OF - 1; i++)
#pragma unroll
		for (int step = 0; step < GDN_CHUNK / 16; step++)
			cu_wgmma_across<false, true>(sum, cu_descriptor(matrix + i / 2 * PLANE) + (uint64_t)(2 * step),
				cu_descriptor(rows + i % 2 * PLANE + step * STEP), add || i + step > 0);
	cu_wgmma_commit();
}

/* S += k^T D, 64 of its rows: `keys` is the plane of as many channels. */
CU_DEVICE void begin_update(float (&s)[32], const unsigned char *keys, const unsigned char *aged)
{
#pragma unroll
	for (int part = 0; part < PARTS; part++)
#pragma unroll
		for (int step = 0; step < GDN_CHUNK / 16; step++)
			cu_wgmma_across<true, true>(s, cu_descriptor(keys + step * STEP), cu_descriptor(aged + part * PLANE + step * STEP), true);
	cu_wgmma_commit();
}

/* Eight sums as four pairs of bfloat16 to a plane, and, `apart` bytes on, what they have of lower bits. */
CU_DEVICE void put_eight(unsigned char *to, int apart, const float x[8])
{
	uint32_t high[4], low[4];
#pragma unroll
	for (int i = 0; i < 4; i++) {
		struct split pair = split_pair(x[2 * i], x[2 * i + 1]);
		high[i] = pair.high;
		low[i] = pair.low;
	}
	cu_put_tiles(to, high);
	if (PARTS == 2)
		cu_put_tiles(to + apart, low);
}

/* 64 rows of the state for the products that follow. */
CU_DEVICE void put_state(unsigned char *plane, const struct sums_place &at, const float (&s)[32])
{
#pragma unroll
	for (int j = 0; j < 8; j += 2)
		put_eight(tiles_at(plane, at, j), 2 * PLANE, s + 4 * j);
}

/* What R is made of besides k S, read while that is on its way: R = bv - bd k S. */
struct rest_parts {
	float bv[32], bd[2]; /* bd: of row and row + 8 */
};

CU_DEVICE void get_rest_parts(struct rest_parts *rest, unsigned char *chunk, const struct sums_place &at)
{
	const float4 *factors = (const float4 *)(chunk + AT_FACTORS) + at.row;
	float beta[2];
#pragma unroll
	for (int half = 0; half < 2; half++) {
		float4 f = factors[8 * half];
		beta[half] = f.y;
		rest->bd[half] = f.y * f.x;
	}
#pragma unroll
	for (int j = 0; j < 8; j += 2) {
		uint32_t v[4];
		cu_tiles(v, tiles_at(chunk + AT_V, at, j));
#pragma unroll
		for (int i = 0; i < 4; i++) {
			rest->bv[4 * j + 2 * i] = beta[i % 2] * __uint_as_float(v[i] << 16);
			rest->bv[4 * j + 2 * i + 1] = beta[i % 2] * __uint_as_float(v[i] & 0xffff0000u);
		}
	}
}

CU_DEVICE void put_rest(unsigned char *plane, const struct sums_place &at, const struct rest_parts &rest, const float (&kd)[32])
{
#pragma unroll
	for (int j = 0; j < 8; j += 2) {
		float x[8];
#pragma unroll
		for (int i = 0; i < 8; i++)
			x[i] = fmaf(-rest.bd[i / 2 % 2], kd[4 * j + i], rest.bv[4 * j + i]);
		put_eight(tiles_at(plane, at, j), PLANE, x);
	}
}

/* D for o as it is, and for the state; at_end: of row and row + 8. */
CU_DEVICE void put_delta(unsigned char *memory, const struct sums_place &at, const float at_end[2], const float (&d)[32])
{
#pragma unroll
	for (int j = 0; j < 8; j += 2) {
		float aged[8];
		uint32_t now[4];
#pragma unroll
		for (int i = 0; i < 8; i++)
			aged[i] = d[4 * j + i] * at_end[i / 2 % 2];
#pragma unroll
		for (int i = 0; i < 4; i++)
			now[i] = cu_bf16x2(d[4 * j + 2 * i], d[4 * j + 2 * i + 1]);
		put_eight(tiles_at(memory + AT_AGED, at, j), PLANE, aged);
		cu_put_tiles(tiles_at(memory + AT_D, at, j), now);
	}
}

/* o of a chunk, before its norm. */
CU_DEVICE void write_output(const struct gdn_args &a, const struct advance_place &p, int c, const struct sums_place &at, const float (&o)[32])
{
	size_t ld = (size_t)a.op.value_heads * GDN_WIDTH;
	int row = c * GDN_CHUNK + at.row;
	uint16_t *to = a.o + (size_t)(p.row0 + row) * ld + p.head * GDN_WIDTH + p.column + 2 * at.t;
#pragma unroll
	for (int half = 0; half < 2; half++)
#pragma unroll
		for (int j = 0; j < 8; j++)
			if (row + 8 * half < p.rows)
				*(uint32_t *)(to + half * 8 * ld + 8 * j) = cu_bf16x2(o[4 * j + 2 * half], o[4 * j + 2 * half + 1]);
}

template <int N> CU_DEVICE void scale_by(float (&x)[N], float first, float second)
{
#pragma unroll
	for (int i = 0; i < N; i++)
		x[i] *= i % 4 < 2 ? first : second;
}

CU_DEVICE float total_decay(const unsigned char *chunk)
{
	return ((const float *)(chunk + AT_FACTORS))[4 * GDN_CHUNK];
}

CU_DEVICE void carry(int chunks, unsigned char *memory, const struct sums_place &at, float (&s)[32])
{
	for (int c = 0; c < chunks; c++) {
		unsigned char *chunk = memory + c % 2 * CHUNK_BYTES;
		float kd[32] = {}, d[32] = {};
		struct rest_parts rest;
		cu_proxy_fence();
		cu_meet(TOP, GROUP_THREADS);
		cu_wgmma_fence();
		begin_state_product<PARTS>(kd, chunk + AT_K, memory + AT_S);
		get_rest_parts(&rest, chunk, at);
		cu_wgmma_wait<0>();
		cu_wgmma_done(kd);
		cu_meet(KEYS, 2 * GROUP);
		put_rest(memory + AT_R, at, rest, kd);
		cu_proxy_fence();
		cu_meet(REST, GROUP);
		cu_wgmma_fence();
		begin_triangle_product<PARTS>(d, chunk + AT_T, memory + AT_R, false);
		const float4 *factors = (const float4 *)(chunk + AT_FACTORS) + at.row;
		float at_end[2] = { factors[0].w, factors[8].w }, total = total_decay(chunk);
		cu_wgmma_wait<0>();
		cu_wgmma_done(d);
		put_delta(memory, at, at_end, d);
		scale_by(s, total, total);
		cu_proxy_fence();
		cu_meet(DELTA, 2 * GROUP);
		cu_wgmma_fence();
		begin_update(s, chunk + AT_K, memory + AT_AGED);
		cu_wgmma_wait<0>();
		cu_wgmma_done(s);
		put_state(memory + AT_S, at, s);
	}
}

/* A chunk's o is written when the next one has begun and k S is on its way. */
CU_DEVICE void output(const struct gdn_args &a, const struct advance_place &p, int chunks, unsigned char *memory, const struct sums_place &at,
	float (&s)[32])
{
	float o[32] = {};
	for (int c = 0; c < chunks; c++) {
		unsigned char *chunk = memory + c % 2 * CHUNK_BYTES;
		cu_proxy_fence();
		cu_meet(TOP, GROUP_THREADS);
		if (c)
			write_output(a, p, c - 1, at, o);
		const float4 *factors = (const float4 *)(chunk + AT_FACTORS) + at.row;
		float first = factors[0].z, second = factors[8].z, total = total_decay(chunk);
		scale_by(s, total, total); /* ahead of the product: sums of others that are touched during one make the compiler wait for it */
		cu_meet(KEYS, 2 * GROUP);
		cu_wgmma_fence();
		begin_state_product<1>(o, chunk + AT_Q, memory + AT_S);
		cu_wgmma_wait<0>();
		cu_wgmma_done(o);
		scale_by(o, first, second);
		cu_meet(DELTA, 2 * GROUP);
		cu_wgmma_fence();
		begin_update(s, chunk + AT_K + PLANE, memory + AT_AGED);
		begin_triangle_product<1>(o, chunk + AT_P, memory + AT_D, true);
		cu_wgmma_wait<1>();
		cu_wgmma_done(s);
		put_state(memory + AT_S + PLANE, at, s);
		cu_wgmma_wait<0>();
		cu_wgmma_done(o);
	}
	write_output(a, p, chunks - 1, at, o);
}

/* A group's 64 rows of the state, from or to memory. */
CU_DEVICE size_t state_pair(const struct sums_place &at, int j, int half)
{
	return (size_t)(at.row + 8 * half) * GDN_WIDTH + 8 * j + 2 * at.t;
}

CU_DEVICE void load_state(const float *from, const struct sums_place &at, float (&s)[32])
{
#pragma unroll
	for (int i = 0; i < 32; i++)
		s[i] = from ? from[state_pair(at, i / 4, i / 2 % 2) + i % 2] : 0;
}

CU_DEVICE void store_state(float *to, const struct sums_place &at, const float (&s)[32])
{
#pragma unroll
	for (int i = 0; i < 32; i++)
		to[state_pair(at, i / 4, i / 2 % 2) + i % 2] = s[i];
}

#endif

/* Blocks: long sequences x value heads x halves of their columns. */
static __global__ void __launch_bounds__(GROUP_THREADS, 1) gdn_advance_groups(const struct gdn_args a)
{
#if CU_HAS_WGMMA
	CU_SHARED(memory);
	struct advance_place p;
	cu_wait();
	cu_let_next();
	if (!advance_at<GROUP_COLUMNS>(a, &p))
		return;
	int group = cu_uniform((int)threadIdx.x / GROUP), chunks = (p.rows + GDN_CHUNK - 1) / GDN_CHUNK;
	if (group == 2) {
		feed(a, p, chunks, memory);
		return;
	}
	const struct sums_place at = place_of_sums((int)threadIdx.x);
	size_t part = (size_t)group * GDN_CHUNK * GDN_WIDTH;
	float s[32];
	load_state(p.src ? p.src + part : NULL, at, s);
	put_state(memory + AT_S + group * PLANE, at, s);
	if (group == 0)
		carry(chunks, memory, at, s);
	else
		output(a, p, chunks, memory, at, s);
	store_state(p.dst + part, at, s);
#else /* nobody launches it there */
	(void)a;
#endif
}

bool gdn_by_groups(const struct kern *k)
{
	return k->compute == KERN_BF16 && k->device->warp_groups && GROUP_BYTES <= k->device->shared_max;
}

int gdn_launch_groups(struct kern *k, const struct gdn_args &a, int n_long)
{
	dim3 halves((unsigned)(n_long * a.op.value_heads * (GDN_WIDTH / GROUP_COLUMNS)));
	return cu_launch(k, "gdn advance", gdn_advance_groups, halves, dim3(GROUP_THREADS), GROUP_BYTES, a);
}
