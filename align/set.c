#include "align/set.h"

int aln_set_fill(uint64_t *bits, const uint16_t *ids, int k, int n_experts)
{
	memset(bits, 0, (size_t)aln_set_words(n_experts) * sizeof *bits);
	for (int i = 0; i < k; i++) {
		if (ids[i] >= n_experts)
			return err_set(ERR_FORMAT, "expert id %d where the model has %d experts", ids[i], n_experts);
		uint64_t bit = UINT64_C(1) << (ids[i] % 64);
		if (bits[ids[i] / 64] & bit)
			return err_set(ERR_FORMAT, "expert %d is listed twice for one token and layer", ids[i]);
		bits[ids[i] / 64] |= bit;
	}
	return 0;
}

int aln_set_common(const uint64_t *a, const uint64_t *b, int n_words)
{
	int n = 0;
	for (int w = 0; w < n_words; w++)
		n += __builtin_popcountll(a[w] & b[w]);
	return n;
}

double aln_jaccard_index(int common, int k)
{
	return k > 0 ? (double)common / (2 * k - common) : 0;
}

double aln_chance_plugin(int n_experts, int k)
{
	return (double)k / (2 * n_experts - k);
}

double aln_chance_exact(int n_experts, int k)
{
	/* Weights up to a common factor, each from the one before: w(x+1) / w(x) = (k-x)^2 / ((x+1)(N-2k+x+1)). */
	int first = 2 * k > n_experts ? 2 * k - n_experts : 0;
	double weight = 1, total = 0, sum = 0;
	for (int x = first; x <= k; x++) {
		total += weight;
		sum += weight * aln_jaccard_index(x, k);
		weight *= (double)(k - x) * (k - x) / ((double)(x + 1) * (n_experts - 2 * k + x + 1));
	}
	return sum / total;
}
