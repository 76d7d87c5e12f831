#include "align/textlex.h"
#include "base/mem.h"

struct lexer {
	struct aln_text *out;
	const char *p, *end;
	bool python;
	bool directive; /* inside a C preprocessor line */
};

static const char *const c_words[] = {
	"auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float", "for",
	"goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
	"switch", "typedef", "union", "unsigned", "void", "volatile", "while", "_Bool", "bool", "true", "false", "NULL", NULL};
static const char *const python_words[] = {
	"False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
	"except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
	"return", "try", "while", "with", "yield", NULL};

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_keyword(const char *const *words, const char *at, size_t len)
{
	for (; *words; words++)
		if (strlen(*words) == len && !memcmp(*words, at, len))
			return true;
	return false;
}

static struct aln_text_line *line_now(struct lexer *x)
{
	return &x->out->lines[x->out->n_lines - 1];
}

static void line_begin(struct lexer *x)
{
	struct aln_text *t = x->out;
	if (t->n_lines == t->lines_cap) {
		t->lines_cap = t->lines_cap ? 2 * t->lines_cap : 64;
		t->lines = mem_grow(t->lines, (size_t)t->lines_cap, sizeof *t->lines);
	}
	t->lines[t->n_lines++] = (struct aln_text_line){.at = x->p, .first_token = t->n_tokens};
}

/* Steps over one character; over a newline, the next line begins. */
static void step(struct lexer *x)
{
	if (*x->p == '\n') {
		line_now(x)->len = (size_t)(x->p - line_now(x)->at);
		x->p++;
		if (x->p < x->end)
			line_begin(x);
	} else {
		x->p++;
		line_now(x)->len = (size_t)(x->p - line_now(x)->at);
	}
}

static bool ahead(const struct lexer *x, const char *s)
{
	size_t n = strlen(s);
	return (size_t)(x->end - x->p) >= n && !memcmp(x->p, s, n);
}

static void token_add(struct lexer *x, const char *at, enum aln_token_kind kind)
{
	struct aln_text *t = x->out;
	if (t->n_tokens == t->tokens_cap) {
		t->tokens_cap = t->tokens_cap ? 2 * t->tokens_cap : 256;
		t->tokens = mem_grow(t->tokens, (size_t)t->tokens_cap, sizeof *t->tokens);
	}
	t->tokens[t->n_tokens++] = (struct aln_text_token){at, (size_t)(x->p - at), kind};
}

static void lex_line_comment(struct lexer *x)
{
	while (x->p < x->end && *x->p != '\n') {
		line_now(x)->has_comment = true;
		if (!x->python && ahead(x, "\\\n")) { /* a spliced line goes on being comment */
			step(x);
			step(x);
			if (x->p < x->end)
				line_now(x)->has_comment = true;
		} else {
			step(x);
		}
	}
}

static void lex_block_comment(struct lexer *x)
{
	const char *from = x->p;
	while (x->p < x->end && !(x->p >= from + 2 && ahead(x, "*/"))) {
		line_now(x)->has_comment = true;
		step(x);
	}
	for (int i = 0; i < 2 && x->p < x->end; i++) {
		line_now(x)->has_comment = true;
		step(x);
	}
}

/* From `at` (a prefix may already be behind) over the string that begins at x->p. */
static void lex_string(struct lexer *x, const char *at)
{
	char quote = *x->p;
	char triple[4] = {quote, quote, quote, '\0'};
	bool is_long = x->python && ahead(x, triple);
	/* Added before its end is known: lines that begin inside count their tokens from the next one. */
	int token = x->out->n_tokens;
	line_now(x)->n_tokens++;
	token_add(x, at, ALN_TOK_STRING);
	for (int i = is_long ? 3 : 1; i; i--)
		step(x);
	while (x->p < x->end) {
		line_now(x)->has_code = true;
		line_now(x)->in_string = line_now(x)->at > at;
		if (*x->p == '\\' && x->p + 1 < x->end) {
			step(x);
			step(x);
		} else if (is_long ? ahead(x, triple) : *x->p == quote) {
			for (int i = is_long ? 3 : 1; i; i--)
				step(x);
			break;
		} else if (!is_long && *x->p == '\n') {
			break;
		} else {
			step(x);
		}
	}
	x->out->tokens[token].len = (size_t)(x->p - at);
}

static void lex_word(struct lexer *x)
{
	const char *at = x->p;
	if (is_digit(*x->p)) {
		while (x->p < x->end && (is_word_char(*x->p) || *x->p == '.'))
			step(x);
		line_now(x)->n_tokens++;
		token_add(x, at, ALN_TOK_NUMBER);
		return;
	}
	while (x->p < x->end && is_word_char(*x->p))
		step(x);
	size_t len = (size_t)(x->p - at);
	if (len <= 2 && x->p < x->end && (*x->p == '"' || *x->p == '\'')) { /* L"...", f'...' */
		lex_string(x, at);
		return;
	}
	bool fixed = x->directive || is_keyword(x->python ? python_words : c_words, at, len);
	line_now(x)->n_tokens++;
	token_add(x, at, fixed ? ALN_TOK_FIXED : ALN_TOK_NAME);
}

static void lex_one(struct lexer *x)
{
	char c = *x->p;
	if (c == '\n')
		x->directive = x->directive && x->p > line_now(x)->at && x->p[-1] == '\\';
	if (c == '\n' || c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
		step(x);
	} else if (x->python ? c == '#' : ahead(x, "//")) {
		lex_line_comment(x);
	} else if (!x->python && ahead(x, "/*")) {
		lex_block_comment(x);
	} else {
		line_now(x)->has_code = true;
		x->directive |= !x->python && c == '#' && !line_now(x)->n_tokens;
		if (c == '"' || c == '\'') {
			lex_string(x, x->p);
		} else if (is_word_char(c)) {
			lex_word(x);
		} else {
			const char *at = x->p;
			step(x);
			line_now(x)->n_tokens++;
			token_add(x, at, ALN_TOK_SIGN);
		}
	}
}

void aln_text_parse(struct aln_text *t, enum aln_text_language language, const char *source)
{
	*t = (struct aln_text){0};
	struct lexer x = {.out = t, .p = source, .end = source + strlen(source), .python = language == ALN_TEXT_PYTHON};
	if (x.p == x.end)
		return;
	line_begin(&x);
	while (x.p < x.end)
		lex_one(&x);
}

void aln_text_release(struct aln_text *t)
{
	mem_free(t->lines);
	mem_free(t->tokens);
	*t = (struct aln_text){0};
}
