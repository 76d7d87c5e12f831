/* The sandbox's hostile self-test: each probe is a small C program that tries something, and a test main that would pass if it
 * had worked. The full set is in tests/hostile/; this one is what `doctor` can run anywhere. */
#include "base/mem.h"
#include "compile/judge.h"
#include "compile/selftest.h"
#include <string.h>

struct trial {
	const char *name, *what, *program;
	/* The verdicts that show that the wall holds. A program that reports 0 could not do what it tried. */
	enum cmp_status good, also_good;
};

#define HEADERS "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include <signal.h>\n#include <fcntl.h>\n" \
	"#include <sys/socket.h>\n#include <sys/mount.h>\n#include <sys/ptrace.h>\n#include <sys/syscall.h>\n#include <errno.h>\n"

/* Every probe defines int escaped(void): 0 when the attempt was refused. The test asserts that it was. */
static const struct trial trials[] = {
	{ "sandbox: a harmless program", "runs and passes", "int escaped(void) { return 0; }", CMP_PASSED, CMP_PASSED },
	{ "sandbox: user", "is not root, and cannot become it", "int escaped(void) { return getuid() == 0 || setuid(0) == 0; }", CMP_PASSED, CMP_PASSED },
	{ "sandbox: memory", "is limited", "int escaped(void) { for (long n = 0; n < 1 << 15; n++) { char *p = malloc(1 << 20); if (!p) return 0; *p = 1; } return 1; }",
		CMP_PASSED, CMP_MEMORY },
	{ "sandbox: processes", "are limited", "int escaped(void) { for (int n = 0; n < 200; n++) { pid_t p = fork(); if (p < 0) return 0; if (p == 0) { pause(); _exit(0); } } return 1; }",
		CMP_PASSED, CMP_PASSED },
	{ "sandbox: processor time", "is limited", "int escaped(void) { for (volatile unsigned long n = 0;; n++) ; }", CMP_TIMEOUT, CMP_TIMEOUT },
	{ "sandbox: sleep", "is limited", "int escaped(void) { raise(SIGSTOP); for (;;) pause(); }", CMP_TIMEOUT, CMP_TIMEOUT },
	{ "sandbox: output", "is limited", "int escaped(void) { static char a[1 << 16]; for (;;) if (write(1, a, sizeof a) < 0) return 0; }", CMP_OUTPUT_LIMIT, CMP_OUTPUT_LIMIT },
	{ "sandbox: scratch space", "is limited", "int escaped(void) { static char a[1 << 20]; char name[20]; for (int i = 0; i < 512; i++) { snprintf(name, 20, \"f%d\", i);"
		" int f = open(name, O_CREAT | O_WRONLY, 0600); if (f < 0 || write(f, a, sizeof a) < 0) return 0; close(f); } return 1; }", CMP_PASSED, CMP_PASSED },
	{ "sandbox: network", "is not there", "int escaped(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }", CMP_PASSED, CMP_PASSED },
	{ "sandbox: host files", "are not seen", "int escaped(void) { const char *n[] = { \"/etc/passwd\", \"/etc/hostname\", \"/root\", \"/home\", \"/proc/self/status\", \"/sys/kernel\", \"/dev/shm\" };"
		" for (int i = 0; i < 7; i++) if (access(n[i], F_OK) == 0) return 1; return 0; }", CMP_PASSED, CMP_PASSED },
	{ "sandbox: writing outside", "is refused", "int escaped(void) { const char *n[] = { \"/x\", \"/usr/x\", \"/usr/lib/x\", \"/dev/x\", \"/supervisor\" };"
		" for (int i = 0; i < 5; i++) if (open(n[i], O_CREAT | O_WRONLY, 0600) >= 0) return 1; return 0; }", CMP_PASSED, CMP_PASSED },
	{ "sandbox: mounts", "cannot be changed", "int escaped(void) { return mount(\"none\", \"/usr\", NULL, MS_REMOUNT | MS_BIND, NULL) == 0 || unshare_user() == 0; }",
		CMP_PASSED, CMP_PASSED },
	{ "sandbox: the supervisor", "cannot be stopped or traced", "int escaped(void) { kill(1, SIGSTOP); kill(1, SIGKILL); return ptrace(PTRACE_ATTACH, 1, 0, 0) == 0; }",
		CMP_PASSED, CMP_PASSED },
	{ "sandbox: leaving early", "is no pass", "int escaped(void) { _exit(0); }", CMP_EXITED_EARLY, CMP_EXITED_EARLY },
};
_Static_assert(sizeof trials / sizeof *trials <= CMP_MAX_SELFTESTS, "room for all");

static int probe(struct cmp_judge *j, const struct trial *t, struct cmp_selftest *out)
{
	struct cmp_problem p = { .language = CMP_C, .id = t->name, .entry_point = "escaped",
		.test = "#include <assert.h>\nint escaped(void);\nint main(void) { assert(escaped() == 0); return 0; }\n" };
	struct cmp_verdict v;
	char *program = mem_printf(HEADERS "static int unshare_user(void) { return (int)syscall(SYS_unshare, 0x10000000); }\n"
		"int (*keep_used)(void) = unshare_user;\n%s\n", t->program);
	int e = cmp_test(j, &p, program, &v);
	mem_free(program);
	out->name = t->name;
	if (e)
		return e;
	out->ok = v.status == t->good || v.status == t->also_good;
	if (v.status == CMP_PASSED)
		snprintf(out->detail, sizeof out->detail, "%s%s", out->ok ? "" : "NOT: ", t->what);
	else
		snprintf(out->detail, sizeof out->detail, "%s%s (%s%s%.90s)", out->ok ? "" : "NOT: ", t->what, cmp_status_name(v.status),
			v.message.len ? ": " : "", buf_text(&v.message));
	for (char *c = out->detail; *c; c++)
		if (*c == '\n')
			*c = ' ';
	cmp_verdict_release(&v);
	return 0;
}

int cmp_selftest(struct cmp_judge *j, struct cmp_selftest out[], int *n)
{
	/* The limits that are in force, but for the time: two of the probes use up what there is. */
	struct cmp_options opt = j->opt;
	struct cmp_judge *quick;
	if (opt.limits.run_seconds > 0.5)
		opt.limits.run_seconds = 0.5;
	*n = 0;
	int e = cmp_judge_open(&quick, &opt);
	if (e)
		return e;
	for (size_t i = 0; e == 0 && i < sizeof trials / sizeof *trials; i++)
		if ((e = probe(quick, &trials[i], &out[*n])) == 0)
			++*n;
	cmp_judge_close(quick);
	return e;
}
