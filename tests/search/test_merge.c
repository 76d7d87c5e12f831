/* Shards joined are the run in one piece; whatever cannot be joined is named. */
#include "base/file.h"
#include "base/log.h"
#include "base/npy.h"
#include "search/run.h"
#include "search/steps.h"
#include "search/store.h"
#include "tests/search/folder.h"
#include "tests/search/scripted.h"
#include <unistd.h>

enum { N_TASKS = 7, N_FORKS = 6 };

struct part {
	int shard, shards;
	uint64_t seed;
	enum srch_policy policy;
	double sharpness; /* 0: 6 */
	long stop_after;
	bool unjudged;
};

static int grow(const char *dir, struct part p, struct srch_outcome *out)
{
	struct srch_tasks tasks;
	struct sc_gen g = {.experts = 16, .sharpness = p.sharpness > 0 ? p.sharpness : 6, .stop_after = p.stop_after};
	struct sc_judge j = {0};
	struct srch_generator gen = sc_generator(&g);
	struct srch_judge judge = sc_judge_table(&j);
	if (p.unjudged)
		judge.compile = NULL, judge.test = NULL, judge.is_weak = NULL;
	struct srch_options o = {.out = dir, .policy = p.policy, .forks = N_FORKS, .batch = 4, .p = 0.6, .temperature = 0.7, .max_tokens = 40, .seed = 5 + p.seed,
		.shard = p.shard, .shards = p.shards, .resume = true, .quiet = true, .workers = 2, .stop = &g.stop};
	OK(sc_tasks(&tasks, N_TASKS));
	int rc = srch_run(&o, &tasks, &gen, &judge, out);
	assert_int_equal(g.alive + g.prefixes, 0);
	srch_tasks_release(&tasks);
	return rc;
}

static char names[6][4096];

static const char *name(int i, const char *of)
{
	snprintf(names[i], sizeof names[i], "%s", in_folder(of));
	return names[i];
}

/* Rows of steps.npy; lines of judge.jsonl. */
static size_t n_steps(const char *dir)
{
	static const struct node_shape shape = {SC_LAYERS, SC_K, 16};
	uint16_t *rows;
	size_t n;
	OK(steps_read(&rows, &n, dir, &shape));
	mem_free(rows);
	return n;
}

static size_t n_lines(const char *dir)
{
	struct buf b;
	size_t n = 0;
	char *path = file_join(dir, "judge.jsonl");
	buf_init(&b, BUF_MAX_TEXT);
	OK(file_read(&b, path));
	for (size_t i = 0; i < b.len; i++)
		n += b.data[i] == '\n';
	buf_release(&b);
	mem_free(path);
	return n;
}

static void note(void *ctx, const char *line)
{
	print_message("%s\n", line);
	(void)ctx;
}

static void is_sound(const char *dir)
{
	size_t n;
	assert_true(git_is_clean(dir));
	OK(run_fsck(dir, note, NULL, &n));
	assert_int_equal(n, 0);
}

static void shards_joined_are_the_run_in_one_piece(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		char folder_of[3][32], joined[32], whole[32];
		const char *dirs[3];
		struct srch_outcome one, out;
		struct srch_merged m;
		size_t steps = 0, lines = 0, grown = 0;
		snprintf(whole, sizeof whole, "whole-%d", policy);
		snprintf(joined, sizeof joined, "joined-%d", policy);
		OK(grow(name(3, whole), (struct part){.policy = (enum srch_policy)policy}, &one));
		assert_int_equal(one.tasks, N_TASKS);
		assert_int_equal(one.missing, 0);
		for (int i = 0; i < 3; i++) {
			snprintf(folder_of[i], sizeof folder_of[i], "shard-%d-%d", policy, i);
			dirs[i] = name(i, folder_of[i]);
			OK(grow(dirs[i], (struct part){.shard = i, .shards = 3, .policy = (enum srch_policy)policy}, &out));
			assert_string_equal(out.commit, "");
			assert_int_equal(out.tasks, i == 0 ? 3 : 2);
			assert_int_equal(out.missing, N_TASKS - out.tasks);
			is_sound(dirs[i]);
			OK(grow(dirs[i], (struct part){.shard = i, .shards = 3, .policy = (enum srch_policy)policy}, &out)); /* it has all of its own */
			assert_int_equal(out.tokens, 0);
			steps += n_steps(dirs[i]);
			lines += n_lines(dirs[i]);
			grown += out.programs;
		}
		const char *mixed[] = {dirs[2], dirs[0], dirs[1], dirs[0]};
		OK(srch_merge(mixed, 3, name(4, joined), &m));
		assert_string_equal(m.commit, one.commit);
		assert_int_equal(m.tasks, N_TASKS);
		assert_int_equal(m.programs, one.programs);
		assert_int_equal(grown, one.programs);
		assert_int_equal(m.missing, 0);
		assert_string_equal(m.missing_names, "");
		is_sound(names[4]);
		assert_int_equal(n_steps(names[4]), steps);
		assert_int_equal(n_lines(names[4]), lines);
		struct run *r, *w;
		OK(run_load(&r, names[4], 0));
		OK(run_load(&w, names[3], 0));
		assert_true(r->complete);
		assert_string_equal(r->commit, w->commit);
		assert_string_equal(r->model, w->model);
		assert_int_equal(r->engine_tokens, w->engine_tokens);
		run_free(r);
		run_free(w);
		snprintf(joined, sizeof joined, "again-%d", policy);
		OK(srch_merge(mixed, 4, name(5, joined), &m)); /* one of them twice */
		assert_string_equal(m.commit, one.commit);
		FAILS(ERR_CONFLICT, "is there already", srch_merge(mixed, 3, names[5], &m));
	}
}

/* What is missing is named, and is grown by whoever goes on, or comes with another merge; of a task that was begun in two shards the one
 * that has more of it counts. */
static void what_is_missing_can_come_later(void **state)
{
	(void)state;
	struct srch_outcome one, out;
	struct srch_merged m;
	OK(grow(name(0, "whole"), (struct part){0}, &one));
	OK(grow(name(1, "first"), (struct part){.shard = 0, .shards = 2}, &out));
	assert_int_equal(grow(name(2, "second"), (struct part){.shard = 1, .shards = 2, .stop_after = 12}, &out), ERR_STOPPED);
	const char *both[] = {names[1], names[2]};
	OK(srch_merge(both, 2, name(3, "part"), &m));
	assert_string_equal(m.commit, "");
	assert_true(m.tasks >= 4 && m.tasks < N_TASKS && m.missing == N_TASKS - m.tasks);
	assert_non_null(strstr(m.missing_names, "t/5"));
	is_sound(names[3]);
	const char *with[] = {names[3], names[1]};
	OK(srch_merge(with, 2, name(4, "part-again"), &m)); /* an unfinished run is a shard like any other */
	assert_string_equal(m.commit, "");
	OK(grow(names[3], (struct part){0}, &out)); /* the whole run, gone on with */
	assert_string_equal(out.commit, one.commit);
	assert_true(out.tasks_resumed >= 4);
	OK(grow(names[2], (struct part){.shard = 1, .shards = 2}, &out));
	const char *later[] = {names[2], names[4]};
	OK(srch_merge(later, 2, name(5, "later"), &m));
	assert_string_equal(m.commit, one.commit);
	const char *whole[] = {names[0], names[1]};
	OK(srch_merge(whole, 2, name(3, "with-whole"), &m)); /* a finished one, too */
	assert_string_equal(m.commit, one.commit);
}

static void what_cannot_be_joined_is_named(void **state)
{
	(void)state;
	struct srch_outcome out;
	struct srch_merged m;
	OK(grow(name(0, "one"), (struct part){.shard = 0, .shards = 2}, &out));
	OK(grow(name(1, "two"), (struct part){.shard = 1, .shards = 2, .seed = 1}, &out));
	OK(grow(name(2, "other"), (struct part){.sharpness = 3}, &out)); /* as a machine that computes otherwise would */
	const char *seeds[] = {names[0], names[1]}, *machines[] = {names[0], names[2]}, *none[] = {names[0], name(3, "nowhere")};
	FAILS(ERR_CONFLICT, "is no shard of the same run as", srch_merge(seeds, 2, in_folder("out"), &m));
	FAILS(ERR_CONFLICT, "seed is 6 there, 5 here", srch_merge(seeds, 2, in_folder("out"), &m));
	FAILS(ERR_CONFLICT, "task t/0 is not the same in", srch_merge(machines, 2, in_folder("out"), &m));
	OK(grow(name(4, "unjudged"), (struct part){.shard = 1, .shards = 2, .unjudged = true}, &out));
	const char *judges[] = {names[0], names[4]};
	FAILS(ERR_CONFLICT, "was judged by scripted judge 1, and", srch_merge(judges, 2, in_folder("out"), &m));
	FAILS(ERR_CONFLICT, "by nobody: shards are begun with one command", srch_merge(judges, 2, in_folder("out"), &m));
	FAILS(ERR_MISSING, "nowhere", srch_merge(none, 2, in_folder("out"), &m));
	FAILS(ERR_USAGE, "no shards", srch_merge(none, 0, in_folder("out"), &m));
	assert_false(file_exists(in_folder("out")));
	FAILS(ERR_USAGE, "shard 3 of 2", grow(in_folder("three"), (struct part){.shard = 2, .shards = 2}, &out));
	/* a byte of the largest pack turned over */
	assert_int_equal(shell("p=$(ls -S '%s'/objects/pack/*.pack | head -1); chmod u+w $p; printf x | dd of=$p bs=1 seek=$(($(stat -c %%s $p) / 2)) conv=notrunc status=none",
	                       names[0]), 0);
	const char *damaged[] = {names[0]}, *sound[] = {names[2]};
	assert_int_not_equal(srch_merge(damaged, 1, name(5, "begun"), &m), 0);
	assert_non_null(strstr(err_message(), "one"));
	assert_false(file_exists(names[5]));
	assert_int_equal(shell("test ! -e '%s.merging'", names[5]), 0);
	OK(srch_merge(sound, 1, names[5], &m));
	assert_int_equal(m.missing, 0);
	is_sound(names[5]);
}

/* Killed at any moment it leaves no run, and can be repeated. */
static void a_merge_that_is_killed_can_be_repeated(void **state)
{
	(void)state;
	struct srch_outcome one, out;
	struct srch_merged m;
	OK(grow(name(0, "whole"), (struct part){0}, &one));
	OK(grow(name(1, "first"), (struct part){.shard = 0, .shards = 2}, &out));
	OK(grow(name(2, "second"), (struct part){.shard = 1, .shards = 2}, &out));
	const char *both[] = {names[1], names[2]};
	int killed = 0;
	for (useconds_t after = 500; after < 400000; after += after / 5) {
		fflush(NULL);
		pid_t pid = fork();
		if (pid == 0)
			_exit(srch_merge(both, 2, name(3, "joined"), &m) ? 1 : 0);
		usleep(after);
		kill(pid, SIGKILL);
		int status;
		waitpid(pid, &status, 0);
		if (!WIFSIGNALED(status))
			break;
		killed++;
		assert_true(!file_exists(name(3, "joined")) || shell("test \"$(git -C '%s' rev-parse HEAD)\" != ''", names[3]) == 0);
		if (file_exists(names[3]))
			break;
	}
	assert_true(killed > 0);
	if (!file_exists(name(3, "joined")))
		OK(srch_merge(both, 2, names[3], &m));
	is_sound(names[3]);
	struct run *r;
	OK(run_load(&r, names[3], 0));
	assert_string_equal(r->commit, one.commit);
	run_free(r);
	assert_int_equal(shell("test ! -e '%s.merging'", names[3]), 0);
	assert_int_equal(shell("d='%s'; mkdir $d && touch $d/mine", name(4, "other.merging")), 0); /* somebody else's */
	FAILS(ERR_FORMAT, "holds something that is not a run", srch_merge(both, 2, name(5, "other"), &m));
	assert_int_equal(shell("test -e '%s/mine'", names[4]), 0);
}

/* What git has repacked, or taken out of its packs, is joined as well. */
static void objects_need_not_lie_in_our_packs(void **state)
{
	(void)state;
	struct srch_outcome one, out;
	struct srch_merged m;
	OK(grow(name(0, "whole"), (struct part){0}, &one));
	OK(grow(name(1, "loose"), (struct part){.shard = 0, .shards = 2}, &out));
	OK(grow(name(2, "repacked"), (struct part){.shard = 1, .shards = 2}, &out));
	assert_int_equal(shell("cd '%s' && mkdir aside && mv objects/pack/* aside/ && for p in aside/*.pack; do git unpack-objects -q <$p; done && rm -rf aside", names[1]), 0);
	assert_int_equal(shell("git -C '%s' repack -adq", names[2]), 0);
	const char *both[] = {names[1], names[2]};
	OK(srch_merge(both, 2, name(3, "joined"), &m));
	assert_string_equal(m.commit, one.commit);
	is_sound(names[3]);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(shards_joined_are_the_run_in_one_piece), IN_FOLDER(what_is_missing_can_come_later), IN_FOLDER(what_cannot_be_joined_is_named),
		IN_FOLDER(a_merge_that_is_killed_can_be_repeated),
		IN_FOLDER(objects_need_not_lie_in_our_packs),
	};
	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
