/* C and C++: compiling to assembly. */
#include "base/log.h"
#include "base/mem.h"
#include "compile/asmtext.h"
#include "compile/judge.h"
#include <string.h>

/* Yours: what the compiler sees. Its own first line is line 1 of the program, whatever stands before it. */
static char *source_of(const char *setup, const char *program)
{
	return mem_printf("%s\n#line 1 \"program.c\"\n%s\n", setup ? setup : "", program);
}

static bool recall(struct cmp_judge *j, const char *source, struct buf *assembly)
{
	bool found = false;
	pthread_mutex_lock(&j->lock);
	for (int i = 0; i < CMP_RECENT && !found; i++) {
		const struct cmp_recent *r = &j->recent[i];
		if (r->source && strcmp(r->source, source) == 0) {
			buf_add(assembly, r->assembly, r->len);
			found = true;
		}
	}
	pthread_mutex_unlock(&j->lock);
	return found;
}

static void remember(struct cmp_judge *j, const char *source, const struct buf *assembly)
{
	if (assembly->len > 1 << 20)
		return;
	pthread_mutex_lock(&j->lock);
	struct cmp_recent *r = &j->recent[j->next_recent++ % CMP_RECENT];
	mem_free(r->source);
	mem_free(r->assembly);
	*r = (struct cmp_recent){ mem_strdup(source), mem_dup(buf_text(assembly), assembly->len + 1), assembly->len };
	pthread_mutex_unlock(&j->lock);
}

enum cmp_status cmp_c_status_of_tool(const struct box_ended *e, enum cmp_status complaint)
{
	if (e->how == BOX_EXITED && e->code != 0 && e->code != 4) /* 4: gcc's internal errors, and cc1 out of memory is 1 */
		return complaint;
	return CMP_COMPILE_LIMIT;
}

bool cmp_c_ran_out(const struct buf *err)
{
	return strstr(buf_text(err), "out of memory") || strstr(buf_text(err), "memory exhausted") ||
		strstr(buf_text(err), "No space left") || strstr(buf_text(err), "File size limit");
}

void cmp_c_add_compiler(struct cmp_judge *j, struct cmp_job *job, const struct cmp_command *cc1, const char *header)
{
	const char **argv = mem_array((size_t)cc1->n + 3, sizeof *argv);
	int n = 0;
	for (; n < cc1->n; n++)
		argv[n] = cc1->argv[n];
	if (header) {
		job->bind_file = header;
		job->bind_at = "/setup.h.gch";
		argv[n++] = "-include";
		argv[n++] = "/setup.h";
	}
	struct cmp_step_limits l = cmp_limits_compile(j);
	l.output_bytes = CMP_ASSEMBLY_MAX;
	cmp_job_step(job, &l, argv, -1);
	mem_free(argv);
}

/* Text to assembly, as the compiler writes it. */
static int to_assembly(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct buf *assembly,
	enum cmp_status *status, struct buf *message)
{
	struct cmp_job job;
	struct cmp_job_result r;
	const char *header;
	int e = cmp_setup_get(j, p->setup, p->language, &header);
	if (e)
		return e;
	char *source = source_of(header ? NULL : p->setup, program);
	cmp_job_init(&job);
	cmp_job_file(&job, "program.c", source, strlen(source));
	cmp_c_add_compiler(j, &job, &cmp_judge_toolchain(j, p->language)->cc1, header);
	e = cmp_sandbox_run(j->sandbox, &job, &r);
	if (e == 0 && cmp_job_ok(&job, &r)) {
		*status = CMP_PASSED;
		buf_add(assembly, buf_text(&r.step[0].out), r.step[0].out.len);
	} else if (e == 0) {
		*status = cmp_c_ran_out(&r.step[0].err) ? CMP_COMPILE_LIMIT : cmp_c_status_of_tool(&r.step[0].ended, CMP_COMPILE_ERROR);
		if (*status == CMP_COMPILE_LIMIT)
			cmp_describe_end(message, &r.step[0].ended), buf_char(message, '\n');
		cmp_excerpt(message, &r.step[0].err, false);
	}
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	mem_free(source);
	return e;
}

int cmp_c_assembly(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct buf *raw, enum cmp_status *status,
	struct buf *message)
{
	char *source = source_of(p->setup, program);
	int e = 0;
	*status = CMP_PASSED;
	if (!recall(j, source, raw)) {
		e = to_assembly(j, p, program, raw, status, message);
		if (e == 0 && *status == CMP_PASSED)
			remember(j, source, raw);
	}
	mem_free(source);
	return e;
}

int cmp_c_compile(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_object *out)
{
	struct buf raw;
	buf_init(&raw, CMP_ASSEMBLY_MAX + 1);
	int e = cmp_c_assembly(j, p, program, &raw, &out->status, &out->message);
	if (e == 0 && out->status == CMP_PASSED) {
		cmp_asm_normalise(&out->assembly, buf_text(&raw), raw.len);
		const char *why = cmp_asm_suspicion(buf_text(&raw), raw.len);
		out->suspicious = why != NULL;
		if (why)
			buf_printf(&out->message, "suspicious: %s", why);
		out->calls_required = p->requires_fn && cmp_asm_mentions(buf_text(&raw), raw.len, p->requires_fn);
	}
	buf_release(&raw);
	return e;
}
