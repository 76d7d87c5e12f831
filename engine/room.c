#include "engine/room.h"
#include "base/mem.h"
#include "engine/draw.h"
#include "engine/engine.h"

enum { MOST_FORKS = 1 << 16 };

int room_chunk(const struct kern *k)
{
	return k->backend->chunk ? k->backend->chunk : ENG_PREFILL_CHUNK;
}

int room_prompts(const struct room *r)
{
	return r->prompts + (r->forks_a_prompt ? (r->forks + r->forks_a_prompt - 1) / r->forks_a_prompt : 0);
}

int room_fork_pages(const struct room *r)
{
	int own = forward_pages(r->grown) + 1, all = forward_pages(r->positions);
	return own < all ? own : all;
}

/* Slots that forks and prefixes can hold during a step: one each, and one more where two or more forks share one that no prefix
 * holds, for each of them then takes another before it is given up. */
static int slots(const struct room *r)
{
	return r->forks + r->prefixes + (r->forks + 1) / 2;
}

void room_limits(const struct room *r, const struct kern *k, struct forward_limits *to)
{
	int chunk = room_chunk(k);
	int64_t pages = (int64_t)room_prompts(r) * forward_pages(r->positions) + (int64_t)r->forks * room_fork_pages(r);
	*to = (struct forward_limits){.max_rows = chunk < r->positions ? chunk : r->positions, .max_tables = r->forks, .max_positions = r->positions,
	                              .n_pages = pages < INT32_MAX / 2 ? (int)pages : INT32_MAX / 2, .n_slots = slots(r),
	                              .n_rings = r->shared ? slots(r) : 0, .n_kept = r->forks + r->prefixes, .quantise = r->quantise};
	if (to->max_rows < r->forks)
		to->max_rows = r->forks;
}

double room_bytes(const struct room *r, const struct eng_weights *w, struct kern *k)
{
	struct forward_limits limits;
	room_limits(r, k, &limits);
	return forward_bytes(w, k, &limits) + draw_bytes(k, w->config->n_vocab, r->forks);
}

double room_left(const struct kern *k)
{
	static const double rounding = 64 << 20;
	if (!kern_is_device(k)) {
		double machine = mem_available();
		return machine > 0 ? machine : -1;
	}
	double left = (double)kern_room(k) - rounding;
	return left > 0 ? left : 0;
}

int room_forks(const struct room *r, const struct eng_weights *w, struct kern *k, double bytes)
{
	struct room some = *r;
	int fit = 0, not = MOST_FORKS + 1;
	while (not - fit > 1) {
		some.forks = fit + (not - fit) / 2;
		*(room_bytes(&some, w, k) <= bytes ? &fit : &not) = some.forks;
	}
	return fit;
}
