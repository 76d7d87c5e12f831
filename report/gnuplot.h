/* report/gnuplot.h - layer 4. What every plot's script begins and ends with, and gnuplot as a child process that reads it from a file.
 *
 * Knows nothing of runs: whoever has numbers to draw uses it. Every plot is drawn three times, once for each kind of file. */
#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

#include "base/buf.h"
#include "base/err.h"

/* Appends what comes before the data: NAME.svg, NAME.png and NAME.pdf, `height` in pixels of the SVG, which is 900 wide. */
void rep_gnuplot_begin(struct buf *b, const char *name, int height);
/* Appends the body, drawn once for each kind. */
void rep_gnuplot_loop(struct buf *b, const char *name, const struct buf *body);
/* Runs DIR/NAME.gp there. ERR_MISSING: gnuplot is not installed, the message names the package; ERR_IO names the file that says why. */
int rep_gnuplot_run(const char *dir, const char *name) CHECK_RESULT;
/* ERR_MISSING as above, for whoever works long before there is something to draw. */
int rep_gnuplot_check(void) CHECK_RESULT;

#endif
