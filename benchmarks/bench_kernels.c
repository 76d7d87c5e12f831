/* benchmarks/bench_kernels.c - every operation at the shapes of the embedded model and of Qwen3.5-35B-A3B.
 *
 * usage: bench_kernels [--backend NAME] [--threads N] [--rows N] [--op NAME] [--only embedded|qwen]
 * One JSON object a line on stdout: time, GB/s from the bytes the front functions count, multiply-adds a second, the share of the
 * nearer of two peaks measured in the same run (reading memory, multiply-adds in registers), and a hash of what was computed, so
 * that a change of arithmetic shows beside a change of speed. The functions measured are the ones shipped. */
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/npy.h"
#include "base/rng.h"
#include "base/thread.h"
#include "kernels/kernels.h"
#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

struct bench {
	struct kern k;
	const char *op, *only, *model;
	int rows, threads;
	double peak_bytes, peak_macs; /* a second */
};

/* ---- peaks ---- */

enum { STREAM = 128 << 20 };
static double now_best(double best, double from)
{
	double t = clock_seconds() - from;
	return t < best ? t : best;
}

static void sum_block(void *ctx, int item, int thread)
{
	uint64_t **p = ctx, s[8] = { 0 };
	(void)thread;
	const uint64_t *from = p[0] + (size_t)item * (STREAM / 16 / 8);
	for (size_t i = 0; i < STREAM / 16 / 8; i += 8)
		for (int j = 0; j < 8; j++)
			s[j] += from[i + (size_t)j];
	for (int j = 0; j < 8; j++)
		p[1][item] += s[j];
}

static double read_peak(struct crew *crew)
{
	uint64_t sums[16] = { 0 };
	uint64_t *p[2] = { mem_large(STREAM), sums };
	double best = 1e9;
	if (!p[0])
		return 1;
	memset(p[0], 1, STREAM);
	for (int i = 0; i < 10; i++) {
		double from = clock_seconds();
		crew_run(crew, 16, sum_block, p);
		best = now_best(best, from);
	}
	mem_large_free(p[0]);
	return STREAM / best;
}

enum { FMA_ROUNDS = 20000 };
#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void fma_loop(void *ctx, int item, int thread)
{
	float *out = ctx;
	__m256 a[10], x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(0.001f);
	(void)thread;
#pragma GCC unroll 10
	for (int j = 0; j < 10; j++)
		a[j] = _mm256_set1_ps((float)j);
	for (int i = 0; i < FMA_ROUNDS; i++)
#pragma GCC unroll 10
		for (int j = 0; j < 10; j++)
			a[j] = _mm256_fmadd_ps(a[j], x, y);
#pragma GCC unroll 10
	for (int j = 1; j < 10; j++)
		a[0] = _mm256_add_ps(a[0], a[j]);
	out[item] = a[0][0];
}
static double fma_peak(struct crew *crew)
{
	float out[256];
	double best = 1e9;
	int n = crew_size(crew) < 256 ? crew_size(crew) : 256;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return 1;
	for (int i = 0; i < 200; i++) {
		double from = clock_seconds();
		crew_run(crew, n, fma_loop, out);
		best = now_best(best, from);
	}
	return 8.0 * 10 * FMA_ROUNDS * n / best;
}
#else
static double fma_peak(struct crew *crew)
{
	(void)crew;
	return 1;
}
#endif

/* ---- operands ---- */

static float *floats(size_t n, uint32_t what)
{
	float *x = mem_large(n * sizeof *x + 64);
	if (!x)
		exit(1);
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(int32_t)rng_u32((struct rng_at){ .task = what, .step = (uint32_t)(i % 65521) }) * 0x1p-31f;
	return x;
}

static struct kern_view view(int n, int cols, uint32_t what)
{
	return kern_rows(floats((size_t)n * (size_t)cols, what), n, cols);
}

static struct kern_weight weight(enum kern_type type, int rows, int cols, uint32_t what, bool packed, const struct kern *k)
{
	size_t bytes = (size_t)rows * (size_t)cols * kern_type_bytes(type);
	unsigned char *data = mem_large(bytes + 64);
	if (!data)
		exit(1);
	for (size_t i = 0; i < bytes / kern_type_bytes(type); i++) {
		uint32_t u = rng_u32((struct rng_at){ .task = what, .step = (uint32_t)(i % 65521) });
		uint16_t h = bf16_from_f32((float)(int32_t)u * 0x1p-31f);
		if (type == KERN_FP8)
			data[i] = (uint8_t)((u & 0x87) | (4 + (u >> 8) % 11) << 3); /* subnormals, which are slow, are rare in real weights */
		else
			memcpy(data + 2 * i, &h, 2);
	}
	struct kern_weight w = { .data = data, .type = type, .rows = rows, .cols = cols, .ld = (size_t)cols };
	if (type == KERN_FP8) {
		int block_rows = (rows + 127) / 128, block_cols = (cols + 127) / 128;
		float *scale = floats((size_t)(block_rows * block_cols), what + 1);
		for (int i = 0; i < block_rows * block_cols; i++)
			scale[i] = 1e-3f * (1.5f + scale[i]);
		w.scale = scale;
		w.scale_ld = block_cols;
		w.block_rows = w.block_cols = 128;
	}
	if (packed && kern_pack_bytes(k, &w)) {
		void *dst = mem_large(kern_pack_bytes(k, &w));
		if (!dst)
			exit(1);
		kern_pack(k, &w, dst);
	}
	return w;
}

static void weight_free(const struct kern_weight *w)
{
	mem_large_free((void *)(uintptr_t)w->data);
	mem_large_free((void *)(uintptr_t)w->scale);
	mem_large_free((void *)(uintptr_t)w->packed);
}

/* ---- measuring ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

typedef int op_fn(struct kern *k, const void *op);

static void measure(struct bench *b, const char *op, const char *shape, op_fn *fn, const void *arg, const struct kern_view *y)
{
	enum { MOST = 400 };
	double us[MOST], until = 0;
	int n = 0;
	uint64_t bytes = 0, macs = 0;
	for (int i = 0; i < 3 || (n < MOST && clock_seconds() < until); i++) {
		b->k.bytes = b->k.macs = 0;
		double from = clock_seconds();
		if (fn(&b->k, arg)) {
			fprintf(stderr, "bench_kernels: %s %s: %s\n", op, shape, err_message());
			exit(1);
		}
		if (i == 1)
			until = clock_seconds() + 0.15;
		if (i >= 2)
			us[n++] = 1e6 * (clock_seconds() - from);
		bytes = b->k.bytes;
		macs = b->k.macs;
	}
	qsort(us, (size_t)n, sizeof *us, by_size);
	uint64_t hash = HASH_SEED;
	for (int r = 0; r < y->rows; r++)
		hash = hash_bytes(hash, y->data + (size_t)r * y->ld, (size_t)y->cols * sizeof *y->data);
	double at_memory = (double)bytes / us[0] * 1e6 / b->peak_bytes, at_macs = (double)macs / us[0] * 1e6 / b->peak_macs;
	printf("{\"op\":\"%s\",\"model\":\"%s\",\"shape\":\"%s\",\"rows\":%d,\"backend\":\"%s\",\"isa\":\"%s\",\"threads\":%d,\"min_us\":%.2f,\"median_us\":%.2f,"
	       "\"gb_s\":%.3f,\"gmac_s\":%.3f,\"of_read_peak\":%.3f,\"of_fma_peak\":%.3f,\"check_hash\":\"%016llx\"}\n",
	       op, b->model, shape, b->rows, b->k.backend->name, b->k.backend->isa, b->threads, us[0], us[n / 2],
		(double)bytes / us[0] * 1e-3,
	       (double)macs / us[0] * 1e-3, at_memory, at_macs, (unsigned long long)hash);
	fflush(stdout);
}

static bool wanted(const struct bench *b, const char *op)
{
	return !b->op || strcmp(b->op, op) == 0;
}

static int run_matmul(struct kern *k, const void *op) { return kern_matmul(k, op); }
static int run_experts(struct kern *k, const void *op) { return kern_experts(k, op); }
static int run_attention(struct kern *k, const void *op) { return kern_attention(k, op); }
static int run_gdn(struct kern *k, const void *op) { return kern_gdn(k, op); }
static int run_route(struct kern *k, const void *op) { return kern_route(k, op); }
static int run_norm(struct kern *k, const void *op) { return kern_norm(k, op); }
static int run_embed(struct kern *k, const void *op) { return kern_embed(k, op); }

static void bench_matmul(struct bench *b, const char *what, enum kern_type type, int out, int in, bool packed)
{
	if (!wanted(b, "matmul"))
		return;
	char shape[96];
	struct kern_weight w = weight(type, out, in, 1, packed, &b->k);
	struct kern_view y = view(b->rows, out, 2);
	struct kern_matmul op = { .x = view(b->rows, in, 3), .n_out = 1, .out = { { .w = &w, .y = y } } };
	snprintf(shape, sizeof shape, "%s %s%s %dx%d", what, kern_type_name(type), w.packed ? " packed" : "", out, in);
	measure(b, "matmul", shape, run_matmul, &op, &y);
	weight_free(&w);
	mem_large_free(op.x.data);
	mem_large_free(y.data);
}

static struct kern_mlp mlp_of(struct bench *b, int width, int d, uint32_t what, bool packed)
{
	return (struct kern_mlp){ weight(KERN_FP8, width, d, what, packed, &b->k), weight(KERN_FP8, width, d, what + 1, packed,
		&b->k), weight(KERN_FP8, d, width, what + 2, packed, &b->k) };
}
static void mlp_free(const struct kern_mlp *m)
{
	weight_free(&m->gate);
	weight_free(&m->up);
	weight_free(&m->down);
}

static void bench_experts(struct bench *b, int d, int width, int n_experts, int shared_width, bool packed)
{
	enum { K = 8 };
	if (!wanted(b, "experts"))
		return;
	char shape[96];
	struct kern_mlp *mlp = mem_array((size_t)n_experts, sizeof *mlp), shared = mlp_of(b, shared_width, d, 5, packed);
	for (int e = 0; e < n_experts; e++)
		mlp[e] = mlp_of(b, width, d, 10 + (uint32_t)e * 3, packed);
	struct kern_weight gate = weight(KERN_BF16, 1, d, 9, packed, &b->k);
	uint16_t *experts = mem_array((size_t)(b->rows * K), sizeof *experts);
	float *weights = mem_array((size_t)(b->rows * K), sizeof *weights);
	for (int i = 0; i < b->rows * K; i++) { /* eight of them apart, from a start drawn for the row */
		uint32_t start = rng_u32((struct rng_at){ .task = 4, .node = (uint32_t)(i / K) });
		experts[i] = (uint16_t)((start % 8 + (uint32_t)(i % K) * (uint32_t)n_experts / K + (start >> 8) % (uint32_t)(n_experts / K)) % (uint32_t)n_experts);
		weights[i] = 0.125f;
	}
	int distinct;
	struct kern_view y = view(b->rows, d, 2);
	struct kern_experts op = { .x = view(b->rows, d, 3), .experts = experts, .weights = weights, .top_k = K,
		.n_experts = n_experts, .mlp = mlp, .shared = &shared,
				   .shared_gate = &gate, .y = y, .distinct = &distinct };
	op.scratch_bytes = kern_experts_scratch(&b->k, &op, b->rows);
	op.scratch = mem_large(op.scratch_bytes);
	snprintf(shape, sizeof shape, "%d of %d x %d on %d, shared %d%s", K, n_experts, width, d, shared_width,
		mlp[0].gate.packed ? ", packed" : "");
	measure(b, "experts", shape, run_experts, &op, &y);
	for (int e = 0; e < n_experts; e++)
		mlp_free(&mlp[e]);
	mlp_free(&shared);
	weight_free(&gate);
	mem_large_free(op.scratch);
	mem_large_free(op.x.data);
	mem_large_free(y.data);
	mem_free(mlp);
	mem_free(experts);
	mem_free(weights);
}

static void bench_attention(struct bench *b, int h, int g, int c, int rot, int t)
{
	if (!wanted(b, "attention"))
		return;
	char shape[96];
	int pages = t / KERN_PAGE + 1, shared = pages / 2; /* the first half of the pages is everybody's */
	struct kern_attention op = { .q = view(b->rows, 2 * h * c, 3), .kx = view(b->rows, g * c, 4), .vx = view(b->rows, g * c,
		5), .q_norm = floats((size_t)c, 6),
				     .k_norm = floats((size_t)c, 7), .plus_one = true, .eps = 1e-6f, .rot = rot,
					.n_positions = t + 1, .heads = h, .kv_heads = g, .dim = c,
				     .gated = true, .scale = 1 / sqrtf((float)c), .kv_type = KERN_F32,
					.n_pages = pages * (b->rows + 1), .y = view(b->rows, h * c, 2) };
	float *rotary = floats((size_t)((t + 1) * rot), 8);
	int32_t *tables = mem_array((size_t)(b->rows * pages), sizeof *tables), *position = mem_array((size_t)b->rows,
		sizeof *position);
	const int32_t **table = mem_array((size_t)b->rows, sizeof *table);
	kern_rotary_fill(rotary, t + 1, rot, 1e7);
	for (int r = 0; r < b->rows; r++) {
		for (int p = 0; p < pages; p++)
			tables[r * pages + p] = p < shared ? p : (r + 1) * pages + p;
		position[r] = t;
		table[r] = tables + r * pages;
	}
	op.rotary = rotary;
	op.position = position;
	op.table = table;
	op.pool = floats(kern_page_bytes(g, c, KERN_F32) / 4 * (size_t)op.n_pages, 9);
	snprintf(shape, sizeof shape, "%d heads on %d of %d, at %d", h, g, c, t);
	measure(b, "attention", shape, run_attention, &op, &op.y);
	void *all[] = { op.q.data, op.kx.data, op.vx.data, (void *)(uintptr_t)op.q_norm, (void *)(uintptr_t)op.k_norm, rotary,
		op.pool, op.y.data };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		mem_large_free(all[i]);
	mem_free(tables);
	mem_free(position);
	mem_free(table);
}

static void bench_gdn(struct bench *b, int hk, int hv, int dk, int dv)
{
	enum { TAPS = 4 };
	if (!wanted(b, "gdn"))
		return;
	char shape[96];
	int channels = 2 * hk * dk + hv * dv, state = hv * dk * dv, conv = (TAPS - 1) * channels;
	int32_t *first = mem_array((size_t)b->rows + 1, sizeof *first);
	struct kern_gdn_state *states = mem_array((size_t)b->rows, sizeof *states);
	float *memory = floats((size_t)b->rows * 2 * (size_t)(state + conv), 20);
	for (int r = 0; r <= b->rows; r++)
		first[r] = r;
	for (int r = 0; r < b->rows; r++) {
		float *src = memory + (size_t)r * 2 * (size_t)(state + conv), *dst = src + state + conv;
		states[r] = (struct kern_gdn_state){ src, dst, src + state, dst + state };
	}
	struct kern_gdn op = { .qkv = view(b->rows, channels, 3), .z = view(b->rows, hv * dv, 4), .a = view(b->rows, hv, 5),
		.b = view(b->rows, hv, 6),
			       .conv = floats((size_t)(TAPS * channels), 7), .a_log = floats((size_t)hv, 8),
				.dt_bias = floats((size_t)hv, 9), .norm_w = floats((size_t)dv, 10),
			       .eps = 1e-6f, .key_heads = hk, .value_heads = hv, .key_dim = dk, .value_dim = dv,
				.conv_width = TAPS, .n_seq = b->rows, .first = first,
			       .state = states, .y = view(b->rows, hv * dv, 2) };
	snprintf(shape, sizeof shape, "%d on %d heads, %d x %d", hv, hk, dk, dv);
	measure(b, "gdn", shape, run_gdn, &op, &op.y);
	const void *all[] = { op.qkv.data, op.z.data, op.a.data, op.b.data, op.conv, op.a_log, op.dt_bias, op.norm_w, op.y.data,
		memory };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		mem_large_free((void *)(uintptr_t)all[i]);
	mem_free(first);
	mem_free(states);
}

static void bench_small(struct bench *b, int d, int vocab, int n_experts)
{
	char shape[96];
	struct kern_view x = view(b->rows, d, 3), y = view(b->rows, d, 2), logits = view(b->rows, n_experts, 4), w = view(1, d, 5);
	struct kern_weight table = weight(KERN_BF16, vocab, d, 1, false, &b->k);
	int32_t *ids = mem_array((size_t)b->rows, sizeof *ids);
	uint16_t *experts = mem_array((size_t)b->rows * 8, sizeof *experts);
	struct kern_view chosen = view(b->rows, 8, 6);
	for (int r = 0; r < b->rows; r++)
		ids[r] = r * 37 % vocab;
	struct kern_embed embed = { &table, ids, y };
	struct kern_norm norm = { x, w.data, true, 1e-6f, y };
	struct kern_route route = { logits, 8, true, experts, chosen.data };
	snprintf(shape, sizeof shape, "%d", d);
	if (wanted(b, "embed"))
		measure(b, "embed", shape, run_embed, &embed, &y);
	if (wanted(b, "norm"))
		measure(b, "norm", shape, run_norm, &norm, &y);
	snprintf(shape, sizeof shape, "8 of %d", n_experts);
	if (wanted(b, "route"))
		measure(b, "route", shape, run_route, &route, &chosen);
	struct kern_view *all[] = { &x, &y, &logits, &w, &chosen };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		mem_large_free(all[i]->data);
	weight_free(&table);
	mem_free(ids);
	mem_free(experts);
}

static void embedded(struct bench *b)
{
	b->model = "embedded";
	bench_small(b, 192, 1024, 64);
	for (int packed = 1; packed >= 0; packed--) {
		bench_matmul(b, "gdn_in", KERN_FP8, 384, 192, packed);
		bench_matmul(b, "out", KERN_FP8, 192, 128, packed);
		bench_matmul(b, "q", KERN_FP8, 512, 192, packed);
		bench_matmul(b, "router", KERN_BF16, 64, 192, packed);
		bench_matmul(b, "lm_head", KERN_BF16, 1024, 192, packed);
		bench_experts(b, 192, 32, 64, 64, packed);
	}
	bench_attention(b, 4, 1, 64, 16, 150);
	bench_gdn(b, 2, 4, 32, 32);
}

static void qwen(struct bench *b)
{
	b->model = "qwen3.5-35b";
	bench_small(b, 2048, 4096, 256);
	bench_matmul(b, "gdn_in", KERN_FP8, 12288, 2048, false);
	bench_matmul(b, "gdn_in", KERN_FP8, 12288, 2048, true);
	bench_matmul(b, "out", KERN_FP8, 2048, 4096, false);
	bench_matmul(b, "lm_head", KERN_BF16, 16384, 2048, false);
	bench_experts(b, 2048, 512, 32, 512, false);
	bench_attention(b, 16, 2, 256, 64, 1024);
	bench_gdn(b, 16, 32, 128, 128);
}

int main(int argc, char **argv)
{
	struct bench b = { .rows = 32, .threads = thread_cpus() };
	const char *backend = NULL;
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];
		if (strcmp(argv[i], "--backend") == 0)
			backend = value;
		else if (strcmp(argv[i], "--threads") == 0)
			b.threads = (int)strtol(value, NULL, 10);
		else if (strcmp(argv[i], "--rows") == 0)
			b.rows = (int)strtol(value, NULL, 10);
		else if (strcmp(argv[i], "--op") == 0)
			b.op = value;
		else if (strcmp(argv[i], "--only") == 0)
			b.only = value;
		else
			argc = 0;
	}
	if (argc % 2 == 0 || b.rows < 1) {
		fprintf(stderr,
			"usage: bench_kernels [--backend NAME] [--threads N] [--rows N] [--op NAME] [--only embedded|qwen]\n");
		return 2;
	}
	struct crew *crew = crew_new(b.threads);
	if (kern_open(&b.k, backend, crew, KERN_F32)) {
		fprintf(stderr, "bench_kernels: %s\n", err_message());
		return 2;
	}
	b.peak_bytes = read_peak(crew);
	b.peak_macs = fma_peak(crew);
	printf("{\"read_peak_gb_s\":%.2f,\"fma_peak_gmac_s\":%.1f,\"threads\":%d}\n", b.peak_bytes * 1e-9, b.peak_macs * 1e-9,
		crew_size(crew));
	if (!b.only || strcmp(b.only, "embedded") == 0)
		embedded(&b);
	if (!b.only || strcmp(b.only, "qwen") == 0)
		qwen(&b);
	kern_close(&b.k);
	crew_free(crew);
	return 0;
}
