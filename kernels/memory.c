/* Memory and recordings: a device's own, or malloc, memcpy and nothing to record. */
#include "kernels/backends.h"
#include "base/mem.h"
#include <string.h>

bool kern_is_device(const struct kern *k)
{
	return k->backend->memory != NULL;
}

void *kern_alloc(struct kern *k, size_t n)
{
	n = n ? n : 1;
	return kern_is_device(k) ? k->backend->memory->alloc(k, n) : mem_large(n);
}

void kern_free(struct kern *k, void *p)
{
	if (!p)
		return;
	if (kern_is_device(k))
		k->backend->memory->free(k, p);
	else
		mem_large_free(p);
}

int kern_put(struct kern *k, void *to, const void *plain, size_t n)
{
	if (n && kern_is_device(k))
		return k->backend->memory->put(k, to, plain, n);
	if (n)
		memcpy(to, plain, n);
	return 0;
}

int kern_get(struct kern *k, void *plain, const void *from, size_t n)
{
	if (n && kern_is_device(k))
		return k->backend->memory->get(k, plain, from, n);
	if (n)
		memcpy(plain, from, n);
	return 0;
}

int kern_copy(struct kern *k, void *to, const void *from, size_t n)
{
	if (n && kern_is_device(k))
		return k->backend->memory->copy(k, to, from, n);
	if (n)
		memcpy(to, from, n);
	return 0;
}

void *kern_plain_alloc(struct kern *k, size_t n)
{
	n = n ? n : 1;
	return kern_is_device(k) ? k->backend->memory->plain_alloc(k, n) : mem_large(n);
}

void kern_plain_free(struct kern *k, void *p)
{
	if (!p)
		return;
	if (kern_is_device(k))
		k->backend->memory->plain_free(k, p);
	else
		mem_large_free(p);
}

int kern_send(struct kern *k, void *to, const void *plain, size_t n)
{
	if (n && kern_is_device(k))
		return k->backend->memory->send(k, to, plain, n);
	return kern_put(k, to, plain, n);
}

int kern_fetch(struct kern *k, void *plain, const void *from, size_t n)
{
	if (n && kern_is_device(k))
		return k->backend->memory->fetch(k, plain, from, n);
	return kern_get(k, plain, from, n);
}

static int check_mark(int mark)
{
	return mark >= 0 && mark < KERN_MARKS ? 0 : err_set(ERR_USAGE, "mark %d; there are %d", mark, KERN_MARKS);
}

int kern_mark(struct kern *k, int mark)
{
	int e = check_mark(mark);
	return e || !kern_is_device(k) ? e : k->backend->memory->mark(k, mark);
}

int kern_wait(struct kern *k, int mark)
{
	int e = check_mark(mark);
	return e || !kern_is_device(k) ? e : k->backend->memory->wait(k, mark);
}

size_t kern_room(const struct kern *k)
{
	return kern_is_device(k) ? k->backend->memory->room(k) : SIZE_MAX;
}

int kern_replay(struct kern *k, uint64_t key)
{
	return kern_is_device(k) ? k->backend->memory->replay(k, key) : 0;
}

int kern_record(struct kern *k, uint64_t key)
{
	return kern_is_device(k) ? k->backend->memory->record(k, key) : 0;
}

int kern_record_end(struct kern *k, int rc)
{
	return kern_is_device(k) ? k->backend->memory->record_end(k, rc) : rc;
}

int kern_settle(struct kern *k)
{
	return kern_is_device(k) ? k->backend->memory->settle(k) : 0;
}

const char *kern_device_name(const struct kern *k)
{
	return kern_is_device(k) ? k->backend->memory->device_name(k) : k->backend->isa;
}
