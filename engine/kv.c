#include "engine/kv.h"
#include "base/mem.h"
#include <assert.h>

/* A pool of numbered things with counts; the one freed last is given out first, so that the memory in use stays small. */
struct pool {
	int32_t *count; /* 0: free */
	int32_t *stack; /* free ones, the next on top */
	int n, n_free;
};

struct kv {
	struct pool pages, slots, rings;
	int32_t *parent; /* of each page: the page before it */
};

static void pool_init(struct pool *p, int n)
{
	*p = (struct pool){.n = n, .n_free = n};
	p->count = mem_array((size_t)n + 1, sizeof *p->count);
	p->stack = mem_array((size_t)n + 1, sizeof *p->stack);
	for (int i = 0; i < n; i++)
		p->stack[i] = n - 1 - i;
}

static void pool_release(struct pool *p)
{
	mem_free(p->count);
	mem_free(p->stack);
}

static int32_t pool_take(struct pool *p)
{
	if (!p->n_free)
		return KV_NONE;
	int32_t i = p->stack[--p->n_free];
	assert(p->count[i] == 0);
	p->count[i] = 1;
	return i;
}

/* True when that was the last owner. */
static bool pool_drop(struct pool *p, int32_t i)
{
	assert(i >= 0 && i < p->n && p->count[i] > 0);
	if (--p->count[i])
		return false;
	p->stack[p->n_free++] = i;
	return true;
}

struct kv *kv_new(int n_pages, int n_slots, int n_rings)
{
	struct kv *kv = mem_zalloc(sizeof *kv);
	pool_init(&kv->pages, n_pages);
	pool_init(&kv->slots, n_slots);
	pool_init(&kv->rings, n_rings);
	kv->parent = mem_array((size_t)n_pages + 1, sizeof *kv->parent);
	return kv;
}

void kv_free(struct kv *kv)
{
	if (!kv)
		return;
	pool_release(&kv->pages);
	pool_release(&kv->slots);
	pool_release(&kv->rings);
	mem_free(kv->parent);
	mem_free(kv);
}

int kv_pages_free(const struct kv *kv)
{
	return kv->pages.n_free;
}

int kv_slots_free(const struct kv *kv)
{
	return kv->slots.n_free;
}

int kv_rings_free(const struct kv *kv)
{
	return kv->rings.n_free;
}

struct kv_seq kv_seq_empty(void)
{
	return (struct kv_seq){KV_NONE, 0, KV_NONE, KV_NONE};
}

struct kv_seq kv_seq_fork(struct kv *kv, const struct kv_seq *s)
{
	if (s->tip != KV_NONE)
		kv->pages.count[s->tip]++;
	if (s->slot != KV_NONE)
		kv->slots.count[s->slot]++;
	if (s->ring != KV_NONE)
		kv->rings.count[s->ring]++;
	return *s;
}

static void drop_page(struct kv *kv, int32_t page)
{
	while (page != KV_NONE && pool_drop(&kv->pages, page))
		page = kv->parent[page];
}

void kv_seq_release(struct kv *kv, struct kv_seq *s)
{
	drop_page(kv, s->tip);
	if (s->slot != KV_NONE)
		pool_drop(&kv->slots, s->slot);
	if (s->ring != KV_NONE)
		pool_drop(&kv->rings, s->ring);
	*s = kv_seq_empty();
}

/* A new page in place of, or behind, the tip. */
static int new_tip(struct kv *kv, struct kv_seq *s, struct kv_place *out)
{
	int32_t page = pool_take(&kv->pages), old = s->tip;
	int filled = s->length % ENG_PAGE;
	if (page == KV_NONE)
		return err_set(ERR_NOMEM, "all %d KV pages are in use", kv->pages.n);
	if (!filled) {
		kv->parent[page] = old; /* takes over this sequence's count on the old tip */
	} else {
		int32_t before = kv->parent[old];
		kv->parent[page] = before;
		if (before != KV_NONE)
			kv->pages.count[before]++;
		out->copy_from = old;
		out->copy_n = filled;
		drop_page(kv, old);
	}
	s->tip = page;
	return 0;
}

bool kv_tip_is_shared(const struct kv *kv, const struct kv_seq *s)
{
	return s->length % ENG_PAGE && kv->pages.count[s->tip] > 1;
}

int kv_seq_append(struct kv *kv, struct kv_seq *s, struct kv_place *out)
{
	int filled = s->length % ENG_PAGE;
	*out = (struct kv_place){.offset = filled, .copy_from = KV_NONE};
	if (!filled || kv->pages.count[s->tip] > 1) {
		int rc = new_tip(kv, s, out);
		if (rc)
			return rc;
	}
	out->page = s->tip;
	s->length++;
	return 0;
}

int kv_seq_table(const struct kv *kv, const struct kv_seq *s, int32_t *table)
{
	int n = (s->length + ENG_PAGE - 1) / ENG_PAGE;
	int32_t page = s->tip;
	for (int i = n - 1; i >= 0; i--, page = kv->parent[page])
		table[i] = page;
	return n;
}

/* held is what the sequence reads: written in place when nobody else does, else beside it. */
static int begin(struct pool *p, int32_t held, const char *what, int32_t *from, int32_t *to)
{
	*from = held;
	if (held != KV_NONE && p->count[held] == 1) {
		*to = held;
		return 0;
	}
	*to = pool_take(p);
	return *to == KV_NONE ? err_set(ERR_NOMEM, "all %d %s are in use", p->n, what) : 0;
}

static void end(struct pool *p, int32_t *held, int32_t to)
{
	if (*held != to && *held != KV_NONE)
		pool_drop(p, *held);
	*held = to;
}

int kv_state_begin(struct kv *kv, const struct kv_seq *s, int32_t *from, int32_t *to)
{
	return begin(&kv->slots, s->slot, "state slots", from, to);
}

void kv_state_end(struct kv *kv, struct kv_seq *s, int32_t to)
{
	end(&kv->slots, &s->slot, to);
}

void kv_state_cancel(struct kv *kv, const struct kv_seq *s, int32_t to)
{
	if (to != s->slot)
		pool_drop(&kv->slots, to);
}

int kv_ring_begin(struct kv *kv, const struct kv_seq *s, int32_t *from, int32_t *to)
{
	return begin(&kv->rings, s->ring, "ring slots", from, to);
}

void kv_ring_end(struct kv *kv, struct kv_seq *s, int32_t to)
{
	end(&kv->rings, &s->ring, to);
}
