#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "commands/bench_fork.h"
#include <math.h>
#include <string.h>

static uint64_t identity(const struct eng_info *info, int forks, const struct options *with)
{
	int64_t parts[] = {(int64_t)info->fingerprint, forks, with->prompt, with->seed};
	return hash_bytes(HASH_SEED, parts, sizeof parts);
}

void outcome_init(struct outcome *o, const struct eng_info *info, int forks, const struct options *with)
{
	int kept = forks < FORK_KEPT ? forks : FORK_KEPT;
	size_t row = (size_t)info->n_layers * (size_t)info->top_k;
	*o = (struct outcome){.n_experts = FORK_FIRST_STEPS * (size_t)kept * row, .n_logits = (size_t)kept * (size_t)info->n_vocab, .row = row, .kept = kept,
	                      .of = identity(info, forks, with)};
	o->experts = mem_array(o->n_experts, sizeof *o->experts);
	o->logits = mem_array(o->n_logits, sizeof *o->logits);
}

void outcome_release(struct outcome *o)
{
	mem_free(o->experts);
	mem_free(o->logits);
}

int outcome_write(const struct outcome *o, const char *path)
{
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_add(&b, &o->of, sizeof o->of);
	buf_add(&b, &o->other, sizeof o->other);
	buf_add(&b, o->experts, o->n_experts * sizeof *o->experts);
	buf_add(&b, o->logits, o->n_logits * sizeof *o->logits);
	int err = file_write(path, b.data, b.len);
	buf_release(&b);
	return err;
}

int outcome_read(struct outcome *o, const char *path)
{
	struct file_map map;
	size_t experts = o->n_experts * sizeof *o->experts, logits = o->n_logits * sizeof *o->logits;
	int err = file_map_open(&map, path);
	if (err)
		return err;
	size_t head = sizeof o->of + sizeof o->other;
	if (map.size == head + experts + logits) {
		const char *at = map.data;
		uint64_t of;
		memcpy(&of, at, sizeof of);
		memcpy(&o->other, at + sizeof of, sizeof o->other);
		memcpy(o->experts, at + head, experts);
		memcpy(o->logits, at + head + experts, logits);
		if (of != o->of)
			err = err_set(ERR_CONFLICT, "%s is of another model, prompt, seed or number of forks: --save it with the same --model, --prompt, --seed and --forks",
			              path);
	} else {
		err = err_set(ERR_FORMAT, "%s holds %zu bytes, and %d siblings of this model make %zu: --save it with the same model and --forks", path, map.size,
		              o->kept, head + experts + logits);
	}
	file_map_close(&map);
	return err;
}

struct fork_compared outcome_compare(const struct outcome *now, const struct outcome *was, int top_k, double bytes, double own)
{
	double sum = 0, squares = 0, apart = 0, n = (double)now->n_logits;
	size_t same = 0, row = (size_t)top_k;
	for (size_t i = 0; i < now->n_logits; i++) {
		double x = (double)was->logits[i], d = (double)now->logits[i] - x;
		sum += x;
		squares += x * x;
		apart += d * d;
	}
	for (size_t i = 0; i < now->n_experts; i += row)
		same += memcmp(now->experts + i, was->experts + i, row * sizeof *now->experts) == 0;
	return (struct fork_compared){.apart = sqrt(apart / n) / sqrt(squares / n - sum / n * (sum / n)),
	                              .routes_same = (double)same / (double)(now->n_experts / row),
	                              .states = was->other > 0 ? bytes - was->other : 0, .own = own};
}
