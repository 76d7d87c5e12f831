/* Drawing through the door, on a device's way too, and the definition of kern_sample against eng_sample. */
#include "engine/draw.h"
#include "engine/engine.h"
#include "kernels/backends.h"
#include "tests/check.h"
#include "tests/engine/advance.h"
#include "tests/kernels/sampled.h"
#include <string.h>

enum { LARGE = 248320, U = 9 };

static int n_tokens, n_differ;

/* A row of every kind, drawn from by ref and by eng_sample. */
static void ref_and_eng_sample(const float *x, int n, const struct way *w, int32_t *pairs, void *scratch)
{
	struct kern ref;
	double u[U];
	int32_t row[U] = {0}, token[U];
	float logprob[U];
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	struct eng_sampling how = {w->temperature, w->top_k, w->top_p};
	struct kern_sample op = {.logits = kern_rows((float *)(uintptr_t)x, 1, n), .n = U, .row = row, .u = u, .temperature = w->temperature,
	                         .top_k = w->top_k, .top_p = w->top_p, .token = token, .logprob = logprob, .scratch = scratch};
	op.scratch_bytes = kern_sample_scratch(&ref, &op, U);
	for (uint32_t i = 0; i < U; i++)
		u[i] = rng_double((struct rng_at){.seed = 5, .step = i, .node = (uint32_t)n});
	OK(kern_sample(&ref, &op));
	for (uint32_t i = 0; i < U; i++) {
		struct eng_choice c = eng_sample(x, n, &how, (struct rng_at){.seed = 5, .step = i, .node = (uint32_t)n}, pairs);
		n_tokens++;
		if (c.token != token[i]) {
			n_differ++;
			if (!sampled_may_differ(x, n, w, u[i], c.token, token[i]))
				fail_msg("temperature %g top_k %d top_p %g u %.17g of %d: token %d, want %d", w->temperature, w->top_k, w->top_p, u[i], n,
				         token[i], c.token);
		} else if (!(isnan(c.logprob) && isnan(logprob[i]))) {
			NEAR(c.logprob, logprob[i], 1e-5 + 1e-6 * fabs((double)c.logprob));
		}
	}
}

static void the_definition_is_eng_sample(void **state)
{
	(void)state;
	static const int sizes[] = {1, 7, 255, 256, 257, 5000, LARGE};
	float *x = mem_array(LARGE, sizeof *x);
	int32_t *pairs = mem_array(LARGE, 2 * sizeof *pairs), *scratch = mem_array(LARGE, 2 * sizeof *scratch);
	for (int s = 0; s < 7; s++) {
		bool large = sizes[s] == LARGE;
		for (int kind = 0; kind < (large ? 1 : N_SAMPLED_KINDS); kind++) {
			sampled_row(x, sizes[s], (enum sampled_kind)kind, (uint64_t)s);
			for (int w = large ? 1 : 0; w < N_SAMPLED_WAYS; w += large ? 9 : 1)
				ref_and_eng_sample(x, sizes[s], &sampled_ways[w], pairs, scratch);
		}
	}
	print_message("%d of %d tokens are decided by rounding\n", n_differ, n_tokens);
	assert_true(n_differ * 100 < n_tokens);
	mem_free(x);
	mem_free(pairs);
	mem_free(scratch);
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct kern k;
	float x[6] = {0}, logprob[2];
	int32_t row[2] = {1, 2}, token[2], scratch[6];
	double u[2] = {0};
	struct kern_sample op = {.logits = kern_rows(x, 2, 3), .n = 2, .row = row, .u = u, .top_p = 1, .token = token, .logprob = logprob,
	                         .scratch = scratch, .scratch_bytes = sizeof scratch};
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	FAILS(ERR_UNSUPPORTED, "has no sample", kern_sample(&k, &op));
	OK(kern_open(&k, "ref", NULL, KERN_F32));
	FAILS(ERR_USAGE, "row 2, there are 2", kern_sample(&k, &op));
	row[1] = 0;
	OK(kern_sample(&k, &op));
	op.scratch_bytes = 23;
	FAILS(ERR_USAGE, "23 bytes of scratch for 2 rows, 24 are needed", kern_sample(&k, &op));
	op.scratch_bytes = 24;
	op.row = NULL;
	op.n = 3;
	FAILS(ERR_USAGE, "3 rows of 2", kern_sample(&k, &op));
	op.logits.ld = 2;
	op.n = 1;
	FAILS(ERR_USAGE, "leading dimension", kern_sample(&k, &op));
}

static void likeliest_tokens_that_are_not_there_are_refused(void **state)
{
	(void)state;
	struct kern k;
	float x[6] = {1, 3, 2, 0, NAN, 0}, logprob[6];
	int32_t row[2] = {1, 2}, token[6], scratch[6];
	struct kern_top op = {.logits = kern_rows(x, 2, 3), .n = 2, .row = row, .count = 3, .token = token, .logprob = logprob, .scratch = scratch,
	                      .scratch_bytes = sizeof scratch};
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	FAILS(ERR_UNSUPPORTED, "has no top", kern_top(&k, &op));
	OK(kern_open(&k, "ref", NULL, KERN_F32));
	FAILS(ERR_USAGE, "row 2, there are 2", kern_top(&k, &op));
	row[1] = 0;
	OK(kern_top(&k, &op));
	static const int32_t want[] = {0, 2, 1, 1, 2, 0}; /* ties to the lower, NaN last */
	assert_memory_equal(token, want, sizeof want);
	op.scratch_bytes = 23;
	FAILS(ERR_USAGE, "23 bytes of scratch for 2 rows, 24 are needed", kern_top(&k, &op));
	op.scratch_bytes = 24;
	op.count = 4;
	FAILS(ERR_USAGE, "the 4 likeliest of 3; 0 to 3 can be had", kern_top(&k, &op));
	op.count = -1;
	FAILS(ERR_USAGE, "the -1 likeliest of 3", kern_top(&k, &op));
}

/* -- a device, which is this process -- */

static size_t bytes_sent, bytes_got, n_blocks;
static int fail_in;

static void *device_alloc(struct kern *k, size_t n)
{
	(void)k;
	if (fail_in && --fail_in == 0)
		return NULL;
	n_blocks++;
	return mem_large(n);
}

static void device_free(struct kern *k, void *p)
{
	(void)k;
	n_blocks--;
	mem_large_free(p);
}

static int device_put(struct kern *k, void *to, const void *plain, size_t n)
{
	(void)k;
	bytes_sent += n;
	memcpy(to, plain, n);
	return 0;
}

static int device_get(struct kern *k, void *plain, const void *from, size_t n)
{
	(void)k;
	if (fail_in && --fail_in == 0)
		return err_set(ERR_UNSUPPORTED, "the device fails");
	bytes_got += n;
	memcpy(plain, from, n);
	return 0;
}

static const struct kern_memory memory = {.alloc = device_alloc, .free = device_free, .put = device_put, .get = device_get};

static void a_device_is_sent_numbers_and_gives_tokens(void **state)
{
	(void)state;
	struct kern_backend backend = kern_ref;
	backend.memory = &memory;
	struct kern k = {.backend = &backend};
	enum { ROWS = 11, VOCAB = 300 };
	float *kept = mem_array(ROWS * VOCAB, sizeof *kept);
	for (int r = 0; r < ROWS; r++)
		sampled_row(kept + r * VOCAB, VOCAB, SAMPLED_NORMAL, (uint64_t)r);
	int32_t row[4] = {7, 0, 10, 7}, pairs[2 * VOCAB];
	struct rng_at at[4] = {{.step = 1}, {.step = 2}, {.step = 3}, {.step = 4}};
	struct eng_choice got[4];
	struct eng_sampling how = {0.7, 40, 0.9};
	struct draw *d;
	for (int i = 1; i <= 3; i++) { /* no memory for the first, the second, the third block */
		fail_in = i;
		FAILS(ERR_NOMEM, "no memory to draw 4 tokens", draw_new(&d, &k, kern_rows(kept, ROWS, VOCAB), 4));
		assert_int_equal(n_blocks, 0);
	}
	OK(draw_new(&d, &k, kern_rows(kept, ROWS, VOCAB), 4));
	for (int n = 3; n <= 4; n++) {
		bytes_sent = bytes_got = 0;
		OK(draw_run(d, row, n, &how, at, got));
		assert_int_equal(bytes_sent, n * 12);
		assert_int_equal(bytes_got, n * 8);
		for (int i = 0; i < n; i++) {
			struct eng_choice want = eng_sample(kept + row[i] * VOCAB, VOCAB, &how, at[i], pairs);
			assert_int_equal(got[i].token, want.token);
			NEAR(got[i].logprob, want.logprob, 1e-5);
		}
	}
	fail_in = 1;
	FAILS(ERR_UNSUPPORTED, "the device fails", draw_run(d, row, 1, &how, at, got));
	fail_in = 1;
	FAILS(ERR_UNSUPPORTED, "the device fails", draw_top(d, row, 1, 3, got));
	draw_free(d);
	assert_int_equal(n_blocks, 0);
	mem_free(kept);
}

/* More than fit at once come in parts. */
static void a_device_gives_the_likeliest_tokens(void **state)
{
	(void)state;
	struct kern_backend backend = kern_ref;
	backend.memory = &memory;
	struct kern k = {.backend = &backend};
	enum { ROWS = 60, VOCAB = 300 };
	float *kept = mem_array(ROWS * VOCAB, sizeof *kept);
	struct eng_choice *got = mem_array(ROWS * VOCAB, sizeof *got), want[VOCAB];
	int32_t row[ROWS], pairs[2 * VOCAB];
	static const int counts[] = {1, 30, VOCAB};
	struct draw *d;
	for (int r = 0; r < ROWS; r++) {
		sampled_row(kept + r * VOCAB, VOCAB, r % 2 ? SAMPLED_TIES : SAMPLED_NORMAL, (uint64_t)r);
		row[r] = (r * 7 + 1) % ROWS;
	}
	OK(draw_new(&d, &k, kern_rows(kept, ROWS, VOCAB), ROWS));
	for (int c = 0; c < 3; c++) {
		size_t count = (size_t)counts[c];
		bytes_sent = bytes_got = 0;
		OK(draw_top(d, row, ROWS, counts[c], got));
		assert_int_equal(bytes_sent, ROWS * sizeof *row);
		assert_int_equal(bytes_got, ROWS * count * 8);
		for (size_t r = 0; r < ROWS; r++) {
			assert_int_equal(eng_top(kept + row[r] * VOCAB, VOCAB, counts[c], want, pairs), counts[c]);
			for (size_t i = 0; i < count; i++) {
				assert_int_equal(got[r * count + i].token, want[i].token);
				NEAR(got[r * count + i].logprob, want[i].logprob, 1e-5);
			}
		}
	}
	draw_free(d);
	assert_int_equal(n_blocks, 0);
	mem_free(kept);
	mem_free(got);
}

/* -- the door -- */

static void a_draw_is_eng_sample_of_the_logits(void **state)
{
	(void)state;
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f[5], *some[3];
	struct eng_choice got[5];
	OK(eng_model_open(&m, "tests/golden/models/plain", &(struct eng_options){.threads = 2, .max_forks = 5, .max_positions = 40}));
	int vocab = eng_model_info(m)->n_vocab;
	int32_t *pairs = mem_array((size_t)vocab, 2 * sizeof *pairs), ids[3] = {1, 5, 2}, tokens[5];
	OK(eng_prefix_new(&p, m, ids, 3, (struct eng_capture){0}, NULL));
	for (int i = 0; i < 5; i++) {
		OK(eng_fork_new(&f[i], p));
		tokens[i] = i;
	}
	OK(eng_step(m, f, tokens, 5, (struct eng_capture){0}));
	some[0] = f[3];
	some[1] = f[0];
	some[2] = f[4];
	for (int w = 0; w < N_SAMPLED_WAYS; w++) {
		struct eng_sampling how = {sampled_ways[w].temperature, sampled_ways[w].top_k, sampled_ways[w].top_p};
		struct rng_at at[3] = {{.node = 1}, {.node = 2}, {.node = 3, .step = (uint32_t)w}};
		OK(eng_draw(m, some, 3, &how, at, got));
		for (int i = 0; i < 3; i++) {
			struct eng_choice want = eng_sample(eng_fork_logits(some[i]), vocab, &how, at[i], pairs);
			assert_memory_equal(&got[i], &want, sizeof want);
		}
	}
	OK(eng_draw(m, some, 0, &(struct eng_sampling){0.7, 0, 1}, NULL, NULL));
	FAILS(ERR_USAGE, "a draw from 6 forks", eng_draw(m, f, 6, &(struct eng_sampling){0.7, 0, 1}, NULL, NULL));
	for (int i = 0; i < 5; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	eng_model_close(m);
	mem_free(pairs);
}

static void the_likeliest_tokens_are_those_of_the_logits(void **state)
{
	(void)state;
	likeliest_are_those_of_the_logits("tests/golden/models/plain", "cpu", 0);
}

static void a_step_with_the_draw_behind_it_is_both(void **state)
{
	(void)state;
	struct eng_options o = {.threads = 2, .max_forks = GROWN_FORKS, .max_positions = 64};
	steps_by_halves_are_steps("tests/golden/models/plain", &o);
	o.shared_state = true;
	steps_by_halves_are_steps("tests/golden/models/odd", &o);
}

static void tokens_that_were_drawn_stay(void **state)
{
	(void)state;
	struct eng_options o = {.threads = 2, .max_forks = 40, .max_positions = 10};
	drawn_tokens_outlast_other_passes("tests/golden/models/plain", &o);
}

static void prompts_may_be_read_together(void **state)
{
	(void)state;
	struct eng_options o = {.threads = 2, .max_forks = 9, .max_prefixes = 9, .max_positions = 80};
	prompts_together_are_prompts_alone("tests/golden/models/plain", &o);
	prompts_together_are_prompts_alone("tests/golden/models/odd", &o);
	o.shared_state = true;
	prompts_together_are_prompts_alone("tests/golden/models/odd", &o);
}

static void a_fork_has_its_parents_logits(void **state)
{
	(void)state;
	forks_keep_their_parents_logits("tests/golden/models/plain", "cpu");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_definition_is_eng_sample), cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(likeliest_tokens_that_are_not_there_are_refused), cmocka_unit_test(a_device_is_sent_numbers_and_gives_tokens),
		cmocka_unit_test(a_device_gives_the_likeliest_tokens), cmocka_unit_test(a_draw_is_eng_sample_of_the_logits),
		cmocka_unit_test(the_likeliest_tokens_are_those_of_the_logits),
		cmocka_unit_test(prompts_may_be_read_together), cmocka_unit_test(a_step_with_the_draw_behind_it_is_both), cmocka_unit_test(tokens_that_were_drawn_stay),
		cmocka_unit_test(a_fork_has_its_parents_logits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
