/* The policy top-p against its definition in search/search.h, written out naively. */
#include "base/log.h"
#include "search/policy_topp.h"
#include "search/run.h"
#include "tests/search/scripted.h"
#include "tests/search/folder.h"

/* -- the definition, naively: whole token sequences, no forks, no twigs -- */

#define MAX_LEN 64
#define MAX_PATHS 4096

struct path {
	int32_t tokens[MAX_LEN];
	int n;
	double logprob;
	int parent, rank; /* in the order of its depth */
	const char *finished;
};

struct found {
	struct path leaves[MAX_PATHS];
	int n;
	long dropped;
};

struct setting {
	double sharpness, p;
	int k, forks, frontier, max_tokens, batch;
};

static void logits_after(const struct sc_gen *g, const struct srch_task *task, const struct path *p, float *out)
{
	struct sc_fork f = {.n = 0};
	for (int i = 0; i < 4; i++)
		f.tokens[f.n++] = (unsigned char)task->prompt[i];
	for (int i = 0; i < p->n; i++)
		f.tokens[f.n++] = p->tokens[i];
	sc_set_logits(g, &f);
	memcpy(out, f.logits, sizeof f.logits);
}

/* Appends the children of one path. */
static int children_of(const struct sc_gen *g, const struct srch_task *task, const struct setting *s, const struct path *p, int at,
	struct path *out)
{
	float l[SC_VOCAB];
	double sum = 0, mass = 0;
	bool used[SC_VOCAB] = {false};
	int n = 0;
	logits_after(g, task, p, l);
	for (int i = 0; i < SC_VOCAB; i++)
		sum += exp((double)l[i]);
	while (n < s->k && n < SC_VOCAB && (n == 0 || mass < s->p)) {
		int best = -1;
		for (int i = 0; i < SC_VOCAB; i++) {
			if (!used[i] && (best < 0 || l[i] > l[best]))
				best = i;
		}
		used[best] = true;
		struct path *c = &out[n];
		*c = *p;
		c->tokens[c->n++] = best;
		c->logprob += (double)(float)((double)l[best] - log(sum));
		c->parent = at;
		c->rank = n++;
		mass += exp((double)l[best]) / sum;
		c->finished = best == 0 ? "eos" : best == 7 ? "closed" : c->n >= s->max_tokens ? "length" : NULL;
	}
	return n;
}

static bool comes_before(const struct path *a, const struct path *b)
{
	if (a->logprob != b->logprob)
		return a->logprob > b->logprob;
	return a->parent != b->parent ? a->parent < b->parent : a->rank < b->rank;
}

static void sort(struct path *p, int n)
{
	for (int i = 1; i < n; i++) {
		struct path x = p[i];
		int k = i;
		for (; k > 0 && comes_before(&x, &p[k - 1]); k--)
			p[k] = p[k - 1];
		p[k] = x;
	}
}

static void by_definition(const struct sc_gen *g, const struct srch_task *task, const struct setting *s, struct found *out)
{
	static struct path live[MAX_PATHS], next[MAX_PATHS];
	int n_live = 1;
	live[0] = (struct path){.n = 0};
	out->n = 0;
	out->dropped = 0;
	while (n_live) {
		int n = 0, lives = 0;
		for (int i = 0; i < n_live; i++)
			n += children_of(g, task, s, &live[i], i, next + n);
		sort(next, n);
		for (int i = 0; i < n; i++) {
			if (next[i].finished && out->n < s->forks)
				out->leaves[out->n++] = next[i];
			else
				out->dropped += next[i].finished != NULL;
		}
		for (int i = 0; i < n; i++) {
			if (next[i].finished)
				continue;
			if (lives < s->frontier && lives < s->forks - out->n)
				live[lives++] = next[i];
			else
				out->dropped++;
		}
		n_live = lives;
	}
}

/* -- the same through the whole search and its store -- */

static void compare(const struct setting *s, const char *dir)
{
	static struct found want;
	struct srch_tasks tasks;
	struct sc_gen g = {.experts = 16, .sharpness = s->sharpness};
	struct sc_judge j = {0};
	struct srch_generator gen = sc_generator(&g);
	struct srch_judge judge = sc_judge_table(&j);
	struct srch_options o = {.out = dir, .policy = SRCH_TOPP, .forks = s->forks, .frontier = s->frontier, .p = s->p, .k = s->k,
		.max_tokens = s->max_tokens, .batch = s->batch, .workers = 1, .quiet = true};
	struct srch_outcome done;
	struct run *r;
	OK(sc_tasks(&tasks, 2));
	OK(srch_run(&o, &tasks, &gen, &judge, &done));
	OK(run_load(&r, dir, RUN_ROUTING));
	assert_true(g.most_alive <= s->frontier + 1);
	for (size_t t = 0; t < r->n_tasks; t++) {
		by_definition(&g, &tasks.items[t], s, &want);
		assert_int_equal(r->tasks[t].n, want.n);
		assert_int_equal(r->tasks[t].pruned, want.dropped);
		for (size_t i = 0; i < r->tasks[t].n; i++) {
			const struct run_program *p = &r->programs[r->tasks[t].first + i];
			int same = 0;
			for (int k = 0; k < want.n; k++) {
				const struct path *l = &want.leaves[k];
				if ((size_t)l->n != p->n_tokens || memcmp(l->tokens, p->tokens, p->n_tokens * sizeof *p->tokens))
					continue;
				same++;
				NEAR(l->logprob, p->logprob, 1e-4);
				assert_string_equal(p->finished, l->finished);
			}
			assert_int_equal(same, 1);
			if (i > 0)
				assert_true(p[-1].logprob >= p->logprob);
			assert_int_equal(p->n_rows, p->n_tokens - 1);
		}
	}
	run_free(r);
	srch_tasks_release(&tasks);
}

static void the_search_finds_what_the_definition_finds(void **state)
{
	(void)state;
	static const struct setting settings[] = {
		{6, 0.4, 30, 20, 20, 40, 8}, {6, 0.9, 12, 50, 50, 40, 8}, {3, 0.4, 30, 64, 10, 20, 3}, {12, 0.95, 3, 30, 30, 30, 64},
		{2, 0.3, 2, 40, 40, 12, 7}, {6, 0.8, 5, 1, 1, 40, 1}, {6, 1.0, 12, 12, 3, 40, 2}, {40, 0.4, 30, 20, 20, 40, 8},
	};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		char name[16];
		snprintf(name, sizeof name, "r%zu", i);
		compare(&settings[i], in_folder(name));
	}
}

static void the_tokens_within_p_are_the_fewest_that_reach_it(void **state)
{
	(void)state;
	struct eng_choice c[4] = {{0, logf(0.5f)}, {1, logf(0.25f)}, {2, logf(0.125f)}, {3, logf(0.125f)}};
	assert_int_equal(topp_within(c, 4, 0.4), 1);
	assert_int_equal(topp_within(c, 4, 0.6), 2);
	assert_int_equal(topp_within(c, 4, 0.8), 3);
	assert_int_equal(topp_within(c, 2, 0.99), 2);
	assert_int_equal(topp_within(c, 1, 0.1), 1);
	assert_int_equal(topp_within(c, 0, 0.1), 0);
}

static void ties_go_to_the_earlier_parent_then_the_likelier_token(void **state)
{
	(void)state;
	struct topp_child c[4] = {{2, 0, 5, 0, -1, false}, {1, 1, 6, 0, -1, false}, {1, 0, 7, 0, -1, false}, {3, 0, 8, 0, -0.5, false}};
	topp_order(c, 4);
	assert_int_equal(c[0].token, 8);
	assert_int_equal(c[1].token, 7);
	assert_int_equal(c[2].token, 6);
	assert_int_equal(c[3].token, 5);
}

static void a_budget_is_never_exceeded(void **state)
{
	(void)state;
	struct topp_child c[6] = {{.finished = true}, {.finished = false}, {.finished = true}, {.finished = false}, {.finished = true}, {.finished = false}};
	enum topp_fate f[6];
	assert_int_equal(topp_choose(c, 6, 0, 3, 10, f), 3);
	assert_int_equal(f[0], TOPP_LEAF);
	assert_int_equal(f[4], TOPP_LEAF);
	assert_int_equal(f[1], TOPP_DROPPED);
	assert_int_equal(topp_choose(c, 6, 1, 5, 1, f), 2);
	assert_int_equal(f[1], TOPP_LIVES);
	assert_int_equal(f[3], TOPP_DROPPED);
	assert_int_equal(topp_choose(c, 6, 5, 5, 1, f), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_search_finds_what_the_definition_finds, folder_make, folder_remove),
		TEST(the_tokens_within_p_are_the_fewest_that_reach_it),
		TEST(ties_go_to_the_earlier_parent_then_the_likelier_token),
		TEST(a_budget_is_never_exceeded),
	};
	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
