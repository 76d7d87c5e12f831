/* kernels/cuda_groups.cuh - inside kernels/. Strips of weights times tiles of rows on Hopper: the jobs of cuda_tile.cuh, by warp groups.
 *
 * cu_wgmma reads both sides from shared memory as they lie in global memory, FP8 codes too. So weights pass no register, nothing is
 * converted on their way, and a block has many of them under way at once:
 *
 *   chunk:   128 bytes of each of a warp group's 64 outputs, and of each row of the tile: 128 inputs in FP8, 64 in bfloat16
 *   stage:   one chunk or a few. STAGES of them are in shared memory: the one in hand, and those under way (cu_copy16), across items
 *   weights: operand A; 16 outputs a warp. Scales of FP8 weights come along, one an output
 *   rows:    operand B, in their forms (cuda_forms.cuh); they come with the weights
 *   sums:    one chain a chunk; scaled and added in order in registers; stored four at a time where they lie so
 *
 * A chain is the same whatever the shape of the tile: cu_wgmma computes each column by itself, and four of them make a chunk. So all
 * variants have the same bits, for a prompt's rows as for a step's. Of an item's last stage chunks may be missing: what lies there is
 * multiplied, and not added.
 *
 * In shared memory a chunk is row by row, and the 16-byte parts of a row change places (cu_descriptor). */
#ifndef KERNELS_CUDA_GROUPS_CUH
#define KERNELS_CUDA_GROUPS_CUH

#include "kernels/cuda_staged.cuh"

enum {
	CU_CHUNK = 128,       /* bytes */
	CU_PARTS = CU_CHUNK / 16,
	CU_GROUP_OUTS = 64, CU_GROUP_THREADS = 4 * CU_WARP,
	CU_STEP_ROWS = 512,   /* more are a prompt's, which arithmetic limits */
};

/*   CU_8 ..  8, 16, 32 or 64 rows; three blocks on a multiprocessor, or two
 *   CU_128   128 rows and outputs: where weights are used so often that arithmetic, and what comes from the second-level cache, are the limit */
enum cu_tile_variant { CU_8, CU_16, CU_32, CU_64, CU_128 };
template <int V> struct cu_groups_of {
	enum {
		ROWS = 8 << V,
		HALVES = ROWS == 128 ? 2 : 1, /* of the rows, each of instructions of its own */
		GROUPS = ROWS == 128 ? 2 : 1, /* warp groups, beside each other along the outputs */
		OUTS = GROUPS * CU_GROUP_OUTS,
		SUMS = ROWS / HALVES / 2, /* of a half a thread */
		TOTALS = HALVES * SUMS / 4,
		CHUNKS = ROWS <= 16 ? 2 : 1,
		STAGES = V == CU_8 ? 3 : V == CU_64 ? 5 : V == CU_32 ? 6 : 4,
		RESIDENT = V == CU_128 ? 1 : V == CU_8 ? 3 : 2,
		THREADS = GROUPS * CU_GROUP_THREADS, WARPS = THREADS / CU_WARP,
		TILES = STAGES + 1, /* of the item in hand, and of those whose weights are fetched or come next */
		LD = OUTS + 4,
		STEP = THREADS / CU_PARTS, /* a thread has one part of every STEP-th row */
		FETCHED = OUTS / STEP, FETCHED_ROWS = (ROWS + STEP - 1) / STEP,
	};
	static_assert(OUTS % STEP == 0 && STEP % 8 == 0, "so that a part has the same place in all rows of a thread");
	typedef struct cu_tile_of<ROWS> tile;
	/* Shared memory: the job's lists, weights [STAGES][CHUNKS][OUTS][CU_CHUNK], x [STAGES][CHUNKS][ROWS][CU_CHUNK], tiles, w_scale
	 * [STAGES][CHUNKS][OUTS], x_scale [STAGES][CHUNKS][ROWS], total [ROWS][LD]. */
	enum {
		W = CU_LISTS,
		W_CHUNK = OUTS * CU_CHUNK, X_CHUNK = ROWS * CU_CHUNK,
		X = W + STAGES * CHUNKS * W_CHUNK,
		TILE = X + STAGES * CHUNKS * X_CHUNK,
		W_SCALE = TILE + (TILES * (int)sizeof(tile) + 127) / 128 * 128,
		X_SCALE = W_SCALE + STAGES * CHUNKS * OUTS * 4,
		TOTAL = X_SCALE + STAGES * CHUNKS * ROWS * 4,
		BYTES = TOTAL + ROWS * LD * 4,
	};
};
static_assert(CU_LISTS % 1024 == 0, "where rows are swizzled, their addresses count");

static __host__ __device__ inline int cu_chunks(const struct kern_weight &w)
{
	return (w.cols * (w.type == KERN_FP8 ? 1 : 2) + CU_CHUNK - 1) / CU_CHUNK;
}

/* Four sums in their columns, as R rounds them. */
CU_DEVICE float4 cu_round4(bool bf16, float4 v)
{
	return make_float4(cu_round(bf16, v.x), cu_round(bf16, v.y), cu_round(bf16, v.z), cu_round(bf16, v.w));
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

/* A block's part of it. */
CU_DEVICE void cu_bring_soon(const struct cu_soon &s)
{
	for (int j = 0; j < KERN_SOON; j++)
		for (int i = (int)(threadIdx.x * gridDim.x + blockIdx.x); i < s.pieces[j]; i += (int)(gridDim.x * blockDim.x))
			cu_bring_near(s.data[j] + (size_t)i * CU_NEAR_PIECE, CU_NEAR_PIECE);
}

/* ---- what is fetched ---- */

/* The next stage to be fetched, of the items before `end`, and where this thread's part of it lies: a few registers that move on from stage
 * to stage, since with few warps on a multiprocessor instructions are what a stage takes. */
template <class OF> struct cu_feed {
	int item, turn, chunk, end;
	int bytes, chunks;                        /* of a row of weights; chunks 0: the item is to be begun */
	int rows;                                 /* of x are this thread's */
	const unsigned char *w[OF::FETCHED], *x[OF::FETCHED_ROWS];
	const float *w_scale, *x_scale;           /* of output, of row threadIdx.x; NULL: none */
	int scale_blocks;                         /* blocks of inputs that share w_scale; 0: all */
};

/* Outputs beyond the last are the last over again: nobody stores them. */
template <class OF> CU_DEVICE const struct kern_weight &cu_weight_at(const typename OF::tile &t, int r, int &out)
{
	int strip = r / CU_STRIP;
	const struct kern_weight &w = t.w[t.pair ? strip & 1 : 0];
	out = min(t.from + (t.pair ? strip / 2 : strip) * CU_STRIP + r % CU_STRIP, w.rows - 1);
	return w;
}

template <class OF> CU_DEVICE void cu_feed_begin(struct cu_feed<OF> &f, const typename OF::tile &t)
{
	int part = (int)threadIdx.x % CU_PARTS * 16, first = (int)threadIdx.x / CU_PARTS, thread = (int)threadIdx.x, out;
	bool fp8 = t.w[0].type == KERN_FP8;
	f.chunk = 0;
	f.chunks = cu_chunks(t.w[0]);
	f.bytes = t.w[0].cols * (fp8 ? 1 : 2);
	f.rows = (t.rows - first + OF::STEP - 1) / OF::STEP;
#pragma unroll
	for (int i = 0; i < OF::FETCHED; i++) {
		const struct kern_weight &w = cu_weight_at<OF>(t, first + i * OF::STEP, out);
		f.w[i] = (const unsigned char *)cu_row(w, out) + part;
	}
#pragma unroll
	for (int i = 0; i < OF::FETCHED_ROWS; i++)
		f.x[i] = (const unsigned char *)t.x[i < f.rows ? first + i * OF::STEP : 0] + part;
	f.w_scale = f.x_scale = NULL;
	if (fp8 && thread < OF::OUTS) {
		const struct kern_weight &w = cu_weight_at<OF>(t, thread, out);
		f.w_scale = w.scale + (size_t)((w.scale_row0 + out) / w.block_rows) * (size_t)w.scale_ld;
		f.scale_blocks = w.block_cols >= w.cols ? 0 : w.block_cols / CU_BLOCK;
	}
	if (fp8 && thread < t.rows)
		f.x_scale = t.x[thread] + cu_scales_at(t.w[0].cols);
}

/* Whether there is a stage to be fetched; begins its item if it is the first. */
template <class OF> CU_DEVICE bool cu_feed_is_on(struct cu_feed<OF> &f, const typename OF::tile *tiles)
{
	if (f.item >= f.end)
		return false;
	if (!f.chunks)
		cu_feed_begin<OF>(f, tiles[f.turn]);
	return true;
}

/* A thread's parts of chunk c of a stage; the last 16 bytes of a row may be fewer, then zeros. */
template <class OF> CU_DEVICE void cu_feed_edge(const struct cu_feed<OF> &f, unsigned char *to, float *scale, int c)
{
	int chunk = f.chunk + c, left = min(f.bytes - chunk * CU_CHUNK - (int)threadIdx.x % CU_PARTS * 16, 16);
#pragma unroll
	for (int i = 0; i < OF::FETCHED; i++)
		cu_copy16(to + c * OF::W_CHUNK + i * OF::STEP * CU_CHUNK, f.w[i] + (left > 0 ? c * CU_CHUNK : 0), left > 0 ? left : 0);
	if (f.w_scale)
		cu_copy4(scale + c * OF::OUTS, f.w_scale + (f.scale_blocks ? chunk / f.scale_blocks : 0));
}

template <class OF> CU_DEVICE void cu_feed_weights(unsigned char *memory, const struct cu_feed<OF> &f, int slot)
{
	int part = (int)threadIdx.x % CU_PARTS, first = (int)threadIdx.x / CU_PARTS;
	unsigned char *to = memory + OF::W + slot * OF::CHUNKS * OF::W_CHUNK + first * CU_CHUNK + ((part ^ first) & 7) * 16;
	float *scale = (float *)(memory + OF::W_SCALE) + slot * OF::CHUNKS * OF::OUTS + threadIdx.x;
	if (f.bytes < (f.chunk + OF::CHUNKS) * CU_CHUNK || (f.w_scale && f.scale_blocks != 1)) {
#pragma unroll 1
		for (int c = 0; c < OF::CHUNKS && f.chunk + c < f.chunks; c++)
			cu_feed_edge<OF>(f, to, scale, c);
		return;
	}
#pragma unroll
	for (int c = 0; c < OF::CHUNKS; c++)
#pragma unroll
		for (int i = 0; i < OF::FETCHED; i++)
			cu_copy16(to + c * OF::W_CHUNK + i * OF::STEP * CU_CHUNK, f.w[i] + c * CU_CHUNK, 16);
	if (f.w_scale)
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			cu_copy4(scale + c * OF::OUTS, f.w_scale + f.chunk + c);
}

/* What lies in a stage beyond the tile's rows is left there: nobody stores its sums. */
template <class OF> CU_DEVICE void cu_feed_rows(unsigned char *memory, const struct cu_feed<OF> &f, int slot)
{
	int part = (int)threadIdx.x % CU_PARTS, first = (int)threadIdx.x / CU_PARTS, last = f.chunks - 1 - f.chunk;
	unsigned char *to = memory + OF::X + slot * OF::CHUNKS * OF::X_CHUNK + first * CU_CHUNK + ((part ^ first) & 7) * 16;
	float *scale = (float *)(memory + OF::X_SCALE) + slot * OF::CHUNKS * OF::ROWS + threadIdx.x;
#pragma unroll
	for (int c = 0; c < OF::CHUNKS; c++)
#pragma unroll
		for (int i = 0; i < OF::FETCHED_ROWS; i++)
			if (i < f.rows && c <= last)
				cu_copy16(to + c * OF::X_CHUNK + i * OF::STEP * CU_CHUNK, f.x[i] + c * CU_CHUNK, 16);
	if (f.x_scale)
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			if (c <= last)
				cu_copy4(scale + c * OF::ROWS, f.x_scale + f.chunk + c);
}

/* Describes an item's tile. Of items that differ by the outputs alone the one before has read what there is to read. Called by a warp. */
template <class OF, class JOB>
CU_DEVICE void cu_next_tile(const JOB &job, int item, typename OF::tile *t, const typename OF::tile *before)
{
	int lane = (int)threadIdx.x % CU_WARP, from = job_next_outputs(job, item, OF::OUTS);
	if (from < 0) {
		job_tile(job, item, OF::OUTS, lane, t, t->x, t->place);
		return;
	}
	for (int i = lane; i < (int)(sizeof *t / 16); i += CU_WARP)
		((uint4 *)t)[i] = ((const uint4 *)before)[i];
	__syncwarp();
	if (lane == 0)
		t->from = from;
}

/* On to the next stage. A tile is described when the stage before its first is fetched: at the latest a barrier lies between that and
 * its use. */
template <class OF, class JOB> CU_DEVICE void cu_feed_on(typename OF::tile *tiles, const JOB &job, struct cu_feed<OF> &f, bool describe)
{
	f.chunk += OF::CHUNKS;
#pragma unroll
	for (int i = 0; i < OF::FETCHED; i++)
		f.w[i] += OF::CHUNKS * CU_CHUNK;
#pragma unroll
	for (int i = 0; i < OF::FETCHED_ROWS; i++)
		f.x[i] += OF::CHUNKS * CU_CHUNK;
	if (f.chunk < f.chunks)
		return;
	f.chunk = f.chunks = 0; /* to be begun */
	f.item++;
	f.turn = f.turn + 1 < OF::TILES ? f.turn + 1 : 0;
	if (describe && f.item < f.end && threadIdx.x / CU_WARP == OF::WARPS - 1)
		cu_next_tile<OF>(job, f.item, &tiles[f.turn], &tiles[f.turn ? f.turn - 1 : OF::TILES - 1]);
	__syncwarp(); /* what follows is for whole warps */
}

/* Fetches the next stage, a group of copies even where there is none. */
template <class OF, class JOB> CU_DEVICE void cu_feed_stage(unsigned char *memory, const JOB &job, struct cu_feed<OF> &f, int slot)
{
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILE);
	if (cu_feed_is_on<OF>(f, tiles)) {
		cu_feed_weights<OF>(memory, f, slot);
		cu_feed_rows<OF>(memory, f, slot);
		cu_feed_on<OF>(tiles, job, f, true);
	}
	cu_copies_end_group();
}

/* ---- the first stages ---- */

/* Their tiles. */
template <class OF, class JOB> CU_DEVICE void cu_first_tiles(unsigned char *memory, const JOB &job, int item, int end)
{
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILE);
	for (int i = (int)threadIdx.x / CU_WARP; i < OF::STAGES; i += OF::WARPS)
		if (item + i < end)
			job_tile(job, item + i, OF::OUTS, (int)threadIdx.x % CU_WARP, &tiles[i], tiles[i].x, tiles[i].place);
	__syncthreads();
}

/* Weights are nobody's output: they are under way before the kernel ahead has ended, where the job lets it. */
template <class OF, class JOB> CU_DEVICE void cu_first_stages(unsigned char *memory, const JOB &job, struct cu_feed<OF> &f)
{
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILE);
	struct cu_feed<OF> rows = f;
#pragma unroll 1
	for (int i = 0; i < OF::STAGES - 1; i++) {
		if (cu_feed_is_on<OF>(f, tiles)) {
			cu_feed_weights<OF>(memory, f, i);
			cu_feed_on<OF>(tiles, job, f, false);
		}
	}
	if (JOB::EARLY) {
		cu_wait();
		cu_let_next();
	}
#pragma unroll 1
	for (int i = 0; i < OF::STAGES - 1; i++) {
		if (cu_feed_is_on<OF>(rows, tiles)) {
			cu_feed_rows<OF>(memory, rows, i);
			cu_feed_on<OF>(tiles, job, rows, false);
		}
		cu_copies_end_group();
	}
}

/* ---- sums ---- */

/* total += the chain of a chunk, scaled. SAME: by one scale of the weights, as of both of a lane's outputs as a rule: fewer products. */
template <bool SAME, int SUMS>
CU_DEVICE void cu_add_scaled(float (*total)[4], const float (&acc)[SUMS], const float (&scale)[2], const float *columns, bool fp8)
{
#pragma unroll
	for (int i = 0; i < SUMS / 4; i++) {
		float2 column = fp8 ? *(const float2 *)(columns + i * CU_GROUP) : make_float2(1, 1);
		float first[2] = { __fmul_rn(scale[0], column.x), __fmul_rn(scale[0], column.y) };
		float second[2] = { SAME ? first[0] : __fmul_rn(scale[1], column.x), SAME ? first[1] : __fmul_rn(scale[1], column.y) };
#pragma unroll
		for (int j = 0; j < 4; j++)
			total[i][j] = fmaf(acc[4 * i + j], j < 2 ? first[j % 2] : second[j % 2], total[i][j]);
	}
}

template <int SUMS> CU_DEVICE void cu_add_chain(float (*total)[4], const float (&acc)[SUMS], const float (&scale)[2], const float *columns, bool fp8)
{
	if (__float_as_uint(scale[0]) == __float_as_uint(scale[1]))
		cu_add_scaled<true>(total, acc, scale, columns, fp8);
	else
		cu_add_scaled<false>(total, acc, scale, columns, fp8);
}

/* A stage in hand. */
struct cu_stage_at {
	int slot, free, chunk, chunks; /* free: the stage that can be filled; chunk: its first, of how many */
	bool both;                     /* there are rows in the second half */
};

/* A chain. */
template <bool FP8, int SUMS> CU_DEVICE void cu_multiply_chunk(float (&acc)[SUMS], uint64_t a, uint64_t b)
{
#pragma unroll
	for (int i = 0; i < CU_CHUNK / 32; i++)
		cu_wgmma<FP8>(acc, a + (uint64_t)(2 * i), b + (uint64_t)(2 * i), i > 0);
}

/* Begins the chain of chunk c of the stage for half h of the rows. group: the warp group. */
template <class OF, bool FP8>
CU_DEVICE void cu_begin_chain(float (&acc)[OF::SUMS], const unsigned char *memory, int slot, int group, int c, int h)
{
	const unsigned char *w = memory + OF::W + (slot * OF::CHUNKS + c) * OF::W_CHUNK + group * CU_GROUP_OUTS * CU_CHUNK;
	const unsigned char *x = memory + OF::X + (slot * OF::CHUNKS + c) * OF::X_CHUNK + h * (OF::X_CHUNK / OF::HALVES);
	cu_multiply_chunk<FP8>(acc, cu_descriptor(w), cu_descriptor(x));
}

/* The chains of half h of the rows, a group. */
template <class OF, bool FP8, int N>
CU_DEVICE void cu_begin_chains(float (&acc)[N][OF::SUMS], const unsigned char *memory, int slot, int group, int h)
{
	cu_wgmma_fence();
#pragma unroll
	for (int c = 0; c < N; c++)
		cu_begin_chain<OF, FP8>(acc[c], memory, slot, group, c, h);
	cu_wgmma_commit();
}

/* Where a lane's scales lie: of its outputs, and of its rows. */
struct cu_scales {
	const float *w, *x;
};

/* total += chunk c of the stage, for half h of the rows. What is no FP8 has scales of 1. */
template <class OF>
CU_DEVICE void cu_end_chain(float (&total)[OF::TOTALS][4], float (&acc)[OF::SUMS], const struct cu_scales &at, const struct cu_stage_at &s, bool fp8,
	int c, int h)
{
	enum { GROUPS = OF::SUMS / 4 };
	cu_wgmma_done(acc);
	float scale[2] = { fp8 ? at.w[c * OF::OUTS] : 1, fp8 ? at.w[c * OF::OUTS + 8] : 1 };
	if (s.chunk + c < s.chunks)
		cu_add_chain(total + h * GROUPS, acc, scale, at.x + c * OF::ROWS + h * GROUPS * CU_GROUP, fp8);
}

/* total += the stage, while the next one to come is fetched. The first half of the rows is scaled while the second is multiplied. */
template <class OF, class JOB>
CU_DEVICE void cu_take_stage(float (&total)[OF::TOTALS][4], unsigned char *memory, const struct cu_stage_at &s, bool fp8, const JOB &job,
	struct cu_feed<OF> &f)
{
	float acc[OF::CHUNKS][OF::SUMS], second[1][OF::SUMS];
	int lane = (int)threadIdx.x % CU_WARP, slot = cu_uniform(s.slot);
	int group = OF::GROUPS > 1 ? cu_uniform((int)threadIdx.x / CU_GROUP_THREADS) : 0;
	const float *w_scale = (const float *)(memory + OF::W_SCALE) + s.slot * OF::CHUNKS * OF::OUTS;
	const float *x_scale = (const float *)(memory + OF::X_SCALE) + s.slot * OF::CHUNKS * OF::ROWS;
	struct cu_scales at = { w_scale + threadIdx.x / CU_WARP * CU_STRIP + lane / 4, x_scale + lane % 4 * 2 };
	if (fp8)
		cu_begin_chains<OF, true>(acc, memory, slot, group, 0);
	else
		cu_begin_chains<OF, false>(acc, memory, slot, group, 0);
	if (OF::HALVES == 2 && s.both) {
		if (fp8)
			cu_begin_chains<OF, true>(second, memory, slot, group, 1);
		else
			cu_begin_chains<OF, false>(second, memory, slot, group, 1);
		cu_feed_stage<OF>(memory, job, f, s.free);
		cu_wgmma_wait<1>();
		cu_end_chain<OF>(total, acc[0], at, s, fp8, 0, 0);
		cu_wgmma_wait<0>();
		cu_end_chain<OF>(total, second[0], at, s, fp8, 0, OF::HALVES - 1);
	} else {
		cu_feed_stage<OF>(memory, job, f, s.free);
		cu_wgmma_wait<0>();
#pragma unroll
		for (int c = 0; c < OF::CHUNKS; c++)
			cu_end_chain<OF>(total, acc[c], at, s, fp8, c, 0);
	}
}

/* All items of a block. One barrier a stage: behind it the next stage is there, and the last one has been read. */
template <class OF, class JOB> CU_DEVICE void cu_groups_work(const JOB &job)
{
#if CU_HAS_WGMMA
	CU_SHARED(memory);
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILE);
	struct cu_place p = {};
	p.lane = (int)threadIdx.x % CU_WARP;
	p.strip = p.warp = (int)threadIdx.x / CU_WARP;
	p.strips = p.warps = OF::WARPS;
	p.total = (float *)(memory + OF::TOTAL);
	if (!JOB::EARLY)
		cu_begin_job(job);
	int items = job_items(job, OF::OUTS), item = cu_share(items, (int)blockIdx.x), end = cu_share(items, (int)blockIdx.x + 1);
	struct cu_feed<OF> feed = {};
	feed.item = item;
	feed.end = end;
	cu_first_tiles<OF>(memory, job, item, end);
	cu_first_stages<OF>(memory, job, feed);
	for (int turn = 0, slot = 0; item < end; item++) {
		const typename OF::tile &t = tiles[turn];
		float total[OF::TOTALS][4] = {};
		bool fp8 = t.w[0].type == KERN_FP8;
		struct cu_stage_at s = { slot, 0, 0, cu_chunks(t.w[0]), t.rows > OF::ROWS / OF::HALVES };
		for (; s.chunk < s.chunks; s.chunk += OF::CHUNKS) {
			s.slot = slot;
			s.free = slot ? slot - 1 : OF::STAGES - 1;
			cu_copies_wait<OF::STAGES - 2>();
			cu_proxy_fence();
			__syncthreads();
			cu_take_stage<OF>(total, memory, s, fp8, job, feed);
			slot = slot + 1 < OF::STAGES ? slot + 1 : 0;
		}
		turn = turn + 1 < OF::TILES ? turn + 1 : 0;
		cu_put_totals<OF::TOTALS>(p, total);
		__syncthreads();
		if (job_in_fours(job, t))
			job_store_fours(job, t, t.place, p.total, OF::OUTS);
		else
			job_store(job, t, t.place, p.total, OF::OUTS);
	}
#else /* nobody launches it there */
	(void)job;
	__trap();
#endif
}

#endif
