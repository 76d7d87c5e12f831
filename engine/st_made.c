/* Models that are in no file: tensors made from names, types and shapes, in memory of their own. */
#include "base/mem.h"
#include "engine/st_parts.h"

enum { ALIGN = 64 };

struct safetensors *safetensors_made(void)
{
	return st_new();
}

int safetensors_make(struct safetensors *s, const char *name, enum st_type type, int n_dims, const int *dims)
{
	struct st_tensor t = {.name = name, .type = type, .n_dims = n_dims, .bytes = st_type_bytes(type)};
	for (int i = 0; i < n_dims; i++) {
		t.dims[i] = dims[i];
		t.bytes *= (size_t)dims[i]; /* config.h's limits keep this far below 2^63 */
	}
	return st_add(s, &t);
}

void safetensors_made_end(struct safetensors *s)
{
	st_finish(s);
}

int safetensors_place(struct safetensors *s)
{
	size_t total = 0;
	for (size_t i = 0; i < s->n; i++)
		total += (s->tensors[i].bytes + ALIGN - 1) / ALIGN * ALIGN;
	double available = mem_available();
	if (available > 0 && (double)total > available)
		return err_set(ERR_NOMEM, "weights of %.1f GiB do not fit into the %.1f GiB of memory that are available", (double)total / 0x1p30,
		               available / 0x1p30);
	char *at = mem_large(total ? total : 1);
	if (!at)
		return err_set(ERR_NOMEM, "no memory for weights of %.1f GiB", (double)total / 0x1p30);
	s->memory = at;
	for (size_t i = 0; i < s->n; i++) {
		s->tensors[i].data = at;
		at += (s->tensors[i].bytes + ALIGN - 1) / ALIGN * ALIGN;
	}
	return 0;
}
