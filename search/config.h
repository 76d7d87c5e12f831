/* search/config.h - layer 3. What determines a run, as run.json: written from options, generator and tasks, and compared when
 * a run is continued. */
#ifndef SEARCH_CONFIG_H
#define SEARCH_CONFIG_H

#include "search/search.h"

/* Puts the defaults where options are 0, and checks them. ERR_USAGE names option and value. */
int srch_options_resolve(struct srch_options *o) CHECK_RESULT;
/* Appends run.json. o resolved. */
void config_write(const struct srch_options *o, const struct srch_tasks *tasks, const struct srch_generator *gen, struct buf *out);
/* 0 when both say the same, else ERR_CONFLICT naming the first option that differs, and both values. */
int config_compare(const char *dir, const struct buf *stored, const struct buf *wanted) CHECK_RESULT;

#endif
