/* search/records.h - layer 3. JSON objects out of a file that is either an array of them or JSONL, plain or gzipped; with
 * messages that say where. jansson's types stay behind json_t's forward declaration. */
#ifndef SEARCH_RECORDS_H
#define SEARCH_RECORDS_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct json_t;

/* One object and where it stands; `text`, of len bytes, is its line in JSONL, NULL in an array. */
struct record {
	const char *file;
	const char *unit; /* "line" or "item" */
	size_t at;        /* from 1 */
	struct json_t *object;
	const char *text;
	size_t len;
};
typedef int record_fn(void *ctx, const struct record *r);
/* In JSONL half of a surrogate pair becomes U+FFFD, in `text` too. Calls fn for every object, stops at its first error. ERR_FORMAT names file and line; ERR_LIMIT when it unpacks to too much. */
int records_each(const char *name, const void *data, size_t size, record_fn *fn, void *ctx) CHECK_RESULT;

/* ERR_FORMAT with place and field in front. */
int record_error(const struct record *r, const char *field, const char *why) CHECK_RESULT;
/* *out is a copy (yours) of a text field; NULL when absent or null and not required. */
int record_text(const struct record *r, const char *field, bool required, char **out) CHECK_RESULT;
/* The same for an id: text, or a whole number in decimal. Checked: not empty, not over long, no control characters. */
int record_id(const struct record *r, const char *field, char **out) CHECK_RESULT;
bool record_has(const struct record *r, const char *field);

#endif
