/* C and C++: running the task's test. The test is compiled once a task and linked to each program's assembly. */
#include "base/mem.h"
#include "compile/asmtext.h"
#include "compile/judge.h"
#include <ctype.h>
#include <dlfcn.h>
#include <string.h>

/* Of the candidate's symbols the test may see its entry point, the required function, and what else the test's text names,
 * but never one that libc or libm has too: a strcmp of the candidate's would let any comparison pass. */
static bool candidate_keeps(void *ctx, const char *name, size_t len)
{
	const struct cmp_problem *p = ctx;
	char *s = mem_strndup(name, len);
	bool keep = (p->entry_point && strcmp(s, p->entry_point) == 0) || (p->requires_fn && strcmp(s, p->requires_fn) == 0);
	if (p->language == CMP_CXX) /* mangled names: what the test may want is not to be told from its text */
		keep = strncmp(s, "_Z", 2) == 0 || keep;
	else if (!keep && strcmp(s, "main") != 0)
		for (const char *at = p->test; !keep && (at = strstr(at, s)); at += len)
			keep = (at == p->test || !(isalnum((unsigned char)at[-1]) || at[-1] == '_')) &&
				!(isalnum((unsigned char)at[len]) || at[len] == '_') && !dlsym(NULL /* RTLD_DEFAULT: libc and libm are in us too */, s);
	mem_free(s);
	return keep && !(len == 4 && memcmp(name, "main", 4) == 0);
}

static bool test_keeps(void *ctx, const char *name, size_t len)
{
	const struct cmp_problem *p = ctx;
	/* What templates and inline functions of C++ leave in every object has to stay foldable. */
	if (p->language == CMP_CXX && len > 2 && memcmp(name, "_Z", 2) == 0)
		return true;
	return len == 4 && memcmp(name, "main", 4) == 0;
}

static int assemble_test(struct cmp_judge *j, const struct cmp_problem *p, const struct buf *assembly, struct cmp_test_object *out)
{
	struct cmp_job job;
	struct cmp_job_result r;
	struct buf text;
	struct cmp_step_limits l = cmp_limits_compile(j);
	buf_init(&text, BUF_MAX_TEXT);
	cmp_asm_hide(&text, buf_text(assembly), assembly->len, test_keeps, (void *)(uintptr_t)p);
	cmp_job_init(&job);
	cmp_job_file(&job, "test.s", buf_text(&text), text.len);
	cmp_job_step(&job, &l, (const char *const *)cmp_judge_toolchain(j, p->language)->as_test.argv, -1);
	cmp_job_fetch(&job, "test.o", CMP_ASSEMBLY_MAX);
	int e = cmp_sandbox_run(j->sandbox, &job, &r);
	if (e == 0 && cmp_job_ok(&job, &r))
		out->object = buf_take(&r.file, &out->len);
	else if (e == 0)
		out->complaint = mem_strdup(buf_text(&r.step[0].err));
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	buf_release(&text);
	return e;
}

static int build_test(struct cmp_judge *j, const struct cmp_problem *p, struct cmp_test_object *out)
{
	struct cmp_job job;
	struct cmp_job_result r;
	const char *header = NULL;
	int e = p->language == CMP_C ? cmp_setup_harness(j, &header) : 0;
	if (e)
		return e;
	cmp_job_init(&job);
	cmp_harness_c(&job, p, !header);
	cmp_c_add_compiler(j, &job, &cmp_judge_toolchain(j, p->language)->test, header);
	e = cmp_sandbox_run(j->sandbox, &job, &r);
	if (e == 0 && cmp_job_ok(&job, &r))
		e = assemble_test(j, p, &r.step[0].out, out);
	else if (e == 0)
		out->complaint = mem_strdup(buf_text(&r.step[0].err));
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	return e;
}

/* The test's object, from the judge's memory or made now. *out is a copy of the pointers: objects stay as long as the judge. */
static int test_object(struct cmp_judge *j, const struct cmp_problem *p, struct cmp_test_object *out)
{
	char *key = mem_printf("%s\n%s\n%s", cmp_language_name(p->language), p->prototype ? p->prototype : "", p->test);
	struct cmp_test_object made = { 0 };
	size_t n = strlen(key);
	pthread_mutex_lock(&j->lock);
	uint64_t *at = map_get(&j->tests, key, n);
	if (at)
		*out = j->test_objects[*at];
	pthread_mutex_unlock(&j->lock);
	int e = 0;
	if (!at && (e = build_test(j, p, &made)) == 0) {
		pthread_mutex_lock(&j->lock);
		/* Two threads may have made the same one; the second stays in the list all the same, and nothing points to the first. */
		j->test_objects = mem_grow(j->test_objects, j->n_test_objects + 1, sizeof *j->test_objects);
		j->test_objects[j->n_test_objects] = *out = made;
		map_put(&j->tests, key, n, j->n_test_objects++);
		pthread_mutex_unlock(&j->lock);
	}
	mem_free(key);
	if (e == 0 && out->complaint) {
		const char *line = strstr(out->complaint, "error: ");
		while (line && line > out->complaint && line[-1] != '\n')
			line--;
		line = line ? line : out->complaint;
		return err_set(ERR_FORMAT, "task %s: its test does not compile: %.*s", p->id ? p->id : "?", (int)strcspn(line, "\n"), line);
	}
	return e;
}

enum { STEP_AS, STEP_LD, STEP_RUN };

/* The verdict by one step of a job that was carried out. */
static void judge_step(const struct cmp_judge *j, const struct cmp_job_result *r, int last, const struct cmp_proof *proof, struct cmp_verdict *v)
{
	const struct box_ended *e = &r->step[last].ended;
	if (last < STEP_RUN) {
		v->status = cmp_c_ran_out(&r->step[last].err) ? CMP_COMPILE_LIMIT : cmp_c_status_of_tool(e, last == STEP_AS ? CMP_COMPILE_ERROR : CMP_LINK_ERROR);
		cmp_excerpt(&v->message, &r->step[last].err, false);
		return;
	}
	v->seconds = (double)e->wall_us * 1e-6;
	v->cpu_seconds = (double)e->cpu_us * 1e-6;
	v->signal = e->how == BOX_SIGNALED ? e->code : 0;
	v->exit_status = e->how == BOX_EXITED ? e->code : -1;
	enum cmp_proof_says said = cmp_proof_read(proof, &r->step[last].proof, &v->message);
	if (said == CMP_PROOF_COMPLETE && e->how == BOX_EXITED && e->code == 0)
		v->status = CMP_PASSED;
	else if (said == CMP_PROOF_FAILED && e->how == BOX_EXITED)
		v->status = CMP_WRONG;
	else {
		buf_clear(&v->message);
		v->status = cmp_status_of_end(j, e);
		cmp_describe_end(&v->message, e);
		if (r->step[last].err.len > 0)
			buf_char(&v->message, '\n'), cmp_excerpt(&v->message, &r->step[last].err, true);
	}
}

/* The candidate's assembly as the test may see it, and the test's object with a proof in it. */
struct pieces {
	struct buf text;
	struct cmp_test_object test; /* object: a copy of our own */
	struct cmp_proof proof;
};

static int make_pieces(struct cmp_judge *j, const struct cmp_problem *p, const struct buf *raw, struct pieces *out)
{
	struct cmp_test_object test = { 0 };
	*out = (struct pieces){ 0 };
	buf_init(&out->text, BUF_MAX_TEXT);
	int e = test_object(j, p, &test);
	if (e == 0)
		e = cmp_proof_make(&out->proof);
	if (e == 0) {
		out->test.object = mem_dup(test.object, test.len);
		out->test.len = test.len;
		e = cmp_proof_place(&out->proof, out->test.object, test.len);
	}
	if (e == 0)
		cmp_asm_hide(&out->text, buf_text(raw), raw->len, candidate_keeps, (void *)(uintptr_t)p);
	return e;
}

static void release_pieces(struct pieces *x)
{
	mem_free(x->test.object);
	buf_release(&x->text);
}

static void add_build(struct cmp_judge *j, struct cmp_job *job, const struct pieces *x, const struct cmp_toolchain *t, const struct cmp_command *ld)
{
	struct cmp_step_limits tool = cmp_limits_compile(j);
	cmp_job_file(job, "program.s", buf_text(&x->text), x->text.len);
	cmp_job_file(job, "test.o", x->test.object, x->test.len);
	cmp_job_step(job, &tool, (const char *const *)t->as.argv, -1);
	cmp_job_step(job, &tool, (const char *const *)ld->argv, -1);
}

static int run_once(struct cmp_judge *j, const struct pieces *x, const struct cmp_toolchain *t, const struct cmp_command *ld, struct cmp_verdict *v)
{
	static const char *const argv[] = { "./run", NULL };
	struct cmp_step_limits run = cmp_limits_run(j);
	struct cmp_job job;
	struct cmp_job_result r;
	cmp_job_init(&job);
	add_build(j, &job, x, t, ld);
	cmp_job_step(&job, &run, argv, x->proof.fd);
	int e = cmp_sandbox_run(j->sandbox, &job, &r);
	if (e == 0)
		judge_step(j, &r, r.n_ended - 1, &x->proof, v);
	cmp_job_result_release(&r);
	cmp_job_release(&job);
	return e;
}

static int run_test(struct cmp_judge *j, const struct cmp_problem *p, const struct buf *raw, struct cmp_verdict *v)
{
	const struct cmp_toolchain *t = cmp_judge_toolchain(j, p->language);
	struct pieces x;
	int e = make_pieces(j, p, raw, &x);
	bool quick = t->ld_quick.n > 0;
	if (e == 0)
		e = run_once(j, &x, t, quick ? &t->ld_quick : &t->ld, v);
	/* Something that only the whole set of libraries holds, or really nothing. */
	if (e == 0 && quick && v->status == CMP_LINK_ERROR) {
		buf_clear(&v->message);
		e = run_once(j, &x, t, &t->ld, v);
	}
	release_pieces(&x);
	return e;
}

int cmp_c_test(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_verdict *out)
{
	struct buf raw;
	buf_init(&raw, CMP_ASSEMBLY_MAX + 1);
	int e = cmp_c_assembly(j, p, program, &raw, &out->status, &out->message);
	if (e == 0 && out->status == CMP_PASSED) {
		if (cmp_asm_is_handwritten(buf_text(&raw), raw.len)) {
			out->status = CMP_FORBIDDEN;
			buf_str(&out->message, "it holds assembly written by hand, which can reach round the judge");
		} else
			e = run_test(j, p, &raw, out);
	}
	buf_release(&raw);
	return e;
}

static int run_choices(struct cmp_judge *j, const struct cmp_problem *p, const struct buf *raw, int n_choices, bool *any)
{
	static const char *const choices[] = { "0", "1", "2", "3", "4", "5", "6", "7" };
	const struct cmp_toolchain *t = cmp_judge_toolchain(j, p->language);
	struct cmp_step_limits run = cmp_limits_run(j);
	struct pieces x;
	struct cmp_job job;
	struct cmp_job_result r = { 0 };
	int e = make_pieces(j, p, raw, &x);
	cmp_job_init(&job);
	if (e == 0) {
		add_build(j, &job, &x, t, &t->ld);
		run.keep_going = true;
		for (int i = 0; i < n_choices; i++) {
			const char *const argv[] = { "./run", choices[i], NULL };
			cmp_job_step(&job, &run, argv, x.proof.fd);
		}
		e = cmp_sandbox_run(j->sandbox, &job, &r);
		for (int i = STEP_RUN; e == 0 && i < r.n_ended; i++) {
			struct cmp_verdict v = { 0 };
			buf_init(&v.message, CMP_MESSAGE_MAX);
			judge_step(j, &r, i, &x.proof, &v);
			*any |= v.status == CMP_PASSED;
			buf_release(&v.message);
		}
		cmp_job_result_release(&r);
	}
	cmp_job_release(&job);
	release_pieces(&x);
	return e;
}

int cmp_c_test_choices(struct cmp_judge *j, const struct cmp_problem *p, const char *program, int n_choices, bool *any)
{
	struct buf raw, message;
	enum cmp_status status;
	buf_init(&raw, CMP_ASSEMBLY_MAX + 1);
	buf_init(&message, CMP_MESSAGE_MAX);
	*any = false;
	int e = cmp_c_assembly(j, p, program, &raw, &status, &message);
	if (e == 0 && status == CMP_PASSED)
		e = run_choices(j, p, &raw, n_choices, any);
	buf_release(&raw);
	buf_release(&message);
	return e;
}
