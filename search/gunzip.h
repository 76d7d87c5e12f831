/* search/gunzip.h - layer 3. Unpacks gzip, whole, into a buffer with a ceiling. */
#ifndef SEARCH_GUNZIP_H
#define SEARCH_GUNZIP_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>

/* The two bytes every gzip file begins with. */
bool gunzip_recognise(const void *data, size_t n);
/* Appends what data[n] unpacks to; several members one after the other are joined. ERR_FORMAT; ERR_LIMIT past out->max. */
int gunzip(struct buf *out, const void *data, size_t n) CHECK_RESULT;

#endif
