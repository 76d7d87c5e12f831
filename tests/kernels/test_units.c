/* kern_attention_units: every (row, span) once, never together with other pages, and as few units as there can be where it counts. */
#include "kernels/kernels.h"
#include "tests/check.h"

enum { ROWS = 300, SPANS = 6, PAGES = SPANS * KERN_SPAN / KERN_PAGE, SPAN_PAGES = KERN_SPAN / KERN_PAGE };

static struct kern_attention_unit units[ROWS * SPANS];
static int32_t position[ROWS], pages[ROWS][PAGES];
static const int32_t *table[ROWS];

/* Anything, by coordinate. */
static uint32_t any(uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t z = ((uint64_t)a << 48 ^ (uint64_t)b << 24 ^ c) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z >> 32);
}

static void own_tables(void)
{
	for (int r = 0; r < ROWS; r++) {
		table[r] = pages[r];
		for (int p = 0; p < PAGES; p++)
			pages[r][p] = r * PAGES + p;
	}
}

/* Whether two rows may read a span together: the pages which both read are the same. */
static bool agree(int a, int b, int span)
{
	int least = position[a] < position[b] ? position[a] : position[b];
	for (int p = span * SPAN_PAGES; p < (span + 1) * SPAN_PAGES && p <= least / KERN_PAGE; p++)
		if (table[a][p] != table[b][p])
			return false;
	return true;
}

/* The contract, pair by pair. */
static int checked_units(int n)
{
	static bool seen[ROWS][SPANS];
	int n_units = kern_attention_units(units, position, table, n), pairs = 0;
	memset(seen, 0, sizeof seen);
	for (int u = 0; u < n_units; u++) {
		int first = units[u].first, end = first + units[u].rows, span = units[u].span;
		assert_true(first >= 0 && end > first && end <= n && end - first <= KERN_UNIT_ROWS && span >= 0 && span < SPANS);
		for (int r = first; r < end; r++) {
			assert_true(position[r] / KERN_SPAN >= span);
			assert_false(seen[r][span]);
			seen[r][span] = true;
			for (int other = first; other < r; other++)
				assert_true(agree(r, other, span));
		}
	}
	for (int r = 0; r < n; r++)
		for (int span = 0; span < SPANS; span++, pairs++)
			assert_true(seen[r][span] == (span <= position[r] / KERN_SPAN));
	return n_units;
}

static void no_rows_no_units(void **state)
{
	(void)state;
	assert_int_equal(kern_attention_units(units, position, table, 0), 0);
}

static void strangers_read_alone(void **state)
{
	(void)state;
	own_tables();
	int want = 0;
	for (int r = 0; r < ROWS; r++) {
		position[r] = (r * 37) % (SPANS * KERN_SPAN);
		want += position[r] / KERN_SPAN + 1;
	}
	assert_int_equal(checked_units(ROWS), want);
}

static void a_chunk_fills_its_units(void **state)
{
	(void)state;
	own_tables();
	for (int r = 0; r < ROWS; r++) {
		table[r] = pages[0];
		position[r] = 500 + r;
	}
	/* span 0 and 1: all 300 rows but the 12 .. that end before; spans 2 and 3 begin at rows 12 and 268 */
	assert_int_equal(checked_units(ROWS), 19 + 19 + 18 + 2);
	assert_int_equal(units[0].rows, KERN_UNIT_ROWS);
	assert_int_equal(units[18].rows, ROWS - 18 * KERN_UNIT_ROWS);
}

/* Forks of one prefix: its whole spans are shared by sixteen, the last one, with a page of each fork's own, is not. */
static void forks_share_their_prefix(void **state)
{
	(void)state;
	own_tables();
	for (int r = 0; r < 256; r++) {
		position[r] = 2 * KERN_SPAN + 70;
		for (int p = 0; p < 2 * SPAN_PAGES + 2; p++)
			pages[r][p] = p;
	}
	assert_int_equal(checked_units(256), 16 + 16 + 256);
	/* one that is no further than the shared pages joins any one neighbour */
	for (int r = 0; r < 256; r += 2)
		position[r] = 2 * KERN_SPAN + 33;
	assert_int_equal(checked_units(256), 16 + 16 + 128);
}

/* A row that ends early agrees with two that do not agree with each other; they must not meet through it. */
static void a_short_row_joins_no_strangers(void **state)
{
	(void)state;
	own_tables();
	for (int r = 0; r < 3; r++)
		pages[r][0] = 7;
	position[0] = 90;
	position[1] = 20;
	position[2] = 91;
	assert_int_equal(checked_units(3), 2);
	position[0] = 20;
	position[1] = 90;
	assert_int_equal(checked_units(3), 2);
	assert_int_equal(units[0].rows, 2);
}

static void any_tables(void **state)
{
	(void)state;
	for (uint32_t trial = 0; trial < 200; trial++) {
		own_tables();
		int n = 1 + (int)(any(1, trial, 0) % 40);
		for (int r = 0; r < n; r++) {
			position[r] = (int)(any(2, trial, (uint32_t)r) % (SPANS * KERN_SPAN));
			for (int p = 0; p < PAGES; p++)
				pages[r][p] = any(3, trial * 64 + (uint32_t)r, (uint32_t)p) % 12 ? p : 100 + r % 4;
		}
		checked_units(n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rows_no_units), cmocka_unit_test(strangers_read_alone), cmocka_unit_test(a_chunk_fills_its_units),
		cmocka_unit_test(forks_share_their_prefix), cmocka_unit_test(a_short_row_joins_no_strangers), cmocka_unit_test(any_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
