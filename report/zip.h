/* report/zip.h - layer 4. A ZIP archive written front to back, members stored, not compressed: what np.load reads as .npz.
 *
 * Written to PATH.part and renamed when closed: after a full disk PATH is what it was. No ZIP64: a member, or the whole, of
 * 4 GiB or more is ERR_LIMIT. Times are 1980-01-01, so that the same data gives the same bytes. */
#ifndef REPORT_ZIP_H
#define REPORT_ZIP_H

#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

struct zip;
int zip_open(struct zip **out, const char *path) CHECK_RESULT;
/* name: plain ASCII. The first error stays; later calls give it again. */
int zip_add(struct zip *z, const char *name, const void *data, size_t n) CHECK_RESULT;
/* Finishes the archive and frees z. NULL is allowed. keep false: throws it away. */
int zip_close(struct zip *z, int keep) CHECK_RESULT;
/* CRC-32 as ZIP, gzip and PNG have it. */
uint32_t zip_crc32(const void *data, size_t n);

#endif
