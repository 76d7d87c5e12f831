/* The test's translation unit: our assert, what tests are used to finding included, the task's test, and our entry.
 *
 * What it holds against, and how:
 *   the candidate ends the process with status 0      only the proof counts, and the entry sends it after the test's main
 *   it redefines assert, main, NDEBUG                 the test is not in its translation unit
 *   it defines strcmp, issame, main, ...              symbols of the candidate's that the test does not ask it for are made local
 *   it prints what a passing test prints              nobody reads that
 *   it returns past the test's own frames             main must have left through its own epilogue (-finstrument-functions)
 *   it guesses the proof                              16 random bytes and a random descriptor, new for every run
 *   it reads what it never wrote                      the stack below the test holds one pattern, not what the loader left there: that is
 *                                                     random in places (guards), and how deep it lies differs between processors
 * What it does not hold against: code that searches the process's memory for the proof. Such code needs reads and writes
 * of its own, which is why those make a program suspicious. */
#include "base/mem.h"
#include "compile/judge.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Included by the test as <assert.h>: it cannot be switched off, and may be included again after anything. */
static const char assert_h[] =
	"#undef assert\n"
	"#ifndef __cplusplus\n#undef static_assert\n#define static_assert _Static_assert\n#endif\n"
	"#define assert(...) ((__VA_ARGS__) ? (void)0 : coppice_failed(#__VA_ARGS__, __LINE__))\n";

static const char before[] =
	"#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <math.h>\n#include <stdbool.h>\n#include <ctype.h>\n"
	"#include <limits.h>\n#include <stdint.h>\n"
	"#ifdef __cplusplus\n#define COPPICE_C extern \"C\"\n#else\n#define COPPICE_C\n#endif\n"
	"COPPICE_C void coppice_failed(const char *, int) __attribute__((noreturn));\n"
	"COPPICE_C void coppice_exit(int) __attribute__((noreturn));\n"
	"int main() __asm__(\"coppice_test_main\");\n"
	"#include <assert.h>\n"
	"#ifndef __cplusplus /* whose headers name exit again */\n"
	"#define exit coppice_exit\n"
	"#define _exit coppice_exit\n"
	"#define abort() coppice_failed(\"abort()\", __LINE__)\n#endif\n";

/* The stack is swept with a pattern that no sum begins with. Only the do-nothing programs that look for weak tests are run with an
 * argument: they find zeros, since a test that passes whoever writes nothing to a lucky zero is weak.
 * The placeholder is found in the object by its first eight bytes; bytes 8..15 hold the descriptor, then two shares of the
 * proof that give it when combined, so that it lies nowhere in memory before the end. */
static const char after[] =
	"\n#undef exit\n#undef _exit\n#undef abort\n"
	"COPPICE_C ssize_t write(int, const void *, size_t);\nCOPPICE_C void _exit(int) __attribute__((noreturn));\n"
	"#define COPPICE_QUIET __attribute__((no_instrument_function))\n"
	"static volatile unsigned char coppice_secret[48] = \"c0pp1ce!\";\n"
	"static int coppice_returned;\n"
	"COPPICE_QUIET static void coppice_say(const char *s, size_t n)\n"
	"{ if (write(coppice_secret[8], s, n) < 0) _exit(97); }\n"
	"COPPICE_C COPPICE_QUIET void __cyg_profile_func_enter(void *f, void *from) { (void)f; (void)from; }\n"
	"COPPICE_C COPPICE_QUIET void __cyg_profile_func_exit(void *f, void *from) { (void)from; if (f == (void *)main) coppice_returned = 1; }\n"
	"COPPICE_C COPPICE_QUIET void coppice_failed(const char *what, int line)\n"
	"{ char s[600]; int n = snprintf(s, sizeof s, \"Fline %d: %.500s\\n\", line, what);\n"
	"  coppice_say(s, (size_t)n < sizeof s ? (size_t)n : sizeof s - 1); _exit(98); }\n"
	"COPPICE_QUIET static void coppice_done(int status)\n"
	"{ char s[17] = \"P\";\n"
	"  if (status != 0) { char t[60]; int n = snprintf(t, sizeof t, \"Fthe test's main returned %d\\n\", status); coppice_say(t, (size_t)n); _exit(98); }\n"
	"  for (int i = 0; i < 16; i++) s[1 + i] = (char)(coppice_secret[16 + i] ^ coppice_secret[32 + i]);\n"
	"  coppice_say(s, 17); _exit(0); }\n"
	"COPPICE_C COPPICE_QUIET void coppice_exit(int status) { coppice_done(status); for (;;) _exit(0); }\n"
	"COPPICE_QUIET __attribute__((noinline)) static void coppice_sweep(unsigned long with)\n"
	"{ volatile unsigned long below[16384]; for (int i = 0; i < 16384; i++) below[i] = with; }\n"
	"int coppice_entry(int, char **) __asm__(\"main\");\n"
	"COPPICE_QUIET int coppice_entry(int argc, char **argv)\n"
	"{ coppice_sweep(argc > 1 ? 0 : (unsigned long)0xa5a5a5a5a5a5a5a5ull); int status = ((int (*)(int, char **))main)(argc, argv); if (!coppice_returned) _exit(0); coppice_done(status); return 0; }\n";

void cmp_harness_c_header(struct buf *header)
{
	buf_str(header, before);
}

void cmp_harness_c_assert(struct cmp_job *job)
{
	cmp_job_file(job, "assert.h", assert_h, sizeof assert_h - 1);
}

void cmp_harness_c(struct cmp_job *job, const struct cmp_problem *p, bool with_header)
{
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	buf_str(&b, with_header ? before : "");
	if (p->prototype)
		buf_printf(&b, "%s%s\n", p->prototype, strchr(p->prototype, ';') ? "" : ";");
	buf_printf(&b, "#line 1 \"test\"\n%s", p->test);
	buf_str(&b, after);
	cmp_harness_c_assert(job);
	cmp_job_file(job, "test.c", buf_text(&b), b.len);
	buf_release(&b);
}

int cmp_proof_make(struct cmp_proof *p)
{
	unsigned char raw[CMP_PROOF_BYTES + 1];
	if (syscall(SYS_getrandom, raw, sizeof raw, 0) != sizeof raw)
		return err_errno(ERR_IO, "getrandom");
	memcpy(p->bytes, raw, CMP_PROOF_BYTES);
	p->fd = 10 + raw[CMP_PROOF_BYTES] % 48; /* below RLIMIT_NOFILE, above what libc opens */
	return 0;
}

int cmp_proof_place(const struct cmp_proof *p, char *object, size_t len)
{
	static const char mark[] = "c0pp1ce!";
	unsigned char *found = NULL;
	for (size_t i = 0; i + 48 <= len; i++) {
		if (memcmp(object + i, mark, 8) != 0)
			continue;
		if (found)
			return err_set(ERR_FORMAT, "the test holds the text %s, which is the judge's own", mark);
		found = (unsigned char *)object + i;
	}
	unsigned char share[CMP_PROOF_BYTES];
	if (!found || syscall(SYS_getrandom, share, sizeof share, 0) != sizeof share)
		return err_set(ERR_FORMAT, "the test's object has no place for the proof");
	memset(found, 0, 8);
	found[8] = (unsigned char)p->fd;
	for (int i = 0; i < CMP_PROOF_BYTES; i++) {
		found[16 + i] = share[i];
		found[32 + i] = share[i] ^ p->bytes[i];
	}
	return 0;
}

enum cmp_proof_says cmp_proof_read(const struct cmp_proof *p, const struct buf *arrived, struct buf *message)
{
	const char *s = buf_text(arrived);
	if (arrived->len == 1 + CMP_PROOF_BYTES && s[0] == 'P' && memcmp(s + 1, p->bytes, CMP_PROOF_BYTES) == 0)
		return CMP_PROOF_COMPLETE;
	if (arrived->len > 1 && s[0] == 'F') {
		struct buf what = *arrived;
		what.data++;
		what.len = strcspn(what.data, "\n"); /* forked children may have failed as well */
		cmp_excerpt(message, &what, false);
		return CMP_PROOF_FAILED;
	}
	return CMP_PROOF_NOTHING;
}
