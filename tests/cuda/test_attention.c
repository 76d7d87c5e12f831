/* Attention on the cuda backend beyond its trials: several spans, rows that share what they read, and the bodies on tensor cores. Held
 * to ref, and to the bit: a row alone, in a unit with others, by chunk or by step. */
#include "tests/kernels/trials.h"
#include "tests/shim/shim.h"

enum { MOST_ROWS = 48, MOST_PAGES = 40, POOL_PAGES = 120 };

/* heads, kv heads, dim, rot, gated, bf16 cache. Under bf16: groups of 8 fill a block, of 1 a tile, of 20 three blocks. */
static const int shapes[][6] = {
	{ 16, 2, 256, 64, 1, 1 }, { 8, 1, 128, 128, 0, 1 }, { 2, 2, 128, 128, 0, 1 }, { 20, 1, 64, 16, 1, 1 }, { 4, 1, 64, 16, 1, 1 },
	{ 3, 1, 40, 10, 1, 0 }, { 2, 1, 64, 64, 0, 0 },
};

/* Rows of a call, and the cache they meet. */
struct scene {
	const int *shape;
	struct arena a;
	struct kern_attention op;
	int n, pages; /* pages: that are somebody's */
	int32_t position[MOST_ROWS], page[MOST_ROWS][MOST_PAGES];
	const int32_t *table[MOST_ROWS];
	int id[MOST_ROWS];
	size_t pool_bytes, page_bytes;
	unsigned char *pool; /* before the call; NaN where nothing was stored */
};

static void scene_open(struct scene *s, const int *shape, int n)
{
	*s = (struct scene){ .shape = shape, .n = n, .pages = MOST_PAGES };
	arena_init(&s->a);
	int dim = shape[2], longest = MOST_PAGES * KERN_PAGE;
	float *rotary = arena_alloc(&s->a, (size_t)(longest * shape[3]) * sizeof *rotary + 1);
	kern_rotary_fill(rotary, longest, shape[3], 1e4);
	s->op = (struct kern_attention){ .q_norm = vec(&s->a, 61, dim), .k_norm = vec(&s->a, 62, dim), .plus_one = true, .eps = 1e-6f,
		.rotary = rotary, .rot = shape[3], .n_positions = longest, .heads = shape[0], .kv_heads = shape[1], .dim = dim,
		.gated = shape[4], .scale = 2 / sqrtf((float)dim), .kv_type = shape[5] ? KERN_BF16 : KERN_F32, .n_pages = POOL_PAGES };
	s->page_bytes = kern_page_bytes(shape[1], dim, s->op.kv_type);
	s->pool_bytes = s->page_bytes * (size_t)s->op.n_pages;
	s->pool = scratch(s->pool_bytes);
	for (int r = 0; r < n; r++) {
		s->table[r] = s->page[r];
		s->id[r] = 1000 + r;
	}
}

static void scene_close(struct scene *s)
{
	free(s->pool);
	arena_release(&s->a);
}

static void fill(struct scene *s, size_t at, float x)
{
	uint16_t half = bf16_from_f32(x);
	if (s->shape[5])
		memcpy(s->pool + at * 2, &half, 2);
	else
		memcpy(s->pool + at * 4, &x, 4);
}

/* Keys and values of the first n positions of a page. */
static void fill_page(struct scene *s, int page, int n)
{
	int g = s->shape[1], dim = s->shape[2];
	size_t first = (size_t)page * s->page_bytes / kern_type_bytes(s->op.kv_type);
	for (int i = 0; i < g * dim; i++)
		for (int j = 0; j < n; j++) {
			size_t value = (size_t)(((g + i / dim) * KERN_PAGE + j) * dim + i % dim);
			fill(s, first + (size_t)(i * KERN_PAGE + j), value_at(63, page, i * KERN_PAGE + j));
			fill(s, first + value, value_at(64, page, i * KERN_PAGE + j));
		}
}

/* Row r has pages of its own from `own` on, the others are the first row's; those with positions before the row's are filled. */
static void lay_table(struct scene *s, int r, int own)
{
	for (int p = 0; p * KERN_PAGE <= s->position[r]; p++) {
		s->page[r][p] = p < own ? p * 7 % MOST_PAGES : s->pages++;
		assert_in_range(s->pages, MOST_PAGES, POOL_PAGES);
		if (p >= own || r == 0)
			fill_page(s, s->page[r][p], s->position[r] - p * KERN_PAGE < KERN_PAGE ? s->position[r] - p * KERN_PAGE : KERN_PAGE);
	}
}

/* Computes rows first .. first + n - 1 in one call; y to out [n][h * c], what was stored stays in pool. */
static void call(struct kern *k, struct scene *s, unsigned char *pool, int first, int n, float *out)
{
	struct arena a;
	arena_init(&a);
	int h = s->shape[0], g = s->shape[1], dim = s->shape[2];
	struct kern_attention op = s->op;
	op.q = mat(&a, 65, s->id + first, n, h * dim * (op.gated ? 2 : 1));
	op.kx = mat(&a, 66, s->id + first, n, g * dim);
	op.vx = mat(&a, 67, s->id + first, n, g * dim);
	op.y = mat(&a, 0, NULL, n, h * dim);
	op.position = s->position + first;
	op.table = s->table + first;
	op.pool = pool;
	attend(k, &op, first == 0); /* a row's forms are its own: the first rows of every size say it all */
	take(out, h * dim, 0, &op.y);
	arena_release(&a);
}

static void open_cuda(struct kern *k, enum kern_type compute)
{
	bf16_activations = compute == KERN_BF16;
	OK(kern_open(k, "cuda", NULL, compute));
}

static void same_bytes(const struct scene *s, const char *what, const void *a, const void *b, size_t n)
{
	if (memcmp(a, b, n))
		fail_msg("heads %d, dim %d: %s differ", s->shape[0], s->shape[2], what);
}

/* Of n values, none further than `bound` of the largest, and in bfloat16 no more than one in a hundred another: what is summed in f32 is
 * rounded once, so only those that lie between two steps can fall to the other side. */
static void check_close(const struct scene *s, enum kern_type compute, const float *got, const float *want, size_t n)
{
	double bound = compute == KERN_BF16 || s->shape[5] ? 0x1p-7 : 2e-5, top = 0;
	size_t others = 0, width = (size_t)(s->shape[0] * s->shape[2]);
	for (size_t i = 0; i < n; i++)
		top = fmax(top, fabs((double)want[i]));
	for (size_t i = 0; i < n; i++) {
		others += got[i] != want[i];
		if (!(fabs((double)got[i] - (double)want[i]) <= bound * top))
			fail_msg("heads %d, dim %d: row %zu, column %zu is %.9g, want %.9g", s->shape[0], s->shape[2], i / width, i % width,
				(double)got[i], (double)want[i]);
	}
	if (compute == KERN_BF16 && others > n / 100)
		fail_msg("heads %d, dim %d: %zu of %zu values are not ref's", s->shape[0], s->shape[2], others, n);
}

/* The call as it is, row by row, in groups of 5, and by ref. */
static void check_scene(struct scene *s, enum kern_type compute)
{
	struct kern k, ref;
	open_cuda(&k, compute);
	OK(kern_open(&ref, "ref", NULL, compute));
	size_t width = (size_t)(s->shape[0] * s->shape[2]), bytes = (size_t)s->n * width * sizeof(float);
	float *all = scratch(bytes), *some = scratch(bytes), *want = scratch(bytes);
	unsigned char *pool = scratch(s->pool_bytes), *other = scratch(s->pool_bytes);
	memcpy(pool, s->pool, s->pool_bytes);
	call(&k, s, pool, 0, s->n, all);
	for (int step = 1; step <= 5; step += 4) {
		memcpy(other, s->pool, s->pool_bytes);
		for (int r = 0; r < s->n; r += step)
			call(&k, s, other, r, s->n - r < step ? s->n - r : step, some + (size_t)r * width);
		same_bytes(s, step == 1 ? "a row alone and in the batch" : "five rows and the batch", some, all, bytes);
		same_bytes(s, "caches", other, pool, s->pool_bytes);
	}
	memcpy(other, s->pool, s->pool_bytes);
	call(&ref, s, other, 0, s->n, want);
	check_close(s, compute, all, want, (size_t)s->n * width);
	free(all), free(some), free(want), free(pool), free(other);
	kern_close(&k);
	kern_close(&ref);
}

static void each_shape(void (*check)(const int *shape, enum kern_type compute))
{
	for (int i = 0; i < COUNT(shapes); i++) {
		check(shapes[i], KERN_BF16);
		if (!shapes[i][5] || i == 4)
			check(shapes[i], KERN_F32);
	}
}

/* n rows of one sequence, from position `from` on. */
static void chunk(const int *shape, enum kern_type compute, int from, int n)
{
	struct scene s;
	scene_open(&s, shape, n);
	s.position[0] = from;
	lay_table(&s, 0, MOST_PAGES);
	for (int r = 0; r < n; r++) {
		s.table[r] = s.page[0];
		s.position[r] = from + r;
		s.page[0][s.position[r] / KERN_PAGE] = s.position[r] / KERN_PAGE * 7 % MOST_PAGES;
	}
	check_scene(&s, compute);
	scene_close(&s);
}

static void chunks(const int *shape, enum kern_type compute)
{
	chunk(shape, compute, 0, 37);
	chunk(shape, compute, 247, 19); /* into the second span */
	chunk(shape, compute, 530, 16);
}
static void a_chunk_equals_its_steps(void **state)
{
	(void)state;
	each_shape(chunks);
}

/* Forks of one prefix, of different lengths: they share two spans and two pages of the third. */
static void forks(const int *shape, enum kern_type compute)
{
	struct scene s;
	scene_open(&s, shape, 19);
	for (int r = 0; r < s.n; r++) {
		s.position[r] = 576 + r * 29 % 60 + (r == 11 ? 240 : 0);
		lay_table(&s, r, 18);
	}
	check_scene(&s, compute);
	scene_close(&s);
}
static void a_fork_does_not_see_its_siblings(void **state)
{
	(void)state;
	each_shape(forks);
}

/* Strangers, short and long, and two who share but do not stand beside each other. */
static void strangers(const int *shape, enum kern_type compute)
{
	struct scene s;
	scene_open(&s, shape, 5);
	static const int positions[] = { 290, 0, 255, 31, 300 };
	for (int r = 0; r < s.n; r++) {
		s.position[r] = positions[r];
		lay_table(&s, r, r == 4 ? 9 : 0);
	}
	for (int p = 0; p < 9; p++)
		s.page[4][p] = s.page[0][p];
	check_scene(&s, compute);
	scene_close(&s);
}
static void strangers_do_not_meet(void **state)
{
	(void)state;
	each_shape(strangers);
}

/* sm_80 gives a block 163 KB of shared memory, sm_86 and sm_89 99: other ways to share the work, the same bits. */
static void smaller_devices(const int *shape, enum kern_type compute)
{
	static const int rooms[] = { 227, 163, 99 };
	struct scene s;
	scene_open(&s, shape, 19);
	for (int r = 0; r < s.n; r++) {
		s.position[r] = 300 + r * 3;
		lay_table(&s, r, r % 7 ? 9 : 4);
	}
	size_t bytes = (size_t)(s.n * shape[0] * shape[2]) * sizeof(float);
	float *want = scratch(bytes), *got = scratch(bytes);
	unsigned char *pool = scratch(s.pool_bytes);
	for (int i = 0; i < COUNT(rooms); i++) {
		struct kern k;
		shim_shared_max(rooms[i] * 1024);
		open_cuda(&k, compute);
		memcpy(pool, s.pool, s.pool_bytes);
		call(&k, &s, pool, 0, s.n, i ? got : want);
		if (i)
			same_bytes(&s, "results with less shared memory", got, want, bytes);
		kern_close(&k);
	}
	shim_shared_max(227 * 1024);
	free(want), free(got), free(pool);
	scene_close(&s);
}
static void smaller_devices_compute_the_same(void **state)
{
	(void)state;
	each_shape(smaller_devices);
}

/* More spans than a warp has lanes, beside a row of two: to the bit whether columns can be read by fours or not, and near to ref. Whatever its
 * position, a row reads the same few pages again and again, and a last one of its own. */
static void long_rows(const int *shape, enum kern_type compute)
{
	enum { LONG = 2, LAST = 33 * KERN_SPAN + 70 };
	int32_t table[LONG][LAST / KERN_PAGE + 1];
	struct kern k, ref;
	struct scene s;
	scene_open(&s, shape, LONG);
	open_cuda(&k, compute);
	OK(kern_open(&ref, "ref", NULL, compute));
	for (int p = 0; p < MOST_PAGES; p++)
		fill_page(&s, p, KERN_PAGE);
	for (int r = 0; r < LONG; r++) {
		s.position[r] = r ? 300 : LAST;
		s.table[r] = table[r];
		for (int p = 0; p <= s.position[r] / KERN_PAGE; p++)
			table[r][p] = p == s.position[r] / KERN_PAGE ? MOST_PAGES - 1 - r : p * 7 % (MOST_PAGES - LONG);
	}
	size_t items = (size_t)(LONG * shape[0] * shape[2]);
	float *fours = scratch(items * sizeof *fours), *askew = scratch(items * sizeof *askew), *want = scratch(items * sizeof *want);
	unsigned char *pool = scratch(s.pool_bytes);
	float *to[] = { fours, askew, want };
	for (int i = 0; i < 3; i++) {
		padding = i == 0 ? 16 : 5;
		memcpy(pool, s.pool, s.pool_bytes);
		call(i == 2 ? &ref : &k, &s, pool, 0, LONG, to[i]);
	}
	same_bytes(&s, "rows that lie by fours and others", fours, askew, items * sizeof *fours);
	check_close(&s, compute, fours, want, items);
	free(fours), free(askew), free(want), free(pool);
	scene_close(&s);
	kern_close(&k);
	kern_close(&ref);
}
static void rows_of_many_spans(void **state)
{
	(void)state;
	static const int of[][6] = { { 2, 1, 128, 0, 1, 1 }, { 3, 1, 40, 0, 1, 0 }, { 1, 1, 136, 0, 0, 0 } };
	for (int i = 0; i < COUNT(of); i++)
		long_rows(of[i], i == 2 ? KERN_F32 : KERN_BF16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_equals_its_steps), cmocka_unit_test(a_fork_does_not_see_its_siblings),
		cmocka_unit_test(strangers_do_not_meet), cmocka_unit_test(smaller_devices_compute_the_same),
		cmocka_unit_test(rows_of_many_spans),
	};
	settle = shim_settle;
	shim_overlap(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
