#include "search/prompt.h"
#include "base/mem.h"
#include <jansson.h>
#include <string.h>

int prompt_of(const struct chat_frame *f, const struct srch_task *t, struct buf *out)
{
	size_t len = strlen(t->prompt);
	return prompt_is_continued(f) ? buf_add(out, t->prompt, len) : chat_ask(f, t->prompt, len, out);
}

const char *prompt_answer(const struct chat_frame *f, const char *text)
{
	return prompt_is_continued(f) ? text : chat_answer(f, text);
}

bool prompt_is_continued(const struct chat_frame *f)
{
	return !f || !f->chat;
}

json_t *prompt_json(const struct chat_frame *f)
{
	if (prompt_is_continued(f))
		return NULL;
	return json_pack("{s:s, s:s?, s:b, s:s?}", "template", chat_name(f->chat), "bos", chat_bos(f->chat), "thinking", f->thinking, "system", f->system);
}

int prompt_parse(struct chat_frame *f, const json_t *chat)
{
	if (!chat)
		return 0;
	const char *name = json_string_value(json_object_get(chat, "template")), *system = json_string_value(json_object_get(chat, "system"));
	const json_t *thinking = json_object_get(chat, "thinking");
	if (!name || !json_is_boolean(thinking))
		return err_set(ERR_FORMAT, "run.json, field \"chat\": must have a template and thinking");
	int rc = chat_named(&f->chat, name, json_string_value(json_object_get(chat, "bos")));
	f->thinking = json_is_true(thinking);
	f->system = rc || !system ? NULL : mem_strdup(system);
	return rc;
}
