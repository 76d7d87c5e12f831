/* No embedded task is in the embedded model's training text: models/sapling/corpus.md defines the filter that is asked here.
 * That the check can fail is shown by documents that are in the text. */
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "search/task.h"
#include "tests/check.h"
#include <jansson.h>

enum { PROBES = 12, N_FILTERS = 2 };

static const char *const filter_files[N_FILTERS] = {"models/sapling/corpus.bloom", "models/sapling/corpus-2.bloom"};
static const char *const sample_files[N_FILTERS] = {"models/sapling/corpus_sample.jsonl", "models/sapling/corpus-2_sample.jsonl"};
static struct file_map filters[N_FILTERS];

static int open_filters(void **state)
{
	(void)state;
	for (int i = 0; i < N_FILTERS; i++) {
		char *path;
		if (file_data(&path, filter_files[i]) < 0 || file_map_open(&filters[i], path) < 0) {
			printf("%s\n", err_message());
			return -1;
		}
		mem_free(path);
		if (filters[i].size < 1 << 20 || filters[i].size & (filters[i].size - 1))
			return -1;
	}
	return 0;
}

static int close_filters(void **state)
{
	(void)state;
	for (int i = 0; i < N_FILTERS; i++)
		file_map_close(&filters[i]);
	return 0;
}

static bool in_filter(const struct file_map *filter, uint64_t low, uint64_t high)
{
	const unsigned char *bits = filter->data;
	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t p = (low + i * high) % (8 * filter->size);
		if (!(bits[p >> 3] >> (p & 7) & 1))
			return false;
	}
	return true;
}

/* Appends the text of all comments, each followed by a blank. */
static void add_comments(struct buf *out, const char *text)
{
	for (const char *at = text; *at;) {
		if (strncmp(at, "/*", 2) == 0 && strstr(at + 2, "*/")) {
			const char *end = strstr(at + 2, "*/");
			OK(buf_add(out, at + 2, (size_t)(end - at - 2)));
			OK(buf_char(out, ' '));
			at = end + 2;
		} else if (strncmp(at, "//", 2) == 0) {
			size_t n = strcspn(at, "\n");
			OK(buf_add(out, at + 2, n - 2));
			OK(buf_char(out, ' '));
			at += n;
		} else {
			at++;
		}
	}
}

/* Steps 3 and 4 of the normal form: lower-case words joined by one blank. */
static void add_words(struct buf *key, const char *text)
{
	bool in_word = false;
	for (; *text; text++) {
		char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
		bool letter = c >= 'a' && c <= 'z';
		if (letter && !in_word && key->len)
			OK(buf_char(key, ' '));
		if (letter)
			OK(buf_char(key, c));
		in_word = letter;
	}
}

static bool in_corpus(const char *prompt, const char *completion)
{
	struct buf text, key;
	buf_init(&text, 1 << 20);
	buf_init(&key, 1 << 20);
	char *whole = mem_printf("%s%s", prompt, completion);
	if (*prompt)
		add_comments(&text, whole);
	else
		OK(buf_str(&text, whole));
	add_words(&key, buf_text(&text));
	uint64_t h = hash_bytes(HASH_SEED, buf_text(&key), key.len);
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	uint64_t low = h & 0xffffffff, high = h >> 32 | 1;
	bool found = false;
	for (int i = 0; i < N_FILTERS; i++)
		found |= key.len > 0 && in_filter(&filters[i], low, high);
	mem_free(whole);
	buf_release(&text);
	buf_release(&key);
	return found;
}

static void no_embedded_task_is_in_the_training_text(void **state)
{
	(void)state;
	struct srch_tasks tasks;
	srch_tasks_init(&tasks);
	OK(srch_tasks_load(&tasks, NULL, 0));
	assert_true(tasks.n >= 64);
	for (size_t i = 0; i < tasks.n; i++)
		if (in_corpus(tasks.items[i].prompt, ""))
			fail_msg("%s is in the training text", tasks.items[i].id);
	srch_tasks_release(&tasks);
}

/* Every line of a sample file: a document, found; under another name and layout, found; with a word more, not found. */
static int check_sample(const char *name)
{
	char *path;
	OK(file_data(&path, name));
	struct buf file;
	buf_init(&file, 1 << 20);
	OK(file_read(&file, path));
	int n = 0;
	for (const char *line = buf_text(&file); *line; line += strcspn(line, "\n") + 1, n++) {
		json_t *d = json_loadb(line, strcspn(line, "\n"), 0, NULL);
		assert_non_null(d);
		const char *prompt = json_string_value(json_object_get(d, "prompt"));
		assert_true(in_corpus(prompt, json_string_value(json_object_get(d, "completion"))));
		if (*prompt) {
			char *disguised = mem_printf("\n\n%s other", prompt);
			char *extended = mem_printf("%s // zymurgy", prompt);
			assert_true(in_corpus(disguised, json_string_value(json_object_get(d, "completion"))));
			assert_false(in_corpus(extended, json_string_value(json_object_get(d, "completion"))));
			mem_free(disguised);
			mem_free(extended);
		}
		json_decref(d);
	}
	buf_release(&file);
	mem_free(path);
	return n;
}

static void documents_of_the_training_text_are_found(void **state)
{
	(void)state;
	for (int i = 0; i < N_FILTERS; i++)
		assert_true(check_sample(sample_files[i]) >= 20);
}

static void the_filters_are_sparse_enough_to_mean_something(void **state)
{
	(void)state;
	int false_positives = 0;
	for (int i = 0; i < 20000; i++) {
		char text[64];
		snprintf(text, sizeof text, "// never written %c%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26, 'a' + i / 17576);
		false_positives += in_corpus(text, "");
	}
	assert_true(false_positives <= 10); /* 1 in 20,000 is expected of filters that are 44 % full */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_embedded_task_is_in_the_training_text),
		TEST(documents_of_the_training_text_are_found),
		TEST(the_filters_are_sparse_enough_to_mean_something),
	};
	return cmocka_run_group_tests(tests, open_filters, close_filters);
}
