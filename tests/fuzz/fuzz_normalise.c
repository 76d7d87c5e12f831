/* Any bytes as assembly: normalising ends, adds nothing but what names grow by, and what is normalised stays. */
#include "base/mem.h"
#include "compile/asmtext.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_static(const char *s, size_t n)
{
	for (size_t i = 0; i + 7 <= n; i++)
		if (memcmp(s + i, "static.", 7) == 0)
			return true;
	return false;
}

static bool keep_short(void *ctx, const char *name, size_t len)
{
	(void)ctx;
	return len > 0 && name[0] == 'f';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct buf once, twice, hidden;
	buf_init(&once, BUF_MAX_TEXT);
	buf_init(&twice, BUF_MAX_TEXT);
	buf_init(&hidden, BUF_MAX_TEXT);
	cmp_asm_normalise(&once, text, size);
	cmp_asm_normalise(&twice, buf_text(&once), once.len);
	/* static.N counts as somebody's name when it is read again, and then everything stays. */
	if (once.len > 12 * size + 1)
		abort();
	if (!has_static(buf_text(&once), once.len) && (once.len != twice.len || memcmp(buf_text(&once), buf_text(&twice), once.len) != 0))
		abort();
	cmp_asm_hide(&hidden, text, size, keep_short, NULL);
	if (hidden.len > size + 1)
		abort();
	(void)cmp_asm_suspicion(text, size);
	(void)cmp_asm_mentions(text, size, "f");
	buf_release(&once);
	buf_release(&twice);
	buf_release(&hidden);
	return 0;
}
