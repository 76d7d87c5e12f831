/* Chat prompts against HF's own renderings of the published templates (tests/golden/chat/make.py made them), and templates that
 * must not be taken for one of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/chat.h"
#include "engine/chat_rows.h"
#include "tests/engine/read_file.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN "tests/golden/chat/"

static struct buf read_template(const char *name)
{
	char *path = mem_printf(GOLDEN "%s.jinja", name);
	struct buf b = read_file(path);
	mem_free(path);
	return b;
}

/* A chat with this template beside a tokenizer_config.json that names the two tokens. */
static int parse(struct chat **out, const struct buf *template, const char *bos, const char *eos)
{
	json_t *config = json_pack("{s:s?, s:{s:s?}}", "bos_token", bos, "eos_token", "content", eos);
	char *text = json_dumps(config, 0);
	struct chat_files files = { text, template->data, strlen(text), template->len };
	int rc = chat_parse(out, &files);
	free(text);
	json_decref(config);
	return rc;
}

enum { MAX_MESSAGES = 8 };
static size_t messages_of(struct chat_message m[MAX_MESSAGES], const json_t *list)
{
	size_t n = json_array_size(list);
	assert_true(n <= MAX_MESSAGES);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i), *content = json_object_get(one, "content");
		m[i] = (struct chat_message){ json_string_value(json_object_get(one, "role")), json_string_value(content), json_string_length(content) };
	}
	return n;
}

/* 0: as HF has it; 1: another text; 2: refused here or there alone. */
static int compare(const struct chat *c, const json_t *want_case, struct buf *got)
{
	struct chat_message m[MAX_MESSAGES];
	size_t n = messages_of(m, json_object_get(want_case, "messages"));
	const json_t *want = json_object_get(want_case, "text");
	int rc = chat_render(c, m, n, json_is_true(json_object_get(want_case, "thinking")), got);
	if ((rc != 0) != json_is_null(want))
		return 2;
	return rc == 0 && !(got->len == json_string_length(want) && memcmp(buf_text(got), json_string_value(want), got->len) == 0);
}

/* How many of a template's cases differ; fails at the first unless `count`. */
static int check_row(const json_t *row, bool count)
{
	const char *name = json_string_value(json_object_get(row, "template"));
	const json_t *cases = json_object_get(row, "cases");
	struct buf template = read_template(name);
	struct chat *c;
	int wrong = 0;
	if (parse(&c, &template, json_string_value(json_object_get(row, "bos_token")), json_string_value(json_object_get(row, "eos_token"))))
		fail_msg("%s: %s", name, err_message());
	assert_string_equal(chat_name(c), name);
	for (size_t i = 0; i < json_array_size(cases); i++) {
		struct buf got;
		buf_init(&got, BUF_MAX_TEXT);
		int how = compare(c, json_array_get(cases, i), &got);
		wrong += how != 0;
		if (how && !count)
			fail_msg("%s, case %zu: %s\n  want %s\n  got  %s", name, i, how == 2 ? "refused on one side" : "another text",
				 json_string_value(json_object_get(json_array_get(cases, i), "text")), how == 2 ? err_message() : buf_text(&got));
		buf_release(&got);
	}
	chat_free(c);
	buf_release(&template);
	return wrong;
}

static json_t *read_rows(void)
{
	struct buf b = read_file(GOLDEN "renderings.jsonl");
	json_t *rows = json_array();
	for (char *line = b.data, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		json_t *row = json_loadb(line, (size_t)(end - line), JSON_ALLOW_NUL, NULL);
		assert_non_null(row);
		json_array_append_new(rows, row);
	}
	buf_release(&b);
	return rows;
}

static void every_template_renders_as_hf_does(void **state)
{
	(void)state;
	json_t *rows = read_rows();
	size_t cases = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		check_row(json_array_get(rows, i), false);
		cases += json_array_size(json_object_get(json_array_get(rows, i), "cases"));
	}
	assert_int_equal(json_array_size(rows), 6);
	assert_true(cases >= 200);
	json_decref(rows);
}

/* The cases tell templates apart: each rendered as every other one must differ somewhere. */
static void the_cases_see_a_wrong_template(void **state)
{
	(void)state;
	json_t *rows = read_rows();
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *one = json_deep_copy(json_array_get(rows, i));
		for (size_t k = 0; k < json_array_size(rows); k++) {
			const json_t *other = json_array_get(rows, k);
			json_object_set(one, "template", json_object_get(other, "template"));
			int wrong = check_row(one, true);
			assert_true(i == k ? wrong == 0 : wrong > 0);
		}
		json_decref(one);
	}
	json_decref(rows);
}

/* ---- recognition ---- */

static void a_changed_template_is_not_taken_for_the_one_it_was(void **state)
{
	(void)state;
	static const struct {
		const char *name, *from, *to;
	} changes[] = {
		{ "qwen3.5", "|trim %}\n    {%- if message.role", " %}\n    {%- if message.role" }, /* white space is kept */
		{ "qwen3.5", "'<think>\\n' }}", "'<think>\\n\\n' }}" },
		{ "qwen3.5", "assistant\\n' }}", "assistant\\n' }}x" }, /* text between tags is written */
		{ "qwen3.5", "{%- elif messages[0].role", "{{- '<|im_start|>system\\nYou are kind.' }}{%- elif messages[0].role" },
		{ "qwen3.5", "'<|im_start|>system\\n' + content", "'<|im_start|>system\\n' + effort + content" },
		{ "qwen3", "loop.index0 > ns.last_query_index", "loop.index0 > ns.last_query_index or reasoning_content" },
		{ "qwen3", "'<|im_end|>' + '\\n' }}", "'<|im_end|>' }}" },
		{ "qwen3-instruct", "+ '\\n' + content }}", "+ '\\n' + content|trim }}" },
		{ "mixtral", "\" [INST] \" + message", "\"[INST] \" + message" },
		{ "mixtral", "\"\\n\\n\"", "\"\\n\"" },
		{ "mixtral-first", "' [/INST]' -}}\n", "' [/INST]' }}\n" }, /* the new line behind it is written */
		{ "mixtral-first", "}}{% endif", "+ ' ' }}{% endif" },
		{ "olmoe", "{{ bos_token }}{#", "{#" },
		{ "olmoe", "{{ bos_token }}", "{{ bos_token }} " },
		{ "olmoe", "+ '\\n' }}{% endif", "+ '\\n' }}\n{% endif" },
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct buf t = read_template(changes[i].name), changed;
		const char *at = strstr(buf_text(&t), changes[i].from);
		struct chat *c;
		if (!at)
			fail_msg("change %zu: %s has no \"%s\"", i, changes[i].name, changes[i].from);
		assert_int_equal(parse(&c, &t, "<s>", "</s>"), 0);
		chat_free(c);
		buf_init(&changed, BUF_MAX_TEXT);
		buf_add(&changed, buf_text(&t), (size_t)(at - buf_text(&t)));
		buf_str(&changed, changes[i].to);
		buf_str(&changed, at + strlen(changes[i].from));
		if (parse(&c, &changed, "<s>", "</s>") != ERR_UNSUPPORTED)
			fail_msg("change %zu of %s was not seen", i, changes[i].name);
		assert_null(c);
		assert_non_null(strstr(err_message(), "none of those known here (qwen3.5, qwen3, qwen3-instruct, mixtral, mixtral-first, olmoe)"));
		assert_non_null(strstr(err_message(), "leave out --chat"));
		buf_release(&changed);
		buf_release(&t);
	}
}

static void a_skeleton_follows_jinjas_white_space(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "{{ a }}", "{{a}}" },
		{ "{{ a }}\n", "{{a}}" }, /* the last new line of a file */
		{ "{{ a }}\n\n", "{{a}}\1\n" },
		{ "{% if a %}\n{{ b }}{% endif %}\n", "{%ifa%}{{b}}{%endif%}" },
		{ "{% if a %}\n\n{{ b }}", "{%ifa%}\1\n{{b}}" },
		{ "  {% if a %}", "{%ifa%}" },
		{ "  {{ a }}", "\1  {{a}}" },
		{ "x  {% if a %}", "\1x  {%ifa%}" },
		{ "{{ a }}\n  {%- if b %}", "{{a}}{%ifb%}" },
		{ "{{ a -}}\n  {{ b }}", "{{a}}{{b}}" },
		{ "{# it's %} {{ #}{{ a }}", "{{a}}" },
		{ "{{ \"a 'b' }}\" + 'c\nd' }}", "{{'a 'b' }}'+'c\\nd'}}" },
		{ "{{ 'it\\'s }}' }}", "{{'it\\'s }}'}}" },
		{ "{{ a", "\1{{ a" },
		{ "{%-%}{{-}}", "{%%}{{}}" },
		{ "{", "\1{" },
		{ "{{'", "\1{{'" },
		{ "{{'\\", "\1{{'\\" },
		{ "{{-", "\1{{-" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b;
		size_t n = strlen(cases[i].text);
		char *exact = mem_dup(cases[i].text, n); /* a read past the end is seen by the sanitizers */
		buf_init(&b, BUF_MAX_TEXT);
		assert_int_equal(chat_skeleton(&b, exact, n), 0);
		if (strcmp(buf_text(&b), cases[i].want) != 0)
			fail_msg("%s\n  want %s\n  got  %s", cases[i].text, cases[i].want, buf_text(&b));
		buf_release(&b);
		mem_free(exact);
	}
}

/* ---- files ---- */

static int parse_config(struct chat **out, const char *config)
{
	struct chat_files files = { config, NULL, config ? strlen(config) : 0, 0 };
	return chat_parse(out, &files);
}

static void the_template_is_a_text_or_the_default_of_a_list(void **state)
{
	(void)state;
	struct buf t = read_template("qwen3"), u = read_template("olmoe");
	struct chat *c;
	json_t *text = json_stringn(buf_text(&t), t.len);
	json_t *configs[] = {
		json_pack("{s:O}", "chat_template", text),
		json_pack("{s:[{s:s, s:s}, {s:s, s:O}]}", "chat_template", "name", "tool_use", "template", "x", "name", "default", "template", text),
	};
	for (int i = 0; i < 2; i++) {
		char *config = json_dumps(configs[i], 0);
		assert_int_equal(parse_config(&c, config), 0);
		assert_string_equal(chat_name(c), "qwen3");
		chat_free(c);
		/* a chat_template.jinja beside it goes first */
		struct chat_files both = { config, buf_text(&u), strlen(config), u.len };
		assert_int_equal(chat_parse(&c, &both), 0);
		assert_string_equal(chat_name(c), "olmoe");
		assert_null(chat_bos(c)); /* none is named */
		chat_free(c);
		free(config);
		json_decref(configs[i]);
	}
	json_decref(text);
	buf_release(&t);
	buf_release(&u);
}

static void a_folder_without_a_template_says_how_to_go_on(void **state)
{
	(void)state;
	struct chat *c;
	static const struct {
		const char *config;
		int code;
		const char *message;
	} broken[] = {
		{ NULL, ERR_MISSING, "no chat_template in tokenizer_config.json: leave out --chat" },
		{ "{}", ERR_MISSING, "leave out --chat" },
		{ "{\"chat_template\":null}", ERR_MISSING, "leave out --chat" },
		{ "{\"chat_template\":7}", ERR_FORMAT, "chat_template is neither a text nor a list" },
		{ "{\"chat_template\":[]}", ERR_UNSUPPORTED, "none is named \"default\"" },
		{ "{\"chat_template\":[{\"name\":\"rag\",\"template\":\"x\"}, 5]}", ERR_UNSUPPORTED, "none is named \"default\"" },
		{ "{\"chat_template\":[{\"name\":\"default\"}]}", ERR_FORMAT, "chat_template is neither" },
		{ "{\"chat_template\":\"\"}", ERR_UNSUPPORTED, "none of those known here" },
		{ "{\"chat_template\":\"{{ messages }}\"}", ERR_UNSUPPORTED, "none of those known here" },
		{ "[]", ERR_FORMAT, "tokenizer_config.json: not an object" },
		{ "{\"a\":", ERR_FORMAT, "tokenizer_config.json is not JSON: line 1" },
	};
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		assert_int_equal(parse_config(&c, broken[i].config), broken[i].code);
		if (!strstr(err_message(), broken[i].message))
			fail_msg("%s: want %s, got %s", broken[i].config, broken[i].message, err_message());
		assert_null(c);
	}
	assert_int_equal(chat_open(&c, "tests/golden/tokenizer/qwen35"), ERR_MISSING);
	assert_non_null(strstr(err_message(), "tests/golden/tokenizer/qwen35: there is no chat_template.jinja"));
	assert_int_equal(chat_named(&c, "chatml", NULL), ERR_UNSUPPORTED);
}

/* ---- refusals ---- */

static const char *role_named(char letter)
{
	return letter == 's' ? "system" : letter == 'u' ? "user" : letter == 'a' ? "assistant" : "tool";
}

static void messages_that_cannot_be_asked_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *template, *roles; /* one letter a message */
		bool thinking;
		const char *message;
	} cases[] = {
		{ "qwen3", "", false, "there is no message" },
		{ "qwen3", "ua", false, "the last message is not a user's" },
		{ "qwen3", "s", false, "the last message is not a user's" },
		{ "qwen3", "ut", false, "message 1 has role \"tool\"" },
		{ "qwen3.5", "usu", false, "message 1 is a system message; the template qwen3.5 takes one at the beginning only" },
		{ "mixtral", "uu", false, "message 1: the template mixtral wants user and assistant in turn" },
		{ "mixtral", "sau", false, "message 1: the template mixtral wants" },
		{ "mixtral-first", "su", false, "the template mixtral-first takes no system message" },
		{ "mixtral", "u", true, "the template mixtral knows no thinking" },
		{ "qwen3-instruct", "u", true, "knows no thinking" },
		{ "olmoe", "uau", false, "names no eos_token" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct chat *c;
		struct chat_message m[MAX_MESSAGES];
		struct buf out;
		buf_init(&out, BUF_MAX_TEXT);
		size_t n = strlen(cases[i].roles);
		for (size_t k = 0; k < n; k++)
			m[k] = (struct chat_message){ role_named(cases[i].roles[k]), "x", 1 };
		assert_int_equal(chat_named(&c, cases[i].template, NULL), 0);
		assert_true(chat_render(c, m, n, cases[i].thinking, &out) < 0);
		if (!strstr(err_message(), cases[i].message))
			fail_msg("case %zu: want %s, got %s", i, cases[i].message, err_message());
		chat_free(c);
		buf_release(&out);
	}
}

static void tool_responses_and_broken_text_are_refused(void **state)
{
	(void)state;
	struct chat *c;
	struct buf out;
	buf_init(&out, BUF_MAX_TEXT);
	assert_int_equal(chat_named(&c, "qwen3.5", NULL), 0);
	struct chat_message tool = { "user", " <tool_response>x</tool_response>\n", 34 }, bytes = { "user", "a\xFF", 2 };
	assert_int_equal(chat_render(c, &tool, 1, false, &out), ERR_UNSUPPORTED);
	assert_int_equal(chat_render(c, &bytes, 1, false, &out), ERR_FORMAT);
	chat_free(c);
	buf_release(&out);
}

/* ---- frames ---- */

static void a_frame_asks_one_text_and_finds_the_answer(void **state)
{
	(void)state;
	struct chat_frame f = { .system = mem_strdup("S") };
	struct buf out;
	buf_init(&out, BUF_MAX_TEXT);
	assert_int_equal(chat_named(&f.chat, "mixtral", "<s>"), 0);
	assert_int_equal(chat_ask(&f, "Write f.", 8, &out), 0);
	assert_string_equal(buf_text(&out), "<s> [INST] S\n\nWrite f. [/INST]");
	assert_string_equal(chat_answer(&f, "int f"), "int f");
	assert_string_equal(chat_answer(&f, "a</think>b</think>\nint f"), "\nint f");
	f.thinking = true;
	assert_string_equal(chat_answer(&f, "a</think>int f"), "int f");
	assert_string_equal(chat_answer(&f, "still ```thinking"), ""); /* no program is taken from thoughts */
	chat_frame_release(&f);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_template_renders_as_hf_does),
		cmocka_unit_test(the_cases_see_a_wrong_template),
		cmocka_unit_test(a_changed_template_is_not_taken_for_the_one_it_was),
		cmocka_unit_test(a_skeleton_follows_jinjas_white_space),
		cmocka_unit_test(the_template_is_a_text_or_the_default_of_a_list),
		cmocka_unit_test(a_folder_without_a_template_says_how_to_go_on),
		cmocka_unit_test(messages_that_cannot_be_asked_are_refused),
		cmocka_unit_test(tool_responses_and_broken_text_are_refused),
		cmocka_unit_test(a_frame_asks_one_text_and_finds_the_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
