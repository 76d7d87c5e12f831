/* Operands and calls of what works on rows alone, of products, of experts, and of what looks for tokens; bench_ops_mixers.c has attention and
 * Gated DeltaNet. */
#include "base/mem.h"
#include "base/rng.h"
#include "commands/bench_ops.h"
#include <string.h>

static int call_embed(struct kern *k, const void *op) { return kern_embed(k, op); }
static int call_norm(struct kern *k, const void *op) { return kern_norm(k, op); }
static int call_quantise(struct kern *k, const void *op) { return kern_quantise(k, op); }
static int call_route(struct kern *k, const void *op) { return kern_route(k, op); }
static int call_matmul(struct kern *k, const void *op) { return kern_matmul(k, op); }
static int call_experts(struct kern *k, const void *op) { return kern_experts(k, op); }
static int call_sample(struct kern *k, const void *op) { return kern_sample(k, op); }
static int call_top(struct kern *k, const void *op) { return kern_top(k, op); }

static int run_embed(struct kernels *b, int rows)
{
	const struct kern_weight *like = &b->weights->embed;
	struct operands o;
	char shape[64];
	int32_t *ids = mem_array((size_t)rows, sizeof *ids);
	operands_begin(&o, &b->k);
	for (int r = 0; r < rows; r++)
		ids[r] = r * 37 % like->rows;
	struct kern_weight table = operand_weight(&o, like, 1, false);
	struct kern_embed op = {&table, operand_given(&o, ids, (size_t)rows * sizeof *ids), operand_view(&o, rows, like->cols, 2)};
	snprintf(shape, sizeof shape, "%s %dx%d", kern_type_name(like->type), like->rows, like->cols);
	int err = kernel_measure(b, &o, "embed", shape, call_embed, &op, &op.y);
	operands_end(&o);
	mem_free(ids);
	return err;
}

static int run_norm(struct kernels *b, int rows)
{
	int d = b->config.d_model;
	struct operands o;
	char shape[32];
	operands_begin(&o, &b->k);
	struct kern_norm op = {.x = operand_view(&o, rows, d, 3), .w = operand_floats(&o, (size_t)d, 5), .plus_one = b->config.family->norm_adds_one,
	                       .eps = (float)b->config.eps, .y = operand_view(&o, rows, d, 2)};
	snprintf(shape, sizeof shape, "%d", d);
	int err = kernel_measure(b, &o, "norm", shape, call_norm, &op, &op.y);
	operands_end(&o);
	return err;
}

/* Where the backend's products do not quantise what they read themselves. */
static int run_quantise(struct kernels *b, int rows)
{
	int d = b->config.d_model;
	struct operands o;
	char shape[32];
	if (!b->quantise || kern_quantises(&b->k))
		return 0;
	operands_begin(&o, &b->k);
	struct kern_quantise op = {.x = operand_view(&o, rows, d, 3), .block = b->config.block_cols, .y = operand_view(&o, rows, d, 2)};
	snprintf(shape, sizeof shape, "%d by %d", d, op.block);
	int err = kernel_measure(b, &o, "quantise", shape, call_quantise, &op, &op.y);
	operands_end(&o);
	return err;
}

static int run_route(struct kernels *b, int rows)
{
	int k = b->config.top_k, n = b->config.n_experts;
	struct operands o;
	char shape[32];
	operands_begin(&o, &b->k);
	struct kern_view weights = operand_view(&o, rows, k, 6);
	struct kern_route op = {operand_view(&o, rows, n, 4), k, b->config.renormalise, operand_room(&o, (size_t)(rows * k) * sizeof(uint16_t)), weights.data};
	snprintf(shape, sizeof shape, "%d of %d", k, n);
	int err = kernel_measure(b, &o, "route", shape, call_route, &op, &weights);
	operands_end(&o);
	return err;
}

/* -- products -- */

static int measure_products(struct kernels *b, int rows, const char *what, const struct kern_weight *const *likes, int n)
{
	struct operands o;
	struct kern_weight w[KERN_MAX_OUT];
	struct kern_matmul op = {.n_out = n};
	char shape[sizeof b->list->shape];
	size_t at = (size_t)snprintf(shape, sizeof shape, "%s:", what);
	operands_begin(&o, &b->k);
	op.x = operand_view(&o, rows, likes[0]->cols, 3);
	for (int i = 0; i < n; i++) {
		w[i] = operand_weight(&o, likes[i], 10 + 2 * (uint32_t)i, b->packed);
		op.out[i] = (struct kern_matmul_out){.w = &w[i], .y = operand_view(&o, rows, w[i].rows, 20 + (uint32_t)i),
		                                     .quantised = b->quantise && w[i].type == KERN_FP8 ? w[i].block_cols : 0};
		if (at < sizeof shape)
			at += (size_t)snprintf(shape + at, sizeof shape - at, " %s%s %dx%d", kern_type_name(w[i].type), w[i].packed ? " packed" : "", w[i].rows, w[i].cols);
	}
	op.scratch_bytes = kern_matmul_scratch(&b->k, &op, rows);
	op.scratch = op.scratch_bytes ? operand_room(&o, op.scratch_bytes) : NULL;
	int err = kernel_measure(b, &o, "matmul", shape, call_matmul, &op, &op.out[0].y);
	operands_end(&o);
	return err;
}

/* As the forward pass does it: matrices that read the same rows in one call, those that read them quantised in one of their own unless
 * the backend quantises. */
static int run_products(struct kernels *b, int rows, const char *what, const struct kern_weight *const *likes, int n)
{
	const struct kern_weight *call[2][KERN_MAX_OUT];
	int in_call[2] = {0, 0}, err = 0;
	for (int i = 0; i < n; i++) {
		int apart = b->quantise && likes[i]->type == KERN_FP8 && !kern_quantises(&b->k);
		call[apart][in_call[apart]++] = likes[i];
	}
	for (int apart = 0; apart < 2 && !err; apart++)
		if (in_call[apart])
			err = measure_products(b, rows, what, call[apart], in_call[apart]);
	return err;
}

static int run_attention_in(struct kernels *b, int rows)
{
	const struct eng_layer *l = b->attention;
	return l ? run_products(b, rows, "q k v", (const struct kern_weight *const[]){&l->q, &l->k, &l->v}, 3) : 0;
}

static int run_attention_out(struct kernels *b, int rows)
{
	return b->attention ? run_products(b, rows, "o", (const struct kern_weight *const[]){&b->attention->o}, 1) : 0;
}

static int run_gdn_in(struct kernels *b, int rows)
{
	const struct eng_layer *l = b->gdn;
	return l ? run_products(b, rows, "qkv z a b", (const struct kern_weight *const[]){&l->qkv, &l->z, &l->a, &l->b}, 4) : 0;
}

static int run_gdn_out(struct kernels *b, int rows)
{
	return b->gdn ? run_products(b, rows, "out", (const struct kern_weight *const[]){&b->gdn->out}, 1) : 0;
}

static int run_router(struct kernels *b, int rows)
{
	return run_products(b, rows, "router", (const struct kern_weight *const[]){&b->weights->layers[0].router}, 1);
}

static int run_head(struct kernels *b, int rows)
{
	return run_products(b, rows, "head", (const struct kern_weight *const[]){&b->weights->head}, 1);
}

/* -- experts -- */

static struct kern_mlp made_mlp(struct kernels *b, struct operands *o, const struct kern_mlp *like, uint32_t what)
{
	return (struct kern_mlp){operand_weight(o, &like->gate, what, b->packed), operand_weight(o, &like->up, what + 2, b->packed),
	                         operand_weight(o, &like->down, what + 4, b->packed)};
}

/* The chosen ones of a row lie as far apart as they can, from a start drawn for the row. */
static void choose(struct kern_experts *op, struct operands *o, int rows)
{
	int k = op->top_k, n = op->n_experts;
	size_t items = (size_t)rows * (size_t)k;
	uint16_t *experts = mem_array(items, sizeof *experts);
	float *weights = mem_array(items, sizeof *weights);
	for (int r = 0; r < rows; r++) {
		uint32_t start = rng_below((struct rng_at){.task = 4, .node = (uint32_t)r}, (uint32_t)n);
		for (int j = 0; j < k; j++) {
			experts[r * k + j] = (uint16_t)((start + (uint32_t)(j * n / k)) % (uint32_t)n);
			weights[r * k + j] = 1.0f / (float)k;
		}
	}
	op->experts = operand_given(o, experts, items * sizeof *experts);
	op->weights = operand_given(o, weights, items * sizeof *weights);
	mem_free(experts);
	mem_free(weights);
}

static void plan(struct kern_experts *op, struct operands *o, int rows)
{
	op->scratch_bytes = kern_experts_scratch(o->k, op, rows);
	op->scratch = operand_room(o, op->scratch_bytes);
	size_t bytes = kern_experts_plan_bytes(o->k, op);
	void *at = bytes ? operand_room(o, bytes) : NULL;
	if (at)
		o->err = kern_experts_plan(o->k, op, at);
	op->plan = at;
}

static int run_experts(struct kernels *b, int rows)
{
	const struct eng_layer *l = &b->weights->layers[0];
	int n = b->config.n_experts, d = b->config.d_model;
	bool has_shared = b->config.family->shared_expert;
	struct operands o;
	char shape[sizeof b->list->shape], beside[32] = "";
	struct kern_mlp *mlp = mem_array((size_t)n, sizeof *mlp), shared;
	struct kern_weight gate;
	operands_begin(&o, &b->k);
	for (int e = 0; e < n; e++)
		mlp[e] = made_mlp(b, &o, &l->experts[0], 100 + 6 * (uint32_t)e);
	struct kern_experts op = {.x = operand_view(&o, rows, d, 3), .top_k = b->config.top_k, .n_experts = n, .mlp = mlp, .y = operand_view(&o, rows, d, 2)};
	struct kern_view quantised = op.x;
	if (has_shared) {
		shared = made_mlp(b, &o, &l->shared, 5);
		gate = operand_weight(&o, &l->shared_gate, 11, b->packed);
		op.shared = &shared;
		op.shared_gate = &gate;
		snprintf(beside, sizeof beside, " and a shared of %d", shared.gate.rows);
	}
	if (b->quantise) {
		op.block = b->config.block_cols;
		op.quantised = kern_quantises(&b->k) ? NULL : &quantised;
	}
	choose(&op, &o, rows);
	plan(&op, &o, rows);
	snprintf(shape, sizeof shape, "%d of %d %s%s of %d on %d%s", op.top_k, n, kern_type_name(mlp[0].gate.type), mlp[0].gate.packed ? " packed" : "",
	         mlp[0].gate.rows, d, beside);
	int err = kernel_measure(b, &o, "experts", shape, call_experts, &op, &op.y);
	operands_end(&o);
	mem_free(mlp);
	return err;
}

/* -- tokens: where the backend looks for them itself -- */

/* Rows of normal logits, each the one before it shifted, as more would take longer to make up than to read. */
static struct kern_view made_logits(struct operands *o, int rows, int vocab)
{
	size_t n = (size_t)vocab, all = (size_t)rows * n;
	float *plain = mem_array(all, sizeof *plain);
	for (int i = 0; i < vocab; i++)
		plain[i] = (float)(3 * rng_normal((struct rng_at){.task = 8, .step = (uint32_t)i}));
	for (size_t i = n; i < all; i++)
		plain[i] = plain[i / n * n - n + (i + 37) % n];
	struct kern_view v = kern_rows(operand_given(o, plain, all * sizeof *plain), rows, vocab);
	mem_free(plain);
	return v;
}

static int run_sample(struct kernels *b, int rows)
{
	int vocab = b->config.n_vocab;
	struct operands o;
	char shape[32];
	if (!b->k.backend->sample)
		return 0;
	double *u = mem_array((size_t)rows, sizeof *u);
	for (int r = 0; r < rows; r++)
		u[r] = rng_double((struct rng_at){.task = 9, .node = (uint32_t)r});
	operands_begin(&o, &b->k);
	struct kern_sample op = {.logits = made_logits(&o, rows, vocab), .n = rows, .u = operand_given(&o, u, (size_t)rows * sizeof *u),
	                         .temperature = 0.7, .top_p = 1, .token = operand_room(&o, (size_t)rows * sizeof *op.token),
	                         .logprob = operand_room(&o, (size_t)rows * sizeof *op.logprob)};
	op.scratch_bytes = kern_sample_scratch(&b->k, &op, rows);
	op.scratch = operand_room(&o, op.scratch_bytes);
	struct kern_view y = kern_rows(op.logprob, rows, 1);
	snprintf(shape, sizeof shape, "1 of %d", vocab);
	int err = kernel_measure(b, &o, "sample", shape, call_sample, &op, &y);
	operands_end(&o);
	mem_free(u);
	return err;
}

/* As many as policy top-p looks at. */
static int run_top(struct kernels *b, int rows)
{
	int vocab = b->config.n_vocab, count = vocab < 30 ? vocab : 30;
	size_t items = (size_t)rows * (size_t)count;
	struct operands o;
	char shape[32];
	if (!b->k.backend->top)
		return 0;
	operands_begin(&o, &b->k);
	struct kern_top op = {.logits = made_logits(&o, rows, vocab), .n = rows, .count = count, .token = operand_room(&o, items * sizeof *op.token),
	                      .logprob = operand_room(&o, items * sizeof *op.logprob)};
	op.scratch_bytes = kern_top_scratch(&b->k, &op, rows);
	op.scratch = operand_room(&o, op.scratch_bytes);
	struct kern_view y = kern_rows(op.logprob, rows, count);
	snprintf(shape, sizeof shape, "%d of %d", count, vocab);
	int err = kernel_measure(b, &o, "top", shape, call_top, &op, &y);
	operands_end(&o);
	return err;
}

const struct kernel_op kernel_ops[] = {
	{"embed", run_embed, false}, {"norm", run_norm, false}, {"quantise", run_quantise, false}, {"matmul", run_gdn_in, true}, {"gdn", bench_op_gdn, true},
	{"matmul", run_gdn_out, true}, {"matmul", run_attention_in, true}, {"attention", bench_op_attention, true}, {"matmul", run_attention_out, true},
	{"matmul", run_router, true}, {"route", run_route, false}, {"experts", run_experts, true}, {"matmul", run_head, false},
	{"sample", run_sample, false}, {"top", run_top, false},
};
const int n_kernel_ops = sizeof kernel_ops / sizeof *kernel_ops;
