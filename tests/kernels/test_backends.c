/* Every backend, every operation: held to ref, and the determinism contract to the bit. */
#include "tests/kernels/rows.h"

static const char *const bodies[] = { "cpu-avx512", "cpu-avx2", "cpu-base" };

static void for_each(const char *backend, enum kern_type compute, void (*check)(struct kern *k, const struct trial *t, int v))
{
	struct kern k;
	if (!kern_backend_find(backend)) {
		print_message("this processor cannot run %s\n", backend);
		skip();
	}
	OK(kern_open(&k, backend, NULL, compute));
	/* The sanitizers look at memory: every fifth variant has all shapes and all storages. The last is always among them. */
	int step = getenv("COPPICE_SAN") ? 5 : 1;
	for (int i = 0; i < COUNT(trials); i++)
		for (int v = (trials[i].n_variants - 1) % step; v < trials[i].n_variants; v += step)
			check(&k, &trials[i], v);
	kern_close(&k);
}

/* What ref and the base body give, kept: every other body is held against the same. */
static const float *known(const char *backend, enum kern_type compute, const struct trial *t, int v)
{
	static float *memo[2][2][COUNT(trials)][MAX_VARIANTS];
	float **at = &memo[strcmp(backend, "ref") == 0][compute == KERN_BF16][t - trials][v];
	struct kern k;
	if (!*at) {
		OK(kern_open(&k, backend, NULL, compute));
		*at = results(&k, t, v, ids, MANY);
	}
	return *at;
}

static void held_to_ref(struct kern *k, const struct trial *t, int v)
{
	float *got = results(k, t, v, ids, MANY);
	assert_close(t, v, k->backend->isa, got, known("ref", k->compute, t, v), MANY,
		t->bound(v) + (k->compute == KERN_BF16 ? 0x1p-5 : 0));
	assert_same_bits(t, v, "this body and cpu-base", got, known("cpu-base", k->compute, t, v),
		(size_t)MANY * (size_t)t->width(v));
	mem_free(got);
}

static void integers_are_exact(struct kern *k, const struct trial *t, int v)
{
	struct kern ref;
	if (!t->exact_on_integers)
		return;
	OK(kern_open(&ref, "ref", NULL, KERN_F32));
	float *got = results(k, t, v, ids, MANY), *want = results(&ref, t, v, ids, MANY);
	assert_same_bits(t, v, "small integers", got, want, (size_t)MANY * (size_t)t->width(v));
	float sum = 0;
	for (int i = 0; i < MANY * t->width(v); i++)
		sum += fabsf(want[i]);
	assert_true(sum > 0);
	mem_free(got);
	mem_free(want);
}

static void twice_and_on_threads_the_same(struct kern *k, const struct trial *t, int v)
{
	static struct crew *crews[2];
	size_t n = (size_t)MANY * (size_t)t->width(v);
	float *one = results(k, t, v, ids, MANY), *again = results(k, t, v, ids, MANY);
	assert_same_bits(t, v, "twice", one, again, n);
	mem_free(again);
	for (int i = 0; i < 2; i++) {
		if (!crews[i])
			crews[i] = crew_new(i + 2);
		struct kern threaded = *k;
		threaded.crew = crews[i];
		float *other = results(&threaded, t, v, ids, MANY);
		assert_same_bits(t, v, "1 thread and several", one, other, n);
		mem_free(other);
	}
	mem_free(one);
	if (t == &trials[COUNT(trials) - 1] && v == t->n_variants - 1)
		for (int i = 0; i < 2; i++) {
			crew_free(crews[i]);
			crews[i] = NULL;
		}
}

/* The threads are the same source in every body: for the slow one, a part will do. */
static void every_fifth(struct kern *k, const struct trial *t, int v)
{
	if (v % 5 == 0 || v == t->n_variants - 1)
		twice_and_on_threads_the_same(k, t, v);
}

#define PER_BODY(NAME, CHECK, COMPUTE)                                                          \
	static void NAME##_avx512(void **s) { (void)s; for_each(bodies[0], COMPUTE, CHECK); }   \
	static void NAME##_avx2(void **s) { (void)s; for_each(bodies[1], COMPUTE, CHECK); }     \
	static void NAME##_base(void **s) { (void)s; for_each(bodies[2], COMPUTE, CHECK); }
PER_BODY(held_to_ref_and_base_in_f32, held_to_ref, KERN_F32)
PER_BODY(held_to_ref_and_base_in_bf16, held_to_ref, KERN_BF16)
PER_BODY(rows_are_independent_in_f32, row_alone_equals_row_in_batch, KERN_F32)
PER_BODY(rows_are_independent_in_bf16, row_alone_equals_row_in_batch, KERN_BF16)
PER_BODY(integers_exact, integers_are_exact, KERN_F32)

static void repeatable_on_any_threads_avx512(void **s) { (void)s; for_each(bodies[0], KERN_F32, twice_and_on_threads_the_same); }
static void repeatable_on_any_threads_avx2(void **s) { (void)s; for_each(bodies[1], KERN_F32, twice_and_on_threads_the_same); }
static void rarely_on_any_threads_base(void **s) { (void)s; for_each(bodies[2], KERN_F32, every_fifth); }

static int use_integers(void **s)
{
	(void)s;
	small_integers = true;
	return 0;
}
static int use_reals(void **s)
{
	(void)s;
	small_integers = false;
	return 0;
}

/* The chunked and the step-by-step variants of attention and gdn are the same numbers: their bits must be, too. */
static void a_chunk_equals_its_steps(void **state)
{
	(void)state;
	struct kern k;
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	for (int i = 0; i < COUNT(trials); i++) {
		const struct trial *t = &trials[i];
		int forms = t->run == attention_run ? 2 : t->run == gdn_run ? 3 : t->run == gdn_ring_run ? 2 : 0;
		for (int v = 0; forms && v < t->n_variants; v++) {
			float *chunk = results(&k, t, v / forms * forms, ids, 4), *steps = results(&k, t, v, ids, 4);
			assert_same_bits(t, v, "chunk and steps", chunk, steps, 4 * (size_t)t->width(v));
			mem_free(chunk);
			mem_free(steps);
		}
	}
	kern_close(&k);
}

static void packing_changes_no_bit(void **state)
{
	(void)state;
	struct kern k;
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	static const int pairs[][2] = { { 0, 7 }, { 1, 8 }, { 2, 10 }, { 3, 4 }, { 5,
		6 } }; /* specs that differ in packing alone */
	for (int p = 0; p < COUNT(pairs); p++)
		for (int s = 0; s < COUNT(matmul_shapes); s++) {
			int v = pairs[p][0] * COUNT(matmul_shapes) + s, w = pairs[p][1] * COUNT(matmul_shapes) + s;
			float *a = results(&k, &trials[0], v, ids, MANY), *b = results(&k, &trials[0], w, ids, MANY);
			assert_same_bits(&trials[0], v, "packed and not", a, b, (size_t)MANY * (size_t)matmul_width(v));
			mem_free(a);
			mem_free(b);
		}
	kern_close(&k);
}

static void more_rows_than_a_chunk(void **state)
{
	(void)state;
	struct kern k;
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	for (int i = MANY; i < MORE; i++)
		ids[i] = i % 29;
	for (int v = 0; v < 2 * COUNT(experts_shapes); v++) {
		const struct trial *both[] = { &trials[0], &trials[4] };
		for (int i = 0; i < 2; i++) {
			size_t width = (size_t)both[i]->width(v);
			float *all = results(&k, both[i], v, ids, MORE), *few = results(&k, both[i], v, ids + MORE - MANY, MANY);
			assert_same_bits(both[i], v, "131 rows and the last of them", all + (MORE - MANY) * width, few,
				MANY * width);
			mem_free(all);
			mem_free(few);
		}
	}
	kern_close(&k);
}

static void runs(struct kern *k, const struct trial *t, int v)
{
	mem_free(results(k, t, v, ids, 3));
}

static void check_backend_accepts_the_cpu(void **state)
{
	(void)state;
	for_each("check", KERN_F32, runs);
	for_each("check", KERN_BF16, runs);
}

#define THREE(NAME) cmocka_unit_test(NAME##_avx512), cmocka_unit_test(NAME##_avx2), cmocka_unit_test(NAME##_base)
#define INTEGERS(NAME) cmocka_unit_test_setup_teardown(NAME, use_integers, use_reals)
int main(void)
{
	const struct CMUnitTest tests[] = {
		INTEGERS(integers_exact_avx512), INTEGERS(integers_exact_avx2), INTEGERS(integers_exact_base),
			THREE(held_to_ref_and_base_in_f32), THREE(held_to_ref_and_base_in_bf16),
		THREE(rows_are_independent_in_f32), THREE(rows_are_independent_in_bf16),
			cmocka_unit_test(repeatable_on_any_threads_avx512), cmocka_unit_test(repeatable_on_any_threads_avx2),
		cmocka_unit_test(rarely_on_any_threads_base), cmocka_unit_test(a_chunk_equals_its_steps),
			cmocka_unit_test(packing_changes_no_bit), cmocka_unit_test(more_rows_than_a_chunk),
			cmocka_unit_test(check_backend_accepts_the_cpu),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
