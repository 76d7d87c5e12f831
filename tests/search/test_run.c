/* Reading a run back, and checking it: what was grown is what is read, and every kind of damage is found. */
#include "base/log.h"
#include "search/nodes.h"
#include "search/run.h"
#include "search/store.h"
#include "tests/search/folder.h"
#include "tests/search/scripted.h"

static void grow(const char *dir, enum srch_policy policy, int experts)
{
	struct srch_tasks tasks;
	struct sc_gen g = {.experts = experts, .sharpness = 6};
	struct sc_judge j = {0};
	struct srch_generator gen = sc_generator(&g);
	struct srch_judge judge = sc_judge_table(&j);
	struct srch_options o = {.out = dir, .policy = policy, .forks = 12, .p = 0.6, .temperature = 0.7, .max_tokens = 40, .seed = 5, .quiet = true};
	struct srch_outcome out;
	OK(sc_tasks(&tasks, 4));
	OK(srch_run(&o, &tasks, &gen, &judge, &out));
	srch_tasks_release(&tasks);
}

/* The rows a program must have, computed again from its tokens alone. */
static void check_rows(const struct sc_gen *g, const struct run_task *t, const struct run_program *p)
{
	struct sc_fork f = {.n = 0};
	uint16_t experts[SC_LAYERS * SC_K];
	float weights[SC_LAYERS * SC_K];
	for (size_t i = 0; i < 4; i++)
		f.tokens[f.n++] = t->prompt[i];
	assert_int_equal(p->n_rows, p->n_tokens - 1);
	for (size_t i = 0; i < p->n_rows; i++) {
		f.tokens[f.n++] = p->tokens[i];
		sc_row(g, &f, (struct eng_capture){experts, weights}, 0);
		for (size_t k = 0; k < SC_LAYERS * SC_K; k++) {
			assert_int_equal(p->experts[i * SC_LAYERS * SC_K + k], experts[k]);
			NEAR(weights[k], p->weights[i * SC_LAYERS * SC_K + k], 5e-4); /* half precision */
		}
	}
}

static void row_i_is_the_routing_of_token_i_across_segments(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		for (int experts = 16; experts <= 300; experts += 284) {
			char name[16];
			snprintf(name, sizeof name, "r%d-%d", policy, experts);
			grow(in_folder(name), (enum srch_policy)policy, experts);
			struct run *r;
			struct sc_gen g = {.experts = experts, .sharpness = 6};
			OK(run_load(&r, in_folder(name), RUN_ROUTING | RUN_WEIGHTS | RUN_PROMPTS));
			size_t shared = 0;
			for (size_t i = 0; i < r->n_programs; i++) {
				check_rows(&g, &r->tasks[r->programs[i].task], &r->programs[i]);
				shared += r->programs[i].n_own < r->programs[i].n_tokens;
			}
			assert_int_equal(shared > 0, policy == SRCH_TOPP);
			assert_non_null(r->tasks[0].prompt_experts);
			run_free(r);
		}
	}
}

static void text_and_tokens_and_logprobs_agree(void **state)
{
	(void)state;
	grow(in_folder("run"), SRCH_TOPP, 16);
	struct run *r;
	OK(run_load(&r, in_folder("run"), 0));
	for (size_t i = 0; i < r->n_programs; i++) {
		const struct run_program *p = &r->programs[i];
		char text[200] = "";
		double sum = 0;
		for (size_t k = 0; k < p->n_tokens; k++) {
			size_t len = strlen(text);
			snprintf(text + len, sizeof text - len, "%s", sc_pieces[p->tokens[k]] ? sc_pieces[p->tokens[k]] : "");
			sum += p->logprobs[k];
		}
		assert_string_equal(p->text, text);
		assert_true(sum == p->logprob);
		assert_null(p->experts);
	}
	run_free(r);
}

static void what_the_options_were_is_read_back(void **state)
{
	(void)state;
	grow(in_folder("run"), SRCH_SAMPLE, 16);
	struct run *r;
	OK(run_load(&r, in_folder("run"), 0));
	assert_true(r->complete && r->judged);
	assert_string_equal(r->judge, "scripted judge 1");
	assert_string_equal(r->family, "scripted");
	assert_string_equal(r->model, "a scripted one");
	assert_int_equal(r->forks, 12);
	assert_int_equal(r->seed, 5);
	assert_int_equal(r->max_tokens, 40);
	assert_true(r->temperature == 0.7 && r->top_p == 1);
	assert_int_equal(r->n_layers, SC_LAYERS);
	assert_int_equal(r->layer_index[2], 5);
	assert_int_equal(r->fingerprint, 0x5eed);
	assert_int_equal(r->n_tasks, 4);
	assert_true(r->seconds > 0);
	struct run_summary s;
	run_summarise(r, NULL, &s);
	assert_int_equal(s.programs, 48);
	assert_int_equal(s.weak_tasks, 1);
	assert_true(s.passed > 0 && s.compiled > s.passed);
	NEAR((double)s.passed / 48, s.pass_at[0], 1e-12);
	assert_true(isnan(s.pass_at[4]) && isnan(s.pass_share));
	assert_int_equal(s.suspicious_passes, 0);
	for (size_t i = 0; i < r->n_programs; i++)
		r->programs[i].suspicious = true;
	run_summarise(r, NULL, &s);
	assert_int_equal(s.suspicious_passes, s.passed);
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	for (size_t i = 0; i < r->n_programs; i++) {
		if (r->programs[i].compiled)
			OK(run_assembly(r, r->programs[i].group, &b));
	}
	buf_release(&b);
	run_free(r);
}

/* -- damage -- */

struct report {
	const char *wanted;
	bool seen;
	char first[300];
};

static void look(void *ctx, const char *line)
{
	struct report *r = ctx;
	if (!r->first[0])
		snprintf(r->first, sizeof r->first, "%s", line);
	r->seen = r->seen || (r->wanted && strstr(line, r->wanted));
}

static void a_run_as_it_was_written_has_no_findings(void **state)
{
	(void)state;
	for (int policy = SRCH_SAMPLE; policy <= SRCH_TOPP; policy++) {
		const char *dir = in_folder(policy ? "topp" : "sample");
		grow(dir, (enum srch_policy)policy, policy ? 300 : 16);
		struct report r = {0};
		size_t n;
		OK(run_fsck(dir, look, &r, &n));
		assert_string_equal(r.first, "");
		assert_int_equal(n, 0);
	}
}

/* Task 0 again, its first leaf with one thing changed; the ref is moved to it. */
struct damage {
	const char *file, *content; /* replaces; content NULL: leaves it out */
	const char *message;        /* replaces */
	const char *finding;
};

static void damage_leaf(const char *dir, const struct damage *d)
{
	static const char *const names[] = {"text", "tokens.npy", "experts.npy", "weights.npy", "logprobs.npy", "node.json", "program.c",
		"program.s", "verdict.json"};
	struct store *s;
	struct store_id task, leaf, tree;
	struct store_commit joint, old;
	struct store_entry e[12];
	size_t n = 0;
	bool created, found;
	OK(store_open_write(&s, dir, &created));
	OK(store_ref(s, "refs/heads/task/00000", &task, &found));
	OK(store_commit_read(s, &task, &joint));
	OK(store_commit_read(s, &joint.parents[0], &old));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		e[n].name = names[i];
		OK(store_entry_find(s, &old.tree, names[i], &e[n].id, &found));
		if (found && !(d->file && !strcmp(d->file, names[i])))
			n++;
	}
	if (d->file && d->content) {
		e[n].name = d->file;
		OK(store_put_blob(s, d->content, strlen(d->content), &e[n++].id));
	}
	OK(store_put_tree(s, e, n, &tree));
	OK(store_put_commit(s, &tree, old.parents, 1, d->message ? d->message : old.message, &leaf));
	joint.parents[0] = leaf;
	OK(store_put_commit(s, &joint.tree, joint.parents, joint.n_parents, joint.message, &task));
	OK(store_save(s, "refs/heads/task/00000", &task));
	store_commit_release(&old);
	store_commit_release(&joint);
	store_close(s);
}

static void every_kind_of_damage_is_found(void **state)
{
	(void)state;
	static const struct damage damages[] = {
		{"experts.npy", NULL, NULL, "has no file \"experts.npy\""},
		{"tokens.npy", "not an array", NULL, "tokens.npy"},
		{"node.json", "{}\n", NULL, "field \"kind\""},
		{"node.json", "{\"kind\":\"twig\",\"tokens\":3}\n", NULL, "unknown kind \"twig\""},
		{"verdict.json", "{\"status\":\"splendid\"}\n", NULL, "verdict"},
		{"verdict.json", NULL, NULL, "it has no verdict"},
		{"program.s", "other assembly", NULL, "its assembly is"},
		{"program.c", NULL, NULL, "its program is missing"},
		{"extra", "x", NULL, "a file that the format does not know: extra"},
		{NULL, NULL, "another message\n", "its message is not"},
		{"text", NULL, NULL, "has no file \"text\""},
	};
	const char *dir = in_folder("run");
	grow(dir, SRCH_SAMPLE, 16);
	assert_int_equal(shell("d='%s'; cp -r $d $d.keep", dir), 0);
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		struct report r = {.wanted = damages[i].finding};
		size_t n = 0;
		damage_leaf(dir, &damages[i]);
		OK(run_fsck(dir, look, &r, &n));
		if (!r.seen)
			fail_msg("case %zu: not found \"%s\"; the first of %zu findings: %s", i, damages[i].finding, n, r.first);
		assert_int_equal(shell("d='%s'; rm -rf $d && cp -r $d.keep $d", dir), 0);
	}
}

static void a_moved_or_missing_task_is_found(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	grow(dir, SRCH_SAMPLE, 16);
	size_t n;
	struct report moved = {.wanted = "refs/heads/task/00001: is not parent 1"}, missing = {.wanted = "refs/heads/task/00002: missing"};
	assert_int_equal(shell("git -C '%s' update-ref refs/heads/task/00001 refs/heads/task/00000", dir), 0);
	OK(run_fsck(dir, look, &moved, &n));
	assert_true(moved.seen);
	assert_int_equal(shell("git -C '%s' update-ref -d refs/heads/task/00002", dir), 0);
	OK(run_fsck(dir, look, &missing, &n));
	assert_true(missing.seen);
	struct run *r;
	FAILS(ERR_FORMAT, "of its 4 tasks are missing", run_load(&r, dir, 0));
}

static void what_lies_beside_the_objects_is_looked_at(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	grow(dir, SRCH_SAMPLE, 16);
	size_t n;
	static const struct { const char *command, *wanted; } all[] = {
		{"printf 'ref: refs/heads/task/00000\\n' >'%s/HEAD'", "HEAD: does not lead to refs/heads/run"},
		{"printf '{\"task\": \\n' >>'%s/judge.jsonl'", "is no JSON object"},
		{"printf '{\"task\":\"x\",\"node\":1,\"status\":\"passed\"}\\n' >>'%s/judge.jsonl'", "names no task of the run"},
		{"printf '{\"task\":\"t/0\",\"status\":\"passed\"}' >>'%s/judge.jsonl'", "has no node, or no status"},
	};
	for (int i = 0; i < 4; i++) {
		struct report r = {.wanted = all[i].wanted};
		assert_int_equal(shell("d='%s'; rm -rf $d.keep && cp -r $d $d.keep", dir), 0);
		assert_int_equal(shell(all[i].command, dir), 0);
		OK(run_fsck(dir, look, &r, &n));
		assert_int_equal(n, 1);
		assert_true(r.seen);
		assert_int_equal(shell("d='%s'; rm -rf $d && mv $d.keep $d", dir), 0);
	}
	OK(run_fsck(dir, look, &(struct report){.wanted = "?"}, &n));
	assert_int_equal(n, 0);
}

static void a_foreign_commit_is_found(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	grow(dir, SRCH_SAMPLE, 16);
	size_t n;
	struct report r = {.wanted = "its author, committer or time"};
	assert_int_equal(shell("cd '%s' && c=$(GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x git commit-tree "
		"$(git rev-parse task/00000^{tree}) $(git rev-parse task/00000^@ | sed 's/^/-p /') -m x) && git update-ref refs/heads/task/00000 $c",
		dir), 0);
	OK(run_fsck(dir, look, &r, &n));
	assert_true(r.seen);
}

static void a_damaged_pack_is_an_error_not_a_crash(void **state)
{
	(void)state;
	const char *dir = in_folder("run");
	grow(dir, SRCH_SAMPLE, 16);
	assert_int_equal(shell("for p in '%s'/objects/pack/*.pack; do chmod u+w $p; for at in 300 900 1500; do printf garbage | dd of=$p bs=1 seek=$at "
		"conv=notrunc 2>/dev/null; done; done", dir), 0);
	struct run *r = NULL;
	size_t n = 0;
	struct report seen = {0};
	int rc = run_load(&r, dir, RUN_ROUTING | RUN_WEIGHTS);
	assert_int_equal(rc, ERR_FORMAT);
	assert_null(r);
	rc = run_fsck(dir, look, &seen, &n);
	assert_true(rc == ERR_FORMAT || n > 0);
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(row_i_is_the_routing_of_token_i_across_segments),
		IN_FOLDER(text_and_tokens_and_logprobs_agree),
		IN_FOLDER(what_the_options_were_is_read_back),
		IN_FOLDER(a_run_as_it_was_written_has_no_findings),
		IN_FOLDER(every_kind_of_damage_is_found),
		IN_FOLDER(a_moved_or_missing_task_is_found),
		IN_FOLDER(what_lies_beside_the_objects_is_looked_at), IN_FOLDER(a_foreign_commit_is_found),
		IN_FOLDER(a_damaged_pack_is_an_error_not_a_crash),
	};
	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
