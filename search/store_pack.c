#include "search/store_pack.h"
#include <string.h>
#include <zlib.h>

static uint32_t rol(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static void sha1_block(struct sha1 *s, const unsigned char *p)
{
	uint32_t w[80], v[5];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, s->h, sizeof v);
	for (int i = 0; i < 80; i++) {
		uint32_t f = i < 20 ? (v[1] & v[2]) | (~v[1] & v[3])
			: i < 40 || i >= 60 ? v[1] ^ v[2] ^ v[3]
			: (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
		uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
		uint32_t next = rol(v[0], 5) + f + v[4] + k + w[i];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rol(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (int i = 0; i < 5; i++)
		s->h[i] += v[i];
}

void sha1_init(struct sha1 *s)
{
	*s = (struct sha1){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

void sha1_add(struct sha1 *s, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t have = s->n % 64;
	s->n += n;
	for (; n && have; have = (have + 1) % 64, n--) {
		s->block[have] = *p++;
		if (have == 63)
			sha1_block(s, s->block);
	}
	for (; n >= 64; p += 64, n -= 64)
		sha1_block(s, p);
	if (n)
		memcpy(s->block, p, n);
}

void sha1_end(struct sha1 *s, unsigned char out[20])
{
	static const unsigned char pad[64] = {0x80};
	uint64_t bits = s->n * 8;
	unsigned char len[8];
	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha1_add(s, pad, 1 + (119 - s->n % 64) % 64);
	sha1_add(s, len, 8);
	for (int i = 0; i < 20; i++)
		out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void pack_object_id(unsigned char out[20], enum pack_type type, const void *data, size_t n)
{
	char head[40];
	const char *name = type == PACK_COMMIT ? "commit" : type == PACK_TREE ? "tree" : "blob";
	int len = snprintf(head, sizeof head, "%s %zu", name, n);
	struct sha1 s;
	sha1_init(&s);
	sha1_add(&s, head, (size_t)len + 1);
	sha1_add(&s, data, n);
	sha1_end(&s, out);
}

#define HEADER 12

void pack_init(struct pack *p)
{
	buf_init(&p->bytes, (size_t)2 << 30);
	pack_clear(p);
}

void pack_release(struct pack *p)
{
	buf_release(&p->bytes);
}

void pack_clear(struct pack *p)
{
	static const char blank[HEADER];
	p->n = 0;
	buf_clear(&p->bytes);
	buf_add(&p->bytes, blank, HEADER);
}

/* Type and size in front of an object: 4 bits of size with the type, then 7 bits a byte, low ones first. */
static void add_object_head(struct pack *p, enum pack_type type, size_t n)
{
	unsigned char c = (unsigned char)(type << 4 | (n & 15));
	for (n >>= 4; n; n >>= 7) {
		buf_char(&p->bytes, (char)(c | 0x80));
		c = n & 0x7f;
	}
	buf_char(&p->bytes, (char)c);
}

/* In an array of routes or weights no string comes twice: looking for some takes longer than all the rest, and finds 1 to 2 %. */
static int strategy_for(const void *data, size_t n)
{
	return n > 6 && !memcmp(data, "\x93NUMPY", 6) ? Z_RLE : Z_DEFAULT_STRATEGY;
}

int pack_add(struct pack *p, enum pack_type type, const void *data, size_t n)
{
	size_t before = p->bytes.len;
	add_object_head(p, type, n);
	z_stream z = {0};
	if (n > UINT32_MAX || deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS, MAX_MEM_LEVEL, strategy_for(data, n)) != Z_OK)
		return err_set(ERR_NOMEM, "cannot pack an object of %zu bytes", n);
	unsigned char piece[1 << 14];
	z.next_in = (unsigned char *)(uintptr_t)data; /* zlib does not write through it */
	z.avail_in = (uInt)n;
	int rc = Z_OK;
	while (rc == Z_OK) {
		z.next_out = piece;
		z.avail_out = sizeof piece;
		rc = deflate(&z, Z_FINISH);
		buf_add(&p->bytes, piece, sizeof piece - z.avail_out);
	}
	deflateEnd(&z);
	if (rc != Z_STREAM_END || p->bytes.truncated) {
		p->bytes.len = before;
		return err_set(ERR_LIMIT, "a batch of the run store grew past %zu bytes", p->bytes.max);
	}
	p->n++;
	return 0;
}

void pack_close(struct pack *p)
{
	unsigned char *h = (unsigned char *)p->bytes.data;
	memcpy(h, "PACK\0\0\0\2", 8);
	for (int i = 0; i < 4; i++)
		h[8 + i] = (unsigned char)(p->n >> (24 - 8 * i));
	struct sha1 s;
	unsigned char hash[20];
	sha1_init(&s);
	sha1_add(&s, h, p->bytes.len);
	sha1_end(&s, hash);
	buf_add(&p->bytes, hash, sizeof hash);
}
