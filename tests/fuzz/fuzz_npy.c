/* npy_parse takes bytes from anywhere: every accepted array must be readable to its last item. */
#include "base/npy.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npy a;
	if (npy_parse(&a, data, size) == 0 && a.n_items > 0) {
		volatile double sink = npy_float(&a, a.n_items - 1) + (double)npy_int(&a, 0);
		(void)sink;
	}
	return 0;
}
