#include "search/task_formats.h"
#include "base/mem.h"
#include "search/csource.h"
#include "search/pysource.h"
#include <string.h>

static char *joined(const char *a, const char *b)
{
	return mem_printf("%s%s", a, b);
}

static int from_ours(struct srch_task *t, const struct record *r)
{
	char *language = NULL;
	int rc = record_id(r, "task_id", &t->id);
	rc = rc ? rc : record_text(r, "language", true, &language);
	int l = language ? cmp_language_parse(language) : 0;
	if (!rc && l < 0) {
		char *why = mem_printf("must be one of c, c++, python, text, not '%.40s'", language);
		rc = record_error(r, "language", why);
		mem_free(why);
	}
	mem_free(language);
	if (rc)
		return rc;
	t->language = (enum cmp_language)l;
	bool program = t->language != CMP_TEXT;
	const struct { const char *name; bool required; char **to; } fields[] = {
		{"prompt", true, &t->prompt}, {"entry_point", program, &t->entry_point}, {"test", program, &t->test},
		{"setup", false, &t->setup}, {"requires", false, &t->requires_fn}, {"answer", false, &t->answer},
		{"category", false, &t->category}, {"difficulty", false, &t->difficulty}, {"prototype", false, &t->prototype},
		{"canonical_solution", false, &t->canonical}, {"solution", false, &t->solution},
	};
	for (size_t i = 0; !rc && i < sizeof fields / sizeof *fields; i++)
		rc = record_text(r, fields[i].name, fields[i].required, fields[i].to);
	if (!rc && !t->solution && t->canonical)
		t->solution = joined(t->prompt, t->canonical);
	return rc;
}

static int from_humaneval(struct srch_task *t, const struct record *r)
{
	t->language = CMP_PYTHON;
	int rc = record_id(r, "task_id", &t->id);
	rc = rc ? rc : record_text(r, "prompt", true, &t->prompt);
	rc = rc ? rc : record_text(r, "entry_point", true, &t->entry_point);
	rc = rc ? rc : record_text(r, "test", true, &t->test);
	rc = rc ? rc : record_text(r, "canonical_solution", false, &t->canonical);
	if (!rc && t->canonical)
		t->solution = joined(t->prompt, t->canonical);
	return rc;
}

/* The second problem stands as a comment in front of the first, whose function the completion then goes on with. */
static void pro_prompt(struct srch_task *t, const char *raw, const char *next)
{
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	buf_printf(&b, "# Two functions: %s, and then %s, which calls it.\n#\n", t->requires_fn, t->entry_point);
	py_comment(next, &b);
	buf_str(&b, "\n");
	buf_str(&b, raw);
	t->prompt = buf_take(&b, NULL);
}

/* The second problem's function. Some problems only describe it, or name the first one's again: then the solution has it. */
static char *pro_entry(const char *next, const char *next_solution, const char *test)
{
	char *asked = py_last_function(next), *solved = py_last_function(next_solution);
	bool other = solved && (!asked || (!strstr(test, asked) && strstr(test, solved)));
	mem_free(other ? asked : solved);
	return other ? solved : asked;
}

static int from_pro(struct srch_task *t, const struct record *r)
{
	char *raw = NULL, *raw_solution = NULL, *next = NULL, *next_solution = NULL;
	t->language = CMP_PYTHON;
	int rc = record_id(r, record_has(r, "id") ? "id" : "task_id", &t->id);
	rc = rc ? rc : record_text(r, "raw_problem", true, &raw);
	rc = rc ? rc : record_text(r, "raw_solution", true, &raw_solution);
	rc = rc ? rc : record_text(r, "new_problem", true, &next);
	rc = rc ? rc : record_text(r, "new_solution", true, &next_solution);
	rc = rc ? rc : record_text(r, "test_code", true, &t->test);
	if (rc)
		goto out;
	t->requires_fn = py_last_function(raw);
	t->entry_point = pro_entry(next, next_solution, t->test);
	if (!t->requires_fn || !t->entry_point) {
		rc = record_error(r, t->requires_fn ? "new_problem" : "raw_problem", "defines no function");
		goto out;
	}
	pro_prompt(t, raw, next);
	t->canonical = mem_printf("%s\n\n%s%s", raw_solution, next, next_solution);
	t->solution = joined(raw, t->canonical);
out:
	mem_free(raw);
	mem_free(raw_solution);
	mem_free(next);
	mem_free(next_solution);
	return rc;
}

static int from_decompile(struct srch_task *t, const struct record *r)
{
	t->language = CMP_C;
	t->entry_point = mem_strdup("func0");
	int rc = record_id(r, "task_id", &t->id);
	rc = rc ? rc : record_text(r, "c_func", true, &t->solution);
	rc = rc ? rc : record_text(r, "c_test", true, &t->test);
	if (rc)
		return rc;
	struct c_function f;
	if (!c_function_find(t->solution, t->entry_point, &f))
		return record_error(r, "c_func", "defines no function func0");
	size_t head = f.open;
	while (head > f.begin && strchr(" \t\n", t->solution[head - 1]))
		head--;
	int n = (int)(head - f.begin);
	t->prototype = mem_printf("%.*s;", n, t->solution + f.begin);
	t->prompt = mem_printf("%.*s {", n, t->solution + f.begin);
	t->canonical = mem_strdup(t->solution + f.open + 1);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	c_includes(t->solution, f.begin, &b);
	t->setup = buf_take(&b, NULL);
	return 0;
}

static int from_gsm8k(struct srch_task *t, const struct record *r, size_t number)
{
	char *question = NULL, *worked = NULL;
	t->language = CMP_TEXT;
	t->id = mem_printf("gsm8k/%zu", number);
	int rc = record_text(r, "question", true, &question);
	rc = rc ? rc : record_text(r, "answer", true, &worked);
	const char *mark = rc ? NULL : strstr(worked, "####");
	if (!rc && !mark)
		rc = record_error(r, "answer", "holds no \"####\" in front of the final number");
	if (!rc) {
		mark += 4 + strspn(mark + 4, " ");
		t->answer = mem_strndup(mark, strcspn(mark, " \n"));
		t->prompt = mem_printf("Question: %s\nAnswer:", question);
		t->canonical = joined(" ", worked);
		t->solution = mem_strdup(worked);
	}
	mem_free(question);
	mem_free(worked);
	return rc;
}

int task_from_record(struct srch_task *out, const struct record *r, size_t number)
{
	if (record_has(r, "c_func")) {
		out->format = SRCH_DECOMPILE;
		return from_decompile(out, r);
	}
	if (record_has(r, "raw_problem") || record_has(r, "new_problem")) {
		out->format = SRCH_PRO;
		return from_pro(out, r);
	}
	if (record_has(r, "prompt") && !record_has(r, "language")) {
		out->format = SRCH_HUMANEVAL;
		return from_humaneval(out, r);
	}
	if (record_has(r, "question")) {
		out->format = SRCH_GSM8K;
		return from_gsm8k(out, r, number);
	}
	if (record_has(r, "prompt") || record_has(r, "task_id")) {
		out->format = SRCH_OURS;
		return from_ours(out, r);
	}
	return err_set(ERR_FORMAT, "%s, %s %zu: no task: expected the fields of our own tasks (task_id, language, prompt, ...), "
		"HumanEval, HumanEval Pro (raw_problem, ...), decompile-eval (c_func, ...) or GSM8K (question, answer)",
		r->file, r->unit, r->at);
}

void task_lend_docstring(struct srch_task *c, const struct srch_task *python)
{
	struct buf doc, prompt;
	buf_init(&doc, BUF_MAX_TEXT);
	buf_init(&prompt, BUF_MAX_TEXT);
	if (py_docstring(python->prompt, python->entry_point, &doc)) {
		c_comment(buf_text(&doc), doc.len, &prompt);
		buf_printf(&prompt, "\n%s", c->prompt);
		mem_free(c->prompt);
		c->prompt = buf_take(&prompt, NULL);
	}
	buf_release(&doc);
	buf_release(&prompt);
}
