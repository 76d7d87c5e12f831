/* report/csv.h - layer 4. The figures as tables: one header line, fields as RFC 4180 has them, an empty field where there is
 * no number. Layers count those with experts; layer_index is the model's own.
 *
 *   tasks.csv     a row a task: counts, groups, shares, pass rate, same and different Jaccard
 *   programs.csv  a row a program: task, index, group, verdict, tokens, log-probability
 *   groups.csv    a row a group: task, rank, assembly id, size, passed
 *   layers.csv    a row a layer and class of program pairs: Jaccard with intervals and counts
 *   distance.csv  a row a range of distances from the fork
 *   distinct.csv  a row a layer: the distinct experts that the steps touched in it, and what independent choices would have touched
 *   steps.csv     a row a number of forks in a step: the same over all layers, and the means of the layers with fewest and most */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "report/figures.h"

enum rep_table { REP_TASKS, REP_PROGRAMS, REP_GROUPS, REP_LAYERS, REP_DISTANCE, REP_DISTINCT, REP_STEPS, REP_N_TABLES };
const char *rep_table_name(enum rep_table t); /* "tasks.csv" */
/* Appends the table; layers and distance of a run without routing have their header alone, as have distinct and steps of a
 * run that does not say what its steps touched. */
void rep_table_write(struct buf *b, const struct rep_figures *f, enum rep_table t);

#endif
