/* Names and words for what came out. */
#include "compile/judge.h"
#include <signal.h>
#include <string.h>

static const char *const languages[] = { "c", "c++", "python", "text" };
static const char *const statuses[] = { "passed", "wrong", "compile error", "compile limit", "link error", "crashed", "timeout",
	"memory", "output limit", "exited early", "forbidden", "no program", "not tested", "harness error" };
static const char *const extractions[] = { "continues", "fenced", "whole", "body", "nothing" };

const char *cmp_language_name(enum cmp_language l)
{
	return languages[l];
}

int cmp_language_parse(const char *name)
{
	for (int i = 0; i < (int)(sizeof languages / sizeof *languages); i++)
		if (strcmp(name, languages[i]) == 0)
			return i;
	return -1;
}

const char *cmp_status_name(enum cmp_status s)
{
	_Static_assert(sizeof statuses / sizeof *statuses == CMP_HARNESS_ERROR + 1, "a name for each");
	return statuses[s];
}

const char *cmp_extraction_name(enum cmp_extraction e)
{
	return extractions[e];
}

void cmp_excerpt(struct buf *message, const struct buf *text, bool from_the_end)
{
	const char *s = buf_text(text);
	size_t n = text->len;
	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == ' '))
		n--;
	if (n > CMP_MESSAGE_MAX / 2) {
		if (from_the_end)
			s += n - CMP_MESSAGE_MAX / 2;
		n = CMP_MESSAGE_MAX / 2;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		/* Bytes that are not ASCII could be cut in the middle or be no UTF-8 at all; messages go into JSON. */
		if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f))
			buf_char(message, (char)c);
		else
			buf_printf(message, "\\x%02x", c);
	}
}

void cmp_describe_end(struct buf *message, const struct box_ended *e)
{
	switch ((enum box_how)e->how) {
	case BOX_EXITED: buf_printf(message, "exited with status %d", e->code); break;
	case BOX_SIGNALED: buf_printf(message, "killed by signal %d (%s)", e->code, strsignal(e->code)); break;
	case BOX_CPU_LIMIT: buf_printf(message, "stopped after %.2f s of processor time", (double)e->cpu_us * 1e-6); break;
	case BOX_WALL_LIMIT: buf_printf(message, "stopped after %.2f s, of which %.2f s of processor time", (double)e->wall_us * 1e-6,
			(double)e->cpu_us * 1e-6); break;
	case BOX_OUTPUT_LIMIT: buf_str(message, "stopped: it wrote more than it may"); break;
	case BOX_NOT_STARTED: buf_printf(message, "could not be started: %s", strerror(e->code)); break;
	default: buf_str(message, "ended in a way unknown to this version");
	}
}

enum cmp_status cmp_status_of_end(const struct cmp_judge *j, const struct box_ended *e)
{
	switch ((enum box_how)e->how) {
	case BOX_EXITED: return e->code == 0 ? CMP_EXITED_EARLY : CMP_WRONG;
	case BOX_SIGNALED:
		if (e->code == SIGXFSZ)
			return CMP_OUTPUT_LIMIT;
		/* Address space is what is limited, so a program that used it up gets no memory and then falls over that. */
		if (e->peak_bytes > j->opt.limits.memory_bytes / 10 * 8)
			return CMP_MEMORY;
		return CMP_CRASHED;
	case BOX_CPU_LIMIT:
	case BOX_WALL_LIMIT: return CMP_TIMEOUT;
	case BOX_OUTPUT_LIMIT: return CMP_OUTPUT_LIMIT;
	case BOX_NOT_STARTED: return e->code == 7 /* E2BIG */ || e->code == 12 /* ENOMEM */ ? CMP_MEMORY : CMP_HARNESS_ERROR;
	}
	return CMP_HARNESS_ERROR;
}
