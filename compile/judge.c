#include "compile/judge.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "compile/asmtext.h"
#include "compile/proc.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct cmp_limits cmp_default_limits = {
	.compile_seconds = 10,
	.run_seconds = 3,
	.memory_bytes = (size_t)512 << 20,
	.output_bytes = (size_t)1 << 20,
	.scratch_bytes = (size_t)64 << 20,
	.processes = 8,
};

struct cmp_toolchain *cmp_judge_toolchain(struct cmp_judge *j, enum cmp_language language)
{
	return language == CMP_CXX ? &j->cxx : &j->c;
}

static struct cmp_step_limits limits_for(const struct cmp_judge *j, double cpu)
{
	const struct cmp_limits *l = &j->opt.limits;
	return (struct cmp_step_limits){ .cpu_seconds = cpu, .wall_seconds = 2 * cpu + 1, .memory_bytes = l->memory_bytes,
		.file_bytes = l->scratch_bytes, .stack_bytes = 8 << 20, .output_bytes = l->output_bytes, .processes = l->processes };
}

struct cmp_step_limits cmp_limits_compile(const struct cmp_judge *j)
{
	struct cmp_step_limits l = limits_for(j, j->opt.limits.compile_seconds);
	l.output_bytes = 1 << 16;
	l.stack_bytes = 64 << 20; /* what gcc's driver gives its compiler */
	return l;
}

struct cmp_step_limits cmp_limits_run(const struct cmp_judge *j)
{
	return limits_for(j, j->opt.limits.run_seconds);
}

/* Debian's own python3: one in somebody's home would not be seen inside the sandbox. */
static char *find_python(void)
{
	static const char *const places[] = { "/usr/bin/python3", "/usr/local/bin/python3" };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		char *p = cmp_proc_find(places[i]);
		if (p && strncmp(p, "/usr/", 5) == 0)
			return p;
		mem_free(p);
	}
	return NULL;
}

static char *identify(const struct cmp_judge *j)
{
	const char *python = j->python ? strrchr(j->python, '/') + 1 : "no python";
	char seconds[64] = ""; /* said where they are not the usual ones: they decide verdicts */
	if (j->opt.limits.run_seconds != cmp_default_limits.run_seconds)
		snprintf(seconds, sizeof seconds, "; %.15g seconds a program", j->opt.limits.run_seconds);
	return mem_printf("%s %s; %s; normaliser %d; extractor %d%s", j->c.version, j->opt.cflags ? j->opt.cflags : CMP_PINNED_CFLAGS, python,
		CMP_NORMALISER_VERSION, CMP_EXTRACTOR_VERSION, seconds);
}

int cmp_judge_open(struct cmp_judge **out, const struct cmp_options *opt)
{
	struct cmp_judge *j = mem_zalloc(sizeof *j);
	if (opt)
		j->opt = *opt;
	if (j->opt.limits.memory_bytes == 0) /* zeroed: the caller only wanted another compiler */
		j->opt.limits = cmp_default_limits;
	j->opt.cc = j->opt.cc ? mem_strdup(j->opt.cc) : NULL;
	j->opt.cflags = j->opt.cflags ? mem_strdup(j->opt.cflags) : NULL;
	pthread_mutex_init(&j->lock, NULL);
	pthread_mutex_init(&j->setup_lock, NULL);
	map_init(&j->setups);
	cmp_setup_sweep();
	map_init(&j->tests);
	int r = cmp_sandbox_open(&j->sandbox, j->opt.limits.scratch_bytes);
	if (r == 0)
		r = cmp_toolchain_open(&j->c, j->opt.cc, j->opt.cflags, CMP_C);
	if (r) {
		cmp_judge_close(j);
		return r;
	}
	j->python = find_python();
	j->identity = identify(j);
	*out = j;
	return 0;
}

void cmp_judge_close(struct cmp_judge *j)
{
	if (!j)
		return;
	cmp_sandbox_close(j->sandbox);
	cmp_toolchain_close(&j->c);
	cmp_toolchain_close(&j->cxx);
	for (size_t i = 0; i < j->n_test_objects; i++) {
		mem_free(j->test_objects[i].object);
		mem_free(j->test_objects[i].complaint);
	}
	mem_free(j->test_objects);
	for (int i = 0; i < CMP_RECENT; i++) {
		mem_free(j->recent[i].source);
		mem_free(j->recent[i].assembly);
	}
	cmp_setup_release(j);
	map_release(&j->tests);
	pthread_mutex_destroy(&j->setup_lock);
	pthread_mutex_destroy(&j->lock);
	mem_free((char *)(uintptr_t)j->opt.cc);
	mem_free((char *)(uintptr_t)j->opt.cflags);
	mem_free(j->python);
	mem_free(j->identity);
	mem_free(j);
}

const char *cmp_judge_identity(const struct cmp_judge *j)
{
	return j->identity;
}

/* C++ is asked for seldom: its compiler is looked for on the first program. */
static int need_language(struct cmp_judge *j, enum cmp_language l)
{
	int r = 0;
	if (l == CMP_PYTHON && !j->python)
		return err_set(ERR_MISSING, "python3 is not there, and this task is in Python (Debian package python3)");
	if (l == CMP_CXX) {
		pthread_mutex_lock(&j->lock);
		if (!j->has_cxx && (r = cmp_toolchain_open(&j->cxx, NULL, j->opt.cflags, CMP_CXX)) == 0)
			j->has_cxx = true;
		pthread_mutex_unlock(&j->lock);
	}
	return r;
}

/* A sandbox that broke off twice with this program and works without it: the program's doing (it may have driven the machine
 * out of memory), and no reason to end a whole search. True when it was that; the message tells. */
static bool is_programs_doing(const struct cmp_judge *j, int r, enum cmp_status *status, struct buf *message)
{
	if (r != ERR_IO)
		return false;
	char *why = mem_strdup(err_message());
	bool works = cmp_sandbox_try(j->sandbox) == 0;
	if (works) {
		*status = CMP_HARNESS_ERROR;
		buf_clear(message);
		buf_str(message, why);
	} else
		err_set(r, "%s", why);
	mem_free(why);
	return works;
}

int cmp_compile(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_object *out)
{
	double start = clock_seconds();
	*out = (struct cmp_object){ .status = CMP_NO_PROGRAM };
	buf_init(&out->assembly, CMP_ASSEMBLY_MAX + 1);
	buf_init(&out->message, CMP_MESSAGE_MAX);
	size_t n = strlen(program);
	int r = need_language(j, p->language);
	if (r == 0 && n > CMP_PROGRAM_MAX) {
		out->status = CMP_COMPILE_LIMIT;
		buf_printf(&out->message, "the program is longer than %d bytes", CMP_PROGRAM_MAX);
	} else if (r == 0 && program[strspn(program, " \t\r\n")] != 0) {
		switch (p->language) {
		case CMP_C:
		case CMP_CXX: r = cmp_c_compile(j, p, program, out); break;
		case CMP_PYTHON: r = cmp_python_compile(j, p, program, out); break;
		case CMP_TEXT: r = cmp_text_compile(p, program, out); break;
		}
	}
	out->seconds = clock_seconds() - start;
	if (r && is_programs_doing(j, r, &out->status, &out->message))
		r = 0;
	if (r)
		cmp_object_release(out);
	return r;
}

int cmp_test(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_verdict *out)
{
	*out = (struct cmp_verdict){ .status = CMP_NO_PROGRAM, .exit_status = -1 };
	buf_init(&out->message, CMP_MESSAGE_MAX);
	int r = need_language(j, p->language);
	if (r == 0 && strlen(program) > CMP_PROGRAM_MAX)
		out->status = CMP_COMPILE_LIMIT;
	else if (r == 0 && !p->test && p->language != CMP_TEXT)
		out->status = CMP_NOT_TESTED;
	else if (r == 0 && program[strspn(program, " \t\r\n")] != 0) {
		switch (p->language) {
		case CMP_C:
		case CMP_CXX: r = cmp_c_test(j, p, program, out); break;
		case CMP_PYTHON: r = cmp_python_test(j, p, program, out); break;
		case CMP_TEXT: r = cmp_text_test(p, program, out); break;
		}
	}
	if (r && is_programs_doing(j, r, &out->status, &out->message))
		r = 0;
	if (r)
		cmp_verdict_release(out);
	return r;
}

void cmp_object_release(struct cmp_object *o)
{
	buf_release(&o->assembly);
	buf_release(&o->message);
}

void cmp_verdict_release(struct cmp_verdict *v)
{
	buf_release(&v->message);
}
