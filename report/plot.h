/* report/plot.h - layer 4. Plots through gnuplot, run as a child process that reads a script of ours from a file.
 *
 * The script, data inside, is kept beside the plots: it can be changed and run again by hand. Colours are Okabe and Ito's,
 * which the colour-blind can tell apart; curves differ in their marks as well.
 *   layers   same and different Jaccard by layer, intervals as bars, chance dashed
 *   groups   how much of each task's programs the largest groups hold, and the pass rate by group size
 *   tree     the forks of one task
 *   steps    distinct experts by the number of forks in a step, and what independent choices would have touched
 * Nothing from outside reaches the script but numbers and labels cleaned by rep_plot_label. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "report/figures.h"

enum rep_plot { REP_PLOT_LAYERS, REP_PLOT_GROUPS, REP_PLOT_TREE, REP_PLOT_STEPS, REP_N_PLOTS };
const char *rep_plot_name(enum rep_plot p); /* "layers": the files are layers.gp, .svg, .png, .pdf */

/* Writes DIR/NAME.gp and runs it there. tree draws run->tasks[task]. *drawn false: there was nothing to draw (a run without
 * routing, not judged, or without a record of its steps). ERR_MISSING: gnuplot is not installed, the message names the package; ERR_IO. */
int rep_plot_write(const struct rep_figures *f, enum rep_plot p, size_t task, const char *dir, bool *drawn) CHECK_RESULT;
/* The script alone, appended; nothing is appended when there is nothing to draw. */
void rep_plot_script(struct buf *b, const struct rep_figures *f, enum rep_plot p, size_t task);
/* The task whose tree shows most: the one with the most groups among those with passes and failures, ties to the first. */
size_t rep_plot_task(const struct rep_figures *f);

#endif
