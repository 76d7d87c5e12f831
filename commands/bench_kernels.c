/* coppice bench kernels: every operation of a step by itself, at the shapes of a model. The functions measured are the ones that the
 * engine calls, with operands as it gives them: packed where it packs, one call for matrices that read the same rows.
 *
 * Of a model only config.json and the headers of its files are read. Bytes are those the front functions count (a device counts those
 * that depend on what is there), a rate is of the fastest call, and the hash is of what the first call gave. */
#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "commands/bench_kernels.h"
#include "commands/open_model.h"
#include "engine/room.h"
#include <string.h>

enum { MAX_SAMPLES = 400, LEAST_SAMPLES = 3, DEVICE_CALLS = 16, ROWS_AN_OP = 2 };
static const double seconds_an_op = 0.15;

static int hash_rows(struct kern *k, const struct kern_view *y, uint64_t *hash)
{
	size_t n = (size_t)y->rows * y->ld;
	float *plain = mem_array(n, sizeof *plain);
	int err = kern_get(k, plain, y->data, n * sizeof *plain);
	*hash = HASH_SEED;
	for (int r = 0; r < y->rows; r++)
		*hash = hash_bytes(*hash, plain + (size_t)r * y->ld, (size_t)y->cols * sizeof *plain);
	mem_free(plain);
	return err;
}

static int first_call(struct kernels *b, struct kernel_row *row, kernel_fn *fn, const void *arg, const struct kern_view *y)
{
	int err = kern_settle(&b->k);
	b->k.bytes = b->k.macs = 0;
	err = err ? err : fn(&b->k, arg);
	err = err ? err : kern_settle(&b->k);
	row->bytes = b->k.bytes;
	row->macs = b->k.macs;
	return err ? err : hash_rows(&b->k, y, &row->hash);
}

/* Microseconds of a call; of several at once where a device is to be waited for. */
static int sample(struct kernels *b, kernel_fn *fn, const void *arg, double *us)
{
	int calls = kern_is_device(&b->k) ? DEVICE_CALLS : 1, err = 0;
	double start = clock_seconds();
	for (int i = 0; i < calls && !err; i++)
		err = fn(&b->k, arg);
	err = err ? err : kern_settle(&b->k);
	*us = (clock_seconds() - start) * 1e6 / calls;
	return err;
}

int kernel_measure(struct kernels *b, const struct operands *made, const char *op, const char *shape, kernel_fn *fn, const void *arg, const struct kern_view *y)
{
	struct kernel_row row = {.op = op, .rows = y->rows, .prompt = b->prompt};
	double us[MAX_SAMPLES], until = 0;
	int n = 0, err = made->err ? made->err : first_call(b, &row, fn, arg, y);
	until = clock_seconds() + seconds_an_op;
	while (!err && n < MAX_SAMPLES && (n < LEAST_SAMPLES || clock_seconds() < until))
		err = sample(b, fn, arg, &us[n++]);
	if (err)
		return err_prefix(err, "%s %s", op, shape);
	row.median_us = bench_median(us, n);
	row.min_us = us[0];
	snprintf(row.shape, sizeof row.shape, "%s", shape);
	b->list[b->n++] = row;
	return 0;
}

static bool wanted(const struct options *o, const struct kernel_op *op)
{
	return !o->op || strcmp(o->op, op->op) == 0;
}

/* The operations with so many rows of forks, or of a prompt. */
static int measure_rows(struct kernels *b, const struct options *o, int rows, bool prompt, struct progress *p)
{
	int err = 0;
	b->prompt = prompt;
	for (int i = 0; i < n_kernel_ops && !err; i++)
		if (wanted(o, &kernel_ops[i]) && (!prompt || kernel_ops[i].prompt)) {
			progress_update(p, p->done, "%s", kernel_ops[i].op);
			err = kernel_ops[i].run(b, rows);
			p->done++;
		}
	return err;
}

/* As the engine cuts a prompt. */
static int chunk_of(const struct kernels *b)
{
	int chunk = room_chunk(&b->k);
	return chunk < b->positions ? chunk : b->positions;
}

static int measure_all(struct kernels *b, const struct options *o)
{
	struct progress p;
	int n = 0, of_prompt = 0, err = 0;
	for (int i = 0; i < n_kernel_ops; i++) {
		n += wanted(o, &kernel_ops[i]);
		of_prompt += wanted(o, &kernel_ops[i]) && kernel_ops[i].prompt;
	}
	b->list = mem_array((size_t)(ROWS_AN_OP * (n * o->counts.n + of_prompt)), sizeof *b->list);
	bench_progress(&p, "bench kernels", "operations", n * o->counts.n + of_prompt);
	for (int c = 0; c < o->counts.n && !err; c++)
		err = measure_rows(b, o, o->counts.at[c], false, &p);
	err = err ? err : measure_rows(b, o, chunk_of(b), true, &p);
	if (!err)
		progress_end(&p);
	if (!err && !b->n)
		return err_set(ERR_USAGE, "with this --backend and --compute a step of this model has no %s (sample and top: of cuda and ref)", o->op);
	return err;
}

/* -- the model's shapes -- */

static int read_shapes(struct kernels *b, const char *dir, const struct options *o)
{
	struct weights_source from = {.dir = dir, .dummy = o->dummy_weights >= 0, .seed = (uint64_t)o->dummy_weights, .headers_only = true};
	int err = config_open(&b->config, dir);
	err = err ? err : weights_open(&b->weights, &from, &b->config, NULL);
	if (err)
		return err;
	for (int i = b->config.n_layers - 1; i >= 0; i--)
		*(b->config.mixer[i] == ENG_ATTENTION ? &b->attention : &b->gdn) = &b->weights->layers[i];
	b->positions = o->prompt < b->config.max_positions ? (int)o->prompt : b->config.max_positions - 1;
	b->packed = safetensors_bytes(b->weights->files) <= ENG_SMALL_BYTES;
	b->quantise = o->compute && strcmp(o->compute, "fp8") == 0;
	if (b->quantise && !weights_any_fp8(b->weights))
		return err_set(ERR_UNSUPPORTED, "%s has no FP8 weights: compute type fp8 is for checkpoints that have; f32 and bf16 are possible", dir);
	return 0;
}

/* As the engine would say it of the open model. */
static void describe(struct kernels *b, const char *dir, const char *compute)
{
	const struct eng_weights *w = b->weights;
	b->info = (struct eng_info){.dir = dir, .family = b->config.family->model_type, .backend = b->k.backend->name, .isa = kern_device_name(&b->k),
	                            .compute = compute, .n_vocab = b->config.n_vocab, .d_model = b->config.d_model, .n_layers = b->config.n_layers,
	                            .n_layers_all = b->config.n_layers, .n_experts = b->config.n_experts, .top_k = b->config.top_k,
	                            .weight_bytes = safetensors_bytes(w->files), .n_params = w->n_params, .n_params_active = w->n_params_active,
	                            .fingerprint = w->fingerprint};
}

static int measure(struct kernels *b, const char *dir, const struct options *o)
{
	struct crew *crew = crew_new(o->threads ? (int)o->threads : thread_cpus());
	bool bf16 = o->compute ? strcmp(o->compute, "f32") != 0 : b->config.dtype == ENG_DTYPE_BF16;
	int err = kern_open(&b->k, o->backend, crew, bf16 ? KERN_BF16 : KERN_F32);
	if (!err) {
		err = measure_all(b, o);
		err = err ? err : bench_peak(&b->peak, o, true);
		describe(b, dir, o->compute ? o->compute : bf16 ? "bf16" : "f32");
		if (!err)
			bench_kernels_print(b, o);
		kern_close(&b->k);
	}
	crew_free(crew);
	return err;
}

int bench_kernels(const struct options *o)
{
	struct kernels b = {0};
	char *dir = NULL;
	int err = find_model(&dir, o, true);
	err = err ? err : read_shapes(&b, dir, o);
	err = err ? err : measure(&b, dir, o);
	weights_close(b.weights);
	config_release(&b.config);
	mem_free(b.list);
	mem_free(dir);
	return err;
}
