/* Any bytes a model may write, after several prompts: extraction ends, stays within bounds, and gives the same twice. */
#include "base/mem.h"
#include "compile/compile.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cmp_problem problems[] = {
	{ .language = CMP_C, .entry_point = "f", .prompt = "#include <stdio.h>\nstruct p { int x; };\n/* Returns a. */\nint f(int a) {" },
	{ .language = CMP_C, .entry_point = "g", .requires_fn = "f", .prompt = "int f(int a);\nint g(int a);\nint f(int a) {" },
	{ .language = CMP_C, .entry_point = "f", .prompt = "int f(int a);" },
	{ .language = CMP_C, .entry_point = "f" },
	{ .language = CMP_PYTHON, .entry_point = "f", .prompt = "import os\n\ndef f(a):\n    \"\"\"Doc.\"\"\"\n" },
	{ .language = CMP_PYTHON, .entry_point = "f" },
	{ .language = CMP_TEXT },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const struct cmp_problem *p = &problems[data[0] % (sizeof problems / sizeof *problems)];
	char *text = mem_strndup((const char *)data + 1, size - 1);
	struct buf a, b;
	buf_init(&a, BUF_MAX_TEXT);
	buf_init(&b, BUF_MAX_TEXT);
	enum cmp_extraction how = cmp_extract(p, text, &a), again = cmp_extract(p, text, &b);
	if (how != again || a.len != b.len || memcmp(buf_text(&a), buf_text(&b), a.len) != 0)
		abort();
	/* What is added to the text is the prompt, indentation and closing braces. */
	if (a.len > 4 * 6 * strlen(text) + 4096)
		abort();
	buf_release(&a);
	buf_release(&b);
	mem_free(text);
	return 0;
}
