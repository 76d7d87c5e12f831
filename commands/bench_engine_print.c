#include "commands/bench_engine.h"
#include "report/text.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>

struct derived {
	double tokens_per_s, tokens_per_cpu_s, ms, gb, gb_per_s, gmac_per_s, share;
	double distinct, per_token; /* experts of a layer: that a step touched, and that over its tokens */
};

static struct derived derive(const struct engine_figures *f, const struct engine_row *r)
{
	double tokens = (double)r->tokens, bytes = (double)r->traffic.bytes;
	double in_layers = r->forks ? (double)r->distinct / f->info.n_layers : NAN;
	return (struct derived){.tokens_per_s = tokens / r->seconds, .tokens_per_cpu_s = tokens / r->cpu, .ms = r->seconds / r->steps * 1e3, .gb = bytes / 1e9,
	                        .gb_per_s = bytes / r->seconds / 1e9, .gmac_per_s = (double)r->traffic.macs / r->seconds / 1e9,
	                        .share = bench_share(bytes / r->seconds, f->peak.bytes), .distinct = in_layers / r->steps, .per_token = in_layers / tokens};
}

static void print_csv(const struct engine_figures *f, const struct options *o)
{
	bench_print_head("# ", &f->info, o, &f->peak, f->seconds_to_open);
	puts("scenario,forks,capture,tokens,seconds,tokens_per_s,tokens_per_cpu_s,gb_per_s,gmac_per_s,experts_per_token_layer,check_hash,share_of_peak,"
	     "ms_per_step,distinct_experts_per_layer,gb");
	for (int i = 0; i < f->n; i++) {
		const struct engine_row *r = &f->rows[i];
		struct derived d = derive(f, r);
		printf("%s,%d,%s,%" PRId64 ",%.4f,%.0f,%.0f,%.2f,%.1f,%.2f,%016" PRIx64 ",", r->forks ? "decode" : "prefill", r->forks, r->capture ? "on" : "off",
		       r->tokens, r->seconds, d.tokens_per_s, d.tokens_per_cpu_s, d.gb_per_s, d.gmac_per_s, r->forks ? d.per_token : 0, r->hash);
		if (!isnan(d.share))
			printf("%.4f", d.share);
		printf(",%.4f,%.2f,%.4f\n", d.ms, r->forks ? d.distinct : 0, d.gb);
	}
	bench_print_memory("# ", &f->memory);
}

static json_t *row_json(const struct engine_figures *f, const struct engine_row *r)
{
	char hash[17];
	struct derived d = derive(f, r);
	snprintf(hash, sizeof hash, "%016" PRIx64, r->hash);
	return json_pack("{s:s, s:i, s:b, s:I, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:o, s:s}", "scenario", r->forks ? "decode" : "prefill",
	                 "forks", r->forks, "capture", r->capture, "tokens", (json_int_t)r->tokens, "steps", r->steps, "seconds", r->seconds, "cpu_seconds", r->cpu,
	                 "tokens_per_s", d.tokens_per_s, "tokens_per_cpu_s", d.tokens_per_cpu_s, "ms_per_step", d.ms, "gb", d.gb, "gb_per_s", d.gb_per_s,
	                 "gmac_per_s", d.gmac_per_s, "share_of_peak", bench_json_real(d.share), "distinct_experts_per_layer", bench_json_real(d.distinct),
	                 "experts_per_token_layer", bench_json_real(d.per_token), "check_hash", hash);
}

static void print_json(const struct engine_figures *f, const struct options *o)
{
	json_t *j = bench_json("engine", &f->info, o, &f->peak, f->seconds_to_open), *rows = json_array();
	for (int i = 0; i < f->n; i++)
		json_array_append_new(rows, row_json(f, &f->rows[i]));
	json_object_set_new(j, "runs", rows);
	json_object_set_new(j, "memory", json_pack("{s:f, s:f, s:f, s:I, s:f}", "peak_bytes", f->memory.peak, "weight_bytes", f->memory.weights, "kv_bytes",
	                                           f->memory.kv, "kv_positions", (json_int_t)f->memory.positions, "state_bytes", f->memory.states));
	bench_json_print(j);
}

static void print_row(const struct engine_figures *f, const struct engine_row *r)
{
	char speed[32], cpu[32], share[32], forks[16] = "-", experts[16] = "-";
	struct derived d = derive(f, r);
	if (r->forks) {
		snprintf(forks, sizeof forks, "%d", r->forks);
		snprintf(experts, sizeof experts, "%.1f", d.distinct);
	}
	printf("  %-8s %5s %8s %10s %10s %10.3f %9s %9.3f %8.2f %8s %8.1f  %016" PRIx64 "\n", r->forks ? "decode" : "prefill", forks,
	       !r->forks ? "-" : r->capture ? "on" : "off", rep_int(speed, llround(d.tokens_per_s)), rep_int(cpu, llround(d.tokens_per_cpu_s)), d.ms, experts,
	       d.gb, d.gb_per_s, bench_percent(share, d.share), d.gmac_per_s, r->hash);
}

static void print_table(const struct engine_figures *f, const struct options *o)
{
	bool cached = false;
	bench_print_head("", &f->info, o, &f->peak, f->seconds_to_open);
	printf("a prompt of %" PRId64 " tokens, %" PRId64 " behind it in each fork; the median of %" PRId64 "\n\n", o->prompt, o->max_tokens, o->repeats);
	printf("  %-8s %5s %8s %10s %10s %10s %9s %9s %8s %8s\n", "", "", "", "", "tokens a", "ms", "experts", "GB", "", "of the");
	printf("  %-8s %5s %8s %10s %10s %10s %9s %9s %8s %8s %8s  %s\n", "", "forks", "capture", "tokens/s", "cpu-second", "a step", "a layer", "moved", "GB/s",
	       "peak", "GMAC/s", "check");
	for (int i = 0; i < f->n; i++) {
		print_row(f, &f->rows[i]);
		cached |= derive(f, &f->rows[i]).share > 1;
	}
	putchar('\n');
	if (cached)
		bench_print_caches("");
	bench_print_memory("", &f->memory);
}

void bench_engine_print(const struct engine_figures *f, const struct options *o)
{
	if (o->json)
		print_json(f, o);
	else if (o->csv)
		print_csv(f, o);
	else
		print_table(f, o);
}
