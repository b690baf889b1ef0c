/* SPDX-License-Identifier: GPL-2.0-only */
#include "distance.h"

#include <math.h>

#include "alloc.h"
#include "judge-limits.h"
#include "stats.h"

/* Of nothing and nothing there is no ratio, and no difference. */
static double log_ratio(double a, double b)
{
	return a == b ? 0 : log(b / a);
}

double bisect_distance(const double *a, const double *b, size_t nr,
		       double threshold)
{
	_cleanup_free_ double *logs = xcalloc(nr + 1, sizeof(*logs));
	double median, delta;
	size_t agree = 0;

	for (size_t i = 0; i < nr; i++)
		logs[i] = log_ratio(a[i], b[i]);
	median = stats_median(logs, nr);
	delta = stats_median(b, nr) - stats_median(a, nr);
	for (size_t i = 0; i < nr; i++)
		agree += median > 0 ? logs[i] > 0 : logs[i] < 0;
	if (isnan(median) || fabs(median) <= log1p(threshold) ||
	    fabs(delta) < JUDGE_FLOOR || 8 * agree < 7 * nr)
		return 0;
	return median;
}
