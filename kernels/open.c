/* Which backends there are, and which of them this processor can run. */
#include "kernels/backends.h"
#include <string.h>

static bool runs_here(const struct kern_backend *b)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (b == &kern_cpu_avx2)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	if (b == &kern_cpu_avx512)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
			__builtin_cpu_supports("avx512vl") &&
		       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
	return true;
#else
	return b != &kern_cpu_avx2 && b != &kern_cpu_avx512;
#endif
}

static const struct kern_backend *best_cpu(void)
{
	static const struct kern_backend *const bodies[] = { &kern_cpu_avx512, &kern_cpu_avx2 };
	for (int i = 0; i < 2; i++)
		if (runs_here(bodies[i]))
			return bodies[i];
	return &kern_cpu_base;
}

static const struct kern_backend *by_name(const char *name)
{
	static const struct {
		const char *name;
		const struct kern_backend *backend;
	} known[] = { { "ref", &kern_ref }, { "cpu-avx512", &kern_cpu_avx512 }, { "cpu-avx2", &kern_cpu_avx2 }, { "cpu-base",
		&kern_cpu_base },
		      { "check", &kern_check }, { "cuda", &kern_cuda } };
	if (!name || strcmp(name, "cpu") == 0)
		return best_cpu();
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].backend;
	return NULL;
}

const struct kern_backend *kern_backend_find(const char *name)
{
	const struct kern_backend *b = by_name(name);
	return b && runs_here(b) ? b : NULL;
}

static int open_with(struct kern *k, const struct kern_backend *b, struct crew *crew, enum kern_type compute)
{
	*k = (struct kern){ .backend = b, .crew = crew, .compute = compute };
	if (compute != KERN_F32 && compute != KERN_BF16)
		return err_set(ERR_UNSUPPORTED, "activations of type %s are not there, f32 and bf16 are", kern_type_name(compute));
	return 0;
}

int kern_open(struct kern *k, const char *name, struct crew *crew, enum kern_type compute)
{
	const struct kern_backend *b = by_name(name);
	if (!b && strcmp(name, "cuda") == 0)
		return err_set(ERR_MISSING, "the backend \"cuda\" is not built into this coppice (make with nvcc to have it); cpu is");
	if (!b)
		return err_set(ERR_USAGE, "unknown backend \"%s\"; there are ref, cpu, cpu-avx512, cpu-avx2, cpu-base, check and cuda",
			name);
	if (!runs_here(b))
		return err_set(ERR_UNSUPPORTED, "this processor cannot run the backend \"%s\"", name);
	if (b == &kern_check)
		return kern_open_check(k, best_cpu(), crew, compute);
	int e = open_with(k, b, crew, compute);
	return e || !b->memory ? e : b->memory->open(k);
}

int kern_open_check(struct kern *k, const struct kern_backend *inner, struct crew *crew, enum kern_type compute)
{
	int e = open_with(k, &kern_check, crew, compute);
	return e ? e : kern_checker_new(k, inner);
}

void kern_close(struct kern *k)
{
	if (k->device)
		k->backend->memory->close(k);
	kern_checker_free(k->checker);
	k->checker = NULL;
}
