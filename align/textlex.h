/* align/textlex.h - layer 1. Just enough of C and Python to tell code from comments: lines and tokens of a source text.
 *
 * Never fails: whatever a model wrote is cut into something. A C comment ends with the text, an open string with its line
 * (a Python triple-quoted one with the text). Python docstrings are strings, hence code.
 * Everything borrows from the text. */
#ifndef ALIGN_TEXTLEX_H
#define ALIGN_TEXTLEX_H

#include <stdbool.h>
#include <stddef.h>

enum aln_text_language { ALN_TEXT_C, ALN_TEXT_PYTHON };
enum aln_token_kind { ALN_TOK_NAME, ALN_TOK_FIXED /* keyword, or a word of a preprocessor line */, ALN_TOK_NUMBER, ALN_TOK_STRING, ALN_TOK_SIGN };

struct aln_text_token {
	const char *at;
	size_t len;
	enum aln_token_kind kind;
};

struct aln_text_line {
	const char *at;
	size_t len;                 /* without the newline */
	int first_token, n_tokens;  /* those that begin on this line */
	bool has_code, has_comment; /* both cover the lines inside a long comment or string, empty ones too; neither: blank */
	bool in_string;             /* begins inside a long string, whose token belongs to an earlier line */
};

struct aln_text {
	struct aln_text_line *lines;
	struct aln_text_token *tokens;
	int n_lines, n_tokens, lines_cap, tokens_cap;
};

/* `source` is borrowed until the release. A last line without newline counts; an empty text has no lines. */
void aln_text_parse(struct aln_text *t, enum aln_text_language language, const char *source);
void aln_text_release(struct aln_text *t);

#endif
