/* base/hash.h - layer 0. FNV-1a, 64 bits: fingerprints of logits, texts and files. Not for anything hostile. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_SEED UINT64_C(0xcbf29ce484222325)
/* Feed the previous value as h to go on; begin with HASH_SEED. */
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);
uint64_t hash_str(uint64_t h, const char *s);

#endif
