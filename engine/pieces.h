/* engine/pieces.h - layer 2. Work over many bytes, cut into pieces that a crew shares, with a line of progress for people where
 * it takes longer than a second. What is done to a piece must not depend on which thread does it, or when. */
#ifndef ENGINE_PIECES_H
#define ENGINE_PIECES_H

#include "base/thread.h"
#include <stddef.h>

#define ENG_PIECE_BYTES ((size_t)8 << 20)

struct piece {
	size_t of;      /* which tensor, or which file */
	size_t from, n; /* its bytes; from is a multiple of ENG_PIECE_BYTES */
};

/* Begin with {0}. */
struct pieces {
	struct piece *list;
	size_t n, cap;
};

void pieces_add(struct pieces *p, size_t of, size_t bytes);
void pieces_release(struct pieces *p);
/* Calls fn once for each item 0 .. n - 1. `what` is the line's first word: "reading weights". crew NULL: this thread alone. */
void pieces_run(const struct pieces *p, const char *what, struct crew *crew, crew_fn *fn, void *ctx);

#endif
