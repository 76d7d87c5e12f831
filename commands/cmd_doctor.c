/* coppice doctor: what this machine offers, and what each lack costs. */
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "commands/commands.h"
#include "commands/open.h"
#include "compile/selftest.h"
#include "kernels/kernels.h"
#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum weight { NEEDED, USEFUL };

struct finding {
	const char *name;
	bool there;
	enum weight weight;
	char detail[240];  /* what was found, or what its lack costs and which package brings it */
};

enum { MAX_FINDINGS = 64 };
struct findings {
	struct finding item[MAX_FINDINGS];
	int n;
};

static void add(struct findings *f, const char *name, bool there, enum weight weight, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
static void add(struct findings *f, const char *name, bool there, enum weight weight, const char *fmt, ...)
{
	if (f->n == MAX_FINDINGS)
		return;
	struct finding *it = &f->item[f->n++];
	*it = (struct finding){ .name = name, .there = there, .weight = weight };
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(it->detail, sizeof it->detail, fmt, ap);
	va_end(ap);
}

static bool on_path(const char *program)
{
	const char *path = getenv("PATH");
	for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
		size_t n = strcspn(at, ":");
		char *file = mem_printf("%.*s/%s", (int)n, at, program);
		bool found = access(file, X_OK) == 0;
		mem_free(file);
		if (found)
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

static void look_for_program(struct findings *f, const char *program, enum weight weight, const char *package, const char *costs)
{
	if (on_path(program))
		add(f, program, true, weight, "found");
	else
		add(f, program, false, weight, "%s; apt-get install %s", costs, package);
}

static void look_at_engine(struct findings *f)
{
	const struct kern_backend *best = kern_backend_find("cpu");
	add(f, "processor", best != NULL, NEEDED, "%d threads, kernels for %s", thread_cpus(), best ? best->isa : "none");
	struct kern gpu;
	bool built = kern_backend_find("cuda") != NULL, there = built && kern_open(&gpu, "cuda", NULL, KERN_BF16) == 0;
	bool card = access("/dev/nvidiactl", F_OK) == 0 || access("/dev/dxg", F_OK) == 0; /* the driver's own door; the second is WSL's */
	const char *without = !built ? "not built (make, with nvcc there, builds it): large models run on the CPU alone" :
		card ? err_message() : "there is no driver of NVIDIA's here: large models run on the CPU alone";
	add(f, "CUDA backend", there, USEFUL, "%s", there ? kern_device_name(&gpu) : without);
	if (there)
		kern_close(&gpu);
	char *dir;
	if (file_data(&dir, "models/sapling") == 0) {
		add(f, "embedded model", true, USEFUL, "%s", dir);
		mem_free(dir);
	} else {
		add(f, "embedded model", false, USEFUL, "%s; --model must name one", err_message());
	}
}

static void look_at_judge(struct findings *f)
{
	look_for_program(f, "gcc", NEEDED, "gcc", "C programs cannot be compiled and grouped");
	look_for_program(f, "python3", USEFUL, "python3", "Python tasks (HumanEval, HumanEval Pro) cannot be judged");
	look_for_program(f, "bwrap", NEEDED, "bubblewrap", "nothing a model wrote is run without it: no judging");
	look_for_program(f, "gnuplot", USEFUL, "gnuplot-nox", "reports have tables and a page, but no plots as SVG and PNG");
	look_for_program(f, "git", USEFUL, "git", "runs are written and read without it; looking at them with git log needs it");
}

/* The sandbox tries to escape from itself; what it managed is what is said. */
static void look_at_sandbox(struct findings *f)
{
	struct cmp_judge *judge;
	if (cmp_judge_open(&judge, NULL) < 0) {
		add(f, "sandbox", false, NEEDED, "%s", err_message());
		return;
	}
	struct cmp_selftest probes[CMP_MAX_SELFTESTS];
	int n = 0;
	if (cmp_selftest(judge, probes, &n) < 0)
		add(f, "sandbox", false, NEEDED, "%s", err_message());
	for (int i = 0; i < n; i++)
		add(f, probes[i].name, probes[i].ok, NEEDED, "%s", probes[i].detail);
	cmp_judge_close(judge);
}

static void print_json(const struct findings *f)
{
	json_t *list = json_array();
	for (int i = 0; i < f->n; i++) {
		const struct finding *it = &f->item[i];
		json_array_append_new(list, json_pack("{s:s, s:b, s:b, s:s}", "name", it->name, "ok", it->there, "needed", it->weight == NEEDED, "detail", it->detail));
	}
	json_t *j = json_pack("{s:o}", "findings", list);
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
}

static int run(const struct options *o)
{
	struct findings f = { 0 };
	look_at_engine(&f);
	look_at_judge(&f);
	look_at_sandbox(&f);
	int lacking = 0;
	for (int i = 0; i < f.n; i++)
		lacking += !f.item[i].there && f.item[i].weight == NEEDED;
	if (o->json)
		print_json(&f);
	for (int i = 0; i < f.n && !o->json; i++)
		printf("  %-4s %-22s %s\n", f.item[i].there ? "ok" : f.item[i].weight == NEEDED ? "NO" : "-", f.item[i].name, f.item[i].detail);
	return lacking ? err_set(ERR_MISSING, "%d needed piece%s missing on this machine: see the lines marked NO", lacking, lacking == 1 ? " is" : "s are") : 0;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "what this machine offers, and what each lack costs",
	.text = "Looks for the pieces that coppice uses (processor features, compilers, sandbox, plots) and lets the sandbox try to escape from "
	        "itself with a few hostile programs. Lines marked ok are there, NO are needed and missing, - are useful and missing. "
	        "Exit status 3 when a needed piece is missing.",
	.options = "",
	.examples = "  coppice doctor\n",
	.run = run,
};
