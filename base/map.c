#include "base/map.h"
#include "base/hash.h"
#include "base/mem.h"
#include <string.h>

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
}

void map_release(struct map *m)
{
	for (size_t i = 0; i < m->n; i++)
		mem_free((char *)m->entries[i].key);
	mem_free(m->entries);
	mem_free(m->slots);
	*m = (struct map){ 0 };
}

/* The slot that holds the key, or the free one where it would go. n_slots is a power of two and never full. */
static size_t find_slot(const struct map *m, const void *key, size_t key_len)
{
	uint64_t h = hash_bytes(HASH_SEED, key, key_len);
	size_t at = (size_t)(h ^ h >> 32) & (m->n_slots - 1);
	while (m->slots[at]) {
		const struct map_entry *e = &m->entries[m->slots[at] - 1];
		if (e->key_len == key_len && memcmp(e->key, key, key_len) == 0)
			break;
		at = (at + 1) & (m->n_slots - 1);
	}
	return at;
}

static void grow_slots(struct map *m)
{
	mem_free(m->slots);
	m->n_slots = m->n_slots ? m->n_slots * 2 : 16;
	m->slots = mem_array(m->n_slots, sizeof *m->slots);
	for (size_t i = 0; i < m->n; i++)
		m->slots[find_slot(m, m->entries[i].key, m->entries[i].key_len)] = (uint32_t)(i + 1);
}

uint64_t *map_get(const struct map *m, const void *key, size_t key_len)
{
	if (!m->n)
		return NULL;
	uint32_t i = m->slots[find_slot(m, key, key_len)];
	return i ? &m->entries[i - 1].value : NULL;
}

bool map_put(struct map *m, const void *key, size_t key_len, uint64_t value)
{
	if ((m->n + 1) * 2 > m->n_slots)
		grow_slots(m);
	size_t at = find_slot(m, key, key_len);
	if (m->slots[at]) {
		m->entries[m->slots[at] - 1].value = value;
		return false;
	}
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 16;
		m->entries = mem_grow(m->entries, m->cap, sizeof *m->entries);
	}
	m->entries[m->n++] = (struct map_entry){ mem_strndup(key_len ? key : "", key_len), key_len, value };
	m->slots[at] = (uint32_t)m->n;
	return true;
}
