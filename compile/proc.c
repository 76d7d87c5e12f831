#include "compile/proc.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int cmp_proc_pipe(int ends[2])
{
	int raw[2];
	if (syscall(SYS_pipe2, raw, O_CLOEXEC) != 0)
		return err_errno(ERR_IO, "pipe");
	int why = 0;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, 64);
		why = ends[i] < 0 ? errno : why;
		close(raw[i]);
	}
	if (!why)
		return 0;
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	struct rlimit files = { 0, 0 };
	getrlimit(RLIMIT_NOFILE, &files);
	return err_set(ERR_IO, "pipe: %s: this process may have %llu open files; allow it more (ulimit -n)", strerror(why),
		(unsigned long long)files.rlim_cur);
}

/* In the child, on our stack and memory: system calls only, and nothing of ours may change. */
static void become(const struct cmp_proc *p, volatile int *failed)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;
	sigemptyset(&none);
	sigaction(SIGCHLD, &plain, NULL);
	sigaction(SIGPIPE, &plain, NULL);
	for (int i = 0; i < p->n_fds; i++) {
		/* dup2 onto itself would keep close-on-exec; cmp_proc_pipe keeps ours above these numbers. */
		if (p->fds[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(p->fds[i], i) < 0)
			goto out;
	}
	/* The system calls themselves: libc's wrappers would ask every thread of our process to follow. */
	if (p->uid >= 0 && (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, p->uid, p->uid, p->uid) != 0 ||
			syscall(SYS_setresuid, p->uid, p->uid, p->uid) != 0))
		goto out;
	syscall(SYS_setsid); /* a Ctrl-C is for us: what is being judged is judged to its end */
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The same addresses every time: a program that reads what it never wrote ends alike in every run of it. Where this is
	 * refused, such programs alone may differ. */
	syscall(SYS_personality, ADDR_NO_RANDOMIZE);
	execve(p->argv[0], (char *const *)p->argv, (char *const *)p->env);
out:
	*failed = errno;
	_exit(127);
}

int cmp_proc_start(pid_t *pid, const struct cmp_proc *p)
{
	volatile int failed = 0;
	sigset_t all, before;
	sigfillset(&all);
	/* No handler of ours may run in the child while it shares our memory. */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t child = vfork();
	if (child == 0)
		become(p, &failed);
	int e = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (child < 0)
		return err_set(ERR_IO, "cannot start a process: %s", strerror(e));
	if (failed) {
		cmp_proc_wait(child, NULL);
		return err_set(failed == ENOENT ? ERR_MISSING : ERR_IO, "cannot start %s: %s", p->argv[0], strerror(failed));
	}
	*pid = child;
	return 0;
}

void cmp_proc_wait(pid_t pid, int *status)
{
	int s = 0;
	while (waitpid(pid, &s, 0) < 0)
		if (errno != EINTR) {
			s = 0;
			break;
		}
	if (status)
		*status = s;
}

int cmp_proc_capture(struct buf *out, int which_fd, const char *const *argv)
{
	static const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
	int ends[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), status = 0;
	if (null < 0)
		return err_errno(ERR_IO, "/dev/null");
	int r = cmp_proc_pipe(ends);
	if (r) {
		close(null);
		return r;
	}
	struct cmp_proc p = { .argv = argv, .env = env, .fds = { null, null, null }, .n_fds = 3, .uid = -1 };
	p.fds[which_fd] = ends[1];
	pid_t pid;
	r = cmp_proc_start(&pid, &p);
	close(ends[1]);
	close(null);
	if (r == 0) {
		char chunk[4096];
		ssize_t n;
		while ((n = read(ends[0], chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
			if (n > 0)
				buf_add(out, chunk, (size_t)n);
		cmp_proc_wait(pid, &status);
		if (status != 0)
			r = err_set(ERR_MISSING, "%s does not work: it ended with status %d", argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	}
	close(ends[0]);
	return r;
}

char *cmp_proc_find(const char *name)
{
	const char *path = getenv("PATH");
	char real[PATH_MAX];
	if (strchr(name, '/'))
		return access(name, X_OK) == 0 && realpath(name, real) ? mem_strdup(real) : NULL;
	for (const char *p = path && *path ? path : "/usr/bin:/bin"; *p;) {
		size_t n = strcspn(p, ":");
		char *full = mem_printf("%.*s/%s", (int)n, p, name);
		bool found = access(full, X_OK) == 0 && realpath(full, real);
		mem_free(full);
		if (found)
			return mem_strdup(real);
		p += n + (p[n] == ':');
	}
	return NULL;
}
