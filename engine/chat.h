/* engine/chat.h - layer 2. From messages to the text a chat model was trained to answer.
 *
 * Equal to what HF's apply_chat_template(messages, add_generation_prompt=True, enable_thinking=...) renders, for the templates
 * of chat_rows.c. Which one a model has is told by its own template: chat_template.jinja in its folder, else `chat_template` of
 * tokenizer_config.json (a text, or a list of named ones of which "default" is taken). A template that is not known is an
 * error: nothing is guessed.
 *
 * The text is then encoded as any other. Special tokens are found wherever they stand, in a message's content too, as HF does
 * it: "<|im_end|>" written by a user ends the user's turn.
 * A chat is read-only after opening. */
#ifndef ENGINE_CHAT_H
#define ENGINE_CHAT_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct chat;

/* dir: a model's folder. ERR_MISSING: it has no template; ERR_UNSUPPORTED: not one that is known; ERR_FORMAT. Yours: chat_free. */
int chat_open(struct chat **out, const char *dir) CHECK_RESULT;
/* The same from memory. config: tokenizer_config.json, or NULL; jinja: chat_template.jinja, or NULL. */
struct chat_files {
	const char *config, *jinja;
	size_t config_len, jinja_len;
};
int chat_parse(struct chat **out, const struct chat_files *files) CHECK_RESULT;
/* By the name chat_name gives; bos: what chat_bos gave, NULL for none. ERR_UNSUPPORTED. For reading what a run recorded. */
int chat_named(struct chat **out, const char *name, const char *bos) CHECK_RESULT;
void chat_free(struct chat *c);

const char *chat_name(const struct chat *c); /* of the template: "qwen3.5" */
/* The token that the text begins with; NULL when the template has none, or the files name none. */
const char *chat_bos(const struct chat *c);

/* Borrowed. role: "system", "user" or "assistant"; content need not be NUL-terminated. */
struct chat_message {
	const char *role, *content;
	size_t len;
};
/* Appends the prompt for the answer to m[n - 1], a user's. Thoughts ("<think>...</think>") of earlier answers are dropped where
 * the template does so. ERR_USAGE: roles that the template does not take, or thinking where it has none (or always has). */
int chat_render(const struct chat *c, const struct chat_message *m, size_t n, bool thinking, struct buf *out) CHECK_RESULT;

/* How single texts are asked: each becomes a user message, after a system message when there is one. */
struct chat_frame {
	struct chat *chat;
	bool thinking;
	char *system; /* NULL: none */
};
int chat_ask(const struct chat_frame *f, const char *text, size_t len, struct buf *out) CHECK_RESULT;
void chat_frame_release(struct chat_frame *f);
/* The answer proper: what follows the last "</think>", all of it where there is none; but of a text that begins inside
 * thoughts (thinking was on) and never leaves them, the empty end. Borrowed from text. */
const char *chat_answer(const struct chat_frame *f, const char *text);

#endif
