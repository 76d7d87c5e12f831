/* report/summary.h - layer 4. The figures as text for a terminal, on any FILE; lines of at most 120 columns. */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "report/figures.h"
#include <stdio.h>

/* What `coppice run` ends with, for someone who sees it for the first time. page: the file to open next, NULL when none was
 * written. */
void rep_print_summary(FILE *out, const struct rep_figures *f, const char *page);
/* full: a row a task as well. */
void rep_print_align(FILE *out, const struct rep_figures *f, bool full);
void rep_print_redundancy(FILE *out, const struct rep_figures *f, bool full);

#endif
