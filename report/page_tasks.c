#include "report/page.h"
#include "report/page_parts.h"
#include "report/text.h"
#include <math.h>

void page_text(struct buf *b, const char *s)
{
	rep_html_escape(b, s, strlen(s));
}

static void cell_text(struct buf *b, const char *s)
{
	buf_str(b, "<td>");
	page_text(b, s);
	buf_str(b, "</td>");
}

/* data-v is what the table is sorted by; no number sorts last. */
static void cell_number(struct buf *b, double value, const char *shown)
{
	buf_printf(b, "<td class=\"n\" data-v=\"%.9g\">%s</td>", isnan(value) ? -1 : value, shown);
}

static void cell_int(struct buf *b, int64_t n)
{
	char text[32];
	cell_number(b, (double)n, rep_int(text, n));
}

static void cell_real(struct buf *b, double x, int decimals)
{
	char text[32];
	cell_number(b, x, rep_real(text, x, decimals));
}

static void task_row(struct buf *b, const struct rep_figures *f, size_t t)
{
	const struct srch_task *task = &f->run->tasks[t].task;
	const struct aln_redundancy *r = &f->tasks[t].redundancy;
	buf_printf(b, "<tr><td><a href=\"#task-%zu\">", t);
	page_text(b, task->id);
	buf_str(b, "</a></td>");
	cell_text(b, task->category ? task->category : "");
	cell_int(b, r->programs);
	cell_int(b, r->compiled);
	cell_int(b, r->groups);
	cell_real(b, aln_redundancy_effective(r), 2);
	cell_real(b, aln_redundancy_top(r, ALN_TOP_1), 2);
	cell_real(b, r->tested ? (double)r->passed / (double)r->tested : NAN, 2);
	if (f->has_routing) {
		cell_real(b, f->jaccard.tasks[t].same.mean, 3);
		cell_real(b, f->jaccard.tasks[t].different.mean, 3);
	}
	buf_str(b, "</tr>\n");
}

static void span(struct buf *b, const char *class, const char *s, size_t n)
{
	if (class)
		buf_printf(b, "<span class=\"%s\">", class);
	rep_html_escape(b, s, n);
	if (class)
		buf_str(b, "</span>");
}

/* What lies between tokens is white space and comment. */
static void gap(struct buf *b, const char *from, const char *to)
{
	const char *first = from, *last = to;
	while (first < to && strchr(" \t\r\n\f\v", *first))
		first++;
	while (last > first && strchr(" \t\r\n\f\v", last[-1]))
		last--;
	span(b, NULL, from, (size_t)(first - from));
	if (last > first)
		span(b, "co", first, (size_t)(last - first));
	span(b, NULL, last, (size_t)(to - last));
}

void page_source(struct buf *b, enum cmp_language language, const char *source)
{
	static const char *const classes[] = {NULL, "kw", "nu", "st", NULL};
	char cut[REP_PAGE_SOURCE + 1];
	bool too_long = strlen(source) > REP_PAGE_SOURCE;
	snprintf(cut, sizeof cut, "%s", source);
	buf_str(b, "<pre class=\"src\"><code>");
	if (language == CMP_TEXT) {
		page_text(b, cut);
	} else {
		struct aln_text text;
		const char *at = cut;
		aln_text_parse(&text, language == CMP_PYTHON ? ALN_TEXT_PYTHON : ALN_TEXT_C, cut);
		for (int i = 0; i < text.n_tokens; i++) {
			const struct aln_text_token *token = &text.tokens[i];
			gap(b, at, token->at);
			span(b, classes[token->kind], token->at, token->len);
			at = token->at + token->len;
		}
		gap(b, at, cut + strlen(cut));
		aln_text_release(&text);
	}
	buf_str(b, "</code></pre>\n");
	if (too_long)
		buf_printf(b, "<p class=\"dim\">Cut after %d of %zu bytes.</p>\n", REP_PAGE_SOURCE, strlen(source));
}

static const char *verdict_class(const struct run_program *p)
{
	int passed = rep_program_passed(p);
	return passed == 1 ? "good" : passed == 0 ? "bad" : "untested";
}

static void verdict(struct buf *b, const struct run_program *p)
{
	buf_printf(b, "<span class=\"verdict %s\">", verdict_class(p));
	page_text(b, p->judged ? cmp_status_name(p->status) : "not judged");
	buf_str(b, "</span>");
}

static void one_program(struct buf *b, const struct rep_figures *f, size_t t, int index, bool open, const char *heading)
{
	const struct run_program *p = &f->run->programs[f->run->tasks[t].first + (size_t)index];
	buf_printf(b, "<details class=\"group\"%s><summary>%s ", open ? " open" : "", heading);
	verdict(b, p);
	buf_printf(b, " <span class=\"dim\">program %d", index);
	if (p->group[0])
		buf_printf(b, ", assembly %.10s", p->group);
	buf_str(b, "</span></summary>\n");
	page_source(b, f->run->tasks[t].task.language, p->program ? p->program : p->text ? p->text : "");
	buf_str(b, "</details>\n");
}

/* The first program that did not compile, when there is one. */
static void not_compiled(struct buf *b, const struct rep_figures *f, size_t t)
{
	const struct run_task *task = &f->run->tasks[t];
	int first = -1, n = 0;
	for (size_t i = 0; i < task->n; i++)
		if (!f->run->programs[task->first + i].group[0]) {
			first = first < 0 ? (int)i : first;
			n++;
		}
	if (!n)
		return;
	char heading[80];
	snprintf(heading, sizeof heading, "<b>%d</b> %s %s;", n, n == 1 ? "program" : "programs", f->run->judged ? "without assembly" : "not judged");
	one_program(b, f, t, first, false, heading);
}

static void task_details(struct buf *b, const struct rep_figures *f, size_t t)
{
	const struct run_task *task = &f->run->tasks[t];
	const struct rep_task *figures = &f->tasks[t];
	const struct aln_redundancy *r = &figures->redundancy;
	buf_printf(b, "<details class=\"task\" id=\"task-%zu\"><summary><b>", t);
	page_text(b, task->task.id);
	buf_printf(b, "</b> <span class=\"dim\">%lld programs, %lld compiled, %lld groups, %lld passed</span></summary>\n", (long long)r->programs,
	           (long long)r->compiled, (long long)r->groups, (long long)r->passed);
	buf_str(b, "<p class=\"dim\">The prompt:</p>\n");
	page_source(b, task->task.language, task->task.prompt ? task->task.prompt : "");
	for (int g = 0; g < figures->n_groups && g < REP_PAGE_GROUPS; g++) {
		const struct aln_group *group = &figures->groups[g];
		char heading[120];
		snprintf(heading, sizeof heading, "<b>%d</b> %s, %d passed;", group->programs, group->programs == 1 ? "program" : "programs", group->passed);
		one_program(b, f, t, group->first, g == 0, heading);
	}
	if (figures->n_groups > REP_PAGE_GROUPS)
		buf_printf(b, "<p class=\"dim\">%d smaller groups are not shown; groups.csv has all.</p>\n", figures->n_groups - REP_PAGE_GROUPS);
	not_compiled(b, f, t);
	buf_str(b, "</details>\n");
}

void page_tasks(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "<div class=\"scroll\"><table class=\"sortable\"><thead><tr><th>task</th><th>category</th><th class=\"n\">programs</th>"
	           "<th class=\"n\">compiled</th><th class=\"n\">groups</th><th class=\"n\">effective</th><th class=\"n\">largest</th>"
	           "<th class=\"n\">pass rate</th>");
	if (f->has_routing)
		buf_str(b, "<th class=\"n\">same</th><th class=\"n\">different</th>");
	buf_str(b, "</tr></thead><tbody>\n");
	for (size_t t = 0; t < f->run->n_tasks; t++)
		task_row(b, f, t);
	buf_str(b, "</tbody></table></div>\n<h3>Programs</h3>\n<p class=\"dim\">For each task its groups, largest first, each with its first program.</p>\n");
	for (size_t t = 0; t < f->run->n_tasks; t++)
		task_details(b, f, t);
}
