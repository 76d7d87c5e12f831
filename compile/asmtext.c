#include "compile/asmtext.h"
#include "base/map.h"
#include <ctype.h>
#include <string.h>

struct line {
	const char *text; /* from its first character that is not blank */
	size_t len;       /* without the newline and blanks before it */
	const char *whole;
	size_t whole_len;
};

static bool next_line(const char **at, const char *end, struct line *l)
{
	if (*at >= end)
		return false;
	const char *nl = memchr(*at, '\n', (size_t)(end - *at)), *stop = nl ? nl : end;
	l->whole = *at;
	l->whole_len = (size_t)(stop - *at);
	l->text = *at;
	while (l->text < stop && (*l->text == ' ' || *l->text == '\t'))
		l->text++;
	while (stop > l->text && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'))
		stop--;
	l->len = (size_t)(stop - l->text);
	*at = nl ? nl + 1 : end;
	return true;
}

static bool starts(const struct line *l, const char *word)
{
	size_t n = strlen(word);
	return l->len >= n && memcmp(l->text, word, n) == 0;
}

/* The directive `word`, followed by a blank or nothing. */
static bool is_directive(const struct line *l, const char *word)
{
	size_t n = strlen(word);
	return starts(l, word) && (l->len == n || l->text[n] == ' ' || l->text[n] == '\t');
}

static bool is_noise(const struct line *l)
{
	return l->len == 0 || l->text[0] == '#' || is_directive(l, ".file") || is_directive(l, ".ident") || is_directive(l, ".loc") ||
		starts(l, ".cfi_");
}

static bool symbol_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || (unsigned char)c >= 0x80;
}

/* Finds the next symbol at or after *at, outside strings. False at the end of the line. */
static bool next_symbol(const struct line *l, size_t *at, size_t *len)
{
	size_t i = *at;
	bool quoted = false;
	for (; i < l->len; i++) {
		char c = l->text[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && symbol_char(c))
			break;
	}
	if (i >= l->len)
		return false;
	size_t n = 1;
	while (i + n < l->len && symbol_char(l->text[i + n]))
		n++;
	*at = i;
	*len = n;
	return true;
}

static bool is_local_label(const char *s, size_t n)
{
	return n > 2 && s[0] == '.' && s[1] == 'L';
}

/* name.N, as gcc names static locals. */
static bool is_static_local(const char *s, size_t n)
{
	size_t digits = 0;
	while (digits < n && isdigit((unsigned char)s[n - 1 - digits]))
		digits++;
	return digits > 0 && digits + 1 < n && s[n - 1 - digits] == '.' && !isdigit((unsigned char)s[0]) && s[0] != '.' &&
		!memchr(s, '.', n - 1 - digits);
}

enum { KIND_LABEL = 1, KIND_DEFINED = 2, KIND_VISIBLE = 4, KIND_USED = 8 };

/* The line is nothing but the definition of the symbol that it begins with. */
static bool defines(const struct line *l, size_t at, size_t n)
{
	return at == 0 && n + 1 == l->len && l->text[n] == ':';
}

static void note_symbol(struct map *m, const char *s, size_t n, unsigned kind)
{
	uint64_t *had = map_get(m, s, n);
	map_put(m, s, n, (had ? *had : 0) | kind);
}

/* What may be renamed: local labels, and static locals that are defined here and that nobody else can see. */
static void collect(struct map *m, const char *text, size_t len)
{
	struct line l;
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);) {
		if (is_noise(&l))
			continue;
		bool shows = is_directive(&l, ".globl") || is_directive(&l, ".weak") || is_directive(&l, ".global");
		bool local = is_directive(&l, ".local");
		for (size_t i = 0, n; next_symbol(&l, &i, &n); i += n) {
			if (is_local_label(l.text + i, n))
				note_symbol(m, l.text + i, n, defines(&l, i, n) ? KIND_LABEL : KIND_LABEL | KIND_USED);
			else if (is_static_local(l.text + i, n))
				note_symbol(m, l.text + i, n, shows ? KIND_VISIBLE :
					local || defines(&l, i, n) ? KIND_DEFINED : 0);
		}
	}
}

/* Turns the collected kinds into numbers in order of first appearance (the map's own order); 0: leave it alone. */
static void number(struct map *m)
{
	uint64_t labels = 0, statics = 0;
	for (size_t i = 0; i < m->n; i++) {
		uint64_t kind = m->entries[i].value;
		if (kind & KIND_LABEL)
			m->entries[i].value = kind & KIND_USED ? ++labels : 0;
		else
			m->entries[i].value = kind == KIND_DEFINED ? ++statics : 0;
	}
}

/* A local label that nothing refers to, such as those that only unwinding tables would use. */
static bool is_unused_label(const struct line *l, const struct map *m)
{
	size_t i = 0, n;
	if (!next_symbol(l, &i, &n) || !defines(l, i, n) || !is_local_label(l->text, n))
		return false;
	const uint64_t *id = map_get(m, l->text, n);
	return id && *id == 0;
}

static void write_line(struct buf *out, const struct line *l, const struct map *m)
{
	size_t done = 0;
	/* gcc indents instructions and directives by a tab and labels not at all. */
	if (l->whole != l->text)
		buf_char(out, '\t');
	for (size_t i = 0, n; next_symbol(l, &i, &n); i += n) {
		const char *s = l->text + i;
		const uint64_t *id = is_local_label(s, n) || is_static_local(s, n) ? map_get(m, s, n) : NULL;
		if (!id || *id == 0)
			continue;
		buf_add(out, l->text + done, i - done);
		buf_printf(out, is_local_label(s, n) ? ".L%llu" : "static.%llu", (unsigned long long)*id);
		done = i + n;
	}
	buf_add(out, l->text + done, l->len - done);
	buf_char(out, '\n');
}

/* The new name of a static local must not be somebody's own: true when anything outside strings begins like it. */
static bool name_is_taken(const char *text, size_t len)
{
	struct line l;
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);)
		for (size_t i = 0, n; next_symbol(&l, &i, &n); i += n)
			if (n > 7 && memcmp(l.text + i, "static.", 7) == 0)
				return true;
	return false;
}

void cmp_asm_normalise(struct buf *out, const char *text, size_t len)
{
	struct map m;
	struct line l;
	if (cmp_asm_is_handwritten(text, len) || name_is_taken(text, len)) {
		buf_add(out, text, len);
		return;
	}
	map_init(&m);
	collect(&m, text, len);
	number(&m);
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);)
		if (!is_noise(&l) && !is_unused_label(&l, &m))
			write_line(out, &l, &m);
	map_release(&m);
}

bool cmp_asm_is_handwritten(const char *text, size_t len)
{
	struct line l;
	bool inside = false;
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);) {
		if (l.whole_len >= 4 && memcmp(l.whole, "#APP", 4) == 0)
			inside = true;
		else if (l.whole_len >= 7 && memcmp(l.whole, "#NO_APP", 7) == 0)
			inside = false;
		else if (inside && l.len > 0 && l.text[0] != '#')
			return true;
	}
	return false;
}

const char *cmp_asm_suspicion(const char *text, size_t len)
{
	static const char *const names[] = { "exit", "_exit", "_Exit", "quick_exit", "abort", "atexit", "at_quick_exit", "on_exit",
		"__cxa_atexit", "syscall", "read", "write", "pread", "pwrite", "readv", "writev", "open", "openat", "close", "dup", "dup2",
		"dup3", "pipe", "fdopen", "dprintf", "vdprintf", "ioctl", "fcntl", "mmap", "mprotect", "munmap", "fork", "vfork", "clone",
		"execve", "execv", "execl", "execvp", "execlp", "system", "popen", "posix_spawn", "kill", "raise", "tgkill", "killpg",
		"signal", "sigaction", "ptrace", "prctl", "process_vm_readv", "process_vm_writev", "dlopen", "dlsym", "socket", "setjmp",
		"longjmp", "_setjmp", "__sigsetjmp", "siglongjmp", "getcontext", "setcontext", "environ", "__environ", "program_invocation_name",
		"__libc_start_main", "_start", "_init", "_fini", "_DYNAMIC", "_GLOBAL_OFFSET_TABLE_", "__builtin_return_address" };
	struct line l;
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);) {
		if (l.len == 0 || l.text[0] == '#')
			continue;
		if (starts(&l, ".section\t.init_array") || starts(&l, ".section\t.fini_array") || starts(&l, ".section\t.ctors") ||
			starts(&l, ".section\t.preinit_array") || starts(&l, ".init_array"))
			return "code that runs before or after main";
		for (size_t i = 0, n; next_symbol(&l, &i, &n); i += n) {
			if (i == 0) /* the instruction, the directive or the label itself */
				continue;
			/* call exit@PLT, leaq exit(%rip), .quad exit; not %rax, $1 */
			if (i > 0 && (l.text[i - 1] == '%' || l.text[i - 1] == '@'))
				continue;
			for (size_t k = 0; k < sizeof names / sizeof *names; k++)
				if (strlen(names[k]) == n && memcmp(names[k], l.text + i, n) == 0)
					return names[k];
		}
	}
	return cmp_asm_is_handwritten(text, len) ? "assembly written by hand" : NULL;
}

bool cmp_asm_mentions(const char *text, size_t len, const char *function)
{
	struct line l;
	size_t want = strlen(function);
	bool own = false; /* a function that calls itself is not thereby called by another */
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);) {
		if (l.len > 1 && l.whole == l.text && l.text[l.len - 1] == ':' && l.text[0] != '.')
			own = l.len - 1 == want && memcmp(l.text, function, want) == 0;
		if (own || l.len == 0 || l.text[0] == '#' || is_directive(&l, ".globl") || is_directive(&l, ".type") || is_directive(&l, ".size"))
			continue;
		for (size_t i = 0, n; next_symbol(&l, &i, &n); i += n)
			if (i > 0 && n == want && memcmp(l.text + i, function, n) == 0 && l.text[i - 1] != '%')
				return true;
	}
	return false;
}

void cmp_asm_hide(struct buf *out, const char *text, size_t len, cmp_keep_fn *keep, void *ctx)
{
	struct line l;
	for (const char *at = text, *end = text + len; next_line(&at, end, &l);) {
		size_t i = 0, n = 0;
		if (is_directive(&l, ".globl") || is_directive(&l, ".global") || is_directive(&l, ".weak")) {
			if (next_symbol(&l, &i, &n) && (i += n, next_symbol(&l, &i, &n)) && !keep(ctx, l.text + i, n))
				continue;
		}
		buf_add(out, l.whole, l.whole_len);
		buf_char(out, '\n');
	}
}
