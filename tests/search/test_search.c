/* The whole search with a scripted generator and judge: one run, one commit id, whatever happens on the way. */
#include "tests/search/scripted.h"
#include "base/file.h"
#include "base/log.h"
#include "search/run.h"
#include "search/store.h"
#include "tests/search/folder.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Whoever changes what is written changes these, and must mean to. */
#define PINNED_SAMPLE "29dd16132e2a0eebdb52232db133b897364c0699"
#define PINNED_TOPP "f4e4e1be0c26fb3ed24364a9f95a428377532b8a"

#define N_TASKS 6

struct trial {
	enum srch_policy policy;
	int batch, workers, die_after, stop_after, experts, forks;
	bool sleepy, no_judge, fresh, blind, draws, halves, ahead;
	int room, together;
	double temperature, save_seconds;
	uint64_t seed;
	int n_tasks, max_positions;
	struct sc_gen gen;
	struct sc_judge judge;
};

static int grow_in(const char *dir, struct trial *t, struct srch_outcome *out)
{
	struct srch_tasks tasks;
	OK(sc_tasks(&tasks, t->n_tasks ? t->n_tasks : N_TASKS));
	bool may_die = t->die_after || t->judge.fail_test; /* then each task is saved at once */
	t->gen = (struct sc_gen){.experts = t->experts ? t->experts : 16, .sharpness = 6, .die_after = t->die_after, .stop_after = t->stop_after, .blind = t->blind, .draws = t->draws, .halves = t->halves || t->ahead, .ahead = t->ahead, .most_fed = t->max_positions ? t->max_positions - 4 : 39, .room = t->room, .together = t->together,
		.nap_us = t->die_after || t->judge.fail_test ? 1000 : 0};
	t->judge = (struct sc_judge){.sleepy = t->sleepy, .fail_test = t->judge.fail_test};
	struct srch_generator gen = sc_generator(&t->gen);
	gen.max_positions = t->max_positions ? t->max_positions : gen.max_positions;
	struct srch_judge judge = sc_judge_table(&t->judge), extract = judge;
	extract.compile = NULL;
	extract.test = NULL;
	extract.is_weak = NULL;
	struct srch_options o = {.out = dir, .policy = t->policy, .forks = t->forks ? t->forks : 20,
		.temperature = t->temperature ? t->temperature : 0.7, .seed = t->seed, .max_tokens = 40, .p = 0.6, .batch = t->batch,
		.workers = t->workers ? t->workers : 2, .resume = !t->fresh, .quiet = true, .stop = &t->gen.stop, .save_seconds = t->save_seconds ? t->save_seconds : may_die ? -1 : 1000};
	int rc = srch_run(&o, &tasks, &gen, t->no_judge ? &extract : &judge, out);
	srch_tasks_release(&tasks);
	return rc;
}

static void a_run_has_one_literal_id(void **state)
{
	(void)state;
	struct srch_outcome out;
	struct trial sample = {.batch = 8}, topp = {.policy = SRCH_TOPP, .batch = 8};
	OK(grow_in(in_folder("sample"), &sample, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_int_equal(out.programs, N_TASKS * 20);
	assert_int_equal(sample.gen.alive, 0);
	OK(grow_in(in_folder("topp"), &topp, &out));
	assert_string_equal(out.commit, PINNED_TOPP);
	assert_int_equal(topp.gen.alive, 0);
	assert_true(git_is_clean(in_folder("sample")));
	assert_true(git_is_clean(in_folder("topp")));
}

static void the_id_does_not_depend_on_batch_workers_or_timing(void **state)
{
	(void)state;
	static const int batches[] = {1, 3, 32, 64}, workers[] = {1, 4, 2, 3};
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		for (int i = 0; i < 4; i++) {
			struct trial t = {.policy = (enum srch_policy)policy, .batch = batches[i], .workers = workers[i], .sleepy = i == 1};
			struct srch_outcome out;
			char name[32];
			snprintf(name, sizeof name, "r%d-%d", policy, i);
			OK(grow_in(in_folder(name), &t, &out));
			assert_string_equal(out.commit, policy == SRCH_TOPP ? PINNED_TOPP : PINNED_SAMPLE);
		}
	}
}

static void another_seed_or_temperature_is_another_run(void **state)
{
	(void)state;
	struct srch_outcome out;
	struct trial seed = {.seed = 1, .batch = 8}, warm = {.temperature = 0.9, .batch = 8};
	OK(grow_in(in_folder("seed"), &seed, &out));
	assert_string_not_equal(out.commit, PINNED_SAMPLE);
	OK(grow_in(in_folder("warm"), &warm, &out));
	assert_string_not_equal(out.commit, PINNED_SAMPLE);
}

static void saving_together_or_at_once_is_the_same_run(void **state)
{
	(void)state;
	struct srch_outcome out;
	struct trial together = {.save_seconds = 1000, .batch = 8}, at_once = {.save_seconds = -1, .batch = 8};
	OK(grow_in(in_folder("run"), &together, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	OK(grow_in(in_folder("each"), &at_once, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_true(git_is_clean(in_folder("run")));
	assert_int_equal(shell("test $(ls '%s'/objects/pack/*.pack | wc -l) -le 3", in_folder("run")), 0);
}

/* It is not asked for logits then; and a run without either ends with what the device said. */
static void a_generator_that_draws_itself_makes_the_same_run(void **state)
{
	(void)state;
	struct srch_outcome out;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		struct trial draws = {.policy = (enum srch_policy)policy, .draws = true, .blind = true, .batch = 8};
		struct trial blind = {.policy = (enum srch_policy)policy, .blind = true, .batch = 8};
		const char *dir = in_folder(policy == SRCH_TOPP ? "ranks" : "draws");
		OK(grow_in(dir, &draws, &out));
		assert_string_equal(out.commit, policy == SRCH_TOPP ? PINNED_TOPP : PINNED_SAMPLE);
		struct srch_generator gen = sc_generator(&draws.gen);
		struct srch_verified v;
		OK(srch_verify(dir, &gen, 1, &v));
		assert_int_equal(v.differing, 0);
		gen.draw = NULL;
		gen.top = NULL;
		FAILS(ERR_UNSUPPORTED, "the scripted device fails", srch_verify(dir, &gen, 1, &v));
		assert_int_equal(draws.gen.alive, 0);
		FAILS(ERR_UNSUPPORTED, "the scripted device fails", grow_in(in_folder(policy == SRCH_TOPP ? "b" : "a"), &blind, &out));
		assert_int_equal(blind.gen.alive, 0);
	}
}

/* Steps by halves, one begun before the last one's tokens are known, and a device on which fewer forks fit than the batch could have. No
 * fork is fed more than it has room for. */
static void steps_begun_ahead_and_little_room_make_the_same_run(void **state)
{
	(void)state;
	struct srch_outcome out, one_by_one;
	static const int batches[] = {1, 5, 32, 64};
	struct trial halves = {.halves = true, .batch = 5};
	OK(grow_in(in_folder("halves"), &halves, &one_by_one));
	assert_string_equal(one_by_one.commit, PINNED_SAMPLE);
	assert_int_equal(halves.gen.most_begun, 1);
	for (int i = 0; i < 4; i++)
		for (int room = 0; room <= 3; room += 3) {
			struct trial t = {.ahead = true, .room = room, .batch = batches[i], .save_seconds = i % 2 ? -1 : 0};
			char name[32];
			snprintf(name, sizeof name, "ahead%d-%d", i, room);
			OK(grow_in(in_folder(name), &t, &out));
			assert_string_equal(out.commit, PINNED_SAMPLE);
			assert_true(out.tokens == one_by_one.tokens); /* what a row too many draws is none */
			assert_true(!room || t.gen.most_alive <= room);
			assert_int_equal(t.gen.most_begun, 2);
			assert_int_equal(t.gen.alive + t.gen.prefixes + t.gen.n_begun, 0);
		}
	struct trial topp = {.policy = SRCH_TOPP, .halves = true, .ahead = true, .batch = 8};
	OK(grow_in(in_folder("topp"), &topp, &out));
	assert_string_equal(out.commit, PINNED_TOPP);
}

/* Whatever is read together, and however many slots wait for it. */
static void prompts_that_are_read_together_make_the_same_run(void **state)
{
	(void)state;
	struct srch_outcome alone, out;
	for (int forks = 1; forks <= 3; forks += 2)
		for (int batch = 4; batch <= 64; batch *= 16) {
			char name[2][32];
			snprintf(name[0], sizeof name[0], "alone-%d-%d", forks, batch);
			struct trial one = {.batch = batch, .forks = forks, .n_tasks = 40};
			OK(grow_in(in_folder(name[0]), &one, &alone));
			for (int together = 2; together <= 8; together += 3)
				for (int room = 0; room <= (together == 8 ? 3 : 0); room += 3) {
					snprintf(name[1], sizeof name[1], "%d-%d-%d-%d", forks, batch, together, room);
					struct trial t = {.batch = batch, .forks = forks, .n_tasks = 40, .together = together, .room = room, .ahead = together == 5};
					OK(grow_in(in_folder(name[1]), &t, &out));
					assert_string_equal(out.commit, alone.commit);
					assert_int_equal(t.gen.alive + t.gen.prefixes, 0);
					assert_in_range(t.gen.most_together, room ? 0 : 2, together);
					if (!room && batch == 64 && forks == 1)
						assert_true(t.gen.n_together * together >= 35); /* not only in the beginning */
				}
		}
	struct trial topp = {.policy = SRCH_TOPP, .together = 4, .batch = 8}, sample = {.together = 4, .batch = 8};
	OK(grow_in(in_folder("topp"), &topp, &out));
	assert_string_equal(out.commit, PINNED_TOPP);
	OK(grow_in(in_folder("sample"), &sample, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
}

/* All that was grown is saved, whether or not its task is done; going on ends in the same run. */
static void a_run_that_is_stopped_keeps_what_is_grown(void **state)
{
	(void)state;
	struct srch_outcome out;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++)
		for (int ahead = 0; ahead <= (policy == SRCH_SAMPLE); ahead++) {
			char name[32];
			size_t grown = 0;
			int stops = 0;
			snprintf(name, sizeof name, "stopped-%d-%d", policy, ahead);
			const char *dir = in_folder(name);
			struct trial t = {.policy = (enum srch_policy)policy, .ahead = ahead, .batch = 8, .sleepy = true, .stop_after = 7};
			for (;; stops++) {
				int rc = grow_in(dir, &t, &out);
				assert_int_equal(t.gen.alive + t.gen.prefixes + t.gen.n_begun, 0); /* nor is a step left begun */
				if (!rc)
					break;
				assert_int_equal(rc, ERR_STOPPED);
				unsigned long said = strtoul(strstr(err_message(), "stopped: ") + 9, NULL, 10);
				assert_true(said >= grown && strstr(err_message(), " of 120 programs are grown, and saved; the same command with --resume goes on"));
				grown = said;
				assert_true(git_is_clean(dir));
				if (policy == SRCH_SAMPLE) { /* a line a program */
					char *path = file_join(dir, "judge.jsonl");
					struct buf b;
					size_t lines = 0;
					buf_init(&b, BUF_MAX_TEXT);
					if (file_exists(path))
						OK(file_read(&b, path));
					for (size_t i = 0; i < b.len; i++)
						lines += b.data[i] == '\n';
					assert_int_equal(lines, grown);
					buf_release(&b);
					mem_free(path);
				}
				t.stop_after += 9;
			}
			assert_true(stops > 2);
			assert_string_equal(out.commit, policy == SRCH_TOPP ? PINNED_TOPP : PINNED_SAMPLE);
		}
}

/* What a task's programs are does not depend on which other tasks are searched with it. */
static void a_subset_of_the_tasks_grows_the_same_programs(void **state)
{
	(void)state;
	struct srch_outcome out;
	struct trial all = {.batch = 8}, few = {.batch = 8, .n_tasks = 2};
	struct run *a, *b;
	OK(grow_in(in_folder("all"), &all, &out));
	OK(grow_in(in_folder("few"), &few, &out));
	OK(run_load(&a, in_folder("all"), 0));
	OK(run_load(&b, in_folder("few"), 0));
	for (size_t i = 0; i < b->n_programs; i++)
		assert_string_equal(a->programs[i].text, b->programs[i].text);
	run_free(a);
	run_free(b);
}

/* -- dying and going on -- */

/* A child grows the run and is killed; the parent looks at what it left, and goes on. */
static void grow_and_die(const char *dir, struct trial *t, int kill_after_us)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct srch_outcome out;
		_exit(grow_in(dir, t, &out) ? 1 : 0);
	}
	if (kill_after_us >= 0) {
		usleep((useconds_t)kill_after_us);
		kill(pid, SIGKILL);
	}
	int status;
	waitpid(pid, &status, 0);
}

static void a_run_that_dies_at_any_step_ends_in_the_same_id(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		const char *dir = in_folder(policy == SRCH_TOPP ? "topp" : "sample");
		for (int die = 5; die < 60; die += 11) {
			struct trial t = {.policy = (enum srch_policy)policy, .ahead = die % 2, .batch = 8, .die_after = die};
			grow_and_die(dir, &t, -1);
			assert_true(git_is_clean(dir));
		}
		struct trial t = {.policy = (enum srch_policy)policy, .batch = 16};
		struct srch_outcome out;
		OK(grow_in(dir, &t, &out));
		assert_true(out.tasks_resumed > 0);
		assert_string_equal(out.commit, policy == SRCH_TOPP ? PINNED_TOPP : PINNED_SAMPLE);
		assert_true(git_is_clean(dir));
	}
}

static void kill_9_at_twenty_random_moments_ends_in_the_same_id(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	for (uint32_t i = 0; i < 20; i++) {
		struct trial t = {.batch = 8, .sleepy = true, .workers = 1, .save_seconds = -1};
		grow_and_die(dir, &t, (int)rng_below((struct rng_at){11, i, 0, 0, 0}, 30000));
		struct stat st;
		char head[600];
		snprintf(head, sizeof head, "%s/refs/heads/run", dir);
		if (!stat(head, &st)) /* else it died before there was anything */
			assert_true(git_is_clean(dir));
	}
	struct trial t = {.batch = 8};
	struct srch_outcome out;
	OK(grow_in(dir, &t, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_true(git_is_clean(dir));
}

static void what_a_dead_writer_left_is_swept_away(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct trial t = {.batch = 8, .die_after = 60};
	grow_and_die(dir, &t, -1);
	assert_int_equal(shell("touch '%s'/refs/heads/run.lock", dir), 0);
	assert_int_equal(shell("touch '%s'/refs/heads/task/00001.lock", dir), 0);
	assert_int_equal(shell("touch '%s'/objects/pack/pack-0123.idx", dir), 0);
	assert_int_equal(shell("touch '%s'/objects/pack/pack_git2_abc", dir), 0);
	t.die_after = 0;
	struct srch_outcome out;
	OK(grow_in(dir, &t, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_int_equal(shell("test -z \"$(find '%s' -name '*.lock' ! -name coppice.lock -o -name 'pack_git2*' -o -name pack-0123.idx)\"", dir), 0);
}

static void a_finished_run_is_not_computed_again(void **state)
{
	(void)state;
	struct trial t = {.batch = 8};
	struct srch_outcome out;
	OK(grow_in(in_folder("run"), &t, &out));
	OK(grow_in(in_folder("run"), &t, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_int_equal(t.gen.steps, 0);
	assert_int_equal(out.tasks_resumed, N_TASKS);
	assert_int_equal(out.programs, N_TASKS * 20);
}

static void many_forks_are_saved_while_their_task_grows(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct trial whole = {.batch = 32, .forks = 600, .n_tasks = 1}, dying = whole;
	struct srch_outcome want, got;
	OK(grow_in(in_folder("whole"), &whole, &want));
	dying.die_after = whole.gen.steps * 3 / 4;
	grow_and_die(dir, &dying, -1);
	assert_int_equal(shell("git -C '%s' log -1 --format=%%B refs/heads/task/00000 | grep -q 'Partial: yes'", dir), 0);
	struct trial rest = whole;
	OK(grow_in(dir, &rest, &got));
	assert_string_equal(got.commit, want.commit);
	assert_true(rest.gen.steps < whole.gen.steps / 2);
}

/* -- refusals -- */

static void another_configuration_is_a_conflict_that_says_which_option(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct srch_outcome out;
	struct trial t = {.batch = 8}, warm = {.batch = 8, .temperature = 0.9}, seed = {.batch = 8, .seed = 9};
	struct trial topp = {.batch = 8, .policy = SRCH_TOPP}, model = {.batch = 8, .experts = 300}, few = {.batch = 8, .n_tasks = 3};
	struct trial fresh = {.batch = 8, .fresh = true}, unjudged = {.batch = 8, .no_judge = true};
	OK(grow_in(dir, &t, &out));
	FAILS(ERR_CONFLICT, "temperature is 0.7 there, 0.9 here", grow_in(dir, &warm, &out));
	FAILS(ERR_CONFLICT, "seed is 0 there, 9 here", grow_in(dir, &seed, &out));
	FAILS(ERR_CONFLICT, "policy is \"sample\" there, \"top-p\" here", grow_in(dir, &topp, &out));
	FAILS(ERR_CONFLICT, "experts is 16 there, 300 here", grow_in(dir, &model, &out));
	FAILS(ERR_CONFLICT, "tasks has 6 entries there, 3 here", grow_in(dir, &few, &out));
	FAILS(ERR_CONFLICT, "--resume", grow_in(dir, &fresh, &out));
	FAILS(ERR_CONFLICT, "was judged", grow_in(dir, &unjudged, &out));
}

static void two_writers_are_a_conflict(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct trial t = {.batch = 8};
	struct srch_outcome out;
	OK(grow_in(dir, &t, &out));
	char lock[600];
	snprintf(lock, sizeof lock, "%s/coppice.lock", dir);
	int fd = open(lock, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	FAILS(ERR_CONFLICT, "another process", grow_in(dir, &t, &out));
	close(fd);
	OK(grow_in(dir, &t, &out));
}

static void a_folder_that_is_not_a_run_is_refused_and_left_alone(void **state)
{
	(void)state;
	const char *dir = in_folder("other");
	struct trial t = {.batch = 8};
	struct srch_outcome out;
	assert_int_equal(shell("mkdir '%s'", dir), 0);
	assert_int_equal(shell("echo mine > '%s'/file", dir), 0);
	FAILS(ERR_FORMAT, "not a run", grow_in(dir, &t, &out));
	assert_int_equal(shell("test \"$(ls -A '%s')\" = file", dir), 0);
	struct run *r;
	FAILS(ERR_FORMAT, "not a run", run_load(&r, dir, 0));
	FAILS(ERR_MISSING, "no such folder", run_load(&r, in_folder("nowhere"), 0));
	assert_int_equal(shell("git init -q --bare '%s'", in_folder("git")), 0);
	FAILS(ERR_FORMAT, "not a run", run_load(&r, in_folder("git"), 0));
	FAILS(ERR_FORMAT, "not a run", grow_in(in_folder("git"), &t, &out));
}

static void a_judge_that_fails_stops_the_run_and_loses_nothing(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct trial t = {.batch = 8, .workers = 1, .judge.fail_test = 15};
	struct srch_outcome out;
	FAILS(ERR_MISSING, "the sandbox went away", grow_in(dir, &t, &out));
	assert_int_equal(t.gen.alive, 0);
	assert_true(git_is_clean(dir));
	struct trial again = {.batch = 8};
	OK(grow_in(dir, &again, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_true(out.tasks_resumed > 0);
}

/* A limit on the size of files stands in for a full disk: the writes fail in the same places. */
static void a_full_disk_is_a_clear_error_and_the_store_stays_readable(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct srch_outcome out;
	struct trial dying = {.batch = 8, .die_after = 60};
	grow_and_die(dir, &dying, -1);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit limit = {2048, 2048};
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		struct trial t = {.batch = 8, .save_seconds = -1};
		int rc = grow_in(dir, &t, &out);
		_exit(rc == ERR_IO && strstr(err_message(), "cannot save") ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(git_is_clean(dir));
	struct run *r;
	OK(run_load(&r, dir, RUN_ROUTING));
	assert_false(r->complete);
	assert_true(r->n_tasks > 0);
	run_free(r);
	struct trial t = {.batch = 8};
	OK(grow_in(dir, &t, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
}

/* Who is stopped has saved what is grown; where that failed, the failure is what is told. */
static void a_run_that_is_stopped_with_a_full_disk_says_so(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct srch_outcome out;
	struct trial stopped = {.batch = 8, .stop_after = 30};
	assert_int_equal(grow_in(dir, &stopped, &out), ERR_STOPPED);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit limit = {2048, 2048};
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		struct trial t = {.batch = 8, .stop_after = 40};
		int rc = grow_in(dir, &t, &out);
		_exit(rc == ERR_IO && strstr(err_message(), "cannot save") ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(git_is_clean(dir));
	struct trial t = {.batch = 8};
	OK(grow_in(dir, &t, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
}

/* Bytes that a judge looked at to find out whether a text is closed, and how often. */
static size_t n_looked, n_looks;

static bool counting_closed(void *ctx, struct cmp_closing *at, const struct cmp_problem *p, const char *text, size_t len, size_t *end)
{
	(void)ctx;
	n_looked += len - at->done;
	n_looks++;
	struct cmp_problem c = *p;
	c.language = CMP_C;
	c.entry_point = NULL;
	c.prompt = "int f(void) {";
	return cmp_closed_yet(at, &c, text, len, end);
}

static void a_text_is_looked_at_once_whatever_grows_from_it(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		struct srch_tasks tasks;
		struct srch_outcome out;
		struct sc_gen g = {.experts = 16, .sharpness = 6};
		struct sc_judge j = {0};
		struct srch_generator gen = sc_generator(&g);
		struct srch_judge judge = sc_judge_table(&j);
		judge.closed = counting_closed;
		n_looked = n_looks = 0;
		OK(sc_tasks(&tasks, 3));
		OK(srch_run(&(struct srch_options){.out = in_folder(policy ? "tree" : "samples"), .policy = (enum srch_policy)policy, .forks = 12, .batch = 8,
			.temperature = 0.7, .p = 0.6, .max_tokens = 60, .quiet = true}, &tasks, &gen, &judge, &out));
		assert_true(n_looks > 200);
		assert_true(n_looked <= n_looks); /* a token is a byte, and a piece of a child is looked at with it and with its own children once */
		srch_tasks_release(&tasks);
	}
}

static void a_file_system_without_room_is_a_clear_error(void **state)
{
	(void)state;
	const char *dir = in_folder("small");
	assert_int_equal(shell("mkdir '%s'", dir), 0);
	if (geteuid() || shell("mount -t tmpfs -o size=300k none '%s' 2>/dev/null", dir))
		SKIP("needs the right to mount a small file system");
	struct srch_outcome out;
	struct trial t = {.batch = 8, .n_tasks = 40, .save_seconds = -1};
	char run[600];
	snprintf(run, sizeof run, "%s/run", dir);
	int rc = grow_in(run, &t, &out);
	char said[300];
	snprintf(said, sizeof said, "%s", err_message());
	bool clean = git_is_clean(run);
	struct run *r = NULL;
	int readable = run_load(&r, run, RUN_ROUTING);
	run_free(r);
	assert_int_equal(shell("umount '%s'", dir), 0);
	assert_int_equal(rc, ERR_IO);
	assert_non_null(strstr(said, "No space left"));
	assert_true(clean);
	assert_int_equal(readable, 0);
}

/* -- what is in it -- */

static void print_line(void *ctx, const char *line)
{
	(void)ctx;
	print_message("%s\n", line);
}

static void judging_afterwards_ends_in_the_id_of_judging_at_once(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		const char *dir = in_folder(policy ? "topp" : "sample");
		struct trial t = {.policy = (enum srch_policy)policy, .batch = 8, .no_judge = true};
		struct srch_outcome out;
		OK(grow_in(dir, &t, &out));
		assert_string_not_equal(out.commit, policy ? PINNED_TOPP : PINNED_SAMPLE);
		struct srch_judge judge = sc_judge_table(&t.judge);
		OK(srch_judge_run(dir, &judge, 2, false, &out));
		assert_string_equal(out.commit, policy ? PINNED_TOPP : PINNED_SAMPLE);
		assert_true(git_is_clean(dir));
	}
}

/* Until it is done a run is what it was; then it is judged. */
static void a_judging_that_is_killed_changes_nothing(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct trial t = {.batch = 8, .no_judge = true};
	struct srch_outcome out, before;
	struct run *r;
	size_t n;
	OK(grow_in(dir, &t, &before));
	for (int after = 3; after < 60; after += 11) {
		fflush(NULL);
		pid_t pid = fork();
		if (pid == 0) {
			struct sc_judge dying = {.die_after = after};
			struct srch_judge judge = sc_judge_table(&dying);
			_exit(srch_judge_run(dir, &judge, 2, false, &out) ? 1 : 0);
		}
		int status;
		waitpid(pid, &status, 0);
		assert_int_equal(WEXITSTATUS(status), 99);
		assert_true(git_is_clean(dir));
		OK(run_fsck(dir, print_line, NULL, &n));
		assert_int_equal(n, 0);
		OK(run_load(&r, dir, 0));
		assert_false(r->judged);
		assert_string_equal(r->commit, before.commit);
		run_free(r);
	}
	/* even if a task's ref had been moved: what the run's commit joins counts */
	assert_int_equal(shell("cd '%s' && cp -r . ../judged", dir), 0);
	struct sc_judge j = {0};
	struct srch_judge judge = sc_judge_table(&j);
	OK(srch_judge_run(in_folder("judged"), &judge, 2, false, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	assert_int_equal(shell("d='%s'; git -C $d fetch -q ../judged task/00002 && git -C $d update-ref refs/heads/task/00002 FETCH_HEAD", dir), 0);
	OK(run_load(&r, dir, 0));
	assert_false(r->judged);
	run_free(r);
	OK(srch_judge_run(dir, &judge, 2, false, &out));
	assert_string_equal(out.commit, PINNED_SAMPLE);
	OK(run_fsck(dir, print_line, NULL, &n));
	assert_int_equal(n, 0);
}

static void the_graph_joins_every_program_of_every_task(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct trial t = {.policy = SRCH_TOPP, .batch = 8};
	struct srch_outcome out;
	OK(grow_in(dir, &t, &out));
	char command[800], line[100] = "";
	snprintf(command, sizeof command, "git -C '%s' log --graph --all --oneline | grep -c ': program '", dir);
	FILE *f = popen(command, "r");
	assert_non_null(fgets(line, sizeof line, f));
	pclose(f);
	assert_int_equal(strtol(line, NULL, 10), out.programs);
	assert_int_equal(shell("git -C '%s' log --oneline | grep -q 'segment'", dir), 0); /* HEAD reaches everything */
}

static void verify_finds_nothing_in_a_run_as_it_was_made(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		const char *dir = in_folder(policy ? "topp" : "sample");
		struct trial t = {.policy = (enum srch_policy)policy, .batch = 8};
		struct srch_outcome out;
		OK(grow_in(dir, &t, &out));
		struct sc_gen g = {.experts = 16, .sharpness = 6};
		struct srch_generator gen = sc_generator(&g);
		struct srch_verified v;
		OK(srch_verify(dir, &gen, 1, &v));
		assert_string_equal(v.first, "");
		assert_int_equal(v.differing, 0);
		assert_int_equal(v.programs, out.programs);
		g.sharpness = 6.5; /* another model that says it is the same */
		OK(srch_verify(dir, &gen, 1, &v));
		assert_true(v.differing > 0);
		assert_true(strlen(v.first) > 0);
		gen.fingerprint++;
		FAILS(ERR_CONFLICT, "another model", srch_verify(dir, &gen, 1, &v));
	}
}

static void a_path_ends_at_the_models_last_position(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		const char *dir = in_folder(policy ? "topp" : "sample");
		struct trial t = {.policy = (enum srch_policy)policy, .ahead = true, .batch = 8, .max_positions = 4 + 3}; /* prompts have 4 tokens */
		struct srch_outcome out;
		struct run *r;
		size_t limited = 0;
		OK(grow_in(dir, &t, &out));
		OK(run_load(&r, dir, RUN_ROUTING));
		for (size_t i = 0; i < r->n_programs; i++) {
			bool at_limit = !strcmp(r->programs[i].finished, "limit");
			limited += at_limit;
			assert_true(at_limit ? r->programs[i].n_tokens == 4 : r->programs[i].n_tokens <= 4);
			assert_int_equal(r->programs[i].n_rows, r->programs[i].n_tokens - 1);
		}
		assert_true(limited > 0);
		run_free(r);
	}
}

static void prompts_that_cannot_be_grown_are_named_before_anything_is(void **state)
{
	(void)state;
	static const char lines[] = "{\"task_id\":\"good\",\"language\":\"c\",\"prompt\":\"abcd\",\"entry_point\":\"f\",\"test\":\"t\"}\n"
	                            "{\"task_id\":\"long\",\"language\":\"c\",\"prompt\":\"abcdefghijk\",\"entry_point\":\"f\",\"test\":\"t\"}\n"
	                            "{\"task_id\":\"void\",\"language\":\"c\",\"prompt\":\"\",\"entry_point\":\"f\",\"test\":\"t\"}\n";
	struct sc_gen g = {.experts = 16, .sharpness = 6};
	struct sc_judge j = {0};
	struct srch_generator gen = sc_generator(&g);
	struct srch_judge judge = sc_judge_table(&j);
	struct srch_options o = {.out = in_folder("prompts"), .forks = 2, .temperature = 1, .max_tokens = 4, .batch = 2, .workers = 1, .quiet = true};
	struct srch_tasks tasks;
	struct srch_outcome out;
	gen.max_positions = 11;
	srch_tasks_init(&tasks);
	OK(srch_tasks_parse(&tasks, "three", lines, sizeof lines - 1));
	FAILS(ERR_LIMIT, "2 of 3 prompts", srch_run(&o, &tasks, &gen, &judge, &out));
	assert_non_null(strstr(err_message(), "reads 11 positions, a prompt takes 1 to 10; tokens by task: long (11), void (empty)"));
	assert_int_equal(g.steps, 0);
	assert_int_equal(access(o.out, F_OK), -1); /* no half-written run */
	srch_tasks_release(&tasks);
	struct trial many = {.batch = 8, .max_positions = 4};
	FAILS(ERR_LIMIT, "6 of 6 prompts", grow_in(in_folder("long"), &many, &out));
	assert_non_null(strstr(err_message(), " and 1 more"));
}

static void options_that_make_no_sense_are_refused_by_name(void **state)
{
	(void)state;
	struct srch_outcome out;
	struct trial cold = {.temperature = -1}, many = {.forks = 2000000};
	FAILS(ERR_USAGE, "--temperature is -1", grow_in(in_folder("a"), &cold, &out));
	FAILS(ERR_USAGE, "--forks is 2e+06", grow_in(in_folder("b"), &many, &out));
	struct trial wide = {.policy = SRCH_TOPP, .forks = 65};
	FAILS(ERR_LIMIT, "--frontier 65: this engine keeps 64", grow_in(in_folder("c"), &wide, &out));
}

static void each_distinct_program_is_compiled_once_and_each_group_tested_once(void **state)
{
	(void)state;
	struct trial t = {.batch = 8, .workers = 4, .sleepy = true};
	struct srch_outcome out;
	OK(grow_in(in_folder("run"), &t, &out));
	struct run *r;
	OK(run_load(&r, in_folder("run"), 0));
	int programs = 0, groups = 0;
	for (size_t i = 0; i < r->n_programs; i++) {
		bool new_program = r->programs[i].program != NULL, new_group = r->programs[i].compiled;
		for (size_t k = r->tasks[r->programs[i].task].first; k < i; k++) {
			new_program = new_program && (!r->programs[k].program || strcmp(r->programs[k].program, r->programs[i].program));
			new_group = new_group && strcmp(r->programs[k].group, r->programs[i].group);
		}
		programs += new_program;
		groups += new_group;
	}
	assert_int_equal(atomic_load(&t.judge.compiled), programs);
	assert_int_equal(atomic_load(&t.judge.tested), groups);
	assert_int_equal(atomic_load(&t.judge.weak), N_TASKS);
	run_free(r);
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_run_has_one_literal_id),
		IN_FOLDER(the_id_does_not_depend_on_batch_workers_or_timing),
		IN_FOLDER(another_seed_or_temperature_is_another_run),
		IN_FOLDER(a_generator_that_draws_itself_makes_the_same_run), IN_FOLDER(steps_begun_ahead_and_little_room_make_the_same_run), IN_FOLDER(prompts_that_are_read_together_make_the_same_run), IN_FOLDER(a_run_that_is_stopped_keeps_what_is_grown), IN_FOLDER(a_run_that_is_stopped_with_a_full_disk_says_so),
		IN_FOLDER(a_text_is_looked_at_once_whatever_grows_from_it), IN_FOLDER(saving_together_or_at_once_is_the_same_run),
		IN_FOLDER(a_subset_of_the_tasks_grows_the_same_programs),
		IN_FOLDER(a_run_that_dies_at_any_step_ends_in_the_same_id),
		IN_FOLDER(kill_9_at_twenty_random_moments_ends_in_the_same_id),
		IN_FOLDER(what_a_dead_writer_left_is_swept_away),
		IN_FOLDER(a_finished_run_is_not_computed_again),
		IN_FOLDER(many_forks_are_saved_while_their_task_grows),
		IN_FOLDER(another_configuration_is_a_conflict_that_says_which_option),
		IN_FOLDER(two_writers_are_a_conflict),
		IN_FOLDER(a_folder_that_is_not_a_run_is_refused_and_left_alone),
		IN_FOLDER(a_judge_that_fails_stops_the_run_and_loses_nothing),
		IN_FOLDER(a_full_disk_is_a_clear_error_and_the_store_stays_readable),
		IN_FOLDER(a_file_system_without_room_is_a_clear_error),
		IN_FOLDER(judging_afterwards_ends_in_the_id_of_judging_at_once), IN_FOLDER(a_judging_that_is_killed_changes_nothing),
		IN_FOLDER(the_graph_joins_every_program_of_every_task),
		IN_FOLDER(verify_finds_nothing_in_a_run_as_it_was_made),
		IN_FOLDER(a_path_ends_at_the_models_last_position),
		IN_FOLDER(prompts_that_cannot_be_grown_are_named_before_anything_is),
		IN_FOLDER(options_that_make_no_sense_are_refused_by_name),
		IN_FOLDER(each_distinct_program_is_compiled_once_and_each_group_tested_once),
	};
	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
