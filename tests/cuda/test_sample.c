/* Drawing, and the likeliest tokens, on the host shim: held to ref where rounding does not decide, and the determinism contract to the bit. */
#include "tests/kernels/kit.h"
#include "tests/kernels/sampled.h"
#include "tests/shim/shim.h"

enum { LARGE = 248320, MANY = 2 * N_SAMPLED_KINDS };

struct results {
	int32_t token[MANY];
	float logprob[MANY];
};

static int n_tokens, n_differ;

/* n draws from the rows of x that `row` says. */
static void draw(struct kern *k, const struct kern_view *x, const int32_t *row, const double *u, int n, const struct way *w,
	struct results *out)
{
	struct kern_sample op = {.logits = *x, .n = n, .row = row, .u = u, .temperature = w->temperature, .top_k = w->top_k, .top_p = w->top_p};
	op.scratch_bytes = kern_sample_scratch(k, &op, n);
	op.scratch = scratch(op.scratch_bytes);
	op.token = scratch((size_t)n * sizeof *op.token);
	op.logprob = scratch((size_t)n * sizeof *op.logprob);
	OK(kern_sample(k, &op));
	settled();
	memcpy(out->token, op.token, (size_t)n * sizeof *op.token);
	memcpy(out->logprob, op.logprob, (size_t)n * sizeof *op.logprob);
	free(op.scratch);
	free(op.token);
	free(op.logprob);
}

static void agree(const float *x, int n, const struct way *w, double u, const struct results *got, const struct results *want, int i)
{
	int a = got->token[i], b = want->token[i];
	n_tokens++;
	if (a != b) {
		n_differ++;
		if (a < 0 || a >= n || !sampled_may_differ(x, n, w, u, a, b))
			fail_msg("temperature %g top_k %d top_p %g u %.17g of %d: token %d, want %d", w->temperature, w->top_k, w->top_p, u, n, a, b);
		return;
	}
	double g = (double)got->logprob[i], l = (double)want->logprob[i];
	if (!(fabs(g - l) <= 1e-5 + 1e-6 * fabs(l)) && !(isnan(g) && isnan(l)))
		fail_msg("log-probability %.9g, want %.9g", g, l);
}

/* One row of every kind, drawn from out of order and twice. */
static void draw_of_every_kind(struct kern *k, struct kern *ref, int n, const struct way *w)
{
	struct arena a;
	struct results got, want, other;
	double u[MANY];
	int32_t row[MANY];
	arena_init(&a);
	struct kern_view x = mat(&a, 1, NULL, N_SAMPLED_KINDS, n);
	for (int i = 0; i < N_SAMPLED_KINDS; i++)
		sampled_row(x.data + (size_t)i * x.ld, n, (enum sampled_kind)i, (uint64_t)n);
	for (int i = 0; i < MANY; i++) {
		u[i] = sampled_u((uint32_t)(i + i / N_SAMPLED_KINDS));
		row[i] = (5 * i + i / N_SAMPLED_KINDS) % N_SAMPLED_KINDS;
	}
	draw(k, &x, row, u, MANY, w, &got);
	draw(ref, &x, row, u, MANY, w, &want);
	for (int i = 0; i < MANY; i++)
		agree(x.data + (size_t)row[i] * x.ld, n, w, u[i], &got, &want, i);
	for (unsigned order = 1; order < 4; order++) { /* threads in another order, and rows alone */
		shim_order(order);
		int i = (int)order * 5;
		draw(k, &x, row + i, u + i, 1, w, &other);
		assert_memory_equal(other.token, got.token + i, sizeof *other.token);
		assert_memory_equal(other.logprob, got.logprob + i, sizeof *other.logprob);
	}
	shim_order(0);
	assert_padding_untouched(&x);
	arena_release(&a);
}

/* Every `step`th way to draw. */
static void every_kind(int n, const struct way *ways, int n_ways, int step)
{
	struct kern k, ref;
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	for (int i = n % step; i < n_ways; i += step)
		draw_of_every_kind(&k, &ref, n, &ways[i]);
	kern_close(&k);
}

static void short_rows(void **state)
{
	(void)state;
	static const int sizes[] = {1, 2, 7, 255, 256, 257};
	for (int i = 0; i < (int)(sizeof sizes / sizeof *sizes); i++)
		every_kind(sizes[i], sampled_ways, N_SAMPLED_WAYS, getenv("COPPICE_SAN") ? 5 : 2);
}

static void around_a_part(void **state)
{
	(void)state;
	every_kind(4096, sampled_ways, N_SAMPLED_WAYS, 7);
	every_kind(4097, sampled_ways, N_SAMPLED_WAYS, 7);
	every_kind(5000, sampled_ways, N_SAMPLED_WAYS, getenv("COPPICE_SAN") ? 5 : 1);
}

/* More may stay than the list holds. */
static void wide_cuts(void **state)
{
	(void)state;
	static const struct way ways[] = {{1, 18000, 1}, {1, 30000, 0.9}, {3, 0, 0.999}, {1e30, 0, 0.9}};
	every_kind(40009, ways, 4, 1);
}

/* Read in vectors and one by one. */
static void alignment_changes_no_bit(void **state)
{
	(void)state;
	struct results one, other;
	struct kern k;
	double u[3] = {0.1, 0.6, 0.95};
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	for (int w = 0; w < N_SAMPLED_WAYS; w += 3) {
		for (padding = 5; padding < 9; padding++) {
			struct arena a;
			arena_init(&a);
			struct kern_view x = mat(&a, 1, NULL, 3, 4099);
			for (int i = 0; i < 3; i++)
				sampled_row(x.data + (size_t)i * x.ld, 4099, SAMPLED_NORMAL, (uint64_t)i);
			draw(&k, &x, NULL, u, 3, &sampled_ways[w], padding == 5 ? &one : &other);
			if (padding > 5) {
				assert_memory_equal(one.token, other.token, 3 * sizeof *one.token);
				assert_memory_equal(one.logprob, other.logprob, 3 * sizeof *one.logprob);
			}
			arena_release(&a);
		}
	}
	padding = 5;
	kern_close(&k);
}

/* Every token by its turn: the boundaries lie where they should. */
static void u_runs_through_the_tokens(void **state)
{
	(void)state;
	static const struct way ways[] = {{1, 0, 1}, {0.5, 6, 1}, {2, 0, 0.8}};
	struct kern k, ref;
	float x[9] = {0.5f, 2, -1, 0, 2, NAN, 1.25f, -INFINITY, 0.25f};
	struct kern_view v = kern_rows(x, 1, 9);
	int32_t row[MANY] = {0};
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	for (int w = 0; w < 3; w++) {
		for (int from = 0; from < 10 * MANY; from += MANY) {
			struct results got, want;
			double u[MANY];
			for (int i = 0; i < MANY; i++)
				u[i] = (from + i + 0.37) / (10 * MANY);
			draw(&k, &v, row, u, MANY, &ways[w], &got);
			draw(&ref, &v, row, u, MANY, &ways[w], &want);
			for (int i = 0; i < MANY; i++)
				agree(x, 9, &ways[w], u[i], &got, &want, i);
		}
	}
	kern_close(&k);
}

static void a_large_vocabulary(void **state)
{
	(void)state;
	static const struct way ways[] = {{0, 0, 1}, {0.7, 0, 1}, {1.3, 0, 0.9}, {1, 50, 0.95}};
	struct results got, want;
	struct kern k, ref;
	float *x = scratch(2 * LARGE * sizeof *x);
	struct kern_view v = kern_rows(x, 2, LARGE);
	double u[2] = {0.3, 0.8};
	sampled_row(x, LARGE, SAMPLED_NORMAL, 1);
	sampled_row(x + LARGE, LARGE, SAMPLED_PEAK, 2);
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	for (int i = 0; i < 4; i++) {
		draw(&k, &v, NULL, u, 2, &ways[i], &got);
		draw(&ref, &v, NULL, u, 2, &ways[i], &want);
		for (int r = 0; r < 2; r++)
			agree(x + r * LARGE, LARGE, &ways[i], u[r], &got, &want, r);
	}
	free(x);
	kern_close(&k);
}

/* -- the likeliest tokens -- */

enum { MOST = 20000 };

struct listed {
	int32_t token[MOST];
	float logprob[MOST];
};

static void top(struct kern *k, const struct kern_view *x, const int32_t *row, int n, int count, struct listed *out)
{
	struct kern_top op = {.logits = *x, .n = n, .row = row, .count = count};
	size_t items = (size_t)n * (size_t)count;
	assert_true(items <= MOST);
	op.scratch_bytes = kern_top_scratch(k, &op, n);
	op.scratch = scratch(op.scratch_bytes);
	op.token = scratch(items * sizeof *op.token);
	op.logprob = scratch(items * sizeof *op.logprob);
	OK(kern_top(k, &op));
	settled();
	memcpy(out->token, op.token, items * sizeof *op.token);
	memcpy(out->logprob, op.logprob, items * sizeof *op.logprob);
	free(op.scratch);
	free(op.token);
	free(op.logprob);
}

/* Tokens are the very same, since their order is one of logits; log-probabilities round. */
static void hold_top(const struct listed *got, const struct listed *want, int items)
{
	for (int i = 0; i < items; i++) {
		double g = (double)got->logprob[i], l = (double)want->logprob[i];
		if (got->token[i] != want->token[i])
			fail_msg("item %d: token %d, want %d", i, got->token[i], want->token[i]);
		if (!(fabs(g - l) <= 1e-5 + 1e-6 * fabs(l)) && !(isnan(g) && isnan(l)) && !(isinf(g) && isinf(l)))
			fail_msg("item %d: log-probability %.9g, want %.9g", i, g, l);
	}
}

/* A row of every kind, out of order and one twice; then rows alone, with threads in another order. */
static void top_of_every_kind(struct kern *k, struct kern *ref, int n, int count, struct listed *got, struct listed *want)
{
	enum { ROWS = N_SAMPLED_KINDS + 1 };
	struct arena a;
	int32_t row[ROWS];
	arena_init(&a);
	struct kern_view x = mat(&a, 1, NULL, N_SAMPLED_KINDS, n);
	for (int i = 0; i < N_SAMPLED_KINDS; i++)
		sampled_row(x.data + (size_t)i * x.ld, n, (enum sampled_kind)i, (uint64_t)n);
	for (int i = 0; i < ROWS; i++)
		row[i] = 5 * i % N_SAMPLED_KINDS;
	int rows = count * ROWS <= MOST ? ROWS : MOST / count;
	for (int from = 0; from < ROWS; from += rows) {
		int some = ROWS - from < rows ? ROWS - from : rows;
		top(k, &x, row + from, some, count, got);
		top(ref, &x, row + from, some, count, want);
		hold_top(got, want, some * count);
		shim_order((unsigned)(1 + from % 3));
		top(k, &x, row + from + some - 1, 1, count, want);
		shim_order(0);
		size_t last = (size_t)(some - 1) * (size_t)count, items = (size_t)count;
		assert_memory_equal(want->token, got->token + last, items * sizeof *want->token);
		assert_memory_equal(want->logprob, got->logprob + last, items * sizeof *want->logprob);
	}
	assert_padding_untouched(&x);
	arena_release(&a);
}

/* Few and many; all of a row; more than are listed, or than lie within the steps. Where more tokens are as likely as can be listed
 * (ties), the last is searched by digits. */
static void the_likeliest_are_in_order(void **state)
{
	(void)state;
	static const struct { int n, count; } all[] = {
		{1, 1}, {2, 1}, {2, 2}, {7, 3}, {7, 7}, {257, 30}, {257, 257}, {4096, 1}, {4097, 30}, {40009, 30}, {5000, 4500}, {5000, 5000}, {40009, 10000},
	};
	int n = (int)(sizeof all / sizeof *all), few = getenv("COPPICE_SAN") ? 10 : n;
	struct kern k, ref;
	struct listed *got = mem_array(2, sizeof *got);
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	for (int i = 0; i < few; i++)
		top_of_every_kind(&k, &ref, all[i].n, all[i].count, &got[0], &got[1]);
	mem_free(got);
	kern_close(&k);
}

/* A token's log-probability is that of a draw, to the bit; rows are read as they lie. */
static void a_drawn_token_is_as_likely_as_a_listed_one(void **state)
{
	(void)state;
	struct kern k;
	struct results drawn;
	struct listed *listed = mem_array(1, sizeof *listed);
	double u[3] = {0.1, 0.6, 0.95};
	const struct way way = {1, 20, 1};
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	for (padding = 5; padding < 9; padding++) {
		struct arena a;
		arena_init(&a);
		struct kern_view x = mat(&a, 1, NULL, 3, 4099);
		for (int i = 0; i < 3; i++)
			sampled_row(x.data + (size_t)i * x.ld, 4099, SAMPLED_NORMAL, (uint64_t)i);
		draw(&k, &x, NULL, u, 3, &way, &drawn);
		top(&k, &x, NULL, 3, 20, listed);
		for (int i = 0; i < 3; i++) {
			int r = 0;
			while (r < 20 && listed->token[20 * i + r] != drawn.token[i])
				r++;
			assert_in_range(r, 0, 19);
			assert_memory_equal(&listed->logprob[20 * i + r], &drawn.logprob[i], sizeof *drawn.logprob);
		}
		arena_release(&a);
	}
	padding = 5;
	mem_free(listed);
	kern_close(&k);
}

static void the_likeliest_of_a_large_vocabulary(void **state)
{
	(void)state;
	struct kern k, ref;
	struct listed *got = mem_array(2, sizeof *got);
	float *x = scratch(2 * LARGE * sizeof *x);
	struct kern_view v = kern_rows(x, 2, LARGE);
	sampled_row(x, LARGE, SAMPLED_NORMAL, 1);
	sampled_row(x + LARGE, LARGE, SAMPLED_PEAK, 2);
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	top(&k, &v, NULL, 2, 30, &got[0]);
	top(&ref, &v, NULL, 2, 30, &got[1]);
	hold_top(&got[0], &got[1], 60);
	free(x);
	mem_free(got);
	kern_close(&k);
}

static void few_tokens_differ(void **state)
{
	(void)state;
	print_message("%d of %d tokens are decided by rounding\n", n_differ, n_tokens);
	assert_true(n_differ * 100 < n_tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_rows), cmocka_unit_test(around_a_part), cmocka_unit_test(wide_cuts),
		cmocka_unit_test(alignment_changes_no_bit), cmocka_unit_test(u_runs_through_the_tokens), cmocka_unit_test(a_large_vocabulary),
		cmocka_unit_test(few_tokens_differ), cmocka_unit_test(the_likeliest_are_in_order),
		cmocka_unit_test(a_drawn_token_is_as_likely_as_a_listed_one), cmocka_unit_test(the_likeliest_of_a_large_vocabulary),
	};
	settle = shim_settle;
	shim_overlap(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
