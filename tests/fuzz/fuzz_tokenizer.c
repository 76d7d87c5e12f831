/* tok_parse takes bytes from anywhere. The input is a tokenizer.json, then, behind a NUL byte, a text: whatever parses must
 * encode any text or refuse it, and give back bytes for every id it made. */
#include "base/buf.h"
#include "engine/tokenizer.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t n = nul ? (size_t)(nul - data) : size;
	const char *text = nul ? (const char *)nul + 1 : "ab <x> 1\xC3\xA9'S\n\n ";
	size_t len = nul ? size - n - 1 : strlen(text);
	struct tok *t;
	if (tok_parse(&t, data, n)) {
		assert(!t && *err_message());
		return 0;
	}
	struct tok_ids ids = { 0 };
	struct buf back;
	buf_init(&back, BUF_MAX_TEXT);
	if (tok_encode_prompt(t, text, len, &ids) == 0 && tok_decode(t, ids.ids, ids.n, &back) != 0)
		abort();
	buf_release(&back);
	tok_ids_release(&ids);
	tok_free(t);
	return 0;
}
