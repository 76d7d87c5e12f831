/* base/map.h - layer 0. A hash table from byte strings to 64-bit values, insert-only.
 * Keys are copied. Open addressing; iteration order is insertion order, so that nothing depends on hash values. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
	const char *key; /* borrowed from the map, NUL-terminated */
	size_t key_len;
	uint64_t value;
};

struct map {
	struct map_entry *entries; /* in insertion order */
	size_t n;
	size_t cap;
	uint32_t *slots; /* index + 1 into entries; 0 is free */
	size_t n_slots;
};

void map_init(struct map *m);
void map_release(struct map *m);
/* NULL when absent; the pointer is good until the next map_put. */
uint64_t *map_get(const struct map *m, const void *key, size_t key_len);
/* Returns true when the key was new; an existing key keeps its place and gets the new value. */
bool map_put(struct map *m, const void *key, size_t key_len, uint64_t value);

#endif
