/* compile/judge.h - layer 1, inside compile/. What the files that make up the judge share. */
#ifndef COMPILE_JUDGE_H
#define COMPILE_JUDGE_H

#include "base/map.h"
#include "compile/compile.h"
#include "compile/sandbox.h"
#include "compile/toolchain.h"
#include <pthread.h>

enum {
	CMP_PROGRAM_MAX = 1 << 20,  /* a longer program is refused: no generation is */
	CMP_ASSEMBLY_MAX = 8 << 20, /* what the compiler may write for one */
	CMP_MESSAGE_MAX = 2000,
	CMP_RECENT = 64
};

/* A test, compiled once for each task. */
struct cmp_test_object {
	char *object;
	size_t len;
	char *complaint; /* why it does not compile; else NULL */
};

/* Assembly as the compiler wrote it, kept from cmp_compile for the cmp_test that usually follows. */
struct cmp_recent {
	char *source, *assembly;
	size_t len;
};

struct cmp_judge {
	struct cmp_options opt;
	struct cmp_sandbox *sandbox;
	struct cmp_toolchain c, cxx; /* cxx only when has_cxx */
	bool has_cxx;
	char *python; /* NULL: there is none */
	char *identity;
	pthread_mutex_t setup_lock; /* over the next two */
	struct map setups;          /* language and setup -> index into setup_paths */
	char **setup_paths;
	pthread_mutex_t lock; /* over what follows */
	struct map tests;     /* test source -> index into test_objects */
	struct cmp_test_object *test_objects;
	size_t n_test_objects;
	struct cmp_recent recent[CMP_RECENT];
	size_t next_recent;
};

struct cmp_toolchain *cmp_judge_toolchain(struct cmp_judge *j, enum cmp_language language);
/* The limits of the options, as one step of a job sees them. */
struct cmp_step_limits cmp_limits_compile(const struct cmp_judge *j);
struct cmp_step_limits cmp_limits_run(const struct cmp_judge *j);

/* "exited with status 1", "killed by signal 11 (Segmentation fault)"... appended to message. */
void cmp_describe_end(struct buf *message, const struct box_ended *e);
/* The first (or last) lines of text that fit, control characters made visible. */
void cmp_excerpt(struct buf *message, const struct buf *text, bool from_the_end);
/* Fills status, signal and the like from how a program under test ended; the proof decides before this is asked. */
enum cmp_status cmp_status_of_end(const struct cmp_judge *j, const struct box_ended *e);

/* *path: a precompiled header (borrowed) that stands for the setup, NULL when there is none; see setup.c. */
int cmp_setup_get(struct cmp_judge *j, const char *setup, enum cmp_language language, const char **path) CHECK_RESULT;
/* The same for what stands before every test. */
int cmp_setup_harness(struct cmp_judge *j, const char **path) CHECK_RESULT;
void cmp_setup_release(struct cmp_judge *j);
void cmp_setup_sweep(void);

/* A program's assembly as the compiler writes it, from memory or made now. */
int cmp_c_assembly(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct buf *raw, enum cmp_status *status,
	struct buf *message) CHECK_RESULT;
/* One of the compiler's commands, told of a header that was compiled beforehand when there is one. */
void cmp_c_add_compiler(struct cmp_judge *j, struct cmp_job *job, const struct cmp_command *cc1, const char *header);
/* How a compiler, assembler or linker that did not succeed is to be judged; whether it says that it ran out of something. */
enum cmp_status cmp_c_status_of_tool(const struct box_ended *e, enum cmp_status complaint);
bool cmp_c_ran_out(const struct buf *err);

int cmp_c_compile(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_object *out) CHECK_RESULT;
int cmp_c_test(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_verdict *out) CHECK_RESULT;
/* Builds `program`, which chooses by its first argument ("0" to n_choices - 1), once, and runs the test with each choice:
 * *any when one passes. */
enum { CMP_MAX_CHOICES = CMP_JOB_STEPS - 2 };
int cmp_c_test_choices(struct cmp_judge *j, const struct cmp_problem *p, const char *program, int n_choices, bool *any) CHECK_RESULT;
int cmp_python_compile(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_object *out) CHECK_RESULT;
int cmp_python_test(struct cmp_judge *j, const struct cmp_problem *p, const char *program, struct cmp_verdict *out) CHECK_RESULT;
int cmp_text_compile(const struct cmp_problem *p, const char *program, struct cmp_object *out) CHECK_RESULT;
int cmp_text_test(const struct cmp_problem *p, const char *program, struct cmp_verdict *out) CHECK_RESULT;

/* Adds the header <assert.h> of ours and the test's translation unit to a job: see harness_c.c. */
void cmp_harness_c(struct cmp_job *job, const struct cmp_problem *p, bool with_header);
/* What stands before every test, and the file that it includes: to be compiled beforehand. */
void cmp_harness_c_header(struct buf *header);
void cmp_harness_c_assert(struct cmp_job *job);
/* The program of ours that runs a Python candidate with its test, or lists its bytecode. */
extern const char cmp_harness_python[], cmp_listing_python[];

/* What a program has to send to prove that its test ran to the end; made new for every run. */
enum { CMP_PROOF_BYTES = 16 };
struct cmp_proof {
	unsigned char bytes[CMP_PROOF_BYTES];
	int fd;
};
int cmp_proof_make(struct cmp_proof *p) CHECK_RESULT;
/* Puts it where the test object has its placeholder. ERR_FORMAT when that is not there exactly once. */
int cmp_proof_place(const struct cmp_proof *p, char *object, size_t len) CHECK_RESULT;

/* What arrived on the proof's pipe. */
enum cmp_proof_says { CMP_PROOF_NOTHING, CMP_PROOF_COMPLETE, CMP_PROOF_FAILED };
/* Reads it; the text of a failed assertion is appended to message. */
enum cmp_proof_says cmp_proof_read(const struct cmp_proof *p, const struct buf *arrived, struct buf *message);

#endif
