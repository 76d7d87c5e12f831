#include "commands/bench_kernels.h"
#include "report/text.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>

struct derived {
	double gb_per_s, gmac_per_s, of_memory, of_macs;
};

static struct derived derive(const struct kernels *b, const struct kernel_row *r)
{
	double bytes = (double)r->bytes / r->min_us * 1e6, macs = (double)r->macs / r->min_us * 1e6;
	return (struct derived){bytes / 1e9, macs / 1e9, bench_share(bytes, b->peak.bytes), r->macs ? bench_share(macs, b->peak.macs) : NAN};
}

static void print_csv(const struct kernels *b, const struct options *o)
{
	struct buf line;
	buf_init(&line, BUF_MAX_TEXT);
	bench_print_head("# ", &b->info, o, &b->peak, NAN);
	puts("op,shape,rows,of,backend,isa,min_us,median_us,mb,gb_per_s,gmac_per_s,share_of_peak,share_of_mac_peak,check_hash");
	for (int i = 0; i < b->n; i++) {
		const struct kernel_row *r = &b->list[i];
		struct derived d = derive(b, r);
		buf_clear(&line);
		buf_printf(&line, "%s,", r->op);
		rep_csv_field(&line, r->shape);
		buf_printf(&line, ",%d,%s,%s,", r->rows, r->prompt ? "prompt" : "forks", b->info.backend);
		rep_csv_field(&line, b->info.isa);
		buf_printf(&line, ",%.2f,%.2f,%.4f,%.3f,%.3f,", r->min_us, r->median_us, (double)r->bytes / 1e6, d.gb_per_s, d.gmac_per_s);
		buf_printf(&line, isnan(d.of_memory) ? "," : "%.4f,", d.of_memory);
		buf_printf(&line, isnan(d.of_macs) ? "," : "%.4f,", d.of_macs);
		printf("%s%016" PRIx64 "\n", buf_text(&line), r->hash);
	}
	buf_release(&line);
}

static void print_json(const struct kernels *b, const struct options *o)
{
	json_t *j = bench_json("kernels", &b->info, o, &b->peak, NAN), *list = json_array();
	for (int i = 0; i < b->n; i++) {
		const struct kernel_row *r = &b->list[i];
		struct derived d = derive(b, r);
		char hash[17];
		snprintf(hash, sizeof hash, "%016" PRIx64, r->hash);
		json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:s, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:s}", "op", r->op, "shape", r->shape, "rows", r->rows, "of",
		                                      r->prompt ? "prompt" : "forks", "min_us",
		                                      r->min_us, "median_us", r->median_us, "mb", (double)r->bytes / 1e6, "gb_per_s", d.gb_per_s, "gmac_per_s",
		                                      d.gmac_per_s, "share_of_peak", bench_json_real(d.of_memory), "share_of_mac_peak", bench_json_real(d.of_macs),
		                                      "check_hash", hash));
	}
	json_object_set_new(j, "prompt", json_integer(b->positions)); /* the model may not take more */
	json_object_set_new(j, "operations", list);
	bench_json_print(j);
}

static void print_table(const struct kernels *b, const struct options *o)
{
	bool cached = false;
	bench_print_head("", &b->info, o, &b->peak, NAN);
	printf("rates are of the fastest call; an attention reads %d positions before its own\n\n", b->positions);
	printf("  %-9s %5s %10s %10s %9s %9s %9s %9s\n", "", "", "us", "", "", "of the", "", "of the");
	printf("  %-9s %5s %10s %10s %9s %9s %9s %9s  %-16s  %s\n", "", "rows", "fastest", "median", "GB/s", "memory", "GMAC/s", "registers", "check", "shape");
	for (int i = 0; i < b->n; i++) {
		const struct kernel_row *r = &b->list[i];
		struct derived d = derive(b, r);
		char memory[32], rate[32], macs[32];
		cached |= d.of_memory > 1;
		if (r->prompt && (!i || !b->list[i - 1].prompt))
			printf("  rows of a prompt's chunk\n");
		printf("  %-9s %5d %10.2f %10.2f %9.2f %9s %9s %9s  %016" PRIx64 "  %s\n", r->op, r->rows, r->min_us, r->median_us, d.gb_per_s,
		       bench_percent(memory, d.of_memory), rep_real(rate, r->macs ? d.gmac_per_s : NAN, 1), bench_percent(macs, d.of_macs), r->hash, r->shape);
	}
	if (cached)
		bench_print_caches("\n");
}

void bench_kernels_print(const struct kernels *b, const struct options *o)
{
	if (o->json)
		print_json(b, o);
	else if (o->csv)
		print_csv(b, o);
	else
		print_table(b, o);
}
