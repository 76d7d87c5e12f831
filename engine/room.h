/* engine/room.h - layer 2. What forks take: pages, slots, rows of logits, and the bytes of all of it. Arithmetic alone.
 *
 * Forks share the pages of their prompt. So pages are set aside for some prompts, whole, and for every fork for what it may grow. A
 * prompt's pages live as long as its last fork: a new prompt may have to wait until forks of others end. */
#ifndef ENGINE_ROOM_H
#define ENGINE_ROOM_H

#include "engine/forward.h"

struct room {
	int forks, prefixes; /* alive at once, at most */
	int prompts;         /* whose pages are set aside, positions long: those of prefixes, and of prompts that forks still hang on ... */
	int forks_a_prompt;  /* ... and one more for every so many forks; 0: no more */
	int positions;       /* of a prompt and what grows from it, at most */
	int grown;           /* tokens of a fork behind its prompt, at most */
	bool shared;         /* siblings share a checkpoint of the recurrent state */
	bool quantise;       /* as in forward_limits */
};

int room_chunk(const struct kern *k); /* rows of a prompt that are computed at once, at most */
int room_prompts(const struct room *r); /* of both kinds */
/* Pages a fork may come to own: one more than its tokens fill, since it copies the page its prompt ends in. */
int room_fork_pages(const struct room *r);
void room_limits(const struct room *r, const struct kern *k, struct forward_limits *to);
/* All that the engine sets aside beside the weights. */
double room_bytes(const struct room *r, const struct eng_weights *w, struct kern *k);
/* Bytes that may be taken of a device's memory, or of the machine's; below 0: not known. A device rounds each of some 30 pools up to 2 MiB,
 * which is left out. */
double room_left(const struct kern *k);
/* How many forks fit in so many bytes, whatever r->forks is; 0: not one. */
int room_forks(const struct room *r, const struct eng_weights *w, struct kern *k, double bytes);

#endif
