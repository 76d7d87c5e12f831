/* tests/data/extract.case, and what holds for every completion. */
#include "base/rng.h"
#include "tests/compile/judging.h"
#include <ctype.h>

enum { MAX_PARTS = 1 << 14 };

struct kase {
	char name[200], language[16], entry[64], required[64], how[32];
	struct buf prompt, completion, program;
	bool has_prompt;
};

static void trim(struct buf *b)
{
	while (b->len > 0 && isspace((unsigned char)b->data[b->len - 1]))
		b->data[--b->len] = 0;
}

static int n_cases, n_wrong;

static void check(struct kase *k)
{
	struct buf got;
	buf_init(&got, BUF_MAX_TEXT);
	struct cmp_problem p = { .language = (enum cmp_language)cmp_language_parse(k->language), .entry_point = k->entry,
		.requires_fn = k->required[0] ? k->required : NULL, .prompt = k->prompt.len ? buf_text(&k->prompt) : NULL };
	enum cmp_extraction how = cmp_extract(&p, buf_text(&k->completion), &got);
	trim(&got);
	trim(&k->program);
	bool same = strcmp(buf_text(&k->program), buf_text(&got)) == 0, same_way = strcmp(k->how, cmp_extraction_name(how)) == 0;
	n_wrong += !same || !same_way;
	if (!same)
		printf("%s\n--- want\n%s\n--- got (%s)\n%s\n---\n", k->name, buf_text(&k->program), cmp_extraction_name(how), buf_text(&got));
	if (!same_way)
		printf("%s: want %s, got %s\n", k->name, k->how, cmp_extraction_name(how));
	buf_release(&got);
	n_cases++;
}

/* "--- c f g": the task; "--- completion"; "--- how". */
static struct buf *begin_part(struct kase *k, const char *line)
{
	char word[64];
	if (strcmp(line, "--- completion") == 0) {
		if (k->prompt.len >= 2 && strcmp(k->prompt.data + k->prompt.len - 2, "\\\n") == 0)
			k->prompt.data[k->prompt.len -= 2] = 0;
		return &k->completion;
	}
	if (k->language[0] == 0) {
		sscanf(line, "--- %15s %63s %63s", k->language, k->entry, k->required);
		return &k->prompt;
	}
	sscanf(line, "--- %63s", word);
	snprintf(k->how, sizeof k->how, "%.31s", word);
	return &k->program;
}

static void the_cases_hold(void **state)
{
	(void)state;
	FILE *f = fopen("tests/data/extract.case", "r");
	assert_non_null(f);
	static char line[4096];
	struct kase k = { 0 };
	struct buf *part = NULL;
	bool open = false;
	for (bool more = true; more;) {
		more = fgets(line, sizeof line, f) != NULL;
		if (!more || strncmp(line, "=== ", 4) == 0) {
			if (open) {
				check(&k);
				buf_release(&k.prompt);
				buf_release(&k.completion);
				buf_release(&k.program);
			}
			k = (struct kase){ 0 };
			buf_init(&k.prompt, 1 << 16);
			buf_init(&k.completion, 1 << 16);
			buf_init(&k.program, 1 << 16);
			line[strcspn(line, "\n")] = 0;
			snprintf(k.name, sizeof k.name, "%.190s", line + 4);
			open = more;
			part = NULL;
		} else if (open && strncmp(line, "--- ", 4) == 0) {
			line[strcspn(line, "\n")] = 0;
			part = begin_part(&k, line);
		} else if (part)
			buf_str(part, line);
	}
	fclose(f);
	buf_release(&k.prompt);
	buf_release(&k.completion);
	buf_release(&k.program);
	assert_true(n_cases >= 40);
	assert_int_equal(n_wrong, 0);
}

/* Token by token, as the search asks: closed from the byte that closes it, at the same place whatever follows. */
static void closing_is_seen_at_its_byte_and_stays(void **state)
{
	static const char completion[] = "\n    char *s = \"}\"; /* } */\n    if (a) { return 1; }\n    return s[0] == '}';\n}\n\nint main() {}\n";
	struct cmp_problem p = { .language = CMP_C, .entry_point = "f", .prompt = "int f(int a) {" };
	size_t want = (size_t)(strstr(completion, "\n\nint main") - completion), end;
	(void)state;
	for (size_t n = 0; n < sizeof completion; n++) {
		end = 0;
		bool closed = cmp_closed(&p, completion, n, &end);
		assert_int_equal(closed, n >= want);
		if (closed)
			assert_int_equal(end, want);
	}
}

static void a_pair_closes_with_its_second_function(void **state)
{
	static const char completion[] = "\n return a;\n}\nstatic int h(void) { return 1; }\nint g(int a) {\n return f(a);\n}\n";
	struct cmp_problem p = { .language = CMP_C, .entry_point = "g", .requires_fn = "f", .prompt = "int f(int a);\nint g(int a);\nint f(int a) {" };
	size_t end = 0;
	(void)state;
	for (size_t n = 0; n < sizeof completion - 2; n++)
		assert_false(cmp_closed(&p, completion, n, &end));
	assert_true(cmp_closed(&p, completion, sizeof completion - 1, &end));
	assert_int_equal(end, sizeof completion - 2);
}

static void python_closes_where_the_next_statement_begins(void **state)
{
	static const char completion[] = "    x = '''\nprint\n'''\n\n    return x\n\n# more\nprint(f(1))\n";
	struct cmp_problem p = { .language = CMP_PYTHON, .entry_point = "f", .prompt = "def f(a):\n    \"\"\"Doc.\"\"\"\n" };
	size_t want = (size_t)(strstr(completion, "\n\n# more") - completion) + 1, end = 0;
	(void)state;
	for (size_t n = 0; n <= (size_t)(strstr(completion, "print(f") - completion); n++)
		assert_false(cmp_closed(&p, completion, n, &end));
	assert_true(cmp_closed(&p, completion, sizeof completion - 1, &end));
	assert_int_equal(end, want);
}

/* Texts of pieces that matter to either grammar, looked at as they grow by 1 to 6 bytes: the same as when each is looked at anew. */
static void what_was_looked_at_before_needs_no_other_look(void **state)
{
	static const char *const pieces[] = { "def f", "def f2", "async def f(", "(", ")", "\n", "\n", "\n    ", "    return 1", "#", "# x\n", "\"\"\"", "\"", "'", "\\",
		"{", "}", "int f(int a) {", "int g(int a){", ";", "/*", "*/", "//", "a", "def ", "f", "class f:\n", "\t", "x = 1", "\r", "'}'", "}\n", "[", "]" };
	static const struct cmp_problem problems[] = {
		{ .language = CMP_C, .entry_point = "f", .prompt = "int f(int a) {" },
		{ .language = CMP_C, .entry_point = "g", .requires_fn = "f", .prompt = "int g(int a);\nint f(int a) {" },
		{ .language = CMP_PYTHON, .entry_point = "f", .prompt = "def f(a):\n    \"\"\"Doc.\"\"\"\n" },
		{ .language = CMP_PYTHON, .entry_point = "f" },
	};
	int n_closed = 0;
	(void)state;
	for (uint32_t round = 0; round < 4000; round++) {
		const struct cmp_problem *p = &problems[round % 4];
		struct cmp_closing at = { 0 };
		struct buf text;
		buf_init(&text, 1 << 12);
		for (uint32_t i = 0; i < 30; i++)
			buf_str(&text, pieces[rng_below((struct rng_at){ .node = round, .step = i }, sizeof pieces / sizeof *pieces)]);
		bool yet = false;
		for (size_t n = 0, step; n <= text.len; n += step) {
			size_t end = 0, anew = 0;
			struct cmp_closing fork = at;
			bool closed = cmp_closed(p, text.data, n, &anew);
			yet = cmp_closed_yet(&at, p, text.data, n, &end);
			assert_int_equal(yet, closed);
			assert_int_equal(end, anew);
			assert_int_equal(cmp_closed_yet(&fork, p, text.data, n, &end), closed);
			step = 1 + rng_below((struct rng_at){ .task = 1, .node = round, .step = (uint32_t)n }, 6);
		}
		n_closed += yet;
		buf_release(&text);
	}
	assert_in_range(n_closed, 500, 3500);
}

static void text_never_closes(void **state)
{
	size_t end;
	struct cmp_problem p = { .language = CMP_TEXT, .prompt = "?" };
	(void)state;
	assert_false(cmp_closed(&p, "}\n}\nprint()", 11, &end));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cases_hold),
		cmocka_unit_test(closing_is_seen_at_its_byte_and_stays),
		cmocka_unit_test(a_pair_closes_with_its_second_function),
		cmocka_unit_test(python_closes_where_the_next_statement_begins),
		cmocka_unit_test(what_was_looked_at_before_needs_no_other_look),
		cmocka_unit_test(text_never_closes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
