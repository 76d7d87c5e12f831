/* align/fit.h - layer 1. The line through points, by least squares. */
#ifndef ALIGN_FIT_H
#define ALIGN_FIT_H

#include <stdbool.h>

struct aln_line {
	double a, b; /* y = a + b x */
	double r2;   /* share of y's variance that the line accounts for; 1 where y does not vary */
};

/* false, and all NaN, where x[n] does not hold two different numbers: no line is better than another. Sums run in index order, about
 * the means, so that a large common part of x or y costs no digits. */
bool aln_line_fit(struct aln_line *out, const double *x, const double *y, int n);

#endif
