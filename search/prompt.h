/* search/prompt.h - layer 3. What a model reads of a task, and what of its text is judged.
 *
 * Without a frame (NULL, or one without a chat) a task's prompt is read as it is and the text goes on from it. With one, the prompt
 * is a user message: the text is an answer, which ends when the model ends it, and thoughts in it are no part of the program. */
#ifndef SEARCH_PROMPT_H
#define SEARCH_PROMPT_H

#include "engine/chat.h"
#include "search/task.h"

struct json_t;

/* Appends what is encoded. ERR_USAGE, ERR_FORMAT. */
int prompt_of(const struct chat_frame *f, const struct srch_task *t, struct buf *out) CHECK_RESULT;
/* What extraction gets to see; borrowed from text. */
const char *prompt_answer(const struct chat_frame *f, const char *text);
/* Whether a path may end because its function is closed. */
bool prompt_is_continued(const struct chat_frame *f);

/* The member "chat" of run.json: template, bos, thinking, system. A new reference; NULL without a frame. */
struct json_t *prompt_json(const struct chat_frame *f);
/* Back; f begins zeroed and stays so when `chat` is NULL. ERR_FORMAT, ERR_UNSUPPORTED. Yours: chat_frame_release. */
int prompt_parse(struct chat_frame *f, const struct json_t *chat) CHECK_RESULT;

#endif
