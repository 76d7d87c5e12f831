/* The policy top-p: a tree of twigs (one token each), grown depth by depth, task after task. When a task is done the twigs that
 * lead to no leaf are forgotten, and chains without a branch become the stretches that are stored (topp_tree.c). */
#include "base/mem.h"
#include "search/topp_tree.h"
#include <math.h>
#include <string.h>

static int add_twig(struct tree *t, const struct topp_child *c, int parent, bool leaf, enum node_finish how)
{
	size_t row = t->s->row;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->twigs = mem_grow(t->twigs, (size_t)t->cap, sizeof *t->twigs);
		t->experts = mem_grow(t->experts, (size_t)t->cap * row + 1, sizeof *t->experts);
		t->weights = mem_grow(t->weights, (size_t)t->cap * row + 1, sizeof *t->weights);
	}
	t->twigs[t->n] = (struct twig){.parent = parent, .token = c->token, .token_logprob = c->token_logprob, .logprob = c->logprob,
		.depth = parent < 0 ? 1 : t->twigs[parent].depth + 1, .leaf = leaf, .finished = how, .stretch = -1};
	t->n_leaves += leaf;
	t->s->tokens++;
	return t->n++;
}

/* Whether and how the child would end its path; the live path's text is left as it was. */
static bool child_ends(struct tree *t, struct live *l, const struct topp_child *c, enum node_finish *how)
{
	struct cmp_closing closing = l->closing;
	size_t len = l->text.len, depth = l->twig < 0 ? 1 : (size_t)t->twigs[l->twig].depth + 1;
	topp_add_piece(t->s, c->token, &l->text);
	bool ends = growth_ends(&t->s->rules, t->g, c->token, &l->text, &closing, depth, how);
	l->text.len = len;
	if (l->text.data)
		l->text.data[len] = 0;
	return ends;
}

/* The ways on from live path i, of whose likeliest tokens best[n] are looked at. */
static int expand_path(struct tree *t, int i, const struct eng_choice *best, int n)
{
	struct live *l = &t->live[i];
	double path = l->twig < 0 ? 0 : t->twigs[l->twig].logprob;
	growth_look(&t->s->rules, t->g, &l->text, &l->closing);
	if (n && !isfinite(best[0].logprob))
		return err_set(ERR_FORMAT, "the logits behind token %d of a path are no numbers: an activation overflowed; are the weights sound? "
		               "`coppice model --check` looks", l->twig < 0 ? 0 : t->twigs[l->twig].depth);
	n = topp_within(best, n, t->s->opt.p);
	for (int r = 0; r < n; r++) {
		struct topp_child *c = &t->children[t->n_children++];
		enum node_finish how;
		*c = (struct topp_child){i, r, best[r].token, best[r].logprob, path + best[r].logprob, false};
		c->finished = child_ends(t, l, c, &how);
	}
	return 0;
}

static int expand(struct tree *t)
{
	struct session *s = t->s;
	int n;
	t->n_children = 0;
	for (int i = 0; i < t->n_live; i++)
		t->forks[i] = t->live[i].fork;
	int rc = srch_top(s->gen, t->forks, t->n_live, s->opt.k, t->best, &n, s->scratch);
	for (int i = 0; i < t->n_live && !rc; i++)
		rc = expand_path(t, i, t->best + (size_t)i * (size_t)n, n);
	topp_order(t->children, t->n_children);
	return rc;
}

/* Forks for the children that live on: the last child of a path takes its fork, the others split from it; a path without
 * living children gives its fork back first, so that no more are alive than live on. */
static int fork_children(struct tree *t, struct live *next, int n_next, const int *parent_of)
{
	struct session *s = t->s;
	int *heir = mem_array((size_t)t->n_live, sizeof *heir), rc = 0;
	for (int i = 0; i < t->n_live; i++)
		heir[i] = -1;
	for (int i = 0; i < n_next; i++)
		heir[parent_of[i]] = i;
	for (int i = 0; i < t->n_live; i++) {
		if (heir[i] < 0) {
			s->gen->fork_free(s->gen->ctx, t->live[i].fork);
			t->live[i].fork = NULL;
		}
	}
	for (int i = 0; i < n_next && !rc; i++) {
		if (heir[parent_of[i]] != i)
			rc = s->gen->fork_split(s->gen->ctx, &next[i].fork, t->live[parent_of[i]].fork);
	}
	for (int i = 0; i < t->n_live && !rc; i++) {
		if (heir[i] >= 0) {
			next[heir[i]].fork = t->live[i].fork;
			t->live[i].fork = NULL;
		}
	}
	mem_free(heir);
	return rc;
}

static void release_live(struct tree *t, struct live *live, int n)
{
	for (int i = 0; i < n; i++) {
		if (live[i].fork)
			t->s->gen->fork_free(t->s->gen->ctx, live[i].fork);
		buf_release(&live[i].text);
	}
	mem_free(live);
}

/* Makes twigs of the chosen children and replaces the live paths by those that live on. */
static int advance(struct tree *t)
{
	struct session *s = t->s;
	t->g->pruned += (size_t)topp_choose(t->children, t->n_children, t->n_leaves, s->opt.forks, s->opt.frontier, t->fate);
	struct live *next = mem_array((size_t)s->opt.forks + 1, sizeof *next);
	int *parent_of = mem_array((size_t)s->opt.forks + 1, sizeof *parent_of), n_next = 0;
	for (int i = 0; i < t->n_children; i++) {
		const struct topp_child *c = &t->children[i];
		struct live *l = &t->live[c->parent];
		enum node_finish how = NODE_EOS;
		if (t->fate[i] == TOPP_LEAF)
			(void)child_ends(t, l, c, &how);
		if (t->fate[i] == TOPP_DROPPED)
			continue;
		int twig = add_twig(t, c, l->twig, t->fate[i] == TOPP_LEAF, how);
		if (t->fate[i] != TOPP_LIVES)
			continue;
		struct live *to = &next[n_next];
		*to = (struct live){.twig = twig, .closing = l->closing};
		buf_init(&to->text, BUF_MAX_TEXT);
		buf_add(&to->text, buf_text(&l->text), l->text.len);
		topp_add_piece(s, c->token, &to->text);
		parent_of[n_next++] = c->parent;
	}
	int rc = fork_children(t, next, n_next, parent_of);
	mem_free(parent_of);
	release_live(t, t->live, t->n_live);
	t->live = next;
	t->n_live = n_next;
	return rc;
}

/* Steps every live path, in chunks of the batch. */
static int step_live(struct tree *t)
{
	struct session *s = t->s;
	void **forks = mem_array((size_t)s->batch, sizeof *forks);
	int32_t *tokens = mem_array((size_t)s->batch, sizeof *tokens);
	int rc = 0;
	for (int from = 0; from < t->n_live && !rc; from += s->batch) {
		int n = t->n_live - from < s->batch ? t->n_live - from : s->batch;
		for (int i = 0; i < n; i++) {
			forks[i] = t->live[from + i].fork;
			tokens[i] = t->twigs[t->live[from + i].twig].token;
		}
		rc = session_step(s, forks, tokens, n);
		for (int i = 0; i < n && !rc; i++) {
			size_t to = (size_t)t->live[from + i].twig * s->row, at = (size_t)i * s->row;
			memcpy(t->experts + to, s->cap_experts + at, s->row * sizeof *t->experts);
			memcpy(t->weights + to, s->cap_weights + at, s->row * sizeof *t->weights);
		}
	}
	mem_free(forks);
	mem_free(tokens);
	return rc;
}

static int grow_tree(struct tree *t)
{
	struct session *s = t->s;
	t->live = mem_array(1, sizeof *t->live);
	t->live[0].twig = -1;
	buf_init(&t->live[0].text, BUF_MAX_TEXT);
	t->n_live = 1;
	int rc = s->gen->fork_new(s->gen->ctx, &t->live[0].fork, t->g->prefix);
	session_close_prefix(s, t->g);
	while (!rc && t->n_live && !session_stopped(s)) {
		rc = expand(t);
		rc = rc ? rc : advance(t);
		rc = rc ? rc : step_live(t);
		rc = rc ? rc : saver_check(s->saver);
		session_progress(s);
	}
	bool whole = !t->n_live;
	release_live(t, t->live, t->n_live);
	return rc || !whole ? rc : topp_hand_in(t);
}

static int grow_task(struct session *s, size_t i)
{
	struct tree t = {.s = s, .g = &s->growths[i]};
	int rc = session_open(s, i);
	if (rc)
		return rc;
	double began = clock_seconds(), engine = s->engine_seconds;
	size_t live = (size_t)(s->opt.frontier < s->opt.forks ? s->opt.frontier : s->opt.forks);
	size_t room = live * (size_t)s->opt.k; /* each has at most K ways on */
	t.children = mem_array(room, sizeof *t.children);
	t.fate = mem_array(room, sizeof *t.fate);
	t.best = mem_array(room, sizeof *t.best);
	t.forks = mem_array(live, sizeof *t.forks);
	rc = grow_tree(&t);
	s->engine_seconds = engine + clock_seconds() - began;
	mem_free(t.children);
	mem_free(t.fate);
	mem_free(t.best);
	mem_free(t.forks);
	mem_free(t.twigs);
	mem_free(t.experts);
	mem_free(t.weights);
	return rc;
}

int policy_topp(struct session *s)
{
	int rc = 0;
	for (size_t i = 0; i < s->tasks->n && !rc && !session_stopped(s); i++) {
		if (s->growths[i].complete || s->growths[i].elsewhere)
			continue;
		rc = grow_task(s, i);
		rc = rc ? rc : session_save_ready(s);
	}
	return rc;
}
