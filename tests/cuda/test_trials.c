/* The cuda backend on the host shim: every operation held to ref, and the determinism contract to the bit.
 * COPPICE_TRIALS="norm route" looks at these operations alone. */
#include "tests/kernels/rows.h"
#include "tests/shim/shim.h"

enum { SOME = 33 };

/* Rounds activations where a device may rely on it, for ref as well. */
static void open_cuda(struct kern *k, enum kern_type compute)
{
	bf16_activations = compute == KERN_BF16;
	settle = shim_settle;
	shim_overlap(true);
	OK(kern_open(k, "cuda", NULL, compute));
}

static bool is_asked_for(const struct trial *t)
{
	const char *only = getenv("COPPICE_TRIALS");
	return !only || strstr(only, t->name);
}

/* Products of bfloat16 rows are also computed with weights that lie as warp groups want them. */
static bool goes_by_groups(const struct trial *t, enum kern_type compute)
{
	return compute == KERN_BF16 && (t->run == matmul_run || t->run == experts_run);
}

static void for_each(enum kern_type compute, void (*check)(struct kern *k, const struct trial *t, int v))
{
	struct kern k;
	open_cuda(&k, compute);
	/* As in test_backends.c; the emulation is slow besides. */
	int step = getenv("COPPICE_SAN") ? 5 : 1;
	for (int i = 0; i < COUNT(trials); i++)
		for (int v = (trials[i].n_variants - 1) % step; is_asked_for(&trials[i]) && v < trials[i].n_variants; v += step) {
			check(&k, &trials[i], v);
			aligned_weights = goes_by_groups(&trials[i], compute);
			if (aligned_weights)
				check(&k, &trials[i], v);
			aligned_weights = false;
		}
	kern_close(&k);
}

/* A trial of attention computes its rows one sequence at a time: few of them say it all. */
static int rows_of(const struct trial *t)
{
	return t->run == attention_run ? 2 : MANY;
}

static void held_to_ref(struct kern *k, const struct trial *t, int v)
{
	struct kern ref;
	OK(kern_open(&ref, "ref", NULL, k->compute));
	float *got = results(k, t, v, ids, rows_of(t)), *want = results(&ref, t, v, ids, rows_of(t));
	assert_close(t, v, "cuda", got, want, rows_of(t), 4 * t->bound(v) + (k->compute == KERN_BF16 ? 0x1p-5 : 0));
	mem_free(got);
	mem_free(want);
}

static void integers_are_exact(struct kern *k, const struct trial *t, int v)
{
	struct kern ref;
	if (!t->exact_on_integers)
		return;
	OK(kern_open(&ref, "ref", NULL, k->compute));
	float *got = results(k, t, v, ids, rows_of(t)), *want = results(&ref, t, v, ids, rows_of(t));
	assert_same_bits(t, v, "small integers", got, want, (size_t)rows_of(t) * (size_t)t->width(v));
	mem_free(got);
	mem_free(want);
}

static void rows_are_alone(struct kern *k, const struct trial *t, int v)
{
	if (t->run != attention_run) /* forks_share_their_reading */
		row_alone_equals_row_in_batch(k, t, v);
}

/* Threads in any order, and rows that lie so that they can be read in vectors, give the same bits. */
static void any_order_the_same(struct kern *k, const struct trial *t, int v)
{
	size_t n = (size_t)rows_of(t) * (size_t)t->width(v);
	float *one = results(k, t, v, ids, rows_of(t));
	for (unsigned order = 1; order < 4; order++) {
		shim_order(order);
		shim_overlap(order != 1);
		padding = order % 2 ? 16 : 5;
		float *other = results(k, t, v, ids, rows_of(t));
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
BOTH(rows_are_independent, rows_are_alone)
BOTH(threads_in_any_order, any_order_the_same)

/* The same numbers by chunk or by step. */
static void steps_equal_the_chunk(struct kern *k, const struct trial *t, int v)
{
	int forms = t->run == attention_run ? 2 : t->run == gdn_run ? 3 : t->run == gdn_ring_run ? 2 : 1;
	if (v % forms == 0)
		return;
	float *chunk = results(k, t, v / forms * forms, ids, 2), *steps = results(k, t, v, ids, 2);
	assert_same_bits(t, v, "chunk and steps", chunk, steps, 2 * (size_t)t->width(v));
	mem_free(chunk);
	mem_free(steps);
}
BOTH(chunk_and_steps_agree, steps_equal_the_chunk)

static void many_rows_equal_few(struct kern *k, const struct trial *t, int v)
{
	if (v % 4 == 3 || t->run == attention_run || t->run == gdn_run || t->run == gdn_ring_run)
		return;
	for (int i = MANY; i < MORE; i++)
		ids[i] = i % 29;
	size_t width = (size_t)t->width(v);
	padding = 16;
	float *all = results(k, t, v, ids, MORE), *some = results(k, t, v, ids + MORE - SOME, SOME);
	padding = 5;
	float *few = results(k, t, v, ids + MORE - MANY, MANY);
	assert_same_bits(t, v, "131 rows and the last of them", all + (MORE - MANY) * width, few, MANY * width);
	assert_same_bits(t, v, "33 rows and the last of them", some + (SOME - MANY) * width, few, MANY * width);
	mem_free(all);
	mem_free(some);
	mem_free(few);
}
BOTH(more_rows_than_a_tile, many_rows_equal_few)

/* So many (row, slot) pairs that several blocks put them in their places. */
static void pairs_of_many_rows(void **state)
{
	(void)state;
	enum { ROWS = 700, V = 6 }; /* 5 of 12 experts a row */
	static int many[ROWS];
	const struct trial *t = trials;
	while (t->run != experts_run)
		t++;
	for (int i = 0; i < ROWS; i++)
		many[i] = i % 53;
	for (int bf16 = 0; bf16 < 2; bf16++) {
		struct kern k;
		open_cuda(&k, bf16 ? KERN_BF16 : KERN_F32);
		float *all = results(&k, t, V, many, ROWS), *few = results(&k, t, V, many + ROWS - MANY, MANY);
		assert_same_bits(t, V, "700 rows and the last of them", all + (size_t)(ROWS - MANY) * (size_t)t->width(V), few, MANY * (size_t)t->width(V));
		mem_free(all);
		mem_free(few);
		kern_close(&k);
	}
}

/* Forks of one prompt: its whole pages are everybody's, the rest each one's own. heads, kv heads, dim, rot, gated, bf16 cache, prompt */
static const int fork_shapes[][7] = { { 4, 2, 40, 8, 1, 0, 300 }, { 8, 1, 64, 32, 0, 1, 270 }, { 16, 2, 256, 64, 1, 1, 260 } };
enum { FORKS = 19, OWN_PAGES = 2, STEPS = 3 };

struct forest {
	struct kern *k;
	const int *shape;
	struct kern_attention op;
	struct arena arena;
	int32_t tables[1 + FORKS][16]; /* the prompt's, the forks' */
};

/* Rows at these positions of these sequences in one call; y is op.y afterwards. */
static void attend_rows(struct forest *f, const int *sequence, const int32_t *position, int n)
{
	const int *s = f->shape;
	const int32_t **tables = arena_alloc(&f->arena, (size_t)n * sizeof *tables);
	int *id = arena_alloc(&f->arena, (size_t)n * sizeof *id);
	for (int r = 0; r < n; r++) {
		tables[r] = f->tables[sequence[r]];
		id[r] = sequence[r] * 1000 + position[r];
	}
	f->op.q = mat(&f->arena, 13, id, n, s[0] * s[2] * (1 + s[4]));
	f->op.kx = mat(&f->arena, 14, id, n, s[1] * s[2]);
	f->op.vx = mat(&f->arena, 15, id, n, s[1] * s[2]);
	f->op.y = mat(&f->arena, 0, NULL, n, s[0] * s[2]);
	f->op.position = position;
	f->op.table = tables;
	f->op.longest = 0;
	attend(f->k, &f->op, n > 1);
	assert_padding_untouched(&f->op.y);
}

static void grow_forest(struct forest *f, struct kern *k, const int *s, int piece)
{
	*f = (struct forest){ .k = k, .shape = s };
	arena_init(&f->arena);
	int c = s[2], prompt = s[6], whole = prompt / KERN_PAGE;
	float *rotary = arena_alloc(&f->arena, (size_t)(512 * s[3]) * sizeof *rotary);
	kern_rotary_fill(rotary, 512, s[3], 1e4);
	f->op = (struct kern_attention){ .q_norm = vec(&f->arena, 11, c), .k_norm = vec(&f->arena, 12, c), .plus_one = true, .eps = 1e-6f,
		.rotary = rotary, .rot = s[3], .n_positions = 512, .heads = s[0], .kv_heads = s[1], .dim = c, .gated = s[4],
		.scale = 1 / sqrtf((float)c), .kv_type = s[5] ? KERN_BF16 : KERN_F32, .n_pages = whole + 1 + FORKS * OWN_PAGES };
	size_t page = kern_page_bytes(s[1], c, f->op.kv_type);
	f->op.pool = scratch(page * (size_t)f->op.n_pages);
	for (int i = 0; i <= FORKS; i++)
		for (int p = 0; p < whole + OWN_PAGES; p++)
			f->tables[i][p] = i == 0 || p < whole ? p : whole + 1 + (i - 1) * OWN_PAGES + p - whole;
	int32_t position[512];
	int sequence[512] = { 0 };
	for (int r = 0; r < prompt; r++)
		position[r] = r;
	for (int from = 0; from < prompt; from += piece)
		attend_rows(f, sequence, position + from, prompt - from < piece ? prompt - from : piece);
	for (int i = 1; i <= FORKS; i++)
		memcpy((char *)f->op.pool + page * (size_t)f->tables[i][whole], (char *)f->op.pool + page * (size_t)whole, page);
}

/* What forks 1 .. n see in their last step, every fourth one a step ahead; in one call a step, or each alone. */
static float *forks_see(struct kern *k, const int *s, int n, int piece, bool alone)
{
	struct forest f;
	grow_forest(&f, k, s, piece);
	size_t width = (size_t)(s[0] * s[2]);
	float *out = mem_array((size_t)(FORKS + 1) * width, sizeof *out);
	memcpy(out, f.op.y.data + (size_t)(f.op.y.rows - 1) * f.op.y.ld, width * sizeof *out); /* the prompt's last row */
	for (int step = -1; step < STEPS; step++) {
		int sequence[FORKS], m = 0;
		int32_t position[FORKS];
		for (int i = 1; i <= n; i++)
			if (step >= 0 || i % 4 == 0) {
				sequence[m] = i;
				position[m++] = s[6] + step + (i % 4 == 0);
			}
		for (int r = 0; r < m; r += alone ? 1 : m) {
			attend_rows(&f, sequence + r, position + r, alone ? 1 : m);
			for (int i = 0; i < f.op.y.rows; i++)
				memcpy(out + (size_t)sequence[r + i] * width, f.op.y.data + (size_t)i * f.op.y.ld, width * sizeof *out);
		}
	}
	free(f.op.pool);
	arena_release(&f.arena);
	return out;
}

static void forks_of(enum kern_type compute, const int *s)
{
	const struct trial *t = &trials[5];
	struct kern k, ref;
	open_cuda(&k, compute);
	OK(kern_open(&ref, "ref", NULL, compute));
	size_t width = (size_t)(s[0] * s[2]);
	if (is_asked_for(t)) {
		float *all = forks_see(&k, s, FORKS, s[6], false), *few = forks_see(&k, s, 3, s[6], true);
		float *pieces = forks_see(&k, s, 2, 100, false), *want = forks_see(&ref, s, FORKS, s[6], false);
		assert_same_bits(t, s[2], "alone and with other forks", few, all, 4 * width);
		assert_same_bits(t, s[2], "the prompt at once and in pieces", pieces, all, 3 * width);
		for (int r = 0; r <= FORKS; r++)
			for (size_t c = 0; c < width; c++)
				if (!(fabsf(all[(size_t)r * width + c] - want[(size_t)r * width + c]) <= (compute == KERN_BF16 ? 0x1p-5f : 2e-5f)))
					fail_msg("fork %d of width %d, column %zu: %g, want %g", r, s[2], c, (double)all[(size_t)r * width + c],
						(double)want[(size_t)r * width + c]);
		mem_free(all);
		mem_free(few);
		mem_free(pieces);
		mem_free(want);
	}
	kern_close(&k);
}

static void forks_share_their_reading(void **state)
{
	(void)state;
	forks_of(KERN_F32, fork_shapes[0]);
	forks_of(KERN_BF16, fork_shapes[1]);
	if (getenv("COPPICE_SAN"))
		return;
	forks_of(KERN_BF16, fork_shapes[0]);
	forks_of(KERN_BF16, fork_shapes[2]);
}

/* -- what cuda.cu does: memory and recordings -- */

/* More than goes through pinned memory at once, in pieces of all sizes; the source is spoilt as soon as put returns. */
static void memory_is_put_and_got(void **state)
{
	(void)state;
	enum { N = 9 << 20 };
	struct kern k;
	open_cuda(&k, KERN_F32);
	size_t room = kern_room(&k);
	unsigned char *plain = mem_array(N, 1), *back = mem_array(N, 1), *p = kern_alloc(&k, N), *q = kern_alloc(&k, N);
	assert_true(kern_is_device(&k) && p && q && (uintptr_t)p % 64 == 0);
	/* A GPU gives whole megabytes of its own choice. */
	assert_true(room >= kern_room(&k) && room - kern_room(&k) >= 2 * N && room - kern_room(&k) < 64 << 20);
	OK(kern_get(&k, back, q, N));
	for (int i = 0; i < N; i++)
		assert_int_equal(back[i], 0);
	for (size_t at = 0, n = 1; at < N; at += n, n = n < 5 << 20 ? 3 * n + 1 : n) {
		n = n < N - at ? n : N - at;
		for (size_t i = 0; i < n; i++)
			plain[i] = (unsigned char)((at + i) * 2654435761u >> 13);
		OK(kern_put(&k, p + at, plain, n));
		memset(plain, 0xee, n);
	}
	OK(kern_copy(&k, q, p, N));
	OK(kern_get(&k, back, q, N));
	for (int i = 0; i < N; i++)
		if (back[i] != (unsigned char)((size_t)i * 2654435761u >> 13))
			fail_msg("byte %d", i);
	kern_free(&k, p);
	kern_free(&k, q);
	assert_true(kern_room(&k) + N > room);
	assert_null(kern_alloc(&k, (size_t)1 << 60));
	if (!getenv("COPPICE_GPU")) /* the shim has 4 GiB: some of it stays for the runtime */
		assert_true(room <= ((size_t)4 << 30) - ((size_t)256 << 20));
	mem_free(plain);
	mem_free(back);
	kern_close(&k);
}

/* What is fetched is what stood there when it was called, though it was written anew behind that; and sent is what is there until the
 * mark is waited for. */
static void copies_that_are_not_waited_for(void **state)
{
	(void)state;
	enum { N = 5 << 20, ROUNDS = 5 };
	struct kern k;
	open_cuda(&k, KERN_F32);
	unsigned char *sent = kern_plain_alloc(&k, N), *p = kern_alloc(&k, N), *got[2] = {kern_plain_alloc(&k, N), kern_plain_alloc(&k, N)};
	assert_true(sent && p && got[0] && got[1] && (uintptr_t)sent % 64 == 0 && sent[0] == 0 && sent[N - 1] == 0);
	for (int i = 0; i < ROUNDS; i++) {
		memset(sent, i + 1, N);
		OK(kern_send(&k, p, sent, N));
		OK(kern_mark(&k, 2));
		OK(kern_fetch(&k, got[i % 2], p, N));
		OK(kern_mark(&k, i % 2));
		OK(kern_wait(&k, 2)); /* sent may be written again; fetched was not waited for */
		if (i) {
			OK(kern_wait(&k, (i - 1) % 2));
			assert_true(got[(i - 1) % 2][0] == i && got[(i - 1) % 2][N - 1] == i);
		}
	}
	OK(kern_wait(&k, 3)); /* never set: nothing to wait for */
	assert_int_equal(kern_mark(&k, KERN_MARKS), ERR_USAGE);
	assert_int_equal(kern_wait(&k, -1), ERR_USAGE);
	kern_plain_free(&k, sent);
	kern_plain_free(&k, got[0]);
	kern_plain_free(&k, got[1]);
	kern_plain_free(&k, NULL);
	kern_free(&k, p);
	kern_close(&k);
}

enum { RECORDED_ROWS = 3, RECORDED_COLS = 33 };
struct recorded {
	struct kern_view x, y, z;
	float *w;
};

/* y = norm(x), z = norm(y): the second sees what the first did. */
static int two_norms(struct kern *k, const struct recorded *r)
{
	struct kern_norm first = { r->x, r->w, false, 1e-6f, r->y }, second = { r->y, r->w, true, 1e-6f, r->z };
	int e = kern_norm(k, &first);
	e = e ? e : kern_norm(k, &second);
	forget(&first, sizeof first);
	forget(&second, sizeof second);
	return e;
}

static void record(struct kern *k, uint64_t key, const struct recorded *r)
{
	OK(kern_record(k, key));
	int e = two_norms(k, r);
	OK(kern_record_end(k, e));
}

static void fill_rows(struct kern *k, const struct recorded *r, int seed, float *plain)
{
	for (int i = 0; i < RECORDED_ROWS * RECORDED_COLS; i++)
		plain[i] = value_at(70, seed, i);
	OK(kern_put(k, r->x.data, plain, RECORDED_ROWS * RECORDED_COLS * sizeof *plain));
}

/* Memory cannot be asked for meanwhile: what comes then fails, and is what the caller is told of. */
static void a_recording_that_fails(struct kern *k, const struct recorded *r)
{
	char said[256];
	record(k, 9, r);
	OK(kern_record(k, 9));
	assert_null(kern_alloc(k, 64));
	int e = two_norms(k, r);
	e = e ? e : err_set(ERR_LIMIT, "something else");
	snprintf(said, sizeof said, "%s", err_message());
	assert_int_equal(kern_record_end(k, e), e);
	assert_string_equal(err_message(), said);
	assert_int_equal(kern_replay(k, 9), 0);
}

static void recordings_are_replayed(void **state)
{
	(void)state;
	struct kern k;
	float plain[RECORDED_ROWS * RECORDED_COLS], want[RECORDED_ROWS * RECORDED_COLS], got[RECORDED_ROWS * RECORDED_COLS];
	open_cuda(&k, KERN_F32);
	struct recorded r = { .w = kern_alloc(&k, RECORDED_COLS * sizeof(float)) };
	struct kern_view *views[] = { &r.x, &r.y, &r.z };
	for (int i = 0; i < 3; i++)
		*views[i] = kern_rows(kern_alloc(&k, sizeof plain), RECORDED_ROWS, RECORDED_COLS);
	for (int i = 0; i < RECORDED_COLS; i++)
		plain[i] = value_at(71, 0, i);
	OK(kern_put(&k, r.w, plain, RECORDED_COLS * sizeof(float)));
	assert_int_equal(kern_replay(&k, 7), 0);
	for (int seed = 0; seed < 5; seed++) {
		fill_rows(&k, &r, seed, plain);
		OK(two_norms(&k, &r));
		OK(kern_get(&k, want, r.z.data, sizeof want));
		k.bytes = 0;
		assert_int_equal(kern_replay(&k, 7), seed > 1); /* kept from the second time on */
		if (seed <= 1)
			record(&k, 7, &r);
		assert_int_equal(k.bytes, 2 * (sizeof plain * 2 + RECORDED_COLS * 4));
		OK(kern_get(&k, got, r.z.data, sizeof got));
		assert_memory_equal(got, want, sizeof got);
		memset(plain, 0, sizeof plain); /* the next one must not find its result there */
		OK(kern_put(&k, r.z.data, plain, sizeof plain));
	}
	for (int time = 0; time < 2; time++) {
		OK(kern_record(&k, 8));
		assert_int_equal(kern_record_end(&k, ERR_LIMIT), ERR_LIMIT); /* one that went wrong is not kept */
		assert_int_equal(kern_replay(&k, 8), 0);
	}
	a_recording_that_fails(&k, &r);
	for (uint64_t key = 100; key < 300; key++) { /* more than are kept */
		record(&k, key, &r);
		assert_int_equal(kern_replay(&k, key), 0);
		record(&k, key, &r);
		assert_int_equal(kern_replay(&k, key), 1);
	}
	assert_int_equal(kern_replay(&k, 7), 0);
	for (int i = 0; i < 3; i++)
		kern_free(&k, views[i]->data);
	kern_free(&k, r.w);
	kern_close(&k);
}

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
		cmocka_unit_test(pairs_of_many_rows), cmocka_unit_test(forks_share_their_reading),
		cmocka_unit_test(memory_is_put_and_got), cmocka_unit_test(copies_that_are_not_waited_for), cmocka_unit_test(recordings_are_replayed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
