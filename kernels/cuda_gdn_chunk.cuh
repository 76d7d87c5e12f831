/* kernels/cuda_gdn_chunk.cuh - inside kernels/. What prepare and advance, the two halves of Gated DeltaNet's chunked form, agree on.
 *
 * A record has what a chunk of one value head needs besides u, whatever state it starts from (the letters: cuda_gdn_chunk.cu):
 *   0               T [64][64] f32, or under BF16 its high halves and then its low ones (split_pair)
 *   RECORD_MATRIX   P, likewise; its low halves are not there where advance goes by warp groups
 *   RECORD_FACTORS  for every row (exp(G) c_k, beta, exp(G) c_q, exp(G_last - G) c_k), then exp(G_last) */
#ifndef KERNELS_CUDA_GDN_CHUNK_CUH
#define KERNELS_CUDA_GDN_CHUNK_CUH

#include "kernels/cuda_gdn.cuh"

int gdn_launch_advance(struct kern *k, const struct gdn_args &a, int n_long);
size_t gdn_advance_shared(bool bf16); /* bytes of shared memory that advance cannot do without */
int gdn_launch_groups(struct kern *k, const struct gdn_args &a, int n_long);

/* Where a row of a chunk lies in shared memory, in items: 16 bytes of padding, so that 8 rows of one column meet 8 different banks. */
enum {
	KEY_LD_BF16 = GDN_WIDTH + 8,
	KEY_LD_F32 = GDN_WIDTH + 4,
};

/* `rows` rows of u from channel c on, 128 (or GDN_SLICE) items each, into shared memory; rows that are not there become zeros. A thread has
 * one piece of 16 bytes of every so many rows. */
template <int ITEMS, int LD, int BYTES> CU_DEVICE void fetch_rows(unsigned char *to, const struct gdn_args &a, int row0, int rows, int channel)
{
	enum { PIECES = ITEMS * BYTES / 16, APART = GDN_THREADS / PIECES };
	int first = threadIdx.x / PIECES, piece = threadIdx.x % PIECES;
	int ld = a.op.qkv.cols * BYTES;
	const unsigned char *from = a.u + (size_t)row0 * ld + (size_t)channel * BYTES + piece * 16;
#pragma unroll
	for (int n = 0; n < GDN_CHUNK / APART; n++) {
		int r = first + n * APART;
		cu_copy16(to + r * LD * BYTES + piece * 16, from + (r < rows ? r : 0) * ld, r < rows ? 16 : 0);
	}
}

/* x as two bfloat16, 8 bits and 8 more. Of a pair, the lower half of a word holds the first. */
struct split {
	uint32_t high, low;
};
CU_DEVICE struct split split_pair(float x, float y)
{
	uint32_t high = cu_bf16x2(x, y);
	struct split s = { high, cu_bf16x2(x - __uint_as_float(high << 16), y - __uint_as_float(high & 0xffff0000u)) };
	return s;
}

/* The sequence that is number `want` among the long ones, or -1. All lanes of a warp together. */
CU_DEVICE int long_sequence(const struct kern_gdn &op, int want)
{
	int lane = threadIdx.x % CU_WARP;
	for (int s0 = 0; s0 < op.n_seq; s0 += CU_WARP) {
		int s = s0 + lane;
		unsigned found = __ballot_sync(0xffffffffu, s < op.n_seq && op.first[s < op.n_seq ? s + 1 : 0] - op.first[s < op.n_seq ? s : 0] >= GDN_LONG);
		int n = __popc(found);
		if (want < n) {
			for (; want; want--)
				found &= found - 1;
			return s0 + __ffs(found) - 1;
		}
		want -= n;
	}
	return -1;
}

/* What a block of advance works on. */
struct advance_place {
	int head, column, row0, rows; /* column: its slice's first of the head; rows of the sequence */
	int q, k, v;                  /* channels; v of the slice */
	const float *src;             /* [128][128] from the slice's first column on, or NULL */
	float *dst;
	const unsigned char *record;  /* of chunk 0 and this head; the next chunk's is hv records on */
};

/* Blocks: long sequences x value heads x slices of so many columns. false: there is no such sequence. */
template <int COLUMNS> CU_DEVICE bool advance_at(const struct gdn_args &a, struct advance_place *p)
{
	enum { SLICES = GDN_WIDTH / COLUMNS };
	int hv = a.op.value_heads, keys = a.op.key_heads, s = long_sequence(a.op, blockIdx.x / (hv * SLICES));
	if (s < 0)
		return false;
	const struct kern_gdn_state state = a.op.state[s];
	p->head = blockIdx.x / SLICES % hv;
	p->column = blockIdx.x % SLICES * COLUMNS;
	p->row0 = a.op.first[s];
	p->rows = a.op.first[s + 1] - p->row0;
	int key = p->head / (hv / keys);
	size_t at = (size_t)p->head * GDN_WIDTH * GDN_WIDTH + p->column;
	p->q = key * GDN_WIDTH;
	p->k = (keys + key) * GDN_WIDTH;
	p->v = (2 * keys + p->head) * GDN_WIDTH + p->column;
	p->src = state.s_src ? state.s_src + at : NULL;
	p->dst = state.s_dst + at;
	p->record = a.records + ((size_t)(p->row0 / GDN_LONG) * hv + p->head) * RECORD_BYTES;
	return true;
}

#endif
