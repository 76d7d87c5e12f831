/* Which rows read the same together: positions of the cache (kern_attention_units), checkpoints (kern_gdn_units). */
#include "kernels/kernels.h"

enum { SPAN_PAGES = KERN_SPAN / KERN_PAGE };

/* How many pages of the span row r reads; 0 where it ends before. */
static int pages_in(const int32_t *position, int r, int span)
{
	int last = position[r] / KERN_PAGE - span * SPAN_PAGES;
	return last < 0 ? 0 : last < SPAN_PAGES ? last + 1 : SPAN_PAGES;
}

/* Whether the pages that both rows read in the span are the same. */
static bool same_pages(const int32_t *a, const int32_t *b, int span, int n)
{
	for (int p = 0; a != b && p < n; p++)
		if (a[span * SPAN_PAGES + p] != b[span * SPAN_PAGES + p])
			return false;
	return true;
}

/* How many rows from `first` on make one unit. Of these, the one that reads furthest has all the pages that any of them reads: who
 * joins has the same as far as both go, and takes its place when it goes further. */
static int rows_together(const int32_t *position, const int32_t *const *table, int n, int span, int first)
{
	int furthest = first, most = pages_in(position, first, span), r = first + 1;
	for (; r < n && r - first < KERN_UNIT_ROWS; r++) {
		int pages = pages_in(position, r, span);
		if (!pages || !same_pages(table[r], table[furthest], span, pages < most ? pages : most))
			break;
		if (pages > most) {
			furthest = r;
			most = pages;
		}
	}
	return r - first;
}

/* Span by span, so that units which read the same pages stand together. */
int kern_attention_units(struct kern_attention_unit *units, const int32_t *position, const int32_t *const *table, int n)
{
	int n_units = 0, longest = -1;
	for (int r = 0; r < n; r++)
		longest = position[r] > longest ? position[r] : longest;
	for (int span = 0; longest >= 0 && span <= longest / KERN_SPAN; span++)
		for (int r = 0; r < n;) {
			if (position[r] / KERN_SPAN < span) {
				r++;
				continue;
			}
			int rows = rows_together(position, table, n, span, r);
			units[n_units++] = (struct kern_attention_unit){ span, r, rows };
			r += rows;
		}
	return n_units;
}

/* Few rows are spread out: what a unit saves in reading is little then, and every processor of the device has something to do. */
int kern_gdn_units(struct kern_gdn_unit *units, const struct kern_gdn_state *state, int n)
{
	enum { SPREAD = 8 };
	int n_units = 0, most = (n + SPREAD - 1) / SPREAD;
	most = most < KERN_GDN_UNIT_ROWS ? most : KERN_GDN_UNIT_ROWS;
	for (int r = 0; r < n; r++) {
		struct kern_gdn_unit *last = n_units ? &units[n_units - 1] : NULL;
		if (last && state[r].s_src == state[last->first].s_src && last->rows < most)
			last->rows++;
		else
			units[n_units++] = (struct kern_gdn_unit){ r, 1 };
	}
	return n_units;
}
