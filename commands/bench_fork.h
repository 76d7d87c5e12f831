/* commands/bench_fork.h - layer 5, inside bench_fork*.c, bench_outcome.c and bench_plot.c. What was measured of forks, from measuring to
 * printing and drawing. */
#ifndef COMMANDS_BENCH_FORK_H
#define COMMANDS_BENCH_FORK_H

#include "align/fit.h"
#include "commands/bench.h"

enum { FORK_FIRST_STEPS = 16, FORK_MAX_POINTS = 16, FORK_KEPT = 8 };

struct fork_point {
	int groups; /* of siblings that read the same tokens */
	double distinct, ms, bytes; /* experts of a layer; of a step */
};

/* What the first siblings' first steps came to: routes of every step, and logits after the last. */
struct outcome {
	uint16_t *experts; /* [FORK_FIRST_STEPS][kept][layers][k] */
	float *logits;     /* [kept][vocab] */
	size_t n_experts, n_logits, row; /* row: layers x k */
	int kept;
	double other; /* bytes a step moved beside states; 0: not known, since states were shared */
	uint64_t of;  /* of model, forks, prompt and seed: what makes two comparable */
};

/* One outcome beside another: of the same tokens, with other states say. */
struct fork_compared {
	double apart;       /* root mean square of what logits are apart, of the spread of the other's */
	double routes_same; /* share of the (step, sibling, layer) whose experts are the same, slot for slot */
	double states, own; /* bytes of states moved a step, here and by siblings with their own; 0: not known */
};

struct fork_result {
	int forks;
	double making_us;             /* a fork */
	double first_ms, first_bytes; /* a step of the first */
	struct fork_point points[FORK_MAX_POINTS];
	int n_points;
	struct aln_line line;         /* ms against distinct */
	bool has_line;
};

struct fork_figures {
	struct eng_info info;
	struct bench_peak peak;
	double seconds_to_open;
	struct fork_result results[OPT_MAX_COUNTS];
	int n;
	struct fork_compared compared; /* with --against */
};

/* Room for what so many siblings come to. Yours: outcome_release. */
void outcome_init(struct outcome *o, const struct eng_info *info, int forks, const struct options *with);
void outcome_release(struct outcome *o);
/* Of an o that outcome_init made: ERR_FORMAT when the file is not of its shape, ERR_CONFLICT when it is of something else. Written whole or not at all. */
int outcome_read(struct outcome *o, const char *path) CHECK_RESULT;
int outcome_write(const struct outcome *o, const char *path) CHECK_RESULT;
/* bytes: moved a step where `now` was measured; own: of states, where each sibling has its own. */
struct fork_compared outcome_compare(const struct outcome *now, const struct outcome *was, int top_k, double bytes, double own);

/* As the options want it: a table, CSV or JSON. */
void bench_fork_print(const struct fork_figures *f, const struct options *o);
/* Before anything is measured: ERR_USAGE for a name that is no picture's, ERR_IO where it cannot be written, ERR_MISSING without gnuplot. */
int bench_plot_check(const char *path) CHECK_RESULT;
/* The points and the line of every number of forks. */
int bench_plot(const struct fork_figures *f, const char *path) CHECK_RESULT;

#endif
