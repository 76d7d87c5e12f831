/* search/canon.h - layer 3. Canonical JSON: what the run store writes, and how it is read back. UTF-8, keys sorted, no white
 * space, reals with 17 significant digits, one newline at the end. */
#ifndef SEARCH_CANON_H
#define SEARCH_CANON_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

struct json_t;

/* Appends o and drops the caller's reference to it. */
void canon_write(struct json_t *o, struct buf *out);
/* *out is the caller's reference; what: for the message ("node.json of ..."). ERR_FORMAT when not a JSON object. */
int canon_parse(struct json_t **out, const char *what, const struct buf *text) CHECK_RESULT;

/* Fields of an object, checked: ERR_FORMAT names what and field. Texts are borrowed from o. */
int canon_text(const struct json_t *o, const char *what, const char *field, const char **out) CHECK_RESULT;
int canon_int(const struct json_t *o, const char *what, const char *field, int64_t low, int64_t high, int64_t *out) CHECK_RESULT;
int canon_real(const struct json_t *o, const char *what, const char *field, double *out) CHECK_RESULT;
int canon_bool(const struct json_t *o, const char *what, const char *field, bool *out) CHECK_RESULT;

/* What stands in the wallclock.json of a run: the caller's reference, NULL where it is absent or damaged, since nothing rests on it. */
struct json_t *canon_facts(const char *dir);
double canon_fact(const struct json_t *facts, const char *field); /* 0 where that is no number */

#endif
