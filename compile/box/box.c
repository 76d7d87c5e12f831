/* compile/box/box.c - the supervisor: pid 1 of a sandbox. Reads a job (compile/box/box.h), writes its files, runs its steps
 * one after the other under their limits, and reports how each ended. Static and plain libc, so that it needs nothing from
 * the sandbox's file system. It trusts the job, and nothing that it starts. */
#include "compile/box/box.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUT, ERR, PROOF, N_PIPES };
enum { CHUNK = 32 << 10, MAX_ARGS = 256, PROOF_MAX = 4096 };

struct running {
	pid_t pid;
	int pidfd;
	clockid_t cpu_clock;
	int pipe[N_PIPES]; /* read ends, -1 when closed */
	uint64_t n_output, n_proof;
	uint32_t step;
	double started;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char *why)
{
	/* Nobody is left to tell but the sandbox's stderr, which the judge reads when no report comes. */
	fprintf(stderr, "supervisor: %s: %s\n", why, strerror(errno));
	_exit(111);
}

static void write_all(int fd, const void *data, size_t n)
{
	for (const char *p = data; n > 0;) {
		ssize_t k = write(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			die("writing");
		p += k;
		n -= (size_t)k;
	}
}

/* False at the end of the job. */
static bool read_all(void *data, size_t n)
{
	for (char *p = data; n > 0;) {
		ssize_t k = read(0, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			die("reading the job");
		if (k == 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static void send_frame(enum box_frame_kind kind, uint32_t step, const void *data, size_t n)
{
	struct box_frame f = { .kind = (uint32_t)kind, .step = step, .bytes = (uint32_t)n };
	write_all(BOX_RESULT_FD, &f, sizeof f);
	write_all(BOX_RESULT_FD, data, n);
}

static void limit(int what, uint64_t soft, uint64_t hard)
{
	struct rlimit r = { .rlim_cur = soft, .rlim_max = hard };
	if (setrlimit(what, &r) != 0)
		_exit(112);
}

static void set_limits(const struct box_step *s)
{
	/* The supervisor watches processor time itself, to the millisecond; this one is for what it cannot see: grandchildren. */
	uint64_t cpu = s->cpu_ms / 1000 + 2;
	limit(RLIMIT_CPU, cpu, cpu + 1);
	limit(RLIMIT_AS, s->address_bytes, s->address_bytes);
	limit(RLIMIT_FSIZE, s->file_bytes, s->file_bytes);
	limit(RLIMIT_STACK, s->stack_bytes, s->stack_bytes);
	limit(RLIMIT_NPROC, s->processes, s->processes);
	limit(RLIMIT_NOFILE, 64, 64);
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_MEMLOCK, 0, 0);
	limit(RLIMIT_MSGQUEUE, 0, 0);
}

static void become(const struct box_step *s, char **argv, int pipes[N_PIPES][2], int failed)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(pipes[OUT][1], 1) < 0 || dup2(pipes[ERR][1], 2) < 0)
		_exit(112);
	/* dup2 onto itself would leave close-on-exec set, so the proof's pipe comes from above the numbers handed out. */
	if (s->proof_fd >= 0 && dup2(pipes[PROOF][1], s->proof_fd) < 0)
		_exit(112);
	set_limits(s);
	static char *environment[] = { (char *)"PATH=/usr/bin", (char *)"LC_ALL=C", (char *)"HOME=/tmp", (char *)"TMPDIR=/tmp",
		(char *)"SOURCE_DATE_EPOCH=0", (char *)"PYTHONHASHSEED=0", NULL };
	execve(argv[0], argv, environment);
	int e = errno;
	write_all(failed, &e, sizeof e);
	_exit(112);
}

static void make_pipe(int p[2], int at_least)
{
	int raw[2];
	if (syscall(SYS_pipe2, raw, O_CLOEXEC) != 0)
		die("pipe");
	for (int i = 0; i < 2; i++) {
		p[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, at_least);
		if (p[i] < 0)
			die("no descriptor from 128 on (ulimit -n)");
		close(raw[i]);
	}
}

/* 0, or the errno of the exec that failed. */
static int start(struct running *r, const struct box_step *s, char **argv)
{
	int pipes[N_PIPES][2], failed[2], e = 0;
	for (int i = 0; i < N_PIPES; i++)
		make_pipe(pipes[i], 128);
	make_pipe(failed, 128);
	r->started = now();
	r->pid = fork();
	if (r->pid < 0)
		die("fork");
	if (r->pid == 0)
		become(s, argv, pipes, failed[1]);
	close(failed[1]);
	for (int i = 0; i < N_PIPES; i++) {
		close(pipes[i][1]);
		r->pipe[i] = pipes[i][0];
		fcntl(r->pipe[i], F_SETFL, O_NONBLOCK);
	}
	/* Blocks until exec has closed the other end, so that the program's clock is the program's. */
	if (read(failed[0], &e, sizeof e) != sizeof e)
		e = 0;
	close(failed[0]);
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd < 0 || clock_getcpuclockid(r->pid, &r->cpu_clock) != 0)
		die("watching the program");
	return e;
}

static double cpu_seconds(const struct running *r)
{
	struct timespec t;
	if (clock_gettime(r->cpu_clock, &t) != 0)
		return 0; /* gone already: wait4 tells */
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Passes on what pipe i holds; false when there is nothing now. Sets *over when the program has written more than it may. */
static bool pump(struct running *r, const struct box_step *s, int i, bool *over)
{
	static const enum box_frame_kind kinds[N_PIPES] = { BOX_FRAME_OUT, BOX_FRAME_ERR, BOX_FRAME_PROOF };
	static char chunk[CHUNK];
	ssize_t n = r->pipe[i] < 0 ? -1 : read(r->pipe[i], chunk, sizeof chunk);
	if (n == 0) {
		close(r->pipe[i]);
		r->pipe[i] = -1;
	}
	if (n <= 0)
		return false;
	uint64_t *had = i == PROOF ? &r->n_proof : &r->n_output, most = i == PROOF ? PROOF_MAX : s->output_bytes;
	uint64_t take = *had + (uint64_t)n > most ? most - *had : (uint64_t)n;
	*had += take;
	if (take > 0)
		send_frame(kinds[i], r->step, chunk, take);
	if (take < (uint64_t)n)
		*over = true;
	return true;
}

/* Until the program ends or has to be ended: which of the two. */
static enum box_how watch(struct running *r, const struct box_step *s)
{
	for (;;) {
		double passed = now() - r->started, had = cpu_seconds(r), wall = s->wall_ms / 1000.0;
		if (had * 100 >= passed * BOX_BUSY_PERCENT)
			wall *= BOX_PATIENCE;
		double wall_left = wall - passed;
		double cpu_left = s->cpu_ms / 1000.0 - had;
		if (wall_left <= 0)
			return BOX_WALL_LIMIT;
		if (cpu_left <= 0)
			return BOX_CPU_LIMIT;
		double wait = cpu_left < wall_left ? cpu_left : wall_left;
		struct pollfd p[N_PIPES + 1];
		for (int i = 0; i < N_PIPES; i++)
			p[i] = (struct pollfd){ .fd = r->pipe[i], .events = POLLIN };
		p[N_PIPES] = (struct pollfd){ .fd = r->pidfd, .events = POLLIN };
		poll(p, N_PIPES + 1, wait > 0.1 ? 100 : (int)(wait * 1000) + 1);
		bool over = false;
		for (int i = 0; i < N_PIPES; i++)
			if (p[i].revents)
				pump(r, s, i, &over);
		if (over)
			return BOX_OUTPUT_LIMIT;
		if (p[N_PIPES].revents)
			return BOX_EXITED;
	}
}

/* Ends the program and everything that it left behind, and reads the pipes to their end. */
static void finish(struct running *r, const struct box_step *s, struct box_ended *e)
{
	int status = 0;
	struct rusage use = { 0 };
	kill(r->pid, SIGKILL); /* a zombie does not mind */
	while (wait4(r->pid, &status, 0, &use) < 0 && errno == EINTR)
		;
	do /* what forks faster than one round kills is caught by the next */
		kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
	bool over = false;
	for (int i = 0; i < N_PIPES; i++) {
		while (!over && pump(r, s, i, &over))
			;
		if (r->pipe[i] >= 0)
			close(r->pipe[i]);
	}
	close(r->pidfd);
	e->wall_us = (uint64_t)((now() - r->started) * 1e6);
	e->cpu_us = (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 + (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
	e->peak_bytes = (uint64_t)use.ru_maxrss << 10;
	if (e->how != BOX_EXITED)
		e->code = SIGKILL;
	else if (over)
		e->how = BOX_OUTPUT_LIMIT;
	else if (WIFSIGNALED(status)) {
		e->code = WTERMSIG(status);
		e->how = e->code == SIGXCPU ? BOX_CPU_LIMIT : BOX_SIGNALED;
	} else
		e->code = WEXITSTATUS(status);
}

/* True when the next step may run. */
static bool run_step(uint32_t index, const struct box_step *s, char **argv)
{
	struct running r = { .step = index };
	struct box_ended e = { 0 };
	int failed = start(&r, s, argv);
	e.how = failed ? BOX_EXITED : watch(&r, s);
	finish(&r, s, &e);
	if (failed) {
		e.how = BOX_NOT_STARTED;
		e.code = failed;
	}
	send_frame(BOX_FRAME_ENDED, index, &e, sizeof e);
	return e.how == BOX_EXITED && e.code == 0;
}

static void fetch(uint32_t index, const char *name)
{
	static char chunk[CHUNK];
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		die("fetching a file");
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		send_frame(BOX_FRAME_FILE, index, chunk, (size_t)n);
	close(fd);
}

static void put_file(const char *name, const char *data, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		die("writing a file of the job");
	write_all(fd, data, n);
	close(fd);
}

static char *read_block(uint64_t n)
{
	char *p = malloc(n + 1);
	if (!p || !read_all(p, n))
		die("the job is cut short");
	p[n] = 0;
	return p;
}

int main(void)
{
	struct box_item item;
	uint32_t index = 0;
	if (getpid() != 1)
		return fprintf(stderr, "coppice-box runs inside the sandbox that coppice makes; it is not a command of its own\n"), 2;
	fcntl(0, F_SETFD, FD_CLOEXEC);
	fcntl(BOX_RESULT_FD, F_SETFD, FD_CLOEXEC);
	while (read_all(&item, sizeof item)) {
		if (item.name_bytes > BOX_NAME_MAX || item.data_bytes > BOX_DATA_MAX)
			die("absurd job");
		char *name = read_block(item.name_bytes), *data = read_block(item.data_bytes);
		if (item.tag == BOX_FILE)
			put_file(name, data, item.data_bytes);
		else if (item.tag == BOX_FETCH)
			fetch(index, name);
		else if (item.tag == BOX_STEP && item.data_bytes == sizeof(struct box_step)) {
			char *argv[MAX_ARGS + 1];
			int argc = 0;
			for (char *a = name; a < name + item.name_bytes && argc < MAX_ARGS; a += strlen(a) + 1)
				argv[argc++] = a;
			argv[argc] = NULL;
			struct box_step s;
			memcpy(&s, data, sizeof s);
			if (!run_step(index++, &s, argv) && !s.keep_going)
				return 0;
		} else
			{
			errno = 0;
			die("the judge and coppice-box are of different versions (run make)");
		}
		free(name);
		free(data);
	}
	return 0;
}
