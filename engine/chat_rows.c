#include "engine/chat_rows.h"
#include "base/buf.h"
#include <ctype.h>
#include <string.h>

const char *const chat_roles[CHAT_ROLES] = { "system", "user", "assistant" };

/* ---- rows ---- */

#define CHATML                                                                                                                            \
	{                                                                                                                                 \
		{ "<|im_start|>system\n", "<|im_end|>\n", false }, { "<|im_start|>user\n", "<|im_end|>\n", false },                       \
			{ "<|im_start|>assistant\n", "<|im_end|>\n", false }                                                              \
	}
#define CHATML_SYSTEM "{{'<|im_start|>system\\n'+messages[0].content+'<|im_end|>\\n'}}"
#define CHATML_ASK "{{'<|im_start|>assistant\\n'}}"
#define WROTE(content) "{{'<|im_start|>'+message.role+'\\n'+" content "+'<|im_end|>'+'\\n'}}"
#define ANSWERED "{{'<|im_start|>'+message.role+'\\n'+content}}"
#define UNTHINKING "{%ifenable_thinkingisdefinedandenable_thinkingisfalse%}{{'<think>\\n\\n</think>\\n\\n'}}{%endif%}"
#define PAST "{%ifloop.index0>ns.last_query_index%}"
#define QWEN3_LOOK                                                                                                                        \
	.turns = CHATML, .system = CHAT_SYSTEM_ANYWHERE, .drops_thoughts = true, .ask = "<|im_start|>assistant\n<think>\n\n</think>\n\n",   \
	.ask_thinking = "<|im_start|>assistant\n"
#define QWEN35_MARKS(past)                                                                                                                \
	.marks = { "{%setcontent=render_content(message.content,true)|trim%}", "{{'<|im_start|>system\\n'+content+'<|im_end|>\\n'}}",       \
		   WROTE("content"), ANSWERED, past, CHATML_ASK, "{{'<think>\\n'}}", "{{'<think>\\n\\n</think>\\n\\n'}}" },                \
	.often = "<|im_start|>", .times = 7
#define QWEN35_LOOK                                                                                                                       \
	.turns = CHATML, .system = CHAT_SYSTEM_FIRST, .trim = true, .drops_thoughts = true,                                                \
	.ask = "<|im_start|>assistant\n<think>\n\n</think>\n\n", .ask_thinking = "<|im_start|>assistant\n<think>\n"

static const struct chat_row rows[] = {
	/* Qwen3.5, with thinking on or off where nothing is said: here it is always said. */
	{ .name = "qwen3.5", QWEN35_MARKS(PAST), QWEN35_LOOK },
	{ .name = "qwen3.5", QWEN35_MARKS("{%ifloop.index0>ns.last_query_indexandreasoning_content%}"), QWEN35_LOOK },
	/* Qwen3.6: may keep thoughts, when asked to. */
	{ .name = "qwen3.5",
	  QWEN35_MARKS("{%if(preserve_thinkingisdefinedandpreserve_thinkingistrue)or(loop.index0>ns.last_query_index)%}"), QWEN35_LOOK },
	{ .name = "qwen3",
	  .marks = { CHATML_SYSTEM, WROTE("content"), ANSWERED, PAST, "{%setcontent=content.split('</think>')[-1].lstrip('\\n')%}", CHATML_ASK,
		     UNTHINKING },
	  .often = "<|im_start|>", .times = 8, QWEN3_LOOK },
	/* as first published */
	{ .name = "qwen3",
	  .marks = { CHATML_SYSTEM, WROTE("message.content"), ANSWERED, PAST, "{%setcontent=message.content.split('</think>')[-1].lstrip('\\n')%}",
		     CHATML_ASK, UNTHINKING },
	  .often = "<|im_start|>", .times = 8, QWEN3_LOOK },
	/* Qwen3-*-Instruct-2507, which never thinks */
	{ .name = "qwen3-instruct",
	  .marks = { CHATML_SYSTEM, WROTE("content"), "{%elifmessage.role=='assistant'%}" ANSWERED, CHATML_ASK "{%endif%}" },
	  .often = "<|im_start|>", .times = 6,
	  .turns = CHATML, .system = CHAT_SYSTEM_ANYWHERE, .ask = "<|im_start|>assistant\n" },
	{ .name = "mixtral",
	  .marks = { "{{bos_token}}", "{%ifloop.firstandsystem_messageisdefined%}{{' [INST] '+system_message+'\\n\\n'+message['content']+' [/INST]'}}",
		     "{{' [INST] '+message['content']+' [/INST]'}}", "{{' '+message['content']+eos_token}}" },
	  .often = "[INST]", .times = 2,
	  .bos = true, .turns = { { "", "", false }, { " [INST] ", " [/INST]", false }, { " ", "", true } },
	  .system = CHAT_SYSTEM_JOINED, .joint = "\n\n", .alternate = true, .ask = "" },
	/* as first published */
	{ .name = "mixtral-first",
	  .marks = { "{{bos_token}}", "{{'[INST] '+message['content']+' [/INST]'}}", "{{message['content']+eos_token}}" },
	  .often = "[INST]", .times = 1,
	  .bos = true, .turns = { { NULL, NULL, false }, { "[INST] ", " [/INST]", false }, { "", "", true } },
	  .system = CHAT_SYSTEM_NONE, .alternate = true, .ask = "" },
	{ .name = "olmoe",
	  .marks = { "{{bos_token}}", "{{'<|system|>\\n'+message['content']+'\\n'}}", "{{'<|user|>\\n'+message['content']+'\\n'}}",
		     "{{'<|assistant|>\\n'+message['content']+eos_token+'\\n'}}", "{{'<|assistant|>\\n'}}" },
	  .often = "<|assistant|>", .times = 3,
	  .bos = true, .turns = { { "<|system|>\n", "\n", false }, { "<|user|>\n", "\n", false }, { "<|assistant|>\n", "\n", true } },
	  .system = CHAT_SYSTEM_ANYWHERE, .ask = "<|assistant|>\n" },
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static int times_in(const char *text, const char *part)
{
	int n = 0;
	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static bool fits(const struct chat_row *r, const char *skeleton)
{
	for (int i = 0; i < CHAT_MARKS && r->marks[i]; i++)
		if (!strstr(skeleton, r->marks[i]))
			return false;
	return times_in(skeleton, r->often) == r->times;
}

const struct chat_row *chat_row_find(const char *skeleton)
{
	for (int i = 0; i < N_ROWS && !strchr(skeleton, 1); i++)
		if (fits(&rows[i], skeleton))
			return &rows[i];
	return NULL;
}

const struct chat_row *chat_row_named(const char *name)
{
	for (int i = 0; i < N_ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const char *chat_row_names(void)
{
	static _Thread_local char names[160];
	size_t n = 0;
	for (int i = 0; i < N_ROWS; i++)
		if (i == 0 || strcmp(rows[i].name, rows[i - 1].name) != 0)
			n += (size_t)snprintf(names + n, n < sizeof names ? sizeof names - n : 0, "%s%s", i ? ", " : "", rows[i].name);
	return names;
}

/* ---- skeleton ---- */

struct tag {
	size_t begin, end; /* with its braces */
	char kind;         /* '{' writes, '%' is a statement, '#' a comment */
	bool trims_before, trims_after;
};

/* Past the literal that begins at `at`; n when it has no end. */
static size_t literal_end(const char *s, size_t n, size_t at)
{
	char quote = s[at++];
	for (; at < n && s[at] != quote; at++)
		at += s[at] == '\\';
	return at < n ? at + 1 : n;
}

/* The first tag at or behind `from`; false when there is none, or the last one has no end. */
static bool next_tag(const char *s, size_t n, size_t from, struct tag *t)
{
	while (from + 1 < n && !(s[from] == '{' && strchr("{%#", s[from + 1])))
		from++;
	if (from + 1 >= n)
		return false;
	*t = (struct tag){ .begin = from, .kind = s[from + 1] };
	char close = t->kind == '{' ? '}' : t->kind;
	size_t at = from + 2;
	t->trims_before = at < n && s[at] == '-';
	while (at + 1 < n && !(s[at] == close && s[at + 1] == '}'))
		at = t->kind != '#' && (s[at] == '\'' || s[at] == '"') ? literal_end(s, n, at) : at + 1;
	t->end = at + 2;
	t->trims_after = s[at - 1] == '-';
	return at + 1 < n;
}

/* What of the text between two tags is written. NULL: the template's beginning, its end. */
static int add_between(struct buf *out, const char *s, size_t from, size_t to, const struct tag *before, const struct tag *after)
{
	if (before && before->trims_after)
		while (from < to && isspace((unsigned char)s[from]))
			from++;
	else if (before && before->kind != '{' && from < to && s[from] == '\n')
		from++;
	size_t line = to;
	if (after && after->trims_before)
		while (to > from && isspace((unsigned char)s[to - 1]))
			to--;
	else if (after && after->kind != '{') {
		while (line > from && (s[line - 1] == ' ' || s[line - 1] == '\t'))
			line--;
		if (line > 0 ? s[line - 1] == '\n' : true)
			to = line;
	}
	if (from >= to)
		return 0;
	int rc = buf_char(out, 1);
	return rc ? rc : buf_add(out, s + from, to - from);
}

static int add_literal(struct buf *out, const char *s, size_t n)
{
	int rc = buf_char(out, '\'');
	for (size_t i = 1; i + 1 < n && !rc; i++)
		rc = s[i] == '\n' ? buf_str(out, "\\n") : buf_char(out, s[i]);
	return rc ? rc : buf_char(out, '\'');
}

static int add_tag(struct buf *out, const char *s, const struct tag *t)
{
	size_t at = t->begin + 2 + t->trims_before, end = t->end - 2 - t->trims_after;
	int rc = buf_add(out, s + t->begin, 2);
	while (at < end && !rc) {
		if (s[at] == '\'' || s[at] == '"') {
			size_t past = literal_end(s, end, at);
			rc = add_literal(out, s + at, past - at);
			at = past;
		} else {
			rc = isspace((unsigned char)s[at]) ? 0 : buf_char(out, s[at]);
			at++;
		}
	}
	return rc ? rc : buf_add(out, s + t->end - 2, 2);
}

int chat_skeleton(struct buf *out, const char *text, size_t n)
{
	struct tag before, t;
	size_t from = 0;
	int rc = 0;
	if (n && text[n - 1] == '\n')
		n--; /* Jinja does so */
	bool any = false;
	for (; !rc && next_tag(text, n, from, &t); from = t.end, any = true, before = t) {
		rc = add_between(out, text, from, t.begin, any ? &before : NULL, &t);
		if (!rc && t.kind != '#')
			rc = add_tag(out, text, &t);
	}
	return rc ? rc : add_between(out, text, from, n, any ? &before : NULL, NULL);
}
