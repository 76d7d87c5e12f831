/* engine/sample.h - layer 2. From logits to a token, by coordinate. Plain arrays: no model here. */
#ifndef ENGINE_SAMPLE_H
#define ENGINE_SAMPLE_H

#include "base/rng.h"
#include <stdint.h>

struct eng_sampling {
	double temperature; /* 0: the most likely token (ties to the lower id) */
	int top_k;          /* 0: off. Keep the k most likely, ties to the lower id */
	double top_p;       /* 1: off. Keep the smallest set of most likely tokens whose probability sums to at least top_p,
	                       measured after temperature and top_k, as vLLM and HF do */
};

struct eng_choice {
	int32_t token;
	float logprob; /* natural log of the model's own probability of the token: temperature 1, nothing cut off */
};

/* logits [n]; scratch is [n] pairs of ints the caller lends (no allocation). */
struct eng_choice eng_sample(const float *logits, int n, const struct eng_sampling *how, struct rng_at at, int32_t *scratch);
/* The same by u = rng_double(at). */
struct eng_choice eng_sample_by(const float *logits, int n, const struct eng_sampling *how, double u, int32_t *scratch);
/* The `count` most likely tokens, most likely first (ties to the lower id), with their log-probabilities (temperature 1);
 * returns how many were written, at most count. */
int eng_top(const float *logits, int n, int count, struct eng_choice *out, int32_t *scratch);

#endif
