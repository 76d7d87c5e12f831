#include "align/tally.h"
#include "align/set.h"
#include "base/mem.h"
#include "base/thread.h"

/* While counting, a pair of programs lies in exactly one cell: how the groups stand times how the verdicts stand. */
enum { GROUP_WITHIN, GROUP_ACROSS, GROUP_NONE, N_GROUP_STATES };
enum { VERDICT_PP, VERDICT_PF, VERDICT_FF, VERDICT_NONE, N_VERDICT_STATES };
#define N_CELLS (N_GROUP_STATES * N_VERDICT_STATES)

struct worker {
	struct aln_pairs pairs;
	int64_t *cells;    /* [N_CELLS x 2 x n_layers x (k+1)], of the task being added */
	int64_t *distance; /* [ALN_N_DISTANCES x 2 x (k+1)] */
	int64_t program_pairs;
	int rc;
	char message[256];
};

struct task {
	int64_t *sizes; /* [ALN_N_CLASSES x 2 x n_layers x (k+1)] */
	int64_t program_pairs;
};

struct aln_tally {
	struct aln_shape shape;
	enum aln_by by;
	int n_words;
	size_t block; /* n_layers x (k+1) */
	struct crew *crew;
	struct worker *workers;
	struct task *tasks; /* [n_tasks] */
	struct task all;
	int64_t *distance;
	int n_tasks, cap;
	/* of the task being added */
	const struct aln_program *programs;
	int n;
	uint64_t *bits;
	size_t *first_row; /* [n + 1] into bits, in rows */
};

static const int distance_from[ALN_N_DISTANCES + 1] = {0, 1, 5, 10, 20, 50, 100, 200, 500, INT32_MAX};
static const char *const class_names[ALN_N_CLASSES] = {"all", "within group", "across groups", "passing-passing",
                                                       "passing-failing", "failing-failing"};

const char *aln_class_name(enum aln_class c)
{
	return class_names[c];
}

int aln_distance_from(int bin)
{
	return distance_from[bin];
}

static int distance_bin(int distance)
{
	int bin = 0;
	while (distance >= distance_from[bin + 1])
		bin++;
	return bin;
}

int aln_tally_new(struct aln_tally **out, const struct aln_shape *shape, enum aln_by by, int threads)
{
	*out = NULL;
	if (by == ALN_BY_INSTRUCTION)
		return err_set(ERR_UNSUPPORTED, "--by instruction is not supported yet: use step or token");
	if (shape->n_layers < 1 || shape->n_experts < 1 || shape->n_experts > ALN_MAX_EXPERTS)
		return err_set(ERR_USAGE, "cannot compare routing of %d layers with %d experts (at most %d)", shape->n_layers,
		               shape->n_experts, ALN_MAX_EXPERTS);
	if (shape->top_k < 1 || shape->top_k > ALN_MAX_TOP_K || shape->top_k > shape->n_experts)
		return err_set(ERR_USAGE, "cannot compare sets of %d of %d experts (at most %d)", shape->top_k, shape->n_experts, ALN_MAX_TOP_K);
	struct aln_tally *t = mem_zalloc(sizeof *t);
	t->shape = *shape;
	t->by = by;
	t->n_words = aln_set_words(shape->n_experts);
	t->block = (size_t)shape->n_layers * (size_t)(shape->top_k + 1);
	t->crew = crew_new(threads < 1 ? thread_cpus() : threads);
	t->workers = mem_array((size_t)crew_size(t->crew), sizeof *t->workers);
	size_t n_sizes = (size_t)(shape->top_k + 1);
	for (int i = 0; i < crew_size(t->crew); i++) {
		aln_pairs_init(&t->workers[i].pairs);
		t->workers[i].cells = mem_array(N_CELLS * 2 * t->block, sizeof(int64_t));
		t->workers[i].distance = mem_array(ALN_N_DISTANCES * 2 * n_sizes, sizeof(int64_t));
	}
	t->all.sizes = mem_array(ALN_N_CLASSES * 2 * t->block, sizeof(int64_t));
	t->distance = mem_array(ALN_N_DISTANCES * 2 * n_sizes, sizeof(int64_t));
	*out = t;
	return 0;
}

void aln_tally_free(struct aln_tally *t)
{
	if (!t)
		return;
	for (int i = 0; i < crew_size(t->crew); i++) {
		aln_pairs_release(&t->workers[i].pairs);
		mem_free(t->workers[i].cells);
		mem_free(t->workers[i].distance);
	}
	crew_free(t->crew);
	for (int i = 0; i < t->n_tasks; i++)
		mem_free(t->tasks[i].sizes);
	mem_free(t->workers);
	mem_free(t->tasks);
	mem_free(t->all.sizes);
	mem_free(t->distance);
	mem_free(t);
}

/* The one loop that costs time: for each token pair, n_layers intersections. */
static inline __attribute__((always_inline)) void count_rows(const struct aln_tally *t, const struct aln_pairs *pairs,
                                                              const uint64_t *a, const uint64_t *b, int64_t *const counts[2],
                                                              int64_t *distance)
{
	size_t n_words = (size_t)t->n_words, row = n_words * (size_t)t->shape.n_layers;
	int n_layers = t->shape.n_layers, n_sizes = t->shape.top_k + 1;
	for (int p = 0; p < pairs->n; p++) {
		const struct aln_pair *pair = &pairs->items[p];
		const uint64_t *x = a + (size_t)pair->a * row, *y = b + (size_t)pair->b * row;
		int64_t *to = counts[pair->same];
		int64_t *far = distance + (distance_bin(pair->a - pairs->fork) * 2 + pair->same) * n_sizes;
		for (int l = 0; l < n_layers; l++, to += n_sizes) {
			int common = 0;
			for (size_t w = 0; w < n_words; w++)
				common += __builtin_popcountll(*x++ & *y++);
			to[common]++;
			far[common]++;
		}
	}
}

typedef void count_fn(const struct aln_tally *t, const struct aln_pairs *pairs, const uint64_t *a, const uint64_t *b,
                      int64_t *const counts[2], int64_t *distance);

static void count_plain(const struct aln_tally *t, const struct aln_pairs *pairs, const uint64_t *a, const uint64_t *b,
                        int64_t *const counts[2], int64_t *distance)
{
	count_rows(t, pairs, a, b, counts, distance);
}

#if defined(__x86_64__)
/* The same with the processor's own bit count: every x86 since 2008 has it, the compiler's default target does not. */
__attribute__((target("popcnt"))) static void count_popcnt(const struct aln_tally *t, const struct aln_pairs *pairs, const uint64_t *a,
                                                           const uint64_t *b, int64_t *const counts[2], int64_t *distance)
{
	count_rows(t, pairs, a, b, counts, distance);
}
#endif

static count_fn *count_choose(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("popcnt"))
		return count_popcnt;
#endif
	return count_plain;
}

static int cell_of(const struct aln_program *a, const struct aln_program *b)
{
	int group = a->group < 0 || b->group < 0 ? GROUP_NONE : a->group == b->group ? GROUP_WITHIN : GROUP_ACROSS;
	int verdict = a->passed < 0 || b->passed < 0 ? VERDICT_NONE : VERDICT_FF - !!a->passed - !!b->passed;
	return group * N_VERDICT_STATES + verdict;
}

static int compare_with_later(struct aln_tally *t, struct worker *w, int i)
{
	size_t row = (size_t)t->n_words * (size_t)t->shape.n_layers;
	count_fn *count = count_choose();
	for (int j = i + 1; j < t->n; j++) {
		const struct aln_program *a = &t->programs[i], *b = &t->programs[j];
		int rc = aln_pairs_make(&w->pairs, t->by, a, b);
		if (rc)
			return rc;
		int64_t *cell = w->cells + (size_t)cell_of(a, b) * 2 * t->block;
		int64_t *const counts[2] = {cell, cell + t->block};
		count(t, &w->pairs, t->bits + t->first_row[i] * row, t->bits + t->first_row[j] * row, counts, w->distance);
		w->program_pairs += w->pairs.n > 0;
	}
	return 0;
}

/* Program i and its mirror image n-1-i together: every item then has the same number of partners. */
static void compare_item(void *ctx, int item, int thread)
{
	struct aln_tally *t = ctx;
	struct worker *w = &t->workers[thread];
	int mirror = t->n - 1 - item;
	if (!w->rc)
		w->rc = compare_with_later(t, w, item);
	if (!w->rc && mirror != item)
		w->rc = compare_with_later(t, w, mirror);
	if (w->rc && !w->message[0])
		snprintf(w->message, sizeof w->message, "%s", err_message());
}

static int fill_program(struct aln_tally *t, int i)
{
	const struct aln_program *p = &t->programs[i];
	int n_layers = t->shape.n_layers, k = t->shape.top_k;
	uint64_t *bits = t->bits + t->first_row[i] * (size_t)t->n_words * (size_t)n_layers;
	for (int r = 0; r < p->n_rows * n_layers; r++, bits += t->n_words) {
		int rc = aln_set_fill(bits, p->experts + (size_t)r * (size_t)k, k, t->shape.n_experts);
		if (rc)
			return err_prefix(rc, "program %d, token %d, layer %d", i, r / n_layers, r % n_layers);
	}
	return 0;
}

static int fill_bits(struct aln_tally *t)
{
	t->first_row = mem_array((size_t)t->n + 1, sizeof *t->first_row);
	for (int i = 0; i < t->n; i++) {
		const struct aln_program *p = &t->programs[i];
		if (p->n_rows < 0 || p->n_rows > p->n_tokens)
			return err_set(ERR_FORMAT, "program %d has %d routing rows for %d tokens", i, p->n_rows, p->n_tokens);
		t->first_row[i + 1] = t->first_row[i] + (size_t)p->n_rows;
	}
	size_t bytes = t->first_row[t->n] * (size_t)t->n_words * (size_t)t->shape.n_layers * sizeof *t->bits;
	t->bits = mem_large(bytes ? bytes : 1);
	if (!t->bits)
		return err_set(ERR_NOMEM, "the expert sets of one task's %d programs need %zu bytes that are not there", t->n, bytes);
	for (int i = 0; i < t->n; i++) {
		int rc = fill_program(t, i);
		if (rc)
			return rc;
	}
	return 0;
}

static bool class_has(enum aln_class c, int cell)
{
	int group = cell / N_VERDICT_STATES, verdict = cell % N_VERDICT_STATES;
	switch (c) {
	case ALN_WITHIN_GROUP: return group == GROUP_WITHIN;
	case ALN_ACROSS_GROUPS: return group == GROUP_ACROSS;
	case ALN_PASS_PASS: return verdict == VERDICT_PP;
	case ALN_PASS_FAIL: return verdict == VERDICT_PF;
	case ALN_FAIL_FAIL: return verdict == VERDICT_FF;
	default: return true;
	}
}

static void sizes_add(int64_t *to, const int64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

/* Gives what the workers counted to a new task and to the whole. */
static void collect(struct aln_tally *t)
{
	if (t->n_tasks == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->tasks = mem_grow(t->tasks, (size_t)t->cap, sizeof *t->tasks);
	}
	struct task *task = &t->tasks[t->n_tasks++];
	*task = (struct task){.sizes = mem_array(ALN_N_CLASSES * 2 * t->block, sizeof(int64_t))};
	for (int i = 0; i < crew_size(t->crew); i++) {
		const struct worker *w = &t->workers[i];
		for (int cell = 0; cell < N_CELLS; cell++)
			for (int c = 0; c < ALN_N_CLASSES; c++)
				if (class_has((enum aln_class)c, cell))
					sizes_add(task->sizes + (size_t)c * 2 * t->block, w->cells + (size_t)cell * 2 * t->block, 2 * t->block);
		sizes_add(t->distance, w->distance, ALN_N_DISTANCES * 2 * (size_t)(t->shape.top_k + 1));
		task->program_pairs += w->program_pairs;
	}
	sizes_add(t->all.sizes, task->sizes, ALN_N_CLASSES * 2 * t->block);
	t->all.program_pairs += task->program_pairs;
}

static void workers_clear(struct aln_tally *t)
{
	for (int i = 0; i < crew_size(t->crew); i++) {
		struct worker *w = &t->workers[i];
		memset(w->cells, 0, N_CELLS * 2 * t->block * sizeof *w->cells);
		memset(w->distance, 0, ALN_N_DISTANCES * 2 * (size_t)(t->shape.top_k + 1) * sizeof *w->distance);
		w->program_pairs = 0;
		w->rc = 0;
		w->message[0] = '\0';
	}
}

int aln_tally_add(struct aln_tally *t, const struct aln_program *programs, int n)
{
	t->programs = programs;
	t->n = n;
	int rc = fill_bits(t);
	if (!rc) {
		workers_clear(t);
		crew_run(t->crew, (n + 1) / 2, compare_item, t);
		for (int i = 0; !rc && i < crew_size(t->crew); i++)
			if (t->workers[i].rc)
				rc = err_set(t->workers[i].rc, "%s", t->workers[i].message);
		if (!rc)
			collect(t);
	}
	mem_large_free(t->bits);
	mem_free(t->first_row);
	t->bits = NULL;
	t->first_row = NULL;
	t->programs = NULL;
	return rc;
}

const struct aln_shape *aln_tally_shape(const struct aln_tally *t)
{
	return &t->shape;
}

enum aln_by aln_tally_by(const struct aln_tally *t)
{
	return t->by;
}

int aln_tally_n_tasks(const struct aln_tally *t)
{
	return t->n_tasks;
}

static const struct task *task_at(const struct aln_tally *t, int task)
{
	return task < 0 ? &t->all : &t->tasks[task];
}

int64_t aln_tally_program_pairs(const struct aln_tally *t, int task)
{
	return task_at(t, task)->program_pairs;
}

const int64_t *aln_tally_sizes(const struct aln_tally *t, int task, enum aln_class c, int same, int layer)
{
	size_t row = ((size_t)c * 2 + (size_t)same) * (size_t)t->shape.n_layers + (size_t)layer;
	return task_at(t, task)->sizes + row * (size_t)(t->shape.top_k + 1);
}

int64_t aln_tally_token_pairs(const struct aln_tally *t, int task, enum aln_class c, int same)
{
	/* Every token pair counts once at every layer, so the first layer tells. */
	const int64_t *sizes = aln_tally_sizes(t, task, c, same, 0);
	int64_t n = 0;
	for (int x = 0; x <= t->shape.top_k; x++)
		n += sizes[x];
	return n;
}

const int64_t *aln_tally_distance(const struct aln_tally *t, int bin, int same)
{
	return t->distance + (bin * 2 + same) * (t->shape.top_k + 1);
}
