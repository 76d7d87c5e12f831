#include "engine/chat.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/chat_rows.h"
#include "engine/tok_unicode.h"
#include <jansson.h>
#include <string.h>

enum { MAX_FILE = 64 << 20, MAX_SKELETON = 1 << 22 };
static const char think_end[] = "</think>";

struct chat {
	const struct chat_row *row;
	char *bos, *eos; /* NULL: the files name none */
};

/* ---- opening ---- */

#define RAW "leave out --chat, and write the prompt as the model expects it (special tokens in it are found)"

/* A special token as tokenizer_config.json has it: a text, or an object with its content. NULL when there is none. */
static char *special_token(const json_t *config, const char *key)
{
	const json_t *v = json_object_get(config, key);
	const char *text = json_string_value(json_is_object(v) ? json_object_get(v, "content") : v);
	return text ? mem_strdup(text) : NULL;
}

/* `chat_template`: a text, or a list of {name, template} of which "default" counts. */
static int template_of(const json_t **out, const json_t *config)
{
	const json_t *v = json_object_get(config, "chat_template");
	if (!v || json_is_null(v))
		return err_set(ERR_MISSING, "there is no chat_template.jinja, and no chat_template in tokenizer_config.json: " RAW);
	for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i);
		const char *name = json_string_value(json_object_get(one, "name"));
		if (name && strcmp(name, "default") == 0)
			v = json_object_get(one, "template");
	}
	if (json_is_array(v))
		return err_set(ERR_UNSUPPORTED, "tokenizer_config.json: of its chat_templates none is named \"default\": " RAW);
	if (!json_is_string(v))
		return err_set(ERR_FORMAT, "tokenizer_config.json: chat_template is neither a text nor a list of named ones");
	*out = v;
	return 0;
}

static int recognise(struct chat *c, const char *text, size_t n)
{
	struct buf skeleton;
	buf_init(&skeleton, MAX_SKELETON);
	int rc = chat_skeleton(&skeleton, text, n);
	if (!rc && !memchr(text, '\0', n))
		c->row = chat_row_find(buf_text(&skeleton));
	buf_release(&skeleton);
	if (rc || c->row)
		return rc;
	return err_set(ERR_UNSUPPORTED, "the model's chat template is none of those known here (%s): " RAW, chat_row_names());
}

static int read_files(struct chat *c, const struct chat_files *f)
{
	json_error_t why;
	json_t *config = f->config ? json_loadb(f->config, f->config_len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why) : json_object();
	if (!config)
		return err_set(ERR_FORMAT, "tokenizer_config.json is not JSON: line %d, column %d: %s", why.line, why.column, why.text);
	const json_t *text = NULL;
	int rc = json_is_object(config) ? 0 : err_set(ERR_FORMAT, "tokenizer_config.json: not an object");
	if (!rc && f->jinja)
		rc = recognise(c, f->jinja, f->jinja_len);
	else if (!rc && (rc = template_of(&text, config)) == 0)
		rc = recognise(c, json_string_value(text), json_string_length(text));
	c->bos = special_token(config, "bos_token");
	c->eos = special_token(config, "eos_token");
	json_decref(config);
	return rc;
}

int chat_parse(struct chat **out, const struct chat_files *files)
{
	struct chat *c = mem_zalloc(sizeof *c);
	*out = NULL;
	int rc = read_files(c, files);
	if (rc)
		chat_free(c);
	else
		*out = c;
	return rc;
}

/* *found false, and b empty, when there is no such file. */
static int read_if_there(struct buf *b, const char *dir, const char *name, bool *found)
{
	char *path = file_join(dir, name);
	buf_init(b, MAX_FILE);
	*found = file_exists(path);
	int rc = *found ? file_read_regular(b, path) : 0;
	mem_free(path);
	return rc;
}

int chat_open(struct chat **out, const char *dir)
{
	struct buf config, jinja;
	bool has_config, has_jinja = false;
	*out = NULL;
	buf_init(&jinja, MAX_FILE);
	int rc = read_if_there(&config, dir, "tokenizer_config.json", &has_config);
	if (!rc)
		rc = read_if_there(&jinja, dir, "chat_template.jinja", &has_jinja);
	if (!rc) {
		struct chat_files files = { has_config ? buf_text(&config) : NULL, has_jinja ? buf_text(&jinja) : NULL, config.len, jinja.len };
		rc = chat_parse(out, &files);
		if (rc)
			err_prefix(rc, "%s", dir);
	}
	buf_release(&config);
	buf_release(&jinja);
	return rc;
}

int chat_named(struct chat **out, const char *name, const char *bos)
{
	const struct chat_row *row = chat_row_named(name);
	*out = NULL;
	if (!row)
		return err_set(ERR_UNSUPPORTED, "there is no chat template \"%.40s\"; known are %s", name, chat_row_names());
	*out = mem_zalloc(sizeof **out);
	(*out)->row = row;
	(*out)->bos = bos ? mem_strdup(bos) : NULL;
	return 0;
}

void chat_free(struct chat *c)
{
	if (!c)
		return;
	mem_free(c->bos);
	mem_free(c->eos);
	mem_free(c);
}

const char *chat_name(const struct chat *c)
{
	return c->row->name;
}

const char *chat_bos(const struct chat *c)
{
	return c->row->bos ? c->bos : NULL;
}

/* ---- messages ---- */

struct text {
	const char *s;
	size_t n;
};

/* White space as Jinja's trim has it (Python's str.strip): White_Space and four separators. */
static bool is_white(uint32_t cp)
{
	return tok_is_space(cp) || (cp >= 0x1C && cp <= 0x1F);
}

static struct text trimmed(struct text t)
{
	while (t.n && is_white(tok_utf8_get(t.s))) {
		size_t len = (size_t)tok_utf8_length((unsigned char)*t.s);
		t.s += len;
		t.n -= len;
	}
	while (t.n) {
		size_t last = t.n - 1;
		while (last > 0 && ((unsigned char)t.s[last] & 0xC0) == 0x80)
			last--;
		if (!is_white(tok_utf8_get(t.s + last)))
			break;
		t.n = last;
	}
	return t;
}

/* What follows the last "</think>", without new lines before it; all of it when there is none. */
static struct text without_thoughts(struct text t)
{
	size_t mark = sizeof think_end - 1;
	for (size_t at = t.n; at >= mark; at--) {
		if (memcmp(t.s + at - mark, think_end, mark) != 0)
			continue;
		t = (struct text){ t.s + at, t.n - at };
		while (t.n && *t.s == '\n') {
			t.s++;
			t.n--;
		}
		break;
	}
	return t;
}

static bool is_tool_response(struct text t)
{
	static const char begin[] = "<tool_response>", end[] = "</tool_response>";
	return t.n >= sizeof begin - 1 && memcmp(t.s, begin, sizeof begin - 1) == 0 && t.n >= sizeof end - 1 &&
	       memcmp(t.s + t.n - (sizeof end - 1), end, sizeof end - 1) == 0;
}

static int role_of(const char *name)
{
	for (int i = 0; i < CHAT_ROLES; i++)
		if (strcmp(chat_roles[i], name) == 0)
			return i;
	return -1;
}

static int check_roles(const struct chat_row *r, const struct chat_message *m, size_t n)
{
	if (n == 0)
		return err_set(ERR_USAGE, "chat: there is no message");
	bool user_next = true;
	for (size_t i = 0; i < n; i++) {
		int role = role_of(m[i].role);
		if (role < 0)
			return err_set(ERR_USAGE, "chat: message %zu has role \"%.20s\"; roles are system, user and assistant", i, m[i].role);
		if (tok_utf8_check(m[i].content, m[i].len) < m[i].len)
			return err_set(ERR_FORMAT, "chat: message %zu is not UTF-8", i);
		if (role == CHAT_SYSTEM) {
			if (r->system == CHAT_SYSTEM_NONE)
				return err_set(ERR_USAGE, "chat: the template %s takes no system message", r->name);
			if (i > 0 && r->system != CHAT_SYSTEM_ANYWHERE)
				return err_set(ERR_USAGE, "chat: message %zu is a system message; the template %s takes one at the beginning only", i, r->name);
			continue;
		}
		if (r->alternate && (role == CHAT_USER) != user_next)
			return err_set(ERR_USAGE, "chat: message %zu: the template %s wants user and assistant in turn, a user first", i, r->name);
		user_next = role == CHAT_ASSISTANT;
	}
	if (role_of(m[n - 1].role) != CHAT_USER)
		return err_set(ERR_USAGE, "chat: the last message is not a user's: there is nothing to answer");
	return 0;
}

static struct text content_of(const struct chat_row *r, const struct chat_message *m, int role)
{
	struct text t = { m->content, m->len };
	if (r->trim)
		t = trimmed(t);
	return role == CHAT_ASSISTANT && r->drops_thoughts ? without_thoughts(t) : t;
}

/* joint: a system message that goes in front of the content; its s NULL: none. */
static int write_turn(const struct chat *c, int role, struct text content, struct text joint, struct buf *out)
{
	const struct chat_turn *t = &c->row->turns[role];
	if (t->eos && !c->eos)
		return err_set(ERR_FORMAT, "chat: tokenizer_config.json names no eos_token, with which an assistant's message ends");
	int rc = buf_str(out, t->before);
	if (!rc && joint.s) {
		rc = buf_add(out, joint.s, joint.n);
		if (!rc)
			rc = buf_str(out, c->row->joint);
	}
	if (!rc)
		rc = buf_add(out, content.s, content.n);
	if (!rc && t->eos)
		rc = buf_str(out, c->eos);
	return rc ? rc : buf_str(out, t->after);
}

static int check_thinking(const struct chat_row *r, bool thinking)
{
	if (thinking && !r->ask_thinking)
		return err_set(ERR_USAGE, "chat: the template %s knows no thinking: leave out --thinking on", r->name);
	return 0;
}

int chat_render(const struct chat *c, const struct chat_message *m, size_t n, bool thinking, struct buf *out)
{
	const struct chat_row *r = c->row;
	int rc = check_roles(r, m, n);
	if (!rc)
		rc = check_thinking(r, thinking);
	if (!rc && r->drops_thoughts && is_tool_response(content_of(r, &m[n - 1], CHAT_USER)))
		rc = err_set(ERR_UNSUPPORTED, "chat: the last message is a tool's response, which is not supported");
	if (!rc && chat_bos(c))
		rc = buf_str(out, chat_bos(c));
	struct text joint = { 0 };
	for (size_t i = 0; i < n && !rc; i++) {
		int role = role_of(m[i].role);
		struct text content = content_of(r, &m[i], role);
		if (role == CHAT_SYSTEM && r->system == CHAT_SYSTEM_JOINED) {
			joint = (struct text){ content.s ? content.s : "", content.n };
			continue;
		}
		rc = write_turn(c, role, content, joint, out);
		joint = (struct text){ 0 };
	}
	return rc ? rc : buf_str(out, thinking ? r->ask_thinking : r->ask);
}

/* ---- frames ---- */

int chat_ask(const struct chat_frame *f, const char *text, size_t len, struct buf *out)
{
	const struct chat_message m[] = { { "system", f->system, f->system ? strlen(f->system) : 0 }, { "user", text, len } };
	bool system = f->system != NULL;
	return chat_render(f->chat, m + !system, 1 + (size_t)system, f->thinking, out);
}

void chat_frame_release(struct chat_frame *f)
{
	chat_free(f->chat);
	mem_free(f->system);
	*f = (struct chat_frame){ 0 };
}

const char *chat_answer(const struct chat_frame *f, const char *text)
{
	const char *answer = NULL;
	for (const char *at = text; (at = strstr(at, think_end)); answer = at)
		at += sizeof think_end - 1;
	return answer ? answer : f->thinking ? text + strlen(text) : text;
}
