/* Whole passes of tiny models on the backend "cuda": all families, layer kinds and storages, by prefill, by steps and through forks.
 * Linked with tests/shim it runs the kernels on the processor; linked with the same sources compiled by nvcc (make gpu-check), on a
 * GPU. Bounds are those of the backend "cpu": the same references, the same distances. */
#include "tests/engine/advance.h"
#include "tests/engine/hold.h"
#include "tests/shim/shim.h"

static const struct eng_options f32 = {.backend = "cuda", .compute = ENG_COMPUTE_F32};
static const struct eng_options bf16 = {.backend = "cuda", .compute = ENG_COMPUTE_BF16};

/* The shim is some thousand times slower than a GPU: there the first sequence, and models that have all families, layer kinds,
 * storages and odd sizes between them. */
static int sequences(void)
{
	return getenv("COPPICE_GPU") ? 0 : 1;
}

static bool left_out(int i)
{
	static const char *const on_the_shim[] = {"plain", "odd", "blocks", "fp8fused", "half", "qwen3_heads", "olmoe_grouped", "mixtral_blocks"};
	for (size_t j = 0; j < sizeof on_the_shim / sizeof *on_the_shim; j++)
		if (!strcmp(models[i], on_the_shim[j]))
			return false;
	return !getenv("COPPICE_GPU");
}

static void prefill_in_f32_agrees_with_float64(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		if (!left_out(i))
			hold_to(models[i], &f32, (struct how){.n_seq = sequences()}, &exact);
}

static void steps_in_f32_agree_with_float64(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		if (!left_out(i) && (getenv("COPPICE_GPU") || i % 3 == 1))
			hold_to(models[i], &f32, (struct how){.prompt = -64, .n_seq = sequences()}, &exact);
}

static void forks_in_f32_agree_with_float64(void **state)
{
	(void)state;
	static const char *const names[] = {"odd", "mixtral_two", "plain", "qwen3_heads", "olmoe_tied"};
	for (int i = 0; i < (getenv("COPPICE_GPU") ? 5 : 1); i++)
		hold_to(names[i], &f32, (struct how){.prompt = -64, .forks = true, .n_seq = sequences()}, &exact);
}

static void shared_checkpoints_in_f32_agree_with_float64(void **state)
{
	(void)state;
	struct eng_options shared = f32;
	shared.shared_state = true;
	hold_to("plain", &shared, (struct how){.prompt = 37, .n_seq = sequences()}, &exact);
	hold_to("odd", &shared, (struct how){.prompt = -64, .forks = true, .n_seq = sequences()}, &exact);
}

static void bf16_is_within_the_bound_of_the_same_type(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++)
		if (!left_out(i) && (getenv("COPPICE_GPU") || i % 2))
			hold_to(models[i], &bf16, (struct how){.prompt = -30, .n_seq = sequences(), .type = "bf16"}, &same_type);
}

static void a_fork_equals_an_independent_run_to_the_bit(void **state)
{
	(void)state;
	forks_equal_independent_runs("blocks", &(struct eng_options){.backend = "cuda", .compute = ENG_COMPUTE_FP8});
	forks_equal_independent_runs("plain", &(struct eng_options){.backend = "cuda", .compute = ENG_COMPUTE_BF16, .shared_state = true});
	forks_equal_independent_runs("mixtral_heads", &bf16);
	if (!getenv("COPPICE_GPU"))
		return;
	forks_equal_independent_runs("plain", &f32);
	forks_equal_independent_runs("blocks", &bf16);
}

/* A prompt's logits are the same bits whether those of all rows are asked for, some at a time, or the last row's alone; and a prompt of
 * one row is computed as the first row of a longer one is. */
static void hold_however_asked_for(const char *dir, enum eng_compute compute)
{
	enum { N = 37 };
	struct eng_options o = {.backend = "cuda", .compute = compute, .max_forks = 5};
	int32_t ids[N];
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f;
	OK(eng_model_open(&m, dir, &o));
	size_t vocab = (size_t)eng_model_info(m)->n_vocab;
	float *all = mem_array(N * vocab, sizeof *all);
	for (int i = 0; i < N; i++)
		ids[i] = i * 11 % (int)vocab;
	OK(eng_prefix_new(&p, m, ids, N, (struct eng_capture){0}, all));
	eng_prefix_free(p);
	for (int n = 1; n <= N; n += 18) {
		OK(eng_prefix_new(&p, m, ids, n, (struct eng_capture){0}, NULL));
		OK(eng_fork_new(&f, p));
		assert_memory_equal(eng_fork_logits(f), all + (size_t)(n - 1) * vocab, vocab * sizeof *all);
		eng_fork_free(f);
		eng_prefix_free(p);
	}
	eng_model_close(m);
	mem_free(all);
}

static void a_prompts_logits_are_the_same_however_asked_for(void **state)
{
	(void)state;
	hold_however_asked_for("tests/golden/models/mixtral_two", ENG_COMPUTE_BF16);
	hold_however_asked_for("tests/golden/models/qwen3_blocks", ENG_COMPUTE_FP8);
}

/* What the two backends make of the same model, apart from any reference: within 1e-5 root mean square and 1e-3 at most, of the
 * logits' spread. */
static void both_backends_give_the_same_logits(void **state)
{
	(void)state;
	static const struct eng_options both[] = {{.backend = "cuda", .compute = ENG_COMPUTE_F32}, {.backend = "cpu", .compute = ENG_COMPUTE_F32}};
	struct golden g;
	struct eng_model *m[2];
	struct golden_run r[2];
	OK(golden_open(&g, "tests/golden/models/odd/golden"));
	golden_limit(&g, 1);
	for (int i = 0; i < 2; i++) {
		OK(eng_model_open(&m[i], "tests/golden/models/odd", &both[i]));
		r[i] = golden_run_new(&g, eng_model_info(m[i])->n_vocab);
		OK(golden_run(m[i], &g, 20, &r[i]));
	}
	size_t n = (size_t)g.n * (size_t)eng_model_info(m[0])->n_vocab;
	double spread = golden_spread(&g), squares = 0, max = 0;
	for (size_t i = 0; i < n; i++) {
		double d = fabs((double)r[0].logits[i] - (double)r[1].logits[i]) / spread;
		squares += d * d;
		max = fmax(max, d);
	}
	print_message("cuda and cpu are apart by %.1e root mean square, %.1e at most\n", sqrt(squares / (double)n), max);
	assert_true(sqrt(squares / (double)n) <= 1e-5 && max <= 1e-3);
	for (int i = 0; i < 2; i++) {
		golden_run_release(&r[i]);
		eng_model_close(m[i]);
	}
	golden_close(&g);
}

/* With copies as late as they may be: what is given too soon, or written over, is other bits. */
static void a_step_with_the_draw_behind_it_is_both(void **state)
{
	(void)state;
	struct eng_options o = {.backend = "cuda", .compute = ENG_COMPUTE_BF16, .max_forks = GROWN_FORKS, .max_positions = 64};
	shim_overlap(true);
	steps_by_halves_are_steps("tests/golden/models/plain", &o);
	o.shared_state = true;
	steps_by_halves_are_steps("tests/golden/models/plain", &o);
	shim_overlap(getenv("SHIM_OVERLAP") != NULL);
}

static void tokens_that_were_drawn_stay(void **state)
{
	(void)state;
	struct eng_options o = {.backend = "cuda", .compute = ENG_COMPUTE_F32, .max_forks = 40, .max_positions = 10};
	shim_overlap(true);
	drawn_tokens_outlast_other_passes("tests/golden/models/plain", &o);
	shim_overlap(getenv("SHIM_OVERLAP") != NULL);
}

/* Who waits for a step does not wait for what was begun behind it. */
static void a_step_is_waited_for_alone(void **state)
{
	(void)state;
	struct eng_options o = {.backend = "cuda", .compute = ENG_COMPUTE_F32, .max_forks = 2, .max_positions = 20};
	static const int32_t ids[] = {1, 5, 2}, drawn = ENG_DRAWN(0);
	struct eng_sampling how = {1, 0, 1};
	struct rng_at at = {0};
	struct eng_choice out;
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f;
	unsigned long long ran[3];
	shim_overlap(true);
	OK(eng_model_open(&m, "tests/golden/models/plain", &o));
	OK(eng_prefix_new(&p, m, ids, 3, (struct eng_capture){0}, NULL));
	OK(eng_fork_new(&f, p));
	eng_prefix_free(p); /* the page is the fork's alone: no step copies it */
	ran[0] = shim_launches();
	OK(eng_begin(m, &f, ids, 1, (struct eng_capture){0}, &how, &at));
	OK(eng_begin(m, &f, &drawn, 1, (struct eng_capture){0}, &how, &at));
	for (int i = 1; i < 3; i++) {
		OK(eng_finish(m, &out));
		ran[i] = shim_launches();
	}
	if (ran[2]) /* on a GPU nobody counts */
		assert_true(ran[1] > ran[0] && ran[2] - ran[1] == ran[1] - ran[0]);
	OK(eng_begin(m, &f, &drawn, 1, (struct eng_capture){0}, &how, &at)); /* and a model may be closed before it is done */
	eng_fork_free(f);
	eng_model_close(m);
	shim_overlap(getenv("SHIM_OVERLAP") != NULL);
}

static void a_fork_has_its_parents_logits(void **state)
{
	(void)state;
	forks_keep_their_parents_logits("tests/golden/models/plain", "cuda");
}

static void prompts_may_be_read_together(void **state)
{
	(void)state;
	struct eng_options o = {.backend = "cuda", .compute = ENG_COMPUTE_BF16, .max_forks = 9, .max_prefixes = 9, .max_positions = 400};
	shim_overlap(true);
	prompts_together_are_prompts_alone("tests/golden/models/plain", &o);
	o.compute = ENG_COMPUTE_F32;
	o.shared_state = true;
	if (!getenv("COPPICE_SAN")) /* slow there */
		prompts_together_are_prompts_alone("tests/golden/models/plain", &o);
	shim_overlap(getenv("SHIM_OVERLAP") != NULL);
}

static void the_likeliest_tokens_are_those_of_the_logits(void **state)
{
	(void)state;
	shim_overlap(true);
	likeliest_are_those_of_the_logits("tests/golden/models/plain", "cuda", 1e-5);
	shim_overlap(getenv("SHIM_OVERLAP") != NULL);
}

/* On a device with little memory as many forks as fit can be alive, and are. */
static void as_many_forks_as_fit(void **state)
{
	(void)state;
	struct eng_options o = {.backend = "cuda", .compute = ENG_COMPUTE_F32, .max_forks = 500, .max_prompts = 1, .max_prefixes = 1, .max_positions = 512};
	static const int32_t ids[] = {1, 5, 2};
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f[500], *more;
	int32_t tokens[500] = {0};
	char would[40];
	struct kern k;
	OK(kern_open(&k, "cuda", NULL, KERN_F32));
	bool shim = strcmp(kern_device_name(&k), "host shim") == 0;
	kern_close(&k);
	if (!shim)
		skip(); /* a real one has room for all of these */
	setenv("SHIM_MEMORY", "334", 1); /* 256 MB of which are never given out, and 64 kept for rounding */
	int rc = eng_model_open(&m, "tests/golden/models/plain", &o);
	char *why = mem_strdup(err_message());
	o.fewer_forks = true;
	OK(eng_model_open(&m, "tests/golden/models/plain", &o));
	int n = eng_model_info(m)->max_forks;
	assert_in_range(n, 2, 499);
	assert_int_equal(rc, ERR_NOMEM);
	snprintf(would, sizeof would, "left; %d forks would", n);
	assert_non_null(strstr(why, would));
	OK(eng_prefix_new(&p, m, ids, 3, (struct eng_capture){0}, NULL));
	for (int i = 0; i < n; i++)
		OK(eng_fork_new(&f[i], p));
	assert_int_equal(eng_fork_new(&more, p), ERR_NOMEM);
	OK(eng_step(m, f, tokens, n, (struct eng_capture){0}));
	for (int i = 0; i < n; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	eng_model_close(m);
	unsetenv("SHIM_MEMORY");
	mem_free(why);
}

/* A child of fork i, whose logits lie among those of the last step and were not fetched; want: what they are. */
static struct eng_fork *child_of(struct eng_fork *fork, float *want, int vocab)
{
	struct eng_fork *child;
	copy_logits(want, fork, vocab);
	OK(eng_fork_split(&child, fork));
	return child;
}

static void drawn_from(struct eng_model *m, struct eng_fork *fork, const float *want)
{
	struct eng_choice drawn;
	struct rng_at at = {0};
	OK(eng_draw(m, &fork, 1, &(struct eng_sampling){.temperature = 0, .top_p = 1}, &at, &drawn));
	for (int i = 0; i < eng_model_info(m)->n_vocab; i++)
		assert_true(want[i] <= want[drawn.token]);
}

/* A step leaves its logits where the next one writes its own: those of forks that are not in it are moved before. */
static void logits_outlast_the_steps_of_others(void **state)
{
	(void)state;
	enum { FORKS = 3, VOCAB = 97 };
	static const int32_t ids[] = {1, 5, 2, 9, 3};
	struct eng_model *m;
	struct eng_prefix *p, *q;
	struct eng_fork *f[FORKS], *child[FORKS];
	float want[FORKS][VOCAB], got[VOCAB];
	OK(eng_model_open(&m, "tests/golden/models/plain", &(struct eng_options){.backend = "cuda", .compute = ENG_COMPUTE_F32, .max_forks = 8,
	                                                                         .max_prefixes = 2, .max_positions = 20}));
	int vocab = eng_model_info(m)->n_vocab;
	assert_int_equal(vocab, VOCAB);
	OK(eng_prefix_new(&p, m, ids, 5, (struct eng_capture){0}, NULL));
	for (int i = 0; i < FORKS; i++)
		OK(eng_fork_new(&f[i], p));
	OK(eng_step(m, f, ids, FORKS, (struct eng_capture){0}));
	for (int i = 0; i < FORKS; i++)
		child[i] = child_of(f[i], want[i], vocab);
	OK(eng_prefix_new(&q, m, ids + 1, 3, (struct eng_capture){0}, NULL)); /* writes the first row ... */
	drawn_from(m, child[0], want[0]);
	drawn_from(m, child[1], want[1]);
	OK(eng_step(m, f + 1, ids, 2, (struct eng_capture){0})); /* ... and this the first two */
	OK(eng_step(m, f, ids, FORKS, (struct eng_capture){0}));
	for (int i = 0; i < FORKS; i++) {
		drawn_from(m, child[i], want[i]);
		copy_logits(got, child[i], vocab);
		assert_memory_equal(got, want[i], sizeof got);
		eng_fork_free(child[i]);
		eng_fork_free(f[i]);
	}
	eng_prefix_free(p);
	eng_prefix_free(q);
	eng_model_close(m);
}

/* Bytes of one step of a few forks of a prefix, as the backend counts them. *vocab: the model's. */
static double step_bytes(const char *backend, int forks, bool shared, double *per_position, int *vocab)
{
	struct eng_options o = {.backend = backend, .compute = ENG_COMPUTE_BF16, .max_forks = 20, .shared_state = shared};
	int32_t ids[70], tokens[20];
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f[20];
	uint64_t bytes[2], macs;
	OK(eng_model_open(&m, "tests/golden/models/plain", &o));
	*per_position = (double)eng_model_info(m)->kv_bytes_per_token;
	*vocab = eng_model_info(m)->n_vocab;
	for (int i = 0; i < 70; i++)
		ids[i] = i * 5 % 64;
	OK(eng_prefix_new(&p, m, ids, 70, (struct eng_capture){0}, NULL));
	for (int i = 0; i < forks; i++) {
		OK(eng_fork_new(&f[i], p));
		tokens[i] = i * 3 % 64;
	}
	OK(eng_step(m, f, tokens, forks, (struct eng_capture){0}));
	OK(eng_traffic(m, &bytes[0], &macs));
	OK(eng_step(m, f, tokens, forks, (struct eng_capture){0}));
	OK(eng_traffic(m, &bytes[1], &macs));
	for (int i = 0; i < forks; i++)
		eng_fork_free(f[i]);
	eng_prefix_free(p);
	eng_model_close(m);
	return (double)(bytes[1] - bytes[0]);
}

/* What a device counts itself (chosen experts, pages, rings) with what the front counts from plain memory. Positions apart: the front
 * counts each fork's (72, and one that is written), the device pages, whole, and once for who shares them: two of all, one of each. And
 * the logits, which a device leaves where they are. */
static void both_backends_count_the_same_bytes(void **state)
{
	(void)state;
	for (int shared = 0; shared < 2; shared++)
		for (int forks = 1; forks <= 19; forks += 6) {
			int vocab;
			double kv, cuda = step_bytes("cuda", forks, shared, &kv, &vocab), cpu = step_bytes("cpu", forks, shared, &kv, &vocab);
			double due = cpu + kv * ((2 + forks) * 32 - forks * 73) - 2.0 * forks * vocab * (double)sizeof(float);
			print_message("%d forks, state %s: %.0f bytes on cuda, %.0f by the front's count\n", forks, shared ? "shared" : "own", cuda, due);
			assert_true(fabs(cuda - due) < 0.01 * due);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_backends_count_the_same_bytes),
		TEST(prefill_in_f32_agrees_with_float64), TEST(steps_in_f32_agree_with_float64),
		TEST(forks_in_f32_agree_with_float64),    TEST(shared_checkpoints_in_f32_agree_with_float64),
		TEST(bf16_is_within_the_bound_of_the_same_type), TEST(a_fork_equals_an_independent_run_to_the_bit),
		TEST(both_backends_give_the_same_logits), TEST(a_step_with_the_draw_behind_it_is_both),
		TEST(tokens_that_were_drawn_stay), TEST(a_step_is_waited_for_alone),
		TEST(prompts_may_be_read_together), TEST(the_likeliest_tokens_are_those_of_the_logits), TEST(as_many_forks_as_fit),
		TEST(a_fork_has_its_parents_logits), TEST(logits_outlast_the_steps_of_others),
		TEST(a_prompts_logits_are_the_same_however_asked_for),
	};
	if (getenv("COPPICE_ONLY"))
		cmocka_set_test_filter(getenv("COPPICE_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
