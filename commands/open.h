/* commands/open.h - layer 5. What several commands open the same way, from the options. */
#ifndef COMMANDS_OPEN_H
#define COMMANDS_OPEN_H

#include "commands/open_model.h"
#include "engine/room.h"
#include "search/search.h"

struct run;

/* Yours: s with what is no UTF-8 of it as U+FFFD, for JSON, which holds nothing else; file names may hold anything. */
char *utf8_text(const char *s);
/* ERR_USAGE where `out`, which may not be there yet, would lie in a run: nothing but the run belongs there. */
int check_outside_runs(const char *out) CHECK_RESULT;
/* The same for a run, which may be there already. */
int check_run_place(const char *out) CHECK_RESULT;
/* Tasks: --tasks (with --humaneval joined), or the embedded ones; the first --limit of them. */
int open_tasks(struct srch_tasks *tasks, const struct options *o) CHECK_RESULT;
/* Engine and tokenizer: --model, --backend, --compute, --threads, --chat, room for --batch and the policy's forks. Yours: srch_gen_close. */
int open_generator(struct srch_gen **out, const struct options *o) CHECK_RESULT;
/* --chat with --thinking and --system, for what needs no engine: the template of the model in dir. frame begins zeroed and stays
 * so without --chat; ERR_USAGE: --thinking or --system without it. Yours: chat_frame_release. */
int open_frame(struct chat_frame *frame, const char *dir, const struct options *o) CHECK_RESULT;
/* What the search's forks take of the engine, but for the model's own: forks, prefixes, prompts, grown, shared. */
struct room open_room(const struct options *o);
/* Sets o->batch, which changes no result, and is what memory is set aside for. Where it was not given: on a GPU, where a step of many forks
 * takes little longer than one of few, more than elsewhere, and not more than fit (o->batch_may_shrink). No more in any case than all tasks
 * have, or a tree has paths. */
void fit_batch(struct options *o, const struct srch_tasks *tasks);
/* The judge, with --seconds. Yours: cmp_judge_close. */
int open_judge(struct cmp_judge **out, const struct options *o) CHECK_RESULT;
/* What the table of options cannot say of the search's: ERR_USAGE. Before anything is opened. */
int check_search(const struct options *o) CHECK_RESULT;
/* Where tasks of other shards are missing, says so, and what joins them. */
void tell_of_shards(const struct options *o, const struct srch_outcome *done);
/* The search's options from the command's. */
struct srch_options search_options(const struct options *o);
/* From here on a first interrupt, termination or hang-up sets what is returned (for srch_options.stop), with a word on it; the second does
 * what it would have done. */
const volatile sig_atomic_t *stop_when_told(void);
/* From here on signals do what they would have done; after ERR_STOPPED the process says what is saved and ends by the one that came. Else err. */
int end_as_told(int err);
/* run_load, and a warning where the run is not finished: what is told of it then is of the tasks that are there. Yours: run_free. */
int open_run(struct run **out, const char *dir, unsigned what) CHECK_RESULT;
/* The generator that a recorded run was made with: --model where it was not the embedded one. ERR_CONFLICT when the
 * model is another one. */
int open_generator_of(struct srch_gen **out, const struct run *r, const struct options *o) CHECK_RESULT;

#endif
