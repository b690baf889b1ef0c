/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-needed.h"

#include <math.h>
#include <stdbool.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "time-limits.h"

static double level_of(size_t family)
{
	return TIME_ALPHA / (double)(family > 1 ? family : 1);
}

/* Has no p of so many boots a chance to be significant? */
static bool is_too_few(size_t nr, size_t family)
{
	double level = level_of(family);

	return time_permutation_least(nr, nr, level) > level;
}

/* Do nr boots of each kernel settle it? */
static bool settles(const struct welch *w, size_t nr, double threshold,
		    size_t family)
{
	double var = w->var[0] + w->var[1], n = (double)nr;
	double se = sqrt(var / n), diff = fabs(w->diff), df, spare, t;

	if (diff > threshold && is_too_few(nr, family))
		return false;
	if (se == 0)
		return diff != threshold;
	df = (n - 1) * var * var /
	     (w->var[0] * w->var[0] + w->var[1] * w->var[1]);
	spare = se * qt(TIME_ASSURANCE, df, 1, 0);
	if (diff <= threshold) {
		t = qt((1 + TIME_LEVEL) / 2, df, 1, 0);
		return diff + se * t + spare < threshold;
	}
	t = qt(1 - level_of(family) / 2, df, 1, 0);
	/* Significant, and the estimate on its side of the threshold. */
	return diff - se * t - spare > 0 && diff - spare > threshold;
}

size_t time_needed(const struct welch *w, size_t nr, double threshold,
		   size_t family)
{
	size_t lo = nr + 1, hi = TIME_BOOTS_MAX;

	if (lo < TIME_MIN_BOOTS)
		lo = TIME_MIN_BOOTS;
	if (lo > hi || !isfinite(w->diff) || !isfinite(w->se) ||
	    !settles(w, hi, threshold, family))
		return 0;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (settles(w, mid, threshold, family))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

size_t time_needed_least(size_t family)
{
	size_t nr = TIME_MIN_BOOTS;

	while (nr < TIME_BOOTS_MAX && is_too_few(nr, family))
		nr++;
	return nr;
}
