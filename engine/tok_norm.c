#include "engine/tok_norm.h"
#include "base/mem.h"
#include "engine/tok_unicode.h"
#include <assert.h>
#include <string.h>
#include <utf8proc.h>

/* A run of code points between two that normalisation passes over. */
struct run {
	utf8proc_int32_t *cp;
	size_t n, cap;
	utf8proc_int32_t *spare; /* as long as cp: for sorting */
};

void tok_norm_release(struct tok_norm *n)
{
	mem_free(n->from);
	mem_free(n->to);
	*n = (struct tok_norm){ 0 };
}

static utf8proc_option_t options(enum tok_norm_kind kind)
{
	bool compat = kind == TOK_NORM_NFKC || kind == TOK_NORM_NFKD;
	return (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (compat ? UTF8PROC_COMPAT : 0));
}

/* Long enough for any one code point's decomposition (U+FDFA has 18). */
enum { LONGEST_DECOMPOSITION = 32 };

static void run_add(struct run *r, uint32_t cp, utf8proc_option_t opt)
{
	if (r->n + LONGEST_DECOMPOSITION > r->cap) {
		r->cap = r->cap ? r->cap * 2 : 256;
		r->cp = mem_grow(r->cp, r->cap, sizeof *r->cp);
		r->spare = mem_grow(r->spare, r->cap, sizeof *r->spare);
	}
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, r->cp + r->n, LONGEST_DECOMPOSITION, opt, &boundary);
	assert(n > 0 && n <= LONGEST_DECOMPOSITION);
	r->n += (size_t)n;
}

static int class_of(utf8proc_int32_t cp)
{
	return cp < 0x300 ? 0 : utf8proc_get_property(cp)->combining_class;
}

/* Stable merge sort of n marks by combining class; utf8proc's own ordering is quadratic in the length of such a stretch. */
static void sort_marks(utf8proc_int32_t *a, utf8proc_int32_t *spare, size_t n)
{
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t lo = 0; lo < n; lo += 2 * width) {
			size_t mid = lo + width < n ? lo + width : n, hi = mid + width < n ? mid + width : n;
			size_t i = lo, j = mid;
			for (size_t k = lo; k < hi; k++)
				spare[k] = i < mid && (j >= hi || class_of(a[i]) <= class_of(a[j])) ? a[i++] : a[j++];
		}
		memcpy(a, spare, n * sizeof *a);
	}
}

static void order_marks(struct run *r)
{
	for (size_t i = 0, j; i < r->n; i = j) {
		for (j = i; j < r->n && class_of(r->cp[j]) > 0; j++)
			;
		if (j - i > 1)
			sort_marks(r->cp + i, r->spare, j - i);
		if (j == i)
			j++;
	}
}

static int put(struct buf *out, uint32_t cp)
{
	char bytes[4];
	return buf_add(out, bytes, (size_t)tok_utf8_put(bytes, cp));
}

static int run_flush(struct run *r, enum tok_norm_kind kind, struct buf *out)
{
	order_marks(r);
	if (kind == TOK_NORM_NFC || kind == TOK_NORM_NFKC) {
		utf8proc_ssize_t n = utf8proc_normalize_utf32(r->cp, (utf8proc_ssize_t)r->n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		assert(n >= 0);
		r->n = (size_t)n;
	}
	int rc = 0;
	for (size_t i = 0; i < r->n && !rc; i++)
		rc = put(out, (uint32_t)r->cp[i]);
	r->n = 0;
	return rc;
}

/* Lead bytes below this begin code points that the form leaves alone, that never join what stands before them, and behind
 * which a mark is ordered: below U+0300 by NFC, ASCII by the others. */
static unsigned char first_unsafe(enum tok_norm_kind kind)
{
	return kind == TOK_NORM_NFC ? 0xCC : 0x80;
}

/* End of the stretch of safe code points at i. */
static size_t skip_safe(const char *text, size_t i, size_t len, unsigned char unsafe)
{
	while (i < len && (unsigned char)text[i] < unsafe)
		i++;
	return i;
}

/* Copies text[i .. end), all safe, but for its last code point, to which what follows may belong: that begins the next run. */
static int pass_safe(struct run *r, enum tok_norm_kind kind, const char *text, size_t i, size_t end, struct buf *out)
{
	size_t last = end - 1;
	while (((unsigned char)text[last] & 0xC0) == 0x80)
		last--;
	int rc = run_flush(r, kind, out);
	if (!rc)
		rc = buf_add(out, text + i, last - i);
	run_add(r, tok_utf8_get(text + last), options(kind));
	return rc;
}

static int unicode_form(enum tok_norm_kind kind, const char *text, size_t len, struct buf *out)
{
	struct run r = { 0 };
	utf8proc_option_t opt = options(kind);
	int rc = 0;
	for (size_t i = 0; i < len && !rc;) {
		size_t end = skip_safe(text, i, len, first_unsafe(kind));
		if (end > i) {
			rc = pass_safe(&r, kind, text, i, end, out);
			i = end;
			continue;
		}
		uint32_t cp = tok_utf8_get(text + i);
		i += (size_t)tok_utf8_length((unsigned char)text[i]);
		if (!tok_norm_inert(cp)) {
			run_add(&r, cp, opt);
			continue;
		}
		rc = run_flush(&r, kind, out);
		if (!rc)
			rc = put(out, cp);
	}
	if (!rc)
		rc = run_flush(&r, kind, out);
	mem_free(r.cp);
	mem_free(r.spare);
	return rc;
}

/* The first place of n->from in text[len], or NULL. */
static const char *find(const struct tok_norm *n, const char *text, size_t len)
{
	const char *end = text + len;
	while (text < end && (text = memchr(text, n->from[0], (size_t)(end - text)))) {
		if ((size_t)(end - text) >= n->from_len && memcmp(text, n->from, n->from_len) == 0)
			return text;
		text++;
	}
	return NULL;
}

static int replace(const struct tok_norm *n, const char *text, size_t len, struct buf *out)
{
	int rc = 0;
	size_t at = 0;
	while (!rc) {
		const char *hit = find(n, text + at, len - at);
		size_t end = hit ? (size_t)(hit - text) : len;
		rc = buf_add(out, text + at, end - at);
		if (!hit)
			break;
		if (!rc)
			rc = buf_add(out, n->to, n->to_len);
		at = end + n->from_len;
	}
	return rc;
}

bool tok_norm_idle(const struct tok_norm *n, const char *text, size_t len)
{
	if (len == 0)
		return true;
	if (n->kind == TOK_NORM_PREPEND)
		return n->to_len == 0;
	if (n->kind == TOK_NORM_REPLACE)
		return !find(n, text, len);
	return skip_safe(text, 0, len, first_unsafe(n->kind)) == len;
}

int tok_norm_apply(const struct tok_norm *n, const char *text, size_t len, struct buf *out)
{
	if (n->kind == TOK_NORM_REPLACE)
		return replace(n, text, len, out);
	if (n->kind == TOK_NORM_PREPEND) {
		int rc = len ? buf_add(out, n->to, n->to_len) : 0;
		return rc ? rc : buf_add(out, text, len);
	}
	return unicode_form(n->kind, text, len, out);
}
