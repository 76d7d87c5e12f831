/* Asked after every byte: the end lies within the text, and once closed it stays closed at the same place; so also where what was looked
 * at before is not looked at again, whatever pieces the text came in. */
#include "base/mem.h"
#include "compile/compile.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cmp_problem problems[] = {
	{ .language = CMP_C, .entry_point = "f", .prompt = "int f(int a) {" },
	{ .language = CMP_C, .entry_point = "g", .requires_fn = "f", .prompt = "int f(int a);\nint g(int a);\nint f(int a) {" },
	{ .language = CMP_C, .entry_point = "f", .prompt = "int f(int a);\n" },
	{ .language = CMP_PYTHON, .entry_point = "f", .prompt = "def f(a):\n    \"\"\"Doc.\"\"\"\n" },
	{ .language = CMP_PYTHON, .entry_point = "f" },
	{ .language = CMP_TEXT },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 4096) /* quadratic */
		return 0;
	const struct cmp_problem *p = &problems[data[0] % (sizeof problems / sizeof *problems)];
	char *text = mem_dup(data + 1, size - 1);
	struct cmp_closing in_pieces = {0};
	bool closed = false;
	size_t where = 0, next = 0;
	for (size_t n = 0; n < size; n++) {
		size_t end = SIZE_MAX;
		bool now = cmp_closed(p, text, n, &end);
		if ((closed && (!now || end != where)) || (now && end > n))
			abort();
		if (n == next) {
			size_t at = SIZE_MAX;
			struct cmp_closing fork = in_pieces;
			if (cmp_closed_yet(&fork, p, text, n, &at) != now || (now && at != end))
				abort();
			if (cmp_closed_yet(&in_pieces, p, text, n, &at) != now || (now && at != end))
				abort();
			next += 1 + data[n] % 7;
		}
		closed = now;
		where = end;
	}
	mem_free(text);
	return 0;
}
