/* The page's section on what steps cost. */
#include "base/mem.h"
#include "report/chart.h"
#include "report/page_parts.h"
#include "report/text.h"
#include <math.h>

enum { MARKS = 128 }; /* more would hide the line */

static int layer_name(const struct rep_figures *f, int layer)
{
	return f->run->layer_index ? f->run->layer_index[layer] : layer;
}

static bool has_popular(const struct rep_steps *s)
{
	return !isnan(s->all.popular);
}

/* Steps of 1, 2, 5, 10, 20 ... that cut the range into ten parts or fewer. */
static int tick_step(int range)
{
	int step = 1;
	for (int i = 0; range > 10 * step; i++)
		step = i % 3 == 1 ? step / 2 * 5 : 2 * step;
	return step;
}

static void references(struct chart *c, const struct rep_figures *f)
{
	enum { POINTS = 200 };
	const struct rep_steps *s = &f->steps;
	double x[POINTS], y[POINTS];
	for (int i = 0; i < POINTS; i++) {
		x[i] = c->x1 * i / (POINTS - 1);
		y[i] = rep_steps_uniform(f->run, x[i]);
	}
	chart_line(c, "c-chance", x, y, POINTS);
	double *at = mem_array((size_t)s->n_sizes * 2, sizeof *at), *popular = at + s->n_sizes;
	for (int i = 0; i < s->n_sizes; i++) {
		at[i] = s->sizes[i].size;
		popular[i] = s->sizes[i].all.popular;
	}
	if (has_popular(s))
		chart_line(c, "c-different", at, popular, s->n_sizes);
	mem_free(at);
}

static void measured(struct chart *c, const struct rep_steps *s)
{
	size_t n = (size_t)s->n_sizes;
	double *x = mem_array(n * 4, sizeof *x), *y = x + n, *low = y + n, *high = low + n;
	for (size_t i = 0; i < n; i++) {
		x[i] = s->sizes[i].size;
		y[i] = s->sizes[i].all.mean;
		low[i] = s->sizes[i].lowest;
		high[i] = s->sizes[i].highest;
	}
	chart_band(c, "c-same", x, low, high, s->n_sizes);
	chart_line(c, "c-same", x, y, s->n_sizes);
	for (size_t i = 0; i < n && n <= MARKS; i++) {
		char hover[160];
		int forks = s->sizes[i].size;
		snprintf(hover, sizeof hover, "%d fork%s: %.1f distinct experts, layers from %.1f to %.1f, uniform %.1f; %lld steps", forks, forks == 1 ? "" : "s",
		         y[i], low[i], high[i], s->sizes[i].all.uniform, (long long)s->sizes[i].all.steps);
		chart_mark(c, "c-same", x[i], y[i], 0, hover);
	}
	mem_free(x);
}

static void chart(struct buf *b, const struct rep_figures *f)
{
	struct chart c = {.out = b, .width = 860, .height = 360, .left = 58, .right = 16, .top = 14, .bottom = 46};
	int last = f->steps.sizes[f->steps.n_sizes - 1].size;
	c.x1 = last + 0.5;
	c.y1 = f->run->n_experts;
	chart_begin(&c, "Distinct experts of a layer by the number of forks in the step");
	chart_y_axis(&c, tick_step(f->run->n_experts), 0, "distinct experts");
	for (int x = 0; x <= last; x += tick_step(last)) {
		char text[16];
		snprintf(text, sizeof text, "%d", x);
		chart_x_tick(&c, x, text);
	}
	chart_x_label(&c, "forks in the step");
	references(&c, f);
	measured(&c, &f->steps);
	chart_end(&c);
}

static void cells(struct buf *b, const struct rep_touched *t, bool popular)
{
	char v[32];
	buf_printf(b, "<td class=\"n\">%.1f</td><td class=\"n\">%d to %d</td><td class=\"n\">%.2f</td>", t->mean, t->min, t->max, t->per_fork);
	if (popular)
		buf_printf(b, "<td class=\"n\">%s</td>", rep_real(v, t->popular, 1));
	buf_str(b, "</tr>\n");
}

static void table(struct buf *b, const struct rep_figures *f)
{
	const struct rep_steps *s = &f->steps;
	bool popular = has_popular(s);
	buf_str(b, "<details><summary>The numbers</summary><div class=\"scroll\"><table><thead><tr><th>layer</th><th class=\"n\">distinct experts a step</th>"
	           "<th class=\"n\">fewest and most</th><th class=\"n\">for each fork</th>");
	buf_str(b, popular ? "<th class=\"n\">independent, by popularity</th></tr></thead><tbody>\n" : "</tr></thead><tbody>\n");
	for (int l = 0; l < s->n_layers; l++) {
		buf_printf(b, "<tr><td>%d</td>", layer_name(f, l));
		cells(b, &s->layers[l], popular);
	}
	buf_str(b, "<tr><td>all</td>");
	cells(b, &s->all, popular);
	buf_str(b, "</tbody></table></div></details>\n");
}

static void sentences(struct buf *b, const struct rep_figures *f)
{
	const struct rep_steps *s = &f->steps;
	char n[32];
	buf_printf(b, "<p>A step reads each expert once that any of its forks is routed to. %s steps, of %.1f forks in the mean, touched <b>%.1f</b> distinct experts of %d "
	              "in each layer. Forks that choose independently of one another and uniformly would have touched %.1f",
	           rep_int(n, s->all.steps), f->run->forks_per_step, s->all.mean, f->run->n_experts, s->all.uniform);
	if (has_popular(s))
		buf_printf(b, ", and %.1f if they chose each expert as often as the run did", s->all.popular);
	buf_str(b, "; what is missing from that is saved where forks of one prompt choose alike.</p>\n");
	if (s->fewest != s->most)
		buf_printf(b, "<p>Layer <b>%d</b> touched fewest (%.1f), layer <b>%d</b> most (%.1f).</p>\n", layer_name(f, s->fewest), s->layers[s->fewest].mean,
		           layer_name(f, s->most), s->layers[s->most].mean);
}

void page_steps(struct buf *b, const struct rep_figures *f)
{
	if (!f->steps.n_sizes)
		return;
	buf_str(b, "<h2>What does a step cost?</h2>\n");
	sentences(b, f);
	buf_str(b, "<figure><div class=\"legend\"><span class=\"t-same\">&#9679;<i></i><span>touched</span></span><span class=\"t-chance\"><i class=\"dash\"></i>"
	           "<span>independent, uniform</span></span>");
	if (has_popular(&f->steps))
		buf_str(b, "<span class=\"t-different\"><i></i><span>independent, by popularity</span></span>");
	buf_str(b, "</div>");
	chart(b, f);
	buf_str(b, "<figcaption>Mean over layers and over the steps with so many forks; shade: from the layer that touched fewest to the one that touched most.</figcaption></figure>\n");
	table(b, f);
}
