#include "report/gnuplot.h"
#include "base/mem.h"
#include "compile/proc.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void rep_gnuplot_begin(struct buf *b, const char *name, int height)
{
	buf_printf(b, "# gnuplot %s.gp draws %s.svg, %s.png and %s.pdf into the folder it is run in.\n", name, name, name, name);
	buf_printf(b, "kinds = \"svg png pdf\"\nterminals_svg = \"svg size 900,%d font 'DejaVu Sans,15' background '#ffffff'\"\n"
	              "terminals_png = \"pngcairo size 1350,%d font 'DejaVu Sans,15' background '#ffffff'\"\n"
	              "terminals_pdf = \"pdfcairo size 18cm,%.2fcm font 'DejaVu Sans,9'\"\n",
	           height, height * 3 / 2, height / 50.0);
	buf_str(b, "set encoding utf8\nset border 3 lc rgb '#555555'\nset tics nomirror out textcolor rgb '#222222'\nset grid y lc rgb '#d5d9de' lw 1.2 dt 1\n"
	           "set key noenhanced textcolor rgb '#222222'\n");
}

/* Repeated by gnuplot's own loop: a multiplot cannot be replotted. */
void rep_gnuplot_loop(struct buf *b, const char *name, const struct buf *body)
{
	buf_str(b, "do for [kind in kinds] {\n\teval 'set terminal ' . value('terminals_' . kind)\n");
	buf_printf(b, "\tset output '%s.' . kind\n", name);
	buf_add(b, body->data, body->len);
	buf_str(b, "\tunset output\n}\n");
}

static int missing(void)
{
	return err_set(ERR_MISSING, "gnuplot draws the plots and is not installed: install the Debian package gnuplot-nox");
}

int rep_gnuplot_check(void)
{
	char *path = cmp_proc_find("gnuplot");
	int rc = path ? 0 : missing();
	mem_free(path);
	return rc;
}

/* gnuplot's own complaint goes to DIR/NAME.log, which is kept only when something went wrong. */
int rep_gnuplot_run(const char *dir, const char *name)
{
	char *script = mem_printf("%s.gp", name), *log = mem_printf("%s/%s.log", dir, name);
	char *argv[] = {(char *)"gnuplot", script, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	posix_spawn_file_actions_addchdir_np(&actions, dir);
	int rc = posix_spawnp(&pid, "gnuplot", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	int status = 0;
	if (rc == ENOENT) {
		rc = missing();
	} else if (rc) {
		errno = rc;
		rc = err_errno(ERR_IO, "gnuplot could not be started");
	} else {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			rc = err_set(ERR_IO, "gnuplot failed on %s/%s: %s says why", dir, script, log);
	}
	if (!rc || rc == ERR_MISSING)
		unlink(log);
	mem_free(script);
	mem_free(log);
	return rc;
}
