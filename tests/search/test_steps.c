/* steps.npy: what every step touched is what is read back, however the run got to its end; and what is no such file is said to be none. */
#include "base/file.h"
#include "base/log.h"
#include "base/npy.h"
#include "search/run.h"
#include "search/saver.h"
#include "search/steps.h"
#include "tests/search/folder.h"
#include "tests/search/scripted.h"
#include <signal.h>
#include <sys/resource.h>

#define WIDTH (1 + SC_LAYERS)
static const struct node_shape shape = {SC_LAYERS, SC_K, 16};

/* A generator that notes what it is stepped with. */
static struct {
	uint16_t rows[20000][WIDTH];
	size_t n;
} told;

static int telling_step(void *ctx, void *const *forks, const int32_t *tokens, int n, struct eng_capture capture)
{
	const struct sc_gen *g = ctx;
	int rc = sc_step(ctx, forks, tokens, n, capture);
	uint16_t *row = told.rows[told.n++];
	row[0] = (uint16_t)n;
	for (int l = 0; l < SC_LAYERS; l++)
		row[1 + l] = (uint16_t)g->distinct[l];
	return rc;
}

struct trial {
	enum srch_policy policy;
	int forks, batch, n_tasks, die_after;
	bool silent, ahead;
};

static int grow(const char *dir, struct trial t, struct srch_outcome *out)
{
	struct srch_tasks tasks;
	struct sc_gen g = {.experts = 16, .sharpness = 6, .silent = t.silent, .die_after = t.die_after, .halves = t.ahead, .ahead = t.ahead,
		.nap_us = t.die_after ? 1000 : 0};
	struct sc_judge j = {0};
	struct srch_generator gen = sc_generator(&g);
	struct srch_judge judge = sc_judge_table(&j);
	gen.step = telling_step;
	struct srch_options o = {.out = dir, .policy = t.policy, .forks = t.forks ? t.forks : 12, .batch = t.batch, .p = 0.6, .temperature = 0.7,
		.max_tokens = 40, .seed = 5, .resume = true, .quiet = true, .save_seconds = t.die_after ? -1 : 0};
	OK(sc_tasks(&tasks, t.n_tasks ? t.n_tasks : 4));
	int rc = srch_run(&o, &tasks, &gen, &judge, out);
	srch_tasks_release(&tasks);
	return rc;
}

/* The file holds what the generator was told from `from` on, behind `before` other rows. */
static void holds(const char *dir, size_t before, size_t from)
{
	uint16_t *steps;
	size_t n;
	OK(steps_read(&steps, &n, dir, &shape));
	assert_int_equal(n, before + told.n - from);
	assert_memory_equal(steps + before * WIDTH, told.rows + from, (told.n - from) * sizeof *told.rows);
	mem_free(steps);
}

static void every_step_is_kept_with_its_counts(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		const char *dir = in_folder(policy == SRCH_TOPP ? "topp" : "sample");
		struct srch_outcome out;
		struct run *r;
		told.n = 0;
		OK(grow(dir, (struct trial){.policy = (enum srch_policy)policy, .batch = 8}, &out));
		assert_true(told.n > 20);
		holds(dir, 0, 0);
		double forks = 0, distinct = 0;
		for (size_t i = 0; i < told.n; i++) {
			forks += told.rows[i][0];
			distinct += told.rows[i][1] + told.rows[i][2] + told.rows[i][3];
		}
		OK(run_load(&r, dir, RUN_STEPS));
		assert_int_equal(told.n, r->n_steps);
		NEAR(forks / (double)told.n, r->forks_per_step, 1e-12);
		NEAR(distinct / (double)told.n / SC_LAYERS, r->distinct_per_step, 1e-12);
		run_free(r);
		OK(run_load(&r, dir, 0)); /* from the sums of wallclock.json: the same */
		assert_null(r->steps);
		NEAR(forks / (double)told.n, r->forks_per_step, 1e-12);
		NEAR(distinct / (double)told.n / SC_LAYERS, r->distinct_per_step, 1e-12);
		run_free(r);
	}
}

static void one_fork_touches_what_it_chooses(void **state)
{
	(void)state;
	struct srch_outcome out;
	OK(grow(in_folder("alone"), (struct trial){.forks = 1, .batch = 1}, &out));
	uint16_t *steps;
	size_t n;
	OK(steps_read(&steps, &n, in_folder("alone"), &shape));
	assert_int_equal(n, out.tokens - out.programs); /* a leaf's last token is no step */
	for (size_t i = 0; i < n * WIDTH; i++)
		assert_int_equal(steps[i], i % WIDTH ? SC_K : 1);
	mem_free(steps);
}

/* A step is kept as it was: with the rows of those that had ended, which had been begun too early. */
static void what_was_stepped_too_much_is_kept(void **state)
{
	(void)state;
	struct srch_outcome out, ahead;
	OK(grow(in_folder("one"), (struct trial){.batch = 8}, &out));
	OK(grow(in_folder("ahead"), (struct trial){.batch = 8, .ahead = true}, &ahead));
	assert_string_equal(ahead.commit, out.commit);
	uint16_t *steps;
	size_t n, rows = 0;
	OK(steps_read(&steps, &n, in_folder("ahead"), &shape)); /* which holds distinct experts to what so many rows can touch */
	for (size_t i = 0; i < n; i++)
		rows += steps[i * WIDTH];
	assert_in_range(rows, ahead.tokens - ahead.programs + 1, ahead.tokens - 1); /* a row a program at most */
	mem_free(steps);
}

static void the_runs_id_does_not_know_of_them(void **state)
{
	(void)state;
	struct srch_outcome a, b;
	OK(grow(in_folder("a"), (struct trial){.batch = 8}, &a));
	OK(grow(in_folder("b"), (struct trial){.batch = 3, .silent = true}, &b));
	assert_string_equal(a.commit, b.commit);
	char *path = file_join(in_folder("b"), STEPS_FILE);
	assert_false(file_exists(path));
	mem_free(path);
	struct run *r;
	OK(run_load(&r, in_folder("b"), RUN_STEPS));
	assert_int_equal(r->n_steps, 0);
	run_free(r);
	assert_true(git_is_clean(in_folder("a")));
}

/* A child dies in a step; what it had brought to disk stays, what comes then is behind it. */
static void a_resumed_run_goes_on_behind_what_was_kept(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct srch_outcome out, whole;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(grow(dir, (struct trial){.batch = 8, .die_after = 30}, &out) ? 1 : 0);
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 99);
	uint16_t *steps, *after;
	size_t before, n;
	OK(steps_read(&steps, &before, dir, &shape));
	assert_true(before > 0 && before < 30);
	told.n = 0;
	OK(grow(dir, (struct trial){.batch = 8}, &out));
	holds(dir, before, 0);
	OK(steps_read(&after, &n, dir, &shape));
	assert_memory_equal(after, steps, before * WIDTH * sizeof *steps);
	mem_free(steps);
	mem_free(after);
	OK(grow(in_folder("whole"), (struct trial){.batch = 8}, &whole));
	assert_string_equal(out.commit, whole.commit);
	told.n = 0;
	OK(grow(dir, (struct trial){.batch = 8}, &out)); /* finished: nothing is stepped, nothing changes */
	holds(dir, n, 0);
}

/* -- the file alone -- */

static const int32_t some[SC_LAYERS] = {2, 4, 3};

static int flush(struct steps *s)
{
	steps_take(s);
	return steps_write(s);
}

static void write_some(const char *dir, int n)
{
	struct steps *s;
	OK(steps_open(&s, dir, &shape));
	for (int i = 0; i < n; i++)
		steps_add(s, 2, some);
	OK(flush(s));
	steps_close(s);
}

static size_t count(const char *dir)
{
	uint16_t *steps;
	size_t n;
	OK(steps_read(&steps, &n, dir, &shape));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(steps[i * WIDTH], 2);
		for (int l = 0; l < SC_LAYERS; l++)
			assert_int_equal(steps[i * WIDTH + 1 + (size_t)l], some[l]);
	}
	mem_free(steps);
	return n;
}

static void it_is_an_array_at_all_times(void **state)
{
	(void)state;
	struct steps *s;
	OK(steps_open(&s, folder, &shape));
	assert_int_equal(count(folder), 0);
	for (size_t i = 0; i < 3000; i++) {
		steps_add(s, 2, some);
		assert_int_equal(steps_waiting(s), (i % 1000 + 1) * WIDTH * sizeof(uint16_t));
		if (i % 1000 < 999)
			continue;
		steps_take(s);
		assert_int_equal(steps_waiting(s), 0);
		assert_int_equal(count(folder), i / 2000 * 2000); /* the first thousand waits for the second, and the third alone */
		if (i / 1000 != 0)
			OK(steps_write(s));
	}
	assert_int_equal(count(folder), 3000);
	OK(flush(s));
	assert_int_equal(count(folder), 3000);
	steps_close(s);
}

/* With nothing to save for long, what waits goes to disk all the same. */
static void memory_is_bounded(void **state)
{
	(void)state;
	struct store *store;
	struct srch_tasks tasks;
	bool created;
	size_t room = STEPS_WAITING / (WIDTH * sizeof(uint16_t)), n = 0;
	OK(sc_tasks(&tasks, 1));
	const char *dir = in_folder("alone");
	OK(store_open_write(&store, dir, &created));
	struct saver *s = saver_new(&(struct saver_setup){.store = store, .tasks = &tasks, .shape = shape, .save_seconds = 1000});
	OK(saver_start(s, true));
	for (size_t i = 0; i < 3 * room + 5; i++)
		saver_count(s, &(struct saver_counts){0}, 2, some);
	for (int i = 0; i < 1000 && n <= 2 * room; i++) {
		usleep(10000);
		n = count(dir);
	}
	assert_true(n > 2 * room);
	OK(saver_end(s));
	assert_int_equal(count(dir), 3 * room + 5);
	saver_free(s);
	store_close(store);
	srch_tasks_release(&tasks);
}

/* A limit on the size of files stands in for a full disk. */
static void a_full_disk_is_named_and_the_array_stays(void **state)
{
	(void)state;
	write_some(folder, 3);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct steps *s;
		bool right = !steps_open(&s, folder, &shape);
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){300, 300});
		for (int i = 0; i < 100 && right; i++)
			steps_add(s, 2, some);
		right = right && flush(s) == ERR_IO && strstr(err_message(), "cannot write") && strstr(err_message(), "/steps.npy");
		_exit(right ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(count(folder), 3);
	write_some(folder, 2);
	assert_int_equal(count(folder), 5);
}

static void rows_that_nobody_counted_are_cut_off(void **state)
{
	(void)state;
	write_some(folder, 3);
	assert_int_equal(shell("printf 'half a row' >>'%s'/steps.npy", folder), 0); /* as a writer killed before it wrote the header */
	assert_int_equal(count(folder), 3);
	write_some(folder, 2);
	assert_int_equal(count(folder), 5);
	assert_int_equal(shell("test $(stat -c %%s '%s/steps.npy') -eq $((128 + 5 * 8))", folder), 0);
}

static void a_file_cut_short_is_named_and_mended_by_the_next_writer(void **state)
{
	(void)state;
	uint16_t *steps;
	size_t n;
	write_some(folder, 9);
	assert_int_equal(shell("truncate -s $((128 + 4 * 8 + 3)) '%s/steps.npy'", folder), 0);
	FAILS(ERR_FORMAT, "steps.npy: it is cut short; the run is whole without this file: move it away", steps_read(&steps, &n, folder, &shape));
	assert_null(steps);
	assert_int_equal(n, 0);
	write_some(folder, 1);
	assert_int_equal(count(folder), 5);
}

static void write_array(enum npy_type type, int n_dims, const size_t *dims, const void *data)
{
	struct buf b;
	char *path = file_join(folder, STEPS_FILE);
	buf_init(&b, BUF_MAX_TEXT);
	OK(npy_write(&b, type, n_dims, dims, data));
	OK(file_write(path, b.data, b.len));
	buf_release(&b);
	mem_free(path);
}

static void refused(const char *part)
{
	uint16_t *steps;
	size_t n;
	FAILS(ERR_FORMAT, part, steps_read(&steps, &n, folder, &shape));
	assert_null(steps);
}

static void what_is_no_such_file_is_refused_with_what_to_do(void **state)
{
	(void)state;
	struct steps *s;
	static const uint16_t rows[2][5] = {{2, 4, 3, 2, 4}, {1, 2, 2, 2, 2}};
	static const char must[] = "steps.npy: of a model of 3 layers it must be u2 (steps, 4), and is not; the run is whole without this file";
	write_array(NPY_U16, 2, (size_t[]){2, 5}, rows);
	refused(must);
	FAILS(ERR_FORMAT, must, steps_open(&s, folder, &shape));
	assert_non_null(strstr(err_message(), folder)); /* the writer says in which folder */
	assert_null(s);
	write_array(NPY_U8, 2, (size_t[]){2, 4}, rows);
	refused(must);
	write_array(NPY_U16, 1, (size_t[]){4}, rows);
	refused(must);
	assert_int_equal(shell("echo text >'%s/steps.npy'", folder), 0);
	refused("steps.npy: not an npy file");
	FAILS(ERR_FORMAT, "not an npy file", steps_open(&s, folder, &shape));
	assert_int_equal(shell(": >'%s/steps.npy'", folder), 0);
	refused("steps.npy: not an npy file");
}

static void counts_that_cannot_be_are_named(void **state)
{
	(void)state;
	static const struct {
		uint16_t row[WIDTH];
		const char *part;
	} cases[] = {
		{{2, 4, 5, 3}, "step 1, layer 1: 2 forks cannot touch 5 experts, choosing 2 of 16 each"},
		{{2, 4, 4, 1}, "step 1, layer 2: 2 forks cannot touch 1 experts"},
		{{0, 0, 0, 0}, "step 1, layer 0: 0 forks"},
		{{100, 17, 9, 9}, "step 1, layer 0: 100 forks cannot touch 17 experts"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint16_t rows[2][WIDTH] = {{100, 16, 2, 9}};
		memcpy(rows[1], cases[i].row, sizeof rows[1]);
		write_array(NPY_U16, 2, (size_t[]){2, WIDTH}, rows);
		refused(cases[i].part);
	}
}

static void keep(void *ctx, const char *line)
{
	snprintf(ctx, 300, "%s", line);
}

static void fsck_and_loading_say_what_is_wrong_with_it(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	struct srch_outcome out;
	struct run *r;
	char line[300] = "";
	size_t n;
	OK(grow(dir, (struct trial){.batch = 8}, &out));
	OK(run_fsck(dir, keep, line, &n));
	assert_int_equal(n, 0);
	assert_int_equal(shell("printf 'more' >>'%s/steps.npy'", dir), 0); /* what a kill may leave */
	OK(run_fsck(dir, keep, line, &n));
	assert_int_equal(n, 0);
	assert_int_equal(shell("truncate -s 140 '%s/steps.npy'", dir), 0);
	OK(run_fsck(dir, keep, line, &n));
	assert_int_equal(n, 1);
	assert_non_null(strstr(line, "steps.npy: it is cut short"));
	FAILS(ERR_FORMAT, "run: steps.npy: it is cut short", run_load(&r, dir, RUN_STEPS));
	OK(run_load(&r, dir, RUN_ROUTING)); /* whoever does not ask for it does without */
	run_free(r);
	assert_int_equal(shell("rm '%s/steps.npy'", dir), 0);
	OK(run_fsck(dir, keep, line, &n));
	assert_int_equal(n, 0);
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_step_is_kept_with_its_counts),
		IN_FOLDER(one_fork_touches_what_it_chooses), IN_FOLDER(what_was_stepped_too_much_is_kept),
		IN_FOLDER(the_runs_id_does_not_know_of_them),
		IN_FOLDER(a_resumed_run_goes_on_behind_what_was_kept),
		IN_FOLDER(it_is_an_array_at_all_times), IN_FOLDER(memory_is_bounded),
		IN_FOLDER(a_full_disk_is_named_and_the_array_stays),
		IN_FOLDER(rows_that_nobody_counted_are_cut_off),
		IN_FOLDER(a_file_cut_short_is_named_and_mended_by_the_next_writer),
		IN_FOLDER(what_is_no_such_file_is_refused_with_what_to_do),
		IN_FOLDER(counts_that_cannot_be_are_named),
		IN_FOLDER(fsck_and_loading_say_what_is_wrong_with_it),
	};
	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
