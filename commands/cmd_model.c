/* coppice model: what a model folder holds, whether it can run here, what it needs, and all that is missing or wrong. Nothing but
 * headers is read, so that it takes a moment whatever the size; --check reads every weight. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "engine/forward.h"
#include "engine/hub.h"
#include "engine/tokenizer.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

enum { SHOWN = 20 }; /* problems in a text without --full */

struct seen {
	char *dir;
	struct eng_config config;
	struct eng_weights *weights; /* headers only; NULL when config.json is wrong */
	struct eng_problems problems;
	struct kern kern;            /* only to say what it would run on */
	enum kern_type compute;      /* of the activations, as kern.h counts their keys and values */
	const char *compute_name;
	double memory;               /* bytes available to the backend: this machine's, or its device's */
	struct room room;            /* what forks are counted with, as `run` has them */
	int vocabulary;              /* of the tokenizer; 0: there is none */
	size_t type_bytes[ST_N_TYPES];
	bool made_up, checked;
};

static const enum kern_type compute_types[] = {KERN_BF16, KERN_F32};
enum { N_COMPUTE = sizeof compute_types / sizeof *compute_types };

static int forks_that_fit(const struct seen *s, enum kern_type compute)
{
	struct kern k = s->kern;
	k.compute = compute;
	return s->problems.n ? 0 : room_forks(&s->room, s->weights, &k, s->memory - (double)safetensors_bytes(s->weights->files));
}

static int add_up(struct seen *s, const struct options *o)
{
	const struct safetensors *files = s->weights->files;
	bool bf16 = o->compute ? strcmp(o->compute, "f32") != 0 : s->config.dtype == ENG_DTYPE_BF16;
	s->compute = bf16 ? KERN_BF16 : KERN_F32;
	s->compute_name = o->compute ? o->compute : kern_type_name(s->compute);
	s->room = open_room(o);
	s->room.positions = s->config.max_positions < ENG_POSITIONS ? s->config.max_positions : ENG_POSITIONS;
	s->room.grown = s->room.grown < s->room.positions ? s->room.grown : s->room.positions;
	for (size_t i = 0; i < safetensors_count(files); i++)
		s->type_bytes[safetensors_at(files, i)->type] += safetensors_at(files, i)->bytes;
	struct tok *t;
	if (tok_open(&t, s->dir) == 0) {
		s->vocabulary = tok_size(t);
		tok_free(t);
		if (s->vocabulary > s->config.n_vocab)
			problems_add_file(&s->problems, ERR_FORMAT, "tokenizer.json", "has ids up to %d, and the embedding has %d rows (vocab_size)",
			                  s->vocabulary - 1, s->config.n_vocab);
	} else {
		log_warn("%s: only commands that need no text will work", err_message());
	}
	int rc = kern_open(&s->kern, o->backend, NULL, s->compute);
	s->memory = rc == 0 && kern_is_device(&s->kern) ? room_left(&s->kern) : mem_available();
	return rc;
}

/* -- as JSON -- */

static json_t *text_json(const char *s)
{
	char *text = utf8_text(s);
	json_t *j = json_string(text);
	mem_free(text);
	return j;
}

static json_t *problems_json(const struct eng_problems *p)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "tensor", text_json(p->list[i].tensor), "problem", text_json(p->list[i].problem)));
	return list;
}

static json_t *counts_json(const struct seen *s)
{
	json_t *compute = json_object(), *types = json_object(), *index = json_array();
	for (int i = 0; i < N_COMPUTE; i++)
		json_object_set_new(compute, kern_type_name(compute_types[i]),
		                    json_pack("{s:I, s:i}", "kv_bytes_per_token", (json_int_t)forward_kv_bytes(&s->config, compute_types[i]), "forks_that_fit",
		                              forks_that_fit(s, compute_types[i])));
	for (int i = 0; i < ST_N_TYPES; i++)
		if (s->type_bytes[i])
			json_object_set_new(types, st_type_name((enum st_type)i), json_integer((json_int_t)s->type_bytes[i]));
	for (int i = 0; i < s->config.n_layers; i++)
		json_array_append_new(index, json_integer(i));
	return json_pack("{s:o, s:o, s:o, s:f, s:i, s:I, s:I, s:I}", "compute_types", compute, "type_bytes", types, "layer_index", index, "memory_available",
	                 s->memory, "forks_that_fit", forks_that_fit(s, s->compute), "weight_bytes", (json_int_t)safetensors_bytes(s->weights->files),
	                 "kv_bytes_per_token", (json_int_t)forward_kv_bytes(&s->config, s->compute), "state_bytes_per_fork",
	                 (json_int_t)forward_state_bytes(&s->config));
}

static json_t *shape_json(const struct seen *s)
{
	const struct eng_config *c = &s->config;
	const struct eng_weights *w = s->weights;
	char fingerprint[17];
	snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, w->fingerprint);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:i, s:i, s:I, s:i, s:b}", "family", c->family->model_type, "backend",
	                 s->kern.backend->name, "isa", s->kern.backend->isa, "compute", s->compute_name, "fingerprint", fingerprint, "vocabulary", c->n_vocab,
	                 "tokens", s->vocabulary, "width", c->d_model, "layers_all", c->n_layers, "layers", c->n_layers, "experts", c->n_experts, "top_k",
	                 c->top_k, "parameters", (json_int_t)w->n_params, "parameters_active", (json_int_t)w->n_params_active, "passed_over", w->n_passed_over,
	                 "unaligned_matrices", w->n_unaligned, "unaligned_bytes", (json_int_t)w->unaligned_bytes, "files", safetensors_files(w->files), "checked", s->checked);
}

static void print_json(const struct seen *s)
{
	json_t *j = json_pack("{s:o, s:b, s:o}", "dir", text_json(s->dir), "can_run", s->problems.n == 0, "problems", problems_json(&s->problems));
	if (s->weights) {
		json_object_update_new(j, shape_json(s));
		json_object_update_new(j, counts_json(s));
	}
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
}

/* -- as text -- */

/* "35.2 GiB", "61.4 MiB", "20.0 KiB" into out. */
static const char *size_text(char out[32], double bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	int u = 0;
	for (; bytes >= 1024 && u < 4; u++)
		bytes /= 1024;
	snprintf(out, 32, u ? "%.1f %s" : "%.0f %s", bytes, units[u]);
	return out;
}

static void print_weights(const struct seen *s)
{
	char size[32];
	const struct eng_weights *w = s->weights;
	const struct eng_family *f = s->config.family;
	int files = safetensors_files(w->files);
	printf("  weights            %s", size_text(size, (double)safetensors_bytes(w->files)));
	if (s->made_up)
		printf(", made up");
	else
		printf(" in %d file%s", files, files == 1 ? "" : "s");
	const char *separator = ": ";
	for (int i = 0; i < ST_N_TYPES; i++)
		if (s->type_bytes[i]) {
			printf("%s%s %s", separator, st_type_name((enum st_type)i), size_text(size, (double)s->type_bytes[i]));
			separator = ", ";
		}
	putchar('\n');
	if (w->n_unaligned)
		printf("  copied             %d matrices, %s: their bytes are not aligned in the file, so they are not mapped but copied into memory\n"
		       "                     that no other process shares; a file written anew by safetensors is aligned\n",
		       w->n_unaligned, size_text(size, (double)w->unaligned_bytes));
	if (!w->n_passed_over)
		return;
	printf("  passed over        %d tensors that generating text does not need (", w->n_passed_over);
	separator = "";
	for (int i = 0; i < 3; i++)
		if (w->passed_over[i]) {
			printf("%s%s* %d", separator, f->ignored[i], w->passed_over[i]);
			separator = ", ";
		}
	puts(")");
}

static void print_needs(const struct seen *s)
{
	char size[32];
	printf("  per token          ");
	for (int i = 0; i < N_COMPUTE; i++)
		printf("%s%s of keys and values in %s", i ? ", " : "", size_text(size, (double)forward_kv_bytes(&s->config, compute_types[i])),
		       kern_type_name(compute_types[i]));
	printf("\n  per fork           %s of recurrent state\n", size_text(size, (double)forward_state_bytes(&s->config)));
	printf("  runs on            %s kernels (%s), activations in %s\n", s->kern.backend->name, kern_device_name(&s->kern), s->compute_name);
	printf("  tokenizer          %s\n", s->vocabulary ? "there" : "none");
	if (s->problems.n) /* weights that are not all there fit anywhere */
		return;
	printf("  forks that fit     ");
	for (int i = 0; i < N_COMPUTE; i++)
		printf("%s%d in %s", i ? ", " : "", forks_that_fit(s, compute_types[i]), kern_type_name(compute_types[i]));
	printf(", of %d tokens each behind prompts of up to %d, beside the weights in the %s that are available\n", s->room.grown, s->room.positions,
	       size_text(size, s->memory));
	struct room one = s->room;
	struct kern k = s->kern;
	one.forks = 1;
	double need = (double)safetensors_bytes(s->weights->files) + room_bytes(&one, s->weights, &k);
	if (forks_that_fit(s, s->compute) < 1)
		printf("  does NOT fit here: weights and one fork need %s\n", size_text(size, need));
}

static void print_problems(const struct seen *s, bool all)
{
	const struct eng_problems *p = &s->problems;
	size_t shown = all || p->n <= SHOWN ? p->n : SHOWN;
	printf("  CANNOT run:        %zu problem%s\n", p->n + p->more, p->n + p->more == 1 ? "" : "s");
	for (size_t i = 0; i < shown; i++)
		printf("    %s%s %s\n", p->list[i].tensor, p->list[i].file ? ":" : "", p->list[i].problem);
	if (shown < p->n + p->more)
		printf("    and %zu more%s\n", p->n + p->more - shown, all ? "" : ": --full lists them");
}

static void print_text(const struct seen *s, bool full)
{
	const struct eng_config *c = &s->config;
	printf("%s\n", s->dir);
	if (s->weights) {
		printf("  family             %s, %d layers of width %d, vocabulary %d\n", c->family->model_type, c->n_layers, c->d_model, c->n_vocab);
		printf("  experts            %d in each of %d layers, %d chosen per token\n", c->n_experts, c->n_layers, c->top_k);
		if (!s->problems.n)
			printf("  parameters         %.1f million, %.1f million touched by one token\n", (double)s->weights->n_params / 1e6,
			       (double)s->weights->n_params_active / 1e6);
		if (safetensors_count(s->weights->files))
			print_weights(s);
		print_needs(s);
	}
	if (s->problems.n)
		print_problems(s, full);
	else if (s->checked)
		puts("  checked            every weight was read: no NaN, no infinity, no impossible scale");
}

/* -- the command -- */

static void check(struct seen *s, const struct options *o)
{
	struct crew *crew = crew_new(o->threads ? (int)o->threads : thread_cpus());
	weights_check(s->weights, crew, &s->problems);
	crew_free(crew);
	s->checked = true;
}

/* What eng_model_open would refuse of a whole model. */
static int check_compute(const struct seen *s, const struct options *o)
{
	if (s->problems.n || !o->compute || strcmp(o->compute, "fp8"))
		return 0;
	if (weights_any_fp8(s->weights))
		return config_check_fp8(&s->config, s->dir);
	return err_set(ERR_UNSUPPORTED, "%s has no FP8 weights: compute type fp8 is for checkpoints that have; f32 and bf16 are possible", s->dir);
}

static int look(struct seen *s, const struct options *o)
{
	int err = config_open(&s->config, s->dir);
	if (err == ERR_FORMAT || err == ERR_UNSUPPORTED || err == ERR_LIMIT) {
		const char *text = err_message(), *behind = strstr(text, "config.json: ");
		problems_add_file(&s->problems, err, "config.json", "%s", behind ? behind + strlen("config.json: ") : text);
		return 0;
	}
	if (err)
		return err;
	s->made_up = o->dummy_weights >= 0;
	struct weights_source from = {.dir = s->dir, .dummy = o->dummy_weights >= 0, .seed = (uint64_t)o->dummy_weights, .headers_only = true};
	err = weights_open(&s->weights, &from, &s->config, &s->problems);
	if (!err)
		err = check_compute(s, o);
	if (!err)
		err = add_up(s, o);
	if (!err && o->check && from.dummy)
		return err_set(ERR_USAGE, "--check reads weights from files, and --dummy-weights has none");
	if (!err && o->check)
		check(s, o);
	return err;
}

/* The folder of the model, and what is missing of its download, if anything: NULL, or a message of your own. */
static int find(char **dir, char **incomplete, const struct options *o)
{
	int err = find_model(dir, o, false);
	if (!err && o->model && o->dummy_weights < 0 && hub_check(*dir, o->model))
		*incomplete = mem_strdup(err_message());
	return err;
}

/* As an error: the download that would mend it, else how many problems there are. What is missing is not what is wrong. */
static int verdict(const struct seen *s, int err, const char *incomplete)
{
	const struct eng_problems *p = &s->problems;
	if (incomplete && (err == ERR_MISSING || (!err && p->n)))
		return err_set(ERR_MISSING, "%s", incomplete);
	if (err || !p->n)
		return err;
	return err_set(p->list[0].code == ERR_MISSING ? ERR_MISSING : ERR_FORMAT, "%s cannot run: %zu problem%s, the first with %s", s->dir, p->n + p->more,
	               p->n > 1 ? "s" : "", p->list[0].tensor);
}

static int name_of(struct options *o)
{
	if (!o->n_args)
		return 0;
	if (o->model)
		return err_set(ERR_USAGE, "'%s' and --model %s: one model at a time", o->args[0], o->model);
	if (!*o->args[0])
		return err_set(ERR_USAGE, "DIR is empty: it takes a folder or a hub id");
	o->model = o->args[0];
	return 0;
}

static int run(const struct options *o)
{
	struct options named = *o;
	struct seen s = {0};
	char *incomplete = NULL;
	int err = name_of(&named);
	problems_init(&s.problems);
	if (!err)
		err = find(&s.dir, &incomplete, &named);
	if (!err)
		err = look(&s, &named);
	if (!err && o->json)
		print_json(&s);
	else if (!err)
		print_text(&s, o->full);
	err = verdict(&s, err, incomplete);
	mem_free(incomplete);
	if (s.kern.backend)
		kern_close(&s.kern);
	weights_close(s.weights);
	config_release(&s.config);
	problems_release(&s.problems);
	mem_free(s.dir);
	return err;
}

const struct command cmd_model = {
	.name = "model",
	.args = "[DIR]",
	.max_args = 1,
	.summary = "what a model folder holds, whether it runs here, and what it needs",
	.text = "Reads the headers of a model (a folder, a hub id in the local cache, or the embedded model), finds every tensor the architecture calls "
	        "for, and says what is there and what it needs: weights, keys and values per token, recurrent state per fork, and how many "
	        "forks of --max-tokens fit in the memory that is available. This takes a moment, whatever the size.\n\n"
	        "Whatever is missing or wrong is listed tensor by tensor: shards that the index names and that are not there, tensors "
	        "that are missing, of another shape or type, or without a place in this architecture. The exit status is then 1, or 3 where a file is not there. --check also reads every "
	        "weight, and lists the tensors that hold a NaN, an infinity or an impossible FP8 scale. "
	        "Of a download that is incomplete the command that completes it is named.",
	.options = "model dummy-weights backend compute threads max-tokens state check full",
	.examples = "  coppice model\n  coppice model ~/models/Qwen3.5-35B-A3B-FP8 --check\n  coppice model allenai/OLMoE-1B-7B-0125-Instruct --json\n",
	.run = run,
};
