/* The executor: a block's threads are fibers on this thread, which run until they block or end; blocks run one after the other.
 * It is not sanitized itself (SHIM_SANITIZED says that what it runs is): most of the time of a test goes by here. */
#include "kernels/cuda_ptx.cuh"
#include "tests/shim/executor.h"
#include "tests/shim/shim.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#if defined(SHIM_SANITIZED)
#include <sanitizer/common_interface_defs.h>
#endif
/* SHIM_UCONTEXT tries on this machine what others use. */
#if (!defined(__x86_64__) && !defined(__aarch64__)) || defined(SHIM_UCONTEXT)
#define UCONTEXT 1
#include <ucontext.h>
#endif

enum { WARP = 32, MAX_THREADS = 1024, MAX_WARPS = MAX_THREADS / WARP, WORDS = 16, MEETINGS = 16 };
static const size_t STACK = 256 * 1024, GUARD = 64 * 1024; /* the latter a multiple of every page size */

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

static const char *const kind_names[] = { "__syncthreads", "__syncthreads_or", "__syncthreads_and", "__syncthreads_count", "cu_meet",
	"__syncwarp", "a shuffle", "a ballot", "cu_mma_bf16", "cu_mma_tf32", "cu_wgmma_wait", "cu_flag_wait" };

enum fiber_state { READY, AT_BARRIER, AT_COLLECTIVE, AT_WAIT, AT_FLAG, ENDED };

/* What a thread has begun by cu_wgmma and not waited for, in order. Its sums are kept here meanwhile: where they belong stands poison. */
struct multiplications {
	enum { MOST = 64, SUMS = 8, MOST_SUMS = 64 };
	struct {
		uint64_t a, b;
		bool fp8, add, a_across, b_across;
		int sums;
		unsigned group;
		struct shim_place place;
	} at[MOST];
	struct {
		float *d;
		int n; /* of a thread: columns / 2 */
		float value[MOST_SUMS];
		int users; /* 0: free */
	} sums[SUMS];
	int n;
	unsigned group; /* of those that come next */
	bool fenced;    /* cu_wgmma_fence was called, and nothing waited for since */
	uint64_t digest; /* of all that were begun: the same in every thread of a warp group */
	unsigned landed[shim_copies::MOST]; /* places in shared memory that copies came to since the last cu_proxy_fence */
	int n_landed;
};

struct fiber {
	char *stack;
	size_t stack_size;
	void *context;    /* where it goes on; a stack pointer, or a ucontext_t */
	void *fake;       /* AddressSanitizer's own stack for it */
	uint3 index;
	int lane;
	struct warp *warp;
	enum fiber_state state;
	enum shim_kind kind; /* what it waits at */
	struct shim_place place;
	int result;          /* of a barrier */
	const uint64_t *flag; /* it waits for */
	int meeting;         /* the number of the one it waits at */
	bool waited;         /* it called cu_wait */
	uint32_t words[WORDS]; /* what it gave to a collective, and what it gets */
	struct shim_copies copies;
	struct multiplications under_way;
};

/* Lanes that wait for each other. Several may be under way at once, under different masks. */
struct rendezvous {
	unsigned mask, arrived; /* mask 0: none */
	enum shim_kind kind;
	struct shim_place place;
	int n_words;
};

struct warp {
	struct fiber *lane[WARP];
	unsigned there, ended, at_barrier; /* lanes that there are, that ended, that wait at a barrier */
	int n_waiting;         /* rendezvous under way */
	struct rendezvous waiting[WARP + 1]; /* the first n_waiting of them; behind them, mask 0 */
};

/* A box that is being fetched: nothing of it has come yet. */
struct box {
	unsigned char *to;
	const cu_map *map;
	int byte, row;
	uint64_t *flag;
};

/* What runs a block. There are two, so that the first block of a kernel can begin while the kernel before it has not been run. */
struct team {
	struct fiber fibers[MAX_THREADS];
	struct warp warps[MAX_WARPS];
	int n_threads, n_warps, n_ended, n_at_barrier, barrier_true;
	struct fiber *at_barrier; /* the first there */
	struct {
		int threads, here;
	} meetings[MEETINGS]; /* here 0: nobody waits */
	unsigned char *shared;
	unsigned char *unfenced; /* [16 bytes of it]: a copy came there, and its thread has not called cu_proxy_fence */
	const struct shim_kernel *kernel; /* NULL: free */
	uint3 block;
	unsigned *blocks; /* in the order in which they run */
	bool hold;        /* threads stop at cu_wait */
	bool waited;      /* one called cu_wait */
	enum { MOST_BOXES = 256 };
	struct box boxes[MOST_BOXES];
	int n_boxes;
};

static struct team teams[2], *team = teams;
static struct fiber *self; /* NULL: the scheduler runs */
static unsigned order;
static bool order_known;
static uint64_t order_state;

void shim_fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fflush(stdout);
	const struct shim_kernel *kernel = team->kernel;
	fprintf(stderr, "shim: %s%s", kernel ? "kernel " : "the runtime", !kernel ? "" : kernel->name ? kernel->name : "(no name)");
	if (kernel)
		fprintf(stderr, ", block (%u, %u, %u)", team->block.x, team->block.y, team->block.z);
	if (self)
		fprintf(stderr, ", thread (%u, %u, %u)", self->index.x, self->index.y, self->index.z);
	fprintf(stderr, ": ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	abort();
}

/* ---- switching ---- */

#if defined(__x86_64__) && !defined(UCONTEXT)
extern "C" void shim_switch(void **from, void *to);
asm(".text\n.globl shim_switch\n.type shim_switch, @function\nshim_switch:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp, (%rdi)\nmov %rsi, %rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n.size shim_switch, .-shim_switch\n");

/* A stack on which shim_switch returns into `enter`, with %rsp as after a call. */
static void *fresh_context(char *stack, void (*enter)(void))
{
	void **top = (void **)(stack + STACK);
	top[-2] = (void *)enter;
	for (int i = 3; i <= 8; i++)
		top[-i] = NULL;
	return top - 8;
}
#elif defined(__aarch64__) && !defined(UCONTEXT)
extern "C" void shim_switch(void **from, void *to);
asm(".text\n.globl shim_switch\n.type shim_switch, %function\nshim_switch:\n"
    "sub sp, sp, #160\n"
    "stp x19, x20, [sp]\nstp x21, x22, [sp, #16]\nstp x23, x24, [sp, #32]\nstp x25, x26, [sp, #48]\nstp x27, x28, [sp, #64]\n"
    "stp x29, x30, [sp, #80]\nstp d8, d9, [sp, #96]\nstp d10, d11, [sp, #112]\nstp d12, d13, [sp, #128]\nstp d14, d15, [sp, #144]\n"
    "mov x2, sp\nstr x2, [x0]\nmov sp, x1\n"
    "ldp x19, x20, [sp]\nldp x21, x22, [sp, #16]\nldp x23, x24, [sp, #32]\nldp x25, x26, [sp, #48]\nldp x27, x28, [sp, #64]\n"
    "ldp x29, x30, [sp, #80]\nldp d8, d9, [sp, #96]\nldp d10, d11, [sp, #112]\nldp d12, d13, [sp, #128]\nldp d14, d15, [sp, #144]\n"
    "add sp, sp, #160\nret\n.size shim_switch, .-shim_switch\n");

static void *fresh_context(char *stack, void (*enter)(void))
{
	void **saved = (void **)(stack + STACK - 160);
	memset(saved, 0, 160);
	saved[11] = (void *)enter; /* x30 */
	return saved;
}
#else
static void shim_switch(void **from, void *to)
{
	ucontext_t here;
	*from = &here;
	swapcontext(&here, (ucontext_t *)to);
}

static void *fresh_context(char *stack, void (*enter)(void))
{
	ucontext_t *c = (ucontext_t *)stack; /* the far end of the stack has room for it */
	getcontext(c);
	c->uc_stack.ss_sp = stack + sizeof *c;
	c->uc_stack.ss_size = STACK - sizeof *c;
	c->uc_link = NULL;
	makecontext(c, enter, 0);
	return c;
}
#endif

/* Where run_warp stands: to be gone back to when the turn is over. */
static struct fiber scheduler;
/* Lanes of a warp in the order in which they take turns: each hands over to the next one that is ready. NULL behind the last. */
static struct fiber *turn[WARP + 1];
static int turn_at;

/* In the fiber that another one switched to. Where the scheduler's stack lies, nobody else knows. */
static void arrived(struct fiber *f, struct fiber *from)
{
#if defined(SHIM_SANITIZED)
	const void *stack;
	size_t size;
	__sanitizer_finish_switch_fiber(f->fake, &stack, &size);
	if (from == &scheduler) {
		scheduler.stack = (char *)stack;
		scheduler.stack_size = size;
	}
#endif
	(void)f, (void)from;
}

static struct fiber *left; /* whom the last switch left */

static void switch_to(struct fiber *from, struct fiber *to)
{
	self = to == &scheduler ? NULL : to;
	if (self)
		threadIdx = to->index;
	left = from;
#if defined(SHIM_SANITIZED)
	__sanitizer_start_switch_fiber(&from->fake, to->stack, to->stack_size);
#endif
	shim_switch(&from->context, to->context);
	arrived(from, left);
}

static struct fiber *next_in_turn(void)
{
	while (turn[turn_at]) {
		struct fiber *f = turn[turn_at++];
		if (f->state == READY)
			return f;
	}
	return NULL;
}

/* From a thread that waits or has ended. */
static void hand_over(void)
{
	struct fiber *next = next_in_turn();
	switch_to(self, next ? next : &scheduler);
}

static void thread_ends(void);

/* A fiber is used for one thread after the other: it never returns. */
static void fiber_main(void)
{
	arrived(self, left);
	for (;;) {
		team->kernel->call->run(team->kernel->call);
		thread_ends();
		hand_over();
	}
}

static void make_stack(struct fiber *f)
{
	static char *pool;
	size_t each = STACK + GUARD, at = (size_t)((team - teams) * MAX_THREADS + (f - team->fibers)) * each;
	if (!pool)
		pool = (char *)mmap(NULL, each * 2 * MAX_THREADS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pool == (char *)MAP_FAILED || mprotect(pool + at + GUARD, STACK, PROT_READ | PROT_WRITE))
		shim_fail("no memory for the stacks of its threads");
	f->stack = pool + at + GUARD;
	f->stack_size = STACK;
	f->context = fresh_context(f->stack, fiber_main);
}

/* ---- barriers ---- */

static bool same_place(struct shim_place a, struct shim_place b)
{
	return a.line == b.line && (a.file == b.file || strcmp(a.file, b.file) == 0);
}

int shim_barrier(shim_kind kind, int predicate, shim_place place)
{
	struct fiber *f = self;
	if (team->n_ended)
		shim_fail("%s (%s:%d), but %d of %d threads have ended", kind_names[kind], place.file, place.line, team->n_ended, team->n_threads);
	for (int i = 0; i < f->warp->n_waiting; i++)
		if (f->warp->waiting[i].mask >> f->lane & 1)
			shim_fail("%s (%s:%d), but other lanes wait for it at %s (%s:%d)", kind_names[kind], place.file, place.line,
				kind_names[f->warp->waiting[i].kind], f->warp->waiting[i].place.file, f->warp->waiting[i].place.line);
	const struct fiber *first = team->at_barrier;
	if (team->n_at_barrier++ == 0) {
		team->at_barrier = f;
		team->barrier_true = 0;
	} else if (first->kind != kind || !same_place(first->place, place)) {
		shim_fail("%s (%s:%d), but thread (%u, %u, %u) waits at %s (%s:%d)", kind_names[kind], place.file, place.line,
			first->index.x, first->index.y, first->index.z, kind_names[first->kind], first->place.file, first->place.line);
	}
	f->kind = kind;
	f->place = place;
	team->barrier_true += predicate != 0;
	if (team->n_at_barrier < team->n_threads) {
		f->state = AT_BARRIER;
		f->warp->at_barrier |= 1u << f->lane;
		hand_over();
		return f->result;
	}
	int n_true = team->barrier_true;
	int result = kind == SHIM_BARRIER_OR ? n_true > 0 : kind == SHIM_BARRIER_AND ? n_true == team->n_threads : n_true;
	for (int i = 0; i < team->n_threads; i++) {
		team->fibers[i].state = READY;
		team->fibers[i].result = result;
	}
	for (int i = 0; i < team->n_warps; i++)
		team->warps[i].at_barrier = 0;
	team->n_at_barrier = 0;
	return result;
}

/* Threads that meet may come from several lines: each has a part of its own. */
void shim_meet(int number, int threads, shim_place place)
{
	struct fiber *f = self;
	if (number < 1 || number >= MEETINGS || threads < WARP || threads % WARP || threads > team->n_threads)
		shim_fail("cu_meet (%s:%d) of %d threads, number %d: there are %d", place.file, place.line, threads, number, team->n_threads);
	auto &m = team->meetings[number];
	if (m.here && m.threads != threads)
		shim_fail("cu_meet (%s:%d) number %d of %d threads, where others wait for %d", place.file, place.line, number, threads, m.threads);
	m.threads = threads;
	if (++m.here < threads) {
		f->kind = SHIM_MEET;
		f->place = place;
		f->meeting = number;
		f->state = AT_BARRIER;
		f->warp->at_barrier |= 1u << f->lane;
		hand_over();
		return;
	}
	m.here = 0;
	for (int i = 0; i < team->n_threads; i++) {
		struct fiber *g = &team->fibers[i];
		if (g->state != AT_BARRIER || g->kind != SHIM_MEET || g->meeting != number)
			continue;
		g->state = READY;
		g->warp->at_barrier &= ~(1u << g->lane);
	}
}

static void thread_ends(void)
{
	struct warp *w = self->warp;
	for (int i = 0; i < w->n_waiting; i++)
		if (w->waiting[i].mask >> self->lane & 1)
			shim_fail("ends, but other lanes wait for it at %s (%s:%d)", kind_names[w->waiting[i].kind], w->waiting[i].place.file,
				w->waiting[i].place.line);
	if (team->n_at_barrier)
		for (int i = 0; i < team->n_threads; i++)
			if (team->fibers[i].state == AT_BARRIER)
				shim_fail("ends, but thread (%u, %u, %u) and %d more wait at %s (%s:%d)", team->fibers[i].index.x, team->fibers[i].index.y,
					team->fibers[i].index.z, team->n_at_barrier - 1, kind_names[team->fibers[i].kind], team->fibers[i].place.file,
					team->fibers[i].place.line);
	if (self->under_way.n)
		shim_fail("ends, but %d multiplications by cu_wgmma (%s:%d) are under way", self->under_way.n, self->under_way.at[0].place.file,
			self->under_way.at[0].place.line);
	self->state = ENDED;
	w->ended |= 1u << self->lane;
	team->n_ended++;
}

/* ---- warp collectives: the last lane to arrive computes for all ---- */

static float bf16_at(const uint32_t *words, int i)
{
	return __uint_as_float((i % 2 ? words[i / 2] & 0xffff0000u : words[i / 2] << 16));
}

/* words of a lane: d 4, a 4, b 2. A product of two bfloat16 is exact in f32; sums run in f32, ascending in k. The chip sums in groups,
 * of one exponent and cut short: bits agree only where no sum rounds. */
static void mma(struct warp *w, bool bf16)
{
	float a[16][16], b[16][8], d[16][8];
	int depth = bf16 ? 16 : 8;
	for (int l = 0; l < WARP; l++) {
		int g = l / 4, t = l % 4;
		const uint32_t *words = w->lane[l]->words;
		for (int i = 0; i < 8 && bf16; i++)
			a[g + (i / 2 % 2) * 8][2 * t + i % 2 + i / 4 * 8] = bf16_at(words + 4, i);
		for (int i = 0; i < 4 && bf16; i++)
			b[2 * t + i % 2 + i / 2 * 8][g] = bf16_at(words + 8, i);
		for (int i = 0; i < 4 && !bf16; i++)
			a[g + i % 2 * 8][t + i / 2 * 4] = __uint_as_float(words[4 + i] & 0xffffe000u);
		for (int i = 0; i < 2 && !bf16; i++)
			b[t + 4 * i][g] = __uint_as_float(words[8 + i] & 0xffffe000u);
	}
	for (int l = 0; l < WARP; l++)
		for (int i = 0; i < 4; i++)
			d[l / 4 + i / 2 * 8][l % 4 * 2 + i % 2] = __uint_as_float(w->lane[l]->words[i]);
	for (int r = 0; r < 16; r++)
		for (int j = 0; j < depth; j++)
			for (int c = 0; c < 8; c++)
				d[r][c] += a[r][j] * b[j][c];
	for (int l = 0; l < WARP; l++)
		for (int i = 0; i < 4; i++)
			w->lane[l]->words[i] = __float_as_uint(d[l / 4 + i / 2 * 8][l % 4 * 2 + i % 2]);
}

/* ---- warp groups: a warp computes its 16 outputs when its lanes wait, which is as late as may be ---- */

static float e4m3_at(unsigned char q)
{
	uint32_t magnitude = (uint32_t)(q & 0x7f) << 20;
	float value = (q & 0x7f) == 0x7f ? NAN : __uint_as_float(magnitude) * 0x1p120f;
	return q & 0x80 ? -value : value;
}

static void check_descriptor(uint64_t descriptor, size_t start, struct shim_place at)
{
	if (descriptor >> 62 != 1 || descriptor & UINT64_C(0x3fffc000c000c000))
		shim_fail("cu_wgmma (%s:%d) with the descriptor %016llx: only rows swizzled over 128 bytes are here", at.file, at.line,
			(unsigned long long)descriptor);
	if (start & 0x380)
		shim_fail("cu_wgmma (%s:%d) reads from byte %zu of shared memory on, which is not in the first of 8 rows", at.file, at.line, start);
}

/* Where the 16 bytes lie that would be at `from`. */
static size_t swizzled(size_t from, struct shim_place at)
{
	from ^= (from >> 7 & 7) << 4;
	if (from + 16 > team->kernel->shared)
		shim_fail("cu_wgmma (%s:%d) reads byte %zu of shared memory, there are %zu", at.file, at.line, from + 15, team->kernel->shared);
	if (team->unfenced[from / 16])
		shim_fail("cu_wgmma (%s:%d) reads byte %zu of shared memory, which came there without a cu_proxy_fence since", at.file, at.line,
			from);
	return from;
}

static float shared_bf16(size_t at)
{
	return __uint_as_float((uint32_t)(team->shared[at] | team->shared[at + 1] << 8) << 16);
}

/* The same of what lies across: 16 rows of 64 bfloat16, of which items first .. first + n - 1 are wanted: to[item][row]. */
static void read_across(float (*to)[32], int first, int n, uint64_t descriptor, struct shim_place at)
{
	size_t start = (descriptor & 0x3fff) << 4, stride = (descriptor >> 32 & 0x3fff) << 4;
	check_descriptor(descriptor, start, at);
	if (start & 0x3ff)
		shim_fail("cu_wgmma_across (%s:%d) reads from byte %zu of shared memory on, in the middle of a row", at.file, at.line, start);
	for (size_t k = 0; k < 16; k++)
		for (int i = 0; i < n; i++) {
			size_t item = (size_t)(first + i), row = start + k / 8 * stride + k % 8 * 128;
			to[i][k] = shared_bf16(swizzled(row + item / 8 * 16, at) + item % 8 * 2);
		}
}

/* 32 bytes of n rows from row `first` on, by what cu_descriptor says: to[row][item]. */
static void read_rows(float (*to)[32], int first, int n, uint64_t descriptor, bool fp8, struct shim_place at)
{
	size_t start = (descriptor & 0x3fff) << 4, stride = (descriptor >> 32 & 0x3fff) << 4;
	check_descriptor(descriptor, start, at);
	for (int i = 0; i < n; i++)
		for (size_t half = 0; half < 2; half++) {
			size_t row = (size_t)(first + i), from = swizzled(start + row / 8 * stride + row % 8 * 128 + half * 16, at);
			for (size_t k = 0; k < (fp8 ? 16u : 8u); k++)
				to[i][half * (fp8 ? 16 : 8) + k] = fp8 ? e4m3_at(team->shared[from + k]) : shared_bf16(from + 2 * k);
		}
}

/* Entry i of every lane: d += a b or d = a b. Sums in f32 as in mma, but descending in k: rows that go the one way where they should go the
 * other have other bits. */
static void multiply_rows(struct warp *w, int i)
{
	const auto &first = w->lane[0]->under_way.at[i];
	int sums = w->lane[0]->under_way.sums[first.sums].n, columns = 2 * sums, depth = first.fp8 ? 32 : 16;
	int warp = (int)(w->lane[0] - team->fibers) / WARP % 4;
	float a[16][32], b[128][32], across[32][128], d[16][128]; /* across: b, so that neighbouring sums read neighbours */
	if (first.a_across)
		read_across(a, 16 * warp, 16, first.a, first.place);
	else
		read_rows(a, 16 * warp, 16, first.a, first.fp8, first.place);
	if (first.b_across)
		read_across(b, 0, columns, first.b, first.place);
	else
		read_rows(b, 0, columns, first.b, first.fp8, first.place);
	for (int l = 0; l < WARP; l++) {
		const auto &e = w->lane[l]->under_way.at[i];
		if (e.a != first.a || e.b != first.b || e.add != first.add || e.fp8 != first.fp8 || e.a_across != first.a_across ||
			e.b_across != first.b_across || w->lane[l]->under_way.sums[e.sums].n != sums)
			shim_fail("lanes 0 and %d began different multiplications (%s:%d)", l, e.place.file, e.place.line);
		for (int j = 0; j < sums; j++)
			d[l / 4 + j / 2 % 2 * 8][j / 4 * 8 + l % 4 * 2 + j % 2] = e.add ? w->lane[l]->under_way.sums[e.sums].value[j] : 0;
	}
	for (int n = 0; n < columns; n++)
		for (int k = 0; k < depth; k++)
			across[k][n] = b[n][k];
	for (int r = 0; r < 16; r++)
		for (int k = depth - 1; k >= 0; k--)
			for (int n = 0; n < columns; n++)
				d[r][n] += a[r][k] * across[k][n];
	for (int l = 0; l < WARP; l++) {
		struct multiplications *m = &w->lane[l]->under_way;
		for (int j = 0; j < sums; j++)
			m->sums[m->at[i].sums].value[j] = d[l / 4 + j / 2 % 2 * 8][j / 4 * 8 + l % 4 * 2 + j % 2];
	}
}

static const float sums_poison = __uint_as_float(0xffffffffu);

/* The first n entries are done: sums that no other one is adding to go where they belong. */
static void give_sums(struct multiplications *m, int n)
{
	for (int i = 0; i < n; i++) {
		auto &s = m->sums[m->at[i].sums];
		if (--s.users)
			continue;
		for (int j = 0; j < s.n; j++)
			if (memcmp(&s.d[j], &sums_poison, sizeof sums_poison))
				shim_fail("the sums of a cu_wgmma (%s:%d) were written while it was under way", m->at[i].place.file,
					m->at[i].place.line);
		memcpy(s.d, s.value, (size_t)s.n * sizeof *s.value);
	}
	m->n -= n;
	memmove(m->at, m->at + n, (size_t)m->n * sizeof *m->at);
}

/* words: how many entries each lane waits for. */
static void finish_multiplications(struct warp *w)
{
	int n = (int)w->lane[0]->words[0];
	for (int l = 1; l < WARP; l++)
		if ((int)w->lane[l]->words[0] != n)
			shim_fail("lanes 0 and %d wait for %d and %u multiplications", l, n, w->lane[l]->words[0]);
	for (int i = 0; i < n; i++)
		multiply_rows(w, i);
	for (int l = 0; l < WARP; l++)
		give_sums(&w->lane[l]->under_way, n);
}

static int sums_of(struct multiplications *m, float *d, int n)
{
	int at = -1;
	for (int i = 0; i < multiplications::SUMS; i++) {
		if (m->sums[i].users && m->sums[i].d == d)
			return i;
		at = m->sums[i].users ? at : i;
	}
	if (at < 0)
		shim_fail("more than %d sums of cu_wgmma under way in one thread", multiplications::SUMS);
	m->sums[at].d = d;
	m->sums[at].n = n;
	memcpy(m->sums[at].value, d, (size_t)n * sizeof *d);
	for (int i = 0; i < n; i++)
		memcpy(&d[i], &sums_poison, sizeof sums_poison);
	return at;
}

void shim_wgmma(float *d, int sums, bool fp8, uint64_t a, uint64_t b, bool add, shim_place place, bool a_across, bool b_across)
{
	struct multiplications *m = &self->under_way;
	if (((int)(self - team->fibers) / 128 + 1) * 128 > team->n_threads)
		shim_fail("cu_wgmma (%s:%d) by threads that are no whole warp group", place.file, place.line);
	if (!m->fenced)
		shim_fail("cu_wgmma (%s:%d) without cu_wgmma_fence", place.file, place.line);
	if (m->n == multiplications::MOST)
		shim_fail("more than %d multiplications under way in one thread", multiplications::MOST);
	auto &e = m->at[m->n++];
	e = { a, b, fp8, add, a_across, b_across, sums_of(m, d, sums), m->group, place };
	m->sums[e.sums].users++;
	m->digest = (m->digest ^ a << 32 ^ b ^ (uint64_t)add << 48 ^ (uint64_t)sums << 50 ^ (uint64_t)a_across << 60 ^ (uint64_t)b_across << 61) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

void cu_wgmma_fence(void)
{
	self->under_way.fenced = true;
}

void cu_wgmma_commit(void)
{
	self->under_way.group++;
}

void shim_wgmma_wait(int n, shim_place place)
{
	struct multiplications *m = &self->under_way;
	uint32_t done = 0;
	while ((int)done < m->n && m->at[done].group + (unsigned)n < m->group)
		done++;
	m->fenced = false;
	shim_collective(SHIM_WGMMA, 0xffffffffu, &done, 1, place);
}

void shim_wgmma_done(const float *d, shim_place place)
{
	const struct multiplications *m = &self->under_way;
	for (const auto &s : m->sums)
		if (s.users && s.d == d)
			shim_fail("cu_wgmma_done (%s:%d), but its sums are under way", place.file, place.line);
}

void shim_landed(const void *to)
{
	struct multiplications *m = &self->under_way;
	size_t at = (size_t)((const unsigned char *)to - team->shared) / 16;
	team->unfenced[at] = 1;
	if (m->n_landed < shim_copies::MOST) /* else it stays so: many copies, and nobody who fences them */
		m->landed[m->n_landed++] = (unsigned)at;
}

void cu_proxy_fence(void)
{
	struct multiplications *m = &self->under_way;
	for (int i = 0; i < m->n_landed; i++)
		team->unfenced[m->landed[i]] = 0;
	m->n_landed = 0;
}

uint64_t cu_descriptor(const void *shared)
{
	size_t at = (size_t)((const unsigned char *)shared - team->shared);
	return (uint64_t)1 << 62 | (uint64_t)(1024 >> 4) << 32 | (uint64_t)1 << 16 | (at & 0x3ffff) >> 4;
}

/* ---- flags, and what the device fetches by itself ---- */

/* In the 8 bytes of a flag. */
struct flag {
	uint16_t arrivals, missing; /* of a phase; of this one */
	uint32_t bytes : 31, phase : 1; /* still to come; its parity */
};
static_assert(sizeof(struct flag) == 8, "a flag has 8 bytes");

static struct flag *flag_at(uint64_t *at, const char *what)
{
	if ((unsigned char *)at < team->shared || (unsigned char *)(at + 1) > team->shared + team->kernel->shared || (uintptr_t)at % 8)
		shim_fail("%s of a flag that is not in shared memory", what);
	return (struct flag *)at;
}

static void end_phase(struct flag *f)
{
	if (f->missing || f->bytes)
		return;
	f->missing = f->arrivals;
	f->phase ^= 1;
	for (int i = 0; i < team->n_threads; i++)
		if (team->fibers[i].state == AT_FLAG && team->fibers[i].flag == (const uint64_t *)f)
			team->fibers[i].state = READY;
}

void cu_flag_make(uint64_t *flag, int arrivals)
{
	*flag_at(flag, "cu_flag_make") = { (uint16_t)arrivals, (uint16_t)arrivals, 0, 0 };
}

void cu_flags_made(void)
{
}

void cu_flag_announce(uint64_t *flag, uint32_t bytes)
{
	struct flag *f = flag_at(flag, "cu_flag_announce");
	if (!f->missing)
		shim_fail("bytes announced at a flag at which all have arrived");
	f->bytes += bytes;
}

void cu_flag_expect(uint64_t *flag, uint32_t bytes)
{
	struct flag *f = flag_at(flag, "cu_flag_expect");
	if (!f->missing || f->missing > f->arrivals)
		shim_fail("an arrival too many at a flag that was made for %d", f->arrivals);
	f->bytes += bytes;
	f->missing--;
	end_phase(f);
}

void cu_flag_arrive(uint64_t *flag)
{
	cu_flag_expect(flag, 0);
}

void shim_flag_wait(uint64_t *flag, uint32_t parity, shim_place place)
{
	struct flag *f = flag_at(flag, "cu_flag_wait");
	while (f->phase == parity) {
		self->state = AT_FLAG;
		self->kind = SHIM_FLAG;
		self->flag = flag;
		self->place = place;
		hand_over();
	}
}

/* Until it has come, what stands there is nobody's. */
void cu_fetch_box(void *shared, const cu_map *map, int byte, int row, uint64_t *flag, uint64_t)
{
	unsigned char *to = (unsigned char *)shared;
	if (to < team->shared || to + CU_BOX > team->shared + team->kernel->shared || (to - team->shared) % 1024)
		shim_fail("cu_fetch_box to %td bytes behind the start of shared memory: not a multiple of 1024, or beyond its %zu bytes", to - team->shared,
			team->kernel->shared);
	if (team->n_boxes == team::MOST_BOXES)
		shim_fail("more than %d boxes under way", team::MOST_BOXES);
	if (byte < 0 || row < 0 || byte % 16 || (uintptr_t)map % 64)
		shim_fail("cu_fetch_box of byte %d, row %d, by a map at %p", byte, row, (const void *)map);
	memset(to, 0xff, CU_BOX);
	team->boxes[team->n_boxes++] = { to, map, byte, row, flag };
}

static void bring_box(int i)
{
	struct box b = team->boxes[i];
	const cu_map m = *b.map;
	team->boxes[i] = team->boxes[--team->n_boxes];
	for (size_t r = 0; r < CU_BOX_ROWS; r++)
		for (size_t c = 0; c < CU_BOX_BYTES; c++) {
			size_t row = (size_t)b.row + r, byte = (size_t)b.byte + c;
			b.to[r * CU_BOX_BYTES + (c ^ (r & 7) << 4)] = row < m.rows && byte < m.bytes ? m.base[row * m.ld + byte] : 0;
		}
	memset(team->unfenced + (b.to - team->shared) / 16, 0, CU_BOX / 16);
	struct flag *f = flag_at(b.flag, "cu_fetch_box");
	if (f->bytes < CU_BOX)
		shim_fail("a box came for a flag that expects %u bytes", (unsigned)f->bytes);
	f->bytes -= CU_BOX;
	end_phase(f);
}

/* All four warps of a group begin the same ones. */
static void compare_warps(void)
{
	for (int i = 0; i < team->n_threads; i++)
		if (team->fibers[i].under_way.digest != team->fibers[i / 128 * 128].under_way.digest)
			shim_fail("threads %d and %d of a warp group began different multiplications", i / 128 * 128, i);
}

static void shuffle(struct warp *w, unsigned mask)
{
	uint32_t got[WARP][2];
	for (int l = 0; l < WARP; l++)
		if (mask >> l & 1) {
			uint32_t from = w->lane[l]->words[2];
			if (!(mask >> from & 1))
				shim_fail("a shuffle in which lane %d reads lane %u, which the mask %08x leaves out", l, from, mask);
			memcpy(got[l], w->lane[from]->words, sizeof got[l]);
		}
	for (int l = 0; l < WARP; l++)
		if (mask >> l & 1)
			memcpy(w->lane[l]->words, got[l], sizeof got[l]);
}

static void ballot(struct warp *w, unsigned mask)
{
	unsigned votes = 0;
	for (int l = 0; l < WARP; l++)
		if (mask >> l & 1)
			votes |= w->lane[l]->words[0] << l;
	for (int l = 0; l < WARP; l++)
		if (mask >> l & 1)
			w->lane[l]->words[0] = votes;
}

/* Refuses a lane that cannot meet the others of its mask. */
static void check_arrival(struct warp *w, int lane, unsigned mask, enum shim_kind kind, struct shim_place at)
{
	const char *name = kind_names[kind];
	if (!(mask >> lane & 1))
		shim_fail("%s (%s:%d) with the mask %08x, which leaves out its own lane %d", name, at.file, at.line, mask, lane);
	if (mask & ~w->there)
		shim_fail("%s (%s:%d) with the mask %08x, but the warp has only the lanes %08x", name, at.file, at.line, mask, w->there);
	if (mask & w->ended)
		shim_fail("%s (%s:%d) with the mask %08x, of which the lanes %08x have ended", name, at.file, at.line, mask, mask & w->ended);
	if (mask & w->at_barrier) {
		const struct fiber *f = w->lane[__builtin_ctz(mask & w->at_barrier)];
		shim_fail("%s (%s:%d) with the mask %08x, but lane %d waits at %s (%s:%d)", name, at.file, at.line, mask, f->lane,
			kind_names[f->kind], f->place.file, f->place.line);
	}
	for (int i = 0; i < w->n_waiting; i++) {
		const struct rendezvous *m = &w->waiting[i];
		bool same = m->mask == mask && m->kind == kind && same_place(m->place, at);
		if (!same && (m->mask == mask || ((m->mask >> lane & 1) && m->arrived & mask)))
			shim_fail("%s (%s:%d) with the mask %08x, but lanes %08x wait at %s (%s:%d) with the mask %08x", name, at.file, at.line,
				mask, m->arrived, kind_names[m->kind], m->place.file, m->place.line, m->mask);
	}
}

static void finish_collective(struct warp *w, struct rendezvous *m)
{
	switch (m->kind) {
	case SHIM_SHUFFLE: shuffle(w, m->mask); break;
	case SHIM_BALLOT: ballot(w, m->mask); break;
	case SHIM_MMA_BF16: mma(w, true); break;
	case SHIM_MMA_TF32: mma(w, false); break;
	case SHIM_WGMMA: finish_multiplications(w); break;
	default: break;
	}
	for (int l = 0; l < WARP; l++)
		if (m->mask >> l & 1)
			w->lane[l]->state = READY;
	*m = w->waiting[--w->n_waiting]; /* they stand without gaps */
	w->waiting[w->n_waiting].mask = 0;
}

void shim_collective(shim_kind kind, unsigned mask, uint32_t *words, int n, shim_place place)
{
	struct fiber *f = self;
	struct warp *w = f->warp;
	check_arrival(w, f->lane, mask, kind, place);
	struct rendezvous *m = w->waiting;
	while (m->mask != mask && m->mask)
		m++;
	if (!m->mask) {
		*m = { mask, 0, kind, place, n };
		w->n_waiting++;
	}
	m->arrived |= 1u << f->lane;
	for (int i = 0; i < n; i++) /* a sanitizer would look at each memcpy */
		f->words[i] = words[i];
	f->kind = kind;
	f->place = place;
	f->state = AT_COLLECTIVE;
	if (m->arrived == mask)
		finish_collective(w, m);
	else
		hand_over();
	for (int i = 0; i < n; i++)
		words[i] = f->words[i];
}

unsigned shim_lane(void)
{
	return (unsigned)self->lane;
}

static void multiply(float d[4], const uint32_t a[4], const uint32_t b[2], enum shim_kind kind)
{
	uint32_t words[10];
	memcpy(words, d, 16);
	memcpy(words + 4, a, 16);
	memcpy(words + 8, b, 8);
	shim_collective(kind, 0xffffffffu, words, 10, { "the kernel", 0 });
	memcpy(d, words, 16);
}

void cu_mma_bf16(float d[4], const uint32_t a[4], const uint32_t b[2])
{
	multiply(d, a, b, SHIM_MMA_BF16);
}

void cu_mma_tf32(float d[4], const uint32_t a[4], const uint32_t b[2])
{
	multiply(d, a, b, SHIM_MMA_TF32);
}

/* ---- what a thread has of its own ---- */

unsigned char *shim_shared(void)
{
	return team->shared;
}

struct shim_copies *shim_own_copies(void)
{
	return &self->copies;
}

void cu_wait(void)
{
	team->waited = self->waited = true;
	if (!team->hold)
		return;
	self->state = AT_WAIT;
	hand_over();
}

/* The next kernel may begin: what it reads ahead of its own wait rests on this one being past its own (cuda.cuh). */
void cu_let_next(void)
{
	if (!self->waited)
		shim_fail("cu_let_next before cu_wait");
}

/* ---- scheduling ---- */

static uint64_t next_random(void)
{
	uint64_t z = order_state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void shim_order(unsigned n)
{
	order = n;
	order_state = n;
	order_known = true;
}

/* 0 .. n - 1 in the order of the day. */
static void arrange(unsigned *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		at[i] = order == 1 ? n - 1 - i : i;
	for (unsigned i = n; order > 1 && i > 1; i--) {
		unsigned j = (unsigned)(next_random() % i), x = at[i - 1];
		at[i - 1] = at[j];
		at[j] = x;
	}
}

static void start_block(unsigned block)
{
	dim3 size = team->kernel->block, grid = team->kernel->grid;
	team->block = { block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y };
	memset(team->shared, 0xff, team->kernel->shared);
	memset(team->unfenced, 0, team->kernel->shared / 16 + 1);
	team->n_threads = (int)(size.x * size.y * size.z);
	team->n_warps = (team->n_threads + WARP - 1) / WARP;
	team->n_ended = team->n_at_barrier = team->n_boxes = 0;
	memset(team->meetings, 0, sizeof team->meetings);
	memset(team->warps, 0, (size_t)team->n_warps * sizeof *team->warps);
	for (int i = 0; i < team->n_threads; i++) {
		struct fiber *f = &team->fibers[i];
		unsigned u = (unsigned)i;
		if (!f->stack)
			make_stack(f);
		f->index = { u % size.x, u / size.x % size.y, u / size.x / size.y };
		f->lane = i % WARP;
		f->warp = &team->warps[i / WARP];
		f->warp->lane[f->lane] = f;
		f->warp->there |= 1u << f->lane;
		f->state = READY;
		f->copies.n = 0;
		f->copies.group = 0;
		f->under_way.n = f->under_way.n_landed = 0;
		f->under_way.digest = 0;
		f->under_way.fenced = false;
		f->waited = false;
	}
}

/* Lets the warp's lanes run until each waits at a barrier or has ended; at odd seeds just once each, so that warps interleave. */
static bool run_warp(struct warp *w)
{
	unsigned at[WARP];
	bool any = false;
	do {
		int n = 0;
		arrange(at, WARP);
		for (int i = 0; i < WARP; i++)
			if (w->lane[at[i]])
				turn[n++] = w->lane[at[i]];
		turn[n] = NULL;
		turn_at = 0;
		struct fiber *first = next_in_turn();
		if (!first)
			break;
		switch_to(&scheduler, first);
		any = true;
	} while (order < 2 || order % 2 == 0);
	return any;
}

/* Until no thread can go on. */
static void run_threads(void)
{
	unsigned at[MAX_WARPS];
	blockIdx = team->block;
	blockDim = team->kernel->block;
	gridDim = team->kernel->grid;
	for (bool moved = true; moved && team->n_ended < team->n_threads;) {
		moved = false;
		arrange(at, (unsigned)team->n_warps);
		for (int i = 0; i < team->n_warps; i++)
			moved |= run_warp(&team->warps[at[i]]);
		/* As late as may be, one after the other; in every second order also ahead of the wait, which shows who fetches what is not there yet. */
		if (!moved && team->n_boxes && (!team->hold || order % 2)) {
			bring_box(order == 0 ? 0 : order == 1 ? team->n_boxes - 1 : (int)(next_random() % (unsigned)team->n_boxes));
			moved = true;
		}
	}
}

static void finish_block(void)
{
	team->hold = false;
	for (int i = 0; i < team->n_threads; i++)
		if (team->fibers[i].state == AT_WAIT)
			team->fibers[i].state = READY;
	run_threads();
	for (int i = 0; i < team->n_threads; i++)
		if (team->fibers[i].state != ENDED) {
			self = &team->fibers[i];
			shim_fail("waits for ever at %s (%s:%d): %d threads at a barrier, %d ended, of %d", kind_names[self->kind],
				self->place.file, self->place.line, team->n_at_barrier, team->n_ended, team->n_threads);
		}
	compare_warps();
	if (team->n_boxes)
		shim_fail("it ended while %d boxes were under way", team->n_boxes);
}

static unsigned n_blocks(const struct shim_kernel *kernel)
{
	return kernel->grid.x * kernel->grid.y * kernel->grid.z;
}

static struct team *begin(const struct shim_kernel *kernel)
{
	void *memory;
	if (!order_known)
		shim_order(getenv("SHIM_ORDER") ? (unsigned)strtoul(getenv("SHIM_ORDER"), NULL, 10) : 0);
	team = teams[0].kernel ? &teams[1] : &teams[0];
	team->kernel = kernel;
	team->waited = false;
	team->blocks = (unsigned *)malloc(n_blocks(kernel) * sizeof *team->blocks);
	team->unfenced = (unsigned char *)malloc(kernel->shared / 16 + 1);
	if (!team->blocks || !team->unfenced || posix_memalign(&memory, 1024, kernel->shared))
		shim_fail("no memory for it");
	team->shared = (unsigned char *)memory;
	arrange(team->blocks, n_blocks(kernel));
	start_block(team->blocks[0]);
	return team;
}

void shim_prelude(const struct shim_kernel *kernel)
{
	begin(kernel)->hold = true;
	run_threads();
}

void shim_run(const struct shim_kernel *kernel)
{
	team = teams[0].kernel == kernel ? &teams[0] : teams[1].kernel == kernel ? &teams[1] : begin(kernel);
	finish_block();
	for (unsigned i = 1; i < n_blocks(kernel); i++) {
		start_block(team->blocks[i]);
		finish_block();
	}
	if (!team->waited)
		shim_fail("it ended, and no thread of it called cu_wait()");
	team->kernel = NULL;
	free(team->shared);
	free(team->unfenced);
	free(team->blocks);
}
