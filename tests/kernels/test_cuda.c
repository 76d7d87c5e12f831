/* The cuda backend on the host shim: every operation held to ref, and the determinism contract to the bit.
 * COPPICE_TRIALS="norm route" looks at these operations alone. */
#include "tests/kernels/trials.h"
#include "tests/shim/shim.h"

enum { MANY = 13, MORE = 131 };
static int ids[MORE] = { 3, 1, 4, 15, 9, 2, 6, 5, 35, 8, 97, 93, 23 };

/* Rounds activations where a device may rely on it, for ref as well. */
static void open_cuda(struct kern *k, enum kern_type compute)
{
	bf16_activations = compute == KERN_BF16;
	settle = shim_settle;
	shim_overlap(true);
	if (kern_backend_find("cuda"))
		OK(kern_open(k, "cuda", NULL, compute));
	else
		shim_open(k, compute);
}

static void close_cuda(struct kern *k)
{
	if (kern_backend_find("cuda"))
		kern_close(k);
	else
		shim_close(k);
}

/* Whether the backend has what the trial needs, and it is to be looked at. */
static bool has(const struct kern *k, const struct trial *t)
{
	const struct kern_backend *b = k->backend;
	const char *only = getenv("COPPICE_TRIALS");
	bool there = t->run == matmul_run ? b->matmul != NULL : t->run == embed_run ? b->embed != NULL :
		t->run == norm_run ? b->norm != NULL : t->run == route_run ? b->route != NULL :
		t->run == experts_run ? b->experts != NULL : t->run == attention_run ? b->attention != NULL :
		t->run == gdn_run ? b->gdn != NULL : t->run == quantise_run ? b->quantise != NULL : b->scatter != NULL;
	if (!there)
		print_message("skipped: cuda has no %s yet\n", t->name);
	return there && (!only || strstr(only, t->name));
}

static void for_each(enum kern_type compute, void (*check)(struct kern *k, const struct trial *t, int v))
{
	struct kern k;
	open_cuda(&k, compute);
	/* As in test_backends.c; the emulation is slow besides. */
	int step = getenv("COPPICE_SAN") ? 5 : 1;
	for (int i = 0; i < COUNT(trials); i++)
		for (int v = (trials[i].n_variants - 1) % step; has(&k, &trials[i]) && v < trials[i].n_variants; v += step)
			check(&k, &trials[i], v);
	close_cuda(&k);
}

static void held_to_ref(struct kern *k, const struct trial *t, int v)
{
	struct kern ref;
	OK(kern_open(&ref, "ref", NULL, k->compute));
	float *got = results(k, t, v, ids, MANY), *want = results(&ref, t, v, ids, MANY);
	assert_close(t, v, "cuda", got, want, MANY, 4 * t->bound(v) + (k->compute == KERN_BF16 ? 0x1p-5 : 0));
	mem_free(got);
	mem_free(want);
}

static void integers_are_exact(struct kern *k, const struct trial *t, int v)
{
	struct kern ref;
	if (!t->exact_on_integers)
		return;
	OK(kern_open(&ref, "ref", NULL, k->compute));
	float *got = results(k, t, v, ids, MANY), *want = results(&ref, t, v, ids, MANY);
	assert_same_bits(t, v, "small integers", got, want, (size_t)MANY * (size_t)t->width(v));
	mem_free(got);
	mem_free(want);
}

static void row_alone_equals_row_in_batch(struct kern *k, const struct trial *t, int v)
{
	size_t width = (size_t)t->width(v);
	float *all = results(k, t, v, ids, MANY);
	for (int r = v % 3; r < MANY; r += 5) {
		float *one = results(k, t, v, &ids[r], 1);
		assert_same_bits(t, v, "alone and in the batch", one, all + (size_t)r * width, width);
		mem_free(one);
	}
	float *few = results(k, t, v, &ids[2], 7);
	assert_same_bits(t, v, "seven and in the batch", few, all + 2 * width, 7 * width);
	mem_free(few);
	mem_free(all);
}

/* Threads in any order, and rows that lie so that they can be read in vectors, give the same bits. */
static void any_order_the_same(struct kern *k, const struct trial *t, int v)
{
	size_t n = (size_t)MANY * (size_t)t->width(v);
	float *one = results(k, t, v, ids, MANY);
	for (unsigned order = 0; order < 4; order++) {
		shim_order(order);
		shim_overlap(order != 1);
		padding = order % 2 ? 16 : 5;
		float *other = results(k, t, v, ids, MANY);
		shim_order(0);
		shim_overlap(true);
		padding = 5;
		assert_same_bits(t, v, order % 2 ? "another order, and aligned" : "another order", one, other, n);
		mem_free(other);
	}
	mem_free(one);
}

#define BOTH(NAME, CHECK) \
	static void NAME##_in_f32(void **s) { (void)s; for_each(KERN_F32, CHECK); } \
	static void NAME##_in_bf16(void **s) { (void)s; for_each(KERN_BF16, CHECK); }
BOTH(held, held_to_ref)
BOTH(integers_exact, integers_are_exact)
BOTH(rows_are_independent, row_alone_equals_row_in_batch)
BOTH(threads_in_any_order, any_order_the_same)

/* The same numbers by chunk or by step. */
static void steps_equal_the_chunk(struct kern *k, const struct trial *t, int v)
{
	int forms = t->run == attention_run ? 2 : t->run == gdn_run ? 3 : 1;
	if (v % forms == 0)
		return;
	float *chunk = results(k, t, v / forms * forms, ids, 4), *steps = results(k, t, v, ids, 4);
	assert_same_bits(t, v, "chunk and steps", chunk, steps, 4 * (size_t)t->width(v));
	mem_free(chunk);
	mem_free(steps);
}
BOTH(chunk_and_steps_agree, steps_equal_the_chunk)

static void many_rows_equal_few(struct kern *k, const struct trial *t, int v)
{
	if (v % 4 == 3 || t->run == attention_run || t->run == gdn_run)
		return;
	for (int i = MANY; i < MORE; i++)
		ids[i] = i % 29;
	size_t width = (size_t)t->width(v);
	float *all = results(k, t, v, ids, MORE), *few = results(k, t, v, ids + MORE - MANY, MANY);
	assert_same_bits(t, v, "131 rows and the last of them", all + (MORE - MANY) * width, few, MANY * width);
	mem_free(all);
	mem_free(few);
}
BOTH(more_rows_than_a_tile, many_rows_equal_few)

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

#define TWO(NAME) cmocka_unit_test(NAME##_in_f32), cmocka_unit_test(NAME##_in_bf16)
#define INTEGERS(NAME) cmocka_unit_test_setup_teardown(NAME, use_integers, use_reals)
int main(void)
{
	const struct CMUnitTest tests[] = {
		INTEGERS(integers_exact_in_f32), INTEGERS(integers_exact_in_bf16), TWO(held), TWO(rows_are_independent),
		TWO(threads_in_any_order), TWO(chunk_and_steps_agree), TWO(more_rows_than_a_tile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
