/* report/page.h - layer 4. The report as one HTML page that needs nothing else: no network, no other file.
 *
 * Style and the one script (sorting a table) are inside; colours follow the reader's light or dark setting. Charts are inline
 * SVG. All text from tasks, models and programs passes rep_html_escape. Large runs: of each task at most REP_PAGE_GROUPS
 * groups are shown, of each source at most REP_PAGE_SOURCE bytes, and the page says so where it cut. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/figures.h"

#define REP_PAGE_GROUPS 12
#define REP_PAGE_SOURCE 8000

/* Appends the page. ERR_LIMIT: it would be larger than out->max. */
int rep_page_write(struct buf *out, const struct rep_figures *f) CHECK_RESULT;

#endif
