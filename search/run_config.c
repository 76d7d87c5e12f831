/* run.json and wallclock.json, read back. */
#include "base/mem.h"
#include "search/canon.h"
#include "search/prompt.h"
#include "search/run_parts.h"
#include <jansson.h>
#include <string.h>

static int small_int(const json_t *o, const char *field, int low, int *out)
{
	int64_t v = 0;
	int rc = canon_int(o, "run.json", field, low, INT32_MAX, &v);
	*out = (int)v;
	return rc;
}

static int owned_text(const json_t *o, const char *field, char **out)
{
	const char *s = NULL;
	int rc = canon_text(o, "run.json", field, &s);
	*out = rc ? NULL : mem_strdup(s);
	return rc;
}

static int parse_layers(struct run *r, const json_t *list)
{
	r->n_layers = (int)json_array_size(list);
	r->layer_index = mem_array((size_t)r->n_layers + 1, sizeof *r->layer_index);
	for (int i = 0; i < r->n_layers; i++) {
		const json_t *v = json_array_get(list, (size_t)i);
		if (!json_is_integer(v))
			return err_set(ERR_FORMAT, "run.json, field \"layer_index\": must be a list of whole numbers");
		r->layer_index[i] = (int)json_integer_value(v);
	}
	return 0;
}

static int parse_generator(struct run *r, const json_t *g)
{
	char *print = NULL;
	int rc = owned_text(g, "family", &r->family);
	rc = rc ? rc : owned_text(g, "backend", &r->backend);
	rc = rc ? rc : owned_text(g, "compute", &r->compute);
	rc = rc ? rc : owned_text(g, "fingerprint", &print);
	rc = rc ? rc : small_int(g, "experts", 0, &r->n_experts);
	rc = rc ? rc : small_int(g, "experts_per_token", 0, &r->k);
	rc = rc ? rc : small_int(g, "vocabulary", 1, &r->n_vocab);
	rc = rc ? rc : small_int(g, "max_positions", 1, &r->max_positions);
	rc = rc ? rc : parse_layers(r, json_object_get(g, "layer_index"));
	if (!rc)
		r->fingerprint = strtoull(print, NULL, 16);
	const char *state = json_string_value(json_object_get(g, "state"));
	r->shared_state = state && !strcmp(state, "shared");
	mem_free(print);
	return rc;
}

static int parse_policy(struct run *r, const json_t *o)
{
	const char *policy = NULL;
	int64_t seed = 0;
	int rc = canon_text(o, "run.json", "policy", &policy);
	int p = rc ? 0 : srch_policy_parse(policy);
	if (p < 0)
		return err_set(ERR_FORMAT, "run.json, field \"policy\": \"%s\" is unknown", policy);
	r->policy = (enum srch_policy)p;
	rc = rc ? rc : canon_int(o, "run.json", "seed", INT64_MIN, INT64_MAX, &seed);
	r->seed = (uint64_t)seed;
	rc = rc ? rc : small_int(o, "forks", 1, &r->forks);
	rc = rc ? rc : small_int(o, "max_tokens", 1, &r->max_tokens);
	if (rc)
		return rc;
	if (r->policy == SRCH_TOPP) {
		rc = canon_real(o, "run.json", "p", &r->p);
		rc = rc ? rc : small_int(o, "k", 1, &r->k_most);
		return rc ? rc : small_int(o, "frontier", 1, &r->frontier);
	}
	rc = canon_real(o, "run.json", "temperature", &r->temperature);
	rc = rc ? rc : canon_real(o, "run.json", "top_p", &r->top_p);
	return rc ? rc : small_int(o, "top_k", 0, &r->top_k);
}

int run_read_config(struct run *r, const struct buf *text)
{
	json_t *o = NULL;
	int64_t format = 0;
	int rc = canon_parse(&o, "run.json", text);
	rc = rc ? rc : canon_int(o, "run.json", "format", 1, INT32_MAX, &format);
	if (!rc && format != STORE_FORMAT)
		rc = err_set(ERR_UNSUPPORTED, "the run's format is %d, this program reads %d", (int)format, STORE_FORMAT);
	rc = rc ? rc : parse_policy(r, o);
	rc = rc ? rc : parse_generator(r, json_object_get(o, "generator"));
	rc = rc ? rc : prompt_parse(&r->frame, json_object_get(o, "chat"));
	r->n_tasks_planned = rc ? 0 : json_array_size(json_object_get(o, "tasks"));
	if (!rc && !r->n_tasks_planned)
		rc = err_set(ERR_FORMAT, "run.json, field \"tasks\": must be a list that is not empty");
	json_decref(o);
	return rc;
}

static bool is_one_line(const char *s)
{
	size_t n = 0;
	while ((unsigned char)s[n] >= 32 && s[n] != 127)
		n++;
	return n && !s[n];
}

/* Facts beside the run: absent or damaged, they are simply not known. */
void run_read_wallclock(struct run *r)
{
	json_t *o = canon_facts(r->dir);
	r->seconds = canon_fact(o, "seconds");
	r->engine_seconds = canon_fact(o, "engine_seconds");
	double tokens = canon_fact(o, "tokens"), steps = canon_fact(o, "steps");
	r->engine_tokens = tokens > 0 && tokens < 1e18 ? (uint64_t)tokens : 0;
	r->tokens_per_second = r->engine_seconds > 0 ? tokens / r->engine_seconds : 0;
	r->distinct_per_step = steps > 0 && r->n_layers ? canon_fact(o, "distinct_experts") / steps / r->n_layers : 0;
	r->forks_per_step = steps > 0 ? canon_fact(o, "stepped") / steps : 0;
	const char *model = json_string_value(json_object_get(o, "model"));
	r->model = model && is_one_line(model) ? mem_strdup(model) : NULL;
	json_decref(o);
}
