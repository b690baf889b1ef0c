/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-words.h"

#include <math.h>

#include "alloc.h"
#include "percent.h"
#include "time-limits.h"

/* "14 and 14 fresh boots" */
static char *boots_text(const struct time_result *r)
{
	return xasprintf("%zu and %zu %sboots", r->nr[TIME_BASE],
			 r->nr[TIME_CONT], r->fresh ? "fresh " : "");
}

/* "90% interval +1.02%..+3.11%" */
static char *interval_text(const struct time_result *r)
{
	_cleanup_free_ char *lo = percent(r->welch.ival.lo);
	_cleanup_free_ char *hi = percent(r->welch.ival.hi);

	return xasprintf("%g%% interval %s..%s", r->welch.ival.level * 100, lo,
			 hi);
}

static char *why_changed(const struct time_result *r, size_t family)
{
	_cleanup_free_ char *boots = boots_text(r);
	_cleanup_free_ char *diff = percent(r->welch.diff);
	_cleanup_free_ char *ival = interval_text(r);

	return xasprintf("%s, %s, p %.2g among %zu tested, from %s", diff, ival,
			 r->p_holm, family, boots);
}

static char *why_unchanged(const struct time_subject *s,
			   const struct time_result *r)
{
	_cleanup_free_ char *boots = boots_text(r);
	_cleanup_free_ char *ival = interval_text(r);

	return xasprintf("%s lies inside %g%%, from %s", ival,
			 s->threshold * 100, boots);
}

static char *settle_text(const struct time_result *r)
{
	if (r->needed > 0)
		return xasprintf("about %zu boots of each kernel would settle "
				 "it if they spread as these do",
				 r->needed);
	return xasprintf("more than %d boots of each kernel would be needed if "
			 "they spread as these do",
			 TIME_BOOTS_MAX);
}

static bool is_few(const struct time_result *r)
{
	return r->nr[TIME_BASE] < TIME_MIN_BOOTS ||
	       r->nr[TIME_CONT] < TIME_MIN_BOOTS;
}

static char *why_inconclusive(const struct time_subject *s,
			      const struct time_result *r, size_t family)
{
	_cleanup_free_ char *diff = NULL, *ival = NULL, *settle = NULL;

	if (is_few(r))
		return xasprintf("%zu boots of %s and %zu of %s: at least %zu "
				 "of each would settle it",
				 r->nr[TIME_BASE], s->side[TIME_BASE].kernel,
				 r->nr[TIME_CONT], s->side[TIME_CONT].kernel,
				 r->needed);
	diff = percent(r->welch.diff);
	ival = interval_text(r);
	if (r->flagged && !r->of_family)
		return xasprintf("%s in screening, p %.2g: to be confirmed on "
				 "fresh boots, %zu of each kernel in all",
				 diff, r->welch.p, r->needed);
	settle = settle_text(r);
	if (r->of_family && fabs(r->welch.diff) > log1p(s->threshold))
		return xasprintf("%s, but p %.2g among %zu tested is above "
				 "%g%%; %s",
				 diff, r->p_holm, family, TIME_ALPHA * 100,
				 settle);
	return xasprintf("%s reaches beyond %g%%; %s", ival, s->threshold * 100,
			 settle);
}

char *time_reason(const struct time_subject *s, const struct time_result *r,
		  size_t family)
{
	switch (r->verdict) {
	case V_REGRESSION:
	case V_IMPROVEMENT:
		return why_changed(r, family);
	case V_NO_CHANGE:
		return why_unchanged(s, r);
	default:
		return why_inconclusive(s, r, family);
	}
}
