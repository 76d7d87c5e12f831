/* The tokenizer against HF tokenizers' own answers (tests/golden/tokenizer/make.py made them), and against broken files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "engine/tok_parts.h"
#include "engine/tok_unicode.h"
#include "engine/tokenizer.h"
#include "tests/engine/read_file.h"
#include <jansson.h>
#include <zlib.h>

#define GOLDEN "tests/golden/tokenizer/"

/* The lines of a text; the buffer is cut up. */
struct lines {
	struct buf text;
	char **v;
	size_t n;
};

static struct lines read_lines(const char *path)
{
	struct lines l = { .text = read_file(path) };
	for (char *p = l.text.data, *end; *p; p = end + 1) {
		end = strchr(p, '\n');
		assert_non_null(end);
		*end = '\0';
		l.v = mem_grow(l.v, l.n + 1, sizeof *l.v);
		l.v[l.n++] = p;
	}
	return l;
}

static void lines_release(struct lines *l)
{
	mem_free(l->v);
	buf_release(&l->text);
}

static json_t *json_line(const char *line)
{
	json_t *v = json_loads(line, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert_non_null(v);
	return v;
}

static struct tok *parse(const char *text, size_t n)
{
	struct tok *t;
	if (tok_parse(&t, text, n))
		fail_msg("%s", err_message());
	return t;
}

static struct tok *open_golden(const char *name)
{
	struct tok *t;
	char *dir = mem_printf(GOLDEN "%s", name);
	if (tok_open(&t, dir))
		fail_msg("%s", err_message());
	mem_free(dir);
	return t;
}

/* ---- ids ---- */

static int digit(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : 63;
}

static bool same_ids(const struct tok_ids *got, const char *want)
{
	size_t n = strlen(want) / 2;
	if (got->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (got->ids[i] != digit(want[2 * i]) * 64 + digit(want[2 * i + 1]))
			return false;
	return true;
}

struct tally {
	int strings, wrong, round_trips, not_round;
	bool whole_wrong; /* the file of all strings, taken as one text */
	char first[400]; /* the first wrong one */
};

static void check_string(const struct tok *t, const char *text, size_t len, const char *want, struct tally *tally)
{
	struct tok_ids ids = { 0 };
	struct buf back;
	buf_init(&back, BUF_MAX_TEXT);
	tally->strings++;
	if (tok_encode(t, text, len, &ids) || !same_ids(&ids, want + 1)) {
		if (!tally->wrong++)
			snprintf(tally->first, sizeof tally->first, "%.300s", text);
	} else if (want[0] == '=') {
		tally->round_trips++;
		if (tok_decode(t, ids.ids, ids.n, &back) || back.len != len || memcmp(buf_text(&back), text, len) != 0)
			tally->not_round++;
	}
	buf_release(&back);
	tok_ids_release(&ids);
}

static uint64_t hash_whole(const struct tok *t)
{
	struct buf b = read_file(GOLDEN "strings.jsonl");
	struct tok_ids ids = { 0 };
	if (tok_encode(t, b.data, b.len, &ids))
		fail_msg("%s", err_message());
	uint64_t h = hash_bytes(HASH_SEED, ids.ids, ids.n * sizeof *ids.ids);
	tok_ids_release(&ids);
	buf_release(&b);
	return h;
}

static struct tally compare(const struct tok *t, const char *name, uint64_t hash)
{
	char *path = mem_printf(GOLDEN "%s.ids", name);
	struct lines ids = read_lines(path), texts = read_lines(GOLDEN "strings.jsonl");
	struct tally tally = { 0 };
	uint64_t made_for, whole;
	size_t step;
	assert_int_equal(sscanf(ids.v[0], "%lx %zu %lx", &made_for, &step, &whole), 3);
	if (hash && hash != made_for)
		fail_msg("%s was made for another tokenizer.json: run tests/golden/tokenizer/make.py", path);
	for (size_t i = 0; i < texts.n; i += step) {
		json_t *text = json_line(texts.v[i]);
		assert_true(i / step + 1 < ids.n);
		check_string(t, json_string_value(text), json_string_length(text), ids.v[i / step + 1], &tally);
		json_decref(text);
	}
	tally.whole_wrong = hash_whole(t) != whole;
	lines_release(&ids);
	lines_release(&texts);
	mem_free(path);
	return tally;
}

static uint64_t hash_file(const char *path)
{
	struct buf b = read_file(path);
	uint64_t h = hash_bytes(HASH_SEED, b.data, b.len);
	buf_release(&b);
	return h;
}

static void agrees(const char *name, const char *dir, int at_least, int back_at_least)
{
	char *path = mem_printf("%s/tokenizer.json", dir);
	struct tok *t;
	if (tok_open(&t, dir))
		fail_msg("%s", err_message());
	struct tally tally = compare(t, name, hash_file(path));
	tok_free(t);
	mem_free(path);
	print_message("%s: %d strings, %d round trips\n", name, tally.strings, tally.round_trips);
	if (tally.wrong)
		fail_msg("%s: %d of %d strings differ from HF tokenizers, the first: %s", name, tally.wrong, tally.strings, tally.first);
	assert_false(tally.whole_wrong);
	assert_true(tally.strings >= at_least);
	assert_int_equal(tally.not_round, 0);
	assert_true(tally.round_trips >= back_at_least);
}

static void qwen35_agrees_with_hf_on_every_string(void **state)
{
	(void)state;
	agrees("qwen35", GOLDEN "qwen35", 5000, 5000);
}

static void sapling_agrees_with_hf_on_every_string(void **state)
{
	(void)state;
	if (!file_exists("models/sapling/tokenizer.json") || !file_exists(GOLDEN "sapling.ids")) {
		print_message("skip: models/sapling/tokenizer.json or its expected ids are not there\n");
		skip();
	}
	agrees("sapling", "models/sapling", 5000, 5000);
}

static void other_settings_agree_with_hf(void **state)
{
	(void)state;
	agrees("ling", GOLDEN "ling", 2000, 2000);
	agrees("odd", GOLDEN "odd", 2000, 100); /* a space is put in front */
	agrees("mixtral", GOLDEN "mixtral", 2000, 1000);
	agrees("qwen3", GOLDEN "qwen3", 600, 600);
	agrees("olmoe", GOLDEN "olmoe", 600, 600);
}

/* ---- twenty thousand strings a family, by the hash of their ids ---- */

enum { N_STRINGS = 20000 };

/* The strings, parsed: a JSON array. */
static json_t *all_strings(void)
{
	struct lines few = read_lines(GOLDEN "strings.jsonl");
	json_t *all = json_array();
	for (size_t i = 0; i < few.n; i++)
		json_array_append_new(all, json_line(few.v[i]));
	lines_release(&few);
	gzFile z = gzopen(GOLDEN "more.jsonl.gz", "rb");
	assert_non_null(z);
	enum { LINE = 1 << 14 };
	char *line = mem_alloc(LINE);
	while (gzgets(z, line, LINE))
		json_array_append_new(all, json_line(line));
	assert_int_equal(gzclose(z), Z_OK);
	mem_free(line);
	assert_int_equal(json_array_size(all), N_STRINGS);
	return all;
}

static uint32_t ids_sum(const struct tok *t, const json_t *text, struct tok_ids *ids)
{
	ids->n = 0;
	if (tok_encode(t, json_string_value(text), json_string_length(text), ids))
		fail_msg("%s", err_message());
	return (uint32_t)hash_bytes(HASH_SEED, ids->ids, ids->n * sizeof *ids->ids);
}

/* How many strings get other ids than HF gives with the family's tokenizer; *first is one of them. */
static int wrong_sums(const struct tok *t, const char *family, uint64_t hash, const json_t *texts, const json_t **first)
{
	char *path = mem_printf(GOLDEN "%s.sums", family);
	struct buf sums = read_file(path);
	struct tok_ids ids = { 0 };
	uint64_t made_for;
	int wrong = 0;
	assert_int_equal(sums.len, sizeof made_for + N_STRINGS * sizeof(uint32_t));
	memcpy(&made_for, sums.data, sizeof made_for);
	if (hash && hash != made_for)
		fail_msg("%s was made for another tokenizer.json: run tests/golden/tokenizer/make.py", path);
	for (size_t i = 0; i < N_STRINGS; i++) {
		uint32_t want;
		memcpy(&want, sums.data + sizeof made_for + i * sizeof want, sizeof want);
		if (ids_sum(t, json_array_get(texts, i), &ids) != want && !wrong++)
			*first = json_array_get(texts, i);
	}
	tok_ids_release(&ids);
	buf_release(&sums);
	mem_free(path);
	return wrong;
}

static const char *const families[] = { "qwen35", "qwen3", "olmoe", "mixtral" };

static void each_family_agrees_with_hf_on_twenty_thousand_strings(void **state)
{
	(void)state;
	json_t *texts = all_strings();
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		char *path = mem_printf(GOLDEN "%s/tokenizer.json", families[i]);
		struct tok *t = open_golden(families[i]);
		const json_t *first = NULL;
		int wrong = wrong_sums(t, families[i], hash_file(path), texts, &first);
		if (wrong) {
			char *shown = json_dumps(first, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
			fail_msg("%s: %d of %d strings differ from HF tokenizers, the first: %s", families[i], wrong, N_STRINGS, shown);
		}
		print_message("%s: %d strings as HF tokenizers has them\n", families[i], N_STRINGS);
		tok_free(t);
		mem_free(path);
	}
	json_decref(texts);
}

/* Each family's sums are its own: another family's tokenizer is noticed. */
static void the_sums_see_another_familys_tokenizer(void **state)
{
	(void)state;
	json_t *texts = all_strings();
	struct tok *t = open_golden("qwen3");
	const json_t *first = NULL;
	assert_true(wrong_sums(t, "qwen35", 0, texts, &first) > 100);
	assert_non_null(first);
	tok_free(t);
	json_decref(texts);
}

/* ---- sabotage ---- */

/* The qwen35 file with one change made by `change`; the comparison must notice each. */
static int wrong_after(void change(json_t *root))
{
	struct buf b = read_file(GOLDEN "qwen35/tokenizer.json");
	json_t *root = json_loadb(b.data, b.len, 0, NULL);
	change(root);
	char *text = json_dumps(root, JSON_COMPACT);
	struct tok *t = parse(text, strlen(text));
	int wrong = compare(t, "qwen35", 0).wrong;
	tok_free(t);
	free(text);
	json_decref(root);
	buf_release(&b);
	return wrong;
}

static void change_nothing(json_t *root)
{
	(void)root;
}

static void swap_two_merges(json_t *root)
{
	json_t *merges = json_object_get(json_object_get(root, "model"), "merges");
	json_t *first = json_incref(json_array_get(merges, 0));
	json_array_set(merges, 0, json_array_get(merges, 300));
	json_array_set_new(merges, 300, first);
}

static void drop_nfc(json_t *root)
{
	json_object_set_new(root, "normalizer", json_null());
}

static void split_as_qwen2(json_t *root)
{
	json_t *split = json_array_get(json_object_get(json_object_get(root, "pre_tokenizer"), "pretokenizers"), 0);
	json_object_set_new(json_object_get(split, "pattern"), "Regex",
			    json_string("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"));
}

static void drop_added(json_t *root)
{
	json_array_remove(json_object_get(root, "added_tokens"), 2);
}

static void the_comparison_sees_a_wrong_tokenizer(void **state)
{
	(void)state;
	assert_int_equal(wrong_after(change_nothing), 0);
	assert_true(wrong_after(swap_two_merges) > 0);
	assert_true(wrong_after(drop_nfc) > 0);
	assert_true(wrong_after(split_as_qwen2) > 0);
	assert_true(wrong_after(drop_added) > 0);
}

/* ---- parts ---- */

static const char *const behaviors[] = { "isolated", "removed", "merged_with_previous", "merged_with_next", "contiguous" };

static void check_split(const char *line)
{
	json_t *c = json_line(line), *pattern = json_array_get(c, 0), *text = json_array_get(c, 4), *want = json_array_get(c, 5);
	struct tok_split_spec spec = { .where = "pattern", .pattern = json_string_value(pattern), .len = json_string_length(pattern),
				       .literal = json_is_true(json_array_get(c, 1)), .invert = json_is_true(json_array_get(c, 3)) };
	for (int i = 0; i < 5; i++)
		if (strcmp(json_string_value(json_array_get(c, 2)), behaviors[i]) == 0)
			spec.behavior = (enum tok_behavior)i;
	struct tok_split *s;
	if (tok_split_new(&s, &spec))
		fail_msg("%s", err_message());
	struct tok_matcher *m = tok_matcher_new();
	struct tok_spans got = { 0 };
	struct buf shadow;
	buf_init(&shadow, BUF_MAX_TEXT);
	const char *seen = tok_shadow(json_string_value(text), json_string_length(text), &shadow);
	assert_int_equal(tok_split_run(s, m, seen, (struct tok_span){ 0, json_string_length(text), false }, &got), 0);
	bool same = got.n == json_array_size(want);
	for (size_t i = 0; same && i < got.n; i++) {
		const json_t *w = json_array_get(want, i);
		same = got.v[i].end - got.v[i].start == json_string_length(w) && memcmp(json_string_value(text) + got.v[i].start, json_string_value(w), json_string_length(w)) == 0;
	}
	if (!same)
		fail_msg("other pieces (%zu): %s", got.n, line);
	buf_release(&shadow);
	tok_spans_release(&got);
	tok_matcher_free(m);
	tok_split_free(s);
	json_decref(c);
}

static void splits_make_the_pieces_hf_makes(void **state)
{
	(void)state;
	struct lines l = read_lines(GOLDEN "splits.jsonl");
	for (size_t i = 0; i < l.n; i++)
		check_split(l.v[i]);
	assert_true(l.n >= 1000);
	lines_release(&l);
}

static void normal_forms_are_hfs(void **state)
{
	(void)state;
	static const char *const forms[] = { "NFC", "NFD", "NFKC", "NFKD" };
	struct lines l = read_lines(GOLDEN "norms.jsonl");
	for (size_t i = 0; i < l.n; i++) {
		json_t *c = json_line(l.v[i]), *text = json_array_get(c, 1), *want = json_array_get(c, 2);
		struct tok_norm norm = { 0 };
		for (int f = 0; f < 4; f++)
			if (strcmp(json_string_value(json_array_get(c, 0)), forms[f]) == 0)
				norm.kind = (enum tok_norm_kind)f;
		struct buf got;
		buf_init(&got, BUF_MAX_TEXT);
		assert_int_equal(tok_norm_apply(&norm, json_string_value(text), json_string_length(text), &got), 0);
		if (got.len != json_string_length(want) || memcmp(buf_text(&got), json_string_value(want), got.len) != 0)
			fail_msg("got %s: %s", buf_text(&got), l.v[i]);
		if (tok_norm_idle(&norm, json_string_value(text), json_string_length(text)))
			assert_true(json_equal(text, want));
		buf_release(&got);
		json_decref(c);
	}
	assert_true(l.n >= 500);
	lines_release(&l);
}

/* One bit a code point. */
enum { BITMAP_BYTES = 0x110000 / 8 };

static void set_bit(uint8_t *bits, uint32_t cp)
{
	bits[cp / 8] |= (uint8_t)(1 << cp % 8);
}

/* "A-Z 61-7A" in hexadecimal. */
static void read_ranges(uint8_t *bits, const char *p)
{
	while (*p) {
		char *end;
		uint32_t first = (uint32_t)strtoul(p, &end, 16), last = first;
		if (*end == '-')
			last = (uint32_t)strtoul(end + 1, &end, 16);
		for (uint32_t cp = first; cp <= last; cp++)
			set_bit(bits, cp);
		p = end + (*end == ' ');
	}
}

/* Which code points a pattern for one character matches, each seen as its stand-in. */
static void find_matches(uint8_t *bits, const char *pattern)
{
	struct tok_split_spec spec = { .where = pattern, .pattern = pattern, .len = strlen(pattern), .behavior = TOK_REMOVED, .invert = true };
	struct tok_split *s;
	if (tok_split_new(&s, &spec))
		fail_msg("%s", err_message());
	struct tok_matcher *m = tok_matcher_new();
	struct tok_spans hits = { 0 };
	char text[256 * 4];
	for (uint32_t page = 0; page < 0x110000; page += 256) {
		size_t n = 0, k = 0;
		if (page >= 0xD800 && page <= 0xDFFF)
			continue;
		for (uint32_t cp = page; cp < page + 256; cp++)
			n += (size_t)tok_utf8_put(text + n, tok_stand_in(cp));
		hits.n = 0;
		assert_int_equal(tok_split_run(s, m, text, (struct tok_span){ 0, n, false }, &hits), 0);
		n = 0;
		for (uint32_t cp = page; cp < page + 256; n += (size_t)tok_utf8_length((unsigned char)text[n]), cp++)
			if (k < hits.n && hits.v[k].start == n) {
				set_bit(bits, cp);
				k++;
			}
		assert_int_equal(k, hits.n);
	}
	tok_spans_release(&hits);
	tok_matcher_free(m);
	tok_split_free(s);
}

/* Whatever Unicode version PCRE2 has. */
static void every_code_point_is_in_the_class_hf_has_it_in(void **state)
{
	(void)state;
	struct lines l = read_lines(GOLDEN "classes.txt");
	uint8_t *want = mem_alloc(BITMAP_BYTES), *got = mem_alloc(BITMAP_BYTES);
	assert_true(l.n >= 15);
	for (size_t i = 0; i < l.n; i++) {
		char *ranges = strchr(l.v[i], '\t');
		*ranges++ = '\0';
		memset(want, 0, BITMAP_BYTES);
		memset(got, 0, BITMAP_BYTES);
		read_ranges(want, ranges);
		find_matches(got, l.v[i]);
		for (uint32_t cp = 0; cp < 0x110000; cp++)
			if ((want[cp / 8] ^ got[cp / 8]) >> cp % 8 & 1)
				fail_msg("%s: U+%04X is in one and not in the other", l.v[i], cp);
	}
	mem_free(want);
	mem_free(got);
	lines_release(&l);
}

static void stand_ins_keep_the_length_and_the_tables_their_order(void **state)
{
	(void)state;
	int late = 0, inert = 0;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char a[4], b[4];
		uint32_t other = tok_stand_in(cp);
		assert_int_equal(tok_utf8_put(a, cp), tok_utf8_put(b, other));
		assert_int_equal(tok_stand_in(other), other);
		late += other != cp;
		inert += tok_norm_inert(cp);
	}
	assert_int_equal(late, 10303); /* as counted in tok_unicode.inc, so that no early exit hides a range */
	assert_true(inert > late);
	assert_true(tok_norm_inert(0x7FD) && tok_stand_in(0x897) != 0x897);
}

static void utf8_is_checked_to_the_byte(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n, bad;
	} cases[] = {
		{ "", 0, 0 },          { "plain ascii, longer than a word", 31, 31 }, { "h\xC3\xA9", 3, 3 },     { "h\xC3", 2, 1 },
		{ "\xC0\x80", 2, 0 },  { "ab\xED\xA0\x80", 5, 2 },                    { "\xF4\x90\x80\x80", 4, 0 }, { "\xF4\x8F\xBF\xBF", 4, 4 },
		{ "\xE0\x9F\xBF", 3, 0 }, { "12345678\x80", 9, 8 },                   { "\xFF", 1, 0 },          { "\xF0\x8F\xBF\xBF", 4, 0 },
		{ "a\0b", 3, 3 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(tok_utf8_check(cases[i].text, cases[i].n), cases[i].bad);
}

/* ---- merging, against the definition ---- */

/* The definition: look at all pairs, merge the leftmost of lowest rank, again. */
static size_t merge_plainly(const struct tok_bpe *b, int32_t *ids, size_t n)
{
	for (;;) {
		uint32_t best = TOK_NO_RANK;
		size_t at = 0;
		int32_t to = 0;
		for (size_t i = 0; i + 1 < n; i++)
			for (size_t k = 0; k < b->n_slots; k++)
				if (b->merges[k].rank < best && b->merges[k].pair == ((uint64_t)(uint32_t)ids[i] << 32 | (uint32_t)ids[i + 1])) {
					best = b->merges[k].rank;
					at = i;
					to = b->merges[k].id;
				}
		if (best == TOK_NO_RANK)
			return n;
		ids[at] = to;
		memmove(ids + at + 1, ids + at + 2, (n - at - 2) * sizeof *ids);
		n--;
	}
}

static void short_and_long_pieces_merge_as_defined(void **state)
{
	(void)state;
	struct tok_bpe b;
	tok_bpe_init(&b, 24);
	b.byte_level = true;
	for (int i = 0; i < 4; i++)
		b.byte_id['a' + i] = i;
	struct rng_at at = { .seed = 5 };
	for (uint32_t i = 0; i < 24; i++) { /* ids that already exist; among the pairs some come twice: the last rank counts */
		at.step = i;
		int32_t left = (int32_t)rng_below(at, 4 + i / 2);
		at.lane = 1;
		tok_bpe_add_merge(&b, left, (int32_t)rng_below(at, 4 + i / 2), i, 4 + (int32_t)i);
		at.lane = 0;
	}
	struct tok_word w = { 0 };
	for (uint32_t k = 0; k < 400; k++) {
		char text[200];
		int32_t plain[200];
		at = (struct rng_at){ .seed = 6, .task = k };
		size_t n = 1 + rng_below(at, k % 2 ? 40 : 200);
		for (size_t i = 0; i < n; i++) {
			at.step = (uint32_t)i + 1;
			plain[i] = (int32_t)rng_below(at, 4);
			text[i] = (char)('a' + plain[i]);
		}
		struct tok_ids got = { 0 };
		assert_int_equal(tok_bpe_encode(&b, &w, text, n, &got), 0);
		n = merge_plainly(&b, plain, n);
		assert_int_equal(got.n, n);
		assert_memory_equal(got.ids, plain, n * sizeof *plain);
		tok_ids_release(&got);
	}
	tok_word_release(&w);
	tok_bpe_release(&b);
}

/* ---- the interface ---- */

static void texts_that_are_not_utf8_are_refused_and_leave_the_ids_alone(void **state)
{
	(void)state;
	struct tok *t = open_golden("qwen35");
	struct tok_ids ids = { 0 };
	assert_int_equal(tok_encode(t, "abc", 3, &ids), 0);
	size_t n = ids.n;
	assert_int_equal(tok_encode(t, "ab\xFFz", 4, &ids), ERR_FORMAT);
	assert_string_equal(err_message(), "tokenizer: the text is not UTF-8: byte 0xFF at offset 2");
	assert_int_equal(ids.n, n);
	tok_ids_release(&ids);
	tok_free(t);
}

static void decoding_keeps_special_tokens_and_refuses_unknown_ids(void **state)
{
	(void)state;
	struct tok *t = open_golden("qwen35");
	int32_t end = tok_added_id(t, "<|im_end|>");
	assert_true(end > 0);
	assert_int_equal(tok_added_id(t, "<|im_en"), -1);
	size_t len;
	assert_string_equal(tok_bytes(t, end, &len), "<|im_end|>");
	assert_null(tok_bytes(t, tok_size(t), &len));
	assert_null(tok_bytes(t, -1, &len));
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	buf_str(&b, "so: ");
	assert_int_equal(tok_decode(t, (int32_t[]){ end, end }, 2, &b), 0);
	assert_string_equal(buf_text(&b), "so: <|im_end|><|im_end|>");
	assert_int_equal(tok_decode(t, (int32_t[]){ end, 999999 }, 2, &b), ERR_USAGE);
	assert_non_null(strstr(err_message(), "there is no token 999999; ids are 0 to 2016"));
	assert_string_equal(buf_text(&b), "so: <|im_end|><|im_end|>");
	buf_release(&b);
	tok_free(t);
}

static void mixtral_decodes_bytes_and_strips_the_space_it_put_in_front(void **state)
{
	(void)state;
	struct tok *t = open_golden("mixtral");
	struct tok_ids ids = { 0 };
	const char *text = "the sum \xE2\x9C\x93 \xF0\x9F\xAA\xBF end";
	assert_int_equal(tok_encode(t, text, strlen(text), &ids), 0);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	assert_int_equal(tok_decode(t, ids.ids, ids.n, &b), 0);
	assert_string_equal(buf_text(&b), text);
	buf_release(&b);
	tok_ids_release(&ids);
	tok_free(t);
}

/* What HF's tokenizer(text) has more than encode(text, add_special_tokens=False). */
static void a_prompt_begins_as_the_file_says(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t more;
		int32_t first;
	} cases[] = { { "mixtral", 1, 1 }, { "qwen35", 0, 0 }, { "qwen3", 0, 0 }, { "olmoe", 0, 0 } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tok *t = open_golden(cases[i].name);
		struct tok_ids plain = { 0 }, prompt = { 0 };
		assert_int_equal(tok_encode(t, "int f", 5, &plain), 0);
		assert_int_equal(tok_encode_prompt(t, "int f", 5, &prompt), 0);
		assert_int_equal(prompt.n, plain.n + cases[i].more);
		assert_memory_equal(prompt.ids + cases[i].more, plain.ids, plain.n * sizeof *plain.ids);
		if (cases[i].more)
			assert_int_equal(prompt.ids[0], cases[i].first);
		assert_int_equal(tok_encode_prompt(t, "\xFF", 1, &prompt), ERR_FORMAT);
		assert_int_equal(prompt.n, plain.n + cases[i].more);
		tok_ids_release(&plain);
		tok_ids_release(&prompt);
		tok_free(t);
	}
}

#define POST "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"c\": 2}, \"merges\": []}, \"post_processor\": "
#define TEMPLATE "{\"type\": \"TemplateProcessing\", \"single\": [%s], \"special_tokens\": {\"B\": {\"ids\": [1, 2]}, \"C\": {\"ids\": [2]}, \"X\": {\"ids\": [3]}}}"
#define TEXT "{\"Sequence\": {\"id\": \"A\"}}"
#define SPECIAL(x) "{\"SpecialToken\": {\"id\": \"" x "\"}}"

static void post_processors_are_read_or_refused_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *parts, *says; /* says NULL: "a" becomes ids */
		int32_t ids[6];
		size_t n;
	} cases[] = {
		{ TEXT, NULL, { 0 }, 1 },
		{ SPECIAL("B") ", " TEXT, NULL, { 1, 2, 0 }, 3 },
		{ SPECIAL("C") ", " SPECIAL("B") ", " TEXT ", " SPECIAL("C"), NULL, { 2, 1, 2, 0, 2 }, 5 },
		{ SPECIAL("B"), "post_processor.single: no Sequence", { 0 }, 0 },
		{ TEXT ", " TEXT, "post_processor.single[1]: neither", { 0 }, 0 },
		{ SPECIAL("N") ", " TEXT, "no ids for \"N\"", { 0 }, 0 },
		{ SPECIAL("X") ", " TEXT, "an id of \"X\" is no token's", { 0 }, 0 },
		{ "7", "post_processor.single[0]: neither", { 0 }, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char json[800];
		struct tok *t;
		struct tok_ids ids = { 0 };
		snprintf(json, sizeof json, POST TEMPLATE "}", cases[i].parts);
		int rc = tok_parse(&t, json, strlen(json));
		assert_int_equal(rc, cases[i].says ? ERR_FORMAT : 0);
		if (cases[i].says) {
			assert_non_null(strstr(err_message(), cases[i].says));
			continue;
		}
		assert_int_equal(tok_encode_prompt(t, "a", 1, &ids), 0);
		assert_int_equal(ids.n, cases[i].n);
		assert_memory_equal(ids.ids, cases[i].ids, ids.n * sizeof *ids.ids);
		tok_ids_release(&ids);
		tok_free(t);
	}
	static const char bert[] = POST "{\"type\": \"BertProcessing\"}}";
	struct tok *t;
	assert_int_equal(tok_parse(&t, bert, sizeof bert - 1), ERR_UNSUPPORTED);
	assert_non_null(strstr(err_message(), "post_processor: type \"BertProcessing\""));
}

static void a_hundred_thousand_marks_or_letters_take_no_quadratic_time(void **state)
{
	(void)state;
	struct tok *t = open_golden("qwen35");
	const char *units[] = { "\xCC\x81\xCC\xA3", "a", "ab", " ", "\n", "=", "\xE4\xB8\xAD", "' " };
	for (size_t k = 0; k < sizeof units / sizeof units[0]; k++) {
		struct buf b, back;
		buf_init(&b, BUF_MAX_TEXT);
		buf_init(&back, BUF_MAX_TEXT);
		for (int i = 0; i < 100000; i++)
			buf_str(&b, units[k]);
		struct tok_ids ids = { 0 };
		if (tok_encode(t, b.data, b.len, &ids))
			fail_msg("%s", err_message());
		assert_int_equal(tok_decode(t, ids.ids, ids.n, &back), 0);
		assert_int_equal(back.len, b.len);
		tok_ids_release(&ids);
		buf_release(&b);
		buf_release(&back);
	}
	tok_free(t);
}

static void open_says_which_file_is_missing(void **state)
{
	(void)state;
	struct tok *t;
	assert_int_equal(tok_open(&t, "tests/golden"), ERR_MISSING);
	assert_non_null(strstr(err_message(), "tests/golden/tokenizer.json"));
	assert_null(t);
}

struct shared {
	const struct tok *t;
	struct lines *texts;
	const struct tok_ids *want;
	int wrong[64];
};

static void encode_again(void *ctx, int item, int thread)
{
	(void)thread;
	struct shared *s = ctx;
	for (int i = 0; i < 64; i++) {
		json_t *text = json_line(s->texts->v[(size_t)i * 97]);
		struct tok_ids ids = { 0 };
		s->wrong[item] += tok_encode(s->t, json_string_value(text), json_string_length(text), &ids) != 0 || ids.n != s->want[i].n ||
				  (ids.n && memcmp(ids.ids, s->want[i].ids, ids.n * sizeof *ids.ids) != 0);
		tok_ids_release(&ids);
		json_decref(text);
	}
}

static void threads_share_one_tokenizer(void **state)
{
	(void)state;
	struct tok *t = open_golden("qwen35");
	struct lines texts = read_lines(GOLDEN "strings.jsonl");
	struct tok_ids want[64] = { 0 };
	for (int i = 0; i < 64; i++) {
		json_t *text = json_line(texts.v[(size_t)i * 97]);
		assert_int_equal(tok_encode(t, json_string_value(text), json_string_length(text), &want[i]), 0);
		json_decref(text);
	}
	struct shared s = { .t = t, .texts = &texts, .want = want };
	struct crew *crew = crew_new(4);
	crew_run(crew, 64, encode_again, &s);
	crew_free(crew);
	for (int i = 0; i < 64; i++) {
		assert_int_equal(s.wrong[i], 0);
		tok_ids_release(&want[i]);
	}
	lines_release(&texts);
	tok_free(t);
}

/* ---- broken files ---- */

#define VOCAB "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"c\":3}"
#define FILE_WITH(rest) "{" rest "}"
#define MODEL(inner) FILE_WITH("\"model\":{\"type\":\"BPE\"," inner "}")
#define WITH(element) FILE_WITH(element ",\"model\":{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a b\"]}")
#define SPLIT(pattern) WITH("\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"invert\":false,\"pattern\":{\"Regex\":\"" pattern "\"}}")
#define ADDED(fields) WITH("\"added_tokens\":[{\"id\":9,\"content\":\"<x>\"},{" fields "}]")

static const struct {
	const char *text;
	int code;
	const char *message; /* the message contains it */
} broken[] = {
	{ "", ERR_FORMAT, "tokenizer: not JSON: line 1" },
	{ "{\"model\":", ERR_FORMAT, "tokenizer: not JSON: line 1, column 9" },
	{ "[]", ERR_FORMAT, "tokenizer: not a JSON object" },
	{ "{}", ERR_FORMAT, "tokenizer: model: missing" },
	{ FILE_WITH("\"model\":7"), ERR_FORMAT, "tokenizer: model: missing, or not an object" },
	{ FILE_WITH("\"model\":{\"type\":\"Unigram\"}"), ERR_UNSUPPORTED, "tokenizer: model: type \"Unigram\" is not supported" },
	{ MODEL(VOCAB), ERR_FORMAT, "tokenizer: model.merges: missing, or not a list" },
	{ MODEL("\"merges\":[]"), ERR_FORMAT, "tokenizer: model.vocab: missing" },
	{ MODEL("\"merges\":[],\"vocab\":[]"), ERR_FORMAT, "tokenizer: model.vocab: not an object" },
	{ MODEL("\"merges\":[],\"vocab\":{}"), ERR_FORMAT, "tokenizer: model.vocab: empty" },
	{ MODEL("\"merges\":[],\"vocab\":{\"a\":\"0\"}"), ERR_FORMAT, "tokenizer: model.vocab: the id of \"a\" is not an integer" },
	{ MODEL("\"merges\":[],\"vocab\":{\"a\":0.5}"), ERR_FORMAT, "tokenizer: model.vocab: the id of \"a\" is not an integer" },
	{ MODEL("\"merges\":[],\"vocab\":{\"a\":-1}"), ERR_FORMAT, "tokenizer: model.vocab: \"a\" has id -1; ids are 0 to 2097151" },
	{ MODEL("\"merges\":[],\"vocab\":{\"a\":2097152}"), ERR_LIMIT, "tokenizer: model.vocab: \"a\" has id 2097152; ids are 0 to 2097151" },
	{ MODEL("\"merges\":[],\"vocab\":{\"a\":1,\"b\":1}"), ERR_FORMAT, "tokenizer: model.vocab: \"b\" has id 1, which \"a\" has already" },
	{ MODEL("\"merges\":[],\"vocab\":{\"a\":1,\"a\":2}"), ERR_FORMAT, "tokenizer: not JSON: line 1" },
	{ MODEL(VOCAB ",\"merges\":[\"ab\"]"), ERR_FORMAT, "tokenizer: model.merges[0]: \"ab\" is not two tokens with one space between" },
	{ MODEL(VOCAB ",\"merges\":[\"a b\",\"a b c\"]"), ERR_FORMAT, "tokenizer: model.merges[1]: \"a b c\" is not two tokens" },
	{ MODEL(VOCAB ",\"merges\":[[\"a\"]]"), ERR_FORMAT, "tokenizer: model.merges[0]: neither \"a b\" nor [\"a\", \"b\"]" },
	{ MODEL(VOCAB ",\"merges\":[[\"a\",1]]"), ERR_FORMAT, "tokenizer: model.merges[0]: neither" },
	{ MODEL(VOCAB ",\"merges\":[17]"), ERR_FORMAT, "tokenizer: model.merges[0]: neither" },
	{ MODEL(VOCAB ",\"merges\":[\"a b\",\"z b\"]"), ERR_FORMAT, "tokenizer: model.merges[1]: \"z\" is not in model.vocab" },
	{ MODEL(VOCAB ",\"merges\":[[\"a\",\"zz\"]]"), ERR_FORMAT, "tokenizer: model.merges[0]: \"zz\" is not in model.vocab" },
	{ MODEL(VOCAB ",\"merges\":[[\"b\",\"a\"]]"), ERR_FORMAT, "tokenizer: model.merges[0]: \"ba\" is not in model.vocab" },
	{ MODEL(VOCAB ",\"merges\":[],\"dropout\":0.1"), ERR_UNSUPPORTED, "tokenizer: model.dropout" },
	{ MODEL(VOCAB ",\"merges\":[],\"end_of_word_suffix\":\"</w>\""), ERR_UNSUPPORTED, "tokenizer: model.end_of_word_suffix" },
	{ MODEL(VOCAB ",\"merges\":[],\"continuing_subword_prefix\":\"##\""), ERR_UNSUPPORTED, "tokenizer: model.continuing_subword_prefix" },
	{ MODEL(VOCAB ",\"merges\":[],\"ignore_merges\":1"), ERR_FORMAT, "tokenizer: model.ignore_merges: not true or false" },
	{ MODEL(VOCAB ",\"merges\":[],\"unk_token\":\"<unk>\""), ERR_FORMAT, "tokenizer: model.unk_token: \"<unk>\" is not in model.vocab" },
	{ WITH("\"truncation\":{\"max_length\":5}"), ERR_UNSUPPORTED, "tokenizer: truncation: only null is supported" },
	{ WITH("\"padding\":{}"), ERR_UNSUPPORTED, "tokenizer: padding: only null is supported" },
	{ WITH("\"normalizer\":{\"type\":\"Lowercase\"}"), ERR_UNSUPPORTED, "tokenizer: normalizer: type \"Lowercase\" is not supported" },
	{ WITH("\"normalizer\":\"NFC\""), ERR_FORMAT, "tokenizer: normalizer: not an object with a \"type\"" },
	{ WITH("\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Precompiled\"}]}"), ERR_UNSUPPORTED, "tokenizer: normalizer.normalizers[1]: type \"Precompiled\" is not" },
	{ WITH("\"normalizer\":{\"type\":\"Sequence\"}"), ERR_FORMAT, "tokenizer: normalizer.normalizers: not a list" },
	{ WITH("\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a\"},\"content\":\"b\"}"), ERR_UNSUPPORTED, "tokenizer: normalizer.pattern: only a String" },
	{ WITH("\"pre_tokenizer\":{\"type\":\"Metaspace\"}"), ERR_UNSUPPORTED, "tokenizer: pre_tokenizer: type \"Metaspace\" is not supported" },
	{ WITH("\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"},{\"type\":\"Digits\"}]}"), ERR_UNSUPPORTED, "\"Digits\" after ByteLevel is not supported" },
	{ WITH("\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\"}"), ERR_FORMAT, "tokenizer: pre_tokenizer.pattern: neither" },
	{ WITH("\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Gone\",\"pattern\":{\"String\":\"a\"}}"), ERR_UNSUPPORTED, "tokenizer: pre_tokenizer.behavior: \"Gone\"" },
	{ WITH("\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"decoder\":{\"type\":\"Fuse\"}"), ERR_UNSUPPORTED, "needs decoder ByteLevel" },
	{ WITH("\"decoder\":{\"type\":\"WordPiece\"}"), ERR_UNSUPPORTED, "tokenizer: decoder: type \"WordPiece\" is not supported" },
	{ SPLIT("(a"), ERR_UNSUPPORTED, "tokenizer: pre_tokenizer.pattern: \"(a\" does not compile: missing closing parenthesis" },
	{ SPLIT("[a"), ERR_FORMAT, "tokenizer: pre_tokenizer.pattern: the class that begins at byte 0" },
	{ SPLIT("a\\\\"), ERR_FORMAT, "tokenizer: pre_tokenizer.pattern: the pattern ends in a backslash" },
	{ SPLIT("a\\\\bx"), ERR_UNSUPPORTED, "\"\\b\" at byte 1 of the pattern is not supported" },
	{ SPLIT("^a"), ERR_UNSUPPORTED, "\"^\" at byte 0" },
	{ SPLIT("a{2,3}+"), ERR_UNSUPPORTED, "\"{2,3}+\" at byte 1" },
	{ SPLIT("(?i)a"), ERR_UNSUPPORTED, "\"(?i)\" at byte 0" },
	{ SPLIT("(?i:ss)"), ERR_UNSUPPORTED, "\"ss\" at byte 4" },
	{ SPLIT("[a[bc]]"), ERR_UNSUPPORTED, "\"[b\" at byte 2" },
	{ SPLIT("\\\\p{Nonesuch}"), ERR_UNSUPPORTED, "does not compile: unknown property" },
	{ SPLIT("\\\\h"), ERR_UNSUPPORTED, "\"\\h\" at byte 0" },
	{ SPLIT("(*UCP)a"), ERR_UNSUPPORTED, "\"(*UC\" at byte 0" },
	{ SPLIT("(?1)(a)"), ERR_UNSUPPORTED, "\"(?1)\" at byte 0" },
	{ SPLIT(""), ERR_UNSUPPORTED, "an empty pattern is not supported" },
	{ WITH("\"added_tokens\":{}"), ERR_FORMAT, "tokenizer: added_tokens: not a list" },
	{ ADDED("\"id\":10"), ERR_FORMAT, "tokenizer: added_tokens[1].content: missing" },
	{ ADDED("\"id\":10,\"content\":5"), ERR_FORMAT, "tokenizer: added_tokens[1].content: not a string" },
	{ ADDED("\"content\":\"<y>\""), ERR_FORMAT, "tokenizer: added_tokens[1]: the id of \"<y>\" is not an integer" },
	{ ADDED("\"id\":9,\"content\":\"<y>\""), ERR_FORMAT, "tokenizer: added_tokens[1]: \"<y>\" has id 9, which \"<x>\" has already" },
	{ ADDED("\"id\":2,\"content\":\"<y>\""), ERR_FORMAT, "tokenizer: added_tokens[1]: \"<y>\" has id 2, which \"ab\" has already" },
	{ ADDED("\"id\":9,\"content\":\"<x>\""), ERR_FORMAT, "tokenizer: added_tokens: \"<x>\" is there twice" },
	{ ADDED("\"id\":10,\"content\":\"<y>\",\"special\":\"yes\""), ERR_FORMAT, "tokenizer: added_tokens[1].special: not true or false" },
	{ ADDED("\"id\":99999999999,\"content\":\"<y>\""), ERR_LIMIT, "tokenizer: added_tokens[1]: \"<y>\" has id 99999999999; ids are 0 to" },
};

static void each_broken_file_is_one_clear_error(void **state)
{
	(void)state;
	struct tok *t = parse(WITH("\"decoder\":null"), strlen(WITH("\"decoder\":null"))); /* the frame itself is sound */
	tok_free(t);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		int code = tok_parse(&t, broken[i].text, strlen(broken[i].text));
		if (code != broken[i].code || !strstr(err_message(), broken[i].message) || strchr(err_message(), '\n') || t)
			fail_msg("%s\n  want %d %s\n  got  %d %s", broken[i].text, broken[i].code, broken[i].message, code, code ? err_message() : "");
	}
}

/* A pattern that tries everything gives up with an error instead of running for ever. */
static void a_pattern_that_gives_up_is_an_error(void **state)
{
	(void)state;
	const char *text = SPLIT("(a+)+c");
	struct tok *t = parse(text, strlen(text));
	struct tok_ids ids = { 0 };
	char many[63] = "";
	memset(many, 'a', 60);
	memcpy(many + 60, "bc", 2); /* without a c the pattern would not even begin */
	assert_int_equal(tok_encode(t, many, 62, &ids), ERR_LIMIT);
	assert_non_null(strstr(err_message(), "tokenizer: pre_tokenizer.pattern: the pattern gives up at byte 0"));
	tok_ids_release(&ids);
	tok_free(t);
}

static void a_text_the_vocabulary_cannot_write_is_an_error(void **state)
{
	(void)state;
	struct tok_ids ids = { 0 };
	struct tok *t = parse(WITH("\"decoder\":null"), strlen(WITH("\"decoder\":null")));
	assert_int_equal(tok_encode(t, "ab\xC3\xA9", 4, &ids), ERR_FORMAT);
	assert_string_equal(err_message(), "tokenizer: model.vocab has no token for U+00E9 of the text");
	tok_free(t);
	const char *text = WITH("\"pre_tokenizer\":{\"type\":\"ByteLevel\"}");
	t = parse(text, strlen(text));
	assert_int_equal(tok_encode(t, "ab", 2, &ids), ERR_FORMAT); /* the space put in front */
	assert_string_equal(err_message(), "tokenizer: model.vocab has no token for byte 0x20 of the text");
	tok_free(t);
	tok_ids_release(&ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_checked_to_the_byte),
		cmocka_unit_test(stand_ins_keep_the_length_and_the_tables_their_order),
		cmocka_unit_test(every_code_point_is_in_the_class_hf_has_it_in),
		cmocka_unit_test(normal_forms_are_hfs),
		cmocka_unit_test(splits_make_the_pieces_hf_makes),
		cmocka_unit_test(short_and_long_pieces_merge_as_defined),
		cmocka_unit_test(qwen35_agrees_with_hf_on_every_string),
		cmocka_unit_test(sapling_agrees_with_hf_on_every_string),
		cmocka_unit_test(other_settings_agree_with_hf),
		cmocka_unit_test(the_comparison_sees_a_wrong_tokenizer),
		cmocka_unit_test(each_family_agrees_with_hf_on_twenty_thousand_strings),
		cmocka_unit_test(the_sums_see_another_familys_tokenizer),
		cmocka_unit_test(texts_that_are_not_utf8_are_refused_and_leave_the_ids_alone),
		cmocka_unit_test(decoding_keeps_special_tokens_and_refuses_unknown_ids),
		cmocka_unit_test(mixtral_decodes_bytes_and_strips_the_space_it_put_in_front),
		cmocka_unit_test(a_prompt_begins_as_the_file_says),
		cmocka_unit_test(post_processors_are_read_or_refused_by_name),
		cmocka_unit_test(a_hundred_thousand_marks_or_letters_take_no_quadratic_time),
		cmocka_unit_test(open_says_which_file_is_missing),
		cmocka_unit_test(threads_share_one_tokenizer),
		cmocka_unit_test(each_broken_file_is_one_clear_error),
		cmocka_unit_test(a_pattern_that_gives_up_is_an_error),
		cmocka_unit_test(a_text_the_vocabulary_cannot_write_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
