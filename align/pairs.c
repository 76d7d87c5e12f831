#include "align/pairs.h"
#include "base/mem.h"

static const char *const names[] = {"step", "token", "instruction"};

static int unsupported(void)
{
	return err_set(ERR_UNSUPPORTED, "--by instruction is not supported yet: use step or token");
}

int aln_by_parse(enum aln_by *out, const char *name)
{
	for (int i = 0; i < 3; i++)
		if (!strcmp(name, names[i])) {
			*out = (enum aln_by)i;
			return i == ALN_BY_INSTRUCTION ? unsupported() : 0;
		}
	return err_set(ERR_USAGE, "--by %s: must be step, token or instruction", name);
}

const char *aln_by_name(enum aln_by by)
{
	return names[by];
}

void aln_pairs_init(struct aln_pairs *p)
{
	*p = (struct aln_pairs){.fork = -1};
	aln_lcs_init(&p->lcs);
}

void aln_pairs_release(struct aln_pairs *p)
{
	aln_lcs_release(&p->lcs);
	mem_free(p->items);
	*p = (struct aln_pairs){.fork = -1};
}

int aln_fork_position(const struct aln_program *a, const struct aln_program *b)
{
	int n = a->n_tokens < b->n_tokens ? a->n_tokens : b->n_tokens;
	for (int i = 0; i < n; i++)
		if (a->tokens[i] != b->tokens[i])
			return i;
	return -1;
}

/* Room for n more was made by aln_pairs_make. Pairs without routing on both sides are dropped here. */
static void add(struct aln_pairs *p, const struct aln_program *a, const struct aln_program *b, int i, int j)
{
	if (i < a->n_rows && j < b->n_rows)
		p->items[p->n++] = (struct aln_pair){i, j, a->tokens[i] == b->tokens[j]};
}

static void add_gap(struct aln_pairs *p, const struct aln_program *a, const struct aln_program *b, int i, int i_end, int j, int j_end)
{
	while (i < i_end && j < j_end)
		add(p, a, b, i++, j++);
}

static int pair_by_token(struct aln_pairs *p, const struct aln_program *a, const struct aln_program *b)
{
	int f = p->fork, i = f, j = f;
	int rc = aln_lcs_find(&p->lcs, a->tokens + f, a->n_tokens - f, b->tokens + f, b->n_tokens - f);
	if (rc)
		return rc;
	for (int m = 0; m < p->lcs.n_matches; m++) {
		int at_a = f + p->lcs.matches[m].a, at_b = f + p->lcs.matches[m].b;
		add_gap(p, a, b, i, at_a, j, at_b);
		add(p, a, b, at_a, at_b);
		i = at_a + 1;
		j = at_b + 1;
	}
	add_gap(p, a, b, i, a->n_tokens, j, b->n_tokens);
	return 0;
}

int aln_pairs_make(struct aln_pairs *p, enum aln_by by, const struct aln_program *a, const struct aln_program *b)
{
	int shorter = a->n_tokens < b->n_tokens ? a->n_tokens : b->n_tokens;
	p->n = 0;
	p->fork = aln_fork_position(a, b);
	if (p->fork < 0)
		return 0;
	if (shorter > p->cap) {
		p->items = mem_grow(p->items, (size_t)shorter, sizeof *p->items);
		p->cap = shorter;
	}
	if (by == ALN_BY_INSTRUCTION)
		return unsupported();
	if (by == ALN_BY_TOKEN)
		return pair_by_token(p, a, b);
	add_gap(p, a, b, p->fork, a->n_tokens, p->fork, b->n_tokens);
	return 0;
}
