/* A run made up in memory, for the tests of report/: tasks with programs in groups, verdicts and routing, all drawn by
 * coordinate. Nothing of it is read from a store. World names hold what must be escaped: <, &, quotes, commas, bytes that
 * are no UTF-8. */
#ifndef TESTS_REPORT_WORLD_H
#define TESTS_REPORT_WORLD_H

#include "base/mem.h"
#include "base/rng.h"
#include "search/run.h"
#include "tests/check.h"

struct world {
	struct run run;
	struct arena arena;
};

static inline uint32_t world_draw(uint32_t t, uint32_t p, uint32_t what, uint32_t i, uint32_t n)
{
	return rng_below((struct rng_at){.seed = 1717, .task = t, .node = p, .step = what, .lane = i}, n);
}

/* Experts depend on token and layer for half the set, on the program for the rest; more on the token in outer layers. */
static inline void world_row(uint16_t *ids, const struct run *r, uint32_t t, uint32_t p, uint32_t row, int layer, int32_t token)
{
	int middle = layer * 2 - (r->n_layers - 1), by_token = r->k / 2 + (abs(middle) * r->k) / (3 * r->n_layers);
	for (int i = 0, tries = 0; i < r->k; tries++) {
		uint32_t lane = (uint32_t)(layer * 1000 + tries), n = (uint32_t)r->n_experts;
		ids[i] = (uint16_t)(i < by_token ? world_draw(0, (uint32_t)token, 50, lane, n) : world_draw(t, p, 60 + row, lane, n));
		bool fresh = true;
		for (int j = 0; j < i; j++)
			fresh &= ids[j] != ids[i];
		i += fresh;
	}
}

static inline void world_program(struct world *w, struct run_program *p, uint32_t t, uint32_t i)
{
	struct run *r = &w->run;
	uint32_t group = world_draw(t, i, 1, 0, 3) + (world_draw(t, i, 1, 1, 2) ? world_draw(t, i, 1, 2, 4) : 0);
	size_t n = 20 + group * 2 + world_draw(t, i, 2, 0, 8);
	*p = (struct run_program){.task = (int)t, .node = (int)i, .n_tokens = n, .n_rows = n - 1, .finished = "closed", .judged = true};
	p->tokens = arena_alloc(&w->arena, n * sizeof *p->tokens);
	p->logprobs = arena_alloc(&w->arena, n * sizeof *p->logprobs);
	p->experts = arena_alloc(&w->arena, n * (size_t)(r->n_layers * r->k) * sizeof *p->experts);
	p->weights = arena_alloc(&w->arena, n * (size_t)(r->n_layers * r->k) * sizeof *p->weights);
	for (size_t j = 0; j < n; j++) {
		bool own = world_draw(t, i, 3, (uint32_t)j, 10) == 0;
		p->tokens[j] = (int32_t)(j < 2 + 2 * world_draw(t, group, 4, 0, 4) ? 5 + (int32_t)j : (int32_t)world_draw(t, own ? i + 100 : group, 5, (uint32_t)j, 30));
		p->logprobs[j] = -0.25f;
		p->logprob -= 0.25;
		for (int l = 0; l < r->n_layers && j + 1 < n; l++) {
			world_row(p->experts + ((size_t)(int)j * (size_t)r->n_layers + (size_t)l) * (size_t)r->k, r, t, i, (uint32_t)j, l, p->tokens[j]);
			for (int k = 0; k < r->k; k++)
				p->weights[((size_t)(int)j * (size_t)r->n_layers + (size_t)l) * (size_t)r->k + (size_t)k] = 0.125f;
		}
	}
	p->compiled = world_draw(t, i, 6, 0, 20) > 0;
	p->status = !p->compiled ? CMP_COMPILE_ERROR : (group + t) % 3 == 0 ? CMP_PASSED : group == 5 ? CMP_TIMEOUT : CMP_WRONG;
	if (p->compiled)
		snprintf(p->group, sizeof p->group, "%08x%08x%08x%08x%08x", t, group, world_draw(t, group, 7, 0, 1u << 31), 7u, 9u);
	snprintf(p->commit, sizeof p->commit, "%040x", t * 1000 + i);
	char *text = mem_printf("\tint total = %u; /* <b>group</b> & \"%u\" */\n%s\tfor (int i = 0; i < n; i++)\n\t\ttotal += a[i];%s\n\treturn total;\n}\n", group, group,
	                        world_draw(t, i, 8, 0, 3) ? "" : "\t// sum up\n", world_draw(t, i, 8, 1, 4) ? "" : " // one by one");
	p->text = arena_strndup(&w->arena, text, strlen(text));
	p->text_len = strlen(text);
	char *program = mem_printf("int f(const int *a, int n)\n{\n%s", text);
	p->program = arena_strndup(&w->arena, program, strlen(program));
	mem_free(text);
	mem_free(program);
}

/* Steps of 1 to WORLD_SIZES forks, with counts that such steps can have. */
enum { WORLD_STEPS = 60, WORLD_SIZES = 12 };
static inline void world_steps(struct world *w)
{
	struct run *r = &w->run;
	size_t width = 1 + (size_t)r->n_layers;
	r->n_steps = WORLD_STEPS;
	r->steps = arena_alloc(&w->arena, r->n_steps * width * sizeof *r->steps);
	for (uint32_t i = 0; i < WORLD_STEPS; i++) {
		int forks = 1 + (int)i % WORLD_SIZES, most = forks * r->k < r->n_experts ? forks * r->k : r->n_experts;
		r->steps[i * width] = (uint16_t)forks;
		for (uint32_t l = 0; l < (uint32_t)r->n_layers; l++)
			r->steps[i * width + 1 + l] = (uint16_t)(r->k + (int)world_draw(i, l, 9, 0, (uint32_t)(most - r->k + 1)));
	}
	r->forks_per_step = 6.5;
	r->distinct_per_step = r->k + 1.5;
}

static inline struct world *world_new(int n_tasks, int n_programs, int n_layers, int n_experts, int k)
{
	struct world *w = mem_zalloc(sizeof *w);
	struct run *r = &w->run;
	arena_init(&w->arena);
	*r = (struct run){.complete = true, .judged = true, .policy = SRCH_SAMPLE, .forks = n_programs, .max_tokens = 64, .temperature = 0.7, .top_p = 1,
	                  .n_layers = n_layers, .n_experts = n_experts, .k = k, .n_vocab = 100, .seconds = 12.5, .tokens_per_second = 8123};
	r->dir = arena_strndup(&w->arena, "a run", 5);
	r->family = arena_strndup(&w->arena, "a <model>", 9);
	r->judge = arena_strndup(&w->arena, "gcc -S -O0 & co", 15);
	snprintf(r->commit, sizeof r->commit, "%s", "0123456789abcdef0123456789abcdef01234567");
	r->layer_index = arena_alloc(&w->arena, (size_t)n_layers * sizeof *r->layer_index);
	for (int l = 0; l < n_layers; l++)
		r->layer_index[l] = l + 1;
	r->n_tasks = r->n_tasks_planned = (size_t)n_tasks;
	r->n_programs = (size_t)(n_tasks * n_programs);
	r->tasks = arena_alloc(&w->arena, r->n_tasks * sizeof *r->tasks + 1);
	r->programs = arena_alloc(&w->arena, r->n_programs * sizeof *r->programs + 1);
	world_steps(w);
	for (int t = 0; t < n_tasks; t++) {
		char id[64];
		snprintf(id, sizeof id, t == 1 ? "task, \"%d\" <x>&'\xff" : "task/%d", t);
		struct run_task *task = &r->tasks[t];
		*task = (struct run_task){.first = (size_t)(t * n_programs), .n = (size_t)n_programs, .n_prompt = 3};
		task->task.id = arena_strndup(&w->arena, id, strlen(id));
		task->task.category = arena_strndup(&w->arena, t % 2 ? "hand" : "held out", t % 2 ? 4 : 8);
		task->task.prompt = arena_strndup(&w->arena, "/* Sum of n numbers. */\nint f(const int *a, int n)\n{\n", 53);
		task->prompt = arena_alloc(&w->arena, 3 * sizeof *task->prompt);
		for (int i = 0; i < n_programs; i++)
			world_program(w, &r->programs[t * n_programs + i], (uint32_t)t, (uint32_t)i);
	}
	return w;
}

static inline void world_free(struct world *w)
{
	arena_release(&w->arena);
	mem_free(w);
}

#endif
