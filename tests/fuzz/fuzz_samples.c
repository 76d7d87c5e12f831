/* Any bytes as a file of samples: an error or samples, each with an id and a text. */
#include "search/task.h"
#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srch_samples s = {0};
	int rc = srch_samples_parse(&s, "fuzz", data, size);
	assert(rc == 0 || *err_message());
	for (size_t i = 0; i < s.n; i++)
		assert(s.items[i].task_id && *s.items[i].task_id && s.items[i].text && s.items[i].json);
	srch_samples_release(&s);
	return 0;
}
