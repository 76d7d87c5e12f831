/* commands/open_model.h - layer 5. The model that the options name, for commands that need neither its text nor a run. Apart from open.h,
 * so that who needs no more links no more: measuring runs where libgit2 is not. */
#ifndef COMMANDS_OPEN_MODEL_H
#define COMMANDS_OPEN_MODEL_H

#include "commands/options.h"
#include "engine/engine.h"

/* The folder of --model (a folder, a hub id in the local cache, or the embedded model). Yours, also where this fails (then it may
 * be NULL, as it must be before). whole: an incomplete download is an error that names what is missing. */
int find_model(char **dir, const struct options *o, bool whole) CHECK_RESULT;
/* --backend, --compute, --threads, --state and --dummy-weights, as the engine takes them. */
struct eng_options engine_options(const struct options *o);
/* Only the model, for commands that need no tokenizer. Yours: eng_model_close. max_positions 0: the default. */
int open_model(struct eng_model **out, const struct options *o, int max_positions) CHECK_RESULT;

#endif
