#include "engine/tok_unicode.h"
#include <string.h>

struct late_range {
	uint32_t first, last, stand_in;
};
struct inert_range {
	uint32_t first, last;
};
#include "engine/tok_unicode.inc"

/* U+11A7 stands one before the trailing consonants of Hangul and is none; utf8proc 2.8.0 composes it away all the same. */
enum { BEFORE_TRAILING_JAMO = 0x11A7 };
enum { FIRST_LATE = 0x897, FIRST_INERT = 0x7FD }; /* held to the tables by the test */

int tok_utf8_length(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

uint32_t tok_utf8_get(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] < 0xE0)
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	if (p[0] < 0xF0)
		return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

int tok_utf8_put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	int n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	for (int i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3F));
	out[0] = (char)(lead[n] | cp);
	return n;
}

/* Length of the valid sequence at p, or 0. */
static size_t sequence(const unsigned char *p, size_t n)
{
	size_t want = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
	if (want == 0 || want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	bool overlong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
	bool outside = (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF4 && p[1] > 0x8F);
	return overlong || outside ? 0 : want;
}

/* How many bytes at the start are ASCII, eight at a time; the rest is left to the caller. */
static size_t skip_ascii(const char *s, size_t i, size_t n)
{
	for (uint64_t w; i + 8 <= n; i += 8) {
		memcpy(&w, s + i, 8);
		if (w & UINT64_C(0x8080808080808080))
			break;
	}
	return i;
}

size_t tok_utf8_check(const char *s, size_t n)
{
	size_t i = 0;
	while ((i = skip_ascii(s, i, n)) < n) {
		size_t end = i + 8 < n ? i + 8 : n;
		while (i < end) {
			size_t len = sequence((const unsigned char *)s + i, n - i);
			if (len == 0)
				return i;
			i += len;
		}
	}
	return n;
}

bool tok_is_space(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0D) || cp == 0x20 || cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

/* Both tables are sorted and without overlap. */
#define FIND_RANGE(table, cp)                                        \
	({                                                           \
		size_t lo_ = 0, hi_ = sizeof table / sizeof table[0]; \
		while (lo_ < hi_) {                                  \
			size_t mid_ = lo_ + (hi_ - lo_) / 2;         \
			if (table[mid_].last < (cp))                 \
				lo_ = mid_ + 1;                      \
			else                                         \
				hi_ = mid_;                          \
		}                                                    \
		lo_ < sizeof table / sizeof table[0] && table[lo_].first <= (cp) ? &table[lo_] : NULL; \
	})

uint32_t tok_stand_in(uint32_t cp)
{
	if (cp < FIRST_LATE)
		return cp;
	const struct late_range *r = FIND_RANGE(late_ranges, cp);
	return r ? r->stand_in : cp;
}

bool tok_norm_inert(uint32_t cp)
{
	if (cp < FIRST_INERT)
		return false;
	if (cp == BEFORE_TRAILING_JAMO)
		return true;
	return FIND_RANGE(inert_ranges, cp) || FIND_RANGE(late_ranges, cp);
}

/* Offset of the next code point at or after i that has a stand-in; n when there is none. */
static size_t next_late(const char *s, size_t i, size_t n)
{
	while ((i = skip_ascii(s, i, n)) < n) {
		int len = tok_utf8_length((unsigned char)s[i]);
		if (len > 2) {
			uint32_t cp = tok_utf8_get(s + i);
			if (tok_stand_in(cp) != cp)
				return i;
		}
		i += (size_t)len;
	}
	return n;
}

const char *tok_shadow(const char *s, size_t n, struct buf *copy)
{
	size_t at = next_late(s, 0, n);
	if (at == n)
		return s;
	buf_clear(copy);
	if (buf_add(copy, s, n))
		return s; /* cannot be: the ceiling of copies is above that of texts */
	for (; at < n; at = next_late(s, at, n))
		at += (size_t)tok_utf8_put(copy->data + at, tok_stand_in(tok_utf8_get(s + at)));
	return copy->data;
}
