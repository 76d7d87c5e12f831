/* chat_parse takes files from anywhere. The input is a chat_template.jinja (empty: there is none), then, behind a NUL byte, a
 * tokenizer_config.json: what is recognised must render or refuse any messages, and what is not must say why. */
#include "base/buf.h"
#include "engine/chat.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t n = nul ? (size_t)(nul - data) : size;
	struct chat_files files = { nul ? (const char *)nul + 1 : NULL, n ? (const char *)data : NULL, nul ? size - n - 1 : 0, n };
	struct chat *c;
	if (chat_parse(&c, &files)) {
		assert(!c && *err_message());
		return 0;
	}
	struct chat_message m[] = { { "system", "S", 1 }, { "user", (const char *)data, size }, { "assistant", " <think>\xC3\xA9</think>\n ", 19 }, { "user", "", 0 } };
	for (size_t first = 0; first < 4; first++)
		for (int thinking = 0; thinking < 2; thinking++) {
			struct buf out;
			buf_init(&out, BUF_MAX_TEXT);
			if (chat_render(c, m + first, 4 - first, thinking, &out))
				assert(*err_message());
			buf_release(&out);
		}
	chat_free(c);
	return 0;
}
