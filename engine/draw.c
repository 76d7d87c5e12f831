#include "engine/draw.h"
#include "base/mem.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { SENT = sizeof(double) + sizeof(int32_t), MADE = sizeof(float) + sizeof(int32_t) }; /* bytes a draw */
enum { MOST = 16384 }; /* likeliest tokens at once: of 512 rows the 32 likeliest; one row's always fit */
static_assert((int)MOST >= KERN_MAX_TOP, "one row's likeliest tokens fit");

struct draw {
	struct kern *k;
	struct kern_view kept;
	int32_t *pairs; /* [2 x vocab], what sample.h is lent; NULL with a device */
	/* With a device. The first two are its own; what is sent is u [n], then row [n], or rows alone; made are tokens, then as many logprobs. */
	char *sent, *made;
	char *staged, *fetched;
	void *scratch;
	size_t scratch_bytes;
};

static size_t made_bytes(size_t rows)
{
	return (rows < MOST ? MOST : rows) * MADE;
}

static size_t scratch_bytes(const struct kern *k, int vocab, int rows)
{
	struct kern_view logits = kern_rows(NULL, 1, vocab);
	size_t sample = kern_sample_scratch(k, &(struct kern_sample){.logits = logits}, rows);
	size_t top = kern_top_scratch(k, &(struct kern_top){.logits = logits}, rows);
	return sample > top ? sample : top;
}

static bool get_device_memory(struct draw *d, size_t rows)
{
	d->scratch_bytes = scratch_bytes(d->k, d->kept.cols, (int)rows);
	d->sent = kern_alloc(d->k, rows * SENT);
	d->made = kern_alloc(d->k, made_bytes(rows));
	d->scratch = kern_alloc(d->k, d->scratch_bytes);
	d->staged = mem_large(rows * SENT);
	d->fetched = mem_large(made_bytes(rows));
	return d->sent && d->made && d->scratch && d->staged && d->fetched;
}

int draw_new(struct draw **out, struct kern *k, struct kern_view kept, int max_rows)
{
	struct draw *d = mem_zalloc(sizeof *d);
	*d = (struct draw){.k = k, .kept = kept};
	*out = NULL;
	if (!kern_is_device(k))
		d->pairs = mem_array((size_t)kept.cols, 2 * sizeof *d->pairs);
	else if (!get_device_memory(d, (size_t)max_rows)) {
		draw_free(d);
		return err_set(ERR_NOMEM, "no memory to draw %d tokens at once; fewer forks need less", max_rows);
	}
	*out = d;
	return 0;
}

double draw_bytes(struct kern *k, int vocab, int max_rows)
{
	size_t rows = (size_t)max_rows;
	return kern_is_device(k) ? (double)(scratch_bytes(k, vocab, max_rows) + rows * SENT + made_bytes(rows)) : 0;
}

void draw_free(struct draw *d)
{
	if (!d)
		return;
	kern_free(d->k, d->sent);
	kern_free(d->k, d->made);
	kern_free(d->k, d->scratch);
	mem_large_free(d->staged);
	mem_large_free(d->fetched);
	mem_free(d->pairs);
	mem_free(d);
}

static const float *logits_at(const struct draw *d, int32_t row)
{
	return d->kept.data + (size_t)row * d->kept.ld;
}

static int draw_at_once(const struct draw *d, int n, const struct eng_sampling *how, const int32_t *row, const double *u, int32_t *token, float *logprob)
{
	for (int i = 0; i < n; i++) {
		struct eng_choice c = eng_sample_by(logits_at(d, row[i]), d->kept.cols, how, u[i], d->pairs);
		token[i] = c.token;
		logprob[i] = c.logprob;
	}
	return 0;
}

int draw_queue(const struct draw *d, int n, const struct eng_sampling *how, const int32_t *row, const double *u, int32_t *token, float *logprob)
{
	if (!kern_is_device(d->k))
		return draw_at_once(d, n, how, row, u, token, logprob);
	return kern_sample(d->k, &(struct kern_sample){.logits = d->kept, .n = n, .row = row, .u = u, .temperature = how->temperature,
	                                               .top_k = how->top_k, .top_p = how->top_p, .token = token, .logprob = logprob,
	                                               .scratch = d->scratch, .scratch_bytes = d->scratch_bytes});
}

/* Brings n tokens and their log-probabilities. */
static int fetch_made(struct draw *d, int n, struct eng_choice *out)
{
	int rc = kern_get(d->k, d->fetched, d->made, (size_t)n * MADE);
	const int32_t *token = (const int32_t *)d->fetched;
	const float *logprob = (const float *)(token + n);
	for (int i = 0; i < n && !rc; i++)
		out[i] = (struct eng_choice){token[i], logprob[i]};
	return rc;
}

static int draw_on_device(struct draw *d, const int32_t *row, int n, const struct eng_sampling *how, const struct rng_at *at,
                          struct eng_choice *out)
{
	size_t rows = (size_t)n;
	double *u = (double *)d->staged;
	for (int i = 0; i < n; i++)
		u[i] = rng_double(at[i]);
	memcpy(u + n, row, rows * sizeof *row);
	const double *sent_u = (const double *)d->sent;
	int32_t *made = (int32_t *)d->made;
	int rc = kern_put(d->k, d->sent, d->staged, rows * SENT);
	rc = rc ? rc : draw_queue(d, n, how, (const int32_t *)(sent_u + n), sent_u, made, (float *)(made + n));
	return rc ? rc : fetch_made(d, n, out);
}

int draw_run(struct draw *d, const int32_t *row, int n, const struct eng_sampling *how, const struct rng_at *at, struct eng_choice *out)
{
	if (kern_is_device(d->k))
		return draw_on_device(d, row, n, how, at, out);
	for (int i = 0; i < n; i++)
		out[i] = eng_sample(logits_at(d, row[i]), d->kept.cols, how, at[i], d->pairs);
	return 0;
}

int draw_check(int position, struct eng_choice drawn)
{
	return isfinite(drawn.logprob) ? 0 : err_set(ERR_FORMAT, "the logits at position %d are no numbers: an activation overflowed; are the weights "
	                                             "sound? `coppice model --check` looks", position);
}

static int top_on_device(struct draw *d, const int32_t *row, int n, int count, struct eng_choice *out)
{
	int32_t *token = (int32_t *)d->made;
	int rc = kern_put(d->k, d->sent, row, (size_t)n * sizeof *row);
	rc = rc ? rc : kern_top(d->k, &(struct kern_top){.logits = d->kept, .n = n, .row = (const int32_t *)d->sent, .count = count, .token = token,
	                                                 .logprob = (float *)(token + n * count), .scratch = d->scratch,
	                                                 .scratch_bytes = d->scratch_bytes});
	return rc ? rc : fetch_made(d, n * count, out);
}

int draw_top(struct draw *d, const int32_t *row, int n, int count, struct eng_choice *out)
{
	if (count < 1)
		return 0;
	if (!kern_is_device(d->k)) {
		for (int i = 0; i < n; i++)
			eng_top(logits_at(d, row[i]), d->kept.cols, count, out + (size_t)i * (size_t)count, d->pairs);
		return 0;
	}
	int rc = 0;
	for (int from = 0, some; from < n && !rc; from += some) {
		some = n - from < MOST / count ? n - from : MOST / count;
		rc = top_on_device(d, row + from, some, count, out + (size_t)from * (size_t)count);
	}
	return rc;
}
