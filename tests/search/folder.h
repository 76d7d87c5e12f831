/* tests/search/folder.h - a folder of a test's own, removed at its end; and git, asked about a store. */
#ifndef TESTS_SEARCH_FOLDER_H
#define TESTS_SEARCH_FOLDER_H

#include "tests/check.h"
#include <stdlib.h>
#include <sys/wait.h>

static char folder[256];

static inline int folder_make(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/coppice-test-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_remove(void **state)
{
	(void)state;
	char command[300];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

/* A path in the folder; good for the next call but one. */
static inline const char *in_folder(const char *name)
{
	static char path[2][512];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
	return path[turn];
}

/* The exit status of a shell command; %s is replaced by dir. */
static inline int shell(const char *format, const char *dir)
{
	char command[1024];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(command, sizeof command, format, dir);
#pragma GCC diagnostic pop
	int status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* git fsck finds nothing: status 0, and not a word (the notes on stderr are about progress). */
static inline bool git_is_clean(const char *dir)
{
	return shell("test -z \"$(git -C '%s' fsck --full --strict 2>&1 | grep -v '^notice: \\|^dangling ')\"", dir) == 0
		&& shell("git -C '%s' fsck --full --strict >/dev/null 2>&1", dir) == 0;
}

#endif
