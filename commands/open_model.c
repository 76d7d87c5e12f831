#include "commands/open_model.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/config.h"
#include "engine/hub.h"
#include <string.h>

static enum eng_compute compute_of(const char *name)
{
	if (!name)
		return ENG_COMPUTE_DEFAULT;
	return strcmp(name, "f32") == 0 ? ENG_COMPUTE_F32 : strcmp(name, "bf16") == 0 ? ENG_COMPUTE_BF16 : ENG_COMPUTE_FP8;
}

struct eng_options engine_options(const struct options *o)
{
	return (struct eng_options){
		.backend = o->backend, .compute = compute_of(o->compute), .threads = (int)o->threads,
		.shared_state = o->state && strcmp(o->state, "shared") == 0,
		.dummy = o->dummy_weights >= 0, .dummy_seed = (uint64_t)o->dummy_weights,
	};
}

static int check_fp8(const char *dir, const struct options *o)
{
	struct eng_config c;
	if (compute_of(o->compute) != ENG_COMPUTE_FP8)
		return 0;
	int err = config_open(&c, dir);
	err = err ? err : config_check_fp8(&c, dir);
	config_release(&c);
	return err;
}

int find_model(char **dir, const struct options *o, bool whole)
{
	if (!o->model)
		return o->dummy_weights >= 0 ? err_set(ERR_USAGE, "--dummy-weights needs --model DIR, a folder with the config.json of the shape to make up")
		                             : file_data(dir, "models/sapling");
	int err = hub_find(dir, o->model);
	if (!err && whole && o->dummy_weights < 0)
		err = hub_check(*dir, o->model);
	return !err && whole ? check_fp8(*dir, o) : err;
}

int open_model(struct eng_model **out, const struct options *o, int max_positions)
{
	char *dir = NULL;
	struct eng_options e = engine_options(o);
	e.max_positions = max_positions;
	e.max_forks = 1;
	int err = find_model(&dir, o, true);
	err = err ? err : eng_model_open(out, dir, &e);
	mem_free(dir);
	return err;
}
