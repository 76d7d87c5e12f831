/* Figures, JSON, CSV, export and ZIP: what stands in them, and that foreign text cannot break them. */
#include "base/file.h"
#include "base/npy.h"
#include "report/csv.h"
#include "report/export.h"
#include "report/json.h"
#include "report/summary.h"
#include "report/text.h"
#include "report/zip.h"
#include "tests/report/world.h"
#include <jansson.h>
#include <sys/stat.h>

static struct rep_figures figures_of(const struct world *w)
{
	struct rep_figures f;
	OK(rep_figures_make(&f, &w->run, &(struct rep_options){.routing = true, .texts = true, .resamples = 200, .threads = 2}));
	return f;
}

static double number(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	if (!json_is_number(v))
		fail_msg("%s is no number", key);
	return json_number_value(v);
}

static json_t *parse(char *text)
{
	json_error_t e;
	json_t *o = json_loads(text, 0, &e);
	if (!o)
		fail_msg("line %d: %s", e.line, e.text);
	mem_free(text);
	return o;
}

static void align_json_has_what_its_contract_lists(void **state)
{
	(void)state;
	struct world *w = world_new(5, 6, 3, 64, 8);
	struct rep_figures f = figures_of(w);
	json_t *o = parse(rep_json_align(&f)), *layers = json_object_get(o, "layers");
	NEAR(aln_jaccard_point(&f.jaccard, ALN_ALL, -1)->same.mean, number(o, "same"), 0);
	NEAR(aln_jaccard_point(&f.jaccard, ALN_ALL, -1)->different.mean, number(o, "different"), 0);
	NEAR(8.0 / 120, number(o, "chance_plugin"), 1e-15);
	NEAR(0.07054, number(o, "chance_exact"), 5e-6);
	assert_int_equal(3, json_array_size(layers));
	for (size_t l = 0; l < 3; l++) {
		json_t *at = json_array_get(layers, l), *interval = json_object_get(at, "same_interval");
		assert_int_equal(l, number(at, "layer"));
		assert_int_equal(l + 1, number(at, "layer_index"));
		assert_int_equal(number(o, "pairs"), number(at, "n_same") + number(at, "n_different"));
		assert_true(json_real_value(json_array_get(interval, 0)) <= number(at, "same") && number(at, "same") <= json_real_value(json_array_get(interval, 1)));
		assert_true(json_is_array(json_object_get(at, "different_interval")));
	}
	json_decref(o);
	rep_figures_release(&f);
	world_free(w);
}

static void run_json_has_what_its_contract_lists(void **state)
{
	(void)state;
	struct world *w = world_new(5, 6, 3, 64, 8);
	struct rep_figures f = figures_of(w);
	json_t *o = parse(rep_json_run(&f));
	static const char *const keys[] = {"tasks", "completions", "compiled", "groups", "passed", "tokens", "seconds", "tokens_per_second", "same", "different", "chance",
	                                   "forks_per_step", "distinct_experts"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_true(number(o, keys[i]) > 0);
	assert_string_equal(w->run.commit, json_string_value(json_object_get(o, "run")));
	json_t *pass_at = json_object_get(o, "pass_at");
	assert_true(number(pass_at, "1") <= number(pass_at, "5"));
	assert_null(json_object_get(pass_at, "32")); /* six programs a task: no such figure */
	json_decref(o);
	/* a run without routing has null there */
	rep_figures_release(&f);
	w->run.n_layers = 0;
	f = figures_of(w);
	o = parse(rep_json_run(&f));
	assert_true(json_is_null(json_object_get(o, "same")) && json_is_null(json_object_get(o, "chance")));
	json_decref(o);
	rep_figures_release(&f);
	world_free(w);
}

static void redundancy_json_adds_up(void **state)
{
	(void)state;
	struct world *w = world_new(5, 9, 1, 8, 2);
	struct rep_figures f = figures_of(w);
	json_t *o = parse(rep_json_redundancy(&f)), *tasks = json_object_get(o, "by_task");
	double programs = 0, groups = 0, members = 0;
	for (size_t t = 0; t < json_array_size(tasks); t++) {
		json_t *task = json_array_get(tasks, t), *list = json_object_get(task, "members");
		programs += number(task, "programs");
		groups += number(task, "groups");
		for (size_t g = 0; g < json_array_size(list); g++)
			members += number(json_array_get(list, g), "programs");
	}
	NEAR(45, programs, 0);
	NEAR(number(o, "groups"), groups, 0);
	NEAR(number(o, "compiled"), members, 0);
	assert_true(number(o, "top1") <= number(o, "top3") && number(o, "top3") <= number(o, "top10"));
	json_t *within = json_object_get(o, "within_groups");
	NEAR(number(within, "lines"), number(within, "blank") + number(within, "comment") + number(within, "layout") + number(within, "name") + number(within, "other"), 0);
	NEAR(number(o, "compiled") - groups, number(within, "comparisons"), 0);
	json_decref(o);
	rep_figures_release(&f);
	world_free(w);
}

/* Fields of one CSV record; *p moves behind it. Returns how many, -1 when it is not well formed. */
static int csv_fields(const char **p)
{
	int n = 1;
	for (bool quoted = false;; (*p)++) {
		char c = **p;
		if (!c)
			return quoted ? -1 : n;
		if (c == '"')
			quoted = !quoted;
		else if (c == ',' && !quoted)
			n++;
		else if (c == '\n' && !quoted)
			break;
	}
	(*p)++;
	return n;
}

static void every_row_of_every_table_has_as_many_fields_as_its_header(void **state)
{
	(void)state;
	struct world *w = world_new(4, 5, 2, 64, 8);
	struct rep_figures f = figures_of(w);
	static const int want[REP_N_TABLES] = {4, 20, 0, 18, ALN_N_DISTANCES, 3, WORLD_SIZES};
	for (int t = 0; t < REP_N_TABLES; t++) {
		struct buf b;
		buf_init(&b, BUF_MAX_TEXT);
		rep_table_write(&b, &f, (enum rep_table)t);
		const char *p = buf_text(&b);
		int header = csv_fields(&p), rows = 0;
		for (; *p; rows++)
			assert_int_equal(header, csv_fields(&p));
		if (t != REP_GROUPS)
			assert_int_equal(want[t], rows);
		else
			assert_int_equal(f.redundancy.groups, rows);
		buf_release(&b);
	}
	rep_figures_release(&f);
	world_free(w);
}

/* Two layers of four experts, one a token: small enough to be counted by hand. */
static void figures_of_steps_are_those_counted_by_hand(void **state)
{
	(void)state;
	struct world *w = world_new(1, 1, 2, 4, 1);
	static uint16_t steps[3][3] = {{1, 1, 1}, {2, 1, 2}, {2, 2, 2}}, experts[2][2] = {{0, 1}, {0, 2}};
	w->run.steps = *steps;
	w->run.n_steps = 3;
	w->run.programs[0].experts = *experts;
	w->run.programs[0].n_rows = 2;
	struct rep_steps s;
	rep_steps_make(&s, &w->run);
	assert_int_equal(2, s.n_sizes);
	assert_int_equal(3, s.all.steps);
	assert_int_equal(5, s.all.forks);
	NEAR(1.5, s.all.mean, 1e-15);
	NEAR(0.9, s.all.per_fork, 1e-15);
	NEAR((1 + 1.75 + 1.75) / 3, s.all.uniform, 1e-15); /* 4 (1 - (3/4)^2) = 1.75 */
	NEAR(4.0 / 3, s.layers[0].mean, 1e-15);
	NEAR(5.0 / 3, s.layers[1].mean, 1e-15);
	assert_int_equal(1, s.layers[0].min);
	assert_int_equal(2, s.layers[0].max);
	assert_int_equal(0, s.fewest);
	assert_int_equal(1, s.most);
	NEAR(1, s.layers[0].popular, 1e-15);              /* always the same expert */
	NEAR((1 + 1.5 + 1.5) / 3, s.layers[1].popular, 1e-15); /* two, each every other time */
	assert_int_equal(1, s.sizes[0].size);
	assert_int_equal(2, s.sizes[1].size);
	assert_int_equal(2, s.sizes[1].all.steps);
	assert_int_equal(4, s.sizes[1].all.forks);
	NEAR(1.75, s.sizes[1].all.mean, 1e-15);
	NEAR(1.5, s.sizes[1].lowest, 1e-15);
	NEAR(2, s.sizes[1].highest, 1e-15);
	rep_steps_release(&s);
	w->run.programs[0].experts = NULL; /* without routing nobody knows which were popular */
	rep_steps_make(&s, &w->run);
	assert_true(isnan(s.all.popular) && isnan(s.sizes[0].all.popular));
	NEAR(1.5, s.all.mean, 1e-15);
	rep_steps_release(&s);
	world_free(w);
}

static void in_a_tree_shared_tokens_are_spent_once(void **state)
{
	(void)state;
	struct world *w = world_new(1, 3, 1, 8, 2);
	static int32_t a[] = {1, 2, 3, 4}, b[] = {1, 2, 5, 6, 7}, c[] = {1, 2, 5, 8};
	int32_t *const tokens[3] = {a, b, c};
	const size_t n[3] = {4, 5, 4};
	for (int i = 0; i < 3; i++) {
		w->run.programs[i].tokens = tokens[i];
		w->run.programs[i].n_tokens = n[i];
		w->run.programs[i].n_rows = 0;
	}
	struct aln_program p[3];
	rep_task_programs(p, &w->run, &w->run.tasks[0]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(n[i], p[i].tokens_spent);
	w->run.policy = SRCH_TOPP;
	rep_task_programs(p, &w->run, &w->run.tasks[0]);
	assert_int_equal(4, p[0].tokens_spent);
	assert_int_equal(3, p[1].tokens_spent);
	assert_int_equal(1, p[2].tokens_spent);
	world_free(w);
}

static void verdicts_that_say_nothing_count_as_not_tested(void **state)
{
	(void)state;
	struct run_program p = {.judged = true, .compiled = true, .status = CMP_PASSED};
	assert_int_equal(1, rep_program_passed(&p));
	p.status = CMP_EXITED_EARLY;
	assert_int_equal(0, rep_program_passed(&p));
	p.status = CMP_COMPILE_ERROR;
	assert_int_equal(0, rep_program_passed(&p));
	p.status = CMP_HARNESS_ERROR;
	assert_int_equal(-1, rep_program_passed(&p));
	p.status = CMP_NOT_TESTED;
	assert_int_equal(-1, rep_program_passed(&p));
	p = (struct run_program){.status = CMP_PASSED};
	assert_int_equal(-1, rep_program_passed(&p));
}

static void numbers_look_as_people_write_them(void **state)
{
	(void)state;
	char s[32];
	assert_string_equal("0", rep_int(s, 0));
	assert_string_equal("999", rep_int(s, 999));
	assert_string_equal("1,000", rep_int(s, 1000));
	assert_string_equal("-123,456", rep_int(s, -123456));
	assert_string_equal("12,345,678", rep_int(s, 12345678));
	assert_string_equal("-", rep_real(s, NAN, 2));
	assert_string_equal("12.5 %", rep_share(s, 1, 8));
	assert_string_equal("-", rep_share(s, 0, 0));
}

static void text_that_is_no_utf8_is_made_so(void **state)
{
	(void)state;
	char *s = rep_utf8("a\xff\xc3(\xe2\x82\xac\xed\xa0\x80", 10);
	assert_string_equal("a\xef\xbf\xbd\xef\xbf\xbd(\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", s);
	mem_free(s);
	s = rep_utf8("", 0);
	assert_string_equal("", s);
	mem_free(s);
}

static uint32_t little(const unsigned char *p, int n)
{
	uint32_t v = 0;
	while (n--)
		v = v << 8 | p[n];
	return v;
}

/* Finds a member through the directory, as np.load does. NULL when absent. */
static const unsigned char *member(const struct file_map *m, const char *name, uint32_t *size)
{
	const unsigned char *all = m->data, *end = all + m->size - 22;
	assert_int_equal(0x06054b50, little(end, 4));
	const unsigned char *d = all + little(end + 16, 4);
	for (uint32_t n = little(end + 10, 2); n; n--) {
		assert_int_equal(0x02014b50, little(d, 4));
		uint32_t len = little(d + 28, 2), at = little(d + 42, 4);
		*size = little(d + 24, 4);
		const unsigned char *data = all + at + 30 + little(all + at + 26, 2);
		assert_int_equal(0x04034b50, little(all + at, 4));
		assert_int_equal(little(d + 16, 4), zip_crc32(data, *size));
		if (len == strlen(name) && !memcmp(d + 46, name, len))
			return data;
		d += 46 + len;
	}
	return NULL;
}

static void an_npz_holds_every_array(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-test-XXXXXX";
	assert_non_null(mkdtemp(dir));
	char *path = file_join(dir, "x.npz");
	struct world *w = world_new(3, 4, 2, 300, 8);
	OK(rep_export_npz(&w->run, path));
	struct file_map m;
	OK(file_map_open(&m, path));
	uint32_t size;
	struct npy experts, starts;
	const unsigned char *data = member(&m, "experts.npy", &size);
	assert_non_null(data);
	OK(npy_parse(&experts, data, size));
	data = member(&m, "row_start.npy", &size);
	OK(npy_parse(&starts, data, size));
	assert_int_equal(13, starts.n_items);
	assert_int_equal(experts.dims[0], npy_int(&starts, 12));
	const struct run_program *p = &w->run.programs[7];
	for (size_t i = 0; i < p->n_rows * 16; i++)
		assert_int_equal(p->experts[i], npy_int(&experts, (size_t)npy_int(&starts, 7) * 16 + i));
	data = member(&m, "steps.npy", &size);
	assert_non_null(data);
	struct npy steps;
	OK(npy_parse(&steps, data, size));
	assert_int_equal(NPY_U16, steps.type);
	assert_int_equal(3, steps.dims[1]);
	assert_int_equal(WORLD_STEPS, steps.dims[0]);
	assert_memory_equal(w->run.steps, steps.data, steps.n_bytes);
	static const char *const names[] = {"tokens.npy", "logprobs.npy", "token_start.npy", "weights.npy", "task.npy", "group.npy", "passed.npy",
	                                    "prompt_tokens.npy", "prompt_start.npy", "prompt_experts.npy", "meta.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!member(&m, names[i], &size))
			fail_msg("%s is not there", names[i]);
	file_map_close(&m);
	unlink(path);
	rmdir(dir);
	mem_free(path);
	world_free(w);
}

static void a_crc_is_the_published_one(void **state)
{
	(void)state;
	assert_int_equal(0xcbf43926, zip_crc32("123456789", 9));
	assert_int_equal(0, zip_crc32("", 0));
}

static void jsonl_is_one_object_a_line(void **state)
{
	(void)state;
	char dir[] = "/tmp/coppice-test-XXXXXX";
	assert_non_null(mkdtemp(dir));
	char *path = file_join(dir, "x.jsonl");
	struct world *w = world_new(3, 4, 1, 8, 2);
	OK(rep_export_jsonl(&w->run, path));
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	OK(file_read(&b, path));
	int lines = 0;
	for (char *at = b.data, *next; *at; at = next, lines++) {
		next = strchr(at, '\n');
		assert_non_null(next);
		*next++ = '\0';
		json_t *o = json_loads(at, 0, NULL);
		assert_non_null(o);
		assert_string_equal(w->run.programs[lines].text, json_string_value(json_object_get(o, "completion")));
		json_decref(o);
	}
	assert_int_equal(12, lines);
	FAILS(ERR_IO, "/nowhere/x", rep_export_jsonl(&w->run, "/nowhere/x"));
	FAILS(ERR_IO, "/nowhere/x", rep_export_npz(&w->run, "/nowhere/x"));
	buf_release(&b);
	unlink(path);
	rmdir(dir);
	mem_free(path);
	world_free(w);
}

static void the_summary_names_figures_and_what_to_open(void **state)
{
	(void)state;
	struct world *w = world_new(4, 6, 3, 64, 8);
	struct rep_figures f = figures_of(w);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	rep_print_summary(out, &f, "there/index.html");
	rep_print_align(out, &f, true);
	rep_print_redundancy(out, &f, true);
	fclose(out);
	static const char *const parts[] = {"24 programs for 4 tasks", "compiled", "pass@1", "by chance", "there/index.html", "git -C", "within group", "closest at layer", "of 64 in each layer, from "};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strstr(text, parts[i]))
			fail_msg("no '%s' in the summary", parts[i]);
	assert_null(strstr(text, "nan"));
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if ((next ? (size_t)(next++ - line) : strlen(line)) > 120)
			fail_msg("a line is too long: %.130s", line);
	}
	free(text);
	rep_figures_release(&f);
	world_free(w);
}

static void routing_that_cannot_be_names_the_task(void **state)
{
	(void)state;
	struct world *w = world_new(2, 3, 2, 64, 8);
	struct rep_figures f;
	w->run.programs[4].experts[3] = 64;
	FAILS(ERR_FORMAT, "program 1, token 0, layer 0: expert id 64", rep_figures_make(&f, &w->run, &(struct rep_options){.routing = true}));
	assert_non_null(strstr(err_message(), "task task, \"1\""));
	world_free(w);
}

static void a_run_of_nothing_is_reported_as_well(void **state)
{
	(void)state;
	for (int tasks = 0; tasks < 2; tasks++) {
		struct world *w = world_new(tasks, 0, 2, 64, 8);
		struct rep_figures f = figures_of(w);
		json_decref(parse(rep_json_align(&f)));
		json_decref(parse(rep_json_redundancy(&f)));
		json_decref(parse(rep_json_run(&f)));
		FILE *out = fopen("/dev/null", "w");
		rep_print_summary(out, &f, NULL);
		rep_print_align(out, &f, true);
		rep_print_redundancy(out, &f, true);
		fclose(out);
		rep_figures_release(&f);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(align_json_has_what_its_contract_lists),
		TEST(run_json_has_what_its_contract_lists),
		TEST(redundancy_json_adds_up),
		TEST(every_row_of_every_table_has_as_many_fields_as_its_header),
		TEST(figures_of_steps_are_those_counted_by_hand),
		TEST(in_a_tree_shared_tokens_are_spent_once),
		TEST(verdicts_that_say_nothing_count_as_not_tested),
		TEST(numbers_look_as_people_write_them),
		TEST(text_that_is_no_utf8_is_made_so),
		TEST(an_npz_holds_every_array),
		TEST(a_crc_is_the_published_one),
		TEST(jsonl_is_one_object_a_line),
		TEST(the_summary_names_figures_and_what_to_open),
		TEST(routing_that_cannot_be_names_the_task),
		TEST(a_run_of_nothing_is_reported_as_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
