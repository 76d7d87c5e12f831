/* coppice tokenize: lines of JSON strings to lines of token ids, and back. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "engine/tok_unicode.h"
#include "engine/tokenizer.h"
#include <jansson.h>
#include <string.h>

struct work {
	struct tok *tok;
	struct chat_frame frame; /* with --chat */
	bool decode;
	struct tok_ids ids;
	struct buf text, out;
	size_t replaced; /* bytes that were no UTF-8 */
};

static json_t *read_line(const char *line, size_t n)
{
	json_error_t why;
	json_t *v = json_loadb(line, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
	if (!v)
		err_set(ERR_FORMAT, "not JSON: column %d: %s", why.column, why.text);
	return v;
}

enum { MAX_MESSAGES = 4096 };

/* Into w->text: a JSON string is one user message (after --system), a list is all of them. */
static int render_line(struct work *w, const json_t *line)
{
	struct chat_message *m;
	size_t n = json_array_size(line);
	int err = 0;
	buf_clear(&w->text);
	if (json_is_string(line))
		return chat_ask(&w->frame, json_string_value(line), json_string_length(line), &w->text);
	if (!json_is_array(line))
		return err_set(ERR_FORMAT, "neither a JSON string nor a list of messages");
	if (n > MAX_MESSAGES)
		return err_set(ERR_LIMIT, "%zu messages; at most %d are read", n, MAX_MESSAGES);
	if (w->frame.system)
		return err_set(ERR_USAGE, "--system goes before single strings; a list of messages brings its own");
	m = mem_array(n + 1, sizeof *m);
	for (size_t i = 0; i < n && !err; i++) {
		const json_t *one = json_array_get(line, i), *role = json_object_get(one, "role"), *content = json_object_get(one, "content");
		m[i] = (struct chat_message){ json_string_value(role), json_string_value(content), json_string_length(content) };
		if (!m[i].role || !m[i].content)
			err = err_set(ERR_FORMAT, "message %zu is not an object with a role and a content that are strings", i);
	}
	if (!err)
		err = chat_render(w->frame.chat, m, n, w->frame.thinking, &w->text);
	mem_free(m);
	return err;
}

static int encode_line(struct work *w, const json_t *line)
{
	if (!json_is_string(line) && !w->frame.chat)
		return err_set(ERR_FORMAT, "not a JSON string (for ids back to text there is --decode)");
	w->ids.n = 0;
	int err = w->frame.chat ? render_line(w, line) : 0;
	if (!err)
		err = w->frame.chat ? tok_encode(w->tok, buf_text(&w->text), w->text.len, &w->ids)
				    : tok_encode(w->tok, json_string_value(line), json_string_length(line), &w->ids);
	if (err)
		return err;
	buf_char(&w->out, '[');
	for (size_t i = 0; i < w->ids.n; i++)
		buf_printf(&w->out, i ? ",%d" : "%d", (int)w->ids.ids[i]);
	return buf_char(&w->out, ']');
}

static int read_ids(struct work *w, const json_t *line)
{
	if (!json_is_array(line))
		return err_set(ERR_FORMAT, "not a JSON array of token ids");
	size_t n = json_array_size(line);
	w->ids.n = 0;
	w->ids.cap = n + 1;
	w->ids.ids = mem_grow(w->ids.ids, w->ids.cap, sizeof *w->ids.ids);
	for (size_t i = 0; i < n; i++) {
		const json_t *id = json_array_get(line, i);
		json_int_t value = json_integer_value(id);
		if (!json_is_integer(id) || value < 0 || value >= tok_size(w->tok))
			return err_set(ERR_FORMAT, "item %zu is not a token id; ids are 0 to %d", i, tok_size(w->tok) - 1);
		w->ids.ids[w->ids.n++] = (int32_t)value;
	}
	return 0;
}

/* A string as JSON has it. What is not UTF-8 (an id may hold half a character) becomes U+FFFD, byte for byte. */
static int write_string(struct work *w, const char *text, size_t n)
{
	int err = buf_char(&w->out, '"');
	for (size_t i = 0; i < n && !err;) {
		size_t bad = i + tok_utf8_check(text + i, n - i);
		for (; i < bad; i++) {
			unsigned char c = (unsigned char)text[i];
			if (c == '"' || c == '\\')
				err = buf_char(&w->out, '\\');
			err = c < 0x20 || c == 0x7F ? buf_printf(&w->out, "\\u%04x", c) : buf_char(&w->out, (char)c);
		}
		if (bad < n) {
			err = buf_str(&w->out, "\xEF\xBF\xBD");
			w->replaced++;
			i++;
		}
	}
	return err ? err : buf_char(&w->out, '"');
}

static int decode_line(struct work *w, const json_t *line)
{
	int err = read_ids(w, line);
	buf_clear(&w->text);
	if (!err)
		err = tok_decode(w->tok, w->ids.ids, w->ids.n, &w->text);
	return err ? err : write_string(w, buf_text(&w->text), w->text.len);
}

static int one_line(struct work *w, const char *text, size_t n)
{
	json_t *line = read_line(text, n);
	if (!line)
		return ERR_FORMAT;
	int err = w->decode ? decode_line(w, line) : encode_line(w, line);
	json_decref(line);
	return err;
}

static int flush(struct work *w)
{
	fwrite(w->out.data, 1, w->out.len, stdout);
	buf_clear(&w->out);
	return ferror(stdout) ? err_errno(ERR_IO, "standard output could not be written") : 0;
}

/* With json, everything is one object, which is written when all lines were good. */
static int all_lines(struct work *w, bool json)
{
	char *line = NULL;
	size_t cap = 0, number = 0;
	int err = json ? buf_str(&w->out, "{\"lines\": [") : 0;
	for (ssize_t n; !err && (n = getline(&line, &cap, stdin)) >= 0;) {
		number++;
		if (json && number > 1)
			buf_str(&w->out, ",\n");
		err = one_line(w, line, (size_t)n);
		if (err)
			err_prefix(err, "line %zu of the input", number);
		else if (!json)
			err = buf_char(&w->out, '\n') ? ERR_LIMIT : flush(w);
	}
	free(line);
	if (!err && ferror(stdin))
		err = err_errno(ERR_IO, "standard input could not be read");
	if (!err && json)
		err = buf_str(&w->out, "]}\n") ? ERR_LIMIT : flush(w);
	return err;
}

static int run(const struct options *o)
{
	char *dir = NULL;
	int err = find_model(&dir, o, false);
	struct work w = { .decode = o->decode };
	buf_init(&w.text, SIZE_MAX / 2);
	buf_init(&w.out, SIZE_MAX / 2);
	if (!err && o->decode && o->chat)
		err = err_set(ERR_USAGE, "--chat makes prompts, --decode reads ids: give one of them");
	if (!err)
		err = open_frame(&w.frame, dir, o);
	if (!err)
		err = tok_open(&w.tok, dir);
	if (!err)
		err = all_lines(&w, o->json);
	if (w.replaced)
		log_warn("%zu byte%s of the output stood alone and %s no UTF-8: written as U+FFFD", w.replaced, w.replaced == 1 ? "" : "s", w.replaced == 1 ? "was" : "were");
	tok_free(w.tok);
	chat_frame_release(&w.frame);
	tok_ids_release(&w.ids);
	buf_release(&w.text);
	buf_release(&w.out);
	mem_free(dir);
	return err;
}

const struct command cmd_tokenize = {
	.name = "tokenize",
	.args = "",
	.summary = "text to token ids, and back",
	.text = "Reads lines from standard input, each a JSON string, and writes for each its token ids as a JSON array on one line. "
	        "No special tokens are added; those in the text (\"<|im_end|>\") are found.\n\n"
	        "With --decode each line is an array of ids and becomes a JSON string, special tokens kept. Bytes that are not UTF-8, "
	        "which ids out of their text's order may leave, are written as U+FFFD, and said on standard error.\n\n"
	        "With --chat each line is one user message (a JSON string), or a whole conversation that ends in one (a JSON list of objects with "
	        "role and content), and its ids are those of the prompt that the model's own chat template makes of it: "
	        "as HF's apply_chat_template with add_generation_prompt.\n\n"
	        "Only tokenizer.json is needed in the model's folder, and for --chat the files that hold its template. With --json the output is one object, {\"lines\": [...]}.",
	.options = "model decode chat thinking system",
	.examples = "  echo '\"int main(void)\"' | coppice tokenize\n"
	            "  echo '[5, 17, 3]' | coppice tokenize --model DIR --decode\n"
	            "  echo '\"Write f.\"' | coppice tokenize --model DIR --chat --thinking on\n",
	.run = run,
};
