/* Two texts (a language byte, one text, a zero byte, the other): their tokens lie in order within their lines, a text never
 * differs from itself, and the difference counts the same lines whichever comes first. */
#include "align/textdiff.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tokens(enum aln_text_language language, const char *source)
{
	struct aln_text t;
	aln_text_parse(&t, language, source);
	const char *at = source;
	for (int i = 0; i < t.n_tokens; i++) {
		if (t.tokens[i].at < at || !t.tokens[i].len || t.tokens[i].at + t.tokens[i].len > source + strlen(source))
			abort();
		at = t.tokens[i].at + t.tokens[i].len;
	}
	int n = 0;
	for (int l = 0; l < t.n_lines; l++) {
		if (t.lines[l].first_token != n || (t.lines[l].n_tokens && !t.lines[l].has_code))
			abort();
		n += t.lines[l].n_tokens;
	}
	if (n != t.n_tokens)
		abort();
	aln_text_release(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 8192)
		return 0;
	enum aln_text_language language = data[0] % 2 ? ALN_TEXT_PYTHON : ALN_TEXT_C;
	char *a = mem_strndup((const char *)data + 1, size - 1);
	size_t len = strlen(a);
	const char *b = len + 1 < size - 1 ? a + len + 1 : "";
	struct aln_textdiff there = {0}, back = {0}, none = {0};
	check_tokens(language, a);
	check_tokens(language, b);
	if (aln_textdiff_add(&there, language, a, b) || aln_textdiff_add(&back, language, b, a) || aln_textdiff_add(&none, language, a, a))
		abort();
	if (aln_textdiff_total(&there) != aln_textdiff_total(&back) || aln_textdiff_total(&none) || none.identical != 1)
		abort();
	mem_free(a);
	return 0;
}
