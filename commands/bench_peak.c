/* How fast memory could be read and copied, and how fast registers multiply: what a figure is a share of. Measured in a fraction of a
 * second each; the best of all tries counts, since what else the machine does can only slow them. */
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "commands/bench.h"
#include "kernels/kernels.h"
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { PIECES = 64, COPIES = 8, MAX_TRIES = 20 };
static const size_t plain_bytes = (size_t)256 << 20, device_bytes = (size_t)1 << 30, least_bytes = (size_t)32 << 20;
static const double seconds_a_peak = 0.3;

struct stream {
	char *from, *to;
	size_t piece; /* bytes of one of PIECES */
	uint64_t sums[PIECES];
};

static void read_piece(void *ctx, int item, int thread)
{
	struct stream *s = ctx;
	const uint64_t *from = (const uint64_t *)(const void *)(s->from + (size_t)item * s->piece);
	uint64_t sum[8] = {0};
	(void)thread;
	for (size_t i = 0; i < s->piece / sizeof *from; i += 8)
		for (size_t j = 0; j < 8; j++)
			sum[j] += from[i + j];
	for (int j = 0; j < 8; j++)
		s->sums[item] += sum[j];
}

static void copy_piece(void *ctx, int item, int thread)
{
	struct stream *s = ctx;
	(void)thread;
	memcpy(s->to + (size_t)item * s->piece, s->from + (size_t)item * s->piece, s->piece);
}

/* Of the processor's memory, all of the crew at it: the best rate of `moved` bytes a pass. */
static double best_pass(struct crew *crew, crew_fn *fn, struct stream *s, double moved)
{
	double best = INFINITY, until = 0;
	for (int i = 0; i < 3 || (i < MAX_TRIES && clock_seconds() < until); i++) {
		double start = clock_seconds();
		crew_run(crew, PIECES, fn, s);
		double t = clock_seconds() - start;
		if (i) /* the first pass meets pages that were never touched */
			best = t < best ? t : best;
		else
			until = start + t + seconds_a_peak;
	}
	return moved / best;
}

static int device_copies(struct kern *k, struct bench_peak *p, struct stream *s)
{
	double until = clock_seconds() + seconds_a_peak;
	for (int i = 0; i < 3 || (i < MAX_TRIES && clock_seconds() < until); i++) {
		int err = kern_settle(k);
		double start = clock_seconds();
		for (int j = 0; j < COPIES && !err; j++)
			err = kern_copy(k, s->to, s->from, p->size);
		err = err ? err : kern_settle(k);
		if (err)
			return err;
		double rate = 2.0 * COPIES * (double)p->size / (clock_seconds() - start);
		p->copying = rate > p->copying ? rate : p->copying;
	}
	return 0;
}

/* Two buffers of this many bytes: far more than caches hold, and an eighth of what is free at most. */
static size_t size_of_buffers(const struct kern *k)
{
	double room = kern_is_device(k) ? (double)kern_room(k) : mem_available();
	size_t want = kern_is_device(k) ? device_bytes : plain_bytes;
	while (want > least_bytes && room > 0 && (double)want > room / 8)
		want /= 2;
	return want;
}

static int measure_memory(struct kern *k, struct crew *crew, struct bench_peak *p)
{
	struct stream s = {.piece = (p->size = size_of_buffers(k)) / PIECES};
	s.from = kern_alloc(k, p->size);
	s.to = kern_alloc(k, p->size);
	int err = s.from && s.to ? 0 : err_set(ERR_NOMEM, "no memory to measure its speed in: two buffers of %zu bytes (--peak 0 does without)", p->size);
	if (!err && kern_is_device(k)) {
		err = device_copies(k, p, &s);
	} else if (!err) {
		memset(s.from, 1, p->size);
		p->reading = best_pass(crew, read_piece, &s, (double)p->size);
		p->copying = best_pass(crew, copy_piece, &s, 2.0 * (double)p->size);
	}
	kern_free(k, s.from);
	kern_free(k, s.to);
	p->bytes = p->reading > p->copying ? p->reading : p->copying;
	return err;
}

/* Ten chains of multiply-adds keep both units of a core busy whatever their latency. */
enum { FMA_ROUNDS = 20000, FMA_CHAINS = 10, FMA_MAX_THREADS = 256 };
#if defined(__x86_64__)
#define FMA_LOOP(name, isa, vector, set1, fmadd, add)                                              \
	__attribute__((target(isa))) static void name(void *ctx, int item, int thread)             \
	{                                                                                          \
		float *out = ctx;                                                                  \
		vector a[FMA_CHAINS], x = set1(0.999f), y = set1(0.001f);                          \
		(void)thread;                                                                      \
		_Pragma("GCC unroll 10") for (int j = 0; j < FMA_CHAINS; j++) a[j] = set1((float)j); \
		for (int i = 0; i < FMA_ROUNDS; i++)                                               \
			_Pragma("GCC unroll 10") for (int j = 0; j < FMA_CHAINS; j++) a[j] = fmadd(a[j], x, y); \
		_Pragma("GCC unroll 10") for (int j = 1; j < FMA_CHAINS; j++) a[0] = add(a[0], a[j]); \
		out[item] = a[0][0];                                                               \
	}
FMA_LOOP(fma_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_add_ps)
FMA_LOOP(fma_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_add_ps)

static double measure_macs(struct crew *crew)
{
	float out[FMA_MAX_THREADS];
	double best = INFINITY;
	bool wide = __builtin_cpu_supports("avx512f");
	int n = crew_size(crew) < FMA_MAX_THREADS ? crew_size(crew) : FMA_MAX_THREADS;
	if (!wide && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")))
		return 0;
	for (int i = 0; i < 200; i++) {
		double start = clock_seconds();
		crew_run(crew, n, wide ? fma_avx512 : fma_avx2, out);
		double t = clock_seconds() - start;
		best = t < best ? t : best;
	}
	return (wide ? 16.0 : 8.0) * FMA_CHAINS * FMA_ROUNDS * n / best;
}
#else
static double measure_macs(struct crew *crew)
{
	(void)crew;
	return 0;
}
#endif

int bench_peak(struct bench_peak *out, const struct options *o, bool macs)
{
	struct kern k;
	*out = (struct bench_peak){.given = o->peak >= 0};
	struct crew *crew = crew_new(o->threads ? (int)o->threads : thread_cpus());
	int err = kern_open(&k, o->backend, crew, KERN_F32);
	if (!err) {
		snprintf(out->device, sizeof out->device, "%s", kern_device_name(&k));
		if (out->given)
			out->bytes = o->peak * 1e9;
		else
			err = measure_memory(&k, crew, out);
		if (!err && macs && !kern_is_device(&k))
			out->macs = measure_macs(crew);
		kern_close(&k);
	}
	crew_free(crew);
	return err;
}

double bench_share(double rate, double peak)
{
	return peak > 0 ? rate / peak : NAN;
}
