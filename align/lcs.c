#include "align/lcs.h"
#include "base/mem.h"
#include <stdbool.h>

void aln_lcs_init(struct aln_lcs *l)
{
	*l = (struct aln_lcs){0};
}

void aln_lcs_release(struct aln_lcs *l)
{
	mem_large_free(l->rows);
	mem_large_free(l->masks);
	mem_free(l->symbols);
	mem_free(l->matches);
	*l = (struct aln_lcs){0};
}

static int words_reserve(uint64_t **p, size_t *cap, size_t n)
{
	if (n <= *cap)
		return 0;
	mem_large_free(*p);
	*cap = 0;
	*p = mem_large(n * sizeof **p);
	if (!*p)
		return err_set(ERR_NOMEM, "aligning two sequences needs %zu bytes that are not there: shorten them (--max-tokens)",
		               n * sizeof **p);
	*cap = n;
	return 0;
}

static int compare_ids(const void *x, const void *y)
{
	int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
	return (a > b) - (a < b);
}

/* Place of id among the sorted distinct symbols, -1 when it is none of them. */
static int symbol_find(const int32_t *symbols, int n, int32_t id)
{
	int lo = 0, hi = n;
	while (lo < hi) {
		int mid = (lo + hi) / 2;
		if (symbols[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && symbols[lo] == id ? lo : -1;
}

/* The distinct ids of a, sorted; returns how many. */
static int symbols_collect(struct aln_lcs *l, const int32_t *a, int n_a)
{
	if (n_a > l->symbols_cap) {
		l->symbols = mem_grow(l->symbols, (size_t)n_a, sizeof *l->symbols);
		l->symbols_cap = n_a;
	}
	memcpy(l->symbols, a, (size_t)n_a * sizeof *a);
	qsort(l->symbols, (size_t)n_a, sizeof *l->symbols, compare_ids);
	int n = 0;
	for (int i = 0; i < n_a; i++)
		if (!n || l->symbols[n - 1] != l->symbols[i])
			l->symbols[n++] = l->symbols[i];
	return n;
}

/* next = (prev + (prev & mask)) | (prev & ~mask), the addition carried over the words. */
static void row_next(uint64_t *next, const uint64_t *prev, const uint64_t *mask, size_t n_words)
{
	unsigned carry = 0;
	for (size_t w = 0; w < n_words; w++) {
		uint64_t v = prev[w], u = v & mask[w];
		uint64_t sum = v + u, with = sum + carry;
		carry = (sum < v) | (with < sum);
		next[w] = with | (v & ~mask[w]);
	}
}

static bool row_grows(const struct aln_lcs *l, size_t n_words, int i, int j)
{
	return !(l->rows[(size_t)j * n_words + (size_t)i / 64] >> (i % 64) & 1);
}

static void walk_back(struct aln_lcs *l, size_t n_words, int n_a, int n_b)
{
	int longest = n_a < n_b ? n_a : n_b;
	if (longest > l->matches_cap) {
		l->matches = mem_grow(l->matches, (size_t)longest, sizeof *l->matches);
		l->matches_cap = longest;
	}
	int n = 0;
	for (int i = n_a, j = n_b; i > 0 && j > 0;) {
		if (!row_grows(l, n_words, i - 1, j)) {
			i--;
		} else if (row_grows(l, n_words, i - 1, j - 1)) {
			j--; /* a growth that stays where it was means that L(i, j) is L(i, j-1) */
		} else {
			l->matches[n++] = (struct aln_match){--i, --j};
		}
	}
	for (int i = 0; i < n / 2; i++) {
		struct aln_match m = l->matches[i];
		l->matches[i] = l->matches[n - 1 - i];
		l->matches[n - 1 - i] = m;
	}
	l->n_matches = n;
}

int aln_lcs_find(struct aln_lcs *l, const int32_t *a, int n_a, const int32_t *b, int n_b)
{
	l->n_matches = 0;
	if (n_a <= 0 || n_b <= 0)
		return 0;
	size_t n_words = ((size_t)n_a + 63) / 64;
	int n_symbols = symbols_collect(l, a, n_a);
	int rc = words_reserve(&l->rows, &l->rows_cap, ((size_t)n_b + 1) * n_words);
	/* One mask more than there are symbols: all zero, for ids of b that a does not have. */
	if (!rc)
		rc = words_reserve(&l->masks, &l->masks_cap, ((size_t)n_symbols + 1) * n_words);
	if (rc)
		return rc;
	memset(l->masks, 0, ((size_t)n_symbols + 1) * n_words * sizeof *l->masks);
	for (int i = 0; i < n_a; i++)
		l->masks[(size_t)symbol_find(l->symbols, n_symbols, a[i]) * n_words + (size_t)i / 64] |= UINT64_C(1) << (i % 64);
	memset(l->rows, 0xff, n_words * sizeof *l->rows);
	for (int j = 0; j < n_b; j++) {
		int s = symbol_find(l->symbols, n_symbols, b[j]);
		const uint64_t *mask = l->masks + (size_t)(s < 0 ? n_symbols : s) * n_words;
		row_next(l->rows + (size_t)(j + 1) * n_words, l->rows + (size_t)j * n_words, mask, n_words);
	}
	walk_back(l, n_words, n_a, n_b);
	return 0;
}
