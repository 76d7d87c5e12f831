/* Any bytes as config.json: refused, or every number is in its range. */
#include "engine/config.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct eng_config c;
	if (config_parse(&c, data, size)) {
		assert(!c.mixer);
		return 0;
	}
	assert(c.family && c.mixer);
	assert(c.n_layers >= 1 && c.n_layers <= ENG_MAX_LAYERS);
	assert(c.n_heads % c.n_kv_heads == 0 && c.head_dim <= ENG_MAX_HEAD_DIM);
	assert(c.rotary_dims <= c.head_dim && c.rotary_dims % 2 == 0);
	assert(c.top_k >= 1 && c.top_k <= c.n_experts && c.top_k <= ENG_MAX_TOP_K && c.n_experts <= ENG_MAX_EXPERTS);
	for (int i = 0; i < c.n_layers; i++)
		assert(c.mixer[i] == ENG_ATTENTION || (c.mixer[i] == ENG_GDN && c.gdn_conv >= 2));
	for (int i = 0; i < c.n_eos; i++)
		assert(c.eos[i] >= 0 && c.eos[i] < c.n_vocab);
	config_release(&c);
	return 0;
}
