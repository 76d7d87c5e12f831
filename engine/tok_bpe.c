#include "engine/tok_bpe.h"
#include "base/mem.h"
#include "engine/tok_unicode.h"
#include <string.h>

enum { CACHE_FROM = 256 };  /* pieces; a short text is done before a cache would pay */
enum { SHORT_PIECE = 40 }; /* symbols; measured: below, scanning beats the heap */
#define NONE UINT32_MAX

void tok_bpe_init(struct tok_bpe *b, size_t n_merges)
{
	*b = (struct tok_bpe){ .n_slots = 2, .shift = 63, .unk = -1 };
	while (b->n_slots < 2 * n_merges + 2) {
		b->n_slots *= 2;
		b->shift--;
	}
	b->merges = mem_array(b->n_slots, sizeof *b->merges);
	for (size_t i = 0; i < b->n_slots; i++)
		b->merges[i].rank = TOK_NO_RANK;
	for (int i = 0; i < 256; i++)
		b->byte_id[i] = -1;
	map_init(&b->words);
}

void tok_bpe_release(struct tok_bpe *b)
{
	mem_free(b->merges);
	map_release(&b->words);
	*b = (struct tok_bpe){ 0 };
}

/* The pair's slot, or the free one where it would go. */
static struct tok_merge *slot(const struct tok_bpe *b, uint64_t pair)
{
	size_t at = (size_t)(pair * UINT64_C(0x9E3779B97F4A7C15) >> b->shift);
	while (b->merges[at].rank != TOK_NO_RANK && b->merges[at].pair != pair)
		at = (at + 1) & (b->n_slots - 1);
	return &b->merges[at];
}

static uint64_t pair_of(int32_t left, int32_t right)
{
	return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

void tok_bpe_add_merge(struct tok_bpe *b, int32_t left, int32_t right, uint32_t rank, int32_t id)
{
	uint64_t pair = pair_of(left, right);
	struct tok_merge *m = slot(b, pair);
	b->n_merges += m->rank == TOK_NO_RANK;
	*m = (struct tok_merge){ pair, rank, id };
}

void tok_ids_add(struct tok_ids *ids, int32_t id)
{
	if (ids->n == ids->cap) {
		ids->cap = ids->cap ? ids->cap * 2 : 64;
		ids->ids = mem_grow(ids->ids, ids->cap, sizeof *ids->ids);
	}
	ids->ids[ids->n++] = id;
}

void tok_word_release(struct tok_word *w)
{
	mem_free(w->v);
	mem_free(w->heap);
	mem_free(w->cache);
	*w = (struct tok_word){ 0 };
}

static void add_symbol(struct tok_word *w, int32_t id)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		w->v = mem_grow(w->v, w->cap, sizeof *w->v);
	}
	w->v[w->n++].id = id;
}

/* ---- symbols ---- */

static int byte_symbols(const struct tok_bpe *b, struct tok_word *w, const char *piece, size_t n)
{
	bool unknown = false; /* the symbol before is an unknown token */
	for (size_t i = 0; i < n; i++) {
		int32_t id = b->byte_id[(unsigned char)piece[i]];
		if (id < 0 && b->unk < 0)
			return err_set(ERR_FORMAT, "tokenizer: model.vocab has no token for byte 0x%02X of the text", (unsigned char)piece[i]);
		if (id >= 0 || !(unknown && b->fuse_unk))
			add_symbol(w, id < 0 ? b->unk : id);
		unknown = id < 0;
	}
	return 0;
}

/* The tokens of the bytes of one code point; false when one of them is missing. */
static bool fallback(const struct tok_bpe *b, struct tok_word *w, const char *s, int len)
{
	if (!b->byte_fallback)
		return false;
	for (int i = 0; i < len; i++)
		if (b->byte_id[(unsigned char)s[i]] < 0)
			return false;
	for (int i = 0; i < len; i++)
		add_symbol(w, b->byte_id[(unsigned char)s[i]]);
	return true;
}

/* As the reference does it, down to this: an unknown token is held back until the next known code point, and bytes fallen
 * back to in between come before it. */
static int char_symbols(const struct tok_bpe *b, struct tok_word *w, const char *piece, size_t n)
{
	bool held = false;
	for (size_t i = 0; i < n;) {
		int len = tok_utf8_length((unsigned char)piece[i]);
		const uint64_t *id = map_get(&b->words, piece + i, (size_t)len);
		if (id) {
			if (held)
				add_symbol(w, b->unk);
			held = false;
			add_symbol(w, (int32_t)*id);
		} else if (!fallback(b, w, piece + i, len)) {
			if (b->unk < 0)
				return err_set(ERR_FORMAT, "tokenizer: model.vocab has no token for U+%04X of the text", (unsigned)tok_utf8_get(piece + i));
			if (held && !b->fuse_unk)
				add_symbol(w, b->unk);
			held = true;
		}
		i += (size_t)len;
	}
	if (held)
		add_symbol(w, b->unk);
	return 0;
}

/* ---- merging ---- */

static void rank_pair(const struct tok_bpe *b, struct tok_symbol *left, const struct tok_symbol *right)
{
	const struct tok_merge *m = slot(b, pair_of(left->id, right->id));
	left->rank = m->rank;
	left->merged = m->id;
}

static void merge_short(const struct tok_bpe *b, struct tok_word *w)
{
	struct tok_symbol *v = w->v;
	size_t n = w->n;
	for (size_t i = 0; i + 1 < n; i++)
		rank_pair(b, &v[i], &v[i + 1]);
	v[n - 1].rank = TOK_NO_RANK;
	for (;;) {
		size_t best = 0;
		for (size_t i = 1; i < n; i++)
			if (v[i].rank < v[best].rank)
				best = i;
		if (v[best].rank == TOK_NO_RANK)
			break;
		v[best].id = v[best].merged;
		n--;
		memmove(&v[best + 1], &v[best + 2], (n - best - 1) * sizeof *v);
		v[best].rank = TOK_NO_RANK;
		if (best + 1 < n)
			rank_pair(b, &v[best], &v[best + 1]);
		if (best > 0)
			rank_pair(b, &v[best - 1], &v[best]);
	}
	w->n = n;
}

static void heap_push(struct tok_word *w, uint32_t rank, uint32_t at)
{
	if (rank == TOK_NO_RANK)
		return;
	if (w->n_heap == w->heap_cap) {
		w->heap_cap = w->heap_cap ? w->heap_cap * 2 : 256;
		w->heap = mem_grow(w->heap, w->heap_cap, sizeof *w->heap);
	}
	uint64_t item = (uint64_t)rank << 32 | at;
	size_t i = w->n_heap++;
	for (size_t up; i > 0 && w->heap[up = (i - 1) / 2] > item; i = up)
		w->heap[i] = w->heap[up];
	w->heap[i] = item;
}

static uint64_t heap_pop(struct tok_word *w)
{
	uint64_t top = w->heap[0], item = w->heap[--w->n_heap];
	size_t i = 0;
	for (size_t down; (down = 2 * i + 1) < w->n_heap; i = down) {
		if (down + 1 < w->n_heap && w->heap[down + 1] < w->heap[down])
			down++;
		if (w->heap[down] >= item)
			break;
		w->heap[i] = w->heap[down];
	}
	w->heap[i] = item;
	return top;
}

/* Joins symbol `at` with the next; an entry of the heap is stale when the rank it carries is no longer the symbol's. */
static void merge_at(const struct tok_bpe *b, struct tok_word *w, uint32_t at)
{
	struct tok_symbol *v = w->v, *s = &v[at], *gone = &v[s->next];
	s->id = s->merged;
	s->next = gone->next;
	s->rank = TOK_NO_RANK;
	gone->rank = TOK_NO_RANK;
	gone->id = -1;
	if (s->next != NONE) {
		v[s->next].prev = at;
		rank_pair(b, s, &v[s->next]);
		heap_push(w, s->rank, at);
	}
	if (s->prev != NONE) {
		rank_pair(b, &v[s->prev], s);
		heap_push(w, v[s->prev].rank, s->prev);
	}
}

static void merge_long(const struct tok_bpe *b, struct tok_word *w)
{
	struct tok_symbol *v = w->v;
	uint32_t n = (uint32_t)w->n;
	w->n_heap = 0;
	for (uint32_t i = 0; i < n; i++) {
		v[i].prev = i ? i - 1 : NONE;
		v[i].next = i + 1 < n ? i + 1 : NONE;
		v[i].rank = TOK_NO_RANK;
		if (i + 1 < n)
			rank_pair(b, &v[i], &v[i + 1]);
		heap_push(w, v[i].rank, i);
	}
	while (w->n_heap) {
		uint64_t top = heap_pop(w);
		uint32_t at = (uint32_t)top;
		if (v[at].rank == (uint32_t)(top >> 32))
			merge_at(b, w, at);
	}
	size_t kept = 0;
	for (uint32_t i = 0; i != NONE; i = v[i].next)
		v[kept++].id = v[i].id; /* kept <= i: nothing is overwritten before it is read */
	w->n = kept;
}

static uint64_t cache_key(const char *piece, size_t n)
{
	uint64_t h = n;
	for (; n >= 8; piece += 8, n -= 8) {
		uint64_t eight;
		memcpy(&eight, piece, 8);
		h = (h ^ eight) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 32;
	}
	uint64_t rest = 0;
	memcpy(&rest, piece, n);
	return ((h ^ rest) * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - TOK_CACHE_BITS);
}

/* The remembered ids of a piece, if its place in the cache holds it. */
static bool recall(const struct tok_cached *c, const char *piece, size_t n, struct tok_ids *out)
{
	if (c->len != n || memcmp(c->text, piece, n) != 0)
		return false;
	for (int i = 0; i < c->n_ids; i++)
		tok_ids_add(out, c->ids[i]);
	return true;
}

static void remember(struct tok_cached *c, const char *piece, size_t n, const int32_t *ids, size_t n_ids)
{
	if (n_ids > TOK_CACHED_IDS)
		return;
	memcpy(c->text, piece, n);
	memcpy(c->ids, ids, n_ids * sizeof *ids);
	c->len = (uint8_t)n;
	c->n_ids = (uint8_t)n_ids;
}

static int encode_piece(const struct tok_bpe *b, struct tok_word *w, const char *piece, size_t n, struct tok_ids *out)
{
	if (b->ignore_merges) {
		const uint64_t *id = map_get(&b->words, piece, n);
		if (id) {
			tok_ids_add(out, (int32_t)*id);
			return 0;
		}
	}
	w->n = 0;
	int rc = b->byte_level ? byte_symbols(b, w, piece, n) : char_symbols(b, w, piece, n);
	if (rc)
		return rc;
	if (w->n > SHORT_PIECE)
		merge_long(b, w);
	else if (w->n > 1)
		merge_short(b, w);
	for (size_t i = 0; i < w->n; i++)
		tok_ids_add(out, w->v[i].id);
	return 0;
}

int tok_bpe_encode(const struct tok_bpe *b, struct tok_word *w, const char *piece, size_t n, struct tok_ids *out)
{
	if (n < 2 || n > TOK_CACHED_BYTES || ++w->n_pieces < CACHE_FROM)
		return encode_piece(b, w, piece, n, out);
	if (!w->cache)
		w->cache = mem_array((size_t)1 << TOK_CACHE_BITS, sizeof *w->cache);
	struct tok_cached *c = &w->cache[cache_key(piece, n)];
	if (recall(c, piece, n, out))
		return 0;
	size_t before = out->n;
	int rc = encode_piece(b, w, piece, n, out);
	if (!rc)
		remember(c, piece, n, out->ids + before, out->n - before);
	return rc;
}
