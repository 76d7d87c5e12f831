#include "report/chart.h"
#include "report/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double px(const struct chart *c, double x)
{
	return c->left + (x - c->x0) / (c->x1 - c->x0) * (c->width - c->left - c->right);
}

static double py(const struct chart *c, double y)
{
	return c->height - c->bottom - (y - c->y0) / (c->y1 - c->y0) * (c->height - c->top - c->bottom);
}

static void escaped(struct chart *c, const char *s)
{
	rep_html_escape(c->out, s, strlen(s));
}

void chart_begin(struct chart *c, const char *title)
{
	buf_printf(c->out, "<svg class=\"chart\" viewBox=\"0 0 %g %g\" role=\"img\"><title>", c->width, c->height);
	escaped(c, title);
	buf_str(c->out, "</title>\n");
}

void chart_end(struct chart *c)
{
	buf_str(c->out, "</svg>\n");
}

static void text_at(struct chart *c, double x, double y, const char *class, const char *anchor, const char *text)
{
	buf_printf(c->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", class, x, y, anchor);
	escaped(c, text);
	buf_str(c->out, "</text>\n");
}

void chart_y_axis(struct chart *c, double step, int decimals, const char *label)
{
	for (int i = 0; i < 100; i++) {
		double y = (ceil(c->y0 / step - 1e-9) + i) * step;
		if (y > c->y1 + step * 1e-6)
			break;
		char number[32];
		snprintf(number, sizeof number, "%.*f", decimals, y);
		buf_printf(c->out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", c->left, c->width - c->right, py(c, y), py(c, y));
		text_at(c, c->left - 8, py(c, y) + 4, "tick", "end", number);
	}
	double middle = (c->top + c->height - c->bottom) / 2;
	buf_printf(c->out, "<text class=\"label\" transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\">", middle);
	escaped(c, label);
	buf_str(c->out, "</text>\n");
}

void chart_x_tick(struct chart *c, double x, const char *text)
{
	text_at(c, px(c, x), c->height - c->bottom + 18, "tick", "middle", text);
}

void chart_x_label(struct chart *c, const char *label)
{
	buf_printf(c->out, "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", c->left, c->width - c->right, c->height - c->bottom,
	           c->height - c->bottom);
	text_at(c, (c->left + c->width - c->right) / 2, c->height - 6, "label", "middle", label);
}

void chart_line(struct chart *c, const char *class, const double *x, const double *y, int n)
{
	bool open = false;
	buf_printf(c->out, "<path class=\"line %s\" d=\"", class);
	for (int i = 0; i < n; i++) {
		if (!isnan(y[i]))
			buf_printf(c->out, "%s%.1f %.1f", open ? "L" : "M", px(c, x[i]), py(c, y[i]));
		open = !isnan(y[i]);
	}
	buf_str(c->out, "\"/>\n");
}

void chart_band(struct chart *c, const char *class, const double *x, const double *low, const double *high, int n)
{
	for (int from = 0, to; from < n; from = to + 1) {
		for (to = from; to < n && !isnan(low[to]) && !isnan(high[to]); to++)
			;
		if (to == from)
			continue;
		buf_printf(c->out, "<polygon class=\"band %s\" points=\"", class);
		for (int i = from; i < to; i++)
			buf_printf(c->out, "%.1f,%.1f ", px(c, x[i]), py(c, high[i]));
		for (int i = to - 1; i >= from; i--)
			buf_printf(c->out, "%.1f,%.1f ", px(c, x[i]), py(c, low[i]));
		buf_str(c->out, "\"/>\n");
	}
}

void chart_mark(struct chart *c, const char *class, double x, double y, int shape, const char *hover)
{
	if (isnan(y))
		return;
	double at = px(c, x), up = py(c, y);
	if (shape == 1)
		buf_printf(c->out, "<path class=\"mark %s\" d=\"M%.1f %.1fl5.5 9.5h-11z\">", class, at, up - 6.3);
	else if (shape == 2)
		buf_printf(c->out, "<rect class=\"mark %s\" x=\"%.1f\" y=\"%.1f\" width=\"9\" height=\"9\">", class, at - 4.5, up - 4.5);
	else
		buf_printf(c->out, "<circle class=\"mark %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\">", class, at, up);
	buf_str(c->out, "<title>");
	escaped(c, hover);
	buf_printf(c->out, "</title></%s>\n", shape == 1 ? "path" : shape == 2 ? "rect" : "circle");
}

void chart_bar(struct chart *c, const char *class, double x_low, double x_high, double y, const char *hover)
{
	buf_printf(c->out, "<rect class=\"bar %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", class, px(c, x_low), py(c, y),
	           px(c, x_high) - px(c, x_low), py(c, c->y0) - py(c, y));
	escaped(c, hover);
	buf_str(c->out, "</title></rect>\n");
}

void chart_segment(struct chart *c, const char *class, double xa, double ya, double xb, double yb)
{
	buf_printf(c->out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, px(c, xa), py(c, ya), px(c, xb), py(c, yb));
}

void chart_text(struct chart *c, double x, double y, const char *anchor, const char *text)
{
	text_at(c, px(c, x), py(c, y), "note", anchor, text);
}
