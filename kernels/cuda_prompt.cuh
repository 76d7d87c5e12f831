/* kernels/cuda_prompt.cuh - inside kernels/. Products of a prompt's rows on Hopper: the jobs of cuda_tile.cuh, by warp groups.
 *
 * Where many rows meet a matrix the matrix instructions are the limit, and only those of warp groups (cu_wgmma) use the card in full.
 * They read the rows from shared memory as they are to be multiplied:
 *
 *   rows:    staged by a kernel ahead (cuda_staged.cuh); from there 16 bytes at a time to shared memory, CU_STAGES blocks of inputs ahead,
 *            across items
 *   weights: as in cuda_tile.cuh, straight to registers; a warp has 16 outputs, a warp group 64, a block of two warp groups 128
 *   sums:    one chain a block of inputs; scaled and added in order in registers; stored four at a time where they lie so
 *            (job_in_fours, job_store_fours, unused where no warp groups are compiled): with one block on a multiprocessor nobody multiplies meanwhile
 *
 * A prompt's rows go this way however few they are, and no others do: warp groups may round their sums otherwise than mma.sync does.
 * All tiles use one shape of instruction, 64 outputs by 64 rows, so that the tile a row is in changes nothing.
 *
 * In shared memory a stage is chunk by chunk, in each row by row, and the 16-byte parts of a row change places (cu_descriptor). */
#ifndef KERNELS_CUDA_PROMPT_CUH
#define KERNELS_CUDA_PROMPT_CUH

#include "kernels/cuda_staged.cuh"

enum {
	CU_STAGES = 4,      /* blocks of inputs in shared memory: of the one in hand and those under way */
	CU_HALF_ROWS = 64,  /* rows of a cu_wgmma */
	CU_CHUNK = 128,     /* bytes of a row's chunk of 64 inputs */
	CU_PAIRS = 4,       /* of instructions in a block of inputs */
	CU_PROMPT_WARPS = 8, CU_PROMPT_THREADS = CU_PROMPT_WARPS * CU_WARP, CU_PROMPT_OUTS = CU_PROMPT_WARPS * CU_STRIP,
	CU_PROMPT_TILES = CU_STAGES + 1, /* of the item in hand, and of those whose rows are fetched or come next */
	CU_PROMPT_LD = CU_PROMPT_OUTS + 4,
};

/* Four sums in their columns, as R rounds them. */
CU_DEVICE float4 cu_round4(bool bf16, float4 v)
{
	return make_float4(cu_round(bf16, v.x), cu_round(bf16, v.y), cu_round(bf16, v.z), cu_round(bf16, v.w));
}

/* Whether rows of floats can be written four at a time. */
CU_DEVICE bool cu_in_fours(const void *data, size_t ld, int cols)
{
	return !(((uintptr_t)data & 15) | (ld & 3) | (size_t)(cols & 3));
}

/* Tiles of 64 rows, two blocks on a multiprocessor, or of 128, one, which read weights half as often. */
template <int N> struct cu_prompt_of {
	enum {
		ROWS = N,
		HALVES = N / CU_HALF_ROWS,
		RESIDENT = HALVES == 1 ? 2 : 1,
		BY_PAIRS = HALVES == 1,      /* weights are made a pair of instructions ahead, else all stay in registers of their own: */
		AHEAD = BY_PAIRS ? 2 : 4,    /* so many pairs */
		STAGE = ROWS * CU_STAGED,    /* bytes of one */
		GROUPS = ROWS / CU_GROUP,
	};
	typedef struct cu_tile_of<ROWS> tile;
	/* Shared memory: the job's lists, x [CU_STAGES][2][ROWS][CU_CHUNK], tiles, x_scale [CU_STAGES][ROWS], total [ROWS][CU_PROMPT_LD].
	 * x begins at a multiple of 1024, as the lists are that long. */
	enum {
		X = CU_LISTS,
		TILES = X + CU_STAGES * STAGE,
		X_SCALE = TILES + (CU_PROMPT_TILES * (int)sizeof(tile) + 127) / 128 * 128,
		TOTAL = X_SCALE + CU_STAGES * ROWS * 4,
		BYTES = TOTAL + ROWS * CU_PROMPT_LD * 4,
	};
};
static_assert(CU_LISTS % 1024 == 0, "where rows are swizzled, their addresses count");

/* ---- rows to shared memory ---- */

/* What is fetched next, of the items before `end`. */
struct cu_ahead {
	int item, turn, block, end;
};

/* A block of the tile's rows. What lies in a stage beyond them is left there: nobody stores its sums. */
template <class OF> CU_DEVICE void cu_fetch_rows(unsigned char *memory, const typename OF::tile &t, int block, int slot)
{
	enum { PARTS = CU_STAGED / 16, STEP = CU_PROMPT_THREADS / PARTS }; /* a thread has one part of every STEP-th row */
	static_assert(STEP % 8 == 0, "so that it has the same place in all of them");
	int part = (int)threadIdx.x % PARTS, first = (int)threadIdx.x / PARTS, left = t.rows - first;
	int at = part / 8 * OF::ROWS * CU_CHUNK + first * CU_CHUNK + ((part ^ first) & 7) * 16, from = block * CU_STAGED + part * 16;
	unsigned char *to = memory + OF::X + slot * OF::STAGE + at;
	const float *row[OF::ROWS / STEP];
#pragma unroll
	for (int i = 0; i < OF::ROWS / STEP; i++)
		row[i] = t.x[i * STEP < left ? first + i * STEP : 0];
#pragma unroll
	for (int i = 0; i < OF::ROWS / STEP; i++)
		if (i * STEP < left)
			cu_copy16(to + i * STEP * CU_CHUNK, (const unsigned char *)row[i] + from, 16);
	if (cu_group(t, 0) && (int)threadIdx.x < t.rows) {
		int scales = (t.w[0].cols + CU_BLOCK - 1) / CU_BLOCK * (CU_STAGED / 4);
		cu_copy4((float *)(memory + OF::X_SCALE) + slot * OF::ROWS + threadIdx.x, t.x[threadIdx.x] + scales + block);
	}
}

/* Fetches the next block into a stage, a group of copies even where there is none. A tile is described when the block before its first is fetched:
 * at the latest a barrier lies between that and its use. */
template <class OF, class JOB>
CU_DEVICE void cu_fetch_ahead(unsigned char *memory, const JOB &job, struct cu_ahead &a, int slot, bool describe)
{
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILES);
	if (a.item < a.end) {
		const typename OF::tile &t = tiles[a.turn];
		cu_fetch_rows<OF>(memory, t, a.block, slot);
		if (++a.block * CU_BLOCK >= t.w[0].cols) {
			a.block = 0;
			a.item++;
			a.turn = a.turn + 1 < CU_PROMPT_TILES ? a.turn + 1 : 0;
			if (describe && a.item < a.end && threadIdx.x / CU_WARP == CU_PROMPT_WARPS - 1)
				job_tile(job, a.item, CU_PROMPT_OUTS, (int)threadIdx.x % CU_WARP, &tiles[a.turn], tiles[a.turn].x);
		}
	}
	cu_copies_end_group();
	__syncwarp(); /* what follows is for whole warps */
}

/* ---- sums ---- */

/* total += the chain of one block, scaled. */
CU_DEVICE void cu_add_chain(float (*total)[4], const float (&acc)[CU_SUMS], const float (&scale)[2], const float *x_scale, bool fp8, bool codes)
{
#pragma unroll
	for (int i = 0; i < CU_HALF_ROWS / CU_GROUP; i++) {
		float2 row = codes ? *(const float2 *)(x_scale + i * CU_GROUP) : make_float2(1, 1);
#pragma unroll
		for (int j = 0; j < 4; j++)
			total[i][j] = fp8 ? fmaf(acc[4 * i + j], __fmul_rn(scale[j / 2], j % 2 ? row.y : row.x), total[i][j])
				          : __fadd_rn(total[i][j], acc[4 * i + j]);
	}
}

/* Pair i of instructions of a block for half h of the rows. rows: the stage's descriptor. */
template <class OF> CU_DEVICE void cu_two_wgmma(float (&acc)[CU_SUMS], const uint32_t (&a)[2][4], uint64_t rows, int h, int i)
{
#pragma unroll
	for (int j = 0; j < 2; j++) {
		int at = (i / 2 * OF::ROWS + h * CU_HALF_ROWS) * CU_CHUNK + (i % 2 * 2 + j) * 32;
		cu_wgmma(acc, a[j], rows + (uint64_t)(at / 16), i + j > 0);
	}
}

/* A block of inputs of a tile. */
struct cu_step {
	int block, free;  /* free: the stage that can be filled */
	bool more;        /* another block follows */
	bool both, codes; /* there are rows in the second half; rows are codes */
	uint64_t rows;    /* the stage's descriptor */
	const float *x_scale;
};

/* What a lane has of the weights that come next: a piece in FP8; in bfloat16 one or, for tiles of 128 rows, two: a block. */
struct cu_held {
	struct cu_piece piece[2];
};

/* acc = a block of FP8 weights, or of bfloat16 ones held whole, times the first half of the rows. What comes free is fetched for the next
 * block, into `then`: held itself, or another where a's words are held's own, in bfloat16: those may not change before the wait. The
 * weights of all 8 instructions stay in `a`, or a pair is made while the one before it is multiplied. */
template <class OF, bool FP8>
CU_DEVICE void cu_chain(float (&acc)[CU_SUMS], uint32_t (&a)[OF::AHEAD][2][4], struct cu_held &held, struct cu_held &then,
	const struct cu_source &s, const struct kern_weight &w, int lane, const struct cu_step &step)
{
#pragma unroll
	for (int i = 0; i < CU_PAIRS; i++) {
		const struct cu_piece &piece = held.piece[FP8 ? 0 : i / 2];
		int half = FP8 ? i / 2 : i % 2, next = FP8 ? step.block + 1 : 2 * (step.block + 1) + i / 2;
		if (i >= OF::AHEAD)
			cu_wgmma_wait<OF::AHEAD - 1>();
		cu_fragments<FP8>(a[i % OF::AHEAD], piece.word[2 * half], piece.word[2 * half + 1], i % 2);
		cu_wgmma_fence();
		cu_two_wgmma<OF>(acc, a[i % OF::AHEAD], step.rows, 0, i);
		if (OF::BY_PAIRS || i == CU_PAIRS - 1)
			cu_wgmma_commit();
		if (step.more && (!FP8 || i % 2))
			cu_fetch(then.piece[FP8 ? 0 : i / 2], s, w, lane, next, half, half + 1);
	}
}

/* The same in bfloat16 where registers are few: piece by piece, while the next one comes. */
template <class OF>
CU_DEVICE void cu_chain_by_pieces(float (&acc)[CU_SUMS], uint32_t (&a)[OF::AHEAD][2][4], struct cu_held &held, const struct cu_source &s,
	const struct kern_weight &w, int lane, const struct cu_step &step)
{
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct cu_piece &now = held.piece[0], &then = held.piece[1];
		if (i == 0 || step.more)
			cu_fetch(then, s, w, lane, 2 * step.block + i + 1, 0, 2);
#pragma unroll
		for (int half = 0; half < 2; half++)
			cu_fragments<false>(a[half], now.word[2 * half], now.word[2 * half + 1], false);
		cu_wgmma_fence();
#pragma unroll
		for (int half = 0; half < 2; half++)
			cu_two_wgmma<OF>(acc, a[half], step.rows, 0, 2 * i + half);
		cu_wgmma_commit();
		cu_wgmma_wait<0>();
		now = then;
	}
}

/* The next block's weights become the ones in hand, once what read these has been waited for. The compiler may not do it before: it knows
 * nothing of registers that are still being read. */
CU_DEVICE void cu_take_held(struct cu_held &held, struct cu_held &then)
{
#pragma unroll
	for (int i = 0; i < 2; i++)
#pragma unroll
		for (int j = 0; j < 4; j++) {
			cu_keep(then.piece[i].word[j]);
			held.piece[i].word[j] = then.piece[i].word[j];
		}
}

/* total += a block of inputs. For tiles of 128 rows others are fetched meanwhile, and the first half of the rows is scaled while the second
 * is multiplied. */
template <class OF, bool FP8, class JOB>
CU_DEVICE void cu_prompt_block(float (&total)[OF::GROUPS][4], struct cu_held &held, const struct cu_source &s, const struct kern_weight &w, int lane,
	const struct cu_step &step, unsigned char *memory, const JOB &job, struct cu_ahead &ahead)
{
	float acc[OF::HALVES][CU_SUMS], scale[2] = { 1, 1 };
	uint32_t a[OF::AHEAD][2][4];
	struct cu_held then = {};
	if (FP8)
		cu_fetch_scale(scale, s, w, step.block);
	if (FP8 || OF::HALVES == 2)
		cu_chain<OF, FP8>(acc[0], a, held, FP8 ? held : then, s, w, lane, step);
	else
		cu_chain_by_pieces<OF>(acc[0], a, held, s, w, lane, step);
	if (OF::HALVES == 2 && step.both) {
		cu_wgmma_fence();
#pragma unroll
		for (int i = 0; i < CU_PAIRS; i++)
			cu_two_wgmma<OF>(acc[OF::HALVES - 1], a[i % OF::AHEAD], step.rows, 1, i);
		cu_wgmma_commit();
		cu_fetch_ahead<OF>(memory, job, ahead, step.free, true);
		cu_wgmma_wait<1>();
		cu_wgmma_done(acc[0]);
		cu_add_chain(total, acc[0], scale, step.x_scale, FP8, step.codes);
		cu_wgmma_wait<0>();
		cu_wgmma_done(acc[OF::HALVES - 1]);
		cu_add_chain(total + CU_HALF_ROWS / CU_GROUP * (OF::HALVES - 1), acc[OF::HALVES - 1], scale, step.x_scale + CU_HALF_ROWS, FP8,
			step.codes);
	} else {
		if (!OF::BY_PAIRS)
			cu_fetch_ahead<OF>(memory, job, ahead, step.free, true);
		cu_wgmma_wait<0>();
		cu_wgmma_done(acc[0]);
		cu_add_chain(total, acc[0], scale, step.x_scale, FP8, step.codes);
	}
	if (!FP8 && OF::HALVES == 2)
		cu_take_held(held, then);
}

/* The first weights of a tile. */
template <class OF> CU_DEVICE void cu_prompt_begin(struct cu_source &s, struct cu_held &held, const struct cu_place &p, const struct cu_tile &t)
{
	const struct kern_weight &w = cu_weight_of(p, t);
	float unused[2];
	cu_begin<true>(s, held.piece[0], unused, p, t);
	if (OF::HALVES == 2 && w.type != KERN_FP8)
		cu_fetch(held.piece[1], s, w, p.lane, 1, 0, 2);
}

/* All items of a block. One barrier a block of inputs: behind it the next stage's rows are there, and the last one's have been read. */
template <class OF, class JOB> CU_DEVICE void cu_prompt_work(const JOB &job)
{
#if CU_HAS_WGMMA
	CU_SHARED(memory);
	typename OF::tile *tiles = (typename OF::tile *)(memory + OF::TILES);
	struct cu_place p = {};
	struct cu_source s = {};
	struct cu_held held = {};
	p.lane = (int)threadIdx.x % CU_WARP;
	p.strip = p.warp = (int)threadIdx.x / CU_WARP;
	p.strips = p.warps = CU_PROMPT_WARPS;
	p.total = (float *)(memory + OF::TOTAL);
	if (!JOB::EARLY) {
		job_before(job);
		cu_wait();
		cu_let_next();
		job_begin(job);
		__syncthreads();
	}
	int items = job_items(job, CU_PROMPT_OUTS), item = cu_share(items, (int)blockIdx.x), end = cu_share(items, (int)blockIdx.x + 1);
	struct cu_ahead ahead = { item, 0, 0, end };
	if (p.warp < CU_STAGES && item + p.warp < end)
		job_tile(job, item + p.warp, CU_PROMPT_OUTS, p.lane, &tiles[p.warp], tiles[p.warp].x);
	__syncthreads();
	if (item < end)
		cu_prompt_begin<OF>(s, held, p, tiles[0]);
	if (JOB::EARLY) { /* weights are nobody's output */
		cu_wait();
		cu_let_next();
	}
	for (int i = 0; i < CU_STAGES - 1; i++)
		cu_fetch_ahead<OF>(memory, job, ahead, i, false);
	for (int turn = 0, slot = 0; item < end; item++) {
		const typename OF::tile &t = tiles[turn];
		const struct kern_weight &w = cu_weight_of(p, t);
		float total[OF::GROUPS][4] = {};
		int blocks = (t.w[0].cols + CU_BLOCK - 1) / CU_BLOCK;
		for (int b = 0; b < blocks; b++) {
			cu_copies_wait<CU_STAGES - 2>();
			cu_proxy_fence();
			__syncthreads();
			struct cu_step step = { b, slot ? slot - 1 : CU_STAGES - 1, b + 1 < blocks, t.rows > CU_HALF_ROWS, cu_group(t, 0) != 0,
				cu_descriptor(memory + OF::X + slot * OF::STAGE),
				(const float *)(memory + OF::X_SCALE) + slot * OF::ROWS + p.lane % 4 * 2 };
			if (OF::BY_PAIRS) /* there another block multiplies meanwhile */
				cu_fetch_ahead<OF>(memory, job, ahead, step.free, true);
			if (t.w[0].type == KERN_FP8)
				cu_prompt_block<OF, true>(total, held, s, w, p.lane, step, memory, job, ahead);
			else
				cu_prompt_block<OF, false>(total, held, s, w, p.lane, step, memory, job, ahead);
			slot = slot + 1 < CU_STAGES ? slot + 1 : 0;
		}
		turn = turn + 1 < CU_PROMPT_TILES ? turn + 1 : 0;
		if (item + 1 < end)
			cu_prompt_begin<OF>(s, held, p, tiles[turn]);
		cu_put_totals<OF::GROUPS>(p, total);
		__syncthreads();
		if (job_in_fours(job, t))
			job_store_fours(job, t, p.total, CU_PROMPT_OUTS);
		else
			job_store(job, t, p.total, CU_PROMPT_OUTS);
	}
#else /* nobody launches it there */
	(void)job;
	__trap();
#endif
}

#endif
