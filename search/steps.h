/* search/steps.h - layer 3. steps.npy, beside a run's objects (search/store.h): of every step of the engine how many forks were in it
 * and how many distinct experts each layer touched for them, which is what a step costs. Batch, timing and interruptions decide what
 * the steps are, so nothing of it is hashed.
 *
 * The file is an array at all times: rows are written behind those that the header counts, and then the header counts them. What a
 * killed writer leaves behind the counted rows is nobody's, and is cut off when the file is taken up again; so is, after a disk
 * failed, what the header counts and is not there. */
#ifndef SEARCH_STEPS_H
#define SEARCH_STEPS_H

#include "search/nodes.h"

#define STEPS_FILE "steps.npy"
/* Bytes of rows that are worth a write of their own: what a kill loses is about as much. */
#define STEPS_WAITING ((size_t)64 << 10)

/* A writer; the store's lock is held. Rows wait in memory until they are written. One thread may add and take while another writes, if a lock
 * of theirs keeps adding and taking apart. */
struct steps;
/* Takes up the file in dir, or begins it. Yours. ERR_FORMAT: what is there is not of a run of this shape; ERR_IO. */
int steps_open(struct steps **out, const char *dir, const struct node_shape *shape) CHECK_RESULT;
/* One step of `forks` forks; distinct: [layers]. */
void steps_add(struct steps *s, int forks, const int32_t *distinct);
size_t steps_waiting(const struct steps *s); /* bytes of rows that were added and not taken */
/* What waits is what the next steps_write writes. */
void steps_take(struct steps *s);
/* Brings what was taken to disk. s may be NULL here and below. ERR_IO. */
int steps_write(struct steps *s) CHECK_RESULT;
/* What still waits is lost. */
void steps_close(struct steps *s);

/* Reads and checks all of it: (*out)[n x (1 + layers)], yours; NULL and 0 where there is no such file. ERR_FORMAT says what is wrong,
 * and what to do about it; ERR_IO. */
int steps_read(uint16_t **out, size_t *n, const char *dir, const struct node_shape *shape) CHECK_RESULT;

#endif
