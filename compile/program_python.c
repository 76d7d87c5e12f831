/* Python: listing the bytecode, and running the task's test. */
#include "base/mem.h"
#include "compile/judge.h"
#include <string.h>

static char *source_of(const struct cmp_problem *p, const char *program)
{
	return p->setup ? mem_printf("%s\n%s\n", p->setup, program) : mem_printf("%s\n", program);
}

/* -S -s: no packages of the machine's. The environment is the supervisor's: hashing is seeded, so that sets keep their order. */
static void add_step(struct cmp_judge *j, struct cmp_job *job, const struct cmp_step_limits *l, const char *file, const char *arg, int proof_fd)
{
	const char *const argv[] = { j->python, "-S", "-s", "-B", "-W", "ignore", file, arg, NULL };
	cmp_job_step(job, l, argv, proof_fd);
}

static bool has_line(const struct buf *text, const char *line)
{
	size_t n = strlen(line);
	for (const char *s = buf_text(text); s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL)
		if (strncmp(s, line, n) == 0 && (s[n] == '\n' || s[n] == 0))
			return true;
	return false;
}

int cmp_python_compile(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_object *out)
{
	struct cmp_job job;
	struct cmp_job_result r;
	struct cmp_step_limits l = cmp_limits_compile(j);
	char *source = source_of(p, program);
	l.output_bytes = CMP_ASSEMBLY_MAX;
	cmp_job_init(&job);
	cmp_job_file(&job, "program.py", source, strlen(source));
	cmp_job_file(&job, "listing.py", cmp_listing_python, strlen(cmp_listing_python));
	add_step(j, &job, &l, "listing.py", p->requires_fn, -1);
	int e = cmp_sandbox_run(j->sandbox, &job, &r);
	if (e == 0) {
		const struct box_ended *ended = &r.step[0].ended;
		const struct buf *said = &r.step[0].err;
		if (cmp_job_ok(&job, &r)) {
			out->status = CMP_PASSED;
			buf_add(&out->assembly, buf_text(&r.step[0].out), r.step[0].out.len);
			out->suspicious = strncmp(buf_text(said), "suspicious ", 11) == 0;
			if (out->suspicious)
				buf_printf(&out->message, "suspicious: %.*s", (int)strcspn(said->data + 11, "\n"), said->data + 11);
			out->calls_required = p->requires_fn && has_line(said, "calls");
		} else {
			out->status = ended->how == BOX_EXITED && ended->code == 1 ? CMP_COMPILE_ERROR : CMP_COMPILE_LIMIT;
			if (out->status == CMP_COMPILE_LIMIT)
				cmp_describe_end(&out->message, ended), buf_char(&out->message, '\n');
			cmp_excerpt(&out->message, said, true);
		}
	}
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	mem_free(source);
	return e;
}

static void add_secret(struct cmp_job *job, const struct cmp_proof *proof)
{
	char text[16 + 2 * CMP_PROOF_BYTES];
	int n = snprintf(text, sizeof text, "%d ", proof->fd);
	for (int i = 0; i < CMP_PROOF_BYTES; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%02x", proof->bytes[i]);
	cmp_job_file(job, "secret", text, (size_t)n);
}

static void judge_result(const struct cmp_judge *j, const struct cmp_job_result *r, const struct cmp_proof *proof, struct cmp_verdict *v)
{
	const struct box_ended *e = &r->step[0].ended;
	const struct buf *said = &r->step[0].proof;
	v->seconds = (double)e->wall_us * 1e-6;
	v->cpu_seconds = (double)e->cpu_us * 1e-6;
	v->signal = e->how == BOX_SIGNALED ? e->code : 0;
	v->exit_status = e->how == BOX_EXITED ? e->code : -1;
	char first = said->len > 0 && e->how == BOX_EXITED ? said->data[0] : 0;
	enum cmp_proof_says proved = cmp_proof_read(proof, said, &v->message);
	if (proved == CMP_PROOF_COMPLETE && e->how == BOX_EXITED && e->code == 0)
		v->status = CMP_PASSED;
	else if (proved == CMP_PROOF_FAILED && first)
		v->status = CMP_WRONG;
	else if (first == 'M') {
		v->status = CMP_MEMORY;
		buf_str(&v->message, "MemoryError");
	} else if (first == 'C') {
		struct buf text = { .data = said->data + 1, .len = said->len - 1, .max = said->len };
		v->status = CMP_COMPILE_ERROR;
		cmp_excerpt(&v->message, &text, false);
	} else {
		buf_clear(&v->message);
		v->status = cmp_status_of_end(j, e);
		cmp_describe_end(&v->message, e);
		if (r->step[0].err.len > 0)
			buf_char(&v->message, '\n'), cmp_excerpt(&v->message, &r->step[0].err, true);
	}
}

int cmp_python_test(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_verdict *out)
{
	struct cmp_job job;
	struct cmp_job_result r;
	struct cmp_proof proof;
	struct cmp_step_limits l = cmp_limits_run(j);
	int e = cmp_proof_make(&proof);
	if (e)
		return e;
	char *source = source_of(p, program);
	const char *entry = p->entry_point ? p->entry_point : "";
	cmp_job_init(&job);
	cmp_job_file(&job, "program.py", source, strlen(source));
	cmp_job_file(&job, "test.py", p->test, strlen(p->test));
	cmp_job_file(&job, "entry", entry, strlen(entry));
	cmp_job_file(&job, "harness.py", cmp_harness_python, strlen(cmp_harness_python));
	add_secret(&job, &proof);
	add_step(j, &job, &l, "harness.py", NULL, proof.fd);
	e = cmp_sandbox_run(j->sandbox, &job, &r);
	if (e == 0)
		judge_result(j, &r, &proof, out);
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	mem_free(source);
	return e;
}
