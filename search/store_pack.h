/* search/store_pack.h - layer 3. A delta-free pack in memory (git's pack format, version 2): objects are appended, packed one
 * by one by zlib, and come out as the bytes of a .pack file for git_indexer. Own SHA-1, since a pack ends in the hash of its
 * bytes and no library at hand offers the plain one. */
#ifndef SEARCH_STORE_PACK_H
#define SEARCH_STORE_PACK_H

#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

struct sha1 {
	uint32_t h[5];
	uint64_t n;
	unsigned char block[64];
};
void sha1_init(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *data, size_t n);
void sha1_end(struct sha1 *s, unsigned char out[20]);

enum pack_type { PACK_COMMIT = 1, PACK_TREE = 2, PACK_BLOB = 3 };

struct pack {
	struct buf bytes; /* header's place, then the objects */
	uint32_t n;
};
void pack_init(struct pack *p);
void pack_release(struct pack *p);
void pack_clear(struct pack *p);
int pack_add(struct pack *p, enum pack_type type, const void *data, size_t n) CHECK_RESULT;
/* Fills in the header and appends the hash: p->bytes is a .pack file now. */
void pack_close(struct pack *p);

/* The id of an object: SHA-1 over "TYPE SIZE\0" and its bytes. */
void pack_object_id(unsigned char out[20], enum pack_type type, const void *data, size_t n);

#endif
