#include "search/config.h"
#include "base/hash.h"
#include "search/canon.h"
#include "search/prompt.h"
#include "search/store.h"
#include <jansson.h>
#include <string.h>

const char *srch_policy_name(enum srch_policy p)
{
	return p == SRCH_TOPP ? "top-p" : "sample";
}

int srch_policy_parse(const char *name)
{
	return !strcmp(name, "sample") ? SRCH_SAMPLE : !strcmp(name, "top-p") || !strcmp(name, "topp") ? SRCH_TOPP : -1;
}

static int out_of_range(const char *option, double value, const char *range)
{
	return err_set(ERR_USAGE, "--%s is %g: must be %s", option, value, range);
}

int srch_options_resolve(struct srch_options *o)
{
	o->forks = o->forks ? o->forks : 32;
	o->max_tokens = o->max_tokens ? o->max_tokens : SRCH_MAX_TOKENS;
	o->top_p = o->top_p != 0 ? o->top_p : 1;
	o->p = o->p != 0 ? o->p : 0.40;
	o->k = o->k ? o->k : 30;
	o->frontier = o->frontier ? o->frontier : o->forks;
	o->batch = o->batch ? o->batch : SRCH_BATCH;
	if (!(o->forks >= 1 && o->forks <= 1000000))
		return out_of_range("forks", o->forks, "from 1 to 1000000");
	if (!(o->max_tokens >= 1 && o->max_tokens <= 1 << 20))
		return out_of_range("max-tokens", o->max_tokens, "from 1 to 1048576");
	if (!(o->temperature >= 0 && o->temperature <= 100))
		return out_of_range("temperature", o->temperature, "from 0 to 100");
	if (!(o->top_p > 0 && o->top_p <= 1))
		return out_of_range("top-p", o->top_p, "above 0 and at most 1");
	if (!(o->top_k >= 0))
		return out_of_range("top-k", o->top_k, "0 (off) or more");
	if (!(o->p > 0 && o->p <= 1))
		return out_of_range("p", o->p, "above 0 and at most 1");
	if (!(o->k >= 1 && o->k <= ENG_MAX_TOP))
		return out_of_range("top-k", o->k, "from 1 to 10000, where the policy is top-p");
	if (!(o->frontier >= 1 && o->frontier <= 1000000))
		return out_of_range("frontier", o->frontier, "from 1 to 1000000");
	if (o->shards && !(o->shard >= 0 && o->shard < o->shards))
		return err_set(ERR_USAGE, "shard %d of %d: must be one of them", o->shard + 1, o->shards);
	if (!(o->batch >= 1 && o->batch <= UINT16_MAX)) /* steps.npy counts forks in 16 bits */
		return out_of_range("batch", o->batch, "from 1 to 65535");
	return 0;
}

int srch_forks_alive(const struct srch_options *o)
{
	struct srch_options r = *o;
	if (srch_options_resolve(&r))
		return 64; /* the search itself will say what is wrong */
	int live = r.frontier < r.forks ? r.frontier : r.forks;
	return r.policy == SRCH_TOPP && live > r.batch ? live : r.batch;
}

static json_t *hex64(uint64_t x)
{
	char s[17];
	snprintf(s, sizeof s, "%016llx", (unsigned long long)x);
	return json_string(s);
}

static json_t *generator_json(const struct srch_generator *g)
{
	json_t *o = json_object(), *layers = json_array();
	for (int i = 0; i < g->n_layers; i++)
		json_array_append_new(layers, json_integer(g->layer_index[i]));
	json_object_set_new(o, "family", json_string(g->family));
	json_object_set_new(o, "backend", json_string(g->backend));
	json_object_set_new(o, "compute", json_string(g->compute));
	if (g->shared_state) /* absent: as before there was a choice, and so in a run of the same id */
		json_object_set_new(o, "state", json_string("shared"));
	json_object_set_new(o, "fingerprint", hex64(g->fingerprint));
	json_object_set_new(o, "layer_index", layers);
	json_object_set_new(o, "experts", json_integer(g->n_experts));
	json_object_set_new(o, "experts_per_token", json_integer(g->top_k));
	json_object_set_new(o, "vocabulary", json_integer(g->n_vocab));
	json_object_set_new(o, "max_positions", json_integer(g->max_positions));
	return o;
}

static json_t *tasks_json(const struct srch_tasks *tasks)
{
	json_t *list = json_array();
	for (size_t i = 0; i < tasks->n; i++) {
		struct buf b;
		buf_init(&b, BUF_MAX_TEXT);
		srch_task_write(&tasks->items[i], &b);
		json_t *pair = json_array();
		json_array_append_new(pair, json_string(tasks->items[i].id));
		json_array_append_new(pair, hex64(hash_bytes(HASH_SEED, buf_text(&b), b.len)));
		json_array_append_new(list, pair);
		buf_release(&b);
	}
	return list;
}

void config_write(const struct srch_options *o, const struct srch_tasks *tasks, const struct srch_generator *gen, struct buf *out)
{
	json_t *j = json_object();
	json_object_set_new(j, "format", json_integer(STORE_FORMAT));
	json_object_set_new(j, "extractor", json_integer(CMP_EXTRACTOR_VERSION));
	json_object_set_new(j, "policy", json_string(srch_policy_name(o->policy)));
	json_object_set_new(j, "forks", json_integer(o->forks));
	json_object_set_new(j, "max_tokens", json_integer(o->max_tokens));
	json_object_set_new(j, "seed", json_integer((json_int_t)o->seed));
	if (o->policy == SRCH_TOPP) {
		json_object_set_new(j, "p", json_real(o->p));
		json_object_set_new(j, "k", json_integer(o->k));
		json_object_set_new(j, "frontier", json_integer(o->frontier));
	} else {
		json_object_set_new(j, "temperature", json_real(o->temperature));
		json_object_set_new(j, "top_k", json_integer(o->top_k));
		json_object_set_new(j, "top_p", json_real(o->top_p));
	}
	json_object_set_new(j, "generator", generator_json(gen));
	if (!prompt_is_continued(gen->frame)) /* a run of raw prompts says nothing, as before there were others */
		json_object_set_new(j, "chat", prompt_json(gen->frame));
	json_object_set_new(j, "tasks", tasks_json(tasks));
	canon_write(j, out);
}

/* "a" in words short enough for a message. */
static void in_words(const json_t *v, char *out, size_t n)
{
	char *text = v ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15)) : NULL;
	snprintf(out, n, "%s", text ? text : "absent");
	free(text);
}

/* The first key whose values differ, told as a conflict; 0 when there is none. */
static int first_difference(const char *dir, const char *prefix, const json_t *there, const json_t *here)
{
	const char *key;
	json_t *v;
	json_object_foreach((json_t *)(uintptr_t)here, key, v) { /* does not write */
		const json_t *old = json_object_get(there, key);
		if (old && json_equal(old, v))
			continue;
		if (json_is_object(v) && json_is_object(old)) {
			char inner[32];
			snprintf(inner, sizeof inner, "%s's ", key);
			return first_difference(dir, inner, old, v);
		}
		if (json_is_array(v) && json_array_size(v) != json_array_size(old))
			return err_set(ERR_CONFLICT, "%s holds another run: %s%s has %zu entries there, %zu here; give another folder", dir,
				prefix, key, json_array_size(old), json_array_size(v));
		char a[64], b[64];
		for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++) {
			if (json_equal(json_array_get(old, i), json_array_get(v, i)))
				continue;
			in_words(json_array_get(old, i), a, sizeof a);
			in_words(json_array_get(v, i), b, sizeof b);
			return err_set(ERR_CONFLICT, "%s holds another run: entry %zu of %s%s is %s there, %s here; give another folder", dir, i,
				prefix, key, a, b);
		}
		in_words(old, a, sizeof a);
		in_words(v, b, sizeof b);
		return err_set(ERR_CONFLICT, "%s holds another run: %s%s is %s there, %s here; give the same option or another folder", dir,
			prefix, key, a, b);
	}
	return 0;
}

static bool shares_state(const json_t *config)
{
	return json_object_get(json_object_get(config, "generator"), "state") != NULL;
}

int config_compare(const char *dir, const struct buf *stored, const struct buf *wanted)
{
	if (stored->len == wanted->len && !memcmp(buf_text(stored), buf_text(wanted), stored->len))
		return 0;
	json_t *there = NULL, *here = NULL;
	int rc = canon_parse(&there, "run.json", stored);
	rc = rc ? rc : canon_parse(&here, "run.json", wanted);
	/* The policy first: where it differs, its options differ too, and that says less. */
	const char *first[] = {"policy", "format"};
	for (int i = 0; !rc && i < 2; i++) {
		json_t *pick = json_pack("{sO}", first[i], json_object_get(here, first[i]));
		rc = first_difference(dir, "", there, pick);
		json_decref(pick);
	}
	/* Own states have no key, which first_difference cannot tell by its option's words. */
	if (!rc && shares_state(there) != shares_state(here))
		rc = err_set(ERR_CONFLICT, "%s was begun with --state %s; give the same, or another folder", dir, shares_state(there) ? "shared" : "own");
	rc = rc ? rc : first_difference(dir, "", there, here);
	if (!rc && json_object_get(there, "chat") && !json_object_get(here, "chat"))
		rc = err_set(ERR_CONFLICT, "%s holds another run: its prompts are user messages; give --chat, or another folder", dir);
	if (!rc)
		rc = err_set(ERR_CONFLICT, "%s holds a run of another version of this program; give another folder", dir);
	json_decref(there);
	json_decref(here);
	return rc;
}
