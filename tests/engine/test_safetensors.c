/* Safetensors: what is read, and one clear error for everything that is wrong. */
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/safetensors.h"
#include "tests/check.h"
#include <stdlib.h>
#include <sys/stat.h>

/* A file of this header and n bytes of data 0, 1, 2, ... */
static struct buf file_of(const char *header, size_t n)
{
	struct buf b;
	uint64_t len = strlen(header);
	buf_init(&b, BUF_MAX_TEXT);
	for (int i = 0; i < 8; i++)
		buf_char(&b, (char)(len >> 8 * i & 0xff));
	buf_str(&b, header);
	for (size_t i = 0; i < n; i++)
		buf_char(&b, (char)i);
	return b;
}

static void tensors_are_found_by_name_with_type_shape_and_bytes(void **state)
{
	(void)state;
	struct buf b = file_of("{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[4,16]},"
	                       "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
	                       "\"e\":{\"dtype\":\"F8_E4M3\",\"shape\":[0,7],\"data_offsets\":[16,16]}}   ", 16);
	struct safetensors *s;
	OK(safetensors_parse(&s, b.data, b.len));
	assert_int_equal(safetensors_count(s), 3);
	assert_int_equal(safetensors_bytes(s), 16);
	const struct st_tensor *t = safetensors_find(s, "b");
	assert_non_null(t);
	assert_int_equal(t->type, ST_BF16);
	assert_int_equal(t->n_dims, 2);
	assert_int_equal(t->dims[1], 3);
	assert_int_equal(t->bytes, 12);
	assert_int_equal(*(const unsigned char *)t->data, 4);
	assert_string_equal(safetensors_at(s, 0)->name, "a");
	assert_int_equal(safetensors_find(s, "e")->bytes, 0);
	assert_null(safetensors_find(s, "c"));
	safetensors_close(s);
	buf_release(&b);
}

/* A header, how many bytes of data follow, and what the message must say. */
static const struct {
	const char *header;
	size_t bytes;
	const char *says;
} bad[] = {
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, "tensor a: ends at byte 8 of the data, but there are 7"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, "1 bytes too many"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "a and b overlap"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 12, "bytes 4 to 8 of the data belong to no tensor"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "tensor a: its shape takes 12 bytes, its data_offsets hold 8"},
	{"{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "its shape takes 4 bytes"},
	{"{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "unknown dtype \"F31\""},
	{"{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "no dtype"},
	{"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "no shape"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "not a whole number >= 0"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", 8, "not a whole number >= 0"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", 8, "9 dimensions"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,8]}}", 8, "shape overflows"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "shape overflows"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "make no sense"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 8, "make no sense"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}", 8, "truncated"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}", 8, "not JSON"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "not a pair"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "not JSON: duplicate"},
	{"{\"a\":[]}", 0, "not an object"},
	{"[1]", 0, "not a JSON object"},
	{"{\"a\":", 0, "not JSON"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x", 8, "not JSON"},
};

static void every_wrong_header_has_its_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf b = file_of(bad[i].header, bad[i].bytes);
		struct safetensors *s;
		FAILS(ERR_FORMAT, bad[i].says, safetensors_parse(&s, b.data, b.len));
		assert_null(s);
		buf_release(&b);
	}
}

static void a_file_cut_anywhere_is_refused(void **state)
{
	(void)state;
	struct buf b = file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
	for (size_t n = 0; n < b.len; n++) {
		struct safetensors *s;
		char *exact = mem_dup(b.data, n); /* so that a byte too far is seen by the sanitizer */
		assert_int_equal(safetensors_parse(&s, exact, n), ERR_FORMAT);
		mem_free(exact);
	}
	buf_release(&b);
}

static void a_huge_header_is_refused_before_it_is_read(void **state)
{
	(void)state;
	struct safetensors *s;
	unsigned char huge[16] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{'};
	FAILS(ERR_FORMAT, "the format allows 100000000", safetensors_parse(&s, huge, sizeof huge));
	unsigned char cut[16] = {0, 1, 0, 0, 0, 0, 0, 0, '{'};
	FAILS(ERR_FORMAT, "the header says 256 bytes, but 8 follow", safetensors_parse(&s, cut, sizeof cut));
}

static void deep_nesting_is_an_error_not_a_crash(void **state)
{
	(void)state;
	struct buf deep;
	buf_init(&deep, BUF_MAX_TEXT);
	for (int i = 0; i < 100000; i++)
		buf_char(&deep, '[');
	struct buf b = file_of(buf_text(&deep), 0);
	struct safetensors *s;
	FAILS(ERR_FORMAT, "not JSON", safetensors_parse(&s, b.data, b.len));
	buf_release(&b);
	buf_release(&deep);
}

struct folder {
	char dir[64];
	char *files[4];
	int n;
};

static void folder_new(struct folder *f)
{
	*f = (struct folder){0};
	snprintf(f->dir, sizeof f->dir, "/tmp/coppice-st-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
}

static void folder_add(struct folder *f, const char *name, const void *data, size_t n)
{
	char *path = file_join(f->dir, name);
	OK(file_write(path, data, n));
	f->files[f->n++] = path;
}

static void folder_free(struct folder *f)
{
	for (int i = 0; i < f->n; i++) {
		unlink(f->files[i]);
		mem_free(f->files[i]);
	}
	rmdir(f->dir);
}

#define ONE(name) "{\"" name "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"

static void shards_are_joined_with_and_without_an_index(void **state)
{
	(void)state;
	struct folder f;
	struct safetensors *s;
	struct buf a = file_of(ONE("a"), 4), b = file_of(ONE("b"), 4);
	folder_new(&f);
	folder_add(&f, "x-1.safetensors", a.data, a.len);
	folder_add(&f, "x-2.safetensors", b.data, b.len);
	OK(safetensors_open(&s, f.dir, NULL));
	assert_int_equal(safetensors_count(s), 2);
	safetensors_close(s);
	static const char index[] = "{\"metadata\":{},\"weight_map\":{\"a\":\"x-1.safetensors\",\"b\":\"x-2.safetensors\"}}";
	folder_add(&f, "model.safetensors.index.json", index, sizeof index - 1);
	OK(safetensors_open(&s, f.dir, NULL));
	assert_int_equal(safetensors_count(s), 2);
	assert_non_null(safetensors_find(s, "b"));
	safetensors_close(s);
	folder_free(&f);
	buf_release(&a);
	buf_release(&b);
}

static void index_says(const char *index, int code, const char *says)
{
	struct folder f;
	struct safetensors *s;
	struct buf a = file_of(ONE("a"), 4);
	folder_new(&f);
	folder_add(&f, "x-1.safetensors", a.data, a.len);
	folder_add(&f, "model.safetensors.index.json", index, strlen(index));
	FAILS(code, says, safetensors_open(&s, f.dir, NULL));
	assert_null(s);
	folder_free(&f);
	buf_release(&a);
}

static void a_wrong_index_is_named(void **state)
{
	(void)state;
	index_says("{\"weight_map\":{\"a\":\"x-1.safetensors\",\"b\":\"x-2.safetensors\"}}", ERR_MISSING, "x-2.safetensors: no such file");
	index_says("{\"weight_map\":{\"a\":\"x-1.safetensors\",\"b\":\"x-1.safetensors\"}}", ERR_FORMAT, "tensor b is not in x-1.safetensors");
	index_says("{\"weight_map\":{\"a\":\"../x-1.safetensors\"}}", ERR_FORMAT, "not a plain file name");
	index_says("{\"weight_map\":{\"a\":3}}", ERR_FORMAT, "not a plain file name");
	index_says("{\"weight\":{}}", ERR_FORMAT, "no weight_map");
	index_says("{", ERR_FORMAT, "not JSON");
}

static void a_tensor_in_two_shards_is_refused_and_the_file_named(void **state)
{
	(void)state;
	struct folder f;
	struct safetensors *s;
	struct buf a = file_of(ONE("a"), 4);
	folder_new(&f);
	folder_add(&f, "x-1.safetensors", a.data, a.len);
	folder_add(&f, "x-2.safetensors", a.data, a.len);
	FAILS(ERR_FORMAT, "x-2.safetensors: tensor a is there twice", safetensors_open(&s, f.dir, NULL));
	folder_free(&f);
	buf_release(&a);
}

static void a_folder_without_weights_says_so(void **state)
{
	(void)state;
	struct folder f;
	struct safetensors *s;
	folder_new(&f);
	FAILS(ERR_MISSING, "no *.safetensors file", safetensors_open(&s, f.dir, NULL));
	folder_add(&f, "x.safetensors", "", 0);
	FAILS(ERR_FORMAT, "too short", safetensors_open(&s, f.dir, NULL));
	folder_free(&f);
	FAILS(ERR_MISSING, "/nonexistent", safetensors_open(&s, "/nonexistent", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tensors_are_found_by_name_with_type_shape_and_bytes),
		TEST(every_wrong_header_has_its_message),
		TEST(a_file_cut_anywhere_is_refused),
		TEST(a_huge_header_is_refused_before_it_is_read),
		TEST(deep_nesting_is_an_error_not_a_crash),
		TEST(shards_are_joined_with_and_without_an_index),
		TEST(a_wrong_index_is_named),
		TEST(a_tensor_in_two_shards_is_refused_and_the_file_named),
		TEST(a_folder_without_weights_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
