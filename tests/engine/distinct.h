/* tests/engine/distinct.h - the count of distinct experts that a step reports, against the experts that it chose. */
#ifndef TESTS_ENGINE_DISTINCT_H
#define TESTS_ENGINE_DISTINCT_H

#include "engine/engine.h"
#include <string.h>

enum { DISTINCT_MOST = 1024 };

/* experts: [n x layers x k], what the last step of n forks chose. ERR_FORMAT names the layer whose count is another. */
static inline int distinct_check(const struct eng_model *m, const uint16_t *experts, int n)
{
	const struct eng_info *info = eng_model_info(m);
	int sum = 0;
	for (int l = 0; l < info->n_layers; l++) {
		bool seen[DISTINCT_MOST] = {false};
		int want = 0, got = eng_last_distinct(m)[l];
		for (int i = 0; i < n * info->top_k; i++) {
			bool *at = &seen[experts[(i / info->top_k * info->n_layers + l) * info->top_k + i % info->top_k]];
			want += !*at;
			*at = true;
		}
		if (got != want)
			return err_set(ERR_FORMAT, "layer %d: %d forks chose %d distinct experts, the step says %d", l, n, want, got);
		sum += got;
	}
	return sum == eng_last_distinct_experts(m) ? 0 : err_set(ERR_FORMAT, "the sum over layers is %d, not %d", eng_last_distinct_experts(m), sum);
}

#endif
