/* kernels/cuda_tile.cuh - inside kernels/. Strips of weights times tiles of rows: what cuda_matmul.cu and cuda_experts.cu are made of.
 *
 * A job is a struct that says which items of work there are (job_items), what a tile of work reads (job_tile) and where its sums go
 * (job_store). The items of a LISTED job are known from lists that kernels make: job_begin reads them, once the kernel ahead has ended, and
 * job_before is called ahead of that; or, if it is EARLY, without waiting, since these kernels ended before, and past the first-level cache
 * (cuda.cuh). An EARLY job waits before it reads rows. The maps of a PLANNED one lie in memory (cu_map_near). A block takes consecutive items, so that
 * rows it has staged serve the strips that follow; its warps share a tile's outputs, 16 each, and its blocks of inputs:
 *
 *   weights: 16 bytes a lane from global memory to registers, a piece (below) ahead, the first of the next item before this one's sums
 *   rows:    f32 to bfloat16, or to FP8 codes as bfloat16 and their scales, in shared memory, in the order in which the lanes hold the weights;
 *            more than a few rows are brought into that form beforehand, once (cuda_staged.cuh)
 *   sums:    one chain a block of inputs, in the registers of the warp that has it; scaled, through shared memory, added in order
 *
 * Weights are operand A of the matrix instructions. A piece is 128 bytes of each of a warp's 16 outputs: 128 inputs in FP8, 64 in
 * bfloat16. Lane 4g + t holds bytes 16t .. 16t + 15 of both halves of outputs g and g + 8. Which input stands where in an instruction
 * does not matter as long as both operands agree, so the 16 bytes are taken as they lie:
 *   bfloat16: words 0 and 1 are one instruction's, words 2 and 3 the next one's
 *   FP8: word j is instruction j's: its bytes 0 and 2 become the one bfloat16 pair, bytes 1 and 3 the other */
#ifndef KERNELS_CUDA_TILE_CUH
#define KERNELS_CUDA_TILE_CUH

#include "kernels/cuda_forms.cuh"

enum {
	CU_STRIP = 16,     /* outputs of a matrix instruction */
	CU_GROUP = 8,      /* rows of one */
	CU_TILE_ROWS = 48, /* most rows of a tile */
	CU_PLAIN_ROWS = 32, CU_PLAIN_OUTS = 32, CU_PLAIN_THREADS = 256, CU_PLAIN_RESIDENT = 4,
	CU_PIECE = 128,
	CU_LISTS = 1024,   /* bytes at the start of shared memory for the job's own use */
	CU_TILES = 3,      /* descriptions in shared memory: of the item in hand, the next, and the last, which may still be stored */
};

struct cu_tile {
	struct kern_weight w[2];
	const cu_map *map[2]; /* theirs, where they go by warp groups */
	const cu_map *x_map;  /* NULL, or of the rows where they lie behind each other: the tile's begin at `first` */
	int pair;      /* strips are of w[0] and w[1] in turn, from the same output on; else all of w[0] */
	int from;      /* first output */
	int rows;
	int group;     /* 0, or inputs that share a scale where FP8 weights read the rows: as kern_quantise makes them */
	int staged;    /* equal where the same rows are staged in the same way */
	int out, first; /* for the job's own use */
};
/* With where its rows lie, and their places in the job's lists, which a job is asked for apart: some kernels have larger tiles. */
template <int ROWS> struct alignas(16) cu_tile_of : cu_tile {
	const float *x[ROWS];
	int place[ROWS];
};
typedef struct cu_tile_of<CU_TILE_ROWS> cu_short_tile;

/* Sums of a tile to be stored: of its rows from `first` on, of `outs` outputs from `from` on. Of a pair these are half as many of each matrix,
 * `turn` of one and of the other in turn. Some of a block's threads store them. */
struct cu_totals {
	const float *data; /* [rows][outs + 4] */
	int first, rows, from, outs, turn;
	int thread, threads;
};

/* All of a tile, by all threads of a block. */
CU_DEVICE struct cu_totals cu_all_totals(const struct cu_tile &t, const float *data, int outs)
{
	struct cu_totals s = { data, 0, t.rows, t.from, outs, CU_STRIP, (int)threadIdx.x, (int)blockDim.x };
	return s;
}

/* w[0 .. n - 1] of a tile, from a multiple of 16 bytes. By a warp, 16 bytes a lane: what lies between reading and writing does not wait. */
CU_DEVICE uint4 cu_get_weights(const struct kern_weight *from, int n, int lane)
{
	static_assert(sizeof *from == 64, "four lanes a weight");
	return ((const uint4 *)from)[min(lane, 4 * n - 1)];
}

CU_DEVICE void cu_put_weights(struct cu_tile *t, const uint4 &part, int n, int lane)
{
	if (lane < 4 * n)
		((uint4 *)t->w)[lane] = part;
}

CU_DEVICE void cu_copy_weights(struct cu_tile *t, const struct kern_weight *from, int n, int lane)
{
	cu_put_weights(t, cu_get_weights(from, n, lane), n, lane);
}

/* The tile's group as w[which] reads its rows. */
CU_DEVICE int cu_group(const struct cu_tile &t, int which)
{
	return t.w[which].type == KERN_FP8 ? t.group : 0;
}

/* How a launch cuts its work. */
struct cu_shape {
	int warps, k_warps; /* in a block; of them along the inputs, the others lie along the outputs */
	int stage;          /* blocks of inputs staged at a time */
};

struct cu_layout {
	int x, x_scale, sums, total, bytes;
};

/* Shared memory: the job's lists, [3] tiles, x [stage][rows][CU_STAGED], x_scale [stage][rows], sums [stage][strips][groups][16][8], total
 * [rows][outs + 4] (the 4 keep the banks apart). */
static __host__ __device__ inline struct cu_layout cu_lay_out(int rows, bool wide, const struct cu_shape &s)
{
	struct cu_layout l;
	int strips = s.warps / s.k_warps;
	l.x = CU_LISTS + (CU_TILES * (int)sizeof(cu_short_tile) + 127) / 128 * 128;
	l.x_scale = l.x + s.stage * rows * CU_STAGED;
	l.sums = l.x_scale + s.stage * rows * 4;
	l.total = l.sums + (wide ? 0 : s.stage * strips * CU_STRIP * rows * 4);
	l.bytes = l.total + rows * (strips * CU_STRIP + 4) * 4;
	return l;
}

/* Whether w times such rows may go through matrix instructions: both exact in bfloat16, scales constant over a block of inputs.
 * group: 0, or the block with which the rows are quantised. */
static inline bool cu_is_exact(const struct kern *k, const struct kern_weight *w, int group)
{
	if (k->compute != KERN_BF16 || w->type == KERN_F32 || w->type == KERN_F16 || w->ld > 4 * KERN_MAX_DIM)
		return false; /* 8 rows of a matrix are less than 4 GiB apart */
	if (w->type == KERN_BF16)
		return group == 0;
	return (w->block_cols % CU_BLOCK == 0 || w->block_cols >= w->cols) && (group == 0 || group == w->block_cols);
}

/* The ways of a product: sums one by one; by mma.sync; by warp groups (cuda_groups.cuh). Each has bits of its own, so what is asked here is
 * asked of matrices alone, never of how many rows there are. */
enum cu_way { CU_PLAINLY, CU_BY_MMA, CU_BY_GROUPS };

/* Whether every row of weights in FP8 or bfloat16 begins at a multiple of 16 bytes. */
static inline bool cu_lies_in_16s(const struct kern_weight *w)
{
	return (w->type == KERN_FP8 || w->type == KERN_BF16) && !(((uintptr_t)w->data | w->ld * kern_type_bytes(w->type)) & 15);
}

/* Warp groups read both sides as they lie: FP8 codes meet codes. */
static inline enum cu_way cu_way_of(const struct kern *k, const struct kern_weight *w, int group)
{
	if (!cu_is_exact(k, w, group))
		return CU_PLAINLY;
	return k->device->warp_groups && cu_lies_in_16s(w) && (w->type == KERN_BF16 || group) ? CU_BY_GROUPS : CU_BY_MMA;
}

/* The variants of a kernel, all of the same bits: NT groups of rows in a tile.
 *   CU_TALL    8 rows, 16 warps: where blocks are too few for several on a multiprocessor, all that one reads is to be under way at once
 *   CU_ONE     8 rows, three blocks of 8 warps on a multiprocessor
 *   CU_TWO     16 rows, two blocks
 *   CU_FOUR    32 rows, whose inputs fill the shared memory: one block of 16 warps
 *   CU_WIDE    48 rows: all warps lie along the outputs, totals stay in registers, inputs are staged in small parts
 * Rolling: a piece of weights is fetched into the registers of the one before as they come free; else into others, while all of that
 * one is used. */
enum cu_variant { CU_TALL, CU_ONE, CU_TWO, CU_FOUR, CU_WIDE };
template <int VARIANT> struct cu_bounds {
	enum {
		NT = VARIANT == CU_WIDE ? 6 : VARIANT == CU_FOUR ? 4 : VARIANT == CU_TWO ? 2 : 1,
		WIDE = VARIANT == CU_WIDE,
		STAGED = NT > 1, /* rows come staged; else as they are */
		ROLLING = VARIANT == CU_ONE || VARIANT == CU_WIDE,
		WARPS = VARIANT == CU_TALL || VARIANT == CU_FOUR ? 16 : 8,
		K_WARPS = WIDE ? 1 : VARIANT == CU_TALL ? 16 : 8, /* at most */
		RESIDENT = VARIANT == CU_ONE ? 3 : WARPS == 16 ? 1 : 2,
		THREADS = WARPS * CU_WARP,
		ROWS = NT * CU_GROUP,
		TOTALS = WIDE ? NT : 1, /* groups whose totals are in registers */
	};
};

struct cu_place {
	cu_short_tile *tile;
	unsigned char *x;
	float *x_scale, *sums, *total;
	int lane, warp, warps, strip, strips, k_warp, k_warps, stage;
};

template <class OF> CU_DEVICE struct cu_place cu_place_of(unsigned char *memory, const struct cu_shape &s)
{
	struct cu_layout l = cu_lay_out(OF::ROWS, OF::WIDE, s);
	struct cu_place p;
	p.tile = (cu_short_tile *)(memory + CU_LISTS);
	p.x = memory + l.x;
	p.x_scale = (float *)(memory + l.x_scale);
	p.sums = (float *)(memory + l.sums);
	p.total = (float *)(memory + l.total);
	p.lane = (int)threadIdx.x % CU_WARP;
	p.warp = (int)threadIdx.x / CU_WARP;
	p.warps = OF::WARPS;
	p.k_warps = OF::WIDE ? 1 : s.k_warps;
	p.strips = p.warps / p.k_warps;
	p.strip = p.warp / p.k_warps;
	p.k_warp = p.warp % p.k_warps;
	p.stage = s.stage;
	return p;
}

/* ---- rows ---- */

/* Bytes 1 and 3 of a word of codes as two bfloat16: moved to where exponent and mantissa stand there, and lifted by 2^120. */
CU_DEVICE uint32_t cu_two_codes(uint32_t w)
{
	return cu_bf16x2_lift((w & 0x7f007f00u) >> 4 | (w & 0x80008000u));
}

/* Four inputs as pairs of bfloat16, in the order in which FP8 weights meet them. */
CU_DEVICE uint2 cu_pairs(float4 v)
{
	return make_uint2(cu_halves(v.x, v.z), cu_halves(v.y, v.w));
}

/* The same of the codes of v / s. One after the other: there are few registers. */
CU_DEVICE uint2 cu_code_pairs(float4 v, float s)
{
	float inverse = __frcp_rn(s);
#if CU_HAS_CODES
	uint32_t codes = cu_two_codes_of(cu_quotient(v.x, s, inverse), cu_quotient(v.y, s, inverse));
	codes |= cu_two_codes_of(cu_quotient(v.z, s, inverse), cu_quotient(v.w, s, inverse)) << 16;
	return make_uint2(cu_two_codes(codes << 8), cu_two_codes(codes));
#else
	v.x = cu_round_fp8(cu_quotient(v.x, s, inverse));
	v.y = cu_round_fp8(cu_quotient(v.y, s, inverse));
	v.z = cu_round_fp8(cu_quotient(v.z, s, inverse));
	v.w = cu_round_fp8(cu_quotient(v.w, s, inverse));
	return cu_pairs(v);
#endif
}

/* A lane's 4 inputs v of the block at c as they meet weights of FP8 or others; scale: set where they are quantised. Collective. */
CU_DEVICE uint2 cu_words(float4 v, const float *row, int c, int cols, int group, bool fp8, int lane, float &scale)
{
	if (group) {
		scale = cu_scale_of(cu_group_top(row, c, cols, group, lane, v));
		return cu_code_pairs(v, scale);
	}
	return fp8 ? cu_pairs(v) : make_uint2(cu_halves(v.x, v.y), cu_halves(v.z, v.w));
}

/* Where a lane's 4 inputs of a block stand: 4 chunks of 64 bytes, of which lane t of an instruction reads 16t .. 16t + 15. */
CU_DEVICE int cu_chunk_of(int lane, bool fp8)
{
	return fp8 ? lane / 16 * 2 + lane % 4 / 2 : lane / 8;
}

CU_DEVICE int cu_place_in_chunk(int lane, bool fp8)
{
	return fp8 ? lane % 16 / 4 * 16 + lane % 2 * 8 : lane % 8 * 8;
}

/* In shared memory the chunks of a pair change places in odd rows, so that the 8 lanes served together, of rows g and g + 1, meet all 32
 * banks. Blocks from .. from + n - 1 of the tile's rows go there in one of two ways. */

/* A warp's next block of a row: there are n a row, and `warps` warps take turns. */
CU_DEVICE void cu_next_unit(int &r, int &slot, int n, int warps)
{
	for (slot += warps; slot >= n; slot -= n)
		r++;
}

/* As they are, by whoever has few rows: a warp takes a block of a row, three of them at a time: there are no registers for more. */
template <int NT> CU_DEVICE void cu_convert(const struct cu_place &p, const cu_short_tile &t, int from, int n)
{
	enum { AT_ONCE = 3 };
	int cols = t.w[0].cols, group = cu_group(t, 0), r = p.warp / n, slot = p.warp % n;
	bool fp8 = t.w[0].type == KERN_FP8;
#pragma unroll 1
	while (r < t.rows) {
		float4 v[AT_ONCE];
		int ahead = r, ahead_slot = slot;
#pragma unroll
		for (int i = 0; i < AT_ONCE; i++) {
			v[i] = cu_four(t.x[min(ahead, t.rows - 1)], (from + ahead_slot) * CU_BLOCK + 4 * p.lane, cols);
			cu_next_unit(ahead, ahead_slot, n, p.warps);
		}
#pragma unroll
		for (int i = 0; i < AT_ONCE; i++) {
			int c = (from + slot) * CU_BLOCK;
			if (r >= t.rows)
				break;
			float scale;
			uint2 words = cu_words(v[i], t.x[r], c, cols, group, fp8, p.lane, scale);
			if (group && p.lane == 0)
				p.x_scale[slot * NT * CU_GROUP + r] = scale;
			*(uint2 *)(p.x + (slot * NT * CU_GROUP + r) * CU_STAGED + (cu_chunk_of(p.lane, fp8) ^ (r & 1)) * 64 + cu_place_in_chunk(p.lane, fp8)) = words;
			cu_next_unit(r, slot, n, p.warps);
		}
	}
}

/* Staged (cuda_staged.cuh): 16 bytes a lane, a block of two rows a warp. */
template <int NT> CU_DEVICE void cu_fetch_staged(const struct cu_place &p, const cu_short_tile &t, int from, int n)
{
	int part = p.lane % 16, blocks = (t.w[0].cols + CU_BLOCK - 1) / CU_BLOCK;
	bool codes = cu_group(t, 0) != 0 && part == 0;
	for (int r = p.warp * 2 + p.lane / 16; r < t.rows; r += p.warps * 2) {
		const unsigned char *row = (const unsigned char *)t.x[r] + (size_t)from * CU_STAGED + part * 16;
		unsigned char *to = p.x + r * CU_STAGED + (part / 4 ^ (r & 1)) * 64 + part % 4 * 16;
		const float *scale = t.x[r] + (size_t)blocks * CU_STAGED / 4 + from;
#pragma unroll 4
		for (int slot = 0; slot < n; slot++) {
			cu_copy16(to + slot * NT * CU_GROUP * CU_STAGED, row + (size_t)slot * CU_STAGED, 16);
			if (codes)
				cu_copy4(p.x_scale + slot * NT * CU_GROUP + r, scale + slot);
		}
	}
	cu_copies_end_group();
	cu_copies_wait<0>();
}

template <class OF> CU_DEVICE void cu_stage(const struct cu_place &p, const cu_short_tile &t, int from, int n)
{
	if (OF::STAGED)
		cu_fetch_staged<OF::NT>(p, t, from, n);
	else
		cu_convert<OF::NT>(p, t, from, n);
}

/* ---- weights ---- */

/* Where a lane's weights lie. Registers are what the kernels below have too few of. */
struct cu_source {
	const unsigned char *row; /* of output g, from the lane's first byte on */
	uint32_t second;          /* bytes from there to output g + 8's */
	int scale[2];             /* the first scales of these outputs */
	int whole;                /* pieces that can be read in vectors */
};

struct cu_piece {
	uint4 word[4]; /* halves 0 and 1 of the piece, for g and g + 8 each */
};

/* 16 bytes wherever they lie, zeros from the end of the row on. A loop, so that it takes few registers where it is not needed. */
CU_DEVICE uint4 cu_edge(const unsigned char *p, int left)
{
	uint4 v = make_uint4(0, 0, 0, 0);
#pragma unroll 1
	for (int i = 0; i < 16; i += 4) {
		uint32_t w = 0;
#pragma unroll
		for (int j = 0; j < 4; j++)
			w |= i + j < left ? (uint32_t)p[i + j] << 8 * j : 0;
		v = make_uint4(v.y, v.z, v.w, w);
	}
	return v;
}

/* Halves from .. end - 1 of a piece: 64 bytes of every output each. */
CU_DEVICE void cu_fetch(struct cu_piece &to, const struct cu_source &s, const struct kern_weight &w, int lane, int piece, int from, int end)
{
	int at = piece * CU_PIECE;
	if (piece < s.whole) {
#pragma unroll
		for (int i = 2 * from; i < 2 * end; i++)
			to.word[i] = cu_load_once(s.row + (i & 1 ? s.second : 0) + at + i / 2 * 64);
		return;
	}
	int bytes = w.cols * (w.type == KERN_FP8 ? 1 : 2) - lane % 4 * 16;
#pragma unroll
	for (int i = 2 * from; i < 2 * end; i++)
		to.word[i] = cu_edge(s.row + (i & 1 ? s.second : 0) + at + i / 2 * 64, bytes - at - i / 2 * 64);
}

CU_DEVICE const struct kern_weight &cu_weight_of(const struct cu_place &p, const struct cu_tile &t)
{
	return t.w[t.pair ? p.strip & 1 : 0];
}

/* The scales of a block of inputs. One that is no multiple of CU_BLOCK wide is the only one of its row. */
CU_DEVICE void cu_fetch_scale(float (&scale)[2], const struct cu_source &s, const struct kern_weight &w, int block)
{
	int c = w.block_cols == CU_BLOCK ? block : block * CU_BLOCK / w.block_cols;
	scale[0] = w.scale[s.scale[0] + c];
	scale[1] = w.scale[s.scale[1] + c];
}

/* The warp's strip of the tile, and its first piece. Outputs beyond the last are the last over again: nobody stores them. */
template <bool WIDE>
CU_DEVICE void cu_begin(struct cu_source &s, struct cu_piece &first, float (&scale)[2], const struct cu_place &p, const struct cu_tile &t)
{
	const struct kern_weight &w = cu_weight_of(p, t);
	bool fp8 = w.type == KERN_FP8;
	int item = fp8 ? 1 : 2, out = t.from + (t.pair ? p.strip / 2 : p.strip) * CU_STRIP + p.lane / 4, skip = p.lane % 4 * 16;
	int first_out = min(out, w.rows - 1), second_out = min(out + 8, w.rows - 1);
	s.row = (const unsigned char *)cu_row(w, first_out) + skip;
	s.second = (uint32_t)(second_out - first_out) * (uint32_t)w.ld * (uint32_t)item;
	s.scale[0] = fp8 ? cu_block_row(w, first_out) * w.scale_ld : 0;
	s.scale[1] = fp8 ? cu_block_row(w, second_out) * w.scale_ld : 0;
	s.whole = ((uintptr_t)w.data | w.ld * (size_t)item) & 15 ? 0 : w.cols * item / CU_PIECE;
	if (p.k_warp * CU_BLOCK >= w.cols)
		return;
	cu_fetch(first, s, w, p.lane, p.k_warp * item, 0, 2);
	if (fp8 && !WIDE)
		cu_fetch_scale(scale, s, w, p.k_warp);
}

/* ---- sums ---- */

/* acc += two instructions' weights times the rows, two groups of rows at a time: what adds to the same sums waits for what did so before,
 * and another stands between. Past the last group one more may be computed of what lies there: nobody stores it.
 * x: of row g, at the lane's place in chunk 0; odd: whether g is. */
template <int NT> CU_DEVICE void cu_multiply(float (&acc)[NT][4], const uint32_t (&a)[2][4], const unsigned char *x, int chunk, int odd, int groups)
{
	enum { PAIR = NT > 1 ? 2 : 1 };
#pragma unroll
	for (int i = 0; i < NT; i += PAIR) {
		uint32_t b[PAIR][4];
		if (i > 0 && i >= groups)
			break;
#pragma unroll
		for (int j = 0; j < PAIR; j++) {
			uint4 u = *(const uint4 *)(x + (i + j) * CU_GROUP * CU_STAGED + (chunk ^ odd) * 64);
			b[j][0] = u.x, b[j][1] = u.y, b[j][2] = u.z, b[j][3] = u.w;
		}
#pragma unroll
		for (int j = 0; j < 2 * PAIR; j++)
			cu_mma_bf16(acc[i + j % PAIR], a[j / PAIR], &b[j % PAIR][j / PAIR * 2]);
	}
}

/* A word of FP8 weights of output g, and one of g + 8: an instruction's. */
CU_DEVICE void cu_unpack(uint32_t (&a)[4], uint32_t u, uint32_t v)
{
	a[0] = cu_two_codes(u << 8), a[1] = cu_two_codes(v << 8), a[2] = cu_two_codes(u), a[3] = cu_two_codes(v);
}

/* The weights of two instructions: half of a piece in bfloat16; in FP8 its first two words or, `last`, the others. */
template <bool FP8> CU_DEVICE void cu_fragments(uint32_t (&a)[2][4], uint4 u, uint4 v, bool last)
{
	if (FP8) {
		cu_unpack(a[0], last ? u.z : u.x, last ? v.z : v.x);
		cu_unpack(a[1], last ? u.w : u.y, last ? v.w : v.y);
	} else {
		a[0][0] = u.x, a[0][1] = v.x, a[0][2] = u.y, a[0][3] = v.y;
		a[1][0] = u.z, a[1][1] = v.z, a[1][2] = u.w, a[1][3] = v.w;
	}
}

/* acc += half of a piece times the rows; chunk: the first of its inputs' chunks. */
template <int NT, bool FP8>
CU_DEVICE void cu_multiply_half(float (&acc)[NT][4], uint4 u, uint4 v, const unsigned char *x, int chunk, int odd, int groups)
{
#pragma unroll
	for (int i = 0; i < (FP8 ? 2 : 1); i++) {
		uint32_t a[2][4];
		cu_fragments<FP8>(a, u, v, i > 0);
		cu_multiply<NT>(acc, a, x, chunk + i, odd, groups);
	}
}

/* acc += a piece times the rows, while piece `next` (-1: none) is fetched. */
template <class OF, bool FP8>
CU_DEVICE void cu_multiply_piece(float (&acc)[OF::NT][4], struct cu_piece &now, const struct cu_source &s, const struct kern_weight &w, int lane,
	int next, const unsigned char *x, int chunk, int groups)
{
	struct cu_piece then = now;
	if (!OF::ROLLING && next >= 0)
		cu_fetch(then, s, w, lane, next, 0, 2);
#pragma unroll
	for (int half = 0; half < 2; half++) {
		cu_multiply_half<OF::NT, FP8>(acc, now.word[2 * half], now.word[2 * half + 1], x, chunk + half * (FP8 ? 2 : 1), lane / 4 & 1, groups);
		if (OF::ROLLING && next >= 0)
			cu_fetch(now, s, w, lane, next, half, half + 1);
	}
	if (!OF::ROLLING)
		now = then;
}

/* The chain of one block, scaled: added to the totals, or to shared memory where other warps have the blocks before it. */
template <class OF>
CU_DEVICE void cu_deliver(float (&acc)[OF::NT][4], const float (&scale)[2], const struct cu_place &p, const struct cu_tile &t, int slot, int groups,
	float (&total)[OF::TOTALS][4])
{
	enum { NT = OF::NT };
	bool fp8 = t.w[0].type == KERN_FP8, codes = cu_group(t, 0) != 0;
	float *sums = p.sums + ((slot * p.strips + p.strip) * NT * CU_STRIP + p.lane / 4) * CU_GROUP + p.lane % 4 * 2;
	const float *x_scale = p.x_scale + slot * NT * CU_GROUP + p.lane % 4 * 2;
#pragma unroll
	for (int i = 0; i < NT; i++) {
		if (i > 0 && i % 2 == 0 && i >= groups)
			break;
		float2 row = codes ? *(const float2 *)(x_scale + i * CU_GROUP) : make_float2(1, 1);
#pragma unroll
		for (int j = 0; j < 4; j++) {
			if (fp8)
				acc[i][j] = __fmul_rn(__fmul_rn(acc[i][j], scale[j / 2]), j % 2 ? row.y : row.x);
			if (OF::WIDE)
				total[i % OF::TOTALS][j] = __fadd_rn(total[i % OF::TOTALS][j], acc[i][j]);
		}
		if (!OF::WIDE) {
			*(float2 *)(sums + i * CU_STRIP * CU_GROUP) = make_float2(acc[i][0], acc[i][1]);
			*(float2 *)(sums + i * CU_STRIP * CU_GROUP + 8 * CU_GROUP) = make_float2(acc[i][2], acc[i][3]);
		}
	}
}

/* The warp's blocks among the n staged ones. `now` and `next_scale` are the first piece and the scales of the first of them, and
 * afterwards of the next to come. */
template <class OF>
CU_DEVICE void cu_multiply_stage(const struct cu_place &p, const struct cu_tile &t, const struct cu_source &s, struct cu_piece &now,
	float (&next_scale)[2], int from, int n, float (&total)[OF::TOTALS][4])
{
	const struct kern_weight &w = cu_weight_of(p, t);
	int groups = (t.rows + CU_GROUP - 1) / CU_GROUP, blocks = (t.w[0].cols + CU_BLOCK - 1) / CU_BLOCK;
	int late = from % p.k_warps, slot = p.k_warp - late + (p.k_warp < late ? p.k_warps : 0); /* warp w has blocks w, w + k_warps, .. */
#pragma unroll 1
	for (; slot < n; slot += p.k_warps) {
		const unsigned char *x = p.x + slot * OF::ROWS * CU_STAGED + p.lane / 4 * CU_STAGED + p.lane % 4 * 16;
		int next = from + slot + p.k_warps < blocks ? from + slot + p.k_warps : -1;
		float acc[OF::NT][4] = {}, scale[2] = { next_scale[0], next_scale[1] };
		if (t.w[0].type == KERN_FP8) {
			if (OF::WIDE) /* there is time until they are needed, and no register to spare */
				cu_fetch_scale(scale, s, w, from + slot);
			else if (next >= 0)
				cu_fetch_scale(next_scale, s, w, next);
			cu_multiply_piece<OF, true>(acc, now, s, w, p.lane, next, x, 0, groups);
		} else {
			cu_multiply_piece<OF, false>(acc, now, s, w, p.lane, 2 * (from + slot) + 1, x, 0, groups);
			cu_multiply_piece<OF, false>(acc, now, s, w, p.lane, next < 0 ? -1 : 2 * next, x, 2, groups);
		}
		cu_deliver<OF>(acc, scale, p, t, slot, groups, total);
	}
}

/* total = ((total + block 0) + block 1) + .., each by one thread. */
template <int NT> CU_DEVICE void cu_add_sums(const struct cu_place &p, int rows, int from, int n)
{
	int size = p.strips * NT * CU_STRIP * CU_GROUP, ld = p.strips * CU_STRIP + 4;
	for (int e = (int)threadIdx.x; e < size; e += p.warps * CU_WARP) {
		int group = e / (CU_STRIP * CU_GROUP), r = group % NT * CU_GROUP + e % CU_GROUP;
		float *at = p.total + r * ld + group / NT * CU_STRIP + e / CU_GROUP % CU_STRIP;
		if (r >= rows)
			continue;
		float total = from ? *at : 0;
		for (int i = 0; i < n; i++)
			total = __fadd_rn(total, p.sums[i * size + e]);
		*at = total;
	}
}

template <int NT> CU_DEVICE void cu_put_totals(const struct cu_place &p, const float (&total)[NT][4])
{
	int ld = p.strips * CU_STRIP + 4;
	float *at = p.total + p.lane % 4 * 2 * ld + p.strip * CU_STRIP + p.lane / 4;
#pragma unroll
	for (int i = 0; i < NT; i++)
#pragma unroll
		for (int j = 0; j < 4; j++)
			at[(i * CU_GROUP + j % 2) * ld + j / 2 * 8] = total[i][j];
}

/* A block's items, begin .. end - 1: one each, as far as they go; or the same number each, and one more of the first blocks. */
CU_DEVICE int2 cu_share(int items)
{
	int b = (int)blockIdx.x, blocks = (int)gridDim.x;
	if (items <= blocks)
		return make_int2(min(b, items), min(b + 1, items));
	int each = items / blocks, more = items - each * blocks, begin = each * b + min(b, more);
	return make_int2(begin, begin + each + (b < more));
}

/* Brings a tile's totals to p.total. `then`: the next item's tile or NULL; its first piece is under way afterwards. */
template <class OF>
CU_DEVICE void cu_dot(const struct cu_place &p, const cu_short_tile &t, const struct cu_tile *then, struct cu_source &s, struct cu_piece &now,
	float (&scale)[2], int &staged)
{
	float total[OF::TOTALS][4] = {};
	int blocks = (t.w[0].cols + CU_BLOCK - 1) / CU_BLOCK;
	for (int from = 0; from < blocks; from += p.stage) {
		int n = min(p.stage, blocks - from);
		if (blocks > p.stage || staged != t.staged) {
			cu_stage<OF>(p, t, from, n);
			staged = blocks > p.stage ? -1 : t.staged;
			__syncthreads();
		}
		cu_multiply_stage<OF>(p, t, s, now, scale, from, n, total);
		__syncthreads();
		if (from + n == blocks && then)
			cu_begin<OF::WIDE>(s, now, scale, p, *then);
		if (!OF::WIDE)
			cu_add_sums<OF::NT>(p, t.rows, from, n);
		if (!OF::WIDE && from + n < blocks)
			__syncthreads();
	}
	if (OF::WIDE)
		cu_put_totals<OF::TOTALS>(p, total);
	__syncthreads();
}

/* Of a job that reads what kernels write to know its items. */
template <class JOB> CU_DEVICE void cu_begin_job(const JOB &job)
{
	job_before(job);
	if (!JOB::EARLY) {
		cu_wait();
		cu_let_next();
	}
	job_begin(job);
	__syncthreads();
}

/* All items of a block. A tile is described by the last warp while the item before it is computed. */
template <class OF, class JOB> CU_DEVICE void cu_work(const JOB &job, const struct cu_shape &shape)
{
	CU_SHARED(memory);
	struct cu_place p = cu_place_of<OF>(memory, shape);
	struct cu_source s = {};
	struct cu_piece now = {};
	float scale[2] = {};
	if (JOB::LISTED)
		cu_begin_job(job);
	int outs = p.strips * CU_STRIP, staged = -1;
	int2 share = cu_share(job_items(job));
	int item = share.x, end = share.y;
	if (p.warp == 0 && item < end)
		job_tile(job, item, outs, p.lane, &p.tile[0], p.tile[0].x, p.tile[0].place);
	__syncthreads();
	if (item < end)
		cu_begin<OF::WIDE>(s, now, scale, p, p.tile[0]);
	if (JOB::EARLY) { /* weights are nobody's output */
		cu_wait();
		cu_let_next();
	}
	for (int turn = 0; item < end; item++, turn = (turn + 1) % CU_TILES) {
		cu_short_tile *t = &p.tile[turn], *then = item + 1 < end ? &p.tile[(turn + 1) % CU_TILES] : NULL;
		if (then && p.warp == p.warps - 1)
			job_tile(job, item + 1, outs, p.lane, then, then->x, then->place);
		cu_dot<OF>(p, *t, then, s, now, scale, staged);
		job_store(job, *t, t->place, cu_all_totals(*t, p.total, outs));
	}
}

/* ---- plain sums: chains of fmaf, for whatever matrix instructions would round ---- */

CU_DEVICE float cu_value(const struct kern_weight &w, int r, int c)
{
	float q = cu_item(cu_row(w, r), w.type, (size_t)c);
	return w.type == KERN_FP8 ? __fmul_rn(q, cu_scale(w, r, c)) : q;
}

/* Shared memory: the job's lists, a tile, w [32 outputs][CU_BLOCK + 1], x [2][32 rows][CU_BLOCK], total [32][32 + 4]. */
enum {
	CU_PLAIN_W = CU_LISTS + (sizeof(cu_short_tile) + 127) / 128 * 128,
	CU_PLAIN_X = CU_PLAIN_W + CU_PLAIN_OUTS * (CU_BLOCK + 1) * 4,
	CU_PLAIN_TOTAL = CU_PLAIN_X + 2 * CU_PLAIN_ROWS * CU_BLOCK * 4,
	CU_PLAIN_BYTES = CU_PLAIN_TOTAL + CU_PLAIN_ROWS * (CU_PLAIN_OUTS + 4) * 4,
};

/* Inputs from .. from + n - 1 of a row as kern_quantise makes them. Called by a warp. */
CU_DEVICE void cu_plain_quantise(float *to, const float *row, int from, int n, int cols, int group, int lane)
{
	group = min(group, cols);
	for (int first = from / group * group; first < from + n; first += group) {
		int end = min(first + group, cols), last = min(end, from + n);
		uint32_t top = 0;
		for (int c = first + lane; c < end; c += CU_WARP)
			top = max(top, cu_size(row[c]));
		top = cu_warp_largest(top);
		float s = cu_scale_of(top), inverse = __fdiv_rn(1.0f, s);
		for (int c = max(first, from) + lane; c < last; c += CU_WARP)
			to[c - from] = __fmul_rn(cu_round_fp8(cu_quotient(row[c], s, inverse)), s);
	}
}

/* 2 where the matrices of a pair read the rows in two ways. */
CU_DEVICE int cu_plain_forms(const struct cu_tile &t)
{
	return t.pair && cu_group(t, 0) != cu_group(t, 1) ? 2 : 1;
}

CU_DEVICE void cu_plain_stage(const cu_short_tile &t, float *w, float *x, int from, int n)
{
	int warp = (int)threadIdx.x / CU_WARP, lane = (int)threadIdx.x % CU_WARP;
	for (int i = (int)threadIdx.x; i < CU_PLAIN_OUTS * CU_BLOCK; i += CU_PLAIN_THREADS) {
		int o = i / CU_BLOCK, c = i % CU_BLOCK;
		const struct kern_weight &m = t.w[t.pair ? o / CU_STRIP : 0];
		int out = t.from + (t.pair ? o % CU_STRIP : o);
		if (c < n && out < m.rows)
			w[o * (CU_BLOCK + 1) + c] = cu_value(m, out, from + c);
	}
	for (int u = warp; u < cu_plain_forms(t) * t.rows; u += CU_PLAIN_THREADS / CU_WARP) {
		int form = u / t.rows, r = u % t.rows, group = cu_group(t, form);
		float *to = x + (form * CU_PLAIN_ROWS + r) * CU_BLOCK;
		if (group)
			cu_plain_quantise(to, t.x[r], from, n, t.w[0].cols, group, lane);
		for (int c = lane; !group && c < n; c += CU_WARP)
			to[c] = t.x[r][from + c];
	}
}

/* A thread has one output and every 8th row. */
CU_DEVICE void cu_plain_dot(const cu_short_tile &t, float *w, float *x, float *total)
{
	enum { STEP = CU_PLAIN_THREADS / CU_PLAIN_OUTS, MINE = CU_PLAIN_ROWS / STEP };
	int o = (int)threadIdx.x % CU_PLAIN_OUTS, first = (int)threadIdx.x / CU_PLAIN_OUTS, cols = t.w[0].cols;
	const float *mine = x + (cu_plain_forms(t) == 2 ? o / CU_STRIP : 0) * CU_PLAIN_ROWS * CU_BLOCK + first * CU_BLOCK;
	float all[MINE] = {};
	for (int from = 0; from < cols; from += CU_BLOCK) {
		int n = min(cols - from, (int)CU_BLOCK);
		__syncthreads();
		cu_plain_stage(t, w, x, from, n);
		__syncthreads();
		float sum[MINE] = {};
		for (int c = 0; c < n && first < t.rows; c++) /* a warp without rows waits for the others */
#pragma unroll
			for (int i = 0; i < MINE; i++)
				sum[i] = fmaf(mine[i * STEP * CU_BLOCK + c], w[o * (CU_BLOCK + 1) + c], sum[i]);
#pragma unroll
		for (int i = 0; i < MINE; i++)
			all[i] = __fadd_rn(all[i], sum[i]);
	}
#pragma unroll
	for (int i = 0; i < MINE; i++)
		total[(first + i * STEP) * (CU_PLAIN_OUTS + 4) + o] = all[i];
}

template <class JOB> CU_DEVICE void cu_plain_work(const JOB &job)
{
	CU_SHARED(memory);
	cu_short_tile *t = (cu_short_tile *)(memory + CU_LISTS);
	float *total = (float *)(memory + CU_PLAIN_TOTAL);
	cu_wait();
	cu_let_next();
	job_begin(job);
	__syncthreads();
	int2 share = cu_share(job_items(job));
	for (int item = share.x; item < share.y; item++) {
		if (threadIdx.x < CU_WARP)
			job_tile(job, item, CU_PLAIN_OUTS, (int)threadIdx.x, t, t->x, t->place);
		__syncthreads();
		cu_plain_dot(*t, (float *)(memory + CU_PLAIN_W), (float *)(memory + CU_PLAIN_X), total);
		__syncthreads();
		job_store(job, *t, t->place, cu_all_totals(*t, total, CU_PLAIN_OUTS));
		__syncthreads();
	}
}

/* ---- launching ---- */

struct cu_cut {
	struct cu_shape shape;
	int resident; /* blocks a multiprocessor holds */
	size_t shared;
};

/* For rows of so many blocks of inputs, of which a warp has two at least, or one in CU_TALL. pair: an even number of strips is needed.
 * All inputs are staged at once if they fit, if need be with fewer blocks on a multiprocessor; else in parts of one size. */
template <class OF> static struct cu_cut cu_cut_for(const struct kern *k, int blocks, bool pair)
{
	struct cu_cut cut = { { OF::WARPS, 1, blocks }, OF::RESIDENT, 0 };
	int *k_warps = &cut.shape.k_warps, most = OF::WIDE && blocks > 4 ? 4 : blocks;
	while (*k_warps < OF::K_WARPS && *k_warps * (OF::K_WARPS == 16 ? 2 : 4) <= blocks && (!pair || *k_warps * 4 <= OF::WARPS))
		*k_warps *= 2;
	for (int parts = 1;; parts++) {
		cut.shape.stage = cu_ceil(most, parts);
		cut.shared = (size_t)cu_lay_out(OF::ROWS, OF::WIDE, cut.shape).bytes;
		if (cut.shared <= k->device->shared_max)
			break;
	}
	while (cut.resident > 1 && (cut.shared + 1024) * (size_t)cut.resident > k->device->shared_max + 1024)
		cut.resident--;
	return cut;
}

static inline dim3 cu_grid(const struct kern *k, long long items, int resident)
{
	long long most = (long long)k->device->sm_count * resident;
	return dim3((unsigned)(items < 1 ? 1 : items < most ? items : most));
}

#endif
