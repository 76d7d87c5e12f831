/* report/write.h - layer 4. All of a report into one folder.
 *
 *   DIR/index.html                       the page
 *   DIR/tasks.csv programs.csv groups.csv layers.csv distance.csv distinct.csv steps.csv
 *   DIR/plots/layers.{gp,svg,png,pdf} groups.* tree.* steps.*
 *
 * Every file is whole or not there; what was there of the same name is replaced. */
#ifndef REPORT_WRITE_H
#define REPORT_WRITE_H

#include "report/figures.h"

/* plots false: no plots (gnuplot is not looked for). Where gnuplot is missing, everything else is written first and
 * ERR_MISSING is returned, with the package's name. Other failures: ERR_IO, ERR_LIMIT. */
int rep_write(const struct rep_figures *f, const char *dir, bool plots) CHECK_RESULT;

#endif
