/* The backend "cuda" of whatever is linked in: an operation that nobody has written yet is NULL in the table, so that the others can
 * be tested without it. */
#include "kernels/cuda.cuh"
#include "tests/shim/shim.h"
#include <stdio.h>

#define WEAK __attribute__((weak))
WEAK int cuda_embed(struct kern *k, const struct kern_embed *op);
WEAK int cuda_norm(struct kern *k, const struct kern_norm *op);
WEAK int cuda_quantise(struct kern *k, const struct kern_quantise *op);
WEAK int cuda_route(struct kern *k, const struct kern_route *op);
WEAK int cuda_scatter(struct kern *k, const struct kern_scatter *op);
WEAK int cuda_matmul(struct kern *k, const struct kern_matmul *op);
WEAK int cuda_experts(struct kern *k, const struct kern_experts *op);
WEAK size_t cuda_experts_scratch(const struct kern *k, const struct kern_experts *op, int n);
WEAK size_t cuda_plan_bytes(const struct kern *k, const struct kern_experts *op);
WEAK int cuda_plan(struct kern *k, const struct kern_experts *op, void *plan);
WEAK int cuda_attention(struct kern *k, const struct kern_attention *op);
WEAK size_t cuda_attention_scratch(const struct kern *k, const struct kern_attention *op, int n);
WEAK int cuda_gdn(struct kern *k, const struct kern_gdn *op);
WEAK int cuda_gdn_ring(struct kern *k, const struct kern_gdn_ring *op);
WEAK size_t cuda_gdn_scratch(const struct kern *k, const struct kern_gdn *op, int n);
WEAK int cuda_sample(struct kern *k, const struct kern_sample *op);
WEAK size_t cuda_sample_scratch(const struct kern *k, const struct kern_sample *op, int n);

/* cuda.cu's takes its place once it is linked in. */
WEAK int cu_result(cudaError_t rc, const char *what)
{
	return rc == cudaSuccess ? 0 : err_set(ERR_UNSUPPORTED, "%s: %s", what, cudaGetErrorString(rc));
}

const struct kern_backend *shim_backend(void)
{
	static struct kern_backend b;
	b.name = "cuda";
	b.isa = "sm";
	b.quantises = true;
	b.embed = cuda_embed;
	b.norm = cuda_norm;
	b.quantise = cuda_quantise;
	b.route = cuda_route;
	b.scatter = cuda_scatter;
	b.matmul = cuda_matmul;
	b.experts = cuda_experts;
	b.experts_scratch = cuda_experts_scratch;
	b.plan_bytes = cuda_plan_bytes;
	b.plan = cuda_plan;
	b.attention = cuda_attention;
	b.attention_scratch = cuda_attention_scratch;
	b.gdn = cuda_gdn;
	b.gdn_ring = cuda_gdn_ring;
	b.gdn_scratch = cuda_gdn_scratch;
	b.sample = cuda_sample;
	b.sample_scratch = cuda_sample_scratch;
	return &b;
}

void shim_open(struct kern *k, enum kern_type compute)
{
	struct kern_device *d = new kern_device();
	cudaDeviceProp p;
	cudaGetDeviceProperties(&p, 0);
	d->sm_count = p.multiProcessorCount;
	d->sm_major = p.major;
	d->shared_max = p.sharedMemPerBlockOptin;
	snprintf(d->name, sizeof d->name, "%s", p.name);
	cudaStreamCreate(&d->stream);
	cudaMalloc(&d->traffic, sizeof *d->traffic);
	*d->traffic = 0;
	*k = {};
	k->backend = shim_backend();
	k->compute = compute;
	k->device = d;
}

void shim_close(struct kern *k)
{
	cudaFree(k->device->traffic);
	cudaStreamDestroy(k->device->stream);
	delete k->device;
	k->device = NULL;
}
