/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The procedure for exact machines.
 *
 * Each kernel is booted under the same M perturbations; the value of a boot is
 * the centre of its samples (values.h).  Boots are paired by perturbation, so
 * what a perturbation does to both kernels cancels out:
 *
 *   l_p = ln(contender_p / base_p)
 *
 * The layout null measures what moves although the code is the same: the
 * baseline against itself with padding added.  The threshold is the
 * median of |ln(null_p / base_p)| and five of its standard deviations (by the
 * MAD), but at most the largest of these, and at least 0.2%.
 *
 *   REGRESSION    at least 7 of 8 l_p are above 0, their median is above the
 *                 threshold, and the medians differ by the floor or more, or
 *                 all boots by 2% or more; the floor is what the point moves
 *                 by on the baseline alone (pairs.c)
 *   IMPROVEMENT   the mirror image
 *   NO CHANGE     the 90% interval of the median l_p lies inside the threshold,
 *                 or no boot differs by as much as the floor
 *   INVALID       the data cannot support a verdict; see faults.c
 *   INCONCLUSIVE  everything else, with what would settle it
 */
#include "verdict.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "judge-limits.h"
#include "percent.h"

unsigned verdict_rank(enum verdict v)
{
	static const unsigned rank[] = {
		[V_REGRESSION] = 0,  [V_INVALID] = 1,	[V_INCONCLUSIVE] = 2,
		[V_IMPROVEMENT] = 3, [V_NO_CHANGE] = 4,
	};

	return rank[v];
}

/* Do all boots differ by a part that counts, however few instructions it is? */
static bool all_large(const struct pairs *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		if (fabs(p->logs[i]) < log1p(JUDGE_FLOOR_PART))
			return false;
	}
	return p->nr >= JUDGE_MIN_PAIRS && p->agree == p->nr;
}

static bool all_below_floor(const struct pairs *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		if (fabs(p->diffs[i]) >= p->floor)
			return false;
	}
	return !all_large(p);
}

static bool all_equal(const struct pairs *p)
{
	return p->signs.zero == p->nr;
}

static bool inside(double lo, double hi, double threshold)
{
	return lo > -threshold && hi < threshold;
}

static int side_of(double l, double threshold)
{
	return (l > threshold) - (l < -threshold);
}

/*
 * Bimodal: the sorted log-ratios fall into two groups of at least two boots,
 * the gap between them is wider than three times what both groups span
 * together, and the groups taken alone would get different verdicts.  Two
 * groups that agree leave no doubt about the verdict.  Returns the size of
 * the lower group, or 0.
 */
static size_t bimodal_split(const struct pairs *p)
{
	_cleanup_free_ double *s = xcalloc(p->nr + 1, sizeof(*s));
	size_t at = 0;
	double gap = 0, span;

	memcpy(s, p->logs, p->nr * sizeof(*s));
	stats_sort(s, p->nr);
	if (p->nr < JUDGE_MIN_PAIRS || isinf(s[0]) || isinf(s[p->nr - 1]))
		return 0;
	for (size_t i = 2; i + 2 <= p->nr; i++) {
		if (s[i] - s[i - 1] > gap) {
			gap = s[i] - s[i - 1];
			at = i;
		}
	}
	if (at == 0)
		return 0;
	span = (s[at - 1] - s[0]) + (s[p->nr - 1] - s[at]);
	if (gap <= 3 * span)
		return 0;
	if (side_of(stats_median(s, at), p->threshold) ==
	    side_of(stats_median(s + at, p->nr - at), p->threshold))
		return 0;
	return at;
}

/*
 * How many perturbations bring the interval inside the threshold if further
 * ones spread as these do; 0: more than a run can have.
 */
static size_t needed_for_no_change(const struct pairs *p)
{
	if (isinf(p->median) || fabs(p->median) >= p->threshold)
		return 0;
	for (size_t n = p->nr + 1; n <= JUDGE_PERTURBATIONS_MAX; n++) {
		size_t k = stats_median_rank(n, JUDGE_LEVEL);
		double at = (double)(k - 1) / (double)(n - 1);

		if (inside(stats_quantile(p->logs, p->nr, at),
			   stats_quantile(p->logs, p->nr, 1 - at),
			   p->threshold))
			return n;
	}
	return 0;
}

/*
 * How many log-ratios must agree in sign: 7 of 8, or as large a part; all of a
 * tail, which is judged three times.
 */
static size_t signs_needed(size_t nr)
{
	return (7 * nr + 7) / 8;
}

/* How many more that all agree satisfy the sign rule. */
static size_t needed_for_signs(const struct pairs *p, size_t agree)
{
	size_t more = 0;

	while (agree + more < signs_needed(p->nr + more))
		more++;
	return more;
}

size_t verdict_needed(const struct pairs *p)
{
	if (p->nr < JUDGE_MIN_PAIRS)
		return JUDGE_MIN_PAIRS;
	if (isinf(p->threshold))
		return 0;
	if (fabs(p->median) <= p->threshold)
		return needed_for_no_change(p);
	/* Those that differ by less than the floor are all that is left. */
	return p->agree < signs_needed(p->nr)
		       ? p->nr + needed_for_signs(p, p->agree)
		       : 0;
}

static char *why_inconclusive(const struct pairs *p)
{
	_cleanup_free_ char *lo = percent(p->ival.lo);
	_cleanup_free_ char *hi = percent(p->ival.hi);
	_cleanup_free_ char *median = percent(p->median);
	size_t n;

	if (p->nr < JUDGE_MIN_PAIRS)
		return xasprintf("%zu perturbation%s: at least %d would settle "
				 "it",
				 p->nr, p->nr == 1 ? "" : "s", JUDGE_MIN_PAIRS);
	if (isinf(p->threshold))
		return xstrdup("the baseline itself moves from or to zero with "
			       "its layout; no number of perturbations settles "
			       "it");
	if (fabs(p->median) > p->threshold && p->agree < signs_needed(p->nr))
		return xasprintf("median %s, but only %zu of %zu perturbations "
				 "agree in sign; at least %zu more that all "
				 "agree (--perturbations %zu) would settle it",
				 median, p->agree, p->nr,
				 needed_for_signs(p, p->agree),
				 p->nr + needed_for_signs(p, p->agree));
	if (fabs(p->median) > p->threshold)
		return xasprintf("median %s, but the medians differ by %.6g, "
				 "not by %.6g or more; more perturbations "
				 "settle it only if they differ more",
				 median, p->delta, p->floor);
	n = needed_for_no_change(p);
	if (n > 0)
		return xasprintf("%.0f%% interval %s..%s reaches beyond "
				 "%.2f%%; about %zu perturbations would settle "
				 "it if they spread as these do",
				 p->ival.level * 100, lo, hi,
				 expm1(p->threshold) * 100, n);
	return xasprintf("%.0f%% interval %s..%s reaches beyond %.2f%%; more "
			 "than %d perturbations would be needed if they spread "
			 "as these do",
			 p->ival.level * 100, lo, hi, expm1(p->threshold) * 100,
			 JUDGE_PERTURBATIONS_MAX);
}

static char *why_changed(const struct pairs *p)
{
	_cleanup_free_ char *median = percent(p->median);

	return xasprintf("%zu of %zu perturbations agree in sign; median %s "
			 "beyond %.2f%%, difference %.6g",
			 p->agree, p->nr, median, expm1(p->threshold) * 100,
			 fabs(p->delta));
}

static char *why_unchanged(const struct pairs *p)
{
	_cleanup_free_ char *lo = percent(p->ival.lo);
	_cleanup_free_ char *hi = percent(p->ival.hi);

	if (all_equal(p))
		return xasprintf("equal in all %zu perturbations", p->nr);
	if (all_below_floor(p))
		return xasprintf("differs by less than %.6g in each of %zu "
				 "perturbations",
				 p->floor, p->nr);
	return xasprintf("%.0f%% interval %s..%s lies inside %.2f%%",
			 p->ival.level * 100, lo, hi,
			 expm1(p->threshold) * 100);
}

/* sign 1: costs more; -1: costs less. */
static bool changed(const struct pairs *p, int sign)
{
	size_t agree = sign > 0 ? p->signs.pos : p->signs.neg;

	return agree >= (p->tail ? p->nr : signs_needed(p->nr)) &&
	       sign * p->median > p->threshold &&
	       (sign * p->delta >= p->floor || all_large(p));
}

enum verdict verdict_decide(const struct pairs *p, bool same_code,
			    char **reason)
{
	size_t lower;

	/* Equal counts of the same code need no replication. */
	if (p->nr < JUDGE_MIN_PAIRS && !(all_equal(p) && same_code)) {
		*reason = why_inconclusive(p);
		return V_INCONCLUSIVE;
	}
	if (all_equal(p) || all_below_floor(p)) {
		*reason = why_unchanged(p);
		return V_NO_CHANGE;
	}
	lower = bimodal_split(p);
	if (lower > 0) {
		*reason = xasprintf("bimodal: %zu boots and %zu boots form "
				    "two groups that would get different "
				    "verdicts",
				    lower, p->nr - lower);
		return V_INVALID;
	}
	if (changed(p, 1) || changed(p, -1)) {
		*reason = why_changed(p);
		return p->median > 0 ? V_REGRESSION : V_IMPROVEMENT;
	}
	if (inside(p->ival.lo, p->ival.hi, p->threshold)) {
		*reason = why_unchanged(p);
		return V_NO_CHANGE;
	}
	*reason = why_inconclusive(p);
	return V_INCONCLUSIVE;
}
