/* tests/kernels/ring.h - sequences that step by checkpoint and ring (kern_gdn_ring), alone or as siblings, on any backend. */
#ifndef TESTS_KERNELS_RING_H
#define TESTS_KERNELS_RING_H

#include "tests/kernels/trials.h"

/* One sequence and where it keeps things. What it is fed at a position depends on its id there alone. */
struct walker {
	int parent, child, fork; /* id before position `fork`, and from there on */
	int position;            /* of its next step */
	const float *state;      /* the checkpoint; NULL: zeros */
	float *own_state, *conv, *ring;
	const float *conv_src, *ring_src; /* where the next step reads; NULL at the beginning */
	float y[2 * 128];        /* of the last step */
};

/* key heads, value heads, dk, dv, taps */
static struct walker walker_new(struct arena *a, const int *s, int parent)
{
	struct walker w = { .parent = parent, .child = parent };
	w.own_state = arena_alloc(a, (size_t)(s[1] * s[2] * s[3]) * sizeof(float));
	w.conv = arena_alloc(a, (size_t)((s[4] - 1) * (2 * s[0] * s[2] + s[1] * s[3])) * sizeof(float));
	w.ring = arena_alloc(a, kern_gdn_ring_floats(s[0], s[1], s[2], s[3]) * sizeof(float));
	return w;
}

/* Goes its own way from here: reads what the parent has, writes places of its own. */
static inline struct walker walker_fork(struct arena *a, const int *s, const struct walker *parent, int child)
{
	struct walker w = walker_new(a, s, parent->parent);
	w.child = child;
	w.fork = w.position = parent->position;
	w.state = parent->state;
	w.conv_src = parent->conv;
	w.ring_src = parent->ring;
	return w;
}

/* One step of all n in one call. */
static void walk(struct kern *k, const int *s, struct walker **w, int n)
{
	struct arena a;
	arena_init(&a);
	int hk = s[0], hv = s[1], dk = s[2], dv = s[3], taps = s[4], channels = 2 * hk * dk + hv * dv;
	struct kern_gdn_state *states = arena_alloc(&a, (size_t)n * sizeof *states);
	struct kern_gdn_ring_slot *slots = arena_alloc(&a, (size_t)n * sizeof *slots);
	int32_t *first = arena_alloc(&a, ((size_t)n + 1) * sizeof *first), *position = arena_alloc(&a, (size_t)n * sizeof *position);
	int *id = arena_alloc(&a, (size_t)n * sizeof *id);
	for (int i = 0; i < n; i++) {
		first[i] = i;
		position[i] = w[i]->position;
		id[i] = (w[i]->position < w[i]->fork ? w[i]->parent : w[i]->child) * 100 + w[i]->position;
		states[i] = (struct kern_gdn_state){ w[i]->state, w[i]->own_state, w[i]->conv_src, w[i]->conv };
		slots[i] = (struct kern_gdn_ring_slot){ w[i]->ring_src, w[i]->ring };
	}
	first[n] = n;
	struct kern_gdn_ring op = { .gdn = { .qkv = mat(&a, 40, id, n, channels), .z = mat(&a, 41, id, n, hv * dv), .a = mat(&a, 42, id, n, hv),
		.b = mat(&a, 43, id, n, hv), .y = mat(&a, 0, NULL, n, hv * dv), .conv = vec(&a, 16, taps * channels),
		.a_log = vec(&a, 17, hv), .dt_bias = vec(&a, 18, hv), .norm_w = vec(&a, 19, dv), .eps = 1e-6f, .key_heads = hk,
		.value_heads = hv, .key_dim = dk, .value_dim = dv, .conv_width = taps, .n_seq = n, .state = states, .first = first },
		.position = position, .ring = slots };
	for (int i = 0; i < n * hv; i++)
		op.gdn.a.data[(size_t)(i / hv) * op.gdn.a.ld + (size_t)(i % hv)] -= 2; /* states that last */
	ring_call(k, &op, states);
	for (int i = 0; i < n; i++) {
		memcpy(w[i]->y, op.gdn.y.data + (size_t)i * op.gdn.y.ld, (size_t)(hv * dv) * sizeof(float));
		w[i]->conv_src = w[i]->conv;
		if (w[i]->position++ % KERN_RING == KERN_RING - 1)
			w[i]->state = w[i]->own_state;
		else
			w[i]->ring_src = w[i]->ring;
	}
	arena_release(&a);
}

static void assert_same_walk(const int *s, const struct walker *a, const struct walker *b, const char *what)
{
	int out = s[1] * s[3], kept = a->position % KERN_RING, entry = (int)kern_gdn_ring_floats(s[0], s[1], s[2], s[3]) / (KERN_RING - 1);
	assert_int_equal(a->position, b->position);
	if (memcmp(a->y, b->y, (size_t)out * sizeof(float)) != 0)
		fail_msg("%s: y of %d after %d positions differs", what, a->child, a->position);
	if (memcmp(a->ring, b->ring, (size_t)(kept * entry) * sizeof(float)) != 0)
		fail_msg("%s: the ring of %d after %d positions differs", what, a->child, a->position);
	if (a->state && memcmp(a->state, b->state, (size_t)(out * s[2]) * sizeof(float)) != 0)
		fail_msg("%s: the state of %d after %d positions differs", what, a->child, a->position);
}

/* A parent walks to `fork`, n children go on from there: every other one a call later, so that siblings stand at different
 * positions; children fold at the next multiple of KERN_RING. Each is what it would have been alone, from the beginning. */
static void walk_family(struct kern *k, const int *s, int n, int fork, int steps)
{
	struct arena a;
	arena_init(&a);
	struct walker parent = walker_new(&a, s, 7), *self = &parent, *all = arena_alloc(&a, (size_t)n * sizeof *all);
	struct walker **now = arena_alloc(&a, (size_t)n * sizeof *now);
	while (parent.position < fork)
		walk(k, s, &self, 1);
	for (int i = 0; i < n; i++)
		all[i] = walker_fork(&a, s, &parent, 20 + i);
	for (int call = 0; call <= steps; call++) {
		int m = 0;
		for (int i = 0; i < n; i++)
			if (i % 2 ? call > 0 : call < steps)
				now[m++] = &all[i];
		if (m)
			walk(k, s, now, m);
	}
	for (int i = 0; i < n; i += n > 3 ? n / 3 : 1) {
		struct walker alone = walker_new(&a, s, 7), *just = &alone;
		alone.child = 20 + i;
		alone.fork = fork;
		while (alone.position < fork + steps)
			walk(k, s, &just, 1);
		assert_same_walk(s, &alone, &all[i], "alone and as a fork");
	}
	arena_release(&a);
}

#endif
