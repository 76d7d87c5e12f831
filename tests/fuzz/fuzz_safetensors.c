/* Any bytes as a safetensors file: refused, or every tensor lies within them. */
#include "engine/safetensors.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct safetensors *s;
	if (safetensors_parse(&s, data, size))
		return 0;
	size_t total = 0;
	for (size_t i = 0; i < safetensors_count(s); i++) {
		const struct st_tensor *t = safetensors_at(s, i);
		const uint8_t *p = t->data;
		assert(p >= data && p + t->bytes <= data + size);
		assert(safetensors_find(s, t->name) == t);
		volatile uint8_t sum = 0;
		for (size_t b = 0; b < t->bytes; b++)
			sum = (uint8_t)(sum + p[b]);
		total += t->bytes;
	}
	assert(total == safetensors_bytes(s));
	safetensors_close(s);
	return 0;
}
