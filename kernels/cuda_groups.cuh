/* kernels/cuda_groups.cuh - inside kernels/. Strips of weights times tiles of rows on Hopper: the jobs of cuda_tile.cuh, by warp groups.
 *
 * cu_wgmma reads both sides from shared memory as they lie in global memory, FP8 codes too. So weights pass no register, nothing is
 * converted on their way, and a block has many of them under way at once. Its warps have different work, and wait for each other by flags alone:
 *
 *   multipliers: warp groups that multiply what has come, and store the sums of their outputs: two beside each other, or some that take items in
 *                turn, so that one stores while the next multiplies
 *   weights:     a thread that has the device fetch them, box by box, stage after stage over the ends of items, as long as there is room
 *   rows:        some warps that do so with the tile's rows, 16 bytes a thread (cu_copy16), since they lie here and there; box by box where there
 *                are many that do not
 *   describer:   a warp that says what comes next: the tiles of the items
 *
 *   chunk:   128 bytes of each of a warp group's 64 outputs, and of each row of the tile: 128 inputs in FP8, 64 in bfloat16
 *   stage:   a few chunks. STAGES of them are in shared memory, each with two flags: `full` when all of it has come, `empty` when it has been
 *            multiplied. So have tiles.
 *   weights: operand A; 16 outputs a warp. The scales of FP8 weights a warp reads ahead, where it has one a chunk
 *   rows:    operand B, in their forms (cuda_forms.cuh), with their scales. Of the largest tiles 128 at a time, and with them come the weights' scales.
 *            Where an item has as many chunks as there are stages, and the next one the same rows, these stay where they are
 *   sums:    one chain a chunk; scaled and added in order in registers; stored four at a time where they lie so
 *
 * A chain is the same whatever the shape of the tile: cu_wgmma computes each column by itself, and four of them make a chunk. So all
 * variants have the same bits, for a prompt's rows as for a step's. Of an item's last stage chunks may be missing: there are zeros, which add
 * nothing (but to -0, which is made 0 at the end).
 *
 * In shared memory a chunk is row by row, and the 16-byte parts of a row change places (cu_descriptor). */
#ifndef KERNELS_CUDA_GROUPS_CUH
#define KERNELS_CUDA_GROUPS_CUH

#include "kernels/cuda_staged.cuh"
#include <limits.h>

enum {
	CU_CHUNK = CU_BOX_BYTES,
	CU_PARTS = CU_CHUNK / 16,
	CU_GROUP_OUTS = 64, CU_GROUP_THREADS = 4 * CU_WARP,
	CU_PART_ROWS = 128,   /* that are multiplied at once where not all are */
	CU_STEP_ROWS = 512,   /* more are a prompt's, which arithmetic limits */
};

/*   CU_8 ..  8, 16, 32 or 64 rows
 *   CU_128   128 rows and outputs: where weights are used so often that arithmetic, and what comes from the second-level cache, are the limit
 *   CU_256   256 rows, 128 outputs: for the same products three quarters of what CU_128 has come
 * Of the two smallest a multiprocessor holds two blocks, else one. */
enum cu_tile_variant { CU_8, CU_16, CU_32, CU_64, CU_128, CU_256 };
template <int V> struct cu_groups_of {
	enum {
		ROWS = 8 << V,
		LARGE = ROWS >= 128,
		IN_PARTS = ROWS > 128, /* rows are multiplied some after others: a thread has no registers for the chains of all */
		GROUPS = LARGE ? 2 : 1, /* that multiply, beside each other along the outputs */
		TEAMS = ROWS == 32 || ROWS == 64 ? 2 : 1, /* of so many groups: they take items in turn */
		OUTS = GROUPS * CU_GROUP_OUTS,
		TOTALS = ROWS / CU_GROUP,
		CHUNKS = ROWS <= 64 ? 2 : 1,
		STAGES = V == CU_32 ? 7 : V == CU_256 ? 4 : 5,
		/* Of what is in shared memory, of what is being stored, and the next. Where there is room for fewer, rows are told of before the next
		 * tile is waited for: it may wait for theirs. */
		TILES = IN_PARTS ? 3 : STAGES + TEAMS + 1,
		RESIDENT = ROWS <= 16 ? 2 : 1,
		MULTIPLIERS = TEAMS * GROUPS * CU_GROUP_THREADS, /* threads, then the warp that fetches weights, those that bring rows, and the describer */
		ROW_THREADS = ROWS <= 32 ? CU_WARP : IN_PARTS ? 64 : ROWS,
		WEIGHTS_FROM = MULTIPLIERS, ROWS_FROM = WEIGHTS_FROM + CU_WARP, DESCRIBER_FROM = ROWS_FROM + ROW_THREADS,
		/* Registers of multipliers, and of others, where warps are whole groups; 0: as many as there are. All together no more than the block
		 * began with, or the last to ask for more waits for ever. */
		MORE = V == CU_256 ? 224 : V == CU_128 ? 192 : V == CU_64 ? 208 : 0, FEWER = V == CU_256 ? 56 : LARGE ? 64 : V == CU_64 ? 88 : 0,
		WHOLE = LARGE ? (int)CU_GROUP_THREADS : (int)CU_WARP, /* so many threads are a whole */
		THREADS = (DESCRIBER_FROM + CU_WARP + WHOLE - 1) / WHOLE * WHOLE,
		PART = V == CU_256 ? 32 : ROWS < 64 ? ROWS : 64, /* rows that are stored at a time */
		LD = CU_GROUP_OUTS + 4,
		STEP = ROW_THREADS / CU_PARTS, /* a thread has one part of every STEP-th row */
		FETCHED_ROWS = (ROWS + STEP - 1) / STEP,
		BOXES = OUTS / CU_BOX_ROWS,
	};
	static_assert(MORE == 0 || MULTIPLIERS * MORE + (THREADS - MULTIPLIERS) * FEWER <= 65536 / THREADS / 8 * 8 * THREADS, "as many registers as there are");
	static_assert(ROWS % STEP == 0 && (IN_PARTS || ROWS <= ROW_THREADS), "a thread has so many rows, and a scale");
	typedef struct cu_tile_of<ROWS> tile;
	/* Shared memory: the job's lists, weights [STAGES][CHUNKS][OUTS][CU_CHUNK], x [STAGES][CHUNKS][ROWS][CU_CHUNK], tiles, flags (full and empty of
	 * stages, of tiles, and whose turn it is), x_scale [STAGES][CHUNKS][ROWS], w_scale [STAGES][OUTS] where IN_PARTS, total
	 * [TEAMS][GROUPS][PART][LD]. */
	enum {
		W = CU_LISTS,
		W_CHUNK = OUTS * CU_CHUNK, X_CHUNK = ROWS * CU_CHUNK,
		X = W + STAGES * CHUNKS * W_CHUNK,
		TILE = X + STAGES * CHUNKS * X_CHUNK,
		FULL = TILE + (TILES * (int)sizeof(tile) + 127) / 128 * 128,
		EMPTY = FULL + STAGES * 8,
		TILE_FULL = EMPTY + STAGES * 8,
		TILE_EMPTY = TILE_FULL + TILES * 8,
		GO = TILE_EMPTY + TILES * 8,
		SHARE = GO + TEAMS * 8, /* the block's items */
		X_SCALE = (SHARE + 2 * 4 + 127) / 128 * 128,
		W_SCALE = X_SCALE + STAGES * CHUNKS * ROWS * 4,
		TOTAL = W_SCALE + (IN_PARTS ? STAGES * OUTS * 4 : 0),
		BYTES = TOTAL + TEAMS * GROUPS * PART * LD * 4,
	};
	static_assert(BYTES <= 227 * 1024, "as much as a block can have on Hopper");
};
static_assert(CU_LISTS % 1024 == 0, "where rows are swizzled, their addresses count");

static __host__ __device__ inline int cu_chunks(const struct kern_weight &w)
{
	return (w.cols * (w.type == KERN_FP8 ? 1 : 2) + CU_CHUNK - 1) / CU_CHUNK;
}

/* The map of weights that go by groups; of others there is none. */
static inline int cu_map_weight(const struct kern *k, const struct kern_weight *w, cu_map *map)
{
	size_t item = kern_type_bytes(w->type);
	if (!k->device->warp_groups || !cu_lies_in_16s(w))
		return 0;
	return cu_map_of(map, w->data, (size_t)w->cols * item, (size_t)w->rows, w->ld * item);
}

/* Whether rows of floats can be written four at a time. */
static __host__ __device__ inline bool cu_in_fours(const void *data, size_t ld, int cols)
{
	return !(((uintptr_t)data & 15) | (ld & 3) | (size_t)(cols & 3));
}

/* ---- what later kernels read ---- */

/* Weights that lie together, in pieces. They come to the second-level cache while kernels that read little run. */
enum { CU_NEAR_PIECE = 4096, CU_NEAR_MOST = 24 << 20 /* bytes a call: of 50 MB or more, some in use */ };
struct cu_soon {
	const unsigned char *data[KERN_SOON];
	int pieces[KERN_SOON];
};

/* Bytes from a matrix's first item to its last. */
static __host__ __device__ inline size_t cu_span(const struct kern_weight &w)
{
	return (((size_t)w.rows - 1) * w.ld + (size_t)w.cols) * (w.type == KERN_F32 ? 4 : w.type == KERN_FP8 ? 1 : 2);
}

static inline struct cu_soon cu_soon_of(const struct kern_weight *const *soon, int rows)
{
	struct cu_soon s = {};
	size_t all = 0;
	for (int i = 0; i < KERN_SOON && soon[i] && rows <= CU_STEP_ROWS; i++) {
		size_t bytes = soon[i]->rows ? cu_span(*soon[i]) : 0;
		if (all + bytes > CU_NEAR_MOST || (uintptr_t)soon[i]->data & 15)
			continue;
		all += bytes;
		s.data[i] = (const unsigned char *)soon[i]->data;
		s.pieces[i] = (int)(bytes / CU_NEAR_PIECE);
	}
	return s;
}

/* A block's part of so many pieces, by `threads` threads, of which this is number `thread`. */
CU_DEVICE void cu_bring_pieces(const void *data, int pieces, int thread, int threads)
{
	for (int i = thread * (int)gridDim.x + (int)blockIdx.x; i < pieces; i += (int)gridDim.x * threads)
		cu_bring_near((const unsigned char *)data + (size_t)i * CU_NEAR_PIECE, CU_NEAR_PIECE);
}

CU_DEVICE void cu_bring_soon(const struct cu_soon &s, int thread, int threads)
{
	for (int j = 0; j < KERN_SOON; j++)
		cu_bring_pieces(s.data[j], s.pieces[j], thread, threads);
}

/* ---- flags ---- */

/* Whose turn it is: N stages, or tiles, go round, and a flag's phase changes with every round. */
template <int N> struct cu_turn {
	int slot;
	uint32_t round;
};

template <int N> CU_DEVICE void cu_next_turn(struct cu_turn<N> &t)
{
	if (++t.slot == N) {
		t.slot = 0;
		t.round++;
	}
}

template <int N> CU_DEVICE void cu_skip_turns(struct cu_turn<N> &t, int n)
{
	t.slot += n;
	for (; t.slot >= N; t.slot -= N)
		t.round++;
}

/* Until it has been filled in this round, or emptied in the one before. */
template <int N> CU_DEVICE void cu_wait_full(uint64_t *flags, const struct cu_turn<N> &t)
{
	cu_flag_wait(flags + t.slot, t.round & 1);
}

template <int N> CU_DEVICE void cu_wait_empty(uint64_t *flags, const struct cu_turn<N> &t)
{
	cu_flag_wait(flags + t.slot, (t.round & 1) ^ 1);
}

/* By a warp, for all that its lanes did. */
CU_DEVICE void cu_lanes_arrive(uint64_t *flag, int lane)
{
	__syncwarp();
	if (lane == 0)
		cu_flag_arrive(flag);
}

CU_DEVICE void cu_warp_arrives(uint64_t *flag)
{
	cu_lanes_arrive(flag, (int)threadIdx.x % CU_WARP);
}

/* go: of a team; all stages of the item before its own have come. A flag tells one phase from the next, not from the one after: so nobody looks at a
 * stage's before the stage that was there before it has come. */
struct cu_flags {
	uint64_t *full, *empty, *tile_full, *tile_empty, *go;
};

template <class OF> CU_DEVICE struct cu_flags cu_flags_of(unsigned char *memory)
{
	struct cu_flags f = { (uint64_t *)(memory + OF::FULL), (uint64_t *)(memory + OF::EMPTY), (uint64_t *)(memory + OF::TILE_FULL),
		(uint64_t *)(memory + OF::TILE_EMPTY), (uint64_t *)(memory + OF::GO) };
	return f;
}

template <class OF> CU_DEVICE void cu_make_flags(unsigned char *memory)
{
	enum { READERS = OF::MULTIPLIERS / CU_WARP, TEAM = READERS / OF::TEAMS, ROW_WARPS = OF::ROW_THREADS / CU_WARP };
	enum { TO_EMPTY = OF::STAGES, TO_TILE_FULL = TO_EMPTY + OF::STAGES, TO_TILE_EMPTY = TO_TILE_FULL + OF::TILES, TO_GO = TO_TILE_EMPTY + OF::TILES };
	static_assert(OF::GO - OF::FULL == 8 * TO_GO && OF::SHARE - OF::GO == 8 * OF::TEAMS, "they lie behind each other");
	uint64_t *flag = cu_flags_of<OF>(memory).full;
	if (threadIdx.x % CU_WARP == 0) /* lanes of a warp would do so one after the other */
#pragma unroll 1
		for (int i = (int)threadIdx.x / CU_WARP; i < TO_GO + OF::TEAMS; i += OF::THREADS / CU_WARP)
			cu_flag_make(flag + i, i < TO_EMPTY ? ROW_WARPS + 1 : i < TO_TILE_FULL ? TEAM : i < TO_TILE_EMPTY ? 1 :
				i < TO_GO ? READERS + ROW_WARPS + 1 : TEAM);
	cu_flags_made();
}

/* ---- tiles ---- */

/* A block's share of the items: first and end. Each of its parts reads for itself what comes next: what is read once for all would lie in local
 * memory, for want of registers. */
template <class OF> CU_DEVICE volatile int *cu_share_of(unsigned char *memory)
{
	return (volatile int *)(memory + OF::SHARE);
}

/* Number `turn` of the share; from the end on there is nothing. Of all items the tiles take turns. */
template <class OF> CU_DEVICE int cu_item_at(unsigned char *memory, const struct cu_turn<OF::TILES> &turn)
{
	return cu_share_of<OF>(memory)[0] + (int)turn.round * OF::TILES + turn.slot;
}

template <class OF> CU_DEVICE bool cu_has_item(unsigned char *memory, const struct cu_turn<OF::TILES> &turn)
{
	return cu_item_at<OF>(memory, turn) < cu_share_of<OF>(memory)[1];
}

/* Those of the first round are described before warps part. */
template <class OF> CU_DEVICE const typename OF::tile &cu_tile_at(unsigned char *memory, const struct cu_turn<OF::TILES> &turn)
{
	if (turn.round > 0)
		cu_flag_wait(cu_flags_of<OF>(memory).tile_full + turn.slot, (turn.round - 1) & 1);
	return ((const typename OF::tile *)(memory + OF::TILE))[turn.slot];
}

/* Brings what multipliers read of a new tile's weights before they come: their scales. Called by a warp. */
CU_DEVICE void cu_touch_scales(const struct cu_tile &t)
{
	for (int i = 0; i < 1 + t.pair; i++) {
		const struct kern_weight &w = t.w[i];
		if (w.type != KERN_FP8)
			continue;
		int first = cu_block_row(w, t.from), n = (cu_block_row(w, w.rows - 1) - first + 1) * w.scale_ld;
		int mine = (int)threadIdx.x % CU_WARP * CU_WARP; /* a lane a line; what lies beyond 32 of them comes when it is read */
		if (mine < n)
			cu_touch(w.scale + (size_t)first * (size_t)w.scale_ld + mine);
	}
}

/* Describes an item's tile. Of items that differ by the outputs alone the one before has read what there is to read. Called by a warp. */
template <class OF, class JOB>
CU_DEVICE void cu_next_tile(const JOB &job, int item, typename OF::tile *t, const typename OF::tile *before)
{
	int lane = (int)threadIdx.x % CU_WARP, from = job_next_outputs(job, item, OF::OUTS);
	if (from < 0) {
		job_tile(job, item, OF::OUTS, lane, t, t->x, t->place);
		__syncwarp();
		cu_touch_scales(*t);
		return;
	}
	for (int i = lane; i < (int)(sizeof *t / 16); i += CU_WARP)
		((uint4 *)t)[i] = ((const uint4 *)before)[i];
	__syncwarp();
	if (lane == 0)
		t->from = from;
}

template <class OF, class JOB> CU_DEVICE void cu_first_tiles(unsigned char *memory, const JOB &job, int item, int end)
{
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILE);
	for (int i = (int)threadIdx.x / CU_WARP; i < OF::TILES; i += OF::THREADS / CU_WARP)
		if (item + i < end)
			job_tile(job, item + i, OF::OUTS, (int)threadIdx.x % CU_WARP, &tiles[i], tiles[i].x, tiles[i].place);
}

/* All tiles behind the first. */
template <class OF, class JOB> CU_DEVICE void cu_describe(unsigned char *memory, const JOB &job)
{
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILE);
	struct cu_flags f = cu_flags_of<OF>(memory);
	for (struct cu_turn<OF::TILES> turn = { 0, 1 }; cu_has_item<OF>(memory, turn); cu_next_turn<OF::TILES>(turn)) {
		int slot = turn.slot;
		cu_wait_empty<OF::TILES>(f.tile_empty, turn);
		cu_next_tile<OF>(job, cu_item_at<OF>(memory, turn), &tiles[slot], &tiles[slot ? slot - 1 : OF::TILES - 1]);
		cu_warp_arrives(f.tile_full + slot);
	}
}

/* ---- weights ---- */

/* Of a pair boxes take turns. Boxes beyond the last output are zeros. By one thread; nothing that it reads is a kernel's output but
 * the lists of a job that is LISTED, which may be read by now. */
template <class OF, class JOB> CU_DEVICE void cu_feed_weights(unsigned char *memory, const JOB &job)
{
	struct cu_flags f = cu_flags_of<OF>(memory);
	struct cu_turn<OF::STAGES> stage = {};
	const cu_map *map[2] = {};
	for (struct cu_turn<OF::TILES> at = {}; cu_has_item<OF>(memory, at); cu_next_turn<OF::TILES>(at)) {
		const typename OF::tile &t = cu_tile_at<OF>(memory, at);
		int bytes = cu_chunks(t.w[0]) * CU_CHUNK, from = t.from, pair = t.pair;
		uint64_t policy = job_reads_once(job, t) ? cu_goes_first() : cu_stays();
		for (int i = 0; i < 2; i++) {
			const cu_map *next = t.map[t.pair ? i : 0];
			if (JOB::PLANNED && next != map[i]) /* it lies in memory; else among the kernel's parameters */
				cu_map_near(next);
			map[i] = next;
		}
		cu_flag_arrive(f.tile_empty + at.slot);
#pragma unroll 1
		for (int byte = 0; byte < bytes; byte += OF::CHUNKS * CU_CHUNK) {
			unsigned char *to = memory + OF::W + stage.slot * OF::CHUNKS * OF::W_CHUNK;
			uint64_t *flag = f.full + stage.slot;
			cu_wait_empty<OF::STAGES>(f.empty, stage);
			cu_flag_expect(flag, OF::CHUNKS * OF::BOXES * CU_BOX);
#pragma unroll
			for (int c = 0; c < OF::CHUNKS; c++)
#pragma unroll
				for (int b = 0; b < OF::BOXES; b++)
					cu_fetch_box(to + c * OF::W_CHUNK + b * CU_BOX, map[b & 1], byte + c * CU_CHUNK, from + (pair ? b / 2 : b) * CU_BOX_ROWS, flag,
						policy);
			cu_next_turn<OF::STAGES>(stage);
		}
	}
}

/* ---- rows ---- */

/* Output r of a tile: boxes of a pair take turns. Outputs beyond the last are the last over again: nobody stores them. */
CU_DEVICE const float *cu_scale_row(const struct cu_tile &t, int r)
{
	int box = r / CU_BOX_ROWS;
	const struct kern_weight &w = t.w[t.pair ? box & 1 : 0];
	int out = min(t.from + (t.pair ? box / 2 : box) * CU_BOX_ROWS + r % CU_BOX_ROWS, w.rows - 1);
	return w.scale + (size_t)cu_block_row(w, out) * (size_t)w.scale_ld;
}

/* Inputs that share a scale, in chunks; 0: all of them. */
CU_DEVICE int cu_scale_blocks(const struct kern_weight &w)
{
	return w.block_cols >= w.cols ? 0 : w.block_cols / CU_BLOCK;
}

CU_DEVICE int cu_scale_block(int blocks, int chunk)
{
	return blocks == 1 ? chunk : blocks ? chunk / blocks : 0;
}

/* Of a tile with so many rows, how many are multiplied: as few as there is code for. */
template <class OF> CU_DEVICE int cu_columns(int rows)
{
	if (!OF::LARGE)
		return OF::ROWS;
	if (rows <= 64)
		return 64;
	if (!OF::IN_PARTS || rows <= 128)
		return 128;
	return rows <= 160 ? 160 : 256;
}

/* Where this thread's parts of an item's rows lie, from one stage to the next. */
template <class OF> struct cu_rows_at {
	int thread, rows, chunks; /* rows: how many are this thread's; chunks: of a row */
	const unsigned char *x[OF::FETCHED_ROWS];
	const float *scale; /* of row `thread`; NULL: none */
};

template <class OF> CU_DEVICE void cu_begin_rows(struct cu_rows_at<OF> &r, const typename OF::tile &t)
{
	int part = r.thread % CU_PARTS * 16, first = r.thread / CU_PARTS;
	r.chunks = cu_chunks(t.w[0]);
	r.rows = (t.rows - first + OF::STEP - 1) / OF::STEP;
#pragma unroll
	for (int i = 0; i < OF::FETCHED_ROWS; i++)
		r.x[i] = (const unsigned char *)t.x[i < r.rows ? first + i * OF::STEP : 0] + part;
	r.scale = t.w[0].type == KERN_FP8 && r.thread < t.rows ? t.x[r.thread] + cu_scales_at(t.w[0].cols) : NULL;
}

/* Of rows beyond the tile's, and of chunks beyond the last, come zeros. */
template <class OF> CU_DEVICE void cu_copy_rows(unsigned char *memory, struct cu_rows_at<OF> &r, int slot, int chunk)
{
	int part = r.thread % CU_PARTS, first = r.thread / CU_PARTS;
	unsigned char *to = memory + OF::X + slot * OF::CHUNKS * OF::X_CHUNK + first * CU_CHUNK;
	float *scale = (float *)(memory + OF::X_SCALE) + slot * OF::CHUNKS * OF::ROWS + r.thread;
#pragma unroll
	for (int i = 0; i < OF::FETCHED_ROWS; i++) {
		int swizzled = ((part ^ (first + i * OF::STEP)) & 7) * 16;
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			cu_copy16(to + c * OF::X_CHUNK + i * OF::STEP * CU_CHUNK + swizzled, r.x[i] + c * CU_CHUNK, i < r.rows && chunk + c < r.chunks ? 16 : 0);
		r.x[i] += OF::CHUNKS * CU_CHUNK;
	}
	if (r.scale)
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			cu_copy4(scale + c * OF::ROWS, r.scale + min(chunk + c, r.chunks - 1), chunk + c < r.chunks ? 4 : 0);
}

/* A thread's part of an item whose rows are too many for registers to say where each lies: the tile says it, chunk by chunk. */
template <class OF> struct cu_listed_at {
	int thread, staged, columns; /* staged: of the last item */
	bool held;                   /* what that left in each stage is what this one wants there */
	int w_blocks;
	const float *w_scale[OF::OUTS / OF::ROW_THREADS]; /* of output `thread`, and every ROW_THREADS behind; NULL: none */
};

template <class OF> CU_DEVICE void cu_begin_listed(struct cu_listed_at<OF> &r, const typename OF::tile &t)
{
	r.held = t.staged == r.staged && cu_chunks(t.w[0]) == OF::STAGES;
	r.staged = t.staged;
	r.columns = cu_columns<OF>(t.rows);
	r.w_blocks = cu_scale_blocks(t.w[0]);
#pragma unroll
	for (int i = 0; i < OF::OUTS / OF::ROW_THREADS; i++)
		r.w_scale[i] = t.w[0].type == KERN_FP8 ? cu_scale_row(t, r.thread + i * OF::ROW_THREADS) : NULL;
}

/* A chunk of rows that lie behind each other: the first lane of each warp has its boxes fetched. The flag of their stage waits for them. */
template <class OF> CU_DEVICE void cu_fetch_rows(unsigned char *memory, const struct cu_listed_at<OF> &l, const typename OF::tile &t, int slot, int chunk)
{
	enum { WARPS = OF::ROW_THREADS / CU_WARP };
	unsigned char *to = memory + OF::X + slot * OF::X_CHUNK;
	uint64_t *flag = cu_flags_of<OF>(memory).full + slot;
	const cu_map *map = t.x_map;
	int first = l.thread / CU_WARP, boxes = l.columns / CU_BOX_ROWS, row = t.first;
	if (l.thread % CU_WARP)
		return;
	cu_flag_announce(flag, (uint32_t)((boxes - first + WARPS - 1) / WARPS) * CU_BOX);
#pragma unroll 1
	for (int b = first; b < boxes; b += WARPS)
		cu_fetch_box(to + b * CU_BOX, map, chunk * CU_CHUNK, row + b * CU_BOX_ROWS, flag, cu_stays());
}

/* With the scales of the weights, which other variants' multipliers read for themselves. Where some rows lie is read before the first of them is
 * copied: copies keep their order. */
template <class OF> CU_DEVICE void cu_copy_listed(unsigned char *memory, const struct cu_listed_at<OF> &l, const typename OF::tile &t, int slot, int chunk)
{
	int part = l.thread % CU_PARTS, first = l.thread / CU_PARTS, rows = t.rows;
	unsigned char *to = memory + OF::X + slot * OF::X_CHUNK + first * CU_CHUNK + ((part ^ first) & 7) * 16;
	float *x_scale = (float *)(memory + OF::X_SCALE) + slot * OF::ROWS, *w_scale = (float *)(memory + OF::W_SCALE) + slot * OF::OUTS + l.thread;
	size_t at = (size_t)(part * 16 + chunk * CU_CHUNK), scale_at = cu_scales_at(t.w[0].cols) + (size_t)chunk;
	enum { AT_ONCE = 4, SCALES = OF::ROWS / OF::ROW_THREADS };
	static_assert(OF::STEP % 8 == 0 && OF::OUTS % OF::ROW_THREADS == 0, "all of a thread's rows are swizzled alike");
	if (l.w_scale[0])
#pragma unroll
		for (int i = 0; i < OF::OUTS / OF::ROW_THREADS; i++)
			cu_copy4(w_scale + i * OF::ROW_THREADS, l.w_scale[i] + cu_scale_block(l.w_blocks, chunk));
	if (l.held)
		return;
	if (l.w_scale[0]) {
		const float *scale[SCALES];
#pragma unroll
		for (int i = 0; i < SCALES; i++)
			scale[i] = t.x[l.thread + i * OF::ROW_THREADS < rows ? l.thread + i * OF::ROW_THREADS : 0] + scale_at;
#pragma unroll
		for (int i = 0; i < SCALES; i++)
			if (l.thread + i * OF::ROW_THREADS < rows)
				cu_copy4(x_scale + l.thread + i * OF::ROW_THREADS, scale[i]);
	}
	if (t.x_map) {
		cu_fetch_rows<OF>(memory, l, t, slot, chunk);
		return;
	}
#pragma unroll 1
	for (int r = first; r < l.columns; r += AT_ONCE * OF::STEP, to += AT_ONCE * OF::STEP * CU_CHUNK) {
		const unsigned char *from[AT_ONCE];
#pragma unroll
		for (int j = 0; j < AT_ONCE; j++)
			from[j] = (const unsigned char *)t.x[r + j * OF::STEP < rows ? r + j * OF::STEP : 0] + at;
#pragma unroll
		for (int j = 0; j < AT_ONCE; j++)
			cu_copy16(to + j * OF::STEP * CU_CHUNK, from[j], r + j * OF::STEP < rows ? 16 : 0);
	}
}

/* What this warp copied to the stages from `told` on, all but the last LATE of n, has come: says so. */
template <class OF, int LATE> CU_DEVICE void cu_tell(uint64_t *full, struct cu_turn<OF::STAGES> &told, int &n)
{
	cu_copies_wait<LATE>();
	cu_proxy_fence();
#pragma unroll 1
	for (; n > LATE; n--) {
		cu_warp_arrives(full + told.slot);
		cu_next_turn<OF::STAGES>(told);
	}
}

template <class OF, class JOB> CU_DEVICE void cu_feed_rows(unsigned char *memory)
{
	enum { LATE = OF::ROWS <= 16 ? 3 : 2 };
	struct cu_flags f = cu_flags_of<OF>(memory);
	struct cu_turn<OF::STAGES> stage = {}, told = {};
	struct cu_rows_at<OF> r;
	struct cu_listed_at<OF> l = {};
	int n = 0;
	r.thread = l.thread = (int)threadIdx.x - OF::ROWS_FROM;
	l.staged = INT_MIN; /* no item's */
	bool waits = JOB::EARLY;
	for (struct cu_turn<OF::TILES> at = {}; cu_has_item<OF>(memory, at); cu_next_turn<OF::TILES>(at)) {
		if (OF::IN_PARTS && at.round)
			cu_tell<OF, 0>(f.full, told, n);
		const typename OF::tile &t = cu_tile_at<OF>(memory, at);
		int chunks = cu_chunks(t.w[0]);
		if constexpr (OF::IN_PARTS) {
			cu_begin_listed<OF>(l, t);
		} else {
			cu_begin_rows<OF>(r, t);
			cu_warp_arrives(f.tile_empty + at.slot);
		}
		if (waits) { /* nothing of the rows themselves has been read so far */
			cu_wait();
			cu_let_next();
			waits = false;
		}
#pragma unroll 1
		for (int chunk = 0; chunk < chunks; chunk += OF::CHUNKS) {
			if (stage.round || (OF::IN_PARTS && n > LATE)) /* all that there is room for is under way, or enough */
				cu_tell<OF, LATE>(f.full, told, n);
			cu_wait_empty<OF::STAGES>(f.empty, stage);
			if constexpr (OF::IN_PARTS)
				cu_copy_listed<OF>(memory, l, t, stage.slot, chunk);
			else
				cu_copy_rows<OF>(memory, r, stage.slot, chunk);
			cu_copies_end_group();
			cu_next_turn<OF::STAGES>(stage);
			n++;
		}
		if (OF::IN_PARTS)
			cu_warp_arrives(f.tile_empty + at.slot);
	}
	cu_tell<OF, 0>(f.full, told, n);
}

/* ---- multipliers ---- */

/* total += the chain of a chunk, scaled. SAME: both of a lane's outputs by one scale: fewer products. */
template <bool SAME, int FOURS>
CU_DEVICE void cu_add_scaled(float (*total)[4], const float *acc, const float (&scale)[2], const float2 (&columns)[FOURS])
{
#pragma unroll
	for (int i = 0; i < FOURS; i++) {
		float first[2] = { __fmul_rn(scale[0], columns[i].x), __fmul_rn(scale[0], columns[i].y) };
		float second[2] = { SAME ? first[0] : __fmul_rn(scale[1], columns[i].x), SAME ? first[1] : __fmul_rn(scale[1], columns[i].y) };
#pragma unroll
		for (int j = 0; j < 4; j++)
			total[i][j] = fmaf(acc[4 * i + j], j < 2 ? first[j % 2] : second[j % 2], total[i][j]);
	}
}

/* What is no FP8 has scales of 1. */
template <bool FP8, int FOURS>
CU_DEVICE void cu_add_chain(float (*total)[4], const float *acc, const float (&scale)[2], const float2 (&columns)[FOURS], bool same)
{
	if (!FP8) {
#pragma unroll
		for (int i = 0; i < 4 * FOURS; i++)
			total[i / 4][i % 4] = __fadd_rn(total[i / 4][i % 4], acc[i]);
	} else if (same) {
		cu_add_scaled<true>(total, acc, scale, columns);
	} else {
		cu_add_scaled<false>(total, acc, scale, columns);
	}
}

/* A chain. */
template <bool FP8, int SUMS> CU_DEVICE void cu_multiply_chunk(float (&acc)[SUMS], uint64_t a, uint64_t b)
{
#pragma unroll
	for (int i = 0; i < CU_CHUNK / 32; i++)
		cu_wgmma<FP8>(acc, a + (uint64_t)(2 * i), b + (uint64_t)(2 * i), i > 0);
}

/* A warp group, in a block: of a team, and which of all. */
struct cu_group_at {
	int team, group, number, warp, lane, thread; /* the latter three of the group */
	int mine; /* items its team has done */
};

/* Until the stages of the item before have come. The first item of all may go at once. */
template <class OF> CU_DEVICE void cu_wait_go(const struct cu_flags &f, const struct cu_group_at &g)
{
	if (g.team + g.mine > 0)
		cu_flag_wait(f.go + g.team, (uint32_t)(g.team ? g.mine : g.mine - 1) & 1);
}

/* Where the scales of FP8 weights lie: of a lane's two outputs. As a rule all 16 of a warp have the same: then a lane has a chunk's, and the next
 * lane the next one's. */
struct cu_weight_scales {
	const float *at[2];
	int blocks;  /* of inputs that share one; 0: all */
	bool same;
	float chunk; /* same: of chunk number `lane` of 32 */
};

CU_DEVICE struct cu_weight_scales cu_weight_scales_of(const struct cu_tile &t, const struct cu_group_at &g)
{
	int strip = g.group * CU_GROUP_OUTS + g.warp * CU_STRIP;
	const float *first = cu_scale_row(t, strip);
	struct cu_weight_scales s = { { first, first }, cu_scale_blocks(t.w[0]), true, 0 };
	if (cu_scale_row(t, strip + CU_STRIP - 1) != first) {
		s.same = false;
		s.at[0] = cu_scale_row(t, strip + g.lane / 4);
		s.at[1] = cu_scale_row(t, strip + g.lane / 4 + 8);
	}
	return s;
}

/* Of a stage's chunks, the first of which is `chunk`; there are zeros beyond the last. Collective. */
template <int CHUNKS> CU_DEVICE void cu_scales_of_stage(float (&scale)[CHUNKS][2], struct cu_weight_scales &s, int chunk, int chunks, int lane)
{
	if (s.same && chunk % CU_WARP == 0)
		s.chunk = __ldg(s.at[0] + cu_scale_block(s.blocks, min(chunk + lane, chunks - 1)));
#pragma unroll
	for (int c = 0; c < CHUNKS; c++)
		scale[c][0] = scale[c][1] = __shfl_sync(0xffffffffu, s.chunk, (chunk + c) % CU_WARP);
	if (!s.same)
#pragma unroll
		for (int c = 0; c < CHUNKS; c++)
#pragma unroll
			for (int i = 0; i < 2; i++)
				scale[c][i] = __ldg(s.at[i] + cu_scale_block(s.blocks, min(chunk + c, chunks - 1)));
}

/* Begins the chains of a stage. */
template <class OF, bool FP8, int SUMS>
CU_DEVICE void cu_begin_chains(float (&acc)[OF::CHUNKS][SUMS], const unsigned char *memory, int slot, int group)
{
	cu_wgmma_fence();
#pragma unroll
	for (int c = 0; c < OF::CHUNKS; c++) {
		const unsigned char *w = memory + OF::W + (slot * OF::CHUNKS + c) * OF::W_CHUNK + group * CU_GROUP_OUTS * CU_CHUNK;
		const unsigned char *x = memory + OF::X + (slot * OF::CHUNKS + c) * OF::X_CHUNK;
		cu_multiply_chunk<FP8>(acc[c], cu_descriptor(w), cu_descriptor(x));
	}
	cu_wgmma_commit();
}

/* total = all chains of an item, of the first COLUMNS rows of its tile. */
template <class OF, bool FP8, int COLUMNS>
CU_DEVICE void cu_multiply_item(float (&total)[OF::TOTALS][4], unsigned char *memory, const typename OF::tile &t, const struct cu_group_at &g,
	struct cu_turn<OF::STAGES> &stage)
{
	enum { SUMS = COLUMNS / 2 };
	const float *x_scales = (const float *)(memory + OF::X_SCALE) + g.lane % 4 * 2;
	struct cu_flags f = cu_flags_of<OF>(memory);
	struct cu_weight_scales s = {};
	int chunks = cu_chunks(t.w[0]);
	if (FP8)
		s = cu_weight_scales_of(t, g);
#pragma unroll 1
	for (int chunk = 0; chunk < chunks; chunk += OF::CHUNKS) {
		float acc[OF::CHUNKS][SUMS], scale[OF::CHUNKS][2];
		float2 columns[OF::CHUNKS][SUMS / 4];
		int slot = cu_uniform(stage.slot);
		if (FP8)
			cu_scales_of_stage<OF::CHUNKS>(scale, s, chunk, chunks, g.lane);
		if (OF::TEAMS > 1 && chunk == 0)
			cu_wait_go<OF>(f, g);
		cu_wait_full<OF::STAGES>(f.full, stage);
		if (OF::TEAMS > 1 && chunk + OF::CHUNKS >= chunks)
			cu_lanes_arrive(f.go + (g.team + 1 < OF::TEAMS ? g.team + 1 : 0), g.lane);
		cu_begin_chains<OF, FP8, SUMS>(acc, memory, slot, g.group);
#pragma unroll
		for (int c = 0; c < OF::CHUNKS && FP8; c++)
#pragma unroll
			for (int i = 0; i < SUMS / 4; i++)
				columns[c][i] = *(const float2 *)(x_scales + (slot * OF::CHUNKS + c) * OF::ROWS + i * CU_GROUP);
		cu_wgmma_wait<0>();
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			cu_wgmma_done(acc[c]);
		cu_lanes_arrive(f.empty + slot, g.lane);
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			cu_add_chain<FP8>(total, acc[c], scale[c], columns[c], COLUMNS >= 64 && s.same);
		cu_next_turn<OF::STAGES>(stage);
	}
}

enum { CU_SCALES_AT_ONCE = 4 };

CU_DEVICE void cu_read_scales(float2 (&columns)[CU_SCALES_AT_ONCE], const float *x_scales)
{
#pragma unroll
	for (int i = 0; i < CU_SCALES_AT_ONCE; i++)
		columns[i] = *(const float2 *)(x_scales + i * CU_GROUP);
}

/* total += a chain. Scales of rows are read as they are wanted, those in `columns` beforehand: beside totals and chain there are no
 * registers for all. */
template <bool FP8, bool SAME, int SUMS>
CU_DEVICE void cu_add_rows(float (*total)[4], const float (&acc)[SUMS], const float (&scale)[2], float2 (&columns)[CU_SCALES_AT_ONCE],
	const float *x_scales)
{
#pragma unroll
	for (int i = 0; i < SUMS / 4; i += CU_SCALES_AT_ONCE) {
		if (FP8 && i)
			cu_read_scales(columns, x_scales + i * CU_GROUP);
		cu_add_chain<FP8>(total + i, &acc[4 * i], scale, columns, SAME);
	}
}

/* total += the chain of COLUMNS rows from FROM on. */
template <class OF, bool FP8, int FROM, int COLUMNS>
CU_DEVICE void cu_multiply_part(float (&total)[OF::TOTALS][4], const unsigned char *w, const unsigned char *x, const float *x_scales,
	const float (&scale)[2], bool same)
{
	float acc[COLUMNS / 2];
	float2 columns[CU_SCALES_AT_ONCE];
	cu_wgmma_fence();
	cu_multiply_chunk<FP8>(acc, cu_descriptor(w), cu_descriptor(x + FROM * CU_CHUNK));
	cu_wgmma_commit();
	if (FP8)
		cu_read_scales(columns, x_scales + FROM);
	cu_wgmma_wait<0>();
	cu_wgmma_done(acc);
	if (same)
		cu_add_rows<FP8, true>(&total[FROM / CU_GROUP], acc, scale, columns, x_scales + FROM);
	else
		cu_add_rows<FP8, false>(&total[FROM / CU_GROUP], acc, scale, columns, x_scales + FROM);
}

/* Whether a warp's outputs have the same scales. */
CU_DEVICE bool cu_same_scales(const struct cu_tile &t, int strip)
{
	return cu_scale_row(t, strip) == cu_scale_row(t, strip + CU_STRIP - 1);
}

/* All of the first COLUMNS rows, from FROM on. */
template <class OF, bool FP8, int FROM, int COLUMNS>
CU_DEVICE void cu_multiply_from(float (&total)[OF::TOTALS][4], const unsigned char *w, const unsigned char *x, const float *x_scales,
	const float (&scale)[2], bool same)
{
	enum { SOME = COLUMNS - FROM < CU_PART_ROWS ? COLUMNS - FROM : (int)CU_PART_ROWS };
	cu_multiply_part<OF, FP8, FROM, SOME>(total, w, x, x_scales, scale, same);
	if constexpr (FROM + SOME < COLUMNS)
		cu_multiply_from<OF, FP8, FROM + SOME, COLUMNS>(total, w, x, x_scales, scale, same);
}

/* cu_multiply_item of a tile whose rows are multiplied in parts. */
template <class OF, bool FP8, int COLUMNS>
CU_DEVICE void cu_multiply_parts(float (&total)[OF::TOTALS][4], unsigned char *memory, const typename OF::tile &t, const struct cu_group_at &g,
	struct cu_turn<OF::STAGES> &stage)
{
	struct cu_flags f = cu_flags_of<OF>(memory);
	int strip = g.group * CU_GROUP_OUTS + g.warp * CU_STRIP;
	int same = !FP8 || cu_same_scales(t, strip);
	cu_keep(same); /* and not what it was made of */
#pragma unroll 1
	for (int chunks = cu_chunks(t.w[0]); chunks > 0; chunks--) {
		int slot = cu_uniform(stage.slot);
		const unsigned char *w = memory + OF::W + slot * OF::W_CHUNK + g.group * CU_GROUP_OUTS * CU_CHUNK, *x = memory + OF::X + slot * OF::X_CHUNK;
		const float *x_scales = (const float *)(memory + OF::X_SCALE) + slot * OF::ROWS + g.lane % 4 * 2;
		const float *w_scales = (const float *)(memory + OF::W_SCALE) + slot * OF::OUTS + strip + g.lane / 4;
		cu_wait_full<OF::STAGES>(f.full, stage);
		float scale[2] = { FP8 ? w_scales[0] : 1, FP8 ? w_scales[8] : 1 };
		cu_multiply_from<OF, FP8, 0, COLUMNS>(total, w, x, x_scales, scale, same);
		cu_lanes_arrive(f.empty + slot, g.lane);
		cu_next_turn<OF::STAGES>(stage);
	}
}

template <class OF, bool FP8>
CU_DEVICE void cu_multiply_rows(float (&total)[OF::TOTALS][4], unsigned char *memory, const typename OF::tile &t, const struct cu_group_at &g,
	struct cu_turn<OF::STAGES> &stage)
{
	int columns = cu_columns<OF>(t.rows);
	if constexpr (OF::IN_PARTS)
		switch (columns) {
		case 64: return cu_multiply_parts<OF, FP8, 64>(total, memory, t, g, stage);
		case 128: return cu_multiply_parts<OF, FP8, 128>(total, memory, t, g, stage);
		case 160: return cu_multiply_parts<OF, FP8, 160>(total, memory, t, g, stage);
		default: return cu_multiply_parts<OF, FP8, 256>(total, memory, t, g, stage);
		}
	else if (OF::LARGE && columns == 64)
		cu_multiply_item<OF, FP8, OF::LARGE ? 64 : OF::ROWS>(total, memory, t, g, stage);
	else
		cu_multiply_item<OF, FP8, OF::ROWS>(total, memory, t, g, stage);
}

/* Part p of the sums to shared memory. */
template <class OF> CU_DEVICE void cu_put_part(float *at, const float (&total)[OF::TOTALS][4], int p)
{
	enum { MINE = OF::PART / CU_GROUP };
#pragma unroll
	for (int i = 0; i < OF::TOTALS; i++)
		if (i / MINE == p)
#pragma unroll
			for (int j = 0; j < 4; j++)
				at[(i % MINE * CU_GROUP + j % 2) * OF::LD + j / 2 * 8] = cu_no_minus(total[i][j]);
}

/* Through shared memory, some rows at a time; of many parts by the same code, which is much. */
template <class OF, class JOB>
CU_DEVICE void cu_store_item(const JOB &job, unsigned char *memory, const typename OF::tile &t, const float (&total)[OF::TOTALS][4],
	const struct cu_group_at &g)
{
	float *part = (float *)(memory + OF::TOTAL) + g.number * OF::PART * OF::LD;
	int thread = g.thread;
	if (OF::IN_PARTS)
		cu_keep(thread); /* what is made of it is made here: ahead of the products there are no registers for it */
	struct cu_totals s = { part, 0, 0, t.from + g.group * (t.pair ? (int)CU_BOX_ROWS : (int)CU_GROUP_OUTS), CU_GROUP_OUTS, CU_BOX_ROWS, thread,
		CU_GROUP_THREADS };
#pragma unroll (OF::IN_PARTS ? 1 : OF::ROWS / OF::PART)
	for (int p = 0; p < OF::ROWS / OF::PART; p++) {
		s.first = p * OF::PART;
		s.rows = min(t.rows - s.first, (int)OF::PART);
		if (s.rows <= 0)
			break;
		cu_meet(1 + g.number, CU_GROUP_THREADS); /* what was there has been stored */
		cu_put_part<OF>(part + g.lane % 4 * 2 * OF::LD + g.warp * CU_STRIP + g.lane / 4, total, p);
		cu_meet(1 + g.number, CU_GROUP_THREADS);
		if (job_in_fours(job, t))
			job_store_fours(job, t, t.place, s);
		else
			job_store(job, t, t.place, s);
	}
}

/* A team's items; of those between it counts the stages. */
template <class OF, class JOB> CU_DEVICE void cu_multiply_all(unsigned char *memory, const JOB &job)
{
	struct cu_turn<OF::STAGES> stage = {};
	struct cu_group_at g = {};
	g.number = OF::TEAMS * OF::GROUPS > 1 ? cu_uniform((int)threadIdx.x / CU_GROUP_THREADS) : 0;
	g.group = g.number % OF::GROUPS;
	g.team = g.number / OF::GROUPS;
	g.thread = (int)threadIdx.x % CU_GROUP_THREADS;
	g.warp = g.thread / CU_WARP;
	g.lane = g.thread % CU_WARP;
	if (JOB::EARLY) {
		cu_wait();
		cu_let_next();
	}
	int turn = g.team;
#pragma unroll 1
	for (struct cu_turn<OF::TILES> at = {}; cu_has_item<OF>(memory, at); cu_next_turn<OF::TILES>(at), turn = turn ? turn - 1 : OF::TEAMS - 1) {
		const typename OF::tile &t = cu_tile_at<OF>(memory, at);
		if (turn) {
			cu_skip_turns<OF::STAGES>(stage, (cu_chunks(t.w[0]) + OF::CHUNKS - 1) / OF::CHUNKS);
		} else {
			float total[OF::TOTALS][4] = {};
			if (t.w[0].type == KERN_FP8)
				cu_multiply_rows<OF, true>(total, memory, t, g, stage);
			else
				cu_multiply_rows<OF, false>(total, memory, t, g, stage);
			cu_store_item<OF>(job, memory, t, total, g);
			g.mine++;
		}
		cu_lanes_arrive(cu_flags_of<OF>(memory).tile_empty + at.slot, g.lane);
	}
}

/* All items of a block. True in the warp that has nothing to do any more once all weights are on their way. */
template <class OF, class JOB> CU_DEVICE bool cu_groups_work(const JOB &job)
{
#if CU_HAS_WGMMA
	CU_SHARED(memory);
	int thread = (int)threadIdx.x;
	if constexpr (!JOB::PLANNED)
		job_maps_soon(job, OF::IN_PARTS);
	cu_make_flags<OF>(memory);
	if (JOB::LISTED)
		cu_begin_job(job);
	int2 share = cu_share(job_items(job));
	cu_first_tiles<OF>(memory, job, share.x, share.y);
	if (thread == 0) {
		cu_share_of<OF>(memory)[0] = share.x;
		cu_share_of<OF>(memory)[1] = share.y;
	}
	__syncthreads();
	if (thread < OF::MULTIPLIERS) {
		cu_more_registers<OF::MORE>();
		cu_multiply_all<OF>(memory, job);
	} else {
		cu_fewer_registers<OF::FEWER>();
		if (thread == OF::WEIGHTS_FROM)
			cu_feed_weights<OF, JOB>(memory, job);
		else if (thread >= OF::ROWS_FROM && thread < OF::DESCRIBER_FROM)
			cu_feed_rows<OF, JOB>(memory);
		else if (thread >= OF::DESCRIBER_FROM && thread < OF::DESCRIBER_FROM + CU_WARP)
			cu_describe<OF>(memory, job);
		__syncwarp();
	}
	return thread / CU_WARP == OF::WEIGHTS_FROM / CU_WARP;
#else /* nobody launches it there */
	(void)job;
	__trap();
	return false;
#endif
}

#endif
