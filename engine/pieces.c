#include "engine/pieces.h"
#include "base/log.h"
#include "base/mem.h"

void pieces_add(struct pieces *p, size_t of, size_t bytes)
{
	for (size_t from = 0; from < bytes; from += ENG_PIECE_BYTES) {
		if (p->n == p->cap) {
			p->cap = p->cap ? 2 * p->cap : 64;
			p->list = mem_grow(p->list, p->cap, sizeof *p->list);
		}
		p->list[p->n++] = (struct piece){of, from, bytes - from < ENG_PIECE_BYTES ? bytes - from : ENG_PIECE_BYTES};
	}
}

void pieces_release(struct pieces *p)
{
	mem_free(p->list);
	*p = (struct pieces){0};
}

/* A round of the crew is a run of consecutive pieces; between rounds the progress is told. */
struct round {
	crew_fn *fn;
	void *ctx;
	size_t from;
};

static void one(void *ctx, int item, int thread)
{
	const struct round *r = ctx;
	r->fn(r->ctx, (int)r->from + item, thread);
}

/* The end of a round that begins at `from`: 64 MiB a thread, so that waiting for the last costs little. */
static size_t round_end(const struct pieces *p, size_t from, size_t most, size_t *bytes)
{
	size_t end = from, in_round = 0;
	for (; end < p->n && in_round < most; end++)
		in_round += p->list[end].n;
	*bytes += in_round;
	return end;
}

void pieces_run(const struct pieces *p, const char *what, struct crew *crew, crew_fn *fn, void *ctx)
{
	size_t total = 0, done = 0, most = (size_t)(crew ? crew_size(crew) : 1) << 26;
	struct progress progress;
	for (size_t i = 0; i < p->n; i++)
		total += p->list[i].n;
	progress_start(&progress, what, "MiB", (int64_t)(total >> 20));
	progress.patience = 1;
	for (size_t from = 0, end; from < p->n; from = end) {
		end = round_end(p, from, most, &done);
		struct round r = {fn, ctx, from};
		if (crew)
			crew_run(crew, (int)(end - from), one, &r);
		for (size_t i = from; !crew && i < end; i++)
			one(&r, (int)(i - from), 0);
		progress_update(&progress, (int64_t)(done >> 20), NULL);
	}
	progress_end(&progress);
}
