/* Gated DeltaNet of the cuda backend, on the host shim, at the width that has forms of its own: sequences by steps and by chunks,
 * and families that step by checkpoint and ring. */
#include "tests/kernels/ring.h"
#include "tests/shim/shim.h"

enum { WIDTH = 128, TAPS = 4 };
static int keys = 1, values = 2; /* heads */
#define CHANNELS ((2 * keys + values) * WIDTH)
#define OUT (values * WIDTH)
#define STATE (OUT * WIDTH)
#define CONV ((TAPS - 1) * CHANNELS)

/* One sequence of a call, and what it became. */
struct run {
	int id, rows;
	bool fresh; /* begins from nothing */
	int from;   /* its first row is number so many of the sequence */
	const float *begin; /* [STATE + CONV] to begin from; NULL: from what its id says */
	float *state, *y; /* [STATE + CONV], [rows][OUT]; free() */
};

/* How fast states fade: gates around 1 (some lines of the state live for one row), or lasting. */
static float fading;
/* Whether all rows of a sequence are one, written with all their weight (beta near 1): the chunk's triangle is as full as it can be,
 * and what its inverse rounds is summed over 64 rows. */
static bool insistent;

static float *start_of(const struct run *r)
{
	float *s = scratch((size_t)(STATE + CONV) * sizeof *s);
	for (int i = 0; i < STATE + CONV; i++)
		s[i] = r->begin ? r->begin[i] : i < STATE ? 0.3f * value_at(60, r->id, i) : activation_at(61, r->id, i);
	return s;
}

static void release(struct run *runs, int n)
{
	for (int i = 0; i < n; i++) {
		free(runs[i].state);
		free(runs[i].y);
	}
}

/* All of them in one call; in place, or from state to state. */
static void compute(struct kern *k, struct run *runs, int n, bool in_place)
{
	struct arena a;
	arena_init(&a);
	int32_t first[16] = { 0 };
	struct kern_gdn_state states[16];
	float *source[16];
	for (int i = 0; i < n; i++) {
		first[i + 1] = first[i] + runs[i].rows;
		source[i] = start_of(&runs[i]);
		runs[i].state = in_place ? source[i] : scratch((size_t)(STATE + CONV) * sizeof(float));
		runs[i].y = scratch((size_t)(runs[i].rows * OUT) * sizeof(float));
		states[i] = (struct kern_gdn_state){ source[i], runs[i].state, source[i] + STATE, runs[i].state + STATE };
		if (runs[i].fresh)
			states[i].s_src = states[i].conv_src = NULL;
	}
	int rows = first[n], *ids = arena_alloc(&a, (size_t)rows * sizeof *ids);
	for (int i = 0; i < n; i++)
		for (int r = 0; r < runs[i].rows; r++)
			ids[first[i] + r] = runs[i].id * 1000 + (insistent ? 0 : runs[i].from + r);
	struct kern_gdn op = { .qkv = mat(&a, 40, ids, rows, CHANNELS), .z = mat(&a, 41, ids, rows, OUT), .a = mat(&a, 42, ids, rows, values),
		.b = mat(&a, 43, ids, rows, values), .conv = vec(&a, 16, TAPS * CHANNELS), .a_log = vec(&a, 17, values),
		.dt_bias = vec(&a, 18, values), .norm_w = vec(&a, 19, WIDTH), .eps = 1e-6f, .key_heads = keys, .value_heads = values,
		.key_dim = WIDTH, .value_dim = WIDTH, .conv_width = TAPS, .n_seq = n, .first = first, .state = states,
		.y = mat(&a, 0, NULL, rows, OUT) };
	for (int r = 0; r < rows; r++)
		for (int h = 0; h < values; h++)
			op.a.data[(size_t)r * op.a.ld + (size_t)h] -= fading;
	for (int r = 0; r < rows && insistent; r++)
		for (int h = 0; h < values; h++)
			op.b.data[(size_t)r * op.b.ld + (size_t)h] += 8;
	op.scratch_bytes = kern_gdn_scratch(k, &op, rows);
	op.scratch = scratch(op.scratch_bytes + 64);
	struct kern_forms forms = forms_for(k, rows, OUT);
	op.forms = forms.data ? &forms : NULL;
	OK(kern_gdn(k, &op));
	settled();
	assert_padding_untouched(&op.y);
	hold_forms(k, &op.y, &forms);
	for (int i = 0; i < n; i++) {
		for (int r = 0; r < runs[i].rows; r++)
			memcpy(runs[i].y + r * OUT, op.y.data + (size_t)(first[i] + r) * op.y.ld, OUT * sizeof(float));
		if (!in_place)
			free(source[i]);
	}
	free(op.scratch);
	arena_release(&a);
}

static void open_cuda(struct kern *k, enum kern_type type)
{
	bf16_activations = type == KERN_BF16;
	settle = shim_settle;
	shim_overlap(true);
	OK(kern_open(k, "cuda", NULL, type));
}

static double apart(const float *got, const float *want, int n)
{
	double top = 0, most = 0;
	for (int i = 0; i < n; i++) {
		top = fmax(top, fabs((double)want[i]));
		most = fmax(most, fabs((double)got[i] - (double)want[i]));
		if (got[i] != got[i])
			return INFINITY;
	}
	return top > 0 ? most / top : most;
}

static void same_bits(const char *what, const struct run *a, const struct run *b)
{
	if (memcmp(a->y, b->y, (size_t)(a->rows * OUT) * sizeof(float)) != 0)
		fail_msg("%s: y of sequence %d with %d rows differs", what, a->id, a->rows);
	if (memcmp(a->state, b->state, (size_t)(STATE + CONV) * sizeof(float)) != 0)
		fail_msg("%s: the state of sequence %d after %d rows differs", what, a->id, a->rows);
}

static const int lengths[] = { 1, 2, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 192, 200 };

static void each_length(enum kern_type type)
{
	struct kern k, ref;
	double worst_y = 0, worst_state = 0, bound = type == KERN_BF16 ? 0x1p-5 : insistent ? 8e-5 : 2e-5;
	open_cuda(&k, type);
	OK(kern_open(&ref, "ref", NULL, type));
	for (int i = 0; i < 2 * COUNT(lengths); i++) {
		struct run got = { .id = 3 + i, .rows = lengths[i / 2], .fresh = i % 3 == 0 }, want = got;
		fading = insistent ? 16 : i % 2 ? 5 : 0;
		padding = i % 2 ? 16 : 5; /* rows aligned or not */
		compute(&k, &got, 1, i % 4 < 2);
		compute(&ref, &want, 1, false);
		for (int r = 0; r < got.rows; r++)
			worst_y = fmax(worst_y, apart(got.y + r * OUT, want.y + r * OUT, OUT));
		worst_state = fmax(worst_state, apart(got.state, want.state, STATE));
		assert_memory_equal(got.state + STATE, want.state + STATE, CONV * sizeof(float));
		if (!(worst_y <= bound) || !(worst_state <= bound))
			fail_msg("%d rows: y is apart from ref by %.3g, the state by %.3g", got.rows, worst_y, worst_state);
		release(&got, 1);
		release(&want, 1);
	}
	padding = 5;
	print_message("%s: at worst y is apart by %.2g, the state by %.2g of the row's largest\n", kern_type_name(type), worst_y, worst_state);
	kern_close(&k);
}
static void each_length_in_f32(void **s) { (void)s; each_length(KERN_F32); }
static void each_length_in_bf16(void **s) { (void)s; each_length(KERN_BF16); }

static void one_row_again_and_again_in_f32(void **s)
{
	insistent = true;
	each_length_in_f32(s);
	insistent = false;
}
static void one_row_again_and_again_in_bf16(void **s)
{
	insistent = true;
	each_length_in_bf16(s);
	insistent = false;
}

/* A prompt in two calls, cut between chunks, is what it is in one. */
static void cut_between_chunks(enum kern_type type)
{
	struct kern k;
	fading = 3;
	open_cuda(&k, type);
	for (int cut = 64; cut < 192; cut += 64) {
		struct run whole = { .id = 80, .rows = 200 }, first = { .id = 80, .rows = cut };
		compute(&k, &whole, 1, true);
		compute(&k, &first, 1, true);
		struct run second = { .id = 80, .rows = 200 - cut, .from = cut, .begin = first.state };
		compute(&k, &second, 1, false);
		assert_memory_equal(whole.y, first.y, (size_t)(cut * OUT) * sizeof(float));
		assert_memory_equal(whole.y + cut * OUT, second.y, (size_t)((200 - cut) * OUT) * sizeof(float));
		assert_memory_equal(whole.state, second.state, (size_t)(STATE + CONV) * sizeof(float));
		release(&whole, 1);
		release(&first, 1);
		release(&second, 1);
	}
	kern_close(&k);
}
static void cut_between_chunks_in_f32(void **s) { (void)s; cut_between_chunks(KERN_F32); }
static void cut_between_chunks_in_bf16(void **s) { (void)s; cut_between_chunks(KERN_BF16); }

/* More value heads than a warp finishes at once, three to a key head. */
static void several_heads_to_a_key(enum kern_type type)
{
	struct kern k, ref;
	struct run got = { .id = 90, .rows = 70 }, want = got;
	double bound = type == KERN_BF16 ? 0x1p-5 : 2e-5;
	keys = 2;
	values = 6;
	fading = 3;
	open_cuda(&k, type);
	OK(kern_open(&ref, "ref", NULL, type));
	compute(&k, &got, 1, true);
	compute(&ref, &want, 1, false);
	for (int r = 0; r < got.rows; r++)
		if (!(apart(got.y + r * OUT, want.y + r * OUT, OUT) <= bound))
			fail_msg("y of row %d is apart from ref", r);
	if (!(apart(got.state, want.state, STATE) <= bound))
		fail_msg("the state is apart from ref");
	release(&got, 1);
	release(&want, 1);
	kern_close(&k);
	keys = 1;
	values = 2;
}
static void several_heads_to_a_key_in_f32(void **s) { (void)s; several_heads_to_a_key(KERN_F32); }
static void several_heads_to_a_key_in_bf16(void **s) { (void)s; several_heads_to_a_key(KERN_BF16); }

/* Sequences of all kinds in one call, in any order of threads, aligned or not, in place or not: each as if it were alone. */
static void in_company(enum kern_type type)
{
	static const int rows[] = { 1, 65, 1, 31, 129, 32, 5, 1 };
	enum { N = COUNT(rows) };
	struct kern k;
	struct run alone[N], all[N];
	fading = 3;
	open_cuda(&k, type);
	for (int i = 0; i < N; i++) {
		alone[i] = all[i] = (struct run){ .id = 50 + i, .rows = rows[i], .fresh = i % 3 == 1 };
		padding = i % 2 ? 5 : 16;
		compute(&k, &alone[i], 1, true);
	}
	for (unsigned order = 0; order < 4; order++) {
		shim_order(order);
		padding = order % 2 ? 16 : 5;
		compute(&k, all, N, order < 2);
		for (int i = 0; i < N; i++)
			same_bits("alone and in company", &alone[i], &all[i]);
		release(all, N);
	}
	shim_order(0);
	padding = 5;
	release(alone, N);
	kern_close(&k);
}
static void in_company_in_f32(void **s) { (void)s; in_company(KERN_F32); }
static void in_company_in_bf16(void **s) { (void)s; in_company(KERN_BF16); }

/* Rows from..to of a call with one sequence, in place; waits for nothing. first: of the new call. */
static void queue_rows(struct kern *k, const struct kern_gdn *all, int from, int to, int32_t first[2])
{
	struct kern_gdn op = *all;
	struct kern_view *views[] = { &op.qkv, &op.z, &op.a, &op.b, &op.y };
	for (int i = 0; i < COUNT(views); i++)
		*views[i] = (struct kern_view){ views[i]->data + (size_t)from * views[i]->ld, to - from, views[i]->cols, views[i]->ld };
	first[0] = 0;
	first[1] = to - from;
	op.first = first;
	OK(kern_gdn(k, &op));
}

/* Calls one behind the other, each of which reads at once what the one before has just written: as if they were one. */
static void calls_behind_each_other(enum kern_type type)
{
	static const int ends[] = { 0, 1, 2, 4, 5, 8, 9 };
	enum { ROWS = 9 };
	struct kern k;
	struct run one = { .id = 90, .rows = ROWS }, other = one;
	open_cuda(&k, type);
	fading = 3;
	compute(&k, &one, 1, true);
	struct arena a;
	arena_init(&a);
	int ids[ROWS];
	int32_t first[COUNT(ends)][2];
	for (int r = 0; r < ROWS; r++)
		ids[r] = other.id * 1000 + r;
	other.state = start_of(&other);
	other.y = scratch(ROWS * OUT * sizeof(float));
	struct kern_gdn_state state = { other.state, other.state, other.state + STATE, other.state + STATE };
	struct kern_gdn op = { .qkv = mat(&a, 40, ids, ROWS, CHANNELS), .z = mat(&a, 41, ids, ROWS, OUT), .a = mat(&a, 42, ids, ROWS, values),
		.b = mat(&a, 43, ids, ROWS, values), .conv = vec(&a, 16, TAPS * CHANNELS), .a_log = vec(&a, 17, values),
		.dt_bias = vec(&a, 18, values), .norm_w = vec(&a, 19, WIDTH), .eps = 1e-6f, .key_heads = keys, .value_heads = values,
		.key_dim = WIDTH, .value_dim = WIDTH, .conv_width = TAPS, .n_seq = 1, .state = &state,
		.y = { other.y, ROWS, OUT, OUT } };
	for (int r = 0; r < ROWS; r++)
		for (int h = 0; h < values; h++)
			op.a.data[(size_t)r * op.a.ld + (size_t)h] -= fading;
	op.scratch_bytes = kern_gdn_scratch(&k, &op, ROWS);
	op.scratch = scratch(op.scratch_bytes + 64);
	for (int i = 0; i + 1 < COUNT(ends); i++)
		queue_rows(&k, &op, ends[i], ends[i + 1], first[i]);
	settled();
	same_bits("in one call and in several", &one, &other);
	free(op.scratch);
	arena_release(&a);
	release(&one, 1);
	release(&other, 1);
	kern_close(&k);
}
static void calls_behind_each_other_in_f32(void **s) { (void)s; calls_behind_each_other(KERN_F32); }
static void calls_behind_each_other_in_bf16(void **s) { (void)s; calls_behind_each_other(KERN_BF16); }

/* Whoever shares a checkpoint with whom. The wide heads have a state that is not staged. */
static void forks_equal_independent_runs(enum kern_type type)
{
	static const struct {
		int shape[5], children, fork, steps;
	} families[] = { { { 1, 2, 24, 20, 4 }, 64, 21, 13 }, { { 1, 2, 128, 128, 4 }, 1, 13, 5 }, { { 1, 2, 128, 128, 4 }, 2, 16, 17 },
		{ { 1, 1, 128, 128, 4 }, 17, 11, 6 }, { { 1, 1, 128, 128, 4 }, 64, 14, 3 }, { { 1, 1, 150, 130, 3 }, 3, 14, 4 } };
	struct kern k;
	open_cuda(&k, type);
	for (int i = 0; i < COUNT(families); i++) {
		shim_order((unsigned)i % 3);
		padding = i % 2 ? 16 : 5;
		walk_family(&k, families[i].shape, families[i].children, families[i].fork, families[i].steps);
	}
	shim_order(0);
	padding = 5;
	kern_close(&k);
}
static void forks_equal_independent_runs_in_f32(void **s) { (void)s; forks_equal_independent_runs(KERN_F32); }
static void forks_equal_independent_runs_in_bf16(void **s) { (void)s; forks_equal_independent_runs(KERN_BF16); }

/* Without warp groups, where the first device has them, bf16 rounds otherwise. sm_80 gives a block 163 KB of shared memory, sm_86 and sm_89 99: the
 * same bits as with 227, but for chunks in f32, which become steps where there are 99. */
static void on_smaller_devices(enum kern_type type)
{
	static const int rooms[] = { 227, 227, 163, 99 }, rows[] = { 200, 5, 64, 33 };
	enum { N = COUNT(rows) };
	struct kern k;
	struct run want[N], got[N];
	fading = 3;
	for (int i = 0; i < COUNT(rooms); i++) {
		bool steps = type == KERN_F32 && rooms[i] == 99, groups = type == KERN_BF16 && i == 1;
		double bound = groups ? 0x1p-5 : 2e-5;
		shim_shared_max(rooms[i] * 1024);
		shim_device(i == 0 ? 9 : 8);
		open_cuda(&k, type);
		for (int j = 0; j < N; j++)
			got[j] = (struct run){ .id = 70 + j, .rows = rows[j] };
		compute(&k, got, N, true);
		for (int j = 0; j < N && i; j++)
			if (!steps && !groups)
				same_bits("with less shared memory", &want[j], &got[j]);
			else if (!(apart(got[j].y, want[j].y, rows[j] * OUT) <= bound) || !(apart(got[j].state, want[j].state, STATE) <= bound))
				fail_msg("sequence %d: %s are far from chunks", j, steps ? "steps" : "chunks without warp groups");
		walk_family(&k, (int[]){ 1, 1, 128, 128, 4 }, 3, 14, 4);
		walk_family(&k, (int[]){ 1, 1, 500, 32, 4 }, 2, 14, 3); /* staged where there is room */
		if (groups)
			release(want, N);
		if (i == 0 || groups)
			memcpy(want, got, sizeof want);
		else
			release(got, N);
		kern_close(&k);
	}
	release(want, N);
	shim_shared_max(227 * 1024);
	shim_device(9);
}
static void on_smaller_devices_in_f32(void **s) { (void)s; on_smaller_devices(KERN_F32); }
static void on_smaller_devices_in_bf16(void **s) { (void)s; on_smaller_devices(KERN_BF16); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_length_in_f32), cmocka_unit_test(each_length_in_bf16),
		cmocka_unit_test(one_row_again_and_again_in_f32), cmocka_unit_test(one_row_again_and_again_in_bf16),
		cmocka_unit_test(cut_between_chunks_in_f32), cmocka_unit_test(cut_between_chunks_in_bf16),
		cmocka_unit_test(several_heads_to_a_key_in_f32), cmocka_unit_test(several_heads_to_a_key_in_bf16),
		cmocka_unit_test(in_company_in_f32), cmocka_unit_test(calls_behind_each_other_in_f32), cmocka_unit_test(calls_behind_each_other_in_bf16),
		cmocka_unit_test(in_company_in_bf16), cmocka_unit_test(forks_equal_independent_runs_in_f32),
		cmocka_unit_test(forks_equal_independent_runs_in_bf16),
		cmocka_unit_test(on_smaller_devices_in_f32), cmocka_unit_test(on_smaller_devices_in_bf16),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
