/* The store's own parts: packs, ids, trees, and what git says of them. */
#include "base/log.h"
#include "base/mem.h"
#include "search/group_id.h"
#include "search/passk.h"
#include "search/store.h"
#include "search/store_pack.h"
#include "tests/search/folder.h"

static void sha1_gives_the_values_of_its_standard(void **state)
{
	(void)state;
	static const struct { const char *text; size_t times; const char *hex; } cases[] = {
		{"", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
		{"a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sha1 s;
		struct store_id id;
		char hex[41];
		sha1_init(&s);
		for (size_t k = 0; k < cases[i].times; k++)
			sha1_add(&s, cases[i].text, strlen(cases[i].text));
		sha1_end(&s, id.b);
		store_id_hex(hex, &id);
		assert_string_equal(hex, cases[i].hex);
	}
}

static void an_object_id_is_gits_own(void **state)
{
	(void)state;
	struct store_id id;
	char hex[41], group[41];
	pack_object_id(id.b, PACK_BLOB, "hello\n", 6); /* git hash-object of the file "hello" */
	store_id_hex(hex, &id);
	assert_string_equal(hex, "ce013625030ba8dba906f756967f9e9ca394464a");
	OK(srch_group_id(group, "hello\n", 6));
	assert_string_equal(group, hex);
}

static struct store *new_store(const char *dir)
{
	struct store *s;
	bool created;
	OK(store_open_write(&s, dir, &created));
	assert_true(created);
	return s;
}

static void what_is_put_in_comes_out(void **state)
{
	(void)state;
	const char *dir = in_folder("s");
	struct store *s = new_store(dir);
	struct store_id blob[3], tree, commit, id;
	size_t n = 3 << 20;
	char *big = mem_alloc(n);
	for (size_t i = 0; i < n; i++)
		big[i] = (char)(i * i >> 7);
	OK(store_put_blob(s, "", 0, &blob[0]));
	OK(store_put_blob(s, "x\0y", 3, &blob[1]));
	OK(store_put_blob(s, big, n, &blob[2]));
	struct store_entry e[3] = {{"zeta", blob[2]}, {"Alpha", blob[1]}, {"beta.npy", blob[0]}};
	OK(store_put_tree(s, e, 3, &tree));
	OK(store_put_commit(s, &tree, NULL, 0, "first\n", &commit));
	OK(store_put_commit(s, &tree, (struct store_id[]){commit, commit}, 1, "second\n", &id));
	OK(store_save(s, STORE_REF_RUN, &id));
	store_close(s);
	assert_true(git_is_clean(dir));
	OK(store_open(&s, dir));
	struct store_commit c;
	OK(store_commit_read(s, &id, &c));
	assert_string_equal(c.message, "second\n");
	assert_int_equal(c.n_parents, 1);
	assert_true(c.ours && store_id_equal(&c.parents[0], &commit));
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	OK(store_file(s, &c.tree, "zeta", &b));
	assert_int_equal(b.len, n);
	assert_memory_equal(b.data, big, n);
	buf_clear(&b);
	OK(store_file(s, &c.tree, "Alpha", &b));
	assert_memory_equal(b.data, "x\0y", 3);
	FAILS(ERR_FORMAT, "has no file \"gamma\"", store_file(s, &c.tree, "gamma", &b));
	FAILS(ERR_FORMAT, "cannot read the blob", store_blob(s, &tree, &b));
	FAILS(ERR_FORMAT, "cannot read the commit", store_commit_read(s, &blob[0], &(struct store_commit){0}));
	buf_release(&b);
	store_commit_release(&c);
	store_close(s);
	mem_free(big);
}

static void the_same_object_is_kept_once(void **state)
{
	(void)state;
	const char *dir = in_folder("s");
	struct store *s = new_store(dir);
	struct store_id a, b, tree, commit;
	OK(store_put_blob(s, "same", 4, &a));
	size_t bytes = store_batch_bytes(s);
	OK(store_put_blob(s, "same", 4, &b));
	assert_int_equal(store_batch_bytes(s), bytes);
	assert_true(store_id_equal(&a, &b));
	OK(store_put_tree(s, &(struct store_entry){"f", a}, 1, &tree));
	OK(store_put_commit(s, &tree, NULL, 0, "m\n", &commit));
	OK(store_save(s, STORE_REF_RUN, &commit));
	OK(store_put_blob(s, "same", 4, &b));
	assert_int_equal(store_batch_bytes(s), 0); /* on disk already */
	store_close(s);
	assert_int_equal(shell("test $(git -C '%s' cat-file --batch-all-objects --batch-check | wc -l) = 3", dir), 0);
}

static void what_was_not_saved_is_not_there(void **state)
{
	(void)state;
	const char *dir = in_folder("s");
	struct store *s = new_store(dir);
	struct store_id blob, tree, commit;
	OK(store_put_blob(s, "a", 1, &blob));
	OK(store_put_tree(s, &(struct store_entry){"f", blob}, 1, &tree));
	OK(store_put_commit(s, &tree, NULL, 0, "m\n", &commit));
	OK(store_save(s, STORE_REF_RUN, &commit));
	OK(store_put_blob(s, "lost", 4, &blob));
	store_close(s);
	OK(store_open(&s, dir));
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	FAILS(ERR_FORMAT, "cannot read the blob", store_blob(s, &blob, &b));
	buf_release(&b);
	store_close(s);
	assert_true(git_is_clean(dir));
}

static void nothing_repacks_behind_the_writers_back(void **state)
{
	(void)state;
	const char *dir = in_folder("s");
	store_close(new_store(dir));
	assert_int_equal(shell("test $(git -C '%s' config gc.auto) = 0", dir), 0);
	assert_int_equal(shell("test $(git -C '%s' config core.bare) = true", dir), 0);
	assert_int_equal(shell("test $(git -C '%s' symbolic-ref HEAD) = refs/heads/run", dir), 0);
}

static void an_id_is_forty_hexadecimal_digits(void **state)
{
	(void)state;
	struct store_id id;
	char hex[41];
	OK(store_id_parse(&id, "ce013625030ba8dba906f756967f9e9ca394464a"));
	store_id_hex(hex, &id);
	assert_string_equal(hex, "ce013625030ba8dba906f756967f9e9ca394464a");
	FAILS(ERR_FORMAT, "not an object id", store_id_parse(&id, "ce01"));
	FAILS(ERR_FORMAT, "not an object id", store_id_parse(&id, "ce013625030ba8dba906f756967f9e9ca394464x"));
}

/* -- pass rates -- */

/* 1 - C(n-c, k) / C(n, k), by counting subsets. */
static double by_counting(int n, int c, int k)
{
	long all = 0, none = 0;
	for (unsigned set = 0; set < 1u << n; set++) {
		if (__builtin_popcount(set) != k)
			continue;
		all++;
		none += (set & ((1u << c) - 1)) == 0;
	}
	return 1 - (double)none / (double)all;
}

static void pass_at_k_is_the_share_of_subsets_with_a_pass(void **state)
{
	(void)state;
	for (int n = 1; n <= 9; n++) {
		for (int c = 0; c <= n; c++) {
			for (int k = 1; k <= n; k++)
				NEAR(by_counting(n, c, k), srch_pass_at((size_t)n, (size_t)c, (size_t)k), 1e-12);
		}
	}
	NEAR(1.0, srch_pass_at(100000, 99999, 2), 0);
	NEAR(0.5, srch_pass_at(200000, 100000, 1), 1e-9);
}

static void tasks_with_too_few_draws_are_left_out_and_counted(void **state)
{
	(void)state;
	struct srch_pass_counts t[3] = {{10, 5, 0.5, 0.2}, {4, 4, 0.25, 0.25}, {10, 0, 0, 0}};
	size_t dropped;
	NEAR((0.5 + 1 + 0) / 3, srch_pass_mean(t, 3, 1, &dropped), 1e-12);
	assert_int_equal(dropped, 0);
	NEAR(srch_pass_at(10, 5, 5) / 2, srch_pass_mean(t, 3, 5, &dropped), 1e-12);
	assert_int_equal(dropped, 1);
	assert_true(isnan(srch_pass_mean(t, 3, 11, &dropped)));
	NEAR((0.4 + 1) / 2, srch_pass_share(t, 3), 1e-12);
	assert_true(isnan(srch_pass_share(t, 0)));
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)
	const struct CMUnitTest tests[] = {
		TEST(sha1_gives_the_values_of_its_standard),
		TEST(an_object_id_is_gits_own),
		IN_FOLDER(what_is_put_in_comes_out),
		IN_FOLDER(the_same_object_is_kept_once),
		IN_FOLDER(what_was_not_saved_is_not_there),
		IN_FOLDER(nothing_repacks_behind_the_writers_back),
		TEST(an_id_is_forty_hexadecimal_digits),
		TEST(pass_at_k_is_the_share_of_subsets_with_a_pass),
		TEST(tasks_with_too_few_draws_are_left_out_and_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
