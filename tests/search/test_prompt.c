/* Runs of chat prompts, with a scripted generator and judge: what is recorded, how paths end, what is judged. */
#include "tests/search/scripted.h"
#include "base/log.h"
#include "search/prompt.h"
#include "search/run.h"
#include "search/store.h"
#include "tests/search/folder.h"

struct asked {
	struct chat_frame frame;
	bool no_judge, resume;
};

static int grow_in(const char *dir, const struct asked *a, struct srch_outcome *out)
{
	struct sc_gen g = {.experts = 16, .sharpness = 6};
	struct sc_judge j = {0};
	struct srch_tasks tasks;
	OK(sc_tasks(&tasks, 3));
	struct srch_generator gen = sc_generator(&g);
	struct srch_judge judge = sc_judge_table(&j), extract = judge;
	gen.frame = a->frame.chat ? &a->frame : NULL;
	extract.compile = NULL;
	extract.test = NULL;
	extract.is_weak = NULL;
	struct srch_options o = {.out = dir, .forks = 12, .temperature = 0.7, .max_tokens = 40, .workers = 2, .resume = a->resume, .quiet = true, .save_seconds = 1000};
	int rc = srch_run(&o, &tasks, &gen, a->no_judge ? &extract : &judge, out);
	srch_tasks_release(&tasks);
	return rc;
}

static struct asked ask(const char *template, bool thinking, const char *system)
{
	struct asked a = {.frame = {.thinking = thinking, .system = system ? mem_strdup(system) : NULL}};
	OK(chat_named(&a.frame.chat, template, "<s>"));
	return a;
}

static void count_finding(void *ctx, const char *line)
{
	(void)ctx;
	print_message("%s\n", line);
}

static void a_chat_run_records_its_frame_and_its_prompts(void **state)
{
	(void)state;
	struct asked a = ask("mixtral", false, "S \"q\"");
	struct srch_outcome out;
	struct run *r;
	size_t findings;
	OK(grow_in(in_folder("run"), &a, &out));
	OK(run_load(&r, in_folder("run"), 0));
	assert_string_equal(chat_name(r->frame.chat), "mixtral");
	assert_string_equal(chat_bos(r->frame.chat), "<s>");
	assert_string_equal(r->frame.system, "S \"q\"");
	assert_false(r->frame.thinking);
	static const char want[] = "<s> [INST] S \"q\"\n\np0 { [/INST]"; /* the scripted tokens are bytes */
	assert_int_equal(r->tasks[0].n_prompt, sizeof want - 1);
	for (size_t i = 0; i < sizeof want - 1; i++)
		assert_int_equal(r->tasks[0].prompt[i], want[i]);
	run_free(r);
	OK(run_fsck(in_folder("run"), count_finding, NULL, &findings));
	assert_int_equal(findings, 0);
	chat_frame_release(&a.frame);
}

static void each_part_of_the_frame_makes_another_run(void **state)
{
	(void)state;
	struct asked all[] = {{.frame = {0}}, ask("qwen3.5", false, NULL), ask("qwen3.5", true, NULL), ask("qwen3.5", false, "S"), ask("qwen3", false, NULL)};
	enum { N = sizeof all / sizeof *all };
	struct srch_outcome out[N];
	for (int i = 0; i < N; i++) {
		char name[16];
		snprintf(name, sizeof name, "r%d", i);
		OK(grow_in(in_folder(name), &all[i], &out[i]));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(out[i].commit, out[k].commit);
		struct srch_outcome again;
		all[i].resume = true; /* finished: only looked at */
		OK(grow_in(in_folder(name), &all[i], &again));
		assert_string_equal(again.commit, out[i].commit);
	}
	assert_int_equal(grow_in(in_folder("r1"), &all[2], &out[2]), ERR_CONFLICT);
	assert_non_null(strstr(err_message(), "chat's thinking is false there, true here"));
	for (int i = 0; i < N; i++)
		chat_frame_release(&all[i].frame);
}

/* The scripted judge calls a text closed at its first brace: a raw path stops there, an answer goes on. */
static void an_answer_is_not_closed(void **state)
{
	(void)state;
	struct asked raw = {.frame = {0}}, chat = ask("qwen3.5", false, NULL);
	for (int i = 0; i < 2; i++) {
		struct srch_outcome out;
		struct run *r;
		size_t closed = 0, past = 0;
		OK(grow_in(in_folder(i ? "chat" : "raw"), i ? &chat : &raw, &out));
		OK(run_load(&r, in_folder(i ? "chat" : "raw"), 0));
		for (size_t k = 0; k < r->n_programs; k++) {
			const char *brace = strchr(r->programs[k].text, '}');
			closed += strcmp(r->programs[k].finished, "closed") == 0;
			past += brace && brace[1];
		}
		assert_true(i ? closed == 0 && past > 0 : closed > 0 && past == 0);
		run_free(r);
	}
	chat_frame_release(&chat.frame);
}

/* No scripted text leaves its thoughts, so with thinking there is nothing to judge; judging later sees the same. */
static void thoughts_are_not_judged(void **state)
{
	(void)state;
	struct asked a = ask("qwen3.5", true, NULL), later = a;
	struct sc_judge j = {0};
	struct srch_judge judge = sc_judge_table(&j);
	struct srch_outcome out, judged;
	struct run *r;
	OK(grow_in(in_folder("once"), &a, &out));
	OK(run_load(&r, in_folder("once"), 0));
	for (size_t k = 0; k < r->n_programs; k++)
		assert_true(r->programs[k].extraction == CMP_EX_NOTHING && !r->programs[k].program && r->programs[k].n_tokens > 0);
	run_free(r);
	later.no_judge = true;
	OK(grow_in(in_folder("later"), &later, &judged));
	OK(srch_judge_run(in_folder("later"), &judge, 2, false, &judged));
	assert_string_equal(judged.commit, out.commit);
	chat_frame_release(&a.frame);
}

static void verify_asks_as_the_run_did(void **state)
{
	(void)state;
	struct asked a = ask("olmoe", false, NULL);
	struct sc_gen g = {.experts = 16, .sharpness = 6};
	struct srch_generator gen = sc_generator(&g);
	struct srch_outcome out;
	struct srch_verified v;
	OK(grow_in(in_folder("run"), &a, &out));
	assert_int_equal(srch_verify(in_folder("run"), &gen, 1, &v), ERR_CONFLICT);
	assert_non_null(strstr(err_message(), "other chat prompts"));
	gen.frame = &a.frame;
	OK(srch_verify(in_folder("run"), &gen, 1, &v));
	assert_int_equal(v.differing, 0);
	assert_int_equal(v.programs, 36);
	chat_frame_release(&a.frame);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_chat_run_records_its_frame_and_its_prompts),
		IN_FOLDER(each_part_of_the_frame_makes_another_run),
		IN_FOLDER(an_answer_is_not_closed),
		IN_FOLDER(thoughts_are_not_judged),
		IN_FOLDER(verify_asks_as_the_run_did),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
