#include "commands/open.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/tok_unicode.h"
#include "search/run.h"
#include "search/store.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

char *utf8_text(const char *s)
{
	struct buf b;
	size_t n = strlen(s);
	buf_init(&b, SIZE_MAX / 2);
	for (size_t i = 0; i < n;) {
		size_t good = tok_utf8_check(s + i, n - i);
		buf_add(&b, s + i, good);
		i += good;
		if (i < n) {
			buf_str(&b, "\xEF\xBF\xBD");
			i++;
		}
	}
	char *out = mem_strdup(buf_text(&b));
	buf_release(&b);
	return out;
}

int open_tasks(struct srch_tasks *tasks, const struct options *o)
{
	const char *paths[OPT_MAX_FILES + 1];
	size_t n = 0;
	for (int i = 0; i < o->n_tasks; i++)
		paths[n++] = o->tasks[i];
	if (o->humaneval && n == 0)
		return err_set(ERR_USAGE, "--humaneval lends docstrings to tasks of HumanEval in C: give those with --tasks");
	if (o->humaneval)
		paths[n++] = o->humaneval;
	srch_tasks_init(tasks);
	int err = srch_tasks_load(tasks, paths, n);
	if (!err)
		err = srch_tasks_select(tasks, o->only, (size_t)o->limit);
	if (err)
		srch_tasks_release(tasks);
	return err;
}

static int check_chat(const struct options *o)
{
	const char *extra = o->thinking ? "thinking" : o->system ? "system" : NULL;
	return extra && !o->chat ? err_set(ERR_USAGE, "--%s says how --chat asks: give --chat too", extra) : 0;
}

/* Whether a folder, or one that it lies in, is a run. */
static bool lies_in_a_run(char *path)
{
	for (char *end = path + strlen(path); end; end = strrchr(path, '/')) {
		*end = 0;
		char *lock = file_join(*path ? path : "/", STORE_LOCK);
		bool run = file_exists(lock);
		mem_free(lock);
		if (run)
			return true;
	}
	return false;
}

/* Yours: an absolute path without "." and "..", of what is there or is to be made; of what is not there ".." goes back by a name, as it will
 * when the folders are made. */
static char *plain_path(const char *path)
{
	char *there = mem_strdup(path), *real;
	size_t end = strlen(there);
	while (!(real = realpath(end ? there : *path == '/' ? "/" : ".", NULL)) && end) { /* what is to be made lies in what is there */
		while (end && there[end - 1] == '/')
			end--;
		while (end && there[end - 1] != '/')
			end--;
		there[end] = 0;
	}
	struct buf b;
	buf_init(&b, BUF_MAX_TEXT);
	buf_str(&b, real && strcmp(real, "/") ? real : "");
	for (const char *at = path + end; *at;) {
		size_t n = strcspn(at, "/");
		const char *slash = strrchr(buf_text(&b), '/');
		if (n == 2 && !memcmp(at, "..", 2) && slash)
			b.data[b.len = (size_t)(slash - b.data)] = 0;
		else if (n && !(n == 1 && *at == '.'))
			buf_printf(&b, "/%.*s", (int)n, at);
		at += n + (at[n] == '/');
	}
	char *plain = mem_strdup(buf_text(&b));
	buf_release(&b);
	free(real);
	mem_free(there);
	return plain;
}

int check_outside_runs(const char *out)
{
	char *path = plain_path(out);
	bool in_a_run = lies_in_a_run(path);
	mem_free(path);
	return in_a_run ? err_set(ERR_USAGE, "--out %s lies in a run, which holds nothing else: give another place", out) : 0;
}

int check_run_place(const char *out)
{
	char *path = plain_path(out), *slash = strrchr(path, '/');
	if (slash)
		*slash = 0;
	bool in_a_run = lies_in_a_run(path);
	mem_free(path);
	return in_a_run ? err_set(ERR_USAGE, "--out %s lies in another run, which holds nothing else: give another place", out) : 0;
}

static bool thinks(const struct options *o)
{
	return o->thinking && strcmp(o->thinking, "on") == 0;
}

int open_frame(struct chat_frame *frame, const char *dir, const struct options *o)
{
	int err = check_chat(o);
	if (err || !o->chat)
		return err;
	frame->thinking = thinks(o);
	frame->system = o->system ? mem_strdup(o->system) : NULL;
	return chat_open(&frame->chat, dir);
}

/* "2/8"; 0 of 0 where there is none. */
static int parse_shard(const char *text, int *shard, int *shards)
{
	long k = 0, n = 0;
	char *end = NULL;
	*shard = *shards = 0;
	if (!text)
		return 0;
	if (isdigit((unsigned char)*text))
		k = strtol(text, &end, 10);
	if (end && *end == '/' && isdigit((unsigned char)end[1]))
		n = strtol(end + 1, &end, 10);
	if (!end || *end || k < 1 || k > n || n > 100000)
		return err_set(ERR_USAGE, "--shard takes K/N, the Kth of N parts of the tasks, as in 1/4; not '%s'", text);
	*shard = (int)k - 1;
	*shards = (int)n;
	return 0;
}

static bool is_tree(const struct options *o)
{
	return strcmp(o->policy, "top-p") == 0;
}

static bool on_a_gpu(const struct options *o)
{
	return o->backend && strcmp(o->backend, "cuda") == 0;
}

/* Of samples so many tasks are in a batch as it takes to fill it, and some of which a last fork goes on. One prefix is alive while its
 * forks are made, and the one before may be, too; on a GPU, where prompts are read together, some. */
struct room open_room(const struct options *o)
{
	struct srch_options as = search_options(o);
	int prefixes = as.policy == SRCH_SAMPLE && on_a_gpu(o) ? 1 + ENG_TOGETHER : 2;
	return (struct room){.forks = srch_forks_alive(&as), .prefixes = prefixes, .prompts = as.policy == SRCH_SAMPLE ? 2 : 3,
	                     .forks_a_prompt = as.policy == SRCH_SAMPLE ? (int)o->forks : 0, .grown = as.max_tokens ? as.max_tokens : SRCH_MAX_TOKENS,
	                     .shared = o->state && strcmp(o->state, "shared") == 0};
}

void fit_batch(struct options *o, const struct srch_tasks *tasks)
{
	enum { ON_A_GPU = 256 };
	struct srch_options as = search_options(o);
	bool tree = as.policy == SRCH_TOPP, gpu = on_a_gpu(o), given = o->batch != 0;
	int64_t parts = as.shards ? as.shards : 1, programs = ((int64_t)tasks->n + parts - 1) / parts * o->forks;
	int64_t paths = o->frontier && o->frontier < o->forks ? o->frontier : o->forks;
	int64_t most = tree ? paths : programs > 0 ? programs : 1, batch = given ? o->batch : gpu ? ON_A_GPU : SRCH_BATCH;
	o->batch = batch < most || (tree && given) ? batch : most;
	o->batch_may_shrink = gpu && !given && !tree;
}

int open_generator(struct srch_gen **out, const struct options *o)
{
	int err = check_chat(o);
	if (err)
		return err;
	struct eng_options e = engine_options(o);
	struct room room = open_room(o);
	e.max_forks = room.forks;
	e.fewer_forks = o->batch_may_shrink;
	e.max_prefixes = room.prefixes;
	e.max_prompts = room.prompts;
	e.forks_a_prompt = room.forks_a_prompt;
	e.max_grown = room.grown;
	char *dir = NULL;
	if (!err)
		err = find_model(&dir, o, true);
	if (!err)
		err = srch_gen_open(out, dir, &e);
	mem_free(dir);
	if (!err && srch_gen_table(*out)->max_forks < room.forks)
		log_info("%d forks are stepped at once, as many as fit", srch_gen_table(*out)->max_forks);
	if (!err && o->chat && (err = srch_gen_chat(*out, thinks(o), o->system)) < 0) {
		srch_gen_close(*out);
		*out = NULL;
	}
	return err;
}

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP };
enum { N_STOPPING = sizeof stopping / sizeof *stopping };
static volatile sig_atomic_t stopped_by;

static time_t stopped_at;

/* Only what a signal handler may do. A terminal that is closed tells so twice: a second signal counts as one when some time has passed,
 * or when somebody pressed a key. */
static void stop(int sig)
{
	static const char text[] = "\ncoppice: stopping: what is grown is judged and saved; Ctrl-C, or the same again in two seconds, stops at once\n";
	int before = errno;
	struct timespec now = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!stopped_by) {
		ssize_t said = write(STDERR_FILENO, text, sizeof text - 1);
		(void)said;
		stopped_by = sig;
		stopped_at = now.tv_sec;
	} else if (sig == SIGINT || now.tv_sec - stopped_at > 1) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	errno = before;
}

const volatile sig_atomic_t *stop_when_told(void)
{
	struct sigaction as = { .sa_handler = stop, .sa_flags = SA_RESTART }, now;
	sigfillset(&as.sa_mask);
	for (size_t i = 0; i < N_STOPPING; i++)
		if (sigaction(stopping[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			sigaction(stopping[i], &as, NULL);
	return &stopped_by;
}

int end_as_told(int err)
{
	for (size_t i = 0; i < N_STOPPING; i++) {
		struct sigaction now;
		if (sigaction(stopping[i], NULL, &now) == 0 && now.sa_handler == stop)
			signal(stopping[i], SIG_DFL);
	}
	if (err == ERR_STOPPED) {
		fprintf(stderr, "coppice: %s\n", err_message());
		raise(stopped_by);
	}
	return err;
}

int open_run(struct run **out, const char *dir, unsigned what)
{
	int err = run_load(out, dir, what);
	if (!err && !(*out)->complete)
		log_warn("%s is not finished: %zu of %zu tasks are there, and only they count here", dir, (*out)->n_tasks, (*out)->n_tasks_planned);
	return err;
}

int open_generator_of(struct srch_gen **out, const struct run *r, const struct options *o)
{
	struct options as_run = *o;
	as_run.backend = o->backend ? o->backend : r->backend;
	as_run.compute = o->compute ? o->compute : r->compute;
	as_run.state = o->state ? o->state : r->shared_state ? "shared" : "own";
	as_run.policy = srch_policy_name(r->policy);
	as_run.forks = r->forks;
	as_run.frontier = r->frontier;
	as_run.max_tokens = r->max_tokens;
	as_run.chat = r->frame.chat != NULL;
	as_run.thinking = r->frame.thinking ? "on" : NULL;
	as_run.system = r->frame.system;
	int err = open_generator(out, &as_run);
	if (!err && srch_gen_table(*out)->fingerprint != r->fingerprint) {
		err = err_set(ERR_CONFLICT, "the run was made with another model (fingerprint %016" PRIx64 ", this one's is %016" PRIx64 "): name it with --model "
		              "(and --dummy-weights, where they were made up)",
		              r->fingerprint, srch_gen_table(*out)->fingerprint);
		srch_gen_close(*out);
		*out = NULL;
	}
	return err;
}

int open_judge(struct cmp_judge **out, const struct options *o)
{
	struct cmp_options j = { .limits = cmp_default_limits };
	if (o->seconds > 0)
		j.limits.run_seconds = o->seconds;
	return cmp_judge_open(out, &j);
}

int check_search(const struct options *o)
{
	int shard, shards;
	if (o->frontier && !is_tree(o))
		return err_set(ERR_USAGE, "--frontier counts the paths of --policy top-p, and the policy is %s", o->policy);
	if (o->temperature >= 0 && is_tree(o))
		return err_set(ERR_USAGE, "--temperature is for --policy sample: top-p draws nothing, and follows the model's own probabilities");
	if (o->top_k == 0 && is_tree(o))
		return err_set(ERR_USAGE, "--top-k takes 1 or more with --policy top-p, not 0");
	if (!(o->top_p != 0))
		return err_set(ERR_USAGE, "--top-p takes a number above 0 and up to 1, not 0%s", is_tree(o) ? "" : ": 1 is off");
	return parse_shard(o->shard, &shard, &shards);
}

void tell_of_shards(const struct options *o, const struct srch_outcome *done)
{
	if (done->missing)
		log_info("%s is shard %s: %zu tasks of the run are for others; coppice merge joins the shards", o->out, o->shard ? o->shard : "1/1", done->missing);
}

struct srch_options search_options(const struct options *o)
{
	bool tree = is_tree(o);
	int shard, shards;
	if (parse_shard(o->shard, &shard, &shards))
		shards = 0; /* check_search has refused it */
	return (struct srch_options){
		.out = o->out,
		.policy = tree ? SRCH_TOPP : SRCH_SAMPLE,
		.forks = (int)o->forks,
		.temperature = o->temperature >= 0 ? o->temperature : SRCH_DEFAULT_TEMPERATURE,
		.top_k = !tree && o->top_k > 0 ? (int)o->top_k : 0,
		.top_p = !tree && o->top_p >= 0 ? o->top_p : 1,
		.seed = (uint64_t)o->seed,
		.max_tokens = (int)o->max_tokens,
		.p = tree && o->top_p >= 0 ? o->top_p : 0,
		.k = tree && o->top_k > 0 ? (int)o->top_k : 0,
		.frontier = (int)o->frontier,
		.batch = (int)o->batch,
		.workers = (int)o->threads,
		.shard = shard,
		.shards = shards,
		.resume = o->resume,
		.quiet = o->quiet,
	};
}
