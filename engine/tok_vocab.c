#include "base/mem.h"
#include "engine/tok_parts.h"
#include "engine/tok_unicode.h"
#include <string.h>

void tok_vocab_grow(struct tok_vocab *v, size_t n)
{
	if (n <= v->n_ids)
		return;
	v->pieces = mem_grow(v->pieces, n, sizeof *v->pieces);
	for (size_t i = v->n_ids; i < n; i++)
		v->pieces[i] = (struct tok_piece){ TOK_HOLE, 0 };
	v->n_ids = n;
}

int tok_vocab_set(struct tok_vocab *v, int32_t id, const char *bytes, size_t len)
{
	struct tok_piece *p = &v->pieces[id];
	if (v->pool.len + len + 1 > v->pool.max)
		return err_set(ERR_LIMIT, "tokenizer: model.vocab: more than %zu bytes of tokens", v->pool.max);
	*p = (struct tok_piece){ (uint32_t)v->pool.len, (uint32_t)len };
	int rc = buf_add(&v->pool, bytes, len);
	return rc ? rc : buf_char(&v->pool, '\0');
}

/* "bytes_to_unicode" of GPT-2's encoder.py: printable Latin-1 stands for itself, the other 68 bytes follow from U+0100 on. */
int tok_byte_of(uint32_t cp)
{
	if ((cp >= 0x21 && cp <= 0x7E) || (cp >= 0xA1 && cp <= 0xAC) || (cp >= 0xAE && cp <= 0xFF))
		return (int)cp;
	if (cp < 0x100 || cp > 0x143)
		return -1;
	int n = (int)cp - 0x100;
	return n <= 0x20 ? n : n <= 0x42 ? n - 0x21 + 0x7F : 0xAD;
}

bool tok_bytes_of(char *out, size_t *out_len, const char *text, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i += (size_t)tok_utf8_length((unsigned char)text[i])) {
		int byte = tok_byte_of(tok_utf8_get(text + i));
		if (byte < 0)
			return false;
		out[n++] = (char)byte;
	}
	*out_len = n;
	return true;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_byte_token(const char *text, size_t len, char *byte)
{
	if (len != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>')
		return false;
	int hi = hex_digit(text[3]), lo = hex_digit(text[4]);
	*byte = (char)(hi << 4 | lo);
	return hi >= 0 && lo >= 0;
}

int tok_decode_piece(const struct tok_decoder *d, const char *text, size_t len, struct buf *out)
{
	char byte;
	if (d->byte_level) {
		char *bytes = mem_alloc(len + 1);
		size_t n;
		int rc = tok_bytes_of(bytes, &n, text, len) ? buf_add(out, bytes, n) : buf_add(out, text, len);
		mem_free(bytes);
		return rc;
	}
	if (d->byte_fallback && is_byte_token(text, len, &byte))
		return buf_add(out, &byte, 1);
	return d->replace.from ? tok_norm_apply(&d->replace, text, len, out) : buf_add(out, text, len);
}
