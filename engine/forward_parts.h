/* engine/forward_parts.h - inside engine/: a pass's memory, shared by forward.c (what is computed), forward_memory.c (what it is
 * computed in), forward_batch.c (how a batch gets there and its results back) and forward_kept.c (where its logits stay).
 *
 * What a batch says goes to the backend's memory in one piece, and what comes back in another: a device wants few, large transfers.
 * Both pieces are laid out anew for every batch, from its number of rows and spans alone: so two batches that agree in these lie
 * at the same addresses, and the pass over one, recorded, can be done again for the other. */
#ifndef ENGINE_FORWARD_PARTS_H
#define ENGINE_FORWARD_PARTS_H

#include "engine/forward.h"

/* Rows that attention takes at once: its scratch, of each row's every span and head, would be gigabytes for more. */
enum { FORWARD_ATTENDED = 1024 };

/* Where the present batch's parts lie, in the backend's memory. */
struct forward_in {
	int32_t *ids, *position, *first, *to;
	int32_t *n_units; /* of every FORWARD_ATTENDED rows: they have `units` of their own */
	double *u; /* [n], drawn for the next tokens */
	const int32_t **table;
	struct kern_gdn_state *state; /* [n_gdn][n_seq] */
	struct kern_attention_unit *units;
	/* Where states are shared: */
	struct kern_gdn_ring_slot *ring; /* [n_gdn][n_seq] */
	struct kern_gdn_unit *gdn_units;
	int32_t *n_gdn_units;
	struct kern_gdn_state *tail; /* [n_gdn], of a chunk's rows behind the last grid position ... */
	int32_t *tail_first;         /* [2], ... which are steps of one row */
	/* Behind all else, since they are as many as they are: */
	int32_t *copy_from, *copy_to;
};
struct forward_out {
	int32_t *distinct; /* [n_layers] */
	int32_t *token;    /* [max_tables] of the next tokens: at one place in all batches, where no other part lies */
	float *logprob;    /* [n] */
	/* Routing, which not all ask for, begins here. */
	float *weights;    /* [n_layers][n][k] */
	uint16_t *experts; /* [n_layers][n][k] */
};

/* A pass that is begun and not finished. What is sent of it is not written over, and what it made is fetched to a place of its own. */
struct forward_turn {
	bool begun;
	char *staged, *fetched; /* plain; without a device staged is `sent` */
	int n;
	int32_t *position;      /* [max_rows]; negative: disowned */
	uint16_t *experts;      /* where its routing is to go */
	float *weights;
};

struct forward {
	const struct eng_weights *w;
	const struct eng_config *c;
	struct kern *k;
	struct forward_limits limits;
	int n_attention, n_gdn; /* layers of each kind */
	enum kern_type kv_type;
	size_t page_bytes;      /* of one layer */
	size_t s_floats, conv_floats, ring_floats; /* of one layer's recurrent state, convolution, ring */

	/* All of the backend's memory. KV: [attention layer][page]. States: [slot][gdn layer][S, then convolution], or where they are
	 * shared [slot][gdn layer][S] and [ring slot][gdn layer][ring, then convolution]. */
	char *kv;
	float *states, *rings, *rotary;
	float *kept;    /* [n_kept + max_tables] rows of logits: the homes of those that are kept, and behind them ... */
	float *logits;  /* ... [max_tables], what the head's product writes */
	int32_t *lies;  /* [n_kept], plain: which of all these rows a kept one is, its home or one of the product's */
	int32_t *stays; /* [max_tables], plain: the kept row that lies in one of the product's; -1: none */
	void **plans; /* [n_layers], plain; what they point to is not */

	/* Scratch, [max_rows] each; `wide` is what a layer's projections of one row take together. */
	float *x, *h, *wide, *mixed, *scores, *last;
	struct kern_forms h_forms, last_forms, mixed_forms; /* of h, last and mixed; data NULL where the backend has no use for them */
	float *q; /* the input of the product at hand, quantised; NULL where nothing is, or the backend does it */
	size_t wide_floats;
	void *product_scratch, *expert_scratch, *attention_scratch, *gdn_scratch;
	size_t product_scratch_bytes, expert_scratch_bytes, attention_scratch_bytes, gdn_scratch_bytes;

	/* The batch that is being begun, in the backend's memory: the next one's is sent, and made, when this one's is done with. */
	char *sent, *made;
	struct forward_turn turns[FORWARD_TURNS];
	struct eng_sampling how; /* of the last pass that drew, ... */
	uint32_t n_hows;         /* ... and how often it changed */
	size_t in_bytes, out_bytes;
	struct forward_in in;   /* pointers into sent */
	struct forward_out out; /* pointers into made */
	double *counted;        /* NULL, or only counted is what would be taken */
	int spans;              /* KERN_SPANs that the longest row reads, rounded up to a power of two */
	int32_t *distinct;      /* [n_layers], plain: of the pass that was finished last */
};

/* The widths of what the two mixers project to. */
int forward_q_width(const struct eng_config *c);
int forward_kv_width(const struct eng_config *c);
int forward_value_width(const struct eng_config *c);
int forward_channels(const struct eng_config *c);
/* Sets op's top_k, n_experts, mlp, shared and shared_gate. */
void forward_describe_experts(const struct forward *f, const struct eng_layer *l, struct kern_experts *op);
/* Sets op's shapes. */
void forward_describe_attention(const struct forward *f, struct kern_attention *op);
void forward_describe_gdn(const struct forward *f, const struct eng_layer *l, struct kern_gdn *op);

/* Parts one behind the other; base NULL: only counts. */
struct forward_place {
	char *base;
	size_t used;
};
/* rows, spans and sequences alone say where what lies. Tables come behind: where they lie is said by the pointers in `table`. */
void forward_lay_in(const struct forward *f, struct forward_place *p, size_t rows, size_t seqs, size_t spans, struct forward_in *in);
void forward_lay_out(const struct forward *f, struct forward_place *p, size_t rows, struct forward_out *out);
int forward_spans(int positions); /* of KERN_SPAN, rounded up, as are */
bool forward_is_shared(const struct forward *f);
/* Floats of one layer of a state slot, and of a ring slot. */
size_t forward_slot_floats(const struct forward *f);
size_t forward_ring_slot_floats(const struct forward *f);

bool forward_is_step(const struct forward_batch *b);
int forward_logit_rows(const struct forward_batch *b); /* how many rows get logits */
bool forward_in_place(const struct forward *f, const struct forward_batch *b); /* its logits stay where the product writes them */
/* The product is about to write n rows: what lies there goes home. */
int forward_make_way(struct forward *f, int n) CHECK_RESULT;
/* The batch has been computed: its rows lie where they stay. */
void forward_leave(struct forward *f, const struct forward_batch *b);

/* Lays the batch out and sends it; fills f->in and f->out. */
int forward_send(struct forward *f, const struct forward_batch *b, struct forward_turn *t) CHECK_RESULT;
/* Rows of a chunk up to its last grid position: all, where states are own. */
int forward_whole_rows(const struct forward *f, const struct forward_batch *b);
/* Queues the way back of what the batch made, and marks its end. */
int forward_fetch(struct forward *f, const struct forward_batch *b, struct forward_turn *t) CHECK_RESULT;

#endif
