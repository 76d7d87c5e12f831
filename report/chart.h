/* report/chart.h - layer 4. Small line and bar charts as inline SVG, coloured by the page's style sheet so that they follow
 * light and dark. One pair of linear axes; x and y in data units; everything drawn is clipped by nothing, so give ranges that hold it.
 *
 * Classes used: axis grid tick label title, and for data the class given: c-same, c-different, c-chance, c-good, c-bad, c-plain. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "base/buf.h"

struct chart {
	struct buf *out; /* borrowed */
	double width, height; /* of the drawing, in its own units; the page scales it */
	double left, right, top, bottom; /* margins */
	double x0, x1, y0, y1; /* data ranges */
};

/* Opens <svg>; `title` names it for screen readers. */
void chart_begin(struct chart *c, const char *title);
void chart_end(struct chart *c);
/* Grid line and number at each multiple of `step` on the y axis. */
void chart_y_axis(struct chart *c, double step, int decimals, const char *label);
/* One number or text under x. */
void chart_x_tick(struct chart *c, double x, const char *text);
void chart_x_label(struct chart *c, const char *label);
/* n points; NaN interrupts the line. */
void chart_line(struct chart *c, const char *class, const double *x, const double *y, int n);
/* The area between low and high; NaN interrupts it. */
void chart_band(struct chart *c, const char *class, const double *x, const double *low, const double *high, int n);
/* A dot (shape 0), triangle (1) or square (2) with a text that shows when pointed at. */
void chart_mark(struct chart *c, const char *class, double x, double y, int shape, const char *hover);
void chart_bar(struct chart *c, const char *class, double x_low, double x_high, double y, const char *hover);
void chart_segment(struct chart *c, const char *class, double xa, double ya, double xb, double yb);
/* Text at a data position; anchor: "start", "middle", "end". */
void chart_text(struct chart *c, double x, double y, const char *anchor, const char *text);

#endif
