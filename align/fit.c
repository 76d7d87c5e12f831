#include "align/fit.h"
#include "align/stats.h"
#include <math.h>

bool aln_line_fit(struct aln_line *out, const double *x, const double *y, int n)
{
	double mx = aln_mean(x, n), my = aln_mean(y, n), xx = 0, xy = 0, yy = 0;
	for (int i = 0; i < n; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		xy += (x[i] - mx) * (y[i] - my);
		yy += (y[i] - my) * (y[i] - my);
	}
	*out = (struct aln_line){NAN, NAN, NAN};
	if (!(xx > 0) || !isfinite(xx) || !isfinite(yy))
		return false;
	out->b = xy / xx;
	out->a = my - out->b * mx;
	out->r2 = yy > 0 ? xy * xy / (xx * yy) : 1;
	return true;
}
