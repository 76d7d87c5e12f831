/* search/session.h - layer 3. One run in progress: what policies share. A policy opens tasks, steps forks and hands in
 * finished leaves; the session judges, saves and counts.
 *
 * Order of life of a task: session_open -> stretches grow -> session_submit for each finished leaf -> (all judged) handed to the saver
 * and released. session_save_ready does the last part whenever it can. */
#ifndef SEARCH_SESSION_H
#define SEARCH_SESSION_H

#include "base/log.h"
#include "search/growth.h"
#include "search/judging.h"
#include "search/saver.h"
#include "search/search.h"

/* Tasks that are grown but not yet judged, at most: bounds what is held in memory. */
#define SESSION_WAITING 48
/* Seconds between looks at what is judged: a look asks about every waiting program. */
#define SESSION_LOOK 0.003
/* Judged leaves of an unfinished task that are worth a commit of their own. */
#define SESSION_PARTIAL 128

struct session {
	struct srch_options opt; /* resolved */
	const struct srch_tasks *tasks;
	const struct srch_generator *gen;
	const struct srch_judge *judge;
	struct growth_rules rules;
	struct srch_judging *judging;
	struct store *store;     /* the saver's, while it runs */
	struct saver *saver;
	struct buf config;       /* run.json */
	struct node_shape shape;
	size_t row;              /* layers x k */
	struct growth *growths;  /* one a task */
	size_t n_waiting;        /* tasks grown, not handed over */
	size_t n_pending;        /* programs with the judging, when it was last looked */
	int batch;
	double looked;           /* when it was last looked what is judged */
	/* scratch of one step */
	uint16_t *cap_experts;   /* [batch x row]: of the step finished last */
	float *cap_weights;
	int32_t *scratch;        /* [2 x vocabulary] */
	struct eng_choice *drawn; /* [batch], of a step that is begun; where the generator does not keep them */
	int begun[ENG_AHEAD], n_begun; /* how many forks are in the steps that are begun, the oldest first */
	/* counted */
	uint64_t tokens, steps, distinct, stepped;
	size_t programs_done;
	double engine_seconds, started;
	double counted;          /* engine_seconds has all up to then */
	struct progress progress;
};

/* Before anything is grown: whether every prompt has a token and leaves room for one. ERR_LIMIT names those that do not. */
int session_check_prompts(const struct session *s) CHECK_RESULT;
/* Encodes and computes the prompt of task i; of several tasks, at most gen->together, at once: where there is no room for all, ERR_NOMEM, and
 * none is. */
int session_open(struct session *s, size_t i) CHECK_RESULT;
int session_open_some(struct session *s, const size_t *tasks, int n) CHECK_RESULT;
/* Lets go of the prompt's prefix: every fork of it is made. */
void session_close_prefix(struct session *s, struct growth *g);
/* Steps n <= batch forks; row i is fork i's. */
int session_step(struct session *s, void *const *forks, const int32_t *tokens, int n) CHECK_RESULT;
/* Begins to step them and to draw the tokens behind those, as eng_begin does: a second step before the first is finished only where the
 * generator goes ahead. */
int session_begin_step(struct session *s, void *const *forks, const int32_t *tokens, int n, const struct eng_sampling *how,
	const struct rng_at *at) CHECK_RESULT;
/* Finishes the oldest step that is begun, however that goes: its tokens, and its rows, which can be taken until the next. */
int session_finish_step(struct session *s, struct eng_choice *out) CHECK_RESULT;
/* The engine has worked since then. While a step is begun all time is the engine's, whatever else is done meanwhile; none counts twice. */
void session_count_time(struct session *s, double since);
/* Copies row i of the step that was finished to the end of a stretch. */
void session_take_row(struct session *s, int i, struct stretch *to);
/* Hands a finished leaf to the judging. text: everything since the prompt. */
int session_submit(struct session *s, struct growth *g, struct stretch *leaf, const char *text) CHECK_RESULT;
/* The policy has finished every leaf of the task. */
void session_grown(struct session *s, struct growth *g);
/* Hands over what is judged, and if there is too much waiting, waits for it. */
int session_save_ready(struct session *s) CHECK_RESULT;
/* Waits for the judging and hands over the rest. */
int session_finish(struct session *s) CHECK_RESULT;
/* Tasks that are this shard's to grow. */
size_t session_tasks(const struct session *s);
/* Whether no more is to be grown. */
bool session_stopped(const struct session *s);
/* Waits for the judging and hands over all that is grown: of samples of unfinished tasks, too, of trees those that are whole.
 * ERR_STOPPED (without a message), or another error. */
int session_stop(struct session *s) CHECK_RESULT;
void session_progress(struct session *s);

/* search/session_save.c */
int session_save_task(struct session *s, size_t i) CHECK_RESULT;
/* The leaves that are judged; wait: all that are finished. */
int session_save_partial(struct session *s, size_t i, bool wait) CHECK_RESULT;
struct saver_counts session_read_wallclock(const char *dir);
/* The step of n forks that was just taken. */
void session_count_step(struct session *s, int n);
/* Tells the saver what is counted so far, and a step's experts where `forks` is not 0. */
void session_tell_counts(struct session *s, int forks, const int32_t *distinct);
/* Finds what the store has of task i already. */
int session_resume_task(struct session *s, size_t i) CHECK_RESULT;

/* The policies: grow every task that is not complete. */
int policy_sample(struct session *s) CHECK_RESULT;
int policy_topp(struct session *s) CHECK_RESULT;

#endif
