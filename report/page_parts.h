/* report/page_parts.h - layer 4. The parts of the page (report/page.h), each appended to a buffer; for report/page.c alone. */
#ifndef REPORT_PAGE_PARTS_H
#define REPORT_PAGE_PARTS_H

#include "report/figures.h"

extern const char page_style[], page_script[];

/* Charts: <svg> elements without heading. */
void page_chart_layers(struct buf *b, const struct rep_figures *f);
void page_chart_classes(struct buf *b, const struct rep_figures *f);
void page_chart_distance(struct buf *b, const struct rep_figures *f);
void page_chart_shares(struct buf *b, const struct rep_figures *f);
void page_chart_sizes(struct buf *b, const struct rep_figures *f);
void page_chart_tree(struct buf *b, const struct rep_figures *f, size_t task);

/* What steps cost, with its chart and table; nothing where the run does not say. */
void page_steps(struct buf *b, const struct rep_figures *f);
/* The sortable table of tasks, and below it each task's groups with a source. */
void page_tasks(struct buf *b, const struct rep_figures *f);
/* A source text with comments, strings, numbers and keywords marked. */
void page_source(struct buf *b, enum cmp_language language, const char *source);

/* Appends text, escaped. */
void page_text(struct buf *b, const char *s);

#endif
