/* engine/chat_rows.h - layer 2. The templates that are known, one row each: marks to tell them by, and how they write. */
#ifndef ENGINE_CHAT_ROWS_H
#define ENGINE_CHAT_ROWS_H

#include <stdbool.h>
#include <stddef.h>

enum chat_role { CHAT_SYSTEM, CHAT_USER, CHAT_ASSISTANT, CHAT_ROLES };
extern const char *const chat_roles[CHAT_ROLES];

/* before, content, then the model's end-of-text token if `eos`, after. before NULL: the role is not taken. */
struct chat_turn {
	const char *before, *after;
	bool eos;
};

/* Where a system message may stand. JOINED: first, and it is written inside the first user message. */
enum chat_system { CHAT_SYSTEM_ANYWHERE, CHAT_SYSTEM_FIRST, CHAT_SYSTEM_JOINED, CHAT_SYSTEM_NONE };

enum { CHAT_MARKS = 8 };

struct chat_row {
	const char *name;
	/* In the template's skeleton: texts that are all in it, and a text that is in it exactly so often. Together they are every
	 * tag that writes something where there are no tools. */
	const char *marks[CHAT_MARKS];
	const char *often;
	int times;

	bool bos; /* the text begins with the model's beginning-of-text token */
	struct chat_turn turns[CHAT_ROLES];
	enum chat_system system;
	const char *joint;   /* JOINED: between the system message and the user's */
	bool alternate;      /* users and assistants take turns, a user first */
	bool trim;           /* content loses the white space round it */
	bool drops_thoughts; /* of earlier answers */
	const char *ask, *ask_thinking; /* what the answer follows; NULL: cannot be had so */
};

/* NULL when none fits. The skeleton is a text of n bytes. */
const struct chat_row *chat_row_find(const char *skeleton);
const struct chat_row *chat_row_named(const char *name);
/* All names, separated by ", ", each once; for messages. */
const char *chat_row_names(void);

struct buf;
/* Appends a template's skeleton: its tags, one behind the other, without comments, white space outside of literals, and
 * white-space control, literals in single quotes with a new line written \n. Text that stands between tags and would be
 * written (after Jinja's trim_blocks and lstrip_blocks, as HF sets them) follows a byte 1: no row has such text. */
int chat_skeleton(struct buf *out, const char *text, size_t n) __attribute__((warn_unused_result));

#endif
