#include "compile/sandbox.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "compile/filter.h"
#include "compile/proc.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_ARGS = 96, STRAY_USER = 65534, SLACK_SECONDS = 10 };
enum { FD_JOB, FD_NOTHING, FD_STDERR, FD_RESULT, FD_FILTER, FD_BOX, N_FDS };
_Static_assert((int)FD_RESULT == (int)BOX_RESULT_FD, "the supervisor writes its frames there");

struct cmp_sandbox {
	char *bwrap, *box, *scratch;
	struct buf filter;
	bool is_root;
	bool has_link[3]; /* /bin, /lib, /lib64 are symbolic links into /usr, as on every merged Debian */
};

static const char *const root_dirs[3] = { "bin", "lib", "lib64" };

/* Beside the program, where `make` and `make install` leave it; a level or two up for the test programs. */
static char *find_box(void)
{
	static const char *const places[] = { "", "../libexec/coppice/", "../", "../../", "../../../" };
	char self[PATH_MAX], real[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return NULL;
	self[n] = 0;
	*strrchr(self, '/') = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		char *full = mem_printf("%s/%scoppice-box", self, places[i]);
		bool found = access(full, R_OK) == 0 && realpath(full, real);
		mem_free(full);
		if (found)
			return mem_strdup(real);
	}
	return NULL;
}

int cmp_sandbox_try(const struct cmp_sandbox *s)
{
	struct cmp_job j;
	struct cmp_job_result r;
	const char *const argv[] = { "/usr/bin/true", NULL };
	const struct cmp_step_limits l = { .cpu_seconds = 5, .wall_seconds = 10, .memory_bytes = 1 << 28, .file_bytes = 1 << 20,
		.stack_bytes = 1 << 20, .output_bytes = 1 << 16, .processes = 8 };
	cmp_job_init(&j);
	cmp_job_step(&j, &l, argv, -1);
	int e = cmp_sandbox_run(s, &j, &r);
	if (e == 0 && !cmp_job_ok(&j, &r))
		e = err_set(ERR_MISSING, "the sandbox starts but cannot run /usr/bin/true");
	cmp_job_result_release(&r);
	cmp_job_release(&j);
	return e;
}

int cmp_sandbox_open(struct cmp_sandbox **out, size_t scratch_bytes)
{
	struct cmp_sandbox *s = mem_zalloc(sizeof *s);
	buf_init(&s->filter, 1 << 16);
	s->scratch = mem_printf("%zu", scratch_bytes);
	s->is_root = geteuid() == 0 || getuid() == 0;
	for (int i = 0; i < 3; i++) {
		char *path = mem_printf("/%s", root_dirs[i]);
		struct stat st;
		s->has_link[i] = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
		mem_free(path);
	}
	int r = 0;
	if (!(s->bwrap = cmp_proc_find("bwrap")))
		r = err_set(ERR_MISSING, "bwrap is not installed, and nothing untrusted runs without it (Debian package bubblewrap)");
	else if (!(s->box = find_box()))
		r = err_set(ERR_MISSING, "coppice-box is not beside this program: run make, or make install");
	if (r == 0)
		r = cmp_filter_build(&s->filter);
	if (r == 0)
		r = cmp_sandbox_try(s); /* to learn now and not in the middle of a search that there is no sandbox here */
	if (r) {
		cmp_sandbox_close(s);
		return r;
	}
	*out = s;
	return 0;
}

void cmp_sandbox_close(struct cmp_sandbox *s)
{
	if (!s)
		return;
	mem_free(s->bwrap);
	mem_free(s->box);
	mem_free(s->scratch);
	buf_release(&s->filter);
	mem_free(s);
}

/* The command line of bubblewrap; arguments that are made here are collected in `made`, to be freed. */
static int arguments(const struct cmp_sandbox *s, const struct cmp_job *j, const char **argv, char *made[8])
{
	static const char *const first[] = { "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
		"--unshare-cgroup-try", "--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
		"--hostname", "sandbox", "--ro-bind", "/usr", "/usr" };
	int n = 0, m = 0;
	argv[n++] = s->bwrap;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		argv[n++] = first[i];
	for (int i = 0; i < 3; i++) {
		argv[n++] = s->has_link[i] ? "--symlink" : "--ro-bind-try";
		argv[n++] = made[m++] = mem_printf(s->has_link[i] ? "usr/%s" : "/%s", root_dirs[i]);
		argv[n++] = made[m++] = mem_printf("/%s", root_dirs[i]);
	}
	if (j->bind_file) {
		argv[n++] = "--ro-bind";
		argv[n++] = j->bind_file;
		argv[n++] = j->bind_at;
	}
	const char *const last[] = { "--dev-bind", "/dev/null", "/dev/null", "--perms", "0555", "--ro-bind-data", "5", "/supervisor",
		"--size", s->scratch, "--tmpfs", "/tmp", "--chdir", "/tmp", "--remount-ro", "/", "--seccomp", "4", "--", "/supervisor" };
	_Static_assert(FD_FILTER == 4 && FD_BOX == 5, "their numbers stand above");
	for (size_t i = 0; i < sizeof last / sizeof *last; i++)
		argv[n++] = last[i];
	argv[n] = NULL;
	return m;
}

/* A file in memory, positioned at its beginning. */
static int memory_file(const char *name, const struct buf *b)
{
	int fd = (int)syscall(SYS_memfd_create, name, 1u);
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 64);
	if (fd >= 0)
		close(fd);
	for (size_t at = 0; high >= 0 && at < b->len;) {
		ssize_t n = write(high, b->data + at, b->len - at);
		if (n <= 0 && errno != EINTR) {
			close(high);
			return -1;
		}
		at += n > 0 ? (size_t)n : 0;
	}
	if (high >= 0)
		lseek(high, 0, SEEK_SET);
	return high;
}

/* Reads frames and the sandbox's own complaints until both pipes end. False when the outer wall clock ran out. */
static bool read_frames(int result_fd, int err_fd, double seconds, struct cmp_frames *r, struct buf *complaint)
{
	char chunk[1 << 14];
	double end = clock_seconds() + seconds;
	struct pollfd p[2] = { { .fd = result_fd, .events = POLLIN }, { .fd = err_fd, .events = POLLIN } };
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		double left = end - clock_seconds();
		if (left <= 0 || r->broken)
			return false;
		if (poll(p, 2, left > 1 ? 1000 : (int)(left * 1000) + 1) <= 0)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t n = p[i].revents ? read(p[i].fd, chunk, sizeof chunk) : -1;
			if (n > 0 && i == 0)
				cmp_frames_take(r, chunk, (size_t)n);
			else if (n > 0)
				buf_add(complaint, chunk, (size_t)n);
			else if (n == 0 || (p[i].revents && errno != EINTR))
				p[i].fd = -1;
		}
	}
	return !r->broken;
}

/* What bubblewrap complains of, in words that say what to do. */
static int explain(const struct buf *complaint, bool in_time, int n_ended)
{
	const char *text = buf_text(complaint);
	if (!in_time)
		return err_set(ERR_IO, "the sandbox did not answer in time");
	if (strstr(text, "No permissions to create new namespace") || strstr(text, "setting up uid map") ||
		strstr(text, "Creating new namespace failed"))
		return err_set(ERR_MISSING, "this system refuses user namespaces, and nothing untrusted runs without the sandbox: "
			"set kernel.unprivileged_userns_clone=1 and user.max_user_namespaces above 0 (in a container: run it with user namespaces "
			"allowed; a chroot has none). bwrap says: %.*s", (int)strcspn(text, "\n"), text);
	return err_set(ERR_IO, "the sandbox broke off after %d steps: %.*s", n_ended, (int)strcspn(text, "\n"), *text ? text : "no message");
}

struct ends {
	int job, null, box, result[2], err[2], filter;
};

/* Above the numbers that the child uses, so that putting one in place never overwrites another. */
static int open_high(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 64);
	if (fd >= 0)
		close(fd);
	return high;
}

static int open_ends(const struct cmp_sandbox *s, const struct cmp_job *j, struct ends *e)
{
	*e = (struct ends){ -1, -1, -1, { -1, -1 }, { -1, -1 }, -1 };
	int r = cmp_proc_pipe(e->result);
	if (r == 0)
		r = cmp_proc_pipe(e->err);
	if (r)
		return r;
	e->job = memory_file("job", &j->stream);
	e->filter = memory_file("filter", &s->filter);
	e->null = open_high("/dev/null", O_RDWR);
	e->box = open_high(s->box, O_RDONLY);
	if (e->job < 0 || e->filter < 0 || e->null < 0 || e->box < 0)
		return err_errno(ERR_IO, "cannot prepare the sandbox");
	return 0;
}

static void close_ends(struct ends *e)
{
	int all[] = { e->job, e->null, e->box, e->filter, e->result[0], e->result[1], e->err[0], e->err[1] };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] >= 0)
			close(all[i]);
}

static int start(const struct cmp_sandbox *s, const struct cmp_job *j, struct ends *e, pid_t *pid)
{
	static const char *const env[] = { "PATH=/usr/bin", "LC_ALL=C", NULL };
	const char *argv[MAX_ARGS];
	char *made[8] = { 0 };
	int n_made = arguments(s, j, argv, made);
	struct cmp_proc p = { .argv = argv, .env = env, .n_fds = N_FDS, .uid = s->is_root ? STRAY_USER : -1,
		.fds = { [FD_JOB] = e->job, [FD_NOTHING] = e->null, [FD_STDERR] = e->err[1], [FD_RESULT] = e->result[1],
			[FD_FILTER] = e->filter, [FD_BOX] = e->box } };
	int r = cmp_proc_start(pid, &p);
	for (int i = 0; i < n_made; i++)
		mem_free(made[i]);
	close(e->result[1]);
	close(e->err[1]);
	e->result[1] = e->err[1] = -1;
	return r;
}

static int run_once(const struct cmp_sandbox *s, const struct cmp_job *j, struct cmp_job_result *out)
{
	struct cmp_frames reading = { .out = out };
	struct buf complaint;
	struct ends e;
	pid_t pid;
	*out = (struct cmp_job_result){ 0 };
	for (int i = 0; i < CMP_JOB_STEPS; i++) {
		buf_init(&out->step[i].out, j->output_bytes);
		buf_init(&out->step[i].err, j->output_bytes);
		buf_init(&out->step[i].proof, 1 << 14);
	}
	buf_init(&out->file, BUF_MAX_TEXT);
	buf_init(&reading.pending, 1 << 20);
	buf_init(&complaint, 4096);
	int r = open_ends(s, j, &e);
	if (r == 0)
		r = start(s, j, &e, &pid);
	if (r == 0) {
		bool in_time = read_frames(e.result[0], e.err[0], j->wall_seconds * BOX_PATIENCE + SLACK_SECONDS, &reading, &complaint);
		/* The pid namespace dies with it. Not when it has ended by itself: its number may be another's by now. */
		if (!in_time)
			kill(pid, SIGKILL);
		cmp_proc_wait(pid, NULL);
		bool all = cmp_job_ok(j, out) || (j->keeps_going && out->n_ended == j->n_steps) || (out->n_ended > 0 && (out->step[out->n_ended - 1].ended.how != BOX_EXITED ||
			out->step[out->n_ended - 1].ended.code != 0));
		if (!all || reading.broken)
			r = explain(&complaint, in_time, out->n_ended);
	}
	close_ends(&e);
	buf_release(&complaint);
	buf_release(&reading.pending);
	return r;
}

int cmp_sandbox_run(const struct cmp_sandbox *s, const struct cmp_job *j, struct cmp_job_result *out)
{
	int r = run_once(s, j, out);
	/* A machine that is out of memory or processes for a moment; what is wrong for good is wrong again. */
	if (r == ERR_IO) {
		cmp_job_result_release(out);
		r = run_once(s, j, out);
	}
	return r;
}
