/* Errors, memory, buffers, maps, hashing and threads. */
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/thread.h"
#include "tests/check.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void a_message_may_quote_the_message_before_it(void **state)
{
	(void)state;
	assert_int_equal(ERR_FORMAT, err_set(ERR_FORMAT, "layer %d", 3));
	assert_int_equal(ERR_IO, err_set(ERR_IO, "while loading: %s", err_message()));
	assert_string_equal("while loading: layer 3", err_message());
	assert_int_equal(ERR_IO, err_prefix(ERR_IO, "model %s", "x"));
	assert_string_equal("model x: while loading: layer 3", err_message());
}

static void a_message_cannot_move_the_terminal(void **state)
{
	(void)state;
	err_set(ERR_FORMAT, "tensor %s", "a\033[2Jb\nc");
	assert_string_equal("tensor a?[2Jb?c", err_message());
}

static void the_first_failure_is_the_one_to_tell(void **state)
{
	(void)state;
	struct err_kept first = err_keep(err_set(ERR_FORMAT, "layer %d", 3)), none = err_keep(0);
	assert_int_equal(ERR_FORMAT, err_first(&first, err_set(ERR_IO, "disk full")));
	assert_string_equal("layer 3", err_message());
	assert_int_equal(ERR_FORMAT, err_first(&first, 0));
	assert_int_equal(ERR_IO, err_first(&none, err_set(ERR_IO, "disk full")));
	assert_string_equal("disk full", err_message());
	assert_int_equal(0, err_first(&none, 0));
}

static void exit_statuses_are_those_of_the_contract(void **state)
{
	(void)state;
	assert_int_equal(0, err_exit_status(ERR_OK));
	assert_int_equal(1, err_exit_status(ERR_FORMAT));
	assert_int_equal(2, err_exit_status(ERR_USAGE));
	assert_int_equal(3, err_exit_status(ERR_MISSING));
}

static void a_buffer_keeps_to_its_ceiling(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 10);
	OK(buf_str(&b, "12345678"));
	assert_int_equal(ERR_LIMIT, buf_str(&b, "abcdef"));
	assert_true(b.truncated);
	assert_string_equal("12345678ab", buf_text(&b));
	assert_int_equal(ERR_LIMIT, buf_char(&b, 'x'));
	assert_int_equal(10, b.len);
	buf_clear(&b);
	OK(buf_printf(&b, "%d", 42));
	assert_string_equal("42", buf_text(&b));
	buf_release(&b);
}

static void a_long_print_is_whole(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 20);
	char word[2001];
	memset(word, 'w', 2000);
	word[2000] = '\0';
	OK(buf_printf(&b, "%s%s", word, word));
	assert_int_equal(4000, b.len);
	size_t n;
	char *taken = buf_take(&b, &n);
	assert_int_equal(4000, n);
	assert_int_equal('w', taken[3999]);
	assert_string_equal("", buf_text(&b));
	mem_free(taken);
}

static void a_map_finds_what_was_put_in_order(void **state)
{
	(void)state;
	struct map m;
	map_init(&m);
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(map_put(&m, &i, sizeof i, i * i));
	assert_false(map_put(&m, &(uint64_t){ 7 }, sizeof(uint64_t), 1));
	for (uint64_t i = 0; i < 5000; i++) {
		assert_int_equal(i == 7 ? 1 : i * i, *map_get(&m, &i, sizeof i));
		assert_memory_equal(&i, m.entries[i].key, sizeof i);
	}
	assert_null(map_get(&m, "absent", 6));
	assert_true(map_put(&m, "", 0, 9));
	assert_int_equal(9, *map_get(&m, "", 0));
	map_release(&m);
}

static void fnv_has_its_published_values(void **state)
{
	(void)state; /* Fowler, Noll, Vo: test vectors of FNV-1a, 64 bits */
	assert_true(hash_str(HASH_SEED, "") == UINT64_C(0xcbf29ce484222325));
	assert_true(hash_str(HASH_SEED, "a") == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(hash_str(HASH_SEED, "foobar") == UINT64_C(0x85944171f73967e8));
}

static void large_memory_is_counted_and_can_be_made_to_fail(void **state)
{
	(void)state;
	size_t before = mem_large_now();
	char *p = mem_large(1000);
	assert_non_null(p);
	assert_int_equal(0, (uintptr_t)p % 64);
	assert_int_equal(before + 1000, mem_large_now());
	mem_fail_at(2);
	char *q = mem_large(10);
	assert_non_null(q);
	assert_null(mem_large(10));
	char *r = mem_large(10);
	assert_non_null(r);
	mem_large_free(p);
	mem_large_free(q);
	mem_large_free(r);
	assert_int_equal(before, mem_large_now());
	assert_null(mem_large(SIZE_MAX - 8));
}

static void allocating_where_it_is_forbidden_ends_the_program(void **state)
{
	(void)state;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(9);
		signal(SIGABRT, SIG_DFL); /* not the test library's handler */
		mem_forbid("decode");
		mem_free(mem_alloc(1));
		_exit(0);
	}
	int status;
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void an_arena_gives_zeroed_aligned_pieces(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	for (size_t n = 1; n < 3000; n += 7) {
		unsigned char *p = arena_alloc(&a, n);
		assert_int_equal(0, (uintptr_t)p % 16);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(0, p[i]);
		memset(p, 0xff, n);
	}
	assert_string_equal("ab", arena_strndup(&a, "abc", 2));
	arena_release(&a);
}

static void count_item(void *ctx, int item, int thread)
{
	(void)thread;
	atomic_fetch_add(&((atomic_int *)ctx)[item], 1);
}

static void a_crew_does_every_item_once(void **state)
{
	(void)state;
	enum { ITEMS = 100 };
	for (int n = 1; n <= 5; n++) {
		struct crew *c = crew_new(n);
		for (int items = 0; items <= ITEMS; items += items < 8 ? 1 : 23) {
			atomic_int seen[ITEMS] = { 0 };
			for (int round = 0; round < 20; round++)
				crew_run(c, items, count_item, seen);
			for (int i = 0; i < ITEMS; i++)
				assert_int_equal(i < items ? 20 : 0, atomic_load(&seen[i]));
		}
		crew_free(c);
	}
}

static void a_crew_wakes_after_a_long_sleep(void **state)
{
	(void)state;
	struct crew *c = crew_new(3);
	atomic_int seen[3] = { 0 };
	for (int round = 0; round < 3; round++) {
		usleep(20000);
		crew_run(c, 3, count_item, seen);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(3, atomic_load(&seen[i]));
	crew_free(c);
}

static void a_file_is_written_whole_or_not_at_all(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-test-XXXXXX";
	assert_non_null(mkdtemp(dir));
	char *sub = file_join(dir, "a/b/c"), *path = file_join(sub, "f"), *under = file_join(path, "g");
	OK(file_mkdirs(sub));
	OK(file_mkdirs(sub));
	OK(file_write(path, "hello", 5));
	OK(file_write(path, "again", 5));
	struct buf b;
	buf_init(&b, 100);
	OK(file_read(&b, path));
	assert_string_equal("again", buf_text(&b));
	buf_release(&b);
	buf_init(&b, 3);
	FAILS(ERR_LIMIT, "larger than 3 bytes", file_read(&b, path));
	buf_release(&b);
	FAILS(ERR_IO, "cannot write", file_write(under, "x", 1));
	mem_free(under);
	FAILS(ERR_IO, "in the way", file_mkdirs(path));
	struct file_map m;
	OK(file_map_open(&m, path));
	assert_int_equal(5, m.size);
	file_map_close(&m);
	FAILS(ERR_IO, "not a regular file", file_map_open(&m, dir));
	FAILS(ERR_MISSING, "cannot open", file_map_open(&m, "/nonexistent/x"));
	assert_int_equal(0, mkfifo(under = file_join(sub, "pipe"), 0600)); /* without a writer: nobody waits for one */
	FAILS(ERR_IO, "not a regular file", file_map_open(&m, under));
	FAILS(ERR_IO, "not a regular file", file_read_regular(&b, under));
	FAILS(ERR_IO, "not a regular file", file_read_regular(&b, dir));
	unlink(under);
	assert_int_equal(0, symlink("pipe", under)); /* to itself */
	FAILS(ERR_MISSING, "cannot open", file_read_regular(&b, under));
	unlink(under);
	buf_init(&b, 100);
	OK(file_read_regular(&b, path));
	assert_string_equal("again", buf_text(&b));
	buf_release(&b);
	unlink(path);
	for (int i = 0; i < 3; i++) {
		rmdir(sub);
		*strrchr(sub, '/') = '\0';
	}
	assert_int_equal(0, rmdir(dir)); /* no temporary file was left behind */
	mem_free(sub);
	mem_free(path);
	mem_free(under);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_may_quote_the_message_before_it),
		TEST(a_message_cannot_move_the_terminal),
		TEST(the_first_failure_is_the_one_to_tell),
		TEST(exit_statuses_are_those_of_the_contract),
		TEST(a_buffer_keeps_to_its_ceiling),
		TEST(a_long_print_is_whole),
		TEST(a_map_finds_what_was_put_in_order),
		TEST(fnv_has_its_published_values),
		TEST(large_memory_is_counted_and_can_be_made_to_fail),
		TEST(allocating_where_it_is_forbidden_ends_the_program),
		TEST(an_arena_gives_zeroed_aligned_pieces),
		TEST(a_crew_does_every_item_once),
		TEST(a_crew_wakes_after_a_long_sleep),
		TEST(a_file_is_written_whole_or_not_at_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
