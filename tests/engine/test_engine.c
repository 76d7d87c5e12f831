/* The door: forks, batches, threads, limits. "Equal" means to the bit throughout. */
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "engine/engine.h"
#include "engine/safetensors.h"
#include "tests/check.h"
#include "tests/engine/distinct.h"
#include <stdlib.h>
#include <unistd.h>

enum { PROMPT = 77, STEPS = 40, LAYERS_K = 64, VOCAB = 256 };

/* Everything a sequence of tokens makes of the model: logits and routing after every decode step. */
struct trail {
	int n;
	float logits[STEPS][VOCAB], weights[STEPS][LAYERS_K];
	uint16_t experts[STEPS][LAYERS_K];
};

static struct eng_model *open_model(const char *name, int threads, enum eng_compute compute)
{
	char dir[200];
	struct eng_model *m;
	snprintf(dir, sizeof dir, "tests/golden/models/%s", name);
	OK(eng_model_open(&m, dir, &(struct eng_options){.threads = threads, .max_forks = 40, .max_positions = 200, .compute = compute}));
	assert_true(eng_model_info(m)->n_vocab <= VOCAB);
	assert_true(eng_model_info(m)->n_layers * eng_model_info(m)->top_k <= LAYERS_K);
	return m;
}

static int32_t token(const struct eng_model *m, uint32_t who, uint32_t step)
{
	return (int32_t)rng_below((struct rng_at){.seed = 1, .node = who, .step = step}, (uint32_t)eng_model_info(m)->n_vocab);
}

static struct eng_prefix *prompt(struct eng_model *m, uint32_t task, int n)
{
	int32_t ids[PROMPT];
	struct eng_prefix *p;
	for (int i = 0; i < n; i++)
		ids[i] = token(m, 1000 + task, (uint32_t)i);
	OK(eng_prefix_new(&p, m, ids, n, (struct eng_capture){0}, NULL));
	return p;
}

static struct eng_fork *fork_of(struct eng_prefix *p)
{
	struct eng_fork *f;
	OK(eng_fork_new(&f, p));
	return f;
}

/* Feeds tokens of `who[i]` to forks[i], as one batch, and notes what comes out. */
static void step_all(struct eng_model *m, struct eng_fork **forks, const uint32_t *who, struct trail **trails, int n)
{
	const struct eng_info *info = eng_model_info(m);
	size_t row = (size_t)(info->n_layers * info->top_k);
	int32_t tokens[64];
	uint16_t *experts = mem_array((size_t)n * row, sizeof *experts);
	float *weights = mem_array((size_t)n * row, sizeof *weights);
	for (int i = 0; i < n; i++)
		tokens[i] = token(m, who[i], (uint32_t)trails[i]->n);
	OK(eng_step(m, forks, tokens, n, (struct eng_capture){experts, weights}));
	OK(distinct_check(m, experts, n));
	for (int i = 0; i < n; i++) {
		struct trail *t = trails[i];
		memcpy(t->logits[t->n], eng_fork_logits(forks[i]), (size_t)info->n_vocab * sizeof(float));
		memcpy(t->experts[t->n], experts + (size_t)i * row, row * sizeof *experts);
		memcpy(t->weights[t->n++], weights + (size_t)i * row, row * sizeof *weights);
	}
	mem_free(experts);
	mem_free(weights);
}

/* `who` alone: a prefix of its own, one fork, batches of one. */
static struct trail *alone(struct eng_model *m, uint32_t who, int steps)
{
	struct trail *t = mem_zalloc(sizeof *t);
	struct eng_prefix *p = prompt(m, 0, PROMPT);
	struct eng_fork *f = fork_of(p);
	for (int i = 0; i < steps; i++)
		step_all(m, &f, &who, &t, 1);
	eng_fork_free(f);
	eng_prefix_free(p);
	return t;
}

static void same(const struct trail *a, const struct trail *b)
{
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->logits, b->logits, sizeof a->logits);
	assert_memory_equal(a->experts, b->experts, sizeof a->experts);
	assert_memory_equal(a->weights, b->weights, sizeof a->weights);
}

static const char *const models[] = {"plain", "odd", "wide", "fp8fused", "qwen3_stack", "olmoe_whole", "mixtral_blocks"};
enum { N_MODELS = sizeof models / sizeof *models };

/* n forks of one prefix, stepped as one batch; each must be what it is alone. */
static void batch_equals_alone(const char *name, int n, int threads, enum eng_compute compute)
{
	struct eng_model *m = open_model(name, threads, compute), *one = open_model(name, 1, compute);
	struct eng_prefix *p = prompt(m, 0, PROMPT);
	struct eng_fork *forks[40];
	struct trail *trails[40];
	uint32_t who[40];
	for (int i = 0; i < n; i++) {
		forks[i] = fork_of(p);
		trails[i] = mem_zalloc(sizeof *trails[i]);
		who[i] = (uint32_t)i;
	}
	eng_prefix_free(p); /* the forks keep its pages */
	for (int s = 0; s < STEPS; s++)
		step_all(m, forks, who, trails, n);
	for (int i = 0; i < n; i += n < 8 ? 1 : 5) {
		struct trail *t = alone(one, (uint32_t)i, STEPS);
		same(t, trails[i]);
		mem_free(t);
	}
	for (int i = 0; i < n; i++) {
		eng_fork_free(forks[i]);
		mem_free(trails[i]);
	}
	eng_model_close(m);
	eng_model_close(one);
}

static void a_fork_in_a_batch_equals_an_independent_run(void **state)
{
	(void)state;
	static const int sizes[] = {1, 8, 32};
	for (int i = 0; i < N_MODELS; i++)
		for (int b = 0; b < 3; b++)
			batch_equals_alone(models[i], sizes[b], 1 + (i + b) % 3, ENG_COMPUTE_F32);
}

static void the_same_holds_for_bfloat16_activations(void **state)
{
	(void)state;
	batch_equals_alone("odd", 8, 2, ENG_COMPUTE_BF16);
	batch_equals_alone("wide", 32, 3, ENG_COMPUTE_BF16);
}

static void the_same_holds_for_fp8_activations(void **state)
{
	(void)state;
	batch_equals_alone("fp8fused", 8, 2, ENG_COMPUTE_FP8);
	batch_equals_alone("blocks", 32, 3, ENG_COMPUTE_FP8);
}

/* a runs 13 steps; b forks from it there and they part; c forks from b 9 steps on; then a and b go away at different times. */
static void forks_of_forks(struct eng_model *m, struct trail *want[3])
{
	enum { AT_B = 13, AT_C = 22, A_ENDS = 30 };
	struct trail *t[3] = {mem_zalloc(sizeof *t[0]), mem_zalloc(sizeof *t[0]), mem_zalloc(sizeof *t[0])};
	struct eng_prefix *p = prompt(m, 0, PROMPT);
	struct eng_fork *f[3] = {fork_of(p), NULL, NULL};
	eng_prefix_free(p);
	uint32_t who[3] = {7, 7, 7};
	for (int s = 0; s < STEPS; s++) {
		if (s == AT_B) {
			OK(eng_fork_split(&f[1], f[0]));
			*t[1] = *t[0];
			who[1] = 8;
		}
		if (s == AT_C) {
			OK(eng_fork_split(&f[2], f[1]));
			*t[2] = *t[1];
			who[2] = 9;
		}
		if (s == A_ENDS)
			eng_fork_free(f[0]);
		int from = s >= A_ENDS, to = s < AT_B ? 1 : s < AT_C ? 2 : 3;
		step_all(m, f + from, who + from, t + from, to - from);
		if (s == AT_C && want[2])
			same(want[2], t[2]);
	}
	eng_fork_free(f[1]);
	eng_fork_free(f[2]);
	for (int i = 0; i < 3; i++) {
		if (want[i])
			same(want[i], t[i]);
		want[i] = t[i];
	}
}

/* A sequence of tokens fed without any fork: `who` changes at the steps given. */
static struct trail *lineage(struct eng_model *m, const uint32_t *who_at, int steps)
{
	struct trail *t = mem_zalloc(sizeof *t);
	struct eng_prefix *p = prompt(m, 0, PROMPT);
	struct eng_fork *f = fork_of(p);
	for (int i = 0; i < steps; i++)
		step_all(m, &f, &who_at[i], &t, 1);
	eng_fork_free(f);
	eng_prefix_free(p);
	return t;
}

static void forks_of_forks_equal_runs_of_the_same_tokens(void **state)
{
	(void)state;
	for (int i = 0; i < N_MODELS; i++) {
		struct eng_model *m = open_model(models[i], 2, ENG_COMPUTE_F32);
		struct trail *got[3] = {0};
		forks_of_forks(m, got);
		for (int j = 0; j < 3; j++) {
			uint32_t who[STEPS];
			for (uint32_t s = 0; s < STEPS; s++)
				who[s] = j == 0 || s < 13 ? 7 : j == 1 || s < 22 ? 8 : 9;
			struct trail *t = lineage(m, who, got[j]->n);
			same(t, got[j]);
			mem_free(t);
			mem_free(got[j]);
		}
		eng_model_close(m);
	}
}

static void freed_siblings_leave_no_trace(void **state)
{
	(void)state;
	struct eng_model *m = open_model("plain", 2, ENG_COMPUTE_F32);
	struct trail *want = alone(m, 3, STEPS);
	for (int round = 0; round < 4; round++) {
		struct eng_prefix *p = prompt(m, 0, PROMPT), *other = prompt(m, 5, 33);
		struct eng_fork *f[6];
		struct trail *t[6];
		uint32_t who[6] = {0, 1, 2, 3, 4, 5};
		for (int i = 0; i < 6; i++) {
			f[i] = fork_of(i == 5 ? other : p);
			t[i] = mem_zalloc(sizeof *t[i]);
		}
		eng_prefix_free(p);
		eng_prefix_free(other);
		for (int s = 0; s < STEPS; s++) {
			if (s == 5 + round) { /* 0 to 2 go; the pages they leave are taken up by others */
				for (int i = 0; i < 3; i++)
					eng_fork_free(f[i]);
			}
			if (s < 5 + round)
				step_all(m, f, who, t, 6);
			else
				step_all(m, f + 3, who + 3, t + 3, 3);
		}
		same(want, t[3]);
		for (int i = 0; i < 6; i++) {
			if (i >= 3)
				eng_fork_free(f[i]);
			mem_free(t[i]);
		}
	}
	mem_free(want);
	eng_model_close(m);
}

static void the_comparison_notices_one_other_token(void **state)
{
	(void)state;
	struct eng_model *m = open_model("plain", 1, ENG_COMPUTE_F32);
	uint32_t who[STEPS] = {0};
	struct trail *a = lineage(m, who, STEPS);
	who[STEPS - 2] = 1;
	struct trail *b = lineage(m, who, STEPS);
	assert_int_not_equal(token(m, 0, STEPS - 2), token(m, 1, STEPS - 2));
	assert_memory_equal(a->logits, b->logits, sizeof a->logits[0] * (STEPS - 2));
	assert_memory_not_equal(a->logits, b->logits, sizeof a->logits);
	mem_free(a);
	mem_free(b);
	eng_model_close(m);
}

/* A single fork touches as many experts in each layer as it chooses. */
static void a_wrong_count_of_distinct_experts_is_noticed(void **state)
{
	(void)state;
	struct eng_model *m = open_model("plain", 1, ENG_COMPUTE_DEFAULT);
	struct eng_prefix *p = prompt(m, 0, PROMPT);
	struct eng_fork *f = fork_of(p);
	uint16_t experts[LAYERS_K];
	OK(eng_step(m, &f, &(int32_t){5}, 1, (struct eng_capture){experts, NULL}));
	for (int l = 0; l < eng_model_info(m)->n_layers; l++)
		assert_int_equal(eng_last_distinct(m)[l], eng_model_info(m)->top_k);
	OK(distinct_check(m, experts, 1));
	experts[0] = experts[1];
	FAILS(ERR_FORMAT, "layer 0", distinct_check(m, experts, 1));
	eng_fork_free(f);
	eng_prefix_free(p);
	eng_model_close(m);
}

static void a_new_fork_has_the_logits_of_where_it_forked(void **state)
{
	(void)state;
	struct eng_model *m = open_model("plain", 1, ENG_COMPUTE_F32);
	size_t vocab = (size_t)eng_model_info(m)->n_vocab;
	struct trail *t = mem_zalloc(sizeof *t);
	struct eng_prefix *p = prompt(m, 0, 5);
	struct eng_fork *a = fork_of(p), *b;
	uint32_t who = 0;
	assert_int_equal(eng_fork_length(a), 5);
	step_all(m, &a, &who, &t, 1);
	OK(eng_fork_split(&b, a));
	assert_int_equal(eng_fork_length(b), 6);
	assert_memory_equal(eng_fork_logits(b), t->logits[0], vocab * sizeof(float));
	eng_fork_free(a);
	assert_memory_equal(eng_fork_logits(b), t->logits[0], vocab * sizeof(float));
	eng_fork_free(b);
	eng_prefix_free(p);
	mem_free(t);
	eng_model_close(m);
}

static void a_prompt_in_steps_equals_a_prompt_in_chunks(void **state)
{
	(void)state;
	struct eng_model *m = open_model("odd", 2, ENG_COMPUTE_F32);
	size_t vocab = (size_t)eng_model_info(m)->n_vocab;
	struct eng_prefix *whole = prompt(m, 0, PROMPT), *start = prompt(m, 0, 1);
	struct eng_fork *f = fork_of(start), *g = fork_of(whole);
	for (uint32_t i = 1; i < PROMPT; i++) {
		int32_t id = token(m, 1000, i);
		OK(eng_step(m, &f, &id, 1, (struct eng_capture){0}));
	}
	assert_memory_equal(eng_fork_logits(f), eng_fork_logits(g), vocab * sizeof(float));
	eng_fork_free(f);
	eng_fork_free(g);
	eng_prefix_free(whole);
	eng_prefix_free(start);
	eng_model_close(m);
}

static void limits_are_errors_and_nothing_is_stepped(void **state)
{
	(void)state;
	struct eng_model *m;
	struct eng_prefix *p, *q;
	struct eng_fork *f[3], *g;
	int32_t ids[9] = {0}, bad[2] = {1, 97};
	OK(eng_model_open(&m, "tests/golden/models/plain", &(struct eng_options){.threads = 1, .max_forks = 3, .max_positions = 8}));
	FAILS(ERR_LIMIT, "9 tokens", eng_prefix_new(&p, m, ids, 9, (struct eng_capture){0}, NULL));
	FAILS(ERR_USAGE, "empty prompt", eng_prefix_new(&p, m, ids, 0, (struct eng_capture){0}, NULL));
	FAILS(ERR_USAGE, "token id 97", eng_prefix_new(&p, m, bad, 2, (struct eng_capture){0}, NULL));
	OK(eng_prefix_new(&p, m, ids, 7, (struct eng_capture){0}, NULL));
	OK(eng_prefix_new(&q, m, ids, 6, (struct eng_capture){0}, NULL));
	f[0] = fork_of(p);
	f[1] = fork_of(q);
	f[2] = fork_of(q);
	FAILS(ERR_NOMEM, "3 forks are alive", eng_fork_new(&g, p));
	FAILS(ERR_USAGE, "token id 97", eng_step(m, f, bad, 2, (struct eng_capture){0}));
	OK(eng_step(m, f, ids, 3, (struct eng_capture){0}));
	FAILS(ERR_LIMIT, "fork 0 of the batch is full", eng_step(m, f, ids, 3, (struct eng_capture){0}));
	assert_int_equal(eng_fork_length(f[1]), 7);
	f[0] = f[1];
	FAILS(ERR_USAGE, "twice", eng_step(m, f, ids, 2, (struct eng_capture){0}));
	OK(eng_step(m, f, ids, 1, (struct eng_capture){0}));
	eng_prefix_free(p);
	eng_prefix_free(q);
	eng_model_close(m);
}

static void as_many_forks_as_promised_can_fill_up(void **state)
{
	(void)state;
	struct eng_model *m;
	struct eng_prefix *p[3];
	struct eng_fork *f[9];
	int32_t ids[9] = {0};
	OK(eng_model_open(&m, "tests/golden/models/plain", &(struct eng_options){.threads = 1, .max_forks = 9, .max_positions = 70}));
	for (int i = 0; i < 3; i++)
		OK(eng_prefix_new(&p[i], m, ids, 3 + i, (struct eng_capture){0}, NULL));
	for (int i = 0; i < 9; i++)
		f[i] = fork_of(p[i % 3]);
	for (int s = 0; s < 65; s++)
		OK(eng_step(m, f, ids, 9, (struct eng_capture){0}));
	for (int i = 0; i < 9; i++)
		eng_fork_free(f[i]);
	for (int i = 0; i < 3; i++)
		eng_prefix_free(p[i]);
	eng_model_close(m);
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
	(void)state;
	size_t before = mem_large_now();
	int failed = 0;
	for (long nth = 1;; nth++) {
		struct eng_model *m;
		mem_fail_at(nth);
		int rc = eng_model_open(&m, "tests/golden/models/plain", &(struct eng_options){.threads = 1, .max_forks = 2, .max_positions = 64});
		mem_fail_at(0);
		if (!rc) {
			eng_model_close(m);
			break;
		}
		assert_int_equal(rc, ERR_NOMEM);
		assert_int_equal(mem_large_now(), before);
		failed++;
	}
	assert_true(failed > 5);
	assert_int_equal(mem_large_now(), before);
}

static void what_a_model_is_can_be_asked(void **state)
{
	(void)state;
	struct eng_model *m;
	OK(eng_model_open(&m, "tests/golden/models/wide", &(struct eng_options){.threads = 1, .max_forks = 1, .compute = ENG_COMPUTE_DEFAULT}));
	const struct eng_info *i = eng_model_info(m);
	assert_string_equal(i->family, "qwen3_5_moe");
	assert_string_equal(i->compute, "bf16"); /* the model's own dtype */
	assert_int_equal(i->n_vocab, 113);
	assert_int_equal(i->n_layers, 3);
	assert_int_equal(i->layer_index[2], 2);
	assert_int_equal(i->n_experts, 256);
	assert_int_equal(i->top_k, 8);
	assert_int_equal(i->max_positions, 512);
	assert_int_equal(i->n_eos, 2);
	assert_int_equal(i->eos[1], 2);
	assert_int_equal(i->n_passed_over, 3);
	assert_true(i->n_params_active < i->n_params);
	OK(eng_model_check(m));
	eng_model_close(m);
}

/* The step that takes the most slots: all forks in pairs, each pair sharing one, and a prefix that holds another. */
static void pairs_that_share_find_their_slots(void **state)
{
	(void)state;
	for (int shared = 0; shared < 2; shared++) {
		struct eng_model *m;
		struct eng_prefix *p, *q;
		struct eng_fork *f[6];
		int32_t tokens[6] = {1, 2, 3, 4, 5, 6}, prompt[16] = {0};
		OK(eng_model_open(&m, "tests/golden/models/plain",
		                  &(struct eng_options){.threads = 1, .max_forks = 6, .max_prefixes = 1, .max_positions = 80, .shared_state = shared}));
		OK(eng_prefix_new(&p, m, prompt, 16, (struct eng_capture){0}, NULL));
		for (int i = 0; i < 3; i++)
			OK(eng_fork_new(&f[i], p));
		for (int t = 0; t < 20; t++) {
			OK(eng_step(m, f, tokens, 3, (struct eng_capture){0}));
			for (int i = 0; i < 3; i++)
				OK(eng_fork_split(&f[3 + i], f[i]));
			OK(eng_step(m, f, tokens, 6, (struct eng_capture){0}));
			for (int i = 3; i < 6; i++)
				eng_fork_free(f[i]);
		}
		FAILS(ERR_NOMEM, "1 prefixes are alive", eng_prefix_new(&q, m, prompt, 1, (struct eng_capture){0}, NULL));
		for (int i = 0; i < 3; i++)
			eng_fork_free(f[i]);
		eng_prefix_free(p);
		eng_model_close(m);
	}
}

/* plain with a norm's weights, finite all the same, set so high that what it scales overflows. Removed by remove_copy. */
static void copy_with_huge(const char *dir, const char *norm)
{
	static const char *const files[] = {"config.json", "model.safetensors"};
	const float huge = 3e38f;
	for (int i = 0; i < 2; i++) {
		char from[100], *to = file_join(dir, files[i]);
		struct buf b;
		struct safetensors *s;
		buf_init(&b, BUF_MAX_TEXT);
		snprintf(from, sizeof from, "tests/golden/models/plain/%s", files[i]);
		OK(file_read(&b, from));
		if (i) {
			OK(safetensors_parse(&s, b.data, b.len));
			const struct st_tensor *t = safetensors_find(s, norm);
			for (size_t at = 0; at < t->bytes; at += sizeof huge)
				memcpy(b.data + ((const char *)t->data - (const char *)b.data) + at, &huge, sizeof huge);
			safetensors_close(s);
		}
		OK(file_write(to, b.data, b.len));
		buf_release(&b);
		mem_free(to);
	}
}

static void remove_copy(const char *dir)
{
	char *config = file_join(dir, "config.json"), *tensors = file_join(dir, "model.safetensors");
	unlink(config);
	unlink(tensors);
	rmdir(dir);
	mem_free(config);
	mem_free(tensors);
}

/* What is wrong with a step is said when it is finished, then it is out of the way; a row whose fork was freed is nobody's. */
static void what_a_begun_step_comes_to(struct eng_model *m, struct eng_fork *f, struct eng_prefix *p, struct eng_capture capture, const char *why,
                                       int length)
{
	static const int32_t token = 1, drawn = ENG_DRAWN(0);
	struct eng_sampling how = {1, 0, 1};
	struct rng_at at = {0};
	struct eng_choice out;
	struct eng_fork *gone;
	OK(eng_begin(m, &f, &token, 1, capture, &how, &at));
	OK(eng_begin(m, &f, &drawn, 1, (struct eng_capture){0}, &how, &at));
	assert_int_equal(eng_fork_length(f), length + 1);
	FAILS(ERR_FORMAT, why, eng_finish(m, &out));
	FAILS(ERR_FORMAT, "the logits at position", eng_finish(m, &out));
	OK(eng_fork_new(&gone, p));
	OK(eng_begin(m, &gone, &token, 1, capture, &how, &at));
	OK(eng_begin(m, &gone, &drawn, 1, capture, &how, &at));
	eng_fork_free(gone);
	OK(eng_fork_new(&gone, p)); /* in its place, and in no step */
	OK(eng_finish(m, &out));
	OK(eng_finish(m, &out));
	eng_fork_free(gone);
}

static void an_overflow_is_named_with_layer_and_position(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-overflow-XXXXXX";
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f;
	int32_t ids[3] = {1, 2, 3};
	uint16_t experts[3 * LAYERS_K];
	float weights[3 * LAYERS_K];
	struct eng_capture capture = {experts, weights};
	assert_non_null(mkdtemp(dir));
	copy_with_huge(dir, "model.layers.1.post_attention_layernorm.weight");
	OK(eng_model_open(&m, dir, &(struct eng_options){.threads = 1, .max_forks = 2, .max_positions = 32}));
	FAILS(ERR_FORMAT, "layer 1: the router's weights are no numbers at position 0", eng_prefix_new(&p, m, ids, 3, capture, NULL));
	assert_null(p);
	OK(eng_prefix_new(&p, m, ids, 3, (struct eng_capture){0}, NULL));
	OK(eng_fork_new(&f, p));
	FAILS(ERR_FORMAT, "layer 1: the router's weights are no numbers at position 3", eng_step(m, &f, ids, 1, capture));
	what_a_begun_step_comes_to(m, f, p, capture, "layer 1: the router's weights are no numbers at position 4", 5);
	eng_fork_free(f);
	eng_prefix_free(p);
	eng_model_close(m);
	remove_copy(dir);
}

static void logits_that_are_no_numbers_are_not_drawn_from(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-overflow-XXXXXX";
	struct eng_model *m;
	struct eng_prefix *p;
	struct eng_fork *f;
	struct eng_choice drawn;
	int32_t ids[3] = {1, 2, 3};
	assert_non_null(mkdtemp(dir));
	copy_with_huge(dir, "model.norm.weight");
	OK(eng_model_open(&m, dir, &(struct eng_options){.threads = 1, .max_forks = 2, .max_positions = 32}));
	OK(eng_prefix_new(&p, m, ids, 3, (struct eng_capture){0}, NULL));
	OK(eng_fork_new(&f, p));
	for (int greedy = 0; greedy < 2; greedy++)
		FAILS(ERR_FORMAT, "the logits at position 2 are no numbers",
		      eng_draw(m, &f, 1, &(struct eng_sampling){greedy ? 0 : 1, 0, 1}, &(struct rng_at){0}, &drawn));
	what_a_begun_step_comes_to(m, f, p, (struct eng_capture){0}, "the logits at position 3 are no numbers", 4);
	eng_fork_free(f);
	eng_prefix_free(p);
	eng_model_close(m);
	remove_copy(dir);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	struct eng_model *m;
	const char *dir = "tests/golden/models/plain";
	FAILS(ERR_USAGE, "nonsense", eng_model_open(&m, dir, &(struct eng_options){.backend = "nonsense"}));
	FAILS(ERR_UNSUPPORTED, "plain has no FP8 weights", eng_model_open(&m, dir, &(struct eng_options){.compute = ENG_COMPUTE_FP8}));
	FAILS(ERR_LIMIT, "max_position_embeddings", eng_model_open(&m, dir, &(struct eng_options){.max_positions = 513}));
	FAILS(ERR_USAGE, "threads", eng_model_open(&m, dir, &(struct eng_options){.threads = -1}));
	FAILS(ERR_USAGE, "forks", eng_model_open(&m, dir, &(struct eng_options){.max_forks = -1}));
	FAILS(ERR_USAGE, "prefixes", eng_model_open(&m, dir, &(struct eng_options){.max_prefixes = -1}));
	FAILS(ERR_UNSUPPORTED, "no recurrent layers", eng_model_open(&m, "tests/golden/models/olmoe_whole", &(struct eng_options){.shared_state = true}));
	FAILS(ERR_MISSING, "config.json", eng_model_open(&m, "tests/golden", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fork_in_a_batch_equals_an_independent_run),
		TEST(the_same_holds_for_bfloat16_activations),
		TEST(the_same_holds_for_fp8_activations),
		TEST(forks_of_forks_equal_runs_of_the_same_tokens),
		TEST(freed_siblings_leave_no_trace),
		TEST(the_comparison_notices_one_other_token),
		TEST(a_wrong_count_of_distinct_experts_is_noticed),
		TEST(a_new_fork_has_the_logits_of_where_it_forked),
		TEST(a_prompt_in_steps_equals_a_prompt_in_chunks),
		TEST(limits_are_errors_and_nothing_is_stepped),
		TEST(as_many_forks_as_promised_can_fill_up),
		TEST(pairs_that_share_find_their_slots),
		TEST(every_failing_allocation_is_an_error_and_leaks_nothing),
		TEST(what_a_model_is_can_be_asked),
		TEST(an_overflow_is_named_with_layer_and_position),
		TEST(logits_that_are_no_numbers_are_not_drawn_from),
		TEST(options_that_make_no_sense_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
