/* search/group_id.h - layer 3. The id of a group, for programs that are in no store: the object id that git gives the normalised
 * assembly, so that it equals the group of the same program in a run. */
#ifndef SEARCH_GROUP_ID_H
#define SEARCH_GROUP_ID_H

#include "base/err.h"
#include <stddef.h>

/* out: 40 hexadecimal digits and a NUL. */
int srch_group_id(char out[41], const void *assembly, size_t n) CHECK_RESULT;

#endif
