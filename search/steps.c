#include "search/steps.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/npy.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A header is padded to this length whatever number of steps it counts, so it can be written over. */
enum { HEAD = 128 };

struct rows {
	uint16_t *items; /* [cap x width] */
	size_t n, cap;
};

struct steps {
	char *path;
	int fd;
	size_t width;             /* items of a row */
	size_t n;                 /* rows that the header counts */
	struct rows added, taken; /* that wait to be taken; to be written */
};

static void header(struct buf *b, size_t n, size_t width)
{
	buf_init(b, 2 * HEAD);
	int rc = npy_write_header(b, NPY_U16, 2, (size_t[]){n, width});
	assert(!rc && b->len == HEAD);
}

/* -- reading -- */

/* A fault of the file, with what to do about it. */
static int damaged(const char *why)
{
	char *copy = mem_strdup(why);
	int rc = err_set(ERR_FORMAT, STEPS_FILE ": %s; the run is whole without this file: move it away", copy);
	mem_free(copy);
	return rc;
}

/* What the header says, held to the shape. *at: where the rows begin. */
static int check_header(const struct file_map *m, const struct node_shape *shape, struct npy *a, size_t *at)
{
	char why[160];
	size_t width = 1 + (size_t)shape->n_layers;
	if (npy_parse_header(a, at, m->data, m->size))
		return damaged(err_message());
	if (a->type == NPY_U16 && a->n_dims == 2 && a->dims[1] == width)
		return 0;
	snprintf(why, sizeof why, "of a model of %d layers it must be u2 (steps, %zu), and is not", shape->n_layers, width);
	return damaged(why);
}

static int check_step(const uint16_t *row, size_t step, const struct node_shape *shape)
{
	int64_t chosen = (int64_t)row[0] * shape->top_k, most = chosen < shape->n_experts ? chosen : shape->n_experts;
	for (int l = 0; l < shape->n_layers; l++) {
		char why[160];
		if (row[1 + l] >= shape->top_k && row[1 + l] <= most)
			continue;
		snprintf(why, sizeof why, "step %zu, layer %d: %d forks cannot touch %d experts, choosing %d of %d each", step, l, row[0], row[1 + l],
			shape->top_k, shape->n_experts);
		return damaged(why);
	}
	return 0;
}

static int read_rows(uint16_t **out, size_t *n, const struct file_map *m, const struct node_shape *shape)
{
	struct npy a;
	size_t at;
	int rc = check_header(m, shape, &a, &at);
	if (!rc && a.n_bytes > m->size - at)
		rc = damaged("it is cut short");
	if (rc || !a.dims[0])
		return rc;
	*out = mem_dup((const char *)m->data + at, a.n_bytes);
	*n = a.dims[0];
	for (size_t i = 0; i < *n && !rc; i++)
		rc = check_step(*out + i * a.dims[1], i, shape);
	return rc;
}

int steps_read(uint16_t **out, size_t *n, const char *dir, const struct node_shape *shape)
{
	struct file_map m;
	char *path = file_join(dir, STEPS_FILE);
	*out = NULL;
	*n = 0;
	bool there = shape->n_layers && file_exists(path);
	int rc = there ? file_map_open(&m, path) : 0;
	mem_free(path);
	if (rc || !there)
		return rc;
	rc = read_rows(out, n, &m, shape);
	file_map_close(&m);
	if (rc) {
		mem_free(*out);
		*out = NULL;
		*n = 0;
	}
	return rc;
}

/* -- writing -- */

static int put(const struct steps *s, const void *data, size_t n, size_t at)
{
	while (n) {
		ssize_t done = pwrite(s->fd, data, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_errno(ERR_IO, "cannot write %s", s->path);
		data = (const char *)data + done;
		n -= (size_t)done;
		at += (size_t)done;
	}
	return 0;
}

static int put_header(const struct steps *s)
{
	struct buf b;
	header(&b, s->n, s->width);
	int rc = put(s, b.data, b.len, 0);
	buf_release(&b);
	return rc;
}

static int begin(const struct steps *s)
{
	struct buf b;
	header(&b, 0, s->width);
	int rc = file_write(s->path, b.data, b.len);
	buf_release(&b);
	return rc;
}

/* How many rows the file has: those that are both counted and there. */
static int count_rows(struct steps *s, const struct node_shape *shape)
{
	struct file_map m;
	struct npy a;
	size_t at, row = s->width * sizeof(uint16_t);
	int rc = file_map_open(&m, s->path);
	if (rc)
		return rc;
	rc = check_header(&m, shape, &a, &at);
	if (!rc && at != HEAD)
		rc = damaged("its header is longer or shorter than ours");
	if (!rc)
		s->n = (m.size - HEAD) / row < a.dims[0] ? (m.size - HEAD) / row : a.dims[0];
	file_map_close(&m);
	return rc;
}

static int take_up(struct steps *s)
{
	s->fd = open(s->path, O_RDWR | O_CLOEXEC);
	if (s->fd < 0 || ftruncate(s->fd, (off_t)(HEAD + s->n * s->width * sizeof(uint16_t))))
		return err_errno(ERR_IO, "cannot write %s", s->path);
	return put_header(s);
}

int steps_open(struct steps **out, const char *dir, const struct node_shape *shape)
{
	struct steps *s = mem_zalloc(sizeof *s);
	s->path = file_join(dir, STEPS_FILE);
	s->fd = -1;
	s->width = 1 + (size_t)shape->n_layers;
	int rc = file_exists(s->path) ? 0 : begin(s);
	if (!rc && (rc = count_rows(s, shape)) == ERR_FORMAT)
		rc = err_prefix(rc, "%s", dir);
	rc = rc ? rc : take_up(s);
	*out = rc ? NULL : s;
	if (rc)
		steps_close(s);
	return rc;
}

/* Room for n more rows, behind those that are there. */
static uint16_t *more_rows(struct rows *r, size_t n, size_t width)
{
	while (r->n + n > r->cap) {
		r->cap = r->cap ? 2 * r->cap : 256;
		r->items = mem_grow(r->items, r->cap * width, sizeof *r->items);
	}
	r->n += n;
	return r->items + (r->n - n) * width;
}

void steps_add(struct steps *s, int forks, const int32_t *distinct)
{
	uint16_t *row = more_rows(&s->added, 1, s->width);
	row[0] = (uint16_t)forks;
	for (size_t i = 1; i < s->width; i++)
		row[i] = (uint16_t)distinct[i - 1];
}

size_t steps_waiting(const struct steps *s)
{
	return s->added.n * s->width * sizeof *s->added.items;
}

void steps_take(struct steps *s)
{
	if (!s->added.n)
		return;
	memcpy(more_rows(&s->taken, s->added.n, s->width), s->added.items, steps_waiting(s));
	s->added.n = 0;
}

/* The rows must be there before the header says so, also when the machine stops. */
int steps_write(struct steps *s)
{
	if (!s || !s->taken.n)
		return 0;
	size_t row = s->width * sizeof *s->taken.items;
	int rc = put(s, s->taken.items, s->taken.n * row, HEAD + s->n * row);
	if (!rc && fdatasync(s->fd))
		rc = err_errno(ERR_IO, "cannot write %s", s->path);
	if (rc)
		return rc;
	s->n += s->taken.n;
	s->taken.n = 0;
	return put_header(s);
}

void steps_close(struct steps *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	mem_free(s->added.items);
	mem_free(s->taken.items);
	mem_free(s->path);
	mem_free(s);
}
