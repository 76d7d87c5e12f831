#include "search/gunzip.h"
#include <limits.h>
#include <stdint.h>
#include <zlib.h>

bool gunzip_recognise(const void *data, size_t n)
{
	const unsigned char *p = data;
	return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

/* One member; *used says how much of data it took. */
static int unpack_member(struct buf *out, z_stream *z, const unsigned char *data, size_t n, size_t *used)
{
	unsigned char piece[1 << 14];
	size_t left = n;
	int rc = Z_OK;
	while (rc != Z_STREAM_END) {
		z->next_in = (unsigned char *)(uintptr_t)(data + n - left); /* zlib does not write through it */
		z->avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
		uInt given = z->avail_in;
		z->next_out = piece;
		z->avail_out = sizeof piece;
		rc = inflate(z, Z_NO_FLUSH);
		left -= given - z->avail_in;
		if (buf_add(out, piece, sizeof piece - z->avail_out))
			return err_set(ERR_LIMIT, "unpacks to more than %zu bytes", out->max);
		if (rc == Z_BUF_ERROR || (rc == Z_OK && left == 0 && z->avail_out == sizeof piece))
			return err_set(ERR_FORMAT, "gzip data end in the middle: the file is cut short");
		if (rc != Z_OK && rc != Z_STREAM_END)
			return err_set(ERR_FORMAT, "not valid gzip: %s", z->msg ? z->msg : "damaged data");
	}
	*used = n - left;
	return 0;
}

int gunzip(struct buf *out, const void *data, size_t n)
{
	const unsigned char *p = data;
	for (size_t used = 0; n; p += used, n -= used) {
		if (!gunzip_recognise(p, n))
			return err_set(ERR_FORMAT, "%zu bytes behind the gzip data are not gzip", n);
		z_stream z = {0};
		if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
			return err_set(ERR_NOMEM, "no memory to unpack gzip");
		int rc = unpack_member(out, &z, p, n, &used);
		inflateEnd(&z);
		if (rc)
			return rc;
	}
	return 0;
}
