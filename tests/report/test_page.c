/* The page, the plots and the tree: whole, well formed, and deaf to what models write. */
#include "base/file.h"
#include "report/page.h"
#include "report/page_parts.h"
#include "report/plot.h"
#include "report/text.h"
#include "report/tree.h"
#include "report/write.h"
#include "tests/report/world.h"
#include <sys/stat.h>

static struct rep_figures figures_of(const struct world *w)
{
	struct rep_figures f;
	OK(rep_figures_make(&f, &w->run, &(struct rep_options){.routing = true, .texts = true, .resamples = 200, .threads = 2}));
	return f;
}

/* Every element that is opened is closed, in order; returns the number of elements, -1 with a message in why. */
static int html_elements(const char *page, char why[200])
{
	static const char *const empty[] = {"meta", "line", "polygon", NULL};
	char open[64][16];
	int depth = 0, n = 0;
	for (const char *p = strchr(page, '<'); p; p = strchr(p + 1, '<')) {
		char name[16];
		if (!strncmp(p, "<!doctype", 9))
			continue;
		bool closing = p[1] == '/';
		size_t len = strcspn(p + 1 + closing, " >/\n");
		if (!len || len > 15) {
			snprintf(why, 200, "a bare <: %.40s", p);
			return -1;
		}
		snprintf(name, sizeof name, "%.*s", (int)len, p + 1 + closing);
		const char *end = strchr(p, '>');
		bool is_empty = end && end[-1] == '/';
		for (int i = 0; empty[i]; i++)
			is_empty |= !strcmp(name, empty[i]);
		if (closing && (!depth || strcmp(open[--depth], name))) {
			snprintf(why, 200, "</%s> closes nothing: %.60s", name, p);
			return -1;
		}
		if (!closing && !is_empty && depth < 63)
			snprintf(open[depth++], 16, "%s", name);
		n += !closing;
		if (!strcmp(name, "style") || !strcmp(name, "script"))
			p = closing ? p : strstr(p, "</") - 1;
	}
	snprintf(why, 200, "%d elements stay open", depth);
	return depth ? -1 : n;
}

static void the_page_is_well_formed_and_complete(void **state)
{
	(void)state;
	struct world *w = world_new(6, 8, 4, 64, 8);
	struct rep_figures f = figures_of(w);
	struct buf b;
	char why[200];
	buf_init(&b, BUF_MAX_TEXT);
	OK(rep_page_write(&b, &f));
	int n = html_elements(buf_text(&b), why);
	if (n < 500)
		fail_msg("%d elements: %s", n, why);
	static const char *const parts[] = {"<svg", "same token", "by distance", "Concentration", "The tree of one task", "What does a step cost?", "independent, by popularity", "id=\"task-5\"", "What the figures mean", "commit id", "95 % interval"};
	for (size_t i = 1; i < sizeof parts / sizeof *parts; i++)
		if (!strcasestr(buf_text(&b), parts[i]))
			fail_msg("no '%s' on the page", parts[i]);
	/* no other file and no network */
	static const char *const absent[] = {"http:", "https:", "src=\"", "url(", "@import", "<link"};
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		assert_null(strstr(buf_text(&b), absent[i]));
	for (const char *p = strstr(buf_text(&b), "<svg"); p; p = strstr(p + 1, "<svg")) {
		const char *end = strstr(p, "</svg>"), *found = strstr(p, "nan");
		assert_true(!found || found > end);
	}
	buf_release(&b);
	rep_figures_release(&f);
	world_free(w);
}

static void the_checker_of_pages_can_fail(void **state)
{
	(void)state;
	char why[200];
	assert_int_equal(2, html_elements("<!doctype html><p><b>x</b></p>", why));
	assert_int_equal(-1, html_elements("<p><b>x</p></b>", why));
	assert_int_equal(-1, html_elements("<p>a < b</p>", why));
	assert_int_equal(-1, html_elements("<p>", why));
}

static void nothing_a_model_writes_becomes_markup(void **state)
{
	(void)state;
	static const char hostile[] = "</code></pre><script>alert(1)</script>\"'&amp;<img src=x onerror=y>\x01\xc0\xaf */ // <b>\n";
	struct world *w = world_new(2, 3, 1, 8, 2);
	for (size_t i = 0; i < w->run.n_programs; i++) {
		w->run.programs[i].program = (char *)(uintptr_t)hostile;
		w->run.programs[i].text = (char *)(uintptr_t)hostile;
	}
	for (size_t t = 0; t < 2; t++) {
		w->run.tasks[t].task.id = (char *)(uintptr_t)hostile;
		w->run.tasks[t].task.category = (char *)(uintptr_t)hostile;
		w->run.tasks[t].task.prompt = (char *)(uintptr_t)hostile;
	}
	w->run.model = w->run.family = w->run.judge = w->run.dir = w->run.backend = (char *)(uintptr_t)hostile;
	struct rep_figures f = figures_of(w);
	struct buf b;
	char why[200];
	buf_init(&b, BUF_MAX_TEXT);
	OK(rep_page_write(&b, &f));
	if (html_elements(buf_text(&b), why) < 0)
		fail_msg("%s", why);
	assert_null(strstr(buf_text(&b), "alert(1)</script>"));
	assert_null(strstr(buf_text(&b), "<img"));
	assert_non_null(strstr(buf_text(&b), "&lt;script&gt;alert("));
	assert_null(strchr(buf_text(&b), '\x01'));
	buf_clear(&b);
	for (int p = 0; p < REP_N_PLOTS; p++)
		rep_plot_script(&b, &f, (enum rep_plot)p, 1);
	assert_null(strstr(buf_text(&b), "alert(1)<"));
	assert_null(strchr(buf_text(&b), '`'));
	assert_non_null(strstr(buf_text(&b), "script?alert(1)"));
	buf_release(&b);
	rep_figures_release(&f);
	world_free(w);
}

static void sources_are_marked_and_nothing_is_lost(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	page_source(&b, CMP_C, "int x = 1; /* why */\n  f(\"s\");\n");
	assert_string_equal("<pre class=\"src\"><code><span class=\"kw\">int</span> x = <span class=\"nu\">1</span>; <span class=\"co\">/* why */</span>\n"
	                    "  f(<span class=\"st\">&quot;s&quot;</span>);\n</code></pre>\n", buf_text(&b));
	buf_clear(&b);
	char *longest = mem_alloc(REP_PAGE_SOURCE + 100);
	memset(longest, 'x', REP_PAGE_SOURCE + 99);
	longest[REP_PAGE_SOURCE + 99] = '\0';
	page_source(&b, CMP_PYTHON, longest);
	assert_non_null(strstr(buf_text(&b), "Cut after 8000 of 8099 bytes"));
	mem_free(longest);
	buf_release(&b);
}

static void check_tree(const struct world *w, size_t task)
{
	const struct run_task *t = &w->run.tasks[task];
	const struct run_program *programs = w->run.programs + t->first;
	struct rep_tree tree;
	bool seen[64] = {false};
	rep_tree_make(&tree, &w->run, t);
	assert_int_equal(t->n, tree.n_leaves);
	int leaves = 0;
	for (int i = 0; i < tree.n_leaves; i++) {
		assert_false(seen[tree.leaves[i]]);
		seen[tree.leaves[i]] = true;
	}
	for (int i = 0; i < tree.n_branches; i++) {
		const struct rep_branch *b = &tree.branches[i];
		assert_true(b->x0 <= b->x1 && b->y_low <= b->y && b->y <= b->y_high);
		assert_true(b->passed + b->failed <= b->n_programs);
		if (b->n_programs == 1) {
			leaves++;
			assert_int_equal(b->first, tree.leaves[(int)b->y]);
			assert_int_equal(programs[b->first].n_tokens, b->x1);
		}
	}
	assert_int_equal(t->n, leaves);
	for (int i = 0; i + 1 < tree.n_leaves; i++) {
		const struct run_program *a = &programs[tree.leaves[i]], *b = &programs[tree.leaves[i + 1]];
		int shared = 0, at = -1, smallest = 1 << 20; /* the smallest branch that joins the two says where they part */
		while ((size_t)shared < a->n_tokens && (size_t)shared < b->n_tokens && a->tokens[shared] == b->tokens[shared])
			shared++;
		for (int k = 0; k < tree.n_branches; k++) {
			const struct rep_branch *br = &tree.branches[k];
			if (br->n_programs > 1 && br->y_low <= i + 0.5 && br->y_high >= i + 0.5 && br->n_programs < smallest) {
				smallest = br->n_programs;
				at = br->x1;
			}
		}
		assert_int_equal(shared, at);
	}
	rep_tree_release(&tree);
}

static void neighbouring_leaves_part_where_their_tokens_do(void **state)
{
	(void)state;
	for (int n = 1; n <= 40; n += 13) {
		struct world *w = world_new(3, n, 1, 8, 2);
		for (size_t t = 0; t < 3; t++)
			check_tree(w, t);
		world_free(w);
	}
}

static void identical_programs_lie_beside_one_another(void **state)
{
	(void)state;
	struct world *w = world_new(1, 5, 1, 8, 2);
	for (int i = 1; i < 5; i += 2) {
		w->run.programs[i].tokens = w->run.programs[0].tokens;
		w->run.programs[i].n_tokens = w->run.programs[0].n_tokens;
	}
	check_tree(w, 0);
	world_free(w);
}

static void plots_are_drawn_or_the_missing_package_is_named(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-test-XXXXXX";
	assert_non_null(mkdtemp(dir));
	struct world *w = world_new(4, 6, 3, 64, 8);
	struct rep_figures f = figures_of(w);
	int rc = rep_write(&f, dir, true);
	char *page = file_join(dir, "index.html");
	assert_true(file_exists(page)); /* written before the plots are tried */
	mem_free(page);
	bool drawn;
	const char *path = getenv("PATH");
	char *kept = mem_strdup(path ? path : "");
	setenv("PATH", "/nonexistent", 1);
	FAILS(ERR_MISSING, "gnuplot-nox", rep_plot_write(&f, REP_PLOT_LAYERS, 0, dir, &drawn));
	setenv("PATH", kept, 1);
	mem_free(kept);
	if (rc != ERR_MISSING) {
		OK(rc);
		static const char *const kinds[] = {"gp", "svg", "png", "pdf"};
		for (int p = 0; p < REP_N_PLOTS; p++)
			for (int k = 0; k < 4; k++) {
				struct stat st;
				char *file = mem_printf("%s/plots/%s.%s", dir, rep_plot_name((enum rep_plot)p), kinds[k]);
				if (stat(file, &st) || st.st_size < 500)
					fail_msg("%s is not there, or empty", file);
				mem_free(file);
			}
	}
	char *clean = mem_printf("rm -r %s", dir);
	assert_int_equal(0, system(clean));
	mem_free(clean);
	rep_figures_release(&f);
	world_free(w);
	if (rc == ERR_MISSING)
		SKIP("gnuplot is not installed");
}

/* Runs of earlier versions, and of generators that do not count. */
static void a_run_that_does_not_say_what_its_steps_touched_is_not_asked(void **state)
{
	(void)state;
	struct world *w = world_new(3, 4, 2, 64, 8);
	w->run.steps = NULL;
	w->run.n_steps = 0;
	w->run.forks_per_step = w->run.distinct_per_step = 0;
	struct rep_figures f = figures_of(w);
	struct buf b;
	char why[200];
	buf_init(&b, BUF_MAX_TEXT);
	OK(rep_page_write(&b, &f));
	if (html_elements(buf_text(&b), why) < 0)
		fail_msg("%s", why);
	assert_null(strstr(buf_text(&b), "distinct experts"));
	assert_null(strstr(buf_text(&b), "independent choices"));
	buf_clear(&b);
	rep_plot_script(&b, &f, REP_PLOT_STEPS, 0);
	assert_int_equal(0, b.len);
	buf_release(&b);
	rep_figures_release(&f);
	world_free(w);
}

/* One step alone is a chart of one point; without routing it has one reference less. */
static void a_single_step_without_routing_is_drawn_as_well(void **state)
{
	(void)state;
	struct world *w = world_new(1, 1, 2, 64, 8);
	w->run.n_steps = 1;
	w->run.programs[0].experts = NULL;
	struct rep_figures f = figures_of(w);
	struct buf b;
	char why[200];
	buf_init(&b, BUF_MAX_TEXT);
	page_steps(&b, &f);
	if (html_elements(buf_text(&b), why) < 0)
		fail_msg("%s", why);
	assert_non_null(strstr(buf_text(&b), "1 fork: 8.0 distinct experts"));
	assert_null(strstr(buf_text(&b), "popularity"));
	assert_null(strstr(buf_text(&b), "nan"));
	buf_clear(&b);
	rep_plot_script(&b, &f, REP_PLOT_STEPS, 0);
	assert_null(strstr(buf_text(&b), "popularity"));
	assert_non_null(strstr(buf_text(&b), "1 8.000000 8.000000 8.000000 NaN 1\n"));
	buf_release(&b);
	rep_figures_release(&f);
	world_free(w);
}

static void a_run_without_routing_or_verdicts_still_has_its_page(void **state)
{
	(void)state;
	struct world *w = world_new(3, 4, 2, 64, 8);
	w->run.judged = w->run.complete = false;
	w->run.n_layers = 0;
	w->run.commit[0] = '\0';
	for (size_t i = 0; i < w->run.n_programs; i++) {
		w->run.programs[i].judged = w->run.programs[i].compiled = false;
		w->run.programs[i].group[0] = '\0';
		w->run.programs[i].experts = NULL;
	}
	struct rep_figures f = figures_of(w);
	struct buf b;
	char why[200];
	buf_init(&b, BUF_MAX_TEXT);
	OK(rep_page_write(&b, &f));
	if (html_elements(buf_text(&b), why) < 0)
		fail_msg("%s", why);
	assert_non_null(strstr(buf_text(&b), "was not judged"));
	buf_clear(&b);
	rep_plot_script(&b, &f, REP_PLOT_LAYERS, 0);
	rep_plot_script(&b, &f, REP_PLOT_GROUPS, 0);
	assert_int_equal(0, b.len);
	buf_release(&b);
	rep_figures_release(&f);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_page_is_well_formed_and_complete),
		TEST(the_checker_of_pages_can_fail),
		TEST(nothing_a_model_writes_becomes_markup),
		TEST(sources_are_marked_and_nothing_is_lost),
		TEST(neighbouring_leaves_part_where_their_tokens_do),
		TEST(identical_programs_lie_beside_one_another),
		TEST(plots_are_drawn_or_the_missing_package_is_named),
		TEST(a_run_that_does_not_say_what_its_steps_touched_is_not_asked),
		TEST(a_single_step_without_routing_is_drawn_as_well),
		TEST(a_run_without_routing_or_verdicts_still_has_its_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
