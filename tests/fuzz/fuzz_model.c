/* Any bytes as a whole model: refused with problems that are named, or bound so that every matrix lies within the bytes.
 *
 *   input:  u16 n (little endian) | n bytes of config.json | the rest: one safetensors file
 *
 * tests/fuzz/model_input.py makes such an input of a model folder. */
#include "engine/model.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const char *at;
	size_t n;
};

/* Its first and its last item are read, and they are numbers: the check has passed. */
static void check_matrix(const struct kern_weight *w, struct bytes all)
{
	if (!w->data)
		return;
	const char *at = w->data;
	size_t n = (size_t)w->rows * w->ld * kern_type_bytes(w->type);
	bool inside = at >= all.at && at + n <= all.at + all.n; /* or a copy, where the file's was not aligned */
	assert(inside || (uintptr_t)at % 64 == 0);
	float first = kern_weight_at(w, 0, 0), last = kern_weight_at(w, w->rows - 1, w->cols - 1);
	assert(first - first == 0 && last - last == 0);
}

static void check_all(const struct eng_weights *w, struct bytes all)
{
	const struct eng_config *c = w->config;
	check_matrix(&w->embed, all);
	check_matrix(&w->head, all);
	for (int i = 0; i < c->n_layers; i++) {
		const struct eng_layer *l = &w->layers[i];
		const struct kern_weight *some[] = {&l->q, &l->k, &l->v, &l->o, &l->qkv, &l->z, &l->a, &l->b, &l->out, &l->router, &l->shared_gate, &l->shared.down};
		for (size_t j = 0; j < sizeof some / sizeof *some; j++)
			check_matrix(some[j], all);
		for (int e = 0; e < c->n_experts; e++) {
			check_matrix(&l->experts[e].gate, all);
			check_matrix(&l->experts[e].up, all);
			check_matrix(&l->experts[e].down, all);
		}
	}
}

/* With all problems listed, from headers alone; then with the first as the error: the two must agree. */
static void bind_twice(struct eng_config *c, const uint8_t *data, size_t size)
{
	struct safetensors *files;
	struct eng_weights *w;
	struct eng_problems p;
	if (safetensors_parse(&files, data, size))
		return;
	problems_init(&p);
	if (!weights_bind(&w, files, c, true, &p))
		weights_close(w);
	bool listed = p.n > 0;
	if (safetensors_parse(&files, data, size))
		assert(!"the same bytes were parsed before");
	int rc = weights_bind(&w, files, c, false, NULL);
	assert(!listed || rc);
	if (!rc) {
		weights_check(w, NULL, &p);
		if (!p.n)
			check_all(w, (struct bytes){(const char *)data, size});
		weights_close(w);
	}
	problems_release(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct eng_config c;
	if (size < 2)
		return 0;
	size_t n = data[0] | (size_t)data[1] << 8;
	if (n > size - 2 || config_parse(&c, data + 2, n))
		return 0;
	/* A config alone may ask for a million tensors: that is slow, not wrong. */
	if ((int64_t)c.n_layers * c.n_experts <= 4096)
		bind_twice(&c, data + 2 + n, size - 2 - n);
	config_release(&c);
	return 0;
}
