/* coppice bench: how fast engine and kernels are here, and what share of the machine's speed that is. */
#include "commands/bench.h"
#include "commands/commands.h"
#include "report/gnuplot.h"
#include <string.h>

enum which { ENGINE = 1, FORK = 2, KERNELS = 4 };

struct part {
	const char *name;
	enum which which;
	int (*run)(const struct options *o);
	struct opt_counts forks; /* defaults */
	int prompt, steps, repeats;
};
static const struct part parts[] = {
	{"engine", ENGINE, bench_engine, {{1, 8, 32}, 3}, 128, 128, 3},
	{"fork", FORK, bench_fork, {{32}, 1}, 128, 32, 3},
	{"kernels", KERNELS, bench_kernels, {{32}, 1}, 1024, 0, 0},
};

static int find_part(const struct part **out, const struct options *o)
{
	*out = parts;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (o->n_args && strcmp(o->args[0], parts[i].name) == 0) {
			*out = &parts[i];
			return 0;
		}
	return o->n_args ? err_set(ERR_USAGE, "bench measures engine, fork or kernels, not '%s'", o->args[0]) : 0;
}

/* An option that is of other parts alone is a mistake, and not passed over. */
static int check_given(const struct part *p, const struct options *o)
{
	const struct {
		const char *name;
		bool given;
		int parts;
	} options[] = {
		{"max-tokens", o->max_tokens != 0, ENGINE | FORK}, {"state", o->state != NULL, ENGINE | FORK},
		{"repeats", o->repeats != 0, ENGINE | FORK}, {"seed", o->seed != 0, ENGINE | FORK}, {"op", o->op != NULL, KERNELS}, {"plot", o->plot != NULL, FORK},
		{"save", o->save != NULL, FORK}, {"against", o->against != NULL, FORK},
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (options[i].given && !(options[i].parts & (int)p->which))
			return err_set(ERR_USAGE, "bench %s has no --%s", p->name, options[i].name);
	return o->csv && o->json ? err_set(ERR_USAGE, "--csv and --json: one of them at a time") : 0;
}

static int run(const struct options *o)
{
	const struct part *p;
	struct options with = *o;
	int err = find_part(&p, o);
	err = err ? err : check_given(p, o);
	if (err)
		return err;
	with.counts = o->counts.n ? o->counts : p->forks;
	with.prompt = o->prompt ? o->prompt : p->prompt;
	with.max_tokens = o->max_tokens ? o->max_tokens : p->steps;
	with.repeats = o->repeats ? o->repeats : p->repeats;
	return p->run(&with);
}

const struct command cmd_bench = {
	.name = "bench",
	.args = "[engine|fork|kernels]",
	.max_args = 1,
	.summary = "engine and kernel speed, with bytes moved and the share of the measured peak",
	.text = "Measures how fast this machine runs the engine, and shows every figure beside how fast its memory is, measured in the same run: by "
	        "reading and by copies, of which the better counts (on a device by copies).\n\n"
	        "engine (the default): tokens a second of a prompt, and of so many forks of it that each sample their own tokens, with and "
	        "without capture of the routing; milliseconds and distinct experts a step, gigabytes moved, and a hash of the last logits: a "
	        "speed-up that changes it has changed the arithmetic. At the end stands the most memory that was held.\n\n"
	        "fork: what making a fork costs, the first 16 steps of siblings that each read tokens of their own, and how long a step takes "
	        "against the number of distinct experts it touches. Siblings in 1, 2, 4, ... groups, each with tokens of its own, touch more and more "
	        "while the number of rows stays; the line fitted to that says what one more expert costs, which is what forming batches by "
	        "lineage saves.\n\n"
	        "kernels: the operations of a pass at the shapes of the model (of which only names and shapes are read), by itself, with rows of so many forks and with those of a prompt's chunk: microseconds, bytes, "
	        "the share of memory's speed and of the registers' multiply-adds, and a hash of what was computed.\n\n"
	        "Nothing is judged: what is slow here says nothing of what is right. Other programs on the machine make all figures smaller.",
	.options = "model dummy-weights backend compute state threads seed prompt counts steps repeats peak op save against plot csv",
	.examples = "  coppice bench\n"
	            "  coppice bench engine --forks 1,64 --max-tokens 32 --json\n"
	            "  coppice bench fork --forks 64 --plot step.svg\n"
	            "  coppice bench kernels --op matmul\n"
	            "  coppice bench --model shape --dummy-weights 1 --prompt 512   # a shape without its checkpoint\n",
	.run = run,
};
