/* kv.c is driven by a little program of opcodes, against a naive model in which every sequence owns a full copy of its cache and
 * state. One opcode changes the naive model alone: it proves that the comparison can fail. */
#include "base/mem.h"
#include "base/rng.h"
#include "engine/kv.h"
#include "tests/check.h"

enum { SEQS = 12, POSITIONS = 5 * ENG_PAGE, PAGES = SEQS * 6, SLOTS = 2 * SEQS, GRID = 4 };
enum op { OP_FORK, OP_STEP, OP_BATCH, OP_RELEASE, OP_PLANT };

struct naive {
	bool live;
	int length;
	int cache[POSITIONS]; /* what each position holds */
	uint32_t state;       /* a number that every step changes */
};

/* The memory that kv.c's numbers stand for. */
struct world {
	struct kv *kv;
	struct kv_seq seq[SEQS];
	struct naive naive[SEQS];
	int page[PAGES][ENG_PAGE];
	uint32_t slot[SLOTS], ring[SLOTS];
	bool shared; /* slots are checkpoints at every GRID positions, rings have what was added since */
	int next;
};

static struct world *world_new(bool shared)
{
	struct world *w = mem_zalloc(sizeof *w);
	w->kv = kv_new(PAGES, SLOTS, SLOTS);
	w->shared = shared;
	for (int i = 0; i < SEQS; i++)
		w->seq[i] = kv_seq_empty();
	w->naive[0].live = true;
	return w;
}

static void world_free(struct world *w)
{
	kv_free(w->kv);
	mem_free(w);
}

/* The step at a grid position makes the checkpoint. */
static bool folds(const struct world *w, int seq)
{
	return !w->shared || w->naive[seq].length % GRID == GRID - 1;
}

/* The state that a sequence's next step goes on from, in the ring it reads or, where that is empty, in its slot. */
static uint32_t state_before(const struct world *w, int seq, int32_t ring)
{
	const struct kv_seq *s = &w->seq[seq];
	if (w->shared && w->naive[seq].length % GRID)
		return w->ring[ring];
	return s->slot == KV_NONE ? 0 : w->slot[s->slot];
}

/* Every sequence in `which` gets one position, as one batch. */
static void step_batch(struct world *w, const int *which, int n)
{
	int32_t from[SEQS], to[SEQS], ring_from[SEQS], ring_to[SEQS];
	uint32_t state[SEQS];
	struct kv_place place[SEQS];
	for (int i = 0; i < n; i++) {
		struct kv_seq *s = &w->seq[which[i]];
		if (folds(w, which[i]))
			OK(kv_state_begin(w->kv, s, &from[i], &to[i]));
		if (w->shared)
			OK(kv_ring_begin(w->kv, s, &ring_from[i], &ring_to[i]));
		OK(kv_seq_append(w->kv, s, &place[i]));
		if (place[i].copy_n)
			memcpy(w->page[place[i].page], w->page[place[i].copy_from], sizeof w->page[0]);
	}
	for (int i = 0; i < n; i++) /* in a batch, reads and writes of different sequences happen in any order */
		state[i] = state_before(w, which[i], w->shared ? ring_from[i] : KV_NONE);
	for (int i = n - 1; i >= 0; i--) {
		struct naive *v = &w->naive[which[i]];
		int token = ++w->next;
		w->page[place[i].page][place[i].offset] = token;
		if (folds(w, which[i]))
			w->slot[to[i]] = state[i] * 31 + (uint32_t)token;
		if (w->shared)
			w->ring[ring_to[i]] = state[i] * 31 + (uint32_t)token;
		v->state = v->state * 31 + (uint32_t)token;
		v->cache[v->length] = token;
	}
	for (int i = 0; i < n; i++) {
		if (folds(w, which[i]))
			kv_state_end(w->kv, &w->seq[which[i]], to[i]);
		if (w->shared)
			kv_ring_end(w->kv, &w->seq[which[i]], ring_to[i]);
		w->naive[which[i]].length++;
	}
}

static bool agrees(const struct world *w)
{
	for (int i = 0; i < SEQS; i++) {
		const struct naive *v = &w->naive[i];
		int32_t table[POSITIONS / ENG_PAGE + 1];
		if (!v->live)
			continue;
		if (v->length != w->seq[i].length)
			return false;
		kv_seq_table(w->kv, &w->seq[i], table);
		for (int t = 0; t < v->length; t++)
			if (w->page[table[t / ENG_PAGE]][t % ENG_PAGE] != v->cache[t])
				return false;
		if (v->length && state_before(w, i, w->seq[i].ring) != v->state)
			return false;
	}
	return true;
}

static int pick(const struct world *w, uint32_t r, bool live)
{
	for (int i = 0; i < SEQS; i++) {
		int at = (int)((r + (uint32_t)i) % SEQS);
		if (w->naive[at].live == live)
			return at;
	}
	return -1;
}

static void apply(struct world *w, enum op op, uint32_t r)
{
	int a = pick(w, r, true), b = pick(w, r >> 8, false), all[SEQS], n = 0;
	if (a < 0)
		return;
	switch (op) {
	case OP_FORK:
		if (b >= 0) {
			w->seq[b] = kv_seq_fork(w->kv, &w->seq[a]);
			w->naive[b] = w->naive[a];
		}
		return;
	case OP_STEP:
		if (w->naive[a].length < POSITIONS)
			step_batch(w, &a, 1);
		return;
	case OP_BATCH:
		for (int i = 0; i < SEQS; i++)
			if (w->naive[i].live && w->naive[i].length < POSITIONS)
				all[n++] = i;
		step_batch(w, all, n);
		return;
	case OP_RELEASE:
		if (pick(w, 0, true) != pick(w, SEQS - 1, true) || a != pick(w, 0, true)) {
			kv_seq_release(w->kv, &w->seq[a]);
			w->naive[a].live = false;
		}
		return;
	case OP_PLANT:
		w->naive[a].cache[w->naive[a].length - 1]++;
		return;
	}
}

static void random_programs_agree_with_full_copies(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 80; seed++) {
		struct world *w = world_new(seed % 2);
		for (uint32_t i = 0; i < 400; i++) {
			uint32_t r = rng_u32((struct rng_at){.seed = seed, .step = i});
			static const enum op ops[] = {OP_FORK, OP_STEP, OP_STEP, OP_BATCH, OP_BATCH, OP_RELEASE, OP_STEP, OP_FORK};
			apply(w, ops[r % 8], r >> 3);
			if (!agrees(w))
				fail_msg("program %u differs after %u operations", seed, i + 1);
		}
		for (int i = 0; i < SEQS; i++)
			if (w->naive[i].live)
				kv_seq_release(w->kv, &w->seq[i]);
		assert_int_equal(kv_pages_free(w->kv), PAGES);
		assert_int_equal(kv_slots_free(w->kv), SLOTS);
		assert_int_equal(kv_rings_free(w->kv), SLOTS);
		world_free(w);
	}
}

static void a_planted_error_is_noticed(void **state)
{
	(void)state;
	struct world *w = world_new(false);
	apply(w, OP_STEP, 0);
	apply(w, OP_FORK, 0);
	apply(w, OP_BATCH, 0);
	assert_true(agrees(w));
	apply(w, OP_PLANT, 1);
	assert_false(agrees(w));
	world_free(w);
}

static void forking_takes_no_page_and_no_slot(void **state)
{
	(void)state;
	struct world *w = world_new(false);
	for (int i = 0; i < ENG_PAGE + 3; i++)
		apply(w, OP_STEP, 0);
	int pages = kv_pages_free(w->kv), slots = kv_slots_free(w->kv);
	for (int i = 0; i < SEQS - 1; i++)
		apply(w, OP_FORK, 0);
	assert_int_equal(kv_pages_free(w->kv), pages);
	assert_int_equal(kv_slots_free(w->kv), slots);
	world_free(w);
}

static void the_first_step_after_a_fork_reads_one_slot_and_writes_another(void **state)
{
	(void)state;
	struct kv *kv = kv_new(8, 8, 8);
	struct kv_seq a = kv_seq_empty();
	int32_t from, to, from_b, to_b;
	struct kv_place place;
	OK(kv_seq_append(kv, &a, &place));
	OK(kv_state_begin(kv, &a, &from, &to));
	assert_int_equal(from, KV_NONE);
	kv_state_end(kv, &a, to);
	struct kv_seq b = kv_seq_fork(kv, &a);
	OK(kv_state_begin(kv, &a, &from, &to));
	OK(kv_state_begin(kv, &b, &from_b, &to_b));
	assert_int_equal(from, from_b);
	assert_true(to != from && to_b != from && to != to_b);
	kv_state_end(kv, &a, to);
	kv_state_end(kv, &b, to_b);
	assert_int_equal(kv_slots_free(kv), 6);
	OK(kv_state_begin(kv, &a, &from, &to));
	assert_int_equal(from, to); /* alone: in place */
	kv_state_cancel(kv, &a, to);
	kv_free(kv);
}

static void a_partial_page_is_copied_once_and_then_owned(void **state)
{
	(void)state;
	struct kv *kv = kv_new(8, 8, 8);
	struct kv_seq a = kv_seq_empty();
	struct kv_place place;
	for (int i = 0; i < 3; i++)
		OK(kv_seq_append(kv, &a, &place));
	struct kv_seq b = kv_seq_fork(kv, &a);
	OK(kv_seq_append(kv, &b, &place));
	assert_int_equal(place.copy_n, 3);
	assert_int_equal(place.copy_from, a.tip);
	OK(kv_seq_append(kv, &b, &place));
	assert_int_equal(place.copy_n, 0);
	OK(kv_seq_append(kv, &a, &place));
	assert_int_equal(place.copy_n, 0); /* the parent is alone on its page again */
	kv_free(kv);
}

static void running_out_is_an_error_that_changes_nothing(void **state)
{
	(void)state;
	struct kv *kv = kv_new(1, 1, 1);
	struct kv_seq a = kv_seq_empty();
	struct kv_place place;
	int32_t from, to;
	for (int i = 0; i < ENG_PAGE; i++)
		OK(kv_seq_append(kv, &a, &place));
	FAILS(ERR_NOMEM, "all 1 KV pages", kv_seq_append(kv, &a, &place));
	assert_int_equal(a.length, ENG_PAGE);
	OK(kv_state_begin(kv, &a, &from, &to));
	kv_state_end(kv, &a, to);
	struct kv_seq b = kv_seq_fork(kv, &a);
	FAILS(ERR_NOMEM, "all 1 state slots", kv_state_begin(kv, &b, &from, &to));
	kv_seq_release(kv, &b);
	kv_seq_release(kv, &a);
	assert_int_equal(kv_pages_free(kv), 1);
	kv_free(kv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_programs_agree_with_full_copies),
		TEST(a_planted_error_is_noticed),
		TEST(forking_takes_no_page_and_no_slot),
		TEST(the_first_step_after_a_fork_reads_one_slot_and_writes_another),
		TEST(a_partial_page_is_copied_once_and_then_owned),
		TEST(running_out_is_an_error_that_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
