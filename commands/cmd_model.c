/* coppice model: what a model folder holds, whether it can run here, and what it needs. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "engine/model.h"
#include "engine/tokenizer.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

struct needs {
	double memory;   /* bytes this machine has available */
	double forks;    /* that fit beside the weights, each `positions` long */
	int positions;
	int vocabulary;  /* of the tokenizer; 0: there is none */
};

static double available_memory(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	double kib = 0;
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "MemAvailable: %lf kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib > 0 ? kib * 1024 : (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

static struct needs add_up(const struct eng_info *m)
{
	struct needs n = { .memory = available_memory(), .positions = m->max_positions < 1024 ? m->max_positions : 1024 };
	double fork = (double)m->kv_bytes_per_token * n.positions + (double)m->state_bytes_per_fork;
	n.forks = floor((n.memory - (double)m->weight_bytes) / fork);
	if (n.forks < 0)
		n.forks = 0;
	struct tok *t;
	if (tok_open(&t, m->dir) == 0) {
		n.vocabulary = tok_size(t);
		tok_free(t);
	} else {
		log_warn("%s: only commands that need no text will work", err_message());
	}
	return n;
}

static void print_json(const struct eng_info *m, const struct needs *n)
{
	json_t *index = json_array();
	for (int i = 0; i < m->n_layers; i++)
		json_array_append_new(index, json_integer(m->layer_index[i]));
	char fingerprint[17];
	snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, m->fingerprint);
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o}", "dir", m->dir,
	                      "family", m->family, "backend", m->backend, "isa", m->isa, "compute", m->compute, "fingerprint", fingerprint,
	                      "vocabulary", m->n_vocab, "tokens", n->vocabulary, "width", m->d_model, "layers_all", m->n_layers_all, "layers",
	                      m->n_layers, "experts", m->n_experts, "top_k", m->top_k, "parameters", (json_int_t)m->n_params, "parameters_active",
	                      (json_int_t)m->n_params_active, "weight_bytes", (json_int_t)m->weight_bytes, "kv_bytes_per_token",
	                      (json_int_t)m->kv_bytes_per_token, "state_bytes_per_fork", (json_int_t)m->state_bytes_per_fork, "memory_available",
	                      n->memory, "forks_that_fit", n->forks, "layer_index", index);
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
}

static void print_text(const struct eng_info *m, const struct needs *n)
{
	printf("%s\n", m->dir);
	printf("  family             %s, %d layers of width %d, vocabulary %d\n", m->family, m->n_layers_all, m->d_model, m->n_vocab);
	printf("  experts            %d in each of %d layers, %d chosen per token\n", m->n_experts, m->n_layers, m->top_k);
	printf("  parameters         %.1f million, %.1f million touched by one token\n", (double)m->n_params / 1e6, (double)m->n_params_active / 1e6);
	printf("  weights            %.1f MiB in the files\n", (double)m->weight_bytes / 0x1p20);
	printf("  per token          %.1f KiB of keys and values\n", (double)m->kv_bytes_per_token / 1024);
	printf("  per fork           %.1f KiB of recurrent state\n", (double)m->state_bytes_per_fork / 1024);
	printf("  runs on            %s kernels (%s), activations in %s\n", m->backend, m->isa, m->compute);
	printf("  tokenizer          %s\n", n->vocabulary ? "there" : "none");
	printf("  forks that fit     %.0f of %d positions in the %.1f GiB that are available\n", n->forks, n->positions, n->memory / 0x1p30);
	if (n->forks < 1)
		printf("  does NOT fit here: weights and one fork need %.1f GiB\n",
		       ((double)m->weight_bytes + (double)m->kv_bytes_per_token * n->positions + (double)m->state_bytes_per_fork) / 0x1p30);
}

/* Reads every weight, for --check. */
static int check_weights(const char *dir)
{
	struct eng_config config;
	struct eng_weights *weights = NULL;
	int err = config_open(&config, dir);
	if (err)
		return err;
	err = weights_open(&weights, dir, &config);
	if (!err)
		err = weights_check(weights);
	weights_close(weights);
	config_release(&config);
	if (!err)
		log_info("every weight was read: no NaN, no infinity, no impossible scale");
	return err;
}

static int run(const struct options *o)
{
	struct options named = *o;
	if (o->n_args)
		named.model = o->args[0];
	struct eng_model *m;
	int err = open_model(&m, &named, 0);
	if (err)
		return err;
	const struct eng_info *info = eng_model_info(m);
	if (o->check)
		err = check_weights(info->dir);
	if (!err) {
		struct needs n = add_up(info);
		if (o->json)
			print_json(info, &n);
		else
			print_text(info, &n);
	}
	eng_model_close(m);
	return err;
}

const struct command cmd_model = {
	.name = "model",
	.args = "[DIR]",
	.max_args = 1,
	.summary = "what a model folder holds, whether it runs here, and what it needs",
	.text = "Opens a model folder (the embedded model without one), binds every tensor the architecture calls for, and says what it holds and "
	        "what it needs: weights, keys and values per token, recurrent state per fork, and how many forks fit in the memory that is "
	        "available. A tensor that is missing or misshapen is named. --check reads every weight.",
	.options = "model backend compute check",
	.examples = "  coppice model\n  coppice model ~/models/Qwen3.5-35B-A3B-FP8 --check\n",
	.run = run,
};
