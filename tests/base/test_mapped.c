/* Mapped files that are cut short while they are mapped, memory that is only used where it is touched, progress that waits. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/check.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { SIZE = 64 << 10 };

/* A file of SIZE bytes, mapped. */
static void make(char path[], struct file_map *m)
{
	static char bytes[SIZE];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, sizeof bytes), SIZE);
	close(fd);
	OK(file_map_open(m, path));
}

static void reading_ahead_is_an_error_where_the_file_was_cut(void **state)
{
	(void)state;
	char path[] = "/tmp/coppice-mapped-XXXXXX";
	struct file_map m;
	make(path, &m);
	OK(file_map_read(&m, path, 0, SIZE));
	OK(file_map_read(&m, path, 4097, 1));
	assert_int_equal(truncate(path, 20000), 0);
	OK(file_map_read(&m, path, 0, 20000));
	int rc = file_map_read(&m, path, 0, SIZE);
	if (!rc) {
		file_map_close(&m);
		unlink(path);
		SKIP("this kernel cannot read ahead into page tables (before 5.14)");
	}
	FAILS(ERR_IO, path, rc);
	FAILS(ERR_IO, "shorter than it was", rc);
	file_map_close(&m);
	unlink(path);
}

/* Runs fn in a child whose standard error is kept; returns its wait status. */
static int in_child(void (*fn)(const struct file_map *), const struct file_map *m, char *said, size_t size)
{
	int p[2];
	assert_int_equal(pipe(p), 0);
	fflush(NULL);
	pid_t child = fork();
	if (!child) {
		dup2(p[1], 2);
		signal(SIGBUS, SIG_DFL); /* not the test library's */
		fn(m);
		_exit(0);
	}
	close(p[1]);
	size_t n = 0;
	for (ssize_t got; n < size - 1 && (got = read(p[0], said + n, size - 1 - n)) > 0;)
		n += (size_t)got;
	said[n] = '\0';
	close(p[0]);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void touch_the_end(const struct file_map *m)
{
	file_map_guard();
	volatile char last = ((const char *)m->data)[m->size - 1];
	(void)last;
}

static void raise_without_a_file(const struct file_map *m)
{
	(void)m;
	file_map_guard();
	raise(SIGBUS);
}

static void a_file_cut_while_in_use_ends_the_program_with_its_name(void **state)
{
	(void)state;
	char path[] = "/tmp/coppice-mapped-XXXXXX", said[1000];
	struct file_map m;
	make(path, &m);
	int status = in_child(touch_the_end, &m, said, sizeof said);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_string_equal(said, "");
	assert_int_equal(truncate(path, 100), 0);
	status = in_child(touch_the_end, &m, said, sizeof said);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 || !strstr(said, path) || !strstr(said, "cut short"))
		fail_msg("status %x, said: %s", (unsigned)status, said);
	file_map_close(&m);
	status = in_child(raise_without_a_file, &m, said, sizeof said);
	if (strstr(said, path))
		fail_msg("a closed file was blamed: %s", said);
	unlink(path);
}

static void a_pool_larger_than_the_machine_costs_only_what_is_touched(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	SKIP("under ASan large blocks are malloc's");
#endif
	double before = mem_peak(), all = mem_available();
	assert_true(before > 0 && all > before);
	size_t bytes = (size_t)all * 4;
	char *p = mem_large(bytes);
	assert_non_null(p);
	for (size_t i = 0; i < 8; i++)
		p[bytes / 8 * i] = 1;
	assert_true(mem_peak() - before < 64e6);
	mem_large_free(p);
}

static void progress_says_nothing_of_work_that_is_over_at_once(void **state)
{
	(void)state;
	struct progress p;
	fflush(NULL);
	int keep = dup(2), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, 2);
	progress_start(&p, "work", "MiB", 100);
	p.patience = 5;
	progress_update(&p, 50, NULL);
	progress_end(&p);
	bool patient = p.shown;
	progress_start(&p, "work", "MiB", 100);
	progress_end(&p);
	dup2(keep, 2);
	close(keep);
	close(null);
	assert_false(patient);
	assert_true(p.shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reading_ahead_is_an_error_where_the_file_was_cut),
		TEST(a_file_cut_while_in_use_ends_the_program_with_its_name),
		TEST(a_pool_larger_than_the_machine_costs_only_what_is_touched),
		TEST(progress_says_nothing_of_work_that_is_over_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
