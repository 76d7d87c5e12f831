/* tests/engine/read_file.h - a file of reference values as one text. */
#ifndef TESTS_ENGINE_READ_FILE_H
#define TESTS_ENGINE_READ_FILE_H

#include "base/buf.h"
#include "base/file.h"
#include "tests/check.h"

/* Yours: buf_release. The test fails where it cannot be read. */
static inline struct buf read_file(const char *path)
{
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	if (file_read(&b, path))
		fail_msg("%s", err_message());
	return b;
}

#endif
