/* report/json.h - layer 4. The objects that `run --json`, `align --json` and `redundancy --json` print (design 3.4).
 *
 * Each gives the whole text of one object, with a newline at its end; yours. A number that does not exist is null.
 * Real numbers carry 17 significant digits: reading them back gives the same doubles. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "report/figures.h"

char *rep_json_run(const struct rep_figures *f);
char *rep_json_align(const struct rep_figures *f);
char *rep_json_redundancy(const struct rep_figures *f);

#endif
