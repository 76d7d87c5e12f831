/* tests/kernels/rows.h - the rows that trials are run with, and the contract that each is what it is alone, whatever the backend. */
#ifndef TESTS_KERNELS_ROWS_H
#define TESTS_KERNELS_ROWS_H

#include "tests/kernels/trials.h"

enum { MANY = 13, MORE = 131 }; /* rows: one off every tile, and one off two chunks of rows and a tile */
static int ids[MORE] = { 3, 1, 4, 15, 9, 2, 6, 5, 35, 8, 97, 93, 23 };

static void row_alone_equals_row_in_batch(struct kern *k, const struct trial *t, int v)
{
	size_t width = (size_t)t->width(v);
	float *all = results(k, t, v, ids, MANY);
	for (int r = v % 3; r < MANY; r += 5) {
		float *one = results(k, t, v, &ids[r], 1);
		assert_same_bits(t, v, "alone and in the batch", one, all + (size_t)r * width, width);
		mem_free(one);
	}
	float *few = results(k, t, v, &ids[2], 7);
	assert_same_bits(t, v, "seven and in the batch", few, all + 2 * width, 7 * width);
	mem_free(few);
	mem_free(all);
}

#endif
