/* coppice trace: teacher-forced capture of logits and routing. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/npy.h"
#include "commands/commands.h"
#include "commands/open.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

struct trace {
	struct file_map map;
	struct npy file; /* the ids as they are given, unless */
	json_t *list;    /* they are a list of JSON */
	int32_t *ids;
	int n;
	float *logits, *weights;
	uint16_t *experts;
};

/* What `coppice tokenize` writes for a line. */
static int parse_list(struct trace *t)
{
	json_error_t why;
	t->list = json_loadb(t->map.data ? t->map.data : "", t->map.size, 0, &why);
	if (!t->list)
		return err_set(ERR_FORMAT, "not JSON: line %d: %.100s (one list of ids is read)", why.line, why.text);
	if (!json_is_array(t->list))
		return err_set(ERR_FORMAT, "token ids in JSON are a list of whole numbers, [5, 17, 3]");
	for (size_t i = 0; i < json_array_size(t->list); i++)
		if (!json_is_integer(json_array_get(t->list, i)))
			return err_set(ERR_FORMAT, "item %zu of the list is not a token id", i);
	return 0;
}

static bool is_list(const struct trace *t, const char *path)
{
	size_t n = strlen(path);
	return (n > 5 && !strcmp(path + n - 5, ".json")) || (t->map.size && *(const char *)t->map.data == '[');
}

static int parse_array(struct trace *t)
{
	struct npy *a = &t->file;
	int err = npy_parse(a, t->map.data, t->map.size);
	if (!err && (a->n_dims != 1 || a->type >= NPY_F16))
		err = err_set(ERR_FORMAT, "token ids are a one-dimensional array of integers, and this one has %d dimensions%s", a->n_dims, a->type >= NPY_F16 ? " of floats" : "");
	return err;
}

static int open_ids(struct trace *t, const char *path)
{
	int err = file_map_open(&t->map, path);
	if (err)
		return err;
	bool list = is_list(t, path);
	err = list ? parse_list(t) : parse_array(t);
	size_t n = err ? 0 : list ? json_array_size(t->list) : t->file.n_items;
	if (!err && (n == 0 || n > INT32_MAX))
		err = err_set(ERR_FORMAT, "%zu token ids: at least one and fewer than 2^31 are needed", n);
	t->n = err ? 0 : (int)n;
	return err ? err_prefix(err, "%s", path) : 0;
}

static int64_t id_at(const struct trace *t, size_t i)
{
	return t->list ? json_integer_value(json_array_get(t->list, i)) : npy_int(&t->file, i);
}

static int take_ids(struct trace *t, const char *path, int n_vocab)
{
	t->ids = mem_array((size_t)t->n, sizeof *t->ids);
	for (int i = 0; i < t->n; i++) {
		int64_t id = id_at(t, (size_t)i);
		if (id < 0 || id >= n_vocab)
			return err_set(ERR_FORMAT, "%s: token id %lld at index %d; the model's are 0 to %d", path, (long long)id, i, n_vocab - 1);
		t->ids[i] = (int32_t)id;
	}
	return 0;
}

static int check_logits(const struct trace *t, size_t n_vocab)
{
	for (size_t i = 0; i < (size_t)t->n * n_vocab; i++)
		if (!isfinite(t->logits[i]))
			return err_set(ERR_FORMAT, "the logit of id %zu at position %zu is %g: an activation overflowed; are the weights sound? "
			               "`coppice model --check` looks", i % n_vocab, i / n_vocab, (double)t->logits[i]);
	return 0;
}

static int compute(struct trace *t, struct eng_model *m)
{
	const struct eng_info *info = eng_model_info(m);
	size_t n = (size_t)t->n, row = (size_t)info->n_layers * (size_t)info->top_k;
	t->logits = mem_large(n * (size_t)info->n_vocab * sizeof *t->logits);
	t->weights = mem_large(n * row * sizeof *t->weights);
	t->experts = mem_large(n * row * sizeof *t->experts);
	if (!t->logits || !t->weights || !t->experts)
		return err_set(ERR_NOMEM, "logits of %d positions x %d ids do not fit in memory: trace a shorter piece", t->n, info->n_vocab);
	struct eng_prefix *prefix;
	int err = eng_prefix_new(&prefix, m, t->ids, t->n, (struct eng_capture){ t->experts, t->weights }, t->logits);
	if (err)
		return err;
	eng_prefix_free(prefix);
	return check_logits(t, (size_t)info->n_vocab);
}

static int write_array(const char *dir, const char *name, enum npy_type type, int n_dims, const size_t *dims, const void *data)
{
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	char *path = file_join(dir, name);
	int err = npy_write(&b, type, n_dims, dims, data);
	if (!err)
		err = file_write(path, b.data, b.len);
	mem_free(path);
	buf_release(&b);
	return err;
}

/* Ids are written in the smallest type that holds the model's, as in the run store. */
static int write_experts(const struct trace *t, const struct eng_info *info, const char *dir)
{
	const size_t dims[3] = { (size_t)t->n, (size_t)info->n_layers, (size_t)info->top_k };
	size_t items = dims[0] * dims[1] * dims[2];
	if (info->n_experts > 256)
		return write_array(dir, "experts.npy", NPY_U16, 3, dims, t->experts);
	uint8_t *narrow = mem_alloc(items);
	for (size_t i = 0; i < items; i++)
		narrow[i] = (uint8_t)t->experts[i];
	int err = write_array(dir, "experts.npy", NPY_U8, 3, dims, narrow);
	mem_free(narrow);
	return err;
}

static int write_all(const struct trace *t, const struct eng_info *info, const char *dir)
{
	const size_t routed[3] = { (size_t)t->n, (size_t)info->n_layers, (size_t)info->top_k };
	const size_t logits[2] = { (size_t)t->n, (size_t)info->n_vocab };
	int err = file_mkdirs(dir);
	if (!err)
		err = write_array(dir, "logits.npy", NPY_F32, 2, logits, t->logits);
	if (!err)
		err = write_experts(t, info, dir);
	if (!err)
		err = write_array(dir, "weights.npy", NPY_F32, 3, routed, t->weights);
	return err;
}

static int run(const struct options *o)
{
	if (!o->ids || !o->out)
		return err_set(ERR_USAGE, "trace needs --ids FILE and --out DIR");
	struct trace t = { 0 };
	struct eng_model *m = NULL;
	int err = check_outside_runs(o->out);
	if (!err)
		err = open_ids(&t, o->ids);
	if (!err)
		err = open_model(&m, o, t.n);
	if (!err)
		err = take_ids(&t, o->ids, eng_model_info(m)->n_vocab);
	if (!err)
		err = compute(&t, m);
	if (!err)
		err = write_all(&t, eng_model_info(m), o->out);
	if (!err && o->json)
		printf("{\"tokens\": %d, \"layers\": %d, \"top_k\": %d, \"vocab\": %d}\n", t.n, eng_model_info(m)->n_layers,
		       eng_model_info(m)->top_k, eng_model_info(m)->n_vocab);
	else if (!err)
		log_info("%s holds logits.npy, experts.npy and weights.npy of %d positions", o->out, t.n);
	eng_model_close(m);
	json_decref(t.list);
	file_map_close(&t.map);
	mem_free(t.ids);
	mem_large_free(t.logits);
	mem_large_free(t.weights);
	mem_large_free(t.experts);
	return err;
}

const struct command cmd_trace = {
	.name = "trace",
	.args = "",
	.summary = "write logits, experts and weights of given token ids",
	.text = "Feeds the given token ids to the model and writes what it computed at every position: logits.npy (positions x "
	        "vocabulary, f32), experts.npy (positions x layers x k, in chosen order; u8 where ids fit, else u16) and weights.npy "
	        "(the same shape, f32). Layers are those that have experts. No tokenizer is needed.\n\n"
	        "Ids are a one-dimensional integer array in a .npy file, or a JSON list, as tokenize writes it: a file whose name ends in .json or "
	        "that begins with [.",
	.options = "model dummy-weights ids traced backend compute state threads",
	.examples = "  echo '\"int main(void)\"' | coppice tokenize >ids.json\n"
	            "  coppice trace --ids ids.json --out trace\n"
	            "  python3 -c 'import numpy; numpy.save(\"ids.npy\", numpy.array([5, 17, 3]))'\n"
	            "  coppice trace --ids ids.npy --out trace-2\n",
	.run = run,
};
