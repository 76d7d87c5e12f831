/* The likeliest tokens of a row, in order. A row's parts are surveyed as for a draw; then one block a row counts its items by coarse steps of
 * their logits, lists in shared memory those down to the step at which there are enough, and ranks them: a few hundred as a rule, which the
 * row is read twice for. Where more lie there, or too few within the steps, the last of the likeliest is searched digit by digit first. */
#include "kernels/cuda_sample.cuh"

enum { FEW = 4096 }; /* what can be listed at least */

struct top {
	struct kern_view logits;
	const int32_t *row;
	const struct part *part; /* [n][parts] */
	int parts, count, room;  /* room: of the list */
	int32_t *token;          /* [n][count] */
	float *logprob;
};

/* The step at which there are at least `count` items, *items of them up to it; BUCKETS: there are fewer within the steps. */
CU_DEVICE int step_with(const struct bins &b, int count, uint64_t *items, uint64_t *room)
{
	int mine = 2 * (int)threadIdx.x;
	uint64_t counts[2] = {b.count[mine], b.count[mine + 1]}, all, left, held;
	sum_before<CUT>(counts[0] + counts[1], &all, room);
	if (all < (uint64_t)count)
		return BUCKETS;
	int last = find_bucket(counts, counts, (uint64_t)count - 1, &left, &held, room);
	*items = (uint64_t)count - 1 - left + held;
	return last;
}

/* Lists the orders up to `upto` of what is not behind step `last`; the caller knows that there is room. Returns how many. What lies behind
 * the row's end is at step BUCKETS, and its order is behind that of any candidate. */
CU_DEVICE int list_orders(const struct candidates &c, int last, uint64_t upto, uint64_t *list, uint64_t *room)
{
	uint32_t *n = (uint32_t *)(room + ALONE);
	int id[AHEAD];
	float v[AHEAD];
	__syncthreads(); /* the list lies where the bins were */
	if (threadIdx.x == 0)
		*n = 0;
	__syncthreads();
	for (int from = 0; from < c.n; from += CUT * AHEAD) {
		take(c, from, id, v);
#pragma unroll
		for (int e = 0; e < AHEAD; e++) {
			uint64_t order = order_of(v[e], id[e]);
			if (step_of(c, v[e]) <= last && order <= upto)
				list[atomicAdd(n, 1u)] = order;
		}
	}
	__syncthreads();
	return (int)*n;
}

/* Gives those of the list that fewer than `count` others stand ahead of. */
CU_DEVICE void rank_orders(const struct top &t, const uint64_t *list, int n, float best, double log_all)
{
	size_t first = (size_t)blockIdx.x * (size_t)t.count;
	for (int j = (int)threadIdx.x; j < n; j += CUT) {
		uint64_t mine = list[j];
		int ahead = 0;
		for (int i = 0; i < n; i++)
			ahead += list[i] < mine;
		if (ahead >= t.count)
			continue;
		t.token[first + (size_t)ahead] = id_of(mine);
		t.logprob[first + (size_t)ahead] = logprob_of(logit_of(mine), best, log_all);
	}
}

static __global__ void __launch_bounds__(CUT) top_tokens(struct top t)
{
	CU_SHARED(shared);
	uint64_t *room = (uint64_t *)shared, *list = room + ROOM, all, items = 0;
	uint32_t *bin = (uint32_t *)list;
	const struct bins b = {bin, bin + BUCKETS, bin + 2 * BUCKETS};
	int i = (int)blockIdx.x;
	cu_wait();
	cu_let_next();
	float best = logit_of(join_parts(t.part + (size_t)i * (size_t)t.parts, t.parts, &all, room));
	const struct candidates c = {cu_at(t.logits, t.row ? t.row[i] : i), NULL, t.logits.cols, best, 1};
	uint64_t upto = NO_ORDER;
	count_steps(c, b); /* none, where the best is not finite */
	int last = step_with(b, t.count, &items, room);
	if (last == BUCKETS || items > (uint64_t)t.room) {
		upto = find<ALL>(c, b, true, (uint64_t)t.count - 1, room);
		last = BUCKETS;
	}
	int n = list_orders(c, last, upto, list, room);
	rank_orders(t, list, n, best, log_of(all));
}

size_t cuda_top_scratch(const struct kern *k, const struct kern_top *op, int n)
{
	(void)k;
	return (size_t)n * (size_t)parts_of(&op->logits) * sizeof(struct part);
}

int cuda_top(struct kern *k, const struct kern_top *op)
{
	struct part *part = (struct part *)op->scratch;
	struct top t = {op->logits, op->row, part, parts_of(&op->logits), op->count, op->count > FEW ? op->count : FEW, op->token, op->logprob};
	size_t list = (size_t)t.room * sizeof(uint64_t), bins = 3 * BUCKETS * sizeof(uint32_t);
	if (op->n == 0 || op->count == 0)
		return 0;
	int e = cuda_survey(k, &op->logits, op->row, op->n, 1, part);
	return e ? e : cu_launch(k, "top", top_tokens, dim3((unsigned)op->n), dim3(CUT), ROOM * sizeof(uint64_t) + (list > bins ? list : bins), t);
}
