/* Headers compiled beforehand. The task's setup (mostly #include lines): it is the same for every program of a task, often of all
 * tasks, and reading the headers costs more than compiling what a model wrote. And what stands before every test. */
#include "base/file.h"
#include "base/mem.h"
#include "compile/judge.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_MAX = 48 << 20 };

static const char *folder(void)
{
	const char *dir = getenv("TMPDIR");
	return dir && *dir == '/' ? dir : "/tmp";
}

/* Removes what processes that were killed have left. The name tells whose it was. */
void cmp_setup_sweep(void)
{
	DIR *d = opendir(folder());
	for (struct dirent *e; d && (e = readdir(d));) {
		long pid;
		if (sscanf(e->d_name, "coppice-setup-%ld-", &pid) != 1 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		char *path = file_join(folder(), e->d_name);
		unlink(path);
		mem_free(path);
	}
	if (d)
		closedir(d);
}

/* Yours: a file in the temporary folder that the sandbox's user can read. NULL: there is no room, so we go without. */
static char *keep_file(const struct buf *data)
{
	char *path = mem_printf("%s/coppice-setup-%ld-XXXXXX", folder(), (long)getpid());
	int fd = mkstemp(path);
	size_t at = 0;
	while (fd >= 0 && at < data->len) {
		ssize_t n = write(fd, data->data + at, data->len - at);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	bool good = fd >= 0 && at == data->len && fchmod(fd, 0444) == 0;
	if (fd >= 0)
		close(fd);
	if (!good) {
		if (fd >= 0)
			unlink(path);
		mem_free(path);
		return NULL;
	}
	return path;
}

/* `source`: the name that the command has for what it compiles; the header is compiled in its place. */
static int build(struct cmp_judge *j, const char *header, const struct cmp_command *cc1, const char *source, bool for_tests, char **path)
{
	const char **argv = mem_array((size_t)cc1->n + 2, sizeof *argv);
	int n = 0;
	for (int i = 0; i < cc1->n; i++)
		argv[n++] = strcmp(cc1->argv[i], source) == 0 ? "setup.h" : cc1->argv[i];
	argv[n++] = "--output-pch=setup.h.gch";
	struct cmp_job job;
	struct cmp_job_result r;
	struct cmp_step_limits l = cmp_limits_compile(j);
	cmp_job_init(&job);
	cmp_job_file(&job, "setup.h", header, strlen(header));
	if (for_tests)
		cmp_harness_c_assert(&job);
	cmp_job_step(&job, &l, argv, -1);
	cmp_job_fetch(&job, "setup.h.gch", HEADER_MAX);
	int e = cmp_sandbox_run(j->sandbox, &job, &r);
	*path = e == 0 && cmp_job_ok(&job, &r) && r.file.len > 0 && r.file.len < HEADER_MAX ? keep_file(&r.file) : NULL;
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	mem_free(argv);
	return e;
}

/* `kind` parts the headers of programs in each language from that of tests. */
static int get(struct cmp_judge *j, const char *kind, const char *header, const struct cmp_command *cc1, const char *source, const char **path)
{
	char *key = mem_printf("%s\n%s", kind, header), *made = NULL;
	int e = 0;
	/* Held while it is built: the other threads would only build the same one. */
	pthread_mutex_lock(&j->setup_lock);
	const uint64_t *at = map_get(&j->setups, key, strlen(key));
	if (at)
		*path = j->setup_paths[*at];
	else if ((e = build(j, header, cc1, source, strcmp(kind, "test") == 0, &made)) == 0) {
		j->setup_paths = mem_grow(j->setup_paths, j->setups.n + 1, sizeof *j->setup_paths);
		j->setup_paths[j->setups.n] = made;
		*path = made;
		map_put(&j->setups, key, strlen(key), j->setups.n);
	}
	pthread_mutex_unlock(&j->setup_lock);
	mem_free(key);
	return e;
}

int cmp_setup_get(struct cmp_judge *j, const char *setup, enum cmp_language language, const char **path)
{
	*path = NULL;
	if (!setup || !strstr(setup, "#include"))
		return 0;
	return get(j, cmp_language_name(language), setup, &cmp_judge_toolchain(j, language)->cc1, "program.c", path);
}

int cmp_setup_harness(struct cmp_judge *j, const char **path)
{
	struct buf header;
	buf_init(&header, 1 << 16);
	cmp_harness_c_header(&header);
	*path = NULL;
	int e = get(j, "test", buf_text(&header), &j->c.test, "test.c", path);
	buf_release(&header);
	return e;
}

void cmp_setup_release(struct cmp_judge *j)
{
	for (size_t i = 0; i < j->setups.n; i++)
		if (j->setup_paths[i]) {
			unlink(j->setup_paths[i]);
			mem_free(j->setup_paths[i]);
		}
	mem_free(j->setup_paths);
	map_release(&j->setups);
}
