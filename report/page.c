#include "report/page.h"
#include "report/page_parts.h"
#include "report/plot.h"
#include "report/text.h"
#include <math.h>

static void card(struct buf *b, const char *value, const char *label)
{
	buf_printf(b, "<div class=\"card\"><b>%s</b><span>%s</span></div>\n", value, label);
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static void head(struct buf *b, const struct run *r)
{
	buf_str(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>coppice: ");
	page_text(b, file_name(r->dir ? r->dir : "run"));
	buf_str(b, "</title>\n<style>\n");
	buf_str(b, page_style);
	buf_str(b, "</style>\n</head>\n<body>\n<main>\n");
}

static void intro(struct buf *b, const struct rep_figures *f)
{
	const struct run *r = f->run;
	char n[2][32];
	buf_str(b, "<h1>What grew from ");
	page_text(b, rep_model(r));
	buf_printf(b, "</h1>\n<p>%s %s for %s %s, each forked from its task&#39;s prompt, compiled, grouped by assembly and tested; and which experts "
	              "the model sent their tokens to.</p>\n",
	           rep_int(n[0], (int64_t)r->n_programs), r->n_programs == 1 ? "program" : "programs", rep_int(n[1], (int64_t)r->n_tasks),
	           r->n_tasks == 1 ? "task" : "tasks");
	if (r->commit[0])
		buf_printf(b, "<p class=\"mono dim\">run %s</p>\n", r->commit);
	if (!r->complete)
		buf_printf(b, "<p><b>This run is not finished:</b> %zu of %zu tasks are there.</p>\n", r->n_tasks, r->n_tasks_planned);
	if (!r->judged)
		buf_str(b, "<p><b>This run was not judged:</b> there are no groups and no verdicts.</p>\n");
}

static void cards(struct buf *b, const struct rep_figures *f)
{
	const struct aln_redundancy *r = &f->redundancy;
	char v[32], label[160], n[2][32];
	buf_str(b, "<div class=\"cards\">\n");
	if (f->run->judged) {
		snprintf(label, sizeof label, "of programs compiled (%s)", rep_int(n[0], r->compiled));
		card(b, rep_share(v, (double)r->compiled, (double)r->programs), label);
		if (f->run->policy == SRCH_SAMPLE) {
			snprintf(label, sizeof label, "pass@1; %s programs passed", rep_int(n[0], r->passed));
			card(b, rep_real(v, f->summary.pass_at[0], 3), label);
		} else {
			card(b, rep_real(v, f->summary.pass_share, 3), "share of path probability that passes");
		}
		snprintf(label, sizeof label, "distinct groups a task (%s in all)", rep_int(n[0], r->groups));
		card(b, rep_real(v, r->tasks ? (double)r->groups / (double)r->tasks : NAN, 1), label);
		card(b, rep_real(v, aln_redundancy_effective(r), 1), "effective number of programs a task");
		card(b, rep_share(v, aln_redundancy_top(r, ALN_TOP_3), 1), "of what compiled is in its task's 3 largest groups");
		card(b, rep_share(v, (double)r->tokens_repeated, (double)r->tokens), "of tokens repeated an assembly already there");
	}
	if (f->has_routing) {
		const struct aln_point *all = aln_jaccard_point(&f->jaccard, ALN_ALL, -1);
		snprintf(label, sizeof label, "same token: shared experts, %s x chance", rep_real(n[0], all->same.mean / f->jaccard.chance_exact, 1));
		card(b, rep_real(v, all->same.mean, 3), label);
		snprintf(label, sizeof label, "different token: shared experts, %s x chance", rep_real(n[0], all->different.mean / f->jaccard.chance_exact, 1));
		card(b, rep_real(v, all->different.mean, 3), label);
	}
	buf_str(b, "</div>\n");
}

static void curves_legend(struct buf *b, const struct rep_figures *f)
{
	buf_printf(b, "<div class=\"legend\"><span class=\"t-same\">&#9679;<i></i><span>same token</span></span><span class=\"t-different\">&#9650;<i></i>"
	              "<span>different token</span></span><span class=\"t-chance\"><i class=\"dash\"></i><span>chance, %.3f</span></span></div>\n",
	           f->jaccard.chance_exact);
}

static void estimate_cells(struct buf *b, const struct aln_estimate *e)
{
	char v[32], n[32];
	buf_printf(b, "<td class=\"n\">%s</td>", rep_real(v, e->mean, 4));
	if (isnan(e->lo))
		buf_str(b, "<td class=\"n\">-</td>");
	else
		buf_printf(b, "<td class=\"n\">%.4f to %.4f</td>", e->lo, e->hi);
	buf_printf(b, "<td class=\"n\">%s</td>", rep_int(n, e->n));
}

static void layer_table(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "<details><summary>The numbers</summary><div class=\"scroll\"><table><thead><tr><th>layer</th><th class=\"n\">same token</th><th class=\"n\">95 % interval</th>"
	           "<th class=\"n\">pairs</th><th class=\"n\">different token</th><th class=\"n\">95 % interval</th><th class=\"n\">pairs</th></tr></thead><tbody>\n");
	for (int l = 0; l <= f->jaccard.shape.n_layers; l++) {
		bool overall = l == f->jaccard.shape.n_layers;
		const struct aln_point *p = aln_jaccard_point(&f->jaccard, ALN_ALL, overall ? -1 : l);
		if (overall)
			buf_str(b, "<tr><td>all</td>");
		else
			buf_printf(b, "<tr><td>%d</td>", f->run->layer_index ? f->run->layer_index[l] : l);
		estimate_cells(b, &p->same);
		estimate_cells(b, &p->different);
		buf_str(b, "</tr>\n");
	}
	buf_str(b, "</tbody></table></div></details>\n");
}

static void routing(struct buf *b, const struct rep_figures *f)
{
	const struct aln_jaccard *j = &f->jaccard;
	char n[2][32];
	if (!f->has_routing)
		return;
	buf_printf(b, "<h2>Do programs that have parted use the same experts?</h2>\n<p>Two programs of one task share their tokens up to a fork. From there on, %s "
	              "token pairs of %s program pairs are compared (by %s): how many of the %d experts of %d chosen for one token were chosen for the other, "
	              "as a Jaccard index. 1 means the same experts, 0 none in common.</p>\n",
	           rep_int(n[0], j->token_pairs), rep_int(n[1], j->program_pairs), aln_by_name(j->by), j->shape.top_k, j->shape.n_experts);
	if (j->closest >= 0) {
		int closest = f->run->layer_index ? f->run->layer_index[j->closest] : j->closest;
		int farthest = f->run->layer_index ? f->run->layer_index[j->farthest] : j->farthest;
		buf_printf(b, "<p>The two curves lie closest at layer <b>%d</b> (gap %.3f) and farthest apart at layer <b>%d</b> (gap %.3f).</p>\n", closest,
		           j->points[j->closest].gap, farthest, j->points[j->farthest].gap);
	}
	buf_str(b, "<figure>");
	curves_legend(b, f);
	page_chart_layers(b, f);
	buf_printf(b, "<figcaption>Mean over all token pairs; bars and shades: 95 %% bootstrap interval over tasks (%d resamples)%s.</figcaption></figure>\n", j->resamples,
	           j->tasks_with_pairs < 2 ? "; one task alone gives none" : "");
	layer_table(b, f);
	buf_str(b, "<div class=\"pair\"><figure><h3>By kind of program pair</h3>");
	curves_legend(b, f);
	page_chart_classes(b, f);
	buf_str(b, "<figcaption>In group: both compile to the same assembly; across: to different assembly; pass and fail: their verdicts.</figcaption></figure>\n"
	           "<figure><h3>By distance from the fork</h3>");
	curves_legend(b, f);
	page_chart_distance(b, f);
	buf_str(b, "<figcaption>At the fork itself the two tokens always differ.</figcaption></figure></div>\n");
}

static void differences(struct buf *b, const struct aln_textdiff *d)
{
	char n[3][32];
	int64_t total = aln_textdiff_total(d);
	buf_printf(b, "<h3>What differs within a group</h3>\n<p>%s programs were compared with the first of their group; %s of them do not differ in one line.</p>\n",
	           rep_int(n[0], d->comparisons), rep_int(n[1], d->identical));
	if (!total)
		return;
	buf_str(b, "<table><thead><tr><th>the differing lines are</th><th class=\"n\">lines</th><th class=\"n\">share</th></tr></thead><tbody>\n");
	static const char *const what[ALN_N_DIFFS] = {"blank", "comments", "layout: the same tokens", "names: the same up to renaming", "other code"};
	for (int i = 0; i < ALN_N_DIFFS; i++)
		buf_printf(b, "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", what[i], rep_int(n[0], d->lines[i]),
		           rep_share(n[1], (double)d->lines[i], (double)total));
	buf_str(b, "</tbody></table>\n");
}

static void early_stopping(struct buf *b, const struct aln_redundancy *r)
{
	char n[2][32];
	buf_str(b, "<h3>Stopping early</h3>\n<p>Had a task been left after so many programs in a row without a new group:</p>\n<table><thead><tr><th>programs in a row</th>"
	           "<th class=\"n\">tokens saved</th><th class=\"n\">groups missed</th></tr></thead><tbody>\n");
	for (int i = 0; i < ALN_N_EARLY; i++)
		buf_printf(b, "<tr><td>%d</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", r->early[i].patience,
		           rep_share(n[0], (double)r->early[i].tokens_saved, (double)r->tokens), rep_share(n[1], (double)r->early[i].groups_missed, (double)r->groups));
	buf_str(b, "</tbody></table>\n");
}

static void redundancy(struct buf *b, const struct rep_figures *f)
{
	if (!f->redundancy.compiled)
		return;
	buf_str(b, "<h2>How much of it is the same program again?</h2>\n<p>Programs of one task whose normalised assembly is equal, to the byte, are one group.</p>\n"
	           "<div class=\"pair\"><figure><h3>Concentration</h3>");
	page_chart_shares(b, f);
	buf_str(b, "<figcaption>Share of compiled programs that lie in the largest 1, 2, 3 ... groups of their task.</figcaption></figure>\n<figure><h3>Size and success</h3>"
	           "<div class=\"legend\"><span class=\"t-plain\"><i></i><span>share of programs</span></span><span class=\"t-different\">&#9650;<i></i><span>pass rate</span></span></div>");
	page_chart_sizes(b, f);
	buf_str(b, "<figcaption>Are programs that many draws agree on right more often?</figcaption></figure></div>\n");
	buf_str(b, "<div class=\"pair\"><div>");
	differences(b, &f->textdiff);
	buf_str(b, "</div><div>");
	early_stopping(b, &f->redundancy);
	buf_str(b, "</div></div>\n");
}

static void verdicts(struct buf *b, const struct rep_figures *f)
{
	const struct run *r = f->run;
	int64_t counts[CMP_HARNESS_ERROR + 1] = {0};
	char n[2][32];
	if (!r->judged || !r->n_programs)
		return;
	for (size_t i = 0; i < r->n_programs; i++)
		if (r->programs[i].judged && r->programs[i].status <= CMP_HARNESS_ERROR)
			counts[r->programs[i].status]++;
	buf_str(b, "<h2>What became of the programs</h2>\n<table><thead><tr><th>verdict</th><th class=\"n\">programs</th><th class=\"n\">share</th></tr></thead><tbody>\n");
	for (int i = 0; i <= CMP_HARNESS_ERROR; i++)
		if (counts[i])
			buf_printf(b, "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", cmp_status_name((enum cmp_status)i), rep_int(n[0], counts[i]),
			           rep_share(n[1], (double)counts[i], (double)r->n_programs));
	buf_str(b, "</tbody></table>\n");
	if (f->summary.suspicious_passes)
		buf_printf(b, "<p class=\"dim\">%zu of those that passed %s for exit, abort or the like.</p>\n", f->summary.suspicious_passes,
		           f->summary.suspicious_passes == 1 ? "reaches" : "reach");
	if (f->summary.weak_tasks)
		buf_printf(b, "<p class=\"dim\">%zu %s a test that an empty program passes: passes there mean nothing.</p>\n", f->summary.weak_tasks,
		           f->summary.weak_tasks == 1 ? "task has" : "tasks have");
	if (r->policy != SRCH_SAMPLE)
		return;
	buf_str(b, "<p>pass@k, the chance that at least one of k draws passes (unbiased estimate, mean over tasks): ");
	for (int i = 0; i < 6; i++)
		if (isfinite(f->summary.pass_at[i]))
			buf_printf(b, "%sk = %d: <b>%.3f</b>", i ? ", " : "", run_pass_k[i], f->summary.pass_at[i]);
	buf_str(b, "</p>\n");
}

static void tree(struct buf *b, const struct rep_figures *f)
{
	size_t t = rep_plot_task(f);
	if (t >= f->run->n_tasks || !f->run->tasks[t].n)
		return;
	buf_str(b, "<h2>The tree of one task</h2>\n<p>The programs of <a href=\"#task-");
	buf_printf(b, "%zu\">", t);
	page_text(b, f->run->tasks[t].task.id);
	buf_str(b, "</a>: two share a branch as long as their tokens agree. Point at an end for its verdict.</p>\n<figure><div class=\"legend\">"
	           "<span class=\"t-good\">&#9679;<i></i><span>all pass</span></span><span class=\"t-bad\">&#9650;<i></i><span>all fail</span></span>"
	           "<span class=\"t-mixed\"><i></i><span>some pass</span></span><span class=\"t-untested\">&#9632;<i></i><span>not tested</span></span></div>");
	page_chart_tree(b, f, t);
	buf_str(b, "</figure>\n");
}

static void definitions(struct buf *b, const struct rep_figures *f)
{
	buf_str(b, "<h2>What the figures mean</h2>\n<dl>\n"
	           "<dt>group</dt><dd>Programs of one task whose assembly (<code>gcc -S -O0</code>, file and debug lines dropped, local labels renumbered; for Python the bytecode) "
	           "is equal. Comments, blank lines, layout and names of locals do not matter to it.</dd>\n"
	           "<dt>effective number</dt><dd>exp(-&sum; p ln p) over the shares p of a task&#39;s groups among its compiled programs: so many equally frequent programs would be "
	           "as diverse. Mean over tasks.</dd>\n"
	           "<dt>Jaccard index</dt><dd>Experts in both sets over experts in either. The two sets are those chosen at one layer for two aligned tokens.</dd>\n"
	           "<dt>same and different token</dt><dd>Whether the two aligned token ids are equal. Only tokens after the fork count, the first differing one included.</dd>\n");
	if (f->has_routing)
		buf_printf(b, "<dt>chance</dt><dd>What two sets of %d of %d experts drawn at random would share: %.4f is the exact expectation; k/(2N-k), often quoted, is %.4f.</dd>\n",
		           f->jaccard.shape.top_k, f->jaccard.shape.n_experts, f->jaccard.chance_exact, f->jaccard.chance_plugin);
	if (f->steps.n_sizes)
		buf_str(b, "<dt>independent choices</dt><dd>What n forks touch that choose k of e experts each without regard to one another: e (1 - (1 - k/e)<sup>n</sup>) where all "
		           "experts are alike; by popularity the sum over experts of 1 - (1 - s)<sup>n</sup>, where s is the share of the run&#39;s generated tokens that chose the "
		           "expert in that layer.</dd>\n");
	buf_str(b, "<dt>interval</dt><dd>95 % percentile bootstrap over tasks: tasks are drawn again, each with all its pairs, since programs of one task are not independent.</dd>\n"
	           "<dt>by step, by token</dt><dd>By step: the j-th token of one program meets the j-th of the other. By token: the longest common subsequence of tokens is matched, "
	           "what lies between is paired in order.</dd>\n"
	           "<dt>passed</dt><dd>The task&#39;s test ran to its end in a sandbox and proved it; leaving early with status 0 is no pass.</dd>\n</dl>\n");
}

static void option_text(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "<tr><td>%s</td><td class=\"mono\">", name);
	page_text(b, value && *value ? value : "-");
	buf_str(b, "</td></tr>\n");
}

static void option_number(struct buf *b, const char *name, double value)
{
	buf_printf(b, "<tr><td>%s</td><td class=\"mono\">%.10g</td></tr>\n", name, value);
}

/* How prompts were put to the model. */
static void option_prompts(struct buf *b, const struct chat_frame *f)
{
	if (!f->chat) {
		option_text(b, "prompts", "as they are");
		return;
	}
	option_text(b, "prompts", "user messages of a chat");
	option_text(b, "chat template", chat_name(f->chat));
	option_text(b, "thinking", f->thinking ? "on" : "off");
	option_text(b, "system message", f->system ? f->system : "none");
}

static void options(struct buf *b, const struct run *r)
{
	char fingerprint[32];
	snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)r->fingerprint);
	buf_str(b, "<h2>This run</h2>\n<div class=\"scroll\"><table class=\"options\"><tbody>\n");
	option_text(b, "commit id", r->commit);
	option_text(b, "model", rep_model(r));
	option_text(b, "model family", r->family);
	option_text(b, "model fingerprint", fingerprint);
	option_text(b, "backend", r->backend);
	option_text(b, "activations", r->compute);
	if (r->shared_state)
		option_text(b, "recurrent state", "shared checkpoints");
	option_number(b, "layers with experts", r->n_layers);
	option_number(b, "experts", r->n_experts);
	option_number(b, "experts per token", r->k);
	option_prompts(b, &r->frame);
	option_text(b, "policy", srch_policy_name(r->policy));
	option_number(b, "programs per task, at most", r->forks);
	if (r->policy == SRCH_SAMPLE) {
		option_number(b, "temperature", r->temperature);
		option_number(b, "top-p", r->top_p);
		option_number(b, "top-k", r->top_k);
	} else {
		option_number(b, "P", r->p);
		option_number(b, "K", r->k_most);
		option_number(b, "frontier", r->frontier);
	}
	option_number(b, "tokens per program, at most", r->max_tokens);
	option_number(b, "seed", (double)r->seed);
	option_text(b, "judge", r->judge);
	if (r->seconds > 0)
		option_number(b, "seconds", r->seconds);
	if (r->tokens_per_second > 0)
		option_number(b, "tokens per second while generating", round(r->tokens_per_second));
	if (r->distinct_per_step > 0) {
		option_number(b, "forks in a step", round(10 * r->forks_per_step) / 10);
		option_number(b, "distinct experts of a layer in a step", round(10 * r->distinct_per_step) / 10);
	}
	buf_str(b, "</tbody></table></div>\n<p class=\"dim\">The same model, tasks, options and seed give the same commit id, on any number of threads. "
	           "<code>git -C RUN log --graph --oneline --all</code> shows the tree of the whole run.</p>\n");
}

int rep_page_write(struct buf *out, const struct rep_figures *f)
{
	head(out, f->run);
	intro(out, f);
	cards(out, f);
	routing(out, f);
	page_steps(out, f);
	redundancy(out, f);
	verdicts(out, f);
	tree(out, f);
	buf_str(out, "<h2>Tasks</h2>\n<p class=\"dim\">Click a heading to sort.</p>\n");
	page_tasks(out, f);
	definitions(out, f);
	options(out, f->run);
	buf_str(out, "</main>\n<script>");
	buf_str(out, page_script);
	buf_str(out, "</script>\n</body>\n</html>\n");
	if (out->truncated)
		return err_set(ERR_LIMIT, "the page would be larger than %zu MiB: report fewer tasks at once", out->max >> 20);
	return 0;
}
