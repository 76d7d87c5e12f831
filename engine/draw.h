/* engine/draw.h - layer 2. Draws tokens from rows of logits where they lie, and tells the likeliest: the processor by sample.h, a device
 * by kern_sample and kern_top, so that only numbers go there and tokens come back. Nothing is allocated in draw_run and draw_top. */
#ifndef ENGINE_DRAW_H
#define ENGINE_DRAW_H

#include "base/err.h"
#include "engine/sample.h"
#include "kernels/kernels.h"

struct draw;

/* For up to max_rows draws at once from kept [rows x vocab], in the backend's memory. kept and k are borrowed. ERR_NOMEM. */
int draw_new(struct draw **out, struct kern *k, struct kern_view kept, int max_rows) CHECK_RESULT;
void draw_free(struct draw *d);
double draw_bytes(struct kern *k, int vocab, int max_rows); /* of the backend's memory that draw_new would take */
/* Within a pass: from the numbers u [n] that were drawn, by what lies in the backend's memory alone. */
int draw_queue(const struct draw *d, int n, const struct eng_sampling *how, const int32_t *row, const double *u, int32_t *token,
               float *logprob) CHECK_RESULT;
/* out[i]: drawn at at[i] from the kept row row[i]. */
int draw_run(struct draw *d, const int32_t *row, int n, const struct eng_sampling *how, const struct rng_at *at, struct eng_choice *out) CHECK_RESULT;
/* Of logits with a NaN or an infinity among them no token is likelier than another: what was drawn of them behind that position means
 * nothing. ERR_FORMAT. */
int draw_check(int position, struct eng_choice drawn) CHECK_RESULT;
/* out [n][count]: the likeliest tokens of the kept row row[i], as eng_top gives them; count at most vocab and KERN_MAX_TOP. */
int draw_top(struct draw *d, const int32_t *row, int n, int count, struct eng_choice *out) CHECK_RESULT;

#endif
