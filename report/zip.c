#include "report/zip.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include <unistd.h>
#include <zlib.h>

struct zip {
	FILE *file;
	char *path, *part;
	struct buf directory;
	uint64_t at;
	int n_members, rc;
};

uint32_t zip_crc32(const void *data, size_t n)
{
	return (uint32_t)crc32_z(0, data, n);
}

static void put(struct buf *b, uint32_t value, int n_bytes)
{
	for (int i = 0; i < n_bytes; i++)
		buf_char(b, (char)(value >> (8 * i) & 0xff));
}

/* What the local header and the directory entry have in common: version to the length of the name. */
static void put_member(struct buf *b, const char *name, uint32_t crc, uint32_t n)
{
	put(b, 20, 2);   /* version needed */
	put(b, 0, 2);    /* flags */
	put(b, 0, 2);    /* stored */
	put(b, 0, 2);    /* time */
	put(b, 0x21, 2); /* 1980-01-01 */
	put(b, crc, 4);
	put(b, n, 4);
	put(b, n, 4);
	put(b, (uint32_t)strlen(name), 2);
	put(b, 0, 2);    /* extra */
}

int zip_open(struct zip **out, const char *path)
{
	*out = NULL;
	if (file_is_special(path))
		return err_set(ERR_USAGE, "%s is a folder or a device: an archive needs a file of its own", path);
	char *target = file_target(path), *part = mem_printf("%s.part", target);
	FILE *file = fopen(part, "wb");
	if (!file) {
		int rc = err_errno(ERR_IO, "%s cannot be written", part);
		mem_free(part);
		mem_free(target);
		return rc;
	}
	struct zip *z = mem_zalloc(sizeof *z);
	*z = (struct zip){.file = file, .path = target, .part = part};
	buf_init(&z->directory, BUF_MAX_TEXT);
	*out = z;
	return 0;
}

static int write_out(struct zip *z, const void *data, size_t n)
{
	if (!z->rc && n && fwrite(data, 1, n, z->file) != n)
		z->rc = err_errno(ERR_IO, "%s cannot be written", z->part);
	z->at += n;
	return z->rc;
}

int zip_add(struct zip *z, const char *name, const void *data, size_t n)
{
	struct buf header;
	if (z->rc)
		return z->rc;
	if (n >= UINT32_MAX || z->at + n + 1024 >= UINT32_MAX || z->n_members >= 65535)
		return z->rc = err_set(ERR_LIMIT, "%s would pass 4 GiB with %s: export fewer tasks, or as jsonl", z->path, name);
	uint32_t crc = zip_crc32(data, n), offset = (uint32_t)z->at;
	buf_init(&header, 4096);
	put(&header, 0x04034b50, 4);
	put_member(&header, name, crc, (uint32_t)n);
	buf_str(&header, name);
	put(&z->directory, 0x02014b50, 4);
	put(&z->directory, 20, 2); /* made by */
	put_member(&z->directory, name, crc, (uint32_t)n);
	put(&z->directory, 0, 2);  /* comment */
	put(&z->directory, 0, 2);  /* disk */
	put(&z->directory, 0, 2);  /* internal attributes */
	put(&z->directory, 0, 4);  /* external attributes */
	put(&z->directory, offset, 4);
	buf_str(&z->directory, name);
	z->n_members++;
	int rc = write_out(z, header.data, header.len);
	buf_release(&header);
	return rc ? rc : write_out(z, data, n);
}

static int finish(struct zip *z)
{
	struct buf end;
	uint32_t at = (uint32_t)z->at;
	buf_init(&end, 64);
	put(&end, 0x06054b50, 4);
	put(&end, 0, 4); /* disks */
	put(&end, (uint32_t)z->n_members, 2);
	put(&end, (uint32_t)z->n_members, 2);
	put(&end, (uint32_t)z->directory.len, 4);
	put(&end, at, 4);
	put(&end, 0, 2);
	int rc = write_out(z, z->directory.data, z->directory.len);
	if (!rc)
		rc = write_out(z, end.data, end.len);
	buf_release(&end);
	return rc;
}

int zip_close(struct zip *z, int keep)
{
	if (!z)
		return 0;
	int rc = keep && !z->rc ? finish(z) : z->rc;
	if (fclose(z->file) && !rc)
		rc = err_errno(ERR_IO, "%s cannot be written", z->part);
	if (!rc && keep && rename(z->part, z->path))
		rc = err_errno(ERR_IO, "%s cannot be renamed to %s", z->part, z->path);
	if (rc || !keep)
		unlink(z->part);
	mem_free(z->path);
	mem_free(z->part);
	buf_release(&z->directory);
	mem_free(z);
	return rc;
}
