/* Text tasks: the final number of the answer against that of the reference, as GSM8K is scored. */
#include "compile/judge.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 64 };

/* The last number in a text, without thousands separators; after "####" when that stands there. False when there is none. */
static bool final_number(const char *text, char out[NUMBER])
{
	bool found = false;
	const char *mark = NULL;
	for (const char *p = text; (p = strstr(p, "####")); p += 4)
		mark = p + 4;
	for (const char *p = mark ? mark : text; *p;) {
		bool sign = *p == '-' && (p == text || !isalnum((unsigned char)p[-1]));
		if (!isdigit((unsigned char)p[sign]) && !(p[sign] == '.' && isdigit((unsigned char)p[sign + 1]))) {
			p++;
			continue;
		}
		size_t n = 0;
		if (sign)
			out[n++] = *p++;
		bool point = false;
		for (; *p; p++) {
			bool comma = *p == ',' && isdigit((unsigned char)p[1]) && isdigit((unsigned char)p[2]) && isdigit((unsigned char)p[3]) &&
				!isdigit((unsigned char)p[4]);
			if (*p == '.' && !point && isdigit((unsigned char)p[1]))
				point = true;
			else if (!isdigit((unsigned char)*p) && !comma)
				break;
			if (!comma && n < NUMBER - 1)
				out[n++] = *p;
		}
		out[n] = 0;
		found = true;
		if (mark)
			break;
	}
	return found;
}

/* The group of an answer is its number: two roads to 42 are one group. */
int cmp_text_compile(const struct cmp_problem *p, const char *program, struct cmp_object *out)
{
	char number[NUMBER];
	(void)p;
	if (!final_number(program, number)) {
		out->status = CMP_NO_PROGRAM;
		buf_str(&out->message, "there is no number in it");
		return 0;
	}
	out->status = CMP_PASSED;
	buf_printf(&out->assembly, "answer %.10g\n", strtod(number, NULL));
	return 0;
}

int cmp_text_test(const struct cmp_problem *p, const char *program, struct cmp_verdict *out)
{
	char number[NUMBER], want[NUMBER];
	if (!p->answer) {
		out->status = CMP_NOT_TESTED;
		return 0;
	}
	if (!final_number(p->answer, want))
		return err_set(ERR_FORMAT, "task %s: its answer holds no number: %.60s", p->id ? p->id : "?", p->answer);
	if (!final_number(program, number)) {
		out->status = CMP_NO_PROGRAM;
		return 0;
	}
	double a = strtod(number, NULL), b = strtod(want, NULL);
	bool same = fabs(a - b) <= 1e-6 * fmax(1, fabs(b)); /* NaN is no number here, and would be wrong */
	out->status = same ? CMP_PASSED : CMP_WRONG;
	if (!same)
		buf_printf(&out->message, "the answer is %s, not %s", want, number);
	return 0;
}
