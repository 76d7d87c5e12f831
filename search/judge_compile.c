#include "search/port.h"

static bool closed(void *ctx, struct cmp_closing *at, const struct cmp_problem *p, const char *completion, size_t len, size_t *end)
{
	(void)ctx;
	return cmp_closed_yet(at, p, completion, len, end);
}

static enum cmp_extraction extract(void *ctx, const struct cmp_problem *p, const char *completion, struct buf *program)
{
	(void)ctx;
	return cmp_extract(p, completion, program);
}

static int compile(void *ctx, const struct cmp_problem *p, const char *program, struct cmp_object *out)
{
	return cmp_compile(ctx, p, program, out);
}

static int test(void *ctx, const struct cmp_problem *p, const char *program, struct cmp_verdict *out)
{
	return cmp_test(ctx, p, program, out);
}

static int is_weak(void *ctx, const struct cmp_problem *p, bool *weak)
{
	return cmp_test_is_weak(ctx, p, weak);
}

struct srch_judge srch_judge_table(struct cmp_judge *j)
{
	if (!j)
		return (struct srch_judge){.closed = closed, .extract = extract};
	return (struct srch_judge){.ctx = j, .identity = cmp_judge_identity(j), .closed = closed, .extract = extract,
		.compile = compile, .test = test, .is_weak = is_weak};
}
