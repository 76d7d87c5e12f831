/* Random numbers by coordinate, half precisions and the npy format. */
#include "base/mem.h"
#include "base/npy.h"
#include "base/rng.h"
#include "tests/check.h"

static void philox_has_its_published_values(void **state)
{
	(void)state; /* Random123 1.14, kat_vectors: philox4x32 10 */
	static const struct {
		uint32_t counter[4], key[2], want[4];
	} cases[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 }, { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t got[4];
		rng_philox(got, cases[i].counter, cases[i].key);
		assert_memory_equal(cases[i].want, got, sizeof got);
	}
}

static void draws_are_uniform_and_differ_by_every_coordinate(void **state)
{
	(void)state;
	double sum = 0, squares = 0;
	int low = 0;
	enum { N = 20000 };
	for (uint32_t i = 0; i < N; i++) {
		double u = rng_double((struct rng_at){ .seed = 5, .step = i });
		assert_true(u >= 0 && u < 1);
		sum += u;
		low += rng_below((struct rng_at){ .seed = 6, .node = i }, 10) < 3;
		double z = rng_normal((struct rng_at){ .task = i });
		squares += z * z;
	}
	NEAR(0.5, sum / N, 0.01);
	NEAR(0.3, (double)low / N, 0.015);
	NEAR(1.0, squares / N, 0.05);
	struct rng_at at = { 1, 2, 3, 4, 5 };
	uint32_t base = rng_u32(at);
	assert_int_equal(base, rng_u32(at));
	assert_int_not_equal(base, rng_u32((struct rng_at){ 2, 2, 3, 4, 5 }));
	assert_int_not_equal(base, rng_u32((struct rng_at){ 1, 3, 3, 4, 5 }));
	assert_int_not_equal(base, rng_u32((struct rng_at){ 1, 2, 4, 4, 5 }));
	assert_int_not_equal(base, rng_u32((struct rng_at){ 1, 2, 3, 5, 5 }));
	assert_int_not_equal(base, rng_u32((struct rng_at){ 1, 2, 3, 4, 6 }));
}

static void halves_go_there_and_back(void **state)
{
	(void)state;
	for (uint32_t h = 0; h < 0x10000; h++) {
		float f = f16_to_f32((uint16_t)h), b = bf16_to_f32((uint16_t)h);
		if (!isnan(f))
			assert_int_equal(h, f16_from_f32(f));
		if (!isnan(b))
			assert_int_equal(h, bf16_from_f32(b));
	}
	assert_true(isnan(f16_to_f32(f16_from_f32(NAN))) && isnan(bf16_to_f32(bf16_from_f32(NAN))));
	assert_int_equal(0x7c00, f16_from_f32(65520.0f));  /* half way to the first value that is not there: to infinity */
	assert_int_equal(0x7bff, f16_from_f32(65519.9f));
	assert_int_equal(0x0001, f16_from_f32(0x1p-24f));
	assert_int_equal(0x0000, f16_from_f32(0x1p-25f)); /* a tie goes to even */
	assert_int_equal(0x0002, f16_from_f32(0x1.8p-24f));
	assert_int_equal(0x3c00, f16_from_f32(1.0f + 0x1p-11f));
	assert_int_equal(0x3c02, f16_from_f32(1.0f + 0x1.8p-10f));
	assert_int_equal(0x3f80, bf16_from_f32(1.0f + 0x1p-8f));
	assert_int_equal(0x3f82, bf16_from_f32(1.0f + 0x1.8p-7f));
}

static void an_array_is_written_as_numpy_writes_it(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 4096);
	const int32_t data[6] = { 1, -2, 3, 4, 5, 6 };
	OK(npy_write(&b, NPY_I32, 2, (size_t[]){ 2, 3 }, data));
	/* the bytes that numpy.save writes for numpy.array([[1,-2,3],[4,5,6]], 'i4') */
	static const char head[] = "\x93NUMPY\x01\x00\x76\x00{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }";
	assert_memory_equal(head, b.data, sizeof head - 1);
	assert_int_equal(128 + 24, b.len);
	assert_int_equal('\n', b.data[127]);
	struct npy a;
	OK(npy_parse(&a, b.data, b.len));
	assert_int_equal(NPY_I32, a.type);
	assert_int_equal(2, a.n_dims);
	assert_int_equal(3, a.dims[1]);
	assert_int_equal(-2, npy_int(&a, 1));
	FAILS(ERR_FORMAT, "cut short", npy_parse(&a, b.data, b.len - 1));
	FAILS(ERR_FORMAT, "not an npy file", npy_parse(&a, "PK\3\4 and so on", 15));
	buf_release(&b);
}

static void a_shape_of_one_or_no_dimension_round_trips(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 4096);
	struct npy a;
	OK(npy_write(&b, NPY_F32, 1, (size_t[]){ 1 }, &(float){ 2.5f }));
	assert_non_null(strstr(b.data + 10, "'shape': (1,), }"));
	OK(npy_parse(&a, b.data, b.len));
	NEAR(2.5, npy_float(&a, 0), 0);
	buf_clear(&b);
	OK(npy_write(&b, NPY_F64, 0, NULL, &(double){ -1.25 }));
	OK(npy_parse(&a, b.data, b.len));
	assert_int_equal(0, a.n_dims);
	NEAR(-1.25, npy_float(&a, 0), 0);
	buf_clear(&b);
	OK(npy_write(&b, NPY_U8, 3, (size_t[]){ 0, 4, 8 }, ""));
	OK(npy_parse(&a, b.data, b.len));
	assert_int_equal(0, a.n_items);
	buf_release(&b);
}

static void a_header_alone_is_what_stands_before_the_data(void **state)
{
	(void)state;
	struct buf whole, head;
	buf_init(&whole, 4096);
	buf_init(&head, 4096);
	OK(npy_write(&whole, NPY_U16, 2, (size_t[]){ 1, 2 }, (uint16_t[]){ 7, 8 }));
	OK(npy_write_header(&head, NPY_U16, 2, (size_t[]){ 1, 2 }));
	assert_int_equal(whole.len - 4, head.len);
	assert_memory_equal(whole.data, head.data, head.len);
	struct npy a;
	size_t at;
	OK(npy_parse_header(&a, &at, head.data, head.len)); /* though the data are not there */
	assert_int_equal(head.len, at);
	assert_int_equal(4, a.n_bytes);
	assert_null(a.data);
	FAILS(ERR_FORMAT, "cut short", npy_parse(&a, head.data, head.len));
	/* whatever the first dimension is, it is written over in place */
	buf_clear(&head);
	OK(npy_write_header(&head, NPY_U16, 2, (size_t[]){ SIZE_MAX, 1025 }));
	assert_int_equal(at, head.len);
	buf_release(&whole);
	buf_release(&head);
}

static void a_wrong_npy_header_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *dict, *part;
		int code;
	} cases[] = {
		{ "{'descr': '>i4', 'fortran_order': False, 'shape': (1,), }", "not one of", ERR_UNSUPPORTED },
		{ "{'descr': '<i4', 'fortran_order': True, 'shape': (1,), }", "Fortran", ERR_UNSUPPORTED },
		{ "{'descr': '<i4', 'fortran_order': False, 'shape': (x,), }", "shape", ERR_FORMAT },
		{ "{'descr': '<i4', 'fortran_order': False}", "shape", ERR_FORMAT },
		{ "{'fortran_order': False, 'shape': (1,), }", "descr", ERR_FORMAT },
		{ "{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), }", "overflows", ERR_FORMAT },
		{ "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1), }", "at most 8", ERR_FORMAT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char file[256] = "\x93NUMPY\x01";
		size_t n = strlen(cases[i].dict);
		file[8] = (char)n;
		memcpy(file + 10, cases[i].dict, n);
		struct npy a;
		FAILS(cases[i].code, cases[i].part, npy_parse(&a, file, 10 + n + 4));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(philox_has_its_published_values),
		TEST(draws_are_uniform_and_differ_by_every_coordinate),
		TEST(halves_go_there_and_back),
		TEST(an_array_is_written_as_numpy_writes_it),
		TEST(a_shape_of_one_or_no_dimension_round_trips),
		TEST(a_header_alone_is_what_stands_before_the_data),
		TEST(a_wrong_npy_header_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
