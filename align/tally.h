/* align/tally.h - layer 1. Counting intersections: the heavy part of the routing comparison, all of it in whole numbers.
 *
 * Since every set has the same size, one token pair at one layer is described by the size of the intersection, 0 .. k.
 * A tally holds how often each size occurred, by task, layer, class of program pair and same/different token: integers, so
 * that neither the order of adding nor the number of threads can change a figure made from them.
 *
 *   programs of one task -> every two -> pairs of tokens (align/pairs.h) -> n_layers intersections each -> counts
 *
 * Tasks are added one at a time; nothing of a task's arrays is kept. Memory: for the task being added, one bit an expert,
 * layer and row; for each task a few numbers a layer.
 *
 * Classes overlap: a pair of programs counts under ALL and under each other class it belongs to. */
#ifndef ALIGN_TALLY_H
#define ALIGN_TALLY_H

#include "align/pairs.h"

enum aln_class {
	ALN_ALL,
	ALN_WITHIN_GROUP,  /* both compile, to the same assembly */
	ALN_ACROSS_GROUPS, /* both compile, to different assembly */
	ALN_PASS_PASS,
	ALN_PASS_FAIL,     /* tested both; a program that does not compile fails */
	ALN_FAIL_FAIL,
	ALN_N_CLASSES
};
const char *aln_class_name(enum aln_class c); /* "all", "within group", ... */

/* Distance from the fork, in tokens of the program with the lower index: bin b covers aln_distance_from(b) up to, not
 * including, aln_distance_from(b + 1). The first bin is the fork itself. */
#define ALN_N_DISTANCES 9
int aln_distance_from(int bin);

enum { ALN_DIFFERENT, ALN_SAME };

struct aln_tally;

/* threads < 1: one for every processor. ERR_USAGE (a shape beyond ALN_MAX_*), ERR_UNSUPPORTED (by instruction). Yours. */
int aln_tally_new(struct aln_tally **out, const struct aln_shape *shape, enum aln_by by, int threads) CHECK_RESULT;
void aln_tally_free(struct aln_tally *t);

/* Adds one task: its n programs in index order, n may be 0. Tasks keep the order in which they are added.
 * ERR_FORMAT (an id out of range or twice in a set: names program and row), ERR_NOMEM. After an error the tally is as before. */
int aln_tally_add(struct aln_tally *t, const struct aln_program *programs, int n) CHECK_RESULT;

const struct aln_shape *aln_tally_shape(const struct aln_tally *t);
enum aln_by aln_tally_by(const struct aln_tally *t);
int aln_tally_n_tasks(const struct aln_tally *t);
/* Pairs of programs that have at least one token pair, and all token pairs: of one task, or of all with task -1. */
int64_t aln_tally_program_pairs(const struct aln_tally *t, int task);
int64_t aln_tally_token_pairs(const struct aln_tally *t, int task, enum aln_class c, int same);
/* Counts by intersection size: [top_k + 1], borrowed until the next add. */
const int64_t *aln_tally_sizes(const struct aln_tally *t, int task, enum aln_class c, int same, int layer);
/* Over all tasks, classes and layers, by distance from the fork: [top_k + 1]. */
const int64_t *aln_tally_distance(const struct aln_tally *t, int bin, int same);

#endif
