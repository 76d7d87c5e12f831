/* kernels/kernels.h - layer 1. The arithmetic of a mixture-of-experts model, behind one table of functions per backend.
 *
 * An operation is a struct of operands with shapes; its formula stands above it and its definition is the function of the same
 * name in ref.c. A front function (kern_matmul, ...) checks the shapes once, adds the bytes it must move and the multiply-adds
 * to k->bytes and k->macs, and calls the backend. NULL in a backend's table means unsupported (ERR_UNSUPPORTED): an answer,
 * never a silent fallback. No operation allocates; one that needs scratch takes it as an operand and kern_<op>_scratch()
 * says how much.
 *
 *   backend   what it is
 *   ref       plain C, double sums: the definition
 *   cpu       one source compiled for AVX-512, AVX2 and any machine, chosen at run time; all three give the same bits
 *   cuda      kernels for an NVIDIA GPU, where nvcc was there at build time; operands live in the device's memory (kern_memory)
 *   check     cpu with ref beside every call, held to a stated bound; the first violation is the error of that call
 *
 * Determinism: row r of an output depends, to the bit, only on row r of the inputs (and on that row's own cache or state):
 * never on n, on the other rows, or on the number of threads. Sums are cut by shape alone.
 *
 * Legend: n rows in flight   d model width   e experts   k chosen per row   w expert width   t position
 *         h query heads      g key/value heads   c head width   hk, hv key and value heads of Gated DeltaNet, dk, dv widths
 * Matrices are row-major, `ld` elements from row to row (ld >= cols; what lies between is neither read nor written).
 * Activations are f32 in memory. R(x) below is the rounding of the compute type: nothing for KERN_F32, to bfloat16 (nearest
 * even, kept in f32) for KERN_BF16. Sums run in f32 and are rounded once, at the end, where R stands. FP8 is no compute type
 * here: who serves a model so quantises what goes into its FP8 matrices (kern_quantise, `quantised` and `block` below) under either R.
 *
 * Errors: ERR_USAGE shapes that do not fit (names the operation and the operand), ERR_LIMIT one of the KERN_MAX_ below,
 * ERR_UNSUPPORTED. Pointers are borrowed for the call; weights and packed panels for as long as they are used. */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERN_MAX_EXPERTS 1024
#define KERN_MAX_TOP_K   64
#define KERN_MAX_HEAD    512 /* width of a head (c, dk, dv) */
#define KERN_MAX_CONV    16  /* taps of the causal convolution */
#define KERN_MAX_OUT     4   /* matrices one kern_matmul applies to the same rows */
#define KERN_SOON        4   /* matrices named in advance */
#define KERN_MAX_DIM     (1 << 24)
#define KERN_MAX_TOP     10000 /* tokens of a row that kern_top gives */
#define KERN_PAGE        32  /* positions in a page of the key/value cache, and in a block of the softmax */
#define KERN_K_BLOCK     256 /* inputs in one chain of a dot product; chains are added in order */
#define KERN_SCALE_MAX   64.0f /* FP8 scales must be finite and smaller in magnitude (real ones are around 1e-3) */

enum kern_type { KERN_F32, KERN_BF16, KERN_F16, KERN_FP8 /* e4m3fn */ };
size_t kern_type_bytes(enum kern_type t);
const char *kern_type_name(enum kern_type t);

/* Rows of f32 in memory. Read-only operands are not written through `data`. */
struct kern_view {
	float *data;
	int rows, cols;
	size_t ld;
};
static inline struct kern_view kern_rows(float *data, int rows, int cols)
{
	return (struct kern_view){data, rows, cols, (size_t)cols};
}

/* A matrix of weights [rows = outputs, cols = inputs] as it lies in the file. FP8: W[r][c] = f32(q[r][c] * s), with
 * s = scale[((scale_row0 + r) / block_rows) * scale_ld + c / block_cols]; blocks need not divide the matrix.
 * scale_row0 is for a part of a fused matrix that starts inside a block (the up half of gate_up). */
struct kern_weight {
	const void *data;
	enum kern_type type;
	int rows, cols;
	size_t ld;
	const float *scale; /* NULL unless FP8 */
	int scale_ld, scale_row0;
	int block_rows, block_cols;
	const void *packed; /* NULL, or what kern_pack made of it for this backend */
};
/* ERR_FORMAT when the matrix cannot be computed with: an FP8 NaN code (0x7f, 0xff), a scale that is not finite or over
 * KERN_SCALE_MAX, an F16 infinity or NaN. For one matrix in hand; the engine looks for the same in whole files (weights_check). */
int kern_weight_check(const struct kern_weight *w) CHECK_RESULT;
/* e4m3fn: 1 sign, 4 exponent (bias 7), 3 mantissa; steps of 2^-9 below 2^-6, largest 448 (0x7e), no infinities, 0x7f and 0xff
 * NaN. From f32: nearest, halves to the even code, larger ones (infinities too) to +-448, a NaN to 0x7f or 0xff by its sign. */
float kern_fp8_to_f32(uint8_t code);
uint8_t kern_fp8_from_f32(float x);
/* Item (r, c) as f32. For tests, embeddings of small vectors, and conversion at load time; not for speed. */
float kern_weight_at(const struct kern_weight *w, int r, int c);

struct kern_backend;
struct crew;
struct kern_checker;
struct kern_device;

struct kern {
	const struct kern_backend *backend;
	struct crew *crew;      /* borrowed; NULL: the caller's thread alone */
	enum kern_type compute; /* KERN_F32, KERN_BF16: the R of the formulas */
	uint64_t bytes, macs;   /* since kern_open; anyone may set them to 0 */
	struct kern_checker *checker;
	struct kern_device *device; /* NULL unless the backend has a memory of its own */
};
/* name: "ref", "cpu" (best body for this processor), "cpu-avx512", "cpu-avx2", "cpu-base", "check", "cuda"; NULL is "cpu".
 * ERR_USAGE for an unknown name, ERR_UNSUPPORTED for a body this processor lacks or a compute type that is not there. */
int kern_open(struct kern *k, const char *name, struct crew *crew, enum kern_type compute) CHECK_RESULT;
/* The check backend round any other, for tests. */
int kern_open_check(struct kern *k, const struct kern_backend *inner, struct crew *crew, enum kern_type compute) CHECK_RESULT;
void kern_close(struct kern *k);

/* Memory. ref, cpu and check compute in the process's own. A backend with a memory of its own (kern_is_device) reads and writes
 * rows, ids, weights and their scales, tables, units, states, pages, scratch and plans there: every pointer to such things is from
 * kern_alloc. What describes them (views, kern_weight, kern_mlp, the op) is plain memory, read before the call returns. Contents
 * of a device's memory (ids, positions, pages, experts) are not checked by the front: who puts them there has checked them.
 * Calls are queued in order; kern_get waits for its bytes, all others need not. Without a device these are malloc and memcpy. */
bool kern_is_device(const struct kern *k);
void *kern_alloc(struct kern *k, size_t n) CHECK_RESULT; /* zeroed, 64-byte aligned; NULL when it does not fit */
void kern_free(struct kern *k, void *p);
int kern_put(struct kern *k, void *to, const void *plain, size_t n) CHECK_RESULT;  /* plain may be used again at once */
int kern_get(struct kern *k, void *plain, const void *from, size_t n) CHECK_RESULT;
int kern_copy(struct kern *k, void *to, const void *from, size_t n) CHECK_RESULT; /* within the backend's memory */
/* Copies that are not waited for. `plain` is then memory of kern_plain_alloc, which a device reads and writes by itself: what is sent
 * must not change, and what is fetched is not there, before a mark that was set behind the copy has been waited for. All that is
 * called is done in order; so what is queued behind a fetch may write anew what was fetched. Without a device: memcpy, at once. */
#define KERN_MARKS 4
void *kern_plain_alloc(struct kern *k, size_t n) CHECK_RESULT; /* zeroed, 64-byte aligned; NULL when it does not fit */
void kern_plain_free(struct kern *k, void *p);
int kern_send(struct kern *k, void *to, const void *plain, size_t n) CHECK_RESULT;
int kern_fetch(struct kern *k, void *plain, const void *from, size_t n) CHECK_RESULT;
int kern_mark(struct kern *k, int mark) CHECK_RESULT; /* 0 .. KERN_MARKS - 1; it moves to behind all that was called so far */
int kern_wait(struct kern *k, int mark) CHECK_RESULT;
size_t kern_room(const struct kern *k); /* bytes kern_alloc could still give, all together; SIZE_MAX where nobody says */

/* Recording: operations between kern_record and kern_record_end are done and, by a device, kept under a key when they come for the
 * second time; kern_replay does them again as one launch, over the same memory. The key must say all that shapes them: the same key,
 * the same calls with the same operands. kern_replay: 1 when it was done, 0 when nothing is kept under the key (and always without a
 * device), or an error. kern_record_end is called after every kern_record that gave 0; rc is how the operations between went, and is
 * given back: when it is not 0 nothing is kept. */
int kern_replay(struct kern *k, uint64_t key) CHECK_RESULT;
int kern_record(struct kern *k, uint64_t key) CHECK_RESULT;
int kern_record_end(struct kern *k, int rc) CHECK_RESULT;

/* Adds to k->bytes what only a device can count (the weights of the experts that were chosen, the pages that were read). */
int kern_settle(struct kern *k) CHECK_RESULT;
/* "NVIDIA H200", or the instruction set: what a measurement names. Borrowed. */
const char *kern_device_name(const struct kern *k);

/* Packing: weights laid out for the backend, of the same type and size (rounded up to 16 rows). Optional: an unpacked matrix
 * gives the same bits, straight from the mapped file, at some cost per element. Worth it for a small model that is used many
 * times; a large one is never copied. 0 bytes: this backend does not pack. */
size_t kern_pack_bytes(const struct kern *k, const struct kern_weight *w);
/* dst: 64-byte aligned, kern_pack_bytes long, kept by the caller as long as w is used. Sets w->packed. */
void kern_pack(const struct kern *k, struct kern_weight *w, void *dst);

/* y[r] = R(table[id_r]), where id_r = ids[r], or drawn[-1 - ids[r]] where that is negative */
struct kern_embed {
	const struct kern_weight *table; /* [vocab, d] */
	const int32_t *ids;              /* [n] */
	struct kern_view y;              /* [n, d] */
	const int32_t *drawn;            /* [n_drawn], what an operation before this one made; id_r: 0 .. vocab - 1 (checked) */
	int n_drawn;
};
static inline int32_t kern_embed_id(const struct kern_embed *op, int r)
{
	return op->ids[r] < 0 ? op->drawn[-1 - op->ids[r]] : op->ids[r];
}
int kern_embed(struct kern *k, const struct kern_embed *op) CHECK_RESULT;

/* Rows as the backend's products read them, made by the operation that computes the rows, beside these: then products of the same rows need
 * not do it. An operation has rows first .. first + n - 1 of them. block: as in kern_quantise, 0 where nothing is quantised. */
struct kern_forms {
	void *data; /* kern_forms_bytes, 64-byte aligned, of the backend's memory */
	int rows, first, block;
};
/* 0: the backend has no use for them. */
size_t kern_forms_bytes(const struct kern *k, int rows, int cols, int block);

/* y[r][i] = R(x[r][i] / sqrt(mean_j(x[r][j]^2) + eps) * (plus_one ? 1 + w[i] : w[i])) */
struct kern_norm {
	struct kern_view x; /* [n, d] */
	const float *w;     /* [d] */
	bool plus_one;
	float eps;
	struct kern_view y; /* [n, d], may be x */
	const struct kern_forms *forms; /* NULL, or y's, which are made too */
};
int kern_norm(struct kern *k, const struct kern_norm *op) CHECK_RESULT;

/* For each j < n_out:  y_j[r][o] = R(sum_i x[r][i] * W_j[o][i]),  and with a residual  y_j = R(residual + y_j).
 * Matrices applied to the same rows go into one call: one hand-over to the threads.
 * An output that is `quantised` reads x as kern_quantise makes it. Who puts it through: the caller, so that such outputs have a call
 * of their own; or, where kern_quantises, the backend on the way in, and x may be as it was, and for the other outputs is. A row that
 * has been put through is taken for what it is: its scales may move by a unit in the last place, its codes do not. */
struct kern_matmul_out {
	const struct kern_weight *w; /* [out, in] */
	struct kern_view y;          /* [n, out] */
	const struct kern_view *residual; /* NULL or [n, out]; may be y itself */
	bool keep_f32;               /* no R: for logits that are sampled from */
	int quantised;               /* 0, or the block of kern_quantise: for FP8 weights alone */
};
struct kern_matmul {
	struct kern_view x; /* [n, in], none of the y */
	int n_out;          /* 1 .. KERN_MAX_OUT */
	struct kern_matmul_out out[KERN_MAX_OUT];
	const struct kern_forms *forms; /* NULL, or x's */
	const struct kern_weight *soon[KERN_SOON]; /* up to the first NULL: what a later operation will read, a device may bring nearer meanwhile */
	void *scratch;      /* kern_matmul_scratch bytes, 64-byte aligned; NULL where that is 0 */
	size_t scratch_bytes;
};
int kern_matmul(struct kern *k, const struct kern_matmul *op) CHECK_RESULT;
/* For up to n rows; looks at op's x.cols and n_out alone. */
size_t kern_matmul_scratch(const struct kern *k, const struct kern_matmul *op, int n);

/* Whether the backend's products quantise what they read themselves: kern_quantise need not be called before. */
bool kern_quantises(const struct kern *k);

/* What a row becomes before it meets FP8 weights, as servers of FP8 checkpoints do it ("dynamic": per token and group of inputs).
 * For every row and every `block` columns from the first on (the last group may be shorter):
 *   s = f32(max(max_i |x_i|, 1e-10) / 448),   y_i = f32(e4m3(f32(x_i / s)) * s)     e4m3 as in kern_fp8_from_f32
 * x_i / s never saturates: it is 448 where |x_i| is the largest. -0 stays -0, and so does a negative that rounds to 0. A group
 * with a NaN or an infinity is NaN throughout. The same under every R; every backend gives the same bits.
 * A product with y is what a server gets from codes and scales apart, but for the order in which it rounds its sums. */
struct kern_quantise {
	struct kern_view x; /* [n, d] */
	int block;          /* >= 1: block_cols of the weights that come next */
	struct kern_view y; /* [n, d], may be x */
};
int kern_quantise(struct kern *k, const struct kern_quantise *op) CHECK_RESULT;

/* The k largest logits, largest first, ties to the lower index (a NaN counts as -inf);
 * p = softmax(logits[r]) over all e; weights = R(renormalise ? p_chosen / sum(p_chosen) : p_chosen). */
struct kern_route {
	struct kern_view logits; /* [n, e] */
	int top_k;               /* k <= e */
	bool renormalise;
	uint16_t *experts; /* [n, k], k apart */
	float *weights;    /* [n, k], k apart */
};
int kern_route(struct kern *k, const struct kern_route *op) CHECK_RESULT;

/* f_e(x) = R(down_e R(silu(R(gate_e x)) * R(up_e x)))
 * m[r] = sum over slots j in order of weights[r][j] * f_experts[r][j](x[r])  +  sigmoid(R(shared_logit[r])) * f_shared(x[r])
 * y[r] = R(residual[r] + R(m[r]))
 * shared_gate NULL: the shared expert is added with factor 1. shared_logit[r] = shared_gate . x[r].
 * With a `block`: gate, up and shared_gate matrices that are FP8 read x after kern_quantise with that block, and what goes into a
 * down that is FP8 is put through kern_quantise with that down's block_cols. Which, the type of each matrix says alone. x is put
 * through by the caller, who gives it as `quantised`, or, where kern_quantises, by the backend, which does not look at that. */
struct kern_mlp {
	struct kern_weight gate, up; /* [w, d] */
	struct kern_weight down;     /* [d, w] */
};
struct kern_experts {
	struct kern_view x;                /* [n, d] */
	int block;                         /* 0: nothing is quantised */
	const struct kern_view *quantised; /* NULL or [n, d]: x after kern_quantise; not y */
	const uint16_t *experts;           /* [n, k], each < n_experts, distinct within a row (checked: < n_experts) */
	const float *weights;              /* [n, k] */
	int top_k, n_experts;
	const struct kern_mlp *mlp;        /* [n_experts], all of one width */
	const struct kern_mlp *shared;     /* NULL: none; its width may differ */
	const struct kern_weight *shared_gate; /* NULL or [1, d] */
	const struct kern_view *residual;  /* NULL or [n, d]; may be y, not x */
	struct kern_view y;                /* [n, d], not x */
	void *scratch;                     /* kern_experts_scratch bytes, 64-byte aligned */
	size_t scratch_bytes;
	const void *plan;                  /* what kern_experts_plan made; NULL where kern_experts_plan_bytes is 0 */
	const struct kern_forms *forms;            /* NULL, or x's */
	const struct kern_weight *soon[KERN_SOON]; /* as in kern_matmul */
	int32_t *distinct;                 /* NULL, or set to the number of distinct experts touched; in the backend's memory */
};
/* What a backend wants to know beforehand about op's mlp, n_experts, shared and shared_gate (for a device: a table of where they
 * lie). plan: of kern_alloc, plan_bytes long, valid for every op with the same four. */
size_t kern_experts_plan_bytes(const struct kern *k, const struct kern_experts *op);
int kern_experts_plan(struct kern *k, const struct kern_experts *op, void *plan) CHECK_RESULT;
/* For up to n rows of these shapes (op's pointers are not looked at, only top_k, n_experts, mlp[0], shared, x.cols). */
size_t kern_experts_scratch(const struct kern *k, const struct kern_experts *op, int n);
int kern_experts(struct kern *k, const struct kern_experts *op) CHECK_RESULT;

/* Causal attention over a paged cache. For every row r, at position t = position[r] of the sequence whose page table is table[r]:
 *   q, k heads: u = R(norm(u)) as in kern_norm over c (where a norm weight is given); then on the first `rot` of c
 *     u'[i] = R(u[i] cos_i - u[i + rot/2] sin_i),  u'[i + rot/2] = R(u[i + rot/2] cos_i + u[i] sin_i),  i < rot/2
 *   k and v are stored at (table[r][t / KERN_PAGE], t % KERN_PAGE), all rows before any row reads;
 *   s_j = scale * q . k_j for positions j = 0 .. t,  y[head] = R(sum_j softmax(s)_j v_j)
 *   gated: y = R(y * R(sigmoid(gate)))
 * Blocks of KERN_PAGE positions, counted from 0, have their own maximum and sum and are merged in order, so a position's bits
 * do not depend on whether it came by chunk or step. A prompt's chunk is n rows with the same table and consecutive positions.
 * Query head i reads key/value head i / (h / g). No two rows of a call may be the same position of the same page.
 * The page of a position: pool + table[r][t / KERN_PAGE] * page_bytes, holding K [g][c][KERN_PAGE] then V [g][KERN_PAGE][c]. */
struct kern_attention {
	struct kern_view q;     /* [n, h * c], or gated [n, h * 2c]: per head query c, then gate c. Overwritten (rotated in place). */
	struct kern_view kx, vx; /* [n, g * c]. kx is overwritten too. */
	const float *q_norm, *k_norm; /* [c] or NULL */
	bool plus_one;
	float eps;
	const float *rotary; /* [n_positions, rot] from kern_rotary_fill; NULL with rot = 0 */
	int rot, n_positions; /* rot even, <= c; every position < n_positions (checked) */
	int heads, kv_heads, dim; /* h, g, c */
	bool gated;
	float scale;
	const int32_t *position;     /* [n] */
	const int32_t *const *table; /* [n] */
	void *pool;                  /* 64-byte aligned */
	enum kern_type kv_type;      /* KERN_F32, or KERN_BF16 (stored rounded: exact under compute BF16) */
	int n_pages;                 /* in pool; page numbers are below (checked) */
	struct kern_view y;          /* [n, h * c] */
	/* What follows is for devices alone; others look at none of it. */
	const struct kern_forms *forms; /* NULL, or y's, which are made too */
	const struct kern_attention_unit *units; /* from kern_attention_units */
	const int32_t *n_units;      /* [1] */
	int longest;                 /* no row has more positions than that (position + 1) */
	void *scratch;               /* kern_attention_scratch bytes, 64-byte aligned */
	size_t scratch_bytes;
};
int kern_attention(struct kern *k, const struct kern_attention *op) CHECK_RESULT;
size_t kern_attention_scratch(const struct kern *k, const struct kern_attention *op, int n); /* for up to n rows, up to op->longest */
/* How a device shares its reading. Positions are cut into spans of KERN_SPAN, counted from 0; a unit is one span for consecutive
 * rows whose tables hold the same pages there, so that they are read once. Every (row, span) is in exactly one unit, and a span's
 * softmax is merged in order, so who shares with whom changes no bit. position and table are plain memory; units has room for
 * n * spans of the longest row. Returns how many there are. */
#define KERN_SPAN 256
#define KERN_UNIT_ROWS 16
struct kern_attention_unit {
	int32_t span, first, rows; /* rows <= KERN_UNIT_ROWS */
};
int kern_attention_units(struct kern_attention_unit *units, const int32_t *position, const int32_t *const *table, int n);
/* One page of one layer; a multiple of 64. A copy of its bytes is a copy of the page. */
size_t kern_page_bytes(int kv_heads, int dim, enum kern_type kv_type);
/* table[t * rot + i] = cos(t * theta^(-2i/rot)), [.. + rot/2 + i] = sin, i < rot/2, in double, rounded once. */
void kern_rotary_fill(float *table, int n_positions, int rot, double theta);

/* Gated DeltaNet: convolution, gates, recurrence and gated norm. Channels: q [hk][dk] | k [hk][dk] | v [hv][dv].
 * For every sequence s, rows first[s] .. first[s+1] - 1 in order (one row: a decode step; many: a prompt's chunk, same bits, except
 * that a device may compute many rows another way, which then depends on how many they are):
 *   u = R(silu(sum_j conv[j][channel] * (input j - (width-1) rows back)))     inputs before the first come from conv_src
 *   q, k: per head x / sqrt(sum x^2 + 1e-6); q also * dk^-0.5; value head i uses key head i / (hv / hk)
 *   beta = R(sigmoid(b)),  decay = exp(-exp(a_log) * softplus(a + dt_bias))
 *   S = decay * S;  d = beta * (v - S^T k);  S = S + k d^T;  o = R(S^T q)
 *   y[head] = R(R(o / sqrt(mean(o^2) + eps)) * norm_w * silu(z))
 * and the state after the last row is written to dst. src NULL: zeros. dst may be src (a step in place), else they are apart:
 * a fork reads its parent's state and writes its own, and copies nothing. */
struct kern_gdn_state {
	const float *s_src;    /* [hv][dk][dv] */
	float *s_dst;
	const float *conv_src; /* [width - 1][channels], oldest first: the inputs before the convolution */
	float *conv_dst;
};
struct kern_gdn {
	struct kern_view qkv; /* [n, 2 hk dk + hv dv] */
	struct kern_view z;   /* [n, hv dv] */
	struct kern_view a, b; /* [n, hv] */
	const float *conv;    /* [width][channels]: transposed from the file's [channels, 1, width] */
	const float *a_log, *dt_bias; /* [hv] */
	const float *norm_w;  /* [dv], plain w */
	float eps;
	int key_heads, value_heads, key_dim, value_dim, conv_width; /* hv a multiple of hk */
	int n_seq;
	const int32_t *first; /* [n_seq + 1], first[0] = 0, first[n_seq] = n, each sequence at least one row */
	const struct kern_gdn_state *state; /* [n_seq] */
	struct kern_view y;   /* [n, hv dv] */
	const struct kern_forms *forms; /* NULL, or y's, which kern_gdn makes too; kern_gdn_ring does not */
	void *scratch;        /* kern_gdn_scratch bytes, 64-byte aligned; NULL where that is 0 */
	size_t scratch_bytes;
};
int kern_gdn(struct kern *k, const struct kern_gdn *op) CHECK_RESULT;
size_t kern_gdn_scratch(const struct kern *k, const struct kern_gdn *op, int n); /* for up to n rows, in up to n sequences */

/* Gated DeltaNet where siblings share a state. A sequence's state is a checkpoint S, as it was after a multiple of KERN_RING positions,
 * and a ring of what its steps have added since. A fork, at any position, has its parent's checkpoint and its parent's ring.
 * One row a sequence (first[s] = s), at position p = position[s], with c = p % KERN_RING entries (k_e, d_e, decay_e) in its ring;
 * convolution, q, k, v, gates and what becomes of o are those of kern_gdn:
 *   f_c-1 = decay, f_e = f_e+1 * decay_e+1, and G = f_0 * decay_0, or decay where c = 0: always products of the same numbers in order
 *   d = beta * (v - (G S^T k + sum_e f_e (k_e . k) d_e));  o = R(G S^T q + sum_e f_e (k_e . q) d_e + (k . q) d)
 * (k, d, decay) becomes entry c of the ring at dst; where src is another ring, entries 0 .. c - 1 are copied there first. But with
 * c = KERN_RING - 1 no ring is written, and the state is folded into s_dst: G S + sum_e f_e k_e d_e^T + k d^T, the checkpoint after
 * position p, whose ring is empty. It rounds otherwise than kern_gdn does: a mode of the run, in which a fork equals an independent
 * run to the bit, whoever else reads its checkpoint. */
#define KERN_RING 16
struct kern_gdn_ring_slot {
	const float *src; /* kern_gdn_ring_floats each; not looked at where c = 0 */
	float *dst;       /* src, or apart from all that the call reads; not looked at in a fold */
};
#define KERN_GDN_UNIT_ROWS 8
struct kern_gdn_unit {
	int32_t first, rows; /* rows <= KERN_GDN_UNIT_ROWS */
};
struct kern_gdn_ring {
	struct kern_gdn gdn; /* s_src: the checkpoint, NULL for zeros; s_dst: of a fold, else not looked at; may be s_src of this row alone */
	const int32_t *position;               /* [n_seq] */
	const struct kern_gdn_ring_slot *ring; /* [n_seq] */
	/* What follows is for devices alone; others look at none of it. */
	const struct kern_gdn_unit *units;     /* from kern_gdn_units */
	const int32_t *n_units;                /* [1] */
};
int kern_gdn_ring(struct kern *k, const struct kern_gdn_ring *op) CHECK_RESULT;
/* KERN_RING - 1 entries: k [hk][dk] | d [hv][dv] | decay [hv], one after the other. Copying them copies the ring. */
size_t kern_gdn_ring_floats(int key_heads, int value_heads, int key_dim, int value_dim);
/* Which consecutive rows read a checkpoint (the same s_src) together; it changes no bit. state is plain memory, units has room for n.
 * Returns how many there are. */
int kern_gdn_units(struct kern_gdn_unit *units, const struct kern_gdn_state *state, int n);

/* y[to[r]] = x[r]: rows to places of their own. */
struct kern_scatter {
	struct kern_view x; /* [n, d] */
	const int32_t *to;  /* [n], distinct, each 0 .. y.rows - 1 (checked) */
	struct kern_view y; /* [m, d], apart from x */
};
int kern_scatter(struct kern *k, const struct kern_scatter *op) CHECK_RESULT;

/* Page to[i] becomes what page from[i] is, in every layer: pool + (layer * n_pages + page) * page_bytes. No page is in both lists, and
 * none twice in `to`. */
struct kern_pages {
	void *pool;            /* 64-byte aligned */
	int layers, n_pages;
	size_t page_bytes;     /* kern_page_bytes */
	int n;
	const int32_t *from, *to; /* [n], each 0 .. n_pages - 1 (checked) */
};
int kern_pages(struct kern *k, const struct kern_pages *op) CHECK_RESULT;

/* A token for each of n rows, by the number u[i] that was drawn for it. With x = logits[row[i]], m its largest, a NaN of no chance:
 *   p_j = exp((x_j - m) / temperature)
 *   top_k in 1 .. vocab - 1: the top_k likeliest stay;  then top_p < 1: the fewest likeliest whose p sum to at least top_p of theirs
 *   token[i] = the first that stays at which the sum of p passes u[i] of the sum over all that stay: by index where nothing is cut,
 *              else likeliest first (ties to the lower index)
 *   logprob[i] = x_token - m - log(sum_j exp(x_j - m)), over the whole row
 * temperature 0 (or 1 / temperature no finite f32): the likeliest, ties to the lower index; so also where m is not finite, with a
 * logprob that is NaN. Sums may round: a token may be its neighbour's where u[i] lies within 1e-5 of their boundary (or a sum as
 * near to top_p), but is always the same for the same row. For devices: others have the logits at hand (cpu: NULL). */
struct kern_sample {
	struct kern_view logits; /* [rows, vocab] */
	int n;
	const int32_t *row;      /* [n], each 0 .. rows - 1 (checked); any may come more than once. NULL: 0 .. n - 1 */
	const double *u;         /* [n], 0 <= u < 1 */
	double temperature;      /* as in struct eng_sampling */
	int top_k;
	double top_p;
	int32_t *token;          /* [n] */
	float *logprob;          /* [n] */
	void *scratch;           /* kern_sample_scratch bytes, 64-byte aligned */
	size_t scratch_bytes;
};
int kern_sample(struct kern *k, const struct kern_sample *op) CHECK_RESULT;
size_t kern_sample_scratch(const struct kern *k, const struct kern_sample *op, int n); /* for up to n rows; looks at op->logits.cols */

/* The `count` likeliest tokens of each of n rows, likeliest first (ties to the lower index, NaN last). With x = logits[row[i]] and m its
 * largest, logprob = x_token - m - log(sum_j exp(x_j - m)) over the whole row, the very one that kern_sample gives; NaN where m is not
 * finite. For devices: others have the logits at hand (cpu: NULL). */
struct kern_top {
	struct kern_view logits; /* [rows, vocab] */
	int n;
	const int32_t *row;      /* as in struct kern_sample */
	int count;               /* 0 .. vocab, at most KERN_MAX_TOP */
	int32_t *token;          /* [n][count] */
	float *logprob;          /* [n][count] */
	void *scratch;           /* kern_top_scratch bytes, 64-byte aligned */
	size_t scratch_bytes;
};
int kern_top(struct kern *k, const struct kern_top *op) CHECK_RESULT;
size_t kern_top_scratch(const struct kern *k, const struct kern_top *op, int n); /* for up to n rows; looks at op->logits.cols */

/* What a backend with a memory of its own does for the functions of the same names above. open fills k->device. */
struct kern_memory {
	int (*open)(struct kern *k);
	void (*close)(struct kern *k);
	void *(*alloc)(struct kern *k, size_t n);
	void (*free)(struct kern *k, void *p);
	int (*put)(struct kern *k, void *to, const void *plain, size_t n);
	int (*get)(struct kern *k, void *plain, const void *from, size_t n);
	int (*copy)(struct kern *k, void *to, const void *from, size_t n);
	void *(*plain_alloc)(struct kern *k, size_t n);
	void (*plain_free)(struct kern *k, void *p);
	int (*send)(struct kern *k, void *to, const void *plain, size_t n);
	int (*fetch)(struct kern *k, void *plain, const void *from, size_t n);
	int (*mark)(struct kern *k, int mark);
	int (*wait)(struct kern *k, int mark);
	size_t (*room)(const struct kern *k);
	int (*replay)(struct kern *k, uint64_t key);
	int (*record)(struct kern *k, uint64_t key);
	int (*record_end)(struct kern *k, int rc);
	int (*settle)(struct kern *k);
	const char *(*device_name)(const struct kern *k);
};

/* A backend: what fills the table. Operands have been checked by the front. */
struct kern_backend {
	const char *name, *isa; /* "cpu", "avx2" */
	const struct kern_memory *memory; /* NULL: the process's own */
	int chunk;                        /* rows of a prompt it wants at once; 0: no wish */
	bool quantises;                   /* kern_quantises */
	int (*embed)(struct kern *k, const struct kern_embed *op);
	int (*norm)(struct kern *k, const struct kern_norm *op);
	int (*matmul)(struct kern *k, const struct kern_matmul *op);
	int (*quantise)(struct kern *k, const struct kern_quantise *op);
	int (*route)(struct kern *k, const struct kern_route *op);
	int (*experts)(struct kern *k, const struct kern_experts *op);
	int (*attention)(struct kern *k, const struct kern_attention *op);
	int (*gdn)(struct kern *k, const struct kern_gdn *op);
	int (*gdn_ring)(struct kern *k, const struct kern_gdn_ring *op);
	int (*scatter)(struct kern *k, const struct kern_scatter *op);
	int (*pages)(struct kern *k, const struct kern_pages *op);
	int (*sample)(struct kern *k, const struct kern_sample *op);
	int (*top)(struct kern *k, const struct kern_top *op);
	size_t (*forms_bytes)(const struct kern *k, int rows, int cols, int block);
	size_t (*matmul_scratch)(const struct kern *k, const struct kern_matmul *op, int n); /* these: NULL for 0 */
	size_t (*experts_scratch)(const struct kern *k, const struct kern_experts *op, int n);
	size_t (*attention_scratch)(const struct kern *k, const struct kern_attention *op, int n);
	size_t (*gdn_scratch)(const struct kern *k, const struct kern_gdn *op, int n);
	size_t (*sample_scratch)(const struct kern *k, const struct kern_sample *op, int n);
	size_t (*top_scratch)(const struct kern *k, const struct kern_top *op, int n);
	size_t (*plan_bytes)(const struct kern *k, const struct kern_experts *op);
	int (*plan)(struct kern *k, const struct kern_experts *op, void *plan);
	size_t (*pack_bytes)(const struct kern *k, const struct kern_weight *w); /* NULL: does not pack */
	void (*pack)(const struct kern *k, const struct kern_weight *w, void *dst);
};
/* The backend of that name (see kern_open), or NULL when unknown or not for this processor. */
const struct kern_backend *kern_backend_find(const char *name);

#endif
