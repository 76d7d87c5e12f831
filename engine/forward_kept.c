/* Where kept rows of logits lie. Each has a home; with a device a step's rows lie where the head's product wrote them instead, until the
 * product is to write there again: by then most are of no use, since the forks they are of are in the step that comes. */
#include "engine/forward_parts.h"

bool forward_is_step(const struct forward_batch *b)
{
	return !b->prompt && !b->logits_from && b->keep && !b->logits;
}

int forward_logit_rows(const struct forward_batch *b)
{
	return b->tips ? b->n_seq : b->n - b->logits_from;
}

bool forward_in_place(const struct forward *f, const struct forward_batch *b)
{
	return kern_is_device(f->k) && forward_is_step(b);
}

void forward_forget(struct forward *f, int i)
{
	if (f->lies[i] != i)
		f->stays[f->lies[i] - f->limits.n_kept] = -1;
	f->lies[i] = i;
}

int forward_make_way(struct forward *f, int n)
{
	size_t vocab = (size_t)f->c->n_vocab;
	for (int r = 0; r < n; r++) {
		int32_t i = f->stays[r];
		if (i < 0)
			continue;
		int rc = kern_copy(f->k, f->kept + (size_t)i * vocab, f->logits + (size_t)r * vocab, vocab * sizeof(float));
		if (rc)
			return rc;
		forward_forget(f, i);
	}
	return 0;
}

void forward_leave(struct forward *f, const struct forward_batch *b)
{
	for (int r = 0; r < b->n && forward_in_place(f, b); r++) {
		f->lies[b->keep[r]] = f->limits.n_kept + r;
		f->stays[r] = b->keep[r];
	}
}

struct kern_view forward_rows(const struct forward *f)
{
	return kern_rows(f->kept, f->limits.n_kept + f->limits.max_tables, f->c->n_vocab);
}

int32_t forward_row(const struct forward *f, int i)
{
	return f->lies[i];
}

float *forward_kept(const struct forward *f, int i)
{
	return f->kept + (size_t)forward_row(f, i) * (size_t)f->c->n_vocab;
}

int forward_get_kept(struct forward *f, int i, float *plain)
{
	return kern_get(f->k, plain, forward_kept(f, i), (size_t)f->c->n_vocab * sizeof(float));
}
