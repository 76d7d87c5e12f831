/* How much forks take: pages that a step needs are there whatever was forked, split and freed before, pools that are no larger than said,
 * and how many forks fit. */
#include "engine/engine_parts.h"
#include "tests/check.h"

#define MODEL "tests/golden/models/mixtral_two"
enum { FORKS = 6, PREFIXES = 2, POSITIONS = 160, GROWN = 45 };

static const struct eng_options small = {.backend = "cpu", .threads = 1, .max_forks = FORKS, .max_prefixes = PREFIXES, .max_prompts = 1,
                                         .max_positions = POSITIONS, .max_grown = GROWN};

static int32_t ids[POSITIONS]; /* zeros */

/* Pages that are due are there, and no page is lost. */
static void assert_sound(const struct eng_model *m, bool empty)
{
	int pages = forward_pages(POSITIONS) + FORKS * room_fork_pages(&m->room);
	assert_true(m->due >= 0 && m->due <= kv_pages_free(m->kv));
	if (empty)
		assert_true(m->due == 0 && kv_pages_free(m->kv) == pages && m->n_free_kept == FORKS + PREFIXES);
}

static void a_fork_grows_as_far_as_it_may(void **state)
{
	(void)state;
	struct eng_model *m;
	struct eng_prefix *p, *q;
	struct eng_fork *f[FORKS], *more;
	OK(eng_model_open(&m, MODEL, &small));
	static const int prompts[] = {1, 31, 32, 33, POSITIONS - GROWN, POSITIONS - 3};
	for (int i = 0; i < (int)(sizeof prompts / sizeof *prompts); i++) {
		int n = prompts[i], most = n + GROWN < POSITIONS ? GROWN : POSITIONS - n;
		OK(eng_prefix_new(&p, m, ids, n, (struct eng_capture){0}, NULL));
		for (int j = 0; j < FORKS; j++)
			OK(eng_fork_new(&f[j], p));
		assert_int_equal(eng_fork_new(&more, p), ERR_NOMEM);
		if (i % 2)
			eng_prefix_free(p);
		for (int t = 0; t < most; t++) {
			OK(eng_step(m, f, ids, FORKS, (struct eng_capture){0}));
			assert_sound(m, false);
		}
		assert_int_equal(m->due, 0);
		FAILS(ERR_LIMIT, n + GROWN < POSITIONS ? "fork 0 of the batch has grown by 45 tokens" : "fork 0 of the batch is full: 160 positions",
		      eng_step(m, f, ids, 1, (struct eng_capture){0}));
		assert_int_equal(eng_fork_split(&more, f[0]), ERR_NOMEM);
		for (int j = 0; j < FORKS; j++)
			eng_fork_free(f[j]);
		if (!(i % 2))
			eng_prefix_free(p);
		assert_sound(m, true);
	}
	/* There is room for one prompt and its forks: another waits until they end. */
	OK(eng_prefix_new(&p, m, ids, 31, (struct eng_capture){0}, NULL));
	for (int j = 0; j < FORKS; j++)
		OK(eng_fork_new(&f[j], p));
	for (int t = 0; t < GROWN; t++)
		OK(eng_step(m, f, ids, FORKS, (struct eng_capture){0}));
	FAILS(ERR_NOMEM, "no room for the prompt until forks end: it takes 5 pages of 32 positions", eng_prefix_new(&q, m, ids, POSITIONS - 1, (struct eng_capture){0}, NULL));
	for (int j = 0; j < FORKS; j++)
		eng_fork_free(f[j]);
	OK(eng_prefix_new(&q, m, ids, POSITIONS - 1, (struct eng_capture){0}, NULL));
	eng_prefix_free(p);
	eng_prefix_free(q);
	assert_sound(m, true);
	eng_model_close(m);
}

struct garden {
	struct eng_model *m;
	struct eng_prefix *p[PREFIXES];
	struct eng_fork *f[FORKS];
	int n_p, n_f, refused;
};

static uint32_t pick(uint32_t turn, uint32_t what, uint32_t below)
{
	return rng_below((struct rng_at){.seed = 11, .node = what, .step = turn}, below);
}

/* Steps some of the forks; those that are at their end are given up. */
static void step_some(struct garden *g, uint32_t turn)
{
	struct eng_fork *some[FORKS];
	int n = 0;
	for (int i = 0; i < g->n_f; i++) {
		struct eng_fork *f = g->f[i];
		if (eng_fork_length(f) == POSITIONS || eng_fork_length(f) - f->start == GROWN) {
			eng_fork_free(f);
			g->f[i--] = g->f[--g->n_f];
		} else if (pick(turn, 100 + (uint32_t)i, 4)) {
			some[n++] = f;
		}
	}
	OK(eng_step(g->m, some, ids, n, (struct eng_capture){0})); /* never out of pages */
}

static void one_turn(struct garden *g, uint32_t turn)
{
	int rc = 0;
	switch (pick(turn, 1, 12)) {
	case 0:
		if (g->n_p < PREFIXES && !(rc = eng_prefix_new(&g->p[g->n_p], g->m, ids, 1 + (int)pick(turn, 2, POSITIONS - 1), (struct eng_capture){0}, NULL)))
			g->n_p++;
		break;
	case 1:
		if (g->n_p)
			eng_prefix_free(g->p[--g->n_p]);
		break;
	case 2:
	case 3:
		if (g->n_p && !(rc = eng_fork_new(&g->f[g->n_f], g->p[pick(turn, 2, (uint32_t)g->n_p)])))
			g->n_f++;
		break;
	case 4:
		if (g->n_f && g->n_f < FORKS && !(rc = eng_fork_split(&g->f[g->n_f], g->f[pick(turn, 2, (uint32_t)g->n_f)])))
			g->n_f++;
		break;
	case 5:
		if (g->n_f) {
			int i = (int)pick(turn, 2, (uint32_t)g->n_f);
			eng_fork_free(g->f[i]);
			g->f[i] = g->f[--g->n_f];
		}
		break;
	default: step_some(g, turn);
	}
	assert_true(!rc || rc == ERR_NOMEM);
	g->refused += rc != 0;
}

static void no_step_is_ever_out_of_pages(void **state)
{
	(void)state;
	struct garden g = {0};
	OK(eng_model_open(&g.m, MODEL, &small));
	for (uint32_t turn = 0; turn < 20000; turn++) {
		if (g.n_f == FORKS) {
			eng_fork_free(g.f[--g.n_f]);
		} else
			one_turn(&g, turn);
		assert_sound(g.m, false);
	}
	print_message("%d of 20000 turns were refused for want of room\n", g.refused);
	assert_true(g.refused > 100);
	while (g.n_f)
		eng_fork_free(g.f[--g.n_f]);
	while (g.n_p)
		eng_prefix_free(g.p[--g.n_p]);
	assert_sound(g.m, true);
	eng_model_close(g.m);
}

/* What is said to be taken is what is taken, and one fork more than fit is one too many. */
static void as_many_forks_fit_as_bytes_are_there(void **state)
{
	(void)state;
	struct eng_model *m;
	OK(eng_model_open(&m, "tests/golden/models/plain", &(struct eng_options){.backend = "cpu", .threads = 1, .max_forks = 3, .max_positions = 100}));
	struct room r = m->room;
	double all = room_bytes(&r, m->weights, &m->kern), last = 0;
	size_t kv = eng_model_info(m)->kv_bytes_per_token, states = eng_model_info(m)->state_bytes_per_fork;
	assert_true(all > (double)(kv * 100 * 3 + states * 3));
	for (int forks = 1; forks < 400; forks = forks * 3 / 2 + 1) {
		r.forks = forks;
		double bytes = room_bytes(&r, m->weights, &m->kern);
		assert_true(bytes > last);
		assert_int_equal(room_forks(&r, m->weights, &m->kern, bytes), forks);
		assert_int_equal(room_forks(&r, m->weights, &m->kern, bytes - 1), forks - 1);
		last = bytes;
	}
	assert_int_equal(room_forks(&r, m->weights, &m->kern, 1000), 0);
	/* A fork that may grow less takes less; a longer prompt takes it once. */
	struct room less = r, longer = r;
	less.grown = 10;
	assert_true(room_bytes(&less, m->weights, &m->kern) < last);
	less.prompts = longer.prompts = 1;
	less.positions = 64;
	longer.grown = 10;
	double apart = room_bytes(&longer, m->weights, &m->kern) - room_bytes(&less, m->weights, &m->kern);
	assert_true(apart > 0 && apart < (double)(kv * 64 + 1000000));
	eng_model_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_fork_grows_as_far_as_it_may), TEST(no_step_is_ever_out_of_pages),
	                                   TEST(as_many_forks_fit_as_bytes_are_there)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
