/* kern_gdn_ring on the backends of the processor: held to the recurrence itself, and forks to independent runs. */
#include "tests/kernels/ring.h"

static const int shape[5] = { 1, 2, 24, 20, 4 };
enum { KEYS = 24, VALUES = 20, HEADS = 2, CHANNELS = 2 * KEYS + HEADS * VALUES, TAPS = 4, STEPS = 40 };

/* R of f32 alone: kern_gdn's formula in double throughout, nothing of it rounded. */
static double inputs[STEPS][CHANNELS], states[HEADS][KEYS][VALUES];
static double convolved(struct arena *a, int t, int c)
{
	const float *conv = vec(a, 16, TAPS * CHANNELS);
	double sum = 0;
	for (int j = 0; j < TAPS; j++)
		if (t - (TAPS - 1) + j >= 0)
			sum += (double)conv[j * CHANNELS + c] * inputs[t - (TAPS - 1) + j][c];
	return sum / (1 + exp(-sum));
}

static void unit(double *x, double factor)
{
	double sum = 1e-6;
	for (int i = 0; i < KEYS; i++)
		sum += x[i] * x[i];
	for (int i = 0; i < KEYS; i++)
		x[i] *= factor / sqrt(sum);
}

static void recurrence(struct arena *a, int id, int t, int h, double *y)
{
	double q[KEYS], key[KEYS], o[VALUES], square = 0;
	for (int c = 0; c < CHANNELS; c++)
		inputs[t][c] = (double)value_at(40, id, c);
	for (int i = 0; i < KEYS; i++) {
		q[i] = convolved(a, t, i);
		key[i] = convolved(a, t, KEYS + i);
	}
	unit(q, 1 / sqrt(KEYS));
	unit(key, 1);
	double rate = (double)(value_at(42, id, h) - 2) + (double)vec(a, 18, HEADS)[h];
	double decay = exp(-exp((double)vec(a, 17, HEADS)[h]) * log1p(exp(rate))), beta = 1 / (1 + exp(-(double)value_at(43, id, h)));
	for (int j = 0; j < VALUES; j++) {
		double m = 0;
		o[j] = 0;
		for (int i = 0; i < KEYS; i++)
			m += (states[h][i][j] *= decay) * key[i];
		for (int i = 0; i < KEYS; i++) {
			states[h][i][j] += key[i] * beta * (convolved(a, t, 2 * KEYS + h * VALUES + j) - m);
			o[j] += states[h][i][j] * q[i];
		}
		square += o[j] * o[j];
	}
	for (int j = 0; j < VALUES; j++) {
		double z = (double)value_at(41, id, h * VALUES + j);
		y[h * VALUES + j] = o[j] / sqrt(square / VALUES + 1e-6) * (double)vec(a, 19, VALUES)[j] * z / (1 + exp(-z));
	}
}

static void held_to_the_recurrence(void **unused)
{
	static const char *const backends[] = { "ref", "cpu", "cpu-avx2", "cpu-base", "check" };
	(void)unused;
	for (int b = 0; b < COUNT(backends); b++) {
		struct arena a;
		struct kern k;
		if (!kern_backend_find(backends[b]))
			continue;
		arena_init(&a);
		OK(kern_open(&k, backends[b], NULL, KERN_F32));
		struct walker w = walker_new(&a, shape, 3), *self = &w;
		memset(states, 0, sizeof states);
		for (int t = 0; t < STEPS; t++) {
			double y[HEADS * VALUES], top = 0;
			walk(&k, shape, &self, 1);
			for (int h = 0; h < HEADS; h++)
				recurrence(&a, 300 + t, t, h, y);
			for (int j = 0; j < HEADS * VALUES; j++)
				top = fmax(top, fabs(y[j]));
			for (int j = 0; j < HEADS * VALUES; j++)
				if (!(fabs((double)w.y[j] - y[j]) <= 2e-5 * top))
					fail_msg("%s, position %d: column %d is %.9g, want %.9g", backends[b], t, j, (double)w.y[j], y[j]);
		}
		kern_close(&k);
		arena_release(&a);
	}
}

static void forks_equal_independent_runs(void **unused)
{
	static const int sizes[] = { 1, 2, 17, 64 };
	(void)unused;
	for (int i = 0; i < 2 * COUNT(sizes); i++) {
		struct kern k;
		OK(kern_open(&k, "cpu", NULL, i % 2 ? KERN_BF16 : KERN_F32));
		bf16_activations = i % 2;
		walk_family(&k, shape, sizes[i / 2], i % 3 ? 21 : 32, 14);
		kern_close(&k);
	}
	bf16_activations = false;
}

/* In place, as an only child: one ring, one state, folded over the checkpoint. */
static void in_place_equals_apart(void **unused)
{
	struct arena a;
	struct kern k;
	(void)unused;
	arena_init(&a);
	OK(kern_open(&k, "cpu", NULL, KERN_F32));
	struct walker w = walker_new(&a, shape, 5), v = w, *self = &w, *other = &v;
	v.own_state = walker_new(&a, shape, 5).own_state;
	v.conv = walker_new(&a, shape, 5).conv;
	for (int t = 0; t < 2 * KERN_RING + 3; t++) {
		float *free_ring = walker_new(&a, shape, 5).ring, *free_state = walker_new(&a, shape, 5).own_state;
		v.ring = free_ring;
		v.own_state = free_state;
		walk(&k, shape, &self, 1);
		walk(&k, shape, &other, 1);
		assert_same_walk(shape, &w, &v, "in place and apart");
	}
	kern_close(&k);
	arena_release(&a);
}

/* Every row once, in order, never with another's checkpoint; few rows spread out, many in full units. */
static void units_are_runs_of_one_checkpoint(void **unused)
{
	float here, there;
	struct kern_gdn_state s[200] = { { .s_src = &here } };
	struct kern_gdn_unit units[200];
	(void)unused;
	for (int n = 0; n <= 200; n++)
		for (int cut = 0; cut <= n; cut += 13) {
			int r = 0;
			for (int i = 0; i < n; i++)
				s[i].s_src = i < cut ? &here : &there;
			int n_units = kern_gdn_units(units, s, n);
			for (int i = 0; i < n_units; i++) {
				assert_int_equal(units[i].first, r);
				assert_true(units[i].rows >= 1 && units[i].rows <= KERN_GDN_UNIT_ROWS);
				assert_true(s[r].s_src == s[r + units[i].rows - 1].s_src);
				r += units[i].rows;
			}
			assert_int_equal(r, n);
			if (cut == 0)
				assert_int_equal(n_units, n <= 8 ? n : n < 64 ? (n + (n + 7) / 8 - 1) / ((n + 7) / 8) : (n + 7) / 8);
		}
}

/* What cannot be: each alone, in a call that is otherwise right. */
static void what_does_not_fit_is_refused(void **unused)
{
	static const char *const says[] = { NULL, "gdn_ring: 1 rows for 2 sequences", "gdn_ring: sequence 0 at row 1", "gdn_ring: sequence 0 at row 0, position -1",
		"gdn_ring: sequence 0 at position 15 lacks", "gdn_ring: sequence 0 at position 3 lacks", "gdn_ring: sequence 0 at position 3 lacks",
		"gdn_ring: 3 value heads", "gdn_ring: y" };
	(void)unused;
	for (int i = 0; i < COUNT(says); i++) {
		struct arena a;
		struct kern k;
		arena_init(&a);
		OK(kern_open(&k, "cpu", NULL, KERN_F32));
		struct walker w = walker_new(&a, shape, 1);
		memset(w.ring, 0, kern_gdn_ring_floats(1, 2, KEYS, VALUES) * sizeof(float));
		int32_t first[] = { i == 2, 1 }, position = i == 3 ? -1 : i == 4 ? 15 : 3;
		int id = 1;
		struct kern_gdn_state state = { NULL, i == 4 ? NULL : w.own_state, NULL, w.conv };
		struct kern_gdn_ring_slot slot = { i == 5 ? NULL : w.ring, i == 6 ? NULL : w.ring };
		struct kern_gdn_ring op = { .gdn = { .qkv = mat(&a, 40, &id, 1, CHANNELS), .z = mat(&a, 41, &id, 1, HEADS * VALUES),
			.a = mat(&a, 42, &id, 1, HEADS), .b = mat(&a, 43, &id, 1, HEADS), .y = mat(&a, 0, NULL, 1, HEADS * VALUES - (i == 8)),
			.conv = vec(&a, 16, TAPS * CHANNELS), .a_log = vec(&a, 17, HEADS), .dt_bias = vec(&a, 18, HEADS),
			.norm_w = vec(&a, 19, VALUES), .eps = 1e-6f, .key_heads = i == 7 ? 2 : 1, .value_heads = i == 7 ? 3 : HEADS,
			.key_dim = KEYS, .value_dim = VALUES, .conv_width = TAPS, .n_seq = 1 + (i == 1), .state = &state, .first = first },
			.position = &position, .ring = &slot };
		int e = kern_gdn_ring(&k, &op);
		assert_int_equal(e != 0, says[i] != NULL);
		if (says[i] && strncmp(err_message(), says[i], strlen(says[i])) != 0)
			fail_msg("want \"%s\", got \"%s\"", says[i], err_message());
		kern_close(&k);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_to_the_recurrence), cmocka_unit_test(forks_equal_independent_runs),
		cmocka_unit_test(in_place_equals_apart), cmocka_unit_test(units_are_runs_of_one_checkpoint),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
