#include "base/mem.h"
#include "base/thread.h"
#include "commands/bench.h"
#include "engine/hub.h"
#include "report/text.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void bench_progress(struct progress *p, const char *what, const char *unit, int64_t total)
{
	progress_start(p, what, unit, total);
	p->patience = 1;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_size);
	return v[n / 2];
}

const char *bench_percent(char out[32], double share)
{
	if (isnan(share))
		snprintf(out, 32, "-");
	else
		snprintf(out, 32, "%.1f %%", 100 * share);
	return out;
}

struct bench_memory bench_memory(const struct eng_info *info, const struct options *o, int forks, int steps)
{
	int64_t positions = o->prompt + (int64_t)forks * steps;
	return (struct bench_memory){.peak = mem_peak(), .weights = (double)info->weight_bytes, .kv = (double)positions * (double)info->kv_bytes_per_token,
	                             .states = (forks + 1.0) * (double)info->state_bytes_per_fork, .positions = positions};
}

/* -- as JSON -- */

json_t *bench_json_real(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

void bench_json_print(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(j);
}

static json_t *measured(double x)
{
	return x > 0 ? json_real(x) : json_null();
}

json_t *bench_json_peak(const struct bench_peak *p)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:b, s:s}", "gb_per_s", measured(p->bytes / 1e9), "reading_gb_per_s", measured(p->reading / 1e9),
	                 "copying_gb_per_s", measured(p->copying / 1e9), "gmac_per_s", measured(p->macs / 1e9), "buffer_bytes", (json_int_t)p->size, "given",
	                 p->given, "device", p->device);
}

static json_t *text_json(const char *s)
{
	char *text = rep_utf8(s, strlen(s));
	json_t *j = json_string(text);
	mem_free(text);
	return j;
}

static json_t *model_json(const struct eng_info *i, const struct options *o)
{
	char fingerprint[17];
	snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, i->fingerprint);
	return json_pack("{s:o, s:s, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:s, s:b}", "dir", text_json(i->dir), "family", i->family, "layers", i->n_layers, "experts",
	                 i->n_experts, "top_k", i->top_k, "vocabulary", i->n_vocab, "parameters", (json_int_t)i->n_params, "parameters_active",
	                 (json_int_t)i->n_params_active, "weight_bytes", (json_int_t)i->weight_bytes, "fingerprint", fingerprint, "made_up",
	                 o->dummy_weights >= 0);
}

static int threads_of(const struct options *o)
{
	return o->threads ? (int)o->threads : thread_cpus();
}

json_t *bench_json(const char *bench, const struct eng_info *info, const struct options *o, const struct bench_peak *peak, double seconds_to_open)
{
	json_t *j = json_pack("{s:s, s:o, s:s, s:s, s:s, s:i, s:I, s:o}", "bench", bench, "model", model_json(info, o), "backend", info->backend, "isa", info->isa,
	                      "compute", info->compute, "threads", threads_of(o), "prompt", (json_int_t)o->prompt, "peak", bench_json_peak(peak));
	if (isnan(seconds_to_open))
		return j;
	json_object_set_new(j, "state", json_string(info->shared_state ? "shared" : "own"));
	json_object_set_new(j, "seed", json_integer(o->seed));
	json_object_set_new(j, "max_tokens", json_integer(o->max_tokens));
	json_object_set_new(j, "repeats", json_integer(o->repeats));
	json_object_set_new(j, "seconds_to_open", json_real(seconds_to_open));
	return j;
}

/* -- as lines -- */

void bench_print_peak(const char *mark, const struct bench_peak *p)
{
	if (p->given && p->bytes > 0)
		printf("%sshares are of %.1f GB/s, as --peak says\n", mark, p->bytes / 1e9);
	else if (p->reading > 0)
		printf("%smemory gives %.1f GB/s by reading, %.1f by copies (read and written), of %zu MiB\n", mark, p->reading / 1e9, p->copying / 1e9,
		       p->size >> 20);
	else if (p->bytes > 0)
		printf("%smemory of %s gives %.1f GB/s by copies (read and written) of %zu MiB\n", mark, p->device, p->bytes / 1e9, p->size >> 20);
	if (p->macs > 0)
		printf("%sregisters give %.1f GMAC/s\n", mark, p->macs / 1e9);
}

void bench_print_head(const char *mark, const struct eng_info *i, const struct options *o, const struct bench_peak *peak, double seconds_to_open)
{
	char *name = hub_model_name(i->dir), opened[48] = "";
	bool made_up = o->dummy_weights >= 0, open = !isnan(seconds_to_open);
	if (open)
		snprintf(opened, sizeof opened, ", %s in %.2f s", made_up ? "made" : "opened", seconds_to_open);
	printf("%s%s (%s): %d layers of %d experts, %d a token; %.1f million parameters, %.1f touched by one token\n", mark, name, i->family, i->n_layers,
	       i->n_experts, i->top_k, (double)i->n_params / 1e6, (double)i->n_params_active / 1e6);
	printf("%s%sweights of %.1f MiB%s; %s kernels (%s), %d thread%s, activations in %s%s\n", mark, made_up ? "made-up " : "",
	       (double)i->weight_bytes / 0x1p20, opened, i->backend, i->isa, threads_of(o), threads_of(o) == 1 ? "" : "s", i->compute,
	       !open ? "" : i->shared_state ? ", states shared" : ", states their own");
	bench_print_peak(mark, peak);
	mem_free(name);
}

void bench_print_memory(const char *mark, const struct bench_memory *m)
{
	char positions[32];
	printf("%smost memory %.1f MiB: %.2f times weights %.1f, keys and values of %s positions %.1f, states %.1f\n", mark, m->peak / 0x1p20,
	       m->peak / (m->weights + m->kv + m->states), m->weights / 0x1p20, rep_int(positions, m->positions), m->kv / 0x1p20, m->states / 0x1p20);
}

void bench_print_caches(const char *mark)
{
	printf("%sa share over 100 %% is of what caches hold: memory is not asked for it each time\n", mark);
}
