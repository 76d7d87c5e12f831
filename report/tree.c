#include "report/tree.h"
#include "base/mem.h"
#include "report/figures.h"

struct layout {
	struct rep_tree *tree;
	const struct run_program *programs; /* of the task */
	int *order;                         /* program indices, sorted by their tokens */
};

/* One run of the sorted programs that goes on with the same token. */
struct child {
	int from, to, first;
};

static int compare_tokens(const struct run_program *a, const struct run_program *b)
{
	for (size_t i = 0; i < a->n_tokens && i < b->n_tokens; i++)
		if (a->tokens[i] != b->tokens[i])
			return a->tokens[i] < b->tokens[i] ? -1 : 1;
	return (a->n_tokens > b->n_tokens) - (a->n_tokens < b->n_tokens);
}

/* qsort has no context: the pointers themselves are sorted. */
static int compare_programs(const void *x, const void *y)
{
	const struct run_program *a = *(const struct run_program *const *)x, *b = *(const struct run_program *const *)y;
	int c = compare_tokens(a, b);
	return c ? c : (a > b) - (a < b);
}

static void sort_programs(struct layout *l, size_t n)
{
	const struct run_program **sorted = mem_array(n, sizeof *sorted);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &l->programs[i];
	qsort(sorted, n, sizeof *sorted, compare_programs);
	for (size_t i = 0; i < n; i++)
		l->order[i] = (int)(sorted[i] - l->programs);
	mem_free(sorted);
}

static int branch_add(struct rep_tree *t)
{
	if (t->n_branches == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->branches = mem_grow(t->branches, (size_t)t->cap, sizeof *t->branches);
	}
	t->branches[t->n_branches] = (struct rep_branch){0};
	return t->n_branches++;
}

/* Tokens that all programs of order[from, to) share; the run is sorted, so its ends tell. */
static int shared_tokens(const struct layout *l, int from, int to)
{
	const struct run_program *a = &l->programs[l->order[from]], *b = &l->programs[l->order[to - 1]];
	size_t i = 0;
	while (i < a->n_tokens && i < b->n_tokens && a->tokens[i] == b->tokens[i])
		i++;
	return (int)i;
}

static int compare_children(const void *x, const void *y)
{
	const struct child *a = x, *b = y;
	int na = a->to - a->from, nb = b->to - b->from;
	return na != nb ? nb - na : a->first - b->first;
}

/* Cuts order[from, to) where the token at position `at` changes; programs that end there come first, each alone. */
static int split(const struct layout *l, int from, int to, int at, struct child *children)
{
	int n = 0;
	for (int i = from; i < to; i++) {
		const struct run_program *p = &l->programs[l->order[i]], *before = i > from ? &l->programs[l->order[i - 1]] : NULL;
		bool ends = (size_t)at >= p->n_tokens;
		bool same = before && !ends && (size_t)at < before->n_tokens && before->tokens[at] == p->tokens[at];
		if (!same)
			children[n++] = (struct child){i, i, l->order[i]};
		children[n - 1].to = i + 1;
		if (l->order[i] < children[n - 1].first)
			children[n - 1].first = l->order[i];
	}
	qsort(children, (size_t)n, sizeof *children, compare_children);
	return n;
}

static void count(const struct layout *l, int from, int to, struct rep_branch *b)
{
	b->n_programs = to - from;
	b->first = l->order[from];
	for (int i = from; i < to; i++) {
		int passed = rep_program_passed(&l->programs[l->order[i]]);
		b->passed += passed == 1;
		b->failed += passed == 0;
		b->first = l->order[i] < b->first ? l->order[i] : b->first;
	}
}

/* Lays out order[from, to) from token x0 on and returns its branch. Depth of recursion: at most the number of programs. */
static int grow(struct layout *l, int from, int to, int x0)
{
	int at = shared_tokens(l, from, to), self = branch_add(l->tree);
	struct rep_branch b = {.x0 = x0, .x1 = at};
	count(l, from, to, &b);
	if (to - from == 1) {
		b.y = b.y_low = b.y_high = l->tree->n_leaves;
		l->tree->leaves[l->tree->n_leaves++] = l->order[from];
		l->tree->branches[self] = b;
		return self;
	}
	struct child *children = mem_array((size_t)(to - from), sizeof *children);
	int n = split(l, from, to, at, children);
	for (int i = 0; i < n; i++) {
		int child = grow(l, children[i].from, children[i].to, at); /* moves the branches */
		double y = l->tree->branches[child].y;
		b.y_low = i ? b.y_low : y;
		b.y_high = y;
	}
	b.y = (b.y_low + b.y_high) / 2;
	mem_free(children);
	l->tree->branches[self] = b;
	return self;
}

void rep_tree_make(struct rep_tree *t, const struct run *run, const struct run_task *task)
{
	*t = (struct rep_tree){0};
	struct layout l = {.tree = t, .programs = run->programs + task->first};
	int n = (int)task->n;
	t->leaves = mem_array(task->n + 1, sizeof *t->leaves);
	if (!n)
		return;
	l.order = mem_array(task->n, sizeof *l.order);
	for (int i = 0; i < n; i++)
		t->depth = (int)l.programs[i].n_tokens > t->depth ? (int)l.programs[i].n_tokens : t->depth;
	sort_programs(&l, task->n);
	grow(&l, 0, n, 0);
	mem_free(l.order);
}

void rep_tree_release(struct rep_tree *t)
{
	mem_free(t->branches);
	mem_free(t->leaves);
	*t = (struct rep_tree){0};
}
