/* The experts of a layer:
 *   group    (row, slot) pairs by expert, in tiles; with few pairs each block of up and down finds out for itself
 *   x        staged, where it does not come in its forms (cuda_staged.cuh)
 *   up       hidden = R(R(silu(R(gate x))) * R(up x)) for every pair, the shared expert's rows, and the shared factor
 *   hidden   rows staged, by warp groups or where there are more than a few
 *   down     R(down hidden), to a place of the pair's own
 *   combine  the sum over the slots in order
 * A unit is an expert with its pairs or, last, the shared one with all rows. Types are looked at matrix by matrix where the work is
 * done; only which way products go is decided for all units together, beforehand, by their matrices. */
#include "kernels/cuda_groups.cuh"

struct plan_unit {
	struct kern_mlp mlp;
	unsigned long long bytes;
	cu_map gate, up, down; /* where they go by warp groups */
};

/* What kern_experts_plan puts into the device's memory: [n_experts] chosen ones, then the shared one and its gate. */
struct experts_plan {
	struct kern_weight shared_gate;
	cu_map shared_gate_map;
	struct plan_unit unit[1];
};

static_assert(alignof(struct plan_unit) % 16 == 0 && offsetof(struct plan_unit, mlp) == 0 && alignof(struct experts_plan) % 16 == 0 &&
	offsetof(struct experts_plan, shared_gate) == 0, "cu_get_weights takes 16 bytes at a time");

/* Pairs first .. first + rows - 1 of the sorted list, all of one expert. */
struct pair_tile {
	int expert, first, rows;
};

/* With few pairs an expert has one tile: its pairs, by which every block lists them in shared memory. */
enum { FEW_PAIRS = 64, FEW_ROWS = CU_GROUP };
struct few_pairs {
	int n_tiles;
	uint16_t expert[FEW_PAIRS]; /* of the tiles, as rows */
	unsigned char rows[FEW_PAIRS];
	unsigned char pair[FEW_PAIRS * FEW_ROWS];
};
static_assert(FEW_PAIRS == 2 * CU_WARP, "a warp lists them, two a lane");
static_assert(sizeof(struct few_pairs) <= CU_LISTS, "lists lie at the start of shared memory");

struct experts_job {
	struct kern_view x;
	struct kern_view staged[2]; /* where rows are staged: x as FP8 matrices read it, and as those of bfloat16 do */
	const uint16_t *experts;
	const float *weights;
	int n, top_k, n_experts, d, width, shared_width; /* shared_width 0: no shared expert */
	int group;     /* 0, or inputs of x that share a scale where they are quantised */
	int tile_rows;
	int id_bits;   /* an expert's number has at most */
	/* A launch's items: the shared gate's, then the shared expert's, so many strips of each of its tiles, then as many as the lists have. */
	int gate_items, shared_items;
	struct cu_divisor shared_strips, strips;
	struct cu_divisor slots; /* top_k: so many pairs have one row of x */
	bool bf16, gate, few;
	enum cu_way way, up_way, down_way; /* the lesser of both */
	enum cu_order order;
	const struct experts_plan *plan;
	int *n_tiles, *pairs;
	struct pair_tile *tiles;
	float *hidden, *shared_hidden; /* [n * k][width], by pair = row * k + slot; [n][shared_width] */
	void *result, *shared_result;  /* [n * k][d], [n][d], as put_result has them */
	float *factor;                        /* [n] */
	int32_t *distinct;
	unsigned long long *traffic;
	struct cu_soon soon;
};

/* Results are rounded: under bf16 they lie there as bfloat16, since a prompt's are many. */
CU_DEVICE void put_result(const struct experts_job &job, void *to, size_t i, float x)
{
	if (job.bf16)
		((uint16_t *)to)[i] = cu_to_bf16(x);
	else
		((float *)to)[i] = x;
}

/* i a multiple of 4 */
CU_DEVICE void put_four_results(const struct experts_job &job, void *to, size_t i, float4 v)
{
	if (job.bf16)
		*(uint2 *)((uint16_t *)to + i) = make_uint2(cu_bf16x2(v.x, v.y), cu_bf16x2(v.z, v.w));
	else
		*(float4 *)((float *)to + i) = v;
}

CU_DEVICE struct few_pairs *few_list(void)
{
	CU_SHARED(memory);
	return (struct few_pairs *)memory;
}

/* Pair i, where it is one, stands in its expert's tile behind the pairs before it; tiles come in the order of their first pairs.
 * same: the pairs of its expert, firsts: the first ones of all experts, a bit a pair. */
CU_DEVICE void list_pair(struct few_pairs *l, int i, uint32_t expert, uint64_t same, uint64_t firsts)
{
	int leader = __ffsll((long long)same) - 1, tile = __popcll(firsts & ((1ull << leader) - 1));
	l->pair[tile * FEW_ROWS + __popcll(same & ((1ull << i) - 1))] = (unsigned char)i;
	if (i == leader) {
		l->expert[tile] = (uint16_t)expert;
		l->rows[tile] = (unsigned char)__popcll(same);
	}
}

/* By a warp: a lane has pairs `lane` and `lane` + 32, and finds which others have the same expert by asking for one bit of all numbers after the
 * other. What every block must do before its first weights can be fetched takes as few instructions as it can: they come from memory, too. */
CU_DEVICE void list_few(const struct experts_job &job, int lane)
{
	struct few_pairs *l = few_list();
	int n = job.n * job.top_k, other = lane + CU_WARP;
	uint32_t id[2] = { lane < n ? __ldcg(&job.experts[lane]) : 0u, other < n ? __ldcg(&job.experts[other]) : 0u };
	uint64_t all = ~0ull >> (FEW_PAIRS - n), same[2] = { all, all };
#pragma unroll 1
	for (int bit = 0; bit < job.id_bits; bit++) {
		uint64_t mine[2] = { 0 - (uint64_t)(id[0] >> bit & 1), 0 - (uint64_t)(id[1] >> bit & 1) };
		uint64_t all_have = (uint64_t)__ballot_sync(0xffffffffu, mine[1] != 0) << 32 | __ballot_sync(0xffffffffu, mine[0] != 0);
		same[0] &= ~(mine[0] ^ all_have);
		same[1] &= ~(mine[1] ^ all_have);
	}
	bool first[2] = { lane < n && !(same[0] & ((1ull << lane) - 1)), other < n && !(same[1] & ((1ull << other) - 1)) };
	uint64_t firsts = (uint64_t)__ballot_sync(0xffffffffu, first[1]) << 32 | __ballot_sync(0xffffffffu, first[0]);
	if (lane < n)
		list_pair(l, lane, id[0], same[0], firsts);
	if (other < n)
		list_pair(l, other, id[1], same[1], firsts);
	if (lane == 0)
		l->n_tiles = __popcll(firsts);
}

CU_DEVICE void experts_begin(const struct experts_job &job)
{
	if (job.few && threadIdx.x < CU_WARP)
		list_few(job, (int)threadIdx.x);
}

/* Lists are read past the first-level cache, since down does so ahead of its wait. */
CU_DEVICE int job_pair_tiles(const struct experts_job &job)
{
	return job.few ? few_list()->n_tiles : __ldcg(job.n_tiles);
}

/* Items of experts, behind the gate's. */
CU_DEVICE int unit_items(const struct experts_job &job)
{
	return job.shared_items + job_pair_tiles(job) * job.strips.by;
}

/* Which tile of the shared expert's, or of the lists, such an item belongs to, and which strip of it it is. */
CU_DEVICE int tile_of(const struct experts_job &job, int item, int *strip)
{
	const struct cu_divisor &strips = item < job.shared_items ? job.shared_strips : job.strips;
	item -= item < job.shared_items ? 0 : job.shared_items;
	int tile = cu_quotient_of(item, strips);
	*strip = item - tile * strips.by;
	return tile;
}

/* A tile of a unit, and which strip of it. */
struct job_part {
	int expert, first, rows, strip;
};

CU_DEVICE struct job_part part_at(const struct experts_job &job, int item)
{
	struct job_part part;
	int tile = tile_of(job, item, &part.strip);
	if (item < job.shared_items) {
		part.expert = job.n_experts;
		part.first = tile * job.tile_rows;
		part.rows = min(job.tile_rows, job.n - part.first);
		return part;
	}
	part.expert = job.few ? few_list()->expert[tile] : __ldcg(&job.tiles[tile].expert);
	part.first = job.few ? tile * FEW_ROWS : __ldcg(&job.tiles[tile].first);
	part.rows = job.few ? few_list()->rows[tile] : __ldcg(&job.tiles[tile].rows);
	return part;
}

/* Row r of a part as a place in the lists: a row of the batch for the shared expert, else a pair. */
template <bool EARLY> CU_DEVICE int index_of(const struct experts_job &job, bool shared, int first, int r)
{
	const int *pair = &job.pairs[first + r];
	return shared ? first + r : EARLY ? __ldcg(pair) : *pair;
}

/* Row r of a tile: its place, and where it lies in `rows`, of which so many places share one (NULL: each has its own). */
CU_DEVICE void list_row(int r, int at, const struct kern_view &rows, const struct cu_divisor *each, const float **x, int *place)
{
	x[r] = cu_at(rows, each ? cu_quotient_of(at, *each) : at);
	place[r] = at;
}

/* All of a part's. By a warp; of many, some places are on their way before any is looked at, beyond the last the last over again. */
template <bool EARLY>
CU_DEVICE void list_rows(const struct experts_job &job, bool shared, const struct job_part &part, const struct kern_view &rows,
	const struct cu_divisor *each, int lane, const float **x, int *place)
{
	enum { AT_ONCE = 4 };
	if (job.few) {
		if (lane < part.rows)
			list_row(lane, shared ? part.first + lane : few_list()->pair[part.first + lane], rows, each, x, place);
		return;
	}
#pragma unroll 1
	for (int r = lane; r < part.rows; r += AT_ONCE * CU_WARP) {
		int at[AT_ONCE];
#pragma unroll
		for (int j = 0; j < AT_ONCE; j++)
			at[j] = index_of<EARLY>(job, shared, part.first, min(r + j * CU_WARP, part.rows - 1));
#pragma unroll
		for (int j = 0; j < AT_ONCE; j++)
			if (r + j * CU_WARP < part.rows)
				list_row(r + j * CU_WARP, at[j], rows, each, x, place);
	}
}

/* x as w reads it. */
CU_DEVICE const struct kern_view &x_for(const struct experts_job &job, const struct kern_weight &w)
{
	return job.order == CU_NOT_STAGED ? job.x : job.staged[w.type == KERN_FP8 ? 0 : 1];
}

/* ---- up: the shared gate's tiles first, then the shared expert, then the chosen ones ---- */

enum { OUT_PAIRS, OUT_SHARED, OUT_FACTOR };

/* In a step nearly all chosen experts have one tile of rows. */
CU_DEVICE bool reads_once(const struct experts_job &job, const struct cu_tile &t)
{
	return t.out == OUT_PAIRS && job.n <= CU_STEP_ROWS;
}

enum { DO_MLP = 1, DO_GATE = 2 };

struct up_job {
	enum { EARLY = 0, LISTED = 1, PLANNED = 1 };
	struct experts_job e;
	int parts; /* DO_ */
};

/* The plan has been idle since the last pass: it comes nearer while the kernel before this one ends. */
CU_DEVICE void job_before(const struct up_job &job)
{
	const char *plan = (const char *)job.e.plan;
	size_t bytes = sizeof(struct experts_plan) + (size_t)job.e.n_experts * sizeof(struct plan_unit);
	size_t at = ((size_t)blockIdx.x * blockDim.x + threadIdx.x) * 128;
	if (at < bytes)
		cu_touch_far(plan + at);
}

CU_DEVICE void job_begin(const struct up_job &job)
{
	experts_begin(job.e);
}

CU_DEVICE int job_items(const struct up_job &job)
{
	return job.e.gate_items + (job.parts & DO_MLP ? unit_items(job.e) : 0);
}

CU_DEVICE void gate_tile(const struct up_job &job, int item, int lane, struct cu_tile *t, const float **x)
{
	const struct experts_job &e = job.e;
	int first = item * e.tile_rows, rows = min(e.tile_rows, e.n - first);
	cu_copy_weights(t, &e.plan->shared_gate, 1, lane);
	if (lane == 0) {
		t->map[0] = &e.plan->shared_gate_map;
		t->x_map = NULL;
		t->pair = 0;
		t->from = 0;
		t->rows = rows;
		t->group = e.group;
		t->staged = -2 - item;
		t->out = OUT_FACTOR;
		t->first = first;
	}
	const struct kern_view &from = x_for(e, e.plan->shared_gate);
#pragma unroll 1
	for (int r = lane; r < rows; r += CU_WARP)
		x[r] = cu_at(from, first + r);
}

CU_DEVICE void job_tile(const struct up_job &job, int item, int outs, int lane, struct cu_tile *t, const float **x, int *place)
{
	const struct experts_job &e = job.e;
	if (item < e.gate_items) {
		gate_tile(job, item, lane, t, x);
		return;
	}
	item -= e.gate_items;
	struct job_part part = part_at(e, item);
	bool shared = part.expert == e.n_experts;
	const struct plan_unit &unit = e.plan->unit[part.expert];
	const struct kern_mlp &mlp = unit.mlp;
	static_assert(offsetof(struct kern_mlp, up) == sizeof mlp.gate, "behind each other");
	uint4 weights = cu_get_weights(&mlp.gate, 2, lane);
	if (lane == 0) {
		t->map[0] = &unit.gate;
		t->map[1] = &unit.up;
		t->x_map = NULL;
		t->pair = 1;
		t->from = part.strip * (outs / 2);
		t->rows = part.rows;
		t->group = e.group;
		t->staged = (item - part.strip) * 2 + shared; /* the unit's first item: another for every tile */
		t->out = shared ? OUT_SHARED : OUT_PAIRS;
		t->first = part.first;
	}
	list_rows<up_job::EARLY>(e, shared, part, x_for(e, mlp.gate), shared ? NULL : &e.slots, lane, x, place);
	cu_put_weights(t, weights, 2, lane);
}

[[maybe_unused]] CU_DEVICE bool job_reads_once(const struct up_job &job, const struct cu_tile &t)
{
	return reads_once(job.e, t);
}

/* The first output of an item whose tile has the rows of the one before, else -1. */
[[maybe_unused]] CU_DEVICE int job_next_outputs(const struct up_job &job, int item, int outs)
{
	int strip = 0;
	if (item >= job.e.gate_items)
		tile_of(job.e, item - job.e.gate_items, &strip);
	return strip ? strip * (outs / 2) : -1;
}

CU_DEVICE float hidden_of(bool bf16, float gate, float up)
{
	return cu_round(bf16, __fmul_rn(cu_round(bf16, cu_silu(cu_round(bf16, gate))), cu_round(bf16, up)));
}

/* The same of four, in fewer instructions. */
CU_DEVICE float4 four_hidden(bool bf16, float4 g, float4 u)
{
	g = cu_round_pairs(bf16, g);
	u = cu_round_pairs(bf16, u);
	g = cu_round_pairs(bf16, make_float4(cu_silu(g.x), cu_silu(g.y), cu_silu(g.z), cu_silu(g.w)));
	return cu_round_pairs(bf16, make_float4(__fmul_rn(g.x, u.x), __fmul_rn(g.y, u.y), __fmul_rn(g.z, u.z), __fmul_rn(g.w, u.w)));
}

/* Where the gate's sum of row r and output c of a job's totals stands; the up's stands `turn` behind. */
CU_DEVICE const float *pair_at(const struct cu_totals &s, int r, int c)
{
	return s.data + r * (s.outs + 4) + c / s.turn * 2 * s.turn + c % s.turn;
}

CU_DEVICE void job_store(const struct up_job &job, const struct cu_tile &t, const int *place, const struct cu_totals &s)
{
	const struct experts_job &e = job.e;
	bool shared = t.out == OUT_SHARED;
	int half = s.outs / 2, width = t.w[0].rows;
	if (t.out == OUT_FACTOR) {
		for (int r = s.thread; r < s.rows && !s.from; r += s.threads)
			e.factor[t.first + s.first + r] = cu_sigmoid(cu_round(e.bf16, s.data[r * (s.outs + 4)]));
		return;
	}
	for (int i = s.thread; i < s.rows * half; i += s.threads) {
		int r = i / half, c = i % half, o = s.from + c;
		if (o >= width)
			continue;
		const float *at = pair_at(s, r, c);
		(shared ? e.shared_hidden : e.hidden)[(size_t)place[s.first + r] * (size_t)width + (size_t)o] = hidden_of(e.bf16, at[0], at[s.turn]);
	}
}

[[maybe_unused]] CU_DEVICE bool job_in_fours(const struct up_job &job, const struct cu_tile &t)
{
	return t.out != OUT_FACTOR && cu_in_fours(t.out == OUT_SHARED ? job.e.shared_hidden : job.e.hidden, 0, t.w[0].rows);
}

[[maybe_unused]] CU_DEVICE void job_store_fours(const struct up_job &job, const struct cu_tile &t, const int *place, const struct cu_totals &s)
{
	const struct experts_job &e = job.e;
	bool shared = t.out == OUT_SHARED;
	int fours = s.outs / 8, width = t.w[0].rows;
	for (int i = s.thread; i < s.rows * fours; i += s.threads) {
		int r = i / fours, c = i % fours * 4, o = s.from + c;
		if (o >= width)
			continue;
		const float *at = pair_at(s, r, c);
		float4 g = four_hidden(e.bf16, *(const float4 *)at, *(const float4 *)(at + s.turn));
		*(float4 *)((shared ? e.shared_hidden : e.hidden) + (size_t)place[s.first + r] * (size_t)width + (size_t)o) = g;
	}
}

/* ---- down ---- */

struct down_job {
	enum { EARLY = 1 /* the lists are older than the kernels between */, LISTED = 1, PLANNED = 1 };
	struct experts_job e;
	struct kern_view x, shared_x; /* hidden and shared_hidden, or these staged */
};

CU_DEVICE void job_before(const struct down_job &)
{
}

CU_DEVICE void job_begin(const struct down_job &job)
{
	experts_begin(job.e);
}

CU_DEVICE int job_items(const struct down_job &job)
{
	return unit_items(job.e);
}

CU_DEVICE void job_tile(const struct down_job &job, int item, int outs, int lane, struct cu_tile *t, const float **x, int *place)
{
	const struct experts_job &e = job.e;
	struct job_part part = part_at(e, item);
	bool shared = part.expert == e.n_experts;
	const struct plan_unit &unit = e.plan->unit[part.expert];
	const struct kern_weight &w = unit.mlp.down;
	cu_copy_weights(t, &w, 1, lane);
	if (lane == 0) {
		t->map[0] = &unit.down;
		t->x_map = NULL;
		t->pair = 0;
		t->from = part.strip * outs;
		t->rows = part.rows;
		t->group = e.group ? w.block_cols : 0;
		t->staged = item - part.strip;
		t->out = shared ? OUT_SHARED : OUT_PAIRS;
		t->first = part.first;
	}
	list_rows<down_job::EARLY>(e, shared, part, shared ? job.shared_x : job.x, NULL, lane, x, place);
}

[[maybe_unused]] CU_DEVICE bool job_reads_once(const struct down_job &job, const struct cu_tile &t)
{
	return reads_once(job.e, t);
}

[[maybe_unused]] CU_DEVICE int job_next_outputs(const struct down_job &job, int item, int outs)
{
	int strip;
	tile_of(job.e, item, &strip);
	return strip ? strip * outs : -1;
}

CU_DEVICE void job_store(const struct down_job &job, const struct cu_tile &t, const int *place, const struct cu_totals &s)
{
	const struct experts_job &e = job.e;
	bool shared = t.out == OUT_SHARED;
	for (int i = s.thread; i < s.rows * s.outs; i += s.threads) {
		int r = i / s.outs, c = i % s.outs, o = s.from + c;
		if (o < e.d)
			put_result(e, shared ? e.shared_result : e.result, (size_t)place[s.first + r] * (size_t)e.d + (size_t)o,
				s.data[r * (s.outs + 4) + c]);
	}
}

[[maybe_unused]] CU_DEVICE bool job_in_fours(const struct down_job &job, const struct cu_tile &t)
{
	return cu_in_fours(t.out == OUT_SHARED ? job.e.shared_result : job.e.result, 0, job.e.d);
}

[[maybe_unused]] CU_DEVICE void job_store_fours(const struct down_job &job, const struct cu_tile &t, const int *place, const struct cu_totals &s)
{
	const struct experts_job &e = job.e;
	bool shared = t.out == OUT_SHARED;
	int fours = s.outs / 4;
	for (int i = s.thread; i < s.rows * fours; i += s.threads) {
		int r = i / fours, c = i % fours * 4, o = s.from + c;
		if (o < e.d)
			put_four_results(e, shared ? e.shared_result : e.result, (size_t)place[s.first + r] * (size_t)e.d + (size_t)o,
				*(const float4 *)(s.data + r * (s.outs + 4) + c));
	}
}

/* ---- kernels ---- */

enum { GROUP_THREADS = 1024, GROUP_WARPS = GROUP_THREADS / CU_WARP, GROUP_AT_ONCE = 8 }; /* pairs that a thread has under way */
static_assert(KERN_MAX_EXPERTS <= GROUP_THREADS, "a thread an expert");

/* What a warp's experts have together. */
struct grouped {
	int pairs, tiles, distinct;
};

enum { NO_EXPERT = 0xffff };

/* Adds pairs from .. to - 1 to their experts' counts. */
CU_DEVICE void count_pairs(const struct experts_job &job, int from, int to, int *count)
{
	for (int at = from + (int)threadIdx.x; at < to; at += GROUP_THREADS * GROUP_AT_ONCE) {
		uint16_t id[GROUP_AT_ONCE];
#pragma unroll
		for (int j = 0; j < GROUP_AT_ONCE; j++)
			id[j] = at + j * GROUP_THREADS < to ? job.experts[at + j * GROUP_THREADS] : (uint16_t)NO_EXPERT;
#pragma unroll
		for (int j = 0; j < GROUP_AT_ONCE; j++)
			if (id[j] != NO_EXPERT)
				atomicAdd(&count[id[j]], 1);
	}
}

/* Sums over the lower lanes; *all: over all of them. */
CU_DEVICE int2 scan_experts(int pairs, int tiles, int2 *all)
{
	int lane = (int)threadIdx.x % CU_WARP, x = pairs, y = tiles;
	for (int step = 1; step < CU_WARP; step *= 2) {
		int x_left = __shfl_up_sync(0xffffffffu, x, step), y_left = __shfl_up_sync(0xffffffffu, y, step);
		x += lane >= step ? x_left : 0;
		y += lane >= step ? y_left : 0;
	}
	*all = make_int2(__shfl_sync(0xffffffffu, x, CU_WARP - 1), __shfl_sync(0xffffffffu, y, CU_WARP - 1));
	return make_int2(x - pairs, y - tiles);
}

/* Each thread's expert: where its pairs begin, and its tiles. The block's first warps have them all; warp[] is theirs. */
CU_DEVICE int2 place_expert(const struct experts_job &job, int count, int tiles, struct grouped *warp, struct grouped *all)
{
	int at = (int)threadIdx.x / CU_WARP;
	int2 sums, before = scan_experts(count, tiles, &sums);
	int distinct = __popc(__ballot_sync(0xffffffffu, count > 0));
	if (threadIdx.x % CU_WARP == 0)
		warp[at] = { sums.x, sums.y, distinct };
	__syncthreads();
	*all = {};
	for (int w = 0; w < cu_ceil(job.n_experts, CU_WARP); w++) {
		struct grouped g = warp[w];
		before.x += w < at ? g.pairs : 0;
		before.y += w < at ? g.tiles : 0;
		all->tiles += g.tiles;
		all->distinct += g.distinct;
	}
	return before;
}

CU_DEVICE void list_tiles(const struct experts_job &job, int expert, int count, int tiles, int2 first)
{
	for (int i = 0, from = 0; i < tiles; i++, from += job.tile_rows) {
		struct pair_tile t = { expert, first.x + from, min(job.tile_rows, count - from) };
		job.tiles[first.y + i] = t;
	}
}

/* By a warp together. */
CU_DEVICE void count_bytes(const struct experts_job &job, unsigned long long bytes)
{
	for (int step = CU_WARP / 2; step; step /= 2)
		bytes += __shfl_xor_sync(0xffffffffu, bytes, step);
	if (threadIdx.x % CU_WARP == 0 && bytes)
		atomicAdd(job.traffic, bytes);
}

/* Every block counts all pairs; block b puts those from GROUP_THREADS * b on, one a thread, behind what earlier blocks put of each expert:
 * so no block waits for another, and what one multiprocessor stores here and there is little. Pairs of an expert stand in any order:
 * none of them looks at another. Shared memory: what warps have, then [n_experts] counts, which become the next pair's place. */
static __global__ void __launch_bounds__(GROUP_THREADS) group_pairs(const __grid_constant__ struct experts_job job)
{
	CU_SHARED(memory);
	struct grouped *warp = (struct grouped *)memory, all;
	int *count = (int *)(warp + GROUP_WARPS);
	int thread = (int)threadIdx.x, n = job.n * job.top_k, begin = (int)blockIdx.x * GROUP_THREADS, mine = begin + thread, before = 0;
	bool has = thread < job.n_experts;
	unsigned long long bytes = has ? job.plan->unit[thread].bytes : 0;
	if (has)
		count[thread] = 0;
	cu_wait();
	cu_let_next();
	int expert = mine < n ? job.experts[mine] : 0;
	__syncthreads();
	if (begin) {
		count_pairs(job, 0, begin, count);
		__syncthreads();
		before = has ? count[thread] : 0;
		__syncthreads();
	}
	count_pairs(job, begin, n, count);
	__syncthreads();
	int own = has ? count[thread] : 0, tiles = own ? (own + job.tile_rows - 1) / job.tile_rows : 0;
	if (!blockIdx.x)
		count_bytes(job, own ? bytes : 0);
	int2 first = place_expert(job, own, tiles, warp, &all);
	if (has)
		count[thread] = first.x + before;
	__syncthreads();
	if (mine < n)
		job.pairs[atomicAdd(&count[expert], 1)] = mine;
	if (blockIdx.x)
		return;
	list_tiles(job, thread, own, tiles, first);
	if (thread == 0) {
		*job.n_tiles = all.tiles;
		if (job.distinct)
			*job.distinct = all.distinct;
	}
}

/* What group_pairs does besides, where it is not needed: by one block. */
CU_DEVICE void count_few(const struct up_job &job)
{
	const struct experts_job &e = job.e;
	const struct few_pairs *l = few_list();
	if (!e.few || !(job.parts & DO_MLP) || blockIdx.x > 0)
		return;
	for (int i = (int)threadIdx.x; i < l->n_tiles; i += (int)blockDim.x)
		atomicAdd(e.traffic, e.plan->unit[l->expert[i]].bytes);
	if (e.distinct && threadIdx.x == 0)
		*e.distinct = l->n_tiles;
}

template <int V>
static __global__ void __launch_bounds__(cu_bounds<V>::THREADS, cu_bounds<V>::RESIDENT)
up_kernel(const __grid_constant__ struct up_job job, const struct cu_shape shape)
{
	cu_work<cu_bounds<V>>(job, shape);
	count_few(job);
}

template <int V>
static __global__ void __launch_bounds__(cu_bounds<V>::THREADS, cu_bounds<V>::RESIDENT)
down_kernel(const __grid_constant__ struct down_job job, const struct cu_shape shape)
{
	cu_work<cu_bounds<V>>(job, shape);
}

static __global__ void __launch_bounds__(CU_PLAIN_THREADS, CU_PLAIN_RESIDENT) up_plain(const __grid_constant__ struct up_job job)
{
	cu_plain_work(job);
	count_few(job);
}

static __global__ void __launch_bounds__(CU_PLAIN_THREADS, CU_PLAIN_RESIDENT) down_plain(const __grid_constant__ struct down_job job)
{
	cu_plain_work(job);
}

/* Of few pairs the experts' last matrices, if they are small, while the first are still read: a block's part of every one. By a warp. */
CU_DEVICE void bring_downs(const struct experts_job &job)
{
	int tiles = job.few ? few_list()->n_tiles : 0;
	for (int i = 0; i < tiles; i++) {
		const struct kern_weight &w = job.plan->unit[few_list()->expert[i]].mlp.down;
		size_t bytes = cu_span(w);
		if (bytes * (size_t)tiles > CU_NEAR_MOST)
			return;
		cu_bring_pieces(w.data, (int)(bytes / CU_NEAR_PIECE), (int)threadIdx.x % CU_WARP, CU_WARP);
	}
}

template <int V>
static __global__ void __launch_bounds__(cu_groups_of<V>::THREADS, cu_groups_of<V>::RESIDENT)
up_groups(const __grid_constant__ struct up_job job)
{
	if (cu_groups_work<cu_groups_of<V>>(job))
		bring_downs(job.e);
	count_few(job);
}

template <int V>
static __global__ void __launch_bounds__(cu_groups_of<V>::THREADS, cu_groups_of<V>::RESIDENT)
down_groups(const __grid_constant__ struct down_job job)
{
	if (cu_groups_work<cu_groups_of<V>>(job))
		cu_bring_soon(job.e.soon, (int)threadIdx.x % CU_WARP, CU_WARP);
}

/* Hidden rows of all pairs, then of the shared expert, each as its expert's down reads it. Blocks as in stage_kernel. Which experts these are
 * is older than the kernel ahead. */
static __global__ void __launch_bounds__(CU_STAGING_WARPS * CU_WARP) stage_hidden(const __grid_constant__ struct down_job job, int parts)
{
	const struct experts_job &e = job.e;
	int i = (int)blockIdx.x / parts, block = (int)blockIdx.x % parts * CU_STAGING_WARPS + (int)threadIdx.x / CU_WARP;
	bool shared = i >= e.n * e.top_k;
	int cols = shared ? e.shared_width : e.width;
	const struct kern_weight &w = e.plan->unit[shared ? e.n_experts : __ldcg(&e.experts[i])].mlp.down;
	bool fp8 = w.type == KERN_FP8;
	int group = fp8 && e.group ? w.block_cols : 0;
	i -= shared ? e.n * e.top_k : 0;
	cu_wait();
	cu_let_next();
	if (block * CU_BLOCK < cols)
		cu_put_block(cu_at(shared ? job.shared_x : job.x, i), (shared ? e.shared_hidden : e.hidden) + (size_t)i * (size_t)cols, cols, block, group, fp8,
			e.order, (int)threadIdx.x % CU_WARP);
}

struct combine_job {
	struct experts_job e;
	struct kern_view residual, y;
};

enum { COMBINE_THREADS = 128, COMBINE_SLOTS = 8 }; /* slots whose results a thread has under way */

/* Column c of what was loaded at once: f32, or results as put_result has them. */
CU_DEVICE float column_of(float v, int)
{
	return v;
}

CU_DEVICE float column_of(uint16_t v, int)
{
	return cu_from_bf16(v);
}

CU_DEVICE float column_of(const float4 &v, int c)
{
	return c == 0 ? v.x : c == 1 ? v.y : c == 2 ? v.z : v.w;
}

CU_DEVICE float column_of(const uint2 &v, int c)
{
	uint32_t two = c < 2 ? v.x : v.y;
	return __uint_as_float(c % 2 ? two & 0xffff0000u : two << 16);
}

CU_DEVICE void put_columns(float *to, const float (&v)[1])
{
	*to = v[0];
}

CU_DEVICE void put_columns(float *to, const float (&v)[4])
{
	*(float4 *)to = make_float4(v[0], v[1], v[2], v[3]);
}

template <typename ITEM, int COLS> CU_DEVICE void add_scaled(float (&sum)[COLS], float weight, const ITEM &v)
{
#pragma unroll
	for (int c = 0; c < COLS; c++)
		sum[c] = fmaf(weight, column_of(v, c), sum[c]);
}

/* The chosen experts' share of a row; `from`: this thread's columns of its first slot's result, the next slot's lie `ld` behind. */
template <typename ITEM, int COLS>
CU_DEVICE void add_slots(float (&sum)[COLS], const float *weights, const ITEM *from, uint32_t ld, int n)
{
	for (; n > 0; n -= COMBINE_SLOTS, weights += COMBINE_SLOTS, from += COMBINE_SLOTS * ld) {
		float weight[COMBINE_SLOTS];
		ITEM v[COMBINE_SLOTS];
#pragma unroll
		for (int j = 0; j < COMBINE_SLOTS; j++)
			if (j < n) {
				weight[j] = weights[j];
				v[j] = from[(uint32_t)j * ld];
			}
#pragma unroll
		for (int j = 0; j < COMBINE_SLOTS; j++)
			if (j < n)
				add_scaled<ITEM, COLS>(sum, weight[j], v[j]);
	}
}

/* Block (row, part). A thread has an ITEM's columns: neighbours, as many as a ROW has, or one. All that it reads is on its way before it
 * looks at any of it. */
template <typename ITEM, typename ROW>
static __global__ void __launch_bounds__(COMBINE_THREADS) combine_rows(const __grid_constant__ struct combine_job job)
{
	enum { COLS = sizeof(ROW) / sizeof(float) };
	const struct experts_job &e = job.e;
	int r = (int)blockIdx.x, i = ((int)blockIdx.y * COMBINE_THREADS + (int)threadIdx.x) * COLS;
	uint32_t ld = (uint32_t)e.d / COLS;
	size_t row = (size_t)r, at = (size_t)i / COLS;
	const float *before = cu_at(job.residual, r) + i, *weights = e.weights + row * (size_t)e.top_k;
	const ITEM *result = (const ITEM *)e.result + row * (size_t)e.top_k * ld + at;
	ROW residual = {};
	ITEM shared = {};
	float sum[COLS] = {}, factor = 1;
	cu_wait();
	cu_let_next();
	if (i >= e.d)
		return;
	if (job.residual.data)
		residual = *(const ROW *)before;
	if (e.shared_width)
		shared = ((const ITEM *)e.shared_result)[row * ld + at];
	if (e.gate)
		factor = e.factor[r];
	add_slots<ITEM, COLS>(sum, weights, result, ld, e.top_k);
	if (e.shared_width)
		add_scaled<ITEM, COLS>(sum, factor, shared);
#pragma unroll
	for (int c = 0; c < COLS; c++) {
		float m = cu_round(e.bf16, sum[c]);
		sum[c] = job.residual.data ? cu_round(e.bf16, __fadd_rn(column_of(residual, c), m)) : m;
	}
	put_columns(cu_at(job.y, r) + i, sum);
}

/* ---- host ---- */

static unsigned long long bytes_of(const struct kern_weight *w)
{
	unsigned long long n = (unsigned long long)w->rows * (unsigned long long)w->cols * kern_type_bytes(w->type);
	if (w->type == KERN_FP8)
		n += 4ull * (unsigned long long)cu_ceil(w->rows, w->block_rows) * (unsigned long long)cu_ceil(w->cols, w->block_cols);
	return n;
}

size_t cuda_plan_bytes(const struct kern *k, const struct kern_experts *op)
{
	(void)k;
	return sizeof(struct experts_plan) + (size_t)op->n_experts * sizeof(struct plan_unit);
}

static int plan_of(const struct kern *k, const struct kern_mlp *mlp, struct plan_unit *unit)
{
	*unit = {};
	unit->mlp = *mlp;
	unit->bytes = bytes_of(&mlp->gate) + bytes_of(&mlp->up) + bytes_of(&mlp->down);
	int e = cu_map_weight(k, &mlp->gate, &unit->gate);
	e = e ? e : cu_map_weight(k, &mlp->up, &unit->up);
	return e ? e : cu_map_weight(k, &mlp->down, &unit->down);
}

int cuda_plan(struct kern *k, const struct kern_experts *op, void *to)
{
	struct experts_plan *plan = (struct experts_plan *)to;
	struct plan_unit unit;
	cu_map map = {};
	int e = 0;
	if (op->shared_gate) {
		e = cu_map_weight(k, op->shared_gate, &map);
		e = e ? e : kern_put(k, &plan->shared_gate, op->shared_gate, sizeof plan->shared_gate);
		e = e ? e : kern_put(k, &plan->shared_gate_map, &map, sizeof map);
	}
	for (int i = 0; i < op->n_experts + (op->shared ? 1 : 0) && !e; i++) {
		e = plan_of(k, i < op->n_experts ? &op->mlp[i] : op->shared, &unit);
		e = e ? e : kern_put(k, &plan->unit[i], &unit, sizeof unit);
	}
	return e;
}

static void *carve(char *base, size_t *used, size_t bytes)
{
	void *at = base ? base + *used : NULL;
	*used += (bytes + 63) / 64 * 64;
	return at;
}

/* The arrays of a job whose bf16 and order are set, from `base` on, for n rows; returns the bytes they take. Tiles: at worst every expert
 * has one that is not full, and a tile has at least CU_GROUP rows. */
static size_t lay_out(struct experts_job *job, const struct kern_experts *op, int n, char *base)
{
	size_t rows = (size_t)n, pairs = rows * (size_t)op->top_k, d = (size_t)op->x.cols, used = 0;
	size_t item = job->bf16 ? sizeof(uint16_t) : sizeof(float), shared = op->shared ? (size_t)op->shared->gate.rows : 0;
	size_t tiles = pairs / CU_GROUP + (pairs < (size_t)op->n_experts ? pairs : (size_t)op->n_experts);
	job->n_tiles = (int *)carve(base, &used, sizeof(int));
	job->tiles = (struct pair_tile *)carve(base, &used, tiles * sizeof(struct pair_tile));
	job->pairs = (int *)carve(base, &used, pairs * sizeof(int));
	job->hidden = (float *)carve(base, &used, pairs * (size_t)op->mlp[0].gate.rows * sizeof(float));
	job->result = carve(base, &used, pairs * d * item);
	job->shared_hidden = (float *)carve(base, &used, rows * shared * sizeof(float));
	job->shared_result = carve(base, &used, (shared ? rows * d : 0) * item);
	job->factor = (float *)carve(base, &used, rows * sizeof(float));
	for (int i = 0; i < 2 && job->order != CU_NOT_STAGED; i++)
		job->staged[i] = cu_staged_view((float *)carve(base, &used, rows * cu_staged_ld(op->x.cols) * sizeof(float)), n, op->x.cols);
	return used;
}

/* Where hidden rows are staged: behind all that. */
static size_t lay_out_hidden(struct down_job *job, const struct kern_experts *op, int n, char *base, size_t used)
{
	int width = op->mlp[0].gate.rows, shared = op->shared ? op->shared->gate.rows : 0, pairs = n * op->top_k;
	float *x = (float *)carve(base, &used, (size_t)pairs * cu_staged_ld(width) * sizeof(float));
	float *shared_x = (float *)carve(base, &used, (shared ? (size_t)n * cu_staged_ld(shared) : 0) * sizeof(float));
	job->x = cu_staged_view(x, pairs, width);
	job->shared_x = cu_staged_view(shared_x, n, shared);
	return used;
}

static const struct kern_mlp *unit_of(const struct kern_experts *op, int i)
{
	return i < op->n_experts ? &op->mlp[i] : op->shared;
}

/* The way of all units' matrices, one for all: of products that read x (gate and up), or of down. group: as in experts_job. */
static enum cu_way way_up(const struct kern *k, const struct kern_experts *op, int group)
{
	enum cu_way all = CU_BY_GROUPS;
	for (int i = 0; i < op->n_experts + (op->shared ? 1 : 0); i++) {
		const struct kern_mlp *m = unit_of(op, i);
		int g = m->gate.type == KERN_FP8 ? group : 0;
		enum cu_way gate = m->gate.type == m->up.type ? cu_way_of(k, &m->gate, g) : CU_PLAINLY, up = cu_way_of(k, &m->up, g);
		all = gate < all ? gate : all;
		all = up < all ? up : all;
	}
	return all;
}

static enum cu_way way_down(const struct kern *k, const struct kern_experts *op, int group)
{
	enum cu_way all = CU_BY_GROUPS;
	for (int i = 0; i < op->n_experts + (op->shared ? 1 : 0); i++) {
		const struct kern_weight *w = &unit_of(op, i)->down;
		enum cu_way way = cu_way_of(k, w, group && w->type == KERN_FP8 ? w->block_cols : 0);
		all = way < all ? way : all;
	}
	return all;
}

/* By the rows an expert may expect: more of them than a tile has read their weights again, from the cache; larger tiles leave room for
 * fewer blocks, and so for fewer loads under way. */
static int tile_rows_for(const struct experts_job *job)
{
	long long pairs = (long long)job->n * job->top_k, experts = job->n_experts;
	if (job->way == CU_BY_GROUPS) {
		int rows = pairs <= 4 * experts ? 8 : 16;
		if (job->few) /* as their lists have them */
			return FEW_ROWS;
		while (rows < 256 && pairs > rows * 3ll / 4 * experts)
			rows *= 2;
		return rows;
	}
	if (job->n <= 8)
		return 8;
	if (pairs <= 8 * experts)
		return 16;
	return job->way == CU_BY_MMA && pairs >= 24 * experts ? 48 : 32;
}

/* How n rows are worked on. Up and down share the list of tiles, so a way that both can go. */
static struct experts_job begin_job(const struct kern *k, const struct kern_experts *op, int n)
{
	struct experts_job job = {};
	job.bf16 = k->compute == KERN_BF16;
	job.n = n;
	job.top_k = op->top_k;
	job.slots = cu_divisor_of(op->top_k);
	job.n_experts = op->n_experts;
	job.group = op->block;
	enum cu_way up = way_up(k, op, job.group), down = way_down(k, op, job.group);
	job.up_way = up == down || up < CU_BY_GROUPS ? up : CU_BY_MMA;
	job.down_way = up == down || down < CU_BY_GROUPS ? down : CU_BY_MMA;
	job.way = job.up_way < job.down_way ? job.up_way : job.down_way;
	job.few = n <= FEW_ROWS && n * op->top_k <= FEW_PAIRS;
	while (1 << job.id_bits < op->n_experts)
		job.id_bits++;
	job.tile_rows = tile_rows_for(&job);
	if (job.way == CU_BY_GROUPS)
		job.order = CU_IN_ORDER;
	else
		job.order = job.bf16 && n > CU_GROUP ? CU_BY_LANES : CU_NOT_STAGED;
	return job;
}

/* Where rows are staged, and not, for any number of up to n: the larger of both. */
size_t cuda_experts_scratch(const struct kern *k, const struct kern_experts *op, int n)
{
	struct experts_job job = {};
	struct down_job down;
	job.bf16 = k->compute == KERN_BF16;
	job.order = job.bf16 ? CU_IN_ORDER : CU_NOT_STAGED;
	size_t used = lay_out(&job, op, n, NULL);
	return job.order != CU_NOT_STAGED ? lay_out_hidden(&down, op, n, NULL, used) : used;
}

static struct experts_job job_of(const struct kern *k, const struct kern_experts *op)
{
	struct experts_job job = begin_job(k, op, op->x.rows);
	lay_out(&job, op, op->x.rows, (char *)op->scratch);
	job.x = op->x;
	job.experts = op->experts;
	job.weights = op->weights;
	job.d = op->x.cols;
	job.width = op->mlp[0].gate.rows;
	job.shared_width = op->shared ? op->shared->gate.rows : 0;
	job.gate = op->shared && op->shared_gate;
	job.plan = (const struct experts_plan *)op->plan;
	job.distinct = op->distinct;
	job.traffic = k->device->traffic;
	if (op->forms && job.order == CU_IN_ORDER) {
		struct cu_forms forms = cu_forms_of(op->forms, op->x.rows, op->x.cols);
		job.staged[0] = forms.codes;
		job.staged[1] = forms.halves;
	}
	job.soon = cu_soon_of(op->soon, op->x.rows);
	return job;
}

/* Strips of a unit's outputs, `outs` at a time: of the shared expert's, and of a chosen one's. */
static void cut_items(struct experts_job *job, bool gate, int shared_rows, int rows, int outs)
{
	int tiles = cu_ceil(job->n, job->tile_rows);
	job->shared_strips = cu_divisor_of(cu_ceil(shared_rows ? shared_rows : 1, outs));
	job->strips = cu_divisor_of(cu_ceil(rows, outs));
	job->gate_items = gate ? tiles : 0;
	job->shared_items = job->shared_width ? tiles * job->shared_strips.by : 0;
}

/* The most items that experts can have: tiles as in lay_out. */
static long long most_items(const struct experts_job *job)
{
	long long pairs = (long long)job->n * job->top_k, experts = job->n_experts;
	return (pairs / job->tile_rows + (pairs < experts ? pairs : experts)) * job->strips.by + job->shared_items;
}

/* For so many outputs at a time: the grid. */
static dim3 cut_job(const struct kern *k, struct up_job *job, int outs, int resident)
{
	cut_items(&job->e, job->parts & DO_GATE, job->e.shared_width, job->e.width, outs / 2);
	return cu_grid(k, job->e.gate_items + (job->parts & DO_MLP ? most_items(&job->e) : 0), resident);
}

static dim3 cut_job(const struct kern *k, struct down_job *job, int outs, int resident)
{
	cut_items(&job->e, false, job->e.d, job->e.d, outs);
	return cu_grid(k, most_items(&job->e), resident);
}

template <int V> static int launch_mma(const struct kern *k, struct up_job *job)
{
	struct cu_cut cut = cu_cut_for<cu_bounds<V>>(k, cu_ceil(job->e.d, CU_BLOCK), true);
	dim3 grid = cut_job(k, job, cut.shape.warps / cut.shape.k_warps * CU_STRIP, cut.resident);
	return cu_launch(k, "experts (up)", up_kernel<V>, grid, dim3(cu_bounds<V>::THREADS), cut.shared, *job, cut.shape);
}

template <int V> static int launch_mma(const struct kern *k, struct down_job *job)
{
	struct cu_cut cut = cu_cut_for<cu_bounds<V>>(k, cu_ceil(job->e.width, CU_BLOCK), false);
	dim3 grid = cut_job(k, job, cut.shape.warps / cut.shape.k_warps * CU_STRIP, cut.resident);
	return cu_launch(k, "experts (down)", down_kernel<V>, grid, dim3(cu_bounds<V>::THREADS), cut.shared, *job, cut.shape);
}

/* x in the forms that the units' matrices and, with_gate, the shared gate want. */
static int stage_x(const struct kern *k, const struct kern_experts *op, const struct experts_job *e, bool with_mlp, bool with_gate)
{
	struct cu_staging s = {};
	bool wanted[2] = {};
	for (int i = 0; with_mlp && i < op->n_experts + (op->shared ? 1 : 0); i++)
		wanted[unit_of(op, i)->gate.type == KERN_FP8 ? 0 : 1] = true;
	if (with_gate)
		wanted[op->shared_gate->type == KERN_FP8 ? 0 : 1] = true;
	s.x = e->x;
	s.order = e->order;
	for (int i = 0; i < 2; i++)
		if (wanted[i]) {
			struct cu_staging::cu_form form = { e->staged[i].data, i == 0 ? e->group : 0, i == 0 };
			s.form[s.n_forms++] = form;
		}
	return cu_launch_staging(k, &s);
}

template <int V> static int launch_groups(const struct kern *k, struct up_job *job)
{
	typedef struct cu_groups_of<V> of;
	dim3 grid = cut_job(k, job, of::OUTS, of::RESIDENT);
	return cu_launch(k, "experts (up, warp groups)", up_groups<V>, grid, dim3(of::THREADS), of::BYTES, *job);
}

template <int V> static int launch_groups(const struct kern *k, struct down_job *job)
{
	typedef struct cu_groups_of<V> of;
	dim3 grid = cut_job(k, job, of::OUTS, of::RESIDENT);
	return cu_launch(k, "experts (down, warp groups)", down_groups<V>, grid, dim3(of::THREADS), of::BYTES, *job);
}

static int launch_up_plain(const struct kern *k, struct up_job *job)
{
	dim3 grid = cut_job(k, job, CU_PLAIN_OUTS, CU_PLAIN_RESIDENT);
	return cu_launch(k, "experts (up, plain)", up_plain, grid, dim3(CU_PLAIN_THREADS), CU_PLAIN_BYTES, *job);
}

/* Up or down, in tiles of the rows that the lists have. */
template <class JOB> static int launch_exact(const struct kern *k, JOB *job, enum cu_way way)
{
	int rows = job->e.tile_rows;
	if (way == CU_BY_MMA)
		return rows == 8 ? launch_mma<CU_ONE>(k, job) : rows == 16 ? launch_mma<CU_TWO>(k, job) :
			rows == 32 ? launch_mma<CU_FOUR>(k, job) : launch_mma<CU_WIDE>(k, job);
	switch (rows) {
	case 8: return launch_groups<CU_8>(k, job);
	case 16: return launch_groups<CU_16>(k, job);
	case 32: return launch_groups<CU_32>(k, job);
	case 64: return launch_groups<CU_64>(k, job);
	case 128: return launch_groups<CU_128>(k, job);
	default: return launch_groups<CU_256>(k, job);
	}
}

static int up_exact(const struct kern *k, const struct kern_experts *op, struct up_job *job)
{
	int e = 0;
	if (job->e.order != CU_NOT_STAGED && !(op->forms && job->e.order == CU_IN_ORDER))
		e = stage_x(k, op, &job->e, job->parts & DO_MLP, job->parts & DO_GATE);
	return e ? e : launch_exact(k, job, job->e.up_way);
}

/* The shared gate goes with the others where it goes their way, else by itself. */
static int up(const struct kern *k, const struct kern_experts *op, const struct experts_job *e)
{
	bool fp8_gate = e->gate && op->shared_gate->type == KERN_FP8;
	bool with_gate = e->gate && cu_way_of(k, op->shared_gate, fp8_gate ? e->group : 0) == e->up_way && e->up_way != CU_PLAINLY;
	bool exact = e->up_way != CU_PLAINLY;
	struct up_job job = { *e, (exact ? DO_MLP : 0) | (with_gate ? DO_GATE : 0) };
	int rc = job.parts ? up_exact(k, op, &job) : 0;
	job.e.order = CU_NOT_STAGED;
	job.parts = (exact ? 0 : DO_MLP) | (e->gate && !with_gate ? DO_GATE : 0);
	if (exact && job.e.tile_rows > CU_PLAIN_ROWS) /* the gate alone is left, and it has no part in the list of tiles */
		job.e.tile_rows = CU_PLAIN_ROWS;
	return rc || !job.parts ? rc : launch_up_plain(k, &job);
}

static int stage_hidden_rows(const struct kern *k, const struct kern_experts *op, struct down_job *job)
{
	const struct experts_job *e = &job->e;
	struct experts_job before = *e;
	lay_out_hidden(job, op, e->n, (char *)op->scratch, lay_out(&before, op, e->n, NULL));
	int parts = cu_staging_parts(e->width > e->shared_width ? e->width : e->shared_width);
	unsigned rows = (unsigned)e->n * (unsigned)e->top_k + (e->shared_width ? (unsigned)e->n : 0);
	return cu_launch(k, "hidden rows staged", stage_hidden, dim3(rows * (unsigned)parts), dim3(CU_STAGING_WARPS * CU_WARP), 0, *job, parts);
}

static int down(const struct kern *k, const struct kern_experts *op, const struct experts_job *e)
{
	struct down_job job = { *e, kern_rows(e->hidden, e->n * e->top_k, e->width), kern_rows(e->shared_hidden, e->n, e->shared_width) };
	bool exact = e->down_way != CU_PLAINLY;
	int rc = exact && e->order != CU_NOT_STAGED ? stage_hidden_rows(k, op, &job) : 0;
	if (rc || exact)
		return rc ? rc : launch_exact(k, &job, e->down_way);
	dim3 grid = cut_job(k, &job, CU_PLAIN_OUTS, CU_PLAIN_RESIDENT);
	return cu_launch(k, "experts (down, plain)", down_plain, grid, dim3(CU_PLAIN_THREADS), CU_PLAIN_BYTES, job);
}

static int combine(const struct kern *k, const struct combine_job *job)
{
	const struct experts_job *e = &job->e;
	bool fours = cu_in_fours(job->y.data, job->y.ld, e->d) && cu_in_fours(job->residual.data, job->residual.ld, e->d);
	void (*kernel)(struct combine_job) = e->bf16 ? (fours ? combine_rows<uint2, float4> : combine_rows<uint16_t, float>) :
		(fours ? combine_rows<float4, float4> : combine_rows<float, float>);
	dim3 grid((unsigned)e->n, (unsigned)cu_ceil(e->d, COMBINE_THREADS * (fours ? 4 : 1)));
	return cu_launch(k, "experts (combine)", kernel, grid, dim3(COMBINE_THREADS), 0, *job);
}

int cuda_experts(struct kern *k, const struct kern_experts *op)
{
	if (op->x.rows == 0)
		return 0;
	struct experts_job job = job_of(k, op);
	int rc = 0;
	if (!job.few)
		rc = cu_launch(k, "experts (group)", group_pairs, dim3((unsigned)cu_ceil(job.n * op->top_k, GROUP_THREADS)), dim3(GROUP_THREADS),
			GROUP_WARPS * sizeof(struct grouped) + (size_t)op->n_experts * sizeof(int), job);
	rc = rc ? rc : up(k, op, &job);
	rc = rc ? rc : down(k, op, &job);
	if (rc)
		return rc;
	struct combine_job last = { job, {}, op->y };
	if (op->residual)
		last.residual = *op->residual;
	return combine(k, &last);
}
