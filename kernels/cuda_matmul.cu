/* Matrices times rows. All outputs of a call that go one way are one launch: a flat list of strips, for one tile of rows after another.
 * By warp groups (cuda_groups.cuh; cuda_narrow.cuh for few rows and a small matrix), by mma.sync
 * (cuda_tile.cuh), or plainly; FP8 and bfloat16 weights go one way. Rows come in the forms that they are read in, or are brought into them by a launch
 * ahead (cuda_staged.cuh); by mma.sync a block converts the rows of one tile itself. */
#include "kernels/cuda_narrow.cuh"

struct matmul_out {
	struct kern_weight w;
	struct kern_view x;           /* the rows as they are to be read */
	struct kern_view y, residual; /* residual.data NULL: none */
	bool keep_f32;
	int quantised, like; /* like: the first output that has rows staged in the same way */
	cu_map map, x_map;   /* by warp groups; x's where tiles are large */
};

struct matmul_job {
	enum { EARLY = 1, LISTED = 0, PLANNED = 0 };
	struct kern_view x;
	int tile_rows, n_out, items;
	bool bf16, strip_by_strip; /* a strip with all tiles of rows, then the next; else a tile with all strips */
	struct cu_divisor turns;   /* tiles of a strip, or strips of a tile */
	int strip[KERN_MAX_OUT];   /* each output's first */
	struct matmul_out out[KERN_MAX_OUT];
	struct cu_soon soon;
};

static_assert(alignof(struct matmul_out) % 16 == 0 && offsetof(struct matmul_out, w) == 0, "cu_get_weights takes 16 bytes at a time");

static int all_strips(const struct matmul_job *job, int outs)
{
	int n = 0;
	for (int j = 0; j < job->n_out; j++)
		n += cu_ceil(job->out[j].w.rows, outs);
	return n;
}

/* Strips of so many outputs times tiles of so many rows. */
static int all_items(const struct matmul_job *job, int outs, int rows)
{
	return all_strips(job, outs) * cu_ceil(job->x.rows, rows);
}

static void cut_job(struct matmul_job *job, int outs, int rows, bool strip_by_strip)
{
	for (int j = 0, strip = 0; j < job->n_out; strip += cu_ceil(job->out[j++].w.rows, outs))
		job->strip[j] = strip;
	job->tile_rows = rows;
	job->items = all_items(job, outs, rows);
	job->strip_by_strip = strip_by_strip;
	job->turns = cu_divisor_of(strip_by_strip ? cu_ceil(job->x.rows, rows) : all_strips(job, outs));
}

CU_DEVICE void job_before(const struct matmul_job &)
{
}

/* rows: there are maps of these, too, one where outputs read the same. */
[[maybe_unused]] CU_DEVICE void job_maps_soon(const struct matmul_job &job, bool rows)
{
	int j = (int)threadIdx.x;
	if (j < job.n_out)
		cu_map_soon(&job.out[j].map);
	if (rows && j < job.n_out && job.out[j].like == j)
		cu_map_soon(&job.out[j].x_map);
}

CU_DEVICE void job_begin(const struct matmul_job &)
{
}

CU_DEVICE int job_items(const struct matmul_job &job)
{
	return job.items;
}

/* Describing a tile takes no longer than copying one. */
[[maybe_unused]] CU_DEVICE int job_next_outputs(const struct matmul_job &, int, int)
{
	return -1;
}

/* All rows are one tile's. */
[[maybe_unused]] CU_DEVICE bool job_reads_once(const struct matmul_job &job, const struct cu_tile &)
{
	return job.x.rows <= job.tile_rows;
}

/* Called by a warp. */
CU_DEVICE void job_tile(const struct matmul_job &job, int item, int outs, int lane, struct cu_tile *t, const float **x, int *)
{
	int round = cu_quotient_of(item, job.turns), turn = item - round * job.turns.by, j = 0;
	int strip = job.strip_by_strip ? round : turn, tile = job.strip_by_strip ? turn : round;
	int first = tile * job.tile_rows, rows = min(job.tile_rows, job.x.rows - first);
	while (j + 1 < job.n_out && strip >= job.strip[j + 1])
		j++;
	cu_copy_weights(t, &job.out[j].w, 1, lane);
	if (lane == 0) {
		t->map[0] = &job.out[j].map;
		t->x_map = &job.out[job.out[j].like].x_map;
		t->pair = 0;
		t->from = (strip - job.strip[j]) * outs;
		t->rows = rows;
		t->group = job.out[j].quantised;
		t->staged = tile * KERN_MAX_OUT + job.out[j].like;
		t->out = j;
		t->first = first;
	}
#pragma unroll 1
	for (int r = lane; r < rows; r += CU_WARP)
		x[r] = cu_at(job.out[j].x, first + r);
}

CU_DEVICE void job_store(const struct matmul_job &job, const struct cu_tile &t, const int *, const struct cu_totals &s)
{
	const struct matmul_out &out = job.out[t.out];
	bool round = job.bf16 && !out.keep_f32;
	for (int i = s.thread; i < s.rows * s.outs; i += s.threads) {
		int r = i / s.outs, c = i % s.outs, o = s.from + c, row = t.first + s.first + r;
		if (o >= out.w.rows)
			continue;
		float y = cu_round(round, s.data[r * (s.outs + 4) + c]);
		if (out.residual.data)
			y = cu_round(job.bf16, __fadd_rn(cu_at(out.residual, row)[o], y));
		cu_at(out.y, row)[o] = y;
	}
}

[[maybe_unused]] CU_DEVICE bool job_in_fours(const struct matmul_job &job, const struct cu_tile &t)
{
	const struct matmul_out &out = job.out[t.out];
	return cu_in_fours(out.y.data, out.y.ld, out.w.rows) && cu_in_fours(out.residual.data, out.residual.ld, out.w.rows);
}

/* Residuals are on their way, some at once, before any is added to. */
[[maybe_unused]] CU_DEVICE void job_store_fours(const struct matmul_job &job, const struct cu_tile &t, const int *, const struct cu_totals &s)
{
	enum { AT_ONCE = 2 };
	const struct matmul_out &out = job.out[t.out];
	bool round = job.bf16 && !out.keep_f32, residual = out.residual.data;
	int fours = s.outs / 4, n = s.rows * fours;
	for (int i = s.thread; i < n; i += AT_ONCE * s.threads) {
		float4 before[AT_ONCE];
#pragma unroll
		for (int j = 0; j < AT_ONCE; j++) {
			int at = min(i + j * s.threads, n - 1), o = s.from + at % fours * 4;
			if (residual && o < out.w.rows)
				before[j] = *(const float4 *)(cu_at(out.residual, t.first + s.first + at / fours) + o);
		}
#pragma unroll
		for (int j = 0; j < AT_ONCE; j++) {
			int at = i + j * s.threads, r = at / fours, c = at % fours * 4, o = s.from + c;
			if (at >= n || o >= out.w.rows)
				continue;
			float4 x = before[j], y = cu_round_pairs(round, *(const float4 *)(s.data + r * (s.outs + 4) + c));
			if (residual)
				y = cu_round_pairs(job.bf16, make_float4(__fadd_rn(x.x, y.x), __fadd_rn(x.y, y.y), __fadd_rn(x.z, y.z), __fadd_rn(x.w, y.w)));
			*(float4 *)(cu_at(out.y, t.first + s.first + r) + o) = y;
		}
	}
}

template <int V>
static __global__ void __launch_bounds__(cu_bounds<V>::THREADS, cu_bounds<V>::RESIDENT)
matmul_kernel(const __grid_constant__ struct matmul_job job, const struct cu_shape shape)
{
	cu_work<cu_bounds<V>>(job, shape);
}

template <int V>
static __global__ void __launch_bounds__(cu_groups_of<V>::THREADS, cu_groups_of<V>::RESIDENT)
matmul_groups(const __grid_constant__ struct matmul_job job)
{
	if (cu_groups_work<cu_groups_of<V>>(job))
		cu_bring_soon(job.soon, (int)threadIdx.x % CU_WARP, CU_WARP);
}

static __global__ void __launch_bounds__(CU_NARROW_THREADS) matmul_narrow(const __grid_constant__ struct matmul_job job)
{
	cu_narrow_work(job);
	cu_bring_soon(job.soon, (int)threadIdx.x, (int)blockDim.x);
}

static __global__ void __launch_bounds__(CU_PLAIN_THREADS, CU_PLAIN_RESIDENT) matmul_plain(const __grid_constant__ struct matmul_job job)
{
	cu_plain_work(job);
}

template <int V> static int launch_matmul(const struct kern *k, struct matmul_job *job)
{
	struct cu_cut cut = cu_cut_for<cu_bounds<V>>(k, cu_ceil(job->x.cols, CU_BLOCK), false);
	cut_job(job, cut.shape.warps / cut.shape.k_warps * CU_STRIP, cu_bounds<V>::ROWS, false);
	return cu_launch(k, "matmul", matmul_kernel<V>, cu_grid(k, job->items, cut.resident), dim3(cu_bounds<V>::THREADS), cut.shared, *job, cut.shape);
}

/* Compiled for anything but sm_90a, it is an empty kernel that stops. */
bool cuda_has_warp_groups(void)
{
	cudaFuncAttributes has;
	return cudaFuncGetAttributes(&has, (const void *)matmul_groups<CU_64>) == cudaSuccess && has.numRegs > 64;
}

static int launch_plain(const struct kern *k, struct matmul_job *job)
{
	cut_job(job, CU_PLAIN_OUTS, CU_PLAIN_ROWS, false);
	return cu_launch(k, "matmul (plain)", matmul_plain, cu_grid(k, job->items, CU_PLAIN_RESIDENT), dim3(CU_PLAIN_THREADS), CU_PLAIN_BYTES, *job);
}

static int first_like(const struct matmul_job &job, const struct matmul_out &out)
{
	int j = 0;
	while ((job.out[j].w.type == KERN_FP8) != (out.w.type == KERN_FP8) || job.out[j].quantised != out.quantised)
		j++;
	return j;
}

/* The outputs of op that go this way. */
static struct matmul_job part_of(const struct kern *k, const struct kern_matmul *op, enum cu_way way)
{
	struct matmul_job job = {};
	job.x = op->x;
	job.bf16 = k->compute == KERN_BF16;
	for (int j = 0; j < op->n_out; j++) {
		const struct kern_matmul_out *from = &op->out[j];
		if (from->w->rows == 0 || cu_way_of(k, from->w, from->quantised) != way)
			continue;
		struct matmul_out *out = &job.out[job.n_out++];
		out->w = *from->w;
		out->x = op->x;
		out->y = from->y;
		out->keep_f32 = from->keep_f32;
		out->quantised = from->quantised;
		out->like = first_like(job, *out);
		if (from->residual)
			out->residual = *from->residual;
	}
	return job;
}

/* Rows that come in their forms. */
static void take_forms(struct matmul_job *job, const struct kern_forms *all)
{
	struct cu_forms forms = cu_forms_of(all, job->x.rows, job->x.cols);
	for (int j = 0; j < job->n_out; j++)
		job->out[j].x = job->out[j].w.type == KERN_FP8 ? forms.codes : forms.halves;
}

/* Every form of the rows that an output wants, once: out's x is then the staged rows. */
static struct cu_staging staging_of(struct matmul_job *job, enum cu_order order, void *scratch)
{
	struct cu_staging s = {};
	size_t size = (size_t)job->x.rows * cu_staged_ld(job->x.cols);
	s.x = job->x;
	s.order = order;
	for (int j = 0; j < job->n_out; j++) {
		struct matmul_out *out = &job->out[j];
		if (out->like < j) {
			out->x = job->out[out->like].x;
			continue;
		}
		struct cu_staging::cu_form *form = &s.form[s.n_forms];
		form->to = (float *)scratch + (size_t)s.n_forms++ * size;
		form->group = out->quantised;
		form->fp8 = out->w.type == KERN_FP8;
		out->x = cu_staged_view(form->to, job->x.rows, job->x.cols);
	}
	return s;
}

int cuda_make_forms(const struct kern *k, const struct kern_view *x, const struct kern_forms *forms)
{
	struct cu_forms all = cu_forms_of(forms, x->rows, x->cols);
	struct cu_staging s = {};
	s.x = *x;
	s.order = CU_IN_ORDER;
	if (all.codes.data)
		s.form[s.n_forms++] = { all.codes.data, CU_BLOCK, true };
	s.form[s.n_forms++] = { all.halves.data, 0, false };
	return cu_launch_staging(k, &s);
}

template <int V> static bool fills_the_device(const struct kern *k, const struct matmul_job *job)
{
	struct cu_cut cut = cu_cut_for<cu_bounds<V>>(k, cu_ceil(job->x.cols, CU_BLOCK), false);
	int outs = cut.shape.warps / cut.shape.k_warps * CU_STRIP;
	return all_items(job, outs, cu_bounds<V>::ROWS) >= k->device->sm_count;
}

/* From some hundred rows on weights are used often enough that arithmetic, not memory, is the limit. Of a small matrix large tiles would
 * be fewer than there are multiprocessors. */
static int launch_steps(const struct kern *k, struct matmul_job *job)
{
	int n = job->x.rows;
	if (n <= CU_GROUP)
		return all_strips(job, CU_STRIP) <= k->device->sm_count ? launch_matmul<CU_TALL>(k, job) : launch_matmul<CU_ONE>(k, job);
	if (n > 128 && fills_the_device<CU_WIDE>(k, job))
		return launch_matmul<CU_WIDE>(k, job);
	return n > 16 && fills_the_device<CU_FOUR>(k, job) ? launch_matmul<CU_FOUR>(k, job) : launch_matmul<CU_TWO>(k, job);
}

template <int V> static int group_items(const struct matmul_job *job)
{
	return all_items(job, cu_groups_of<V>::OUTS, cu_groups_of<V>::ROWS);
}

template <int V> static int launch_groups(const struct kern *k, struct matmul_job *job)
{
	cut_job(job, cu_groups_of<V>::OUTS, cu_groups_of<V>::ROWS, true);
	for (int j = 0; j < job->n_out; j++) {
		struct matmul_out *out = &job->out[j];
		int e = cu_map_weight(k, &out->w, &out->map);
		if (!e && cu_groups_of<V>::IN_PARTS && out->like == j)
			e = cu_map_of(&out->x_map, out->x.data, (size_t)out->w.cols * kern_type_bytes(out->w.type), (size_t)out->x.rows, out->x.ld * sizeof(float));
		if (e)
			return e;
	}
	return cu_launch(k, "matmul (warp groups)", matmul_groups<V>, cu_grid(k, job->items, cu_groups_of<V>::RESIDENT),
		dim3(cu_groups_of<V>::THREADS), cu_groups_of<V>::BYTES, *job);
}

static int most_chunks(const struct matmul_job *job)
{
	int n = 0;
	for (int j = 0; j < job->n_out; j++)
		n = cu_chunks(job->out[j].w) > n ? cu_chunks(job->out[j].w) : n;
	return n;
}

static int narrow_items(const struct matmul_job *job)
{
	return all_items(job, CU_NARROW_OUTS, CU_NARROW_ROWS);
}

/* Few blocks bring nothing near: each would ask for so much that the kernel takes longer. */
static int launch_narrow(const struct kern *k, struct matmul_job *job)
{
	cut_job(job, CU_NARROW_OUTS, CU_NARROW_ROWS, false);
	if (job->items < k->device->sm_count / 4)
		job->soon = {};
	return cu_launch(k, "matmul (narrow)", matmul_narrow, dim3((unsigned)job->items), dim3(CU_NARROW_THREADS),
		cu_narrow_bytes(most_chunks(job)), *job);
}

/* Blocks of large tiles go through their items in so many rounds; an item of CU_256 takes a third longer than one of CU_128. */
static bool fewer_rounds_of_256(const struct kern *k, const struct matmul_job *job)
{
	long long sms = k->device->sm_count, rounds_128 = (group_items<CU_128>(job) + sms - 1) / sms, rounds_256 = (group_items<CU_256>(job) + sms - 1) / sms;
	return 4 * rounds_256 <= 3 * rounds_128;
}

/* The smallest tile that takes all rows, unless it leaves half of the multiprocessors idle: then a smaller one, whose weights come from the
 * cache as often. The narrow kernel where each block of it has a multiprocessor to itself. */
static int launch_by_groups(const struct kern *k, struct matmul_job *job)
{
	int n = job->x.rows, least = k->device->sm_count / 2;
	if (narrow_items(job) <= k->device->sm_count && most_chunks(job) <= CU_NARROW_MOST)
		return launch_narrow(k, job);
	if (n <= CU_GROUP)
		return launch_groups<CU_8>(k, job);
	if (n > 128 && fewer_rounds_of_256(k, job))
		return launch_groups<CU_256>(k, job);
	if (n > 64 && group_items<CU_128>(job) >= least)
		return launch_groups<CU_128>(k, job);
	if (n > 32 && group_items<CU_64>(job) >= least)
		return launch_groups<CU_64>(k, job);
	return n > 16 && group_items<CU_32>(job) >= least ? launch_groups<CU_32>(k, job) : launch_groups<CU_16>(k, job);
}

/* By mma.sync a block converts the rows of one tile itself. */
static bool is_staged(enum cu_way way, int n)
{
	return way == CU_BY_GROUPS || n > CU_GROUP;
}

static int launch_exact(const struct kern *k, const struct kern_matmul *op, enum cu_way way)
{
	struct matmul_job job = part_of(k, op, way);
	if (!job.n_out)
		return 0;
	job.soon = cu_soon_of(op->soon, op->x.rows);
	if (way == CU_BY_GROUPS && op->forms) {
		take_forms(&job, op->forms);
	} else if (is_staged(way, job.x.rows)) {
		struct cu_staging staging = staging_of(&job, way == CU_BY_GROUPS ? CU_IN_ORDER : CU_BY_LANES, op->scratch);
		int e = cu_launch_staging(k, &staging);
		if (e)
			return e;
	}
	return way == CU_BY_GROUPS ? launch_by_groups(k, &job) : launch_steps(k, &job);
}

/* Two ways of one call share it: outputs of the one are staged and read before the other's. */
size_t cuda_matmul_scratch(const struct kern *k, const struct kern_matmul *op, int n)
{
	bool staged = k->compute == KERN_BF16 && is_staged(k->device->warp_groups ? CU_BY_GROUPS : CU_BY_MMA, n);
	return staged ? (size_t)op->n_out * (size_t)n * cu_staged_ld(op->x.cols) * sizeof(float) : 0;
}

int cuda_matmul(struct kern *k, const struct kern_matmul *op)
{
	if (op->x.rows == 0)
		return 0;
	struct matmul_job plain = part_of(k, op, CU_PLAINLY);
	int e = launch_exact(k, op, CU_BY_GROUPS);
	e = e ? e : launch_exact(k, op, CU_BY_MMA);
	return e || !plain.n_out ? e : launch_plain(k, &plain);
}
