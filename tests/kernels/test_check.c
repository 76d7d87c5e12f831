/* The check backend must refuse backends that are wrong on purpose, and say where. Each saboteur is the cpu backend with one
 * operation that spoils one value of a right result by little. */
#include "tests/kernels/trials.h"

static const struct kern_backend *cpu; /* what the saboteurs spoil */

static int wrong_embed(struct kern *k, const struct kern_embed *op)
{
	int e = cpu->embed(k, op);
	op->y.data[op->y.cols - 1] = nextafterf(op->y.data[op->y.cols - 1], 9); /* one unit in the last place: embedding is exact */
	return e;
}
static int wrong_norm(struct kern *k, const struct kern_norm *op)
{
	int e = cpu->norm(k, op);
	op->y.data[0] *= 1.0002f;
	return e;
}
static int wrong_matmul(struct kern *k, const struct kern_matmul *op)
{
	struct kern_view x = op->x; /* the last input dropped: a loop that ends too early */
	struct kern_weight w = *op->out[0].w;
	struct kern_matmul less = *op;
	less.x.cols = w.cols = x.cols - 1;
	w.packed = NULL;
	less.out[0].w = &w;
	less.n_out = 1;
	int e = cpu->matmul(k, op);
	return e ? e : cpu->matmul(k, &less);
}
static int nan_matmul(struct kern *k, const struct kern_matmul *op)
{
	int e = cpu->matmul(k, op);
	op->out[1].y.data[op->out[1].y.ld] = NAN;
	return e;
}
static int quantise_by_reciprocal(struct kern *k, const struct kern_quantise *op)
{
	int e = cpu->quantise(k, op); /* as if x were multiplied by 1 / s: a code's neighbour, now and then */
	op->y.data[op->y.cols - 1] *= 1 + 0x1p-23f;
	return e;
}
static int quantise_by_row(struct kern *k, const struct kern_quantise *op)
{
	struct kern_quantise other = *op; /* one scale for the whole row */
	other.block = op->x.cols;
	return cpu->quantise(k, &other);
}
static int quantise_nothing(struct kern *k, const struct kern_quantise *op)
{
	int e = cpu->quantise(k, op); /* so that all is there, but for one row */
	memcpy(op->y.data, op->x.data, (size_t)op->x.cols * sizeof(float));
	return e;
}
static int experts_that_leave_hidden_alone(struct kern *k, const struct kern_experts *op)
{
	struct kern_experts other = *op; /* gate and up read the right input, down reads what nobody quantised */
	other.x = *op->quantised;
	other.quantised = NULL;
	return cpu->experts(k, &other);
}
static int experts_that_read_x(struct kern *k, const struct kern_experts *op)
{
	struct kern_experts other = *op;
	other.quantised = &op->x;
	return cpu->experts(k, &other);
}
static int wrong_route(struct kern *k, const struct kern_route *op)
{
	int e = cpu->route(k, op);
	uint16_t first = op->experts[0];
	op->experts[0] = op->experts[1]; /* the right set in the wrong order */
	op->experts[1] = first;
	return e;
}
static int wrong_route_weight(struct kern *k, const struct kern_route *op)
{
	int e = cpu->route(k, op);
	op->weights[op->top_k - 1] *= 1.0005f;
	return e;
}
static int wrong_experts(struct kern *k, const struct kern_experts *op)
{
	struct kern_experts other = *op; /* the last slot's weight forgotten */
	float *weights = mem_dup(op->weights, (size_t)(op->x.rows * op->top_k) * sizeof *weights);
	weights[op->top_k - 1] = 0;
	other.weights = weights;
	int e = cpu->experts(k, &other);
	mem_free(weights);
	return e;
}
static int wrong_attention(struct kern *k, const struct kern_attention *op)
{
	struct kern_attention other = *op; /* the scale left out of the last bit of the exponent, as it were */
	other.scale *= 1.001f;
	return cpu->attention(k, &other);
}
static int attention_that_stores_no_key(struct kern *k, const struct kern_attention *op)
{
	int e = cpu->attention(k, op);
	int t = op->position[0];
	char *page = (char *)op->pool + (size_t)op->table[0][t / KERN_PAGE] * kern_page_bytes(op->kv_heads, op->dim, op->kv_type);
	((float *)page)[t % KERN_PAGE] = 0;
	return e;
}
static int wrong_gdn(struct kern *k, const struct kern_gdn *op)
{
	int e = cpu->gdn(k, op);
	op->state[0].s_dst[1] += 1e-3f; /* only the state is wrong: the output shows it a step later */
	return e;
}
static int gdn_with_old_inputs(struct kern *k, const struct kern_gdn *op)
{
	int e = cpu->gdn(k, op);
	op->state[0].conv_dst[0] = 7;
	return e;
}

static int wrong_fold(struct kern *k, const struct kern_gdn_ring *op)
{
	int e = cpu->gdn_ring(k, op);
	for (int s = 0; s < op->gdn.n_seq; s++)
		if (op->position[s] % KERN_RING == KERN_RING - 1)
			op->gdn.state[s].s_dst[1] += 1e-3f;
	return e;
}
static int ring_that_keeps_no_decay(struct kern *k, const struct kern_gdn_ring *op)
{
	int e = cpu->gdn_ring(k, op), c = op->position[0] % KERN_RING;
	size_t entry = kern_gdn_ring_floats(op->gdn.key_heads, op->gdn.value_heads, op->gdn.key_dim, op->gdn.value_dim) / (KERN_RING - 1);
	if (c < KERN_RING - 1)
		op->ring[0].dst[(size_t)(c + 1) * entry - 1] = 1;
	return e;
}

static const struct {
	const char *what, *says;
	int trial, variant;
	struct kern_backend spoil; /* the operations that replace the cpu's */
} saboteurs[] = {
	{ "embed off by one unit", "check: embed: y of row 0", 1, 1, { .embed = wrong_embed } },
	{ "norm off by 2e-4", "check: norm: y of row 0, column 0", 2, 16, { .norm = wrong_norm } },
	{ "matmul without its last input", "check: matmul: y of row 0", 0, 8, { .matmul = wrong_matmul } },
	{ "matmul with one NaN", "check: matmul: y of row 1, column 0 is nan", 0, 8, { .matmul = nan_matmul } },
	{ "experts in the wrong order", "check: route: the expert of row 0, column 0", 3, 6, { .route = wrong_route } },
	{ "a mixing weight off by 5e-4", "check: route: the weight of row 0", 3, 6, { .route = wrong_route_weight } },
	{ "experts without a slot", "check: experts: y of row 0", 4, 4, { .experts = wrong_experts } },
	{ "quantised to other values", "check: quantise: y of row 0, column 159", 7, 10, { .quantise = quantise_by_reciprocal } },
	{ "quantised with one scale a row", "check: quantise: y of row 0", 7, 10, { .quantise = quantise_by_row } },
	{ "a row not quantised", "check: quantise: y of row 0, column 0", 7, 10, { .quantise = quantise_nothing } },
	{ "experts that do not quantise hidden", "check: experts: y of row 0", 4, 17, { .experts = experts_that_leave_hidden_alone } },
	{ "experts that read what is not quantised", "check: experts: y of row 0", 4, 17, { .experts = experts_that_read_x } },
	{ "attention scaled wrong", "check: attention: y of row", 5, 2, { .attention = wrong_attention } },
	{ "attention that stores no key", "check: attention: the stored key of row 0, column 0", 5, 2,
		{ .attention = attention_that_stores_no_key } },
	{ "a state off by 1e-3", "check: gdn: the state of row 0, column 1", 6, 3, { .gdn = wrong_gdn } },
	{ "old inputs in the convolution's state", "check: gdn: the inputs kept of row 0, column 0", 6, 3,
		{ .gdn = gdn_with_old_inputs } },
	{ "a folded state off by 1e-3", "check: gdn_ring: the state of row 0, column 1", 9, 3, { .gdn_ring = wrong_fold } },
	{ "a ring that keeps no decay", "check: gdn_ring: a ring's decay of row", 9, 2, { .gdn_ring = ring_that_keeps_no_decay } },
};

/* A trial stops at an error and would leave its memory behind: the first violation is noted, and the trial goes on. */
static char message[512];
static int note(int e)
{
	if (e && !message[0])
		snprintf(message, sizeof message, "%s", err_message());
	return 0;
}
static struct kern_backend relay; /* the check backend, its errors noted */
#define RELAY(OP) static int relay_##OP(struct kern *k, const struct kern_##OP *op) { return note(kern_check.OP(k, op)); }
RELAY(embed) RELAY(norm) RELAY(matmul) RELAY(route) RELAY(experts) RELAY(attention) RELAY(gdn) RELAY(gdn_ring) RELAY(quantise)

static void every_saboteur_is_caught(void **state)
{
	(void)state;
	cpu = kern_backend_find("cpu");
	static const int ids[] = { 3, 1, 4 };
	for (int i = 0; i < COUNT(saboteurs); i++) {
		struct kern k;
		struct kern_backend inner = *cpu;
		const struct kern_backend *s = &saboteurs[i].spoil;
		inner.embed = s->embed ? s->embed : inner.embed;
		inner.norm = s->norm ? s->norm : inner.norm;
		inner.matmul = s->matmul ? s->matmul : inner.matmul;
		inner.quantise = s->quantise ? s->quantise : inner.quantise;
		inner.route = s->route ? s->route : inner.route;
		inner.experts = s->experts ? s->experts : inner.experts;
		inner.attention = s->attention ? s->attention : inner.attention;
		inner.gdn = s->gdn ? s->gdn : inner.gdn;
		inner.gdn_ring = s->gdn_ring ? s->gdn_ring : inner.gdn_ring;
		OK(kern_open_check(&k, &inner, NULL, KERN_F32));
		relay = kern_check;
		relay.embed = relay_embed;
		relay.norm = relay_norm;
		relay.matmul = relay_matmul;
		relay.quantise = relay_quantise;
		relay.route = relay_route;
		relay.experts = relay_experts;
		relay.attention = relay_attention;
		relay.gdn = relay_gdn;
		relay.gdn_ring = relay_gdn_ring;
		k.backend = &relay;
		const struct trial *t = &trials[saboteurs[i].trial];
		float *out = mem_array(3 * (size_t)t->width(saboteurs[i].variant), sizeof *out);
		message[0] = '\0';
		t->run(&k, saboteurs[i].variant, ids, 3, out);
		if (strncmp(message, saboteurs[i].says, strlen(saboteurs[i].says)) != 0)
			fail_msg("%s: want \"%s...\", got \"%s\"", saboteurs[i].what, saboteurs[i].says, message);
		mem_free(out);
		kern_close(&k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_saboteur_is_caught) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
