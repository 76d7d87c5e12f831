/* The routing comparison against a plain recomputation: sets as lists, sums as floats, pairs one by one. */
#include "align/jaccard.h"
#include "align/set.h"
#include "align/stats.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/check.h"

enum { TASKS = 5, PROGRAMS = 7, MAX_TOKENS = 40 };

struct world {
	struct aln_shape shape;
	struct aln_program programs[TASKS][PROGRAMS];
	int n[TASKS];
};

static uint32_t draw(uint32_t task, uint32_t program, uint32_t step, uint32_t lane, uint32_t n)
{
	return rng_below((struct rng_at){.seed = 77, .task = task, .node = program, .step = step, .lane = lane}, n);
}

static void draw_row(uint16_t *ids, const struct aln_shape *shape, uint32_t t, uint32_t p, uint32_t row, int32_t token)
{
	for (int i = 0, tries = 0; i < shape->top_k; tries++) {
		/* half the experts follow the token, so that same and different tokens route differently */
		uint32_t lane = 100 + (uint32_t)tries, n = (uint32_t)shape->n_experts;
		ids[i] = (uint16_t)(i % 2 ? draw(t, p, row, lane, n) : draw(0, (uint32_t)token, row % (uint32_t)shape->n_layers, lane, n));
		bool fresh = true;
		for (int j = 0; j < i; j++)
			fresh &= ids[j] != ids[i];
		i += fresh;
	}
}

static struct aln_program draw_program(const struct aln_shape *shape, uint32_t t, uint32_t p)
{
	int n = 1 + (int)draw(t, p, 0, 1, MAX_TOKENS - 1), shared = (int)draw(t, p, 0, 2, 5);
	int32_t *tokens = mem_array((size_t)n, sizeof *tokens);
	uint16_t *experts = mem_array((size_t)(n * shape->n_layers * shape->top_k), sizeof *experts);
	for (int i = 0; i < n; i++) {
		tokens[i] = i < shared ? 3 : (int32_t)draw(t, p, (uint32_t)i, 3, 6);
		for (int l = 0; l < shape->n_layers; l++) {
			uint32_t row = (uint32_t)(i * shape->n_layers + l);
			draw_row(experts + row * (uint32_t)shape->top_k, shape, t, p, row, tokens[i]);
		}
	}
	return (struct aln_program){.tokens = tokens, .experts = experts, .n_tokens = n, .n_rows = n - 1,
	                            .group = (int)draw(t, p, 0, 4, 4) - 1, .passed = (int)draw(t, p, 0, 5, 3) - 1};
}

static struct world *world_new(int n_layers, int n_experts, int top_k)
{
	struct world *w = mem_zalloc(sizeof *w);
	w->shape = (struct aln_shape){n_layers, n_experts, top_k};
	for (uint32_t t = 0; t < TASKS; t++) {
		w->n[t] = t == 3 ? 0 : PROGRAMS - (int)t; /* one task without programs */
		for (uint32_t p = 0; p < (uint32_t)w->n[t]; p++)
			w->programs[t][p] = draw_program(&w->shape, t, p);
	}
	return w;
}

static void world_free(struct world *w)
{
	for (int t = 0; t < TASKS; t++)
		for (int p = 0; p < w->n[t]; p++) {
			mem_free((void *)w->programs[t][p].tokens);
			mem_free((void *)w->programs[t][p].experts);
		}
	mem_free(w);
}

static void make(struct aln_jaccard *out, const struct world *w, enum aln_by by, int threads)
{
	struct aln_tally *t;
	OK(aln_tally_new(&t, &w->shape, by, threads));
	for (int i = 0; i < TASKS; i++)
		OK(aln_tally_add(t, w->programs[i], w->n[i]));
	aln_jaccard_make(out, t, 500, 9, threads);
	aln_tally_free(t);
}

/* --- the plain recomputation --- */

struct plain {
	double sum[ALN_N_CLASSES][2][16];
	long n[ALN_N_CLASSES][2];
	long pairs;
};

static bool plain_class(enum aln_class c, const struct aln_program *a, const struct aln_program *b)
{
	bool compiled = a->group >= 0 && b->group >= 0, tested = a->passed >= 0 && b->passed >= 0;
	int passes = (a->passed == 1) + (b->passed == 1);
	switch (c) {
	case ALN_WITHIN_GROUP: return compiled && a->group == b->group;
	case ALN_ACROSS_GROUPS: return compiled && a->group != b->group;
	case ALN_PASS_PASS: return tested && passes == 2;
	case ALN_PASS_FAIL: return tested && passes == 1;
	case ALN_FAIL_FAIL: return tested && passes == 0;
	default: return true;
	}
}

static double plain_index(const uint16_t *a, const uint16_t *b, int k)
{
	int both = 0;
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++)
			both += a[i] == b[j];
	return (double)both / (2 * k - both);
}

/* shift: 0; a planted mistake moves the second program by so many rows. */
static void plain_pair(struct plain *out, const struct world *w, const struct aln_program *a, const struct aln_program *b, int shift)
{
	int fork = 0, k = w->shape.top_k;
	while (fork < a->n_tokens && fork < b->n_tokens && a->tokens[fork] == b->tokens[fork])
		fork++;
	if (fork == a->n_tokens || fork == b->n_tokens)
		return;
	for (int j = fork; j < a->n_rows && j + shift < b->n_rows; j++)
		for (int c = 0; c < ALN_N_CLASSES; c++)
			if (plain_class((enum aln_class)c, a, b)) {
				bool same = a->tokens[j] == b->tokens[j + shift];
				out->n[c][same]++;
				out->pairs += c == ALN_ALL;
				for (int l = 0; l < w->shape.n_layers; l++)
					out->sum[c][same][l] += plain_index(a->experts + (j * w->shape.n_layers + l) * k,
					                                    b->experts + ((j + shift) * w->shape.n_layers + l) * k, k);
			}
}

static void plain_make(struct plain *out, const struct world *w, int only_task, int shift)
{
	*out = (struct plain){0};
	for (int t = 0; t < TASKS; t++)
		for (int i = 0; i < w->n[t]; i++)
			for (int j = i + 1; j < w->n[t]; j++)
				if (only_task < 0 || only_task == t)
					plain_pair(out, w, &w->programs[t][i], &w->programs[t][j], shift);
}

/* The largest difference between the two, over classes, layers and same/different; infinite where counts differ. */
static double distance(const struct plain *p, const struct aln_jaccard *j)
{
	double worst = 0;
	for (int c = 0; c < ALN_N_CLASSES; c++)
		for (int same = 0; same < 2; same++) {
			double over = 0;
			for (int l = 0; l <= j->shape.n_layers; l++) {
				const struct aln_point *point = aln_jaccard_point(j, (enum aln_class)c, l < j->shape.n_layers ? l : -1);
				const struct aln_estimate *e = same ? &point->same : &point->different;
				double want = l < j->shape.n_layers ? p->sum[c][same][l] / (double)p->n[c][same] : over / j->shape.n_layers;
				over += l < j->shape.n_layers ? want : 0;
				if (e->n != p->n[c][same])
					return INFINITY;
				if (e->n && !(fabs(want - e->mean) <= worst))
					worst = fabs(want - e->mean);
				if (!e->n && !isnan(e->mean))
					return INFINITY;
			}
		}
	return worst;
}

static void means_agree_with_a_plain_recomputation(void **state)
{
	(void)state;
	static const int shapes[][3] = {{1, 8, 2}, {3, 64, 8}, {5, 65, 3}, {2, 256, 8}, {2, 12, 1}};
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
		struct world *w = world_new(shapes[s][0], shapes[s][1], shapes[s][2]);
		struct aln_jaccard j;
		struct plain p;
		plain_make(&p, w, -1, 0);
		make(&j, w, ALN_BY_STEP, 2);
		NEAR(0, distance(&p, &j), 1e-12);
		assert_int_equal(p.pairs, j.token_pairs);
		assert_true(p.n[ALN_ALL][0] > 50 && p.n[ALN_ALL][1] > 50);
		assert_int_equal(TASKS, j.n_tasks);
		for (int t = 0; t < TASKS; t++) {
			plain_make(&p, w, t, 0);
			assert_int_equal(p.n[ALN_ALL][1], j.tasks[t].same.n);
			assert_int_equal(p.n[ALN_ALL][0], j.tasks[t].different.n);
		}
		aln_jaccard_release(&j);
		world_free(w);
	}
}

static void an_alignment_off_by_one_is_caught(void **state)
{
	(void)state;
	struct world *w = world_new(3, 64, 8);
	struct aln_jaccard j;
	struct plain p;
	make(&j, w, ALN_BY_STEP, 1);
	plain_make(&p, w, -1, 1);
	assert_false(distance(&p, &j) <= 1e-3);
	/* and one expert of one row changed */
	plain_make(&p, w, -1, 0);
	assert_true(distance(&p, &j) <= 1e-12);
	uint16_t *row = (uint16_t *)w->programs[0][0].experts + (size_t)(w->programs[0][0].n_rows - 1) * 3 * 8;
	uint16_t fresh = 0;
	for (int i = 0; i < 8; i++)
		if (row[i] == fresh) {
			fresh++;
			i = -1;
		}
	row[0] = fresh;
	plain_make(&p, w, -1, 0);
	assert_false(distance(&p, &j) <= 1e-12);
	aln_jaccard_release(&j);
	world_free(w);
}

static void threads_change_nothing_to_the_bit(void **state)
{
	(void)state;
	struct world *w = world_new(4, 64, 8);
	for (int by = ALN_BY_STEP; by <= ALN_BY_TOKEN; by++) {
		struct aln_jaccard one, three;
		make(&one, w, (enum aln_by)by, 1);
		make(&three, w, (enum aln_by)by, 3);
		assert_memory_equal(one.points, three.points, ALN_N_CLASSES * 5 * sizeof *one.points);
		assert_memory_equal(one.distance, three.distance, sizeof one.distance);
		assert_int_equal(one.program_pairs, three.program_pairs);
		aln_jaccard_release(&one);
		aln_jaccard_release(&three);
	}
	world_free(w);
}

static void intervals_are_those_of_resampled_tasks(void **state)
{
	(void)state;
	struct world *w = world_new(2, 64, 8);
	struct aln_jaccard j;
	make(&j, w, ALN_BY_STEP, 2);
	struct plain tasks[TASKS];
	for (int t = 0; t < TASKS; t++)
		plain_make(&tasks[t], w, t, 0);
	double values[500];
	int32_t times[TASKS];
	for (uint32_t r = 0; r < 500; r++) {
		double sum = 0, n = 0;
		aln_resample(times, TASKS, 9, r);
		for (int t = 0; t < TASKS; t++) {
			sum += times[t] * tasks[t].sum[ALN_ALL][1][1];
			n += (double)(times[t] * tasks[t].n[ALN_ALL][1]);
		}
		values[r] = sum / n;
	}
	int kept = aln_sort(values, 500);
	const struct aln_point *p = aln_jaccard_point(&j, ALN_ALL, 1);
	NEAR(aln_percentile(values, kept, 0.025), p->same.lo, 1e-12);
	NEAR(aln_percentile(values, kept, 0.975), p->same.hi, 1e-12);
	assert_true(p->same.lo < p->same.mean && p->same.mean < p->same.hi);
	aln_jaccard_release(&j);
	world_free(w);
}

static void one_task_alone_has_no_interval(void **state)
{
	(void)state;
	struct world *w = world_new(2, 64, 8);
	struct aln_tally *t;
	struct aln_jaccard j;
	OK(aln_tally_new(&t, &w->shape, ALN_BY_STEP, 1));
	OK(aln_tally_add(t, w->programs[0], w->n[0]));
	aln_jaccard_make(&j, t, 100, 1, 1);
	assert_false(isnan(aln_jaccard_point(&j, ALN_ALL, -1)->same.mean));
	assert_true(isnan(aln_jaccard_point(&j, ALN_ALL, -1)->same.lo));
	aln_jaccard_release(&j);
	aln_tally_free(t);
	world_free(w);
}

static void nothing_at_all_gives_no_number(void **state)
{
	(void)state;
	struct aln_tally *t;
	struct aln_jaccard j;
	OK(aln_tally_new(&t, &(struct aln_shape){2, 64, 8}, ALN_BY_STEP, 1));
	OK(aln_tally_add(t, NULL, 0));
	aln_jaccard_make(&j, t, 10, 1, 2);
	assert_true(isnan(aln_jaccard_point(&j, ALN_ALL, -1)->same.mean));
	assert_int_equal(-1, j.closest);
	assert_int_equal(0, j.token_pairs);
	aln_jaccard_release(&j);
	aln_tally_free(t);
}

static void distances_and_extremes_are_found(void **state)
{
	(void)state;
	struct world *w = world_new(4, 64, 8);
	struct aln_jaccard j;
	make(&j, w, ALN_BY_STEP, 1);
	int64_t n = 0;
	for (int b = 0; b < ALN_N_DISTANCES; b++)
		n += j.distance[b].same.n + j.distance[b].different.n;
	assert_int_equal(j.token_pairs, n);
	assert_int_equal(0, j.distance[0].same.n); /* at the fork itself the tokens differ */
	assert_int_equal(j.program_pairs, j.distance[0].different.n);
	for (int l = 0; l < 4; l++) {
		assert_true(j.points[j.closest].gap <= j.points[l].gap);
		assert_true(j.points[j.farthest].gap >= j.points[l].gap);
	}
	aln_jaccard_release(&j);
	world_free(w);
}

static void damaged_routing_is_refused_and_leaves_the_tally_as_it_was(void **state)
{
	(void)state;
	struct world *w = world_new(2, 64, 8);
	struct aln_tally *t;
	OK(aln_tally_new(&t, &w->shape, ALN_BY_STEP, 2));
	uint16_t *ids = (uint16_t *)w->programs[0][1].experts;
	uint16_t kept = ids[8];
	ids[8] = 64;
	FAILS(ERR_FORMAT, "program 1, token 0, layer 1: expert id 64", aln_tally_add(t, w->programs[0], w->n[0]));
	ids[8] = ids[9];
	FAILS(ERR_FORMAT, "listed twice", aln_tally_add(t, w->programs[0], w->n[0]));
	ids[8] = kept;
	assert_int_equal(0, aln_tally_n_tasks(t));
	mem_fail_at(1);
	FAILS(ERR_NOMEM, "bytes", aln_tally_add(t, w->programs[0], w->n[0]));
	mem_fail_at(0);
	OK(aln_tally_add(t, w->programs[0], w->n[0]));
	assert_int_equal(1, aln_tally_n_tasks(t));
	aln_tally_free(t);
	FAILS(ERR_USAGE, "1025 experts", aln_tally_new(&t, &(struct aln_shape){1, 1025, 8}, ALN_BY_STEP, 1));
	FAILS(ERR_USAGE, "sets of 9 of 8", aln_tally_new(&t, &(struct aln_shape){1, 8, 9}, ALN_BY_STEP, 1));
	FAILS(ERR_UNSUPPORTED, "instruction", aln_tally_new(&t, &(struct aln_shape){1, 8, 2}, ALN_BY_INSTRUCTION, 1));
	world_free(w);
}

static void percentiles_are_numpys(void **state)
{
	(void)state;
	double x[6] = {4, NAN, 1, 3, 2, NAN};
	int n = aln_sort(x, 6);
	assert_int_equal(4, n);
	NEAR(1.0, aln_percentile(x, n, 0), 0);
	NEAR(1.075, aln_percentile(x, n, 0.025), 1e-15);
	NEAR(2.5, aln_percentile(x, n, 0.5), 0);
	NEAR(4.0, aln_percentile(x, n, 1), 0);
	NEAR(2.5, aln_mean(x, n), 0);
	NEAR(1.2909944487358056, aln_sd(x, n), 1e-15);
	assert_true(isnan(aln_percentile(x, 0, 0.5)) && isnan(aln_mean(x, 0)) && isnan(aln_sd(x, 1)));
}

static void resamples_draw_every_cluster_alike(void **state)
{
	(void)state;
	int32_t times[10], again[10];
	long all[10] = {0};
	for (uint32_t r = 0; r < 2000; r++) {
		int sum = 0;
		aln_resample(times, 10, 4, r);
		for (int i = 0; i < 10; i++) {
			all[i] += times[i];
			sum += times[i];
		}
		assert_int_equal(10, sum);
	}
	for (int i = 0; i < 10; i++)
		NEAR(2000, (double)all[i], 200);
	aln_resample(again, 10, 4, 1999);
	assert_memory_equal(times, again, sizeof times);
	aln_resample(again, 10, 5, 1999);
	assert_memory_not_equal(times, again, sizeof times);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(means_agree_with_a_plain_recomputation),
		TEST(an_alignment_off_by_one_is_caught),
		TEST(threads_change_nothing_to_the_bit),
		TEST(intervals_are_those_of_resampled_tasks),
		TEST(one_task_alone_has_no_interval),
		TEST(nothing_at_all_gives_no_number),
		TEST(distances_and_extremes_are_found),
		TEST(damaged_routing_is_refused_and_leaves_the_tally_as_it_was),
		TEST(percentiles_are_numpys),
		TEST(resamples_draw_every_cluster_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
