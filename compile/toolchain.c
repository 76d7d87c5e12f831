#include "compile/toolchain.h"
#include "base/mem.h"
#include "compile/proc.h"
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* Beyond the pinned flags: nothing is said to people, and no more of what went wrong than one looks at. */
#define QUIET " -w -fmax-errors=3 -fdiagnostics-color=never -fno-diagnostics-show-caret -frandom-seed=0"

static void add_arg(struct cmp_command *c, const char *s, size_t n)
{
	c->argv = mem_grow(c->argv, (size_t)c->n + 2, sizeof *c->argv);
	c->argv[c->n++] = mem_strndup(s, n);
	c->argv[c->n] = NULL;
}

static void free_command(struct cmp_command *c)
{
	for (int i = 0; i < c->n; i++)
		mem_free(c->argv[i]);
	mem_free(c->argv);
	*c = (struct cmp_command){ 0 };
}

/* One line of `gcc -###`: arguments between blanks, some in double quotes with backslash escapes. */
static void split_line(struct cmp_command *c, const char *line)
{
	struct buf word;
	buf_init(&word, 1 << 16);
	for (const char *p = line; *p && *p != '\n';) {
		if (*p == ' ') {
			p++;
			continue;
		}
		buf_clear(&word);
		bool quoted = false;
		for (; *p && *p != '\n' && (quoted || *p != ' '); p++) {
			if (*p == '"')
				quoted = !quoted;
			else if (*p == '\\' && p[1] && p[1] != '\n')
				buf_char(&word, *++p);
			else
				buf_char(&word, *p);
		}
		add_arg(c, buf_text(&word), word.len);
	}
	buf_release(&word);
}

/* Replaces argv[0] by its real path; the sandbox holds /usr and nothing else. */
static int settle_program(struct cmp_command *c, const char *what, const char *package)
{
	char real[PATH_MAX];
	if (c->n == 0 || !realpath(c->argv[0], real) || access(real, X_OK) != 0)
		return err_set(ERR_MISSING, "the %s that gcc runs (%s) is not there: install the Debian package %s", what,
			c->n ? c->argv[0] : "unknown", package);
	if (strncmp(real, "/usr/", 5) != 0)
		return err_set(ERR_UNSUPPORTED, "%s lies outside /usr, which is all that the sandbox holds: use a compiler installed under /usr", real);
	mem_free(c->argv[0]);
	c->argv[0] = mem_strdup(real);
	return 0;
}

/* What the driver would run for `words`: the last command it prints. */
static int ask_driver(struct cmp_command *out, const char *cc, const char *words)
{
	struct cmp_command ask = { 0 };
	struct buf text;
	buf_init(&text, 1 << 20);
	add_arg(&ask, cc, strlen(cc));
	add_arg(&ask, "-###", 4);
	split_line(&ask, words);
	int r = cmp_proc_capture(&text, 2, (const char *const *)ask.argv);
	const char *last = NULL;
	for (const char *p = buf_text(&text); r == 0 && *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (*p == ' ')
			last = p + 1;
	if (r == 0 && !last)
		r = err_set(ERR_UNSUPPORTED, "%s does not say what it runs (-###): only gcc's driver is understood", cc);
	if (r == 0)
		split_line(out, last);
	free_command(&ask);
	buf_release(&text);
	return r;
}

static int compiler_command(struct cmp_command *out, const char *cc, const char *flags, const char *more, const char *file, bool cxx)
{
	char *words = mem_printf("%s %s " QUIET " %s -S -x %s %s -o -", cxx ? "-std=gnu++17" : "-std=gnu17", flags, more, cxx ? "c++" : "c", file);
	int r = ask_driver(out, cc, words);
	mem_free(words);
	return r ? r : settle_program(out, "compiler proper", cxx ? "g++" : "gcc");
}

static int assembler_command(struct cmp_command *out, const char *cc, const char *from, const char *to)
{
	char *words = mem_printf("-c -x assembler %s -o %s", from, to);
	int r = ask_driver(out, cc, words);
	mem_free(words);
	if (r == 0 && !strchr(out->argv[0], '/')) { /* the driver leaves it to $PATH */
		char *full = cmp_proc_find(out->argv[0]);
		if (full) {
			mem_free(out->argv[0]);
			out->argv[0] = full;
		}
	}
	return r ? r : settle_program(out, "assembler", "binutils");
}

/* The driver links through collect2, with a plugin for link-time optimisation: neither has anything to do here. */
static int linker_command(struct cmp_command *out, const char *cc)
{
	struct cmp_command all = { 0 };
	int r = ask_driver(&all, cc, "-pie -o run program.o test.o -lm");
	if (r == 0) {
		/* gold links a small program in two thirds of the time. */
		char *ld = cmp_proc_find("ld.gold");
		if (!ld)
			ld = cmp_proc_find("ld");
		add_arg(out, ld ? ld : "ld", strlen(ld ? ld : "ld"));
		mem_free(ld);
	}
	for (int i = 1; r == 0 && i < all.n; i++) {
		if (strcmp(all.argv[i], "-plugin") == 0)
			i++;
		else if (strncmp(all.argv[i], "-plugin-opt", 11) != 0)
			add_arg(out, all.argv[i], strlen(all.argv[i]));
	}
	if (r == 0) {
		/* What a candidate could redirect at run time is settled and sealed before it runs. */
		add_arg(out, "-z", 2);
		add_arg(out, "now", 3);
		add_arg(out, "-z", 2);
		add_arg(out, "relro", 5);
	}
	free_command(&all);
	return r ? r : settle_program(out, "linker", "binutils");
}

/* Yours: where the driver finds a library's shared object; NULL when it does not. */
static char *library(const char *cc, const char *name)
{
	struct buf b;
	char *ask = mem_printf("-print-file-name=%s", name), *path = NULL;
	const char *const argv[] = { cc, ask, NULL };
	buf_init(&b, PATH_MAX);
	if (cmp_proc_capture(&b, 1, argv) == 0 && buf_text(&b)[0] == '/')
		path = mem_strndup(b.data, strcspn(b.data, "\n"));
	buf_release(&b);
	mem_free(ask);
	return path;
}

/* From the driver's command: what stands before the objects, less the parts that only C++ and old libcs need; then libc and libm
 * themselves instead of a linker script and archives. Left empty when that is not to be had. */
static void quick_linker_command(struct cmp_command *out, const struct cmp_command *full, const char *cc)
{
	char *libc = library(cc, "libc.so.6"), *libm = library(cc, "libm.so.6");
	for (int i = 0; libc && libm && i < full->n; i++) {
		const char *a = full->argv[i], *name = strrchr(a, '/');
		if (strcmp(a, "program.o") == 0) {
			add_arg(out, a, strlen(a));
			add_arg(out, "test.o", 6);
			add_arg(out, libm, strlen(libm));
			add_arg(out, libc, strlen(libc));
		} else if (name && strcmp(name, "/Scrt1.o") == 0)
			add_arg(out, a, strlen(a));
		else if (strncmp(a, "-L", 2) != 0 && strncmp(a, "-l", 2) != 0 && strcmp(a, "test.o") != 0 && strcmp(a, "--push-state") != 0 &&
			strcmp(a, "--pop-state") != 0 && strcmp(a, "--build-id") != 0 && !(name && strstr(name, ".o") && i > 0))
			add_arg(out, a, strlen(a));
	}
	mem_free(libc);
	mem_free(libm);
}

static int ask_version(char **out, const char *cc)
{
	struct buf b;
	buf_init(&b, 4096);
	const char *const version[] = { cc, "-dumpfullversion", NULL }, *const machine[] = { cc, "-dumpmachine", NULL };
	int r = cmp_proc_capture(&b, 1, version);
	if (r == 0)
		r = cmp_proc_capture(&b, 1, machine);
	if (r == 0) {
		size_t n = strcspn(buf_text(&b), "\n");
		*out = mem_printf("gcc %.*s %.*s", (int)n, b.data, (int)strcspn(b.data + n + (b.data[n] == '\n'), "\n"), b.data + n + (b.data[n] == '\n'));
	}
	buf_release(&b);
	return r;
}

int cmp_toolchain_open(struct cmp_toolchain *t, const char *cc, const char *cflags, enum cmp_language language)
{
	*t = (struct cmp_toolchain){ 0 };
	bool cxx = language == CMP_CXX;
	const char *name = cc ? cc : cxx ? "g++" : "gcc";
	char *driver = cmp_proc_find(name);
	if (!driver)
		return err_set(ERR_MISSING, "%s is not there (Debian package %s)", name, cxx ? "g++" : "gcc");
	const char *flags = cflags ? cflags : CMP_PINNED_CFLAGS;
	int r = ask_version(&t->version, driver);
	if (r == 0)
		r = compiler_command(&t->cc1, driver, flags, "", "program.c", cxx);
	if (r == 0)
		r = compiler_command(&t->test, driver, CMP_PINNED_CFLAGS, "-finstrument-functions -I.", "test.c", cxx);
	if (r == 0)
		r = assembler_command(&t->as, driver, "program.s", "program.o");
	if (r == 0)
		r = assembler_command(&t->as_test, driver, "test.s", "test.o");
	if (r == 0)
		r = linker_command(&t->ld, driver);
	if (r == 0 && !cxx)
		quick_linker_command(&t->ld_quick, &t->ld, driver);
	if (r)
		cmp_toolchain_close(t);
	mem_free(driver);
	return r;
}

void cmp_toolchain_close(struct cmp_toolchain *t)
{
	free_command(&t->cc1);
	free_command(&t->test);
	free_command(&t->as);
	free_command(&t->as_test);
	free_command(&t->ld);
	free_command(&t->ld_quick);
	mem_free(t->version);
	t->version = NULL;
}
